/* A small server on platform/http for the tests: `echo_server [name=value ...]` prints the port it listens on, and ends on SIGTERM by a
 * graceful stop. Names are those of struct http_limits, and `loops` and `port`.
 *
 *   /echo     the body back                     /late     the body back 300 ms later, from another thread
 *   /fixed    124 bytes of JSON                 /async    the body back from another thread
 *   /big      8 MiB                             /stream   an event every tick
 *   /info     method, path, query, peer         /stats    the server's figures, one a line */
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/http/http.h"

#define FIXED                                                                                                              \
    "{\"id\":\"0123456789abc\",\"status\":\"confirmed\",\"total\":{\"amount\":15000000,\"currency\":\"KRW\"},"                  \
    "\"expires_at\":\"2026-11-23T11:00:00Z\"}"
_Static_assert(sizeof(FIXED) - 1 == 124, "the answer that is measured");

#define BIG_BYTES ((size_t)8 * 1024 * 1024)

struct job {                  /* a request on its way through the other thread */
    struct http_task task;    /* first */
    struct http_request *request;
    struct job *next;
    int64_t due_us;
};

struct streams {              /* of one loop */
    struct http_stream *open[8192];
    size_t n;
};

struct echo {
    struct http_server *server;
    struct streams *streams;
    char *big;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t ready;
    struct job *jobs, **jobs_end;
    bool stopping;
};

struct subscriber {
    struct streams *of;
    struct http_stream *stream;
};

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* ---- the other thread: hands batches back, one wake-up a loop ---- */

static void answer_echo(struct http_task *t)
{
    struct http_request *r = ((struct job *)t)->request;
    http_answer(r, &(struct http_reply){ .status = 200, .content_type = S("application/octet-stream"), .body = r->body });
}

/* The jobs that are due, after waiting for some; false when there will be no more. */
static bool take_jobs(struct echo *e, struct job **ret)
{
    struct timespec until;
    struct job **end = ret;
    *ret = NULL;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 10 * 1000 * 1000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&e->lock);
    if (!e->jobs && !e->stopping)
        pthread_cond_timedwait(&e->ready, &e->lock, &until);
    int64_t now = now_us();
    struct job **at = &e->jobs;
    while (*at) {
        struct job *j = *at;
        if (j->due_us > now) {
            at = &j->next;
            continue;
        }
        *at = j->next;
        j->next = NULL;
        *end = j;
        end = &j->next;
    }
    e->jobs_end = at;
    bool more = e->jobs || !e->stopping;
    pthread_mutex_unlock(&e->lock);
    return more;
}

static void *answer_jobs(void *arg)
{
    struct echo *e = arg;
    struct job *jobs;
    bool more = true;
    while (more) {
        more = take_jobs(e, &jobs);
        while (jobs) {
            struct http_loop *l = jobs->request->loop;
            struct http_task *first = &jobs->task, *last = first;
            for (jobs = jobs->next; jobs && jobs->request->loop == l; jobs = jobs->next) {
                last->next = &jobs->task;
                last = last->next;
            }
            http_loop_post(l, first);
        }
    }
    return NULL;
}

static void give_job(struct echo *e, struct http_request *r, int64_t delay_us)
{
    struct job *j = NEW(r->arena, struct job);
    j->task.run = answer_echo;
    j->request = r;
    j->due_us = now_us() + delay_us;
    pthread_mutex_lock(&e->lock);
    *e->jobs_end = j;
    e->jobs_end = &j->next;
    pthread_cond_signal(&e->ready);
    pthread_mutex_unlock(&e->lock);
}

/* ---- streams ---- */

static void on_closed(void *user)
{
    struct subscriber *s = user;
    for (size_t i = 0; i < s->of->n; i++)
        if (s->of->open[i] == s->stream)
            s->of->open[i] = s->of->open[--s->of->n];
    free(s);
}

static void open_stream(struct echo *e, struct http_request *r)
{
    struct streams *of = &e->streams[http_loop_index(r->loop)];
    struct subscriber *s = calloc(1, sizeof(*s));
    if (!s || of->n == sizeof(of->open) / sizeof(of->open[0]))
        abort();
    s->of = of;
    s->stream = http_stream_open(r, on_closed, s);
    of->open[of->n++] = s->stream;
}

static void on_tick(void *self, struct http_loop *l)
{
    struct echo *e = self;
    struct streams *of = &e->streams[http_loop_index(l)];
    for (size_t i = of->n; i-- > 0;)
        http_stream_send(of->open[i], S("event: tick\ndata: {\"n\":1}\n\n"));
}

/* ---- requests ---- */

static void answer_text(struct http_request *r, struct str text)
{
    http_answer(r, &(struct http_reply){ .status = 200, .content_type = S("text/plain; charset=utf-8"), .body = text });
}

static void answer_stats(struct echo *e, struct http_request *r)
{
    struct http_stats s;
    http_stats(e->server, &s);
    answer_text(r, arena_fmt(r->arena,
        "connections_open %" PRId64 "\naccepted %" PRId64 "\nrefused %" PRId64 "\nrequests %" PRId64 "\nbad_requests %" PRId64
        "\ntimeouts %" PRId64 "\nbytes_in %" PRId64 "\nbytes_out %" PRId64 "\nstreams_open %" PRId64 "\n",
        s.connections_open, s.accepted, s.refused, s.requests, s.bad_requests, s.timeouts, s.bytes_in, s.bytes_out, s.streams_open));
}

