/* Inside of the HTTP server.
 *
 *   parse.c chunks.c   bytes -> head, body; pure
 *   request.c          what a request can be asked; path and peer of a new one
 *   out.c              bytes waiting to be sent: a chain of pieces
 *   reply.c            answers -> bytes, in the order of the requests
 *   conn.c take.c      one connection: reading, taking requests, writing, ending
 *   wait.c             time-outs: what a connection waits for and until when
 *   loop.c server.c    threads, listening, tasks of other threads, start and stop
 *   stream.c asset.c   event streams, static files
 *   pieces.c           answers that come in pieces
 *   client.c link.c    requests to other servers
 *
 * All but server.c and http_loop_post runs on the loop's thread and takes no lock. */
#ifndef PLATFORM_HTTP_IMPL_H
#define PLATFORM_HTTP_IMPL_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <uv.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/wheel.h"
#include "platform/http/http.h"
#include "platform/http/parse.h"

#define HTTP_READ_BYTES     ((size_t)64 * 1024)    /* one read; a loop has one such buffer */
#define HTTP_OUT_HIGH       ((size_t)256 * 1024)   /* with more than this unsent no further request is taken from the connection */
#define HTTP_OUT_LOW        ((size_t)64 * 1024)    /* with less than this an answer in pieces goes on */
#define HTTP_REQUEST_ARENA  ((size_t)8 * 1024)
#define HTTP_SPARE_REQUESTS 1024                   /* kept for reuse, and so many pieces too */
#define HTTP_TICK_MS        250
#define HTTP_LINGER_MS      2000                   /* after the last answer: input is read and dropped, so that no reset overtakes the answer */
#define HTTP_HEARTBEAT_MS   15000
#define HTTP_PEER_TEXT      46

/* ---- out.c ---- */

struct http_piece {
    struct http_piece *next;
    const char *p;            /* own bytes, or those of somebody who outlives the server */
    size_t n, cap;            /* cap 0: not ours */
    char bytes[];
};

struct http_out {
    struct http_piece *first, *last;
    size_t n;
};

void http_out_add(struct http_loop *l, struct http_out *o, struct str s);
/* Only refers to s. */
void http_out_keep(struct http_out *o, struct str s);
/* Moves all of `from` to the end of o. */
void http_out_join(struct http_out *o, struct http_out *from);
/* Forgets the first n bytes. */
void http_out_drop(struct http_loop *l, struct http_out *o, size_t n);

/* ---- requests and connections ---- */

struct http_exchange {        /* a request and its answer */
    struct http_request r;    /* first: the application holds a pointer to it */
    struct http_exchange *next;              /* of the same connection, in order; or of the spare ones */
    struct http_exchange *all_next, **all_at;
    struct http_conn *conn;   /* NULL once the connection has gone */
    struct http_out out;      /* the answer while earlier ones are missing */
    struct http_stream *stream;
    const struct http_watcher *watcher;      /* NULL: nobody wants to know */
    void *watching;
    int minor;
    bool answered;
    bool begun, chunked;      /* an answer in pieces */
    bool full;                /* its owner waits for room */
    bool last;                /* nothing follows on this connection */
    char peer[HTTP_PEER_TEXT];
};

enum http_wait { WAIT_NOTHING, WAIT_REQUEST, WAIT_HEAD, WAIT_BODY, WAIT_APP, WAIT_CLIENT_READS, WAIT_HEARTBEAT, WAIT_LINGER };
enum http_phase { PHASE_HEAD, PHASE_BODY, PHASE_CHUNKS };

struct http_conn {
    uv_tcp_t tcp;             /* first: libuv's callbacks get a pointer to it */
    struct http_loop *loop;
    struct http_conn *all_next, **all_at;
    struct http_conn *dirty_next;

    struct buf in;            /* what has come of an unfinished request; no memory while there is none */
    size_t head_n, body_n;    /* sizes of the request being read; body_n: as declared, for a chunked one the maximum */
    struct http_chunks chunks;

