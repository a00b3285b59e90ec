/* Access tokens: JSON Web Tokens (RFC 7519) with HMAC-SHA-256, of the one form that this program writes. */
#ifndef PLATFORM_CRYPTO_JWT_H
#define PLATFORM_CRYPTO_JWT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "platform/crypto/crypto.h"

struct jwt_claims {
    int64_t user, session;        /* `sub` and `sid`: written as public ids */
    unsigned roles;               /* `roles`: bits of enum role, written as words */
    bool enrol;                   /* `scope`: "enrol", good for setting up a second factor only */
    int64_t issued_ms, expires_ms;     /* `iat` and `exp`: seconds with three decimals in the token */
};

/* A token for keys->token, with a random `jti`. */
struct str jwt_sign(struct arena *arena, const struct keys *keys, const struct jwt_claims *claims);
/* False for everything but a token that jwt_sign wrote with these keys and that has not expired. Takes no memory. */
bool jwt_verify(const struct keys *keys, struct str token, int64_t now_ms, struct jwt_claims *ret);

#endif
