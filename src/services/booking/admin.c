/* Bookings as staff sees them: those of everything for the people in charge, those of their own performances for producers. */
#include "base/clock.h"
#include "platform/crypto/crypto.h"
#include "services/booking/admin.h"

#include "base/csv.h"

const char *const sale_method_words[] = { "online", "cash", "card_terminal", "complimentary", NULL };

err overview_managed(struct ctx *cx, struct booking *b, int64_t booking, struct overview *ret, struct sale **ret_sale)
{
    bool found;
    err e = store_overview(cx, booking, ret, &found);
    if (e)
        return e;
    *ret_sale = found ? sale_find(b, ret->schedule) : NULL;
    if (!*ret_sale || !booking_may_manage(cx, (*ret_sale)->owner))
        return fail(cx, ERR_MISSING, NULL, "There is no such booking.", "해당 예매 내역을 찾을 수 없습니다.");
    return OK;
}

static struct booking_detail shown(struct ctx *cx, const struct sale *s, const struct overview *o)
{
    const struct seat_line *line = o->lines.at;
    struct str *guid = NEW_ARRAY(cx->arena, struct str, o->lines.n);
    for (size_t i = 0; i < o->lines.n; i++)
        guid[i] = s->layout->plan->guid[line[i].seat];
    return (struct booking_detail){
        .id = o->id, .schedule = o->schedule, .performance = o->performance, .user = o->user, .payment = o->payment, .created_at = o->created_at,
        .starts_at = s->starts_at, .staff = o->staff, .code = booking_code(cx, o->id), .title = s->title, .hall_name = s->hall_name,
        .buyer_name = o->buyer_name, .buyer_phone = o->buyer_phone, .reason = o->reason, .status = o->status, .method = o->method,
        .total = sale_money(s, o->total), .discount = sale_money(s, o->discount), .due = sale_money(s, o->due), .refunded = sale_money(s, o->refund),
        .mileage_used = o->mileage, .seats = { guid, o->lines.n },
    };
}

/* ---- GET /admin/bookings/{booking_id} ---- */

err booking_detail(struct ctx *cx, struct booking *b, int64_t booking, struct booking_detail *ret)
{
    struct overview o;
    bool found;
    err e = store_overview(cx, booking, &o, &found);
    if (e)
        return e;
    ASSERT(found);
    struct sale *s = sale_find(b, o.schedule);
    ASSERT(s);
    *ret = shown(cx, s, &o);
    e = tickets_of(cx, b, booking, &ret->tickets);
    if (!e)
        e = cancellations_show(cx, s, booking, &ret->cancellations);
    return e ? e : store_notes(cx, booking, INT64_MAX, NOTES_SHOWN, &ret->notes);
}

static err get(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct booking_ref *in = in_;
    struct overview o;
    struct sale *s;
    err e = overview_managed(cx, self, in->booking, &o, &s);
    return e ? e : booking_detail(cx, self, o.id, out);
}

/* ---- GET /admin/bookings, GET /admin/bookings.csv ---- */

struct filter {
    int64_t schedule, performance, user, from, to, limit, before;
    int status;
    bool has_status;
    struct str q;
};

static err wish_of(struct ctx *cx, const struct filter *in, struct overview_wish *ret)
{
    if (in->to && in->from > in->to)
        return fail_field(cx, S("to"), "must not lie before from", "from보다 앞설 수 없습니다");
    *ret = (struct overview_wish){
        .schedule = in->schedule, .performance = in->performance, .user = in->user, .from = in->from, .to = in->to ? in->to : INT64_MAX,
        .before = in->before ? in->before : INT64_MAX, .status = in->has_status ? in->status : -1,
        .owner = actor_has(cx, ROLE_MANAGER | ROLE_ADMIN) ? 0 : cx->actor.user,
    };
    ret->words = in->q;
    if (!id_from_code(&app_keys(cx->app)->ids, ID_BOOKING, in->q, &ret->booking))
        ret->booking = 0;
    return OK;
}

