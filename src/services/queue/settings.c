/* A room comes to be with its schedule, follows it when its sale is moved, and its organizer decides about it. */
#include "draw_int.h"
#include "groups.h"
#include "settings.h"
#include "store.h"

#include <time.h>

#include "platform/obs/log.h"
#include "services/booking/booking.h"

const struct rules settings_proposal = { .mode = QUEUE_OFF, .admit_per_minute = 600, .active_limit = 1000, .pass_seconds = 600 };

/* ---- a schedule was made ---- */

static void opened_undo(void *self, const void *room)
{
    (void)self;
    room_remove(*(struct room *const *)room);
}

struct window {
    int64_t sale_starts_at, sale_ends_at;
};

static void window_put(struct room *r, struct window w)
{
    pthread_rwlock_wrlock(&r->queue->lock);
    r->sale_starts_at = w.sale_starts_at;
    r->sale_ends_at = w.sale_ends_at;
    pthread_rwlock_unlock(&r->queue->lock);
}

static void window_undo(void *room, const void *before)
{
    window_put(room, *(const struct window *)before);
}

/* The sale was over and goes on after all: its places do where they were, and people have a while to hear of it. Had it ended long before the
 * program started, the room needs its places. */
static err go_on(struct ctx *cx, struct room *r)
{
    bool loaded = r->loaded;
    pthread_rwlock_wrlock(&r->queue->lock);
    err e = loaded ? OK : room_load(cx, r);
    if (!e)
        room_excuse(r, cx->now);
    pthread_rwlock_unlock(&r->queue->lock);
    if (e || loaded)
        return e;
    line_pace_reset(&r->line, &r->terms.rules, cx->now);
    room_publish(r);
    return OK;
}

/* The organizer has moved the sale. */
static err change_window(struct ctx *cx, struct room *r, struct window after)
{
    struct window before = { r->sale_starts_at, r->sale_ends_at };
    if (memcmp(&before, &after, sizeof(after)) == 0)
        return OK;                           /* told again */
    err e = store_room_window(cx, r->id, after.sale_starts_at, after.sale_ends_at);
    if (e)
        return e;
    if (cx->now >= before.sale_ends_at && cx->now < after.sale_ends_at)
        e = go_on(cx, r);
    if (e)
        return e;
    window_put(r, after);
    tx_undo(cx, window_undo, r, &before, sizeof(before));
    queue_wake(r->queue, r);
    return OK;
}

/* Its groups' lines with it. */
static err change_windows(struct ctx *cx, struct room *r, struct window after)
{
    err e = change_window(cx, r, after);
    for (int i = 0; i < r->group_count && !e; i++)
        e = change_window(cx, r->groups[i], after);
    return e;
}

/* ---- what is sold there ---- */

static struct offer offer_of(struct ctx *cx, const struct schedule_opening *in)
{
    const struct grade_price *prices = in->prices.at;
    struct offer o = { .title = (char *)arena_str(cx->arena, in->title).p, .n = in->prices.n, .grades = NEW_ARRAY(cx->arena, struct str, in->prices.n),
                       .prices = NEW_ARRAY(cx->arena, int64_t, in->prices.n) };
    if (in->currency.n == 3)
        memcpy(o.currency, in->currency.p, 3);
    for (size_t i = 0; i < in->prices.n; i++) {
        o.grades[i] = prices[i].name;
        o.prices[i] = prices[i].amount;
    }
    return o;
}

static void offer_undo(void *room, const void *before)
{
    struct offer o = *(const struct offer *)before;
    room_offer(room, &o);
}

static err change_offer(struct ctx *cx, struct room *r, const struct offer *after)
{
    struct offer before = { .title = (char *)arena_str(cx->arena, str_c(r->offer.title)).p, .n = r->offer.n };
    before.grades = NEW_ARRAY(cx->arena, struct str, before.n);
    before.prices = NEW_ARRAY(cx->arena, int64_t, before.n);
    memcpy(before.currency, r->offer.currency, sizeof(before.currency));
    for (size_t i = 0; i < before.n; i++) {
        before.grades[i] = arena_str(cx->arena, r->offer.grades[i]);
        before.prices[i] = r->offer.prices[i];
    }
    tx_undo(cx, offer_undo, r, &before, sizeof(before));
    room_offer(r, after);
    return store_room_offer(cx, r);
}

