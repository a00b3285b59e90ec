/* Booking: its tables and its life. */
#include "services/booking/booking_int.h"

#include <stdlib.h>

struct metric metric_holds = { "takenseat_holds_total", METRIC_COUNTER, "Holds by what came of them", "result=\"held\"", 0, { 0 }, 0 };
struct metric metric_taken = { "takenseat_holds_total", METRIC_COUNTER, "", "result=\"taken\"", 0, { 0 }, 0 };
struct metric metric_expired = { "takenseat_holds_total", METRIC_COUNTER, "", "result=\"expired\"", 0, { 0 }, 0 };
struct metric metric_confirmed = { "takenseat_bookings_confirmed_total", METRIC_COUNTER, "Bookings confirmed", NULL, 0, { 0 }, 0 };
struct metric metric_late_refunds = { "takenseat_late_refunds_total", METRIC_COUNTER, "Payments that came too late and go back", NULL, 0, { 0 }, 0 };

static struct metric *const metrics[] = { &metric_holds, &metric_taken, &metric_expired, &metric_confirmed, &metric_late_refunds, NULL };

static const struct config_key config[] = {
    { "booking.hold_seconds", CONFIG_INT, "480", 10, 3600, "Seconds a hold keeps its seats.", false },
    { "booking.pay_grace_seconds", CONFIG_INT, "120", 0, 1800, "Seconds a payment that has begun may keep the seats beyond the end of the hold.", false },
    { 0 },
};

#define ORGANIZERS (ROLE_PRODUCER | ROLE_MANAGER | ROLE_ADMIN)

static const struct route routes[] = {
    { "POST", "/api/v1/schedules/{schedule_id}/holds", &hold_create_call, NEED_USER | IDEMPOTENT, 0, 201, 16 << 10, NULL },
    { "GET", "/api/v1/schedules/{schedule_id}/availability", &availability_call, 0, 0, 200, 0, NULL },
    { "GET", "/api/v1/schedules/{schedule_id}/stream", &stream_call, 0, 0, 200, 0, live_stream },
    { "GET", "/api/v1/holds/{hold_id}", &hold_get_call, NEED_USER, 0, 200, 0, NULL },
    { "DELETE", "/api/v1/holds/{hold_id}", &hold_release_call, NEED_USER, 0, 204, 0, NULL },
    { "POST", "/api/v1/bookings", &booking_create_call, NEED_USER | IDEMPOTENT, 0, 201, 16 << 10, NULL },
    { "GET", "/api/v1/bookings", &booking_list_call, NEED_USER, 0, 200, 0, NULL },
    { "GET", "/api/v1/bookings/{booking_id}", &booking_get_call, NEED_USER, 0, 200, 0, NULL },
    { "GET", "/api/v1/bookings/{booking_id}/tickets", &ticket_list_call, NEED_USER, 0, 200, 0, NULL },
    { "GET", "/api/v1/tickets/keys", &ticket_keys_call, 0, 0, 200, 0, NULL },
    { "GET", "/api/v1/tickets/{ticket_id}", &ticket_get_call, NEED_USER, 0, 200, 0, NULL },
    { "GET", "/api/v1/tickets/{ticket_id}/qr.svg", &ticket_qr_call, NEED_USER, 0, 200, 0, NULL },
    { "PUT", "/api/v1/schedules/{schedule_id}/house_seats", &house_put_call, NEED_USER, ORGANIZERS, 200, 4 << 20, NULL },
    { "GET", "/api/v1/schedules/{schedule_id}/house_seats", &house_get_call, NEED_USER, ORGANIZERS, 200, 0, NULL },
    { "POST", "/noop", &noop_call, BENCH_ONLY, 0, 201, 16 << 10, NULL },
    { 0 },
};

static const struct call *const calls[] = {
    &hold_create_call, &hold_get_call, &hold_release_call, &hold_expire_call, &noop_call, &availability_call, &booking_create_call, &booking_get_call,
    &booking_list_call, &ticket_list_call, &ticket_get_call, &ticket_qr_call, &ticket_keys_call, &booking_schedule_open, &booking_sale_put, &booking_due_get,
    &booking_pay_begin, &booking_paid_put, &booking_refunded_put, &booking_facts_call, &booking_attended_call, &booking_schedule_cancel,
    &schedule_sweep_call, &house_put_call, &house_get_call, &house_release_call, &booking_sales, &booking_seats_drop, NULL,
};

static const struct raw_answer raw_answers[] = {
    { &availability_call, "application/json", &availability_fields, 0 },
    { &ticket_qr_call, "image/svg+xml", NULL, 0 },
    { 0 },
};

static int64_t expiry_due(void *self)
{
    return atomic_load(&((struct booking *)self)->expiry_due);
}

static int64_t house_due(void *self)
{
    return atomic_load(&((struct booking *)self)->house_due);
}

static int64_t sweep_due(void *self)
{
    return atomic_load(&((struct booking *)self)->sweep_due);
}

static const struct job jobs[] = {
    { "booking.hold_expire", &hold_expire_call, expiry_due },
    { "booking.house_release", &house_release_call, house_due },
    { "booking.schedule_sweep", &schedule_sweep_call, sweep_due },
    { 0 },
};

/* What performance was about to tell when a crash cut it off is taken over when its event is delivered. */
static const struct subscription subscriptions[] = {
    { "performance.schedule_opened", &booking_schedule_open },
    { "performance.schedule_changed", &booking_schedule_open },
    { "performance.schedule_cancelled", &booking_schedule_cancel },
    { 0 },
};

static void booking_close(void *self)
{
    struct booking *b = self;
    size_t at = 0;
    uint64_t key, hold;
    while (map_each(&b->live, &at, &key, &hold))
        free((struct hold *)(uintptr_t)hold);
    map_free(&b->live);
    sales_free(b);
    hub_free(b->hub);
    pthread_rwlock_destroy(&b->sales_lock);
    free(b);
}

#define HOLDS_USUAL 40000     /* live at once; more make the table grow */

static err booking_open(struct ctx *cx, void **ret_self)
{
    struct booking *b = calloc(1, sizeof(*b));
    if (!b)
        abort();
    b->app = cx->app;
    b->hold_ms = config_int(app_config(cx->app), "booking.hold_seconds") * 1000;
    b->pay_grace_ms = config_int(app_config(cx->app), "booking.pay_grace_seconds") * 1000;
    b->hub = hub_new(cx->app);
    pthread_rwlock_init(&b->sales_lock, NULL);
    map_reserve(&b->live, HOLDS_USUAL);
    wheel_init(&b->wheel, cx->now);
    atomic_init(&b->expiry_due, INT64_MAX);
    *ret_self = b;
    err e = sequence_load(cx, &booking_sql.hold_max, &b->holds);
    if (!e)
        e = sequence_load(cx, &booking_sql.booking_max, &b->bookings);
    if (!e)
        e = sequence_load(cx, &booking_sql.ticket_max, &b->tickets);
    return e ? e : sales_load(cx, b);
}

const struct service booking_service = {
    .name = "booking",
    .open = booking_open,
    .close = booking_close,
    .tick = live_tick,
    .calls = calls,
    .routes = routes,
    .raw_answers = raw_answers,
    .jobs = jobs,
    .subscriptions = subscriptions,
    .config = config,
    .audits = booking_audits,
    .migrations = booking_migrations,
    .queries = (const struct query *)&booking_sql,
    .query_count = sizeof(booking_sql) / sizeof(struct query),
    .metrics = metrics,
};
