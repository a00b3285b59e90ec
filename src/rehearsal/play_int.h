/* Inside a rehearsal: its people, and what each of them does next (people.c), by a clock that play.c moves. */
#ifndef REHEARSAL_PLAY_INT_H
#define REHEARSAL_PLAY_INT_H

#include "play.h"

#define TICK_MS 100
#define NOBODY  UINT32_MAX

enum next { NEXT_NONE, NEXT_JOIN, NEXT_LOOK, NEXT_HOLD, NEXT_BOOK, NEXT_BEGIN, NEXT_PAY, NEXT_TELL };

struct person {
    uint32_t after;           /* in the list of a tick */
    uint32_t number;          /* under which he joined; 0: not in line */
    uint32_t id;              /* of his hold, then of his booking */
    uint32_t arrived;         /* tick */
    uint8_t next, outcome;    /* OUTCOMES: not yet */
    uint8_t tries, refusals, count, grade;
    bool inside;
};

struct todo {                 /* who has something to do at a tick */
    uint32_t first, last;
};

struct play {
    const struct crowd *crowd;
    struct stage *stage;
    struct tally *t;
    struct person *people;
    int64_t n, came, open;    /* open: those without an outcome */
    int64_t starts_at, limit, tick, ticks;
    int64_t opens_ms, room_opens_ms;     /* people come; they may join */
    struct todo *lists;
    uint32_t *person_of;      /* by number - 1 */
    int64_t joined, turned;   /* numbers given; places whose turn has come */
    uint32_t *numbers;        /* by place, once drawn */
    int64_t drawn;
    size_t *by_price;         /* grades, cheap to dear */
    int64_t *free;            /* seats by grade, as of this tick */
    struct waits sold_at;     /* of each seat, in ms since the room opened */
    struct deed deeds[DEEDS_MOST];
    size_t deed_n;
};

static inline int64_t now_ms(const struct play *p)
{
    return p->opens_ms + p->tick * TICK_MS;
}

static inline bool is_bot(const struct play *p, int64_t person)
{
    return person < p->crowd->bots;
}

/* Comes: joins the line, or goes in where there is none. */
void person_comes(struct play *p, int64_t person);
/* A place's turn has come: its owner looks, comes back later, or never. */
void person_called(struct play *p, int64_t person);
/* Does what is next, in the order of calls; people_settle does what is still to be done. */
void person_acts(struct play *p, int64_t person);
void people_settle(struct play *p);
/* Is over for good. */
void person_ends(struct play *p, int64_t person, enum outcome how);

#endif
