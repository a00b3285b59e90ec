/* The calls of this service: what each takes and gives. */
#include "auth_int.h"

/* clang-format off */

/* ---- field tables ---- */

static const char *const lang_words[] = { "en", "ko", NULL };          /* by enum lang */
const char *const auth_role_words[] = { "CUSTOMER", "PRODUCER", "STAFF", "MANAGER", "ADMIN", NULL };

static const struct text_rule email_rule = { email_ok, "must be an e-mail address", "이메일 주소여야 합니다" };
const struct text_rule auth_name_rule = { name_ok, "must be 1 to 50 characters, not only spaces", "공백만이 아닌 1~50자여야 합니다" };
static const struct text_rule phone_rule = {
    phone_ok, "must be a telephone number: 7 to 15 digits, grouped by spaces, dots, hyphens or brackets",
    "전화번호여야 합니다: 숫자 7~15개를 공백, 점, 하이픈, 괄호로 나눌 수 있습니다",
};

FIELDS(user_fields, "User", struct user,
    { .name = "id", .type = F_ID, .id = ID_USER, .at = offsetof(struct user, id) },
    { .name = "email", .type = F_STR, .at = offsetof(struct user, email) },
    { .name = "name", .type = F_STR, .at = offsetof(struct user, name) },
    { .name = "phone", .type = F_STR, .at = offsetof(struct user, phone), .nullable = true },
    { .name = "lang", .type = F_ENUM, .words = lang_words, .at = offsetof(struct user, lang), .help = "of the mails to this account" },
    { .name = "roles", .type = F_FLAGS, .words = auth_role_words, .at = offsetof(struct user, roles) },
    { .name = "email_verified", .type = F_BOOL, .at = offsetof(struct user, verified) },
    { .name = "suspended", .type = F_BOOL, .at = offsetof(struct user, suspended) },
    { .name = "second_factor", .type = F_BOOL, .at = offsetof(struct user, second_factor) },
    { .name = "created_at", .type = F_TIME, .at = offsetof(struct user, created_at) });

FIELDS(signup_fields, "SignupRequest", struct signup_in,
    { .name = "email", .type = F_STR, .at = offsetof(struct signup_in, email), .low = 1, .high = 254, .rule = &email_rule },
    { .name = "password", .type = F_STR, .secret = true, .at = offsetof(struct signup_in, password), .low = PASSWORD_MIN, .high = PASSWORD_MAX,
      .help = "not one of the most common" },
    { .name = "name", .type = F_STR, .at = offsetof(struct signup_in, name), .low = 1, .high = 50, .rule = &auth_name_rule },
    { .name = "phone", .type = F_STR, .at = offsetof(struct signup_in, phone), .high = 20, .rule = &phone_rule, .optional = true });

FIELDS(user_create_fields, "UserCreate", struct user_create_in,
    { .name = "email", .type = F_STR, .at = offsetof(struct user_create_in, email), .low = 1, .high = 254, .rule = &email_rule },
    { .name = "password_hash", .type = F_STR, .at = offsetof(struct user_create_in, password_hash), .high = 128 },
    { .name = "name", .type = F_STR, .at = offsetof(struct user_create_in, name), .low = 1, .high = 50 },
    { .name = "phone", .type = F_STR, .at = offsetof(struct user_create_in, phone), .high = 20, .optional = true });

FIELDS(admin_put_fields, "AdminPut", struct auth_admin_in,
    { .name = "email", .type = F_STR, .at = offsetof(struct auth_admin_in, email), .low = 1, .high = 254, .rule = &email_rule },
    { .name = "password", .type = F_STR, .secret = true, .at = offsetof(struct auth_admin_in, password), .low = PASSWORD_MIN, .high = PASSWORD_MAX,
      .help = "not one of the most common" });
