/* The sandbox: a provider that lives inside the program and needs no network, for trying the platform out. It behaves like another company: it
 * keeps its own books, written by its own commands, and tells what happens later by signed webhooks. The payment_key says what it does. */
#ifndef PAYMENT_SANDBOX_H
#define PAYMENT_SANDBOX_H

#include "payment_int.h"

extern const struct provider sandbox_provider;

enum sandbox_state { SANDBOX_PENDING, SANDBOX_APPROVED, SANDBOX_DECLINED };

struct sandbox_charge {       /* a row of its books */
    int64_t id;               /* 0: there is none */
    int64_t key;              /* idempotency key: the payment */
    enum sandbox_state state;
    struct money amount;
};

struct sandbox_delivery {     /* a webhook that is due */
    int64_t id, times, failures;
    int64_t key;
    struct money amount;
};

/* ---- its commands and reads ---- */

struct sandbox_charge_in {
    int64_t key;
    struct money amount;
    enum sandbox_state state;
    int64_t webhooks, webhook_at;        /* so many deliveries of one event */
};
struct sandbox_refund_in {
    int64_t charge;           /* its key */
    int64_t key, amount;
};
struct sandbox_refund_out {
    int64_t id;               /* 0: refused */
};
struct sandbox_books_in {
    int64_t from, to, after;
    bool refunds;
};
struct sandbox_line {
    int64_t id, key, at;
    struct money amount;
};
struct sandbox_books_out {
    struct list lines;        /* struct sandbox_line, up to SANDBOX_PAGE */
};
#define SANDBOX_PAGE 100
struct sandbox_due_out {
    struct list deliveries;   /* struct sandbox_delivery */
};
struct sandbox_sent_in {
    struct sandbox_delivery delivery;
    bool ok;
};

extern const struct call sandbox_charge_call, sandbox_find_call, sandbox_refund_call, sandbox_books_call, sandbox_collect_call,
    sandbox_sent_call;
/* The job that delivers webhooks. */
extern const struct call sandbox_deliver_call;
int64_t sandbox_due(void *self);

/* Header "Sandbox-Signature" of a body: "t=<unix seconds>,v1=<hex HMAC-SHA-256 over t, a dot and the body>". */
struct str sandbox_sign(struct ctx *cx, int64_t now_ms, struct str body);
/* What it sends when a charge was paid. */
struct str sandbox_event(struct ctx *cx, const struct sandbox_delivery *d);

/* ---- SQL (sandbox_store.c) ---- */

err store_sandbox_open(struct ctx *cx, struct payments *s) MUST_USE;
err store_sandbox_charge(struct ctx *cx, int64_t key, struct sandbox_charge *ret) MUST_USE;
void store_sandbox_charge_insert(struct ctx *cx, const struct sandbox_charge *c);
err store_sandbox_charge_collect(struct ctx *cx) MUST_USE;
/* The refund with this key, 0: none. And how much went back of the charge? */
err store_sandbox_refund_of(struct ctx *cx, int64_t key, int64_t *ret_id) MUST_USE;
err store_sandbox_refunded(struct ctx *cx, int64_t charge, int64_t *ret) MUST_USE;
void store_sandbox_refund_insert(struct ctx *cx, int64_t id, int64_t key, int64_t charge, int64_t amount);
void store_sandbox_webhook_insert(struct ctx *cx, int64_t id, int64_t charge, int64_t times, int64_t due);
err store_sandbox_webhooks_due(struct ctx *cx, size_t max, struct sandbox_delivery *ret, size_t *ret_n) MUST_USE;
/* due 0: delivered. */
err store_sandbox_webhook_update(struct ctx *cx, const struct sandbox_delivery *d, int64_t due) MUST_USE;
err store_sandbox_books(struct ctx *cx, const struct sandbox_books_in *in, struct sandbox_line *ret, size_t *ret_n) MUST_USE;
/* INT64_MAX: none. */
err store_sandbox_webhook_next(struct ctx *cx, int64_t *ret) MUST_USE;

#endif
