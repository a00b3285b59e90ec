/* Reading, whatever the database is. */
#include "platform/db/db_impl.h"

#include "platform/obs/log.h"

err db_rows(struct ctx *cx, const struct query *q, const struct val *v, size_t n, struct rows *ret)
{
    struct conn *c = cx->db;
    ASSERT(c);
    *ret = (struct rows){ .conn = c };
    if (c->group) {
        err e = group_flush(c);
        if (e)
            return e;
    }
    ret->stmt = c->backend->rows(c, q, v, n);
    ret->failed = !ret->stmt;
    return OK;
}

bool rows_next(struct rows *r)
{
    return !r->failed && r->conn->backend->next(r);
}

err rows_end(struct ctx *cx, struct rows *r)
{
    if (r->stmt)
        r->conn->backend->end(r);
    if (r->failed)
        return fail(cx, ERR_UNAVAILABLE, NULL, "The database cannot be read now.", "지금은 데이터베이스를 읽을 수 없습니다.");
    return OK;
}

int rows_columns(const struct rows *r)
{
    return r->stmt ? r->conn->backend->columns(r) : 0;
}

const char *rows_column_name(const struct rows *r, int column)
{
    return r->conn->backend->column_name(r, column);
}

struct val v_like(struct ctx *cx, struct str part)
{
    char *p = arena_take(cx->arena, 2 * part.n + 2);
    size_t n = 0;
    p[n++] = '%';
    for (size_t i = 0; i < part.n; i++) {
        if (memchr("%_!", part.p[i], 3))
            p[n++] = '!';
        p[n++] = part.p[i];
    }
    p[n++] = '%';
    return v_text(str_of(p, n));
}

int64_t row_int(const struct rows *r, int column)
{
    return r->conn->backend->column_int(r, column);
}

bool row_null(const struct rows *r, int column)
{
    return r->conn->backend->column_null(r, column);
}

struct str row_text_view(const struct rows *r, int column)
{
    return r->conn->backend->column_text(r, column);
}

struct str row_text(struct ctx *cx, const struct rows *r, int column)
{
    struct str view = row_text_view(r, column);
    return view.p ? arena_str(cx->arena, view) : view;
}

err db_one(struct ctx *cx, const struct query *q, const struct val *v, size_t n,
           void (*take)(struct ctx *cx, const struct rows *r, void *out), void *out, bool *ret_found)
{
    struct rows r;
    err e = db_rows(cx, q, v, n, &r);
    if (e)
        return e;
    bool found = rows_next(&r);
    if (found && take)
        take(cx, &r, out);
    e = rows_end(cx, &r);
    if (e)
        return e;
    *ret_found = found;
    return OK;
}

void row_take_int(struct ctx *cx, const struct rows *r, void *out)
{
    (void)cx;
    *(int64_t *)out = row_int(r, 0);
}

err sequence_load(struct ctx *cx, const struct query *max_key, struct sequence *ret)
{
    bool found;
    ret->last = 0;
    return db_one(cx, max_key, NO_VALS, row_take_int, &ret->last, &found);
}

int64_t sequence_next(struct sequence *s)
{
    return ++s->last;
}
