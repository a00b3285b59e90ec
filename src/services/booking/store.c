/* Booking's statements as functions. */
#include "services/booking/booking_int.h"

#define LINE_BYTES 12         /* seat (24 bits), person (8), price (64), in the machine's order: all machines served are little-endian */
_Static_assert(PLAN_SEATS_MAX < 1 << 24 && PERSON_TYPES < 1 << 8, "a seat and a person fit");

struct str lines_pack(struct ctx *cx, const struct seat_line *lines, size_t n)
{
    char *p = arena_take(cx->arena, n * LINE_BYTES);
    for (size_t i = 0; i < n; i++) {
        uint32_t who = lines[i].seat | (uint32_t)lines[i].person << 24;
        memcpy(p + i * LINE_BYTES, &who, 4);
        memcpy(p + i * LINE_BYTES + 4, &lines[i].price, 8);
    }
    return str_of(p, n * LINE_BYTES);
}

struct list lines_unpack(struct ctx *cx, struct str packed)
{
    size_t n = packed.n / LINE_BYTES;
    struct seat_line *lines = NEW_ARRAY(cx->arena, struct seat_line, n);
    for (size_t i = 0; i < n; i++) {
        uint32_t who;
        memcpy(&who, packed.p + i * LINE_BYTES, 4);
        lines[i].seat = who & 0xffffff;
        lines[i].person = (int)(who >> 24);
        memcpy(&lines[i].price, packed.p + i * LINE_BYTES + 4, 8);
    }
    return (struct list){ lines, n };
}

err store_schedule_put(struct ctx *cx, const struct sale *s)
{
    return db_run(cx, &booking_sql.schedule_insert,
                  VALS(v_int(s->id), v_int(s->performance), v_int(s->hall), v_int(s->owner), v_int(s->starts_at), v_int(s->ends_at),
                       v_int(s->sale_starts_at), v_int(s->sale_ends_at), v_int(s->max_per_user), v_int(s->max_per_user), v_int(s->revision),
                       v_int(s->seats), v_text(str_c(s->currency)), v_blob(str_of((const char *)s->price, sizeof(s->price))), v_text(s->title),
                       v_text(s->hall_name)),
                  NULL);
}

err store_sale_change(struct ctx *cx, const struct sale *to)
{
    return db_run(cx, &booking_sql.schedule_change,
                  VALS(v_int(to->revision), v_int(to->starts_at), v_int(to->ends_at), v_int(to->sale_starts_at), v_int(to->sale_ends_at),
                       v_blob(str_of((const char *)to->price, sizeof(to->price))), v_int(to->max_per_user), v_int(to->max_per_user),
                       v_int(to->max_per_user), v_int(to->hall), v_int(to->seats), v_int(to->id)),
                  NULL);
}

void store_hold_put(struct ctx *cx, const struct hold *h)
{
    db_put(cx, &booking_sql.hold_insert,
           VALS(v_int(h->id), v_int(h->sale->id), v_int(h->user), v_int(HOLD_ACTIVE), v_int(h->created_at), v_int(h->expires_at), v_int(h->total),
                v_int(h->n), v_blob(lines_pack(cx, h->lines, h->n)), v_int(h->pass)));
}

void store_claims_put(struct ctx *cx, const struct hold *h)
{
    for (uint32_t i = 0; i < h->n; i++)
        db_put(cx, &booking_sql.claim_insert, VALS(v_int(h->sale->id), v_int(h->lines[i].seat), v_int(h->id)));
}

err store_claims_delete(struct ctx *cx, int64_t schedule, int64_t hold, const struct seat_line *lines, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        err e = db_run(cx, &booking_sql.claim_delete, VALS(v_int(schedule), v_int(lines[i].seat), v_int(hold)), NULL);
        if (e)
            return e;
    }
    return OK;
}

err store_hold_status(struct ctx *cx, int64_t hold, enum hold_status status)
{
    return db_run(cx, &booking_sql.hold_status, VALS(v_int(status), v_int(hold)), NULL);
}

static bool has_line(const struct hold *h, uint32_t seat)
{
    for (uint32_t i = 0; i < h->n; i++)
        if (h->lines[i].seat == seat)
            return true;
    return false;
}

