#include "platform/link/link_impl.h"

#include <stdlib.h>
#include <time.h>

#include "platform/obs/log.h"

#define TICK_MS       50
#define HELLO_MS      5000    /* to show that one has the key */
#define PAUSE_MIN_MS  50      /* before a peer is tried again ... */
#define PAUSE_MAX_MS  2000    /* ... doubled each time */
#define GUESTS_MAX    64

struct link_waiting {
    struct link_conn *conn;
    struct link_peer_state *peer;
    pthread_cond_t ended;
    bool done;
    enum link_result result;
    struct arena *arena;
    struct str answer;
};

int64_t link_now(const struct links *l)
{
    struct timespec t;
    (void)l;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Under the lock. */
static void wake(struct links *l)
{
    if (!l->woken)
        uv_async_send(&l->wake);
    l->woken = true;
}

/* ---- what a connection tells (the thread of the links) ---- */

void link_opened(struct link_conn *c)
{
    if (!c->peer)
        return;
    c->peer->pause = PAUSE_MIN_MS;
    pthread_mutex_lock(&c->links->lock);
    c->peer->open = c;
    c->links->stats.up++;
    pthread_mutex_unlock(&c->links->lock);
    LOG(LOG_INFO, "linked", lf_s("peer", str_c(c->peer->is->name)));
}

/* Under the lock. */
static void end_waiting(struct links *l, uint64_t number, struct link_waiting *w, enum link_result result)
{
    map_remove(&l->waiting, number);
    w->peer->in_flight--;
    w->result = result;
    w->done = true;
    pthread_cond_signal(&w->ended);
}

static void take_answer(struct link_conn *c, uint64_t number, struct str bytes)
{
    struct links *l = c->links;
    pthread_mutex_lock(&l->lock);
    struct link_waiting *w = map_ptr(&l->waiting, number);
    if (w && w->conn == c) {                 /* else it came too late */
        w->answer = arena_str(w->arena, bytes);          /* its owner waits, and does not touch it */
        end_waiting(l, number, w, LINK_ANSWERED);
    }
    pthread_mutex_unlock(&l->lock);
}

static void take_question(struct link_conn *c, uint64_t number, struct str bytes)
{
    struct links *l = c->links;
    pthread_mutex_lock(&l->lock);
    bool deaf = l->deaf;
    l->handing = !deaf;
    c->questions += !deaf;
    pthread_mutex_unlock(&l->lock);
    if (deaf) {
        link_conn_close(c);
        return;
    }
    struct link_question *q = malloc(sizeof(*q) + bytes.n);
    if (!q)
        abort();
    if (bytes.n)
        memcpy(q + 1, bytes.p, bytes.n);
    *q = (struct link_question){ .bytes = str_of((const char *)(q + 1), bytes.n), .conn = c, .number = number };
    l->o.asked(l->o.self, q);
    pthread_mutex_lock(&l->lock);
    l->handing = false;
    pthread_cond_signal(&l->handed);
    pthread_mutex_unlock(&l->lock);
}

void link_message(struct link_conn *c, uint64_t number, bool is_answer, struct str bytes)
{
    if (is_answer)
        take_answer(c, number, bytes);
    else
        take_question(c, number, bytes);
}

void link_ended(struct link_conn *c)
{
    struct links *l = c->links;
    size_t at = 0;
    uint64_t number, w;
    if (!c->peer) {
        l->guests--;
        return;
    }
    c->peer->trying = NULL;
    c->peer->try_at = link_now(l) + c->peer->pause;
    c->peer->pause = c->peer->pause * 2 < PAUSE_MAX_MS ? c->peer->pause * 2 : PAUSE_MAX_MS;
    pthread_mutex_lock(&l->lock);
    if (c->peer->open == c) {
        c->peer->open = NULL;
        l->stats.up--;
        LOG(LOG_WARN, "link lost", lf_s("peer", str_c(c->peer->is->name)));
    }
    while (map_each(&l->waiting, &at, &number, &w))
        if (((struct link_waiting *)(uintptr_t)w)->conn == c) {
            l->stats.lost++;
            end_waiting(l, number, (struct link_waiting *)(uintptr_t)w, LINK_LOST);
            at = 0;                          /* the map has moved */
        }
    pthread_mutex_unlock(&l->lock);
}

/* ---- the thread ---- */

static void on_connected(uv_connect_t *connect, int status)
{
    struct link_conn *c = connect->data;
    if (status)
        link_conn_close(c);
    else
        link_conn_begin(c);
}

static void try_peer(struct links *l, struct link_peer_state *p)
{
    struct link_conn *c = link_conn_new(l, p);
    p->trying = c;
    c->connect.data = c;
    if (uv_tcp_connect(&c->connect, &c->tcp, (const struct sockaddr *)&p->address, on_connected))
        link_conn_close(c);
}

static void on_guest(uv_stream_t *listener, int status)
{
    struct links *l = listener->data;
    if (status)
        return;
    struct link_conn *c = link_conn_new(l, NULL);
    l->guests++;
    if (uv_accept(listener, (uv_stream_t *)&c->tcp) || l->guests > GUESTS_MAX)
        link_conn_close(c);
    else
        link_conn_begin(c);
}

static void on_tick(uv_timer_t *tick)
{
    struct links *l = tick->data;
    int64_t now = link_now(l);
    for (size_t i = 0; i < l->o.peer_count; i++)
        if (!l->peers[i].trying && now >= l->peers[i].try_at)
            try_peer(l, &l->peers[i]);
    for (struct link_conn *c = l->conns; c; c = c->next) {
        pthread_mutex_lock(&l->lock);
        bool suspect = c->suspect;
        pthread_mutex_unlock(&l->lock);
        if (suspect || (c->state != LINK_OPEN && now - c->since > HELLO_MS))
            link_conn_close(c);
    }
}

static void on_wake(uv_async_t *async)
{
    struct links *l = async->data;
    pthread_mutex_lock(&l->lock);
    bool stop = l->stop;
    l->woken = false;
    pthread_mutex_unlock(&l->lock);
    for (struct link_conn *c = l->conns; c; c = c->next) {
        link_conn_flush(c);
        if (stop)
            link_conn_close(c);
    }
    if (!stop)
        return;
    uv_close((uv_handle_t *)&l->wake, NULL);
    uv_close((uv_handle_t *)&l->tick, NULL);
    uv_close((uv_handle_t *)&l->listener, NULL);
}

static void *links_main(void *self)
{
    struct links *l = self;
    pthread_setname_np(pthread_self(), "links");
    uv_run(&l->loop, UV_RUN_DEFAULT);
    return NULL;
}

/* ---- opening and closing ---- */

static bool address_of(struct str host, int port, struct sockaddr_storage *ret)
{
    char text[64];
    if (host.n >= sizeof(text))
        return false;
    memcpy(text, host.p, host.n);
    text[host.n] = 0;
    return !uv_ip4_addr(text, port, (struct sockaddr_in *)ret) || !uv_ip6_addr(text, port, (struct sockaddr_in6 *)ret);
}

static bool listen_on(struct links *l, struct arena *arena, struct str *ret_why)
{
    struct sockaddr_storage address;
    int size = sizeof(address);
    if (l->o.port == LINK_NOWHERE)
        return true;
    bool known = address_of(l->o.host, l->o.port, &address);
    int failed = known ? uv_tcp_bind(&l->listener, (const struct sockaddr *)&address, 0) : UV_EINVAL;
    if (!failed)
        failed = uv_listen((uv_stream_t *)&l->listener, GUESTS_MAX, on_guest);
    if (!failed)
        failed = uv_tcp_getsockname(&l->listener, (struct sockaddr *)&address, &size);
    if (failed)
        *ret_why = arena_fmt(arena, "cannot listen for other processes on %.*s, port %d: %s", STR_ARG(l->o.host), l->o.port, uv_strerror(failed));
    else
        l->port = ntohs(address.ss_family == AF_INET ? ((struct sockaddr_in *)&address)->sin_port : ((struct sockaddr_in6 *)&address)->sin6_port);
    return !failed;
}

static bool find_peers(struct links *l, struct arena *arena, struct str *ret_why)
{
    bool ok = true;
    for (size_t i = 0; i < l->o.peer_count && ok; i++) {
        const struct link_peer *p = &l->o.peers[i];
        l->peers[i] = (struct link_peer_state){ .is = p, .pause = PAUSE_MIN_MS };
        ok = address_of(p->host, p->port, &l->peers[i].address);
        if (!ok)
            *ret_why = arena_fmt(arena, "\"%.*s\" is no IP address", STR_ARG(p->host));
    }
    return ok;
}

struct links *links_start(struct arena *arena, const struct links_options *o, struct str *ret_why)
{
    struct links *l = calloc(1, sizeof(*l));
    if (!l)
        abort();
    l->o = *o;
    l->peers = calloc(o->peer_count + 1, sizeof(*l->peers));
    l->read_buffer = malloc(LINK_READ);
    if (!l->peers || !l->read_buffer)
        abort();
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->handed, NULL);
    uv_loop_init(&l->loop);
    uv_async_init(&l->loop, &l->wake, on_wake);
    uv_timer_init(&l->loop, &l->tick);
    uv_tcp_init(&l->loop, &l->listener);
    l->wake.data = l->tick.data = l->listener.data = l;
    uv_timer_start(&l->tick, on_tick, 0, TICK_MS);
    bool ok = find_peers(l, arena, ret_why) && listen_on(l, arena, ret_why);
    if (pthread_create(&l->thread, NULL, links_main, l))
        panic(__FILE__, __LINE__, "cannot start the thread of the links");
    if (ok)
        return l;
    links_stop(l);
    return NULL;
}

