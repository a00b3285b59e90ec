/* What the files of this folder share. */
#ifndef AUTH_INT_H
#define AUTH_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "auth.h"
#include "base/map.h"
#include "platform/crypto/crypto.h"

/* ---- sessions that ended (revoked.c) ---- */

/* An access token outlives its session by at most this long, whatever auth.access_seconds was when it was made. */
#define ACCESS_SECONDS_MAX 3600

/* Sessions that ended before their access tokens did. Rarely written; a reader that finds `generation` as it was has missed nothing. */
struct revoked {
    pthread_rwlock_t lock;
    struct map sessions;      /* session -> when its last access token will have expired (ms) */
    size_t sweep_at;          /* so many entries make it worth dropping the outdated */
    _Atomic uint64_t generation;
};

void revoked_open(struct revoked *r);
void revoked_close(struct revoked *r);
void revoked_add(struct revoked *r, int64_t session, int64_t until, int64_t now);
void revoked_remove(struct revoked *r, int64_t session);
bool revoked_has(struct revoked *r, int64_t session);

/* ---- passwords (password.c) ---- */

/* Argon2id takes memory and time on purpose, so only a few run at once and only so many wait. */
struct hasher {
    pthread_mutex_t lock;
    pthread_cond_t turn;
    int running, running_max, waiting, waiting_max;
    struct password_cost cost;
    char dummy[160];          /* PHC string of a password that nobody has */
};

void hasher_open(struct hasher *h, struct arena *arena, int at_once, int queue, struct password_cost cost);
void hasher_close(struct hasher *h);
err hasher_hash(struct ctx *cx, struct hasher *h, struct str password, struct str *ret_hash) MUST_USE;
/* An empty hash takes as long and matches nothing. */
err hasher_matches(struct ctx *cx, struct hasher *h, struct str hash, struct str password, bool *ret) MUST_USE;
#define PASSWORD_MIN 8        /* characters */
#define PASSWORD_MAX 128
/* ERR_INPUT naming the field `password` when it is too short or long, or too easy to guess for the owner of `email`. */
err password_check(struct ctx *cx, struct str email, struct str password) MUST_USE;

/* ---- access tokens (token.c) ---- */

/* What each thread that checks access tokens has verified lately. */
struct verified {
    pthread_key_t key;        /* each thread's own */
    struct verified_thread *_Atomic all;
};

void verified_open(struct verified *v);
/* No other thread uses it any more. */
void verified_close(struct verified *v);

struct auth;
struct session;
/* A fresh token for a session. */
struct str access_token(struct ctx *cx, const struct auth *a, const struct session *s);

/* ---- the service ---- */

struct auth {
    const struct keys *keys;
    int64_t access_s, refresh_ms;
    struct hasher hasher;
    struct revoked revoked;
    struct sequence users, sessions;
    _Atomic int64_t prune_at;
    struct verified verified;
};

struct user {
    int64_t id;
    struct str email, name, phone;
    unsigned roles;
    int64_t created_at;
};

struct credentials {
    int64_t user;             /* 0: there is none */
    struct str password_hash;
    unsigned roles;
};

/* ---- the calls: inputs, outputs, functions ---- */

struct signup_in {
    struct str email, password, name, phone;
};
struct user_create_in {
    struct str email, password_hash, name, phone;
};
struct admin_save_in {
    struct str email, password_hash;
};
struct login_in {
    struct str email, password;
};
struct refresh_in {
    struct str refresh_token;
};
struct tokens_out {
    struct str access_token, refresh_token, token_type;
    int64_t expires_in;
};
struct credentials_in {
    struct str email;
};
struct session_open_in {
    int64_t user;
    struct str password_hash; /* the one that matched: no session for a password changed meanwhile */
    struct str refresh_token;
};
struct session_rotate_in {
    struct str spent, fresh;
};
struct session {              /* id 0: refused */
    int64_t id, user;
    unsigned roles;
};
struct me_change_in {
    struct str name, phone;
    bool has_name, has_phone;
};
struct users_in {
    struct str q;
    int64_t limit, cursor;
};
struct users_out {
    struct list items;        /* struct user */
    int64_t next;
};
struct user_roles_in {
    int64_t user;
    unsigned roles;
};

