/* A hash table from a 64-bit key to a 64-bit value: open addressing, linear probing, deletion by shifting back. Owns its memory. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAP_NO_KEY UINT64_MAX /* the one key that cannot be kept */

struct map {
    struct map_slot { uint64_t key, value; } *at;       /* MAP_NO_KEY: empty */
    size_t size, count;       /* size is 0 or a power of two */
};

void map_free(struct map *m);
/* Room for `count` entries in an empty map, with its memory touched: a page fault costs more than many look-ups. */
void map_reserve(struct map *m, size_t count);
/* Grows when more than 2/3 full. Replaces an earlier value. */
void map_put(struct map *m, uint64_t key, uint64_t value);
bool map_get(const struct map *m, uint64_t key, uint64_t *ret);
bool map_remove(struct map *m, uint64_t key);
/* Walks all entries in no order; *at begins with 0. The map must not change meanwhile. */
bool map_each(const struct map *m, size_t *at, uint64_t *ret_key, uint64_t *ret_value);

static inline void *map_ptr(const struct map *m, uint64_t key)
{
    uint64_t v;
    return map_get(m, key, &v) ? (void *)(uintptr_t)v : NULL;
}

static inline void map_put_ptr(struct map *m, uint64_t key, void *p)
{
    map_put(m, key, (uint64_t)(uintptr_t)p);
}

#endif
