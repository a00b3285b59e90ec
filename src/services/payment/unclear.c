/* Money of which nobody can say whose it is: asked of a provider who does not answer, taken and not handed to booking, promised back and not
 * given. It is counted, and after ten minutes people are told; their case closes when the money has become clear. Nothing runs while nothing is
 * unclear. */
#include "case.h"

#include "base/clock.h"
#include "platform/call/app.h"
#include "platform/obs/metrics.h"

#define CASES_A_ROUND 64

struct found {
    int64_t count, since;
    int64_t over;             /* open cases of money that has become clear */
    struct list old;          /* struct unclear */
};

static err find(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct found *ret = ret_out;
    struct unclear *old = NEW_ARRAY(cx->arena, struct unclear, CASES_A_ROUND);
    size_t n;
    (void)self;
    (void)in;
    err e = store_unclear(cx, &ret->count, &ret->since);
    if (!e)
        e = store_unclear_over(cx, &ret->over);
    if (!e)
        e = store_unclear_old(cx, cx->now - UNCLEAR_MS, CASES_A_ROUND, old, &n);
    if (!e)
        ret->old = (struct list){ old, n };
    return e;
}

static err open_case(struct ctx *cx, const struct unclear *u)
{
    struct case_order o = {
        .source = arena_fmt(cx->arena, "unclear:%lld:%lld:%lld", (long long)u->payment, (long long)u->refund, (long long)u->since),
        .kind = CASE_UNCLEAR_TOO_LONG, .provider = u->provider, .payment = u->payment, .refund = u->refund, .booking = u->booking,
        .stored = arena_fmt(cx->arena, "%.*s, %.*s", STR_ARG(u->state), STR_ARG(case_money(cx, &u->amount))), .proposed = CASE_ASK_AGAIN,
    };
    return call_run(cx, &case_open_call, &o, NULL);
}

static err close_cases(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    (void)self;
    (void)in;
    (void)ret_out;
    return store_unclear_close(cx);
}

static err look(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct payments *s = self;
    struct found found;
    (void)in;
    (void)ret_out;
    int64_t now = clock_now(app_clock(cx->app));
    atomic_store(&s->unclear_due, INT64_MAX);    /* before looking: what begins meanwhile sets it again */
    err e = call_run(cx, &unclear_find_call, NULL, &found);
    const struct unclear *old = found.old.at;
    for (size_t i = 0; !e && i < found.old.n; i++)
        e = open_case(cx, &old[i]);
    if (!e && found.over)
        e = call_run(cx, &unclear_close_call, NULL, NULL);
    if (!e) {
        metric_set(&payment_unclear, found.count);
        metric_set(&payment_unclear_oldest, found.count ? (now - found.since) / 1000 : 0);
    }
    if (e || found.count)
        unclear_begins(s, now);
    return e;
}

void unclear_begins(struct payments *s, int64_t now)
{
    int64_t due = atomic_load(&s->unclear_due);
    while (now + UNCLEAR_LOOK_MS < due && !atomic_compare_exchange_weak(&s->unclear_due, &due, now + UNCLEAR_LOOK_MS))
        ;
}

int64_t unclear_due(void *self)
{
    struct payments *s = self;
    return atomic_load(&s->unclear_due);
}

const struct call unclear_find_call = { .name = "payment.unclear_find", .kind = CALL_READ, .fn = find };
const struct call unclear_close_call = { .name = "payment.unclear_close", .kind = CALL_COMMAND, .fn = close_cases };
const struct call unclear_look_call = { "payment.unclear_look", "Counts the money that is unclear, and tells people of what stays so.", CALL_STORY, NULL, NULL,
                                        look };
