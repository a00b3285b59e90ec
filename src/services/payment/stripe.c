/* Stripe: a Checkout Session leads the buyer to Stripe's page, where the amount is set aside; we capture it or let it go. Our order stands in the
 * metadata of everything that is made, and is compared in everything that is read. */
#include "stripe.h"

#include "base/clock.h"
#include "platform/call/app.h"

#define API_VERSION "2026-08-26.dahlia"
#define KEY_MAX     200
#define TITLE_MAX   250
#define ROUND_S     600       /* sessions of one round are one */
#define OPEN_S      2400      /* and end so long after its beginning: Stripe wants 30 minutes at least from now */
#define TRIES_MAX   4
#define BOOKS_MAX   100

/* ---- asking ---- */

static struct answer ask(struct ctx *cx, const struct merchant *m, struct str path, struct str form, struct str idempotency_key)
{
    struct fetch_header headers[] = {
        { "Authorization", arena_fmt(cx->arena, "Bearer %.*s", STR_ARG(m->secret_key)) },
        { "Stripe-Version", S(API_VERSION) },
        { "Idempotency-Key", idempotency_key },
    };
    return vendor_ask(cx, "stripe", &(struct fetch){
        .url = arena_fmt(cx->arena, "%.*s%.*s", STR_ARG(vendors_of(cx)->stripe_url), STR_ARG(path)),
        .form = form,
        .headers = headers,
        .header_count = idempotency_key.n ? 3 : 2,
    });
}

static struct answer get(struct ctx *cx, const struct merchant *m, const char *folder, struct str id, const char *query)
{
    struct str path = arena_fmt(cx->arena, "/v1/%s/%.*s%s", folder, STR_ARG(form_value(cx->arena, id)), query);
    return ask(cx, m, path, (struct str){ 0 }, (struct str){ 0 });
}

/* POST to an object; `form` may be empty. */
static struct answer act(struct ctx *cx, const struct merchant *m, const char *folder, struct str id, const char *verb, struct str key)
{
    struct str path = arena_fmt(cx->arena, "/v1/%s/%.*s/%s", folder, STR_ARG(form_value(cx->arena, id)), verb);
    return ask(cx, m, path, S(""), key);
}

/* Stripe keeps the answer to a key for a day, a 5xx as well. One that is repeated has certainly ended; so, when a look shows that it had no effect,
 * the question may be asked under the next key. */
static bool spoilt(const struct answer *a)
{
    return a->replayed && a->status >= 500;
}

static struct str key_of(struct ctx *cx, struct str order, const char *verb, int attempt)
{
    return arena_fmt(cx->arena, attempt ? "%.*s-%s-%d" : "%.*s-%s", STR_ARG(order), verb, attempt);
}

/* ---- looking ---- */

/* What is known of a charge. */
struct found {
    struct stripe_session session;       /* id empty: not looked at */
    struct stripe_intent intent;         /* id empty: none yet */
};

static struct verdict look_intent(struct ctx *cx, const struct charge *c, struct str id, struct found *ret)
{
    struct answer a = get(cx, c->merchant, "payment_intents", id, "");
    if (a.status == 404)
        return (struct verdict){ .kind = VERDICT_ABSENT };
    if (a.status != 200 || !stripe_intent_read(cx, a.body, &ret->intent))
        return vendor_unknown(&a);
    return stripe_intent_verdict(&ret->intent, c);
}

static struct verdict look_session(struct ctx *cx, const struct charge *c, struct str id, struct found *ret)
{
    struct answer a = get(cx, c->merchant, "checkout/sessions", id, "?expand[]=payment_intent");
    if (a.status == 404)
        return (struct verdict){ .kind = VERDICT_ABSENT };
    if (a.status != 200 || !stripe_session_read(cx, a.body, &ret->session))
        return vendor_unknown(&a);
    if (ret->session.has_intent)
        ret->intent = ret->session.intent;
    return stripe_session_verdict(&ret->session, c);
}

/* By the name that Stripe has given it (an intent's once it was taken, a session's before), then by what the buyer's browser brought, which may be the
 * name of another's session. Nothing is ever taken of a session whose name we do not know. */
static struct verdict look(struct ctx *cx, const struct charge *c, struct found *ret)
{
    const struct str names[] = { c->payment_key, c->ref };
    struct verdict v = { .kind = VERDICT_ABSENT }, last = v;
    *ret = (struct found){ 0 };
    if (str_starts(c->ref, S("pi_")))
        return look_intent(cx, c, c->ref, ret);
    for (size_t i = 0; i < 2; i++) {
        if (!names[i].n || (i == 1 && str_eq(c->ref, c->payment_key)))
            continue;
        struct found f = { 0 };
        v = look_session(cx, c, names[i], &f);
        if (v.kind == VERDICT_UNKNOWN)
            return v;
        if (v.kind != VERDICT_FOREIGN && f.session.id.n) {
            *ret = f;
            return v;
        }
        if (v.kind == VERDICT_FOREIGN)
            last = v;
    }
    return last;
}

