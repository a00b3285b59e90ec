/* Inside platform/call. */
#ifndef PLATFORM_CALL_IMPL_H
#define PLATFORM_CALL_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/map.h"
#include "platform/call/app.h"
#include "platform/crypto/crypto.h"
#include "platform/call/idem_batch.h"
#include "platform/call/trail.h"
#include "platform/db/engine.h"

/* ---- router.c: method and path to a row ---- */

struct routed {               /* a route with the service it belongs to */
    const struct route *route;
    const struct service *service;
    const struct shortcut *shortcut;     /* NULL: none */
    const struct taking *taking;         /* NULL: takes nothing, or needs no pass */
    void *const *self;        /* filled when the service opens */
    bool away;                /* answered by another process: */
    size_t peer;
};

struct router;
struct path_params {
    struct str name[8], value[8];
    size_t n;
};

struct router *router_new(struct arena *arena);
void router_add(struct router *r, struct arena *arena, struct routed row);
/* `path`, and all below it, is `means`, whose routes have been added. */
void router_alias(struct router *r, struct arena *arena, const char *path, const char *means);
/* NULL when no route has this path. When the path is known but not with this method, *ret_allow (may be NULL) lists
 * the methods it has. */
const struct routed *router_find(struct router *r, struct arena *arena, struct str method, struct str path, struct path_params *ret, struct str *ret_allow);

/* ---- worker.c: threads for what may wait ---- */

struct work {
    struct work *next;
    void (*run)(struct work *w);
};

struct workers;
struct workers *workers_start(int threads, size_t queue_max);
/* False when the queue is full. */
bool workers_submit(struct workers *w, struct work *work);
/* Runs what is queued, then ends the threads. */
void workers_stop(struct workers *w);
int64_t workers_queued(struct workers *w);

/* ---- idem.c: the same key and body give the same answer ---- */

struct idem;
struct idem_key {
    bool given;
    struct batch_key key;
};

enum idem_found { IDEM_NEW, IDEM_REPLAY, IDEM_MISMATCH, IDEM_RUNNING };

struct idem *idem_open(struct ctx *cx, const struct keys *keys);
void idem_close(struct idem *i);
void idem_key_make(const struct idem *i, int64_t user, const struct route *route, struct str path, struct str key, struct str body, struct idem_key *ret);
/* In the writer. IDEM_REPLAY sets status and body (in cx->arena). With `claim` a new key counts as running until saved or dropped. */
err idem_find(struct ctx *cx, struct idem *i, const struct idem_key *key, bool claim, enum idem_found *ret, int *ret_status, struct str *ret_body) MUST_USE;
/* In the writer, in a step that cannot fail any more: the answer becomes part of the group's transaction. */
void idem_save(struct ctx *cx, struct idem *i, const struct idem_key *key, int status, struct str body);
void idem_drop(struct idem *i, const struct idem_key *key);
/* In the writer, last in a group: writes the answers that were saved in it. */
void idem_seal(struct ctx *cx, struct idem *i);
extern const struct call idem_prune_call;
int64_t idem_due(void *idem);

/* ---- jobs.c ---- */

struct jobs;
struct jobs *jobs_start(struct app *app);
void jobs_stop(struct jobs *j);
int64_t jobs_advance(struct jobs *j, int64_t ms);
extern const struct call jobs_step_call;             /* of every process with a test clock; self is the app */

/* ---- front.c: HTTP to calls ---- */

struct front;
struct front *front_new(struct app *app, struct arena *arena);
void front_free(struct front *f);
const struct http_app *front_http(struct front *f);
/* listen.c, for the database: a look between two (engine.h). */
bool app_stand_by(void *front, int64_t ms, struct arena *arena, struct str *ret_why);
void app_was_taken(void *front);
/* In the writer, before and after the commit of a group: adds the answers to be kept; sends finished requests back to their loops. */
void front_group_seal(void *front, struct ctx *cx);
void front_group_done(void *front);

/* ---- calls and where they are ---- */

struct callee {
    const struct call *call;
    void *self;
    bool encoded;             /* asked for as bytes, though it is here */
    bool away;                /* in another process: */
    size_t peer;
    struct recalled *recalled;           /* what it told last (away.c); NULL: it is asked each time */
};

struct away;

struct bus;

struct app {
    struct app_options o;
    struct arena *arena;      /* lives as long as the app */
    struct keys keys;
    struct clock clock;
    struct db *db;
    struct kv *kv;
    size_t service_count;
    void **selves;
    struct map calls;         /* address of a call -> struct callee */
    struct map offered;       /* hash of a name -> struct callee: what other processes may ask for */
    struct workers *readers, *workers, *hashers;         /* nothing waits behind what takes longer */
    struct workers *answerers;           /* of what other processes ask; NULL: none does */
    struct away *away;
    struct idem *idem;
    struct trail *trail;
    struct bus *bus;
    struct jobs *jobs;
    struct front *front;
    struct proofs *proofs;
    struct http_server *_Atomic http;    /* its loops run before http_start returns it */
    _Atomic bool serving;     /* everything is open: before, it stands by, and other processes are not answered */
    _Atomic bool draining;
    _Atomic uint64_t rng_seed;           /* each context outside the writer takes the next one */
};

/* While a program opens: a call of the platform; all calls of a service. */
void app_add_call(struct app *app, const struct call *call, void *self);
void app_add_calls(struct app *app, const struct service *s, void *self);
/* Others may ask for a call that was added. */
void app_offer(struct app *app, const struct call *call);
/* Never NULL: a call that no open service has is a fault of the program. */
const struct callee *app_callee(const struct app *app, const struct call *call);
/* The call with this name, if others may ask for it. */
const struct callee *app_offered(const struct app *app, struct str name);

/* Runs a call that is here, whatever it is asked by. */
err call_run_here(struct ctx *cx, const struct call *call, void *self, const void *in, void *out) MUST_USE;

/* Runs a command and waits: ERR_UNAVAILABLE when the writer's queue is full. */
err command_wait(struct app *app, struct command *c);

/* Other processes, and which of them has the service number `i` of app->o.away. */
size_t app_peer_count(const struct app *app);
size_t app_peer_of(const struct app *app, size_t i);
/* The services of this process, then those of others; NULL behind the last. */
const struct service *app_service_at(const struct app *app, size_t i);

#endif
