/* The companies that the cases run against: the sandbox inside the program, and Toss and Stripe as takenseat-psp simulates them. */
#ifndef PROVIDERS_COMPANY_H
#define PROVIDERS_COMPANY_H

#include "merchant.h"
#include "payment_bed.h"
#include "vendor.h"

struct company {
    const char *name;
    bool outside;             /* has a page where the buyer goes */
    bool lets_go;             /* an approval that is cancelled cannot be confirmed any more */
};
extern const struct company companies[3];

/* Starts the simulator; stops it. Without a program: the test fails. */
int psp_start(void **state);
int psp_stop(void **state);

/* A bed whose program asks the simulator. */
int company_bed(void **state);
int company_drop(void **state);

/* A charge nobody has heard of, of 30,000 won; memory of the context, which belongs to the bed. */
struct charge charge_new(struct bed *b, const struct company *c, int64_t amount);
/* The buyer approves on the page that `made` leads to, or the card is refused; what the page returns. */
struct str buyer_approves(struct bed *b, const struct company *c, const struct created *made);
struct str buyer_refused(struct bed *b, const struct company *c, const struct created *made);
/* What is asked of orders from now on fails so. */
void psp_profile(struct bed *b, const char *name);
/* The buyer of a virtual account pays. */
void psp_deposit(struct bed *b, struct str order);

#endif
