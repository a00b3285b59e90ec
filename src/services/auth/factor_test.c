/* One-time codes, the second factor at sign-in, and what an ADMIN without one may still do. */
#include "auth_bed.h"
#include "oidc.h"

#include <stdio.h>

#include "base/clock.h"

#define STEP_MS INT64_C(30000)

static const struct query secrets = { "test.secrets", "SELECT COUNT(*) FROM auth_factor" };
static const struct query recovery = { "test.recovery", "SELECT COUNT(*) FROM auth_recovery" };

/* RFC 6238, appendix B: the last six digits for SHA-1. */
static void codes_of_the_rfc(void **state)
{
    static const struct {
        int64_t seconds;
        int code;
    } cases[] = { { 59, 287082 }, { 1111111109, 81804 }, { 1111111111, 50471 }, { 1234567890, 5924 }, { 2000000000, 279037 }, { 20000000000, 353130 } };
    const uint8_t *secret = (const uint8_t *)"12345678901234567890";
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(totp_code(secret, cases[i].seconds / 30), cases[i].code);
}

static void codes_have_a_window(void **state)
{
    static const struct {
        struct str code;
        int64_t seconds, last, step;
    } cases[] = {
        { S("287082"), 59, 0, 1 },   { S("287082"), 30, 0, 1 },  { S("287082"), 89, 0, 1 },  { S("287082"), 90, 0, 0 },  { S("287082"), 59, 1, 0 },
        { S("28708"), 59, 0, 0 },    { S("2870820"), 59, 0, 0 }, { S("287083"), 59, 0, 0 },  { S(""), 59, 0, 0 },
    };
    const uint8_t *secret = (const uint8_t *)"12345678901234567890";
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        if (totp_step(secret, cases[i].code, cases[i].seconds * 1000, cases[i].last) != cases[i].step)
            flunk("case %zu", i);
}

static void texts(void **state)
{
    struct arena *arena = arena_new(0);
    (void)state;
    assert_str(base32(arena, (const uint8_t *)"foobarfoob", 10), S("MZXW6YTBOJTG633C"));
    assert_str(totp_uri(arena, S("a+b@c.kr"), S("MZXW6YTB")),
               S("otpauth://totp/TakenSeat:a%2Bb@c.kr?secret=MZXW6YTB&issuer=TakenSeat&algorithm=SHA1&digits=6&period=30"));
    arena_free(arena);
}

/* ---- an app of one's own ---- */

static void secret_decode(struct str text, uint8_t out[TOTP_SECRET])
{
    uint64_t bits = 0;
    size_t n = 0, count = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        bits = bits << 5 | (uint64_t)(c >= 'A' ? c - 'A' : c - '2' + 26);
        count += 5;
        if (count >= 8) {
            count -= 8;
            out[n++] = (uint8_t)(bits >> count);
        }
    }
    assert_int_equal(n, TOTP_SECRET);
}

static struct str code_now(struct bed *b, struct str secret)
{
    uint8_t bytes[TOTP_SECRET];
    secret_decode(secret, bytes);
    return arena_fmt(b->arena, "%06d", totp_code(bytes, clock_now(app_clock(b->app)) / STEP_MS));
}

static struct str *enrol(struct bed *b, struct str *ret_secret)
{
    struct totp_out begun;
    struct recovery_out codes;
    assert_int_equal(ask(b, "auth.totp_start", &(struct totp_start_in){ S(PASSWORD) }, &begun), OK);
    assert_int_equal(ask(b, "auth.totp_confirm", &(struct totp_confirm_in){ code_now(b, begun.secret) }, &codes), OK);
    assert_int_equal(codes.codes.n, 10);
    *ret_secret = begun.secret;
    return codes.codes.at;
}

static err log_in(struct bed *b, struct str totp, struct str recovery_code)
{
    struct tokens_out tokens;
    struct login_in in = { .email = S(EMAIL), .password = S(PASSWORD), .totp = totp, .recovery_code = recovery_code };
    return ask(b, "auth.login", &in, &tokens);
}

static const struct str none = { 0 };

static void sign_in_takes_both(void **state)
{
    struct bed *b = *state;
    struct str secret;
    struct user user;
    sign_up(b, EMAIL);
    struct tokens_out other = sign_in(b, EMAIL), mine = act_as(b, EMAIL);
    struct str *codes = enrol(b, &secret);
    assert_int_equal(ask(b, "auth.me", NULL, &user), OK);
    assert_true(user.second_factor);
    assert_int_equal(check(b, other.access_token), ERR_WHO);
    assert_int_equal(check(b, mine.access_token), OK);

    assert_int_equal(log_in(b, none, none), ERR_WHO);
    assert_code(b, "second_factor_required");
    assert_int_equal(log_in(b, code_now(b, secret), none), ERR_WHO);          /* the one that confirmed it */
    assert_code(b, "bad_second_factor");
    advance(b, STEP_MS);
    struct str code = code_now(b, secret);
    assert_int_equal(log_in(b, code, none), OK);
    assert_int_equal(log_in(b, code, none), ERR_WHO);
    advance(b, STEP_MS);
    assert_int_equal(log_in(b, code_now(b, secret), none), OK);

    assert_int_equal(log_in(b, none, codes[3]), OK);
    assert_int_equal(log_in(b, none, codes[3]), ERR_WHO);
    bed_restart(b);
    assert_int_equal(log_in(b, none, arena_fmt(b->arena, " %.4s%.*s", codes[4].p, (int)codes[4].n - 4, codes[4].p + 4)), OK);
    assert_int_equal(log_in(b, none, codes[4]), ERR_WHO);
}

