/* Transfers: where a buyer is to send the money of a payment, and where it goes back to: an account that the buyer names, sealed in its row. */
#ifndef PAYMENT_REFUND_ACCOUNT_H
#define PAYMENT_REFUND_ACCOUNT_H

#include "platform/call/call.h"

struct refund_account {
    struct str bank, number, holder;     /* number empty: none was named */
};
struct refund_account_in {
    int64_t payment;
    struct refund_account account;
};
struct refund_account_view {
    struct str bank, number, holder;     /* number and holder masked */
};

/* in: int64_t payment, out: struct refund_account. */
extern const struct call refund_account_find_call;
/* in: struct refund_account_in. */
extern const struct call refund_account_put_call;

err refund_account_give(struct ctx *cx, void *self, const void *in, void *ret_out);
err refund_account_put(struct ctx *cx, void *self, const void *in, void *ret_out);
err refund_account_find(struct ctx *cx, void *self, const void *in, void *ret_out);
err deposit_show(struct ctx *cx, void *self, const void *in, void *ret_out);

/* ---- SQL (store_account.c) ---- */

err store_refund_account(struct ctx *cx, int64_t payment, struct str *ret_sealed, bool *ret_found) MUST_USE;
err store_refund_account_put(struct ctx *cx, int64_t payment, struct str sealed) MUST_USE;

#endif
