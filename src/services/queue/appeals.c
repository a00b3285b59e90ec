/* Appeals: who was refused a place may say why that was wrong, and somebody in charge decides. Granted means that this account takes a place in this
 * schedule's room without limits and without work; nothing else. One appeal an account and schedule; a decision may be changed. */
#include "queue_int.h"
#include "toll.h"

#include "services/queue/appeals.h"

/* ---- asking ---- */

struct appeal_in {
    int64_t schedule;
    struct str refused, text;
};

/* Not `code_limit`: who may try codes without end finds one, whoever he is, so nothing that is granted here lifts it. */
static const char *const refused_words[] = { "join_limit", "address_limit", "code_unknown", "code_used", "work_required", "work_wrong", "work_expired",
                                             NULL };

static bool is_refusal(struct str word)
{
    for (const char *const *known = refused_words; *known; known++)
        if (str_eq(word, str_c(*known)))
            return true;
    return false;
}

static err appeal_make(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct queue *q = self;
    const struct appeal_in *in = in_;
    struct appeal *ret = ret_out, before;
    bool found;
    if (!room_find(q, in->schedule))
        return no_such_schedule(cx);
    if (!is_refusal(in->refused))
        return fail_field(cx, S("refused"), "must be the code of the refusal", "거절 응답의 code여야 합니다");
    err e = store_appeal_of(cx, in->schedule, cx->actor.user, &before, &found);
    if (!e && found)
        e = fail(cx, ERR_CONFLICT, "already_appealed", "You have appealed here before; the answer is shown with that appeal.",
                 "이미 이의를 제기했습니다. 답변은 기존 이의 제기에서 확인할 수 있습니다.");
    if (e)
        return e;
    *ret = (struct appeal){ .id = sequence_next(&q->appeals), .schedule = in->schedule, .user = cx->actor.user, .refused = in->refused, .text = in->text,
                            .made_at = cx->now };
    store_appeal_insert(cx, ret);
    return OK;
}

static err appeal_mine(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct schedule_in *in = in_;
    bool found;
    (void)self;
    err e = store_appeal_of(cx, in->schedule, cx->actor.user, ret_out, &found);
    if (!e && !found)
        e = fail(cx, ERR_MISSING, NULL, "You have made no appeal here.", "이의를 제기한 적이 없습니다.");
    return e;
}

/* ---- deciding ---- */

struct decision_in {
    int64_t schedule, appeal;
    int decision;
    struct str answer;
};

static void exempt_put(struct room *r, int64_t user, bool exempt)
{
    pthread_rwlock_wrlock(&r->queue->lock);
    if (exempt)
        map_put(&r->exempt, (uint64_t)user, 1);
    else
        map_remove(&r->exempt, (uint64_t)user);
    pthread_rwlock_unlock(&r->queue->lock);
}

struct exempt_undo {
    int64_t user;
    bool before;
};

static void undo_exempt(void *room, const void *undo_)
{
    const struct exempt_undo *undo = undo_;
    exempt_put(room, undo->user, undo->before);
}

static void exempt_change(struct ctx *cx, struct room *r, int64_t user, bool exempt)
{
    uint64_t granted;
    struct exempt_undo undo = { user, map_get(&r->exempt, (uint64_t)user, &granted) };
    tx_undo(cx, undo_exempt, r, &undo, sizeof(undo));
    exempt_put(r, user, exempt);
}

static err appeal_decide(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct decision_in *in = in_;
    struct appeal *ret = ret_out;
    struct room *r = room_find(self, in->schedule);
    bool found = false;
    err e = room_owned(cx, r);
    if (!e)
        e = store_appeal(cx, in->appeal, ret, &found);
    if (!e && (!found || ret->schedule != in->schedule))
        e = fail(cx, ERR_MISSING, NULL, "There is no such appeal.", "그런 이의 제기가 없습니다.");
    if (!e && in->decision == APPEAL_OPEN)
        e = fail_field(cx, S("decision"), "must be granted or denied", "granted 또는 denied여야 합니다");
    if (e)
        return e;
    ret->state = in->decision;
    ret->answer = in->answer;
    ret->resolved_at = cx->now;
    exempt_change(cx, r, ret->user, in->decision == APPEAL_GRANTED);
    return store_appeal_decide(cx, ret);
}

struct appeals_in {
    int64_t schedule, limit, before;
    int state;
    bool has_state;
};

struct appeals_out {
    struct list items;        /* struct appeal */
    int64_t next;
};

#define PAGE 50

static err appeals_list(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct queue *q = self;
    const struct appeals_in *in = in_;
    size_t limit = in->limit ? (size_t)in->limit : PAGE, n = 0;
    pthread_rwlock_rdlock(&q->lock);
    err e = room_owned(cx, room_find(q, in->schedule));
    pthread_rwlock_unlock(&q->lock);
    if (e)
        return e;
    struct appeal *items = NEW_ARRAY(cx->arena, struct appeal, limit + 1);
    e = store_appeals(cx, in->schedule, in->has_state ? in->state : -1, in->before, items, limit + 1, &n);
    bool more = n > limit;
    *(struct appeals_out *)ret_out = (struct appeals_out){ { items, more ? limit : n }, more ? items[limit - 1].id : 0 };
    return e;
}

