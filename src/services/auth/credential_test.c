/* Links by mail, passwords and addresses changed, attempts that wait, and what remains of somebody who has gone. */
#include "auth_bed.h"

#define OTHER     "other@example.com"
#define FRESH     "another passphrase"
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS   (60 * MINUTE_MS)

static const struct query newest_mail = { "test.newest_mail", "SELECT COALESCE(MAX(id), 0) FROM auth_mail" };
static const struct query mails = { "test.mails", "SELECT COUNT(*) FROM auth_mail" };
static const struct query wanted = { "test.wanted", "SELECT COUNT(*) FROM outbox WHERE topic = 'auth.mail_wanted'" };
static const struct query secrets = { "test.secrets", "SELECT COUNT(*) FROM auth_mail WHERE token_hash IS NOT NULL" };
static const struct query traces = { "test.traces", "SELECT COUNT(*) FROM auth_session WHERE device <> '' OR address <> ''" };
static const struct query counted = { "test.counted", "SELECT COUNT(*) FROM auth_attempt" };

/* ---- what who sends mail does ---- */

static struct mail_link link_of(struct bed *b, int64_t mail)
{
    struct mail_link link;
    assert_int_equal(ask(b, "auth.link_make", &(struct mail_ref){ mail }, &link), OK);
    return link;
}

static struct mail_link newest_link(struct bed *b)
{
    return link_of(b, count(b, &newest_mail));
}

static struct str token_of(struct mail_link link)
{
    struct str rest = link.path;
    str_cut(&rest, '#');
    assert_int_equal(rest.n, TOKEN_TEXT);
    return rest;
}

static err verify(struct bed *b, struct str token, struct user *ret)
{
    return ask(b, "auth.verify", &(struct verify_in){ token }, ret);
}

static err reset(struct bed *b, struct str token, const char *password)
{
    return ask(b, "auth.reset", &(struct reset_in){ token, str_c(password) }, NULL);
}

static err log_in(struct bed *b, const char *email, const char *password)
{
    struct tokens_out tokens;
    return ask(b, "auth.login", &(struct login_in){ .email = str_c(email), .password = str_c(password) }, &tokens);
}

static void forget(struct bed *b, const char *email)
{
    struct promised_out promised;
    assert_int_equal(ask(b, "auth.forgot", &(struct forgot_in){ str_c(email) }, &promised), OK);
    assert_true(promised.detail.n > 0);
    advance(b, 0);                               /* the job has run */
}

/* ---- links ---- */

static void signup_is_verified_by_link(void **state)
{
    struct bed *b = *state;
    b->lang = LANG_KO;
    struct user user = sign_up(b, EMAIL), shown;
    struct contact contact;
    assert_int_equal(user.lang, LANG_KO);
    assert_false(user.verified);
    assert_int_equal(count(b, &wanted), 1);
    assert_int_equal(count(b, &secrets), 0);

    struct mail_link first = newest_link(b), second = newest_link(b);
    assert_int_equal(first.kind, AUTH_MAIL_VERIFY);
    assert_int_equal(first.user, user.id);
    assert_int_equal(first.lang, LANG_KO);
    assert_str(first.to, S(EMAIL));
    assert_str(first.name, S("Minji Kim"));
    assert_true(str_starts(first.path, S("/verify#")));
    assert_int_equal(verify(b, token_of(first), &shown), ERR_CONFLICT);       /* each asking voids the secret before */
    assert_code(b, "link_invalid");
    assert_int_equal(reset(b, token_of(second), FRESH), ERR_CONFLICT);        /* good for one thing only */

    assert_int_equal(verify(b, token_of(second), &shown), OK);
    assert_true(shown.verified);
    assert_int_equal(verify(b, token_of(second), &shown), ERR_CONFLICT);
    assert_int_equal(ask(b, "auth.contact", &(struct contact_ref){ user.id }, &contact), OK);
    assert_str(contact.email, S(EMAIL));
    assert_int_equal(contact.lang, LANG_KO);
    assert_true(contact.verified);
    assert_true(newest_link(b).gone);
}

