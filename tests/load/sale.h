/* One schedule on sale: what buyers know of it, and who was sold which seat as far as the answers say. */
#ifndef LOAD_SALE_H
#define LOAD_SALE_H

#include "rehearsal.h"
#include "seat_map.h"

struct sale {
    char *id;
    bool queued; /* has a waiting room */
    struct seat_map *map;
    char etag[80];
    uint8_t *states; /* as of the last availability anybody read */
    uint32_t totals[SEAT_STATES];
    uint32_t for_sale; /* free or held when the rehearsal began */
    uint32_t *sold_to; /* seat -> booking it was paid in, counted from 1 */
    uint32_t sold, distinct, bookings;
    int64_t sold_out_us; /* 0: not sold out */
};

/* Reads schedule, map and availability; ends the process when that is not possible. */
void sales_open(struct rehearsal *r);
void sales_free(struct rehearsal *r);

/* Takes over an availability answer. */
bool sale_availability(struct sale *s, const cJSON *answer);

/* Notes the seats of a paid booking and checks that none of them was paid for before. */
void sale_sold(struct rehearsal *r, struct sale *s, const uint32_t *seats, unsigned count, const char *booking);

#endif
