/* takenseat: options, configuration, and the commands of the command line. */
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "assets.h"
#include "commands.h"
#include "events.h"
#include "platform/call/app.h"
#include "platform/config/config.h"
#include "platform/obs/log.h"
#include "rehearsal/command.h"
#include "services.h"
#include "services/auth/auth.h"
#include "services/queue/queue.h"

static const char usage[] =
    "usage: takenseat COMMAND [options]\n"
    "\n"
    "  serve            run the platform\n"
    "  admin create     make or reset an administrator: --email E --password-stdin\n"
    "  audit            check every invariant of the data; exit status 1 when one does not hold\n"
    "  verify-draw FILE [--receipt FILE]\n"
    "                   recompute a published draw from its file alone (docs/draw.md)\n"
    "  rehearse --schedule ID\n"
    "                   play a sale on a copy and say how it would go (takenseat rehearse --help)\n"
    "  migrate          bring the data to this program's version\n"
    "  move --from sqlite:DIR --to mysql://USER@HOST:PORT/DATABASE\n"
    "                   copy a stopped shop into a new database on a server and compare every row\n"
    "  events list      every event that the program says, and its body (docs/events.md)\n"
    "  events parked    the events that somebody refused for good, also beside a running server\n"
    "  events replay    tell them again to who refused them; of a stopped shop\n"
    "\n"
    "  --data DIR       folder with everything the program keeps (default: ./data)\n"
    "  --config FILE    settings in INI form\n"
    "  --SECTION.KEY=V  one setting, such as --http.port=8080 (takenseat serve --print-config lists all)\n"
    "  --port N         short for --http.port=N\n"
    "  --run=all        which services to run in this process: all, or names such as payment,coupon;\n"
    "                   where the others are is said by call.peers\n"
    "  --bench          serve: offer /noop and allow cheap password hashes; only on a loopback address\n"
    "  --test-clock     serve: time stands still until POST /test/clock moves it; only on a loopback address\n"
    "  --print-config   show every setting with its value and meaning, and end\n";

extern char **environ;

static _Noreturn void refuse(const char *what, struct str why)
{
    fprintf(stderr, "takenseat: %s%s%.*s\n", what, why.n ? ": " : "", STR_ARG(why));
    exit(2);
}

/* ---- options ---- */

static void set(struct config *c, struct str name, struct str value)
{
    struct str why;
    if (!config_set(c, name, value, &why))
        refuse("bad setting", why);
}

/* "--booking.hold_seconds=300": a name with a dot is a setting. */
static bool is_setting(const char *arg, struct str *ret_name, struct str *ret_value)
{
    const char *equals = strchr(arg, '='), *dot = strchr(arg, '.');
    if (strncmp(arg, "--", 2) != 0 || !equals || !dot || dot > equals)
        return false;
    *ret_name = str_of(arg + 2, (size_t)(equals - arg) - 2);
    *ret_value = str_c(equals + 1);
    return true;
}

static void declare_all(struct config *c)
{
    config_declare(c, app_config_keys);
    for (const struct service *const *s = all_services; *s; s++)
        if ((*s)->config)
            config_declare(c, (*s)->config);
}

struct flags {
    const char *config_file, *data, *email, *from, *port, *receipt, *run, *to;
    bool bench, test_clock, print_config, password_stdin;
    const char *words[2];
    int word_count;
    const char *settings[64];
    int setting_count;
    struct rehearsal rehearsal;
};

