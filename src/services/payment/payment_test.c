/* Payments from the first question to the end of the money: what the sandbox can do, who may ask, late payments both ways, forged and repeated
 * webhooks, and every step of every story interrupted. */
#include "payment_bed.h"

#include <stdatomic.h>

#include "platform/obs/log.h"

/* While errors are what the test wants. */
#define LOG_NOTHING ((enum log_level)(LOG_ERROR + 1))

static const struct query charges = { "test.charges", "SELECT COUNT(*) FROM payment_sandbox_charge" };
static const struct query refunds = { "test.refunds", "SELECT COUNT(*) FROM payment_sandbox_refund" };
static const struct query refunded_sum = { "test.refunded_sum", "SELECT COALESCE(SUM(amount), 0) FROM payment_sandbox_refund" };
static const struct query paid_moves = { "test.paid_moves", "SELECT COUNT(*) FROM payment_move WHERE to_state = 'paid'" };
static const struct query moves = { "test.moves", "SELECT COUNT(*) FROM payment_move" };
static const struct query revenue = { "test.revenue", "SELECT COALESCE(SUM(amount), 0) FROM payment_ledger WHERE account = 'revenue'" };
static const struct query events = { "test.events", "SELECT COUNT(*) FROM payment_webhook_event" };
static const struct query waiting_webhooks = { "test.waiting", "SELECT COUNT(*) FROM payment_sandbox_webhook WHERE due_at IS NOT NULL" };

/* ---- asking ---- */

static void create_asks_what_is_due(void **state)
{
    struct bed *b = *state;
    struct payment_view v, again;
    assert_int_equal(create(b, &v), OK);
    assert_int_equal(v.booking, BOOKING_ID);
    assert_int_equal(v.amount.amount, DUE);
    assert_string_equal(v.amount.currency, "KRW");
    assert_string_equal(payment_status_words[v.status], "ready");
    assert_true(str_starts(v.client, S("{\"payment_keys\":[\"sandbox-ok\",")));

    assert_int_equal(create(b, &again), OK);
    assert_int_equal(again.id, v.id);            /* one open payment a booking */

    booking.due = DUE - 1000;                    /* an outdated one is not paid any more */
    assert_int_equal(create(b, &again), OK);
    assert_int_not_equal(again.id, v.id);
    assert_int_equal(again.amount.amount, DUE - 1000);
    assert_state(b, v.id, PAYMENT_FAILED);
    assert_int_equal(confirm(b, v.id, "sandbox-ok", &v), ERR_CONFLICT);
    assert_code(b, "not_payable");
    assert_int_equal(count(b, &charges), 0);
}

static void create_refuses(void **state)
{
    static const struct {
        enum booking_status status;
        int64_t user, booking, due;
        err expected;
        const char *code;
    } cases[] = {
        { BOOKING_CONFIRMED, BUYER_ID, BOOKING_ID, DUE, ERR_CONFLICT, "not_payable" },
        { BOOKING_CANCELLED, BUYER_ID, BOOKING_ID, DUE, ERR_CONFLICT, "not_payable" },
        { BOOKING_EXPIRED, BUYER_ID, BOOKING_ID, DUE, ERR_CONFLICT, "not_payable" },
        { BOOKING_REFUND_DUE, BUYER_ID, BOOKING_ID, DUE, ERR_CONFLICT, "not_payable" },
        { BOOKING_REFUNDED, BUYER_ID, BOOKING_ID, DUE, ERR_CONFLICT, "not_payable" },
        { BOOKING_PENDING, BUYER_ID, BOOKING_ID, 0, ERR_CONFLICT, "not_payable" },
        { BOOKING_PENDING, BUYER_ID + 1, BOOKING_ID, DUE, ERR_MISSING, NULL },
        { BOOKING_PENDING, BUYER_ID, BOOKING_ID + 1, DUE, ERR_MISSING, NULL },
    };
    struct bed *b = *state;
    struct payment_view v;
    for (size_t i = 0; i < COUNT(cases); i++) {
        booking.status = cases[i].status;
        booking.due = cases[i].due;
        b->user = cases[i].user;
        err e = ask(b, call_at("POST", "/api/v1/payments"), &(struct create_in){ .booking = cases[i].booking }, &v);
        if (e != cases[i].expected)
            FAIL("case %zu: %s", i, err_kind(e)->word);
        if (cases[i].code)
            assert_code(b, cases[i].code);
    }
    assert_int_equal(count(b, &moves), 0);
}

