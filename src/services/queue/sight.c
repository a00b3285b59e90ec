/* A place as its owner sees it. Position and time to wait are worked out from two counters and the pace at which the line has moved of late. */
#include "device_int.h"

#include "services/booking/booking.h"

#define HOUR_MS        (60 * 60 * 1000)
#define POLL_MAX_MS    60000
#define MISSED_POLLS   3
#define BASKET_PARTS   100
#define GUESTS_A_SALE  2      /* of those inside, so many come for each one who buys */

/* ---- what the line allows ---- */

/* Lines of the schedule in which people wait, with this one. */
static int64_t lines_waiting(const struct room *r)
{
    const struct room *general = r->general;
    int64_t n = 1 + (general != r && general->shown_line.waiting > 0);
    for (int i = 0; i < general->group_count; i++)
        n += general->groups[i] != r && general->groups[i]->shown_line.waiting > 0;
    return n;
}

/* Admissions an hour that those who wait may count on at least: in the long run not fewer than passes expire by themselves, in turn with other lines. */
static int64_t pace_low(const struct room *r, const struct rules *rules)
{
    return min(rules->admit_per_minute * 60, max(1, rules->active_limit * 3600 / rules->pass_seconds / lines_waiting(r)));
}

static int64_t line_pace(const struct room *r, const struct rules *rules, const struct line *line)
{
    return min(rules->admit_per_minute * 60, max(line->pace, pace_low(r, rules)));
}

static int64_t seats_free(const struct remaining *left)
{
    int64_t n = 0;
    for (uint32_t i = 0; i < left->grades; i++)
        n += left->free[i];
    return n;
}

int64_t stock_limit(const struct room *r, const struct remaining *left)
{
    if (!left->known)
        return INT64_MAX;
    int64_t basket = max(BASKET_PARTS, atomic_load_explicit(&r->general->basket, memory_order_relaxed));
    return (seats_free(left) * BASKET_PARTS * GUESTS_A_SALE + basket - 1) / basket;
}

int64_t present_until(int64_t now, int64_t poll_ms)
{
    return now + MISSED_POLLS * poll_ms;
}

/* ---- a place ---- */

static enum place_state parked_state(const struct room *r, const struct line *line, const struct parked *p, int64_t now, int64_t *ret_until)
{
    if (p->let_in_at > line->let_in_at)
        return PLACE_WAITING;                /* it is not durable yet */
    if (p->until > now) {
        *ret_until = p->until;
        return PLACE_ADMITTED;
    }
    return parked_may_return(p, now) && now < r->sale_ends_at ? PLACE_WAITING : PLACE_EXPIRED;
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
    const struct parked *parked = parks_find(&r->parks, place);
    if (parked)
        return parked_state(r, line, parked, now, ret_until);
    const struct step *step = steps_find(&r->steps, place);
    if (!step || step->until <= now)
        return PLACE_EXPIRED;
    *ret_until = step->until;
    return PLACE_ADMITTED;
}

bool place_waits(const struct room *r, int64_t place, int64_t now)
{
    if (!r->loaded || marks_get(&r->ended, place))
        return false;
    const struct parked *parked = parks_find(&r->parks, place);
    return place > r->line.serving || (parked && parked_may_return(parked, now));
}

static enum eta_reason reason_of(const struct room *r, const struct terms *terms, const struct line *line, const struct remaining *left,
                                 const struct sight *s, int64_t now)
{
    if (terms->rules.paused)
        return ETA_PAUSED;
    if (!s->has_position)
        return ETA_DRAW;
    if (now < room_sells_at(r))
        return ETA_NOT_STARTED;
    if (left->known && !seats_free(left))
        return ETA_SOLD_OUT;
    if (left->known && line->active >= room_passes(stock_limit(r, left), line->no_show))
        return ETA_STOCK;
    if (s->back_by)
        return ETA_BACK;
    if (line->active >= room_passes(terms->rules.active_limit, line->no_show))
        return ETA_LIMIT;
    return headroom_limits(r->queue, &terms->rules) ? ETA_PAYMENT : ETA_RATE;
}

/* Nobody knows how long a pause is, when seats come back, or which place will be drawn. */
static void look_ahead(const struct room *r, const struct terms *terms, const struct line *line, const struct remaining *left, int64_t now, struct sight *s)
{
    const struct rules rules = headroom_rules(r->queue, &terms->rules);
    int64_t before = max(0, room_sells_at(r) - now), ways = s->position * HOUR_MS;
    s->reason = reason_of(r, terms, line, left, s, now);
    s->low_ms = before + ways / (rules.admit_per_minute * 60);
    s->eta_ms = before + ways / line_pace(r, &rules, line);
    bool open = s->reason == ETA_PAUSED || s->reason == ETA_DRAW || s->reason == ETA_STOCK || s->reason == ETA_SOLD_OUT;
    s->high_ms = open ? -1 : before + ways / pace_low(r, &rules);
    s->poll_ms = max(POLL_MIN_MS, min(s->eta_ms / 10, min(POLL_MAX_MS, terms->rules.pass_seconds * 500)));       /* twice in a pass's time */
}

