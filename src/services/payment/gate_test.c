/* Payments while their provider is away, and the second one that takes over. */
#include "fake_provider.h"
#include "gate.h"
#include "payment_bed.h"

#include "platform/config/config.h"
#include "platform/obs/log.h"

enum { TOSS, STRIPE };

static int make(void **state)
{
    fakes_reset();
    return bed_make(state);
}

static int drop(void **state)
{
    struct bed *b = *state;
    b->no_provider = true;                   /* the audits that compare know the sandbox's books only */
    return bed_drop(state);
}

static void set(struct bed *b, const char *key, const char *value)
{
    struct str why;
    assert_true(config_set(b->fixture.config, str_c(key), str_c(value), &why));
    restart(b);
}

static int make_offered(void **state)
{
    int e = make(state);
    set(*state, "payment.providers", "toss,stripe");         /* they need no keys, but have to be offered */
    return e;
}

static err begin(struct bed *b, int provider, struct payment_view *ret)
{
    return ask(b, call_at("POST", "/api/v1/payments"), &(struct create_in){ .booking = BOOKING_ID, .provider = provider }, ret);
}

static int64_t headroom(struct bed *b)
{
    struct payment_headroom out;
    assert_int_equal(ask(b, &payment_headroom_call, NULL, &out), OK);
    return out.orders_per_minute;
}

static struct provider_view view_of(struct bed *b, int provider)
{
    struct providers_out out;
    assert_int_equal(ask(b, call_at("GET", "/api/v1/payments/providers"), NULL, &out), OK);
    assert_int_equal(out.items.n, 2);
    return ((const struct provider_view *)out.items.at)[provider];
}

/* A payment that nobody heard of, and enough questions without an answer. */
static int64_t fall_silent(struct bed *b)
{
    struct payment_view v;
    assert_int_equal(begin(b, TOSS, &v), OK);
    int64_t id = v.id;
    fakes[TOSS].silent = true;
    while (confirm(b, id, "key", &v) == OK)
        assert_true(fakes[TOSS].asked < 20);
    return id;
}

static void confirm_waits(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    int64_t id = fall_silent(b);
    assert_code(b, "provider_unavailable");
    assert_in_range(b->cx.problem.retry_after_s, 1, 15);
    assert_state(b, id, PAYMENT_CONFIRMING);

    int64_t asked = fakes[TOSS].asked, held = provider_calls[1][OUTCOME_HELD].value;
    assert_int_equal(confirm(b, id, "key", &v), ERR_UNAVAILABLE);    /* not even asked */
    assert_int_equal(fakes[TOSS].asked, asked);
    assert_true(provider_calls[1][OUTCOME_HELD].value > held);
    assert_int_equal(provider_state[1].value, BREAKER_OPEN);

    log_level_set((enum log_level)(LOG_ERROR + 1));          /* payments that do not come to an end are errors */
    advance(b, 10 * MINUTE_MS);                              /* tried now and then, one question at a time */
    log_level_set(LOG_ERROR);
    assert_in_range(fakes[TOSS].asked - asked, 1, 10);
    assert_state(b, id, PAYMENT_CONFIRMING);

    fakes[TOSS].silent = false;
    advance(b, 30 * MINUTE_MS);
    assert_state(b, id, PAYMENT_PAID);
    assert_int_equal(provider_state[1].value, BREAKER_CLOSED);
    assert_int_equal(confirm(b, id, "key", &v), OK);
    assert_int_equal(booking.confirmed, 1);
    assert_int_equal(fakes[TOSS].line_n, 1);
}

