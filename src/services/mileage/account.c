/* Balances, and the one function that moves them. A balance is what its lots add up to; every change is an entry of the double-entry ledger, in the
 * same transaction, undone with it in memory. */
#include "mileage_int.h"

#include "platform/obs/metrics.h"

#include <stdlib.h>

static void undo_open(void *self, const void *arg)
{
    struct mileage *m = self;
    struct account *const *a = arg;
    map_remove(&m->accounts, (uint64_t)(*a)->user);
    free(*a);
}

err account_of(struct ctx *cx, struct mileage *m, int64_t user, struct account **ret)
{
    struct account *a = map_ptr(&m->accounts, (uint64_t)user);
    if (!a) {
        a = malloc(sizeof(*a));
        ASSERT(a != NULL);
        *a = (struct account){ .user = user };
        map_put_ptr(&m->accounts, (uint64_t)user, a);
        tx_undo(cx, undo_open, m, &a, sizeof(a));
        store_account_insert(cx, user);
    }
    *ret = a;
    return lots_expire(cx, m, a);
}

struct moved {
    struct account *account;
    int64_t balance, owed;
};

static void undo_move(void *self, const void *arg)
{
    const struct moved *was = arg;
    (void)self;
    was->account->balance = was->balance;
    was->account->owed = was->owed;
}

err account_post(struct ctx *cx, struct mileage *m, struct account *a, struct entry *e, const int64_t lines[LEDGER_ACCOUNTS])
{
    struct moved was = { a, a->balance, a->owed };
    int64_t sum = 0;
    tx_undo(cx, undo_move, m, &was, sizeof(was));
    a->balance += lines[BALANCE];
    a->owed -= lines[OWED];
    ASSERT(a->balance >= 0 && a->owed >= 0);

    e->id = sequence_next(&m->entries);
    e->user = a->user;
    e->source = e->source ? e->source : e->id;
    e->delta = lines[BALANCE];
    e->balance_after = a->balance;
    e->at = cx->now;
    store_entry_insert(cx, e);
    for (int i = 0; i < LEDGER_ACCOUNTS; i++) {
        sum += lines[i];
        if (lines[i])
            store_line_insert(cx, e->id, (enum ledger_account)i, lines[i]);
    }
    ASSERT(sum == 0);
    metric_add(&mileage_moved[e->kind], 1);
    return lines[BALANCE] || lines[OWED] ? store_account_change(cx, a->user, lines[BALANCE], -lines[OWED]) : OK;
}

err account_debit(struct ctx *cx, struct mileage *m, struct account *a, struct entry *e, enum ledger_account to, int64_t amount, struct list *ret_parts)
{
    struct list parts;
    int64_t lines[LEDGER_ACCOUNTS] = { [BALANCE] = -amount };
    if (amount > a->balance)
        return fail(cx, ERR_CONFLICT, "mileage_short", "There is not enough mileage: the balance is %lld.", "마일리지가 부족합니다. 현재 잔액은 %lld입니다.",
                    (long long)a->balance);
    lines[to] = amount;
    err failed = lots_take(cx, a->user, amount, &parts);
    if (failed)
        return failed;
    if (ret_parts)
        *ret_parts = parts;
    return account_post(cx, m, a, e, lines);
}

err account_credit(struct ctx *cx, struct mileage *m, struct account *a, struct entry *e, enum ledger_account from, struct list parts)
{
    struct part *at = parts.at;
    int64_t lines[LEDGER_ACCOUNTS] = { 0 }, owed = a->owed;
    for (size_t i = parts.n; i-- > 0;) {     /* latest expiry first in the list */
        int64_t pays = at[i].amount < owed ? at[i].amount : owed;
        struct part rest = { .expires_at = at[i].expires_at, .amount = at[i].amount - pays };
        owed -= pays;
        lines[OWED] += pays;
        lines[BALANCE] += rest.amount;
        lines[from] -= at[i].amount;
        if (rest.amount)
            lot_add(cx, m, a->user, &rest);
    }
    return account_post(cx, m, a, e, lines);
}
