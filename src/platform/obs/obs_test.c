#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail               /* cmocka's; ours is in ctx.h */

#include "base/clock.h"
#include "platform/json/fields.h"
#include "platform/obs/log.h"
#include "platform/obs/metrics.h"

/* ---- log ---- */

struct capture {
    int kept, pipe[2];
    char text[16384];
};

/* Standard error goes into a pipe until capture_end. */
static void capture_begin(struct capture *c)
{
    assert_int_equal(pipe(c->pipe), 0);
    c->kept = dup(STDERR_FILENO);
    assert_true(dup2(c->pipe[1], STDERR_FILENO) >= 0);
}

static struct str capture_end(struct capture *c)
{
    dup2(c->kept, STDERR_FILENO);
    close(c->kept);
    close(c->pipe[1]);
    size_t n = 0;
    ssize_t got;
    while ((got = read(c->pipe[0], c->text + n, sizeof(c->text) - 1 - n)) > 0)
        n += (size_t)got;
    close(c->pipe[0]);
    c->text[n] = 0;
    return str_of(c->text, n);
}

/* What follows the time of a line, whose form is checked. */
static const char *after_time(struct str line)
{
    static const char begin[] = "{\"time\":\"", form[] = "0000-00-00T00:00:00.000Z\"";
    assert_true(str_starts(line, str_c(begin)));
    const char *at = line.p + strlen(begin);
    for (const char *f = form; *f; f++, at++)
        if (*f == '0')
            assert_in_range(*at, '0', '9');
        else
            assert_int_equal(*at, *f);
    int64_t ms;
    assert_true(time_parse(str_of(line.p + strlen(begin), strlen(form) - 1), &ms));
    return at;
}

struct line_fields {
    struct str time, level, msg, value;
    int64_t number;
    bool cut;
};

FIELDS(line_fields, "Line", struct line_fields,
    { .name = "time", .type = F_STR, .at = offsetof(struct line_fields, time) },
    { .name = "level", .type = F_STR, .at = offsetof(struct line_fields, level) },
    { .name = "msg", .type = F_TEXT, .at = offsetof(struct line_fields, msg) },
    { .name = "value", .type = F_STR, .at = offsetof(struct line_fields, value), .optional = true },
    { .name = "number", .type = F_INT, .at = offsetof(struct line_fields, number), .optional = true },
    { .name = "cut", .type = F_BOOL, .at = offsetof(struct line_fields, cut), .optional = true });

static void test_line(void **state)
{
    (void)state;
    struct capture c;
    capture_begin(&c);
    LOG(LOG_INFO, "started", lf_s("host", S("127.0.0.1")), lf_i("port", 8080), lf_i("low", INT64_MIN));
    struct str line = capture_end(&c);
    assert_string_equal(after_time(line),
                        ",\"level\":\"info\",\"msg\":\"started\",\"host\":\"127.0.0.1\",\"port\":8080,\"low\":-9223372036854775808}\n");
}

static void test_escapes(void **state)
{
    (void)state;
    struct capture c;
    capture_begin(&c);
    LOG(LOG_WARN, "say \"hi\"\n", lf_s("a", S("\\ \t\r\0\x01\x7f")), lf_s("b", S("한글 \xff\xC0\x80 🎫")), lf_s("c", (struct str){ 0 }));
    struct str line = capture_end(&c);
    assert_string_equal(after_time(line), ",\"level\":\"warn\",\"msg\":\"say \\\"hi\\\"\\n\",\"a\":\"\\\\ \\t\\r\\u0000\\u0001\x7f\","
                                          "\"b\":\"한글 \uFFFD\uFFFD\uFFFD 🎫\",\"c\":\"\"}\n");
}

static void test_levels(void **state)
{
    (void)state;
    static const char *const names[] = { "debug", "info", "warn", "error" };
    for (int lowest = LOG_DEBUG; lowest <= LOG_ERROR; lowest++) {
        struct capture c;
        log_level_set((enum log_level)lowest);
        capture_begin(&c);
        for (int level = LOG_DEBUG; level <= LOG_ERROR; level++)
            LOG0((enum log_level)level, "x");
        struct str rest = capture_end(&c);
        for (int level = lowest; level <= LOG_ERROR; level++) {
            struct str line = str_cut(&rest, '\n');
            char want[64];
            int n = snprintf(want, sizeof(want), "\"level\":\"%s\",\"msg\":\"x\"}", names[level]);
            assert_true(line.n > (size_t)n && str_eq(str_of(line.p + line.n - n, (size_t)n), str_of(want, (size_t)n)));
        }
        assert_int_equal(rest.n, 0);
    }
    log_level_set(LOG_INFO);
}

/* Values of every length around the limit: each line is at most 4 KiB, is JSON and says whether it was cut. */
static void test_long(void **state)
{
    (void)state;
    static char text[6000];
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = "\"한"[i % 4];
    for (size_t n = 2600; n < sizeof(text); n += 4) {
        struct capture c;
        capture_begin(&c);
        LOG(LOG_INFO, "long", lf_s("value", str_of(text, n)), lf_i("number", INT64_MIN));
        struct str line = capture_end(&c);
        assert_in_range(line.n, 2600, 4096);
        assert_int_equal(line.p[line.n - 1], '\n');

        struct ctx cx = { .arena = arena_new(0) };
        struct line_fields got = { 0 };
        assert_int_equal(fields_decode(&cx, &line_fields, &(struct id_key){ { 0 } }, line, &got), OK);
        assert_int_equal(got.cut, got.number == 0 || got.value.n < n);
        assert_memory_equal(got.value.p, text, got.value.n);
        arena_free(cx.arena);
    }
}

