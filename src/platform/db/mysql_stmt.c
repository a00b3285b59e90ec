/* Statements on MariaDB and MySQL: prepared once a connection, arguments and rows in the binary protocol. A result is fetched whole, so that other
 * statements may run while its rows are read. */
#include "platform/db/mysql_impl.h"

#include <errmsg.h>
#include <mysqld_error.h>
#include <stdio.h>
#include <stdlib.h>

#include "platform/obs/log.h"

#define CELL_KEPT (64 << 10)      /* a longer value's memory is given back after reading */
#define CHARSET_BINARY 63

struct cell {
    int64_t i;
    char *p;                  /* a text or blob; an integer as text when it is asked for */
    size_t room;
    unsigned long length;
    my_bool null, error;
    bool is_int, is_text;
};

struct my_stmt {
    MYSQL_STMT *stmt;
    MYSQL_RES *meta;          /* NULL: gives no rows */
    unsigned columns;
    struct cell *cells;
    MYSQL_BIND *out;
};

/* ---- preparing ---- */

static void statement_free(struct my_stmt *s)
{
    for (unsigned i = 0; i < s->columns; i++)
        free(s->cells[i].p);
    free(s->cells);
    free(s->out);
    if (s->meta)
        mysql_free_result(s->meta);
    mysql_stmt_close(s->stmt);
    free(s);
}

void my_forget_statements(struct conn *c)
{
    size_t at = 0;
    uint64_t key, s;
    while (map_each(&c->statements, &at, &key, &s))
        statement_free((struct my_stmt *)(uintptr_t)s);
    map_free(&c->statements);
    c->statements = (struct map){ 0 };
}

static bool whole_number(enum enum_field_types type)
{
    switch (type) {
    case MYSQL_TYPE_TINY: case MYSQL_TYPE_SHORT: case MYSQL_TYPE_INT24: case MYSQL_TYPE_LONG: case MYSQL_TYPE_LONGLONG: case MYSQL_TYPE_NULL:
    case MYSQL_TYPE_DECIMAL: case MYSQL_TYPE_NEWDECIMAL:           /* a sum */
        return true;
    default:
        return false;
    }
}

static void prepare_columns(struct my_stmt *s)
{
    s->meta = mysql_stmt_result_metadata(s->stmt);
    if (!s->meta)
        return;
    s->columns = mysql_num_fields(s->meta);
    s->cells = calloc(s->columns, sizeof(*s->cells));
    s->out = calloc(s->columns, sizeof(*s->out));
    my_bool longest = true;
    if (!s->cells || !s->out || mysql_stmt_attr_set(s->stmt, STMT_ATTR_UPDATE_MAX_LENGTH, &longest))
        abort();
    for (unsigned i = 0; i < s->columns; i++) {
        const MYSQL_FIELD *f = mysql_fetch_field_direct(s->meta, i);
        s->cells[i].is_int = whole_number(f->type);
        s->cells[i].is_text = f->charsetnr != CHARSET_BINARY;
    }
}

/* A bug of ours; anything else is the server's trouble: no room for more statements, say, which ends with the connection. */
static bool does_not_compile(unsigned code)
{
    return code == ER_PARSE_ERROR || code == ER_BAD_FIELD_ERROR || code == ER_NO_SUCH_TABLE;
}

struct my_stmt *my_prepare(struct conn *conn, const char *name, struct str sql)
{
    struct my_conn *c = my_conn_of(conn);
    if (!c->my || c->lost)
        return NULL;
    struct my_stmt *s = calloc(1, sizeof(*s));
    if (!s || !(s->stmt = mysql_stmt_init(c->my)))
        abort();
    if (!mysql_stmt_prepare(s->stmt, sql.p, sql.n)) {
        prepare_columns(s);
        return s;
    }
    unsigned code = mysql_stmt_errno(s->stmt);
    (void)!my_failed(conn, code, mysql_stmt_error(s->stmt));
    statement_free(s);
    if (does_not_compile(code)) {
        LOG(LOG_ERROR, "statement does not compile", lf_s("name", str_c(name)), lf_s("why", str_c(c->why)));
        panic(__FILE__, __LINE__, name);
    }
    return NULL;
}

