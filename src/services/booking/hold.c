/* Holds: seats kept for one user until they are booked, given back, or the time is over. */
#include "platform/obs/metrics.h"
#include "services/booking/waitlist.h"

#include <stdlib.h>

#include "services/performance/performance.h"

/* ---- memory of live holds ---- */

static void arm(struct booking *b, struct hold *h)
{
    wheel_set(&b->wheel, &h->timer, h->expires_at);
    if (h->expires_at < atomic_load_explicit(&b->expiry_due, memory_order_relaxed))
        atomic_store(&b->expiry_due, h->expires_at);
}

struct hold *hold_keep(struct booking *b, const struct hold *from)
{
    size_t size = sizeof(*from) + from->n * sizeof(from->lines[0]);
    struct hold *h = malloc(size);
    if (!h)
        abort();
    memcpy(h, from, size);
    h->timer = (struct timer){ 0 };
    map_put_ptr(&b->live, (uint64_t)h->id, h);
    arm(b, h);
    return h;
}

static void drop(struct booking *b, struct hold *h)
{
    wheel_cancel(&b->wheel, &h->timer);
    map_remove(&b->live, (uint64_t)h->id);
}

static void undo_keep(void *booking, const void *arg)
{
    struct hold *const *h = arg;
    drop(booking, *h);
    free(*h);
}

struct hold *hold_begin(struct ctx *cx, struct booking *b, const struct hold *from)
{
    struct hold *h = hold_keep(b, from);
    tx_undo(cx, undo_keep, b, &h, sizeof(h));
    return h;
}

static void undo_forget(void *booking, const void *arg)
{
    struct booking *b = booking;
    struct hold *const *h = arg;
    map_put_ptr(&b->live, (uint64_t)(*h)->id, *h);
    arm(b, *h);
}

static void forgotten(void *hold)
{
    free(hold);
}

void hold_forget(struct ctx *cx, struct booking *b, struct hold *h)
{
    drop(b, h);
    tx_undo(cx, undo_forget, b, &h, sizeof(h));
    tx_after_each(cx, forgotten, h);         /* not before the group is durable: until then it may have to come back */
}

struct until_undo {
    struct hold *hold;
    int64_t expires_at, ends_at;
};

static void undo_until(void *booking, const void *arg)
{
    const struct until_undo *u = arg;
    u->hold->expires_at = u->expires_at;
    u->hold->ends_at = u->ends_at;
    arm(booking, u->hold);
}

err hold_until(struct ctx *cx, struct booking *b, struct hold *h, int64_t expires_at)
{
    struct until_undo u = { h, h->expires_at, h->ends_at };
    err e = store_hold_extend(cx, h->id, expires_at);
    if (e)
        return e;
    h->expires_at = expires_at;
    arm(b, h);
    tx_undo(cx, undo_until, b, &u, sizeof(u));
    return OK;
}

/* ---- choosing ---- */

static struct str seat_name(struct ctx *cx, size_t i)
{
    return arena_fmt(cx->arena, "seats[%zu]", i);
}

static err choose_named(struct ctx *cx, const struct sale *s, const struct hold_in *in, uint32_t *ret)
{
    const struct str *guid = in->seats.at;
    err e = OK;
    for (size_t i = 0; i < in->seats.n; i++) {
        if (!plan_index_find(s->layout->index, guid[i], &ret[i])) {
            e = fail_field(cx, seat_name(cx, i), "there is no seat %.*s", "%.*s 좌석이 없습니다", STR_ARG(guid[i]));
            continue;
        }
        for (size_t k = 0; k < i; k++)
            if (ret[k] == ret[i])
                e = fail_field(cx, seat_name(cx, i), "seat %.*s is named twice", "%.*s 좌석이 두 번 지정되었습니다", STR_ARG(guid[i]));
    }
    return e;
}

/* The grades of the seats of a section, a bit each; 0 when there is no such section. */
static uint64_t grades_of_section(const struct plan *p, struct str name)
{
    uint64_t grades = 0;
    for (uint32_t r = 0; r < p->row_count; r++) {
        const struct plan_row *row = &p->rows[r];
        for (uint32_t i = 0; i < row->count && str_eq(p->sections[row->section].name, name); i++)
            grades |= UINT64_C(1) << p->category[row->first + i];
    }
    return grades;
}

