/* What the files of this folder share.
 *
 * Who changes what: all changes are made by commands, hence by the writer's thread alone. What other threads may read is changed under
 * queue.lock; what they may know only once it is durable (the line, the terms) is copied for them after the commit (room_publish). */
#ifndef QUEUE_INT_H
#define QUEUE_INT_H

#include <pthread.h>

#include "base/map.h"
#include "platform/call/app.h"
#include "curve.h"
#include "proof.h"
#include "queue.h"
#include "turns.h"

/* ---- rooms (room.c) ---- */

#define MESSAGE_MAX 200       /* code points */
#define GROUPS_MAX  8

enum work_level { WORK_OFF, WORK_LIGHT, WORK_STRICT };

struct rules {                /* what the organizer chose */
    int mode;                 /* enum queue_mode */
    int64_t admit_per_minute, active_limit, pass_seconds;
    int64_t opens_at;         /* 0: at once */
    bool paused, draining;
    int device_binding;       /* enum device_binding (device_int.h) */
    int work;                 /* enum work_level: asked of those who join */
};

struct note {                 /* from the organizer to those who wait */
    size_t n;
    char text[MESSAGE_MAX * 4];
};

struct note note_of(struct str text);
/* A view. */
static inline struct str note_text(const struct note *n)
{
    return str_of(n->text, n->n);
}

struct terms {                /* changes rarely */
    struct rules rules;
    bool own;                 /* chosen for this schedule alone, after its performance's were (wishes.c) */
    bool draws;               /* also while the room is off: settled by the first one who joins */
    struct note message, message_en;     /* without English words everybody reads the others */
};

struct line {                 /* changes all the time */
    int64_t last;             /* the newest place */
    int64_t serving;          /* places up to this one have had their turn */
    int64_t waiting;          /* places behind it, without those who left */
    int64_t let_in_at;                   /* when places that were missed have been let in last */
    int64_t credit, credit_at;           /* what the rate allows: CREDIT for each admission, as of then */
    int64_t pace, paced_at;              /* measured: admissions an hour */
    int64_t active, no_show;             /* passes that were good, and room_no_show, when people were let in last */
    int64_t closed_at, entries;          /* of the draw: no more entries from then on; 0: not yet */
    int64_t drawn_at;                    /* from then on places are those drawn; 0: not yet */
    struct happenings tally;                  /* what has happened so far ... */
    int64_t changed_at;                  /* ... and when last */
};

/* admit_per_minute places in 60,000 ms: one ms of time is worth admit_per_minute, one admission 60,000. */
#define CREDIT 60000

#define BEACON_TEXT 256       /* with the NUL */

struct draw {                 /* closed: root and round; drawn: all of it */
    struct hash root, seed;
    int beacon;               /* enum beacon_kind */
    int64_t round;            /* the one named beforehand; 0: none */
    struct hash randomness;
    char url[BEACON_TEXT], signature[BEACON_TEXT];
};

struct offer {                /* what is sold: grades by category of the plan, with their prices */
    char *title;
    char currency[4];         /* empty: prices are not known */
    struct str *grades;
    int64_t *prices;          /* minor units */
    size_t n;
};

/* A schedule has one general room, and one for each group of its presale: lines of their own at a rate of their own, side by side. What is one
 * for the schedule (who may be inside, the stock, a pause) is the general room's. The general room's id is the schedule's; a group's has the
 * number of the group above it. */
#define GROUP_SHIFT 32

static inline int64_t room_schedule(int64_t id)
{
    return id & ((INT64_C(1) << GROUP_SHIFT) - 1);
}

struct room {
    /* Never changes. */
    struct queue *queue;
    int64_t id, schedule, owner;
    int64_t performance;      /* 0: a group's, or made before it was kept */
    struct str group;         /* empty: the general room */
    struct room *general;     /* a group's; itself otherwise */

    /* The general room's, by the writer under queue.lock. */
    struct room *groups[GROUPS_MAX];
    int group_count;
    struct map exempt;        /* users whose appeals were granted */

    /* By the writer under queue.lock. */
    int64_t sale_starts_at, sale_ends_at;            /* nobody is admitted before, or from then on; the organizer may move them */
    struct offer offer;
    struct draw draw;
    uint32_t *order;          /* the place of entry i at i - 1, once drawn; marks and seen then go by places, even before the draw is durable */
    int64_t ordered;          /* entries that it covers */
    bool loaded;              /* not when the sale had ended long before the program started: no pass is good any more, and nobody waits */

    /* The writer's. */
    struct terms terms;
    struct line line;
    struct places places;
    bool renewed;             /* terms differ from shown_terms */
    int64_t blocks;           /* of entries that have been hashed */
    int turn;                 /* the general room's: which line lets people in first next (admit.c); 0: its own */
    struct wanted *wanted;    /* receipts of those who joined since the last commit: draw.c */
    _Atomic int64_t basket;   /* seats a buyer takes, in hundredths; read by all */

