/* Bookings: a hold becomes an order; the order is confirmed when it is paid for (paid.c). */
#include "platform/config/config.h"
#include "platform/crypto/crypto.h"
#include "platform/obs/metrics.h"
#include "services/booking/booking_int.h"

const char *const booking_status_words[] = { "pending", "confirmed", "cancelled", "expired", "refund_due", "refunded", NULL };

/* From which states a booking may go where; everything else is a bug. */
static const unsigned may_become[] = {
    [BOOKING_PENDING] = 1u << BOOKING_CONFIRMED | 1u << BOOKING_CANCELLED | 1u << BOOKING_EXPIRED,
    [BOOKING_CONFIRMED] = 1u << BOOKING_CANCELLED | 1u << BOOKING_REFUND_DUE | 1u << BOOKING_REFUNDED,
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

struct str booking_code(struct ctx *cx, int64_t booking)
{
    char *code = arena_take(cx->arena, CODE_TEXT);
    id_code(&app_keys(cx->app)->ids, ID_BOOKING, booking, code);
    return str_of(code, CODE_TEXT);
}

err booking_show(struct ctx *cx, struct booking *b, const struct booking_row *row, struct booking_out *ret)
{
    struct sale *s = sale_find(b, row->schedule);
    if (!s)
        return sale_missing(cx);
    *ret = (struct booking_out){
        .id = row->id, .hold = row->hold, .schedule = row->schedule, .payment = row->payment, .expires_at = row->expires_at, .starts_at = s->starts_at,
        .created_at = row->created_at, .code = booking_code(cx, row->id), .title = s->title, .hall_name = s->hall_name, .status = row->status,
        .coupon = row->coupon, .total = sale_money(s, row->total), .discount = sale_money(s, row->discount), .due = sale_money(s, row->due),
        .mileage_used = row->pricing ? 0 : row->mileage,
        .seats = seats_out(cx, s, row->lines.at, row->lines.n),
    };
    return OK;
}

/* ---- confirmation ---- */

err booking_confirm(struct ctx *cx, struct booking *b, struct sale *s, const struct booking_row *row, int64_t payment)
{
    const struct seat_line *line = row->lines.at;
    err e = booking_move(cx, row->id, (enum booking_status)row->status, BOOKING_CONFIRMED, payment);
    if (e)
        return e;
    for (size_t i = 0; i < row->lines.n; i++) {
        store_ticket_put(cx, sequence_next(&b->tickets), row->id, &line[i], person_proof(s, line[i].person));
        sale_set(cx, b, s, line[i].seat, SEAT_SOLD);
    }
    if (row->user)                           /* a buyer at the box office has no account: nobody waits for a mail or mileage */
        tell_confirmed(cx, s, row);
    metric_add(&metric_confirmed, 1);
    return OK;
}

/* ---- POST /bookings ---- */

err booking_confirm_free(struct ctx *cx, struct booking *b, struct hold *h, struct booking_row *row)
{
    err e = booking_confirm(cx, b, h->sale, row, 0);
    if (e)
        return e;
    row->status = BOOKING_CONFIRMED;
    hold_forget(cx, b, h);
    return OK;
}

static void undo_create(void *self, const void *arg)
{
    (void)self;
    struct hold *const *h = arg;
    (*h)->booking = 0;
    (*h)->pricing = false;
}

static err create(struct ctx *cx, struct booking *b, struct hold *h, const struct create_in *in, struct booking_row *row)
{
    err e = OK;
    *row = (struct booking_row){ .id = sequence_next(&b->bookings), .hold = h->id, .schedule = h->sale->id, .user = h->user, .total = h->total,
                                 .due = h->total, .created_at = cx->now, .expires_at = h->expires_at, .coupon = in->coupon, .mileage = in->mileage,
                                 .pricing = in->coupon || in->mileage, .lines = { h->lines, h->n } };
    if (in->people.n) {
        e = people_apply(cx, h->sale, in->people, row->lines, &row->lines);
        if (e)
            return e;
        row->own_lines = true;
        row->total = row->due = lines_total(row->lines);
    }
    store_booking_put(cx, row);
    e = store_hold_status(cx, h->id, HOLD_BOOKED);
    if (e)
        return e;
    h->booking = row->id;
    h->pricing = row->pricing;
    tx_undo(cx, undo_create, b, &h, sizeof(h));
    return row->pricing || row->due ? OK : booking_confirm_free(cx, b, h, row);
}

/* The hold is not live: what it led to, if it was booked and paid; else the buyer has to choose again. */
static err from_ended(struct ctx *cx, int64_t hold, struct booking_row *ret)
{
    struct hold_row ended;
    int64_t id;
    bool found = false;
    err e = hold_owned(cx, hold, &ended);
    if (!e && ended.status == HOLD_BOOKED)
        e = db_one(cx, &booking_sql.booking_of_hold, VALS(v_int(hold)), row_take_int, &id, &found);
    if (e)
        return e;
    return found ? booking_owned(cx, id, cx->actor.user, ret) : hold_over(cx);
}

err order_in_progress(struct ctx *cx)
{
    return fail(cx, ERR_CONFLICT, CODE_IN_PROGRESS, "This booking is just being made; ask again shortly.", "예매를 처리하고 있습니다. 잠시 후 다시 시도해 주세요.");
}

/* A hold is booked once. Who asks again sees what there is, unless something else is asked for. */
static err same_order(struct ctx *cx, const struct booking *b, const struct create_in *in, const struct booking_row *row)
{
    struct list lines = row->lines;
    if (in->people.n) {
        const struct sale *s = map_ptr(&b->sales, (uint64_t)row->schedule);
        err e = people_apply(cx, s, in->people, row->lines, &lines);
        if (e)
            return e;
    }
    int64_t left = row->total - row->discount;
    int64_t mileage = row->pricing || in->mileage < left ? in->mileage : left;
    bool asks = in->coupon || in->mileage;
    bool same = asks ? in->coupon == row->coupon && mileage == row->mileage : !row->pricing;
    if (same && people_same(lines, row->lines))
        return OK;
    return fail(cx, ERR_CONFLICT, "other_benefits",
                "These seats are booked already, with another coupon, mileage or person types; release the hold to begin anew.",
                "이미 다른 쿠폰, 마일리지 또는 권종으로 예매된 좌석입니다. 선점을 해제한 후 다시 시도해 주세요.");
}

err booking_begin(struct ctx *cx, struct booking *b, const struct create_in *in, struct booking_row *ret)
{
    struct hold *h = map_ptr(&b->live, (uint64_t)in->hold);
    if (h && h->user != cx->actor.user)
        return hold_missing(cx);
    if (!h || h->booking) {                  /* asked again, perhaps in a second tab */
        err e = h ? booking_owned(cx, h->booking, h->user, ret) : from_ended(cx, in->hold, ret);
        return e ? e : same_order(cx, b, in, ret);
    }
    if (h->expires_at <= cx->now)
        return hold_over(cx);
    if (in->mileage && !str_eq(str_c(h->sale->currency), config_str(app_config(cx->app), "mileage.currency")))
        return fail(cx, ERR_CONFLICT, "mileage_not_applicable", "Mileage does not pay for prices in %s.", "%s 가격에는 마일리지를 사용할 수 없습니다.", h->sale->currency);
    return create(cx, b, h, in, ret);
}

bool booking_is_plain(const void *in_)
{
    const struct create_in *in = in_;
    return !in->coupon && !in->mileage;
}

err checkout_takes(struct ctx *cx, void *self, const void *in, struct taken *ret)
{
    return hold_taken(cx, self, ((const struct create_in *)in)->hold, ret);
}

static err booking_create(struct ctx *cx, void *self, const void *in, void *out)
{
    struct booking_row row;
    err e = booking_begin(cx, self, in, &row);
    return e ? e : booking_show(cx, self, &row, out);
}

/* ---- reading ---- */

static err booking_get(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct booking_ref *in = in_;
    struct booking_row row;
    err e = booking_owned(cx, in->booking, cx->actor.user, &row);
    return e ? e : booking_show(cx, self, &row, out);
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
        e = booking_show(cx, self, &row[i], &items[i]);
    if (e)
        return e;
    *ret = (struct list_out){ { items, n }, n < rows.n ? row[n - 1].id : 0 };
    return OK;
}

/* ---- tables ---- */

#define FIELD(type_, member) .at = offsetof(struct type_, member)

static const struct field create_rows[] = {
    { .name = "hold_id", .type = F_ID, .id = ID_HOLD, FIELD(create_in, hold) },
    { .name = "coupon_id", .type = F_ID, .optional = true, .id = ID_USER_COUPON, FIELD(create_in, coupon), .help = "One of your coupons." },
    { .name = "mileage", .type = F_INT, .optional = true, FIELD(create_in, mileage), .low = 1, .high = MONEY_MAX,
      .help = "How much of your mileage to pay with, after the coupon; no more than is left to pay is used." },
    { .name = "people", .type = F_LIST, .optional = true, .of = &person_in_fields, FIELD(create_in, people), .low = 1, .high = HOLD_SEATS_MAX,
      .help = "Whom the seats are for; who is not named is an adult." },
};
static const struct fields create_fields = { "BookingRequest", sizeof(struct create_in), create_rows, sizeof(create_rows) / sizeof(create_rows[0]) };

static const struct field ref_rows[] = { { .name = "booking_id", .type = F_ID, .from = FROM_PATH, .id = ID_BOOKING, FIELD(booking_ref, booking) } };
static const struct fields ref_fields = { "BookingRef", sizeof(struct booking_ref), ref_rows, 1 };

static const struct field seat_rows[] = {
    { .name = "guid", .type = F_STR, FIELD(seat_out, guid) },       { .name = "grade", .type = F_STR, FIELD(seat_out, grade) },
    { .name = "section", .type = F_STR, FIELD(seat_out, section) }, { .name = "row", .type = F_STR, FIELD(seat_out, row) },
    { .name = "number", .type = F_STR, FIELD(seat_out, number) },   { .name = "price", .type = F_MONEY, FIELD(seat_out, price) },
    { .name = "person_type", .type = F_ENUM, .words = person_words, FIELD(seat_out, person) },
    { .name = "proof_at_door", .type = F_BOOL, FIELD(seat_out, proof) },
};
static const struct fields seat_fields = { "BookedSeat", sizeof(struct seat_out), seat_rows, sizeof(seat_rows) / sizeof(seat_rows[0]) };

static const struct field booking_rows[] = {
    { .name = "id", .type = F_ID, .id = ID_BOOKING, FIELD(booking_out, id) },
    { .name = "code", .type = F_STR, FIELD(booking_out, code), .help = "For people: to read out at the door or on the phone." },
    { .name = "status", .type = F_ENUM, .words = booking_status_words, FIELD(booking_out, status) },
    { .name = "hold_id", .type = F_ID, .id = ID_HOLD, FIELD(booking_out, hold) },
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, FIELD(booking_out, schedule) },
    { .name = "title", .type = F_STR, FIELD(booking_out, title) },
    { .name = "hall_name", .type = F_STR, FIELD(booking_out, hall_name) },
    { .name = "starts_at", .type = F_TIME, FIELD(booking_out, starts_at) },
    { .name = "seats", .type = F_LIST, .of = &seat_fields, FIELD(booking_out, seats) },
    { .name = "total", .type = F_MONEY, FIELD(booking_out, total) },
    { .name = "discount", .type = F_MONEY, FIELD(booking_out, discount) },
    { .name = "coupon_id", .type = F_ID, .nullable = true, .id = ID_USER_COUPON, FIELD(booking_out, coupon) },
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

const struct call booking_checkout_call = {
    "booking.checkout", "Books what a hold keeps; it is confirmed when it is paid.", CALL_STORY, &create_fields, &booking_fields, booking_checkout,
};
const struct call booking_create_call = {
    "booking.create", "The same without coupon and mileage.", CALL_COMMAND, &create_fields, &booking_fields, booking_create,
};
const struct call booking_get_call = { "booking.get", "A booking of one's own.", CALL_READ, &ref_fields, &booking_fields, booking_get };
const struct call booking_list_call = {
    "booking.list", "One's own bookings, the newest first.", CALL_READ, &list_in_fields, &list_out_fields, booking_list,
};
