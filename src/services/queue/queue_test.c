/* The waiting room in a program of its own, with a clock that stands still. After each test the audit must find nothing. */
#include "test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "fixture.h"
#include "platform/obs/log.h"
#include "queue_int.h"
#include "queue_sql.h"
#include "services/booking/booking.h"

#define SCHEDULE 3
#define OWNER    7
#define DAY_MS   (24 * 60 * 60 * 1000)

/* ---- a service beside it: what booking does in the writer, and commands that fail ---- */

struct knock_in {
    int64_t schedule;
    struct str pass;
};

static err knock(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct knock_in *in = in_;
    (void)self;
    (void)out;
    return queue_pass_check(cx->app, cx, in->schedule, in->pass);
}

struct crowd_in {
    int64_t first, count;
};

/* Many users join in one command. */
static err crowd(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct crowd_in *in = in_;
    struct place_out place;
    (void)self;
    (void)out;
    for (int64_t i = 0; i < in->count; i++) {
        cx->actor.user = in->first + i;
        err e = queue_join(cx, app_self(cx->app, &queue_service), &(struct join_in){ SCHEDULE }, &place);
        if (e)
            return e;
    }
    return OK;
}

struct spoil_in {
    call_fn *fn;
    const void *in;
};

/* Does something and then fails, so that it must not have happened. */
static err spoil(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct spoil_in *in = in_;
    (void)self;
    err e = in->fn(cx, app_self(cx->app, &queue_service), in->in, out);
    return e ? e : fail(cx, ERR_CONFLICT, "spoiled", "on purpose", "일부러");
}

struct damage_in {
    struct query sql;
    const char *audit;        /* that must notice */
};

static err damage(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct damage_in *in = in_;
    struct rows rows;
    (void)self;
    (void)out;
    err e = db_run(cx, &in->sql, NO_VALS, NULL);
    assert_int_equal(e, OK);
    for (const struct audit *a = queue_audits; a->name; a++) {
        if (strcmp(a->name, in->audit) != 0)
            continue;
        e = db_rows(cx, a->query, NO_VALS, &rows);
        assert_int_equal(e, OK);
        bool noticed = rows_next(&rows);
        e = rows_end(cx, &rows);
        return noticed ? fail(cx, ERR_CONFLICT, "noticed", "%s", "%s", a->name) : e;
    }
    return fail(cx, ERR_MISSING, NULL, "no audit %s", "없는 감사 %s", in->audit);
}

static const struct call knock_call = { .name = "door.knock", .kind = CALL_COMMAND, .fn = knock };
static const struct call crowd_call = { .name = "door.crowd", .kind = CALL_COMMAND, .fn = crowd };
static const struct call spoil_call = { .name = "door.spoil", .kind = CALL_COMMAND, .fn = spoil };
static const struct call damage_call = { .name = "door.damage", .kind = CALL_COMMAND, .fn = damage };
static const struct call *const door_calls[] = { &knock_call, &crowd_call, &spoil_call, &damage_call, NULL };

static err door_open(struct ctx *cx, void **ret_self)
{
    *ret_self = cx->app;
    return OK;
}

static void door_close(void *self)
{
    (void)self;
}

static const struct service door_service = { .name = "door", .open = door_open, .close = door_close, .calls = door_calls };
static const struct service *const services[] = { &queue_service, &door_service, NULL };

/* ---- helpers ---- */

struct here {
    struct fixture f;
    struct arena *arena;      /* keeps what calls answered */
};

static struct rules rules_of(int64_t per_minute, int64_t limit, int64_t pass_seconds)
{
    return (struct rules){ .mode = QUEUE_FIFO, .admit_per_minute = per_minute, .active_limit = limit, .pass_seconds = pass_seconds };
}

static int64_t now(struct here *h)
{
    return clock_now(app_clock(h->f.app));
}

static err open_schedule(struct here *h, int64_t schedule, int64_t starts_in, int64_t ends_in)
{
    struct grade_price grades[] = { { S("VIP"), 100 }, { S("R"), 50 } };
    struct schedule_opening opening = { .schedule = schedule, .owner = OWNER, .sale_starts_at = now(h) + starts_in, .sale_ends_at = now(h) + ends_in,
                                        .prices = { grades, 2 } };
    return fixture_call(&h->f, 0, 0, &queue_opened_call, &opening, NULL, NULL);
}

static err set_rules(struct here *h, int64_t user, unsigned roles, struct rules rules, struct str message)
{
    struct settings_out out;
    return fixture_call(&h->f, user, roles, &queue_settings_set_call, &(struct settings_in){ SCHEDULE, rules, message }, &out, NULL);
}

static void set(struct here *h, struct rules rules)
{
    assert_int_equal(set_rules(h, OWNER, ROLE_PRODUCER, rules, (struct str){ 0 }), OK);
}

static void set_paused(struct here *h, struct rules rules)
{
    rules.paused = true;
    set(h, rules);
}

static void keep(struct here *h, struct place_out *p)
{
    p->place_token = arena_str(h->arena, p->place_token);
    p->pass = arena_str(h->arena, p->pass);
    p->message = arena_str(h->arena, p->message);
}

