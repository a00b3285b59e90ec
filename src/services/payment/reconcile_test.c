/* The providers' books compared with ours: each way in which they can differ is found once, told to people, and settled when it is over. */
#include "fake_provider.h"
#include "payment_bed.h"
#include "reconcile.h"

#include <stdatomic.h>

#include "base/clock.h"
#include "platform/obs/log.h"
#include "platform/obs/metrics.h"

#define DAY_MS (INT64_C(24) * 60 * MINUTE_MS)
/* While errors are what the test wants. */
#define LOG_NOTHING ((enum log_level)(LOG_ERROR + 1))

static struct fake_provider *const toss = &fakes[0];
static const struct query all = { "test.all", "SELECT COUNT(*) FROM payment_difference" };
static const struct query open_ones = { "test.open", "SELECT COUNT(*) FROM payment_difference WHERE settled_at = 0" };
static const struct query cases = { "test.cases", "SELECT COUNT(*) FROM payment_case WHERE source LIKE 'difference:%'" };
static const struct query lines = { "test.lines", "SELECT COUNT(*) FROM payment_book_line" };
static const struct query undone = { "test.undone", "SELECT COUNT(*) FROM payment_reconciliation WHERE state <> 'done'" };
static const struct query days = { "test.days", "SELECT COUNT(*) FROM payment_reconciliation WHERE provider = 'toss'" };
static const struct query capped = { "test.capped", "SELECT COUNT(*) FROM payment_reconciliation WHERE capped = 1" };
static const struct query decide_all = { "test.decide", "UPDATE payment_case SET state = 'resolved'" };
static const struct query forget = { "test.forget",
                                     "DELETE FROM payment_reconciliation WHERE day > (SELECT MAX(day) FROM payment_reconciliation) - 3" };
static const struct query equal_sums = { "test.sums", "SELECT COUNT(*) FROM payment_reconciliation_sum WHERE charged_there = charged_here "
                                                      "AND refunded_there = refunded_here AND charged_here = 300000 AND refunded_here = 1000" };

static const struct query of_kind[DIFFERENCE_KINDS] = {
    [CHARGE_UNKNOWN] = { "test.k0", "SELECT COUNT(*) FROM payment_difference WHERE kind = 'charge_unknown' AND settled_at = 0" },
    [CHARGE_NOT_HERE] = { "test.k1", "SELECT COUNT(*) FROM payment_difference WHERE kind = 'charge_not_here' AND settled_at = 0" },
    [CHARGE_DIFFERS] = { "test.k2", "SELECT COUNT(*) FROM payment_difference WHERE kind = 'charge_differs' AND settled_at = 0" },
    [CHARGED_TWICE] = { "test.k3", "SELECT COUNT(*) FROM payment_difference WHERE kind = 'charged_twice' AND settled_at = 0" },
    [CHARGE_NOT_THERE] = { "test.k4", "SELECT COUNT(*) FROM payment_difference WHERE kind = 'charge_not_there' AND settled_at = 0" },
    [REFUND_UNKNOWN] = { "test.k5", "SELECT COUNT(*) FROM payment_difference WHERE kind = 'refund_unknown' AND settled_at = 0" },
    [REFUND_NOT_HERE] = { "test.k6", "SELECT COUNT(*) FROM payment_difference WHERE kind = 'refund_not_here' AND settled_at = 0" },
    [REFUND_NOT_THERE] = { "test.k7", "SELECT COUNT(*) FROM payment_difference WHERE kind = 'refund_not_there' AND settled_at = 0" },
};

static int make(void **state)
{
    fakes_reset();
    log_level_set(LOG_ERROR);
    int e = bed_make(state);
    atomic_store(&service(*state)->reconcile_due, 0);
    return e;
}

static int drop(void **state)
{
    struct bed *b = *state;
    b->no_provider = true;                   /* the audits that compare know the sandbox's books only */
    return bed_drop(state);
}

static int64_t now_of(struct bed *b)
{
    return clock_now(app_clock(b->fixture.app));
}

/* Noon of the next day, so that a test's day does not end meanwhile. */
static void begin_day(struct bed *b)
{
    advance(b, day_begins(day_of(now_of(b)) + 1) + DAY_MS / 2 - now_of(b));
}

