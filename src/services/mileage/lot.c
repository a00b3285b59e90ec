/* Lots: mileage that came in together and expires together. Whatever is taken is taken from what expires first; what comes back comes back as a lot
 * with the expiry it had, so a lot only ever shrinks, and expires at most once. */
#include "mileage_int.h"

static void look_again(struct mileage *m, int64_t expires_at)
{
    if (expires_at < atomic_load(&m->due))
        atomic_store(&m->due, expires_at);
}

void lot_add(struct ctx *cx, struct mileage *m, int64_t user, const struct part *p)
{
    struct lot l = { sequence_next(&m->lots), user, p->amount, p->expires_at };
    store_lot_insert(cx, &l);
    look_again(m, l.expires_at);
}

err lots_take(struct ctx *cx, int64_t user, int64_t amount, struct list *ret_parts)
{
    struct list lots;
    err e = store_lots(cx, user, &lots);
    if (e)
        return e;
    struct part *parts = NEW_ARRAY(cx->arena, struct part, lots.n);
    const struct lot *l = lots.at;
    size_t n = 0;
    for (size_t i = 0; amount; i++, l++) {
        ASSERT(i < lots.n);                  /* lots add up to the balance */
        int64_t taken = l->remaining < amount ? l->remaining : amount;
        e = store_lot_less(cx, l, taken);
        if (e)
            return e;
        if (n && parts[n - 1].expires_at == l->expires_at)
            parts[n - 1].amount += taken;
        else
            parts[n++] = (struct part){ .expires_at = l->expires_at, .amount = taken };
        amount -= taken;
    }
    *ret_parts = (struct list){ parts, n };
    return OK;
}

/* ---- expiry ---- */

static err expire(struct ctx *cx, struct mileage *m, struct account *a, const struct lot *l)
{
    struct entry entry = { .kind = ENTRY_EXPIRED, .source = l->id };
    int64_t lines[LEDGER_ACCOUNTS] = { [BALANCE] = -l->remaining, [EXPIRED] = l->remaining };
    err e = store_lot_less(cx, l, l->remaining);
    return e ? e : account_post(cx, m, a, &entry, lines);
}

err lots_expire(struct ctx *cx, struct mileage *m, struct account *a)
{
    struct list over;
    err e = a->balance ? store_lots_over(cx, a->user, SIZE_MAX, &over) : OK;
    if (e || !a->balance)
        return e;
    for (size_t i = 0; !e && i < over.n; i++)
        e = expire(cx, m, a, (const struct lot *)over.at + i);
    return e;
}

#define EXPIRE_MAX 200        /* lots at a time, so that nobody waits for it */

static void undo_due(void *self, const void *arg)
{
    struct mileage *m = self;
    (void)arg;
    atomic_store(&m->due, 0);
}

err mileage_expire(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct mileage *m = self;
    struct list over;
    int64_t next;
    (void)in;
    (void)ret_out;
    err e = store_lots_over(cx, 0, EXPIRE_MAX, &over);
    for (size_t i = 0; !e && i < over.n; i++) {
        const struct lot *l = (const struct lot *)over.at + i;
        struct account *a = map_ptr(&m->accounts, (uint64_t)l->user);
        ASSERT(a != NULL);
        e = expire(cx, m, a, l);
    }
    if (!e)
        e = store_lot_next(cx, &next);
    if (e)
        return e;
    tx_undo(cx, undo_due, m, &next, sizeof(next));
    atomic_store(&m->due, next);
    return OK;
}
