/* What booking tells others, each in the transaction of its cause. */
#include "platform/crypto/crypto.h"
#include "services/booking/cancel.h"

#define EVENT_MAX 4096

void tell(struct ctx *cx, const char *topic, int64_t schedule, const struct fields *shape, const void *event)
{
    struct buf body;
    buf_init(&body, EVENT_MAX);
    fields_encode(&body, shape, &app_keys(cx->app)->ids, event);
    ASSERT(!body.full);
    outbox_put(cx, topic, schedule, buf_view(&body));
    buf_free(&body);
}

void tell_confirmed(struct ctx *cx, const struct sale *s, const struct booking_row *row)
{
    const struct booking_confirmed event = {
        .booking = row->id, .schedule = row->schedule, .performance = s->performance, .user = row->user, .total = row->total, .discount = row->discount,
        .mileage_used = row->mileage, .due = row->due, .currency = str_c(s->currency), .seats = (int64_t)row->lines.n,
    };
    tell(cx, "booking.confirmed", row->schedule, &booking_confirmed_fields, &event);
}

void tell_ended(struct ctx *cx, const struct hold *h, enum booking_status status)
{
    const struct booking_ended event = { .booking = h->booking, .schedule = h->sale->id, .user = h->user,
                                         .how = status == BOOKING_EXPIRED ? END_EXPIRED : END_CANCELLED };
    tell(cx, "booking.ended", h->sale->id, &booking_ended_fields, &event);
}

void tell_cancelled(struct ctx *cx, const struct sale *s, const struct booking_row *row, const struct cancellation *c)
{
    const struct booking_cancelled event = {
        .cancellation = c->id, .booking = row->id, .schedule = s->id, .performance = s->performance, .user = row->user, .payment = row->payment,
        .seats = (int64_t)c->lines.n, .whole = c->whole, .refund = c->refund, .fee = c->fee, .currency = str_c(s->currency),
        .mileage_back = c->mileage_back, .coupon_back = c->whole, .reason = c->reason,
    };
    tell(cx, "booking.cancelled", s->id, &booking_cancelled_fields, &event);
}

void tell_refunded(struct ctx *cx, const struct booking_row *row, const struct payment_refunded *in)
{
    const struct booking_refunded event = { in->cancellation, row->id, row->user, in->amount, in->currency };
    tell(cx, "booking.refunded", row->schedule, &booking_refunded_fields, &event);
}

/* ---- shapes ---- */

const char *const cancel_reason_words[] = { "buyer", "staff", "schedule", NULL };

#define AT(member) .at = offsetof(struct booking_cancelled, member)
static const struct field cancelled_rows[] = {
    { .name = "cancellation_id", .type = F_ID, .id = ID_CANCELLATION, AT(cancellation) },
    { .name = "booking_id", .type = F_ID, .id = ID_BOOKING, AT(booking) },
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, AT(schedule) },
    { .name = "performance_id", .type = F_ID, .id = ID_PERFORMANCE, AT(performance) },
    { .name = "user_id", .type = F_ID, .id = ID_USER, AT(user) },
    { .name = "payment_id", .type = F_ID, .nullable = true, .id = ID_PAYMENT, AT(payment) },
    { .name = "seats", .type = F_INT, AT(seats) },
    { .name = "whole", .type = F_BOOL, AT(whole) },
    { .name = "refund", .type = F_INT, AT(refund) },
    { .name = "fee", .type = F_INT, AT(fee) },
    { .name = "currency", .type = F_STR, AT(currency) },
    { .name = "mileage_back", .type = F_INT, AT(mileage_back) },
    { .name = "coupon_back", .type = F_BOOL, AT(coupon_back) },
    { .name = "reason", .type = F_ENUM, .words = cancel_reason_words, AT(reason) },
};
#undef AT
const struct fields booking_cancelled_fields = { "BookingCancelled", sizeof(struct booking_cancelled), cancelled_rows,
                                                 sizeof(cancelled_rows) / sizeof(cancelled_rows[0]) };

#define AT(member) .at = offsetof(struct booking_refunded, member)
static const struct field refunded_rows[] = {
    { .name = "cancellation_id", .type = F_ID, .id = ID_CANCELLATION, AT(cancellation) },
    { .name = "booking_id", .type = F_ID, .id = ID_BOOKING, AT(booking) },
    { .name = "user_id", .type = F_ID, .id = ID_USER, AT(user) },
    { .name = "refund", .type = F_INT, AT(refund) },
    { .name = "currency", .type = F_STR, AT(currency) },
};
#undef AT
const struct fields booking_refunded_fields = { "BookingRefunded", sizeof(struct booking_refunded), refunded_rows,
                                                sizeof(refunded_rows) / sizeof(refunded_rows[0]) };

#define AT(member) .at = offsetof(struct booking_confirmed, member)
static const struct field confirmed_rows[] = {
    { .name = "booking_id", .type = F_ID, .id = ID_BOOKING, AT(booking) },
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, AT(schedule) },
    { .name = "performance_id", .type = F_ID, .id = ID_PERFORMANCE, AT(performance) },
    { .name = "user_id", .type = F_ID, .id = ID_USER, AT(user) },
    { .name = "total", .type = F_INT, AT(total) },
    { .name = "discount", .type = F_INT, AT(discount) },
    { .name = "mileage_used", .type = F_INT, AT(mileage_used) },
    { .name = "due", .type = F_INT, AT(due) },
    { .name = "currency", .type = F_STR, AT(currency) },
    { .name = "seats", .type = F_INT, AT(seats) },
};
#undef AT
const struct fields booking_confirmed_fields = { "BookingConfirmed", sizeof(struct booking_confirmed), confirmed_rows,
                                                 sizeof(confirmed_rows) / sizeof(confirmed_rows[0]) };

#define AT(member) .at = offsetof(struct booking_ended, member)
static const char *const end_words[] = { "expired", "cancelled", NULL };
static const struct field ended_rows[] = {
    { .name = "booking_id", .type = F_ID, .id = ID_BOOKING, AT(booking) },
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, AT(schedule) },
    { .name = "user_id", .type = F_ID, .id = ID_USER, AT(user) },
    { .name = "how", .type = F_ENUM, .words = end_words, AT(how) },
};
#undef AT
const struct fields booking_ended_fields = { "BookingEnded", sizeof(struct booking_ended), ended_rows, sizeof(ended_rows) / sizeof(ended_rows[0]) };
