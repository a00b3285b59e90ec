/* A payment begins: what is due is what booking says, whatever the client thinks. A booking has one open payment: asked again while that is
 * ready, the same one is returned, unless it is over at the provider (the buyer called it off, or it expired there): then a new one takes its
 * place. While its outcome is open nobody can begin another, so that no two capture the same booking. */
#include "gate.h"
#include "merchant.h"
#include "payment_int.h"

#include "services/booking/booking.h"

err payment_create_takes(struct ctx *cx, void *self, const void *in_, struct taken *ret)
{
    const struct create_in *in = in_;
    struct booking_due due;
    (void)self;
    err e = call_run(cx, &booking_due_get, &(struct booking_ref){ in->booking, cx->actor.user }, &due);
    if (!e)
        *ret = due.takes;
    return e;
}

static err not_payable(struct ctx *cx)
{
    return fail(cx, ERR_CONFLICT, "not_payable", "There is nothing to pay for this booking.", "이 예매에는 결제할 금액이 없습니다.");
}

/* Finds or makes the payment. The provider hears of it; its name is kept before the buyer can do anything with it. */
static err begin(struct ctx *cx, struct payments *s, const struct open_in *in, struct payment *ret, struct created *ret_made)
{
    struct open_out opened;
    struct charge charge;
    err e = call_run(cx, &payment_open_call, in, &opened);
    if (e)
        return e;
    if (opened.superseded)
        watch_add(&s->watch, opened.superseded, cx->now);    /* the provider is to let it go */
    *ret = opened.payment;
    e = payment_charge(cx, s, ret, &charge);
    if (!e)
        e = gate_create(cx, s, ret->provider, &charge, ret_made);
    if (!e && ret_made->ref.n && !str_eq(ret_made->ref, ret->ref))
        e = call_run(cx, &payment_note_call, &(struct note_in){ .payment = ret->id, .ref = ret_made->ref }, ret);
    return e;
}

/* Given up, unless another request has done so meanwhile; then another one begins. */
static err begin_anew(struct ctx *cx, struct payments *s, const struct open_in *in, struct payment *p, struct created *ret_made)
{
    struct advance_out out;
    err e = call_run(cx, &payment_advance_call,
                     &(struct advance_in){ .payment = p->id, .to = PAYMENT_CANCELLED, .why = WHY_SUPERSEDED }, &out);
    if (e)
        return e;
    watch_add(&s->watch, p->id, cx->now);
    e = begin(cx, s, in, p, ret_made);
    if (!e && ret_made->over)
        return fail(cx, ERR_UNAVAILABLE, "provider_unavailable", "The payment provider ended this payment at once; please try again.",
                    "결제 대행사가 결제를 바로 종료했습니다. 다시 시도해 주세요.");
    return e;
}

err payment_create(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct payments *s = self;
    const struct create_in *in = in_;
    struct payment_view *ret = ret_out;
    struct booking_due due;
    const struct provider *provider;
    struct payment p;
    struct created made;

    err e = call_run(cx, &booking_due_get, &(struct booking_ref){ in->booking, cx->actor.user }, &due);
    if (e)
        return e;
    if (due.status != BOOKING_PENDING || due.due.amount <= 0)
        return not_payable(cx);
    e = gate_choose(cx, self, provider_at(in->provider), &provider);
    if (e)
        return e;

    const struct open_in open = { in->booking, provider, due.due, due.owner, due.performance, due.schedule, due.title,
                                  str_c(payment_method_words[in->method]) };
    e = begin(cx, s, &open, &p, &made);
    if (!e && made.over)
        e = begin_anew(cx, s, &open, &p, &made);
    if (e)
        return e;
    payment_view(&p, ret);
    ret->client = made.client;
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
