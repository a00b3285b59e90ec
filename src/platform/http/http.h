/* HTTP/1.1 on libuv: one or more loops, each a thread with its own listening socket (SO_REUSEPORT). The server reads and checks whole
 * requests, hands each to one handler on the loop's thread, and sends the replies in order. Strict: what is ambiguous is refused and the
 * connection closed. TLS and HTTP/2 belong to the proxy in front. */
#ifndef PLATFORM_HTTP_HTTP_H
#define PLATFORM_HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

struct http_server;
struct http_loop;
struct http_stream;

struct http_header {
    struct str name, value;
};

/* A whole request. Lives, with all it points to, until it is replied to. */
struct http_request {
    struct arena *arena;      /* memory of this request; the handler may take from it */
    struct http_loop *loop;   /* the loop that owns it: replies happen on its thread */
    struct str method;        /* "GET" */
    struct str path;          /* without the query; percent-decoded, no NUL, no dot segments, begins with '/'; "*" for OPTIONS * */
    struct str raw_path;      /* the same as it was sent, its escapes not undone: for passing on, never for deciding */
    struct str query;         /* raw, without '?'; p is NULL when there was none */
    struct str body;
    const struct http_header *headers;   /* names in lower case, values trimmed */
    size_t header_count;
    struct str peer;          /* address of the other end, or of the client as told by a trusted proxy */
    bool by_proxy;            /* the other end is a trusted proxy: what it says of the client is believed */
    int64_t started_us;       /* monotonic, when the head was complete */
};

/* The number under which an address (http_request.peer) is counted: itself, or the network of an IPv6 one. 0 for this machine (that is the proxy
 * in front) and for what is no address. */
uint64_t http_peer_key(struct str peer);
/* Is this address of this machine or a private network (RFC 1918, RFC 4193, link-local)? */
bool http_peer_private(struct str peer);
/* The value of a header (name in lower case), p NULL when there is none. */
struct str http_header(const struct http_request *r, struct str name);
/* The value of a query parameter, percent- and plus-decoded into the arena; p NULL when there is none. *ret_count (may be NULL): how often it
 * stands there. */
struct str http_query(const struct http_request *r, struct str name, int *ret_count);
/* A piece of a query, percent- and plus-decoded. */
struct str http_form_decode(struct arena *arena, struct str s);

struct http_reply {
    int status;
    struct str content_type;  /* none when empty */
    const struct http_header *headers;   /* further ones */
    size_t header_count;
    struct str body;          /* copied, unless body_kept */
    bool body_kept;           /* the body outlives the server: sent without a copy */
    bool close;               /* close after this reply */
};

/* Answers a request, on its loop's thread, exactly once. Head of date, length and connection are the server's. HEAD sends no body. */
void http_answer(struct http_request *r, const struct http_reply *reply);

/* Ends a request without an answer: its connection is closed at once, with whatever else is under way on it. On its loop's thread, in place of
 * http_answer and later than the call of http_app.handle. */
void http_drop(struct http_request *r);

/* ---- answers that come in pieces, from elsewhere ---- */

struct http_watcher {         /* both on the loop's thread; what is given to http_watch with it */
    /* The client has gone before its answer was complete: nothing that is sent reaches it. The request must still be answered or dropped, now or later. */
    void (*gone)(void *user);
    /* After http_answer_more has returned false: there is room again. */
    void (*room)(void *user);
};

/* From now on the request's owner hears of its client. A client that ends its side of the connection counts as gone, as one that waits does not. */
void http_watch(struct http_request *r, const struct http_watcher *watcher, void *user);
/* In place of http_answer, for a watched request: the head now (reply->body is not looked at), the body piece by piece. `length` of the body, -1 when it is
 * not known. */
void http_answer_begin(struct http_request *r, const struct http_reply *reply, int64_t length);
/* A piece, which is copied. False when enough is waiting for the client: the next piece only after `room`. */
bool http_answer_more(struct http_request *r, struct str bytes);
/* The body is complete; the request is gone after this call. One that is cut short ends with http_drop. */
void http_answer_end(struct http_request *r);

/* Called on the loop's thread for each request; it may answer at once or later. `body_max` is asked first (head known, body not read). */
struct http_app {
    void *self;
    void (*handle)(void *self, struct http_request *r);
    size_t (*body_max)(void *self, struct str method, struct str path);
    void (*turn)(void *self, struct http_loop *loop);   /* after all that was readable in one turn of the loop has been handled; may be NULL */
    void (*tick)(void *self, struct http_loop *loop);   /* every 250 ms; may be NULL */
};