struct my_stmt *my_statement(struct conn *c, const struct query *q)
{
    struct my_stmt *s = map_ptr(&c->statements, (uint64_t)(uintptr_t)q);
    if (s)
        return my_conn_of(c)->lost ? NULL : s;
    struct buf sql;
    buf_init(&sql, MY_SQL_MAX);
    my_text(&sql, str_c(q->sql));
    s = my_prepare(c, q->name, buf_view(&sql));
    buf_free(&sql);
    if (s)
        map_put_ptr(&c->statements, (uint64_t)(uintptr_t)q, s);
    return s;
}

bool my_compiles(struct conn *conn, const struct query *q)
{
    struct my_conn *c = my_conn_of(conn);
    struct buf sql;
    if (!my_reconnect(conn))
        return false;
    buf_init(&sql, MY_SQL_MAX);
    my_text(&sql, str_c(q->sql));
    MYSQL_STMT *stmt = mysql_stmt_init(c->my);
    bool ok = stmt && !mysql_stmt_prepare(stmt, sql.p, sql.n);
    if (!ok)
        snprintf(c->why, sizeof(c->why), "%s", mysql_stmt_error(stmt));
    mysql_stmt_close(stmt);
    buf_free(&sql);
    return ok;
}

/* ---- running ---- */

void my_bind_value(MYSQL_BIND *b, const struct val *v)
{
    *b = (MYSQL_BIND){ 0 };
    switch (v->kind) {
    case VAL_NULL: b->buffer_type = MYSQL_TYPE_NULL; break;
    case VAL_INT: b->buffer_type = MYSQL_TYPE_LONGLONG; b->buffer = (void *)&v->i; break;
    case VAL_TEXT: case VAL_BLOB:
        b->buffer_type = v->kind == VAL_TEXT ? MYSQL_TYPE_STRING : MYSQL_TYPE_LONG_BLOB;
        b->buffer = (void *)(v->s.p ? v->s.p : "");
        b->buffer_length = v->s.n;
        break;
    }
}

const char *my_statement_why(const struct my_stmt *s)
{
    return mysql_stmt_error(s->stmt);
}

unsigned my_execute(struct my_stmt *s, MYSQL_BIND *params, size_t n)
{
    ASSERT(mysql_stmt_param_count(s->stmt) == n);
    if ((n && mysql_stmt_bind_param(s->stmt, params)) || mysql_stmt_execute(s->stmt))
        return mysql_stmt_errno(s->stmt);
    return 0;
}

static unsigned execute_values(struct my_stmt *s, const struct val *v, size_t n)
{
    MYSQL_BIND params[64];
    ASSERT(n <= sizeof(params) / sizeof(params[0]));
    for (size_t i = 0; i < n; i++)
        my_bind_value(&params[i], &v[i]);
    return my_execute(s, params, n);
}

err my_not_connected(struct conn *c)
{
    return my_failed(c, CR_SERVER_LOST, "the connection is lost");
}

err my_run(struct conn *c, const struct query *q, const struct val *v, size_t n, int64_t *ret_changed)
{
    struct my_stmt *s = my_statement(c, q);
    if (!s)
        return my_not_connected(c);
    unsigned code = execute_values(s, v, n);
    if (code)
        return my_failed(c, code, mysql_stmt_error(s->stmt));
    if (ret_changed)
        *ret_changed = (int64_t)mysql_stmt_affected_rows(s->stmt);
    return OK;
}

/* ---- rows ---- */

static void make_room(struct cell *cell, size_t n)
{
    if (n < cell->room)
        return;
    free(cell->p);
    cell->room = n + 1;
    cell->p = malloc(cell->room);
    if (!cell->p)
        abort();
}

