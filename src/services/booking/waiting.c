/* An entry of the waiting list as its owner sees it: joined, looked at, left, and its offer accepted. Who gets what is told in waitlist.c. */
#include "services/booking/waitlist.h"

#include "services/queue/queue.h"

#define LINE_MAX 10000        /* entries that wait for one grade */
#define PAGE     20

/* ---- what a client sees ---- */

struct offer_out {
    struct list seats;        /* struct seat_out */
    struct money total;
    int64_t until;
    struct str pass;
};

struct waiting_out {
    int64_t id, schedule, starts_at, count, ahead, hold, created_at;
    struct str title, grade;
    int status;               /* enum waiting_status */
    bool has_ahead, has_offer;
    struct offer_out offer;
};

static int status_now(const struct waiting *w, const struct sale *s, int64_t now)
{
    if (w->status == WAITING && !waitlist_sells(s, now))
        return WAITING_CLOSED;
    if (w->status == WAITING_OFFERED && now >= w->until)
        return WAITING_LAPSED;               /* the job comes within a second */
    return w->status;
}

static err show(struct ctx *cx, struct booking *b, const struct waiting *w, struct waiting_out *ret)
{
    const struct sale *s = sale_find(b, w->schedule);
    if (!s)
        return sale_missing(cx);
    *ret = (struct waiting_out){ .id = w->id, .schedule = w->schedule, .starts_at = s->starts_at, .count = w->count, .ahead = w->ahead,
                                 .created_at = w->created_at, .title = s->title, .grade = s->layout->plan->categories[w->grade].name };
    ret->status = status_now(w, s, cx->now);
    ret->has_ahead = ret->status == WAITING;
    ret->has_offer = ret->status == WAITING_OFFERED;
    if (ret->status == WAITING_ACCEPTED)
        ret->hold = w->hold;
    if (ret->has_offer)
        ret->offer = (struct offer_out){ seats_out(cx, s, w->lines.at, w->lines.n), sale_money(s, w->total), w->until,
                                          queue_pass_of_offer(cx->app, cx, w->schedule, w->until) };
    return OK;
}

/* ---- POST /schedules/{schedule_id}/waitlist ---- */

static err may_wait(struct ctx *cx, const struct sale *s, const struct waiting *w)
{
    if (!waitlist_sells(s, cx->now))
        return fail(cx, ERR_CONFLICT, "not_on_sale", "This schedule is not on sale.", "판매 중인 회차가 아닙니다.");
    err e = sale_limits(cx, s, w->user, w->count);
    if (e)
        return e;
    if (s->free[w->grade] >= w->count)
        return fail(cx, ERR_CONFLICT, "not_sold_out", "%u seats of this grade are free; hold them now.", "이 등급에는 %u석이 남아 있습니다. 지금 선택하실 수 있습니다.",
                    s->free[w->grade]);
    if (s->waiting[w->grade] >= LINE_MAX)
        return fail(cx, ERR_CONFLICT, "waitlist_full", "Too many already wait for this grade.", "이 등급의 예매 대기 인원이 가득 찼습니다.");
    bool before;
    e = store_waiting_live(cx, w, &before);
    if (!e && before)
        return fail(cx, ERR_CONFLICT, "already_waiting", "You already wait for this grade.", "이미 이 등급의 예매 대기를 신청하셨습니다.");
    return e;
}

static err waitlist_join(struct ctx *cx, void *self, const void *in_, void *out)
{
    struct booking *b = self;
    const struct waitlist_in *in = in_;
    struct sale *s = map_ptr(&b->sales, (uint64_t)in->schedule);
    if (!s)
        return sale_missing(cx);
    int grade = plan_category_find(s->layout->plan, in->grade);
    if (grade < 0)
        return fail_field(cx, S("grade"), "there is no grade %.*s", "%.*s 등급이 없습니다", STR_ARG(in->grade));
    struct waiting w = { .schedule = s->id, .grade = (uint32_t)grade, .user = cx->actor.user, .count = (uint32_t)in->count, .created_at = cx->now,
                         .ahead = s->waiting[grade] };
    err e = may_wait(cx, s, &w);
    if (e)
        return e;

    w.id = sequence_next(&b->waiting);
    store_waiting_put(cx, &w);
    waitlist_count(cx, s, w.grade, 1);
    return show(cx, b, &w, out);
}

/* ---- GET /waitlist/mine ---- */

struct mine_in {
    int64_t limit, cursor;
};

struct mine_out {
    struct list items;        /* struct waiting_out */
    int64_t next;
};