static err wish_of(struct ctx *cx, const struct plan *p, const struct best_in *in, struct best_wish *ret)
{
    uint64_t grades = in->section.n ? grades_of_section(p, in->section) : 0;
    int grade = in->grade.n ? plan_category_find(p, in->grade) : __builtin_ffsll((long long)grades) - 1;
    if (in->section.n && !grades)
        return fail_field(cx, S("best.section"), "there is no section %.*s", "%.*s 구역이 없습니다", STR_ARG(in->section));
    if (!in->grade.n && !in->section.n)
        return fail_field(cx, S("best.grade"), "name a grade or a section", "등급 또는 구역을 지정해야 합니다");
    if (!in->grade.n && grades & (grades - 1))
        return fail_field(cx, S("best.grade"), "section %.*s has several grades: name one", "%.*s 구역에는 등급이 여러 개 있습니다. 하나를 지정해 주세요",
                          STR_ARG(in->section));
    if (grade < 0)
        return fail_field(cx, S("best.grade"), "there is no grade %.*s", "%.*s 등급이 없습니다", STR_ARG(in->grade));
    *ret = (struct best_wish){ (uint32_t)grade, (uint32_t)in->count, in->section };
    return OK;
}

static err choose_best(struct ctx *cx, const struct sale *s, const struct hold_in *in, uint32_t *ret)
{
    struct best_wish wish;
    err e = wish_of(cx, s->layout->plan, &in->best, &wish);
    if (e || best_seats(s, &wish, cx->rng, ret))
        return e;
    struct str what = wish.section.n ? wish.section : in->best.grade;
    metric_add(&metric_taken, 1);
    if (best_left(s, &wish) < wish.count)
        return fail(cx, ERR_CONFLICT, "sold_out", "Fewer than %lld seats of %.*s are left.", "%lld석보다 적게 남았습니다(%.*s).",
                    (long long)in->best.count, STR_ARG(what));
    return fail(cx, ERR_CONFLICT, "not_together", "No %lld seats of %.*s are left side by side; ask for fewer, or choose them on the map.",
                "연속된 %lld석이 남아 있지 않습니다(%.*s). 매수를 줄이거나 좌석표에서 직접 선택해 주세요.", (long long)in->best.count, STR_ARG(what));
}

static err all_free(struct ctx *cx, const struct sale *s, const uint32_t *seats, uint32_t n)
{
    struct str names = { 0 };
    for (uint32_t i = 0; i < n; i++) {
        if (sale_state(s, seats[i]) == SEAT_FREE)
            continue;
        struct str guid = s->layout->plan->guid[seats[i]];
        (void)!fail_field(cx, seat_name(cx, i), "%.*s is taken", "%.*s 좌석은 이미 선택되었습니다", STR_ARG(guid));
        names = names.n ? arena_fmt(cx->arena, "%.*s, %.*s", STR_ARG(names), STR_ARG(guid)) : guid;
    }
    if (!names.n)
        return OK;
    metric_add(&metric_taken, 1);
    return fail(cx, ERR_CONFLICT, "seat_taken", "Taken by somebody else: %.*s.", "이미 선택된 좌석입니다: %.*s", STR_ARG(names));
}

static err may_buy(struct ctx *cx, struct sale *s, const struct hold_in *in, uint32_t n)
{
    if (s->cancelled)
        return fail(cx, ERR_CONFLICT, "not_on_sale", "This schedule has been cancelled.", "취소된 회차입니다.");
    bool early = cx->now < s->sale_starts_at;
    if (early && !presale_on(s, cx->now))
        return fail(cx, ERR_CONFLICT, "not_on_sale", "The sale has not begun.", "아직 판매가 시작되지 않았습니다.");
    if (cx->now >= s->sale_ends_at)
        return fail(cx, ERR_CONFLICT, "not_on_sale", "The sale is over.", "판매가 종료되었습니다.");
    err e = early ? presale_may_hold(cx, s, in->presale_code, n) : OK;
    if (e)
        return e;
    return sale_limits(cx, s, cx->actor.user, n);
}

