/* Booking owns who has which seat: holds, bookings, tickets. Geometry, grades and prices are performance's; money is payment's. */
#ifndef SERVICES_BOOKING_BOOKING_H
#define SERVICES_BOOKING_BOOKING_H

#include "platform/call/call.h"

extern const struct service booking_service;

struct plan;

/* ---- on what terms it is sold: person types, early prices, presale (memory, any thread) ---- */

/* Whom a ticket is for. */
enum person_type {
    PERSON_ADULT, PERSON_CHILD, PERSON_TEEN, PERSON_STUDENT, PERSON_SENIOR, PERSON_DISABLED, PERSON_VETERAN, PERSON_SOLDIER, PERSON_TYPES
};
extern const char *const person_words[];

#define EARLY_PRICES_MAX  8
#define PRESALE_CODES_MAX  50000         /* of all groups of a schedule together */
#define PRESALE_GROUPS_MAX 8

struct grade_fare {
    struct str grade;         /* first: the key of a map */
    struct money price;
};

struct person_terms {
    int type;                 /* enum person_type; adults always pay the full price */
    bool proof, has_percent;
    int64_t percent;          /* taken off the price at the time of the hold */
    struct list prices;       /* struct grade_fare, instead of percent */
};

struct early_price {
    int64_t until, percent;
};

struct presale_group {        /* some of those who may come first, with a time and codes of their own */
    struct str name;
    int64_t starts_at, ends_at;          /* within those of the presale; from ends_at on nobody comes in with its codes any more */
    int64_t uses;
    struct list codes;
};

struct presale_terms {
    int64_t starts_at, ends_at;
    int64_t max_per_user;     /* 0: as in the sale */
    int64_t uses;             /* people who may come in with one code */
    struct list codes;        /* struct str; sealed once booking has them */
    struct list groups;       /* struct presale_group */
};

struct sale_terms {
    struct list people;       /* struct person_terms */
    struct list early;        /* struct early_price, by time */
    int64_t max_of_performance;          /* seats one may hold or own over all schedules of the performance; 0: as many as each allows */
    bool has_presale;
    struct presale_terms presale;
};

struct terms_shown {          /* as everybody sees them */
    struct list people, early;           /* adults come first */
    int64_t percent;          /* off, for a hold made now */
    int64_t changes_at;       /* when that changes; 0: not any more */
    int64_t max_of_performance;
    bool has_presale;
    struct presale_terms presale;
};

extern const struct fields terms_shown_fields;
/* What terms are checked against, and named in the problem: person_types[0].percent. From any call. */
struct terms_basis {
    const struct plan *plan;
    const char *currency;
    int64_t sale_starts_at, sale_ends_at;
};
err booking_terms_check(struct ctx *cx, const struct sale_terms *sealed, const struct terms_basis *basis) MUST_USE;
/* The codes of a presale as they are kept and compared: keyed hashes. */
void booking_terms_seal(struct ctx *cx, struct sale_terms *t);
extern const struct fields person_terms_fields, early_price_fields, presale_terms_fields;

/* Results are in `arena` and in booking's memory, which stays. */
void booking_terms(const struct app *app, int64_t schedule, struct arena *arena, int64_t now, struct terms_shown *ret);
/* When its presale begins; INT64_MAX when it has none. */
int64_t booking_presale_at(const struct app *app, int64_t schedule);
/* When a group of its presale begins; INT64_MAX when it has no such group. */
int64_t booking_presale_group_at(const struct app *app, int64_t schedule, struct str group);

/* Only in a command: cx->actor comes into the presale with a code, as with a hold; without one he is told what he came in with before. The
 * group's name is empty for codes that belong to none. */
enum presale_answer { PRESALE_IN, PRESALE_UNKNOWN, PRESALE_USED, PRESALE_CLOSED };
enum presale_answer booking_presale_enter(struct ctx *cx, int64_t schedule, struct str code, struct str *ret_group);

/* ---- a schedule goes on sale, or is changed (asked by performance; a story, safe to repeat) ---- */

struct grade_price {
    struct str name;          /* category of the plan */
    int64_t amount;           /* minor units of the schedule's currency */
};

struct schedule_opening {
    int64_t schedule, performance, hall, owner;      /* owner: the user who sells */
    int64_t starts_at, ends_at, sale_starts_at, sale_ends_at;
    int64_t max_per_user;     /* seats of this schedule one user may hold or own */
    int64_t revision;         /* counts the changes; what is not newer than what booking knows changes nothing */
    struct str currency;
    struct list prices;       /* struct grade_price, one for each category of the plan that has seats */
    struct list blocked;      /* struct str: guids that are not for sale when it is opened; later they are the house's (house.c) */
    struct str title, hall_name;         /* as printed on tickets */
    struct sale_terms terms;  /* when it is opened; sealed. Later they are booking's alone (terms.c) */
};

extern const struct fields schedule_opening_fields;
/* in: struct schedule_opening */
extern const struct call booking_schedule_open;

struct schedule_cancelling {
    int64_t schedule, performance;
    struct str reason;
};

extern const struct fields schedule_cancelling_fields;
/* in: struct schedule_cancelling. From now on nobody can hold its seats; holds end and bookings are cancelled in full soon after. Safe to repeat.
 * CALL_COMMAND. */
extern const struct call booking_schedule_cancel;

struct seats_dropped {
    int64_t schedule;
    struct list seats;        /* int64_t: all seats of its plan that the next plan lacks */
};

/* in: struct seats_dropped. Takes these seats off the market, and puts back what an earlier plan lacked. ERR_CONFLICT `seats_in_use` with the guids
 * of those that somebody holds or owns: then nothing changes. CALL_COMMAND. */
