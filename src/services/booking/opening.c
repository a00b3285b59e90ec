/* A schedule goes on sale: the story reads the hall's plan, the command makes the sale. Safe to repeat: performance asks, and its event asks again. */
#include "services/booking/booking_int.h"

#include "services/performance/performance.h"

static struct layout *layout_find(struct booking *b, int64_t hall)
{
    pthread_rwlock_rdlock(&b->sales_lock);
    struct layout *l = map_ptr(&b->layouts, (uint64_t)hall);
    pthread_rwlock_unlock(&b->sales_lock);
    return l;
}

static struct layout *layout_keep(struct booking *b, struct layout *l)
{
    pthread_rwlock_wrlock(&b->sales_lock);
    struct layout *had = map_ptr(&b->layouts, (uint64_t)l->hall);
    if (!had)
        map_put_ptr(&b->layouts, (uint64_t)l->hall, l);
    pthread_rwlock_unlock(&b->sales_lock);
    if (!had)
        return l;
    layout_free(l);                          /* somebody else was quicker */
    return had;
}

err layout_get(struct ctx *cx, struct booking *b, int64_t hall, const struct layout **ret)
{
    struct layout *l = layout_find(b, hall);
    if (!l) {
        struct str blob;
        err e = performance_hall_plan(cx, hall, &blob);
        if (e)
            return e;
        l = layout_new(hall, blob);
        if (!l)
            return fail(cx, ERR_INTERNAL, NULL, "The hall's plan cannot be read.", "공연장 좌석 배치를 읽을 수 없습니다.");
        l = layout_keep(b, l);
    }
    *ret = l;
    return OK;
}

struct sale_put {
    const struct sale *sale;  /* plain values */
    const struct layout *layout;
    const uint8_t *blocked;
};

static void undo_sale(void *booking, const void *arg)
{
    struct booking *b = booking;
    struct sale *const *s = arg;
    pthread_rwlock_wrlock(&b->sales_lock);
    map_remove(&b->sales, (uint64_t)(*s)->id);
    pthread_rwlock_unlock(&b->sales_lock);
    sale_free(*s);
}

static err sale_put(struct ctx *cx, void *self, const void *in_, void *out)
{
    (void)out;
    struct booking *b = self;
    const struct sale_put *in = in_;
    if (map_ptr(&b->sales, (uint64_t)in->sale->id))
        return OK;                           /* asked again */
    err e = store_schedule_put(cx, in->sale, in->blocked);
    if (e)
        return e;
    struct sale *s = sale_new(in->sale, in->layout, in->blocked, cx->now);
    pthread_rwlock_wrlock(&b->sales_lock);
    map_put_ptr(&b->sales, (uint64_t)s->id, s);
    pthread_rwlock_unlock(&b->sales_lock);
    tx_undo(cx, undo_sale, b, &s, sizeof(s));
    return OK;
}

const struct call booking_sale_put = { .name = "booking.sale_put", .kind = CALL_COMMAND, .fn = sale_put };

static err prices_match(struct ctx *cx, const struct schedule_opening *in, const struct plan *p, struct sale *s)
{
    const struct grade_price *price = in->prices.at;
    if (in->prices.n != p->category_count)
        return fail(cx, ERR_INPUT, NULL, "There must be one price for each category of the plan.", "좌석 등급마다 가격이 하나씩 있어야 합니다.");
    for (uint32_t i = 0; i < p->category_count; i++) {
        if (!str_eq(price[i].name, p->categories[i].name))
            return fail_field(cx, S("prices"), "category %.*s is expected here", "%.*s 등급이 와야 합니다", STR_ARG(p->categories[i].name));
        s->price[i] = price[i].amount;
    }
    return OK;
}

static err schedule_open(struct ctx *cx, void *self, const void *in_, void *out)
{
    (void)out;
    const struct schedule_opening *in = in_;
    struct sale s = {
        .id = in->schedule, .performance = in->performance, .hall = in->hall, .owner = in->owner, .starts_at = in->starts_at,
        .ends_at = in->ends_at, .sale_starts_at = in->sale_starts_at, .sale_ends_at = in->sale_ends_at, .max_per_user = in->max_per_user,
        .title = in->title, .hall_name = in->hall_name,
    };
    struct sale_put put = { .sale = &s };
    err e = layout_get(cx, self, in->hall, &put.layout);
    if (e)
        return e;
    e = prices_match(cx, in, put.layout->plan, &s);
    if (e)
        return e;
    memcpy(s.currency, in->currency.p, in->currency.n < 3 ? in->currency.n : 3);
    s.seats = put.layout->plan->seat_count;

    uint8_t *blocked = arena_take(cx->arena, bit_bytes(s.seats));
    const struct str *guid = in->blocked.at;
    for (size_t i = 0; i < in->blocked.n; i++) {
        uint32_t seat;
        if (!plan_index_find(put.layout->index, guid[i], &seat))
            return fail_field(cx, S("blocked_seats"), "there is no seat %.*s", "%.*s 좌석이 없습니다", STR_ARG(guid[i]));
        bit_set(blocked, seat);
    }
    put.blocked = blocked;
    return call_run(cx, &booking_sale_put, &put, NULL);
}

static const struct field grade_price_rows[] = {
    { .name = "name", .type = F_STR, .at = offsetof(struct grade_price, name) },
    { .name = "amount", .type = F_INT, .at = offsetof(struct grade_price, amount) },
};
static const struct fields grade_price_fields = { "GradePrice", sizeof(struct grade_price), grade_price_rows, 2 };
static const struct field guid_rows[] = { { .type = F_STR } };
static const struct fields guid_fields = { "SeatGuid", sizeof(struct str), guid_rows, 1 };

#define AT(member) .at = offsetof(struct schedule_opening, member)
static const struct field opening_rows[] = {
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, AT(schedule) },
    { .name = "performance_id", .type = F_ID, .id = ID_PERFORMANCE, AT(performance) },
    { .name = "hall_id", .type = F_ID, .id = ID_HALL, AT(hall) },
    { .name = "owner_id", .type = F_ID, .id = ID_USER, AT(owner) },
    { .name = "starts_at", .type = F_TIME, AT(starts_at) },
    { .name = "ends_at", .type = F_TIME, AT(ends_at) },
    { .name = "sale_starts_at", .type = F_TIME, AT(sale_starts_at) },
    { .name = "sale_ends_at", .type = F_TIME, AT(sale_ends_at) },
    { .name = "max_per_user", .type = F_INT, AT(max_per_user) },
    { .name = "currency", .type = F_STR, AT(currency), .low = 3, .high = 3 },
    { .name = "prices", .type = F_LIST, .of = &grade_price_fields, AT(prices) },
    { .name = "blocked_seats", .type = F_LIST, .of = &guid_fields, .high = PLAN_SEATS_MAX, AT(blocked) },
    { .name = "title", .type = F_STR, AT(title) },
    { .name = "hall_name", .type = F_STR, AT(hall_name) },
};
#undef AT
const struct fields schedule_opening_fields = { "ScheduleOpening", sizeof(struct schedule_opening), opening_rows,
                                                sizeof(opening_rows) / sizeof(opening_rows[0]) };

const struct call booking_schedule_open = {
    .name = "booking.schedule_open", .kind = CALL_STORY, .in = &schedule_opening_fields, .fn = schedule_open,
};
