/* The statements of the waiting room, each as a function (store.c). */
#ifndef QUEUE_STORE_H
#define QUEUE_STORE_H

#include "queue_int.h"

/* A place, or what else a room has by number, in one number: in tables, in maps, in tokens, and as the pass of what is taken (cx->pass). Those of a room
 * lie together, in the order of its line. */
static inline int64_t place_key(int64_t room, int64_t number)
{
    return room << PLACE_BITS | number;
}

static inline int64_t key_room(int64_t key)
{
    return key >> PLACE_BITS;
}

static inline int64_t key_number(int64_t key)
{
    return key & PLACE_MAX;
}

/* From the first to the last row that a room can have. */
#define ROOM_RANGE(r) VALS(v_int(place_key((r)->id, 0)), v_int(place_key((r)->id, PLACE_MAX)))

err store_rooms(struct ctx *cx, struct queue *q) MUST_USE;
void store_room_insert(struct ctx *cx, const struct room *r);
err store_room_window(struct ctx *cx, int64_t room, int64_t sale_starts_at, int64_t sale_ends_at) MUST_USE;
err store_room_update(struct ctx *cx, const struct room *r) MUST_USE;
err store_room_offer(struct ctx *cx, const struct room *r) MUST_USE;
err store_room_serve(struct ctx *cx, const struct room *r, int64_t serving) MUST_USE;
void store_place_insert(struct ctx *cx, const struct room *r, int64_t place, int64_t user);
void store_end_insert(struct ctx *cx, const struct room *r, int64_t place, enum ended_how how, int64_t booking);
err store_end_of_booking(struct ctx *cx, int64_t booking, bool *ret) MUST_USE;
void store_step_insert(struct ctx *cx, const struct room *r, const struct step *step, int64_t active);
/* Fill an empty room. */
err store_places(struct ctx *cx, struct room *r) MUST_USE;
err store_ends(struct ctx *cx, struct room *r) MUST_USE;
err store_steps(struct ctx *cx, struct room *r) MUST_USE;
void store_parked_insert(struct ctx *cx, const struct room *r, const struct parked *p);
err store_parked_admit(struct ctx *cx, const struct room *r, const struct parked *p, int64_t active) MUST_USE;
err store_parks(struct ctx *cx, struct room *r) MUST_USE;

#endif