static void read_flags(int argc, char **argv, struct flags *f)
{
    enum { CONFIG = 1, DATA, EMAIL, FROM, PORT, RECEIPT, RUN, TO, BENCH, TEST_CLOCK, PRINT_CONFIG, PASSWORD_STDIN, HELP };
    static const struct option options[] = {
        { "config", required_argument, NULL, CONFIG },  { "data", required_argument, NULL, DATA },
        { "email", required_argument, NULL, EMAIL },    { "port", required_argument, NULL, PORT },
        { "receipt", required_argument, NULL, RECEIPT }, { "run", required_argument, NULL, RUN },
        { "from", required_argument, NULL, FROM },      { "to", required_argument, NULL, TO },
        { "bench", no_argument, NULL, BENCH },
        { "test-clock", no_argument, NULL, TEST_CLOCK }, { "print-config", no_argument, NULL, PRINT_CONFIG },
        { "password-stdin", no_argument, NULL, PASSWORD_STDIN }, { "help", no_argument, NULL, HELP },
        { 0 },
    };
    char **rest = calloc((size_t)argc + 1, sizeof(*rest));
    int n = 0;
    if (!rest)
        abort();
    *f = (struct flags){ .data = "data", .run = "all" };
    if (argc > 1 && strcmp(argv[1], "rehearse") == 0)
        argc = rehearsal_options(&f->rehearsal, argc, argv);
    for (int i = 0; i < argc; i++) {
        struct str name, value;
        if (i && is_setting(argv[i], &name, &value) && f->setting_count < 64)
            f->settings[f->setting_count++] = argv[i];
        else
            rest[n++] = argv[i];
    }
    for (int c; (c = getopt_long(n, rest, "", options, NULL)) != -1;)
        switch (c) {
        case CONFIG: f->config_file = optarg; break;
        case DATA: f->data = optarg; break;
        case EMAIL: f->email = optarg; break;
        case FROM: f->from = optarg; break;
        case PORT: f->port = optarg; break;
        case RECEIPT: f->receipt = optarg; break;
        case RUN: f->run = optarg; break;
        case TO: f->to = optarg; break;
        case BENCH: f->bench = true; break;
        case TEST_CLOCK: f->test_clock = true; break;
        case PRINT_CONFIG: f->print_config = true; break;
        case PASSWORD_STDIN: f->password_stdin = true; break;
        case HELP: fputs(usage, stdout); exit(0);
        default: fputs(usage, stderr); exit(2);
        }
    for (; optind < n && f->word_count < 2; optind++)
        f->words[f->word_count++] = rest[optind];
    if (optind < n || (!f->word_count && !f->print_config)) {
        fputs(usage, stderr);
        exit(2);
    }
    free(rest);
}

static void read_config(struct config *c, const struct flags *f)
{
    struct str why, name, value;
    declare_all(c);
    if (f->config_file && !config_read_file(c, f->config_file, &why))
        refuse("bad configuration", why);
    if (!config_read_environment(c, environ, &why))
        refuse("bad environment", why);
    for (int i = 0; i < f->setting_count; i++)
        if (is_setting(f->settings[i], &name, &value))
            set(c, name, value);
    if (f->port)
        set(c, S("http.port"), str_c(f->port));
    struct str host = config_str(c, "http.host");
    bool loopback = str_starts(host, S("127.")) || str_eq(host, S("::1")) || str_eq(host, S("localhost"));
    enum log_level level;
    if (!log_level_of(config_str(c, "log.level"), &level))
        refuse("log.level must be debug, info, warn or error, not", config_str(c, "log.level"));
    log_level_set(level);
    if ((f->bench || f->test_clock) && !loopback)
        refuse("--bench and --test-clock are for loopback addresses only; http.host is", host);
}

/* ---- commands ---- */

static struct services_chosen choose(struct arena *arena, const struct config *c, const struct flags *f)
{
    struct services_chosen chosen;
    struct str why = { 0 };
    if (!services_choose(arena, c, str_c(f->run), &chosen, &why))
        refuse("cannot start", why);
    return chosen;
}

static struct app_options options_of(struct arena *arena, const struct config *c, const struct flags *f)
{
    struct services_chosen chosen = choose(arena, c, f);
    return (struct app_options){
        .config = c, .services = chosen.here, .away = chosen.away, .dir = f->data, .bench = f->bench, .test_clock = f->test_clock, .auth = &auth_service,
        .authenticate = auth_check, .gate = &queue_service, .admit = queue_pass_admit, .assets = &web_assets,
    };
}

static struct app *open_app(struct arena *arena, const struct config *c, const struct flags *f)
{
    struct str why = { 0 };
    struct app_options o = options_of(arena, c, f);
    struct app *app = app_open(arena, &o, &why);
    if (!app)
        refuse("cannot start", why);
    return app;
}

static sigset_t stop_signals(void)
{
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    return stop;
}

/* Until it is told to stop, a server waits for a database that another one has. */
static bool stand_by(int64_t ms)
{
    sigset_t stop = stop_signals();
    struct timespec wait = { ms / 1000, ms % 1000 * 1000000 };
    return sigtimedwait(&stop, NULL, &wait) < 0;
}

static void stop_serving(void)
{
    kill(getpid(), SIGTERM);
}

