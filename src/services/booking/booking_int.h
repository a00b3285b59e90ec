/* Inside booking: from a hold to a confirmed booking, and what the files of this folder share. */
#ifndef BOOKING_INT_H
#define BOOKING_INT_H

#include "services/booking/sale.h"
#include "services/booking/terms.h"

/* ---- best.c ---- */

struct best_wish {
    uint32_t grade, count;
    struct str section;       /* only there; empty: anywhere */
};

/* Chooses `count` seats of a grade: neighbours in the best row, leaving no single seat between others unless nothing else fits; else, in a standing
 * area that has as many, any places. False when there are none such. Deterministic given rng. */
bool best_seats(const struct sale *s, const struct best_wish *w, struct rng *rng, uint32_t *ret_seats);
/* How many there are of what is wished, side by side or not. */
uint32_t best_left(const struct sale *s, const struct best_wish *w);

/* ---- hold.c ---- */

struct seat_out {
    struct str guid, grade, section, row, number;
    struct money price;
    int person;               /* enum person_type */
    bool proof;
};

struct hold_in {
    int64_t schedule;
    struct list seats;        /* struct str: guids */
    bool has_best;
    struct best_in {
        int64_t count;
        struct str grade, section;
    } best;
    struct str presale_code;
};

struct hold_out {
    int64_t id, schedule, expires_at;
    int status;               /* enum hold_status */
    struct list seats;        /* struct seat_out */
    struct money total;
};

struct hold_row {
    int64_t schedule, user, expires_at, total, created_at, pass;
    int status;               /* enum hold_status */
    struct list lines;        /* struct seat_line */
};

/* A live hold as a client sees it. */
struct hold_out hold_view(struct ctx *cx, const struct hold *h);
/* Takes free seats for a user until a time: memory, hold and claims. */
struct hold *hold_take(struct ctx *cx, struct booking *b, struct sale *s, int64_t user, int64_t until, const uint32_t *seats, uint32_t n);

/* A hold of the actor's as the database has it; ERR_MISSING otherwise. */
err hold_owned(struct ctx *cx, int64_t id, struct hold_row *ret);
err hold_missing(struct ctx *cx);
/* What is taken, and kept, by going on with the actor's hold. In a command, or in a story. */
err hold_taken(struct ctx *cx, struct booking *b, int64_t id, struct taken *ret);
/* ERR_CONFLICT `hold_expired`. */
err hold_over(struct ctx *cx);
/* Puts a hold into memory with its timer. */
struct hold *hold_keep(struct booking *b, const struct hold *h);
/* The same in a command, with its note. */
struct hold *hold_begin(struct ctx *cx, struct booking *b, const struct hold *from);
/* A live hold ends at another time. */
err hold_until(struct ctx *cx, struct booking *b, struct hold *h, int64_t expires_at);
/* The rules of a hold: may the actor buy, and are the seats there? `ret_seats` has room for HOLD_SEATS_MAX. */
err hold_choose(struct ctx *cx, struct sale *s, const struct hold_in *in, uint32_t *ret_seats, uint32_t *ret_n);
/* Only the second question: whoever asks. */
err seats_choose(struct ctx *cx, const struct sale *s, const struct hold_in *in, uint32_t *ret_seats, uint32_t *ret_n);
/* What a seat costs when it is held now, less an early price's percent. */
int64_t sale_price(const struct sale *s, uint32_t seat, int64_t percent_off);
extern const struct fields hold_out_fields, hold_best_fields, hold_guid_list;
void hold_forget(struct ctx *cx, struct booking *b, struct hold *h);
/* A live hold of the actor's that is not booked (hold_change.c). */
err hold_open(struct ctx *cx, struct booking *b, int64_t id, struct hold **ret) MUST_USE;
/* Ends a live hold: seats free, claims gone; its booking, if any, ends in `booking_to`, which others are told. ERR_CONFLICT while a story prices it. */
err hold_end(struct ctx *cx, struct booking *b, struct hold *h, enum hold_status status, enum booking_status booking_to);
struct list seats_out(struct ctx *cx, const struct sale *s, const struct seat_line *lines, size_t n);

/* ---- hold_change.c ---- */

extern const struct call hold_extend_call, hold_seats_call;
err hold_extend_takes(struct ctx *cx, void *self, const void *in, struct taken *ret);
err hold_seats_takes(struct ctx *cx, void *self, const void *in, struct taken *ret);

/* ---- checkout.c ---- */

struct booking_row {
    int64_t id, hold, schedule, user, payment, total, due, created_at, expires_at;
    int64_t pass;             /* its hold's */
    int64_t coupon, discount, mileage;   /* coupon: the user's own, 0: none; mileage: what was asked for while pricing, then what is used */
    bool pricing;             /* benefits are being reserved: nothing may be paid yet */
    bool own_lines;           /* prices by person type: not the hold's */
    int status;
    struct list lines;        /* struct seat_line */
};

struct create_in {
    int64_t hold, coupon, mileage;
    struct list people;       /* struct person_in; seats that are not named are for adults */
};