int links_port(const struct links *l)
{
    return l->port;
}

void links_deafen(struct links *l)
{
    if (!l)
        return;
    pthread_mutex_lock(&l->lock);
    l->deaf = true;
    while (l->handing)
        pthread_cond_wait(&l->handed, &l->lock);
    pthread_mutex_unlock(&l->lock);
}

void links_stop(struct links *l)
{
    if (!l)
        return;
    pthread_mutex_lock(&l->lock);
    l->stop = true;
    wake(l);
    pthread_mutex_unlock(&l->lock);
    pthread_join(l->thread, NULL);
    uv_loop_close(&l->loop);
    map_free(&l->waiting);
    pthread_mutex_destroy(&l->lock);
    pthread_cond_destroy(&l->handed);
    explicit_bzero(l->o.key, sizeof(l->o.key));
    free(l->peers);
    free(l->read_buffer);
    free(l);
}

/* ---- asking and answering (any thread) ---- */

static void wait_for(struct links *l, uint64_t number, struct link_waiting *w, int64_t timeout_ms)
{
    int64_t asked = link_now(l), end = asked + timeout_ms;
    const struct timespec until = { end / 1000, end % 1000 * 1000000 };
    int failed = 0;
    while (!w->done && !failed)
        failed = pthread_cond_timedwait(&w->ended, &l->lock, &until);
    if (w->done)
        return;
    l->stats.lost++;
    w->conn->suspect = w->conn->heard < asked;           /* silent all the time: who comes next need not wait as long */
    end_waiting(l, number, w, LINK_LATE);
}

