/* Admission: every half second the rooms with people in line let in as many as rate and limit allow.
 *
 * Rate is a bucket that fills with time and holds one second's worth, so that in any time t no more than rate * t + one second's worth come in;
 * what is left over is carried to the next time. It is the organizer's, or what payment can take (headroom.c). The limit counts passes that are
 * good at that moment. */
#include "queue_int.h"

#include "services/booking/booking.h"

#define ADMIT_EVERY_MS 500
#define HOUR_MS        (60 * 60 * 1000)

/* ---- rate ---- */

void line_settle(struct line *line, const struct rules *rules, int64_t now)
{
    int64_t full = max(CREDIT, rules->admit_per_minute * 1000);
    int64_t passed = max(0, now - line->credit_at);
    line->credit = min(full, line->credit + passed * rules->admit_per_minute);
    line->credit_at = now;
}

void line_pace_reset(struct line *line, const struct rules *rules, int64_t now)
{
    line->pace = rules->admit_per_minute * 60;
    line->paced_at = now;
}

/* Follows what was admitted with the time constant of a minute and ten admissions. */
static void pace_follow(struct line *line, const struct rules *rules, int64_t admitted, int64_t now)
{
    int64_t passed = max(0, now - line->paced_at);
    int64_t memory = 60 * 1000 + 10 * CREDIT / rules->admit_per_minute;
    line->pace += (admitted * HOUR_MS - line->pace * passed) / (passed + memory);
    line->paced_at = now;
}

/* ---- one room ---- */

static bool moves(const struct room *r)
{
    return r->terms.rules.mode == QUEUE_FIFO && !r->terms.rules.paused && r->line.waiting > 0;
}

/* The next `want` people in line, or all. */
static struct step step_from(const struct room *r, int64_t want, int64_t now)
{
    struct step step = { .first = r->line.serving + 1, .last = r->line.serving, .at = now, .until = now + r->terms.rules.pass_seconds * 1000 };
    while (step.admitted < want && step.last < r->line.last)
        step.admitted += !marks_get(&r->ended, ++step.last);
    step.live = step.admitted;
    return step;
}

static err admit(struct ctx *cx, struct room *r)
{
    const struct rules bounded = headroom_rules(r->queue, &r->terms.rules), *rules = &bounded;
    if (!moves(r) || cx->now < room_sells_at(r) || cx->now >= r->sale_ends_at)
        return OK;
    room_touch(cx, r);
    line_settle(&r->line, rules, cx->now);
    int64_t room_inside = rules->active_limit - steps_active(&r->steps, cx->now);
    struct step step = step_from(r, min(r->line.credit / CREDIT, room_inside), cx->now);
    pace_follow(&r->line, rules, step.admitted, cx->now);
    if (!step.admitted)
        return OK;
    room_step(cx, r, &step);
    metric_add(&queue_admitted, step.admitted);
    return store_room_serve(cx, r, step.last);
}

/* ---- the job ---- */

static int64_t room_due(const struct queue *q, const struct room *r)
{
    int64_t due = max(q->ran_at + ADMIT_EVERY_MS, room_sells_at(r));
    return moves(r) && due < r->sale_ends_at ? due : INT64_MAX;
}

int64_t room_sells_at(const struct room *r)
{
    return min(r->sale_starts_at, booking_presale_at(r->queue->app, r->schedule));
}

void queue_sale_moved(const struct app *app, int64_t schedule)
{
    struct queue *q = app_self(app, &queue_service);
    const struct room *r = q ? room_find(q, schedule) : NULL;
    if (r)
        queue_wake(q, r);
}

void queue_wake(struct queue *q, const struct room *r)
{
    int64_t due = room_due(q, r);
    if (due < atomic_load(&q->due))
        atomic_store(&q->due, due);
}

int64_t queue_due(void *queue)
{
    struct queue *q = queue;
    return atomic_load(&q->due);
}

static int64_t rooms_moving(const struct queue *q)
{
    uint64_t schedule, bits;
    int64_t n = 0;
    for (size_t at = 0; map_each(&q->rooms, &at, &schedule, &bits);)
        n += moves((const struct room *)(uintptr_t)bits);
    return n;
}

err queue_admit(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct queue *q = self;
    uint64_t schedule, bits;
    (void)in;
    (void)ret_out;
    headroom_refresh(cx, q, rooms_moving(q));
    for (size_t at = 0; map_each(&q->rooms, &at, &schedule, &bits);) {
        err e = admit(cx, (struct room *)(uintptr_t)bits);
        if (e)
            return e;
    }

    q->ran_at = cx->now;
    atomic_store(&q->due, INT64_MAX);
    for (size_t at = 0; map_each(&q->rooms, &at, &schedule, &bits);)
        queue_wake(q, (struct room *)(uintptr_t)bits);
    return OK;
}
