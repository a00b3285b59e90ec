/* One row per option: it is read, checked and explained from the same line. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { FLAG, NUMBER, REAL, SHARE, TEXT, ORDER_MIX, PAYMENT_MIX, SCHEDULE, ARRIVE, EXPECTED };

struct row {
    const char *name, *value;
    enum kind kind;
    size_t at;
    uint32_t least, most; /* NUMBER */
    const char *help;
};

#define AT(field) offsetof(struct options, field)

/* clang-format off */
static const struct row rows[] = {
    { "host", "NAME", TEXT, AT(host), 0, 0, "server to talk to (127.0.0.1); loopback only, see --allow-remote" },
    { "port", "N", NUMBER, AT(port), 1, 65535, "its port (required)" },
    { "allow-remote", NULL, FLAG, AT(allow_remote), 0, 0, "allow a host that is not a loopback address; ask its owner first" },
    { "schedule", "ID", SCHEDULE, 0, 0, 0, "schedule on sale; repeat it and buyers choose one at random (required)" },
    { "buyers", "N", NUMBER, AT(buyers), 1, 1000000, "simulated people, each with an account of their own (100)" },
    { "arrive-seconds", "S", REAL, AT(arrive_seconds), 0, 0, "time in which all buyers have come, whatever the server does (10)" },
    { "arrive", "CURVE", ARRIVE, 0, 0, 0, "burst: most come at the start, fewer and fewer later; or uniform (burst)" },
    { "seed", "N", NUMBER, AT(seed), 0, UINT32_MAX, "the same seed makes the same buyers (1)" },
    { "think-ms", "MEAN", NUMBER, AT(think_ms), 0, 3600000, "mean of the exponential pause before each choice; 0 for none (0)" },
    { "seats-per-order", "MIX", ORDER_MIX, 0, 0, 0, "a number, or numbers with weights (1=25,2=55,3=10,4=10)" },
    { "best-share", "P", SHARE, AT(best_share), 0, 0, "share that asks for the best available instead of choosing on the map (0.3)" },
    { "leave-share", "P", SHARE, AT(leave_share), 0, 0, "share that walks away after a hold, half of them without releasing it (0)" },
    { "retry-share", "P", SHARE, AT(retry_share), 0, 0,
      "share of keyed POSTs whose answer is lost: hangs up, then repeats twice with the same key (0)" },
    { "double-click-share", "P", SHARE, AT(double_click_share), 0, 0, "share of keyed POSTs that are sent twice at once (0)" },
    { "payment-mix", "MIX", PAYMENT_MIX, 0, 0, 0, "payment_key values of the sandbox provider with weights (sandbox-ok)" },
    { "tries", "N", NUMBER, AT(tries), 1, 10000, "how often a buyer chooses again after losing the seats (20)" },
    { "connections", "MAX", NUMBER, AT(connections), 2, 60000, "most connections open at once; waiting for one counts as latency (512)" },
    { "timeout-ms", "MS", NUMBER, AT(timeout_ms), 1, 600000, "longest wait for an answer (15000)" },
    { "max-seconds", "S", NUMBER, AT(max_seconds), 1, 86400, "hard end of the sale (300)" },
    { "accounts", "FILE", TEXT, AT(accounts), 0, 0, "CSV of email,password,access_token,refresh_token: used if there, else made" },
    { "accounts-only", NULL, FLAG, AT(accounts_only), 0, 0, "make the accounts, sign them in, save them and stop" },
    { "accounts-ready", NULL, FLAG, AT(accounts_ready), 0, 0, "take the file's access tokens as they are, without asking for each whether it is good" },
    { "signup-parallel", "N", NUMBER, AT(signup_parallel), 1, 1024, "accounts prepared at once before the sale (4)" },
    { "prepare-seconds", "S", NUMBER, AT(prepare_seconds), 1, 86400, "hard end of that preparation (1800)" },
    { "survive-restarts", NULL, FLAG, AT(survive_restarts), 0, 0,
      "wait out refused and broken connections, time-outs and 503, and repeat with the same key" },
    { "ack-log", "FILE", TEXT, AT(ack_log), 0, 0, "append one JSON line per acknowledged effect, as soon as the answer is there" },
    { "csv", "FILE", TEXT, AT(csv), 0, 0, "write a row per second and operation" },
    { "json", "FILE", TEXT, AT(json), 0, 0, "write the final summary" },
    { "expect-sold", "N", EXPECTED, 0, 0, 0, "exit with 1 unless exactly N seats were paid for" },
    { "expect-no-5xx", NULL, FLAG, AT(expect_no_5xx), 0, 0, "exit with 1 when any answer was a 5xx" },
    { "help", NULL, FLAG, 0, 0, 0, "this text" },
};
/* clang-format on */

static _Noreturn void help(void)
{
    puts("takenseat-load: simulated buyers for a rehearsal of a sale, through the public API.\n"
         "usage: takenseat-load --port N --schedule ID [option ...]\n");
    for (size_t i = 0; i < COUNT(rows); i++)
        printf("  --%s %-*s %s\n", rows[i].name, (int)(25 - strlen(rows[i].name)), rows[i].value ? rows[i].value : "", rows[i].help);
    puts("\nexit status: 0 all promises kept; 1 oversold, disagreeing answers or an unmet --expect; 2 the run could not be made");
    exit(0);
}

static uint32_t number_read(const struct row *row, const char *text, uint32_t least, uint32_t most)
{
    char *end = NULL;

    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || n < least || n > most)
        tool_die("--%s: %s is not a whole number from %u to %u", row->name, text, least, most);
    return (uint32_t)n;
}

static double real_read(const struct row *row, const char *text, double most)
{
    char *end = NULL;
    double d = strtod(text, &end);

    if (end == text || *end || !(d >= 0.0) || d > most)
        tool_die("--%s: %s is not a number from 0 to %g", row->name, text, most);
    return d;
}

