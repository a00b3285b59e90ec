/* takenseat-psp: command line, start and end. */
#include "psp.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct options {
    struct psp psp;
    struct http_options http;
    int64_t port, seconds, seed;
};

enum kind { NUMBER, TEXT, KEY, PROFILE, HELP };

struct row {
    const char *name, *value;
    enum kind kind;
    size_t at;
    int64_t low, high;
    const char *help;
};

#define AT(member) offsetof(struct options, member)

static const struct row rows[] = {
    { "port", "N", NUMBER, AT(port), 0, 65535, "loopback port to listen on; 0: any free one (0)" },
    { "secret-key", "KEY", KEY, 0, 0, 0, "key of a merchant, for both companies; repeat it for more merchants (sk_test_takenseat)" },
    { "webhook-secret", "TEXT", TEXT, AT(psp.webhook_secret), 0, 0, "signs Stripe's webhooks (whsec_takenseat)" },
    { "webhook-url-toss", "URL", TEXT, AT(psp.urls[TOSS]), 0, 0, "where Toss's webhooks go (nowhere)" },
    { "webhook-url-stripe", "URL", TEXT, AT(psp.urls[STRIPE]), 0, 0, "where Stripe's webhooks go (nowhere)" },
    { "profile", "NAME", PROFILE, 0, 0, 0, "fault profile, see below (none)" },
    { "every", "K", NUMBER, AT(psp.every), 1, 1000000, "a fault on every K-th order (1)" },
    { "seed", "N", NUMBER, AT(seed), 0, INT64_MAX, "the same seed makes the same ids and choices (1)" },
    { "hold-ms", "MS", NUMBER, AT(psp.hold_ms), 0, 600000, "how long an answer is held back that is late or lost (3000)" },
    { "rate", "N", NUMBER, AT(psp.rate), 1, 1000000, "calls a second that `throttle` lets through (20)" },
    { "max-seconds", "S", NUMBER, AT(seconds), 1, 86400, "ends by itself after this time (3600)" },
    { "help", NULL, HELP, 0, 0, 0, "this text" },
};

static _Noreturn void help(void)
{
    puts("takenseat-psp: simulates Toss Payments and Stripe on loopback, with faults.\nusage: takenseat-psp [option ...]\n");
    for (size_t i = 0; i < COUNT(rows); i++)
        printf("  --%s %-*s %s\n", rows[i].name, (int)(22 - strlen(rows[i].name)), rows[i].value ? rows[i].value : "", rows[i].help);
    puts("\nfault profiles:");
    for (size_t i = 0; i < profile_count; i++)
        printf("  %-24s %s\n", profiles[i].name, profiles[i].what);
    exit(0);
}

static _Noreturn void wrong(const char *name, const char *value)
{
    fprintf(stderr, "takenseat-psp: --%s cannot be %s (see --help)\n", name, value);
    exit(2);
}

static void option_set(struct options *o, const struct row *row, const char *value)
{
    void *at = (char *)o + row->at;
    int64_t v;
    switch (row->kind) {
    case NUMBER:
        if (!str_to_int(str_c(value), &v) || v < row->low || v > row->high)
            wrong(row->name, value);
        *(int64_t *)at = v;
        break;
    case TEXT:
        *(struct str *)at = str_c(value);
        break;
    case KEY:
        if (o->psp.merchants == MERCHANTS_MAX || !*value)
            wrong(row->name, "given so often, or be empty");
        o->psp.keys[o->psp.merchants++] = str_c(value);
        break;
    case PROFILE:
        o->psp.profile = profile_named(str_c(value));
        if (!o->psp.profile)
            wrong(row->name, value);
        break;
    case HELP:
        help();
    }
}

static void options_read(struct options *o, int argc, char **argv)
{
    struct option long_options[COUNT(rows) + 1] = { { 0 } };
    int at = 0;
    for (size_t i = 0; i < COUNT(rows); i++)
        long_options[i] = (struct option){ rows[i].name, rows[i].value ? required_argument : no_argument, NULL, 1 };
    for (int c; (c = getopt_long(argc, argv, "", long_options, &at)) != -1;) {
        if (c == '?')
            exit(2);
        option_set(o, &rows[at], optarg);
    }
    if (optind < argc)
        wrong("", argv[optind]);
    if (!o->psp.merchants)
        o->psp.keys[o->psp.merchants++] = S("sk_test_takenseat");
}

/* Until somebody ends it or the time is over. */
static void wait_for_end(int64_t seconds)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigtimedwait(&set, NULL, &(struct timespec){ .tv_sec = seconds });
}

static void block_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void psp_free(struct psp *p)
{
    arena_free(p->book.arena);
    map_free(&p->book.by_name);
    map_free(&p->saved);
    free(p->book.orders);
    free(p->book.entries);
    buf_free(&p->out);
}

int main(int argc, char **argv)
{
    struct options o = {
        .psp = { .webhook_secret = S("whsec_takenseat"), .profile = &profiles[0], .every = 1, .hold_ms = 3000, .rate = 20 },
        .seconds = 3600,
        .seed = 1,
    };
    struct psp *p = &o.psp;
    struct http_app app = door_app;
    struct str why = { 0 };
    char origin[64];

    options_read(&o, argc, argv);
    block_signals();
    p->book.arena = arena_new(1024 * 1024);
    buf_init(&p->out, (size_t)8 * 1024 * 1024);
    rng_seed(&p->rng, (uint64_t)o.seed);
    p->hooks = hooks_start();
    app.self = p;
    o.http = (struct http_options){ .host = "127.0.0.1", .port = (int)o.port, .loops = 1, .app = &app };
    http_limits_default(&o.http.limits);
    o.http.limits.drain_ms = 500;
    o.http.limits.connections = 4096;
    p->origin = str_of(origin, (size_t)snprintf(origin, sizeof(origin), "http://127.0.0.1:%d", (int)o.port));
    struct http_server *server = http_start(p->book.arena, &o.http, &why);
    if (server) {
        p->origin = str_of(origin, (size_t)snprintf(origin, sizeof(origin), "http://127.0.0.1:%d", http_port(server)));
        printf("psp listens on %s\n", origin);
        fflush(stdout);
        wait_for_end(o.seconds);
        http_stop(server);
    } else {
        fprintf(stderr, "%.*s\n", STR_ARG(why));
    }
    hooks_stop(p->hooks);
    psp_free(p);
    return server ? 0 : 1;
}

/* ---- JSON ---- */

void put_str(struct buf *out, const char *name, struct str value)
{
    json_name(out, name);
    if (value.n)
        json_write_str(out, value);
    else
        buf_str(out, S("null"));
}

void put_raw(struct buf *out, const char *name, const char *json)
{
    json_name(out, name);
    buf_str(out, str_c(json));
}
