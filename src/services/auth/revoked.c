/* Sessions that ended before their access tokens did. The writer adds, every loop asks. */
#include "auth_int.h"

#include <stdlib.h>

#define SWEEP_FIRST 256

void revoked_open(struct revoked *r)
{
    pthread_rwlock_init(&r->lock, NULL);
    r->sweep_at = SWEEP_FIRST;
    atomic_init(&r->trusted_until, INT64_MAX);
}

void revoked_close(struct revoked *r)
{
    map_free(&r->sessions);
    free(r->fresh.at);
    free(r->unsaid.at);
    pthread_rwlock_destroy(&r->lock);
}

/* Drops what has outlived its last token. The next sweep waits until the rest has doubled, so that an addition costs little on average. */
static void sweep(struct revoked *r, int64_t now)
{
    struct map kept = { 0 };
    uint64_t session, until;
    for (size_t at = 0; map_each(&r->sessions, &at, &session, &until);)
        if ((int64_t)until > now)
            map_put(&kept, session, until);
    map_free(&r->sessions);
    r->sessions = kept;
    r->sweep_at = kept.count * 2 > SWEEP_FIRST ? kept.count * 2 : SWEEP_FIRST;
}

void revoked_add(struct revoked *r, int64_t session, int64_t until, int64_t now)
{
    pthread_rwlock_wrlock(&r->lock);
    if (r->sessions.count >= r->sweep_at)
        sweep(r, now);
    map_put(&r->sessions, (uint64_t)session, (uint64_t)until);
    pthread_rwlock_unlock(&r->lock);
    atomic_fetch_add(&r->generation, 1);
}

void revoked_remove(struct revoked *r, int64_t session)
{
    pthread_rwlock_wrlock(&r->lock);
    map_remove(&r->sessions, (uint64_t)session);
    pthread_rwlock_unlock(&r->lock);
    atomic_fetch_add(&r->generation, 1);
}

bool revoked_has(struct revoked *r, int64_t session)
{
    uint64_t until;
    pthread_rwlock_rdlock(&r->lock);
    bool found = map_get(&r->sessions, (uint64_t)session, &until);
    pthread_rwlock_unlock(&r->lock);
    return found;
}
