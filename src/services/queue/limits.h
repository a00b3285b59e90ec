/* How often somebody has come within the last ten minutes: accounts, network addresses. A table of one size, whatever happens: where it is full, those
 * who came least are forgotten. From any thread. Processes that share memory (kv.h) count together, never less than what each has counted itself. */
#ifndef QUEUE_LIMITS_H
#define QUEUE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#define LIMITS_WINDOW_MS (10 * 60 * 1000)

struct arena;
struct kv;
struct limits;

/* `seed`: so that nobody can choose whom he shares a place with; those who count together have the same. */
struct limits *limits_open(uint64_t seed);
void limits_close(struct limits *l);
/* Whom or what is counted: `kind` tells numbers of different things apart. */
uint64_t limits_name(const struct limits *l, int kind, int64_t of, uint64_t who);
/* Within the window that began with the first. */
int64_t limits_count(struct limits *l, uint64_t name, int64_t now);
/* One more; returns how many that makes. */
int64_t limits_add(struct limits *l, uint64_t name, int64_t now);
/* Tells what was counted and hears the others; false when there was no answer. One thread at a time. */
bool limits_exchange(struct limits *l, struct kv *kv, struct arena *arena, int64_t now);

#endif
