/* Each statement of sql/queries_sandbox.sql as a typed function. */
#include "payment_sql.h"
#include "sandbox.h"

#include "platform/obs/log.h"

static const char *const state_words[] = { [SANDBOX_PENDING] = "pending", [SANDBOX_APPROVED] = "approved", [SANDBOX_DECLINED] = "declined" };

static enum sandbox_state state_of(struct str word)
{
    int i = SANDBOX_PENDING;
    while (i <= SANDBOX_DECLINED && !str_eq(word, str_c(state_words[i])))
        i++;
    ASSERT(i <= SANDBOX_DECLINED);
    return (enum sandbox_state)i;
}

err store_sandbox_open(struct ctx *cx, struct payments *s)
{
    int64_t next;
    err e = sequence_load(cx, &payment_sql.sandbox_charge_max, &s->charges);
    if (!e)
        e = sequence_load(cx, &payment_sql.sandbox_refund_max, &s->sandbox_refunds);
    if (!e)
        e = sequence_load(cx, &payment_sql.sandbox_webhook_max, &s->webhooks);
    if (!e)
        e = store_sandbox_webhook_next(cx, &next);
    if (!e)
        atomic_init(&s->sandbox_due, next);
    return e;
}

/* ---- charges ---- */

static void take_charge(struct ctx *cx, const struct rows *r, void *out)
{
    (void)cx;
    *(struct sandbox_charge *)out = (struct sandbox_charge){ row_int(r, 0), row_int(r, 1), state_of(row_text_view(r, 2)), store_money(r, 3, 4) };
}

err store_sandbox_charge(struct ctx *cx, int64_t key, struct sandbox_charge *ret)
{
    bool found;
    *ret = (struct sandbox_charge){ 0 };
    return db_one(cx, &payment_sql.sandbox_charge_by_key, VALS(v_int(key)), take_charge, ret, &found);
}

void store_sandbox_charge_insert(struct ctx *cx, const struct sandbox_charge *c)
{
    db_put(cx, &payment_sql.sandbox_charge_insert,
           VALS(v_int(c->id), v_int(c->key), v_text(str_c(state_words[c->state])), v_int(c->amount.amount), v_text(str_c(c->amount.currency)),
                v_int(cx->now)));
}

err store_sandbox_charge_collect(struct ctx *cx)
{
    return db_run(cx, &payment_sql.sandbox_charge_collect, VALS(v_int(cx->now)), NULL);
}

/* ---- refunds ---- */

err store_sandbox_refund_of(struct ctx *cx, int64_t key, int64_t *ret_id)
{
    bool found;
    *ret_id = 0;
    return db_one(cx, &payment_sql.sandbox_refund_by_key, VALS(v_int(key)), row_take_int, ret_id, &found);
}

err store_sandbox_refunded(struct ctx *cx, int64_t charge, int64_t *ret)
{
    bool found;
    return db_one(cx, &payment_sql.sandbox_refunded, VALS(v_int(charge)), row_take_int, ret, &found);
}

void store_sandbox_refund_insert(struct ctx *cx, int64_t id, int64_t key, int64_t charge, int64_t amount)
{
    db_put(cx, &payment_sql.sandbox_refund_insert, VALS(v_int(id), v_int(key), v_int(charge), v_int(amount), v_int(cx->now)));
}

/* ---- the books ---- */

err store_sandbox_books(struct ctx *cx, const struct sandbox_books_in *in, struct sandbox_line *ret, size_t *ret_n)
{
    struct rows r;
    size_t n = 0;
    err e = db_rows(cx, in->refunds ? &payment_sql.sandbox_books_refunds : &payment_sql.sandbox_books_charges,
                    VALS(v_int(in->from), v_int(in->to), v_int(in->after), v_int(SANDBOX_PAGE)), &r);
    if (e)
        return e;
    while (n < SANDBOX_PAGE && rows_next(&r))
        ret[n++] = (struct sandbox_line){ .id = row_int(&r, 0), .key = row_int(&r, 1), .amount = store_money(&r, 2, 3), .at = row_int(&r, 4) };
    *ret_n = n;
    return rows_end(cx, &r);
}

/* ---- webhooks ---- */

void store_sandbox_webhook_insert(struct ctx *cx, int64_t id, int64_t charge, int64_t times, int64_t due)
{
    db_put(cx, &payment_sql.sandbox_webhook_insert, VALS(v_int(id), v_int(charge), v_int(times), v_int(due)));
}

err store_sandbox_webhooks_due(struct ctx *cx, size_t max, struct sandbox_delivery *ret, size_t *ret_n)
{
    struct rows r;
    size_t n = 0;
    err e = db_rows(cx, &payment_sql.sandbox_webhook_due, VALS(v_int(cx->now), v_int((int64_t)max)), &r);
    if (e)
        return e;
    while (n < max && rows_next(&r))
        ret[n++] = (struct sandbox_delivery){
            .id = row_int(&r, 0), .times = row_int(&r, 1), .failures = row_int(&r, 2), .key = row_int(&r, 3), .amount = store_money(&r, 4, 5)
        };
    *ret_n = n;
    return rows_end(cx, &r);
}

err store_sandbox_webhook_update(struct ctx *cx, const struct sandbox_delivery *d, int64_t due)
{
    return db_run(cx, &payment_sql.sandbox_webhook_update, VALS(v_int(d->failures), v_int_or_null(due), v_int(d->id)), NULL);
}

static void take_next(struct ctx *cx, const struct rows *r, void *out)
{
    (void)cx;
    *(int64_t *)out = row_null(r, 0) ? INT64_MAX : row_int(r, 0);
}

err store_sandbox_webhook_next(struct ctx *cx, int64_t *ret)
{
    bool found;
    return db_one(cx, &payment_sql.sandbox_webhook_next, NO_VALS, take_next, ret, &found);
}
