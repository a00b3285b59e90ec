/* One decision for a whole performance: it holds for all its dates whose sale has not ended, and for those made later. Each date keeps a room and a line
 * of its own. A date that was set up by itself afterwards keeps that, until the performance's settings are put with `all`. */
#include "wishes.h"

#include <stdlib.h>

#include "platform/crypto/crypto.h"
#include "services/booking/booking.h"
#include "services/performance/performance.h"
#include "settings.h"

struct wish_in {
    int64_t performance;
    bool all;                 /* dates with settings of their own too */
    struct rules rules;
    struct str message, message_en;
};

struct wish_ref {
    int64_t performance;
};

struct date {
    int64_t schedule, sale_starts_at, sale_ends_at;
    int mode;                 /* enum queue_mode */
    bool paused, own;
    int64_t joined, waiting;
};

struct wish_out {
    int64_t performance, chosen_at;
    struct rules rules;
    struct str message, message_en;
    struct list schedules;    /* struct date */
};

/* ---- which rooms ---- */

struct rooms {
    struct room **at;
    size_t n;
};

/* Rooms made before it was kept ask booking. */
static int64_t performance_of(const struct room *r)
{
    return r->performance ? r->performance : booking_performance(r->queue->app, r->schedule);
}

static int by_schedule(const void *a, const void *b)
{
    int64_t x = (*(struct room *const *)a)->id, y = (*(struct room *const *)b)->id;
    return (x > y) - (x < y);
}

/* Its rooms whose sale has not ended, without their groups' lines. In the writer, or under queue.lock. */
static struct rooms rooms_of(struct ctx *cx, const struct queue *q, int64_t performance)
{
    struct rooms found = { NEW_ARRAY(cx->arena, struct room *, q->rooms.count), 0 };
    uint64_t id, bits;
    for (size_t at = 0; map_each(&q->rooms, &at, &id, &bits);) {
        struct room *r = (struct room *)(uintptr_t)bits;
        if (r->general == r && cx->now < r->sale_ends_at && performance_of(r) == performance)
            found.at[found.n++] = r;
    }
    if (found.n)
        qsort(found.at, found.n, sizeof(*found.at), by_schedule);
    return found;
}

/* ---- a date ---- */

static struct settings_in settings_of(const struct room *r, const struct rules *rules, struct str message, struct str message_en)
{
    return (struct settings_in){ .schedule = r->schedule, .rules = *rules, .message = message, .message_en = message_en };
}

err wish_chosen(struct ctx *cx, const struct room *r, bool *ret)
{
    struct wish w;
    err e = store_wish(cx, performance_of(r), &w);
    *ret = !e && w.chosen_at;
    return e;
}

/* What cannot be for this date is left out: an opening after its sale, a draw when its sale has begun. */
err wish_follow(struct ctx *cx, struct room *r)
{
    struct wish w;
    err e = store_wish(cx, performance_of(r), &w);
    if (e || !w.chosen_at || cx->now >= r->sale_ends_at)
        return e;
    struct settings_in in = settings_of(r, &w.rules, w.message, w.message_en);
    if (in.rules.opens_at >= r->sale_ends_at)
        in.rules.opens_at = 0;
    if (in.rules.mode == QUEUE_DRAW && cx->now >= r->sale_starts_at)
        in.rules.mode = QUEUE_FIFO;
    return settings_take(cx, r, &in, false);
}

/* A date that cannot take the settings is named; the only field that it can object to is the opening. */
static err name_date(struct ctx *cx, const struct room *r, err e)
{
    const char *code = cx->problem.code;
    struct str why = cx->problem.detail;
    char id[ID_TEXT];
    id_encode(&r->queue->keys->ids, ID_SCHEDULE, r->schedule, id);
    fail_clear(cx);
    if (e == ERR_INPUT)
        return fail_field(cx, S("opens_at"), "must be before the sale of schedule %.*s ends", "회차 %.*s의 판매 종료 전이어야 합니다", ID_TEXT, id);
    return fail(cx, e, code, "Schedule %.*s: %.*s", "회차 %.*s: %.*s", ID_TEXT, id, STR_ARG(why));
}

/* ---- PUT, GET /performances/{performance_id}/queue/settings ---- */

static err show_owned(struct ctx *cx, int64_t performance)
{
    struct performance_facts facts;
    err e = call_run(cx, &performance_facts_call, &(struct performance_ref){ performance }, &facts);
    if (!e && facts.owner != cx->actor.user && !actor_has(cx, ROLE_MANAGER | ROLE_ADMIN))
        return fail(cx, ERR_MISSING, NULL, "There is no such performance of yours.", "관리할 수 있는 공연이 아닙니다.");
    return e;
}

/* In the writer (`shown` false), or under queue.lock. */
static void show(struct ctx *cx, const struct rooms *rooms, const struct wish *w, bool shown, struct wish_out *ret)
{
    struct date *dates = NEW_ARRAY(cx->arena, struct date, rooms->n);
    size_t n = 0;
    for (size_t i = 0; i < rooms->n; i++) {
        const struct room *r = rooms->at[i];
        const struct terms *t = shown ? &r->shown_terms : &r->terms;
        const struct line *l = shown ? &r->shown_line : &r->line;
        if (shown && !r->version)
            continue;                        /* it is not durable yet */
        dates[n++] = (struct date){ r->schedule, r->sale_starts_at, r->sale_ends_at, t->rules.mode, t->rules.paused, t->own, l->last, l->waiting };
    }
    ret->chosen_at = w->chosen_at;
    ret->rules = w->chosen_at ? w->rules : settings_proposal;
    ret->message = w->message;
    ret->message_en = w->message_en;
    ret->schedules = (struct list){ dates, n };
}

