/* The ladder to the millisecond around each step, and that the parts of a booking add up. */
#include "test.h"

#include <stdio.h>

#include "cancel.h"

#include "base/clock.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FREE_TERMS   0

/* Korean time. */
static int64_t at(const char *day_and_clock)
{
    char text[40];
    int64_t ms;
    snprintf(text, sizeof(text), "%s+09:00", day_and_clock);
    assert_true(time_parse(str_c(text), &ms));
    return ms;
}

static struct cancel_terms terms(const char *booked, const char *show, int64_t now)
{
    struct cancel_policy p = cancel_policy_usual("KRW");
    return cancel_terms_at(&p, at(booked), at(show), now);
}

/* The last moment of a step, and the first of the next. */
struct boundary {
    const char *moment;
    int64_t before, after;    /* percent; -1: closed */
};

static void check(const char *booked, const char *show, const struct boundary *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int64_t moment = at(b[i].moment);
        struct cancel_terms last = terms(booked, show, moment - 1), first = terms(booked, show, moment);
        assert_true(last.open);
        assert_int_equal(last.percent, b[i].before);
        assert_int_equal(last.until, moment);
        assert_int_equal(first.open ? first.percent : -1, b[i].after);
        struct cancel_terms minute_before = terms(booked, show, moment - 60000);
        assert_true(minute_before.open);
        assert_int_equal(minute_before.percent, b[i].before);
    }
}

/* Tuesday, booked long before: D-10 until midnight, D-7, D-3, the day before at 17:00. */
static void each_step(void **state)
{
    (void)state;
    static const struct boundary steps[] = {
        { "2026-11-09T00:00:00", FREE_TERMS, 10 },   /* a week after the booking of the 1st is over; still 15 days to the show */
        { "2026-11-15T00:00:00", 10, 10 },           /* D-9: no longer at most 4,000 */
        { "2026-11-18T00:00:00", 10, 20 },           /* D-6 */
        { "2026-11-22T00:00:00", 20, 30 },           /* D-2 */
        { "2026-11-23T17:00:00", 30, -1 },
    };
    check("2026-11-01T23:59:59", "2026-11-24T19:30:00", steps, COUNT(steps));
    assert_int_equal(terms("2026-11-01T00:00:00", "2026-11-24T19:30:00", at("2026-11-14T23:59:59")).amount, 4000);
    assert_int_equal(terms("2026-11-01T00:00:00", "2026-11-24T19:30:00", at("2026-11-15T00:00:00")).amount, 0);
}

static void sunday_closes_on_saturday_at_eleven(void **state)
{
    (void)state;
    static const struct boundary sunday[] = { { "2026-11-28T11:00:00", 30, -1 } }, saturday[] = { { "2026-11-27T17:00:00", 30, -1 } },
                                 monday[] = { { "2026-11-29T17:00:00", 30, -1 } };
    check("2026-10-01T12:00:00", "2026-11-29T14:00:00", sunday, 1);
    check("2026-10-01T12:00:00", "2026-11-28T14:00:00", saturday, 1);
    check("2026-10-01T12:00:00", "2026-11-30T14:00:00", monday, 1);

    struct cancel_policy p = cancel_policy_usual("KRW");
    p.closes_at_sunday = (struct str){ 0 };          /* Sundays are like other days */
    int64_t show = at("2026-11-29T14:00:00");
    assert_int_equal(cancel_terms_at(&p, at("2026-10-01T12:00:00"), show, show - 3 * 86400000).until, at("2026-11-27T00:00:00"));
    assert_true(cancel_terms_at(&p, at("2026-10-01T12:00:00"), show, at("2026-11-28T16:59:59")).open);
    assert_false(cancel_terms_at(&p, at("2026-10-01T12:00:00"), show, at("2026-11-28T17:00:00")).open);
}

/* The free week ends ten days before the show, and there is none for who books later. */
static void free_week(void **state)
{
    (void)state;
    static const struct boundary near[] = { { "2026-11-15T00:00:00", FREE_TERMS, 10 }, { "2026-11-18T00:00:00", 10, 20 } };
    check("2026-11-12T10:00:00", "2026-11-24T19:30:00", near, COUNT(near));
    assert_int_equal(terms("2026-11-20T10:00:00", "2026-11-24T19:30:00", at("2026-11-20T10:00:01")).percent, 20);
    assert_int_equal(terms("2026-11-14T23:59:00", "2026-11-24T19:30:00", at("2026-11-14T23:59:30")).percent, FREE_TERMS);
    assert_int_equal(terms("2026-11-15T00:00:00", "2026-11-24T19:30:00", at("2026-11-15T00:00:01")).percent, 10);
}

/* Days are Korean: 15:00 UTC is midnight; a show shortly after midnight belongs to the new day. */
static void days_are_korean(void **state)
{
    (void)state;
    int64_t midnight;
    assert_true(time_parse(S("2026-11-17T15:00:00Z"), &midnight));
    assert_int_equal(midnight, at("2026-11-18T00:00:00"));
    static const struct boundary early[] = { { "2026-11-18T00:00:00", 10, 20 }, { "2026-11-23T17:00:00", 30, -1 } };
    check("2026-10-01T12:00:00", "2026-11-24T00:30:00", early, COUNT(early));
    static const struct boundary across_a_year[] = { { "2026-12-26T00:00:00", 10, 20 }, { "2026-12-31T17:00:00", 30, -1 } };
    check("2026-10-01T12:00:00", "2027-01-01T18:00:00", across_a_year, COUNT(across_a_year));
    static const struct boundary leap_day[] = { { "2028-02-24T00:00:00", 10, 20 }, { "2028-02-28T00:00:00", 20, 30 }, { "2028-02-29T17:00:00", 30, -1 } };
    check("2028-01-01T12:00:00", "2028-03-01T18:00:00", leap_day, COUNT(leap_day));
}