static void links_end(void **state)
{
    struct bed *b = *state;
    struct user user;
    sign_up(b, EMAIL);
    struct mail_link link = newest_link(b);
    advance(b, 3 * DAY_MS - SECOND_MS);
    assert_false(newest_link(b).gone);
    link = newest_link(b);
    advance(b, SECOND_MS);
    assert_int_equal(verify(b, token_of(link), &user), ERR_CONFLICT);
    assert_true(newest_link(b).gone);
    assert_true(link_of(b, 99).gone);
    advance(b, 2 * HOUR_MS);
    assert_int_equal(count(b, &mails), 0);
}

static void links_are_asked_for_again(void **state)
{
    struct bed *b = *state;
    struct promised_out promised;
    struct user user;
    sign_up(b, EMAIL);
    act_as(b, EMAIL);
    for (int i = 0; i < 4; i++)
        assert_int_equal(ask(b, "auth.verify_resend", NULL, &promised), OK);
    assert_int_equal(ask(b, "auth.verify_resend", NULL, &promised), ERR_LIMIT);
    assert_true(b->cx.problem.retry_after_s > 0);
    assert_int_equal(count(b, &wanted), 5);
    advance(b, HOUR_MS);
    assert_int_equal(ask(b, "auth.verify_resend", NULL, &promised), OK);
    struct mail_link earlier = link_of(b, 1), last = newest_link(b);
    assert_int_equal(verify(b, token_of(earlier), &user), OK);                /* any of them, but only one */
    assert_int_equal(verify(b, token_of(last), &user), ERR_CONFLICT);
    assert_int_equal(ask(b, "auth.verify_resend", NULL, &promised), ERR_CONFLICT);
    assert_code(b, "already_verified");
}

static void forgotten_password(void **state)
{
    struct bed *b = *state;
    struct user user;
    sign_up(b, EMAIL);
    struct tokens_out before = act_as(b, EMAIL), ignored;
    forget(b, " MINJI@example.com");
    struct mail_link link = newest_link(b);
    assert_int_equal(link.kind, AUTH_MAIL_RESET);
    assert_str(link.to, S(EMAIL));
    assert_int_equal(verify(b, token_of(link), &user), ERR_CONFLICT);
    assert_int_equal(reset(b, token_of(link), "password"), ERR_INPUT);
    assert_field(b, "new_password");
    assert_int_equal(reset(b, token_of(link), EMAIL), ERR_INPUT);
    assert_int_equal(check(b, before.access_token), OK);

    assert_int_equal(reset(b, token_of(link), FRESH), OK);
    assert_int_equal(reset(b, token_of(link), PASSWORD), ERR_CONFLICT);
    assert_int_equal(check(b, before.access_token), ERR_WHO);
    assert_int_equal(renew(b, before.refresh_token, &ignored), ERR_WHO);
    assert_int_equal(log_in(b, EMAIL, PASSWORD), ERR_WHO);
    assert_int_equal(log_in(b, EMAIL, FRESH), OK);
    struct mail_link told = newest_link(b);
    assert_int_equal(told.kind, AUTH_MAIL_PASSWORD_CHANGED);
    assert_int_equal(told.path.n, 0);
}

/* Nobody is written to whom we do not know, and nobody often. */
static void forgotten_tells_nothing(void **state)
{
    struct bed *b = *state;
    struct promised_out known, unknown;
    sign_up(b, EMAIL);
    assert_int_equal(ask(b, "auth.forgot", &(struct forgot_in){ S(EMAIL) }, &known), OK);
    assert_int_equal(ask(b, "auth.forgot", &(struct forgot_in){ S(OTHER) }, &unknown), OK);
    assert_str(known.detail, unknown.detail);
    advance(b, 0);
    assert_int_equal(count(b, &wanted), 2);
    for (int i = 0; i < 10; i++)
        forget(b, EMAIL);
    assert_int_equal(count(b, &wanted), 1 + 5);
    struct mail_link link = newest_link(b);
    advance(b, HOUR_MS);
    assert_int_equal(reset(b, token_of(link), FRESH), ERR_CONFLICT);
}

