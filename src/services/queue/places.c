/* Who has which place, one bit a place, and who has been seen of late. All are sized for a million people: 9 to 10 bytes a user, an eighth, and
 * four bytes a place. */
#include "turns.h"

#include <stdlib.h>
#include <string.h>

#include "platform/obs/log.h"

void places_free(struct places *p)
{
    free(p->at);
    *p = (struct places){ 0 };
}

/* Users are numbered one after the other: the leading bits of their products with the golden ratio are spread evenly (Knuth, 6.4). As a part of
 * the whole range they choose one of any number of slots, so that the table need not double. */
static uint64_t *find(const struct places *p, int64_t user)
{
    uint64_t spread = (uint64_t)user * UINT64_C(0x9e3779b97f4a7c15) >> 32;
    size_t i = spread * p->size >> 32;
    while (p->at[i] && p->at[i] >> PLACE_BITS != (uint64_t)user)
        i = i + 1 < p->size ? i + 1 : 0;
    return &p->at[i];
}

static void grow(struct places *p)
{
    struct places bigger = { .size = p->size ? p->size + p->size / 8 : 64, .used = p->used };
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
    if (p->used * 8 >= p->size * 7)
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

/* ---- who has been seen ---- */

void seen_free(struct seen *s)
{
    free(s->at);
    *s = (struct seen){ 0 };
}

bool seen_fits(const struct seen *s, int64_t place)
{
    return (size_t)place <= s->size;
}

void seen_grow(struct seen *s, int64_t place)
{
    size_t size = s->size ? s->size : 64;
    while (size < (size_t)place)
        size *= 2;
    s->at = realloc(s->at, size * sizeof(*s->at));
    ASSERT(s->at != NULL);
    memset(s->at + s->size, 0, (size - s->size) * sizeof(*s->at));
    s->size = size;
}

void seen_until(const struct seen *s, int64_t place, int64_t until)
{
    if (seen_fits(s, place))
        atomic_store_explicit(&s->at[place - 1], (uint32_t)(until / 1000), memory_order_relaxed);
}

bool seen_absent(const struct seen *s, int64_t place, int64_t now)
{
    return seen_fits(s, place) && atomic_load_explicit(&s->at[place - 1], memory_order_relaxed) < now / 1000;
}

void seen_move(struct seen *s, const uint32_t *order, int64_t n, bool back)
{
    struct seen moved = { 0 };
    if (!s->size)
        return;
    seen_grow(&moved, (int64_t)s->size);
    memcpy(moved.at, s->at, s->size * sizeof(*s->at));
    for (int64_t i = 0; i < n; i++)
        *(back ? &moved.at[i] : &moved.at[order[i] - 1]) = *(back ? &s->at[order[i] - 1] : &s->at[i]);
    seen_free(s);
    *s = moved;
}