/* With the booking's id for '@'. */
static struct str with_id(struct ctx *cx, struct str body)
{
    char id[ID_TEXT];
    struct str before = str_cut(&body, '@');
    if (!body.p)
        return before;
    id_encode(&app_keys(cx->app)->ids, ID_BOOKING, BOOKING_ID, id);
    return arena_fmt(cx->arena, "%.*s%.*s%.*s", STR_ARG(before), ID_TEXT, id, STR_ARG(body));
}

static void bad_bodies_name_the_field(void **state)
{
    static const struct {
        const char *path;
        struct str body;
        const char *field;
    } cases[] = {
        { "/api/v1/payments", S("{\"provider\":\"sandbox\"}"), "booking_id" },
        { "/api/v1/payments", S("{\"booking_id\":41,\"provider\":\"sandbox\"}"), "booking_id" },
        { "/api/v1/payments", S("{\"booking_id\":\"@\"}"), "provider" },
        { "/api/v1/payments", S("{\"booking_id\":\"@\",\"provider\":\"cash\"}"), "provider" },
        { "/api/v1/payments", S("{\"booking_id\":\"@\",\"provider\":\"sandbox\",\"amount\":1}"), "amount" },
        { "/api/v1/payments/{payment_id}/confirm", S("{\"amount\":150000}"), "payment_key" },
        { "/api/v1/payments/{payment_id}/confirm", S("{\"payment_key\":\"\",\"amount\":150000}"), "payment_key" },
        { "/api/v1/payments/{payment_id}/confirm", S("{\"payment_key\":7,\"amount\":150000}"), "payment_key" },
        { "/api/v1/payments/{payment_id}/confirm", S("{\"payment_key\":\"sandbox-ok\"}"), "amount" },
        { "/api/v1/payments/{payment_id}/confirm", S("{\"payment_key\":\"sandbox-ok\",\"amount\":-1}"), "amount" },
        { "/api/v1/payments/{payment_id}/confirm", S("{\"payment_key\":\"sandbox-ok\",\"amount\":1.5}"), "amount" },
        { "/api/v1/payments/{payment_id}/confirm", S("{\"payment_key\":\"sandbox-ok\",\"amount\":\"1e2\"}"), "amount" },
        { "/api/v1/payments/{payment_id}/confirm", S("{\"payment_key\":\"sandbox-ok\",\"amount\":9223372036854775808}"), "amount" },
    };
    struct bed *b = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct fields *in = call_at("POST", cases[i].path)->in;
        struct ctx cx;
        app_ctx_begin(b->fixture.app, &cx);
        void *out = arena_take(cx.arena, in->size);
        if (fields_decode(&cx, in, &app_keys(b->fixture.app)->ids, with_id(&cx, cases[i].body), out) != ERR_INPUT)
            FAIL("taken: %.*s", STR_ARG(cases[i].body));
        assert_true(str_eq(cx.problem.fields->field, str_c(cases[i].field)));
        app_ctx_end(&cx);
    }
}

/* ---- confirming ---- */

