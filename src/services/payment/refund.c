/* Money goes back: for a cancelled booking, or because staff wants it. The provider is asked with the refund's id as its key, so that a story may
 * stop anywhere and be taken up again (resume.c). */
#include "gate.h"
#include "refund.h"

#include "base/clock.h"
#include "platform/call/app.h"
#include "platform/obs/log.h"
#include "services/booking/booking.h"

static err advance(struct ctx *cx, struct payments *s, struct payment *p, struct refund *r, const struct refund_advance_in *in)
{
    struct refund_advance_out out;
    err e = call_run(cx, &refund_advance_call, in, &out);
    if (e)
        return e;
    *p = out.payment;
    *r = out.refund;
    return payment_between(cx, s);
}

/* What the provider has said is not written down again. */
static err note(struct ctx *cx, struct payments *s, struct payment *p, struct refund *r, const struct verdict *v)
{
    bool waits = v->kind == VERDICT_PENDING;
    if ((!waits || r->waiting_since) && (!v->ref.n || str_eq(v->ref, r->ref)))
        return OK;
    return advance(cx, s, p, r, &(struct refund_advance_in){ .refund = r->id, .to = REFUND_PENDING, .ref = v->ref, .waits = waits });
}

static err judge(struct ctx *cx, struct payments *s, struct payment *p, struct refund *r, const struct verdict *v)
{
    switch (v->kind) {
    case VERDICT_APPROVED:
        return advance(cx, s, p, r, &(struct refund_advance_in){ .refund = r->id, .to = REFUND_DONE, .ref = v->ref });
    case VERDICT_DECLINED:
        LOG(LOG_ERROR, "a provider refuses a refund", lf_s("provider", str_c(p->provider->name)), lf_i("payment", p->id), lf_i("refund", r->id),
            lf_i("amount", r->amount), lf_i("attempt", r->attempt));
        return advance(cx, s, p, r, &(struct refund_advance_in){ .refund = r->id, .to = REFUND_FAILED, .ref = v->ref });
    case VERDICT_PENDING:
    case VERDICT_UNKNOWN:
    case VERDICT_ABSENT:
    case VERDICT_FOREIGN:
        break;
    }
    return note(cx, s, p, r, v);
}

static err drive_one(struct ctx *cx, struct payments *s, struct payment *p, struct refund *r)
{
    err e = r->state == REFUND_CREATED ? advance(cx, s, p, r, &(struct refund_advance_in){ .refund = r->id, .to = REFUND_PENDING }) : OK;
    if (e || r->state != REFUND_PENDING)
        return e;
    struct charge charge;
    e = payment_charge(cx, s, p, &charge);
    if (e)
        return e;
    charge.amount.amount = p->captured;          /* what is there to be given back, in whatever currency it was taken */
    memcpy(charge.amount.currency, p->charged_currency, sizeof(charge.amount.currency));
    struct give_back back = { .refund = r->id, .order = payment_public_id(cx, ID_REFUND, r->id), .amount = r->amount, .reason = r->reason, .ref = r->ref };
    struct verdict v = gate_refund(cx, s, p->provider, &charge, &back);
    e = payment_between(cx, s);
    return e ? e : judge(cx, s, p, r, &v);
}

/* Each of them once. The next attempt of one that failed has its turn later. */
err refunds_drive(struct ctx *cx, struct payments *s, struct payment *p)
{
    struct refund r = { 0 };
    bool waits = true;
    while (p->promised > p->refunded + p->refused) {
        err e = call_run(cx, &refund_open_call, &(struct refund_open_in){ p->id, r.id }, &r);
        if (!e && r.id)
            e = drive_one(cx, s, p, &r);
        if (e)
            return e;
        if (r.id == 0 || r.state == REFUND_FAILED)
            break;
        waits &= r.state == REFUND_DONE || r.waiting_since;
    }
    p->waits = waits && p->state != PAYMENT_CONFIRMING && p->state != PAYMENT_CAPTURED;
    return OK;
}

/* It is promised, so it happens, whatever becomes of this story. */
static bool interrupted(struct ctx *cx, struct payments *s, int64_t payment)
{
    if (!payment_between(cx, s))
        return false;
    fail_clear(cx);
    watch_add(&s->watch, payment, clock_now(app_clock(cx->app)) + s->resume_ms);
    return true;
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
    const char *currency = p.captured ? p.charged_currency : p.amount.currency;
    if (in->has_amount && strcmp(in->amount.currency, currency) != 0)
        return fail_field(cx, S("amount.currency"), "must be %s, as it was paid", "결제 통화와 같은 %s여야 합니다", currency);

    e = call_run(cx, &refund_promise_call, &(struct promise_in){ .payment = p.id, .source = FOR_STAFF, .amount = in->amount.amount, .reason = in->reason },
                 &made);
    if (e)
        return e;
    if (!interrupted(cx, self, p.id))
        payment_take_up(cx, self, p.id);
    e = call_run(cx, &refund_load_call, &made.refund.id, &made.refund);
    if (e)
        return e;
    refund_view(&made.refund, &made.payment, ret_out);
    return OK;
}

/* ---- the event booking.cancelled: no event waits for a provider ---- */

err refund_cancelled(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct payments *s = self;
    const struct booking_cancelled *in = in_;
    struct promise_out made;
    (void)ret_out;
    if (in->payment == 0 || in->refund == 0)
        return OK;
    err e = call_run(cx, &refund_promise_call,
                     &(struct promise_in){ .payment = in->payment, .source = FOR_CANCELLATION, .source_id = in->cancellation, .amount = in->refund,
                                           .capped = true },
                     &made);
    if (!e && !interrupted(cx, s, in->payment))
        watch_add(&s->watch, in->payment, clock_now(app_clock(cx->app)));
    return e;
}
