/* What an organizer changes of a schedule that stands: its times, the window of its sale, prices, the limit a user; or that it will not take place.
 * The command decides and says so in an event; booking is then told at once, so that whoever asked sees the change done.
 *
 * Until the performance begins its times may be moved; until the sale begins, so may the beginning of the sale. The end of the sale, prices and limit
 * change at any time before the schedule ends, for what is held from then on. */
#include "performance_int.h"
#include "platform/obs/log.h"

err schedule_owned(struct ctx *cx, int64_t id, struct schedule *ret)
{
    err e = store_schedule(cx, id, ret);
    if (e)
        return e;
    return may_manage(cx, ret->owner) ? OK : fail(cx, ERR_MISSING, NULL, "There is no such schedule of yours.", "관리할 수 있는 회차가 아닙니다.");
}

err schedule_still_on(struct ctx *cx, const struct schedule *s)
{
    if (s->cancelled)
        return fail(cx, ERR_CONFLICT, "schedule_cancelled", "This schedule has been cancelled.", "취소된 회차입니다.");
    if (cx->now >= s->ends_at)
        return fail(cx, ERR_CONFLICT, "schedule_over", "This schedule is over.", "이미 종료된 회차입니다.");
    return OK;
}

/* ---- PATCH /schedules/{schedule_id} ---- */

/* May this be changed now? `to` is the schedule as it is wished. */
static err check_moment(struct ctx *cx, const struct schedule *s, const struct schedule *to)
{
    err e = schedule_still_on(cx, s);
    if (e)
        return e;
    if (to->starts_at != s->starts_at && cx->now >= s->starts_at)
        return fail(cx, ERR_CONFLICT, "already_begun", "The performance has begun: starts_at stays.", "이미 시작된 공연의 시작 시각은 바꿀 수 없습니다.");
    if (to->sale_starts_at != s->sale_starts_at && cx->now >= s->sale_starts_at)
        return fail(cx, ERR_CONFLICT, "sale_begun", "The sale has begun: sale_starts_at stays.", "이미 시작된 판매의 시작 시각은 바꿀 수 없습니다.");
    if (to->starts_at != s->starts_at && to->starts_at <= cx->now)
        e = fail_field(cx, S("starts_at"), "must be in the future", "미래의 시각이어야 합니다");
    if (to->ends_at != s->ends_at && to->ends_at <= cx->now)
        e = fail_field(cx, S("ends_at"), "must be in the future", "미래의 시각이어야 합니다");
    return e;
}

static struct grade *grade_named(const struct list *grades, struct str name)
{
    struct grade *g = grades->at;
    for (size_t i = 0; i < grades->n; i++)
        if (str_eq(g[i].grade, name))
            return &g[i];
    return NULL;
}

/* Puts the new prices into `grades`, all of the schedule's. */
static err change_prices(struct ctx *cx, const struct list *prices, const struct list *grades)
{
    const struct price_item *item = prices->at;
    err e = OK;
    for (size_t i = 0; i < prices->n; i++) {
        struct str field = arena_fmt(cx->arena, "prices.%.*s", STR_ARG(item[i].category));
        struct grade *g = grade_named(grades, item[i].category);
        if (!g)
            e = fail_field(cx, field, "is no grade of this schedule", "이 회차에 없는 등급입니다");
        else if (strcmp(g->price.currency, item[i].price.currency) != 0)
            e = fail_field(cx, field, "must be in %s, the currency of this schedule", "이 회차의 통화(%s)여야 합니다", g->price.currency);
        else
            g->price.amount = item[i].price.amount;
    }
    return e;
}

static struct schedule wished(const struct schedule *s, const struct schedule_change_in *in)
{
    struct schedule to = *s;
    if (in->has_starts_at)
        to.starts_at = in->starts_at;
    if (in->has_ends_at)
        to.ends_at = in->ends_at;
    if (in->has_sale_starts_at)
        to.sale_starts_at = in->sale_starts_at;
    if (in->has_sale_ends_at)
        to.sale_ends_at = in->sale_ends_at;
    if (in->has_limit)
        to.max_tickets_per_user = to.own_limit = in->max_tickets_per_user;
    to.revision++;
    return to;
}

