/* What must hold whatever happens: nothing is lost by a restart, a refusal leaves no trace, damage is noticed, a crowd fits, and those who ask
 * beside the writer see a line that only moves forward. */
#include "queue_bed.h"
#include "toll.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "services/booking/booking.h"

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

static void refuse(struct here *h, int64_t user, call_fn *fn, const void *in, void *out)
{
    assert_int_equal(fixture_call(&h->f, user, 0, &spoil_call, &(struct spoil_in){ .fn = fn, .in = in }, out, NULL), ERR_CONFLICT);
}

static void test_refused_leaves_no_trace(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(6000, 100, 600);
    struct place_out *p = line_up(h, rules, 3), lost;
    struct settings_out out, was = numbers(h);
    struct settings_in off = { .schedule = SCHEDULE };
    struct booking_confirmed bought = { .booking = 5, .schedule = SCHEDULE, .user = 1 };
    struct grade_price grade = { S("R"), 1 };
    struct schedule_opening opening = { .schedule = 8, .owner = OWNER, .sale_ends_at = now(h) + DAY_MS, .prices = { &grade, 1 } };

    refuse(h, 9, queue_join, &(struct join_in){ .schedule = SCHEDULE }, &lost);
    refuse(h, 0, queue_leave, &(struct place_in){ p[1].place_token }, NULL);
    refuse(h, OWNER, queue_settings_set, &off, &out);
    refuse(h, 0, queue_opened, &opening, NULL);
    assert_int_equal(numbers(h).joined, was.joined);
    assert_int_equal(numbers(h).waiting, was.waiting);
    assert_true(queue_on(h->f.app, SCHEDULE));
    assert_int_equal(look(h, p[1].place_token).state, PLACE_WAITING);
    assert_int_equal(fixture_call(&h->f, 1, 0, &queue_join_call, &(struct join_in){ .schedule = 8 }, &lost, NULL), ERR_MISSING);
    assert_int_equal(join(h, 9).position, 4);

    set(h, rules);
    advance(h, 100);
    was = numbers(h);
    assert_true(was.active > 0);
    refuse(h, 0, queue_bought, &bought, NULL);
    assert_int_equal(numbers(h).active, was.active);
    assert_int_equal(look(h, p[0].place_token).state, PLACE_ADMITTED);
    set_paused(h, rules);
    join(h, 10);
    was = numbers(h);
    struct queue *q = app_self(h->f.app, &queue_service);
    struct room *r = room_find(q, SCHEDULE);
    r->terms.rules.paused = false;           /* the job has not been told: only the command below runs */
    refuse(h, 0, queue_admit, NULL, NULL);
    assert_int_equal(r->line.serving, was.serving);
    assert_int_equal(r->line.waiting, was.waiting);
    assert_int_equal(steps_active(&r->steps, now(h)), was.active);
    advance(h, 500);                         /* and only then for good */
    assert_int_equal(numbers(h).serving, was.serving + 1);
}

static void count_rows(struct here *h, const char *sql, int64_t *ret)
{
    const struct query query = { "count", sql };
    struct ctx cx;
    bool found;
    app_ctx_begin(h->f.app, &cx);
    cx.db = db_read_begin(app_db(h->f.app));
    assert_int_equal(db_one(&cx, &query, NO_VALS, row_take_int, ret, &found), OK);
    db_read_end(app_db(h->f.app), cx.db);
    app_ctx_end(&cx);
}

/* A refusal whose line was not written for good is written with the next ones, and only then forgotten. */
static void test_refusals_are_not_lost(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(60, 100, 600);
    struct place_out place;
    const char *code;
    int64_t lines;
    const struct refusals *r = &((struct queue *)app_self(h->f.app, &queue_service))->refusals;
    rules.work = WORK_LIGHT;
    set(h, rules);
    assert_int_equal(join_code(h, 1, &place, &code), ERR_DENIED);
    assert_string_equal(code, "work_required");
    refuse(h, 0, queue_refusals_call.fn, NULL, NULL);
    assert_int_equal(r->all.n, 1);
    assert_int_equal(r->written.n, 0);
    assert_int_equal(atomic_load(&r->due), now(h) + 1000);
    assert_int_equal(join_code(h, 1, &place, &code), ERR_DENIED);
    assert_int_equal(join_code(h, 2, &place, &code), ERR_DENIED);
    assert_int_equal(r->all.n, 2);
    assert_int_equal(r->at[0].times, 2);
    advance_alone(h, 2000);
    assert_int_equal(r->all.n, 0);
    assert_true(atomic_load(&r->due) == INT64_MAX);
    count_rows(h, "SELECT COUNT(*) FROM trail WHERE action = 'queue.join'", &lines);
    assert_int_equal(lines, 2);
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
        bool noticed = e == ERR_CONFLICT && cx.problem.code && strcmp(cx.problem.code, "noticed") == 0;
        if (!noticed)
            print_error("%s does not notice: %s\n", damages[i].audit, damages[i].sql.sql);
        assert_true(noticed);
        app_ctx_end(&cx);
    }
}

/* Who goes over to another line gives up his place; an account that stands in two is noticed. */
static void test_two_lines_are_noticed(void **state)
{
    static const struct damage_in two = { { "l1", "UPDATE queue_place SET user_id = 1" }, "W3_one_place" };
    struct here *h = *state;
    struct ctx cx;
    struct place_out *p = line_up(h, rules_of(60, 100, 600), 2);
    int64_t club = open_line(h, S("club"), 60);
    assert_int_equal(leave(h, 2, p[1].place_token), OK);
    stand(h, club, 2);                       /* teardown asks the audit: so much is allowed */
    assert_int_equal(leave(h, 1, p[0].place_token), OK);
    advance_alone(h, 1000);
    join(h, 1);
    assert_int_equal(fixture_call(&h->f, 0, 0, &damage_call, &two, NULL, &cx), ERR_CONFLICT);
    assert_string_equal(cx.problem.code, "noticed");
    app_ctx_end(&cx);
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
        assert_int_equal(fixture_call(&h->f, 0, 0, &crowd_call, &(struct crowd_in){ .first = 1 + i, .count = GROUP }, NULL, NULL), OK);
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
        assert_int_equal(queue_pass_admit(app_self(h->f.app, &queue_service), &cx, &(struct taken){ .schedule = SCHEDULE }, pass), OK);
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
    _Atomic int64_t polls;
    int64_t rises, steps_back;
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
        atomic_fetch_add(&w->polls, 1);
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
    for (int i = 0; i < WATCHERS; i++)
        while (!atomic_load(&watchers[i].polls))
            usleep(100);
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
        steps_drop(&s, i + NO_SHOW_WINDOW_MS);      /* kept until then */
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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_steps),
        ROOM_TEST(test_restart),
        ROOM_TEST(test_refused_leaves_no_trace),
        ROOM_TEST(test_refusals_are_not_lost),
        ROOM_TEST(test_audit_notices),
        ROOM_TEST(test_two_lines_are_noticed),
        ROOM_TEST(test_crowd),
        ROOM_TEST(test_polls_beside_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
