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

struct sessions {             /* a list that grows */
    int64_t *at;
    size_t n, cap;
};

/* Sessions that ended before their access tokens did. Rarely written; a reader that finds `generation` as it was has missed nothing. */
struct revoked {
    pthread_rwlock_t lock;
    struct map sessions;      /* session -> when its last access token will have expired (ms) */
    size_t sweep_at;          /* so many entries make it worth dropping the outdated */
    _Atomic uint64_t generation;
    /* with other processes (revoked_share.c) */
    bool shared;
    struct sessions fresh, unsaid;       /* ended by commands that have not been committed yet; by others, and not said yet */
    char heard[64];           /* position of the entry heard last; the exchanging thread's own */
    size_t heard_n;           /* 0: none */
    int64_t dials;            /* of the connection that was heard of last */
    int64_t unheard_ms;       /* 0: never mind */
    _Atomic int64_t trusted_until;       /* from then on nobody knows which sessions have ended */
};

void revoked_open(struct revoked *r);
void revoked_close(struct revoked *r);
void revoked_add(struct revoked *r, int64_t session, int64_t until, int64_t now);
void revoked_remove(struct revoked *r, int64_t session);
bool revoked_has(struct revoked *r, int64_t session);

struct kv;
/* In a command, when the set is shared: others are told when revoked_committed (a tx_after) has run, unless it is taken back. */
void revoked_news(struct revoked *r, int64_t session);
void revoked_no_news(struct revoked *r, int64_t session);
void revoked_committed(void *self);
/* Hears and tells; false when there was no answer. One thread at a time. */
bool revoked_exchange(struct revoked *r, struct kv *kv, struct arena *arena, int64_t now);

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
/* ERR_INPUT naming the field when the password is too short or long, or too easy to guess for the owner of `email`. */
err password_check(struct ctx *cx, const char *field, struct str email, struct str password) MUST_USE;

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
/* A fresh token for a session, good for so long; and how long that is to be. */
struct str access_token(struct ctx *cx, const struct auth *a, const struct session *s, int64_t life_ms);
int64_t access_life(const struct ctx *cx, const struct auth *a, const struct session *s);

/* ---- API keys (api_key.c) ---- */

#define TOKEN_HASH 32

struct api_key {
    uint8_t hash[TOKEN_HASH];
    int64_t id, user, expires_at; /* expires_at 0: never */
    unsigned roles, scopes;   /* roles: those of its owner now, none of a suspended one */
};

struct api_keys {
    pthread_rwlock_t lock;
    struct map at;            /* from bits of the hash to struct api_key, owned */
};

void api_keys_open(struct api_keys *k);
void api_keys_close(struct api_keys *k);
void api_keys_add(struct api_keys *k, const struct api_key *key);
/* In a command: what the owner may do has changed. */
void api_keys_follow(struct ctx *cx, struct auth *a, int64_t user, unsigned roles);
bool api_key_is(struct str bearer);
/* Sets cx->actor; false when there is no such key (any more). From any thread. */
bool api_key_check(struct ctx *cx, struct auth *a, struct str bearer);

/* ---- sign-in elsewhere (oidc.c) ---- */

#define OIDC_URL 1000

struct oidc {
    struct str issuer, client_id, client_secret, redirect;       /* issuer empty: there is none */
    _Atomic int asking;       /* requests that wait for it now */
    pthread_mutex_t lock;
    struct oidc_endpoints {
        char authorize[OIDC_URL], token[OIDC_URL];
        int64_t until;        /* when to ask again */
    } known;
};

struct config;

/* False and a reason when the settings cannot be meant. */
bool oidc_open(struct ctx *cx, struct oidc *o, const struct config *c);
void oidc_close(struct oidc *o);

/* ---- the service ---- */

struct auth {
    struct app *app;
    const struct keys *keys;
    int64_t access_s, refresh_ms, grace_ms;
    struct hasher hasher;
    struct revoked revoked;
    struct sequence users, sessions, mails, forgotten, api_key_ids;
    _Atomic int64_t prune_at, forgot_at;
    struct verified verified;
    struct api_keys api_keys;
    struct oidc oidc;
};

struct user {
    int64_t id;
    struct str email, name, phone;
    int lang;                 /* enum lang */
    unsigned roles;
    bool verified, suspended, second_factor;
    int64_t created_at;
};

struct credentials {
    int64_t user;             /* 0: there is none */
    struct str password_hash, email;
    unsigned roles;
    bool suspended;
    int64_t admin_since;
};

