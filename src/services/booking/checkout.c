/* Bookings: a hold becomes an order; the order is confirmed when it is paid for (paid.c). */
#include "services/booking/booking_int.h"

const char *const booking_status_words[] = { "pending", "confirmed", "cancelled", "expired", "refund_due", "refunded", NULL };

/* From which states a booking may go where; everything else is a bug. */
static const unsigned may_become[] = {
    [BOOKING_PENDING] = 1u << BOOKING_CONFIRMED | 1u << BOOKING_CANCELLED | 1u << BOOKING_EXPIRED,
    [BOOKING_CONFIRMED] = 1u << BOOKING_CANCELLED | 1u << BOOKING_REFUND_DUE,
    [BOOKING_CANCELLED] = 1u << BOOKING_REFUND_DUE,
    [BOOKING_EXPIRED] = 1u << BOOKING_CONFIRMED | 1u << BOOKING_REFUND_DUE,
    [BOOKING_REFUND_DUE] = 1u << BOOKING_REFUNDED,
    [BOOKING_REFUNDED] = 0,
};

err booking_move(struct ctx *cx, int64_t booking, enum booking_status from, enum booking_status to, int64_t payment)
{
    int64_t changed;
    ASSERT(may_become[from] >> to & 1);
    err e = db_run(cx, &booking_sql.booking_move, VALS(v_int(to), v_int(payment), v_int(cx->now), v_int(booking), v_int(from)), &changed);
    ASSERT(e || changed == 1);
    return e;
}

err booking_owned(struct ctx *cx, int64_t booking, int64_t user, struct booking_row *ret)
{
    bool found;
    err e = store_booking_get(cx, booking, ret, &found);
    if (e)
        return e;
    if (!found || (user && ret->user != user))
        return fail(cx, ERR_MISSING, NULL, "There is no such booking.", "해당 예매 내역을 찾을 수 없습니다.");
    return OK;
}

/* ---- what a client sees ---- */

struct booking_out {
    int64_t id, hold, schedule, payment, expires_at, starts_at, created_at;
    struct str code, title, hall_name;
    int status;
    struct money total, discount, due;
    int64_t mileage_used;
    struct list seats;
};

static err show(struct ctx *cx, struct booking *b, const struct booking_row *row, struct booking_out *ret)
{
    struct sale *s = sale_find(b, row->schedule);
    if (!s)
        return sale_missing(cx);
    char *code = arena_take(cx->arena, CODE_TEXT);
    id_code(&app_keys(cx->app)->ids, ID_BOOKING, row->id, code);
    *ret = (struct booking_out){
        .id = row->id, .hold = row->hold, .schedule = row->schedule, .payment = row->payment, .expires_at = row->expires_at, .starts_at = s->starts_at,
        .created_at = row->created_at, .code = str_of(code, CODE_TEXT), .title = s->title, .hall_name = s->hall_name, .status = row->status,
        .total = { .amount = row->total }, .discount = { .amount = row->total - row->due }, .due = { .amount = row->due },
        .seats = seats_out(cx, s, row->lines.at, row->lines.n),
    };
    memcpy(ret->total.currency, s->currency, sizeof(s->currency));
    memcpy(ret->discount.currency, s->currency, sizeof(s->currency));
    memcpy(ret->due.currency, s->currency, sizeof(s->currency));
    return OK;
}

/* ---- confirmation ---- */

struct confirmed_event {
    int64_t booking, schedule, user;
};

static const struct field confirmed_rows[] = {
    { .name = "booking_id", .type = F_ID, .id = ID_BOOKING, .at = offsetof(struct confirmed_event, booking) },
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, .at = offsetof(struct confirmed_event, schedule) },
    { .name = "user_id", .type = F_ID, .id = ID_USER, .at = offsetof(struct confirmed_event, user) },
};
static const struct fields confirmed_fields = { "BookingConfirmed", sizeof(struct confirmed_event), confirmed_rows, 3 };

static void tell_confirmed(struct ctx *cx, const struct booking_row *row)
{
    struct confirmed_event event = { row->id, row->schedule, row->user };
    struct buf body;
    buf_init(&body, 4096);
    fields_encode(&body, &confirmed_fields, &app_keys(cx->app)->ids, &event);
    outbox_put(cx, "booking.confirmed", row->schedule, buf_view(&body));
    buf_free(&body);
}

