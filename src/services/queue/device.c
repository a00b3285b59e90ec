/* A place belongs to the device on which it was taken, as long as its owner does not take it over with another one.
 *
 * Which device that is stands in the place token and in the pass; the database keeps it for those who join again. Only of places that were moved the
 * memory knows more: there tokens that were given before name the wrong one. */
#include "device_int.h"
#include "groups.h"
#include "store.h"

#include "platform/crypto/crypto.h"
#include "platform/obs/log.h"
#include "services/booking/booking.h"

#define MOVES_MAX 5

/* What the map of moved places keeps of a thumbprint. */
static uint64_t name_of(const uint8_t device[32])
{
    uint64_t name;
    memcpy(&name, device, sizeof(name));
    return name;
}

/* ---- when a place is taken ---- */

static err key_required(struct ctx *cx)
{
    return fail(cx, ERR_DENIED, "device_key_required",
                "This needs a browser that can keep a key for this device (most can, over https); please use another one.",
                "이 기기의 키를 보관할 수 있는 브라우저가 필요합니다(https 접속). 다른 브라우저를 이용해 주세요.");
}

err device_check_join(struct ctx *cx, const struct room *r)
{
    return r->terms.rules.device_binding == BIND_REQUIRED && !actor_has_device(cx) ? key_required(cx) : OK;
}

static void belong(struct place_ref *who, const uint8_t device[32])
{
    who->bound = true;
    memcpy(who->device, device, sizeof(who->device));
}

void device_bind(struct ctx *cx, const struct room *r, struct place_ref *who)
{
    if (r->terms.rules.device_binding == BIND_OFF || !actor_has_device(cx))
        return;
    belong(who, cx->actor.device);
    store_device_insert(cx, who);
}

err device_find(struct ctx *cx, struct place_ref *who)
{
    struct device_row row;
    bool found;
    err e = store_device(cx, who, &row, &found);
    if (!e && found)
        belong(who, row.device);
    return e;
}

/* ---- when it is looked at ---- */

enum device_sight device_look(struct ctx *cx, struct queue *q, const struct place_ref *who)
{
    uint64_t now_of;
    if (!who->bound)
        return DEVICE_ANY;
    pthread_rwlock_rdlock(&q->lock);
    const struct room *r = room_find(q, who->room);
    bool off = r && r->shown_terms.rules.device_binding == BIND_OFF;
    bool moved = map_get(&q->moved, (uint64_t)place_key(who->room, who->number), &now_of) && now_of != name_of(who->device);
    pthread_rwlock_unlock(&q->lock);
    if (off)
        return DEVICE_ANY;
    if (moved)
        return DEVICE_OTHER;
    if (!actor_has_device(cx))
        return DEVICE_ASKED;
    return crypto_equal(cx->actor.device, who->device, sizeof(who->device)) ? DEVICE_THIS : DEVICE_OTHER;
}

/* ---- when it moves ---- */

struct moved {
    uint64_t key, name;
    bool was;
};

static void moved_put(struct queue *q, uint64_t key, uint64_t name)
{
    pthread_rwlock_wrlock(&q->lock);
    map_put(&q->moved, key, name);
    pthread_rwlock_unlock(&q->lock);
}

static void moved_undo(void *queue, const void *before)
{
    const struct moved *m = before;
    struct queue *q = queue;
    if (m->was) {
        moved_put(q, m->key, m->name);
        return;
    }
    pthread_rwlock_wrlock(&q->lock);
    map_remove(&q->moved, m->key);
    pthread_rwlock_unlock(&q->lock);
}

/* Who only copied what a device has, has its sign-in too: a move needs one that is newer than that of the device which has the place now, so that no
 * copy of what came before is of use. Sign-ins are numbered as they come; what is no sign-in (an API key) has 0. */
static err may_move(struct ctx *cx, const struct device_row *row)
{
    if (cx->actor.session <= row->session)
        return fail(cx, ERR_DENIED, "sign_in_again", "Please sign out and in again on this device: then the place can be moved to it.",
                    "이 기기에서 로그아웃한 뒤 다시 로그인해 주세요. 그러면 자리를 이 기기로 옮길 수 있습니다.");
    if (row->moves >= MOVES_MAX)
        return fail(cx, ERR_CONFLICT, "moves_spent", "This place has been moved %d times and stays where it is now.",
                    "이 자리는 이미 %d번 옮겨져 더 이상 옮길 수 없습니다.", MOVES_MAX);
    return OK;
}

static err take_over(struct ctx *cx, struct queue *q, struct place_ref *who)
{
    struct moved before = { .key = (uint64_t)place_key(who->room, who->number) };
    belong(who, cx->actor.device);
    before.was = map_get(&q->moved, before.key, &before.name);
    tx_undo(cx, moved_undo, q, &before, sizeof(before));
    moved_put(q, before.key, name_of(who->device));
    return store_device_move(cx, who);
}

static err move(struct ctx *cx, struct queue *q, struct place_ref *who)
{
    struct device_row row;
    bool found;
    err e = store_device(cx, who, &row, &found);
    if (e)
        return e;
    if (!found)
        return fail(cx, ERR_CONFLICT, "not_bound", "This place is not bound to a device; it can be used here as it is.",
                    "이 자리는 특정 기기에 묶여 있지 않습니다. 이 기기에서 그대로 이용할 수 있습니다.");
    belong(who, row.device);
    if (!actor_has_device(cx))
        return key_required(cx);
    if (crypto_equal(row.device, cx->actor.device, sizeof(row.device)))
        return OK;
    e = may_move(cx, &row);
    return e ? e : take_over(cx, q, who);
}

static err device_move(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct queue *q = self;
    const struct schedule_in *in = in_;
    struct room *r = room_find(q, in->schedule);
    enum place_state state;
    struct place_ref who = { .user = cx->actor.user };
    r = r ? room_live(cx, r, cx->actor.user, &who.number, &state) : NULL;
    if (!r)
        return no_such_place(cx);
    who.room = r->id;
    err e = move(cx, q, &who);
    if (!e)
        place_show(cx, q, r, &who, ret_out);
    return e;
}

/* ---- at start ---- */

void device_moved_take(struct queue *q, int64_t key, struct str device)
{
    if (device.n == DEVICE_BYTES)
        map_put(&q->moved, (uint64_t)key, name_of((const uint8_t *)device.p));
}

static const struct field move_rows[] = {
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, .from = FROM_PATH, .at = offsetof(struct schedule_in, schedule) },
};
static const struct fields move_fields = { "QueueDeviceQuery", sizeof(struct schedule_in), move_rows, 1 };

const struct call queue_device_move_call = { "queue.device_move", "Moves one's place to this device; the other one's pass ends.", CALL_COMMAND,
                                             &move_fields, &queue_place_fields, device_move };
