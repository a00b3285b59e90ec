/* Sessions that ended here are refused elsewhere: in memory always, on Redis where there is one (tests/lib/redis run ...). */
#include "auth_bed.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "platform/kv/kv.h"

#define NOW  INT64_C(1800000000000)
#define HOUR (ACCESS_SECONDS_MAX * INT64_C(1000))

struct two {
    struct arena *arena;
    struct kv *kv;
    struct revoked here, there;
};

static struct kv *kv_at(struct arena *arena, const char *url)
{
    struct str why = { 0 };
    signal(SIGPIPE, SIG_IGN);
    static int serial;
    struct kv *kv = kv_open(arena, &(struct kv_options){ .url = url ? str_c(url) : (struct str){ 0 },
                                                         .prefix = arena_fmt(arena, "share-test-%d-%d", getpid(), serial++) }, &why);
    if (!kv)
        flunk("%.*s", STR_ARG(why));
    return kv;
}

static int two_open(void **state)
{
    struct two *t = calloc(1, sizeof(*t));
    assert_non_null(t);
    t->arena = arena_new(0);
    t->kv = kv_at(t->arena, *state);
    revoked_open(&t->here);
    revoked_open(&t->there);
    *state = t;
    return 0;
}

static int two_close(void **state)
{
    struct two *t = *state;
    revoked_close(&t->here);
    revoked_close(&t->there);
    kv_close(t->kv);
    arena_free(t->arena);
    free(t);
    return 0;
}

/* A command ends a session; it is not committed yet. */
static void end(struct revoked *r, int64_t session)
{
    revoked_add(r, session, NOW + HOUR, NOW);
    revoked_news(r, session);
}

static void exchange(struct two *t, struct revoked *r)
{
    assert_true(revoked_exchange(r, t->kv, t->arena, NOW));
}

static void heard_after_commit(void **state)
{
    struct two *t = *state;
    exchange(t, &t->here);
    end(&t->here, 41);
    exchange(t, &t->here);
    exchange(t, &t->there);
    assert_false(revoked_has(&t->there, 41));
    revoked_committed(&t->here);
    exchange(t, &t->here);
    uint64_t before = t->there.generation;
    exchange(t, &t->there);
    assert_true(revoked_has(&t->there, 41) && t->there.generation > before);
    before = t->there.generation;
    exchange(t, &t->here);
    exchange(t, &t->there);
    assert_int_equal(t->there.generation, before);
}

static void undone_is_not_told(void **state)
{
    struct two *t = *state;
    end(&t->here, 41);
    end(&t->here, 42);
    revoked_remove(&t->here, 41);
    revoked_no_news(&t->here, 41);
    revoked_committed(&t->here);
    exchange(t, &t->here);
    exchange(t, &t->there);
    assert_false(revoked_has(&t->there, 41));
    assert_true(revoked_has(&t->there, 42));
}

/* Who comes later hears all of it: also what was known before there was anything to tell it to. */
static void newcomer_hears_all(void **state)
{
    struct two *t = *state;
    enum { MANY = 900 };
    for (int64_t i = 1; i <= MANY; i++)
        revoked_add(&t->here, i, NOW + HOUR, NOW);           /* from the database, at the start */
    for (int i = 0; i < 5; i++)
        exchange(t, &t->here);
    exchange(t, &t->there);
    for (int64_t i = 1; i <= MANY; i++)
        assert_true(revoked_has(&t->there, i));
    assert_int_equal(t->there.unsaid.n, 0);
}

static void more_than_a_page(void **state)
{
    struct two *t = *state;
    enum { MANY = 3000 };
    for (int64_t i = 1; i <= MANY; i++)
        revoked_add(&t->here, i, NOW + HOUR, NOW);
    for (int i = 0; i < 12; i++)
        exchange(t, &t->here);
    exchange(t, &t->there);
    for (int64_t i = 1; i <= MANY; i++)
        assert_true(revoked_has(&t->there, i));
}

static void lost_is_told_again(void **state)
{
    struct two *t = *state;
    end(&t->here, 41);
    end(&t->there, 42);
    revoked_committed(&t->here);
    revoked_committed(&t->there);
    for (int i = 0; i < 2; i++) {
        exchange(t, &t->here);
        exchange(t, &t->there);
    }
    kv_memory_lose(t->kv);
    exchange(t, &t->here);
    struct revoked third = { 0 };
    revoked_open(&third);
    exchange(t, &third);
    assert_true(revoked_has(&third, 41) && revoked_has(&third, 42));
    revoked_close(&third);
}

