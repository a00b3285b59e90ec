/* Passes that staff revokes: the place is over, whatever it was, and its pass opens nothing any more; the buyer is told why. */
#include "device_int.h"

#include <stdlib.h>

#include "platform/obs/log.h"
#include "services/booking/booking.h"

#define REASON_MAX 200        /* code points */

struct reason {
    size_t n;
    char text[];
};

static void keep(struct queue *q, int64_t key, struct str text)
{
    struct reason *why = malloc(sizeof(*why) + text.n);
    ASSERT(why != NULL);
    why->n = text.n;
    memcpy(why->text, text.p, text.n);
    pthread_rwlock_wrlock(&q->lock);
    map_put_ptr(&q->revoked, (uint64_t)key, why);
    pthread_rwlock_unlock(&q->lock);
}

static void keep_undo(void *queue, const void *key_)
{
    struct queue *q = queue;
    const int64_t *key = key_;
    pthread_rwlock_wrlock(&q->lock);
    free(map_ptr(&q->revoked, (uint64_t)*key));
    map_remove(&q->revoked, (uint64_t)*key);
    pthread_rwlock_unlock(&q->lock);
}

struct str revoked_reason(struct ctx *cx, struct queue *q, int64_t room, int64_t number)
{
    struct str text = { 0 };
    pthread_rwlock_rdlock(&q->lock);
    const struct reason *why = map_ptr(&q->revoked, (uint64_t)place_key(room, number));
    if (why)
        text = arena_str(cx->arena, str_of(why->text, why->n));
    pthread_rwlock_unlock(&q->lock);
    return text;
}

/* ---- POST /schedules/{schedule_id}/queue/revocations ---- */

/* The line in which the user stands, or has stood. */
static struct room *line_of(const struct ctx *cx, struct room *general, int64_t user, int64_t *ret_number)
{
    enum place_state state;
    struct room *r = room_live(cx, general, user, ret_number, &state);
    for (int i = 0; !r && i <= general->group_count; i++) {
        struct room *line = i ? general->groups[i - 1] : general;
        *ret_number = places_get(&line->places, user);
        r = *ret_number ? line : NULL;
    }
    return r;
}

static err revoke(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct queue *q = self;
    const struct revoke_in *in = in_;
    struct room *general = room_find(q, in->schedule);
    err e = room_owned(cx, general);
    if (e)
        return e;
    int64_t number;
    struct room *r = line_of(cx, general, in->user, &number);
    if (!r)
        return no_such_place(cx);
    int64_t key = place_key(r->id, number);
    if (map_ptr(&q->revoked, (uint64_t)key))
        return fail(cx, ERR_CONFLICT, "already_revoked", "This account's pass has been revoked already.", "이미 취소된 입장권입니다.");

    enum place_state was = room_leave(cx, r, number);
    keep(q, key, in->reason);
    tx_undo(cx, keep_undo, q, &key, sizeof(key));
    store_revoked_insert(cx, key, in->reason);
    *(struct revoke_out *)ret_out = (struct revoke_out){ in->schedule, in->user, cx->now, (int)was, in->reason };
    return OK;
}

/* ---- life ---- */

err revoked_load(struct ctx *cx, struct queue *q)
{
    return store_revoked(cx, keep, q);
}

void revoked_free(struct queue *q)
{
    uint64_t key, why;
    for (size_t at = 0; map_each(&q->revoked, &at, &key, &why);)
        free((struct reason *)(uintptr_t)why);
    map_free(&q->revoked);
}

/* ---- tables ---- */

#define AT(owner, member) .at = offsetof(struct owner, member)

FIELDS(revoke_in_fields, "PassRevocationRequest", struct revoke_in,
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, .from = FROM_PATH, AT(revoke_in, schedule) },
    { .name = "user_id", .type = F_ID, .id = ID_USER, AT(revoke_in, user), .help = "whose place and pass end" },
    { .name = "reason", .type = F_TEXT, .low = 1, .high = REASON_MAX, AT(revoke_in, reason), .help = "shown to the buyer, and kept in the audit log" });

FIELDS(revoke_fields, "PassRevocation", struct revoke_out,
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, AT(revoke_out, schedule) },
    { .name = "user_id", .type = F_ID, .id = ID_USER, AT(revoke_out, user) },
    { .name = "was", .type = F_ENUM, .words = queue_state_words, AT(revoke_out, was), .help = "what the place was until now" },
    { .name = "reason", .type = F_STR, AT(revoke_out, reason) },
    { .name = "revoked_at", .type = F_TIME, AT(revoke_out, revoked_at) });

const struct call queue_revoke_call = { "queue.revoke", "Ends an account's place in the waiting room and its pass, for a reason.", CALL_COMMAND,
                                        &revoke_in_fields, &revoke_fields, revoke };
