/* One loop: its turn, its tick, new connections, tasks of other threads, and draining.
 *
 * A turn is: wait; read what is readable, run tasks, handle requests; then the application's turn hook; then send. What is answered between
 * two turns (by time-outs) is sent before the loop waits again. */
#include "platform/http/http_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "platform/obs/log.h"

#define ACCEPT_BURST    64
#define REFUSE_ROOM     256   /* so many connections above the limit are told that there is no room; more are just closed */
#define DRAIN_RECENT_MS 1000  /* a connection used so recently may have a request on its way: */
#define DRAIN_GRACE_MS  300   /* it is given this long before it is closed */

/* ---- accepting ---- */

static void admit(struct http_loop *l, int fd, const struct sockaddr *address)
{
    struct http_server *s = l->server;
    int64_t most = (int64_t)s->limits.connections, open = atomic_fetch_add(&s->open, 1);
    if (open >= most + REFUSE_ROOM) {
        atomic_fetch_sub(&s->open, 1);
        http_count(&l->counts.refused, 1);
        close(fd);
        return;
    }
    http_conn_open(l, fd, address, open >= most);
}

static void accept_some(struct http_loop *l, int most)
{
    for (int i = 0; i < most; i++) {
        struct sockaddr_storage address = { 0 };
        socklen_t n = sizeof(address);
        int fd = accept4(l->socket, (struct sockaddr *)&address, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            admit(l, fd, (struct sockaddr *)&address);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            /* The connection stays in the queue and the socket readable: looking again at once would spin. */
            LOG(LOG_WARN, "cannot accept", lf_s("why", str_c(strerror(errno))));
            uv_poll_stop(&l->listener);
            l->accepting = false;
            return;
        } else if (errno == EAGAIN) {
            return;
        }
    }
}

static void on_connections(uv_poll_t *handle, int status, int events)
{
    (void)events;
    if (status == 0)
        accept_some(handle->data, ACCEPT_BURST);
}

/* ---- tasks ---- */

static void run_tasks(struct http_loop *l)
{
    uv_mutex_lock(&l->lock);
    struct http_task *t = l->tasks;
    l->tasks = l->tasks_last = NULL;
    uv_mutex_unlock(&l->lock);
    while (t) {
        struct http_task *next = t->next;    /* t may be gone once it has run */
        t->run(t);
        t = next;
    }
}

void http_loop_post(struct http_loop *l, struct http_task *chain)
{
    struct http_task *last = chain;
    if (!chain)
        return;
    while (last->next)
        last = last->next;

    uv_mutex_lock(&l->lock);
    bool first = !l->tasks;
    if (first)
        l->tasks = chain;
    else
        l->tasks_last->next = chain;
    l->tasks_last = last;
    if (first && !l->finished)
        uv_async_send(&l->wake);
    uv_mutex_unlock(&l->lock);
}

/* ---- draining ---- */

static bool at_rest(const struct http_conn *c)
{
    return c->wait == WAIT_REQUEST && !c->first && !c->out.n;
}

/* Closes connections at rest for longer than ms, and event streams. */
static void close_resting(struct http_loop *l, int64_t ms)
{
    struct http_conn *next;
    for (struct http_conn *c = l->conns; c; c = next) {
        next = c->all_next;
        if (c->stream || (at_rest(c) && http_now(l) - c->since >= ms))
            http_conn_close(c);
    }
}

static void drain(struct http_loop *l)
{
    if (l->accepting)
        uv_poll_stop(&l->listener);
    accept_some(l, INT16_MAX);               /* those already in the kernel's queue would be reset */
    l->accepting = false;
    l->draining = true;
    l->drain_until = http_now(l) + l->server->limits.drain_ms;
    close(l->socket);
    l->socket = -1;
    close_resting(l, DRAIN_RECENT_MS);
}

/* Ends the handles, so that uv_run returns. */
static void finish(struct http_loop *l)
{
    while (l->conns)
        http_conn_close(l->conns);
    http_streams_reap(l);
    http_pools_detach(l);
    uv_mutex_lock(&l->lock);
    l->finished = true;
    uv_mutex_unlock(&l->lock);
    uv_close((uv_handle_t *)&l->listener, NULL);
    uv_close((uv_handle_t *)&l->wake, NULL);
    uv_close((uv_handle_t *)&l->tick, NULL);
    uv_close((uv_handle_t *)&l->check, NULL);
    uv_close((uv_handle_t *)&l->prepare, NULL);
}

/* ---- the turn ---- */