/* A mail that is wanted; kind is enum auth_mail_kind. */
struct mail {
    int64_t id, user;         /* id 0: there is none */
    int kind;
    struct str address, name;
    int lang;
};

struct forgotten {
    int64_t id;
    struct str email;
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
    struct str email, password, totp, recovery_code, user_agent;
};
struct refresh_in {
    struct str refresh_token;
};
struct tokens_out {
    struct str access_token, refresh_token, token_type;
    int64_t expires_in, second_factor_by;
};
struct attempt_in {           /* user 0: who has this address, if anybody */
    int64_t user;
    struct str email;
};
struct session_open_in {
    int64_t user;
    struct str password_hash; /* the one that matched: no session for a password changed meanwhile */
    struct str refresh_token, device, totp, recovery_code;
};
struct session_rotate_in {
    struct str spent, fresh;
};
struct session {              /* id 0: refused */
    int64_t id, user;
    unsigned roles;
    bool second_factor;
    int64_t admin_since;
    int found;                /* enum factor_found: why it is refused */
};
struct sessions_in {
    int64_t limit, cursor;
};
struct session_row {
    int64_t id;
    struct str device, address;
    int64_t created_at, seen_at;
    bool current;
};
struct page_out {             /* of accounts or sessions */
    struct list items;
    int64_t next;
};
struct session_ref {
    int64_t session;
};
struct me_change_in {
    struct str name, phone;
    int lang;
    bool has_name, has_phone, has_lang;
};
struct me_close_in {
    struct str password;
};
struct me_erase_in {
    struct str known_hash;
};
struct password_change_in {
    struct str current_password, new_password;
};
struct password_save_in {
    int64_t user, keep;       /* keep: the session that does not end; 0: none */
    struct str known_hash, fresh_hash;
};
struct email_change_in {
    struct str email, password;
};
struct email_wish_in {
    struct str email;
};
struct verify_in {
    struct str token;
};
struct forgot_in {
    struct str email;
};
struct promised_out {
    struct str detail;
};
struct reset_in {
    struct str token, new_password;
};
struct reset_save_in {
    struct str token, password_hash;
};
struct totp_start_in {
    struct str password;
};
struct totp_out {
    struct str secret, uri;
};
struct totp_confirm_in {
    struct str code;
};
struct recovery_out {
    struct list codes;        /* struct str */
};
struct totp_remove_in {
    struct str password, totp, recovery_code;
};
struct totp_drop_in {
    struct str totp, recovery_code;
};
struct api_key_in {
    struct str name;
    unsigned scopes;
    int64_t expires_at;
};
struct api_key_row {
    int64_t id;
    struct str name, hint;
    unsigned scopes;
    int64_t created_at, expires_at;
    struct str key;           /* only when it is made */
};
struct api_key_ref {
    int64_t key;
};
struct users_in {
    struct str q;
    int64_t limit, cursor;
};
struct user_ref {
    int64_t user;
};
struct user_change_in {
    int64_t user;
    unsigned roles;
    bool suspended, has_roles, has_suspended;
};

typedef err call_fn(struct ctx *cx, void *self, const void *in, void *ret_out);

call_fn auth_signup, auth_user_create, auth_admin_put, auth_admin_save;                                       /* signup.c */
call_fn auth_login, auth_refresh;                                                                             /* login.c */
call_fn auth_attempt, auth_attempt_forgive;                                                                   /* attempt.c */
call_fn auth_session_open, auth_session_rotate, auth_logout, auth_sessions, auth_session_end, auth_sessions_end_others, auth_prune; /* session.c */
call_fn auth_me, auth_me_change, auth_users, auth_user_get, auth_user_change;                                 /* user.c */
call_fn auth_password_change, auth_password_save, auth_reset, auth_reset_look, auth_reset_save, auth_email_change, auth_email_wish,
    auth_me_close, auth_me_erase;                                                                             /* credential.c */
call_fn auth_contact, auth_staff, auth_link_make, auth_verify, auth_verify_resend, auth_forgot, auth_forgot_serve;        /* mail.c */
call_fn auth_totp_start, auth_totp_put, auth_totp_confirm, auth_totp_remove, auth_totp_drop;                  /* factor.c */
call_fn auth_api_key_make, auth_api_keys, auth_api_key_revoke;                                                /* api_key.c */

/* Described in calls_factor.c. */
extern const struct call auth_oidc_start_call, auth_oidc_finish_call,
    auth_api_key_make_call, auth_api_keys_call, auth_api_key_revoke_call,
    auth_totp_start_call, auth_totp_put_call, auth_totp_confirm_call, auth_totp_remove_call, auth_totp_drop_call;
