/* libFuzzer target for the reader of other servers' answers. One input is any bytes; what must hold for it:
 *   1. the verdict is the same when the bytes come in two pieces, cut at any place, and does not change when more bytes follow;
 *   2. what was accepted has one framing at most, and headers that can be written into another head as they are;
 *   3. a chunked body is the same whether it is decoded whole or in two pieces, each where it stands. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "platform/http/parse.h"

#define HEADERS 16

static const struct http_limits limits = { .head_bytes = 2048, .line_bytes = 512, .headers = HEADERS };

static int parse(const char *data, size_t n, struct http_answer_head *h)
{
    char *own = malloc(n + 1);               /* of its own size: what is read beyond it is found */
    assert(own);
    memcpy(own, data, n);
    int verdict = http_answer_parse(own, n, &limits, h);
    free(own);
    assert(verdict == 0 || verdict == HTTP_MORE || verdict == 502);
    return verdict;
}

/* Decodes n bytes in place, as a connection does with each read; what they hold goes behind body. */
static int decode(struct http_chunks *c, const char *data, size_t n, char *body, size_t *body_n, size_t *ret_used)
{
    char *own = malloc(n + 1);
    assert(own);
    memcpy(own, data, n);
    c->got = 0;
    int verdict = http_chunks_decode(c, own, n, own, SIZE_MAX, ret_used);
    assert(*ret_used <= n && c->got <= n);
    memcpy(body + *body_n, own, c->got);
    *body_n += c->got;
    free(own);
    return verdict;
}

static void check_chunks(const char *data, size_t n, size_t cut)
{
    struct http_chunks whole = { 0 }, parts = { 0 };
    char *one = malloc(n + 1), *two = malloc(n + 1);
    size_t one_n = 0, two_n = 0, used, used_first, used_second = 0;
    assert(one && two);
    int verdict = decode(&whole, data, n, one, &one_n, &used);
    int again = decode(&parts, data, cut, two, &two_n, &used_first);
    if (again == HTTP_MORE)
        again = decode(&parts, data + cut, n - cut, two, &two_n, &used_second);
    assert(verdict == again && used == used_first + used_second && one_n == two_n && memcmp(one, two, one_n) == 0);
    free(one);
    free(two);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct http_header headers[HEADERS], others[HEADERS];
    struct http_answer_head h = { .headers = headers }, part = { .headers = others };
    const char *data = (const char *)bytes;
    size_t cut = n ? bytes[n - 1] % n : 0;
    int verdict = http_answer_parse(data, n, &limits, &h);
    int early = parse(data, cut, &part);
    assert(early == HTTP_MORE || early == verdict);
    if (verdict)
        return 0;
    assert(h.size <= n && h.header_count <= HEADERS && !(h.chunked && h.has_length));
    assert(early == HTTP_MORE || part.size == h.size);
    for (size_t i = 0; i < h.header_count; i++)
        assert(h.headers[i].name.n && http_is_text(h.headers[i].value));
    if (h.chunked)
        check_chunks(data + h.size, n - h.size, (n - h.size) ? cut % (n - h.size) : 0);
    return 0;
}
