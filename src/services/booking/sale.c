/* A schedule on sale: who may see what, and the states of its seats. The writer changes them; each change leaves a note of how to undo it and
 * is shown to others once the group is durable. */
#include "services/booking/booking_int.h"

#include <stdlib.h>

#include "services/performance/performance.h"

enum seat_state sale_state(const struct sale *s, uint32_t seat)
{
    return (enum seat_state)(s->state[seat / 4] >> (2 * (seat % 4)) & 3);
}

static void put_state(uint8_t *states, uint32_t seat, enum seat_state state)
{
    unsigned shift = 2 * (seat % 4);
    states[seat / 4] = (uint8_t)((states[seat / 4] & ~(3u << shift)) | (unsigned)state << shift);
}

static void set_quietly(struct sale *s, uint32_t seat, enum seat_state state)
{
    enum seat_state was = sale_state(s, seat);
    uint32_t grade = s->layout->plan->category[seat];
    uint64_t bit = UINT64_C(1) << (seat % 64);
    s->free[grade] += (uint32_t)(state == SEAT_FREE) - (uint32_t)(was == SEAT_FREE);
    if (state == SEAT_FREE)
        s->free_bits[seat / 64] |= bit;
    else
        s->free_bits[seat / 64] &= ~bit;
    put_state(s->state, seat, state);
    if (s->touched_n == s->touched_cap) {
        s->touched_cap = s->touched_cap ? s->touched_cap * 2 : 64;
        s->touched = realloc(s->touched, s->touched_cap * sizeof(*s->touched));
        if (!s->touched)
            abort();
    }
    s->touched[s->touched_n++] = seat;
}

struct seat_undo {
    uint32_t seat;
    enum seat_state was;
};

static void undo_seat(void *sale, const void *arg)
{
    const struct seat_undo *u = arg;
    set_quietly(sale, u->seat, u->was);
}

void sale_set(struct ctx *cx, struct booking *b, struct sale *s, uint32_t seat, enum seat_state state)
{
    struct seat_undo u = { seat, sale_state(s, seat) };
    tx_undo(cx, undo_seat, s, &u, sizeof(u));
    set_quietly(s, seat, state);
    if (!s->dirty) {
        s->dirty = true;
        s->next_dirty = b->dirty;
        b->dirty = s;
    }
    tx_after(cx, live_publish, b);
}

struct user_undo {
    int64_t user;
    int32_t seats;
};

static void add_user(struct sale *s, int64_t user, int32_t seats)
{
    int64_t n = sale_of_user(s, user) + seats;
    ASSERT(n >= 0);
    if (n)
        map_put(&s->of_user, (uint64_t)user, (uint64_t)n);
    else
        map_remove(&s->of_user, (uint64_t)user);
}

static void undo_user(void *sale, const void *arg)
{
    const struct user_undo *u = arg;
    add_user(sale, u->user, -u->seats);
}

void sale_count_user(struct ctx *cx, struct sale *s, int64_t user, int32_t seats)
{
    struct user_undo u = { user, seats };
    add_user(s, user, seats);
    tx_undo(cx, undo_user, s, &u, sizeof(u));
}

int64_t sale_of_user(const struct sale *s, int64_t user)
{
    uint64_t n = 0;
    map_get(&s->of_user, (uint64_t)user, &n);
    return (int64_t)n;
}

/* ---- finding ---- */

struct sale *sale_find(struct booking *b, int64_t schedule)
{
    pthread_rwlock_rdlock(&b->sales_lock);
    struct sale *s = map_ptr(&b->sales, (uint64_t)schedule);
    pthread_rwlock_unlock(&b->sales_lock);
    return s;
}

err sale_missing(struct ctx *cx)
{
    return fail(cx, ERR_MISSING, NULL, "There is no such schedule.", "해당 회차를 찾을 수 없습니다.");
}

