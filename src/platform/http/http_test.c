#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "platform/http/cases_test.h"
#include "platform/http/http_impl.h"

/* ---- a server with an application for the tests ---- */

#define HELD_MAX 8
#define BYTES(lit) { (const unsigned char *)(lit), sizeof(lit) - 1 }

/* What the loop's thread does is seen a moment later. */
#define WAIT_UNTIL(condition) \
    do { \
        for (int ms = 0; ms < 10000 && !(condition); ms++) \
            usleep(1000); \
        assert_true(condition); \
    } while (0)

struct fixture {
    struct arena *arena;
    struct http_server *server;
    struct http_app app;
    struct http_request *held[HELD_MAX];
    _Atomic size_t held_n;
    struct http_stream *stream;
    _Atomic(struct http_request *) newest;   /* of those held */
    _Atomic int closed, turns, ticks;
    _Atomic bool dropped;
};

struct late {                 /* an answer that another thread asks for */
    struct http_task task;    /* first */
    struct http_request *request;
    char body[16];
};

static void answer(struct http_request *r, struct str body)
{
    http_answer(r, &(struct http_reply){ .status = 200, .content_type = S("text/plain"), .body = body });
}

static void on_late(struct http_task *t)
{
    struct late *late = (struct late *)t;
    answer(late->request, str_c(late->body));
    free(late);
}

static void post_three(void *request)
{
    struct http_request *r = request;
    struct late *chain[3];
    struct http_loop *l = r->loop;
    /* The chain's first two tasks answer the requests that were held before. */
    struct http_request **held = (struct http_request **)(uintptr_t)r->body.p;
    struct http_request *of[3] = { held[0], held[1], r };
    for (int i = 0; i < 3; i++) {
        chain[i] = calloc(1, sizeof(*chain[i]));
        chain[i]->task.run = on_late;
        chain[i]->request = of[i];
        snprintf(chain[i]->body, sizeof(chain[i]->body), "late %d", i);
    }
    chain[0]->task.next = &chain[1]->task;
    chain[1]->task.next = &chain[2]->task;
    http_loop_post(l, &chain[0]->task);
}

static void on_closed(void *user)
{
    struct fixture *f = user;
    f->stream = NULL;
    f->closed++;
}

static void release(struct fixture *f, struct http_request *r)
{
    answer(r, S("release"));
    while (f->held_n) {
        struct http_request *held = f->held[--f->held_n];
        answer(held, held->query);
    }
}

static void post_from_thread(struct fixture *f, struct http_request *r)
{
    uv_thread_t thread;
    r->body = str_of((const char *)f->held, sizeof(f->held));
    f->held_n = 0;
    uv_thread_create(&thread, post_three, r);
    uv_thread_join(&thread);
}

static const struct http_asset asset_rows[] = {
    { "/app.js", "text/javascript", "\"v1\"", false, BYTES("plain"), BYTES("zipped"), BYTES("br") },
    { "/logo-1.svg", "image/svg+xml", "\"v2\"", true, BYTES("<svg/>"), { NULL, 0 }, { NULL, 0 } },
};
static const struct http_assets assets = { asset_rows, 2 };

static void on_request(void *self, struct http_request *r)
{
    struct fixture *f = self;
    static const struct http_header extra[] = { { { "X-Good", 6 }, { "yes", 3 } }, { { "X-Bad", 5 }, { "a\r\nSet-Cookie: b", 16 } } };
    if (http_asset_answer(r, &assets, r->path))
        return;
    if (str_eq(r->path, S("/hold"))) {
        f->held[f->held_n++] = r;
        f->newest = r;
    } else if (str_eq(r->path, S("/release"))) {
        release(f, r);
    } else if (str_eq(r->path, S("/drop"))) {
        while (f->held_n)
            http_drop(f->held[--f->held_n]);
        answer(r, S("dropped"));
    } else if (str_eq(r->path, S("/post"))) {
        post_from_thread(f, r);
    } else if (str_eq(r->path, S("/stream"))) {
        f->stream = http_stream_open(r, on_closed, f);
        http_stream_send(f->stream, S("data: 1\n\n"));
    } else if (str_eq(r->path, S("/flood"))) {
        static char much[300000];
        memset(much, 'x', sizeof(much));
        struct http_stream *s = http_stream_open(r, on_closed, f);
        bool open = true;
        for (int i = 0; open && i < 100; i++)
            open = http_stream_send(s, str_of(much, sizeof(much)));
        f->dropped = !open;
    } else if (str_eq(r->path, S("/headers"))) {
        http_answer(r, &(struct http_reply){ .status = 204, .headers = extra, .header_count = 2 });
    } else if (str_eq(r->path, S("/peer"))) {
        answer(r, r->peer);
    } else if (str_eq(r->path, S("/close"))) {
        http_answer(r, &(struct http_reply){ .status = 200, .body = S("bye"), .close = true });
    } else {
        answer(r, r->body);
    }
}

