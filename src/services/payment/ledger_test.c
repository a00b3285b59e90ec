/* The ledger of whole payments: each account after each step, rates that change, and what cancellations keep. */
#include "payment_bed.h"

#include "ledger.h"
#include "platform/config/config.h"
#include "platform/obs/log.h"

/* While errors are what the test wants. */
#define LOG_NOTHING ((enum log_level)(LOG_ERROR + 1))

#define ACCOUNT(word) { "test." word, "SELECT COALESCE(SUM(amount), 0) FROM payment_ledger WHERE account = '" word "'" }

static const struct query accounts[LEDGER_ACCOUNTS] = {
    [ACCOUNT_PROVIDER] = ACCOUNT("provider"),
    [ACCOUNT_BUYER] = ACCOUNT("buyer"),
    [ACCOUNT_REFUND_DUE] = ACCOUNT("refund_due"),
    [ACCOUNT_ORGANIZER] = ACCOUNT("organizer"),
    [ACCOUNT_PLATFORM_FEE] = ACCOUNT("platform_fee"),
    [ACCOUNT_TAX] = ACCOUNT("tax"),
    [ACCOUNT_PROVIDER_FEE] = ACCOUNT("provider_fee"),
    [ACCOUNT_RETAINED_FEE] = ACCOUNT("retained_fee"),
};
static const struct query owned = { "test.owned", "SELECT -COALESCE(SUM(amount), 0) FROM payment_ledger WHERE organizer_id = 8" };
static const struct query kept_moves = { "test.kept_moves", "SELECT COUNT(*) FROM payment_move WHERE why = 'fee_kept'" };

static void assert_balances(struct bed *b, const int64_t expected[LEDGER_ACCOUNTS])
{
    for (int i = 0; i < LEDGER_ACCOUNTS; i++) {
        int64_t found = count(b, &accounts[i]);
        if (found != expected[i])
            FAIL("%s is %lld, not %lld", accounts[i].name, (long long)found, (long long)expected[i]);
    }
}
#define BALANCES(...) (const int64_t[LEDGER_ACCOUNTS]){ __VA_ARGS__ }

/* Settings hold from the next start on. */
static void set(struct bed *b, const char *key, const char *value)
{
    struct str why;
    assert_true(config_set(b->fixture.config, str_c(key), str_c(value), &why));
}

/* A bed with the platform's fee at 5 %, its tax at 10 % and the provider's fee at 3.4 %. */
static void usual_fees(struct bed *b)
{
    set(b, "payment.platform_fee_bp", "500");
    set(b, "payment.vat_permille", "100");
    set(b, "payment.sandbox_fee_bp", "340");
    restart(b);
}

static int64_t paid(struct bed *b)
{
    struct payment_view v;
    err e;
    int64_t id = pay(b, "sandbox-ok", &e, &v);
    assert_int_equal(e, OK);
    return id;
}

static void staff_gives_back(struct bed *b, int64_t payment, int64_t amount)
{
    struct refund_in in = { .payment = payment, .reason = S("goodwill"), .has_amount = true, .amount = { amount, "KRW" } };
    struct refund_view v;
    b->roles = ROLE_MANAGER;
    assert_int_equal(ask(b, call_at("POST", "/api/v1/payments/{payment_id}/refunds"), &in, &v), OK);
    b->roles = ROLE_CUSTOMER;
    advance(b, 0);
}

static void a_sale_is_shared(void **state)
{
    struct bed *b = *state;
    usual_fees(b);
    paid(b);
    assert_balances(b, BALANCES(DUE, 0, 0, -136650, -7500, -750, -5100, 0));
    assert_int_equal(count(b, &owned), 136650);
}

/* Two thirds go back, then the rest: to the last won. */
static void refunds_take_back_each_share(void **state)
{
    struct bed *b = *state;
    usual_fees(b);
    int64_t id = paid(b);
    staff_gives_back(b, id, 100001);
    assert_balances(b, BALANCES(49999, 0, 0, -45552, -2499, -249, -1699, 0));
    staff_gives_back(b, id, 49999);
    assert_balances(b, BALANCES(0));
    assert_state(b, id, PAYMENT_REFUNDED);
}

static void rates_of_then_stay(void **state)
{
    struct bed *b = *state;
    usual_fees(b);
    int64_t id = paid(b);
    set(b, "payment.platform_fee_bp", "2000");
    set(b, "payment.vat_permille", "0");
    set(b, "payment.retained_fee_to", "platform");
    restart(b);
    cancel_keeping(b, 1, id, 45000, 5000);
    advance(b, 0);
    assert_balances(b, BALANCES(105000, 0, 0, -91100, -5000, -500, -3400, -5000));
    assert_int_equal(count(b, &owned), 96100);
}

