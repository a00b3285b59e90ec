/* The statements of sql/queries_schedule.sql as typed functions. */
#include "performance_int.h"
#include "performance_sql.h"

err store_schedule_change(struct ctx *cx, const struct schedule *to, bool *ret_free)
{
    const struct grade *grades = to->remaining.at;
    struct val limit = v_int_or_null(to->own_limit);
    int64_t changed;
    err e = db_run(cx, &performance_sql.schedule_change,
                   VALS(v_int(to->starts_at), v_int(to->ends_at), v_int(to->sale_starts_at), v_int(to->sale_ends_at), limit, v_int(to->id),
                        v_int(to->hall), v_int(to->id), v_int(to->ends_at), v_int(to->starts_at)),
                   &changed);
    for (size_t i = 0; !e && changed == 1 && i < to->remaining.n; i++)
        e = db_run(cx, &performance_sql.price_change, VALS(v_int(grades[i].price.amount), v_int(to->id), v_int(grades[i].category)), NULL);
    if (e)
        return e;
    *ret_free = changed == 1;
    return OK;
}

err store_schedule_cancel(struct ctx *cx, int64_t id, struct str reason)
{
    return db_run(cx, &performance_sql.schedule_cancel, VALS(v_int(cx->now), v_text(reason), v_int(id)), NULL);
}

err store_schedule_move(struct ctx *cx, const struct schedule *to, const struct plan_store_in *in, bool *ret_moved)
{
    const struct grade *grades = to->remaining.at;
    int64_t changed;
    err e = db_run(cx, &performance_sql.schedule_move, VALS(v_int(to->plan), v_int(to->id), v_int(to->revision)), &changed);
    *ret_moved = changed == 1;
    if (e || !*ret_moved)
        return e;
    db_put(cx, &performance_sql.plan_insert,
           VALS(v_int(to->plan), v_int(to->hall), v_int(in->seat_count), v_int(cx->now), v_text(in->warnings), v_blob(in->plan)));
    e = db_run(cx, &performance_sql.prices_delete, VALS(v_int(to->id)), NULL);
    for (size_t i = 0; !e && i < to->remaining.n; i++)
        store_price_insert(cx, to->id, &grades[i]);
    return e;
}

err store_plan_count(struct ctx *cx, int64_t hall, int64_t *ret)
{
    bool found;
    return db_one(cx, &performance_sql.plans_of_hall, VALS(v_int(hall)), row_take_int, ret, &found);
}
