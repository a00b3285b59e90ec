/* The gateway service: its settings, what it counts, its life. */
#include <stdlib.h>

#include "gateway_int.h"
#include "meter.h"
#include "platform/call/app.h"
#include "platform/config/config.h"
#include "platform/obs/log.h"

#define FIRST_TRIES 300       /* of the budget: three tries before the first requests have earned any */

static const struct config_key config[] = {
    { .name = "gateway.table", .type = CONFIG_STR, .def = "",
      .help = "File with the upstreams and routes of the gateway (docs/gateway.md); empty: no path is passed on." },
    { .name = "gateway.look_seconds", .type = CONFIG_INT, .def = "10", .low = 1, .high = 3600,
      .help = "Seconds between looks for the addresses of names and for the instances of the registry." },
    { .name = "gateway.idle_connections", .type = CONFIG_INT, .def = "64", .low = 0, .high = 10000,
      .help = "Connections kept at rest to one server behind, by each loop." },
    { .name = "gateway.idle_ms", .type = CONFIG_INT, .def = "4000", .low = 250, .high = 600000,
      .help = "Milliseconds such a connection rests at most: less than the server keeps it." },
    { .name = "gateway.outstanding", .type = CONFIG_INT, .def = "1024", .low = 1, .high = 1000000,
      .help = "Requests under way to an upstream, times its servers, by each loop; further ones get 503." },
    { .name = "gateway.eject_failures", .type = CONFIG_INT, .def = "5", .low = 1, .high = 1000,
      .help = "Failures in a row after which one server of several is passed over." },
    { .name = "gateway.eject_ms", .type = CONFIG_INT, .def = "5000", .low = 50, .high = 600000,
      .help = "Milliseconds for which it is passed over, doubled each time up to sixteen times that." },
    { .name = "gateway.breaker_requests", .type = CONFIG_INT, .def = "20", .low = 1, .high = 100000,
      .help = "Requests to an upstream within ten seconds from which on its breaker may open." },
    { .name = "gateway.breaker_percent", .type = CONFIG_INT, .def = "50", .low = 1, .high = 100,
      .help = "Percent of them that failed, at which it opens." },
    { .name = "gateway.breaker_ms", .type = CONFIG_INT, .def = "5000", .low = 50, .high = 600000,
      .help = "Milliseconds for which an open breaker answers 503 by itself before one request tries." },
    { .name = "gateway.retry_percent", .type = CONFIG_INT, .def = "10", .low = 0, .high = 100,
      .help = "Tries again, in percent of all requests to an upstream." },
    { 0 },
};

#define ANSWERED(label, help_) { .name = "takenseat_gateway_requests_total", .kind = METRIC_COUNTER, .help = help_, .labels = "end=\"" label "\"" }
#define COUNTED(name_, help_)  { .name = "takenseat_gateway_" name_ "_total", .kind = METRIC_COUNTER, .help = help_ }

struct metric gateway_forwarded = ANSWERED("answered", "Requests that were passed on, by how they ended");
struct metric gateway_failed = ANSWERED("failed", "");
struct metric gateway_late = ANSWERED("late", "");
struct metric gateway_refused = ANSWERED("unavailable", "");
struct metric gateway_cut = ANSWERED("cut", "");
struct metric gateway_cancelled = ANSWERED("cancelled", "");
struct metric gateway_limited = ANSWERED("limited", "");
struct metric gateway_retries = COUNTED("retries", "Tries again after a server behind had failed");
struct metric gateway_ejections = COUNTED("ejections", "Times that a server behind was passed over");
struct metric gateway_breaks = COUNTED("breaks", "Times that an upstream was not asked any more for a while");
struct metric gateway_outstanding = { .name = "takenseat_gateway_outstanding", .kind = METRIC_GAUGE, .help = "Requests under way to servers behind" };

static struct metric *const metrics[] = {
    &gateway_forwarded, &gateway_failed, &gateway_late, &gateway_refused, &gateway_cut, &gateway_cancelled, &gateway_limited,
    &gateway_retries, &gateway_ejections, &gateway_breaks, &gateway_outstanding, NULL,
};

/* ---- life ---- */

