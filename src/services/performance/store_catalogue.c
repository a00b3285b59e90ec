/* The statements of sql/queries_catalogue.sql: what the catalogue in memory is made of. */
#include "performance_int.h"
#include "performance_sql.h"

static void take_date(struct ctx *cx, const struct rows *r, void *out)
{
    struct show_date *d = out;
    struct str currency = row_text_view(r, 9);
    *d = (struct show_date){
        .performance = row_int(r, 0),
        .date = {
            .schedule = row_int(r, 1),
            .hall = row_int(r, 2),
            .starts_at = row_int(r, 3),
            .sale_starts_at = row_int(r, 4),
            .sale_ends_at = row_int(r, 5),
            .cancelled = row_int(r, 6) != 0,
            .low = row_int(r, 7),
            .high = row_int(r, 8),
        },
        .hall_name = row_text(cx, r, 10),
    };
    memcpy(d->currency, currency.p, currency.n < 3 ? currency.n : 3);
}

err store_dates(struct ctx *cx, int64_t performance, struct list *ret)
{
    return store_all_rows(cx, &performance_sql.catalogue_dates, performance, sizeof(struct show_date), take_date, ret);
}

err store_all_dates(struct ctx *cx, struct list *ret)
{
    return store_all_rows(cx, &performance_sql.catalogue_all_dates, 0, sizeof(struct show_date), take_date, ret);
}

static void take_listed(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct show *)out = (struct show){
        .id = row_int(r, 0),
        .title = row_text(cx, r, 1),
        .title_en = row_text(cx, r, 2),
        .cast.names = row_text(cx, r, 3),
        .genre = store_word_index(genre_words, row_text_view(r, 4)),
    };
}

err store_all_shows(struct ctx *cx, struct list *ret)
{
    return store_all_rows(cx, &performance_sql.catalogue_shows, 0, sizeof(struct show), take_listed, ret);
}

static void take_region(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct hall *)out = (struct hall){ .id = row_int(r, 0), .region = row_text(cx, r, 1) };
}

err store_all_regions(struct ctx *cx, struct list *ret)
{
    return store_all_rows(cx, &performance_sql.catalogue_halls, 0, sizeof(struct hall), take_region, ret);
}

static void take_sold(struct ctx *cx, const struct rows *r, void *out)
{
    (void)cx;
    *(struct hour_sold *)out = (struct hour_sold){ row_int(r, 0), row_int(r, 1), row_int(r, 2) };
}

err store_hours_sold(struct ctx *cx, int64_t since, struct list *ret)
{
    return store_all_rows(cx, &performance_sql.catalogue_sold, since, sizeof(struct hour_sold), take_sold, ret);
}
