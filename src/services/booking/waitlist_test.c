/* Waiting lists under random stories, against the rule: after each step nobody waits whose wish fits into what is free, and nobody was passed over for
 * who wanted as much; what was offered is told once; a restart changes nothing. */
#include "test.h"

#include <stdlib.h>

#include "fixture.h"
#include "base/clock.h"
#include "services/performance/performance.h"
#include "waitlist.h"

#define SCHEDULE 3
#define MINUTE   INT64_C(60000)
#define GRADES   2
#define ROW      8            /* seats; A has two rows, B one */
#define ENTRIES  2000

/* ---- the services beside it ---- */

static int told;              /* events of offers */

static err offered(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)cx;
    (void)self;
    (void)in;
    (void)out;
    told++;
    return OK;
}

struct offered_in {
    int64_t offer, schedule, user, seats, until;
    struct str grade;
};

FIELDS(offered_fields, "SeatOfferedTold", struct offered_in,
       { .name = "offer_id", .type = F_ID, .id = ID_OFFER, .at = offsetof(struct offered_in, offer) },
       { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, .at = offsetof(struct offered_in, schedule) },
       { .name = "user_id", .type = F_ID, .id = ID_USER, .at = offsetof(struct offered_in, user) },
       { .name = "grade", .type = F_STR, .at = offsetof(struct offered_in, grade) },
       { .name = "seats", .type = F_INT, .at = offsetof(struct offered_in, seats), .low = 1, .high = HOLD_SEATS_MAX },
       { .name = "until", .type = F_TIME, .at = offsetof(struct offered_in, until) });

static err facts(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)cx;
    (void)self;
    (void)in;
    *(struct performance_facts *)out = (struct performance_facts){ 1, S("Title") };
    return OK;
}

const struct call performance_facts_call = { .name = "performance.facts", .kind = CALL_READ, .fn = facts };
static const struct call offered_call = { .name = "listener.offered", .kind = CALL_MEMORY, .in = &offered_fields, .fn = offered };
static const struct call *const listener_calls[] = { &offered_call, &performance_facts_call, NULL };
static const struct subscription hears[] = { { "booking.seat_offered", &offered_call }, { 0 } };

static err listener_open(struct ctx *cx, void **ret_self)
{
    (void)cx;
    *ret_self = NULL;
    return OK;
}

static void listener_close(void *self)
{
    (void)self;
}

static const struct service listener = { .name = "listener", .open = listener_open, .close = listener_close, .calls = listener_calls, .subscriptions = hears };

err performance_hall_plan(struct ctx *cx, int64_t hall, struct str *ret_blob)
{
    struct plan_maker m;
    struct buf blob;
    (void)hall;
    plan_begin(&m, cx->arena);
    assert_true(plan_add_category(&m, S("A"), S("#aa0000")) && plan_add_category(&m, S("B"), S("#00bb00")));
    assert_true(plan_add_section(&m, S("Floor"), SECTION_SEATS));
    for (int row = 1; row <= 3; row++) {
        assert_true(plan_add_row(&m, arena_fmt(cx->arena, "%d", row)));
        for (int n = 1; n <= ROW; n++)
            assert_true(plan_add_seat(&m, arena_fmt(cx->arena, "%d-%d", row, n), arena_fmt(cx->arena, "%d", n), n, row, row == 3));
    }
    buf_init(&blob, PLAN_BLOB_MAX);
    plan_encode(plan_end(&m), &blob);
    *ret_blob = arena_str(cx->arena, buf_view(&blob));
    buf_free(&blob);
    return OK;
}

/* ---- the bed ---- */

static const struct service *const services[] = { &booking_service, &listener, NULL };

struct bed {
    struct fixture f;
    struct ctx cx;            /* of the last call */
    struct rng rng;
    int64_t holds[ENTRIES];   /* of the floor: user 1 */
    size_t hold_n;
    struct waiting before[ENTRIES], now[ENTRIES];
    size_t before_n, now_n;
    int offers;
};

