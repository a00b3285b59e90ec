/* The gateway's rules without a network: what the table may say, which path goes where, whom to ask, how often, and what is told on. */
#include "fixture.h"
#include "gateway_int.h"
#include "test.h"

#include <stdio.h>
#include <unistd.h>

#include "base/rng.h"
#include "platform/http/http.h"
#include "services/registry/registry.h"

struct bench {
    struct fixture f;
    struct ctx cx;
    struct gateway g;
    struct rng rng;
};

static int setup(void **state)
{
    static const struct service *const services[] = { &registry_service, &registry_member_service, &gateway_service, NULL };
    static struct bench b;
    b = (struct bench){ .g = { .loop_n = 1 } };
    fixture_open(&b.f, services);
    app_ctx_begin(b.f.app, &b.cx);
    rng_seed(&b.rng, 7);
    b.cx.rng = &b.rng;
    b.g.app = b.f.app;
    b.g.arena = b.f.arena;
    *state = &b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    for (size_t i = 0; i < b->g.upstream_n; i++)
        pthread_mutex_destroy(&b->g.upstreams[i].lock);
    app_ctx_end(&b->cx);
    fixture_close(&b->f);
    return 0;
}

/* ---- the table ---- */

static err read_text(struct bench *b, const char *text)
{
    char path[96];
    snprintf(path, sizeof(path), "%s/table", b->f.dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    for (size_t i = 0; i < b->g.upstream_n; i++)
        pthread_mutex_destroy(&b->g.upstreams[i].lock);
    b->g.upstream_n = b->g.way_n = 0;
    fail_clear(&b->cx);
    return table_read(&b->cx, &b->g, str_c(path));
}

#define SHOP "upstream shop http://127.0.0.1:3000 http://[::1]:3001\n"

static void test_table(void **state)
{
    struct bench *b = *state;
    assert_int_equal(read_text(b, "# nothing\n\n" SHOP "upstream name http://example.test:80 # a name\r\n"
                                  "route /shop shop=95 name=5 strip methods=GET,HEAD rate=20 burst=40 roles=STAFF,ADMIN answer_ms=5000\n"
                                  "route / name known-user cors=https://a.test\n"), OK);
    assert_int_equal(b->g.upstream_n, 2);
    assert_true(b->g.upstreams[0].literal);
    assert_false(b->g.upstreams[1].literal);
    assert_int_equal(b->g.way_n, 2);
    const struct way *w = &b->g.ways[0];
    assert_true(str_eq(w->prefix, S("/shop")) && str_eq(w->allow, S("GET, HEAD")));
    assert_true(w->strip && w->user && w->weight == 100 && w->rate == 20 && w->burst == 40 && w->answer_ms == 5000 && w->connect_ms == 1000);
    assert_int_equal(w->roles, ROLE_STAFF | ROLE_ADMIN);
    assert_int_equal(w->route.flags, PASSED_ON | NEED_USER);
    assert_int_equal(b->g.ways[1].route.flags, PASSED_ON | MAY_USER);
    assert_int_equal(b->g.ways[1].prefix.n, 0);
}

static void test_table_faults(void **state)
{
    static const struct { const char *text, *word; int line; } faults[] = {
        { "downstream a http://127.0.0.1:1\n", "downstream", 1 },
        { "upstream Shop http://127.0.0.1:1\n", "Shop", 1 },
        { SHOP SHOP, "shop", 2 },
        { "\nupstream shop\n", "shop", 2 },
        { "upstream shop https://127.0.0.1:1\n", "https://127.0.0.1:1", 1 },
        { "upstream shop http://127.0.0.1\n", "http://127.0.0.1", 1 },
        { "upstream shop http://127.0.0.1:70000\n", "http://127.0.0.1:70000", 1 },
        { "upstream shop http://127.0.0.1:80/x\n", "http://127.0.0.1:80/x", 1 },
        { "upstream shop http://[::1:80\n", "http://[::1:80", 1 },
        { "upstream shop registry:shop\n", "registry:shop", 1 },             /* without registry.urls */
        { SHOP "route shop shop\n", "shop", 2 },
        { SHOP "route /shop/ shop\n", "/shop/", 2 },
        { SHOP "route /a//b shop\n", "/a//b", 2 },
        { SHOP "route /a%20b shop\n", "/a%20b", 2 },
        { SHOP "route /a shop\nroute /a shop\n", "/a", 3 },
        { SHOP "route /a\n", "/a", 2 },
        { SHOP "route /a shop=0\n", "/a", 2 },
        { SHOP "route /a shop=-1\n", "shop=-1", 2 },
        { SHOP "route /a shoq\n", "shoq", 2 },
        { SHOP "route /a shop methods=GET,TRACE\n", "methods=GET,TRACE", 2 },
        { SHOP "route /a shop methods=\n", "methods=", 2 },
        { SHOP "route /a shop roles=KING\n", "roles=KING", 2 },
        { SHOP "route /a shop answer_ms=0\n", "answer_ms=0", 2 },
        { SHOP "route /a shop rate=many\n", "rate=many", 2 },
        { SHOP "route /a shop cors=a.test\n", "cors=a.test", 2 },
    };
    struct bench *b = *state;
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        char wanted[120];
        int n = snprintf(wanted, sizeof(wanted), "line %d: \"%s\" ", faults[i].line, faults[i].word);
        err e = read_text(b, faults[i].text);
        struct str said = b->cx.problem.detail;
        bool right = e == ERR_INPUT && str_starts(said, S("gateway.table: ")) && memmem(said.p, said.n, wanted, (size_t)n);
        if (!right)
            print_error("%s: %d %.*s", faults[i].text, e, STR_ARG(said));
        assert_true(right);
    }
    assert_int_equal(table_read(&b->cx, &b->g, S("/nowhere/table")), ERR_INPUT);
}