FIELDS(admin_save_fields, "AdminSave", struct admin_save_in,
    { .name = "email", .type = F_STR, .at = offsetof(struct admin_save_in, email), .low = 1, .high = 254, .rule = &email_rule },
    { .name = "password_hash", .type = F_STR, .at = offsetof(struct admin_save_in, password_hash), .high = 128 });

/* No syntax here: an address or password that cannot be is simply not known. */
FIELDS(login_fields, "LoginRequest", struct login_in,
    { .name = "email", .type = F_STR, .at = offsetof(struct login_in, email), .low = 1, .high = 254 },
    { .name = "password", .type = F_STR, .secret = true, .at = offsetof(struct login_in, password), .low = 1, .high = 128 },
    { .name = "totp", .type = F_STR, .secret = true, .at = offsetof(struct login_in, totp), .low = 6, .high = 6, .optional = true,
      .help = "the code of the authenticator app, where a second factor is set up" },
    { .name = "recovery_code", .type = F_STR, .secret = true, .at = offsetof(struct login_in, recovery_code), .low = 16, .high = 24, .optional = true,
      .help = "in its place; each works once" },
    { .name = "User-Agent", .type = F_STR, .from = FROM_HEADER, .at = offsetof(struct login_in, user_agent), .high = 2000, .optional = true,
      .help = "by which the session is recognised later" });

FIELDS(refresh_fields, "RefreshRequest", struct refresh_in,
    { .name = "refresh_token", .type = F_STR, .secret = true, .at = offsetof(struct refresh_in, refresh_token), .low = 1, .high = 128,
      .help = "the latest one given; each works once" });

static const struct field tokens_fields_rows[] = {
    { .name = "access_token", .type = F_STR, .at = offsetof(struct tokens_out, access_token) },
    { .name = "refresh_token", .type = F_STR, .secret = true, .at = offsetof(struct tokens_out, refresh_token) },
    { .name = "token_type", .type = F_STR, .at = offsetof(struct tokens_out, token_type), .help = "always Bearer" },
    { .name = "expires_in", .type = F_INT, .at = offsetof(struct tokens_out, expires_in), .help = "seconds the access token is good for" },
    { .name = "second_factor_by", .type = F_TIME, .at = offsetof(struct tokens_out, second_factor_by), .omit_empty = true,
      .help = "until when an ADMIN has to set up a second factor; after that the tokens are good for nothing else" },
};
const struct fields auth_tokens_fields = { "Tokens",
    sizeof(struct tokens_out), tokens_fields_rows, sizeof(tokens_fields_rows) / sizeof(tokens_fields_rows[0]) };

FIELDS(attempt_fields, "Attempt", struct attempt_in,
    { .name = "user", .type = F_INT, .at = offsetof(struct attempt_in, user), .optional = true },
    { .name = "email", .type = F_STR, .at = offsetof(struct attempt_in, email), .high = 1016, .optional = true });

FIELDS(credentials_fields, "Credentials", struct credentials,
    { .name = "user", .type = F_INT, .at = offsetof(struct credentials, user) },
    { .name = "password_hash", .type = F_STR, .at = offsetof(struct credentials, password_hash), .high = 128 },
    { .name = "email", .type = F_STR, .at = offsetof(struct credentials, email), .high = 254 },
    { .name = "roles", .type = F_FLAGS, .words = auth_role_words, .at = offsetof(struct credentials, roles) },
    { .name = "suspended", .type = F_BOOL, .at = offsetof(struct credentials, suspended) },
    { .name = "admin_since", .type = F_INT, .at = offsetof(struct credentials, admin_since) });

FIELDS(session_open_fields, "SessionOpen", struct session_open_in,
    { .name = "user", .type = F_INT, .at = offsetof(struct session_open_in, user) },
    { .name = "password_hash", .type = F_STR, .at = offsetof(struct session_open_in, password_hash), .high = 128 },
    { .name = "refresh_token", .type = F_STR, .secret = true, .at = offsetof(struct session_open_in, refresh_token) },
    { .name = "device", .type = F_STR, .at = offsetof(struct session_open_in, device), .high = 60, .optional = true },
    { .name = "totp", .type = F_STR, .at = offsetof(struct session_open_in, totp), .optional = true },
    { .name = "recovery_code", .type = F_STR, .at = offsetof(struct session_open_in, recovery_code), .optional = true });

