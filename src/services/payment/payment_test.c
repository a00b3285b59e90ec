/* Payments from the first question to the end of the money: what the sandbox can do, who may ask for what, late payments both ways, and every
 * state with every other. */
#include "payment_bed.h"

#include "platform/crypto/crypto.h"

static const struct query charges = { "test.charges", "SELECT COUNT(*) FROM payment_sandbox_charge" };
static const struct query refunds = { "test.refunds", "SELECT COUNT(*) FROM payment_sandbox_refund" };
static const struct query refunded_sum = { "test.refunded_sum", "SELECT COALESCE(SUM(amount), 0) FROM payment_sandbox_refund" };
static const struct query moves = { "test.moves", "SELECT COUNT(*) FROM payment_move WHERE refund_id = 0" };
static const struct query revenue = { "test.revenue", "SELECT COALESCE(SUM(amount), 0) FROM payment_ledger "
                                     "WHERE account IN ('organizer', 'platform_fee', 'tax', 'provider_fee')" };
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
    assert_state(b, v.id, PAYMENT_CANCELLED);
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
        advance(b, 0);
        assert_int_equal(booking.status, cases[i].after);
        assert_int_equal(booking.told, cases[i].end == PAYMENT_REFUNDED);
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

/* ---- states ---- */

/* The refund that is open, if there is one, is done. */
static bool give_back(struct bed *b, int64_t id)
{
    struct refund r;
    struct refund_advance_out out;
    assert_int_equal(ask(b, &refund_open_call, &(struct refund_open_in){ id, 0 }, &r), OK);
    if (r.id == 0)
        return false;
    assert_int_equal(ask(b, &refund_advance_call, &(struct refund_advance_in){ .refund = r.id, .to = REFUND_PENDING }, &out), OK);
    assert_int_equal(ask(b, &refund_advance_call, &(struct refund_advance_in){ .refund = r.id, .to = REFUND_DONE }, &out), OK);
    return true;
}

static bool move_to(struct bed *b, int64_t id, enum payment_state to)
{
    struct advance_out out;
    if (to == PAYMENT_REFUNDED)              /* only refunds lead there */
        return give_back(b, id);
    assert_int_equal(ask(b, &payment_advance_call, &(struct advance_in){ .payment = id, .to = to, .why = WHY_APPROVED, .captured = { DUE, "KRW" } }, &out), OK);
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
        /*                                                                                               RCPcpfxrRQ */
        { { 0 }, 0, "-x----x---" },
        { { PAYMENT_CONFIRMING }, 1, "--xx-xx--x" },
        { { PAYMENT_CONFIRMING, PAYMENT_PENDING }, 2, "---x-x---x" },
        { { PAYMENT_CONFIRMING, PAYMENT_CAPTURED }, 2, "----x--x--" },
        { { PAYMENT_CONFIRMING, PAYMENT_CAPTURED, PAYMENT_PAID }, 3, "----------" },
        { { PAYMENT_CONFIRMING, PAYMENT_FAILED }, 2, "---x-----x" },
        { { PAYMENT_CANCELLED }, 1, "---x-----x" },
        { { PAYMENT_CONFIRMING, PAYMENT_CAPTURED, PAYMENT_REFUND_DUE }, 3, "--------x-" },
        { { PAYMENT_CONFIRMING, PAYMENT_CAPTURED, PAYMENT_REFUND_DUE, PAYMENT_REFUNDED }, 4, "----------" },
        { { PAYMENT_CONFIRMING, PAYMENT_QUARANTINED }, 2, "--------x-" },
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
        cmocka_unit_test(state_product),
        BED_CASE(who_sees_what),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
