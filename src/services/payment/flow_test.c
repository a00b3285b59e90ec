/* What slow, silent and contradicting providers do: refunds that take a while, other money than was asked for, buyers who never come back, charges
 * that nobody wants any more, and what is left to people. */
#include "case.h"
#include "provider_bed.h"

#include <stdatomic.h>

#include "payment_sql.h"
#include "base/clock.h"
#include "platform/obs/log.h"
#include "platform/obs/metrics.h"

/* While errors are what the test wants. */
#define LOG_NOTHING ((enum log_level)(LOG_ERROR + 1))

static const struct query cases = { "test.cases", "SELECT COUNT(*) FROM payment_case" };
static const struct query open_cases = { "test.open_cases", "SELECT COUNT(*) FROM payment_case WHERE state = 'open'" };
static const struct query refunds = { "test.refunds", "SELECT COUNT(*) FROM payment_refund" };
static const struct query waiting = { "test.waiting", "SELECT COUNT(*) FROM payment_refund WHERE waiting_since > 0" };
static const struct query moves = { "test.moves", "SELECT COUNT(*) FROM payment_move" };
static const struct query refund_currency = { "test.refund_currency", "SELECT COUNT(*) FROM payment_ledger WHERE currency = 'USD' AND account = 'provider'" };
static const struct query let_go = { "test.let_go", "SELECT COUNT(*) FROM payment_intent WHERE let_go_at > 0" };

static int make(void **state)
{
    fake_reset();
    int result = bed_make(state);
    log_level_set(LOG_NOTHING);
    return result;
}

static int drop(void **state)
{
    int result = bed_drop(state);
    log_level_set(LOG_ERROR);
    return result;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make, drop)

static struct verdict verdict(enum verdict_kind kind)
{
    return (struct verdict){ .kind = kind };
}

static struct verdict took(int64_t amount, const char *currency)
{
    struct verdict v = { .kind = VERDICT_APPROVED, .charged = { .amount = amount } };
    memcpy(v.charged.currency, currency, 3);
    return v;
}

static int64_t paid(struct bed *b)
{
    struct payment_view v;
    err e;
    int64_t id = pay(b, "sandbox-ok", &e, &v);
    assert_int_equal(e, OK);
    return id;
}

static err hear(struct bed *b, int64_t payment, struct money amount, int64_t event, struct raw_out *ret)
{
    struct ctx cx = { .arena = b->fixture.arena, .app = b->fixture.app };
    struct str body = sandbox_event(&cx, &(struct sandbox_delivery){ .id = event, .key = payment, .amount = amount });
    struct str signature = sandbox_sign(&cx, clock_now(app_clock(b->fixture.app)), body);
    *ret = (struct raw_out){ 0 };
    return ask(b, &payment_webhook_call, &(struct webhook_in){ { body }, S("sandbox"), { signature } }, ret);
}

static struct payment_case the_case(struct bed *b, int64_t id)
{
    struct payment_case c;
    assert_int_equal(ask(b, &case_show_call, &id, &c), OK);
    return c;
}

static err resolve(struct bed *b, int64_t id, enum case_action action, struct payment_case *ret)
{
    b->roles = ROLE_MANAGER;
    err e = ask(b, &case_resolve_call, &(struct resolve_in){ id, (int)action, S("looked at it") }, ret);
    b->roles = ROLE_CUSTOMER;
    return e;
}

/* ---- refunds ---- */

