/* The queue of deliveries: an event for each webhook that wants it, tried for three days with growing pauses. */
#include "webhook.h"

#include "platform/call/app.h"
#include "platform/crypto/crypto.h"
#include "platform/obs/log.h"
#include "platform/obs/metrics.h"
#include "post.h"

#define SECOND_MS  INT64_C(1000)
#define MINUTE_MS  (60 * SECOND_MS)
#define DAY_MS     (24 * 60 * MINUTE_MS)
#define RETRY_MS   (3 * DAY_MS)
#define FAILING_MS (5 * DAY_MS)                      /* so long without one success: out of use */
#define HOOKS_MAX  16
#define GONE       410
#define HELD_MAX   1000                              /* looked at by one command */

const char *const delivery_status_words[] = {
    [DELIVERY_QUEUED] = "queued", [DELIVERY_DELIVERED] = "delivered", [DELIVERY_FAILED] = "failed", NULL,
};

/* ---- putting in ---- */

struct envelope {             /* the body */
    struct str id, type, data;
    int64_t created_at;
};

FIELDS(envelope_fields, "WebhookEvent", struct envelope,
    { .name = "id", .type = F_STR, .at = offsetof(struct envelope, id) },
    { .name = "type", .type = F_STR, .at = offsetof(struct envelope, type) },
    { .name = "created_at", .type = F_TIME, .at = offsetof(struct envelope, created_at) },
    { .name = "data", .type = F_RAW, .at = offsetof(struct envelope, data) });

/* The same for all who hear of it, and however often it is put in. */
static struct str event_id(struct ctx *cx, const struct happening *h)
{
    uint8_t digest[18];
    struct str named = arena_fmt(cx->arena, "%s:%lld", hook_event_words[h->event], (long long)h->source);
    crypto_digest(named, digest, sizeof(digest));
    struct str text = base64url(cx->arena, str_of((const char *)digest, sizeof(digest)));
    return arena_fmt(cx->arena, "evt_%.*s", STR_ARG(text));
}

static err put_one(struct ctx *cx, struct notify *s, const struct webhook *w, const struct happening *h)
{
    bool known;
    struct delivery d = { .webhook = w->id, .event = h->event, .source = h->source };
    err e = store_delivery_known(cx, &d, &known);
    if (e || known)
        return e;
    d.id = sequence_next(&s->deliveries);
    d.event_id = event_id(cx, h);
    d.body = notify_json(cx, &envelope_fields, &(struct envelope){ d.event_id, str_c(hook_event_words[h->event]), h->data, cx->now });
    d.due_at = d.created_at = cx->now;
    d.retry_until = cx->now + RETRY_MS;
    store_delivery_insert(cx, &d);
    due_by(&s->delivery_due, d.due_at);
    return OK;
}

err delivery_put(struct ctx *cx, struct notify *s, const struct happening *h)
{
    struct webhook hooks[HOOKS_MAX];
    size_t n = 0;
    err e = h->owner ? store_webhooks_of(cx, h->owner, HOOKS_MAX, hooks, &n) : OK;
    for (size_t i = 0; i < n && !e; i++)
        if (hooks[i].active && (hooks[i].events & 1u << h->event))
            e = put_one(cx, s, &hooks[i], h);
    return e;
}

/* ---- trying goes on ---- */

int64_t delivery_send_due(void *self)
{
    struct notify *s = self;
    return atomic_load(&s->delivery_due);
}

static err note_next(struct ctx *cx, struct notify *s)
{
    int64_t next;
    err e = store_delivery_next(cx, &next);
    if (!e)
        atomic_store(&s->delivery_due, next);
    return e;
}

static err take(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct delivery *due = NEW_ARRAY(cx->arena, struct delivery, POSTS_MAX);
    struct delivery_due *out = NEW_ARRAY(cx->arena, struct delivery_due, POSTS_MAX);
    struct list *ret = ret_out;
    struct webhook w;
    size_t n;
    (void)in;
    err e = store_deliveries_due(cx, POSTS_MAX, due, &n);
    for (size_t i = 0; !e && i < n; i++) {
        e = store_webhook(cx, due[i].webhook, &w);
        out[i] = (struct delivery_due){ due[i], w.url, w.salt };
    }
    if (e)
        return e;
    *ret = (struct list){ out, n };
    return n ? OK : note_next(cx, self);
}

const struct call delivery_take_call = { .name = "notify.delivery_take", .kind = CALL_COMMAND, .fn = take };

static int64_t wait_after(int64_t attempts)
{
    static const int seconds[] = { 10, 60, 300, 900, 1800, 3600, 7200, 14400, 21600 };
    const int64_t last = (int64_t)(sizeof(seconds) / sizeof(seconds[0])) - 1;
    return seconds[attempts - 1 < last ? attempts - 1 : last] * SECOND_MS;
}