/* Knowing the password alone, one cannot try code after code. */
static void codes_are_not_guessed(void **state)
{
    struct bed *b = *state;
    struct str secret;
    sign_up(b, EMAIL);
    act_as(b, EMAIL);
    enrol(b, &secret);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(log_in(b, S("000000"), none), ERR_WHO);
        if (i < 4)
            assert_int_equal(log_in(b, none, none), ERR_WHO);
    }
    assert_int_equal(log_in(b, S("000000"), none), ERR_LIMIT);
    assert_int_equal(log_in(b, none, none), ERR_LIMIT);
    advance(b, STEP_MS);
    for (int i = 0; i < 4; i++)
        assert_int_equal(ask(b, "auth.totp_remove", &(struct totp_remove_in){ S(PASSWORD), S("000000"), none }, NULL), i ? ERR_LIMIT : ERR_CONFLICT);
}

static void enrolment_has_an_order(void **state)
{
    struct bed *b = *state;
    struct totp_out first, begun;
    struct recovery_out codes;
    struct str secret;
    sign_up(b, EMAIL);
    act_as(b, EMAIL);
    assert_int_equal(ask(b, "auth.totp_confirm", &(struct totp_confirm_in){ S("000000") }, &codes), ERR_CONFLICT);
    assert_code(b, "second_factor_not_started");
    assert_int_equal(ask(b, "auth.totp_start", &(struct totp_start_in){ S("not mine") }, &begun), ERR_DENIED);
    assert_int_equal(ask(b, "auth.totp_start", &(struct totp_start_in){ S(PASSWORD) }, &first), OK);
    assert_int_equal(ask(b, "auth.totp_start", &(struct totp_start_in){ S(PASSWORD) }, &begun), OK);
    assert_false(str_eq(first.secret, begun.secret));
    assert_int_equal(ask(b, "auth.totp_confirm", &(struct totp_confirm_in){ code_now(b, first.secret) }, &codes), ERR_CONFLICT);
    assert_code(b, "wrong_code");
    assert_int_equal(log_in(b, none, none), OK);                              /* not asked for before it is confirmed */

    enrol(b, &secret);
    assert_int_equal(ask(b, "auth.totp_start", &(struct totp_start_in){ S(PASSWORD) }, &begun), ERR_CONFLICT);
    assert_code(b, "second_factor_present");
    assert_int_equal(ask(b, "auth.totp_remove", &(struct totp_remove_in){ S(PASSWORD), none, none }, NULL), ERR_CONFLICT);
    advance(b, STEP_MS);
    assert_int_equal(ask(b, "auth.totp_remove", &(struct totp_remove_in){ S("not mine"), code_now(b, secret), none }, NULL), ERR_DENIED);
    assert_int_equal(ask(b, "auth.totp_remove", &(struct totp_remove_in){ S(PASSWORD), code_now(b, secret), none }, NULL), OK);
    assert_int_equal(count(b, &secrets) + count(b, &recovery), 0);
    assert_int_equal(log_in(b, none, none), OK);
    assert_int_equal(ask(b, "auth.totp_remove", &(struct totp_remove_in){ S(PASSWORD), none, none }, NULL), ERR_CONFLICT);
    assert_code(b, "no_second_factor");
}

/* ---- ADMINs ---- */

#define GRACE_DAYS 30         /* auth.admin_grace_days, unless told */

static void an_admin_has_some_days(void **state)
{
    struct bed *b = *state;
    struct tokens_out tokens;
    struct str secret;
    make_admin(b, EMAIL);
    int64_t by = clock_now(app_clock(b->app)) + GRACE_DAYS * DAY_MS;
    advance(b, GRACE_DAYS * DAY_MS - 60 * SECOND_MS);
    tokens = act_as(b, EMAIL);
    assert_int_equal(tokens.second_factor_by, by);
    assert_int_equal(tokens.expires_in, 60);                                  /* no token outlives the days */
    assert_int_equal(b->actor.scopes, 0);
    advance(b, 60 * SECOND_MS);
    assert_int_equal(check(b, tokens.access_token), ERR_WHO);
    assert_int_equal(renew(b, tokens.refresh_token, &tokens), OK);
    assert_int_equal(check(b, tokens.access_token), OK);
    assert_int_equal(b->cx.actor.scopes, SCOPE_ENROL);
    assert_int_equal(check(b, tokens.access_token), OK);                      /* and from the thread's memory */
    assert_int_equal(b->cx.actor.scopes, SCOPE_ENROL);

    b->actor = b->cx.actor;
    enrol(b, &secret);
    assert_int_equal(renew(b, tokens.refresh_token, &tokens), OK);
    assert_int_equal(tokens.second_factor_by, 0);
    assert_int_equal(check(b, tokens.access_token), OK);
    assert_int_equal(b->cx.actor.scopes, 0);

    make_admin(b, EMAIL);                                                     /* the way back in: by the command line */
    tokens = act_as(b, EMAIL);
    assert_int_equal(tokens.second_factor_by, clock_now(app_clock(b->app)) + GRACE_DAYS * DAY_MS);
    assert_int_equal(count(b, &recovery), 0);
}

