/* The box office: seats sold by staff for cash, at a card terminal or as a gift, in one command: held, booked, confirmed, with tickets to print; or
 * held for a caller until he has made up his mind. The limit a person and the waiting room are for buyers; the state of the seats counts here as
 * everywhere. */
#include "services/booking/admin.h"

struct sale_in {
    struct hold_in wish;
    int64_t hold;             /* of the seller's own, instead of a wish; 0: none */
    int method;               /* index into counter_words */
    struct str buyer_name, buyer_phone, reason;
    struct list types;        /* int: enum person_type, for the seats in their order */
};

static const char *const counter_words[] = { "cash", "card_terminal", "complimentary", NULL };
static const int methods[] = { SOLD_CASH, SOLD_CARD_TERMINAL, SOLD_COMPLIMENTARY };   /* enum sale_method, by word */

/* A schedule that the actor may sell now. */
static err counter_open(struct ctx *cx, struct booking *b, int64_t schedule, struct sale **ret)
{
    struct sale *s = map_ptr(&b->sales, (uint64_t)schedule);
    if (!s || !door_keeper(cx, s))
        return sale_missing(cx);
    err e = not_cancelled(cx, s);
    if (e)
        return e;
    if (cx->now >= s->ends_at)
        return fail(cx, ERR_CONFLICT, "not_on_sale", "This schedule is over.", "이미 종료된 회차입니다.");
    *ret = s;
    return OK;
}

static err check_reason(struct ctx *cx, const struct sale_in *in)
{
    bool gift = methods[in->method] == SOLD_COMPLIMENTARY;
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
    for (uint32_t i = 0; i < n; i++)
        h->lines[i] = (struct seat_line){ .seat = seats[i], .price = gift ? 0 : sale_price(s, seats[i], off) };
    return h;
}

