/* From the provider's verdict to the end of a payment, step by step. What is to be done next follows from the state alone, each step may be
 * repeated, and each ends with a command that moves the payment only if its state still leads there: so a story may stop anywhere, and two may
 * meet. */
#include "case.h"
#include "gate.h"

#include "base/clock.h"
#include "platform/call/app.h"
#include "platform/obs/log.h"
#include "services/booking/booking.h"

#define BACK_OFF_MAX   7      /* doublings of payment.resume_seconds */
#define STUCK_ATTEMPTS 8      /* from here on people should look */

err payment_between(struct ctx *cx, const struct payments *s)
{
    return s->between ? s->between(cx) : OK;
}

static err advance(struct ctx *cx, struct payment *p, const struct advance_in *in)
{
    struct advance_out out;
    err e = call_run(cx, &payment_advance_call, in, &out);
    if (!e)
        *p = out.now;
    return e;
}

static err move(struct ctx *cx, struct payment *p, enum payment_state to, enum payment_why why)
{
    return advance(cx, p, &(struct advance_in){ .payment = p->id, .to = to, .why = why });
}

/* ---- the provider's verdict ---- */

/* It answers for another order or merchant: nothing of that is believed, somebody has to look. */
static err foreign(struct ctx *cx, const struct payment *p, const struct verdict *v)
{
    return call_run(cx, &case_open_call, &(struct case_order){
        .source = arena_fmt(cx->arena, "foreign:%lld", (long long)p->id), .kind = CASE_FOREIGN_CHARGE, .provider = p->provider, .payment = p->id,
        .booking = p->booking, .about = S("order"), .told = v->ref, .stored = payment_public_id(cx, ID_PAYMENT, p->id), .proposed = CASE_ASK_AGAIN }, NULL);
}

static bool as_asked(const struct payment *p, const struct money *charged)
{
    return charged->amount == p->amount.amount && strcmp(charged->currency, p->amount.currency) == 0;
}

err payment_judge(struct ctx *cx, struct payment *p, const struct verdict *v, struct str event)
{
    struct advance_in in = { .payment = p->id, .event = event, .ref = v->ref };
    switch (v->kind) {
    case VERDICT_UNKNOWN:
    case VERDICT_ABSENT:
        return OK;
    case VERDICT_FOREIGN:
        return foreign(cx, p, v);
    case VERDICT_PENDING:
        in.to = PAYMENT_PENDING;
        in.why = WHY_WAITING;
        break;
    case VERDICT_DECLINED:
        in.to = PAYMENT_FAILED;
        in.why = WHY_DECLINED;
        break;
    case VERDICT_APPROVED:
        in.to = as_asked(p, &v->charged) ? PAYMENT_CAPTURED : PAYMENT_QUARANTINED;
        in.why = in.to == PAYMENT_CAPTURED ? WHY_APPROVED : WHY_AMOUNT;
        in.captured = v->charged;
        break;
    }
    return advance(cx, p, &in);
}

/* Nothing, or money without a currency, cannot be booked: that is no answer. */
static struct verdict believable(const struct payment *p, struct verdict v)
{
    if (v.kind != VERDICT_APPROVED || (v.charged.amount > 0 && strlen(v.charged.currency) == 3))
        return v;
    LOG(LOG_ERROR, "a provider's answer makes no sense", lf_s("provider", str_c(p->provider->name)), lf_i("payment", p->id),
        lf_i("charged", v.charged.amount), lf_s("currency", str_c(v.charged.currency)));
    return (struct verdict){ .kind = VERDICT_UNKNOWN };
}

struct verdict payment_query(struct ctx *cx, struct payments *s, const struct payment *p)
{
    struct charge charge;
    if (payment_charge(cx, s, p, &charge))
        return (struct verdict){ .kind = VERDICT_UNKNOWN };
    return believable(p, gate_query(cx, s, p->provider, &charge));
}

/* Nothing was asked of the provider yet, so refusing is safe. *ret_refused: why, or WHYS. */
static err booking_waits(struct ctx *cx, const struct payment *p, enum payment_why *ret_refused)
{
    struct booking_due due;
    err e = call_run(cx, &booking_pay_begin, &(struct booking_ref){ p->booking, p->user }, &due);
    *ret_refused = WHYS;
    if (e == ERR_CONFLICT || e == ERR_MISSING) {
        fail_clear(cx);
        *ret_refused = WHY_NOT_PAYABLE;
        return OK;
    }
    if (!e && (due.due.amount != p->amount.amount || strcmp(due.due.currency, p->amount.currency) != 0))
        *ret_refused = WHY_SUPERSEDED;
    return e;
}