static err one_way(struct ctx *cx, const struct hold_in *in)
{
    if (in->has_best == (in->seats.n > 0))
        return fail_field(cx, S("seats"), "give either seats or best", "seats와 best 중 하나만 지정해야 합니다");
    return OK;
}

static uint32_t wanted(const struct hold_in *in)
{
    return (uint32_t)(in->has_best ? in->best.count : (int64_t)in->seats.n);
}

err seats_choose(struct ctx *cx, const struct sale *s, const struct hold_in *in, uint32_t *ret_seats, uint32_t *ret_n)
{
    err e = one_way(cx, in);
    if (!e)
        e = in->has_best ? choose_best(cx, s, in, ret_seats) : choose_named(cx, s, in, ret_seats);
    if (!e)
        e = all_free(cx, s, ret_seats, wanted(in));
    *ret_n = wanted(in);
    return e;
}

err hold_choose(struct ctx *cx, struct sale *s, const struct hold_in *in, uint32_t *ret_seats, uint32_t *ret_n)
{
    err e = one_way(cx, in);
    if (!e)
        e = may_buy(cx, s, in, wanted(in));
    return e ? e : seats_choose(cx, s, in, ret_seats, ret_n);
}

/* ---- POST /schedules/{schedule_id}/holds ---- */

struct list seats_out(struct ctx *cx, const struct sale *s, const struct seat_line *lines, size_t n)
{
    const struct plan *p = s->layout->plan;
    struct seat_out *out = NEW_ARRAY(cx->arena, struct seat_out, n);
    for (size_t i = 0; i < n; i++) {
        uint32_t seat = lines[i].seat, row = layout_row(s->layout, seat);
        out[i] = (struct seat_out){ p->guid[seat], p->categories[p->category[seat]].name, p->sections[p->rows[row].section].name, p->rows[row].name,
                                    p->number[seat], sale_money(s, lines[i].price), lines[i].person, person_proof(s, lines[i].person) };
    }
    return (struct list){ out, n };
}

static struct hold_out answer_of(struct ctx *cx, const struct sale *s, int64_t id, int status, int64_t expires_at, int64_t total,
                                 const struct seat_line *lines, size_t n)
{
    return (struct hold_out){ .id = id, .schedule = s->id, .expires_at = expires_at, .status = status - 1, .seats = seats_out(cx, s, lines, n),
                              .total = sale_money(s, total) };
}

int64_t sale_price(const struct sale *s, uint32_t seat, int64_t percent_off)
{
    int64_t price = s->price[s->layout->plan->category[seat]];
    return percent_off ? price_less(price, percent_off) : price;
}

struct hold_out hold_view(struct ctx *cx, const struct hold *h)
{
    return answer_of(cx, h->sale, h->id, HOLD_ACTIVE, h->expires_at, h->total, h->lines, h->n);
}

struct hold *hold_take(struct ctx *cx, struct booking *b, struct sale *s, int64_t user, int64_t until, const uint32_t *seats, uint32_t n)
{
    struct hold *h = arena_take(cx->arena, sizeof(*h) + n * sizeof(h->lines[0]));
    *h = (struct hold){ .id = sequence_next(&b->holds), .user = user, .created_at = cx->now, .expires_at = until, .ends_at = until,
                         .pass = cx->pass, .sale = s, .n = n };
    int64_t off = sale_early_percent(s, cx->now);
    for (uint32_t i = 0; i < n; i++) {
        h->lines[i] = (struct seat_line){ .seat = seats[i], .price = sale_price(s, seats[i], off) };
        ASSERT(money_add(h->total, h->lines[i].price, &h->total));       /* HOLD_SEATS_MAX times MONEY_MAX fits */
        sale_set(cx, b, s, seats[i], SEAT_HELD);
    }
    sale_count_user(cx, s, h->user, (int32_t)n);
    h = hold_begin(cx, b, h);
    store_hold_put(cx, h);
    store_claims_put(cx, h);
    return h;
}