static void the_days_begin_with_the_role(void **state)
{
    struct bed *b = *state;
    struct user user = sign_up(b, EMAIL), changed;
    make_admin(b, "admin@example.com");
    advance(b, 5 * DAY_MS);
    act_as(b, "admin@example.com");
    struct user_change_in in = { .user = user.id, .roles = ROLE_CUSTOMER | ROLE_ADMIN, .has_roles = true };
    assert_int_equal(sign_in(b, EMAIL).second_factor_by, 0);
    assert_int_equal(ask(b, "auth.user_change", &in, &changed), OK);
    int64_t by = clock_now(app_clock(b->app)) + GRACE_DAYS * DAY_MS;
    assert_int_equal(sign_in(b, EMAIL).second_factor_by, by);
    advance(b, DAY_MS);
    in.roles |= ROLE_MANAGER;
    assert_int_equal(ask(b, "auth.user_change", &in, &changed), OK);
    assert_int_equal(sign_in(b, EMAIL).second_factor_by, by);
}

/* Who signs in elsewhere is asked for a code here, and may guess it no more often than with the password. */
static err come_from_elsewhere(struct bed *b, struct str totp, struct session *ret)
{
    struct oidc_open_in in = { .subject = S("a subject"), .email = S(EMAIL), .verified = true, .refresh_token = token_make(b->arena), .totp = totp };
    return ask(b, "auth.oidc_open", &in, ret);
}

static void codes_are_not_guessed_from_elsewhere(void **state)
{
    static const struct query failures = { "test.failures", "SELECT COALESCE(SUM(failed), 0) FROM auth_attempt" };
    struct bed *b = *state;
    struct session session;
    struct str secret;
    assert_int_equal(come_from_elsewhere(b, none, &session), OK);         /* a new account */
    b->actor = (struct actor){ .user = session.user, .session = session.id, .roles = ROLE_CUSTOMER };
    struct totp_out begun;
    struct recovery_out codes;
    assert_int_equal(ask(b, "auth.totp_put", NULL, &begun), OK);
    secret = begun.secret;
    assert_int_equal(ask(b, "auth.totp_confirm", &(struct totp_confirm_in){ code_now(b, secret) }, &codes), OK);
    advance(b, STEP_MS);

    b->peer = S("203.0.113.9");
    assert_int_equal(log_in(b, none, none), ERR_WHO);                     /* a wrong password */
    int64_t wrong = count(b, &failures);
    assert_int_equal(wrong, 2);                                           /* of the account and of the address */
    assert_int_equal(come_from_elsewhere(b, none, &session), OK);         /* asked for the code: that forgives nothing */
    assert_int_equal(session.found, FACTOR_REQUIRED);
    assert_int_equal(count(b, &failures), wrong);

    for (int i = 0; i < 4; i++) {
        assert_int_equal(come_from_elsewhere(b, S("000000"), &session), OK);
        assert_int_equal(session.found, FACTOR_WRONG);
    }
    assert_int_equal(come_from_elsewhere(b, code_now(b, secret), &session), ERR_LIMIT);
    advance(b, 60 * STEP_MS);
    assert_int_equal(come_from_elsewhere(b, code_now(b, secret), &session), OK);
    assert_int_equal(session.found, 0);
    assert_true(session.id > 0);
}

static void nothing_remains(void **state)
{
    struct bed *b = *state;
    struct str secret;
    sign_up(b, EMAIL);
    act_as(b, EMAIL);
    enrol(b, &secret);
    assert_int_equal(ask(b, "auth.me_close", &(struct me_close_in){ S(PASSWORD) }, NULL), OK);
    assert_int_equal(count(b, &secrets) + count(b, &recovery), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_of_the_rfc),
        cmocka_unit_test(codes_have_a_window),
        cmocka_unit_test(texts),
        BED_CASE(sign_in_takes_both),
        BED_CASE(codes_are_not_guessed),
        BED_CASE(enrolment_has_an_order),
        BED_CASE(an_admin_has_some_days),
        BED_CASE(the_days_begin_with_the_role),
        BED_CASE(codes_are_not_guessed_from_elsewhere),
        BED_CASE(nothing_remains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
