/* A schedule goes on sale, or what was said of it has changed: the story reads the hall's plan, the command makes or changes the sale. Safe to
 * repeat, in any order: performance asks, its events ask again, and its count of changes tells what is news. */
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
    const uint32_t *blocked;  /* seats, of a new sale */
    size_t blocked_n;
    const struct sale_terms *terms;      /* of a new sale */
};

static void undo_sale(void *booking, const void *arg)
{
    struct booking *b = booking;
    struct sale *const *s = arg;
    pthread_rwlock_wrlock(&b->sales_lock);
    map_remove(&b->sales, (uint64_t)(*s)->id);
    pthread_rwlock_unlock(&b->sales_lock);
    (*s)->next_withdrawn = b->withdrawn;
    b->withdrawn = *s;
}

static err sale_put(struct ctx *cx, void *self, const void *in_, void *out)
{
    (void)out;
    struct booking *b = self;
    const struct sale_put *in = in_;
    struct sale *s = map_ptr(&b->sales, (uint64_t)in->sale->id);
    if (s)
        return sale_change(cx, b, s, in->sale, in->layout);
    err e = store_schedule_put(cx, in->sale);
    if (e)
        return e;
    s = sale_new(in->sale, in->layout, cx->now);
    pthread_rwlock_wrlock(&b->sales_lock);
    map_put_ptr(&b->sales, (uint64_t)s->id, s);
    s->run = map_ptr(&b->runs, (uint64_t)s->performance);
    pthread_rwlock_unlock(&b->sales_lock);
    tx_undo(cx, undo_sale, b, &s, sizeof(s));
    house_begin(cx, b, s, in->blocked, in->blocked_n);
    const struct sale_terms *t = in->terms;
    return sale_terms_any(t) ? sale_terms_put(cx, b, s, t) : OK;
}

const struct call booking_sale_put = { .name = "booking.sale_put", .kind = CALL_COMMAND, .fn = sale_put };

static err take_prices(struct ctx *cx, const struct schedule_opening *in, const struct plan *p, struct sale *s)
{
    const struct grade_price *price = in->prices.at;
    uint64_t priced = 0;
    for (size_t i = 0; i < in->prices.n; i++) {
        int category = plan_category_find(p, price[i].name);
        if (category < 0)
            return fail_field(cx, S("prices"), "there is no category %.*s", "%.*s 등급이 없습니다", STR_ARG(price[i].name));
        s->price[category] = price[i].amount;
        priced |= UINT64_C(1) << category;
    }
    for (uint32_t i = 0; i < p->category_count; i++)
        if (p->categories[i].seats && !(priced >> i & 1))
            return fail_field(cx, S("prices"), "category %.*s has seats and no price", "%.*s 등급의 가격이 없습니다", STR_ARG(p->categories[i].name));
    return OK;
}

static err take_blocked(struct ctx *cx, const struct schedule_opening *in, const struct layout *l, struct sale_put *put)
{
    const struct str *guid = in->blocked.at;
    uint32_t *seats = NEW_ARRAY(cx->arena, uint32_t, in->blocked.n);
    for (size_t i = 0; i < in->blocked.n; i++)
        if (!plan_index_find(l->index, guid[i], &seats[i]))
            return fail_field(cx, S("blocked_seats"), "there is no seat %.*s", "%.*s 좌석이 없습니다", STR_ARG(guid[i]));
    put->blocked = seats;
    put->blocked_n = in->blocked.n;
    return OK;
}

static err schedule_open(struct ctx *cx, void *self, const void *in_, void *out)
{
    (void)out;
    const struct schedule_opening *in = in_;
    struct sale s = {
        .id = in->schedule, .performance = in->performance, .hall = in->hall, .owner = in->owner, .starts_at = in->starts_at,
        .ends_at = in->ends_at, .sale_starts_at = in->sale_starts_at, .sale_ends_at = in->sale_ends_at, .max_per_user = in->max_per_user,
        .title = in->title, .hall_name = in->hall_name, .revision = in->revision,
    };
    struct sale_put put = { .sale = &s, .terms = &in->terms };
    err e = layout_get(cx, self, in->hall, &put.layout);
    if (e)
        return e;
    e = take_prices(cx, in, put.layout->plan, &s);
    if (!e)
        e = take_blocked(cx, in, put.layout, &put);
    if (e)
        return e;
    memcpy(s.currency, in->currency.p, in->currency.n < 3 ? in->currency.n : 3);
    s.seats = put.layout->plan->seat_count;
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
    { .name = "revision", .type = F_INT, .optional = true, AT(revision) },
    { .name = "max_per_user", .type = F_INT, AT(max_per_user) },
    { .name = "currency", .type = F_STR, AT(currency), .low = 3, .high = 3 },
    { .name = "prices", .type = F_LIST, .of = &grade_price_fields, AT(prices) },
    { .name = "blocked_seats", .type = F_LIST, .of = &guid_fields, .high = PLAN_SEATS_MAX, AT(blocked) },
    { .name = "title", .type = F_STR, AT(title) },
    { .name = "hall_name", .type = F_STR, AT(hall_name) },
    { .name = "terms", .type = F_OBJECT, .of = &sale_terms_fields, .omit_empty = true, AT(terms) },
};
#undef AT
const struct fields schedule_opening_fields = { "ScheduleOpening", sizeof(struct schedule_opening), opening_rows,
                                                sizeof(opening_rows) / sizeof(opening_rows[0]) };

const struct call booking_schedule_open = {
    .name = "booking.schedule_open", .kind = CALL_STORY, .in = &schedule_opening_fields, .fn = schedule_open,
};
