/* Accounts: who somebody is (e-mail address and password), what they may do (roles), and the tokens that say so on every request.
 *
 * A sign-in opens a session. It gives out short-lived access tokens, which are checked in memory, and refresh tokens, each good for one
 * use. Whatever ends a session (signing out, a used-up refresh token seen again, a change of roles) makes its access tokens useless at once. */
#ifndef AUTH_H
#define AUTH_H

#include "platform/call/call.h"

extern const struct service auth_service;

/* Sets cx->actor from an access token (the text behind "Bearer "), or fails with ERR_WHO. Reads memory only; `self` is the open service.
 * From any thread; fastest on the few that call it for ever, since each keeps the tokens it has verified. */
err auth_check(void *self, struct ctx *cx, struct str bearer) MUST_USE;

/* Makes an account with the role ADMIN, or gives an existing one that role and this password and ends its sessions. For the command line. */
struct auth_admin_in {
    struct str email, password;
};
extern const struct call auth_admin_put_call;

/* ---- for those who write to people ---- */

/* Whom to write to. ERR_MISSING for an account that is closed. CALL_READ. */
struct contact_ref {
    int64_t user;
};
struct contact {
    struct str email, name;
    enum lang lang;
    bool verified;            /* the address has been shown to be theirs */
    int64_t joined_at;
};
extern const struct call auth_contact_call;

/* Accounts that have one of these roles and may sign in, oldest first. in: struct staff_ref, out: struct list of int64_t, at most AUTH_STAFF_MAX.
 * CALL_READ. */
#define AUTH_STAFF_MAX 100
struct staff_ref {
    unsigned roles;           /* enum role */
};
extern const struct call auth_staff_call;

/* A mail that this service wants to be sent (auth.mail_wanted). Who sends it asks here at that moment, and again with every new try: each asking
 * makes a fresh secret and voids the one before, so that none waits in a queue. CALL_COMMAND. */
enum auth_mail_kind {
    AUTH_MAIL_VERIFY,             /* with a link: shows that the address is theirs (also the one an account is to get) */
    AUTH_MAIL_RESET,              /* with a link: a new password */
    AUTH_MAIL_PASSWORD_CHANGED,   /* the others tell what has happened and have no link */
    AUTH_MAIL_EMAIL_CHANGED,      /* goes to the address of before */
    AUTH_MAIL_CLOSED,             /* the last one: the account is closed already, auth.contact does not know it any more */
};
extern const char *const auth_mail_words[];          /* "verify", "reset", "password_changed", "email_changed", "closed" */
struct mail_ref {
    int64_t mail;             /* public id of kind ID_MAIL */
};
struct mail_link {
    int64_t user;
    int kind;                 /* enum auth_mail_kind */
    struct str to, name, path;           /* path: below the address of the web client, with the secret; empty for kinds without a link */
    enum lang lang;
    bool gone;                /* not to be sent any more (used, too old, account closed): the rest is empty */
};
extern const struct call auth_link_make_call;

/* Events. Their bodies name people by id only:
 *   auth.mail_wanted    {"mail_id","user_id","kind"}    a mail is to be sent: kind is one of auth_mail_words, the rest tells auth.link_make
 *   auth.user_joined    {"user_id"}             an account was made
 *   auth.roles_changed  {"user_id","roles":[]}  what it may do has changed
 *   auth.user_left      {"user_id"}             its owner erased it */

#endif
