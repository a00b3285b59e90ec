/* What the files of this folder share. */
#ifndef PERFORMANCE_INT_H
#define PERFORMANCE_INT_H

#include <pthread.h>

#include "platform/crypto/crypto.h"
#include "services/booking/booking.h"
#include "services/performance/catalogue.h"
#include "services/performance/import.h"
#include "services/performance/performance.h"
#include "services/queue/queue.h"

/* ---- seat maps ready to send (map_cache.c): bounded, the one not asked for longest goes first ---- */

struct map_entry;

struct map_cache {
    pthread_mutex_t lock;     /* the list and the counts of the entries */
    pthread_mutex_t building; /* one map is made at a time: whoever waited finds it made */
    struct map_entry *newest;
    size_t bytes, bytes_max;
    uint64_t generation;      /* rises when a name in the maps has changed */
};

void map_cache_open(struct map_cache *c, size_t bytes_max);
void map_cache_close(struct map_cache *c);
/* Forgets all maps. */
void map_cache_clear(void *map_cache);
#define MAP_MAX (64u << 20)   /* bytes of one */

/* ---- the service ---- */

#define AFFINITY_EVERY_MS (INT64_C(60) * 60 * 1000)

struct affinity_round {       /* working out what goes with what (purchases.c); the job's, besides what is atomic */
    _Atomic bool wanted;      /* something was bought */
    _Atomic int64_t next_at;
    int64_t begun_at, since, after;      /* of this round: purchases since then; performances up to this one are done */
};

struct performance {
    const struct keys *keys;
    struct sequence halls, shows, schedules;
    struct map_cache maps;
    struct catalogue *catalogue;
    int64_t purchases_kept_ms;
    _Atomic int64_t prune_at; /* purchases; when next */
    struct affinity_round affinity;
    pthread_mutex_t picture_lock;
};

/* ---- rows ---- */

struct hall {
    int64_t id, owner, created_at;
    struct str name, address, region;
    int64_t seat_count;
};

enum genre { GENRE_MUSICAL, GENRE_CONCERT, GENRE_PLAY, GENRE_CLASSICAL, GENRE_DANCE, GENRE_OTHER };
extern const char *const genre_words[];

struct casting {              /* somebody in the cast */
    struct str name, role;    /* role: empty when none was told */
};

struct cast_lines {           /* a cast as it is stored: line i of `roles` belongs to line i of `names` */
    struct str names, roles;
};

struct show {                 /* a performance, as the database has it */
    int64_t id, owner, created_at;
    struct str title, title_en, description, poster_url;
    struct cast_lines cast;
    int genre;
    int64_t age_rating, runtime_minutes, max_tickets_per_user;
};

struct show_date {            /* a schedule, as summaries need it */
    int64_t performance;
    struct listing_date date;
    struct str hall_name;
    char currency[4];
};

struct hour_sold {
    int64_t performance, hour, seats;
};

enum sale_status { SALE_UPCOMING, SALE_ON, SALE_SOLD_OUT, SALE_CLOSED, SALE_CANCELLED };
extern const char *const sale_status_words[];

struct grade {                /* a category with its price, and what is left of it */
    struct str grade, color;
    struct money price;
    int64_t free, total;
    int64_t category;         /* its index in the plan */
};

struct schedule {
    int64_t id, performance, hall, owner;
    struct str hall_name, title;
    int64_t starts_at, ends_at, sale_starts_at, sale_ends_at;
    int64_t max_tickets_per_user, server_time;
    int64_t own_limit;        /* max_tickets_per_user, when it is not the performance's; else 0 */
    int64_t revision;         /* counts the changes */
    int64_t plan;             /* of the hall itself, or one that the schedule has moved to */
    bool cancelled;
    int status;               /* enum sale_status */
    int queue_mode;           /* enum queue_mode */
    struct list casting;      /* struct casting */
    struct list remaining;    /* struct grade */
    struct terms_shown terms;
};

/* ---- inputs and outputs of the calls ---- */

