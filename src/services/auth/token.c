/* Access tokens: made for a session, checked on every request.
 *
 * The check is on the way of every hold, so each thread keeps the tokens it has verified: one seen again costs a look-up and a comparison
 * instead of an HMAC. What is kept is only that the token is genuine; its end is compared with the time on every request, and the revoked
 * set is asked again whenever it has changed. */
#include "auth_int.h"

#include <stdlib.h>

#include "platform/crypto/jwt.h"
#include "platform/obs/log.h"

#define PLACES_LOG2 13        /* a thread: 16,384 tokens, 7 MiB when all are in use */
#define TOKEN_MAX   384       /* longer ones are verified every time */
#define SIGNATURE   43        /* base64url of the HMAC, at the token's end */

struct slot {
    struct actor actor;
    int64_t expires_ms;
    uint64_t generation;      /* of the revoked set when it was asked last */
    size_t n;                 /* 0: empty */
    char token[TOKEN_MAX];
};

/* A token has one place, shared by two; the one that has been there longer goes first. */
struct place {
    struct slot young, old;
};

struct verified_thread {
    struct verified_thread *next;
    struct place places[1 << PLACES_LOG2];
};

void verified_open(struct verified *v)
{
    int failed = pthread_key_create(&v->key, NULL);
    ASSERT(!failed);
}

void verified_close(struct verified *v)
{
    pthread_key_delete(v->key);
    for (struct verified_thread *t = v->all, *next; t; t = next) {
        next = t->next;
        free(t);
    }
}

/* The calling thread's own. It stays until the service closes, as the threads that check tokens do. */
static struct verified_thread *thread_own(struct verified *v)
{
    struct verified_thread *t = pthread_getspecific(v->key);
    if (t)
        return t;
    t = calloc(1, sizeof(*t));
    ASSERT(t);
    int failed = pthread_setspecific(v->key, t);
    ASSERT(!failed);
    t->next = atomic_load(&v->all);
    while (!atomic_compare_exchange_weak(&v->all, &t->next, t))
        ;
    return t;
}

/* By the token's signature, which nobody can choose. */
static struct place *place_of(struct verified *v, struct str token)
{
    uint64_t bits;
    memcpy(&bits, token.p + token.n - SIGNATURE, sizeof(bits));
    return &thread_own(v)->places[bits * UINT64_C(0x9e3779b97f4a7c15) >> (64 - PLACES_LOG2)];
}

/* The signature is a secret that whoever guesses must not be helped with: it is compared in constant time. */
static bool slot_holds(const struct slot *s, struct str token)
{
    return s->n == token.n && memcmp(s->token, token.p, token.n - SIGNATURE) == 0 &&
           crypto_equal(s->token + token.n - SIGNATURE, token.p + token.n - SIGNATURE, SIGNATURE);
}

static err refused(struct ctx *cx)
{
    return fail(cx, ERR_WHO, NULL, "The access token is not valid or not valid any more.", "액세스 토큰이 올바르지 않거나 만료되었습니다.");
}

/* Sessions that ended elsewhere would be let in. */
static err unheard(struct ctx *cx)
{
    return fail(cx, ERR_UNAVAILABLE, "sessions_unknown", "Which sessions have ended is not known at the moment; please try again shortly.",
                "종료된 세션을 지금 확인할 수 없습니다. 잠시 후 다시 시도해 주세요.");
}

static struct slot *slot_find(struct place *place, struct str token)
{
    if (slot_holds(&place->young, token))
        return &place->young;
    return slot_holds(&place->old, token) ? &place->old : NULL;
}

static struct actor actor_of(const struct jwt_claims *c)
{
    return (struct actor){ .user = c->user, .session = c->session, .roles = c->roles, .scopes = c->enrol ? SCOPE_ENROL : 0 };
}

static void slot_fill(struct place *place, struct str token, uint64_t generation, const struct jwt_claims *claims)
{
    struct slot *s = &place->young;
    place->old = *s;
    s->actor = actor_of(claims);
    s->expires_ms = claims->expires_ms;
    s->generation = generation;
    s->n = token.n;
    memcpy(s->token, token.p, token.n);
}

err auth_check(void *self, struct ctx *cx, struct str bearer)
{
    struct auth *a = self;
    if (api_key_is(bearer))
        return api_key_check(cx, a, bearer) ? OK : refused(cx);
    if (cx->now >= atomic_load_explicit(&a->revoked.trusted_until, memory_order_relaxed))
        return unheard(cx);
    /* Read before the set is asked: what is added in between is seen next time. */
    uint64_t generation = atomic_load(&a->revoked.generation);
    struct place *place = bearer.n > SIGNATURE && bearer.n <= TOKEN_MAX ? place_of(&a->verified, bearer) : NULL;
    struct slot *slot = place ? slot_find(place, bearer) : NULL;
    struct jwt_claims claims;

    if (!slot) {
        if (!jwt_verify(a->keys, bearer, cx->now, &claims) || revoked_has(&a->revoked, claims.session))
            return refused(cx);
        if (place)
            slot_fill(place, bearer, generation, &claims);
        cx->actor = actor_of(&claims);
        return OK;
    }

    if (cx->now >= slot->expires_ms)
        return refused(cx);
    if (slot->generation != generation) {
        if (revoked_has(&a->revoked, slot->actor.session))
            return refused(cx);
        slot->generation = generation;
    }
    cx->actor = slot->actor;
    return OK;
}

/* In the days that an ADMIN has to set up a second factor, no token outlives them. */
int64_t access_life(const struct ctx *cx, const struct auth *a, const struct session *s)
{
    int64_t life = a->access_s * 1000, left = second_factor_by(a, s) - cx->now;
    return left > 0 && left < life ? left : life;
}

struct str access_token(struct ctx *cx, const struct auth *a, const struct session *s, int64_t life_ms)
{
    int64_t by = second_factor_by(a, s);
    return jwt_sign(cx->arena, a->keys, &(struct jwt_claims){
        .user = s->user,
        .session = s->id,
        .roles = s->roles,
        .enrol = by && by <= cx->now,
        .issued_ms = cx->now,
        .expires_ms = cx->now + life_ms,
    });
}
