/* The arithmetic of fees: properties that hold for whatever amounts and rates there are, and the cases they do not tell. */
#include "test.h"

#include "base/money.h"
#include "base/rng.h"
#include "fees.h"

#define ROUNDS 100000
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int64_t below(struct rng *r, int64_t n)
{
    return (int64_t)rng_below(r, (uint64_t)n);
}

/* Small ones as often as large ones. */
static int64_t any_amount(struct rng *r)
{
    static const int64_t limits[] = { 1, 10, 1000, 200000, MONEY_MAX };
    return below(r, limits[below(r, COUNT(limits))] + 1);
}

static struct fee_rates any_rates(struct rng *r)
{
    return (struct fee_rates){ .platform_bp = below(r, 10001), .platform_fixed = below(r, 2) * any_amount(r), .vat_permille = below(r, 1001),
                               .provider_bp = below(r, 10001), .provider_fixed = below(r, 2) * any_amount(r) };
}

/* ---- fees ---- */

static void assert_fees(int64_t amount, struct fee_rates rates, struct fees expected)
{
    struct fees f = fees_of(amount, &rates);
    assert_int_equal(f.platform, expected.platform);
    assert_int_equal(f.tax, expected.tax);
    assert_int_equal(f.provider, expected.provider);
}

static void fees_are_rounded_down(void **state)
{
    (void)state;
    assert_fees(150000, (struct fee_rates){ 500, 0, 100, 340, 0 }, (struct fees){ 7500, 750, 5100 });
    assert_fees(33333, (struct fee_rates){ 500, 0, 100, 340, 0 }, (struct fees){ 1666, 166, 1133 });
    assert_fees(5000, (struct fee_rates){ 0, 500, 100, 290, 30 }, (struct fees){ 500, 50, 175 });
    assert_fees(150000, (struct fee_rates){ 0 }, (struct fees){ 0 });
    assert_fees(0, (struct fee_rates){ 500, 500, 100, 290, 30 }, (struct fees){ 0 });
}

static void a_price_contains_its_tax(void **state)
{
    (void)state;
    assert_int_equal(vat_contained(110000, 100), 10000);
    assert_int_equal(vat_contained(150000, 100), 13636);
    assert_int_equal(vat_contained(150000, 0), 0);
}

/* Of 1,000 the provider takes all; of 1,100 it leaves room for a part of the platform's fee and its tax. */
static void fees_never_exceed_the_amount(void **state)
{
    (void)state;
    assert_fees(1000, (struct fee_rates){ 1000, 0, 100, 0, 2000 }, (struct fees){ 0, 0, 1000 });
    assert_fees(1110, (struct fee_rates){ 10000, 0, 100, 0, 1000 }, (struct fees){ 100, 10, 1000 });
    struct rng r;
    rng_seed(&r, 1);
    for (int i = 0; i < ROUNDS; i++) {
        int64_t amount = any_amount(&r);
        struct fee_rates rates = any_rates(&r);
        struct fees f = fees_of(amount, &rates);
        assert_true(f.platform >= 0 && f.tax >= 0 && f.provider >= 0);
        assert_true(f.platform + f.tax + f.provider <= amount);
        assert_true(f.platform <= money_share(amount, rates.platform_bp, 10000) + rates.platform_fixed);
        assert_true(f.provider <= money_share(amount, rates.provider_bp, 10000) + rates.provider_fixed);
        assert_int_equal(f.tax, f.platform * rates.vat_permille / 1000);
    }
}

