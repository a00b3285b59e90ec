/* Seat maps ready to send, with their compressed form and ETag. An entry is counted: the cache holds it once and every answer under way once more,
 * so dropping it from the cache never takes bytes from under an answer. */
#include <stdlib.h>
#include <zlib.h>

#include "performance_int.h"
#include "platform/obs/log.h"

struct map_entry {
    struct map_entry *older;
    struct map_cache *cache;
    int64_t schedule;
    int held;                 /* under the cache's lock, like `older` */
    struct buf plain, gzip;
    char etag[36];
};

static size_t entry_bytes(const struct map_entry *e)
{
    return sizeof(*e) + e->plain.cap + e->gzip.cap;
}

/* With the lock held. */
static void entry_put(struct map_entry *e)
{
    if (--e->held > 0)
        return;
    buf_free(&e->plain);
    buf_free(&e->gzip);
    free(e);
}

static void entry_release(void *entry)
{
    struct map_entry *e = entry;
    struct map_cache *c = e->cache;

    pthread_mutex_lock(&c->lock);
    entry_put(e);
    pthread_mutex_unlock(&c->lock);
}

void map_cache_open(struct map_cache *c, size_t bytes_max)
{
    *c = (struct map_cache){ .bytes_max = bytes_max };
    pthread_mutex_init(&c->lock, NULL);
    pthread_mutex_init(&c->building, NULL);
}

/* With the lock held: drops what is at *link. */
static void drop(struct map_cache *c, struct map_entry **link)
{
    struct map_entry *e = *link;

    *link = e->older;
    c->bytes -= entry_bytes(e);
    entry_put(e);
}

void map_cache_clear(void *map_cache)
{
    struct map_cache *c = map_cache;

    pthread_mutex_lock(&c->lock);
    while (c->newest)
        drop(c, &c->newest);
    c->generation++;
    pthread_mutex_unlock(&c->lock);
}

void map_cache_close(struct map_cache *c)
{
    map_cache_clear(c);
    pthread_mutex_destroy(&c->lock);
    pthread_mutex_destroy(&c->building);
}

/* The entry of a schedule, moved to the front and held for the caller; NULL when there is none. */
static struct map_entry *find(struct map_cache *c, int64_t schedule, uint64_t *ret_generation)
{
    struct map_entry **link = &c->newest, *e;

    pthread_mutex_lock(&c->lock);
    while (*link && (*link)->schedule != schedule)
        link = &(*link)->older;
    e = *link;
    if (e) {
        *link = e->older;
        e->older = c->newest;
        c->newest = e;
        e->held++;
    }
    *ret_generation = c->generation;
    pthread_mutex_unlock(&c->lock);
    return e;
}

/* Keeps a new entry, unless what it was made from is outdated by now, and drops the oldest ones that no longer fit. */
static void keep(struct map_cache *c, struct map_entry *e, uint64_t generation)
{
    pthread_mutex_lock(&c->lock);
    if (c->generation == generation && entry_bytes(e) <= c->bytes_max) {
        e->older = c->newest;
        c->newest = e;
        c->bytes += entry_bytes(e);
        e->held++;
    }
    while (c->bytes > c->bytes_max) {
        struct map_entry **link = &c->newest;

        while ((*link)->older)
            link = &(*link)->older;
        drop(c, link);
    }
    pthread_mutex_unlock(&c->lock);
}

/* ---- making one ---- */

static void compress_map(const struct buf *plain, struct buf *ret_gzip)
{
    z_stream z = { .next_in = (Bytef *)plain->p, .avail_in = (uInt)plain->n };
    bool ready = deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK;   /* 15 + 16: a gzip header */
    ASSERT(ready);
    size_t bound = deflateBound(&z, (uLong)plain->n);
    buf_init(ret_gzip, bound);
    z.next_out = (Bytef *)buf_room(ret_gzip, bound);
    z.avail_out = (uInt)bound;
    bool whole = deflate(&z, Z_FINISH) == Z_STREAM_END;
    ASSERT(whole);
    ret_gzip->n = bound - z.avail_out;
    deflateEnd(&z);
}

static void write_etag(const struct buf *plain, char out[36])
{
    static const char hex[] = "0123456789abcdef";
    uint8_t hash[16];
    char *at = out;

    crypto_digest(buf_view(plain), hash, sizeof(hash));
    *at++ = '"';
    for (size_t i = 0; i < sizeof(hash); i++) {
        *at++ = hex[hash[i] >> 4];
        *at++ = hex[hash[i] & 15];
    }
    *at++ = '"';
    *at = 0;
}

/* With `building` held. The new entry is held for the caller. */
static err make(struct ctx *cx, struct performance *p, int64_t schedule, struct map_entry **ret)
{
    struct buf plain;
    buf_init(&plain, MAP_MAX);
    err e = map_write(cx, &p->keys->ids, schedule, &plain);
    if (e) {
        buf_free(&plain);
        return e;
    }
    struct map_entry *entry = calloc(1, sizeof(*entry));
    ASSERT(entry != NULL);
    *entry = (struct map_entry){ .cache = &p->maps, .schedule = schedule, .held = 1, .plain = plain };
    compress_map(&entry->plain, &entry->gzip);
    write_etag(&entry->plain, entry->etag);
    *ret = entry;
    return OK;
}

static err find_or_make(struct ctx *cx, struct performance *p, int64_t schedule, struct map_entry **ret)
{
    uint64_t generation;
    err e = OK;
    *ret = find(&p->maps, schedule, &generation);
    if (*ret)
        return OK;

    pthread_mutex_lock(&p->maps.building);
    *ret = find(&p->maps, schedule, &generation);
    if (!*ret) {
        e = make(cx, p, schedule, ret);
        if (!e)
            keep(&p->maps, *ret, generation);
    }
    pthread_mutex_unlock(&p->maps.building);
    return e;
}

err seat_map_get(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct schedule_ref *in = in_;
    struct map_entry *entry;

    err e = find_or_make(cx, self, in->schedule, &entry);
    if (e)
        return e;
    *(struct raw_out *)ret_out = (struct raw_out){
        .content_type = S("application/json"),
        .body = buf_view(&entry->plain),
        .body_gzip = buf_view(&entry->gzip),
        .etag = str_c(entry->etag),
        .cache_control = S("public, max-age=60"),
        .release = entry_release,
        .held = entry,
    };
    return OK;
}
