/* What was asked and what came back: per operation, for the whole run and for the current second. */
#ifndef LOAD_SCORE_H
#define LOAD_SCORE_H

#include "histogram.h"
#include "http_client.h"
#include "json.h"

#include <stdio.h>

enum op {
    OP_CHECK,
    OP_REFRESH,
    OP_LOGIN,
    OP_SIGNUP,
    OP_SCHEDULE,
    OP_MAP,
    OP_AVAILABILITY,
    OP_QUEUE_JOIN,
    OP_QUEUE_POLL,
    OP_HOLD,
    OP_RELEASE,
    OP_BOOKING,
    OP_PAYMENT,
    OP_CONFIRM,
    OP_BOOKING_READ,
    OP_TICKETS,
    OP_COUNT
};

enum { FAULTS_MAX = 32, CODE_MAX = 40 };

/* How often one kind of failure came. `status` 0: no answer, `code` says why. */
struct fault {
    int status;
    char code[CODE_MAX];
    uint64_t count;
};

struct tally {
    uint64_t sent, ok, retries, hung_up;
    unsigned fault_count;
    struct fault faults[FAULTS_MAX];
    struct histogram times; /* of whole answers */
};

struct score {
    FILE *csv;
    int64_t began_us, second;
    struct tally total[OP_COUNT], window[OP_COUNT];
};

struct score *score_new(void);
/* Second 0 is now; from here on rows are written to the file, unless that is NULL. */
void score_begin(struct score *s, const char *csv_path);
void score_free(struct score *s);

void score_sent(struct score *s, enum op op, bool repeated);
/* `code` is the stable word of a problem document, or NULL. */
void score_reply(struct score *s, enum op op, const struct http_reply *reply, const char *code);

/* Writes the rows of the seconds that are over. */
void score_tick(struct score *s, int64_t now_us);
void score_last_tick(struct score *s);

uint64_t score_5xx(const struct score *s);
void score_print(const struct score *s);
cJSON *score_json(const struct score *s);

#endif