    struct http_exchange *first, *last;      /* under way, oldest first */
    size_t under_way;
    struct http_out out;
    struct http_stream *stream;

    struct timer timer;
    int64_t since, until;     /* of the present wait, ms of the loop's clock */
    size_t unsent;            /* at `since`, for WAIT_CLIENT_READS */

    uint8_t phase, wait;
    bool dirty;               /* on the loop's list of those to be looked after at the end of the turn */
    bool paused;              /* not reading: too much is under way */
    bool continue_due;        /* owes "100 Continue" */
    bool no_more;             /* takes no further request; input is dropped */
    bool ended;               /* the last answer is in `out` */
    bool linger;              /* the other end may still be sending: end gently */
    bool eof;                 /* the other end has ended its side */
    bool writing;             /* libuv holds bytes that the socket did not take */
    bool closed;
    bool counted;             /* in the server's table of addresses */
    bool from_proxy;          /* the other end is a trusted proxy */
    uint64_t address;
    char peer[HTTP_PEER_TEXT];
};

struct http_counts {          /* written by the loop's thread, read by any */
    _Atomic int64_t open, accepted, refused, requests, bad, timeouts, bytes_in, bytes_out, streams;
};

struct http_loop {
    struct http_server *server;
    const struct http_app *app;
    int index;
    uv_loop_t uv;
    uv_thread_t thread;
    uv_poll_t listener;
    uv_async_t wake;
    uv_timer_t tick;
    uv_check_t check;
    uv_prepare_t prepare;

    int socket;               /* listening; -1 once stopped */
    bool accepting;           /* false for a tick when there are no descriptors */
    bool draining;
    int64_t drain_until;

    struct http_conn *conns, *dirty;
    struct http_conn *reading;               /* whose input is being handled: it is flushed after that, not at the end of the turn */
    struct http_stream *dead;
    struct http_pool *pools;
    struct http_exchange *exchanges, *spare;
    struct http_piece *spare_pieces;
    size_t spare_count, spare_piece_count;
    struct wheel wheel;
    struct http_head head;    /* scratch of the parser */
    char *read_buffer;
    char *path_buffer;        /* scratch for body_max's path */
    char common[128];         /* headers that every answer has, renewed each tick */
    size_t common_n;
    struct http_counts counts;

    uv_mutex_t lock;          /* guards what is below */
    struct http_task *tasks, *tasks_last;
    bool finished;            /* takes no more tasks */
};

struct http_server {
    struct http_app app;
    struct http_limits limits;
    struct in6_addr *proxies;
    size_t proxy_count;
    int port, loop_count;
    struct http_loop *loops;
    _Atomic int64_t open;
    _Atomic bool stopping;
    uv_mutex_t lock;          /* guards `addresses` */
    struct map addresses;     /* address -> connections */
};

static inline void http_count(_Atomic int64_t *counter, int64_t n)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n, memory_order_relaxed);
}

static inline int64_t http_now(const struct http_loop *l)
{
    return (int64_t)uv_now(&l->uv);
}

/* ---- request.c ---- */

struct http_exchange *http_exchange_new(struct http_conn *c);
/* Gives back an exchange whose answer has been made or is no longer wanted. */
void http_exchange_free(struct http_exchange *x);
/* Fills x from the parsed head `h` and body, which lie together at p and are copied. */
void http_exchange_fill(struct http_exchange *x, const struct http_head *h, const char *p, size_t body_n);
/* How much the client likes a content coding, in thousandths; 0: not at all. */
int http_coding_quality(const struct http_request *r, struct str coding);

/* ---- reply.c ---- */

