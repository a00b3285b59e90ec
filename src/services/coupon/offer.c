/* Coupons as staff make them and as customers see them. */
#include "coupon_int.h"
#include "services/performance/performance.h"

#define PAGE 20

/* ---- what is shown ---- */

static void show(struct ctx *cx, const struct offer *o, struct offer_view *ret)
{
    const struct terms *t = &o->terms;
    *ret = (struct offer_view){
        .id = o->id, .name = o->name, .code = o->code, .percent = t->percent, .amount_off = terms_money(t, t->amount_off),
        .max_off = terms_money(t, t->max_off), .min_total = terms_money(t, t->min_total), .performance = t->performance, .quantity = o->quantity,
        .left = o->quantity - o->issued - o->open_codes, .issued = o->issued, .open_codes = o->open_codes, .starts_at = t->starts_at,
        .expires_at = t->expires_at, .created_at = o->created_at, .listed = o->listed, .managed = coupon_manages(cx, o->made_by),
    };
}

err coupon_show(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct coupon_in *in = in_;
    struct offer o;
    bool found;
    (void)self;
    err e = store_coupon(cx, in->coupon, &o, &found);
    if (e)
        return e;
    if (!found || (!o.listed && !coupon_manages(cx, o.made_by)))
        return coupon_missing(cx);
    show(cx, &o, ret_out);
    return OK;
}

err coupon_list(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct page_in *in = in_;
    struct page_out *ret = ret_out;
    size_t limit = in->limit ? (size_t)in->limit : PAGE, n;
    struct offer *found = NEW_ARRAY(cx->arena, struct offer, limit + 1);
    bool all = actor_has(cx, ROLE_MANAGER | ROLE_ADMIN);
    (void)self;

    err e = store_coupons(cx, in->cursor ? in->cursor : INT64_MAX, all, limit + 1, found, &n);
    if (e)
        return e;

    bool more = n > limit;
    n = more ? limit : n;
    struct offer_view *items = NEW_ARRAY(cx->arena, struct offer_view, n);
    for (size_t i = 0; i < n; i++)
        show(cx, &found[i], &items[i]);
    *ret = (struct page_out){ { items, n }, more ? found[n - 1].id : 0 };
    return OK;
}

/* ---- POST /coupons ---- */

static err check_dates(struct ctx *cx, int64_t starts_at, int64_t expires_at)
{
    if (expires_at <= starts_at)
        return fail_field(cx, S("expires_at"), "must be later than starts_at", "starts_at보다 늦어야 합니다");
    if (expires_at <= cx->now)
        return fail_field(cx, S("expires_at"), "must be in the future", "현재보다 늦어야 합니다");
    return OK;
}

static err check_discount(struct ctx *cx, const struct offer_in *in)
{
    bool amount = in->amount_off.currency[0] != 0;
    if (in->percent && amount)
        return fail_field(cx, S("discount_amount"), "must not stand beside discount_percent", "discount_percent와 함께 쓸 수 없습니다");
    if (!in->percent && !amount)
        return fail_field(cx, S("discount_percent"), "is required, or discount_amount instead", "필수 항목입니다. 대신 discount_amount를 쓸 수 있습니다");
    if (amount && in->max_off.currency[0])
        return fail_field(cx, S("max_discount"), "is for discount_percent only", "discount_percent에만 쓸 수 있습니다");
    return OK;
}

/* All amounts are in one currency. */
static err check_currency(struct ctx *cx, const struct offer_in *in, char ret[4])
{
    const struct money *all[] = { &in->amount_off, &in->max_off, &in->min_total };
    const char *names[] = { "discount_amount", "max_discount", "min_total" };
    ret[0] = 0;
    for (size_t i = 0; i < 3; i++) {
        if (!all[i]->currency[0])
            continue;
        if (ret[0] && memcmp(ret, all[i]->currency, 4) != 0)
            return fail_field(cx, str_c(names[i]), "must be in the same currency as the other amounts", "다른 금액과 같은 통화여야 합니다");
        memcpy(ret, all[i]->currency, 4);
    }
    return OK;
}

/* Codes are compared without case, spaces around them set aside. */
struct str coupon_code_key(struct ctx *cx, struct str code)
{
    code = str_trim(code);
    char *p = arena_take(cx->arena, code.n);
    for (size_t i = 0; i < code.n; i++)
        p[i] = code.p[i] >= 'a' && code.p[i] <= 'z' ? (char)(code.p[i] - 'a' + 'A') : code.p[i];
    return str_of(p, code.n);
}

static err check_code(struct ctx *cx, struct str key)
{
    int64_t other;
    bool taken = false;
    err e = key.n ? store_coupon_by_code(cx, key, &other, &taken) : OK;
    if (e)
        return e;
    return taken ? fail(cx, ERR_CONFLICT, "code_taken", "Another coupon has this code.", "다른 쿠폰이 쓰고 있는 코드입니다.") : OK;
}

