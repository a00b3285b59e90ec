/* What the files of this folder share. */
#ifndef PAYMENT_INT_H
#define PAYMENT_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/map.h"
#include "base/wheel.h"
#include "platform/obs/metrics.h"
#include "payment.h"
#include "provider.h"

/* ---- states (state.c) ---- */

enum payment_state {
    PAYMENT_READY,            /* asked of the buyer */
    PAYMENT_CONFIRMING,       /* asked of the provider, who may have taken the money */
    PAYMENT_PENDING,          /* the provider will tell later */
    PAYMENT_CAPTURED,         /* the money is there; booking has not been told */
    PAYMENT_PAID,
    PAYMENT_FAILED,           /* the provider declined it: nothing was taken */
    PAYMENT_CANCELLED,        /* given up before the provider was asked for money */
    PAYMENT_REFUND_DUE,       /* booking could not use the money: it goes back */
    PAYMENT_REFUNDED,
    PAYMENT_QUARANTINED,      /* the provider took another amount: that goes back, booking hears nothing */
    PAYMENT_STATES
};

enum payment_why {
    WHY_CREATED, WHY_ASKED, WHY_WAITING, WHY_APPROVED, WHY_CONFIRMED,
    WHY_DECLINED,             /* by the provider */
    WHY_NOT_PAYABLE,          /* the booking was cancelled or paid before the provider was asked */
    WHY_SUPERSEDED,           /* another one took its place: another amount was due, or the buyer had called it off */
    WHY_AMOUNT,               /* the provider took another amount */
    WHY_TOO_LATE,             /* the seats were gone, or the booking was paid already */
    WHY_RETURNED,             /* all of it went back after it was paid */
    WHYS
};

struct payment {              /* a row of payment_intent */
    int64_t id, booking, user;
    int64_t organizer, performance, schedule;        /* whose money it is, and for what */
    const struct provider *provider;
    int64_t account;          /* row of payment_account whose keys are used; 0: the platform's */
    enum payment_state state;
    enum payment_why why;     /* of the last move */
    struct money amount;
    struct str title;         /* what it is for, as the provider shows it */
    struct str method;        /* how the buyer wants to pay; empty: as is usual */
    struct str ref;           /* the provider's name of it; empty: none known */
    struct str payment_key;   /* what its page returned */
    int64_t captured, refunded;          /* in charged_currency */
    char charged_currency[4]; /* the amount's, unless the provider took another; empty while nothing was captured */
    int64_t promised;         /* what has gone back, goes back, or is owed */
    int64_t refused;          /* of that: what the provider would not give back; people have to see to it */
    int64_t let_go_at;        /* when the provider is to be told that nobody wants this charge; 0: not, or it has been told */
    int64_t created_at;
    bool waits;               /* not in the row: what payment_drive left open is for the provider to end, and it said so */
};

struct payment_state_row {
    const char *word;
    int shown;                /* index into payment_status_words */
    unsigned next;            /* states it may move to, as bits */
    bool unfinished;          /* somebody has to take it up until it moves on */
    bool unclear;             /* nobody can say whose its money is, or whether there is any */
    bool gives_back;          /* on entering, all of the money is promised back */
};

extern const struct payment_state_row payment_states[PAYMENT_STATES];
extern const char *const payment_status_words[];     /* what clients see */
extern const char *const payment_why_words[];
enum payment_state payment_state_of(struct str word);
enum payment_why payment_why_of(struct str word);

/* ---- the ledger (ledger.c): in the command of the move that it is about ---- */

struct move {                 /* a line of the audit trail; the ledger's lines of a move are one entry */
    int64_t id, payment, refund;         /* refund 0: of the payment itself */
    const char *from, *to, *why;
};
struct refund;
/* A payment has entered a state: books what that means for the money. */
err ledger_payment(struct ctx *cx, const struct payment *p, const struct move *m) MUST_USE;
/* A refund of it has. */
err ledger_refund(struct ctx *cx, const struct payment *p, const struct refund *r, const struct move *m) MUST_USE;

/* ---- payments somebody has to take up again (watch.c) ---- */

/* One story at a time works on a payment: whoever takes it. The set is rebuilt at open; it may name payments that are finished. */
struct watch {
    pthread_mutex_t lock;
    struct wheel wheel;       /* those that wait */
    struct map entries;
};

void watch_open(struct watch *w, int64_t now);
void watch_close(struct watch *w);
/* Somebody should take it up by then, or as soon as whoever has it gives it back. Not in a command: what it is to find is not durable yet. */
void watch_add(struct watch *w, int64_t payment, int64_t due);
/* False when another story has it; that one will find a reason to look once more. */
bool watch_take(struct watch *w, int64_t payment);
/* Takes one that is due. */
bool watch_take_due(struct watch *w, int64_t now, int64_t *ret_payment);
/* How often it was given back unfinished. */
int watch_attempts(struct watch *w, int64_t payment);
/* Unfinished: comes again when due, or at once when somebody wanted it meanwhile. `attempt` counts, else the count begins anew. */
void watch_give_back(struct watch *w, int64_t payment, int64_t due, bool attempt);
/* Finished; comes once more when somebody wanted it meanwhile. */
void watch_end(struct watch *w, int64_t payment);
int64_t watch_next(struct watch *w);

