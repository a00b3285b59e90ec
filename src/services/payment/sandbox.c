#include "sandbox.h"

#include "base/clock.h"
#include "platform/call/app.h"
#include "platform/crypto/crypto.h"
#include "platform/obs/log.h"

#define LATE_MS        (30 * 60 * 1000)
#define OVERCHARGE     1000
#define ROUND_MAX      32     /* deliveries a round */
#define AGAIN_MS       60000  /* after a delivery that failed; more each time */
#define TOLERANCE_S    300
#define MAC_TEXT       64

/* ---- what it can be told to do ---- */

struct trick {
    const char *key;
    enum sandbox_state state; /* what the charge comes to */
    bool answer_lost;
    int64_t overcharge;
    int64_t webhooks, webhook_ms;        /* so many deliveries, so long after the charge */
};

static const struct trick tricks[] = {
    { .key = "sandbox-ok", .state = SANDBOX_APPROVED },
    { .key = "sandbox-decline", .state = SANDBOX_DECLINED },
    { .key = "sandbox-timeout", .state = SANDBOX_APPROVED, .answer_lost = true },
    { .key = "sandbox-late", .state = SANDBOX_PENDING, .webhooks = 1, .webhook_ms = LATE_MS },
    { .key = "sandbox-wrong-amount", .state = SANDBOX_APPROVED, .overcharge = OVERCHARGE },
    { .key = "sandbox-duplicate-webhook", .state = SANDBOX_APPROVED, .webhooks = 3 },
};

#define TRICKS (sizeof(tricks) / sizeof(tricks[0]))

static const struct trick *trick_of(struct str key)
{
    for (size_t i = 0; i < TRICKS; i++)
        if (str_eq(key, str_c(tricks[i].key)))
            return &tricks[i];
    return NULL;
}

/* ---- the provider's functions ---- */

/* Its page lets the tester choose. */
static err create(struct ctx *cx, const struct charge *c, struct created *ret)
{
    struct buf json;
    (void)c;
    buf_init(&json, 1024);
    for (size_t i = 0; i < TRICKS; i++) {
        buf_str(&json, i ? S(",") : S("{\"payment_keys\":["));
        json_write_str(&json, str_c(tricks[i].key));
    }
    buf_str(&json, S("]}"));
    ASSERT(!json.full);
    *ret = (struct created){ .client = arena_str(cx->arena, buf_view(&json)) };
    buf_free(&json);
    return OK;
}

static err check_key(struct ctx *cx, const struct charge *c, struct str payment_key)
{
    (void)c;
    if (trick_of(payment_key))
        return OK;
    return fail_field(cx, S("payment_key"), "is no key of the sandbox, like sandbox-ok", "sandbox-ok처럼 샌드박스가 아는 키여야 합니다");
}

static struct verdict verdict_of(const struct sandbox_charge *c)
{
    static const enum verdict_kind kinds[] = {
        [SANDBOX_PENDING] = VERDICT_PENDING,
        [SANDBOX_APPROVED] = VERDICT_APPROVED,
        [SANDBOX_DECLINED] = VERDICT_DECLINED,
    };
    return c->id ? (struct verdict){ .kind = kinds[c->state], .charged = c->amount } : (struct verdict){ .kind = VERDICT_ABSENT };
}

/* Its names of things: "sc_12" and "sr_3". */
static struct str name_of(struct ctx *cx, const char *prefix, int64_t id)
{
    return arena_fmt(cx->arena, "%s%lld", prefix, (long long)id);
}

static struct verdict found_verdict(struct ctx *cx, const struct sandbox_charge *c)
{
    struct verdict v = verdict_of(c);
    if (c->id)
        v.ref = name_of(cx, "sc_", c->id);
    return v;
}

/* It could not be reached. */
static struct verdict no_answer(struct ctx *cx)
{
    LOG(LOG_WARN, "the sandbox does not answer", lf_s("why", cx->problem.detail));
    fail_clear(cx);
    return (struct verdict){ .kind = VERDICT_UNKNOWN };
}

static struct verdict confirm(struct ctx *cx, const struct charge *c)
{
    const struct trick *t = trick_of(c->payment_key);
    struct sandbox_charge_in in = { .key = c->payment, .amount = c->amount };
    struct sandbox_charge made;

    ASSERT(t != NULL);
    in.state = t->state;
    in.amount.amount += t->overcharge;
    in.webhooks = t->webhooks;
    in.webhook_at = clock_now(app_clock(cx->app)) + t->webhook_ms;
    if (call_run(cx, &sandbox_charge_call, &in, &made))
        return no_answer(cx);
    return t->answer_lost ? (struct verdict){ .kind = VERDICT_UNKNOWN } : found_verdict(cx, &made);
}

