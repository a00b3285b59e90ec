/* Money that goes back: for cancellations and by staff, in parts, never more than came, interrupted anywhere. */
#include "payment_bed.h"
#include "case.h"

#include <stdatomic.h>

#include "payment_sql.h"
#include "platform/obs/log.h"

/* While errors are what the test wants. */
#define LOG_NOTHING ((enum log_level)(LOG_ERROR + 1))

static const struct query given_back = { "test.given_back", "SELECT COALESCE(SUM(amount), 0) FROM payment_sandbox_refund" };
static const struct query given_times = { "test.given_times", "SELECT COUNT(*) FROM payment_sandbox_refund" };
static const struct query ours = { "test.ours", "SELECT COUNT(*) FROM payment_refund" };
static const struct query failed = { "test.failed", "SELECT COUNT(*) FROM payment_refund WHERE state = 'failed'" };
static const struct query revenue = { "test.revenue", "SELECT -COALESCE(SUM(amount), 0) FROM payment_ledger "
                                     "WHERE account IN ('organizer', 'platform_fee', 'tax', 'provider_fee')" };

static int64_t paid(struct bed *b)
{
    struct payment_view v;
    err e;
    int64_t id = pay(b, "sandbox-ok", &e, &v);
    assert_int_equal(e, OK);
    return id;
}

static err staff(struct bed *b, int64_t payment, int64_t amount, struct refund_view *ret)
{
    struct refund_in in = { .payment = payment, .reason = S("goodwill") };
    if (amount) {
        in.has_amount = true;
        in.amount = (struct money){ amount, "KRW" };
    }
    b->roles = ROLE_MANAGER;
    err e = ask(b, call_at("POST", "/api/v1/payments/{payment_id}/refunds"), &in, ret);
    b->roles = ROLE_CUSTOMER;
    return e;
}

/* ---- for cancellations ---- */

static void part_by_part(void **state)
{
    struct bed *b = *state;
    int64_t id = paid(b);
    cancel(b, 1, id, 50000);
    cancel(b, 2, id, 70000);
    cancel(b, 1, id, 50000);                     /* delivered again */
    advance(b, 0);
    assert_state(b, id, PAYMENT_PAID);
    assert_int_equal(load(b, id).refunded, 120000);
    assert_int_equal(count(b, &given_times), 2);
    assert_int_equal(count(b, &revenue), DUE - 120000);
    assert_int_equal(booking.told, 2);
    assert_int_equal(booking.told_amount, 120000);
    assert_int_equal(booking.told_cancellation, 2);

    cancel(b, 3, id, DUE - 120000);
    advance(b, 0);
    assert_state(b, id, PAYMENT_REFUNDED);
    assert_int_equal(count(b, &given_back), DUE);
    assert_int_equal(count(b, &revenue), 0);
    assert_int_equal(booking.told, 3);
}

static void nothing_to_give_back(void **state)
{
    struct bed *b = *state;
    int64_t id = paid(b);
    cancel(b, 1, 0, 0);                          /* it cost nothing */
    cancel(b, 2, id, 0);                         /* the fee is all of it */
    advance(b, 0);
    assert_int_equal(count(b, &ours), 0);
    assert_int_equal(booking.told, 0);
}

/* Staff was quicker: no more than is left goes back, and booking is told all the same. */
static void never_more_than_is_left(void **state)
{
    struct bed *b = *state;
    struct refund_view v;
    int64_t id = paid(b);
    assert_int_equal(staff(b, id, DUE - 10000, &v), OK);
    cancel(b, 1, id, 50000);
    advance(b, 0);
    assert_int_equal(count(b, &given_back), DUE);
    assert_int_equal(booking.told_amount, DUE);
    assert_int_equal(booking.told_cancellation, 1);
    assert_state(b, id, PAYMENT_REFUNDED);
    cancel(b, 2, id, 50000);
    advance(b, 0);
    assert_int_equal(booking.told, 3);
    assert_int_equal(booking.told_cancellation, 2);
    assert_int_equal(booking.told_amount, DUE);
}

/* Booking had confirmed it, but payment does not know yet, when it is cancelled. */
static void before_it_is_paid(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    err e;
    booking.refuse = 3;
    int64_t id = pay(b, "sandbox-ok", &e, &v);
    assert_state(b, id, PAYMENT_CAPTURED);
    cancel(b, 1, id, 60000);
    advance(b, 0);
    assert_int_equal(count(b, &ours), 1);
    advance(b, 30 * MINUTE_MS);
    assert_state(b, id, PAYMENT_PAID);
    assert_int_equal(count(b, &given_back), 60000);
    assert_int_equal(count(b, &revenue), DUE - 60000);
}

