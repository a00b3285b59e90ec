/* Figures of a room, the curve through a restart, and the levers. */
#include "cockpit.h"
#include "queue_bed.h"

static err status_of(struct here *h, int64_t user, unsigned roles, struct status_out *ret)
{
    *ret = (struct status_out){ 0 };
    return fixture_call(&h->f, user, roles, &queue_status_call, &(struct schedule_in){ SCHEDULE }, ret, NULL);
}

static struct status_out status(struct here *h)
{
    struct status_out s;
    assert_int_equal(status_of(h, OWNER, ROLE_PRODUCER, &s), OK);
    return s;
}

static struct list curve(struct here *h)
{
    struct curve_out out;
    struct ctx cx;
    assert_int_equal(fixture_call(&h->f, OWNER, ROLE_PRODUCER, &queue_curve_call, &(struct schedule_in){ SCHEDULE }, &out, &cx), OK);
    struct minute *minutes = NEW_ARRAY(h->arena, struct minute, out.minutes.n);
    if (out.minutes.n)
        memcpy(minutes, out.minutes.at, out.minutes.n * sizeof(*minutes));
    app_ctx_end(&cx);
    return (struct list){ minutes, out.minutes.n };
}

static int64_t sum(struct list curve, enum happening what)
{
    const struct minute *minutes = curve.at;
    int64_t n = 0;
    for (size_t i = 0; i < curve.n; i++)
        n += minutes[i].tally.n[what];
    return n;
}

/* Ten come, two of them go away again; half of those who are let in buy. */
static struct place_out *play(struct here *h, struct rules rules)
{
    struct place_out *p = line_up(h, rules, 10);
    advance_alone(h, 20 * 60000);
    for (int i = 2; i < 10; i++)
        look(h, p[i].place_token);
    set(h, rules);
    advance_alone(h, 2000);
    look(h, p[0].place_token);               /* back, as one of the two */
    advance_alone(h, 1000);
    for (int i = 2; i < 6; i++)
        buy(h, i + 1, 100 + i);
    return p;
}

static void test_figures(void **state)
{
    struct here *h = *state;
    struct status_out s = status(h);
    assert_int_equal(s.mode, QUEUE_OFF);
    assert_false(s.has_tail || s.rate.has_reason || s.has_absent || s.has_conversion);
    assert_int_equal(curve(h).n, 0);

    play(h, rules_of(6000, 100, 60));
    s = status(h);
    assert_int_equal(s.joined, 10);
    assert_int_equal(s.waiting, 0);
    assert_int_equal(s.admitted, 9);
    assert_int_equal(s.active, 5);
    assert_int_equal(s.parked, 1);
    assert_int_equal(s.absences, 2);
    assert_int_equal(s.booked, 4);
    assert_int_equal(s.absent, 200);
    assert_int_equal(s.conversion, 1000);    /* of the four passes that are over */
    assert_int_equal(s.rate.set, 6000);
    assert_int_equal(s.rate.effective, 6000);
    assert_int_equal(s.rate.reason, ETA_RATE);
    advance_alone(h, 60000);
    s = status(h);
    assert_int_equal(s.active, 0);
    assert_int_equal(s.conversion, 444);     /* four of nine */
}

/* Those of a group's line are inside, too; what became of the general line's passes is not theirs. */
static void test_shares_of_a_line(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(6000, 100, 60);
    line_up(h, rules, 4);
    int64_t club = open_line(h, S("club"), 6000);
    for (int64_t user = 11; user <= 15; user++)
        stand(h, club, user);
    set(h, rules);
    advance(h, 2000);
    buy(h, 1, 101);
    struct status_out s = status(h);
    assert_int_equal(s.admitted, 4);
    assert_int_equal(s.active, 8);
    assert_int_equal(s.booked, 1);
    assert_int_equal(s.conversion, 1000);    /* the other three are inside */
}

static void test_curve_survives(void **state)
{
    struct here *h = *state;
    struct place_out *p = play(h, rules_of(6000, 100, 60));
    assert_int_equal(leave(h, 0, p[1].place_token), OK);     /* else he counts as present after the restart, and comes in */
    struct list before = curve(h);
    const struct minute *first = before.at, *last = first + before.n - 1;
    assert_in_range(before.n, 21, 22);
    assert_int_equal(first->tally.n[HAPPENED_JOIN], 10);
    assert_int_equal(last->tally.n[HAPPENED_JOIN], 0);
    assert_int_equal(sum(before, HAPPENED_ADMISSION), 9);
    assert_int_equal(sum(before, HAPPENED_ABSENCE), 2);
    assert_int_equal(sum(before, HAPPENED_RETURN), 1);
    assert_int_equal(sum(before, HAPPENED_BOOKING), 4);

    int64_t then = now(h);
    fixture_restart(&h->f);
    advance_alone(h, then - now(h));
    struct list after = curve(h);
    assert_int_equal(after.n, before.n);
    assert_memory_equal(after.at, before.at, before.n * sizeof(*first));
    struct status_out s = status(h);
    assert_int_equal(s.admitted, 9);
    assert_int_equal(s.booked, 4);
    assert_int_equal(s.absent, 200);
    join(h, 50);
    assert_int_equal(sum(curve(h), HAPPENED_JOIN), 11);
}

