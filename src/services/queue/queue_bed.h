/* A program with the waiting room and a schedule on sale, and a clock that stands still: for the tests of this folder. */
#ifndef QUEUE_BED_H
#define QUEUE_BED_H

#include "fixture.h"
#include "queue_int.h"
#include "test.h"

#define SCHEDULE 3
#define OWNER    7
#define DAY_MS   (24 * 60 * 60 * 1000)

struct here {
    struct fixture f;
    struct arena *arena;      /* keeps what calls answered */
};

/* Tearing down checks that the audit finds nothing. */
int setup(void **state);
int teardown(void **state);
#define ROOM_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int64_t now(struct here *h);
/* Everybody keeps polling meanwhile ... */
void advance(struct here *h, int64_t ms);
/* ... or only those who do. */
void advance_alone(struct here *h, int64_t ms);

/* Orders a minute that payment says it can take; INT64_MAX at first. */
extern _Atomic int64_t orders_per_minute;

/* ---- the organizer ---- */

err open_schedule(struct here *h, int64_t schedule, int64_t starts_in, int64_t ends_in);
/* The room is on. */
struct rules rules_of(int64_t per_minute, int64_t limit, int64_t pass_seconds);
err set_rules(struct here *h, int64_t user, unsigned roles, struct rules rules, struct str message);
void set(struct here *h, struct rules rules);
void set_paused(struct here *h, struct rules rules);
struct settings_out numbers(struct here *h);

/* ---- those who come ---- */

struct place_out join(struct here *h, int64_t user);
err join_code(struct here *h, int64_t user, struct place_out *ret, const char **ret_code);
/* Users 1 to n join a paused room. */
struct place_out *line_up(struct here *h, struct rules rules, int64_t n);
struct place_out look(struct here *h, struct str token);
err poll_code(struct here *h, struct str token, struct place_out *ret);
err leave(struct here *h, int64_t user, struct str token);
void buy(struct here *h, int64_t user, int64_t booking);
err pass_check(struct here *h, int64_t user, int64_t schedule, struct str pass);
/* Copies an answer's texts, so that they outlive the call. */
void keep(struct here *h, struct place_out *p);

/* A line beside the general one, at a rate of its own, as a group of the presale has it. There are no codes here: people are put into it. Returns its
 * room's id. */
int64_t open_line(struct here *h, struct str group, int64_t per_minute);
struct place_out stand(struct here *h, int64_t line, int64_t user);

/* ---- commands of a service beside it ---- */

/* As booking does for a hold. */
struct knock_in {
    int64_t schedule;
    struct str pass;
};
extern const struct call knock_call;

/* Many users join in one command. */
struct crowd_in {
    int64_t first, count;
    int64_t schedule;         /* 0: SCHEDULE */
};
extern const struct call crowd_call;

/* What people do, in one transaction, as the writer takes it from many of them at once. */
struct act {
    enum { ACT_JOIN, ACT_LEAVE, ACT_BUY } what;
    int64_t user, booking, seats;        /* the last two of ACT_BUY */
    struct str token;         /* of ACT_LEAVE */
    err ret;                  /* what was answered */
    const char *ret_code;
    struct place_out ret_place;          /* of ACT_JOIN */
};
struct group_in {
    int64_t schedule;
    struct act *acts;
    size_t n;
    struct fixture *dies;     /* when all is done and nothing is committed; NULL: it lives */
};
extern const struct call group_call;

/* Does something and then fails, so that it must not have happened. */
struct spoil_in {
    call_fn *fn;
    const void *in;
    struct str token;         /* a place at which somebody looks before it fails; may be empty ... */
    struct place_out *ret_seen;          /* ... and what he is told, but texts */
};
extern const struct call spoil_call;

/* Damages the database and takes it back. ERR_CONFLICT when the audit that must notice has noticed. */
struct damage_in {
    struct query sql;
    const char *audit;
};
extern const struct call damage_call;

#endif
