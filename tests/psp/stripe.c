/* Stripe: a Checkout session leads the buyer to a page and becomes a payment intent there (stripe_session.c); an intent can also be made, confirmed,
 * captured and cancelled by calls. Refunds are objects of their own. Amounts of KRW are whole won. */
#include "stripe.h"

void stripe_name_order(struct psp *p, struct order *o, struct str metadata_order)
{
    o->order_id = psp_keep(p, metadata_order.n ? metadata_order : o->ref);
    order_name(p, o, "stripe order", o->order_id);
}

void stripe_authorise(struct psp *p, struct order *o)
{
    o->approved = psp_now(p);
    o->charge = psp_word(p, "ch_", 24);
    order_name(p, o, "charge", o->charge);
    o->failed_once = false;
    o->state = ORDER_APPROVED;
}

/* ---- intents ---- */

static struct order *intent_at(struct ask *a)
{
    return stripe_order_at(a, "stripe", a->param[0], "payment_intent");
}

static void answer_intent(struct ask *a, const struct order *o)
{
    stripe_intent_write(a->psp, a->out, o, form_has(&a->form, "expand", S("latest_charge")));
}

static void refuse_state(struct ask *a, const char *doing)
{
    stripe_refuse(a, 400, STRIPE_INVALID, "payment_intent_unexpected_state", NULL,
                  arena_fmt(a->arena, "This PaymentIntent could not be %s because of its status.", doing).p);
}

static const char *const declined[] = { "pm_card_chargeDeclined", "pm_card_visa_chargeDeclined", "pm_card_chargeDeclinedInsufficientFunds" };

/* Takes the money, or sets it aside, or is declined: with the intent's own events. */
static void confirm_intent(struct ask *a, struct order *o)
{
    struct psp *p = a->psp;
    bool refused = false;
    for (size_t i = 0; i < COUNT(declined); i++)
        refused |= str_eq(o->method, str_c(declined[i]));
    if (fault_before(a, o, CALL_CHARGE))
        return;
    if (refused) {
        o->failed_once = true;
        stripe_tell(p, a, o, "payment_intent.payment_failed", OBJECT_INTENT, NULL);
        a->status = 402;
        buf_char(a->out, '{');
        json_begin(a->out, "error");
        json_text(a->out, "code", "card_declined");
        json_text(a->out, "decline_code", "generic_decline");
        json_text(a->out, "message", "Your card was declined.");
        json_text(a->out, "type", "card_error");
        json_name(a->out, "payment_intent");
        stripe_intent_write(p, a->out, o, false);
        buf_str(a->out, S("}}"));
        return;
    }
    stripe_authorise(p, o);
    if (o->manual) {
        stripe_tell(p, a, o, "payment_intent.amount_capturable_updated", OBJECT_INTENT, NULL);
    } else {
        order_take(p, o, o->amount.amount);
        stripe_tell(p, a, o, "payment_intent.succeeded", OBJECT_INTENT, NULL);
    }
    answer_intent(a, o);
    fault_after(a, o, CALL_CHARGE);
}

static void intent_create(struct ask *a)
{
    struct psp *p = a->psp;
    int64_t amount;
    char currency[4];
    if (!stripe_want_amount(a, "amount", 1, &amount) || !stripe_want_currency(a, "currency", currency))
        return;
    struct order *o = order_new(p, STRIPE, a->merchant);
    o->amount = (struct money){ .amount = amount };
    memcpy(o->amount.currency, currency, sizeof(currency));
    o->state = ORDER_CREATED;
    o->ref = psp_word(p, "pi_", 24);
    o->name = psp_keep(p, form_get(&a->form, "description"));
    o->method = psp_keep(p, form_get(&a->form, "payment_method"));
    o->manual = str_eq(form_get(&a->form, "capture_method"), S("manual"));
    o->metadata = psp_keep(p, form_object(a->arena, &a->form, "metadata"));
    stripe_name_order(p, o, form_get(&a->form, "metadata[order]"));
    order_name(p, o, "stripe", o->ref);
    if (str_eq(form_get(&a->form, "confirm"), S("true")))
        confirm_intent(a, o);
    else
        answer_intent(a, o);
}

static void intent_show(struct ask *a)
{
    const struct order *o = intent_at(a);
    if (o)
        answer_intent(a, o);
}

static void intent_confirm(struct ask *a)
{
    struct order *o = intent_at(a);
    if (!o)
        return;
    if (o->state != ORDER_CREATED) {
        refuse_state(a, "confirmed");
        return;
    }
    struct str method = form_get(&a->form, "payment_method");
    if (method.n)
        o->method = psp_keep(a->psp, method);
    if (o->method.n)
        confirm_intent(a, o);
    else
        stripe_refuse(a, 400, STRIPE_INVALID, "parameter_missing", "payment_method",
                      "You cannot confirm this PaymentIntent because it's missing a payment method.");
}

static void intent_capture(struct ask *a)
{
    struct psp *p = a->psp;
    struct order *o = intent_at(a);
    int64_t amount = o ? o->amount.amount : 0;
    if (!o)
        return;
    if (o->state != ORDER_APPROVED) {
        refuse_state(a, "captured");
        return;
    }
    if (form_get(&a->form, "amount_to_capture").p && !stripe_want_amount(a, "amount_to_capture", 1, &amount))
        return;
    if (amount > o->amount.amount) {
        stripe_refuse(a, 400, STRIPE_INVALID, "amount_too_large", "amount_to_capture", "The amount to capture is larger than what was authorized.");
        return;
    }
    if (fault_before(a, o, CALL_CHARGE))
        return;
    order_take(p, o, amount);
    stripe_tell(p, a, o, "payment_intent.succeeded", OBJECT_INTENT, NULL);
    answer_intent(a, o);
    fault_after(a, o, CALL_CHARGE);
}