static size_t body_max(void *self, struct str method, struct str path)
{
    (void)self;
    (void)method;
    return str_eq(path, S("/small er")) ? 2 : CASE_BODY_BYTES;
}

static void on_turn(void *self, struct http_loop *l)
{
    struct fixture *f = self;
    (void)l;
    f->turns++;
}

static void on_tick(void *self, struct http_loop *l)
{
    struct fixture *f = self;
    (void)l;
    f->ticks++;
}

static int start(void **state)
{
    static const char *const proxies[] = { "127.0.0.1", "10.0.0.1", NULL };
    struct fixture *f = calloc(1, sizeof(*f));
    struct http_options o = { .host = "127.0.0.1", .loops = 1, .trusted_proxies = proxies, .app = &f->app };
    struct str why;
    f->arena = arena_new(0);
    f->app = (struct http_app){ .self = f, .handle = on_request, .body_max = body_max, .turn = on_turn, .tick = on_tick };
    http_limits_default(&o.limits);
    o.limits.line_bytes = CASE_LINE_BYTES;
    o.limits.head_bytes = CASE_HEAD_BYTES;
    o.limits.headers = CASE_HEADERS;
    o.limits.pipelined = 4;
    f->server = http_start(f->arena, &o, &why);
    *state = f;
    return f->server ? 0 : -1;
}

static int stop(void **state)
{
    struct fixture *f = *state;
    http_stop(f->server);
    arena_free(f->arena);
    free(f);
    return 0;
}

/* ---- a client ---- */

struct client {
    int fd;
    char in[8192];
    size_t n;
};

struct reply {
    int status;
    char head[1024], body[1024];
};

static void client_open(struct client *c, const struct fixture *f)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)http_port(f->server)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct timeval patience = { .tv_sec = 30 };
    int on = 1;
    c->n = 0;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(c->fd >= 0);
    setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    assert_int_equal(connect(c->fd, (struct sockaddr *)&a, sizeof(a)), 0);
}

static void client_send(const struct client *c, struct str bytes)
{
    assert_int_equal(send(c->fd, bytes.p, bytes.n, MSG_NOSIGNAL), (ssize_t)bytes.n);
}

/* More input; false at its end. */
static bool client_fill(struct client *c)
{
    assert_true(c->n < sizeof(c->in) - 1);
    ssize_t n = recv(c->fd, c->in + c->n, sizeof(c->in) - 1 - c->n, 0);
    assert_true(n >= 0);
    c->n += (size_t)n;
    c->in[c->n] = 0;
    return n > 0;
}

static struct reply client_read(struct client *c, bool head_only)
{
    struct reply r = { 0 };
    size_t length = 0;
    char *end = NULL;
    while (!end) {
        end = c->n ? memmem(c->in, c->n, "\r\n\r\n", 4) : NULL;
        if (!end && !client_fill(c))
            fail_msg("%s", "closed before an answer");
    }
    size_t head = (size_t)(end - c->in) + 4;
    assert_true(head < sizeof(r.head));
    memcpy(r.head, c->in, head);
    assert_int_equal(sscanf(r.head, "HTTP/1.1 %d ", &r.status), 1);
    char *field = strstr(r.head, "Content-Length: ");
    if (field && !head_only)
        length = (size_t)strtoul(field + 16, NULL, 10);
    assert_true(length < sizeof(r.body));
    while (c->n < head + length)
        assert_true(client_fill(c));
    memcpy(r.body, c->in + head, length);
    c->n -= head + length;
    memmove(c->in, c->in + head + length, c->n);
    c->in[c->n] = 0;
    return r;
}

static void expect_end(struct client *c)
{
    assert_int_equal(c->n, 0);
    assert_false(client_fill(c));
    close(c->fd);
}

