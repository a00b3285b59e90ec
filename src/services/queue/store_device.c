/* Each statement of sql/queries_device.sql as a typed function. */
#include "device_int.h"
#include "store.h"

#include "queue_sql.h"

static struct val v_device(const struct place_ref *who)
{
    return v_blob(str_of((const char *)who->device, sizeof(who->device)));
}

void store_device_insert(struct ctx *cx, const struct place_ref *who)
{
    db_put(cx, &queue_sql.device_insert,
           VALS(v_int(place_key(who->room, who->number)), v_device(who), v_int(cx->actor.session), v_int(cx->now)));
}

static void take_device(struct ctx *cx, const struct rows *row, void *out)
{
    struct device_row *ret = out;
    struct str device = row_text_view(row, 0);
    (void)cx;
    *ret = (struct device_row){ .session = row_int(row, 1), .moves = row_int(row, 2) };
    if (device.n == sizeof(ret->device))
        memcpy(ret->device, device.p, device.n);
}

err store_device(struct ctx *cx, const struct place_ref *who, struct device_row *ret, bool *ret_found)
{
    return db_one(cx, &queue_sql.device_get, VALS(v_int(place_key(who->room, who->number))), take_device, ret, ret_found);
}

err store_device_move(struct ctx *cx, const struct place_ref *who)
{
    return db_run(cx, &queue_sql.device_move,
                  VALS(v_device(who), v_int(cx->actor.session), v_int(cx->now), v_int(place_key(who->room, who->number))), NULL);
}

err store_devices_moved(struct ctx *cx, struct room *r)
{
    struct rows row;
    err e = db_rows(cx, &queue_sql.devices_moved, ROOM_RANGE(r), &row);
    if (e)
        return e;
    while (rows_next(&row))
        device_moved_take(r->queue, row_int(&row, 0), row_text_view(&row, 1));
    return rows_end(cx, &row);
}

void store_revoked_insert(struct ctx *cx, int64_t key, struct str reason)
{
    db_put(cx, &queue_sql.revoked_insert, VALS(v_int(key), v_text(reason), v_int(cx->actor.user), v_int(cx->now)));
}

err store_revoked(struct ctx *cx, struct room *r)
{
    struct rows row;
    err e = db_rows(cx, &queue_sql.revoked_range, ROOM_RANGE(r), &row);
    if (e)
        return e;
    while (rows_next(&row))
        revoked_take(r, key_number(row_int(&row, 0)), row_int(&row, 2), row_text_view(&row, 1));
    return rows_end(cx, &row);
}
