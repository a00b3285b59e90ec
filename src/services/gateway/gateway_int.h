/* Inside of the gateway.
 *
 *   table.c            the file of settings: upstreams, and ways to them
 *   way.c              a path to its way, a client to its share
 *   look.c             where an upstream is: addresses of names, instances of the registry
 *   balance.c          whom to ask: least outstanding, passed over, broken off
 *   head.c             what is told on of a request's head and of an answer's
 *   forward.c          one request on its way there and back
 *   limit.c            how often one may ask
 *
 * A loop has pools and opinions of its own (struct here), so nothing on the way of a request takes a lock; what look.c finds is handed over by a version. */
#ifndef GATEWAY_INT_H
#define GATEWAY_INT_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "gateway.h"
#include "platform/http/client.h"

#define PLACES_MAX 64         /* of an upstream */
#define SHARES_MAX 8          /* upstreams of a way */

struct place {
    struct sockaddr_storage at;
    char name[64];            /* "10.0.0.5:3000", the Host that it is told */
};

struct upstream {
    struct str name;
    struct str *given;        /* "host:port", as they stand in the table ... */
    size_t given_n;
    struct str app;           /* ... or an application of the registry */
    bool literal;             /* all are addresses: nothing to look up */

    pthread_mutex_t lock;     /* of the next two */
    struct place *found;
    size_t found_n;
    _Atomic uint64_t version; /* counts what was found */
    _Atomic bool *well;       /* by loop: is there somebody to ask? */
};

struct share {
    size_t upstream;          /* its index */
    unsigned weight;
};

struct way {                  /* a row "route" of the table */
    struct str prefix;        /* "/shop"; empty: all */
    struct share shares[SHARES_MAX];
    size_t share_n;
    unsigned weight;          /* of all shares */
    unsigned methods;         /* bits, in the order of way_methods */
    struct str allow;         /* the same for people */
    bool strip, keep_host, authorization, user, known_user;
    unsigned roles;
    int64_t connect_ms, answer_ms, idle_ms, body_kb;
    int64_t rate, burst;      /* requests a second of one client, and at once; rate 0: no limit */
    struct str origins;       /* that pages may come from, with commas between; empty: none, "*": any */
    struct route route, preflight;       /* what the front sees of it */
};

struct target {               /* one place of an upstream, as a loop sees it */
    struct target *next;
    struct place place;
    struct http_pool *pool;
    int outstanding;
    int failures;             /* in a row */
    int times_out;            /* passed over, in a row */
    int64_t out_until;        /* 0: it is not; after that one request tries it */
    bool trying, gone;
};

struct breaker {
    int64_t began;            /* of the present window */
    int asked, failed;
    int64_t open_until;       /* 0: closed; after that one request tries */
    bool trying;
};

struct here {                 /* an upstream, as a loop sees it */
    struct upstream *up;
    struct target *targets;   /* also those that are gone, until nobody waits for them */
    size_t n;                 /* those that are not */
    uint64_t version;
    int outstanding;
    unsigned turn;
    int64_t budget;           /* hundredths of a try */
    struct breaker breaker;
};

struct limiter;

struct gateway_loop {
    struct http_loop *loop;
    struct here *here;        /* by upstream */
    struct limiter *limiter;
};

struct gateway {
    struct app *app;
    struct arena *arena;
    struct upstream *upstreams;
    size_t upstream_n;
    struct way *ways;         /* longest prefix first */
    size_t way_n;
    struct gateway_loop *loops;
    size_t loop_n;
    _Atomic int64_t look_due;

    size_t idle_connections;
    int idle_ms, outstanding_max, eject_failures, eject_ms, breaker_requests, breaker_percent, open_ms, retry_percent;
    int64_t look_ms;
};

/* ---- table.c ---- */

/* Reads the file that gateway.table names. Faults name it, the line and the word. */
err table_read(struct ctx *cx, struct gateway *g, struct str path) MUST_USE;

/* ---- way.c ---- */

extern const char *const way_methods[], *const way_roles[];          /* NULL-terminated; the roles in the order of their bits */
/* The bit of a method; 0 for one that is never passed on. */
unsigned way_method(struct str method);
/* The way with the longest prefix of whole segments. */
const struct way *way_find(const struct gateway *g, struct str path);
/* Would every server behind read this path as we do? Empty segments, backslashes and dots behind which something hides are not told on. */
bool way_path_clean(struct str path);
/* The same client gets the same upstream. */
size_t way_share(const struct way *w, uint64_t client);
/* What `path`, as it was sent, is there: without the way's prefix where that is wanted. */
struct str way_path(const struct way *w, struct str raw_path);
/* May pages of this origin ask? */
bool way_origin(const struct way *w, struct str origin);

/* ---- look.c ---- */

/* "10.0.0.5:3000", "[::1]:3000": an address, without asking anybody. */
bool place_parse(struct str text, struct place *ret);
/* "host:port" of any kind? */
bool place_name_ok(struct str text);
void upstream_found(struct upstream *u, const struct place *places, size_t n);
extern const struct call gateway_look_call;
int64_t look_due(void *self);
size_t look_threads(void *self, const struct job *job);

/* ---- balance.c: on the loop's thread ---- */

enum verdict { VERDICT_GOOD, VERDICT_BAD, VERDICT_NONE };

/* What look.c has found since the last time. */
void here_sync(struct gateway *g, struct here *h, struct http_loop *loop);
/* The one to ask, not `but` if there is another; NULL when nobody may be asked now. It counts as outstanding until balance_end. */
struct target *balance_pick(const struct gateway *g, struct here *h, const struct target *but, int64_t now);
void balance_end(const struct gateway *g, struct here *h, struct target *t, enum verdict v, int64_t now);
/* Is one more try within the budget? Then it is spent. Every request adds to it (balance_request). */
bool balance_retry(struct here *h);
void balance_request(const struct gateway *g, struct here *h);
bool here_well(const struct here *h, int64_t now);
void here_free(struct here *h);

/* ---- head.c ---- */

struct told {                 /* what the request's new head is made of */
    const struct http_request *r;
    const struct way *way;
    struct str host, request_id;
};

/* The head as it is sent to an upstream, in the request's memory. */
struct str head_to_upstream(struct ctx *cx, const struct told *t);
/* The headers of an answer that are told on, and ours; in the arena. */
struct http_header *head_to_client(struct ctx *cx, const struct told *t, const struct http_answer_head *h, size_t *ret_n);
/* Those that let a page of another origin read the answer; how many were added. */
size_t head_cors(const struct told *t, struct http_header *at);

/* ---- forward.c: the routes' streams ---- */

err gateway_forward(struct ctx *cx, void *self, const void *in, struct http_request *r) MUST_USE;
err gateway_preflight(struct ctx *cx, void *self, const void *in, struct http_request *r) MUST_USE;
/* What a loop knows. */
struct gateway_loop *gateway_loop(struct gateway *g, struct http_loop *loop);

/* ---- limit.c ---- */

struct limiter *limiter_new(void);
void limiter_free(struct limiter *l);
/* Takes one of the tokens that `key` gets `rate` of a second, `burst` at most. False: none left, *ret_wait_s until there is. */
bool limiter_take(struct limiter *l, uint64_t key, int64_t rate, int64_t burst, int64_t now, int *ret_wait_s);

#endif
