/* The catalogue in memory, filled as at the start: what is found, in which order, and what the hours forget. */
#include <stdio.h>

#include "catalogue_int.h"
#include "performance_int.h"
#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NOW          (INT64_C(500000) * HOUR_MS)

struct bed {
    struct catalogue *c;
    struct ctx cx;
};

static int set_up(void **state)
{
    static struct bed b;
    b.c = catalogue_new(NULL);
    b.cx = (struct ctx){ .arena = arena_new(0), .now = NOW };
    *state = &b;
    return 0;
}

static int tear_down(void **state)
{
    struct bed *b = *state;
    catalogue_free(b->c);
    arena_free(b->cx.arena);
    return 0;
}

/* A performance with a date, in an hour, in hall 1. */
static void put(struct bed *b, int64_t id, const char *title, const char *rest, const struct listing_date *dates, size_t n)
{
    struct str text = arena_fmt(b->cx.arena, "%s\n%s", title, rest);
    catalogue_put(&b->cx, b->c, &(struct listing){
        .id = id,
        .genre = (int)(id % 3),
        .text = catalogue_fold(b->cx.arena, text),
        .title_n = catalogue_fold(b->cx.arena, str_c(title)).n,
        .dates = dates,
        .date_count = n,
    });
}

static struct catalogue_query everything(void)
{
    return (struct catalogue_query){ .genre = -1, .status = -1, .high = -1, .limit = 20 };
}

/* What is found, as a number with a digit a performance. */
static int64_t found(struct bed *b, const struct catalogue_query *q)
{
    struct catalogue_hit hits[CATALOGUE_LIMIT];
    int64_t digits = 0;
    size_t n = catalogue_find(&b->cx, b->c, q, hits);
    for (size_t i = 0; i < n; i++)
        digits = digits * 10 + hits[i].place.id;
    return digits;
}

static int64_t found_by(struct bed *b, const char *q)
{
    struct catalogue_query query = everything();
    query.q = str_c(q);
    return found(b, &query);
}

static void test_words(void **state)
{
    static const struct {
        const char *q;
        int64_t found;
    } cases[] = {
        { "", 4321 }, { " ", 4321 }, { "햄릿", 1 }, { "햄", 1 }, { "릿", 1 }, { "유령", 32 }, { "오페라 유령", 2 }, { "유령 오페라", 2 }, { "PHANTOM", 2 },
        { "hanto", 2 }, { "유령 phantom", 2 }, { "유령 hamlet", 0 }, { "les miserables", 4 }, { "Misérables", 4 }, { "제라블", 4 },
        { "조승우", 21 }, { "조", 21 },
        { "승우조", 0 }, { "a", 421 }, { "t\np", 0 }, { "%", 0 }, { "\"", 0 }, { "xyzzy", 0 },
    };
    struct bed *b = *state;
    put(b, 1, "햄릿", "Hamlet\n조승우", NULL, 0);
    put(b, 2, "오페라의 유령", "The Phantom of the Opera\n조승우\n손지수", NULL, 0);
    put(b, 3, "유령", "Ghost\n김", NULL, 0);
    put(b, 4, "레미제라블", "Les Misérables\n최재림", NULL, 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (found_by(b, cases[i].q) != cases[i].found)
            print_error("case %zu: %s\n", i, cases[i].q);
        assert_int_equal(found_by(b, cases[i].q), cases[i].found);
    }
}

static void test_a_text_that_changes(void **state)
{
    struct bed *b = *state;
    put(b, 1, "햄릿", "Hamlet", NULL, 0);
    put(b, 2, "Othello", "", NULL, 0);
    catalogue_sold(&b->cx, b->c, 1, NOW, 5);
    put(b, 1, "리어왕", "King Lear", NULL, 0);
    assert_int_equal(found_by(b, "햄릿"), 0);
    assert_int_equal(found_by(b, "hamlet"), 0);
    assert_int_equal(found_by(b, "리어"), 1);
    struct catalogue_query q = everything();
    q.order = BY_SOLD;
    q.sold_only = true;
    assert_int_equal(found(b, &q), 1);
    catalogue_drop(&b->cx, b->c, 1);
    catalogue_drop(&b->cx, b->c, 1);
    assert_int_equal(found_by(b, "리어"), 0);
    assert_int_equal(found_by(b, ""), 2);
}