static void own_policies(void **state)
{
    (void)state;
    struct cancel_step steps[] = { { 5, 0, 0 }, { 0, 50, 1000 } };
    struct cancel_policy p = { .closes_at = S("23:59"), .steps = { steps, 2 } };
    int64_t show = at("2026-11-24T19:30:00"), booked = at("2026-11-01T00:00:00");
    assert_int_equal(cancel_terms_at(&p, booked, show, at("2026-11-19T23:59:59")).percent, 0);
    assert_int_equal(cancel_terms_at(&p, booked, show, at("2026-11-20T00:00:00")).percent, 50);
    assert_true(cancel_terms_at(&p, booked, show, show - 1).open);   /* closes at 23:59, but the show begins before */
    assert_false(cancel_terms_at(&p, booked, show, show).open);
    assert_int_equal(cancel_terms_at(&p, booked, show, show - 1).until, show);

    p.steps.n = 0;                               /* nothing but the free days */
    p.free_days = 2;
    assert_true(cancel_terms_at(&p, booked, show, at("2026-11-03T23:59:59")).open);
    assert_false(cancel_terms_at(&p, booked, show, at("2026-11-04T00:00:00")).open);
}

static void clock_texts(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        bool holds;
    } cases[] = {
        { S("00:00"), true },  { S("17:00"), true },  { S("23:59"), true },  { S("24:00"), false }, { S("17:60"), false }, { S("7:00"), false },
        { S("17.00"), false }, { S("-1:00"), false }, { S("17:-1"), false }, { S("1a:00"), false }, { S("17:000"), false }, { S("     "), false },
        { S("17:a0"), false },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(clock_text_holds(cases[i].text), cases[i].holds);
}

static void fees_are_rounded_down(void **state)
{
    (void)state;
    static const struct {
        int64_t percent, amount, paid, fee;
    } cases[] = {
        { 10, 4000, 150000, 4000 }, { 10, 4000, 40000, 4000 }, { 10, 4000, 39999, 3999 }, { 10, 4000, 0, 0 }, { 10, 0, 99, 9 }, { 30, 0, 3, 0 },
        { 30, 0, 33333, 9999 },     { 100, 0, 12345, 12345 },  { 0, 4000, 150000, 0 },    { 20, 0, MONEY_MAX, MONEY_MAX / 5 },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(cancel_fee(&(struct cancel_terms){ true, cases[i].percent, cases[i].amount, 0 }, cases[i].paid), cases[i].fee);
}

/* However a booking is given up, in parts and in any order, without a fee all that was paid comes back; with one never more. */
static void parts_add_up(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 7);
    for (int round = 0; round < 5000; round++) {
        struct seat_line lines[8];
        size_t n = 1 + rng_below(&rng, COUNT(lines));
        struct cancel_paid paid = { 0 };
        for (size_t i = 0; i < n; i++) {
            lines[i] = (struct seat_line){ .seat = (uint32_t)i, .price = (int64_t)rng_below(&rng, round % 2 ? 10 : MONEY_MAX) };
            paid.prices += lines[i].price;
        }
        paid.money = (int64_t)rng_below(&rng, (uint64_t)paid.prices + 1);
        paid.mileage = (int64_t)rng_below(&rng, (uint64_t)(paid.prices - paid.money) + 1);
        struct cancel_terms t = { true, (int64_t)rng_below(&rng, 2) * (int64_t)rng_below(&rng, 101), 0, 0 };
        struct cancel_sum sum = { 0 };
        int64_t gone = 0;
        for (size_t from = 0, count; from < n; from += count) {
            count = 1 + rng_below(&rng, n - from);
            struct cancel_sum part = cancel_sum(&t, &paid, gone, lines + from, count);
            assert_true(part.refund >= 0 && part.fee >= 0 && part.mileage >= 0);
            for (size_t i = from; i < from + count; i++)
                gone += lines[i].price;
            sum.refund += part.refund;
            sum.fee += part.fee;
            sum.mileage += part.mileage;
        }
        if (paid.prices == 0)
            paid.money = paid.mileage = 0;
        assert_int_equal(sum.refund + sum.fee, paid.money);
        assert_int_equal(sum.mileage, paid.mileage);
        assert_true(t.percent || sum.fee == 0);
        assert_true(sum.fee <= money_share(paid.money, t.percent, 100));
    }
}

static void other_currencies_have_no_won_amount(void **state)
{
    (void)state;
    struct cancel_policy p = cancel_policy_usual("USD");
    struct cancel_terms t = cancel_terms_at(&p, at("2026-10-01T00:00:00"), at("2026-11-24T19:30:00"), at("2026-11-10T00:00:00"));
    assert_true(t.open);
    assert_int_equal(t.percent, 10);
    assert_int_equal(t.amount, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_step),
        cmocka_unit_test(sunday_closes_on_saturday_at_eleven),
        cmocka_unit_test(free_week),
        cmocka_unit_test(days_are_korean),
        cmocka_unit_test(own_policies),
        cmocka_unit_test(clock_texts),
        cmocka_unit_test(fees_are_rounded_down),
        cmocka_unit_test(parts_add_up),
        cmocka_unit_test(other_currencies_have_no_won_amount),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
