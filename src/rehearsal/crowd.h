/* The people of a rehearsal: when they come and what each of them is like. Everything that is assumed about people is here, and an option of the
 * command; all else is what the services do. A person is a number: his traits follow from it and the seed, so that two rehearsals with other settings
 * meet the same people. */
#ifndef REHEARSAL_CROWD_H
#define REHEARSAL_CROWD_H

#include <stdbool.h>
#include <stdint.h>

enum arrival { ARRIVAL_EARLY, ARRIVAL_BURST, ARRIVAL_FLAT };
extern const char *const arrival_words[];

#define PARTY_UNIT 100        /* options give a party in hundredths of a person */

struct crowd {
    int64_t people, bots;     /* bots come on top, the moment the room opens */
    int64_t arrival;          /* enum arrival */
    int64_t party;            /* seats an order, in hundredths */
    int64_t no_show;          /* percent who are away when their turn comes */
    int64_t back;             /* percent of those who look again within a quarter of an hour */
    int64_t think, pay;       /* seconds from the pass to the choice, and from there to the payment: means */
    int64_t leave;            /* percent of those let in who do not buy */
    int64_t refuse;           /* percent of payments that are refused */
    int64_t retries;          /* further payments that somebody tries */
    uint64_t seed;
};

/* Of the people (bots among them) how many have come by `at_ms`, counted from the beginning of the sale; the room opens at `opens_ms` (0 or less).
 * Never falls, is 0 before the room opens and all of them from arrival_end on. */
int64_t crowd_arrived(const struct crowd *c, int64_t opens_ms, int64_t at_ms);
int64_t arrival_end(const struct crowd *c, int64_t opens_ms);

struct traits {
    bool bot, away, back, leaves;
    int64_t party;            /* 1 to the limit */
    int64_t look_ms;          /* until he sees that it is his turn */
    int64_t back_ms;          /* of those who are away: until they look again */
    int64_t think_ms, pay_ms;
    double taste;             /* in [0, 1): where among the seats, cheap to dear, his heart is */
};

/* Person 0 is the first who comes. `limit`: seats a person may have. */
struct traits traits_of(const struct crowd *c, int64_t person, int64_t limit);
/* Is a person's payment refused, the first time (0) or a later one? */
bool payment_refused(const struct crowd *c, int64_t person, int64_t attempt);

#endif
