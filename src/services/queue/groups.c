/* Lines of a presale's groups: rooms beside the general one, each at a rate and with an opening of its own. Who belongs to a group is booking's to say
 * (the codes of the presale); he stands in its line, and nobody stands in two. */
#include "groups.h"
#include "store.h"
#include "toll.h"

#include "platform/obs/log.h"
#include "services/booking/booking.h"

/* ---- who stands where ---- */

static struct room *group_find(const struct room *general, struct str name)
{
    for (int i = 0; i < general->group_count; i++)
        if (str_eq(general->groups[i]->group, name))
            return general->groups[i];
    return NULL;
}

/* The number under which the user waits or has been admitted, and which of the two; 0: neither. */
static int64_t live_number(const struct ctx *cx, const struct room *r, int64_t user, enum place_state *ret_state)
{
    int64_t until, number = places_get(&r->places, user);
    if (!number)
        return 0;
    *ret_state = place_state(r, &r->line, room_place(r, number), cx->now, &until);
    return *ret_state == PLACE_WAITING || *ret_state == PLACE_ADMITTED ? number : 0;
}

static err refuse_code(struct ctx *cx, const struct room *general, enum presale_answer answer)
{
    if (answer == PRESALE_UNKNOWN) {
        toll_wrong_code(cx, general);
        return fail(cx, ERR_DENIED, "code_unknown", "This is no code of this presale. Please check it, or join the general line without a code.",
                    "이 선예매의 코드가 아닙니다. 코드를 확인하거나 코드 없이 일반 대기열에 참여해 주세요.");
    }
    if (answer == PRESALE_USED)
        return fail(cx, ERR_CONFLICT, "code_used", "This code has been used as often as it may be.", "사용 횟수가 모두 소진된 코드입니다.");
    return fail(cx, ERR_CONFLICT, "group_not_open", "This presale has ended. Please join the general line without a code.",
                "이 선예매는 종료되었습니다. 코드 없이 일반 대기열에 참여해 주세요.");
}

/* The line of the group that a code belongs to; the general one for codes of no group, or of one that has no line. Whoever came in before with a
 * code needs it no more. */
static err choose_line(struct ctx *cx, struct room *general, struct str code, struct room **ret)
{
    struct str group = { 0 };
    *ret = general;
    if (!code.n && !general->group_count)
        return OK;
    err e = code.n ? toll_guess(cx, general) : OK;
    if (e)
        return e;
    enum presale_answer answer = booking_presale_enter(cx, general->schedule, code, &group);
    if (answer != PRESALE_IN)
        return code.n ? refusal_note(cx, general->queue, general->schedule, refuse_code(cx, general, answer)) : OK;
    struct room *line = group_find(general, group);
    if (line)
        *ret = line;
    return OK;
}

struct room *room_live(const struct ctx *cx, struct room *general, int64_t user, int64_t *ret_number, enum place_state *ret_state)
{
    for (int i = 0; i <= general->group_count; i++) {
        struct room *r = i < general->group_count ? general->groups[i] : general;
        *ret_number = live_number(cx, r, user, ret_state);
        if (*ret_number)
            return r;
    }
    return NULL;
}

err stand_where(struct ctx *cx, struct room *general, struct str code, struct standing *ret)
{
    enum place_state state = PLACE_LEFT;
    int64_t number;
    struct room *stands = room_live(cx, general, cx->actor.user, &number, &state);
    *ret = (struct standing){ .line = stands ? stands : general, .number = number };
    if (stands && (stands != general || !code.n || state != PLACE_WAITING))
        return OK;
    err e = choose_line(cx, general, code, &ret->line);
    if (e || !stands || ret->line == general)
        return e;
    room_end(cx, general, room_place(general, number), LEFT_LINE, 0);
    ret->number = 0;
    ret->goes_over = true;
    return OK;
}

struct room *room_inside(const struct ctx *cx, struct room *general, int64_t user, int64_t *ret_number)
{
    enum place_state state;
    struct room *r = room_live(cx, general, user, ret_number, &state);
    return r && state == PLACE_ADMITTED ? r : NULL;
}

