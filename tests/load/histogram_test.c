/* Checks the histogram against sorted lists: exact below 2048 us, within one part in 1024 above, never below the truth. */
#include "histogram.h"
#include "tool.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static int faults;

static void check(bool good, const char *what)
{
    printf("%s - %s\n", good ? "ok" : "not ok", what);
    faults += !good;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* Values spread over `decades` powers of ten, so that every size of slot is met. */
static bool agrees_with_sorted(uint64_t seed, double decades)
{
    enum { VALUES = 20000 };
    static const double shares[] = { 0.0, 0.01, 0.5, 0.9, 0.99, 0.999, 1.0 };
    struct histogram *h = mem_take(1, sizeof *h);
    uint64_t *values = mem_take(VALUES, sizeof *values);
    struct rng r = rng_seeded(seed, 0);
    bool good = true;

    for (int i = 0; i < VALUES; i++) {
        values[i] = (uint64_t)pow(10.0, rng_unit(&r) * decades);
        histogram_add(h, (int64_t)values[i]);
    }
    qsort(values, VALUES, sizeof *values, compare);

    for (size_t i = 0; i < COUNT(shares); i++) {
        size_t rank = (size_t)ceil(shares[i] * VALUES);
        uint64_t truth = values[rank ? rank - 1 : 0];
        uint64_t got = histogram_at(h, shares[i]);
        if (got < truth || got > truth + truth / 1024)
            good = false;
        if (truth < 2048 && got != truth)
            good = false;
    }
    good = good && h->count == VALUES && h->max == values[VALUES - 1];
    free(values);
    free(h);
    return good;
}

static bool edges_hold(void)
{
    static const int64_t edges[] = { 0, 1, 2047, 2048, 2049, 4095, 4096, 1000000, UINT32_MAX };
    bool good = true;

    for (size_t i = 0; i < COUNT(edges); i++) {
        struct histogram *h = mem_take(1, sizeof *h);
        histogram_add(h, edges[i]);
        good = good && histogram_at(h, 0.5) == (uint64_t)edges[i];
        free(h);
    }
    return good;
}

static bool out_of_range_is_kept_at_the_ends(void)
{
    struct histogram *h = mem_take(1, sizeof *h);

    histogram_add(h, -5);
    histogram_add(h, INT64_MAX);
    bool good = h->count == 2 && histogram_at(h, 0.5) == 0 && h->max == UINT32_MAX;
    free(h);
    return good;
}

static bool merge_is_adding_both(void)
{
    struct histogram *a = mem_take(1, sizeof *a), *b = mem_take(1, sizeof *b), *both = mem_take(1, sizeof *both);
    struct rng r = rng_seeded(7, 7);

    for (int i = 0; i < 5000; i++) {
        int64_t value = (int64_t)rng_below(&r, 1000000);
        histogram_add(i % 3 ? a : b, value);
        histogram_add(both, value);
    }
    histogram_merge(a, b);

    bool good = a->count == both->count && a->sum == both->sum && a->max == both->max;
    for (double share = 0.0; share <= 1.0; share += 0.05)
        good = good && histogram_at(a, share) == histogram_at(both, share);
    free(a);
    free(b);
    free(both);
    return good;
}

int main(void)
{
    struct histogram *empty = mem_take(1, sizeof *empty);

    check(histogram_at(empty, 0.99) == 0, "an empty histogram answers 0");
    free(empty);
    check(edges_hold(), "a single value comes back as itself at the edges of slots");
    check(out_of_range_is_kept_at_the_ends(), "negative and huge values are counted at the ends");
    check(agrees_with_sorted(1, 3.2), "small values are exact");
    check(agrees_with_sorted(2, 9.5), "large values are right to three digits and never too low");
    check(merge_is_adding_both(), "merging two is counting both");
    return faults ? 1 : 0;
}