err booking_confirm(struct ctx *cx, struct booking *b, struct sale *s, const struct booking_row *row, int64_t payment)
{
    const struct seat_line *line = row->lines.at;
    err e = booking_move(cx, row->id, (enum booking_status)row->status, BOOKING_CONFIRMED, payment);
    if (e)
        return e;
    for (size_t i = 0; i < row->lines.n; i++) {
        store_ticket_put(cx, sequence_next(&b->tickets), row->id, &line[i]);
        sale_set(cx, b, s, line[i].seat, SEAT_SOLD);
    }
    tell_confirmed(cx, row);
    metric_add(&metric_confirmed, 1);
    return OK;
}

/* ---- POST /bookings ---- */

struct create_in {
    int64_t hold;
};

static err create(struct ctx *cx, struct booking *b, struct hold *h, struct booking_row *row)
{
    *row = (struct booking_row){ .id = sequence_next(&b->bookings), .hold = h->id, .schedule = h->sale->id, .user = h->user, .total = h->total,
                                 .due = h->total, .created_at = cx->now, .expires_at = h->expires_at, .lines = { h->lines, h->n } };
    store_booking_put(cx, row);
    return store_hold_status(cx, h->id, HOLD_BOOKED);
}

static void undo_create(void *self, const void *arg)
{
    (void)self;
    struct hold *const *h = arg;
    (*h)->booking = 0;
}

static void take_id(struct ctx *cx, const struct rows *r, void *out)
{
    (void)cx;
    *(int64_t *)out = row_int(r, 0);
}

/* The hold is not live: what it led to, if it was booked and paid; else the buyer has to choose again. */
static err from_ended(struct ctx *cx, struct booking *b, int64_t hold, struct booking_out *ret)
{
    struct hold_row ended;
    struct booking_row row;
    int64_t id;
    bool found = false;
    err e = hold_owned(cx, hold, &ended);
    if (!e && ended.status == HOLD_BOOKED)
        e = db_one(cx, &booking_sql.booking_of_hold, VALS(v_int(hold)), take_id, &id, &found);
    if (e)
        return e;
    if (!found)
        return fail(cx, ERR_CONFLICT, "hold_expired", "The hold is over; please choose seats again.", "선점 시간이 만료되었습니다. 좌석을 다시 선택해 주세요.");
    e = booking_owned(cx, id, cx->actor.user, &row);
    return e ? e : show(cx, b, &row, ret);
}

static err booking_create(struct ctx *cx, void *self, const void *in_, void *out_)
{
    struct booking *b = self;
    const struct create_in *in = in_;
    struct hold *h = map_ptr(&b->live, (uint64_t)in->hold);
    struct booking_row row;
    if (!h)
        return from_ended(cx, b, in->hold, out_);
    if (h->user != cx->actor.user)
        return hold_missing(cx);
    if (h->booking) {                        /* a second tab: the same booking */
        err e = booking_owned(cx, h->booking, h->user, &row);
        return e ? e : show(cx, b, &row, out_);
    }
    if (h->expires_at <= cx->now)
        return fail(cx, ERR_CONFLICT, "hold_expired", "The hold is over; please choose seats again.", "선점 시간이 만료되었습니다. 좌석을 다시 선택해 주세요.");
    err e = create(cx, b, h, &row);
    if (e)
        return e;
    h->booking = row.id;
    tx_undo(cx, undo_create, b, &h, sizeof(h));
    if (row.due == 0) {
        e = booking_confirm(cx, b, h->sale, &row, 0);
        row.status = BOOKING_CONFIRMED;
        if (!e)
            hold_forget(cx, b, h);
    }
    return e ? e : show(cx, b, &row, out_);
}

/* ---- reading ---- */

static err booking_get(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct booking_ref *in = in_;
    struct booking_row row;
    err e = booking_owned(cx, in->booking, cx->actor.user, &row);
    return e ? e : show(cx, self, &row, out);
}

struct list_in {
    int64_t limit, before;
};

struct list_out {
    struct list items;
    int64_t next;
};

