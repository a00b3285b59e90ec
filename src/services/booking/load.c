/* Start: the sales, who has which seat, and the holds that are live, from the database into memory. */
#include "services/booking/waitlist.h"

static err load_schedule(struct ctx *cx, struct booking *b, const struct rows *r)
{
    struct sale s = {
        .id = row_int(r, 0), .performance = row_int(r, 1), .hall = row_int(r, 2), .owner = row_int(r, 3), .starts_at = row_int(r, 4),
        .ends_at = row_int(r, 5), .sale_starts_at = row_int(r, 6), .sale_ends_at = row_int(r, 7), .max_per_user = row_int(r, 8),
        .title = row_text(cx, r, 12), .hall_name = row_text(cx, r, 13), .revision = row_int(r, 14), .cancelled = row_int(r, 15) != 0,
    };
    struct str currency = row_text_view(r, 10), prices = row_text_view(r, 11);
    const struct layout *layout;
    memcpy(s.currency, currency.p, currency.n < 3 ? currency.n : 3);
    memcpy(s.price, prices.p, prices.n < sizeof(s.price) ? prices.n : sizeof(s.price));
    err e = layout_get(cx, b, s.hall, &layout);
    if (e)
        return e;
    if (layout->plan->seat_count != (uint32_t)row_int(r, 9))
        return fail(cx, ERR_INTERNAL, NULL, "Schedule %lld does not fit its hall's plan.", "회차 %lld의 좌석 배치가 맞지 않습니다.", (long long)s.id);
    struct sale *sale = sale_new(&s, layout, cx->now);
    map_put_ptr(&b->sales, (uint64_t)sale->id, sale);
    struct str terms = row_text_view(r, 16);
    return terms.n ? terms_read(cx, sale, terms) : OK;
}

static err load_schedules(struct ctx *cx, struct booking *b)
{
    struct rows r;
    err e = db_rows(cx, &booking_sql.schedules, NO_VALS, &r), result = OK;
    if (e)
        return e;
    while (!result && rows_next(&r))
        result = load_schedule(cx, b, &r);
    e = rows_end(cx, &r);
    return result ? result : e;
}

static err load_claims(struct ctx *cx, struct booking *b)
{
    struct rows r;
    err e = db_rows(cx, &booking_sql.claims, NO_VALS, &r);
    if (e)
        return e;
    while (rows_next(&r)) {
        struct sale *s = map_ptr(&b->sales, (uint64_t)row_int(&r, 0));
        uint32_t seat = (uint32_t)row_int(&r, 1);
        if (!s || seat >= s->seats)
            continue;                        /* the audit names it */
        bool sold = row_int(&r, 2) == HOLD_BOOKED && !row_null(&r, 3) && row_int(&r, 3) == BOOKING_CONFIRMED;
        sale_set_quietly(s, seat, sold ? SEAT_SOLD : SEAT_HELD);
    }
    return rows_end(cx, &r);
}

static err load_holds(struct ctx *cx, struct booking *b)
{
    struct rows r;
    err e = db_rows(cx, &booking_sql.live_holds, NO_VALS, &r);
    if (e)
        return e;
    while (rows_next(&r)) {
        struct sale *s = map_ptr(&b->sales, (uint64_t)row_int(&r, 1));
        struct list lines = lines_unpack(cx, row_text_view(&r, 6));
        if (!s)
            continue;
        sale_add_user(s, row_int(&r, 2), (int32_t)lines.n);
        if (row_int(&r, 7) && row_int(&r, 8) != BOOKING_PENDING)
            continue;                        /* sold */
        struct hold *h = arena_take(cx->arena, sizeof(*h) + lines.n * sizeof(h->lines[0]));
        *h = (struct hold){ .id = row_int(&r, 0), .sale = s, .user = row_int(&r, 2), .created_at = row_int(&r, 3),
                            .expires_at = row_int(&r, 4), .ends_at = row_int(&r, 4),
                            .total = row_int(&r, 5), .booking = row_int(&r, 7), .pricing = row_int(&r, 9) != 0,
                            .pass = row_int(&r, 10), .n = (uint32_t)lines.n };
        memcpy(h->lines, lines.at, lines.n * sizeof(h->lines[0]));
        hold_keep(b, h);
    }
    return rows_end(cx, &r);
}

err sales_load(struct ctx *cx, struct booking *b)
{
    err e = load_schedules(cx, b);
    if (!e)
        e = presale_load(cx, b);
    if (!e)
        e = house_load(cx, b);
    if (!e)
        e = load_claims(cx, b);
    if (!e)
        e = load_holds(cx, b);
    if (!e)
        e = waitlist_load(cx, b);
    size_t at = 0;
    uint64_t key, value;
    while (map_each(&b->sales, &at, &key, &value)) {
        struct sale *s = (struct sale *)(uintptr_t)value;
        const struct sale_terms *t = sale_terms(s);
        sale_show_all(s);
        if (t && t->max_of_performance)
            sale_count_run(b, s);
    }
    return e;
}
