/* The running program: it owns configuration, keys, clock, database, workers and services, and runs calls for them. */
#ifndef PLATFORM_CALL_APP_H
#define PLATFORM_CALL_APP_H

#include "platform/call/call.h"

struct config;
struct db_server;
struct keys;
struct kv;
struct migration_set;
struct trail;

struct app_options {
    const struct config *config;         /* outlives the app, like all below */
    const struct service *const *services;           /* NULL-terminated, in the order of opening */
    const struct service *const *away;   /* that run in other processes (call.peers); NULL: none. NULL-terminated */
    const char *dir;          /* data folder */
    bool bench, test_clock;
    int64_t clock_from;       /* where a test clock begins; 0: at the real time */
    bool fleeting;            /* nobody needs the data after this process (engine.h) */
    uint64_t seed;            /* 0: from the system */
    /* Says who asks: sets cx->actor or returns ERR_WHO, or ERR_UNAVAILABLE while that cannot be known. Memory only. `self` is the service's. */
    const struct service *auth;
    err (*authenticate)(void *self, struct ctx *cx, struct str bearer);
    /* May this be taken with this pass (may be empty)? Sets cx->pass, or fails with ERR_DENIED. Memory only, any thread. NULL: no pass is asked for. */
    const struct service *gate;
    err (*admit)(void *self, struct ctx *cx, const struct taken *what, struct str pass);
    const struct http_assets *assets;    /* pages; may be NULL */
    /* While another process has the database that a server keeps: waits so long, false: for no longer. Meanwhile whoever asks is told so. NULL: such a
     * database is refused. */
    bool (*stand_by)(int64_t ms);
    /* Another process has taken the database over, and nothing is answered any more: to be closed. From any thread; may be NULL. */
    void (*taken)(void);
};

/* Keys and settings of the platform itself. */
extern const struct config_key *const app_config_keys;

/* The database server that the settings name, if any. */
struct db_server app_db_server(const struct config *c);

/* Those of the platform and of all services. */
const struct migration_set *app_migrations(struct arena *arena, const struct service *const *services, size_t *ret_n);

/* Opens everything but the network, which a process that stands by opens too. NULL and a sentence on failure; an empty one when stand_by said so. */
struct app *app_open(struct arena *arena, const struct app_options *o, struct str *ret_why);
/* Starts to serve; false and a sentence when the address cannot be had. */
bool app_listen(struct app *app, struct arena *arena, struct str *ret_why);
/* Starts the work by the clock; app_listen does it by itself, tests without a network ask for it. */
void app_jobs_start(struct app *app);
int app_port(const struct app *app);
/* Drains, stops and frees. No request that was accepted fails. */
void app_close(struct app *app);

/* A context for work that no request asked for: start-up, jobs, the command line. End it with app_ctx_end. */
void app_ctx_begin(struct app *app, struct ctx *ret);
void app_ctx_end(struct ctx *cx);

/* ---- what services may ask of the program ---- */

const struct config *app_config(const struct app *app);
const struct keys *app_keys(const struct app *app);
struct clock *app_clock(struct app *app);
struct db *app_db(struct app *app);
struct kv *app_kv(const struct app *app);             /* memory shared with other processes, which may be lost (kv.h) */
struct trail *app_trail(const struct app *app);          /* for what is refused outside of a request (trail.h) */
struct http_server *app_http(struct app *app);          /* NULL while the program does not listen */
bool app_bench(const struct app *app);
bool app_test_clock(const struct app *app);
bool app_draining(const struct app *app);
bool app_taken(const struct app *app);               /* another process has taken the database over */
const struct service *const *app_services(const struct app *app);         /* that run here */
const struct service *const *app_all_services(const struct app *app, struct arena *arena);         /* and those in other processes */
/* Is it part of the installation, here or in another process? */
bool app_has(const struct app *app, const struct service *s);
/* What the service's open returned; NULL: it does not run here. */
void *app_self(const struct app *app, const struct service *s);

/* Moves a manual clock forward; everything due by then, in the order of its times, has run when this returns. Events have been delivered. */
int64_t app_clock_advance(struct app *app, int64_t ms);

#endif