    /* Under queue.lock. */
    struct map revoked;       /* user -> struct revocation, of places that staff has ended (revoke.c) */
    struct marks ended;       /* left or bought */
    struct marks shown;       /* have used their passes */
    struct steps steps;
    struct parks parks;
    struct seen seen;
    struct terms shown_terms;
    struct line shown_line;
    int64_t version;          /* grows when what is shown changes; 0: nothing yet */
    struct curve *curve;      /* of what is shown; NULL: nothing has happened */
};

#define REFUSALS_MAX 256

struct refusal {
    int64_t schedule;
    struct actor actor;
    const char *code;
    int status;
    int64_t times;
    char peer[48];
};

struct refusals {             /* the writer's */
    struct refusal at[REFUSALS_MAX];
    struct gathered {
        size_t n;
        int64_t more;         /* beyond the table */
    } all, written;           /* the first of all: in the log as soon as the group is durable */
    _Atomic int64_t due;
};

struct queue {
    struct app *app;
    const struct keys *keys;
    pthread_rwlock_t lock;
    struct map rooms;         /* id -> room, for ever */
    struct map moved;         /* under `lock`: place key -> name of its device, of places that were moved to another (device.c) */
    int64_t ran_at;           /* of the last admission */
    _Atomic int64_t due;      /* of the next */
    struct {
        struct str url;       /* with {round} in it; empty: there is no public beacon */
        int64_t genesis, period;         /* seconds */
        _Atomic int64_t due;  /* when a closed room's round is to be asked for */
    } beacon;
    struct limits *limits;
    struct {                  /* places taken within ten minutes */
        int64_t account_joins, address_joins, address_joins_max;
    } toll;
    struct refusals refusals;
    struct sequence appeals;
    int64_t orders_permille;  /* orders that a thousand people let in are expected to pay */
    _Atomic int64_t bound;    /* people a minute and room that payment can take; INT64_MAX: all */
};

/* In the writer, or under queue.lock. */
struct room *room_find(const struct queue *q, int64_t id);
/* A room that has no line yet; of a group, when the general one is there. */
struct room *room_new(struct queue *q, const struct room *never_changing);
/* `what` is copied; its title is terminated. */
void room_offer(struct room *r, const struct offer *what);
/* From the queue's rooms, and for good. */
void room_remove(struct room *r);
void room_free(struct room *r);
/* At start: reads its places from the database, and what was said of single passes. */
err room_load(struct ctx *cx, struct room *r) MUST_USE;
/* The latter alone, for a room that is not loaded: which were moved to another device, which were revoked (pass.c). Harmless when it was read before. */
err passes_load(struct ctx *cx, struct room *r) MUST_USE;

/* Nobody who waits counts as absent for the next three minutes: the program was started, or a sale goes on that was over. Under queue.lock. */
void room_excuse(struct room *r, int64_t now);

/* Before the line is changed: notes how to undo that, and to show it when it is durable. */
void room_touch(struct ctx *cx, struct room *r);
void room_publish(void *room);
/* At start: so often it had happened at that time. */
void room_recall(struct room *r, int64_t at, enum happening what, int64_t n);
/* The next place is the user's. */
int64_t room_give(struct ctx *cx, struct room *r, int64_t user);
/* Other terms from now on; what the old rate has allowed so far stays. */
void room_terms(struct ctx *cx, struct room *r, const struct terms *next);
/* Admits places, and passes over those in `parked`. */
void room_step(struct ctx *cx, struct room *r, const struct step *step, const int64_t *parked, int64_t parked_n);
/* Admits a parked place whose owner is back. */
err room_return(struct ctx *cx, struct room *r, struct parked *p) MUST_USE;
/* Those who left are nobody to wait for. */
void room_skip_ended(struct room *r);
/* Whoever has this place uses his pass; nothing takes it back. From any thread. */
void room_shown(struct room *r, int64_t place);
/* How many passes may be good for so many people to be there, of whom `no_show` of a thousand never come. */
int64_t room_passes(int64_t people, int64_t no_show);
/* Passes that are good at `now`: of the whole schedule, and of this line. In the writer, or under queue.lock, like the next. */
int64_t room_active(const struct room *r, int64_t now);
int64_t line_active(const struct room *r, int64_t now);
/* Of a thousand people of the schedule whose passes ran out in the last ten minutes, so many had never used them: at most NO_SHOW_MAX, 0 of a few. */
#define NO_SHOW_MAX 500
int64_t room_no_show(const struct room *r, int64_t now);
/* The place of the one who joined as `number`: the same until a draw. In the writer, or under queue.lock. */
int64_t room_place(const struct room *r, int64_t number);

