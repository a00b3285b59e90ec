/* What only the password allows: another password, another e-mail address, the end of the account. And the way back for who has forgotten it. The
 * slow hash is made by the stories on a worker; the commands that follow only look and write. */
#include "auth_int.h"

/* ---- another password ---- */

err auth_password_change(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct auth *a = self;
    const struct password_change_in *in = in_;
    struct password_save_in save = { .user = cx->actor.user, .keep = cx->actor.session };
    struct credentials known;
    (void)ret_out;

    err e = password_confirm(cx, a, "current_password", in->current_password, &known);
    if (e)
        return e;
    e = password_check(cx, "new_password", known.email, in->new_password);
    if (e)
        return e;
    if (str_eq(in->current_password, in->new_password))
        return fail_field(cx, S("new_password"), "must differ from the one of now", "현재 비밀번호와 달라야 합니다");
    e = hasher_hash(cx, &a->hasher, in->new_password, &save.fresh_hash);
    if (e)
        return e;
    save.known_hash = known.password_hash;
    return call_run(cx, &auth_password_save_call, &save, NULL);
}

static err password_put(struct ctx *cx, struct auth *a, const struct user *u, struct str hash, int64_t keep)
{
    err e = store_user_password(cx, u->id, hash);
    if (e)
        return e;
    e = store_mails_void(cx, u->id, AUTH_MAIL_RESET);
    if (e)
        return e;
    e = sessions_end(cx, a, u->id, keep);
    if (e)
        return e;
    mail_want(cx, a, u, AUTH_MAIL_PASSWORD_CHANGED, u->email);
    return OK;
}

static err changed_meanwhile(struct ctx *cx)
{
    return fail(cx, ERR_CONFLICT, "changed_meanwhile", "The account was changed meanwhile: try again.", "그사이 계정이 변경되었습니다. 다시 시도해 주세요.");
}

/* The account, if its password is still the one that was confirmed. */
static err user_confirmed(struct ctx *cx, int64_t id, struct str known_hash, struct user *ret)
{
    struct credentials now;
    err e = store_credentials_by_id(cx, id, &now);
    if (e)
        return e;
    return now.user && str_eq(now.password_hash, known_hash) ? store_user(cx, id, ret) : changed_meanwhile(cx);
}

err auth_password_save(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct password_save_in *in = in_;
    struct user user;
    (void)ret_out;

    err e = user_confirmed(cx, in->user, in->known_hash, &user);
    return e ? e : password_put(cx, self, &user, in->fresh_hash, in->keep);
}

/* ---- a forgotten one ---- */

err auth_reset_look(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct verify_in *in = in_;
    (void)self;
    return mail_used(cx, in->token, AUTH_MAIL_RESET, ret_out);
}

err auth_reset(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct auth *a = self;
    const struct reset_in *in = in_;
    struct reset_save_in save = { .token = in->token };
    struct mail m;
    (void)ret_out;

    err e = call_run(cx, &auth_reset_look_call, &(struct verify_in){ in->token }, &m);
    if (e)
        return e;
    cx->actor.user = m.user;                     /* the link says who asks: for the audit log */
    e = password_check(cx, "new_password", m.address, in->new_password);
    if (e)
        return e;
    e = hasher_hash(cx, &a->hasher, in->new_password, &save.password_hash);
    if (e)
        return e;
    return call_run(cx, &auth_reset_save_call, &save, NULL);
}

/* Who has read the mail has shown that the address is theirs. */
err auth_reset_save(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct reset_save_in *in = in_;
    struct user user;
    struct mail m;
    (void)ret_out;

    err e = mail_used(cx, in->token, AUTH_MAIL_RESET, &m);
    if (e)
        return e;
    e = store_user(cx, m.user, &user);
    if (e)
        return e;
    e = store_user_verified(cx, user.id);
    if (e)
        return e;
    e = attempts_forgive(cx, user.email);
    return e ? e : password_put(cx, self, &user, in->password_hash, 0);
}

/* ---- another e-mail address ---- */

err auth_email_change(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct auth *a = self;
    const struct email_change_in *in = in_;
    struct email_wish_in wish = { .email = email_normal(cx->arena, in->email) };
    struct credentials known;

    err e = password_confirm(cx, a, "password", in->password, &known);
    if (e)
        return e;
    if (str_eq(wish.email, known.email))
        return fail_field(cx, S("email"), "is the address of now", "현재 이메일 주소입니다");
    e = call_run(cx, &auth_email_wish_call, &wish, NULL);
    return e ? e : mail_promised(cx, ret_out);
}

/* To an address that somebody else has nothing is sent; the one who asks is not told. */
err auth_email_wish(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct auth *a = self;
    const struct email_wish_in *in = in_;
    struct credentials other;
    struct user user;
    bool enough;
    (void)ret_out;

    err e = store_user(cx, cx->actor.user, &user);
    if (e)
        return e;
    e = mail_enough(cx, user.id, AUTH_MAIL_VERIFY, &enough);
    if (e)
        return e;
    if (enough) {
        cx->problem.retry_after_s = 3600;
        return fail(cx, ERR_LIMIT, NULL, "The address was to be changed several times already: try again in an hour.",
                    "주소 변경을 여러 번 요청했습니다. 한 시간 후에 다시 시도해 주세요.");
    }
    e = store_mails_void(cx, user.id, AUTH_MAIL_VERIFY);
    if (e)
        return e;
    e = store_credentials_by_email(cx, in->email, &other);
    if (!e && !other.user)
        mail_want(cx, a, &user, AUTH_MAIL_VERIFY, in->email);
    return e;
}

/* ---- the end ---- */

err auth_me_close(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct auth *a = self;
    const struct me_close_in *in = in_;
    struct credentials known;
    (void)ret_out;

    err e = password_confirm(cx, a, "password", in->password, &known);
    if (e)
        return e;
    return call_run(cx, &auth_me_erase_call, &(struct me_erase_in){ known.password_hash }, NULL);
}

err auth_me_erase(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct auth *a = self;
    const struct me_erase_in *in = in_;
    struct user user;
    (void)ret_out;

    err e = user_confirmed(cx, cx->actor.user, in->known_hash, &user);
    if (e)
        return e;
    e = admin_remains(cx, &user);
    if (e)
        return e;
    e = sessions_end(cx, a, user.id, 0);
    if (e)
        return e;
    e = store_user_erase(cx, user.id);
    if (e)
        return e;
    api_keys_follow(cx, a, user.id, 0);
    mail_want(cx, a, &user, AUTH_MAIL_CLOSED, user.email);
    auth_say(cx, a, "auth.user_left", user.id, 0);
    return OK;
}
