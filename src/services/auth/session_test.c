/* Sessions and their tokens: how they end, and that they do not end otherwise. */
#include "auth_bed.h"

#include <unistd.h>

#include "base/clock.h"

static const struct query all_sessions = { "test.all_sessions", "SELECT COUNT(*) FROM auth_session" };
static const struct query live_sessions = { "test.live_sessions", "SELECT COUNT(*) FROM auth_session WHERE revoked_at IS NULL" };
static const struct query used_tokens = { "test.used_tokens", "SELECT COUNT(*) FROM auth_refresh" };

/* ---- access tokens ---- */

static void token_expires(void **state)
{
    struct bed *b = *state;
    sign_up(b, EMAIL);
    struct tokens_out tokens = sign_in(b, EMAIL), unseen = sign_in(b, EMAIL);
    assert_int_equal(check(b, tokens.access_token), OK);
    advance(b, 899 * SECOND_MS);
    assert_int_equal(check(b, tokens.access_token), OK);
    advance(b, SECOND_MS);
    assert_int_equal(check(b, tokens.access_token), ERR_WHO);
    assert_int_equal(check(b, unseen.access_token), ERR_WHO);
}

/* Whatever is changed in a token that the thread knows: refused, and nobody is let in. */
static void token_forged(void **state)
{
    struct bed *b = *state;
    sign_up(b, EMAIL);
    struct str token = sign_in(b, EMAIL).access_token;
    assert_int_equal(check(b, token), OK);
    char *p = arena_take(b->arena, token.n + 1);
    for (size_t i = 0; i < token.n; i++) {
        memcpy(p, token.p, token.n);
        p[i] = p[i] == 'A' ? 'B' : 'A';
        assert_int_equal(check(b, str_of(p, token.n)), ERR_WHO);
        assert_int_equal(check(b, str_of(token.p, i)), ERR_WHO);
        assert_int_equal(b->cx.actor.user, 0);
    }
    memcpy(p, token.p, token.n);
    p[token.n] = 'A';
    assert_int_equal(check(b, str_of(p, token.n + 1)), ERR_WHO);
    assert_int_equal(check(b, (struct str){ 0 }), ERR_WHO);
    assert_int_equal(check(b, token), OK);
}

/* More tokens than a thread keeps. */
static void tokens_many(void **state)
{
    enum { MANY = 40000 };
    struct bed *b = *state;
    struct str *tokens = NEW_ARRAY(b->arena, struct str, MANY);
    bed_context(b);
    for (int64_t i = 0; i < MANY; i++)
        tokens[i] = access_token(&b->cx, b->auth, &(struct session){ .id = i + 1, .user = i + 1000, .roles = ROLE_CUSTOMER }, 900 * SECOND_MS);
    for (int round = 0; round < 2; round++)
        for (int64_t i = 0; i < MANY; i++) {
            assert_int_equal(check(b, tokens[i]), OK);
            assert_int_equal(b->cx.actor.session, i + 1);
            assert_int_equal(b->cx.actor.user, i + 1000);
        }
}

/* ---- signing out ---- */

static void revoked_forgets(void **state)
{
    enum { MANY = 5000 };
    struct revoked r = { 0 };
    (void)state;
    revoked_open(&r);
    for (int64_t i = 1; i <= MANY; i++) {
        uint64_t before = r.generation;
        revoked_add(&r, i, i + 1000, i);
        assert_true(r.generation > before);
        assert_true(revoked_has(&r, i));
        assert_true(revoked_has(&r, i > 999 ? i - 999 : 1));
    }
    assert_true(r.sessions.count < MANY);
    revoked_remove(&r, MANY);
    assert_false(revoked_has(&r, MANY));
    assert_true(revoked_has(&r, MANY - 1));
    revoked_close(&r);
}