/* Described in calls.c. */
extern const struct call auth_signup_call, auth_login_call, auth_refresh_call, auth_logout_call, auth_me_call, auth_me_change_call,
    auth_users_call, auth_admin_save_call, auth_user_create_call, auth_session_open_call, auth_session_rotate_call, auth_attempt_call,
    auth_attempt_forgive_call, auth_sessions_call, auth_session_end_call, auth_sessions_end_others_call, auth_prune_call,
    auth_password_change_call, auth_password_save_call, auth_email_change_call, auth_email_wish_call, auth_me_close_call,
    auth_me_erase_call, auth_verify_call, auth_verify_resend_call, auth_forgot_call, auth_forgot_serve_call, auth_reset_call,
    auth_reset_look_call, auth_reset_save_call, auth_user_get_call, auth_user_change_call;

/* struct tokens_out and struct session. */
extern const struct fields auth_tokens_fields, auth_session_fields;

/* The table of roles' names, ends with NULL. */
extern const char *const auth_role_words[];

/* E-mail address in its normal form: without spaces around it, in lower case. */
struct str email_normal(struct arena *arena, struct str text);
bool email_ok(struct str text);
bool name_ok(struct str text);
extern const struct text_rule auth_name_rule;
/* Empty is fine too. */
bool phone_ok(struct str text);
err email_taken(struct ctx *cx) MUST_USE;
/* ERR_CONFLICT when nobody besides this user could give roles. */
err admin_remains(struct ctx *cx, const struct user *without) MUST_USE;
/* "Firefox, Windows" from a User-Agent; empty when it tells nothing known. */
struct str device_name(struct arena *arena, struct str agent);

/* A secret of 256 bits as text, and what a table keeps of it. It is random, so that no salt is needed. */
#define TOKEN_TEXT 43
struct str token_make(struct arena *arena);
struct str token_hash(struct str token, uint8_t out[TOKEN_HASH]);

/* ---- attempts (attempt.c) ---- */

#define ATTEMPT_WHO 16

struct attempts {
    int64_t failed, last_at;
};

/* Counts an attempt on an account (email empty: none) and from the address of who asks; ERR_LIMIT while one of them has to wait. In a command. */
err attempts_count(struct ctx *cx, struct str email) MUST_USE;
/* It was right: the account starts anew. In a command. */
err attempts_forgive(struct ctx *cx, struct str email) MUST_USE;
/* It was neither right nor wrong: only this one does not count. In a command. */
err attempts_back(struct ctx *cx, struct str email) MUST_USE;
err attempts_prune(struct ctx *cx, size_t max, int64_t *ret_n) MUST_USE;
/* In a story: is this the password of who asks? ERR_DENIED naming the field when not. Counted as an attempt, which stays. */
err password_match(struct ctx *cx, struct auth *a, const char *field, struct str password, struct credentials *ret) MUST_USE;
/* The same, and the attempt is forgiven. */
err password_confirm(struct ctx *cx, struct auth *a, const char *field, struct str password, struct credentials *ret) MUST_USE;

/* ---- the second factor (factor.c, totp.c) ---- */

#define TOTP_SECRET 20

struct factor {
    struct str sealed;        /* empty: there is none */
    bool confirmed;
    int64_t last_step;
};

enum factor_found { FACTOR_NONE, FACTOR_REQUIRED, FACTOR_WRONG, FACTOR_RIGHT };

/* Does the account have a second factor, and is it one of these? What was right is used up. In a command. */
err factor_check(struct ctx *cx, const struct auth *a, int64_t user, struct str totp, struct str recovery, enum factor_found *ret) MUST_USE;
/* The code of a step (30 s since 1970). */
int totp_code(const uint8_t secret[TOTP_SECRET], int64_t step);
/* The step that a code is of, at most one away from now and after the last one used; 0: none. */
int64_t totp_step(const uint8_t secret[TOTP_SECRET], struct str code, int64_t now, int64_t last_step);
/* The link that authenticator apps read from a picture. */
struct str totp_uri(struct arena *arena, struct str email, struct str secret);
/* RFC 4648, 6; n is a multiple of 5. */
struct str base32(struct arena *arena, const uint8_t *p, size_t n);

/* Until when an ADMIN without a second factor may sign in as if there were one; 0: nothing is asked of this session. */
int64_t second_factor_by(const struct auth *a, const struct session *s);

/* ---- mails (mail.c) ---- */

