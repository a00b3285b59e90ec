/* The statements of sql/queries_cancel.sql as functions. */
#include "services/booking/cancel.h"

void store_cancellation_put(struct ctx *cx, const struct cancellation *c)
{
    db_put(cx, &booking_sql.cancellation_insert,
           VALS(v_int(c->id), v_int(c->booking), v_int(c->reason), v_text(c->note), v_int(cx->actor.user), v_int(c->whole), v_int((int64_t)c->lines.n),
                v_blob(lines_pack(cx, c->lines.at, c->lines.n)), v_int(c->refund), v_int(c->fee), v_int(c->mileage_back), v_int(c->created_at),
                v_int_or_null(c->refunded_at)));
}

static void take_cancellation(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct cancellation *)out = (struct cancellation){
        .id = row_int(r, 0), .booking = row_int(r, 1), .reason = (int)row_int(r, 2), .note = row_text(cx, r, 3), .whole = row_int(r, 4) != 0,
        .lines = lines_unpack(cx, row_text_view(r, 5)), .refund = row_int(r, 6), .fee = row_int(r, 7), .mileage_back = row_int(r, 8),
        .created_at = row_int(r, 9), .refunded_at = row_null(r, 10) ? 0 : row_int(r, 10),
    };
}

err store_cancellations(struct ctx *cx, int64_t booking, struct list *ret)
{
    struct cancellation *at = NEW_ARRAY(cx->arena, struct cancellation, HOLD_SEATS_MAX);     /* each takes a seat */
    struct rows r;
    size_t n = 0;
    err e = db_rows(cx, &booking_sql.cancellations, VALS(v_int(booking)), &r);
    if (e)
        return e;
    while (n < HOLD_SEATS_MAX && rows_next(&r))
        take_cancellation(cx, &r, &at[n++]);
    *ret = (struct list){ at, n };
    return rows_end(cx, &r);
}

err store_cancellation_get(struct ctx *cx, int64_t id, struct cancellation *ret, bool *ret_found)
{
    return db_one(cx, &booking_sql.cancellation_get, VALS(v_int(id)), take_cancellation, ret, ret_found);
}

err store_cancellation_refunded(struct ctx *cx, int64_t id)
{
    return db_run(cx, &booking_sql.cancellation_refunded, VALS(v_int(cx->now), v_int(id)), NULL);
}

err store_cancellations_open(struct ctx *cx, int64_t booking, int64_t *ret)
{
    bool found;
    return db_one(cx, &booking_sql.cancellations_open, VALS(v_int(booking)), row_take_int, ret, &found);
}

err store_was_confirmed(struct ctx *cx, int64_t booking, bool *ret)
{
    return db_one(cx, &booking_sql.was_confirmed, VALS(v_int(booking)), NULL, NULL, ret);
}

err store_tickets_used(struct ctx *cx, int64_t booking, struct list *ret_seats)
{
    uint32_t *at = NEW_ARRAY(cx->arena, uint32_t, HOLD_SEATS_MAX);
    struct rows r;
    size_t n = 0;
    err e = db_rows(cx, &booking_sql.tickets_used, VALS(v_int(booking)), &r);
    if (e)
        return e;
    while (n < HOLD_SEATS_MAX && rows_next(&r))
        at[n++] = (uint32_t)row_int(&r, 0);
    *ret_seats = (struct list){ at, n };
    return rows_end(cx, &r);
}

err store_ticket_void(struct ctx *cx, int64_t booking, uint32_t seat)
{
    int64_t changed;
    err e = db_run(cx, &booking_sql.ticket_void, VALS(v_int(booking), v_int(seat)), &changed);
    ASSERT(e || changed == 1);
    return e;
}

err store_hold_shrink(struct ctx *cx, int64_t hold, const struct seat_line *lines, size_t n)
{
    struct val seats = v_blob(lines_pack(cx, lines, n));
    err e = db_run(cx, &booking_sql.hold_shrink, VALS(seats, v_int((int64_t)n), v_int(hold)), NULL);
    return e ? e : db_run(cx, &booking_sql.booking_shrink, VALS(seats, v_int(hold)), NULL);
}

void store_policy_put(struct ctx *cx, int64_t id, int64_t performance, struct str body)
{
    db_put(cx, &booking_sql.policy_insert, VALS(v_int(id), v_int(performance), v_int(cx->actor.user), v_text(body), v_int(cx->now)));
}

struct policy_row {
    struct str body;
    int64_t since;
};

static void take_policy(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct policy_row *)out = (struct policy_row){ row_text(cx, r, 0), row_int(r, 1) };
}

err store_policy_at(struct ctx *cx, int64_t performance, int64_t moment, struct str *ret_body, int64_t *ret_since, bool *ret_found)
{
    struct policy_row row = { 0 };
    err e = db_one(cx, &booking_sql.policy_at, VALS(v_int(performance), v_int(moment)), take_policy, &row, ret_found);
    *ret_body = row.body;
    *ret_since = row.since;
    return e;
}