struct page {
    struct list items;        /* struct booking_detail, only its plain members */
    int64_t next;
};

static err list(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct filter *in = in_;
    struct page *ret = out;
    struct overview_wish wish;
    struct list rows;
    size_t limit = in->limit ? (size_t)in->limit : 20;
    err e = wish_of(cx, in, &wish);
    wish.limit = (int64_t)limit + 1;
    if (!e)
        e = store_overviews(cx, &wish, &rows);
    if (e)
        return e;
    const struct overview *o = rows.at;
    size_t n = rows.n > limit ? limit : rows.n;
    struct booking_detail *items = NEW_ARRAY(cx->arena, struct booking_detail, n);
    for (size_t i = 0; i < n; i++) {
        struct sale *s = sale_find(self, o[i].schedule);
        ASSERT(s);                           /* every booking is for a sale in memory */
        items[i] = shown(cx, s, &o[i]);
    }
    *ret = (struct page){ { items, n }, n < rows.n ? o[n - 1].id : 0 };
    return OK;
}

#define CSV_ROWS_MAX 20000    /* more are asked for in parts */
#define CSV_MAX      (16 << 20)
#define CSV_PAGE     500

static void csv_time(struct buf *out, int64_t ms)
{
    char text[TIME_TEXT_MAX];
    csv_text(out, time_format(ms, text));
}

static void csv_header(struct buf *out)
{
    static const char *const names[] = { "code", "status", "method", "created_at", "title", "hall", "starts_at", "seats", "seat_count", "total",
                                         "discount", "mileage_used", "due", "refunded", "currency", "buyer_name", "buyer_phone" };
    csv_begin(out);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        csv_text(out, str_c(names[i]));
    csv_row_end(out);
}

static void csv_booking(struct ctx *cx, struct buf *out, const struct sale *s, const struct overview *o)
{
    const struct booking_detail d = shown(cx, s, o);
    const struct str *guid = d.seats.at;
    struct str seats = { 0 };
    for (size_t i = 0; i < d.seats.n; i++)
        seats = i ? arena_fmt(cx->arena, "%.*s %.*s", STR_ARG(seats), STR_ARG(guid[i])) : guid[i];
    csv_text(out, d.code);
    csv_text(out, str_c(booking_status_words[d.status]));
    csv_text(out, str_c(sale_method_words[d.method]));
    csv_time(out, d.created_at);
    csv_text(out, d.title);
    csv_text(out, d.hall_name);
    csv_time(out, d.starts_at);
    csv_text(out, seats);
    csv_int(out, (int64_t)d.seats.n);
    csv_int(out, d.total.amount);
    csv_int(out, d.discount.amount);
    csv_int(out, d.mileage_used);
    csv_int(out, d.due.amount);
    csv_int(out, d.refunded.amount);
    csv_text(out, str_c(d.total.currency));
    csv_text(out, d.buyer_name);
    csv_text(out, d.buyer_phone);
    csv_row_end(out);
}

/* Page by page, newest first. */
static err csv_bookings(struct ctx *cx, struct booking *b, struct overview_wish *wish, struct buf *out)
{
    struct list rows = { .n = CSV_PAGE };
    size_t total = 0;
    wish->limit = CSV_PAGE;
    while (rows.n == CSV_PAGE) {
        err e = store_overviews(cx, wish, &rows);
        if (e)
            return e;
        const struct overview *o = rows.at;
        for (size_t i = 0; i < rows.n; i++) {
            struct sale *s = sale_find(b, o[i].schedule);
            ASSERT(s);
            csv_booking(cx, out, s, &o[i]);
            wish->before = o[i].id;
        }
        total += rows.n;
        if (out->full || total > CSV_ROWS_MAX)
            return fail(cx, ERR_CONFLICT, "too_many_rows", "More than %d bookings: ask for them in parts, by schedule or by time.",
                        "예매가 %d건을 넘습니다. 회차나 기간별로 나누어 내려받아 주세요.", CSV_ROWS_MAX);
    }
    return OK;
}

