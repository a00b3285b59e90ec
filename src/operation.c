#include "operation.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "platform/bus/bus.h"
#include "platform/call/app.h"
#include "platform/call/front.h"
#include "platform/call/trail.h"
#include "platform/db/engine.h"
#include "platform/http/http.h"
#include "platform/kv/kv.h"
#include "platform/json/openapi.h"
#include "services/gateway/gateway.h"

struct operation {
    struct buf openapi;       /* made once */
    char openapi_etag[24];
};

/* ---- health ---- */

enum health_status { HEALTH_OK, HEALTH_DEGRADED };

struct health {
    int status;
    unsigned without;         /* what does not answer, though requests are served */
};

static const char *const health_words[] = { "ok", "degraded", NULL };
static const char *const health_part_words[] = { "kv", "bus", "gateway", NULL };
enum { WITHOUT_KV = 1 << 0, WITHOUT_BUS = 1 << 1, WITHOUT_GATEWAY = 1 << 2 };

static err live(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)cx;
    (void)self;
    (void)in;
    ((struct health *)out)->status = HEALTH_OK;
    return OK;
}

/* Reads the database, so that "ready" says that a request could be served. What it can do without is named. */
static err ready(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)self;
    (void)in;
    static const struct query probe = { "operation.probe", "SELECT 1" };
    struct bus_stats bus;
    bool found;
    if (app_draining(cx->app))
        return fail(cx, ERR_UNAVAILABLE, "draining", "The server is stopping.", "서버가 종료 중입니다.");
    struct kv_state kv;
    kv_state(app_kv(cx->app), &kv);
    bus_stats(app_bus(cx->app), &bus);
    unsigned without = (kv.up ? 0 : WITHOUT_KV) | (bus.used && !bus.up ? WITHOUT_BUS : 0) |
                       (gateway_well(cx->app) ? 0 : WITHOUT_GATEWAY);
    *(struct health *)out = (struct health){ without ? HEALTH_DEGRADED : HEALTH_OK, without };
    return db_one(cx, &probe, NO_VALS, NULL, NULL, &found);
}

/* ---- metrics ---- */

static void line(struct buf *out, const char *name, const char *kind, const char *help, int64_t value)
{
    buf_fmt(out, "# HELP %s %s\n# TYPE %s %s\n%s %lld\n", name, help, name, kind, name, (long long)value);
}

static int64_t resident_bytes(void)
{
    long long pages = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (!f)
        return 0;
    if (fscanf(f, "%lld %lld", &pages, &resident) != 2)
        resident = 0;
    fclose(f);
    return resident * sysconf(_SC_PAGESIZE);
}

static void platform_metrics(struct buf *out, struct app *app)
{
    struct db_stats db;
    db_stats(app_db(app), &db);
    line(out, "takenseat_db_groups_total", "counter", "Transactions committed", db.groups);
    line(out, "takenseat_db_commands_total", "counter", "Commands carried out", db.commands);
    line(out, "takenseat_db_refused_total", "counter", "Commands refused because too many waited", db.refused);
    line(out, "takenseat_db_again_total", "counter", "Transactions run once more after a deadlock or a lost connection", db.again);
    line(out, "takenseat_db_queued", "gauge", "Commands waiting for the writer", db.queued);
    line(out, "takenseat_db_wal_bytes", "gauge", "Size of the write-ahead log", db.wal_bytes);
    line(out, "takenseat_db_commit_us_total", "counter", "Microseconds spent in commits", db.commit_us_total);
    line(out, "takenseat_db_commit_us_max", "gauge", "Longest commit in microseconds", db.commit_us_max);
    line(out, "takenseat_db_checkpoint_us_max", "gauge", "Longest checkpoint in microseconds", db.checkpoint_us_max);
    struct kv_state kv;
    kv_state(app_kv(app), &kv);
    line(out, "takenseat_kv_up", "gauge", "The memory shared with other processes answers", kv.up);
    line(out, "takenseat_kv_batches_total", "counter", "Batches sent to it", kv.batches);
    line(out, "takenseat_kv_failures_total", "counter", "Batches that were not answered", kv.failed);
    struct http_stats http = { 0 };
    if (app_http(app))
        http_stats(app_http(app), &http);
    line(out, "takenseat_http_connections_open", "gauge", "Connections open now", http.connections_open);
    line(out, "takenseat_http_connections_total", "counter", "Connections accepted", http.accepted);
    line(out, "takenseat_http_connections_refused_total", "counter", "Connections refused for a limit", http.refused);
    line(out, "takenseat_http_bad_requests_total", "counter", "Requests that were no clean HTTP", http.bad_requests);
    line(out, "takenseat_http_timeouts_total", "counter", "Connections closed for being too slow", http.timeouts);
    line(out, "takenseat_http_streams_open", "gauge", "Event streams open now", http.streams_open);
    line(out, "process_resident_memory_bytes", "gauge", "Resident memory size in bytes", resident_bytes());
}

