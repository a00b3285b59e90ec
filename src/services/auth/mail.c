/* Mails that this service wants to be sent, and the links in them. A row says what is wanted; its secret comes to be only when the mail is about
 * to go out, and only its hash is kept. A link works once and for a while. */
#include "auth_int.h"

#define SECRET_BYTES   32
#define MAILS_AN_HOUR  5          /* of a kind to one account */
#define HOUR_MS        (60 * 60 * INT64_C(1000))
#define DAY_MS         (24 * HOUR_MS)
#define FORGOT_MAX     100        /* looked up by one command */

const char *const auth_mail_words[] = { "verify", "reset", "password_changed", "email_changed", "closed", NULL };

/* By enum auth_mail_kind: how long a mail is worth sending and its link works, and the page of the web client that takes the secret. That stands
 * behind a '#', which browsers keep to themselves. */
static const struct {
    int64_t life_ms;
    const char *page;
} kinds[] = {
    [AUTH_MAIL_VERIFY] = { 3 * DAY_MS, "/verify#" },
    [AUTH_MAIL_RESET] = { HOUR_MS, "/reset#" },
    [AUTH_MAIL_PASSWORD_CHANGED] = { 3 * DAY_MS, NULL },
    [AUTH_MAIL_EMAIL_CHANGED] = { 3 * DAY_MS, NULL },
    [AUTH_MAIL_CLOSED] = { 3 * DAY_MS, NULL },
};

struct str token_hash(struct str token, uint8_t out[TOKEN_HASH])
{
    crypto_digest(token, out, TOKEN_HASH);
    return str_of((const char *)out, TOKEN_HASH);
}

struct str token_make(struct arena *arena)
{
    char secret[SECRET_BYTES];
    crypto_random(secret, sizeof(secret));
    return base64url(arena, str_of(secret, sizeof(secret)));
}

void mail_want(struct ctx *cx, struct auth *a, const struct user *u, int kind, struct str address)
{
    struct mail m = { sequence_next(&a->mails), u->id, kind, address, u->name, u->lang };
    store_mail_insert(cx, &m, cx->now + kinds[kind].life_ms);
    auth_say_mail(cx, a, &m);
}

err mail_enough(struct ctx *cx, int64_t user, int kind, bool *ret)
{
    int64_t n;
    err e = store_mail_count(cx, user, kind, cx->now - HOUR_MS, &n);
    if (!e)
        *ret = n >= MAILS_AN_HOUR;
    return e;
}

err mail_used(struct ctx *cx, struct str token, int kind, struct mail *ret)
{
    uint8_t hash[TOKEN_HASH];
    err e = store_mail_by_token(cx, token_hash(token, hash), kind, ret);
    if (e)
        return e;
    return ret->id ? OK : fail(cx, ERR_CONFLICT, "link_invalid", "This link was used before or is too old: ask for a new one.",
                               "이미 사용했거나 만료된 링크입니다. 새 링크를 요청해 주세요.");
}

/* ---- for those who send ---- */

err auth_contact(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct contact_ref *in = in_;
    struct contact *ret = ret_out;
    struct user user;
    (void)self;

    err e = store_user(cx, in->user, &user);
    if (e)
        return e;
    *ret = (struct contact){ user.email, user.name, (enum lang)user.lang, user.verified, user.created_at };
    return OK;
}

err auth_staff(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct staff_ref *in = in_;
    struct list *ret = ret_out;
    int64_t *users = NEW_ARRAY(cx->arena, int64_t, AUTH_STAFF_MAX);
    size_t n;
    (void)self;
    err e = store_users_with(cx, in->roles, AUTH_STAFF_MAX, users, &n);
    if (!e)
        *ret = (struct list){ users, n };
    return e;
}

err auth_link_make(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct mail_ref *in = in_;
    struct mail_link *ret = ret_out;
    uint8_t hash[TOKEN_HASH];
    struct mail m;
    (void)self;

    err e = store_mail(cx, in->mail, &m);
    if (e)
        return e;
    *ret = (struct mail_link){ .gone = true };
    if (!m.id)
        return OK;

    struct str path = { 0 };
    if (kinds[m.kind].page) {
        struct str token = token_make(cx->arena);
        path = arena_fmt(cx->arena, "%s%.*s", kinds[m.kind].page, STR_ARG(token));
        e = store_mail_token(cx, m.id, token_hash(token, hash));
        if (e)
            return e;
    }
    *ret = (struct mail_link){ .user = m.user, .kind = m.kind, .to = m.address, .name = m.name, .path = path, .lang = (enum lang)m.lang };
    return OK;
}

