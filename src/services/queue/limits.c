#include "services/queue/limits.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "platform/kv/kv.h"
#include "platform/obs/log.h"

#define SETS  8192            /* a power of two; 1.5 MB in all */
#define WAYS  8
#define COUNT_MAX (UINT32_MAX / 4)
#define CHUNK 64              /* sets looked through under one lock */
#define LOOK_MS 10000         /* between two looks at whether the others still know it all */

struct counted {
    uint64_t name;
    uint32_t since_s, count;  /* by this process; count 0: free */
    uint32_t told, all;       /* how much of it the others know; what all have told, as heard last */
};

struct limits_set {
    struct counted at[WAYS];
};

struct limits {
    pthread_mutex_t lock;
    struct limits_set *sets;
    uint64_t seed;
    _Atomic bool news;        /* something was counted since the last exchange */
    int64_t looked_at, dials; /* when, and by which connection, all was told last */
};

struct limits *limits_open(uint64_t seed)
{
    struct limits *l = calloc(1, sizeof(*l));
    ASSERT(l != NULL);
    pthread_mutex_init(&l->lock, NULL);
    l->seed = seed;
    l->sets = calloc(SETS, sizeof(*l->sets));
    ASSERT(l->sets != NULL);
    return l;
}

void limits_close(struct limits *l)
{
    pthread_mutex_destroy(&l->lock);
    free(l->sets);
    free(l);
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

/* By everybody, as far as it is known. */
static uint32_t counted_by_all(const struct counted *c)
{
    uint32_t with_others = c->all + (c->count - c->told);
    return with_others > c->count ? with_others : c->count;
}

int64_t limits_count(struct limits *l, uint64_t name, int64_t now)
{
    int64_t count = 0;
    pthread_mutex_lock(&l->lock);
    const struct counted *set = set_of(l, name);
    for (int i = 0; i < WAYS; i++)
        if (set[i].name == name && !over(&set[i], now))
            count = counted_by_all(&set[i]);
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
        if (counted_by_all(&set[i]) < counted_by_all(least))
            least = &set[i];
    }
    if (!mine) {
        mine = least;
        *mine = (struct counted){ .name = name, .since_s = (uint32_t)(now / 1000) };
    }
    mine->count += mine->count < COUNT_MAX;
    int64_t count = counted_by_all(mine);
    atomic_store_explicit(&l->news, true, memory_order_relaxed);
    pthread_mutex_unlock(&l->lock);
    return count;
}

/* ---- counting together ----
 *
 * Each process adds its own counts to those of all, in memory that may be lost, and hears the sums. That lags by an exchange; whoever counts nothing himself
 * hears it at the next look. */

struct telling {
    uint64_t name;
    uint32_t since_s, more;
};

/* What has not been told of some sets, or all that there is: as steps, and whom they are about. */
static size_t collect(struct limits *l, size_t first, bool all, struct arena *arena, int64_t now, struct kv_step *steps, struct telling *about)
{
    size_t n = 0;
    pthread_mutex_lock(&l->lock);
    for (size_t i = 0; i < CHUNK * WAYS; i++) {
        const struct counted *c = &l->sets[first + i / WAYS].at[i % WAYS];
        if (over(c, now) || (c->count == c->told && !all))
            continue;
        about[n] = (struct telling){ c->name, c->since_s, c->count - c->told };
        steps[n++] = (struct kv_step){ .kind = KV_ADD, .by = c->count - c->told, .life_ms = (int64_t)c->since_s * 1000 + LIMITS_WINDOW_MS - now,
                                       .key = arena_fmt(arena, "limits:%016llx", (unsigned long long)c->name) };
    }
    pthread_mutex_unlock(&l->lock);
    return n;
}

/* Fewer than were told: they have been lost, but for what has just been told. Then the rest of it is told again. */
static bool learn(struct limits *l, const struct telling *t, int64_t sum)
{
    bool lost = false;
    struct counted *set = set_of(l, t->name);
    for (int i = 0; i < WAYS; i++) {
        struct counted *c = &set[i];
        if (c->name != t->name || c->since_s != t->since_s || !c->count)
            continue;
        c->told += t->more;
        lost = sum < c->told;
        if (lost)
            c->told = t->more;
        c->all = sum < 0 ? 0 : sum < COUNT_MAX ? (uint32_t)sum : COUNT_MAX;
    }
    return lost;
}

bool limits_exchange(struct limits *l, struct kv *kv, struct arena *arena, int64_t now)
{
    bool ok = true, lost = false;
    struct kv_state state;
    kv_state(kv, &state);
    bool all = state.dials != l->dials || now >= l->looked_at + LOOK_MS;
    if (!atomic_exchange(&l->news, false) && !all)
        return true;
    struct kv_step *steps = NEW_ARRAY(arena, struct kv_step, CHUNK * WAYS);
    struct telling *about = NEW_ARRAY(arena, struct telling, CHUNK * WAYS);
    for (size_t first = 0; first < SETS && ok; first += CHUNK) {
        size_t n = collect(l, first, all, arena, now, steps, about);
        ok = n == 0 || kv_run(kv, arena, steps, n);
        pthread_mutex_lock(&l->lock);
        for (size_t i = 0; i < n && ok; i++)
            lost |= learn(l, &about[i], steps[i].sum);
        pthread_mutex_unlock(&l->lock);
    }
    if (!ok || lost)
        atomic_store(&l->news, true);
    if (ok && all) {
        l->looked_at = now;
        l->dials = state.dials;
    }
    return ok;
}