static void look_waiting(const struct room *r, const struct terms *terms, const struct line *line, int64_t number, int64_t place, struct sight *s)
{
    bool entry = !line->closed_at || number <= line->entries;
    const struct parked *parked = place <= line->serving ? parks_find(&r->parks, place) : NULL;
    s->has_position = !draw_pending(terms, line) || !entry;
    s->draws_at = s->has_position ? 0 : room_sells_at(r);
    s->position = !s->has_position ? 0 : parked ? 1 : place - line->serving;
    s->back_by = parked ? parked->parked_at + RETURN_MS : 0;
}

void tail_look(const struct room *r, const struct terms *terms, const struct line *line, const struct remaining *left, int64_t now, struct sight *ret)
{
    int64_t number = line->last + 1;
    *ret = (struct sight){ .state = PLACE_WAITING };
    look_waiting(r, terms, line, number, room_place(r, number), ret);
    look_ahead(r, terms, line, left, now, ret);
}

int64_t rate_effective(const struct room *r, const struct terms *terms, const struct line *line, enum eta_reason reason)
{
    const struct rules rules = headroom_rules(r->queue, &terms->rules);
    switch (reason) {
    case ETA_PAUSED:
    case ETA_DRAW:
    case ETA_NOT_STARTED:
    case ETA_STOCK:
    case ETA_SOLD_OUT: return 0;
    case ETA_LIMIT: return line_pace(r, &rules, line) / 60;     /* one comes in when one goes */
    case ETA_RATE:
    case ETA_PAYMENT:
    case ETA_BACK: break;
    }
    return rules.admit_per_minute;
}

struct str terms_message(const struct terms *t, enum lang lang)
{
    return note_text(lang == LANG_EN && t->message_en.n ? &t->message_en : &t->message);
}

/* ---- what is sold ---- */

static void look_prices(const struct room *r, const struct remaining *left, struct sight *s)
{
    const struct offer *o = &r->general->offer;
    bool gone = !left->known || !seats_free(left);           /* then of all that was on sale */
    for (size_t i = 0; o->currency[0] && i < o->n; i++) {
        if (!gone && (i >= left->grades || !left->free[i]))
            continue;
        struct money price = { .amount = o->prices[i] };
        memcpy(price.currency, o->currency, sizeof(price.currency));
        if (!s->price_from.currency[0] || price.amount < s->price_from.amount)
            s->price_from = price;
        if (!s->price_to.currency[0] || price.amount > s->price_to.amount)
            s->price_to = price;
    }
}

static void look_stock(struct ctx *cx, const struct room *r, const struct remaining *left, struct sight *s)
{
    const struct offer *o = &r->general->offer;
    size_t n = left->known ? (size_t)min(left->grades, (int64_t)o->n) : 0;
    struct stock *stock = NEW_ARRAY(cx->arena, struct stock, n);
    for (size_t i = 0; i < n; i++)
        stock[i] = (struct stock){ arena_str(cx->arena, o->grades[i]), left->free[i] };
    s->stock = (struct list){ stock, n };
    s->title = arena_str(cx->arena, str_c(o->title));
    look_prices(r, left, s);
}

void place_look(struct ctx *cx, const struct room *r, const struct terms *terms, const struct line *line, int64_t number,
                const struct remaining *left, struct sight *ret)
{
    int64_t place = room_place(r, number);
    *ret = (struct sight){ .state = PLACE_ADMITTED, .has_position = true, .poll_ms = POLL_MIN_MS, .paused = terms->rules.paused,
                           .message = arena_str(cx->arena, terms_message(terms, cx->lang)) };
    look_stock(cx, r, left, ret);
    if (terms->rules.mode == QUEUE_OFF)
        return;
    ret->state = place_state(r, line, place, cx->now, &ret->until);
    if (ret->state != PLACE_WAITING)
        return;
    look_waiting(r, terms, line, number, place, ret);
    look_ahead(r, terms, line, left, cx->now, ret);
}

/* ---- the answer ---- */

void place_answer(struct ctx *cx, struct queue *q, const struct place_ref *who, const struct sight *s, struct place_out *ret)
{
    enum device_sight device = device_look(cx, q, who);
    bool over = s->state == PLACE_LEFT || s->state == PLACE_EXPIRED;
    bool give = s->until && (device == DEVICE_ANY || device == DEVICE_THIS);         /* to nobody else is a pass of any use */
    *ret = (struct place_out){
        .state = (int)s->state,
        .has_position = s->has_position,
        .position = s->position,
        .ahead = max(0, s->position - 1),
        .eta_seconds = whole_seconds(s->eta_ms),
        .eta_low_seconds = whole_seconds(s->low_ms),
        .eta_high_seconds = whole_seconds(s->high_ms),
        .has_high = s->high_ms >= 0,
        .eta_reason = (int)s->reason,
        .poll_after_ms = s->poll_ms,
        .draws_at = s->draws_at,
        .back_by = s->back_by,
        .paused = s->paused,
        .stock = s->stock,
        .title = s->title,
        .message = s->message,
        .price_from = s->price_from,
        .price_to = s->price_to,
        .pass = give ? pass_seal(cx, q, who, s->until) : (struct str){ 0 },
        .pass_expires_at = s->until,
        .device = (int)device,
        .revoked = over ? revoked_reason(cx, q, who) : (struct str){ 0 },
    };
}
