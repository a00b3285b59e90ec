/* What everybody has heard leaves the outbox after bus.keep_days. First the subscriptions' cursors are moved over it, so that nobody looks for it
 * again; then its rows go, those of the inbox with them, some at a time. What is parked stays, and so does the newest event: numbers go on from it. */
#include "platform/bus/bus_impl.h"
#include "platform/config/config.h"
#include "platform_sql.h"

#define DAY_MS   86400000LL
#define AGAIN_MS 3600000
#define ROWS     256

int64_t bus_prune_due(void *self) { return atomic_load(&((struct bus *)self)->prune_due); }

/* The last of the next rows that are old enough; 0: none is. */
static err old_ones(struct ctx *cx, struct bus *b, int64_t *ret)
{
    struct rows r;
    int64_t before = cx->now - config_int(b->app->o.config, "bus.keep_days") * DAY_MS, newest = db_outbox_last(b->app->db);
    *ret = 0;
    cx->db = db_read_begin(b->app->db);
    err e = db_rows(cx, &platform_sql.outbox_old, VALS(v_int(b->pruned), v_int(newest)), &r);
    if (!e) {
        while (rows_next(&r) && row_int(&r, 1) <= before)
            *ret = row_int(&r, 0);
        e = rows_end(cx, &r);
    }
    db_read_end(b->app->db, cx->db);
    cx->db = NULL;
    return e;
}

static err pass_by(struct ctx *cx, struct bus *b, int64_t last)
{
    err e = OK;
    for (size_t i = 0; i < b->n && !e; i++) {
        struct subscriber *s = &b->at[i];
        if (s->marked >= last)
            continue;
        e = bus_cursor_move(cx, s->name, last);
        if (e)
            break;
        s->marked = last;
        if (atomic_load(&s->cursor) < last)
            atomic_store(&s->cursor, last);
    }
    return e;
}

static err drop(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct val last = v_int(*(const int64_t *)in);
    (void)self, (void)ret_out;
    err e = db_run(cx, &platform_sql.inbox_drop, VALS(last), NULL);
    return e ? e : db_run(cx, &platform_sql.outbox_drop, VALS(last), NULL);
}

const struct call bus_drop_call = { .name = "platform.bus_drop", .kind = CALL_COMMAND, .fn = drop };

static err prune(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct bus *b = self;
    int64_t last;
    (void)in, (void)ret_out;
    err e = old_ones(cx, b, &last);
    if (!e && last && bus_heard_by_all(b, last)) {
        e = pass_by(cx, b, last);
        if (!e)
            e = call_run(cx, &bus_drop_call, &last, NULL);
        if (!e)
            b->pruned = last;
    } else {
        last = 0;
    }
    if (!e)
        atomic_store(&b->prune_due, last ? cx->now : cx->now + AGAIN_MS);
    return e;
}

const struct call bus_prune_call = { .name = "platform.bus_prune", .kind = CALL_STORY, .fn = prune };
