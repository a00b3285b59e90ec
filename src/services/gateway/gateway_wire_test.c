/* One request in is one request out. Each request that two readers could understand in two ways, and its harmless relatives (http/cases_test.h), goes
 * through the gateway to a server that counts: what the gateway does not answer with 200 has reached nobody, and what it does is there once, with the same
 * body, and nothing that reaches it is anything but clean HTTP. */
#include "fixture.h"
#include "gateway_int.h"
#include "test.h"

#include <arpa/inet.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "platform/config/config.h"
#include "platform/http/cases_test.h"
#include "platform/http/http.h"

struct behind {               /* the server behind */
    struct http_server *server;
    struct http_app app;
    _Atomic int requests;
};

static void echo(void *self, struct http_request *r)
{
    struct behind *b = self;
    atomic_fetch_add(&b->requests, 1);
    http_answer(r, &(struct http_reply){ .status = 200, .content_type = S("text/plain"), .body = r->body });
}

static void behind_open(struct behind *b, struct arena *arena)
{
    struct str why = { 0 };
    struct http_options o = { .host = "127.0.0.1", .loops = 1, .app = &b->app };
    *b = (struct behind){ .app = { .self = b, .handle = echo } };
    http_limits_default(&o.limits);
    b->server = http_start(arena, &o, &why);
    assert_non_null(b->server);
}

static void gateway_to(struct fixture *f, int port)
{
    static const struct service *const services[] = { &gateway_service, NULL };
    struct str why = { 0 };
    char table[96];
    fixture_open(f, services);
    snprintf(table, sizeof(table), "%s/table", f->dir);
    FILE *file = fopen(table, "w");
    assert_non_null(file);
    fprintf(file, "upstream up http://127.0.0.1:%d\nroute / up\n", port);
    fclose(file);
    assert_true(config_set(f->config, S("gateway.table"), str_c(table), &why));
    assert_true(config_set(f->config, S("http.port"), S("0"), &why));
    fixture_restart(f);
    assert_true(app_listen(f->app, f->arena, &why));
}

/* Sends and reads until the other end closes; what is asked after it, says so. */
static size_t talk(int port, struct str bytes, char *text, size_t size)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((in_port_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct timeval patience = { .tv_sec = 60 };
    size_t n = 0;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    for (size_t at = 0; at < bytes.n;) {
        ssize_t sent = send(fd, bytes.p + at, bytes.n - at, MSG_NOSIGNAL);
        assert_true(sent > 0);
        at += (size_t)sent;
    }
    for (;;) {
        ssize_t got = recv(fd, text + n, size - 1 - n, 0);
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    close(fd);
    text[n] = 0;
    return n;
}

static int count_of(const char *text, const char *what)
{
    int n = 0;
    for (const char *at = strstr(text, what); at; at = strstr(at + 1, what))
        n++;
    return n;
}

/* Some cases are about limits that are narrower than those of a program. */
static bool about_limits(const struct http_case *c)
{
    return c->status == 413 || c->status == 414 || c->status == 431;
}

static void test_one_in_one_out(void **state)
{
    const struct str after = S("POST /after HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nafter");
    static char text[65536];
    struct fixture f;
    struct behind b;
    struct arena *arena = arena_new(0);
    int passed = 0, refused = 0;
    (void)state;
    behind_open(&b, arena);
    gateway_to(&f, http_port(b.server));
    for (size_t i = 0; i < HTTP_CASES; i++) {
        const struct http_case *c = &http_cases[i];
        if (about_limits(c))
            continue;
        struct str bytes = c->status == 200 ? arena_fmt(arena, "%.*s%.*s", STR_ARG(c->bytes), STR_ARG(after)) : c->bytes;
        int before = atomic_load(&b.requests);
        talk(app_port(f.app), bytes, text, sizeof(text));
        int came = atomic_load(&b.requests) - before, good = count_of(text, "HTTP/1.1 200 OK\r\n");
        bool answered = strncmp(text, "HTTP/1.1 200", 12) == 0;
        const char *body = strstr(text, "\r\n\r\n");
        bool right = came == good && (c->status == 200 || !good) && body && (!answered || !c->body.n || !strncmp(body + 4, c->body.p, c->body.n));
        if (!right)
            print_error("%s: %d reached the server behind: %s", c->name, came, text);
        assert_true(right);
        passed += answered;
        refused += !answered;
    }
    struct http_stats stats;
    http_stats(b.server, &stats);
    assert_int_equal(stats.bad_requests, 0);
    assert_true(passed > 30 && refused > 100);
    fixture_close(&f);
    http_stop(b.server);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_one_in_one_out) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