struct hall_create_in {
    struct str name, address, region, plan;
    int format;               /* enum plan_format */
    bool repair;
};
struct hall_insert_in {
    struct hall hall;
    struct str warnings;      /* a line each */
    struct str plan;          /* encoded */
};
struct hall_out {
    struct hall hall;
    struct list categories;   /* struct plan_category */
    struct list warnings;     /* struct str */
};
struct hall_ref {
    int64_t hall;
};
struct hall_change_in {
    int64_t hall;
    struct str name, address, region;
    bool has_name, has_address, has_region;
};
struct halls_in {
    struct str q;
    int64_t limit, cursor;
};
struct page_out {
    struct list items;
    int64_t next;             /* 0: there is no more */
};
struct show_create_in {
    struct str title, title_en, description, poster_url;
    struct list cast;         /* struct str */
    struct list casting;      /* struct casting */
    int genre;
    int64_t age_rating, runtime_minutes, max_tickets_per_user;
};
struct show_change_in {
    int64_t performance;
    struct str title, title_en, description, poster_url;
    struct list cast, casting;           /* as above */
    int genre;
    int64_t age_rating, runtime_minutes, max_tickets_per_user;
    bool has_title, has_title_en, has_description, has_poster_url, has_cast, has_casting, has_genre, has_age_rating, has_runtime_minutes,
        has_max_tickets_per_user;
};
struct schedule_cast_in {
    int64_t schedule;
    struct list casting;      /* struct casting */
};
struct show_ref {
    int64_t performance;
};
struct show_out {
    struct show show;
    struct list cast;         /* struct str */
    struct list casting;      /* struct casting */
    struct list schedules;    /* struct schedule */
    struct str venue;         /* of the first schedule */
    int64_t from, to;
    int64_t sale_starts_at;   /* of the next sale to begin; 0: none is to come */
    struct money price_from;
    int status;               /* enum sale_status */
};
struct managed_in {
    struct str q;
    int64_t limit, cursor;
};

struct shows_in {
    struct str q, region;
    int genre, status, sort;
    bool has_genre, has_status, has_max_price;
    int64_t from, to, min_price, max_price, limit;
    struct str cursor;        /* empty: from the beginning */
};
struct shows_out {
    struct list items;        /* struct show_out */
    struct str next;          /* empty: there is no more */
};
enum show_sort { SORT_NEWEST, SORT_TITLE, SORT_SOONEST, SORT_PRICE, SORT_POPULAR };

struct price_item {           /* an entry of `prices` */
    struct str category;
    struct money price;
};
struct schedule_create_in {
    int64_t performance, hall, starts_at, ends_at, sale_starts_at, sale_ends_at;
    struct list prices;       /* struct price_item */
    struct list blocked_seats;           /* struct str: guids */
    struct sale_terms terms;
};
struct schedule_change_in {
    int64_t schedule, starts_at, ends_at, sale_starts_at, sale_ends_at, max_tickets_per_user;
    struct list prices;       /* struct price_item: those that change */
    bool has_starts_at, has_ends_at, has_sale_starts_at, has_sale_ends_at, has_limit;
};
struct sales_csv_in {
    int64_t performance, from, to;       /* to 0: no end */
};
struct plan_put_in {
    int64_t schedule;
    struct str plan;
    struct list prices;       /* struct price_item: of new grades */
    int format;               /* enum plan_format */
    bool repair;
};
struct plan_basis {
    struct schedule schedule;
    struct plan *plan;
};
struct plan_store_in {
    const struct schedule *schedule;     /* with the grades of the new plan */
    uint32_t seat_count;
    struct str warnings, plan;           /* a line each; encoded */
};
struct schedule_cancel_in {
    int64_t schedule;
    struct str reason;
};
/* What a new schedule is checked against. */
struct schedule_basis {
    struct show show;
    struct hall hall;
    struct plan *plan;
};
struct schedule_insert_in {
    struct schedule_opening opening;     /* without its number */
    const struct grade *grades;
    size_t grade_count;
};

/* ---- who may change what: the owner, and the managers of the house ---- */

static inline bool may_manage(const struct ctx *cx, int64_t owner)
{
    return cx->actor.user == owner || actor_has(cx, ROLE_MANAGER | ROLE_ADMIN);
}

/* A list of texts and the text of their lines. */
struct str lines_join(struct arena *arena, struct list texts);
struct list lines_split(struct arena *arena, struct str lines);
/* A cast and the lines it is stored in. Names without roles may be given as struct str. */
struct cast_lines cast_join(struct arena *arena, struct list casting);
struct cast_lines cast_of_names(struct arena *arena, struct list names);
struct list cast_split(struct arena *arena, struct cast_lines cast);

