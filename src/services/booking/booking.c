/* Booking: its tables and its life. */
#include "platform/call/event.h"
#include "platform/config/config.h"
#include "platform/obs/metrics.h"
#include "services/booking/admin.h"
#include "services/booking/cancel.h"
#include "services/booking/door_int.h"
#include "services/booking/waitlist.h"
#include "services/queue/queue.h"

#include <stdlib.h>

struct metric metric_holds = { "takenseat_holds_total", METRIC_COUNTER, "Holds by what came of them", "result=\"held\"", 0, { 0 }, 0 };
struct metric metric_taken = { "takenseat_holds_total", METRIC_COUNTER, "", "result=\"taken\"", 0, { 0 }, 0 };
struct metric metric_expired = { "takenseat_holds_total", METRIC_COUNTER, "", "result=\"expired\"", 0, { 0 }, 0 };
struct metric metric_confirmed = { "takenseat_bookings_confirmed_total", METRIC_COUNTER, "Bookings confirmed", NULL, 0, { 0 }, 0 };
struct metric metric_late_refunds = { "takenseat_late_refunds_total", METRIC_COUNTER, "Payments that came too late and go back", NULL, 0, { 0 }, 0 };

struct metric metric_cancelled_seats = {
    .name = "takenseat_cancelled_seats_total", .kind = METRIC_COUNTER, .help = "Seats of confirmed bookings that were given up",
};

static struct metric *const metrics[] = {
    &metric_holds, &metric_taken, &metric_expired, &metric_confirmed, &metric_late_refunds, &metric_admitted, &metric_turned_away,
    &metric_cancelled_seats, NULL,
};

static const struct config_key config[] = {
    { "booking.hold_seconds", CONFIG_INT, "480", 10, 3600, "Seconds a hold keeps its seats.", false },
    { "booking.hold_extensions", CONFIG_INT, "1", 0, 10, "How often a buyer may prolong a hold.", false },
    { "booking.hold_extension_seconds", CONFIG_INT, "180", 10, 3600, "Seconds that a hold lasts longer each time.", false },
    { "booking.pay_grace_seconds", CONFIG_INT, "120", 0, 1800, "Seconds a payment that has begun may keep the seats beyond the end of the hold.", false },
    { "booking.offer_seconds", CONFIG_INT, "1800", 10, 86400, "Seconds an offer of the waiting list keeps its seats.", false },
    { "booking.ticket_font", CONFIG_STR, "/usr/share/fonts/truetype/nanum/NanumGothic.ttf", 1, 1000,
      "TrueType font of tickets, receipts and settlement statements on paper; it needs Korean letters.", false },
    { "booking.doors_minutes", CONFIG_INT, "180", 0, 10080, "Minutes before the beginning from when tickets are let in.", false },
    { 0 },
};

#define DOOR_ROLES (ROLE_PRODUCER | ROLE_STAFF | ROLE_MANAGER | ROLE_ADMIN)
#define ORGANIZERS (ROLE_PRODUCER | ROLE_MANAGER | ROLE_ADMIN)

