/* An HTTP/1.1 client for one server and many requests at once: a pool of kept-alive connections on one epoll set.
 *
 * A request is a struct of the caller, who keeps it and everything it points at until `done` has been called, once.
 * `done` may send the same struct again. One connection carries one request at a time, so two requests that are sent
 * together travel on two connections. */
#ifndef LOAD_HTTP_CLIENT_H
#define LOAD_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_client;
struct http_request;

enum http_outcome {
    HTTP_ANSWERED, /* a whole answer is there */
    HTTP_REFUSED,  /* no connection could be made: the request was not sent */
    HTTP_BROKEN,   /* the connection ended before a whole answer */
    HTTP_LATE,     /* no whole answer in time */
    HTTP_LOST,     /* hung up on purpose, see hang_up_ms */
    HTTP_GARBLED,  /* what came is not HTTP */
    HTTP_OUTCOMES
};

struct http_reply {
    enum http_outcome outcome;
    bool stale; /* BROKEN: an idle connection had been closed by the server; nothing is known to be wrong */
    int status; /* the rest: ANSWERED only, and only until `done` returns */
    const char *body;
    size_t body_len;
    char etag[80];
    int retry_after_s; /* -1: not said */
    int64_t took_us;   /* from http_client_send to here */
};

struct http_request {
    const char *method, *path;
    char *const *token;            /* where the access token will stand when the request is written, or NULL */
    const char *key, *pass, *etag; /* each NULL or the value of its header */
    const char *body;              /* NULL: none; JSON otherwise */
    int64_t patience_us;           /* longest wait for the answer */
    int hang_up_ms;                /* not negative: close the connection so long after sending, whatever came */
    void (*done)(struct http_request *rq, const struct http_reply *reply);
    void *owner;

    int64_t asked_us; /* the client's from here on */
    struct http_request *next;
};

struct http_client *http_client_new(const char *host, uint16_t port, unsigned connections_max);
void http_client_free(struct http_client *c); /* open requests are dropped without `done` */

void http_client_send(struct http_client *c, struct http_request *rq);

/* One turn of the loop: sends what waits, then sleeps until something arrives or `until_us` is reached. */
void http_client_turn(struct http_client *c, int64_t until_us);

unsigned http_client_open_requests(const struct http_client *c);

#endif
