/* The pool. A connection is in one of five states; conn_end() is the only way back to closed, and request_done() the only
 * place that hands a request back. Nothing is written from inside a `done`: new requests wait for the next turn. */
#include "http_client.h"

#include "http_answer.h"
#include "tool.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BYTES_FIRST = 8 * 1024, EVENTS = 256, SWEEP_US = 20 * US_A_MS };

enum conn_state { CONN_CLOSED, CONN_CONNECTING, CONN_IDLE, CONN_SENDING, CONN_WAITING };

struct bytes {
    char *p;
    size_t used, room;
};

struct conn {
    enum conn_state state;
    int fd;
    unsigned served; /* answers read on this connection */
    struct http_request *rq;
    int64_t sent_us;
    size_t written; /* of out */
    struct bytes out, in;
    struct http_answer answer;
};

struct http_client {
    int epoll;
    struct sockaddr_storage address;
    socklen_t address_len;
    char host[280];                     /* for the Host header */
    struct http_request *first, **last; /* those that have no connection yet */
    unsigned open_requests;
    int64_t swept_us;
    unsigned conn_count, idle_count, closed_count;
    unsigned *idle, *closed; /* stacks of connection numbers */
    struct conn *conns;
};

static void bytes_make_room(struct bytes *b, size_t more)
{
    if (b->room - b->used >= more)
        return;

    size_t room = b->room ? b->room : BYTES_FIRST;
    while (room - b->used < more)
        room *= 2;
    b->p = mem_grow(b->p, room, 1);
    b->room = room;
}

static PRINTF_LIKE(2, 3) void bytes_print(struct bytes *b, const char *format, ...)
{
    va_list args, again;

    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(n >= 0);
    bytes_make_room(b, (size_t)n + 1);
    vsnprintf(b->p + b->used, (size_t)n + 1, format, again);
    va_end(again);
    b->used += (size_t)n;
}

static void request_done(struct http_client *c, struct http_request *rq, struct http_reply *reply)
{
    c->open_requests--;
    reply->took_us = clock_us() - rq->asked_us;
    rq->done(rq, reply);
}

static struct http_request *conn_drop_request(struct conn *conn)
{
    struct http_request *rq = conn->rq;

    conn->rq = NULL;
    return rq;
}

/* Closes the connection; a request it carried ends with `outcome`. */
static void conn_end(struct http_client *c, struct conn *conn, enum http_outcome outcome)
{
    struct http_request *rq = conn_drop_request(conn);
    struct http_reply reply = { .outcome = outcome, .retry_after_s = -1 };

    reply.stale = outcome == HTTP_BROKEN && conn->served > 0 && conn->in.used == 0;
    if (conn->state == CONN_IDLE) {
        unsigned at = 0, number = (unsigned)(conn - c->conns);
        while (c->idle[at] != number)
            at++;
        c->idle[at] = c->idle[--c->idle_count];
    }
    close(conn->fd);
    conn->fd = -1;
    conn->state = CONN_CLOSED;
    c->closed[c->closed_count++] = (unsigned)(conn - c->conns);
    if (rq)
        request_done(c, rq, &reply);
}

static void conn_watch(struct http_client *c, struct conn *conn, int operation, uint32_t events)
{
    struct epoll_event e = { .events = events, .data.ptr = conn };

    if (epoll_ctl(c->epoll, operation, conn->fd, &e))
        tool_die("epoll_ctl: %s", strerror(errno));
}

