/* What payment asks: what is due, that money is on its way, that it has come. The late-payment rule is paid_put. */
#include "platform/obs/metrics.h"
#include "services/booking/cancel.h"

/* What is held until its end, or is not to be paid any more. Seats whose hold has ended are taken anew. */
static bool keeps(const struct ctx *cx, const struct booking_row *row)
{
    return row->expires_at > cx->now || (row->status != BOOKING_PENDING && row->status != BOOKING_EXPIRED);
}

static err due_of(struct ctx *cx, struct booking *b, const struct booking_row *row, struct booking_due *ret)
{
    struct sale *s = sale_find(b, row->schedule);
    if (!s)
        return sale_missing(cx);
    if (row->pricing && row->status == BOOKING_PENDING)
        return order_in_progress(cx);
    *ret = (struct booking_due){ .schedule = row->schedule, .performance = s->performance, .user = row->user, .owner = s->owner, .title = s->title,
                                 .status = row->status, .due = sale_money(s, row->due),
                                 .takes = { .schedule = row->schedule, .kept = keeps(cx, row), .pass = row->pass } };
    return OK;
}

static err due_get(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct booking_ref *in = in_;
    struct booking_row row;
    err e = booking_owned(cx, in->booking, in->user, &row);
    return e ? e : due_of(cx, self, &row, out);
}

/* While money is on its way the seats stay, but not for ever: to the end of the hold and a grace behind it at most. */
static err extend(struct ctx *cx, struct booking *b, struct hold *h)
{
    int64_t last = h->created_at + b->hold_ms + b->extensions * b->extension_ms;
    int64_t until = at_most(cx->now, at_most(h->ends_at, last)) + b->pay_grace_ms;
    return until > h->expires_at ? hold_until(cx, b, h, until) : OK;
}

/* Made cheaper, or about to be: what does that goes back when it expires. */
static bool reduced(const struct booking_row *row)
{
    return row->pricing || row->discount || row->mileage;
}

/* Money that would only go back again is not asked for. */
static err pay_begin(struct ctx *cx, void *self, const void *in_, void *out)
{
    struct booking *b = self;
    const struct booking_ref *in = in_;
    struct booking_row row;
    err e = booking_owned(cx, in->booking, in->user, &row);
    if (e)
        return e;
    e = not_cancelled(cx, map_ptr(&b->sales, (uint64_t)row.schedule));
    if (e)
        return e;
    if (row.status != BOOKING_PENDING && (row.status != BOOKING_EXPIRED || reduced(&row)))
        return fail(cx, ERR_CONFLICT, "not_payable", "This booking is not waiting for a payment: it is %s.", "결제 대기 중인 예매가 아닙니다(%s).",
                    booking_status_words[row.status]);
    struct hold *h = map_ptr(&b->live, (uint64_t)row.hold);
    if (h && row.status == BOOKING_PENDING)
        e = extend(cx, b, h);
    return e ? e : due_of(cx, b, &row, out);
}

static bool all_free(const struct sale *s, const struct list *lines)
{
    const struct seat_line *line = lines->at;
    for (size_t i = 0; i < lines->n; i++)
        if (sale_state(s, line[i].seat) != SEAT_FREE)
            return false;
    return true;
}

/* The same seats for the same price. */
static bool may_have_still(struct ctx *cx, const struct sale *s, const struct booking_row *row)
{
    if (reduced(row) || !all_free(s, &row->lines))
        return false;
    err e = sale_limits(cx, s, row->user, (int64_t)row->lines.n);
    fail_clear(cx);
    return !e;
}

/* Paid after the hold had ended: the same seats, if all are still free and the buyer stays within the limit. */
static err claim_again(struct ctx *cx, struct booking *b, struct sale *s, const struct booking_row *row)
{
    const struct seat_line *line = row->lines.at;
    for (size_t i = 0; i < row->lines.n; i++) {
        db_put(cx, &booking_sql.claim_insert, VALS(v_int(s->id), v_int(line[i].seat), v_int(row->hold)));
        sale_set(cx, b, s, line[i].seat, SEAT_HELD);
    }
    sale_count_user(cx, s, row->user, (int32_t)row->lines.n);
    return store_hold_status(cx, row->hold, HOLD_BOOKED);
}

static err refund(struct ctx *cx, const struct booking_row *row, int64_t payment, struct booking_paid *ret)
{
    ret->result = PAID_REFUND;
    metric_add(&metric_late_refunds, 1);
    return booking_move(cx, row->id, (enum booking_status)row->status, BOOKING_REFUND_DUE, payment);
}