static bool follows(const struct room *r, const struct wish_in *in)
{
    return !r->terms.own || in->all;
}

/* All dates can take it, or none does. */
static err dates_check(struct ctx *cx, const struct rooms *rooms, const struct wish_in *in)
{
    for (size_t i = 0; i < rooms->n; i++) {
        const struct room *r = rooms->at[i];
        err e = follows(r, in) ? settings_check(cx, r, &in->rules) : OK;
        if (e)
            return name_date(cx, r, e);
    }
    return OK;
}

static err wish_set(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct wish_in *in = in_;
    struct wish_out *ret = ret_out;
    struct rooms rooms = rooms_of(cx, self, in->performance);
    struct wish wish = { in->rules, in->message, in->message_en, cx->now };
    err e = dates_check(cx, &rooms, in);
    for (size_t i = 0; i < rooms.n && !e; i++) {
        struct settings_in settings = settings_of(rooms.at[i], &in->rules, in->message, in->message_en);
        if (follows(rooms.at[i], in))
            e = settings_take(cx, rooms.at[i], &settings, false);
    }
    if (!e)
        e = store_wish_put(cx, in->performance, &wish);
    if (e)
        return e;
    *ret = (struct wish_out){ .performance = in->performance };
    show(cx, &rooms, &wish, false, ret);
    return OK;
}

static err wish_put(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct wish_in *in = in_;
    (void)self;
    err e = show_owned(cx, in->performance);
    return e ? e : call_run(cx, &queue_wish_set_call, in, ret_out);
}

static err wish_read(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct wish_ref *in = in_;
    (void)self;
    return store_wish(cx, in->performance, ret_out);
}

static err wish_get(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct queue *q = self;
    const struct wish_ref *in = in_;
    struct wish_out *ret = ret_out;
    struct wish wish;
    err e = show_owned(cx, in->performance);
    if (!e)
        e = call_run(cx, &queue_wish_read_call, in, &wish);
    if (e)
        return e;
    *ret = (struct wish_out){ .performance = in->performance };
    pthread_rwlock_rdlock(&q->lock);
    struct rooms rooms = rooms_of(cx, q, in->performance);
    show(cx, &rooms, &wish, true, ret);
    pthread_rwlock_unlock(&q->lock);
    return OK;
}

/* ---- tables ---- */

#define PERFORMANCE_ROW(owner, path)                                                                                                       \
    { .name = "performance_id", .type = F_ID, .id = ID_PERFORMANCE, .from = path, .at = offsetof(owner, performance) }

FIELDS(put_fields, "PerformanceQueueRequest", struct wish_in,
    PERFORMANCE_ROW(struct wish_in, FROM_PATH),
    RULES_ROWS(struct wish_in, true),
    { .name = "all", .type = F_BOOL, .optional = true, .at = offsetof(struct wish_in, all), .help = "dates with settings of their own take these too" });

FIELDS(ref_fields, "PerformanceQueueQuery", struct wish_ref, PERFORMANCE_ROW(struct wish_ref, FROM_PATH));

#define DATE(member) .at = offsetof(struct date, member)

FIELDS(date_fields, "PerformanceQueueSchedule", struct date,
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, DATE(schedule) },
    { .name = "sale_starts_at", .type = F_TIME, DATE(sale_starts_at) },
    { .name = "sale_ends_at", .type = F_TIME, DATE(sale_ends_at) },
    { .name = "mode", .type = F_ENUM, .words = queue_mode_words, DATE(mode) },
    { .name = "paused", .type = F_BOOL, DATE(paused) },
    { .name = "own", .type = F_BOOL, DATE(own), .help = "set up by itself after its performance was: what is put for the performance passes it by" },
    { .name = "joined", .type = F_INT, DATE(joined), .help = "places given" },
    { .name = "waiting", .type = F_INT, DATE(waiting) });

FIELDS(out_fields, "PerformanceQueueSettings", struct wish_out,
    PERFORMANCE_ROW(struct wish_out, FROM_BODY),
    { .name = "chosen_at", .type = F_TIME, .nullable = true, .at = offsetof(struct wish_out, chosen_at),
      .help = "null: nothing was chosen for the performance yet, the rest is a proposal" },
    RULES_ROWS(struct wish_out, false),
    { .name = "schedules", .type = F_LIST, .of = &date_fields, .at = offsetof(struct wish_out, schedules), .help = "whose sale has not ended" });

const struct call queue_wish_put_call = { "queue.performance_settings_put", "Sets up the waiting rooms of all dates of a performance.",
                                          CALL_STORY, &put_fields, &out_fields, wish_put };
const struct call queue_wish_get_call = { "queue.performance_settings_get", "What was chosen for a performance's waiting rooms.",
                                          CALL_STORY, &ref_fields, &out_fields, wish_get };
const struct call queue_wish_set_call = { .name = "queue.performance_settings_set", .kind = CALL_COMMAND, .fn = wish_set };
const struct call queue_wish_read_call = { .name = "queue.performance_settings_read", .kind = CALL_READ, .fn = wish_read };
