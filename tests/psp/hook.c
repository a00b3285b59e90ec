#include "hook.h"

#include <curl/curl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/wheel.h"
#include "platform/obs/log.h"

#define FLIGHTS_MAX  32
#define ATTEMPTS_MAX 20
#define PAUSE_MS     250
#define PAUSE_MAX_MS 4000
#define ANSWER_S     10L
#define LOOK_MS      20
#define NEVER_MS     (INT64_C(10) * 365 * 24 * 60 * 60 * 1000)

struct delivery {
    struct timer timer;       /* first */
    struct arena *arena;      /* holds all of it */
    struct hook hook;
    uint64_t number;
    int attempts;
    struct curl_slist *headers;
};

struct hooks {
    pthread_t thread;
    pthread_mutex_t lock;     /* guards what is below, to `stats` */
    struct wheel wheel;       /* those that wait ... */
    struct map by_number;     /* ... and they by their number */
    uint64_t last;
    bool stopping;
    struct hook_stats stats;
    CURLM *multi;             /* of the thread; others may only wake it */
    int flights;
    _Atomic int64_t ahead;
};

#define SET(curl, option, value)                                        \
    do {                                                                \
        CURLcode set_ = curl_easy_setopt(curl, option, value);          \
        ASSERT(set_ == CURLE_OK);                                       \
    } while (0)

int64_t hooks_now(const struct hooks *h)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + atomic_load(&h->ahead);
}

void hooks_advance(struct hooks *h, int64_t ms)
{
    atomic_fetch_add(&h->ahead, ms);
    curl_multi_wakeup(h->multi);
}

/* ---- one delivery ---- */

static const char *signature(const struct hooks *h, const struct delivery *d)
{
    crypto_auth_hmacsha256_state state;
    uint8_t mac[crypto_auth_hmacsha256_BYTES];
    char hex[2 * sizeof(mac) + 1];
    int64_t at = (d->hook.signed_at ? d->hook.signed_at : hooks_now(h)) / 1000;
    struct str text = arena_fmt(d->arena, "%lld.", (long long)at);
    crypto_auth_hmacsha256_init(&state, (const uint8_t *)d->hook.secret.p, d->hook.secret.n);
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)text.p, text.n);
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)d->hook.body.p, d->hook.body.n);
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_bin2hex(hex, sizeof(hex), mac, sizeof(mac));
    return arena_fmt(d->arena, "Stripe-Signature: t=%lld,v1=%s", (long long)at, hex).p;
}

static size_t ignore(char *bytes, size_t size, size_t count, void *self)
{
    (void)bytes;
    (void)self;
    return size * count;
}

static void depart(struct hooks *h, struct delivery *d)
{
    CURL *c = curl_easy_init();
    ASSERT(c != NULL);
    d->headers = curl_slist_append(NULL, "Content-Type: application/json");
    d->headers = curl_slist_append(d->headers, "Expect:");
    if (d->hook.secret.n)
        d->headers = curl_slist_append(d->headers, signature(h, d));
    SET(c, CURLOPT_URL, d->hook.url.p);
    SET(c, CURLOPT_PROTOCOLS_STR, "http");
    SET(c, CURLOPT_PROXY, "");
    SET(c, CURLOPT_NOSIGNAL, 1L);
    SET(c, CURLOPT_TIMEOUT, ANSWER_S);
    SET(c, CURLOPT_USERAGENT, "takenseat-psp/1");
    SET(c, CURLOPT_HTTPHEADER, d->headers);
    SET(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)d->hook.body.n);
    SET(c, CURLOPT_POSTFIELDS, d->hook.body.p);
    SET(c, CURLOPT_WRITEFUNCTION, ignore);
    SET(c, CURLOPT_PRIVATE, d);
    curl_multi_add_handle(h->multi, c);
    h->flights++;
}

static void delivery_free(struct delivery *d)
{
    arena_free(d->arena);
}

/* The lock is held. */
static void wait_until(struct hooks *h, struct delivery *d, int64_t due)
{
    wheel_set(&h->wheel, &d->timer, due);
    map_put_ptr(&h->by_number, d->number, d);
}

