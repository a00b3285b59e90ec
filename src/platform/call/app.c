/* The running program: opens its parts in order, closes them in the reverse order. */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "platform/bus/bus.h"
#include "platform/call/away.h"
#include "platform/call/front_impl.h"
#include "platform/call/prove.h"
#include "platform/config/config.h"
#include "platform/crypto/crypto.h"
#include "platform/http/http.h"
#include "platform/kv/kv.h"
#include "platform/obs/log.h"
#include "platform_sql.h"

static const struct config_key config_keys[] = {
    { "http.host", CONFIG_STR, "127.0.0.1", 0, 0, "Address to listen on.", false },
    { "http.port", CONFIG_INT, "8080", 0, 65535, "Port to listen on; 0 takes any free one.", false },
    { "http.loops", CONFIG_INT, "1", 1, 64, "Threads that read and write connections.", false },
    { "http.connections", CONFIG_INT, "65536", 16, 4000000, "Connections open at once; further ones are refused.", false },
    { "http.connections_per_address", CONFIG_INT, "512", 1, 4000000, "Connections open at once from one address; loopback is not counted.", false },
    { "http.idle_seconds", CONFIG_INT, "60", 1, 3600, "Seconds a connection may rest between requests.", false },
    { "http.drain_seconds", CONFIG_INT, "20", 1, 600, "Seconds a stopping server waits for requests under way.", false },
    { "http.trusted_proxies", CONFIG_STR, "", 0, 0, "Addresses, separated by commas, whose X-Forwarded-For is believed.", false },
    { "log.level", CONFIG_STR, "info", 0, 0, "Least level that is logged: debug, info, warn or error.", false },
    { "app.readers", CONFIG_INT, "2", 1, 256, "Threads that answer from the database.", false },
    { "app.read_queue", CONFIG_INT, "4096", 1, 1000000, "Requests that may wait for a reader; further ones get 503.", false },
    { "app.workers", CONFIG_INT, "8", 1, 256, "Threads that wait on the writer and on providers.", false },
    { "app.hashers", CONFIG_INT, "8", 1, 256, "Threads for requests that hash a password; auth.hash_threads says how many do so at once.", false },
    { "app.work_queue", CONFIG_INT, "4096", 1, 1000000, "Requests that may wait for a worker; further ones get 503.", false },
    { "call.encoded", CONFIG_BOOL, "false", 0, 0, "Services of one process ask each other in bytes, as processes do: slower, for tests.", false },
    { "call.listen", CONFIG_STR, "", 0, 0, "ADDRESS:PORT where other processes of this installation ask this one; empty: none does.", false },
    { "call.peers", CONFIG_STR, "", 0, 0,
      "Where services are that do not run here: payment=ADDRESS:PORT, coupon+mileage=ADDRESS:PORT; it may name those that do.", false },
    { "call.workers", CONFIG_INT, "8", 1, 256, "Threads that answer other processes.", false },
    { "call.queue", CONFIG_INT, "4096", 1, 1000000, "Questions of other processes that may wait for them; further ones are told to come again.", false },
    { "call.in_flight", CONFIG_INT, "1024", 1, 65536, "Questions that may be under way to one other process; further ones get 503.", false },
    { "db.url", CONFIG_STR, "", 0, 0, "mysql://user@host:port/database for MariaDB or MySQL; empty: SQLite in the data folder.", false },
    { "db.password", CONFIG_STR, "", 0, 0, "Password of that user; better in the environment or in a file than here.", true },
    { "db.password_file", CONFIG_STR, "", 0, 0, "File whose first line is the password.", false },
    { "db.tls", CONFIG_STR, "auto", 0, 0, "TLS to the database server: required, off, or auto (required unless its address is loopback).", false },
    { "db.tls_ca", CONFIG_STR, "", 0, 0, "File with the certificates that may sign the database server's; empty: the system's.", false },
    { "db.lease_ms", CONFIG_INT, "1200", 500, 10000,
      "Milliseconds of silence after which the database of db.url passes from this process to one that stands by.", false },
    { "db.queue", CONFIG_INT, "16384", 16, 1000000, "Commands that may wait for the writer; further ones get 503.", false },
    { "db.group", CONFIG_INT, "1024", 1, 65536, "Most commands in one transaction.", false },
    { "kv.url", CONFIG_STR, "", 0, 0,
      "Memory shared by processes: redis://host:port/db, or redis+sentinel://host:port,host:port/name/db; empty: each has its own.", false },
    { "kv.password", CONFIG_STR, "", 0, 0, "Password of that Redis; better in the environment than here.", true },
    { "kv.sentinel_password", CONFIG_STR, "", 0, 0, "Password of its sentinels, where they have one.", true },
    { "kv.prefix", CONFIG_STR, "takenseat", 0, 0, "What all keys there begin with: another one for each installation on the same Redis.", false },
    { "bus.url", CONFIG_STR, "", 0, 0, "kafka://host:port,... for events through Kafka; empty: straight from the database to those who listen.", false },
    { "bus.prefix", CONFIG_STR, "", 0, 0, "What the names of our topics and groups on Kafka begin with.", false },
    { "bus.keep_days", CONFIG_INT, "7", 1, 3650, "Days that events stay in the database after everybody has heard them.", false },
    { "bus.options", CONFIG_STR, "", 0, 0, "Further settings of librdkafka, name=value; name=value, such as security.protocol=SASL_SSL.", true },
    { 0 },
};

