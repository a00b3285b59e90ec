#include "services/queue/limits.h"

#include <stdlib.h>

#include "platform/obs/log.h"

#define SETS 8192             /* a power of two; 1 MB in all */
#define WAYS 8

struct counted {
    uint64_t name;
    uint32_t since_s, count;  /* count 0: free */
};

struct limits_set {
    struct counted at[WAYS];
};

void limits_open(struct limits *l, uint64_t seed)
{
    pthread_mutex_init(&l->lock, NULL);
    l->seed = seed;
    l->sets = calloc(SETS, sizeof(*l->sets));
    ASSERT(l->sets != NULL);
}

void limits_close(struct limits *l)
{
    pthread_mutex_destroy(&l->lock);
    free(l->sets);
}

/* The last steps of MurmurHash3 (Appleby, public domain): every bit of the input changes half of the output's. */
static uint64_t mixed(uint64_t v)
{
    v = (v ^ v >> 33) * UINT64_C(0xff51afd7ed558ccd);
    v = (v ^ v >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return v ^ v >> 33;
}

uint64_t limits_name(const struct limits *l, int kind, int64_t of, uint64_t who)
{
    return mixed(mixed(mixed(l->seed ^ (uint64_t)kind) ^ (uint64_t)of) ^ who);
}

static struct counted *set_of(const struct limits *l, uint64_t name)
{
    return l->sets[name & (SETS - 1)].at;
}

static bool over(const struct counted *c, int64_t now)
{
    return c->count == 0 || now >= (int64_t)c->since_s * 1000 + LIMITS_WINDOW_MS;
}

int64_t limits_count(struct limits *l, uint64_t name, int64_t now)
{
    int64_t count = 0;
    pthread_mutex_lock(&l->lock);
    const struct counted *set = set_of(l, name);
    for (int i = 0; i < WAYS; i++)
        if (set[i].name == name && !over(&set[i], now))
            count = set[i].count;
    pthread_mutex_unlock(&l->lock);
    return count;
}

int64_t limits_add(struct limits *l, uint64_t name, int64_t now)
{
    pthread_mutex_lock(&l->lock);
    struct counted *set = set_of(l, name), *mine = NULL, *least = &set[0];
    for (int i = 0; i < WAYS; i++) {
        if (over(&set[i], now))
            set[i] = (struct counted){ 0 };
        if (set[i].count && set[i].name == name)
            mine = &set[i];
        if (set[i].count < least->count)
            least = &set[i];
    }
    if (!mine) {
        mine = least;
        *mine = (struct counted){ .name = name, .since_s = (uint32_t)(now / 1000) };
    }
    mine->count += mine->count < UINT32_MAX;
    int64_t count = mine->count;
    pthread_mutex_unlock(&l->lock);
    return count;
}
