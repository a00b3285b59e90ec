/* The catalogue's columns, and how changes reach them: noted by a command, taken back with it or published by its group, taken in by a reader. */
#include "catalogue_int.h"

#include <stdlib.h>

#include "base/grow.h"
#include "platform/db/db.h"
#include "platform/obs/log.h"

#define TEXT_MAX  (UINT32_MAX - 65536u)
#define READY_MAX 65536       /* changes that may wait for a reader; then the writer takes them in itself */

static const int64_t period_hours[PERIODS] = { 24, 7 * 24, HOURS_MAX };

/* ---- text ---- */

/* U+00C0 to U+00FF without their accents; '*': stays as it is. */
static const char latin[] = "aaaaaa*ceeeeiiii*nooooo*ouuuuy**aaaaaa*ceeeeiiii*nooooo*ouuuuy*y";

struct str catalogue_fold(struct arena *arena, struct str text)
{
    char *out = arena_take(arena, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c == 0xc3 && i + 1 < text.n && latin[(unsigned char)text.p[i + 1] & 0x3f] != '*')
            out[n++] = latin[(unsigned char)text.p[++i] & 0x3f];
        else
            out[n++] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    return str_of(out, n);
}

/* ---- halls ---- */

static size_t hall_place(struct catalogue *c, int64_t hall)
{
    uint64_t place;
    if (map_get(&c->halls, (uint64_t)hall, &place))
        return place;
    c->regions = grow(c->regions, &c->region_cap, c->region_count + 1, sizeof(*c->regions));
    c->regions[c->region_count] = (struct str){ 0 };
    map_put(&c->halls, (uint64_t)hall, c->region_count);
    return c->region_count++;
}

static void set_region(struct catalogue *c, int64_t hall, struct str region)
{
    size_t place = hall_place(c, hall);
    struct str *at = &c->regions[place];
    char *copy = malloc(region.n + 1);
    if (!copy)
        abort();
    if (region.n)
        memcpy(copy, region.p, region.n);
    free((void *)(uintptr_t)at->p);
    *at = str_of(copy, region.n);
}

/* ---- performances ---- */

static int64_t first_bytes(struct str title)
{
    uint64_t key = 0;
    for (size_t i = 0; i < 8; i++)
        key = key << 8 | (i < title.n ? (unsigned char)title.p[i] : 0);
    return (int64_t)(key ^ UINT64_C(1) << 63);
}

static struct entry *entry_of(struct catalogue *c, int64_t id)
{
    uint64_t place;
    return map_get(&c->by_id, (uint64_t)id, &place) ? &c->entries[place] : NULL;
}

static void set_dates(struct catalogue *c, struct entry *e, const struct listing *l)
{
    if (l->date_count > e->date_count) {
        c->dates_dead += e->date_count;
        e->first_date = (uint32_t)c->date_count;
        c->dates = grow(c->dates, &c->date_cap, c->date_count + l->date_count, sizeof(*c->dates));
        c->date_count += l->date_count;
    } else {
        c->dates_dead += e->date_count - l->date_count;
    }
    e->date_count = (uint32_t)l->date_count;
    for (size_t i = 0; i < l->date_count; i++) {
        c->dates[e->first_date + i] = l->dates[i];
        c->dates[e->first_date + i].hall = (int64_t)hall_place(c, l->dates[i].hall);
    }
}

static struct entry *append(struct catalogue *c, int64_t id, struct str text, size_t title_n)
{
    c->entries = grow(c->entries, &c->entry_cap, c->entry_count + 1, sizeof(*c->entries));
    struct entry *e = &c->entries[c->entry_count];
    *e = (struct entry){ .id = id, .text_at = (uint32_t)c->text.n, .text_n = (uint32_t)text.n, .title_n = (uint32_t)title_n, .live = true };
    e->title_key = first_bytes(str_of(text.p, title_n));
    buf_str(&c->text, text);
    ASSERT(!c->text.full);
    grams_add(&c->grams, text, (uint32_t)c->entry_count);
    map_put(&c->by_id, (uint64_t)id, c->entry_count++);
    return e;
}

static void kill_entry(struct catalogue *c, struct entry *e)
{
    e->live = false;
    c->dead++;
    c->dates_dead += e->date_count;
    map_remove(&c->by_id, (uint64_t)e->id);
}

