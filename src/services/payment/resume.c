/* Takes up again what was left unfinished: after a crash, a lost answer, a provider or a service that was away. */
#include "payment_int.h"

#include "platform/call/app.h"
#include "platform/obs/log.h"

#define ROUND_MAX 64          /* so that other jobs have their turn */

static void resume(struct ctx *cx, struct payments *s, int64_t id)
{
    struct payment p;
    err e = call_run(cx, &payment_load_call, &(struct payment_in){ id }, &p);
    if (e) {
        watch_give_back(&s->watch, id, clock_now(app_clock(cx->app)) + s->resume_ms, true);
    } else {
        e = payment_drive(cx, s, &p);
        payment_release(cx, s, &p);
    }
    if (e)
        LOG(LOG_WARN, "a payment could not be taken up again", lf_i("payment", id), lf_s("why", cx->problem.detail));
    fail_clear(cx);
}

err payment_resume(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct payments *s = self;
    int64_t id, now = clock_now(app_clock(cx->app));
    (void)in;
    (void)ret_out;
    for (int i = 0; i < ROUND_MAX && watch_take_due(&s->watch, now, &id); i++)
        resume(cx, s, id);
    return OK;
}