/* ---- their rules ---- */

/* All but the rate and the opening are the general room's; places of a group are given in order. */
static struct terms terms_of(const struct room *r, int64_t admit_per_minute, int64_t opens_at)
{
    struct terms t = r->general->terms;
    t.draws = t.own = false;
    t.rules.mode = t.rules.mode == QUEUE_OFF ? QUEUE_OFF : QUEUE_FIFO;
    t.rules.admit_per_minute = admit_per_minute;
    t.rules.opens_at = opens_at;
    return t;
}

static err group_change(struct ctx *cx, struct room *r, int64_t admit_per_minute, int64_t opens_at)
{
    struct terms next = terms_of(r, admit_per_minute, opens_at);
    room_terms(cx, r, &next);
    queue_wake(r->queue, r);
    return store_room_update(cx, r);
}

err groups_follow(struct ctx *cx, struct room *general)
{
    err e = OK;
    for (int i = 0; i < general->group_count && !e; i++) {
        struct room *r = general->groups[i];
        e = group_change(cx, r, r->terms.rules.admit_per_minute, r->terms.rules.opens_at);
    }
    return e;
}

int64_t group_sells_at(const struct room *r)
{
    return min(r->sale_starts_at, booking_presale_group_at(r->queue->app, r->schedule, r->group));
}

/* ---- PUT, GET: the organizer's ---- */

struct group_in {
    int64_t schedule;
    struct str name;
    int64_t admit_per_minute, opens_at;
};

struct group_out {
    struct str name;
    int64_t admit_per_minute, opens_at, starts_at;
    int64_t joined, serving, waiting;
};

struct groups_out {
    struct list items;        /* struct group_out */
};

static struct group_out show(const struct ctx *cx, const struct room *r, const struct terms *t, const struct line *l)
{
    return (struct group_out){
        .name = arena_str(cx->arena, r->group),
        .admit_per_minute = t->rules.admit_per_minute,
        .opens_at = t->rules.opens_at,
        .starts_at = group_sells_at(r),
        .joined = l->last,
        .serving = l->serving,
        .waiting = l->waiting,
    };
}

static void open_undo(void *self, const void *room)
{
    (void)self;
    room_remove(*(struct room *const *)room);
}

/* The general line moves from the general sale on once there is another: it is not stopped for that when it moves already. */
static bool would_stop(const struct ctx *cx, const struct room *general)
{
    return general->line.last && cx->now >= room_sells_at(general) && cx->now < general->sale_starts_at;
}

static err open_line(struct ctx *cx, struct room *general, struct str name, struct room **ret)
{
    if (booking_presale_group_at(cx->app, general->schedule, name) == INT64_MAX)
        return fail(cx, ERR_MISSING, "group_unknown", "The presale of this schedule has no such group.", "이 회차의 선예매에 그런 그룹이 없습니다.");
    if (general->group_count == GROUPS_MAX)
        return fail(cx, ERR_CONFLICT, "too_many_groups", "A waiting room has lines for at most %d groups.", "대기실의 그룹 대기열은 최대 %d개입니다.", GROUPS_MAX);
    if (would_stop(cx, general))
        return fail(cx, ERR_CONFLICT, "sale_begun",
                    "The presale has begun, and people have joined the general line: a line of a group would stop it until the general sale.",
                    "선예매가 시작되었고 일반 대기열에 참여한 사람이 있습니다. 지금 그룹 대기열을 만들면 일반 대기열이 일반 판매 시작까지 멈춥니다.");
    struct room fixed = { .id = general->schedule | (int64_t)(general->group_count + 1) << GROUP_SHIFT, .group = name, .owner = general->owner,
                          .sale_starts_at = general->sale_starts_at, .sale_ends_at = general->sale_ends_at, .loaded = true };
    struct room *r = room_new(general->queue, &fixed);
    tx_undo(cx, open_undo, r->queue, &r, sizeof(r));
    r->terms = terms_of(r, general->terms.rules.admit_per_minute, 0);
    room_touch(cx, r);
    store_room_insert(cx, r);
    queue_wake(general->queue, general);     /* from now on it begins with the general sale */
    *ret = r;
    return OK;
}