static void forgotten_outlives_a_restart(void **state)
{
    struct bed *b = *state;
    struct promised_out promised;
    sign_up(b, EMAIL);
    assert_int_equal(ask(b, "auth.forgot", &(struct forgot_in){ S(EMAIL) }, &promised), OK);
    bed_restart(b);
    advance(b, 0);
    assert_int_equal(newest_link(b).kind, AUTH_MAIL_RESET);
}

/* ---- signed in ---- */

static void password_changes(void **state)
{
    struct bed *b = *state;
    sign_up(b, EMAIL);
    struct tokens_out other = sign_in(b, EMAIL), mine = act_as(b, EMAIL), ignored;
    struct password_change_in in = { S("not mine"), S(FRESH) };
    assert_int_equal(ask(b, "auth.password_change", &in, NULL), ERR_DENIED);
    assert_code(b, "wrong_password");
    assert_field(b, "current_password");
    in = (struct password_change_in){ S(PASSWORD), S(PASSWORD) };
    assert_int_equal(ask(b, "auth.password_change", &in, NULL), ERR_INPUT);
    assert_field(b, "new_password");
    in.new_password = S("12345678");
    assert_int_equal(ask(b, "auth.password_change", &in, NULL), ERR_INPUT);
    assert_int_equal(check(b, other.access_token), OK);
    act_as(b, EMAIL);
    struct tokens_out last = act_as(b, EMAIL);

    in.new_password = S(FRESH);
    assert_int_equal(ask(b, "auth.password_change", &in, NULL), OK);
    assert_int_equal(check(b, last.access_token), OK);
    assert_int_equal(renew(b, last.refresh_token, &last), OK);
    assert_int_equal(check(b, other.access_token), ERR_WHO);
    assert_int_equal(check(b, mine.access_token), ERR_WHO);
    assert_int_equal(renew(b, other.refresh_token, &ignored), ERR_WHO);
    assert_int_equal(log_in(b, EMAIL, PASSWORD), ERR_WHO);
    assert_int_equal(log_in(b, EMAIL, FRESH), OK);
    assert_int_equal(newest_link(b).kind, AUTH_MAIL_PASSWORD_CHANGED);
}

static void address_changes(void **state)
{
    struct bed *b = *state;
    struct promised_out promised;
    struct user user;
    sign_up(b, EMAIL);
    sign_up(b, OTHER);
    act_as(b, EMAIL);
    struct email_change_in in = { S(" New@Example.com"), S("not mine") };
    assert_int_equal(ask(b, "auth.email_change", &in, &promised), ERR_DENIED);
    in.password = S(PASSWORD);
    assert_int_equal(ask(b, "auth.email_change", &in, &promised), OK);
    struct mail_link link = newest_link(b);
    assert_int_equal(link.kind, AUTH_MAIL_VERIFY);
    assert_str(link.to, S("new@example.com"));
    assert_int_equal(log_in(b, EMAIL, PASSWORD), OK);

    forget(b, EMAIL);
    struct mail_link old_reset = newest_link(b);
    assert_int_equal(verify(b, token_of(link), &user), OK);
    assert_str(user.email, S("new@example.com"));
    assert_true(user.verified);
    assert_int_equal(log_in(b, EMAIL, PASSWORD), ERR_WHO);
    assert_int_equal(log_in(b, "new@example.com", PASSWORD), OK);
    assert_int_equal(reset(b, token_of(old_reset), FRESH), ERR_CONFLICT);
    struct mail_link told = newest_link(b);
    assert_int_equal(told.kind, AUTH_MAIL_EMAIL_CHANGED);
    assert_str(told.to, S(EMAIL));

    /* Somebody else's: nothing is sent, nothing is told. */
    int64_t before = count(b, &wanted);
    in.email = S(OTHER);
    assert_int_equal(ask(b, "auth.email_change", &in, &promised), OK);
    assert_int_equal(count(b, &wanted), before);
}