/* Notes that a mail is to be sent to the address and says so to who sends it. */
void mail_want(struct ctx *cx, struct auth *a, const struct user *u, int kind, struct str address);
/* Have so many of this kind been wanted of late that it is enough? */
err mail_enough(struct ctx *cx, int64_t user, int kind, bool *ret) MUST_USE;
/* The mail in whose link this token stood; ERR_CONFLICT when that does not work (any more). */
err mail_used(struct ctx *cx, struct str token, int kind, struct mail *ret) MUST_USE;
/* What is answered whether or not a mail goes out. */
err mail_promised(struct ctx *cx, struct promised_out *ret) MUST_USE;

/* A session for somebody who has shown who they are, if their second factor is there too: ret->found. In a command. */
err session_open(struct ctx *cx, struct auth *a, const struct credentials *who, const struct session_open_in *in, struct session *ret) MUST_USE;
/* What is answered to them: tokens, or what is wrong with the second factor. */
err sign_in_answer(struct ctx *cx, const struct auth *a, const struct session *s, struct str refresh_token, struct tokens_out *ret) MUST_USE;
err account_suspended(struct ctx *cx) MUST_USE;
/* A new account: sets id and time. In a command. */
void account_put(struct ctx *cx, struct auth *a, struct user *u, struct str password_hash);
/* Ends all sessions of a user but one (0: none); in a command. */
err sessions_end(struct ctx *cx, struct auth *a, int64_t user, int64_t keep) MUST_USE;
/* Writes an event to the outbox; roles only where the event has them. */
void auth_say(struct ctx *cx, struct auth *a, const char *topic, int64_t user, unsigned roles);
void auth_say_mail(struct ctx *cx, struct auth *a, const struct mail *m);

extern struct metric auth_signups, auth_logins, auth_logins_refused, auth_refreshes, auth_refreshes_reused, auth_hash_refused, auth_attempts_refused;

/* ---- SQL (store.c): each statement as a function ---- */

typedef void session_fn(struct ctx *cx, struct auth *a, int64_t session, int64_t revoked_at);

err store_auth_sequences(struct ctx *cx, struct auth *a) MUST_USE;
/* Accounts with one of these roles that may sign in. */
err store_users_with(struct ctx *cx, unsigned roles, size_t max, int64_t *ret, size_t *ret_n) MUST_USE;
err store_credentials_by_email(struct ctx *cx, struct str email, struct credentials *ret) MUST_USE;
err store_credentials_by_id(struct ctx *cx, int64_t user, struct credentials *ret) MUST_USE;
/* ERR_MISSING when there is no such account. */
err store_user(struct ctx *cx, int64_t id, struct user *ret) MUST_USE;
/* Up to max accounts with an id below `before` with `part` in their e-mail address or name; newest first. */
err store_users(struct ctx *cx, int64_t before, struct str part, size_t max, struct user *ret, size_t *ret_n) MUST_USE;
/* Is there an ADMIN besides this user who may sign in? */
err store_admin_besides(struct ctx *cx, int64_t user, bool *ret) MUST_USE;
void store_user_insert(struct ctx *cx, const struct user *u, struct str password_hash);
err store_user_update(struct ctx *cx, const struct user *u) MUST_USE;
err store_user_roles(struct ctx *cx, int64_t id, unsigned roles) MUST_USE;
/* From now on counts for how long an ADMIN may be without a second factor. */
err store_admin_since(struct ctx *cx, int64_t id) MUST_USE;
err store_user_password(struct ctx *cx, int64_t id, struct str password_hash) MUST_USE;
err store_user_email(struct ctx *cx, int64_t id, struct str email) MUST_USE;
err store_user_verified(struct ctx *cx, int64_t id) MUST_USE;
err store_user_suspended(struct ctx *cx, int64_t id, bool suspended) MUST_USE;
/* The person goes, also from what belongs to the account. */
err store_user_erase(struct ctx *cx, int64_t id) MUST_USE;

