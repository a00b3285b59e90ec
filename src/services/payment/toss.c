/* Toss Payments: a payment is made by us, approved by the buyer on its page, and confirmed by us, which takes the money; one by transfer waits for
 * the buyer's deposit instead. Its webhooks are not signed: each is a reason to ask, and what it claims is not believed. */
#include "toss.h"

#include "base/clock.h"
#include "platform/crypto/crypto.h"
#include "platform/json/build.h"
#include "platform/obs/log.h"
#include "refund_account.h"

#define TITLE_MAX 100
#define KEY_MAX   200
#define BOOKS_MAX 100
#define SEOUL_MS  (INT64_C(9) * 60 * 60 * 1000)

/* ---- asking ---- */

static struct answer ask(struct ctx *cx, const struct merchant *m, struct str path, struct str json, struct str idempotency_key)
{
    struct fetch_header key = { "Idempotency-Key", idempotency_key };
    return vendor_ask(cx, "toss", &(struct fetch){
        .url = arena_fmt(cx->arena, "%.*s%.*s", STR_ARG(vendors_of(cx)->toss_url), STR_ARG(path)),
        .json = json,
        .user = m->secret_key,               /* with an empty password */
        .headers = &key,
        .header_count = idempotency_key.n ? 1 : 0,
    });
}

static struct answer get(struct ctx *cx, const struct merchant *m, const char *folder, struct str name)
{
    struct str path = arena_fmt(cx->arena, "/v1/payments/%s%.*s", folder, STR_ARG(form_value(cx->arena, name)));
    return ask(cx, m, path, (struct str){ 0 }, (struct str){ 0 });
}

/* Closes the object. */
static struct str finish(struct ctx *cx, struct buf *json)
{
    buf_char(json, '}');
    ASSERT(!json->full);
    struct str text = arena_str(cx->arena, buf_view(json));
    buf_free(json);
    return text;
}

static void begin(struct buf *json)
{
    buf_init(json, 16 * 1024);
    buf_char(json, '{');
}

static void put(struct buf *json, const char *name, struct str value)
{
    json_name(json, name);
    json_write_str(json, value);
}

/* One look under one name. ABSENT: Toss knows no such payment. */
static struct verdict look_at(struct ctx *cx, const struct charge *c, const char *folder, struct str name, struct toss_payment *ret)
{
    struct answer a = get(cx, c->merchant, folder, name);
    if (a.status == 404)
        return (struct verdict){ .kind = VERDICT_ABSENT };
    if (a.status != 200 || !toss_payment_read(cx, a.body, ret))
        return vendor_unknown(&a);
    return toss_payment_verdict(ret, c);
}

/* By the name that Toss has given it, else by our own. What the buyer's browser brought may be the name of another's payment. *ret_found: there
 * is one of this charge, in *ret. */
static struct verdict look(struct ctx *cx, const struct charge *c, struct toss_payment *ret, bool *ret_found)
{
    const struct { const char *folder; struct str name; } ways[] = { { "", c->ref }, { "", c->payment_key }, { "orders/", c->order } };
    bool foreign = false;
    struct verdict v = { .kind = VERDICT_ABSENT };
    *ret_found = false;
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        if (!ways[i].name.n || (i == 1 && str_eq(c->payment_key, c->ref)))
            continue;
        *ret = (struct toss_payment){ 0 };
        v = look_at(cx, c, ways[i].folder, ways[i].name, ret);
        *ret_found = v.kind != VERDICT_FOREIGN && v.kind != VERDICT_UNKNOWN && ret->key.n;
        if (*ret_found || v.kind == VERDICT_UNKNOWN)
            return v;
        foreign |= v.kind == VERDICT_FOREIGN;
    }
    return foreign ? (struct verdict){ .kind = VERDICT_FOREIGN } : v;
}

/* ---- making one ---- */

static struct str create_body(struct ctx *cx, const struct charge *c)
{
    static const char *const methods[] = { "CARD", "VIRTUAL_ACCOUNT", "TRANSFER", "MOBILE_PHONE" };
    struct buf json;
    int method = 0;
    for (int i = 0; payment_method_words[i]; i++)
        if (str_eq(c->method, str_c(payment_method_words[i])))
            method = i;
    begin(&json);
    json_text(&json, "method", methods[method]);
    json_int(&json, "amount", c->amount.amount);
    json_text(&json, "currency", c->amount.currency);
    put(&json, "orderId", c->order);
    put(&json, "orderName", vendor_title(c, TITLE_MAX));
    put(&json, "successUrl", vendor_return_url(cx, c, NULL));
    put(&json, "failUrl", vendor_return_url(cx, c, "failed=1"));
    return finish(cx, &json);
}