/* Ends with status 1 when another process has taken the database over: whoever has started this one may start it again, to stand by. */
static int serve(struct arena *arena, const struct config *c, const struct flags *f)
{
    sigset_t stop = stop_signals();
    pthread_sigmask(SIG_BLOCK, &stop, NULL);             /* before any thread: only sigwait takes them */

    struct str why = { 0 };
    struct app_options o = options_of(arena, c, f);
    o.stand_by = stand_by;
    o.taken = stop_serving;
    struct app *app = app_open(arena, &o, &why);
    if (!app && why.n)
        refuse("cannot start", why);
    if (!app)
        return 0;                            /* told to stop while it stood by */
    if (!app_listen(app, arena, &why))
        refuse("cannot listen", why);
    if (f->test_clock)
        LOG0(LOG_WARN, "TEST CLOCK: time stands still but for POST /test/clock");
    if (f->bench)
        LOG0(LOG_WARN, "bench mode: /noop is offered, limits an address are lifted");
    LOG(LOG_INFO, "serving", lf_s("host", config_str(c, "http.host")), lf_i("port", app_port(app)), lf_s("data", str_c(f->data)));

    int signal_number = 0;
    sigwait(&stop, &signal_number);
    LOG(LOG_INFO, "stopping", lf_i("signal", signal_number));
    bool taken = app_taken(app);
    app_close(app);
    LOG0(LOG_INFO, "stopped");
    return taken;
}

static int admin_create(struct arena *arena, const struct config *c, const struct flags *f)
{
    char line[1024];
    if (!f->email || !f->password_stdin)
        refuse("admin create needs --email E and --password-stdin", (struct str){ 0 });
    if (!fgets(line, sizeof(line), stdin))
        refuse("no password on standard input", (struct str){ 0 });
    line[strcspn(line, "\r\n")] = 0;
    struct app *app = open_app(arena, c, f);
    struct ctx cx;
    app_ctx_begin(app, &cx);
    err e = call_run(&cx, &auth_admin_put_call, &(struct auth_admin_in){ str_c(f->email), str_c(line) }, NULL);
    explicit_bzero(line, sizeof(line));
    command_report(&cx, e, "the administrator was not made");
    app_ctx_end(&cx);
    app_close(app);
    if (!e)
        printf("administrator %s\n", f->email);
    return e ? 1 : 0;
}

static int audit_only(struct arena *arena, const struct config *c, const struct flags *f)
{
    return audit(arena, c, choose(arena, c, f).here, f->data);
}

static int move_data(struct arena *arena, const struct config *c, const struct flags *f)
{
    if (!f->from || !f->to)
        refuse("move needs --from sqlite:DIR and --to mysql://USER@HOST:PORT/DATABASE", (struct str){ 0 });
    return move(arena, c, f->from, f->to);
}

static int verify_only(struct arena *arena, const struct config *c, const struct flags *f)
{
    (void)c;
    return verify_draw(arena, f->words[1], f->receipt);
}

static int rehearse_only(struct arena *arena, const struct config *c, const struct flags *f)
{
    return rehearse(arena, c, f->data, &f->rehearsal);
}

static int migrate_only(struct arena *arena, const struct config *c, const struct flags *f)
{
    app_close(open_app(arena, c, f));
    puts("the data is of this program's version");
    return 0;
}

static int list_events(struct arena *arena, const struct config *c, const struct flags *f)
{
    (void)arena, (void)c, (void)f;
    return events_list();
}

static int parked_events(struct arena *arena, const struct config *c, const struct flags *f)
{
    return events_parked(arena, c, f->data);
}

static int replay_events(struct arena *arena, const struct config *c, const struct flags *f)
{
    struct app *app = open_app(arena, c, f);
    int status = events_replay(app);
    app_close(app);
    return status;
}

static int run(struct arena *arena, const struct config *config, const struct flags *f)
{
    static const struct {
        const char *word, *second;           /* "": any second word */
        int (*run)(struct arena *arena, const struct config *c, const struct flags *f);
    } commands[] = {
        { "serve", NULL, serve },
        { "admin", "create", admin_create },
        { "audit", NULL, audit_only },
        { "events", "list", list_events },
        { "events", "parked", parked_events },
        { "events", "replay", replay_events },
        { "migrate", NULL, migrate_only },
        { "move", NULL, move_data },
        { "rehearse", NULL, rehearse_only },
        { "verify-draw", "", verify_only },
    };
    if (f->print_config) {
        config_print(config, STDOUT_FILENO);
        return 0;
    }
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(f->words[0], commands[i].word) == 0 &&
            (commands[i].second ? f->word_count == 2 && (!*commands[i].second || strcmp(f->words[1], commands[i].second) == 0) : f->word_count == 1))
            return commands[i].run(arena, config, f);
    fputs(usage, stderr);
    return 2;
}

int main(int argc, char **argv)
{
    struct flags f;
    struct arena *arena = arena_new(0);
    struct config *config = config_new(arena);
    read_flags(argc, argv, &f);
    read_config(config, &f);
    int status = run(arena, config, &f);
    arena_free(arena);
    return status;
}