static const struct route routes[] = {
    { "POST", "/api/v1/schedules/{schedule_id}/holds", &hold_create_call, NEED_USER | IDEMPOTENT, 0, 201, 16 << 10, NULL },
    { "GET", "/api/v1/schedules/{schedule_id}/availability", &availability_call, 0, 0, 200, 0, NULL },
    { "GET", "/api/v1/schedules/{schedule_id}/stream", &stream_call, 0, 0, 200, 0, live_stream },
    { "GET", "/api/v1/holds/{hold_id}", &hold_get_call, NEED_USER, 0, 200, 0, NULL },
    { "DELETE", "/api/v1/holds/{hold_id}", &hold_release_call, NEED_USER, 0, 204, 0, NULL },
    { "PUT", "/api/v1/holds/{hold_id}/seats", &hold_seats_call, NEED_USER, 0, 200, 16 << 10, NULL },
    { "POST", "/api/v1/holds/{hold_id}/extend", &hold_extend_call, NEED_USER | IDEMPOTENT, 0, 200, 16 << 10, NULL },
    { "POST", "/api/v1/bookings", &booking_checkout_call, NEED_USER | IDEMPOTENT, 0, 201, 16 << 10, NULL },
    { "GET", "/api/v1/bookings", &booking_list_call, NEED_USER, 0, 200, 0, NULL },
    { "GET", "/api/v1/bookings/{booking_id}", &booking_get_call, NEED_USER, 0, 200, 0, NULL },
    { "GET", "/api/v1/bookings/{booking_id}/tickets", &ticket_list_call, NEED_USER, 0, 200, 0, NULL },
    { "GET", "/api/v1/bookings/{booking_id}/cancellation", &cancellation_quote_call, NEED_USER, 0, 200, 0, NULL },
    { "POST", "/api/v1/bookings/{booking_id}/cancellation", &cancellation_quote_seats_call, NEED_USER, 0, 200, 0, NULL },
    { "POST", "/api/v1/bookings/{booking_id}/cancel", &cancel_call, NEED_USER | IDEMPOTENT | AUDITED, 0, 200, 16 << 10, NULL },
    { "GET", "/api/v1/performances/{performance_id}/cancellation_policy", &policy_get_call, 0, 0, 200, 0, NULL },
    { "PUT", "/api/v1/performances/{performance_id}/cancellation_policy", &policy_set_call, NEED_USER, ORGANIZERS, 200, 16 << 10, NULL },
    { "GET", "/api/v1/admin/bookings", &admin_list_call, NEED_USER, ORGANIZERS, 200, 0, NULL },
    { "GET", "/api/v1/admin/bookings.csv", &admin_csv_call, NEED_USER, ORGANIZERS, 200, 0, NULL },
    { "GET", "/api/v1/admin/bookings/{booking_id}", &admin_get_call, NEED_USER, ORGANIZERS, 200, 0, NULL },
    { "POST", "/api/v1/admin/bookings/{booking_id}/cancel", &admin_cancel_call, NEED_USER | IDEMPOTENT, ORGANIZERS, 200, 16 << 10, NULL },
    { "POST", "/api/v1/admin/bookings/{booking_id}/notes", &note_add_call, NEED_USER | IDEMPOTENT, ORGANIZERS, 201, 16 << 10, NULL },
    { "GET", "/api/v1/admin/bookings/{booking_id}/notes", &note_list_call, NEED_USER, ORGANIZERS, 200, 0, NULL },
    { "POST", "/api/v1/admin/schedules/{schedule_id}/holds", &counter_hold_call, NEED_USER | IDEMPOTENT, DOOR_ROLES, 201, 16 << 10, NULL },
    { "POST", "/api/v1/admin/schedules/{schedule_id}/sales", &counter_sell_call, NEED_USER | IDEMPOTENT, DOOR_ROLES, 201, 16 << 10, NULL },
    { "GET", "/api/v1/tickets/keys", &ticket_keys_call, 0, 0, 200, 0, NULL },
    { "GET", "/api/v1/tickets/{ticket_id}", &ticket_get_call, NEED_USER, 0, 200, 0, NULL },
    { "GET", "/api/v1/tickets/{ticket_id}/qr.svg", &ticket_qr_call, NEED_USER, 0, 200, 0, NULL },
    { "PUT", "/api/v1/schedules/{schedule_id}/terms", &terms_put_call, NEED_USER, ORGANIZERS, 200, 256 << 10, NULL },
    { "PUT", "/api/v1/schedules/{schedule_id}/presale/groups/{group}/codes", &presale_codes_call, NEED_USER | RAW_BODY | BINARY_BODY, ORGANIZERS, 200,
      4 << 20, NULL },
    { "GET", "/api/v1/schedules/{schedule_id}/terms", &terms_get_call, NEED_USER, ORGANIZERS, 200, 0, NULL },
    { "POST", "/api/v1/schedules/{schedule_id}/waitlist", &waitlist_join_call, NEED_USER | IDEMPOTENT, 0, 201, 16 << 10, NULL },
    { "GET", "/api/v1/waitlist/mine", &waitlist_mine_call, NEED_USER, 0, 200, 0, NULL },
    { "DELETE", "/api/v1/waitlist/{waitlist_id}", &waitlist_leave_call, NEED_USER, 0, 204, 0, NULL },
    { "POST", "/api/v1/waitlist/{waitlist_id}/accept", &waitlist_accept_call, NEED_USER | IDEMPOTENT, 0, 200, 0, NULL },
    { "GET", "/api/v1/tickets/{ticket_id}/ticket.pdf", &ticket_pdf_call, NEED_USER, 0, 200, 0, NULL },
    { "POST", "/api/v1/tickets/{ticket_id}/reissue", &ticket_reissue_call, NEED_USER | IDEMPOTENT | AUDITED, 0, 200, 0, NULL },
    { "POST", "/api/v1/checkin", &checkin_call, NEED_USER, DOOR_ROLES, 200, 16 << 10, NULL },
    { "POST", "/api/v1/checkin/sync", &checkin_sync_call, NEED_USER, DOOR_ROLES, 200, 0, NULL },
    { "GET", "/api/v1/schedules/{schedule_id}/admissions", &admissions_call, NEED_USER, DOOR_ROLES, 200, 0, NULL },
    { "GET", "/api/v1/schedules/{schedule_id}/tickets/refused", &tickets_refused_call, NEED_USER, DOOR_ROLES, 200, 0, NULL },
    { "PUT", "/api/v1/schedules/{schedule_id}/house_seats", &house_put_call, NEED_USER, ORGANIZERS, 200, 4 << 20, NULL },
    { "GET", "/api/v1/schedules/{schedule_id}/house_seats", &house_get_call, NEED_USER, ORGANIZERS, 200, 0, NULL },
    { "POST", "/noop", &noop_call, BENCH_ONLY, 0, 201, 16 << 10, NULL },
    { 0 },
};

