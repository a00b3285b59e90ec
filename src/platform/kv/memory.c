/* The process's own: a table of bounded size. Who is not looked after is forgotten; so is anything, when the table is full: it may be lost at any moment. */
#include "platform/kv/kv_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/map.h"
#include "platform/obs/log.h"

#define ITEMS_MAX 65536

struct entry {
    int64_t number;
    struct str text;          /* owned */
};

struct item {
    struct str key;           /* owned */
    struct str text;          /* owned; of KV_SET */
    int64_t sum, until;       /* until: of the monotonic clock, ms */
    struct entry *log;        /* a ring of KV_HEAR_MAX */
    size_t log_n, log_first;
};

struct memory {
    struct map at;            /* hash of the key -> struct item; of two keys with one hash the later stays */
    int64_t said;             /* entries so far, of all logs */
};

static int64_t mono_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct str own_copy(struct str s)
{
    char *p = malloc(s.n + 1);
    ASSERT(p != NULL);
    if (s.n)
        memcpy(p, s.p, s.n);
    return str_of(p, s.n);
}

static void drop(struct str s)
{
    free((char *)(uintptr_t)s.p);
}

static void item_free(struct item *it)
{
    for (size_t i = 0; i < it->log_n; i++)
        drop(it->log[(it->log_first + i) % KV_HEAR_MAX].text);
    free(it->log);
    drop(it->text);
    drop(it->key);
    free(it);
}

static uint64_t place_of(struct str key)
{
    return str_hash(key) >> 1;               /* never the map's mark of an empty slot */
}

static void forget(struct memory *m, struct item *it)
{
    map_remove(&m->at, place_of(it->key));
    item_free(it);
}

static struct item *find(struct memory *m, struct str key, int64_t now)
{
    struct item *it = map_ptr(&m->at, place_of(key));
    if (it && (it->until <= now || !str_eq(it->key, key))) {
        forget(m, it);
        return NULL;
    }
    return it;
}

static void lose(struct memory *m)
{
    uint64_t place, bits;
    for (size_t at = 0; map_each(&m->at, &at, &place, &bits);)
        item_free((struct item *)(uintptr_t)bits);
    map_free(&m->at);
}

/* What is outdated goes; if that is less than half, everything: so that it costs little on average. */
static void make_room(struct memory *m, int64_t now)
{
    uint64_t place, bits;
    struct map kept = { 0 };
    for (size_t at = 0; map_each(&m->at, &at, &place, &bits);) {
        struct item *it = (struct item *)(uintptr_t)bits;
        if (it->until > now)
            map_put_ptr(&kept, place, it);
        else
            item_free(it);
    }
    map_free(&m->at);
    m->at = kept;
    if (kept.count > ITEMS_MAX / 2)
        lose(m);
}

static struct item *find_or_make(struct memory *m, const struct kv_step *s, int64_t now)
{
    struct item *it = find(m, s->key, now);
    if (it)
        return it;
    if (m->at.count >= ITEMS_MAX)
        make_room(m, now);
    it = calloc(1, sizeof(*it));
    ASSERT(it != NULL);
    it->key = own_copy(s->key);
    it->until = now + s->life_ms;
    map_put_ptr(&m->at, place_of(s->key), it);
    return it;
}

/* ---- logs ---- */

static void say(struct memory *m, struct item *it, struct str text)
{
    if (!it->log) {
        it->log = calloc(KV_HEAR_MAX, sizeof(*it->log));
        ASSERT(it->log != NULL);
    }
    if (it->log_n == KV_HEAR_MAX) {
        drop(it->log[it->log_first].text);
        it->log_first = (it->log_first + 1) % KV_HEAR_MAX;
        it->log_n--;
    }
    it->log[(it->log_first + it->log_n++) % KV_HEAR_MAX] = (struct entry){ ++m->said, own_copy(text) };
}

static void hear(const struct item *it, struct arena *arena, struct kv_step *s)
{
    int64_t from = 0;
    if (s->text.n && !str_to_int(s->text, &from))
        from = INT64_MAX;
    s->said = NEW_ARRAY(arena, struct kv_said, it->log_n + 1);
    for (size_t i = 0; i < it->log_n; i++) {
        const struct entry *e = &it->log[(it->log_first + i) % KV_HEAR_MAX];
        if (e->number >= from)
            s->said[s->said_n++] = (struct kv_said){ arena_fmt(arena, "%lld", (long long)e->number), arena_str(arena, e->text) };
    }
}

/* ---- the backend ---- */

static void step(struct memory *m, struct arena *arena, struct kv_step *s, int64_t now)
{
    struct item *it = s->kind == KV_GET || s->kind == KV_HEAR ? find(m, s->key, now) : find_or_make(m, s, now);
    switch (s->kind) {
    case KV_GET:
        s->found = it && it->text.p;
        s->got = s->found ? arena_str(arena, it->text) : (struct str){ 0 };
        break;
    case KV_SET:
        drop(it->text);
        it->text = own_copy(s->text);
        it->until = now + s->life_ms;
        break;
    case KV_ADD:
        it->sum += s->by;
        s->sum = it->sum;
        break;
    case KV_SAY:
        say(m, it, s->text);
        it->until = now + s->life_ms;
        break;
    case KV_HEAR:
        s->said_n = 0;
        if (it)
            hear(it, arena, s);
        break;
    }
}

static enum kv_dial memory_run(void *own, struct arena *arena, struct kv_step *steps, size_t n, struct str *ret_why)
{
    int64_t now = mono_ms();
    (void)ret_why;
    for (size_t i = 0; i < n; i++)
        step(own, arena, &steps[i], now);
    return KV_UP;
}

static bool memory_open(struct arena *arena, const struct kv_options *o, void **ret_own, struct str *ret_why)
{
    (void)arena;
    (void)o;
    (void)ret_why;
    *ret_own = calloc(1, sizeof(struct memory));
    ASSERT(*ret_own != NULL);
    return true;
}

static void memory_close(void *own)
{
    lose(own);
    free(own);
}

static enum kv_dial memory_dial(void *own, struct arena *arena, struct str *ret_why)
{
    (void)own;
    (void)arena;
    (void)ret_why;
    return KV_UP;
}

static void memory_hang_up(void *own)
{
    (void)own;
}

void kv_memory_lose(struct kv *kv)
{
    pthread_mutex_lock(&kv->lock);
    lose(kv->own);
    pthread_mutex_unlock(&kv->lock);
}

const struct kv_backend kv_memory = {
    .open = memory_open, .close = memory_close, .dial = memory_dial, .hang_up = memory_hang_up, .run = memory_run,
};