/* ---- making one ---- */

static struct str add(struct ctx *cx, struct str form, const char *name, struct str value)
{
    return form_add(cx->arena, form, name, value);
}

static struct str create_form(struct ctx *cx, const struct charge *c, int64_t amount, int64_t until)
{
    char currency[4] = { 0 };
    struct str f = { 0 };
    for (size_t i = 0; i < 3; i++)
        currency[i] = (char)(c->amount.currency[i] | 0x20);
    f = add(cx, f, "mode", S("payment"));
    f = add(cx, f, "success_url", vendor_return_url(cx, c, "session_id={CHECKOUT_SESSION_ID}"));
    f = add(cx, f, "cancel_url", vendor_return_url(cx, c, "failed=1"));
    f = add(cx, f, "client_reference_id", c->order);
    f = add(cx, f, "expires_at", arena_fmt(cx->arena, "%lld", (long long)until));
    f = add(cx, f, "metadata[order]", c->order);
    f = add(cx, f, "line_items[0][quantity]", S("1"));
    f = add(cx, f, "line_items[0][price_data][currency]", str_c(currency));
    f = add(cx, f, "line_items[0][price_data][unit_amount]", arena_fmt(cx->arena, "%lld", (long long)amount));
    f = add(cx, f, "line_items[0][price_data][product_data][name]", vendor_title(c, TITLE_MAX));
    f = add(cx, f, "payment_intent_data[capture_method]", S("manual"));
    return add(cx, f, "payment_intent_data[metadata][order]", c->order);
}

/* Where the buyer goes on: to Stripe's page, or back to ours with what it would have returned. False: this session is over. */
static bool onward(struct ctx *cx, const struct charge *c, const struct stripe_session *s, struct created *ret)
{
    *ret = (struct created){ .ref = s->id };
    if (str_eq(s->status, S("open")))
        return vendor_redirect(cx, s->url, ret);
    struct str more = arena_fmt(cx->arena, "session_id=%.*s", STR_ARG(form_value(cx->arena, s->id)));
    return str_eq(s->status, S("complete")) && vendor_redirect(cx, vendor_return_url(cx, c, more.p), ret);
}

static err create(struct ctx *cx, const struct charge *c, struct created *ret)
{
    struct stripe_session s;
    struct found known;
    int64_t amount, round = clock_now(app_clock(cx->app)) / 1000 / ROUND_S;
    if (!stripe_amount(&c->amount, &amount))
        return fail(cx, ERR_CONFLICT, "currency_not_offered", "This provider does not take %s; choose another one.",
                    "이 결제 대행사는 %s 결제를 지원하지 않습니다. 다른 결제 수단을 선택해 주세요.", c->amount.currency);
    if (c->ref.n) {
        look(cx, c, &known);
        if (known.session.id.n && onward(cx, c, &known.session, ret))
            return OK;
    }

    struct str form = create_form(cx, c, amount, round * ROUND_S + OPEN_S);
    struct answer a = { 0 };
    for (int i = 0; i < TRIES_MAX; i++) {
        a = ask(cx, c->merchant, S("/v1/checkout/sessions"), form, arena_fmt(cx->arena, "%.*s-%lld-%d", STR_ARG(c->order), (long long)round, i));
        if (!spoilt(&a))
            break;
    }
    bool ok = a.status == 200 && stripe_session_read(cx, a.body, &s) && str_eq(s.order, c->order) && onward(cx, c, &s, ret);
    return ok ? OK : vendor_unavailable(cx, &a);
}

static err check_key(struct ctx *cx, const struct charge *c, struct str payment_key)
{
    (void)c;
    bool ok = str_starts(payment_key, S("cs_")) && payment_key.n <= KEY_MAX;
    for (size_t i = 0; ok && i < payment_key.n; i++) {
        char l = payment_key.p[i];
        ok = (l >= 'a' && l <= 'z') || (l >= 'A' && l <= 'Z') || (l >= '0' && l <= '9') || l == '_';
    }
    return ok ? OK : fail_field(cx, S("payment_key"), "must be the session_id that Stripe's page has returned, cs_...",
                                "Stripe 결제 페이지가 돌려준 cs_로 시작하는 세션 ID여야 합니다");
}

/* ---- taking the money ---- */

static struct verdict query(struct ctx *cx, const struct charge *c)
{
    struct found f;
    return look(cx, c, &f);
}

static bool same_amount(const struct stripe_intent *i, const struct charge *c)
{
    return i->whole && i->asked.amount == c->amount.amount && strcmp(i->asked.currency, c->amount.currency) == 0;
}

