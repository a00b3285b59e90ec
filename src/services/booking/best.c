/* Best available, on bits: a block of neighbours is a few 64-bit words whose set bits are free seats. Where k of them begin is found by log2(k)
 * shifts and ands; places that would leave one seat alone between others are masked out; of what remains the nearest to the middle wins. */
#include "services/booking/booking_int.h"

#include <math.h>

#define BLOCK_WORDS 32        /* 2,048 neighbours without an aisle; longer blocks are looked at in their first part */

struct bits {
    uint64_t w[BLOCK_WORDS];
    uint32_t n;               /* words in use */
};

/* Bit i: seat first + i is free, for the next `count` seats, 64 at most. */
static uint64_t free_word(const struct sale *s, uint32_t first, uint32_t count)
{
    uint32_t word = first / 64, shift = first % 64;
    uint64_t w = s->free_bits[word] >> shift;
    if (shift)
        w |= s->free_bits[word + 1] << (64 - shift);
    return count < 64 ? w & ((UINT64_C(1) << count) - 1) : w;
}

static struct bits load(const struct sale *s, const struct block *b)
{
    struct bits r = { .n = 0 };
    uint32_t count = b->count < BLOCK_WORDS * 64 ? b->count : BLOCK_WORDS * 64;
    for (uint32_t i = 0; i < count; i += 64)
        r.w[r.n++] = free_word(s, b->first + i, count - i);
    return r;
}

/* Bit i of the result is bit i + by; bits from beyond the end are 0. */
static struct bits down(const struct bits *a, uint32_t by)
{
    struct bits r = { .n = a->n };
    uint32_t words = by / 64, shift = by % 64;
    for (uint32_t i = 0; i < a->n; i++) {
        uint64_t low = i + words < a->n ? a->w[i + words] : 0, high = i + words + 1 < a->n ? a->w[i + words + 1] : 0;
        r.w[i] = shift ? low >> shift | high << (64 - shift) : low;
    }
    return r;
}

/* Bit i of the result is bit i - by. by is 1 or 2. */
static struct bits up(const struct bits *a, uint32_t by)
{
    struct bits r = { .n = a->n };
    for (uint32_t i = a->n; i-- > 0;)
        r.w[i] = a->w[i] << by | (i ? a->w[i - 1] >> (64 - by) : 0);
    return r;
}

/* Where `count` free neighbours begin. */
static struct bits starts(const struct bits *is_free, uint32_t count)
{
    struct bits r = *is_free;
    for (uint32_t have = 1; have < count;) {
        uint32_t step = count - have < have ? count - have : have;
        struct bits shifted = down(&r, step);
        for (uint32_t i = 0; i < r.n; i++)
            r.w[i] &= shifted.w[i];
        have += step;
    }
    return r;
}

/* Takes away the starts that leave exactly one free seat on their left or right. */
static void without_orphans(struct bits *at, const struct bits *is_free, uint32_t count)
{
    struct bits left = up(is_free, 1), left2 = up(is_free, 2), right = down(is_free, count), right2 = down(is_free, count + 1);
    for (uint32_t i = 0; i < at->n; i++)
        at->w[i] &= ~(left.w[i] & ~left2.w[i]) & ~(right.w[i] & ~right2.w[i]);
}

struct choice {
    bool any;
    uint32_t first, row;      /* seat in map order, its row */
    float distance;           /* of its middle from the row's best place, in the plan's units */
};

static float distance_between(const struct sale *s, uint32_t a, uint32_t b)
{
    const struct point *at = s->layout->plan->at;
    return hypotf(at[a].x - at[b].x, at[a].y - at[b].y);
}

/* Twice the distance, in seats, from the middle of `count` seats at `start` to the block's centre: an integer. */
static uint32_t offset_of(const struct block *b, uint32_t start, uint32_t count)
{
    int64_t twice = 2 * (int64_t)start + count - 1 - 2 * (int64_t)b->center;
    return (uint32_t)(twice < 0 ? -twice : twice);
}

/* The start nearest to the middle of the block; between two equally near ones chance decides. */
static bool nearest_start(const struct bits *at, const struct block *b, uint32_t count, struct rng *rng, uint32_t *ret)
{
    uint32_t best = UINT32_MAX;
    for (uint32_t w = 0; w < at->n; w++)
        for (uint64_t rest = at->w[w]; rest; rest &= rest - 1) {
            uint32_t start = w * 64 + (uint32_t)__builtin_ctzll(rest), offset = offset_of(b, start, count);
            if (offset < best || (offset == best && rng_below(rng, 2))) {
                best = offset;
                *ret = start;
            }
        }
    return best != UINT32_MAX;
}

