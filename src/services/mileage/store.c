/* Each statement of sql/queries.sql as a typed function. */
#include "mileage_int.h"
#include "mileage_sql.h"

#include <stdlib.h>

/* ---- memory ---- */

static err load_accounts(struct ctx *cx, struct mileage *m)
{
    struct rows r;
    err e = db_rows(cx, &mileage_sql.account_all, NO_VALS, &r);
    if (e)
        return e;
    while (rows_next(&r)) {
        struct account *a = malloc(sizeof(*a));
        ASSERT(a != NULL);
        *a = (struct account){ row_int(&r, 0), row_int(&r, 1), row_int(&r, 2) };
        map_put_ptr(&m->accounts, (uint64_t)a->user, a);
    }
    return rows_end(cx, &r);
}

err store_mileage_load(struct ctx *cx, struct mileage *m)
{
    int64_t next;
    err e = sequence_load(cx, &mileage_sql.entry_max, &m->entries);
    if (!e)
        e = sequence_load(cx, &mileage_sql.lot_max, &m->lots);
    if (!e)
        e = sequence_load(cx, &mileage_sql.reservation_max, &m->reservations);
    if (!e)
        e = load_accounts(cx, m);
    if (!e)
        e = store_lot_next(cx, &next);
    if (!e)
        atomic_store(&m->due, next);
    return e;
}

/* ---- accounts and entries ---- */

static void take_account(struct ctx *cx, const struct rows *r, void *out)
{
    struct account *a = out;
    (void)cx;
    a->balance = row_int(r, 0);
    a->owed = row_int(r, 1);
}

err store_account(struct ctx *cx, int64_t user, struct account *ret)
{
    bool found;
    *ret = (struct account){ .user = user };
    return db_one(cx, &mileage_sql.account_of, VALS(v_int(user)), take_account, ret, &found);
}

void store_account_insert(struct ctx *cx, int64_t user)
{
    db_put(cx, &mileage_sql.account_insert, VALS(v_int(user)));
}

err store_account_change(struct ctx *cx, int64_t user, int64_t balance, int64_t owed)
{
    int64_t changed;
    err e = db_run(cx, &mileage_sql.account_change, VALS(v_int(balance), v_int(owed), v_int(user)), &changed);
    ASSERT(e || changed == 1);
    return e;
}

void store_entry_insert(struct ctx *cx, const struct entry *e)
{
    db_put(cx, &mileage_sql.entry_insert,
           VALS(v_int(e->id), v_int(e->user), v_int(e->kind), v_int(e->source), v_int(e->delta), v_int(e->balance_after), v_int_or_null(e->booking),
                v_int_or_null(e->actor), v_text(e->note), v_int(e->at)));
}

void store_line_insert(struct ctx *cx, int64_t entry, enum ledger_account account, int64_t amount)
{
    db_put(cx, &mileage_sql.ledger_insert, VALS(v_int(entry), v_int(account), v_int(amount)));
}

err store_entries(struct ctx *cx, int64_t user, int64_t before, size_t max, struct entry *ret, size_t *ret_n)
{
    struct rows r;
    size_t n = 0;
    err e = db_rows(cx, &mileage_sql.entry_page, VALS(v_int(user), v_int(before), v_int((int64_t)max)), &r);
    if (e)
        return e;
    for (; n < max && rows_next(&r); n++)
        ret[n] = (struct entry){ .id = row_int(&r, 0), .user = user, .kind = (enum entry_kind)row_int(&r, 1), .delta = row_int(&r, 2),
                                 .balance_after = row_int(&r, 3), .booking = row_int(&r, 4), .note = row_text(cx, &r, 5), .at = row_int(&r, 6) };
    *ret_n = n;
    return rows_end(cx, &r);
}

/* ---- lots ---- */

void store_lot_insert(struct ctx *cx, const struct lot *l)
{
    db_put(cx, &mileage_sql.lot_insert, VALS(v_int(l->id), v_int(l->user), v_int(l->remaining), v_int(l->expires_at)));
}

/* Room for one more at the end of a list that grows in cx->arena. */
static void *list_room(struct ctx *cx, struct list *l, size_t size)
{
    if ((l->n & (l->n - 1)) == 0) {          /* full at each power of two */
        void *more = arena_array(cx->arena, l->n ? l->n * 2 : 1, size);
        if (l->n)
            memcpy(more, l->at, l->n * size);
        l->at = more;
    }
    return (char *)l->at + l->n++ * size;
}

err store_lots(struct ctx *cx, int64_t user, struct list *ret)
{
    struct rows r;
    struct list found = { 0 };
    err e = db_rows(cx, &mileage_sql.lot_of_user, VALS(v_int(user)), &r);
    if (e)
        return e;
    while (rows_next(&r))
        *(struct lot *)list_room(cx, &found, sizeof(struct lot)) = (struct lot){ row_int(&r, 0), user, row_int(&r, 1), row_int(&r, 2) };
    *ret = found;
    return rows_end(cx, &r);
}

err store_lots_over(struct ctx *cx, int64_t user, size_t max, struct list *ret)
{
    struct rows r;
    struct list found = { 0 };
    err e = user ? db_rows(cx, &mileage_sql.lot_over_of_user, VALS(v_int(user), v_int(cx->now)), &r)
                 : db_rows(cx, &mileage_sql.lot_over, VALS(v_int(cx->now), v_int((int64_t)max)), &r);
    if (e)
        return e;
    while (found.n < max && rows_next(&r))
        *(struct lot *)list_room(cx, &found, sizeof(struct lot)) = (struct lot){ row_int(&r, 0), row_int(&r, 1), row_int(&r, 2), 0 };
    *ret = found;
    return rows_end(cx, &r);
}

