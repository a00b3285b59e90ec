/* What is asked of somebody who takes a place: not to come too often, and work (work.h) where the organizer wants it. Who has a place already is asked
 * for nothing, so that no reload is ever refused; neither is whoever's appeal was granted (appeals.c).
 *
 * An address is no person: behind one may sit an office, or the half of a country's telephones. From many joins on it costs more work, by and by,
 * and only far beyond that a refusal. Nothing is refused without a reason that is told, and written down (refusals.c). */
#include "queue_int.h"
#include "toll.h"

#include "base/clock.h"
#include "platform/call/call.h"
#include "platform/config/config.h"
#include "platform/crypto/crypto.h"
#include "platform/http/http.h"
#include "platform/kv/kv.h"
#include "platform/obs/metrics.h"
#include "services/auth/auth.h"
#include "services/queue/limits.h"
#include "services/queue/work.h"

#define WORK_BITS_ASKED 20    /* never more: about a minute of a slow telephone */
#define CHALLENGE_MS    (60 * 60 * 1000)      /* good for so long after the opening */
#define YOUNG_MS        (24 * 60 * 60 * 1000)
#define FAILURES_FREE   5
#define CODES_FREE      20

enum counted { COUNT_JOINS, COUNT_ADDRESS, COUNT_FAILURES, COUNT_CODES };

static const int64_t level_bits[] = { [WORK_OFF] = 0, [WORK_LIGHT] = 13, [WORK_STRICT] = 16 };

static void exchange(void *self, struct kv *kv, struct arena *arena)
{
    struct queue *q = self;
    limits_exchange(q->limits, kv, arena, clock_now(app_clock(q->app)));
}

/* All processes of an installation call whom they count by the same names, which tell nobody else anything. */
void toll_configure(struct queue *q, const struct config *c)
{
    uint8_t secret[32];
    uint64_t seed;
    crypto_hmac(q->keys->place, S("names of limits"), secret);
    memcpy(&seed, secret, sizeof(seed));
    q->limits = limits_open(seed);
    if (kv_shared(app_kv(q->app)))
        kv_every(app_kv(q->app), exchange, q);
    q->toll.account_joins = config_int(c, "queue.account_joins");
    q->toll.address_joins = config_int(c, "queue.address_joins");
    q->toll.address_joins_max = config_int(c, "queue.address_joins_max");
}

/* ---- counting ---- */

static uint64_t name_of(const struct queue *q, enum counted what, int64_t schedule, uint64_t who)
{
    return limits_name(q->limits, (int)what, schedule, who);
}

/* Joins from the asker's address; an address that is this machine is a proxy's, and nobody's. */
static int64_t from_address(const struct ctx *cx, struct queue *q)
{
    uint64_t address = http_peer_key(cx->peer);
    return address ? limits_count(q->limits, name_of(q, COUNT_ADDRESS, 0, address), cx->now) : 0;
}

static int64_t failures(const struct ctx *cx, struct queue *q)
{
    return limits_count(q->limits, name_of(q, COUNT_FAILURES, 0, (uint64_t)cx->actor.user), cx->now);
}

static void count_failure(const struct ctx *cx, struct queue *q)
{
    limits_add(q->limits, name_of(q, COUNT_FAILURES, 0, (uint64_t)cx->actor.user), cx->now);
}

static void count_join(const struct ctx *cx, struct queue *q, int64_t schedule)
{
    uint64_t address = http_peer_key(cx->peer);
    limits_add(q->limits, name_of(q, COUNT_JOINS, schedule, (uint64_t)cx->actor.user), cx->now);
    if (address)
        limits_add(q->limits, name_of(q, COUNT_ADDRESS, 0, address), cx->now);
}

/* ---- how much work ---- */

/* One bit more, twice the work: at the limit of an address, at four and at sixteen times as many joins. */
static int64_t crowd_bits(const struct queue *q, int64_t joins)
{
    int64_t bits = 0;
    for (int64_t limit = q->toll.address_joins; joins >= limit && bits < 3; limit *= 4)
        bits++;
    return bits;
}

/* Where no work is asked, it is from an address that is beyond its limit. 0: none. */
static int64_t bits_needed(const struct queue *q, int level, int64_t joins)
{
    int64_t more = crowd_bits(q, joins);
    if (level == WORK_OFF)
        return more ? level_bits[WORK_LIGHT] + more - 1 : 0;
    return level_bits[level] + more;
}

