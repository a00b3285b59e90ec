/* Every step of every story interrupted and taken up again, services that are away, and many who ask at once. */
#include "payment_bed.h"

#include <stdatomic.h>

#include "payment_sql.h"
#include "platform/obs/log.h"
#include "platform/obs/metrics.h"

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
    { "sandbox-wrong-amount", BOOKING_PENDING, true, 7, PAYMENT_REFUNDED, BOOKING_PENDING },
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
        service(b)->poll_ms = 40 * MINUTE_MS;    /* a question in the webhook's own minute could be the first, and takes a step more */
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

/* ---- what it all rests on ---- */

static void one_story_at_a_time(void **state)
{
    struct watch w;
    int64_t taken = 0;
    (void)state;
    watch_open(&w, 0);
    watch_add(&w, 1, 5000);
    assert_int_equal(watch_next(&w), 5000);
    assert_false(watch_take_due(&w, 4999, &taken));
    assert_true(watch_take_due(&w, 5000, &taken));
    assert_int_equal(taken, 1);
    assert_int_equal(watch_next(&w), INT64_MAX);

    assert_false(watch_take(&w, 1));             /* another one asks: so it comes again at once */
    watch_end(&w, 1);
    assert_true(watch_take_due(&w, 5000, &taken));
    assert_false(watch_take(&w, 1));
    watch_give_back(&w, 1, 60000, true);
    assert_true(watch_take_due(&w, 5000, &taken));
    assert_int_equal(watch_attempts(&w, 1), 1);
    watch_give_back(&w, 1, 60000, true);
    assert_false(watch_take_due(&w, 59999, &taken));
    assert_true(watch_take(&w, 1));              /* by a request, before it is due */
    assert_int_equal(watch_attempts(&w, 1), 2);
    watch_give_back(&w, 1, 60000, false);
    assert_true(watch_take(&w, 1));
    assert_int_equal(watch_attempts(&w, 1), 0);
    watch_end(&w, 1);
    assert_int_equal(watch_next(&w), INT64_MAX);
    assert_true(watch_take(&w, 1));
    watch_end(&w, 1);
    watch_close(&w);
}

static enum verdict_kind gives_back(struct ctx *cx, const struct charge *c, int64_t refund, int64_t amount)
{
    return sandbox_provider.refund(cx, c, &(struct give_back){ .refund = refund, .amount = amount }).kind;
}