static err join_code(struct here *h, int64_t user, struct place_out *ret, const char **ret_code)
{
    struct ctx cx;
    *ret = (struct place_out){ 0 };
    err e = fixture_call(&h->f, user, ROLE_CUSTOMER, &queue_join_call, &(struct join_in){ SCHEDULE }, ret, &cx);
    keep(h, ret);
    *ret_code = cx.problem.code;
    app_ctx_end(&cx);
    return e;
}

static struct place_out join(struct here *h, int64_t user)
{
    struct place_out place;
    const char *code;
    assert_int_equal(join_code(h, user, &place, &code), OK);
    return place;
}

static err poll_code(struct here *h, struct str token, struct place_out *ret)
{
    struct ctx cx;
    *ret = (struct place_out){ 0 };
    err e = fixture_call(&h->f, 0, 0, &queue_poll_call, &(struct place_in){ token }, ret, &cx);
    keep(h, ret);
    app_ctx_end(&cx);
    return e;
}

static struct place_out look(struct here *h, struct str token)
{
    struct place_out place;
    assert_int_equal(poll_code(h, token, &place), OK);
    return place;
}

static err leave(struct here *h, int64_t user, struct str token)
{
    return fixture_call(&h->f, user, 0, &queue_leave_call, &(struct place_in){ token }, NULL, NULL);
}

static void buy(struct here *h, int64_t user, int64_t booking)
{
    assert_int_equal(fixture_call(&h->f, 0, 0, &queue_bought_call, &(struct bought_in){ booking, SCHEDULE, user }, NULL, NULL), OK);
}

static err pass_check(struct here *h, int64_t user, int64_t schedule, struct str pass)
{
    return fixture_call(&h->f, user, ROLE_CUSTOMER, &knock_call, &(struct knock_in){ schedule, pass }, NULL, NULL);
}

static struct settings_out numbers(struct here *h)
{
    struct settings_out out;
    struct ctx cx;
    assert_int_equal(fixture_call(&h->f, OWNER, ROLE_PRODUCER, &queue_settings_get_call, &(struct join_in){ SCHEDULE }, &out, &cx), OK);
    out.message = arena_str(h->arena, out.message);
    app_ctx_end(&cx);
    return out;
}

static void advance(struct here *h, int64_t ms)
{
    app_clock_advance(h->f.app, ms);
}

/* Users 1 to n join a paused room. */
static struct place_out *line_up(struct here *h, struct rules rules, int64_t n)
{
    struct place_out *places = NEW_ARRAY(h->arena, struct place_out, (size_t)n);
    set_paused(h, rules);
    for (int64_t i = 0; i < n; i++)
        places[i] = join(h, i + 1);
    return places;
}

static void audit(struct here *h)
{
    struct ctx cx;
    app_ctx_begin(h->f.app, &cx);
    cx.db = db_read_begin(app_db(h->f.app));
    for (const struct audit *a = queue_audits; a->name; a++) {
        struct rows rows;
        assert_int_equal(db_rows(&cx, a->query, NO_VALS, &rows), OK);
        bool broken = rows_next(&rows);
        if (broken)
            print_error("%s: %s: row %lld\n", a->name, a->help, (long long)row_int(&rows, 0));
        assert_false(broken);
        assert_int_equal(rows_end(&cx, &rows), OK);
    }
    db_read_end(app_db(h->f.app), cx.db);
    app_ctx_end(&cx);
}

static int setup(void **state)
{
    struct here *h = calloc(1, sizeof(*h));
    assert_non_null(h);
    h->arena = arena_new(0);
    fixture_open(&h->f, services);
    assert_int_equal(open_schedule(h, SCHEDULE, -1000, DAY_MS), OK);
    *state = h;
    return 0;
}

static int teardown(void **state)
{
    struct here *h = *state;
    audit(h);
    fixture_close(&h->f);
    arena_free(h->arena);
    free(h);
    return 0;
}

/* ---- joining ---- */

static void test_order(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(120, 100, 600);            /* two a second */
    struct place_out *p = line_up(h, rules, 5);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(p[i].state, PLACE_WAITING);
        assert_int_equal(p[i].position, i + 1);
        assert_int_equal(p[i].ahead, i);
        assert_int_equal(p[i].pass.n, 0);
    }
    set(h, rules);
    for (int64_t admitted = 0, tick = 0; tick < 12; tick++) {
        advance(h, 250);
        int64_t serving = numbers(h).serving;
        assert_in_range(serving, admitted, admitted + 2);
        admitted = serving;
        for (int i = 0; i < 5; i++) {
            struct place_out place = look(h, p[i].place_token);
            assert_int_equal(place.state, i < admitted ? PLACE_ADMITTED : PLACE_WAITING);
            assert_int_equal(place.position, i < admitted ? 0 : i + 1 - admitted);
            assert_int_equal(place.pass.n > 0, i < admitted);
        }
    }
    assert_int_equal(numbers(h).serving, 5);
}

static void test_same_place(void **state)
{
    struct here *h = *state;
    struct place_out *p = line_up(h, rules_of(60, 1, 600), 3);
    for (int i = 0; i < 3; i++) {
        struct place_out again = join(h, i + 1);
        assert_int_equal(again.position, i + 1);
        assert_true(str_eq(again.place_token, p[i].place_token));
    }
    set(h, rules_of(60, 1, 600));
    advance(h, 1000);
    struct place_out inside = join(h, 1);
    assert_int_equal(inside.state, PLACE_ADMITTED);
    assert_true(str_eq(inside.place_token, p[0].place_token));
    assert_true(str_eq(inside.pass, look(h, p[0].place_token).pass));
    assert_int_equal(numbers(h).joined, 3);
}