/* An account of yesterday whose owner has shown that the address is his is asked for no more than others. */
static err account_bits(struct ctx *cx, struct queue *q, int64_t *ret)
{
    struct contact contact = { .verified = true };
    bool known = app_has(cx->app, &auth_service);
    err e = known ? call_run(cx, &auth_contact_call, &(struct contact_ref){ cx->actor.user }, &contact) : OK;
    if (!e)
        *ret = (cx->now - contact.joined_at < YOUNG_MS) + !contact.verified + (failures(cx, q) >= FAILURES_FREE);
    return e;
}

/* ---- GET /schedules/{schedule_id}/queue/challenge ---- */

struct challenge_out {
    struct str challenge;
    int64_t bits, parts, expires_at;
};

struct asked {
    int level;
    int64_t opens_at;
    bool waits;               /* the room is on, and this account has to do as all do */
};

static err look(struct ctx *cx, struct queue *q, int64_t schedule, struct asked *ret)
{
    uint64_t granted;
    pthread_rwlock_rdlock(&q->lock);
    const struct room *r = room_find(q, schedule);
    if (r)
        *ret = (struct asked){ r->shown_terms.rules.work, r->shown_terms.rules.opens_at,
                               r->shown_terms.rules.mode != QUEUE_OFF && !map_get(&r->exempt, (uint64_t)cx->actor.user, &granted) };
    pthread_rwlock_unlock(&q->lock);
    return r || schedule_known(cx, schedule) ? OK : no_such_schedule(cx);
}

static err challenge_get(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct queue *q = self;
    const struct schedule_in *in = in_;
    struct challenge_out *ret = ret_out;
    struct asked asked = { 0 };
    int64_t more = 0;
    err e = look(cx, q, in->schedule, &asked);
    int64_t needed = asked.waits ? bits_needed(q, asked.level, from_address(cx, q)) : 0;
    if (!e && needed)
        e = account_bits(cx, q, &more);
    if (e)
        return e;
    *ret = (struct challenge_out){ .parts = WORK_PARTS };
    if (!needed)
        return OK;

    char schedule[ID_TEXT], account[ID_TEXT];
    id_encode(&q->keys->ids, ID_SCHEDULE, in->schedule, schedule);
    id_encode(&q->keys->ids, ID_USER, cx->actor.user, account);
    ret->bits = min(needed + more, WORK_BITS_ASKED);
    ret->expires_at = max(cx->now, asked.opens_at) + CHALLENGE_MS;
    ret->challenge = work_challenge(cx->arena, q->keys->place,
                                    &(struct work){ str_of(schedule, ID_TEXT), str_of(account, ID_TEXT), ret->bits, ret->expires_at });
    return OK;
}

/* ---- at the door ---- */

static bool names(const struct queue *q, enum id_kind kind, int64_t id, struct str text)
{
    char mine[ID_TEXT];
    id_encode(&q->keys->ids, kind, id, mine);
    return str_eq(text, str_of(mine, ID_TEXT));
}

static err check_work(struct ctx *cx, struct queue *q, const struct room *general, const struct join_in *in, int64_t needed)
{
    struct work w;
    if (!in->has_work)
        return fail(cx, ERR_DENIED, "work_required", "This waiting room asks your device for some work first; its page does it by itself.",
                    "이 대기실은 입장 전에 기기에서 간단한 계산을 요구합니다. 대기 페이지가 자동으로 처리합니다.");
    if (!work_read(cx->arena, q->keys->place, in->work.challenge, &w) || !names(q, ID_SCHEDULE, general->schedule, w.schedule) ||
        !names(q, ID_USER, cx->actor.user, w.account)) {
        count_failure(cx, q);
        return fail(cx, ERR_DENIED, "work_wrong", "This work was asked of somebody else, or of nobody. Please fetch a challenge of your own.",
                    "본인에게 주어진 계산이 아닙니다. 새 계산 문제를 받아 주세요.");
    }
    if (w.expires_at <= cx->now)
        return fail(cx, ERR_DENIED, "work_expired", "This challenge has expired. Please fetch another.", "계산 문제의 유효 시간이 지났습니다. 새로 받아 주세요.");
    if (!work_done(in->work.challenge, w.bits, in->work.solution)) {
        count_failure(cx, q);
        return fail(cx, ERR_DENIED, "work_wrong", "The solution is not right. Please solve the challenge again.", "계산 결과가 올바르지 않습니다. 다시 시도해 주세요.");
    }
    if (w.bits < needed)
        return fail(cx, ERR_DENIED, "work_required", "Many have joined from your network since: please fetch another challenge, it takes a little longer.",
                    "같은 네트워크에서 많은 분이 참여하고 있습니다. 계산 문제를 다시 받아 주세요. 조금 더 오래 걸립니다.");
    return OK;
}

