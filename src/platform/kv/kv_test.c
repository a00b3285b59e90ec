/* What every backend does alike: in memory always, on Redis where there is one (tests/lib/redis run ...). */
#include "test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "platform/kv/kv_impl.h"

struct box {
    struct arena *arena;
    struct kv *kv;
    struct str prefix;
};

static int box_open(void **state)
{
    const char *url = *state;
    struct str why = { 0 };
    struct box *b = calloc(1, sizeof(*b));
    b->arena = arena_new(0);
    signal(SIGPIPE, SIG_IGN);
    b->prefix = arena_fmt(b->arena, "kv-test-%d-%lld", getpid(), (long long)time(NULL));
    b->kv = kv_open(b->arena, &(struct kv_options){ .url = url ? str_c(url) : (struct str){ 0 }, .prefix = b->prefix }, &why);
    if (!b->kv)
        print_error("%.*s\n", STR_ARG(why));
    *state = b;
    return b->kv ? 0 : -1;
}

static int box_close(void **state)
{
    struct box *b = *state;
    kv_close(b->kv);
    arena_free(b->arena);
    free(b);
    return 0;
}

#define RUN(b, ...) kv_run((b)->kv, (b)->arena, (struct kv_step[]){ __VA_ARGS__ }, sizeof((struct kv_step[]){ __VA_ARGS__ }) / sizeof(struct kv_step))

static struct kv_step run_one(struct box *b, struct kv_step s)
{
    assert_true(kv_run(b->kv, b->arena, &s, 1));
    return s;
}

static struct kv_step get(struct box *b, const char *key) { return run_one(b, (struct kv_step){ .kind = KV_GET, .key = str_c(key) }); }

static int64_t add(struct box *b, const char *key, int64_t by, int64_t life_ms)
{
    return run_one(b, (struct kv_step){ .kind = KV_ADD, .key = str_c(key), .by = by, .life_ms = life_ms }).sum;
}

static struct kv_step hear(struct box *b, const char *key, struct str from)
{
    return run_one(b, (struct kv_step){ .kind = KV_HEAR, .key = str_c(key), .text = from });
}

static void nap(void)
{
    nanosleep(&(struct timespec){ .tv_nsec = 5 * 1000 * 1000 }, NULL);
}

static void test_values(void **state)
{
    struct box *b = *state;
    char bytes[KV_TEXT_MAX];
    memset(bytes, 0xFF, sizeof(bytes));
    bytes[0] = '\r';
    bytes[1] = '\n';
    bytes[2] = 0;
    assert_false(get(b, "none").found);
    run_one(b, (struct kv_step){ .kind = KV_SET, .key = S("v"), .text = S("one"), .life_ms = 60000 });
    assert_true(get(b, "v").found && str_eq(get(b, "v").got, S("one")));
    run_one(b, (struct kv_step){ .kind = KV_SET, .key = S("v"), .text = str_of(bytes, sizeof(bytes)), .life_ms = 60000 });
    assert_true(str_eq(get(b, "v").got, str_of(bytes, sizeof(bytes))));
    run_one(b, (struct kv_step){ .kind = KV_SET, .key = S("v"), .life_ms = 60000 });
    assert_true(get(b, "v").found && get(b, "v").got.n == 0);
}

static void test_values_end(void **state)
{
    struct box *b = *state;
    run_one(b, (struct kv_step){ .kind = KV_SET, .key = S("short"), .text = S("x"), .life_ms = 30 });
    run_one(b, (struct kv_step){ .kind = KV_SET, .key = S("long"), .text = S("y"), .life_ms = 60000 });
    while (get(b, "short").found)
        nap();
    assert_true(get(b, "long").found);
}

/* A counter's life begins with its first step and is not drawn out by the next. */
static void test_counters(void **state)
{
    struct box *b = *state;
    assert_int_equal(add(b, "c", 1, 60000), 1);
    assert_int_equal(add(b, "c", 41, 60000), 42);
    assert_int_equal(add(b, "other", 1, 60000), 1);
    assert_int_equal(add(b, "c", -2, 60000), 40);
    assert_int_equal(add(b, "c", INT64_C(1) << 40, 60000), (INT64_C(1) << 40) + 40);
    int64_t sum = add(b, "brief", 1, 100), last = 0;
    assert_int_equal(sum, 1);
    while (sum > last) {
        nap();
        last = sum;
        sum = add(b, "brief", 1, 100);
    }
    assert_int_equal(sum, 1);
}

