/* The seats of one schedule in map order, and how a person picks among them. */
#ifndef LOAD_SEAT_MAP_H
#define LOAD_SEAT_MAP_H

#include "tool.h"

enum seat_state { SEAT_FREE, SEAT_HELD, SEAT_SOLD, SEAT_CLOSED, SEAT_STATES };

struct seat {
    char *guid;
    uint32_t row_end; /* number of the first seat after this one's row */
    uint16_t grade;
    bool numbered; /* false: a place of an area, which is had by asking for the best */
};

struct seat_map {
    uint32_t count;
    struct seat *seats;
    uint16_t grade_count;
    char **grades;
    uint32_t *index;     /* guid -> seat number + 1, open addressing */
    uint32_t index_room; /* a power of two */
};

/* Reads the answer of GET map. On a fault returns NULL and says what is wrong. */
struct seat_map *seat_map_read(const char *json, size_t len, const char **ret_fault);
void seat_map_free(struct seat_map *m);

/* The seat's number, or -1 when the map has no such seat. */
int64_t seat_map_find(const struct seat_map *m, const char *guid);

/* Unpacks "seats" of GET availability, two bits a seat, into one byte a seat and counts the states. */
bool seat_states_read(uint8_t *states, uint32_t count, const char *base64, uint32_t ret_totals[SEAT_STATES]);

/* Picks up to `wanted` free numbered seats, side by side in a random row where that is possible. Returns how many. */
unsigned seat_map_choose(const struct seat_map *m, const uint8_t *states, struct rng *r, unsigned wanted, uint32_t *ret_seats);

/* Picks a grade that has `wanted` free places, at random among them; the fullest one when none has. */
uint16_t seat_map_choose_grade(const struct seat_map *m, const uint8_t *states, struct rng *r, unsigned wanted, uint32_t *ret_free);

#endif