/* ---- paths ---- */

static const char *goes_to(const struct bench *b, const char *path)
{
    const struct way *w = way_find(&b->g, str_c(path));
    return w ? b->g.upstreams[w->shares[0].upstream].name.p : "";
}

static void test_ways(void **state)
{
    struct bench *b = *state;
    assert_int_equal(read_text(b, "upstream one http://127.0.0.1:1\nupstream two http://127.0.0.1:2\nroute /a one\nroute /a/b/c two strip\n"), OK);
    assert_memory_equal(goes_to(b, "/a"), "one", 3);
    assert_memory_equal(goes_to(b, "/a/"), "one", 3);
    assert_memory_equal(goes_to(b, "/a/b/cd"), "one", 3);
    assert_memory_equal(goes_to(b, "/a/b/c"), "two", 3);
    assert_memory_equal(goes_to(b, "/a/b/c/d"), "two", 3);
    assert_string_equal(goes_to(b, "/ab"), "");
    assert_string_equal(goes_to(b, "/"), "");
    assert_string_equal(goes_to(b, "/A"), "");
    assert_string_equal(goes_to(b, "*"), "");

    const struct way *w = &b->g.ways[0];
    assert_true(str_eq(way_path(w, S("/a/b/c")), S("/")));
    assert_true(str_eq(way_path(w, S("/%61/b/%63/d%20e")), S("/d%20e")));
    assert_true(str_eq(way_path(w, S("/a/b/c/")), S("/")));
    assert_true(str_eq(way_path(&b->g.ways[1], S("/%61/x")), S("/%61/x")));
}

static void test_clean_paths(void **state)
{
    static const char *const clean[] = { "/", "/a", "/a/", "/a/b;v=1", "/..a/.b", "/a;..", "/a/...;x", "/a b" };
    static const char *const unclean[] = { "//", "//a", "/a//b", "/a/\\b", "/..;/b", "/a/.;x", "/a/;x", "/a/..;x=1/b" };
    (void)state;
    for (size_t i = 0; i < sizeof(clean) / sizeof(clean[0]); i++)
        assert_true(way_path_clean(str_c(clean[i])));
    for (size_t i = 0; i < sizeof(unclean) / sizeof(unclean[0]); i++)
        assert_false(way_path_clean(str_c(unclean[i])));
}

