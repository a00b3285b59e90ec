/* A provider tells what became of a charge. The signature says who speaks; what that means is heard.c's. */
#include "payment_int.h"

err payment_webhook(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct webhook_in *in = in_;
    const struct provider *provider = provider_named(in->provider);
    struct webhook_event event;

    if (!provider)
        return fail(cx, ERR_MISSING, NULL, "There is no such provider.", "그런 결제 대행사가 없습니다.");
    err e = provider->verify_webhook(cx, NULL, &(struct webhook){ in->raw.body, in->signature }, &event);
    if (e) {
        metric_add(&webhooks_forged, 1);
        return e;
    }
    return payment_heard(cx, self, provider, &event, ret_out);
}