static struct verdict capture(struct ctx *cx, const struct charge *c, const struct stripe_intent *i, int attempt, struct answer *ret)
{
    struct stripe_intent now;
    *ret = act(cx, c->merchant, "payment_intents", i->id, "capture", key_of(cx, c->order, "capture", attempt));
    if (ret->status == 200 && stripe_intent_read(cx, ret->body, &now))
        return stripe_intent_verdict(&now, c);
    if (stripe_error(cx, ret->status, ret->body) == STRIPE_DECLINED)
        return (struct verdict){ .kind = VERDICT_DECLINED };
    return vendor_unknown(ret);
}

static struct verdict confirm(struct ctx *cx, const struct charge *c)
{
    struct found f;
    struct verdict v = { .kind = VERDICT_UNKNOWN };
    for (int attempt = 0; attempt < TRIES_MAX; attempt++) {
        struct answer a;
        v = look(cx, c, &f);
        if (v.kind != VERDICT_ABSENT)
            return v;
        if (!str_eq(f.intent.status, S("requires_capture")))
            return (struct verdict){ .kind = VERDICT_DECLINED };
        if (!same_amount(&f.intent, c))
            return (struct verdict){ .kind = VERDICT_FOREIGN };
        v = capture(cx, c, &f.intent, attempt, &a);
        if (v.kind != VERDICT_UNKNOWN)
            return v;
        if (stripe_error(cx, a.status, a.body) == STRIPE_LOOK)
            return query(cx, c);
        if (!spoilt(&a))
            break;
    }
    return v;
}

/* ---- letting it go, giving it back ---- */

static struct verdict gone(const struct answer *a)
{
    return a->status == 200 ? (struct verdict){ .kind = VERDICT_APPROVED } : vendor_unknown(a);
}

static struct verdict cancel(struct ctx *cx, const struct charge *c)
{
    struct found f;
    struct answer a;
    struct verdict v = look(cx, c, &f);
    if (v.kind == VERDICT_DECLINED)
        return (struct verdict){ .kind = VERDICT_APPROVED };
    if (v.kind == VERDICT_APPROVED)
        return (struct verdict){ .kind = VERDICT_DECLINED };
    if (v.kind != VERDICT_ABSENT)
        return v.kind == VERDICT_FOREIGN ? v : (struct verdict){ .kind = VERDICT_UNKNOWN, .throttled = v.throttled };
    if (str_eq(f.session.status, S("open")))
        a = act(cx, c->merchant, "checkout/sessions", f.session.id, "expire", key_of(cx, c->order, "expire", 0));
    else if (f.intent.id.n)
        a = act(cx, c->merchant, "payment_intents", f.intent.id, "cancel", key_of(cx, c->order, "cancel", 0));
    else
        return (struct verdict){ .kind = VERDICT_APPROVED };             /* Stripe knows of nothing */
    return gone(&a);
}

/* The refund of this charge that carries our refund's id. *ret_found: there is one. UNKNOWN: it could not be seen. */
static struct verdict refund_look(struct ctx *cx, const struct charge *c, const struct give_back *r, struct str intent, bool *ret_found)
{
    struct str after = { 0 };
    bool more = true;
    *ret_found = false;
    while (more) {
        struct list l;
        struct str query = add(cx, add(cx, (struct str){ 0 }, "payment_intent", intent), "limit", S("100"));
        if (after.n)
            query = add(cx, query, "starting_after", after);
        struct answer a = ask(cx, c->merchant, arena_fmt(cx->arena, "/v1/refunds?%.*s", STR_ARG(query)), (struct str){ 0 }, (struct str){ 0 });
        if (a.status != 200 || !stripe_refunds_read(cx, a.body, &l, &more))
            return vendor_unknown(&a);
        const struct stripe_refund *at = l.at;
        for (size_t i = 0; i < l.n && !*ret_found; i++) {
            *ret_found = str_eq(at[i].refund, r->order);
            if (*ret_found)
                return stripe_refund_verdict(&at[i]);
        }
        more = more && l.n;
        after = l.n ? at[l.n - 1].id : after;
    }
    return (struct verdict){ .kind = VERDICT_ABSENT };
}

static struct verdict refund_ask(struct ctx *cx, const struct charge *c, const struct give_back *r, const struct stripe_intent *i, struct str key,
                                 struct answer *ret)
{
    struct stripe_refund made;
    struct money back = i->taken;            /* in whatever currency it took */
    int64_t amount;
    back.amount = r->amount;
    if (!stripe_amount(&back, &amount))
        return (struct verdict){ .kind = VERDICT_UNKNOWN };
    struct str form = add(cx, (struct str){ 0 }, "payment_intent", i->id);
    form = add(cx, form, "amount", arena_fmt(cx->arena, "%lld", (long long)amount));
    form = add(cx, form, "metadata[order]", c->order);
    form = add(cx, form, "metadata[refund]", r->order);
    *ret = ask(cx, c->merchant, S("/v1/refunds"), form, key);
    if (ret->status == 200 && stripe_refund_read(cx, ret->body, &made))
        return str_eq(made.refund, r->order) ? stripe_refund_verdict(&made) : (struct verdict){ .kind = VERDICT_FOREIGN };
    return vendor_unknown(ret);
}

