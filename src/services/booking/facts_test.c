/* What others are told of a booking while it is paid, cancelled in parts and over: facts, attendance, and payments that come again. */
#include "test.h"

#include <stdlib.h>

#include "cancel.h"
#include "fixture.h"
#include "base/clock.h"
#include "platform/crypto/crypto.h"
#include "services/performance/performance.h"

#define SCHEDULE    3
#define PERFORMANCE 2
#define OWNER       1
#define BUYER       7
#define PRICE       INT64_C(10000)
#define MINUTE      INT64_C(60000)

/* ---- the services beside it ---- */

/* A row of four seats. */
err performance_hall_plan(struct ctx *cx, int64_t hall, struct str *ret_blob)
{
    struct plan_maker m;
    struct buf blob;
    (void)hall;
    plan_begin(&m, cx->arena);
    assert_true(plan_add_category(&m, S("R"), S("#aa0000")) && plan_add_section(&m, S("Floor"), SECTION_SEATS) && plan_add_row(&m, S("1")));
    for (int i = 1; i <= 4; i++)
        assert_true(plan_add_seat(&m, arena_fmt(cx->arena, "1-%d", i), arena_fmt(cx->arena, "%d", i), i, 0, 0));
    buf_init(&blob, PLAN_BLOB_MAX);
    plan_encode(plan_end(&m), &blob);
    *ret_blob = arena_str(cx->arena, buf_view(&blob));
    buf_free(&blob);
    return OK;
}

static err performance_facts(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)self;
    (void)in;
    (void)out;
    return fail(cx, ERR_MISSING, NULL, "No such performance.", "그런 공연이 없습니다.");
}

const struct call performance_facts_call = { .name = "performance.facts", .kind = CALL_READ, .fn = performance_facts };

static const struct service *const services[] = { &booking_service, NULL };

/* ---- the bed ---- */

struct bed {
    struct fixture f;
    struct ctx cx;            /* of the last call */
    int64_t ends_at;
};

static err ask(struct bed *b, const struct call *call, const void *in, void *out)
{
    if (b->cx.arena)
        app_ctx_end(&b->cx);
    return fixture_call(&b->f, BUYER, ROLE_CUSTOMER, call, in, out, &b->cx);
}

static int bed_make(void **state)
{
    struct bed *b = calloc(1, sizeof(*b));
    struct grade_price price = { S("R"), PRICE };
    assert_non_null(b);
    fixture_open(&b->f, services);
    int64_t now = clock_now(app_clock(b->f.app));
    b->ends_at = now + 60 * 1440 * MINUTE;
    struct schedule_opening opening = {
        .schedule = SCHEDULE, .performance = PERFORMANCE, .hall = 1, .owner = OWNER, .starts_at = b->ends_at - 100 * MINUTE, .ends_at = b->ends_at,
        .sale_starts_at = now, .sale_ends_at = b->ends_at - 200 * MINUTE, .max_per_user = 4, .currency = S("KRW"), .prices = { &price, 1 },
        .title = S("Title"), .hall_name = S("Hall"),
    };
    assert_int_equal(ask(b, &booking_schedule_open, &opening, NULL), OK);
    *state = b;
    return 0;
}

static int bed_drop(void **state)
{
    struct bed *b = *state;
    struct ctx cx;
    app_ctx_begin(b->f.app, &cx);
    cx.db = db_read_begin(app_db(b->f.app));
    for (const struct audit *a = booking_audits; a->name; a++) {
        bool found;
        assert_int_equal(db_one(&cx, a->query, NO_VALS, NULL, NULL, &found), OK);
        if (found)
            print_error("audit %s: %s\n", a->name, a->help);
        assert_false(found);
    }
    db_read_end(app_db(b->f.app), cx.db);
    app_ctx_end(&cx);
    if (b->cx.arena)
        app_ctx_end(&b->cx);
    fixture_close(&b->f);
    free(b);
    return 0;
}

static int64_t book(struct bed *b, int64_t seats)
{
    struct hold_out hold;
    struct booking_out out;
    struct hold_in wish = { .schedule = SCHEDULE, .has_best = true, .best = { .count = seats, .grade = S("R") } };
    assert_int_equal(ask(b, &hold_create_call, &wish, &hold), OK);
    assert_int_equal(ask(b, &booking_create_call, &(struct create_in){ .hold = hold.id }, &out), OK);
    return out.id;
}

static int paid(struct bed *b, int64_t booking, int64_t payment, int64_t amount)
{
    struct booking_paid out;
    assert_int_equal(ask(b, &booking_paid_put, &(struct booking_payment){ booking, payment, amount }, &out), OK);
    return out.result;
}

