/* MariaDB and MySQL behind the same interface as SQLite: a database on a server that belongs to one process. */
#include "platform/db/mysql_impl.h"

#include <mysqld_error.h>
#include <stdio.h>
#include <stdlib.h>

#include "platform/obs/log.h"

#define PASSWORD_MAX 1024

/* ---- opening ---- */

static bool read_password(struct my *own, const struct db_server *s, struct str *ret_why)
{
    if (!s->password_file.n) {
        own->password = arena_str(own->arena, s->password).p;
        return true;
    }
    char line[PASSWORD_MAX];
    FILE *f = fopen(arena_str(own->arena, s->password_file).p, "re");
    bool ok = f && fgets(line, sizeof(line), f);
    if (f)
        fclose(f);
    if (!ok) {
        *ret_why = arena_fmt(own->arena, "db.password_file: %.*s cannot be read", STR_ARG(s->password_file));
        return false;
    }
    line[strcspn(line, "\r\n")] = 0;
    own->password = arena_str(own->arena, str_c(line)).p;
    explicit_bzero(line, sizeof(line));
    return true;
}

static bool read_tls(struct my *own, const struct db_server *s, struct arena *arena, struct str *ret_why)
{
    own->tls_ca = s->tls_ca.n ? arena_str(own->arena, s->tls_ca).p : NULL;
    own->tls = str_eq(s->tls, S("required")) || ((!s->tls.n || str_eq(s->tls, S("auto"))) && !my_loopback(own->at.server.host));
    if (own->tls || !s->tls.n || str_eq(s->tls, S("auto")) || str_eq(s->tls, S("off")))
        return true;
    *ret_why = arena_fmt(arena, "db.tls must be required, off or auto");
    return false;
}

static bool my_open(struct db *db, struct arena *arena, struct str *ret_why)
{
    mysql_library_init(0, NULL, NULL);       /* before there are threads */
    struct my *own = db->own = calloc(1, sizeof(*own));
    if (!own)
        abort();
    own->arena = arena_new(0);
    if (!my_address_parse(arena, arena_str(own->arena, db->o.server.url), &own->at, ret_why) || !read_tls(own, &db->o.server, arena, ret_why))
        return false;
    if (!read_password(own, &db->o.server, ret_why)) {
        *ret_why = arena_str(arena, *ret_why);
        return false;
    }
    own->user = arena_str(own->arena, own->at.user).p;
    own->host = arena_str(own->arena, own->at.server.host).p;
    own->database = arena_str(own->arena, own->at.database).p;
    return db->o.only_read || my_own(db, arena, ret_why);
}

static void my_close(struct db *db)
{
    struct my *own = db->own;
    my_give_back(db);
    if (own->password)
        explicit_bzero((char *)own->password, strlen(own->password));
    arena_free(own->arena);
    free(own);
}

/* ---- transactions ---- */

static err exec_or_fail(struct conn *c, const char *sql)
{
    unsigned code = my_exec(c, sql);
    return code ? my_failed(c, code, my_why(c)) : OK;
}

/* A connection that broke unnoticed since the last group is found here. */
static err my_begin(struct conn *c)
{
    if (!my_writer_reach(c))
        return ERR_UNAVAILABLE;
    err e = exec_or_fail(c, "START TRANSACTION");
    return e ? e : my_mark(c);
}

static err my_savepoint(struct conn *c)
{
    return exec_or_fail(c, "SAVEPOINT command");
}

/* One that is kept needs no word: the next of that name replaces it. */
static err my_savepoint_end(struct conn *c, bool keep)
{
    return keep ? OK : exec_or_fail(c, "ROLLBACK TO SAVEPOINT command");
}

static void my_rollback(struct conn *c)
{
    if (my_conn_of(c)->lost || my_exec(c, "ROLLBACK"))
        my_hang_up(c);
}

static enum group_end my_commit(struct conn *c)
{
    struct my *own = c->db->own;
    unsigned code = my_exec(c, "COMMIT");
    if (!code) {
        own->durable = own->mark;
        return GROUP_DURABLE;
    }
    LOG(LOG_WARN, "commit", lf_i("code", (int64_t)code), lf_s("why", str_c(my_why(c))));
    if (!my_deadlock(code))
        return my_find_out(c);
    my_rollback(c);
    return GROUP_AGAIN;
}

static void my_snapshot(struct conn *c)
{
    static const char begin[] = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";
    if (!my_reconnect(c))
        return;
    if (exec_or_fail(c, begin) && my_conn_of(c)->lost && my_reconnect(c))
        (void)!exec_or_fail(c, begin);
}

static void my_snapshot_end(struct conn *c)
{
    my_rollback(c);
}

/* ---- migrations: every statement that changes a table commits by itself, so each is counted. schema_step has 2 n when n are done and the next has
 * not begun or was refused, 2 n + 1 when it has begun: if the program or the server ended then, it may be done as well. ---- */

