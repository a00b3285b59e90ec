/* Refusals in the audit log. They are gathered for a second and written together, those of one account and reason as one line with their number: so a
 * program that knocks a thousand times a second costs one line, and a crowd of them no more than the table holds; the others are then one number. */
#include "queue_int.h"

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
    struct refusals *all = &q->refusals;
    metric_add(&queue_refused, 1);
    size_t i = 0;
    while (i < all->n && !(same(&all->at[i], cx, schedule)))
        i++;
    if (i < all->n) {
        all->at[i].times++;
        return e;
    }
    if (i == REFUSALS_MAX) {
        all->unwritten++;
        return e;
    }
    all->at[all->n++] = (struct refusal){ .schedule = schedule, .actor = cx->actor, .code = cx->problem.code, .status = err_kind(e)->status, .times = 1 };
    snprintf(all->at[i].peer, sizeof(all->at[i].peer), "%.*s", STR_ARG(cx->peer));
    if (atomic_load(&all->due) == INT64_MAX)
        atomic_store(&all->due, cx->now + GATHER_MS);
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

static err refusals_write(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct queue *q = self;
    struct refusals *all = &q->refusals;
    (void)in;
    (void)ret_out;
    for (size_t i = 0; i < all->n; i++)
        write_line(cx, q, &all->at[i]);
    if (all->unwritten)
        write_line(cx, q, &(struct refusal){ .code = "more", .status = err_kind(ERR_LIMIT)->status, .times = all->unwritten });
    all->n = 0;
    all->unwritten = 0;
    atomic_store(&all->due, INT64_MAX);
    return OK;
}

const struct call queue_refusals_call = { "queue.refusals", "Writes down who was refused a place, and why.", CALL_COMMAND, NULL, NULL, refusals_write };
