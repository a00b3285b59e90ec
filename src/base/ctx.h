/* What every call is given: its memory, its time, its chance, who asks, and where the reason of a failure goes. */
#ifndef BASE_CTX_H
#define BASE_CTX_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct app;
struct conn;
struct rng;

enum lang { LANG_EN, LANG_KO };

/* Roles are a set of bits. */
enum role {
    ROLE_CUSTOMER = 1 << 0,
    ROLE_PRODUCER = 1 << 1,
    ROLE_STAFF = 1 << 2,
    ROLE_MANAGER = 1 << 3,
    ROLE_ADMIN = 1 << 4,
};

/* What a token that is limited may be used for, also a set of bits. Those of API keys come in pairs: looking, and changing. */
enum scope {
    SCOPE_CATALOGUE_READ = 1 << 0,
    SCOPE_CATALOGUE_WRITE = 1 << 1,
    SCOPE_SALES_READ = 1 << 2,
    SCOPE_SALES_WRITE = 1 << 3,
    SCOPE_COUPONS_READ = 1 << 4,
    SCOPE_COUPONS_WRITE = 1 << 5,
    SCOPE_ENROL = 1 << 30,    /* only to set up a second factor */
};

struct actor {
    int64_t user;             /* 0: nobody is signed in */
    int64_t session;          /* 0: it is an API key that asks */
    unsigned roles;
    unsigned scopes;          /* 0: whatever the roles allow */
    uint8_t device[32];       /* names the key that proved itself with the request (prove.h); zeros: none did */
};

struct field_error {
    struct str field;         /* path in the request: "seats[2]", "prices.VIP.amount" */
    struct str message;       /* in the language of the caller */
    struct field_error *next;
};

/* Why a call failed. Written once by fail(); the kind itself is the call's return value. */
struct problem {
    const char *code;         /* stable word; NULL: the kind's own */
    struct str detail;
    struct field_error *fields, **tail;
    int field_count;          /* also those that were not kept */
    int retry_after_s;        /* 0: unknown; 429 and 503 say one second then */
};

struct ctx {
    struct arena *arena;      /* dies with the request or job; results are in it */
    struct app *app;          /* the running program: services find each other through call_run() */
    struct conn *db;          /* the connection this call may use; NULL in CALL_MEMORY and in stories */
    struct rng *rng;
    int64_t now;              /* ms since 1970 UTC; one value for the whole call */
    struct actor actor;
    int64_t pass;             /* the place under which something may be taken, where a pass has to be shown; 0: none had to be (call.h) */
    struct str peer;          /* address of the one who asks; empty for jobs and the command line */
    enum lang lang;
    struct problem problem;
};

/* Sets the reason and returns the kind, so that a caller writes `return fail(...)`. The sentence is given in English and Korean with the
 * same conversions in the same order; the caller's language decides which is formatted. */
err fail(struct ctx *cx, err kind, const char *code, const char *en, const char *ko, ...)
    __attribute__((format(printf, 4, 6), format(printf, 5, 6)));
/* Adds one entry to the problem's `errors` and returns ERR_INPUT. May be called several times to name several faults (at most 500 are kept). */
err fail_field(struct ctx *cx, struct str field, const char *en, const char *ko, ...)
    __attribute__((format(printf, 3, 5), format(printf, 4, 5)));
/* Forgets a failure that the caller has dealt with. */
void fail_clear(struct ctx *cx);

static inline bool actor_has_device(const struct ctx *cx)
{
    static const uint8_t none[sizeof(cx->actor.device)] = { 0 };
    return memcmp(cx->actor.device, none, sizeof(none)) != 0;
}

static inline bool actor_has(const struct ctx *cx, unsigned any_of)
{
    return (cx->actor.roles & any_of) != 0;
}

#endif