static const struct call *const calls[] = {
    &hold_create_call, &hold_taken_call, &hold_get_call, &hold_release_call, &hold_expire_call, &noop_call, &availability_call, &booking_checkout_call,
    &booking_create_call, &booking_get_call, &booking_list_call, &ticket_list_call, &ticket_get_call, &ticket_qr_call, &ticket_keys_call,
    &booking_schedule_open, &booking_sale_put, &booking_due_get, &booking_pay_begin, &booking_paid_put, &booking_facts_call, &booking_attended_call,
    &ticket_reissue_call, &tickets_refused_call, &admissions_call, &checkin_call, &checkin_put_call, &checkin_sync_call, &checkin_sync_put_call,
    &booking_schedule_cancel, &schedule_sweep_call, &house_put_call, &house_get_call, &house_release_call, &booking_sales, &policy_get_call,
    &policy_set_call, &policy_put_command, &cancellation_quote_call, &cancellation_quote_seats_call, &cancel_call, &booking_refunded_call,
    &order_begin_call, &order_price_call, &order_withdraw_call, &terms_put_call, &terms_get_call, &presale_codes_call, &presale_codes_set_call,
    &hold_extend_call, &hold_seats_call, &ticket_pdf_call, &waitlist_join_call, &waitlist_mine_call, &waitlist_leave_call,
    &waitlist_accept_call, &waitlist_serve_call,
    &booking_seats_drop, &admin_list_call, &admin_csv_call, &admin_get_call, &admin_cancel_call, &note_add_call, &note_list_call, &counter_sell_call,
    &counter_hold_call,
    NULL,
};

static const struct raw_answer raw_answers[] = {
    { &availability_call, "application/json", &availability_fields, 0 },
    { &ticket_qr_call, "image/svg+xml", NULL, 0 },
    { &ticket_pdf_call, "application/pdf", NULL, 0 },
    { &admin_csv_call, "text/csv", NULL, 0 },
    { 0 },
};

static const struct shortcut shortcuts[] = {
    { &booking_checkout_call, &booking_create_call, booking_is_plain },
    { 0 },
};

static const struct taking takings[] = {
    { &hold_create_call, NULL, hold_create_takes },
    { &hold_seats_call, NULL, hold_seats_takes },
    { &hold_extend_call, NULL, hold_extend_takes },
    { &booking_checkout_call, NULL, checkout_takes },
    { &waitlist_accept_call, NULL, waitlist_accept_takes },
    { &waitlist_join_call, "It is a line itself: nothing is taken before an offer of it is accepted.", NULL },
    { &cancellation_quote_seats_call, "It only reckons what cancelling would give back.", NULL },
    { &cancel_call, "It gives seats back.", NULL },
    { &ticket_reissue_call, "Its seat is paid for.", NULL },
    { &counter_sell_call, "The box office sells to people who have stood in its own line.", NULL },
    { &counter_hold_call, "The box office holds for people who have called it.", NULL },
    { &house_put_call, "The organizer keeps or gives back seats of the house; nobody buys.", NULL },
    { 0 },
};

static int64_t expiry_due(void *self)
{
    return atomic_load(&((struct booking *)self)->expiry_due);
}

static int64_t offer_due(void *self)
{
    return atomic_load(&((struct booking *)self)->offer_due);
}

static int64_t house_due(void *self)
{
    return atomic_load(&((struct booking *)self)->house_due);
}

