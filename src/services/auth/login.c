/* Signing in and staying signed in. Both are stories: they take their time or hand out tokens on a worker, and let a command decide. */
#include "auth_int.h"

#include "platform/obs/metrics.h"

static void tokens_give(struct ctx *cx, const struct auth *a, const struct session *s, struct str refresh_token, struct tokens_out *ret)
{
    int64_t life_ms = access_life(cx, a, s);
    *ret = (struct tokens_out){
        .access_token = access_token(cx, a, s, life_ms),
        .refresh_token = refresh_token,
        .token_type = S("Bearer"),
        .expires_in = life_ms / 1000,
        .second_factor_by = second_factor_by(a, s),
    };
}

static err second_factor(struct ctx *cx, int found)
{
    metric_add(&auth_logins_refused, 1);
    if (found == FACTOR_REQUIRED)
        return fail(cx, ERR_WHO, "second_factor_required", "Give the code of your authenticator app (totp) or a recovery code (recovery_code) as well.",
                    "인증 앱의 코드(totp) 또는 복구 코드(recovery_code)를 함께 입력해 주세요.");
    return fail(cx, ERR_WHO, "bad_second_factor", "The code does not fit, or was used before.", "코드가 맞지 않거나 이미 사용되었습니다.");
}

static err bad_credentials(struct ctx *cx)
{
    metric_add(&auth_logins_refused, 1);
    return fail(cx, ERR_WHO, "bad_credentials", "The e-mail address or the password is wrong.", "이메일 주소 또는 비밀번호가 올바르지 않습니다.");
}

err account_suspended(struct ctx *cx)
{
    return fail(cx, ERR_WHO, "account_suspended", "This account is suspended: ask the people who run this platform.",
                "정지된 계정입니다. 운영자에게 문의해 주세요.");
}

err sign_in_answer(struct ctx *cx, const struct auth *a, const struct session *s, struct str refresh_token, struct tokens_out *ret)
{
    if (!s->id)
        return second_factor(cx, s->found);
    metric_add(&auth_logins, 1);
    tokens_give(cx, a, s, refresh_token, ret);
    return OK;
}

err auth_login(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct auth *a = self;
    const struct login_in *in = in_;
    struct credentials known;
    struct session session;
    bool same;

    err e = call_run(cx, &auth_attempt_call, &(struct attempt_in){ .email = email_normal(cx->arena, in->email) }, &known);
    if (e)
        return e;
    e = hasher_matches(cx, &a->hasher, known.password_hash, in->password, &same);
    if (e)
        return e;
    if (!same)
        return bad_credentials(cx);

    if (known.suspended)
        return account_suspended(cx);

    struct session_open_in open = {
        .user = known.user,
        .password_hash = known.password_hash,
        .refresh_token = token_make(cx->arena),
        .device = device_name(cx->arena, in->user_agent),
        .totp = in->totp,
        .recovery_code = in->recovery_code,
    };
    e = call_run(cx, &auth_session_open_call, &open, &session);
    if (e)
        return e;
    return session.id || session.found ? sign_in_answer(cx, a, &session, open.refresh_token, ret_out) : bad_credentials(cx);
}

err auth_refresh(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct auth *a = self;
    const struct refresh_in *in = in_;
    struct session_rotate_in rotate = { in->refresh_token, token_make(cx->arena) };
    struct session session;

    err e = call_run(cx, &auth_session_rotate_call, &rotate, &session);
    if (e)
        return e;
    if (!session.id)
        return fail(cx, ERR_WHO, NULL, "The refresh token is not valid any more: sign in again.", "다시 로그인해 주세요.");

    metric_add(&auth_refreshes, 1);
    tokens_give(cx, a, &session, rotate.fresh, ret_out);
    return OK;
}
