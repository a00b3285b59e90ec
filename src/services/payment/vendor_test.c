/* What is read of Toss and Stripe, without either: signatures made by Stripe's own library, amounts, errors, reasons. */
#include "payment_bed.h"
#include "stripe.h"
#include "toss.h"

static const struct str body = S("{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"payment_intent.succeeded\",\"data\":{\"object\":{\"id\":\"pi_1\"}}}");

#define SIGNED_AT INT64_C(1795000000)
#define NEW_KEY   "whsec_new"
#define OLD_KEY   "whsec_old_and_longer_than_sixty_four_bytes_so_that_it_is_hashed_first_0123456789"
#define NEW_MAC   "4856240c5e3665d102a83863a9f5c59ff69a6fef3cefc37ac48838ac3eb08573"
#define OLD_MAC   "e489af9524900dc02e3d8d34f274e50618727df48afcbf5928701371768184bc"
#define NO_MAC    "0000000000000000000000000000000000000000000000000000000000000000"

static void signatures(void **state)
{
    static const struct {
        const char *signature;
        struct str keys[2];
        int64_t late_s;
        bool ok;
    } cases[] = {
        { "t=1795000000,v1=" NEW_MAC, { S(NEW_KEY) }, 0, true },
        { "t=1795000000,v1=" NEW_MAC, { S(NEW_KEY), S(OLD_KEY) }, 0, true },
        { "t=1795000000,v1=" OLD_MAC, { S(NEW_KEY), S(OLD_KEY) }, 0, true },         /* while the key is being changed */
        { "t=1795000000,v1=" OLD_MAC ",v1=" NEW_MAC, { S(NEW_KEY) }, 0, true },      /* Stripe signs with both meanwhile */
        { "t=1795000000,v1=" NO_MAC ",v0=" NO_MAC ",v1=" NEW_MAC, { S(NEW_KEY) }, 0, true },
        { "t=1795000000,v1=" NEW_MAC, { S(NEW_KEY) }, 300, true },
        { "t=1795000000,v1=" NEW_MAC, { S(NEW_KEY) }, -300, true },
        { "t=1795000000,v1=" NEW_MAC, { S(NEW_KEY) }, 301, false },
        { "t=1795000000,v1=" NEW_MAC, { S(NEW_KEY) }, -301, false },
        { "t=1795000000,v1=" OLD_MAC, { S(NEW_KEY) }, 0, false },
        { "t=1795000000,v1=" NO_MAC, { S(NEW_KEY), S(OLD_KEY) }, 0, false },
        { "t=1795000000,v0=" NEW_MAC, { S(NEW_KEY) }, 0, false },
        { "t=1795000001,v1=" NEW_MAC, { S(NEW_KEY) }, 0, false },
        { "v1=" NEW_MAC, { S(NEW_KEY) }, 0, false },
        { "t=1795000000", { S(NEW_KEY) }, 0, false },
        { "t=17950000000000000000000,v1=" NEW_MAC, { S(NEW_KEY) }, 0, false },
        { "t=,v1=" NEW_MAC, { S(NEW_KEY) }, 0, false },
        { "t=1795000000,v1=4856", { S(NEW_KEY) }, 0, false },
        { "t=1795000000,v1=" NEW_MAC, { S("") }, 0, false },                         /* no key is none that fits */
        { "", { S(NEW_KEY) }, 0, false },
        { ",,,=,t,v1", { S(NEW_KEY) }, 0, false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        if (stripe_signature_ok(str_c(cases[i].signature), body, cases[i].keys, 2, (SIGNED_AT + cases[i].late_s) * 1000) != cases[i].ok)
            FAIL("case %zu: %s", i, cases[i].signature);
    assert_false(stripe_signature_ok(S("t=1795000000,v1=" NEW_MAC), S("{}"), cases[0].keys, 2, SIGNED_AT * 1000));
}

static void amounts(void **state)
{
    static const struct {
        struct money ours;
        int64_t theirs;
    } cases[] = {
        { { 30000, "KRW" }, 30000 }, { { 500, "JPY" }, 500 }, { { 1999, "USD" }, 1999 }, { { 12, "ISK" }, 1200 }, { { 7, "UGX" }, 700 },
    };
    struct money m;
    int64_t n;
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_true(stripe_amount(&cases[i].ours, &n));
        assert_int_equal(n, cases[i].theirs);
        assert_true(stripe_money(n, str_c(cases[i].ours.currency), &m));
        assert_int_equal(m.amount, cases[i].ours.amount);
        assert_string_equal(m.currency, cases[i].ours.currency);
    }
    assert_true(stripe_money(5, S("krw"), &m));
    assert_string_equal(m.currency, "KRW");
    assert_false(stripe_money(1250, S("isk"), &m));          /* half a krona */
    assert_false(stripe_money(5, S("kwd"), &m));
    assert_false(stripe_money(5, S("kr"), &m));
    assert_false(stripe_money(5, S(""), &m));
    assert_false(stripe_amount(&(struct money){ INT64_MAX, "ISK" }, &n));
    assert_false(stripe_amount(&(struct money){ 5, "XTS" }, &n));
}

static struct ctx context(struct arena *arena)
{
    return (struct ctx){ .arena = arena };
}

static void errors(void **state)
{
    static const struct {
        struct str body;
        enum toss_says says;
    } toss[] = {
        { S("{\"code\":\"REJECT_CARD_COMPANY\",\"message\":\"x\"}"), TOSS_DECLINED }, { S("{\"code\":\"ALREADY_PROCESSED_PAYMENT\"}"), TOSS_LOOK },
        { S("{\"code\":\"PROVIDER_ERROR\"}"), TOSS_UNCLEAR },                         { S("{\"code\":\"A_NEW_ONE\"}"), TOSS_UNCLEAR },
        { S("{\"code\":7}"), TOSS_UNCLEAR },                                          { S("<html>"), TOSS_UNCLEAR },
        { S(""), TOSS_UNCLEAR },                                                      { S("{\"code\":\"INVALID_BANK\"}"), TOSS_ACCOUNT },
    };
    static const struct {
        int status;
        struct str body;
        enum stripe_says says;
    } stripe[] = {
        { 402, S("{\"error\":{\"type\":\"card_error\",\"code\":\"a_new_one\"}}"), STRIPE_DECLINED },
        { 400, S("{\"error\":{\"type\":\"invalid_request_error\",\"code\":\"payment_intent_unexpected_state\"}}"), STRIPE_LOOK },
        { 400, S("{\"error\":{\"type\":\"invalid_request_error\",\"param\":\"amount\"}}"), STRIPE_LOOK },
        { 400, S("{\"error\":{\"type\":\"invalid_request_error\",\"param\":\"currency\"}}"), STRIPE_UNCLEAR },
        { 409, S("{\"error\":{\"type\":\"idempotency_error\",\"code\":\"card_declined\"}}"), STRIPE_UNCLEAR },
        { 429, S("{\"error\":{\"code\":\"rate_limit\"}}"), STRIPE_UNCLEAR },
        { 500, S("{\"error\":{\"code\":\"card_declined\"}}"), STRIPE_UNCLEAR },
        { 0, S(""), STRIPE_UNCLEAR },
        { 400, S("[]"), STRIPE_UNCLEAR },
    };
    struct arena *arena = arena_new(0);
    struct ctx cx = context(arena);
    (void)state;
    for (size_t i = 0; i < COUNT(toss); i++)
        assert_int_equal(toss_error(&cx, toss[i].body), toss[i].says);
    for (size_t i = 0; i < COUNT(stripe); i++)
        assert_int_equal(stripe_error(&cx, stripe[i].status, stripe[i].body), stripe[i].says);
    arena_free(arena);
}

#define PAYMENT(status, approved, more)                                                                                                     \
    S("{\"mId\":\"shop\",\"paymentKey\":\"k\",\"orderId\":\"order0\",\"currency\":\"KRW\",\"status\":\"" status "\",\"approvedAt\":" approved more "}")
#define AT "\"2026-01-01T00:00:00+09:00\""

static void toss_payments(void **state)
{
    static const struct {
        struct str body;
        enum verdict_kind kind;
    } cases[] = {
        { PAYMENT("READY", "null", ",\"totalAmount\":5"), VERDICT_ABSENT },
        { PAYMENT("IN_PROGRESS", "null", ",\"totalAmount\":5"), VERDICT_ABSENT },
        { PAYMENT("WAITING_FOR_DEPOSIT", "null", ",\"totalAmount\":5"), VERDICT_PENDING },
        { PAYMENT("DONE", AT, ",\"totalAmount\":5"), VERDICT_APPROVED },
        { PAYMENT("PARTIAL_CANCELED", AT, ",\"totalAmount\":5"), VERDICT_APPROVED },
        { PAYMENT("CANCELED", AT, ",\"totalAmount\":5"), VERDICT_APPROVED },
        { PAYMENT("CANCELED", "null", ",\"totalAmount\":5"), VERDICT_DECLINED },
        { PAYMENT("ABORTED", "null", ""), VERDICT_DECLINED },
        { PAYMENT("EXPIRED", "null", ""), VERDICT_DECLINED },
        { PAYMENT("DONE", AT, ",\"totalAmount\":5.5"), VERDICT_UNKNOWN },
        { PAYMENT("DONE", AT, ",\"totalAmount\":\"5\""), VERDICT_UNKNOWN },
        { PAYMENT("DONE", AT, ",\"totalAmount\":1e300"), VERDICT_UNKNOWN },
        { PAYMENT("DONE", AT, ""), VERDICT_UNKNOWN },
        { PAYMENT("DONE", "null", ",\"totalAmount\":5"), VERDICT_UNKNOWN },
        { PAYMENT("SOMETHING_NEW", AT, ",\"totalAmount\":5"), VERDICT_UNKNOWN },
    };
    struct arena *arena = arena_new(0);
    struct ctx cx = context(arena);
    struct merchant shop = { .name = S("shop") }, other = { .name = S("other") }, any = { 0 };
    struct charge c = { .order = S("order0"), .merchant = &shop }, stranger = { .order = S("order1"), .merchant = &any };
    struct toss_payment p;
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_true(toss_payment_read(&cx, cases[i].body, &p));
        if (toss_payment_verdict(&p, &c).kind != cases[i].kind)
            FAIL("case %zu: %d", i, (int)toss_payment_verdict(&p, &c).kind);
    }
    assert_int_equal(toss_payment_verdict(&p, &stranger).kind, VERDICT_FOREIGN);
    c.merchant = &other;
    assert_int_equal(toss_payment_verdict(&p, &c).kind, VERDICT_FOREIGN);
    assert_false(toss_payment_read(&cx, S("[]"), &p));
    assert_false(toss_payment_read(&cx, S("{\"status\":\"DONE\"}"), &p));
    assert_false(toss_payment_read(&cx, S("{"), &p));
    arena_free(arena);
}

