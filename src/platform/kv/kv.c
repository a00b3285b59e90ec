#include "platform/kv/kv_impl.h"

#include <stdlib.h>
#include <time.h>

#include "platform/obs/log.h"

#define TRIAL_MS 1000

/* ---- batches ---- */

static bool step_ok(const struct kv_step *s)
{
    bool writes = s->kind == KV_SET || s->kind == KV_ADD || s->kind == KV_SAY;
    return s->key.n && s->key.n <= KV_KEY_MAX && s->text.n <= KV_TEXT_MAX && (!writes || s->life_ms > 0);
}

static void lost(struct kv *kv, struct str why)
{
    kv->backend->hang_up(kv->own);
    atomic_fetch_add(&kv->failed, 1);
    if (atomic_exchange(&kv->up, false))
        LOG(LOG_WARN, "the shared memory does not answer: what others count and say is not known until it does", lf_s("setting", S("kv.url")),
            lf_s("why", why));
}

bool kv_run(struct kv *kv, struct arena *arena, struct kv_step *steps, size_t n)
{
    struct str why = { 0 };
    ASSERT(n <= KV_STEPS);
    for (size_t i = 0; i < n; i++)
        ASSERT(step_ok(&steps[i]));
    pthread_mutex_lock(&kv->lock);
    bool ok = atomic_load(&kv->up);
    if (ok) {
        atomic_fetch_add(&kv->batches, 1);
        ok = kv->backend->run(kv->own, arena, steps, n, &why) == KV_UP;
        if (!ok)
            lost(kv, why);
    }
    pthread_mutex_unlock(&kv->lock);
    return ok;
}

/* Everything that is ever asked of it is tried once: a server that is too old, or not to be written, is found out at once. */
static enum kv_dial trial(struct kv *kv, struct arena *arena, struct str *ret_why)
{
    struct kv_step steps[] = {
        { .kind = KV_SET, .key = S("trial"), .text = S("1"), .life_ms = TRIAL_MS },
        { .kind = KV_GET, .key = S("trial") },
        { .kind = KV_ADD, .key = S("trial:counter"), .by = 1, .life_ms = TRIAL_MS },
        { .kind = KV_SAY, .key = S("trial:log"), .text = S("1"), .life_ms = TRIAL_MS },
        { .kind = KV_HEAR, .key = S("trial:log") },
    };
    return kv->backend->run(kv->own, arena, steps, sizeof(steps) / sizeof(steps[0]), ret_why);
}

static enum kv_dial dial(struct kv *kv, struct arena *arena, struct str *ret_why)
{
    pthread_mutex_lock(&kv->lock);
    atomic_fetch_add(&kv->dials, 1);
    enum kv_dial found = kv->backend->dial(kv->own, arena, ret_why);
    if (found == KV_UP)
        found = trial(kv, arena, ret_why);
    if (found != KV_UP)
        kv->backend->hang_up(kv->own);
    atomic_store(&kv->up, found == KV_UP);
    pthread_mutex_unlock(&kv->lock);
    return found;
}

/* ---- opening ---- */

struct kv *kv_open(struct arena *arena, const struct kv_options *o, struct str *ret_why)
{
    struct kv *kv = calloc(1, sizeof(*kv));
    ASSERT(kv != NULL);
    kv->backend = o->url.n ? &kv_redis : &kv_memory;
    kv->arena = arena_new(0);
    pthread_mutex_init(&kv->lock, NULL);
    pthread_mutex_init(&kv->stopping, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&kv->stopped, &attr);
    pthread_condattr_destroy(&attr);
    enum kv_dial found = kv->backend->open(kv->arena, o, &kv->own, ret_why) ? dial(kv, arena, ret_why) : KV_WRONG;
    if (found == KV_WRONG) {
        *ret_why = arena_str(arena, *ret_why);
        kv_close(kv);
        return NULL;
    }
    if (found == KV_AWAY)
        LOG(LOG_WARN, "the shared memory is not to be had: the program starts without it and goes on trying", lf_s("setting", S("kv.url")),
            lf_s("why", *ret_why));
    return kv;
}

void kv_close(struct kv *kv)
{
    if (!kv)
        return;
    kv_stop(kv);
    if (kv->own)
        kv->backend->close(kv->own);
    pthread_cond_destroy(&kv->stopped);
    pthread_mutex_destroy(&kv->stopping);
    pthread_mutex_destroy(&kv->lock);
    arena_free(kv->arena);
    free(kv);
}

bool kv_shared(const struct kv *kv)
{
    return kv->backend->shared;
}

void kv_state(struct kv *kv, struct kv_state *ret)
{
    *ret = (struct kv_state){ atomic_load(&kv->up), atomic_load(&kv->batches), atomic_load(&kv->failed), atomic_load(&kv->dials) };
}

/* ---- the thread ---- */

void kv_every(struct kv *kv, void (*call)(void *self, struct kv *kv, struct arena *arena), void *self)
{
    ASSERT(!kv->started && kv->beat_count < KV_BEATS);
    kv->beats[kv->beat_count].call = call;
    kv->beats[kv->beat_count++].self = self;
}

static void look(struct kv *kv, struct arena *arena)
{
    struct str why;
    if (!atomic_load(&kv->up) && dial(kv, arena, &why) == KV_UP)
        LOG0(LOG_INFO, "the shared memory answers again");
    struct kv_step alive = { .kind = KV_GET, .key = S("trial") };
    bool up = kv_run(kv, arena, &alive, 1);
    for (size_t i = 0; i < kv->beat_count && up; i++) {
        kv->beats[i].call(kv->beats[i].self, kv, arena);
        arena_reset(arena);
        up = atomic_load(&kv->up);
    }
}

static bool pause_or_stop(struct kv *kv)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += KV_BEAT_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&kv->stopping);
    if (!kv->stop)
        pthread_cond_timedwait(&kv->stopped, &kv->stopping, &until);
    bool stop = kv->stop;
    pthread_mutex_unlock(&kv->stopping);
    return stop;
}

static void *main_of(void *self)
{
    struct kv *kv = self;
    struct arena *arena = arena_new(0);
    pthread_setname_np(pthread_self(), "kv");
    do {
        look(kv, arena);
        arena_reset(arena);
    } while (!pause_or_stop(kv));
    if (atomic_load(&kv->up))
        look(kv, arena);                     /* what happened last is told too */
    arena_free(arena);
    return NULL;
}

void kv_start(struct kv *kv)
{
    if (!kv_shared(kv))
        return;
    if (pthread_create(&kv->thread, NULL, main_of, kv))
        panic(__FILE__, __LINE__, "cannot start the thread of the shared memory");
    kv->started = true;
}

void kv_stop(struct kv *kv)
{
    if (!kv || !kv->started)
        return;
    pthread_mutex_lock(&kv->stopping);
    kv->stop = true;
    pthread_cond_signal(&kv->stopped);
    pthread_mutex_unlock(&kv->stopping);
    pthread_join(kv->thread, NULL);
    kv->started = false;
}
