/* A binary heap of pointers. */
#include "alarm.h"

#include "tool.h"

#include <stdlib.h>

static void swap(struct alarm **a, struct alarm **b)
{
    struct alarm *t = *a;

    *a = *b;
    *b = t;
}

void alarm_set(struct alarms *as, struct alarm *a, int64_t due_us, void (*ring)(struct alarm *), void *owner)
{
    *a = (struct alarm){ .due_us = due_us, .ring = ring, .owner = owner };
    if (as->count == as->room) {
        as->room = as->room ? as->room * 2 : 1024;
        as->heap = mem_grow(as->heap, as->room, sizeof(struct alarm *));
    }

    size_t at = as->count++;
    as->heap[at] = a;
    while (at > 0 && as->heap[at]->due_us < as->heap[(at - 1) / 2]->due_us) {
        swap(&as->heap[at], &as->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
}

static struct alarm *alarms_pop(struct alarms *as)
{
    struct alarm *first = as->heap[0];
    size_t at = 0;

    as->heap[0] = as->heap[--as->count];
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < as->count; child++)
            if (as->heap[child]->due_us < as->heap[least]->due_us)
                least = child;
        if (least == at)
            return first;
        swap(&as->heap[at], &as->heap[least]);
        at = least;
    }
}

int64_t alarms_ring(struct alarms *as, int64_t now_us)
{
    while (as->count && as->heap[0]->due_us <= now_us) {
        struct alarm *a = alarms_pop(as);
        a->ring(a);
    }
    return as->count ? as->heap[0]->due_us : INT64_MAX;
}

void alarms_free(struct alarms *as)
{
    free(as->heap);
    *as = (struct alarms){ 0 };
}