static void every_key(void **state)
{
    static const struct {
        const char *key;
        err result;
        const char *code, *shown;
        enum payment_state end;
        enum booking_status booking;
        int charged, refunded;
    } cases[] = {
        { "sandbox-ok", OK, NULL, "paid", PAYMENT_PAID, BOOKING_CONFIRMED, 1, 0 },
        { "sandbox-timeout", OK, NULL, "paid", PAYMENT_PAID, BOOKING_CONFIRMED, 1, 0 },
        { "sandbox-duplicate-webhook", OK, NULL, "paid", PAYMENT_PAID, BOOKING_CONFIRMED, 1, 0 },
        { "sandbox-late", OK, NULL, "pending", PAYMENT_PENDING, BOOKING_PENDING, 1, 0 },
        { "sandbox-decline", ERR_CONFLICT, "payment_declined", NULL, PAYMENT_FAILED, BOOKING_PENDING, 1, 0 },
        { "sandbox-wrong-amount", ERR_CONFLICT, "amount_mismatch", NULL, PAYMENT_REFUNDED, BOOKING_PENDING, 1, 1 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        void *bed = NULL;
        bed_make(&bed);
        struct bed *b = bed;
        struct payment_view v;
        err e;
        int64_t id = pay(b, cases[i].key, &e, &v);
        assert_int_equal(e, cases[i].result);
        if (e)
            assert_code(b, cases[i].code);
        else
            assert_string_equal(payment_status_words[v.status], cases[i].shown);
        assert_state(b, id, cases[i].end);
        assert_int_equal(booking.status, cases[i].booking);
        assert_int_equal(count(b, &charges), cases[i].charged);
        assert_int_equal(count(b, &refunds), cases[i].refunded);

        assert_int_equal(confirm(b, id, cases[i].key, &v), cases[i].result);     /* again: the same, and nothing new */
        assert_int_equal(count(b, &charges), cases[i].charged);
        assert_int_equal(count(b, &refunds), cases[i].refunded);
        bed_drop(&bed);
    }
}

static void confirm_refuses(void **state)
{
    struct bed *b = *state;
    const struct call *call = call_at("POST", "/api/v1/payments/{payment_id}/confirm");
    struct payment_view v;
    assert_int_equal(create(b, &v), OK);
    int64_t id = v.id;
    int64_t before = count(b, &moves);

    static const char *const keys[] = { "sandbox", "sandbox-OK", "tok_visa", "sandbox-ok ", "4242424242424242" };
    for (size_t i = 0; i < COUNT(keys); i++) {
        assert_int_equal(confirm(b, id, keys[i], &v), ERR_INPUT);
        assert_field(b, "payment_key");
    }
    static const int64_t amounts[] = { 0, 1, DUE - 1, DUE + 1, MONEY_MAX };
    for (size_t i = 0; i < COUNT(amounts); i++) {
        assert_int_equal(ask(b, call, &(struct confirm_in){ id, S("sandbox-ok"), amounts[i] }, &v), ERR_CONFLICT);
        assert_code(b, "amount_mismatch");
    }
    b->user = BUYER_ID + 1;
    assert_int_equal(confirm(b, id, "sandbox-ok", &v), ERR_MISSING);
    b->roles = ROLE_CUSTOMER | ROLE_ADMIN;       /* looking is not paying */
    assert_int_equal(confirm(b, id, "sandbox-ok", &v), ERR_MISSING);
    b->user = BUYER_ID;
    assert_int_equal(confirm(b, id + 1, "sandbox-ok", &v), ERR_MISSING);

    assert_state(b, id, PAYMENT_READY);
    assert_int_equal(count(b, &moves), before);
    assert_int_equal(count(b, &charges), 0);
}

static void declined_can_be_tried_again(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    err e;
    int64_t first = pay(b, "sandbox-decline", &e, &v);
    assert_int_equal(e, ERR_CONFLICT);
    int64_t second = pay(b, "sandbox-ok", &e, &v);
    assert_int_equal(e, OK);
    assert_int_not_equal(first, second);
    assert_state(b, first, PAYMENT_FAILED);
    assert_int_equal(confirm(b, first, "sandbox-ok", &v), ERR_CONFLICT);
    assert_code(b, "payment_declined");
    assert_int_equal(count(b, &revenue), -DUE);
}

static void cancelled_meanwhile(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    assert_int_equal(create(b, &v), OK);
    booking.status = BOOKING_CANCELLED;
    assert_int_equal(confirm(b, v.id, "sandbox-ok", &v), ERR_CONFLICT);
    assert_code(b, "not_payable");
    assert_int_equal(count(b, &charges), 0);
}

static void wrong_amount_is_given_back(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    err e;
    int64_t id = pay(b, "sandbox-wrong-amount", &e, &v);
    struct payment p = load(b, id);
    assert_int_equal(p.why, WHY_AMOUNT);
    assert_int_not_equal(p.captured, DUE);
    assert_int_equal(p.refunded, p.captured);
    assert_int_equal(count(b, &refunded_sum), p.captured);
    assert_int_equal(booking.payment, 0);
    assert_int_equal(booking.refunds, 0);
    pay(b, "sandbox-ok", &e, &v);
    assert_int_equal(e, OK);
    assert_int_equal(booking.status, BOOKING_CONFIRMED);
}

/* ---- late payments ---- */

static void pending_until_the_webhook(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    err e;
    int64_t id = pay(b, "sandbox-late", &e, &v);
    assert_int_equal(create(b, &v), ERR_CONFLICT);
    assert_code(b, "in_progress");
    advance(b, 30 * MINUTE_MS - 1);
    assert_state(b, id, PAYMENT_PENDING);
    assert_int_equal(confirm(b, id, "sandbox-late", &v), OK);
    assert_string_equal(payment_status_words[v.status], "pending");
    advance(b, 1);
    assert_state(b, id, PAYMENT_PAID);
    assert_int_equal(booking.status, BOOKING_CONFIRMED);
    assert_int_equal(count(b, &events), 1);
    assert_int_equal(count(b, &waiting_webhooks), 0);
    assert_int_equal(confirm(b, id, "sandbox-late", &v), OK);
    assert_string_equal(payment_status_words[v.status], "paid");
}

static void late_rule(void **state)
{
    static const struct {
        const char *key;
        enum booking_status before;
        bool seats_free;
        enum payment_state end;
        enum booking_status after;
        const char *shown;
    } cases[] = {
        { "sandbox-late", BOOKING_EXPIRED, true, PAYMENT_PAID, BOOKING_CONFIRMED, "paid" },
        { "sandbox-late", BOOKING_EXPIRED, false, PAYMENT_REFUNDED, BOOKING_REFUNDED, "refunded" },
        { "sandbox-late", BOOKING_CANCELLED, false, PAYMENT_REFUNDED, BOOKING_REFUNDED, "refunded" },
        { "sandbox-ok", BOOKING_EXPIRED, true, PAYMENT_PAID, BOOKING_CONFIRMED, "paid" },
        { "sandbox-ok", BOOKING_EXPIRED, false, PAYMENT_REFUNDED, BOOKING_REFUNDED, "refunded" },
        { "sandbox-timeout", BOOKING_EXPIRED, false, PAYMENT_REFUNDED, BOOKING_REFUNDED, "refunded" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        void *bed = NULL;
        bed_make(&bed);
        struct bed *b = bed;
        struct payment_view v;
        bool late = strcmp(cases[i].key, "sandbox-late") == 0;
        booking.seats_free = cases[i].seats_free;
        assert_int_equal(create(b, &v), OK);
        int64_t id = v.id;
        if (!late)
            booking.status = cases[i].before;
        assert_int_equal(confirm(b, id, cases[i].key, &v), OK);
        if (late) {
            booking.status = cases[i].before;
            advance(b, 30 * MINUTE_MS);
            assert_int_equal(confirm(b, id, cases[i].key, &v), OK);
        }
        assert_string_equal(payment_status_words[v.status], cases[i].shown);
        assert_state(b, id, cases[i].end);
        assert_int_equal(booking.status, cases[i].after);
        assert_int_equal(count(b, &refunds), cases[i].end == PAYMENT_REFUNDED);
        assert_int_equal(count(b, &revenue), cases[i].end == PAYMENT_PAID ? -DUE : 0);
        bed_drop(&bed);
    }
}

static void second_capture_goes_back(void **state)
{
    struct bed *b = *state;
    struct payment_view v;
    err e;
    int64_t id = pay(b, "sandbox-late", &e, &v);
    booking.status = BOOKING_CONFIRMED;          /* paid some other way meanwhile */
    booking.payment = id + 1000;
    advance(b, 30 * MINUTE_MS);
    assert_state(b, id, PAYMENT_REFUNDED);
    assert_int_equal(booking.status, BOOKING_CONFIRMED);
    assert_int_equal(count(b, &refunded_sum), DUE);
}

/* Webhooks get lost: then asking finds out. */
static void lost_webhook(void **state)
{
    static const struct query lose = { "test.lose", "UPDATE payment_sandbox_webhook SET due_at = NULL" };
    static const struct query customer_pays = { "test.customer_pays", "UPDATE payment_sandbox_charge SET state = 'approved'" };
    struct bed *b = *state;
    struct payment_view v;
    err e;
    int64_t id = pay(b, "sandbox-late", &e, &v);
    execute(b, &lose);
    execute(b, &customer_pays);
    advance(b, 15 * MINUTE_MS - 1);
    assert_state(b, id, PAYMENT_PENDING);
    advance(b, 1);
    assert_state(b, id, PAYMENT_PAID);
    assert_int_equal(count(b, &events), 0);
}

/* ---- webhooks ---- */

static err send(struct bed *b, struct str body, struct str signature, struct raw_out *ret)
{
    *ret = (struct raw_out){ 0 };
    return ask(b, &payment_webhook_call, &(struct webhook_in){ { body }, S("sandbox"), signature }, ret);
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

    struct webhook_in other = { { body }, S("stripe"), signature };
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

/* ---- states ---- */

static bool move_to(struct bed *b, int64_t id, enum payment_state to)
{
    struct advance_out out;
    assert_int_equal(ask(b, &payment_advance_call, &(struct advance_in){ .payment = id, .to = to, .why = WHY_APPROVED, .captured = DUE }, &out), OK);
    return out.moved;
}

/* Every state with every target. */
static void state_product(void **state)
{
    static const struct {
        enum payment_state path[5];      /* from ready */
        int steps;
        const char *next;                /* a letter for each target in the order of the enum */
    } cases[] = {
        /*                                                                                               RCPcpFrRQ */
        { { 0 }, 0, "-x---x---" },
        { { PAYMENT_CONFIRMING }, 1, "--xx-x--x" },
        { { PAYMENT_CONFIRMING, PAYMENT_PENDING }, 2, "---x-x--x" },
        { { PAYMENT_CONFIRMING, PAYMENT_CAPTURED }, 2, "----x-x--" },
        { { PAYMENT_CONFIRMING, PAYMENT_CAPTURED, PAYMENT_PAID }, 3, "---------" },
        { { PAYMENT_CONFIRMING, PAYMENT_FAILED }, 2, "---x----x" },
        { { PAYMENT_CONFIRMING, PAYMENT_CAPTURED, PAYMENT_REFUND_DUE }, 3, "-------x-" },
        { { PAYMENT_CONFIRMING, PAYMENT_CAPTURED, PAYMENT_REFUND_DUE, PAYMENT_REFUNDED }, 4, "---------" },
        { { PAYMENT_CONFIRMING, PAYMENT_QUARANTINED }, 2, "-------x-" },
    };
    (void)state;
    _Static_assert(COUNT(cases) == PAYMENT_STATES, "every state");
    for (size_t i = 0; i < COUNT(cases); i++)
        for (enum payment_state to = 0; to < PAYMENT_STATES; to++) {
            void *bed = NULL;
            bed_make(&bed);
            struct bed *b = bed;
            struct payment_view v;
            b->no_provider = true;
            assert_int_equal(create(b, &v), OK);
            for (int k = 0; k < cases[i].steps; k++)
                assert_true(move_to(b, v.id, cases[i].path[k]));
            assert_state(b, v.id, (enum payment_state)i);
            int64_t before = count(b, &moves);
            bool moved = move_to(b, v.id, to);
            if (moved != (cases[i].next[to] == 'x'))
                FAIL("%s to %s", payment_states[i].word, payment_states[to].word);
            assert_int_equal(count(b, &moves), before + moved);
            assert_state(b, v.id, moved ? to : (enum payment_state)i);
            bed_drop(&bed);
        }
}

/* ---- looking ---- */

static void who_sees_what(void **state)
{
    struct bed *b = *state;
    const struct call *show = call_at("GET", "/api/v1/payments/{payment_id}"), *list = call_at("GET", "/api/v1/payments");
    struct payment_view v;
    struct list_out page;
    err e;
    for (int i = 0; i < 4; i++)
        pay(b, "sandbox-decline", &e, &v);
    int64_t last = pay(b, "sandbox-ok", &e, &v);

    assert_int_equal(ask(b, show, &(struct payment_in){ last }, &v), OK);
    assert_int_equal(v.id, last);
    assert_int_equal(ask(b, list, &(struct list_in){ .limit = 3 }, &page), OK);
    assert_int_equal(page.items.n, 3);
    assert_int_equal(((struct payment_view *)page.items.at)->id, last);
    assert_int_equal(ask(b, list, &(struct list_in){ .limit = 3, .cursor = page.next }, &page), OK);
    assert_int_equal(page.items.n, 2);
    assert_true(str_eq(((struct payment_view *)page.items.at)->reason, S("declined")));
    assert_int_equal(page.next, 0);
    assert_int_equal(ask(b, list, &(struct list_in){ .booking = BOOKING_ID }, &page), OK);
    assert_int_equal(page.items.n, 5);
    assert_int_equal(ask(b, list, &(struct list_in){ .booking = BOOKING_ID + 1 }, &page), OK);
    assert_int_equal(page.items.n, 0);

    static const struct {
        unsigned roles;
        bool sees;
    } cases[] = {
        { ROLE_CUSTOMER, false }, { ROLE_CUSTOMER | ROLE_PRODUCER, false }, { ROLE_STAFF, false }, { ROLE_MANAGER, true }, { ROLE_ADMIN, true },
    };
    b->user = BUYER_ID + 1;
    for (size_t i = 0; i < COUNT(cases); i++) {
        b->roles = cases[i].roles;
        assert_int_equal(ask(b, show, &(struct payment_in){ last }, &v), cases[i].sees ? OK : ERR_MISSING);
        assert_int_equal(ask(b, list, &(struct list_in){ 0 }, &page), OK);
        assert_int_equal(page.items.n, cases[i].sees ? 5 : 0);
        assert_int_equal(ask(b, list, &(struct list_in){ .booking = BOOKING_ID }, &page), OK);
        assert_int_equal(page.items.n, cases[i].sees ? 5 : 0);
        assert_int_equal(ask(b, show, &(struct payment_in){ last + 1 }, &v), ERR_MISSING);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_CASE(create_asks_what_is_due),
        BED_CASE(create_refuses),
        BED_CASE(bad_bodies_name_the_field),
        cmocka_unit_test(every_key),
        BED_CASE(confirm_refuses),
        BED_CASE(declined_can_be_tried_again),
        BED_CASE(cancelled_meanwhile),
        BED_CASE(wrong_amount_is_given_back),
        BED_CASE(pending_until_the_webhook),
        cmocka_unit_test(late_rule),
        BED_CASE(second_capture_goes_back),
        BED_CASE(lost_webhook),
        BED_CASE(forged_webhooks),
        BED_CASE(webhook_times),
        BED_CASE(webhooks_without_effect),
        BED_CASE(webhook_with_another_amount),
        BED_CASE(duplicate_webhook),
        cmocka_unit_test(interrupted_anywhere),
        cmocka_unit_test(no_step_is_missed),
        BED_CASE(booking_away),
        BED_CASE(confirmed_by_many),
        cmocka_unit_test(state_product),
        BED_CASE(who_sees_what),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
