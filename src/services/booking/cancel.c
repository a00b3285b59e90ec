/* Seats of a booking are given up: tickets die at once, seats are free, what was paid comes back less the fee of the policy. The first command
 * decides how much; `booking.cancelled` tells it to payment, which gives the money back, and to coupon and mileage. */
#include "platform/obs/metrics.h"
#include "services/booking/cancel.h"

#define FREE_OF_CHARGE ((struct cancel_terms){ .open = true, .until = INT64_MAX })

/* ---- which seats ---- */

static err choose(struct ctx *cx, const struct sale *s, const struct booking_row *row, const struct list *guids, bool *ret_chosen)
{
    const struct seat_line *line = row->lines.at;
    const struct str *guid = guids->at;
    err e = OK;
    for (size_t i = 0; i < guids->n; i++) {
        struct str field = arena_fmt(cx->arena, "seats[%zu]", i);
        uint32_t seat = UINT32_MAX;
        size_t k = 0;
        (void)plan_index_find(s->layout->index, guid[i], &seat);
        while (k < row->lines.n && line[k].seat != seat)
            k++;
        if (k == row->lines.n)
            e = fail_field(cx, field, "%.*s is no seat of this booking", "%.*s 좌석은 이 예매에 없습니다", STR_ARG(guid[i]));
        else if (ret_chosen[k])
            e = fail_field(cx, field, "seat %.*s is named twice", "%.*s 좌석이 두 번 지정되었습니다", STR_ARG(guid[i]));
        else
            ret_chosen[k] = true;
    }
    return e;
}

/* The seats that are wished away (all when none are named) and those that stay, each in the booking's order. */
static err split(struct ctx *cx, const struct sale *s, const struct booking_row *row, const struct list *guids, struct list *ret_go, struct list *ret_stay)
{
    const struct seat_line *line = row->lines.at;
    size_t n = row->lines.n;
    bool *chosen = NEW_ARRAY(cx->arena, bool, n);
    struct seat_line *go = NEW_ARRAY(cx->arena, struct seat_line, n), *stay = NEW_ARRAY(cx->arena, struct seat_line, n);
    err e = choose(cx, s, row, guids, chosen);
    if (e)
        return e;
    *ret_go = (struct list){ go, 0 };
    *ret_stay = (struct list){ stay, 0 };
    for (size_t i = 0; i < n; i++)
        if (chosen[i] || guids->n == 0)
            go[ret_go->n++] = line[i];
        else
            stay[ret_stay->n++] = line[i];
    return OK;
}

/* Who has come in keeps the ticket; only when the show is called off they too get their money back. */
static err none_used(struct ctx *cx, const struct sale *s, int64_t booking, const struct list *lines)
{
    struct list used;
    err e = store_tickets_used(cx, booking, &used);
    if (e)
        return e;
    const struct seat_line *line = lines->at;
    const uint32_t *seat = used.at;
    for (size_t i = 0; i < lines->n; i++)
        for (size_t k = 0; k < used.n; k++)
            if (line[i].seat == seat[k])
                return fail(cx, ERR_CONFLICT, "ticket_used", "The ticket for %.*s has been used.", "%.*s 좌석의 티켓은 이미 사용되었습니다.",
                            STR_ARG(s->layout->plan->guid[seat[k]]));
    return OK;
}

/* ---- how much ---- */

static err not_cancellable(struct ctx *cx, const struct booking_row *row)
{
    return fail(cx, ERR_CONFLICT, "not_cancellable", "There is nothing to cancel: this booking is %s.", "취소할 수 없는 예매입니다(%s).",
                booking_status_words[row->status]);
}

