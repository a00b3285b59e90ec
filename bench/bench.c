/* takenseat-bench: what one hold costs, and what the same request costs when nothing is done with it. */
#include "cpu.h"
#include "generator.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { SCHEDULES_MAX = 256 };

struct bench {
    const char *command;
    struct wire_options wire;
    struct generator_options load;
    char *schedules[SCHEDULES_MAX];
    int pid;                    /* the server's, or 0 */
    uint64_t upto;              /* 0: all */
    uint64_t own_ns, server_ns; /* used while measuring */
};

static const char help_text[] = "takenseat-bench: raw figures of one server on this machine.\n"
                                "usage: takenseat-bench hold|noop|join|poll --port N --schedule ID --tokens FILE [option ...]\n\n"
                                "  hold                  POST .../holds, each request with a seat of its own, in the order of the map\n"
                                "  noop                  the same bytes to POST /noop of a server that was started with --bench\n"
                                "  join                  POST .../queue, each token once; ends when all of them have been answered\n"
                                "  poll                  GET /queue/{place_token}, of the first 1,000 tokens, which join for it\n\n"
                                "  --port N              the server's port on 127.0.0.1\n"
                                "  --schedule ID         whose seats are held; repeat it for more seats (noop takes the seats round and round)\n"
                                "  --tokens FILE         access tokens, one a line, or the accounts file of takenseat-load; used in turn\n"
                                "  --connections N       connections, each with one request in flight (256)\n"
                                "  --seconds S           measured time (3)\n"
                                "  --warm-up S           time before it that is not counted (0.3)\n"
                                "  --rate R              open loop: R requests a second, timed from when each was due (closed loop)\n"
                                "  --skip N              leave out the first N seats, or tokens that join: they were used already (0)\n"
                                "  --upto N              leave out those from number N on\n"
                                "  --no-key              without Idempotency-Key\n"
                                "  --path PATH           of the no-op (/noop)\n"
                                "  --pid P               the server's process: tells its processor time a request\n"
                                "  --help                this text\n\n"
                                "exit status: 0 measured; 1 nothing was answered well; 2 could not be measured";

static double number_read(const char *option, const char *text, double most)
{
    char *end = NULL;
    double d = strtod(text, &end);

    if (end == text || *end || !(d >= 0.0) || d > most)
        tool_die("--%s: %s is not a number from 0 to %g", option, text, most);
    return d;
}

static void command_read(struct bench *b, const char *command, const char *noop_path)
{
    static const char *const commands[] = { [WIRE_HOLD] = "hold", [WIRE_NOOP] = "noop", [WIRE_JOIN] = "join", [WIRE_POLL] = "poll" };

    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (!strcmp(command, commands[i])) {
            b->command = commands[i];
            b->wire.kind = (enum wire_kind)i;
        }
    if (!b->command)
        tool_die("wants one of hold, noop, join and poll; --help explains the options");
    if (!b->wire.port || !b->wire.schedule_count || !b->wire.tokens_file || !b->load.connections)
        tool_die("--port, --schedule and --tokens are required");
    b->wire.noop_path = noop_path;
    b->wire.schedules = b->schedules;
}

static void options_read(struct bench *b, int argc, char **argv)
{
    enum { PORT = 1, SCHEDULE, TOKENS, CONNECTIONS, SECONDS, WARM_UP, RATE, SKIP, UPTO, NO_KEY, PATH, PID, HELP };
    /* clang-format off */
    static const struct option longs[] = {
        { "port", required_argument, NULL, PORT },       { "schedule", required_argument, NULL, SCHEDULE },
        { "tokens", required_argument, NULL, TOKENS },   { "connections", required_argument, NULL, CONNECTIONS },
        { "seconds", required_argument, NULL, SECONDS }, { "warm-up", required_argument, NULL, WARM_UP },
        { "rate", required_argument, NULL, RATE },       { "skip", required_argument, NULL, SKIP },
        { "upto", required_argument, NULL, UPTO },       { "no-key", no_argument, NULL, NO_KEY },         { "path", required_argument, NULL, PATH },
        { "pid", required_argument, NULL, PID },         { "help", no_argument, NULL, HELP },
        { 0 },
    };
    /* clang-format on */
    const char *path = "/noop";
    int at = 0;

    for (;;) {
        int c = getopt_long(argc, argv, "", longs, &at);
        if (c == -1)
            break;
        const char *name = c > 0 && c <= HELP ? longs[at].name : "";
        switch (c) {
        case PORT:
            b->wire.port = b->load.port = (uint16_t)number_read(name, optarg, UINT16_MAX);
            break;
        case SCHEDULE:
            if (b->wire.schedule_count == SCHEDULES_MAX)
                tool_die("--schedule: at most %d", SCHEDULES_MAX);
            b->schedules[b->wire.schedule_count++] = optarg;
            break;
        case TOKENS:
            b->wire.tokens_file = optarg;
            break;
        case CONNECTIONS:
            b->load.connections = (unsigned)number_read(name, optarg, 60000);
            break;
        case SECONDS:
            b->load.seconds = number_read(name, optarg, 3600);
            break;
        case WARM_UP:
            b->load.warm_up_seconds = number_read(name, optarg, 60);
            break;
        case RATE:
            b->load.rate = number_read(name, optarg, 1e7);
            break;
        case SKIP:
            b->load.first = (uint64_t)number_read(name, optarg, 1e9);
            break;
        case UPTO:
            b->upto = (uint64_t)number_read(name, optarg, 1e9);
            break;
        case NO_KEY:
            b->wire.keyed = false;
            break;
        case PATH:
            path = optarg;
            break;
        case PID:
            b->pid = (int)number_read(name, optarg, 1 << 30);
            break;
        case HELP:
            puts(help_text);
            exit(0);
        default:
            tool_die("--help explains the options");
        }
    }

    command_read(b, optind < argc ? argv[optind] : "", path);
    if (optind + 1 != argc)
        tool_die("one command, then options; --help explains them");
}