err coupon_put(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct coupons *s = self;
    const struct offer_in *in = in_;
    struct offer o = {
        .name = str_trim(in->name), .code = str_trim(in->code), .quantity = in->quantity, .listed = in->has_listed ? in->listed : true,
        .made_by = cx->actor.user, .created_at = cx->now,
        .terms = { .percent = in->percent, .amount_off = in->amount_off.amount, .max_off = in->max_off.amount, .min_total = in->min_total.amount,
                   .performance = in->performance, .starts_at = in->starts_at ? in->starts_at : cx->now, .expires_at = in->expires_at },
    };
    struct str key = coupon_code_key(cx, in->code);

    err e = check_discount(cx, in);
    if (!e)
        e = check_currency(cx, in, o.terms.currency);
    if (!e)
        e = check_dates(cx, o.terms.starts_at, o.terms.expires_at);
    if (!e)
        e = check_code(cx, key);
    if (e)
        return e;

    o.id = sequence_next(&s->offers);
    store_coupon_insert(cx, &o, key);
    coupon_add(cx, s, &(struct coupon){ .id = o.id, .made_by = o.made_by, .quantity = o.quantity, .starts_at = o.terms.starts_at,
                                        .expires_at = o.terms.expires_at, .listed = o.listed, .loaded = true });
    show(cx, &o, ret_out);
    return OK;
}

/* Producers give away what is for their own performances. */
err coupon_create(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct offer_in *in = in_;
    struct performance_facts facts;
    bool in_charge = actor_has(cx, ROLE_MANAGER | ROLE_ADMIN);
    (void)self;
    if (!in_charge && !in->performance)
        return fail(cx, ERR_DENIED, NULL, "A producer's coupon is for one performance: give performance_id.",
                    "기획자의 쿠폰은 한 공연에만 쓸 수 있습니다. performance_id를 지정해 주세요.");
    err e = in->performance ? call_run(cx, &performance_facts_call, &(struct performance_ref){ in->performance }, &facts) : OK;
    if (!e && !in_charge && facts.owner != cx->actor.user)
        e = fail(cx, ERR_MISSING, NULL, "There is no such performance.", "그런 공연이 없습니다.");
    return e ? e : call_run(cx, &coupon_put_call, in, ret_out);
}

/* ---- PATCH, DELETE /coupons/{coupon_id} ---- */

static err check_change(struct ctx *cx, const struct coupon *c, const struct offer *o)
{
    if (cx->now >= c->expires_at)
        return fail(cx, ERR_CONFLICT, "coupon_over", "The coupon has ended and cannot be changed.", "기간이 끝난 쿠폰은 바꿀 수 없습니다.");
    if (o->quantity < c->issued + c->open_codes)
        return fail(cx, ERR_CONFLICT, "quantity_too_low", "%lld pieces are given out or promised by codes.", "이미 %lld장이 지급되었거나 코드로 약속되었습니다.",
                    (long long)(c->issued + c->open_codes));
    return check_dates(cx, o->terms.starts_at, o->terms.expires_at);
}

err coupon_change(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct coupons *s = self;
    const struct offer_change_in *in = in_;
    struct coupon *c;
    struct offer o;
    bool found;
    err e = coupon_managed(cx, s, in->coupon, &c);
    if (!e)
        e = store_coupon(cx, in->coupon, &o, &found);
    if (e)
        return e;
    ASSERT(found);

    o.name = in->name.n ? str_trim(in->name) : o.name;
    o.quantity = in->quantity ? in->quantity : o.quantity;
    o.terms.starts_at = in->starts_at ? in->starts_at : o.terms.starts_at;
    o.terms.expires_at = in->expires_at ? in->expires_at : o.terms.expires_at;
    o.listed = in->has_listed ? in->listed : o.listed;
    e = check_change(cx, c, &o);
    if (!e)
        e = store_coupon_change(cx, &o);
    if (e)
        return e;

    coupon_keep(cx, s, c);
    c->quantity = o.quantity;
    c->starts_at = o.terms.starts_at;
    c->expires_at = o.terms.expires_at;
    c->listed = o.listed;
    coupon_due_look(s);
    show(cx, &o, ret_out);
    return OK;
}

/* Nobody gets it any more; what customers have stays theirs. */
err coupon_delete(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct coupons *s = self;
    const struct coupon_in *in = in_;
    struct coupon *c;
    (void)ret_out;
    err e = coupon_managed(cx, s, in->coupon, &c);
    if (!e)
        e = store_coupon_delete(cx, c->id);
    if (e)
        return e;
    coupon_keep(cx, s, c);
    c->deleted = true;
    return OK;
}