/* What is undone never happened. */
static void test_undone(void **state)
{
    struct here *h = *state;
    struct place_out lost;
    struct rules rules = rules_of(6000, 100, 60);
    struct spoil_in join_and_fail = { .fn = queue_join, .in = &(struct join_in){ .schedule = SCHEDULE } };
    line_up(h, rules, 1);
    assert_int_equal(fixture_call(&h->f, 9, 0, &spoil_call, &join_and_fail, &lost, NULL), ERR_CONFLICT);
    assert_int_equal(sum(curve(h), HAPPENED_JOIN), 1);
    join(h, 2);
    assert_int_equal(sum(curve(h), HAPPENED_JOIN), 2);
}

static void test_reasons(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(600, 10, 60);
    line_up(h, rules, 1);
    assert_int_equal(fixture_call(&h->f, 0, 0, &crowd_call, &(struct crowd_in){ .first = 100, .count = 500 }, NULL, NULL), OK);
    struct status_out s = status(h);
    assert_int_equal(s.rate.reason, ETA_PAUSED);
    assert_int_equal(s.rate.effective, 0);
    assert_false(s.tail.has_high);
    set(h, rules);
    advance(h, 5000);
    s = status(h);
    assert_int_equal(s.rate.reason, ETA_LIMIT);
    assert_int_equal(s.active, 10);
    assert_in_range(s.rate.effective, 10, 600);
    assert_true(s.tail.has_high && s.tail.low_seconds <= s.tail.eta_seconds && s.tail.eta_seconds <= s.tail.high_seconds);
}

/* A line that stands still does not go on saying why it stood. */
static void test_room_again(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(600, 10, 60);
    struct place_out *p = line_up(h, rules, 11);
    set(h, rules);
    advance(h, 5000);
    assert_int_equal(status(h).rate.reason, ETA_LIMIT);
    assert_int_equal(leave(h, 0, p[10].place_token), OK);
    advance(h, 2 * 60000);
    struct status_out s = status(h);
    assert_int_equal(s.active, 0);
    assert_int_equal(s.rate.reason, ETA_RATE);
    assert_int_equal(s.rate.effective, 600);
}

static void test_over(void **state)
{
    struct here *h = *state;
    play(h, rules_of(6000, 100, 60));
    advance_alone(h, DAY_MS);
    struct status_out s = status(h);
    assert_false(s.has_tail || s.rate.has_reason);
    assert_int_equal(s.rate.effective, 0);
    assert_int_equal(s.admitted, 9);
    assert_int_equal(curve(h).n, 0);         /* longer ago than it reaches */
    assert_int_equal(status_of(h, OWNER, ROLE_PRODUCER, &s), OK);
    fixture_restart(&h->f);                  /* the sale has just ended: passes may still be good */
    assert_int_equal(status_of(h, OWNER, ROLE_PRODUCER, &s), OK);
    advance_alone(h, 60 * 60 * 1000);
    fixture_restart(&h->f);                  /* a program that begins so long after the sale has no room for it */
    assert_int_equal(status_of(h, OWNER, ROLE_PRODUCER, &s), ERR_CONFLICT);
}

/* ---- the levers ---- */

static err control(struct here *h, int64_t user, unsigned roles, struct control_in in, struct settings_out *ret)
{
    struct ctx cx;
    in.schedule = SCHEDULE;
    err e = fixture_call(&h->f, user, roles, &queue_control_call, &in, ret, &cx);
    if (!e) {
        ret->message = arena_str(h->arena, ret->message);
        ret->message_en = arena_str(h->arena, ret->message_en);
    }
    app_ctx_end(&cx);
    return e;
}

static void test_levers(void **state)
{
    struct here *h = *state;
    struct settings_out s;
    set(h, rules_of(600, 100, 60));
    assert_int_equal(control(h, 8, ROLE_PRODUCER, (struct control_in){ .active_limit = 1 }, &s), ERR_MISSING);
    struct control_in pause = { .has_paused = true, .paused = true, .has_message = true, .message = S("곧 다시 시작합니다"),
                                .has_message_en = true, .message_en = S("Back soon") };
    assert_int_equal(control(h, OWNER, ROLE_PRODUCER, pause, &s), OK);
    assert_true(s.rules.paused && s.rules.admit_per_minute == 600 && s.rules.active_limit == 100 && s.rules.pass_seconds == 60);
    assert_int_equal(control(h, 8, ROLE_MANAGER, (struct control_in){ .admit_per_minute = 30, .active_limit = 7 }, &s), OK);
    assert_true(s.rules.paused && s.rules.admit_per_minute == 30 && s.rules.active_limit == 7);
    assert_true(str_eq(s.message, S("곧 다시 시작합니다")) && str_eq(s.message_en, S("Back soon")));
    struct place_out place = join(h, 1);
    assert_true(str_eq(place.message, S("Back soon")));      /* the bed's people read English */
    assert_int_equal(control(h, OWNER, ROLE_PRODUCER, (struct control_in){ .has_message_en = true }, &s), OK);
    assert_true(str_eq(look(h, place.place_token).message, S("곧 다시 시작합니다")));
    assert_int_equal(control(h, OWNER, ROLE_PRODUCER, (struct control_in){ .has_paused = true, .has_draining = true, .draining = true }, &s), OK);
    assert_true(!s.rules.paused && s.rules.draining);
    fixture_restart(&h->f);
    struct settings_out after = numbers(h);
    assert_true(after.rules.draining && after.rules.admit_per_minute == 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOM_TEST(test_figures),
        ROOM_TEST(test_shares_of_a_line),
        ROOM_TEST(test_curve_survives),
        ROOM_TEST(test_undone),
        ROOM_TEST(test_reasons),
        ROOM_TEST(test_room_again),
        ROOM_TEST(test_over),
        ROOM_TEST(test_levers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
