/* Stripe's webhooks: signed, with the time in the signature. Their events are only reasons to ask, too; their amounts are compared. */
#include "stripe.h"

#include "base/clock.h"
#include "platform/call/app.h"
#include "platform/crypto/crypto.h"

#define MAC_TEXT 64           /* 32 bytes in hex */
#define MACS_MAX 8

/* ---- the signature: "t=SECONDS,v1=HEX[,v1=HEX...]"; other schemes are passed over ---- */

struct signature {
    int64_t seconds;
    struct str macs[MACS_MAX];
    size_t n;
};

static bool signature_read(struct str text, struct signature *ret)
{
    *ret = (struct signature){ 0 };
    while (text.n) {
        struct str value = str_cut(&text, ','), name = str_cut(&value, '=');
        if (str_eq(name, S("t")) && !str_to_int(value, &ret->seconds))
            return false;
        if (str_eq(name, S("v1")) && value.n == MAC_TEXT && ret->n < MACS_MAX)
            ret->macs[ret->n++] = value;
    }
    return ret->n && ret->seconds > 0;
}

static void hex_of(const uint8_t bytes[MAC_TEXT / 2], char out[MAC_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < MAC_TEXT / 2; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
}

bool stripe_signature_ok(struct str signature, struct str body, const struct str *secrets, size_t n, int64_t now_ms)
{
    struct signature s;
    struct buf text;
    bool ok = false;
    int64_t now = now_ms / 1000;
    if (!signature_read(signature, &s) || s.seconds < now - STRIPE_TOLERANCE_S || s.seconds > now + STRIPE_TOLERANCE_S)
        return false;
    buf_init(&text, body.n + 32);
    buf_int(&text, s.seconds);
    buf_char(&text, '.');
    buf_str(&text, body);
    for (size_t i = 0; i < n; i++) {
        uint8_t mac[MAC_TEXT / 2];
        char want[MAC_TEXT];
        if (!secrets[i].n)
            continue;
        crypto_hmac_text(secrets[i], buf_view(&text), mac);
        hex_of(mac, want);
        for (size_t k = 0; k < s.n; k++)
            ok |= crypto_equal(s.macs[k].p, want, MAC_TEXT);
    }
    buf_free(&text);
    return ok;
}

/* ---- events ---- */

static const struct {
    const char *type;
    bool approved;            /* the buyer has approved it; the money may be taken */
    const char *amount;       /* of its object: what it claims to have been taken; NULL: nothing of the kind */
} kinds[] = {
    { "checkout.session.completed", true, NULL },
    { "checkout.session.expired", false, NULL },
    { "checkout.session.async_payment_succeeded", false, NULL },
    { "checkout.session.async_payment_failed", false, NULL },
    { "payment_intent.amount_capturable_updated", true, NULL },
    { "payment_intent.succeeded", false, "amount_received" },
    { "payment_intent.payment_failed", false, NULL },
    { "payment_intent.canceled", false, NULL },
    { "charge.refunded", false, NULL },
    { "charge.refund.updated", false, NULL },
    { "refund.created", false, NULL },
    { "refund.updated", false, NULL },
    { "refund.failed", false, NULL },
};

struct event {
    struct str id, order;
    bool known, approved, has_amount;
    struct money amount;
};

static void event_take(struct ctx *cx, const cJSON *document, void *out)
{
    struct event *e = out;
    const cJSON *object = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(document, "data"), "object");
    struct str type = vendor_text(cx, document, "type");
    *e = (struct event){ .id = vendor_text(cx, document, "id") };
    e->order = vendor_text(cx, cJSON_GetObjectItemCaseSensitive(object, "metadata"), "order");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        int64_t amount;
        if (!str_eq(type, str_c(kinds[i].type)))
            continue;
        e->known = true;
        e->approved = kinds[i].approved;
        e->has_amount = kinds[i].amount && vendor_int(object, kinds[i].amount, &amount) &&
                        stripe_money(amount, vendor_text(cx, object, "currency"), &e->amount);
    }
}

int64_t stripe_webhook_claims(struct ctx *cx, struct str body)
{
    struct event e = { 0 };
    vendor_read(cx, body, event_take, &e);
    return vendor_order(cx, e.order);
}

err stripe_webhook_verify(struct ctx *cx, const struct merchant *m, const struct webhook *w, struct webhook_event *ret)
{
    struct event e = { 0 };
    const struct merchant *with = m ? m : &vendors_of(cx)->own[provider_word(&stripe_provider)];
    size_t n = sizeof(with->webhook_secrets) / sizeof(with->webhook_secrets[0]);
    if (!stripe_signature_ok(w->signature, w->body, with->webhook_secrets, n, clock_now(app_clock(cx->app))))
        return fail(cx, ERR_WHO, "bad_signature", "The signature is missing, wrong or too old.", "서명이 없거나 올바르지 않거나 만료되었습니다.");
    if (!vendor_read(cx, w->body, event_take, &e) || !e.id.n || e.id.n > 64)
        return fail(cx, ERR_INPUT, NULL, "The body is no event of Stripe's.", "Stripe의 이벤트가 아닙니다.");
    *ret = (struct webhook_event){ .id = e.id, .payment = e.known ? vendor_order(cx, e.order) : 0, .approved = e.approved,
                                   .has_amount = e.has_amount, .amount = e.amount };
    return OK;
}