static void test_when_to_join(void **state)
{
    struct here *h = *state;
    struct place_out place;
    const char *code;
    struct rules rules = rules_of(6000, 100, 600);

    assert_int_equal(fixture_call(&h->f, 1, ROLE_CUSTOMER, &queue_join_call, &(struct join_in){ 99 }, &place, NULL), ERR_MISSING);

    place = join(h, 1);                      /* off: nobody waits, nobody has a place */
    assert_int_equal(place.state, PLACE_ADMITTED);
    assert_int_equal(place.place_token.n, 0);
    assert_int_equal(place.pass.n, 0);
    assert_int_equal(numbers(h).joined, 0);

    rules.opens_at = now(h) + 5000;
    set(h, rules);
    assert_int_equal(join_code(h, 1, &place, &code), ERR_CONFLICT);
    assert_string_equal(code, "not_open");
    advance(h, 5000);
    assert_int_equal(join(h, 1).state, PLACE_WAITING);

    advance(h, DAY_MS - 5000);
    assert_int_equal(join_code(h, 2, &place, &code), ERR_CONFLICT);
    assert_string_equal(code, "not_on_sale");
}

static void test_sale_not_begun(void **state)
{
    struct here *h = *state;
    struct settings_out out;
    struct settings_in in = { .schedule = 4, .rules = rules_of(6000, 100, 600) };
    struct place_out place;
    struct ctx cx;
    assert_int_equal(open_schedule(h, 4, 60000, DAY_MS), OK);
    assert_int_equal(fixture_call(&h->f, OWNER, ROLE_PRODUCER, &queue_settings_set_call, &in, &out, NULL), OK);
    assert_int_equal(fixture_call(&h->f, 1, ROLE_CUSTOMER, &queue_join_call, &(struct join_in){ 4 }, &place, &cx), OK);
    assert_int_equal(place.eta_seconds, 61);
    keep(h, &place);
    app_ctx_end(&cx);
    advance(h, 59999);
    assert_int_equal(look(h, place.place_token).state, PLACE_WAITING);
    advance(h, 1);
    assert_int_equal(look(h, place.place_token).state, PLACE_ADMITTED);
}

static void test_answer(void **state)
{
    struct here *h = *state;
    struct buf json;
    set_paused(h, rules_of(60, 10, 600));
    struct place_out place = join(h, 1);
    buf_init(&json, 4096);
    fields_encode(&json, queue_join_call.out, &app_keys(h->f.app)->ids, &place);
    struct str want = arena_fmt(h->arena, "{\"place_token\":\"%.*s\",\"state\":\"waiting\",\"position\":1,\"ahead\":0,\"eta_seconds\":1,"
                                "\"poll_after_ms\":1000,\"stock\":{},\"message\":\"\",\"pass\":null,\"pass_expires_at\":null}", STR_ARG(place.place_token));
    assert_int_equal(json.n, want.n);
    assert_memory_equal(json.p, want.p, want.n);
    buf_free(&json);
}

/* ---- admission ---- */

static void test_rate(void **state)
{
    struct here *h = *state;
    enum { TICKS = 300, STEP_MS = 437, RATE = 600 };
    int64_t at[TICKS], serving[TICKS];
    line_up(h, rules_of(RATE, 1000000, 3600), 1);
    assert_int_equal(fixture_call(&h->f, 0, 0, &crowd_call, &(struct crowd_in){ 100, 3000 }, NULL, NULL), OK);
    advance(h, 60000);                       /* time in a pause saves up no more than a second's worth */
    set(h, rules_of(RATE, 1000000, 3600));
    for (int i = 0; i < TICKS; i++) {
        advance(h, i == 100 ? 20000 : STEP_MS);
        at[i] = now(h);
        serving[i] = numbers(h).serving;
    }
    for (int i = 0; i < TICKS; i++)
        for (int j = i + 1; j < TICKS; j++)
            assert_true((serving[j] - serving[i]) * 60000 <= RATE * (at[j] - at[i]) + RATE * 1000);
    int64_t passed = at[TICKS - 1] - at[0];
    assert_true(serving[TICKS - 1] - serving[0] >= RATE * passed / 60000 - 10);      /* and nothing is lost */
}

static void test_slow_rate(void **state)
{
    struct here *h = *state;
    line_up(h, rules_of(1, 10, 3600), 4);
    set(h, rules_of(1, 10, 3600));
    advance(h, 60000);
    int64_t before = numbers(h).serving;
    assert_in_range(before, 1, 2);
    advance(h, 60000);
    assert_int_equal(numbers(h).serving, before + 1);
}