static void take_name(struct ctx *cx, const cJSON *document, void *out)
{
    *(struct str *)out = vendor_text(cx, document, "name");
}

static void texts(void **state)
{
    static const struct {
        struct str document, name;
    } cases[] = {
        { S("{\"name\":\"이선좌\"}"), S("이선좌") }, { S("{\"name\":\"\xff\"}"), S("") }, { S("{\"name\":7}"), S("") }, { S("{}"), S("") },
    };
    struct arena *arena = arena_new(0);
    struct ctx cx = context(arena);
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str name;
        assert_true(vendor_read(&cx, cases[i].document, take_name, &name));
        assert_true(str_eq(name, cases[i].name));
    }
    arena_free(arena);
}

static void reasons(void **state)
{
    struct arena *arena = arena_new(0);
    struct ctx cx = context(arena);
    struct str long_reason = arena_fmt(arena, "%0200d", 0);
    struct give_back r = { .order = S("refund0000001"), .amount = 5, .reason = S("사정이 [생겨서]") }, other = r, empty = { .order = S("x") };
    (void)state;
    other.order = S("refund0000002");
    struct toss_cancel at[] = { { .amount = 5, .reason = S("]") }, { .amount = 5, .reason = toss_cancel_reason(&cx, &r), .key = S("t") } };
    struct toss_payment p = { .cancels = { at, 2 } };
    assert_ptr_equal(toss_cancel_of(&p, &r), &at[1]);
    assert_null(toss_cancel_of(&p, &other));
    r.amount = 6;
    assert_null(toss_cancel_of(&p, &r));
    r.reason = long_reason;
    assert_in_range(toss_cancel_reason(&cx, &r).n, 150, 200);
    assert_true(str_eq(toss_cancel_reason(&cx, &empty), S("refund [x]")));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signatures), cmocka_unit_test(amounts), cmocka_unit_test(errors), cmocka_unit_test(toss_payments), cmocka_unit_test(texts),
        cmocka_unit_test(reasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
