/* The public beacon: a service that says a number nobody can know beforehand, once a period (drand is one). The round that decides a draw is the
 * first one after its entries close; it is named from the moment the room opens. When it cannot be had in time the draw goes without, and says so. */
#include "draw_int.h"

#include <cjson/cJSON.h>

#include "platform/config/config.h"
#include "platform/fetch/fetch.h"
#include "platform/obs/log.h"

#define ASK_EVERY_MS 2000

int64_t beacon_round(const struct queue *q, int64_t sells_at)
{
    int64_t passed = sells_at / 1000 - q->beacon.genesis;
    return q->beacon.url.n && passed >= 0 ? passed / q->beacon.period + 2 : 0;       /* round 1 was at the genesis */
}

struct str beacon_url(struct ctx *cx, const struct queue *q, int64_t round)
{
    struct str rest = q->beacon.url, before = str_cut(&rest, '{');
    str_cut(&rest, '}');
    return arena_fmt(cx->arena, "%.*s%lld%.*s", STR_ARG(before), (long long)round, STR_ARG(rest));
}

bool beacon_configure(struct queue *q, const struct config *c)
{
    struct str round = S("{round}"), url = config_str(c, "queue.beacon_url");
    q->beacon.genesis = config_int(c, "queue.beacon_genesis");
    q->beacon.period = config_int(c, "queue.beacon_period");
    q->beacon.url = url;
    atomic_init(&q->beacon.due, INT64_MAX);
    const char *at = url.n ? memchr(url.p, '{', url.n) : NULL;
    size_t left = at ? url.n - (size_t)(at - url.p) : 0;
    return !url.n || (url.n < BEACON_TEXT - 20 && fetch_url_ok(url) && left >= round.n && memcmp(at, round.p, round.n) == 0);
}

/* ---- asking ---- */

struct heard_in {
    int64_t schedule;
    struct str randomness, signature;
};

static struct str member(const cJSON *document, const char *name)
{
    const cJSON *text = cJSON_GetObjectItemCaseSensitive(document, name);
    return cJSON_IsString(text) ? str_c(text->valuestring) : (struct str){ 0 };
}

/* The answer is worth something only if it is of this round, and its randomness the hash of its signature. */
static bool round_read(struct ctx *cx, struct str body, int64_t round, struct heard_in *ret)
{
    cJSON *document = cJSON_ParseWithLength(body.p ? body.p : "", body.n);
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(document, "round");
    ret->randomness = arena_str(cx->arena, member(document, "randomness"));
    ret->signature = arena_str(cx->arena, member(document, "signature"));
    bool ok = cJSON_IsNumber(number) && (int64_t)number->valuedouble == round && ret->signature.n < BEACON_TEXT && ret->signature.n % 2 == 0;
    cJSON_Delete(document);
    uint8_t bytes[BEACON_TEXT / 2];
    struct hash given, hash;
    if (!ok || !hex_decode(ret->randomness, given.at, sizeof(given.at)) || !hex_decode(ret->signature, bytes, ret->signature.n / 2))
        return false;
    crypto_sha256(str_of((const char *)bytes, ret->signature.n / 2), hash.at);
    return hash_same(&given, &hash);
}

static err ask(struct ctx *cx, const struct heard_in *of, int64_t round, struct str url)
{
    struct heard_in heard = *of;
    struct fetched got = { 0 };
    const char *why = "its answer is not that round";
    bool answered = fetch(cx->arena, &(struct fetch){ .url = url }, &got, &why);
    if (answered && got.status == 200 && round_read(cx, got.body, round, &heard))
        return call_run(cx, &queue_beacon_put_call, &heard, NULL);
    LOG(LOG_WARN, "the beacon has not answered", lf_s("url", url), lf_i("status", got.status), lf_s("why", str_c(why)));
    return OK;
}

struct awaited {
    int64_t schedule, round;
    struct str url;
};

/* Closed rooms that wait for their round. */
static struct list find_awaited(struct ctx *cx, struct queue *q)
{
    uint64_t schedule, bits;
    size_t n = 0;
    pthread_rwlock_rdlock(&q->lock);
    struct awaited *at = NEW_ARRAY(cx->arena, struct awaited, q->rooms.count);
    for (size_t i = 0; map_each(&q->rooms, &i, &schedule, &bits);) {
        const struct room *r = (const struct room *)(uintptr_t)bits;
        if (r->shown_line.closed_at && !r->shown_line.drawn_at && r->draw.round && cx->now < r->sale_ends_at)
            at[n++] = (struct awaited){ r->schedule, r->draw.round, arena_str(cx->arena, str_c(r->draw.url)) };
    }
    pthread_rwlock_unlock(&q->lock);
    return (struct list){ at, n };
}

err queue_beacon_ask(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct queue *q = self;
    (void)in;
    (void)ret_out;
    atomic_store(&q->beacon.due, INT64_MAX);
    struct list awaited = find_awaited(cx, q);
    const struct awaited *a = awaited.at;
    if (awaited.n)
        atomic_store(&q->beacon.due, cx->now + ASK_EVERY_MS);
    for (size_t i = 0; i < awaited.n; i++) {
        err e = ask(cx, &(struct heard_in){ .schedule = a[i].schedule }, a[i].round, a[i].url);
        if (e)
            return e;
    }
    return OK;
}

int64_t beacon_due(void *queue)
{
    struct queue *q = queue;
    return atomic_load(&q->beacon.due);
}

/* ---- the round is known ---- */

err queue_beacon_put(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct queue *q = self;
    const struct heard_in *in = in_;
    struct room *r = room_find(q, in->schedule);
    struct beacon heard = { .kind = BEACON_USED, .signature = in->signature };
    (void)ret_out;
    if (!r || !r->line.closed_at || !draw_pending(&r->terms, &r->line) || !hex_decode(in->randomness, heard.randomness.at, sizeof(heard.randomness.at)))
        return OK;                           /* it came too late, or again */
    err e = draw_now(cx, r, &heard);
    queue_wake(q, r);
    return e;
}

FIELDS(heard_fields, "BeaconRound", struct heard_in,
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, .at = offsetof(struct heard_in, schedule) },
    { .name = "randomness", .type = F_STR, .at = offsetof(struct heard_in, randomness) },
    { .name = "signature", .type = F_STR, .at = offsetof(struct heard_in, signature) });

const struct call queue_beacon_ask_call = { "queue.beacon_ask", "Asks the public beacon for the rounds that draws wait for.", CALL_STORY, NULL, NULL,
                                            queue_beacon_ask };
const struct call queue_beacon_put_call = { "queue.beacon_put", "A public round is known: the draw that waited for it.", CALL_COMMAND, &heard_fields, NULL,
                                            queue_beacon_put };