static void test_limit(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(100000, 50, 60);
    struct place_out *p = line_up(h, rules, 200);
    set(h, rules);
    advance(h, 5000);
    assert_int_equal(numbers(h).serving, 50);
    assert_int_equal(numbers(h).active, 50);

    for (int i = 0; i < 3; i++)
        assert_int_equal(leave(h, 0, p[i].place_token), OK);
    assert_int_equal(leave(h, 0, p[2].place_token), OK);     /* twice is once */
    buy(h, 10, 900);
    buy(h, 10, 900);
    buy(h, 150, 901);                        /* still in line: bought by other ways */
    assert_int_equal(numbers(h).active, 46);
    advance(h, 500);
    assert_int_equal(numbers(h).serving, 54);
    assert_int_equal(numbers(h).active, 50);
    assert_int_equal(look(h, p[0].place_token).state, PLACE_LEFT);
    assert_int_equal(look(h, p[9].place_token).state, PLACE_LEFT);
    assert_int_equal(look(h, p[149].place_token).state, PLACE_WAITING);

    advance(h, 60000);                       /* all of these passes expire */
    assert_in_range(numbers(h).serving, 100, 108);
    assert_true(numbers(h).active <= 50);
    rules.active_limit = 10;
    set(h, rules);
    int64_t serving = numbers(h).serving;
    advance(h, 1000);
    assert_int_equal(numbers(h).serving, serving);
}

static void test_pause(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(6000, 1000, 600);
    struct buf event;
    buf_init(&event, 4096);
    struct place_out *p = line_up(h, rules, 3);
    advance(h, 10000);
    assert_int_equal(numbers(h).serving, 0);

    rules.paused = true;
    assert_int_equal(set_rules(h, OWNER, ROLE_PRODUCER, rules, S("잠시만요 \"곧\" 열립니다")), OK);
    assert_true(str_eq(look(h, p[0].place_token).message, S("잠시만요 \"곧\" 열립니다")));
    int64_t version = queue_event_write(h->f.app, SCHEDULE, 0, &event);
    struct str want = S("{\"serving\":0,\"waiting\":3,\"paused\":true,\"message\":\"잠시만요 \\\"곧\\\" 열립니다\"}");
    assert_true(str_eq(buf_view(&event), want));
    assert_int_equal(queue_event_write(h->f.app, SCHEDULE, version, &event), version);
    assert_int_equal(event.n, want.n);

    rules.paused = false;
    set(h, rules);
    advance(h, 1000);
    assert_int_equal(numbers(h).serving, 3);
    assert_int_equal(look(h, p[2].place_token).message.n, 0);
    buf_clear(&event);
    assert_true(queue_event_write(h->f.app, SCHEDULE, version, &event) > version);
    assert_true(str_eq(buf_view(&event), S("{\"serving\":3,\"waiting\":0,\"paused\":false,\"message\":\"\"}")));
    assert_int_equal(queue_event_write(h->f.app, 99, 0, &event), 0);
    buf_free(&event);
}

static void test_leaving_line(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(60, 2, 600);
    struct place_out *p = line_up(h, rules, 6);
    assert_int_equal(leave(h, 99, p[1].place_token), ERR_MISSING);       /* signed in as somebody else */
    assert_int_equal(leave(h, 2, p[1].place_token), OK);
    assert_int_equal(leave(h, 0, p[0].place_token), OK);
    assert_int_equal(look(h, p[1].place_token).state, PLACE_LEFT);
    assert_int_equal(look(h, p[2].place_token).position, 1);
    assert_int_equal(numbers(h).waiting, 4);
    assert_int_equal(leave(h, 0, p[3].place_token), OK);
    set(h, rules);
    advance(h, 10000);
    assert_int_equal(look(h, p[2].place_token).state, PLACE_ADMITTED);
    assert_int_equal(look(h, p[4].place_token).state, PLACE_ADMITTED);
    assert_int_equal(look(h, p[5].place_token).position, 1);
    struct place_out anew = join(h, 1);
    assert_int_equal(anew.position, 2);
    assert_false(str_eq(anew.place_token, p[0].place_token));
}

static void test_eta(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(600, 100000, 600);
    line_up(h, rules, 1);
    assert_int_equal(fixture_call(&h->f, 0, 0, &crowd_call, &(struct crowd_in){ 100, 5000 }, NULL, NULL), OK);
    struct place_out last = join(h, 9999);
    assert_int_equal(last.eta_seconds, 501);                 /* by the rate: 5002 at 10 a second */
    assert_int_equal(last.poll_after_ms, 50020);
    rules.active_limit = 300;                /* full from the first half minute on: one comes in when one goes, every two seconds */
    set(h, rules);
    advance(h, 550000);
    last = look(h, last.place_token);
    assert_int_equal(numbers(h).serving, 300);
    assert_in_range(last.eta_seconds, 4702 * 2, 4702 * 2 + 2);
    assert_int_equal(last.poll_after_ms, 60000);
}

/* ---- passes ---- */

