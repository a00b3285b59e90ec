/* The auth service: its routes, events and settings, and its life. */
#include "oidc.h"

#include <stdlib.h>

#include "auth_sql.h"
#include "base/clock.h"
#include "platform/call/app.h"
#include "platform/call/event.h"
#include "platform/config/config.h"
#include "platform/kv/kv.h"
#include "platform/obs/log.h"
#include "platform/obs/metrics.h"

/* clang-format off */

/* ---- calls and routes ---- */

static const struct call *const calls[] = {
    &auth_signup_call, &auth_login_call, &auth_refresh_call, &auth_logout_call, &auth_me_call, &auth_me_change_call, &auth_users_call,
    &auth_admin_put_call, &auth_admin_save_call, &auth_user_create_call, &auth_session_open_call, &auth_session_rotate_call,
    &auth_attempt_call, &auth_attempt_forgive_call, &auth_sessions_call, &auth_session_end_call, &auth_sessions_end_others_call,
    &auth_prune_call, &auth_password_change_call, &auth_password_save_call, &auth_email_change_call, &auth_email_wish_call,
    &auth_me_close_call, &auth_me_erase_call, &auth_verify_call, &auth_verify_resend_call, &auth_forgot_call, &auth_forgot_serve_call,
    &auth_reset_call, &auth_reset_look_call, &auth_reset_save_call, &auth_user_get_call, &auth_user_change_call, &auth_contact_call, &auth_staff_call,
    &auth_link_make_call, &auth_totp_start_call, &auth_totp_put_call, &auth_totp_confirm_call, &auth_totp_remove_call, &auth_totp_drop_call,
    &auth_api_key_make_call, &auth_api_keys_call, &auth_api_key_revoke_call, &auth_oidc_start_call, &auth_oidc_finish_call, &auth_oidc_open_call, NULL,
};

static const struct call *const offers[] = { &auth_contact_call, &auth_staff_call, &auth_link_make_call, NULL };

#define API        "/api/v1"
#define ORGANIZERS (ROLE_PRODUCER | ROLE_MANAGER | ROLE_ADMIN)

static const struct route routes[] = {
    { .method = "POST", .path = API "/auth/signup", .call = &auth_signup_call, .flags = HASHES, .status = 201 },
    { .method = "POST", .path = API "/auth/login", .call = &auth_login_call, .flags = HASHES, .status = 200 },
    { .method = "POST", .path = API "/auth/refresh", .call = &auth_refresh_call, .status = 200 },
    { .method = "POST", .path = API "/auth/logout", .call = &auth_logout_call, .flags = NEED_USER | ENROLS, .status = 204 },
    { .method = "POST", .path = API "/auth/verify", .call = &auth_verify_call, .flags = AUDITED, .status = 200 },
    { .method = "POST", .path = API "/auth/verify/resend", .call = &auth_verify_resend_call, .flags = NEED_USER, .status = 202 },
    { .method = "POST", .path = API "/auth/password/forgot", .call = &auth_forgot_call, .status = 202 },
    { .method = "POST", .path = API "/auth/password/reset", .call = &auth_reset_call, .flags = HASHES | AUDITED, .status = 204 },
    { .method = "POST", .path = API "/auth/oidc/start", .call = &auth_oidc_start_call, .flags = HASHES, .status = 200 },
    { .method = "POST", .path = API "/auth/oidc/callback", .call = &auth_oidc_finish_call, .flags = HASHES, .status = 200 },
    { .method = "GET", .path = API "/users/me", .call = &auth_me_call, .flags = NEED_USER | ENROLS, .status = 200 },
    { .method = "PATCH", .path = API "/users/me", .call = &auth_me_change_call, .flags = NEED_USER, .status = 200 },
    { .method = "DELETE", .path = API "/users/me", .call = &auth_me_close_call, .flags = NEED_USER | HASHES | AUDITED, .status = 204 },
    { .method = "POST", .path = API "/users/me/password", .call = &auth_password_change_call, .flags = NEED_USER | HASHES | AUDITED, .status = 204 },
    { .method = "POST", .path = API "/users/me/email", .call = &auth_email_change_call, .flags = NEED_USER | HASHES | AUDITED, .status = 202 },
    { .method = "GET", .path = API "/users/me/sessions", .call = &auth_sessions_call, .flags = NEED_USER, .status = 200 },
    { .method = "DELETE", .path = API "/users/me/sessions", .call = &auth_sessions_end_others_call, .flags = NEED_USER | AUDITED, .status = 204 },
    { .method = "DELETE", .path = API "/users/me/sessions/{session_id}", .call = &auth_session_end_call, .flags = NEED_USER | AUDITED, .status = 204 },
    { .method = "POST", .path = API "/users/me/totp", .call = &auth_totp_start_call, .flags = NEED_USER | HASHES | AUDITED | ENROLS, .status = 201 },
    { .method = "POST", .path = API "/users/me/totp/confirm", .call = &auth_totp_confirm_call, .flags = NEED_USER | AUDITED | ENROLS, .status = 200 },
    { .method = "DELETE", .path = API "/users/me/totp", .call = &auth_totp_remove_call, .flags = NEED_USER | HASHES | AUDITED, .status = 204 },
    { .method = "POST", .path = API "/users/me/api-keys", .call = &auth_api_key_make_call, .flags = NEED_USER, .roles = ORGANIZERS, .status = 201 },
    { .method = "GET", .path = API "/users/me/api-keys", .call = &auth_api_keys_call, .flags = NEED_USER, .status = 200 },
    { .method = "DELETE", .path = API "/users/me/api-keys/{key_id}", .call = &auth_api_key_revoke_call, .flags = NEED_USER | AUDITED, .status = 204 },
    { .method = "GET", .path = API "/users", .call = &auth_users_call, .flags = NEED_USER, .roles = ROLE_MANAGER | ROLE_ADMIN, .status = 200 },
    { .method = "GET", .path = API "/users/{user_id}", .call = &auth_user_get_call, .flags = NEED_USER, .roles = ROLE_MANAGER | ROLE_ADMIN, .status = 200 },
    { .method = "PATCH", .path = API "/users/{user_id}", .call = &auth_user_change_call, .flags = NEED_USER, .roles = ROLE_ADMIN, .status = 200 },
    { 0 },
};