static void a_refund_takes_days(void **state)
{
    struct bed *b = *state;
    int64_t id = paid(b);
    b->no_provider = true;
    fake_says(&fake.refund, (struct verdict){ .kind = VERDICT_PENDING, .ref = S("refund_1") });
    cancel(b, 1, id, DUE);
    advance(b, 0);
    assert_int_equal(fake.refund.asked, 1);
    assert_int_equal(count(b, &waiting), 1);
    assert_int_equal(booking.told, 0);
    advance(b, 14 * SECOND_MS);                  /* asked after 5 s, and then after 10 s */
    assert_int_equal(fake.refund.asked, 2);
    advance(b, SECOND_MS);
    assert_int_equal(fake.refund.asked, 3);
    assert_true(str_eq(fake.refund.ref, S("refund_1")));
    int64_t stuck = payment_stuck.value;
    restart(b);
    advance(b, 3 * 24 * 60 * MINUTE_MS);
    assert_true(fake.refund.asked < 3 * 24 * 7 + 20);
    assert_int_equal(payment_stuck.value, stuck);
    assert_int_equal(count(b, &cases), 0);       /* that it takes a while is not unclear */
    assert_state(b, id, PAYMENT_PAID);

    fake_says(&fake.refund, took(DUE, "KRW"));
    advance(b, 11 * MINUTE_MS);
    assert_state(b, id, PAYMENT_REFUNDED);
    assert_int_equal(count(b, &refunds), 1);
    assert_int_equal(booking.told, 1);
}

static void a_webhook_ends_the_waiting(void **state)
{
    struct bed *b = *state;
    struct raw_out raw;
    int64_t id = paid(b);
    b->no_provider = true;
    fake_says(&fake.refund, verdict(VERDICT_PENDING));
    cancel(b, 1, id, DUE / 2);
    advance(b, 60 * MINUTE_MS);
    assert_int_equal(count(b, &waiting), 1);
    fake_says(&fake.refund, took(DUE / 2, "KRW"));
    assert_int_equal(hear(b, id, (struct money){ DUE, "KRW" }, 1, &raw), OK);
    assert_int_equal(load(b, id).refunded, DUE / 2);
    assert_state(b, id, PAYMENT_PAID);
}

/* Pending, then failed, then pending and done: the second attempt is another refund to the provider. */
static void pending_then_failed(void **state)
{
    struct bed *b = *state;
    int64_t id = paid(b);
    b->no_provider = true;
    fake_says(&fake.refund, (struct verdict){ .kind = VERDICT_PENDING, .ref = S("refund_1") });
    cancel(b, 1, id, DUE);
    advance(b, 60 * MINUTE_MS);
    fake_says(&fake.refund, verdict(VERDICT_DECLINED));
    while (count(b, &refunds) == 1)
        advance(b, MINUTE_MS);
    fake_says(&fake.refund, took(DUE, "KRW"));
    advance(b, 60 * MINUTE_MS);
    assert_int_equal(count(b, &refunds), 2);
    assert_true(!fake.refund.ref.n);
    assert_state(b, id, PAYMENT_REFUNDED);
    assert_int_equal(booking.told, 1);
    assert_int_equal(booking.told_cancellation, 1);
    cancel(b, 1, id, DUE);                       /* delivered again */
    advance(b, 0);
    assert_int_equal(count(b, &refunds), 2);
}

/* ---- other money than was asked for ---- */

static void another_currency(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    struct list_out page;
    err e;
    b->no_provider = true;
    fake_says(&fake.confirm, took(DUE, "USD"));
    fake_says(&fake.refund, took(DUE, "USD"));
    int64_t id = pay(b, "sandbox-ok", &e, &v);
    assert_int_equal(e, ERR_CONFLICT);
    assert_code(b, "amount_mismatch");
    assert_state(b, id, PAYMENT_REFUNDED);
    assert_int_equal(booking.status, BOOKING_PENDING);
    assert_int_equal(booking.confirmed, 0);
    assert_int_equal(count(b, &refund_currency), 2);
    assert_int_equal(ask(b, call_at("GET", "/api/v1/payments/{payment_id}/refunds"), &(struct refunds_in){ .payment = id }, &page), OK);
    assert_string_equal(((struct refund_view *)page.items.at)->amount.currency, "USD");
    assert_int_equal(ask(b, call_at("GET", "/api/v1/payments/{payment_id}"), &(struct payment_in){ id }, &v), OK);
    assert_string_equal(v.amount.currency, "KRW");
    assert_string_equal(v.refunded.currency, "USD");
}

