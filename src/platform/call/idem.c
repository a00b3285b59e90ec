/* Idempotency keys (Stripe's contract: docs.stripe.com/api/idempotent_requests). The answers of a group of commands are rows written in its
 * transaction; which keys exist is kept in memory, so that a new key costs a few bytes of an appended row and no search on disk. Used on the
 * writer's thread only, but for idem_key_make. */
#include "platform/call/call_impl.h"

#include <sodium.h>
#include <stdlib.h>

#include "platform/call/front_impl.h"
#include "platform/crypto/crypto.h"
#include "platform/obs/log.h"
#include "platform_sql.h"

#define KEEP_MS INT64_C(90000000)  /* 25 hours: more than the 24 that are promised */

#define KEYS_USUAL 150000     /* more make the table grow */

#define RUNNING 0             /* in place of an answer's place: a story with this key is under way */

#define BATCH_BYTES 16384     /* a row is closed above this: one repeated request must not unpack much */

struct idem {
    uint8_t secret[16];
    struct map places;        /* first half of the key's hash -> place of its answer */
    struct sequence ids;
    struct batch batch;       /* of the group under way, to become row number batch_id */
    int64_t batch_id;
    int64_t pruned;           /* rows up to here have been looked at */
    _Atomic int64_t prune_due;
};

static uint64_t map_key(const uint8_t hash[16])
{
    uint64_t k;
    memcpy(&k, hash, sizeof(k));
    return k >> 1;                           /* never the one key that a map cannot keep */
}

/* A place: the number of a row, and which of its answers. */
static uint64_t place(int64_t row, size_t at) { return (uint64_t)row << 16 | at; }
static int64_t place_row(uint64_t p) { return (int64_t)(p >> 16); }
static size_t place_at(uint64_t p) { return p & 0xffff; }

struct idem *idem_open(struct ctx *cx, const struct keys *keys)
{
    struct idem *i = calloc(1, sizeof(*i));
    struct rows r;
    if (!i)
        abort();
    memcpy(i->secret, keys->ids.secret, sizeof(i->secret));
    atomic_init(&i->prune_due, cx->now);
    batch_init(&i->batch, BATCH_BYTES + FRONT_ANSWER_MAX + 4096);
    map_reserve(&i->places, KEYS_USUAL);
    err e = sequence_load(cx, &platform_sql.idem_max, &i->ids);
    if (!e)
        e = db_rows(cx, &platform_sql.idem_keys, VALS(v_int(cx->now - KEEP_MS)), &r);
    while (!e && rows_next(&r)) {
        struct str row_keys = row_text_view(&r, 1);
        for (size_t at = 0; at < batch_keys(row_keys); at++)
            map_put(&i->places, map_key(batch_key_at(row_keys, at).hash), place(row_int(&r, 0), at));
    }
    if (e || rows_end(cx, &r))               /* with keys forgotten, requests would be carried out once more */
        panic(__FILE__, __LINE__, "the kept answers cannot be read");
    return i;
}

void idem_close(struct idem *i)
{
    if (!i)
        return;
    map_free(&i->places);
    batch_free(&i->batch);
    free(i);
}

/* SipHash-2-4 with 128 bits: nobody without the secret can make two keys meet. Lengths stand before the texts, so that no two inputs join to one. */
void idem_key_make(const struct idem *i, int64_t user, const struct route *route, struct str path, struct str key, struct str body, struct idem_key *ret)
{
    uint8_t joined[8 + 8 + 256], hash[16];
    uint64_t route_hash = str_hash(str_c(route->path));
    size_t n = key.n < 256 ? key.n : 256;
    memcpy(joined, &user, 8);
    memcpy(joined + 8, &route_hash, 8);
    memcpy(joined + 16, key.p, n);
    crypto_shorthash_siphashx24(ret->key.hash, joined, 16 + n, i->secret);
    crypto_shorthash_siphashx24(hash, (const uint8_t *)(body.p ? body.p : ""), body.n, i->secret);
    memcpy(&ret->key.body_hash, hash, 8);
    ret->key.body_hash ^= (int64_t)str_hash(path);
    ret->given = true;
}

struct wanted {
    size_t at;
    bool found;
    struct batch_answer answer;
};

/* Out of a row: keys, packed answers, their length. */
static void take_answer(struct ctx *cx, const struct rows *r, void *out)
{
    struct wanted *w = out;
    size_t length = (size_t)row_int(r, 2);
    char *answers = arena_take(cx->arena, length);
    w->found = batch_unpack(row_text_view(r, 1), answers, length) && batch_find(row_text_view(r, 0), str_of(answers, length), w->at, &w->answer);
    if (!w->found)
        LOG0(LOG_ERROR, "a row of kept answers cannot be read");
}

static err answer_at(struct ctx *cx, struct idem *i, uint64_t p, struct wanted *ret)
{
    bool row_found;
    *ret = (struct wanted){ .at = place_at(p) };
    if (i->batch.n && place_row(p) == i->batch_id) {
        ret->found = batch_find(buf_view(&i->batch.keys), buf_view(&i->batch.answers), ret->at, &ret->answer);
        ret->answer.body = arena_str(cx->arena, ret->answer.body);
        return OK;
    }
    return db_one(cx, &platform_sql.idem_get, VALS(v_int(place_row(p))), take_answer, ret, &row_found);
}