/* A client stays where it is, and all together come out as the weights say. */
static void test_shares(void **state)
{
    struct bench *b = *state;
    int second = 0;
    assert_int_equal(read_text(b, "upstream one http://127.0.0.1:1\nupstream two http://127.0.0.1:2\nroute / one=90 two=10\n"), OK);
    for (uint64_t client = 0; client < 20000; client++) {
        size_t at = way_share(&b->g.ways[0], client);
        assert_int_equal(at, way_share(&b->g.ways[0], client));
        second += at == 1;
    }
    assert_in_range(second, 1800, 2200);
}

/* ---- whom to ask ---- */

static const struct gateway rules = { .outstanding_max = 10, .eject_failures = 3, .eject_ms = 1000, .breaker_requests = 20, .breaker_percent = 50,
                                      .open_ms = 5000, .retry_percent = 10 };

struct few {
    struct upstream up;
    struct target targets[3];
    struct here here;
};

static void few_targets(struct few *f, size_t n)
{
    *f = (struct few){ .up = { .name = S("up") }, .here = { .n = n } };
    f->here.up = &f->up;
    for (size_t i = 0; i < n; i++) {
        f->targets[i].next = f->here.targets;
        f->here.targets = &f->targets[i];
    }
}

static void ask(struct few *f, struct target *t, enum verdict v, int64_t now)
{
    assert_ptr_equal(balance_pick(&rules, &f->here, NULL, now), t);
    balance_end(&rules, &f->here, t, v, now);
}

static void test_least_outstanding(void **state)
{
    struct few f;
    (void)state;
    few_targets(&f, 3);
    struct target *a = balance_pick(&rules, &f.here, NULL, 0), *b = balance_pick(&rules, &f.here, NULL, 0), *c = balance_pick(&rules, &f.here, NULL, 0);
    assert_true(a != b && b != c && a != c);
    balance_end(&rules, &f.here, b, VERDICT_GOOD, 0);
    assert_ptr_equal(balance_pick(&rules, &f.here, NULL, 0), b);
    assert_ptr_not_equal(balance_pick(&rules, &f.here, c, 0), c);
    while (f.here.outstanding < 30)
        assert_non_null(balance_pick(&rules, &f.here, NULL, 0));
    assert_in_range(a->outstanding, 10, 10);
    assert_null(balance_pick(&rules, &f.here, NULL, 0));
}

static void test_passed_over(void **state)
{
    struct few f;
    (void)state;
    few_targets(&f, 2);
    struct target *bad = &f.targets[0], *good = &f.targets[1];
    good->outstanding = 5;
    for (int i = 0; i < 3; i++)
        ask(&f, bad, VERDICT_BAD, 100);
    ask(&f, good, VERDICT_GOOD, 1099);       /* though it has more to do */
    assert_ptr_equal(balance_pick(&rules, &f.here, NULL, 1100), bad);        /* one request tries */
    ask(&f, good, VERDICT_GOOD, 1100);
    balance_end(&rules, &f.here, bad, VERDICT_BAD, 1100);
    ask(&f, good, VERDICT_GOOD, 3099);       /* twice as long */
    ask(&f, bad, VERDICT_GOOD, 3100);
    ask(&f, bad, VERDICT_BAD, 3100);         /* it is as good as before */
    ask(&f, bad, VERDICT_GOOD, 3100);

    for (int i = 0; i < 3; i++)
        ask(&f, bad, VERDICT_BAD, 4000);
    bad->out_until = 9000;
    for (int i = 0; i < 5; i++)
        ask(&f, good, VERDICT_BAD, 4000);    /* never more than half: somebody has to be asked */
    ask(&f, good, VERDICT_GOOD, 4000);
}

