/* The waiting list of a grade that is sold out. A seat given up in a grade for which somebody waits does not become free: it is kept (sale_set asks
 * waitlist_keeps) until the round that follows at once has offered what there is to those who wait; only what nobody wants goes to the floor.
 *
 * The rule: in the order of joining, each whose wish fits into what is free gets an offer; who wants more than there is keeps the place and is
 * passed over, so that nobody waits behind a wish that may never be met. Seats are side by side where there are such, else wherever they are.
 *
 * An offer is a hold for that user with a time limit of its own; accepted, it is a hold like any other; not accepted, it ends like any other, and
 * its seats go to the next. So a crash leaves nothing to mend: holds and claims are in the database, and a start begins with a round. */
#include "services/booking/waitlist.h"

#include <stdlib.h>

#define OFFERS_AT_ONCE 256    /* a wave of cancellations must not keep others waiting */

bool waitlist_sells(const struct sale *s, int64_t now)
{
    return !s->cancelled && now >= s->sale_starts_at && now < s->sale_ends_at;
}

/* ---- lines and kept seats, in memory ---- */

static void line_add(struct sale *s, uint32_t grade, int32_t n)
{
    s->waiting[grade] += (uint32_t)n;
    if (s->kept)
        return;
    s->kept = calloc((size_t)s->seats / 64 + 1, sizeof(uint64_t));
    if (!s->kept)
        abort();
}

struct line_undo {
    uint32_t grade;
    int32_t n;
};

static void undo_line(void *sale, const void *arg)
{
    const struct line_undo *u = arg;
    line_add(sale, u->grade, -u->n);
}

void waitlist_count(struct ctx *cx, struct sale *s, uint32_t grade, int32_t n)
{
    line_add(s, grade, n);
    tx_undo(cx, undo_line, s, &(struct line_undo){ grade, n }, sizeof(struct line_undo));
}

static void flip_quietly(void *sale, const void *arg)
{
    const uint32_t *seat = arg;
    ((struct sale *)sale)->kept[*seat / 64] ^= UINT64_C(1) << (*seat % 64);
}

static void flip_kept(struct ctx *cx, struct sale *s, uint32_t seat)
{
    flip_quietly(s, &seat);
    tx_undo(cx, flip_quietly, s, &seat, sizeof(seat));
}

bool waitlist_keeps(struct ctx *cx, struct booking *b, struct sale *s, uint32_t seat)
{
    if (!s->waiting[s->layout->plan->category[seat]] || !waitlist_sells(s, cx->now))
        return false;
    flip_kept(cx, s, seat);
    atomic_store(&b->offer_due, cx->now);
    return true;
}

/* All kept seats of a sale become free; returns their grades as bits. The floor does not see it before the command has ended. */
static uint64_t free_kept(struct ctx *cx, struct booking *b, struct sale *s)
{
    _Static_assert(GRADES_MAX <= 64, "a bit a grade");
    uint64_t grades = 0;
    for (uint32_t word = 0; word <= s->seats / 64; word++)
        for (uint64_t rest = s->kept[word]; rest; rest &= rest - 1) {
            uint32_t seat = word * 64 + (uint32_t)__builtin_ctzll(rest);
            grades |= UINT64_C(1) << s->layout->plan->category[seat];
            flip_kept(cx, s, seat);
            sale_set_directly(cx, b, s, seat, SEAT_FREE);
        }
    return grades;
}

/* ---- a round of offers ---- */

struct offered_event {
    int64_t offer, schedule, user, seats, until;
    struct str grade;
};

static const struct field offered_rows[] = {
    { .name = "offer_id", .type = F_ID, .id = ID_OFFER, .at = offsetof(struct offered_event, offer) },
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, .at = offsetof(struct offered_event, schedule) },
    { .name = "user_id", .type = F_ID, .id = ID_USER, .at = offsetof(struct offered_event, user) },
    { .name = "grade", .type = F_STR, .at = offsetof(struct offered_event, grade) },
    { .name = "seats", .type = F_INT, .at = offsetof(struct offered_event, seats) },
    { .name = "until", .type = F_TIME, .at = offsetof(struct offered_event, until) },
};
const struct fields waitlist_offered_fields = { "SeatOffered", sizeof(struct offered_event), offered_rows,
                                                sizeof(offered_rows) / sizeof(offered_rows[0]) };

static void tell_offered(struct ctx *cx, const struct hold *h, uint32_t grade)
{
    struct offered_event event = { h->offer, h->sale->id, h->user, h->n, h->expires_at, h->sale->layout->plan->categories[grade].name };
    tell(cx, "booking.seat_offered", h->sale->id, &waitlist_offered_fields, &event);
}

/* As many as asked for are free. */
static void choose(struct ctx *cx, const struct sale *s, uint32_t grade, uint32_t count, uint32_t *ret)
{
    if (best_seats(s, &(struct best_wish){ .grade = grade, .count = count }, cx->rng, ret))
        return;
    uint32_t n = 0;
    for (uint32_t seat = 0; seat < s->seats && n < count; seat++)
        if (s->layout->plan->category[seat] == grade && sale_state(s, seat) == SEAT_FREE)
            ret[n++] = seat;
    ASSERT(n == count);
}

