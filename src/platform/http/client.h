/* Requests to other servers, from a loop of ours and on its thread: HTTP/1.1 over connections that are kept for the next request, one request at a time
 * on each. What comes back is read as strictly as what clients send. For short documents that a story waits for there is platform/fetch. */
#ifndef PLATFORM_HTTP_CLIENT_H
#define PLATFORM_HTTP_CLIENT_H

#include "platform/http/parse.h"

struct http_link;
struct http_pool;             /* the connections of one loop to one address */
struct sockaddr;

enum http_ask_end {
    ASK_DONE,
    ASK_UNREACHED,            /* no connection could be had: nothing was sent */
    ASK_UNREACHED_LATE,       /* the same, for it took too long */
    ASK_LOST,                 /* the connection ended before a byte of an answer: whether the request was carried out is not known */
    ASK_LATE,                 /* no answer in time: not known either */
    ASK_MALFORMED,            /* no answer that has one meaning only, or its head is too large */
    ASK_CUT,                  /* the body of the answer ended too early, was malformed, or stood still for too long */
};

struct http_ask;

struct http_ask_heard {
    /* The head of the final answer; it lives during this call. */
    void (*head)(struct http_ask *a, const struct http_answer_head *h);
    /* A piece of the body, which lives during this call. False: no more for now, until http_ask_resume. */
    bool (*body)(struct http_ask *a, struct str bytes);
    /* Last, once, unless it is cancelled. */
    void (*end)(struct http_ask *a, enum http_ask_end how);
};

/* A request to another server: memory of the caller, like all that it points to, until `end` or http_ask_cancel. */
struct http_ask {
    const struct http_ask_heard *heard;
    void *user;
    struct str head, body;    /* as they are sent: the head with its empty line, and a Content-Length that is true */
    bool head_only;           /* it is a HEAD: the answer has no body */
    int connect_ms, answer_ms, idle_ms;  /* for a connection; from then on for the head of the answer; between two pieces of its body */
    struct http_link *link;   /* the client's */
};

/* At most `idle_max` connections are kept at rest, for idle_ms at most: less than the other end keeps them, so that it is not the one who closes. */
struct http_pool *http_pool_new(struct http_loop *l, const struct sockaddr *address, size_t idle_max, int idle_ms);
/* Closes what rests; what is under way goes on to its end. Also when the loop has ended. NULL is fine. */
void http_pool_free(struct http_pool *p);

/* Sends it. Time-outs count in steps of 250 ms. `end` may run before this returns. */
void http_ask_send(struct http_pool *p, struct http_ask *a);
/* Nobody wants the answer any more: closes the connection, and nothing more is heard. Nothing when it has ended. */
void http_ask_cancel(struct http_ask *a);
/* After `body` has returned false. */
void http_ask_resume(struct http_ask *a);

#endif
