/* How often one may ask: a bucket of tokens a client. Memory is bounded: a client gets one of a few slots by its key; when all are others', the one whose
 * bucket is fullest is forgotten, which takes the least from anybody. */
#include <stdlib.h>

#include "gateway_int.h"

#define SETS  4096
#define SLOTS 4
#define TOKEN 1000            /* thousandths */

struct bucket {
    uint64_t key;
    int64_t tokens, at;       /* as of `at`; at 0: nobody's */
};

struct limiter {
    struct bucket sets[SETS][SLOTS];
};

struct limiter *limiter_new(void)
{
    struct limiter *l = calloc(1, sizeof(*l));
    if (!l)
        abort();
    return l;
}

void limiter_free(struct limiter *l)
{
    free(l);
}

/* Tokens a second are thousandths a millisecond. */
static int64_t level(const struct bucket *b, int64_t rate, int64_t most, int64_t now)
{
    if (!b->at || now - b->at > most / rate)
        return most;
    int64_t v = b->tokens + (now - b->at) * rate;
    return v < most ? v : most;
}

static struct bucket *bucket_of(struct limiter *l, uint64_t key, int64_t rate, int64_t most, int64_t now)
{
    struct bucket *set = l->sets[(key * UINT64_C(0x9E3779B97F4A7C15)) >> 52], *fullest = set;
    for (int i = 0; i < SLOTS; i++) {
        if (set[i].at && set[i].key == key)
            return &set[i];
        if (level(&set[i], rate, most, now) > level(fullest, rate, most, now))
            fullest = &set[i];
    }
    *fullest = (struct bucket){ .key = key };
    return fullest;
}

bool limiter_take(struct limiter *l, uint64_t key, int64_t rate, int64_t burst, int64_t now, int *ret_wait_s)
{
    int64_t most = burst * TOKEN;
    struct bucket *b = bucket_of(l, key, rate, most, now);
    b->tokens = level(b, rate, most, now);
    b->at = now > 0 ? now : 1;
    if (b->tokens < TOKEN) {
        *ret_wait_s = (int)((TOKEN - b->tokens + rate * 1000 - 1) / (rate * 1000));
        return false;
    }
    b->tokens -= TOKEN;
    return true;
}