static void test_panic(void **state)
{
    (void)state;
    struct capture c;
    capture_begin(&c);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        log_level_set(LOG_ERROR);
        panic("hold.c", 42, "seats > 0");
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    struct str line = capture_end(&c);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    assert_string_equal(after_time(line), ",\"level\":\"error\",\"msg\":\"panic\",\"file\":\"hold.c\",\"line\":42,\"what\":\"seats > 0\"}\n");
}

/* ---- metrics ---- */

static struct metric holds_taken = {
    .name = "takenseat_holds_total", .kind = METRIC_COUNTER, .help = "Holds by \\result\nin all.", .labels = "result=\"taken\""
};
static struct metric holds_refused = {
    .name = "takenseat_holds_total", .kind = METRIC_COUNTER, .help = "Holds by result.", .labels = "result=\"refused\""
};
static struct metric waiting = { .name = "takenseat_waiting", .kind = METRIC_GAUGE, .help = "People who wait." };
static struct metric commit_time = { .name = "takenseat_commit_seconds", .kind = METRIC_HISTOGRAM, .help = "Commits." };
static struct metric call_time = { .name = "takenseat_call_seconds", .kind = METRIC_HISTOGRAM, .help = "Calls.", .labels = "call=\"x\"" };

static void test_metrics(void **state)
{
    (void)state;
    struct metric *const first[] = { &holds_taken, &waiting, NULL }, *const second[] = { &holds_refused, NULL }, *const none[] = { NULL };
    const struct metric_set sets[] = { { first }, { none }, { NULL }, { second } };
    metric_add(&holds_taken, 3);
    metric_add(&holds_taken, 4);
    metric_add(&holds_refused, 1);
    metric_set(&waiting, 12);
    metric_set(&waiting, -5);
    struct buf out;
    buf_init(&out, 65536);
    metrics_write(&out, sets, 4);
    buf_char(&out, 0);
    assert_string_equal(out.p, "# HELP takenseat_holds_total Holds by \\\\result\\nin all.\n# TYPE takenseat_holds_total counter\n"
                               "takenseat_holds_total{result=\"taken\"} 7\ntakenseat_holds_total{result=\"refused\"} 1\n"
                               "# HELP takenseat_waiting People who wait.\n# TYPE takenseat_waiting gauge\ntakenseat_waiting -5\n");
    buf_free(&out);
}

static void test_histogram(void **state)
{
    (void)state;
    static const int64_t observed[] = { 0, 64, 65, 128, 129, 1000000, 16777216, 16777217, INT64_C(100000000) };
    for (size_t i = 0; i < sizeof(observed) / sizeof(observed[0]); i++)
        metric_observe_us(&commit_time, observed[i]);
    struct metric *const all[] = { &commit_time, NULL };
    struct buf out;
    buf_init(&out, 65536);
    metrics_write(&out, &(struct metric_set){ all }, 1);
    buf_char(&out, 0);
    assert_string_equal(out.p,
        "# HELP takenseat_commit_seconds Commits.\n# TYPE takenseat_commit_seconds histogram\n"
        "takenseat_commit_seconds_bucket{le=\"0.000064\"} 2\ntakenseat_commit_seconds_bucket{le=\"0.000128\"} 4\n"
        "takenseat_commit_seconds_bucket{le=\"0.000256\"} 5\ntakenseat_commit_seconds_bucket{le=\"0.000512\"} 5\n"
        "takenseat_commit_seconds_bucket{le=\"0.001024\"} 5\ntakenseat_commit_seconds_bucket{le=\"0.002048\"} 5\n"
        "takenseat_commit_seconds_bucket{le=\"0.004096\"} 5\ntakenseat_commit_seconds_bucket{le=\"0.008192\"} 5\n"
        "takenseat_commit_seconds_bucket{le=\"0.016384\"} 5\ntakenseat_commit_seconds_bucket{le=\"0.032768\"} 5\n"
        "takenseat_commit_seconds_bucket{le=\"0.065536\"} 5\ntakenseat_commit_seconds_bucket{le=\"0.131072\"} 5\n"
        "takenseat_commit_seconds_bucket{le=\"0.262144\"} 5\ntakenseat_commit_seconds_bucket{le=\"0.524288\"} 5\n"
        "takenseat_commit_seconds_bucket{le=\"1.048576\"} 6\ntakenseat_commit_seconds_bucket{le=\"2.097152\"} 6\n"
        "takenseat_commit_seconds_bucket{le=\"4.194304\"} 6\ntakenseat_commit_seconds_bucket{le=\"8.388608\"} 6\n"
        "takenseat_commit_seconds_bucket{le=\"16.777216\"} 7\ntakenseat_commit_seconds_bucket{le=\"+Inf\"} 9\n"
        "takenseat_commit_seconds_sum 134.554819\ntakenseat_commit_seconds_count 9\n");

    struct metric *const labelled[] = { &call_time, NULL };
    metric_observe_us(&call_time, 100);
    buf_clear(&out);
    metrics_write(&out, &(struct metric_set){ labelled }, 1);
    buf_char(&out, 0);
    assert_non_null(strstr(out.p, "\ntakenseat_call_seconds_bucket{call=\"x\",le=\"0.000064\"} 0\n"));
    assert_non_null(strstr(out.p, "\ntakenseat_call_seconds_bucket{call=\"x\",le=\"+Inf\"} 1\n"));
    assert_non_null(strstr(out.p, "\ntakenseat_call_seconds_sum{call=\"x\"} 0.000100\ntakenseat_call_seconds_count{call=\"x\"} 1\n"));
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line), cmocka_unit_test(test_escapes), cmocka_unit_test(test_levels), cmocka_unit_test(test_long),
        cmocka_unit_test(test_panic), cmocka_unit_test(test_metrics), cmocka_unit_test(test_histogram),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
