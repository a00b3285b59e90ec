/* Takes up again what was left unfinished: after a crash, a lost answer, a provider or a service that was away. Several threads do this, each one
 * payment at a time, so that one provider who hangs holds up neither the others nor events. */
#include "payment_int.h"

#include "base/clock.h"
#include "platform/call/app.h"
#include "platform/obs/log.h"

err payment_taken(struct ctx *cx, struct payments *s, int64_t id, struct payment *ret)
{
    err e = call_run(cx, &payment_load_call, &(struct payment_in){ id }, ret);
    if (e)
        watch_give_back(&s->watch, id, clock_now(app_clock(cx->app)) + s->resume_ms, true);
    return e;
}

/* What cannot be done now is done later; that the row says what is left counts. */
static void go_on(struct ctx *cx, struct payments *s, int64_t id)
{
    struct payment p;
    err e = payment_taken(cx, s, id, &p);
    if (!e) {
        e = payment_drive(cx, s, &p);
        payment_release(cx, s, &p);
    }
    if (e)
        LOG(LOG_WARN, "a payment has to wait", lf_i("payment", id), lf_s("why", cx->problem.detail));
    fail_clear(cx);
}

void payment_take_up(struct ctx *cx, struct payments *s, int64_t id)
{
    if (watch_take(&s->watch, id))
        go_on(cx, s, id);
}

err payment_resume(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct payments *s = self;
    int64_t id;
    (void)in;
    (void)ret_out;
    if (watch_take_due(&s->watch, clock_now(app_clock(cx->app)), &id))
        go_on(cx, s, id);
    return OK;
}