static void on_request(void *self, struct http_request *r)
{
    struct echo *e = self;
    if (str_eq(r->path, S("/fixed")))
        http_answer(r, &(struct http_reply){ .status = 200, .content_type = S("application/json"), .body = str_of(FIXED, sizeof(FIXED) - 1) });
    else if (str_eq(r->path, S("/echo")))
        http_answer(r, &(struct http_reply){ .status = 200, .content_type = S("application/octet-stream"), .body = r->body });
    else if (str_eq(r->path, S("/async")))
        give_job(e, r, 0);
    else if (str_eq(r->path, S("/late")))
        give_job(e, r, 300 * 1000);
    else if (str_eq(r->path, S("/big")))
        http_answer(r, &(struct http_reply){ .status = 200, .body = str_of(e->big, BIG_BYTES), .body_kept = true });
    else if (str_eq(r->path, S("/stream")))
        open_stream(e, r);
    else if (str_eq(r->path, S("/stats")))
        answer_stats(e, r);
    else if (str_eq(r->path, S("/info")))
        answer_text(r, arena_fmt(r->arena, "%.*s|%.*s|%.*s|%.*s", STR_ARG(r->method), STR_ARG(r->path), STR_ARG(r->query), STR_ARG(r->peer)));
    else
        http_answer(r, &(struct http_reply){ .status = 404 });
}

/* ---- start and end ---- */

static bool set_option(struct http_options *o, const char *text)
{
    struct http_limits *m = &o->limits;
    const struct { const char *name; size_t *size; int *number; } rows[] = {
        { "head_bytes", &m->head_bytes, NULL }, { "headers", &m->headers, NULL }, { "body_bytes", &m->body_bytes, NULL },
        { "line_bytes", &m->line_bytes, NULL }, { "connections", &m->connections, NULL },
        { "connections_per_address", &m->connections_per_address, NULL }, { "pipelined", &m->pipelined, NULL },
        { "stream_backlog", &m->stream_backlog, NULL }, { "head_timeout_ms", NULL, &m->head_timeout_ms },
        { "body_timeout_ms", NULL, &m->body_timeout_ms }, { "body_rate_min", NULL, &m->body_rate_min },
        { "idle_timeout_ms", NULL, &m->idle_timeout_ms }, { "write_timeout_ms", NULL, &m->write_timeout_ms },
        { "drain_ms", NULL, &m->drain_ms }, { "loops", NULL, &o->loops }, { "port", NULL, &o->port },
    };
    struct str value = str_c(text), name = str_cut(&value, '=');
    int64_t v;
    if (!str_to_int(value, &v) || v < 0)
        return false;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (str_eq(name, str_c(rows[i].name))) {
            if (rows[i].size)
                *rows[i].size = (size_t)v;
            else
                *rows[i].number = (int)v;
            return true;
        }
    return false;
}

static void wait_for_signal(void)
{
    sigset_t set;
    int number;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigwait(&set, &number);
}

static bool start(struct echo *e, struct arena *arena, struct http_options *o)
{
    struct str why = { 0 };
    e->streams = calloc((size_t)o->loops, sizeof(*e->streams));
    e->big = malloc(BIG_BYTES);
    if (!e->streams || !e->big)
        abort();
    memset(e->big, 'b', BIG_BYTES);
    e->jobs_end = &e->jobs;
    pthread_mutex_init(&e->lock, NULL);
    pthread_cond_init(&e->ready, NULL);
    pthread_create(&e->thread, NULL, answer_jobs, e);
    e->server = http_start(arena, o, &why);
    if (!e->server)
        fprintf(stderr, "%.*s\n", STR_ARG(why));
    return e->server != NULL;
}

static void stop(struct echo *e)
{
    if (e->server)
        http_stop(e->server);
    pthread_mutex_lock(&e->lock);
    e->stopping = true;
    pthread_cond_signal(&e->ready);
    pthread_mutex_unlock(&e->lock);
    pthread_join(e->thread, NULL);
    pthread_cond_destroy(&e->ready);
    pthread_mutex_destroy(&e->lock);
    free(e->streams);
    free(e->big);
}

int main(int argc, char **argv)
{
    static const char *const proxies[] = { "127.0.0.1", NULL };
    struct echo e = { 0 };
    struct http_app app = { .self = &e, .handle = on_request, .tick = on_tick };
    struct http_options o = { .host = "127.0.0.1", .loops = 1, .trusted_proxies = proxies, .app = &app };
    sigset_t set;

    http_limits_default(&o.limits);
    o.limits.body_bytes = 1024 * 1024;
    for (int i = 1; i < argc; i++)
        if (!set_option(&o, argv[i])) {
            fprintf(stderr, "unknown option: %s\n", argv[i]);
            return 2;
        }
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    struct arena *arena = arena_new(0);
    bool started = start(&e, arena, &o);
    if (started) {
        printf("%d\n", http_port(e.server));
        fflush(stdout);
        wait_for_signal();
    }
    stop(&e);
    arena_free(arena);
    return started ? 0 : 1;
}
