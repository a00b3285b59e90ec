/* The buyer comes back from the provider's page: take the money, tell booking, give it back if booking cannot use it. The request may be
 * repeated at any time; whatever it left unfinished is taken up again by the next one or by the resume job. */
#include "gate.h"
#include "payment_int.h"

static err mine(struct ctx *cx, int64_t id, struct payment *ret)
{
    err e = call_run(cx, &payment_load_call, &(struct payment_in){ id }, ret);
    if (e)
        return e;
    return ret->user == cx->actor.user ? OK : fail(cx, ERR_MISSING, NULL, "There is no such payment.", "그런 결제가 없습니다.");
}

/* What the state means to the buyer. */
static err outcome(struct ctx *cx, const struct payment *p, struct payment_view *ret)
{
    if (p->why == WHY_AMOUNT)
        return fail(cx, ERR_CONFLICT, "amount_mismatch", "The provider charged another amount than was asked; it goes back to you in full.",
                    "요청한 금액과 다른 금액이 결제되었습니다. 결제된 금액은 전액 환불됩니다.");
    if (p->state == PAYMENT_FAILED)
        return fail(cx, ERR_CONFLICT, "payment_declined", "The payment was declined; you can try another way to pay while your seats are held.",
                    "결제가 거절되었습니다. 좌석이 유지되는 동안 다른 결제 수단으로 다시 시도할 수 있습니다.");
    if (p->state == PAYMENT_CANCELLED)
        return fail(cx, ERR_CONFLICT, "not_payable", "This payment has been closed; nothing was charged.", "종료된 결제입니다. 결제된 금액은 없습니다.");
    payment_view(p, ret);
    return OK;
}

static bool unfinished(const struct payment *p)
{
    return p->state == PAYMENT_READY || payment_states[p->state].unfinished;
}

/* Another story has the payment: nothing to wait for, but it may just have ended. */
static err outcome_of_other(struct ctx *cx, struct payment *p, struct payment_view *ret)
{
    err e = call_run(cx, &payment_load_call, &(struct payment_in){ p->id }, p);
    if (e)
        return e;
    if (unfinished(p))
        return fail(cx, ERR_CONFLICT, CODE_IN_PROGRESS, "This payment is being confirmed; ask for it again shortly.",
                    "결제를 확인하고 있습니다. 잠시 후 다시 확인해 주세요.");
    return outcome(cx, p, ret);
}

/* The story, once the payment is ours. */
static err confirm(struct ctx *cx, struct payments *s, const struct confirm_in *in, struct payment *p)
{
    struct advance_out begun;
    err e = call_run(cx, &payment_advance_call,
                     &(struct advance_in){ .payment = p->id, .to = PAYMENT_CONFIRMING, .why = WHY_ASKED, .payment_key = in->payment_key }, &begun);
    if (e)
        return e;
    *p = begun.now;
    e = payment_between(cx, s);
    if (!e && begun.moved)
        e = payment_ask(cx, s, p);
    if (!e)
        e = payment_between(cx, s);
    if (e || (begun.moved && p->state == PAYMENT_PENDING))
        return e;
    return payment_drive(cx, s, p);
}

err payment_confirm(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct payments *s = self;
    const struct confirm_in *in = in_;
    struct payment p;

    err e = mine(cx, in->payment, &p);
    if (e)
        return e;
    struct charge charge;
    e = payment_charge(cx, s, &p, &charge);
    if (!e)
        e = p.provider->check_key(cx, &charge, in->payment_key);
    if (e)
        return e;
    if (in->amount != p.amount.amount)
        return fail(cx, ERR_CONFLICT, "amount_mismatch", "This is not the amount of the payment; nothing was changed.",
                    "결제 금액이 일치하지 않아 처리하지 않았습니다.");
    if (!unfinished(&p))
        return outcome(cx, &p, ret_out);

    if (!watch_take(&s->watch, p.id))
        return outcome_of_other(cx, &p, ret_out);
    e = confirm(cx, s, in, &p);
    payment_release(cx, s, &p);
    if (!e && p.state == PAYMENT_CONFIRMING)
        e = gate_check(cx, s, p.provider);
    return e ? e : outcome(cx, &p, ret_out);
}
