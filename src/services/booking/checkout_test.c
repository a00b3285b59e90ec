/* Checkout with benefits: every step interrupted and taken up again, refusals, two at once; with a coupon and a mileage service that do what a
 * test wants. */
#include "test.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "booking_int.h"
#include "fixture.h"
#include "base/clock.h"
#include "platform/config/config.h"
#include "services/coupon/coupon.h"
#include "services/mileage/mileage.h"
#include "services/performance/performance.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SCHEDULE 3
#define BUYER    7
#define COUPON   11
#define PRICE    INT64_C(10000)
#define MINUTE   INT64_C(60000)

/* ---- the services beside it ---- */

static struct {
    pthread_mutex_t lock;
    int64_t worth, balance;
    int64_t coupon_of, mileage_of, mileage_kept;     /* the booking that has it reserved; 0: none */
    int64_t coupon_used, mileage_used;
    bool away;                                       /* mileage does not answer */
} other;

static err coupon_reserve(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct coupon_reserve_in *in = in_;
    (void)self;
    if (in->user_coupon != COUPON || in->user != BUYER)
        return fail(cx, ERR_MISSING, NULL, "No such coupon.", "그런 쿠폰이 없습니다.");
    if (other.coupon_used || (other.coupon_of && other.coupon_of != in->booking))
        return fail(cx, ERR_CONFLICT, "coupon_used", "Used.", "사용되었습니다.");
    other.coupon_of = in->booking;
    ((struct coupon_reserve_out *)out)->discount = other.worth;
    return OK;
}

static err coupon_release(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct benefit_ref *in = in_;
    (void)cx;
    (void)self;
    (void)out;
    if (other.coupon_of == in->booking)
        other.coupon_of = 0;
    return OK;
}

static err mileage_release(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct mileage_release_in *in = in_;
    (void)cx;
    (void)self;
    (void)out;
    if (other.mileage_of == in->booking) {
        other.balance += other.mileage_kept;
        other.mileage_of = other.mileage_kept = 0;
    }
    return OK;
}

static err mileage_reserve(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct mileage_reserve_in *in = in_;
    (void)self;
    (void)out;
    if (other.away)
        return fail(cx, ERR_UNAVAILABLE, NULL, "Away.", "응답이 없습니다.");
    if (other.mileage_of == in->booking)
        return OK;
    if (other.balance < in->amount)
        return fail(cx, ERR_CONFLICT, "mileage_short", "Short.", "부족합니다.");
    other.balance -= in->amount;
    other.mileage_of = in->booking;
    other.mileage_kept = in->amount;
    return OK;
}

static err ended(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct booking_ended *in = in_;
    err e = coupon_release(cx, self, &(struct benefit_ref){ in->booking }, out);
    return e ? e : mileage_release(cx, self, &(struct mileage_release_in){ in->booking }, out);
}