/* Until the books of this day have been compared. */
static void end_day(struct bed *b)
{
    log_level_set(LOG_NOTHING);
    advance(b, day_begins(day_of(now_of(b)) + 1) + 5 * 60 * MINUTE_MS - now_of(b));
    log_level_set(LOG_ERROR);
}

static void next_booking(void)
{
    booking.id++;
    booking.status = BOOKING_PENDING;
    booking.payment = 0;
}

static int64_t paid(struct bed *b)
{
    struct payment_view v;
    next_booking();
    assert_int_equal(create(b, &v), OK);
    int64_t id = v.id;
    assert_int_equal(confirm(b, id, "key", &v), OK);
    assert_state(b, id, PAYMENT_PAID);
    return id;
}

static void give_back(struct bed *b, int64_t payment, int64_t amount)
{
    struct refund_view v;
    b->roles = ROLE_ADMIN;
    assert_int_equal(ask(b, call_at("POST", "/api/v1/payments/{payment_id}/refunds"),
                         &(struct refund_in){ .payment = payment, .amount = { amount, "KRW" }, .has_amount = true, .reason = S("staff") }, &v), OK);
    b->roles = ROLE_CUSTOMER;
    assert_int_equal(load(b, payment).refunded, amount);
}

/* Compares a day anew. */
static void again(struct bed *b, int64_t day)
{
    struct account_ref ref = { provider_at(0), 0 };
    advance(b, MINUTE_MS);
    assert_int_equal(ask(b, &reconcile_plan_call, &(struct plan_in){ { &ref, 1 }, day }, NULL), OK);
    atomic_store(&service(b)->reconcile_due, now_of(b));
    log_level_set(LOG_NOTHING);
    advance(b, 2 * MINUTE_MS);
    log_level_set(LOG_ERROR);
    assert_int_equal(count(b, &undone), 0);
}

static struct provider_line *line_put(struct bed *b, bool refund, int64_t payment, int64_t amount)
{
    toss->lines[toss->line_n] = (struct provider_line){ .refund = refund, .payment = payment, .ref = refund ? S("refund") : S("charge"),
                                                        .amount = { amount, "KRW" }, .at = now_of(b) };
    return &toss->lines[toss->line_n++];
}

static void equal_books(void **state)
{
    struct bed *b = *state;
    begin_day(b);
    paid(b);
    give_back(b, paid(b), 1000);
    end_day(b);
    assert_int_equal(count(b, &lines), 3);
    assert_int_equal(count(b, &all), 0);
    assert_int_equal(count(b, &equal_sums), 1);
    assert_int_equal(count(b, &undone), 0);
    assert_true(reconcile_last_run.value > 0);
    end_day(b);
    end_day(b);
    assert_int_equal(count(b, &lines), 3);
}

/* ---- each way to differ ---- */

static void spoil_unknown(struct bed *b, int64_t payment)
{
    (void)payment;
    line_put(b, false, 0, 500);
}

static void spoil_not_here(struct bed *b, int64_t payment)
{
    struct payment_view v;
    (void)payment;
    next_booking();
    assert_int_equal(create(b, &v), OK);
    if (v.id == payment || load(b, v.id).state != PAYMENT_READY)
        FAIL("another payment is needed");
    line_put(b, false, v.id, DUE);
}

static void spoil_amount(struct bed *b, int64_t payment)
{
    (void)b;
    fake_charge(toss, payment)->amount.amount++;
}

static void mend_amount(struct bed *b, int64_t payment)
{
    (void)b;
    fake_charge(toss, payment)->amount.amount--;
}

static void spoil_currency(struct bed *b, int64_t payment)
{
    (void)b;
    memcpy(fake_charge(toss, payment)->amount.currency, "USD", 4);
}

static void mend_currency(struct bed *b, int64_t payment)
{
    (void)b;
    memcpy(fake_charge(toss, payment)->amount.currency, "KRW", 4);
}

static void spoil_twice(struct bed *b, int64_t payment)
{
    line_put(b, false, payment, DUE);
}

static void spoil_not_there(struct bed *b, int64_t payment)
{
    (void)b;
    fake_charge(toss, payment)->at -= 40 * DAY_MS;
}

static void mend_not_there(struct bed *b, int64_t payment)
{
    (void)b;
    fake_charge(toss, payment)->at += 40 * DAY_MS;
}

static void spoil_refund_unknown(struct bed *b, int64_t payment)
{
    (void)payment;
    line_put(b, true, 0, 500);
}

