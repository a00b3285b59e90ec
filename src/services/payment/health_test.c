/* When a provider is left alone, and how many questions it is asked. */
#include "test.h"

#include "health.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define START  (1000 * MINUTE)

static struct health make(int64_t per_minute)
{
    struct health h;
    health_init(&h, &(struct health_rules){ .per_minute = per_minute, .failures = 3, .pause_ms = 10 * SECOND, .threads = 8 }, START);
    return h;
}

static bool ask(struct health *h, enum outcome outcome, int64_t now)
{
    bool may = health_admit(h, true, now);
    if (may)
        health_note(h, outcome, 20, now);
    return may;
}

static void opens_after_failures_in_a_row(void **state)
{
    (void)state;
    struct health h = make(UNLIMITED);
    int64_t wait;
    for (int i = 0; i < 4; i++) {            /* answers in between: nothing happens */
        assert_true(ask(&h, OUTCOME_SILENT, START));
        assert_true(ask(&h, OUTCOME_SILENT, START));
        assert_true(ask(&h, OUTCOME_ANSWERED, START));
        assert_true(ask(&h, OUTCOME_ANSWERED, START));
    }
    assert_int_equal(h.state, BREAKER_CLOSED);
    for (int i = 0; i < 3; i++)
        assert_true(ask(&h, OUTCOME_SILENT, START));
    assert_int_equal(h.state, BREAKER_OPEN);
    assert_int_equal(health_look(&h, START, &wait), BREAKER_OPEN);
    assert_int_equal(wait, 10 * SECOND);
    assert_false(health_want(&h, START));
    assert_int_equal(health_per_minute(&h, START), 0);
    assert_false(ask(&h, OUTCOME_ANSWERED, START + 10 * SECOND - 1));
    health_end(&h);
}

static void one_question_decides(void **state)
{
    (void)state;
    struct health h = make(UNLIMITED);
    int64_t now = START;
    for (int i = 0; i < 3; i++)
        ask(&h, OUTCOME_SILENT, now);
    static const int64_t pauses[] = { 10, 20, 40, 80, 80 };
    for (size_t i = 0; i < sizeof(pauses) / sizeof(pauses[0]); i++) {
        now += pauses[i] * SECOND - 1;
        assert_false(health_admit(&h, true, now));
        now++;
        assert_true(health_want(&h, now));
        assert_true(health_admit(&h, false, now));
        assert_int_equal(h.state, BREAKER_PROBING);
        assert_false(health_admit(&h, true, now));           /* one at a time */
        assert_false(health_want(&h, now));
        health_note(&h, OUTCOME_SILENT, 20, now);
        assert_int_equal(h.state, BREAKER_OPEN);
    }
    now += 80 * SECOND;
    assert_true(health_admit(&h, true, now));
    health_note(&h, OUTCOME_ANSWERED, 20, now);
    assert_int_equal(h.state, BREAKER_CLOSED);
    assert_true(ask(&h, OUTCOME_SILENT, now));               /* it begins anew */
    assert_int_equal(h.state, BREAKER_CLOSED);
    ask(&h, OUTCOME_SILENT, now);
    ask(&h, OUTCOME_SILENT, now);
    assert_int_equal(h.rested_at, now + 10 * SECOND);
    health_end(&h);
}

static void answers_of_before_do_not_matter(void **state)
{
    (void)state;
    struct health h = make(UNLIMITED);
    assert_true(health_admit(&h, true, START));              /* still under way while others fail */
    for (int i = 0; i < 3; i++)
        ask(&h, OUTCOME_SILENT, START);
    health_note(&h, OUTCOME_ANSWERED, 20, START + 1);
    assert_int_equal(h.state, BREAKER_OPEN);
    health_end(&h);
}

static void opens_by_share(void **state)
{
    (void)state;
    struct health h = make(UNLIMITED);
    int i = 0;
    for (; h.state == BREAKER_CLOSED && i < 30; i++)         /* two of three, never three in a row */
        ask(&h, i % 3 ? OUTCOME_SILENT : OUTCOME_ANSWERED, START);
    assert_in_range(i, 20, 21);

    struct health calm = make(UNLIMITED);
    for (i = 0; i < 60; i++)                 /* the same, but hours apart */
        ask(&calm, i % 3 ? OUTCOME_SILENT : OUTCOME_ANSWERED, START + i * 3 * MINUTE);
    assert_int_equal(calm.state, BREAKER_CLOSED);
    health_end(&h);
    health_end(&calm);
}

