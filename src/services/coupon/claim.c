/* First come, first served: exactly as many pieces as there are, one a customer for ever. Commands run one after another, so counting in memory is
 * enough; what is counted is undone with the command. */
#include "coupon_int.h"

#include "platform/obs/metrics.h"

struct given {
    struct coupon *coupon;
    int64_t user, code;
};

static void undo_give(void *self, const void *arg)
{
    const struct given *g = arg;
    (void)self;
    map_remove(&g->coupon->holders, (uint64_t)g->user);
    g->coupon->issued--;
    g->coupon->open_codes += g->code ? 1 : 0;
}

static err in_time(struct ctx *cx, const struct coupon *c)
{
    if (cx->now < c->starts_at)
        return fail(cx, ERR_CONFLICT, "not_started", "The coupon cannot be had yet.", "아직 받을 수 없는 쿠폰입니다.");
    if (cx->now >= c->expires_at)
        return fail(cx, ERR_CONFLICT, "expired", "The coupon has expired.", "기간이 끝난 쿠폰입니다.");
    return OK;
}

static err may_have(struct ctx *cx, const struct coupon *c, int64_t code)
{
    uint64_t mark;
    if (map_get(&c->holders, (uint64_t)cx->actor.user, &mark))
        return fail(cx, ERR_CONFLICT, "already_claimed", "You have had this coupon already.", "이미 받은 쿠폰입니다.");
    if (!code && coupon_left(c) <= 0)
        return fail(cx, ERR_CONFLICT, "sold_out", "All pieces of this coupon are taken.", "쿠폰이 모두 소진되었습니다.");
    return OK;
}

err coupon_issue(struct ctx *cx, struct coupons *s, struct coupon *c, int64_t code, struct claim_out *ret)
{
    err e = in_time(cx, c);
    if (!e && !c->loaded)
        e = store_holders(cx, c);
    if (!e)
        e = may_have(cx, c, code);
    if (e)
        return e;

    struct given g = { c, cx->actor.user, code };
    struct piece piece = { .id = sequence_next(&s->pieces), .coupon = c->id, .user = g.user };
    map_put(&c->holders, (uint64_t)g.user, 1);
    c->issued++;
    c->open_codes -= code ? 1 : 0;
    tx_undo(cx, undo_give, s, &g, sizeof(g));

    e = store_coupon_issue(cx, c->id, 1, code ? -1 : 0);
    if (e)
        return e;
    store_piece_insert(cx, &piece, code);
    metric_add(&coupon_claims_issued, 1);
    *ret = (struct claim_out){ .id = piece.id, .coupon = c->id, .starts_at = c->starts_at, .expires_at = c->expires_at, .status = PIECE_USABLE };
    return OK;
}

err coupon_claim(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct coupons *s = self;
    const struct coupon_in *in = in_;
    struct coupon *c = map_ptr(&s->all, (uint64_t)in->coupon);
    err e = c && c->listed && !c->deleted ? coupon_issue(cx, s, c, 0, ret_out) : coupon_missing(cx);
    if (e)
        metric_add(&coupon_claims_refused, 1);
    return e;
}

/* ---- the end ---- */

#define TIDY_MAX 500          /* pieces at a time, so that nobody waits for it */

static err tidy(struct ctx *cx, struct coupons *s, struct coupon *c)
{
    size_t n;
    coupon_keep(cx, s, c);
    err e = store_left_over(cx, c->id, TIDY_MAX, &c->tidied_to, &n);
    if (e || n == TIDY_MAX)
        return e;

    c->tidied = true;
    coupon_forget_holders(c);
    coupon_due_look(s);
    return store_coupon_tidied(cx, c->id);
}

/* One coupon at a time. Nobody depends on it: whether a piece is over is asked of the clock (piece.c). */
err coupon_tidy(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct coupons *s = self;
    uint64_t id, bits;
    (void)in;
    (void)ret_out;
    for (size_t at = 0; map_each(&s->all, &at, &id, &bits);) {
        struct coupon *c = (struct coupon *)(uintptr_t)bits;
        if (!c->tidied && c->expires_at <= cx->now)
            return tidy(cx, s, c);
    }
    coupon_due_look(s);
    return OK;
}