static err change_room(struct ctx *cx, struct room *r, const struct schedule_opening *in)
{
    struct offer offer = offer_of(cx, in);
    err e = change_windows(cx, r, (struct window){ in->sale_starts_at, in->sale_ends_at });
    return e ? e : change_offer(cx, r, &offer);
}

/* ---- a schedule was made, or changed ---- */

err queue_opened(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct queue *q = self;
    const struct schedule_opening *in = in_;
    (void)ret_out;
    struct room *known = room_find(q, in->schedule);
    if (known)
        return in->revision ? change_room(cx, known, in) : OK;           /* 0: told again */

    struct room fixed = { .id = in->schedule, .performance = in->performance, .owner = in->owner, .sale_starts_at = in->sale_starts_at,
                          .sale_ends_at = in->sale_ends_at, .loaded = true, .offer = offer_of(cx, in) };
    struct room *r = room_new(q, &fixed);
    tx_undo(cx, opened_undo, q, &r, sizeof(r));
    r->terms.rules = settings_proposal;
    r->renewed = true;
    room_touch(cx, r);
    store_room_insert(cx, r);
    return wish_follow(cx, r);
}

/* Of a cancelled schedule nothing is sold any more: nobody waits for it. */
err queue_cancelled(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct schedule_cancelling *in = in_;
    struct room *r = room_find(self, in->schedule);
    (void)ret_out;
    if (!r || cx->now >= r->sale_ends_at)
        return OK;
    return change_windows(cx, r, (struct window){ r->sale_starts_at, cx->now });
}

/* ---- the organizer's decision ---- */

err room_owned(struct ctx *cx, const struct room *r)
{
    bool may = r && (r->owner == cx->actor.user || actor_has(cx, ROLE_MANAGER | ROLE_ADMIN));
    return may ? OK : no_such_schedule(cx);
}

static err check_rules(struct ctx *cx, const struct room *r, const struct rules *rules)
{
    if (cx->now >= r->sale_ends_at)
        return fail(cx, ERR_CONFLICT, "not_on_sale", "The sale has ended.", "판매가 종료되었습니다.");
    if (rules->opens_at >= r->sale_ends_at)
        return fail_field(cx, S("opens_at"), "must be before the sale ends", "판매 종료 전이어야 합니다");
    return OK;
}

/* Whether a room draws is settled by the first one who joins: he was promised a lot, or a place by order. */
static err check_draw(struct ctx *cx, const struct room *r, int mode)
{
    bool draws = mode == QUEUE_DRAW;
    if (mode == QUEUE_OFF || draws == r->terms.draws || (r->terms.draws && r->line.drawn_at))
        return OK;
    if (r->line.last)
        return fail(cx, ERR_CONFLICT, "already_joined", "People have joined already: whether places are drawn or given in order cannot change any more.",
                    "이미 대기 중인 사람이 있어, 추첨 여부를 바꿀 수 없습니다.");
    if (draws && cx->now >= room_sells_at(r))
        return fail(cx, ERR_CONFLICT, "sale_begun", "Places are drawn when the sale starts, and it has started.",
                    "순번은 판매 시작 시각에 추첨하는데, 판매가 이미 시작되었습니다.");
    return OK;
}

/* Of a room that has drawn, "fifo" and "draw" are the same: its line goes on. */
static bool draws_after(const struct room *r, int mode)
{
    return mode == QUEUE_DRAW || (r->terms.draws && (mode == QUEUE_OFF || r->line.last));
}

err settings_check(struct ctx *cx, const struct room *r, const struct rules *rules)
{
    err e = room_owned(cx, r);
    if (!e)
        e = check_rules(cx, r, rules);
    return e ? e : check_draw(cx, r, rules->mode);
}

