/* Best available against a slow model. What needs a database is tested through the API (tests/api). */
#include "test.h"

#include <stdlib.h>

#include "booking_int.h"

/* ---- plans by code ---- */

/* Rows as texts: a letter is a seat of the category with that letter, a space an aisle. */
static struct plan *plan_of(struct arena *arena, const char *const *rows, size_t n)
{
    struct plan_maker m;
    plan_begin(&m, arena);
    assert_true(plan_add_category(&m, S("A"), S("#aa0000")) && plan_add_category(&m, S("B"), S("#00bb00")));
    assert_true(plan_add_section(&m, S("Floor"), SECTION_SEATS));
    for (size_t r = 0; r < n; r++) {
        assert_true(plan_add_row(&m, arena_fmt(arena, "%zu", r + 1)));
        for (size_t x = 0; rows[r][x]; x++)
            if (rows[r][x] != ' ')
                assert_true(plan_add_seat(&m, arena_fmt(arena, "%zu-%zu", r + 1, x + 1), arena_fmt(arena, "%zu", x + 1), (double)x, (double)r,
                                          (uint8_t)(rows[r][x] - 'A')));
    }
    return plan_end(&m);
}

static struct layout *layout_of(const struct plan *p)
{
    struct buf blob;
    buf_init(&blob, PLAN_BLOB_MAX);
    plan_encode(p, &blob);
    struct layout *l = layout_new(1, buf_view(&blob));
    buf_free(&blob);
    assert_non_null(l);
    return l;
}

struct house {                /* a sale without a database */
    struct layout *layout;
    struct sale sale;
};

static void house_of(struct house *h, const struct plan *p)
{
    *h = (struct house){ .layout = layout_of(p) };
    h->sale.layout = h->layout;
    h->sale.seats = h->layout->plan->seat_count;
    h->sale.free_bits = calloc(h->sale.seats / 64 + 3, 8);
    assert_non_null(h->sale.free_bits);
}

static void house_open(struct house *h, const char *const *rows, size_t n)
{
    struct arena *arena = arena_new(0);
    house_of(h, plan_of(arena, rows, n));
    arena_free(arena);
}

static void house_free(struct house *h, uint32_t seat, bool is_free)
{
    uint64_t bit = UINT64_C(1) << (seat % 64);
    bool was = h->sale.free_bits[seat / 64] & bit;
    h->sale.free_bits[seat / 64] = is_free ? h->sale.free_bits[seat / 64] | bit : h->sale.free_bits[seat / 64] & ~bit;
    h->sale.free[h->layout->plan->category[seat]] += (uint32_t)is_free - (uint32_t)was;
}

static bool house_is_free(const struct house *h, uint32_t seat)
{
    return h->sale.free_bits[seat / 64] >> (seat % 64) & 1;
}

static void house_close(struct house *h)
{
    layout_free(h->layout);
    free(h->sale.free_bits);
}

/* ---- the model: tries every start of every block ---- */

static bool leaves_orphan(const struct house *h, const struct block *b, uint32_t first, uint32_t count)
{
    uint32_t end = b->first + b->count, after = first + count;
    bool left = first > b->first && house_is_free(h, first - 1) && (first - 1 == b->first || !house_is_free(h, first - 2));
    bool right = after < end && house_is_free(h, after) && (after + 1 == end || !house_is_free(h, after + 1));
    return left || right;
}

/* The best row's number with a place for `count`; row_count when there is none. */
static uint32_t model_row(const struct house *h, uint32_t grade, uint32_t count, bool orphans)
{
    const struct layout *l = h->layout;
    uint32_t best = l->plan->row_count, best_rank = UINT32_MAX;
    for (uint32_t i = l->blocks_of[grade]; i < l->blocks_of[grade + 1]; i++) {
        const struct block *b = &l->blocks[i];
        for (uint32_t first = b->first; first + count <= b->first + b->count; first++) {
            bool all = true;
            for (uint32_t k = 0; k < count; k++)
                all &= house_is_free(h, first + k);
            if (!all || (!orphans && leaves_orphan(h, b, first, count)) || l->plan->rows[b->row].rank >= best_rank)
                continue;
            best = b->row;
            best_rank = l->plan->rows[b->row].rank;
        }
    }
    return best;
}

static void check_choice(const struct house *h, uint32_t grade, uint32_t count, struct rng *rng)
{
    uint32_t seats[HOLD_SEATS_MAX], rows = h->layout->plan->row_count;
    uint32_t want = model_row(h, grade, count, false);
    bool orphans = want == rows;
    if (orphans)
        want = model_row(h, grade, count, true);
    bool found = best_seats(&h->sale, &(struct best_wish){ .grade = grade, .count = count }, rng, seats);
    assert_int_equal(found, want != rows);
    if (!found)
        return;
    assert_int_equal(layout_row(h->layout, seats[0]), want);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(seats[i], seats[0] + i);
        assert_true(house_is_free(h, seats[i]));
        assert_int_equal(h->layout->plan->category[seats[i]], grade);
        assert_false(i && bit_get(h->layout->plan->breaks, seats[i]));
    }
    const struct block *b = h->layout->blocks;
    while (!(seats[0] >= b->first && seats[0] < b->first + b->count))
        b++;
    assert_true(orphans || !leaves_orphan(h, b, seats[0], count));
}

static const char *const theatre[] = {
    "  AAAAAA AAAAAAAAAA AAAAAA  ", "AAAAAAAA AAAAAAAAAA AAAAAAAA", "BBAAAAAAAAAAAAAAAAAAAAAAAABB", "BBBBBBBB BBBBBBBBBB BBBBBBBB",
    "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB",
};

