/* Start and stop: sockets, threads, and what all loops share. */
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "platform/http/http_impl.h"
#include "platform/obs/log.h"

#define BACKLOG     4096
#define OTHER_FILES 256       /* descriptors left for everything that is no connection */

void http_limits_default(struct http_limits *limits)
{
    *limits = (struct http_limits){
        .head_bytes = (size_t)32 * 1024,
        .headers = 64,
        .body_bytes = (size_t)1024 * 1024,
        .line_bytes = (size_t)8 * 1024,
        .connections = 100000,
        .connections_per_address = 1024,
        .pipelined = 16,
        .stream_backlog = (size_t)256 * 1024,
        .head_timeout_ms = 5000,
        .body_timeout_ms = 30000,
        .body_rate_min = 1024,
        .idle_timeout_ms = 15000,
        .write_timeout_ms = 30000,
        .drain_ms = 10000,
    };
}

/* ---- sockets ---- */

static int listen_on(const struct addrinfo *at, bool shared)
{
    int on = 1, fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    /* Accepted sockets inherit TCP_NODELAY. */
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) ||
        (shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on))) || bind(fd, at->ai_addr, at->ai_addrlen) || listen(fd, BACKLOG)) {
        int e = errno;
        close(fd);
        errno = e;
        return -1;
    }
    return fd;
}

static int port_of(int fd)
{
    struct sockaddr_storage a = { 0 };
    socklen_t n = sizeof(a);
    getsockname(fd, (struct sockaddr *)&a, &n);
    return ntohs(a.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&a)->sin6_port : ((struct sockaddr_in *)&a)->sin_port);
}

static void set_port(struct addrinfo *at, int port)
{
    in_port_t v = htons((uint16_t)port);
    if (at->ai_family == AF_INET6)
        ((struct sockaddr_in6 *)(void *)at->ai_addr)->sin6_port = v;
    else
        ((struct sockaddr_in *)(void *)at->ai_addr)->sin_port = v;
}

/* One socket a loop, all on one port; the count opened, with errno set when that is too few. */
static int open_sockets(struct addrinfo *at, int count, int fds[])
{
    int n = 0;
    if (count > 1 && ntohs(((struct sockaddr_in *)(void *)at->ai_addr)->sin_port)) {
        /* A port may be shared, but not with a process that happens to be there already. */
        int probe = listen_on(at, false);
        if (probe < 0)
            return 0;
        close(probe);
    }
    for (; n < count; n++) {
        fds[n] = listen_on(at, count > 1);
        if (fds[n] < 0)
            break;
        set_port(at, port_of(fds[n]));
    }
    return n;
}

static void close_all(const int fds[], int n)
{
    for (int i = 0; i < n; i++)
        close(fds[i]);
}

/* As many descriptors as the system gives; fewer connections when that is too few for them. */
static void raise_descriptors(struct http_limits *limits)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r))
        return;
    r.rlim_cur = r.rlim_max;
    setrlimit(RLIMIT_NOFILE, &r);
    if (getrlimit(RLIMIT_NOFILE, &r) || r.rlim_cur == RLIM_INFINITY || r.rlim_cur <= OTHER_FILES * 2)
        return;
    if (limits->connections > r.rlim_cur - OTHER_FILES) {
        limits->connections = r.rlim_cur - OTHER_FILES;
        LOG(LOG_INFO, "fewer connections: limit of open files", lf_i("connections", (int64_t)limits->connections));
    }
}

/* ---- start ---- */

static bool read_proxies(struct http_server *s, struct arena *arena, const char *const *names, struct str *ret_why)
{
    size_t n = 0;
    while (names && names[n])
        n++;
    s->proxies = calloc(n + 1, sizeof(*s->proxies));
    if (!s->proxies)
        abort();
    for (; s->proxy_count < n; s->proxy_count++)
        if (!http_address_parse(str_c(names[s->proxy_count]), &s->proxies[s->proxy_count])) {
            *ret_why = arena_fmt(arena, "%s is not the address of a proxy", names[s->proxy_count]);
            return false;
        }
    return true;
}

/* Signals are the main thread's; SIGPIPE, blocked, leaves write(2) with EPIPE. Those of faults stay. */
static int start_thread(struct http_loop *l)
{
    sigset_t all, before;
    sigfillset(&all);
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGBUS);
    sigdelset(&all, SIGFPE);
    sigdelset(&all, SIGILL);
    sigdelset(&all, SIGABRT);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int e = uv_thread_create(&l->thread, http_loop_run, l);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return e;
}

