#include "vendor.h"

#include "payment_int.h"
#include "platform/call/app.h"
#include "platform/crypto/crypto.h"
#include "platform/obs/log.h"

#define ANSWER_MAX ((size_t)1024 * 1024)
#define EXACT_MAX  9007199254740992.0        /* 2^53 */

const struct vendors *vendors_of(struct ctx *cx)
{
    const struct payments *s = app_self(cx->app, &payment_service);
    return s->vendors;
}

/* ---- asking ---- */

struct answer vendor_ask(struct ctx *cx, const char *vendor, const struct fetch *f)
{
    const struct vendors *v = vendors_of(cx);
    struct fetch question = *f;
    struct fetched got;
    const char *why;
    question.timeout_ms = v->timeout_ms;
    question.body_max = ANSWER_MAX;
    question.pool = v->pool;
    question.listen = "Idempotent-Replayed";
    if (!fetch(cx->arena, &question, &got, &why)) {
        LOG(LOG_WARN, "a payment provider does not answer", lf_s("provider", str_c(vendor)), lf_s("why", str_c(why)));
        return (struct answer){ 0 };
    }
    if (got.status >= 500 || got.status == 429 || got.status == 401)
        LOG(LOG_WARN, "a payment provider gives no useful answer", lf_s("provider", str_c(vendor)), lf_i("status", got.status));
    return (struct answer){ got.status, got.body, got.retry_after_s, str_eq(got.heard, S("true")) };
}

struct verdict vendor_unknown(const struct answer *a)
{
    return (struct verdict){ .kind = VERDICT_UNKNOWN, .throttled = a->status == 429 };
}

err vendor_unavailable(struct ctx *cx, const struct answer *a)
{
    if (a->retry_after_s > 0 && a->retry_after_s < 3600)
        cx->problem.retry_after_s = (int)a->retry_after_s;
    return fail(cx, a->status == 429 ? ERR_LIMIT : ERR_UNAVAILABLE, "provider_unavailable",
                "The payment provider does not answer; try again shortly, or pay in another way.",
                "결제 대행사가 응답하지 않습니다. 잠시 후 다시 시도하거나 다른 결제 수단을 이용해 주세요.");
}

/* ---- documents ---- */

bool vendor_read(struct ctx *cx, struct str text, void (*take)(struct ctx *cx, const cJSON *document, void *out), void *out)
{
    cJSON *document = cJSON_ParseWithLength(text.p ? text.p : "", text.n);
    if (!document)
        return false;
    take(cx, document, out);
    cJSON_Delete(document);
    return true;
}

struct str vendor_text(struct ctx *cx, const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsString(item) && str_utf8(str_c(item->valuestring)) ? arena_str(cx->arena, str_c(item->valuestring)) : (struct str){ 0 };
}

bool vendor_int(const cJSON *object, const char *name, int64_t *ret)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    if (!cJSON_IsNumber(item) || !(item->valuedouble > -EXACT_MAX && item->valuedouble < EXACT_MAX))
        return false;
    *ret = (int64_t)item->valuedouble;
    return (double)*ret == item->valuedouble;
}

int64_t vendor_order(struct ctx *cx, struct str order)
{
    int64_t id;
    return order.n == ID_TEXT && id_decode(&app_keys(cx->app)->ids, ID_PAYMENT, order, &id) && id > 0 ? id : 0;
}

/* ---- what they are told ---- */

struct str vendor_return_url(struct ctx *cx, const struct charge *c, const char *more)
{
    return arena_fmt(cx->arena, "%.*s/pay/return?payment=%.*s%s%s", STR_ARG(vendors_of(cx)->public_url), STR_ARG(c->order), more ? "&" : "",
                     more ? more : "");
}

struct str vendor_title(const struct charge *c, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < c->title.n; i++) {
        bool begins = ((unsigned char)c->title.p[i] & 0xc0) != 0x80;
        if (begins && n++ == max)
            return str_of(c->title.p, i);
    }
    return c->title.n ? c->title : c->order;
}

bool vendor_redirect(struct ctx *cx, struct str url, struct created *ret)
{
    struct buf json;
    if (!fetch_url_ok(url) && !str_starts(url, vendors_of(cx)->public_url))
        return false;
    buf_init(&json, 4096);
    buf_str(&json, S("{\"redirect_url\":"));
    json_write_str(&json, url);
    buf_char(&json, '}');
    ASSERT(!json.full);
    ret->client = arena_str(cx->arena, buf_view(&json));
    buf_free(&json);
    return true;
}
