/* What the files of Stripe share. */
#ifndef PSP_STRIPE_H
#define PSP_STRIPE_H

#include "psp.h"

#define STRIPE_INVALID "invalid_request_error"

/* Each reads a parameter, or refuses and returns false. */
bool stripe_want_text(struct ask *a, const char *name, struct str *ret);
bool stripe_want_amount(struct ask *a, const char *name, int64_t low, int64_t *ret);
bool stripe_want_currency(struct ask *a, const char *name, char ret[4]);
/* The order under one of its names; refuses and returns NULL when this merchant has none. */
struct order *stripe_order_at(struct ask *a, const char *kind, struct str name, const char *what);

/* Finds the order by metadata[order], or else by its intent. */
void stripe_name_order(struct psp *p, struct order *o, struct str metadata_order);
/* The buyer's money is set aside. */
void stripe_authorise(struct psp *p, struct order *o);

void stripe_session_create(struct ask *a);
void stripe_session_show(struct ask *a);
void stripe_session_expire(struct ask *a);
void stripe_intents(struct ask *a);
void stripe_refunds(struct ask *a);

#endif
