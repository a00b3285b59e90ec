/* The states of payments and refunds one by one: which moves there are, what each counts for, and that a move which the database refuses at any
 * statement has not happened. */
#include "payment_bed.h"

#include <stdio.h>

#include "ledger.h"
#include "payment_sql.h"
#include "platform/obs/log.h"

/* While errors are what the test wants. */
#define LOG_NOTHING ((enum log_level)(LOG_ERROR + 1))

/* ---- which moves there are ---- */

static const char *const payment_moves_there_are[] = {
    "ready>confirming", "ready>cancelled", "confirming>pending", "confirming>captured", "confirming>failed", "confirming>cancelled",
    "confirming>quarantined", "pending>captured", "pending>failed", "pending>quarantined", "captured>paid", "captured>refund_due", "paid>refunded",
    "failed>captured", "failed>quarantined", "cancelled>captured", "cancelled>quarantined", "refund_due>refunded", "quarantined>refunded",
};

static void no_other_moves(void **state)
{
    (void)state;
    size_t found = 0;
    for (int from = 0; from < PAYMENT_STATES; from++)
        for (int to = 0; to < PAYMENT_STATES; to++) {
            char move[40];
            bool listed = false;
            snprintf(move, sizeof(move), "%s>%s", payment_states[from].word, payment_states[to].word);
            for (size_t i = 0; i < COUNT(payment_moves_there_are); i++)
                listed |= strcmp(move, payment_moves_there_are[i]) == 0;
            found += listed;
            if (payment_may_move(&(struct payment){ .state = (enum payment_state)from }, (enum payment_state)to) != listed)
                FAIL("%s is%s a move", move, listed ? " not" : "");
        }
    assert_int_equal(found, COUNT(payment_moves_there_are));
}

static void words_are_read_back(void **state)
{
    (void)state;
    for (int i = 0; i < PAYMENT_STATES; i++)
        assert_int_equal(payment_state_of(str_c(payment_states[i].word)), i);
    for (int i = 0; i < WHYS; i++)
        assert_int_equal(payment_why_of(str_c(payment_why_words[i])), i);
    for (int i = 0; i < REFUND_STATES; i++)
        assert_int_equal(refund_state_of(str_c(refund_status_words[i])), i);
    for (int i = 0; i < REFUND_SOURCES; i++)
        assert_int_equal(refund_source_of(str_c(refund_source_words[i])), i);
}

