/* What only a server can do to us: it is not there, does not know us, dies, hangs, loses everything. Without tests/lib/redis (run ...) only what needs no
 * server is tested. */
#include "test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "platform/kv/kv_impl.h"

#define PATIENCE_MS 60000

/* ---- addresses ---- */

static void test_addresses(void **state)
{
    static const struct {
        const char *url, *host;          /* NULL: refused */
        int port;
        const char *user, *master;
        int64_t db;
        size_t n;
    } cases[] = {
        { "redis://cache.example.com:6380/3", "cache.example.com", 6380, "", "", 3, 1 },
        { "redis://127.0.0.1", "127.0.0.1", 6379, "", "", 0, 1 },
        { "redis://shop@[::1]:7000/0", "::1", 7000, "shop", "", 0, 1 },
        { "redis+sentinel://a,b:26380,c/mymaster/2", "a", 26379, "", "mymaster", 2, 3 },
        { "redis+sentinel://shop@127.0.0.1:5000/m", "127.0.0.1", 5000, "shop", "m", 0, 1 },
        { "redis://a,b/0", NULL, 0, "", "", 0, 0 },
        { "redis://shop:secret@a", NULL, 0, "", "", 0, 0 },
        { "redis://:secret@a", NULL, 0, "", "", 0, 0 },
        { "redis://", NULL, 0, "", "", 0, 0 },
        { "redis://a:0", NULL, 0, "", "", 0, 0 },
        { "redis://a:65536", NULL, 0, "", "", 0, 0 },
        { "redis://a/x", NULL, 0, "", "", 0, 0 },
        { "redis://a/-1", NULL, 0, "", "", 0, 0 },
        { "redis://a/1/2", NULL, 0, "", "", 0, 0 },
        { "redis://a b", NULL, 0, "", "", 0, 0 },
        { "redis://[::1", NULL, 0, "", "", 0, 0 },
        { "redis+sentinel://a:26379", NULL, 0, "", "", 0, 0 },
        { "redis+sentinel:///m", NULL, 0, "", "", 0, 0 },
        { "redis+sentinel://a,,b/m", NULL, 0, "", "", 0, 0 },
        { "redis+sentinel://a,b,c,d,e,f,g,h,i/m", NULL, 0, "", "", 0, 0 },
        { "rediss://a", NULL, 0, "", "", 0, 0 },
        { "memcached://a", NULL, 0, "", "", 0, 0 },
    };
    (void)state;
    struct arena *arena = arena_new(0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct redis_address at;
        struct str why = { 0 };
        bool ok = redis_address_parse(arena, str_c(cases[i].url), &at, &why);
        assert_int_equal(ok, cases[i].host != NULL);
        assert_true(ok || (str_starts(why, S("kv.url ")) && !strstr(why.p, "secret")));
        if (ok) {
            assert_string_equal(at.at[0].host, cases[i].host);
            assert_int_equal(at.at[0].port, cases[i].port);
            assert_int_equal(at.n, cases[i].n);
            assert_int_equal(at.db, cases[i].db);
            assert_true(str_eq(at.user, str_c(cases[i].user)) && str_eq(at.master, str_c(cases[i].master)));
        }
    }
    arena_free(arena);
}

/* ---- servers ---- */

struct yard {
    char folder[64];
    struct arena *arena;
};

/* Runs tests/lib/redis with these words; what it prints. */
static struct str tool(struct yard *y, const char *words)
{
    char said[256] = "";
    struct str command = arena_fmt(y->arena, "%s %s", getenv("TAKENSEAT_TEST_REDIS_TOOL"), words);
    FILE *f = popen(command.p, "r");
    assert_non_null(f);
    size_t n = fread(said, 1, sizeof(said) - 1, f);
    assert_int_equal(pclose(f), 0);
    return arena_str(y->arena, str_trim(str_of(said, n && said[n - 1] == '\n' ? n - 1 : n)));
}

static struct str start(struct yard *y, const char *name, const char *options)
{
    return tool(y, arena_fmt(y->arena, "start %s/%s %s", y->folder, name, options).p);
}

static void stop(struct yard *y, const char *name)
{
    tool(y, arena_fmt(y->arena, "stop %s/%s --now", y->folder, name).p);
}

