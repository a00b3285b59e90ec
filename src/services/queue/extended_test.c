/* A sale that was over goes on: whose turn had not come waits where he was, and what was over stays over. */
#include "queue_bed.h"

#include "services/booking/booking.h"

#define MINUTE_MS 60000
#define HOUR_MS   (60 * MINUTE_MS)
#define PEOPLE    8

static void move_end(struct here *h, int64_t ends_in)
{
    struct schedule_opening opening = { .schedule = SCHEDULE, .owner = OWNER, .sale_starts_at = now(h) - HOUR_MS, .sale_ends_at = now(h) + ends_in,
                                        .revision = 1 };
    assert_int_equal(fixture_call(&h->f, 0, 0, &queue_opened_call, &opening, NULL, NULL), OK);
}

static void expect(struct here *h, const struct place_out *p, int from, int to, enum place_state state)
{
    for (int i = from; i < to; i++)
        assert_int_equal(look(h, p[i].place_token).state, state);
}

static struct rules slow(void)
{
    return rules_of(1, 100, 300);
}

/* One at once and one a minute: two of the line are let in; then it is paused, and the sale ends. */
static struct place_out *two_get_in(struct here *h)
{
    struct place_out *p = line_up(h, slow(), PEOPLE);
    set(h, slow());
    advance(h, MINUTE_MS + 500);
    expect(h, p, 0, 2, PLACE_ADMITTED);
    expect(h, p, 2, PEOPLE, PLACE_WAITING);
    set_paused(h, slow());
    move_end(h, 0);
    return p;
}

static void stay_closed(struct here *h, int64_t ms, bool restart)
{
    advance_alone(h, ms);
    if (restart)
        fixture_restart(&h->f);
}

static void goes_on(struct here *h, int64_t closed_ms, bool restart)
{
    struct place_out *p = two_get_in(h), other;
    const char *code;
    expect(h, p, 2, PEOPLE, PLACE_EXPIRED);
    assert_int_equal(leave(h, 4, p[3].place_token), OK);     /* he has had enough */
    assert_int_equal(join_code(h, 100, &other, &code), ERR_CONFLICT);
    assert_string_equal(code, "not_on_sale");
    stay_closed(h, closed_ms, restart);

    move_end(h, DAY_MS);
    assert_int_equal(look(h, p[3].place_token).state, PLACE_LEFT);
    assert_int_equal(look(h, p[2].place_token).position, 1);
    assert_int_equal(look(h, p[4].place_token).position, 3);
    struct place_out again = join(h, 8);
    assert_int_equal(again.position, 6);
    assert_true(str_eq(again.place_token, p[7].place_token));
    assert_int_equal(join(h, 1).position, 7);                /* he was inside: no second turn but at the end */
    expect(h, p, 0, 2, PLACE_EXPIRED);
    set(h, slow());
    advance(h, 3 * MINUTE_MS + 500);
    expect(h, p, 0, 2, PLACE_EXPIRED);
    expect(h, p, 2, 3, PLACE_ADMITTED);
    expect(h, p, 4, 7, PLACE_ADMITTED);
    assert_int_equal(look(h, p[7].place_token).position, 1);
}

static void test_goes_on(void **state)
{
    goes_on(*state, 10 * MINUTE_MS, false);
}

static void test_goes_on_after_restart(void **state)
{
    goes_on(*state, 10 * MINUTE_MS, true);
}

static void test_goes_on_after_long(void **state)
{
    goes_on(*state, 2 * HOUR_MS, true);
}

/* A pass is good as long as it was, over the end, over a restart, and when the sale goes on. */
static void test_pass(void **state)
{
    struct here *h = *state;
    struct place_out *p = two_get_in(h);
    int64_t until = look(h, p[1].place_token).pass_expires_at;
    stay_closed(h, MINUTE_MS, true);
    assert_int_equal(look(h, p[1].place_token).pass_expires_at, until);
    move_end(h, DAY_MS);
    assert_int_equal(look(h, p[1].place_token).pass_expires_at, until);
    advance(h, until - now(h));
    expect(h, p, 0, 2, PLACE_EXPIRED);
}

/* Nobody looks while the sale is over: who waits has three minutes before he counts as absent. */
static void test_excused(void **state)
{
    struct here *h = *state;
    struct place_out *p = two_get_in(h);
    stay_closed(h, HOUR_MS / 2, false);
    move_end(h, DAY_MS);
    set(h, slow());
    advance_alone(h, 2 * MINUTE_MS + 500);
    expect(h, p, 2, 5, PLACE_ADMITTED);
    advance_alone(h, 2 * MINUTE_MS);
    assert_int_equal(numbers(h).parked, 2);
    expect(h, p, 7, 8, PLACE_WAITING);       /* he asks, within ten minutes */
    advance_alone(h, MINUTE_MS);
    assert_int_equal(numbers(h).parked, 1);
}

/* Whose turn was missed has his ten minutes, no more, whatever the sale does. */
static void missed(struct here *h, int64_t closed_ms, enum place_state then)
{
    struct rules rules = rules_of(60, 100, 300);
    struct place_out *p = line_up(h, rules, 2);
    advance_alone(h, 5 * MINUTE_MS);
    (void)look(h, p[1].place_token);
    set(h, rules);
    advance_alone(h, 2000);                  /* the first one is away, the second comes in */
    assert_int_equal(numbers(h).parked, 1);
    move_end(h, 0);
    stay_closed(h, closed_ms, false);
    expect(h, p, 0, 1, PLACE_EXPIRED);
    move_end(h, DAY_MS);
    advance_alone(h, 2000);
    expect(h, p, 0, 1, then);
}

static void test_missed(void **state)
{
    missed(*state, 5 * MINUTE_MS, PLACE_ADMITTED);
}

static void test_missed_too_long(void **state)
{
    missed(*state, 15 * MINUTE_MS, PLACE_EXPIRED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOM_TEST(test_goes_on), ROOM_TEST(test_goes_on_after_restart), ROOM_TEST(test_goes_on_after_long), ROOM_TEST(test_pass),
        ROOM_TEST(test_excused), ROOM_TEST(test_missed), ROOM_TEST(test_missed_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