/* The same payment again, which may have been cancelled since: what it was told then. Or the booking was paid twice: a second payment never stays. */
static err told_before(struct ctx *cx, const struct booking_row *row, int64_t payment, struct booking_paid *ret)
{
    bool confirmed = row->status == BOOKING_CONFIRMED;
    err e = confirmed ? OK : store_was_confirmed(cx, row->id, &confirmed);
    ret->result = confirmed && row->payment == payment ? PAID_CONFIRMED : PAID_REFUND;
    return e;
}

static err paid_put(struct ctx *cx, void *self, const void *in_, void *out_)
{
    struct booking *b = self;
    const struct booking_payment *in = in_;
    struct booking_paid *ret = out_;
    struct booking_row row;
    err e = booking_owned(cx, in->booking, 0, &row);
    if (e)
        return e;
    struct sale *s = map_ptr(&b->sales, (uint64_t)row.schedule);
    ASSERT(s);

    if (row.payment || row.status == BOOKING_CONFIRMED)
        return told_before(cx, &row, in->payment, ret);
    if (in->amount != row.due || row.pricing) {      /* pays nothing here: the booking waits on */
        ret->result = PAID_REFUND;
        return OK;
    }
    if (row.status == BOOKING_PENDING && s->cancelled) {     /* the sweep has not come to it yet */
        e = hold_end(cx, b, map_ptr(&b->live, (uint64_t)row.hold), HOLD_RELEASED, BOOKING_CANCELLED);
        if (e)
            return e;
        row.status = BOOKING_CANCELLED;
    }
    if (row.status == BOOKING_CANCELLED)
        return refund(cx, &row, in->payment, ret);
    if (row.status == BOOKING_EXPIRED) {
        if (s->cancelled || cx->now >= s->ends_at || !may_have_still(cx, s, &row))
            return refund(cx, &row, in->payment, ret);
        e = claim_again(cx, b, s, &row);
        if (e)
            return e;
    } else {
        struct hold *h = map_ptr(&b->live, (uint64_t)row.hold);
        ASSERT(h);                           /* a pending booking has a live hold */
        hold_forget(cx, b, h);
    }
    ret->result = PAID_CONFIRMED;
    return booking_confirm(cx, b, s, &row, in->payment);
}

/* ---- tables ---- */

#define ROW(type_, member, kind) { .name = #member, .type = kind, .at = offsetof(struct type_, member) }

FIELDS(ref_fields, "BookingDueRef", struct booking_ref, ROW(booking_ref, booking, F_INT), ROW(booking_ref, user, F_INT));
FIELDS(taken_fields, "Taken", struct taken, ROW(taken, schedule, F_INT), ROW(taken, kept, F_BOOL), ROW(taken, pass, F_INT), ROW(taken, offered, F_BOOL));
FIELDS(due_fields, "BookingDue", struct booking_due,
    ROW(booking_due, schedule, F_INT), ROW(booking_due, performance, F_INT), ROW(booking_due, user, F_INT), ROW(booking_due, owner, F_INT),
    ROW(booking_due, title, F_STR), ROW(booking_due, due, F_MONEY),
    { .name = "status", .type = F_ENUM, .words = booking_status_words, .at = offsetof(struct booking_due, status) },
    { .name = "takes", .type = F_OBJECT, .of = &taken_fields, .at = offsetof(struct booking_due, takes) });

static const char *const paid_words[] = { "confirmed", "refund", NULL };         /* enum paid_result */
FIELDS(payment_fields, "BookingPayment", struct booking_payment,
    ROW(booking_payment, booking, F_INT), ROW(booking_payment, payment, F_INT), ROW(booking_payment, amount, F_INT));
FIELDS(paid_fields, "BookingPaid", struct booking_paid,
    { .name = "result", .type = F_ENUM, .words = paid_words, .at = offsetof(struct booking_paid, result) });

const struct call booking_due_get = { "booking.due_get", "What is due for a booking.", CALL_READ, &ref_fields, &due_fields, due_get };
const struct call booking_pay_begin = { "booking.pay_begin", "A payment begins.", CALL_COMMAND, &ref_fields, &due_fields, pay_begin };
const struct call booking_paid_put = { "booking.paid_put", "A payment has come.", CALL_COMMAND, &payment_fields, &paid_fields, paid_put };