/* Without the dead. Halls and what was sold stay. */
static void rebuild(struct catalogue *c)
{
    struct catalogue old = *c;
    c->entries = NULL;
    c->dates = NULL;
    c->entry_count = c->entry_cap = c->dead = c->date_count = c->date_cap = c->dates_dead = 0;
    c->by_id = (struct map){ 0 };
    c->grams = (struct grams){ 0 };
    buf_init(&c->text, TEXT_MAX);
    for (size_t i = 0; i < old.entry_count; i++) {
        const struct entry *from = &old.entries[i];
        if (!from->live)
            continue;
        struct entry *e = append(c, from->id, entry_text(&old, from), from->title_n);
        e->genre = from->genre;
        memcpy(e->sold, from->sold, sizeof(e->sold));
        e->first_date = (uint32_t)c->date_count;
        e->date_count = from->date_count;
        c->dates = grow(c->dates, &c->date_cap, c->date_count + from->date_count, sizeof(*c->dates));
        if (from->date_count)
            memcpy(c->dates + c->date_count, old.dates + from->first_date, from->date_count * sizeof(*c->dates));
        c->date_count += from->date_count;
    }
    free(old.entries);
    free(old.dates);
    map_free(&old.by_id);
    grams_free(&old.grams);
    buf_free(&old.text);
}

static void rebuild_if_worth(struct catalogue *c)
{
    if (c->dead > 1024 + c->entry_count / 2 || c->dates_dead > 4096 + c->date_count / 2)
        rebuild(c);
}

static void put(struct catalogue *c, const struct listing *l)
{
    struct entry *e = entry_of(c, l->id);
    if (!e || e->title_n != l->title_n || !str_eq(entry_text(c, e), l->text)) {
        int32_t sold[PERIODS] = { 0 };
        if (e) {
            memcpy(sold, e->sold, sizeof(sold));
            kill_entry(c, e);
        }
        e = append(c, l->id, l->text, l->title_n);
        memcpy(e->sold, sold, sizeof(sold));
    }
    e->genre = (uint8_t)l->genre;
    set_dates(c, e, l);
    rebuild_if_worth(c);
}

static void drop(struct catalogue *c, int64_t id)
{
    struct entry *e = entry_of(c, id);
    if (!e)
        return;
    kill_entry(c, e);
    rebuild_if_worth(c);
}

/* ---- what was sold ---- */

static void forget_hour(struct catalogue *c, enum period period, int64_t hour)
{
    struct map *sold = &c->sold[hour % HOURS_MAX];
    size_t at = 0;
    uint64_t performance, seats;
    while (map_each(sold, &at, &performance, &seats)) {
        struct entry *e = entry_of(c, (int64_t)performance);
        if (e)
            e->sold[period] -= (int32_t)seats;
    }
    if (period == PERIOD_MONTH)
        map_free(sold);
}

/* Moves the periods on so that they end with this hour. */
static void advance(struct catalogue *c, int64_t hour)
{
    for (int p = 0; p < PERIODS; p++) {
        int64_t edge = hour - period_hours[p] + 1;
        for (int64_t h = c->edge[p]; h < edge && h <= c->hour; h++)      /* nothing is known of later hours */
            forget_hour(c, (enum period)p, h);
        if (c->edge[p] < edge)
            c->edge[p] = edge;
    }
    if (c->hour < hour)
        c->hour = hour;
}

static void sold(struct catalogue *c, int64_t performance, int64_t hour, int64_t seats)
{
    uint64_t before = 0;
    struct entry *e = entry_of(c, performance);
    advance(c, hour);
    if (!e || hour < c->edge[PERIOD_MONTH])
        return;
    struct map *of_hour = &c->sold[hour % HOURS_MAX];
    map_get(of_hour, (uint64_t)performance, &before);
    map_put(of_hour, (uint64_t)performance, (uint64_t)((int64_t)before + seats));
    for (int p = 0; p < PERIODS; p++)
        if (hour >= c->edge[p])
            e->sold[p] += (int32_t)seats;
}

/* ---- changes: made by a command, handed over by its group, taken in by a reader ---- */

enum change_kind { CHANGE_PUT, CHANGE_DROP, CHANGE_HALL, CHANGE_SOLD };

struct change {
    struct change *next;
    enum change_kind kind;
    int64_t id, hour, seats;
    struct listing listing;
    struct str region;
};

static void take_in(struct catalogue *c, const struct change *change)
{
    switch (change->kind) {
    case CHANGE_PUT: put(c, &change->listing); break;
    case CHANGE_DROP: drop(c, change->id); break;
    case CHANGE_HALL: set_region(c, change->id, change->region); break;
    case CHANGE_SOLD: sold(c, change->id, change->hour, change->seats); break;
    }
}

static void take_in_ready(struct catalogue *c, int64_t hour)
{
    pthread_rwlock_wrlock(&c->lock);
    pthread_mutex_lock(&c->handover);
    struct change *at = c->ready;
    c->ready = NULL;
    c->ready_tail = &c->ready;
    c->ready_count = 0;
    pthread_mutex_unlock(&c->handover);
    for (struct change *next; at; at = next) {
        next = at->next;
        take_in(c, at);
        free(at);
    }
    advance(c, hour);
    pthread_rwlock_unlock(&c->lock);
}