static void test_breaker(void **state)
{
    struct few f;
    (void)state;
    few_targets(&f, 1);
    struct target *t = &f.targets[0];
    for (int i = 0; i < 20; i++)
        ask(&f, t, i % 2 ? VERDICT_BAD : VERDICT_GOOD, 20000);
    assert_false(here_well(&f.here, 20000));
    assert_null(balance_pick(&rules, &f.here, NULL, 24999));
    assert_ptr_equal(balance_pick(&rules, &f.here, NULL, 25000), t);
    assert_null(balance_pick(&rules, &f.here, NULL, 25000));                 /* one tries */
    balance_end(&rules, &f.here, t, VERDICT_BAD, 25000);
    assert_null(balance_pick(&rules, &f.here, NULL, 29999));
    ask(&f, t, VERDICT_NONE, 30000);         /* its client has gone: the next one tries */
    ask(&f, t, VERDICT_GOOD, 30000);
    for (int i = 0; i < 10; i++)
        ask(&f, t, VERDICT_BAD, 30000);      /* too few to tell */
    assert_true(here_well(&f.here, 30000));
    for (int i = 0; i < 10; i++)
        ask(&f, t, VERDICT_GOOD, 40000);     /* the next window */
    assert_true(here_well(&f.here, 40000));
}

static void test_budget(void **state)
{
    struct few f;
    int tries = 0;
    (void)state;
    few_targets(&f, 1);
    assert_false(balance_retry(&f.here));
    for (int i = 0; i < 100; i++) {
        balance_request(&rules, &f.here);
        tries += balance_retry(&f.here);
    }
    assert_int_equal(tries, 10);
    for (int i = 0; i < 100000; i++)
        balance_request(&rules, &f.here);
    for (tries = 0; balance_retry(&f.here);)
        tries++;
    assert_int_equal(tries, 10);             /* a quiet day is not saved for a bad one */
}

static void test_limiter(void **state)
{
    struct limiter *l = limiter_new();
    int wait = 0, taken = 0;
    (void)state;
    for (int i = 0; i < 10; i++)
        taken += limiter_take(l, 1, 2, 4, 1000, &wait);
    assert_int_equal(taken, 4);
    assert_int_equal(wait, 1);
    assert_true(limiter_take(l, 2, 2, 4, 1000, &wait));
    assert_false(limiter_take(l, 1, 2, 4, 1499, &wait));
    assert_true(limiter_take(l, 1, 2, 4, 1500, &wait));
    assert_false(limiter_take(l, 1, 2, 4, 1500, &wait));
    for (taken = 0; limiter_take(l, 1, 2, 4, 1000000, &wait);)
        taken++;
    assert_int_equal(taken, 4);
    for (uint64_t key = 10; key < 100000; key++)
        assert_true(limiter_take(l, key, 2, 4, 1000000, &wait));
    limiter_free(l);
}

/* ---- what is told on ---- */

static bool has(struct str head, const char *line)
{
    return memmem(head.p, head.n, line, strlen(line)) != NULL;
}

