/* Schedules: one performance in one hall at one time, with prices. Making one writes a handful of rows, whatever the size of the hall; its
 * seats come to life in booking. */
#include "performance_int.h"
#include "platform/obs/log.h"

#define DAY_MS        (INT64_C(24) * 60 * 60 * 1000)
#define LENGTH_MAX_MS (14 * DAY_MS)

/* ---- status and what remains ---- */

static int sale_status(const struct ctx *cx, const struct schedule *s, const struct remaining *left)
{
    bool any = !left->known;
    if (s->cancelled)
        return SALE_CANCELLED;
    if (cx->now < s->sale_starts_at)
        return SALE_UPCOMING;
    if (cx->now >= s->sale_ends_at)
        return SALE_CLOSED;
    for (uint32_t i = 0; i < left->grades; i++)
        any |= left->free[i] > 0;
    return any ? SALE_ON : SALE_SOLD_OUT;
}

err schedule_fill(struct ctx *cx, struct schedule *s)
{
    struct remaining left = { 0 };
    booking_remaining(cx->app, s->id, &left);
    err e = store_prices(cx, s->id, &s->remaining);
    if (e)
        return e;
    e = schedule_cast_fill(cx, s);
    if (e)
        return e;
    struct grade *grades = s->remaining.at;
    for (size_t i = 0; i < s->remaining.n; i++)
        if (left.known && grades[i].category < left.grades) {
            grades[i].free = s->cancelled ? 0 : left.free[grades[i].category];
            grades[i].total = left.total[grades[i].category];
        }
    s->status = sale_status(cx, s, &left);
    s->queue_mode = queue_mode_get(cx->app, s->id);
    s->server_time = cx->now;
    booking_terms(cx->app, s->id, cx->arena, cx->now, &s->terms);
    return OK;
}

err schedule_get(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct schedule_ref *in = in_;
    struct schedule *ret = ret_out;
    (void)self;

    err e = store_schedule(cx, in->schedule, ret);
    if (e)
        return e;
    return schedule_fill(cx, ret);
}

/* ---- for other services ---- */

err schedule_facts(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct schedule_ref *in = in_;
    struct schedule s;
    (void)self;

    err e = store_schedule(cx, in->schedule, &s);
    if (e)
        return e;
    *(struct schedule_facts *)ret_out = (struct schedule_facts){
        .performance = s.performance,
        .hall = s.hall,
        .owner = s.owner,
        .starts_at = s.starts_at,
        .ends_at = s.ends_at,
        .sale_starts_at = s.sale_starts_at,
        .sale_ends_at = s.sale_ends_at,
        .max_per_user = s.max_tickets_per_user,
        .title = s.title,
        .hall_name = s.hall_name,
        .cancelled = s.cancelled,
    };
    return OK;
}

/* ---- making one: look, check, write, open ---- */

err schedule_basis(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct schedule_create_in *in = in_;
    struct schedule_basis *ret = ret_out;
    (void)self;

    err e = store_show(cx, in->performance, &ret->show);
    if (e)
        return e;
    if (!may_manage(cx, ret->show.owner))
        return fail(cx, ERR_MISSING, NULL, "There is no such performance of yours.", "관리할 수 있는 공연이 아닙니다.");
    e = store_hall(cx, in->hall, &ret->hall);
    if (e == ERR_MISSING) {
        fail_clear(cx);
        return fail_field(cx, S("hall_id"), "is the id of no hall", "없는 공연장입니다");
    }
    if (e)
        return e;
    return hall_plan_read(cx, in->hall, &ret->plan, NULL);
}

err schedule_check_times(struct ctx *cx, const struct schedule *s)
{
    err e = OK;
    if (s->ends_at <= s->starts_at || s->ends_at - s->starts_at > LENGTH_MAX_MS)
        e = fail_field(cx, S("ends_at"), "must be after starts_at, by 14 days at most", "starts_at 이후 14일 이내여야 합니다");
    if (s->sale_ends_at <= s->sale_starts_at)
        e = fail_field(cx, S("sale_ends_at"), "must be after sale_starts_at", "sale_starts_at 이후여야 합니다");
    if (s->sale_ends_at > s->ends_at)
        e = fail_field(cx, S("sale_ends_at"), "must not be after ends_at", "ends_at 이후일 수 없습니다");
    return e;
}

/* Fills the grades of the categories that have a price, and checks that those are the right ones. `grades` has room for all of the plan's. */
static err check_prices(struct ctx *cx, const struct schedule_create_in *in, const struct plan *plan, struct grade *grades)
{
    const struct price_item *prices = in->prices.at;
    err e = OK;

    for (size_t i = 0; i < in->prices.n; i++) {
        struct str field = arena_fmt(cx->arena, "prices.%.*s", STR_ARG(prices[i].category));
        int category = plan_category_find(plan, prices[i].category);

        if (category < 0)
            e = fail_field(cx, field, "is no category of this hall", "공연장에 없는 등급입니다");
        else
            grades[category] = (struct grade){
                .grade = plan->categories[category].name,
                .color = plan->categories[category].color,
                .price = prices[i].price,
                .total = plan->categories[category].seats,
                .category = category,
            };
        if (strcmp(prices[i].price.currency, prices[0].price.currency) != 0)
            e = fail_field(cx, field, "must be in the same currency as the other prices", "한 회차의 가격은 모두 같은 통화여야 합니다");
    }
    for (uint32_t c = 0; c < plan->category_count; c++)
        if (plan->categories[c].seats && !grades[c].grade.p)
            e = fail_field(cx, arena_fmt(cx->arena, "prices.%.*s", STR_ARG(plan->categories[c].name)), "is missing: this category has seats",
                           "좌석이 있는 등급에 가격이 없습니다");
    return e;
}