static err hold_create(struct ctx *cx, void *self, const void *in_, void *out_)
{
    struct booking *b = self;
    const struct hold_in *in = in_;
    struct hold_out *ret = out_;
    uint32_t seats[HOLD_SEATS_MAX], n;

    struct sale *s = map_ptr(&b->sales, (uint64_t)in->schedule);
    if (!s)
        return sale_missing(cx);
    err e = hold_choose(cx, s, in, seats, &n);
    if (e)
        return e;

    const struct hold *h = hold_take(cx, b, s, cx->actor.user, cx->now + b->hold_ms, seats, n);
    metric_add(&metric_holds, 1);
    *ret = hold_view(cx, h);
    return OK;
}

/* ---- ending ---- */

err hold_end(struct ctx *cx, struct booking *b, struct hold *h, enum hold_status status, enum booking_status booking_to)
{
    if (h->pricing && pricing_under_way(&b->pricing, h->id))
        return order_in_progress(cx);
    err e = store_claims_delete(cx, h->sale->id, h->id, h->lines, h->n);
    if (!e)
        e = store_hold_status(cx, h->id, status);
    if (!e && h->booking)
        e = booking_move(cx, h->booking, BOOKING_PENDING, booking_to, 0);
    if (!e && h->offer)
        e = waitlist_offer_ends(cx, h);
    if (e)
        return e;
    if (h->booking)
        tell_ended(cx, h, booking_to);
    for (uint32_t i = 0; i < h->n; i++)
        sale_set(cx, b, h->sale, h->lines[i].seat, SEAT_FREE);
    sale_count_user(cx, h->sale, h->user, -(int32_t)h->n);
    hold_forget(cx, b, h);
    return OK;
}

#define EXPIRE_AT_ONCE 4096   /* a wave of expiries must not keep others waiting */
#define PRICING_MS     1000   /* a checkout under way ends soon: so long its hold lasts on */

static err hold_expire(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)in;
    (void)out;
    struct booking *b = self;
    int n = 0;
    for (; n < EXPIRE_AT_ONCE; n++) {
        struct timer *t = wheel_due(&b->wheel, cx->now);
        if (!t)
            break;
        struct hold *h = (struct hold *)t;
        if (h->pricing && pricing_under_way(&b->pricing, h->id)) {
            wheel_set(&b->wheel, &h->timer, cx->now + PRICING_MS);
            continue;
        }
        err e = hold_end(cx, b, h, HOLD_EXPIRED, BOOKING_EXPIRED);
        if (e) {
            arm(b, h);
            return e;
        }
        metric_add(&metric_expired, 1);
    }
    atomic_store(&b->expiry_due, n == EXPIRE_AT_ONCE ? cx->now : wheel_next(&b->wheel));
    return OK;
}

struct hold_ref {
    int64_t hold;
};

static void take_hold(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct hold_row *)out = (struct hold_row){ row_int(r, 0), row_int(r, 1), row_int(r, 3), row_int(r, 4), row_int(r, 6), row_int(r, 7), (int)row_int(r, 2),
                                                 lines_unpack(cx, row_text_view(r, 5)) };
}

err hold_missing(struct ctx *cx)
{
    return fail(cx, ERR_MISSING, NULL, "There is no such hold.", "해당 선점 내역을 찾을 수 없습니다.");
}

err hold_over(struct ctx *cx)
{
    return fail(cx, ERR_CONFLICT, "hold_expired", "The hold is over; please choose seats again.", "선점 시간이 만료되었습니다. 좌석을 다시 선택해 주세요.");
}

err hold_owned(struct ctx *cx, int64_t id, struct hold_row *ret)
{
    bool found;
    err e = db_one(cx, &booking_sql.hold_get, VALS(v_int(id)), take_hold, ret, &found);
    if (e)
        return e;
    if (!found || ret->user != cx->actor.user)
        return hold_missing(cx);
    return OK;
}

/* ---- what is taken, for the check of passes ---- */

err hold_create_takes(struct ctx *cx, void *self, const void *in, struct taken *ret)
{
    (void)cx;
    (void)self;
    ret->schedule = ((const struct hold_in *)in)->schedule;
    return OK;
}