const struct config_key *const app_config_keys = config_keys;

static uint64_t fresh_seed(void)
{
    uint64_t s;
    if (getrandom(&s, sizeof(s), 0) != (ssize_t)sizeof(s))
        abort();
    return s;
}

/* ---- contexts ---- */

struct own_ctx {              /* in its own arena */
    struct rng rng;
};

void app_ctx_begin(struct app *app, struct ctx *ret)
{
    struct arena *arena = arena_new(0);
    struct own_ctx *own = NEW(arena, struct own_ctx);
    rng_seed(&own->rng, atomic_fetch_add(&app->rng_seed, 1));
    *ret = (struct ctx){ .arena = arena, .app = app, .rng = &own->rng, .now = clock_now(&app->clock) };
}

void app_ctx_end(struct ctx *cx)
{
    arena_free(cx->arena);
}

/* ---- opening ---- */

const struct migration_set *app_migrations(struct arena *arena, const struct service *const *services, size_t *ret_n)
{
    size_t count = 0;
    while (services[count])
        count++;
    struct migration_set *sets = NEW_ARRAY(arena, struct migration_set, count + 1);
    sets[0] = (struct migration_set){ "platform", platform_migrations };
    *ret_n = 1;
    for (size_t i = 0; i < count; i++)
        if (services[i]->migrations)
            sets[(*ret_n)++] = (struct migration_set){ services[i]->name, services[i]->migrations };
    return sets;
}

static bool check_statements(struct app *app, struct arena *arena, struct str *ret_why)
{
    bool ok = db_check(app->db, arena, (const struct query *)&platform_sql, sizeof(platform_sql) / sizeof(struct query), ret_why);
    for (size_t i = 0; i < app->service_count && ok; i++) {
        const struct service *s = app->o.services[i];
        ok = db_check(app->db, arena, s->queries, s->query_count, ret_why);
        for (const struct audit *a = s->audits; a && a->name && ok; a++)
            ok = db_check(app->db, arena, a->query, 1, ret_why);
    }
    return ok;
}

struct db_server app_db_server(const struct config *c)
{
    return (struct db_server){ .url = config_str(c, "db.url"), .password = config_str(c, "db.password"),
                               .password_file = config_str(c, "db.password_file"), .tls = config_str(c, "db.tls"), .tls_ca = config_str(c, "db.tls_ca") };
}

