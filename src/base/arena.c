/* Blocks in a chain; the first one is kept for ever, so that an arena used again and again touches no new page. With -DARENA_MALLOC
 * (the sanitizer builds) each piece is a block of its own: an overrun of one piece is then an overrun of a heap block, which they see. */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define ALIGN      16u
#define BLOCK_MAX  (256u * 1024)

struct block {
    struct block *next;
    size_t size, used;
    _Alignas(ALIGN) char bytes[];
};

struct arena {
    struct block *first;      /* kept by arena_reset */
    struct block *current;    /* newest */
    size_t used;
};

static _Noreturn void out_of_memory(size_t n)
{
    fprintf(stderr, "out of memory: %zu bytes\n", n);
    abort();
}

static struct block *block_new(size_t size)
{
    struct block *b = malloc(sizeof(*b) + size);
    if (!b)
        out_of_memory(size);
    b->next = NULL;
    b->size = size;
    b->used = 0;
    return b;
}

struct arena *arena_new(size_t first)
{
    struct arena *a = malloc(sizeof(*a));
    if (!a)
        out_of_memory(sizeof(*a));
    a->first = a->current = block_new(first ? first : 4096);
    a->used = 0;
    return a;
}

static void free_behind(struct block *b)
{
    while (b) {
        struct block *next = b->next;
        free(b);
        b = next;
    }
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    free_behind(a->first);
    free(a);
}

void arena_reset(struct arena *a)
{
    free_behind(a->first->next);
    a->first->next = NULL;
    a->first->used = 0;
    a->current = a->first;
    a->used = 0;
}

static void *take_raw(struct arena *a, size_t n)
{
    struct block *b = a->current;
    if (n > SIZE_MAX - ALIGN)
        out_of_memory(n);
    n = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
#ifdef ARENA_MALLOC
    bool fits = false;
    size_t size = n;
#else
    bool fits = n <= b->size - b->used;
    size_t size = b->size < BLOCK_MAX / 2 ? b->size * 2 : BLOCK_MAX;
    if (size < n)
        size = n;
#endif
    if (!fits) {
        b->next = block_new(size);
        b = a->current = b->next;
    }
    void *p = b->bytes + b->used;
    b->used += n;
    a->used += n;
    return p;
}

void *arena_take(struct arena *a, size_t n)
{
    return memset(take_raw(a, n), 0, n);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    size_t n;
    if (__builtin_mul_overflow(count, size, &n))
        out_of_memory(SIZE_MAX);
    return arena_take(a, n);
}

struct str arena_str(struct arena *a, struct str s)
{
    char *p = take_raw(a, s.n + 1);
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = 0;
    return str_of(p, s.n);
}

struct str arena_vfmt(struct arena *a, const char *fmt, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (n < 0)
        return (struct str){ 0 };
    char *p = take_raw(a, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, fmt, args);
    return str_of(p, (size_t)n);
}

struct str arena_fmt(struct arena *a, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    struct str s = arena_vfmt(a, fmt, args);
    va_end(args);
    return s;
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}