static err group_set(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct group_in *in = in_;
    struct room *general = room_find(self, in->schedule);
    err e = room_owned(cx, general);
    if (e)
        return e;
    if (in->opens_at >= general->sale_ends_at)
        return fail_field(cx, S("opens_at"), "must be before the sale ends", "판매 종료 전이어야 합니다");
    struct room *r = group_find(general, in->name);
    e = r ? OK : open_line(cx, general, in->name, &r);
    if (!e)
        e = group_change(cx, r, in->admit_per_minute, in->opens_at);
    if (!e)
        *(struct group_out *)ret_out = show(cx, r, &r->terms, &r->line);
    return e;
}

static err group_put(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct group_in *in = in_;
    err e = room_await(cx, self, in->schedule);
    return e ? e : call_run(cx, &queue_group_set_call, in, ret_out);
}

static err groups_get(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct queue *q = self;
    const struct schedule_in *in = in_;
    struct group_out *items = NEW_ARRAY(cx->arena, struct group_out, GROUPS_MAX);
    pthread_rwlock_rdlock(&q->lock);
    const struct room *general = room_find(q, in->schedule);
    err e = room_owned(cx, general);
    size_t n = e ? 0 : (size_t)general->group_count;
    for (size_t i = 0; i < n; i++)
        items[i] = show(cx, general->groups[i], &general->groups[i]->shown_terms, &general->groups[i]->shown_line);
    pthread_rwlock_unlock(&q->lock);
    if (!e)
        *(struct groups_out *)ret_out = (struct groups_out){ { items, n } };
    return e;
}

/* ---- tables ---- */

#define AT(type_, member) .at = offsetof(struct type_, member)

static const struct field ref_rows[] = { { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, .from = FROM_PATH, AT(schedule_in, schedule) } };
static const struct fields ref_fields = { "QueueGroupsQuery", sizeof(struct schedule_in), ref_rows, 1 };

#define CHOSEN_ROWS(type_, asked)                                                                                                              \
    { .name = "admit_per_minute", .type = F_INT, .low = 1, .high = 100000, AT(type_, admit_per_minute), .help = "people let in a minute at most" },   \
    { .name = "opens_at", .type = F_TIME, .optional = asked, .nullable = true, AT(type_, opens_at), .help = "nobody may join the line before" }

FIELDS(put_fields, "QueueGroupRequest", struct group_in,
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, .from = FROM_PATH, AT(group_in, schedule) },
    { .name = "group", .type = F_STR, .from = FROM_PATH, .low = 1, .high = 40, AT(group_in, name) },
    CHOSEN_ROWS(group_in, true));

FIELDS(group_fields, "QueueGroup", struct group_out,
    { .name = "name", .type = F_STR, AT(group_out, name), .help = "as in the presale of the schedule's terms" },
    CHOSEN_ROWS(group_out, false),
    { .name = "starts_at", .type = F_TIME, AT(group_out, starts_at), .help = "when the first ones are let in" },
    { .name = "joined", .type = F_INT, AT(group_out, joined) },
    { .name = "serving", .type = F_INT, AT(group_out, serving) },
    { .name = "waiting", .type = F_INT, AT(group_out, waiting) });

FIELDS(groups_fields, "QueueGroups", struct groups_out, { .name = "items", .type = F_LIST, .of = &group_fields, AT(groups_out, items) });

const struct call queue_group_put_call = { "queue.group_put", "Gives a group of the presale a line of its own, or changes it.", CALL_STORY, &put_fields,
                                           &group_fields, group_put };
const struct call queue_group_set_call = { "queue.group_set", "The part of queue.group_put that changes the room.", CALL_COMMAND, &put_fields,
                                           &group_fields, group_set };
const struct call queue_groups_get_call = { "queue.groups", "Lines of a presale's groups.", CALL_MEMORY, &ref_fields, &groups_fields, groups_get };
