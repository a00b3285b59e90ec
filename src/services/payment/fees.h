/* The arithmetic of a payment: what of it is whose. No clock, no database, no failure: the same numbers in give the same numbers out. Amounts are
 * minor units of the payment's currency.
 *
 * Rounding, everywhere: each share is rounded down to whole minor units, and what the fees leave is the organizer's. So no fee is ever above its
 * rate, the shares add up to the amount, and nothing needs an account for what was rounded. */
#ifndef PAYMENT_FEES_H
#define PAYMENT_FEES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct fee_rates {            /* as they were when the money was taken */
    int64_t platform_bp;      /* the platform's fee in basis points of the payment ... */
    int64_t platform_fixed;   /* ... and for each payment */
    int64_t vat_permille;     /* on top of the platform's fee */
    int64_t provider_bp, provider_fixed; /* what the provider keeps, its tax included */
};

struct fees {
    int64_t platform, tax, provider;     /* tax: on the platform's fee */
};

/* The fees of a payment. Together never more than the amount: the provider's comes first, then the platform's with its tax. */
struct fees fees_of(int64_t amount, const struct fee_rates *r);

/* The tax that a price contains. */
int64_t vat_contained(int64_t price, int64_t vat_permille);

/* "KRW 500, USD 30": an amount for each currency, 0 for those that are not there. False when the text is not of this form. */
bool fee_fixed_of(struct str text, struct str currency, int64_t *ret);

/* The accounts of the ledger. Money the platform has is positive, what it owes or has earned is negative. */
enum ledger_account {
    ACCOUNT_PROVIDER,         /* the provider keeps it for us */
    ACCOUNT_BUYER,            /* came from a buyer, nothing has been decided */
    ACCOUNT_REFUND_DUE,       /* promised back to the buyer */
    ACCOUNT_ORGANIZER,        /* owed to the organizer */
    ACCOUNT_PLATFORM_FEE,
    ACCOUNT_TAX,              /* on the platform's fee, owed to the state */
    ACCOUNT_PROVIDER_FEE,     /* what the provider will keep of what it has */
    ACCOUNT_RETAINED_FEE,     /* kept of cancelled seats: the organizer's or the platform's */
    LEDGER_ACCOUNTS
};

struct holding {              /* all that decides where the money of a payment is */
    int64_t captured;
    int64_t promised, refunded;          /* promised >= refunded: what goes back, and what of it has gone */
    bool sold;                /* booking took it */
    struct fees fees;         /* of all that was captured */
    int64_t retained;         /* fees of cancellations; bear no fee themselves */
};

/* The balance of each account that follows from it; they sum to 0. Whatever happens to a payment, the ledger's entry is the difference between
 * two of these: so refunds take back each share in proportion, the last one all that is left, and what failed is as if it had not been. */
void ledger_balances(const struct holding *h, int64_t ret[LEDGER_ACCOUNTS]);

#endif
