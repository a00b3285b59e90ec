/* A provider tells what became of a charge. The signature says who speaks and the event's id how often; what is true is asked of the provider
 * itself, so that neither a forged, a repeated nor an outdated message does harm. */
#include "payment_int.h"

#include "platform/obs/log.h"

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

static err repeated(void)
{
    metric_add(&webhooks_repeated, 1);
    return OK;
}

/* ERR_MISSING: no payment that this provider was ever asked for. */
static err find(struct ctx *cx, const struct provider *provider, const struct webhook_event *event, struct payment *ret)
{
    err e = event->payment ? call_run(cx, &payment_load_call, &(struct payment_in){ event->payment }, ret) : ERR_MISSING;
    if (e)
        return e;
    return ret->provider == provider && ret->state != PAYMENT_READY ? OK : ERR_MISSING;
}

static bool agrees(const struct webhook_event *event, const struct verdict *v)
{
    return v->kind != VERDICT_APPROVED || !event->has_amount || (event->amount.amount == v->charged.amount && strcmp(event->amount.currency, v->charged.currency) == 0);
}

/* The event and its effect become durable together; what follows is the same path as everywhere, and not the provider's concern. */
static err settle(struct ctx *cx, struct payments *s, struct payment *p, const struct verdict *v, struct str event)
{
    bool taken = watch_take(&s->watch, p->id);
    err e = payment_judge(cx, p, v, event);
    if (!taken)
        return e;
    if (!e && payment_drive(cx, s, p))
        fail_clear(cx);
    payment_release(cx, s, p);
    return e;
}

/* Whose keys it must be signed with follows from the payment that it claims to be of: a claim that leads elsewhere proves nothing with them. */
static err verify(struct ctx *cx, struct payments *s, const struct provider *provider, const struct webhook_in *in, struct webhook_event *ret)
{
    struct webhook w = { in->raw.body, in->signatures[provider_word(provider)] };
    int64_t claimed = provider->webhook_claims(cx, w.body);
    struct payment p = { 0 };
    struct merchant m;
    err e = claimed ? call_run(cx, &payment_load_call, &(struct payment_in){ claimed }, &p) : ERR_MISSING;
    bool known = !e && p.provider == provider;
    if (e && e != ERR_MISSING)
        return e;
    fail_clear(cx);
    e = known ? merchant_load(cx, s, provider, p.account, &m) : OK;
    if (!e)
        e = provider->verify_webhook(cx, known ? &m : NULL, &w, ret);
    if (!e && ret->payment && ret->payment != claimed)
        ret->payment = 0;
    return e;
}

err payment_webhook(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct webhook_in *in = in_;
    const struct provider *provider = provider_named(in->provider);
    struct webhook_event event;
    struct payment p;
    bool seen;

    if (!provider)
        return fail(cx, ERR_MISSING, NULL, "There is no such provider.", "그런 결제 대행사가 없습니다.");
    err e = verify(cx, self, provider, in, &event);
    if (e == ERR_WHO || e == ERR_INPUT)
        metric_add(&webhooks_forged, 1);
    if (e)
        return e;
    e = call_run(cx, &payment_event_seen_call, &(struct event_in){ provider, event.id }, &seen);
    if (e)
        return e;
    if (seen)
        return repeated();

    e = find(cx, provider, &event, &p);
    if (e == ERR_MISSING) {
        fail_clear(cx);
        return ignored(ret_out);
    }
    if (e)
        return e;

    struct verdict v = payment_query(cx, self, &p);
    if (v.kind == VERDICT_ABSENT || v.kind == VERDICT_PENDING)
        return ignored(ret_out);
    if (v.kind == VERDICT_UNKNOWN)
        return fail(cx, ERR_UNAVAILABLE, NULL, "The charge cannot be checked now.", "지금은 결제를 확인할 수 없습니다.");
    if (!agrees(&event, &v)) {
        metric_add(&webhooks_mismatched, 1);
        LOG(LOG_ERROR, "a webhook's amount is not the charge's", lf_s("provider", str_c(provider->name)), lf_i("payment", p.id),
            lf_i("told", event.amount.amount), lf_i("charged", v.charged.amount));
        return ignored(ret_out);
    }
    e = settle(cx, self, &p, &v, event.id);
    if (!e)
        metric_add(&webhooks_taken, 1);
    return e;
}
