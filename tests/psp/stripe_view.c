/* How Stripe writes its objects and events. */
#include "psp.h"

#define API_VERSION "2026-08-26.dahlia"

static void put_bool(struct buf *out, const char *name, bool value)
{
    put_raw(out, name, value ? "true" : "false");
}

/* A time in seconds; null when there is none. */
static void put_seconds(struct buf *out, const char *name, int64_t ms)
{
    if (ms)
        json_int(out, name, ms / 1000);
    else
        put_raw(out, name, "null");
}

static void put_currency(struct buf *out, const char currency[4])
{
    json_name(out, "currency");
    buf_fmt(out, "\"%c%c%c\"", currency[0] | 0x20, currency[1] | 0x20, currency[2] | 0x20);
}

static void put_metadata(struct buf *out, struct str metadata)
{
    json_name(out, "metadata");
    buf_str(out, metadata.n ? metadata : S("{}"));
}

static void begin(struct buf *out, struct str id, const char *object)
{
    buf_char(out, '{');
    put_str(out, "id", id);
    json_text(out, "object", object);
}

static const char *intent_status(const struct order *o)
{
    switch (o->state) {
    case ORDER_APPROVED: return "requires_capture";
    case ORDER_TAKEN: return "succeeded";
    case ORDER_CANCELLED: return "canceled";
    default: return o->method.n && !o->failed_once ? "requires_confirmation" : "requires_payment_method";
    }
}

/* As it was taken, or else as it was asked for. */
static const char *currency_of(const struct order *o)
{
    return o->state == ORDER_TAKEN ? o->taken.currency : o->amount.currency;
}

void stripe_intent_write(struct psp *p, struct buf *out, const struct order *o, bool with_charge)
{
    (void)p;
    begin(out, o->ref, "payment_intent");
    json_int(out, "amount", o->amount.amount);
    json_int(out, "amount_capturable", o->state == ORDER_APPROVED ? o->amount.amount : 0);
    json_int(out, "amount_received", o->taken.amount);
    put_raw(out, "application", "null");
    put_seconds(out, "canceled_at", o->state == ORDER_CANCELLED ? o->ended : 0);
    put_raw(out, "cancellation_reason", "null");
    json_text(out, "capture_method", o->manual ? "manual" : "automatic");
    json_name(out, "client_secret");
    buf_fmt(out, "\"%.*s_secret_%08llx\"", STR_ARG(o->ref), (unsigned long long)(str_hash(o->ref) & 0xffffffff));
    json_text(out, "confirmation_method", "automatic");
    json_int(out, "created", o->created / 1000);
    put_currency(out, currency_of(o));
    put_raw(out, "customer", "null");
    put_str(out, "description", o->name);
    put_raw(out, "last_payment_error", !o->failed_once ? "null" : "{\"type\":\"card_error\",\"code\":\"card_declined\","
            "\"decline_code\":\"generic_decline\",\"message\":\"Your card was declined.\"}");
    json_name(out, "latest_charge");
    if (o->charge.n && with_charge)
        stripe_charge_write(out, o);
    else if (o->charge.n)
        json_write_str(out, o->charge);
    else
        buf_str(out, S("null"));
    put_bool(out, "livemode", false);
    put_metadata(out, o->metadata);
    put_raw(out, "next_action", "null");
    put_str(out, "payment_method", o->approved && !o->method.n ? S("pm_card_visa") : o->method);
    put_raw(out, "payment_method_types", "[\"card\"]");
    put_raw(out, "receipt_email", "null");
    json_text(out, "status", intent_status(o));
    buf_char(out, '}');
}

void stripe_charge_write(struct buf *out, const struct order *o)
{
    int64_t back = 0;
    for (const struct refund *r = o->refunds; r; r = r->next)
        back += r->state == REFUND_FAILED ? 0 : r->amount;
    begin(out, o->charge, "charge");
    json_int(out, "amount", o->taken.amount > o->amount.amount ? o->taken.amount : o->amount.amount);
    json_int(out, "amount_captured", o->taken.amount);
    json_int(out, "amount_refunded", back);
    put_bool(out, "captured", o->state == ORDER_TAKEN);
    json_int(out, "created", o->approved / 1000);
    put_currency(out, currency_of(o));
    put_raw(out, "failure_code", "null");
    put_bool(out, "livemode", false);
    put_metadata(out, o->metadata);
    put_bool(out, "paid", true);
    put_str(out, "payment_intent", o->ref);
    put_bool(out, "refunded", (o->taken.amount && back == o->taken.amount) || o->state == ORDER_CANCELLED);
    json_text(out, "status", "succeeded");
    buf_char(out, '}');
}

