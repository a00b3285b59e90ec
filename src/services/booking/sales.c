/* What was sold and given back, day by day: for the reports that an organizer owes. */
#include "services/booking/booking_int.h"

static err sales(struct ctx *cx, void *self, const void *in_, void *out)
{
    (void)self;
    const struct sales_ref *in = in_;
    struct rows r;
    size_t n = 0, cap = 64;
    struct sales_day *at = NEW_ARRAY(cx->arena, struct sales_day, cap);
    struct val show = v_int(in->performance), from = v_int(in->from), to = v_int(in->to);
    err e = db_rows(cx, &booking_sql.sales, VALS(show, from, to, show, from, to), &r);
    if (e)
        return e;
    while (rows_next(&r)) {
        if (n == cap) {
            struct sales_day *larger = NEW_ARRAY(cx->arena, struct sales_day, cap *= 2);
            memcpy(larger, at, n * sizeof(*at));
            at = larger;
        }
        at[n++] = (struct sales_day){ .schedule = row_int(&r, 0), .day = row_int(&r, 1), .sold = row_int(&r, 2), .complimentary = row_int(&r, 3),
                                      .price = row_int(&r, 4), .paid = row_int(&r, 5), .cancelled = row_int(&r, 6), .refunded = row_int(&r, 7) };
    }
    *(struct list *)out = (struct list){ at, n };
    return rows_end(cx, &r);
}

/* ---- tables ---- */

#define DAYS_MAX 1000000      /* schedules times days */

FIELDS(ref_fields, "SalesRef", struct sales_ref,
    { .name = "performance", .type = F_INT, .at = offsetof(struct sales_ref, performance) },
    { .name = "from", .type = F_INT, .at = offsetof(struct sales_ref, from) },
    { .name = "to", .type = F_INT, .at = offsetof(struct sales_ref, to) });

#define ROW(member) { .name = #member, .type = F_INT, .at = offsetof(struct sales_day, member) }
FIELDS(day_fields, "SalesDay", struct sales_day, ROW(schedule), ROW(day), ROW(sold), ROW(complimentary), ROW(cancelled), ROW(price), ROW(paid), ROW(refunded));
FIELDS(days_fields, "SalesDays", struct list, { .name = "days", .type = F_LIST, .of = &day_fields, .high = DAYS_MAX });

const struct call booking_sales = { "booking.sales", "What was sold and given back, by day.", CALL_READ, &ref_fields, &days_fields, sales };
