/* Charges that nobody wants any more: the booking ended before the buyer paid, or another amount was due by then. The provider is told, so that
 * the buyer cannot approve it any more; if it says that it is too late, the money is there and the late-payment rule decides. */
#include "gate.h"
#include "payment_int.h"

#include "base/clock.h"
#include "platform/call/app.h"
#include "services/booking/booking.h"

static err told(struct ctx *cx, struct payment *p)
{
    return call_run(cx, &payment_note_call, &(struct note_in){ .payment = p->id, .lets_go = true, .let_go_at = 0 }, p);
}

static err give_up(struct ctx *cx, struct payment *p)
{
    struct advance_out out;
    err e = call_run(cx, &payment_advance_call,
                     &(struct advance_in){ .payment = p->id, .to = PAYMENT_CANCELLED, .why = WHY_NOT_PAYABLE }, &out);
    if (!e)
        *p = out.now;
    return e;
}

/* The provider does not let it go: has it been paid after all? */
static err too_late(struct ctx *cx, struct payments *s, struct payment *p)
{
    struct verdict v = payment_query(cx, s, p);
    err e = payment_between(cx, s);
    if (e || v.kind == VERDICT_UNKNOWN || v.kind == VERDICT_PENDING)
        return e;
    e = payment_judge(cx, p, &v, (struct str){ 0 });
    return !e && p->let_go_at ? told(cx, p) : e;
}

err payment_let_go(struct ctx *cx, struct payments *s, struct payment *p)
{
    if (!p->let_go_at || p->let_go_at > clock_now(app_clock(cx->app)))
        return OK;
    if (p->state == PAYMENT_READY)
        return give_up(cx, p);
    struct charge charge;
    err e = payment_charge(cx, s, p, &charge);
    if (e)
        return e;
    enum verdict_kind kind = gate_cancel(cx, s, p->provider, &charge).kind;
    e = payment_between(cx, s);
    if (e)
        return e;
    if (kind == VERDICT_APPROVED)
        return told(cx, p);
    return kind == VERDICT_DECLINED ? too_late(cx, s, p) : OK;
}

/* ---- the event booking.ended: a buyer who is on the provider's page when the hold ends may still pay for a while ---- */

/* out: struct payment, id 0: none that is ready. */
static err ended(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct booking_ended *in = in_;
    const struct payments *s = self;
    struct payment *ret = ret_out;
    bool found;
    err e = store_payment_live(cx, in->booking, ret, &found);
    if (e)
        return e;
    if (!found || ret->state != PAYMENT_READY) {
        ret->id = 0;
        return OK;
    }
    if (ret->let_go_at)
        return OK;
    ret->let_go_at = cx->now + (in->how == END_EXPIRED ? s->late_ms : 0);
    return store_payment_update(cx, ret);
}

const struct call payment_ended_call = { .name = "payment.ended", .kind = CALL_COMMAND, .fn = ended };

err payment_booking_ended(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct payments *s = self;
    struct payment p;
    (void)ret_out;
    err e = call_run(cx, &payment_ended_call, in, &p);
    if (!e && p.id)
        watch_add(&s->watch, p.id, p.let_go_at);
    return e;
}
