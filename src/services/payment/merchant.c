/* With whose keys a provider is asked: the platform's. */
#include "payment_int.h"

#include "platform/call/app.h"

static const struct merchant platform;

struct str payment_public_id(struct ctx *cx, enum id_kind kind, int64_t id)
{
    char *text = arena_take(cx->arena, ID_TEXT);
    id_encode(&app_keys(cx->app)->ids, kind, id, text);
    return str_of(text, ID_TEXT);
}

err payment_merchant(struct ctx *cx, struct payments *s, const struct provider *p, int64_t account, const struct merchant **ret)
{
    (void)cx;
    (void)s;
    (void)p;
    (void)account;
    *ret = &platform;
    return OK;
}

err payment_charge(struct ctx *cx, struct payments *s, const struct payment *p, struct charge *ret)
{
    (void)s;
    *ret = (struct charge){ .payment = p->id, .order = payment_public_id(cx, ID_PAYMENT, p->id), .amount = p->amount, .title = p->title,
                            .ref = p->ref, .payment_key = p->payment_key, .merchant = &platform };
    return OK;
}