struct idem_claim {
    uint64_t key, place;
    bool known;               /* another key's answer has the place so long */
};

static void undo_claim(void *self, const void *arg)
{
    struct idem *i = self;
    const struct idem_claim *c = arg;
    if (c->known)
        map_put(&i->places, c->key, c->place);
    else
        map_remove(&i->places, c->key);
}

err idem_find(struct ctx *cx, struct idem *i, const struct idem_key *key, bool claim, enum idem_found *ret, int *ret_status, struct str *ret_body)
{
    uint64_t p = 0;
    struct wanted w = { 0 };
    bool known = map_get(&i->places, map_key(key->key.hash), &p);
    *ret = IDEM_NEW;
    if (known && p == RUNNING) {
        *ret = IDEM_RUNNING;
        return OK;
    }
    if (known) {
        err e = answer_at(cx, i, p, &w);
        if (e)
            return e;
    }
    if (!w.found || memcmp(w.answer.key.hash, key->key.hash, sizeof(key->key.hash)) != 0) {
        struct idem_claim claimed = { map_key(key->key.hash), p, known };
        if (claim) {
            map_put(&i->places, claimed.key, RUNNING);
            tx_undo(cx, undo_claim, i, &claimed, sizeof(claimed));
        }
        return OK;
    }
    *ret = w.answer.key.body_hash == key->key.body_hash ? IDEM_REPLAY : IDEM_MISMATCH;
    *ret_status = w.answer.status;
    *ret_body = w.answer.body;
    return OK;
}

struct idem_undo {
    uint64_t key;
    bool was_running;
};

static void undo_save(void *self, const void *arg)
{
    struct idem *i = self;
    const struct idem_undo *u = arg;
    if (u->was_running)
        map_put(&i->places, u->key, RUNNING);
    else
        map_remove(&i->places, u->key);
}

void idem_save(struct ctx *cx, struct idem *i, const struct idem_key *key, int status, struct str body)
{
    uint64_t p;
    struct idem_undo u = { map_key(key->key.hash), map_get(&i->places, map_key(key->key.hash), &p) };
    if (i->batch.n && i->batch.answers.n > BATCH_BYTES)
        idem_seal(cx, i);
    if (!i->batch.n)
        i->batch_id = sequence_next(&i->ids);
    map_put(&i->places, u.key, place(i->batch_id, i->batch.n));
    tx_undo(cx, undo_save, i, &u, sizeof(u));
    batch_add(&i->batch, &key->key, status, body);
}

void idem_drop(struct idem *i, const struct idem_key *key)
{
    uint64_t p;
    if (map_get(&i->places, map_key(key->key.hash), &p) && p == RUNNING)
        map_remove(&i->places, map_key(key->key.hash));
}

void idem_seal(struct ctx *cx, struct idem *i)
{
    struct batch *b = &i->batch;
    if (!b->n)
        return;
    db_put(cx, &platform_sql.idem_insert, VALS(v_int(i->batch_id), v_blob(buf_view(&b->keys)), v_blob(batch_pack(b)), v_int((int64_t)b->answers.n),
                                               v_int(cx->now)));
    batch_clear(b);
}

static void forget_keys(struct idem *i, int64_t row, struct str keys)
{
    for (size_t at = 0; at < batch_keys(keys); at++) {
        uint64_t key = map_key(batch_key_at(keys, at).hash), p;
        if (map_get(&i->places, key, &p) && p == place(row, at))
            map_remove(&i->places, key);
    }
}

static void undo_pruned(void *self, const void *arg)
{
    ((struct idem *)self)->pruned = *(const int64_t *)arg;
}

/* Deletes up to PRUNE_ROWS old rows; comes again at once while there are more, else in an hour. */
#define PRUNE_ROWS 64         /* as in the query */

static err prune(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)in;
    (void)out;
    struct idem *i = self;
    struct rows r;
    int64_t ids[PRUNE_ROWS], n = 0;
    err e = db_rows(cx, &platform_sql.idem_old, VALS(v_int(i->pruned), v_int(cx->now - KEEP_MS)), &r);
    if (e)
        return e;
    for (; n < PRUNE_ROWS && rows_next(&r); n++) {
        ids[n] = row_int(&r, 0);
        forget_keys(i, ids[n], row_text_view(&r, 1));
    }
    e = rows_end(cx, &r);
    for (int64_t k = 0; k < n && !e; k++)
        e = db_run(cx, &platform_sql.idem_delete, VALS(v_int(ids[k])), NULL);
    if (n && !e) {
        tx_undo(cx, undo_pruned, i, &i->pruned, sizeof(i->pruned));
        i->pruned = ids[n - 1];
    }
    atomic_store(&i->prune_due, n == PRUNE_ROWS ? cx->now : cx->now + 3600000);
    return e;
}

const struct call idem_prune_call = { .name = "platform.idempotency_prune", .kind = CALL_COMMAND, .fn = prune };

int64_t idem_due(void *self)
{
    struct idem *i = self;
    return atomic_load(&i->prune_due);
}