static err terms_of(struct ctx *cx, const struct sale *s, const struct booking_row *row, const struct cancel_wish *wish, int64_t at,
                    struct cancel_terms *ret)
{
    struct cancel_policy policy;
    *ret = FREE_OF_CHARGE;
    if (!wish->with_fee || s->cancelled)     /* called off: no fee, also for who asks before the sweep has come to him */
        return OK;
    err e = policy_of(cx, s, row->created_at, &policy);
    if (e)
        return e;
    *ret = cancel_terms_at(&policy, row->created_at, s->starts_at, at);
    if (!ret->open)
        return fail(cx, ERR_CONFLICT, "too_late_to_cancel", "It is too late to cancel; please ask the organizer.",
                    "취소 가능 시간이 지났습니다. 주최 측에 문의해 주세요.");
    return OK;
}

/* *ret_stay: what is left of the booking. */
static err decide(struct ctx *cx, const struct sale *s, const struct booking_row *row, const struct cancel_wish *wish, int64_t at,
                  struct cancellation *ret, struct cancel_terms *ret_terms, struct list *ret_stay)
{
    struct list go;
    if (row->status != BOOKING_CONFIRMED)
        return not_cancellable(cx, row);
    err e = split(cx, s, row, &wish->guids, &go, ret_stay);
    if (!e && wish->reason != CANCEL_SCHEDULE)
        e = none_used(cx, s, row->id, &go);
    if (!e)
        e = terms_of(cx, s, row, wish, at, ret_terms);
    if (e)
        return e;
    const struct cancel_paid paid = { .prices = row->total, .money = row->due, .mileage = row->mileage };
    struct cancel_sum sum = cancel_sum(ret_terms, &paid, row->total - lines_total(row->lines), go.at, go.n);
    *ret = (struct cancellation){ .booking = row->id, .refund = sum.refund, .fee = sum.fee, .mileage_back = sum.mileage, .created_at = at,
                                  .reason = (int)wish->reason, .whole = ret_stay->n == 0, .note = wish->note, .lines = go };
    return OK;
}

err cancel_quote(struct ctx *cx, const struct sale *s, const struct booking_row *row, const struct cancel_wish *wish, int64_t at,
                 struct cancellation *ret, struct cancel_terms *ret_terms)
{
    struct list stay;
    return decide(cx, s, row, wish, at, ret, ret_terms, &stay);
}

/* ---- doing it ---- */

static err free_seats(struct ctx *cx, struct booking *b, struct sale *s, const struct booking_row *row, const struct list *lines)
{
    const struct seat_line *line = lines->at;
    err e = store_claims_delete(cx, s->id, row->hold, line, lines->n);
    for (size_t i = 0; i < lines->n && !e; i++)
        e = store_ticket_void(cx, row->id, line[i].seat);
    if (e)
        return e;
    for (size_t i = 0; i < lines->n; i++)
        sale_set(cx, b, s, line[i].seat, SEAT_FREE);
    sale_count_user(cx, s, row->user, -(int32_t)lines->n);
    return OK;
}

/* Money that is open, of this cancellation or an earlier one, makes an ended booking wait for it. What was paid at the box office is given back there,
 * by hand. */
static err end_booking(struct ctx *cx, const struct booking_row *row, const struct cancellation *c)
{
    enum booking_status ended = c->refund && !row->payment ? BOOKING_REFUNDED : BOOKING_CANCELLED;
    int64_t open;
    err e = store_cancellations_open(cx, row->id, &open);
    if (!e)
        e = store_hold_status(cx, row->hold, HOLD_RELEASED);
    if (e)
        return e;
    return booking_move(cx, row->id, BOOKING_CONFIRMED, !c->refunded_at || open ? BOOKING_REFUND_DUE : ended, row->payment);
}

