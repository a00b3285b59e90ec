#include "services/queue/appeals.h"

#include "queue_sql.h"

void store_appeal_insert(struct ctx *cx, const struct appeal *a)
{
    db_put(cx, &queue_sql.appeal_insert, VALS(v_int(a->id), v_int(a->schedule), v_int(a->user), v_text(a->refused), v_text(a->text), v_int(a->made_at)));
}

static void take(struct ctx *cx, const struct rows *row, void *out)
{
    *(struct appeal *)out = (struct appeal){
        .id = row_int(row, 0), .schedule = row_int(row, 1), .user = row_int(row, 2), .refused = row_text(cx, row, 3), .text = row_text(cx, row, 4),
        .state = (int)row_int(row, 5), .made_at = row_int(row, 6), .resolved_at = row_int(row, 7), .answer = row_text(cx, row, 8),
    };
}

err store_appeal(struct ctx *cx, int64_t id, struct appeal *ret, bool *ret_found)
{
    return db_one(cx, &queue_sql.appeal_by_id, VALS(v_int(id)), take, ret, ret_found);
}

err store_appeal_of(struct ctx *cx, int64_t schedule, int64_t user, struct appeal *ret, bool *ret_found)
{
    return db_one(cx, &queue_sql.appeal_of_user, VALS(v_int(schedule), v_int(user)), take, ret, ret_found);
}

err store_appeal_decide(struct ctx *cx, const struct appeal *a)
{
    return db_run(cx, &queue_sql.appeal_decide, VALS(v_int(a->state), v_int(a->resolved_at), v_int(cx->actor.user), v_text(a->answer), v_int(a->id)), NULL);
}

err store_appeals(struct ctx *cx, int64_t schedule, int state, int64_t before, struct appeal *ret, size_t max, size_t *ret_n)
{
    struct rows row;
    err e = db_rows(cx, &queue_sql.appeal_page,
                    VALS(v_int(schedule), v_int(before ? before : INT64_MAX), v_int(state), v_int(state), v_int((int64_t)max)), &row);
    if (e)
        return e;
    while (*ret_n < max && rows_next(&row))
        take(cx, &row, &ret[(*ret_n)++]);
    return rows_end(cx, &row);
}

err store_appeals_forget(struct ctx *cx, int64_t user)
{
    return db_run(cx, &queue_sql.appeals_forget, VALS(v_int(user)), NULL);
}

err store_appeals_granted(struct ctx *cx, struct sequence *ids, void (*take_one)(void *self, int64_t schedule, int64_t user), void *self)
{
    struct rows row;
    err e = sequence_load(cx, &queue_sql.appeal_max, ids);
    if (!e)
        e = db_rows(cx, &queue_sql.appeals_granted, NO_VALS, &row);
    if (e)
        return e;
    while (rows_next(&row))
        take_one(self, row_int(&row, 0), row_int(&row, 1));
    return rows_end(cx, &row);
}