static void finish(struct ctx *cx, struct delivery *d, enum delivery_status status, struct metric *metric)
{
    d->status = status;
    d->due_at = 0;
    d->done_at = cx->now;
    metric_add(metric, 1);
}

static void judge(struct ctx *cx, struct delivery *d)
{
    int64_t next = cx->now + wait_after(d->attempts);
    if (d->http_status >= 200 && d->http_status < 300) {
        finish(cx, d, DELIVERY_DELIVERED, &deliveries_made);
        return;
    }
    metric_add(&deliveries_failed, 1);
    if (d->http_status == GONE || next > d->retry_until)
        finish(cx, d, DELIVERY_FAILED, &deliveries_given_up);
    else
        d->due_at = next;
}

/* What the try says of the webhook itself. */
static err judge_webhook(struct ctx *cx, struct notify *s, const struct delivery *d)
{
    struct webhook w;
    err e = store_webhook(cx, d->webhook, &w);
    if (e || !w.active)
        return e;
    if (d->status == DELIVERY_DELIVERED) {
        if (!w.failing_since)
            return OK;
        w.failing_since = 0;
        return store_webhook_update(cx, &w);
    }
    if (d->http_status == GONE)
        return webhook_disable(cx, s, &w, HOOK_WHY_GONE, d->id);
    if (w.failing_since)
        return cx->now - w.failing_since < FAILING_MS ? OK : webhook_disable(cx, s, &w, HOOK_WHY_FAILING, d->id);
    w.failing_since = cx->now;
    return store_webhook_update(cx, &w);
}

static err done(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct delivery_done *in = in_;
    struct delivery d;
    (void)ret_out;
    err e = store_delivery(cx, in->delivery, &d);
    if (e == ERR_MISSING) {                          /* deleted with its webhook meanwhile */
        fail_clear(cx);
        return note_next(cx, self);
    }
    if (e || d.status != DELIVERY_QUEUED)
        return e;
    d.attempts++;
    d.http_status = in->http_status;
    d.why = str_c(in->why);
    d.answer = in->answer;
    judge(cx, &d);
    e = store_delivery_update(cx, &d);
    if (!e && d.why.n && d.due_at)                   /* no answer: no use to wait for it again with every event that is due */
        e = store_deliveries_hold_back(cx, d.webhook, d.due_at, HELD_MAX);
    if (!e)
        e = judge_webhook(cx, self, &d);
    return e ? e : note_next(cx, self);
}

const struct call delivery_done_call = { .name = "notify.delivery_done", .kind = CALL_COMMAND, .fn = done };

/* ---- the log ---- */

static void view(const struct delivery *d, struct delivery_view *ret)
{
    *ret = (struct delivery_view){
        .id = d->id, .webhook = d->webhook, .event = (int)d->event, .status = (int)d->status, .event_id = d->event_id, .why = d->why, .answer = d->answer,
        .attempts = d->attempts, .http_status = d->http_status, .created_at = d->created_at, .next_try_at = d->due_at, .done_at = d->done_at,
    };
}

err deliveries_list(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct page_in *in = in_;
    struct page_out *ret = ret_out;
    size_t limit = in->limit ? (size_t)in->limit : PAGE_LIMIT, n;
    struct delivery *rows = NEW_ARRAY(cx->arena, struct delivery, limit + 1);
    struct delivery_view *views = NEW_ARRAY(cx->arena, struct delivery_view, limit);
    struct webhook w;
    (void)self;

    err e = webhook_owned(cx, in->webhook, &w);
    if (!e)
        e = store_deliveries(cx, w.id, in->cursor ? in->cursor : INT64_MAX, limit + 1, rows, &n);
    if (e)
        return e;
    ret->items = (struct list){ views, n < limit ? n : limit };
    for (size_t i = 0; i < ret->items.n; i++)
        view(&rows[i], &views[i]);
    ret->next = n > limit ? rows[limit - 1].id : 0;
    return OK;
}

err delivery_redeliver(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct delivery_in *in = in_;
    struct notify *s = self;
    struct delivery d;
    struct webhook w;
    err e = store_delivery(cx, in->delivery, &d);
    if (!e)
        e = webhook_owned(cx, d.webhook, &w);
    if (e)
        return e;
    if (!w.active)
        return fail(cx, ERR_CONFLICT, "webhook_disabled", "Switch the webhook on first.", "먼저 웹훅을 다시 켜 주세요.");
    d.status = DELIVERY_QUEUED;
    d.attempts = 0;
    d.due_at = cx->now;
    d.done_at = 0;
    d.retry_until = cx->now + RETRY_MS;
    e = store_delivery_update(cx, &d);
    if (e)
        return e;
    due_by(&s->delivery_due, d.due_at);
    view(&d, ret_out);
    return OK;
}