static void nothing_begins(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    fakes[TOSS].silent = true;
    for (int i = 0; i < 5; i++)
        assert_int_equal(begin(b, TOSS, &v), ERR_UNAVAILABLE);
    assert_int_equal(fakes[TOSS].asked, 5);
    assert_int_equal(begin(b, TOSS, &v), ERR_UNAVAILABLE);
    assert_code(b, "provider_unavailable");
    assert_int_equal(fakes[TOSS].asked, 5);
    assert_false(view_of(b, TOSS).available);
    assert_in_range(view_of(b, TOSS).retry_after_seconds, 1, 15);
    assert_true(view_of(b, STRIPE).available);

    fakes[TOSS].silent = false;
    advance(b, 15 * SECOND_MS);
    assert_true(view_of(b, TOSS).available);
    assert_int_equal(begin(b, TOSS, &v), OK);
    assert_int_equal(confirm(b, v.id, "key", &v), OK);
}

static void second_takes_over(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    set(b, "payment.fallback", "stripe");
    assert_int_equal(begin(b, TOSS, &v), OK);
    assert_true(str_eq(v.provider, S("toss")));
    int64_t first = v.id;
    fakes[TOSS].silent = true;
    for (int i = 0; i < 5; i++)
        assert_int_equal(begin(b, TOSS, &v), ERR_UNAVAILABLE);

    assert_int_equal(begin(b, TOSS, &v), OK);
    assert_true(str_eq(v.provider, S("stripe")));
    int64_t second = v.id;
    assert_state(b, first, PAYMENT_CANCELLED);
    assert_int_equal(confirm(b, second, "key", &v), OK);
    assert_state(b, second, PAYMENT_PAID);
    assert_int_equal(fakes[STRIPE].line_n, 1);
    assert_int_equal(fakes[TOSS].line_n, 0);
}

static void both_away(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    set(b, "payment.fallback", "stripe");
    fakes[TOSS].silent = fakes[STRIPE].silent = true;
    for (int i = 0; i < 10; i++)
        assert_int_equal(begin(b, TOSS, &v), ERR_UNAVAILABLE);
    assert_int_equal(fakes[TOSS].asked, 5);
    assert_int_equal(fakes[STRIPE].asked, 5);
    assert_int_equal(begin(b, TOSS, &v), ERR_UNAVAILABLE);
    assert_code(b, "provider_unavailable");
    assert_int_equal(fakes[STRIPE].asked, 5);
}

static void headroom_follows(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    assert_int_equal(headroom(b), INT64_MAX);                /* nobody has asked for anything */
    set(b, "payment.toss_per_minute", "300");
    assert_int_equal(begin(b, TOSS, &v), OK);
    assert_int_equal(headroom(b), 150);
    fall_silent(b);
    assert_int_equal(headroom(b), 0);
    assert_int_equal(provider_headroom[1].value, 0);
    fakes[TOSS].silent = false;
    log_level_set((enum log_level)(LOG_ERROR + 1));
    advance(b, 5 * MINUTE_MS);
    log_level_set(LOG_ERROR);
    assert_int_equal(headroom(b), 150);
    advance(b, 10 * MINUTE_MS);                              /* nobody uses it any more */
    assert_int_equal(headroom(b), INT64_MAX);
}

static void limit_is_kept(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    set(b, "payment.toss_per_minute", "60");
    for (int i = 0; i < 10; i++)
        assert_int_equal(begin(b, TOSS, &v), OK);
    assert_int_equal(begin(b, TOSS, &v), ERR_UNAVAILABLE);
    assert_code(b, "provider_unavailable");
    assert_int_equal(fakes[TOSS].asked, 10);
    advance(b, SECOND_MS);
    assert_int_equal(begin(b, TOSS, &v), OK);
}

static void throttled(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    for (int i = 0; i < 100; i++)
        assert_int_equal(begin(b, TOSS, &v), OK);
    fakes[TOSS].throttles = true;
    assert_int_equal(begin(b, TOSS, &v), ERR_LIMIT);
    fakes[TOSS].throttles = false;
    assert_int_equal(headroom(b), 101 * 7 / 10 / 2);
    assert_int_equal(view_of(b, TOSS).available, true);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_offered, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(confirm_waits), CASE(nothing_begins), CASE(second_takes_over), CASE(both_away), CASE(headroom_follows), CASE(limit_is_kept), CASE(throttled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
