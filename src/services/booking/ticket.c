/* Tickets: one a seat of a confirmed booking; what each shows at the door is its code (code.c). */
#include "platform/config/config.h"
#include "platform/crypto/crypto.h"
#include "services/booking/door_int.h"

#include <qrencode.h>

#include "services/booking/ticket_pdf.h"

const char *const ticket_status_words[] = { "valid", "used", "void", NULL };

struct ticket_row {
    int64_t id, booking, schedule, user, issue;
    uint32_t seat;
    int status, person;
    bool proof;
};

struct ticket_out {
    int64_t id, booking, schedule, starts_at;
    int status, person;
    bool proof;
    struct str code, title, hall_name;
    struct ticket_seat seat;
};

static void take_ticket(struct ctx *cx, const struct rows *r, void *out)
{
    (void)cx;
    *(struct ticket_row *)out = (struct ticket_row){ .id = row_int(r, 0), .booking = row_int(r, 1), .schedule = row_int(r, 5), .user = row_int(r, 6),
                                                     .issue = row_int(r, 3), .seat = (uint32_t)row_int(r, 2), .status = (int)row_int(r, 4),
                                                     .person = (int)row_int(r, 7), .proof = row_int(r, 8) != 0 };
}

static struct str code_of(struct ctx *cx, const struct sale *s, const struct ticket_row *t)
{
    return ticket_code_write(cx, &(struct ticket_code){ .schedule = s->id, .ticket = t->id, .starts_at = s->starts_at, .issue = t->issue, .seat = t->seat });
}

struct ticket_seat ticket_seat(const struct sale *s, uint32_t seat)
{
    const struct plan *p = s->layout->plan;
    const struct plan_row *row = &p->rows[layout_row(s->layout, seat)];
    return (struct ticket_seat){ p->guid[seat], p->sections[row->section].name, row->name, p->number[seat], p->categories[p->category[seat]].name };
}

static err show(struct ctx *cx, struct booking *b, const struct ticket_row *t, struct ticket_out *ret)
{
    struct sale *s = sale_find(b, t->schedule);
    if (!s)
        return sale_missing(cx);
    *ret = (struct ticket_out){
        .id = t->id, .booking = t->booking, .schedule = t->schedule, .starts_at = s->starts_at, .status = t->status - 1, .person = t->person,
        .proof = t->proof,
        .code = code_of(cx, s, t), .title = s->title, .hall_name = s->hall_name, .seat = ticket_seat(s, t->seat),
    };
    return OK;
}

/* ---- GET /bookings/{booking_id}/tickets ---- */

struct ticket_list {
    struct list items;
    int64_t next;             /* always none: a booking has few */
};

err tickets_of(struct ctx *cx, struct booking *b, int64_t booking, struct list *ret)
{
    struct ticket_row row;
    struct rows r;
    err e = db_rows(cx, &booking_sql.tickets_of_booking, VALS(v_int(booking)), &r);
    if (e)
        return e;
    struct ticket_out *items = NEW_ARRAY(cx->arena, struct ticket_out, HOLD_SEATS_MAX);      /* those of cancelled seats too */
    size_t n = 0;
    while (!e && n < HOLD_SEATS_MAX && rows_next(&r)) {
        take_ticket(cx, &r, &row);
        e = show(cx, b, &row, &items[n++]);
    }
    err end = rows_end(cx, &r);
    *ret = (struct list){ items, n };
    return e ? e : end;
}

static err ticket_list(struct ctx *cx, void *self, const void *in_, void *out_)
{
    const struct booking_ref *in = in_;
    struct ticket_list *ret = out_;
    struct booking_row booking;
    err e = booking_owned(cx, in->booking, cx->actor.user, &booking);
    return e ? e : tickets_of(cx, self, in->booking, &ret->items);
}

/* ---- GET /tickets/{ticket_id} ---- */

struct ticket_ref {
    int64_t ticket;
};

/* One's own; of a sale at the box office, which is nobody's, whoever may sell there. */
static bool may_have(const struct ctx *cx, struct booking *b, const struct ticket_row *t)
{
    const struct sale *s = t->user ? NULL : sale_find(b, t->schedule);
    return s ? door_keeper(cx, s) : t->user == cx->actor.user;
}

static err owned(struct ctx *cx, struct booking *b, int64_t id, struct ticket_row *ret)
{
    bool found;
    err e = db_one(cx, &booking_sql.ticket_get, VALS(v_int(id)), take_ticket, ret, &found);
    if (e)
        return e;
    if (!found || !may_have(cx, b, ret))
        return fail(cx, ERR_MISSING, NULL, "There is no such ticket.", "해당 티켓을 찾을 수 없습니다.");
    return OK;
}

static err ticket_get(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct ticket_ref *in = in_;
    struct ticket_row row;
    err e = owned(cx, self, in->ticket, &row);
    return e ? e : show(cx, self, &row, out);
}

/* ---- GET /tickets/{ticket_id}/qr.svg ---- */

#define QUIET 4               /* modules of margin (ISO/IEC 18004, 6.3.8) */

