/* Signing in with an account elsewhere (oidc.c). */
#ifndef AUTH_OIDC_H
#define AUTH_OIDC_H

#include "auth_int.h"

struct oidc_start_out {
    struct str url, state;
};
struct oidc_finish_in {
    struct str code, state, totp, recovery_code, user_agent;
};
struct oidc_open_in {
    struct str subject, email, name;
    bool verified;
    struct str refresh_token, device, totp, recovery_code;
};

/* What an ID token tells of somebody. */
struct oidc_person {
    struct str subject, email, name;
    bool verified;            /* the provider vouches for the address */
};

/* Reads the claims of an ID token that answers `nonce`. NULL when they are believed, else why not. */
const char *oidc_claims(struct ctx *cx, const struct oidc *o, struct str nonce, struct str payload, struct oidc_person *ret);

call_fn auth_oidc_start, auth_oidc_finish, auth_oidc_open;
extern const struct call auth_oidc_open_call;

#endif
