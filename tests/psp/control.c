/* /psp/...: for those who test a merchant: what the companies' own ledger says, and the switches. */
#include "psp.h"

#define PAGE_MAX 1000

#define OF(type, member) .at = offsetof(struct type, member)

static void refuse(struct ask *a, int status, const char *why)
{
    a->status = status;
    buf_clear(a->out);
    buf_char(a->out, '{');
    json_text(a->out, "error", why);
    buf_char(a->out, '}');
}

static bool read_body(struct ask *a, const struct fields *fields, void *out)
{
    struct ctx cx = { .arena = a->arena };
    struct str body = a->request->body.n ? a->request->body : S("{}");
    if (!fields_decode(&cx, fields, NULL, body, out))
        return true;
    const struct field_error *fault = cx.problem.fields;
    refuse(a, 400, fault ? arena_fmt(a->arena, "%.*s: %.*s", STR_ARG(fault->field), STR_ARG(fault->message)).p : "no JSON object");
    return false;
}

/* ---- the ledger ---- */

static const char *const refund_words[] = { [REFUND_PENDING] = "pending", [REFUND_DONE] = "done", [REFUND_FAILED] = "failed" };

static void entry_write(struct buf *out, const struct entry *e)
{
    const struct order *o = e->order;
    const struct refund *r = e->refund;
    json_comma(out);
    buf_char(out, '{');
    json_text(out, "kind", r ? "refund" : "charge");
    json_text(out, "provider", o->vendor == TOSS ? "toss" : "stripe");
    json_int(out, "merchant", o->merchant);
    put_str(out, "ref", r ? r->ref : o->ref);
    put_str(out, "payment", o->ref);
    put_str(out, "order", o->order_id);
    json_int(out, "amount", r ? r->amount : o->taken.amount);
    json_text(out, "currency", o->taken.currency);
    json_int(out, "asked", o->amount.amount);
    json_text(out, "status", r ? refund_words[r->state] : "captured");
    json_text(out, "profile", o->profile->name);
    json_int(out, "at_ms", r ? r->at : o->ended);
    buf_char(out, '}');
}

static int64_t query_int(struct ask *a, struct str name, int64_t otherwise)
{
    int64_t v;
    return str_to_int(http_query(a->request, name, NULL), &v) && v >= 0 ? v : otherwise;
}

/* ?after=N&limit=M: entries N+1, N+2, ...; `next` is the N of the following page. */
static void ledger(struct ask *a)
{
    const struct book *b = &a->psp->book;
    size_t at = (size_t)query_int(a, S("after"), 0), limit = (size_t)query_int(a, S("limit"), PAGE_MAX);
    size_t end = at + (limit < PAGE_MAX ? limit : PAGE_MAX);
    buf_char(a->out, '{');
    json_begin_list(a->out, "items");
    for (; at < end && at < b->entry_count; at++)
        entry_write(a->out, &b->entries[at]);
    buf_char(a->out, ']');
    json_name(a->out, "next");
    if (at < b->entry_count)
        buf_int(a->out, (int64_t)at);
    else
        buf_str(a->out, S("null"));
    buf_char(a->out, '}');
}

struct totals {
    int64_t orders, charges, captured, refunds, refunded, refunds_pending, refunds_failed;
};

static void totals_write(struct buf *out, const char *name, const struct totals *t)
{
    json_begin(out, name);
    json_int(out, "orders", t->orders);
    json_int(out, "charges", t->charges);
    json_int(out, "captured", t->captured);
    json_int(out, "refunds", t->refunds);
    json_int(out, "refunded", t->refunded);
    json_int(out, "refunds_pending", t->refunds_pending);
    json_int(out, "refunds_failed", t->refunds_failed);
    buf_char(out, '}');
}

static void totals(struct ask *a)
{
    const struct book *b = &a->psp->book;
    struct totals t[VENDORS] = { { 0 } };
    for (size_t i = 0; i < b->order_count; i++)
        t[b->orders[i]->vendor].orders++;
    for (size_t i = 0; i < b->entry_count; i++) {
        const struct entry *e = &b->entries[i];
        struct totals *of = &t[e->order->vendor];
        if (!e->refund) {
            of->charges++;
            of->captured += e->order->taken.amount;
        } else if (e->refund->state == REFUND_DONE) {
            of->refunds++;
            of->refunded += e->refund->amount;
        } else {
            *(e->refund->state == REFUND_PENDING ? &of->refunds_pending : &of->refunds_failed) += 1;
        }
    }
    buf_char(a->out, '{');
    totals_write(a->out, "toss", &t[TOSS]);
    totals_write(a->out, "stripe", &t[STRIPE]);
    buf_char(a->out, '}');
}