static err taken_read(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct hold_ref *in = in_;
    struct hold_row row;
    (void)self;
    err e = hold_owned(cx, in->hold, &row);
    if (!e)
        *(struct taken *)out = (struct taken){ .schedule = row.schedule, .kept = true, .pass = row.pass };
    return e;
}

err hold_taken(struct ctx *cx, struct booking *b, int64_t id, struct taken *ret)
{
    const struct hold_ref ref = { id };
    if (!cx->db)
        return call_run(cx, &hold_taken_call, &ref, ret);    /* in a story */
    const struct hold *h = map_ptr(&b->live, (uint64_t)id);
    if (!h)
        return taken_read(cx, b, &ref, ret);
    if (h->user != cx->actor.user)
        return hold_missing(cx);
    *ret = (struct taken){ .schedule = h->sale->id, .kept = true, .pass = h->pass };
    return OK;
}

static err hold_get(struct ctx *cx, void *self, const void *in_, void *out_)
{
    const struct hold_ref *in = in_;
    struct hold_row row;
    err e = hold_owned(cx, in->hold, &row);
    if (e)
        return e;
    struct sale *s = sale_find(self, row.schedule);
    if (!s)
        return sale_missing(cx);
    int status = row.status == HOLD_ACTIVE && row.expires_at <= cx->now ? HOLD_EXPIRED : row.status;     /* the job comes within a second */
    *(struct hold_out *)out_ = answer_of(cx, s, in->hold, status, row.expires_at, row.total, row.lines.at, row.lines.n);
    return OK;
}

static err hold_release(struct ctx *cx, void *self, const void *in_, void *out)
{
    (void)out;
    struct booking *b = self;
    const struct hold_ref *in = in_;
    struct hold *h = map_ptr(&b->live, (uint64_t)in->hold);
    if (h && h->user == cx->actor.user)
        return hold_end(cx, b, h, HOLD_RELEASED, BOOKING_CANCELLED);
    struct hold_row row;
    err e = hold_owned(cx, in->hold, &row);
    if (!e && row.status == HOLD_BOOKED)
        return fail(cx, ERR_CONFLICT, "already_booked", "These seats are booked; cancel the booking instead.", "이미 예매된 좌석입니다. 예매 취소를 이용해 주세요.");
    return e;
}

/* ---- POST /noop: the yardstick: reads a hold's request, answers in a hold's shape, touches nothing ---- */

static err noop(struct ctx *cx, void *self, const void *in_, void *out_)
{
    (void)self;
    const struct hold_in *in = in_;
    const struct str *guid = in->seats.at;
    struct money price = { 150000, "KRW" };
    struct seat_out *seats = NEW_ARRAY(cx->arena, struct seat_out, in->seats.n + 1);
    for (size_t i = 0; i < in->seats.n; i++)
        seats[i] = (struct seat_out){ .guid = guid[i], .grade = S("R"), .section = S("Floor 1"), .row = S("A"), .number = S("1"), .price = price };
    *(struct hold_out *)out_ = (struct hold_out){ .id = 1, .schedule = 1, .expires_at = cx->now, .seats = { seats, in->seats.n }, .total = price };
    return OK;
}

/* ---- tables ---- */

#define FIELD(type_, member) .at = offsetof(struct type_, member)

static const struct field guid_row[] = { { .type = F_STR, .low = 1, .high = PLAN_NAME_MAX } };
const struct fields hold_guid_list = { "SeatGuid", sizeof(struct str), guid_row, 1 };

static const struct field best_rows[] = {
    { .name = "count", .type = F_INT, FIELD(best_in, count), .low = 1, .high = HOLD_SEATS_MAX, .help = "How many seats, side by side." },
    { .name = "grade", .type = F_STR, .optional = true, FIELD(best_in, grade), .low = 1, .high = PLAN_NAME_MAX,
      .help = "Category of the hall's plan." },
    { .name = "section", .type = F_STR, .optional = true, FIELD(best_in, section), .low = 1, .high = PLAN_NAME_MAX,
      .help = "Only in this section or standing area; enough by itself when all of it is of one grade." },
};
const struct fields hold_best_fields = { "BestAvailable", sizeof(struct best_in), best_rows, 3 };