/* Whoever writes into the log can end sessions for as long as a token lives, and nothing else. */
static void strange_entries(void **state)
{
    static const char *const entries[] = { "", " ", "7", "x 1", "0 1800000100000", "-5 1800000100000", "7 1799999999999", "7 1800000100000 1",
                                           "99999999999999999999 1800000100000", "8 9000000000000000000" };
    struct two *t = *state;
    for (size_t i = 0; i < COUNT(entries); i++) {
        struct kv_step s = { .kind = KV_SAY, .key = S("auth:ended"), .text = str_c(entries[i]), .life_ms = 60000 };
        assert_true(kv_run(t->kv, t->arena, &s, 1));
    }
    exchange(t, &t->here);
    uint64_t until = 0;
    assert_int_equal(t->here.sessions.count, 1);
    assert_true(map_get(&t->here.sessions, 8, &until));
    assert_int_equal(until, NOW + HOUR);
}

/* ---- in the program ---- */

static void sign_out_is_told(void **state)
{
    struct bed *b = *state;
    struct kv *kv = kv_at(b->arena, NULL);
    struct revoked elsewhere = { 0 };
    revoked_open(&elsewhere);
    b->auth->revoked.shared = true;
    sign_up(b, EMAIL);
    struct tokens_out tokens = act_as(b, EMAIL);
    assert_int_equal(check(b, tokens.access_token), OK);
    struct actor who = b->cx.actor;
    int64_t now = b->cx.now;

    assert_int_equal(call_run(&b->cx, &end_and_fail_call, NULL, NULL), ERR_CONFLICT);
    assert_true(revoked_exchange(&b->auth->revoked, kv, b->arena, now));
    assert_true(revoked_exchange(&elsewhere, kv, b->arena, now));
    assert_int_equal(elsewhere.sessions.count, 0);
    assert_int_equal(check(b, tokens.access_token), OK);

    b->actor = who;
    assert_int_equal(ask(b, "auth.logout", NULL, NULL), OK);
    assert_true(revoked_exchange(&b->auth->revoked, kv, b->arena, now));
    assert_true(revoked_exchange(&elsewhere, kv, b->arena, now));
    assert_true(revoked_has(&elsewhere, who.session));
    b->auth->revoked.shared = false;
    revoked_close(&elsewhere);
    kv_close(kv);
}

/* Who has not heard for too long lets nobody in; hearing again is enough. */
static void unheard_is_refused(void **state)
{
    struct bed *b = *state;
    struct kv *kv = kv_at(b->arena, NULL);
    sign_up(b, EMAIL);
    struct tokens_out tokens = act_as(b, EMAIL);
    struct revoked keeper = { 0 };
    revoked_open(&keeper);
    b->auth->revoked.unheard_ms = 5000;
    b->auth->revoked.trusted_until = 0;
    assert_true(revoked_exchange(&b->auth->revoked, kv, b->arena, b->cx.now));       /* there is nobody who would know */
    assert_int_equal(check(b, tokens.access_token), ERR_UNAVAILABLE);
    assert_true(revoked_exchange(&keeper, kv, b->arena, b->cx.now));
    assert_true(revoked_exchange(&b->auth->revoked, kv, b->arena, b->cx.now));
    advance(b, 4999);
    assert_int_equal(check(b, tokens.access_token), OK);
    advance(b, 1);
    assert_int_equal(check(b, tokens.access_token), ERR_UNAVAILABLE);
    assert_code(b, "sessions_unknown");
    assert_int_equal(b->cx.actor.user, 0);
    assert_true(revoked_exchange(&keeper, kv, b->arena, b->cx.now));
    assert_true(revoked_exchange(&b->auth->revoked, kv, b->arena, b->cx.now));
    assert_int_equal(check(b, tokens.access_token), OK);
    revoked_close(&keeper);
    kv_close(kv);
}

#define ON(test, url) { #test, test, two_open, two_close, url }

int main(void)
{
    char *server = getenv("TAKENSEAT_TEST_REDIS");
    const struct CMUnitTest memory[] = {
        ON(heard_after_commit, NULL), ON(undone_is_not_told, NULL), ON(newcomer_hears_all, NULL), ON(lost_is_told_again, NULL), ON(strange_entries, NULL),
        BED_CASE(sign_out_is_told), BED_CASE(unheard_is_refused),
    };
    const struct CMUnitTest redis[] = {
        ON(heard_after_commit, server), ON(undone_is_not_told, server), ON(newcomer_hears_all, server), ON(strange_entries, server),
        ON(more_than_a_page, server),
    };
    int failed = cmocka_run_group_tests_name("memory", memory, NULL, NULL);
    if (server)
        failed += cmocka_run_group_tests_name("redis", redis, NULL, NULL);
    return failed;
}
