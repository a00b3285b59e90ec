/* Inside booking: what staff sees and does. */
#ifndef BOOKING_ADMIN_H
#define BOOKING_ADMIN_H

#include "services/booking/cancel.h"
#include "services/booking/door_int.h"

enum sale_method { SOLD_ONLINE, SOLD_CASH, SOLD_CARD_TERMINAL, SOLD_COMPLIMENTARY };
extern const char *const sale_method_words[];

struct overview {             /* a row of booking_overview */
    int64_t id, schedule, performance, user, payment, created_at;    /* user 0: sold at the box office */
    int64_t total, discount, mileage, due, refund;   /* refund: what cancellations gave back */
    int status, method;
    struct str buyer_name, buyer_phone, reason;      /* of a sale at the box office */
    int64_t staff;            /* who sold it there */
    struct list lines;        /* struct seat_line */
};

struct overview_wish {
    int64_t schedule, performance, user, owner;      /* 0: any */
    int64_t from, to, before;
    int64_t limit;
    int status;               /* -1: any */
    struct str words;         /* in title, buyer's name or phone, ... */
    int64_t booking;          /* ... or they are the code of this one; no words: any */
};

/* ---- admin.c ---- */

/* A booking of what the actor manages; ERR_MISSING otherwise. */
err overview_managed(struct ctx *cx, struct booking *b, int64_t booking, struct overview *ret, struct sale **ret_sale) MUST_USE;

struct booking_detail {       /* the whole of it, for staff */
    int64_t id, schedule, performance, user, payment, created_at, starts_at, staff;
    struct str code, title, hall_name, buyer_name, buyer_phone, reason;
    int status, method;
    struct money total, discount, due, refunded;
    int64_t mileage_used;
    struct list seats;        /* struct str: guids */
    struct list tickets, cancellations, notes;
};

extern const struct fields booking_detail_fields;
/* From reads and commands. */
err booking_detail(struct ctx *cx, struct booking *b, int64_t booking, struct booking_detail *ret) MUST_USE;

/* ---- notes.c ---- */

struct note {
    int64_t id, author, created_at;
    struct str text;
};

#define NOTES_SHOWN 20        /* in a booking's detail */

extern const struct fields note_fields;

/* ---- store_admin.c ---- */

err store_overview(struct ctx *cx, int64_t booking, struct overview *ret, bool *ret_found) MUST_USE;
/* Newest first: up to w->limit of struct overview. */
err store_overviews(struct ctx *cx, const struct overview_wish *w, struct list *ret) MUST_USE;
void store_counter_put(struct ctx *cx, int64_t booking, int method, struct str buyer_name, struct str buyer_phone, struct str reason);
void store_note_put(struct ctx *cx, int64_t booking, const struct note *n);
/* Newest first: up to `limit` of struct note with ids below `before`. */
err store_notes(struct ctx *cx, int64_t booking, int64_t before, int64_t limit, struct list *ret) MUST_USE;

/* ---- calls ---- */

extern const struct call admin_list_call, admin_get_call, admin_csv_call, admin_cancel_call;
extern const struct call note_add_call, note_list_call, counter_sell_call, counter_hold_call;

#endif