static void end_turn(struct http_loop *l)
{
    bool more;
    do {
        struct http_conn *c;
        more = false;
        if (l->app->turn)
            l->app->turn(l->app->self, l);
        for (c = l->dirty; c; c = l->dirty) {
            l->dirty = c->dirty_next;
            c->dirty = false;
            http_conn_flush(c);
            more |= http_conn_resume(c);
        }
        if (l->dead)
            http_streams_reap(l);
    } while (more || l->dirty);

    if (l->draining && ((!l->conns && !l->exchanges) || http_now(l) >= l->drain_until) && !uv_is_closing((uv_handle_t *)&l->tick))
        finish(l);
}

static void on_check(uv_check_t *handle)
{
    end_turn(handle->data);
}

static void on_prepare(uv_prepare_t *handle)
{
    struct http_loop *l = handle->data;
    if (l->dirty || l->dead)
        end_turn(l);
}

static void on_wake(uv_async_t *handle)
{
    struct http_loop *l = handle->data;
    if (atomic_load(&l->server->stopping) && !l->draining)
        drain(l);
    run_tasks(l);
}

static void set_common_headers(struct http_loop *l)
{
    static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t now = time(NULL);
    struct tm t;
    gmtime_r(&now, &t);
    int n = snprintf(l->common, sizeof(l->common), "Date: %.3s, %02d %.3s %d %02d:%02d:%02d GMT\r\nX-Content-Type-Options: nosniff\r\n",
        days + (size_t)t.tm_wday * 3, t.tm_mday, months + (size_t)t.tm_mon * 3, t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
    l->common_n = (size_t)n;
}

static void on_tick(uv_timer_t *handle)
{
    struct http_loop *l = handle->data;
    set_common_headers(l);
    http_waits_due(l);
    http_pools_tick(l);
    if (l->draining) {
        close_resting(l, DRAIN_GRACE_MS);
    } else if (!l->accepting) {
        l->accepting = true;
        uv_poll_start(&l->listener, UV_READABLE, on_connections);
    }
    if (l->app->tick)
        l->app->tick(l->app->self, l);
}

/* ---- beginning and end ---- */

static char *buffer_new(size_t n)
{
    char *p = malloc(n);
    if (!p)
        abort();
    return memset(p, 0, n);                  /* its pages are there before the first request needs them */
}

int http_loop_open(struct http_loop *l, struct http_server *s, int index, int fd)
{
    l->server = s;
    l->app = &s->app;
    l->index = index;
    l->socket = fd;
    int e = uv_loop_init(&l->uv);
    if (e)
        return e;
    uv_mutex_init(&l->lock);
    uv_timer_init(&l->uv, &l->tick);
    uv_check_init(&l->uv, &l->check);
    uv_prepare_init(&l->uv, &l->prepare);
    e = uv_async_init(&l->uv, &l->wake, on_wake);
    if (!e)
        e = uv_poll_init(&l->uv, &l->listener, fd);
    if (e)
        return e;
    l->listener.data = l->wake.data = l->tick.data = l->check.data = l->prepare.data = l;
    wheel_init(&l->wheel, http_now(l));
    l->read_buffer = buffer_new(HTTP_READ_BYTES);
    l->path_buffer = buffer_new(s->limits.line_bytes);
    l->head.headers = (struct http_header *)(void *)buffer_new(s->limits.headers * sizeof(struct http_header));
    set_common_headers(l);
    l->accepting = true;
    e = uv_poll_start(&l->listener, UV_READABLE, on_connections);
    if (!e)
        e = uv_timer_start(&l->tick, on_tick, HTTP_TICK_MS, HTTP_TICK_MS);
    uv_check_start(&l->check, on_check);
    uv_prepare_start(&l->prepare, on_prepare);
    return e;
}

void http_loop_run(void *loop)
{
    struct http_loop *l = loop;
    uv_run(&l->uv, UV_RUN_DEFAULT);
    run_tasks(l);                            /* answers that came too late: they give their memory back */
}

void http_loop_free(struct http_loop *l)
{
    int e = uv_loop_close(&l->uv);
    ASSERT(e == 0);
    while (l->exchanges) {                   /* not answered in the time a drain may take */
        l->exchanges->conn = NULL;
        http_exchange_free(l->exchanges);
    }
    while (l->spare) {
        struct http_exchange *x = l->spare;
        l->spare = x->next;
        arena_free(x->r.arena);
        free(x);
    }
    while (l->spare_pieces) {
        struct http_piece *piece = l->spare_pieces;
        l->spare_pieces = piece->next;
        free(piece);
    }
    free(l->read_buffer);
    free(l->path_buffer);
    free(l->head.headers);
    uv_mutex_destroy(&l->lock);
}

int http_loop_index(const struct http_loop *l)
{
    return l->index;
}

int64_t http_loop_now(const struct http_loop *l)
{
    return http_now(l);
}