/* Takes the blocked seats from their grades, each once. */
static err check_blocked(struct ctx *cx, const struct schedule_create_in *in, const struct plan *plan, struct grade *grades)
{
    const struct str *guids = in->blocked_seats.at;
    uint8_t *seen = arena_take(cx->arena, bit_bytes(plan->seat_count));
    err e = OK;

    if (in->blocked_seats.n == 0)
        return OK;
    struct plan_index *index = plan_index(cx->arena, plan);
    for (size_t i = 0; i < in->blocked_seats.n; i++) {
        uint32_t seat;

        if (!plan_index_find(index, guids[i], &seat)) {
            e = fail_field(cx, arena_fmt(cx->arena, "blocked_seats[%zu]", i), "is no seat of this hall: %.*s", "공연장에 %.*s 좌석이 없습니다",
                           STR_ARG(guids[i]));
        } else if (!bit_get(seen, seat)) {
            bit_set(seen, seat);
            grades[plan->category[seat]].total--;
        }
    }
    return e;
}

/* Checks the whole request against the hall, so that all its faults are named together. */
static err check_request(struct ctx *cx, const struct schedule_create_in *in, const struct sale_terms *sealed, const struct plan *plan,
                         struct grade *grades)
{
    struct schedule asked = { .starts_at = in->starts_at, .ends_at = in->ends_at };
    asked.sale_starts_at = in->sale_starts_at;
    asked.sale_ends_at = in->sale_ends_at;
    const struct price_item *price = in->prices.at;
    struct terms_basis basis = { plan, price[0].price.currency, in->sale_starts_at, in->sale_ends_at };
    err times = schedule_check_times(cx, &asked), prices = check_prices(cx, in, plan, grades), blocked = check_blocked(cx, in, plan, grades);
    err terms = booking_terms_check(cx, sealed, &basis);
    return times ? times : prices ? prices : blocked ? blocked : terms;
}

/* What booking is told: among other things a price for every category of the plan, 0 where nobody sits. */
static struct schedule_opening opening_of(struct ctx *cx, const struct schedule_create_in *in, const struct schedule_basis *basis,
                                          const struct grade *grades)
{
    uint32_t n = basis->plan->category_count;
    const struct price_item *prices = in->prices.at;
    struct grade_price *all = NEW_ARRAY(cx->arena, struct grade_price, n);

    for (uint32_t c = 0; c < n; c++)
        all[c] = (struct grade_price){ basis->plan->categories[c].name, grades[c].price.amount };
    return (struct schedule_opening){
        .performance = basis->show.id,
        .hall = basis->hall.id,
        .owner = basis->show.owner,
        .starts_at = in->starts_at,
        .ends_at = in->ends_at,
        .sale_starts_at = in->sale_starts_at,
        .sale_ends_at = in->sale_ends_at,
        .max_per_user = basis->show.max_tickets_per_user,
        .currency = str_c(prices[0].price.currency),
        .prices = { all, n },
        .blocked = in->blocked_seats,
        .terms = in->terms,
        .title = basis->show.title,
        .hall_name = basis->hall.name,
    };
}

err schedule_create(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct schedule_create_in *in = in_;
    struct schedule_basis basis;
    struct schedule_insert_in row = { 0 };
    struct sale_terms sealed = in->terms;
    (void)self;

    err e = call_run(cx, &schedule_basis_call, in, &basis);
    if (e)
        return e;
    struct grade *grades = NEW_ARRAY(cx->arena, struct grade, basis.plan->category_count);
    booking_terms_seal(cx, &sealed);
    e = check_request(cx, in, &sealed, basis.plan, grades);
    if (e)
        return e;

    row.opening = opening_of(cx, in, &basis, grades);
    row.opening.terms = sealed;
    for (uint32_t c = 0; c < basis.plan->category_count; c++)
        if (grades[c].grade.p)
            grades[row.grade_count++] = grades[c];
    row.grades = grades;
    e = call_run(cx, &schedule_insert_call, &row, &row.opening.schedule);
    if (e)
        return e;
    e = schedule_tell(cx, &booking_schedule_open, &row.opening);
    return e ? e : call_run(cx, &schedule_get_call, &(struct schedule_ref){ row.opening.schedule }, ret_out);
}

err schedule_tell(struct ctx *cx, const struct call *call, const void *in)
{
    err e = call_run(cx, call, in, NULL);
    if (e && !err_kind(e)->may_retry)
        return e;
    fail_clear(cx);
    return OK;
}

err schedule_hall_busy(struct ctx *cx)
{
    return fail(cx, ERR_CONFLICT, "hall_busy", "The hall has another schedule at that time.", "그 시간에는 공연장에 다른 회차가 있습니다.");
}

void schedule_say(struct ctx *cx, const struct performance *p, const char *topic, const struct schedule_opening *opening)
{
    struct buf body;
    buf_init(&body, 8 << 20);
    fields_encode(&body, &schedule_opening_fields, &p->keys->ids, opening);
    ASSERT(!body.full);
    outbox_put(cx, topic, opening->schedule, buf_view(&body));
    buf_free(&body);
}

err schedule_insert(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct performance *p = self;
    const struct schedule_insert_in *in = in_;
    struct schedule_opening opening = in->opening;
    struct show show;
    bool hall_free;

    err e = store_show(cx, opening.performance, &show);      /* it may have been deleted since it was looked at */
    if (e)
        return e;
    opening.schedule = sequence_next(&p->schedules);
    e = store_schedule_insert(cx, opening.schedule, in, &hall_free);
    if (e)
        return e;
    if (!hall_free)
        return schedule_hall_busy(cx);
    schedule_say(cx, p, "performance.schedule_opened", &opening);
    *(int64_t *)ret_out = opening.schedule;
    return show_reindex(cx, p, opening.performance);
}
