#include "services/queue/limits.h"
#include "test.h"

#define NOW INT64_C(1800000000000)

static void test_counts(void **state)
{
    (void)state;
    struct limits l;
    limits_open(&l, 7);
    uint64_t ann = limits_name(&l, 1, 3, 42), bob = limits_name(&l, 1, 3, 43), ann_elsewhere = limits_name(&l, 1, 4, 42);
    assert_int_equal(limits_count(&l, ann, NOW), 0);
    for (int i = 1; i <= 5; i++)
        assert_int_equal(limits_add(&l, ann, NOW + i), i);
    assert_int_equal(limits_count(&l, ann, NOW + 6), 5);
    assert_int_equal(limits_count(&l, bob, NOW + 6), 0);
    assert_int_equal(limits_count(&l, ann_elsewhere, NOW + 6), 0);
    assert_int_equal(limits_count(&l, ann, NOW + LIMITS_WINDOW_MS - 1), 5);
    assert_int_equal(limits_count(&l, ann, NOW + LIMITS_WINDOW_MS), 0);
    assert_int_equal(limits_add(&l, ann, NOW + LIMITS_WINDOW_MS), 1);
    limits_close(&l);
}

/* A crowd of a million comes once each; those who come often are remembered all the same. */
static void test_crowd(void **state)
{
    (void)state;
    struct limits l;
    limits_open(&l, 7);
    uint64_t busy = limits_name(&l, 1, 3, 1);
    int64_t most = 0;
    for (int i = 0; i < 50; i++)
        limits_add(&l, busy, NOW);
    for (uint64_t i = 2; i < 1000000; i++) {
        int64_t count = limits_add(&l, limits_name(&l, 1, 3, i), NOW);
        most = count > most ? count : most;
    }
    assert_int_equal(most, 1);
    assert_int_equal(limits_count(&l, busy, NOW), 50);
    limits_close(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_crowd),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
