/* The double-entry ledger, and what is taken of a payment. What fills it follows from fees.h; who calls it: the functions that move payments and
 * refunds (payment_int.h). */
#ifndef PAYMENT_LEDGER_H
#define PAYMENT_LEDGER_H

#include "fees.h"
#include "refund.h"

struct config;

/* At open: are the settings of fees what they should be? */
err ledger_check_config(struct ctx *cx, const struct config *c) MUST_USE;

struct booked {               /* of a payment whose money came */
    struct fees fees;         /* of all of it */
    int64_t retained_to;      /* organizer who gets the fees of cancelled seats; 0: the platform */
    int64_t retained;         /* their sum */
    int64_t ticket_vat;       /* that the price of tickets contains, in permille; 0: exempt */
};

struct retained {             /* a row of payment_retained */
    int64_t cancellation, payment, amount;
};
/* in: struct retained. Books what a cancellation kept, once. CALL_COMMAND. */
extern const struct call ledger_retain_call;
call_fn ledger_retain;

/* The event booking.cancelled: what was kept is booked, what is to go back is refunded. */
call_fn ledger_cancelled;

/* ---- SQL (store_ledger.c) ---- */

struct ledger_line {
    const struct move *move;
    int64_t cancellation;     /* that the entry comes from; 0: none */
    const char *account;
    int64_t organizer;        /* whose account it is; 0: nobody's */
    int64_t amount;
    const char *currency;
};

void store_ledger_insert(struct ctx *cx, const struct ledger_line *l);
void store_fee_insert(struct ctx *cx, int64_t payment, const struct fee_rates *r, const struct booked *b);
/* *ret_found: its money has come. */
err store_booked(struct ctx *cx, int64_t payment, struct booked *ret, bool *ret_found) MUST_USE;
err store_retained_known(struct ctx *cx, int64_t cancellation, bool *ret) MUST_USE;
void store_retained_insert(struct ctx *cx, const struct retained *r);
/* Of a payment whose money has come. */
err store_money_came_at(struct ctx *cx, int64_t payment, int64_t *ret) MUST_USE;

#endif
