/* Money that goes back of a payment. */
#ifndef PAYMENT_REFUND_H
#define PAYMENT_REFUND_H

#include "payment_int.h"

#include "platform/obs/metrics.h"

/* ---- states (refund_state.c) ---- */

enum refund_state {
    REFUND_CREATED,           /* promised */
    REFUND_PENDING,           /* asked of the provider, who may have done it */
    REFUND_DONE,
    REFUND_FAILED,            /* the provider refuses it; the money is still owed: there is another attempt, or a case for people */
    REFUND_STATES
};

enum refund_source { FOR_CANCELLATION, FOR_PAYMENT, FOR_STAFF, REFUND_SOURCES };

struct refund {               /* a row of payment_refund */
    int64_t id, payment;
    enum refund_source source;
    int64_t source_id;        /* the cancellation, the payment, or the first refund itself */
    int64_t attempt;          /* of giving back for this source: 1, 2, ...; the ones before it failed. 0: failed before they were counted */
    enum refund_state state;
    int64_t amount;           /* minor units of what was charged */
    struct str reason;
    struct str ref;           /* the provider's name of it; empty: none known */
    int64_t waiting_since;    /* when the provider said that it takes a while; 0: it has not */
    int64_t created_at, updated_at;
};

extern const char *const refund_status_words[], *const refund_source_words[];
enum refund_state refund_state_of(struct str word);
enum refund_source refund_source_of(struct str word);

/* ---- routes ---- */

struct refund_in {
    int64_t payment;
    struct money amount;
    bool has_amount;
    struct str reason;
};
struct refunds_in {
    int64_t payment, limit, cursor;
};
struct refund_view {
    int64_t id, payment;
    int status;               /* index into refund_status_words */
    int source;               /* index into refund_source_words */
    int64_t attempt;
    struct money amount;
    struct str reason;
    int64_t created_at, updated_at;
};

call_fn refund_give, refund_cancelled;                                   /* refund.c */
call_fn refund_list;                                                     /* show.c */
void refund_view(const struct refund *r, const struct payment *p, struct refund_view *ret);

/* ---- steps of the stories ---- */

struct promise_in {
    int64_t payment;
    enum refund_source source;
    int64_t source_id;        /* FOR_STAFF: none */
    int64_t amount;           /* 0: all that is left */
    bool capped;              /* no more than is left; else ERR_CONFLICT `refund_too_much` */
    struct str reason;
};
struct promise_out {
    struct payment payment;
    struct refund refund;     /* id 0: nothing was left to give back */
};
/* Makes a refund, or finds the one for the same source, its last attempt. ERR_CONFLICT `not_paid` when there is no money. */
extern const struct call refund_promise_call;

/* The next refund of a payment, after the one with this id, that is neither done nor failed. out: struct refund, id 0: none. */
struct refund_open_in {
    int64_t payment, after;
};
extern const struct call refund_open_call;

struct refund_advance_in {
    int64_t refund;
    enum refund_state to;
    struct str ref;           /* kept from now on; none when empty */
    bool waits;               /* PENDING: the provider says that it takes a while */
};
struct refund_advance_out {
    struct payment payment;
    struct refund refund;
};
/* Moves a refund if its state leads there. FAILED: makes the next attempt with it, or a case for people. PENDING again: notes what is new. */
extern const struct call refund_advance_call;
/* in: int64_t, out: struct refund. ERR_MISSING when there is none. */
extern const struct call refund_load_call;
call_fn refund_promise, refund_open, refund_advance, refund_load;        /* refund_state.c */

/* In a command: promises money back. The amount must be left. */
err refund_begin(struct ctx *cx, struct payments *s, struct payment *p, struct refund *r) MUST_USE;
/* In a command: one more attempt, after people have looked. ERR_CONFLICT `not_failed` unless *r is the last one for its source, and failed. */
err refund_again(struct ctx *cx, struct payments *s, struct payment *p, const struct refund *r, struct refund *ret_next) MUST_USE;

extern struct metric refund_moves[REFUND_STATES];

/* ---- SQL (store_refund.c) ---- */

void store_refund_insert(struct ctx *cx, const struct refund *r);
err store_refund_update(struct ctx *cx, const struct refund *r) MUST_USE;
/* ERR_MISSING when there is none. */
err store_refund(struct ctx *cx, int64_t id, struct refund *ret) MUST_USE;
err store_refund_of(struct ctx *cx, enum refund_source source, int64_t source_id, struct refund *ret, bool *ret_found) MUST_USE;
/* Id 0: none. */
err store_refund_open(struct ctx *cx, int64_t payment, int64_t after, struct refund *ret) MUST_USE;
err store_refunds(struct ctx *cx, int64_t payment, int64_t before, size_t max, struct refund *ret, size_t *ret_n) MUST_USE;

#endif
