/* Stripe: a Checkout session leads the buyer to a page and becomes a payment intent there; an intent can also be made, confirmed, captured and
 * cancelled by calls. Refunds are objects of their own. Amounts of KRW are whole won. */
#include "psp.h"

#include <stdio.h>

#define SESSION_MIN_MS (INT64_C(30) * 60 * 1000)
#define INVALID        "invalid_request_error"
#define NAME_ROOM      64

void stripe_refuse(struct ask *a, int status, const char *type, const char *code, const char *param, const char *message)
{
    a->status = status;
    buf_clear(a->out);
    buf_char(a->out, '{');
    json_begin(a->out, "error");
    if (code)
        json_text(a->out, "code", code);
    json_text(a->out, "message", message);
    if (param)
        json_text(a->out, "param", param);
    json_text(a->out, "type", type);
    buf_str(a->out, S("}}"));
}

/* ---- parameters ---- */

static bool want_text(struct ask *a, const char *name, struct str *ret)
{
    *ret = form_get(&a->form, name);
    if (ret->n)
        return true;
    stripe_refuse(a, 400, INVALID, "parameter_missing", name, arena_fmt(a->arena, "Missing required param: %s.", name).p);
    return false;
}

static bool want_amount(struct ask *a, const char *name, int64_t low, int64_t *ret)
{
    struct str text = form_get(&a->form, name);
    if (str_to_int(text, ret) && *ret >= low && *ret <= 99999999)
        return true;
    stripe_refuse(a, 400, INVALID, text.n ? "parameter_invalid_integer" : "parameter_missing", name,
                  arena_fmt(a->arena, "Invalid positive integer: %s.", name).p);
    return false;
}

static bool want_currency(struct ask *a, const char *name, char ret[4])
{
    struct str text = form_get(&a->form, name);
    bool ok = text.n == 3;
    for (size_t i = 0; ok && i < 3; i++)
        ok = (text.p[i] | 0x20) >= 'a' && (text.p[i] | 0x20) <= 'z';
    if (!ok) {
        stripe_refuse(a, 400, INVALID, text.n ? NULL : "parameter_missing", name, "Invalid currency.");
        return false;
    }
    for (size_t i = 0; i < 3; i++)
        ret[i] = (char)(text.p[i] & ~0x20);
    ret[3] = 0;
    return true;
}

static struct order *order_at(struct ask *a, const char *kind, struct str name, const char *what)
{
    struct order *o = order_find(a->psp, a->merchant, kind, name);
    if (!o)
        stripe_refuse(a, 404, INVALID, "resource_missing", "id", arena_fmt(a->arena, "No such %s: '%.*s'", what, STR_ARG(name)).p);
    return o;
}

static struct order *intent_at(struct ask *a)
{
    return order_at(a, "stripe", a->param[0], "payment_intent");
}

static void answer_intent(struct ask *a, const struct order *o)
{
    stripe_intent_write(a->psp, a->out, o, form_has(&a->form, "expand", S("latest_charge")));
}

static void refuse_state(struct ask *a, const char *doing)
{
    stripe_refuse(a, 400, INVALID, "payment_intent_unexpected_state", NULL,
                  arena_fmt(a->arena, "This PaymentIntent could not be %s because of its status.", doing).p);
}

/* ---- sessions ---- */

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
        if (!want_amount(a, name, 0, &unit))
            return 0;
        snprintf(name, sizeof(name), "line_items[%d][quantity]", i);
        if (!want_amount(a, name, 1, &quantity))
            return 0;
        snprintf(name, sizeof(name), "line_items[%d][price_data][currency]", i);
        if (!want_currency(a, name, currency) || __builtin_mul_overflow(unit, quantity, &unit) || !money_add(total, unit, &total))
            return 0;
    }
    if (total < 1 || total > 99999999) {
        stripe_refuse(a, 400, INVALID, "amount_too_small", "line_items", "The Checkout Session's total amount must convert to at least 50 cents.");
        return 0;
    }
    return total;
}

static bool session_expiry(struct ask *a, int64_t *ret)
{
    struct str text = form_get(&a->form, "expires_at");
    int64_t now = psp_now(a->psp), at = now / 1000 + DAY_MS / 1000;
    if (text.n && (!str_to_int(text, &at) || at * 1000 < now + SESSION_MIN_MS - 60000 || at * 1000 > now + DAY_MS + 60000)) {
        stripe_refuse(a, 400, INVALID, NULL, "expires_at", "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.");
        return false;
    }
    *ret = at * 1000;
    return true;
}

static void name_order(struct psp *p, struct order *o, struct str metadata_order)
{
    o->order_id = psp_keep(p, metadata_order.n ? metadata_order : o->ref);
    order_name(p, o, "stripe order", o->order_id);
}