FIELDS(session_rotate_fields, "SessionRotate", struct session_rotate_in,
    { .name = "spent", .type = F_STR, .at = offsetof(struct session_rotate_in, spent) },
    { .name = "fresh", .type = F_STR, .at = offsetof(struct session_rotate_in, fresh) });

static const struct field session_fields_rows[] = {
    { .name = "id", .type = F_INT, .at = offsetof(struct session, id) },
    { .name = "user", .type = F_INT, .at = offsetof(struct session, user) },
    { .name = "roles", .type = F_FLAGS, .words = auth_role_words, .at = offsetof(struct session, roles) },
    { .name = "second_factor", .type = F_BOOL, .at = offsetof(struct session, second_factor) },
    { .name = "admin_since", .type = F_INT, .at = offsetof(struct session, admin_since) },
    { .name = "found", .type = F_INT, .at = offsetof(struct session, found) },
};
const struct fields auth_session_fields = { "Session",
    sizeof(struct session), session_fields_rows, sizeof(session_fields_rows) / sizeof(session_fields_rows[0]) };

FIELDS(me_change_fields, "UserChange", struct me_change_in,
    { .name = "name", .type = F_STR, .at = offsetof(struct me_change_in, name), .has_at = offsetof(struct me_change_in, has_name), .low = 1,
      .high = 50, .rule = &auth_name_rule, .optional = true },
    { .name = "phone", .type = F_STR, .at = offsetof(struct me_change_in, phone), .has_at = offsetof(struct me_change_in, has_phone), .high = 20,
      .rule = &phone_rule, .optional = true, .help = "a telephone number; empty for none" },
    { .name = "lang", .type = F_ENUM, .words = lang_words, .at = offsetof(struct me_change_in, lang), .has_at = offsetof(struct me_change_in, has_lang),
      .optional = true, .help = "of the mails to this account" });

FIELDS(me_close_fields, "AccountClosing", struct me_close_in,
    { .name = "password", .type = F_STR, .secret = true, .at = offsetof(struct me_close_in, password), .low = 1, .high = 128, .help = "that of now" });
FIELDS(me_erase_fields, "AccountErasure", struct me_erase_in,
    { .name = "known_hash", .type = F_STR, .at = offsetof(struct me_erase_in, known_hash), .high = 128 });

FIELDS(password_change_fields, "PasswordChange", struct password_change_in,
    { .name = "current_password", .type = F_STR, .secret = true, .at = offsetof(struct password_change_in, current_password), .low = 1, .high = 128 },
    { .name = "new_password", .type = F_STR, .secret = true, .at = offsetof(struct password_change_in, new_password), .low = PASSWORD_MIN, .high = PASSWORD_MAX,
      .help = "not one of the most common" });
FIELDS(password_save_fields, "PasswordSave", struct password_save_in,
    { .name = "user", .type = F_INT, .at = offsetof(struct password_save_in, user) },
    { .name = "keep", .type = F_INT, .at = offsetof(struct password_save_in, keep) },
    { .name = "known_hash", .type = F_STR, .at = offsetof(struct password_save_in, known_hash), .high = 128 },
    { .name = "fresh_hash", .type = F_STR, .at = offsetof(struct password_save_in, fresh_hash), .high = 128 });

FIELDS(email_change_fields, "EmailChange", struct email_change_in,
    { .name = "email", .type = F_STR, .at = offsetof(struct email_change_in, email), .low = 1, .high = 254, .rule = &email_rule },
    { .name = "password", .type = F_STR, .secret = true, .at = offsetof(struct email_change_in, password), .low = 1, .high = 128, .help = "that of now" });