err store_hold_seats(struct ctx *cx, const struct hold *had, const struct hold *h)
{
    err e = db_run(cx, &booking_sql.hold_seats,
                   VALS(v_int(h->total), v_int(h->n), v_blob(lines_pack(cx, h->lines, h->n)), v_int(h->pass), v_int(h->id)), NULL);
    for (uint32_t i = 0; i < had->n && !e; i++)
        if (!has_line(h, had->lines[i].seat))
            e = db_run(cx, &booking_sql.claim_delete, VALS(v_int(h->sale->id), v_int(had->lines[i].seat), v_int(h->id)), NULL);
    for (uint32_t i = 0; i < h->n && !e; i++)
        if (!has_line(had, h->lines[i].seat))
            db_put(cx, &booking_sql.claim_insert, VALS(v_int(h->sale->id), v_int(h->lines[i].seat), v_int(h->id)));
    return e;
}

err store_hold_extend(struct ctx *cx, int64_t hold, int64_t expires_at)
{
    return db_run(cx, &booking_sql.hold_extend, VALS(v_int(expires_at), v_int(hold)), NULL);
}

void store_booking_put(struct ctx *cx, const struct booking_row *row)
{
    db_put(cx, &booking_sql.booking_insert,
           VALS(v_int(row->id), v_int(row->hold), v_int(row->schedule), v_int(row->user), v_int(row->status), v_int(row->payment), v_int(row->total),
                v_int(row->due), v_int(row->created_at), v_int(row->created_at), v_int(row->pricing), v_int(row->coupon), v_int(row->discount),
                v_int(row->mileage), row->own_lines ? v_blob(lines_pack(cx, row->lines.at, row->lines.n)) : v_null()));
}

err store_booking_price(struct ctx *cx, const struct booking_row *row)
{
    int64_t changed;
    err e = db_run(cx, &booking_sql.booking_price, VALS(v_int(row->discount), v_int(row->mileage), v_int(row->due), v_int(cx->now), v_int(row->id)),
                   &changed);
    ASSERT(e || changed == 1);
    return e;
}

err store_booking_withdraw(struct ctx *cx, int64_t booking)
{
    int64_t changed;
    err e = db_run(cx, &booking_sql.booking_withdraw, VALS(v_int(booking)), &changed);
    ASSERT(e || changed == 1);
    return e;
}

static void take_booking(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct booking_row *)out = (struct booking_row){
        .id = row_int(r, 0), .hold = row_int(r, 1), .schedule = row_int(r, 2), .user = row_int(r, 3), .status = (int)row_int(r, 4),
        .payment = row_int(r, 5), .total = row_int(r, 6), .due = row_int(r, 7), .created_at = row_int(r, 8), .expires_at = row_int(r, 9),
        .lines = lines_unpack(cx, row_text_view(r, 10)), .pricing = row_int(r, 11) != 0, .coupon = row_int(r, 12), .discount = row_int(r, 13),
        .mileage = row_int(r, 14), .pass = row_int(r, 15),
    };
}

err store_booking_get(struct ctx *cx, int64_t id, struct booking_row *ret, bool *ret_found)
{
    return db_one(cx, &booking_sql.booking_get, VALS(v_int(id)), take_booking, ret, ret_found);
}

err store_bookings_of_user(struct ctx *cx, int64_t user, int64_t before, int64_t limit, struct list *ret)
{
    struct rows r;
    struct booking_row *at = NEW_ARRAY(cx->arena, struct booking_row, (size_t)limit);
    size_t n = 0;
    err e = db_rows(cx, &booking_sql.bookings_of_user, VALS(v_int(user), v_int(before), v_int(limit)), &r);
    if (e)
        return e;
    while (n < (size_t)limit && rows_next(&r))
        take_booking(cx, &r, &at[n++]);
    *ret = (struct list){ at, n };
    return rows_end(cx, &r);
}

void store_ticket_put(struct ctx *cx, int64_t id, int64_t booking, const struct seat_line *line, bool proof)
{
    db_put(cx, &booking_sql.ticket_insert, VALS(v_int(id), v_int(booking), v_int(line->seat), v_int(line->price), v_int(0), v_int(TICKET_VALID),
                                                v_int(cx->now), v_int(line->person), v_int(proof)));
}

err store_attended(struct ctx *cx, int64_t user, int64_t performance, int64_t *ret_booking, bool *ret_found)
{
    return db_one(cx, &booking_sql.attended, VALS(v_int(user), v_int(performance), v_int(cx->now)), row_take_int, ret_booking, ret_found);
}