struct http_limits {          /* 0 never means "none" here: these are the maxima in force */
    size_t head_bytes;        /* 32 KiB */
    size_t headers;           /* 64 */
    size_t body_bytes;        /* 1 MiB, unless http_app.body_max says otherwise */
    size_t line_bytes;        /* request line and each header line: 8 KiB */
    size_t connections;       /* in all; further ones get 503 and are closed */
    size_t connections_per_address;   /* loopback addresses are not counted: that is the proxy in front */
    size_t pipelined;         /* requests of one connection under way at once; reading pauses there */
    size_t stream_backlog;    /* bytes waiting for a slow event-stream client before it is dropped */
    int head_timeout_ms;      /* from the first byte to the end of the head: 5 s */
    int body_timeout_ms;      /* whole body: 30 s, and at least body_rate_min */
    int body_rate_min;        /* bytes a second: 1 KiB */
    int idle_timeout_ms;      /* between requests: 15 s ... */
    int write_timeout_ms;     /* a reply that the client does not read: 30 s */
    int drain_ms;             /* how long a stopping server waits for requests under way */
};

struct http_options {
    const char *host;         /* "127.0.0.1" */
    int port;                 /* 0: any free one */
    int loops;
    struct http_limits limits;
    const char *const *trusted_proxies;  /* addresses whose X-Forwarded-For is believed; NULL-terminated, may be NULL */
    const struct http_app *app;
};

void http_limits_default(struct http_limits *limits);

/* Binds, listens and starts the threads. On failure returns NULL and sets *ret_why to a sentence in `arena` naming address and cause. */
struct http_server *http_start(struct arena *arena, const struct http_options *o, struct str *ret_why);
/* The port in use. */
int http_port(const struct http_server *s);
/* 0, 1, ... */
int http_loop_index(const struct http_loop *l);
/* Its time: ms that only grow, renewed each turn. */
int64_t http_loop_now(const struct http_loop *l);
/* Graceful stop, from any thread: stops accepting, closes idle connections, lets requests under way finish (their answers carry
 * `Connection: close`), ends event streams, then stops the loops; blocks until done, or drain_ms at most. Then frees all. */
void http_stop(struct http_server *s);

/* ---- work for a loop from another thread ---- */

struct http_task {
    void (*run)(struct http_task *t);    /* on the loop's thread */
    struct http_task *next;
};

/* Hands over a chain of tasks, linked by next, in one go and one wake-up; they run in order. From any thread. */
void http_loop_post(struct http_loop *l, struct http_task *chain);

/* ---- Server-Sent Events (WHATWG HTML, 9.2) ---- */

/* Answers the request with an open event stream. The request is gone after this call. `closed` runs once on the loop's thread when the
 * client has gone or the server stops; the stream is invalid from then on. Sends a comment line every 15 s by itself. */
struct http_stream *http_stream_open(struct http_request *r, void (*closed)(void *user), void *user);
/* Sends bytes (whole events). False when the client is too slow and has been dropped; `closed` has been called then. */
bool http_stream_send(struct http_stream *s, struct str bytes);

/* ---- static files, embedded in the program ---- */

struct http_asset {           /* generated from web/dist by tools/embed.py */
    const char *path;         /* "/assets/index-3f2a.js" */
    const char *type;         /* "text/javascript; charset=utf-8" */
    const char *etag;         /* quoted, strong */
    bool immutable;           /* name carries a hash: cache for a year */
    struct { const unsigned char *p; size_t n; } plain, gzip, brotli;   /* n 0: not there */
};

struct http_assets {
    const struct http_asset *at;   /* sorted by path */
    size_t n;
};

/* Answers GET and HEAD for a known path, with content negotiation (Accept-Encoding with q values), ETag and 304, Vary, and the security headers
 * of pages. False when no asset has this path: nothing was answered. */
bool http_asset_answer(struct http_request *r, const struct http_assets *assets, struct str path);

/* Does If-None-Match hold this ETag (weak comparison, RFC 9110 13.1.2)? */
bool http_etag_matches(const struct http_request *r, struct str etag);
/* Does the client take this content coding ("gzip", "br"; RFC 9110 12.5.3)? */
bool http_accepts_encoding(const struct http_request *r, struct str coding);

/* Figures since start, summed over the loops. */
struct http_stats {
    int64_t connections_open, accepted, refused, requests, bad_requests, timeouts, bytes_in, bytes_out, streams_open;
};
void http_stats(const struct http_server *s, struct http_stats *ret);

#endif