static err offer(struct ctx *cx, struct booking *b, struct sale *s, uint32_t grade, const struct waiting *w)
{
    uint32_t seats[HOLD_SEATS_MAX];
    choose(cx, s, grade, w->count, seats);
    struct hold *h = hold_take(cx, b, s, w->user, cx->now + b->offer_ms, seats, w->count);
    h->offer = w->id;
    waitlist_count(cx, s, grade, -1);
    tell_offered(cx, h, grade);
    return store_waiting_offer(cx, w->id, h->id);
}

/* What is still free waits for the next round. */
static void keep_free(struct ctx *cx, struct booking *b, struct sale *s, uint32_t grade)
{
    for (uint32_t seat = 0; seat < s->seats; seat++)
        if (s->layout->plan->category[seat] == grade && sale_state(s, seat) == SEAT_FREE) {
            flip_kept(cx, s, seat);
            sale_set_directly(cx, b, s, seat, SEAT_HELD);
        }
    atomic_store(&b->offer_due, cx->now);
}

static err serve_grade(struct ctx *cx, struct booking *b, struct sale *s, uint32_t grade, int *offers)
{
    struct waiting w = { 0 };
    bool found;
    while (s->waiting[grade] && waitlist_sells(s, cx->now)) {
        if (*offers == OFFERS_AT_ONCE) {
            keep_free(cx, b, s, grade);
            return OK;
        }
        err e = store_waiting_next(cx, s->id, grade, w.id, s->free[grade], &w, &found);
        if (e || !found)
            return e;
        if (sale_limits(cx, s, w.user, w.count)) {
            fail_clear(cx);                  /* has found seats elsewhere, and keeps the place */
            continue;
        }
        e = offer(cx, b, s, grade, &w);
        if (e)
            return e;
        (*offers)++;
    }
    return OK;
}

static void undo_due(void *booking, const void *arg)
{
    atomic_store(&((struct booking *)booking)->offer_due, *(const int64_t *)arg);
}

static err waitlist_serve(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)in;
    (void)out;
    struct booking *b = self;
    int offers = 0;
    size_t at = 0;
    uint64_t key, value;
    tx_undo(cx, undo_due, b, &cx->now, sizeof(cx->now));
    atomic_store(&b->offer_due, INT64_MAX);
    while (map_each(&b->sales, &at, &key, &value)) {
        struct sale *s = (struct sale *)(uintptr_t)value;
        uint64_t grades = s->kept ? free_kept(cx, b, s) : 0;
        for (; grades; grades &= grades - 1) {
            err e = serve_grade(cx, b, s, (uint32_t)__builtin_ctzll(grades), &offers);
            if (e)
                return e;
        }
    }
    return OK;
}

void waitlist_ask(struct ctx *cx, struct booking *b, struct sale *s)
{
    for (uint32_t grade = 0; grade < s->grades; grade++)
        if (s->waiting[grade] && waitlist_sells(s, cx->now))
            keep_free(cx, b, s, grade);
}

err waitlist_offer_ends(struct ctx *cx, struct hold *h)
{
    return store_waiting_end(cx, h->offer, WAITING_OFFERED, WAITING_LAPSED);
}

/* ---- start ---- */

static err load_offers(struct ctx *cx, struct booking *b)
{
    struct rows r;
    err e = db_rows(cx, &booking_sql.waiting_offers, NO_VALS, &r);
    if (e)
        return e;
    while (rows_next(&r)) {
        struct hold *h = map_ptr(&b->live, (uint64_t)row_int(&r, 0));
        if (h)                               /* else the audit names it */
            h->offer = row_int(&r, 1);
    }
    return rows_end(cx, &r);
}

static void keep_at_start(struct booking *b, struct sale *s, uint32_t grade, int64_t now)
{
    if (!waitlist_sells(s, now))
        return;
    for (uint32_t seat = 0; seat < s->seats; seat++)
        if (s->layout->plan->category[seat] == grade && sale_state(s, seat) == SEAT_FREE) {
            flip_quietly(s, &seat);
            sale_set_quietly(s, seat, SEAT_HELD);
        }
    atomic_store(&b->offer_due, now);
}

err waitlist_load(struct ctx *cx, struct booking *b)
{
    struct rows r;
    err e = load_offers(cx, b);
    if (!e)
        e = db_rows(cx, &booking_sql.waiting_counts, NO_VALS, &r);
    if (e)
        return e;
    while (rows_next(&r)) {
        struct sale *s = map_ptr(&b->sales, (uint64_t)row_int(&r, 0));
        uint32_t grade = (uint32_t)row_int(&r, 1);
        if (!s || grade >= s->grades)
            continue;
        line_add(s, grade, (int32_t)row_int(&r, 2));
        keep_at_start(b, s, grade, cx->now);
    }
    return rows_end(cx, &r);
}

const struct call waitlist_serve_call = { "booking.waitlist_serve", NULL, CALL_COMMAND, NULL, NULL, waitlist_serve };