struct booking_out {
    int64_t id, hold, schedule, payment, coupon, expires_at, starts_at, created_at;
    struct str code, title, hall_name;
    int status;
    struct money total, discount, due;
    int64_t mileage_used;
    struct list seats;
};

err booking_move(struct ctx *cx, int64_t booking, enum booking_status from, enum booking_status to, int64_t payment);
/* Tickets, sold seats, the event. */
err booking_confirm(struct ctx *cx, struct booking *b, struct sale *s, const struct booking_row *row, int64_t payment);
err booking_owned(struct ctx *cx, int64_t booking, int64_t user, struct booking_row *ret);
/* In a command: the booking of a hold, made if there is none yet. */
err booking_begin(struct ctx *cx, struct booking *b, const struct create_in *in, struct booking_row *ret);
/* Nothing is due: confirmed at once, and the hold is over. */
err booking_confirm_free(struct ctx *cx, struct booking *b, struct hold *h, struct booking_row *row);
/* What people call it. */
struct str booking_code(struct ctx *cx, int64_t booking);
/* What a client sees. Memory only. */
err booking_show(struct ctx *cx, struct booking *b, const struct booking_row *row, struct booking_out *ret);
err order_in_progress(struct ctx *cx);

/* ---- benefits.c ---- */

void pricing_open(struct pricing *p);
void pricing_close(struct pricing *p);
bool pricing_under_way(struct pricing *p, int64_t hold);
bool booking_is_plain(const void *in);
err booking_checkout(struct ctx *cx, void *self, const void *in, void *out);
extern const struct call order_begin_call, order_price_call, order_withdraw_call;

/* ---- events.c ---- */

/* An event of a schedule. */
void tell(struct ctx *cx, const char *topic, int64_t schedule, const struct fields *shape, const void *event);
void tell_confirmed(struct ctx *cx, const struct sale *s, const struct booking_row *row);
/* The hold's booking ends in `status`. */
void tell_ended(struct ctx *cx, const struct hold *h, enum booking_status status);

/* ---- store.c: each statement as a function ---- */

err store_schedule_put(struct ctx *cx, const struct sale *s);
err store_sale_change(struct ctx *cx, const struct sale *to);
void store_hold_put(struct ctx *cx, const struct hold *h);
void store_claims_put(struct ctx *cx, const struct hold *h);
err store_claims_delete(struct ctx *cx, int64_t schedule, int64_t hold, const struct seat_line *lines, size_t n);
err store_hold_status(struct ctx *cx, int64_t hold, enum hold_status status);
/* Its seats, with claims: `had` as they were. */
err store_hold_seats(struct ctx *cx, const struct hold *had, const struct hold *h);
err store_hold_extend(struct ctx *cx, int64_t hold, int64_t expires_at);
void store_booking_put(struct ctx *cx, const struct booking_row *row);
err store_booking_price(struct ctx *cx, const struct booking_row *row);
/* Forgets a booking that is not priced yet. */
err store_booking_withdraw(struct ctx *cx, int64_t booking);
err store_booking_get(struct ctx *cx, int64_t id, struct booking_row *ret, bool *ret_found);
err store_bookings_of_user(struct ctx *cx, int64_t user, int64_t before, int64_t limit, struct list *ret);
void store_ticket_put(struct ctx *cx, int64_t id, int64_t booking, const struct seat_line *line, bool proof);
struct str lines_pack(struct ctx *cx, const struct seat_line *lines, size_t n);
struct list lines_unpack(struct ctx *cx, struct str packed);
err store_attended(struct ctx *cx, int64_t user, int64_t performance, int64_t *ret_booking, bool *ret_found);

/* ---- live.c ---- */

struct stream_hub *hub_new(struct app *app);
void hub_free(struct stream_hub *hub);
void live_tick(void *self, struct http_loop *loop);
err live_stream(struct ctx *cx, void *self, const void *in, struct http_request *r);
extern const struct call stream_call;
/* tx_after: shows what a durable group has changed. */
void live_publish(void *booking);

/* ---- calls and shapes, by file ---- */

extern const struct fields booking_seat_fields;      /* struct seat_out, of a hold */
extern const struct fields ticket_fields;
/* All tickets of a booking, in the shape of ticket_fields. From reads and commands. */
err tickets_of(struct ctx *cx, struct booking *b, int64_t booking, struct list *ret) MUST_USE;

err hold_create_takes(struct ctx *cx, void *self, const void *in, struct taken *ret);
err checkout_takes(struct ctx *cx, void *self, const void *in, struct taken *ret);
extern const struct call hold_taken_call;
extern const struct call hold_create_call, hold_get_call, hold_release_call, hold_expire_call, noop_call;
extern const struct call booking_checkout_call, booking_create_call, booking_get_call, booking_list_call;
extern const struct call availability_call;
extern const struct fields availability_fields;
extern struct metric metric_holds, metric_taken, metric_expired, metric_confirmed, metric_late_refunds;
extern const char *const booking_status_words[];

#endif
