/* The statements of sql/queries_draw.sql as typed functions. */
#include "draw_int.h"
#include "store.h"

#include "platform/obs/log.h"
#include "queue_sql.h"

static struct val v_hash(const struct hash *h)
{
    return v_blob(str_of((const char *)h->at, sizeof(h->at)));
}

static struct hash row_hash(const struct rows *row, int column)
{
    struct str bytes = row_text_view(row, column);
    struct hash h = { { 0 } };
    if (bytes.n == sizeof(h.at))
        memcpy(h.at, bytes.p, sizeof(h.at));
    return h;
}

static void row_words(const struct rows *row, int column, char out[BEACON_TEXT])
{
    struct str text = row_text_view(row, column);
    size_t n = text.n < BEACON_TEXT ? text.n : BEACON_TEXT - 1;
    if (n)
        memcpy(out, text.p, n);
    out[n] = 0;
}

static void take_draw(const struct rows *row, struct room *r)
{
    struct draw *d = &r->draw;
    r->line.closed_at = row_int(row, 1);
    r->line.entries = row_int(row, 2);
    d->root = row_hash(row, 3);
    d->round = row_int(row, 4);
    row_words(row, 5, d->url);
    r->line.drawn_at = row_int(row, 6);
    d->beacon = (int)row_int(row, 7);
    d->randomness = row_hash(row, 8);
    row_words(row, 9, d->signature);
    d->seed = row_hash(row, 10);
}

err store_draws(struct ctx *cx, struct queue *q)
{
    struct rows row;
    err e = db_rows(cx, &queue_sql.draw_all, NO_VALS, &row);
    if (e)
        return e;
    while (rows_next(&row)) {
        struct room *r = room_find(q, row_int(&row, 0));
        if (r)
            take_draw(&row, r);
    }
    return rows_end(cx, &row);
}

void store_draw_insert(struct ctx *cx, const struct room *r)
{
    db_put(cx, &queue_sql.draw_insert, VALS(v_int(r->id), v_int(r->line.closed_at), v_int(r->line.entries), v_hash(&r->draw.root),
                                            v_int_or_null(r->draw.round), v_text(str_c(r->draw.url))));
}

err store_draw_update(struct ctx *cx, const struct room *r)
{
    const struct draw *d = &r->draw;
    bool used = d->beacon == BEACON_USED;
    int64_t changed;
    err e = db_run(cx, &queue_sql.draw_update,
                   VALS(v_int(r->line.drawn_at), v_int(d->beacon), used ? v_hash(&d->randomness) : v_null(),
                        used ? v_text(str_c(d->signature)) : v_null(), v_hash(&d->seed), v_int(r->id)), &changed);
    ASSERT(e || changed == 1);
    return e;
}

void store_block_insert(struct ctx *cx, const struct room *r, int64_t block, const struct hash *hash)
{
    db_put(cx, &queue_sql.block_insert, VALS(v_int(place_key(r->id, block)), v_hash(hash)));
}

static void take_count(struct ctx *cx, const struct rows *row, void *out)
{
    (void)cx;
    *(int64_t *)out = row_int(row, 0);
}

err store_block_count(struct ctx *cx, struct room *r)
{
    bool found;
    return db_one(cx, &queue_sql.block_count, ROOM_RANGE(r), take_count, &r->blocks, &found);
}

err store_blocks(struct ctx *cx, int64_t schedule, int64_t count, struct hash *ret)
{
    struct rows row;
    int64_t n = 0;
    if (!count)
        return OK;
    err e = db_rows(cx, &queue_sql.block_range, VALS(v_int(place_key(schedule, 0)), v_int(place_key(schedule, count - 1))), &row);
    if (e)
        return e;
    while (rows_next(&row) && n < count)
        ret[n++] = row_hash(&row, 0);
    e = rows_end(cx, &row);
    ASSERT(e || n == count);
    return e;
}

err store_draw_entries(struct ctx *cx, const struct namer *names, int64_t schedule, int64_t first, int64_t last,
                  void (*take)(void *self, const struct entry *e), void *self)
{
    struct rows row;
    err e = db_rows(cx, &queue_sql.entry_range, VALS(v_int(place_key(schedule, first)), v_int(place_key(schedule, last))), &row);
    if (e)
        return e;
    while (rows_next(&row)) {
        struct entry entry = namer_entry(names, key_number(row_int(&row, 0)), row_int(&row, 1), row_int(&row, 2));
        take(self, &entry);
    }
    return rows_end(cx, &row);
}

void store_withdrawn_insert(struct ctx *cx, const struct room *r, int64_t number)
{
    db_put(cx, &queue_sql.withdrawn_insert, VALS(v_int(place_key(r->id, number)), v_int(cx->now)));
}

err store_withdrawn(struct ctx *cx, struct room *r)
{
    struct rows row;
    err e = db_rows(cx, &queue_sql.withdrawn_range, ROOM_RANGE(r), &row);
    if (e)
        return e;
    while (rows_next(&row))
        marks_set(&r->ended, key_number(row_int(&row, 0)), true);
    return rows_end(cx, &row);
}
