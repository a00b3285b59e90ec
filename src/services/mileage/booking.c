/* What a booking does to mileage: reserved at the checkout, spent when it is confirmed, back when it ends; earned on what was paid in money, and taken
 * back as far as what was paid no longer stands for seats.
 *
 * Events may come again and, between topics, out of order: the rows of the booking say what has been done. */
#include "mileage_int.h"
#include "services/booking/booking.h"

/* ---- reserved and released ---- */

static err release(struct ctx *cx, struct mileage *m, struct reservation *r)
{
    struct account *a;
    struct list parts;
    struct entry entry = { .kind = ENTRY_RELEASED, .source = r->id, .booking = r->booking };
    err e = account_of(cx, m, r->user, &a);
    if (!e)
        e = store_parts(cx, r->id, &parts);
    if (!e)
        e = account_credit(cx, m, a, &entry, RESERVED, parts);
    if (e)
        return e;
    r->state = MILEAGE_RELEASED;
    return store_reservation_update(cx, r);
}

static err reserve(struct ctx *cx, struct mileage *m, const struct mileage_reserve_in *in)
{
    struct account *a;
    struct list parts;
    struct reservation r = { .id = sequence_next(&m->reservations), .booking = in->booking, .user = in->user, .amount = in->amount };
    struct entry entry = { .kind = ENTRY_RESERVED, .source = r.id, .booking = r.booking };
    err e = account_of(cx, m, in->user, &a);
    if (!e)
        e = account_debit(cx, m, a, &entry, RESERVED, in->amount, &parts);
    if (e)
        return e;
    store_reservation_insert(cx, &r);
    for (size_t i = 0; i < parts.n; i++)
        store_part_insert(cx, r.id, (const struct part *)parts.at + i);
    return OK;
}

err mileage_reserve(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct mileage_reserve_in *in = in_;
    struct reservation r;
    bool found;
    (void)ret_out;
    if (in->amount < 1 || in->amount > MONEY_MAX)
        return fail_field(cx, S("mileage"), "must be at least 1", "1 이상이어야 합니다");
    err e = store_reservation(cx, in->booking, &r, &found);
    if (e)
        return e;
    if (found && r.state == MILEAGE_SPENT)
        return fail(cx, ERR_CONFLICT, "mileage_spent", "Mileage has been spent on this booking.", "이 예매에는 이미 마일리지를 사용했습니다.");
    if (found && r.amount == in->amount && r.user == in->user)
        return OK;
    e = found ? release(cx, self, &r) : OK;
    return e ? e : reserve(cx, self, in);
}

err mileage_release(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct mileage_release_in *in = in_;
    struct reservation r;
    bool found;
    (void)ret_out;
    err e = store_reservation(cx, in->booking, &r, &found);
    return e || !found || r.state != MILEAGE_RESERVED ? e : release(cx, self, &r);
}

err mileage_ended(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct booking_ended *in = in_;
    return mileage_release(cx, self, &(struct mileage_release_in){ in->booking }, ret_out);
}

/* ---- spent and returned ---- */

static err spend(struct ctx *cx, struct mileage *m, struct reservation *r)
{
    struct account *a;
    struct entry entry = { .kind = ENTRY_SPENT, .source = r->id, .booking = r->booking };
    int64_t lines[LEDGER_ACCOUNTS] = { [RESERVED] = -r->amount, [REDEEMED] = r->amount };
    err e = account_of(cx, m, r->user, &a);
    if (!e)
        e = account_post(cx, m, a, &entry, lines);
    if (e)
        return e;
    r->state = MILEAGE_SPENT;
    return store_reservation_update(cx, r);
}

/* Up to `amount` of a reservation's parts, what would expire last first; noted as returned. */
static err parts_return(struct ctx *cx, const struct reservation *r, int64_t amount, struct list *ret)
{
    struct list parts;
    err e = store_parts(cx, r->id, &parts);
    size_t n = 0;
    struct part *back = NEW_ARRAY(cx->arena, struct part, parts.n);
    for (size_t i = 0; !e && amount && i < parts.n; i++) {
        const struct part *p = (const struct part *)parts.at + i;
        int64_t left = p->amount - p->returned, taken = left < amount ? left : amount;
        if (!taken)
            continue;
        back[n] = (struct part){ .expires_at = p->expires_at, .amount = taken };
        e = store_part_returned(cx, r->id, &back[n++]);
        amount -= taken;
    }
    *ret = (struct list){ back, n };
    return e;
}

