/* What a genuine webhook does. It only says that it is time to ask: the provider's answer counts, so that neither a repeated nor an outdated
 * message does harm, and one that differs from what is stored is put aside for people. */
#include "case.h"

#include "platform/obs/log.h"
#include "platform/obs/metrics.h"

err payment_event_seen(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct event_in *in = in_;
    (void)self;
    return store_event_seen(cx, in->provider->name, in->id, ret_out);
}

/* Understood, and without effect; not remembered either, so that the same event may have one later. */
static err ignored(struct raw_out *ret)
{
    metric_add(&webhooks_ignored, 1);
    ret->status = 202;
    return OK;
}

/* ERR_MISSING: no payment of this provider. */
static err find(struct ctx *cx, const struct provider *provider, const struct webhook_event *event, struct payment *ret)
{
    err e = event->payment ? call_run(cx, &payment_load_call, &(struct payment_in){ event->payment }, ret) : ERR_MISSING;
    if (e)
        return e;
    return ret->provider == provider ? OK : ERR_MISSING;
}

/* ---- what differs ---- */

/* What the event has to agree with: what was taken, by the provider's own word, else what was asked for. */
static struct money expected(const struct payment *p, const struct verdict *v)
{
    struct money captured = { .amount = p->captured };
    memcpy(captured.currency, p->charged_currency, sizeof(captured.currency));
    return v->kind == VERDICT_APPROVED ? v->charged : p->captured ? captured : p->amount;
}

static struct str difference(const struct webhook_event *event, const struct money *expected)
{
    if (!event->has_amount)
        return (struct str){ 0 };
    if (strcmp(event->amount.currency, expected->currency) != 0)
        return S("currency");
    return event->amount.amount != expected->amount ? S("amount") : (struct str){ 0 };
}

static err mismatched(struct ctx *cx, const struct payment *p, struct str about, struct str told, struct str stored, struct raw_out *ret)
{
    metric_add(&webhooks_mismatched, 1);
    LOG(LOG_ERROR, "a webhook differs from what is stored", lf_s("provider", str_c(p->provider->name)), lf_i("payment", p->id), lf_s("about", about));
    ret->status = 202;
    return call_run(cx, &case_open_call, &(struct case_order){
        .source = arena_fmt(cx->arena, "webhook:%lld:%.*s", (long long)p->id, STR_ARG(about)), .kind = CASE_WEBHOOK_MISMATCH, .provider = p->provider,
        .payment = p->id, .booking = p->booking, .about = about, .told = told, .stored = stored, .proposed = CASE_ASK_AGAIN }, NULL);
}

/* ---- what it does ---- */

/* The buyer has approved it and never came back: as if the page had returned them. The event and its effect become durable together. */
static err approved(struct ctx *cx, struct payments *s, struct payment *p, const struct verdict *v, struct str event)
{
    struct advance_out begun;
    err e = call_run(cx, &payment_advance_call,
                     &(struct advance_in){ .payment = p->id, .to = PAYMENT_CONFIRMING, .why = WHY_ASKED, .payment_key = p->payment_key, .ref = v->ref,
                                           .event = event }, &begun);
    if (e)
        return e;
    *p = begun.now;
    if (v->kind == VERDICT_APPROVED)
        return payment_judge(cx, p, v, (struct str){ 0 });
    return begun.moved ? payment_ask(cx, s, p) : OK;
}

/* An approval of a charge that was given up. */
static err unwanted(struct ctx *cx, struct payment *p)
{
    return call_run(cx, &payment_note_call, &(struct note_in){ .payment = p->id, .lets_go = true, .let_go_at = cx->now }, p);
}

/* What follows its effect is the same path as everywhere, and not the provider's concern. */
static err settle(struct ctx *cx, struct payments *s, struct payment *p, const struct verdict *v, struct str event)
{
    bool taken = watch_take(&s->watch, p->id);
    err e = OK;
    if (!taken && p->state == PAYMENT_READY)
        return OK;                               /* the buyer is back: it is being confirmed */
    if (p->state == PAYMENT_READY)
        e = approved(cx, s, p, v, event);
    else if (v->kind == VERDICT_ABSENT)
        e = unwanted(cx, p);
    else
        e = payment_judge(cx, p, v, event);
    if (!taken) {                                /* who has it may have looked too early */
        watch_add(&s->watch, p->id, cx->now);
        return e;
    }
    if (!e && payment_drive(cx, s, p))
        fail_clear(cx);
    payment_release(cx, s, p);
    return e;
}

/* Without effect: nothing that could be done is known yet. */
static bool idle(const struct payment *p, const struct webhook_event *event, const struct verdict *v)
{
    bool given_up = p->state == PAYMENT_FAILED || p->state == PAYMENT_CANCELLED;
    if (v->kind == VERDICT_ABSENT)
        return !event->approved || !(p->state == PAYMENT_READY || given_up);
    return v->kind == VERDICT_PENDING || (v->kind == VERDICT_DECLINED && p->state == PAYMENT_READY);
}

err payment_heard(struct ctx *cx, struct payments *s, const struct provider *provider, const struct webhook_event *event, struct raw_out *ret)
{
    struct payment p;
    bool seen;
    *ret = (struct raw_out){ .content_type = S("application/json"), .body = S("{}") };
    err e = call_run(cx, &payment_event_seen_call, &(struct event_in){ provider, event->id }, &seen);
    if (e)
        return e;
    if (seen) {
        metric_add(&webhooks_repeated, 1);
        return OK;
    }
    e = find(cx, provider, event, &p);
    if (e == ERR_MISSING) {
        fail_clear(cx);
        return ignored(ret);
    }
    if (e)
        return e;

    struct verdict v = payment_query(cx, s, &p);
    struct money should = expected(&p, &v);
    struct str about = difference(event, &should);
    if (v.kind == VERDICT_UNKNOWN)
        return fail(cx, ERR_UNAVAILABLE, NULL, "The charge cannot be checked now.", "지금은 결제를 확인할 수 없습니다.");
    if (v.kind == VERDICT_FOREIGN)
        return mismatched(cx, &p, S("order"), v.ref, payment_public_id(cx, ID_PAYMENT, p.id), ret);
    if (about.n)
        return mismatched(cx, &p, about, case_money(cx, &event->amount), case_money(cx, &should), ret);
    if (idle(&p, event, &v))
        return ignored(ret);
    e = settle(cx, s, &p, &v, event->id);
    if (!e)
        metric_add(&webhooks_taken, 1);
    return e;
}
