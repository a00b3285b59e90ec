/* How many come in: the rate to the person, whatever it is. */
#include "queue_bed.h"

#define HOUR_MS (60 * 60 * 1000)

/* ---- rate ---- */

/* Whenever the looks fall, as long as they fall within a second of each other. */
static void test_hour_of_looks(void **state)
{
    static const int64_t rates[] = { 1, 6, 7, 59, 60, 77, 100, 119, 121, 600, 6000, 100000 };
    (void)state;
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
        for (int64_t step = 100; step <= 500; step += 57) {
            struct rules rules = rules_of(rates[i], 1000000, 60);
            struct line line = { 0 };
            int64_t admitted = 0;
            for (int64_t now = 0; now <= HOUR_MS; now = now == HOUR_MS ? now + 1 : min(now + step, HOUR_MS)) {
                line_settle(&line, &rules, now);
                admitted += line.credit / CREDIT;
                line.credit %= CREDIT;
            }
            assert_int_equal(admitted, 60 * rates[i]);
        }
}

/* The first seconds may spend what was saved up; from then on it is the rate, and one person more or less for where the time begins. */
static void let_in(struct here *h, int64_t per_minute, int64_t minutes)
{
    struct rules rules = rules_of(per_minute, 1000000, 60);
    set_paused(h, rules);
    int64_t first = numbers(h).joined + 1, people = (minutes + 1) * per_minute;
    assert_int_equal(fixture_call(&h->f, 0, 0, &crowd_call, &(struct crowd_in){ .first = first, .count = people }, NULL, NULL), OK);
    set(h, rules);
    advance(h, 3000);
    int64_t before = numbers(h).serving;
    advance(h, minutes * 60000);
    int64_t admitted = numbers(h).serving - before;
    assert_in_range(admitted, minutes * per_minute - 1, minutes * per_minute + 1);
    advance(h, 2 * 60000);                   /* nobody is left for the next rate */
    set_paused(h, rules);
    assert_int_equal(numbers(h).waiting, 0);
}

static void test_rates_are_exact(void **state)
{
    let_in(*state, 1, 60);
    let_in(*state, 7, 60);
    let_in(*state, 60, 5);
    let_in(*state, 100, 5);
    let_in(*state, 6000, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hour_of_looks),
        ROOM_TEST(test_rates_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
