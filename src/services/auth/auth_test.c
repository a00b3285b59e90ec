/* Accounts: what is accepted, signing up and in, and what may be done with them afterwards. */
#include "auth_bed.h"

#include "base/clock.h"

static const struct query known_addresses = { "test.known_addresses", "SELECT COUNT(*) FROM auth_user WHERE email IS NOT NULL" };
static const struct query events = { "test.events", "SELECT topic || ' ' || body FROM outbox WHERE event_key = ? AND topic <> 'auth.mail_wanted' ORDER BY id" };

/* ---- syntax ---- */

static void syntax(void **state)
{
    static const struct {
        bool (*ok)(struct str);
        struct str text;
        bool expected;
    } cases[] = {
        { email_ok, S("a@b.kr"), true },
        { email_ok, S("  Kim.Min+tickets@Mail.Example.COM "), true },
        { email_ok, S("o'brien_1@xn--9n2bp8q.kr"), true },
        { email_ok, S(""), false },
        { email_ok, S("a"), false },
        { email_ok, S("@b.kr"), false },
        { email_ok, S("a@"), false },
        { email_ok, S("a@b"), false },
        { email_ok, S("a@b..kr"), false },
        { email_ok, S("a@.kr"), false },
        { email_ok, S("a@b.kr."), false },
        { email_ok, S("a@-b.kr"), false },
        { email_ok, S("a@b-.kr"), false },
        { email_ok, S("a@127.0.0.1"), false },
        { email_ok, S("a@b@c.kr"), false },
        { email_ok, S(".a@b.kr"), false },
        { email_ok, S("a.@b.kr"), false },
        { email_ok, S("a..b@c.kr"), false },
        { email_ok, S("a b@c.kr"), false },
        { email_ok, S("a\0b@c.kr"), false },
        { email_ok, S("\"a\"@c.kr"), false },
        { email_ok, S("민지@example.com"), false },
        { email_ok, S("0123456789012345678901234567890123456789012345678901234567890123@b.kr"), true },
        { email_ok, S("01234567890123456789012345678901234567890123456789012345678901234@b.kr"), false },
        { name_ok, S("김민지"), true },
        { name_ok, S(" \t "), false },
        { phone_ok, S(""), true },
        { phone_ok, S("010-1234-5678"), true },
        { phone_ok, S("+82 (0)10.1234.5678"), true },
        { phone_ok, S("123456"), false },
        { phone_ok, S("1234567890123456"), false },
        { phone_ok, S("010+12345678"), false },
        { phone_ok, S("call me"), false },
        { phone_ok, S("1234567\0"), false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        if (cases[i].ok(cases[i].text) != cases[i].expected)
            flunk("case %zu: %.*s", i, STR_ARG(cases[i].text));
}

/* ---- signing up ---- */

static void bad_input(void **state)
{
    static const char long_51[] = "123456789012345678901234567890123456789012345678901";
    static const struct {
        const char *call;
        struct str body;
        const char *field;
    } cases[] = {
        { "auth.signup", S("{\"password\":\"" PASSWORD "\",\"name\":\"A\"}"), "email" },
        { "auth.signup", S("{\"email\":7,\"password\":\"" PASSWORD "\",\"name\":\"A\"}"), "email" },
        { "auth.signup", S("{\"email\":\"no address\",\"password\":\"" PASSWORD "\",\"name\":\"A\"}"), "email" },
        { "auth.signup", S("{\"email\":\"a\\u0000@b.kr\",\"password\":\"" PASSWORD "\",\"name\":\"A\"}"), "email" },
        { "auth.signup", S("{\"email\":\"a@b.kr\",\"name\":\"A\"}"), "password" },
        { "auth.signup", S("{\"email\":\"a@b.kr\",\"password\":\"1234567\",\"name\":\"A\"}"), "password" },
        { "auth.signup", S("{\"email\":\"a@b.kr\",\"password\":\"Password123\",\"name\":\"A\"}"), "password" },
        { "auth.signup", S("{\"email\":\"long.name@b.kr\",\"password\":\"Long.Name@b.kr\",\"name\":\"A\"}"), "password" },
        { "auth.signup", S("{\"email\":\"a@b.kr\",\"password\":null,\"name\":\"A\"}"), "password" },
        { "auth.signup", S("{\"email\":\"a@b.kr\",\"password\":\"" PASSWORD "\"}"), "name" },
        { "auth.signup", S("{\"email\":\"a@b.kr\",\"password\":\"" PASSWORD "\",\"name\":\"\"}"), "name" },
        { "auth.signup", S("{\"email\":\"a@b.kr\",\"password\":\"" PASSWORD "\",\"name\":\"  \"}"), "name" },
        { "auth.signup", S("{\"email\":\"a@b.kr\",\"password\":\"" PASSWORD "\",\"name\":\"\xff\"}"), "name" },
        { "auth.signup", S("{\"email\":\"a@b.kr\",\"password\":\"" PASSWORD "\",\"name\":[\"A\"]}"), "name" },
        { "auth.signup", S("{\"email\":\"a@b.kr\",\"password\":\"" PASSWORD "\",\"name\":\"A\",\"phone\":\"x\"}"), "phone" },
        { "auth.signup", S("{\"email\":\"a@b.kr\",\"password\":\"" PASSWORD "\",\"name\":\"A\",\"role\":\"ADMIN\"}"), "role" },
        { "auth.signup", S("{\"email\":\"a@b.kr\",\"password\":\"" PASSWORD "\",\"name\":\"A\",\"roles\":[\"ADMIN\"]}"), "roles" },
        { "auth.signup", S("{\"email\":\"a@b.kr\",\"email\":\"b@b.kr\",\"password\":\"" PASSWORD "\",\"name\":\"A\"}"), "email" },
        { "auth.login", S("{\"email\":\"" EMAIL "\"}"), "password" },
        { "auth.login", S("{\"password\":\"" PASSWORD "\"}"), "email" },
        { "auth.login", S("{\"email\":\"" EMAIL "\",\"password\":\"" PASSWORD "\",\"remember\":true}"), "remember" },
        { "auth.refresh", S("{}"), "refresh_token" },
        { "auth.refresh", S("{\"refresh_token\":{}}"), "refresh_token" },
        { "auth.me_change", S("{\"email\":\"" EMAIL "\"}"), "email" },
        { "auth.me_change", S("{\"roles\":[\"ADMIN\"]}"), "roles" },
        { "auth.me_change", S("{\"phone\":true}"), "phone" },
        { "auth.user_change", S("{\"roles\":[]}"), "roles" },
        { "auth.user_change", S("{\"roles\":[\"OWNER\"]}"), "roles[0]" },
    };
    struct bed *b = *state;
    struct tokens_out tokens;
    struct user user;
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (ask_json(b, cases[i].call, cases[i].body, &user) != ERR_INPUT)
            flunk("taken: %.*s", STR_ARG(cases[i].body));
        assert_field(b, cases[i].field);
    }

    struct str too_long = arena_fmt(b->arena, "{\"name\":\"%s\"}", long_51);
    assert_int_equal(ask_json(b, "auth.me_change", too_long, &user), ERR_INPUT);
    assert_field(b, "name");
    assert_int_equal(ask(b, "auth.login", &(struct login_in){ .email = S("a@b.kr"), .password = S(PASSWORD) }, &tokens), ERR_WHO);
}

static void signup_makes_customers(void **state)
{
    static const struct str first =
        S("{\"email\":\" Minji@Example.COM \",\"password\":\"" PASSWORD "\",\"name\":\" 김민지 \",\"phone\":\"010-1234-5678\"}");
    static const struct str again = S("{\"email\":\"" EMAIL "\",\"password\":\"" PASSWORD "\",\"name\":\"Minji Kim\"}");
    struct bed *b = *state;
    struct user user;
    assert_int_equal(ask_json(b, "auth.signup", first, &user), OK);
    assert_int_equal(user.id, 1);
    assert_str(user.email, S(EMAIL));
    assert_str(user.name, S("김민지"));
    assert_str(user.phone, S("010-1234-5678"));
    assert_int_equal(user.roles, ROLE_CUSTOMER);
    assert_int_equal(user.created_at, clock_now(app_clock(b->app)));

    assert_int_equal(ask_json(b, "auth.signup", again, &user), ERR_CONFLICT);
    assert_code(b, "email_taken");
    assert_int_equal(sign_up(b, "other@example.com").id, 2);
}

/* ---- signing in ---- */

static void login_gives_tokens(void **state)
{
    struct bed *b = *state;
    struct user user = sign_up(b, EMAIL);
    struct tokens_out tokens = sign_in(b, " MINJI@example.com");
    assert_str(tokens.token_type, S("Bearer"));
    assert_int_equal(tokens.expires_in, 900);
    assert_int_equal(tokens.refresh_token.n, 43);

    assert_int_equal(check(b, tokens.access_token), OK);
    assert_int_equal(b->cx.actor.user, user.id);
    assert_int_equal(b->cx.actor.roles, ROLE_CUSTOMER);
    assert_int_not_equal(b->cx.actor.session, 0);

    struct tokens_out again = sign_in(b, EMAIL);
    assert_false(str_eq(again.access_token, tokens.access_token));
    assert_false(str_eq(again.refresh_token, tokens.refresh_token));
    assert_int_equal(check(b, again.access_token), OK);
}

static void login_tells_nothing(void **state)
{
    static const struct login_in cases[] = {
        { .email = S(EMAIL), .password = S("correct horsf") },
        { .email = S(EMAIL), .password = S("x") },
        { .email = S("nobody@example.com"), .password = S(PASSWORD) },
        { .email = S("no address"), .password = S(PASSWORD) },
    };
    struct bed *b = *state;
    struct tokens_out tokens;
    struct str detail = { 0 };
    sign_up(b, EMAIL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(ask(b, "auth.login", &cases[i], &tokens), ERR_WHO);
        assert_code(b, "bad_credentials");
        if (i)
            assert_str(b->cx.problem.detail, detail);
        detail = b->cx.problem.detail;
    }
}

/* A password that was changed between the check and the session opens nothing. */
static void session_needs_the_password_of_now(void **state)
{
    struct bed *b = *state;
    struct credentials known;
    struct session session;
    sign_up(b, EMAIL);
    assert_int_equal(ask(b, "auth.attempt", &(struct attempt_in){ .email = S(EMAIL) }, &known), OK);
    make_admin(b, EMAIL);
    struct session_open_in in = { .user = known.user, .password_hash = known.password_hash, .refresh_token = S("token") };
    assert_int_equal(ask(b, "auth.session_open", &in, &session), OK);
    assert_int_equal(session.id, 0);
    assert_int_equal(ask(b, "auth.session_open", &(struct session_open_in){ .user = 99, .refresh_token = S("token") }, &session), OK);
    assert_int_equal(session.id, 0);
}

/* ---- passwords ---- */

struct waiter {
    pthread_t thread;
    struct hasher *hasher;
    err result;
    bool same;
};

static void *wait_for_turn(void *self)
{
    struct waiter *w = self;
    struct ctx cx = { .arena = arena_new(0) };
    w->result = hasher_matches(&cx, w->hasher, (struct str){ 0 }, S(PASSWORD), &w->same);
    arena_free(cx.arena);
    return NULL;
}

/* One hashes, one waits: the third is sent away. */
static void hasher_bounds(void **state)
{
    struct hasher h = { 0 };
    struct waiter w = { .hasher = &h, .result = ERR_INTERNAL, .same = true };
    struct ctx cx = { .arena = arena_new(0) };
    struct str hash;
    int waiting = 0;
    (void)state;
    hasher_open(&h, cx.arena, 1, 1, (struct password_cost){ 1, 8192 });
    h.running = 1;
    assert_int_equal(pthread_create(&w.thread, NULL, wait_for_turn, &w), 0);
    while (!waiting) {
        pthread_mutex_lock(&h.lock);
        waiting = h.waiting;
        pthread_mutex_unlock(&h.lock);
    }
    assert_int_equal(hasher_hash(&cx, &h, S(PASSWORD), &hash), ERR_UNAVAILABLE);
    assert_true(cx.problem.retry_after_s > 0);

    pthread_mutex_lock(&h.lock);
    h.running = 0;
    pthread_cond_signal(&h.turn);
    pthread_mutex_unlock(&h.lock);
    pthread_join(w.thread, NULL);
    assert_int_equal(w.result, OK);
    assert_false(w.same);
    assert_int_equal(hasher_hash(&cx, &h, S(PASSWORD), &hash), OK);
    assert_int_equal(h.running, 0);
    hasher_close(&h);
    arena_free(cx.arena);
}

/* ---- accounts ---- */

static void me_changes(void **state)
{
    static const struct {
        struct str body, name, phone;
    } cases[] = {
        { S("{\"phone\":\"010-1234-5678\"}"), S("Minji Kim"), S("010-1234-5678") },
        { S("{\"name\":\" 민지 \"}"), S("민지"), S("010-1234-5678") },
        { S("{}"), S("민지"), S("010-1234-5678") },
        { S("{\"name\":\"M\",\"phone\":\"\"}"), S("M"), S("") },
    };
    struct bed *b = *state;
    struct user user;
    sign_up(b, EMAIL);
    act_as(b, EMAIL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(ask_json(b, "auth.me_change", cases[i].body, &user), OK);
        assert_int_equal(ask(b, "auth.me", NULL, &user), OK);
        assert_str(user.email, S(EMAIL));
        assert_str(user.name, cases[i].name);
        assert_str(user.phone, cases[i].phone);
    }
}

static void roles_change(void **state)
{
    struct bed *b = *state;
    struct user user = sign_up(b, EMAIL), changed;
    struct tokens_out before = sign_in(b, EMAIL), ignored;
    make_admin(b, "admin@example.com");
    act_as(b, "admin@example.com");

    struct user_change_in in = { .user = user.id, .roles = ROLE_CUSTOMER | ROLE_STAFF, .has_roles = true };
    assert_int_equal(ask(b, "auth.user_change", &in, &changed), OK);
    assert_int_equal(changed.roles, ROLE_CUSTOMER | ROLE_STAFF);

    assert_int_equal(check(b, before.access_token), ERR_WHO);
    assert_int_equal(renew(b, before.refresh_token, &ignored), ERR_WHO);
    struct tokens_out after = sign_in(b, EMAIL);
    assert_int_equal(check(b, after.access_token), OK);
    assert_int_equal(b->cx.actor.roles, ROLE_CUSTOMER | ROLE_STAFF);

    assert_int_equal(ask(b, "auth.user_change", &in, &changed), OK);
    assert_int_equal(check(b, after.access_token), OK);       /* nothing changed, nothing ended */
    in.user = 99;
    assert_int_equal(ask(b, "auth.user_change", &in, &changed), ERR_MISSING);
}

static void an_admin_remains(void **state)
{
    struct bed *b = *state;
    struct user changed;
    make_admin(b, "first@example.com");
    act_as(b, "first@example.com");
    struct user_change_in demote = { .user = b->actor.user, .roles = ROLE_MANAGER, .has_roles = true };
    assert_int_equal(ask(b, "auth.user_change", &demote, &changed), ERR_CONFLICT);
    assert_code(b, "last_admin");
    assert_int_equal(ask(b, "auth.me_close", &(struct me_close_in){ S(PASSWORD) }, NULL), ERR_CONFLICT);
    assert_code(b, "last_admin");

    make_admin(b, "second@example.com");
    assert_int_equal(ask(b, "auth.user_change", &demote, &changed), OK);
    act_as(b, "second@example.com");
    assert_int_equal(ask(b, "auth.me_close", &(struct me_close_in){ S(PASSWORD) }, NULL), ERR_CONFLICT);
}

static void admin_put_resets(void **state)
{
    struct bed *b = *state;
    struct user user = sign_up(b, EMAIL), now;
    struct tokens_out before = sign_in(b, EMAIL);
    assert_int_equal(ask(b, "auth.admin_put", &(struct auth_admin_in){ S(" MINJI@example.com"), S("a new passphrase") }, NULL), OK);
    assert_int_equal(check(b, before.access_token), ERR_WHO);
    assert_int_equal(ask(b, "auth.login", &(struct login_in){ .email = S(EMAIL), .password = S(PASSWORD) }, &before), ERR_WHO);
    assert_int_equal(ask(b, "auth.login", &(struct login_in){ .email = S(EMAIL), .password = S("a new passphrase") }, &before), OK);
    assert_int_equal(check(b, before.access_token), OK);
    assert_int_equal(b->cx.actor.user, user.id);
    assert_int_equal(b->cx.actor.roles, ROLE_CUSTOMER | ROLE_ADMIN);

    b->actor = b->cx.actor;
    assert_int_equal(ask(b, "auth.me", NULL, &now), OK);
    assert_str(now.name, user.name);
}

/* The command line has no field table before it. */
static void admin_put_checks(void **state)
{
    static const struct {
        struct auth_admin_in in;
        const char *field;
    } cases[] = {
        { { S("root"), S(PASSWORD) }, "email" },
        { { S("x@example.com"), S("short") }, "password" },
        { { S("x@example.com"), S("password") }, "password" },
        { { S("x@example.com"), S("X@example.com") }, "password" },
        { { S("x@example.com"), S("not utf-8 \xff") }, "password" },
    };
    struct bed *b = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(ask(b, "auth.admin_put", &cases[i].in, NULL), ERR_INPUT);
        assert_field(b, cases[i].field);
    }
    assert_int_equal(count(b, &known_addresses), 0);
}