void stripe_refund_write(struct buf *out, const struct refund *r)
{
    static const char *const words[] = { [REFUND_PENDING] = "pending", [REFUND_DONE] = "succeeded", [REFUND_FAILED] = "failed" };
    begin(out, r->ref, "refund");
    json_int(out, "amount", r->amount);
    put_raw(out, "balance_transaction", "null");
    put_str(out, "charge", r->order->charge);
    json_int(out, "created", r->at / 1000);
    put_currency(out, r->order->taken.currency);
    if (r->state == REFUND_FAILED)
        json_text(out, "failure_reason", "expired_or_canceled_card");
    put_metadata(out, r->metadata);
    put_str(out, "payment_intent", r->order->ref);
    put_str(out, "reason", r->reason);
    json_text(out, "status", words[r->state]);
    buf_char(out, '}');
}

void stripe_session_write(struct psp *p, struct buf *out, const struct order *o, bool with_intent, bool with_charge)
{
    bool complete = o->approved > 0;
    begin(out, o->session, "checkout.session");
    json_int(out, "amount_subtotal", o->amount.amount);
    json_int(out, "amount_total", o->amount.amount);
    put_str(out, "cancel_url", o->fail_url);
    put_str(out, "client_reference_id", o->client_reference);
    json_int(out, "created", o->created / 1000);
    put_currency(out, o->amount.currency);
    put_raw(out, "customer", "null");
    json_int(out, "expires_at", o->expires / 1000);
    put_bool(out, "livemode", false);
    put_metadata(out, o->session_metadata);
    json_text(out, "mode", "payment");
    json_name(out, "payment_intent");
    if (complete && with_intent)
        stripe_intent_write(p, out, o, with_charge);
    else if (complete)
        json_write_str(out, o->ref);
    else
        buf_str(out, S("null"));
    put_raw(out, "payment_method_types", "[\"card\"]");
    json_text(out, "payment_status", o->state == ORDER_TAKEN ? "paid" : "unpaid");
    json_text(out, "status", complete ? "complete" : o->state == ORDER_EXPIRED ? "expired" : "open");
    put_str(out, "success_url", o->success_url);
    json_name(out, "url");
    if (o->state == ORDER_OPEN)
        buf_fmt(out, "\"%.*s/pay/%.*s\"", STR_ARG(p->origin), STR_ARG(o->session));
    else
        buf_str(out, S("null"));
    buf_char(out, '}');
}

void stripe_tell(struct psp *p, struct ask *a, struct order *o, const char *event, enum stripe_object object, const struct refund *r)
{
    struct buf body;
    buf_init(&body, 1024 * 1024);
    begin(&body, psp_word(p, "evt_", 24), "event");
    json_text(&body, "api_version", API_VERSION);
    json_int(&body, "created", psp_now(p) / 1000);
    json_begin(&body, "data");
    json_name(&body, "object");
    switch (object) {
    case OBJECT_INTENT: stripe_intent_write(p, &body, o, false); break;
    case OBJECT_SESSION: stripe_session_write(p, &body, o, false, false); break;
    case OBJECT_CHARGE: stripe_charge_write(&body, o); break;
    case OBJECT_REFUND: stripe_refund_write(&body, r); break;
    }
    buf_char(&body, '}');
    put_bool(&body, "livemode", false);
    json_int(&body, "pending_webhooks", 1);
    put_raw(&body, "request", "{\"id\":null,\"idempotency_key\":null}");
    json_text(&body, "type", event);
    buf_char(&body, '}');
    psp_tell(p, a, o, buf_view(&body));
    buf_free(&body);
}