void catalogue_read_begin(struct catalogue *c, int64_t now)
{
    if (c->ready_count || now / HOUR_MS > c->hour)
        take_in_ready(c, now / HOUR_MS);
    pthread_rwlock_rdlock(&c->lock);
}

void catalogue_read_end(struct catalogue *c)
{
    pthread_rwlock_unlock(&c->lock);
}

static void publish(void *self)
{
    struct catalogue *c = self;
    pthread_mutex_lock(&c->handover);
    for (size_t i = 0; i < c->pending_count; i++) {
        *c->ready_tail = c->pending[i];
        c->ready_tail = &c->pending[i]->next;
    }
    c->ready_count += c->pending_count;
    c->pending_count = 0;
    pthread_mutex_unlock(&c->handover);
    if (c->ready_count > READY_MAX)
        take_in_ready(c, c->hour);
}

static void take_back(void *self, const void *arg)
{
    struct catalogue *c = self;
    (void)arg;
    free(c->pending[--c->pending_count]);
}

static void change_note(struct ctx *cx, struct catalogue *c, const struct change *given)
{
    const struct listing *l = &given->listing;
    if (c->loading) {
        take_in(c, given);
        return;
    }
    size_t dates = l->date_count * sizeof(*l->dates);
    struct change *own = malloc(sizeof(*own) + dates + l->text.n + given->region.n);
    if (!own)
        abort();
    char *bytes = (char *)(own + 1) + dates;
    *own = *given;
    if (dates)
        own->listing.dates = memcpy(own + 1, l->dates, dates);
    if (l->text.n)
        own->listing.text.p = memcpy(bytes, l->text.p, l->text.n);
    if (given->region.n)
        own->region.p = memcpy(bytes + l->text.n, given->region.p, given->region.n);
    c->pending = grow(c->pending, &c->pending_cap, c->pending_count + 1, sizeof(struct change *));
    c->pending[c->pending_count++] = own;
    tx_undo(cx, take_back, c, &own->kind, sizeof(own->kind));
    tx_after(cx, publish, c);
}

void catalogue_put(struct ctx *cx, struct catalogue *c, const struct listing *l)
{
    change_note(cx, c, &(struct change){ .kind = CHANGE_PUT, .listing = *l });
}

void catalogue_drop(struct ctx *cx, struct catalogue *c, int64_t performance)
{
    change_note(cx, c, &(struct change){ .kind = CHANGE_DROP, .id = performance });
}

void catalogue_hall(struct ctx *cx, struct catalogue *c, int64_t hall, struct str region)
{
    change_note(cx, c, &(struct change){ .kind = CHANGE_HALL, .id = hall, .region = region });
}

void catalogue_sold(struct ctx *cx, struct catalogue *c, int64_t performance, int64_t at, int64_t seats)
{
    change_note(cx, c, &(struct change){ .kind = CHANGE_SOLD, .id = performance, .hour = at / HOUR_MS, .seats = seats });
}

/* ---- life ---- */

struct catalogue *catalogue_new(const struct app *app)
{
    struct catalogue *c = calloc(1, sizeof(*c));
    pthread_rwlockattr_t writers_first;
    if (!c)
        abort();
    c->app = app;
    c->loading = true;
    c->ready_tail = &c->ready;
    buf_init(&c->text, TEXT_MAX);
    pthread_mutex_init(&c->handover, NULL);
    pthread_rwlockattr_init(&writers_first);
    pthread_rwlockattr_setkind_np(&writers_first, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&c->lock, &writers_first);
    pthread_rwlockattr_destroy(&writers_first);
    return c;
}

void catalogue_loaded(struct catalogue *c)
{
    c->loading = false;
}

void catalogue_free(struct catalogue *c)
{
    for (struct change *next; c->ready; c->ready = next) {
        next = c->ready->next;
        free(c->ready);
    }
    for (size_t i = 0; i < c->region_count; i++)
        free((void *)(uintptr_t)c->regions[i].p);
    for (size_t i = 0; i < HOURS_MAX; i++)
        map_free(&c->sold[i]);
    free(c->regions);
    free(c->entries);
    free(c->dates);
    free(c->pending);
    map_free(&c->by_id);
    map_free(&c->halls);
    grams_free(&c->grams);
    buf_free(&c->text);
    pthread_rwlock_destroy(&c->lock);
    pthread_mutex_destroy(&c->handover);
    free(c);
}