static void arrive(struct hooks *h, CURL *c, bool answered)
{
    struct delivery *d;
    long status = 0;
    curl_easy_getinfo(c, CURLINFO_PRIVATE, (char **)&d);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    curl_multi_remove_handle(h->multi, c);
    curl_easy_cleanup(c);
    curl_slist_free_all(d->headers);
    h->flights--;
    bool taken = answered && status / 100 == 2, done = taken || (d->hook.forged && answered && status / 100 == 4);
    struct http_task *then = d->hook.then;
    struct http_loop *loop = d->hook.loop;
    d->hook.then = NULL;

    pthread_mutex_lock(&h->lock);
    h->stats.attempts++;
    h->stats.waiting -= done;
    h->stats.delivered += done;
    h->stats.refused += !taken;
    if (!taken)
        h->stats.last_refusal = answered ? status : 0;
    h->stats.forged_taken += taken && d->hook.forged;
    if (!done) {
        int64_t pause = d->attempts < 4 ? PAUSE_MS << d->attempts : PAUSE_MAX_MS;
        wait_until(h, d, hooks_now(h) + (++d->attempts < ATTEMPTS_MAX ? pause : NEVER_MS));
    }
    pthread_mutex_unlock(&h->lock);
    if (done)
        delivery_free(d);
    if (then)
        http_loop_post(loop, then);
}

/* ---- the thread ---- */

static bool depart_due(struct hooks *h)
{
    bool more = true;
    while (more && h->flights < FLIGHTS_MAX) {
        pthread_mutex_lock(&h->lock);
        struct delivery *d = (struct delivery *)wheel_due(&h->wheel, hooks_now(h));
        if (d)
            map_remove(&h->by_number, d->number);
        more = !h->stopping;
        pthread_mutex_unlock(&h->lock);
        if (!d)
            break;
        depart(h, d);
    }
    return more;
}

static void *deliver(void *self)
{
    struct hooks *h = self;
    int running, left;
    while (depart_due(h)) {
        curl_multi_perform(h->multi, &running);
        bool any = false;
        for (CURLMsg *m; (m = curl_multi_info_read(h->multi, &left)); any = true)
            arrive(h, m->easy_handle, m->data.result == CURLE_OK);
        if (!any)
            curl_multi_poll(h->multi, NULL, 0, LOOK_MS, NULL);
    }
    return NULL;
}

struct hooks *hooks_start(void)
{
    struct hooks *h = calloc(1, sizeof(*h));
    ASSERT(h != NULL && sodium_init() >= 0 && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
    h->multi = curl_multi_init();
    ASSERT(h->multi != NULL);
    wheel_init(&h->wheel, hooks_now(h));
    pthread_mutex_init(&h->lock, NULL);
    int failed = pthread_create(&h->thread, NULL, deliver, h);
    ASSERT(!failed);
    return h;
}

void hooks_stop(struct hooks *h)
{
    pthread_mutex_lock(&h->lock);
    h->stopping = true;
    pthread_mutex_unlock(&h->lock);
    curl_multi_wakeup(h->multi);
    pthread_join(h->thread, NULL);
    size_t at = 0;
    for (uint64_t number, value; map_each(&h->by_number, &at, &number, &value);)
        delivery_free((struct delivery *)(uintptr_t)value);
    map_free(&h->by_number);
    curl_multi_cleanup(h->multi);
    pthread_mutex_destroy(&h->lock);
    free(h);
    curl_global_cleanup();
}

/* ---- for others ---- */

uint64_t hooks_send(struct hooks *h, const struct hook *hook)
{
    struct arena *arena = arena_new(sizeof(struct delivery) + hook->body.n + 512);
    struct delivery *d = NEW(arena, struct delivery);
    *d = (struct delivery){ .arena = arena, .hook = *hook };
    d->hook.url = arena_str(arena, hook->url);
    d->hook.body = arena_str(arena, hook->body);
    d->hook.secret = arena_str(arena, hook->secret);
    pthread_mutex_lock(&h->lock);
    uint64_t number = d->number = ++h->last;
    wait_until(h, d, hook->due);
    h->stats.waiting++;
    pthread_mutex_unlock(&h->lock);
    curl_multi_wakeup(h->multi);
    return number;
}

void hooks_hurry(struct hooks *h, uint64_t number, int64_t due)
{
    pthread_mutex_lock(&h->lock);
    struct delivery *d = map_ptr(&h->by_number, number);
    if (d)
        wheel_set(&h->wheel, &d->timer, due);
    pthread_mutex_unlock(&h->lock);
}

int64_t hooks_settle(struct hooks *h)
{
    size_t at = 0;
    int64_t now = hooks_now(h);
    pthread_mutex_lock(&h->lock);
    for (uint64_t number, value; map_each(&h->by_number, &at, &number, &value);) {
        struct delivery *d = (struct delivery *)(uintptr_t)value;
        d->attempts = 0;
        wheel_set(&h->wheel, &d->timer, now);
    }
    int64_t n = (int64_t)h->by_number.count;
    pthread_mutex_unlock(&h->lock);
    curl_multi_wakeup(h->multi);
    return n;
}

void hooks_stats(struct hooks *h, struct hook_stats *ret)
{
    pthread_mutex_lock(&h->lock);
    *ret = h->stats;
    pthread_mutex_unlock(&h->lock);
}
