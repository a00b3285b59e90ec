/* Who listens to what, and delivery inside one process: from the outbox to each subscription, in order. A subscription that fails for the moment is
 * tried again; what it refuses for good is parked. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/grow.h"
#include "platform/bus/kafka.h"
#include "platform/config/config.h"
#include "platform/obs/log.h"
#include "platform_sql.h"

#define SETTLE_MS     30000   /* the longest wait of a clock that is moved by hand */
#define SETTLE_LOOK_MS    2

err bus_cursor(struct ctx *cx, const char *name, int64_t *ret)
{
    bool found;
    *ret = 0;
    return db_one(cx, &platform_sql.cursor_get, VALS(v_text(str_c(name))), row_take_int, ret, &found);
}

static bool read_settings(struct bus *b, struct arena *arena, struct str *ret_why)
{
    struct str url = b->app->o.fleeting ? S("") : config_str(b->app->o.config, "bus.url");           /* a copy says nothing to the world */
    b->prefix = config_str(b->app->o.config, "bus.prefix");
    b->options = config_str(b->app->o.config, "bus.options");
    b->source = arena_fmt(b->app->arena, "/takenseat/%s", b->app->keys.ticket_kid);
    if (url.n && !kafka_brokers(url, &b->brokers)) {
        *ret_why = arena_fmt(arena, "bus.url: \"%.*s\" is not kafka://HOST:PORT, or several such addresses separated by commas", STR_ARG(url));
        return false;
    }
    return kafka_check(b, arena, ret_why);
}

static bool add_subscribers(struct bus *b, struct ctx *cx, const struct service *service)
{
    for (const struct subscription *row = service->subscriptions; row && row->topic; row++) {
        b->at = grow(b->at, &b->cap, b->n + 1, sizeof(*b->at));
        struct subscriber *s = &b->at[b->n++];
        *s = (struct subscriber){ .service = service, .row = row };
        snprintf(s->name, sizeof(s->name), "%s.%s", service->name, row->topic);
        if (bus_cursor(cx, s->name, &s->marked))
            return false;
        s->cursor = s->settled = s->marked;
    }
    return true;
}

struct bus *bus_open(struct ctx *cx, struct app *app, struct arena *arena, struct str *ret_why)
{
    struct bus *b = calloc(1, sizeof(*b));
    if (!b)
        abort();
    b->app = app;
    bool ok = read_settings(b, arena, ret_why);
    /* Without Kafka those of other processes are told from here as well. */
    for (size_t i = 0; ok && app_service_at(app, i) && (i < app->service_count || !b->brokers.n); i++) {
        ok = add_subscribers(b, cx, app_service_at(app, i));
        if (!ok)
            *ret_why = S("the cursors of events cannot be read");
    }
    if (ok)
        return b;
    bus_close(b);
    return NULL;
}

void bus_close(struct bus *b)
{
    if (!b)
        return;
    free(b->at);
    free(b);
}

struct event_kind bus_kind(const struct bus *b, const char *topic)
{
    for (size_t i = 0; app_service_at(b->app, i); i++)
        for (const struct event_kind *k = app_service_at(b->app, i)->says; k && k->topic; k++)
            if (strcmp(k->topic, topic) == 0)
                return *k;
    return (struct event_kind){ .topic = topic, .version = 1 };
}

/* ---- with Kafka ---- */

void bus_start(struct bus *b)
{
    if (!b->brokers.n)
        return;
    b->relay = relay_start(b);
    b->listeners = calloc(b->app->service_count, sizeof(struct listener *));
    if (!b->listeners)
        abort();
    for (size_t i = 0; i < b->app->service_count; i++) {
        const struct service *s = b->app->o.services[i];
        if (s->subscriptions && s->subscriptions->topic)
            b->listeners[b->listener_count++] = listener_start(b, s);
    }
}

void bus_stop(struct bus *b)
{
    if (!b || !b->relay)
        return;
    for (size_t i = 0; i < b->listener_count; i++)
        listener_ask(b->listeners[i]);
    for (size_t i = 0; i < b->listener_count; i++)
        listener_stop(b->listeners[i]);
    free(b->listeners);
    relay_stop(b->relay);
    b->relay = NULL;
}

void bus_stats(struct bus *b, struct bus_stats *ret)
{
    *ret = (struct bus_stats){ .used = b->relay != NULL, .heard = b->heard, .repeated = b->repeated, .parked = b->parked };
    if (b->relay)
        relay_stats(b->relay, ret);
    for (; ret->used && ret->services < b->listener_count && ret->services < sizeof(ret->lag) / sizeof(ret->lag[0]); ret->services++) {
        struct listener *l = b->listeners[ret->services];
        ret->lag[ret->services] = (struct bus_lag){ listener_service(l)->name, listener_lag(l) };
    }
}