/* Two want the same address: who opens the link first has it. */
static void address_is_taken_meanwhile(void **state)
{
    struct bed *b = *state;
    struct promised_out promised;
    struct user user;
    sign_up(b, EMAIL);
    act_as(b, EMAIL);
    assert_int_equal(ask(b, "auth.email_change", &(struct email_change_in){ S(OTHER), S(PASSWORD) }, &promised), OK);
    struct mail_link link = newest_link(b);
    sign_up(b, OTHER);
    assert_int_equal(verify(b, token_of(link), &user), ERR_CONFLICT);
    assert_code(b, "email_taken");
    assert_int_equal(log_in(b, EMAIL, PASSWORD), OK);
}

static void sessions_are_listed_and_ended(void **state)
{
    struct bed *b = *state;
    struct page_out page;
    struct tokens_out phone, stranger;
    sign_up(b, OTHER);
    stranger = act_as(b, OTHER);
    int64_t strangers = b->actor.session;
    sign_up(b, EMAIL);
    b->peer = S("203.0.113.9");
    struct login_in in = { .email = S(EMAIL), .password = S(PASSWORD),
                           .user_agent = S("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1") };
    assert_int_equal(ask(b, "auth.login", &in, &phone), OK);
    struct tokens_out mine = act_as(b, EMAIL);
    assert_int_equal(ask(b, "auth.sessions", &(struct sessions_in){ 0 }, &page), OK);
    assert_int_equal(page.items.n, 2);
    const struct session_row *rows = page.items.at;
    assert_true(rows[0].current && !rows[1].current);
    assert_str(rows[1].device, S("Safari, iPhone"));
    assert_str(rows[1].address, S("203.0.113.9"));
    assert_str(rows[0].device, S(""));

    assert_int_equal(ask(b, "auth.session_end", &(struct session_ref){ strangers }, NULL), ERR_MISSING);
    assert_int_equal(ask(b, "auth.session_end", &(struct session_ref){ rows[1].id }, NULL), OK);
    assert_int_equal(ask(b, "auth.session_end", &(struct session_ref){ rows[1].id }, NULL), ERR_MISSING);
    assert_int_equal(check(b, phone.access_token), ERR_WHO);
    assert_int_equal(check(b, stranger.access_token), OK);

    sign_in(b, EMAIL);
    assert_int_equal(check(b, mine.access_token), OK);
    b->actor = b->cx.actor;
    assert_int_equal(ask(b, "auth.sessions_end_others", NULL, NULL), OK);
    assert_int_equal(ask(b, "auth.sessions", &(struct sessions_in){ 0 }, &page), OK);
    assert_int_equal(page.items.n, 1);
    assert_int_equal(renew(b, mine.refresh_token, &mine), OK);
}

static void nothing_remains_of_who_goes(void **state)
{
    struct bed *b = *state;
    struct contact contact;
    struct user user = sign_up(b, EMAIL);
    b->peer = S("203.0.113.9");
    act_as(b, EMAIL);
    forget(b, EMAIL);
    struct mail_link open = newest_link(b);
    assert_int_equal(ask(b, "auth.me_close", &(struct me_close_in){ S("not mine") }, NULL), ERR_DENIED);
    assert_field(b, "password");
    assert_int_equal(ask(b, "auth.me_close", &(struct me_close_in){ S(PASSWORD) }, NULL), OK);
    assert_int_equal(ask(b, "auth.contact", &(struct contact_ref){ user.id }, &contact), ERR_MISSING);
    assert_int_equal(count(b, &traces), 0);
    assert_int_equal(count(b, &mails), 1);
    assert_int_equal(reset(b, token_of(open), FRESH), ERR_CONFLICT);

    struct mail_link farewell = newest_link(b);
    assert_int_equal(farewell.kind, AUTH_MAIL_CLOSED);
    assert_str(farewell.to, S(EMAIL));
    assert_str(farewell.name, S("Minji Kim"));
    advance(b, 3 * DAY_MS + 2 * HOUR_MS);
    assert_int_equal(count(b, &mails), 0);
}

