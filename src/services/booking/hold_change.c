/* What a buyer may do with a hold before it is booked: prolong it, a few times, and change its seats. */
#include "services/booking/booking_int.h"

struct hold_ref {
    int64_t hold;
};

struct hold_seats_in {
    int64_t hold;
    struct hold_in wish;
};

err hold_open(struct ctx *cx, struct booking *b, int64_t id, struct hold **ret)
{
    struct hold *h = map_ptr(&b->live, (uint64_t)id);
    struct hold_row ended;
    if (h && h->user != cx->actor.user)
        return hold_missing(cx);
    if (!h) {
        err e = hold_owned(cx, id, &ended);
        if (e)
            return e;
    }
    if (h ? h->booking != 0 : ended.status == HOLD_BOOKED)
        return fail(cx, ERR_CONFLICT, "already_booked", "These seats are booked already.", "이미 예매된 좌석입니다.");
    if (!h || h->expires_at <= cx->now)
        return hold_over(cx);
    *ret = h;
    return OK;
}

/* ---- POST /holds/{hold_id}/extend ---- */

static err hold_extend(struct ctx *cx, void *self, const void *in_, void *out)
{
    struct booking *b = self;
    const struct hold_ref *in = in_;
    struct hold *h;
    err e = hold_open(cx, b, in->hold, &h);
    if (e)
        return e;
    int64_t until = h->ends_at + b->extension_ms;
    if (until > h->created_at + b->hold_ms + b->extensions * b->extension_ms)
        return fail(cx, ERR_CONFLICT, "not_extendable", "This hold cannot be prolonged any more; please check out.",
                    "더 이상 선점 시간을 연장할 수 없습니다. 예매를 진행해 주세요.");
    e = hold_until(cx, b, h, until);
    if (e)
        return e;
    h->ends_at = until;
    *(struct hold_out *)out = hold_view(cx, h);
    return OK;
}

err hold_extend_takes(struct ctx *cx, void *self, const void *in, struct taken *ret)
{
    return hold_taken(cx, self, ((const struct hold_ref *)in)->hold, ret);
}

/* ---- PUT /holds/{hold_id}/seats ---- */

/* Other seats are taken anew. */
err hold_seats_takes(struct ctx *cx, void *self, const void *in, struct taken *ret)
{
    err e = hold_taken(cx, self, ((const struct hold_seats_in *)in)->hold, ret);
    ret->kept = false;
    return e;
}


/* Free for the wish alone: whoever waits for such seats is asked when it is clear which are given up. */
static void give_back(struct ctx *cx, struct booking *b, const struct hold *h)
{
    for (uint32_t i = 0; i < h->n; i++)
        sale_set_directly(cx, b, h->sale, h->lines[i].seat, SEAT_FREE);
    sale_count_user(cx, h->sale, h->user, -(int32_t)h->n);
}

static void give_up_rest(struct ctx *cx, struct booking *b, const struct hold *had)
{
    for (uint32_t i = 0; i < had->n; i++)
        if (sale_state(had->sale, had->lines[i].seat) == SEAT_FREE)
            sale_set(cx, b, had->sale, had->lines[i].seat, SEAT_FREE);
}

/* What stays keeps its price. */
static struct seat_line line_for(const struct hold *had, uint32_t seat, int64_t off)
{
    for (uint32_t i = 0; i < had->n; i++)
        if (had->lines[i].seat == seat)
            return had->lines[i];
    return (struct seat_line){ .seat = seat, .price = sale_price(had->sale, seat, off) };
}

static struct hold *take(struct ctx *cx, struct booking *b, const struct hold *had, const uint32_t *seats, uint32_t n)
{
    struct hold *h = arena_take(cx->arena, sizeof(*h) + n * sizeof(h->lines[0]));
    int64_t off = sale_early_percent(had->sale, cx->now);
    *h = *had;
    h->n = n;
    h->pass = cx->pass;
    for (uint32_t i = 0; i < n; i++) {
        h->lines[i] = line_for(had, seats[i], off);
        sale_set(cx, b, h->sale, seats[i], SEAT_HELD);
    }
    h->total = lines_total((struct list){ h->lines, n });
    sale_count_user(cx, h->sale, h->user, (int32_t)n);
    return h;
}

/* Gives all back and takes the wish as a new hold would: what fails in between is undone with the command. */
static err hold_seats(struct ctx *cx, void *self, const void *in_, void *out)
{
    struct booking *b = self;
    const struct hold_seats_in *in = in_;
    uint32_t seats[HOLD_SEATS_MAX], n;
    struct hold *had;
    err e = hold_open(cx, b, in->hold, &had);
    if (e)
        return e;
    give_back(cx, b, had);
    e = hold_choose(cx, had->sale, &in->wish, seats, &n);
    if (e)
        return e;
    struct hold *h = take(cx, b, had, seats, n);
    give_up_rest(cx, b, had);
    e = store_hold_seats(cx, had, h);
    if (e)
        return e;
    hold_forget(cx, b, had);
    h = hold_begin(cx, b, h);
    *(struct hold_out *)out = hold_view(cx, h);
    return OK;
}

/* ---- tables ---- */

#define AT(member) .at = offsetof(struct hold_seats_in, member)

static const struct field ref_rows[] = { { .name = "hold_id", .type = F_ID, .from = FROM_PATH, .id = ID_HOLD, .at = offsetof(struct hold_ref, hold) } };
static const struct fields ref_fields = { "HoldExtension", sizeof(struct hold_ref), ref_rows, 1 };

static const struct field seats_rows[] = {
    { .name = "hold_id", .type = F_ID, .from = FROM_PATH, .id = ID_HOLD, AT(hold) },
    { .name = "seats", .type = F_LIST, .optional = true, AT(wish.seats), .low = 1, .high = HOLD_SEATS_MAX, .of = &hold_guid_list,
      .help = "All seats that the hold is to have; what it has and is not named is given back." },
    { .name = "best", .type = F_OBJECT, .optional = true, AT(wish.best), .has_at = offsetof(struct hold_seats_in, wish.has_best), .of = &hold_best_fields,
      .help = "Let the system choose; instead of seats." },
    { .name = "presale_code", .type = F_STR, .optional = true, AT(wish.presale_code), .low = 1, .high = 64, .secret = true },
};
static const struct fields seats_fields = { "HoldSeats", sizeof(struct hold_seats_in), seats_rows, sizeof(seats_rows) / sizeof(seats_rows[0]) };

const struct call hold_extend_call = {
    "booking.hold_extend", "Prolongs a hold, as often as the house allows.", CALL_COMMAND, &ref_fields, &hold_out_fields, hold_extend,
};
const struct call hold_seats_call = {
    "booking.hold_seats", "Changes the seats of a hold, all or nothing; it lasts as long as before.", CALL_COMMAND, &seats_fields, &hold_out_fields, hold_seats,
};
