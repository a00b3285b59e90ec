/* A service offers calls: functions with an input and an output struct, each described by a field table. A route is a call with a URL.
 * Domain code never sees HTTP or threads: the kind of a call says where it runs. */
#ifndef PLATFORM_CALL_CALL_H
#define PLATFORM_CALL_CALL_H

#include "base/ctx.h"
#include "platform/db/db.h"
#include "platform/json/fields.h"

struct http_request;
struct http_loop;
struct config_key;
struct metric;

enum call_kind {
    CALL_MEMORY,              /* answers from memory on the thread that asks; never waits, no database */
    CALL_READ,                /* reads the database on a worker, with a snapshot of its own */
    CALL_COMMAND,             /* changes state: runs in the writer, answered when durable */
    CALL_STORY,               /* calls others in order, on a worker; may wait for providers, SMTP, password hashing */
};

struct call {
    const char *name;         /* "booking.hold_create" */
    const char *help;         /* one sentence for the OpenAPI page */
    enum call_kind kind;
    const struct fields *in, *out;       /* NULL: none. `out` NULL and status 200: the call fills a struct raw_out instead */
    err (*fn)(struct ctx *cx, void *self, const void *in, void *ret_out);
};

/* Code of a conflict that passes by itself: the same request is under way. The client repeats it, with the same Idempotency-Key. */
#define CODE_IN_PROGRESS "in_progress"

/* For answers that are no JSON made from a field table: pictures, prepared documents. */
struct raw_out {
    int status;               /* 0: 200; 304 sends no body */
    struct str content_type, body;
    struct str etag;          /* quoted; none when empty. The front answers 304 by itself when the client has it */
    struct str cache_control; /* default: no-store */
    struct str policy;        /* of a page: its Content-Security-Policy; its address is then told to nobody */
    int refresh_s;            /* of a page: it reloads by itself after so many seconds; 0: it does not */
    struct str body_gzip;     /* the same compressed, if there is one: chosen by Accept-Encoding */
    void (*release)(void *held);         /* called when the bytes have been sent or copied; may be NULL */
    void *held;
};

/* For calls whose input is the body as it came (webhooks): a struct that begins with this, and `in` naming only path and header fields. */
struct raw_in {
    struct str body;
};

/* The same with ANY_QUERY. */
struct raw_query_in {
    struct raw_in raw;
    struct str query;
};

enum route_flags {
    NEED_USER = 1 << 0,       /* 401 without a valid token; cx->actor is set */
    MAY_USER = 1 << 1,        /* public, but knows who asks if a valid token is there */
    IDEMPOTENT = 1 << 2,      /* honours Idempotency-Key */
    RAW_BODY = 1 << 3,        /* the input begins with struct raw_in */
    BENCH_ONLY = 1 << 4,      /* there only with --bench */
    TEST_CLOCK_ONLY = 1 << 5, /* there only with --test-clock */
    AUDITED = 1 << 6,         /* goes into the audit log (trail.h) though it needs no role: money, and what keeps an account safe */
    HASHES = 1 << 7,          /* a story of signing in: hashes a password or waits for a provider, on threads of its own: no payment waits behind it */
    ENROLS = 1 << 8,          /* answers also who has to set up a second factor before anything else */
    BINARY_BODY = 1 << 9,     /* with RAW_BODY: bytes that are no JSON, for the OpenAPI page */
    XML_TOO = 1 << 10,        /* raw body and raw answer are JSON or XML, for the OpenAPI page */
    ANY_QUERY = 1 << 11,      /* with RAW_BODY: any parameter; the input begins with struct raw_query_in */
    BASIC_AUTH = 1 << 12,     /* the call asks for a name and a password itself: its 401 says so */
    STANDS_BY = 1 << 14,      /* answered also by a process whose database another one has: the call uses nothing */
    PROVES = 1 << 13,         /* hears a Device-Proof (prove.h); so does every route whose call has to be shown a pass */
    PROVES_AGAIN = 1 << 14,   /* with PROVES: the same proof may come twice */
    PASSED_ON = 1 << 15,      /* with `stream` and without a call: another server's, whose query and body are not ours to read */
};

struct route {
    const char *method;
    const char *path;         /* "/api/v1/schedules/{schedule_id}/holds": names are FROM_PATH fields of the call's input */
    const struct call *call;
    unsigned flags;
    unsigned roles;           /* 403 unless the actor has one of them; 0: any */
    int status;               /* of success: 200, 201, 204 */
    size_t body_max;          /* 0: 1 MiB */
    /* An event stream: answers the request by itself on the loop's thread, or fails and leaves it alone. `call` then only describes the input. */
    err (*stream)(struct ctx *cx, void *self, const void *in, struct http_request *r);
};