static void fees_for_each_payment(void **state)
{
    struct bed *b = *state;
    set(b, "payment.platform_fee_bp", "0");
    set(b, "payment.platform_fee_fixed", "USD 30, KRW 500");
    set(b, "payment.sandbox_fee_bp", "0");
    set(b, "payment.sandbox_fee_fixed", "KRW 100");
    restart(b);
    paid(b);
    assert_balances(b, BALANCES(DUE, 0, 0, -149350, -500, -50, -100, 0));
}

/* What came too late was never sold: it bears no fee. */
static void late_money_bears_no_fee(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    usual_fees(b);
    assert_int_equal(create(b, &v), OK);
    booking.status = BOOKING_EXPIRED;
    booking.seats_free = false;
    assert_int_equal(confirm(b, v.id, "sandbox-ok", &v), OK);
    advance(b, 0);
    assert_int_equal(booking.status, BOOKING_REFUNDED);
    assert_balances(b, BALANCES(0));
}

/* ---- what cancellations keep ---- */

static void kept_once(void **state)
{
    struct bed *b = *state;
    usual_fees(b);
    int64_t id = paid(b);
    cancel_keeping(b, 1, id, 45000, 5000);
    cancel_keeping(b, 1, id, 45000, 5000);       /* delivered again */
    cancel_keeping(b, 2, id, 0, 50000);          /* the fee is all of it */
    advance(b, 0);
    assert_int_equal(count(b, &kept_moves), 2);
    assert_balances(b, BALANCES(105000, 0, 0, -45550, -2500, -250, -1700, -55000));
    assert_int_equal(count(b, &owned), 45550 + 55000);
    assert_state(b, id, PAYMENT_PAID);
}

static void kept_by_the_platform(void **state)
{
    struct bed *b = *state;
    set(b, "payment.retained_fee_to", "platform");
    usual_fees(b);
    int64_t id = paid(b);
    cancel_keeping(b, 1, id, 135000, 15000);
    advance(b, 0);
    assert_balances(b, BALANCES(15000, 0, 0, 0, 0, 0, 0, -15000));
    assert_int_equal(count(b, &owned), 0);
    staff_gives_back(b, id, 6000);               /* of the fee */
    assert_balances(b, BALANCES(9000, 0, 0, 0, 0, 0, 0, -9000));
    staff_gives_back(b, id, 9000);
    assert_balances(b, BALANCES(0));
    assert_state(b, id, PAYMENT_REFUNDED);
}

/* Nothing came, so nothing can be kept. */
static void nothing_kept_of_nothing(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    assert_int_equal(create(b, &v), OK);
    assert_int_equal(ask(b, &ledger_retain_call, &(struct retained){ 1, v.id, 5000 }, NULL), ERR_CONFLICT);
    assert_code(b, "not_paid");
    assert_int_equal(ask(b, &ledger_retain_call, &(struct retained){ 1, v.id + 100, 5000 }, NULL), ERR_MISSING);
    assert_int_equal(count(b, &kept_moves), 0);
    cancel_keeping(b, 2, v.id, 45000, 5000);     /* the event is put aside for people */
    log_level_set(LOG_NOTHING);
    advance(b, 0);
    log_level_set(LOG_ERROR);
    assert_int_equal(count(b, &kept_moves), 0);
    assert_balances(b, BALANCES(0));
}

/* ---- settings ---- */

static void settings_are_looked_at(void **state)
{
    struct bed *b = *state;
    static const char *const wrong[][2] = {
        { "payment.platform_fee_fixed", "500" }, { "payment.sandbox_fee_fixed", "won 500" }, { "payment.retained_fee_to", "nobody" },
    };
    static const char *const right[][2] = {
        { "payment.platform_fee_fixed", "KRW 500" }, { "payment.sandbox_fee_fixed", "" }, { "payment.retained_fee_to", "platform" },
    };
    struct ctx cx;
    app_ctx_begin(b->fixture.app, &cx);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        set(b, wrong[i][0], wrong[i][1]);
        assert_int_equal(ledger_check_config(&cx, b->fixture.config), ERR_INPUT);
        set(b, right[i][0], right[i][1]);
        fail_clear(&cx);
        assert_int_equal(ledger_check_config(&cx, b->fixture.config), OK);
    }
    app_ctx_end(&cx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_CASE(a_sale_is_shared),
        BED_CASE(refunds_take_back_each_share),
        BED_CASE(rates_of_then_stay),
        BED_CASE(fees_for_each_payment),
        BED_CASE(late_money_bears_no_fee),
        BED_CASE(kept_once),
        BED_CASE(kept_by_the_platform),
        BED_CASE(nothing_kept_of_nothing),
        BED_CASE(settings_are_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
