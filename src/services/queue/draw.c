/* The draw of a room. Whoever joins before the sale starts has an entry; entries are hashed in blocks as they come. At the start of the sale root
 * and count are fixed; then, at once or when the public round is known, the seed follows, and from it everybody's place. Later arrivals have
 * the places behind, in order. */
#include "draw_int.h"
#include "store.h"

#include <stdio.h>
#include <stdlib.h>

#include "platform/obs/log.h"

#define BLOCKS_AT_ONCE 64
#define BEACON_WAIT_MS 60000

/* ---- names and secrets ---- */

static struct str keyed(const struct queue *q, const char *what, const struct namer *n, char text[64], uint8_t out[32])
{
    int length = snprintf(text, 64, "%s %.*s", what, ID_TEXT, n->schedule);
    struct str message = str_of(text, (size_t)length);
    crypto_hmac(q->keys->draw, message, out);
    return message;
}

struct namer namer_of(const struct queue *q, int64_t schedule)
{
    struct namer n;
    uint8_t key[32];
    char text[64];
    id_encode(&q->keys->ids, ID_SCHEDULE, schedule, n.schedule);
    keyed(q, "entrants", &n, text, key);
    memcpy(n.key.secret, key, sizeof(n.key.secret));
    return n;
}

struct str namer_schedule(const struct namer *n)
{
    return str_of(n->schedule, sizeof(n->schedule));
}

struct entry namer_entry(const struct namer *n, int64_t number, int64_t joined_at, int64_t user)
{
    struct entry e = { .number = number, .joined_at = joined_at };
    id_encode(&n->key, ID_USER, user, e.entrant);
    return e;
}

struct hash draw_secret(const struct queue *q, const struct namer *n)
{
    struct hash secret;
    char text[64];
    keyed(q, "secret", n, text, secret.at);
    return secret;
}

/* ---- receipts: one signature for all who join between two commits ---- */

static void receipts_begin(struct receipts *ret, const struct queue *q, const struct namer *n)
{
    struct hash secret = draw_secret(q, n);
    ret->schedule = namer_schedule(n);
    ret->commitment = draw_commitment(ret->schedule, &secret);
    ret->n = 0;
}

struct str draw_receipt(struct ctx *cx, const struct queue *q, const struct namer *n, const struct entry *e)
{
    struct receipts r;
    receipts_begin(&r, q, n);
    r.entries[r.n++] = *e;
    receipts_sign(&r, q->keys->receipt_secret);
    return receipts_text(cx->arena, &r, 0);
}

struct wanted {               /* in the memory of the request that waits for it */
    struct wanted *next;
    int64_t number, joined_at, user;
    struct arena *arena;
    struct str *ret;
};

static void wanted_undo(void *room, const void *before)
{
    ((struct room *)room)->wanted = *(struct wanted *const *)before;
}

/* After the commit, before anybody is answered. */
static void wanted_sign(void *room)
{
    struct room *r = room;
    struct namer names = namer_of(r->queue, r->schedule);
    struct receipts together;
    receipts_begin(&together, r->queue, &names);
    while (r->wanted) {
        struct wanted *w = r->wanted, *end = w;
        for (together.n = 0; end && together.n < RECEIPTS_TOGETHER; end = end->next)
            together.entries[together.n++] = namer_entry(&names, end->number, end->joined_at, end->user);
        receipts_sign(&together, r->queue->keys->receipt_secret);
        for (size_t i = 0; w != end; w = w->next)
            *w->ret = receipts_text(w->arena, &together, i++);
        r->wanted = end;
    }
}

void draw_receipt_later(struct ctx *cx, struct room *r, const struct place_ref *who, struct str *ret)
{
    struct wanted *w = NEW(cx->arena, struct wanted);
    *w = (struct wanted){ r->wanted, who->number, cx->now, who->user, cx->arena, ret };
    tx_undo(cx, wanted_undo, r, &r->wanted, sizeof(r->wanted));
    tx_after(cx, wanted_sign, r);
    r->wanted = w;
}