enum ended_how { LEFT_LINE = 1, LEFT_INSIDE = 2, BOUGHT = 3 };

/* A place that waits or is admitted is over. `booking` is 0 unless that is why. */
void room_end(struct ctx *cx, struct room *r, int64_t place, enum ended_how how, int64_t booking);

/* ---- one place as people see it (sight.c) ---- */

enum place_state { PLACE_WAITING, PLACE_ADMITTED, PLACE_EXPIRED, PLACE_LEFT };

struct remaining;             /* booking's */

#define DEVICE_BYTES 32

struct place_ref {
    int64_t room, number, user;          /* number: counts those who joined */
    bool bound;               /* to the device with this key */
    uint8_t device[DEVICE_BYTES];
};

#define POLL_MIN_MS 5000      /* nobody is asked to come again sooner */

/* Why the time to wait is what it is. */
enum eta_reason { ETA_RATE, ETA_PAYMENT, ETA_LIMIT, ETA_PAUSED, ETA_DRAW, ETA_NOT_STARTED, ETA_STOCK, ETA_SOLD_OUT, ETA_BACK };

struct sight {
    enum place_state state;
    bool has_position;        /* not before the draw */
    int64_t position;         /* of those who wait */
    int64_t eta_ms, low_ms, high_ms;     /* high_ms -1: nobody knows */
    enum eta_reason reason;
    int64_t draws_at;         /* when places are drawn; 0: they are, or never will be */
    int64_t back_by;          /* parked: comes in if he stays; 0: not parked */
    int64_t until;            /* of those admitted; 0: without a pass, the room is off */
    int64_t poll_ms;
    bool paused;
    struct str message, title;
    struct list stock;        /* struct stock */
    struct money price_from, price_to;   /* of what is left; without a currency: not known */
};

struct place_out {
    struct str place_token;
    int state;
    bool has_position;
    int64_t position, ahead, eta_seconds, eta_low_seconds, eta_high_seconds;
    bool has_high;
    int eta_reason;           /* enum eta_reason */
    int64_t poll_after_ms, draws_at, back_by;
    bool paused;
    struct list stock;        /* struct stock */
    struct str title, message, pass, receipt;
    struct money price_from, price_to;
    int64_t pass_expires_at;
    int device;               /* enum device_sight */
    struct str revoked;       /* why; empty: it was not */
};

struct stock {
    struct str grade;
    int64_t free;
};

/* What has become of a place of a room that is on, and until when its pass is good (0: it has none). From the line that the caller may see; in
 * the writer, or under queue.lock. The same holds for place_look and its terms; `left` was asked before, without a lock. */
enum place_state place_state(const struct room *r, const struct line *line, int64_t place, int64_t now, int64_t *ret_until);
/* In the writer: has its turn not come yet, or was it missed of late? Also when the sale is over: it may go on. */
bool place_waits(const struct room *r, int64_t place, int64_t now);
void place_look(struct ctx *cx, const struct room *r, const struct terms *terms, const struct line *line, int64_t number,
                const struct remaining *left, struct sight *ret);
/* All but the place token and the receipt. Not under queue.lock. */
void place_answer(struct ctx *cx, struct queue *q, const struct place_ref *who, const struct sight *s, struct place_out *ret);
/* In the writer: a live place as its owner sees it, who has just been seen; with its token. */
void place_show(struct ctx *cx, struct queue *q, struct room *r, const struct place_ref *who, struct place_out *ret);
/* In the writer: the place of the one who joined as `number` is over, if it was not before. Returns what it was (join.c). */
enum place_state room_leave(struct ctx *cx, struct room *r, int64_t number);
/* As whoever joins now would see his place, but for what is sold. */
void tail_look(const struct room *r, const struct terms *terms, const struct line *line, const struct remaining *left, int64_t now, struct sight *ret);
/* People a minute who may come in as things are, by the reason that tail_look gives. */
int64_t rate_effective(const struct room *r, const struct terms *terms, const struct line *line, enum eta_reason reason);
/* What the organizer says, in the language of the one who asks; a view. */
struct str terms_message(const struct terms *t, enum lang lang);
/* Until when somebody who is asked to come again after `poll_ms` counts as present. */
int64_t present_until(int64_t now, int64_t poll_ms);

/* People who may be inside: as many as the limit, or as the free seats are enough for. From any thread. */
int64_t stock_limit(const struct room *r, const struct remaining *left);

/* ---- the draw (draw.c) ---- */

/* Entries wait for their places. */
bool draw_pending(const struct terms *t, const struct line *l);
/* When there is something to do for it. In the writer. */
int64_t draw_due(const struct room *r);
/* Hashes, closes and draws as far as it is time. */
err draw_advance(struct ctx *cx, struct room *r) MUST_USE;

