/* A simulator of two payment companies on loopback, with faults to switch on. All state belongs to the one loop of the HTTP server and is
 * touched on its thread only; webhooks are delivered by a thread of their own (hook.c).
 *
 *   psp.c       command line, start and end
 *   door.c      requests: route, key, idempotency, and how an answer leaves, or does not
 *   fault.c     the table of fault profiles, and what they do to calls and webhooks
 *   order.c     orders, refunds, the ledger
 *   toss.c stripe.c stripe_session.c stripe_list.c      what each company's API answers
 *   toss_view.c stripe_view.c                           their objects and webhooks
 *   page.c      what the buyer sees
 *   control.c   /psp/...: the ledger and the switches
 *   form.c      nested form fields (stripe_form.c: as Stripe refuses them) */
#ifndef PSP_H
#define PSP_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/map.h"
#include "base/rng.h"
#include "fault.h"
#include "form.h"
#include "hook.h"
#include "platform/http/http.h"
#include "platform/json/build.h"
#include "platform/json/fields.h"
#include "platform/obs/log.h"

#define MERCHANTS_MAX 8
#define DAY_MS        (INT64_C(24) * 60 * 60 * 1000)
#define COUNT(array)  (sizeof(array) / sizeof((array)[0]))

enum vendor { TOSS, STRIPE, VENDORS };

/* ---- orders (order.c) ---- */

enum order_state {
    ORDER_OPEN,               /* the buyer has not been there */
    ORDER_CREATED,            /* Stripe: an intent that has not been confirmed */
    ORDER_APPROVED,           /* by the buyer: the merchant may take the money */
    ORDER_WAITING,            /* Toss: for a deposit into the virtual account */
    ORDER_TAKEN,
    ORDER_CANCELLED,          /* before anything was taken */
    ORDER_DECLINED,
    ORDER_EXPIRED,
};

enum refund_state { REFUND_PENDING, REFUND_DONE, REFUND_FAILED };

struct refund {
    struct refund *next;      /* of the same order, oldest first */
    struct order *order;
    struct str ref, reason, metadata;
    enum refund_state state;
    int64_t amount, left;     /* what could still be given back after it */
    int64_t at, ends_at;      /* ends_at: when a pending one fails */
};

struct order {
    enum vendor vendor;
    int merchant;
    int64_t number;           /* 1, 2, ... over both companies */
    const struct profile *profile;           /* of its faults */
    unsigned struck;          /* bits of enum call_kind: faults of calls that have happened */

    struct str ref;           /* paymentKey, or pi_... */
    struct str session;       /* cs_..., where the buyer is sent; of Toss: ref. Empty: no page */
    struct str charge;        /* transaction key, or ch_... */
    struct str order_id;      /* orderId, or metadata[order] */
    struct str name, method, success_url, fail_url, metadata, session_metadata, client_reference, secret;
    struct money amount;      /* as the merchant asked */
    struct money taken;       /* as it was taken */
    int64_t returned;         /* of it, with what is pending */
    enum order_state state;
    bool manual;              /* Stripe: capture is a call of its own */
    bool refused;             /* the card company will refuse: the buyer's choice */
    bool failed_once;         /* Stripe: the last attempt was declined */
    int64_t created, approved, ended, expires;
    struct refund *refunds;
    uint64_t parked;          /* the webhook that waits for the next one, 0: none */
};

struct entry {                /* of the ledger */
    const struct order *order;
    const struct refund *refund;             /* NULL: the charge */
};

struct book {
    struct arena *arena;      /* for as long as the program runs */
    struct map by_name;       /* hash of merchant, kind and name -> order or refund */
    struct order **orders;
    struct entry *entries;
    size_t order_count, order_room, entry_count, entry_room;
};

/* ---- the whole ---- */

/* A request whose answer waits, in the request's arena (door.c). */
struct held {
    struct http_task task;    /* runs when the webhook has been there */
    struct held *next;
    struct psp *psp;
    struct http_request *request;
    struct saved *saved;      /* of its idempotency key, busy meanwhile */
    struct http_reply reply;
    bool lost, listed;
    int64_t due_us;
};

struct psp {
    struct book book;
    struct hooks *hooks;
    struct rng rng;
    struct buf out;           /* the answer being written */
    struct map saved;         /* of idempotency keys: struct saved */
    struct held *held;
    struct str origin;        /* http://127.0.0.1:PORT */
    struct str keys[MERCHANTS_MAX], urls[VENDORS], webhook_secret;
    int merchants;
    const struct profile *profile;
    int64_t every, hold_ms, rate, settled;
    struct { int64_t second, calls; } pace;  /* calls of the present second, for `throttle` */
    int64_t calls[VENDORS], faults, throttled, replayed;
};