static err waitlist_mine(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct mine_in *in = in_;
    size_t limit = in->limit ? (size_t)in->limit : PAGE, n = 0;
    struct waiting *rows = NEW_ARRAY(cx->arena, struct waiting, limit + 1);
    err e = store_waiting_of_user(cx, cx->actor.user, in->cursor ? in->cursor : INT64_MAX, limit + 1, rows, &n);
    bool more = n > limit;
    n = more ? limit : n;
    struct waiting_out *items = NEW_ARRAY(cx->arena, struct waiting_out, n);
    for (size_t i = 0; i < n && !e; i++)
        e = show(cx, self, &rows[i], &items[i]);
    *(struct mine_out *)out = (struct mine_out){ { items, n }, more ? rows[n - 1].id : 0 };
    return e;
}

/* ---- DELETE /waitlist/{waitlist_id}, POST /waitlist/{waitlist_id}/accept ---- */

struct waiting_ref {
    int64_t waiting;
};

static err owned(struct ctx *cx, int64_t id, struct waiting *ret)
{
    bool found;
    err e = store_waiting(cx, id, ret, &found);
    if (e)
        return e;
    if (!found || ret->user != cx->actor.user)
        return fail(cx, ERR_MISSING, NULL, "There is no such entry of the waiting list.", "해당 예매 대기 내역을 찾을 수 없습니다.");
    return OK;
}

struct offer_undo {
    struct hold *hold;
    int64_t offer, created_at, pass;
};

static void undo_offer(void *booking, const void *arg)
{
    const struct offer_undo *u = arg;
    (void)booking;
    u->hold->offer = u->offer;
    u->hold->created_at = u->created_at;
    u->hold->pass = u->pass;
}

static void no_offer(struct ctx *cx, struct booking *b, struct hold *h)
{
    struct offer_undo u = { h, h->offer, h->created_at, h->pass };
    tx_undo(cx, undo_offer, b, &u, sizeof(u));
    h->offer = 0;
}

/* A hold that begins now, whatever time the offer has taken. */
static err begin_hold(struct ctx *cx, struct booking *b, struct hold *h)
{
    no_offer(cx, b, h);
    h->created_at = cx->now;
    h->pass = cx->pass;
    err e = store_hold_begins(cx, h);
    if (!e)
        e = hold_until(cx, b, h, cx->now + b->hold_ms);
    h->ends_at = h->expires_at;
    return e;
}

static err waitlist_leave(struct ctx *cx, void *self, const void *in_, void *out)
{
    (void)out;
    struct booking *b = self;
    const struct waiting_ref *in = in_;
    struct waiting w;
    err e = owned(cx, in->waiting, &w);
    if (e || (w.status != WAITING && w.status != WAITING_OFFERED))
        return e;
    e = store_waiting_end(cx, w.id, (enum waiting_status)w.status, WAITING_LEFT);
    if (e)
        return e;
    struct sale *s = map_ptr(&b->sales, (uint64_t)w.schedule);
    struct hold *h = map_ptr(&b->live, (uint64_t)w.hold);
    if (w.status == WAITING && s)
        waitlist_count(cx, s, w.grade, -1);
    if (w.status == WAITING || !h)
        return OK;
    no_offer(cx, b, h);
    return hold_end(cx, b, h, HOLD_RELEASED, BOOKING_CANCELLED);
}

err waitlist_accept_takes(struct ctx *cx, void *self, const void *in, struct taken *ret)
{
    struct waiting w;
    (void)self;
    err e = owned(cx, ((const struct waiting_ref *)in)->waiting, &w);
    if (!e)
        *ret = (struct taken){ .schedule = w.schedule, .offered = true };
    return e;
}

static err waitlist_accept(struct ctx *cx, void *self, const void *in_, void *out)
{
    struct booking *b = self;
    const struct waiting_ref *in = in_;
    struct waiting w;
    err e = owned(cx, in->waiting, &w);
    if (e)
        return e;
    struct hold *h = map_ptr(&b->live, (uint64_t)w.hold);
    if (w.status == WAITING)
        return fail(cx, ERR_CONFLICT, "no_offer", "Nothing has been offered yet.", "아직 배정된 좌석이 없습니다.");
    if ((w.status != WAITING_OFFERED && w.status != WAITING_ACCEPTED) || !h || h->expires_at <= cx->now)
        return fail(cx, ERR_CONFLICT, "offer_expired", "The offer is over; join the waiting list again.", "배정 시간이 지났습니다. 예매 대기를 다시 신청해 주세요.");
    if (w.status == WAITING_OFFERED) {
        e = begin_hold(cx, b, h);
        if (!e)
            e = store_waiting_end(cx, w.id, WAITING_OFFERED, WAITING_ACCEPTED);
    }
    *(struct hold_out *)out = hold_view(cx, h);
    return e;
}