static err csv(struct ctx *cx, void *self, const void *in, void *out)
{
    struct raw_out *ret = out;
    struct overview_wish wish;
    struct buf text;
    err e = wish_of(cx, in, &wish);
    if (e)
        return e;
    buf_init(&text, CSV_MAX);
    csv_header(&text);
    e = csv_bookings(cx, self, &wish, &text);
    if (!e)
        *ret = (struct raw_out){ .content_type = S("text/csv; charset=utf-8"), .body = arena_str(cx->arena, buf_view(&text)) };
    buf_free(&text);
    return e;
}

/* ---- POST /admin/bookings/{booking_id}/cancel ---- */

struct cancel_in {
    int64_t booking;
    bool with_fee;
    struct str reason;
    struct list seats;        /* struct str */
};

static err cancel(struct ctx *cx, void *self, const void *in_, void *out)
{
    struct booking *b = self;
    const struct cancel_in *in = in_;
    const struct cancel_wish wish = { CANCEL_STAFF, in->with_fee, in->reason, in->seats };
    struct booking_row row;
    struct cancellation done;
    struct overview o;
    struct sale *s;
    err e = overview_managed(cx, b, in->booking, &o, &s);
    if (!e)
        e = booking_owned(cx, o.id, 0, &row);
    if (!e)
        e = booking_cancel(cx, b, &row, &wish, &done);
    return e ? e : cancelled_show(cx, s, &done, out);
}

/* ---- tables ---- */

#define BOOKING_FROM_PATH(owner)                                                                                                           \
    { .name = "booking_id", .type = F_ID, .from = FROM_PATH, .id = ID_BOOKING, .at = offsetof(owner, booking) }
#define DETAIL(member_) .at = offsetof(struct booking_detail, member_)

#define PLAIN_ROWS                                                                                                                         \
    { .name = "id", .type = F_ID, .id = ID_BOOKING, DETAIL(id) }, { .name = "code", .type = F_STR, DETAIL(code) },                         \
    { .name = "status", .type = F_ENUM, .words = booking_status_words, DETAIL(status) },                                                   \
    { .name = "method", .type = F_ENUM, .words = sale_method_words, DETAIL(method), .help = "How it was sold." },                          \
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, DETAIL(schedule) },                                                          \
    { .name = "performance_id", .type = F_ID, .id = ID_PERFORMANCE, DETAIL(performance) },                                                 \
    { .name = "title", .type = F_STR, DETAIL(title) }, { .name = "hall_name", .type = F_STR, DETAIL(hall_name) },                          \
    { .name = "starts_at", .type = F_TIME, DETAIL(starts_at) },                                                                            \
    { .name = "user_id", .type = F_ID, .nullable = true, .id = ID_USER, DETAIL(user), .help = "null: sold at the box office." },           \
    { .name = "payment", .type = F_ID, .nullable = true, .id = ID_PAYMENT, DETAIL(payment) },                                              \
    { .name = "seats", .type = F_LIST, .of = &hold_guid_list, DETAIL(seats) }, { .name = "total", .type = F_MONEY, DETAIL(total) },           \
    { .name = "discount", .type = F_MONEY, DETAIL(discount) }, { .name = "mileage_used", .type = F_INT, DETAIL(mileage_used) },            \
    { .name = "due", .type = F_MONEY, DETAIL(due) },                                                                                       \
    { .name = "refunded", .type = F_MONEY, DETAIL(refunded), .help = "What its cancellations gave back, or are giving." },                 \
    { .name = "buyer_name", .type = F_STR, .omit_empty = true, DETAIL(buyer_name), .help = "At the box office." },                         \
    { .name = "buyer_phone", .type = F_STR, .omit_empty = true, DETAIL(buyer_phone) },                                                     \
    { .name = "created_at", .type = F_TIME, DETAIL(created_at) }

FIELDS(item_fields, "AdminBooking", struct booking_detail, PLAIN_ROWS);

