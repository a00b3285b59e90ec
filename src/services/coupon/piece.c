/* A customer's piece and the bookings that want it. A piece is usable, reserved by one booking, used by one, or over; coupon_use keeps what each
 * booking had to do with it. Whether it is over is asked of the clock, also while the table still says usable.
 *
 * Events may come again and, between topics, out of order: what a booking's row says decides, and a cancellation may overtake its confirmation. */
#include "coupon_int.h"
#include "services/booking/booking.h"

#define PAGE 50

/* ---- GET /coupons/mine ---- */

static void show(const struct ctx *cx, const struct piece *p, struct piece_view *ret)
{
    const struct terms *t = &p->terms;
    *ret = (struct piece_view){
        .id = p->id, .coupon = p->coupon, .name = p->name, .percent = t->percent, .amount_off = terms_money(t, t->amount_off),
        .max_off = terms_money(t, t->max_off), .min_total = terms_money(t, t->min_total), .performance = t->performance, .booking = p->booking,
        .starts_at = t->starts_at, .expires_at = t->expires_at, .claimed_at = p->claimed_at,
        .status = p->state == PIECE_USABLE && cx->now >= t->expires_at ? PIECE_EXPIRED : p->state,
    };
}

err piece_mine(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct page_in *in = in_;
    struct page_out *ret = ret_out;
    size_t limit = in->limit ? (size_t)in->limit : PAGE, n;
    struct piece *found = NEW_ARRAY(cx->arena, struct piece, limit + 1);
    (void)self;

    err e = store_pieces(cx, cx->actor.user, in->cursor ? in->cursor : INT64_MAX, limit + 1, found, &n);
    if (e)
        return e;

    bool more = n > limit;
    n = more ? limit : n;
    struct piece_view *items = NEW_ARRAY(cx->arena, struct piece_view, n);
    for (size_t i = 0; i < n; i++)
        show(cx, &found[i], &items[i]);
    *ret = (struct page_out){ { items, n }, more ? found[n - 1].id : 0 };
    return OK;
}

/* ---- reserve ---- */

static err set_free(struct ctx *cx, const struct use *u, enum use_state how)
{
    struct piece p;
    bool found;
    err e = store_piece_terms(cx, u->piece, &p, &found);
    if (e)
        return e;
    ASSERT(found);
    e = store_piece_state(cx, p.id, cx->now >= p.terms.expires_at ? PIECE_EXPIRED : PIECE_USABLE, 0);
    return e ? e : store_use_state(cx, u->booking, how);
}

static err coupon_used(struct ctx *cx)
{
    return fail(cx, ERR_CONFLICT, "coupon_used", "The coupon is used, or reserved for another booking.", "이미 사용했거나 다른 예매에 쓰이고 있는 쿠폰입니다.");
}

static err check_piece(struct ctx *cx, const struct coupon_reserve_in *in, struct piece *ret)
{
    bool found;
    err e = store_piece_terms(cx, in->user_coupon, ret, &found);
    if (e)
        return e;
    if (!found || ret->user != in->user)
        return fail(cx, ERR_MISSING, NULL, "You have no such coupon.", "보유한 쿠폰이 아닙니다.");
    if (ret->state == PIECE_USED || (ret->state == PIECE_RESERVED && ret->booking != in->booking))
        return coupon_used(cx);
    return OK;
}

err piece_reserve(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct coupon_reserve_in *in = in_;
    struct coupon_reserve_out *ret = ret_out;
    struct piece p;
    struct use before, use = { .booking = in->booking, .piece = in->user_coupon, .total = in->total };
    bool again;
    (void)self;
    err e = check_piece(cx, in, &p);
    if (!e)
        e = store_use(cx, in->booking, &before, &again);
    if (e)
        return e;
    bool live = again && before.state == USE_RESERVED;
    if (again && (before.state == USE_USED || before.state == USE_RETURNED))
        return coupon_used(cx);
    if (live && before.piece == use.piece && before.total == use.total) {
        ret->discount = before.discount;
        return OK;
    }

    e = terms_apply(cx, &p.terms, in, &use.discount);
    if (!e && live)
        e = set_free(cx, &before, USE_RELEASED);
    if (!e)
        e = store_piece_state(cx, p.id, PIECE_RESERVED, in->booking);
    if (!e)
        e = store_use_put(cx, &use, again);
    ret->discount = use.discount;
    return e;
}

/* ---- what became of the booking ---- */

/* The booking's use, if it has one that is in one of these states. */
static err use_in(struct ctx *cx, int64_t booking, unsigned states, struct use *ret, bool *ret_found)
{
    err e = store_use(cx, booking, ret, ret_found);
    if (!e && *ret_found)
        *ret_found = (states >> ret->state & 1) != 0;
    return e;
}

#define IN(state) (1u << USE_##state)

err piece_release(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct benefit_ref *in = in_;
    struct use u;
    bool found;
    (void)self;
    (void)ret_out;
    err e = use_in(cx, in->booking, IN(RESERVED), &u, &found);
    return e || !found ? e : set_free(cx, &u, USE_RELEASED);
}

err piece_ended(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct booking_ended *in = in_;
    return piece_release(cx, self, &(struct benefit_ref){ in->booking }, ret_out);
}

err piece_confirmed(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct booking_confirmed *in = in_;
    struct use u;
    bool found;
    (void)self;
    (void)ret_out;
    err e = use_in(cx, in->booking, IN(RESERVED), &u, &found);
    if (e || !found)
        return e;
    e = store_piece_state(cx, u.piece, PIECE_USED, u.booking);
    return e ? e : store_use_state(cx, u.booking, USE_USED);
}

err piece_cancelled(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct booking_cancelled *in = in_;
    struct use u;
    bool found;
    (void)self;
    (void)ret_out;
    if (!in->coupon_back)
        return OK;
    err e = use_in(cx, in->booking, IN(RESERVED) | IN(USED), &u, &found);
    return e || !found ? e : set_free(cx, &u, USE_RETURNED);
}
