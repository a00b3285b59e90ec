/* Inside booking: the sale of each schedule, in the writer's memory, and what others may see of it. */
#ifndef BOOKING_INT_H
#define BOOKING_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/map.h"
#include "base/wheel.h"
#include "booking_sql.h"
#include "platform/call/app.h"
#include "platform/obs/log.h"
#include "services/booking/booking.h"
#include "services/performance/plan.h"

#define HOLD_SEATS_MAX 50

/* An amount, or a time, that must not go beyond a limit. */
static inline int64_t at_most(int64_t amount, int64_t limit)
{
    return amount < limit ? amount : limit;
}

enum seat_state { SEAT_FREE, SEAT_HELD, SEAT_SOLD, SEAT_BLOCKED };
enum hold_status { HOLD_ACTIVE = 1, HOLD_BOOKED, HOLD_RELEASED, HOLD_EXPIRED };
enum ticket_status { TICKET_VALID = 1, TICKET_USED, TICKET_VOID };

/* ---- layout.c: a hall's plan as the sale needs it; one for all schedules of a hall, never changed ---- */

struct block {                /* neighbours without a gap: same row, same category, no aisle between */
    uint32_t first, count, row;
    uint32_t center;          /* the seat of the block (counted from first) that is nearest to what it looks at */
};

struct layout {
    int64_t hall;
    struct arena *arena;
    struct plan *plan;
    struct plan_index *index;
    struct block *blocks;     /* by category, then best row first */
    uint32_t blocks_of[GRADES_MAX + 1];  /* blocks of category g: blocks_of[g] up to blocks_of[g + 1] */
};

struct layout *layout_new(int64_t hall, struct str plan_blob);
void layout_free(struct layout *l);
bool layout_is_area(const struct layout *l, uint32_t row);
/* The row of a seat. */
uint32_t layout_row(const struct layout *l, uint32_t seat);

/* ---- sale.c: a schedule ---- */

struct change {
    uint64_t version;
    uint32_t seat;
    uint8_t state;
};

#define CHANGES_KEPT 8192     /* a power of two */

struct run {                  /* all schedules of a performance, where one of them limits what a user may have of all */
    struct map of_user;       /* user -> seats held or owned */
};

struct sale {
    int64_t id, performance, hall, owner;
    char currency[4];
    struct str title, hall_name;
    const struct layout *_Atomic layout; /* of the writer; others may look, for a seat of a row they have read: it only grows */
    _Atomic uint32_t seats;
    uint32_t grades;          /* under lock, like all that is shown */
    struct kept_terms *_Atomic terms;    /* the writer's to change, all may read; NULL: none */

    /* What the organizer may change: by the writer, read by all. */
    _Atomic int64_t starts_at, ends_at, sale_starts_at, sale_ends_at, max_per_user;
    _Atomic bool cancelled;

    /* The writer's. */
    int64_t revision;         /* performance's count of changes */
    int64_t price[GRADES_MAX];           /* of new holds */
    uint8_t *state;           /* 2 bits a seat, as on the wire */
    uint64_t *free_bits;      /* bit i: seat i is free; two words of zeros behind the end */
    struct map of_user;       /* user -> seats held or owned */
    struct run *run;          /* of its performance; NULL: nobody asks */
    struct map presale_of_user, presale_uses;        /* user -> code, code -> people who came in with it */
    struct kept_terms *all_terms;
    uint32_t free[GRADES_MAX], total[GRADES_MAX];    /* total without blocked seats */
    uint32_t waiting[GRADES_MAX];        /* entries of the waiting list that have no offer yet */
    uint64_t *kept;           /* bit i: seat i was given up and is kept from the floor until the waiting list has been asked; NULL: none ever */
    uint32_t *touched;        /* seats changed since the last publication */
    size_t touched_n, touched_cap;
    struct sale *next_dirty, *next_withdrawn;
    bool dirty;

    /* What other threads see: as of the last durable group. */
    pthread_mutex_t lock;
    uint8_t *shown;
    uint32_t shown_free[GRADES_MAX], shown_total[GRADES_MAX];
    uint64_t version;
    struct change *changes;   /* ring of CHANGES_KEPT; made when somebody first watches */
    uint64_t change_n;        /* changes ever */
};

struct seat_line {            /* a seat with its price, in a hold or booking */
    uint32_t seat;
    int person;               /* enum person_type */
    int64_t price;
};

struct hold {                 /* a live claim that is not sold yet */
    struct timer timer;       /* first: a timer is cast back to its hold */
    int64_t id, user, created_at, expires_at, total, booking;    /* booking 0: not checked out */
    int64_t ends_at;          /* expires_at without the grace of a payment */
    int64_t offer;            /* entry of the waiting list whose offer it is, until that is accepted; 0: none */
    struct sale *sale;
    bool pricing;             /* its booking's benefits are not settled yet */
    uint32_t n;
    struct seat_line lines[];
};

