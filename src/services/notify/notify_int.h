/* What the files of this folder share. */
#ifndef NOTIFY_INT_H
#define NOTIFY_INT_H

#include <stdatomic.h>

#include "message.h"
#include "notify.h"
#include "smtp.h"

typedef err call_fn(struct ctx *cx, void *self, const void *in, void *ret_out);

/* ---- mails (mail.c) ---- */

enum mail_kind {
    MAIL_AUTH,                /* what auth wants to be sent: which, it tells when asked for the link */
    MAIL_BOOKING_CONFIRMED, MAIL_BOOKING_CANCELLED, MAIL_REFUND_DONE, MAIL_SCHEDULE_CANCELLED, MAIL_SEAT_OFFERED,
    MAIL_WEBHOOK_DISABLED, MAIL_PAYMENT_CASE,
    MAIL_KINDS
};

extern const char *const mail_kind_words[];          /* also the names of templates, but for MAIL_AUTH: those are auth_mail_words */

enum mail_status { MAIL_QUEUED, MAIL_SENT, MAIL_DROPPED, MAIL_DEAD };
extern const char *const mail_status_words[];

/* What an event said that cannot be asked for later. */
struct mail_facts {
    int64_t booking, schedule;
    int64_t seats, until;
    struct money refund, fee;
    struct str grade, url;
    int64_t payment_case;
    struct str case_kind;
};

struct mail {                 /* a row of notify_mail */
    int64_t id, source, user;
    enum mail_kind kind;
    enum mail_status status;
    struct str facts;         /* JSON */
    int64_t attempts;
    struct str why;           /* of the last try that failed */
    int64_t due_at, created_at, done_at;             /* 0: none */
};

/* In a command: a mail to a user, unless there is one of this kind about the same source, or they do not want it. */
struct mail_order {
    enum mail_kind kind;
    int64_t source, user;
    struct mail_facts facts;
};
struct notify;
err mail_put(struct ctx *cx, struct notify *s, const struct mail_order *order) MUST_USE;

#define MAIL_ROUND 16
/* out: struct list of struct mail: those due, at most MAIL_ROUND. */
extern const struct call mail_take_call;

struct mail_done {
    int64_t mail;
    enum mail_outcome outcome;
    struct str why;
};
extern const struct call mail_done_call;
extern const struct call mail_prune_call;
/* When the next mail or the server may be tried. */
int64_t mail_send_due(void *self);
#define NOTIFY_PRUNE_MS  INT64_C(3600000)
#define NOTIFY_PRUNE_MAX 500  /* rows at a time, so that nobody waits for it */
int64_t notify_prune_due(void *self);

/* ---- what a mail says (compose.c) ---- */

/* In a story. *ret_gone: it is not to be sent any more. ERR_UNAVAILABLE and the like: later. */
err mail_compose(struct ctx *cx, struct notify *s, const struct mail *m, struct message *ret, bool *ret_gone) MUST_USE;

/* ---- sending (send.c) ---- */

call_fn mail_send;
extern const struct call mail_send_call;

/* ---- what people want to hear (settings.c) ---- */

struct settings {
    bool security;            /* always */
    bool wanted[MAIL_KINDS];  /* those with a switch */
};
/* May they be told? Mails about the account and its safety always. */
err setting_allows(struct ctx *cx, int64_t user, enum mail_kind kind, bool *ret) MUST_USE;

/* ---- the service ---- */

struct notify {
    struct sequence mails, webhooks, deliveries;
    struct smtp_server smtp;
    bool told_unset;          /* the log says that there is none; the writer's */
    struct str from, from_name, public_url, message_host;
    int utc_offset_minutes;
    int64_t keep_ms;
    bool loopback;            /* webhooks may be called there, without TLS: tests */
    long webhook_timeout_s;
    uint8_t hook_key[32];
    _Atomic int64_t mail_due, delivery_due, prune_due;
    _Atomic int64_t server_not_before;               /* the mail server is left alone until then */
    _Atomic int64_t server_failures;                 /* in a row */
};

/* JSON of a struct, in the caller's arena. */
struct str notify_json(struct ctx *cx, const struct fields *f, const void *in);
extern const struct fields mail_facts_fields;
/* Lowers a due time: from commands only. */
void due_by(_Atomic int64_t *due, int64_t at);

/* ---- routes ---- */

struct page_in {
    int64_t limit, cursor, webhook;
    int status;
    bool has_status;
};
struct page_out {
    struct list items;
    int64_t next;
};
#define PAGE_LIMIT 20

struct mail_in {
    int64_t mail;
};
struct mail_view {
    int64_t id, user;
    int kind, status;
    int64_t attempts;
    struct str why;
    int64_t created_at, next_try_at, done_at;
};
struct settings_in {
    bool has[MAIL_KINDS];
    bool wanted[MAIL_KINDS];
};

call_fn mails_list, mail_retry;                                          /* mail.c */
call_fn settings_show, settings_change;                                  /* settings.c */

/* ---- events (events.c) ---- */

extern const struct subscription notify_subscriptions[];
extern const struct call notify_note_call, heard_confirmed_call, heard_cancelled_call, heard_refunded_call, heard_offered_call, heard_mail_wanted_call,
    heard_schedule_cancelled_call, heard_user_left_call, heard_case_opened_call, notify_note_staff_call;

/* ---- metrics ---- */

extern struct metric mails_sent, mails_dropped, mails_dead, mails_failed;
extern struct metric deliveries_made, deliveries_failed, deliveries_given_up;

/* ---- SQL (store.c) ---- */

/* Index of a word that the database holds. */
int notify_word(const char *const *words, struct str word);
/* The only column of a row; INT64_MAX for NULL. */
void notify_take_int(struct ctx *cx, const struct rows *r, void *out);
err store_notify_open(struct ctx *cx, struct notify *ret) MUST_USE;
err store_mail_known(struct ctx *cx, enum mail_kind kind, int64_t source, int64_t user, bool *ret) MUST_USE;
void store_mail_row_insert(struct ctx *cx, const struct mail *m);
/* ERR_MISSING when there is none. */
err store_mail_row(struct ctx *cx, int64_t id, struct mail *ret) MUST_USE;
err store_mail_row_update(struct ctx *cx, const struct mail *m) MUST_USE;
err store_mails_due(struct ctx *cx, size_t max, struct mail *ret, size_t *ret_n) MUST_USE;
/* INT64_MAX: none. */
err store_mail_next(struct ctx *cx, int64_t *ret) MUST_USE;
/* Newest first, below `before`; status < 0: any. */
err store_mails(struct ctx *cx, int status, int64_t before, size_t max, struct mail *ret, size_t *ret_n) MUST_USE;
/* Mails and deliveries that were finished before, and mails that have waited since then; at most `max` of each. */
err store_notify_prune(struct ctx *cx, int64_t before, int64_t max, bool *ret_more) MUST_USE;
/* 0 when nothing is switched off. */
err store_setting(struct ctx *cx, int64_t user, int64_t *ret_off, bool *ret_found) MUST_USE;
err store_setting_put(struct ctx *cx, int64_t user, int64_t off, bool found) MUST_USE;
err store_setting_delete(struct ctx *cx, int64_t user) MUST_USE;

#endif