static void erased_is_gone(void **state)
{
    struct bed *b = *state;
    struct tokens_out tokens;
    struct user user = sign_up(b, EMAIL), other;
    tokens = act_as(b, EMAIL);
    assert_int_equal(ask(b, "auth.me_close", &(struct me_close_in){ S(PASSWORD) }, NULL), OK);
    assert_int_equal(ask(b, "auth.me", NULL, &other), ERR_MISSING);
    assert_int_equal(ask(b, "auth.login", &(struct login_in){ .email = S(EMAIL), .password = S(PASSWORD) }, &tokens), ERR_WHO);
    assert_int_equal(renew(b, tokens.refresh_token, &tokens), ERR_WHO);
    assert_int_equal(check(b, tokens.access_token), ERR_WHO);
    assert_int_equal(count(b, &known_addresses), 0);

    other = sign_up(b, EMAIL);
    assert_true(other.id > user.id);
}

static void events_name_by_id(void **state)
{
    struct bed *b = *state;
    char id[ID_TEXT];
    struct user user = sign_up(b, EMAIL);
    make_admin(b, EMAIL);
    make_admin(b, "other@example.com");
    act_as(b, EMAIL);
    assert_int_equal(ask(b, "auth.me_close", &(struct me_close_in){ S(PASSWORD) }, NULL), OK);

    id_encode(&app_keys(b->app)->ids, ID_USER, user.id, id);
    const struct str bodies[] = {
        arena_fmt(b->arena, "auth.user_joined {\"user_id\":\"%.*s\"}", ID_TEXT, id),
        arena_fmt(b->arena, "auth.roles_changed {\"user_id\":\"%.*s\",\"roles\":[\"CUSTOMER\",\"ADMIN\"]}", ID_TEXT, id),
        arena_fmt(b->arena, "auth.user_left {\"user_id\":\"%.*s\"}", ID_TEXT, id),
    };
    struct rows r;
    size_t n = 0;
    bed_context(b);
    b->cx.db = db_read_begin(app_db(b->app));
    assert_int_equal(db_rows(&b->cx, &events, VALS(v_int(user.id)), &r), OK);
    for (; rows_next(&r); n++) {
        assert_true(n < COUNT(bodies));
        assert_str(row_text_view(&r, 0), bodies[n]);
    }
    assert_int_equal(rows_end(&b->cx, &r), OK);
    db_read_end(app_db(b->app), b->cx.db);
    assert_int_equal(n, COUNT(bodies));
}