/* As the request decodes: the input is private to its file. */
static err cancel(struct bed *b, int64_t booking, const char *body)
{
    char path[ID_TEXT];
    struct cancelled_out out;
    void *in = calloc(1, cancel_call.in->size);
    assert_non_null(in);
    if (b->cx.arena)
        app_ctx_end(&b->cx);
    app_ctx_begin(b->f.app, &b->cx);
    const struct id_key *ids = &app_keys(b->f.app)->ids;
    id_encode(ids, ID_BOOKING, booking, path);
    assert_int_equal(field_decode_text(&b->cx, &cancel_call.in->at[0], ids, str_of(path, ID_TEXT), in), OK);
    assert_int_equal(fields_decode(&b->cx, cancel_call.in, ids, str_c(body), in), OK);
    b->cx.actor = (struct actor){ .user = BUYER, .session = BUYER, .roles = ROLE_CUSTOMER };
    err e = call_run(&b->cx, &cancel_call, in, &out);
    free(in);
    return e;
}

static struct booking_facts facts(struct bed *b, int64_t booking)
{
    struct booking_facts out;
    assert_int_equal(ask(b, &booking_facts_call, &(struct facts_ref){ booking }, &out), OK);
    return out;
}

static bool was_there(struct bed *b, int64_t user, int64_t performance, int64_t booking)
{
    struct attended out;
    assert_int_equal(ask(b, &booking_attended_call, &(struct attended_ref){ user, performance }, &out), OK);
    assert_int_equal(out.booking, out.attended ? booking : 0);
    return out.attended;
}

static void refunded(struct bed *b, int64_t booking, int64_t payment, int64_t cancellation, int64_t amount)
{
    const struct payment_refunded event = { .refund = 1, .payment = payment, .booking = booking, .cancellation = cancellation, .amount = amount,
                                            .currency = S("KRW") };
    assert_int_equal(ask(b, &booking_refunded_call, &event, NULL), OK);
}

/* ---- facts ---- */

static void facts_follow_the_booking(void **state)
{
    struct bed *b = *state;
    int64_t id = book(b, 2);
    struct booking_facts f = facts(b, id);
    assert_int_equal(f.user, BUYER);
    assert_int_equal(f.owner, OWNER);
    assert_int_equal(f.performance, PERFORMANCE);
    assert_int_equal(f.status, BOOKING_PENDING);
    assert_int_equal(f.total, 2 * PRICE);
    assert_int_equal(f.code.n, CODE_TEXT);
    assert_string_equal(f.currency, "KRW");
    assert_true(str_eq(f.title, S("Title")) && str_eq(f.hall_name, S("Hall")));
    assert_int_equal(f.seats.n, 2);
    assert_true(str_starts(((struct str *)f.seats.at)[0], S("R · Floor · 1 · ")));
    assert_int_equal(ask(b, &booking_facts_call, &(struct facts_ref){ id + 1 }, &f), ERR_MISSING);

    assert_int_equal(paid(b, id, 5, 2 * PRICE), PAID_CONFIRMED);
    assert_int_equal(cancel(b, id, "{\"seats\":[\"1-2\"]}"), OK);
    f = facts(b, id);
    assert_int_equal(f.status, BOOKING_CONFIRMED);
    assert_int_equal(f.seats.n, 1);
    assert_int_equal(f.due, 2 * PRICE);
}

static void attendance_needs_a_ticket_and_an_end(void **state)
{
    struct bed *b = *state;
    int64_t id = book(b, 1);
    assert_int_equal(paid(b, id, 5, PRICE), PAID_CONFIRMED);
    assert_false(was_there(b, BUYER, PERFORMANCE, id));
    app_clock_advance(b->f.app, b->ends_at - clock_now(app_clock(b->f.app)) - 1);
    assert_false(was_there(b, BUYER, PERFORMANCE, id));
    app_clock_advance(b->f.app, 1);
    assert_true(was_there(b, BUYER, PERFORMANCE, id));
    assert_false(was_there(b, BUYER + 1, PERFORMANCE, id));
    assert_false(was_there(b, BUYER, PERFORMANCE + 1, id));
}

static void who_cancelled_was_not_there(void **state)
{
    struct bed *b = *state;
    int64_t id = book(b, 1);
    assert_int_equal(paid(b, id, 5, PRICE), PAID_CONFIRMED);
    assert_int_equal(cancel(b, id, "{}"), OK);
    app_clock_advance(b->f.app, 61 * 1440 * MINUTE);
    assert_false(was_there(b, BUYER, PERFORMANCE, id));
}

