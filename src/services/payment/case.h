/* Cases: what people have to look at, once each, and how they decided. */
#ifndef PAYMENT_CASE_H
#define PAYMENT_CASE_H

#include "refund.h"

#include "platform/obs/metrics.h"

enum case_kind {
    CASE_WEBHOOK_MISMATCH,    /* a webhook that differs from what is stored: it had no effect */
    CASE_FOREIGN_CHARGE,      /* the provider answered with a charge of another order or merchant */
    CASE_REFUND_FAILED,       /* the provider refuses to give back what is owed */
    CASE_UNCLEAR_TOO_LONG,    /* money of which nobody could say for ten minutes whose it is */
    CASE_CHARGE_UNKNOWN,      /* in the provider's books, but not in ours */
    CASE_BOOKS_DIFFER,        /* in both books, but not the same */
    CASE_KINDS
};

enum case_action { CASE_ASK_AGAIN, CASE_REFUND, CASE_RETRY_REFUND, CASE_IGNORE, CASE_ACTIONS };

enum case_state { CASE_OPEN, CASE_RESOLVED };

extern const char *const case_kind_words[], *const case_action_words[], *const case_state_words[];
/* Indices into them; of rows. */
enum case_kind case_kind_of(struct str word);
enum case_action case_action_of(struct str word);
enum case_state case_state_of(struct str word);

struct case_order {
    struct str source;        /* what it is about, for ever: at most 200 bytes; at most one case is made of it */
    enum case_kind kind;
    const struct provider *provider;
    int64_t payment, refund, booking;    /* 0: none */
    struct str about;         /* what differs: amount, currency, order, merchant; else empty */
    struct str told, stored;  /* for people, the same in every language: "152000 KRW", a provider's name of a charge; empty: nothing */
    enum case_action proposed;
};

/* In a command: opens a case unless there was one of this source, tells it (payment.case_opened) and counts it. */
err case_put(struct ctx *cx, struct payments *s, const struct case_order *o) MUST_USE;
/* The same from a story. in: struct case_order */
extern const struct call case_open_call;
/* "152000 KRW" */
struct str case_money(struct ctx *cx, const struct money *m);

struct payment_case {         /* a row of payment_case */
    int64_t id;
    int kind, state, proposed;           /* indices into the words */
    struct str provider;
    int64_t payment, refund, booking;
    struct str about, told, stored;
    int64_t opened_at;
    bool resolved;            /* the rest is there */
    int resolution;
    int64_t resolved_by, resolved_at;
    struct str note;
};

struct case_filter {
    int64_t payment, limit, before;      /* before: cases with a smaller id */
    int kind, state;
    bool has_kind, has_state;
    struct str provider;      /* empty: any */
};

struct resolve_in {
    int64_t id;
    int action;               /* enum case_action */
    struct str note;
};

/* ---- the calls behind the routes (case.c), for the service's tables ---- */

extern const struct call case_list_call, case_csv_call, case_show_call, case_resolve_call, case_decide_call;

/* ---- money unclear for too long (unclear.c) ---- */

#define UNCLEAR_MS      (INT64_C(10) * 60 * 1000)
#define UNCLEAR_LOOK_MS INT64_C(15000)

extern const struct call unclear_look_call, unclear_find_call, unclear_close_call;
int64_t unclear_due(void *self);
/* Something has become unclear: somebody looks at it soon. */
void unclear_begins(struct payments *s, int64_t now);

struct unclear {              /* a payment, or a refund of one */
    int64_t payment, refund, booking;
    const struct provider *provider;
    struct str state;
    struct money amount;
    int64_t since;
};

extern struct metric cases_opened[CASE_KINDS], payment_unclear, payment_unclear_oldest;

/* ---- SQL (store_case.c) ---- */

err store_case_known(struct ctx *cx, struct str source, bool *ret) MUST_USE;
void store_case_insert(struct ctx *cx, int64_t id, const struct case_order *o);
/* *ret_changed: it was open. */
err store_case_resolve(struct ctx *cx, int64_t id, enum case_action how, struct str note, bool *ret_changed) MUST_USE;
/* ERR_MISSING when there is none. */
err store_case(struct ctx *cx, int64_t id, struct payment_case *ret) MUST_USE;
/* Newest first. */
err store_cases(struct ctx *cx, const struct case_filter *f, size_t max, struct payment_case *ret, size_t *ret_n) MUST_USE;
/* How many are unclear, and since when the oldest is. */
err store_unclear(struct ctx *cx, int64_t *ret_count, int64_t *ret_since) MUST_USE;
/* Open cases of money that has become clear since: *ret_count of them; and closes them, as asked again and answered, by nobody. */
err store_unclear_over(struct ctx *cx, int64_t *ret_count) MUST_USE;
err store_unclear_close(struct ctx *cx) MUST_USE;
/* Those unclear since `before` or earlier that have no case, oldest first. */
err store_unclear_old(struct ctx *cx, int64_t before, size_t max, struct unclear *ret, size_t *ret_n) MUST_USE;

#endif