FIELDS(email_wish_fields, "EmailWish", struct email_wish_in,
    { .name = "email", .type = F_STR, .at = offsetof(struct email_wish_in, email), .low = 1, .high = 254, .rule = &email_rule });

FIELDS(verify_fields, "LinkToken", struct verify_in,
    { .name = "token", .type = F_STR, .secret = true, .at = offsetof(struct verify_in, token), .low = 1, .high = 128,
      .help = "what stood behind '#' in the link" });
FIELDS(forgot_fields, "PasswordForgotten", struct forgot_in,
    { .name = "email", .type = F_STR, .at = offsetof(struct forgot_in, email), .low = 1, .high = 254, .rule = &email_rule });
FIELDS(promised_fields, "MailPromised", struct promised_out,
    { .name = "detail", .type = F_STR, .at = offsetof(struct promised_out, detail), .help = "a sentence to show" });
FIELDS(reset_fields, "PasswordReset", struct reset_in,
    { .name = "token", .type = F_STR, .secret = true, .at = offsetof(struct reset_in, token), .low = 1, .high = 128,
      .help = "what stood behind '#' in the link" },
    { .name = "new_password", .type = F_STR, .secret = true, .at = offsetof(struct reset_in, new_password), .low = PASSWORD_MIN, .high = PASSWORD_MAX,
      .help = "not one of the most common" });
FIELDS(reset_save_fields, "PasswordResetSave", struct reset_save_in,
    { .name = "token", .type = F_STR, .secret = true, .at = offsetof(struct reset_save_in, token), .high = 128 },
    { .name = "password_hash", .type = F_STR, .at = offsetof(struct reset_save_in, password_hash), .high = 128 });
FIELDS(mail_fields, "WantedMail", struct mail,
    { .name = "id", .type = F_ID, .id = ID_MAIL, .at = offsetof(struct mail, id) },
    { .name = "user", .type = F_ID, .id = ID_USER, .at = offsetof(struct mail, user) },
    { .name = "address", .type = F_STR, .at = offsetof(struct mail, address) });

FIELDS(contact_ref_fields, "ContactRef", struct contact_ref,
    { .name = "user_id", .type = F_ID, .id = ID_USER, .at = offsetof(struct contact_ref, user) });
FIELDS(contact_fields, "Contact", struct contact,
    { .name = "email", .type = F_STR, .at = offsetof(struct contact, email) },
    { .name = "name", .type = F_STR, .at = offsetof(struct contact, name), .optional = true },
    { .name = "lang", .type = F_ENUM, .words = lang_words, .at = offsetof(struct contact, lang) },
    { .name = "verified", .type = F_BOOL, .at = offsetof(struct contact, verified) },
    { .name = "joined_at", .type = F_TIME, .at = offsetof(struct contact, joined_at) });
FIELDS(staff_ref_fields, "StaffRef", struct staff_ref,
    { .name = "roles", .type = F_FLAGS, .words = auth_role_words, .at = offsetof(struct staff_ref, roles) });
FIELDS(staff_item_fields, "StaffMember", int64_t, { .type = F_INT });
FIELDS(staff_fields, "Staff", struct list, { .name = "users", .type = F_LIST, .of = &staff_item_fields, .high = AUTH_STAFF_MAX });
FIELDS(mail_ref_fields, "MailRef", struct mail_ref,
    { .name = "mail_id", .type = F_ID, .id = ID_MAIL, .at = offsetof(struct mail_ref, mail) });
FIELDS(mail_link_fields, "MailLink", struct mail_link,
    { .name = "user_id", .type = F_ID, .id = ID_USER, .at = offsetof(struct mail_link, user), .optional = true },
    { .name = "kind", .type = F_ENUM, .words = auth_mail_words, .at = offsetof(struct mail_link, kind) },
    { .name = "to", .type = F_STR, .at = offsetof(struct mail_link, to), .optional = true },
    { .name = "name", .type = F_STR, .at = offsetof(struct mail_link, name), .optional = true },
    { .name = "path", .type = F_STR, .at = offsetof(struct mail_link, path), .optional = true },
    { .name = "lang", .type = F_ENUM, .words = lang_words, .at = offsetof(struct mail_link, lang) },
    { .name = "gone", .type = F_BOOL, .at = offsetof(struct mail_link, gone) });

