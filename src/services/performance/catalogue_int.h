/* Inside the catalogue: its columns (catalogue.c) and who looks through them (catalogue_find.c). */
#ifndef PERFORMANCE_CATALOGUE_INT_H
#define PERFORMANCE_CATALOGUE_INT_H

#include <pthread.h>

#include "base/buf.h"
#include "catalogue.h"
#include "grams.h"

#define HOUR_MS   (INT64_C(60) * 60 * 1000)
#define HOURS_MAX 720         /* of the longest period */

struct entry {
    int64_t id;
    int64_t title_key;        /* the first 8 bytes of the title, in their order */
    uint32_t text_at, text_n, title_n;   /* in `text` */
    uint32_t first_date, date_count;     /* in `dates` */
    int32_t sold[PERIODS];
    uint8_t genre;
    bool live;
};

struct change;

struct catalogue {
    const struct app *app;
    bool loading;

    /* Under `lock`. An entry whose text changes is given a new place at the end, so that the lists of pairs only ever grow at theirs; when
     * most places are dead all is built anew. */
    pthread_rwlock_t lock;
    struct entry *entries;
    size_t entry_count, entry_cap, dead;
    struct map by_id;         /* performance -> its place in `entries` */
    struct buf text;
    struct listing_date *dates;          /* `hall` is a place in `regions` */
    size_t date_count, date_cap, dates_dead;
    struct grams grams;
    struct str *regions;      /* of halls */
    size_t region_count, region_cap;
    struct map halls;         /* hall -> its place in `regions` */
    struct map sold[HOURS_MAX];          /* by hour, around: performance -> seats */
    int64_t edge[PERIODS];    /* the first hour that counts */

    /* The writer's: what commands of this group have changed, oldest first. */
    struct change **pending;
    size_t pending_count, pending_cap;

    /* Under `handover`: durable, and not yet taken in. */
    pthread_mutex_t handover;
    struct change *ready, **ready_tail;
    _Atomic size_t ready_count;
    _Atomic int64_t hour;     /* the periods end with it */
};

/* Takes in what is ready and what the clock asks for, and holds the lock for reading until read_end. */
void catalogue_read_begin(struct catalogue *c, int64_t now);
void catalogue_read_end(struct catalogue *c);

static inline struct str entry_text(const struct catalogue *c, const struct entry *e)
{
    return str_of(c->text.p + e->text_at, e->text_n);
}

/* NULL when there are none. */
static inline const struct listing_date *entry_dates(const struct catalogue *c, const struct entry *e)
{
    return e->date_count ? c->dates + e->first_date : NULL;
}

#endif
