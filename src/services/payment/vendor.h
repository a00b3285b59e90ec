/* What the providers outside of the program share: where they are, how they are asked, and how their documents are read. */
#ifndef PAYMENT_VENDOR_H
#define PAYMENT_VENDOR_H

#include <cjson/cJSON.h>

#include "platform/fetch/fetch.h"
#include "provider.h"

/* The providers outside of the program and with whose keys they are asked unless an organizer has own ones. */
struct vendors {
    struct fetch_pool *pool;
    struct str toss_url, stripe_url, public_url;     /* without a slash at the end */
    int64_t timeout_ms;
    unsigned offered;         /* for new payments, as bits of provider_words */
    struct merchant own[PROVIDERS];
};

/* Those of the running program. */
const struct vendors *vendors_of(struct ctx *cx);

struct answer {
    int status;               /* 0: there was none */
    struct str body;
    int64_t retry_after_s;
    bool replayed;            /* it is the one kept for this idempotency key, and the question had no effect of its own */
};

/* Asks; time-out and connection are added to f. Of a failure the log tells who and why, and nothing of what was sent. */
struct answer vendor_ask(struct ctx *cx, const char *vendor, const struct fetch *f);
/* Nothing certain follows from such an answer. */
struct verdict vendor_unknown(const struct answer *a);
/* For a buyer who may try again: ERR_LIMIT when it asked us to slow down, else ERR_UNAVAILABLE. */
err vendor_unavailable(struct ctx *cx, const struct answer *a);

/* ---- documents: what a reader takes from one is copied, so that the document ends with it ---- */

/* False when the text is no JSON. */
bool vendor_read(struct ctx *cx, struct str text, void (*take)(struct ctx *cx, const cJSON *document, void *out), void *out);
/* Empty when the member is no string, or not in UTF-8. */
struct str vendor_text(struct ctx *cx, const cJSON *object, const char *name);
/* False when it is no whole number, or none that a double holds exactly. */
bool vendor_int(const cJSON *object, const char *name, int64_t *ret);
/* The payment that an order id of ours names; 0: none. */
int64_t vendor_order(struct ctx *cx, struct str order);

/* ---- what they are told ---- */

/* Where the provider's page sends the buyer's browser: the web client's page with payment=ORDER, and more when not NULL. */
struct str vendor_return_url(struct ctx *cx, const struct charge *c, const char *more);
/* At most `max` characters of what the payment is for. */
struct str vendor_title(const struct charge *c, size_t max);
/* {"redirect_url": ...}; false when that is no address to send somebody to. */
bool vendor_redirect(struct ctx *cx, struct str url, struct created *ret);

#endif