/* One path: a run of dark modules is a rectangle of height 1. */
static void draw(struct buf *out, const QRcode *qr)
{
    int side = qr->width + 2 * QUIET;
    buf_fmt(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\" role=\"img\">", side, side);
    buf_fmt(out, "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/><path fill=\"#000\" d=\"", side, side);
    for (int y = 0; y < qr->width; y++)
        for (int x = 0, run; x < qr->width; x += run) {
            for (run = 0; x + run < qr->width && (qr->data[y * qr->width + x + run] & 1); run++)
                continue;
            if (run)
                buf_fmt(out, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, run, run);
            else
                run = 1;
        }
    buf_str(out, S("\"/></svg>"));
}

/* The picture of a ticket that can be shown at a door: to be freed. */
static err picture(struct ctx *cx, const struct ticket_out *t, QRcode **ret)
{
    if (t->status == TICKET_VOID - 1)
        return fail(cx, ERR_MISSING, "ticket_void", "This ticket is no longer valid.", "유효하지 않은 티켓입니다.");
    *ret = QRcode_encodeData((int)t->code.n, (const unsigned char *)t->code.p, 0, QR_ECLEVEL_M);
    ASSERT(*ret);                            /* the code's length is fixed and fits */
    return OK;
}

static err ticket_qr(struct ctx *cx, void *self, const void *in, void *out_)
{
    struct raw_out *ret = out_;
    struct ticket_out ticket;
    QRcode *qr;
    err e = ticket_get(cx, self, in, &ticket);
    if (!e)
        e = picture(cx, &ticket, &qr);
    if (e)
        return e;
    struct buf svg;
    buf_init(&svg, 1 << 20);
    draw(&svg, qr);
    QRcode_free(qr);
    *ret = (struct raw_out){ .content_type = S("image/svg+xml"), .body = arena_str(cx->arena, buf_view(&svg)), .cache_control = S("private, no-cache") };
    buf_free(&svg);
    return OK;
}

/* ---- GET /tickets/{ticket_id}/ticket.pdf ---- */

#define PRINTING_MAX 2        /* at once: workers have more to do than to draw */

static err print(struct ctx *cx, const struct ticket_ref *in, struct str *ret_pdf)
{
    struct ticket_out t;
    QRcode *qr;
    err e = call_run(cx, &ticket_get_call, in, &t);
    if (!e)
        e = picture(cx, &t, &qr);
    if (e)
        return e;
    struct ticket_print sheet = { t.title, t.hall_name, t.seat.grade, t.seat.section, t.seat.row, t.seat.number, booking_code(cx, t.booking), t.starts_at,
                                  qr->data, qr->width };
    e = ticket_pdf_make(cx, config_str(app_config(cx->app), "booking.ticket_font"), &sheet, ret_pdf);
    QRcode_free(qr);
    return e;
}

static err ticket_pdf(struct ctx *cx, void *self, const void *in, void *out)
{
    struct booking *b = self;
    struct str pdf;
    err e = atomic_fetch_add(&b->printing, 1) < PRINTING_MAX
                ? print(cx, in, &pdf)
                : fail(cx, ERR_UNAVAILABLE, NULL, "Too many tickets are being drawn.", "티켓 출력 요청이 많습니다. 잠시 후 다시 시도해 주세요.");
    atomic_fetch_sub(&b->printing, 1);
    if (!e)
        *(struct raw_out *)out = (struct raw_out){ .content_type = S("application/pdf"), .body = pdf, .cache_control = S("private, no-cache") };
    return e;
}

/* ---- POST /tickets/{ticket_id}/reissue: a new code; the old one is refused from now on ---- */

#define REISSUES_MAX 10

static err ticket_reissue(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct ticket_ref *in = in_;
    struct ticket_row row;
    err e = owned(cx, self, in->ticket, &row);
    if (e)
        return e;
    if (row.status == TICKET_USED)
        return fail(cx, ERR_CONFLICT, "ticket_used", "This ticket has been used.", "이미 사용된 티켓입니다.");
    if (row.status == TICKET_VOID)
        return fail(cx, ERR_CONFLICT, "ticket_void", "This ticket is no longer valid.", "유효하지 않은 티켓입니다.");
    if (row.issue >= REISSUES_MAX)
        return fail(cx, ERR_CONFLICT, "reissue_limit", "A ticket can be issued anew %d times; please ask the box office.",
                    "티켓 재발급은 %d회까지 가능합니다. 매표소에 문의해 주세요.", REISSUES_MAX);
    e = store_ticket_reissue(cx, row.id, row.issue);
    if (e)
        return e;
    row.issue++;
    return show(cx, self, &row, out);
}

/* ---- GET /tickets/keys: what a gate needs to check codes by itself ---- */

struct ticket_key {
    struct str kid, alg, public_key;
};

static err ticket_keys(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)self;
    (void)in;
    const struct keys *keys = app_keys(cx->app);
    struct ticket_key *key = NEW(cx->arena, struct ticket_key);
    *key = (struct ticket_key){ str_c(keys->ticket_kid), S("Ed25519"),
                                base64url(cx->arena, str_of((const char *)keys->ticket_public, sizeof(keys->ticket_public))) };
    *(struct list *)out = (struct list){ key, 1 };
    return OK;
}

