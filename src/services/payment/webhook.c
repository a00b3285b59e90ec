/* A provider tells what became of a charge. The signature says who speaks; what that means is heard.c's. */
#include "merchant.h"
#include "payment_int.h"

#include "platform/obs/metrics.h"

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

    if (!provider)
        return fail(cx, ERR_MISSING, NULL, "There is no such provider.", "그런 결제 대행사가 없습니다.");
    err e = verify(cx, self, provider, in, &event);
    if (e == ERR_WHO || e == ERR_INPUT)
        metric_add(&webhooks_forged, 1);
    if (e)
        return e;
    return payment_heard(cx, self, provider, &event, ret_out);
}