static struct verdict refund(struct ctx *cx, const struct charge *c, const struct give_back *r)
{
    struct found f;
    bool found;
    struct verdict v = look(cx, c, &f);
    if (v.kind != VERDICT_APPROVED)
        return v.kind == VERDICT_FOREIGN ? v : (struct verdict){ .kind = VERDICT_UNKNOWN, .throttled = v.throttled };
    for (int attempt = 0; attempt < TRIES_MAX; attempt++) {
        struct answer a = { 0 };
        v = refund_look(cx, c, r, f.intent.id, &found);
        if (found || v.kind == VERDICT_UNKNOWN)
            return v;
        v = refund_ask(cx, c, r, &f.intent, key_of(cx, r->order, "refund", attempt), &a);
        if (v.kind != VERDICT_UNKNOWN)
            return v;
        if (stripe_error(cx, a.status, a.body) != STRIPE_UNCLEAR)        /* nothing was given back, and nothing will be */
            return (struct verdict){ .kind = VERDICT_DECLINED };
        if (!spoilt(&a))
            break;
    }
    return v;
}

/* ---- its books: first the intents that were captured, then the refunds; newest first, as Stripe lists them ---- */

static struct str books_path(struct ctx *cx, bool refunds, int64_t from, int64_t to, struct str after)
{
    struct str query = add(cx, (struct str){ 0 }, "created[gte]", arena_fmt(cx->arena, "%lld", (long long)(from / 1000)));
    query = add(cx, query, "created[lt]", arena_fmt(cx->arena, "%lld", (long long)((to + 999) / 1000)));
    query = add(cx, query, "limit", arena_fmt(cx->arena, "%d", BOOKS_MAX));
    if (after.n)
        query = add(cx, query, "starting_after", after);
    return arena_fmt(cx->arena, "/v1/%s?%.*s", refunds ? "refunds" : "payment_intents", STR_ARG(query));
}

static bool intent_line(struct ctx *cx, const struct stripe_intent *i, struct provider_line *ret)
{
    *ret = (struct provider_line){ .payment = vendor_order(cx, i->order), .ref = i->id, .amount = i->taken, .at = i->created };
    return str_eq(i->status, S("succeeded")) && i->whole;
}

static bool refund_line(struct ctx *cx, const struct stripe_refund *r, struct provider_line *ret)
{
    *ret = (struct provider_line){ .refund = true, .payment = vendor_order(cx, r->order), .ref = r->id, .amount = r->amount, .at = r->created };
    return str_eq(r->status, S("succeeded")) && r->whole;
}

static err books(struct ctx *cx, const struct merchant *m, int64_t from, int64_t to, struct str cursor, struct provider_page *ret)
{
    struct str after = cursor, phase = str_cut(&after, ':');
    bool refunds = str_eq(phase, S("refunds")), more;
    struct list l;
    struct answer a = ask(cx, m, books_path(cx, refunds, from, to, after), (struct str){ 0 }, (struct str){ 0 });
    bool ok = a.status == 200 && (refunds ? stripe_refunds_read(cx, a.body, &l, &more) : stripe_intents_read(cx, a.body, &l, &more));
    if (!ok)
        return vendor_unavailable(cx, &a);

    const struct stripe_intent *intents = l.at;
    const struct stripe_refund *backs = l.at;
    struct provider_line *lines = NEW_ARRAY(cx->arena, struct provider_line, l.n);
    *ret = (struct provider_page){ .lines.at = lines };
    for (size_t i = 0; i < l.n; i++)
        ret->lines.n += refunds ? refund_line(cx, &backs[i], &lines[ret->lines.n]) : intent_line(cx, &intents[i], &lines[ret->lines.n]);
    if (more && l.n)
        ret->next = arena_fmt(cx->arena, "%s:%.*s", refunds ? "refunds" : "intents", STR_ARG(refunds ? backs[l.n - 1].id : intents[l.n - 1].id));
    else if (!refunds)
        ret->next = S("refunds:");
    return OK;
}

const struct provider stripe_provider = {
    .name = "stripe",
    .signature_header = "Stripe-Signature",
    .create = create,
    .check_key = check_key,
    .confirm = confirm,
    .query = query,
    .cancel = cancel,
    .refund = refund,
    .webhook_claims = stripe_webhook_claims,
    .verify_webhook = stripe_webhook_verify,
    .books = books,
};
