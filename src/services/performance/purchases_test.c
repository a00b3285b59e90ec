/* Purchases as they are heard of: twice, in the wrong order, cancelled in parts; what is ranked and recommended of them, also after a new start. */
#include <stdlib.h>

#include "fixture.h"
#include "performance_int.h"
#include "purchases.h"
#include "test.h"

#include "base/clock.h"

#define HOUR INT64_C(3600000)
#define DAY  (24 * HOUR)

struct bed {
    struct fixture program;
    struct ctx cx;
    int64_t show[4], schedule[4];
};

static void as(struct bed *b, int64_t user)
{
    b->cx = (struct ctx){ .arena = b->program.arena, .app = b->program.app, .now = clock_now(app_clock(b->program.app)),
                          .actor = { .user = user, .roles = ROLE_PRODUCER } };
}

static void ask_body(struct bed *b, const struct call *call, struct str body, void *ret)
{
    void *in = arena_take(b->program.arena, call->in->size);
    assert_int_equal(fields_decode(&b->cx, call->in, &app_keys(b->program.app)->ids, body, in), OK);
    assert_int_equal(call_run(&b->cx, call, in, ret), OK);
}

static const struct call *call_named(const char *name)
{
    const struct call *const *c = performance_service.calls;
    while (*c && strcmp((*c)->name, name) != 0)
        c++;
    assert_non_null(*c);
    return *c;
}

static void make_schedules(struct bed *b)
{
    struct price_item price = { S("R"), { 1000, "KRW" } };
    struct hall_out hall = { 0 };
    as(b, 1);
    ask_body(b, call_named("performance.hall_create"),
             S("{\"name\":\"Hall\",\"address\":\"1 Road\",\"format\":\"venue\","
               "\"plan\":{\"name\":\"Hall\",\"categories\":[{\"name\":\"R\"}],\"sections\":["
               "{\"name\":\"1F\",\"category\":\"R\",\"rows\":{\"count\":2,\"seats\":10,\"origin\":{\"x\":0,\"y\":0}}}]}}"), &hall);
    for (int i = 0; i < 4; i++) {
        struct show_out show = { 0 };
        struct schedule schedule = { 0 };
        as(b, 1);
        ask_body(b, &show_create_call,
                 arena_fmt(b->program.arena, "{\"title\":\"Show %d\",\"genre\":\"play\",\"max_tickets_per_user\":4}", i), &show);
        struct schedule_create_in in = {
            .performance = show.show.id,
            .hall = hall.hall.id,
            .starts_at = b->cx.now + 100 * DAY + i * DAY,
            .ends_at = b->cx.now + 100 * DAY + i * DAY + HOUR,
            .sale_starts_at = b->cx.now - HOUR,
            .sale_ends_at = b->cx.now + 90 * DAY,
            .prices = { &price, 1 },
        };
        assert_int_equal(call_run(&b->cx, call_named("performance.schedule_create"), &in, &schedule), OK);
        b->show[i] = show.show.id;
        b->schedule[i] = schedule.id;
    }
}

/* A command that drops a performance and sells of another one, and then fails. */
static err drop_and_fail(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct performance *p = app_self(cx->app, &performance_service);
    const int64_t *show = in;
    (void)self;
    (void)ret_out;
    catalogue_drop(cx, p->catalogue, show[0]);
    catalogue_sold(cx, p->catalogue, show[1], cx->now, 9);
    return fail(cx, ERR_CONFLICT, "failed", "It fails.", "실패합니다.");
}

static const struct call drop_and_fail_call = { .name = "failing.drop", .kind = CALL_COMMAND, .fn = drop_and_fail };
static const struct call *const failing_calls[] = { &drop_and_fail_call, NULL };
static err failing_open(struct ctx *cx, void **ret_self)
{
    (void)cx;
    *ret_self = NULL;
    return OK;
}
static void failing_close(void *self)
{
    (void)self;
}
static const struct service failing_service = { .name = "failing", .open = failing_open, .close = failing_close, .calls = failing_calls };