struct steps {
    struct conn *c;
    const struct val *key;    /* service and version */
    int64_t done;             /* in an earlier attempt */
    bool begun;               /* ... and so was the next one */
};

static const struct query step_get = { "mysql.step_get", "SELECT done FROM schema_step WHERE service = ? AND version = ?" };
static const struct query step_put = { "mysql.step_put", "REPLACE INTO schema_step (service, version, done) VALUES (?, ?, ?)" };
static const struct query step_end = { "mysql.step_end", "DELETE FROM schema_step WHERE service = ? AND version = ?" };

static bool step_note(const struct steps *s, int64_t done, bool begun)
{
    return !my_run(s->c, &step_put, VALS(s->key[0], s->key[1], v_int(2 * done + begun)), NULL);
}

static bool steps_begin(struct steps *s)
{
    struct rows r = { .conn = s->c, .stmt = my_rows(s->c, &step_get, s->key, 2) };
    if (!r.stmt)
        return false;
    int64_t noted = my_next(&r) ? my_column_int(&r, 0) : 0;
    my_end(&r);
    s->done = noted / 2;
    s->begun = noted % 2;
    return !r.failed && (s->begun || step_note(s, s->done, true));
}

/* What a statement says that was carried out just before the program or the server ended, and was not counted. */
static bool was_done(unsigned code)
{
    return code == ER_TABLE_EXISTS_ERROR || code == ER_BAD_TABLE_ERROR || code == ER_DUP_FIELDNAME || code == ER_DUP_KEYNAME ||
           code == ER_CANT_DROP_FIELD_OR_KEY || code == ER_TRG_ALREADY_EXISTS || code == ER_NO_SUCH_TABLE /* it has its new name */;
}

static bool step_run(const struct steps *s, const char *sql, int64_t number)
{
    if (number < s->done)
        return true;
    unsigned code = my_exec(s->c, "START TRANSACTION");
    if (!code)
        code = my_exec_long(s->c, sql);
    if (code && !(s->begun && number == s->done && was_done(code))) {
        (void)!my_failed(s->c, code, my_why(s->c));
        my_rollback(s->c);
        if (my_conn_of(s->c)->my)
            (void)!step_note(s, number, false);          /* the server has refused it */
        return false;
    }
    return step_note(s, number + 1, true) && !my_exec(s->c, "COMMIT");
}

static bool my_migrate(struct conn *c, const struct migration *m, const struct query *done, const struct val *v, size_t n)
{
    struct steps s = { .c = c, .key = v };
    struct buf text;
    buf_init(&text, 1 << 20);
    my_text(&text, str_c(m->sql));
    buf_char(&text, '\0');
    bool ok = steps_begin(&s) && !text.full;
    int64_t number = 0;
    for (char *at = text.p, *end; ok && (end = strstr(at, ";\n")); at = end + 2) {
        *end = 0;                            /* a statement ends where a line ends with ';' */
        ok = step_run(&s, at, number++);
    }
    buf_free(&text);
    return ok && !my_exec(c, "START TRANSACTION") && !my_run(c, done, v, n, NULL) && !my_run(c, &step_end, v, 2, NULL) && !my_exec(c, "COMMIT");
}

static const struct query tables = { "mysql.tables",
    "SELECT table_name FROM information_schema.tables "
    "WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name NOT IN ('lease', 'lease_fence', 'schema_step') "
    "ORDER BY table_name = 'schema_migration', table_name" };
static const struct query columns_of = { "mysql.columns",
    "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position" };
static const struct query other_engines = { "mysql.engines",
    "SELECT table_name, engine, table_collation FROM information_schema.tables "
    "WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' "
    "AND (engine <> 'InnoDB' OR table_collation NOT IN ('utf8mb4_nopad_bin', 'utf8mb4_0900_bin'))" };

static const struct audit audits[] = { { "tables_are_sound", "every table keeps transactions and compares texts by their bytes", &other_engines }, { 0 } };

const struct db_backend mysql_backend = {
    .name = "MySQL",
    .keeps_puts = true,
    .tables = &tables,
    .columns_of = &columns_of,
    .audits = audits,
    .open = my_open,
    .close = my_close,
    .connect = my_connect,
    .disconnect = my_disconnect,
    .migrate = my_migrate,
    .compiles = my_compiles,
    .why = my_why,
    .begin = my_begin,
    .savepoint = my_savepoint,
    .savepoint_end = my_savepoint_end,
    .commit = my_commit,
    .rollback = my_rollback,
    .snapshot = my_snapshot,
    .snapshot_end = my_snapshot_end,
    .run = my_run,
    .insert = my_insert,
    .rows = my_rows,
    .next = my_next,
    .end = my_end,
    .columns = my_columns,
    .column_name = my_column_name,
    .column_kind = my_column_kind,
    .column_null = my_column_null,
    .column_int = my_column_int,
    .column_text = my_column_text,
    .tends_at_once = true,
    .tend = my_tend,
};