/* Where the buyer goes on: to Toss's page, or back to ours with what its page would have returned. */
static bool onward(struct ctx *cx, const struct charge *c, const struct toss_payment *p, struct created *ret)
{
    *ret = (struct created){ .ref = p->key };
    if (str_eq(p->status, S("READY")))
        return vendor_redirect(cx, p->checkout, ret);
    struct str more = arena_fmt(cx->arena, "paymentKey=%.*s&orderId=%.*s&amount=%lld", STR_ARG(form_value(cx->arena, p->key)), STR_ARG(c->order),
                                (long long)c->amount.amount);
    return vendor_redirect(cx, vendor_return_url(cx, c, more.p), ret);
}

/* A question that is repeated is answered as it was at first, so a payment that is known already is looked at instead. */
static err create(struct ctx *cx, const struct charge *c, struct created *ret)
{
    struct toss_payment p;
    struct verdict v = { .kind = VERDICT_UNKNOWN };
    bool found = false;
    if (strcmp(c->amount.currency, "KRW") != 0)
        return fail(cx, ERR_CONFLICT, "currency_not_offered", "Toss Payments takes only KRW; choose another provider.",
                    "토스페이먼츠는 원화만 결제할 수 있습니다. 다른 결제 수단을 선택해 주세요.");

    struct answer a = { 0 };
    if (c->ref.n)
        v = look(cx, c, &p, &found);
    if (!found)
        a = ask(cx, c->merchant, S("/v1/payments"), create_body(cx, c), arena_fmt(cx->arena, "%.*s-create", STR_ARG(c->order)));
    if (a.status == 200 && toss_payment_read(cx, a.body, &p)) {
        v = toss_payment_verdict(&p, c);
        found = v.kind != VERDICT_FOREIGN;
    } else if (a.status / 100 == 4 && toss_error(cx, a.body) == TOSS_LOOK) {
        v = look(cx, c, &p, &found);
    }
    if (found && v.kind == VERDICT_DECLINED) {
        *ret = (struct created){ .ref = p.key, .over = true };
        return OK;
    }
    return found && onward(cx, c, &p, ret) ? OK : vendor_unavailable(cx, &a);
}

static bool key_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static err check_key(struct ctx *cx, const struct charge *c, struct str payment_key)
{
    size_t i = 0;
    (void)c;
    while (i < payment_key.n && key_letter(payment_key.p[i]))
        i++;
    if (payment_key.n && payment_key.n <= KEY_MAX && i == payment_key.n)
        return OK;
    return fail_field(cx, S("payment_key"), "must be the paymentKey that Toss's page has returned", "토스 결제창이 돌려준 paymentKey여야 합니다");
}

/* ---- taking the money ---- */

static struct verdict query(struct ctx *cx, const struct charge *c)
{
    struct toss_payment p;
    bool found;
    return look(cx, c, &p, &found);
}

/* The question came to nothing. What the payment says counts; when nothing was ever approved there is nothing to take. */
static struct verdict came_to_nothing(struct ctx *cx, const struct charge *c)
{
    struct verdict v = query(cx, c);
    if (v.kind == VERDICT_ABSENT)
        v.kind = VERDICT_DECLINED;
    return v;
}

static struct verdict confirm(struct ctx *cx, const struct charge *c)
{
    struct toss_payment p;
    struct buf json;
    begin(&json);
    put(&json, "paymentKey", c->payment_key.n ? c->payment_key : c->ref);
    put(&json, "orderId", c->order);
    json_int(&json, "amount", c->amount.amount);
    struct answer a = ask(cx, c->merchant, S("/v1/payments/confirm"), finish(cx, &json), arena_fmt(cx->arena, "%.*s-confirm", STR_ARG(c->order)));
    if (a.status == 200 && toss_payment_read(cx, a.body, &p))
        return toss_payment_verdict(&p, c);
    if (a.status / 100 != 4)
        return vendor_unknown(&a);
    switch (toss_error(cx, a.body)) {
    case TOSS_DECLINED: return (struct verdict){ .kind = VERDICT_DECLINED };
    case TOSS_LOOK: return came_to_nothing(cx, c);
    default: return vendor_unknown(&a);
    }
}

