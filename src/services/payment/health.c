#include "health.h"

#include "platform/obs/log.h"

#define MINUTE_MS    60000
#define TOKEN        MINUTE_MS        /* a millisecond is worth as many as questions are allowed a minute */
#define BURST_SHARE  6                /* of a minute's questions may come at once, ... */
#define BURST_MIN    2                /* ... but always so many */
#define RECENT       64               /* questions looked back at */
#define RECENT_MIN   20               /* from so many on their share without an answer counts */
#define FORGET_MS    (2 * MINUTE_MS)  /* what was before a silence of ours tells nothing */
#define PAUSES_MAX   3                /* doublings */
#define MEASURED_MIN 12               /* questions a minute, however often it complains */
#define MEASURED_MAX 100000           /* from here on it bears everything again */
#define GROW_MS      10000            /* a tenth more for each of these without a complaint */
#define SHRINK_MS    1000             /* complaints closer together are one */
#define SLOW_MS      500              /* from here on the time of an answer limits */
#define IN_USE_MS    (10 * MINUTE_MS)

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* ---- the breaker ---- */

static const enum breaker_state breaker_next[BREAKER_STATES][BREAKER_EVENTS] = {
    [BREAKER_CLOSED] = { [BREAKER_TRIPPED] = BREAKER_OPEN, [BREAKER_RESTED] = BREAKER_CLOSED, [BREAKER_WORKED] = BREAKER_CLOSED,
                         [BREAKER_FAILED] = BREAKER_CLOSED },
    [BREAKER_OPEN] = { [BREAKER_TRIPPED] = BREAKER_OPEN, [BREAKER_RESTED] = BREAKER_PROBING, [BREAKER_WORKED] = BREAKER_OPEN,
                       [BREAKER_FAILED] = BREAKER_OPEN },            /* of questions asked before it opened */
    [BREAKER_PROBING] = { [BREAKER_TRIPPED] = BREAKER_OPEN, [BREAKER_RESTED] = BREAKER_PROBING, [BREAKER_WORKED] = BREAKER_CLOSED,
                          [BREAKER_FAILED] = BREAKER_OPEN },
};

/* The one function that moves it. */
static void breaker_move(struct health *h, enum breaker_event event, int64_t now)
{
    enum breaker_state before = h->state;
    h->state = breaker_next[before][event];
    if (h->state == before)
        return;
    if (h->state == BREAKER_OPEN) {
        h->rested_at = now + (h->rules.pause_ms << h->pauses);
        h->pauses += h->pauses < PAUSES_MAX;
    }
    if (h->state == BREAKER_CLOSED) {
        h->pauses = 0;
        h->silent = 0;
        h->recent_n = 0;
    }
}

static void remember(struct health *h, bool silent, int64_t now)
{
    if (now - h->noted_at > FORGET_MS)
        h->recent_n = 0;
    h->recent = h->recent << 1 | silent;
    h->recent_n += h->recent_n < RECENT;
    h->silent = silent ? h->silent + 1 : 0;
    h->noted_at = now;
}

static bool too_silent(const struct health *h)
{
    uint64_t known = h->recent_n == RECENT ? UINT64_MAX : (UINT64_C(1) << h->recent_n) - 1;
    int silent = __builtin_popcountll(h->recent & known);
    return h->silent >= h->rules.failures || (h->recent_n >= RECENT_MIN && 2 * silent > h->recent_n);
}

/* ---- what it bears ---- */

static void count_minute(struct health *h, int64_t now)
{
    int64_t minute = now / MINUTE_MS;
    if (minute == h->minute)
        return;
    h->asked_before = minute == h->minute + 1 ? h->asked : 0;
    h->asked = 0;
    h->minute = minute;
}

static void shrink(struct health *h, int64_t now)
{
    if (now - h->moved_at < SHRINK_MS && h->measured != UNLIMITED)
        return;
    int64_t base = least(h->measured, most(h->asked, h->asked_before));
    h->measured = most(MEASURED_MIN, base * 7 / 10);
    h->moved_at = now;
    h->tokens = 0;
}

