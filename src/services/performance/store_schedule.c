/* The statements of sql/queries_schedule.sql as typed functions. */
#include "performance_int.h"
#include "performance_sql.h"

err store_schedule_change(struct ctx *cx, const struct schedule *to, bool *ret_free)
{
    const struct grade *grades = to->remaining.at;
    struct val limit = to->own_limit ? v_int(to->own_limit) : v_null();
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
