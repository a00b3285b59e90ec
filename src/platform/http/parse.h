/* The grammar of HTTP/1 (RFC 9112) as pure functions over memory: no I/O, no clock, no allocation. What two readers could understand in two
 * ways is refused. The verdict on some bytes never changes when more bytes follow, wherever the input was cut. */
#ifndef PLATFORM_HTTP_PARSE_H
#define PLATFORM_HTTP_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "platform/http/http.h"

/* Verdicts: 0 is complete, HTTP_MORE not yet, anything else the status to refuse with before the connection is closed. */
#define HTTP_MORE (-1)

struct http_head {
    struct http_header *headers;         /* the caller's, with room for limits->headers; names as they were sent, values trimmed */
    size_t header_count;
    struct str method;
    struct str target;                   /* as it was sent */
    struct str path, query;              /* its parts, still escaped; query.p NULL when there is no '?' */
    bool path_escaped;                   /* the path holds a '%' */
    int minor;                           /* HTTP/1.minor */
    bool keep_alive;
    bool chunked;
    bool expect_continue;
    size_t length;                       /* Content-Length; 0 when there is none */
    size_t size;                         /* bytes from the beginning of the input to the end of the head */
};

/* Reads one head at p. Everything in *h but `headers` is written; it points into the input. */
int http_head_parse(const char *p, size_t n, const struct http_limits *limits, struct http_head *h);

struct http_answer_head {     /* of another server's answer */
    struct http_header *headers;         /* as in http_head */
    size_t header_count;
    int status, minor;
    bool keep_alive;
    bool chunked, has_length;            /* neither: the body ends with the connection */
    size_t length;
    size_t size;
};

/* The same for an answer, read as strictly; what is wrong with it is 502 whatever it is. */
int http_answer_parse(const char *p, size_t n, const struct http_limits *limits, struct http_answer_head *h);

/* Most bytes of chunk extensions and trailers in one body. */
#define HTTP_CHUNK_EXTRA_MAX 4096

struct http_chunks {          /* begins zeroed */
    uint8_t phase, digits;
    uint16_t extra;
    size_t left;              /* of the chunk */
    size_t got;               /* bytes of the body so far */
};

/* Decodes n more bytes of a chunked body to body + c->got. `body` may lie before `in` in the same memory: what is written never passes what
 * has been read. *ret_used is the count of bytes read: all of them, unless the body has ended. More than max bytes of body are refused. */
int http_chunks_decode(struct http_chunks *c, const char *in, size_t n, char *body, size_t max, size_t *ret_used);

/* Undoes the escapes of a path that http_head_parse has accepted; `out` has room for path.n and may be path.p itself. Returns the length. */
size_t http_path_decode(struct str path, char *out);

/* Value of a hexadecimal digit, -1 for any other character. */
int http_hex(char c);
/* A character of a token (RFC 9110 5.6.2)? */
bool http_is_token(char c);
/* Has s none but visible characters, spaces, tabs and bytes above 127? */
bool http_is_text(struct str s);

/* ---- what requests and answers share ---- */

/* Headers that decide where a message ends, and whether another may follow. Begins zeroed. */
struct http_seen {
    struct str coding;
    size_t length;
    int lengths, codings;
    bool close, keep_alive;
};

/* The line at p[*at], without its CR LF; *at moves behind it. 431: it is too long, alone or with those before. */
int http_line_next(const char *p, size_t n, const struct http_limits *limits, size_t *at, struct str *ret);
/* "Name: value", strictly. */
int http_header_parse(struct str line, struct http_header *ret);
/* Takes notice of Connection, Content-Length and Transfer-Encoding. */
int http_seen_note(const struct http_header *header, struct http_seen *seen);
/* What can be told only when all headers are known: is the body chunked? Two framings, or one that an old version does not have, are refused. */
int http_seen_judge(const struct http_seen *seen, int minor, bool *ret_chunked);

#endif
