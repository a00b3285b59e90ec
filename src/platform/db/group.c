/* The transaction of a group: BEGIN with its first write, a savepoint for each command that writes at once, collected inserts, notes for
 * undoing memory, and the commit that makes all of it durable together.
 *
 * SQLite gets a command's inserts when it has succeeded, out of memory that the next command uses again: kept for the whole group they would be
 * cold by the time they are sent. A server far away gets those of all commands together, or when something has to see them.
 *
 * A group that broke sends nothing more: the database may have ended its transaction, and what came next would stand by itself. */
#include "platform/db/db_impl.h"

#include "platform/obs/log.h"

static void puts_clear(struct group *g)
{
    g->puts = NULL;
    g->puts_tail = g->puts_mark = &g->puts;
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
    g->began = g->savepoint = g->broken = g->again = g->apart = false;
}

static err begin(struct conn *c)
{
    if (c->group->began)
        return OK;
    err e = c->backend->begin(c);
    c->group->began = !e;
    return e;
}

static err send(struct conn *c, struct put *list)
{
    const struct put *at = NULL;
    err e = c->backend->insert(c, list, &at);
    if (e != ERR_CONFLICT)
        return e;
    LOG(LOG_ERROR, "memory and database disagree", lf_s("statement", str_c(at->query->name)), lf_s("why", str_c(c->backend->why(c))));
    panic(__FILE__, __LINE__, at->query->name);
}

/* What earlier commands of the group have collected: it must not be lost with the present one. */
static err send_earlier(struct conn *c)
{
    struct group *g = c->group;
    if (g->puts_mark == &g->puts)
        return OK;
    struct put *own = *g->puts_mark;
    *g->puts_mark = NULL;
    err e = begin(c);
    if (!e)
        e = send(c, g->puts);
    if (!own) {
        puts_clear(g);
        return e;
    }
    g->puts = own;
    g->puts_mark = &g->puts;
    return e;
}

err group_savepoint(struct conn *c)
{
    struct group *g = c->group;
    err e = g->broken ? ERR_UNAVAILABLE : send_earlier(c);
    if (!e)
        e = begin(c);
    if (e || g->savepoint)
        return e;
    e = c->backend->savepoint(c);
    g->savepoint = !e;
    return e;
}

err group_flush(struct conn *c)
{
    struct group *g = c->group;
    if (g->broken)
        return ERR_UNAVAILABLE;
    if (!g->puts)
        return OK;
    err e = *g->puts_mark ? group_savepoint(c) : send_earlier(c);
    if (!e && g->puts) {
        e = send(c, g->puts);
        puts_clear(g);
    }
    return e;
}

void group_command_begin(struct group *g)
{
    g->puts_mark = g->puts_tail;
    g->undo_mark = g->undo;
    g->after_mark = g->after;
    g->after_each_mark = g->after_each;
}

static void undo_back_to(struct group *g, struct undo *mark)
{
    for (; g->undo != mark; g->undo = g->undo->next)
        g->undo->fn(g->undo->self, g->undo->arg);
}

static err send_all(struct conn *c)
{
    struct group *g = c->group;
    err e = g->broken ? ERR_UNAVAILABLE : g->puts ? begin(c) : OK;
    if (!e && g->puts)
        e = send(c, g->puts);
    puts_clear(g);
    return e;
}

void group_command_end(struct conn *c, bool ok)
{
    struct group *g = c->group;
    if (!ok) {
        undo_back_to(g, g->undo_mark);
        g->after = g->after_mark;
        g->after_each = g->after_each_mark;
        *g->puts_mark = NULL;
        g->puts_tail = g->puts_mark;
    }
    if (!c->backend->keeps_puts && send_all(c))
        g->broken = true;                    /* the whole group will be undone */
    if (g->savepoint && (g->broken || c->backend->savepoint_end(c, ok)))
        g->broken = true;
    g->savepoint = false;
}

enum group_end group_commit(struct conn *c, int64_t now)
{
    struct group *g = c->group;
    if (send_all(c))
        g->broken = true;
    note_time(g->db, now);
    enum group_end end = GROUP_DURABLE;
    if (g->broken) {
        end = g->again ? GROUP_AGAIN : g->apart ? GROUP_APART : GROUP_UNDONE;
        c->backend->rollback(c);             /* also when it did not begin: a connection that was lost by reading is to be let go */
    } else if (g->began) {
        end = c->backend->commit(c);
    } else if (!db_owns(g->db)) {
        end = GROUP_UNDONE;                  /* it has asked memory only, which may have become old */
    }
    if (end != GROUP_DURABLE) {
        undo_back_to(g, NULL);
        return end;
    }
    for (struct after *a = g->after; a; a = a->next)
        a->fn(a->self);
    for (struct after *a = g->after_each; a; a = a->next)
        a->fn(a->self);
    return end;
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
    return e ? e : c->backend->run(c, q, v, n, ret_changed);
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
