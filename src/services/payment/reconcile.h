/* The daily comparison of each provider's books with ours, in both directions.
 *
 * A reconciliation is a day (of the Korean calendar) of one provider and merchant account. Its pages are read into payment_book_line, then statements
 * look for what is not the same (queries_books.sql), and each finding is a difference, once for ever, with a case for people. All of it may be
 * done again at any time: lines and differences are known by what they are about. A difference that is no longer found is settled. */
#ifndef PAYMENT_RECONCILE_H
#define PAYMENT_RECONCILE_H

#include "case.h"

enum reconciliation_state {
    RECONCILIATION_READING,   /* pages of the provider's books are being read */
    RECONCILIATION_COMPARING,
    RECONCILIATION_DONE,
    RECONCILIATION_STATES
};

enum difference_kind {
    CHARGE_UNKNOWN,           /* there, of no payment of ours */
    CHARGE_NOT_HERE,          /* there, but we have not taken this payment's money */
    CHARGE_DIFFERS,           /* in both, with another amount or currency */
    CHARGED_TWICE,            /* there once more than the payment asks for */
    CHARGE_NOT_THERE,         /* here only */
    REFUND_UNKNOWN,           /* there, of no payment of ours */
    REFUND_NOT_HERE,          /* there, more went back of the payment */
    REFUND_NOT_THERE,         /* there, less went back of the payment */
    DIFFERENCE_KINDS
};

struct difference_row {
    const char *word;
    const char *action;       /* proposed */
    enum case_kind case_kind;
    enum case_action case_action;
};

extern const struct difference_row difference_rows[DIFFERENCE_KINDS];
extern const char *const reconciliation_state_words[];

#define DIFFERENCES_MAX 1000  /* a reconciliation; then something is wrong as a whole */

struct reconciliation {       /* a row of payment_reconciliation */
    int64_t id;
    const struct provider *provider;
    int64_t account;          /* row of payment_account; 0: the platform's */
    int64_t day;              /* since 1970 in Korea */
    enum reconciliation_state state;
    struct str cursor;        /* READING: of the next page */
    int64_t compared_at;      /* since when it was compared the last time */
    int64_t ended_at;         /* 0: not yet */
    bool capped;              /* DIFFERENCES_MAX was reached */
};

struct difference {           /* a row of payment_difference, or what is to become one */
    int64_t id;
    enum difference_kind kind;
    int64_t payment;          /* 0: none of ours */
    struct str ref;           /* the provider's name of the charge or refund; empty: it is about the payment as a whole */
    struct money here, there; /* no currency: nothing on this side */
    int64_t found_at, settled_at;        /* settled_at 0: open */
    int64_t key;              /* of the statement that found it, to go on from */
};

struct money_sum {            /* what moved in a day in one currency */
    char currency[4];
    int64_t charged_there, charged_here, refunded_there, refunded_here;
};

/* ---- days ---- */

int64_t day_of(int64_t ms);
int64_t day_begins(int64_t day);
/* "2026-11-23" */
struct str day_text(struct ctx *cx, int64_t day);
bool day_read(struct str text, int64_t *ret);

/* ---- the job (reconcile.c) ---- */

extern const struct call reconcile_call;
int64_t reconcile_due(void *self);
/* When the books of the day before are to be compared; the next time after `now`. */
int64_t reconcile_next(const struct payments *s, int64_t now);

/* ---- its steps (reconcile_steps.c) ---- */

struct account_ref {
    const struct provider *provider;
    int64_t account;
};
struct plan_in {
    struct list accounts;     /* struct account_ref */
    int64_t day;              /* this one, from the beginning; 0: all days until yesterday that are missing */
};
/* Makes what is to be reconciled, and has those with open differences compared once more. in: struct plan_in */
extern const struct call reconcile_plan_call;

struct accounts_in {
    int64_t from, to;
    const struct provider *provider;     /* NULL: all */
};
/* The platform's accounts and those of organizers through which money moved. in: struct accounts_in, out: struct list of struct account_ref */
extern const struct call reconcile_accounts_call;

/* The first one after an id that is not done; id 0: none. in: int64_t, out: struct reconciliation */
extern const struct call reconcile_unfinished_call;

