/* The run: everything the parts of takenseat-load share. One thread, one loop. */
#ifndef LOAD_REHEARSAL_H
#define LOAD_REHEARSAL_H

#include "alarm.h"
#include "http_client.h"
#include "options.h"
#include "score.h"

struct account;
struct sale;
struct buyer;

/* What a correct platform never does. Any count above zero ends the run with status 1. */
struct broken_promises {
    uint64_t oversold;    /* a seat in two paid bookings of one schedule */
    uint64_t disagreed;   /* two answers to one key and body that differ */
    uint64_t wrong_seats; /* a hold or tickets with other seats than were taken */
    uint64_t map_changed; /* another map during the sale */
};

struct rehearsal {
    struct options options;
    char tag[9]; /* differs from run to run: for e-mail addresses and keys */
    struct http_client *http;
    struct alarms alarms;
    struct score *score;
    int ack_log; /* file, or -1 */
    struct account *accounts;
    unsigned account_count, accounts_started;
    struct sale *sales;
    struct buyer *buyers;
    int64_t began_us; /* of the sale */
    unsigned busy;    /* accounts being prepared, or buyers that have not ended */
    struct broken_promises broken;
    uint64_t failed; /* buyers stopped by an answer they could not go on from */
};

/* Turns the loop until nothing is busy or `until_us` has come. */
void rehearsal_run(struct rehearsal *r, int64_t until_us);

/* Adds one to the count and says so on stderr, the first few times. */
void count_and_tell(uint64_t *count, const char *format, ...) PRINTF_LIKE(2, 3);

/* Appends an acknowledged effect to the log, in one write. `status` may be NULL. */
void ack_write(const struct rehearsal *r, const char *kind, const char *id, const struct buyer *b, const char *status);

#endif
