/* May this be taken with this pass? The one place where passes are checked, for all calls that take seats or money for them (platform/call/admit.c).
 * From any thread: it reads what the writer has published, and marks of places that are over, which are never late. */
#include "device_int.h"
#include "store.h"

#include "services/booking/booking.h"

/* The number in passes that the waiting list gives with its offers; places begin at 1. */
#define OFFERED_NUMBER 0

struct str queue_pass_of_offer(const struct app *app, struct ctx *cx, int64_t schedule, int64_t until)
{
    const struct queue *q = app_self(app, &queue_service);
    struct place_ref who = { schedule, OFFERED_NUMBER, cx->actor.user, .bound = false };
    return q && queue_on(app, schedule) ? pass_seal(cx, q, &who, until) : (struct str){ 0 };
}

/* ---- refusals ---- */

static err required(struct ctx *cx)
{
    return fail(cx, ERR_DENIED, "pass_required", "This sale has a waiting room: buying needs a valid pass from it.",
                "이 판매는 대기실을 거쳐야 합니다. 유효한 입장권이 필요합니다.");
}

static err other_device(struct ctx *cx)
{
    return fail(cx, ERR_DENIED, "pass_other_device",
                "This pass belongs to another device. Go on there, or sign in on this one and move your place to it in the waiting room.",
                "이 입장권은 다른 기기의 것입니다. 그 기기에서 계속하시거나, 이 기기에서 로그인한 뒤 대기실에서 자리를 옮겨 주세요.");
}

static err revoked(struct ctx *cx, struct str reason)
{
    return fail(cx, ERR_DENIED, "pass_revoked", "The organizer has revoked this pass: %.*s", "주최측이 이 입장권을 취소했습니다: %.*s", STR_ARG(reason));
}

/* ---- the check ---- */

/* Is it good now: for an offer, or for a place that had its turn and was neither left nor used? */
static bool good_now(struct queue *q, const struct place_ref *who, int64_t until, const struct taken *what, int64_t now)
{
    if (until <= now)
        return false;
    if (who->number == OFFERED_NUMBER)
        return what->offered;
    pthread_rwlock_rdlock(&q->lock);
    const struct room *r = room_find(q, who->room);
    int64_t place = r ? room_place(r, who->number) : 0;
    bool good = r && r->loaded && place <= r->shown_line.serving && !marks_get(&r->ended, place);
    pthread_rwlock_unlock(&q->lock);
    return good;
}

/* Its owner has come. */
static void note_shown(struct queue *q, const struct place_ref *who)
{
    pthread_rwlock_rdlock(&q->lock);
    struct room *r = who->number == OFFERED_NUMBER ? NULL : room_find(q, who->room);
    int64_t place = r ? room_place(r, who->number) : 0;
    bool first = r && r->loaded && !marks_get(&r->shown, place);
    pthread_rwlock_unlock(&q->lock);
    if (first)
        room_shown(r, place);
}

/* What is held is kept until the hold's end, with the pass it was taken with: expired or used meanwhile, it is good for that. */
static bool good_for_kept(int64_t pass, const struct taken *what)
{
    return what->kept && pass == what->pass;
}

/* Why the pass that is shown was revoked, or the one with which was taken what is to be changed or paid now; empty: neither was. */
static struct str why_revoked(struct ctx *cx, struct queue *q, const struct place_ref *who, const struct taken *what)
{
    struct str reason = revoked_reason(cx, q, who);
    if (reason.n || what->pass <= 0)
        return reason;
    return revoked_reason(cx, q, &(struct place_ref){ .room = key_room(what->pass), .number = key_number(what->pass), .user = who->user });
}

err passes_load(struct ctx *cx, struct room *r)
{
    err e = store_devices_moved(cx, r);
    return e ? e : store_revoked(cx, r);
}

err queue_pass_admit(void *self, struct ctx *cx, const struct taken *what, struct str pass)
{
    struct queue *q = self;
    struct place_ref who;
    int64_t until;
    if (!q || !queue_on(cx->app, what->schedule) || (what->kept && !what->pass))
        return OK;
    if (!pass_open(cx, q, pass, &who, &until) || room_schedule(who.room) != what->schedule || who.user != cx->actor.user)
        return required(cx);
    struct str reason = why_revoked(cx, q, &who, what);
    if (reason.n)
        return revoked(cx, reason);
    int64_t shown = who.number == OFFERED_NUMBER ? PASS_OF_OFFER : place_key(who.room, who.number);
    if (!good_for_kept(shown, what) && !good_now(q, &who, until, what, cx->now))
        return required(cx);
    enum device_sight device = device_look(cx, q, &who);
    if (device == DEVICE_OTHER || device == DEVICE_ASKED)
        return other_device(cx);
    note_shown(q, &who);
    cx->pass = shown;
    return OK;
}
