/* Sessions that ended, told to the other processes that check access tokens and heard from them, through memory that may be lost (kv.h): a log whose
 * entries are "session until". A process says what it has committed and hears everything, its own too. Entries only take away: whoever can write them can
 * end sessions, never open one.
 *
 * Who keeps the sessions shows that it is there and has said everything (KNOWN); who depends on hearing (auth.unheard_seconds) trusts only while it does.
 *
 * When the entry that was heard last is not there any more, something was lost: a server that was emptied or restarted, or another one that had not been
 * told everything when it took over. Then each process hears the log from its beginning and says again what it knows and is not in it. */
#include "auth_int.h"

#include "base/grow.h"
#include "platform/kv/kv.h"

#define LOG      "auth:ended"
#define LIFE_MS  (2 * ACCESS_SECONDS_MAX * INT64_C(1000))     /* by then no token is left of what it tells */
#define KNOWN    "auth:known"
#define KNOWN_MS 1000
#define SAY_MAX  256          /* at once */

/* ---- what is to be said ---- */

static void sessions_add(struct sessions *s, int64_t session)
{
    s->at = grow(s->at, &s->cap, s->n + 1, sizeof(*s->at));
    s->at[s->n++] = session;
}

static bool sessions_has(const struct sessions *s, int64_t session)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->at[i] == session)
            return true;
    return false;
}

void revoked_news(struct revoked *r, int64_t session)
{
    pthread_rwlock_wrlock(&r->lock);
    sessions_add(&r->fresh, session);
    pthread_rwlock_unlock(&r->lock);
}

void revoked_no_news(struct revoked *r, int64_t session)
{
    pthread_rwlock_wrlock(&r->lock);
    for (size_t i = r->fresh.n; i-- > 0;)
        if (r->fresh.at[i] == session)
            r->fresh.at[i] = r->fresh.at[--r->fresh.n];
    pthread_rwlock_unlock(&r->lock);
}

void revoked_committed(void *self)
{
    struct revoked *r = self;
    pthread_rwlock_wrlock(&r->lock);
    for (size_t i = 0; i < r->fresh.n; i++)
        sessions_add(&r->unsaid, r->fresh.at[i]);
    r->fresh.n = 0;
    pthread_rwlock_unlock(&r->lock);
}

/* All that is known, but for what stands in the log and what may still be undone. */
static void say_again(struct revoked *r, const struct map *heard, int64_t now)
{
    uint64_t session, until, unused;
    pthread_rwlock_wrlock(&r->lock);
    r->unsaid.n = 0;
    for (size_t at = 0; map_each(&r->sessions, &at, &session, &until);)
        if ((int64_t)until > now && !map_get(heard, session, &unused) && !sessions_has(&r->fresh, (int64_t)session))
            sessions_add(&r->unsaid, (int64_t)session);
    pthread_rwlock_unlock(&r->lock);
}

static bool say(struct revoked *r, struct kv *kv, struct arena *arena)
{
    struct kv_step steps[SAY_MAX + 1];
    size_t n = 0, said;
    pthread_rwlock_rdlock(&r->lock);
    for (; n < SAY_MAX && n < r->unsaid.n; n++) {
        uint64_t until = 0;
        map_get(&r->sessions, (uint64_t)r->unsaid.at[n], &until);
        steps[n] = (struct kv_step){ .kind = KV_SAY, .key = S(LOG), .life_ms = LIFE_MS,
                                     .text = arena_fmt(arena, "%lld %lld", (long long)r->unsaid.at[n], (long long)until) };
    }
    bool everything = n == r->unsaid.n;
    pthread_rwlock_unlock(&r->lock);
    said = n;
    if (everything && !r->unheard_ms)
        steps[n++] = (struct kv_step){ .kind = KV_SET, .key = S(KNOWN), .text = S("1"), .life_ms = KNOWN_MS };
    if (n && !kv_run(kv, arena, steps, n))
        return false;
    pthread_rwlock_wrlock(&r->lock);                 /* commands have only added behind them */
    r->unsaid.n -= said;
    if (said && r->unsaid.n)
        memmove(r->unsaid.at, r->unsaid.at + said, r->unsaid.n * sizeof(*r->unsaid.at));
    pthread_rwlock_unlock(&r->lock);
    return true;
}

/* ---- what is heard ---- */

/* Entries that mean nothing are passed over. No entry counts for longer than a token lives. */
static void take(struct revoked *r, struct str entry, struct map *heard, int64_t now)
{
    int64_t session, until, most = now + ACCESS_SECONDS_MAX * INT64_C(1000);
    struct str rest = entry, first = str_cut(&rest, ' ');
    if (!str_to_int(first, &session) || !str_to_int(rest, &until) || session <= 0 || until <= now)
        return;
    map_put(heard, (uint64_t)session, 1);
    if (!revoked_has(r, session))
        revoked_add(r, session, until < most ? until : most, now);
}

static void remember(struct revoked *r, const struct kv_said *last)
{
    r->heard_n = last->at.n <= sizeof(r->heard) ? last->at.n : 0;
    memcpy(r->heard, last->at.p, r->heard_n);
}

struct hearing {
    struct map heard;         /* sessions that the log told of */
    bool all;                 /* it was heard from the first entry on */
    bool known;               /* before, who keeps the sessions had said everything */
};

/* From the last entry heard on, or from the first when that is lost. */
static bool hear(struct revoked *r, struct kv *kv, struct arena *arena, int64_t now, struct hearing *ret)
{
    ret->all = r->heard_n == 0;
    for (size_t n = KV_HEAR_MAX; n == KV_HEAR_MAX;) {
        struct str at = arena_str(arena, str_of(r->heard, r->heard_n));
        struct kv_step steps[] = { { .kind = KV_GET, .key = S(KNOWN) }, { .kind = KV_HEAR, .key = S(LOG), .text = at } }, *log = &steps[1];
        if (!kv_run(kv, arena, steps, 2))
            return false;
        ret->known = steps[0].found;
        if (at.n && (!log->said_n || !str_eq(log->said[0].at, at))) {
            r->heard_n = 0;
            ret->all = true;
            continue;
        }
        for (size_t i = 0; i < log->said_n; i++)
            take(r, log->said[i].text, &ret->heard, now);
        if (log->said_n)
            remember(r, &log->said[log->said_n - 1]);
        n = log->said_n;
    }
    return true;
}

bool revoked_exchange(struct revoked *r, struct kv *kv, struct arena *arena, int64_t now)
{
    struct hearing h = { 0 };
    struct kv_state state;
    kv_state(kv, &state);
    if (state.dials != r->dials)
        r->heard_n = 0;                      /* perhaps another server, that knows less */
    r->dials = state.dials;
    bool ok = hear(r, kv, arena, now, &h);
    if (ok && h.all)
        say_again(r, &h.heard, now);
    map_free(&h.heard);
    if (ok && h.known && r->unheard_ms)
        atomic_store(&r->trusted_until, now + r->unheard_ms);
    return ok && say(r, kv, arena);
}