static void test_request_head(void **state)
{
    static const struct http_header headers[] = {
        { { "host", 4 }, { "shop.test", 9 } }, { { "accept", 6 }, { "*/*", 3 } }, { { "connection", 10 }, { "keep-alive, X-Hop", 17 } },
        { { "x-hop", 5 }, { "1", 1 } }, { { "te", 2 }, { "trailers", 8 } }, { { "x-user-id", 9 }, { "admin", 5 } },
        { { "x_user_id", 9 }, { "admin", 5 } }, { { "x-forwarded-for", 15 }, { "1.2.3.4", 7 } }, { { "authorization", 13 }, { "Bearer t", 8 } },
        { { "transfer-encoding", 17 }, { "chunked", 7 } }, { { "upgrade", 7 }, { "h2c", 3 } }, { { "x-http-method-override", 22 }, { "DELETE", 6 } },
        { { "traceparent", 11 }, { "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01", 55 } }, { { "tracestate", 10 }, { "a=b", 3 } },
    };
    struct bench *b = *state;
    struct way w = { .prefix = S("/shop"), .strip = true };
    struct http_request r = { .arena = b->cx.arena, .method = S("POST"), .path = S("/shop/a b"), .raw_path = S("/shop/a%20b"), .query = S("x=%2F"),
                              .body = S("hello"), .headers = headers, .header_count = sizeof(headers) / sizeof(headers[0]), .peer = S("203.0.113.9") };
    struct told t = { &r, &w, S("10.0.0.5:80"), S("id-1") };
    struct str head = head_to_upstream(&b->cx, &t);
    assert_true(str_starts(head, S("POST /a%20b?x=%2F HTTP/1.1\r\nHost: 10.0.0.5:80\r\naccept: */*\r\ntracestate: a=b\r\n"
                                   "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: shop.test\r\nX-Request-Id: id-1\r\n"
                                   "traceparent: 00-0123456789abcdef0123456789abcdef-")));
    assert_true(has(head, "-01\r\nContent-Length: 5\r\n\r\n"));
    assert_false(has(head, "-0123456789abcdef-01"));         /* a span of our own */
    assert_false(has(head, "admin"));
    assert_false(has(head, "Bearer"));

    w.authorization = w.keep_host = true;
    r.by_proxy = true;
    b->cx.actor = (struct actor){ .user = 5, .session = 1, .roles = ROLE_CUSTOMER | ROLE_STAFF };
    head = head_to_upstream(&b->cx, &t);
    assert_true(has(head, "\r\nHost: shop.test\r\n") && has(head, "\r\nauthorization: Bearer t\r\n"));
    assert_true(has(head, "\r\nX-User-Roles: CUSTOMER,STAFF\r\n") && has(head, "\r\nX-User-Id: "));
    r.method = S("GET");
    r.body = (struct str){ 0 };
    assert_false(has(head_to_upstream(&b->cx, &t), "Content-Length"));
}

static void test_answer_head(void **state)
{
    struct http_header headers[] = {
        { S("Content-Type"), S("text/plain") }, { S("Connection"), S("x-hop") }, { S("X-Hop"), S("1") }, { S("Transfer-Encoding"), S("chunked") },
        { S("Set-Cookie"), S("a=1") }, { S("Set-Cookie"), S("b=2") }, { S("Access-Control-Allow-Origin"), S("*") }, { S("Keep-Alive"), S("timeout=5") },
    };
    static const struct http_header asked[] = { { { "origin", 6 }, { "https://a.test", 14 } } };
    struct bench *b = *state;
    struct way w = { .origins = S("https://a.test,https://b.test") };
    struct http_request r = { .headers = asked, .header_count = 1 };
    struct told t = { &r, &w, S("h"), S("id-2") };
    struct http_answer_head h = { .headers = headers, .header_count = sizeof(headers) / sizeof(headers[0]), .status = 200 };
    size_t n;
    struct http_header *told = head_to_client(&b->cx, &t, &h, &n);
    assert_int_equal(n, 7);
    assert_true(str_eq(told[0].value, S("text/plain")) && str_eq(told[1].value, S("a=1")) && str_eq(told[2].value, S("b=2")));
    assert_true(str_eq(told[3].name, S("Vary")) && str_eq(told[4].value, S("https://a.test")) && str_eq(told[6].value, S("id-2")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table), cmocka_unit_test(test_table_faults), cmocka_unit_test(test_ways), cmocka_unit_test(test_clean_paths),
        cmocka_unit_test(test_shares), cmocka_unit_test(test_least_outstanding), cmocka_unit_test(test_passed_over), cmocka_unit_test(test_breaker),
        cmocka_unit_test(test_budget), cmocka_unit_test(test_limiter), cmocka_unit_test(test_request_head), cmocka_unit_test(test_answer_head),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