static void spoil_refund_not_here(struct bed *b, int64_t payment)
{
    line_put(b, true, payment, 700);
}

static void mend_refund_not_here(struct bed *b, int64_t payment)
{
    struct refund_view v;
    b->roles = ROLE_ADMIN;                   /* we hear of it after all; the line is there already */
    assert_int_equal(ask(b, call_at("POST", "/api/v1/payments/{payment_id}/refunds"),
                         &(struct refund_in){ .payment = payment, .amount = { 700, "KRW" }, .has_amount = true, .reason = S("staff") }, &v), OK);
    b->roles = ROLE_CUSTOMER;
    toss->line_n--;
}

static void spoil_refund_not_there(struct bed *b, int64_t payment)
{
    give_back(b, payment, 700);
    toss->lines[toss->line_n - 1].at -= 40 * DAY_MS;
}

static void mend_refund_not_there(struct bed *b, int64_t payment)
{
    (void)b;
    (void)payment;
    toss->lines[toss->line_n - 1].at += 40 * DAY_MS;
}

struct spoiling {
    enum difference_kind kind;
    void (*spoil)(struct bed *b, int64_t payment);
    void (*mend)(struct bed *b, int64_t payment);    /* NULL: only people can end it */
};

static const struct spoiling spoilings[] = {
    { CHARGE_UNKNOWN, spoil_unknown, NULL },
    { CHARGE_NOT_HERE, spoil_not_here, NULL },
    { CHARGE_DIFFERS, spoil_amount, mend_amount },
    { CHARGE_DIFFERS, spoil_currency, mend_currency },
    { CHARGED_TWICE, spoil_twice, NULL },
    { CHARGE_NOT_THERE, spoil_not_there, mend_not_there },
    { REFUND_UNKNOWN, spoil_refund_unknown, NULL },
    { REFUND_NOT_HERE, spoil_refund_not_here, mend_refund_not_here },
    { REFUND_NOT_THERE, spoil_refund_not_there, mend_refund_not_there },
};

static void differ(const struct spoiling *c)
{
    void *bed = NULL;
    make(&bed);
    struct bed *b = bed;
    begin_day(b);
    int64_t day = day_of(now_of(b)), payment = paid(b);
    c->spoil(b, payment);
    end_day(b);
    for (int kind = 0; kind < DIFFERENCE_KINDS; kind++)
        if (count(b, &of_kind[kind]) != (kind == (int)c->kind))
            FAIL("%s: %s is found %d times", difference_rows[c->kind].word, difference_rows[kind].word, (int)count(b, &of_kind[kind]));
    assert_int_equal(count(b, &cases), 1);
    assert_int_equal(reconcile_differences.value, 1);

    again(b, day);                           /* the same again: nothing new, nothing settled */
    end_day(b);
    assert_int_equal(count(b, &all), 1);
    assert_int_equal(count(b, &of_kind[c->kind]), 1);
    assert_int_equal(count(b, &cases), 1);

    if (c->mend)
        c->mend(b, payment);
    else
        execute(b, &decide_all);
    again(b, day);
    assert_int_equal(count(b, &open_ones), 0);
    assert_int_equal(count(b, &all), 1);
    assert_int_equal(reconcile_differences.value, 0);
    end_day(b);
    assert_int_equal(count(b, &open_ones), 0);
    b->spoilt = true;
    drop(&bed);
}

static void each_difference(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(spoilings); i++)
        differ(&spoilings[i]);
}

/* A charge that we heard of days later: its line was read with its own day. */
static void late_charge(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    begin_day(b);
    assert_int_equal(create(b, &v), OK);
    int64_t id = v.id;
    line_put(b, false, id, DUE);             /* the buyer was charged, and we did not hear of it */
    end_day(b);
    assert_int_equal(count(b, &of_kind[CHARGE_NOT_HERE]), 1);
    advance(b, 3 * DAY_MS);
    assert_int_equal(confirm(b, id, "key", &v), OK);
    assert_state(b, id, PAYMENT_PAID);
    end_day(b);
    assert_int_equal(count(b, &open_ones), 0);
    assert_int_equal(count(b, &all), 1);
}

