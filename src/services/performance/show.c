/* Performances: what is played, by whom, and a summary of when, where and from which price. */
#include "performance_int.h"

/* ---- the summary, from the schedules in the order of their beginning ---- */

err show_summarize(struct ctx *cx, struct show_out *ret)
{
    struct list dates;
    err e = store_dates(cx, ret->show.id, &dates);
    if (e)
        return e;
    const struct show_date *at = dates.at;
    struct listing_date *bare = NEW_ARRAY(cx->arena, struct listing_date, dates.n);
    for (size_t i = 0; i < dates.n; i++) {
        const struct listing_date *d = &at[i].date;
        bare[i] = *d;
        if (d->cancelled)
            continue;
        if (d->sale_starts_at > cx->now && (!ret->sale_starts_at || d->sale_starts_at < ret->sale_starts_at))
            ret->sale_starts_at = d->sale_starts_at;
        if (!ret->price_from.currency[0] || d->low < ret->price_from.amount) {
            ret->price_from.amount = d->low;
            memcpy(ret->price_from.currency, at[i].currency, sizeof(at[i].currency));
        }
    }
    if (dates.n) {
        ret->venue = at[0].hall_name;
        ret->from = at[0].date.starts_at;
        ret->to = at[dates.n - 1].date.starts_at;
    }
    ret->status = dates_status(cx->app, cx->now, bare, dates.n);
    return OK;
}

err show_fill(struct ctx *cx, struct show_out *ret)
{
    ret->cast = lines_split(cx->arena, ret->show.cast.names);
    ret->casting = cast_split(cx->arena, ret->show.cast);
    err e = store_schedules(cx, ret->show.id, &ret->schedules);
    struct schedule *at = ret->schedules.at;
    for (size_t i = 0; i < ret->schedules.n && !e; i++)
        e = schedule_fill(cx, &at[i]);
    return e ? e : show_summarize(cx, ret);
}

/* ---- what a request says of a cast ---- */

/* Names may come alone or with roles, not both ways at once: two lists that disagree would leave open who plays. */
static err cast_read(struct ctx *cx, struct list names, struct list casting, struct cast_lines *ret)
{
    if (names.n && casting.n)
        return fail_field(cx, S("casting"), "cannot be given together with cast", "cast와 함께 보낼 수 없습니다");
    *ret = casting.n ? cast_join(cx->arena, casting) : cast_of_names(cx->arena, names);
    return OK;
}

static err age_check(struct ctx *cx, int64_t age)
{
    if (age == 0 || age == 7 || age == 12 || age == 15 || age == 19)
        return OK;
    return fail_field(cx, S("age_rating"), "must be 0, 7, 12, 15 or 19", "0, 7, 12, 15, 19 중 하나여야 합니다");
}

/* ---- calls ---- */

err show_create(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct performance *p = self;
    const struct show_create_in *in = in_;
    struct show_out *ret = ret_out;
    struct cast_lines cast;

    err age = age_check(cx, in->age_rating), e = cast_read(cx, in->cast, in->casting, &cast);
    if (age || e)
        return age ? age : e;
    ret->show = (struct show){
        .id = sequence_next(&p->shows),
        .owner = cx->actor.user,
        .created_at = cx->now,
        .title = str_trim(in->title),
        .title_en = str_trim(in->title_en),
        .description = in->description,
        .poster_url = in->poster_url,
        .cast = cast,
        .genre = in->genre,
        .age_rating = in->age_rating,
        .runtime_minutes = in->runtime_minutes,
        .max_tickets_per_user = in->max_tickets_per_user,
    };
    store_show_insert(cx, &ret->show);
    e = show_reindex(cx, p, ret->show.id);
    if (e)
        return e;
    return show_fill(cx, ret);
}

err show_get(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct show_ref *in = in_;
    struct show_out *ret = ret_out;
    (void)self;

    err e = store_show(cx, in->performance, &ret->show);
    if (e)
        return e;
    return show_fill(cx, ret);
}

