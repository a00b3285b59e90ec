/* Toss Payments, core API v1 (docs.tosspayments.com), version 2022-11-16. */
#ifndef PAYMENT_TOSS_H
#define PAYMENT_TOSS_H

#include "vendor.h"

extern const struct provider toss_provider;

/* ---- what it writes (toss_read.c) ---- */

struct toss_cancel {
    int64_t amount;
    struct str reason, key, status;
};

struct toss_payment {         /* a Payment */
    struct str merchant, key, order, status, secret, checkout;
    struct money total;
    bool whole;               /* total is a number of whole units with a currency */
    bool approved;            /* money has come at some time */
    bool by_transfer;         /* a virtual account */
    struct deposit deposit;
    struct list cancels;      /* struct toss_cancel */
};

/* False: no such document. */
bool toss_payment_read(struct ctx *cx, struct str body, struct toss_payment *ret);
/* What it says of the charge. */
struct verdict toss_payment_verdict(const struct toss_payment *p, const struct charge *c);
/* The cancel that we asked for under this refund's id; NULL: none. */
const struct toss_cancel *toss_cancel_of(const struct toss_payment *p, const struct give_back *r);
struct verdict toss_cancel_verdict(const struct toss_cancel *c);
/* What its reason says, with the refund's id at the end. */
struct str toss_cancel_reason(struct ctx *cx, const struct give_back *r);

enum toss_says {
    TOSS_UNCLEAR,             /* of passing trouble, or of a kind that is not known: ask again */
    TOSS_DECLINED,            /* for good, and nothing was moved */
    TOSS_LOOK,                /* this question came to nothing; the payment itself tells what became of it */
    TOSS_ACCOUNT,             /* the account that the buyer has named for the refund cannot be paid to */
};
/* Of an error body. */
enum toss_says toss_error(struct ctx *cx, struct str body);

struct toss_hint {            /* what a webhook claims, of either kind */
    struct str order, secret, status, time;
    struct money total;
    bool has_total;
    bool deposit;             /* DEPOSIT_CALLBACK: it proves itself by the payment's secret */
};
bool toss_hint_read(struct ctx *cx, struct str body, struct toss_hint *ret);

/* A page of transactions: struct provider_line of those that moved money in [from, to). *ret_n: how many there were of any
 * kind; *ret_last: the last one's key. */
bool toss_transactions_read(struct ctx *cx, struct str body, int64_t from, int64_t to, struct list *ret, size_t *ret_n, struct str *ret_last);

#endif
