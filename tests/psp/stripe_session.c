/* Checkout sessions: a page for the buyer, which makes a payment intent of the order. */
#include "stripe.h"

#include <stdio.h>

#define SESSION_MIN_MS (INT64_C(30) * 60 * 1000)
#define NAME_ROOM      64

/* The sum of line_items[0..]; 0 and a refusal when they are wrong. */
static int64_t items_total(struct ask *a, char currency[4])
{
    char name[NAME_ROOM];
    int64_t total = 0;
    for (int i = 0; i < 100; i++) {
        int64_t unit, quantity;
        snprintf(name, sizeof(name), "line_items[%d][price_data][unit_amount]", i);
        if (i && !form_get(&a->form, name).p)
            break;
        if (!stripe_want_amount(a, name, 0, &unit))
            return 0;
        snprintf(name, sizeof(name), "line_items[%d][quantity]", i);
        if (!stripe_want_amount(a, name, 1, &quantity))
            return 0;
        snprintf(name, sizeof(name), "line_items[%d][price_data][currency]", i);
        if (!stripe_want_currency(a, name, currency))
            return 0;
        total += unit * quantity;            /* a hundred products of two numbers below 10^8 */
    }
    if (total < 1 || total > 99999999) {
        stripe_refuse(a, 400, STRIPE_INVALID, "amount_too_small", "line_items", "The Checkout Session's total amount must convert to at least 50 cents.");
        return 0;
    }
    return total;
}

static bool session_expiry(struct ask *a, int64_t *ret)
{
    struct str text = form_get(&a->form, "expires_at");
    int64_t now = psp_now(a->psp), at = now / 1000 + DAY_MS / 1000;
    if (text.n && (!str_to_int(text, &at) || at * 1000 < now + SESSION_MIN_MS - 60000 || at * 1000 > now + DAY_MS + 60000)) {
        stripe_refuse(a, 400, STRIPE_INVALID, NULL, "expires_at",
                      "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.");
        return false;
    }
    *ret = at * 1000;
    return true;
}

void stripe_session_create(struct ask *a)
{
    struct psp *p = a->psp;
    struct str mode, success, named;
    char currency[4];
    int64_t expires;
    if (!stripe_want_text(a, "mode", &mode) || !stripe_want_text(a, "success_url", &success) || !session_expiry(a, &expires))
        return;
    if (!str_eq(mode, S("payment"))) {
        stripe_refuse(a, 400, STRIPE_INVALID, NULL, "mode", "This simulator knows only mode=payment.");
        return;
    }
    int64_t total = items_total(a, currency);
    if (!total)
        return;
    struct order *o = order_new(p, STRIPE, a->merchant);
    o->amount = (struct money){ .amount = total };
    memcpy(o->amount.currency, currency, sizeof(currency));
    o->session = psp_word(p, "cs_test_", 40);
    o->ref = psp_word(p, "pi_", 24);
    o->success_url = psp_keep(p, success);
    o->fail_url = psp_keep(p, form_get(&a->form, "cancel_url"));
    o->name = psp_keep(p, form_get(&a->form, "line_items[0][price_data][product_data][name]"));
    o->client_reference = psp_keep(p, form_get(&a->form, "client_reference_id"));
    o->manual = str_eq(form_get(&a->form, "payment_intent_data[capture_method]"), S("manual"));
    o->metadata = psp_keep(p, form_object(a->arena, &a->form, "payment_intent_data[metadata]"));
    o->session_metadata = psp_keep(p, form_object(a->arena, &a->form, "metadata"));
    o->expires = expires;
    named = form_get(&a->form, "payment_intent_data[metadata][order]");
    stripe_name_order(p, o, named.n ? named : form_get(&a->form, "metadata[order]"));
    order_name(p, o, "session", o->session);
    order_name(p, o, "page", o->session);
    stripe_session_write(p, a->out, o, false, false);
}

void stripe_session_show(struct ask *a)
{
    struct order *o = stripe_order_at(a, "session", a->param[0], "checkout.session");
    if (!o)
        return;
    bool deep = form_has(&a->form, "expand", S("payment_intent.latest_charge"));
    order_age(a->psp, o, false);
    stripe_session_write(a->psp, a->out, o, deep || form_has(&a->form, "expand", S("payment_intent")), deep);
}

void stripe_session_expire(struct ask *a)
{
    struct order *o = stripe_order_at(a, "session", a->param[0], "checkout.session");
    if (!o)
        return;
    if (o->state != ORDER_OPEN) {
        stripe_refuse(a, 400, STRIPE_INVALID, NULL, NULL, "Only Checkout Sessions with a status in [\"open\"] can be expired.");
        return;
    }
    o->state = ORDER_EXPIRED;
    stripe_session_write(a->psp, a->out, o, false, false);
}

/* ---- the buyer ---- */

void stripe_approve(struct psp *p, struct ask *a, struct order *o)
{
    stripe_authorise(p, o);
    order_name(p, o, "stripe", o->ref);
    if (o->manual) {
        stripe_tell(p, a, o, "payment_intent.amount_capturable_updated", OBJECT_INTENT, NULL);
    } else {
        order_take(p, o, o->amount.amount);
        stripe_tell(p, a, o, "payment_intent.succeeded", OBJECT_INTENT, NULL);
    }
    stripe_tell(p, a, o, "checkout.session.completed", OBJECT_SESSION, NULL);
}

/* A declined card: the session stays open. */
void stripe_decline(struct psp *p, struct ask *a, struct order *o)
{
    o->failed_once = true;
    stripe_tell(p, a, o, "payment_intent.payment_failed", OBJECT_INTENT, NULL);
}
