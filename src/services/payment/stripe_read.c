/* Stripe's documents: sessions, intents, refunds and errors, and what each means to us. */
#include "stripe.h"

/* ---- amounts ---- */

/* Digits behind the point: ours are those of ISO 4217, Stripe's its own. */
static const struct {
    char currency[4];
    int8_t ours, theirs;
} currencies[] = {
    { "KRW", 0, 0 }, { "JPY", 0, 0 }, { "VND", 0, 0 }, { "CLP", 0, 0 }, { "ISK", 0, 2 }, { "UGX", 0, 2 },
    { "USD", 2, 2 }, { "EUR", 2, 2 }, { "GBP", 2, 2 }, { "AUD", 2, 2 }, { "CAD", 2, 2 }, { "CHF", 2, 2 }, { "CNY", 2, 2 }, { "DKK", 2, 2 },
    { "HKD", 2, 2 }, { "MXN", 2, 2 }, { "MYR", 2, 2 }, { "NOK", 2, 2 }, { "NZD", 2, 2 }, { "PHP", 2, 2 }, { "PLN", 2, 2 }, { "SEK", 2, 2 },
    { "SGD", 2, 2 }, { "THB", 2, 2 },
};

/* How many of Stripe's units one of ours is; 0: not known. */
static int64_t units(struct str currency)
{
    for (size_t i = 0; i < sizeof(currencies) / sizeof(currencies[0]); i++)
        if (str_eq_nocase(currency, str_c(currencies[i].currency)))
            return currencies[i].theirs > currencies[i].ours ? 100 : 1;
    return 0;
}

bool stripe_amount(const struct money *m, int64_t *ret)
{
    int64_t n = units(str_c(m->currency));
    return n && !__builtin_mul_overflow(m->amount, n, ret);
}

bool stripe_money(int64_t amount, struct str currency, struct money *ret)
{
    int64_t n = units(currency);
    if (!n || amount % n)
        return false;
    *ret = (struct money){ .amount = amount / n };
    for (size_t i = 0; i < 3; i++)
        ret->currency[i] = (char)(currency.p[i] & ~0x20);
    return true;
}

/* ---- objects ---- */

static bool money_take(struct ctx *cx, const cJSON *object, const char *amount, struct money *ret)
{
    int64_t n;
    return vendor_int(object, amount, &n) && stripe_money(n, vendor_text(cx, object, "currency"), ret);
}

static struct str metadata(struct ctx *cx, const cJSON *object, const char *name)
{
    return vendor_text(cx, cJSON_GetObjectItemCaseSensitive(object, "metadata"), name);
}

static int64_t created_ms(const cJSON *object)
{
    int64_t seconds;
    return vendor_int(object, "created", &seconds) && seconds > 0 && seconds < INT64_MAX / 1000 ? seconds * 1000 : 0;
}

static void intent_take(struct ctx *cx, const cJSON *o, void *out)
{
    struct stripe_intent *i = out;
    *i = (struct stripe_intent){ .id = vendor_text(cx, o, "id"), .status = vendor_text(cx, o, "status"), .order = metadata(cx, o, "order"),
                                 .created = created_ms(o) };
    i->whole = money_take(cx, o, "amount", &i->asked) && money_take(cx, o, "amount_received", &i->taken);
}

static void session_take(struct ctx *cx, const cJSON *o, void *out)
{
    struct stripe_session *s = out;
    const cJSON *intent = cJSON_GetObjectItemCaseSensitive(o, "payment_intent");
    *s = (struct stripe_session){ .id = vendor_text(cx, o, "id"), .status = vendor_text(cx, o, "status"), .url = vendor_text(cx, o, "url"),
                                  .order = metadata(cx, o, "order"), .has_intent = cJSON_IsObject(intent) || cJSON_IsString(intent) };
    if (cJSON_IsObject(intent))
        intent_take(cx, intent, &s->intent);
    else
        s->intent.id = vendor_text(cx, o, "payment_intent");
}

static void refund_take(struct ctx *cx, const cJSON *o, void *out)
{
    struct stripe_refund *r = out;
    *r = (struct stripe_refund){ .id = vendor_text(cx, o, "id"), .status = vendor_text(cx, o, "status"), .order = metadata(cx, o, "order"),
                                 .refund = metadata(cx, o, "refund"), .created = created_ms(o) };
    r->whole = money_take(cx, o, "amount", &r->amount);
}

bool stripe_session_read(struct ctx *cx, struct str body, struct stripe_session *ret)
{
    return vendor_read(cx, body, session_take, ret) && ret->id.n && ret->status.n;
}

bool stripe_intent_read(struct ctx *cx, struct str body, struct stripe_intent *ret)
{
    return vendor_read(cx, body, intent_take, ret) && ret->id.n && ret->status.n;
}

bool stripe_refund_read(struct ctx *cx, struct str body, struct stripe_refund *ret)
{
    return vendor_read(cx, body, refund_take, ret) && ret->id.n && ret->status.n;
}

/* ---- lists ---- */

struct page {
    void (*take)(struct ctx *cx, const cJSON *object, void *out);
    size_t size;
    struct list items;
    bool ok, more;
};

static void page_take(struct ctx *cx, const cJSON *document, void *out)
{
    struct page *p = out;
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(document, "data"), *item;
    p->ok = cJSON_IsArray(data);
    p->more = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(document, "has_more"));
    if (!p->ok)
        return;
    char *at = arena_array(cx->arena, (size_t)cJSON_GetArraySize(data), p->size);
    cJSON_ArrayForEach(item, data)
        p->take(cx, item, at + p->items.n++ * p->size);
    p->items.at = at;
}

