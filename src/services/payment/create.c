/* A payment begins: what is due is what booking says, whatever the client thinks. A booking has one open payment: asked again while that is
 * ready, the same one is returned; while its outcome is open nobody can begin another, so that no two capture the same booking. */
#include "gate.h"
#include "merchant.h"
#include "payment_int.h"

#include "services/booking/booking.h"

static err not_payable(struct ctx *cx)
{
    return fail(cx, ERR_CONFLICT, "not_payable", "There is nothing to pay for this booking.", "이 예매에는 결제할 금액이 없습니다.");
}

/* The provider hears of it; its name is kept before the buyer can do anything with it. */
static err begin(struct ctx *cx, struct payments *s, struct payment *p, struct str *ret_client)
{
    struct charge charge;
    struct created made;
    err e = payment_charge(cx, s, p, &charge);
    if (!e)
        e = gate_create(cx, s, p->provider, &charge, &made);
    if (!e && made.ref.n && !str_eq(made.ref, p->ref))
        e = call_run(cx, &payment_note_call, &(struct note_in){ .payment = p->id, .ref = made.ref }, p);
    if (!e)
        *ret_client = made.client;
    return e;
}

err payment_create(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct payments *s = self;
    const struct create_in *in = in_;
    struct payment_view *ret = ret_out;
    struct booking_due due;
    const struct provider *provider;
    struct str client;

    err e = call_run(cx, &booking_due_get, &(struct booking_ref){ in->booking, cx->actor.user }, &due);
    if (e)
        return e;
    if (due.status != BOOKING_PENDING || due.due.amount <= 0)
        return not_payable(cx);
    e = gate_choose(cx, self, provider_at(in->provider), &provider);
    if (e)
        return e;

    struct open_out opened;
    e = call_run(cx, &payment_open_call,
                 &(struct open_in){ in->booking, provider, due.due, due.owner, due.performance, due.schedule, due.title,
                                    str_c(payment_method_words[in->method]) }, &opened);
    if (e)
        return e;
    if (opened.superseded)
        watch_add(&s->watch, opened.superseded, cx->now);    /* the provider is to let it go */
    e = begin(cx, s, &opened.payment, &client);
    if (e)
        return e;
    payment_view(&opened.payment, ret);
    ret->client = client;
    return OK;
}

static bool same_ask(const struct payment *p, const struct open_in *in)
{
    return p->provider == in->provider && str_eq(p->method, in->method) &&
           p->amount.amount == in->due.amount && strcmp(p->amount.currency, in->due.currency) == 0;
}

err payment_open(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct payments *s = self;
    const struct open_in *in = in_;
    struct open_out *out = ret_out;
    struct payment *ret = &out->payment;
    bool found;

    out->superseded = 0;
    err e = store_payment_live(cx, in->booking, ret, &found);
    if (e)
        return e;
    if (found && ret->state == PAYMENT_PAID)
        return not_payable(cx);
    if (found && ret->state != PAYMENT_READY)
        return fail(cx, ERR_CONFLICT, CODE_IN_PROGRESS, "Another payment for this booking is still under way.", "이 예매의 다른 결제가 아직 진행 중입니다.");
    if (found && same_ask(ret, in))
        return OK;
    if (found) {
        e = payment_move(cx, s, ret, PAYMENT_CANCELLED, WHY_SUPERSEDED);
        if (e)
            return e;
        out->superseded = ret->id;
    }

    *ret = (struct payment){ .booking = in->booking, .user = cx->actor.user, .organizer = in->organizer, .performance = in->performance,
                             .schedule = in->schedule, .title = in->title, .method = in->method, .provider = in->provider, .amount = in->due };
    e = merchant_of(cx, s, in->provider, in->organizer, &ret->account);
    if (e)
        return e;
    payment_begin(cx, s, ret);
    return OK;
}