static int64_t prune_due(void *self)
{
    struct auth *a = self;
    return atomic_load(&a->prune_at);
}

static int64_t forgot_due(void *self)
{
    struct auth *a = self;
    return atomic_load(&a->forgot_at);
}

static const struct job jobs[] = {
    { "auth.prune", &auth_prune_call, prune_due },
    { "auth.forgot_serve", &auth_forgot_serve_call, forgot_due },
    { 0 },
};

/* ---- events ---- */

struct user_event {
    int64_t user;
    unsigned roles;
};

FIELDS(user_event_fields, "UserEvent", struct user_event,
    { .name = "user_id", .type = F_ID, .id = ID_USER, .at = offsetof(struct user_event, user) },
    { .name = "roles", .type = F_FLAGS, .words = auth_role_words, .at = offsetof(struct user_event, roles), .omit_empty = true });

static void say(struct ctx *cx, struct auth *a, const char *topic, int64_t user, const struct fields *of, const void *event)
{
    struct buf body;
    buf_init(&body, 256);
    fields_encode(&body, of, &a->keys->ids, event);
    ASSERT(!body.full);
    outbox_put(cx, topic, user, buf_view(&body));
    buf_free(&body);
}

void auth_say(struct ctx *cx, struct auth *a, const char *topic, int64_t user, unsigned roles)
{
    say(cx, a, topic, user, &user_event_fields, &(struct user_event){ user, roles });
}

struct mail_event {
    int64_t mail, user;
    int kind;
};

FIELDS(mail_event_fields, "MailEvent", struct mail_event,
    { .name = "mail_id", .type = F_ID, .id = ID_MAIL, .at = offsetof(struct mail_event, mail) },
    { .name = "user_id", .type = F_ID, .id = ID_USER, .at = offsetof(struct mail_event, user) },
    { .name = "kind", .type = F_ENUM, .words = auth_mail_words, .at = offsetof(struct mail_event, kind) });

void auth_say_mail(struct ctx *cx, struct auth *a, const struct mail *m)
{
    say(cx, a, "auth.mail_wanted", m->user, &mail_event_fields, &(struct mail_event){ m->id, m->user, m->kind });
}

static const struct event_kind says[] = {
    { "auth.user_joined", NULL, 1, ID_USER, &user_event_fields, "Somebody has an account now." },
    { "auth.user_left", NULL, 1, ID_USER, &user_event_fields, "Somebody has closed their account: what is kept about them goes." },
    { "auth.roles_changed", NULL, 1, ID_USER, &user_event_fields, "An account has other roles." },
    { "auth.mail_wanted", NULL, 1, ID_USER, &mail_event_fields, "Somebody is to get a mail about their account; its secret is asked for when it is sent." },
    { 0 },
};

/* ---- configuration and metrics ---- */

