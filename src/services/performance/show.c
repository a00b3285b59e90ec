/* Performances: what is played, by whom, and a summary of when, where and from which price. */
#include "performance_int.h"

static bool age_rating_known(int64_t age)
{
    return age == 0 || age == 7 || age == 12 || age == 15 || age == 19;
}

/* ---- the summary, from the schedules in the order of their beginning ---- */

/* The most hopeful status of all schedules; without any the sale is still to come. */
static int best_status(const struct schedule *at, size_t n)
{
    static const int order[] = { SALE_ON, SALE_UPCOMING, SALE_SOLD_OUT, SALE_CLOSED };
    for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++)
        for (size_t i = 0; i < n; i++)
            if (at[i].status == order[k])
                return order[k];
    return n ? SALE_CLOSED : SALE_UPCOMING;
}

static err summarize(struct ctx *cx, struct show_out *ret)
{
    ret->cast = lines_split(cx->arena, ret->show.cast_names);
    err e = store_schedules(cx, ret->show.id, &ret->schedules);
    if (e)
        return e;
    struct schedule *at = ret->schedules.at;
    for (size_t i = 0; i < ret->schedules.n; i++) {
        e = schedule_fill(cx, &at[i]);
        if (e)
            return e;
        bool to_come = !at[i].cancelled && at[i].sale_starts_at > cx->now;
        if (to_come && (!ret->sale_starts_at || at[i].sale_starts_at < ret->sale_starts_at))
            ret->sale_starts_at = at[i].sale_starts_at;
        const struct grade *grades = at[i].remaining.at;
        for (size_t g = 0; g < at[i].remaining.n && !at[i].cancelled; g++)
            if (!ret->price_from.currency[0] || grades[g].price.amount < ret->price_from.amount)
                ret->price_from = grades[g].price;
    }
    if (ret->schedules.n) {
        ret->venue = at[0].hall_name;
        ret->from = at[0].starts_at;
        ret->to = at[ret->schedules.n - 1].starts_at;
    }
    ret->status = best_status(at, ret->schedules.n);
    return OK;
}

/* ---- calls ---- */

err show_create(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct performance *p = self;
    const struct show_create_in *in = in_;
    struct show_out *ret = ret_out;

    if (!age_rating_known(in->age_rating))
        return fail_field(cx, S("age_rating"), "must be 0, 7, 12, 15 or 19", "0, 7, 12, 15, 19 중 하나여야 합니다");
    ret->show = (struct show){
        .id = sequence_next(&p->shows),
        .owner = cx->actor.user,
        .created_at = cx->now,
        .title = str_trim(in->title),
        .description = in->description,
        .poster_url = in->poster_url,
        .cast_names = lines_join(cx->arena, in->cast),
        .genre = in->genre,
        .age_rating = in->age_rating,
        .runtime_minutes = in->runtime_minutes,
        .max_tickets_per_user = in->max_tickets_per_user,
    };
    store_show_insert(cx, &ret->show);
    ret->cast = in->cast;
    ret->status = SALE_UPCOMING;
    return OK;
}

err show_get(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct show_ref *in = in_;
    struct show_out *ret = ret_out;
    (void)self;

    err e = store_show(cx, in->performance, &ret->show);
    if (e)
        return e;
    return summarize(cx, ret);
}

err show_facts(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct performance_ref *in = in_;
    struct show show;
    (void)self;

    err e = store_show(cx, in->performance, &show);
    if (e)
        return e;
    *(struct performance_facts *)ret_out = (struct performance_facts){ show.owner, show.title };
    return OK;
}

/* The status is the clock's and booking's to say, so it is compared here: pages of rows are read until enough of them fit. */
err show_list(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct shows_in in = *(const struct shows_in *)in_;
    struct page_out *ret = ret_out;
    size_t limit = in.limit ? (size_t)in.limit : 20, n = 0, got;
    struct show *rows = NEW_ARRAY(cx->arena, struct show, limit + 1);
    struct show_out *items = NEW_ARRAY(cx->arena, struct show_out, limit + 1);
    (void)self;

    do {
        err e = store_shows(cx, &in, limit + 1, rows, &got);
        if (e)
            return e;
        for (size_t i = 0; i < got && n <= limit; i++) {
            items[n] = (struct show_out){ .show = rows[i] };
            e = summarize(cx, &items[n]);
            if (e)
                return e;
            n += !in.has_status || items[n].status == in.status;
            in.cursor = rows[i].id;
        }
    } while (got > limit && n <= limit);
    ret->items = (struct list){ items, n > limit ? limit : n };
    ret->next = n > limit ? items[limit - 1].show.id : 0;
    return OK;
}
