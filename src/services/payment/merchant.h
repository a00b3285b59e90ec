/* With whose keys a provider is asked, and which providers are offered. */
#ifndef PAYMENT_MERCHANT_H
#define PAYMENT_MERCHANT_H

#include "provider.h"

struct payments;
struct vendors;

/* With whose keys a new payment is made: the organizer's if there are any, or the platform's (*ret_account 0). ERR_CONFLICT when there are
 * none, or the provider is not offered. In a call with a database. */
err merchant_of(struct ctx *cx, struct payments *s, const struct provider *provider, int64_t organizer, int64_t *ret_account) MUST_USE;
/* The keys themselves; those of an account that was closed too, for as long as payments need them. In stories. */
err merchant_load(struct ctx *cx, struct payments *s, const struct provider *provider, int64_t account, struct merchant *ret) MUST_USE;
/* Reads the platform's keys and the providers' addresses from the configuration. */
err vendors_open(struct ctx *cx, struct vendors **ret) MUST_USE;
void vendors_close(struct vendors *v);
/* Can it be asked with keys of the platform? */
bool vendors_have_keys(const struct payments *s, const struct provider *p);
/* Is this provider, by its word, offered for new payments? */
bool vendors_offer(const struct payments *s, int word);

#endif
