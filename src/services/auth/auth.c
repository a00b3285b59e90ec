/* The auth service: its tables and its life. */
#include "auth_int.h"

#include <stdlib.h>

#include "auth_sql.h"
#include "platform/call/app.h"
#include "platform/obs/log.h"

/* ---- field tables ---- */

/* clang-format off */

static const char *const role_words[] = { "CUSTOMER", "PRODUCER", "STAFF", "MANAGER", "ADMIN", NULL };

static const struct text_rule email_rule = { email_ok, "must be an e-mail address", "이메일 주소여야 합니다" };
static const struct text_rule name_rule = { name_ok, "must be 1 to 50 characters, not only spaces", "공백만이 아닌 1~50자여야 합니다" };
static const struct text_rule phone_rule = {
    phone_ok, "must be a telephone number: 7 to 15 digits, grouped by spaces, dots, hyphens or brackets",
    "전화번호여야 합니다: 숫자 7~15개를 공백, 점, 하이픈, 괄호로 나눌 수 있습니다",
};

FIELDS(user_fields, "User", struct user,
    { .name = "id", .type = F_ID, .id = ID_USER, .at = offsetof(struct user, id) },
    { .name = "email", .type = F_STR, .at = offsetof(struct user, email) },
    { .name = "name", .type = F_STR, .at = offsetof(struct user, name) },
    { .name = "phone", .type = F_STR, .at = offsetof(struct user, phone), .nullable = true },
    { .name = "roles", .type = F_FLAGS, .words = role_words, .at = offsetof(struct user, roles) },
    { .name = "created_at", .type = F_TIME, .at = offsetof(struct user, created_at) });

FIELDS(signup_fields, "SignupRequest", struct signup_in,
    { .name = "email", .type = F_STR, .at = offsetof(struct signup_in, email), .low = 1, .high = 254, .rule = &email_rule },
    { .name = "password", .type = F_STR, .at = offsetof(struct signup_in, password), .low = PASSWORD_MIN, .high = PASSWORD_MAX,
      .help = "not one of the most common" },
    { .name = "name", .type = F_STR, .at = offsetof(struct signup_in, name), .low = 1, .high = 50, .rule = &name_rule },
    { .name = "phone", .type = F_STR, .at = offsetof(struct signup_in, phone), .high = 20, .rule = &phone_rule, .optional = true });

FIELDS(user_create_fields, "UserCreate", struct user_create_in,
    { .name = "email", .type = F_STR, .at = offsetof(struct user_create_in, email), .low = 1, .high = 254, .rule = &email_rule },
    { .name = "password_hash", .type = F_STR, .at = offsetof(struct user_create_in, password_hash), .high = 128 },
    { .name = "name", .type = F_STR, .at = offsetof(struct user_create_in, name), .low = 1, .high = 50 },
    { .name = "phone", .type = F_STR, .at = offsetof(struct user_create_in, phone), .high = 20, .optional = true });

FIELDS(admin_put_fields, "AdminPut", struct auth_admin_in,
    { .name = "email", .type = F_STR, .at = offsetof(struct auth_admin_in, email), .low = 1, .high = 254, .rule = &email_rule },
    { .name = "password", .type = F_STR, .at = offsetof(struct auth_admin_in, password), .low = PASSWORD_MIN, .high = PASSWORD_MAX,
      .help = "not one of the most common" });
FIELDS(admin_save_fields, "AdminSave", struct admin_save_in,
    { .name = "email", .type = F_STR, .at = offsetof(struct admin_save_in, email), .low = 1, .high = 254, .rule = &email_rule },
    { .name = "password_hash", .type = F_STR, .at = offsetof(struct admin_save_in, password_hash), .high = 128 });

/* No syntax here: an address or password that cannot be is simply not known. */
FIELDS(login_fields, "LoginRequest", struct login_in,
    { .name = "email", .type = F_STR, .at = offsetof(struct login_in, email), .low = 1, .high = 254 },
    { .name = "password", .type = F_STR, .at = offsetof(struct login_in, password), .low = 1, .high = 128 });

FIELDS(refresh_fields, "RefreshRequest", struct refresh_in,
    { .name = "refresh_token", .type = F_STR, .at = offsetof(struct refresh_in, refresh_token), .low = 1, .high = 128,
      .help = "the latest one given; each works once" });

FIELDS(tokens_fields, "Tokens", struct tokens_out,
    { .name = "access_token", .type = F_STR, .at = offsetof(struct tokens_out, access_token) },
    { .name = "refresh_token", .type = F_STR, .at = offsetof(struct tokens_out, refresh_token) },
    { .name = "token_type", .type = F_STR, .at = offsetof(struct tokens_out, token_type), .help = "always Bearer" },
    { .name = "expires_in", .type = F_INT, .at = offsetof(struct tokens_out, expires_in), .help = "seconds the access token is good for" });