/* ---- blocks ---- */

struct leaves {
    const struct namer *names;
    struct hash *at;
    size_t n, max;
};

static void take_leaf(void *self, const struct entry *e)
{
    struct leaves *l = self;
    ASSERT(l->n < l->max);
    l->at[l->n++] = entry_hash(namer_schedule(l->names), e);
}

/* The root of a block's entries up to number `last`. */
static err block_root(struct ctx *cx, const struct namer *names, int64_t schedule, int64_t block, int64_t last, struct hash *ret)
{
    struct hash at[BLOCK];
    struct leaves l = { names, at, 0, BLOCK };
    int64_t first = block * BLOCK + 1;
    err e = store_draw_entries(cx, names, schedule, first, min(last, first + BLOCK - 1), take_leaf, &l);
    if (!e)
        *ret = tree_root(at, l.n);
    return e;
}

static void blocks_undo(void *room, const void *before)
{
    ((struct room *)room)->blocks = *(const int64_t *)before;
}

static err hash_blocks(struct ctx *cx, struct room *r, int64_t at_most)
{
    int64_t full = min(r->line.last / BLOCK, r->blocks + at_most);
    struct namer names = namer_of(r->queue, r->schedule);
    if (full <= r->blocks)
        return OK;
    tx_undo(cx, blocks_undo, r, &r->blocks, sizeof(r->blocks));
    for (; r->blocks < full; r->blocks++) {
        struct hash root;
        err e = block_root(cx, &names, r->schedule, r->blocks, r->line.last, &root);
        if (e)
            return e;
        store_block_insert(cx, r, r->blocks, &root);
    }
    return OK;
}

err draw_tops(struct ctx *cx, const struct namer *names, int64_t schedule, int64_t entries, struct hash *ret, size_t *ret_n)
{
    int64_t full = entries / BLOCK;
    err e = store_blocks(cx, schedule, full, ret);
    *ret_n = (size_t)full;
    if (!e && entries % BLOCK)
        e = block_root(cx, names, schedule, full, entries, &ret[(*ret_n)++]);
    return e;
}

/* ---- the sale starts: root and count are fixed ---- */

static void beacon_wake(void *queue)
{
    struct queue *q = queue;
    atomic_store(&q->beacon.due, 0);
}

static err close_entries(struct ctx *cx, struct room *r)
{
    struct namer names = namer_of(r->queue, r->schedule);
    int64_t entries = r->line.last;
    size_t n;
    err e = hash_blocks(cx, r, INT64_MAX / 2);
    struct hash *tops = NEW_ARRAY(cx->arena, struct hash, (size_t)(entries / BLOCK) + 1);
    if (!e)
        e = draw_tops(cx, &names, r->schedule, entries, tops, &n);
    if (e)
        return e;
    int64_t round = beacon_round(r->queue, room_sells_at(r));
    struct str url = round ? beacon_url(cx, r->queue, round) : (struct str){ 0 };

    room_touch(cx, r);
    pthread_rwlock_wrlock(&r->queue->lock);
    r->draw = (struct draw){ .root = tree_root(tops, n), .round = round };
    if (url.n)
        memcpy(r->draw.url, url.p, url.n);
    pthread_rwlock_unlock(&r->queue->lock);
    r->line.closed_at = cx->now;
    r->line.entries = entries;
    store_draw_insert(cx, r);
    if (round)
        tx_after(cx, beacon_wake, r->queue);
    return OK;
}

/* ---- the draw ---- */

uint32_t *draw_order(const struct hash *seed, int64_t entries)
{
    uint32_t *order = malloc((size_t)entries * sizeof(*order) + 1);
    ASSERT(order != NULL);
    draw_shuffle(seed, order, (size_t)entries);
    return order;
}