static void a_foreign_charge(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    err e;
    b->no_provider = true;
    fake_says(&fake.confirm, (struct verdict){ .kind = VERDICT_FOREIGN, .ref = S("charge_9") });
    fake_says(&fake.query, (struct verdict){ .kind = VERDICT_FOREIGN, .ref = S("charge_9") });
    int64_t id = pay(b, "sandbox-ok", &e, &v);
    advance(b, 5 * MINUTE_MS);
    assert_state(b, id, PAYMENT_CONFIRMING);
    assert_int_equal(count(b, &cases), 1);
    struct payment_case c = the_case(b, 1);
    assert_int_equal(c.kind, CASE_FOREIGN_CHARGE);
    assert_true(str_eq(c.told, S("charge_9")));
    assert_int_equal(c.payment, id);
}

static void a_webhook_that_differs(void **state)
{
    static const struct money told[] = { { DUE + 1, "KRW" }, { DUE + 1, "KRW" }, { DUE, "USD" }, { DUE - 1, "KRW" } };
    struct bed *b = *state;
    struct raw_out raw;
    int64_t id = paid(b), mismatched = webhooks_mismatched.value, before = count(b, &moves);
    for (size_t i = 0; i < COUNT(told); i++) {
        assert_int_equal(hear(b, id, told[i], 10 + (int64_t)i, &raw), OK);
        assert_int_equal(raw.status, 202);
    }
    assert_int_equal(webhooks_mismatched.value - mismatched, COUNT(told));
    assert_int_equal(count(b, &moves), before);
    assert_int_equal(count(b, &cases), 2);       /* one about the amount, one about the currency */
    struct payment_case c = the_case(b, 1);
    assert_int_equal(c.kind, CASE_WEBHOOK_MISMATCH);
    assert_true(str_eq(c.about, S("amount")) && str_eq(c.told, S("150001 KRW")) && str_eq(c.stored, S("150000 KRW")));
    assert_true(str_eq(the_case(b, 2).about, S("currency")));
    assert_int_equal(resolve(b, 2, CASE_IGNORE, &c), OK);
    assert_int_equal(resolve(b, 1, CASE_RETRY_REFUND, &c), ERR_CONFLICT);
    assert_code(b, "action_not_possible");
    assert_int_equal(resolve(b, 1, CASE_REFUND, &c), OK);
    assert_int_equal(c.resolved_by, BUYER_ID);
    assert_state(b, id, PAYMENT_REFUNDED);
    assert_int_equal(count(b, &open_cases), 0);
}

/* ---- the buyer approves and closes the page ---- */

static int64_t ready(struct bed *b)
{
    struct payment_view v;
    assert_int_equal(create(b, &v), OK);
    return v.id;
}

static void approved_and_gone(void **state)
{
    struct bed *b = *state;
    struct raw_out raw;
    const struct money due = { DUE, "KRW" };
    b->no_provider = true;
    int64_t id = ready(b);
    fake_says(&fake.query, (struct verdict){ .kind = VERDICT_ABSENT, .ref = S("charge_2") });
    fake_says(&fake.confirm, took(DUE, "KRW"));
    assert_int_equal(hear(b, id, due, 1, &raw), OK);     /* of another step of its page */
    assert_int_equal(raw.status, 202);
    assert_state(b, id, PAYMENT_READY);
    fake.approves = true;
    assert_int_equal(hear(b, id, due, 2, &raw), OK);
    assert_state(b, id, PAYMENT_PAID);
    assert_int_equal(booking.begun, 1);
    assert_int_equal(booking.confirmed, 1);
    assert_true(str_eq(fake.confirm.ref, S("charge_2")));
    assert_int_equal(hear(b, id, due, 2, &raw), OK);
    assert_int_equal(fake.confirm.asked, 1);
}

