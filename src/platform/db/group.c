/* The transaction of a group: BEGIN with its first write, a savepoint for each command that writes at once, collected inserts, notes for
 * undoing memory, and the commit that makes all of it durable together.
 *
 * A command's inserts are sent when it has succeeded, out of memory that the next command uses again: kept for the whole group they would be
 * cold by the time they are sent. */
#include "platform/db/db_impl.h"

#include "platform/obs/log.h"

static void puts_clear(struct group *g)
{
    g->puts = NULL;
    g->puts_tail = &g->puts;
    arena_reset(g->puts_arena);
}

void group_init(struct group *g)
{
    *g = (struct group){ .arena = arena_new(256 * 1024), .puts_arena = arena_new(64 * 1024) };
    puts_clear(g);
}

void group_free(struct group *g)
{
    arena_free(g->arena);
    arena_free(g->puts_arena);
}

void group_end(struct group *g)
{
    arena_reset(g->arena);
    puts_clear(g);
    g->undo = g->undo_mark = NULL;
    g->after = g->after_mark = g->after_each = g->after_each_mark = NULL;
    g->began = g->savepoint = g->broken = false;
}

static err begin(struct conn *c)
{
    if (c->group->began)
        return OK;
    int code = conn_exec(c, "BEGIN IMMEDIATE");
    if (code != SQLITE_OK)
        return conn_failed(c, code);
    c->group->began = true;
    return OK;
}

static err send(struct conn *c)
{
    for (struct put *p = c->group->puts; p; p = p->next) {
        sqlite3_stmt *stmt = conn_bind(c, p->query, p->vals, p->n);
        int code = sqlite3_step(stmt);
        sqlite3_reset(stmt);
        if ((code & 0xff) == SQLITE_CONSTRAINT) {
            LOG(LOG_ERROR, "memory and database disagree", lf_s("statement", str_c(p->query->name)), lf_s("why", str_c(sqlite3_errmsg(c->lite))));
            panic(__FILE__, __LINE__, p->query->name);
        }
        if (code != SQLITE_DONE)
            return conn_failed(c, code);
    }
    puts_clear(c->group);
    return OK;
}

err group_savepoint(struct conn *c)
{
    struct group *g = c->group;
    err e = begin(c);
    if (e || g->savepoint)
        return e;
    int code = conn_exec(c, "SAVEPOINT command");
    if (code != SQLITE_OK)
        return conn_failed(c, code);
    g->savepoint = true;
    return OK;
}

err group_flush(struct conn *c)
{
    if (!c->group->puts)
        return OK;
    err e = group_savepoint(c);
    return e ? e : send(c);
}

void group_command_begin(struct group *g)
{
    g->undo_mark = g->undo;
    g->after_mark = g->after;
    g->after_each_mark = g->after_each;
}

static void undo_back_to(struct group *g, struct undo *mark)
{
    for (; g->undo != mark; g->undo = g->undo->next)
        g->undo->fn(g->undo->self, g->undo->arg);
}

void group_command_end(struct conn *c, bool ok)
{
    struct group *g = c->group;
    if (ok && g->puts && (begin(c) || send(c)))
        g->broken = true;                    /* the whole group will be undone */
    if (!ok) {
        undo_back_to(g, g->undo_mark);
        g->after = g->after_mark;
        g->after_each = g->after_each_mark;
    }
    puts_clear(g);
    if (g->savepoint && conn_exec(c, ok ? "RELEASE command" : "ROLLBACK TO command; RELEASE command") != SQLITE_OK)
        g->broken = true;
    g->savepoint = false;
}

bool group_commit(struct conn *c, int64_t now)
{
    struct group *g = c->group;
    note_time(g->db, now);
    err e = g->broken ? ERR_UNAVAILABLE : OK;
    if (!e && g->began) {
        int code = conn_exec(c, "COMMIT");
        if (code != SQLITE_OK)
            e = conn_failed(c, code);
    }
    if (e) {
        if (g->began && !sqlite3_get_autocommit(c->lite))
            conn_exec(c, "ROLLBACK");
        undo_back_to(g, NULL);
        return false;
    }
    for (struct after *a = g->after; a; a = a->next)
        a->fn(a->self);
    for (struct after *a = g->after_each; a; a = a->next)
        a->fn(a->self);
    return true;
}

void db_put(struct ctx *cx, const struct query *q, const struct val *v, size_t n)
{
    struct group *g = cx->db->group;
    ASSERT(g);
    struct put *p = arena_take(g->puts_arena, sizeof(*p) + n * sizeof(*v));
    p->query = q;
    p->n = n;
    for (size_t i = 0; i < n; i++) {
        p->vals[i] = v[i];
        if (v[i].s.n)
            p->vals[i].s = arena_str(g->puts_arena, v[i].s);
    }
    *g->puts_tail = p;
    g->puts_tail = &p->next;
}

err db_run(struct ctx *cx, const struct query *q, const struct val *v, size_t n, int64_t *ret_changed)
{
    struct conn *c = cx->db;
    ASSERT(c->group);
    err e = group_savepoint(c);
    if (!e)
        e = group_flush(c);
    if (e)
        return e;
    sqlite3_stmt *stmt = conn_bind(c, q, v, n);
    int code = sqlite3_step(stmt);
    sqlite3_reset(stmt);
    if (code != SQLITE_DONE)
        return conn_failed(c, code);
    if (ret_changed)
        *ret_changed = sqlite3_changes64(c->lite);
    return OK;
}

void tx_undo(struct ctx *cx, void (*fn)(void *self, const void *arg), void *self, const void *arg, size_t size)
{
    struct group *g = cx->db->group;
    struct undo *u = NEW(g->arena, struct undo);
    void *copy = arena_take(g->arena, size);
    memcpy(copy, arg, size);
    *u = (struct undo){ .next = g->undo, .fn = fn, .self = self, .arg = copy };
    g->undo = u;
}

/* Notes that are made once only are few; they are kept apart so that looking through them stays cheap. */
static void note(struct group *g, struct after **list, void (*fn)(void *self), void *self)
{
    struct after *a = NEW(g->arena, struct after);
    *a = (struct after){ .next = *list, .fn = fn, .self = self };
    *list = a;
}

void tx_after(struct ctx *cx, void (*fn)(void *self), void *self)
{
    struct group *g = cx->db->group;
    for (struct after *a = g->after; a; a = a->next)
        if (a->fn == fn && a->self == self)
            return;
    note(g, &g->after, fn, self);
}

void tx_after_each(struct ctx *cx, void (*fn)(void *self), void *self)
{
    note(cx->db->group, &cx->db->group->after_each, fn, self);
}
