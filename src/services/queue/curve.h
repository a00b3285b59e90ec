/* What happens in a room, minute by minute, for the last hours: a ring of so many minutes, whatever comes. */
#ifndef QUEUE_CURVE_H
#define QUEUE_CURVE_H

#include <stddef.h>
#include <stdint.h>

#define CURVE_MINUTES 240

enum happening {
    HAPPENED_JOIN,            /* took a place */
    HAPPENED_ADMISSION,       /* let in, those who came back too */
    HAPPENED_ABSENCE,         /* away when the turn came */
    HAPPENED_RETURN,          /* let in after that */
    HAPPENED_BOOKING,         /* bought with the pass */
    HAPPENINGS,
};

struct tally {
    int64_t n[HAPPENINGS];
};

struct minute {
    int64_t at;               /* its beginning, ms */
    struct tally tally;
};

struct curve {
    struct tally counted;     /* all that ever came in */
    struct minute ring[CURVE_MINUTES];
};

/* So often it happened at that time, which may be in the past; what is longer ago than the ring reaches is only counted. */
void curve_add(struct curve *c, int64_t at, enum happening what, int64_t n);
/* Whatever `sum` has more than was counted so far happened at that time. */
void curve_follow(struct curve *c, int64_t at, const struct tally *sum);
/* The minutes from the first one that is kept and in which something happened to that of `now`, those without news too. `c` may be NULL. Returns
 * how many. */
size_t curve_read(const struct curve *c, int64_t now, struct minute ret[CURVE_MINUTES]);

#endif