static void session_create(struct ask *a)
{
    struct psp *p = a->psp;
    struct str mode, success, named;
    char currency[4];
    int64_t expires;
    if (!want_text(a, "mode", &mode) || !want_text(a, "success_url", &success) || !session_expiry(a, &expires))
        return;
    if (!str_eq(mode, S("payment"))) {
        stripe_refuse(a, 400, INVALID, NULL, "mode", "This simulator knows only mode=payment.");
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
    name_order(p, o, named.n ? named : form_get(&a->form, "metadata[order]"));
    order_name(p, o, "session", o->session);
    order_name(p, o, "page", o->session);
    stripe_session_write(p, a->out, o, false, false);
}

static void session_show(struct ask *a)
{
    const struct order *o = order_at(a, "session", a->param[0], "checkout.session");
    if (!o)
        return;
    bool deep = form_has(&a->form, "expand", S("payment_intent.latest_charge"));
    psp_age(a->psp, false);
    stripe_session_write(a->psp, a->out, o, deep || form_has(&a->form, "expand", S("payment_intent")), deep);
}

static void session_expire(struct ask *a)
{
    struct order *o = order_at(a, "session", a->param[0], "checkout.session");
    if (!o)
        return;
    if (o->state != ORDER_OPEN) {
        stripe_refuse(a, 400, INVALID, NULL, NULL, "Only Checkout Sessions with a status in [\"open\"] can be expired.");
        return;
    }
    o->state = ORDER_EXPIRED;
    stripe_session_write(a->psp, a->out, o, false, false);
}

/* ---- intents ---- */

static const char *const declined[] = { "pm_card_chargeDeclined", "pm_card_visa_chargeDeclined", "pm_card_chargeDeclinedInsufficientFunds" };

static void authorise(struct psp *p, struct order *o)
{
    o->approved = psp_now(p);
    o->charge = psp_word(p, "ch_", 24);
    order_name(p, o, "charge", o->charge);
    o->failed_once = false;
    o->state = ORDER_APPROVED;
}

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
    authorise(p, o);
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
    if (!want_amount(a, "amount", 1, &amount) || !want_currency(a, "currency", currency))
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
    name_order(p, o, form_get(&a->form, "metadata[order]"));
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
        stripe_refuse(a, 400, INVALID, "parameter_missing", "payment_method", "You cannot confirm this PaymentIntent because it's missing a payment method.");
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
    if (form_get(&a->form, "amount_to_capture").p && !want_amount(a, "amount_to_capture", 1, &amount))
        return;
    if (amount > o->amount.amount) {
        stripe_refuse(a, 400, INVALID, "amount_too_large", "amount_to_capture", "The amount to capture is larger than what was authorized.");
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
        return order_at(a, "stripe", intent, "payment_intent");
    return order_at(a, "charge", charge, "charge");
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
    if (form_get(&a->form, "amount").p && !want_amount(a, "amount", 1, &amount))
        return;
    if (!order_left(o))
        stripe_refuse(a, 400, INVALID, "charge_already_refunded", NULL, arena_fmt(a->arena, "Charge %.*s has already been refunded.", STR_ARG(o->charge)).p);
    else if (amount > order_left(o))
        stripe_refuse(a, 400, INVALID, NULL, "amount", "Refund amount is greater than unrefunded amount on charge.");
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
        stripe_refuse(a, 404, INVALID, "resource_missing", "id", arena_fmt(a->arena, "No such refund: '%.*s'", STR_ARG(a->param[0])).p);
}

static void charge_show(struct ask *a)
{
    const struct order *o = order_at(a, "charge", a->param[0], "charge");
    if (o)
        stripe_charge_write(a->out, o);
}

/* ---- lists: newest first ---- */

struct page {
    int64_t limit, from, to;
    struct str after;
    bool begun, more;
};

static bool page_read(struct ask *a, struct page *ret)
{
    static const struct { const char *name; bool upper; int64_t off; } bounds[] = {
        { "created[gte]", false, 0 }, { "created[gt]", false, 1 }, { "created[lte]", true, 0 }, { "created[lt]", true, -1 },
    };
    *ret = (struct page){ .limit = 10, .to = INT64_MAX, .after = form_get(&a->form, "starting_after") };
    ret->begun = !ret->after.n;
    if (form_get(&a->form, "limit").p && !want_amount(a, "limit", 1, &ret->limit))
        return false;
    if (ret->limit > 100) {
        stripe_refuse(a, 400, INVALID, NULL, "limit", "This value must be less than or equal to 100.");
        return false;
    }
    for (size_t i = 0; i < COUNT(bounds); i++) {
        int64_t at;
        if (str_to_int(form_get(&a->form, bounds[i].name), &at))
            *(bounds[i].upper ? &ret->to : &ret->from) = at + bounds[i].off;
    }
    return true;
}

/* Is the next item of the list on this page? */
static bool page_takes(struct page *g, struct str ref, int64_t at_ms)
{
    int64_t at = at_ms / 1000;
    bool was = g->begun;
    g->begun |= str_eq(ref, g->after);
    if (!was || at < g->from || at > g->to)
        return false;
    g->more |= !g->limit;
    return g->limit && g->limit--;
}

static void list_begin(struct ask *a, const char *url)
{
    buf_char(a->out, '{');
    json_text(a->out, "object", "list");
    json_text(a->out, "url", url);
    json_begin_list(a->out, "data");
}

static void list_end(struct ask *a, const struct page *g)
{
    buf_char(a->out, ']');
    put_raw(a->out, "has_more", g->more ? "true" : "false");
    buf_char(a->out, '}');
}

static void intents(struct ask *a)
{
    const struct book *b = &a->psp->book;
    struct page g;
    if (!page_read(a, &g))
        return;
    list_begin(a, "/v1/payment_intents");
    for (size_t i = b->order_count; i-- > 0 && !g.more;) {
        const struct order *o = b->orders[i];
        bool there = o->vendor == STRIPE && o->merchant == a->merchant && order_find(a->psp, o->merchant, "stripe", o->ref);
        if (!there || !page_takes(&g, o->ref, o->created))
            continue;
        json_comma(a->out);
        stripe_intent_write(a->psp, a->out, o, form_has(&a->form, "expand", S("data.latest_charge")));
    }
    list_end(a, &g);
}

static void refunds(struct ask *a)
{
    const struct book *b = &a->psp->book;
    struct str intent = form_get(&a->form, "payment_intent"), charge = form_get(&a->form, "charge");
    struct page g;
    if (!page_read(a, &g))
        return;
    list_begin(a, "/v1/refunds");
    for (size_t i = b->entry_count; i-- > 0 && !g.more;) {
        const struct refund *r = b->entries[i].refund;
        const struct order *o = b->entries[i].order;
        if (!r || o->vendor != STRIPE || o->merchant != a->merchant || (intent.n && !str_eq(intent, o->ref)) || (charge.n && !str_eq(charge, o->charge)))
            continue;
        if (!page_takes(&g, r->ref, r->at))
            continue;
        json_comma(a->out);
        stripe_refund_write(a->out, r);
    }
    list_end(a, &g);
}

/* ---- the buyer ---- */

void stripe_approve(struct psp *p, struct ask *a, struct order *o)
{
    authorise(p, o);
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

/* ---- routes, with the parameters that each knows ---- */

#define PARAMS(...) (const char *const[]){ __VA_ARGS__, NULL }
#define EXPAND      "expand[*]"

const struct route stripe_routes[] = {
    { "POST", "/v1/checkout/sessions", session_create, PARAMS("mode", "success_url", "cancel_url", "client_reference_id", "expires_at", "locale",
        "customer_email", "submit_type", "payment_method_types[*]", "metadata[*]", "line_items[*][quantity]", "line_items[*][price_data][currency]",
        "line_items[*][price_data][unit_amount]", "line_items[*][price_data][product_data][name]", "line_items[*][price_data][product_data][description]",
        "payment_intent_data[capture_method]", "payment_intent_data[metadata][*]", "payment_intent_data[description]",
        "payment_intent_data[receipt_email]", "payment_intent_data[statement_descriptor_suffix]", EXPAND) },
    { "GET", "/v1/checkout/sessions/{}", session_show, PARAMS(EXPAND) },
    { "POST", "/v1/checkout/sessions/{}/expire", session_expire, PARAMS(EXPAND) },
    { "POST", "/v1/payment_intents", intent_create, PARAMS("amount", "currency", "capture_method", "confirm", "payment_method", "payment_method_types[*]",
        "automatic_payment_methods[*]", "description", "receipt_email", "return_url", "off_session", "metadata[*]", EXPAND) },
    { "GET", "/v1/payment_intents", intents, PARAMS("created[*]", "limit", "starting_after", EXPAND) },
    { "GET", "/v1/payment_intents/{}", intent_show, PARAMS(EXPAND) },
    { "POST", "/v1/payment_intents/{}/confirm", intent_confirm, PARAMS("payment_method", "return_url", "off_session", EXPAND) },
    { "POST", "/v1/payment_intents/{}/capture", intent_capture, PARAMS("amount_to_capture", EXPAND) },
    { "POST", "/v1/payment_intents/{}/cancel", intent_cancel, PARAMS("cancellation_reason", EXPAND) },
    { "POST", "/v1/refunds", refund_create, PARAMS("payment_intent", "charge", "amount", "reason", "metadata[*]", EXPAND) },
    { "GET", "/v1/refunds", refunds, PARAMS("payment_intent", "charge", "created[*]", "limit", "starting_after", EXPAND) },
    { "GET", "/v1/refunds/{}", refund_show, PARAMS(EXPAND) },
    { "GET", "/v1/charges/{}", charge_show, PARAMS(EXPAND) },
    { NULL, NULL, NULL, NULL },
};
