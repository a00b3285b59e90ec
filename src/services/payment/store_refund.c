/* Each statement of sql/queries_refund.sql as a typed function. */
#include "refund.h"
#include "payment_sql.h"

#include "platform/obs/log.h"

static void take_refund(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct refund *)out = (struct refund){
        .id = row_int(r, 0),
        .payment = row_int(r, 1),
        .source = refund_source_of(row_text_view(r, 2)),
        .source_id = row_int(r, 3),
        .attempt = row_int(r, 4),
        .state = refund_state_of(row_text_view(r, 5)),
        .amount = row_int(r, 6),
        .reason = row_text(cx, r, 7),
        .ref = row_text(cx, r, 8),
        .waiting_since = row_int(r, 9),
        .created_at = row_int(r, 10),
        .updated_at = row_int(r, 11),
    };
}

void store_refund_insert(struct ctx *cx, const struct refund *r)
{
    db_put(cx, &payment_sql.refund_insert,
           VALS(v_int(r->id), v_int(r->payment), v_text(str_c(refund_source_words[r->source])), v_int(r->source_id), v_int(r->attempt),
                v_text(str_c(refund_status_words[r->state])), v_int(r->amount), v_text(r->reason), v_int(cx->actor.user), v_int(r->created_at),
                v_int(r->updated_at)));
}

err store_refund_update(struct ctx *cx, const struct refund *r)
{
    int64_t changed;
    err e = db_run(cx, &payment_sql.refund_update,
                   VALS(v_text(str_c(refund_status_words[r->state])), v_text(r->ref), v_int(r->waiting_since), v_int(r->updated_at), v_int(r->id)), &changed);
    ASSERT(e || changed == 1);
    return e;
}

err store_refund(struct ctx *cx, int64_t id, struct refund *ret)
{
    bool found;
    err e = db_one(cx, &payment_sql.refund_by_id, VALS(v_int(id)), take_refund, ret, &found);
    if (e)
        return e;
    return found ? OK : fail(cx, ERR_MISSING, NULL, "There is no such refund.", "그런 환불이 없습니다.");
}

err store_refund_of(struct ctx *cx, enum refund_source source, int64_t source_id, struct refund *ret, bool *ret_found)
{
    return db_one(cx, &payment_sql.refund_by_source, VALS(v_text(str_c(refund_source_words[source])), v_int(source_id)), take_refund, ret, ret_found);
}

err store_refund_open(struct ctx *cx, int64_t payment, int64_t after, struct refund *ret)
{
    bool found;
    *ret = (struct refund){ 0 };
    return db_one(cx, &payment_sql.refund_open, VALS(v_int(payment), v_int(after)), take_refund, ret, &found);
}

err store_refunds(struct ctx *cx, int64_t payment, int64_t before, size_t max, struct refund *ret, size_t *ret_n)
{
    struct rows r;
    size_t n = 0;
    err e = db_rows(cx, &payment_sql.refund_page, VALS(v_int(payment), v_int(before), v_int((int64_t)max)), &r);
    if (e)
        return e;
    while (n < max && rows_next(&r))
        take_refund(cx, &r, &ret[n++]);
    *ret_n = n;
    return rows_end(cx, &r);
}
