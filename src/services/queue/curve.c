/* A minute has its slot in the ring by its number; it takes the slot over from the one that was there a ring's length before. */
#include "curve.h"

#define MINUTE_MS 60000

static int64_t minute_of(int64_t at)
{
    return at - at % MINUTE_MS;
}

static size_t slot_of(int64_t minute)
{
    return (size_t)(minute / MINUTE_MS % CURVE_MINUTES);
}

void curve_add(struct curve *c, int64_t at, enum happening what, int64_t n)
{
    int64_t minute = minute_of(at);
    struct minute *slot = &c->ring[slot_of(minute)];
    c->counted.n[what] += n;
    if (slot->at > minute)
        return;                              /* longer ago than is kept */
    if (slot->at < minute)
        *slot = (struct minute){ .at = minute };
    slot->tally.n[what] += n;
}

void curve_follow(struct curve *c, int64_t at, const struct tally *sum)
{
    for (int what = 0; what < HAPPENINGS; what++)
        if (sum->n[what] != c->counted.n[what])
            curve_add(c, at, (enum happening)what, sum->n[what] - c->counted.n[what]);
}

size_t curve_read(const struct curve *c, int64_t now, struct minute ret[CURVE_MINUTES])
{
    int64_t last = minute_of(now);
    size_t n = 0;
    for (int64_t minute = last - (CURVE_MINUTES - 1) * (int64_t)MINUTE_MS; c && minute <= last; minute += MINUTE_MS) {
        const struct minute *slot = &c->ring[slot_of(minute)];
        if (slot->at == minute)
            ret[n++] = *slot;
        else if (n)
            ret[n++] = (struct minute){ .at = minute };
    }
    return n;
}