/* ---- by staff ---- */

static void staff_gives_back(void **state)
{
    struct bed *b = *state;
    struct refund_view v;
    struct list_out page;
    int64_t id = paid(b);
    assert_int_equal(staff(b, id, 1, &v), OK);
    assert_string_equal(refund_status_words[v.status], "done");
    assert_string_equal(refund_source_words[v.source], "staff");
    assert_int_equal(v.amount.amount, 1);
    assert_true(str_eq(v.reason, S("goodwill")));
    assert_int_equal(staff(b, id, DUE, &v), ERR_CONFLICT);
    assert_code(b, "refund_too_much");
    assert_int_equal(staff(b, id, 0, &v), OK);
    assert_int_equal(v.amount.amount, DUE - 1);
    assert_int_equal(staff(b, id, 0, &v), ERR_CONFLICT);
    assert_code(b, "refund_too_much");
    assert_state(b, id, PAYMENT_REFUNDED);

    const struct call *list = call_at("GET", "/api/v1/payments/{payment_id}/refunds");
    assert_int_equal(ask(b, list, &(struct refunds_in){ .payment = id, .limit = 1 }, &page), OK);
    assert_int_equal(page.items.n, 1);
    assert_int_equal(((struct refund_view *)page.items.at)->amount.amount, DUE - 1);
    assert_int_equal(ask(b, list, &(struct refunds_in){ .payment = id, .cursor = page.next }, &page), OK);
    assert_int_equal(page.items.n, 1);
    assert_int_equal(page.next, 0);
    b->user = BUYER_ID + 1;
    assert_int_equal(ask(b, list, &(struct refunds_in){ .payment = id }, &page), ERR_MISSING);
}

static void staff_is_refused(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    struct refund_view r;
    err e;
    int64_t id = pay(b, "sandbox-decline", &e, &v);
    assert_int_equal(staff(b, id, 0, &r), ERR_CONFLICT);
    assert_code(b, "not_paid");
    assert_int_equal(staff(b, id + 1, 0, &r), ERR_MISSING);
    id = paid(b);
    struct refund_in in = { .payment = id, .amount = { 1, "USD" }, .has_amount = true, .reason = S("goodwill") };
    assert_int_equal(ask(b, call_at("POST", "/api/v1/payments/{payment_id}/refunds"), &in, &r), ERR_INPUT);
    assert_field(b, "amount.currency");
    assert_int_equal(count(b, &ours), 0);
}

static err resolve(struct bed *b, const char *action, int64_t id, struct payment_case *ret)
{
    const struct resolve_in in = { id, (int)case_action_of(str_c(action)), S("looked at it") };
    b->roles = ROLE_MANAGER;
    err e = ask(b, call_at("POST", "/api/v1/admin/payment-cases/{case_id}/resolve"), &in, ret);
    b->roles = ROLE_CUSTOMER;
    return e;
}

/* The provider says no: tried again by new refunds, then people are told; the money stays owed, and they can have it tried anew. */
static void provider_refuses(void **state)
{
    static const struct query spend = { "test.spend", "INSERT INTO payment_sandbox_refund (id, idempotency_key, charge_id, amount, created_at) "
                                                      "SELECT 999, 999, id, amount, 0 FROM payment_sandbox_charge" };
    static const struct query restore = { "test.restore", "DELETE FROM payment_sandbox_refund WHERE id = 999" };
    struct bed *b = *state;
    struct refund_view v;
    int64_t id = paid(b);
    execute(b, &spend);
    log_level_set(LOG_NOTHING);
    assert_int_equal(staff(b, id, 0, &v), OK);
    log_level_set(LOG_ERROR);
    assert_string_equal(refund_status_words[v.status], "failed");
    assert_int_equal(count(b, &failed), 1);
    assert_int_equal(load(b, id).refused, 0);
    assert_int_equal(staff(b, id, 1, &v), ERR_CONFLICT);     /* promised is promised */
    assert_code(b, "refund_too_much");
    log_level_set(LOG_NOTHING);
    advance(b, 24 * 60 * MINUTE_MS);
    log_level_set(LOG_ERROR);
    assert_int_equal(count(b, &failed), 3);
    assert_int_equal(count(b, &ours), 3);
    assert_int_equal(load(b, id).refused, DUE);
    assert_int_equal(count(b, &revenue), 0);
    assert_state(b, id, PAYMENT_PAID);

    struct payment_case c;
    assert_int_equal(ask(b, &case_show_call, &(int64_t){ 1 }, &c), OK);
    assert_string_equal(case_kind_words[c.kind], "refund_failed");
    assert_string_equal(case_action_words[c.proposed], "retry_refund");
    assert_true(str_eq(c.stored, S("150000 KRW")));
    execute(b, &restore);
    assert_int_equal(resolve(b, "retry_refund", c.id, &c), OK);
    assert_true(c.resolved);
    assert_state(b, id, PAYMENT_REFUNDED);
    assert_int_equal(load(b, id).refused, 0);
    assert_int_equal(count(b, &given_back), DUE);
    assert_int_equal(resolve(b, "retry_refund", c.id, &c), ERR_CONFLICT);
    assert_code(b, "case_resolved");
    advance(b, 0);
    assert_int_equal(booking.told, 1);
}

