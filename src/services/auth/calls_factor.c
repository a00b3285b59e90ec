/* The calls about second factors, API keys and sign-in elsewhere: what each takes and gives. */
#include "oidc.h"

/* clang-format off */

/* ---- field tables ---- */

FIELDS(totp_start_fields, "SecondFactorStart", struct totp_start_in,
    { .name = "password", .type = F_STR, .secret = true, .at = offsetof(struct totp_start_in, password), .low = 1, .high = 128, .help = "that of now" });
FIELDS(totp_fields, "SecondFactorSecret", struct totp_out,
    { .name = "secret", .type = F_STR, .at = offsetof(struct totp_out, secret), .help = "to be typed into an authenticator app; shown once" },
    { .name = "uri", .type = F_STR, .at = offsetof(struct totp_out, uri), .help = "the same as a link, to be shown as a QR picture" });
FIELDS(totp_confirm_fields, "SecondFactorCode", struct totp_confirm_in,
    { .name = "code", .type = F_STR, .secret = true, .at = offsetof(struct totp_confirm_in, code), .low = 6, .high = 6,
      .help = "what the app shows" });

FIELDS(recovery_code_fields, "RecoveryCode", struct str, { .type = F_STR });
FIELDS(recovery_fields, "RecoveryCodes", struct recovery_out,
    { .name = "recovery_codes", .type = F_LIST, .of = &recovery_code_fields, .at = offsetof(struct recovery_out, codes),
      .help = "each signs in once when the app is lost; shown once" });

FIELDS(totp_remove_fields, "SecondFactorRemoval", struct totp_remove_in,
    { .name = "password", .type = F_STR, .secret = true, .at = offsetof(struct totp_remove_in, password), .low = 1, .high = 128, .help = "that of now" },
    { .name = "totp", .type = F_STR, .secret = true, .at = offsetof(struct totp_remove_in, totp), .low = 6, .high = 6, .optional = true,
      .help = "what the app shows" },
    { .name = "recovery_code", .type = F_STR, .secret = true, .at = offsetof(struct totp_remove_in, recovery_code), .low = 16, .high = 24,
      .optional = true, .help = "in its place" });
FIELDS(totp_drop_fields, "SecondFactorDrop", struct totp_drop_in,
    { .name = "totp", .type = F_STR, .at = offsetof(struct totp_drop_in, totp), .optional = true },
    { .name = "recovery_code", .type = F_STR, .at = offsetof(struct totp_drop_in, recovery_code), .optional = true });

/* By bit of enum scope. */
static const char *const scope_words[] = {
    "catalogue:read", "catalogue:write", "sales:read", "sales:write", "coupons:read", "coupons:write", NULL,
};

FIELDS(api_key_in_fields, "ApiKeyRequest", struct api_key_in,
    { .name = "name", .type = F_STR, .at = offsetof(struct api_key_in, name), .low = 1, .high = 50, .rule = &auth_name_rule, .help = "what it is for" },
    { .name = "scopes", .type = F_FLAGS, .words = scope_words, .at = offsetof(struct api_key_in, scopes), .low = 1, .high = 6,
      .help = "what it may be used for, of what the owner's roles allow" },
    { .name = "expires_at", .type = F_TIME, .at = offsetof(struct api_key_in, expires_at), .optional = true, .help = "never unless told" });
FIELDS(api_key_fields, "ApiKey", struct api_key_row,
    { .name = "id", .type = F_ID, .id = ID_API_KEY, .at = offsetof(struct api_key_row, id) },
    { .name = "name", .type = F_STR, .at = offsetof(struct api_key_row, name) },
    { .name = "hint", .type = F_STR, .at = offsetof(struct api_key_row, hint), .help = "how the key begins" },
    { .name = "scopes", .type = F_FLAGS, .words = scope_words, .at = offsetof(struct api_key_row, scopes) },
    { .name = "created_at", .type = F_TIME, .at = offsetof(struct api_key_row, created_at) },
    { .name = "expires_at", .type = F_TIME, .at = offsetof(struct api_key_row, expires_at), .nullable = true },
    { .name = "key", .type = F_STR, .at = offsetof(struct api_key_row, key), .omit_empty = true,
      .help = "the key itself, to be sent as `Authorization: Bearer tsk_...`; only when it is made" });
FIELDS(api_keys_fields, "ApiKeys", struct page_out,
    { .name = "items", .type = F_LIST, .of = &api_key_fields, .at = offsetof(struct page_out, items), .help = "newest first, all of them" },
    { .name = "next", .type = F_ID, .id = ID_API_KEY, .at = offsetof(struct page_out, next), .nullable = true });
FIELDS(api_key_ref_fields, "ApiKeyRef", struct api_key_ref,
    { .name = "key_id", .type = F_ID, .id = ID_API_KEY, .from = FROM_PATH, .at = offsetof(struct api_key_ref, key) });

FIELDS(oidc_start_fields, "ProviderSignIn", struct oidc_start_out,
    { .name = "url", .type = F_STR, .at = offsetof(struct oidc_start_out, url), .help = "where to send the browser" },
    { .name = "state", .type = F_STR, .at = offsetof(struct oidc_start_out, state),
      .help = "to be kept there, and compared with what comes back: another one is not this person's sign-in" });
