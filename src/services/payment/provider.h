/* A payment provider: another company, asked over functions that may wait, fail and be asked again. Called from stories only, with no lock and
 * no transaction held. Every question carries our own id as its idempotency key (the payment's for its charge, the refund's for the refund):
 * repeating a question changes nothing.
 *
 * A charge takes two steps at each of them: the buyer approves it on the provider's page (an authorisation, no money moves), then `confirm`
 * takes the money. Between the two we look whether the seats can still be had. */
#ifndef SERVICES_PAYMENT_PROVIDER_H
#define SERVICES_PAYMENT_PROVIDER_H

#include "base/ctx.h"
#include "base/money.h"
#include "platform/json/fields.h"

struct merchant {             /* with whose keys: an organizer's own, or the platform's */
    int64_t account;          /* row of payment_account; 0: the platform's, from the configuration */
    struct str secret_key;
    struct str webhook_secrets[2];       /* newest first: both count while they are being changed; empty: none */
    struct str name;          /* what the provider calls it, if it says so in its answers; empty: not compared */
};

struct charge {               /* what the provider is asked for */
    int64_t payment;
    struct str order;         /* the payment's public id: the provider's order */
    struct money amount;
    struct str title;         /* what the buyer is told it is for */
    struct str method;        /* one of payment_method_words; empty: the provider's usual one */
    struct str ref;           /* the provider's name of it; empty while none is known */
    struct str payment_key;   /* what its page returned to the buyer; empty before */
    const struct merchant *merchant;
};

struct created {
    struct str ref;           /* to be kept with the payment; may be empty */
    struct str client;        /* what the buyer's page needs to go on: a JSON object, {"redirect_url": ...} where there is a page to go to */
    bool over;                /* nothing was taken and it cannot be approved any more: another charge is needed; no `client` then */
};

enum verdict_kind {
    VERDICT_UNKNOWN,          /* no answer, or none that can be believed: ask again */
    VERDICT_APPROVED,         /* the money was taken */
    VERDICT_PENDING,          /* a webhook will tell */
    VERDICT_DECLINED,
    VERDICT_ABSENT,           /* query only: it was never asked to take this charge (the buyer may have approved it) */
    VERDICT_FOREIGN,          /* what was found belongs to another order or merchant: nothing of it is believed */
};

struct verdict {
    enum verdict_kind kind;
    struct money charged;     /* APPROVED: what it took, in whatever currency */
    struct str ref;           /* the provider's name of the charge where it became known; else empty */
    bool throttled;           /* UNKNOWN: it asked us to slow down */
};

struct give_back {            /* a refund of a charge */
    int64_t refund;
    struct str order;         /* the refund's public id */
    int64_t amount;           /* in the currency of what was charged */
    struct str reason;
    struct str ref;           /* the provider's name of it; empty while none is known */
};

struct webhook {              /* as it came */
    struct str body, signature;          /* signature: the provider's own header; empty: none */
};

struct webhook_event {
    struct str id;            /* the same for a repeated delivery */
    int64_t payment;          /* 0: names no payment of ours */
    bool approved;            /* the buyer has approved it: if no money was taken yet, it may be confirmed */
    bool has_amount;
    struct money amount;      /* as it claims */
};

struct provider_line {        /* of the provider's own books */
    bool refund;
    int64_t payment;          /* by the order it names; 0: none of ours */
    struct str ref;           /* the provider's name of the charge or refund */
    struct money amount;      /* positive */
    int64_t at;
};

struct provider_page {
    struct list lines;        /* struct provider_line */
    struct str next;          /* empty: that was all */
};

struct deposit {              /* where the buyer is to transfer money to, instead of a page that takes it */
    struct str bank, account, holder;
    int64_t until;
};

struct provider {
    const char *name;
    const char *signature_header;        /* of its webhooks; NULL: they carry none, so each is only a hint to ask */
    bool keyless;             /* it is asked without the keys of a merchant */

    bool creates_alone;       /* `create` asks nobody: it tells nothing about how the provider is */

    /* Makes the charge known, for the buyer to approve. Asked again it returns the same. ERR_UNAVAILABLE. */
    err (*create)(struct ctx *cx, const struct charge *c, struct created *ret);
    /* Fails naming the field when this is nothing that the provider's page returns for this charge. */
    err (*check_key)(struct ctx *cx, const struct charge *c, struct str payment_key);
    /* Takes the money that the buyer has approved. DECLINED when it was not approved. */
    struct verdict (*confirm)(struct ctx *cx, const struct charge *c);
    struct verdict (*query)(struct ctx *cx, const struct charge *c);
    /* Nobody wants this charge any more, and no money was taken: lets the buyer's approval go. APPROVED: it is gone; UNKNOWN: ask again;
     * DECLINED: too late, query it. */
    struct verdict (*cancel)(struct ctx *cx, const struct charge *c);
    /* c->amount is what was charged. Gives this much of it back, or tells how far that is: APPROVED, PENDING, DECLINED (not now and not later), UNKNOWN. */
    struct verdict (*refund)(struct ctx *cx, const struct charge *c, const struct give_back *r);

    /* Which payment a body claims to be of, before anything in it is believed: it names the keys to check it with. 0: none. */
    int64_t (*webhook_claims)(struct ctx *cx, struct str body);
    /* ERR_WHO unless the provider itself has signed this body, lately. m NULL: the payment is not known; the platform's keys then. */
    err (*verify_webhook)(struct ctx *cx, const struct merchant *m, const struct webhook *w, struct webhook_event *ret);

    /* A page of its books, in no order that could be relied on: refunds made in [from, to), and charges taken then or, where the provider lists
     * them so, begun then. cursor: `next` of the page before, empty at first. ERR_UNAVAILABLE. */
    err (*books)(struct ctx *cx, const struct merchant *m, int64_t from, int64_t to, struct str cursor, struct provider_page *ret);

    /* Where the money of a PENDING charge is to be sent; NULL: this provider has no such way. Money that came so goes back by transfer too: to
     * the account that the buyer has named (refund_account.h), and the refund is PENDING until then. ERR_MISSING, ERR_UNAVAILABLE. */
    err (*deposit)(struct ctx *cx, const struct charge *c, struct deposit *ret);
};

/* The words of `provider` in requests, and their rows in the same order. */
extern const char *const provider_words[];
const struct provider *provider_at(int word);
/* Its place among the words. */
int provider_word(const struct provider *p);
#define PROVIDERS 3
/* The words of `method` in requests; the first is the usual one. */
extern const char *const payment_method_words[];
/* NULL when there is none of this name. */
const struct provider *provider_named(struct str name);

#endif
