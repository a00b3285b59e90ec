/* The double-entry ledger: what each move of a payment or refund means for the money, written in the transaction of the move, so that the books
 * cannot differ from the states. Debits are positive; the lines of a move sum to 0. */
#include "refund.h"

/* What the provider keeps for us, what buyers gave and nobody has decided on, what was sold, what is owed to buyers. */
#define PROVIDER "provider"
#define BUYER    "buyer"
#define REVENUE  "revenue"
#define OWED     "refund_due"

static void book(struct ctx *cx, const struct move *m, const struct payment *p, const char *debit, const char *credit, int64_t amount)
{
    store_ledger_insert(cx, m, debit, p->charged_currency, amount);
    store_ledger_insert(cx, m, credit, p->charged_currency, -amount);
}

void ledger_payment(struct ctx *cx, const struct payment *p, const struct move *m)
{
    int64_t kept = p->captured - p->promised;        /* what is promised back has been booked away already */
    if (p->state == PAYMENT_CAPTURED || p->state == PAYMENT_QUARANTINED)
        book(cx, m, p, PROVIDER, BUYER, kept);
    else if (p->state == PAYMENT_PAID)
        book(cx, m, p, BUYER, REVENUE, kept);
}

/* Where the money stands that is not promised back. */
static const char *kept_at(const struct payment *p)
{
    return p->state == PAYMENT_PAID ? REVENUE : BUYER;
}

void ledger_refund(struct ctx *cx, const struct payment *p, const struct refund *r, const struct move *m)
{
    if (r->state == REFUND_CREATED)
        book(cx, m, p, kept_at(p), OWED, r->amount);
    else if (r->state == REFUND_DONE)
        book(cx, m, p, OWED, PROVIDER, r->amount);
}