/* So often that the catalogue is built anew. */
static void test_many_changes(void **state)
{
    struct bed *b = *state;
    char title[32];
    struct listing_date dates[] = {
        { .hall = 1, .starts_at = NOW + 1, .low = 5, .high = 7 },
        { .hall = 2, .starts_at = NOW + 2, .low = 6, .high = 8 },
    };
    for (int round = 0; round < 3000; round++) {
        snprintf(title, sizeof(title), "round %d", round);
        put(b, 1, title, "first", dates, (size_t)(round % 3));
        put(b, 2, "still", title, dates, 2);
        if (round == 0)
            catalogue_sold(&b->cx, b->c, 2, NOW, 3);
    }
    assert_in_range(b->c->entry_count, 2, 4000);
    assert_int_equal(found_by(b, "round 2998"), 0);
    assert_int_equal(found_by(b, "round 2999"), 21);
    assert_int_equal(found_by(b, "first 2999"), 1);
    struct catalogue_query q = everything();
    q.low = q.high = 8;
    assert_int_equal(found(b, &q), 21);
    q = everything();
    q.order = BY_SOLD;
    q.sold_only = true;
    assert_int_equal(found(b, &q), 2);
}

static void test_one_date_fits_all(void **state)
{
    struct bed *b = *state;
    const struct listing_date first[] = {
        { .hall = 1, .starts_at = 100, .low = 10, .high = 20 },
        { .hall = 2, .starts_at = 200, .low = 50, .high = 90 },
    };
    const struct listing_date second[] = { { .hall = 2, .starts_at = 100, .low = 10, .high = 20, .cancelled = true } };
    catalogue_hall(&b->cx, b->c, 1, S("서울"));
    catalogue_hall(&b->cx, b->c, 2, S("부산"));
    put(b, 1, "a", "", first, 2);
    put(b, 2, "b", "", second, 1);
    const struct {
        const char *region;
        int64_t from, to, low, high, found;
    } cases[] = {
        { "", 0, 0, 0, -1, 21 }, { "서울", 0, 0, 0, -1, 1 }, { " 서울 ", 0, 0, 0, -1, 1 }, { "서", 0, 0, 0, -1, 0 },
        { "서울", 101, 0, 0, -1, 0 }, { "부산", 101, 0, 0, -1, 1 },
        { "", 100, 101, 0, -1, 1 }, { "", 101, 200, 0, -1, 0 }, { "", 0, 0, 21, 49, 0 }, { "", 0, 0, 20, 49, 1 }, { "", 0, 0, 91, -1, 0 },
        { "부산", 0, 0, 0, 49, 0 }, { "부산", 0, 0, 0, 50, 1 }, { "", 0, 0, 0, 0, 0 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct catalogue_query q = everything();
        q.region = str_c(cases[i].region);
        q.from = cases[i].from;
        q.to = cases[i].to;
        q.low = cases[i].low;
        q.high = cases[i].high;
        if (found(b, &q) != cases[i].found)
            print_error("case %zu\n", i);
        assert_int_equal(found(b, &q), cases[i].found);
    }
    catalogue_hall(&b->cx, b->c, 1, S("제주"));
    struct catalogue_query q = everything();
    q.region = S("서울");
    assert_int_equal(found(b, &q), 0);
    q.region = S("제주");
    assert_int_equal(found(b, &q), 1);
}

static void test_orders(void **state)
{
    struct bed *b = *state;
    const struct listing_date cheap[] = { { .starts_at = NOW + 300, .low = 10, .high = 20 } };
    const struct listing_date soon[] = {
        { .starts_at = NOW - 100, .low = 5, .high = 5, .cancelled = true },
        { .starts_at = NOW + 100, .low = 30, .high = 40 },
    };
    const struct listing_date over[] = { { .starts_at = NOW - 1, .low = 15, .high = 20 } };
    put(b, 1, "나비", "", cheap, 1);
    put(b, 2, "Butterfly", "", soon, 2);
    put(b, 3, "butter", "", over, 1);
    put(b, 4, "가", "", NULL, 0);
    static const struct {
        enum order order;
        int64_t found;
    } cases[] = { { BY_NEWEST, 4321 }, { BY_TITLE, 3241 }, { BY_SOONEST, 2143 }, { BY_PRICE, 1324 }, { BY_SOLD, 4321 } };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct catalogue_query q = everything();
        q.order = cases[i].order;
        assert_int_equal(found(b, &q), cases[i].found);
        /* The same in pages of one, each behind the place of the one before. */
        struct catalogue_hit hit;
        struct catalogue_place after;
        int64_t digits = 0;
        q.limit = 1;
        while (catalogue_find(&b->cx, b->c, &q, &hit)) {
            digits = digits * 10 + hit.place.id;
            after = hit.place;
            q.after = &after;
        }
        assert_int_equal(digits, cases[i].found);
    }
}