static void measuring_starts(void *self)
{
    struct bench *b = self;

    b->own_ns = cpu_of(getpid());
    b->server_ns = b->pid ? cpu_of(b->pid) : 0;
}

static void measuring_ends(void *self)
{
    struct bench *b = self;

    b->own_ns = cpu_of(getpid()) - b->own_ns;
    b->server_ns = b->pid ? cpu_of(b->pid) - b->server_ns : 0;
}

static void cpu_print(const char *who, uint64_t ns, const struct generator_result *r, uint64_t answers)
{
    double share = (double)ns / (r->seconds * 1e9);

    printf("  %-16s %.2f us a request, %.0f %% of a core\n", who, (double)ns / 1000.0 / (double)answers, 100.0 * share);
}

static void result_print(const struct bench *b, const struct generator_result *r)
{
    const char *name = b->command;
    uint64_t answers = 0;

    for (int i = 0; i < STATUS_MAX; i++)
        answers += r->answers[i];
    double rate = (double)r->good / r->seconds;
    double own_share = (double)b->own_ns / (r->seconds * 1e9);

    if (b->load.rate > 0)
        printf("%s, open loop, %.0f a second due, %u connections, %.2f s\n", name, b->load.rate, b->load.connections, r->seconds);
    else
        printf("%s, closed loop, %u connections, %.2f s\n", name, b->load.connections, r->seconds);
    printf("  %-16s %" PRIu64 ", %.0f a second\n", "good answers", r->good, rate);
    for (int i = 0; i < STATUS_MAX; i++)
        if (r->answers[i] && (i < 200 || i >= 300))
            printf("  %-16s %d: %" PRIu64 "\n", "other answers", i, r->answers[i]);
    printf("  %-16s %" PRIu64 "\n", "broken", r->broken);
    if (b->load.rate > 0)
        printf("  %-16s %" PRIu64 "\n", "due, not sent", r->unsent);
    printf("  %-16s p50 %" PRIu64 ", p99 %" PRIu64 ", p99.9 %" PRIu64 ", max %" PRIu64 "\n", "microseconds", histogram_at(&r->times, 0.5),
           histogram_at(&r->times, 0.99), histogram_at(&r->times, 0.999), r->times.max);
    cpu_print("generator CPU", b->own_ns, r, answers);
    if (b->pid)
        cpu_print("server CPU", b->server_ns, r, answers);
    if (r->ran_out)
        printf("  the %s ran out before the time\n", b->wire.kind == WIRE_JOIN ? "tokens" : "seats");
    if (own_share > 0.95)
        puts("  the generator had no processor time left: the server can do more than this");
    printf("result %s rate=%.1f p50_us=%" PRIu64 " p99_us=%" PRIu64 " p999_us=%" PRIu64 " max_us=%" PRIu64 " good=%" PRIu64 " other=%" PRIu64
           " broken=%" PRIu64 " unsent=%" PRIu64 " generator_share=%.3f server_us=%.2f sent_upto=%" PRIu64 "\n",
           name, rate, histogram_at(&r->times, 0.5), histogram_at(&r->times, 0.99), histogram_at(&r->times, 0.999), r->times.max, r->good,
           answers - r->good, r->broken, r->unsent, own_share, answers ? (double)b->server_ns / 1000.0 / (double)answers : 0.0, r->sent_upto);
}

static void open_files_allow(unsigned connections)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < connections + 64 && limit.rlim_max > limit.rlim_cur) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(int argc, char **argv)
{
    struct bench b = { 0 };
    struct generator_result *result = mem_take(1, sizeof *result);
    struct wire wire;

    b.wire.keyed = true;
    b.load = (struct generator_options){ .connections = 256, .seconds = 3.0, .warm_up_seconds = 0.3 };
    options_read(&b, argc, argv);
    open_files_allow(b.load.connections);
    wire_open(&wire, &b.wire);
    b.load.most = b.wire.kind == WIRE_HOLD ? wire.seat_count : b.wire.kind == WIRE_JOIN ? wire.token_count : UINT64_MAX;
    if (b.upto && b.upto < b.load.most)
        b.load.most = b.upto;
    if (b.load.first >= b.load.most)
        tool_die("--skip leaves nothing");
    generator_run(&wire, &b.load, result, measuring_starts, measuring_ends, &b);
    if (result->good)
        result_print(&b, result);
    else
        fputs("error: no request was answered well\n", stderr);

    int status = result->good ? 0 : 1;
    wire_close(&wire);
    free(result);
    return status;
}