static struct verdict query(struct ctx *cx, const struct charge *c)
{
    struct sandbox_charge found;
    if (call_run(cx, &sandbox_find_call, &c->payment, &found))
        return no_answer(cx);
    return found_verdict(cx, &found);
}

/* Nothing was approved before it was confirmed: there is nothing to let go. */
static struct verdict cancel(struct ctx *cx, const struct charge *c)
{
    struct verdict v = query(cx, c);
    if (v.kind == VERDICT_ABSENT || v.kind == VERDICT_DECLINED)
        v.kind = VERDICT_APPROVED;
    else if (v.kind != VERDICT_UNKNOWN)
        v.kind = VERDICT_DECLINED;
    return v;
}

static struct verdict refund(struct ctx *cx, const struct charge *c, const struct give_back *r)
{
    struct sandbox_refund_out made;
    if (call_run(cx, &sandbox_refund_call, &(struct sandbox_refund_in){ c->payment, r->refund, r->amount }, &made))
        return no_answer(cx);
    if (!made.id)
        return (struct verdict){ .kind = VERDICT_DECLINED };
    return (struct verdict){ .kind = VERDICT_APPROVED, .ref = name_of(cx, "sr_", made.id) };
}

/* First the charges, then the refunds. cursor: "charges:12" or "refunds:3". */
static err books(struct ctx *cx, const struct merchant *m, int64_t from, int64_t to, struct str cursor, struct provider_page *ret)
{
    (void)m;
    struct sandbox_books_in in = { .from = from, .to = to };
    struct sandbox_books_out out;
    struct str after = cursor;
    in.refunds = str_eq(str_cut(&after, ':'), S("refunds"));
    if (after.n && !str_to_int(after, &in.after))
        return fail(cx, ERR_INPUT, NULL, "This is no cursor of the sandbox's.", "샌드박스의 커서가 아닙니다.");
    err e = call_run(cx, &sandbox_books_call, &in, &out);
    if (e)
        return e;

    const struct sandbox_line *at = out.lines.at;
    struct provider_line *lines = NEW_ARRAY(cx->arena, struct provider_line, out.lines.n);
    for (size_t i = 0; i < out.lines.n; i++)
        lines[i] = (struct provider_line){ .refund = in.refunds, .payment = at[i].key, .amount = at[i].amount, .at = at[i].at,
                                           .ref = name_of(cx, in.refunds ? "sr_" : "sc_", at[i].id) };
    *ret = (struct provider_page){ .lines = { lines, out.lines.n } };
    if (out.lines.n == SANDBOX_PAGE)
        ret->next = name_of(cx, in.refunds ? "refunds:" : "charges:", at[out.lines.n - 1].id);
    else if (!in.refunds)
        ret->next = S("refunds:0");
    return OK;
}

/* ---- its books ---- */

static err charge(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct payments *s = self;
    const struct sandbox_charge_in *in = in_;
    struct sandbox_charge *ret = ret_out;

    err e = store_sandbox_charge(cx, in->key, ret);
    if (e || ret->id)
        return e;
    *ret = (struct sandbox_charge){ sequence_next(&s->charges), in->key, in->state, in->amount };
    store_sandbox_charge_insert(cx, ret);
    if (in->webhooks) {
        store_sandbox_webhook_insert(cx, sequence_next(&s->webhooks), ret->id, in->webhooks, in->webhook_at);
        if (in->webhook_at < atomic_load(&s->sandbox_due))
            atomic_store(&s->sandbox_due, in->webhook_at);
    }
    return OK;
}

static err find(struct ctx *cx, void *self, const void *key, void *ret_out)
{
    (void)self;
    return store_sandbox_charge(cx, *(const int64_t *)key, ret_out);
}

static err give_back(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct payments *s = self;
    const struct sandbox_refund_in *in = in_;
    struct sandbox_refund_out *ret = ret_out;
    struct sandbox_charge c;
    int64_t refunded;

    err e = store_sandbox_refund_of(cx, in->key, &ret->id);
    if (e || ret->id)
        return e;
    e = store_sandbox_charge(cx, in->charge, &c);
    if (!e)
        e = store_sandbox_refunded(cx, c.id, &refunded);
    if (e)
        return e;
    if (c.id && c.state == SANDBOX_APPROVED && in->amount <= c.amount.amount - refunded) {
        ret->id = sequence_next(&s->sandbox_refunds);
        store_sandbox_refund_insert(cx, ret->id, in->key, c.id, in->amount);
    }
    return OK;
}

