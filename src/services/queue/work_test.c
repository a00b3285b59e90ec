/* Challenges and what is handed in for them: nothing but the work that was asked, by whom and for what it was asked. */
#include "services/queue/work.h"
#include "test.h"

#include "base/rng.h"

static const uint8_t key[32] = { 1, 2, 3 }, other_key[32] = { 3, 2, 1 };
static const struct work asked = { { "schedule00001", 13 }, { "account000001", 13 }, 10, 1000 };

static void test_solved(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct str challenge = work_challenge(arena, key, &asked), solution = work_solve(arena, challenge, asked.bits);
    struct work read;
    assert_true(work_read(arena, key, challenge, &read));
    assert_true(str_eq(read.schedule, asked.schedule) && str_eq(read.account, asked.account));
    assert_int_equal(read.bits, 10);
    assert_int_equal(read.expires_at, 1000);
    assert_false(work_read(arena, other_key, challenge, &read));
    assert_true(work_done(challenge, 10, solution));
    assert_true(work_done(challenge, 1, solution));
    assert_false(work_done(challenge, WORK_BITS_MAX, solution));
    assert_false(work_done(challenge, 0, solution));
    assert_false(work_done(challenge, 33, solution));
    arena_free(arena);
}

/* No two sets of fields make the same challenge: each has its length before it. */
static void test_fields_do_not_run_together(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct work one = { S("ab"), S("c"), 1, 23 }, two = { S("a"), S("bc"), 12, 3 };
    assert_false(str_eq(work_challenge(arena, key, &one), work_challenge(arena, key, &two)));
    arena_free(arena);
}

static void test_of_others(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct str challenge = work_challenge(arena, key, &asked), solution = work_solve(arena, challenge, asked.bits);
    struct work others[4] = { asked, asked, asked, asked };
    others[0].schedule = S("schedule00002");
    others[1].account = S("account000002");
    others[2].bits = 9;
    others[3].expires_at = 1001;
    for (int i = 0; i < 4; i++)
        assert_false(work_done(work_challenge(arena, key, &others[i]), 9, solution));
    arena_free(arena);
}

/* ---- anything else ---- */

#define MUTATIONS 100000

static struct str mutated(struct arena *arena, struct rng *rng, struct str from)
{
    struct str to = arena_str(arena, arena_fmt(arena, "%.*s  ", STR_ARG(from)));
    char *p = (char *)(uintptr_t)to.p;
    uint64_t at = rng_below(rng, from.n), until = rng_below(rng, from.n);
    to.n = from.n;
    switch (rng_below(rng, 5)) {
    case 0: p[at] = (char)(p[at] ^ 1 << rng_below(rng, 7)); break;
    case 1: to.n = (size_t)at; break;                        /* cut */
    case 2: p[to.n++] = (char)('A' + rng_below(rng, 26)); break;
    case 3:                                                  /* one out of it */
        memmove(p + at, p + at + 1, from.n - at - 1);
        to.n--;
        break;
    default:                                                 /* two change places */
        p[at] = from.p[until];
        p[until] = from.p[at];
    }
    return to;
}

static bool accepted(struct arena *arena, struct str challenge, struct str solution)
{
    struct work read;
    return work_read(arena, key, challenge, &read) && str_eq(read.schedule, asked.schedule) && str_eq(read.account, asked.account) &&
           work_done(challenge, asked.bits, solution);
}

static void test_mutations(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct str challenge = work_challenge(arena, key, &asked), solution = work_solve(arena, challenge, asked.bits);
    struct rng rng;
    rng_seed(&rng, 5);
    int wrong = 0, changed = 0;
    assert_true(accepted(arena, challenge, solution));
    for (int i = 0; i < MUTATIONS; i++) {
        struct arena *one = arena_new(0);
        struct str c = mutated(one, &rng, challenge);
        changed += !str_eq(c, challenge);
        wrong += !str_eq(c, challenge) && accepted(one, c, solution);
        wrong += work_done(c, asked.bits, solution) && !str_eq(c, challenge);
        arena_free(one);
    }
    assert_in_range(changed, MUTATIONS * 9 / 10, MUTATIONS);
    assert_int_equal(wrong, 0);
    arena_free(arena);
}

/* A part that is found anew is work too, so several are spoiled at once. */
static void test_spoiled_solutions(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct str challenge = work_challenge(arena, key, &asked), solution = work_solve(arena, challenge, asked.bits);
    struct rng rng;
    rng_seed(&rng, 6);
    for (int i = 0; i < MUTATIONS / 10; i++) {
        uint8_t counters[WORK_PARTS * 4];
        size_t n;
        struct arena *one = arena_new(0);
        assert_true(base64url_decode_to(solution, counters, sizeof(counters), &n));
        for (size_t part = 0; part < WORK_PARTS; part += 3)
            counters[part * 4 + rng_below(&rng, 4)] ^= (uint8_t)(1 + rng_below(&rng, 255));
        assert_false(work_done(challenge, asked.bits, base64url(one, str_of((const char *)counters, n))));
        assert_false(work_done(challenge, asked.bits, str_of(solution.p, rng_below(&rng, solution.n))));
        arena_free(one);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_solved),
        cmocka_unit_test(test_fields_do_not_run_together),
        cmocka_unit_test(test_of_others),
        cmocka_unit_test(test_mutations),
        cmocka_unit_test(test_spoiled_solutions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