static void what_is_left_to_do(void **state)
{
    static const struct {
        struct payment p;
        bool unfinished, unclear;
    } cases[] = {
        { { .state = PAYMENT_READY }, false, false },
        { { .state = PAYMENT_CONFIRMING }, true, true },
        { { .state = PAYMENT_PENDING }, true, false },
        { { .state = PAYMENT_CAPTURED, .captured = 9 }, true, true },
        { { .state = PAYMENT_PAID, .captured = 9 }, false, false },
        { { .state = PAYMENT_PAID, .captured = 9, .promised = 5 }, true, true },
        { { .state = PAYMENT_PAID, .captured = 9, .promised = 5, .waits = true }, true, false },
        { { .state = PAYMENT_PAID, .captured = 9, .promised = 5, .refunded = 5 }, false, false },
        { { .state = PAYMENT_PAID, .captured = 9, .promised = 5, .refused = 5 }, false, false },
        { { .state = PAYMENT_CANCELLED, .let_go_at = 1 }, true, false },
        { { .state = PAYMENT_REFUND_DUE, .captured = 9, .promised = 9 }, true, true },
        { { .state = PAYMENT_REFUND_DUE, .captured = 9, .promised = 9, .refused = 9 }, false, false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(payment_unfinished(&cases[i].p), cases[i].unfinished);
        assert_int_equal(payment_unclear_now(&cases[i].p), cases[i].unclear);
    }
}

/* ---- moves ---- */

static int64_t made(struct bed *b)
{
    struct payment_view v;
    b->no_provider = true;
    assert_int_equal(create(b, &v), OK);
    return v.id;
}

static err advance_to(struct bed *b, int64_t payment, enum payment_state to, const char *event, struct advance_out *ret)
{
    struct advance_in in = { .payment = payment, .to = to, .why = WHY_APPROVED, .payment_key = S("key"), .ref = S("ref"), .event = str_c(event),
                             .captured = { DUE, "KRW" } };
    return ask(b, &payment_advance_call, &in, ret);
}

static void move_to(struct bed *b, int64_t payment, enum payment_state to)
{
    struct advance_out out;
    assert_int_equal(advance_to(b, payment, to, NULL, &out), OK);
    assert_true(out.moved);
}

static err promise(struct bed *b, int64_t payment, enum refund_source source, int64_t amount, struct refund *ret)
{
    struct promise_out out;
    err e = ask(b, &refund_promise_call, &(struct promise_in){ .payment = payment, .source = source, .source_id = source == FOR_STAFF ? 0 : 5,
                                                              .amount = amount, .reason = S("ill") }, &out);
    *ret = out.refund;
    return e;
}

static err refund_to(struct bed *b, int64_t refund, enum refund_state to, struct refund_advance_out *ret)
{
    return ask(b, &refund_advance_call, &(struct refund_advance_in){ .refund = refund, .to = to }, ret);
}

/* A payment that booking took, and a refund of a third of it that was asked for. */
static int64_t sold(struct bed *b)
{
    int64_t id = made(b);
    move_to(b, id, PAYMENT_CONFIRMING);
    move_to(b, id, PAYMENT_CAPTURED);
    move_to(b, id, PAYMENT_PAID);
    return id;
}

static int64_t asked_back(struct bed *b, int64_t payment)
{
    struct refund r;
    struct refund_advance_out out;
    assert_int_equal(promise(b, payment, FOR_STAFF, DUE / 3, &r), OK);
    assert_int_equal(refund_to(b, r.id, REFUND_PENDING, &out), OK);
    return r.id;
}

static void an_event_counts_once(void **state)
{
    struct bed *b = *state;
    int64_t id = made(b);
    struct advance_out out;
    move_to(b, id, PAYMENT_CONFIRMING);
    assert_int_equal(advance_to(b, id, PAYMENT_PENDING, "evt-1", &out), OK);
    assert_true(out.moved);
    assert_true(str_eq(out.now.ref, S("ref")));
    assert_int_equal(advance_to(b, id, PAYMENT_FAILED, "evt-1", &out), OK);
    assert_false(out.moved);
    assert_int_equal(advance_to(b, id, PAYMENT_PAID, "evt-2", &out), OK);
    assert_false(out.moved);
    assert_int_equal(advance_to(b, id + 100, PAYMENT_FAILED, "evt-3", &out), ERR_MISSING);
    struct advance_in nameless = { .payment = id, .to = PAYMENT_FAILED, .why = WHY_DECLINED };
    assert_int_equal(ask(b, &payment_advance_call, &nameless, &out), OK);
    assert_true(out.moved);
    assert_true(str_eq(out.now.ref, S("ref")));
}

/* Staff gave all of it back before booking was told: what is due then is nothing. */
static void given_back_before_it_was_sold(void **state)
{
    struct bed *b = *state;
    int64_t id = made(b);
    struct refund r;
    struct refund_advance_out out;
    move_to(b, id, PAYMENT_CONFIRMING);
    move_to(b, id, PAYMENT_CAPTURED);
    assert_int_equal(promise(b, id, FOR_STAFF, 0, &r), OK);
    assert_int_equal(refund_to(b, r.id, REFUND_PENDING, &out), OK);
    assert_int_equal(refund_to(b, r.id, REFUND_DONE, &out), OK);
    assert_state(b, id, PAYMENT_CAPTURED);
    move_to(b, id, PAYMENT_REFUND_DUE);
    assert_state(b, id, PAYMENT_REFUNDED);
    assert_int_equal(load(b, id).promised, DUE);
}

static struct payment note(struct bed *b, struct note_in in)
{
    struct payment p;
    assert_int_equal(ask(b, &payment_note_call, &in, &p), OK);
    return p;
}

/* Only what is neither under way nor paid is let go. */
static void let_go(void **state)
{
    struct bed *b = *state;
    int64_t id = made(b);
    assert_int_equal(note(b, (struct note_in){ .payment = id, .lets_go = true, .let_go_at = 77 }).let_go_at, 77);
    assert_int_equal(note(b, (struct note_in){ .payment = id, .ref = S("abc") }).let_go_at, 77);
    assert_true(str_eq(load(b, id).ref, S("abc")));
    move_to(b, id, PAYMENT_CONFIRMING);
    assert_int_equal(note(b, (struct note_in){ .payment = id, .lets_go = true, .let_go_at = 77 }).let_go_at, 0);
    move_to(b, id, PAYMENT_FAILED);
    assert_int_equal(note(b, (struct note_in){ .payment = id, .lets_go = true, .let_go_at = 78 }).let_go_at, 78);
    assert_int_equal(note(b, (struct note_in){ .payment = id, .lets_go = true }).let_go_at, 0);

    int64_t other = made(b);
    move_to(b, other, PAYMENT_CANCELLED);
    assert_true(load(b, other).let_go_at > 0);
    assert_int_equal(note(b, (struct note_in){ .payment = other, .lets_go = true }).let_go_at, 0);
    struct payment p;
    assert_int_equal(ask(b, &payment_note_call, &(struct note_in){ .payment = id + 100 }, &p), ERR_MISSING);
}

static void a_refund_takes_a_while(void **state)
{
    struct bed *b = *state;
    struct refund_advance_out out;
    int64_t refund = asked_back(b, sold(b));
    struct refund_advance_in in = { .refund = refund, .to = REFUND_PENDING, .ref = S("re-1"), .waits = true };
    assert_int_equal(ask(b, &refund_advance_call, &in, &out), OK);
    int64_t since = out.refund.waiting_since;
    assert_true(since > 0);
    advance(b, 1000);
    assert_int_equal(ask(b, &refund_advance_call, &in, &out), OK);
    assert_int_equal(out.refund.waiting_since, since);
    assert_true(str_eq(out.refund.ref, S("re-1")));
    assert_int_equal(refund_to(b, refund, REFUND_CREATED, &out), OK);
    assert_int_equal(out.refund.state, REFUND_PENDING);
    assert_int_equal(refund_to(b, refund, REFUND_DONE, &out), OK);
    assert_int_equal(refund_to(b, refund, REFUND_PENDING, &out), OK);
    assert_int_equal(out.refund.state, REFUND_DONE);
    assert_int_equal(refund_to(b, refund + 100, REFUND_DONE, &out), ERR_MISSING);
}

/* ---- once more ---- */

struct again {
    struct payments *s;
    struct payment payment;
    struct refund refund, next;
};

static err again(struct ctx *cx, void *arg)
{
    struct again *a = arg;
    return refund_again(cx, a->s, &a->payment, &a->refund, &a->next);
}

/* Refused as often as it is tried; returns the last attempt. */
/* Its words live as long as the bed. */
static struct refund kept(struct bed *b, struct refund r)
{
    r.reason = arena_str(b->fixture.arena, r.reason);
    r.ref = arena_str(b->fixture.arena, r.ref);
    return r;
}

static struct refund loaded(struct bed *b, int64_t refund)
{
    struct refund r;
    assert_int_equal(ask(b, &refund_load_call, &refund, &r), OK);
    return kept(b, r);
}

static struct refund refused(struct bed *b, int64_t refund)
{
    struct refund_advance_out out = { .refund = { .id = refund } };
    for (int64_t i = 0; i < service(b)->refund_attempts; i++) {
        if (i)
            assert_int_equal(refund_to(b, ++refund, REFUND_PENDING, &out), OK);
        assert_int_equal(refund_to(b, refund, REFUND_FAILED, &out), OK);
    }
    return kept(b, out.refund);
}

static void only_the_last_failure_is_tried_again(void **state)
{
    struct bed *b = *state;
    int64_t id = sold(b), first = asked_back(b, id);
    struct again a = { .s = service(b) };
    a.refund = loaded(b, first);
    a.payment = load(b, id);
    assert_int_equal(in_command(b, again, &a), ERR_CONFLICT);            /* it is under way */
    assert_code(b, "not_failed");

    struct refund last = refused(b, first);
    a.refund = loaded(b, first);
    assert_int_equal(in_command(b, again, &a), ERR_CONFLICT);            /* it has been followed by others */
    a.refund = last;
    a.refund.attempt = 0;
    assert_int_equal(in_command(b, again, &a), ERR_CONFLICT);            /* its promise was taken back */
    a.refund = last;
    a.payment = load(b, id);
    assert_int_equal(a.payment.refused, DUE / 3);
    assert_int_equal(in_command(b, again, &a), OK);
    assert_int_equal(a.next.attempt, last.attempt + 1);
    assert_int_equal(load(b, id).refused, 0);
}

/* ---- a database that refuses ---- */

#define STATEMENT(var, text) static const struct query var = { "test." #var, text }
/* Reading such a table fails while it runs. */
#define UNREADABLE(table)                                                                                                                   \
    STATEMENT(table##_away, "ALTER TABLE " #table " RENAME TO " #table "_kept");                                                            \
    STATEMENT(table##_fails, "CREATE VIEW " #table " AS SELECT * FROM " #table "_kept WHERE abs(-9223372036854775807 - 1) > 0");            \
    STATEMENT(table##_works, "DROP VIEW " #table);                                                                                          \
    STATEMENT(table##_back, "ALTER TABLE " #table "_kept RENAME TO " #table)
#define REFUSED(name, table, when)                                                                                                          \
    STATEMENT(name##_fails, "CREATE TRIGGER " #name " BEFORE UPDATE ON " #table " WHEN " when " BEGIN SELECT RAISE(ABORT, 'refused'); END"); \
    STATEMENT(name##_works, "DROP TRIGGER " #name)

UNREADABLE(payment_fee);
UNREADABLE(payment_refund);
UNREADABLE(payment_retained);
REFUSED(any_payment, payment_intent, "1");
REFUSED(giving_up, payment_intent, "NEW.refused <> OLD.refused");
REFUSED(any_refund, payment_refund, "1");
STATEMENT(payments_gone, "DELETE FROM payment_intent");

#define WITH_UNREADABLE(b, table, check) \
    (execute(b, &table##_away), execute(b, &table##_fails), check, execute(b, &table##_works), execute(b, &table##_back))
#define WITH_REFUSED(b, name, check) (execute(b, &name##_fails), check, execute(b, &name##_works))

static void no_payment_moves(void **state)
{
    struct bed *b = *state;
    int64_t id = made(b);
    struct advance_out out;
    struct refund r;
    log_level_set(LOG_NOTHING);
    WITH_REFUSED(b, any_payment, assert_int_equal(advance_to(b, id, PAYMENT_CONFIRMING, NULL, &out), ERR_CONFLICT));
    assert_state(b, id, PAYMENT_READY);
    move_to(b, id, PAYMENT_CONFIRMING);
    WITH_UNREADABLE(b, payment_fee, assert_int_equal(advance_to(b, id, PAYMENT_QUARANTINED, NULL, &out), ERR_UNAVAILABLE));
    assert_state(b, id, PAYMENT_CONFIRMING);
    move_to(b, id, PAYMENT_CAPTURED);
    move_to(b, id, PAYMENT_PAID);
    WITH_REFUSED(b, any_payment, assert_int_equal(promise(b, id, FOR_STAFF, 0, &r), ERR_CONFLICT));
    WITH_UNREADABLE(b, payment_fee, assert_int_equal(promise(b, id, FOR_STAFF, 0, &r), ERR_UNAVAILABLE));
    WITH_UNREADABLE(b, payment_refund, assert_int_equal(promise(b, id, FOR_CANCELLATION, 1, &r), ERR_UNAVAILABLE));
    assert_int_equal(promise(b, id + 100, FOR_CANCELLATION, 1, &r), ERR_MISSING);
    WITH_UNREADABLE(b, payment_retained, assert_int_equal(ask(b, &ledger_retain_call, &(struct retained){ 1, id, 5000 }, NULL), ERR_UNAVAILABLE));
    WITH_UNREADABLE(b, payment_fee, assert_int_equal(ask(b, &ledger_retain_call, &(struct retained){ 1, id, 5000 }, NULL), ERR_UNAVAILABLE));
    assert_int_equal(load(b, id).promised, 0);
    log_level_set(LOG_ERROR);
}

static void no_refund_moves(void **state)
{
    struct bed *b = *state;
    int64_t id = sold(b), refund = asked_back(b, id);
    struct refund_advance_out out;
    log_level_set(LOG_NOTHING);
    WITH_REFUSED(b, any_refund, assert_int_equal(refund_to(b, refund, REFUND_DONE, &out), ERR_CONFLICT));
    WITH_REFUSED(b, any_payment, assert_int_equal(refund_to(b, refund, REFUND_DONE, &out), ERR_CONFLICT));
    WITH_UNREADABLE(b, payment_fee, assert_int_equal(refund_to(b, refund, REFUND_DONE, &out), ERR_UNAVAILABLE));
    assert_int_equal(load(b, id).refunded, 0);
    service(b)->refund_attempts = 1;
    WITH_REFUSED(b, giving_up, assert_int_equal(refund_to(b, refund, REFUND_FAILED, &out), ERR_CONFLICT));
    assert_int_equal(load(b, id).refused, 0);

    struct again a = { .s = service(b), .refund = refused(b, refund), .payment = load(b, id) };
    WITH_UNREADABLE(b, payment_refund, assert_int_equal(in_command(b, again, &a), ERR_UNAVAILABLE));
    assert_int_equal(load(b, id).refused, DUE / 3);
    execute(b, &payments_gone);
    assert_int_equal(refund_to(b, refund, REFUND_DONE, &out), ERR_MISSING);
    b->spoilt = true;
    log_level_set(LOG_ERROR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_other_moves),
        cmocka_unit_test(words_are_read_back),
        cmocka_unit_test(what_is_left_to_do),
        BED_CASE(an_event_counts_once),
        BED_CASE(given_back_before_it_was_sold),
        BED_CASE(let_go),
        BED_CASE(a_refund_takes_a_while),
        BED_CASE(only_the_last_failure_is_tried_again),
        BED_CASE(no_payment_moves),
        BED_CASE(no_refund_moves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
