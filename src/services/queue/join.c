/* Coming and going: a place at the end of the line, giving it up, and the purchase that ends it. */
#include "device_int.h"
#include "draw_int.h"
#include "groups.h"
#include "store.h"
#include "toll.h"
#include "turns.h"

#include "base/clock.h"
#include "platform/obs/log.h"
#include "platform/obs/metrics.h"
#include "services/booking/booking.h"

err no_such_schedule(struct ctx *cx)
{
    return fail(cx, ERR_MISSING, NULL, "There is no such schedule.", "그런 회차가 없습니다.");
}

bool schedule_known(const struct ctx *cx, int64_t schedule)
{
    struct remaining left;
    booking_remaining(cx->app, schedule, &left);
    return left.known;
}

err no_such_place(struct ctx *cx)
{
    return fail(cx, ERR_MISSING, NULL, "There is no such place in a waiting room.", "대기실에 그런 자리가 없습니다.");
}

/* ---- joining ---- */

static err still_sold(struct ctx *cx, const struct room *r)
{
    struct remaining left;
    booking_remaining(cx->app, r->schedule, &left);
    if (left.cancelled)
        return fail(cx, ERR_CONFLICT, "not_on_sale", "This schedule has been cancelled.", "취소된 회차입니다.");
    if (cx->now >= r->sale_ends_at)
        return fail(cx, ERR_CONFLICT, "not_on_sale", "The sale has ended.", "판매가 종료되었습니다.");
    return OK;
}

static err may_join(struct ctx *cx, const struct room *r)
{
    const struct rules *rules = &r->terms.rules;
    err e = still_sold(cx, r);
    if (e)
        return e;
    if (cx->now < rules->opens_at) {
        char text[TIME_TEXT_MAX];
        struct str opens = time_format(rules->opens_at, text);
        cx->problem.retry_after_s = (int)min((rules->opens_at - cx->now + 999) / 1000, INT32_MAX);
        return fail(cx, ERR_CONFLICT, r->group.n ? "group_not_open" : "not_open", "The waiting room opens at %.*s.", "대기실은 %.*s에 열립니다.", STR_ARG(opens));
    }
    if (rules->draining)
        return fail(cx, ERR_CONFLICT, "draining", "The waiting room takes nobody in any more; those who wait are still let in.",
                    "대기실이 더 이상 새로 받지 않습니다. 이미 기다리는 분들은 계속 입장합니다.");
    if (r->line.last == PLACE_MAX)
        return fail(cx, ERR_CONFLICT, "room_full", "The waiting room is full.", "대기실이 가득 찼습니다.");
    return device_check_join(cx, r);
}

/* Where nobody has to wait, everybody is admitted at once, without a place. */
static void answer_open(struct ctx *cx, struct queue *q, const struct room *r, struct place_out *ret)
{
    struct sight sight = { .state = PLACE_ADMITTED, .has_position = true, .poll_ms = POLL_MIN_MS };
    struct remaining left;
    if (r) {
        booking_remaining(cx->app, r->schedule, &left);
        place_look(cx, r, &r->terms, &r->line, 0, &left, &sight);
    }
    place_answer(cx, q, &(struct place_ref){ 0 }, &sight, ret);
}

static err take_place(struct ctx *cx, const struct standing *where, const struct join_in *in, struct place_ref *who, struct str *ret_receipt)
{
    struct room *r = where->line;
    err e = may_join(cx, r);
    if (!e && !where->goes_over)             /* who has a place has done all that is asked */
        e = toll_take(cx, r->general, in);
    if (e)
        return e;
    who->number = room_give(cx, r, who->user);
    device_bind(cx, r, who);
    if (r->terms.draws)
        draw_receipt_later(cx, r, who, ret_receipt);
    queue_wake(r->queue, r);
    metric_add(&queue_joins, 1);
    return OK;
}

void place_show(struct ctx *cx, struct queue *q, struct room *r, const struct place_ref *who, struct place_out *ret)
{
    struct sight sight;
    struct remaining left;
    booking_remaining(cx->app, r->schedule, &left);
    place_look(cx, r, &r->terms, &r->line, who->number, &left, &sight);
    seen_until(&r->seen, room_place(r, who->number), present_until(cx->now, sight.poll_ms));
    place_answer(cx, q, who, &sight, ret);
    ret->place_token = place_seal(cx, q, who);
}

err queue_join(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct queue *q = self;
    const struct join_in *in = in_;
    struct room *general = room_find(q, in->schedule);
    if (!general && !schedule_known(cx, in->schedule))
        return no_such_schedule(cx);
    if (!general || general->terms.rules.mode == QUEUE_OFF) {
        err e = general ? still_sold(cx, general) : OK;
        if (!e)
            answer_open(cx, q, general, ret_out);
        return e;
    }

    struct place_out *ret = ret_out;
    struct standing where;
    err e = stand_where(cx, general, in->code, &where);
    if (e)
        return e;
    struct place_ref who = { .room = where.line->id, .number = where.number, .user = cx->actor.user };
    e = who.number ? device_find(cx, &who) : take_place(cx, &where, in, &who, &ret->receipt);
    if (!e)
        place_show(cx, q, where.line, &who, ret);
    return e;
}

/* ---- leaving ---- */

enum place_state room_leave(struct ctx *cx, struct room *r, int64_t number)
{
    int64_t until, place = room_place(r, number);
    enum place_state was = place_waits(r, place, cx->now) ? PLACE_WAITING : place_state(r, &r->line, place, cx->now, &until);
    if (was == PLACE_WAITING || was == PLACE_ADMITTED) {
        room_end(cx, r, place, was == PLACE_WAITING ? LEFT_LINE : LEFT_INSIDE, 0);
        metric_add(&queue_left, 1);
    }
    return was;
}

err queue_leave(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct queue *q = self;
    const struct place_in *in = in_;
    struct place_ref who;
    (void)ret_out;
    if (!place_open(cx, q, in->token, &who) || (cx->actor.user && cx->actor.user != who.user))
        return no_such_place(cx);
    struct room *r = room_find(q, who.room);
    if (!r || (r->loaded && who.number > r->line.last))
        return no_such_place(cx);
    room_leave(cx, r, who.number);
    return OK;
}

/* ---- buying ---- */

/* The event may come again, when its buyer has long been back in line: a booking ends one place only. */
err queue_bought(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct queue *q = self;
    const struct booking_confirmed *in = in_;
    bool known;
    (void)ret_out;
    int64_t number;
    struct room *general = room_find(q, in->schedule), *r = general ? room_inside(cx, general, in->user, &number) : NULL;
    if (!r)
        return OK;
    err e = store_end_of_booking(cx, in->booking, &known);
    if (e || known)
        return e;

    int64_t basket = atomic_load(&general->basket);
    atomic_store(&general->basket, basket + (in->seats * 100 - basket) / 16);
    room_end(cx, r, room_place(r, number), BOUGHT, in->booking);
    return OK;
}