FIELDS(sessions_in_fields, "SessionsQuery", struct sessions_in,
    { .name = "limit", .type = F_INT, .from = FROM_QUERY, .at = offsetof(struct sessions_in, limit), .low = 1, .high = 100, .optional = true,
      .help = "sessions a page, 20 unless told" },
    { .name = "cursor", .type = F_ID, .id = ID_SESSION, .from = FROM_QUERY, .at = offsetof(struct sessions_in, cursor), .optional = true,
      .help = "`next` of the page before" });
FIELDS(session_row_fields, "SignIn", struct session_row,
    { .name = "id", .type = F_ID, .id = ID_SESSION, .at = offsetof(struct session_row, id) },
    { .name = "device", .type = F_STR, .at = offsetof(struct session_row, device), .help = "\"Firefox, Windows\"; empty when not told" },
    { .name = "address", .type = F_STR, .at = offsetof(struct session_row, address), .help = "network address of the sign-in" },
    { .name = "created_at", .type = F_TIME, .at = offsetof(struct session_row, created_at) },
    { .name = "seen_at", .type = F_TIME, .at = offsetof(struct session_row, seen_at), .help = "when it last got new tokens" },
    { .name = "current", .type = F_BOOL, .at = offsetof(struct session_row, current), .help = "the one that asks" });
FIELDS(sessions_fields, "SignIns", struct page_out,
    { .name = "items", .type = F_LIST, .of = &session_row_fields, .at = offsetof(struct page_out, items), .help = "newest first" },
    { .name = "next", .type = F_ID, .id = ID_SESSION, .at = offsetof(struct page_out, next), .nullable = true });
FIELDS(session_ref_fields, "SessionRef", struct session_ref,
    { .name = "session_id", .type = F_ID, .id = ID_SESSION, .from = FROM_PATH, .at = offsetof(struct session_ref, session) });

FIELDS(users_in_fields, "UsersQuery", struct users_in,
    { .name = "q", .type = F_STR, .from = FROM_QUERY, .at = offsetof(struct users_in, q), .high = 100, .optional = true,
      .help = "part of an e-mail address or a name" },
    { .name = "limit", .type = F_INT, .from = FROM_QUERY, .at = offsetof(struct users_in, limit), .low = 1, .high = 100, .optional = true,
      .help = "accounts a page, 20 unless told" },
    { .name = "cursor", .type = F_ID, .id = ID_USER, .from = FROM_QUERY, .at = offsetof(struct users_in, cursor), .optional = true,
      .help = "`next` of the page before" });

FIELDS(users_out_fields, "Users", struct page_out,
    { .name = "items", .type = F_LIST, .of = &user_fields, .at = offsetof(struct page_out, items), .help = "newest first" },
    { .name = "next", .type = F_ID, .id = ID_USER, .at = offsetof(struct page_out, next), .nullable = true });

FIELDS(user_ref_fields, "UserRef", struct user_ref,
    { .name = "user_id", .type = F_ID, .id = ID_USER, .from = FROM_PATH, .at = offsetof(struct user_ref, user) });

FIELDS(user_change_fields, "UserAdministration", struct user_change_in,
    { .name = "user_id", .type = F_ID, .id = ID_USER, .from = FROM_PATH, .at = offsetof(struct user_change_in, user) },
    { .name = "roles", .type = F_FLAGS, .words = auth_role_words, .low = 1, .high = 5, .at = offsetof(struct user_change_in, roles),
      .has_at = offsetof(struct user_change_in, has_roles), .optional = true, .help = "all the account is to have from now on" },
    { .name = "suspended", .type = F_BOOL, .at = offsetof(struct user_change_in, suspended), .has_at = offsetof(struct user_change_in, has_suspended),
      .optional = true, .help = "a suspended account cannot sign in" });

