#include "base/map.h"

#include <stdlib.h>

/* Keys that follow each other stay together in blocks of eight, since ids are counted up and used in that order; the blocks are spread by the
 * finalizer of MurmurHash3 (Appleby). */
static size_t place(const struct map *m, uint64_t key)
{
    uint64_t block = key >> 3;
    block ^= block >> 33;
    block *= UINT64_C(0xff51afd7ed558ccd);
    block ^= block >> 33;
    block *= UINT64_C(0xc4ceb9fe1a85ec53);
    block ^= block >> 33;
    return (size_t)(block << 3 | (key & 7)) & (m->size - 1);
}

static struct map_slot *slots_new(size_t size)
{
    struct map_slot *at = malloc(size * sizeof(*at));
    if (!at)
        abort();
    for (size_t i = 0; i < size; i++)
        at[i].key = MAP_NO_KEY;
    return at;
}

void map_free(struct map *m)
{
    free(m->at);
    *m = (struct map){ 0 };
}

void map_reserve(struct map *m, size_t count)
{
    m->size = 16;
    while (count * 3 >= m->size * 2)
        m->size *= 2;
    m->at = slots_new(m->size);
}

static struct map_slot *find(const struct map *m, uint64_t key)
{
    size_t i = place(m, key);
    while (m->at[i].key != MAP_NO_KEY && m->at[i].key != key)
        i = (i + 1) & (m->size - 1);
    return &m->at[i];
}

static void grow(struct map *m)
{
    struct map bigger = { .size = m->size ? m->size * 2 : 16, .count = m->count };
    bigger.at = slots_new(bigger.size);
    for (size_t i = 0; i < m->size; i++)
        if (m->at[i].key != MAP_NO_KEY)
            *find(&bigger, m->at[i].key) = m->at[i];
    free(m->at);
    *m = bigger;
}

void map_put(struct map *m, uint64_t key, uint64_t value)
{
    if (m->count * 3 >= m->size * 2)
        grow(m);
    struct map_slot *slot = find(m, key);
    m->count += slot->key == MAP_NO_KEY;
    *slot = (struct map_slot){ key, value };
}

bool map_get(const struct map *m, uint64_t key, uint64_t *ret)
{
    struct map_slot *slot = m->size ? find(m, key) : NULL;
    if (!slot || slot->key == MAP_NO_KEY)
        return false;
    *ret = slot->value;
    return true;
}

bool map_remove(struct map *m, uint64_t key)
{
    struct map_slot *slot = m->size ? find(m, key) : NULL;
    if (!slot || slot->key == MAP_NO_KEY)
        return false;
    size_t hole = (size_t)(slot - m->at), mask = m->size - 1;
    for (size_t i = (hole + 1) & mask; m->at[i].key != MAP_NO_KEY; i = (i + 1) & mask) {
        size_t home = place(m, m->at[i].key);
        if (((i - home) & mask) >= ((i - hole) & mask)) {       /* its search path crosses the hole */
            m->at[hole] = m->at[i];
            hole = i;
        }
    }
    m->at[hole].key = MAP_NO_KEY;
    m->count--;
    return true;
}

bool map_each(const struct map *m, size_t *at, uint64_t *ret_key, uint64_t *ret_value)
{
    for (; *at < m->size; (*at)++) {
        if (m->at[*at].key == MAP_NO_KEY)
            continue;
        *ret_key = m->at[*at].key;
        *ret_value = m->at[*at].value;
        (*at)++;
        return true;
    }
    return false;
}
