/* Inside platform/link. */
#ifndef PLATFORM_LINK_IMPL_H
#define PLATFORM_LINK_IMPL_H

#include <pthread.h>

#include <uv.h>

#include "base/buf.h"
#include "base/map.h"
#include "platform/link/link.h"

#define LINK_NONCE 32
#define LINK_HELLO (4 + LINK_NONCE)      /* four letters and the random bytes of an end */
#define LINK_TAG   16

enum link_state { LINK_GREETED, LINK_KEYED, LINK_OPEN };  /* hello sent; theirs has come; they have shown that they have the key */

struct link_peer_state;

struct link_conn {
    uv_tcp_t tcp;
    uv_connect_t connect;
    uv_write_t write;
    struct links *links;
    struct link_peer_state *peer;        /* whom we ask over it; NULL: they ask us */
    enum link_state state;    /* this and what follows, up to `next`: the thread's own */
    uint8_t nonce[LINK_NONCE], key_in[32];
    uint64_t received;        /* messages */
    struct buf in;
    struct buf sending;       /* what the write under way sends */
    int64_t since;            /* ms: it was opened */
    struct link_conn *next;
    /* ---- below: under the lock ---- */
    uint8_t key_out[32];
    uint64_t sent;
    struct buf out;           /* waits for the next write */
    int64_t heard;            /* ms: when something came last */
    size_t questions;         /* of theirs that are being answered */
    bool suspect;             /* did not answer in time: to be closed */
    bool closed;              /* to be freed with the last answer */
};

struct link_peer_state {
    const struct link_peer *is;
    struct sockaddr_storage address;
    struct link_conn *trying; /* the thread's own */
    int64_t pause, try_at;    /* ms; the thread's own */
    struct link_conn *open;   /* under the lock; NULL: not there */
    size_t in_flight;         /* the same */
};

struct links {
    struct links_options o;
    pthread_t thread;
    pthread_mutex_t lock;
    uv_loop_t loop;
    uv_async_t wake;
    uv_timer_t tick;
    uv_tcp_t listener;
    int port;
    struct link_conn *conns;
    size_t guests;            /* connections of others */
    struct link_peer_state *peers;
    struct map waiting;       /* number -> struct link_waiting */
    uint64_t last;
    bool stop, deaf, woken;
    bool handing;             /* a question is being handed over */
    pthread_cond_t handed;
    struct link_stats stats;
    char *read_buffer;
};

/* ---- conn.c: one connection, on the thread of the links ---- */

#define LINK_READ (256u << 10)

/* Of a connection that exists: sends the hello and reads. */
void link_conn_begin(struct link_conn *c);
void link_conn_close(struct link_conn *c);
struct link_conn *link_conn_new(struct links *l, struct link_peer_state *peer);
/* Sends what waits, unless a write is under way. */
void link_conn_flush(struct link_conn *c);
/* Under the lock, from any thread: seals a message and puts it behind those that wait. False: there is no room. */
bool link_conn_put(struct link_conn *c, uint64_t number, bool is_answer, struct str bytes);
/* Under the lock: frees it if it is closed and nothing points to it. */
void link_conn_release(struct link_conn *c);

/* ---- link.c ---- */

/* What conn.c tells: they have the key; a whole message; it has ended. */
void link_opened(struct link_conn *c);
void link_message(struct link_conn *c, uint64_t number, bool is_answer, struct str bytes);
void link_ended(struct link_conn *c);
int64_t link_now(const struct links *l);

#endif
