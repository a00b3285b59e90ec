/* With whose keys a provider is asked: an organizer's own (account.c), or the platform's, from the configuration. */
#include "account.h"
#include "merchant.h"
#include "vendor.h"

#include <stdlib.h>

#include "platform/call/app.h"
#include "platform/config/config.h"
#include "platform/crypto/crypto.h"
#include "platform/obs/log.h"

#define CONNECTIONS 16        /* kept for the next question */

const char *const payment_method_words[] = { "card", "virtual_account", "transfer", "mobile", NULL };

int provider_word(const struct provider *p)
{
    int i = 0;
    while (provider_words[i] && provider_at(i) != p)
        i++;
    ASSERT(provider_words[i]);
    return i;
}

struct str payment_public_id(struct ctx *cx, enum id_kind kind, int64_t id)
{
    char *text = arena_take(cx->arena, ID_TEXT);
    id_encode(&app_keys(cx->app)->ids, kind, id, text);
    return str_of(text, ID_TEXT);
}

err merchant_of(struct ctx *cx, struct payments *s, const struct provider *provider, int64_t organizer, int64_t *ret_account)
{
    int word = provider_word(provider);
    struct account a;
    bool found = false;
    if (vendors_offer(s, word)) {
        err e = store_payment_account_used(cx, organizer, provider, &a, &found);
        if (e)
            return e;
        *ret_account = found ? a.id : 0;
        if (found || provider->keyless || s->vendors->own[word].secret_key.n)
            return OK;
    }
    return fail(cx, ERR_CONFLICT, "provider_not_offered", "This way to pay is not offered here; choose another provider.",
                "이 결제 수단은 제공되지 않습니다. 다른 결제 수단을 선택해 주세요.");
}

err merchant_load(struct ctx *cx, struct payments *s, const struct provider *provider, int64_t account, struct merchant *ret)
{
    struct account a;
    *ret = s->vendors->own[provider_word(provider)];
    if (!account)
        return OK;
    err e = call_run(cx, &payment_account_load_call, &account, &a);
    if (!e)
        *ret = a.keys;
    return e;
}

err payment_charge(struct ctx *cx, struct payments *s, const struct payment *p, struct charge *ret)
{
    struct merchant *m = NEW(cx->arena, struct merchant);
    err e = merchant_load(cx, s, p->provider, p->account, m);
    if (e)
        return e;
    *ret = (struct charge){ .payment = p->id, .order = payment_public_id(cx, ID_PAYMENT, p->id), .amount = p->amount, .title = p->title,
                            .method = p->method, .ref = p->ref, .payment_key = p->payment_key, .merchant = m };
    return OK;
}

/* ---- configuration ---- */

static err address(struct ctx *cx, const struct config *c, const char *name, struct str *ret)
{
    *ret = config_str(c, name);
    if (ret->n && ret->p[ret->n - 1] != '/' && fetch_url_ok(*ret))
        return OK;
    return fail(cx, ERR_INPUT, NULL, "%s must be an https address without a slash at its end.", "%s는 끝에 슬래시가 없는 https 주소여야 합니다.", name);
}

/* Without a word: those that there are keys for; when there are none, those that need none. */
static err offered(struct ctx *cx, struct str words, const struct merchant *own, unsigned *ret)
{
    unsigned with_keys = 0, keyless = 0;
    for (int i = 0; provider_words[i]; i++) {
        with_keys |= own[i].secret_key.n ? 1u << i : 0;
        keyless |= provider_at(i)->keyless ? 1u << i : 0;
    }
    *ret = words.n ? 0 : with_keys ? with_keys : keyless;
    while (words.n) {
        struct str word = str_trim(str_cut(&words, ','));
        const struct provider *p = provider_named(word);
        if (!p)
            return fail(cx, ERR_INPUT, NULL, "payment.providers: there is no provider %.*s.", "payment.providers: %.*s라는 결제 대행사가 없습니다.",
                        STR_ARG(word));
        *ret |= 1u << provider_word(p);
    }
    return OK;
}

/* The platform's own keys. */
static struct merchant platform_of(const struct config *c, struct str word)
{
    struct merchant m = { 0 };
    if (str_eq(word, S("toss"))) {
        m.secret_key = config_str(c, "payment.toss_secret_key");
        m.name = config_str(c, "payment.toss_merchant");
    } else if (str_eq(word, S("stripe"))) {
        m.secret_key = config_str(c, "payment.stripe_secret_key");
        m.webhook_secrets[0] = config_str(c, "payment.stripe_webhook_secret");
        m.webhook_secrets[1] = config_str(c, "payment.stripe_webhook_secret_old");
    }
    return m;
}

bool vendors_have_keys(const struct payments *s, const struct provider *p)
{
    return p->keyless || s->vendors->own[provider_word(p)].secret_key.n > 0;
}

bool vendors_offer(const struct payments *s, int word)
{
    return (s->vendors->offered & 1u << word) != 0;
}

err vendors_open(struct ctx *cx, struct vendors **ret)
{
    const struct config *c = app_config(cx->app);
    struct vendors *v = calloc(1, sizeof(*v));
    ASSERT(v != NULL);
    *ret = v;
    v->pool = fetch_pool_new(CONNECTIONS);
    v->timeout_ms = config_int(c, "payment.provider_timeout_ms");
    v->public_url = config_str(c, "payment.public_url");
    for (int i = 0; provider_words[i]; i++)
        v->own[i] = platform_of(c, str_c(provider_words[i]));
    err e = address(cx, c, "payment.toss_url", &v->toss_url);
    if (!e)
        e = address(cx, c, "payment.stripe_url", &v->stripe_url);
    return e ? e : offered(cx, config_str(c, "payment.providers"), v->own, &v->offered);
}

void vendors_close(struct vendors *v)
{
    fetch_pool_free(v->pool);
    free(v);
}
