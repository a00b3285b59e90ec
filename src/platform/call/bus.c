/* Delivery of events inside one process: from the outbox to each subscription, in order, at least once. A subscriber is an idempotent call. A
 * subscription that fails for the moment is tried again; what it refuses for good is parked for a person and the next event goes on. */
#include "platform/call/call_impl.h"

#include <stdio.h>
#include <stdlib.h>

#include "platform/obs/log.h"
#include "platform_sql.h"

struct subscriber {
    char name[96];            /* "booking.performance.schedule_opened" */
    const struct subscription *row;
    int64_t cursor;
};

struct bus {
    struct app *app;
    struct subscriber *at;
    size_t n;
    _Atomic int64_t seen;           /* all subscribers have looked at events up to here */
};

static void take_cursor(struct ctx *cx, const struct rows *r, void *out)
{
    (void)cx;
    *(int64_t *)out = row_int(r, 0);
}

struct bus *bus_open(struct ctx *cx, struct app *app)
{
    struct bus *b = calloc(1, sizeof(*b));
    if (!b)
        abort();
    b->app = app;
    for (size_t i = 0; i < app->service_count; i++)
        for (const struct subscription *row = app->o.services[i]->subscriptions; row && row->topic; row++) {
            b->at = realloc(b->at, (b->n + 1) * sizeof(*b->at));
            if (!b->at)
                abort();
            struct subscriber *s = &b->at[b->n++];
            *s = (struct subscriber){ .row = row };
            snprintf(s->name, sizeof(s->name), "%s.%s", app->o.services[i]->name, row->topic);
            bool found;
            if (db_one(cx, &platform_sql.cursor_get, VALS(v_text(str_c(s->name))), take_cursor, &s->cursor, &found))
                panic(__FILE__, __LINE__, "the bus cannot be read");
        }
    return b;
}

void bus_close(struct bus *b)
{
    if (b)
        free(b->at);
    free(b);
}

int64_t bus_due(void *self)
{
    struct bus *b = self;
    return db_outbox_last(b->app->db) > b->seen ? 0 : INT64_MAX;
}

struct cursor_in {
    const struct subscriber *s;
    int64_t event;
    err refused;              /* OK: delivered */
    struct problem problem;
};

static err cursor_move(struct ctx *cx, void *self, const void *in_, void *out)
{
    (void)self;
    (void)out;
    const struct cursor_in *in = in_;
    int64_t changed;
    struct val name = v_text(str_c(in->s->name));
    if (in->refused)
        db_put(cx, &platform_sql.parked_insert, VALS(name, v_int(in->event), v_text(str_c(in->problem.code ? in->problem.code : err_kind(in->refused)->word)),
                                                     v_text(in->problem.detail), v_int(cx->now)));
    err e = db_run(cx, &platform_sql.cursor_update, VALS(v_int(in->event), name), &changed);
    if (!e && !changed)
        e = db_run(cx, &platform_sql.cursor_insert, VALS(name, v_int(in->event)), NULL);
    return e;
}

static const struct call cursor_move_call = { .name = "platform.cursor_move", .kind = CALL_COMMAND, .fn = cursor_move };

struct event {
    int64_t id;
    struct str body;
};

static err deliver_one(struct ctx *cx, struct bus *b, struct subscriber *s, const struct event *event)
{
    const struct call *call = s->row->call;
    void *in = arena_take(cx->arena, call->in->size);
    void *out = arena_take(cx->arena, call->out ? call->out->size : 1);
    fail_clear(cx);
    err e = fields_decode(cx, call->in, &b->app->keys.ids, event->body, in);
    if (!e)
        e = call_run(cx, call, in, out);
    if (e && err_kind(e)->may_retry)
        return e;
    if (e)
        LOG(LOG_ERROR, "event parked", lf_s("subscription", str_c(s->name)), lf_i("event", event->id), lf_s("detail", cx->problem.detail));
    struct cursor_in moved = { s, event->id, e, cx->problem };
    e = call_run(cx, &cursor_move_call, &moved, NULL);
    if (!e)
        s->cursor = event->id;
    return e;
}

/* Up to 64 events of one subscription; *ret_more when there may be others. */
static err deliver_some(struct ctx *cx, struct bus *b, struct subscriber *s, bool *ret_more)
{
    struct rows r;
    struct event events[64];
    size_t n = 0;
    cx->db = db_read_begin(b->app->db);
    err e = db_rows(cx, &platform_sql.outbox_after, VALS(v_text(str_c(s->row->topic)), v_int(s->cursor)), &r);
    if (!e) {
        for (; n < 64 && rows_next(&r); n++)
            events[n] = (struct event){ row_int(&r, 0), row_text(cx, &r, 2) };
        e = rows_end(cx, &r);
    }
    db_read_end(b->app->db, cx->db);
    cx->db = NULL;
    for (size_t i = 0; i < n && !e; i++)
        e = deliver_one(cx, b, s, &events[i]);
    *ret_more = n == 64;
    return e;
}

static err deliver(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)in;
    (void)out;
    struct bus *b = self;
    int64_t newest = db_outbox_last(b->app->db);
    err result = OK;
    for (size_t i = 0; i < b->n; i++) {
        bool more = true;
        err e = OK;
        while (more && !e)
            e = deliver_some(cx, b, &b->at[i], &more);
        if (e)
            result = e;
    }
    if (!result)
        b->seen = newest;
    return result;
}

const struct call bus_deliver_call = { .name = "platform.bus_deliver", .kind = CALL_STORY, .fn = deliver };

const struct call *const bus_calls[] = { &bus_deliver_call, &cursor_move_call, NULL };
