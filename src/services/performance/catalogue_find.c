/* Looking through the catalogue: the best few in an order, of those that all filters let pass. What is cheap to ask is asked first. */
#include "catalogue_int.h"

#include "performance_int.h"
#include "platform/obs/log.h"

struct finder {
    const struct catalogue *c;
    const struct catalogue_query *q;
    int64_t now;
    struct str words;         /* folded */
    const bool *in_region;    /* by place of the hall; NULL: any will do */
    bool by_date;             /* some date has to fit */
    struct catalogue_hit *best;          /* in order */
    size_t n;
};

/* ---- the order ---- */

static int place_compare(const struct catalogue_place *a, const struct catalogue_place *b)
{
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    size_t shorter = a->title.n < b->title.n ? a->title.n : b->title.n;
    int titles = shorter ? memcmp(a->title.p, b->title.p, shorter) : 0;
    if (titles || a->title.n != b->title.n)
        return titles ? titles : a->title.n < b->title.n ? -1 : 1;
    return a->id == b->id ? 0 : a->id > b->id ? -1 : 1;
}

static int64_t soonest(const struct finder *f, const struct entry *e)
{
    const struct listing_date *at = entry_dates(f->c, e);
    for (uint32_t i = 0; i < e->date_count; i++)
        if (!at[i].cancelled && at[i].starts_at >= f->now)
            return at[i].starts_at;
    return INT64_MAX;
}

static int64_t lowest(const struct finder *f, const struct entry *e)
{
    const struct listing_date *at = entry_dates(f->c, e);
    int64_t low = INT64_MAX;
    for (uint32_t i = 0; i < e->date_count; i++)
        if (!at[i].cancelled && at[i].low < low)
            low = at[i].low;
    return low;
}

static struct catalogue_place place_of(const struct finder *f, const struct entry *e)
{
    struct catalogue_place place = { .id = e->id };
    switch (f->q->order) {
    case BY_NEWEST: break;
    case BY_TITLE:
        place.key = e->title_key;
        place.title = str_of(f->c->text.p + e->text_at, e->title_n);
        break;
    case BY_SOONEST: place.key = soonest(f, e); break;
    case BY_PRICE: place.key = lowest(f, e); break;
    case BY_SOLD: place.key = -(int64_t)e->sold[f->q->period]; break;
    }
    return place;
}

/* ---- the filters ---- */

static bool words_fit(const struct finder *f, const struct entry *e)
{
    struct str text = entry_text(f->c, e), rest = f->words;
    while (rest.n) {
        struct str word = str_cut(&rest, ' ');
        if (word.n && !memmem(text.p, text.n, word.p, word.n))
            return false;
    }
    return true;
}

/* One date that fits in time, place and price. */
static bool date_fits(const struct finder *f, const struct entry *e)
{
    const struct catalogue_query *q = f->q;
    const struct listing_date *at = entry_dates(f->c, e);
    for (uint32_t i = 0; i < e->date_count; i++)
        if (!at[i].cancelled && at[i].starts_at >= q->from && (!q->to || at[i].starts_at < q->to) && at[i].high >= q->low &&
            (q->high < 0 || at[i].low <= q->high) && (!f->in_region || f->in_region[at[i].hall]))
            return true;
    return false;
}

/* ---- status, by the clock and by what is left ---- */

static int date_status(const struct app *app, int64_t now, const struct listing_date *d)
{
    struct remaining left = { 0 };
    if (now < d->sale_starts_at)
        return SALE_UPCOMING;
    if (now >= d->sale_ends_at)
        return SALE_CLOSED;
    booking_remaining(app, d->schedule, &left);
    for (uint32_t i = 0; i < left.grades; i++)
        if (left.free[i] > 0)
            return SALE_ON;
    return left.known ? SALE_SOLD_OUT : SALE_ON;
}

int dates_status(const struct app *app, int64_t now, const struct listing_date *at, size_t n)
{
    static const int most_hopeful_first[] = { SALE_ON, SALE_UPCOMING, SALE_SOLD_OUT, SALE_CLOSED };
    unsigned seen = 0;
    for (size_t i = 0; i < n && !(seen & 1u << SALE_ON); i++)
        if (!at[i].cancelled)
            seen |= 1u << date_status(app, now, &at[i]);
    for (size_t i = 0; i < sizeof(most_hopeful_first) / sizeof(most_hopeful_first[0]); i++)
        if (seen & 1u << most_hopeful_first[i])
            return most_hopeful_first[i];
    return n ? SALE_CLOSED : SALE_UPCOMING;
}

static bool status_fits(const struct finder *f, const struct entry *e)
{
    return f->q->status == dates_status(f->c->app, f->now, entry_dates(f->c, e), e->date_count);
}

/* ---- the search ---- */

static void consider(struct finder *f, const struct entry *e)
{
    const struct catalogue_query *q = f->q;
    if (!e->live || (q->genre >= 0 && e->genre != q->genre) || (q->sold_only && e->sold[q->period] <= 0))
        return;
    struct catalogue_hit hit = { place_of(f, e), e->sold[q->period] };
    if (f->n == q->limit && place_compare(&hit.place, &f->best[f->n - 1].place) > 0)
        return;
    if (q->after && place_compare(&hit.place, q->after) <= 0)
        return;
    if ((f->by_date && !date_fits(f, e)) || !words_fit(f, e) || (q->status >= 0 && !status_fits(f, e)))
        return;
    size_t at = f->n;
    while (at && place_compare(&hit.place, &f->best[at - 1].place) < 0)
        at--;
    f->n += f->n < q->limit;
    memmove(&f->best[at + 1], &f->best[at], (f->n - at - 1) * sizeof(hit));
    f->best[at] = hit;
}

static const bool *regions_that_fit(struct ctx *cx, const struct catalogue *c, struct str region)
{
    bool *fits = NEW_ARRAY(cx->arena, bool, c->region_count + 1);
    for (size_t i = 0; i < c->region_count; i++)
        fits[i] = str_eq(c->regions[i], region);
    return fits;
}

size_t catalogue_find(struct ctx *cx, struct catalogue *c, const struct catalogue_query *q, struct catalogue_hit *ret)
{
    struct gram_list list;
    struct str region = str_trim(q->region);
    ASSERT(q->limit >= 1 && q->limit <= CATALOGUE_LIMIT);
    struct finder f = {
        .c = c,
        .q = q,
        .now = cx->now,
        .words = catalogue_fold(cx->arena, q->q),
        .by_date = q->from || q->to || q->low || q->high >= 0 || region.n,
        .best = ret,
    };

    catalogue_read_begin(c, cx->now);
    if (region.n)
        f.in_region = regions_that_fit(cx, c, region);
    if (grams_rarest(&c->grams, f.words, &list))         /* from the newest on: in most orders the best come first */
        for (size_t i = list.n; i-- > 0;)
            consider(&f, &c->entries[list.at[i]]);
    else
        for (size_t i = c->entry_count; i-- > 0;)
            consider(&f, &c->entries[i]);
    for (size_t i = 0; i < f.n; i++)
        ret[i].place.title = arena_str(cx->arena, ret[i].place.title);
    catalogue_read_end(c);
    return f.n;
}
