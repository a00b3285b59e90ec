/* Reads one HTTP/1.1 answer out of bytes that arrive in pieces. Knows no socket. */
#ifndef LOAD_HTTP_ANSWER_H
#define LOAD_HTTP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

enum http_progress { HTTP_MORE, HTTP_DONE, HTTP_BAD };

enum http_framing { HTTP_NO_BODY, HTTP_BY_LENGTH, HTTP_BY_CHUNKS, HTTP_BY_CLOSE };

/* Zeroed before the first byte of an answer. Offsets count from the start of the bytes given. */
struct http_answer {
    int status;
    bool keep_alive;
    enum http_framing framing;
    size_t head_at, head_len; /* head_len 0: the head is not complete yet */
    size_t body_at, body_len; /* chunks are moved together as they come */
    size_t length;            /* BY_LENGTH: what was announced */
    size_t raw;               /* BY_CHUNKS: where the next chunk line is expected */
    size_t end;               /* after HTTP_DONE: where the answer ended */
};

/* `bytes[0..n)` is all that came so far; `closed` tells that nothing more will. */
enum http_progress http_answer_read(struct http_answer *a, char *bytes, size_t n, bool closed);

/* Finds a header (name in lower case) in the complete head; returns its value and length, or NULL. */
const char *http_answer_header(const struct http_answer *a, const char *bytes, const char *name, size_t *ret_len);

#endif
