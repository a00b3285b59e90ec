/* How often somebody has come within the last ten minutes: accounts, network addresses. A table of one size, whatever happens: where it is full, those
 * who came least are forgotten. From any thread. */
#ifndef QUEUE_LIMITS_H
#define QUEUE_LIMITS_H

#include <pthread.h>
#include <stdint.h>

#define LIMITS_WINDOW_MS (10 * 60 * 1000)

struct limits {
    pthread_mutex_t lock;
    struct limits_set *sets;
    uint64_t seed;            /* so that nobody can choose whom he shares a set with */
};

void limits_open(struct limits *l, uint64_t seed);
void limits_close(struct limits *l);
/* Whom or what is counted: `kind` tells numbers of different things apart. */
uint64_t limits_name(const struct limits *l, int kind, int64_t of, uint64_t who);
/* Within the window that began with the first. */
int64_t limits_count(struct limits *l, uint64_t name, int64_t now);
/* One more; returns how many that makes. */
int64_t limits_add(struct limits *l, uint64_t name, int64_t now);

#endif
