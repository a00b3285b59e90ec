/* The statements of sql/queries_admin.sql as functions. */
#include "services/booking/admin.h"

static void take_overview(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct overview *)out = (struct overview){
        .id = row_int(r, 0), .schedule = row_int(r, 1), .performance = row_int(r, 2), .user = row_int(r, 3), .status = (int)row_int(r, 4),
        .payment = row_int(r, 5), .total = row_int(r, 6), .discount = row_int(r, 7), .mileage = row_int(r, 8), .due = row_int(r, 9),
        .created_at = row_int(r, 10), .lines = lines_unpack(cx, row_text_view(r, 11)), .method = (int)row_int(r, 12), .buyer_name = row_text(cx, r, 13),
        .buyer_phone = row_text(cx, r, 14), .reason = row_text(cx, r, 15), .staff = row_int(r, 16), .refund = row_int(r, 17),
    };
}

err store_overview(struct ctx *cx, int64_t booking, struct overview *ret, bool *ret_found)
{
    return db_one(cx, &booking_sql.overview_get, VALS(v_int(booking)), take_overview, ret, ret_found);
}

/* The statement that begins with what narrows most. */
static const struct query *statement_for(const struct overview_wish *w, int64_t *ret_key)
{
    *ret_key = w->schedule ? w->schedule : w->performance ? w->performance : w->user ? w->user : w->owner;
    return w->schedule      ? &booking_sql.overview_page_schedule
           : w->performance ? &booking_sql.overview_page_performance
           : w->user        ? &booking_sql.overview_page_user
           : w->owner       ? &booking_sql.overview_page_owner
                            : &booking_sql.overview_page;
}

err store_overviews(struct ctx *cx, const struct overview_wish *w, struct list *ret)
{
    struct overview *at = NEW_ARRAY(cx->arena, struct overview, (size_t)w->limit);
    struct val pattern = v_like(cx, w->words);
    struct rows r;
    int64_t key;
    size_t n = 0;
    const struct query *q = statement_for(w, &key);
    err e = db_rows(cx, q,
                    VALS(v_int(key), v_int(w->before), v_int(w->owner), v_int(w->owner), v_int(w->user),
                         v_int(w->user), v_int(w->performance), v_int(w->performance), v_int(w->status), v_int(w->status), v_int(w->from), v_int(w->to),
                         v_text(w->words), v_int(w->booking), pattern, pattern, pattern, v_int(w->limit)),
                    &r);
    if (e)
        return e;
    while (n < (size_t)w->limit && rows_next(&r))
        take_overview(cx, &r, &at[n++]);
    *ret = (struct list){ at, n };
    return rows_end(cx, &r);
}

void store_counter_put(struct ctx *cx, int64_t booking, int method, struct str buyer_name, struct str buyer_phone, struct str reason)
{
    db_put(cx, &booking_sql.counter_insert,
           VALS(v_int(booking), v_int(cx->actor.user), v_int(method), v_text(buyer_name), v_text(buyer_phone), v_text(reason)));
}

void store_note_put(struct ctx *cx, int64_t booking, const struct note *n)
{
    db_put(cx, &booking_sql.note_insert, VALS(v_int(n->id), v_int(booking), v_int(n->author), v_text(n->text), v_int(n->created_at)));
}

err store_notes(struct ctx *cx, int64_t booking, int64_t before, int64_t limit, struct list *ret)
{
    struct note *at = NEW_ARRAY(cx->arena, struct note, (size_t)limit);
    struct rows r;
    size_t n = 0;
    err e = db_rows(cx, &booking_sql.notes_of, VALS(v_int(booking), v_int(before), v_int(limit)), &r);
    if (e)
        return e;
    while (n < (size_t)limit && rows_next(&r))
        at[n++] = (struct note){ .id = row_int(&r, 0), .author = row_int(&r, 1), .text = row_text(cx, &r, 2), .created_at = row_int(&r, 3) };
    *ret = (struct list){ at, n };
    return rows_end(cx, &r);
}