struct page_in {
    int64_t id;
    struct str cursor;        /* that led to the page */
    struct list lines;        /* struct provider_line: all of it, or a part */
    bool more;                /* the rest of the page follows */
    struct str next;          /* empty: that was all */
};
/* Keeps a page or a part of it, unless somebody has begun anew. in: struct page_in, out: struct reconciliation */
extern const struct call reconcile_page_call;

struct find_in {
    struct reconciliation r;
    enum difference_kind kind;
    int64_t after;            /* key of the last one */
};
/* in: struct find_in, out: struct list of struct difference, at most FIND_MAX */
#define FIND_MAX 100
extern const struct call reconcile_find_call;

struct note_found_in {
    struct reconciliation r;
    struct list found;        /* struct difference */
};
/* Keeps findings and opens their cases. out: bool, false when there are too many to go on */
extern const struct call reconcile_note_call;

struct finish_in {
    struct reconciliation r;
    bool capped;
};
/* Settles what was not found any more, sums up. */
extern const struct call reconcile_finish_call;

/* ---- routes (reconcile_show.c) ---- */

extern const struct call reconciliation_list_call, reconciliation_show_call, reconciliation_csv_call, reconciliation_start_call,
    reconciliation_started_call;

extern struct metric reconcile_differences, reconcile_last_run;

#define RECONCILE_CONFIG                                                                                                                     \
    { .name = "payment.reconcile_at", .type = CONFIG_INT, .def = "4", .low = 0, .high = 23,                                                  \
      .help = "Hour of the day, Korean time, at which the providers' books of the day before are compared with ours." }

/* ---- SQL (store_books.c) ---- */

err store_books_open(struct ctx *cx, struct payments *s) MUST_USE;
/* Inserts a line, or brings it up to date. */
err store_book_line(struct ctx *cx, struct payments *s, const struct reconciliation *r, const struct provider_line *l) MUST_USE;

/* ERR_MISSING when there is none. */
err store_reconciliation(struct ctx *cx, int64_t id, struct reconciliation *ret) MUST_USE;
/* id 0: none. */
err store_reconciliation_of(struct ctx *cx, const struct account_ref *a, int64_t day, struct reconciliation *ret) MUST_USE;
err store_reconciliation_unfinished(struct ctx *cx, int64_t after, struct reconciliation *ret) MUST_USE;
/* Newest first. provider NULL: all. */
err store_reconciliations(struct ctx *cx, const struct provider *provider, int64_t before, size_t max, struct reconciliation *ret,
                          size_t *ret_n) MUST_USE;
/* 0: none yet. */
err store_reconciliation_last_day(struct ctx *cx, const struct account_ref *a, int64_t *ret) MUST_USE;
void store_reconciliation_insert(struct ctx *cx, const struct reconciliation *r);
err store_reconciliation_update(struct ctx *cx, const struct reconciliation *r) MUST_USE;
err store_reconciliation_again(struct ctx *cx) MUST_USE;
/* Organizers' accounts; struct account_ref. */
err store_books_accounts(struct ctx *cx, int64_t from, int64_t to, struct list *ret) MUST_USE;

err store_find(struct ctx *cx, const struct find_in *in, struct list *ret) MUST_USE;
/* *ret_new: it was not known. */
err store_difference(struct ctx *cx, struct payments *s, const struct reconciliation *r, struct difference *d, bool *ret_new) MUST_USE;
/* Those not seen since the comparison began, and those that people have decided. */
err store_difference_settle(struct ctx *cx, const struct reconciliation *r) MUST_USE;
err store_difference_counts(struct ctx *cx, int64_t reconciliation, int64_t *ret_all, int64_t *ret_open) MUST_USE;
err store_differences(struct ctx *cx, int64_t reconciliation, bool open_only, int64_t after, size_t max, struct difference *ret, size_t *ret_n) MUST_USE;
/* Of both sides, written and read; struct money_sum. */
err store_sums_put(struct ctx *cx, const struct reconciliation *r) MUST_USE;
err store_sums(struct ctx *cx, int64_t reconciliation, struct list *ret) MUST_USE;
/* Sets the gauges. */
err store_books_metrics(struct ctx *cx) MUST_USE;

#endif