/* ---- an account was closed ---- */

struct person_in {
    int64_t user;
};

static err person_left(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    (void)self;
    (void)ret_out;
    return store_appeals_forget(cx, ((const struct person_in *)in)->user);
}

/* ---- at start ---- */

static void take_granted(void *queue, int64_t schedule, int64_t user)
{
    struct room *r = room_find(queue, schedule);
    if (r)
        map_put(&r->exempt, (uint64_t)user, 1);
}

err appeals_load(struct ctx *cx, struct queue *q)
{
    return store_appeals_granted(cx, &q->appeals, take_granted, q);
}

/* ---- tables ---- */

#define AT(type_, member) .at = offsetof(struct type_, member)
#define SCHEDULE(type_) { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, .from = FROM_PATH, AT(type_, schedule) }

static const char *const state_words[] = { "open", "granted", "denied", NULL };

FIELDS(in_fields, "QueueAppealRequest", struct appeal_in, SCHEDULE(appeal_in),
    { .name = "refused", .type = F_STR, .low = 1, .high = 40, AT(appeal_in, refused), .help = "the code of the refusal" },
    { .name = "text", .type = F_TEXT, .low = 1, .high = APPEAL_TEXT_MAX, .rule = &blank_rule, .secret = true, AT(appeal_in, text),
      .help = "why it was wrong; not in the audit log" });

FIELDS(mine_fields, "QueueAppealQuery", struct schedule_in, SCHEDULE(schedule_in));

FIELDS(decision_fields, "QueueAppealDecision", struct decision_in, SCHEDULE(decision_in),
    { .name = "appeal_id", .type = F_ID, .id = ID_APPEAL, .from = FROM_PATH, AT(decision_in, appeal) },
    { .name = "decision", .type = F_ENUM, .words = state_words, AT(decision_in, decision), .help = "granted: the account joins without limits and work" },
    { .name = "answer", .type = F_TEXT, .optional = true, .high = APPEAL_TEXT_MAX, AT(decision_in, answer), .help = "shown to the person" });

FIELDS(list_fields, "QueueAppealsQuery", struct appeals_in, SCHEDULE(appeals_in),
    { .name = "state", .type = F_ENUM, .words = state_words, .from = FROM_QUERY, .optional = true, AT(appeals_in, state),
      .has_at = offsetof(struct appeals_in, has_state) },
    { .name = "limit", .type = F_INT, .from = FROM_QUERY, .optional = true, .low = 1, .high = 200, AT(appeals_in, limit) },
    { .name = "cursor", .type = F_ID, .id = ID_APPEAL, .from = FROM_QUERY, .optional = true, AT(appeals_in, before) });

FIELDS(appeal_fields, "QueueAppeal", struct appeal,
    { .name = "id", .type = F_ID, .id = ID_APPEAL, AT(appeal, id) },
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, AT(appeal, schedule) },
    { .name = "user_id", .type = F_ID, .id = ID_USER, AT(appeal, user) },
    { .name = "refused", .type = F_STR, AT(appeal, refused) },
    { .name = "text", .type = F_TEXT, AT(appeal, text) },
    { .name = "state", .type = F_ENUM, .words = state_words, AT(appeal, state) },
    { .name = "made_at", .type = F_TIME, AT(appeal, made_at) },
    { .name = "resolved_at", .type = F_TIME, .nullable = true, AT(appeal, resolved_at) },
    { .name = "answer", .type = F_TEXT, AT(appeal, answer) });

FIELDS(person_fields, "QueuePerson", struct person_in, { .name = "user_id", .type = F_ID, .id = ID_USER, AT(person_in, user) });

FIELDS(appeals_fields, "QueueAppeals", struct appeals_out,
    { .name = "items", .type = F_LIST, .of = &appeal_fields, AT(appeals_out, items) },
    { .name = "next", .type = F_ID, .nullable = true, .id = ID_APPEAL, AT(appeals_out, next) });

const struct call queue_appeal_call = { "queue.appeal", "Says why a refusal was wrong.", CALL_COMMAND, &in_fields, &appeal_fields, appeal_make };
const struct call queue_appeal_mine_call = { "queue.appeal_mine", "One's own appeal, and what was decided.", CALL_READ, &mine_fields, &appeal_fields,
                                             appeal_mine };
const struct call queue_appeals_call = { "queue.appeals", "Appeals of those who were refused a place; the newest first.", CALL_READ, &list_fields,
                                         &appeals_fields, appeals_list };
const struct call queue_appeal_decide_call = { "queue.appeal_decide", "Grants or denies an appeal.", CALL_COMMAND, &decision_fields, &appeal_fields,
                                               appeal_decide };
const struct call queue_person_left_call = { "queue.person_left", "An account was closed: what its owner has written goes.", CALL_COMMAND, &person_fields,
                                             NULL, person_left };