static void logout_ends_one_session(void **state)
{
    struct bed *b = *state;
    struct tokens_out other, renewed;
    sign_up(b, EMAIL);
    other = sign_in(b, EMAIL);
    struct tokens_out mine = act_as(b, EMAIL);
    assert_int_equal(ask(b, "auth.logout", NULL, NULL), OK);
    assert_int_equal(ask(b, "auth.logout", NULL, NULL), OK);

    assert_int_equal(check(b, mine.access_token), ERR_WHO);
    assert_int_equal(check(b, other.access_token), OK);
    assert_int_equal(renew(b, mine.refresh_token, &renewed), ERR_WHO);
    assert_int_equal(renew(b, other.refresh_token, &renewed), OK);

    bed_restart(b);
    assert_int_equal(check(b, mine.access_token), ERR_WHO);
    assert_int_equal(check(b, other.access_token), OK);
    assert_int_equal(renew(b, mine.refresh_token, &mine), ERR_WHO);
    assert_int_equal(renew(b, renewed.refresh_token, &renewed), OK);
}

/* What a command has done to the revoked set goes when the command goes. */
static void failed_command_ends_nothing(void **state)
{
    struct bed *b = *state;
    sign_up(b, EMAIL);
    struct tokens_out mine = act_as(b, EMAIL), ignored;
    bed_context(b);
    assert_int_equal(call_run(&b->cx, &end_and_fail_call, NULL, NULL), ERR_CONFLICT);
    assert_int_equal(check(b, mine.access_token), OK);
    assert_int_equal(renew(b, mine.refresh_token, &ignored), OK);
    assert_int_equal(count(b, &live_sessions), 1);
}

/* Threads that know a token well refuse it as soon as the answer to signing out is there. */
#define GUARDS 4

struct guard {
    pthread_t thread;
    struct bed *bed;
    struct str token;
    const _Atomic bool *ended;
    _Atomic int64_t checked;
    bool let_in;              /* although the session had ended */
};

static void *stand_guard(void *self)
{
    struct guard *g = self;
    struct ctx cx;
    app_ctx_begin(g->bed->app, &cx);
    for (bool ended = false; !ended; atomic_fetch_add(&g->checked, 1)) {
        ended = atomic_load(g->ended);
        err e = auth_check(g->bed->auth, &cx, g->token);
        g->let_in = ended && e == OK;
    }
    app_ctx_end(&cx);
    return NULL;
}

static void every_thread_learns(void **state)
{
    struct bed *b = *state;
    struct guard guards[GUARDS];
    _Atomic bool ended = false;
    sign_up(b, EMAIL);
    struct str token = act_as(b, EMAIL).access_token;
    for (int i = 0; i < GUARDS; i++) {
        guards[i] = (struct guard){ .bed = b, .token = token, .ended = &ended };
        assert_int_equal(pthread_create(&guards[i].thread, NULL, stand_guard, &guards[i]), 0);
    }
    for (int i = 0; i < GUARDS; i++)
        while (atomic_load(&guards[i].checked) < 100)
            usleep(100);
    assert_int_equal(ask(b, "auth.logout", NULL, NULL), OK);
    atomic_store(&ended, true);
    for (int i = 0; i < GUARDS; i++) {
        pthread_join(guards[i].thread, NULL);
        assert_false(guards[i].let_in);
    }
}

/* ---- carrying on ---- */

static void refresh_rotates(void **state)
{
    struct bed *b = *state;
    sign_up(b, EMAIL);
    struct tokens_out first = act_as(b, EMAIL), next = first;
    int64_t session = b->actor.session;
    for (int i = 0; i < 5; i++) {
        advance(b, 800 * SECOND_MS);
        assert_int_equal(renew(b, next.refresh_token, &next), OK);
        assert_int_equal(check(b, next.access_token), OK);
        assert_int_equal(b->cx.actor.session, session);
    }
    assert_int_equal(renew(b, S("never given"), &next), ERR_WHO);
    assert_int_equal(check(b, next.access_token), OK);
}

static void refresh_reused_ends_the_session(void **state)
{
    struct bed *b = *state;
    struct tokens_out second, third, thief;
    sign_up(b, EMAIL);
    struct tokens_out other = sign_in(b, EMAIL), first = sign_in(b, EMAIL);
    assert_int_equal(renew(b, first.refresh_token, &second), OK);
    assert_int_equal(renew(b, second.refresh_token, &third), OK);
    assert_int_equal(check(b, third.access_token), OK);

    for (int i = 0; i < 2; i++)
        assert_int_equal(renew(b, first.refresh_token, &thief), ERR_WHO);
    assert_int_equal(renew(b, third.refresh_token, &thief), ERR_WHO);
    assert_int_equal(check(b, first.access_token), ERR_WHO);
    assert_int_equal(check(b, third.access_token), ERR_WHO);
    assert_int_equal(check(b, other.access_token), OK);
    assert_int_equal(renew(b, other.refresh_token, &other), OK);
}

