/* libFuzzer target for the HTTP parser. One input is any bytes; what must hold for it:
 *   1. the verdict is the same when the bytes come in two pieces, cut at any place, and does not change when more bytes follow;
 *   2. nothing beyond the input is counted as read;
 *   3. what was accepted, written out again in plain form, is accepted and means the same. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/http/parse.h"

#define HEADERS  16
#define BODY_MAX 512

static const struct http_limits limits = { .head_bytes = 2048, .line_bytes = 512, .headers = HEADERS };

struct message {
    int verdict;
    size_t size;
    struct http_header headers[HEADERS];
    struct http_head head;
    char *body;
    size_t body_n;
};

/* The verdict on data[0, cut) when that is final, else the one on all of it. */
static void read_message(struct message *m, const char *data, size_t n, size_t cut)
{
    struct http_chunks chunks = { 0 };
    size_t ends[2] = { cut, n }, at = 0;
    m->head.headers = m->headers;
    m->verdict = HTTP_MORE;
    m->body_n = 0;
    for (int i = 0; i < 2 && m->verdict == HTTP_MORE; i++) {
        size_t used;
        if (!at) {
            m->verdict = http_head_parse(data, ends[i], &limits, &m->head);
            if (m->verdict)
                continue;
            at = m->head.size;
            assert(at > 0 && at <= ends[i]);
            assert(m->head.header_count <= HEADERS);
        }
        if (m->head.length > BODY_MAX) {
            m->verdict = 413;
        } else if (m->head.chunked) {
            m->verdict = http_chunks_decode(&chunks, data + at, ends[i] - at, m->body, BODY_MAX, &used);
            assert(used <= ends[i] - at);
            at += used;
            m->body_n = chunks.got;
        } else if (ends[i] - at < m->head.length) {
            m->verdict = HTTP_MORE;
        } else {
            m->verdict = 0;
            m->body_n = m->head.length;
            memcpy(m->body, data + at, m->body_n);
            at += m->body_n;
        }
        m->size = at;
    }
    assert(m->body_n <= BODY_MAX);
}

static void assert_same(const struct message *a, const struct message *b)
{
    assert(a->verdict == b->verdict);
    if (a->verdict)
        return;
    assert(str_eq(a->head.method, b->head.method));
    assert(str_eq(a->head.path, b->head.path));
    assert(str_eq(a->head.query, b->head.query));
    assert((a->head.query.p == NULL) == (b->head.query.p == NULL));
    assert(a->head.minor == b->head.minor && a->head.keep_alive == b->head.keep_alive && a->head.chunked == b->head.chunked);
    assert(a->head.header_count == b->head.header_count);
    for (size_t i = 0; i < a->head.header_count; i++) {
        assert(str_eq(a->headers[i].name, b->headers[i].name));
        assert(str_eq(a->headers[i].value, b->headers[i].value));
    }
    assert(a->body_n == b->body_n && memcmp(a->body, b->body, a->body_n) == 0);
}

static size_t put(char *out, size_t at, struct str s)
{
    if (s.n)
        memcpy(out + at, s.p, s.n);
    return at + s.n;
}

static size_t write_message(const struct message *m, char *out)
{
    size_t at = put(out, 0, m->head.method);
    at = put(out, at, S(" "));
    at = put(out, at, m->head.target);
    at = put(out, at, m->head.minor ? S(" HTTP/1.1\r\n") : S(" HTTP/1.0\r\n"));
    for (size_t i = 0; i < m->head.header_count; i++) {
        at = put(out, at, m->headers[i].name);
        at = put(out, at, S(":"));
        at = put(out, at, m->headers[i].value);
        at = put(out, at, S("\r\n"));
    }
    at = put(out, at, S("\r\n"));
    if (m->head.chunked && m->body_n)
        at += (size_t)snprintf(out + at, 20, "%zx\r\n", m->body_n);
    at = put(out, at, str_of(m->body, m->body_n));
    if (m->head.chunked)
        at = put(out, at, m->body_n ? S("\r\n0\r\n\r\n") : S("0\r\n\r\n"));
    return at;
}

static void check_path(const struct http_head *h)
{
    char *out = malloc(h->path.n + 1);
    size_t n = http_path_decode(h->path, out);
    assert(n <= h->path.n && !memchr(out, 0, n));
    if (!str_eq(h->target, S("*"))) {
        out[n] = 0;
        assert(out[0] == '/' && !strstr(out, "/../") && !strstr(out, "/./"));
    }
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct message whole = { .body = malloc(BODY_MAX) }, other = { .body = malloc(BODY_MAX) };
    const char *data = (const char *)bytes;

    read_message(&whole, data, n, 0);
    size_t step = n > 256 ? n / 64 : 1;
    for (size_t cut = 1; cut < n; cut += step) {
        read_message(&other, data, n, cut);
        assert_same(&whole, &other);
    }
    if (whole.verdict == 0) {
        assert(whole.size <= n);
        check_path(&whole.head);
        char *again = malloc(n + 64);
        size_t size = write_message(&whole, again);
        read_message(&other, again, size, 0);
        assert_same(&whole, &other);
        assert(other.size == size);
        free(again);
    }
    free(whole.body);
    free(other.body);
    return 0;
}
