/* Webhooks: who wants to hear what where, the deliveries that are due to them, and how one is made. */
#ifndef NOTIFY_WEBHOOK_H
#define NOTIFY_WEBHOOK_H

#include "notify_int.h"

/* ---- webhooks (webhook.c) ---- */

enum hook_event { HOOK_CONFIRMED, HOOK_CANCELLED, HOOK_REFUNDED, HOOK_SCHEDULE_CANCELLED, HOOK_EVENTS };
extern const char *const hook_event_words[];         /* "booking.confirmed", ... */

enum hook_why { HOOK_WHY_NONE, HOOK_WHY_GONE, HOOK_WHY_FAILING, HOOK_WHY_OWNER };
extern const char *const hook_why_words[];           /* why it is out of use */

#define SALT_BYTES 16

struct webhook {              /* a row of notify_webhook */
    int64_t id, owner;
    struct str url, salt;
    unsigned events;          /* bit i: enum hook_event i */
    bool active;
    enum hook_why why;
    int64_t failing_since;    /* 0: the last try went well */
    int64_t created_at;
};

struct webhook_in {
    int64_t webhook;
};
struct webhook_new_in {
    struct str url;
    unsigned events;
};
struct webhook_change_in {
    int64_t webhook;
    bool has_url, has_events, has_active, active;
    struct str url;
    unsigned events;
};
struct webhook_view {
    int64_t id, owner;
    struct str url, secret;
    unsigned events;
    bool active;
    int why;
    int64_t failing_since, created_at;
};

call_fn webhook_create, webhook_list, webhook_change, webhook_delete;

/* Fails unless the actor owns it or is an ADMIN: ERR_MISSING. */
err webhook_owned(struct ctx *cx, int64_t id, struct webhook *ret) MUST_USE;
/* Takes it out of use: what waits for it is given up, and its owner gets a mail, once by `source`. In a command. */
err webhook_disable(struct ctx *cx, struct notify *s, struct webhook *w, enum hook_why why, int64_t source) MUST_USE;

/* ---- deliveries (delivery.c) ---- */

enum delivery_status { DELIVERY_QUEUED, DELIVERY_DELIVERED, DELIVERY_FAILED };
extern const char *const delivery_status_words[];

struct delivery {             /* a row of notify_delivery */
    int64_t id, webhook;
    enum hook_event event;
    int64_t source;           /* only when it is put in */
    struct str event_id, body;
    enum delivery_status status;
    int64_t attempts, http_status;
    struct str why, answer;   /* of the last try */
    int64_t due_at, retry_until, created_at, done_at;
};

/* In a command: tells all webhooks of an owner that want this event; safe to repeat. */
struct happening {
    int64_t owner;            /* 0: nobody */
    enum hook_event event;
    int64_t source;           /* row that the event is about: unique for its kind */
    struct str data;          /* JSON */
};
err delivery_put(struct ctx *cx, struct notify *s, const struct happening *h) MUST_USE;

struct delivery_due {
    struct delivery delivery;
    struct str url, salt;
};
/* out: struct list of struct delivery_due, at most POSTS_MAX. */
extern const struct call delivery_take_call;

struct delivery_done {
    int64_t delivery;
    int64_t http_status;      /* 0: no answer */
    const char *why;          /* a word; "" when there was an answer */
    struct str answer;
};
extern const struct call delivery_done_call;
int64_t delivery_send_due(void *self);

struct delivery_in {
    int64_t delivery;
};
struct delivery_view {
    int64_t id, webhook;
    int event, status;
    struct str event_id, why, answer;
    int64_t attempts, http_status, created_at, next_try_at, done_at;
};
call_fn deliveries_list, delivery_redeliver;

/* ---- making them (deliver.c, post.c) ---- */

call_fn delivery_send;
extern const struct call delivery_send_call;

/* ---- SQL (store_webhook.c) ---- */

err store_webhook_count(struct ctx *cx, int64_t owner, int64_t *ret) MUST_USE;
err store_webhook(struct ctx *cx, int64_t id, struct webhook *ret) MUST_USE;
err store_webhooks_of(struct ctx *cx, int64_t owner, size_t max, struct webhook *ret, size_t *ret_n) MUST_USE;
/* owner 0: all. */
err store_webhooks(struct ctx *cx, int64_t owner, int64_t before, size_t max, struct webhook *ret, size_t *ret_n) MUST_USE;
void store_webhook_insert(struct ctx *cx, const struct webhook *w);
err store_webhook_update(struct ctx *cx, const struct webhook *w) MUST_USE;
/* With its deliveries. */
err store_webhook_delete(struct ctx *cx, int64_t id) MUST_USE;
err store_delivery_known(struct ctx *cx, const struct delivery *d, bool *ret) MUST_USE;
void store_delivery_insert(struct ctx *cx, const struct delivery *d);
err store_delivery(struct ctx *cx, int64_t id, struct delivery *ret) MUST_USE;
err store_delivery_update(struct ctx *cx, const struct delivery *d) MUST_USE;
err store_deliveries_due(struct ctx *cx, size_t max, struct delivery *ret, size_t *ret_n) MUST_USE;
err store_deliveries(struct ctx *cx, int64_t webhook, int64_t before, size_t max, struct delivery *ret, size_t *ret_n) MUST_USE;
err store_delivery_next(struct ctx *cx, int64_t *ret) MUST_USE;
/* Those of the next `max` that are due. */
err store_deliveries_hold_back(struct ctx *cx, int64_t webhook, int64_t until, int64_t max) MUST_USE;
err store_deliveries_give_up(struct ctx *cx, int64_t webhook, const char *why) MUST_USE;

#endif