void booking_remaining(const struct app *app, int64_t schedule, struct remaining *ret)
{
    struct booking *b = app_self(app, &booking_service);
    struct sale *s = b ? sale_find(b, schedule) : NULL;
    *ret = (struct remaining){ .known = s != NULL };
    if (!s)
        return;
    ret->grades = s->grades;
    pthread_mutex_lock(&s->lock);
    memcpy(ret->free, s->shown_free, sizeof(ret->free));
    memcpy(ret->total, s->shown_total, sizeof(ret->total));
    pthread_mutex_unlock(&s->lock);
}

/* ---- making ---- */

static void *zeroed(size_t n)
{
    void *p = calloc(1, n);
    if (!p)
        abort();
    return p;
}

static struct str keep(struct str s)
{
    char *p = zeroed(s.n + 1);
    memcpy(p, s.p, s.n);
    return str_of(p, s.n);
}

/* A sale with all seats free but the blocked ones; `from` gives the plain values. */
static struct sale *sale_new(const struct sale *from, const struct layout *layout, const uint8_t *blocked)
{
    struct sale *s = zeroed(sizeof(*s));
    *s = *from;
    s->layout = layout;
    s->seats = layout->plan->seat_count;
    s->grades = layout->plan->category_count;
    s->title = keep(from->title);
    s->hall_name = keep(from->hall_name);
    s->state = zeroed((s->seats + 3) / 4);
    s->shown = zeroed((s->seats + 3) / 4);
    s->free_bits = zeroed(((size_t)s->seats / 64 + 3) * sizeof(uint64_t));
    pthread_mutex_init(&s->lock, NULL);
    for (uint32_t seat = 0; seat < s->seats; seat++) {
        if (bit_get(blocked, seat)) {
            put_state(s->state, seat, SEAT_BLOCKED);
            continue;
        }
        s->free_bits[seat / 64] |= UINT64_C(1) << (seat % 64);
        s->free[layout->plan->category[seat]]++;
    }
    memcpy(s->shown_total, s->free, sizeof(s->free));
    memcpy(s->shown_free, s->free, sizeof(s->free));
    memcpy(s->shown, s->state, (s->seats + 3) / 4);
    s->version = 1;
    return s;
}

static void sale_free(struct sale *s)
{
    pthread_mutex_destroy(&s->lock);
    map_free(&s->of_user);
    free((void *)(uintptr_t)s->title.p);
    free((void *)(uintptr_t)s->hall_name.p);
    free(s->state);
    free(s->shown);
    free(s->free_bits);
    free(s->touched);
    free(s->changes);
    free(s);
}

void sales_free(struct booking *b)
{
    size_t at = 0;
    uint64_t key, value;
    while (map_each(&b->sales, &at, &key, &value))
        sale_free((struct sale *)(uintptr_t)value);
    at = 0;
    while (map_each(&b->layouts, &at, &key, &value))
        layout_free((struct layout *)(uintptr_t)value);
    map_free(&b->sales);
    map_free(&b->layouts);
}

/* ---- a schedule goes on sale: the story reads the plan, the command makes the sale ---- */

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

static err layout_get(struct ctx *cx, struct booking *b, int64_t hall, const struct layout **ret)
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
    struct sale *s = sale_new(in->sale, in->layout, in->blocked);
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
    { .name = "name", .type = F_STR, .at = offsetof(struct grade_price, name), .has_at = NO_HAS },
    { .name = "amount", .type = F_INT, .at = offsetof(struct grade_price, amount), .has_at = NO_HAS },
};
static const struct fields grade_price_fields = { "GradePrice", sizeof(struct grade_price), grade_price_rows, 2 };
static const struct field guid_rows[] = { { .type = F_STR } };
static const struct fields guid_fields = { "SeatGuid", sizeof(struct str), guid_rows, 1 };

#define AT(member) .at = offsetof(struct schedule_opening, member), .has_at = NO_HAS
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

/* ---- start: memory from the database ---- */