extern const struct call booking_seats_drop;

/* ---- what was sold (asked by performance) ---- */

struct sales_ref {
    int64_t performance, from, to;       /* from <= time < to */
};

struct sales_day {
    int64_t schedule, day;               /* day: since 1970 in Korea (UTC+9) */
    int64_t sold, complimentary, cancelled;          /* seats; complimentary: those sold for nothing */
    int64_t price, paid, refunded;       /* minor units: the list price of what was sold; what was due for it; what goes back */
};

/* in: struct sales_ref, out: struct list of struct sales_day, by day. CALL_READ. */
extern const struct call booking_sales;

/* ---- what is left (memory, any thread) ---- */

#define GRADES_MAX 64

struct remaining {
    bool known;               /* false: this schedule is not on sale here */
    bool cancelled;           /* it will not take place */
    uint32_t grades;
    uint32_t free[GRADES_MAX], total[GRADES_MAX];    /* by category of the plan; total without seats not for sale */
};

void booking_remaining(const struct app *app, int64_t schedule, struct remaining *ret);
/* Of which performance it is; 0: not on sale here. */
int64_t booking_performance(const struct app *app, int64_t schedule);

/* ---- money (asked by payment; commands and reads, safe to repeat) ---- */

enum booking_status { BOOKING_PENDING, BOOKING_CONFIRMED, BOOKING_CANCELLED, BOOKING_EXPIRED, BOOKING_REFUND_DUE, BOOKING_REFUNDED };

struct booking_ref {
    int64_t booking, user;    /* user 0: whoever owns it */
};

struct booking_due {
    int64_t schedule, performance, user;
    int64_t owner;            /* the user who sells */
    struct str title;         /* of the performance */
    int status;               /* enum booking_status */
    struct money due;
    struct taken takes;       /* what paying it takes, for the check of passes */
};

/* in: struct booking_ref, out: struct booking_due. ERR_MISSING when it is not the user's. CALL_READ. */
extern const struct call booking_due_get;
/* in: struct booking_ref, out: struct booking_due. A payment begins: the hold lasts for a while longer, once, with a hard end. An expired
 * booking is no failure here: the late-payment rule decides once the money is there. ERR_CONFLICT `not_payable` when it is cancelled,
 * confirmed or refunded, or expired with benefits, which went back; `schedule_cancelled`. CALL_COMMAND. */
extern const struct call booking_pay_begin;

struct booking_payment {
    int64_t booking, payment;
    int64_t amount;           /* captured */
};

enum paid_result { PAID_CONFIRMED, PAID_REFUND };

struct booking_paid {
    int result;               /* enum paid_result: PAID_REFUND means give all of it back */
};

/* in: struct booking_payment, out: struct booking_paid. The late-payment rule: live hold, or all its seats still free: confirmed with tickets;
 * else refund in full. The same payment again gives the same result; a second payment for a confirmed booking is refunded. CALL_COMMAND. */
extern const struct call booking_paid_put;
/* That the money of a late payment, or of a cancellation, has gone back is heard by payment's event `payment.refunded`. */

/* ---- what booking tells others (events) ---- */

enum cancel_reason { CANCEL_BUYER, CANCEL_STAFF, CANCEL_SCHEDULE };
extern const char *const cancel_reason_words[];

/* booking.cancelled: seats of a confirmed booking were given up. Amounts are in minor units of the currency. */
struct booking_cancelled {
    int64_t cancellation, booking, schedule, performance, user;
    int64_t payment;          /* that paid it; 0: none */
    int64_t seats;            /* how many */
    bool whole;               /* nothing of the booking is left */
    int64_t refund, fee;      /* what goes back to the buyer, what is kept of it */
    struct str currency;
    int64_t mileage_back;
    bool coupon_back;
    int reason;               /* enum cancel_reason */
};
extern const struct fields booking_cancelled_fields;

/* booking.refunded: the money of a cancellation has gone back. */
struct booking_refunded {
    int64_t cancellation, booking, user, refund;
    struct str currency;
};
extern const struct fields booking_refunded_fields;

/* ---- facts (asked by notify and review; reads) ---- */

struct facts_ref {
    int64_t booking;
};

struct booking_facts {
    int64_t user, schedule, performance, owner;      /* owner: the user who sells */
    struct str title, hall_name;
    int64_t starts_at, ends_at;
    struct str code;          /* for people */
    int status;               /* enum booking_status */
    struct list seats;        /* struct str: "VIP · 1F · A · 12", for people */
    int64_t total, due;       /* minor units */
    char currency[4];
};

/* in: struct facts_ref, out: struct booking_facts, its texts in the caller's arena. ERR_MISSING when there is none. CALL_READ. */
extern const struct call booking_facts_call;

struct attended_ref {
    int64_t user, performance;
};

struct attended {
    bool attended;            /* a confirmed booking, its tickets not void, of a schedule that has ended */
    int64_t booking;          /* the first such one; 0: none */
};

/* in: struct attended_ref, out: struct attended. CALL_READ. */
extern const struct call booking_attended_call;

/* ---- what booking tells others (events) ---- */

/* booking.confirmed: paid for, or nothing was due. */
struct booking_confirmed {
    int64_t booking, schedule, performance, user;
    int64_t total, discount, mileage_used, due;      /* minor units of the currency */
    struct str currency;
    int64_t seats;            /* how many */
};
extern const struct fields booking_confirmed_fields;

/* booking.ended: a pending booking that will not be confirmed, or only by a late payment of the full price. */
enum booking_end { END_EXPIRED, END_CANCELLED };
struct booking_ended {
    int64_t booking, schedule, user;
    int how;                  /* enum booking_end */
};
extern const struct fields booking_ended_fields;

#endif
