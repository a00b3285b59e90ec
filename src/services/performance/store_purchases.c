/* The statements of sql/queries_purchases.sql. */
#include "performance_sql.h"
#include "purchases.h"

static void take_purchase(struct ctx *cx, const struct rows *r, void *out)
{
    struct purchase *p = out;
    (void)cx;
    p->performance = row_int(r, 0);
    p->at = row_int(r, 1);
    p->sold = row_int(r, 2);
    p->returned = row_int(r, 3);
    p->last_cancellation = row_int(r, 4);
}

err store_show_purchase(struct ctx *cx, struct purchase *io, bool *ret_found)
{
    return db_one(cx, &performance_sql.purchase_get, VALS(v_int(io->booking)), take_purchase, io, ret_found);
}

err store_purchase_put(struct ctx *cx, const struct purchase *p, bool is_new)
{
    if (is_new)
        return db_run(cx, &performance_sql.purchase_insert,
                      VALS(v_int(p->booking), v_int(p->performance), v_int(p->user), v_int(p->at), v_int(p->sold), v_int(p->returned),
                           v_int(p->last_cancellation)),
                      NULL);
    return db_run(cx, &performance_sql.purchase_update,
                  VALS(v_int(p->sold), v_int(p->returned), v_int(p->last_cancellation), v_int(p->booking)), NULL);
}

err store_purchases_prune(struct ctx *cx, int64_t before, int64_t max, int64_t *ret_n)
{
    return db_run(cx, &performance_sql.purchases_prune, VALS(v_int(before), v_int(max)), ret_n);
}

/* At most `max` rows, of one or two numbers each. */
static err few_rows(struct ctx *cx, const struct query *q, const struct val *v, size_t n, size_t columns, size_t max, struct list *ret)
{
    struct rows r;
    int64_t *at = NEW_ARRAY(cx->arena, int64_t, max * columns);
    size_t rows = 0;
    err e = db_rows(cx, q, v, n, &r);
    if (e)
        return e;
    for (; rows < max && rows_next(&r); rows++)
        for (size_t c = 0; c < columns; c++)
            at[rows * columns + c] = row_int(&r, (int)c);
    *ret = (struct list){ at, rows };
    return rows_end(cx, &r);
}

err store_bought(struct ctx *cx, int64_t user, int64_t since, int64_t max, struct list *ret)
{
    return few_rows(cx, &performance_sql.purchases_of_user, VALS(v_int(user), v_int(since), v_int(max)), 1, (size_t)max, ret);
}

err store_purchased_since(struct ctx *cx, int64_t since, int64_t after, int64_t max, struct list *ret)
{
    return few_rows(cx, &performance_sql.purchased_since, VALS(v_int(since), v_int(after), v_int(max)), 1, (size_t)max, ret);
}

_Static_assert(sizeof(struct affinity) == 2 * sizeof(int64_t), "two columns");

err store_affinity_count(struct ctx *cx, int64_t performance, int64_t buyers, int64_t since, struct list *ret)
{
    return few_rows(cx, &performance_sql.affinity_count,
                    VALS(v_int(performance), v_int(buyers), v_int(since), v_int(performance), v_int(AFFINITY_KEPT)), 2, AFFINITY_KEPT, ret);
}

err store_affinity(struct ctx *cx, int64_t performance, struct list *ret)
{
    return few_rows(cx, &performance_sql.affinity_of, VALS(v_int(performance), v_int(AFFINITY_KEPT)), 2, AFFINITY_KEPT, ret);
}

err store_affinity_set(struct ctx *cx, int64_t performance, const struct affinity *at, size_t n)
{
    err e = db_run(cx, &performance_sql.affinity_clear, VALS(v_int(performance)), NULL);
    for (size_t i = 0; i < n && !e; i++) {
        struct val buyers = v_int(at[i].buyers), one = v_int(performance), other = v_int(at[i].other);
        int64_t changed;
        e = db_run(cx, &performance_sql.affinity_insert, VALS(buyers, one, other), NULL);
        if (!e)
            e = db_run(cx, &performance_sql.affinity_update, VALS(buyers, other, one), &changed);
        if (!e && !changed)
            e = db_run(cx, &performance_sql.affinity_insert, VALS(buyers, other, one), NULL);
    }
    return e;
}
