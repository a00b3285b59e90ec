/* Webhooks: signed, forged, outdated, repeated, and telling of what is not so. */
#include "payment_bed.h"

#include "base/clock.h"
#include "platform/obs/log.h"
#include "platform/obs/metrics.h"

/* While errors are what the test wants. */
#define LOG_NOTHING ((enum log_level)(LOG_ERROR + 1))

static const struct query paid_moves = { "test.paid_moves", "SELECT COUNT(*) FROM payment_move WHERE to_state = 'paid'" };
static const struct query moves = { "test.moves", "SELECT COUNT(*) FROM payment_move" };
static const struct query revenue = { "test.revenue", "SELECT COALESCE(SUM(amount), 0) FROM payment_ledger "
                                     "WHERE account IN ('organizer', 'platform_fee', 'tax', 'provider_fee')" };
static const struct query events = { "test.events", "SELECT COUNT(*) FROM payment_webhook_event" };

static err send(struct bed *b, struct str body, struct str signature, struct raw_out *ret)
{
    *ret = (struct raw_out){ 0 };
    return ask(b, &payment_webhook_call, &(struct webhook_in){ { body }, S("sandbox"), { signature } }, ret);
}

/* A body and its signature as the sandbox would send them `shift` ms from now; memory of the fixture. */
static struct str signed_event(struct bed *b, int64_t payment, int64_t amount, int64_t event, int64_t shift, struct str *ret_signature)
{
    struct ctx cx = { .arena = b->fixture.arena, .app = b->fixture.app };
    struct str body = sandbox_event(&cx, &(struct sandbox_delivery){ .id = event, .key = payment, .amount = { amount, "KRW" } });
    *ret_signature = sandbox_sign(&cx, clock_now(app_clock(b->fixture.app)) + shift, body);
    return body;
}

static void forged_webhooks(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    struct raw_out raw;
    struct str signature;
    err e;
    int64_t id = pay(b, "sandbox-late", &e, &v);
    struct str body = signed_event(b, id, DUE, 900, 0, &signature);
    int64_t refused = webhooks_forged.value, tried = 0;

    static const struct str shapes[] = {
        { NULL, 0 }, S(""), S("t=,v1="), S("v1=00,t=1"), S("t=1"), S("t=1,v0=00"), S("t=-1,v1=00"), S("t=99999999999999999999,v1=00"), S("t=1,,v1=00"),
        S("t=9223372036854775807,v1=0000000000000000000000000000000000000000000000000000000000000000"),
    };
    for (size_t i = 0; i < COUNT(shapes); i++, tried++)
        assert_int_equal(send(b, body, shapes[i], &raw), ERR_WHO);

    char text[256];
    for (size_t i = 0; i < signature.n; i++, tried++) {      /* each character another one */
        memcpy(text, signature.p, signature.n);
        text[i] = (char)(text[i] ^ 1);
        assert_int_equal(send(b, body, str_of(text, signature.n), &raw), ERR_WHO);
    }
    for (size_t i = 0; i < signature.n; i++, tried++)        /* cut */
        assert_int_equal(send(b, body, str_of(signature.p, i), &raw), ERR_WHO);
    for (size_t i = 0; i < body.n; i++, tried++) {           /* another body */
        memcpy(text, body.p, body.n);
        text[i] = (char)(text[i] ^ 1);
        assert_int_equal(send(b, str_of(text, body.n), signature, &raw), ERR_WHO);
    }
    memcpy(text, body.p, body.n);
    memcpy(text + body.n, "\0x", 2);
    assert_int_equal(send(b, str_of(text, body.n + 2), signature, &raw), ERR_WHO);
    tried++;

    assert_int_equal(webhooks_forged.value - refused, tried);
    assert_state(b, id, PAYMENT_PENDING);
    assert_int_equal(count(b, &events), 0);
}

static void webhook_times(void **state)
{
    static const struct {
        int64_t shift;
        err expected;
    } cases[] = { { -301 * SECOND_MS, ERR_WHO }, { 301 * SECOND_MS, ERR_WHO }, { -300 * SECOND_MS, OK }, { 300 * SECOND_MS, OK }, { 0, OK } };
    struct bed *b = *state;
    struct payment_view v;
    struct raw_out raw;
    struct str signature;
    err e;
    int64_t id = pay(b, "sandbox-ok", &e, &v);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str body = signed_event(b, id, DUE, 900 + (int64_t)i, cases[i].shift, &signature);
        assert_int_equal(send(b, body, signature, &raw), cases[i].expected);
    }
    assert_int_equal(count(b, &paid_moves), 1);
}

