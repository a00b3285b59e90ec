/* Memory with one lifetime. Everything a request or job needs is taken from its arena and dropped at once; nothing is freed alone. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/str.h"

struct arena;

/* A fresh arena whose first block holds `first` bytes (0: 4 KiB). Out of memory aborts, here and below. */
struct arena *arena_new(size_t first);
/* Gives all memory back. NULL is fine. */
void arena_free(struct arena *a);
/* Forgets all that was taken but keeps the first block, so that a reused arena touches no new page. */
void arena_reset(struct arena *a);

/* n zeroed bytes aligned for any type. */
void *arena_take(struct arena *a, size_t n);
/* Like arena_take for an array; aborts when the size overflows. */
void *arena_array(struct arena *a, size_t count, size_t size);
/* Copies s, with a terminating NUL behind it that is not counted. */
struct str arena_str(struct arena *a, struct str s);
/* printf into the arena; NUL behind it. */
struct str arena_fmt(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
struct str arena_vfmt(struct arena *a, const char *fmt, va_list args) __attribute__((format(printf, 2, 0)));
/* Bytes taken since the last reset: for tests and limits. */
size_t arena_used(const struct arena *a);

#define NEW(arena, type)          ((type *)arena_take(arena, sizeof(type)))
#define NEW_ARRAY(arena, type, n) ((type *)arena_array(arena, n, sizeof(type)))

#endif
