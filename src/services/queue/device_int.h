/* Whose device a place belongs to, and passes that staff has revoked: docs/passes.md. Both are rare news about a few places, kept in memory by the
 * place's key; all else that is known of a device stands in the tokens, so that the crowd costs nothing. */
#ifndef QUEUE_DEVICE_INT_H
#define QUEUE_DEVICE_INT_H

#include "queue_int.h"

/* enum device_binding of a room. */
enum device_binding { BIND_WHEN_POSSIBLE, BIND_OFF, BIND_REQUIRED };

/* What a place's device has to do with the one that asks: there is none; it is bound and nothing was proved; this one; another. */
enum device_sight { DEVICE_ANY, DEVICE_ASKED, DEVICE_THIS, DEVICE_OTHER };

/* ---- device.c ---- */

/* ERR_DENIED `device_key_required` when the room wants a device's key and none was proved. */
err device_check_join(struct ctx *cx, const struct room *r) MUST_USE;
/* A place that has just been taken belongs to the device that has proved itself, if any. */
void device_bind(struct ctx *cx, const struct room *r, struct place_ref *who);
/* In a command: whose device it is. */
err device_find(struct ctx *cx, struct place_ref *who) MUST_USE;
/* From any thread, memory only; not under queue.lock. */
enum device_sight device_look(struct ctx *cx, struct queue *q, const struct place_ref *who);
/* The place with this key was moved to the device with this thumbprint. Under queue.lock, or at start. */
void device_moved_take(struct queue *q, int64_t key, struct str device);

/* POST /schedules/{schedule_id}/queue/device: in struct schedule_in, out struct place_out. */
extern const struct call queue_device_move_call;

/* ---- revoke.c ---- */

/* Why a place was revoked, in the arena; empty: it was not. From any thread, memory only; not under queue.lock. */
struct str revoked_reason(struct ctx *cx, struct queue *q, const struct place_ref *who);
/* The user's places in this line up to `number` are revoked; does nothing when they were. Under queue.lock, or at start. */
void revoked_take(struct room *r, int64_t number, int64_t user, struct str reason);
void revoked_free(struct room *r);

/* POST /schedules/{schedule_id}/queue/revocations */
struct revoke_in {
    int64_t schedule, user;
    struct str reason;
};
struct revoke_out {
    int64_t schedule, user, revoked_at;
    int was;                  /* enum place_state */
    struct str reason;
};
extern const struct call queue_revoke_call;

/* ---- lookup.c ---- */

/* POST /schedules/{schedule_id}/queue/lookups */
extern const struct call queue_look_up_call;

/* ---- store_device.c ---- */

struct device_row {
    uint8_t device[32];
    int64_t session, moves;
};

void store_device_insert(struct ctx *cx, const struct place_ref *who);
err store_device(struct ctx *cx, const struct place_ref *who, struct device_row *ret, bool *ret_found) MUST_USE;
err store_device_move(struct ctx *cx, const struct place_ref *who) MUST_USE;
err store_devices_moved(struct ctx *cx, struct room *r) MUST_USE;
void store_revoked_insert(struct ctx *cx, int64_t key, struct str reason);
err store_revoked(struct ctx *cx, struct room *r) MUST_USE;

#endif
