/* SQLite: a file in a folder that belongs to one process. A connection is used by one thread at a time. */
#include "platform/db/sqlite_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/obs/log.h"

/* 3.7.0 to 3.51.2 can corrupt a file when a checkpoint meets a commit of another connection. */
#define OLDEST_SQLITE 3051003

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

static sqlite3 *handle(const struct conn *c)
{
    return ((const struct lite_conn *)c)->lite;
}

/* ---- opening ---- */

static bool make_folder(const char *dir, struct arena *arena, struct str *ret_why)
{
    if (mkdir(dir, 0700) == 0 || errno == EEXIST)
        return true;
    *ret_why = arena_fmt(arena, "cannot make the folder %s: %s", dir, strerror(errno));
    return false;
}

/* One process a folder: held until the process ends, however it ends. */
static bool lock_folder(struct db *db, struct arena *arena, struct str *ret_why)
{
    struct lite *own = db->own;
    struct str path = arena_fmt(arena, "%s/lock", db->o.dir);
    own->lock_fd = open(path.p, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (own->lock_fd >= 0 && flock(own->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    *ret_why = errno == EWOULDBLOCK ? arena_fmt(arena, "%s is in use by another takenseat process: stop it first", db->o.dir)
                                    : arena_fmt(arena, "cannot lock %s: %s", path.p, strerror(errno));
    return false;
}

static bool lite_open(struct db *db, struct arena *arena, struct str *ret_why)
{
    struct lite *own = db->own = calloc(1, sizeof(*own));
    if (!own || asprintf(&own->path, "%s/takenseat.db", db->o.dir) < 0)
        abort();
    own->lock_fd = -1;
    if (sqlite3_libversion_number() < OLDEST_SQLITE) {
        *ret_why = arena_fmt(arena, "SQLite %s has the WAL-reset bug: 3.51.3 or newer is needed", sqlite3_libversion());
        return false;
    }
    return db->o.only_read || (make_folder(db->o.dir, arena, ret_why) && lock_folder(db, arena, ret_why));
}

static void lite_close(struct db *db)
{
    struct lite *own = db->own;
    if (own->lock_fd >= 0)
        close(own->lock_fd);
    free(own->path);
    free(own);
}

static int wal_grown(void *self, sqlite3 *lite, const char *name, int pages)
{
    struct db *db = self;
    (void)lite;
    (void)name;
    atomic_store_explicit(&db->wal_bytes, (int64_t)pages * 4096, memory_order_relaxed);
    return SQLITE_OK;
}

struct conn *lite_connect(struct db *db, enum conn_use use, struct arena *arena, struct str *ret_why)
{
    const struct lite *own = db->own;
    struct lite_conn *c = calloc(1, sizeof(*c));
    if (!c)
        abort();
    c->conn = (struct conn){ .backend = &sqlite_backend, .db = db };
    int code = sqlite3_open_v2(own->path, &c->lite, SQLITE_OPEN_READWRITE | (db->o.only_read ? 0 : SQLITE_OPEN_CREATE) | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK) {
        sqlite3_extended_result_codes(c->lite, 1);
        sqlite3_busy_timeout(c->lite, 5000);
        sqlite3_db_config(c->lite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        code = lite_exec(&c->conn, settings);
    }
    if (code == SQLITE_OK && db->o.fleeting)
        code = lite_exec(&c->conn, "PRAGMA synchronous=OFF");
    if (code == SQLITE_OK)
        code = lite_exec(&c->conn, use == CONN_WRITES ? "PRAGMA cache_size=-8192" : "PRAGMA cache_size=-2048; PRAGMA query_only=ON");
    if (code == SQLITE_OK) {
        if (use == CONN_WRITES)
            sqlite3_wal_hook(c->lite, wal_grown, db);
        return &c->conn;
    }
    *ret_why = arena_fmt(arena, "cannot open the database %s: %s", own->path, c->lite ? sqlite3_errmsg(c->lite) : "out of memory");
    lite_disconnect(&c->conn);
    return NULL;
}

void lite_disconnect(struct conn *c)
{
    size_t at = 0;
    uint64_t key, stmt;
    while (map_each(&c->statements, &at, &key, &stmt))
        sqlite3_finalize((sqlite3_stmt *)(uintptr_t)stmt);
    map_free(&c->statements);
    sqlite3_close(handle(c));
    free(c);
}

/* ---- statements ---- */

int lite_exec(struct conn *c, const char *sql)
{
    return sqlite3_exec(handle(c), sql, NULL, NULL, NULL);
}

static const char *lite_why(struct conn *c)
{
    return sqlite3_errmsg(handle(c));
}

/* A statement that does not compile is a bug: db_check found it at start. */
static sqlite3_stmt *statement(struct conn *c, const struct query *q)
{
    sqlite3_stmt *stmt = map_ptr(&c->statements, (uint64_t)(uintptr_t)q);
    if (stmt)
        return stmt;
    if (sqlite3_prepare_v3(handle(c), q->sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) != SQLITE_OK) {
        LOG(LOG_ERROR, "statement does not compile", lf_s("name", str_c(q->name)), lf_s("why", str_c(lite_why(c))));
        panic(__FILE__, __LINE__, q->name);
    }
    map_put_ptr(&c->statements, (uint64_t)(uintptr_t)q, stmt);
    return stmt;
}

static bool lite_compiles(struct conn *c, const struct query *q)
{
    sqlite3_stmt *stmt = NULL;
    bool ok = sqlite3_prepare_v2(handle(c), q->sql, -1, &stmt, NULL) == SQLITE_OK;
    sqlite3_finalize(stmt);
    return ok;
}

static sqlite3_stmt *bind(struct conn *c, const struct query *q, const struct val *v, size_t n)
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

err lite_failed(struct conn *c, int code)
{
    /* After a failed sync nobody knows what is on disk: stop, and let a restart read what is (reliability.md, decision 5). */
    if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC || code == SQLITE_CORRUPT)
        panic(__FILE__, __LINE__, sqlite3_errstr(code));
    if ((code & 0xff) == SQLITE_CONSTRAINT)
        return ERR_CONFLICT;
    LOG(LOG_ERROR, "database", lf_i("code", code), lf_s("why", str_c(lite_why(c))));
    if (c->group)
        c->group->broken = true;
    return ERR_UNAVAILABLE;
}

static err step_once(struct conn *c, const struct query *q, const struct val *v, size_t n)
{
    sqlite3_stmt *stmt = bind(c, q, v, n);
    int code = sqlite3_step(stmt);
    sqlite3_reset(stmt);
    return code == SQLITE_DONE ? OK : lite_failed(c, code);
}

static err lite_run(struct conn *c, const struct query *q, const struct val *v, size_t n, int64_t *ret_changed)
{
    err e = step_once(c, q, v, n);
    if (!e && ret_changed)
        *ret_changed = sqlite3_changes64(handle(c));
    return e;
}

static err lite_insert(struct conn *c, struct put *list, const struct put **ret_at)
{
    for (struct put *p = list; p; p = p->next) {
        err e = step_once(c, p->query, p->vals, p->n);
        if (e) {
            *ret_at = p;
            return e;
        }
    }
    return OK;
}

/* ---- rows ---- */

static void *lite_rows(struct conn *c, const struct query *q, const struct val *v, size_t n)
{
    return bind(c, q, v, n);
}

static bool lite_next(struct rows *r)
{
    int code = sqlite3_step(r->stmt);
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE) {
        r->failed = true;
        (void)!lite_failed(r->conn, code);
    }
    return false;
}

static void lite_end(struct rows *r)
{
    sqlite3_reset(r->stmt);
    sqlite3_clear_bindings(r->stmt);
}

static int lite_columns(const struct rows *r) { return sqlite3_column_count(r->stmt); }
static const char *lite_column_name(const struct rows *r, int column) { return sqlite3_column_name(r->stmt, column); }

static enum val_kind lite_column_kind(const struct rows *r, int column)
{
    switch (sqlite3_column_type(r->stmt, column)) {
    case SQLITE_NULL: return VAL_NULL;
    case SQLITE_INTEGER: return VAL_INT;
    case SQLITE_BLOB: return VAL_BLOB;
    default: return VAL_TEXT;
    }
}

static bool lite_column_null(const struct rows *r, int column) { return sqlite3_column_type(r->stmt, column) == SQLITE_NULL; }
static int64_t lite_column_int(const struct rows *r, int column) { return sqlite3_column_int64(r->stmt, column); }

static struct str lite_column_text(const struct rows *r, int column)
{
    const void *p = sqlite3_column_blob(r->stmt, column);
    size_t n = (size_t)sqlite3_column_bytes(r->stmt, column);
    if (!p && !lite_column_null(r, column))
        p = "";                              /* SQLite gives no address for an empty value */
    return str_of(p, n);
}

/* ---- transactions ---- */

static err exec_or_fail(struct conn *c, const char *sql)
{
    int code = lite_exec(c, sql);
    return code == SQLITE_OK ? OK : lite_failed(c, code);
}

static err lite_begin(struct conn *c) { return exec_or_fail(c, "BEGIN IMMEDIATE"); }
static err lite_savepoint(struct conn *c) { return exec_or_fail(c, "SAVEPOINT command"); }

static err lite_savepoint_end(struct conn *c, bool keep)
{
    return exec_or_fail(c, keep ? "RELEASE command" : "ROLLBACK TO command; RELEASE command");
}

static void lite_rollback(struct conn *c)
{
    if (!sqlite3_get_autocommit(handle(c)))
        lite_exec(c, "ROLLBACK");
}

static enum group_end lite_commit(struct conn *c)
{
    if (!exec_or_fail(c, "COMMIT"))
        return GROUP_DURABLE;
    lite_rollback(c);
    return GROUP_UNDONE;
}

static void lite_snapshot(struct conn *c)
{
    if (lite_exec(c, "BEGIN") != SQLITE_OK)
        LOG(LOG_ERROR, "snapshot", lf_s("why", str_c(lite_why(c))));
}

static void lite_snapshot_end(struct conn *c)
{
    lite_exec(c, "COMMIT");
}

static bool lite_migrate(struct conn *c, const struct migration *m, const struct query *done, const struct val *v, size_t n)
{
    return lite_exec(c, "BEGIN IMMEDIATE") == SQLITE_OK && lite_exec(c, m->sql) == SQLITE_OK && !step_once(c, done, v, n) &&
           lite_exec(c, "COMMIT") == SQLITE_OK;
}

static const struct query tables = { "sqlite.tables",
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name = 'schema_migration', name" };
static const struct query columns_of = { "sqlite.columns", "SELECT name FROM pragma_table_info(?) ORDER BY cid" };
static const struct query whole = { "sqlite.integrity", "SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'" };

static const struct audit audits[] = { { "file_is_sound", "the database file has no broken page, index or constraint", &whole }, { 0 } };

const struct db_backend sqlite_backend = {
    .name = "SQLite",
    .tables = &tables,
    .columns_of = &columns_of,
    .audits = audits,
    .open = lite_open,
    .close = lite_close,
    .connect = lite_connect,
    .disconnect = lite_disconnect,
    .migrate = lite_migrate,
    .compiles = lite_compiles,
    .why = lite_why,
    .begin = lite_begin,
    .savepoint = lite_savepoint,
    .savepoint_end = lite_savepoint_end,
    .commit = lite_commit,
    .rollback = lite_rollback,
    .snapshot = lite_snapshot,
    .snapshot_end = lite_snapshot_end,
    .run = lite_run,
    .insert = lite_insert,
    .rows = lite_rows,
    .next = lite_next,
    .end = lite_end,
    .columns = lite_columns,
    .column_name = lite_column_name,
    .column_kind = lite_column_kind,
    .column_null = lite_column_null,
    .column_int = lite_column_int,
    .column_text = lite_column_text,
    .tend = lite_tend,
};