/* ---- the service ---- */

struct gate;
struct vendors;
struct payments {
    struct sequence payments, moves, refunds, cases, accounts;
    struct vendors *vendors;  /* vendor.h */
    struct sequence charges, sandbox_refunds, webhooks;          /* the sandbox's */
    struct watch watch;
    struct gate *gate;        /* gate.h */
    struct sequence book_lines, reconciliations, differences;    /* reconcile.h */
    int64_t reconcile_hour;   /* of the Korean day */
    _Atomic int64_t reconcile_due;
    int64_t resume_ms, poll_ms, late_ms;
    int64_t refund_attempts;
    size_t threads;           /* that take payments up again */
    _Atomic int64_t sandbox_due, unclear_due;
    _Atomic int printing;     /* paper.c */
    err (*between)(struct ctx *cx);      /* called between the steps of a story, NULL but in tests: a failure ends it there as a crash would */
};

typedef err call_fn(struct ctx *cx, void *self, const void *in, void *ret_out);

/* ---- routes ---- */

struct create_in {
    int64_t booking;
    int provider;             /* index into provider_words */
    int method;               /* index into payment_method_words */
};
struct confirm_in {
    int64_t payment;
    struct str payment_key;
    int64_t amount;
};
struct payment_in {
    int64_t payment;
};
struct list_in {
    int64_t booking, limit, cursor;
};
struct payment_view {
    int64_t id, booking;
    int status;               /* index into payment_status_words */
    struct money amount, refunded;
    struct str provider, client, reason;
    int64_t created_at;
    bool refund_account_needed;          /* payment_show only */
};
struct list_out {
    struct list items;        /* struct payment_view, or struct refund_view */
    int64_t next;
};
struct webhook_in {
    struct raw_in raw;
    struct str provider;
    struct str signatures[PROVIDERS];    /* each provider's own header */
};

call_fn payment_create, payment_open;                                    /* create.c */
err payment_create_takes(struct ctx *cx, void *self, const void *in, struct taken *ret);
call_fn payment_confirm;                                                 /* confirm.c */
call_fn payment_webhook;                                                 /* webhook.c */
extern const struct call payment_webhook_call;
/* What a genuine webhook does. Fails when the provider should send it again. (heard.c) */
err payment_heard(struct ctx *cx, struct payments *s, const struct provider *provider, const struct webhook_event *event, struct raw_out *ret) MUST_USE;
call_fn payment_booking_ended;                                           /* let_go.c */
extern const struct call payment_ended_call;
call_fn payment_show, payment_list;                                      /* show.c */
call_fn payment_resume;                                                  /* resume.c, by several threads */

void payment_view(const struct payment *p, struct payment_view *ret);
/* A payment for its payer and the people in charge; ERR_MISSING for all others. (show.c) */
err payment_visible(struct ctx *cx, int64_t payment, struct payment *ret) MUST_USE;

/* ---- steps of the stories: calls that never leave this service, so they need no field tables ---- */

struct open_in {
    int64_t booking;
    const struct provider *provider;
    struct money due;
    int64_t organizer, performance, schedule;
    struct str title, method;
};
struct open_out {
    struct payment payment;
    int64_t superseded;       /* the one that was ready, for something else; 0: none */
};
/* Makes a payment, or finds the one that is still ready. */
extern const struct call payment_open_call;

/* in: struct payment_in, out: struct payment. ERR_MISSING when there is none. */
extern const struct call payment_load_call;
call_fn payment_load;                                                    /* show.c */

struct event_in {
    const struct provider *provider;
    struct str id;
};
/* in: struct event_in, out: bool: this event has had its effect. */
extern const struct call payment_event_seen_call;
call_fn payment_event_seen;                                              /* heard.c */

struct advance_in {
    int64_t payment;
    enum payment_state to;
    enum payment_why why;
    struct str payment_key;   /* to CONFIRMING */
    struct str ref;           /* of the provider, kept from now on; none when empty */
    struct money captured;    /* to CAPTURED, QUARANTINED */
    struct str event;         /* of the provider, remembered with its effect; none when empty */
};
struct advance_out {
    struct payment now;
    bool moved;               /* false: its state no longer led there (or the event has had its effect), nothing was changed */
};
extern const struct call payment_advance_call;
call_fn payment_advance;                                                 /* state.c */