/* ---- giving it back ---- */

static struct str cancel_path(struct ctx *cx, const struct toss_payment *p)
{
    return arena_fmt(cx->arena, "/v1/payments/%.*s/cancel", STR_ARG(form_value(cx->arena, p->key)));
}

/* An approval that is not confirmed lapses by itself, and only we confirm. One by transfer would still take the buyer's deposit. */
static struct verdict cancel(struct ctx *cx, const struct charge *c)
{
    struct toss_payment p;
    struct buf json;
    bool found;
    struct verdict v = look(cx, c, &p, &found);
    if (v.kind == VERDICT_ABSENT || v.kind == VERDICT_DECLINED)
        return (struct verdict){ .kind = VERDICT_APPROVED };
    if (v.kind == VERDICT_APPROVED)
        return (struct verdict){ .kind = VERDICT_DECLINED };
    if (v.kind != VERDICT_PENDING)
        return v;

    begin(&json);
    json_text(&json, "cancelReason", "not needed any more");
    struct answer a = ask(cx, c->merchant, cancel_path(cx, &p), finish(cx, &json), arena_fmt(cx->arena, "%.*s-cancel", STR_ARG(c->order)));
    return a.status == 200 ? (struct verdict){ .kind = VERDICT_APPROVED } : vendor_unknown(&a);
}

/* The idempotency key holds the account too: another one is another question. */
static struct str refund_key(struct ctx *cx, const struct give_back *r, const struct refund_account *to)
{
    uint8_t digest[8];
    struct str text = arena_fmt(cx->arena, "%.*s|%.*s|%.*s", STR_ARG(to->bank), STR_ARG(to->number), STR_ARG(to->holder));
    if (!to->number.n)
        return r->order;
    crypto_digest(text, digest, sizeof(digest));
    return arena_fmt(cx->arena, "%.*s-%.*s", STR_ARG(r->order), STR_ARG(base64url(cx->arena, str_of((const char *)digest, sizeof(digest)))));
}

static struct answer refund_ask(struct ctx *cx, const struct charge *c, const struct toss_payment *p, const struct give_back *r,
                                const struct refund_account *to)
{
    struct buf json;
    begin(&json);
    put(&json, "cancelReason", toss_cancel_reason(cx, r));
    json_int(&json, "cancelAmount", r->amount);
    if (to->number.n) {
        json_begin(&json, "refundReceiveAccount");
        put(&json, "bank", to->bank);
        put(&json, "accountNumber", to->number);
        put(&json, "holderName", to->holder);
        buf_char(&json, '}');
    }
    return ask(cx, c->merchant, cancel_path(cx, p), finish(cx, &json), refund_key(cx, r, to));
}

static struct verdict refund(struct ctx *cx, const struct charge *c, const struct give_back *r)
{
    struct refund_account to = { 0 };
    struct toss_payment p;
    bool found;
    struct verdict v = look(cx, c, &p, &found);
    if (v.kind != VERDICT_APPROVED)
        return v.kind == VERDICT_FOREIGN ? v : (struct verdict){ .kind = VERDICT_UNKNOWN, .throttled = v.throttled };
    const struct toss_cancel *known = toss_cancel_of(&p, r);
    if (known)
        return toss_cancel_verdict(known);
    if (p.by_transfer && call_run(cx, &refund_account_find_call, &c->payment, &to))
        return (struct verdict){ .kind = VERDICT_UNKNOWN };
    if (p.by_transfer && !to.number.n)
        return (struct verdict){ .kind = VERDICT_PENDING };

    struct answer a = refund_ask(cx, c, &p, r, &to);
    if (a.status == 200 && toss_payment_read(cx, a.body, &p)) {
        known = toss_payment_verdict(&p, c).kind == VERDICT_APPROVED ? toss_cancel_of(&p, r) : NULL;
        return known ? toss_cancel_verdict(known) : (struct verdict){ .kind = VERDICT_UNKNOWN };
    }
    if (a.status / 100 != 4)
        return vendor_unknown(&a);
    switch (toss_error(cx, a.body)) {
    case TOSS_DECLINED: return (struct verdict){ .kind = VERDICT_DECLINED };
    case TOSS_ACCOUNT: return (struct verdict){ .kind = VERDICT_PENDING };
    case TOSS_LOOK:
        v = look(cx, c, &p, &found);
        known = found ? toss_cancel_of(&p, r) : NULL;
        return known ? toss_cancel_verdict(known) : (struct verdict){ .kind = found ? VERDICT_DECLINED : VERDICT_UNKNOWN };
    default: return vendor_unknown(&a);
    }
}