static void fixed_fees_are_by_currency(void **state)
{
    (void)state;
    static const struct {
        const char *text, *currency;
        int64_t amount;       /* -1: not of the form */
    } cases[] = {
        { "", "KRW", 0 },
        { "KRW 500", "KRW", 500 },
        { "KRW 500", "USD", 0 },
        { " KRW 500 ,USD  30", "USD", 30 },
        { "KRW 500, USD 30", "KRW", 500 },
        { "KRW 0", "KRW", 0 },
        { "KRW 1000000000000", "KRW", MONEY_MAX },
        { "KRW 1000000000001", "KRW", -1 },
        { "KRW -1", "KRW", -1 },
        { "KRW", "KRW", -1 },
        { "KRW x", "KRW", -1 },
        { "500 KRW", "KRW", -1 },
        { "krw 500", "KRW", -1 },
        { "KR{ 500", "KRW", -1 },
        { "KRWX 500", "KRW", -1 },
        { "KRW 500,,USD 30", "KRW", -1 },
        { " ", "KRW", -1 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t amount = 77;
        bool read = fee_fixed_of(str_c(cases[i].text), str_c(cases[i].currency), &amount);
        assert_int_equal(read, cases[i].amount >= 0);
        assert_int_equal(amount, read ? cases[i].amount : 77);
    }
}

/* ---- where the money stands ---- */

static struct holding any_holding(struct rng *r)
{
    struct holding h = { .captured = any_amount(r), .sold = below(r, 2) };
    struct fee_rates rates = any_rates(r);
    h.fees = fees_of(h.captured, &rates);
    h.promised = below(r, h.captured + 1);
    h.refunded = below(r, h.promised + 1);
    h.retained = below(r, 2) * below(r, h.captured + 1);
    return h;
}

static void balances_sum_to_nothing(void **state)
{
    (void)state;
    struct rng r;
    rng_seed(&r, 2);
    for (int i = 0; i < ROUNDS; i++) {
        struct holding h = any_holding(&r);
        int64_t at[LEDGER_ACCOUNTS], sum = 0;
        ledger_balances(&h, at);
        for (int a = 0; a < LEDGER_ACCOUNTS; a++) {
            sum += at[a];
            assert_true(a == ACCOUNT_PROVIDER ? at[a] >= 0 : at[a] <= 0);
        }
        assert_int_equal(sum, 0);
        assert_int_equal(at[ACCOUNT_PROVIDER], h.captured - h.refunded);
        assert_int_equal(at[ACCOUNT_REFUND_DUE], h.refunded - h.promised);
        assert_int_equal(at[ACCOUNT_BUYER], h.sold ? 0 : h.promised - h.captured);
        assert_true(-at[ACCOUNT_PLATFORM_FEE] <= h.fees.platform && -at[ACCOUNT_TAX] <= h.fees.tax && -at[ACCOUNT_PROVIDER_FEE] <= h.fees.provider);
        assert_true(-at[ACCOUNT_RETAINED_FEE] <= h.retained);
    }
}

/* A sale that nothing was given back of bears its fees as they are; one that all was given back of bears none. */
static void the_ends_are_exact(void **state)
{
    (void)state;
    struct rng r;
    rng_seed(&r, 3);
    for (int i = 0; i < ROUNDS; i++) {
        struct holding h = any_holding(&r);
        int64_t at[LEDGER_ACCOUNTS];
        h.sold = true;
        h.retained = h.promised = h.refunded = 0;
        ledger_balances(&h, at);
        assert_int_equal(-at[ACCOUNT_PLATFORM_FEE], h.fees.platform);
        assert_int_equal(-at[ACCOUNT_TAX], h.fees.tax);
        assert_int_equal(-at[ACCOUNT_PROVIDER_FEE], h.fees.provider);
        assert_int_equal(-at[ACCOUNT_ORGANIZER], h.captured - h.fees.platform - h.fees.tax - h.fees.provider);

        h.retained = any_amount(&r);
        h.promised = h.refunded = h.captured;
        ledger_balances(&h, at);
        for (int a = 0; a < LEDGER_ACCOUNTS; a++)
            assert_int_equal(at[a], 0);
    }
}

/* Given back in parts, in whatever order and with fees kept between: entries sum to what one refund of all would have booked; no account is ever
 * overdrawn on the way. What fails on the way leaves nothing behind. */
static void parts_come_to_the_whole(void **state)
{
    (void)state;
    struct rng r;
    rng_seed(&r, 4);
    for (int i = 0; i < ROUNDS / 10; i++) {
        struct holding h = any_holding(&r);
        int64_t sum[LEDGER_ACCOUNTS] = { 0 }, last[LEDGER_ACCOUNTS] = { 0 }, at[LEDGER_ACCOUNTS];
        h.sold = true;
        h.promised = h.refunded = h.retained = 0;
        for (int step = 0; step < 12; step++) {
            ledger_balances(&h, at);
            for (int a = 0; a < LEDGER_ACCOUNTS; a++) {
                sum[a] += at[a] - last[a];
                last[a] = at[a];
                assert_true(a == ACCOUNT_PROVIDER ? sum[a] >= 0 : sum[a] <= 0);
            }
            int64_t left = h.captured - h.promised;
            h.retained += below(&r, 3) ? 0 : below(&r, left + 1);
            h.promised += step == 10 ? left : below(&r, left + 1);
            h.refunded = step == 10 ? h.promised : h.refunded;
        }
        for (int a = 0; a < LEDGER_ACCOUNTS; a++)
            assert_int_equal(sum[a], 0);

        struct holding before = any_holding(&r), after;
        int64_t was[LEDGER_ACCOUNTS];
        after = before;
        after.promised = before.captured;
        ledger_balances(&before, was);
        ledger_balances(&after, at);
        after.promised = before.promised;
        ledger_balances(&after, at);
        assert_memory_equal(was, at, sizeof(was));
    }
}

/* 150,000 sold, a third given back: a third less of each fee. 15,000 kept of it bear no fee; staff may give back those too. */
static void kept_fees_bear_no_fee(void **state)
{
    (void)state;
    struct holding h = { .captured = 150000, .promised = 50000, .sold = true, .fees = { 7500, 750, 5100 } };
    int64_t at[LEDGER_ACCOUNTS];
    ledger_balances(&h, at);
    assert_int_equal(at[ACCOUNT_PLATFORM_FEE], -5000);
    assert_int_equal(at[ACCOUNT_TAX], -500);
    assert_int_equal(at[ACCOUNT_PROVIDER_FEE], -3400);
    assert_int_equal(at[ACCOUNT_ORGANIZER], -91100);

    h.promised = 135000;
    h.retained = 15000;
    ledger_balances(&h, at);
    assert_int_equal(at[ACCOUNT_RETAINED_FEE], -15000);
    assert_int_equal(at[ACCOUNT_ORGANIZER], 0);
    assert_int_equal(at[ACCOUNT_PLATFORM_FEE], 0);

    h.promised = 140000;
    ledger_balances(&h, at);
    assert_int_equal(at[ACCOUNT_RETAINED_FEE], -10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fees_are_rounded_down),       cmocka_unit_test(fees_never_exceed_the_amount), cmocka_unit_test(fixed_fees_are_by_currency),
        cmocka_unit_test(balances_sum_to_nothing),     cmocka_unit_test(the_ends_are_exact),           cmocka_unit_test(parts_come_to_the_whole),
        cmocka_unit_test(kept_fees_bear_no_fee),       cmocka_unit_test(a_price_contains_its_tax),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