static void suspended_stays_out(void **state)
{
    struct bed *b = *state;
    struct user user = sign_up(b, EMAIL), changed;
    struct tokens_out before = sign_in(b, EMAIL);
    make_admin(b, "admin@example.com");
    act_as(b, "admin@example.com");
    int64_t admin = b->actor.user;
    struct user_change_in in = { .user = user.id, .suspended = true, .has_suspended = true };
    assert_int_equal(ask(b, "auth.user_change", &in, &changed), OK);
    assert_true(changed.suspended);
    assert_int_equal(changed.roles, ROLE_CUSTOMER);
    assert_int_equal(check(b, before.access_token), ERR_WHO);
    assert_int_equal(renew(b, before.refresh_token, &before), ERR_WHO);
    assert_int_equal(log_in(b, EMAIL, "not it"), ERR_WHO);
    assert_code(b, "bad_credentials");
    assert_int_equal(log_in(b, EMAIL, PASSWORD), ERR_WHO);
    assert_code(b, "account_suspended");
    in.suspended = false;
    assert_int_equal(ask(b, "auth.user_change", &in, &changed), OK);
    assert_int_equal(log_in(b, EMAIL, PASSWORD), OK);

    in = (struct user_change_in){ .user = admin, .suspended = true, .has_suspended = true };
    assert_int_equal(ask(b, "auth.user_change", &in, &changed), ERR_CONFLICT);
    assert_code(b, "last_admin");
}

/* ---- attempts ---- */

static err guess(struct bed *b, const char *email)
{
    err e = log_in(b, email, "a wrong guess");
    if (e == ERR_LIMIT)
        assert_true(b->cx.problem.retry_after_s > 0);
    return e;
}

/* The same for an account and for an address that nobody has. */
static void guesses_wait(void **state)
{
    static const char *const emails[] = { EMAIL, "nobody@example.com" };
    struct bed *b = *state;
    sign_up(b, EMAIL);
    for (size_t i = 0; i < COUNT(emails); i++) {
        for (int n = 0; n < 5; n++)
            assert_int_equal(guess(b, emails[i]), ERR_WHO);
        for (int64_t pause = 1; pause <= 512; pause *= 2) {
            assert_int_equal(guess(b, emails[i]), ERR_LIMIT);
            assert_int_equal(b->cx.problem.retry_after_s, pause);
            advance(b, pause * SECOND_MS - 1);
            assert_int_equal(guess(b, emails[i]), ERR_LIMIT);
            advance(b, 1);
            assert_int_equal(guess(b, emails[i]), ERR_WHO);
        }
        assert_int_equal(guess(b, emails[i]), ERR_LIMIT);
        assert_int_equal(b->cx.problem.retry_after_s, 900);
        bed_restart(b);
        assert_int_equal(guess(b, emails[i]), ERR_LIMIT);
    }
    assert_int_equal(log_in(b, EMAIL, PASSWORD), OK);             /* a quarter of an hour has passed for this one */
    assert_int_equal(guess(b, EMAIL), ERR_WHO);
    advance(b, 3 * HOUR_MS);
    assert_int_equal(count(b, &counted), 0);
}

/* A right password takes the failures back; guesses at the password of who is signed in count as well. */
static void right_ones_start_anew(void **state)
{
    struct bed *b = *state;
    sign_up(b, EMAIL);
    for (int round = 0; round < 3; round++) {
        for (int n = 0; n < 4; n++)
            assert_int_equal(guess(b, EMAIL), ERR_WHO);
        assert_int_equal(log_in(b, EMAIL, PASSWORD), OK);
    }
    act_as(b, EMAIL);
    for (int n = 0; n < 5; n++)
        assert_int_equal(ask(b, "auth.me_close", &(struct me_close_in){ S("a guess") }, NULL), ERR_DENIED);
    assert_int_equal(ask(b, "auth.me_close", &(struct me_close_in){ S(PASSWORD) }, NULL), ERR_LIMIT);
    assert_int_equal(log_in(b, EMAIL, PASSWORD), ERR_LIMIT);
    advance(b, SECOND_MS);
    assert_int_equal(log_in(b, EMAIL, PASSWORD), OK);
}

