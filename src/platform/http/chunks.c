/* Chunked bodies (RFC 9112 7.1): one state a character class, data moved in one piece. Extensions and trailers are checked and dropped. */
#include <string.h>

#include "platform/http/parse.h"

enum phase { SIZE, EXTENSION, EXTENSION_TEXT, SIZE_LF, DATA, DATA_CR, DATA_LF, TRAILER, TRAILER_NAME, TRAILER_VALUE, TRAILER_LF, END_LF };

static bool is_text(char c)
{
    return http_is_text(str_of(&c, 1));
}

static int size_digit(struct http_chunks *c, char in)
{
    int digit = http_hex(in);
    if (digit >= 0) {
        c->left = c->left * 16 + (size_t)digit;
        return ++c->digits > 8 ? 400 : 0;
    }
    if (!c->digits || (in != '\r' && in != ';'))
        return 400;
    c->phase = in == '\r' ? SIZE_LF : EXTENSION;
    return 0;
}

static int size_end(struct http_chunks *c, size_t max)
{
    c->digits = 0;
    c->phase = c->left ? DATA : TRAILER;
    return c->left > max - c->got ? 413 : 0;
}

/* The next phase for one character outside of the data, given what must and may stand there. */
static int step(struct http_chunks *c, char in, size_t max)
{
    switch ((enum phase)c->phase) {
    case SIZE:
        return size_digit(c, in);
    case EXTENSION:
        c->phase = EXTENSION_TEXT;
        return http_is_token(in) ? 0 : 400;
    case EXTENSION_TEXT:
        if (in == '\r')
            c->phase = SIZE_LF;
        else if (!is_text(in))
            return 400;
        return ++c->extra > HTTP_CHUNK_EXTRA_MAX ? 431 : 0;
    case SIZE_LF:
        return in == '\n' ? size_end(c, max) : 400;
    case DATA_CR:
        c->phase = DATA_LF;
        return in == '\r' ? 0 : 400;
    case DATA_LF:
        c->phase = SIZE;
        return in == '\n' ? 0 : 400;
    case TRAILER:
        c->phase = in == '\r' ? END_LF : TRAILER_NAME;
        return in == '\r' || http_is_token(in) ? 0 : 400;
    case TRAILER_NAME:
        if (in == ':')
            c->phase = TRAILER_VALUE;
        else if (!http_is_token(in))
            return 400;
        return ++c->extra > HTTP_CHUNK_EXTRA_MAX ? 431 : 0;
    case TRAILER_VALUE:
        if (in == '\r')
            c->phase = TRAILER_LF;
        else if (!is_text(in))
            return 400;
        return ++c->extra > HTTP_CHUNK_EXTRA_MAX ? 431 : 0;
    case TRAILER_LF:
        c->phase = TRAILER;
        return in == '\n' ? 0 : 400;
    case DATA:
    case END_LF:
        break;
    }
    return in == '\n' ? 0 : 400;
}

int http_chunks_decode(struct http_chunks *c, const char *in, size_t n, char *body, size_t max, size_t *ret_used)
{
    size_t at = 0;
    while (at < n) {
        if (c->phase == DATA) {
            size_t here = c->left < n - at ? c->left : n - at;
            memmove(body + c->got, in + at, here);
            c->got += here;
            c->left -= here;
            at += here;
            if (!c->left)
                c->phase = DATA_CR;
            continue;
        }
        bool last = c->phase == END_LF;
        int verdict = step(c, in[at++], max);
        if (verdict || last) {
            *ret_used = at;
            return verdict;
        }
    }
    *ret_used = n;
    return HTTP_MORE;
}