static err cancel_confirmed(struct ctx *cx, struct booking *b, const struct booking_row *row, const struct cancel_wish *wish, struct cancellation *ret)
{
    struct sale *s = map_ptr(&b->sales, (uint64_t)row->schedule);
    struct cancel_terms terms;
    struct list stay;
    ASSERT(s);
    err e = decide(cx, s, row, wish, cx->now, ret, &terms, &stay);
    if (!e)
        e = free_seats(cx, b, s, row, &ret->lines);
    ret->refunded_at = ret->refund && row->payment ? 0 : cx->now;
    if (!e)
        e = ret->whole ? end_booking(cx, row, ret) : store_hold_shrink(cx, row->hold, stay.at, stay.n);
    if (e)
        return e;
    ret->id = sequence_next(&b->cancellations);
    store_cancellation_put(cx, ret);
    if (row->user)
        tell_cancelled(cx, s, row, ret);
    metric_add(&metric_cancelled_seats, (int64_t)ret->lines.n);
    return OK;
}

static err cancel_pending(struct ctx *cx, struct booking *b, const struct booking_row *row, const struct cancel_wish *wish, struct cancellation *ret)
{
    struct hold *h = map_ptr(&b->live, (uint64_t)row->hold);
    ASSERT(h);                               /* a pending booking has a live hold */
    if (wish->guids.n)
        return fail(cx, ERR_CONFLICT, "not_confirmed", "A booking that is not paid is cancelled as a whole.", "결제 전 예매는 전체만 취소할 수 있습니다.");
    *ret = (struct cancellation){ .booking = row->id, .created_at = cx->now, .refunded_at = cx->now, .reason = (int)wish->reason, .whole = true,
                                  .lines = row->lines };
    return hold_end(cx, b, h, HOLD_RELEASED, BOOKING_CANCELLED);
}

/* Asked again after all was cancelled: the same answer. */
static err cancelled_before(struct ctx *cx, const struct booking_row *row, const struct cancel_wish *wish, struct cancellation *ret)
{
    struct list earlier;
    err e = store_cancellations(cx, row->id, &earlier);
    if (e)
        return e;
    if (wish->guids.n || (row->status != BOOKING_CANCELLED && !earlier.n))
        return not_cancellable(cx, row);
    const struct cancellation *c = earlier.at;
    *ret = earlier.n ? c[earlier.n - 1] : (struct cancellation){ .booking = row->id, .refunded_at = cx->now, .whole = true, .lines = row->lines };
    return OK;
}

err booking_cancel(struct ctx *cx, struct booking *b, const struct booking_row *row, const struct cancel_wish *wish, struct cancellation *ret)
{
    switch ((enum booking_status)row->status) {
    case BOOKING_PENDING:
        return cancel_pending(cx, b, row, wish, ret);
    case BOOKING_CONFIRMED:
        return cancel_confirmed(cx, b, row, wish, ret);
    case BOOKING_CANCELLED:
    case BOOKING_REFUND_DUE:
    case BOOKING_REFUNDED:
        return cancelled_before(cx, row, wish, ret);
    case BOOKING_EXPIRED:
        break;
    }
    return not_cancellable(cx, row);
}

/* ---- the money is back ---- */

/* Told by payment, perhaps again. A late payment's refund belongs to no cancellation. */
static err refunded(struct ctx *cx, void *self, const void *in_, void *out)
{
    (void)self;
    (void)out;
    const struct payment_refunded *in = in_;
    struct cancellation c;
    struct booking_row row;
    bool found = false;
    int64_t open;
    err e = booking_owned(cx, in->booking, 0, &row);
    if (!e && in->cancellation)
        e = store_cancellation_get(cx, in->cancellation, &c, &found);
    if (e)
        return e;
    if (found && c.booking == row.id && !c.refunded_at) {
        e = store_cancellation_refunded(cx, c.id);
        if (e)
            return e;
        tell_refunded(cx, &row, in);
    }
    if (row.status != BOOKING_REFUND_DUE || row.payment != in->payment)
        return OK;                           /* seats are left, or the money of a second payment went back */
    e = store_cancellations_open(cx, row.id, &open);
    return e || open ? e : booking_move(cx, row.id, BOOKING_REFUND_DUE, BOOKING_REFUNDED, row.payment);
}

const struct call booking_refunded_call = { .name = "booking.refunded", .kind = CALL_COMMAND, .in = &payment_refunded_fields, .fn = refunded };