void store_session_insert(struct ctx *cx, const struct session *s, struct str hash, struct str device, int64_t expires_at);
/* Up to max sessions in force with an id below `before`, newest first. */
err store_sessions(struct ctx *cx, int64_t user, int64_t before, size_t max, struct session_row *ret, size_t *ret_n) MUST_USE;
/* Is it one of this user's, and in force? */
err store_session_owned(struct ctx *cx, int64_t session, int64_t user, bool *ret) MUST_USE;
/* ret->id is 0 when the token is not the current one of a session in force. */
err store_session_by_refresh(struct ctx *cx, struct str hash, struct session *ret) MUST_USE;
/* *ret is 0 when the token was not used before. */
err store_session_by_spent(struct ctx *cx, struct str hash, int64_t *ret) MUST_USE;
err store_session_rotate(struct ctx *cx, int64_t session, struct str spent, struct str fresh) MUST_USE;
/* *ret_was_live: it had not been revoked before. */
err store_session_revoke(struct ctx *cx, int64_t session, bool *ret_was_live) MUST_USE;
/* Revokes all sessions of a user but `keep`, after calling `each` for those that may still have a valid access token. */
err store_sessions_revoke(struct ctx *cx, struct auth *a, int64_t user, int64_t keep, session_fn *each) MUST_USE;
/* Calls `each` for every session revoked since then. */
err store_sessions_revoked(struct ctx *cx, struct auth *a, int64_t since, session_fn *each) MUST_USE;
/* Deletes up to max sessions that had expired by then, with their used-up tokens. */
err store_sessions_delete(struct ctx *cx, int64_t expired_by, size_t max, int64_t *ret_n) MUST_USE;

/* ---- more of it (store_mail.c) ---- */

void store_mail_insert(struct ctx *cx, const struct mail *m, int64_t expires_at);
/* ret->id is 0 when it is not to be sent any more. */
err store_mail(struct ctx *cx, int64_t id, struct mail *ret) MUST_USE;
/* ret->id is 0 when no link with this secret works. */
err store_mail_by_token(struct ctx *cx, struct str hash, int kind, struct mail *ret) MUST_USE;
err store_mail_token(struct ctx *cx, int64_t id, struct str hash) MUST_USE;
err store_mails_void(struct ctx *cx, int64_t user, int kind) MUST_USE;
err store_mail_count(struct ctx *cx, int64_t user, int kind, int64_t since, int64_t *ret) MUST_USE;
err store_mails_prune(struct ctx *cx, int64_t expired_by, size_t max, int64_t *ret_n) MUST_USE;

void store_forgot_insert(struct ctx *cx, int64_t id, struct str email);
/* The oldest ones. */
err store_forgotten(struct ctx *cx, size_t max, struct forgotten *ret, size_t *ret_n) MUST_USE;
err store_forgotten_delete(struct ctx *cx, int64_t up_to) MUST_USE;

/* Zero when nothing is counted. */
err store_attempts(struct ctx *cx, const uint8_t who[ATTEMPT_WHO], struct attempts *ret) MUST_USE;
/* last_at becomes now. */
err store_attempts_save(struct ctx *cx, const uint8_t who[ATTEMPT_WHO], const struct attempts *so_far) MUST_USE;
err store_attempts_back(struct ctx *cx, const uint8_t who[ATTEMPT_WHO]) MUST_USE;
err store_attempts_forget(struct ctx *cx, const uint8_t who[ATTEMPT_WHO]) MUST_USE;
err store_attempts_prune(struct ctx *cx, int64_t before, size_t max, int64_t *ret_n) MUST_USE;

/* ---- and more (store_factor.c) ---- */

/* ret->sealed is empty when there is none. */
err store_factor(struct ctx *cx, int64_t user, struct factor *ret) MUST_USE;
void store_factor_insert(struct ctx *cx, int64_t user, struct str sealed);
err store_factor_confirm(struct ctx *cx, int64_t user, int64_t step) MUST_USE;
err store_factor_step(struct ctx *cx, int64_t user, int64_t step) MUST_USE;
/* With its recovery codes. */
err store_factor_delete(struct ctx *cx, int64_t user) MUST_USE;
void store_recovery_insert(struct ctx *cx, int64_t user, struct str hash);
/* *ret: it was one that had not been used. */
err store_recovery_use(struct ctx *cx, int64_t user, struct str hash, bool *ret) MUST_USE;

void store_api_key_insert(struct ctx *cx, const struct api_key *key, const struct api_key_row *row);
/* Newest first. */
err store_api_keys(struct ctx *cx, int64_t user, size_t max, struct api_key_row *ret, size_t *ret_n) MUST_USE;
err store_api_key_delete(struct ctx *cx, int64_t id, int64_t user, bool *ret_there) MUST_USE;
err store_api_keys_delete(struct ctx *cx, int64_t user) MUST_USE;
/* Adds all of them to the memory. */
err store_api_keys_load(struct ctx *cx, struct api_keys *k) MUST_USE;

/* *ret is 0 when nobody has signed in so. */
err store_identity(struct ctx *cx, struct str issuer, struct str subject, int64_t *ret) MUST_USE;
void store_identity_insert(struct ctx *cx, struct str issuer, struct str subject, int64_t user);
err store_identities_forget(struct ctx *cx, int64_t user) MUST_USE;

#endif