static void read_settings(struct gateway *g, const struct config *c)
{
    g->look_ms = config_int(c, "gateway.look_seconds") * 1000;
    g->idle_connections = (size_t)config_int(c, "gateway.idle_connections");
    g->idle_ms = (int)config_int(c, "gateway.idle_ms");
    g->outstanding_max = (int)config_int(c, "gateway.outstanding");
    g->eject_failures = (int)config_int(c, "gateway.eject_failures");
    g->eject_ms = (int)config_int(c, "gateway.eject_ms");
    g->breaker_requests = (int)config_int(c, "gateway.breaker_requests");
    g->breaker_percent = (int)config_int(c, "gateway.breaker_percent");
    g->open_ms = (int)config_int(c, "gateway.breaker_ms");
    g->retry_percent = (int)config_int(c, "gateway.retry_percent");
}

/* What needs no looking up is known at once. */
static void find_literal(struct gateway *g)
{
    struct place *places = NEW_ARRAY(g->arena, struct place, PLACES_MAX);
    for (size_t i = 0; i < g->upstream_n; i++) {
        struct upstream *u = &g->upstreams[i];
        for (size_t k = 0; k < u->given_n && u->literal; k++)
            u->literal = place_parse(u->given[k], &places[k]);
        if (u->literal)
            upstream_found(u, places, u->given_n);
    }
}

static void make_loops(struct gateway *g)
{
    for (size_t i = 0; i < g->loop_n; i++) {
        struct gateway_loop *l = &g->loops[i];
        l->limiter = limiter_new();
        l->here = NEW_ARRAY(g->arena, struct here, g->upstream_n);
        for (size_t k = 0; k < g->upstream_n; k++)
            l->here[k] = (struct here){ .up = &g->upstreams[k], .budget = FIRST_TRIES };
    }
}

static err gateway_open(struct ctx *cx, void **ret_self)
{
    const struct config *c = app_config(cx->app);
    struct gateway *g = calloc(1, sizeof(*g));
    ASSERT(g != NULL);
    *ret_self = g;
    g->app = cx->app;
    g->arena = arena_new(0);
    g->look_due = cx->now;
    read_settings(g, c);
    struct str path = config_str(c, "gateway.table");
    if (!path.n)
        return OK;
    g->loop_n = (size_t)config_int(c, "http.loops");
    g->loops = NEW_ARRAY(g->arena, struct gateway_loop, g->loop_n);
    err e = table_read(cx, g, path);
    if (e)
        return e;
    find_literal(g);
    make_loops(g);
    return OK;
}

static void gateway_close(void *self)
{
    struct gateway *g = self;
    for (size_t i = 0; i < g->loop_n; i++) {
        for (size_t k = 0; g->loops[i].here && k < g->upstream_n; k++)
            here_free(&g->loops[i].here[k]);
        limiter_free(g->loops[i].limiter);
    }
    for (size_t i = 0; i < g->upstream_n; i++)
        pthread_mutex_destroy(&g->upstreams[i].lock);
    arena_free(g->arena);
    free(g);
}

static void gateway_tick(void *self, struct http_loop *loop)
{
    struct gateway *g = self;
    if (!g->loop_n)
        return;
    struct gateway_loop *l = gateway_loop(g, loop);
    for (size_t i = 0; i < g->upstream_n; i++) {
        here_sync(g, &l->here[i], loop);
        atomic_store(&g->upstreams[i].well[http_loop_index(loop)], here_well(&l->here[i], http_loop_now(loop)));
    }
}

bool gateway_well(const struct app *app)
{
    const struct gateway *g = app_self(app, &gateway_service);
    for (size_t i = 0; g && i < g->upstream_n; i++)
        for (size_t k = 0; k < g->loop_n; k++)
            if (!atomic_load(&g->upstreams[i].well[k]))
                return false;
    return true;
}

/* ---- tables ---- */

static const struct route *gateway_find(void *self, struct str method, struct str path, struct str *ret_allow)
{
    const struct way *w = way_find(self, path);
    if (!w)
        return NULL;
    if (w->origins.n && str_eq(method, S("OPTIONS")))
        return &w->preflight;
    if (w->methods & way_method(method))
        return &w->route;
    if (ret_allow)
        *ret_allow = w->allow;
    return NULL;
}

static const struct call *const calls[] = { &gateway_look_call, NULL };
static const struct job waiting_jobs[] = { { "gateway.look", &gateway_look_call, look_due }, { 0 } };

const struct service gateway_service = {
    .name = "gateway",
    .open = gateway_open,
    .close = gateway_close,
    .tick = gateway_tick,
    .find = gateway_find,
    .calls = calls,
    .waiting_jobs = waiting_jobs,
    .job_threads = look_threads,
    .config = config,
    .metrics = metrics,
};
