/* Random numbers handed in: a seeded generator for tests and simulation, seeded from the system otherwise. Not for keys or tokens (crypto.h). */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdint.h>

/* xoshiro256** by Blackman and Vigna, 2018. */
struct rng {
    uint64_t s[4];
};

void rng_seed(struct rng *r, uint64_t seed);
uint64_t rng_next(struct rng *r);
/* Uniform in [0, n), n > 0; no modulo bias. */
uint64_t rng_below(struct rng *r, uint64_t n);

#endif
