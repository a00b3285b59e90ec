/* What somebody may like, and why: what others bought who bought the same; then the genre most often seen; then what many buy; then what comes soon.
 * Nothing is recommended that cannot be bought, now or later. */
#include <stdlib.h>

#include "performance_fields.h"
#include "purchases.h"

#define HISTORY_MAX    20
#define CANDIDATES_MAX (HISTORY_MAX * AFFINITY_KEPT)

enum reason_kind { REASON_SEEN, REASON_GENRE, REASON_POPULAR, REASON_SOON };
static const char *const reason_words[] = { "seen", "genre", "popular", "soon", NULL };
static const char *const genre_names_ko[] = { "뮤지컬", "콘서트", "연극", "클래식", "무용", "그 밖의 공연" };

struct reason {
    int kind;                 /* enum reason_kind */
    int64_t performance;      /* the one that was seen */
    struct str text;
};
struct recommended {
    struct show_out show;     /* first: SHOW_ROWS */
    struct reason reason;
};
struct recommended_in {
    int64_t limit;
};

struct candidate {
    int64_t performance, buyers;
    int64_t because;          /* of what was seen, that with most buyers in common */
    int64_t because_buyers;
};

struct adviser {
    struct performance *p;
    const int64_t *seen;      /* the latest first */
    size_t seen_count;
    struct recommended *items;
    size_t n, limit;
};

static bool known(const struct adviser *a, int64_t performance)
{
    for (size_t i = 0; i < a->seen_count; i++)
        if (a->seen[i] == performance)
            return true;
    for (size_t i = 0; i < a->n; i++)
        if (a->items[i].show.show.id == performance)
            return true;
    return false;
}

static struct str in_lang(struct ctx *cx, const struct show *s)
{
    return cx->lang == LANG_EN && s->title_en.n ? s->title_en : s->title;
}

/* Adds a performance if there are seats to be had, now or later. */
static err advise(struct ctx *cx, struct adviser *a, int64_t performance, struct reason reason)
{
    struct recommended *item = &a->items[a->n];
    if (known(a, performance))
        return OK;
    *item = (struct recommended){ .reason = reason };
    err e = store_show(cx, performance, &item->show.show);
    if (e == ERR_MISSING) {
        fail_clear(cx);                      /* deleted since it was counted */
        return OK;
    }
    if (!e)
        e = show_summarize(cx, &item->show);
    if (!e && (item->show.status == SALE_ON || item->show.status == SALE_UPCOMING))
        a->n++;
    return e;
}

static int stronger(const void *a_, const void *b_)
{
    const struct candidate *a = a_, *b = b_;
    if (a->buyers != b->buyers)
        return a->buyers > b->buyers ? -1 : 1;
    return a->performance > b->performance ? -1 : a->performance < b->performance;
}

/* What others bought who bought the same. */
static err candidates_find(struct ctx *cx, const struct adviser *a, struct candidate *at, size_t *ret_n)
{
    size_t n = 0;
    for (size_t s = 0; s < a->seen_count; s++) {
        struct list others;
        err e = store_affinity(cx, a->seen[s], &others);
        if (e)
            return e;
        const struct affinity *other = others.at;
        for (size_t i = 0; i < others.n; i++) {
            size_t c = 0;
            while (c < n && at[c].performance != other[i].other)
                c++;
            if (c == n)
                at[n++] = (struct candidate){ .performance = other[i].other };
            at[c].buyers += other[i].buyers;
            if (other[i].buyers > at[c].because_buyers) {
                at[c].because = a->seen[s];
                at[c].because_buyers = other[i].buyers;
            }
        }
    }
    qsort(at, n, sizeof(*at), stronger);
    *ret_n = n;
    return OK;
}

static err advise_by_taste(struct ctx *cx, struct adviser *a)
{
    struct candidate *at = NEW_ARRAY(cx->arena, struct candidate, CANDIDATES_MAX);
    size_t n = 0;
    err e = candidates_find(cx, a, at, &n);
    for (size_t i = 0; i < n && a->n < a->limit && !e; i++) {
        struct show seen;
        e = store_show(cx, at[i].because, &seen);
        if (e == ERR_MISSING) {
            fail_clear(cx);
            e = OK;
            continue;
        }
        if (e)
            return e;
        struct str title = in_lang(cx, &seen);
        struct str text = cx->lang == LANG_KO ? arena_fmt(cx->arena, "‘%.*s’ 관람을 바탕으로 추천해요", STR_ARG(title))
                                              : arena_fmt(cx->arena, "Because you saw “%.*s”", STR_ARG(title));
        e = advise(cx, a, at[i].performance, (struct reason){ REASON_SEEN, seen.id, text });
    }
    return e;
}

