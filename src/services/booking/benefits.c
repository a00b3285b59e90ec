/* Checkout with a coupon or mileage, a story: the booking is made, pending and not priced; what the benefits are worth is reserved, keyed by it;
 * then what is due is set. A refusal gives back what was reserved and leaves the hold as it was.
 *
 * Stopped anywhere, nothing stays reserved for ever: the same request again takes the story up, and the end of the hold ends the booking, whose
 * event frees what was reserved. While a story is under way the hold does not end, so that nothing is reserved for a booking that is over. */
#include "services/booking/booking_int.h"

#include "services/coupon/coupon.h"
#include "services/mileage/mileage.h"

/* ---- holds whose booking is being priced (any thread) ---- */

void pricing_open(struct pricing *p)
{
    *p = (struct pricing){ 0 };
    pthread_mutex_init(&p->lock, NULL);
}

void pricing_close(struct pricing *p)
{
    map_free(&p->holds);
    pthread_mutex_destroy(&p->lock);
}

static bool pricing_take(struct pricing *p, int64_t hold)
{
    uint64_t since;
    pthread_mutex_lock(&p->lock);
    bool taken = map_get(&p->holds, (uint64_t)hold, &since);
    if (!taken)
        map_put(&p->holds, (uint64_t)hold, 1);
    pthread_mutex_unlock(&p->lock);
    return !taken;
}

static void pricing_give_back(struct pricing *p, int64_t hold)
{
    pthread_mutex_lock(&p->lock);
    map_remove(&p->holds, (uint64_t)hold);
    pthread_mutex_unlock(&p->lock);
}

bool pricing_under_way(struct pricing *p, int64_t hold)
{
    uint64_t since;
    pthread_mutex_lock(&p->lock);
    bool taken = map_get(&p->holds, (uint64_t)hold, &since);
    pthread_mutex_unlock(&p->lock);
    return taken;
}

/* ---- the commands ---- */

struct order {
    struct booking_row row;
    int64_t performance;
    struct str currency;
};

static void undo_take(void *pricing, const void *hold)
{
    pricing_give_back(pricing, *(const int64_t *)hold);
}

static err order_begin(struct ctx *cx, void *self, const void *in, void *out)
{
    struct booking *b = self;
    struct order *o = out;
    err e = booking_begin(cx, b, in, &o->row);
    if (e || !o->row.pricing)
        return e;
    const struct hold *h = map_ptr(&b->live, (uint64_t)o->row.hold);
    ASSERT(h);                               /* a booking that is pending has a live hold */
    if (h->expires_at <= cx->now)
        return hold_over(cx);
    if (!pricing_take(&b->pricing, h->id))
        return order_in_progress(cx);
    tx_undo(cx, undo_take, &b->pricing, &h->id, sizeof(h->id));
    o->performance = h->sale->performance;
    o->currency = str_c(h->sale->currency);
    return OK;
}

struct price_in {
    int64_t booking, discount, mileage;
};

struct pricing_undo {
    struct hold *hold;
    int64_t booking;
};

static void undo_pricing(void *self, const void *arg)
{
    const struct pricing_undo *u = arg;
    (void)self;
    u->hold->booking = u->booking;
    u->hold->pricing = true;
}

/* The live hold of a booking whose story is under way, which is what keeps it. */
static err hold_of(struct ctx *cx, struct booking *b, int64_t booking, struct booking_row *ret_row, struct hold **ret)
{
    err e = booking_owned(cx, booking, 0, ret_row);
    if (e)
        return e;
    *ret = map_ptr(&b->live, (uint64_t)ret_row->hold);
    ASSERT(ret_row->pricing && ret_row->status == BOOKING_PENDING && *ret);
    tx_undo(cx, undo_pricing, b, &(struct pricing_undo){ *ret, booking }, sizeof(struct pricing_undo));
    return OK;
}

static err order_price(struct ctx *cx, void *self, const void *in_, void *out)
{
    struct booking *b = self;
    const struct price_in *in = in_;
    struct booking_row *row = out;
    struct hold *h;
    err e = hold_of(cx, b, in->booking, row, &h);
    if (e)
        return e;
    row->discount = in->discount;
    row->mileage = in->mileage;
    row->due = row->total - in->discount - in->mileage;
    ASSERT(row->due >= 0);
    row->pricing = h->pricing = false;
    e = store_booking_price(cx, row);
    return e || row->due ? e : booking_confirm_free(cx, b, h, row);
}

