/* Cancelling as buyers meet it: a quote of what would come back now and later, and the cancellation itself. */
#include "services/booking/cancel.h"

#define QUOTES_MAX 32         /* more than one policy has terms */

static struct amounts_out amounts(const struct sale *s, int64_t refund, int64_t fee)
{
    return (struct amounts_out){ refund, fee, str_c(s->currency) };
}

struct cancellation_out cancellation_show(struct ctx *cx, const struct sale *s, const struct cancellation *c)
{
    struct str *guid = NEW_ARRAY(cx->arena, struct str, c->lines.n);
    const struct seat_line *line = c->lines.at;
    for (size_t i = 0; i < c->lines.n; i++)
        guid[i] = s->layout->plan->guid[line[i].seat];
    return (struct cancellation_out){ .id = c->id, .created_at = c->created_at, .refunded_at = c->refunded_at, .mileage_back = c->mileage_back,
                                      .reason = c->reason, .whole = c->whole, .seats = { guid, c->lines.n }, .refund = amounts(s, c->refund, c->fee) };
}

err cancellations_show(struct ctx *cx, const struct sale *s, int64_t booking, struct list *ret)
{
    struct list rows;
    err e = store_cancellations(cx, booking, &rows);
    if (e)
        return e;
    const struct cancellation *c = rows.at;
    struct cancellation_out *at = NEW_ARRAY(cx->arena, struct cancellation_out, rows.n);
    for (size_t i = 0; i < rows.n; i++)
        at[i] = cancellation_show(cx, s, &c[i]);
    *ret = (struct list){ at, rows.n };
    return OK;
}

err cancelled_show(struct ctx *cx, const struct sale *s, const struct cancellation *c, struct cancelled_out *ret)
{
    struct booking_row now;
    err e = booking_owned(cx, c->booking, 0, &now);
    if (!e)
        *ret = (struct cancelled_out){ now.id, now.status, cancellation_show(cx, s, c) };
    return e;
}

/* ---- GET and POST /bookings/{booking_id}/cancellation ---- */

struct quote_in {
    int64_t booking;
    struct list seats;        /* struct str; none: all */
};

struct quote_out {            /* what would come back before a moment */
    int64_t until;
    struct amounts_out refund;
    int64_t mileage_back;
};

struct quotes_out {
    int64_t booking;
    bool cancellable;
    struct str refusal;       /* why not: the code that cancelling would be refused with */
    struct list quotes;       /* struct quote_out: now, then later */
    struct list earlier;      /* struct cancellation_out */
};

/* From now until it is too late, or the show is over: that, or another reason, ends the list. */
static err quotes_of(struct ctx *cx, const struct sale *s, const struct booking_row *row, struct list seats, struct list *ret)
{
    const struct cancel_wish wish = { .reason = CANCEL_BUYER, .with_fee = true, .guids = seats };
    struct quote_out *at = NEW_ARRAY(cx->arena, struct quote_out, QUOTES_MAX);
    struct cancellation c;
    struct cancel_terms terms;
    int64_t moment = cx->now;
    size_t n = 0;
    err e = cancel_quote(cx, s, row, &wish, moment, &c, &terms);
    while (!e && n < QUOTES_MAX) {
        moment = at_most(terms.until, s->ends_at);
        at[n++] = (struct quote_out){ moment, amounts(s, c.refund, c.fee), c.mileage_back };
        if (moment == s->ends_at)
            break;
        e = cancel_quote(cx, s, row, &wish, moment, &c, &terms);
    }
    *ret = (struct list){ at, n };
    return e;
}

static err quote(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct quote_in *in = in_;
    struct quotes_out *ret = out;
    struct booking_row row;
    err e = booking_owned(cx, in->booking, cx->actor.user, &row);
    if (e)
        return e;
    struct sale *s = sale_find(self, row.schedule);
    if (!s)
        return sale_missing(cx);
    *ret = (struct quotes_out){ .booking = row.id };
    e = quotes_of(cx, s, &row, in->seats, &ret->quotes);
    if (e && e != ERR_CONFLICT)
        return e;
    ret->cancellable = ret->quotes.n > 0;
    if (!ret->cancellable)
        ret->refusal = str_c(cx->problem.code);
    fail_clear(cx);
    return cancellations_show(cx, s, row.id, &ret->earlier);
}

/* ---- POST /bookings/{booking_id}/cancel ---- */

struct cancel_in {
    int64_t booking;
    struct str reason;
    struct list seats;        /* struct str */
};

static err cancel(struct ctx *cx, void *self, const void *in_, void *out)
{
    struct booking *b = self;
    const struct cancel_in *in = in_;
    const struct cancel_wish wish = { CANCEL_BUYER, true, in->reason, in->seats };
    struct booking_row row;
    struct cancellation done;
    err e = booking_owned(cx, in->booking, cx->actor.user, &row);
    if (!e)
        e = booking_cancel(cx, b, &row, &wish, &done);
    return e ? e : cancelled_show(cx, map_ptr(&b->sales, (uint64_t)row.schedule), &done, out);
}

/* ---- tables ---- */

FIELDS(amounts_fields, "Refund", struct amounts_out,
    { .name = "amount", .type = F_INT, .at = offsetof(struct amounts_out, amount), .help = "What comes back, in minor units: the fee is taken off." },
    { .name = "fee", .type = F_INT, .at = offsetof(struct amounts_out, fee), .help = "What is kept." },
    { .name = "currency", .type = F_STR, .at = offsetof(struct amounts_out, currency) });