static err check_limits(struct ctx *cx, struct queue *q, int64_t schedule, int64_t joins)
{
    cx->problem.retry_after_s = LIMITS_WINDOW_MS / 1000;     /* of the refusals below */
    if (limits_count(q->limits, name_of(q, COUNT_JOINS, schedule, (uint64_t)cx->actor.user), cx->now) >= q->toll.account_joins)
        return fail(cx, ERR_LIMIT, "join_limit",
                    "You have taken too many places in this waiting room. Please wait ten minutes, or ask the organizer with an appeal.",
                    "이 대기실에 너무 여러 번 참여했습니다. 10분 후에 다시 시도하거나 이의를 제기해 주세요.");
    if (joins >= q->toll.address_joins_max)
        return fail(cx, ERR_LIMIT, "address_limit",
                    "Too many have joined from your network. Please wait ten minutes, use another one, or ask the organizer with an appeal.",
                    "같은 네트워크에서 너무 많이 참여했습니다. 10분 후에 다시 시도하거나, 다른 네트워크를 사용하거나, 이의를 제기해 주세요.");
    cx->problem.retry_after_s = 0;
    return OK;
}

err toll_take(struct ctx *cx, const struct room *general, const struct join_in *in)
{
    struct queue *q = general->queue;
    uint64_t granted;
    int64_t joins = from_address(cx, q), needed = bits_needed(q, general->terms.rules.work, joins);
    if (map_get(&general->exempt, (uint64_t)cx->actor.user, &granted))
        return OK;
    err e = check_limits(cx, q, general->schedule, joins);
    if (!e && needed)
        e = check_work(cx, q, general, in, needed);
    if (e)
        return refusal_note(cx, q, general->schedule, e);
    count_join(cx, q, general->schedule);
    return OK;
}

/* ---- codes ---- */

err toll_guess(struct ctx *cx, const struct room *general)
{
    struct queue *q = general->queue;
    if (limits_count(q->limits, name_of(q, COUNT_CODES, 0, (uint64_t)cx->actor.user), cx->now) < CODES_FREE)
        return OK;
    cx->problem.retry_after_s = LIMITS_WINDOW_MS / 1000;
    err e = fail(cx, ERR_LIMIT, "code_limit", "Too many wrong codes. Please wait ten minutes, or join the general line without a code.",
                 "잘못된 코드를 너무 많이 입력했습니다. 10분 후에 다시 시도하거나 코드 없이 일반 대기열에 참여해 주세요.");
    return refusal_note(cx, q, general->schedule, e);
}

void toll_wrong_code(struct ctx *cx, const struct room *general)
{
    struct queue *q = general->queue;
    limits_add(q->limits, name_of(q, COUNT_CODES, 0, (uint64_t)cx->actor.user), cx->now);
    count_failure(cx, q);
}

/* ---- tables ---- */

static const struct field ref_rows[] = {
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, .from = FROM_PATH, .at = offsetof(struct schedule_in, schedule) },
};
static const struct fields ref_fields = { "QueueChallengeQuery", sizeof(struct schedule_in), ref_rows, 1 };

static const struct field out_rows[] = {
    { .name = "challenge", .type = F_STR, .nullable = true, .at = offsetof(struct challenge_out, challenge), .help = "null: no work is asked" },
    { .name = "bits", .type = F_INT, .at = offsetof(struct challenge_out, bits), .help = "zero bits that the hash of each part begins with" },
    { .name = "parts", .type = F_INT, .at = offsetof(struct challenge_out, parts) },
    { .name = "expires_at", .type = F_TIME, .nullable = true, .at = offsetof(struct challenge_out, expires_at) },
};
static const struct fields out_fields = { "QueueChallenge", sizeof(struct challenge_out), out_rows, 4 };

const struct call queue_challenge_call = { "queue.challenge", "The work that joining will ask of this account; it may be done before the room opens.",
                                           CALL_READ, &ref_fields, &out_fields, challenge_get };