static err booking_list(struct ctx *cx, void *self, const void *in_, void *out_)
{
    const struct list_in *in = in_;
    struct list_out *ret = out_;
    int64_t limit = in->limit ? in->limit : 20;
    struct list rows;
    err e = store_bookings_of_user(cx, cx->actor.user, in->before ? in->before : INT64_MAX, limit + 1, &rows);
    size_t n = rows.n > (size_t)limit ? (size_t)limit : rows.n;
    struct booking_out *items = NEW_ARRAY(cx->arena, struct booking_out, n);
    const struct booking_row *row = rows.at;
    for (size_t i = 0; i < n && !e; i++)
        e = show(cx, self, &row[i], &items[i]);
    if (e)
        return e;
    *ret = (struct list_out){ { items, n }, n < rows.n ? row[n - 1].id : 0 };
    return OK;
}

/* ---- tables ---- */

#define FIELD(type_, member) .at = offsetof(struct type_, member)

static const struct field create_rows[] = { { .name = "hold_id", .type = F_ID, .id = ID_HOLD, FIELD(create_in, hold) } };
static const struct fields create_fields = { "BookingRequest", sizeof(struct create_in), create_rows, 1 };

static const struct field ref_rows[] = { { .name = "booking_id", .type = F_ID, .from = FROM_PATH, .id = ID_BOOKING, FIELD(booking_ref, booking) } };
static const struct fields ref_fields = { "BookingRef", sizeof(struct booking_ref), ref_rows, 1 };

static const struct field booking_rows[] = {
    { .name = "id", .type = F_ID, .id = ID_BOOKING, FIELD(booking_out, id) },
    { .name = "code", .type = F_STR, FIELD(booking_out, code), .help = "For people: to read out at the door or on the phone." },
    { .name = "status", .type = F_ENUM, .words = booking_status_words, FIELD(booking_out, status) },
    { .name = "hold_id", .type = F_ID, .id = ID_HOLD, FIELD(booking_out, hold) },
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, FIELD(booking_out, schedule) },
    { .name = "title", .type = F_STR, FIELD(booking_out, title) },
    { .name = "hall_name", .type = F_STR, FIELD(booking_out, hall_name) },
    { .name = "starts_at", .type = F_TIME, FIELD(booking_out, starts_at) },
    { .name = "seats", .type = F_LIST, .of = &booking_seat_fields, FIELD(booking_out, seats) },
    { .name = "total", .type = F_MONEY, FIELD(booking_out, total) },
    { .name = "discount", .type = F_MONEY, FIELD(booking_out, discount) },
    { .name = "mileage_used", .type = F_INT, FIELD(booking_out, mileage_used) },
    { .name = "due", .type = F_MONEY, FIELD(booking_out, due) },
    { .name = "payment", .type = F_ID, .nullable = true, .id = ID_PAYMENT, FIELD(booking_out, payment), .help = "The payment that paid it." },
    { .name = "created_at", .type = F_TIME, FIELD(booking_out, created_at) },
    { .name = "expires_at", .type = F_TIME, FIELD(booking_out, expires_at), .help = "Until when a pending booking keeps its seats." },
};
static const struct fields booking_fields = { "Booking", sizeof(struct booking_out), booking_rows, sizeof(booking_rows) / sizeof(booking_rows[0]) };

static const struct field list_in_rows[] = {
    { .name = "limit", .type = F_INT, .from = FROM_QUERY, .optional = true, FIELD(list_in, limit), .low = 1, .high = 100 },
    { .name = "cursor", .type = F_ID, .from = FROM_QUERY, .optional = true, .id = ID_BOOKING, FIELD(list_in, before) },
};
static const struct fields list_in_fields = { "BookingListRequest", sizeof(struct list_in), list_in_rows, 2 };
static const struct field list_out_rows[] = {
    { .name = "items", .type = F_LIST, .of = &booking_fields, FIELD(list_out, items) },
    { .name = "next", .type = F_ID, .nullable = true, .id = ID_BOOKING, FIELD(list_out, next) },
};
static const struct fields list_out_fields = { "BookingList", sizeof(struct list_out), list_out_rows, 2 };

const struct call booking_create_call = {
    "booking.create", "Books what a hold keeps; it is confirmed when it is paid.", CALL_COMMAND, &create_fields, &booking_fields, booking_create,
};
const struct call booking_get_call = { "booking.get", "A booking of one's own.", CALL_READ, &ref_fields, &booking_fields, booking_get };
const struct call booking_list_call = {
    "booking.list", "One's own bookings, the newest first.", CALL_READ, &list_in_fields, &list_out_fields, booking_list,
};