/* ---- is the address theirs? ---- */

err auth_verify_resend(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct auth *a = self;
    struct user user;
    bool enough;
    (void)in;

    err e = store_user(cx, cx->actor.user, &user);
    if (e)
        return e;
    if (user.verified)
        return fail(cx, ERR_CONFLICT, "already_verified", "This e-mail address is verified already.", "이미 확인된 이메일 주소입니다.");
    e = mail_enough(cx, user.id, AUTH_MAIL_VERIFY, &enough);
    if (e)
        return e;
    if (enough) {
        cx->problem.retry_after_s = 3600;
        return fail(cx, ERR_LIMIT, NULL, "Several mails have been sent already: look for them, or ask again in an hour.",
                    "이미 여러 통의 메일을 보냈습니다. 메일함을 확인하거나 한 시간 후에 다시 요청해 주세요.");
    }
    mail_want(cx, a, &user, AUTH_MAIL_VERIFY, user.email);
    return mail_promised(cx, ret_out);
}

/* The address of the mail becomes the account's, where it was not before. */
static err email_move(struct ctx *cx, struct auth *a, struct user *u, struct str address)
{
    struct credentials other;
    err e = store_credentials_by_email(cx, address, &other);
    if (e)
        return e;
    if (other.user)
        return email_taken(cx);
    mail_want(cx, a, u, AUTH_MAIL_EMAIL_CHANGED, u->email);
    e = store_mails_void(cx, u->id, AUTH_MAIL_RESET);            /* they went to the old address */
    if (e)
        return e;
    u->email = address;
    return store_user_email(cx, u->id, address);
}

err auth_verify(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct verify_in *in = in_;
    struct user *ret = ret_out;
    struct mail m;

    err e = mail_used(cx, in->token, AUTH_MAIL_VERIFY, &m);
    if (e)
        return e;
    e = store_user(cx, m.user, ret);
    if (e)
        return e;
    cx->actor.user = ret->id;                    /* the link says who asks: for the audit log */
    e = str_eq(ret->email, m.address) ? OK : email_move(cx, self, ret, m.address);
    if (e)
        return e;
    e = store_mails_void(cx, ret->id, AUTH_MAIL_VERIFY);
    if (e)
        return e;
    ret->verified = true;
    return store_user_verified(cx, ret->id);
}

/* ---- forgotten passwords ---- */

err mail_promised(struct ctx *cx, struct promised_out *ret)
{
    ret->detail = cx->lang == LANG_KO ? S("해당 주소로 메일을 보냈습니다. 메일이 오지 않으면 주소를 확인해 주세요.")
                                      : S("A mail is on its way to this address, if it can be sent there.");
    return OK;
}

static void forgot_due_now(void *self)
{
    struct auth *a = self;
    atomic_store(&a->forgot_at, 0);
}

static void forgot_due_never(void *self)
{
    struct auth *a = self;
    atomic_store(&a->forgot_at, INT64_MAX);
}

err auth_forgot(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct auth *a = self;
    const struct forgot_in *in = in_;

    err e = attempts_count(cx, (struct str){ 0 });
    if (e)
        return e;
    store_forgot_insert(cx, sequence_next(&a->forgotten), email_normal(cx->arena, in->email));
    tx_after(cx, forgot_due_now, a);
    return mail_promised(cx, ret_out);
}

static err forgot_one(struct ctx *cx, struct auth *a, struct str email)
{
    struct credentials known;
    struct user user;
    bool enough;
    err e = store_credentials_by_email(cx, email, &known);
    if (e || !known.user)
        return e;
    e = store_user(cx, known.user, &user);
    if (e)
        return e;
    e = mail_enough(cx, user.id, AUTH_MAIL_RESET, &enough);
    if (!e && !enough)
        mail_want(cx, a, &user, AUTH_MAIL_RESET, user.email);
    return e;
}

err auth_forgot_serve(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct auth *a = self;
    struct forgotten all[FORGOT_MAX];
    size_t n;
    (void)in;
    (void)ret_out;

    err e = store_forgotten(cx, FORGOT_MAX, all, &n);
    for (size_t i = 0; i < n && !e; i++)
        e = forgot_one(cx, a, all[i].email);
    if (!e && n)
        e = store_forgotten_delete(cx, all[n - 1].id);
    if (e)
        return e;
    if (n < FORGOT_MAX)
        tx_after(cx, forgot_due_never, a);
    return OK;
}