static void holds_to_the_limit(void **state)
{
    (void)state;
    struct health h = make(120);
    int64_t buyers = 0, ours = 0;
    for (int64_t now = START; now < START + 10 * MINUTE; now += 50)
        buyers += ask(&h, OUTCOME_ANSWERED, now);
    assert_in_range(buyers, 1200, 1220);

    struct health quiet = make(120);
    for (int64_t now = START; now < START + 10 * MINUTE; now += 50) {
        ours += health_admit(&quiet, false, now);
        if (now % SECOND == 0)
            assert_true(health_admit(&quiet, true, now));    /* however eager we are, a buyer always finds room */
    }
    assert_in_range(ours, 590, 620);
    health_end(&h);
    health_end(&quiet);
}

static void shrinks_and_grows(void **state)
{
    (void)state;
    struct health h = make(UNLIMITED);
    int64_t now = START;
    assert_int_equal(health_per_minute(&h, now), UNLIMITED);
    for (; now < START + MINUTE; now += 60)                  /* 1,000 a minute ... */
        assert_true(ask(&h, OUTCOME_ANSWERED, now));
    assert_true(ask(&h, OUTCOME_THROTTLED, now));            /* ... are too many */
    assert_int_equal(health_per_minute(&h, now), 700);
    health_note(&h, OUTCOME_THROTTLED, 20, now + 10);        /* those under way say the same */
    assert_int_equal(health_per_minute(&h, now + 10), 700);
    assert_false(health_admit(&h, true, now + 10));
    assert_true(health_admit(&h, true, now + SECOND));
    assert_in_range(health_per_minute(&h, now + MINUTE), 700 * 17 / 10, 700 * 19 / 10);
    assert_int_equal(health_per_minute(&h, now + 60 * MINUTE), UNLIMITED);

    now += 60 * MINUTE;
    for (int i = 0; i < 100; i++)
        health_note(&h, OUTCOME_THROTTLED, 20, now += 2 * SECOND);
    assert_in_range(health_per_minute(&h, now), 12, 13);     /* never nothing */
    assert_int_equal(h.state, BREAKER_CLOSED);               /* who complains is there */
    health_end(&h);
}

static void slow_answers_limit(void **state)
{
    (void)state;
    struct health h = make(UNLIMITED);
    for (int i = 0; i < 100; i++)
        health_note(&h, OUTCOME_ANSWERED, 400, START);
    assert_int_equal(health_per_minute(&h, START), UNLIMITED);
    for (int i = 0; i < 100; i++)
        health_note(&h, OUTCOME_ANSWERED, 4000, START);
    assert_in_range(health_per_minute(&h, START), 8 * 15, 8 * 15 + 1);       /* eight threads, fifteen answers a minute each */
    for (int i = 0; i < 100; i++)
        health_note(&h, OUTCOME_ANSWERED, 100, START);
    assert_int_equal(health_per_minute(&h, START), UNLIMITED);
    health_end(&h);
}

static void in_use_for_ten_minutes(void **state)
{
    (void)state;
    struct health h = make(UNLIMITED);
    assert_false(health_in_use(&h, START));
    assert_true(health_admit(&h, false, START));
    assert_false(health_in_use(&h, START));
    assert_true(health_want(&h, START));
    assert_true(health_in_use(&h, START + 10 * MINUTE - 1));
    assert_false(health_in_use(&h, START + 10 * MINUTE));
    health_end(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_after_failures_in_a_row), cmocka_unit_test(one_question_decides), cmocka_unit_test(answers_of_before_do_not_matter),
        cmocka_unit_test(opens_by_share), cmocka_unit_test(holds_to_the_limit), cmocka_unit_test(shrinks_and_grows),
        cmocka_unit_test(slow_answers_limit), cmocka_unit_test(in_use_for_ten_minutes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