/* From one network: many accounts, a few guesses each. Another network, and this machine, are not concerned. */
static void addresses_wait(void **state)
{
    static const struct str same[] = { S("2001:db8::1"), S("2001:db8:0:0:ffff::2") };
    struct bed *b = *state;
    sign_up(b, EMAIL);
    for (int i = 0; i < 100; i++) {
        b->peer = same[i % 2];
        assert_int_equal(guess(b, arena_fmt(b->arena, "someone%d@example.com", i).p), ERR_WHO);
    }
    assert_int_equal(guess(b, "one.more@example.com"), ERR_LIMIT);
    assert_int_equal(log_in(b, EMAIL, PASSWORD), ERR_LIMIT);
    b->peer = S("2001:db8:0:1::1");
    assert_int_equal(log_in(b, EMAIL, PASSWORD), OK);
    b->peer = S("127.0.0.1");
    for (int i = 0; i < 200; i++)
        assert_int_equal(guess(b, arena_fmt(b->arena, "local%d@example.com", i).p), ERR_WHO);
}

/* Who asks one after the other which addresses are taken waits as well. */
static void enumeration_waits(void **state)
{
    struct bed *b = *state;
    struct user user;
    struct signup_in in = { .email = S(EMAIL), .password = S(PASSWORD), .name = S("A") };
    sign_up(b, EMAIL);
    b->peer = S("203.0.113.9");
    for (int i = 0; i < 100; i++)
        assert_int_equal(ask(b, "auth.signup", &in, &user), ERR_CONFLICT);
    assert_int_equal(ask(b, "auth.signup", &in, &user), ERR_LIMIT);
    b->peer = S("203.0.113.10");
    for (int i = 0; i < 150; i++)
        sign_up(b, arena_fmt(b->arena, "new%d@example.com", i).p);
}

static void devices_by_name(void **state)
{
    static const struct {
        struct str agent, name;
    } cases[] = {
        { S("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"), S("Firefox, Windows") },
        { S("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/129.0 Safari/537.36 Edg/129.0"), S("Edge, Windows") },
        { S("Mozilla/5.0 (Linux; Android 14; SM-S921N) SamsungBrowser/25.0 Chrome/121.0 Mobile Safari/537.36"), S("Samsung Internet, Android") },
        { S("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/129.0 Safari/537.36"), S("Chrome, macOS") },
        { S("curl/7.88.1"), S("curl") },
        { S("<script>"), S("") },
        { S(""), S("") },
    };
    struct arena *arena = arena_new(0);
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_str(device_name(arena, cases[i].agent), cases[i].name);
    arena_free(arena);
}

static void a_flood_of_attempts_is_forgotten(void **state)
{
    struct bed *b = *state;
    struct credentials nobody;
    for (int i = 0; i < 503; i++)
        assert_int_equal(ask(b, "auth.attempt", &(struct attempt_in){ .email = arena_fmt(b->arena, "nobody%d@example.com", i) }, &nobody), OK);
    assert_int_equal(count(b, &counted), 503);
    advance(b, HOUR_MS + 2 * SECOND_MS);         /* more than one command forgets: it comes again at once */
    assert_int_equal(count(b, &counted), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(devices_by_name),
        BED_CASE(signup_is_verified_by_link),
        BED_CASE(links_end),
        BED_CASE(links_are_asked_for_again),
        BED_CASE(forgotten_password),
        BED_CASE(forgotten_tells_nothing),
        BED_CASE(forgotten_outlives_a_restart),
        BED_CASE(password_changes),
        BED_CASE(address_changes),
        BED_CASE(address_is_taken_meanwhile),
        BED_CASE(sessions_are_listed_and_ended),
        BED_CASE(nothing_remains_of_who_goes),
        BED_CASE(suspended_stays_out),
        BED_CASE(guesses_wait),
        BED_CASE(right_ones_start_anew),
        BED_CASE(addresses_wait),
        BED_CASE(a_flood_of_attempts_is_forgotten),
        BED_CASE(enumeration_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