/* ---- store.c: each statement as a function. ERR_MISSING when the one row asked for is not there ---- */

/* All rows of a query with one number as its argument, as an array of what `take` writes, `size` bytes each. */
err store_all_rows(struct ctx *cx, const struct query *q, int64_t arg, size_t size,
                   void (*take)(struct ctx *cx, const struct rows *r, void *out), struct list *ret) MUST_USE;
int store_word_index(const char *const *words, struct str word);
err store_catalogue_sequences(struct ctx *cx, struct performance *p);
void store_hall_insert(struct ctx *cx, const struct hall_insert_in *in);
err store_hall(struct ctx *cx, int64_t id, struct hall *ret) MUST_USE;
/* The plan in its stored form, also of a deleted hall; or one that came later, by its own id. */
struct stored_plan {
    struct str warnings, blob;
};
err store_hall_plan(struct ctx *cx, int64_t id, struct stored_plan *ret) MUST_USE;
/* The same, read. `ret_warnings` may be NULL. */
err hall_plan_read(struct ctx *cx, int64_t id, struct plan **ret, struct str *ret_warnings) MUST_USE;
err store_halls(struct ctx *cx, const struct halls_in *in, size_t max, struct hall *ret, size_t *ret_n) MUST_USE;
err store_hall_update(struct ctx *cx, const struct hall *hall) MUST_USE;
/* *ret_gone: false when a schedule still needs the hall. */
err store_hall_delete(struct ctx *cx, int64_t id, bool *ret_gone) MUST_USE;
void store_show_insert(struct ctx *cx, const struct show *show);
err store_show(struct ctx *cx, int64_t id, struct show *ret) MUST_USE;
/* Newest first: up to `max` of `owner`'s; of everybody's when that is 0. Only `show` of each is filled in. */
err store_shows(struct ctx *cx, const struct managed_in *in, int64_t owner, size_t max, struct show_out *ret, size_t *ret_n) MUST_USE;
err store_show_update(struct ctx *cx, const struct show *show) MUST_USE;
/* *ret_gone: false when one of its schedules is still to be played. */
err store_show_delete(struct ctx *cx, int64_t id, bool *ret_gone) MUST_USE;
err store_posters_delete(struct ctx *cx, int64_t performance) MUST_USE;          /* store_poster.c */
err store_schedule_cast_set(struct ctx *cx, int64_t schedule, const struct cast_lines *cast) MUST_USE;
/* Nothing is found when it was never told. */
err store_schedule_cast(struct ctx *cx, int64_t schedule, struct cast_lines *ret) MUST_USE;
/* *ret_free: false when the hall is taken at that time, or gone. */
err store_schedule_insert(struct ctx *cx, int64_t id, const struct schedule_insert_in *in, bool *ret_free) MUST_USE;
err store_schedule(struct ctx *cx, int64_t id, struct schedule *ret) MUST_USE;
err store_schedules(struct ctx *cx, int64_t performance, struct list *ret) MUST_USE;
err store_prices(struct ctx *cx, int64_t schedule, struct list *ret) MUST_USE;

/* *ret_free: false when the hall is taken at the new time. */
err store_schedule_change(struct ctx *cx, const struct schedule *to, bool *ret_free) MUST_USE;
void store_price_insert(struct ctx *cx, int64_t schedule, const struct grade *g);
/* *ret_moved: false when the schedule is not at that revision any more. */
err store_schedule_move(struct ctx *cx, const struct schedule *to, const struct plan_store_in *in, bool *ret_moved) MUST_USE;
/* Plans that schedules in this hall have moved to. */
err store_plan_count(struct ctx *cx, int64_t hall, int64_t *ret) MUST_USE;
err store_schedule_cancel(struct ctx *cx, int64_t id, struct str reason) MUST_USE;

/* ---- store_catalogue.c ---- */

/* struct show_date, by performance and beginning. */
err store_dates(struct ctx *cx, int64_t performance, struct list *ret) MUST_USE;
err store_all_dates(struct ctx *cx, struct list *ret) MUST_USE;
err store_all_shows(struct ctx *cx, struct list *ret) MUST_USE;      /* struct show with what is searched, by id */
err store_all_regions(struct ctx *cx, struct list *ret) MUST_USE;    /* struct hall with nothing but its region */
err store_hours_sold(struct ctx *cx, int64_t since, struct list *ret) MUST_USE;     /* struct hour_sold */

