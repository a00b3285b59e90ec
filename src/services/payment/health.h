/* How well a provider is, as far as its answers tell: may it be asked now, and how many questions a minute does it take?
 *
 * A breaker stops asking whom nobody hears from, and lets one question through now and then to see whether that has passed. A bucket holds our
 * own limit, and half of it back for buyers. What the provider bears is measured: it shrinks with each plea to slow down and grows again by
 * itself; one that answers slowly bears no more than our threads can wait for. Time is handed in, nothing is asked here. */
#ifndef PAYMENT_HEALTH_H
#define PAYMENT_HEALTH_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum breaker_state {
    BREAKER_CLOSED,           /* it is asked */
    BREAKER_OPEN,             /* it is left alone until `rested_at` */
    BREAKER_PROBING,          /* one question is under way that decides */
    BREAKER_STATES
};

enum breaker_event {
    BREAKER_TRIPPED,          /* too many questions without an answer */
    BREAKER_RESTED,           /* the pause is over and somebody asks */
    BREAKER_WORKED,           /* an answer came */
    BREAKER_FAILED,           /* none came */
    BREAKER_EVENTS
};

enum outcome {
    OUTCOME_ANSWERED,         /* whatever it said */
    OUTCOME_SILENT,           /* no answer that can be believed */
    OUTCOME_THROTTLED,        /* it asked us to slow down */
    OUTCOME_HELD,             /* not asked: by the breaker or the limit */
    OUTCOMES
};

#define UNLIMITED INT64_MAX

struct health_rules {
    int64_t per_minute;       /* questions; UNLIMITED: as many as come */
    int64_t failures;         /* in a row, that trip the breaker */
    int64_t pause_ms;         /* of the first pause; doubled each time, three times at most */
    int64_t threads;          /* that may wait for it at the same time */
};

struct health {
    pthread_mutex_t lock;     /* of all below; held for a moment, never while asking */
    struct health_rules rules;

    enum breaker_state state;
    int64_t rested_at;        /* OPEN: the end of the pause */
    int pauses;               /* in a row */
    int64_t silent;           /* questions in a row without an answer */
    uint64_t recent;          /* the last questions, newest first: a bit is set for one without an answer */
    int recent_n;
    int64_t noted_at;         /* of the newest answer, or lack of it */

    int64_t tokens, filled_at;           /* TOKEN for each question */
    int64_t measured;         /* questions a minute that it seems to bear; UNLIMITED: it never complained */
    int64_t moved_at;         /* when that was last shrunk or grown */
    int64_t minute, asked, asked_before; /* questions in this minute, and in the one before */
    int64_t latency_ms;       /* of late */
    int64_t wanted_at;        /* when a buyer last wanted to ask; 0: never */
};

void health_init(struct health *h, const struct health_rules *rules, int64_t now);
void health_end(struct health *h);
/* May it be asked now? If so this is the question: its outcome must be noted. Buyers come before our own clockwork, which leaves half of the
 * limit to them. */
bool health_admit(struct health *h, bool buyer, int64_t now);
void health_note(struct health *h, enum outcome outcome, int64_t latency_ms, int64_t now);
/* A buyer is about to choose it: is it well? Counts as wanted. */
bool health_want(struct health *h, int64_t now);
/* The same without wanting anything. *ret_wait_ms: how long a client should wait; 0 when it need not. */
enum breaker_state health_look(struct health *h, int64_t now, int64_t *ret_wait_ms);
/* Questions a minute that can be asked from now on; 0 while the breaker is not closed. */
int64_t health_per_minute(struct health *h, int64_t now);
/* Has a buyer wanted it in the last ten minutes? */
bool health_in_use(struct health *h, int64_t now);

#endif
