/* Inside booking: the sale of each schedule and the holds on it, in the writer's memory, and what others may see of them. */
#ifndef BOOKING_SALE_H
#define BOOKING_SALE_H

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
    struct map presale_of_user, presale_uses;        /* user -> struct presale_name of the group or NULL, code -> people who came in with it */
    struct presale_name *presale_names;
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
    int64_t pass;             /* the place whose pass was shown for it; 0: none was asked for; PASS_OF_OFFER (queue.h) */
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
/* Of their prices. */
struct money sale_money(const struct sale *s, int64_t amount);
/* The person in charge of everything, or of what this user sells. */
bool booking_may_manage(const struct ctx *cx, int64_t owner);
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

#endif
