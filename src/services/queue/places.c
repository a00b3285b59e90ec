/* Who has which place, and one bit a place. Both are sized for a million people: 11 to 21 bytes a user, and an eighth. */
#include "queue_int.h"

#include <stdlib.h>

#include "platform/obs/log.h"

void places_free(struct places *p)
{
    free(p->at);
    *p = (struct places){ 0 };
}

/* Users are numbered one after the other: the leading bits of their products with the golden ratio are spread evenly (Knuth, 6.4). */
static uint64_t *find(const struct places *p, int64_t user)
{
    size_t mask = p->size - 1;
    size_t i = (uint64_t)user * UINT64_C(0x9e3779b97f4a7c15) >> (__builtin_clzll(p->size) + 1);
    while (p->at[i] && p->at[i] >> PLACE_BITS != (uint64_t)user)
        i = (i + 1) & mask;
    return &p->at[i];
}

static void grow(struct places *p)
{
    struct places bigger = { .size = p->size ? p->size * 2 : 64, .used = p->used };
    bigger.at = calloc(bigger.size, sizeof(*bigger.at));
    ASSERT(bigger.at != NULL);
    for (size_t i = 0; i < p->size; i++)
        if (p->at[i])
            *find(&bigger, (int64_t)(p->at[i] >> PLACE_BITS)) = p->at[i];
    free(p->at);
    *p = bigger;
}

int64_t places_get(const struct places *p, int64_t user)
{
    return p->size ? (int64_t)(*find(p, user) & PLACE_MAX) : 0;
}

void places_set(struct places *p, int64_t user, int64_t place)
{
    ASSERT(user > 0 && user >> (64 - PLACE_BITS) == 0 && place >= 0 && place <= PLACE_MAX);
    if (p->used * 4 >= p->size * 3)
        grow(p);
    uint64_t *slot = find(p, user);
    p->used += !*slot;
    *slot = (uint64_t)user << PLACE_BITS | (uint64_t)place;
}

void marks_free(struct marks *m)
{
    free(m->at);
    *m = (struct marks){ 0 };
}

bool marks_get(const struct marks *m, int64_t place)
{
    size_t byte = (size_t)place / 8;
    return byte < m->bytes && (m->at[byte] >> (place % 8) & 1);
}

static void marks_grow(struct marks *m, size_t byte)
{
    size_t bytes = m->bytes ? m->bytes : 64;
    while (bytes <= byte)
        bytes *= 2;
    m->at = realloc(m->at, bytes);
    ASSERT(m->at != NULL);
    memset(m->at + m->bytes, 0, bytes - m->bytes);
    m->bytes = bytes;
}

void marks_set(struct marks *m, int64_t place, bool on)
{
    size_t byte = (size_t)place / 8;
    uint8_t bit = (uint8_t)(1u << (place % 8));
    if (byte >= m->bytes)
        marks_grow(m, byte);
    m->at[byte] = (uint8_t)(on ? m->at[byte] | bit : m->at[byte] & ~bit);
}