/* The simulated company's time: the machine's, and whatever POST /psp/clock has added. */
int64_t psp_now(const struct psp *p);
/* prefix and n letters or digits by chance, in the book's memory. */
struct str psp_word(struct psp *p, const char *prefix, size_t n);
struct str psp_keep(struct psp *p, struct str text);

struct order *order_new(struct psp *p, enum vendor vendor, int merchant);
/* Puts it under a name by which it is found later: its refs once they are set, or the merchant's order id. */
void order_name(struct psp *p, struct order *o, const char *kind, struct str name);
struct order *order_find(struct psp *p, int merchant, const char *kind, struct str name);
/* The money is taken, in the way that the order's profile wants. */
void order_take(struct psp *p, struct order *o, int64_t amount);
/* Gives back; more than is left is the caller's fault. */
struct refund *refund_new(struct psp *p, struct order *o, int64_t amount, struct str ref, struct str reason);
struct refund *refund_find(struct psp *p, int merchant, struct str ref);
void refund_end(struct refund *r, enum refund_state state);
static inline int64_t order_left(const struct order *o)
{
    return o->taken.amount - o->returned;
}

/* ---- requests (door.c) ---- */

enum fate {
    FATE_ANSWER,
    FATE_LOST,                /* held back, then the connection is closed */
    FATE_LATE,                /* held back, then sent */
    FATE_AFTER_WEBHOOK,       /* sent when the webhook has been there */
};

struct ask {                  /* a request under way; it and all it needs live in the request's arena */
    struct psp *psp;
    struct http_request *request;
    struct arena *arena;
    struct str param[2];      /* of the path */
    int merchant;
    struct form form;         /* Stripe's */
    struct str idempotency_key;
    struct buf *out;          /* body of the answer */
    int status;
    struct str type, location;
    bool replayed, unsaved;
    enum fate fate;
    struct held *held;
};

struct route {
    const char *method, *path;               /* "{}" stands for a parameter */
    void (*handle)(struct ask *a);
    const char *const *params;               /* Stripe: form fields that it knows */
};

extern const struct route toss_routes[], stripe_routes[], page_routes[], control_routes[];
extern const struct http_app door_app;

/* Does the order's fault strike this call, before anything has happened? Then the answer is lost: return at once. */
bool fault_before(struct ask *a, struct order *o, enum call_kind kind);
/* The call has had its effect and its answer has been written: the order's fault may change what becomes of that. */
void fault_after(struct ask *a, struct order *o, enum call_kind kind);
/* An event of the order goes to the merchant, in the way that its profile wants. */
void psp_tell(struct psp *p, struct ask *a, struct order *o, struct str body);
/* Pending refunds that are due (all of them if `all`) fail, and what has expired does: of one order, of all. */
void order_age(struct psp *p, struct order *o, bool all);
void psp_age(struct psp *p, bool all);

/* ---- the companies ---- */

void toss_refuse(struct ask *a, int status, const char *code, const char *message);
void toss_payment_write(struct psp *p, struct buf *out, const struct order *o);
void toss_tell(struct psp *p, struct ask *a, struct order *o, const char *event);
/* A body that claims what is not so. */
struct str toss_forged(struct psp *p, struct arena *arena, const struct order *o);
void toss_deposit(struct psp *p, struct order *o);
void toss_approve(struct psp *p, struct ask *a, struct order *o);
struct str toss_time(struct arena *arena, int64_t ms);

void stripe_refuse(struct ask *a, int status, const char *type, const char *code, const char *param, const char *message);
void stripe_intent_write(struct psp *p, struct buf *out, const struct order *o, bool with_charge);
void stripe_charge_write(struct buf *out, const struct order *o);
void stripe_refund_write(struct buf *out, const struct refund *r);
void stripe_session_write(struct psp *p, struct buf *out, const struct order *o, bool with_intent, bool with_charge);
enum stripe_object { OBJECT_INTENT, OBJECT_SESSION, OBJECT_CHARGE, OBJECT_REFUND };
void stripe_tell(struct psp *p, struct ask *a, struct order *o, const char *event, enum stripe_object object, const struct refund *r);

/* The buyer has decided. */
void stripe_approve(struct psp *p, struct ask *a, struct order *o);
void stripe_decline(struct psp *p, struct ask *a, struct order *o);

/* ---- JSON ---- */

void put_str(struct buf *out, const char *name, struct str value);           /* an empty one is null */
void put_raw(struct buf *out, const char *name, const char *json);

#endif
