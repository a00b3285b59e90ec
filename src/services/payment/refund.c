/* Money goes back: for a cancelled booking, or because staff wants it. The provider is asked with the refund's id as its key, so that a story may
 * stop anywhere and be taken up again (resume.c). */
#include "gate.h"
#include "refund.h"

#include "platform/obs/log.h"
#include "services/booking/booking.h"

static err advance(struct ctx *cx, struct payments *s, struct payment *p, struct refund *r, enum refund_state to)
{
    struct refund_advance_out out;
    err e = call_run(cx, &refund_advance_call, &(struct refund_advance_in){ r->id, to }, &out);
    if (e)
        return e;
    *p = out.payment;
    *r = out.refund;
    return payment_between(cx, s);
}

static err drive_one(struct ctx *cx, struct payments *s, struct payment *p, struct refund *r)
{
    err e = r->state == REFUND_CREATED ? advance(cx, s, p, r, REFUND_PENDING) : OK;
    if (e || r->state != REFUND_PENDING)
        return e;
    struct charge charge;
    e = payment_charge(cx, s, p, &charge);
    if (e)
        return e;
    struct give_back back = { .refund = r->id, .order = payment_public_id(cx, ID_REFUND, r->id), .amount = r->amount, .reason = r->reason };
    enum verdict_kind kind = gate_refund(cx, s, p->provider, &charge, &back).kind;
    e = payment_between(cx, s);
    if (e || kind == VERDICT_UNKNOWN || kind == VERDICT_PENDING)
        return e;
    if (kind == VERDICT_APPROVED)
        return advance(cx, s, p, r, REFUND_DONE);
    LOG(LOG_ERROR, "a provider refuses a refund", lf_s("provider", str_c(p->provider->name)), lf_i("payment", p->id), lf_i("refund", r->id),
        lf_i("amount", r->amount));
    return advance(cx, s, p, r, REFUND_FAILED);
}

err refunds_drive(struct ctx *cx, struct payments *s, struct payment *p)
{
    struct refund r = { 0 };
    while (p->promised > p->refunded) {
        err e = call_run(cx, &refund_open_call, &(struct refund_open_in){ p->id, r.id }, &r);
        if (e || r.id == 0)
            return e;
        e = drive_one(cx, s, p, &r);
        if (e)
            return e;
    }
    return OK;
}

/* What cannot be done now is done by the resume job; that it is promised is what counts. */
static void try_now(struct ctx *cx, struct payments *s, int64_t payment)
{
    struct payment p;
    if (!watch_take(&s->watch, payment))
        return;                              /* who has it looks once more */
    if (payment_between(cx, s) || call_run(cx, &payment_load_call, &(struct payment_in){ payment }, &p)) {
        watch_give_back(&s->watch, payment, cx->now + s->resume_ms, true);
    } else {
        if (payment_drive(cx, s, &p))
            LOG(LOG_WARN, "a refund has to wait", lf_i("payment", payment), lf_s("why", cx->problem.detail));
        payment_release(cx, s, &p);
    }
    fail_clear(cx);
}

/* ---- POST /payments/{payment_id}/refunds ---- */

err refund_give(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct refund_in *in = in_;
    struct promise_out made;
    struct payment p;
    err e = call_run(cx, &payment_load_call, &(struct payment_in){ in->payment }, &p);
    if (e)
        return e;
    if (in->has_amount && strcmp(in->amount.currency, p.amount.currency) != 0)
        return fail_field(cx, S("amount.currency"), "must be %s, as it was paid", "결제 통화와 같은 %s여야 합니다", p.amount.currency);

    e = call_run(cx, &refund_promise_call, &(struct promise_in){ .payment = p.id, .source = FOR_STAFF, .amount = in->amount.amount, .reason = in->reason },
                 &made);
    if (e)
        return e;
    try_now(cx, self, p.id);
    e = call_run(cx, &refund_load_call, &made.refund.id, &made.refund);
    if (e)
        return e;
    refund_view(&made.refund, &p.amount, ret_out);
    return OK;
}

/* ---- the event booking.cancelled ---- */

err refund_cancelled(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct booking_cancelled *in = in_;
    struct promise_out made;
    (void)ret_out;
    if (in->payment == 0 || in->refund == 0)
        return OK;
    err e = call_run(cx, &refund_promise_call,
                     &(struct promise_in){ .payment = in->payment, .source = FOR_CANCELLATION, .source_id = in->cancellation, .amount = in->refund,
                                           .capped = true },
                     &made);
    if (!e)
        try_now(cx, self, in->payment);
    return e;
}
