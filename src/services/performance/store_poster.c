/* The statements of sql/queries_poster.sql. */
#include "performance_sql.h"
#include "poster.h"

err store_posters_delete(struct ctx *cx, int64_t performance)
{
    return db_run(cx, &performance_sql.posters_delete, VALS(v_int(performance)), NULL);
}

err store_poster_insert(struct ctx *cx, int64_t id, int64_t width, int64_t performance, struct str picture)
{
    return db_run(cx, &performance_sql.poster_insert, VALS(v_int(id), v_int(width), v_int(performance), v_blob(picture)), NULL);
}

static void take_picture(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct str *)out = row_text(cx, r, 0);
}

err store_poster(struct ctx *cx, int64_t id, int64_t width, struct str *ret_picture)
{
    bool found;
    err e = db_one(cx, &performance_sql.poster_get, VALS(v_int(id), v_int(width)), take_picture, ret_picture, &found);
    if (e)
        return e;
    return found ? OK : fail(cx, ERR_MISSING, NULL, "There is nothing at this address.", "이 주소에는 아무것도 없습니다.");
}
