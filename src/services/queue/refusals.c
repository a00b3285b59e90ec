/* Refusals in the audit log. They are gathered for a second and written together, those of one account and reason as one line with their number: so a
 * program that knocks a thousand times a second costs one line, and a crowd of them no more than the table holds; the others are then one number. */
#include "queue_int.h"
#include "toll.h"

#include <stdio.h>

#include "platform/call/trail.h"
#include "platform/http/http.h"
#include "platform/obs/metrics.h"

#define GATHER_MS 1000

static bool same(const struct refusal *r, const struct ctx *cx, int64_t schedule)
{
    return r->actor.user == cx->actor.user && r->schedule == schedule && strcmp(r->code, cx->problem.code) == 0;
}

err refusal_note(struct ctx *cx, struct queue *q, int64_t schedule, err e)
{
    struct refusals *r = &q->refusals;
    metric_add(&queue_refused, 1);
    if (atomic_load(&r->due) == INT64_MAX)
        atomic_store(&r->due, cx->now + GATHER_MS);
    size_t i = r->written.n;
    while (i < r->all.n && !same(&r->at[i], cx, schedule))
        i++;
    if (i == REFUSALS_MAX) {
        r->all.more++;
        return e;
    }
    if (i < r->all.n) {
        r->at[i].times++;
        return e;
    }
    r->at[r->all.n++] = (struct refusal){ .schedule = schedule, .actor = cx->actor, .code = cx->problem.code, .status = err_kind(e)->status, .times = 1 };
    snprintf(r->at[i].peer, sizeof(r->at[i].peer), "%.*s", STR_ARG(cx->peer));
    return e;
}

int64_t refusals_due(void *queue)
{
    return atomic_load(&((struct queue *)queue)->refusals.due);
}

static void write_line(struct ctx *cx, const struct queue *q, const struct refusal *r)
{
    char schedule[ID_TEXT];
    struct ctx who = *cx;
    who.actor = r->actor;
    id_encode(&q->keys->ids, ID_SCHEDULE, r->schedule, schedule);
    trail_put(&who, app_trail(cx->app), &(struct trail_entry){
        .address = str_c(r->peer),
        .action = S("queue.join"),
        .object = str_of(schedule, r->schedule ? ID_TEXT : 0),
        .path = r->schedule ? arena_fmt(cx->arena, "/api/v1/schedules/%.*s/queue", ID_TEXT, schedule) : S("/api/v1/schedules"),
        .status = r->status,
        .body = arena_fmt(cx->arena, "{\"refused\":\"%s\",\"times\":%lld}", r->code, (long long)r->times),
    });
}

/* They are in the log for good. */
static void drop_written(void *refusals)
{
    struct refusals *r = refusals;
    r->all.n -= r->written.n;
    r->all.more -= r->written.more;
    memmove(r->at, r->at + r->written.n, r->all.n * sizeof(r->at[0]));
    r->written = (struct gathered){ 0 };
    if (!r->all.n && !r->all.more)
        atomic_store(&r->due, INT64_MAX);
}

/* They are not: once more, when they are due again. */
static void write_undo(void *refusals, const void *before)
{
    ((struct refusals *)refusals)->written = *(const struct gathered *)before;
}

static err refusals_write(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct queue *q = self;
    struct refusals *r = &q->refusals;
    (void)in;
    (void)ret_out;
    tx_undo(cx, write_undo, r, &r->written, sizeof(r->written));
    tx_after(cx, drop_written, r);
    for (size_t i = r->written.n; i < r->all.n; i++)
        write_line(cx, q, &r->at[i]);
    if (r->all.more > r->written.more)
        write_line(cx, q, &(struct refusal){ .code = "more", .status = err_kind(ERR_LIMIT)->status, .times = r->all.more - r->written.more });
    r->written = r->all;
    atomic_store(&r->due, cx->now + GATHER_MS);
    return OK;
}

const struct call queue_refusals_call = { "queue.refusals", "Writes down who was refused a place, and why.", CALL_COMMAND, NULL, NULL, refusals_write };
