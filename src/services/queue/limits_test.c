#include "services/queue/limits.h"
#include "test.h"

#include <stdlib.h>

#include "platform/kv/kv.h"

#define NOW INT64_C(1800000000000)

static void test_counts(void **state)
{
    (void)state;
    struct limits *l = limits_open(7);
    uint64_t ann = limits_name(l, 1, 3, 42), bob = limits_name(l, 1, 3, 43), ann_elsewhere = limits_name(l, 1, 4, 42);
    assert_int_equal(limits_count(l, ann, NOW), 0);
    for (int i = 1; i <= 5; i++)
        assert_int_equal(limits_add(l, ann, NOW + i), i);
    assert_int_equal(limits_count(l, ann, NOW + 6), 5);
    assert_int_equal(limits_count(l, bob, NOW + 6), 0);
    assert_int_equal(limits_count(l, ann_elsewhere, NOW + 6), 0);
    assert_int_equal(limits_count(l, ann, NOW + LIMITS_WINDOW_MS - 1), 5);
    assert_int_equal(limits_count(l, ann, NOW + LIMITS_WINDOW_MS), 0);
    assert_int_equal(limits_add(l, ann, NOW + LIMITS_WINDOW_MS), 1);
    limits_close(l);
}

/* A crowd of a million comes once each; those who come often are remembered all the same. */
static void test_crowd(void **state)
{
    (void)state;
    struct limits *l = limits_open(7);
    uint64_t busy = limits_name(l, 1, 3, 1);
    int64_t most = 0;
    for (int i = 0; i < 50; i++)
        limits_add(l, busy, NOW);
    for (uint64_t i = 2; i < 1000000; i++) {
        int64_t count = limits_add(l, limits_name(l, 1, 3, i), NOW);
        most = count > most ? count : most;
    }
    assert_int_equal(most, 1);
    assert_int_equal(limits_count(l, busy, NOW), 50);
    limits_close(l);
}

/* ---- two processes that count together ---- */

struct two {
    struct arena *arena;
    struct kv *kv;
    struct limits *here, *there;
    uint64_t ann;
};

static int two_open(void **state)
{
    struct two *t = calloc(1, sizeof(*t));
    struct str why;
    t->arena = arena_new(0);
    t->kv = kv_open(t->arena, &(struct kv_options){ .url = { 0 } }, &why);
    assert_non_null(t->kv);
    t->here = limits_open(7);
    t->there = limits_open(7);
    t->ann = limits_name(t->here, 1, 3, 42);
    *state = t;
    return 0;
}

static int two_close(void **state)
{
    struct two *t = *state;
    limits_close(t->here);
    limits_close(t->there);
    kv_close(t->kv);
    arena_free(t->arena);
    free(t);
    return 0;
}

static void exchange(struct two *t, int64_t now)
{
    for (int i = 0; i < 2; i++) {            /* who is told of a loss tells again in the next */
        assert_true(limits_exchange(t->here, t->kv, t->arena, now));
        assert_true(limits_exchange(t->there, t->kv, t->arena, now));
    }
}

static void test_together(void **state)
{
    struct two *t = *state;
    for (int i = 0; i < 5; i++)
        limits_add(t->here, t->ann, NOW);
    assert_int_equal(limits_add(t->there, t->ann, NOW), 1);
    exchange(t, NOW);
    assert_int_equal(limits_count(t->there, t->ann, NOW), 6);
    assert_int_equal(limits_add(t->there, t->ann, NOW), 7);
    exchange(t, NOW + 10000);
    exchange(t, NOW + 20000);
    assert_int_equal(limits_count(t->here, t->ann, NOW + 20000), 7);        /* without having counted again */
    exchange(t, NOW + 30000);
    assert_int_equal(limits_count(t->here, t->ann, NOW + 30000), 7);
    assert_int_equal(limits_count(t->here, t->ann, NOW + LIMITS_WINDOW_MS), 0);
}

/* Whatever is lost, nobody counts less than he has counted himself, and all know everything again after the next looks. */
static void test_together_lost(void **state)
{
    struct two *t = *state;
    for (int i = 0; i < 5; i++)
        limits_add(t->here, t->ann, NOW);
    limits_add(t->there, t->ann, NOW);
    exchange(t, NOW);
    kv_memory_lose(t->kv);
    assert_int_equal(limits_add(t->there, t->ann, NOW), 7);
    exchange(t, NOW + 1);
    assert_true(limits_count(t->here, t->ann, NOW + 1) >= 5 && limits_count(t->there, t->ann, NOW + 1) >= 2);
    exchange(t, NOW + 10001);
    exchange(t, NOW + 20001);
    assert_int_equal(limits_count(t->here, t->ann, NOW + 20001), 7);
    assert_int_equal(limits_count(t->there, t->ann, NOW + 20001), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_crowd),
        cmocka_unit_test_setup_teardown(test_together, two_open, two_close),
        cmocka_unit_test_setup_teardown(test_together_lost, two_open, two_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
