#include "crowd.h"

#include <math.h>
#include <stddef.h>

#include "base/rng.h"

#define MINUTE_MS INT64_C(60000)

const char *const arrival_words[] = { "early", "burst", "flat", NULL };

/* ---- when they come ---- */

/* Shares of the people, in percent. Who is told of a sale comes before it, more and more of them as it draws near; the last mails are read half an
 * hour late. */
#define EARLY_BEFORE 70
#define EARLY_SOON   20
#define SOON_MS      (5 * MINUTE_MS)
#define LATE_MS      (30 * MINUTE_MS)
#define BURST_MS     MINUTE_MS
#define BURST_SHARE  80
#define FLAT_MS      (60 * MINUTE_MS)

static double part(int64_t at, int64_t of)
{
    return at <= 0 ? 0 : at >= of || of <= 0 ? 1 : (double)at / (double)of;
}

/* The share of people that has come, 0 to 1. */
static double share(const struct crowd *c, int64_t opens_ms, int64_t at_ms)
{
    if (c->arrival == ARRIVAL_FLAT)
        return part(at_ms - opens_ms, FLAT_MS - opens_ms);
    if (c->arrival == ARRIVAL_BURST)
        return (BURST_SHARE * part(at_ms, BURST_MS) + (100 - BURST_SHARE) * part(at_ms - BURST_MS, LATE_MS - BURST_MS)) / 100;
    double before = opens_ms < 0 ? part(at_ms - opens_ms, -opens_ms) : at_ms >= 0;
    return (EARLY_BEFORE * before * before + EARLY_SOON * part(at_ms, SOON_MS) +
            (100 - EARLY_BEFORE - EARLY_SOON) * part(at_ms - SOON_MS, LATE_MS - SOON_MS)) / 100;
}

int64_t arrival_end(const struct crowd *c, int64_t opens_ms)
{
    (void)opens_ms;
    return c->arrival == ARRIVAL_FLAT ? FLAT_MS : LATE_MS;
}

int64_t crowd_arrived(const struct crowd *c, int64_t opens_ms, int64_t at_ms)
{
    if (at_ms < opens_ms)
        return 0;
    if (at_ms >= arrival_end(c, opens_ms))
        return c->bots + c->people;
    return c->bots + llround(share(c, opens_ms, at_ms) * (double)c->people);
}

/* ---- what they are like ---- */

#define LOOK_MS    5000       /* the interval at which those asks who are nearly there */
#define BACK_MS    (15 * MINUTE_MS)
#define BOT_MS     1000
#define PARTY_MOST 8          /* friends who buy together */

static double unit(struct rng *r)
{
    return (double)(rng_next(r) >> 11) * 0x1p-53;
}

static bool happens(struct rng *r, int64_t percent)
{
    return (int64_t)rng_below(r, 100) < percent;
}

/* The sum of two steps of equal mean, neither of which remembers how long it has taken: few are very quick, some take long. */
static int64_t duration(struct rng *r, int64_t mean_s)
{
    double steps = -log1p(-unit(r)) - log1p(-unit(r));
    return (int64_t)(steps * (double)mean_s * 500) + 1;
}

/* One person, and each of those who may come along with the same chance. */
static int64_t party(struct rng *r, int64_t mean, int64_t limit)
{
    int64_t most = limit < PARTY_MOST ? limit : PARTY_MOST, n = 1;
    double chance = most > 1 ? (double)(mean - PARTY_UNIT) / (double)(PARTY_UNIT * (most - 1)) : 0;
    for (int64_t i = 1; i < most; i++)
        n += unit(r) < chance;
    return n;
}

struct traits traits_of(const struct crowd *c, int64_t person, int64_t limit)
{
    struct rng r;
    rng_seed(&r, c->seed * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)person);
    if (person < c->bots)
        return (struct traits){ .bot = true, .party = limit < PARTY_MOST ? limit : PARTY_MOST, .look_ms = 1, .think_ms = BOT_MS, .pay_ms = BOT_MS,
                                .taste = 0x1.fffffp-1 };
    struct traits t = { .away = happens(&r, c->no_show), .back = happens(&r, c->back), .leaves = happens(&r, c->leave) };
    t.party = party(&r, c->party, limit);
    t.look_ms = (int64_t)rng_below(&r, LOOK_MS) + 1;
    t.back_ms = (int64_t)rng_below(&r, BACK_MS) + 1;
    t.think_ms = duration(&r, c->think);
    t.pay_ms = duration(&r, c->pay);
    t.taste = unit(&r);
    return t;
}

bool payment_refused(const struct crowd *c, int64_t person, int64_t attempt)
{
    struct rng r;
    rng_seed(&r, (c->seed + UINT64_C(0x5851f42d4c957f2d)) * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)person);
    for (int64_t i = 0; i < attempt; i++)
        rng_next(&r);
    return happens(&r, c->refuse);
}