static err ask(struct bed *b, int64_t user, const struct call *call, const void *in, void *out)
{
    if (b->cx.arena)
        app_ctx_end(&b->cx);
    return fixture_call(&b->f, user, ROLE_CUSTOMER, call, in, out, &b->cx);
}

static void advance(struct bed *b, int64_t ms)
{
    app_clock_advance(b->f.app, ms);
}

static int make(void **state)
{
    struct bed *b = calloc(1, sizeof(*b));
    assert_non_null(b);
    told = 0;
    rng_seed(&b->rng, 2026);
    fixture_open(&b->f, services);
    struct grade_price prices[] = { { S("A"), 20000 }, { S("B"), 10000 } };
    int64_t now = clock_now(app_clock(b->f.app));
    struct schedule_opening opening = {
        .schedule = SCHEDULE, .performance = 2, .hall = 1, .owner = 1, .starts_at = now + 90000 * MINUTE, .ends_at = now + 90100 * MINUTE,
        .sale_starts_at = now, .sale_ends_at = now + 80000 * MINUTE, .max_per_user = 4 * ROW, .currency = S("KRW"), .prices = { prices, GRADES },
        .title = S("Title"), .hall_name = S("Hall"),
    };
    assert_int_equal(ask(b, 1, &booking_schedule_open, &opening, NULL), OK);
    *state = b;
    return 0;
}

static struct ctx reading(struct bed *b)
{
    struct ctx cx;
    app_ctx_begin(b->f.app, &cx);
    cx.db = db_read_begin(app_db(b->f.app));
    return cx;
}

static void read_end(struct bed *b, struct ctx *cx)
{
    db_read_end(app_db(b->f.app), cx->db);
    app_ctx_end(cx);
}

static int drop(void **state)
{
    struct bed *b = *state;
    struct ctx cx = reading(b);
    for (const struct audit *a = booking_audits; a->name; a++) {
        bool found;
        assert_int_equal(db_one(&cx, a->query, NO_VALS, NULL, NULL, &found), OK);
        if (found)
            print_error("audit %s: %s\n", a->name, a->help);
        assert_false(found);
    }
    read_end(b, &cx);
    if (b->cx.arena)
        app_ctx_end(&b->cx);
    fixture_close(&b->f);
    free(b);
    return 0;
}

/* ---- what people do ---- */

static const struct query all_entries = { "test.entries", "SELECT id, user_id, grade, seat_count, status FROM booking_waiting ORDER BY id" };

static void look(struct bed *b)
{
    struct rows r;
    struct ctx cx = reading(b);
    memcpy(b->before, b->now, sizeof(b->now));
    b->before_n = b->now_n;
    assert_int_equal(db_rows(&cx, &all_entries, NO_VALS, &r), OK);
    for (b->now_n = 0; rows_next(&r); b->now_n++) {
        assert_true(b->now_n < ENTRIES);
        b->now[b->now_n] = (struct waiting){ .id = row_int(&r, 0), .user = row_int(&r, 1), .grade = (uint32_t)row_int(&r, 2),
                                             .count = (uint32_t)row_int(&r, 3), .status = (int)row_int(&r, 4) };
    }
    assert_int_equal(rows_end(&cx, &r), OK);
    read_end(b, &cx);
}

static uint32_t free_seats(struct bed *b, uint32_t grade)
{
    struct remaining left;
    booking_remaining(b->f.app, SCHEDULE, &left);
    return left.free[grade];
}

/* The floor takes what is left of a grade, in holds of four, three, two and one. */
static void hold_all(struct bed *b, uint32_t grade)
{
    struct hold_in in = { .schedule = SCHEDULE, .has_best = true, .best = { 4, grade ? S("B") : S("A"), { 0 } } };
    struct hold_out out;
    while (in.best.count > 0) {
        if (ask(b, 1, &hold_create_call, &in, &out)) {
            in.best.count--;
            continue;
        }
        assert_true(b->hold_n < ENTRIES);
        b->holds[b->hold_n++] = out.id;
    }
    assert_int_equal(free_seats(b, grade), 0);
}