/* ---- calls ---- */

const struct call auth_signup_call = {
    .name = "auth.signup", .kind = CALL_STORY, .in = &signup_fields, .out = &user_fields, .fn = auth_signup,
    .help = "Makes an account with the role CUSTOMER."
};
const struct call auth_login_call = {
    .name = "auth.login", .kind = CALL_STORY, .in = &login_fields, .out = &auth_tokens_fields, .fn = auth_login,
    .help = "Signs in."
};
const struct call auth_refresh_call = {
    .name = "auth.refresh", .kind = CALL_STORY, .in = &refresh_fields, .out = &auth_tokens_fields, .fn = auth_refresh,
    .help = "Gives new tokens for a refresh token, which works once; used again it ends the session."
};
const struct call auth_logout_call = {
    .name = "auth.logout", .kind = CALL_COMMAND, .fn = auth_logout,
    .help = "Ends the session: its tokens are refused from now on."
};
const struct call auth_me_call = {
    .name = "auth.me", .kind = CALL_READ, .out = &user_fields, .fn = auth_me,
    .help = "One's own account."
};
const struct call auth_me_change_call = {
    .name = "auth.me_change", .kind = CALL_COMMAND, .in = &me_change_fields, .out = &user_fields, .fn = auth_me_change,
    .help = "Changes what is given of one's own account."
};
const struct call auth_users_call = {
    .name = "auth.users", .kind = CALL_READ, .in = &users_in_fields, .out = &users_out_fields, .fn = auth_users,
    .help = "Accounts, searched by e-mail address or name."
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
const struct call auth_session_open_call = {
    .name = "auth.session_open", .kind = CALL_COMMAND, .in = &session_open_fields, .out = &auth_session_fields, .fn = auth_session_open,
    .help = "Opens a session."
};
const struct call auth_session_rotate_call = {
    .name = "auth.session_rotate", .kind = CALL_COMMAND, .in = &session_rotate_fields, .out = &auth_session_fields, .fn = auth_session_rotate,
    .help = "Uses up a refresh token."
};

const struct call auth_attempt_call = {
    .name = "auth.attempt", .kind = CALL_COMMAND, .in = &attempt_fields, .out = &credentials_fields, .fn = auth_attempt,
    .help = "Counts an attempt and gives what a password is checked against; refused while attempts have to wait."
};
const struct call auth_attempt_forgive_call = {
    .name = "auth.attempt_forgive", .kind = CALL_COMMAND, .in = &attempt_fields, .fn = auth_attempt_forgive,
    .help = "Takes an attempt back that was right."
};

const struct call auth_sessions_call = {
    .name = "auth.sessions", .kind = CALL_READ, .in = &sessions_in_fields, .out = &sessions_fields, .fn = auth_sessions,
    .help = "One's own sessions in force."
};
const struct call auth_session_end_call = {
    .name = "auth.session_end", .kind = CALL_COMMAND, .in = &session_ref_fields, .fn = auth_session_end,
    .help = "Ends one of one's own sessions."
};
const struct call auth_sessions_end_others_call = {
    .name = "auth.sessions_end_others", .kind = CALL_COMMAND, .fn = auth_sessions_end_others,
    .help = "Ends all of one's own sessions but the one that asks."
};
const struct call auth_prune_call = {
    .name = "auth.prune", .kind = CALL_COMMAND, .fn = auth_prune,
    .help = "Forgets sessions, mails and attempts that are over."
};

const struct call auth_password_change_call = {
    .name = "auth.password_change", .kind = CALL_STORY, .in = &password_change_fields, .fn = auth_password_change,
    .help = "Changes one's own password and ends all other sessions."
};
const struct call auth_password_save_call = {
    .name = "auth.password_save", .kind = CALL_COMMAND, .in = &password_save_fields, .fn = auth_password_save,
    .help = "Writes what auth.password_change has prepared."
};
const struct call auth_email_change_call = {
    .name = "auth.email_change", .kind = CALL_STORY, .in = &email_change_fields, .out = &promised_fields, .fn = auth_email_change,
    .help = "Sends a link to the address that the account is to have; opening it makes the change."
};
const struct call auth_email_wish_call = {
    .name = "auth.email_wish", .kind = CALL_COMMAND, .in = &email_wish_fields, .fn = auth_email_wish,
    .help = "Wants the mail that auth.email_change promises."
};
const struct call auth_me_close_call = {
    .name = "auth.me_close", .kind = CALL_STORY, .in = &me_close_fields, .fn = auth_me_close,
    .help = "Closes one's own account: the person is erased and all sessions end; what was bought stays, without a name."
};
const struct call auth_me_erase_call = {
    .name = "auth.me_erase", .kind = CALL_COMMAND, .in = &me_erase_fields, .fn = auth_me_erase,
    .help = "Does what auth.me_close has asked for."
};

const struct call auth_verify_call = {
    .name = "auth.verify", .kind = CALL_COMMAND, .in = &verify_fields, .out = &user_fields, .fn = auth_verify,
    .help = "Shows that an address is one's own, by the link that was sent there; the account has it from now on."
};
const struct call auth_verify_resend_call = {
    .name = "auth.verify_resend", .kind = CALL_COMMAND, .out = &promised_fields, .fn = auth_verify_resend,
    .help = "Sends the link to one's own address again."
};
const struct call auth_forgot_call = {
    .name = "auth.forgot", .kind = CALL_COMMAND, .in = &forgot_fields, .out = &promised_fields, .fn = auth_forgot,
    .help = "Sends a link for a new password, if there is an account with this address; the answer is the same."
};
const struct call auth_forgot_serve_call = {
    .name = "auth.forgot_serve", .kind = CALL_COMMAND, .fn = auth_forgot_serve,
    .help = "Looks up for whom auth.forgot was asked."
};
const struct call auth_reset_call = {
    .name = "auth.reset", .kind = CALL_STORY, .in = &reset_fields, .fn = auth_reset,
    .help = "Sets a new password by the link that was sent, and ends all sessions."
};
const struct call auth_reset_look_call = {
    .name = "auth.reset_look", .kind = CALL_READ, .in = &verify_fields, .out = &mail_fields, .fn = auth_reset_look,
    .help = "The mail in whose link this token stood."
};
const struct call auth_reset_save_call = {
    .name = "auth.reset_save", .kind = CALL_COMMAND, .in = &reset_save_fields, .fn = auth_reset_save,
    .help = "Writes what auth.reset has prepared."
};

const struct call auth_user_get_call = {
    .name = "auth.user_get", .kind = CALL_READ, .in = &user_ref_fields, .out = &user_fields, .fn = auth_user_get,
    .help = "An account."
};
const struct call auth_user_change_call = {
    .name = "auth.user_change", .kind = CALL_COMMAND, .in = &user_change_fields, .out = &user_fields, .fn = auth_user_change,
    .help = "Changes what an account may do or whether it may sign in, and ends its sessions; there is always an ADMIN left."
};

const struct call auth_contact_call = {
    .name = "auth.contact", .kind = CALL_READ, .in = &contact_ref_fields, .out = &contact_fields, .fn = auth_contact,
    .help = "Whom to write to."
};
const struct call auth_staff_call = {
    .name = "auth.staff", .kind = CALL_READ, .in = &staff_ref_fields, .out = &staff_fields, .fn = auth_staff,
    .help = "Accounts with one of these roles."
};
const struct call auth_link_make_call = {
    .name = "auth.link_make", .kind = CALL_COMMAND, .in = &mail_ref_fields, .out = &mail_link_fields, .fn = auth_link_make,
    .help = "Where a wanted mail goes, and the link in it with a fresh secret."
};

/* clang-format on */