static void bus_metrics(struct buf *out, struct bus *bus)
{
    struct bus_stats b;
    bus_stats(bus, &b);
    if (!b.used)
        return;
    line(out, "takenseat_bus_up", "gauge", "Brokers of Kafka answer", b.up);
    line(out, "takenseat_bus_waiting", "gauge", "Events from the oldest that is not on Kafka yet to the newest", b.waiting);
    line(out, "takenseat_bus_relayed_total", "counter", "Events that Kafka has taken", b.relayed);
    line(out, "takenseat_bus_heard_total", "counter", "Messages from Kafka that were dealt with", b.heard);
    line(out, "takenseat_bus_repeated_total", "counter", "Messages from Kafka about events that had been heard before", b.repeated);
    line(out, "takenseat_bus_parked_total", "counter", "Messages from Kafka that were parked for a person", b.parked);
    buf_str(out, S("# HELP takenseat_bus_lag Messages on Kafka that a service has still to hear\n# TYPE takenseat_bus_lag gauge\n"));
    for (size_t i = 0; i < b.services; i++)
        buf_fmt(out, "takenseat_bus_lag{service=\"%s\"} %lld\n", b.lag[i].service, (long long)b.lag[i].messages);
}

static err metrics(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)self;
    (void)in;
    const struct service *const *services = app_services(cx->app);
    struct metric_set sets[64] = { { front_metrics } };
    size_t n = 1;
    for (; *services && n < 64; services++)
        if ((*services)->metrics)
            sets[n++].at = (*services)->metrics;
    struct buf text;
    buf_init(&text, 4 << 20);
    metrics_write(&text, sets, n);
    platform_metrics(&text, cx->app);
    bus_metrics(&text, app_bus(cx->app));
    *(struct raw_out *)out = (struct raw_out){ .content_type = S("text/plain; version=0.0.4; charset=utf-8"),
                                               .body = arena_str(cx->arena, buf_view(&text)) };
    buf_free(&text);
    return OK;
}

/* ---- /openapi.json ---- */

static err openapi(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)cx;
    (void)in;
    struct operation *o = self;
    *(struct raw_out *)out = (struct raw_out){ .content_type = S("application/json"), .body = buf_view(&o->openapi), .etag = str_c(o->openapi_etag),
                                               .cache_control = S("public, max-age=60") };
    return OK;
}

/* ---- POST /test/clock ---- */

struct clock_in {
    int64_t advance_ms;
};

struct clock_out {
    int64_t now;
};

static err test_clock(struct ctx *cx, void *self, const void *in_, void *out)
{
    (void)self;
    const struct clock_in *in = in_;
    ((struct clock_out *)out)->now = app_clock_advance(cx->app, in->advance_ms);
    return OK;
}

/* ---- tables ---- */