/* Whom the seats are for; those that `types` does not reach are for adults. */
static err price_people(struct ctx *cx, struct hold *h, struct list types)
{
    const int *type = types.at;
    err e = OK;
    if (types.n > h->n)
        return fail_field(cx, S("types"), "are more than there are seats", "좌석 수보다 많습니다");
    h->total = 0;
    for (uint32_t i = 0; i < h->n; i++) {
        struct seat_line *line = &h->lines[i];
        line->person = i < types.n ? type[i] : PERSON_ADULT;
        if (!person_price(h->sale, h->sale->layout->plan->category[line->seat], line->person, line->price, &line->price))
            e = fail_field(cx, arena_fmt(cx->arena, "types[%u]", i), "%s is no person type of this schedule", "이 회차에 %s 권종이 없습니다",
                           person_words[line->person]);
        ASSERT(money_add(h->total, line->price, &h->total));
    }
    return e;
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

/* The seats of a hold, which *ret_held is until it makes way for the sale; or those that the wish leads to. */
static err choose(struct ctx *cx, struct booking *b, struct sale *s, const struct sale_in *in, uint32_t *ret_seats, uint32_t *ret_n, struct hold **ret_held)
{
    struct hold *held;
    if (!in->hold)
        return seats_choose(cx, s, &in->wish, ret_seats, ret_n);
    if (in->wish.has_best || in->wish.seats.n)
        return fail_field(cx, S("hold_id"), "cannot be given together with seats or best", "seats나 best와 함께 지정할 수 없습니다");
    err e = hold_open(cx, b, in->hold, &held);
    if (!e && held->sale != s)
        e = fail_field(cx, S("hold_id"), "is a hold of another schedule", "다른 회차의 선점입니다");
    if (e)
        return e;
    for (uint32_t i = 0; i < held->n; i++)
        ret_seats[i] = held->lines[i].seat;
    *ret_n = held->n;
    *ret_held = held;
    return OK;
}

static err sell(struct ctx *cx, void *self, const void *in_, void *out)
{
    struct booking *b = self;
    const struct sale_in *in = in_;
    uint32_t seats[HOLD_SEATS_MAX], n;
    int64_t booking;
    struct sale *s;
    struct hold *held = NULL;
    err e = counter_open(cx, b, in->wish.schedule, &s);
    if (!e)
        e = check_reason(cx, in);
    if (!e)
        e = choose(cx, b, s, in, seats, &n, &held);
    if (e)
        return e;
    struct hold *h = take(cx, b, s, seats, n, methods[in->method] == SOLD_COMPLIMENTARY);
    e = price_people(cx, h, in->types);
    if (!e && held)
        e = hold_end(cx, b, held, HOLD_RELEASED, BOOKING_CANCELLED);
    if (!e)
        e = book(cx, b, h, &booking);
    if (e)
        return e;
    store_counter_put(cx, booking, (int)methods[in->method], in->buyer_name, in->buyer_phone, in->reason);
    return booking_detail(cx, b, booking, out);
}

/* ---- POST /admin/schedules/{schedule_id}/holds: for a caller ---- */

#define CALLER_MINUTES_MAX 120
#define CALLER_MINUTES     15
#define MINUTE_MS          INT64_C(60000)

struct caller_in {
    struct hold_in wish;
    int64_t minutes;          /* 0: the usual time */
};

static err hold_for_caller(struct ctx *cx, void *self, const void *in_, void *out)
{
    struct booking *b = self;
    const struct caller_in *in = in_;
    uint32_t seats[HOLD_SEATS_MAX], n;
    struct sale *s;
    err e = counter_open(cx, b, in->wish.schedule, &s);
    if (!e)
        e = seats_choose(cx, s, &in->wish, seats, &n);
    if (e)
        return e;
    int64_t until = cx->now + (in->minutes ? in->minutes : CALLER_MINUTES) * MINUTE_MS;
    *(struct hold_out *)out = hold_view(cx, hold_take(cx, b, s, cx->actor.user, until, seats, n));
    return OK;
}

/* ---- tables ---- */

#define WISH_ROWS(owner)                                                                                                                   \
    { .name = "schedule_id", .type = F_ID, .from = FROM_PATH, .id = ID_SCHEDULE, .at = offsetof(struct owner, wish.schedule) },             \
    { .name = "seats", .type = F_LIST, .optional = true, .at = offsetof(struct owner, wish.seats), .low = 1, .high = HOLD_SEATS_MAX,        \
      .of = &hold_guid_list },                                                                                                              \
    { .name = "best", .type = F_OBJECT, .optional = true, .at = offsetof(struct owner, wish.best), .has_at = offsetof(struct owner, wish.has_best), \
      .of = &hold_best_fields, .help = "Let the system choose; instead of seats." }

static const struct field type_rows[] = { { .type = F_ENUM, .words = person_words } };
static const struct fields type_list = { "PersonTypeWord", sizeof(int), type_rows, 1 };

FIELDS(sale_in_fields, "BoxOfficeSale", struct sale_in,
    WISH_ROWS(sale_in),
    { .name = "hold_id", .type = F_ID, .optional = true, .id = ID_HOLD, .at = offsetof(struct sale_in, hold),
      .help = "The seats of a hold of one's own, instead of seats or best; it makes way for the sale." },
    { .name = "types", .type = F_LIST, .optional = true, .at = offsetof(struct sale_in, types), .low = 1, .high = HOLD_SEATS_MAX, .of = &type_list,
      .help = "Person types of the seats in their order; the rest are adults." },
    { .name = "method", .type = F_ENUM, .words = counter_words, .at = offsetof(struct sale_in, method) },
    { .name = "buyer_name", .type = F_STR, .optional = true, .at = offsetof(struct sale_in, buyer_name), .low = 1, .high = 100 },
    { .name = "buyer_phone", .type = F_STR, .optional = true, .at = offsetof(struct sale_in, buyer_phone), .low = 1, .high = 20 },
    { .name = "reason", .type = F_TEXT, .optional = true, .at = offsetof(struct sale_in, reason), .low = 1, .high = 200,
      .help = "Why the tickets are complimentary." });

const struct call counter_sell_call = {
    "booking.counter_sell", "Sells seats at the box office, or gives them away; the tickets are there at once.", CALL_COMMAND, &sale_in_fields,
    &booking_detail_fields, sell,
};

FIELDS(caller_in_fields, "BoxOfficeHold", struct caller_in, WISH_ROWS(caller_in),
    { .name = "minutes", .type = F_INT, .optional = true, .at = offsetof(struct caller_in, minutes), .low = 1, .high = CALLER_MINUTES_MAX,
      .help = "15 unless told." });

const struct call counter_hold_call = {
    "booking.counter_hold", "Holds seats for somebody who has called the box office.", CALL_COMMAND, &caller_in_fields, &hold_out_fields, hold_for_caller,
};
