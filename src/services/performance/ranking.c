/* What sells best now: the catalogue in the order of what was sold. */
#include "performance_fields.h"
#include "purchases.h"

static const char *const period_words[] = { "day", "week", "month", NULL };

struct ranking_in {
    int period, genre;
    bool has_period, has_genre;
    int64_t limit;
};
struct ranked {
    struct show_out show;     /* first: SHOW_ROWS */
    int64_t rank;
};
struct ranking_out {
    int period;
    struct list items;        /* struct ranked */
};

static err ranking(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct performance *p = self;
    const struct ranking_in *in = in_;
    struct ranking_out *ret = ret_out;
    struct catalogue_hit hits[CATALOGUE_LIMIT];
    struct list shows;
    struct catalogue_query q = {
        .genre = in->has_genre ? in->genre : -1,
        .status = -1,
        .high = -1,
        .order = BY_SOLD,
        .period = in->has_period ? (enum period)in->period : PERIOD_WEEK,
        .sold_only = true,
        .limit = in->limit ? (size_t)in->limit : 20,
    };

    err e = shows_of_hits(cx, hits, catalogue_find(cx, p->catalogue, &q, hits), &shows);
    if (e)
        return e;
    struct ranked *items = NEW_ARRAY(cx->arena, struct ranked, shows.n);
    for (size_t i = 0; i < shows.n; i++)
        items[i] = (struct ranked){ ((struct show_out *)shows.at)[i], (int64_t)i + 1 };
    *ret = (struct ranking_out){ (int)q.period, { items, shows.n } };
    return OK;
}

FIELDS(ranking_in_fields, "RankingQuery", struct ranking_in,
    MAY_ROW(struct ranking_in, period, F_ENUM, .words = period_words, .from = FROM_QUERY,
        .help = "the last 24 hours, 7 or 30 days; week unless told"),
    MAY_ROW(struct ranking_in, genre, F_ENUM, .words = genre_words, .from = FROM_QUERY),
    LIMIT_ROW(struct ranking_in));
FIELDS(ranked_fields, "RankedPerformance", struct ranked, SHOW_ROWS, ROW(struct ranked, rank, F_INT));
FIELDS(ranking_fields, "Ranking", struct ranking_out,
    ROW(struct ranking_out, period, F_ENUM, .words = period_words),
    ROW(struct ranking_out, items, F_LIST, .of = &ranked_fields, .help = "by seats sold in the period; nothing that sold none"));

const struct call ranking_call = { "performance.ranking", "What sold best in the last 24 hours, 7 or 30 days.", CALL_READ, &ranking_in_fields,
                                   &ranking_fields, ranking };
