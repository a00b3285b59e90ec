/* The catalogue in memory: what searches and rankings look through (docs/decisions/007). It is rebuilt from the database at start and follows the
 * commands; the writer never waits for a search: what a group has changed is handed over and taken in by the next one who reads. */
#ifndef PERFORMANCE_CATALOGUE_H
#define PERFORMANCE_CATALOGUE_H

#include "base/ctx.h"

struct catalogue;

struct listing_date {         /* a schedule */
    int64_t schedule, hall;
    int64_t starts_at, sale_starts_at, sale_ends_at;
    int64_t low, high;        /* its prices, in minor units */
    bool cancelled;
};

struct listing {              /* a performance */
    int64_t id;
    int genre;
    struct str text;          /* folded: the title, then what else is searched, lines apart; no copy of it is needed by the caller */
    size_t title_n;           /* bytes of the title in it */
    const struct listing_date *dates;    /* in the order of their beginning */
    size_t date_count;
};

/* Text as it is compared: small letters, without the accents of Latin letters. Never longer than `text`. */
struct str catalogue_fold(struct arena *arena, struct str text);

struct catalogue *catalogue_new(const struct app *app);
void catalogue_free(struct catalogue *c);
/* What is put before this is taken in at once, without a command: the start. */
void catalogue_loaded(struct catalogue *c);

/* ---- in commands; seen once they are durable ---- */

/* A new performance, or all of it as it is now. */
void catalogue_put(struct ctx *cx, struct catalogue *c, const struct listing *l);
void catalogue_drop(struct ctx *cx, struct catalogue *c, int64_t performance);
void catalogue_hall(struct ctx *cx, struct catalogue *c, int64_t hall, struct str region);
/* Seats sold at a time (ms); fewer than 0 when they come back. */
void catalogue_sold(struct ctx *cx, struct catalogue *c, int64_t performance, int64_t at, int64_t seats);

/* ---- from any thread ---- */

/* Status of a performance (enum sale_status): the most hopeful one of its dates; without any the sale is still to come. */
int dates_status(const struct app *app, int64_t now, const struct listing_date *at, size_t n);

enum period { PERIOD_DAY, PERIOD_WEEK, PERIOD_MONTH, PERIODS };
#define PERIOD_MAX_MS (INT64_C(30) * 24 * 60 * 60 * 1000)

enum order { BY_NEWEST, BY_TITLE, BY_SOONEST, BY_PRICE, BY_SOLD };

struct catalogue_place {      /* where a performance stands in an order; ties go to the newer one */
    int64_t key, id;
    struct str title;         /* folded; only in BY_TITLE */
};

struct catalogue_query {
    struct str q, region;     /* empty: any */
    int genre, status;        /* -1: any */
    int64_t from, to;         /* of a beginning; to 0: open */
    int64_t low, high;        /* of a price; high -1: open */
    enum order order;
    enum period period;       /* of BY_SOLD */
    bool sold_only;           /* leaves out what sold nothing in the period */
    const struct catalogue_place *after; /* NULL: from the beginning */
    size_t limit;             /* 1 to CATALOGUE_LIMIT */
};

#define CATALOGUE_LIMIT 128

struct catalogue_hit {
    struct catalogue_place place;
    int64_t sold;             /* seats in the period */
};

/* The first `limit` in the order, in cx->arena. */
size_t catalogue_find(struct ctx *cx, struct catalogue *c, const struct catalogue_query *q, struct catalogue_hit *ret);

#endif