struct pricing {              /* holds whose booking a story is pricing now (benefits.c) */
    pthread_mutex_t lock;
    struct map holds;
};

struct booking {
    struct app *app;
    int64_t hold_ms, pay_grace_ms, extension_ms, extensions, doors_ms, offer_ms;
    struct pricing pricing;
    err (*between)(struct ctx *cx);      /* tests: runs between the steps of a checkout; an error is the end of the program */
    struct sequence holds, bookings, tickets, admissions, waiting, cancellations, policies, notes;
    struct map live;          /* hold id -> struct hold */
    struct wheel wheel;
    _Atomic int printing;                /* tickets being put on paper now */
    _Atomic int64_t expiry_due, offer_due;

    pthread_rwlock_t sales_lock;         /* for other threads; the writer reads without it and takes it to add */
    struct map sales, layouts;
    struct map runs;          /* performance -> struct run; the writer's */
    struct sale *dirty;
    struct sale *withdrawn;   /* whose making was undone: somebody may be looking at them, so they stay to the end */
    _Atomic int64_t house_due;           /* a time at which it is worth to look for house seats to release */
    _Atomic int64_t sweep_due;           /* the same for cancelled schedules */

    struct stream_hub *hub;
};

enum seat_state sale_state(const struct sale *s, uint32_t seat);
/* Changes a seat's state in memory, with its undo note and its publication. A seat given up in a grade for which others wait is kept for them: it
 * does not become free before the waiting list has been asked (waitlist.c). */
void sale_set(struct ctx *cx, struct booking *b, struct sale *s, uint32_t seat, enum seat_state state);
/* The same without asking whether others wait. */
void sale_set_directly(struct ctx *cx, struct booking *b, struct sale *s, uint32_t seat, enum seat_state state);
/* Publishes a seat whose state stays. */
void sale_touch(struct ctx *cx, struct booking *b, struct sale *s, uint32_t seat);
/* Adds to (or takes from) the seats a user holds or owns here. */
void sale_count_user(struct ctx *cx, struct sale *s, int64_t user, int32_t seats);
int64_t sale_of_user(const struct sale *s, int64_t user);
/* Counts over all schedules of its performance from now on. In a command, or at start when all users are counted. */
void sale_count_run(struct booking *b, struct sale *s);
int64_t sale_of_user_in_run(const struct sale *s, int64_t user);
/* May a user have so many seats more, by the limit of the schedule and that of its performance? Else ERR_CONFLICT `limit_reached`. */
err sale_limits(struct ctx *cx, const struct sale *s, int64_t user, int64_t more);
/* Without notes: for undoing, and for building memory at start. */
void sale_set_quietly(struct sale *s, uint32_t seat, enum seat_state state);
void sale_add_user(struct sale *s, int64_t user, int32_t seats);
/* A sale with all seats free; `from` gives the plain values. Versions begin at the time in microseconds, so that one is never given again after a
 * restart. */
struct sale *sale_new(const struct sale *from, const struct layout *layout, int64_t now);
/* What is in memory becomes what others see: of a sale that nobody has seen yet. */
void sale_show_all(struct sale *s);
void sale_free(struct sale *s);
/* From any thread; NULL when unknown. A sale lives as long as the program. */
struct sale *sale_find(struct booking *b, int64_t schedule);
err sale_missing(struct ctx *cx);
/* A sale that the actor manages: its owner, MANAGER, ADMIN. ERR_MISSING otherwise. Any thread. */
err sale_managed(struct ctx *cx, struct booking *b, int64_t schedule, struct sale **ret);
/* Reads every sale with its claims and live holds. */
err sales_load(struct ctx *cx, struct booking *b);
void sales_free(struct booking *b);
/* The layout of a hall, read from performance the first time. From reads and stories. */
err layout_get(struct ctx *cx, struct booking *b, int64_t hall, const struct layout **ret);
extern const struct call booking_sale_put;

/* ---- change.c: what an organizer changes of a sale ---- */

/* Takes over newer plain values (times, prices, limit) and a layout that extends the one it has; older ones change nothing. Only in commands. */
err sale_change(struct ctx *cx, struct booking *b, struct sale *s, const struct sale *to, const struct layout *layout);

/* ---- move.c: another plan ---- */

/* Has it all seats of `old` under their numbers? */
bool layout_extends(const struct layout *l, const struct layout *old);
/* Only in commands. */
void sale_move(struct ctx *cx, struct booking *b, struct sale *s, const struct layout *to);

/* ---- house.c: seats that the house keeps for itself ---- */

