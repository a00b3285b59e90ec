/* What the files of this folder share.
 *
 * Balances live in the writer's memory and in a row with a CHECK; both are changed in one place (account.c), by commands only, with an entry in the
 * double-entry ledger. Reads look at the database. */
#ifndef MILEAGE_INT_H
#define MILEAGE_INT_H

#include <stdatomic.h>

#include "base/map.h"
#include "mileage.h"
#include "platform/obs/log.h"
#include "platform/obs/metrics.h"

struct account {
    int64_t user, balance;
    int64_t owed;             /* taken back after it was spent: paid by whatever comes in next */
};

struct mileage {
    struct map accounts;      /* user -> struct account */
    struct sequence entries, lots, reservations;
    int64_t earn_rate;        /* in hundredths of a percent of what is paid */
    int64_t keep_ms;          /* from earning to expiry */
    char currency[4];
    _Atomic int64_t due;      /* when the next lot expires, or earlier */
};

/* ---- accounts and entries (account.c) ---- */

enum ledger_account { BALANCE, RESERVED, REDEEMED, ISSUED, EXPIRED, ADJUSTED, OWED, LEDGER_ACCOUNTS };

enum entry_kind { ENTRY_EARNED, ENTRY_RESERVED, ENTRY_RELEASED, ENTRY_SPENT, ENTRY_RETURNED, ENTRY_TAKEN_BACK, ENTRY_EXPIRED, ENTRY_ADJUSTED };

struct entry {
    int64_t id, user;
    enum entry_kind kind;
    int64_t source;
    int64_t delta, balance_after;
    int64_t booking, actor;   /* 0: none */
    struct str note;
    int64_t at;
};

/* Mileage with one expiry. */
struct part {
    int64_t expires_at, amount;
    int64_t returned;         /* of a reservation's */
};

/* Opened with a balance of 0 when there is none. */
err account_of(struct ctx *cx, struct mileage *m, int64_t user, struct account **ret) MUST_USE;
/* Writes an entry: lines[i] is what goes into ledger account i (they sum to 0); those of BALANCE and OWED change the account. Completes e. */
err account_post(struct ctx *cx, struct mileage *m, struct account *a, struct entry *e, const int64_t lines[LEDGER_ACCOUNTS]) MUST_USE;
/* Takes `amount` from what expires first, into a ledger account; ERR_CONFLICT `mileage_short`. The parts it consisted of, one an expiry, are given to
 * *ret_parts (may be NULL). */
err account_debit(struct ctx *cx, struct mileage *m, struct account *a, struct entry *e, enum ledger_account to, int64_t amount, struct list *ret_parts)
    MUST_USE;
/* Adds parts out of a ledger account; what is owed is paid first, with what expires first. */
err account_credit(struct ctx *cx, struct mileage *m, struct account *a, struct entry *e, enum ledger_account from, struct list parts) MUST_USE;

/* ---- lots (lot.c) ---- */

struct lot {
    int64_t id, user, remaining, expires_at;
};

/* Takes what is over out of a balance, so that it cannot be spent. */
err lots_expire(struct ctx *cx, struct mileage *m, struct account *a) MUST_USE;
err lots_take(struct ctx *cx, int64_t user, int64_t amount, struct list *ret_parts) MUST_USE;
void lot_add(struct ctx *cx, struct mileage *m, int64_t user, const struct part *p);

/* ---- rows (store.c) ---- */

enum reservation_state { MILEAGE_RESERVED, MILEAGE_SPENT, MILEAGE_RELEASED };

struct reservation {
    int64_t id, booking, user, amount, returned;
    int state;                /* enum reservation_state */
};

struct purchase {
    int64_t booking, user, paid, earned;
};

err store_mileage_load(struct ctx *cx, struct mileage *m) MUST_USE;

err store_account(struct ctx *cx, int64_t user, struct account *ret) MUST_USE;
void store_account_insert(struct ctx *cx, int64_t user);
err store_account_change(struct ctx *cx, int64_t user, int64_t balance, int64_t owed) MUST_USE;
void store_entry_insert(struct ctx *cx, const struct entry *e);
void store_line_insert(struct ctx *cx, int64_t entry, enum ledger_account account, int64_t amount);
err store_entries(struct ctx *cx, int64_t user, int64_t before, size_t max, struct entry *ret, size_t *ret_n) MUST_USE;

void store_lot_insert(struct ctx *cx, const struct lot *l);
err store_lots(struct ctx *cx, int64_t user, struct list *ret) MUST_USE;
/* Those that are over; user 0: of everybody, at most `max`. */
err store_lots_over(struct ctx *cx, int64_t user, size_t max, struct list *ret) MUST_USE;
err store_lot_next(struct ctx *cx, int64_t *ret_expires_at) MUST_USE;
/* What expires first; amount 0: nothing. */
err store_lot_first(struct ctx *cx, int64_t user, struct part *ret) MUST_USE;
/* Nothing left: the row goes. */
err store_lot_less(struct ctx *cx, const struct lot *l, int64_t amount) MUST_USE;

/* The booking's reservation that was not released. */
err store_reservation(struct ctx *cx, int64_t booking, struct reservation *ret, bool *ret_found) MUST_USE;
void store_reservation_insert(struct ctx *cx, const struct reservation *r);
err store_reservation_update(struct ctx *cx, const struct reservation *r) MUST_USE;
void store_part_insert(struct ctx *cx, int64_t reservation, const struct part *p);
/* Latest expiry first. */
err store_parts(struct ctx *cx, int64_t reservation, struct list *ret) MUST_USE;
err store_part_returned(struct ctx *cx, int64_t reservation, const struct part *p) MUST_USE;

err store_purchase(struct ctx *cx, int64_t booking, struct purchase *ret, bool *ret_found) MUST_USE;
void store_purchase_insert(struct ctx *cx, const struct purchase *p);
err store_purchase_earned(struct ctx *cx, const struct purchase *p) MUST_USE;
err store_cancellation_seen(struct ctx *cx, int64_t id, bool *ret) MUST_USE;
void store_cancellation_insert(struct ctx *cx, int64_t id, int64_t booking, int64_t gone, bool whole);
/* Of all cancellations of a booking. */
err store_gone(struct ctx *cx, int64_t booking, int64_t *ret_gone, bool *ret_whole) MUST_USE;

/* ---- calls ---- */

struct balance_out {
    int64_t balance, owed, next_expiry_amount, next_expiry_at;
};

struct history_in {
    int64_t limit, cursor;
};

struct entry_view {
    int64_t id, delta, balance_after, booking, at;
    struct str reason;
    int source;
};

struct history_out {
    struct list items;
    int64_t next;
};

struct adjust_in {
    int64_t user, delta;
    struct str reason;
};

typedef err mileage_fn(struct ctx *cx, void *self, const void *in, void *ret_out);

mileage_fn mileage_balance, mileage_history;                                         /* show.c */
mileage_fn mileage_adjust, mileage_adjust_put;                                       /* adjust.c */
mileage_fn mileage_expire;                                                           /* lot.c */
mileage_fn mileage_reserve, mileage_release, mileage_ended, mileage_confirmed, mileage_cancelled;          /* booking.c */

void mileage_entry_show(const struct entry *e, struct entry_view *ret);
extern const char *const mileage_source_words[];

extern const struct call mileage_confirmed_call, mileage_ended_call, mileage_cancelled_call, mileage_adjust_call, mileage_adjust_put_call, mileage_balance_call,
    mileage_history_call;

extern struct metric mileage_moved[];

#endif