#define CANCELLATION_ROWS(owner, path)                                                                                                     \
    { .name = "seats", .type = F_LIST, .of = &hold_guid_list, .at = offsetof(owner, path seats), .help = "Those that were given up." },       \
    { .name = "whole", .type = F_BOOL, .at = offsetof(owner, path whole), .help = "Nothing of the booking is left." },                     \
    { .name = "reason", .type = F_ENUM, .words = cancel_reason_words, .at = offsetof(owner, path reason), .help = "Who wanted it." },      \
    { .name = "refund", .type = F_OBJECT, .of = &amounts_fields, .at = offsetof(owner, path refund) },                                     \
    { .name = "mileage_back", .type = F_INT, .at = offsetof(owner, path mileage_back) },                                                   \
    { .name = "refunded_at", .type = F_TIME, .nullable = true, .at = offsetof(owner, path refunded_at),                                    \
      .help = "Since when nothing is owed; null while money is on its way." }

static const struct field shown_rows[] = {
    { .name = "id", .type = F_ID, .id = ID_CANCELLATION, .at = offsetof(struct cancellation_out, id) },
    { .name = "created_at", .type = F_TIME, .at = offsetof(struct cancellation_out, created_at) },
    CANCELLATION_ROWS(struct cancellation_out, ),
};
const struct fields cancellation_out_fields = { "Cancellation", sizeof(struct cancellation_out), shown_rows, sizeof(shown_rows) / sizeof(shown_rows[0]) };

static const struct field cancelled_rows[] = {
    { .name = "id", .type = F_ID, .id = ID_BOOKING, .at = offsetof(struct cancelled_out, booking) },
    { .name = "status", .type = F_ENUM, .words = booking_status_words, .at = offsetof(struct cancelled_out, status) },
    { .name = "cancellation_id", .type = F_ID, .nullable = true, .id = ID_CANCELLATION, .at = offsetof(struct cancelled_out, cancellation.id),
      .help = "null: it was not paid yet." },
    CANCELLATION_ROWS(struct cancelled_out, cancellation.),
};
const struct fields cancelled_out_fields = { "CancelledBooking", sizeof(struct cancelled_out), cancelled_rows,
                                             sizeof(cancelled_rows) / sizeof(cancelled_rows[0]) };

FIELDS(quote_fields, "CancellationQuote", struct quote_out,
    { .name = "until", .type = F_TIME, .at = offsetof(struct quote_out, until), .help = "This holds before that moment." },
    { .name = "refund", .type = F_OBJECT, .of = &amounts_fields, .at = offsetof(struct quote_out, refund) },
    { .name = "mileage_back", .type = F_INT, .at = offsetof(struct quote_out, mileage_back) });

FIELDS(quotes_fields, "CancellationQuotes", struct quotes_out,
    { .name = "booking_id", .type = F_ID, .id = ID_BOOKING, .at = offsetof(struct quotes_out, booking) },
    { .name = "cancellable", .type = F_BOOL, .at = offsetof(struct quotes_out, cancellable) },
    { .name = "refusal", .type = F_STR, .omit_empty = true, .at = offsetof(struct quotes_out, refusal), .help = "Why not: a code." },
    { .name = "quotes", .type = F_LIST, .of = &quote_fields, .at = offsetof(struct quotes_out, quotes),
      .help = "The first holds now, the others after it." },
    { .name = "earlier", .type = F_LIST, .of = &cancellation_out_fields, .at = offsetof(struct quotes_out, earlier), .help = "What was cancelled before." });

FIELDS(quote_in_fields, "CancellationQuery", struct quote_in,
    { .name = "booking_id", .type = F_ID, .from = FROM_PATH, .id = ID_BOOKING, .at = offsetof(struct quote_in, booking) });

FIELDS(quote_seats_fields, "CancellationWish", struct quote_in,
    { .name = "booking_id", .type = F_ID, .from = FROM_PATH, .id = ID_BOOKING, .at = offsetof(struct quote_in, booking) },
    { .name = "seats", .type = F_LIST, .of = &hold_guid_list, .low = 1, .high = HOLD_SEATS_MAX, .at = offsetof(struct quote_in, seats) });

FIELDS(cancel_in_fields, "CancellationRequest", struct cancel_in,
    { .name = "booking_id", .type = F_ID, .from = FROM_PATH, .id = ID_BOOKING, .at = offsetof(struct cancel_in, booking) },
    { .name = "reason", .type = F_TEXT, .optional = true, .low = 0, .high = 200, .at = offsetof(struct cancel_in, reason) },
    { .name = "seats", .type = F_LIST, .of = &hold_guid_list, .optional = true, .low = 1, .high = HOLD_SEATS_MAX, .at = offsetof(struct cancel_in, seats),
      .help = "Only these; without it the whole booking." });

const struct call cancellation_quote_call = {
    "booking.cancellation_quote", "What cancelling would give back, now and later, and what was cancelled before.", CALL_READ, &quote_in_fields,
    &quotes_fields, quote,
};
const struct call cancellation_quote_seats_call = {
    "booking.cancellation_quote_seats", "The same for some of its seats; changes nothing.", CALL_READ, &quote_seats_fields, &quotes_fields, quote,
};
const struct call cancel_call = {
    "booking.cancel", "Cancels a booking or some of its seats; what was paid comes back less the fee.", CALL_COMMAND, &cancel_in_fields,
    &cancelled_out_fields, cancel,
};
