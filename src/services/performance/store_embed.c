/* The statements of sql/queries_embed.sql. */
#include "embed.h"
#include "performance_sql.h"

err store_embed_set(struct ctx *cx, int64_t performance, struct str lines)
{
    int64_t changed;
    err e = db_run(cx, &performance_sql.embed_update, VALS(v_text(lines), v_int(performance)), &changed);
    if (!e && !changed)
        e = db_run(cx, &performance_sql.embed_insert, VALS(v_int(performance), v_text(lines)), NULL);
    return e;
}

static void take_lines(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct str *)out = row_text(cx, r, 0);
}

err store_embed(struct ctx *cx, int64_t performance, struct str *ret_lines)
{
    bool found;
    *ret_lines = (struct str){ 0 };
    return db_one(cx, &performance_sql.embed_get, VALS(v_int(performance)), take_lines, ret_lines, &found);
}