static void charged_without_being_asked(void **state)
{
    struct bed *b = *state;
    struct raw_out raw;
    b->no_provider = true;
    booking.seats_free = false;
    int64_t id = ready(b);
    booking.status = BOOKING_EXPIRED;
    fake_says(&fake.query, took(DUE, "KRW"));
    fake_says(&fake.refund, took(DUE, "KRW"));
    assert_int_equal(hear(b, id, (struct money){ DUE, "KRW" }, 1, &raw), OK);
    assert_state(b, id, PAYMENT_REFUNDED);
    advance(b, 0);
    assert_int_equal(booking.refunds, 1);
}

/* ---- nobody wants it any more ---- */

static void given_up_with_its_booking(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    int64_t id = ready(b);
    fake_says(&fake.cancel, verdict(VERDICT_UNKNOWN));
    end_booking(b, END_CANCELLED);
    advance(b, 0);
    assert_state(b, id, PAYMENT_CANCELLED);
    assert_int_equal(fake.cancel.asked, 1);
    assert_true(str_eq(fake.cancel.ref, S("charge_1")));
    restart(b);
    advance(b, 5 * SECOND_MS);
    assert_true(fake.cancel.asked >= 2);
    fake_says(&fake.cancel, took(0, "KRW"));
    advance(b, 11 * MINUTE_MS);
    assert_int_equal(count(b, &let_go), 0);
    int asked = fake.cancel.asked;
    advance(b, 24 * 60 * MINUTE_MS);
    assert_int_equal(fake.cancel.asked, asked);
    assert_int_equal(confirm(b, id, "sandbox-ok", &v), ERR_CONFLICT);
    assert_code(b, "not_payable");
}

/* The buyer called it off on the provider's page: another one begins in the same request, and if that ends as well nobody goes on for ever. */
static void over_at_the_provider(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    int64_t first = ready(b);
    assert_int_equal(create(b, &v), OK);
    assert_int_equal(v.id, first);

    fake.over = 1;
    assert_int_equal(create(b, &v), OK);
    int64_t second = v.id;
    assert_true(second != first && v.client.n > 0);
    assert_state(b, first, PAYMENT_CANCELLED);
    assert_state(b, second, PAYMENT_READY);

    fake.over = 2;
    assert_int_equal(create(b, &v), ERR_UNAVAILABLE);
    assert_code(b, "provider_unavailable");
    assert_state(b, second, PAYMENT_CANCELLED);
    assert_int_equal(create(b, &v), OK);
    assert_int_equal(confirm(b, v.id, "sandbox-ok", &v), OK);
    assert_int_equal(booking.confirmed, 1);
}

/* Who is on the provider's page when the hold ends may still pay for half an hour. */
static void given_up_some_time_after_it_expired(void **state)
{
    struct bed *b = *state;
    int64_t id = ready(b);
    end_booking(b, END_EXPIRED);
    advance(b, 0);
    restart(b);                                  /* the clock begins anew, some moments later */
    advance(b, 29 * MINUTE_MS);
    assert_state(b, id, PAYMENT_READY);
    assert_int_equal(fake.cancel.asked, 0);
    advance(b, MINUTE_MS);
    assert_state(b, id, PAYMENT_CANCELLED);
    assert_int_equal(fake.cancel.asked, 1);
}

static void paid_before_it_is_given_up(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    int64_t id = ready(b);
    end_booking(b, END_EXPIRED);
    advance(b, 10 * MINUTE_MS);
    assert_int_equal(confirm(b, id, "sandbox-ok", &v), OK);
    advance(b, 60 * MINUTE_MS);
    assert_state(b, id, PAYMENT_PAID);
    assert_int_equal(fake.cancel.asked, 0);
}

static void superseded(void **state)
{
    struct bed *b = *state;
    int64_t id = ready(b);
    booking.due = DUE - 1;
    assert_int_not_equal(ready(b), id);
    advance(b, 0);
    assert_state(b, id, PAYMENT_CANCELLED);
    assert_int_equal(fake.cancel.asked, 1);
}