/* Stops a server without ending it, or lets it go on. */
static void signal_server(struct yard *y, const char *name, int number)
{
    FILE *f = fopen(arena_fmt(y->arena, "%s/%s/pid", y->folder, name).p, "r");
    char line[32] = "";
    int64_t pid;
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof(line), f));
    fclose(f);
    assert_true(str_to_int(str_of(line, strcspn(line, "\n")), &pid));
    assert_int_equal(kill((pid_t)pid, number), 0);
}

static int yard_open(void **state)
{
    struct yard *y = calloc(1, sizeof(*y));
    signal(SIGPIPE, SIG_IGN);
    y->arena = arena_new(0);
    snprintf(y->folder, sizeof(y->folder), "/tmp/takenseat-redis-XXXXXX");
    assert_non_null(mkdtemp(y->folder));
    *state = y;
    return 0;
}

static int yard_close(void **state)
{
    struct yard *y = *state;
    tool(y, arena_fmt(y->arena, "stop %s --now", y->folder).p);
    FILE *f = popen(arena_fmt(y->arena, "rm -rf %s", y->folder).p, "r");
    assert_int_equal(pclose(f), 0);
    arena_free(y->arena);
    free(y);
    return 0;
}

static bool up(struct kv *kv)
{
    struct kv_state s;
    kv_state(kv, &s);
    return s.up;
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void await(struct kv *kv, bool want)
{
    for (int64_t until = now_ms() + PATIENCE_MS; up(kv) != want;) {
        assert_true(now_ms() < until);
        nanosleep(&(struct timespec){ .tv_nsec = 10 * 1000 * 1000 }, NULL);
    }
}

/* 0: there was no answer. */
static int64_t add(struct yard *y, struct kv *kv)
{
    struct kv_step s = { .kind = KV_ADD, .key = S("n"), .by = 1, .life_ms = 600000 };
    return kv_run(kv, y->arena, &s, 1) ? s.sum : 0;
}

static struct kv *open_at(struct yard *y, struct str url, const char *password, struct str *ret_why)
{
    return kv_open(y->arena, &(struct kv_options){ .url = url, .password = str_c(password), .prefix = S("p") }, ret_why);
}

static void refused(struct yard *y, struct str url, const char *password, const char *key, const char *what)
{
    struct str why = { 0 };
    assert_null(open_at(y, url, password, &why));
    assert_true(str_starts(why, str_c(key)));
    assert_non_null(strstr(why.p, what));
    assert_null(strstr(why.p, "of-the-tests"));
}

/* ---- settings that cannot be right are told at the start ---- */

static void test_refused(void **state)
{
    struct yard *y = *state;
    struct str guarded = start(y, "guarded", "--requirepass right-of-the-tests"), open = start(y, "open", ""), why = { 0 };
    refused(y, guarded, "wrong-of-the-tests", "kv.password: ", "WRONGPASS");
    refused(y, guarded, "", "kv.password: ", "NOAUTH");
    refused(y, open, "not-asked-of-the-tests", "kv.password: ", "AUTH");
    refused(y, arena_fmt(y->arena, "%.*s/99", STR_ARG(open)), "", "kv.url: ", "out of range");

    struct kv *kv = open_at(y, guarded, "right-of-the-tests", &why);
    assert_true(kv && up(kv));
    assert_int_equal(add(y, kv), 1);
    kv_close(kv);
    struct str port = open;
    for (int i = 0; i < 2; i++)
        str_cut(&port, ':');
    struct str follower = start(y, "follower", arena_fmt(y->arena, "--replicaof '127.0.0.1 %.*s'", STR_ARG(port)).p);
    refused(y, follower, "", "kv.url: ", "replica");
}

/* Users have rights of their own. */
static void test_users(void **state)
{
    struct yard *y = *state;
    struct str why = { 0 }, rest = start(y, "one", "--user shop on '>right-of-the-tests' '~p:*' +@all "
                                                   "--user poor on '>poor-of-the-tests' '~p:*' +get +ping +select +role");
    for (int i = 0; i < 2; i++)
        str_cut(&rest, '/');
    struct str shop = arena_fmt(y->arena, "redis://shop@%.*s", STR_ARG(rest)), poor = arena_fmt(y->arena, "redis://poor@%.*s", STR_ARG(rest));
    struct kv *kv = open_at(y, shop, "right-of-the-tests", &why);
    assert_true(kv && up(kv));
    assert_int_equal(add(y, kv), 1);
    kv_close(kv);
    refused(y, poor, "poor-of-the-tests", "kv.url: ", "NOPERM");
    refused(y, shop, "poor-of-the-tests", "kv.password: ", "WRONGPASS");
    refused(y, shop, "", "kv.url ", "kv.password is empty");
    assert_null(kv_open(y->arena, &(struct kv_options){ .url = shop, .password = S("right-of-the-tests"), .prefix = S("others") }, &why));
    assert_non_null(strstr(why.p, "NOPERM"));
}

/* ---- a server that is not there, or not any more ---- */

static void test_away(void **state)
{
    struct yard *y = *state;
    struct str url = start(y, "one", ""), why = { 0 };
    stop(y, "one");
    struct kv *kv = open_at(y, url, "", &why);
    assert_true(kv && !up(kv));
    assert_int_equal(add(y, kv), 0);
    kv_start(kv);
    assert_true(str_eq(start(y, "one", ""), url));
    await(kv, true);
    assert_int_equal(add(y, kv), 1);
    assert_int_equal(add(y, kv), 2);

    stop(y, "one");                          /* by kill -9: what was counted is lost */
    await(kv, false);
    assert_int_equal(add(y, kv), 0);
    start(y, "one", "");
    await(kv, true);
    assert_int_equal(add(y, kv), 1);
    kv_close(kv);
}

/* One that hangs costs half a second once; then nobody waits for it. */
static void test_hangs(void **state)
{
    struct yard *y = *state;
    struct str url = start(y, "one", ""), why = { 0 };
    struct kv *kv = open_at(y, url, "", &why);
    assert_int_equal(add(y, kv), 1);
    signal_server(y, "one", SIGSTOP);
    assert_int_equal(add(y, kv), 0);
    int64_t begun = now_ms();
    for (int i = 0; i < 1000; i++)
        assert_int_equal(add(y, kv), 0);
    assert_true(now_ms() - begun < 100000);  /* not half a second each */
    assert_false(up(kv));
    signal_server(y, "one", SIGCONT);
    kv_start(kv);
    await(kv, true);
    assert_true(add(y, kv) >= 2);            /* what it had been sent it may have done after all */
    kv_close(kv);
}

static void beat(void *self, struct kv *kv, struct arena *arena)
{
    struct kv_step s = { .kind = KV_ADD, .key = S("beats"), .by = 1, .life_ms = 600000 };
    if (kv_run(kv, arena, &s, 1))
        atomic_store((_Atomic int64_t *)self, s.sum);
}

/* Whoever exchanges goes on by himself after the server has come back. */
static void test_beats(void **state)
{
    struct yard *y = *state;
    struct str url = start(y, "one", ""), why = { 0 };
    _Atomic int64_t beats = 0;
    struct kv *kv = open_at(y, url, "", &why);
    kv_every(kv, beat, &beats);
    kv_start(kv);
    for (int round = 0; round < 2; round++) {
        for (int64_t until = now_ms() + PATIENCE_MS; atomic_load(&beats) < 3;) {
            assert_true(now_ms() < until);
            nanosleep(&(struct timespec){ .tv_nsec = 10 * 1000 * 1000 }, NULL);
        }
        stop(y, "one");
        await(kv, false);
        atomic_store(&beats, 0);
        start(y, "one", "");
    }
    kv_close(kv);
}

#define ON(test) cmocka_unit_test_setup_teardown(test, yard_open, yard_close)

int main(void)
{
    const struct CMUnitTest plain[] = { cmocka_unit_test(test_addresses) };
    const struct CMUnitTest served[] = { ON(test_refused), ON(test_users), ON(test_away), ON(test_hangs), ON(test_beats) };
    int failed = cmocka_run_group_tests_name("without a server", plain, NULL, NULL);
    if (getenv("TAKENSEAT_TEST_REDIS_TOOL"))
        failed += cmocka_run_group_tests_name("with servers", served, NULL, NULL);
    return failed;
}
