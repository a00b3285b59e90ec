/* Searching: performances as the catalogue in memory finds them, shown as the database has them. */
#include "performance_int.h"

/* ---- what the catalogue is made of ---- */

/* `dates`: those of this performance, as struct show_date. */
static void put_listing(struct ctx *cx, struct catalogue *c, const struct show *s, const struct show_date *dates, size_t n)
{
    struct listing_date *at = NEW_ARRAY(cx->arena, struct listing_date, n);
    struct str title = catalogue_fold(cx->arena, s->title);
    struct str text = arena_fmt(cx->arena, "%.*s\n%.*s\n%.*s", STR_ARG(s->title), STR_ARG(s->title_en), STR_ARG(s->cast.names));
    for (size_t i = 0; i < n; i++)
        at[i] = dates[i].date;
    catalogue_put(cx, c, &(struct listing){
        .id = s->id,
        .genre = s->genre,
        .text = catalogue_fold(cx->arena, text),
        .title_n = title.n,
        .dates = at,
        .date_count = n,
    });
}

err show_reindex(struct ctx *cx, struct performance *p, int64_t performance)
{
    struct show show;
    struct list dates;
    err e = store_show(cx, performance, &show);
    if (e == ERR_MISSING) {
        fail_clear(cx);
        return OK;                           /* deleted: nobody finds it */
    }
    if (!e)
        e = store_dates(cx, performance, &dates);
    if (!e)
        put_listing(cx, p->catalogue, &show, dates.at, dates.n);
    return e;
}

static err load_sold(struct ctx *cx, struct catalogue *c)
{
    struct list hours;
    err e = store_hours_sold(cx, cx->now - PERIOD_MAX_MS, &hours);
    if (e)
        return e;
    const struct hour_sold *at = hours.at;
    for (size_t i = 0; i < hours.n; i++)
        catalogue_sold(cx, c, at[i].performance, at[i].hour * 60 * 60 * 1000, at[i].seats);
    return OK;
}

err catalogue_load(struct ctx *cx, struct performance *p)
{
    struct list halls, shows, dates;
    err e = store_all_regions(cx, &halls);
    if (!e)
        e = store_all_shows(cx, &shows);
    if (!e)
        e = store_all_dates(cx, &dates);
    if (e)
        return e;
    const struct hall *hall = halls.at;
    for (size_t i = 0; i < halls.n; i++)
        catalogue_hall(cx, p->catalogue, hall[i].id, hall[i].region);
    const struct show *show = shows.at;
    const struct show_date *date = dates.at, *end = date + dates.n;
    for (size_t i = 0; i < shows.n; i++) {
        while (date < end && date->performance < show[i].id)
            date++;
        size_t n = 0;
        while (date + n < end && date[n].performance == show[i].id)
            n++;
        put_listing(cx, p->catalogue, &show[i], date, n);
    }
    e = load_sold(cx, p->catalogue);
    catalogue_loaded(p->catalogue);
    return e;
}

/* ---- cursors: the place of the last item, so that a page begins behind it whatever has come or gone meanwhile ---- */

#define CURSOR_FIXED (1 + 3 * ID_TEXT)

/* Numbers are written as ids are: what was sold is not for everybody to read. */
static struct str cursor_write(struct ctx *cx, const struct id_key *ids, enum order order, const struct catalogue_place *place)
{
    const int64_t parts[] = { (place->key >> 32 & UINT32_MAX) + 1, (place->key & UINT32_MAX) + 1, place->id };
    char text[CURSOR_FIXED];
    text[0] = (char)('0' + (int)order);
    for (size_t i = 0; i < 3; i++)
        id_encode(ids, ID_PERFORMANCE, parts[i], text + 1 + i * ID_TEXT);
    struct str title = base64url(cx->arena, place->title);
    return arena_fmt(cx->arena, "%.*s%.*s", CURSOR_FIXED, text, STR_ARG(title));
}

static err cursor_read(struct ctx *cx, const struct id_key *ids, enum order order, struct str text, struct catalogue_place *ret)
{
    int64_t parts[3];
    bool whole = text.n >= CURSOR_FIXED && text.p[0] == '0' + (int)order;
    for (size_t i = 0; i < 3 && whole; i++)
        whole = id_decode(ids, ID_PERFORMANCE, str_of(text.p + 1 + i * ID_TEXT, ID_TEXT), &parts[i]);
    whole = whole && parts[0] - 1 <= UINT32_MAX && parts[1] - 1 <= UINT32_MAX;
    if (!whole || !base64url_decode(cx->arena, str_of(text.p + CURSOR_FIXED, text.n - CURSOR_FIXED), &ret->title) ||
        (ret->title.n && order != BY_TITLE))
        return fail_field(cx, S("cursor"), "is not the `next` of a page in this order", "이 정렬의 다음 페이지 값이 아닙니다");
    ret->key = (int64_t)((uint64_t)(parts[0] - 1) << 32 | (uint64_t)(parts[1] - 1));
    ret->id = parts[2];
    return OK;
}

/* ---- the calls ---- */

err shows_of_hits(struct ctx *cx, const struct catalogue_hit *hits, size_t n, struct list *ret)
{
    struct show_out *items = NEW_ARRAY(cx->arena, struct show_out, n);
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        err e = store_show(cx, hits[i].place.id, &items[found].show);
        if (e == ERR_MISSING) {
            fail_clear(cx);                  /* come or gone in this moment */
            continue;
        }
        if (!e)
            e = show_summarize(cx, &items[found]);
        if (e)
            return e;
        found++;
    }
    *ret = (struct list){ items, found };
    return OK;
}

static const enum order orders[] = {
    [SORT_NEWEST] = BY_NEWEST, [SORT_TITLE] = BY_TITLE, [SORT_SOONEST] = BY_SOONEST, [SORT_PRICE] = BY_PRICE, [SORT_POPULAR] = BY_SOLD,
};

err show_list(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct performance *p = self;
    const struct shows_in *in = in_;
    struct shows_out *ret = ret_out;
    struct catalogue_hit hits[CATALOGUE_LIMIT];
    struct catalogue_place after;
    size_t limit = in->limit ? (size_t)in->limit : 20;
    struct catalogue_query q = {
        .q = in->q,
        .region = in->region,
        .genre = in->has_genre ? in->genre : -1,
        .status = in->has_status ? in->status : -1,
        .from = in->from,
        .to = in->to,
        .low = in->min_price,
        .high = in->has_max_price ? in->max_price : -1,
        .order = orders[in->sort],
        .period = PERIOD_WEEK,
        .limit = limit + 1,
    };

    if (in->has_max_price && in->max_price < in->min_price)
        return fail_field(cx, S("max_price"), "must not be below min_price", "min_price보다 작을 수 없습니다");
    if (in->from && in->to && in->to <= in->from)
        return fail_field(cx, S("to"), "must be after from", "from 이후여야 합니다");
    if (in->cursor.n) {
        err e = cursor_read(cx, &p->keys->ids, q.order, in->cursor, &after);
        if (e)
            return e;
        q.after = &after;
    }
    size_t n = catalogue_find(cx, p->catalogue, &q, hits);
    if (n > limit) {
        n = limit;
        ret->next = cursor_write(cx, &p->keys->ids, q.order, &hits[n - 1].place);
    }
    return shows_of_hits(cx, hits, n, &ret->items);
}