static void intent_cancel(struct ask *a)
{
    struct order *o = intent_at(a);
    if (!o)
        return;
    if (o->state != ORDER_CREATED && o->state != ORDER_APPROVED) {
        refuse_state(a, "canceled");
        return;
    }
    o->state = ORDER_CANCELLED;
    o->ended = psp_now(a->psp);
    stripe_tell(a->psp, a, o, "payment_intent.canceled", OBJECT_INTENT, NULL);
    answer_intent(a, o);
}

/* ---- refunds and charges ---- */

static struct order *refund_order(struct ask *a)
{
    struct str intent = form_get(&a->form, "payment_intent"), charge = form_get(&a->form, "charge");
    if (intent.n)
        return stripe_order_at(a, "stripe", intent, "payment_intent");
    return stripe_order_at(a, "charge", charge, "charge");
}

static void refund_create(struct ask *a)
{
    struct psp *p = a->psp;
    struct order *o = refund_order(a);
    int64_t amount = o ? order_left(o) : 0;
    if (!o)
        return;
    if (o->state != ORDER_TAKEN) {
        refuse_state(a, "refunded");
        return;
    }
    if (form_get(&a->form, "amount").p && !stripe_want_amount(a, "amount", 1, &amount))
        return;
    if (!order_left(o))
        stripe_refuse(a, 400, STRIPE_INVALID, "charge_already_refunded", NULL,
                      arena_fmt(a->arena, "Charge %.*s has already been refunded.", STR_ARG(o->charge)).p);
    else if (amount > order_left(o))
        stripe_refuse(a, 400, STRIPE_INVALID, NULL, "amount", "Refund amount is greater than unrefunded amount on charge.");
    else if (!fault_before(a, o, CALL_REFUND)) {
        struct refund *r = refund_new(p, o, amount, psp_word(p, "re_", 24), form_get(&a->form, "reason"));
        r->metadata = psp_keep(p, form_object(a->arena, &a->form, "metadata"));
        stripe_refund_write(a->out, r);
        if (r->state == REFUND_DONE)
            stripe_tell(p, a, o, "charge.refunded", OBJECT_CHARGE, NULL);
        fault_after(a, o, CALL_REFUND);
    }
}

static void refund_show(struct ask *a)
{
    const struct refund *r = refund_find(a->psp, a->merchant, a->param[0]);
    if (r)
        stripe_refund_write(a->out, r);
    else
        stripe_refuse(a, 404, STRIPE_INVALID, "resource_missing", "id", arena_fmt(a->arena, "No such refund: '%.*s'", STR_ARG(a->param[0])).p);
}

static void charge_show(struct ask *a)
{
    const struct order *o = stripe_order_at(a, "charge", a->param[0], "charge");
    if (o)
        stripe_charge_write(a->out, o);
}

/* ---- routes, with the parameters that each knows ---- */

#define PARAMS(...) (const char *const[]){ __VA_ARGS__, NULL }
#define EXPAND      "expand[*]"

const struct route stripe_routes[] = {
    { "POST", "/v1/checkout/sessions", stripe_session_create, PARAMS("mode", "success_url", "cancel_url", "client_reference_id", "expires_at", "locale",
        "customer_email", "submit_type", "payment_method_types[*]", "metadata[*]", "line_items[*][quantity]", "line_items[*][price_data][currency]",
        "line_items[*][price_data][unit_amount]", "line_items[*][price_data][product_data][name]", "line_items[*][price_data][product_data][description]",
        "payment_intent_data[capture_method]", "payment_intent_data[metadata][*]", "payment_intent_data[description]",
        "payment_intent_data[receipt_email]", "payment_intent_data[statement_descriptor_suffix]", EXPAND) },
    { "GET", "/v1/checkout/sessions/{}", stripe_session_show, PARAMS(EXPAND) },
    { "POST", "/v1/checkout/sessions/{}/expire", stripe_session_expire, PARAMS(EXPAND) },
    { "POST", "/v1/payment_intents", intent_create, PARAMS("amount", "currency", "capture_method", "confirm", "payment_method", "payment_method_types[*]",
        "automatic_payment_methods[*]", "description", "receipt_email", "return_url", "off_session", "metadata[*]", EXPAND) },
    { "GET", "/v1/payment_intents", stripe_intents, PARAMS("created[*]", "limit", "starting_after", EXPAND) },
    { "GET", "/v1/payment_intents/{}", intent_show, PARAMS(EXPAND) },
    { "POST", "/v1/payment_intents/{}/confirm", intent_confirm, PARAMS("payment_method", "return_url", "off_session", EXPAND) },
    { "POST", "/v1/payment_intents/{}/capture", intent_capture, PARAMS("amount_to_capture", EXPAND) },
    { "POST", "/v1/payment_intents/{}/cancel", intent_cancel, PARAMS("cancellation_reason", EXPAND) },
    { "POST", "/v1/refunds", refund_create, PARAMS("payment_intent", "charge", "amount", "reason", "metadata[*]", EXPAND) },
    { "GET", "/v1/refunds", stripe_refunds, PARAMS("payment_intent", "charge", "created[*]", "limit", "starting_after", EXPAND) },
    { "GET", "/v1/refunds/{}", refund_show, PARAMS(EXPAND) },
    { "GET", "/v1/charges/{}", charge_show, PARAMS(EXPAND) },
    { NULL, NULL, NULL, NULL },
};
