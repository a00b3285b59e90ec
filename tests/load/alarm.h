/* Things that are due later, soonest first. An alarm lives in the struct of its owner and is set at most once at a time. */
#ifndef LOAD_ALARM_H
#define LOAD_ALARM_H

#include <stddef.h>
#include <stdint.h>

struct alarm {
    int64_t due_us;
    void (*ring)(struct alarm *);
    void *owner;
};

struct alarms {
    struct alarm **heap;
    size_t count, room;
};

void alarm_set(struct alarms *as, struct alarm *a, int64_t due_us, void (*ring)(struct alarm *), void *owner);

/* Rings all that are due at `now_us`; returns when the next one is, or INT64_MAX. */
int64_t alarms_ring(struct alarms *as, int64_t now_us);

void alarms_free(struct alarms *as);

#endif