static void test_pass(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(6000, 100, 60);
    assert_int_equal(open_schedule(h, 4, -1000, DAY_MS), OK);
    assert_false(queue_on(h->f.app, SCHEDULE));
    assert_int_equal(pass_check(h, 1, SCHEDULE, (struct str){ 0 }), OK);             /* off */

    struct place_out *p = line_up(h, rules, 2);
    assert_true(queue_on(h->f.app, SCHEDULE));
    assert_int_equal(queue_mode_get(h->f.app, SCHEDULE), QUEUE_FIFO);
    assert_int_equal(pass_check(h, 1, SCHEDULE, (struct str){ 0 }), ERR_DENIED);
    assert_int_equal(pass_check(h, 1, SCHEDULE, p[0].place_token), ERR_DENIED);
    assert_int_equal(pass_check(h, 1, 4, (struct str){ 0 }), OK);
    assert_int_equal(pass_check(h, 1, 99, (struct str){ 0 }), OK);

    set(h, rules);
    advance(h, 1000);
    struct place_out one = look(h, p[0].place_token), two = look(h, p[1].place_token);
    assert_int_equal(pass_check(h, 1, SCHEDULE, one.pass), OK);
    assert_int_equal(pass_check(h, 2, SCHEDULE, two.pass), OK);
    assert_int_equal(pass_check(h, 2, SCHEDULE, one.pass), ERR_DENIED);
    assert_int_equal(pass_check(h, 0, SCHEDULE, one.pass), ERR_DENIED);

    struct settings_out out;
    struct settings_in other = { .schedule = 4, .rules = rules };
    assert_int_equal(fixture_call(&h->f, OWNER, ROLE_PRODUCER, &queue_settings_set_call, &other, &out, NULL), OK);
    assert_int_equal(pass_check(h, 1, 4, one.pass), ERR_DENIED);

    buy(h, 2, 55);
    assert_int_equal(pass_check(h, 2, SCHEDULE, two.pass), ERR_DENIED);
    int64_t left = one.pass_expires_at - now(h);
    assert_in_range(left, 58000, 60000);
    advance(h, left - 1);
    assert_int_equal(pass_check(h, 1, SCHEDULE, one.pass), OK);
    advance(h, 1);
    assert_int_equal(pass_check(h, 1, SCHEDULE, one.pass), ERR_DENIED);
    assert_int_equal(look(h, p[0].place_token).state, PLACE_EXPIRED);
    assert_int_equal(leave(h, 0, p[0].place_token), OK);

    struct place_out anew = join(h, 1);
    assert_int_equal(anew.state, PLACE_WAITING);
    assert_int_equal(numbers(h).joined, 3);
    assert_int_equal(look(h, p[0].place_token).state, PLACE_EXPIRED);

    rules.mode = QUEUE_OFF;
    set(h, rules);
    assert_int_equal(pass_check(h, 5, SCHEDULE, (struct str){ 0 }), OK);
    assert_int_equal(look(h, anew.place_token).state, PLACE_ADMITTED);
    assert_int_equal(look(h, anew.place_token).pass.n, 0);
}

/* An event that comes again ends no later place of its buyer. */
static void test_bought_again(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(6000, 100, 60);
    line_up(h, rules, 1);
    set(h, rules);
    advance(h, 1000);
    buy(h, 1, 77);
    struct place_out anew = join(h, 1);
    advance(h, 1000);
    assert_int_equal(look(h, anew.place_token).state, PLACE_ADMITTED);
    buy(h, 1, 77);
    assert_int_equal(look(h, anew.place_token).state, PLACE_ADMITTED);
    buy(h, 1, 78);
    assert_int_equal(look(h, anew.place_token).state, PLACE_LEFT);
}

/* Does any of the changed words still open something? */
static void forge(struct here *h, struct str word, bool is_pass)
{
    char *copy = NEW_ARRAY(h->arena, char, word.n + 2);
    struct place_out place;
    for (size_t i = 0; i < word.n; i++)
        for (unsigned change = 1; change < 128; change <<= 1) {
            memcpy(copy, word.p, word.n);
            copy[i] = (char)(copy[i] ^ (char)change);
            struct str forged = str_of(copy, word.n);
            assert_int_equal(is_pass ? pass_check(h, 1, SCHEDULE, forged) : poll_code(h, forged, &place), is_pass ? ERR_DENIED : ERR_MISSING);
        }
    memcpy(copy, word.p, word.n);
    copy[word.n] = 'A';
    for (size_t n = 0; n <= word.n + 1; n++) {
        struct str cut = str_of(copy, n);
        if (n != word.n)
            assert_int_equal(is_pass ? pass_check(h, 1, SCHEDULE, cut) : poll_code(h, cut, &place), is_pass ? ERR_DENIED : ERR_MISSING);
    }
}

static void test_forged(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(6000, 100, 60);
    struct place_out *p = line_up(h, rules, 1), place;
    set(h, rules);
    advance(h, 1000);
    struct str pass = look(h, p[0].place_token).pass;
    assert_int_equal(poll_code(h, pass, &place), ERR_MISSING);
    assert_int_equal(pass_check(h, 1, SCHEDULE, p[0].place_token), ERR_DENIED);
    assert_int_equal(leave(h, 0, pass), ERR_MISSING);
    forge(h, p[0].place_token, false);
    forge(h, pass, true);
    assert_int_equal(pass_check(h, 1, SCHEDULE, pass), OK);
}

/* ---- the organizer ---- */

