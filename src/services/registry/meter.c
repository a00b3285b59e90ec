#include "meter.h"

void meter_add(struct meter *m, int64_t now)
{
    int64_t second = now / 1000, place = second % METER_S;
    if (m->second[place] != second)
        m->count[place] = 0;
    m->second[place] = second;
    m->count[place]++;
}

int64_t meter_sum(const struct meter *m, int64_t now)
{
    int64_t second = now / 1000, sum = 0;
    for (int i = 0; i < METER_S; i++)
        if (m->second[i] > second - METER_S && m->second[i] <= second)
            sum += m->count[i];
    return sum;
}
