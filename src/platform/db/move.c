/* Moving all data from one kind of database to another: table by table, every row, then both are read and compared. Nobody may write meanwhile: both
 * are taken as by a running process. */
#include "platform/db/db_impl.h"

#include <sodium.h>

#include "base/buf.h"
#include "platform/obs/log.h"
#include "platform_sql.h"

#define ROWS_A_GROUP 1000
#define COLUMNS_MAX 64
#define SQL_MAX 8192

struct table {
    struct table *next;
    struct str name;
    size_t columns;
    struct str column[COLUMNS_MAX];
    struct query read, write, empty;
};

/* Of the rows of a table, in whatever order they come. */
struct sum {
    int64_t rows;
    uint64_t low, high;
};

struct move {
    struct arena *arena;
    struct db *from, *to;
    struct str *ret_why;
};

static bool stop(struct move *m, const char *what, struct str table)
{
    *m->ret_why = arena_fmt(m->arena, "%s: %.*s", what, STR_ARG(table));
    return false;
}

/* ---- what there is ---- */

static void add_quoted(struct buf *b, struct str name)
{
    buf_char(b, '"');
    buf_str(b, name);
    buf_char(b, '"');
}

static const char *text_of(struct arena *arena, struct buf *b)
{
    ASSERT(!b->full);
    const char *text = arena_str(arena, buf_view(b)).p;
    buf_clear(b);
    return text;
}

/* Names come from the database's own catalogue. */
static void make_queries(struct arena *arena, struct table *t)
{
    struct buf b, names;
    buf_init(&b, SQL_MAX);
    buf_init(&names, SQL_MAX);
    for (size_t i = 0; i < t->columns; i++) {
        buf_str(&names, i ? S(", ") : S(""));
        add_quoted(&names, t->column[i]);
    }
    buf_str(&b, S("SELECT "));
    buf_str(&b, buf_view(&names));
    buf_str(&b, S(" FROM "));
    add_quoted(&b, t->name);
    t->read = (struct query){ t->name.p, text_of(arena, &b) };

    buf_str(&b, S("INSERT INTO "));
    add_quoted(&b, t->name);
    buf_str(&b, S(" ("));
    buf_str(&b, buf_view(&names));
    buf_str(&b, S(") VALUES ("));
    for (size_t i = 0; i < t->columns; i++)
        buf_str(&b, i ? S(", ?") : S("?"));
    buf_str(&b, S(")"));
    t->write = (struct query){ t->name.p, text_of(arena, &b) };

    buf_str(&b, S("DELETE FROM "));
    add_quoted(&b, t->name);
    t->empty = (struct query){ t->name.p, text_of(arena, &b) };
    buf_free(&b);
    buf_free(&names);
}

static bool read_columns(struct ctx *cx, struct table *t)
{
    struct rows r;
    if (db_rows(cx, cx->db->backend->columns_of, VALS(v_text(t->name)), &r))
        return false;
    while (rows_next(&r) && t->columns < COLUMNS_MAX)
        t->column[t->columns++] = row_text(cx, &r, 0);
    return !rows_end(cx, &r) && t->columns < COLUMNS_MAX;
}

static bool read_tables(struct ctx *cx, struct table **ret)
{
    struct rows r;
    struct table **end = ret;
    *ret = NULL;
    if (db_rows(cx, cx->db->backend->tables, NO_VALS, &r))
        return false;
    while (rows_next(&r)) {
        struct table *t = *end = NEW(cx->arena, struct table);
        t->name = row_text(cx, &r, 0);
        end = &t->next;
    }
    return !rows_end(cx, &r);
}

/* The tables of the source; false unless the target has the same ones with the same columns. */
static bool same_tables(struct move *m, struct table **ret)
{
    struct ctx from = { .arena = m->arena, .db = m->from->writer }, to = { .arena = m->arena, .db = m->to->writer };
    struct table *others;
    size_t here = 0, there = 0;
    if (!read_tables(&from, ret) || !read_tables(&to, &others))
        return stop(m, "the tables cannot be listed", S(""));
    for (struct table *t = *ret; t; t = t->next, here++) {
        struct table other = { .name = t->name };
        if (!read_columns(&from, t) || !read_columns(&to, &other) || t->columns != other.columns)
            return stop(m, "the table has other columns there", t->name);
        for (size_t i = 0; i < t->columns; i++)
            if (!str_eq(t->column[i], other.column[i]))
                return stop(m, "the table has other columns there", t->name);
        make_queries(m->arena, t);
    }
    for (struct table *t = others; t; t = t->next)
        there++;
    return here == there || stop(m, "there are other tables there", S(""));
}

/* ---- rows ---- */

static struct val value_of(const struct rows *r, int column)
{
    switch (r->conn->backend->column_kind(r, column)) {
    case VAL_NULL: break;
    case VAL_INT: return v_int(row_int(r, column));
    case VAL_TEXT: return v_text(row_text_view(r, column));
    case VAL_BLOB: return v_blob(row_text_view(r, column));
    }
    return v_null();
}

