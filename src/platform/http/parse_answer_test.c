#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "platform/http/parse.h"

#define OK_LINE "HTTP/1.1 200 OK\r\n"

struct answer_case {
    const char *name;
    struct str bytes;
    int verdict;              /* 0: a head whose end is the end of the bytes */
    bool keep, chunked;
    int64_t length;           /* -1: none was said */
};

static const struct answer_case cases[] = {
    { "plain", S(OK_LINE "Content-Length: 5\r\n\r\n"), 0, true, false, 5 },
    { "no framing", S(OK_LINE "\r\n"), 0, true, false, -1 },
    { "chunked", S(OK_LINE "Transfer-Encoding: chunked\r\n\r\n"), 0, true, true, -1 },
    { "close", S(OK_LINE "Connection: x, Close\r\nContent-Length: 0\r\n\r\n"), 0, false, false, 0 },
    { "HTTP/1.0", S("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n"), 0, false, false, 1 },
    { "HTTP/1.0 that stays", S("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\n"), 0, true, false, 1 },
    { "no reason", S("HTTP/1.1 204 \r\n\r\n"), 0, true, false, -1 },
    { "no reason, no space", S("HTTP/1.1 204\r\n\r\n"), 0, true, false, -1 },
    { "a reason of many words", S("HTTP/1.1 404 Not \xED\x95\x9C here\r\n\r\n"), 0, true, false, -1 },
    { "interim", S("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"), 0, true, false, -1 },

    { "both framings", S(OK_LINE "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"), 502, 0, 0, 0 },
    { "two lengths", S(OK_LINE "Content-Length: 5\r\nContent-Length: 5\r\n\r\n"), 502, 0, 0, 0 },
    { "a list of lengths", S(OK_LINE "Content-Length: 5, 5\r\n\r\n"), 502, 0, 0, 0 },
    { "a length with a sign", S(OK_LINE "Content-Length: +5\r\n\r\n"), 502, 0, 0, 0 },
    { "a length in hexadecimal", S(OK_LINE "Content-Length: 0x5\r\n\r\n"), 502, 0, 0, 0 },
    { "an empty length", S(OK_LINE "Content-Length:\r\n\r\n"), 502, 0, 0, 0 },
    { "a length without an end", S(OK_LINE "Content-Length: 99999999999999999999\r\n\r\n"), 502, 0, 0, 0 },
    { "another coding", S(OK_LINE "Transfer-Encoding: gzip, chunked\r\n\r\n"), 502, 0, 0, 0 },
    { "two codings", S(OK_LINE "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"), 502, 0, 0, 0 },
    { "a coding in capitals", S(OK_LINE "Transfer-Encoding: Chunked\r\n\r\n"), 502, 0, 0, 0 },
    { "chunked in HTTP/1.0", S("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), 502, 0, 0, 0 },
    { "space before the colon", S(OK_LINE "Content-Length : 5\r\n\r\n"), 502, 0, 0, 0 },
    { "folded line", S(OK_LINE "X: a\r\n b\r\n\r\n"), 502, 0, 0, 0 },
    { "no name", S(OK_LINE ": a\r\n\r\n"), 502, 0, 0, 0 },
    { "no colon", S(OK_LINE "X\r\n\r\n"), 502, 0, 0, 0 },
    { "NUL", S(OK_LINE "X: \0\r\n\r\n"), 502, 0, 0, 0 },
    { "CR in a value", S(OK_LINE "X: a\rb\r\n\r\n"), 502, 0, 0, 0 },
    { "bare LF", S(OK_LINE "X: a\n\r\n"), 502, 0, 0, 0 },
    { "status line ends with LF", S("HTTP/1.1 200 OK\n\r\n"), 502, 0, 0, 0 },
    { "line end before", S("\r\n" OK_LINE "\r\n"), 502, 0, 0, 0 },
    { "HTTP/2", S("HTTP/2.0 200 OK\r\n\r\n"), 502, 0, 0, 0 },
    { "HTTP/1.2", S("HTTP/1.2 200 OK\r\n\r\n"), 502, 0, 0, 0 },
    { "HTTP/0.9", S("hello, I am a body\r\n\r\n"), 502, 0, 0, 0 },
    { "two spaces", S("HTTP/1.1  200 OK\r\n\r\n"), 502, 0, 0, 0 },
    { "two digits", S("HTTP/1.1 20 OK\r\n\r\n"), 502, 0, 0, 0 },
    { "four digits", S("HTTP/1.1 2000 OK\r\n\r\n"), 502, 0, 0, 0 },
    { "a status of none", S("HTTP/1.1 099 OK\r\n\r\n"), 502, 0, 0, 0 },
    { "a status above all", S("HTTP/1.1 600 OK\r\n\r\n"), 502, 0, 0, 0 },
    { "a bell in the reason", S("HTTP/1.1 200 O\aK\r\n\r\n"), 502, 0, 0, 0 },
    { "too many headers", S(OK_LINE "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\n\r\n"), 502, 0, 0, 0 },
    { "a line too long", S(OK_LINE "A: 12345678901234567890123456789012345678901234567890123456789012345678901234567890\r\n\r\n"), 502, 0, 0, 0 },
};

static const struct http_limits limits = { .head_bytes = 256, .line_bytes = 64, .headers = 4 };

/* Copied to a block of its own size, so that the sanitizers see every byte read too many. */
static int parse(struct str bytes, size_t n, struct http_answer_head *h)
{
    char *p = malloc(n ? n : 1);
    assert_non_null(p);
    memcpy(p, bytes.p, n);
    int verdict = http_answer_parse(p, n, &limits, h);
    free(p);
    return verdict;
}

/* Whatever was cut off, there is no verdict but the one of the whole. */
static void test_cases_at_every_cut(void **state)
{
    struct http_header headers[4];
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct answer_case *c = &cases[i];
        struct http_answer_head h = { .headers = headers };
        for (size_t cut = 0; cut < c->bytes.n; cut++) {
            int verdict = parse(c->bytes, cut, &h);
            if (verdict != HTTP_MORE && (c->verdict == 0 || verdict != c->verdict))
                fail_msg("%s, cut at %zu: %d", c->name, cut, verdict);
        }
        int verdict = parse(c->bytes, c->bytes.n, &h);
        if (verdict != c->verdict)
            fail_msg("%s: %d instead of %d", c->name, verdict, c->verdict);
        if (verdict)
            continue;
        assert_int_equal(h.size, c->bytes.n);
        assert_int_equal(h.keep_alive, c->keep);
        assert_int_equal(h.chunked, c->chunked);
        assert_int_equal(h.has_length ? (int64_t)h.length : -1, c->length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases_at_every_cut) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