struct schedule_opening schedule_opening_of(struct ctx *cx, const struct schedule *s)
{
    const struct grade *grades = s->remaining.at;
    struct grade_price *prices = NEW_ARRAY(cx->arena, struct grade_price, s->remaining.n);
    for (size_t i = 0; i < s->remaining.n; i++)
        prices[i] = (struct grade_price){ grades[i].grade, grades[i].price.amount };
    return (struct schedule_opening){
        .schedule = s->id,
        .performance = s->performance,
        .hall = s->plan,
        .owner = s->owner,
        .starts_at = s->starts_at,
        .ends_at = s->ends_at,
        .sale_starts_at = s->sale_starts_at,
        .sale_ends_at = s->sale_ends_at,
        .max_per_user = s->max_tickets_per_user,
        .revision = s->revision,
        .currency = str_c(grades[0].price.currency),
        .prices = { prices, s->remaining.n },
        .title = s->title,
        .hall_name = s->hall_name,
    };
}

err schedule_change_put(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct performance *p = self;
    const struct schedule_change_in *in = in_;
    struct schedule s;
    bool hall_free;

    err e = schedule_owned(cx, in->schedule, &s);
    if (!e)
        e = store_prices(cx, s.id, &s.remaining);
    if (e)
        return e;
    struct schedule to = wished(&s, in);
    e = check_moment(cx, &s, &to);
    if (e && e != ERR_INPUT)
        return e;
    err times = schedule_check_times(cx, &to), prices = change_prices(cx, &in->prices, &to.remaining);
    if (e || times || prices)
        return ERR_INPUT;

    e = store_schedule_change(cx, &to, &hall_free);
    if (e)
        return e;
    if (!hall_free)
        return schedule_hall_busy(cx);
    struct schedule_opening opening = schedule_opening_of(cx, &to);
    schedule_say(cx, p, "performance.schedule_changed", &opening);
    if (in->prices.n)
        tx_after(cx, map_cache_clear, &p->maps);             /* the map shows prices */
    *(struct schedule_opening *)ret_out = opening;
    return show_reindex(cx, p, to.performance);
}

err schedule_change(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct schedule_change_in *in = in_;
    struct schedule_opening opening;
    (void)self;

    err e = call_run(cx, &schedule_change_put_call, in, &opening);
    if (!e)
        e = schedule_tell(cx, &booking_schedule_open, &opening);
    return e ? e : call_run(cx, &schedule_get_call, &(struct schedule_ref){ in->schedule }, ret_out);
}

/* ---- POST /schedules/{schedule_id}/cancel ---- */

/* What is over may have to be paid back as well, but that is for the house to say. */
static err may_cancel(struct ctx *cx, const struct schedule *s)
{
    if (cx->now >= s->ends_at && !actor_has(cx, ROLE_MANAGER | ROLE_ADMIN))
        return schedule_still_on(cx, s);
    return OK;
}

err schedule_cancel_put(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct performance *p = self;
    const struct schedule_cancel_in *in = in_;
    struct schedule s;
    struct buf body;

    err e = schedule_owned(cx, in->schedule, &s);
    if (!e)
        e = may_cancel(cx, &s);
    if (e)
        return e;
    struct schedule_cancelling *ret = ret_out;
    *ret = (struct schedule_cancelling){ s.id, s.performance, str_trim(in->reason) };
    if (s.cancelled)
        return OK;                           /* the first reason stays */
    e = store_schedule_cancel(cx, s.id, ret->reason);
    if (e)
        return e;
    buf_init(&body, 8192);
    fields_encode(&body, &schedule_cancelling_fields, &p->keys->ids, ret);
    ASSERT(!body.full);
    outbox_put(cx, "performance.schedule_cancelled", s.id, buf_view(&body));
    buf_free(&body);
    return show_reindex(cx, p, s.performance);
}

err schedule_cancel(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct schedule_cancel_in *in = in_;
    struct schedule_cancelling cancelling;
    (void)self;

    err e = call_run(cx, &schedule_cancel_put_call, in, &cancelling);
    if (!e)
        e = schedule_tell(cx, &booking_schedule_cancel, &cancelling);
    return e ? e : call_run(cx, &schedule_get_call, &(struct schedule_ref){ in->schedule }, ret_out);
}