/* Blocks free seats without a time of release, as a sale begins. */
void house_begin(struct ctx *cx, struct booking *b, struct sale *s, const uint32_t *seats, size_t n);
/* At start. */
err house_load(struct ctx *cx, struct booking *b);
extern const struct call house_put_call, house_get_call, house_release_call;
/* Not a time of release: the plan no longer has this seat. */
#define HOUSE_GONE (-1)

/* ---- cancelled.c: a schedule that will not take place ---- */

err not_cancelled(struct ctx *cx, const struct sale *s);
extern const struct call schedule_sweep_call;

/* ---- terms.c ---- */

struct terms_in {
    int64_t schedule;
    struct sale_terms terms;
};
struct terms_ref {
    int64_t schedule;
};
struct terms_out {
    int64_t schedule;
    struct terms_shown shown;
    int64_t codes, entered;
};

extern const struct fields sale_terms_fields;        /* struct sale_terms, as it is stored */
/* NULL: none. */
const struct sale_terms *sale_terms(const struct sale *s);
/* In a command: other terms from now on, their codes sealed. */
err sale_terms_put(struct ctx *cx, struct booking *b, struct sale *s, const struct sale_terms *sealed);
bool sale_terms_any(const struct sale_terms *t);
/* Takes over what was stored. */
err terms_read(struct ctx *cx, struct sale *s, struct str text);
void terms_free(struct sale *s);
void terms_shown(struct arena *arena, const struct sale_terms *t, int64_t now, struct terms_shown *ret);
int64_t early_percent(const struct sale_terms *t, int64_t now);
int64_t sale_early_percent(const struct sale *s, int64_t now);
/* What is left of a price when so much is taken off it, rounded up to whole minor units. */
int64_t price_less(int64_t price, int64_t percent);
/* What a person pays for a seat whose hold has that price; false when this type is not offered. */
bool person_price(const struct sale *s, uint32_t category, int person, int64_t price, int64_t *ret);
/* The sealed code of that name; NULL: it is none of this presale's. */
const struct str *terms_code(const struct sale *s, int64_t name);
bool person_proof(const struct sale *s, int person);
extern const struct call terms_put_call, terms_get_call;

/* ---- presale.c ---- */

/* Somebody has come in with a code of that name. */
void presale_count(struct sale *s, int64_t user, int64_t code);
bool presale_on(const struct sale *s, int64_t now);
/* In a command, while the presale is on: may the actor hold so many seats more? */
err presale_enter(struct ctx *cx, struct sale *s, struct str code, uint32_t seats);
err presale_check(struct ctx *cx, const struct sale_terms *t, int64_t sale_starts_at);
/* A short name for a sealed code, in the table of uses. */
int64_t presale_code_name(struct str sealed);
err presale_load(struct ctx *cx, struct booking *b);

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
    struct str pass, presale_code;
};

struct hold_out {
    int64_t id, schedule, expires_at;
    int status;               /* enum hold_status */
    struct list seats;        /* struct seat_out */
    struct money total;
};

struct hold_row {
    int64_t schedule, user, expires_at, total, created_at;
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
/* Ends a live hold: seats free, claims gone; its booking, if any, ends in `booking_to`, which others are told. ERR_CONFLICT while a story prices it. */
err hold_end(struct ctx *cx, struct booking *b, struct hold *h, enum hold_status status, enum booking_status booking_to);
struct list seats_out(struct ctx *cx, const struct sale *s, const struct seat_line *lines, size_t n);

/* ---- hold_change.c ---- */

extern const struct call hold_extend_call, hold_seats_call;

/* ---- checkout.c ---- */

struct booking_row {
    int64_t id, hold, schedule, user, payment, total, due, created_at, expires_at;
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

/* ---- people.c ---- */

struct person_in {
    struct str seat;
    int type;                 /* enum person_type */
};
extern const struct fields person_in_fields;
/* Lines of the same seats with persons and what they pay; a fault of `people` is named. */
err people_apply(struct ctx *cx, const struct sale *s, struct list people, struct list lines, struct list *ret);
bool people_same(struct list a, struct list b);
int64_t lines_total(struct list lines);

/* ---- events.c ---- */

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
/* For db_one: the first column. */
void take_int(struct ctx *cx, const struct rows *r, void *int64);
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

extern const struct call hold_create_call, hold_get_call, hold_release_call, hold_expire_call, noop_call;
extern const struct call booking_checkout_call, booking_create_call, booking_get_call, booking_list_call;
extern const struct call availability_call;
extern const struct fields availability_fields;
extern struct metric metric_holds, metric_taken, metric_expired, metric_confirmed, metric_late_refunds;
extern const char *const booking_status_words[];

#endif