static const struct config_key config[] = {
    { "auth.access_seconds", CONFIG_INT, "900", 60, ACCESS_SECONDS_MAX, "Life of an access token, in seconds.", false },
    { "auth.refresh_days", CONFIG_INT, "30", 1, 365, "Life of a session from its sign-in, in days.", false },
    { "auth.admin_grace_days", CONFIG_INT, "30", 0, 3650,
      "Days in which an ADMIN has to set up a second factor; after that an account without one can do nothing else.", false },
    { "auth.oidc_issuer", CONFIG_STR, "", 0, 0, "Issuer of the OpenID Connect provider that people may sign in with (https); none when empty.", false },
    { "auth.oidc_client_id", CONFIG_STR, "", 0, 0, "What this platform is called there.", false },
    { "auth.oidc_client_secret", CONFIG_STR, "", 0, 0, "Its secret there; a public client with PKCE alone when empty.", true },
    { "auth.oidc_redirect", CONFIG_STR, "", 0, 0, "Page of the web client that the provider sends people back to, as registered there.", false },
    { "auth.unheard_seconds", CONFIG_INT, "0", 0, 3600,
      "For a process that does not keep the sessions: seconds without word from the one that does after which access tokens are refused; 0: never.", false },
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
struct metric auth_attempts_refused = { .name = "takenseat_attempts_refused_total", .kind = METRIC_COUNTER,
    .help = "Passwords not looked at since too many had failed" };
struct metric auth_hash_refused = { .name = "takenseat_hash_refused_total", .kind = METRIC_COUNTER, .help = "Passwords refused as too many waited" };

static struct metric *const metrics[] = {
    &auth_signups, &auth_logins, &auth_logins_refused, &auth_refreshes, &auth_refreshes_reused, &auth_hash_refused, &auth_attempts_refused,
    NULL,
};

/* clang-format on */

/* ---- life ---- */

static void revoked_before(struct ctx *cx, struct auth *a, int64_t session, int64_t at)
{
    revoked_add(&a->revoked, session, at + ACCESS_SECONDS_MAX * 1000, cx->now);
}

static void exchange(void *self, struct kv *kv, struct arena *arena)
{
    struct auth *a = self;
    revoked_exchange(&a->revoked, kv, arena, clock_now(app_clock(a->app)));
}

static err share_revoked(struct ctx *cx, struct auth *a, const struct config *c)
{
    struct kv *kv = app_kv(cx->app);
    a->revoked.shared = kv_shared(kv);
    a->revoked.unheard_ms = config_int(c, "auth.unheard_seconds") * 1000;
    if (a->revoked.unheard_ms && !a->revoked.shared)
        return fail(cx, ERR_INPUT, NULL, "auth.unheard_seconds needs kv.url", "auth.unheard_seconds를 쓰려면 kv.url이 필요합니다");
    if (a->revoked.unheard_ms)
        atomic_store(&a->revoked.trusted_until, 0);
    if (a->revoked.shared)
        kv_every(kv, exchange, a);
    return OK;
}

static err auth_open(struct ctx *cx, void **ret_self)
{
    const struct config *c = app_config(cx->app);
    struct auth *a = calloc(1, sizeof(*a));
    ASSERT(a != NULL);
    a->app = cx->app;
    a->keys = app_keys(cx->app);
    a->access_s = config_int(c, "auth.access_seconds");
    a->refresh_ms = config_int(c, "auth.refresh_days") * 24 * 60 * 60 * 1000;
    a->grace_ms = config_int(c, "auth.admin_grace_days") * 24 * 60 * 60 * 1000;
    a->prune_at = cx->now;
    hasher_open(&a->hasher, cx->arena, (int)config_int(c, "auth.hash_threads"), (int)config_int(c, "auth.hash_queue"),
                (struct password_cost){ .ops = (uint64_t)config_int(c, "auth.argon2_ops"),
                                        .memory_bytes = (size_t)config_int(c, "auth.argon2_memory_kib") * 1024 });
    revoked_open(&a->revoked);
    verified_open(&a->verified);
    api_keys_open(&a->api_keys);
    *ret_self = a;
    if (!oidc_open(cx, &a->oidc, c))
        return ERR_INPUT;
    err e = share_revoked(cx, a, c);
    if (e)
        return e;
    e = store_auth_sequences(cx, a);
    if (e)
        return e;
    e = store_api_keys_load(cx, &a->api_keys);
    if (e)
        return e;
    return store_sessions_revoked(cx, a, cx->now - ACCESS_SECONDS_MAX * 1000, revoked_before);
}

static void auth_close(void *self)
{
    struct auth *a = self;
    oidc_close(&a->oidc);
    api_keys_close(&a->api_keys);
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
    .offers = offers,
    .routes = routes,
    .jobs = jobs,
    .says = says,
    .config = config,
    .audits = auth_audits,
    .migrations = auth_migrations,
    .queries = (const struct query *)&auth_sql,
    .query_count = sizeof(auth_sql) / sizeof(struct query),
    .metrics = metrics,
};
