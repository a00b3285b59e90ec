/* The second factor: a secret shared with an authenticator app, sealed where it is kept, and ten recovery codes that stand in for it once each. Who
 * has one signs in with both; an ADMIN has to, from some days after the role was given (second_factor_by). */
#include "auth_int.h"

#define RECOVERY_CODES 10
#define RECOVERY_BYTES 10         /* 16 letters */

static const struct str purpose = { "totp", 4 };

/* ---- setting it up ---- */

err auth_totp_start(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct auth *a = self;
    const struct totp_start_in *in = in_;
    struct credentials known;

    err e = password_confirm(cx, a, "password", in->password, &known);
    return e ? e : call_run(cx, &auth_totp_put_call, NULL, ret_out);
}

static err factor_there(struct ctx *cx)
{
    return fail(cx, ERR_CONFLICT, "second_factor_present", "There is a second factor already: remove it first.", "이미 2단계 인증을 사용 중입니다. 먼저 해제해 주세요.");
}

err auth_totp_put(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct auth *a = self;
    struct totp_out *ret = ret_out;
    struct factor old;
    struct user user;
    uint8_t secret[TOTP_SECRET];
    (void)in;

    err e = store_user(cx, cx->actor.user, &user);
    if (e)
        return e;
    e = store_factor(cx, user.id, &old);
    if (e)
        return e;
    if (old.confirmed)
        return factor_there(cx);
    e = store_factor_delete(cx, user.id);        /* one that was begun and left */
    if (e)
        return e;
    crypto_random(secret, sizeof(secret));
    store_factor_insert(cx, user.id, secret_seal(cx->arena, a->keys->secrets, purpose, str_of((const char *)secret, sizeof(secret))));
    ret->secret = base32(cx->arena, secret, sizeof(secret));
    ret->uri = totp_uri(cx->arena, user.email, ret->secret);
    return OK;
}

/* Does the code fit the factor now? *ret_step is its place in time, 0 when it does not fit. */
static err code_step(struct ctx *cx, const struct auth *a, const struct factor *f, struct str code, int64_t *ret_step)
{
    struct str secret;
    if (!secret_open(cx->arena, a->keys->secrets, purpose, f->sealed, &secret) || secret.n != TOTP_SECRET)
        return fail(cx, ERR_INTERNAL, NULL, "A second factor cannot be read: was DIR/secret replaced?", "2단계 인증 정보를 읽을 수 없습니다.");
    *ret_step = totp_step((const uint8_t *)secret.p, code, cx->now, f->last_step);
    return OK;
}

static err wrong_code(struct ctx *cx)
{
    return fail(cx, ERR_CONFLICT, "wrong_code", "This code does not fit, or was used before: take the next one.", "코드가 맞지 않거나 이미 사용되었습니다. 다음 코드를 입력해 주세요.");
}

static struct str recovery_normal(struct arena *arena, struct str code)
{
    char *p = arena_take(arena, code.n);
    size_t n = 0;
    for (size_t i = 0; i < code.n; i++) {
        char c = code.p[i];
        if (c != '-' && c != ' ')
            p[n++] = c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
    }
    return str_of(p, n);
}

static void recovery_make(struct ctx *cx, int64_t user, struct recovery_out *ret)
{
    struct str *codes = NEW_ARRAY(cx->arena, struct str, RECOVERY_CODES);
    for (int i = 0; i < RECOVERY_CODES; i++) {
        uint8_t bytes[RECOVERY_BYTES], hash[TOKEN_HASH];
        crypto_random(bytes, sizeof(bytes));
        struct str code = base32(cx->arena, bytes, sizeof(bytes));
        store_recovery_insert(cx, user, token_hash(code, hash));
        codes[i] = arena_fmt(cx->arena, "%.4s-%.4s-%.4s-%.4s", code.p, code.p + 4, code.p + 8, code.p + 12);
    }
    ret->codes = (struct list){ codes, RECOVERY_CODES };
}

err auth_totp_confirm(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct auth *a = self;
    const struct totp_confirm_in *in = in_;
    struct factor f;
    int64_t step;

    err e = store_factor(cx, cx->actor.user, &f);
    if (e)
        return e;
    if (f.confirmed)
        return factor_there(cx);
    if (!f.sealed.n)
        return fail(cx, ERR_CONFLICT, "second_factor_not_started", "Ask for a secret first.", "먼저 2단계 인증 설정을 시작해 주세요.");
    e = code_step(cx, a, &f, in->code, &step);
    if (e)
        return e;
    if (!step)
        return wrong_code(cx);
    e = store_factor_confirm(cx, cx->actor.user, step);
    if (e)
        return e;
    recovery_make(cx, cx->actor.user, ret_out);
    return sessions_end(cx, a, cx->actor.user, cx->actor.session);
}

/* ---- using it ---- */

err factor_check(struct ctx *cx, const struct auth *a, int64_t user, struct str totp, struct str recovery, enum factor_found *ret)
{
    struct factor f;
    uint8_t hash[TOKEN_HASH];
    int64_t step = 0;
    bool used = false;
    err e = store_factor(cx, user, &f);
    if (e)
        return e;
    if (!f.confirmed || (!totp.n && !recovery.n)) {
        *ret = f.confirmed ? FACTOR_REQUIRED : FACTOR_NONE;
        return OK;
    }
    if (totp.n)
        e = code_step(cx, a, &f, totp, &step);
    if (!e && step)
        e = store_factor_step(cx, user, step);
    if (!e && !step && recovery.n)
        e = store_recovery_use(cx, user, token_hash(recovery_normal(cx->arena, recovery), hash), &used);
    if (!e)
        *ret = step || used ? FACTOR_RIGHT : FACTOR_WRONG;
    return e;
}

int64_t second_factor_by(const struct auth *a, const struct session *s)
{
    return s->roles & ROLE_ADMIN && !s->second_factor ? s->admin_since + a->grace_ms : 0;
}

/* ---- giving it up: with the password and a code, counted like a sign-in ---- */

err auth_totp_remove(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct auth *a = self;
    const struct totp_remove_in *in = in_;
    struct credentials known;
    (void)ret_out;

    err e = password_match(cx, a, "password", in->password, &known);
    return e ? e : call_run(cx, &auth_totp_drop_call, &(struct totp_drop_in){ in->totp, in->recovery_code }, NULL);
}

err auth_totp_drop(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct auth *a = self;
    const struct totp_drop_in *in = in_;
    struct user user;
    enum factor_found found;
    (void)ret_out;

    err e = store_user(cx, cx->actor.user, &user);
    if (e)
        return e;
    e = factor_check(cx, a, user.id, in->totp, in->recovery_code, &found);
    if (e)
        return e;
    if (found == FACTOR_NONE)
        return fail(cx, ERR_CONFLICT, "no_second_factor", "There is no second factor.", "2단계 인증을 사용하고 있지 않습니다.");
    if (found != FACTOR_RIGHT)
        return wrong_code(cx);
    e = store_factor_delete(cx, user.id);
    if (e)
        return e;
    e = attempts_forgive(cx, user.email);
    return e ? e : sessions_end(cx, a, user.id, cx->actor.session);
}