static bool open_database(struct app *app, struct arena *arena, struct str *ret_why)
{
    size_t sets;
    const struct db_server none = { .url = { 0 } };
    const struct migration_set *migrations = app_migrations(app->arena, app->o.services, &sets);
    app->db = db_open(arena, &(struct db_options){
        .dir = app->o.dir,
        .server = app->o.fleeting ? none : app_db_server(app->o.config),         /* never in the shop's own database */
        .clock = &app->clock,
        .app = app,
        .seed = app->o.seed,
        .fleeting = app->o.fleeting,
        .readers = (int)(config_int(app->o.config, "app.readers") + 2),       /* stories and jobs take them for moments */
        .queue_max = (size_t)config_int(app->o.config, "db.queue"),
        .group_max = (size_t)config_int(app->o.config, "db.group"),
        .lease_ms = config_int(app->o.config, "db.lease_ms"),
        .group_seal = front_group_seal,
        .group_done = front_group_done,
        .stand_by = app->o.stand_by ? app_stand_by : NULL,
        .taken = app->o.taken ? app_was_taken : NULL,
        .self = app->front,
        .migrations = migrations,
        .migration_count = sets,
    }, ret_why);
    return app->db && check_statements(app, arena, ret_why);
}

static bool open_kv(struct app *app, struct arena *arena, struct str *ret_why)
{
    const struct config *c = app->o.config;
    struct kv_options o = { .url = config_str(c, "kv.url"), .password = config_str(c, "kv.password"),
                            .sentinel_password = config_str(c, "kv.sentinel_password"), .prefix = config_str(c, "kv.prefix") };
    if (app->o.fleeting)
        o.url = (struct str){ 0 };                       /* never what others share */
    app->kv = kv_open(arena, &o, ret_why);
    return app->kv != NULL;
}

static bool open_services(struct app *app, struct arena *arena, struct str *ret_why)
{
    bool ok = true;
    struct ctx cx;
    app_ctx_begin(app, &cx);
    cx.db = db_read_begin(app->db);
    app->idem = idem_open(&cx, &app->keys);
    app->trail = trail_open(&cx);
    app->proofs = proofs_open(cx.now, PROOFS_MAX);
    app->bus = bus_open(&cx, app, arena, ret_why);
    ok = app->bus != NULL;
    app_add_call(app, &idem_prune_call, app->idem);
    for (const struct call *const *c = bus_calls; *c; c++)
        app_add_call(app, *c, app->bus);
    app_add_call(app, &away_look_call, app);
    if (app->o.test_clock) {
        app_add_call(app, &jobs_step_call, app);
        app_offer(app, &jobs_step_call);
    }
    for (size_t i = 0; i < app->service_count && ok; i++) {
        const struct service *s = app->o.services[i];
        err e = s->open(&cx, &app->selves[i]);
        ok = e == OK;
        if (!ok)
            *ret_why = arena_fmt(arena, "service %s does not open: %.*s", s->name, STR_ARG(cx.problem.detail));
        app_add_calls(app, s, app->selves[i]);
    }
    db_read_end(app->db, cx.db);
    app_ctx_end(&cx);
    return ok;
}

static bool runs_here(const struct app *app, const struct service *s)
{
    size_t i = 0;
    while (app->o.services[i] && app->o.services[i] != s)
        i++;
    return app->o.services[i] != NULL;
}

static bool open_front(struct app *app, struct arena *arena, struct str *ret_why)
{
    const struct app_options *o = &app->o;
    bool open = o->auth && runs_here(app, o->auth);
    if (open && o->gate && !runs_here(app, o->gate)) {
        *ret_why = arena_fmt(arena, "the process of %s is open to the outside and checks passes: %s runs in it too", o->auth->name, o->gate->name);
        return false;
    }
    app->front = front_new(app, app->arena);
    return true;
}

struct app *app_open(struct arena *arena, const struct app_options *o, struct str *ret_why)
{
    /* Memory given back to the system is a page fault later, which costs more than a request. */
    mallopt(M_TRIM_THRESHOLD, 512 << 20);
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    signal(SIGPIPE, SIG_IGN);