typedef err call_fn(struct ctx *cx, void *self, const void *in, void *ret_out);

call_fn auth_signup, auth_user_create, auth_admin_put, auth_admin_save;                                       /* signup.c */
call_fn auth_login, auth_refresh, auth_credentials;                                                           /* login.c */
call_fn auth_session_open, auth_session_rotate, auth_logout, auth_session_prune;                              /* session.c */
call_fn auth_me, auth_me_change, auth_me_erase, auth_users, auth_user_roles, auth_name;                       /* user.c */

/* Those that the stories are made of. */
extern const struct call auth_user_create_call, auth_admin_save_call, auth_credentials_call, auth_session_open_call, auth_session_rotate_call;

/* E-mail address in its normal form: without spaces around it, in lower case. */
struct str email_normal(struct arena *arena, struct str text);
bool email_ok(struct str text);
bool name_ok(struct str text);
/* Empty is fine too. */
bool phone_ok(struct str text);

/* Ends all sessions of a user; in a command. */
err sessions_end(struct ctx *cx, struct auth *a, int64_t user) MUST_USE;
/* Writes an event to the outbox; roles only where the event has them. */
void auth_say(struct ctx *cx, struct auth *a, const char *topic, int64_t user, unsigned roles);

extern struct metric auth_signups, auth_logins, auth_logins_refused, auth_refreshes, auth_refreshes_reused, auth_hash_refused;

/* ---- SQL (store.c): each statement as a function ---- */

#define REFRESH_HASH 32

typedef void session_fn(struct ctx *cx, struct auth *a, int64_t session, int64_t revoked_at);

err store_auth_sequences(struct ctx *cx, struct sequence *ret_users, struct sequence *ret_sessions) MUST_USE;
err store_credentials_by_email(struct ctx *cx, struct str email, struct credentials *ret) MUST_USE;
err store_credentials_by_id(struct ctx *cx, int64_t user, struct credentials *ret) MUST_USE;
/* ERR_MISSING when there is no such account. */
err store_user(struct ctx *cx, int64_t id, struct user *ret) MUST_USE;
/* Up to max accounts with an id below `before` whose e-mail address or name is like `pattern`; newest first. */
err store_users(struct ctx *cx, int64_t before, struct str pattern, size_t max, struct user *ret, size_t *ret_n) MUST_USE;
/* Is there an ADMIN besides this user? */
err store_admin_besides(struct ctx *cx, int64_t user, bool *ret) MUST_USE;
void store_user_insert(struct ctx *cx, const struct user *u, struct str password_hash);
err store_user_update(struct ctx *cx, const struct user *u) MUST_USE;
err store_user_roles(struct ctx *cx, int64_t id, unsigned roles) MUST_USE;
err store_user_password(struct ctx *cx, int64_t id, struct str password_hash) MUST_USE;
err store_user_erase(struct ctx *cx, int64_t id) MUST_USE;

void store_session_insert(struct ctx *cx, const struct session *s, struct str hash, int64_t expires_at);
/* ret->id is 0 when the token is not the current one of a session in force. */
err store_session_by_refresh(struct ctx *cx, struct str hash, struct session *ret) MUST_USE;
/* *ret is 0 when the token was not used before. */
err store_session_by_spent(struct ctx *cx, struct str hash, int64_t *ret) MUST_USE;
err store_session_rotate(struct ctx *cx, int64_t session, struct str spent, struct str fresh) MUST_USE;
/* *ret_was_live: it had not been revoked before. */
err store_session_revoke(struct ctx *cx, int64_t session, bool *ret_was_live) MUST_USE;
/* Revokes all sessions of a user, after calling `each` for those that may still have a valid access token. */
err store_sessions_revoke(struct ctx *cx, struct auth *a, int64_t user, session_fn *each) MUST_USE;
/* Calls `each` for every session revoked since then. */
err store_sessions_revoked(struct ctx *cx, struct auth *a, int64_t since, session_fn *each) MUST_USE;
/* Deletes up to max sessions that had expired by then, with their used-up tokens. */
err store_sessions_delete(struct ctx *cx, int64_t expired_by, size_t max, size_t *ret_n) MUST_USE;

#endif