/* Answers with a problem document and ends the connection after it. */
void http_refuse(struct http_conn *c, int status);
/* Moves the answers that are next in order to the connection's output. */
void http_conn_advance(struct http_conn *c);
/* Head of an answer without a length, for streams. */
void http_stream_head(struct http_exchange *x, struct http_out *o);
/* Head of an answer in pieces: `length` of its body, -1: not known. */
void http_pieces_head(struct http_exchange *x, const struct http_reply *reply, int64_t length, struct http_out *o);
/* Does this answer end the connection? */
void http_decide_last(struct http_exchange *x, bool close);

/* ---- conn.c ---- */

/* Takes over an accepted socket. `refuse`: only to tell the client that there is no room. */
void http_conn_open(struct http_loop *l, int fd, const struct sockaddr *address, bool refuse);
/* Ends it at once: no more bytes. Requests under way lose their connection. */
void http_conn_close(struct http_conn *c);
/* Has it looked after (flushed, resumed) at the end of the turn. */
void http_conn_mark(struct http_conn *c);
/* Takes requests that had to wait in a paused connection; true when there were any. */
bool http_conn_resume(struct http_conn *c);
/* Sends what is waiting and decides what the connection waits for next. */
void http_conn_flush(struct http_conn *c);

/* ---- take.c ---- */

bool http_conn_may_take(const struct http_conn *c);
/* Takes the requests that are whole in n bytes at *at; *at and *n become what is left. Pauses reading when something is left that could be taken
 * but for the limits. */
void http_conn_take(struct http_conn *c, char **at, size_t *n);
/* The same with what has been kept in `in`. */
void http_conn_take_kept(struct http_conn *c);

/* ---- wait.c ---- */

/* The last answer has been sent: waits for the other end to close. */
void http_conn_linger(struct http_conn *c);

/* Sets the wait that fits the connection's state. */
void http_conn_settle(struct http_conn *c);
/* Deals with every connection whose time is over. */
void http_waits_due(struct http_loop *l);

/* ---- stream.c ---- */

/* Its connection has gone: tells the owner and forgets the stream. */
void http_stream_end(struct http_stream *s);
/* The stream's turn in the order of answers has come: its bytes go to the connection from now on. */
void http_stream_attach(struct http_stream *s, struct http_conn *c);
/* Ends the streams that were over before http_stream_open could return. */
void http_streams_reap(struct http_loop *l);

/* ---- pieces.c ---- */

/* Its connection has gone. */
void http_pieces_gone(struct http_exchange *x);
/* Does the answer that is being sent have room again? Then its owner is told. */
void http_pieces_room(struct http_conn *c);
/* Is a request under way whose owner wants to know when the client goes? */
bool http_pieces_watched(const struct http_conn *c);

/* ---- client.c ---- */

void http_pools_tick(struct http_loop *l);
/* The loop ends: closes what is open; the pools are only memory from then on. */
void http_pools_detach(struct http_loop *l);

/* ---- loop.c ---- */

/* Makes the loop of a zeroed *l that accepts from the listening socket fd, which it owns from now on. 0 or libuv's error. */
int http_loop_open(struct http_loop *l, struct http_server *s, int index, int fd);
/* The thread: runs until the server stops and the loop has drained. */
void http_loop_run(void *loop);
void http_loop_free(struct http_loop *l);

/* ---- address.c ---- */

/* The key under which connections of an address are counted: an IPv4 address, or the network of an IPv6 one. 0 for this machine. */
uint64_t http_address_key(const struct sockaddr *a);
void http_address_text(const struct sockaddr *a, char out[HTTP_PEER_TEXT]);
/* One more connection: false when the address has too many already. */
bool http_address_enter(struct http_server *s, uint64_t key);
void http_address_leave(struct http_server *s, uint64_t key);
/* Any form of an address as IPv6. */
bool http_address_parse(struct str text, struct in6_addr *ret);
bool http_is_proxy(const struct http_server *s, struct str address);
/* The client's own address as told by the trusted proxies in front; the peer's when they do not tell. */
struct str http_forwarded_address(const struct http_server *s, const struct http_request *r, struct str peer);

#endif