    struct app *app = calloc(1, sizeof(*app));
    if (!app)
        abort();
    app->o = *o;
    app->arena = arena_new(0);
    clock_init(&app->clock, o->test_clock);
    if (o->clock_from)
        clock_set(&app->clock, o->clock_from);
    atomic_init(&app->rng_seed, o->seed ? o->seed : fresh_seed());
    while (o->services[app->service_count])
        app->service_count++;
    app->selves = NEW_ARRAY(app->arena, void *, app->service_count);

    if (mkdir(o->dir, 0700) && errno != EEXIST) {
        *ret_why = arena_fmt(arena, "cannot make the folder %s: %s", o->dir, strerror(errno));
    } else if (keys_load(arena, o->dir, &app->keys, ret_why)) {
        if (away_open(app, arena, ret_why) && open_front(app, arena, ret_why) && open_kv(app, arena, ret_why) &&
            open_database(app, arena, ret_why) && open_services(app, arena, ret_why)) {
            app->readers = workers_start((int)config_int(o->config, "app.readers"), (size_t)config_int(o->config, "app.read_queue"));
            app->hashers = workers_start((int)config_int(o->config, "app.hashers"), (size_t)config_int(o->config, "app.work_queue"));
            app->workers = workers_start((int)config_int(o->config, "app.workers"), (size_t)config_int(o->config, "app.work_queue"));
            db_start(app->db);
            for (size_t i = 0; i < app->service_count; i++)
                if (o->services[i]->start)
                    o->services[i]->start(app->selves[i]);
            kv_start(app->kv);
            return app;
        }
    }
    app_close(app);
    return NULL;
}

void app_jobs_start(struct app *app)
{
    if (app->jobs)
        return;
    app->jobs = jobs_start(app);
    bus_start(app->bus);
}

int app_port(const struct app *app)
{
    return http_port(app->http);
}

void app_close(struct app *app)
{
    for (size_t i = app->service_count; app->http && i-- > 0;)
        if (app->selves[i] && app->o.services[i]->stop)
            app->o.services[i]->stop(app->selves[i]);
    atomic_store(&app->draining, true);
    if (app->http)
        http_stop(app->http);                /* every request that was accepted has been answered */
    away_deafen(app);
    jobs_stop(app->jobs);
    bus_stop(app->bus);
    workers_stop(app->answerers);
    workers_stop(app->hashers);
    workers_stop(app->workers);
    workers_stop(app->readers);
    db_close(app->db);
    away_close(app);                         /* after the last answer */
    kv_stop(app->kv);                        /* after the last command: others hear of it too */
    for (size_t i = app->service_count; i-- > 0;)
        if (app->selves[i])
            app->o.services[i]->close(app->selves[i]);
    kv_close(app->kv);
    bus_close(app->bus);
    idem_close(app->idem);
    trail_close(app->trail);
    proofs_close(app->proofs);
    front_free(app->front);
    map_free(&app->calls);
    map_free(&app->offered);
    arena_free(app->arena);
    explicit_bzero(&app->keys, sizeof(app->keys));
    free(app);
}

/* ---- the front's own parts ---- */

static const struct shortcut *shortcut_of(const struct service *service, const struct call *story)
{
    for (const struct shortcut *s = service->shortcuts; s && s->story; s++)
        if (s->story == story)
            return s;
    return NULL;
}

static const struct taking *taking_of(const struct service *service, const struct call *call)
{
    for (const struct taking *t = service->takings; t && t->call; t++)
        if (t->call == call)
            return t->exempt ? NULL : t;
    return NULL;
}

static void add_routes_of(struct front *f, struct arena *arena, const struct service *s, const struct routed *where)
{
    const struct app_options *o = &f->app->o;
    for (const struct route *r = s->routes; r && r->path; r++) {
        if (((r->flags & BENCH_ONLY) && !o->bench) || ((r->flags & TEST_CLOCK_ONLY) && !o->test_clock))
            continue;
        struct routed row = *where;
        row.route = r;
        row.service = s;
        row.shortcut = shortcut_of(s, r->call);
        row.taking = taking_of(s, r->call);
        router_add(f->router, arena, row);
    }
    for (const char *const (*pair)[2] = s->aliases; pair && (*pair)[0]; pair++)
        router_alias(f->router, arena, (*pair)[0], (*pair)[1]);
}