static void consider(const struct sale *s, const struct block *b, uint32_t count, bool orphans, struct rng *rng, struct choice *best)
{
    uint32_t start;
    struct bits is_free = load(s, b), at = starts(&is_free, count);
    if (!orphans)
        without_orphans(&at, &is_free, count);
    if (!nearest_start(&at, b, count, rng, &start))
        return;
    uint32_t first = b->first + start, row_first = s->layout->plan->rows[b->row].first;
    uint32_t row_middle = row_first + s->layout->plan->rows[b->row].count / 2;
    float distance = distance_between(s, first + (count - 1) / 2, row_middle);
    if (!best->any || distance < best->distance)
        *best = (struct choice){ true, first, b->row, distance };
}

static bool wanted(const struct sale *s, const struct best_wish *w, const struct block *b)
{
    const struct plan *p = s->layout->plan;
    return !w->section.n || str_eq(p->sections[p->rows[b->row].section].name, w->section);
}

/* Rows from the best on; the blocks of one row compete, the first row with a place wins. */
static bool best_in_rows(const struct sale *s, const struct best_wish *w, bool orphans, struct rng *rng, uint32_t *ret_first)
{
    const struct layout *l = s->layout;
    struct choice best = { 0 };
    for (uint32_t i = l->blocks_of[w->grade]; i < l->blocks_of[w->grade + 1]; i++) {
        const struct block *b = &l->blocks[i];
        if (best.any && b->row != best.row)
            break;
        if (b->count >= w->count && !layout_is_area(l, b->row) && wanted(s, w, b))
            consider(s, b, w->count, orphans, rng, &best);
    }
    *ret_first = best.first;
    return best.any;
}

static uint32_t free_in_block(const struct sale *s, const struct block *b)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < b->count; i += 64)
        n += (uint32_t)__builtin_popcountll(free_word(s, b->first + i, b->count - i));
    return n;
}

/* The first free places of blocks from..to; there are enough. */
static void take_places(const struct sale *s, const struct block *from, const struct block *to, uint32_t count, uint32_t *ret_seats)
{
    uint32_t n = 0;
    for (const struct block *b = from; b < to && n < count; b++)
        for (uint32_t i = 0; i < b->count && n < count; i += 64)
            for (uint64_t rest = free_word(s, b->first + i, b->count - i); rest && n < count; rest &= rest - 1)
                ret_seats[n++] = b->first + i + (uint32_t)__builtin_ctzll(rest);
    ASSERT(n == count);
}

/* A standing area, which is one row, has no neighbours: any of its places, but all in one area. */
static bool any_in_area(const struct sale *s, const struct best_wish *w, uint32_t *ret_seats)
{
    const struct layout *l = s->layout;
    const struct block *end = &l->blocks[l->blocks_of[w->grade + 1]];
    for (const struct block *from = &l->blocks[l->blocks_of[w->grade]], *to; from < end; from = to) {
        uint32_t is_free = 0;
        for (to = from; to < end && to->row == from->row; to++)
            is_free += free_in_block(s, to);
        if (is_free < w->count || !layout_is_area(l, from->row) || !wanted(s, w, from))
            continue;
        take_places(s, from, to, w->count, ret_seats);
        return true;
    }
    return false;
}

bool best_seats(const struct sale *s, const struct best_wish *w, struct rng *rng, uint32_t *ret_seats)
{
    uint32_t first;
    if (s->free[w->grade] < w->count)
        return false;
    if (!best_in_rows(s, w, false, rng, &first) && !best_in_rows(s, w, true, rng, &first))
        return any_in_area(s, w, ret_seats);
    for (uint32_t i = 0; i < w->count; i++)
        ret_seats[i] = first + i;
    return true;
}

uint32_t best_left(const struct sale *s, const struct best_wish *w)
{
    const struct layout *l = s->layout;
    uint32_t n = 0;
    if (!w->section.n)
        return s->free[w->grade];
    for (uint32_t i = l->blocks_of[w->grade]; i < l->blocks_of[w->grade + 1]; i++)
        if (wanted(s, w, &l->blocks[i]))
            n += free_in_block(s, &l->blocks[i]);
    return n;
}
