/* Admission follows the money: no more people come in than the payment providers can take orders of. People are let in at the organizer's rate or,
 * if that is less, at
 *
 *     orders a minute (payment.headroom) / orders per person let in (queue.orders_per_pass_permille) / rooms on sale with people in line
 *
 * but never below a trickle: somebody has to try, or nobody would notice that a provider is back. */
#include "queue_int.h"

#include "services/payment/payment.h"

#define TRICKLE 6             /* people a minute and room */

void headroom_refresh(struct ctx *cx, struct queue *q, int64_t rooms)
{
    struct payment_headroom headroom;
    int64_t bound = INT64_MAX;
    bool paying = app_has(cx->app, &payment_service);       /* a program without payment has nothing to wait for */
    if (paying && !call_run(cx, &payment_headroom_call, NULL, &headroom) && headroom.orders_per_minute < INT64_MAX / 1000)
        bound = max(TRICKLE, headroom.orders_per_minute * 1000 / q->orders_permille / max(1, rooms));
    atomic_store(&q->bound, bound);
}

bool headroom_limits(const struct queue *q, const struct rules *rules)
{
    return atomic_load(&q->bound) < rules->admit_per_minute;
}

struct rules headroom_rules(const struct queue *q, const struct rules *rules)
{
    struct rules bounded = *rules;
    bounded.admit_per_minute = min(rules->admit_per_minute, atomic_load(&q->bound));
    return bounded;
}
