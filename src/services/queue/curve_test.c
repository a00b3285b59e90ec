/* The ring of minutes. */
#include "curve.h"
#include "test.h"

#define MINUTE INT64_C(60000)
#define START  (INT64_C(29000000) * MINUTE)

static struct curve curve;

static int clear(void **state)
{
    (void)state;
    curve = (struct curve){ 0 };
    return 0;
}

static void test_minutes(void **state)
{
    (void)state;
    struct minute got[CURVE_MINUTES];
    assert_int_equal(curve_read(NULL, START, got), 0);
    assert_int_equal(curve_read(&curve, START, got), 0);
    curve_add(&curve, START + 59999, HAPPENED_JOIN, 3);
    curve_add(&curve, START + 2 * MINUTE, HAPPENED_JOIN, 1);
    curve_add(&curve, START + 2 * MINUTE, HAPPENED_BOOKING, 2);
    assert_int_equal(curve_read(&curve, START + 3 * MINUTE + 1, got), 4);
    const int64_t joined[] = { 3, 0, 1, 0 }, booked[] = { 0, 0, 2, 0 };
    for (int i = 0; i < 4; i++) {
        assert_int_equal(got[i].at, START + i * MINUTE);
        assert_int_equal(got[i].tally.n[HAPPENED_JOIN], joined[i]);
        assert_int_equal(got[i].tally.n[HAPPENED_BOOKING], booked[i]);
        assert_int_equal(got[i].tally.n[HAPPENED_ADMISSION], 0);
    }
}

/* Whatever comes, so many minutes are kept, and what is forgotten was counted. */
static void test_ring(void **state)
{
    (void)state;
    struct minute got[CURVE_MINUTES];
    enum { MINUTES = 3 * CURVE_MINUTES + 7 };
    for (int i = 0; i < MINUTES; i++)
        curve_add(&curve, START + i * MINUTE, HAPPENED_ADMISSION, i);
    assert_int_equal(curve_read(&curve, START + (MINUTES - 1) * MINUTE, got), CURVE_MINUTES);
    for (int i = 0; i < CURVE_MINUTES; i++) {
        assert_int_equal(got[i].at, START + (MINUTES - CURVE_MINUTES + i) * MINUTE);
        assert_int_equal(got[i].tally.n[HAPPENED_ADMISSION], MINUTES - CURVE_MINUTES + i);
    }
    curve_add(&curve, START, HAPPENED_ADMISSION, 5);         /* longer ago than is kept: takes no newer minute's slot */
    assert_int_equal(curve_read(&curve, START + (MINUTES - 1) * MINUTE, got), CURVE_MINUTES);
    assert_int_equal(curve.counted.n[HAPPENED_ADMISSION], (int64_t)MINUTES * (MINUTES - 1) / 2 + 5);
    assert_int_equal(curve_read(&curve, START + 100 * (int64_t)MINUTES * MINUTE, got), 0);
}

static void test_follow(void **state)
{
    (void)state;
    struct minute got[CURVE_MINUTES];
    struct tally sum = { .n = { [HAPPENED_JOIN] = 4 } };
    curve_add(&curve, START, HAPPENED_JOIN, 4);
    curve_follow(&curve, START + MINUTE, &sum);              /* nothing new */
    assert_int_equal(curve_read(&curve, START, got), 1);
    sum.n[HAPPENED_JOIN] = 10;
    sum.n[HAPPENED_ABSENCE] = 1;
    curve_follow(&curve, START + MINUTE, &sum);
    curve_follow(&curve, START + 2 * MINUTE, &sum);
    assert_int_equal(curve_read(&curve, START + MINUTE, got), 2);
    assert_int_equal(got[0].tally.n[HAPPENED_JOIN], 4);
    assert_int_equal(got[1].tally.n[HAPPENED_JOIN], 6);
    assert_int_equal(got[1].tally.n[HAPPENED_ABSENCE], 1);
    assert_memory_equal(&curve.counted, &sum, sizeof(sum));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_minutes, clear),
        cmocka_unit_test_setup(test_ring, clear),
        cmocka_unit_test_setup(test_follow, clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
