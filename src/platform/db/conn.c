/* One SQLite connection, used by one thread at a time: settings, statements, rows. */
#include "platform/db/db_impl.h"

#include <stdlib.h>

#include "platform/obs/log.h"

/* Every commit is synced before it is answered (synchronous=FULL); checkpoints are the checkpointer's; reliability.md 5.3 gives the rest. */
static const char settings[] =
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA foreign_keys=ON;"
    "PRAGMA trusted_schema=OFF;"
    "PRAGMA cell_size_check=ON;"
    "PRAGMA mmap_size=0;"
    "PRAGMA wal_autocheckpoint=0;"
    "PRAGMA temp_store=MEMORY;";

struct conn *conn_open(const char *path, bool writer, struct arena *arena, struct str *ret_why)
{
    struct conn *c = calloc(1, sizeof(*c));
    if (!c)
        abort();
    int code = sqlite3_open_v2(path, &c->lite, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK) {
        sqlite3_extended_result_codes(c->lite, 1);
        sqlite3_busy_timeout(c->lite, 5000);
        sqlite3_db_config(c->lite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        code = conn_exec(c, settings);
    }
    if (code == SQLITE_OK)
        code = conn_exec(c, writer ? "PRAGMA cache_size=-16384" : "PRAGMA cache_size=-2048; PRAGMA query_only=ON");
    if (code == SQLITE_OK)
        return c;
    *ret_why = arena_fmt(arena, "cannot open the database %s: %s", path, c->lite ? sqlite3_errmsg(c->lite) : "out of memory");
    conn_close(c);
    return NULL;
}

void conn_close(struct conn *c)
{
    size_t at = 0;
    uint64_t key, stmt;
    if (!c)
        return;
    while (map_each(&c->statements, &at, &key, &stmt))
        sqlite3_finalize((sqlite3_stmt *)(uintptr_t)stmt);
    map_free(&c->statements);
    sqlite3_close(c->lite);
    free(c);
}

int conn_exec(struct conn *c, const char *sql)
{
    return sqlite3_exec(c->lite, sql, NULL, NULL, NULL);
}

static sqlite3_stmt *statement(struct conn *c, const struct query *q)
{
    sqlite3_stmt *stmt = map_ptr(&c->statements, (uint64_t)(uintptr_t)q);
    if (stmt)
        return stmt;
    if (sqlite3_prepare_v3(c->lite, q->sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) != SQLITE_OK) {
        LOG(LOG_ERROR, "statement does not compile", lf_s("name", str_c(q->name)), lf_s("why", str_c(sqlite3_errmsg(c->lite))));
        panic(__FILE__, __LINE__, q->name);
    }
    map_put_ptr(&c->statements, (uint64_t)(uintptr_t)q, stmt);
    return stmt;
}

sqlite3_stmt *conn_bind(struct conn *c, const struct query *q, const struct val *v, size_t n)
{
    sqlite3_stmt *stmt = statement(c, q);
    ASSERT((size_t)sqlite3_bind_parameter_count(stmt) == n);
    for (int i = 0; i < (int)n; i++) {
        int code = SQLITE_OK;
        switch (v[i].kind) {
        case VAL_NULL: code = sqlite3_bind_null(stmt, i + 1); break;
        case VAL_INT: code = sqlite3_bind_int64(stmt, i + 1, v[i].i); break;
        case VAL_TEXT: code = sqlite3_bind_text(stmt, i + 1, v[i].s.p ? v[i].s.p : "", (int)v[i].s.n, SQLITE_STATIC); break;
        case VAL_BLOB: code = sqlite3_bind_blob(stmt, i + 1, v[i].s.p ? v[i].s.p : "", (int)v[i].s.n, SQLITE_STATIC); break;
        }
        ASSERT(code == SQLITE_OK);
    }
    return stmt;
}

err conn_failed(struct conn *c, int code)
{
    /* After a failed sync nobody knows what is on disk: stop, and let a restart read what is (reliability.md, decision 5). */
    if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC || code == SQLITE_CORRUPT)
        panic(__FILE__, __LINE__, sqlite3_errstr(code));
    if ((code & 0xff) == SQLITE_CONSTRAINT)
        return ERR_CONFLICT;
    LOG(LOG_ERROR, "database", lf_i("code", code), lf_s("why", str_c(sqlite3_errmsg(c->lite))));
    if (c->group)
        c->group->broken = true;
    return ERR_UNAVAILABLE;
}

err db_rows(struct ctx *cx, const struct query *q, const struct val *v, size_t n, struct rows *ret)
{
    ASSERT(cx->db);
    *ret = (struct rows){ .conn = cx->db };
    if (cx->db->group) {
        err e = group_flush(cx->db);
        if (e)
            return e;
    }
    ret->stmt = conn_bind(cx->db, q, v, n);
    return OK;
}

bool rows_next(struct rows *r)
{
    int code = r->failed ? SQLITE_DONE : sqlite3_step(r->stmt);
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE) {
        r->failed = true;
        (void)!conn_failed(r->conn, code);
    }
    return false;
}

err rows_end(struct ctx *cx, struct rows *r)
{
    sqlite3_reset(r->stmt);
    sqlite3_clear_bindings(r->stmt);
    if (r->failed)
        return fail(cx, ERR_UNAVAILABLE, NULL, "The database cannot be read now.", "지금은 데이터베이스를 읽을 수 없습니다.");
    return OK;
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
    return sqlite3_column_int64(r->stmt, column);
}

bool row_null(const struct rows *r, int column)
{
    return sqlite3_column_type(r->stmt, column) == SQLITE_NULL;
}

struct str row_text_view(const struct rows *r, int column)
{
    const void *p = sqlite3_column_blob(r->stmt, column);
    size_t n = (size_t)sqlite3_column_bytes(r->stmt, column);
    if (!p && !row_null(r, column))
        p = "";                              /* SQLite gives no address for an empty value */
    return str_of(p, n);
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
