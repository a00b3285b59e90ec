/* A hashed timer wheel (Varghese and Lauck, 1987): insert, move and cancel in constant time for any number of timers. */
#ifndef BASE_WHEEL_H
#define BASE_WHEEL_H

#include <stdbool.h>
#include <stdint.h>

#define WHEEL_SLOTS   1024
#define WHEEL_SLOT_MS 1000

struct timer {                /* part of what it belongs to */
    struct timer *next, **at; /* at is NULL when it is not set */
    int64_t due;
};

struct wheel {
    struct timer *slots[WHEEL_SLOTS];
    int64_t turned;           /* slots that ended at or before this time hold nothing due */
    int64_t count;
};

void wheel_init(struct wheel *w, int64_t now);
/* Sets or moves a timer. */
void wheel_set(struct wheel *w, struct timer *t, int64_t due);
void wheel_cancel(struct wheel *w, struct timer *t);
/* The next timer that is due at `now`, taken out of the wheel; NULL when there is none. Each call continues where the last one stood. */
struct timer *wheel_due(struct wheel *w, int64_t now);
/* A time at which it is worth to look again: never later than the earliest timer; INT64_MAX when there is none. */
int64_t wheel_next(const struct wheel *w);

#endif