static void test_logs(void **state)
{
    struct box *b = *state;
    assert_int_equal(hear(b, "log", S("")).said_n, 0);
    for (int i = 0; i < 5; i++)
        run_one(b, (struct kv_step){ .kind = KV_SAY, .key = S("log"), .text = arena_fmt(b->arena, "news %d", i), .life_ms = 60000 });
    struct kv_step all = hear(b, "log", S(""));
    assert_int_equal(all.said_n, 5);
    for (size_t i = 0; i < 5; i++)
        assert_true(str_eq(all.said[i].text, arena_fmt(b->arena, "news %zu", i)));
    struct kv_step rest = hear(b, "log", all.said[3].at);
    assert_int_equal(rest.said_n, 2);
    assert_true(str_eq(rest.said[0].at, all.said[3].at) && str_eq(rest.said[1].text, S("news 4")));
    assert_int_equal(hear(b, "nothing said", all.said[3].at).said_n, 0);
}

static void test_log_long(void **state)
{
    struct box *b = *state;
    struct kv_step *steps = NEW_ARRAY(b->arena, struct kv_step, KV_STEPS);
    for (size_t i = 0; i < KV_STEPS; i++)
        steps[i] = (struct kv_step){ .kind = KV_SAY, .key = S("long log"), .text = arena_fmt(b->arena, "%zu", i), .life_ms = 60000 };
    assert_true(kv_run(b->kv, b->arena, steps, KV_STEPS));
    struct kv_step heard = hear(b, "long log", S(""));
    assert_int_equal(heard.said_n, KV_HEAR_MAX);
    assert_true(str_eq(heard.said[KV_HEAR_MAX - 1].text, S("1023")));
}

/* In order, each step seeing those before it. */
static void test_batch(void **state)
{
    struct box *b = *state;
    struct kv_step steps[] = {
        { .kind = KV_GET, .key = S("b") },
        { .kind = KV_SET, .key = S("b"), .text = S("1"), .life_ms = 60000 },
        { .kind = KV_GET, .key = S("b") },
        { .kind = KV_ADD, .key = S("n"), .by = 2, .life_ms = 60000 },
        { .kind = KV_ADD, .key = S("n"), .by = 3, .life_ms = 60000 },
        { .kind = KV_SAY, .key = S("l"), .text = S("said"), .life_ms = 60000 },
        { .kind = KV_HEAR, .key = S("l") },
    };
    assert_true(kv_run(b->kv, b->arena, steps, sizeof(steps) / sizeof(steps[0])));
    assert_true(!steps[0].found && str_eq(steps[2].got, S("1")));
    assert_int_equal(steps[4].sum, 5);
    assert_int_equal(steps[6].said_n, 1);
    assert_true(kv_run(b->kv, b->arena, NULL, 0));
}

/* ---- in memory only ---- */

static void test_bounded(void **state)
{
    struct box *b = *state;
    for (int i = 0; i < 200000; i++)
        assert_int_equal(add(b, arena_fmt(b->arena, "k%d", i).p, 1, 60000), 1);
    assert_int_equal(add(b, "k199999", 1, 60000), 2);
    struct kv_step many[KV_STEPS];
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < KV_STEPS; i++)
            many[i] = (struct kv_step){ .kind = KV_SAY, .key = S("flood"), .text = S("x"), .life_ms = 60000 };
        assert_true(kv_run(b->kv, b->arena, many, KV_STEPS));
    }
    assert_int_equal(hear(b, "flood", S("")).said_n, KV_HEAR_MAX);
}

static void test_lost(void **state)
{
    struct box *b = *state;
    add(b, "c", 5, 60000);
    run_one(b, (struct kv_step){ .kind = KV_SAY, .key = S("l"), .text = S("said"), .life_ms = 60000 });
    struct str at = hear(b, "l", S("")).said[0].at;
    kv_memory_lose(b->kv);
    assert_int_equal(add(b, "c", 1, 60000), 1);
    run_one(b, (struct kv_step){ .kind = KV_SAY, .key = S("l"), .text = S("again"), .life_ms = 60000 });
    assert_false(str_eq(hear(b, "l", S("")).said[0].at, at));
}

#define ON(test, url) { #test, test, box_open, box_close, url }

int main(void)
{
    char *server = getenv("TAKENSEAT_TEST_REDIS");
    const struct CMUnitTest memory[] = {
        ON(test_values, NULL), ON(test_values_end, NULL), ON(test_counters, NULL), ON(test_logs, NULL), ON(test_log_long, NULL),
        ON(test_batch, NULL), ON(test_bounded, NULL), ON(test_lost, NULL),
    };
    const struct CMUnitTest redis[] = {
        ON(test_values, server), ON(test_values_end, server), ON(test_counters, server), ON(test_logs, server), ON(test_log_long, server),
        ON(test_batch, server),
    };
    int failed = cmocka_run_group_tests_name("memory", memory, NULL, NULL);
    if (server)
        failed += cmocka_run_group_tests_name("redis", redis, NULL, NULL);
    return failed;
}
