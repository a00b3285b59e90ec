/* A schedule that will not take place. At once nobody can hold its seats any more; then, a bounded number at a time and resumed after a crash, holds
 * end and confirmed bookings are cancelled in full, each with its own cancellation. What is left to do is what still has a claim. */
#include "services/booking/cancel.h"

#define SWEEP_AT_ONCE 128

err not_cancelled(struct ctx *cx, const struct sale *s)
{
    return s->cancelled ? fail(cx, ERR_CONFLICT, "schedule_cancelled", "This schedule has been cancelled.", "취소된 회차입니다.") : OK;
}

static void undo_cancel(void *sale, const void *arg)
{
    (void)arg;
    ((struct sale *)sale)->cancelled = false;
}

static err cancel(struct ctx *cx, void *self, const void *in_, void *out)
{
    (void)out;
    struct booking *b = self;
    const struct schedule_cancelling *in = in_;
    struct sale *s = map_ptr(&b->sales, (uint64_t)in->schedule);
    if (!s)
        return fail(cx, ERR_UNAVAILABLE, NULL, "The schedule has not been opened yet.", "아직 준비되지 않은 회차입니다.");
    if (s->cancelled)
        return OK;                           /* told again */
    err e = db_run(cx, &booking_sql.schedule_cancel, VALS(v_int(cx->now), v_int(s->id)), NULL);
    if (e)
        return e;
    s->cancelled = true;
    tx_undo(cx, undo_cancel, s, &in->schedule, sizeof(in->schedule));
    atomic_store(&b->sweep_due, cx->now);
    return OK;
}

/* ---- ending what was begun ---- */

struct claimant {
    int64_t hold, booking;
    enum booking_status status;
};

static err find_claimants(struct ctx *cx, int64_t schedule, struct claimant *ret, size_t *ret_n)
{
    struct rows r;
    err e = db_rows(cx, &booking_sql.claimants, VALS(v_int(schedule), v_int(SWEEP_AT_ONCE)), &r);
    if (e)
        return e;
    for (*ret_n = 0; *ret_n < SWEEP_AT_ONCE && rows_next(&r); (*ret_n)++)
        ret[*ret_n] = (struct claimant){ row_int(&r, 0), row_int(&r, 1), (enum booking_status)row_int(&r, 2) };
    return rows_end(cx, &r);
}

static err end_claim(struct ctx *cx, struct booking *b, const struct claimant *c)
{
    struct hold *h = map_ptr(&b->live, (uint64_t)c->hold);
    if (h)
        return hold_end(cx, b, h, HOLD_RELEASED, BOOKING_CANCELLED);
    if (c->status != BOOKING_CONFIRMED)
        return fail(cx, ERR_INTERNAL, "claim_of_nobody", "Hold %lld has claims and has ended.", "선점 %lld이(가) 종료되었는데 좌석이 남아 있습니다.",
                    (long long)c->hold);
    struct booking_row row;
    struct cancellation done;
    err e = booking_owned(cx, c->booking, 0, &row);
    return e ? e : booking_cancel(cx, b, &row, &(struct cancel_wish){ .reason = CANCEL_SCHEDULE }, &done);
}

static err sweep(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)in;
    (void)out;
    struct booking *b = self;
    struct claimant claimants[SWEEP_AT_ONCE];
    int64_t schedule;
    size_t n = 0;
    bool found;
    err e = db_one(cx, &booking_sql.schedule_to_sweep, NO_VALS, row_take_int, &schedule, &found);
    if (e)
        return e;
    if (!found) {
        atomic_store(&b->sweep_due, INT64_MAX);
        return OK;
    }
    e = find_claimants(cx, schedule, claimants, &n);
    for (size_t i = 0; i < n && !e; i++)
        e = end_claim(cx, b, &claimants[i]);
    if (!e && n == 0)
        e = db_run(cx, &booking_sql.schedule_swept, VALS(v_int(cx->now), v_int(schedule)), NULL);
    return e;
}

/* ---- tables ---- */

static const struct field rows[] = {
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, .at = offsetof(struct schedule_cancelling, schedule) },
    { .name = "performance_id", .type = F_ID, .id = ID_PERFORMANCE, .at = offsetof(struct schedule_cancelling, performance) },
    { .name = "reason", .type = F_STR, .low = 1, .high = 500, .at = offsetof(struct schedule_cancelling, reason) },
};
const struct fields schedule_cancelling_fields = { "ScheduleCancelled", sizeof(struct schedule_cancelling), rows, 3 };

const struct call booking_schedule_cancel = {
    .name = "booking.schedule_cancel", .kind = CALL_COMMAND, .in = &schedule_cancelling_fields, .fn = cancel,
};
const struct call schedule_sweep_call = { .name = "booking.schedule_sweep", .kind = CALL_COMMAND, .fn = sweep };