/* Work by the clock. `due` tells when it wants to run next (ms; INT64_MAX: not now) and must be cheap and callable from any thread;
 * the call (no input, no output) is then run like any other of its kind. */
struct job {
    const char *name;
    const struct call *call;
    int64_t (*due)(void *self);
};

/* A story whose simple case is one command: a request of that case costs no worker and one commit. Both calls have the same shapes. */
struct shortcut {
    const struct call *story, *command;
    bool (*simple)(const void *in);
};

/* What a call is about to take. */
struct taken {
    int64_t schedule;
    bool kept;                /* only what is held already ... */
    int64_t pass;             /* ... under the pass of this place; 0: without one */
    bool offered;             /* what the waiting list keeps for this account */
};

/* A call that takes seats, or money for them, must be shown the pass of a waiting room: the front has it checked before the call runs, in one place for
 * all (admit.c). Or it is exempt, for a reason. The OpenAPI page tells both (`x-pass`). */
struct taking {
    const struct call *call;
    const char *exempt;       /* why no pass is asked for; NULL: it is */
    /* Says what would be taken; its failure is the call's. Runs where the call does: in a command with cx->db. */
    err (*what)(struct ctx *cx, void *self, const void *in, struct taken *ret);
};

/* Events of other services. The call's input is described by its field table and read from the event's body; it must be idempotent. */
struct subscription {
    const char *topic;
    const struct call *call;
};

/* What a call answers that fills a struct raw_out, for the OpenAPI page; application/json of any shape unless told here. */
struct raw_answer {
    const struct call *call;
    const char *content_type; /* NULL: it has no body */
    const struct fields *of;  /* of a prepared JSON document; NULL: not described */
    int also;                 /* a second status of success; 0: none */
};

/* A service: tables, and a life. */
struct service {
    const char *name;         /* config section, log tag, metric prefix, SQL table prefix */
    const char *enabled_by;   /* a setting: part of the program only where it is true; NULL: always */
    err (*open)(struct ctx *cx, void **ret_self);    /* cx->db reads; memory is built here */
    void (*close)(void *self);
    void (*start)(void *self);           /* after every service is open and the writer runs; may be NULL */
    void (*stop)(void *self);            /* first of all when a program that serves ends: it still answers; may be NULL */
    void (*tick)(void *self, struct http_loop *loop);    /* every 250 ms on each loop; may be NULL (event streams) */
    const struct service *const *beside; /* whose memory it reads through their headers: in the same process */
    const struct call *const *calls;     /* NULL-terminated, like all below */
    const struct call *const *offers;    /* those of them that other services may run: their tables describe all that goes in and comes out */
    const struct route *routes;
    /* A route that no table has, of a path that the settings have made another server's (gateway): asked when the tables do not know the path. Any loop's
     * thread; it lives as long as the service. NULL: none; with another method only, *ret_allow (may be NULL) lists those it has. May be NULL. */
    const struct route *(*find)(void *self, struct str method, struct str path, struct str *ret_allow);
    const char *const (*aliases)[2];     /* {"/old", "/path"}: the first, and all below it, means the second; ends with NULL */
    unsigned scope_read, scope_write;    /* of the limited tokens that its routes answer to; 0: to none */
    const struct raw_answer *raw_answers;            /* ends with a NULL call */
    const struct shortcut *shortcuts;    /* ends with a NULL story */
    const struct taking *takings;        /* ends with a NULL call */
    const struct job *jobs;
    const struct job *waiting_jobs;      /* stories that wait for machines of others (mail, webhooks): each has threads of its own */
    size_t (*job_threads)(void *self, const struct job *job);    /* that run one of waiting_jobs at the same time; NULL: one */
    const struct event_kind *says;       /* what others may hear (event.h); ends with a NULL topic */
    const struct subscription *subscriptions;
    const struct config_key *config;
    const struct audit *audits;
    const struct migration *migrations;
    const struct query *queries;         /* all statements (&NAME_sql): prepared at start, so that a typo fails there */
    size_t query_count;
    struct metric *const *metrics;
};

/* Runs a call wherever it belongs and waits for its end: from stories, jobs, start-up and the command line. From inside a call of
 * kind CALL_READ another CALL_READ or CALL_MEMORY runs on the same snapshot; from inside a command only CALL_MEMORY (what must happen together
 * is in one service). A call that a service offers may be answered by another process: it can fail with ERR_UNAVAILABLE, and then nobody knows
 * whether it was carried out; those that change something are safe to repeat. */
err call_run(struct ctx *cx, const struct call *c, const void *in, void *ret_out) MUST_USE;
/* The same with its input as JSON; what it answers is dropped, and who is not there is not waited for: for those who come again. */
err call_run_text(struct ctx *cx, const struct call *c, struct str in) MUST_USE;

#endif
