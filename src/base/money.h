/* Money: 64-bit integers in minor units with an ISO 4217 currency; arithmetic is checked. */
#ifndef BASE_MONEY_H
#define BASE_MONEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct money {
    int64_t amount;           /* minor units; KRW has none */
    char currency[4];         /* three capital letters and NUL */
};

/* Largest amount accepted anywhere: sums of many stay far from overflow. */
#define MONEY_MAX INT64_C(1000000000000)

/* The share part / whole of an amount, rounded down: amount * part / whole without overflow on the way. 0 of nothing (whole is 0). None is negative,
 * and part is at most whole. */
static inline int64_t money_share(int64_t amount, int64_t part, int64_t whole)
{
    return whole ? (int64_t)((unsigned __int128)amount * (unsigned __int128)part / (unsigned __int128)whole) : 0;
}

static inline bool money_add(int64_t a, int64_t b, int64_t *ret)
{
    return !__builtin_add_overflow(a, b, ret);
}

/* "150,000", "-1,234.50": digits by the currency, without its name. */
struct str money_digits(struct arena *arena, struct money m);

#endif