/* The hold is as it was before; another checkout of it makes another booking. */
static err order_withdraw(struct ctx *cx, void *self, const void *in_, void *out)
{
    struct booking *b = self;
    const struct price_in *in = in_;
    struct booking_row row;
    struct hold *h;
    (void)out;
    err e = hold_of(cx, b, in->booking, &row, &h);
    if (!e)
        e = store_booking_withdraw(cx, row.id);
    if (!e)
        e = store_hold_status(cx, h->id, HOLD_ACTIVE);
    if (e)
        return e;
    h->booking = 0;
    h->pricing = false;
    return OK;
}

const struct call order_begin_call = { .name = "booking.order_begin", .kind = CALL_COMMAND, .fn = order_begin };
const struct call order_price_call = { .name = "booking.order_price", .kind = CALL_COMMAND, .fn = order_price };
const struct call order_withdraw_call = { .name = "booking.order_withdraw", .kind = CALL_COMMAND, .fn = order_withdraw };

/* ---- the story ---- */

static err between(struct ctx *cx, const struct booking *b)
{
    return b->between ? b->between(cx) : OK;
}

/* The coupon first, then mileage for what is left. */
static err reserve(struct ctx *cx, struct booking *b, const struct order *o, struct price_in *ret)
{
    const struct booking_row *row = &o->row;
    *ret = (struct price_in){ .booking = row->id };
    if (row->coupon) {
        const struct coupon_reserve_in in = { row->coupon, row->user, row->id, o->performance, row->total, o->currency };
        struct coupon_reserve_out worth;
        err e = call_run(cx, &coupon_reserve_call, &in, &worth);
        if (!e)
            e = between(cx, b);
        if (e)
            return e;
        ret->discount = at_most(worth.discount, row->total);
    }
    ret->mileage = at_most(row->mileage, row->total - ret->discount);
    if (!ret->mileage)
        return OK;
    err e = call_run(cx, &mileage_reserve_call, &(struct mileage_reserve_in){ row->user, row->id, ret->mileage }, NULL);
    return e ? e : between(cx, b);
}

/* Refused: what was reserved goes back first. What cannot be done now is done by the end of the booking. */
static err give_up(struct ctx *cx, struct booking *b, const struct order *o, err refused)
{
    const struct problem why = cx->problem;
    err e = OK;
    fail_clear(cx);
    if (o->row.coupon)
        e = call_run(cx, &coupon_release_call, &(struct benefit_ref){ o->row.id }, NULL);
    if (!e)
        e = between(cx, b);
    if (!e && o->row.mileage)
        e = call_run(cx, &mileage_release_call, &(struct mileage_release_in){ o->row.id }, NULL);
    if (!e)
        e = between(cx, b);
    if (!e)
        e = call_run(cx, &order_withdraw_call, &(struct price_in){ .booking = o->row.id }, NULL);
    if (e)
        LOG(LOG_WARN, "a refused booking waits for the end of its hold", lf_i("booking", o->row.id), lf_s("why", cx->problem.detail));
    cx->problem = why;
    return refused;
}

static err price(struct ctx *cx, struct booking *b, struct order *o)
{
    struct price_in priced;
    err e = between(cx, b);
    if (!e)
        e = reserve(cx, b, o, &priced);
    if (!e)
        return call_run(cx, &order_price_call, &priced, &o->row);
    return err_kind(e)->may_retry ? e : give_up(cx, b, o, e);
}

err booking_checkout(struct ctx *cx, void *self, const void *in, void *out)
{
    struct booking *b = self;
    struct order o;
    err e = call_run(cx, &order_begin_call, in, &o);
    if (e)
        return e;
    if (o.row.pricing) {
        int64_t hold = o.row.hold;
        e = price(cx, b, &o);
        pricing_give_back(&b->pricing, hold);
    }
    return e ? e : booking_show(cx, b, &o.row, out);
}