FIELDS(credentials_in_fields, "CredentialsQuery", struct credentials_in,
    { .name = "email", .type = F_STR, .at = offsetof(struct credentials_in, email), .high = 254 });

FIELDS(credentials_fields, "Credentials", struct credentials,
    { .name = "user", .type = F_INT, .at = offsetof(struct credentials, user) },
    { .name = "password_hash", .type = F_STR, .at = offsetof(struct credentials, password_hash), .high = 128 },
    { .name = "roles", .type = F_FLAGS, .words = role_words, .at = offsetof(struct credentials, roles) });

FIELDS(session_open_fields, "SessionOpen", struct session_open_in,
    { .name = "user", .type = F_INT, .at = offsetof(struct session_open_in, user) },
    { .name = "password_hash", .type = F_STR, .at = offsetof(struct session_open_in, password_hash), .high = 128 },
    { .name = "refresh_token", .type = F_STR, .at = offsetof(struct session_open_in, refresh_token) });

FIELDS(session_rotate_fields, "SessionRotate", struct session_rotate_in,
    { .name = "spent", .type = F_STR, .at = offsetof(struct session_rotate_in, spent) },
    { .name = "fresh", .type = F_STR, .at = offsetof(struct session_rotate_in, fresh) });

FIELDS(session_fields, "Session", struct session,
    { .name = "id", .type = F_INT, .at = offsetof(struct session, id) },
    { .name = "user", .type = F_INT, .at = offsetof(struct session, user) },
    { .name = "roles", .type = F_FLAGS, .words = role_words, .at = offsetof(struct session, roles) });

FIELDS(me_change_fields, "UserChange", struct me_change_in,
    { .name = "name", .type = F_STR, .at = offsetof(struct me_change_in, name), .has_at = offsetof(struct me_change_in, has_name), .low = 1,
      .high = 50, .rule = &name_rule, .optional = true },
    { .name = "phone", .type = F_STR, .at = offsetof(struct me_change_in, phone), .has_at = offsetof(struct me_change_in, has_phone), .high = 20,
      .rule = &phone_rule, .optional = true, .help = "a telephone number; empty for none" });

FIELDS(users_in_fields, "UsersQuery", struct users_in,
    { .name = "q", .type = F_STR, .from = FROM_QUERY, .at = offsetof(struct users_in, q), .high = 100, .optional = true,
      .help = "part of an e-mail address or a name" },
    { .name = "limit", .type = F_INT, .from = FROM_QUERY, .at = offsetof(struct users_in, limit), .low = 1, .high = 100, .optional = true,
      .help = "accounts a page, 20 unless told" },
    { .name = "cursor", .type = F_ID, .id = ID_USER, .from = FROM_QUERY, .at = offsetof(struct users_in, cursor), .optional = true,
      .help = "`next` of the page before" });

FIELDS(users_out_fields, "Users", struct users_out,
    { .name = "items", .type = F_LIST, .of = &user_fields, .at = offsetof(struct users_out, items), .help = "newest first" },
    { .name = "next", .type = F_ID, .id = ID_USER, .at = offsetof(struct users_out, next), .nullable = true });

FIELDS(user_roles_fields, "UserRoles", struct user_roles_in,
    { .name = "user_id", .type = F_ID, .id = ID_USER, .from = FROM_PATH, .at = offsetof(struct user_roles_in, user) },
    { .name = "roles", .type = F_FLAGS, .words = role_words, .low = 1, .high = 5, .at = offsetof(struct user_roles_in, roles),
      .help = "all the account is to have from now on" });

/* ---- calls ---- */

