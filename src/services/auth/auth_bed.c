#include "auth_bed.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"

/* ---- a command that fails after it has ended the asker's sessions ---- */

static err end_and_fail(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    (void)self;
    (void)in;
    (void)ret_out;
    api_keys_follow(cx, app_self(cx->app, &auth_service), cx->actor.user, 0);
    err e = sessions_end(cx, app_self(cx->app, &auth_service), cx->actor.user, 0);
    return e ? e : ERR_CONFLICT;
}

const struct call end_and_fail_call = { "probe.end_and_fail", "Ends all sessions, but not really.", CALL_COMMAND, NULL, NULL, end_and_fail };
static const struct call *const probe_calls[] = { &end_and_fail_call, NULL };

static err probe_open(struct ctx *cx, void **ret_self)
{
    (void)cx;
    *ret_self = NULL;
    return OK;
}

static void probe_close(void *self) { (void)self; }

static const struct service probe_service = { .name = "probe", .open = probe_open, .close = probe_close, .calls = probe_calls };

/* ---- life ---- */

static void bed_look(struct bed *b)
{
    b->app = b->fixture.app;
    b->auth = app_self(b->app, &auth_service);
    b->auth->hasher.cost = (struct password_cost){ 1, 8192 };
}

int bed_make(void **state)
{
    static const struct service *const services[] = { &auth_service, &probe_service, NULL };
    struct bed *b = calloc(1, sizeof(*b));
    assert_non_null(b);
    fixture_open(&b->fixture, services);
    b->arena = b->fixture.arena;
    bed_look(b);
    *state = b;
    return 0;
}

void bed_restart(struct bed *b)
{
    fixture_restart(&b->fixture);
    bed_look(b);
}

/* Whatever a test has done, the invariants hold. */
static void audits_hold(struct bed *b)
{
    bed_context(b);
    b->cx.db = db_read_begin(app_db(b->app));
    for (const struct audit *a = auth_service.audits; a->name; a++) {
        bool found;
        assert_int_equal(db_one(&b->cx, a->query, NO_VALS, NULL, NULL, &found), OK);
        if (found)
            flunk("audit %s: %s", a->name, a->help);
    }
    db_read_end(app_db(b->app), b->cx.db);
}

int bed_drop(void **state)
{
    struct bed *b = *state;
    audits_hold(b);
    fixture_close(&b->fixture);
    free(b);
    return 0;
}

/* ---- asking ---- */

void flunk(const char *fmt, ...)
{
    char text[500];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    print_error("%s\n", text);
    assert_true(false);
}

void bed_context(struct bed *b)
{
    b->cx = (struct ctx){ .arena = b->arena, .app = b->app, .now = clock_now(app_clock(b->app)), .actor = b->actor, .peer = b->peer, .lang = b->lang };
}

const struct call *call_named(const char *name)
{
    for (const struct call *const *c = auth_service.calls; *c; c++)
        if (strcmp((*c)->name, name) == 0)
            return *c;
    flunk("there is no call %s", name);
    return NULL;
}

err ask(struct bed *b, const char *name, const void *in, void *ret_out)
{
    bed_context(b);
    return call_run(&b->cx, call_named(name), in, ret_out);
}

err ask_json(struct bed *b, const char *name, struct str body, void *ret_out)
{
    const struct call *call = call_named(name);
    void *in = arena_take(b->arena, call->in->size);
    bed_context(b);
    err e = fields_decode(&b->cx, call->in, &app_keys(b->app)->ids, body, in);
    return e ? e : call_run(&b->cx, call, in, ret_out);
}

void advance(struct bed *b, int64_t ms)
{
    app_clock_advance(b->app, ms);
}

err check(struct bed *b, struct str token)
{
    b->actor = (struct actor){ 0 };
    bed_context(b);
    return auth_check(b->auth, &b->cx, token);
}

struct user sign_up(struct bed *b, const char *email)
{
    struct user user;
    assert_int_equal(ask(b, "auth.signup", &(struct signup_in){ str_c(email), S(PASSWORD), S("Minji Kim"), { 0 } }, &user), OK);
    return user;
}

struct tokens_out sign_in(struct bed *b, const char *email)
{
    struct tokens_out tokens;
    assert_int_equal(ask(b, "auth.login", &(struct login_in){ .email = str_c(email), .password = S(PASSWORD) }, &tokens), OK);
    return tokens;
}

struct tokens_out act_as(struct bed *b, const char *email)
{
    struct tokens_out tokens = sign_in(b, email);
    assert_int_equal(check(b, tokens.access_token), OK);
    b->actor = b->cx.actor;
    return tokens;
}

err renew(struct bed *b, struct str token, struct tokens_out *ret)
{
    return ask(b, "auth.refresh", &(struct refresh_in){ token }, ret);
}

void make_admin(struct bed *b, const char *email)
{
    assert_int_equal(ask(b, "auth.admin_put", &(struct auth_admin_in){ str_c(email), S(PASSWORD) }, NULL), OK);
}

int64_t count(struct bed *b, const struct query *q)
{
    struct rows r;
    bed_context(b);
    b->cx.db = db_read_begin(app_db(b->app));
    assert_int_equal(db_rows(&b->cx, q, NO_VALS, &r), OK);
    assert_true(rows_next(&r));
    int64_t n = row_int(&r, 0);
    assert_int_equal(rows_end(&b->cx, &r), OK);
    db_read_end(app_db(b->app), b->cx.db);
    return n;
}

void assert_field(const struct bed *b, const char *field)
{
    const struct field_error *e = b->cx.problem.fields;
    if (!e || !str_eq(e->field, str_c(field)))
        flunk("the fault is in %.*s, not in %s", e ? (int)e->field.n : 0, e ? e->field.p : "", field);
}

void assert_code(const struct bed *b, const char *code)
{
    assert_non_null(b->cx.problem.code);
    assert_string_equal(b->cx.problem.code, code);
}

void assert_str(struct str given, struct str expected)
{
    if (!str_eq(given, expected))
        flunk("%.*s is not %.*s", STR_ARG(given), STR_ARG(expected));
}
