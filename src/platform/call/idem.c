/* Idempotency keys (Stripe's contract: docs.stripe.com/api/idempotent_requests). The answer to a key is a row written in the transaction of
 * its effect; which keys exist is kept in memory, so that a new key costs one appended row and no search on disk. Used on the writer's
 * thread only, but for idem_key_make. */
#include "platform/call/call_impl.h"

#include <sodium.h>
#include <stdlib.h>

#include "platform_sql.h"

#define KEEP_MS INT64_C(90000000)  /* 25 hours: more than the 24 that are promised */

#define KEYS_USUAL 150000     /* more make the table grow */

#define RUNNING 0             /* in place of a row's number: a story with this key is under way */

struct idem {
    uint8_t secret[16];
    struct map rows;          /* first half of the key's hash -> number of its row */
    struct sequence ids;
    int64_t pruned;           /* rows up to here have been looked at */
    _Atomic int64_t prune_due;
};

static uint64_t map_key(const uint8_t hash[16])
{
    uint64_t k;
    memcpy(&k, hash, sizeof(k));
    return k >> 1;                           /* never the one key that a map cannot keep */
}

struct idem *idem_open(struct ctx *cx, const struct keys *keys)
{
    struct idem *i = calloc(1, sizeof(*i));
    struct rows r;
    if (!i)
        abort();
    memcpy(i->secret, keys->ids.secret, sizeof(i->secret));
    atomic_init(&i->prune_due, cx->now);
    map_reserve(&i->rows, KEYS_USUAL);
    if (sequence_load(cx, &platform_sql.idem_max, &i->ids) || db_rows(cx, &platform_sql.idem_keys, VALS(v_int(cx->now - KEEP_MS)), &r))
        return i;
    while (rows_next(&r))
        map_put(&i->rows, map_key((const uint8_t *)row_text_view(&r, 1).p), (uint64_t)row_int(&r, 0));
    (void)!rows_end(cx, &r);
    return i;
}

void idem_close(struct idem *i)
{
    if (i)
        map_free(&i->rows);
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
    crypto_shorthash_siphashx24(ret->hash, joined, 16 + n, i->secret);
    crypto_shorthash_siphashx24(hash, (const uint8_t *)(body.p ? body.p : ""), body.n, i->secret);
    memcpy(&ret->body_hash, hash, 8);
    ret->body_hash ^= (int64_t)str_hash(path);
    ret->given = true;
}

struct stored {
    uint8_t hash[16];
    int64_t body_hash;
    int status;
    struct str body;
};

static void take_stored(struct ctx *cx, const struct rows *r, void *out)
{
    struct stored *s = out;
    struct str hash = row_text_view(r, 0);
    if (hash.n == sizeof(s->hash))
        memcpy(s->hash, hash.p, hash.n);
    s->body_hash = row_int(r, 1);
    s->status = (int)row_int(r, 2);
    s->body = row_text(cx, r, 3);
}

err idem_find(struct ctx *cx, struct idem *i, const struct idem_key *key, bool claim, enum idem_found *ret, int *ret_status, struct str *ret_body)
{
    uint64_t row;
    struct stored s = { 0 };
    bool found = map_get(&i->rows, map_key(key->hash), &row);
    *ret = IDEM_NEW;
    if (found && row == RUNNING) {
        *ret = IDEM_RUNNING;
        return OK;
    }
    if (found) {
        err e = db_one(cx, &platform_sql.idem_get, VALS(v_int((int64_t)row)), take_stored, &s, &found);
        if (e)
            return e;
    }
    if (!found || memcmp(s.hash, key->hash, sizeof(s.hash)) != 0) {
        if (claim)
            map_put(&i->rows, map_key(key->hash), RUNNING);
        return OK;
    }
    *ret = s.body_hash == key->body_hash ? IDEM_REPLAY : IDEM_MISMATCH;
    *ret_status = s.status;
    *ret_body = s.body;
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
        map_put(&i->rows, u->key, RUNNING);
    else
        map_remove(&i->rows, u->key);
}

void idem_save(struct ctx *cx, struct idem *i, const struct idem_key *key, int status, struct str body)
{
    uint64_t row;
    struct idem_undo u = { map_key(key->hash), map_get(&i->rows, map_key(key->hash), &row) };
    int64_t id = sequence_next(&i->ids);
    map_put(&i->rows, u.key, (uint64_t)id);
    tx_undo(cx, undo_save, i, &u, sizeof(u));
    db_put(cx, &platform_sql.idem_insert, VALS(v_int(id), v_blob(str_of((const char *)key->hash, sizeof(key->hash))), v_int(key->body_hash),
                                               v_int(status), v_text(body), v_int(cx->now)));
}

void idem_drop(struct idem *i, const struct idem_key *key)
{
    uint64_t row;
    if (map_get(&i->rows, map_key(key->hash), &row) && row == RUNNING)
        map_remove(&i->rows, map_key(key->hash));
}

/* Deletes up to 1,000 old rows; comes again at once while there are more, else in an hour. */
static err prune(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)in;
    (void)out;
    struct idem *i = self;
    struct rows r;
    int64_t ids[1000], n = 0;
    err e = db_rows(cx, &platform_sql.idem_old, VALS(v_int(i->pruned), v_int(cx->now - KEEP_MS)), &r);
    if (e)
        return e;
    for (; n < 1000 && rows_next(&r); n++) {
        ids[n] = row_int(&r, 0);
        uint64_t key = map_key((const uint8_t *)row_text_view(&r, 1).p), row;
        if (map_get(&i->rows, key, &row) && row == (uint64_t)ids[n])
            map_remove(&i->rows, key);
    }
    e = rows_end(cx, &r);
    for (int64_t k = 0; k < n && !e; k++)
        e = db_run(cx, &platform_sql.idem_delete, VALS(v_int(ids[k])), NULL);
    if (n)
        i->pruned = ids[n - 1];
    atomic_store(&i->prune_due, n == 1000 ? cx->now : cx->now + 3600000);
    return e;
}

const struct call idem_prune_call = { .name = "platform.idempotency_prune", .kind = CALL_COMMAND, .fn = prune };

int64_t idem_due(void *self)
{
    struct idem *i = self;
    return atomic_load(&i->prune_due);
}