static err list_books(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct sandbox_books_out *ret = ret_out;
    struct sandbox_line *lines = NEW_ARRAY(cx->arena, struct sandbox_line, SANDBOX_PAGE);
    (void)self;
    ret->lines.at = lines;
    return store_sandbox_books(cx, in, lines, &ret->lines.n);
}

static err note_next(struct ctx *cx, struct payments *s)
{
    int64_t next;
    err e = store_sandbox_webhook_next(cx, &next);
    if (!e)
        atomic_store(&s->sandbox_due, next);
    return e;
}

/* Customers who were to pay by now have paid. */
static err collect(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct sandbox_due_out *ret = ret_out;
    struct sandbox_delivery *due = NEW_ARRAY(cx->arena, struct sandbox_delivery, ROUND_MAX);
    size_t n = 0;
    (void)in;

    err e = store_sandbox_charge_collect(cx);
    if (!e)
        e = store_sandbox_webhooks_due(cx, ROUND_MAX, due, &n);
    if (!e && n == 0)
        e = note_next(cx, self);
    ret->deliveries = (struct list){ due, n };
    return e;
}

static err sent(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct sandbox_sent_in *in = in_;
    struct sandbox_delivery d = in->delivery;
    (void)ret_out;

    if (!in->ok)
        d.failures++;
    err e = store_sandbox_webhook_update(cx, &d, in->ok ? 0 : cx->now + d.failures * AGAIN_MS);
    return e ? e : note_next(cx, self);
}

const struct call sandbox_charge_call = { .name = "payment.sandbox_charge", .kind = CALL_COMMAND, .fn = charge };
const struct call sandbox_find_call = { .name = "payment.sandbox_find", .kind = CALL_READ, .fn = find };
const struct call sandbox_books_call = { .name = "payment.sandbox_books", .kind = CALL_READ, .fn = list_books };
const struct call sandbox_refund_call = { .name = "payment.sandbox_refund", .kind = CALL_COMMAND, .fn = give_back };
const struct call sandbox_collect_call = { .name = "payment.sandbox_collect", .kind = CALL_COMMAND, .fn = collect };
const struct call sandbox_sent_call = { .name = "payment.sandbox_sent", .kind = CALL_COMMAND, .fn = sent };

/* ---- webhooks ---- */

struct event {                /* the body */
    struct str id, type, payment;
    struct money amount;
};

FIELDS(event_fields, "SandboxEvent", struct event,
    { .name = "id", .type = F_STR, .at = offsetof(struct event, id), .low = 1, .high = 64 },
    { .name = "type", .type = F_STR, .at = offsetof(struct event, type), .low = 1, .high = 32 },
    { .name = "payment", .type = F_STR, .at = offsetof(struct event, payment), .low = 1, .high = 64 },
    { .name = "amount", .type = F_MONEY, .at = offsetof(struct event, amount) });

struct str sandbox_event(struct ctx *cx, const struct sandbox_delivery *d)
{
    const struct id_key *ids = &app_keys(cx->app)->ids;
    char payment[ID_TEXT];
    struct buf json;
    id_encode(ids, ID_PAYMENT, d->key, payment);
    buf_init(&json, 1024);
    fields_encode(&json, &event_fields, ids,
                  &(struct event){ arena_fmt(cx->arena, "evt_%lld", (long long)d->id), S("charge.paid"), str_of(payment, ID_TEXT), d->amount });
    ASSERT(!json.full);
    struct str body = arena_str(cx->arena, buf_view(&json));
    buf_free(&json);
    return body;
}

