/* A simulated person: comes, waits, looks, holds, books, pays, reads the tickets. */
#ifndef LOAD_BUYER_H
#define LOAD_BUYER_H

#include "call.h"
#include "sale.h"

enum step {
    STEP_ARRIVING,
    STEP_JOINING,
    STEP_POLLING,
    STEP_LOOKING,
    STEP_READING,
    STEP_HOLDING,
    STEP_RELEASING,
    STEP_BOOKING,
    STEP_PAYING,
    STEP_CONFIRMING,
    STEP_SETTLING,
    STEP_TICKETING,
    STEP_DONE,
    STEP_LEFT,
    STEP_SOLD_OUT,
    STEP_LIMITED,
    STEP_GAVE_UP,
    STEP_REFUNDED,
    STEP_FAILED,
    STEP_COUNT,
    STEP_FIRST_END = STEP_DONE
};

/* How a POST that takes inventory or money is sent, to see that its key makes it safe to repeat. */
enum trick { TRICK_NONE, TRICK_LOSE, TRICK_REPEAT, TRICK_COMPARE, TRICK_DOUBLE };

struct buyer {
    struct rehearsal *r;
    struct account *account;
    struct sale *sale;
    struct rng rng;
    unsigned number, keys_used;
    enum step step;
    int64_t pause_us; /* before the next request */
    struct alarm alarm;

    struct call call, twin; /* twin: the second click */
    enum trick trick;
    char key[48];
    char *path, *body;
    char *first; /* the answer to be compared with the second one */
    int first_status;
    bool first_kept;

    bool best, leaves, releases;
    unsigned wanted, asked, tries, waits;
    uint16_t grade;
    const char *payment_key;

    char *place, *pass, *hold, *booking, *payment;
    uint32_t seats[ORDER_MAX];
    unsigned seat_count;
    int64_t due;
};

void buyers_run(struct rehearsal *r);
void buyers_free(struct rehearsal *r);

const char *step_name(enum step step);

#endif
