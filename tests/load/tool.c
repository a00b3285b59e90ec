/* Memory, clocks and chance for the measuring tools. Two runs with one seed make the same choices. */
#include "tool.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

void tool_die(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("error: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(2);
}

void *mem_take(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);

    if (!p)
        tool_die("out of memory (%zu x %zu bytes)", count, size);
    return p;
}

void *mem_grow(void *old, size_t count, size_t size)
{
    void *p = reallocarray(old, count, size);

    if (!p)
        tool_die("out of memory (%zu x %zu bytes)", count, size);
    return p;
}

char *mem_text(const char *text)
{
    size_t n = strlen(text) + 1;

    return memcpy(mem_take(n, 1), text, n);
}

char *mem_print(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    char *text = NULL;
    int n = vasprintf(&text, format, args);
    va_end(args);
    if (n < 0)
        tool_die("out of memory");
    return text;
}

static int64_t clock_read(clockid_t id, int64_t parts_a_second)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * parts_a_second + (int64_t)t.tv_nsec / (1000000000 / parts_a_second);
}

int64_t clock_us(void)
{
    return clock_read(CLOCK_MONOTONIC, US_A_SECOND);
}

int64_t clock_wall_ms(void)
{
    return clock_read(CLOCK_REALTIME, 1000);
}

char *file_read(const char *path, size_t *ret_size)
{
    FILE *f = fopen(path, "rbe");
    if (!f)
        return NULL;

    size_t used = 0, room = 64 * 1024;
    char *text = mem_take(room, 1);
    for (;;) {
        used += fread(text + used, 1, room - used - 1, f);
        if (used < room - 1)
            break;
        room *= 2;
        text = mem_grow(text, room, 1);
    }

    int bad = ferror(f) ? EIO : 0;
    fclose(f);
    if (bad) {
        free(text);
        errno = bad;
        return NULL;
    }
    text[used] = '\0';
    *ret_size = used;
    return text;
}

/* SplitMix64: one word of state, so that every buyer can own a stream. */
uint64_t rng_next(struct rng *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

struct rng rng_seeded(uint64_t seed, uint64_t stream)
{
    struct rng a = { seed }, b = { stream ^ 0x5bf03635f0b7a54du };

    return (struct rng){ rng_next(&a) ^ (rng_next(&b) << 1) };
}

double rng_unit(struct rng *r)
{
    return (double)(rng_next(r) >> 11) * 0x1p-53;
}

uint32_t rng_below(struct rng *r, uint32_t limit)
{
    assert(limit > 0);
    return (uint32_t)(((rng_next(r) >> 32) * limit) >> 32);
}

bool rng_chance(struct rng *r, double share)
{
    return rng_unit(r) < share;
}

double rng_exponential(struct rng *r, double mean)
{
    return -mean * log(1.0 - rng_unit(r));
}

void random_hex(char *text, size_t size)
{
    static const char digits[] = "0123456789abcdef";

    if (getrandom(text, size, 0) != (ssize_t)size)
        tool_die("getrandom: %s", strerror(errno));
    for (size_t i = 0; i + 1 < size; i++)
        text[i] = digits[text[i] & 15];
    text[size - 1] = '\0';
}

uint64_t hash_text(const char *text)
{
    uint64_t h = 0xcbf29ce484222325u;

    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 0x100000001b3u;
    return h;
}