/* ---- tables ---- */

#define FIELD(type_, member) .at = offsetof(struct type_, member)

static const struct field seat_rows[] = {
    { .name = "guid", .type = F_STR, FIELD(ticket_seat, guid) },
    { .name = "section", .type = F_STR, FIELD(ticket_seat, section) },
    { .name = "row", .type = F_STR, FIELD(ticket_seat, row) },
    { .name = "number", .type = F_STR, FIELD(ticket_seat, number) },
    { .name = "grade", .type = F_STR, FIELD(ticket_seat, grade) },
};
const struct fields ticket_seat_fields = { "TicketSeat", sizeof(struct ticket_seat), seat_rows, 5 };

static const struct field ticket_rows[] = {
    { .name = "id", .type = F_ID, .id = ID_TICKET, FIELD(ticket_out, id) },
    { .name = "booking_id", .type = F_ID, .id = ID_BOOKING, FIELD(ticket_out, booking) },
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, FIELD(ticket_out, schedule) },
    { .name = "code", .type = F_STR, FIELD(ticket_out, code), .help = "Signed: what the QR picture shows." },
    { .name = "status", .type = F_ENUM, .words = ticket_status_words, FIELD(ticket_out, status) },
    { .name = "seat", .type = F_OBJECT, .of = &ticket_seat_fields, FIELD(ticket_out, seat) },
    { .name = "person_type", .type = F_ENUM, .words = person_words, FIELD(ticket_out, person), .help = "Whom it is for." },
    { .name = "proof_at_door", .type = F_BOOL, FIELD(ticket_out, proof), .help = "A proof of that is asked for at the door." },
    { .name = "title", .type = F_STR, FIELD(ticket_out, title) },
    { .name = "hall_name", .type = F_STR, FIELD(ticket_out, hall_name) },
    { .name = "starts_at", .type = F_TIME, FIELD(ticket_out, starts_at) },
};
const struct fields ticket_fields = { "Ticket", sizeof(struct ticket_out), ticket_rows, sizeof(ticket_rows) / sizeof(ticket_rows[0]) };

static const struct field list_rows[] = {
    { .name = "items", .type = F_LIST, .of = &ticket_fields, FIELD(ticket_list, items) },
    { .name = "next", .type = F_ID, .nullable = true, .id = ID_TICKET, FIELD(ticket_list, next) },
};
static const struct fields list_fields = { "TicketList", sizeof(struct ticket_list), list_rows, 2 };

static const struct field ref_rows[] = { { .name = "ticket_id", .type = F_ID, .from = FROM_PATH, .id = ID_TICKET, FIELD(ticket_ref, ticket) } };
static const struct fields ref_fields = { "TicketRef", sizeof(struct ticket_ref), ref_rows, 1 };

static const struct field booking_rows[] = { { .name = "booking_id", .type = F_ID, .from = FROM_PATH, .id = ID_BOOKING, FIELD(booking_ref, booking) } };
static const struct fields booking_fields = { "TicketsOfBooking", sizeof(struct booking_ref), booking_rows, 1 };

static const struct field key_rows[] = {
    { .name = "kid", .type = F_STR, FIELD(ticket_key, kid), .help = "The first four bytes of a code's payload, in hex." },
    { .name = "alg", .type = F_STR, FIELD(ticket_key, alg) },
    { .name = "public_key", .type = F_STR, FIELD(ticket_key, public_key), .help = "base64url" },
};
static const struct fields key_fields = { "TicketKey", sizeof(struct ticket_key), key_rows, 3 };
static const struct field keys_rows[] = { { .name = "keys", .type = F_LIST, .of = &key_fields, .at = 0 } };
static const struct fields keys_fields = { "TicketKeys", sizeof(struct list), keys_rows, 1 };

const struct call ticket_keys_call = {
    "booking.ticket_keys", "The public keys that ticket codes are signed with.", CALL_MEMORY, NULL, &keys_fields, ticket_keys,
};
const struct call ticket_list_call = {
    "booking.ticket_list", "The tickets of a confirmed booking.", CALL_READ, &booking_fields, &list_fields, ticket_list,
};
const struct call ticket_get_call = {
    "booking.ticket_get", "A ticket of one's own, or of a sale at the box office.", CALL_READ, &ref_fields, &ticket_fields, ticket_get,
};
const struct call ticket_qr_call = { "booking.ticket_qr", "A ticket's code as a QR picture.", CALL_READ, &ref_fields, NULL, ticket_qr };
const struct call ticket_reissue_call = {
    "booking.ticket_reissue", "A new code for a ticket of one's own; the old one is refused from now on.", CALL_COMMAND, &ref_fields, &ticket_fields,
    ticket_reissue,
};
const struct call ticket_pdf_call = { "booking.ticket_pdf", "A ticket on paper.", CALL_STORY, &ref_fields, NULL, ticket_pdf };