/* Too late to let it go: the money is there, and the late-payment rule decides. */
static void too_late_to_let_go(void **state)
{
    struct bed *b = *state;
    b->no_provider = true;
    int64_t id = ready(b);
    fake_says(&fake.cancel, verdict(VERDICT_DECLINED));
    fake_says(&fake.query, took(DUE, "KRW"));
    fake_says(&fake.refund, took(DUE, "KRW"));
    end_booking(b, END_CANCELLED);
    advance(b, 0);
    assert_state(b, id, PAYMENT_REFUNDED);
    assert_int_equal(booking.refunds, 1);
    assert_int_equal(count(b, &let_go), 0);
}

/* An approval of a payment that failed. */
static void approved_after_it_failed(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    struct raw_out raw;
    err e;
    int64_t id = pay(b, "sandbox-decline", &e, &v);
    assert_state(b, id, PAYMENT_FAILED);
    b->no_provider = true;
    fake.approves = true;
    fake_says(&fake.query, verdict(VERDICT_ABSENT));
    assert_int_equal(hear(b, id, (struct money){ DUE, "KRW" }, 1, &raw), OK);
    assert_int_equal(fake.cancel.asked, 1);
    assert_state(b, id, PAYMENT_FAILED);
    assert_int_equal(count(b, &let_go), 0);
}

/* ---- unclear ---- */

static void unclear_for_ten_minutes(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    struct payment_case c;
    err e;
    b->no_provider = true;
    fake_says(&fake.confirm, verdict(VERDICT_UNKNOWN));
    fake_says(&fake.query, verdict(VERDICT_UNKNOWN));
    int64_t id = pay(b, "sandbox-ok", &e, &v);
    assert_state(b, id, PAYMENT_CONFIRMING);
    advance(b, 60 * SECOND_MS);
    assert_int_equal(payment_unclear.value, 1);
    assert_int_equal(payment_unclear_oldest.value, 60);
    advance(b, 539 * SECOND_MS);
    assert_int_equal(count(b, &cases), 0);
    advance(b, 16 * SECOND_MS);
    assert_int_equal(count(b, &cases), 1);
    c = the_case(b, 1);
    assert_int_equal(c.kind, CASE_UNCLEAR_TOO_LONG);
    assert_int_equal(c.payment, id);
    assert_int_equal(c.booking, BOOKING_ID);
    assert_int_equal(resolve(b, 1, CASE_ASK_AGAIN, &c), ERR_CONFLICT);
    assert_code(b, "still_unclear");
    advance(b, 60 * MINUTE_MS);
    assert_int_equal(count(b, &cases), 1);

    fake_says(&fake.query, took(DUE, "KRW"));
    assert_int_equal(resolve(b, 1, CASE_ASK_AGAIN, &c), OK);
    assert_true(c.resolved);
    assert_int_equal(c.resolution, CASE_ASK_AGAIN);
    assert_state(b, id, PAYMENT_PAID);
    advance(b, 30 * SECOND_MS);
    assert_int_equal(payment_unclear.value, 0);
    assert_int_equal(payment_unclear_oldest.value, 0);
}

static void unclear_no_more(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    err e;
    b->no_provider = true;
    fake_says(&fake.confirm, verdict(VERDICT_UNKNOWN));
    fake_says(&fake.query, verdict(VERDICT_UNKNOWN));
    int64_t id = pay(b, "sandbox-ok", &e, &v);
    advance(b, 11 * MINUTE_MS);
    assert_false(the_case(b, 1).resolved);
    fake_says(&fake.query, took(DUE, "KRW"));
    advance(b, 60 * MINUTE_MS);                  /* asked in turn, the provider has said at last */
    assert_state(b, id, PAYMENT_PAID);
    struct payment_case c = the_case(b, 1);
    assert_true(c.resolved);
    assert_int_equal(c.resolution, CASE_ASK_AGAIN);
    assert_int_equal(c.resolved_by, 0);
    assert_int_equal(payment_unclear.value, 0);
}

/* ---- interrupted ---- */

static _Atomic int steps_left;