static err load_schedule(struct ctx *cx, struct booking *b, const struct rows *r)
{
    struct sale s = {
        .id = row_int(r, 0), .performance = row_int(r, 1), .hall = row_int(r, 2), .owner = row_int(r, 3), .starts_at = row_int(r, 4),
        .ends_at = row_int(r, 5), .sale_starts_at = row_int(r, 6), .sale_ends_at = row_int(r, 7), .max_per_user = row_int(r, 8),
        .title = row_text(cx, r, 13), .hall_name = row_text(cx, r, 14),
    };
    struct str currency = row_text_view(r, 10), prices = row_text_view(r, 11), blocked = row_text(cx, r, 12);
    const struct layout *layout;
    memcpy(s.currency, currency.p, currency.n < 3 ? currency.n : 3);
    memcpy(s.price, prices.p, prices.n < sizeof(s.price) ? prices.n : sizeof(s.price));
    err e = layout_get(cx, b, s.hall, &layout);
    if (e)
        return e;
    if (layout->plan->seat_count != (uint32_t)row_int(r, 9) || blocked.n != bit_bytes(layout->plan->seat_count))
        return fail(cx, ERR_INTERNAL, NULL, "Schedule %lld does not fit its hall's plan.", "회차 %lld의 좌석 배치가 맞지 않습니다.", (long long)s.id);
    struct sale *sale = sale_new(&s, layout, (const uint8_t *)blocked.p);
    map_put_ptr(&b->sales, (uint64_t)sale->id, sale);
    return OK;
}

static err load_schedules(struct ctx *cx, struct booking *b)
{
    struct rows r;
    err e = db_rows(cx, &booking_sql.schedules, NO_VALS, &r), result = OK;
    if (e)
        return e;
    while (!result && rows_next(&r))
        result = load_schedule(cx, b, &r);
    e = rows_end(cx, &r);
    return result ? result : e;
}

static err load_claims(struct ctx *cx, struct booking *b)
{
    struct rows r;
    err e = db_rows(cx, &booking_sql.claims, NO_VALS, &r);
    if (e)
        return e;
    while (rows_next(&r)) {
        struct sale *s = map_ptr(&b->sales, (uint64_t)row_int(&r, 0));
        uint32_t seat = (uint32_t)row_int(&r, 1);
        if (!s || seat >= s->seats)
            continue;                        /* the audit names it */
        bool sold = row_int(&r, 2) == HOLD_BOOKED && !row_null(&r, 3) && row_int(&r, 3) == BOOKING_CONFIRMED;
        set_quietly(s, seat, sold ? SEAT_SOLD : SEAT_HELD);
    }
    return rows_end(cx, &r);
}

static err load_holds(struct ctx *cx, struct booking *b)
{
    struct rows r;
    err e = db_rows(cx, &booking_sql.live_holds, NO_VALS, &r);
    if (e)
        return e;
    while (rows_next(&r)) {
        struct sale *s = map_ptr(&b->sales, (uint64_t)row_int(&r, 1));
        struct list lines = lines_unpack(cx, row_text_view(&r, 6));
        if (!s)
            continue;
        add_user(s, row_int(&r, 2), (int32_t)lines.n);
        if (row_int(&r, 7) && row_int(&r, 8) != BOOKING_PENDING)
            continue;                        /* sold */
        struct hold *h = arena_take(cx->arena, sizeof(*h) + lines.n * sizeof(h->lines[0]));
        *h = (struct hold){ .id = row_int(&r, 0), .sale = s, .user = row_int(&r, 2), .created_at = row_int(&r, 3), .expires_at = row_int(&r, 4),
                            .total = row_int(&r, 5), .booking = row_int(&r, 7), .n = (uint32_t)lines.n };
        memcpy(h->lines, lines.at, lines.n * sizeof(h->lines[0]));
        hold_keep(b, h);
    }
    return rows_end(cx, &r);
}

err sales_load(struct ctx *cx, struct booking *b)
{
    err e = load_schedules(cx, b);
    if (!e)
        e = load_claims(cx, b);
    if (!e)
        e = load_holds(cx, b);
    size_t at = 0;
    uint64_t key, value;
    while (map_each(&b->sales, &at, &key, &value)) {
        struct sale *s = (struct sale *)(uintptr_t)value;
        memcpy(s->shown, s->state, (s->seats + 3) / 4);
        memcpy(s->shown_free, s->free, sizeof(s->free));
        s->touched_n = 0;
    }
    return e;
}