static void grow(struct health *h, int64_t now)
{
    while (h->measured != UNLIMITED && now - h->moved_at >= GROW_MS) {
        h->measured += h->measured / 10 + 1;
        h->moved_at += GROW_MS;
        if (h->measured >= MEASURED_MAX)
            h->measured = UNLIMITED;
    }
}

static int64_t rate(struct health *h, int64_t now)
{
    grow(h, now);
    return least(h->rules.per_minute, h->measured);
}

static int64_t burst(int64_t per_minute)
{
    return most(BURST_MIN, per_minute / BURST_SHARE) * TOKEN;
}

static bool take_token(struct health *h, bool buyer, int64_t now)
{
    int64_t per_minute = rate(h, now), passed = most(0, now - h->filled_at);
    h->filled_at = now;
    if (per_minute == UNLIMITED)
        return true;
    int64_t full = burst(per_minute);
    h->tokens = least(full, h->tokens + least(passed, MINUTE_MS) * per_minute);
    if (h->tokens < (buyer ? TOKEN : most(2 * TOKEN, full / 2)))
        return false;
    h->tokens -= TOKEN;
    return true;
}

/* ---- from outside ---- */

void health_init(struct health *h, const struct health_rules *rules, int64_t now)
{
    *h = (struct health){ .rules = *rules, .measured = UNLIMITED, .filled_at = now, .moved_at = now, .noted_at = now };
    h->tokens = rules->per_minute == UNLIMITED ? 0 : burst(rules->per_minute);
    pthread_mutex_init(&h->lock, NULL);
}

void health_end(struct health *h)
{
    pthread_mutex_destroy(&h->lock);
}

bool health_admit(struct health *h, bool buyer, int64_t now)
{
    pthread_mutex_lock(&h->lock);
    bool probe = h->state == BREAKER_OPEN && now >= h->rested_at;
    bool may = probe || (h->state == BREAKER_CLOSED && take_token(h, buyer, now));
    if (probe)
        breaker_move(h, BREAKER_RESTED, now);
    if (may) {
        count_minute(h, now);
        h->asked++;
    }
    if (buyer)
        h->wanted_at = now;
    pthread_mutex_unlock(&h->lock);
    return may;
}

void health_note(struct health *h, enum outcome outcome, int64_t latency_ms, int64_t now)
{
    ASSERT(outcome != OUTCOME_HELD);
    bool silent = outcome == OUTCOME_SILENT;
    pthread_mutex_lock(&h->lock);
    remember(h, silent, now);
    if (outcome == OUTCOME_THROTTLED)
        shrink(h, now);
    h->latency_ms += (latency_ms - h->latency_ms) / 8;
    breaker_move(h, silent ? BREAKER_FAILED : BREAKER_WORKED, now);
    if (silent && too_silent(h))
        breaker_move(h, BREAKER_TRIPPED, now);
    pthread_mutex_unlock(&h->lock);
}

static bool well(const struct health *h, int64_t now)
{
    return h->state == BREAKER_CLOSED || (h->state == BREAKER_OPEN && now >= h->rested_at);
}

bool health_want(struct health *h, int64_t now)
{
    pthread_mutex_lock(&h->lock);
    h->wanted_at = now;
    bool is_well = well(h, now);
    pthread_mutex_unlock(&h->lock);
    return is_well;
}

enum breaker_state health_look(struct health *h, int64_t now, int64_t *ret_wait_ms)
{
    pthread_mutex_lock(&h->lock);
    enum breaker_state state = h->state;
    *ret_wait_ms = well(h, now) ? 0 : most(1000, h->rested_at - now);
    pthread_mutex_unlock(&h->lock);
    return state;
}

int64_t health_per_minute(struct health *h, int64_t now)
{
    pthread_mutex_lock(&h->lock);
    int64_t bears = h->state == BREAKER_CLOSED ? rate(h, now) : 0;
    if (h->latency_ms >= SLOW_MS)
        bears = least(bears, h->rules.threads * MINUTE_MS / h->latency_ms);
    pthread_mutex_unlock(&h->lock);
    return bears;
}

bool health_in_use(struct health *h, int64_t now)
{
    pthread_mutex_lock(&h->lock);
    bool in_use = h->wanted_at && now - h->wanted_at < IN_USE_MS;
    pthread_mutex_unlock(&h->lock);
    return in_use;
}