static const struct field detail_rows[] = {
    PLAIN_ROWS,
    { .name = "sold_by", .type = F_ID, .nullable = true, .id = ID_USER, DETAIL(staff), .help = "Who sold it at the box office." },
    { .name = "reason", .type = F_TEXT, .omit_empty = true, DETAIL(reason), .help = "Of complimentary tickets." },
    { .name = "tickets", .type = F_LIST, .of = &ticket_fields, DETAIL(tickets) },
    { .name = "cancellations", .type = F_LIST, .of = &cancellation_out_fields, DETAIL(cancellations) },
    { .name = "notes", .type = F_LIST, .of = &note_fields, DETAIL(notes), .help = "The newest ones." },
};
const struct fields booking_detail_fields = { "AdminBookingDetail", sizeof(struct booking_detail), detail_rows,
                                              sizeof(detail_rows) / sizeof(detail_rows[0]) };

#define FILTER(member_) .from = FROM_QUERY, .optional = true, .at = offsetof(struct filter, member_)
#define FILTER_ROWS                                                                                                                        \
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, FILTER(schedule) },                                                          \
    { .name = "performance_id", .type = F_ID, .id = ID_PERFORMANCE, FILTER(performance) },                                                 \
    { .name = "user_id", .type = F_ID, .id = ID_USER, FILTER(user) },                                                                      \
    { .name = "status", .type = F_ENUM, .words = booking_status_words, .has_at = offsetof(struct filter, has_status), FILTER(status) },    \
    { .name = "from", .type = F_TIME, FILTER(from), .help = "Made at this time or later." },                                               \
    { .name = "to", .type = F_TIME, FILTER(to), .help = "Made before this time." },                                                        \
    { .name = "q", .type = F_STR, FILTER(q), .low = 1, .high = 100, .help = "A booking's code, or words in title, buyer's name or phone." }

FIELDS(list_in_fields, "AdminBookingsQuery", struct filter, FILTER_ROWS,
    { .name = "limit", .type = F_INT, FILTER(limit), .low = 1, .high = 100 },
    { .name = "cursor", .type = F_ID, .id = ID_BOOKING, FILTER(before) });
FIELDS(csv_in_fields, "AdminBookingsCsvQuery", struct filter, FILTER_ROWS);

FIELDS(page_fields, "AdminBookings", struct page,
    { .name = "items", .type = F_LIST, .of = &item_fields, .at = offsetof(struct page, items), .help = "Newest first." },
    { .name = "next", .type = F_ID, .nullable = true, .id = ID_BOOKING, .at = offsetof(struct page, next) });

FIELDS(ref_fields, "AdminBookingRef", struct booking_ref, BOOKING_FROM_PATH(struct booking_ref));

FIELDS(cancel_in_fields, "StaffCancellationRequest", struct cancel_in, BOOKING_FROM_PATH(struct cancel_in),
    { .name = "reason", .type = F_TEXT, .low = 1, .high = 200, .at = offsetof(struct cancel_in, reason) },
    { .name = "with_fee", .type = F_BOOL, .optional = true, .at = offsetof(struct cancel_in, with_fee), .help = "As if the buyer had asked." },
    { .name = "seats", .type = F_LIST, .of = &hold_guid_list, .optional = true, .low = 1, .high = HOLD_SEATS_MAX, .at = offsetof(struct cancel_in, seats),
      .help = "Only these; without it the whole booking." });

const struct call admin_list_call = { "booking.admin_list", "Bookings of what one manages, by many marks.", CALL_READ, &list_in_fields, &page_fields, list };
const struct call admin_csv_call = { "booking.admin_csv", "The same as a table for spreadsheets.", CALL_READ, &csv_in_fields, NULL, csv };
const struct call admin_get_call = {
    "booking.admin_get", "A booking with its tickets, cancellations and notes.", CALL_READ, &ref_fields, &booking_detail_fields, get,
};
const struct call admin_cancel_call = {
    "booking.admin_cancel", "Cancels a booking or some of its seats for the buyer, without a fee unless it is asked for.", CALL_COMMAND,
    &cancel_in_fields, &cancelled_out_fields, cancel,
};