static void mix_clear(struct mix *m)
{
    for (unsigned i = 0; i < m->count; i++)
        free(m->parts[i].name);
    *m = (struct mix){ 0 };
}

/* "name=weight,..." ; a name alone weighs 1. */
static void mix_read(struct mix *m, const char *option, const char *text)
{
    mix_clear(m);
    while (*text) {
        size_t len = strcspn(text, ",");
        const char *equals = memchr(text, '=', len);
        size_t name_len = equals ? (size_t)(equals - text) : len;
        double weight = equals ? strtod(equals + 1, NULL) : 1.0;

        if (name_len == 0 || !(weight > 0.0) || m->count == MIX_MAX)
            tool_die("--%s: wants name=weight,... with at most %d names", option, MIX_MAX);
        m->parts[m->count].name = mem_print("%.*s", (int)name_len, text);
        m->parts[m->count++].weight = weight;
        m->total += weight;
        text += len + (text[len] == ',');
    }
}

const char *mix_pick(const struct mix *m, struct rng *r)
{
    double at = rng_unit(r) * m->total;
    unsigned i = 0;

    while (i + 1 < m->count && at >= m->parts[i].weight)
        at -= m->parts[i++].weight;
    return m->parts[i].name;
}

static void order_mix_read(struct options *o, const struct row *row, const char *text)
{
    mix_read(&o->order_mix, row->name, text);
    for (unsigned i = 0; i < o->order_mix.count; i++)
        number_read(row, o->order_mix.parts[i].name, 1, ORDER_MAX);
}

static void text_set(char **at, const char *text)
{
    free(*at);
    *at = mem_text(text);
}

static void option_set(struct options *o, const struct row *row, const char *text)
{
    char *field = (char *)o + row->at;

    switch (row->kind) {
    case FLAG:
        if (!strcmp(row->name, "help"))
            help();
        *(bool *)field = true;
        break;
    case NUMBER:
        *(uint32_t *)(void *)field = number_read(row, text, row->least, row->most);
        break;
    case REAL:
        *(double *)(void *)field = real_read(row, text, 86400.0);
        break;
    case SHARE:
        *(double *)(void *)field = real_read(row, text, 1.0);
        break;
    case TEXT:
        text_set((char **)(void *)field, text);
        break;
    case ORDER_MIX:
        order_mix_read(o, row, text);
        break;
    case PAYMENT_MIX:
        mix_read(&o->payment_mix, row->name, text);
        break;
    case SCHEDULE:
        if (o->schedule_count == SCHEDULES_MAX)
            tool_die("--schedule: at most %d", SCHEDULES_MAX);
        o->schedules[o->schedule_count++] = mem_text(text);
        break;
    case ARRIVE:
        if (strcmp(text, "burst") && strcmp(text, "uniform"))
            tool_die("--arrive: burst or uniform");
        o->arrive_uniform = !strcmp(text, "uniform");
        break;
    case EXPECTED:
        o->expect_sold = number_read(row, text, 0, UINT32_MAX);
        o->expect_sold_given = true;
        break;
    }
}

static bool is_loopback(const char *host)
{
    unsigned a = 0, b = 0, c = 0;
    char rest = 0;

    return !strcmp(host, "localhost") || !strcmp(host, "::1") ||
           (sscanf(host, "127.%3u.%3u.%3u%c", &a, &b, &c, &rest) == 3 && a < 256 && b < 256 && c < 256);
}

static void options_check(const struct options *o)
{
    if (!o->port)
        tool_die("--port is required; --help explains the options");
    if (!o->schedule_count && !o->accounts_only)
        tool_die("--schedule is required; --help explains the options");
    if (!is_loopback(o->host) && !o->allow_remote)
        tool_die("%s is not a loopback address; --allow-remote when its owner agrees to be loaded", o->host);
    if (o->accounts_only && !o->accounts)
        tool_die("--accounts-only needs --accounts FILE");
    if (o->retry_share + o->double_click_share > 1.0)
        tool_die("--retry-share and --double-click-share together exceed 1");
}

void options_read(struct options *o, int argc, char **argv)
{
    struct option longs[COUNT(rows) + 1] = { 0 };
    int at = 0;

    *o = (struct options){ .host = mem_text("127.0.0.1"),
                           .buyers = 100,
                           .connections = 512,
                           .tries = 20,
                           .seed = 1,
                           .timeout_ms = 15000,
                           .arrive_seconds = 10.0,
                           .best_share = 0.3,
                           .max_seconds = 300,
                           .prepare_seconds = 1800,
                           .signup_parallel = 4 };
    mix_read(&o->order_mix, "seats-per-order", "1=25,2=55,3=10,4=10");
    mix_read(&o->payment_mix, "payment-mix", "sandbox-ok");
    for (size_t i = 0; i < COUNT(rows); i++)
        longs[i] = (struct option){ .name = rows[i].name, .has_arg = rows[i].value ? required_argument : no_argument };

    for (;;) {
        int c = getopt_long(argc, argv, "", longs, &at);
        if (c == -1)
            break;
        if (c != 0)
            tool_die("--help explains the options");
        option_set(o, &rows[at], optarg);
    }
    if (optind < argc)
        tool_die("%s: not an option", argv[optind]);
    options_check(o);
}

void options_free(struct options *o)
{
    char *const texts[] = { o->host, o->accounts, o->ack_log, o->csv, o->json };

    for (size_t i = 0; i < COUNT(texts); i++)
        free(texts[i]);
    for (unsigned i = 0; i < o->schedule_count; i++)
        free(o->schedules[i]);
    mix_clear(&o->order_mix);
    mix_clear(&o->payment_mix);
}
