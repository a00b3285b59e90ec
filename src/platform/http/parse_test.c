#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "platform/http/cases_test.h"
#include "platform/http/parse.h"

#define HEADERS 64

static const struct http_limits limits = { .head_bytes = CASE_HEAD_BYTES, .line_bytes = CASE_LINE_BYTES, .headers = CASE_HEADERS };

struct result {
    int verdict;
    size_t size;              /* of the request */
    char body[1024];
    size_t body_n;
};

/* Reads a whole request as a connection would that gets it in the two pieces before and after `cut`. Both are copied to blocks of their own
 * size, so that the sanitizers see every byte read too many. */
static struct result read_cut(struct str bytes, size_t cut)
{
    struct http_header headers[HEADERS];
    struct http_head h = { .headers = headers };
    struct result r = { .verdict = HTTP_MORE };
    struct http_chunks chunks = { 0 };
    size_t at = 0, ends[2] = { cut, bytes.n };

    for (int i = 0; i < 2 && r.verdict == HTTP_MORE; i++) {
        char *p = malloc(ends[i] ? ends[i] : 1);
        assert_non_null(p);
        memcpy(p, bytes.p, ends[i]);
        if (!at) {
            r.verdict = http_head_parse(p, ends[i], &limits, &h);
            if (r.verdict == 0)
                at = h.size;
        }
        if (at && h.length > CASE_BODY_BYTES) {
            r.verdict = 413;
        } else if (at && h.chunked) {
            size_t used;
            r.verdict = http_chunks_decode(&chunks, p + at, ends[i] - at, r.body, CASE_BODY_BYTES, &used);
            at += used;
            r.size = at;
            r.body_n = chunks.got;
        } else if (at) {
            r.verdict = ends[i] < at + h.length ? HTTP_MORE : 0;
            if (!r.verdict)
                memcpy(r.body, p + at, h.length);
            r.body_n = h.length;
            r.size = at + h.length;
        }
        free(p);
    }
    return r;
}

static void test_cases_at_every_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < HTTP_CASES; i++) {
        const struct http_case *c = &http_cases[i];
        for (size_t cut = 0; cut <= c->bytes.n; cut++) {
            struct result r = read_cut(c->bytes, cut);
            int status = r.verdict == 0 ? 200 : r.verdict;
            bool same = status == c->status;
            if (same && status == 200)
                same = r.size == c->bytes.n && str_eq(str_of(r.body, r.body_n), c->body);
            if (!same)
                fail_msg("%s, cut at %zu: %d instead of %d", c->name, cut, status, c->status);
        }
    }
}

/* What is refused stays refused, and what is accepted ends at the same byte, whatever follows. */
static void test_cases_followed_by_more(void **state)
{
    (void)state;
    char more[2048];
    for (size_t i = 0; i < HTTP_CASES; i++) {
        const struct http_case *c = &http_cases[i];
        assert_true(c->bytes.n + 20 < sizeof(more));
        for (int byte = 0; byte < 256; byte += 5) {
            memcpy(more, c->bytes.p, c->bytes.n);
            memset(more + c->bytes.n, byte, 20);
            struct result r = read_cut(str_of(more, c->bytes.n + 20), c->bytes.n);
            assert_int_equal(r.verdict == 0 ? 200 : r.verdict, c->status);
            if (r.verdict == 0)
                assert_int_equal(r.size, c->bytes.n);
        }
    }
}

static void test_every_byte_in_every_place(void **state)
{
    (void)state;
    static const struct { const char *before, *after, *also; } places[] = {
        { "G", " / HTTP/1.1\r\nHost: a\r\n\r\n", "!#$%&'*+-.^_`|~" },
        { "GET /", " HTTP/1.1\r\nHost: a\r\n\r\n", "-_~!$&'()*+,;=:@/?" },
        { "GET /?", " HTTP/1.1\r\nHost: a\r\n\r\n", "-._~!$&'()*+,;=:@/?[]{}|^`" },
        { "GET / HTTP/1.1\r\nHost: a\r\nX", ": y\r\n\r\n", "!#$%&'*+-.^_`|~:" },
        { "GET / HTTP/1.1\r\nHost: a", "\r\n\r\n", "-._~ \t" },
    };
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        for (int byte = 0; byte < 256; byte++) {
            char text[256];
            struct http_header headers[HEADERS];
            struct http_head h = { .headers = headers };
            int n = snprintf(text, sizeof(text), "%s%c%s", places[i].before, byte ? byte : 'N', places[i].after);
            if (!byte)
                text[strlen(places[i].before)] = 0;
            bool alnum = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
            bool good = alnum || (byte && strchr(places[i].also, byte));
            int verdict = http_head_parse(text, (size_t)n, &limits, &h);
            if ((verdict == 0) != good)
                fail_msg("byte %d in place %zu: %d", byte, i, verdict);
        }
}