static err crash(struct ctx *cx)
{
    if (atomic_fetch_sub(&steps_left, 1) != 1)
        return OK;
    return fail(cx, ERR_UNAVAILABLE, "crashed", "The program ended here.", "여기서 프로그램이 종료되었습니다.");
}

/* What happens to a ready payment, how often that can be interrupted, and its end. */
struct interruption {
    void (*happens)(struct bed *b, int64_t payment);
    int steps;
    enum payment_state end;
};

static void approves_and_leaves(struct bed *b, int64_t payment)
{
    struct raw_out raw;
    fake.approves = true;
    fake_says(&fake.query, verdict(VERDICT_ABSENT));
    fake_says(&fake.confirm, took(DUE, "KRW"));
    (void)!hear(b, payment, (struct money){ DUE, "KRW" }, 1, &raw);
    fake_says(&fake.query, took(DUE, "KRW"));
}

static void gives_up(struct bed *b, int64_t payment)
{
    (void)payment;
    end_booking(b, END_CANCELLED);
    advance(b, 0);
}

static void gives_up_too_late(struct bed *b, int64_t payment)
{
    fake_says(&fake.cancel, verdict(VERDICT_DECLINED));
    fake_says(&fake.query, took(DUE, "KRW"));
    fake_says(&fake.refund, took(DUE, "KRW"));
    gives_up(b, payment);
}

static const struct interruption interruptions[] = {
    { approves_and_leaves, 4, PAYMENT_PAID },
    { gives_up, 2, PAYMENT_CANCELLED },
    { gives_up_too_late, 9, PAYMENT_REFUNDED },
};

/* step 0: not at all. */
static void interrupt(const struct interruption *c, int step, bool restarts)
{
    void *bed = NULL;
    make(&bed);
    struct bed *b = bed;
    b->no_provider = true;
    int64_t id = ready(b);
    atomic_store(&steps_left, step ? step : 1000);
    service(b)->between = crash;
    c->happens(b, id);
    if (step == 0)
        assert_int_equal(1000 - atomic_load(&steps_left), c->steps);     /* none is missed below */
    if (restarts)
        restart(b);
    advance(b, 30 * MINUTE_MS);
    assert_state(b, id, c->end);
    assert_int_equal(count(b, &let_go), 0);
    assert_int_equal(booking.confirmed, c->end == PAYMENT_PAID);
    assert_int_equal(booking.refunds, c->end == PAYMENT_REFUNDED);
    drop(&bed);
}

static void interrupted_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(interruptions); i++)
        for (int step = 0; step <= interruptions[i].steps; step++)
            for (int restarts = 0; restarts < 2; restarts++)
                interrupt(&interruptions[i], step, restarts);
}

/* ---- a provider that is away ---- */

static void away_when_it_begins(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    fake.create = ERR_UNAVAILABLE;
    assert_int_equal(create(b, &v), ERR_UNAVAILABLE);
    fake.create = OK;
    assert_int_equal(create(b, &v), OK);
    assert_int_equal(v.id, 1);
    assert_true(str_eq(load(b, v.id).ref, S("charge_1")));
    assert_int_equal(confirm(b, v.id, "sandbox-ok", &v), OK);
    assert_true(str_eq(fake.confirm.ref, S("charge_1")));
    assert_int_equal(fake.created, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_refund_takes_days),
        CASE(a_webhook_ends_the_waiting),
        CASE(pending_then_failed),
        CASE(another_currency),
        CASE(a_foreign_charge),
        CASE(a_webhook_that_differs),
        CASE(approved_and_gone),
        CASE(charged_without_being_asked),
        CASE(given_up_with_its_booking),
        CASE(given_up_some_time_after_it_expired),
        CASE(paid_before_it_is_given_up),
        CASE(superseded),
        CASE(over_at_the_provider),
        CASE(too_late_to_let_go),
        CASE(approved_after_it_failed),
        CASE(unclear_for_ten_minutes),
        CASE(unclear_no_more),
        cmocka_unit_test(interrupted_anywhere),
        CASE(away_when_it_begins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
