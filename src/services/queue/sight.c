/* A place as its owner sees it. Position and time to wait are worked out from two counters and the pace at which the line has moved of late. */
#include "queue_int.h"

#include "services/booking/booking.h"

#define HOUR_MS        (60 * 60 * 1000)
#define POLL_MIN_MS    1000
#define POLL_MAX_MS    60000
#define POLL_INSIDE_MS 5000

/* Admissions an hour that those who wait may count on: never more than the rate, and in the long run not fewer than passes expire by
 * themselves. */
static int64_t line_pace(const struct rules *rules, const struct line *line)
{
    int64_t slowest = max(1, rules->active_limit * 3600 / rules->pass_seconds);
    return min(rules->admit_per_minute * 60, max(line->pace, slowest));
}

enum place_state place_state(const struct room *r, const struct line *line, int64_t place, int64_t now, int64_t *ret_until)
{
    *ret_until = 0;
    if (!r->loaded)
        return PLACE_EXPIRED;
    if (marks_get(&r->ended, place))
        return PLACE_LEFT;
    if (place > line->serving)
        return now < r->sale_ends_at ? PLACE_WAITING : PLACE_EXPIRED;
    const struct step *step = steps_find(&r->steps, place);
    if (!step || step->until <= now)
        return PLACE_EXPIRED;
    *ret_until = step->until;
    return PLACE_ADMITTED;
}

void place_look(struct ctx *cx, const struct room *r, const struct terms *terms, const struct line *line, int64_t place, struct sight *ret)
{
    *ret = (struct sight){ .room = r, .message = arena_str(cx->arena, str_of(terms->message, terms->message_n)) };
    if (terms->rules.mode == QUEUE_OFF) {
        ret->state = PLACE_ADMITTED;
        return;
    }
    ret->state = place_state(r, line, place, cx->now, &ret->until);
    if (ret->state == PLACE_WAITING) {
        const struct rules bounded = headroom_rules(r->queue, &terms->rules);
        ret->position = place - line->serving;
        ret->eta_ms = max(0, room_sells_at(r) - cx->now) + ret->position * HOUR_MS / line_pace(&bounded, line);
        ret->reason = headroom_limits(r->queue, &terms->rules) ? ETA_PAYMENT : ETA_RATE;
    }
}

/* ---- the answer ---- */

/* Who is near looks every second, who is far once a minute. */
static int64_t poll_after(const struct sight *s)
{
    return s->state == PLACE_WAITING ? max(POLL_MIN_MS, min(s->eta_ms / 10, POLL_MAX_MS)) : POLL_INSIDE_MS;
}

static struct list stock_left(struct ctx *cx, const struct room *r)
{
    struct remaining left;
    booking_remaining(cx->app, r->schedule, &left);
    size_t n = left.known ? (size_t)min(left.grades, (int64_t)r->grade_count) : 0;
    struct stock *stock = NEW_ARRAY(cx->arena, struct stock, n);
    for (size_t i = 0; i < n; i++)
        stock[i] = (struct stock){ r->grades[i], left.free[i] };
    return (struct list){ stock, n };
}

void place_answer(struct ctx *cx, const struct queue *q, const struct place_ref *who, const struct sight *s, struct place_out *ret)
{
    bool waits = s->state == PLACE_WAITING;
    *ret = (struct place_out){
        .state = (int)s->state,
        .position = waits ? s->position : 0,
        .ahead = waits ? s->position - 1 : 0,
        .eta_seconds = waits ? (s->eta_ms + 999) / 1000 : 0,
        .poll_after_ms = poll_after(s),
        .eta_reason = (int)s->reason,
        .stock = s->room ? stock_left(cx, s->room) : (struct list){ 0 },
        .message = s->message,
        .pass = s->until ? pass_seal(cx, q, who, s->until) : (struct str){ 0 },
        .pass_expires_at = s->until,
    };
}