static void test_best_against_model(void **state)
{
    (void)state;
    struct house h;
    struct rng rng;
    rng_seed(&rng, 2026);
    house_open(&h, theatre, 5);
    for (int round = 0; round < 4000; round++) {
        uint64_t density = 1 + rng_below(&rng, 9);
        for (uint32_t seat = 0; seat < h.sale.seats; seat++)
            house_free(&h, seat, rng_below(&rng, 10) < density);
        check_choice(&h, (uint32_t)rng_below(&rng, 2), 1 + (uint32_t)rng_below(&rng, 8), &rng);
    }
    house_close(&h);
}

/* Of grade A. */
static bool best(const struct house *h, uint32_t count, struct rng *rng, uint32_t *ret_seats)
{
    return best_seats(&h->sale, &(struct best_wish){ .count = count }, rng, ret_seats);
}

static void test_best_is_deterministic_and_central(void **state)
{
    (void)state;
    struct house h;
    uint32_t a[8], b[8];
    house_open(&h, theatre, 2);
    for (uint32_t seat = 0; seat < h.sale.seats; seat++)
        house_free(&h, seat, true);
    struct rng one, two;
    rng_seed(&one, 9);
    rng_seed(&two, 9);
    assert_true(best(&h, 4, &one, a) && best(&h, 4, &two, b));
    assert_memory_equal(a, b, 4 * sizeof(a[0]));
    /* Both rows are free: the front one, in its middle block, near the middle. */
    assert_int_equal(layout_row(h.layout, a[0]), 0);
    assert_in_range(a[0], 6 + 2, 6 + 4);
    assert_false(best(&h, 40, &one, a));   /* no row is that long */
    house_close(&h);
}

static void test_orphan_only_when_needed(void **state)
{
    (void)state;
    static const char *const three[] = { "AAA", "AAAA" };
    struct house h;
    struct rng rng;
    uint32_t seats[2];
    rng_seed(&rng, 1);
    house_open(&h, three, 2);
    for (uint32_t seat = 0; seat < 7; seat++)
        house_free(&h, seat, true);
    assert_true(best(&h, 2, &rng, seats)); /* two of three would leave one alone: the second row it is */
    assert_in_range(seats[0], 3, 5);
    house_free(&h, 3, false);
    house_free(&h, 4, false);
    house_free(&h, 5, false);
    assert_true(best(&h, 2, &rng, seats)); /* nothing else fits */
    assert_in_range(seats[0], 0, 1);
    house_close(&h);
}

/* Two standing areas of one grade, of 3 and 200 places, behind a row of two. */
static struct plan *plan_with_areas(struct arena *arena)
{
    static const uint32_t places[] = { 2, 3, 200 };
    static const char *const names[] = { "Row", "Pit", "Yard" };
    struct plan_maker m;
    plan_begin(&m, arena);
    assert_true(plan_add_category(&m, S("A"), S("#aa0000")));
    for (int a = 0; a < 3; a++) {
        assert_true(plan_add_section(&m, str_c(names[a]), a ? SECTION_AREA : SECTION_SEATS) && plan_add_row(&m, str_c(names[a])));
        for (uint32_t i = 0; i < places[a]; i++)
            assert_true(plan_add_seat(&m, arena_fmt(arena, "%s-%u", names[a], i + 1), S("1"), (double)(i % 20), 3.0 * a + i / 20, 0));
    }
    return plan_end(&m);
}

static void check_area(const struct house *h, struct str section, uint32_t count, uint32_t first, struct rng *rng)
{
    uint32_t seats[HOLD_SEATS_MAX];
    assert_true(best_seats(&h->sale, &(struct best_wish){ 0, count, section }, rng, seats));
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(seats[i], first + i);
}

static void test_areas(void **state)
{
    (void)state;
    struct house h;
    struct rng rng;
    uint32_t seats[HOLD_SEATS_MAX];
    rng_seed(&rng, 1);
    struct arena *arena = arena_new(0);
    house_of(&h, plan_with_areas(arena));
    arena_free(arena);
    for (uint32_t seat = 0; seat < 205; seat++)
        house_free(&h, seat, true);

    check_area(&h, S(""), 2, 0, &rng);                   /* seats go before places */
    check_area(&h, S(""), 3, 2, &rng);
    check_area(&h, S("Yard"), 3, 5, &rng);
    check_area(&h, S(""), 4, 5, &rng);                   /* all in one area, not three in one and one in the other */
    for (uint32_t seat = 5; seat < 200; seat++)
        house_free(&h, seat, false);
    check_area(&h, S("Yard"), 5, 200, &rng);
    assert_false(best_seats(&h.sale, &(struct best_wish){ 0, 6, S("Yard") }, &rng, seats));
    assert_int_equal(best_left(&h.sale, &(struct best_wish){ 0, 6, S("Yard") }), 5);
    assert_false(best_seats(&h.sale, &(struct best_wish){ .count = 6 }, &rng, seats));
    assert_int_equal(best_left(&h.sale, &(struct best_wish){ .count = 6 }), 10);
    assert_false(best_seats(&h.sale, &(struct best_wish){ 0, 1, S("Roof") }, &rng, seats));
    house_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_best_against_model),
        cmocka_unit_test(test_best_is_deterministic_and_central),
        cmocka_unit_test(test_orphan_only_when_needed),
        cmocka_unit_test(test_areas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