/* ---- payments that come again ---- */

/* A payment that had confirmed the booking hears so again, also when it has been cancelled since: its money is given back by the cancellation. */
static void told_again_after_the_cancellation(void **state)
{
    struct bed *b = *state;
    int64_t id = book(b, 2);
    assert_int_equal(paid(b, id, 5, 2 * PRICE), PAID_CONFIRMED);
    assert_int_equal(paid(b, id, 6, 2 * PRICE), PAID_REFUND);
    assert_int_equal(cancel(b, id, "{}"), OK);
    assert_int_equal(paid(b, id, 5, 2 * PRICE), PAID_CONFIRMED);
    assert_int_equal(paid(b, id, 6, 2 * PRICE), PAID_REFUND);
    assert_int_equal(facts(b, id).status, BOOKING_REFUND_DUE);

    refunded(b, id, 6, 0, 2 * PRICE);            /* of the second payment: nothing here waits for that */
    assert_int_equal(facts(b, id).status, BOOKING_REFUND_DUE);
    refunded(b, id, 5, 0, 1);                    /* staff's goodwill */
    assert_int_equal(facts(b, id).status, BOOKING_REFUND_DUE);
    refunded(b, id, 5, 1, 2 * PRICE);
    assert_int_equal(facts(b, id).status, BOOKING_REFUNDED);
    refunded(b, id, 5, 1, 2 * PRICE);            /* delivered again */
    assert_int_equal(facts(b, id).status, BOOKING_REFUNDED);
    assert_int_equal(paid(b, id, 5, 2 * PRICE), PAID_CONFIRMED);
}

/* A booking waits until the money of all its cancellations is back, in whatever order. */
static void waits_for_every_part(void **state)
{
    struct bed *b = *state;
    int64_t id = book(b, 2);
    assert_int_equal(paid(b, id, 5, 2 * PRICE), PAID_CONFIRMED);
    assert_int_equal(cancel(b, id, "{\"seats\":[\"1-2\"]}"), OK);
    assert_int_equal(cancel(b, id, "{}"), OK);
    refunded(b, id, 5, 2, PRICE);
    assert_int_equal(facts(b, id).status, BOOKING_REFUND_DUE);
    refunded(b, id, 5, 1, PRICE);
    assert_int_equal(facts(b, id).status, BOOKING_REFUNDED);
}

/* A late payment for a pending booking that was cancelled goes back whole, and the booking shows it. */
static void late_payment_of_a_cancelled_one(void **state)
{
    struct bed *b = *state;
    int64_t id = book(b, 1);
    assert_int_equal(cancel(b, id, "{}"), OK);
    assert_int_equal(facts(b, id).status, BOOKING_CANCELLED);
    assert_int_equal(paid(b, id, 5, PRICE), PAID_REFUND);
    assert_int_equal(paid(b, id, 5, PRICE), PAID_REFUND);
    assert_int_equal(facts(b, id).status, BOOKING_REFUND_DUE);
    refunded(b, id, 5, 0, PRICE);
    assert_int_equal(facts(b, id).status, BOOKING_REFUNDED);
}

/* What a restart builds from the database is what the commands had made of memory. */
static void memory_follows_the_database(void **state)
{
    struct bed *b = *state;
    int64_t id = book(b, 3);
    assert_int_equal(paid(b, id, 5, 3 * PRICE), PAID_CONFIRMED);
    assert_int_equal(cancel(b, id, "{\"seats\":[\"1-2\"]}"), OK);
    enum seat_state before[4];
    for (int round = 0; round < 2; round++) {
        const struct sale *s = sale_find(app_self(b->f.app, &booking_service), SCHEDULE);
        assert_int_equal(sale_of_user(s, BUYER), 2);
        assert_int_equal(s->free[0], 2);
        for (uint32_t seat = 0; seat < 4; seat++) {
            if (round)
                assert_int_equal(sale_state(s, seat), before[seat]);
            before[seat] = sale_state(s, seat);
        }
        if (b->cx.arena)
            app_ctx_end(&b->cx);
        b->cx.arena = NULL;
        fixture_restart(&b->f);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, bed_make, bed_drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(facts_follow_the_booking),
        CASE(attendance_needs_a_ticket_and_an_end),
        CASE(who_cancelled_was_not_there),
        CASE(told_again_after_the_cancellation),
        CASE(waits_for_every_part),
        CASE(late_payment_of_a_cancelled_one),
        CASE(memory_follows_the_database),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