static void test_parts(void **state)
{
    (void)state;
    struct http_header headers[HEADERS];
    struct http_head h = { .headers = headers };
    struct str in = S("\r\nPATCH /a%20b?c=d HTTP/1.1\r\nhOsT:a\r\nX-Y: \t z \t\r\nExpect: 100-continue\r\nContent-Length: 7\r\n\r\nnext");
    assert_int_equal(http_head_parse(in.p, in.n, &limits, &h), 0);
    assert_int_equal(h.size, in.n - 4);
    assert_int_equal(h.length, 7);
    assert_int_equal(h.minor, 1);
    assert_true(h.keep_alive && h.expect_continue && h.path_escaped && !h.chunked);
    assert_true(str_eq(h.method, S("PATCH")));
    assert_true(str_eq(h.target, S("/a%20b?c=d")));
    assert_true(str_eq(h.path, S("/a%20b")));
    assert_true(str_eq(h.query, S("c=d")));
    assert_int_equal(h.header_count, 4);
    assert_true(str_eq(h.headers[0].name, S("hOsT")));
    assert_true(str_eq(h.headers[1].value, S("z")));
}

static void test_keep_alive(void **state)
{
    (void)state;
    static const struct { const char *head; bool keep_alive; } rows[] = {
        { "GET / HTTP/1.1\r\nHost: a\r\n\r\n", true },
        { "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false },
        { "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE\r\n\r\n", false },
        { "GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n\r\n", true },
        { "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n", false },
        { "GET / HTTP/1.0\r\n\r\n", false },
        { "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true },
        { "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", false },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct http_header headers[HEADERS];
        struct http_head h = { .headers = headers };
        assert_int_equal(http_head_parse(rows[i].head, strlen(rows[i].head), &limits, &h), 0);
        assert_int_equal(h.keep_alive, rows[i].keep_alive);
    }
}

static void test_head_limit_wins_without_line_end(void **state)
{
    (void)state;
    char endless[CASE_LINE_BYTES + 2];
    struct http_header headers[HEADERS];
    struct http_head h = { .headers = headers };
    memset(endless, 'a', sizeof(endless));
    assert_int_equal(http_head_parse(endless, sizeof(endless) - 1, &limits, &h), HTTP_MORE);
    assert_int_equal(http_head_parse(endless, sizeof(endless), &limits, &h), 414);
}

static void test_chunks_in_place(void **state)
{
    (void)state;
    char text[] = "5\r\nhello\r\n1;x=y\r\n,\r\n6\r\n world\r\n0\r\nT: u\r\n\r\nnext";
    struct http_chunks c = { 0 };
    size_t used;
    assert_int_equal(http_chunks_decode(&c, text, sizeof(text) - 1, text, 100, &used), 0);
    assert_int_equal(used, sizeof(text) - 1 - 4);
    assert_true(str_eq(str_of(text, c.got), S("hello, world")));
}

static void test_chunk_extras_are_bounded(void **state)
{
    (void)state;
    char junk[HTTP_CHUNK_EXTRA_MAX];
    size_t used;
    char none;
    memset(junk, 'x', sizeof(junk));
    struct http_chunks extension = { 0 };
    assert_int_equal(http_chunks_decode(&extension, "1;x", 3, &none, 1, &used), HTTP_MORE);
    assert_int_equal(http_chunks_decode(&extension, junk, sizeof(junk), &none, 1, &used), HTTP_MORE);
    assert_int_equal(http_chunks_decode(&extension, junk, 1, &none, 1, &used), 431);
    struct http_chunks trailer = { 0 };
    assert_int_equal(http_chunks_decode(&trailer, "0\r\nX:", 5, &none, 1, &used), HTTP_MORE);
    assert_int_equal(http_chunks_decode(&trailer, junk, sizeof(junk), &none, 1, &used), 431);
}

static void test_path_decode(void **state)
{
    (void)state;
    char out[32];
    assert_true(str_eq(str_of(out, http_path_decode(S("/a%20%ed%95%9c%2Eb"), out)), S("/a \xED\x95\x9C.b")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases_at_every_cut),
        cmocka_unit_test(test_cases_followed_by_more),
        cmocka_unit_test(test_every_byte_in_every_place),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_keep_alive),
        cmocka_unit_test(test_head_limit_wins_without_line_end),
        cmocka_unit_test(test_chunks_in_place),
        cmocka_unit_test(test_chunk_extras_are_bounded),
        cmocka_unit_test(test_path_decode),
    };
    return cmocka_run_group_tests_name("http_parse", tests, NULL, NULL);
}