static int64_t sweep_due(void *self)
{
    return atomic_load(&((struct booking *)self)->sweep_due);
}

static const struct call *const offers[] = {
    &booking_schedule_open, &booking_schedule_cancel, &booking_seats_drop, &booking_sales, &booking_due_get, &booking_pay_begin, &booking_paid_put,
    &booking_facts_call, &booking_attended_call, NULL,
};

static const struct job jobs[] = {
    { "booking.hold_expire", &hold_expire_call, expiry_due },
    { "booking.waitlist_serve", &waitlist_serve_call, offer_due },
    { "booking.house_release", &house_release_call, house_due },
    { "booking.schedule_sweep", &schedule_sweep_call, sweep_due },
    { 0 },
};

/* What performance was about to tell when a crash cut it off is taken over when its event is delivered. */
static const struct event_kind says[] = {
    { "booking.confirmed", "booking.completed.v1", 1, ID_SCHEDULE, &booking_confirmed_fields, "Seats are sold." },
    { "booking.ended", NULL, 1, ID_SCHEDULE, &booking_ended_fields, "A pending booking will not be confirmed any more." },
    { "booking.cancelled", NULL, 1, ID_SCHEDULE, &booking_cancelled_fields, "Seats of a confirmed booking, or all of them, are free again." },
    { "booking.refunded", NULL, 1, ID_SCHEDULE, &booking_refunded_fields, "The money of a cancellation has gone back." },
    { "booking.seat_offered", NULL, 1, ID_SCHEDULE, &waitlist_offered_fields, "The next one of the waiting list may buy." },
    { 0 },
};

static const struct subscription subscriptions[] = {
    { "performance.schedule_opened", &booking_schedule_open },
    { "performance.schedule_changed", &booking_schedule_open },
    { "performance.schedule_cancelled", &booking_schedule_cancel },
    { "payment.refunded", &booking_refunded_call },
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
    pricing_close(&b->pricing);
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
    b->extensions = config_int(app_config(cx->app), "booking.hold_extensions");
    b->extension_ms = config_int(app_config(cx->app), "booking.hold_extension_seconds") * 1000;
    b->pay_grace_ms = config_int(app_config(cx->app), "booking.pay_grace_seconds") * 1000;
    b->doors_ms = config_int(app_config(cx->app), "booking.doors_minutes") * 60 * 1000;
    b->offer_ms = config_int(app_config(cx->app), "booking.offer_seconds") * 1000;
    b->hub = hub_new(cx->app);
    pricing_open(&b->pricing);
    pthread_rwlock_init(&b->sales_lock, NULL);
    map_reserve(&b->live, HOLDS_USUAL);
    wheel_init(&b->wheel, cx->now);
    atomic_init(&b->expiry_due, INT64_MAX);
    atomic_init(&b->offer_due, INT64_MAX);
    atomic_init(&b->printing, 0);
    *ret_self = b;
    err e = sequence_load(cx, &booking_sql.hold_max, &b->holds);
    if (!e)
        e = sequence_load(cx, &booking_sql.booking_max, &b->bookings);
    if (!e)
        e = sequence_load(cx, &booking_sql.ticket_max, &b->tickets);
    if (!e)
        e = sequence_load(cx, &booking_sql.admission_max, &b->admissions);
    if (!e)
        e = sequence_load(cx, &booking_sql.waiting_max, &b->waiting);
    if (!e)
        e = sequence_load(cx, &booking_sql.cancellation_max, &b->cancellations);
    if (!e)
        e = sequence_load(cx, &booking_sql.policy_max, &b->policies);
    if (!e)
        e = sequence_load(cx, &booking_sql.note_max, &b->notes);
    return e ? e : sales_load(cx, b);
}

static const struct service *const beside[] = { &queue_service, NULL };

const struct service booking_service = {
    .name = "booking",
    .beside = beside,
    .open = booking_open,
    .close = booking_close,
    .tick = live_tick,
    .calls = calls,
    .offers = offers,
    .routes = routes,
    .scope_read = SCOPE_SALES_READ,
    .scope_write = SCOPE_SALES_WRITE,
    .raw_answers = raw_answers,
    .shortcuts = shortcuts,
    .takings = takings,
    .jobs = jobs,
    .says = says,
    .subscriptions = subscriptions,
    .config = config,
    .audits = booking_audits,
    .migrations = booking_migrations,
    .queries = (const struct query *)&booking_sql,
    .query_count = sizeof(booking_sql) / sizeof(struct query),
    .metrics = metrics,
};