/* What one manages, newest first; the catalogue does not know whose a performance is. */
err show_managed(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct managed_in *in = in_;
    struct page_out *ret = ret_out;
    size_t limit = in->limit ? (size_t)in->limit : 20, n;
    struct show_out *items = NEW_ARRAY(cx->arena, struct show_out, limit + 1);
    int64_t owner = actor_has(cx, ROLE_MANAGER | ROLE_ADMIN) ? 0 : cx->actor.user;
    (void)self;

    err e = store_shows(cx, in, owner, limit + 1, items, &n);
    if (e)
        return e;
    ret->items = (struct list){ items, n > limit ? limit : n };
    ret->next = n > limit ? items[limit - 1].show.id : 0;
    for (size_t i = 0; i < ret->items.n && !e; i++)
        e = show_summarize(cx, &items[i]);
    return e;
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

/* For everybody but its owner and the managers there is no such performance here. */
err show_own(struct ctx *cx, int64_t id, struct show *ret)
{
    err e = store_show(cx, id, ret);
    if (e)
        return e;
    return may_manage(cx, ret->owner) ? OK
                                      : fail(cx, ERR_MISSING, NULL, "There is no such performance of yours.", "관리할 수 있는 공연이 아닙니다.");
}

static void change_texts(struct show *s, const struct show_change_in *in)
{
    if (in->has_title)
        s->title = str_trim(in->title);
    if (in->has_title_en)
        s->title_en = str_trim(in->title_en);
    if (in->has_description)
        s->description = in->description;
    if (in->has_genre)
        s->genre = in->genre;
    if (in->has_age_rating)
        s->age_rating = in->age_rating;
    if (in->has_runtime_minutes)
        s->runtime_minutes = in->runtime_minutes;
}

/* Schedules were opened with the limit of their day, and booking keeps to it: another one would only be shown. */
static err change_limit(struct ctx *cx, struct show *s, const struct show_change_in *in)
{
    struct list schedules;
    if (!in->has_max_tickets_per_user || in->max_tickets_per_user == s->max_tickets_per_user)
        return OK;
    err e = store_schedules(cx, s->id, &schedules);
    if (e)
        return e;
    const struct schedule *at = schedules.at;
    for (size_t i = 0; i < schedules.n; i++)
        if (!at[i].cancelled && at[i].ends_at > cx->now)
            return fail(cx, ERR_CONFLICT, "limit_in_use", "The limit cannot change while schedules are sold with it.",
                        "이 매수 제한으로 판매 중인 회차가 있어 변경할 수 없습니다.");
    s->max_tickets_per_user = in->max_tickets_per_user;
    return OK;
}

err show_change(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct show_change_in *in = in_;
    struct show_out *ret = ret_out;

    err e = show_own(cx, in->performance, &ret->show);
    if (e)
        return e;
    err age = in->has_age_rating ? age_check(cx, in->age_rating) : OK;
    if (in->has_cast || in->has_casting)
        e = cast_read(cx, in->cast, in->casting, &ret->show.cast);
    if (age || e)
        return age ? age : e;
    e = change_limit(cx, &ret->show, in);
    if (e)
        return e;
    change_texts(&ret->show, in);
    if (in->has_poster_url) {
        ret->show.poster_url = in->poster_url;
        e = store_posters_delete(cx, in->performance);
        if (e)
            return e;
    }
    e = store_show_update(cx, &ret->show);
    if (e)
        return e;
    e = show_reindex(cx, self, in->performance);
    if (e)
        return e;
    return show_fill(cx, ret);
}

err show_delete(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct performance *p = self;
    const struct show_ref *in = in_;
    struct show show;
    bool gone;
    (void)ret_out;

    err e = show_own(cx, in->performance, &show);
    if (e)
        return e;
    e = store_show_delete(cx, show.id, &gone);
    if (e)
        return e;
    if (!gone)
        return fail(cx, ERR_CONFLICT, "performance_in_use", "Something of this performance is still to be played.",
                    "이 공연에 아직 예정된 회차가 있습니다.");
    e = store_posters_delete(cx, show.id);
    if (e)
        return e;
    catalogue_drop(cx, p->catalogue, show.id);
    return OK;
}

/* ---- who plays on a date ---- */

err schedule_cast_fill(struct ctx *cx, struct schedule *s)
{
    struct cast_lines cast;
    err e = store_schedule_cast(cx, s->id, &cast);
    if (!e)
        s->casting = cast_split(cx->arena, cast);
    return e;
}

/* A stand-in need not be in the performance's cast. */
err schedule_cast(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct schedule_cast_in *in = in_;
    struct schedule *ret = ret_out;
    (void)self;

    err e = store_schedule(cx, in->schedule, ret);
    if (e)
        return e;
    if (!may_manage(cx, ret->owner))
        return fail(cx, ERR_MISSING, NULL, "There is no such schedule of yours.", "관리할 수 있는 회차가 아닙니다.");
    struct cast_lines cast = cast_join(cx->arena, in->casting);
    e = store_schedule_cast_set(cx, in->schedule, &cast);
    if (e)
        return e;
    return schedule_fill(cx, ret);
}