static void test_status(void **state)
{
    struct bed *b = *state;
    struct listing_date d[] = { { .sale_starts_at = NOW - 2, .sale_ends_at = NOW }, { .sale_starts_at = NOW + 1, .sale_ends_at = NOW + 2 } };
    assert_int_equal(dates_status(NULL, NOW, NULL, 0), SALE_UPCOMING);
    assert_int_equal(dates_status(NULL, NOW, d, 1), SALE_CLOSED);
    assert_int_equal(dates_status(NULL, NOW, d, 2), SALE_UPCOMING);
    assert_int_equal(dates_status(NULL, NOW + 2, d, 2), SALE_CLOSED);
    d[1].cancelled = true;
    assert_int_equal(dates_status(NULL, NOW, d, 2), SALE_CLOSED);
    put(b, 1, "a", "", d, 1);
    struct catalogue_query q = everything();
    q.status = SALE_CLOSED;
    assert_int_equal(found(b, &q), 1);
    q.status = SALE_UPCOMING;
    assert_int_equal(found(b, &q), 0);
}

static int64_t ranked(struct bed *b, enum period period)
{
    struct catalogue_query q = everything();
    q.order = BY_SOLD;
    q.period = period;
    q.sold_only = true;
    return found(b, &q);
}

static void test_hours(void **state)
{
    struct bed *b = *state;
    for (int64_t id = 1; id <= 4; id++)
        put(b, id, "show", "", NULL, 0);
    catalogue_sold(&b->cx, b->c, 1, NOW - 800 * HOUR_MS, 100);      /* too long ago */
    catalogue_sold(&b->cx, b->c, 1, NOW - 200 * HOUR_MS, 10);
    catalogue_sold(&b->cx, b->c, 2, NOW - 30 * HOUR_MS, 8);
    catalogue_sold(&b->cx, b->c, 3, NOW - 23 * HOUR_MS, 2);
    catalogue_sold(&b->cx, b->c, 3, NOW, 3);
    catalogue_sold(&b->cx, b->c, 4, NOW, 4);
    catalogue_sold(&b->cx, b->c, 4, NOW, -4);
    catalogue_sold(&b->cx, b->c, 9, NOW, 4);                        /* nobody knows it */
    assert_int_equal(ranked(b, PERIOD_DAY), 3);
    assert_int_equal(ranked(b, PERIOD_WEEK), 23);
    assert_int_equal(ranked(b, PERIOD_MONTH), 123);
    b->cx.now += HOUR_MS;                                           /* the first two of 3 are over, 5 - 2 remain */
    assert_int_equal(ranked(b, PERIOD_DAY), 3);
    catalogue_sold(&b->cx, b->c, 3, NOW, -3);
    assert_int_equal(ranked(b, PERIOD_DAY), 0);
    assert_int_equal(ranked(b, PERIOD_WEEK), 23);
    b->cx.now = NOW + 138 * HOUR_MS;                                /* 2's hour leaves the week */
    assert_int_equal(ranked(b, PERIOD_WEEK), 3);
    b->cx.now = NOW + 5000 * HOUR_MS;
    assert_int_equal(ranked(b, PERIOD_MONTH), 0);
    catalogue_sold(&b->cx, b->c, 1, b->cx.now, 1);
    assert_int_equal(ranked(b, PERIOD_DAY), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_words),
        TEST(test_a_text_that_changes),
        TEST(test_many_changes),
        TEST(test_one_date_fits_all),
        TEST(test_orders),
        TEST(test_status),
        TEST(test_hours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
