/* Admission follows what the payment providers can take. */
#include "queue_bed.h"

#define RATE   600            /* the organizer's: ten a second */
#define MINUTE INT64_C(60000)

/* How many come in within so many minutes. */
static int64_t admitted_in(struct here *h, int64_t minutes)
{
    int64_t before = numbers(h).serving;
    advance(h, minutes * MINUTE);
    return numbers(h).serving - before;
}

static struct rules open_rules(void)
{
    return rules_of(RATE, 100000, 3600);
}

static void crowd_of(struct here *h, int64_t n)
{
    set_paused(h, open_rules());
    assert_int_equal(fixture_call(&h->f, 0, 0, &crowd_call, &(struct crowd_in){ .first = 1, .count = n }, NULL, NULL), OK);
    set(h, open_rules());
}

/* 120 orders a minute are 200 people, when 600 of 1,000 are expected to pay. */
static void bounded(void **state)
{
    struct here *h = *state;
    crowd_of(h, 5000);
    assert_in_range(admitted_in(h, 2), 2 * RATE - 1, 2 * RATE + 10);
    orders_per_minute = 120;
    advance(h, 1000);                        /* takes notice */
    assert_in_range(admitted_in(h, 5), 5 * 200 - 4, 5 * 200 + 4);
    orders_per_minute = 1000;                /* more than the organizer wants is not let in */
    advance(h, 1000);
    assert_in_range(admitted_in(h, 1), RATE - 10, RATE + 10);
}

static void down_and_up(void **state)
{
    struct here *h = *state;
    crowd_of(h, 5000);
    advance(h, 10000);
    orders_per_minute = 0;
    advance(h, 1000);
    assert_in_range(admitted_in(h, 10), 10 * 6 - 2, 10 * 6 + 2);     /* a trickle, never nobody */
    orders_per_minute = INT64_MAX;
    advance(h, 1000);
    assert_in_range(admitted_in(h, 2), 2 * RATE - 10, 2 * RATE + 10);
}

/* Another room, with people in line. */
static void room_beside(struct here *h, int64_t schedule, int64_t starts_in)
{
    struct place_out place;
    struct settings_out out;
    assert_int_equal(open_schedule(h, schedule, starts_in, DAY_MS), OK);
    assert_int_equal(fixture_call(&h->f, OWNER, ROLE_PRODUCER, &queue_settings_set_call,
                                  &(struct settings_in){ .schedule = schedule, .rules = rules_of(1, 1000, 3600) }, &out, NULL), OK);
    for (int64_t user = 1; user <= 10; user++)
        assert_int_equal(fixture_call(&h->f, user, ROLE_CUSTOMER, &queue_join_call, &(struct join_in){ .schedule = schedule }, &place, NULL), OK);
}

/* What the providers can take is shared by the rooms in which people wait and may come in. */
static void shared(void **state)
{
    struct here *h = *state;
    crowd_of(h, 3000);
    room_beside(h, SCHEDULE + 1, -1000);
    room_beside(h, SCHEDULE + 2, 4 * MINUTE);
    orders_per_minute = 120;
    advance(h, 1000);
    assert_in_range(admitted_in(h, 3), 3 * 100 - 4, 3 * 100 + 4);
    advance(h, MINUTE);                      /* the third sale begins */
    assert_in_range(admitted_in(h, 3), 200 - 4, 200 + 4);
}

static void told(void **state)
{
    struct here *h = *state;
    crowd_of(h, 2000);
    advance(h, 1000);
    struct place_out last = join(h, 5000);
    assert_int_equal(last.eta_reason, ETA_RATE);
    int64_t eta = last.eta_seconds;
    orders_per_minute = 0;
    advance(h, 1000);
    last = look(h, last.place_token);
    assert_int_equal(last.eta_reason, ETA_PAYMENT);
    assert_true(last.eta_seconds > 50 * eta);
    orders_per_minute = INT64_MAX;
    advance(h, 1000);
    last = look(h, last.place_token);
    assert_int_equal(last.eta_reason, ETA_RATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = { ROOM_TEST(bounded), ROOM_TEST(down_and_up), ROOM_TEST(shared), ROOM_TEST(told) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