/* Marks go from numbers to places, or back. */
static void marks_move(struct room *r, bool back)
{
    struct marks moved = { 0 };
    for (int64_t number = 1; number <= r->line.last; number++) {
        int64_t place = number <= r->line.entries ? r->order[number - 1] : number;
        if (marks_get(&r->ended, back ? place : number))
            marks_set(&moved, back ? number : place, true);
    }
    marks_free(&r->ended);
    r->ended = moved;
}

static void order_undo(void *room, const void *none)
{
    struct room *r = room;
    (void)none;
    pthread_rwlock_wrlock(&r->queue->lock);
    marks_move(r, true);
    seen_move(&r->seen, r->order, r->line.entries, true);
    free(r->order);
    r->order = NULL;
    r->ordered = 0;
    pthread_rwlock_unlock(&r->queue->lock);
}

/* Entries that were given up before have places too, but these are over. */
static void end_withdrawn(struct ctx *cx, struct room *r, const uint32_t *order)
{
    for (int64_t number = 1; number <= r->line.last; number++)
        if (marks_get(&r->ended, number))
            store_end_insert(cx, r, number <= r->line.entries ? order[number - 1] : number, LEFT_LINE, 0);
}

static struct str randomness_of(const struct draw *d)
{
    return str_of((const char *)d->randomness.at, d->beacon == BEACON_USED ? sizeof(d->randomness.at) : 0);
}

err draw_now(struct ctx *cx, struct room *r, const struct beacon *heard)
{
    struct namer names = namer_of(r->queue, r->schedule);
    struct hash secret = draw_secret(r->queue, &names);
    struct draw d = r->draw;
    d.beacon = heard ? BEACON_USED : d.round ? BEACON_MISSED : BEACON_NONE;
    if (heard) {
        ASSERT(heard->signature.n < BEACON_TEXT);
        d.randomness = heard->randomness;
        memcpy(d.signature, heard->signature.p, heard->signature.n);
    }
    d.seed = draw_seed(&d.root, r->line.entries, &secret, randomness_of(&d));

    room_touch(cx, r);
    uint32_t *order = draw_order(&d.seed, r->line.entries);
    end_withdrawn(cx, r, order);
    pthread_rwlock_wrlock(&r->queue->lock);  /* numbers become places, for all who look, in one moment */
    r->draw = d;
    r->order = order;
    r->ordered = r->line.entries;
    marks_move(r, false);
    seen_move(&r->seen, r->order, r->line.entries, false);
    pthread_rwlock_unlock(&r->queue->lock);
    tx_undo(cx, order_undo, r, "", 1);
    r->line.drawn_at = cx->now;
    line_settle(&r->line, &r->terms.rules, cx->now);
    line_pace_reset(&r->line, &r->terms.rules, cx->now);
    room_skip_ended(r);
    return store_draw_update(cx, r);
}

/* ---- by the clock ---- */

bool draw_pending(const struct terms *t, const struct line *l)
{
    return t->draws && !l->drawn_at;
}

int64_t draw_due(const struct room *r)
{
    int64_t sells_at = room_sells_at(r);
    if (!draw_pending(&r->terms, &r->line) || sells_at >= r->sale_ends_at)
        return INT64_MAX;
    if (r->line.closed_at)
        return r->draw.round ? r->line.closed_at + BEACON_WAIT_MS : r->line.closed_at;
    return r->line.last / BLOCK > r->blocks ? r->queue->ran_at : sells_at;
}

err draw_advance(struct ctx *cx, struct room *r)
{
    if (draw_due(r) > cx->now || cx->now >= r->sale_ends_at)
        return OK;
    if (cx->now < room_sells_at(r) && !r->line.closed_at)
        return hash_blocks(cx, r, BLOCKS_AT_ONCE);
    err e = r->line.closed_at ? OK : close_entries(cx, r);
    if (e || draw_due(r) > cx->now)
        return e;
    return draw_now(cx, r, NULL);
}