err payment_ask(struct ctx *cx, struct payments *s, struct payment *p)
{
    enum payment_why refused;
    err e = booking_waits(cx, p, &refused);
    if (e)
        return e;
    if (refused != WHYS)
        return move(cx, p, PAYMENT_CANCELLED, refused);
    e = payment_between(cx, s);
    struct charge charge;
    if (!e)
        e = payment_charge(cx, s, p, &charge);
    if (e)
        return e;

    struct verdict v = believable(p, gate_confirm(cx, s, p->provider, &charge));
    if (v.kind == VERDICT_UNKNOWN)
        v = payment_query(cx, s, p);
    e = payment_between(cx, s);
    if (e)
        return e;
    return payment_judge(cx, p, &v, (struct str){ 0 });
}

/* Taken up again: the provider may or may not have heard of it. */
static err ask_again(struct ctx *cx, struct payments *s, struct payment *p)
{
    struct verdict v = payment_query(cx, s, p);
    if (v.kind == VERDICT_ABSENT)
        return payment_ask(cx, s, p);
    return payment_judge(cx, p, &v, (struct str){ 0 });
}

/* ---- booking's verdict ---- */

static err hand_over(struct ctx *cx, struct payments *s, struct payment *p)
{
    struct booking_paid paid;
    err e = call_run(cx, &booking_paid_put, &(struct booking_payment){ p->booking, p->id, p->captured }, &paid);
    if (!e)
        e = payment_between(cx, s);
    if (e)
        return e;
    if (paid.result == PAID_CONFIRMED)
        return move(cx, p, PAYMENT_PAID, WHY_CONFIRMED);
    return move(cx, p, PAYMENT_REFUND_DUE, WHY_TOO_LATE);
}

/* ---- until the end ---- */

static err step(struct ctx *cx, struct payments *s, struct payment *p)
{
    switch (p->state) {
    case PAYMENT_CONFIRMING:
    case PAYMENT_PENDING:
        return ask_again(cx, s, p);
    case PAYMENT_CAPTURED:
        return hand_over(cx, s, p);
    case PAYMENT_READY:
    case PAYMENT_FAILED:
    case PAYMENT_CANCELLED:
        return payment_let_go(cx, s, p);
    case PAYMENT_PAID:
    case PAYMENT_REFUND_DUE:
    case PAYMENT_QUARANTINED:
    case PAYMENT_REFUNDED:
    case PAYMENT_STATES:
        break;
    }
    return OK;
}

err payment_drive(struct ctx *cx, struct payments *s, struct payment *p)
{
    enum payment_state before;
    do {
        before = p->state;
        err e = step(cx, s, p);
        if (!e && p->state != before)
            e = payment_between(cx, s);
        if (e)
            return e;
    } while (p->state != before && p->state != PAYMENT_PENDING);
    return refunds_drive(cx, s, p);
}

/* Longer after each time, seven times at most. */
static int64_t back_off(const struct payments *s, int attempts)
{
    return s->resume_ms << (attempts < BACK_OFF_MAX ? attempts : BACK_OFF_MAX);
}

void payment_release(struct ctx *cx, struct payments *s, const struct payment *p)
{
    int64_t now = clock_now(app_clock(cx->app));
    if (!payment_unfinished(p)) {
        watch_end(&s->watch, p->id);
        return;
    }
    if (p->let_go_at > now || p->state == PAYMENT_PENDING) {
        watch_give_back(&s->watch, p->id, p->let_go_at > now ? p->let_go_at : now + s->poll_ms, false);
        return;
    }
    int attempts = watch_attempts(&s->watch, p->id);
    watch_give_back(&s->watch, p->id, now + back_off(s, attempts), true);
    if (attempts < STUCK_ATTEMPTS || p->waits)
        return;
    metric_add(&payment_stuck, 1);
    LOG(LOG_ERROR, "a payment does not come to an end", lf_i("payment", p->id), lf_s("state", str_c(payment_states[p->state].word)),
        lf_i("attempts", attempts + 1), lf_s("why", cx->problem.detail));
}