static const struct call signup_call = {
    .name = "auth.signup", .kind = CALL_STORY, .in = &signup_fields, .out = &user_fields, .fn = auth_signup,
    .help = "Makes an account with the role CUSTOMER."
};
static const struct call login_call = {
    .name = "auth.login", .kind = CALL_STORY, .in = &login_fields, .out = &tokens_fields, .fn = auth_login,
    .help = "Signs in."
};
static const struct call refresh_call = {
    .name = "auth.refresh", .kind = CALL_STORY, .in = &refresh_fields, .out = &tokens_fields, .fn = auth_refresh,
    .help = "Gives new tokens for a refresh token, which works once; used again it ends the session."
};
static const struct call logout_call = {
    .name = "auth.logout", .kind = CALL_COMMAND, .fn = auth_logout,
    .help = "Ends the session: its tokens are refused from now on."
};
static const struct call me_call = {
    .name = "auth.me", .kind = CALL_READ, .out = &user_fields, .fn = auth_me,
    .help = "One's own account."
};
static const struct call me_change_call = {
    .name = "auth.me_change", .kind = CALL_COMMAND, .in = &me_change_fields, .out = &user_fields, .fn = auth_me_change,
    .help = "Changes what is given of one's own account."
};
static const struct call me_erase_call = {
    .name = "auth.me_erase", .kind = CALL_COMMAND, .fn = auth_me_erase,
    .help = "Erases one's own account: its personal data is gone and all its sessions end."
};
static const struct call users_call = {
    .name = "auth.users", .kind = CALL_READ, .in = &users_in_fields, .out = &users_out_fields, .fn = auth_users,
    .help = "Accounts, searched by e-mail address or name."
};
static const struct call user_roles_call = {
    .name = "auth.user_roles", .kind = CALL_COMMAND, .in = &user_roles_fields, .out = &user_fields, .fn = auth_user_roles,
    .help = "Changes what an account may do and ends its sessions; there is always an ADMIN left."
};
const struct call auth_name_call = {
    .name = "auth.name", .kind = CALL_READ, .fn = auth_name,
    .help = "What somebody is called."
};
static const struct call session_prune_call = {
    .name = "auth.session_prune", .kind = CALL_COMMAND, .fn = auth_session_prune,
    .help = "Forgets sessions that have expired."
};

const struct call auth_admin_put_call = {
    .name = "auth.admin_put", .kind = CALL_STORY, .in = &admin_put_fields, .fn = auth_admin_put,
    .help = "Makes or resets an ADMIN."
};
const struct call auth_admin_save_call = {
    .name = "auth.admin_save", .kind = CALL_COMMAND, .in = &admin_save_fields, .fn = auth_admin_save,
    .help = "Writes what auth.admin_put has prepared."
};
const struct call auth_user_create_call = {
    .name = "auth.user_create", .kind = CALL_COMMAND, .in = &user_create_fields, .out = &user_fields, .fn = auth_user_create,
    .help = "Writes the account that auth.signup has prepared."
};
const struct call auth_credentials_call = {
    .name = "auth.credentials", .kind = CALL_READ, .in = &credentials_in_fields, .out = &credentials_fields, .fn = auth_credentials,
    .help = "What a password is checked against."
};
const struct call auth_session_open_call = {
    .name = "auth.session_open", .kind = CALL_COMMAND, .in = &session_open_fields, .out = &session_fields, .fn = auth_session_open,
    .help = "Opens a session."
};
const struct call auth_session_rotate_call = {
    .name = "auth.session_rotate", .kind = CALL_COMMAND, .in = &session_rotate_fields, .out = &session_fields, .fn = auth_session_rotate,
    .help = "Uses up a refresh token."
};

static const struct call *const calls[] = {
    &signup_call, &login_call, &refresh_call, &logout_call, &me_call, &me_change_call, &me_erase_call, &users_call, &user_roles_call,
    &session_prune_call, &auth_admin_put_call, &auth_admin_save_call, &auth_user_create_call, &auth_credentials_call, &auth_session_open_call,
    &auth_session_rotate_call, &auth_name_call, NULL,
};

#define API "/api/v1"

static const struct route routes[] = {
    { .method = "POST", .path = API "/auth/signup", .call = &signup_call, .flags = HASHES, .status = 201 },
    { .method = "POST", .path = API "/auth/login", .call = &login_call, .flags = HASHES, .status = 200 },
    { .method = "POST", .path = API "/auth/refresh", .call = &refresh_call, .status = 200 },
    { .method = "POST", .path = API "/auth/logout", .call = &logout_call, .flags = NEED_USER, .status = 204 },
    { .method = "GET", .path = API "/users/me", .call = &me_call, .flags = NEED_USER, .status = 200 },
    { .method = "PATCH", .path = API "/users/me", .call = &me_change_call, .flags = NEED_USER, .status = 200 },
    { .method = "DELETE", .path = API "/users/me", .call = &me_erase_call, .flags = NEED_USER, .status = 204 },
    { .method = "GET", .path = API "/users", .call = &users_call, .flags = NEED_USER, .roles = ROLE_MANAGER | ROLE_ADMIN, .status = 200 },
    { .method = "PATCH", .path = API "/users/{user_id}", .call = &user_roles_call, .flags = NEED_USER, .roles = ROLE_ADMIN, .status = 200 },
    { 0 },
};

static int64_t prune_due(void *self)
{
    struct auth *a = self;
    return atomic_load(&a->prune_at);
}

static const struct job jobs[] = {
    { "auth.session_prune", &session_prune_call, prune_due },
    { 0 },
};

/* ---- events ---- */

struct user_event {
    int64_t user;
    unsigned roles;
};