static bool bind_cells(struct my_stmt *s)
{
    for (unsigned i = 0; i < s->columns; i++) {
        struct cell *cell = &s->cells[i];
        MYSQL_BIND *b = &s->out[i];
        *b = (MYSQL_BIND){ .is_null = &cell->null, .length = &cell->length, .error = &cell->error };
        if (cell->is_int) {
            b->buffer_type = MYSQL_TYPE_LONGLONG;
            b->buffer = &cell->i;
            continue;
        }
        make_room(cell, mysql_fetch_field_direct(s->meta, i)->max_length);
        b->buffer_type = MYSQL_TYPE_BLOB;
        b->buffer = cell->p;
        b->buffer_length = cell->room;
    }
    return !mysql_stmt_bind_result(s->stmt, s->out);
}

void *my_rows(struct conn *c, const struct query *q, const struct val *v, size_t n)
{
    if (c->group && !my_conn_of(c)->my && !my_writer_reach(c))
        return NULL;
    struct my_stmt *s = my_statement(c, q);
    if (!s) {
        (void)!my_not_connected(c);
        return NULL;
    }
    unsigned code = execute_values(s, v, n);
    if (!code && mysql_stmt_store_result(s->stmt))
        code = mysql_stmt_errno(s->stmt);
    if (!code) {
        mysql_free_result(s->meta);
        s->meta = mysql_stmt_result_metadata(s->stmt);       /* with the greatest lengths of this result */
        if (bind_cells(s))
            return s;
        code = mysql_stmt_errno(s->stmt);
    }
    (void)!my_failed(c, code, mysql_stmt_error(s->stmt));
    mysql_stmt_free_result(s->stmt);
    return NULL;
}

bool my_next(struct rows *r)
{
    struct my_stmt *s = r->stmt;
    int code = mysql_stmt_fetch(s->stmt);
    if (!code)
        return true;
    if (code != MYSQL_NO_DATA) {
        r->failed = true;
        (void)!my_failed(r->conn, mysql_stmt_errno(s->stmt), code == MYSQL_DATA_TRUNCATED ? "a value does not fit" : mysql_stmt_error(s->stmt));
    }
    return false;
}

void my_end(struct rows *r)
{
    struct my_stmt *s = r->stmt;
    mysql_stmt_free_result(s->stmt);
    for (unsigned i = 0; i < s->columns; i++)
        if (s->cells[i].room > CELL_KEPT) {
            free(s->cells[i].p);
            s->cells[i].p = NULL;
            s->cells[i].room = 0;
        }
}

static struct cell *cell(const struct rows *r, int column)
{
    return &((struct my_stmt *)r->stmt)->cells[column];
}

int my_columns(const struct rows *r)
{
    return (int)((const struct my_stmt *)r->stmt)->columns;
}

const char *my_column_name(const struct rows *r, int column)
{
    return mysql_fetch_field_direct(((const struct my_stmt *)r->stmt)->meta, (unsigned)column)->name;
}

enum val_kind my_column_kind(const struct rows *r, int column)
{
    const struct cell *c = cell(r, column);
    return c->null ? VAL_NULL : c->is_int ? VAL_INT : c->is_text ? VAL_TEXT : VAL_BLOB;
}

bool my_column_null(const struct rows *r, int column)
{
    return cell(r, column)->null;
}

int64_t my_column_int(const struct rows *r, int column)
{
    const struct cell *c = cell(r, column);
    int64_t i = 0;
    if (c->null || c->is_int)
        return c->null ? 0 : c->i;
    return str_to_int(str_of(c->p, c->length), &i) ? i : 0;
}

struct str my_column_text(const struct rows *r, int column)
{
    struct cell *c = cell(r, column);
    if (c->null)
        return (struct str){ 0 };
    if (!c->is_int)
        return str_of(c->p, c->length);
    make_room(c, 24);
    return str_of(c->p, (size_t)snprintf(c->p, c->room, "%lld", (long long)c->i));
}

bool my_one(struct conn *c, const struct query *q, const struct val *v, size_t n, int64_t *ret)
{
    struct rows r = { .conn = c, .stmt = my_rows(c, q, v, n) };
    if (!r.stmt)
        return false;
    bool found = my_next(&r) && !my_column_null(&r, 0);
    if (found)
        *ret = my_column_int(&r, 0);
    my_end(&r);
    return found && !r.failed;
}
