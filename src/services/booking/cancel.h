/* Inside booking: what comes after a booking is confirmed. */
#ifndef BOOKING_CANCEL_H
#define BOOKING_CANCEL_H

#include "services/booking/booking_int.h"
#include "services/payment/payment.h"

/* ---- ladder.c: what it costs; no database ---- */

struct cancel_step {
    int64_t days_before;      /* at least so many days before the show ... */
    int64_t percent;          /* ... a seat costs this share of what was paid for it, */
    int64_t amount;           /* but no more than this, in minor units; 0: no such limit */
};

struct cancel_policy {
    int64_t free_days, free_days_before; /* free for so many days after the booking, while the show is so many days away */
    int64_t closes_days_before;          /* so many days before the show, at this time of day, nothing can be cancelled any more */
    struct str closes_at, closes_at_sunday;          /* "17:00"; the second for shows on a Sunday, when not empty */
    struct list steps;        /* struct cancel_step, the farthest from the show first; nearer than the last one nothing can be cancelled */
};

struct cancel_terms {         /* at one moment */
    bool open;                /* may be cancelled */
    int64_t percent, amount;  /* as in struct cancel_step */
    int64_t until;            /* these terms hold before this moment */
};

struct cancel_paid {          /* what the booking was paid with, over all its seats */
    int64_t prices, money, mileage;
};

struct cancel_sum {
    int64_t refund, fee, mileage;        /* refund: what comes back, the fee already taken off */
};

/* The usual ladder of Korean ticket sellers. */
struct cancel_policy cancel_policy_usual(const char *currency);
/* "00:00" to "23:59"? */
bool clock_text_holds(struct str text);
struct cancel_terms cancel_terms_at(const struct cancel_policy *p, int64_t booked_at, int64_t starts_at, int64_t now);
/* Of one seat, given what was paid for it in money. */
int64_t cancel_fee(const struct cancel_terms *t, int64_t paid);
/* What comes back for these seats. Seats whose prices sum to prices_before were given up earlier: the parts of a booking add up to the whole. */
struct cancel_sum cancel_sum(const struct cancel_terms *t, const struct cancel_paid *paid, int64_t prices_before, const struct seat_line *lines, size_t n);

/* ---- policy.c ---- */

/* The policy that a booking of this time is under. From reads and commands. */
err policy_of(struct ctx *cx, const struct sale *s, int64_t booked_at, struct cancel_policy *ret) MUST_USE;

/* ---- cancel.c ---- */

struct cancellation {
    int64_t id, booking, refund, fee, mileage_back, created_at, refunded_at;         /* refunded_at 0: something is open */
    int reason;               /* enum cancel_reason */
    bool whole;
    struct str note;
    struct list lines;        /* struct seat_line */
};

/* Of one's own by the buyer, with the fee of the policy; of any by staff, with or without. */
struct cancel_wish {
    enum cancel_reason reason;
    bool with_fee;
    struct str note;
    struct list guids;        /* struct str; none: all seats */
};

/* Follows the wish: *ret is what came of it, or of the same wish before. ERR_CONFLICT: not_cancellable, too_late_to_cancel, ticket_used,
 * not_confirmed; ERR_INPUT names seats that are not the booking's. In commands. */
err booking_cancel(struct ctx *cx, struct booking *b, const struct booking_row *row, const struct cancel_wish *wish, struct cancellation *ret) MUST_USE;
/* What following it at a moment would give; changes nothing. ERR_CONFLICT as the cancellation itself would. From reads and commands. */
err cancel_quote(struct ctx *cx, const struct sale *s, const struct booking_row *row, const struct cancel_wish *wish, int64_t at,
                 struct cancellation *ret, struct cancel_terms *ret_terms) MUST_USE;

/* ---- cancellation.c: how it is shown ---- */

struct amounts_out {
    int64_t amount, fee;
    struct str currency;
};

struct cancellation_out {
    int64_t id, created_at, refunded_at, mileage_back;
    int reason;
    bool whole;
    struct list seats;        /* struct str: guids */
    struct amounts_out refund;
};

struct cancelled_out {        /* a booking, just cancelled */
    int64_t booking;
    int status;               /* enum booking_status */
    struct cancellation_out cancellation;
};

extern const struct fields cancelled_out_fields, cancellation_out_fields;
struct cancellation_out cancellation_show(struct ctx *cx, const struct sale *s, const struct cancellation *c);
/* All of a booking: struct cancellation_out. */
err cancellations_show(struct ctx *cx, const struct sale *s, int64_t booking, struct list *ret) MUST_USE;
/* The answer to a cancellation that was just made. */
err cancelled_show(struct ctx *cx, const struct sale *s, const struct cancellation *c, struct cancelled_out *ret) MUST_USE;

/* ---- events.c ---- */

void tell_cancelled(struct ctx *cx, const struct sale *s, const struct booking_row *row, const struct cancellation *c);
void tell_refunded(struct ctx *cx, const struct booking_row *row, const struct payment_refunded *in);

/* ---- calls ---- */

extern const struct call policy_get_call, policy_set_call, policy_put_command;
extern const struct call cancellation_quote_call, cancellation_quote_seats_call, cancel_call, booking_refunded_call;
extern struct metric metric_cancelled_seats;

/* ---- store_cancel.c ---- */

void store_cancellation_put(struct ctx *cx, const struct cancellation *c);
/* Of a booking, the oldest first. */
err store_cancellations(struct ctx *cx, int64_t booking, struct list *ret) MUST_USE;
err store_cancellation_get(struct ctx *cx, int64_t id, struct cancellation *ret, bool *ret_found) MUST_USE;
err store_cancellation_refunded(struct ctx *cx, int64_t id) MUST_USE;
/* How many of its refunds are open. */
err store_cancellations_open(struct ctx *cx, int64_t booking, int64_t *ret) MUST_USE;
/* Was it confirmed before it ended? */
err store_was_confirmed(struct ctx *cx, int64_t booking, bool *ret) MUST_USE;
/* Seats of its tickets that were used at the door. */
err store_tickets_used(struct ctx *cx, int64_t booking, struct list *ret_seats) MUST_USE;
err store_ticket_void(struct ctx *cx, int64_t booking, uint32_t seat) MUST_USE;
/* The seats that are left to a hold. */
err store_hold_shrink(struct ctx *cx, int64_t hold, const struct seat_line *lines, size_t n) MUST_USE;
void store_policy_put(struct ctx *cx, int64_t id, int64_t performance, struct str body);
/* The policy in force at a moment, as it was stored; *ret_found tells whether there is an own one. */
err store_policy_at(struct ctx *cx, int64_t performance, int64_t moment, struct str *ret_body, int64_t *ret_since, bool *ret_found) MUST_USE;

#endif