static const struct field hold_in_rows[] = {
    { .name = "schedule_id", .type = F_ID, .from = FROM_PATH, .id = ID_SCHEDULE, FIELD(hold_in, schedule) },
    { .name = "seats", .type = F_LIST, .optional = true, FIELD(hold_in, seats), .low = 1, .high = HOLD_SEATS_MAX, .of = &hold_guid_list,
      .help = "Seats chosen on the map; all or none are held." },
    { .name = "best", .type = F_OBJECT, .optional = true, .at = offsetof(struct hold_in, best), .has_at = offsetof(struct hold_in, has_best),
      .of = &hold_best_fields, .help = "Let the system choose; instead of seats." },
    { .name = "presale_code", .type = F_STR, .optional = true, FIELD(hold_in, presale_code), .low = 1, .high = 64, .secret = true,
      .help = "Before the sale begins: once is enough." },
};
static const struct fields hold_in_fields = { "HoldRequest", sizeof(struct hold_in), hold_in_rows, 4 };

static const struct field noop_in_rows[] = {
    { .name = "seats", .type = F_LIST, .optional = true, FIELD(hold_in, seats), .low = 1, .high = HOLD_SEATS_MAX, .of = &hold_guid_list },
    { .name = "best", .type = F_OBJECT, .optional = true, .at = offsetof(struct hold_in, best), .has_at = offsetof(struct hold_in, has_best),
      .of = &hold_best_fields },
};
static const struct fields noop_in_fields = { "NoopRequest", sizeof(struct hold_in), noop_in_rows, 2 };

static const struct field seat_rows[] = {
    { .name = "guid", .type = F_STR, FIELD(seat_out, guid) },       { .name = "grade", .type = F_STR, FIELD(seat_out, grade) },
    { .name = "section", .type = F_STR, FIELD(seat_out, section) }, { .name = "row", .type = F_STR, FIELD(seat_out, row) },
    { .name = "number", .type = F_STR, FIELD(seat_out, number) },   { .name = "price", .type = F_MONEY, FIELD(seat_out, price) },
};
const struct fields booking_seat_fields = { "Seat", sizeof(struct seat_out), seat_rows, 6 };

static const char *const hold_words[] = { "active", "booked", "released", "expired", NULL };
static const struct field hold_out_rows[] = {
    { .name = "id", .type = F_ID, .id = ID_HOLD, FIELD(hold_out, id) },
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, FIELD(hold_out, schedule) },
    { .name = "status", .type = F_ENUM, .words = hold_words, FIELD(hold_out, status) },
    { .name = "seats", .type = F_LIST, .of = &booking_seat_fields, FIELD(hold_out, seats) },
    { .name = "total", .type = F_MONEY, FIELD(hold_out, total) },
    { .name = "expires_at", .type = F_TIME, FIELD(hold_out, expires_at) },
};
const struct fields hold_out_fields = { "Hold", sizeof(struct hold_out), hold_out_rows, 6 };

static const struct field hold_ref_rows[] = { { .name = "hold_id", .type = F_ID, .from = FROM_PATH, .id = ID_HOLD, FIELD(hold_ref, hold) } };
static const struct fields hold_ref_fields = { "HoldRef", sizeof(struct hold_ref), hold_ref_rows, 1 };

const struct call hold_create_call = {
    "booking.hold_create", "Holds seats for a few minutes.", CALL_COMMAND, &hold_in_fields, &hold_out_fields, hold_create,
};
const struct call hold_taken_call = { .name = "booking.hold_taken", .kind = CALL_READ, .fn = taken_read };
const struct call hold_get_call = { "booking.hold_get", "A hold of one's own.", CALL_READ, &hold_ref_fields, &hold_out_fields, hold_get };
const struct call hold_release_call = { "booking.hold_release", "Gives held seats back.", CALL_COMMAND, &hold_ref_fields, NULL, hold_release };
const struct call hold_expire_call = { "booking.hold_expire", NULL, CALL_COMMAND, NULL, NULL, hold_expire };
const struct call noop_call = { "booking.noop", "Yardstick of the benchmarks.", CALL_MEMORY, &noop_in_fields, &hold_out_fields, noop };