/* ---- what payment can take (headroom.c) ---- */

/* Asks payment, on behalf of so many rooms that let people in. In the writer. */
void headroom_refresh(struct ctx *cx, struct queue *q, int64_t rooms);
/* From any thread: is payment what keeps a room from its rate? And its rules with the rate that is left. */
bool headroom_limits(const struct queue *q, const struct rules *rules);
struct rules headroom_rules(const struct queue *q, const struct rules *rules);

/* ---- signed words (token.c) ---- */

struct str place_seal(struct ctx *cx, const struct queue *q, const struct place_ref *who);
bool place_open(struct ctx *cx, const struct queue *q, struct str token, struct place_ref *ret);
struct str pass_seal(struct ctx *cx, const struct queue *q, const struct place_ref *who, int64_t until);
bool pass_open(struct ctx *cx, const struct queue *q, struct str pass, struct place_ref *ret, int64_t *ret_until);

/* ---- the calls: inputs, outputs, functions ---- */

struct settings_in {
    int64_t schedule;
    struct rules rules;
    struct str message, message_en;
};
struct settings_out {
    int64_t schedule;
    struct rules rules;
    bool own;
    struct str message, message_en;
    int64_t joined, serving, waiting, active, parked, no_show;
    struct str commitment;    /* of a room that draws */
    int64_t beacon_round;
};
struct schedule_in {
    int64_t schedule;
};
/* What is given changes; the rest stays as it is. */
struct control_in {
    int64_t schedule;
    int64_t admit_per_minute, active_limit;          /* 0: not given */
    bool has_paused, paused, has_draining, draining, has_message, has_message_en;
    struct str message, message_en;
};
struct join_in {
    int64_t schedule;
    struct str code;          /* of a presale; empty: none */
    bool has_work;
    struct work_in {
        struct str challenge, solution;
    } work;
};
struct place_in {
    struct str token;
};
struct part_in {
    int64_t schedule, part;
};

typedef err call_fn(struct ctx *cx, void *self, const void *in, void *ret_out);

call_fn queue_opened, queue_cancelled, queue_settings_put, queue_settings_get, queue_settings_set;      /* settings.c */
call_fn queue_status, queue_curve, queue_curve_csv, queue_control, queue_control_put;                  /* cockpit.c */
call_fn queue_join, queue_leave, queue_bought;                           /* join.c */
call_fn queue_poll;                                                      /* poll.c */
call_fn queue_plain;                                                     /* plain.c */
call_fn queue_draw_get, queue_draw_entries, queue_proof;                 /* publish.c */
call_fn queue_beacon_ask, queue_beacon_put;                              /* beacon.c */
call_fn queue_admit;                                                     /* admit.c */

extern const struct call queue_opened_call, queue_cancelled_call, queue_settings_put_call, queue_settings_get_call, queue_settings_set_call;
extern const struct call queue_join_call, queue_leave_call, queue_bought_call, queue_poll_call, queue_admit_call;
extern const struct fields queue_token_fields, queue_place_fields;
extern const char *const queue_state_words[];
extern const struct call queue_status_call, queue_curve_call, queue_curve_csv_call, queue_control_call, queue_control_put_call, queue_plain_call;
extern const struct call queue_draw_get_call, queue_draw_entries_call, queue_proof_call, queue_beacon_ask_call, queue_beacon_put_call;

/* Brings credit up to date, by the rules in force until now. */
void line_settle(struct line *line, const struct rules *rules, int64_t now);
/* Begins to measure the pace anew: nothing measured so far says anything about this line. */
void line_pace_reset(struct line *line, const struct rules *rules, int64_t now);
/* Has the job look at this room when it is time. */
void queue_wake(struct queue *q, const struct room *r);
/* When people are let in at the earliest: the sale or its presale begins. Any thread. */
int64_t room_sells_at(const struct room *r);
int64_t queue_due(void *queue);

/* A producer sees his own rooms only, MANAGER and ADMIN all: else, or without a room, ERR_MISSING. */
err room_owned(struct ctx *cx, const struct room *r) MUST_USE;
/* For stories of the organizer: waits a moment for the room of a schedule that booking knows already. */
err room_await(struct ctx *cx, struct queue *q, int64_t schedule) MUST_USE;
/* Does booking know the schedule? */
bool schedule_known(const struct ctx *cx, int64_t schedule);
err no_such_schedule(struct ctx *cx) MUST_USE;
err no_such_place(struct ctx *cx) MUST_USE;

extern const char *const queue_mode_words[], *const eta_reason_words[];
extern struct metric queue_joins, queue_polls, queue_admitted, queue_left, queue_waiting, queue_parked, queue_refused;

#endif