static void session_expires(void **state)
{
    struct bed *b = *state;
    struct tokens_out tokens;
    sign_up(b, EMAIL);
    tokens = sign_in(b, EMAIL);
    advance(b, 30 * DAY_MS - 1);
    assert_int_equal(renew(b, tokens.refresh_token, &tokens), OK);
    advance(b, 1);
    assert_int_equal(renew(b, tokens.refresh_token, &tokens), ERR_WHO);
}

static void expired_sessions_are_forgotten(void **state)
{
    struct bed *b = *state;
    struct tokens_out old, young;
    const struct job *job = &auth_service.jobs[0];
    sign_up(b, EMAIL);
    old = sign_in(b, EMAIL);
    assert_int_equal(renew(b, old.refresh_token, &old), OK);
    advance(b, DAY_MS);
    young = sign_in(b, EMAIL);
    assert_int_equal(renew(b, young.refresh_token, &young), OK);

    advance(b, 29 * DAY_MS + ACCESS_SECONDS_MAX * SECOND_MS - 1);
    assert_int_equal(ask(b, job->call->name, NULL, NULL), OK);
    assert_int_equal(count(b, &all_sessions), 2);
    assert_true(job->due(b->auth) > clock_now(app_clock(b->app)));

    advance(b, 1);
    assert_int_equal(ask(b, job->call->name, NULL, NULL), OK);
    assert_int_equal(count(b, &all_sessions), 1);
    assert_int_equal(count(b, &used_tokens), 1);
    assert_int_equal(renew(b, young.refresh_token, &young), OK);
}

/* Of many who use one refresh token at the same time, one goes on; the others give the theft away. */
#define THIEVES 8

struct thief {
    pthread_t thread;
    struct bed *bed;
    struct str token;
    struct tokens_out got;
    err result;
};

static void *steal(void *self)
{
    struct thief *t = self;
    struct ctx cx;
    app_ctx_begin(t->bed->app, &cx);
    t->result = call_run(&cx, call_named("auth.refresh"), &(struct refresh_in){ t->token }, &t->got);
    if (t->result == OK && auth_check(t->bed->auth, &cx, t->got.access_token) != OK)
        t->result = ERR_WHO;                 /* another was there before the tokens were looked at */
    app_ctx_end(&cx);
    return NULL;
}

static void refresh_at_once(void **state)
{
    struct bed *b = *state;
    struct thief thieves[THIEVES];
    sign_up(b, EMAIL);
    struct tokens_out tokens = sign_in(b, EMAIL);
    for (int i = 0; i < THIEVES; i++) {
        thieves[i] = (struct thief){ .bed = b, .token = tokens.refresh_token };
        assert_int_equal(pthread_create(&thieves[i].thread, NULL, steal, &thieves[i]), 0);
    }
    int won = 0;
    for (int i = 0; i < THIEVES; i++) {
        pthread_join(thieves[i].thread, NULL);
        won += thieves[i].result == OK;
    }
    assert_in_range(won, 0, 1);
    assert_int_equal(count(b, &used_tokens), 1);
    assert_int_equal(count(b, &live_sessions), 0);
    assert_int_equal(check(b, tokens.access_token), ERR_WHO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(revoked_forgets),
        BED_CASE(token_expires),
        BED_CASE(token_forged),
        BED_CASE(tokens_many),
        BED_CASE(logout_ends_one_session),
        BED_CASE(failed_command_ends_nothing),
        BED_CASE(every_thread_learns),
        BED_CASE(refresh_rotates),
        BED_CASE(refresh_reused_ends_the_session),
        BED_CASE(session_expires),
        BED_CASE(expired_sessions_are_forgotten),
        BED_CASE(refresh_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
