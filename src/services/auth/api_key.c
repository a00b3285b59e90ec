/* API keys: for programs of those who organize. A key acts for its owner with the owner's roles of the moment, but for ADMIN's, and only where its
 * scopes allow. It is shown once; the table and the memory of this file keep its hash.
 *
 * Every request with a key looks into that memory, from any thread; commands change it and leave notes of how to undo that. */
#include "auth_int.h"

#include <stdlib.h>

#include "platform/obs/log.h"

#define PREFIX    "tsk_"
#define HINT      8               /* prefix and four letters */
#define KEYS_MAX  20              /* of one account */

/* ---- in memory ---- */

/* 63 bits of a random hash are as good as all of them. */
static uint64_t place_of(const struct api_key *key)
{
    uint64_t bits;
    memcpy(&bits, key->hash, sizeof(bits));
    return bits >> 1;
}

void api_keys_open(struct api_keys *k)
{
    pthread_rwlock_init(&k->lock, NULL);
}

void api_keys_close(struct api_keys *k)
{
    uint64_t place, key;
    for (size_t at = 0; map_each(&k->at, &at, &place, &key);)
        free((struct api_key *)(uintptr_t)key);
    map_free(&k->at);
    pthread_rwlock_destroy(&k->lock);
}

void api_keys_add(struct api_keys *k, const struct api_key *key)
{
    struct api_key *own = malloc(sizeof(*own));
    ASSERT(own);
    *own = *key;
    pthread_rwlock_wrlock(&k->lock);
    map_put_ptr(&k->at, place_of(key), own);
    pthread_rwlock_unlock(&k->lock);
}

/* With this id, of this user: *ret is what it was. */
static bool api_keys_remove(struct api_keys *k, int64_t id, int64_t user, struct api_key *ret)
{
    struct api_key *found = NULL;
    uint64_t place, key;
    pthread_rwlock_wrlock(&k->lock);
    for (size_t at = 0; !found && map_each(&k->at, &at, &place, &key);) {
        struct api_key *one = (struct api_key *)(uintptr_t)key;
        if (one->id == id && one->user == user)
            found = one;
    }
    if (found) {
        *ret = *found;
        map_remove(&k->at, place_of(found));
        free(found);
    }
    pthread_rwlock_unlock(&k->lock);
    return found != NULL;
}

struct owner {
    int64_t user;
    unsigned roles;
};

/* All keys of a user have the same roles; *ret_before is what they were. */
static void api_keys_roles(struct api_keys *k, struct owner now, unsigned *ret_before)
{
    uint64_t place, key;
    pthread_rwlock_wrlock(&k->lock);
    for (size_t at = 0; map_each(&k->at, &at, &place, &key);) {
        struct api_key *one = (struct api_key *)(uintptr_t)key;
        if (one->user == now.user) {
            *ret_before = one->roles;
            one->roles = now.roles;
        }
    }
    pthread_rwlock_unlock(&k->lock);
}

/* ---- notes of how to undo ---- */

static void add_undo(void *self, const void *arg)
{
    struct auth *a = self;
    const struct api_key *key = arg;
    struct api_key ignored;
    api_keys_remove(&a->api_keys, key->id, key->user, &ignored);
}

static void remove_undo(void *self, const void *arg)
{
    struct auth *a = self;
    api_keys_add(&a->api_keys, arg);
}

static void roles_undo(void *self, const void *arg)
{
    struct auth *a = self;
    unsigned ignored;
    api_keys_roles(&a->api_keys, *(const struct owner *)arg, &ignored);
}

void api_keys_follow(struct ctx *cx, struct auth *a, int64_t user, unsigned roles)
{
    struct owner before = { user, roles };
    api_keys_roles(&a->api_keys, (struct owner){ user, roles }, &before.roles);
    tx_undo(cx, roles_undo, a, &before, sizeof(before));
}

/* ---- asked with one ---- */

bool api_key_is(struct str bearer)
{
    return str_starts(bearer, S(PREFIX));
}

/* The hash is compared in constant time; the place it is found at tells nothing that could be chosen. */
bool api_key_check(struct ctx *cx, struct auth *a, struct str bearer)
{
    struct api_key asked, known = { 0 };
    token_hash(bearer, asked.hash);
    pthread_rwlock_rdlock(&a->api_keys.lock);
    const struct api_key *found = map_ptr(&a->api_keys.at, place_of(&asked));
    if (found)
        known = *found;
    pthread_rwlock_unlock(&a->api_keys.lock);

    unsigned roles = known.roles & ~(unsigned)ROLE_ADMIN;
    if (!crypto_equal(asked.hash, known.hash, TOKEN_HASH) || !roles || (known.expires_at && known.expires_at <= cx->now))
        return false;
    cx->actor = (struct actor){ .user = known.user, .roles = roles, .scopes = known.scopes };
    return true;
}

/* ---- the calls ---- */

err auth_api_key_make(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct auth *a = self;
    const struct api_key_in *in = in_;
    struct api_key_row *ret = ret_out, all[KEYS_MAX];
    struct api_key key = { .user = cx->actor.user, .expires_at = in->expires_at, .roles = cx->actor.roles, .scopes = in->scopes };
    size_t n;

    if (in->expires_at && in->expires_at <= cx->now)
        return fail_field(cx, S("expires_at"), "must be later than now", "현재보다 이후여야 합니다");
    err e = store_api_keys(cx, key.user, KEYS_MAX, all, &n);
    if (e)
        return e;
    if (n >= KEYS_MAX)
        return fail(cx, ERR_CONFLICT, "too_many_keys", "An account has at most %d API keys: revoke one first.",
                    "API 키는 계정당 최대 %d개입니다. 먼저 하나를 폐기해 주세요.", KEYS_MAX);

    struct str secret = token_make(cx->arena), text = arena_fmt(cx->arena, PREFIX "%.*s", STR_ARG(secret));
    token_hash(text, key.hash);
    key.id = sequence_next(&a->api_key_ids);
    *ret = (struct api_key_row){ .id = key.id, .name = str_trim(in->name), .hint = str_of(text.p, HINT), .scopes = key.scopes, .created_at = cx->now,
                                 .expires_at = key.expires_at, .key = text };
    store_api_key_insert(cx, &key, ret);
    api_keys_add(&a->api_keys, &key);
    tx_undo(cx, add_undo, a, &key, sizeof(key));
    return OK;
}

err auth_api_keys(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct page_out *ret = ret_out;
    struct api_key_row *rows = NEW_ARRAY(cx->arena, struct api_key_row, KEYS_MAX);
    size_t n;
    (void)self;
    (void)in;

    err e = store_api_keys(cx, cx->actor.user, KEYS_MAX, rows, &n);
    if (!e)
        ret->items = (struct list){ rows, n };
    return e;
}

err auth_api_key_revoke(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct auth *a = self;
    const struct api_key_ref *in = in_;
    struct api_key was;
    bool there;
    (void)ret_out;

    err e = store_api_key_delete(cx, in->key, cx->actor.user, &there);
    if (e)
        return e;
    if (!there)
        return fail(cx, ERR_MISSING, NULL, "There is no such API key.", "그런 API 키가 없습니다.");
    if (api_keys_remove(&a->api_keys, in->key, cx->actor.user, &was))
        tx_undo(cx, remove_undo, a, &was, sizeof(was));
    return OK;
}
