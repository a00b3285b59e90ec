/* Inside of the client: client.c has the pools, link.c one connection. */
#ifndef PLATFORM_HTTP_CLIENT_IMPL_H
#define PLATFORM_HTTP_CLIENT_IMPL_H

#include "platform/http/client.h"
#include "platform/http/http_impl.h"

enum link_phase { LINK_CONNECTING, LINK_HEAD, LINK_LENGTH, LINK_CHUNKS, LINK_TO_END, LINK_IDLE };

struct http_link {
    uv_tcp_t tcp;             /* first: libuv's callbacks get a pointer to it */
    uv_connect_t connecting;
    uv_write_t sending;
    struct http_pool *pool;
    struct http_link *next, **at;        /* of the pool, until its handle is closed */
    struct http_link *idle_next;         /* of those at rest */
    struct http_ask *ask;     /* NULL at rest */
    struct buf in;            /* the beginning of an unfinished head */
    struct http_chunks chunks;
    size_t left;              /* of a body with a length */
    int64_t deadline;         /* INT64_MAX: it is not the other end that is waited for */
    uint8_t phase, interim;   /* interim: answers of class 1xx to this request */
    bool writing;             /* libuv holds a part of the request */
    bool heard;               /* a byte of the answer has come */
    bool keep;                /* it may be used again */
    bool paused, closed;
};

struct http_pool {
    struct http_loop *loop;   /* NULL once it has ended */
    struct http_pool *next, **at;        /* of the loop */
    struct sockaddr_storage address;
    struct http_link *links, *idle;
    size_t idle_count, idle_max;
    int idle_ms;
    bool ended;               /* goes with its last connection */
};

/* Sends the request on a new connection, or on one at rest. */
void link_open(struct http_pool *p, struct http_ask *a);
void link_use(struct http_link *k, struct http_ask *a);
/* At once, without a word to whoever asks. */
void link_close(struct http_link *k);
/* Its deadline has passed. */
void link_late(struct http_link *k);
void link_resume(struct http_link *k);
/* To and from those at rest. */
void pool_rest(struct http_link *k);
void pool_rouse(struct http_link *k);
/* A connection's handle is closed. */
void pool_gone(struct http_link *k);

#endif