/* ---- tables ---- */

/* clang-format off */

static const char *const status_words[] = { "waiting", "offered", "accepted", "lapsed", "left", "closed", NULL };

FIELDS(join_fields, "WaitlistRequest", struct waitlist_in,
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, .from = FROM_PATH, .at = offsetof(struct waitlist_in, schedule) },
    { .name = "grade", .type = F_STR, .at = offsetof(struct waitlist_in, grade), .low = 1, .high = PLAN_NAME_MAX, .help = "Category of the hall's plan." },
    { .name = "count", .type = F_INT, .at = offsetof(struct waitlist_in, count), .low = 1, .high = HOLD_SEATS_MAX });

FIELDS(offer_fields, "WaitlistOffer", struct offer_out,
    { .name = "seats", .type = F_LIST, .of = &booking_seat_fields, .at = offsetof(struct offer_out, seats) },
    { .name = "total", .type = F_MONEY, .at = offsetof(struct offer_out, total) },
    { .name = "until", .type = F_TIME, .at = offsetof(struct offer_out, until), .help = "When it goes to the next in line." },
    { .name = "pass", .type = F_STR, .nullable = true, .at = offsetof(struct offer_out, pass),
      .help = "to be sent as Queue-Pass with its acceptance, while the waiting room is on" });

FIELDS(waiting_fields, "WaitlistEntry", struct waiting_out,
    { .name = "id", .type = F_ID, .id = ID_OFFER, .at = offsetof(struct waiting_out, id) },
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, .at = offsetof(struct waiting_out, schedule) },
    { .name = "title", .type = F_STR, .at = offsetof(struct waiting_out, title) },
    { .name = "starts_at", .type = F_TIME, .at = offsetof(struct waiting_out, starts_at) },
    { .name = "grade", .type = F_STR, .at = offsetof(struct waiting_out, grade) },
    { .name = "count", .type = F_INT, .at = offsetof(struct waiting_out, count) },
    { .name = "status", .type = F_ENUM, .words = status_words, .at = offsetof(struct waiting_out, status) },
    { .name = "ahead", .type = F_INT, .at = offsetof(struct waiting_out, ahead), .has_at = offsetof(struct waiting_out, has_ahead), .nullable = true,
      .help = "Who joined before and still waits." },
    { .name = "offer", .type = F_OBJECT, .of = &offer_fields, .at = offsetof(struct waiting_out, offer),
      .has_at = offsetof(struct waiting_out, has_offer), .nullable = true },
    { .name = "hold_id", .type = F_ID, .id = ID_HOLD, .at = offsetof(struct waiting_out, hold), .nullable = true, .help = "Once accepted." },
    { .name = "created_at", .type = F_TIME, .at = offsetof(struct waiting_out, created_at) });

FIELDS(mine_in_fields, "WaitlistQuery", struct mine_in,
    { .name = "limit", .type = F_INT, .from = FROM_QUERY, .at = offsetof(struct mine_in, limit), .low = 1, .high = 100, .optional = true },
    { .name = "cursor", .type = F_ID, .id = ID_OFFER, .from = FROM_QUERY, .at = offsetof(struct mine_in, cursor), .optional = true });

FIELDS(mine_fields, "Waitlist", struct mine_out,
    { .name = "items", .type = F_LIST, .of = &waiting_fields, .at = offsetof(struct mine_out, items), .help = "newest first" },
    { .name = "next", .type = F_ID, .id = ID_OFFER, .at = offsetof(struct mine_out, next), .nullable = true });

FIELDS(ref_fields, "WaitlistRef", struct waiting_ref,
    { .name = "waitlist_id", .type = F_ID, .id = ID_OFFER, .from = FROM_PATH, .at = offsetof(struct waiting_ref, waiting) });

const struct call waitlist_join_call = { "booking.waitlist_join", "Waits for seats of a grade that is sold out.", CALL_COMMAND, &join_fields,
                                         &waiting_fields, waitlist_join };
const struct call waitlist_mine_call = { "booking.waitlist_mine", "What one waits for, with offers.", CALL_READ, &mine_in_fields, &mine_fields,
                                         waitlist_mine };
const struct call waitlist_leave_call = { "booking.waitlist_leave", "Waits no longer; an offer goes to the next.", CALL_COMMAND, &ref_fields, NULL,
                                          waitlist_leave };
const struct call waitlist_accept_call = { "booking.waitlist_accept", "Makes an offer a hold.", CALL_COMMAND, &ref_fields, &hold_out_fields,
                                           waitlist_accept };