static err give_back(struct ctx *cx, struct mileage *m, const struct booking_cancelled *in)
{
    struct reservation r;
    struct account *a;
    struct list parts;
    struct entry entry = { .kind = ENTRY_RETURNED, .source = in->cancellation, .booking = in->booking };
    bool found;
    err e = store_reservation(cx, in->booking, &r, &found);
    if (!e && found && r.state == MILEAGE_RESERVED)          /* the cancellation has overtaken the confirmation */
        e = spend(cx, m, &r);
    if (e || !found)
        return e;
    int64_t left = r.amount - r.returned, back = in->mileage_back < left ? in->mileage_back : left;
    if (!back)
        return OK;

    r.returned += back;
    e = account_of(cx, m, r.user, &a);
    if (!e)
        e = parts_return(cx, &r, back, &parts);
    if (!e)
        e = account_credit(cx, m, a, &entry, REDEEMED, parts);
    return e ? e : store_reservation_update(cx, &r);
}

/* ---- earned and taken back ---- */

/* Rounded down to a whole unit. */
static int64_t earns(const struct mileage *m, int64_t paid)
{
    return paid > 0 ? paid * m->earn_rate / 10000 : 0;
}

/* What a booking may have earned by now. */
static err earned_by_now(struct ctx *cx, const struct mileage *m, int64_t booking, int64_t paid, int64_t *ret)
{
    int64_t gone;
    bool whole;
    err e = store_gone(cx, booking, &gone, &whole);
    if (!e)
        *ret = whole ? 0 : earns(m, paid - gone);
    return e;
}

static err earn(struct ctx *cx, struct mileage *m, const struct booking_confirmed *in)
{
    struct account *a;
    struct entry entry = { .kind = ENTRY_EARNED, .source = in->booking, .booking = in->booking };
    struct purchase p = { .booking = in->booking, .user = in->user, .paid = str_eq(in->currency, str_c(m->currency)) ? in->due : 0 };
    err e = earned_by_now(cx, m, p.booking, p.paid, &p.earned);
    if (e)
        return e;
    store_purchase_insert(cx, &p);
    if (!p.earned)
        return OK;
    struct part part = { .expires_at = cx->now + m->keep_ms, .amount = p.earned };
    e = account_of(cx, m, in->user, &a);
    return e ? e : account_credit(cx, m, a, &entry, ISSUED, (struct list){ &part, 1 });
}

err mileage_confirmed(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct booking_confirmed *in = in_;
    struct reservation r;
    struct purchase p;
    bool reserved, known;
    (void)ret_out;
    err e = store_reservation(cx, in->booking, &r, &reserved);
    if (!e && reserved && r.state == MILEAGE_RESERVED)
        e = spend(cx, self, &r);
    if (!e)
        e = store_purchase(cx, in->booking, &p, &known);
    return e || known ? e : earn(cx, self, in);
}

/* What was spent already is owed, never taken below zero. */
static err take_back(struct ctx *cx, struct mileage *m, const struct booking_cancelled *in)
{
    struct purchase p;
    struct account *a;
    struct list parts;
    struct entry entry = { .kind = ENTRY_TAKEN_BACK, .source = in->cancellation, .booking = in->booking };
    int64_t stays;
    bool known;
    err e = store_purchase(cx, in->booking, &p, &known);
    if (!e && known)
        e = earned_by_now(cx, m, p.booking, p.paid, &stays);
    if (e || !known || stays >= p.earned)
        return e;

    e = account_of(cx, m, p.user, &a);
    if (e)
        return e;
    int64_t back = p.earned - stays, taken = back < a->balance ? back : a->balance;
    int64_t lines[LEDGER_ACCOUNTS] = { [BALANCE] = -taken, [OWED] = taken - back, [ISSUED] = back };
    e = lots_take(cx, a->user, taken, &parts);
    if (!e)
        e = account_post(cx, m, a, &entry, lines);
    p.earned = stays;
    return e ? e : store_purchase_earned(cx, &p);
}

err mileage_cancelled(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct booking_cancelled *in = in_;
    bool seen;
    (void)ret_out;
    err e = store_cancellation_seen(cx, in->cancellation, &seen);
    if (e || seen)
        return e;
    store_cancellation_insert(cx, in->cancellation, in->booking, in->refund + in->fee, in->whole);
    e = give_back(cx, self, in);
    return e ? e : take_back(cx, self, in);
}