/* A text and a blob of the same bytes are the same: a column has one kind there, a value its own here. */
static void sum_add(struct sum *s, const struct val *v, size_t n)
{
    crypto_generichash_state state;
    uint64_t lanes[2];
    crypto_generichash_init(&state, NULL, 0, sizeof(lanes));
    for (size_t i = 0; i < n; i++) {
        int64_t head[2] = { v[i].kind == VAL_BLOB ? VAL_TEXT : v[i].kind, v[i].kind == VAL_INT ? v[i].i : (int64_t)v[i].s.n };
        crypto_generichash_update(&state, (const unsigned char *)head, sizeof(head));
        crypto_generichash_update(&state, (const unsigned char *)(v[i].s.p ? v[i].s.p : ""), v[i].s.n);
    }
    crypto_generichash_final(&state, (unsigned char *)lanes, sizeof(lanes));
    s->low += lanes[0];
    s->high += lanes[1];
    s->rows++;
}

/* Between two groups of the target's writer. */
static bool group_turn(struct conn *c, bool last)
{
    group_command_end(c, true);
    bool ok = group_commit(c, 0) == GROUP_DURABLE;
    group_end(c->group);
    if (!last)
        group_command_begin(c->group);
    return ok;
}

static bool copy_table(struct move *m, const struct table *t, struct sum *sum)
{
    struct arena *arena = arena_new(0);
    struct ctx from = { .arena = arena, .db = m->from->writer }, to = { .arena = arena, .db = m->to->writer };
    struct rows r;
    struct val v[COLUMNS_MAX];
    bool ok = !db_rows(&from, &t->read, NO_VALS, &r);
    group_command_begin(to.db->group);
    while (ok && rows_next(&r)) {
        for (size_t i = 0; i < t->columns; i++)
            v[i] = value_of(&r, (int)i);
        sum_add(sum, v, t->columns);
        db_put(&to, &t->write, v, t->columns);
        ok = sum->rows % ROWS_A_GROUP || group_turn(to.db, false);
    }
    ok = !rows_end(&from, &r) && ok;
    ok = group_turn(to.db, true) && ok;
    arena_free(arena);
    return ok || stop(m, "the table cannot be copied", t->name);
}

static bool sum_table(struct move *m, const struct table *t, struct sum *sum)
{
    struct arena *arena = arena_new(0);
    struct ctx cx = { .arena = arena, .db = db_read_begin(m->to) };
    struct rows r;
    struct val v[COLUMNS_MAX];
    bool ok = !db_rows(&cx, &t->read, NO_VALS, &r);
    while (ok && rows_next(&r)) {
        for (size_t i = 0; i < t->columns; i++)
            v[i] = value_of(&r, (int)i);
        sum_add(sum, v, t->columns);
    }
    ok = ok && !rows_end(&cx, &r);
    db_read_end(m->to, cx.db);
    arena_free(arena);
    return ok || stop(m, "the table cannot be read there", t->name);
}

/* What the migrations of the target have put into its tables by themselves. */
static bool empty_tables(struct move *m, const struct table *tables)
{
    struct ctx cx = { .arena = m->arena, .db = m->to->writer };
    bool ok = true;
    group_command_begin(cx.db->group);
    for (const struct table *t = tables; t && ok; t = t->next)
        ok = !db_run(&cx, &t->empty, NO_VALS, NULL);
    return (group_turn(cx.db, true) && ok) || stop(m, "its tables cannot be emptied", S(""));
}

/* The marks of its migrations are the last table: without them a database does not open, so what is half moved is not served. */
static bool move_all(struct move *m, void (*told)(void *self, struct str table, int64_t rows), void *self)
{
    struct table *tables;
    if (!same_tables(m, &tables) || !empty_tables(m, tables))
        return false;
    for (const struct table *t = tables; t; t = t->next) {
        struct sum here = { 0 }, there = { 0 };
        if (!copy_table(m, t, &here) || !sum_table(m, t, &there))
            return false;
        if (here.rows != there.rows || here.low != there.low || here.high != there.high)
            return stop(m, "the table is not the same there", t->name);
        told(self, t->name, here.rows);
    }
    return true;
}

/* ---- both ends ---- */

/* Has nothing, or has its tables only: its clock has not begun. Tables without a clock are somebody else's. */
static bool unused(struct ctx *cx)
{
    struct table *tables;
    int64_t now = 0;
    bool found;
    if (!read_tables(cx, &tables))
        return false;
    if (!tables)
        return true;
    return cx->db->backend->compiles(cx->db, &platform_sql.clock_get) &&
           !db_one(cx, &platform_sql.clock_get, NO_VALS, row_take_int, &now, &found) && found && now == 0;
}

static bool check_unused(struct arena *arena, const struct db_options *o, struct str *ret_why)
{
    struct db_options look = *o;
    look.only_read = true;
    look.readers = 1;
    struct db *db = db_open(arena, &look, ret_why);
    if (!db)
        return false;
    struct ctx cx = { .arena = arena, .db = db_read_begin(db) };
    bool ok = unused(&cx);
    db_read_end(db, cx.db);
    db_close(db);
    if (!ok)
        *ret_why = arena_fmt(arena, "the database to move to has been used, or cannot be read: make a new one");
    return ok;
}

bool db_move(struct arena *arena, const struct db_options *from, const struct db_options *to, void (*told)(void *self, struct str table, int64_t rows),
             void *self, struct str *ret_why)
{
    struct move m = { .arena = arena, .ret_why = ret_why };
    bool ok = check_unused(arena, to, ret_why) && (m.from = db_open(arena, from, ret_why)) && (m.to = db_open(arena, to, ret_why)) && move_all(&m, told, self);
    db_close(m.to);
    db_close(m.from);
    return ok;
}
