/* Every answer of the table is read in one piece and byte by byte; both ways have to give the same. */
#include "http_answer.h"
#include "tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct answer_case {
    const char *what, *bytes;
    enum http_progress progress; /* once all bytes are there and the server has closed */
    int status;
    const char *body;
    bool keep_alive;
};

/* clang-format off */
static const struct answer_case cases[] = {
    { "length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", HTTP_DONE, 200, "hello", true },
    { "length in odd letters, no body", "HTTP/1.1 201 X\r\ncontent-LENGTH:0\r\n\r\n", HTTP_DONE, 201, "", true },
    { "chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=1\r\n0123456789\r\n0\r\n\r\n", HTTP_DONE, 200,
      "abc0123456789", true },
    { "close asked for", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx", HTTP_DONE, 200, "x", false },
    { "old version", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", HTTP_DONE, 200, "x", false },
    { "until close", "HTTP/1.1 200 OK\r\n\r\nall of it", HTTP_DONE, 200, "all of it", false },
    { "304 has no body", "HTTP/1.1 304 X\r\nETag: \"a\"\r\n\r\n", HTTP_DONE, 304, "", true },
    { "204 with a length", "HTTP/1.1 204 X\r\nContent-Length: 0\r\n\r\n", HTTP_DONE, 204, "", true },
    { "103 before", "HTTP/1.1 103 X\r\nLink: y\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", HTTP_DONE, 200, "ok", true },
    { "cut in the head", "HTTP/1.1 200 OK\r\nContent-Le", HTTP_BAD, 0, NULL, false },
    { "cut in the body", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", HTTP_BAD, 0, NULL, false },
    { "cut in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf", HTTP_BAD, 0, NULL, false },
    { "length and chunks", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", HTTP_BAD, 0, NULL,
      false },
    { "length with a sign", "HTTP/1.1 200 OK\r\nContent-Length: +3\r\n\r\nabc", HTTP_BAD, 0, NULL, false },
    { "huge length", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", HTTP_BAD, 0, NULL, false },
    { "chunk size 0x3", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n", HTTP_BAD, 0, NULL, false },
    { "chunk without its end", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcde0\r\n\r\n", HTTP_BAD, 0, NULL, false },
    { "not HTTP", "SSH-2.0-OpenSSH\r\n\r\n", HTTP_BAD, 0, NULL, false },
};
/* clang-format on */

/* Feeds `step` more bytes at a time. The bytes are on the heap at their exact size, so a sanitizer sees a read beyond. */
static bool reads_as_told(const struct answer_case *c, size_t step)
{
    size_t all = strlen(c->bytes), n = 0;
    struct http_answer a = { 0 };
    enum http_progress p = HTTP_MORE;
    char *bytes = NULL;

    while (p == HTTP_MORE && n < all) {
        size_t more = all - n < step ? all - n : step;
        bytes = mem_grow(bytes, n + more, 1);
        memcpy(bytes + n, c->bytes + n, more);
        n += more;
        p = http_answer_read(&a, bytes, n, false);
    }
    if (p == HTTP_MORE)
        p = http_answer_read(&a, bytes, n, true);

    bool good = p == c->progress;
    if (good && p == HTTP_DONE)
        good = a.status == c->status && a.keep_alive == c->keep_alive && a.end == all && a.body_len == strlen(c->body) &&
               !memcmp(bytes + a.body_at, c->body, a.body_len);
    free(bytes);
    return good;
}

int main(void)
{
    int faults = 0;

    for (size_t i = 0; i < COUNT(cases); i++) {
        bool good = reads_as_told(&cases[i], SIZE_MAX) && reads_as_told(&cases[i], 1) && reads_as_told(&cases[i], 7);
        printf("%s - %s\n", good ? "ok" : "not ok", cases[i].what);
        faults += !good;
    }
    return faults ? 1 : 0;
}
