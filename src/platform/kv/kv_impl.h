/* Inside platform/kv: what a backend fills. */
#ifndef PLATFORM_KV_IMPL_H
#define PLATFORM_KV_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/host_port.h"
#include "platform/kv/kv.h"

enum kv_dial { KV_UP, KV_AWAY, KV_WRONG };       /* KV_WRONG: by its settings; nothing but a change of them will help */

struct kv_backend {
    bool shared;
    /* The options' texts live as long as the backend. False and a sentence when they cannot be meant. */
    bool (*open)(struct arena *arena, const struct kv_options *o, void **ret_own, struct str *ret_why);
    void (*close)(void *own);
    /* All below with the kv's lock held. */
    enum kv_dial (*dial)(void *own, struct arena *arena, struct str *ret_why);
    void (*hang_up)(void *own);
    /* KV_UP: answered. Otherwise a sentence, and it is hung up. */
    enum kv_dial (*run)(void *own, struct arena *arena, struct kv_step *steps, size_t n, struct str *ret_why);
};

extern const struct kv_backend kv_memory, kv_redis;

#define KV_BEATS 8

struct kv {
    const struct kv_backend *backend;
    void *own;
    struct arena *arena;
    pthread_mutex_t lock;     /* one batch at a time */
    _Atomic bool up;
    _Atomic int64_t batches, failed, dials;
    struct {
        void (*call)(void *self, struct kv *kv, struct arena *arena);
        void *self;
    } beats[KV_BEATS];
    size_t beat_count;
    pthread_t thread;
    pthread_mutex_t stopping;
    pthread_cond_t stopped;
    bool started, stop;
};

/* redis_url.c */
#define REDIS_PLACES 8

struct redis_place {
    char host[HOST_MAX + 1];
    int port;
};

struct redis_address {
    struct redis_place at[REDIS_PLACES];         /* the server, or its sentinels */
    size_t n;
    struct str user, master;  /* master: its name among the sentinels; empty: there are none */
    int64_t db;
};

bool redis_address_parse(struct arena *arena, struct str url, struct redis_address *ret, struct str *ret_why);

#endif