/* The genre most of what was seen belongs to; -1: nothing was. */
static err usual_genre(struct ctx *cx, const struct adviser *a, int *ret)
{
    int count[sizeof(genre_names_ko) / sizeof(genre_names_ko[0])] = { 0 };
    *ret = -1;
    for (size_t i = 0; i < a->seen_count; i++) {
        struct show seen;
        err e = store_show(cx, a->seen[i], &seen);
        if (e == ERR_MISSING) {
            fail_clear(cx);
            continue;
        }
        if (e)
            return e;
        count[seen.genre]++;
        if (*ret < 0 || count[seen.genre] > count[*ret])
            *ret = seen.genre;
    }
    return OK;
}

/* From the front of an order of the catalogue. */
static err advise_from(struct ctx *cx, struct adviser *a, const struct catalogue_query *q, struct reason reason)
{
    struct catalogue_hit hits[CATALOGUE_LIMIT];
    err e = OK;
    if (a->n == a->limit)
        return OK;
    size_t n = catalogue_find(cx, a->p->catalogue, q, hits);
    for (size_t i = 0; i < n && a->n < a->limit && !e; i++)
        e = advise(cx, a, hits[i].place.id, reason);
    return e;
}

static err advise_by_genre(struct ctx *cx, struct adviser *a)
{
    int genre;
    err e = usual_genre(cx, a, &genre);
    if (e || genre < 0)
        return e;
    struct str text = cx->lang == LANG_KO ? arena_fmt(cx->arena, "즐겨 보시는 장르: %s", genre_names_ko[genre])
                                          : arena_fmt(cx->arena, "Popular now in a genre you often see: %s", genre_words[genre]);
    return advise_from(cx, a, &(struct catalogue_query){ .genre = genre, .status = -1, .high = -1, .order = BY_SOLD, .period = PERIOD_MONTH,
                                                         .limit = CATALOGUE_LIMIT },
                       (struct reason){ REASON_GENRE, 0, text });
}

static err recommended(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct performance *p = self;
    const struct recommended_in *in = in_;
    struct list *ret = ret_out, seen;
    bool ko = cx->lang == LANG_KO;
    struct adviser a = { .p = p, .limit = in->limit ? (size_t)in->limit : 20 };

    err e = store_bought(cx, cx->actor.user, cx->now - p->purchases_kept_ms, HISTORY_MAX, &seen);
    if (e)
        return e;
    a.seen = seen.at;
    a.seen_count = seen.n;
    a.items = NEW_ARRAY(cx->arena, struct recommended, a.limit + 1);
    e = advise_by_taste(cx, &a);
    if (!e)
        e = advise_by_genre(cx, &a);
    if (!e)
        e = advise_from(cx, &a, &(struct catalogue_query){ .genre = -1, .status = -1, .high = -1, .order = BY_SOLD, .period = PERIOD_MONTH,
                                                           .sold_only = true, .limit = CATALOGUE_LIMIT },
                        (struct reason){ REASON_POPULAR, 0, ko ? S("지금 많이 찾는 공연이에요") : S("Many people are buying this now") });
    if (!e)
        e = advise_from(cx, &a, &(struct catalogue_query){ .genre = -1, .status = -1, .high = -1, .from = cx->now, .order = BY_SOONEST,
                                                           .limit = CATALOGUE_LIMIT },
                        (struct reason){ REASON_SOON, 0, ko ? S("곧 막이 오르는 공연이에요") : S("On stage soon") });
    *ret = (struct list){ a.items, a.n };
    return e;
}

FIELDS(recommended_in_fields, "RecommendedQuery", struct recommended_in, LIMIT_ROW(struct recommended_in));
FIELDS(reason_fields, "Reason", struct reason,
    ROW(struct reason, kind, F_ENUM, .words = reason_words),
    ID_ROW(struct reason, "performance_id", performance, ID_PERFORMANCE, .nullable = true, .help = "with `seen`: what was seen"),
    ROW(struct reason, text, F_STR, .help = "for people, in the language asked for"));
FIELDS(recommended_item_fields, "RecommendedPerformance", struct recommended, SHOW_ROWS,
    ROW(struct recommended, reason, F_OBJECT, .of = &reason_fields));
static const struct field recommended_rows[] = { { .name = "items", .type = F_LIST, .of = &recommended_item_fields, .at = 0 } };
static const struct fields recommended_fields = { "Recommended", sizeof(struct list), recommended_rows, 1 };

const struct call recommended_call = { "performance.recommended", "What the user may like, each with the reason.", CALL_READ, &recommended_in_fields,
                                       &recommended_fields, recommended };
