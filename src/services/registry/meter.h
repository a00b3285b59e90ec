/* How often something happened in the last minute. */
#ifndef REGISTRY_METER_H
#define REGISTRY_METER_H

#include <stdint.h>

#define METER_S 60

struct meter {
    int64_t second[METER_S];  /* which second a place counts */
    int64_t count[METER_S];
};

void meter_add(struct meter *m, int64_t now);
/* In the 60 seconds that end with this one. */
int64_t meter_sum(const struct meter *m, int64_t now);

#endif
