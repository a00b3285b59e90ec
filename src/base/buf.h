/* A growing byte buffer with a maximum and a sticky error: a page of appends needs one check at the end. Owns its memory. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct buf {
    char *p;
    size_t n, cap, max;
    bool full;                /* an append did not fit under max; what came after it was dropped */
};

void buf_init(struct buf *b, size_t max);
void buf_free(struct buf *b);
/* Empties it and clears the error; keeps the memory. */
void buf_clear(struct buf *b);

void buf_add(struct buf *b, const void *p, size_t n);
void buf_str(struct buf *b, struct str s);
void buf_char(struct buf *b, char c);
void buf_int(struct buf *b, int64_t v);
/* Text as it stands in HTML, between tags and in quoted attributes. */
void buf_html(struct buf *b, struct str s);
void buf_fmt(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Room for n more bytes at the end to be written by the caller and counted with b->n += ...; NULL when that exceeds max. */
char *buf_room(struct buf *b, size_t n);
/* Drops the first n bytes. */
void buf_drop(struct buf *b, size_t n);

static inline struct str buf_view(const struct buf *b)
{
    return (struct str){ b->p, b->n };
}

#endif
