/* API keys: made once, limited, and refused as soon as they or their owner may do no more. */
#include "auth_bed.h"

#include "base/clock.h"

static const struct query kept = { "test.kept", "SELECT COUNT(*) FROM auth_api_key" };

static struct api_key_row make_key(struct bed *b, unsigned scopes, int64_t expires_at)
{
    struct api_key_row row;
    assert_int_equal(ask(b, "auth.api_key_make", &(struct api_key_in){ S(" door "), scopes, expires_at }, &row), OK);
    return row;
}

static struct user as_producer(struct bed *b)
{
    struct user user = sign_up(b, EMAIL), changed;
    make_admin(b, "admin@example.com");
    act_as(b, "admin@example.com");
    struct user_change_in in = { .user = user.id, .roles = ROLE_CUSTOMER | ROLE_PRODUCER, .has_roles = true };
    assert_int_equal(ask(b, "auth.user_change", &in, &changed), OK);
    act_as(b, EMAIL);
    return changed;
}

static void key_stands_for_its_owner(void **state)
{
    struct bed *b = *state;
    struct page_out page;
    struct user user = as_producer(b);
    struct actor owner = b->actor;
    struct api_key_row row = make_key(b, SCOPE_SALES_READ, 0);
    assert_true(str_starts(row.key, S("tsk_")) && row.key.n == 4 + TOKEN_TEXT);
    assert_str(row.name, S("door"));
    assert_true(str_starts(row.key, row.hint));
    assert_int_equal(ask(b, "auth.api_keys", NULL, &page), OK);
    assert_int_equal(page.items.n, 1);
    assert_int_equal(((const struct api_key_row *)page.items.at)->key.n, 0);

    for (int starts = 0; starts < 2; starts++) {
        assert_int_equal(check(b, row.key), OK);
        assert_int_equal(b->cx.actor.user, user.id);
        assert_int_equal(b->cx.actor.roles, ROLE_CUSTOMER | ROLE_PRODUCER);
        assert_int_equal(b->cx.actor.scopes, SCOPE_SALES_READ);
        assert_int_equal(b->cx.actor.session, 0);
        bed_restart(b);
    }
    char *bent = (char *)arena_str(b->arena, row.key).p;
    for (size_t i = 0; i < row.key.n; i++) {
        bent[i] ^= 1;
        assert_int_equal(check(b, str_of(bent, row.key.n)), ERR_WHO);
        assert_int_equal(check(b, str_of(row.key.p, i)), ERR_WHO);
        bent[i] ^= 1;
    }
    b->actor = owner;
    assert_int_equal(ask(b, "auth.api_key_revoke", &(struct api_key_ref){ row.id }, NULL), OK);
    assert_int_equal(ask(b, "auth.api_key_revoke", &(struct api_key_ref){ row.id }, NULL), ERR_MISSING);
    assert_int_equal(check(b, row.key), ERR_WHO);
    bed_restart(b);
    assert_int_equal(check(b, row.key), ERR_WHO);
    assert_int_equal(count(b, &kept), 0);
}

static void key_ends(void **state)
{
    struct bed *b = *state;
    struct api_key_row row;
    as_producer(b);
    int64_t now = clock_now(app_clock(b->app));
    assert_int_equal(ask(b, "auth.api_key_make", &(struct api_key_in){ S("x"), SCOPE_SALES_READ, now }, &row), ERR_INPUT);
    assert_field(b, "expires_at");
    row = make_key(b, SCOPE_SALES_READ, now + DAY_MS);
    advance(b, DAY_MS - 1);
    assert_int_equal(check(b, row.key), OK);
    advance(b, 1);
    assert_int_equal(check(b, row.key), ERR_WHO);
}

static void key_follows_its_owner(void **state)
{
    struct bed *b = *state;
    struct user user = as_producer(b), changed;
    struct api_key_row row = make_key(b, SCOPE_CATALOGUE_READ, 0);
    act_as(b, "admin@example.com");
    const struct actor admin = b->actor;
    static const struct {
        unsigned roles;
        bool suspended;
        err expected;
        unsigned may;
    } cases[] = {
        { ROLE_CUSTOMER | ROLE_MANAGER, false, OK, ROLE_CUSTOMER | ROLE_MANAGER },
        { ROLE_CUSTOMER | ROLE_MANAGER, true, ERR_WHO, 0 },
        { ROLE_CUSTOMER | ROLE_ADMIN, false, OK, ROLE_CUSTOMER },             /* a key never administers */
        { ROLE_ADMIN, false, ERR_WHO, 0 },
        { ROLE_CUSTOMER, false, OK, ROLE_CUSTOMER },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        b->actor = admin;
        struct user_change_in in = { .user = user.id, .roles = cases[i].roles, .has_roles = true, .suspended = cases[i].suspended, .has_suspended = true };
        assert_int_equal(ask(b, "auth.user_change", &in, &changed), OK);
        for (int starts = 0; starts < 2; starts++) {
            assert_int_equal(check(b, row.key), cases[i].expected);
            assert_int_equal(b->cx.actor.roles, cases[i].may);
            bed_restart(b);
        }
    }
    act_as(b, EMAIL);
    assert_int_equal(ask(b, "auth.me_close", &(struct me_close_in){ S(PASSWORD) }, NULL), OK);
    assert_int_equal(check(b, row.key), ERR_WHO);
    assert_int_equal(count(b, &kept), 0);
}

static void keys_are_ones_own_and_few(void **state)
{
    struct bed *b = *state;
    struct api_key_row row, last = { 0 };
    struct page_out page;
    as_producer(b);
    for (int i = 0; i < 20; i++)
        last = make_key(b, SCOPE_SALES_READ, 0);
    assert_int_equal(ask(b, "auth.api_key_make", &(struct api_key_in){ S("x"), SCOPE_SALES_READ, 0 }, &row), ERR_CONFLICT);
    assert_code(b, "too_many_keys");
    act_as(b, "admin@example.com");
    assert_int_equal(ask(b, "auth.api_key_revoke", &(struct api_key_ref){ last.id }, NULL), ERR_MISSING);
    assert_int_equal(ask(b, "auth.api_keys", NULL, &page), OK);
    assert_int_equal(page.items.n, 0);
    assert_int_equal(check(b, last.key), OK);
}

/* What a command has done to the memory goes when the command goes. */
static void failed_command_changes_nothing(void **state)
{
    struct bed *b = *state;
    as_producer(b);
    struct api_key_row row = make_key(b, SCOPE_SALES_READ, 0);
    bed_context(b);
    assert_int_equal(call_run(&b->cx, &end_and_fail_call, NULL, NULL), ERR_CONFLICT);
    assert_int_equal(check(b, row.key), OK);
    assert_int_equal(b->cx.actor.roles, ROLE_CUSTOMER | ROLE_PRODUCER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_CASE(key_stands_for_its_owner),
        BED_CASE(key_ends),
        BED_CASE(key_follows_its_owner),
        BED_CASE(keys_are_ones_own_and_few),
        BED_CASE(failed_command_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