static void take_next(struct ctx *cx, const struct rows *r, void *out)
{
    (void)cx;
    *(int64_t *)out = row_null(r, 0) ? INT64_MAX : row_int(r, 0);
}

err store_lot_next(struct ctx *cx, int64_t *ret_expires_at)
{
    bool found;
    *ret_expires_at = INT64_MAX;
    return db_one(cx, &mileage_sql.lot_next, NO_VALS, take_next, ret_expires_at, &found);
}

static void take_first(struct ctx *cx, const struct rows *r, void *out)
{
    (void)cx;
    *(struct part *)out = (struct part){ .amount = row_int(r, 0), .expires_at = row_int(r, 1) };
}

err store_lot_first(struct ctx *cx, int64_t user, struct part *ret)
{
    bool found;
    *ret = (struct part){ 0 };
    return db_one(cx, &mileage_sql.lot_first, VALS(v_int(user)), take_first, ret, &found);
}

err store_lot_less(struct ctx *cx, const struct lot *l, int64_t amount)
{
    int64_t changed;
    err e = amount < l->remaining ? db_run(cx, &mileage_sql.lot_less, VALS(v_int(amount), v_int(l->id)), &changed)
                                  : db_run(cx, &mileage_sql.lot_delete, VALS(v_int(l->id)), &changed);
    ASSERT(e || changed == 1);
    return e;
}

/* ---- reservations ---- */

static void take_reservation(struct ctx *cx, const struct rows *r, void *out)
{
    (void)cx;
    *(struct reservation *)out = (struct reservation){ .id = row_int(r, 0), .booking = row_int(r, 1), .user = row_int(r, 2), .amount = row_int(r, 3),
                                                       .state = (int)row_int(r, 4), .returned = row_int(r, 5) };
}

err store_reservation(struct ctx *cx, int64_t booking, struct reservation *ret, bool *ret_found)
{
    return db_one(cx, &mileage_sql.reservation_live, VALS(v_int(booking)), take_reservation, ret, ret_found);
}

void store_reservation_insert(struct ctx *cx, const struct reservation *r)
{
    db_put(cx, &mileage_sql.reservation_insert, VALS(v_int(r->id), v_int(r->booking), v_int(r->booking), v_int(r->user), v_int(r->amount)));
}

err store_reservation_update(struct ctx *cx, const struct reservation *r)
{
    return db_run(cx, &mileage_sql.reservation_update,
                  VALS(r->state == MILEAGE_RELEASED ? v_null() : v_int(r->booking), v_int(r->state), v_int(r->returned), v_int(r->id)), NULL);
}

void store_part_insert(struct ctx *cx, int64_t reservation, const struct part *p)
{
    db_put(cx, &mileage_sql.part_insert, VALS(v_int(reservation), v_int(p->expires_at), v_int(p->amount)));
}

err store_parts(struct ctx *cx, int64_t reservation, struct list *ret)
{
    struct rows r;
    struct list found = { 0 };
    err e = db_rows(cx, &mileage_sql.part_all, VALS(v_int(reservation)), &r);
    if (e)
        return e;
    while (rows_next(&r))
        *(struct part *)list_room(cx, &found, sizeof(struct part)) = (struct part){ row_int(&r, 0), row_int(&r, 1), row_int(&r, 2) };
    *ret = found;
    return rows_end(cx, &r);
}

err store_part_returned(struct ctx *cx, int64_t reservation, const struct part *p)
{
    return db_run(cx, &mileage_sql.part_returned, VALS(v_int(p->amount), v_int(reservation), v_int(p->expires_at)), NULL);
}

/* ---- purchases and cancellations ---- */

static void take_purchase(struct ctx *cx, const struct rows *r, void *out)
{
    struct purchase *p = out;
    (void)cx;
    p->user = row_int(r, 0);
    p->paid = row_int(r, 1);
    p->earned = row_int(r, 2);
}

err store_purchase(struct ctx *cx, int64_t booking, struct purchase *ret, bool *ret_found)
{
    *ret = (struct purchase){ .booking = booking };
    return db_one(cx, &mileage_sql.purchase_get, VALS(v_int(booking)), take_purchase, ret, ret_found);
}

void store_purchase_insert(struct ctx *cx, const struct purchase *p)
{
    db_put(cx, &mileage_sql.purchase_insert, VALS(v_int(p->booking), v_int(p->user), v_int(p->paid), v_int(p->earned)));
}

err store_purchase_earned(struct ctx *cx, const struct purchase *p)
{
    return db_run(cx, &mileage_sql.purchase_earned, VALS(v_int(p->earned), v_int(p->booking)), NULL);
}

err store_cancellation_seen(struct ctx *cx, int64_t id, bool *ret)
{
    return db_one(cx, &mileage_sql.cancellation_get, VALS(v_int(id)), NULL, NULL, ret);
}

void store_cancellation_insert(struct ctx *cx, int64_t id, int64_t booking, int64_t gone, bool whole)
{
    db_put(cx, &mileage_sql.cancellation_insert, VALS(v_int(id), v_int(booking), v_int(gone), v_int(whole)));
}

struct gone {
    int64_t amount;
    bool whole;
};

static void take_gone(struct ctx *cx, const struct rows *r, void *out)
{
    (void)cx;
    *(struct gone *)out = (struct gone){ row_int(r, 0), row_int(r, 1) != 0 };
}

err store_gone(struct ctx *cx, int64_t booking, int64_t *ret_gone, bool *ret_whole)
{
    struct gone g = { 0 };
    bool found;
    err e = db_one(cx, &mileage_sql.cancellation_sum, VALS(v_int(booking)), take_gone, &g, &found);
    *ret_gone = g.amount;
    *ret_whole = g.whole;
    return e;
}
