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

/* Was there ever an account with this id? Memory only; in a command. */
bool auth_user_known(const struct app *app, int64_t user);

/* Events. Their bodies name people by id only:
 *   auth.user_joined    {"user_id"}             an account was made
 *   auth.roles_changed  {"user_id","roles":[]}  what it may do has changed
 *   auth.user_left      {"user_id"}             its owner erased it */

#endif