static void mac_of(const struct ctx *cx, int64_t seconds, struct str body, char out[MAC_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t mac[32];
    struct buf text;
    buf_init(&text, body.n + 32);
    buf_int(&text, seconds);
    buf_char(&text, '.');
    buf_str(&text, body);
    crypto_hmac(app_keys(cx->app)->webhook, buf_view(&text), mac);
    buf_free(&text);
    for (size_t i = 0; i < sizeof(mac); i++) {
        out[2 * i] = digits[mac[i] >> 4];
        out[2 * i + 1] = digits[mac[i] & 15];
    }
}

struct str sandbox_sign(struct ctx *cx, int64_t now_ms, struct str body)
{
    char mac[MAC_TEXT];
    mac_of(cx, now_ms / 1000, body, mac);
    return arena_fmt(cx->arena, "t=%lld,v1=%.*s", (long long)(now_ms / 1000), MAC_TEXT, mac);
}

/* "t=...,v1=..." and nothing else. */
static bool signature_parts(struct str signature, int64_t *ret_seconds, struct str *ret_mac)
{
    struct str time = str_cut(&signature, ',');
    if (!str_starts(time, S("t=")) || !signature.p || !str_starts(signature, S("v1=")))
        return false;
    *ret_mac = str_of(signature.p + 3, signature.n - 3);
    return str_to_int(str_of(time.p + 2, time.n - 2), ret_seconds) && *ret_seconds > 0 && *ret_seconds < INT64_MAX / 1000;
}

static bool genuine(const struct ctx *cx, struct str signature, struct str body)
{
    int64_t seconds, now = clock_now(app_clock(cx->app)) / 1000;
    struct str told;
    char mac[MAC_TEXT];
    if (!signature_parts(signature, &seconds, &told) || seconds < now - TOLERANCE_S || seconds > now + TOLERANCE_S || told.n != MAC_TEXT)
        return false;
    mac_of(cx, seconds, body, mac);
    return crypto_equal(told.p, mac, MAC_TEXT);
}

static int64_t webhook_claims(struct ctx *cx, struct str body)
{
    const struct id_key *ids = &app_keys(cx->app)->ids;
    struct event event = { 0 };
    int64_t payment;
    bool read = !fields_decode(cx, &event_fields, ids, body, &event);
    fail_clear(cx);
    return read && id_decode(ids, ID_PAYMENT, event.payment, &payment) ? payment : 0;
}

static err verify_webhook(struct ctx *cx, const struct merchant *m, const struct webhook *w, struct webhook_event *ret)
{
    (void)m;
    const struct id_key *ids = &app_keys(cx->app)->ids;
    struct event event = { 0 };
    if (!genuine(cx, w->signature, w->body))
        return fail(cx, ERR_WHO, "bad_signature", "The signature is missing, wrong or too old.", "서명이 없거나 올바르지 않거나 만료되었습니다.");

    err e = fields_decode(cx, &event_fields, ids, w->body, &event);
    if (e)
        return e;
    *ret = (struct webhook_event){ .id = event.id, .has_amount = true, .amount = event.amount };
    if (!id_decode(ids, ID_PAYMENT, event.payment, &ret->payment))
        ret->payment = 0;
    return OK;
}

/* Through the same door as the HTTP route. */
static err deliver_one(struct ctx *cx, const struct sandbox_delivery *d)
{
    struct webhook_in in = { .raw.body = sandbox_event(cx, d), .provider = S("sandbox") };
    err e = OK;
    for (int64_t i = 0; i < d->times && !e; i++) {
        struct raw_out answer = { 0 };
        in.signatures[provider_word(provider_named(S("sandbox")))] = sandbox_sign(cx, clock_now(app_clock(cx->app)), in.raw.body);
        e = call_run(cx, &payment_webhook_call, &in, &answer);
    }
    return e;
}

static err deliver(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct sandbox_due_out due;
    (void)self;
    (void)in;
    (void)ret_out;

    err e = call_run(cx, &sandbox_collect_call, NULL, &due);
    const struct sandbox_delivery *d = due.deliveries.at;
    for (size_t i = 0; !e && i < due.deliveries.n; i++) {
        bool ok = !deliver_one(cx, &d[i]);
        if (!ok)
            LOG(LOG_WARN, "a webhook of the sandbox was not taken", lf_i("charge", d[i].key), lf_s("why", cx->problem.detail));
        fail_clear(cx);
        e = call_run(cx, &sandbox_sent_call, &(struct sandbox_sent_in){ d[i], ok }, NULL);
    }
    return e;
}

const struct call sandbox_deliver_call = { "payment.sandbox_deliver", "Delivers the sandbox's webhooks.", CALL_STORY, NULL, NULL, deliver };

int64_t sandbox_due(void *self)
{
    struct payments *s = self;
    return atomic_load(&s->sandbox_due);
}

const struct provider sandbox_provider = {
    .name = "sandbox",
    .signature_header = "Sandbox-Signature",
    .keyless = true,
    .creates_alone = true,
    .create = create,
    .check_key = check_key,
    .confirm = confirm,
    .query = query,
    .cancel = cancel,
    .refund = refund,
    .webhook_claims = webhook_claims,
    .verify_webhook = verify_webhook,
    .books = books,
};