static void test_organizer(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(60, 10, 600);
    struct str none = { 0 };
    assert_int_equal(set_rules(h, 8, ROLE_PRODUCER, rules, none), ERR_MISSING);
    assert_int_equal(set_rules(h, OWNER, ROLE_PRODUCER, rules, none), OK);
    assert_int_equal(set_rules(h, 8, ROLE_MANAGER, rules, none), OK);
    assert_int_equal(set_rules(h, 8, ROLE_ADMIN, rules, S("welcome")), OK);
    struct settings_out seen = numbers(h);
    assert_int_equal(seen.rules.mode, QUEUE_FIFO);
    assert_int_equal(seen.rules.admit_per_minute, 60);
    assert_true(str_eq(seen.message, S("welcome")));
    struct settings_out out;
    assert_int_equal(fixture_call(&h->f, 8, ROLE_PRODUCER, &queue_settings_get_call, &(struct join_in){ SCHEDULE }, &out, NULL), ERR_MISSING);
    assert_int_equal(fixture_call(&h->f, 8, ROLE_ADMIN, &queue_settings_get_call, &(struct join_in){ 99 }, &out, NULL), ERR_MISSING);
    rules.opens_at = now(h) + DAY_MS;
    assert_int_equal(set_rules(h, OWNER, ROLE_PRODUCER, rules, none), ERR_INPUT);
    advance(h, DAY_MS);
    rules.opens_at = 0;
    assert_int_equal(set_rules(h, OWNER, ROLE_PRODUCER, rules, none), ERR_CONFLICT);
}

/* ---- durability ---- */

static void test_restart(void **state)
{
    struct here *h = *state;
    enum { N = 100 };
    struct rules rules = rules_of(600, 1000, 3600);
    struct place_out *p = line_up(h, rules, N), before[N];
    set(h, rules);
    advance(h, 1000);
    set_paused(h, rules);
    struct settings_out was = numbers(h);
    assert_in_range(was.serving, 10, 20);
    assert_int_equal(leave(h, 0, p[0].place_token), OK);
    assert_int_equal(leave(h, 0, p[50].place_token), OK);
    assert_int_equal(leave(h, 0, p[was.serving].place_token), OK);       /* the next one */
    was = numbers(h);
    for (int i = 0; i < N; i++)
        before[i] = look(h, p[i].place_token);

    int64_t then = now(h);
    fixture_restart(&h->f);
    advance(h, then - now(h));               /* the clock began anew too */
    struct settings_out is = numbers(h);
    assert_int_equal(is.joined, N);
    assert_int_equal(is.serving, was.serving);
    assert_int_equal(is.waiting, was.waiting);
    assert_int_equal(is.active, was.active);
    assert_true(is.rules.paused);
    for (int i = 0; i < N; i++) {
        struct place_out after = look(h, p[i].place_token);
        assert_int_equal(after.state, before[i].state);
        assert_int_equal(after.position, before[i].position);
        assert_true(str_eq(after.pass, before[i].pass));
        if (after.state == PLACE_WAITING)
            assert_true(str_eq(join(h, i + 1).place_token, p[i].place_token));
    }
    assert_int_equal(join(h, 5000).position, N + 1 - is.serving);
    set(h, rules);
    advance(h, 60000);
    assert_int_equal(numbers(h).serving, N + 1);
}

static void test_refused_leaves_no_trace(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(6000, 100, 600);
    struct place_out *p = line_up(h, rules, 3), lost;
    struct settings_out out, was = numbers(h);
    struct settings_in off = { .schedule = SCHEDULE };
    struct bought_in bought = { 5, SCHEDULE, 1 };
    struct grade_price grade = { S("R"), 1 };
    struct schedule_opening opening = { .schedule = 8, .owner = OWNER, .sale_ends_at = now(h) + DAY_MS, .prices = { &grade, 1 } };

    assert_int_equal(fixture_call(&h->f, 9, 0, &spoil_call, &(struct spoil_in){ queue_join, &(struct join_in){ SCHEDULE } }, &lost, NULL), ERR_CONFLICT);
    assert_int_equal(fixture_call(&h->f, 0, 0, &spoil_call, &(struct spoil_in){ queue_leave, &(struct place_in){ p[1].place_token } }, NULL, NULL), ERR_CONFLICT);
    assert_int_equal(fixture_call(&h->f, OWNER, ROLE_PRODUCER, &spoil_call, &(struct spoil_in){ queue_settings_set, &off }, &out, NULL), ERR_CONFLICT);
    assert_int_equal(fixture_call(&h->f, 0, 0, &spoil_call, &(struct spoil_in){ queue_opened, &opening }, NULL, NULL), ERR_CONFLICT);
    assert_int_equal(numbers(h).joined, was.joined);
    assert_int_equal(numbers(h).waiting, was.waiting);
    assert_true(queue_on(h->f.app, SCHEDULE));
    assert_int_equal(look(h, p[1].place_token).state, PLACE_WAITING);
    assert_int_equal(fixture_call(&h->f, 1, 0, &queue_join_call, &(struct join_in){ 8 }, &lost, NULL), ERR_MISSING);
    assert_int_equal(join(h, 9).position, 4);

    set(h, rules);
    advance(h, 100);
    was = numbers(h);
    assert_true(was.active > 0);
    assert_int_equal(fixture_call(&h->f, 0, 0, &spoil_call, &(struct spoil_in){ queue_bought, &bought }, NULL, NULL), ERR_CONFLICT);
    assert_int_equal(numbers(h).active, was.active);
    assert_int_equal(look(h, p[0].place_token).state, PLACE_ADMITTED);
    set_paused(h, rules);
    join(h, 10);
    was = numbers(h);
    rules.paused = false;
    struct queue *q = app_self(h->f.app, &queue_service);
    struct room *r = room_find(q, SCHEDULE);
    r->terms.rules.paused = false;           /* the job has not been told: only the command below runs */
    assert_int_equal(fixture_call(&h->f, 0, 0, &spoil_call, &(struct spoil_in){ queue_admit, NULL }, NULL, NULL), ERR_CONFLICT);
    assert_int_equal(r->line.serving, was.serving);
    assert_int_equal(r->line.waiting, was.waiting);
    assert_int_equal(steps_active(&r->steps, now(h)), was.active);
}

