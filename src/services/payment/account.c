/* Keys of organizers at providers. Secrets leave the table only to be used; who looks sees the last characters. New keys take the place of the old
 * for new payments; a payment keeps those it was made with, unless they are said to be of the same merchant. */
#include "account.h"
#include "vendor.h"

#include "platform/call/app.h"
#include "platform/crypto/crypto.h"

#define SHOWN 4               /* characters of a secret */

const char *const account_provider_words[] = { "toss", "stripe", NULL };

/* ---- sealing: the three secrets, a line each ---- */

static struct str purpose(struct ctx *cx, const struct account *a)
{
    return arena_fmt(cx->arena, "payment_account:%lld", (long long)a->id);
}

void payment_account_seal(struct ctx *cx, struct account *a)
{
    const struct merchant *m = &a->keys;
    struct str text = arena_fmt(cx->arena, "%.*s\n%.*s\n%.*s", STR_ARG(m->secret_key), STR_ARG(m->webhook_secrets[0]), STR_ARG(m->webhook_secrets[1]));
    a->sealed = secret_seal(cx->arena, app_keys(cx->app)->secrets, purpose(cx, a), text);
}

err payment_account_open(struct ctx *cx, struct account *a)
{
    struct str text;
    if (!secret_open(cx->arena, app_keys(cx->app)->secrets, purpose(cx, a), a->sealed, &text))
        return fail(cx, ERR_INTERNAL, NULL, "The keys of a payment account cannot be opened: were they sealed by another installation?",
                    "결제 계정의 키를 열 수 없습니다. 다른 설치본에서 봉인된 것인지 확인해 주세요.");
    a->keys.account = a->id;
    a->keys.secret_key = str_cut(&text, '\n');
    a->keys.webhook_secrets[0] = str_cut(&text, '\n');
    a->keys.webhook_secrets[1] = text;
    return OK;
}

err payment_account_load(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    (void)self;
    err e = store_payment_account(cx, *(const int64_t *)in, ret_out);
    return e ? e : payment_account_open(cx, ret_out);
}

/* ---- routes ---- */

static err missing(struct ctx *cx)
{
    return fail(cx, ERR_MISSING, NULL, "No keys are set here; new payments use the platform's.", "설정된 키가 없습니다. 새 결제에는 플랫폼의 키를 사용합니다.");
}

/* Whose keys: one's own, or, for an administrator, anybody's. */
static err owner_of(struct ctx *cx, const struct account_in *in, int64_t *ret)
{
    *ret = in->organizer ? in->organizer : cx->actor.user;
    return *ret == cx->actor.user || actor_has(cx, ROLE_ADMIN) ? OK : missing(cx);
}

static err used(struct ctx *cx, const struct account_in *in, struct account *ret, bool *ret_found)
{
    const struct provider *provider = provider_named(str_c(account_provider_words[in->provider]));
    int64_t owner;
    err e = owner_of(cx, in, &owner);
    if (!e)
        e = store_payment_account_used(cx, owner, provider, ret, ret_found);
    if (!e && *ret_found)
        e = payment_account_open(cx, ret);
    if (!e && !*ret_found)
        *ret = (struct account){ .owner = owner, .provider = provider };
    return e;
}

static struct str end_of(struct ctx *cx, struct str secret)
{
    size_t n = secret.n > 3 * SHOWN ? SHOWN : 0;
    return secret.n ? arena_fmt(cx->arena, "...%.*s", (int)n, secret.p + secret.n - n) : (struct str){ 0 };
}

static void view(struct ctx *cx, const struct payments *s, const struct account_in *in, const struct account *a, struct account_view *ret)
{
    *ret = (struct account_view){
        .provider = in->provider,
        .organizer = a->owner,
        .merchant = a->keys.name,
        .secret_key = end_of(cx, a->keys.secret_key),
        .webhook_secret = end_of(cx, a->keys.webhook_secrets[0]),
        .webhook_secret_old = end_of(cx, a->keys.webhook_secrets[1]),
        .webhook_url = arena_fmt(cx->arena, "%.*s/api/v1/payments/webhooks/%s", STR_ARG(s->vendors->public_url), a->provider->name),
        .created_at = a->created_at,
        .updated_at = a->updated_at,
    };
}

/* What is meant for browsers is public, and no secret key. */
static err check_key(struct ctx *cx, struct str key)
{
    static const char *const public[] = { "pk_", "test_ck_", "live_ck_", "test_gck_", "live_gck_" };
    for (size_t i = 0; i < sizeof(public) / sizeof(public[0]); i++)
        if (str_starts(key, str_c(public[i])))
            return fail_field(cx, S("secret_key"), "is a public key: the secret one is needed", "공개 키입니다. 시크릿 키가 필요합니다");
    return OK;
}

/* A secret that is changed stays good as the old one, until it is said to be over by an empty one. */
static void merchant_change(struct merchant *m, const struct account_in *in)
{
    bool changes = in->webhook_secret.n && !str_eq(in->webhook_secret, m->webhook_secrets[0]);
    if (in->webhook_secret_old.p)
        m->webhook_secrets[1] = in->webhook_secret_old;
    else if (changes)
        m->webhook_secrets[1] = m->webhook_secrets[0];
    if (in->webhook_secret.n)
        m->webhook_secrets[0] = in->webhook_secret;
    if (in->merchant.n)
        m->name = in->merchant;
    m->secret_key = in->secret_key;
}

static err replace(struct ctx *cx, struct payments *s, struct account *a, const struct account_in *in, bool found)
{
    err e = OK;
    if (found) {
        a->closed = true;
        a->updated_at = cx->now;
        e = store_payment_account_update(cx, a);
    }
    if (e)
        return e;
    *a = (struct account){ .id = sequence_next(&s->accounts), .owner = a->owner, .provider = a->provider, .created_at = cx->now, .updated_at = cx->now };
    merchant_change(&a->keys, in);
    payment_account_seal(cx, a);
    store_payment_account_insert(cx, a);
    return OK;
}

err payment_account_put(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct account_in *in = in_;
    struct account a;
    bool found;
    err e = check_key(cx, in->secret_key);
    if (!e)
        e = used(cx, in, &a, &found);
    if (e)
        return e;
    if (found && (in->same_merchant || str_eq(a.keys.secret_key, in->secret_key))) {
        merchant_change(&a.keys, in);
        a.updated_at = cx->now;
        payment_account_seal(cx, &a);
        e = store_payment_account_update(cx, &a);
    } else {
        e = replace(cx, self, &a, in, found);
    }
    if (!e)
        view(cx, self, in, &a, ret_out);
    return e;
}

err payment_account_show(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct account a;
    bool found;
    err e = used(cx, in, &a, &found);
    if (e)
        return e;
    if (!found)
        return missing(cx);
    view(cx, self, in, &a, ret_out);
    return OK;
}

err payment_account_close(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct account a;
    bool found;
    (void)self;
    (void)ret_out;
    err e = used(cx, in, &a, &found);
    if (e)
        return e;
    if (!found)
        return missing(cx);
    a.closed = true;
    a.updated_at = cx->now;
    return store_payment_account_update(cx, &a);
}
