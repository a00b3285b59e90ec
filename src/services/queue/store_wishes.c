/* Each statement of sql/queries_wish.sql as a typed function. */
#include "wishes.h"

#include "queue_sql.h"

static void take(struct ctx *cx, const struct rows *row, void *out)
{
    *(struct wish *)out = (struct wish){
        .rules = {
            .mode = (int)row_int(row, 0),
            .admit_per_minute = row_int(row, 1),
            .active_limit = row_int(row, 2),
            .pass_seconds = row_int(row, 3),
            .opens_at = row_int(row, 4),
            .paused = row_int(row, 5) != 0,
            .draining = row_int(row, 6) != 0,
            .device_binding = (int)row_int(row, 7),
            .work = (int)row_int(row, 8),
        },
        .message = row_text(cx, row, 9),
        .message_en = row_text(cx, row, 10),
        .chosen_at = row_int(row, 11),
    };
}

err store_wish(struct ctx *cx, int64_t performance, struct wish *ret)
{
    bool found;
    *ret = (struct wish){ 0 };
    return db_one(cx, &queue_sql.wish_get, VALS(v_int(performance)), take, ret, &found);
}

err store_wish_put(struct ctx *cx, int64_t performance, const struct wish *w)
{
    const struct rules *u = &w->rules;
    err e = db_run(cx, &queue_sql.wish_delete, VALS(v_int(performance)), NULL);
    if (e)
        return e;
    return db_run(cx, &queue_sql.wish_insert,
                  VALS(v_int(performance), v_int(u->mode), v_int(u->admit_per_minute), v_int(u->active_limit), v_int(u->pass_seconds),
                       v_int_or_null(u->opens_at), v_int(u->paused), v_int(u->draining), v_int(u->device_binding), v_int(u->work), v_text(w->message),
                       v_text(w->message_en), v_int(w->chosen_at)), NULL);
}
