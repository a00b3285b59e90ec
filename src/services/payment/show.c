/* Payments looked at: by their owner, and by the people in charge. */
#include "refund.h"
#include "refund_account.h"

#define PAGE 20

void payment_view(const struct payment *p, struct payment_view *ret)
{
    bool tell_why = p->why == WHY_DECLINED || p->why == WHY_NOT_PAYABLE || p->why == WHY_SUPERSEDED || p->why == WHY_AMOUNT || p->why == WHY_TOO_LATE;
    *ret = (struct payment_view){
        .id = p->id,
        .booking = p->booking,
        .status = payment_states[p->state].shown,
        .amount = p->amount,
        .refunded = { .amount = p->refunded },
        .provider = str_c(p->provider->name),
        .reason = tell_why ? str_c(payment_why_words[p->why]) : (struct str){ 0 },
        .created_at = p->created_at,
    };
    memcpy(ret->refunded.currency, p->captured ? p->charged_currency : p->amount.currency, sizeof(ret->refunded.currency));
}

void refund_view(const struct refund *r, const struct payment *p, struct refund_view *ret)
{
    *ret = (struct refund_view){
        .id = r->id,
        .payment = r->payment,
        .status = (int)r->state,
        .source = (int)r->source,
        .attempt = r->attempt,
        .amount = { .amount = r->amount },
        .reason = r->reason,
        .created_at = r->created_at,
        .updated_at = r->updated_at,
    };
    memcpy(ret->amount.currency, p->charged_currency, sizeof(ret->amount.currency));
}

static bool sees_all(const struct ctx *cx)
{
    return actor_has(cx, ROLE_MANAGER | ROLE_ADMIN);
}

err payment_load(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct payment_in *in = in_;
    (void)self;
    return store_payment(cx, in->payment, ret_out);
}

err payment_visible(struct ctx *cx, int64_t payment, struct payment *ret)
{
    err e = store_payment(cx, payment, ret);
    if (!e && ret->user != cx->actor.user && !sees_all(cx))
        return fail(cx, ERR_MISSING, NULL, "There is no such payment.", "그런 결제가 없습니다.");
    return e;
}

/* Money that came by transfer goes back to an account that only its buyer can name. */
static err account_needed(struct ctx *cx, const struct payment *p, bool *ret)
{
    struct refund r;
    struct str sealed;
    bool named = false;
    *ret = false;
    if (!p->provider->deposit || !str_eq(p->method, S("virtual_account")))
        return OK;
    err e = store_refund_open(cx, p->id, 0, &r);
    if (!e && r.id)
        e = store_refund_account(cx, p->id, &sealed, &named);
    *ret = r.id && !named;
    return e;
}

err payment_show(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct payment_in *in = in_;
    struct payment_view *ret = ret_out;
    struct payment p;
    (void)self;

    err e = payment_visible(cx, in->payment, &p);
    if (e)
        return e;
    payment_view(&p, ret);
    return account_needed(cx, &p, &ret->refund_account_needed);
}

err payment_list(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct list_in *in = in_;
    struct list_out *ret = ret_out;
    size_t limit = in->limit ? (size_t)in->limit : PAGE, n;
    struct payment *found = NEW_ARRAY(cx->arena, struct payment, limit + 1);
    (void)self;

    err e = store_payments(cx, in->booking, sees_all(cx) ? 0 : cx->actor.user, in->cursor ? in->cursor : INT64_MAX, limit + 1, found, &n);
    if (e)
        return e;

    bool more = n > limit;
    n = more ? limit : n;
    struct payment_view *items = NEW_ARRAY(cx->arena, struct payment_view, n);
    for (size_t i = 0; i < n; i++)
        payment_view(&found[i], &items[i]);
    *ret = (struct list_out){ .items = { items, n }, .next = more ? found[n - 1].id : 0 };
    return OK;
}

err refund_list(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct refunds_in *in = in_;
    struct list_out *ret = ret_out;
    size_t limit = in->limit ? (size_t)in->limit : PAGE, n;
    struct refund *found = NEW_ARRAY(cx->arena, struct refund, limit + 1);
    struct payment p;
    (void)self;

    err e = payment_visible(cx, in->payment, &p);
    if (!e)
        e = store_refunds(cx, in->payment, in->cursor ? in->cursor : INT64_MAX, limit + 1, found, &n);
    if (e)
        return e;
    bool more = n > limit;
    n = more ? limit : n;
    struct refund_view *items = NEW_ARRAY(cx->arena, struct refund_view, n);
    for (size_t i = 0; i < n; i++)
        refund_view(&found[i], &p, &items[i]);
    *ret = (struct list_out){ .items = { items, n }, .next = more ? found[n - 1].id : 0 };
    return OK;
}