static bool page_read(struct ctx *cx, struct str body, struct page p, struct list *ret, bool *ret_more)
{
    if (!vendor_read(cx, body, page_take, &p) || !p.ok)
        return false;
    *ret = p.items;
    *ret_more = p.more;
    return true;
}

bool stripe_intents_read(struct ctx *cx, struct str body, struct list *ret, bool *ret_more)
{
    return page_read(cx, body, (struct page){ .take = intent_take, .size = sizeof(struct stripe_intent) }, ret, ret_more);
}

bool stripe_refunds_read(struct ctx *cx, struct str body, struct list *ret, bool *ret_more)
{
    return page_read(cx, body, (struct page){ .take = refund_take, .size = sizeof(struct stripe_refund) }, ret, ret_more);
}

/* ---- what they mean ---- */

struct word {
    const char *status;
    enum verdict_kind kind;
};

static enum verdict_kind kind_of(const struct word *words, size_t n, struct str status)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(status, str_c(words[i].status)))
            return words[i].kind;
    return VERDICT_UNKNOWN;
}

#define KIND(words, status) kind_of(words, sizeof(words) / sizeof(words[0]), status)

/* Only a capture takes the money: until then the buyer may have approved it, or be about to. */
static const struct word intent_words[] = {
    { "requires_payment_method", VERDICT_ABSENT }, { "requires_confirmation", VERDICT_ABSENT }, { "requires_action", VERDICT_ABSENT },
    { "requires_capture", VERDICT_ABSENT },        { "processing", VERDICT_PENDING },           { "succeeded", VERDICT_APPROVED },
    { "canceled", VERDICT_DECLINED },
};

static const struct word session_words[] = {         /* without an intent */
    { "open", VERDICT_ABSENT },
    { "expired", VERDICT_DECLINED },
};

static const struct word refund_words[] = {
    { "succeeded", VERDICT_APPROVED }, { "pending", VERDICT_PENDING },   { "requires_action", VERDICT_PENDING },
    { "failed", VERDICT_DECLINED },    { "canceled", VERDICT_DECLINED },
};

struct verdict stripe_intent_verdict(const struct stripe_intent *i, const struct charge *c)
{
    if (!str_eq(i->order, c->order))
        return (struct verdict){ .kind = VERDICT_FOREIGN };
    struct verdict v = { .kind = KIND(intent_words, i->status) };
    if (v.kind != VERDICT_APPROVED)
        return v;
    v.charged = i->taken;
    v.ref = i->id;
    if (!i->whole)
        v.kind = VERDICT_UNKNOWN;
    return v;
}

struct verdict stripe_session_verdict(const struct stripe_session *s, const struct charge *c)
{
    if (!str_eq(s->order, c->order))
        return (struct verdict){ .kind = VERDICT_FOREIGN };
    struct verdict v = { .kind = s->has_intent ? VERDICT_UNKNOWN : KIND(session_words, s->status) };
    if (s->has_intent && s->intent.status.n)
        v = stripe_intent_verdict(&s->intent, c);
    if (!v.ref.n && v.kind != VERDICT_FOREIGN)
        v.ref = s->id;
    return v;
}

struct verdict stripe_refund_verdict(const struct stripe_refund *r)
{
    return (struct verdict){ .kind = KIND(refund_words, r->status), .ref = r->id };
}

/* ---- errors ---- */

static const struct {
    const char *code;
    enum stripe_says says;
} errors[] = {
    { "card_declined", STRIPE_DECLINED },
    { "expired_card", STRIPE_DECLINED },
    { "incorrect_cvc", STRIPE_DECLINED },
    { "authentication_required", STRIPE_DECLINED },
    { "capture_charge_authorization_expired", STRIPE_DECLINED },
    { "charge_expired_for_capture", STRIPE_DECLINED },
    { "payment_intent_authentication_failure", STRIPE_DECLINED },
    { "payment_intent_payment_attempt_failed", STRIPE_DECLINED },
    { "payment_intent_unexpected_state", STRIPE_LOOK },
    { "charge_already_captured", STRIPE_LOOK },
    { "charge_already_refunded", STRIPE_LOOK },
    { "charge_disputed", STRIPE_LOOK },
    { "amount_too_large", STRIPE_LOOK },
    { "resource_missing", STRIPE_LOOK },
};

struct error {
    struct str code, type, param;
};

static void error_take(struct ctx *cx, const cJSON *document, void *out)
{
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(document, "error");
    *(struct error *)out = (struct error){ vendor_text(cx, error, "code"), vendor_text(cx, error, "type"), vendor_text(cx, error, "param") };
}

enum stripe_says stripe_error(struct ctx *cx, int status, struct str body)
{
    struct error e = { 0 };
    if (status / 100 != 4 || status == 429 || status == 401 || status == 403 || status == 409)
        return STRIPE_UNCLEAR;
    vendor_read(cx, body, error_take, &e);
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (str_eq(e.code, str_c(errors[i].code)))
            return errors[i].says;
    if (str_eq(e.type, S("card_error")))
        return STRIPE_DECLINED;
    return str_eq(e.type, S("invalid_request_error")) && str_eq(e.param, S("amount")) ? STRIPE_LOOK : STRIPE_UNCLEAR;
}