/* The payment and the refund are the idempotency keys: asked twice, the provider charges and refunds once, and it never gives back more than it took. */
static void provider_asked_twice(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    struct ctx cx;
    b->no_provider = true;
    assert_int_equal(create(b, &v), OK);
    const struct charge c = { .payment = v.id, .amount = v.amount, .payment_key = S("sandbox-ok") };

    app_ctx_begin(b->fixture.app, &cx);
    assert_int_equal(sandbox_provider.query(&cx, &c).kind, VERDICT_ABSENT);
    assert_int_equal(gives_back(&cx, &c, 1, 1), VERDICT_DECLINED);
    for (int i = 0; i < 2; i++) {
        struct verdict verdict = sandbox_provider.confirm(&cx, &c);
        assert_int_equal(verdict.kind, VERDICT_APPROVED);
        assert_int_equal(verdict.charged.amount, DUE);
    }
    assert_int_equal(count(b, &charges), 1);
    assert_int_equal(gives_back(&cx, &c, 1, DUE + 1), VERDICT_DECLINED);
    assert_int_equal(count(b, &refunds), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(gives_back(&cx, &c, 1, DUE - 1), VERDICT_APPROVED);
    assert_int_equal(count(b, &refunds), 1);
    assert_int_equal(gives_back(&cx, &c, 2, 2), VERDICT_DECLINED);
    assert_int_equal(gives_back(&cx, &c, 3, 1), VERDICT_APPROVED);
    assert_int_equal(count(b, &refunds), 2);
    app_ctx_end(&cx);
}

/* Each audit finds what it is there for. */
static void audits_find(void **state)
{
#define SPOIL(audit, sql) { audit, { "test.spoil_" audit, sql } }
    static const struct {
        const char *audit;
        struct query spoil;
    } cases[] = {
        SPOIL("entries_balance", "UPDATE payment_ledger SET amount = amount + 1 WHERE account = 'organizer'"),
        SPOIL("ledger_agrees", "DELETE FROM payment_ledger WHERE source = 'paid'"),
        SPOIL("fees_agree", "UPDATE payment_ledger SET amount = amount + CASE account WHEN 'organizer' THEN 1 ELSE -1 END "
                            "WHERE account IN ('organizer', 'provider_fee') AND source = 'paid' AND cancellation_id = 0"),
        SPOIL("fees_known", "DELETE FROM payment_fee"),
        SPOIL("accounts_owned", "UPDATE payment_ledger SET organizer_id = 9 WHERE account = 'retained_fee'"),
        SPOIL("organizers_owed", "UPDATE payment_ledger SET amount = 1 WHERE account = 'organizer' AND source = 'paid' AND cancellation_id = 0"),
        SPOIL("ledger_owner", "DELETE FROM payment_move WHERE to_state = 'captured'"),
        SPOIL("refunds_capped", "INSERT INTO payment_sandbox_refund (id, idempotency_key, charge_id, amount, created_at) VALUES (9, 9, 1, 150001, 0)"),
        SPOIL("paid_once", "INSERT INTO payment_intent (id, booking_id, user_id, provider, state, why, amount, currency, payment_key, captured, "
                           "refunded, created_at, updated_at) VALUES (9, 41, 7, 'sandbox', 'paid', 'confirmed', 1, 'KRW', '', 1, 0, 0, 0)"),
        SPOIL("paid_amount", "UPDATE payment_intent SET amount = amount + 1"),
        SPOIL("charges_known", "DELETE FROM payment_intent"),
        SPOIL("captures_known", "DELETE FROM payment_sandbox_charge"),
        SPOIL("refunds_sum", "UPDATE payment_refund SET amount = amount - 1"),
        SPOIL("refunds_once", "INSERT INTO payment_refund (id, payment_id, source, source_id, attempt, state, amount, reason, ref, actor_id, "
                              "waiting_since, created_at, updated_at) SELECT 9, payment_id, source, source_id, 2, 'pending', amount, '', '', 0, 0, 0, 0 "
                              "FROM payment_refund"),
        SPOIL("refused_has_case", "UPDATE payment_refund SET state = 'failed'"),
        SPOIL("refunds_known", "INSERT INTO payment_sandbox_refund (id, idempotency_key, charge_id, amount, created_at) VALUES (9, 9, 1, 1, 0)"),
        SPOIL("refunds_made", "DELETE FROM payment_sandbox_refund"),
        SPOIL("trail_complete", "UPDATE payment_intent SET state = 'refunded'"),
        SPOIL("not_stuck", "UPDATE payment_intent SET state = 'captured', updated_at = updated_at - 600001"),
    };
#undef SPOIL
    size_t audits = 0;
    (void)state;
    for (const struct audit *a = payment_audits; a->name; a++, audits++) {
        void *bed = NULL;
        bed_make(&bed);
        struct bed *b = bed;
        struct payment_view v;
        err e;
        int64_t id = pay(b, "sandbox-ok", &e, &v);
        cancel_keeping(b, 1, id, DUE / 3, 5000);
        advance(b, 0);
        assert_false(audit_finds(b, a));
        size_t i = 0;
        while (i < COUNT(cases) && strcmp(a->name, cases[i].audit) != 0)
            i++;
        assert_true(i < COUNT(cases));
        execute(b, &cases[i].spoil);
        if (!audit_finds(b, a))
            FAIL("audit %s finds nothing", a->name);
        b->spoilt = true;
        bed_drop(&bed);
    }
    assert_int_equal(audits, COUNT(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interrupted_anywhere),
        cmocka_unit_test(no_step_is_missed),
        BED_CASE(booking_away),
        BED_CASE(confirmed_by_many),
        cmocka_unit_test(one_story_at_a_time),
        BED_CASE(provider_asked_twice),
        cmocka_unit_test(audits_find),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