static int set_up(void **state)
{
    static const struct service *const services[] = { &performance_service, &queue_service, &booking_service, &failing_service, NULL };
    struct bed *b = calloc(1, sizeof(*b));
    assert_non_null(b);
    fixture_open(&b->program, services);
    make_schedules(b);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bed *b = *state;
    fixture_close(&b->program);
    free(b);
    return 0;
}

/* ---- what booking says ---- */

static struct str id_text(struct bed *b, enum id_kind kind, int64_t id)
{
    char text[ID_TEXT];
    id_encode(&app_keys(b->program.app)->ids, kind, id, text);
    return arena_str(b->program.arena, str_of(text, ID_TEXT));
}

static void confirmed(struct bed *b, int64_t booking, int show, int64_t user, int seats)
{
    as(b, 0);
    ask_body(b, &purchase_confirmed_call,
             arena_fmt(b->program.arena,
                       "{\"booking_id\":\"%.*s\",\"schedule_id\":\"%.*s\",\"performance_id\":\"%.*s\",\"user_id\":\"%.*s\",\"total\":1,\"discount\":0,"
                       "\"mileage_used\":0,\"due\":1,\"currency\":\"KRW\",\"seats\":%d}",
                       STR_ARG(id_text(b, ID_BOOKING, booking)), STR_ARG(id_text(b, ID_SCHEDULE, b->schedule[show])),
                       STR_ARG(id_text(b, ID_PERFORMANCE, b->show[show])), STR_ARG(id_text(b, ID_USER, user)), seats), NULL);
}

static void cancelled(struct bed *b, int64_t cancellation, int64_t booking, int show, int seats)
{
    as(b, 0);
    ask_body(b, &purchase_cancelled_call,
             arena_fmt(b->program.arena,
                       "{\"cancellation_id\":\"%.*s\",\"booking_id\":\"%.*s\",\"schedule_id\":\"%.*s\",\"performance_id\":\"%.*s\",\"user_id\":\"%.*s\","
                       "\"payment_id\":null,\"seats\":%d,\"whole\":false,\"refund\":0,\"fee\":0,\"currency\":\"KRW\",\"mileage_back\":0,"
                       "\"coupon_back\":false,\"reason\":\"buyer\"}",
                       STR_ARG(id_text(b, ID_CANCELLATION, cancellation)), STR_ARG(id_text(b, ID_BOOKING, booking)),
                       STR_ARG(id_text(b, ID_SCHEDULE, b->schedule[show])), STR_ARG(id_text(b, ID_PERFORMANCE, b->show[show])),
                       STR_ARG(id_text(b, ID_USER, 7)), seats), NULL);
}

/* Seats sold of the first performance within a week; 0: it is not ranked. */
static int64_t sold(struct bed *b, int show)
{
    struct performance *p = app_self(b->program.app, &performance_service);
    struct catalogue_hit hits[CATALOGUE_LIMIT];
    as(b, 0);
    size_t n = catalogue_find(&b->cx, p->catalogue, &(struct catalogue_query){ .genre = -1, .status = -1, .high = -1, .order = BY_SOLD,
                                                                             .period = PERIOD_WEEK, .sold_only = true, .limit = 20 }, hits);
    for (size_t i = 0; i < n; i++)
        if (hits[i].place.id == b->show[show])
            return hits[i].sold;
    return 0;
}

static void test_events_come_twice(void **state)
{
    struct bed *b = *state;
    for (int i = 0; i < 3; i++)
        confirmed(b, 10, 0, 7, 4);
    assert_int_equal(sold(b, 0), 4);
    for (int i = 0; i < 3; i++)
        cancelled(b, 5, 10, 0, 1);
    assert_int_equal(sold(b, 0), 3);
    cancelled(b, 6, 10, 0, 2);
    cancelled(b, 5, 10, 0, 1);
    assert_int_equal(sold(b, 0), 1);
    fixture_restart(&b->program);
    assert_int_equal(sold(b, 0), 1);
    confirmed(b, 10, 0, 7, 4);
    cancelled(b, 6, 10, 0, 2);
    assert_int_equal(sold(b, 0), 1);
}