/* ---- the audit notices ---- */

static void test_audit_notices(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(600, 100, 600);
    struct place_out *p = line_up(h, rules, 40);
    assert_int_equal(leave(h, 0, p[30].place_token), OK);
    set(h, rules);
    advance(h, 1400);
    assert_int_equal(leave(h, 0, p[1].place_token), OK);
    assert_in_range(numbers(h).serving, 15, 30);

    static const struct damage_in damages[] = {
        { { "t1", "UPDATE queue_step SET admitted_at = admitted_at + 100000 WHERE id = (SELECT MIN(id) FROM queue_step)" }, "W1_order" },
        { { "t2", "UPDATE queue_step SET first_place = first_place - 1 WHERE id = (SELECT MAX(id) FROM queue_step)" }, "W1_order" },
        { { "t3", "UPDATE queue_step SET admitted = admitted + 700" }, "W2_rate" },
        { { "t4", "UPDATE queue_step SET active = active_limit + 1" }, "W2_limit" },
        { { "t5", "DELETE FROM queue_place WHERE (id & 16777215) = 5" }, "W3_no_gap" },
        { { "t6", "DELETE FROM queue_place WHERE (id & 16777215) = 31" }, "W3_known" },
        { { "t7", "UPDATE queue_end SET how = 1 WHERE how = 2" }, "W3_one_state" },
        { { "t8", "UPDATE queue_end SET how = 3 WHERE how = 1" }, "W3_one_state" },
        { { "t9", "UPDATE queue_room SET serving = serving + 1" }, "W3_served" },
        { { "t10", "UPDATE queue_step SET admitted = admitted + 1" }, "W3_count" },
        { { "t11", "UPDATE queue_place SET user_id = 1" }, "W3_one_place" },
    };
    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        struct ctx cx;
        err e = fixture_call(&h->f, 0, 0, &damage_call, &damages[i], NULL, &cx);
        bool noticed = e == ERR_CONFLICT && strcmp(cx.problem.code, "noticed") == 0;
        if (!noticed)
            print_error("%s does not notice: %s\n", damages[i].audit, damages[i].sql.sql);
        assert_true(noticed);
        app_ctx_end(&cx);
    }
}

/* ---- a crowd ---- */

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* QUEUE_CROWD=1000000 for the real thing. */
static void test_crowd(void **state)
{
    struct here *h = *state;
    enum { GROUP = 1000 };
    const char *given = getenv("QUEUE_CROWD");
    int64_t people = given ? atoll(given) : 100000;
    set_paused(h, rules_of(100000, 1000000, 3600));
    double began = seconds();
    for (int64_t i = 0; i < people; i += GROUP)
        assert_int_equal(fixture_call(&h->f, 0, 0, &crowd_call, &(struct crowd_in){ 1 + i, GROUP }, NULL, NULL), OK);
    double joined = seconds();
    struct str token = join(h, people / 2).place_token;
    struct room *r = room_find(app_self(h->f.app, &queue_service), SCHEDULE);
    size_t bytes = r->places.size * sizeof(*r->places.at) + r->ended.bytes;
    assert_true(bytes <= (size_t)people * 24);

    enum { POLLS = 20000 };
    struct ctx cx;
    struct place_out place;
    double before = seconds();
    for (int i = 0; i < POLLS; i++) {
        app_ctx_begin(h->f.app, &cx);
        assert_int_equal(call_run(&cx, &queue_poll_call, &(struct place_in){ token }, &place), OK);
        app_ctx_end(&cx);
    }
    double polled = seconds() - before;
    assert_int_equal(place.position, people / 2);

    set(h, rules_of(100000, 1000000, 3600));
    advance(h, 2000);
    struct str pass = look(h, join(h, 1).place_token).pass;
    app_ctx_begin(h->f.app, &cx);
    cx.actor.user = 1;
    before = seconds();
    for (int i = 0; i < POLLS; i++) {
        assert_int_equal(queue_pass_check(h->f.app, &cx, SCHEDULE, pass), OK);
        arena_reset(cx.arena);
    }
    double checked = seconds() - before;
    app_ctx_end(&cx);
    set_paused(h, rules_of(100000, 1000000, 3600));
    int64_t position = look(h, token).position;

    before = seconds();
    fixture_restart(&h->f);
    double opened = seconds() - before;
    assert_int_equal(look(h, token).position, position);
    printf("%lld people: %.2f us a join, %.1f bytes each; a poll %.2f us, a pass %.2f us; restart %.0f ms\n", (long long)people,
           (joined - began) * 1e6 / (double)people, (double)bytes / (double)people, polled * 1e6 / POLLS, checked * 1e6 / POLLS, opened * 1e3);
}

struct watcher {
    struct here *h;
    struct str token;
    _Atomic bool *stop;
    int64_t polls, rises, steps_back;
};

