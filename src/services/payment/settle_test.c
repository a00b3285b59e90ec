/* Every step of every story interrupted and taken up again, services that are away, and many who ask at once. */
#include "payment_bed.h"

#include <stdatomic.h>

#include "platform/obs/log.h"

/* While errors are what the test wants. */
#define LOG_NOTHING ((enum log_level)(LOG_ERROR + 1))

static const struct query charges = { "test.charges", "SELECT COUNT(*) FROM payment_sandbox_charge" };
static const struct query refunds = { "test.refunds", "SELECT COUNT(*) FROM payment_sandbox_refund" };
static const struct query paid_moves = { "test.paid_moves", "SELECT COUNT(*) FROM payment_move WHERE to_state = 'paid'" };
static const struct query events = { "test.events", "SELECT COUNT(*) FROM payment_webhook_event" };

/* ---- interrupted ---- */

static _Atomic int steps_left;

static err crash(struct ctx *cx)
{
    if (atomic_fetch_sub(&steps_left, 1) != 1)
        return OK;
    return fail(cx, ERR_UNAVAILABLE, "crashed", "The program ended here.", "여기서 프로그램이 종료되었습니다.");
}

struct interruption {
    const char *key;
    enum booking_status status;          /* while it is paid */
    bool seats_free;
    int steps;                           /* how often it can be interrupted */
    enum payment_state end;
    enum booking_status after;
};

static const struct interruption interruptions[] = {
    { "sandbox-ok", BOOKING_PENDING, true, 6, PAYMENT_PAID, BOOKING_CONFIRMED },
    { "sandbox-timeout", BOOKING_PENDING, true, 6, PAYMENT_PAID, BOOKING_CONFIRMED },
    { "sandbox-duplicate-webhook", BOOKING_PENDING, true, 6, PAYMENT_PAID, BOOKING_CONFIRMED },
    { "sandbox-ok", BOOKING_EXPIRED, true, 6, PAYMENT_PAID, BOOKING_CONFIRMED },
    { "sandbox-ok", BOOKING_EXPIRED, false, 9, PAYMENT_REFUNDED, BOOKING_REFUNDED },
    { "sandbox-late", BOOKING_EXPIRED, true, 6, PAYMENT_PAID, BOOKING_CONFIRMED },
    { "sandbox-late", BOOKING_EXPIRED, false, 9, PAYMENT_REFUNDED, BOOKING_REFUNDED },
    { "sandbox-decline", BOOKING_PENDING, true, 4, PAYMENT_FAILED, BOOKING_PENDING },
    { "sandbox-wrong-amount", BOOKING_PENDING, true, 6, PAYMENT_REFUNDED, BOOKING_PENDING },
};

enum recovery { BY_JOB, BY_RESTART, BY_BUYER };

static void interrupt(const struct interruption *c, int step, enum recovery recovery)
{
    void *bed = NULL;
    bed_make(&bed);
    struct bed *b = bed;
    struct payment_view v;
    assert_int_equal(create(b, &v), OK);
    int64_t id = v.id;
    booking.status = c->status;
    booking.seats_free = c->seats_free;

    atomic_store(&steps_left, step);
    service(b)->between = crash;
    (void)!confirm(b, id, c->key, &v);
    if (strcmp(c->key, "sandbox-late") == 0 && atomic_load(&steps_left) > 0)
        advance(b, 30 * MINUTE_MS);
    assert_true(atomic_load(&steps_left) <= 0 || strcmp(c->key, "sandbox-duplicate-webhook") == 0);
    if (recovery == BY_JOB)
        advance(b, 31 * MINUTE_MS);
    if (recovery == BY_RESTART) {
        restart(b);
        advance(b, 31 * MINUTE_MS);
    }
    if (recovery == BY_BUYER) {
        err e = confirm(b, id, c->key, &v);
        assert_true(e == OK || e == ERR_CONFLICT);
        advance(b, 31 * MINUTE_MS);
    }
    assert_state(b, id, c->end);
    assert_int_equal(booking.status, c->after);
    assert_int_equal(count(b, &charges), 1);
    assert_int_equal(count(b, &refunds), c->end == PAYMENT_REFUNDED);
    assert_int_equal(booking.confirmed, c->after == BOOKING_CONFIRMED);
    assert_int_equal(booking.refunds, c->after == BOOKING_REFUNDED);
    bed_drop(&bed);
}

