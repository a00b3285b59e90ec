/* Each statement of sql/queries_ledger.sql that writes the ledger as a typed function. */
#include "ledger.h"
#include "payment_sql.h"

void store_ledger_insert(struct ctx *cx, const struct ledger_line *l)
{
    db_put(cx, &payment_sql.ledger_insert,
           VALS(v_int(l->move->id), v_text(str_c(l->account)), v_int(l->organizer), v_int(l->move->payment), v_int(l->move->refund),
                v_int(l->cancellation), v_text(str_c(l->move->to)), v_int(l->amount), v_text(str_c(l->currency)), v_int(cx->now)));
}

void store_fee_insert(struct ctx *cx, int64_t payment, const struct fee_rates *r, const struct booked *b)
{
    db_put(cx, &payment_sql.fee_insert,
           VALS(v_int(payment), v_int(r->platform_bp), v_int(r->platform_fixed), v_int(r->vat_permille), v_int(r->provider_bp),
                v_int(r->provider_fixed), v_int(b->fees.platform), v_int(b->fees.tax), v_int(b->fees.provider), v_int(b->retained_to),
                v_int(b->ticket_vat), v_int(cx->now)));
}

static void take_booked(struct ctx *cx, const struct rows *r, void *out)
{
    (void)cx;
    *(struct booked *)out = (struct booked){ .fees = { row_int(r, 0), row_int(r, 1), row_int(r, 2) }, .retained_to = row_int(r, 3),
                                             .ticket_vat = row_int(r, 4), .retained = row_int(r, 5) };
}

err store_booked(struct ctx *cx, int64_t payment, struct booked *ret, bool *ret_found)
{
    return db_one(cx, &payment_sql.fee_of, VALS(v_int(payment)), take_booked, ret, ret_found);
}

err store_retained_known(struct ctx *cx, int64_t cancellation, bool *ret)
{
    return db_one(cx, &payment_sql.retained_by_id, VALS(v_int(cancellation)), NULL, NULL, ret);
}

void store_retained_insert(struct ctx *cx, const struct retained *r)
{
    db_put(cx, &payment_sql.retained_insert, VALS(v_int(r->cancellation), v_int(r->payment), v_int(r->amount), v_int(cx->now)));
}

static void take_time(struct ctx *cx, const struct rows *r, void *out)
{
    (void)cx;
    *(int64_t *)out = row_int(r, 0);
}

err store_money_came_at(struct ctx *cx, int64_t payment, int64_t *ret)
{
    bool found;
    return db_one(cx, &payment_sql.money_came_at, VALS(v_int(payment)), take_time, ret, &found);
}