static void stats(struct ask *a)
{
    const struct psp *p = a->psp;
    struct hook_stats s;
    hooks_stats(p->hooks, &s);
    buf_char(a->out, '{');
    json_text(a->out, "profile", p->profile->name);
    json_int(a->out, "orders", (int64_t)p->book.order_count);
    json_int(a->out, "toss_calls", p->calls[TOSS]);
    json_int(a->out, "stripe_calls", p->calls[STRIPE]);
    json_int(a->out, "faults", p->faults);
    json_int(a->out, "throttled", p->throttled);
    json_int(a->out, "answers_replayed", p->replayed);
    json_int(a->out, "webhooks_waiting", s.waiting);
    json_int(a->out, "webhooks_delivered", s.delivered);
    json_int(a->out, "webhook_attempts", s.attempts);
    json_int(a->out, "webhooks_refused", s.refused);
    json_int(a->out, "last_refusal", s.last_refusal);
    json_int(a->out, "forged_taken", s.forged_taken);
    json_int(a->out, "now_ms", psp_now(p));
    buf_char(a->out, '}');
}

/* ---- the switches ---- */

struct profile_in {
    struct str name;
    int64_t every, seed;
    bool has_seed;
};
FIELDS(profile_fields, "Profile", struct profile_in,
    { .name = "name", .type = F_STR, OF(profile_in, name) },
    { .name = "every", .type = F_INT, OF(profile_in, every), .optional = true, .low = 1, .high = 1000000 },
    { .name = "seed", .type = F_INT, OF(profile_in, seed), .has_at = offsetof(struct profile_in, has_seed), .optional = true });

/* For orders that come from now on; throttle, slow and down for calls from now on. */
static void profile_set(struct ask *a)
{
    struct psp *p = a->psp;
    struct profile_in in = { .every = 0 };
    if (!read_body(a, &profile_fields, &in))
        return;
    const struct profile *profile = profile_named(in.name);
    if (!profile) {
        refuse(a, 404, "no such profile");
        return;
    }
    p->profile = profile;
    p->every = in.every ? in.every : 1;
    if (in.has_seed)
        rng_seed(&p->rng, (uint64_t)in.seed);
    stats(a);
}

struct webhooks_in {
    struct str urls[VENDORS];
};
FIELDS(webhooks_fields, "Webhooks", struct webhooks_in,
    { .name = "toss", .type = F_STR, OF(webhooks_in, urls[TOSS]), .optional = true },
    { .name = "stripe", .type = F_STR, OF(webhooks_in, urls[STRIPE]), .optional = true });

static void webhooks_set(struct ask *a)
{
    struct webhooks_in in = { 0 };
    if (!read_body(a, &webhooks_fields, &in))
        return;
    for (size_t i = 0; i < VENDORS; i++)
        if (in.urls[i].n)
            a->psp->urls[i] = psp_keep(a->psp, in.urls[i]);
    stats(a);
}

struct deposit_in {
    struct str order_id;
};
FIELDS(deposit_fields, "Deposit", struct deposit_in,
    { .name = "orderId", .type = F_STR, OF(deposit_in, order_id) });

static void deposit(struct ask *a)
{
    struct psp *p = a->psp;
    struct deposit_in in = { 0 };
    struct order *o = NULL;
    if (!read_body(a, &deposit_fields, &in))
        return;
    for (int merchant = 1; !o && merchant <= p->merchants; merchant++)
        o = order_find(p, merchant, "toss order", in.order_id);
    if (o)
        order_age(p, o, false);
    if (!o || o->state != ORDER_WAITING) {
        refuse(a, o ? 409 : 404, "no order that waits for a deposit");
        return;
    }
    toss_deposit(p, o);
    toss_payment_write(p, a->out, o);
}

struct clock_in {
    int64_t advance_ms;
};
FIELDS(clock_fields, "Clock", struct clock_in,
    { .name = "advance_ms", .type = F_INT, OF(clock_in, advance_ms), .low = 0, .high = 400 * DAY_MS });

static void clock_advance(struct ask *a)
{
    struct clock_in in = { 0 };
    if (!read_body(a, &clock_fields, &in))
        return;
    hooks_advance(a->psp->hooks, in.advance_ms);
    psp_age(a->psp, false);
    stats(a);
}

/* Pending refunds end, and all webhooks leave now: GET /psp/stats tells when none is waiting any more. */
static void settle(struct ask *a)
{
    psp_age(a->psp, true);
    hooks_settle(a->psp->hooks);
    stats(a);
}

static void profiles_list(struct ask *a)
{
    buf_char(a->out, '{');
    json_begin_list(a->out, "items");
    for (size_t i = 0; i < profile_count; i++) {
        json_comma(a->out);
        buf_char(a->out, '{');
        json_text(a->out, "name", profiles[i].name);
        json_text(a->out, "what", profiles[i].what);
        buf_char(a->out, '}');
    }
    buf_str(a->out, S("]}"));
}

const struct route control_routes[] = {
    { "GET", "/psp/ledger", ledger, NULL },
    { "GET", "/psp/totals", totals, NULL },
    { "GET", "/psp/stats", stats, NULL },
    { "GET", "/psp/profiles", profiles_list, NULL },
    { "POST", "/psp/profile", profile_set, NULL },
    { "POST", "/psp/webhooks", webhooks_set, NULL },
    { "POST", "/psp/deposit", deposit, NULL },
    { "POST", "/psp/clock", clock_advance, NULL },
    { "POST", "/psp/settle", settle, NULL },
    { NULL, NULL, NULL, NULL },
};