static void expect_answer(struct client *c, int status, const char *body)
{
    struct reply r = client_read(c, false);
    assert_int_equal(r.status, status);
    assert_string_equal(r.body, body);
}

/* ---- over the wire ---- */

static void test_cases(void **state)
{
    for (size_t i = 0; i < HTTP_CASES; i++) {
        const struct http_case *row = &http_cases[i];
        struct client c;
        client_open(&c, *state);
        client_send(&c, row->bytes);
        struct reply r = client_read(&c, false);
        if (r.status != row->status)
            fail_msg("%s: %d instead of %d", row->name, r.status, row->status);
        assert_non_null(strstr(r.head, "X-Content-Type-Options: nosniff\r\n"));
        if (r.status == 200) {
            assert_true(str_eq(str_c(r.body), row->body));
            client_send(&c, S("POST /after HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nafter"));
            expect_answer(&c, 200, "after");
        } else {
            assert_non_null(strstr(r.head, "Connection: close\r\n"));
            assert_non_null(strstr(r.head, "Content-Type: application/problem+json\r\n"));
            assert_non_null(strstr(r.body, "\"code\":\""));
        }
        expect_end(&c);
    }
}

/* Bytes behind a refused request are not taken for one. */
static void test_nothing_after_refusal(void **state)
{
    struct client c;
    client_open(&c, *state);
    client_send(&c, S("GET /a HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_int_equal(client_read(&c, false).status, 400);
    expect_end(&c);
}

static void test_every_cut(void **state)
{
    static const struct str requests[] = {
        S("\r\nPOST /%78?y HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"),
        S("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nhe\r\n3\r\nllo\r\n0\r\nT: u\r\n\r\n"),
    };
    struct client c;
    client_open(&c, *state);
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
        for (size_t cut = 1; cut < requests[i].n; cut++) {
            client_send(&c, str_of(requests[i].p, cut));
            usleep(500);
            client_send(&c, str_of(requests[i].p + cut, requests[i].n - cut));
            expect_answer(&c, 200, "hello");
        }
    close(c.fd);
}

static int64_t connections_open(const struct fixture *f)
{
    struct http_stats stats;
    http_stats(f->server, &stats);
    return stats.connections_open;
}

/* What anybody sent before, or the end of it, has been read: in the second turn of the loop at the latest. */
static void read_all_sent(struct client *c)
{
    for (int turn = 0; turn < 2; turn++) {
        client_send(c, S("GET /x HTTP/1.1\r\nHost: a\r\n\r\n"));
        expect_answer(c, 200, "");
    }
}

static void test_answers_in_order(void **state)
{
    struct client c;
    client_open(&c, *state);
    client_send(&c, S("GET /hold?1 HTTP/1.1\r\nHost: a\r\n\r\nGET /hold?2 HTTP/1.1\r\nHost: a\r\n\r\nGET /release HTTP/1.1\r\nHost: a\r\n\r\n"));
    expect_answer(&c, 200, "1");
    expect_answer(&c, 200, "2");
    expect_answer(&c, 200, "release");
    close(c.fd);
}

/* Reading pauses at 4 requests under way, and goes on with what was read already. */
static void test_pipeline_pauses(void **state)
{
    struct fixture *f = *state;
    struct client c, other;
    client_open(&c, f);
    client_open(&other, f);
    for (int i = 0; i < 6; i++)
        client_send(&c, S("GET /hold?x HTTP/1.1\r\nHost: a\r\n\r\n"));
    WAIT_UNTIL(f->held_n == 4);
    read_all_sent(&other);
    assert_int_equal(f->held_n, 4);
    client_send(&other, S("GET /release HTTP/1.1\r\nHost: a\r\n\r\n"));
    expect_answer(&other, 200, "release");
    for (int i = 0; i < 4; i++)
        expect_answer(&c, 200, "x");
    WAIT_UNTIL(f->held_n == 2);
    client_send(&other, S("GET /release HTTP/1.1\r\nHost: a\r\n\r\n"));
    expect_answer(&other, 200, "release");
    expect_answer(&c, 200, "x");
    expect_answer(&c, 200, "x");
    close(c.fd);
    close(other.fd);
}

static void test_tasks_of_another_thread(void **state)
{
    struct client c;
    client_open(&c, *state);
    client_send(&c, S("GET /hold HTTP/1.1\r\nHost: a\r\n\r\nGET /hold HTTP/1.1\r\nHost: a\r\n\r\nGET /post HTTP/1.1\r\nHost: a\r\n\r\n"));
    expect_answer(&c, 200, "late 0");
    expect_answer(&c, 200, "late 1");
    expect_answer(&c, 200, "late 2");
    close(c.fd);
}

static void test_answer_after_client_has_gone(void **state)
{
    struct fixture *f = *state;
    struct client c, other;
    struct linger reset = { .l_onoff = 1 };
    client_open(&c, f);
    client_open(&other, f);
    client_send(&c, S("GET /hold?x HTTP/1.1\r\nHost: a\r\n\r\n"));
    WAIT_UNTIL(f->held_n == 1);
    setsockopt(c.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close(c.fd);
    WAIT_UNTIL(connections_open(f) == 1);
    client_send(&other, S("GET /release HTTP/1.1\r\nHost: a\r\n\r\n"));
    expect_answer(&other, 200, "release");
    close(other.fd);
}

/* Two that are under way on one connection, and one whose connection has gone. */
static void test_dropped_without_an_answer(void **state)
{
    struct fixture *f = *state;
    struct client c, gone, other;
    client_open(&c, f);
    client_open(&gone, f);
    client_open(&other, f);
    client_send(&c, S("GET /hold?1 HTTP/1.1\r\nHost: a\r\n\r\nGET /hold?2 HTTP/1.1\r\nHost: a\r\n\r\n"));
    client_send(&gone, S("GET /hold?3 HTTP/1.1\r\nHost: a\r\n\r\n"));
    WAIT_UNTIL(f->held_n == 3);
    close(gone.fd);
    read_all_sent(&other);
    client_send(&other, S("GET /drop HTTP/1.1\r\nHost: a\r\n\r\n"));
    expect_answer(&other, 200, "dropped");
    expect_end(&c);
    close(other.fd);
}

static void test_head(void **state)
{
    struct client c;
    client_open(&c, *state);
    client_send(&c, S("HEAD /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcPOST /y HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\ny"));
    struct reply r = client_read(&c, true);
    assert_non_null(strstr(r.head, "Content-Length: 3\r\n"));
    expect_answer(&c, 200, "y");
    close(c.fd);
}

static void test_reply_headers(void **state)
{
    struct client c;
    client_open(&c, *state);
    client_send(&c, S("GET /headers HTTP/1.1\r\nHost: a\r\n\r\n"));
    struct reply r = client_read(&c, false);
    assert_int_equal(r.status, 204);
    assert_null(strstr(r.head, "Content-Length"));
    assert_null(strstr(r.head, "Set-Cookie"));
    assert_non_null(strstr(r.head, "X-Good: yes\r\n"));
    assert_non_null(strstr(r.head, " GMT\r\n"));
    client_send(&c, S("GET /close HTTP/1.1\r\nHost: a\r\n\r\n"));
    expect_answer(&c, 200, "bye");
    expect_end(&c);
}

static void test_http_1_0(void **state)
{
    struct client c;
    client_open(&c, *state);
    client_send(&c, S("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
    assert_non_null(strstr(client_read(&c, false).head, "Connection: keep-alive\r\n"));
    client_send(&c, S("GET /x HTTP/1.0\r\n\r\n"));
    assert_non_null(strstr(client_read(&c, false).head, "Connection: close\r\n"));
    expect_end(&c);
}

static void test_continue(void **state)
{
    struct client c;
    client_open(&c, *state);
    client_send(&c, S("POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
    assert_int_equal(client_read(&c, false).status, 100);
    client_send(&c, S("hi"));
    expect_answer(&c, 200, "hi");
    client_send(&c, S("POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 99\r\n\r\n"));
    assert_int_equal(client_read(&c, false).status, 413);
    expect_end(&c);
}

static void test_body_max_of_application(void **state)
{
    struct client c;
    client_open(&c, *state);
    client_send(&c, S("POST /small%20er HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab"));
    expect_answer(&c, 200, "ab");
    client_send(&c, S("POST /small%20er HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"));
    assert_int_equal(client_read(&c, false).status, 413);
    expect_end(&c);
}

static void test_peer(void **state)
{
    static const struct { const char *forwarded, *peer; } rows[] = {
        { "", "127.0.0.1" },
        { "X-Forwarded-For: 192.0.2.7\r\n", "192.0.2.7" },
        { "X-Forwarded-For: 1.2.3.4, 192.0.2.7\r\n", "192.0.2.7" },
        { "X-Forwarded-For: 192.0.2.7, 10.0.0.1 \r\n", "192.0.2.7" },
        { "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-For: 10.0.0.1\r\n", "192.0.2.7" },
        { "X-Forwarded-For: 2001:db8::1\r\n", "2001:db8::1" },
        { "X-Forwarded-For: unknown\r\n", "127.0.0.1" },
        { "X-Forwarded-For: 10.0.0.1\r\n", "127.0.0.1" },
    };
    struct client c;
    client_open(&c, *state);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char request[256];
        int n = snprintf(request, sizeof(request), "GET /peer HTTP/1.1\r\nHost: a\r\n%s\r\n", rows[i].forwarded);
        client_send(&c, str_of(request, (size_t)n));
        expect_answer(&c, 200, rows[i].peer);
    }
    close(c.fd);
}

static void test_stream(void **state)
{
    struct fixture *f = *state;
    struct http_stats stats;
    struct client c;
    int before = f->closed;
    client_open(&c, f);
    client_send(&c, S("GET /hold?1 HTTP/1.1\r\nHost: a\r\n\r\nGET /stream HTTP/1.1\r\nHost: a\r\n\r\n"));
    struct client other;
    client_open(&other, f);
    WAIT_UNTIL(f->held_n == 1);
    client_send(&other, S("GET /release HTTP/1.1\r\nHost: a\r\n\r\n"));
    expect_answer(&other, 200, "release");
    close(other.fd);

    expect_answer(&c, 200, "1");
    struct reply r = client_read(&c, true);
    assert_non_null(strstr(r.head, "Content-Type: text/event-stream"));
    while (c.n < 9)
        assert_true(client_fill(&c));
    assert_string_equal(c.in, "data: 1\n\n");
    http_stats(f->server, &stats);
    assert_int_equal(stats.streams_open, 1);
    close(c.fd);
    WAIT_UNTIL(f->closed == before + 1);
    http_stats(f->server, &stats);
    assert_int_equal(stats.streams_open, 0);
}

static void test_slow_stream_is_dropped(void **state)
{
    struct fixture *f = *state;
    struct client c;
    int before = f->closed;
    client_open(&c, f);
    client_send(&c, S("GET /flood HTTP/1.1\r\nHost: a\r\n\r\n"));
    WAIT_UNTIL(f->closed == before + 1);
    WAIT_UNTIL(f->dropped);
    close(c.fd);
}

static void test_assets(void **state)
{
    static const struct { const char *request; int status; const char *has, *has_not, *body; } rows[] = {
        { "GET /app.js HTTP/1.1\r\n", 200, "ETag: \"v1\"\r\n", "Content-Encoding", "plain" },
        { "GET /app.js HTTP/1.1\r\n", 200, "Content-Type: text/javascript\r\n", "public", "plain" },
        { "GET /app.js HTTP/1.1\r\n", 200, "Content-Security-Policy: default-src 'self'; ", "immutable", "plain" },
        { "GET /app.js HTTP/1.1\r\nAccept-Encoding: gzip\r\n", 200, "Content-Encoding: gzip\r\n", "\"v1\"", "zipped" },
        { "GET /app.js HTTP/1.1\r\nAccept-Encoding: gzip, br\r\n", 200, "Content-Encoding: br\r\n", "gzip", "br" },
        { "GET /app.js HTTP/1.1\r\nAccept-Encoding: br;q=0.1, *\r\n", 200, "ETag: \"v1-gzip\"\r\n", "br\r\n", "zipped" },
        { "GET /app.js HTTP/1.1\r\nAccept-Encoding: br\r\nIf-None-Match: \"v1-br\"\r\n", 304, "ETag: \"v1-br\"\r\n", "Content-Length", "" },
        { "GET /app.js HTTP/1.1\r\nAccept-Encoding: br\r\nIf-None-Match: \"v1\"\r\n", 200, "Vary: Accept-Encoding\r\n", "304", "br" },
        { "GET /logo-1.svg HTTP/1.1\r\nAccept-Encoding: br\r\n", 200, "max-age=31536000, immutable\r\n", "Content-Encoding", "<svg/>" },
        { "GET /logo-1.svg/ HTTP/1.1\r\n", 200, "text/plain", "ETag", "" },
        { "POST /app.js HTTP/1.1\r\n", 200, "text/plain", "ETag", "" },
        { "GET /app.j HTTP/1.1\r\n", 200, "text/plain", "ETag", "" },
    };
    struct client c;
    char request[256];
    client_open(&c, *state);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int n = snprintf(request, sizeof(request), "%sHost: a\r\n\r\n", rows[i].request);
        client_send(&c, str_of(request, (size_t)n));
        struct reply r = client_read(&c, false);
        assert_int_equal(r.status, rows[i].status);
        assert_string_equal(r.body, rows[i].body);
        if (!strstr(r.head, rows[i].has) || strstr(r.head, rows[i].has_not))
            fail_msg("%s%s", rows[i].request, r.head);
    }
    client_send(&c, S("HEAD /app.js HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_non_null(strstr(client_read(&c, true).head, "Content-Length: 5\r\n"));
    client_send(&c, S("GET /peer HTTP/1.1\r\nHost: a\r\n\r\n"));
    expect_answer(&c, 200, "127.0.0.1");
    close(c.fd);
}

static void test_hooks_and_stats(void **state)
{
    struct fixture *f = *state;
    struct http_stats s;
    WAIT_UNTIL(f->ticks >= 2 && f->turns >= 2);
    WAIT_UNTIL(connections_open(f) == 0);
    http_stats(f->server, &s);
    assert_true(s.accepted > (int64_t)HTTP_CASES && s.requests > 100 && s.bad_requests > 100 && s.bytes_in > 0 && s.bytes_out > 0);
}

static void test_port_in_use(void **state)
{
    struct fixture *f = *state;
    struct str why = { 0 };
    struct http_options o = { .host = "127.0.0.1", .port = http_port(f->server), .loops = 2, .app = &f->app };
    http_limits_default(&o.limits);
    assert_null(http_start(f->arena, &o, &why));
    assert_non_null(memmem(why.p, why.n, "127.0.0.1 port ", 15));
    assert_non_null(memmem(why.p, why.n, "in use", 6));
}

/* A stop lets what is under way finish and tells the client. */
static void test_stop_while_under_way(void **state)
{
    void *own;
    struct client c, idle;
    uv_thread_t stopper;
    (void)state;
    assert_int_equal(start(&own), 0);
    struct fixture *f = own;
    client_open(&c, f);
    client_open(&idle, f);
    client_send(&c, S("GET /hold?x HTTP/1.1\r\nHost: a\r\n\r\n"));
    WAIT_UNTIL(f->newest);
    uv_thread_create(&stopper, (uv_thread_cb)(uintptr_t)http_stop, f->server);
    expect_end(&idle);
    struct late *late = calloc(1, sizeof(*late));
    late->task.run = on_late;
    late->request = f->newest;
    snprintf(late->body, sizeof(late->body), "done");
    http_loop_post(late->request->loop, &late->task);
    struct reply r = client_read(&c, false);
    assert_string_equal(r.body, "done");
    assert_non_null(strstr(r.head, "Connection: close\r\n"));
    expect_end(&c);
    uv_thread_join(&stopper);
    arena_free(f->arena);
    free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_nothing_after_refusal),
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_answers_in_order),
        cmocka_unit_test(test_pipeline_pauses),
        cmocka_unit_test(test_tasks_of_another_thread),
        cmocka_unit_test(test_answer_after_client_has_gone),
        cmocka_unit_test(test_dropped_without_an_answer),
        cmocka_unit_test(test_head),
        cmocka_unit_test(test_reply_headers),
        cmocka_unit_test(test_http_1_0),
        cmocka_unit_test(test_continue),
        cmocka_unit_test(test_body_max_of_application),
        cmocka_unit_test(test_peer),
        cmocka_unit_test(test_stream),
        cmocka_unit_test(test_slow_stream_is_dropped),
        cmocka_unit_test(test_assets),
        cmocka_unit_test(test_hooks_and_stats),
        cmocka_unit_test(test_port_in_use),
        cmocka_unit_test(test_stop_while_under_way),
    };
    return cmocka_run_group_tests_name("http", tests, start, stop);
}
