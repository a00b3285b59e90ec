/* Memory that several processes share and that may be lost at any moment: counters, short values, logs of what has happened. It holds nothing that must
 * be true: who uses it keeps what he needs in his own memory, tells it and hears it here, and can tell all of it again.
 *
 * Without a server it is the process's own and nobody else's (memory.c); with one it is Redis (redis.c), found through Sentinel if need be. Nothing on
 * the way of a request waits for it: what is shared is exchanged by a thread of its own. */
#ifndef PLATFORM_KV_KV_H
#define PLATFORM_KV_KV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

#define KV_KEY_MAX  200       /* bytes of a key */
#define KV_TEXT_MAX 65536     /* bytes of a value */
#define KV_STEPS    1024      /* of a batch */
#define KV_HEAR_MAX 1024      /* entries that are heard at once */
#define KV_LOG_MAX  1000000   /* entries of a log, about; the oldest go first (in memory: KV_HEAR_MAX) */

enum kv_kind {
    KV_GET,                   /* found, got */
    KV_SET,                   /* text, for life_ms */
    KV_ADD,                   /* by; the counter lives life_ms from its first; sum */
    KV_SAY,                   /* appends text to a log, which lives life_ms from its last entry */
    KV_HEAR,                  /* said: the entries of a log from `text` on, that one included if it is still there; from the first when empty */
};

/* An entry of a log and its position: positions grow, also after a log was lost. */
struct kv_said {
    struct str at, text;
};

struct kv_step {
    enum kv_kind kind;
    struct str key, text;
    int64_t by, life_ms;      /* life_ms > 0 where something is written */
    /* the answer, in the arena of kv_run */
    bool found;
    int64_t sum;
    struct str got;
    struct kv_said *said;
    size_t said_n;
};

struct kv;

struct kv_options {
    struct str url;           /* empty: memory; redis://[user@]host[:port][/db]; redis+sentinel://[user@]host[:port],host[:port]/name[/db] */
    struct str password;      /* of the server; empty: none is sent */
    struct str sentinel_password;
    struct str prefix;        /* of all keys: "shop" makes "shop:key"; for several installations on one server */
};

/* What is wrong with the settings (kv.url, kv.password, ...) is refused: NULL and a sentence. A server that is away is not: see kv_state. */
struct kv *kv_open(struct arena *arena, const struct kv_options *o, struct str *ret_why);
void kv_close(struct kv *kv);
/* Do others see it? If not, there is nothing to exchange. */
bool kv_shared(const struct kv *kv);

/* The steps in order, in one round trip. False when there is no answer: then any of them may have been carried out. Waits for the server, half a second
 * at most, and not at all while it is known to be away: for threads that may. */
bool kv_run(struct kv *kv, struct arena *arena, struct kv_step *steps, size_t n);

/* Before kv_start: called again and again, every KV_BEAT_MS, by a thread of its own while the server answers. The arena is dropped afterwards. */
#define KV_BEAT_MS 100
void kv_every(struct kv *kv, void (*beat)(void *self, struct kv *kv, struct arena *arena), void *self);
/* Starts and stops that thread; nothing when the memory is not shared. */
void kv_start(struct kv *kv);
void kv_stop(struct kv *kv);

struct kv_state {
    bool up;                  /* it answered when it was asked last; always, when not shared */
    int64_t batches, failed, dials;
};
void kv_state(struct kv *kv, struct kv_state *ret);

/* Loses everything that is in the process's own memory, as a server's may be lost. For tests. */
void kv_memory_lose(struct kv *kv);

#endif