/* ---- show.c ---- */

/* The performance as its manager may change it; ERR_MISSING for everybody else. */
err show_own(struct ctx *cx, int64_t id, struct show *ret) MUST_USE;
/* Fills in the summary of its schedules; with show_fill also the cast and the schedules themselves. */
err show_summarize(struct ctx *cx, struct show_out *ret) MUST_USE;
err show_fill(struct ctx *cx, struct show_out *ret) MUST_USE;
err schedule_cast_fill(struct ctx *cx, struct schedule *s) MUST_USE;

/* ---- search.c ---- */

/* In a command, after whatever changed a performance, its schedules or their prices: searches see it once the command is durable. */
err show_reindex(struct ctx *cx, struct performance *p, int64_t performance) MUST_USE;
/* The whole catalogue from the database, at start. */
err catalogue_load(struct ctx *cx, struct performance *p) MUST_USE;
/* What the catalogue has found, as struct show_out; what is gone in this moment is left out. */
err shows_of_hits(struct ctx *cx, const struct catalogue_hit *hits, size_t n, struct list *ret) MUST_USE;

/* ---- schedule.c ---- */

/* Are the times of a schedule in order? Names each that is not. */
err schedule_check_times(struct ctx *cx, const struct schedule *s) MUST_USE;
err schedule_hall_busy(struct ctx *cx) MUST_USE;
/* The event that tells others of a schedule, should this program end before it has told them itself. Only in commands. */
void schedule_say(struct ctx *cx, const struct performance *p, const char *topic, const struct schedule_opening *opening);
/* Tells booking; when it is busy, the event does so a moment later. Only in stories. */
err schedule_tell(struct ctx *cx, const struct call *call, const void *in) MUST_USE;
/* Fills in what follows from the clock and from booking: status and what remains. */
err schedule_fill(struct ctx *cx, struct schedule *s) MUST_USE;

/* ---- schedule_change.c ---- */

/* A schedule that the actor manages; ERR_MISSING otherwise. */
err schedule_owned(struct ctx *cx, int64_t id, struct schedule *ret) MUST_USE;
/* What booking is told of a schedule that stands, with its grades. */
struct schedule_opening schedule_opening_of(struct ctx *cx, const struct schedule *s);

/* ERR_CONFLICT when it has been cancelled or is over. */
err schedule_still_on(struct ctx *cx, const struct schedule *s) MUST_USE;

/* ---- map.c ---- */

/* The seat map as a JSON document. */
err map_write(struct ctx *cx, const struct id_key *ids, int64_t schedule, struct buf *out) MUST_USE;

/* ---- the calls ---- */

#define CALL_FN(name) err name(struct ctx *cx, void *self, const void *in, void *ret_out)
CALL_FN(hall_create);
CALL_FN(hall_insert);
CALL_FN(hall_get);
CALL_FN(hall_map_get);
CALL_FN(hall_list);
CALL_FN(hall_change);
CALL_FN(hall_delete);
CALL_FN(show_create);
CALL_FN(show_get);
CALL_FN(show_list);
CALL_FN(show_managed);
CALL_FN(show_change);
CALL_FN(show_delete);
CALL_FN(schedule_cast);
CALL_FN(schedule_create);
CALL_FN(schedule_basis);
CALL_FN(schedule_insert);
CALL_FN(schedule_get);
CALL_FN(schedule_change);
CALL_FN(schedule_change_put);
CALL_FN(schedule_cancel);
CALL_FN(schedule_cancel_put);
CALL_FN(sales_csv);
CALL_FN(schedule_plan_basis);
CALL_FN(schedule_plan_put);
CALL_FN(schedule_plan_store);
CALL_FN(schedule_facts);
CALL_FN(show_facts);
CALL_FN(hall_plan);
CALL_FN(seat_map_get);
#undef CALL_FN

extern const struct call show_create_call, show_change_call, show_delete_call, show_list_call, show_managed_call, show_get_call, schedule_cast_call;
extern const struct call hall_insert_call, hall_plan_call, schedule_basis_call, schedule_insert_call, schedule_get_call;
extern const struct call schedule_change_put_call, schedule_cancel_put_call, schedule_plan_basis_call, schedule_plan_store_call;

#endif
