/* PUT /schedules/{schedule_id}/plan: a schedule moves to another plan while it is sold (decision 008). The story reads and merges; booking takes the
 * seats that the new plan lacks off the market, or refuses since somebody has one of them; the writer stores the plan if nothing has changed meanwhile. */
#include "performance_int.h"

/* booking keeps every plan of a sale in memory, since somebody may still be looking at it. */
#define PLANS_MAX 100

err schedule_plan_basis(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct schedule_ref *in = in_;
    struct plan_basis *ret = ret_out;
    (void)self;

    err e = schedule_owned(cx, in->schedule, &ret->schedule);
    if (!e)
        e = schedule_still_on(cx, &ret->schedule);
    if (!e)
        e = store_prices(cx, in->schedule, &ret->schedule.remaining);
    return e ? e : hall_plan_read(cx, ret->schedule.plan, &ret->plan, NULL);
}

/* The seats of each category that can be sold. */
static void count_seats(const struct plan *p, const uint8_t *gone, uint32_t gone_count, struct grade *grades)
{
    for (uint32_t seat = 0; seat < p->seat_count; seat++)
        if (seat >= gone_count || !bit_get(gone, seat))
            grades[p->category[seat]].total++;
}

static bool price_of(const struct list *items, struct str category, struct money *ret)
{
    const struct price_item *item = items->at;
    for (size_t i = 0; i < items->n; i++)
        if (str_eq(item[i].category, category)) {
            *ret = item[i].price;
            return true;
        }
    return false;
}

/* Grades of the merged plan: those of the schedule with their prices, and new ones with the prices that the request gives. */
static err make_grades(struct ctx *cx, const struct plan_put_in *in, const struct plan_basis *basis, const struct plan *p, const uint8_t *gone,
                       struct list *ret)
{
    const struct grade *had = basis->schedule.remaining.at;
    struct grade *grades = NEW_ARRAY(cx->arena, struct grade, p->category_count);
    err e = OK;
    size_t n = 0;
    count_seats(p, gone, basis->plan->seat_count, grades);
    for (size_t i = 0; i < basis->schedule.remaining.n; i++)
        grades[had[i].category].price = had[i].price;
    for (uint32_t c = 0; c < p->category_count; c++) {
        struct grade g = { .grade = p->categories[c].name, .color = p->categories[c].color, .category = c };
        g.price = grades[c].price;           /* before its place is used for an earlier grade */
        g.total = grades[c].total;
        struct str field = arena_fmt(cx->arena, "prices.%.*s", STR_ARG(g.grade));
        bool priced = g.price.currency[0] || price_of(&in->prices, g.grade, &g.price);
        if (!priced && g.total)
            e = fail_field(cx, field, "is missing: this category has seats", "좌석이 있는 등급에 가격이 없습니다");
        else if (priced && strcmp(g.price.currency, had[0].price.currency) != 0)
            e = fail_field(cx, field, "must be in %s, the currency of this schedule", "이 회차의 통화(%s)여야 합니다", had[0].price.currency);
        else if (priced)
            grades[n++] = g;
    }
    *ret = (struct list){ grades, n };
    return e;
}

/* Prices are given for new grades only; those of the others are changed by PATCH. */
static err check_prices(struct ctx *cx, const struct plan_put_in *in, const struct plan_basis *basis, const struct plan *p)
{
    const struct price_item *item = in->prices.at;
    const struct grade *had = basis->schedule.remaining.at;
    err e = OK;
    for (size_t i = 0; i < in->prices.n; i++) {
        struct str field = arena_fmt(cx->arena, "prices.%.*s", STR_ARG(item[i].category));
        if (plan_category_find(p, item[i].category) < 0)
            e = fail_field(cx, field, "is no category of this plan", "좌석 배치에 없는 등급입니다");
        for (size_t k = 0; k < basis->schedule.remaining.n; k++)
            if (str_eq(had[k].grade, item[i].category))
                e = fail_field(cx, field, "has a price already: change it with PATCH", "이미 가격이 있는 등급입니다. PATCH로 변경해 주세요");
    }
    return e;
}

static err drop_seats(struct ctx *cx, const struct schedule *s, const uint8_t *gone, uint32_t n)
{
    int64_t *seats = NEW_ARRAY(cx->arena, int64_t, n);
    size_t count = 0;
    for (uint32_t seat = 0; seat < n; seat++)
        if (bit_get(gone, seat))
            seats[count++] = seat;
    return call_run(cx, &booking_seats_drop, &(struct seats_dropped){ s->id, { seats, count } }, NULL);
}

err schedule_plan_put(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct plan_put_in *in = in_;
    struct plan_basis basis;
    struct plan *new;
    struct list warnings;
    struct plan_store_in row = { 0 };
    struct schedule_opening opening;
    struct buf blob;
    (void)self;

    err e = call_run(cx, &schedule_plan_basis_call, &(struct schedule_ref){ in->schedule }, &basis);
    if (!e)
        e = plan_import(cx, (enum plan_format)in->format, in->plan, in->repair, &new, &warnings);
    if (e)
        return e;
    uint8_t *gone = arena_take(cx->arena, bit_bytes(basis.plan->seat_count));
    struct plan *merged = plan_merge(cx->arena, basis.plan, new, gone);
    if (!merged)
        return fail_field(cx, S("plan"), "has too many seats, rows or categories together with the plan it replaces",
                          "기존 배치와 합친 좌석, 열 또는 등급이 너무 많습니다");
    err prices = check_prices(cx, in, &basis, merged);
    e = make_grades(cx, in, &basis, merged, gone, &basis.schedule.remaining);
    if (!e && !prices)
        e = drop_seats(cx, &basis.schedule, gone, basis.plan->seat_count);
    if (e || prices)
        return e ? e : prices;

    buf_init(&blob, PLAN_BLOB_MAX);
    plan_encode(merged, &blob);
    row = (struct plan_store_in){ &basis.schedule, merged->seat_count, lines_join(cx->arena, warnings), buf_view(&blob) };
    e = blob.full ? fail(cx, ERR_TOO_LARGE, NULL, "The plan is too large.", "도면이 너무 큽니다.") : call_run(cx, &schedule_plan_store_call, &row, &opening);
    buf_free(&blob);
    if (!e)
        e = schedule_tell(cx, &booking_schedule_open, &opening);
    return e ? e : call_run(cx, &schedule_get_call, &(struct schedule_ref){ in->schedule }, ret_out);
}

err schedule_plan_store(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct performance *p = self;
    const struct plan_store_in *in = in_;
    struct schedule to = *in->schedule;
    int64_t plans;
    bool moved;

    err e = store_plan_count(cx, to.hall, &plans);
    if (!e && plans >= PLANS_MAX)
        e = fail(cx, ERR_CONFLICT, "too_many_plans", "The schedules of this hall have had %d plans; make a new hall.",
                 "이 공연장의 배치를 %d번 변경했습니다. 새 공연장을 만들어 주세요.", PLANS_MAX);
    if (e)
        return e;
    to.plan = sequence_next(&p->halls);
    e = store_schedule_move(cx, &to, in, &moved);
    if (e)
        return e;
    if (!moved)
        return fail(cx, ERR_CONFLICT, "changed_meanwhile", "The schedule was changed by somebody else; please try again.",
                    "다른 사람이 회차를 변경했습니다. 다시 시도해 주세요.");
    to.revision++;
    *(struct schedule_opening *)ret_out = schedule_opening_of(cx, &to);
    schedule_say(cx, p, "performance.schedule_changed", ret_out);
    tx_after(cx, map_cache_clear, &p->maps);
    return show_reindex(cx, p, to.performance);
}
