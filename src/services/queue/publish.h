/* The answers of the publication of a draw. */
#ifndef QUEUE_PUBLISH_H
#define QUEUE_PUBLISH_H

#include "queue_int.h"

enum draw_state { DRAW_OPEN, DRAW_CLOSED, DRAW_DRAWN };

struct draw_out {
    int64_t schedule;
    int state;
    struct str algorithm;
    int64_t draws_at, closed_at, drawn_at, count;
    bool is_closed;           /* count and root are known ... */
    bool is_drawn;            /* ... and beacon, secret and seed */
    struct str commitment, public_key, root, secret, seed;
    int beacon;
    int64_t beacon_round;
    struct str beacon_url, randomness, beacon_signature;
    struct str entries_url;
    int64_t parts;
};

struct proof_out {
    int64_t schedule, number, joined_at;
    struct str entrant, receipt;
    int64_t index, count;
    bool in_tree;             /* index, count and path are there: the entry was in time, and entries are closed */
    struct list path;         /* struct str */
    struct str root;
    int64_t place;            /* 0: not drawn yet */
};

#endif