FIELDS(oidc_finish_fields, "ProviderSignInEnd", struct oidc_finish_in,
    { .name = "code", .type = F_STR, .secret = true, .at = offsetof(struct oidc_finish_in, code), .low = 1, .high = 2000 },
    { .name = "state", .type = F_STR, .secret = true, .at = offsetof(struct oidc_finish_in, state), .low = 1, .high = 500 },
    { .name = "totp", .type = F_STR, .secret = true, .at = offsetof(struct oidc_finish_in, totp), .low = 6, .high = 6, .optional = true,
      .help = "where a second factor is set up here" },
    { .name = "recovery_code", .type = F_STR, .secret = true, .at = offsetof(struct oidc_finish_in, recovery_code), .low = 16, .high = 24,
      .optional = true, .help = "in its place" },
    { .name = "User-Agent", .type = F_STR, .from = FROM_HEADER, .at = offsetof(struct oidc_finish_in, user_agent), .high = 2000, .optional = true,
      .help = "by which the session is recognised later" });
FIELDS(oidc_open_fields, "ProviderSession", struct oidc_open_in,
    { .name = "subject", .type = F_STR, .at = offsetof(struct oidc_open_in, subject), .high = 255 },
    { .name = "email", .type = F_STR, .at = offsetof(struct oidc_open_in, email), .optional = true },
    { .name = "name", .type = F_STR, .at = offsetof(struct oidc_open_in, name), .optional = true },
    { .name = "verified", .type = F_BOOL, .at = offsetof(struct oidc_open_in, verified) },
    { .name = "refresh_token", .type = F_STR, .secret = true, .at = offsetof(struct oidc_open_in, refresh_token) },
    { .name = "device", .type = F_STR, .at = offsetof(struct oidc_open_in, device), .optional = true },
    { .name = "totp", .type = F_STR, .secret = true, .at = offsetof(struct oidc_open_in, totp), .optional = true },
    { .name = "recovery_code", .type = F_STR, .secret = true, .at = offsetof(struct oidc_open_in, recovery_code), .optional = true });

/* ---- calls ---- */

const struct call auth_oidc_start_call = {
    .name = "auth.oidc_start", .kind = CALL_STORY, .out = &oidc_start_fields, .fn = auth_oidc_start,
    .help = "Begins a sign-in with an account elsewhere (OpenID Connect)."
};
const struct call auth_oidc_finish_call = {
    .name = "auth.oidc_finish", .kind = CALL_STORY, .in = &oidc_finish_fields, .out = &auth_tokens_fields, .fn = auth_oidc_finish,
    .help = "Ends it with what the provider sent the browser back with; makes an account if there is none with this verified address."
};
const struct call auth_oidc_open_call = {
    .name = "auth.oidc_open", .kind = CALL_COMMAND, .in = &oidc_open_fields, .out = &auth_session_fields, .fn = auth_oidc_open,
    .help = "Opens the session that auth.oidc_finish has prepared."
};

const struct call auth_api_key_make_call = {
    .name = "auth.api_key_make", .kind = CALL_COMMAND, .in = &api_key_in_fields, .out = &api_key_fields, .fn = auth_api_key_make,
    .help = "Makes an API key for a program: it acts for its owner within its scopes, and never as an ADMIN."
};
const struct call auth_api_keys_call = {
    .name = "auth.api_keys", .kind = CALL_READ, .out = &api_keys_fields, .fn = auth_api_keys,
    .help = "One's own API keys."
};
const struct call auth_api_key_revoke_call = {
    .name = "auth.api_key_revoke", .kind = CALL_COMMAND, .in = &api_key_ref_fields, .fn = auth_api_key_revoke,
    .help = "Revokes an API key: it is refused from now on."
};

const struct call auth_totp_start_call = {
    .name = "auth.totp_start", .kind = CALL_STORY, .in = &totp_start_fields, .out = &totp_fields, .fn = auth_totp_start,
    .help = "Begins to set up a second factor: gives the secret for an authenticator app."
};
const struct call auth_totp_put_call = {
    .name = "auth.totp_put", .kind = CALL_COMMAND, .out = &totp_fields, .fn = auth_totp_put,
    .help = "Writes the secret that auth.totp_start gives."
};
const struct call auth_totp_confirm_call = {
    .name = "auth.totp_confirm", .kind = CALL_COMMAND, .in = &totp_confirm_fields, .out = &recovery_fields, .fn = auth_totp_confirm,
    .help = "Turns the second factor on by a first code, gives the recovery codes, ends all other sessions. New tokens (refresh) are full ones again."
};
const struct call auth_totp_remove_call = {
    .name = "auth.totp_remove", .kind = CALL_STORY, .in = &totp_remove_fields, .fn = auth_totp_remove,
    .help = "Gives the second factor up, with the password and a code of either kind."
};
const struct call auth_totp_drop_call = {
    .name = "auth.totp_drop", .kind = CALL_COMMAND, .in = &totp_drop_fields, .fn = auth_totp_drop,
    .help = "Does what auth.totp_remove has asked for."
};

/* clang-format on */