static void conn_write(struct http_client *c, struct conn *conn)
{
    while (conn->written < conn->out.used) {
        ssize_t n = send(conn->fd, conn->out.p + conn->written, conn->out.used - conn->written, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN) {
            if (conn->state != CONN_SENDING)
                conn_watch(c, conn, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
            conn->state = CONN_SENDING;
            return;
        }
        if (n < 0) {
            conn_end(c, conn, HTTP_BROKEN);
            return;
        }
        conn->written += (size_t)n;
    }
    if (conn->state != CONN_WAITING)
        conn_watch(c, conn, EPOLL_CTL_MOD, EPOLLIN);
    conn->state = CONN_WAITING;
    conn->sent_us = clock_us();
}

static void conn_compose(const struct http_client *c, struct conn *conn)
{
    const struct http_request *rq = conn->rq;
    struct bytes *out = &conn->out;
    const struct {
        const char *name, *value;
    } headers[] = {
        {"Authorization: Bearer ", rq->token ? *rq->token : NULL},
        { "Idempotency-Key: ",     rq->key                      },
        { "Queue-Pass: ",          rq->pass                     },
        { "If-None-Match: ",       rq->etag                     },
    };

    out->used = conn->written = conn->in.used = 0;
    conn->answer = (struct http_answer){ 0 };
    bytes_print(out, "%s %s HTTP/1.1\r\nHost: %s\r\nAccept: application/json\r\n", rq->method, rq->path, c->host);
    for (size_t i = 0; i < COUNT(headers); i++)
        if (headers[i].value)
            bytes_print(out, "%s%s\r\n", headers[i].name, headers[i].value);
    if (rq->body)
        bytes_print(out, "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", strlen(rq->body), rq->body);
    else if (strcmp(rq->method, "GET"))
        bytes_print(out, "Content-Length: 0\r\n\r\n");
    else
        bytes_print(out, "\r\n");
}

static void conn_start(struct http_client *c, struct conn *conn)
{
    static const int on = 1;
    int family = c->address.ss_family;

    conn->served = 0;
    conn->in.used = 0;
    conn->state = CONN_CONNECTING;
    conn->fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (conn->fd < 0)
        tool_die("socket: %s (the limit of open files may be lower than --connections)", strerror(errno));
    setsockopt(conn->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    conn_watch(c, conn, EPOLL_CTL_ADD, EPOLLOUT);
    if (connect(conn->fd, (const struct sockaddr *)&c->address, c->address_len) && errno != EINPROGRESS)
        conn_end(c, conn, HTTP_REFUSED);
}

static void conn_connected(struct http_client *c, struct conn *conn)
{
    int fault = 0;
    socklen_t size = sizeof fault;

    if (getsockopt(conn->fd, SOL_SOCKET, SO_ERROR, &fault, &size) || fault)
        conn_end(c, conn, HTTP_REFUSED);
    else
        conn_write(c, conn);
}

static int retry_after_of(const struct http_answer *a, const char *bytes)
{
    size_t len = 0;
    const char *value = http_answer_header(a, bytes, "retry-after", &len);

    return value && len > 0 && *value >= '0' && *value <= '9' ? (int)strtol(value, NULL, 10) : -1;
}

static void conn_answered(struct http_client *c, struct conn *conn)
{
    const struct http_answer *a = &conn->answer;
    struct http_request *rq = conn_drop_request(conn);
    struct http_reply reply = { .outcome = HTTP_ANSWERED,
                                .status = a->status,
                                .body = conn->in.p + a->body_at,
                                .body_len = a->body_len,
                                .retry_after_s = retry_after_of(a, conn->in.p) };
    size_t etag_len = 0;
    const char *etag = http_answer_header(a, conn->in.p, "etag", &etag_len);

    if (etag && etag_len < sizeof reply.etag)
        memcpy(reply.etag, etag, etag_len);
    conn->served++;
    if (a->keep_alive && a->end == conn->in.used) {
        conn->state = CONN_IDLE;
        c->idle[c->idle_count++] = (unsigned)(conn - c->conns);
    } else {
        conn_end(c, conn, HTTP_ANSWERED);
    }
    request_done(c, rq, &reply);
}

static void conn_read(struct http_client *c, struct conn *conn)
{
    bool closed = false;

    bytes_make_room(&conn->in, BYTES_FIRST / 2);
    ssize_t n = recv(conn->fd, conn->in.p + conn->in.used, conn->in.room - conn->in.used, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0)
        closed = true;
    else
        conn->in.used += (size_t)n;

    if (!conn->rq || n < 0 || conn->in.used == 0) {
        conn_end(c, conn, HTTP_BROKEN);
        return;
    }
    if (conn->rq->hang_up_ms >= 0) {
        conn_end(c, conn, HTTP_LOST);
        return;
    }
    switch (http_answer_read(&conn->answer, conn->in.p, conn->in.used, closed)) {
    case HTTP_MORE:
        break;
    case HTTP_DONE:
        conn_answered(c, conn);
        break;
    case HTTP_BAD:
        conn_end(c, conn, closed ? HTTP_BROKEN : HTTP_GARBLED);
        break;
    }
}

/* Ends what waited too long and hangs up where that was asked for. */
static void client_sweep(struct http_client *c, int64_t now)
{
    c->swept_us = now;
    for (unsigned i = 0; i < c->conn_count; i++) {
        struct conn *conn = &c->conns[i];
        if (!conn->rq)
            continue;
        if (conn->rq->hang_up_ms >= 0 && conn->state == CONN_WAITING && now >= conn->sent_us + (int64_t)conn->rq->hang_up_ms * US_A_MS)
            conn_end(c, conn, HTTP_LOST);
        else if (now >= conn->rq->asked_us + conn->rq->patience_us)
            conn_end(c, conn, HTTP_LATE);
    }
}

/* Gives waiting requests a connection: one that is open, else a new one. */
static void client_dispatch(struct http_client *c)
{
    while (c->first && (c->idle_count || c->closed_count)) {
        bool open = c->idle_count > 0;
        struct conn *conn = &c->conns[open ? c->idle[--c->idle_count] : c->closed[--c->closed_count]];

        conn->rq = c->first;
        c->first = conn->rq->next;
        if (!c->first)
            c->last = &c->first;
        conn_compose(c, conn);
        if (open) {
            conn->state = CONN_WAITING;
            conn_write(c, conn);
            if (conn->rq && conn->rq->hang_up_ms == 0 && conn->state == CONN_WAITING)
                conn_end(c, conn, HTTP_LOST);
        } else {
            conn_start(c, conn);
        }
    }
}

void http_client_turn(struct http_client *c, int64_t until_us)
{
    struct epoll_event events[EVENTS];

    client_dispatch(c);

    int64_t now = clock_us();
    int64_t wake = until_us;
    if (c->open_requests && wake > now + SWEEP_US)
        wake = now + SWEEP_US;
    int timeout_ms = wake <= now ? 0 : (int)((wake - now + US_A_MS - 1) / US_A_MS);
    int n = epoll_wait(c->epoll, events, EVENTS, timeout_ms);
    if (n < 0 && errno != EINTR)
        tool_die("epoll_wait: %s", strerror(errno));

    for (int i = 0; i < n; i++) {
        struct conn *conn = events[i].data.ptr;
        if (conn->state == CONN_CONNECTING)
            conn_connected(c, conn);
        else if (conn->state == CONN_SENDING && events[i].events & EPOLLOUT)
            conn_write(c, conn);
        else if (conn->state != CONN_CLOSED)
            conn_read(c, conn);
    }
    now = clock_us();
    if (now >= c->swept_us + SWEEP_US)
        client_sweep(c, now);
}

void http_client_send(struct http_client *c, struct http_request *rq)
{
    rq->asked_us = clock_us();
    rq->next = NULL;
    *c->last = rq;
    c->last = &rq->next;
    c->open_requests++;
}

unsigned http_client_open_requests(const struct http_client *c)
{
    return c->open_requests;
}

struct http_client *http_client_new(const char *host, uint16_t port, unsigned connections_max)
{
    const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;
    struct http_client *c = mem_take(1, sizeof *c);
    char service[8];

    snprintf(service, sizeof service, "%u", (unsigned)port);
    int fault = getaddrinfo(host, service, &hints, &found);
    if (fault)
        tool_die("%s: %s", host, gai_strerror(fault));
    memcpy(&c->address, found->ai_addr, found->ai_addrlen);
    c->address_len = found->ai_addrlen;
    freeaddrinfo(found);

    snprintf(c->host, sizeof c->host, strchr(host, ':') ? "[%.200s]:%u" : "%.200s:%u", host, (unsigned)port);
    c->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (c->epoll < 0)
        tool_die("epoll_create1: %s", strerror(errno));
    c->last = &c->first;
    c->conn_count = c->closed_count = connections_max;
    c->conns = mem_take(connections_max, sizeof *c->conns);
    c->idle = mem_take(connections_max, sizeof *c->idle);
    c->closed = mem_take(connections_max, sizeof *c->closed);
    for (unsigned i = 0; i < connections_max; i++) {
        c->conns[i].fd = -1;
        c->closed[i] = connections_max - 1 - i;
    }
    return c;
}

void http_client_free(struct http_client *c)
{
    for (unsigned i = 0; i < c->conn_count; i++) {
        if (c->conns[i].fd >= 0)
            close(c->conns[i].fd);
        free(c->conns[i].out.p);
        free(c->conns[i].in.p);
    }
    close(c->epoll);
    free(c->conns);
    free(c->idle);
    free(c->closed);
    free(c);
}
