#include "platform/call/prove.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/map.h"
#include "platform/crypto/crypto.h"
#include "platform/crypto/es256.h"
#include "platform/obs/log.h"

#define KEY_BYTES       64
#define NONCE_BYTES     16
#define SIGNATURE_BYTES 64
#define TIME_DIGITS     15

/* ---- which have been seen ---- */

#define AGE_MS (2 * PROVE_SKEW_MS)           /* after that a proof is stale, however early it was made */

/* Two generations: one that is filled for AGE_MS, and the one before it. What is in neither is stale. */
struct proofs {
    pthread_mutex_t lock;
    size_t max;               /* of a generation */
    struct map now, before;
    int64_t turned_at;        /* when `now` was begun */
    int64_t opened_at;        /* nobody knows what came before */
};

struct proofs *proofs_open(int64_t now, size_t max)
{
    struct proofs *p = calloc(1, sizeof(*p));
    ASSERT(p != NULL);
    pthread_mutex_init(&p->lock, NULL);
    p->max = max;
    p->turned_at = p->opened_at = now;
    return p;
}

void proofs_close(struct proofs *p)
{
    if (!p)
        return;
    map_free(&p->now);
    map_free(&p->before);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

static void turn(struct proofs *p, int64_t now)
{
    if (now < p->turned_at + AGE_MS)
        return;
    map_free(&p->before);
    if (now < p->turned_at + 2 * AGE_MS)
        p->before = p->now;
    else
        map_free(&p->now);
    p->now = (struct map){ 0 };
    p->turned_at = now;
}

/* More than the devices of a crowd can make: somebody makes them up. Nobody else is turned away for that: as after a start all is forgotten, and what
 * was made before is stale. */
static void forget(struct proofs *p, int64_t now)
{
    map_free(&p->before);
    map_free(&p->now);
    p->turned_at = p->opened_at = now;
}

enum seen { NEW, SEEN, STALE };

static enum seen remember(struct proofs *p, uint64_t name, int64_t time, int64_t now)
{
    uint64_t unused;
    pthread_mutex_lock(&p->lock);
    turn(p, now);
    if (p->now.count >= p->max)
        forget(p, now);
    enum seen found = time < p->opened_at ? STALE : map_get(&p->now, name, &unused) || map_get(&p->before, name, &unused) ? SEEN : NEW;
    if (found == NEW)
        map_put(&p->now, name, 1);
    pthread_mutex_unlock(&p->lock);
    return found;
}

/* ---- one proof ---- */

struct taken_apart {
    uint8_t key[KEY_BYTES], nonce[NONCE_BYTES], signature[SIGNATURE_BYTES];
    struct str time_text, nonce_text;
    int64_t time;
};

static bool read_bytes(struct str text, uint8_t *out, size_t size)
{
    size_t n;
    return base64url_decode_to(text, out, size, &n) && n == size;
}

static bool take_apart(struct str proof, struct taken_apart *ret)
{
    struct str rest = proof, key = str_cut(&rest, '.');
    ret->time_text = str_cut(&rest, '.');
    ret->nonce_text = str_cut(&rest, '.');
    return ret->time_text.n <= TIME_DIGITS && str_to_int(ret->time_text, &ret->time) && read_bytes(key, ret->key, KEY_BYTES) &&
           read_bytes(ret->nonce_text, ret->nonce, NONCE_BYTES) && read_bytes(rest, ret->signature, SIGNATURE_BYTES);
}

struct str prove_statement(struct arena *arena, const struct prove_what *what, struct str time, struct str nonce)
{
    uint8_t hash[32];
    struct str pass = S("-");
    if (what->pass.n) {
        crypto_sha256(what->pass, hash);
        pass = base64url(arena, str_of((const char *)hash, sizeof(hash)));
    }
    return arena_fmt(arena, "takenseat-proof-1\n%.*s\n%.*s\n%.*s\n%.*s\n%.*s", STR_ARG(what->method), STR_ARG(what->path), STR_ARG(time), STR_ARG(nonce),
                     STR_ARG(pass));
}

/* Of key and nonce: whoever has another key has other nonces. */
static uint64_t name_of(const struct taken_apart *t)
{
    uint8_t both[KEY_BYTES + NONCE_BYTES], hash[32];
    uint64_t name;
    memcpy(both, t->key, KEY_BYTES);
    memcpy(both + KEY_BYTES, t->nonce, NONCE_BYTES);
    crypto_sha256(str_of((const char *)both, sizeof(both)), hash);
    memcpy(&name, hash, sizeof(name));
    return name >> 1;                        /* never the map's mark of an empty slot */
}

static err invalid(struct ctx *cx)
{
    return fail(cx, ERR_DENIED, "proof_invalid", "The proof of this device's key is not one of this request.", "이 기기의 키 증명이 이 요청과 맞지 않습니다.");
}

static err stale(struct ctx *cx)
{
    return fail(cx, ERR_DENIED, "proof_stale", "The proof of this device's key is too old, or its clock is wrong: make another by the Date of this answer.",
                "이 기기의 키 증명이 너무 오래되었거나 기기 시계가 맞지 않습니다. 이 응답의 Date를 기준으로 다시 만들어 주세요.");
}

static err check_seen(struct ctx *cx, struct proofs *p, const struct taken_apart *t)
{
    switch (remember(p, name_of(t), t->time, cx->now)) {
    case NEW: return OK;
    case STALE: return stale(cx);
    case SEEN: break;
    }
    return fail(cx, ERR_DENIED, "proof_replayed", "This proof of the device's key has been used; make another.",
                "이미 사용된 기기 키 증명입니다. 새로 만들어 주세요.");
}

err prove(struct ctx *cx, struct proofs *p, const struct prove_what *what, struct str proof, bool again)
{
    struct taken_apart t;
    if (!take_apart(proof, &t))
        return fail_field(cx, S("Device-Proof"), "must be KEY.TIME.NONCE.SIGNATURE", "KEY.TIME.NONCE.SIGNATURE 형식이어야 합니다");
    if (t.time < cx->now - PROVE_SKEW_MS || t.time > cx->now + PROVE_SKEW_MS)
        return stale(cx);
    if (!es256_valid(t.key, prove_statement(cx->arena, what, t.time_text, t.nonce_text), t.signature))
        return invalid(cx);
    err e = again ? OK : check_seen(cx, p, &t);
    if (!e)
        es256_thumbprint(cx->arena, t.key, cx->actor.device);
    return e;
}
