/* The statements of sql/queries_waitlist.sql as functions. */
#include "services/booking/waitlist.h"

static void take_waiting(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct waiting *)out = (struct waiting){
        .id = row_int(r, 0), .schedule = row_int(r, 1), .grade = (uint32_t)row_int(r, 2), .user = row_int(r, 3), .count = (uint32_t)row_int(r, 4),
        .status = (int)row_int(r, 5), .hold = row_int(r, 6), .created_at = row_int(r, 7), .until = row_int(r, 8), .total = row_int(r, 9),
        .lines = lines_unpack(cx, row_text_view(r, 10)), .ahead = row_int(r, 11),
    };
}

err store_waiting(struct ctx *cx, int64_t id, struct waiting *ret, bool *ret_found)
{
    return db_one(cx, &booking_sql.waiting_get, VALS(v_int(id)), take_waiting, ret, ret_found);
}

err store_waiting_of_user(struct ctx *cx, int64_t user, int64_t before, size_t max, struct waiting *ret, size_t *ret_n)
{
    struct rows r;
    size_t n = 0;
    err e = db_rows(cx, &booking_sql.waiting_of_user, VALS(v_int(user), v_int(before), v_int((int64_t)max)), &r);
    if (e)
        return e;
    while (n < max && rows_next(&r))
        take_waiting(cx, &r, &ret[n++]);
    *ret_n = n;
    return rows_end(cx, &r);
}

err store_waiting_live(struct ctx *cx, const struct waiting *w, bool *ret_found)
{
    return db_one(cx, &booking_sql.waiting_live, VALS(v_int(w->schedule), v_int(w->grade), v_int(w->user)), NULL, NULL, ret_found);
}

static void take_next(struct ctx *cx, const struct rows *r, void *out)
{
    (void)cx;
    *(struct waiting *)out = (struct waiting){ .id = row_int(r, 0), .user = row_int(r, 1), .count = (uint32_t)row_int(r, 2) };
}

err store_waiting_next(struct ctx *cx, int64_t schedule, uint32_t grade, int64_t after, uint32_t seats, struct waiting *ret, bool *ret_found)
{
    return db_one(cx, &booking_sql.waiting_next, VALS(v_int(schedule), v_int(grade), v_int(after), v_int(seats)), take_next, ret, ret_found);
}

void store_waiting_put(struct ctx *cx, const struct waiting *w)
{
    db_put(cx, &booking_sql.waiting_insert,
           VALS(v_int(w->id), v_int(w->schedule), v_int(w->grade), v_int(w->user), v_int(w->count), v_int(cx->now), v_int(cx->now)));
}

err store_waiting_offer(struct ctx *cx, int64_t id, int64_t hold)
{
    int64_t changed;
    err e = db_run(cx, &booking_sql.waiting_offer, VALS(v_int(hold), v_int(cx->now), v_int(id)), &changed);
    ASSERT(e || changed == 1);
    return e;
}

err store_waiting_end(struct ctx *cx, int64_t id, enum waiting_status from, enum waiting_status to)
{
    int64_t changed;
    err e = db_run(cx, &booking_sql.waiting_end, VALS(v_int(to), v_int(cx->now), v_int(id), v_int(from)), &changed);
    ASSERT(e || changed == 1);
    return e;
}

err store_hold_begins(struct ctx *cx, const struct hold *h)
{
    return db_run(cx, &booking_sql.hold_begins, VALS(v_int(h->created_at), v_int(h->pass), v_int(h->id)), NULL);
}
