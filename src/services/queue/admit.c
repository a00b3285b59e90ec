/* Admission: every half second the rooms with people in line let in as many as rate and limit allow.
 *
 * Rate is a bucket that fills with time and holds one second's worth, so that in any time t no more than rate * t + one second's worth come in; what
 * is left over is carried to the next time. At rates so slow that a second's worth is less than two people, it also holds the part of a person that
 * was saved up before, not quite two people in all: however the looks fall, over an hour nobody too few comes in. It is the organizer's, or what
 * payment can take (headroom.c).
 *
 * The limit counts passes that are good at that moment, and falls with the stock: where all seats that are left are spoken for, nobody is let in to
 * look at them. Of those let in some never come: for each who did not, of late, one more is let in (passes = people wanted inside / (1 - no-show)),
 * never more than twice as many. */
#include "groups.h"
#include "store.h"

#include "platform/obs/log.h"
#include "platform/obs/metrics.h"
#include "services/booking/booking.h"

#define ADMIT_EVERY_MS 500
#define HOUR_MS        (60 * 60 * 1000)

/* ---- rate ---- */

/* The exact bound, as docs/waiting-room.md has it: within t ms no more than (rate * t + full) / CREDIT people come in. */
void line_settle(struct line *line, const struct rules *rules, int64_t now)
{
    int64_t second = rules->admit_per_minute * 1000;
    int64_t full = max(second, CREDIT - 1 + min(second, CREDIT));        /* fewer than two people */
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

#define PARKED_AT_ONCE 4096

/* `now` decides only whether those who are away may still come back. */
static bool moves(const struct room *r, int64_t now)
{
    return r->terms.rules.mode != QUEUE_OFF && !r->terms.rules.paused && !draw_pending(&r->terms, &r->line) &&
           (r->line.waiting > 0 || parks_open(&r->parks, now));
}

/* While it is on sale. */
static bool lets_in(const struct room *r, int64_t now)
{
    return moves(r, now) && now >= room_sells_at(r) && now < r->sale_ends_at;
}

/* How many more may come in: what the rate has saved up, as far as limit and stock have room. */
static int64_t room_for(const struct ctx *cx, struct room *r)
{
    struct remaining left;
    booking_remaining(cx->app, r->schedule, &left);
    r->line.no_show = room_no_show(r, cx->now);
    int64_t passes = room_passes(min(r->terms.rules.active_limit, stock_limit(r, &left)), r->line.no_show);
    return min(r->line.credit / CREDIT, passes - room_active(r, cx->now));
}

/* Those who had been away when their turn came are ahead of everybody. */
static err admit_returned(struct ctx *cx, struct room *r, int64_t *left)
{
    for (size_t i = r->parks.first; i < r->parks.first + r->parks.n && *left > 0; i++) {
        struct parked *p = &r->parks.at[i];
        if (!parked_may_return(p, cx->now) || marks_get(&r->ended, p->place) || seen_absent(&r->seen, p->place, cx->now))
            continue;
        err e = room_return(cx, r, p);
        if (e)
            return e;
        --*left;
    }
    return OK;
}

/* The next `want` people in line, or all; those who are away are passed over and listed. */
static struct step step_from(const struct room *r, int64_t want, int64_t now, int64_t parked[PARKED_AT_ONCE], int64_t *ret_parked)
{
    struct step step = { .first = r->line.serving + 1, .last = r->line.serving, .at = now, .until = now + r->terms.rules.pass_seconds * 1000 };
    int64_t away = 0;
    for (int64_t place = step.first; place <= r->line.last && step.admitted < want && away < PARKED_AT_ONCE; place++) {
        if (marks_get(&r->ended, place))
            continue;
        step.last = place;
        if (seen_absent(&r->seen, place, now))
            parked[away++] = place;
        else
            step.admitted++;
    }
    step.live = step.admitted;
    step.watched = true;
    *ret_parked = away;
    return step;
}

static err step_in(struct ctx *cx, struct room *r, const struct step *step, const int64_t *parked, int64_t away)
{
    room_step(cx, r, step, parked, away);
    return store_room_serve(cx, r, step->last);
}

static err admit(struct ctx *cx, struct room *r)
{
    const struct rules bounded = headroom_rules(r->queue, &r->terms.rules), *rules = &bounded;
    int64_t parked[PARKED_AT_ONCE], away;
    err e = draw_advance(cx, r);
    if (e || !lets_in(r, cx->now))
        return e;
    room_touch(cx, r);
    line_settle(&r->line, rules, cx->now);
    int64_t allowed = max(0, room_for(cx, r)), left = allowed;
    e = admit_returned(cx, r, &left);
    if (e)
        return e;
    struct step step = step_from(r, left, cx->now, parked, &away);
    int64_t admitted = allowed - left + step.admitted;
    pace_follow(&r->line, rules, admitted, cx->now);
    metric_add(&queue_admitted, admitted);
    metric_add(&queue_parked, away);
    if (step.last == r->line.serving)
        e = admitted ? store_room_update(cx, r) : OK;
    else
        e = step_in(cx, r, &step, parked, away);
    r->line.active = room_active(r, cx->now);
    if (admitted)
        r->general->turn = (int)(r->id >> GROUP_SHIFT) + 1;
    return e;
}

/* The lines of a schedule, the one behind that which let in somebody last first: while fewer may come in than their rates allow, they take turns. */
static err admit_lines(struct ctx *cx, struct room *general)
{
    int n = general->group_count + 1, first = general->turn;
    err e = OK;
    for (int i = first; i < first + n && !e; i++)
        e = admit(cx, i % n ? general->groups[i % n - 1] : general);
    return e;
}

/* ---- the job ---- */

static int64_t room_due(const struct queue *q, const struct room *r)
{
    int64_t next = q->ran_at + ADMIT_EVERY_MS, due = max(next, draw_due(r));
    if (moves(r, q->ran_at))
        due = min(due, max(next, room_sells_at(r)));
    return due < r->sale_ends_at ? due : INT64_MAX;
}

int64_t room_sells_at(const struct room *r)
{
    if (r->general != r)
        return group_sells_at(r);
    return r->group_count ? r->sale_starts_at : min(r->sale_starts_at, booking_presale_at(r->queue->app, r->schedule));
}

void queue_sale_moved(const struct app *app, int64_t schedule)
{
    struct queue *q = app_self(app, &queue_service);
    const struct room *r = q ? room_find(q, schedule) : NULL;
    if (!r)
        return;
    queue_wake(q, r);
    for (int i = 0; i < r->group_count; i++)
        queue_wake(q, r->groups[i]);
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

static int64_t rooms_moving(const struct queue *q, int64_t now)
{
    uint64_t schedule, bits;
    int64_t n = 0;
    for (size_t at = 0; map_each(&q->rooms, &at, &schedule, &bits);)
        n += lets_in((const struct room *)(uintptr_t)bits, now);
    return n;
}

err queue_admit(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct queue *q = self;
    uint64_t schedule, bits;
    (void)in;
    (void)ret_out;
    headroom_refresh(cx, q, rooms_moving(q, cx->now));
    for (size_t at = 0; map_each(&q->rooms, &at, &schedule, &bits);) {
        struct room *r = (struct room *)(uintptr_t)bits;
        err e = r->general == r ? admit_lines(cx, r) : OK;
        if (e)
            return e;
    }

    q->ran_at = cx->now;
    atomic_store(&q->due, INT64_MAX);
    for (size_t at = 0; map_each(&q->rooms, &at, &schedule, &bits);)
        queue_wake(q, (struct room *)(uintptr_t)bits);
    return OK;
}
