/* A room in memory: how it is built from the database, changed by commands with a note for undoing each change, and shown to other threads. */
#include "queue_int.h"

#include <stdlib.h>

#include "platform/obs/log.h"

struct room *room_find(const struct queue *q, int64_t schedule)
{
    return map_ptr(&q->rooms, (uint64_t)schedule);
}

static struct str *copy_names(struct list names)
{
    const struct str *from = names.at;
    size_t bytes = names.n * sizeof(*from);
    for (size_t i = 0; i < names.n; i++)
        bytes += from[i].n;
    struct str *to = malloc(bytes + 1);
    ASSERT(to != NULL);
    char *text = (char *)(to + names.n);
    for (size_t i = 0; i < names.n; i++) {
        if (from[i].n)
            memcpy(text, from[i].p, from[i].n);
        to[i] = str_of(text, from[i].n);
        text += from[i].n;
    }
    return to;
}

struct room *room_new(struct queue *q, const struct room *never_changing, struct list grades)
{
    struct room *r = calloc(1, sizeof(*r));
    ASSERT(r != NULL);
    *r = *never_changing;
    r->queue = q;
    r->grades = copy_names(grades);
    r->grade_count = grades.n;
    pthread_rwlock_wrlock(&q->lock);
    map_put_ptr(&q->rooms, (uint64_t)r->schedule, r);
    pthread_rwlock_unlock(&q->lock);
    return r;
}

void room_remove(struct room *r)
{
    pthread_rwlock_wrlock(&r->queue->lock);
    map_remove(&r->queue->rooms, (uint64_t)r->schedule);
    pthread_rwlock_unlock(&r->queue->lock);
    room_free(r);
}

void room_free(struct room *r)
{
    places_free(&r->places);
    marks_free(&r->ended);
    steps_free(&r->steps);
    free((void *)(uintptr_t)r->grades);
    free(r);
}

/* ---- from the database ---- */

/* Those who left are nobody to wait for. */
static void skip_ended(struct room *r)
{
    while (r->line.serving < r->line.last && marks_get(&r->ended, r->line.serving + 1))
        r->line.serving++;
}

static int64_t count_live(const struct room *r, int64_t first, int64_t last)
{
    int64_t n = 0;
    for (int64_t place = first; place <= last; place++)
        n += !marks_get(&r->ended, place);
    return n;
}

err room_load(struct ctx *cx, struct room *r)
{
    err e = store_places(cx, r);
    if (!e)
        e = store_ends(cx, r);
    if (!e)
        e = store_steps(cx, r);
    if (e)
        return e;
    for (size_t i = r->steps.first; i < r->steps.first + r->steps.n; i++)
        r->steps.at[i].live = count_live(r, r->steps.at[i].first, r->steps.at[i].last);
    r->line.waiting = count_live(r, r->line.serving + 1, r->line.last);
    skip_ended(r);
    r->loaded = true;
    return OK;
}

/* ---- the line, and what is shown of it ---- */

static void line_undo(void *room, const void *before)
{
    struct room *r = room;
    r->line = *(const struct line *)before;
    queue_wake(r->queue, r);                 /* whom the job believed to be in is waiting again */
}

void room_touch(struct ctx *cx, struct room *r)
{
    tx_undo(cx, line_undo, r, &r->line, sizeof(r->line));
    tx_after(cx, room_publish, r);
}

void room_publish(void *room)
{
    struct room *r = room;
    metric_add(&queue_waiting, r->line.waiting - r->shown_line.waiting);
    pthread_rwlock_wrlock(&r->queue->lock);
    if (r->renewed || r->line.serving != r->shown_line.serving || r->line.waiting != r->shown_line.waiting)
        r->version++;
    if (r->renewed)
        r->shown_terms = r->terms;
    r->shown_line = r->line;
    pthread_rwlock_unlock(&r->queue->lock);
    r->renewed = false;
}

/* ---- changes ---- */

struct given {
    int64_t user, before;
};

static void give_undo(void *room, const void *given_)
{
    struct room *r = room;
    const struct given *given = given_;
    places_set(&r->places, given->user, given->before);
}

int64_t room_give(struct ctx *cx, struct room *r, int64_t user)
{
    struct given given = { user, places_get(&r->places, user) };
    room_touch(cx, r);
    tx_undo(cx, give_undo, r, &given, sizeof(given));
    if (!r->line.waiting)
        line_pace_reset(&r->line, &r->terms.rules, cx->now);
    r->line.last++;
    r->line.waiting++;
    places_set(&r->places, user, r->line.last);
    store_place_insert(cx, r, r->line.last, user);
    return r->line.last;
}

static void step_undo(void *room, const void *none)
{
    struct room *r = room;
    (void)none;
    pthread_rwlock_wrlock(&r->queue->lock);
    steps_pop(&r->steps);
    pthread_rwlock_unlock(&r->queue->lock);
}

void room_step(struct ctx *cx, struct room *r, const struct step *step)
{
    room_touch(cx, r);
    tx_undo(cx, step_undo, r, "", 1);
    r->line.serving = step->last;
    r->line.waiting -= step->admitted;
    r->line.credit -= step->admitted * CREDIT;

    pthread_rwlock_wrlock(&r->queue->lock);
    steps_drop(&r->steps, cx->now);
    steps_add(&r->steps, step);
    pthread_rwlock_unlock(&r->queue->lock);
    store_step_insert(cx, r, step, steps_active(&r->steps, cx->now));
    skip_ended(r);
}

static void mark(struct room *r, int64_t place, bool ended)
{
    pthread_rwlock_wrlock(&r->queue->lock);
    marks_set(&r->ended, place, ended);
    struct step *step = steps_find(&r->steps, place);
    if (step)
        step->live += ended ? -1 : 1;
    pthread_rwlock_unlock(&r->queue->lock);
}

static void end_undo(void *room, const void *place)
{
    mark(room, *(const int64_t *)place, false);
}

void room_end(struct ctx *cx, struct room *r, int64_t place, enum ended_how how, int64_t booking)
{
    room_touch(cx, r);
    tx_undo(cx, end_undo, r, &place, sizeof(place));
    mark(r, place, true);
    r->line.waiting -= how == LEFT_LINE;
    skip_ended(r);
    store_end_insert(cx, r, place, how, booking);
}
