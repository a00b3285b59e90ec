/* What a room keeps in memory of its people: who has which place, who was let in when, who was away. Memory only, and nothing here knows a room.
 * places.c, steps.c, parks.c. */
#ifndef QUEUE_TURNS_H
#define QUEUE_TURNS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline int64_t min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static inline int64_t max(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Begun ones count. */
static inline int64_t whole_seconds(int64_t ms)
{
    return (ms + 999) / 1000;
}

/* ---- user to place, and marks by place (places.c) ---- */

#define PLACE_BITS 24
#define PLACE_MAX  ((INT64_C(1) << PLACE_BITS) - 1)

/* The newest place of each user of a room: open addressing, eight bytes an entry (40 bits of user, 24 of the number under which he joined), at most
 * 7/8 full. */
struct places {
    uint64_t *at;
    size_t size, used;
};

void places_free(struct places *p);
/* 0: none. */
int64_t places_get(const struct places *p, int64_t user);
/* Place 0 takes it back. */
void places_set(struct places *p, int64_t user, int64_t place);

struct marks {                /* one bit a place */
    uint8_t *at;
    size_t bytes;
};

void marks_free(struct marks *m);
bool marks_get(const struct marks *m, int64_t place);
void marks_set(struct marks *m, int64_t place, bool on);

/* Until when a place counts as present, in seconds. Any thread may say so under a shared lock; what moves the memory needs the lock alone. */
struct seen {
    _Atomic uint32_t *at;
    size_t size;
};

void seen_free(struct seen *s);
bool seen_fits(const struct seen *s, int64_t place);
void seen_grow(struct seen *s, int64_t place);
/* Nothing happens to a place that does not fit. */
void seen_until(const struct seen *s, int64_t place, int64_t until);
bool seen_absent(const struct seen *s, int64_t place, int64_t now);
/* Of n entries: from their numbers to their places (order[number - 1]), or back. */
void seen_move(struct seen *s, const uint32_t *order, int64_t n, bool back);

/* ---- admissions whose passes may still be good, or were until of late (steps.c) ---- */

#define NO_SHOW_WINDOW_MS (10 * 60 * 1000)

struct step {                 /* places that were admitted together */
    int64_t first, last;
    int64_t at, until;        /* admitted, passes expire */
    int64_t admitted;         /* without those who had left by then */
    int64_t live;             /* of these, without those who left or bought since */
    int64_t shown;            /* of these, those who have used their passes */
    bool watched;             /* since they were let in; not when the program was started, or the room off, meanwhile */
};

struct steps {                /* in order of places */
    struct step *at;
    size_t first, n, cap;
};

void steps_free(struct steps *s);
void steps_add(struct steps *s, const struct step *step);
/* Takes the newest back. */
void steps_pop(struct steps *s);
/* Forgets the oldest as long as their passes have long expired. */
void steps_drop(struct steps *s, int64_t now);
/* The step that admitted a place; NULL when it is forgotten or there is none. */
struct step *steps_find(const struct steps *s, int64_t place);
/* Passes that are good at `now`. */
int64_t steps_active(const struct steps *s, int64_t now);

/* For those whose passes are good at `now` nobody sees any more whether they come. */
void steps_unwatch(struct steps *s, int64_t now);

struct attendance {
    int64_t admitted, shown;
};

/* Adds those whose passes ran out in the window up to `now`, and of them those who had used them. */
void steps_ran_out(const struct steps *s, int64_t now, struct attendance *sum);

/* ---- places whose turn came while nobody asked for them (parks.c) ---- */

#define RETURN_MS (10 * 60 * 1000)

struct parked {
    int64_t place, parked_at;
    int64_t let_in_at;        /* after all, since this program began */
    int64_t until;            /* let in after all: the pass expires; 0: not yet */
    bool live;                /* let in, and neither left nor bought since */
};

struct parks {                /* in order of places, which is that of their times */
    struct parked *at;
    size_t first, n, cap;
};

void parks_free(struct parks *p);
void parks_add(struct parks *p, const struct parked *parked);
/* Takes the newest n back. */
void parks_pop(struct parks *p, int64_t n);
void parks_drop(struct parks *p, int64_t now);
/* NULL: that place was not parked. */
struct parked *parks_find(const struct parks *p, int64_t place);
bool parked_may_return(const struct parked *p, int64_t now);
/* May anyone still come back? */
bool parks_open(const struct parks *p, int64_t now);
/* Who may. */
int64_t parks_away(const struct parks *p, int64_t now);
/* Passes of those who did that are good at `now`. */
int64_t parks_active(const struct parks *p, int64_t now);

#endif
