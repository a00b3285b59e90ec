/* The load itself: one thread, one epoll set, one request in flight on each connection. */
#ifndef BENCH_GENERATOR_H
#define BENCH_GENERATOR_H

#include "histogram.h"
#include "wire.h"

enum { STATUS_MAX = 600 };

struct generator_options {
    uint16_t port;
    unsigned connections;
    double seconds, warm_up_seconds;
    double rate;          /* requests a second, started whatever the answers do; 0: closed loop */
    uint64_t first, most; /* numbers of the requests that may be sent: first <= n < most */
};

struct generator_result {
    double seconds;                     /* measured time: the asked one, or less when the requests ran out */
    uint64_t answers[STATUS_MAX], good; /* by status; good: 2xx */
    uint64_t broken;                    /* connections that ended under a request */
    uint64_t unsent;                    /* open loop: due before the end, but no connection was free */
    bool ran_out;
    uint64_t sent_upto;     /* number of the first request that was not sent: where a next run may go on */
    struct histogram times; /* of good answers; open loop: since the moment the request was due */
};

/* `at_start` is called when the warm-up is over and measuring begins, `at_end` when it ends. */
void generator_run(const struct wire *w, const struct generator_options *o, struct generator_result *ret, void (*at_start)(void *),
                   void (*at_end)(void *), void *self);

#endif