FIELDS(user_event_fields, "UserEvent", struct user_event,
    { .name = "user_id", .type = F_ID, .id = ID_USER, .at = offsetof(struct user_event, user) },
    { .name = "roles", .type = F_FLAGS, .words = role_words, .at = offsetof(struct user_event, roles), .omit_empty = true });

void auth_say(struct ctx *cx, struct auth *a, const char *topic, int64_t user, unsigned roles)
{
    struct buf body;
    buf_init(&body, 256);
    fields_encode(&body, &user_event_fields, &a->keys->ids, &(struct user_event){ user, roles });
    ASSERT(!body.full);
    outbox_put(cx, topic, user, buf_view(&body));
    buf_free(&body);
}

/* ---- configuration and metrics ---- */

static const struct config_key config[] = {
    { "auth.access_seconds", CONFIG_INT, "900", 60, ACCESS_SECONDS_MAX, "Life of an access token, in seconds.", false },
    { "auth.refresh_days", CONFIG_INT, "30", 1, 365, "Life of a session from its sign-in, in days.", false },
    { "auth.argon2_memory_kib", CONFIG_INT, "19456", 8, 1 << 20, "Memory that hashing one password takes, in KiB.", false },
    { "auth.argon2_ops", CONFIG_INT, "2", 1, 20, "Passes that hashing one password makes over its memory.", false },
    { "auth.hash_threads", CONFIG_INT, "2", 1, 64, "Passwords hashed at the same time.", false },
    { "auth.hash_queue", CONFIG_INT, "64", 1, 10000, "Passwords that may wait to be hashed; further sign-ins are told to try again.", false },
    { 0 },
};

struct metric auth_signups = { .name = "takenseat_signups_total", .kind = METRIC_COUNTER, .help = "Accounts made by sign-up" };
struct metric auth_logins = { .name = "takenseat_logins_total", .kind = METRIC_COUNTER, .help = "Sign-ins",
    .labels = "result=\"ok\"" };
struct metric auth_logins_refused = { .name = "takenseat_logins_total", .kind = METRIC_COUNTER, .help = "Sign-ins",
    .labels = "result=\"refused\"" };
struct metric auth_refreshes = { .name = "takenseat_refreshes_total", .kind = METRIC_COUNTER, .help = "Refresh tokens used",
    .labels = "result=\"ok\"" };
struct metric auth_refreshes_reused = { .name = "takenseat_refreshes_total", .kind = METRIC_COUNTER, .help = "Refresh tokens used",
    .labels = "result=\"reused\"" };
struct metric auth_hash_refused = { .name = "takenseat_hash_refused_total", .kind = METRIC_COUNTER, .help = "Passwords refused as too many waited" };

static struct metric *const metrics[] = {
    &auth_signups, &auth_logins, &auth_logins_refused, &auth_refreshes, &auth_refreshes_reused, &auth_hash_refused, NULL,
};

/* clang-format on */

/* ---- life ---- */

static void revoked_before(struct ctx *cx, struct auth *a, int64_t session, int64_t at)
{
    revoked_add(&a->revoked, session, at + ACCESS_SECONDS_MAX * 1000, cx->now);
}

static err auth_open(struct ctx *cx, void **ret_self)
{
    const struct config *c = app_config(cx->app);
    struct auth *a = calloc(1, sizeof(*a));
    ASSERT(a != NULL);
    a->keys = app_keys(cx->app);
    a->access_s = config_int(c, "auth.access_seconds");
    a->refresh_ms = config_int(c, "auth.refresh_days") * 24 * 60 * 60 * 1000;
    a->prune_at = cx->now;
    hasher_open(&a->hasher, cx->arena, (int)config_int(c, "auth.hash_threads"), (int)config_int(c, "auth.hash_queue"),
                (struct password_cost){ .ops = (uint64_t)config_int(c, "auth.argon2_ops"),
                                        .memory_bytes = (size_t)config_int(c, "auth.argon2_memory_kib") * 1024 });
    revoked_open(&a->revoked);
    verified_open(&a->verified);
    *ret_self = a;

    err e = store_auth_sequences(cx, &a->users, &a->sessions);
    if (e)
        return e;
    return store_sessions_revoked(cx, a, cx->now - ACCESS_SECONDS_MAX * 1000, revoked_before);
}

static void auth_close(void *self)
{
    struct auth *a = self;
    verified_close(&a->verified);
    revoked_close(&a->revoked);
    hasher_close(&a->hasher);
    free(a);
}

const struct service auth_service = {
    .name = "auth",
    .open = auth_open,
    .close = auth_close,
    .calls = calls,
    .routes = routes,
    .jobs = jobs,
    .config = config,
    .audits = auth_audits,
    .migrations = auth_migrations,
    .queries = (const struct query *)&auth_sql,
    .query_count = sizeof(auth_sql) / sizeof(struct query),
    .metrics = metrics,
};