static err confirmed(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct booking_confirmed *in = in_;
    (void)cx;
    (void)self;
    (void)out;
    assert_int_equal(in->total, in->discount + in->mileage_used + in->due);
    if (other.coupon_of == in->booking) {
        other.coupon_used = in->booking;
        other.coupon_of = 0;
    }
    if (other.mileage_of == in->booking) {
        other.mileage_used += other.mileage_kept;
        other.mileage_of = other.mileage_kept = 0;
    }
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
const struct call coupon_reserve_call = { .name = "coupon.reserve", .kind = CALL_COMMAND, .fn = coupon_reserve };
const struct call coupon_release_call = { .name = "coupon.release", .kind = CALL_COMMAND, .fn = coupon_release };
const struct call mileage_reserve_call = { .name = "mileage.reserve", .kind = CALL_COMMAND, .fn = mileage_reserve };
const struct call mileage_release_call = { .name = "mileage.release", .kind = CALL_COMMAND, .fn = mileage_release };
static const struct call ended_call = { .name = "coupon.ended", .kind = CALL_COMMAND, .in = &booking_ended_fields, .fn = ended };
static const struct call confirmed_call = { .name = "coupon.confirmed", .kind = CALL_COMMAND, .in = &booking_confirmed_fields, .fn = confirmed };
static const struct call *const other_calls[] = {
    &coupon_reserve_call, &coupon_release_call, &mileage_reserve_call, &mileage_release_call, &ended_call, &confirmed_call,
    &performance_facts_call, NULL,
};
static const struct subscription other_hears[] = { { "booking.ended", &ended_call }, { "booking.confirmed", &confirmed_call }, { 0 } };
static const struct config_key other_config[] = { { "mileage.currency", CONFIG_STR, "KRW", 3, 3, "The currency that mileage pays.", false }, { 0 } };

static err other_open(struct ctx *cx, void **ret_self)
{
    (void)cx;
    *ret_self = &other;
    return OK;
}

static void other_close(void *self)
{
    (void)self;
}

static const struct service other_service = {
    .name = "coupon", .open = other_open, .close = other_close, .calls = other_calls, .subscriptions = other_hears, .config = other_config,
};

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

/* ---- the bed ---- */

static const struct service *const services[] = { &booking_service, &other_service, NULL };

struct bed {
    struct fixture f;
    struct ctx cx;            /* of the last call */
};

static err ask(struct bed *b, const struct call *call, const void *in, void *out)
{
    if (b->cx.arena)
        app_ctx_end(&b->cx);
    return fixture_call(&b->f, BUYER, ROLE_CUSTOMER, call, in, out, &b->cx);
}

static void open_schedule(struct bed *b, const char *currency)
{
    struct grade_price price = { S("R"), PRICE };
    int64_t now = clock_now(app_clock(b->f.app));
    struct schedule_opening opening = {
        .schedule = SCHEDULE, .performance = 2, .hall = 1, .owner = 1, .starts_at = now + 600 * MINUTE, .ends_at = now + 700 * MINUTE,
        .sale_starts_at = now, .sale_ends_at = now + 500 * MINUTE, .max_per_user = 4, .currency = str_c(currency), .prices = { &price, 1 },
        .title = S("Title"), .hall_name = S("Hall"),
    };
    assert_int_equal(ask(b, &booking_schedule_open, &opening, NULL), OK);
}

static struct bed *bed_open(const char *currency)
{
    struct bed *b = calloc(1, sizeof(*b));
    assert_non_null(b);
    memset(&other, 0, sizeof(other));
    other.worth = 3000;
    other.balance = 5000;
    fixture_open(&b->f, services);
    open_schedule(b, currency);
    return b;
}

static void check_audits(struct bed *b)
{
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
}

static void bed_close(struct bed *b)
{
    check_audits(b);
    if (b->cx.arena)
        app_ctx_end(&b->cx);
    fixture_close(&b->f);
    free(b);
}

static void advance(struct bed *b, int64_t ms)
{
    app_clock_advance(b->f.app, ms);
}

static void restart(struct bed *b)
{
    if (b->cx.arena)
        app_ctx_end(&b->cx);
    b->cx.arena = NULL;
    fixture_restart(&b->f);
}

static struct booking *service(struct bed *b)
{
    return app_self(b->f.app, &booking_service);
}

static int64_t hold(struct bed *b, int64_t count)
{
    struct hold_out out;
    struct hold_in in = { .schedule = SCHEDULE, .has_best = true, .best = { .count = count, .grade = S("R") } };
    assert_int_equal(ask(b, &hold_create_call, &in, &out), OK);
    return out.id;
}

static err checkout(struct bed *b, int64_t hold, int64_t coupon, int64_t mileage, struct booking_out *ret)
{
    struct create_in in = { .hold = hold, .coupon = coupon, .mileage = mileage };
    return ask(b, booking_is_plain(&in) ? &booking_create_call : &booking_checkout_call, &in, ret);
}

static err release(struct bed *b, int64_t hold)
{
    return ask(b, &hold_release_call, &hold, NULL);
}

static int64_t free_seats(struct bed *b)
{
    struct remaining left;
    booking_remaining(b->f.app, SCHEDULE, &left);
    return left.free[0];
}

static void assert_code(const struct bed *b, const char *code)
{
    assert_non_null(b->cx.problem.code);
    assert_string_equal(b->cx.problem.code, code);
}

static void assert_nothing_reserved(void)
{
    assert_int_equal(other.coupon_of, 0);
    assert_int_equal(other.mileage_of, 0);
    assert_int_equal(other.balance, 5000);
}

/* ---- what it comes to ---- */

static void test_sums(void **state)
{
    static const struct {
        int64_t seats, coupon, worth, mileage, discount, used, due;
    } cases[] = {
        { 1, 0, 0, 0, 0, 0, 10000 },
        { 2, COUPON, 3000, 0, 3000, 0, 17000 },
        { 2, COUPON, 3000, 4000, 3000, 4000, 13000 },
        { 1, 0, 0, 5000, 0, 5000, 5000 },
        { 1, COUPON, 9000, 5000, 9000, 1000, 0 },        /* no more mileage than is left to pay */
        { 1, COUPON, 10000, 5000, 10000, 0, 0 },         /* the coupon comes first */
        { 1, COUPON, 99999, 0, 10000, 0, 0 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bed *b = bed_open("KRW");
        struct booking_out out, again;
        other.worth = cases[i].worth;
        int64_t h = hold(b, cases[i].seats);
        assert_int_equal(checkout(b, h, cases[i].coupon, cases[i].mileage, &out), OK);
        assert_int_equal(out.total.amount, cases[i].seats * PRICE);
        assert_int_equal(out.discount.amount, cases[i].discount);
        assert_int_equal(out.mileage_used, cases[i].used);
        assert_int_equal(out.due.amount, cases[i].due);
        assert_int_equal(out.status, cases[i].due ? BOOKING_PENDING : BOOKING_CONFIRMED);
        assert_int_equal(checkout(b, h, cases[i].coupon, cases[i].mileage, &again), OK);
        assert_int_equal(again.id, out.id);
        assert_int_equal(checkout(b, h, 0, 0, &again), OK);
        assert_int_equal(again.id, out.id);
        advance(b, 60 * MINUTE);
        assert_int_equal(other.coupon_used != 0, cases[i].coupon && !cases[i].due);
        assert_int_equal(other.mileage_used, cases[i].due ? 0 : cases[i].used);
        assert_int_equal(other.coupon_of || other.mileage_of, 0);
        assert_int_equal(free_seats(b), cases[i].due ? 4 : 4 - cases[i].seats);
        bed_close(b);
    }
}

static void test_refusals_leave_the_hold(void **state)
{
    struct bed *b = bed_open("KRW");
    struct booking_out out;
    int64_t h = hold(b, 2);
    (void)state;
    assert_int_equal(checkout(b, h, COUPON, 6000, &out), ERR_CONFLICT);
    assert_code(b, "mileage_short");
    assert_nothing_reserved();
    assert_int_equal(checkout(b, h, COUPON + 1, 0, &out), ERR_MISSING);
    assert_int_equal(free_seats(b), 2);
    assert_int_equal(checkout(b, h, COUPON, 5000, &out), OK);
    assert_int_equal(out.due.amount, 12000);

    assert_int_equal(checkout(b, h, COUPON + 1, 5000, &out), ERR_CONFLICT);
    assert_code(b, "other_benefits");
    assert_int_equal(checkout(b, h, COUPON, 4000, &out), ERR_CONFLICT);
    assert_code(b, "other_benefits");
    assert_int_equal(release(b, h), OK);
    advance(b, MINUTE);
    assert_nothing_reserved();
    assert_int_equal(free_seats(b), 4);
    bed_close(b);
}

static void test_mileage_has_a_currency(void **state)
{
    struct bed *b = bed_open("USD");
    struct booking_out out;
    int64_t h = hold(b, 1);
    (void)state;
    assert_int_equal(checkout(b, h, 0, 100, &out), ERR_CONFLICT);
    assert_code(b, "mileage_not_applicable");
    assert_int_equal(checkout(b, h, 0, 0, &out), OK);
    bed_close(b);
}

/* A booking that was cheaper is not confirmed by money that comes after its benefits went back. */
static void test_late_money_for_a_reduced_booking_goes_back(void **state)
{
    (void)state;
    for (int reduced = 0; reduced <= 1; reduced++) {
        struct bed *b = bed_open("KRW");
        struct booking_out out;
        struct booking_paid paid;
        assert_int_equal(checkout(b, hold(b, 1), reduced ? COUPON : 0, 0, &out), OK);
        advance(b, 60 * MINUTE);
        struct booking_payment payment = { out.id, 5, out.due.amount };
        struct booking_due due;
        assert_int_equal(ask(b, &booking_pay_begin, &(struct booking_ref){ out.id, BUYER }, &due), reduced ? ERR_CONFLICT : OK);
        assert_int_equal(ask(b, &booking_paid_put, &payment, &paid), OK);
        assert_int_equal(paid.result, reduced ? PAID_REFUND : PAID_CONFIRMED);
        bed_close(b);
    }
}

/* ---- interrupted ---- */

static _Atomic int steps_left;

static err crash(struct ctx *cx)
{
    if (atomic_fetch_sub(&steps_left, 1) != 1)
        return OK;
    return fail(cx, ERR_UNAVAILABLE, "crashed", "The program ended here.", "여기서 프로그램이 종료되었습니다.");
}

enum recovery { BY_TIME, BY_RESTART, BY_BUYER, BY_RELEASE, RECOVERIES };

static void interrupt(int step, int64_t mileage, enum recovery recovery)
{
    struct bed *b = bed_open("KRW");
    struct booking_out out;
    struct booking_due due;
    bool enough = mileage <= 5000;
    int64_t h = hold(b, 2);
    atomic_store(&steps_left, step);
    service(b)->between = crash;
    err e = checkout(b, h, COUPON, mileage, &out);
    assert_int_equal(e, enough ? ERR_UNAVAILABLE : atomic_load(&steps_left) < 0 || step > 2 ? ERR_CONFLICT : ERR_UNAVAILABLE);
    assert_true(atomic_load(&steps_left) <= 0);
    service(b)->between = NULL;

    if (enough) {                            /* nothing is to be paid before it is priced */
        assert_int_equal(ask(b, &booking_due_get, &(struct booking_ref){ 1, BUYER }, &due), ERR_CONFLICT);
        assert_code(b, CODE_IN_PROGRESS);
    }
    if (recovery == BY_RESTART)
        restart(b);
    if (recovery == BY_RELEASE)
        assert_int_equal(release(b, h), OK);
    if (recovery == BY_BUYER) {
        e = checkout(b, h, COUPON, mileage, &out);
        assert_int_equal(e, enough ? OK : ERR_CONFLICT);
        assert_true(!enough || out.due.amount == 2 * PRICE - 3000 - mileage);
        assert_true(enough || other.coupon_of == 0);
        if (enough) {
            struct booking_paid paid;
            assert_int_equal(ask(b, &booking_paid_put, &(struct booking_payment){ out.id, 5, out.due.amount }, &paid), OK);
            assert_int_equal(paid.result, PAID_CONFIRMED);
        }
    }
    advance(b, 60 * MINUTE);
    bool bought = recovery == BY_BUYER && enough;
    assert_int_equal(free_seats(b), bought ? 2 : 4);
    assert_int_equal(other.coupon_used != 0, bought);
    assert_int_equal(other.mileage_used, bought ? mileage : 0);
    assert_int_equal(other.coupon_of || other.mileage_of, 0);
    assert_int_equal(other.balance, bought ? 5000 - mileage : 5000);
    bed_close(b);
}

static void test_interrupted_anywhere(void **state)
{
    (void)state;
    for (int recovery = 0; recovery < RECOVERIES; recovery++) {
        for (int step = 1; step <= 3; step++)
            interrupt(step, 2000, (enum recovery)recovery);
        for (int step = 1; step <= 4; step++)
            interrupt(step, 9000, (enum recovery)recovery);      /* refused: given up */
    }
}

/* While a story is under way its hold does not end, and nobody else can begin one. */
static struct bed *busy_bed;

static err meanwhile(struct ctx *cx)
{
    struct booking *b = app_self(cx->app, &booking_service);
    struct create_in same = { .hold = 1, .coupon = COUPON };
    struct booking_out out;
    int64_t h = 1;
    b->between = NULL;
    advance(busy_bed, 20 * MINUTE);
    assert_int_equal(call_run(cx, &booking_checkout_call, &same, &out), ERR_CONFLICT);
    fail_clear(cx);
    assert_int_equal(call_run(cx, &hold_release_call, &h, NULL), ERR_CONFLICT);
    assert_string_equal(cx->problem.code, CODE_IN_PROGRESS);
    fail_clear(cx);
    return OK;
}

static void test_a_hold_waits_for_its_story(void **state)
{
    struct booking_out out;
    (void)state;
    busy_bed = bed_open("KRW");
    assert_int_equal(hold(busy_bed, 1), 1);
    service(busy_bed)->between = meanwhile;
    assert_int_equal(checkout(busy_bed, 1, COUPON, 0, &out), OK);
    assert_int_equal(out.due.amount, PRICE - 3000);
    advance(busy_bed, MINUTE);
    assert_int_equal(free_seats(busy_bed), 4);
    assert_nothing_reserved();
    bed_close(busy_bed);
}

/* A schedule that is refused after its seats were blocked leaves nothing behind for the next one who publishes. */
static void test_schedule_that_fails_leaves_nothing(void **state)
{
    (void)state;
    struct bed *b = bed_open("KRW");
    struct grade_price price = { S("R"), PRICE };
    struct str blocked = S("1-1");
    struct early_price never = { .until = 1, .percent = 1000 };          /* cannot be read again */
    int64_t now = clock_now(app_clock(b->f.app));
    struct schedule_opening opening = {
        .schedule = SCHEDULE + 1, .performance = 2, .hall = 1, .owner = 1, .starts_at = now + 600 * MINUTE, .ends_at = now + 700 * MINUTE,
        .sale_starts_at = now, .sale_ends_at = now + 500 * MINUTE, .max_per_user = 4, .currency = S("KRW"), .prices = { &price, 1 },
        .title = S("Title"), .hall_name = S("Hall"), .blocked = { &blocked, 1 }, .terms = { .early = { &never, 1 } },
    };
    assert_int_equal(ask(b, &booking_schedule_open, &opening, NULL), ERR_INTERNAL);
    assert_null(sale_find(service(b), SCHEDULE + 1));
    hold(b, 2);
    opening.terms.early.n = 0;
    assert_int_equal(ask(b, &booking_schedule_open, &opening, NULL), OK);
    assert_int_equal(sale_state(sale_find(service(b), SCHEDULE + 1), 0), SEAT_BLOCKED);
    bed_close(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_refusals_leave_the_hold),
        cmocka_unit_test(test_mileage_has_a_currency),
        cmocka_unit_test(test_late_money_for_a_reduced_booking_goes_back),
        cmocka_unit_test(test_interrupted_anywhere),
        cmocka_unit_test(test_a_hold_waits_for_its_story),
        cmocka_unit_test(test_schedule_that_fails_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