static void test_events_come_in_the_wrong_order(void **state)
{
    struct bed *b = *state;
    cancelled(b, 5, 10, 0, 3);
    assert_int_equal(sold(b, 0), 0);
    confirmed(b, 10, 0, 7, 4);
    assert_int_equal(sold(b, 0), 1);
    cancelled(b, 7, 11, 1, 2);
    confirmed(b, 11, 1, 7, 2);
    assert_int_equal(sold(b, 1), 0);
}

static void test_what_fails_leaves_no_trace(void **state)
{
    struct bed *b = *state;
    struct shows_out found = { 0 };
    confirmed(b, 1, 0, 21, 2);
    as(b, 1);
    assert_int_equal(call_run(&b->cx, &drop_and_fail_call, b->show, NULL), ERR_CONFLICT);
    confirmed(b, 2, 0, 22, 1);
    assert_int_equal(sold(b, 0), 3);
    assert_int_equal(sold(b, 1), 0);
    as(b, 1);
    assert_int_equal(call_run(&b->cx, &show_list_call, &(struct shows_in){ .q = S("show 0") }, &found), OK);
    assert_int_equal(found.items.n, 1);
}

static size_t affine(struct bed *b, int show, struct affinity *ret)
{
    struct list others;
    as(b, 0);
    b->cx.db = db_read_begin(app_db(b->program.app));
    assert_int_equal(store_affinity(&b->cx, b->show[show], &others), OK);
    db_read_end(app_db(b->program.app), b->cx.db);
    for (size_t i = 0; i < others.n; i++)
        ret[i] = ((struct affinity *)others.at)[i];
    return others.n;
}

static void test_affinity(void **state)
{
    struct bed *b = *state;
    struct affinity with[AFFINITY_KEPT];
    confirmed(b, 1, 0, 21, 1);
    confirmed(b, 2, 1, 21, 1);
    confirmed(b, 3, 0, 22, 2);
    confirmed(b, 4, 1, 22, 2);
    confirmed(b, 5, 2, 22, 2);
    confirmed(b, 6, 3, 23, 2);
    assert_int_equal(affine(b, 0, with), 0);
    app_clock_advance(b->program.app, HOUR);
    assert_int_equal(affine(b, 0, with), 2);
    assert_int_equal(with[0].other, b->show[1]);
    assert_int_equal(with[0].buyers, 2);
    assert_int_equal(with[1].other, b->show[2]);
    assert_int_equal(with[1].buyers, 1);
    assert_int_equal(affine(b, 3, with), 0);

    /* What was bought long before is told of by who buys now; what was given back no longer counts. */
    app_clock_advance(b->program.app, 10 * DAY);
    confirmed(b, 7, 3, 21, 1);
    cancelled(b, 1, 5, 2, 2);
    app_clock_advance(b->program.app, HOUR);
    assert_int_equal(affine(b, 3, with), 2);
    assert_int_equal(affine(b, 0, with), 3);
    fixture_restart(&b->program);
    assert_int_equal(affine(b, 3, with), 2);
}

static int64_t rows_kept(struct bed *b)
{
    int64_t n = 0;
    for (int64_t booking = 1; booking <= 3; booking++) {
        struct purchase row = { .booking = booking };
        bool found;
        as(b, 0);
        b->cx.db = db_read_begin(app_db(b->program.app));
        assert_int_equal(store_show_purchase(&b->cx, &row, &found), OK);
        db_read_end(app_db(b->program.app), b->cx.db);
        n += found;
    }
    return n;
}

static void test_old_purchases_are_forgotten(void **state)
{
    struct bed *b = *state;
    confirmed(b, 1, 0, 21, 1);
    app_clock_advance(b->program.app, 300 * DAY);
    confirmed(b, 2, 0, 22, 1);
    assert_int_equal(rows_kept(b), 2);
    app_clock_advance(b->program.app, 102 * DAY);
    assert_int_equal(rows_kept(b), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_events_come_twice),
        TEST(test_events_come_in_the_wrong_order),
        TEST(test_what_fails_leaves_no_trace),
        TEST(test_affinity),
        TEST(test_old_purchases_are_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
