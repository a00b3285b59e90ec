/* Passes that staff revokes: all places that an account has taken until now are over, whatever they were, and their passes open nothing any more; nor
 * does what is held under them become a booking. The buyer is told why. Places that are taken afterwards are as good as any. */
#include "device_int.h"
#include "store.h"

#include <stdlib.h>

#include "platform/obs/log.h"
#include "services/booking/booking.h"

#define REASON_MAX 200        /* code points */

struct revocation {           /* of one account in one line */
    struct revocation *before;           /* of places that it took there earlier; NULL: none */
    int64_t number;           /* its newest place then */
    size_t n;
    char text[];
};

static const struct revocation *newest_of(const struct room *r, int64_t user)
{
    return map_ptr(&r->revoked, (uint64_t)user);
}

/* The newest of his places there that are revoked; 0: none. */
static int64_t revoked_number(const struct room *r, int64_t user)
{
    const struct revocation *newest = newest_of(r, user);
    return newest ? newest->number : 0;
}

void revoked_take(struct room *r, int64_t number, int64_t user, struct str reason)
{
    if (number <= revoked_number(r, user))
        return;
    struct revocation *v = malloc(sizeof(*v) + reason.n);
    ASSERT(v != NULL);
    *v = (struct revocation){ .before = map_ptr(&r->revoked, (uint64_t)user), .number = number, .n = reason.n };
    memcpy(v->text, reason.p, reason.n);
    map_put_ptr(&r->revoked, (uint64_t)user, v);
}

static void take_undo(void *room, const void *user_)
{
    struct room *r = room;
    uint64_t user = (uint64_t)*(const int64_t *)user_;
    pthread_rwlock_wrlock(&r->queue->lock);
    struct revocation *v = map_ptr(&r->revoked, user);
    if (v->before)
        map_put_ptr(&r->revoked, user, v->before);
    else
        map_remove(&r->revoked, user);
    pthread_rwlock_unlock(&r->queue->lock);
    free(v);
}

struct str revoked_reason(struct ctx *cx, struct queue *q, const struct place_ref *who)
{
    struct str text = { 0 };
    pthread_rwlock_rdlock(&q->lock);
    const struct room *r = room_find(q, who->room);
    const struct revocation *v = r && who->number ? newest_of(r, who->user) : NULL;
    while (v && v->before && who->number <= v->before->number)
        v = v->before;
    if (v && who->number <= v->number)
        text = arena_str(cx->arena, str_of(v->text, v->n));
    pthread_rwlock_unlock(&q->lock);
    return text;
}

void revoked_free(struct room *r)
{
    uint64_t user, bits;
    for (size_t at = 0; map_each(&r->revoked, &at, &user, &bits);)
        for (struct revocation *v = (struct revocation *)(uintptr_t)bits, *before; v; v = before) {
            before = v->before;
            free(v);
        }
    map_free(&r->revoked);
}

/* ---- POST /schedules/{schedule_id}/queue/revocations ---- */

/* The account's places in one line, up to its newest there. */
static enum place_state revoke_line(struct ctx *cx, struct room *r, const struct revoke_in *in, int64_t newest)
{
    pthread_rwlock_wrlock(&r->queue->lock);
    revoked_take(r, newest, in->user, in->reason);
    pthread_rwlock_unlock(&r->queue->lock);
    tx_undo(cx, take_undo, r, &in->user, sizeof(in->user));
    store_revoked_insert(cx, place_key(r->id, newest), in->reason);
    return room_leave(cx, r, newest);
}

/* He stands in one line at most, but may have stood in others, with passes that seats were taken with. */
static err revoke(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct revoke_in *in = in_;
    struct room *general = room_find(self, in->schedule);
    bool known = false, done = false;
    enum place_state was = PLACE_LEFT;
    err e = room_owned(cx, general);
    if (e)
        return e;
    for (int i = 0; i <= general->group_count; i++) {
        struct room *r = i ? general->groups[i - 1] : general;
        int64_t newest = places_get(&r->places, in->user);
        known |= newest > 0;
        if (newest <= revoked_number(r, in->user))
            continue;
        was = (enum place_state)min(was, revoke_line(cx, r, in, newest));    /* of several, the one that is not over */
        done = true;
    }
    if (!known)
        return no_such_place(cx);
    if (!done)
        return fail(cx, ERR_CONFLICT, "already_revoked", "This account's pass has been revoked already.", "이미 취소된 입장권입니다.");
    *(struct revoke_out *)ret_out = (struct revoke_out){ in->schedule, in->user, cx->now, (int)was, in->reason };
    return OK;
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