static void users_are_found(void **state)
{
    static const struct {
        struct str q;
        size_t found;
    } cases[] = {
        { S(""), 7 },      { S("USER3"), 1 },   { S("example.com"), 7 }, { S("Minji"), 7 },
        { S("user%"), 0 }, { S("user_"), 0 },   { S("!"), 0 },           { S("nobody"), 0 },
    };
    struct bed *b = *state;
    struct page_out page;
    for (int i = 0; i < 7; i++)
        sign_up(b, arena_fmt(b->arena, "user%d@example.com", i).p);
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(ask(b, "auth.users", &(struct users_in){ .q = cases[i].q }, &page), OK);
        if (page.items.n != cases[i].found)
            flunk("%.*s finds %zu", STR_ARG(cases[i].q), page.items.n);
        assert_int_equal(page.next, 0);
    }

    struct users_in in = { .limit = 3 };
    int64_t below = INT64_MAX;
    size_t seen = 0;
    do {
        assert_int_equal(ask(b, "auth.users", &in, &page), OK);
        for (size_t i = 0; i < page.items.n; i++, seen++) {
            const struct user *user = (const struct user *)page.items.at + i;
            assert_true(user->id < below);
            below = user->id;
        }
        in.cursor = page.next;
    } while (in.cursor);
    assert_int_equal(seen, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(syntax),
        cmocka_unit_test(hasher_bounds),
        BED_CASE(bad_input),
        BED_CASE(signup_makes_customers),
        BED_CASE(login_gives_tokens),
        BED_CASE(login_tells_nothing),
        BED_CASE(session_needs_the_password_of_now),
        BED_CASE(me_changes),
        BED_CASE(roles_change),
        BED_CASE(an_admin_remains),
        BED_CASE(admin_put_resets),
        BED_CASE(admin_put_checks),
        BED_CASE(erased_is_gone),
        BED_CASE(events_name_by_id),
        BED_CASE(users_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