/* A position never grows, and nobody who was let in waits again. */
static void *watch(void *self)
{
    struct watcher *w = self;
    int64_t position = INT64_MAX;
    int last = PLACE_WAITING;
    while (!atomic_load(w->stop)) {
        struct place_out place;
        if (fixture_call(&w->h->f, 0, 0, &queue_poll_call, &(struct place_in){ w->token }, &place, NULL))
            break;
        w->rises += place.position > position;
        w->steps_back += place.state < last;
        position = place.position;
        last = place.state;
        w->polls++;
    }
    return NULL;
}

static void test_polls_beside_writer(void **state)
{
    struct here *h = *state;
    enum { WATCHERS = 3, LINE = 60 };
    struct rules rules = rules_of(6000, 1000, 3600);
    struct place_out *p = line_up(h, rules, LINE);
    pthread_t threads[WATCHERS];
    struct watcher watchers[WATCHERS];
    _Atomic bool stop = false;
    for (int i = 0; i < WATCHERS; i++) {
        watchers[i] = (struct watcher){ .h = h, .token = p[LINE - 1 - i * 20].place_token, .stop = &stop };
        assert_int_equal(pthread_create(&threads[i], NULL, watch, &watchers[i]), 0);
    }
    set(h, rules);
    struct buf event;
    buf_init(&event, 1 << 16);
    for (int i = 0; i < LINE; i++) {
        assert_int_equal(leave(h, 0, join(h, 1000 + i).place_token), OK);
        if (i % 20 != 19)
            assert_int_equal(leave(h, 0, p[i].place_token), OK);
        advance(h, 50);
        buf_clear(&event);
        assert_true(queue_event_write(h->f.app, SCHEDULE, 0, &event) > 0);
    }
    advance(h, 1000);
    buf_free(&event);
    atomic_store(&stop, true);
    for (int i = 0; i < WATCHERS; i++) {
        pthread_join(threads[i], NULL);
        assert_true(watchers[i].polls > 0);
        assert_int_equal(watchers[i].rises, 0);
        assert_int_equal(watchers[i].steps_back, 0);
        assert_int_equal(look(h, watchers[i].token).state, PLACE_ADMITTED);
    }
}

/* ---- the parts ---- */

static void test_places(void **state)
{
    struct places p = { 0 };
    struct marks m = { 0 };
    (void)state;
    assert_int_equal(places_get(&p, 1), 0);
    for (int64_t i = 1; i <= 10000; i++)
        places_set(&p, i * 7919, i);
    for (int64_t i = 1; i <= 10000; i++) {
        assert_int_equal(places_get(&p, i * 7919), i);
        assert_int_equal(places_get(&p, i * 7919 + 1), 0);
    }
    places_set(&p, 7919, 0);
    assert_int_equal(places_get(&p, 7919), 0);
    places_set(&p, (INT64_C(1) << 40) - 1, PLACE_MAX);
    assert_int_equal(places_get(&p, (INT64_C(1) << 40) - 1), PLACE_MAX);
    places_free(&p);

    assert_false(marks_get(&m, 5));
    marks_set(&m, 100000, true);
    assert_true(marks_get(&m, 100000));
    assert_false(marks_get(&m, 100001));
    assert_false(marks_get(&m, 99999));
    marks_set(&m, 100000, false);
    assert_false(marks_get(&m, 100000));
    marks_free(&m);
}

static void test_steps(void **state)
{
    struct steps s = { 0 };
    (void)state;
    assert_null(steps_find(&s, 1));
    for (int64_t i = 0; i < 1000; i++) {
        steps_add(&s, &(struct step){ .first = i * 10 + 3, .last = i * 10 + 9, .at = i, .until = i + 100, .admitted = 7, .live = 7 });
        steps_drop(&s, i);
        assert_true(s.n <= 100);
        assert_int_equal(steps_active(&s, i), 7 * (i < 99 ? i + 1 : 100));
    }
    assert_true(s.cap <= 256);
    assert_int_equal(steps_find(&s, 9993)->at, 999);
    assert_int_equal(steps_find(&s, 9999)->at, 999);
    assert_int_equal(steps_find(&s, 9003)->at, 900);
    assert_null(steps_find(&s, 9002));
    assert_null(steps_find(&s, 8999));
    assert_null(steps_find(&s, 10000));
    steps_pop(&s);
    assert_null(steps_find(&s, 9993));
    steps_free(&s);
}

int main(void)
{
#define ROOM_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_steps),
        ROOM_TEST(test_order),
        ROOM_TEST(test_same_place),
        ROOM_TEST(test_when_to_join),
        ROOM_TEST(test_sale_not_begun),
        ROOM_TEST(test_answer),
        ROOM_TEST(test_rate),
        ROOM_TEST(test_slow_rate),
        ROOM_TEST(test_limit),
        ROOM_TEST(test_pause),
        ROOM_TEST(test_leaving_line),
        ROOM_TEST(test_eta),
        ROOM_TEST(test_pass),
        ROOM_TEST(test_bought_again),
        ROOM_TEST(test_forged),
        ROOM_TEST(test_organizer),
        ROOM_TEST(test_restart),
        ROOM_TEST(test_refused_leaves_no_trace),
        ROOM_TEST(test_audit_notices),
        ROOM_TEST(test_crowd),
        ROOM_TEST(test_polls_beside_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