/* Under the lock. */
static bool send_question(struct links *l, struct link_waiting *w, struct str question, uint64_t *ret_number)
{
    w->conn = w->peer->open;
    w->result = !w->conn ? LINK_DOWN : LINK_FULL;
    if (!w->conn || w->peer->in_flight >= l->o.in_flight_max || !link_conn_put(w->conn, ++l->last, false, question))
        return false;
    *ret_number = l->last;
    map_put_ptr(&l->waiting, l->last, w);
    w->peer->in_flight++;
    wake(l);
    return true;
}

enum link_result link_ask(struct links *l, size_t peer, struct str question, int64_t timeout_ms, struct arena *arena, struct str *ret_answer)
{
    struct link_waiting w = { .peer = &l->peers[peer], .arena = arena };
    pthread_condattr_t monotonic;
    uint64_t number;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&w.ended, &monotonic);
    pthread_mutex_lock(&l->lock);
    if (send_question(l, &w, question, &number)) {
        l->stats.asked++;
        wait_for(l, number, &w, timeout_ms);
    } else {
        l->stats.refused++;
    }
    pthread_mutex_unlock(&l->lock);
    pthread_cond_destroy(&w.ended);
    pthread_condattr_destroy(&monotonic);
    if (w.result == LINK_ANSWERED)
        *ret_answer = w.answer;
    return w.result;
}

void link_answer(struct link_question *q, struct str answer)
{
    struct link_conn *c = q->conn;
    struct links *l = c->links;
    pthread_mutex_lock(&l->lock);
    l->stats.answered++;
    c->questions--;
    if (c->closed) {
        link_conn_release(c);
    } else {
        if (!link_conn_put(c, q->number, true, answer))
            c->suspect = true;               /* an answer that cannot be sent: the asker is to know that none will come */
        wake(l);
    }
    pthread_mutex_unlock(&l->lock);
    free(q);
}

void link_stats(struct links *l, struct link_stats *ret)
{
    pthread_mutex_lock(&l->lock);
    *ret = l->stats;
    pthread_mutex_unlock(&l->lock);
}