static const struct field health_rows[] = {
    { .name = "status", .type = F_ENUM, .words = health_words, .at = offsetof(struct health, status) },
    { .name = "without", .type = F_FLAGS, .words = health_part_words, .at = offsetof(struct health, without), .omit_empty = true,
      .help = "What does not answer; requests are served nevertheless." },
};
static const struct fields health_fields = { "Health", sizeof(struct health), health_rows, 2 };
static const struct field clock_in_rows[] = {
    { .name = "advance_ms", .type = F_INT, .at = offsetof(struct clock_in, advance_ms), .low = 0, .high = INT64_C(366) * 86400000 },
};
static const struct fields clock_in_fields = { "ClockRequest", sizeof(struct clock_in), clock_in_rows, 1 };
static const struct field clock_out_rows[] = { { .name = "now", .type = F_TIME, .at = offsetof(struct clock_out, now) } };
static const struct fields clock_out_fields = { "Clock", sizeof(struct clock_out), clock_out_rows, 1 };

static const struct call live_call = { "operation.live", "The process is alive.", CALL_MEMORY, NULL, &health_fields, live };
static const struct call ready_call = { "operation.ready", "The process can serve.", CALL_READ, NULL, &health_fields, ready };
static const struct call metrics_call = { "operation.metrics", "Figures for Prometheus.", CALL_READ, NULL, NULL, metrics };
static const struct call openapi_call = { "operation.openapi", "This document.", CALL_MEMORY, NULL, NULL, openapi };
static const struct call clock_call = { "operation.test_clock", "Moves the clock of a test.", CALL_STORY, &clock_in_fields, &clock_out_fields, test_clock };

static const struct call *const calls[] = { &live_call, &ready_call, &metrics_call, &openapi_call, &clock_call, &trail_list_call, NULL };

static const struct raw_answer raw_answers[] = { { &metrics_call, "text/plain", NULL, 0 }, { &openapi_call, "application/json", NULL, 0 }, { 0 } };

static const struct route routes[] = {
    { "GET", "/health/live", &live_call, STANDS_BY, 0, 200, 0, NULL },
    { "GET", "/health/ready", &ready_call, 0, 0, 200, 0, NULL },
    { "GET", "/metrics", &metrics_call, 0, 0, 200, 0, NULL },
    { "GET", "/openapi.json", &openapi_call, 0, 0, 200, 0, NULL },
    { "GET", "/api/v1/audit-log", &trail_list_call, NEED_USER, ROLE_MANAGER | ROLE_ADMIN, 200, 0, NULL },
    { "POST", "/test/clock", &clock_call, TEST_CLOCK_ONLY, 0, 200, 0, NULL },
    { 0 },
};

static err operation_open(struct ctx *cx, void **ret_self)
{
    struct operation *o = calloc(1, sizeof(*o));
    if (!o)
        abort();
    buf_init(&o->openapi, 16 << 20);
    openapi_write(&o->openapi, cx->arena, &(struct openapi){
        .title = "TakenSeat",
        .version = "1",
        .description = "Tickets for concerts, plays and musicals: catalogue, seat maps, waiting room, holds, bookings, payments, tickets.",
        .services = app_all_services(cx->app, cx->arena),
        .without = (app_bench(cx->app) ? 0 : BENCH_ONLY) | (app_test_clock(cx->app) ? 0 : TEST_CLOCK_ONLY),
    });
    snprintf(o->openapi_etag, sizeof(o->openapi_etag), "\"%016llx\"", (unsigned long long)str_hash(buf_view(&o->openapi)));
    *ret_self = o;
    return OK;
}

static void operation_close(void *self)
{
    struct operation *o = self;
    buf_free(&o->openapi);
    free(o);
}

const struct service operation_service = {
    .name = "operation",
    .open = operation_open,
    .close = operation_close,
    .calls = calls,
    .routes = routes,
    .raw_answers = raw_answers,
};