/* ---- webhooks ---- */

static int64_t webhook_claims(struct ctx *cx, struct str body)
{
    struct toss_hint h;
    return toss_hint_read(cx, body, &h) ? vendor_order(cx, h.order) : 0;
}

static err not_genuine(struct ctx *cx)
{
    return fail(cx, ERR_WHO, "bad_signature", "This is not what Toss Payments sends.", "토스페이먼츠가 보낸 내용이 아닙니다.");
}

/* A deposit's message holds a secret that only Toss and the merchant can read in the payment. */
static err check_secret(struct ctx *cx, const struct merchant *m, const struct toss_hint *h)
{
    struct toss_payment p;
    struct answer a = get(cx, m, "orders/", h->order);
    if (a.status == 404)
        return not_genuine(cx);
    if (a.status != 200 || !toss_payment_read(cx, a.body, &p))
        return vendor_unavailable(cx, &a);
    return p.secret.n && p.secret.n == h->secret.n && crypto_equal(p.secret.p, h->secret.p, p.secret.n) ? OK : not_genuine(cx);
}

static err verify_webhook(struct ctx *cx, const struct merchant *m, const struct webhook *w, struct webhook_event *ret)
{
    struct toss_hint h;
    uint8_t digest[32];
    if (!toss_hint_read(cx, w->body, &h))
        return not_genuine(cx);
    if (h.deposit) {
        err e = check_secret(cx, m ? m : &vendors_of(cx)->own[provider_word(&toss_provider)], &h);
        if (e)
            return e;
    }
    crypto_sha256(w->body, digest);          /* it names its events by nothing */
    *ret = (struct webhook_event){ .id = base64url(cx->arena, str_of((const char *)digest, sizeof(digest))), .payment = vendor_order(cx, h.order),
                                   .approved = str_eq(h.status, S("IN_PROGRESS")), .has_amount = h.has_total, .amount = h.total };
    return OK;
}

/* ---- its books ---- */

/* "2022-01-01T00:00:00", of Seoul. */
static struct str seoul(struct ctx *cx, int64_t ms)
{
    char text[TIME_TEXT_MAX];
    struct str utc = time_format((ms + SEOUL_MS) / 1000 * 1000, text);
    return arena_str(cx->arena, str_of(utc.p, utc.n - 1));
}

static err books(struct ctx *cx, const struct merchant *m, int64_t from, int64_t to, struct str cursor, struct provider_page *ret)
{
    struct str query = form_add(cx->arena, (struct str){ 0 }, "startDate", seoul(cx, from)), last;
    size_t n;
    query = form_add(cx->arena, query, "endDate", seoul(cx, to));
    query = form_add(cx->arena, query, "limit", arena_fmt(cx->arena, "%d", BOOKS_MAX));
    if (cursor.n)
        query = form_add(cx->arena, query, "startingAfter", cursor);
    struct answer a = ask(cx, m, arena_fmt(cx->arena, "/v1/transactions?%.*s", STR_ARG(query)), (struct str){ 0 }, (struct str){ 0 });
    *ret = (struct provider_page){ 0 };
    if (a.status != 200 || !toss_transactions_read(cx, a.body, from, to, &ret->lines, &n, &last))
        return vendor_unavailable(cx, &a);
    if (n >= BOOKS_MAX)
        ret->next = last;
    return OK;
}

/* ---- deposits ---- */

static err deposit(struct ctx *cx, const struct charge *c, struct deposit *ret)
{
    struct toss_payment p;
    bool found;
    struct verdict v = look(cx, c, &p, &found);
    if (v.kind == VERDICT_UNKNOWN)
        return vendor_unavailable(cx, &(struct answer){ 0 });
    if (v.kind != VERDICT_PENDING || !p.by_transfer)
        return fail(cx, ERR_MISSING, NULL, "No deposit is waited for.", "입금을 기다리는 결제가 아닙니다.");
    *ret = p.deposit;
    return OK;
}

const struct provider toss_provider = {
    .name = "toss",
    .create = create,
    .check_key = check_key,
    .confirm = confirm,
    .query = query,
    .cancel = cancel,
    .refund = refund,
    .webhook_claims = webhook_claims,
    .verify_webhook = verify_webhook,
    .books = books,
    .deposit = deposit,
};