/* Notes what changes nothing but the provider's concerns: no move. */
struct note_in {
    int64_t payment;
    struct str ref;           /* kept from now on; none when empty */
    bool lets_go;             /* let_go_at becomes the next member, unless the payment is under way or paid */
    int64_t let_go_at;
};
/* in: struct note_in, out: struct payment */
extern const struct call payment_note_call;
call_fn payment_note;                                                    /* state.c */

/* In a command: writes a new payment and its first move. */
void payment_begin(struct ctx *cx, struct payments *s, struct payment *p);
/* In a command: the one function that moves a payment. The state must lead there. Writes the move and the ledger's entry. */
err payment_move(struct ctx *cx, struct payments *s, struct payment *p, enum payment_state to, enum payment_why why) MUST_USE;
bool payment_may_move(const struct payment *p, enum payment_state to);
/* In a command: all of the money has gone back, so the payment is refunded. Else it stays what it is. */
err payment_end_returned(struct ctx *cx, struct payments *s, struct payment *p) MUST_USE;
/* Is something left to do that does not need people? */
bool payment_unfinished(const struct payment *p);
/* Nobody can say yet whose its money is, and the provider has not said that it takes a while. */
bool payment_unclear_now(const struct payment *p);

/* ---- settling (settle.c): in stories, by whoever has taken the payment ---- */

/* The moment between two steps. */
err payment_between(struct ctx *cx, const struct payments *s) MUST_USE;
/* The id that others know a payment or refund by. (merchant.c) */
struct str payment_public_id(struct ctx *cx, enum id_kind kind, int64_t id);
/* What the provider is asked for, and with whose keys. (merchant.c) */
err payment_charge(struct ctx *cx, struct payments *s, const struct payment *p, struct charge *ret) MUST_USE;
/* Asks the provider for the money. *p is CONFIRMING and moves with its verdict. */
err payment_ask(struct ctx *cx, struct payments *s, struct payment *p) MUST_USE;
/* What the provider knows about it. */
struct verdict payment_query(struct ctx *cx, struct payments *s, const struct payment *p);
/* Moves *p by what the provider has said. */
err payment_judge(struct ctx *cx, struct payment *p, const struct verdict *v, struct str event) MUST_USE;
/* Does what the state and the refunds ask for until nothing is left to do, or something has to be waited for. */
err payment_drive(struct ctx *cx, struct payments *s, struct payment *p) MUST_USE;
/* Asks the provider for what was promised back. Of a taken payment; *p follows. (refund.c) */
err refunds_drive(struct ctx *cx, struct payments *s, struct payment *p) MUST_USE;
/* Gives a taken payment back: it is finished, or comes again. */
void payment_release(struct ctx *cx, struct payments *s, const struct payment *p);
/* Tells the provider of a taken payment that nobody wants it, when it is time. *p follows, also if it turns out to have been charged. (let_go.c) */
err payment_let_go(struct ctx *cx, struct payments *s, struct payment *p) MUST_USE;
/* Reads a payment that was taken from the watch; if that fails it has been given back. (resume.c) */
err payment_taken(struct ctx *cx, struct payments *s, int64_t id, struct payment *ret) MUST_USE;
/* Takes a payment as far as it goes, unless somebody else has it: that one looks once more. (resume.c) */
void payment_take_up(struct ctx *cx, struct payments *s, int64_t id);

/* ---- metrics ---- */

extern struct metric payment_moves[PAYMENT_STATES];
extern struct metric payment_stuck, webhooks_taken, webhooks_repeated, webhooks_forged, webhooks_ignored, webhooks_mismatched;

/* ---- SQL (store.c): each statement as a function ---- */

err store_sequences(struct ctx *cx, struct payments *ret) MUST_USE;
/* From two columns of a row. */
struct money store_money(const struct rows *r, int amount, int currency);
/* ERR_MISSING when there is none. */
err store_payment(struct ctx *cx, int64_t id, struct payment *ret) MUST_USE;
/* The payment that stands in the way of another one for its booking; *ret_found tells whether there is one. */
err store_payment_live(struct ctx *cx, int64_t booking, struct payment *ret, bool *ret_found) MUST_USE;
/* Up to max payments with an id below `before`, newest first; booking 0 and user 0: any. */
err store_payments(struct ctx *cx, int64_t booking, int64_t user, int64_t before, size_t max, struct payment *ret, size_t *ret_n) MUST_USE;
err store_unfinished(struct ctx *cx, struct watch *w) MUST_USE;
void store_payment_insert(struct ctx *cx, const struct payment *p);
err store_payment_update(struct ctx *cx, const struct payment *p) MUST_USE;

void store_move_insert(struct ctx *cx, const struct move *m);

err store_event_seen(struct ctx *cx, const char *provider, struct str event, bool *ret) MUST_USE;
void store_event_insert(struct ctx *cx, const struct payment *p, struct str event);

#endif
