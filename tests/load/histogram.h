/* Counts of durations in microseconds, kept to three digits: 1 us steps up to 2 ms, then 1/1024 of the value or finer,
 * up to 71 minutes. Adding is a shift and an increment; the size does not depend on how much is counted. */
#ifndef LOAD_HISTOGRAM_H
#define LOAD_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_SLOTS = 23 * 1024 };

struct histogram {
    uint64_t count, sum, max;
    uint64_t slots[HISTOGRAM_SLOTS];
};

void histogram_add(struct histogram *h, int64_t us);
void histogram_merge(struct histogram *into, const struct histogram *from);

/* The smallest kept value that at least `share` (0..1) of the counted ones do not exceed; 0 when nothing was counted. */
uint64_t histogram_at(const struct histogram *h, double share);

#endif