/* A refund there a moment after midnight, here a moment before. */
static void clocks_differ(void **state)
{
    struct bed *b = *state;
    begin_day(b);
    int64_t day = day_of(now_of(b));
    advance(b, day_begins(day + 1) - 1000 - now_of(b));
    give_back(b, paid(b), 1000);
    toss->lines[0].at = toss->lines[1].at = day_begins(day + 1) + 1000;
    end_day(b);
    end_day(b);
    assert_int_equal(count(b, &all), 0);
}

/* ---- interrupted ---- */

static void goes_on_where_it_stood(void **state)
{
    struct bed *b = *state;
    begin_day(b);
    for (int i = 0; i < 6; i++)
        paid(b);
    toss->page = 1;
    toss->reads_left = 2;
    toss->reads = 0;
    int64_t asked_at = day_begins(day_of(now_of(b)) + 1) + 4 * 60 * MINUTE_MS;
    log_level_set(LOG_NOTHING);
    advance(b, asked_at + 1000 - now_of(b));
    assert_int_equal(count(b, &undone), 1);
    assert_int_equal(count(b, &lines), 2);
    restart(b);
    advance(b, 10 * MINUTE_MS);
    assert_int_equal(count(b, &undone), 1);
    toss->reads_left = -1;
    advance(b, 10 * MINUTE_MS);
    assert_int_equal(count(b, &undone), 0);
    assert_int_equal(count(b, &lines), 6);
    assert_int_equal(toss->reads, 6);        /* no page twice */
    assert_int_equal(count(b, &all), 0);
}

static _Atomic int steps_left;

static err crash(struct ctx *cx)
{
    if (atomic_fetch_sub(&steps_left, 1) != 1)
        return OK;
    return fail(cx, ERR_UNAVAILABLE, "crashed", "The program ended here.", "여기서 프로그램이 종료되었습니다.");
}

static void interrupted_anywhere(void **state)
{
    (void)state;
    for (int step = 1; step <= 12; step++) {
        void *bed = NULL;
        make(&bed);
        struct bed *b = bed;
        begin_day(b);
        toss->page = 1;
        paid(b);
        spoil_unknown(b, 0);
        fake_charge(toss, paid(b))->amount.amount++;
        atomic_store(&steps_left, step);
        service(b)->between = crash;
        end_day(b);
        log_level_set(LOG_NOTHING);
        advance(b, 0);
        restart(b);
        log_level_set(LOG_NOTHING);
        advance(b, 10 * MINUTE_MS);
        assert_int_equal(count(b, &undone), 0);
        assert_int_equal(count(b, &all), 2);
        assert_int_equal(count(b, &open_ones), 2);
        assert_int_equal(count(b, &cases), 2);
        drop(&bed);
    }
}

/* ---- bounds ---- */

static void too_many(void **state)
{
    struct bed *b = *state;
    begin_day(b);
    for (int i = 0; i < DIFFERENCES_MAX + 500; i++)
        line_put(b, false, 0, 1 + i);
    end_day(b);
    assert_int_equal(count(b, &all), DIFFERENCES_MAX);
    assert_int_equal(count(b, &capped), 1);
    assert_int_equal(count(b, &lines), DIFFERENCES_MAX + 500);
}

static void days_are_made_up_for(void **state)
{
    struct bed *b = *state;
    begin_day(b);
    int64_t before = count(b, &days);
    advance(b, 5 * DAY_MS);
    assert_int_equal(count(b, &days), before + 5);
    execute(b, &forget);
    restart(b);
    advance(b, 2 * MINUTE_MS);
    assert_int_equal(count(b, &days), before + 5);
}

static void days_are_korean(void **state)
{
    int64_t day;
    (void)state;
    assert_true(day_read(S("2026-11-23"), &day));
    assert_int_equal(day_begins(day), INT64_C(1795359600000));
    assert_int_equal(day_of(day_begins(day)), day);
    assert_int_equal(day_of(day_begins(day) - 1), day - 1);
    static const char *const texts[] = { "2026-13-01", "2026-11-31", "20261123  ", "2026/11/23", "", "2026-11-2", "2026-11-233", "yesterday." };
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_false(day_read(str_c(texts[i]), &day));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(equal_books), cmocka_unit_test(each_difference), CASE(late_charge), CASE(clocks_differ), CASE(goes_on_where_it_stood),
        cmocka_unit_test(interrupted_anywhere), CASE(too_many), CASE(days_are_made_up_for), cmocka_unit_test(days_are_korean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
