/* A payment provider: another company, asked over functions that may wait, fail and be asked again. Called from stories only, with no lock and
 * no transaction held. The payment's id is the idempotency key of its charge, a refund's id that of the refund: repeating a question changes nothing. */
#ifndef SERVICES_PAYMENT_PROVIDER_H
#define SERVICES_PAYMENT_PROVIDER_H

#include "base/ctx.h"
#include "base/money.h"

struct charge {               /* what the provider is asked for */
    int64_t payment;
    struct money amount;
    struct str payment_key;   /* what its page returned to the buyer */
};

enum verdict_kind {
    VERDICT_UNKNOWN,          /* no answer, or none that can be believed: ask again */
    VERDICT_APPROVED,
    VERDICT_PENDING,          /* a webhook will tell */
    VERDICT_DECLINED,
    VERDICT_ABSENT,           /* query only: it was never asked for this charge */
};

struct verdict {
    enum verdict_kind kind;
    struct money charged;     /* APPROVED: what it took */
};

struct webhook_event {
    struct str id;            /* the same for a repeated delivery */
    int64_t payment;          /* 0: names no payment of ours */
    struct money amount;
};

struct provider {
    const char *name;
    /* What the buyer's page needs to begin: a JSON object. */
    struct str (*prepare)(struct ctx *cx, const struct charge *c);
    /* Fails naming the field when this is nothing that the provider's page returns. */
    err (*check_key)(struct ctx *cx, struct str payment_key);
    struct verdict (*confirm)(struct ctx *cx, const struct charge *c);
    struct verdict (*query)(struct ctx *cx, const struct charge *c);
    /* Gives this much of the charge back: APPROVED, DECLINED (not now and not later), or UNKNOWN. */
    enum verdict_kind (*refund)(struct ctx *cx, const struct charge *c, int64_t refund, int64_t amount);
    /* ERR_WHO unless the provider itself has signed this body, lately. */
    err (*verify_webhook)(struct ctx *cx, struct str signature, struct str body, struct webhook_event *ret);
};

/* The words of `provider` in requests, and their rows in the same order. */
extern const char *const provider_words[];
const struct provider *provider_at(int word);
/* NULL when there is none of this name. */
const struct provider *provider_named(struct str name);

#endif