static void release_one(struct bed *b)
{
    if (!b->hold_n)
        return;
    size_t i = rng_below(&b->rng, b->hold_n);
    err e = ask(b, 1, &hold_release_call, &b->holds[i], NULL);
    assert_int_equal(e, OK);
    b->holds[i] = b->holds[--b->hold_n];
}

static err join(struct bed *b, int64_t user, uint32_t grade, int64_t count)
{
    void *out = calloc(1, waitlist_join_call.out->size);
    assert_non_null(out);
    err e = ask(b, user, &waitlist_join_call, &(struct waitlist_in){ SCHEDULE, count, grade ? S("B") : S("A") }, out);
    free(out);
    return e;
}

/* Somebody with an entry that is still live leaves or, if there is an offer, accepts. */
static void decide(struct bed *b, bool accept)
{
    if (!b->now_n)
        return;
    const struct waiting *w = &b->now[rng_below(&b->rng, b->now_n)];
    struct hold_out out;
    if (!accept)
        assert_int_equal(ask(b, w->user, &waitlist_leave_call, &w->id, NULL), OK);
    else if (w->status == WAITING_OFFERED)
        assert_int_equal(ask(b, w->user, &waitlist_accept_call, &w->id, &out), OK);
    else if (w->status != WAITING_ACCEPTED)
        assert_int_equal(ask(b, w->user, &waitlist_accept_call, &w->id, &out), ERR_CONFLICT);
}

/* ---- the rule ---- */

static int status_before(const struct bed *b, int64_t id)
{
    for (size_t i = 0; i < b->before_n; i++)
        if (b->before[i].id == id)
            return b->before[i].status;
    return WAITING;
}

static void check_rule(struct bed *b)
{
    advance(b, 0);
    look(b);
    for (size_t i = 0; i < b->now_n; i++) {
        const struct waiting *w = &b->now[i];
        if (w->status == WAITING)
            assert_true(w->count > free_seats(b, w->grade));
        bool fresh = status_before(b, w->id) == WAITING && (w->status == WAITING_OFFERED);
        b->offers += fresh;
        for (size_t k = 0; fresh && k < i; k++)
            if (b->now[k].grade == w->grade && b->now[k].status == WAITING)
                assert_true(b->now[k].count > w->count);
    }
}

static void stories_follow_the_rule(void **state)
{
    struct bed *b = *state;
    int64_t user = 100;
    hold_all(b, 0);
    hold_all(b, 1);
    for (int step = 0; step < 2000; step++) {
        switch (rng_below(&b->rng, 12)) {
        case 0: case 1: case 2: case 3: {
            uint32_t grade = (uint32_t)rng_below(&b->rng, GRADES), count = 1 + (uint32_t)rng_below(&b->rng, 4), is_free = free_seats(b, grade);
            assert_int_equal(join(b, ++user, grade, count), is_free >= count ? ERR_CONFLICT : OK);
            break;
        }
        case 4: case 5: release_one(b); break;
        case 6: decide(b, false); break;
        case 7: case 8: decide(b, true); break;
        case 9: advance(b, MINUTE * (int64_t)rng_below(&b->rng, 8)); break;
        case 10:
            if (rng_below(&b->rng, 10) == 0)
                fixture_restart(&b->f);
            break;
        default: {
            uint32_t grade = (uint32_t)rng_below(&b->rng, GRADES);
            b->hold_n = 0;       /* those from before run out */
            hold_all(b, grade);
        }
        }
        check_rule(b);
    }
    print_message("%zu entries, %d offers\n", b->now_n, b->offers);
    assert_true(b->offers > 100);
    assert_int_equal(told, b->offers);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(stories_follow_the_rule, make, drop) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
