/* What a coupon is worth to a booking. All in integers: a percentage of a total is rounded down to a whole minor unit. */
#include "coupon_int.h"

int64_t terms_discount(const struct terms *t, int64_t total)
{
    ASSERT(total >= 0 && total <= MONEY_MAX);
    int64_t off = t->percent ? total * t->percent / 100 : t->amount_off;
    if (t->max_off && off > t->max_off)
        off = t->max_off;
    return off < total ? off : total;
}

struct money terms_money(const struct terms *t, int64_t amount)
{
    struct money m = { .amount = amount };
    if (amount)
        memcpy(m.currency, t->currency, sizeof(m.currency));
    return m;
}

static err not_applicable(struct ctx *cx)
{
    return fail(cx, ERR_CONFLICT, "coupon_not_applicable", "The coupon is not for this booking.", "이 예매에는 사용할 수 없는 쿠폰입니다.");
}

err terms_apply(struct ctx *cx, const struct terms *t, const struct coupon_reserve_in *in, int64_t *ret_discount)
{
    if (cx->now >= t->expires_at)
        return fail(cx, ERR_CONFLICT, "coupon_expired", "The coupon has expired.", "사용 기간이 끝난 쿠폰입니다.");
    if (cx->now < t->starts_at || (t->performance && t->performance != in->performance))
        return not_applicable(cx);
    if (t->currency[0] && !str_eq(str_c(t->currency), in->currency))
        return not_applicable(cx);
    if (in->total < t->min_total)
        return fail(cx, ERR_CONFLICT, "coupon_min_total", "The coupon needs a total of at least %lld.", "총액이 %lld 이상이어야 사용할 수 있는 쿠폰입니다.",
                    (long long)t->min_total);
    *ret_discount = terms_discount(t, in->total);
    return OK;
}