/* Has this subscription heard all up to `last`? */
static bool settled(struct ctx *cx, struct subscriber *s, int64_t last)
{
    bool lacks = true;
    struct val name = v_text(str_c(s->name));
    int64_t first;
    if (s->settled >= last)
        return true;
    if (db_one(cx, &platform_sql.inbox_lacks, VALS(v_int(s->settled), v_text(str_c(s->row->topic)), name), row_take_int, &first, &lacks))
        return false;
    s->settled = lacks && first <= last ? first - 1 : last;
    return s->settled == last;
}

bool bus_heard_by_all(struct bus *b, int64_t last)
{
    struct ctx cx;
    bool all = !b->relay || relay_marked(b->relay) >= last;
    app_ctx_begin(b->app, &cx);
    cx.db = db_read_begin(b->app->db);
    for (size_t i = 0; i < b->n && all; i++)
        all = b->brokers.n ? settled(&cx, &b->at[i], last) : atomic_load(&b->at[i].cursor) >= last;
    db_read_end(b->app->db, cx.db);
    app_ctx_end(&cx);
    return all;
}

bool bus_settle(struct bus *b)
{
    int64_t last = db_outbox_last(b->app->db);
    if (!b->relay || b->seen >= last)
        return false;
    for (int ms = 0; ms < SETTLE_MS && !bus_heard_by_all(b, last); ms += SETTLE_LOOK_MS)
        usleep(SETTLE_LOOK_MS * 1000);
    b->seen = last;
    return true;
}

/* ---- in process ---- */

int64_t bus_due(void *self)
{
    struct bus *b = self;
    return !b->brokers.n && db_outbox_last(b->app->db) > b->seen ? 0 : INT64_MAX;
}

struct cursor_in {
    const char *name;
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
    struct val name = v_text(str_c(in->name));
    if (in->refused)
        db_put(cx, &platform_sql.parked_insert,
               VALS(name, v_int(in->event), v_text(str_c(in->problem.code ? in->problem.code : err_kind(in->refused)->word)), v_text(in->problem.detail),
                    v_int(cx->now), v_null(), v_null()));
    err e = db_run(cx, &platform_sql.cursor_update, VALS(v_int(in->event), name), &changed);
    if (!e && !changed)
        e = db_run(cx, &platform_sql.cursor_insert, VALS(name, v_int(in->event)), NULL);
    return e;
}

static const struct call cursor_move_call = { .name = "platform.cursor_move", .kind = CALL_COMMAND, .fn = cursor_move };

err bus_cursor_move(struct ctx *cx, const char *name, int64_t event)
{
    return call_run(cx, &cursor_move_call, &(struct cursor_in){ .name = name, .event = event }, NULL);
}

struct event {
    int64_t id;
    struct str body;
};

static err deliver_one(struct ctx *cx, struct subscriber *s, const struct event *event)
{
    const struct call *call = s->row->call;
    fail_clear(cx);
    err e = call_run_text(cx, call, event->body);
    if (e && err_kind(e)->may_retry)
        return e;
    if (e)
        LOG(LOG_ERROR, "event parked", lf_s("subscription", str_c(s->name)), lf_i("event", event->id), lf_s("detail", cx->problem.detail));
    struct cursor_in moved = { s->name, event->id, e, cx->problem };
    e = call_run(cx, &cursor_move_call, &moved, NULL);
    if (!e)
        s->cursor = s->marked = event->id;
    return e;
}

/* Up to 64 events of one subscription; *ret_more when there may be others, up to `newest` at least. */
static err deliver_some(struct ctx *cx, struct bus *b, struct subscriber *s, int64_t newest, bool *ret_more)
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
        e = deliver_one(cx, s, &events[i]);
    *ret_more = n == 64;
    if (!e && !*ret_more && s->cursor < newest)      /* what is seldom said is not looked for in the same rows again */
        s->cursor = newest;
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
            e = deliver_some(cx, b, &b->at[i], newest, &more);
        if (e)
            result = e;
    }
    if (!result)
        b->seen = newest;
    return result;
}

const struct call bus_deliver_call = { .name = "platform.bus_deliver", .kind = CALL_STORY, .fn = deliver };

const struct call *const bus_calls[] = { &bus_deliver_call, &cursor_move_call, &bus_hear_call, &bus_heard_call, &bus_park_call, &bus_prune_call,
                                         &bus_drop_call, NULL };