static void server_free(struct http_server *s)
{
    map_free(&s->addresses);
    uv_mutex_destroy(&s->lock);
    free(s->loops);
    free(s->proxies);
    free(s);
}

static struct http_server *server_new(const struct http_options *o)
{
    const struct http_limits *m = &o->limits;
    ASSERT(o->loops > 0 && o->app->handle);
    ASSERT(m->head_bytes && m->headers && m->body_bytes && m->line_bytes && m->connections && m->connections_per_address);
    ASSERT(m->pipelined && m->stream_backlog && m->head_timeout_ms > 0 && m->body_timeout_ms > 0 && m->body_rate_min > 0);
    ASSERT(m->idle_timeout_ms > 0 && m->write_timeout_ms > 0 && m->drain_ms > 0);

    struct http_server *s = calloc(1, sizeof(*s));
    if (s)
        s->loops = calloc((size_t)o->loops, sizeof(*s->loops));
    if (!s || !s->loops)
        abort();
    s->app = *o->app;
    s->limits = o->limits;
    s->loop_count = o->loops;
    uv_mutex_init(&s->lock);
    raise_descriptors(&s->limits);
    return s;
}

static void start_loops(struct http_server *s, const int fds[])
{
    int e = 0;
    for (int i = 0; i < s->loop_count && !e; i++)
        e = http_loop_open(&s->loops[i], s, i, fds[i]);
    for (int i = 0; i < s->loop_count && !e; i++)
        e = start_thread(&s->loops[i]);
    /* Nothing but a want of memory or descriptors right at the start makes these fail. */
    if (e)
        LOG(LOG_ERROR, "cannot start a loop", lf_s("why", str_c(uv_strerror(e))));
    ASSERT(!e);
}

struct http_server *http_start(struct arena *arena, const struct http_options *o, struct str *ret_why)
{
    struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM }, *at = NULL;
    struct http_server *s = server_new(o);
    int *fds = arena_array(arena, (size_t)o->loops, sizeof(*fds));

    if (!read_proxies(s, arena, o->trusted_proxies, ret_why))
        goto out_server;
    int e = getaddrinfo(o->host, arena_fmt(arena, "%d", o->port).p, &hints, &at);
    if (e) {
        *ret_why = arena_fmt(arena, "cannot listen on %s port %d: %s", o->host, o->port, gai_strerror(e));
        goto out_server;
    }
    int opened = open_sockets(at, o->loops, fds);
    if (opened < o->loops) {
        *ret_why = arena_fmt(arena, "cannot listen on %s port %d: %s", o->host, o->port, strerror(errno));
        close_all(fds, opened);
        freeaddrinfo(at);
        goto out_server;
    }
    freeaddrinfo(at);
    s->port = port_of(fds[0]);
    start_loops(s, fds);
    return s;

out_server:
    server_free(s);
    return NULL;
}

void http_stop(struct http_server *s)
{
    atomic_store(&s->stopping, true);
    for (int i = 0; i < s->loop_count; i++)
        uv_async_send(&s->loops[i].wake);
    for (int i = 0; i < s->loop_count; i++)
        uv_thread_join(&s->loops[i].thread);
    for (int i = 0; i < s->loop_count; i++)
        http_loop_free(&s->loops[i]);
    server_free(s);
}

/* ---- what is asked of a running server ---- */

int http_port(const struct http_server *s)
{
    return s->port;
}

void http_stats(const struct http_server *s, struct http_stats *ret)
{
    *ret = (struct http_stats){ 0 };
    for (int i = 0; i < s->loop_count; i++) {
        const struct http_counts *c = &s->loops[i].counts;
        ret->connections_open += atomic_load_explicit(&c->open, memory_order_relaxed);
        ret->accepted += atomic_load_explicit(&c->accepted, memory_order_relaxed);
        ret->refused += atomic_load_explicit(&c->refused, memory_order_relaxed);
        ret->requests += atomic_load_explicit(&c->requests, memory_order_relaxed);
        ret->bad_requests += atomic_load_explicit(&c->bad, memory_order_relaxed);
        ret->timeouts += atomic_load_explicit(&c->timeouts, memory_order_relaxed);
        ret->bytes_in += atomic_load_explicit(&c->bytes_in, memory_order_relaxed);
        ret->bytes_out += atomic_load_explicit(&c->bytes_out, memory_order_relaxed);
        ret->streams_open += atomic_load_explicit(&c->streams, memory_order_relaxed);
    }
}
