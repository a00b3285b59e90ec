/* Making accounts: by oneself (always a CUSTOMER) or, from the command line, an ADMIN. The slow hash is made by the story on a worker; the
 * command that follows only looks and writes. */
#include "auth_int.h"

#include "platform/obs/metrics.h"

/* ---- what is accepted ---- */

static bool letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

struct str email_normal(struct arena *arena, struct str text)
{
    text = str_trim(text);
    char *p = arena_take(arena, text.n);
    for (size_t i = 0; i < text.n; i++)
        p[i] = text.p[i] >= 'A' && text.p[i] <= 'Z' ? (char)(text.p[i] + ('a' - 'A')) : text.p[i];
    return str_of(p, text.n);
}

/* Dot-separated, nothing empty between the dots. */
static bool local_part_ok(struct str s)
{
    if (s.n == 0 || s.n > 64)
        return false;
    while (s.p) {
        struct str atom = str_cut(&s, '.');
        if (atom.n == 0)
            return false;
        for (size_t i = 0; i < atom.n; i++)
            if (!letter_or_digit(atom.p[i]) && !memchr("!#$%&'*+-/=?^_`{|}~", atom.p[i], 19))
                return false;
    }
    return true;
}

/* A host name of two labels or more; the last is no number. */
static bool domain_ok(struct str s)
{
    int labels = 0;
    bool digits_only = false;
    while (s.p) {
        struct str label = str_cut(&s, '.');
        if (label.n == 0 || label.n > 63 || label.p[0] == '-' || label.p[label.n - 1] == '-')
            return false;
        digits_only = true;
        for (size_t i = 0; i < label.n; i++) {
            if (!letter_or_digit(label.p[i]) && label.p[i] != '-')
                return false;
            digits_only = digits_only && label.p[i] >= '0' && label.p[i] <= '9';
        }
        labels++;
    }
    return labels >= 2 && !digits_only;
}

bool email_ok(struct str text)
{
    struct str domain = str_trim(text);
    if (domain.n > 254)
        return false;
    struct str local = str_cut(&domain, '@');
    return local_part_ok(local) && domain_ok(domain);
}

bool name_ok(struct str text)
{
    return str_trim(text).n > 0;
}

bool phone_ok(struct str text)
{
    struct str s = str_trim(text);
    size_t digits = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9')
            digits++;
        else if (!(s.p[i] == '+' && i == 0) && !memchr(" -.()", s.p[i], 5))
            return false;
    }
    return s.n == 0 || (digits >= 7 && digits <= 15);
}

/* ---- making them ---- */

err auth_signup(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct auth *a = self;
    const struct signup_in *in = in_;
    struct user_create_in account = {
        .email = email_normal(cx->arena, in->email),
        .name = str_trim(in->name),
        .phone = str_trim(in->phone),
    };
    struct credentials nobody;

    err e = password_check(cx, "password", account.email, in->password);
    if (e)
        return e;
    e = call_run(cx, &auth_attempt_call, &(struct attempt_in){ 0 }, &nobody);
    if (e)
        return e;
    e = hasher_hash(cx, &a->hasher, in->password, &account.password_hash);
    if (e)
        return e;
    e = call_run(cx, &auth_user_create_call, &account, ret_out);
    if (e)
        return e;

    metric_add(&auth_signups, 1);
    return OK;
}

err email_taken(struct ctx *cx)
{
    return fail(cx, ERR_CONFLICT, "email_taken", "There is an account with this e-mail address.", "이미 가입된 이메일 주소입니다.");
}

void account_put(struct ctx *cx, struct auth *a, struct user *u, struct str password_hash)
{
    u->id = sequence_next(&a->users);
    u->created_at = cx->now;
    store_user_insert(cx, u, password_hash);
    auth_say(cx, a, "auth.user_joined", u->id, 0);
}

/* Who asks for addresses that are taken, one after the other, is slowed down like one who guesses passwords. */
err auth_user_create(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct auth *a = self;
    const struct user_create_in *in = in_;
    struct user *ret = ret_out;
    struct credentials other;

    err e = store_credentials_by_email(cx, in->email, &other);
    if (e)
        return e;
    if (other.user)
        return email_taken(cx);

    *ret = (struct user){ .email = in->email, .name = in->name, .phone = in->phone, .lang = (int)cx->lang, .roles = ROLE_CUSTOMER };
    account_put(cx, a, ret, in->password_hash);
    mail_want(cx, a, ret, AUTH_MAIL_VERIFY, ret->email);
    return attempts_forgive(cx, (struct str){ 0 });
}

err auth_admin_put(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct auth *a = self;
    const struct auth_admin_in *in = in_;
    struct admin_save_in account = { .email = email_normal(cx->arena, in->email) };
    (void)ret_out;

    if (!email_ok(in->email))                    /* the command line has no field table before it */
        return fail_field(cx, S("email"), "must be an e-mail address", "이메일 주소여야 합니다");
    err e = password_check(cx, "password", account.email, in->password);
    if (e)
        return e;
    e = hasher_hash(cx, &a->hasher, in->password, &account.password_hash);
    if (e)
        return e;
    return call_run(cx, &auth_admin_save_call, &account, NULL);
}

err auth_admin_save(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct auth *a = self;
    const struct admin_save_in *in = in_;
    struct credentials old;
    (void)ret_out;

    err e = store_credentials_by_email(cx, in->email, &old);
    if (e)
        return e;
    if (!old.user) {
        struct user admin = { .email = in->email, .name = S("Admin"), .roles = ROLE_CUSTOMER | ROLE_ADMIN };
        account_put(cx, a, &admin, in->password_hash);
        e = store_admin_since(cx, admin.id);
        return e ? e : store_user_verified(cx, admin.id);
    }

    e = store_user_password(cx, old.user, in->password_hash);
    if (e)
        return e;
    e = store_user_roles(cx, old.user, old.roles | ROLE_ADMIN);
    if (e)
        return e;
    e = store_admin_since(cx, old.user);
    if (e)
        return e;
    e = store_factor_delete(cx, old.user);
    if (e)
        return e;
    e = store_user_suspended(cx, old.user, false);
    if (e)
        return e;
    e = attempts_forgive(cx, in->email);
    if (e)
        return e;
    e = sessions_end(cx, a, old.user, 0);
    if (e)
        return e;
    api_keys_follow(cx, a, old.user, old.roles | ROLE_ADMIN);
    if (!(old.roles & ROLE_ADMIN))
        auth_say(cx, a, "auth.roles_changed", old.user, old.roles | ROLE_ADMIN);
    return OK;
}
