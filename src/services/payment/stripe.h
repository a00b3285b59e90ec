/* Stripe (docs.stripe.com/api): Checkout Sessions lead the buyer to a page; the payment intent of a session is captured by us. */
#ifndef PAYMENT_STRIPE_H
#define PAYMENT_STRIPE_H

#include "vendor.h"

extern const struct provider stripe_provider;

/* ---- what it writes (stripe_read.c) ---- */

struct stripe_intent {        /* a PaymentIntent */
    struct str id, status, order;        /* order: of its metadata */
    struct money asked, taken;           /* in our minor units */
    bool whole;               /* both amounts are known, in a currency that is */
    int64_t created;
};

struct stripe_session {       /* a Checkout Session */
    struct str id, status, url, order;
    bool has_intent;          /* the buyer has been there, or is */
    struct stripe_intent intent;         /* as far as it was expanded; else only its id */
};

struct stripe_refund {
    struct str id, status, order, refund;            /* both ids of ours, of its metadata */
    struct money amount;
    bool whole;
    int64_t created;
};

/* Amounts: Stripe counts in units of its own for some currencies. False: none that is known, or no whole unit. */
bool stripe_amount(const struct money *m, int64_t *ret);
bool stripe_money(int64_t amount, struct str currency, struct money *ret);

bool stripe_session_read(struct ctx *cx, struct str body, struct stripe_session *ret);
bool stripe_intent_read(struct ctx *cx, struct str body, struct stripe_intent *ret);
bool stripe_refund_read(struct ctx *cx, struct str body, struct stripe_refund *ret);
/* A list's items; *ret_more: there is another page behind the last one. */
bool stripe_intents_read(struct ctx *cx, struct str body, struct list *ret, bool *ret_more);
bool stripe_refunds_read(struct ctx *cx, struct str body, struct list *ret, bool *ret_more);

/* What an intent says of the charge that it is for. */
struct verdict stripe_intent_verdict(const struct stripe_intent *i, const struct charge *c);
struct verdict stripe_session_verdict(const struct stripe_session *s, const struct charge *c);
struct verdict stripe_refund_verdict(const struct stripe_refund *r);

enum stripe_says {
    STRIPE_UNCLEAR,           /* of passing trouble, or of a kind that is not known: ask again */
    STRIPE_DECLINED,
    STRIPE_LOOK,              /* this question came to nothing; the object itself tells what became of it */
};
/* Of an error body. */
enum stripe_says stripe_error(struct ctx *cx, int status, struct str body);

/* ---- its webhooks (stripe_webhook.c) ---- */

#define STRIPE_TOLERANCE_S 300

/* Was this signed with one of the secrets, not long before or after now? */
bool stripe_signature_ok(struct str signature, struct str body, const struct str *secrets, size_t n, int64_t now_ms);
int64_t stripe_webhook_claims(struct ctx *cx, struct str body);
err stripe_webhook_verify(struct ctx *cx, const struct merchant *m, const struct webhook *w, struct webhook_event *ret);

#endif