/* ---- interrupted ---- */

static _Atomic int steps_left;

static err crash(struct ctx *cx)
{
    if (atomic_fetch_sub(&steps_left, 1) != 1)
        return OK;
    return fail(cx, ERR_UNAVAILABLE, "crashed", "The program ended here.", "여기서 프로그램이 종료되었습니다.");
}

#define STEPS 4               /* promised, asked, answered, done */

static void interrupt(int step, bool restarts, bool by_staff)
{
    void *bed = NULL;
    bed_make(&bed);
    struct bed *b = bed;
    struct refund_view v;
    int64_t id = paid(b);
    atomic_store(&steps_left, step);
    service(b)->between = crash;
    if (by_staff)
        (void)!staff(b, id, DUE, &v);
    else
        cancel(b, 1, id, DUE);
    if (restarts)
        restart(b);
    advance(b, 30 * MINUTE_MS);
    assert_state(b, id, PAYMENT_REFUNDED);
    assert_int_equal(count(b, &ours), 1);
    assert_int_equal(count(b, &given_times), 1);
    assert_int_equal(booking.told, 1);
    assert_int_equal(booking.told_amount, DUE);
    bed_drop(&bed);
}

static void interrupted_anywhere(void **state)
{
    (void)state;
    for (int step = 1; step <= STEPS; step++)
        for (int how = 0; how < 4; how++)
            interrupt(step, how & 1, how & 2);
}

static void no_step_is_missed(void **state)
{
    struct bed *b = *state;
    int64_t id = paid(b);
    atomic_store(&steps_left, 1000);
    service(b)->between = crash;
    cancel(b, 1, id, DUE);
    advance(b, 0);
    assert_int_equal(1000 - atomic_load(&steps_left), STEPS);
    assert_state(b, id, PAYMENT_REFUNDED);
}

/* ---- any order ---- */

static void any_amounts(void **state)
{
    struct rng rng;
    (void)state;
    rng_seed(&rng, 4);
    for (int round = 0; round < 20; round++) {
        void *bed = NULL;
        bed_make(&bed);
        struct bed *b = bed;
        int64_t id = paid(b), expected = 0;
        for (int64_t i = 1; i <= 6; i++) {
            int64_t amount = 1 + (int64_t)rng_below(&rng, DUE / 2), left = DUE - expected;
            struct refund_view v;
            bool by_staff = rng_below(&rng, 2);
            if (by_staff)
                assert_int_equal(staff(b, id, amount, &v), amount <= left ? OK : ERR_CONFLICT);
            else
                cancel(b, i, id, amount);
            advance(b, 0);
            expected += amount <= left ? amount : by_staff ? 0 : left;
            assert_int_equal(count(b, &given_back), expected);
        }
        assert_state(b, id, expected == DUE ? PAYMENT_REFUNDED : PAYMENT_PAID);
        bed_drop(&bed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_CASE(part_by_part),
        BED_CASE(nothing_to_give_back),
        BED_CASE(never_more_than_is_left),
        BED_CASE(before_it_is_paid),
        BED_CASE(staff_gives_back),
        BED_CASE(staff_is_refused),
        BED_CASE(provider_refuses),
        cmocka_unit_test(interrupted_anywhere),
        BED_CASE(no_step_is_missed),
        cmocka_unit_test(any_amounts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