err settings_take(struct ctx *cx, struct room *r, const struct settings_in *in, bool own)
{
    struct terms next = { .rules = in->rules, .own = own, .draws = draws_after(r, in->rules.mode), .message = note_of(in->message),
                          .message_en = note_of(in->message_en) };
    room_terms(cx, r, &next);
    err e = store_room_update(cx, r);
    if (!e)
        e = groups_follow(cx, r);
    if (!e)
        queue_wake(r->queue, r);
    return e;
}

static void show_draw(struct ctx *cx, const struct room *r, const struct line *l, struct settings_out *ret)
{
    struct namer names = namer_of(r->queue, r->schedule);
    struct hash secret = draw_secret(r->queue, &names), commitment = draw_commitment(namer_schedule(&names), &secret);
    ret->commitment = hex_encode(cx->arena, commitment.at, sizeof(commitment.at));
    ret->beacon_round = l->closed_at ? r->draw.round : beacon_round(r->queue, room_sells_at(r));
}

static void show(struct ctx *cx, const struct room *r, const struct terms *t, const struct line *l, struct settings_out *ret)
{
    *ret = (struct settings_out){
        .schedule = r->schedule,
        .rules = t->rules,
        .own = t->own,
        .message = arena_str(cx->arena, note_text(&t->message)),
        .message_en = arena_str(cx->arena, note_text(&t->message_en)),
        .joined = l->last,
        .serving = l->serving,
        .waiting = l->waiting,
        .active = room_active(r, cx->now),
        .parked = parks_away(&r->parks, cx->now),
        .no_show = room_no_show(r, cx->now),
    };
    if (t->draws)
        show_draw(cx, r, l, ret);
}

err queue_settings_set(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct queue *q = self;
    const struct settings_in *in = in_;
    struct room *r = room_find(q, in->schedule);
    bool own;
    err e = settings_check(cx, r, &in->rules);
    if (!e)
        e = wish_chosen(cx, r, &own);
    if (!e)
        e = settings_take(cx, r, in, own);
    if (e)
        return e;
    show(cx, r, &r->terms, &r->line, ret_out);
    return OK;
}

/* ---- from outside ---- */

#define AWAIT_TRIES    1000
#define AWAIT_PAUSE_NS 5000000

/* Not before it is durable: until then there is nothing to show of it. */
static bool room_known(struct queue *q, int64_t schedule)
{
    pthread_rwlock_rdlock(&q->lock);
    const struct room *r = room_find(q, schedule);
    bool known = r && r->version;
    pthread_rwlock_unlock(&q->lock);
    return known;
}

/* When a schedule has just been made, booking knows it a moment before its event has come here. */
err room_await(struct ctx *cx, struct queue *q, int64_t schedule)
{
    const struct timespec pause = { 0, AWAIT_PAUSE_NS };
    for (int i = 0; i < AWAIT_TRIES; i++) {
        if (room_known(q, schedule))
            return OK;
        if (!schedule_known(cx, schedule))
            return no_such_schedule(cx);
        nanosleep(&pause, NULL);
    }
    return fail(cx, ERR_UNAVAILABLE, NULL, "The schedule is being prepared; please try again in a moment.",
                "회차를 준비하고 있습니다. 잠시 후 다시 시도해 주세요.");
}

err queue_settings_put(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct settings_in *in = in_;
    err e = room_await(cx, self, in->schedule);
    if (e)
        return e;
    return call_run(cx, &queue_settings_set_call, in, ret_out);
}

err queue_settings_get(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct queue *q = self;
    const struct schedule_in *in = in_;
    err e = room_await(cx, q, in->schedule);
    if (e)
        return e;
    pthread_rwlock_rdlock(&q->lock);
    const struct room *r = room_find(q, in->schedule);
    e = room_owned(cx, r);
    if (!e)
        show(cx, r, &r->shown_terms, &r->shown_line, ret_out);
    pthread_rwlock_unlock(&q->lock);
    return e;
}