static void interrupted_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(interruptions); i++)
        for (int step = 1; step <= interruptions[i].steps; step++)
            for (enum recovery r = BY_JOB; r <= BY_BUYER; r++)
                interrupt(&interruptions[i], step, r);
}

/* A step more than there is must not be reached: so the loop above has seen them all. */
static void no_step_is_missed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(interruptions); i++) {
        const struct interruption *c = &interruptions[i];
        if (strcmp(c->key, "sandbox-duplicate-webhook") == 0)
            continue;                            /* its webhooks may come before or after */
        void *bed = NULL;
        bed_make(&bed);
        struct bed *b = bed;
        struct payment_view v;
        assert_int_equal(create(b, &v), OK);
        int64_t id = v.id;
        booking.status = c->status;
        booking.seats_free = c->seats_free;
        atomic_store(&steps_left, 1000);
        service(b)->between = crash;
        (void)!confirm(b, id, c->key, &v);
        if (strcmp(c->key, "sandbox-late") == 0)
            advance(b, 30 * MINUTE_MS);
        assert_int_equal(1000 - atomic_load(&steps_left), c->steps);
        assert_state(b, id, c->end);
        bed_drop(&bed);
    }
}

static void booking_away(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    err e;
    int64_t stuck = payment_stuck.value;
    booking.refuse = 10;
    int64_t id = pay(b, "sandbox-ok", &e, &v);
    assert_int_equal(e, ERR_UNAVAILABLE);
    assert_state(b, id, PAYMENT_CAPTURED);
    log_level_set(LOG_NOTHING);
    advance(b, 5 * SECOND_MS);                   /* 1 + 2 + 4 + ... times as long after each failure */
    assert_int_equal(booking.refuse, 8);
    advance(b, 9 * SECOND_MS);
    assert_int_equal(booking.refuse, 8);
    advance(b, SECOND_MS);
    assert_int_equal(booking.refuse, 7);
    assert_int_equal(payment_stuck.value, stuck);
    advance(b, 60 * MINUTE_MS);
    log_level_set(LOG_ERROR);
    assert_int_equal(payment_stuck.value, stuck + 2);
    assert_state(b, id, PAYMENT_PAID);
    assert_int_equal(count(b, &charges), 1);
}

/* ---- at the same time ---- */

struct racer {
    struct bed *b;
    int64_t payment;
    err result;
    const char *code;
    int status;
};

static void *race(void *arg)
{
    struct racer *r = arg;
    struct payment_view v = { 0 };
    struct ctx cx;
    const struct confirm_in in = { r->payment, S("sandbox-duplicate-webhook"), DUE };
    r->result = fixture_call(&r->b->fixture, BUYER_ID, ROLE_CUSTOMER, call_at("POST", "/api/v1/payments/{payment_id}/confirm"), &in, &v, &cx);
    r->code = cx.problem.code;
    r->status = v.status;
    app_ctx_end(&cx);
    return NULL;
}

static void confirmed_by_many(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    struct racer racers[8];
    pthread_t threads[COUNT(racers)];
    assert_int_equal(create(b, &v), OK);
    for (size_t i = 0; i < COUNT(racers); i++) {
        racers[i] = (struct racer){ .b = b, .payment = v.id };
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    }
    for (size_t i = 0; i < COUNT(racers); i++)
        pthread_join(threads[i], NULL);

    int paid = 0;
    for (size_t i = 0; i < COUNT(racers); i++) {
        paid += racers[i].result == OK && strcmp(payment_status_words[racers[i].status], "paid") == 0;
        if (racers[i].result)
            assert_string_equal(racers[i].code, "in_progress");
    }
    assert_true(paid >= 1);
    advance(b, MINUTE_MS);
    assert_state(b, v.id, PAYMENT_PAID);
    assert_int_equal(count(b, &charges), 1);
    assert_int_equal(count(b, &paid_moves), 1);
    assert_int_equal(count(b, &events), 1);
    assert_int_equal(booking.confirmed, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interrupted_anywhere),
        cmocka_unit_test(no_step_is_missed),
        BED_CASE(booking_away),
        BED_CASE(confirmed_by_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
