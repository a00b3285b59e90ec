#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

void buf_init(struct buf *b, size_t max)
{
    *b = (struct buf){ .max = max };
}

void buf_free(struct buf *b)
{
    free(b->p);
    *b = (struct buf){ .max = b->max };
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    b->full = false;
}

char *buf_room(struct buf *b, size_t n)
{
    if (b->full || n > b->max - b->n) {
        b->full = true;
        return NULL;
    }
    if (b->n + n > b->cap) {
        size_t cap = b->cap ? b->cap * 2 : 256;
        if (cap < b->n + n)
            cap = b->n + n;
        if (cap > b->max)
            cap = b->max;
        char *p = realloc(b->p, cap);
        if (!p)
            abort();
        b->p = p;
        b->cap = cap;
    }
    return b->p + b->n;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
    char *at = n ? buf_room(b, n) : NULL;
    if (!at)
        return;
    memcpy(at, p, n);
    b->n += n;
}

void buf_str(struct buf *b, struct str s)
{
    buf_add(b, s.p, s.n);
}

void buf_char(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_int(struct buf *b, int64_t v)
{
    char digits[20];
    size_t at = sizeof(digits);
    uint64_t rest = v < 0 ? (uint64_t)0 - (uint64_t)v : (uint64_t)v;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (v < 0)
        buf_char(b, '-');
    buf_add(b, digits + at, sizeof(digits) - at);
}

void buf_html(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        switch (s.p[i]) {
        case '&': buf_str(b, S("&amp;")); break;
        case '<': buf_str(b, S("&lt;")); break;
        case '>': buf_str(b, S("&gt;")); break;
        case '"': buf_str(b, S("&quot;")); break;
        case '\'': buf_str(b, S("&#39;")); break;
        default: buf_char(b, s.p[i]);
        }
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    char *at = n >= 0 ? buf_room(b, (size_t)n + 1) : NULL;      /* one more for the NUL that vsnprintf writes */
    if (at) {
        vsnprintf(at, (size_t)n + 1, fmt, args);
        b->n += (size_t)n;
    }
    va_end(args);
}

void buf_drop(struct buf *b, size_t n)
{
    if (n >= b->n) {
        b->n = 0;
        return;
    }
    memmove(b->p, b->p + n, b->n - n);
    b->n -= n;
}
