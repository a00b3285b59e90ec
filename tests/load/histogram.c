/* A slot per value below 2048; above, every doubling is cut into 1024 equal slots. */
#include "histogram.h"

#include <math.h>

enum { HALF_BITS = 10, HALF = 1 << HALF_BITS };

static const uint64_t value_max = UINT32_MAX;

static uint32_t slot_of(uint64_t value)
{
    uint32_t top = 63u - (uint32_t)__builtin_clzll(value | (2 * HALF - 1));
    uint32_t shift = top - HALF_BITS;

    return shift * HALF + (uint32_t)(value >> shift);
}

/* The largest value that falls into the slot. */
static uint64_t slot_top(uint32_t slot)
{
    if (slot < 2 * HALF)
        return slot;

    uint32_t shift = slot / HALF - 1;
    return ((uint64_t)(slot - shift * HALF + 1) << shift) - 1;
}

void histogram_add(struct histogram *h, int64_t us)
{
    uint64_t value = us < 0 ? 0 : (uint64_t)us;

    if (value > value_max)
        value = value_max;
    h->slots[slot_of(value)]++;
    h->count++;
    h->sum += value;
    if (value > h->max)
        h->max = value;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
    for (uint32_t i = 0; i < HISTOGRAM_SLOTS; i++)
        into->slots[i] += from->slots[i];
    into->count += from->count;
    into->sum += from->sum;
    if (from->max > into->max)
        into->max = from->max;
}

uint64_t histogram_at(const struct histogram *h, double share)
{
    uint64_t wanted = (uint64_t)ceil(share * (double)h->count);
    uint64_t seen = 0;

    if (wanted == 0)
        wanted = 1;
    for (uint32_t i = 0; i < HISTOGRAM_SLOTS; i++) {
        seen += h->slots[i];
        if (seen >= wanted) {
            uint64_t top = slot_top(i);
            return top < h->max ? top : h->max;
        }
    }
    return h->max;
}