static void add_routes(struct front *f, struct arena *arena)
{
    static void *const nobody = NULL;
    const struct app *app = f->app;
    for (size_t i = 0; i < app->service_count; i++)
        add_routes_of(f, arena, app->o.services[i], &(struct routed){ .self = &app->selves[i] });
    for (size_t i = 0; f->open && app->o.away && app->o.away[i]; i++)
        add_routes_of(f, arena, app->o.away[i], &(struct routed){ .self = &nobody, .away = true, .peer = app_peer_of(app, i) });
}

struct front *front_new(struct app *app, struct arena *arena)
{
    struct front *f = NEW(arena, struct front);
    f->app = app;
    f->open = !app->o.auth || runs_here(app, app->o.auth);
    f->router = router_new(arena);
    f->loop_count = (int)config_int(app->o.config, "http.loops");
    f->loops = NEW_ARRAY(arena, struct to_loop, (size_t)f->loop_count);
    buf_init(&f->writer_scratch, FRONT_ANSWER_MAX);
    for (int i = 0; i < f->loop_count; i++) {
        struct to_loop *l = &f->loops[i];
        l->tail = &l->first;
        l->submit_tail = &l->submit;
        buf_init(&l->scratch, FRONT_ANSWER_MAX);
        rng_seed(&l->rng, atomic_fetch_add(&app->rng_seed, 1));
    }
    add_routes(f, arena);
    return f;
}

void front_free(struct front *f)
{
    if (!f)
        return;
    for (int i = 0; i < f->loop_count; i++)
        buf_free(&f->loops[i].scratch);
    buf_free(&f->writer_scratch);
}

/* ---- what services ask ---- */

const struct config *app_config(const struct app *app) { return app->o.config; }
const struct keys *app_keys(const struct app *app) { return &app->keys; }
struct clock *app_clock(struct app *app) { return &app->clock; }
struct db *app_db(struct app *app) { return app->db; }
struct kv *app_kv(const struct app *app) { return app->kv; }
struct http_server *app_http(struct app *app) { return app->http; }
bool app_bench(const struct app *app) { return app->o.bench; }
bool app_test_clock(const struct app *app) { return app->o.test_clock; }
struct bus *app_bus(const struct app *app) { return app->bus; }
struct trail *app_trail(const struct app *app) { return app->trail; }
bool app_taken(const struct app *app) { return db_is_taken(app->db); }
bool app_draining(const struct app *app) { return atomic_load(&((struct app *)app)->draining); }
const struct service *const *app_services(const struct app *app) { return app->o.services; }

const struct service *app_service_at(const struct app *app, size_t i)
{
    if (i < app->service_count)
        return app->o.services[i];
    return app->o.away ? app->o.away[i - app->service_count] : NULL;
}

const struct service *const *app_all_services(const struct app *app, struct arena *arena)
{
    size_t n = 0;
    while (app_service_at(app, n))
        n++;
    const struct service **all = NEW_ARRAY(arena, const struct service *, n + 1);
    for (size_t i = 0; i < n; i++)
        all[i] = app_service_at(app, i);
    return all;
}

bool app_has(const struct app *app, const struct service *s)
{
    size_t i = 0;
    while (app_service_at(app, i) && app_service_at(app, i) != s)
        i++;
    return app_service_at(app, i) != NULL;
}

void *app_self(const struct app *app, const struct service *s)
{
    for (size_t i = 0; i < app->service_count; i++)
        if (app->o.services[i] == s)
            return app->selves[i];
    return NULL;
}

int64_t app_clock_advance(struct app *app, int64_t ms)
{
    return jobs_advance(app->jobs, ms);
}
