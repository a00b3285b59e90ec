/* The box office: seats sold by staff for cash, at a card terminal or as a gift, in one command: held, booked, confirmed, with tickets to print. The
 * limit a person and the waiting room are for buyers; the state of the seats counts here as everywhere. */
#include "services/booking/admin.h"

struct sale_in {
    struct hold_in wish;
    int method;               /* index into counter_words */
    struct str buyer_name, buyer_phone, reason;
};

static const char *const counter_words[] = { "cash", "card_terminal", "complimentary", NULL };
static const enum sale_method methods[] = { SOLD_CASH, SOLD_CARD_TERMINAL, SOLD_COMPLIMENTARY };

static err may_sell(struct ctx *cx, const struct sale *s, const struct sale_in *in)
{
    bool gift = methods[in->method] == SOLD_COMPLIMENTARY;
    if (!door_keeper(cx, s))
        return sale_missing(cx);
    err e = not_cancelled(cx, s);
    if (e)
        return e;
    if (cx->now >= s->ends_at)
        return fail(cx, ERR_CONFLICT, "not_on_sale", "This schedule is over.", "이미 종료된 회차입니다.");
    if (gift && !in->reason.n)
        return fail_field(cx, S("reason"), "is missing: say why the tickets are complimentary", "초대권 사유를 입력해 주세요");
    if (!gift && in->reason.n)
        return fail_field(cx, S("reason"), "is for complimentary tickets only", "초대권에만 입력할 수 있습니다");
    return OK;
}

/* A hold that is booked at once; nobody waits for it, so it is never in memory. */
static struct hold *take(struct ctx *cx, struct booking *b, struct sale *s, const uint32_t *seats, uint32_t n, bool gift)
{
    struct hold *h = arena_take(cx->arena, sizeof(*h) + n * sizeof(h->lines[0]));
    *h = (struct hold){ .id = sequence_next(&b->holds), .created_at = cx->now, .expires_at = cx->now, .sale = s, .n = n };
    int64_t off = sale_early_percent(s, cx->now);
    for (uint32_t i = 0; i < n; i++) {
        h->lines[i] = (struct seat_line){ .seat = seats[i], .price = gift ? 0 : sale_price(s, seats[i], off) };
        ASSERT(money_add(h->total, h->lines[i].price, &h->total));
    }
    return h;
}

static err book(struct ctx *cx, struct booking *b, struct hold *h, int64_t *ret_booking)
{
    struct booking_row row = { .id = sequence_next(&b->bookings), .hold = h->id, .schedule = h->sale->id, .total = h->total, .due = h->total,
                               .created_at = cx->now, .expires_at = cx->now, .lines = { h->lines, h->n } };
    store_hold_put(cx, h);
    store_claims_put(cx, h);
    store_booking_put(cx, &row);
    sale_count_user(cx, h->sale, 0, (int32_t)h->n);
    err e = store_hold_status(cx, h->id, HOLD_BOOKED);
    *ret_booking = row.id;
    return e ? e : booking_confirm(cx, b, h->sale, &row, 0);
}

static err sell(struct ctx *cx, void *self, const void *in_, void *out)
{
    struct booking *b = self;
    const struct sale_in *in = in_;
    uint32_t seats[HOLD_SEATS_MAX], n;
    int64_t booking;
    struct sale *s = map_ptr(&b->sales, (uint64_t)in->wish.schedule);
    err e = s ? may_sell(cx, s, in) : sale_missing(cx);
    if (!e)
        e = seats_choose(cx, s, &in->wish, seats, &n);
    if (e)
        return e;
    struct hold *h = take(cx, b, s, seats, n, methods[in->method] == SOLD_COMPLIMENTARY);
    e = book(cx, b, h, &booking);
    if (e)
        return e;
    store_counter_put(cx, booking, (int)methods[in->method], in->buyer_name, in->buyer_phone, in->reason);
    return booking_detail(cx, b, booking, out);
}

FIELDS(sale_in_fields, "BoxOfficeSale", struct sale_in,
    { .name = "schedule_id", .type = F_ID, .from = FROM_PATH, .id = ID_SCHEDULE, .at = offsetof(struct sale_in, wish.schedule) },
    { .name = "seats", .type = F_LIST, .optional = true, .at = offsetof(struct sale_in, wish.seats), .low = 1, .high = HOLD_SEATS_MAX, .of = &hold_guid_list },
    { .name = "best", .type = F_OBJECT, .optional = true, .at = offsetof(struct sale_in, wish.best), .has_at = offsetof(struct sale_in, wish.has_best),
      .of = &hold_best_fields, .help = "Let the system choose; instead of seats." },
    { .name = "method", .type = F_ENUM, .words = counter_words, .at = offsetof(struct sale_in, method) },
    { .name = "buyer_name", .type = F_STR, .optional = true, .at = offsetof(struct sale_in, buyer_name), .low = 1, .high = 100 },
    { .name = "buyer_phone", .type = F_STR, .optional = true, .at = offsetof(struct sale_in, buyer_phone), .low = 1, .high = 20 },
    { .name = "reason", .type = F_TEXT, .optional = true, .at = offsetof(struct sale_in, reason), .low = 1, .high = 200,
      .help = "Why the tickets are complimentary." });

const struct call counter_sell_call = {
    "booking.counter_sell", "Sells seats at the box office, or gives them away; the tickets are there at once.", CALL_COMMAND, &sale_in_fields,
    &booking_detail_fields, sell,
};