static void webhooks_without_effect(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    struct raw_out raw;
    struct str signature, body;
    err e;
    int64_t ok = pay(b, "sandbox-decline", &e, &v);
    assert_int_equal(create(b, &v), OK);
    int64_t ready = v.id;
    int64_t before = count(b, &moves);

    body = signed_event(b, 4711, DUE, 901, 0, &signature);       /* nobody knows this payment */
    assert_int_equal(send(b, body, signature, &raw), OK);
    assert_int_equal(raw.status, 202);
    body = signed_event(b, ready, DUE, 902, 0, &signature);      /* the provider was never asked */
    assert_int_equal(send(b, body, signature, &raw), OK);
    assert_int_equal(raw.status, 202);
    body = signed_event(b, ok, DUE, 903, 0, &signature);         /* says paid, but the provider itself says declined */
    assert_int_equal(send(b, body, signature, &raw), OK);
    assert_state(b, ok, PAYMENT_FAILED);

    struct ctx cx = { .arena = b->fixture.arena, .app = b->fixture.app };
    static const struct str bodies[] = { S(""), S("{}"), S("[]"), S("{\"id\":1}"), S("\xff"), S("{\"id\":\"e\",\"type\":\"t\",\"payment\":\"p\"}") };
    for (size_t i = 0; i < COUNT(bodies); i++) {
        signature = sandbox_sign(&cx, clock_now(app_clock(b->fixture.app)), bodies[i]);
        assert_int_equal(send(b, bodies[i], signature, &raw), ERR_INPUT);
    }
    body = S("{\"id\":\"e\",\"type\":\"t\",\"payment\":\"no id\",\"amount\":{\"amount\":1,\"currency\":\"KRW\"}}");
    signature = sandbox_sign(&cx, clock_now(app_clock(b->fixture.app)), body);
    assert_int_equal(send(b, body, signature, &raw), OK);
    assert_int_equal(raw.status, 202);

    struct webhook_in other = { { body }, S("nobody"), { signature } };
    assert_int_equal(ask(b, &payment_webhook_call, &other, &raw), ERR_MISSING);
    assert_int_equal(count(b, &moves), before);
}

static void webhook_with_another_amount(void **state)
{
    static const struct query customer_pays = { "test.customer_pays_now", "UPDATE payment_sandbox_charge SET state = 'approved'" };
    struct bed *b = *state;
    struct payment_view v;
    struct raw_out raw;
    struct str signature;
    err e;
    int64_t id = pay(b, "sandbox-late", &e, &v);
    execute(b, &customer_pays);
    log_level_set(LOG_NOTHING);
    int64_t before = webhooks_mismatched.value;
    struct str body = signed_event(b, id, DUE - 1, 900, 0, &signature);
    assert_int_equal(send(b, body, signature, &raw), OK);
    assert_int_equal(raw.status, 202);
    log_level_set(LOG_ERROR);
    assert_int_equal(webhooks_mismatched.value, before + 1);
    assert_state(b, id, PAYMENT_PENDING);

    body = signed_event(b, id, DUE, 901, 0, &signature);
    for (int i = 0; i < 20; i++)
        assert_int_equal(send(b, body, signature, &raw), OK);
    assert_state(b, id, PAYMENT_PAID);
    assert_int_equal(count(b, &paid_moves), 1);
    assert_int_equal(count(b, &events), 1);
}

static void duplicate_webhook(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    err e;
    int64_t taken = webhooks_taken.value, repeated = webhooks_repeated.value;
    int64_t id = pay(b, "sandbox-duplicate-webhook", &e, &v);
    assert_int_equal(e, OK);
    advance(b, 0);
    assert_int_equal(webhooks_taken.value - taken, 1);
    assert_int_equal(webhooks_repeated.value - repeated, 2);
    assert_int_equal(count(b, &events), 1);
    assert_int_equal(count(b, &paid_moves), 1);
    assert_int_equal(count(b, &revenue), -DUE);
    assert_int_equal(booking.confirmed, 1);
    assert_state(b, id, PAYMENT_PAID);
}

/* Two deliveries that overtake each other meet in the command. */
static void event_counts_once(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    struct advance_out out;
    err e;
    int64_t id = pay(b, "sandbox-decline", &e, &v);
    struct advance_in in = { .payment = id, .to = PAYMENT_PENDING, .why = WHY_WAITING, .event = S("evt_1") };
    b->no_provider = true;
    assert_int_equal(ask(b, &payment_advance_call, &in, &out), OK);
    assert_false(out.moved);
    in = (struct advance_in){ .payment = id, .to = PAYMENT_CAPTURED, .why = WHY_APPROVED, .captured = { DUE, "KRW" }, .event = S("evt_1") };
    assert_int_equal(ask(b, &payment_advance_call, &in, &out), OK);
    assert_false(out.moved);
    assert_state(b, id, PAYMENT_FAILED);
    in.event = S("evt_2");
    assert_int_equal(ask(b, &payment_advance_call, &in, &out), OK);
    assert_true(out.moved);
    assert_int_equal(count(b, &events), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_CASE(forged_webhooks),
        BED_CASE(webhook_times),
        BED_CASE(webhooks_without_effect),
        BED_CASE(webhook_with_another_amount),
        BED_CASE(duplicate_webhook),
        BED_CASE(event_counts_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
