/* A room in memory: how it is built from the database, changed by commands with a note for undoing each change, and shown to other threads. */
#include "device_int.h"
#include "draw_int.h"
#include "store.h"

#include <stdlib.h>

#include "platform/obs/log.h"
#include "platform/obs/metrics.h"

#define BASKET_START     200   /* two seats */
#define EXCUSED_MS       (3 * 60 * 1000)

struct room *room_find(const struct queue *q, int64_t id)
{
    return map_ptr(&q->rooms, (uint64_t)id);
}

/* One block of memory: names, prices, and all their letters. */
static struct offer offer_copy(const struct offer *from)
{
    size_t title = from->title ? strlen(from->title) : 0, letters = title + 1;
    for (size_t i = 0; i < from->n; i++)
        letters += from->grades[i].n;
    struct offer to = { .n = from->n };
    memcpy(to.currency, from->currency, sizeof(to.currency));
    to.grades = calloc(1, from->n * (sizeof(*to.grades) + sizeof(*to.prices)) + letters);
    ASSERT(to.grades != NULL);
    to.prices = (int64_t *)(to.grades + from->n);
    char *text = to.title = (char *)(to.prices + from->n);
    if (title)
        memcpy(text, from->title, title);
    text += title + 1;
    for (size_t i = 0; i < from->n; i++) {
        struct str name = from->grades[i];
        if (name.n)
            memcpy(text, name.p, name.n);
        to.grades[i] = str_of(text, name.n);
        to.prices[i] = from->prices[i];
        text += name.n;
    }
    return to;
}

/* What is longer, as only a damaged database can have it, is cut. */
struct note note_of(struct str text)
{
    struct note n = { .n = text.n < sizeof(n.text) ? text.n : sizeof(n.text) };
    if (n.n)
        memcpy(n.text, text.p, n.n);
    return n;
}

void room_offer(struct room *r, const struct offer *what)
{
    struct offer next = offer_copy(what);
    pthread_rwlock_wrlock(&r->queue->lock);
    free(r->offer.grades);
    r->offer = next;
    pthread_rwlock_unlock(&r->queue->lock);
}

static struct str text_copy(struct str text)
{
    char *copy = calloc(1, text.n + 1);
    ASSERT(copy != NULL);
    if (text.n)
        memcpy(copy, text.p, text.n);
    return str_of(copy, text.n);
}

struct room *room_new(struct queue *q, const struct room *never_changing)
{
    struct room *r = calloc(1, sizeof(*r));
    ASSERT(r != NULL);
    r->queue = q;
    r->id = never_changing->id;
    r->schedule = room_schedule(r->id);
    r->group = text_copy(never_changing->group);
    r->general = r->group.n ? room_find(q, r->schedule) : r;
    ASSERT(r->general && r->general->group_count < GROUPS_MAX);
    r->owner = never_changing->owner;
    r->sale_starts_at = never_changing->sale_starts_at;
    r->sale_ends_at = never_changing->sale_ends_at;
    r->performance = never_changing->performance;
    r->loaded = never_changing->loaded;
    r->offer = offer_copy(&never_changing->offer);
    atomic_init(&r->basket, BASKET_START);
    pthread_rwlock_wrlock(&q->lock);
    map_put_ptr(&q->rooms, (uint64_t)r->id, r);
    if (r->general != r)
        r->general->groups[r->general->group_count++] = r;
    pthread_rwlock_unlock(&q->lock);
    return r;
}

void room_remove(struct room *r)
{
    pthread_rwlock_wrlock(&r->queue->lock);
    map_remove(&r->queue->rooms, (uint64_t)r->id);
    if (r->general != r)
        r->general->group_count--;           /* the newest: who made it takes it back */
    pthread_rwlock_unlock(&r->queue->lock);
    room_free(r);
}

/* All that room_load reads. */
static void forget_places(struct room *r)
{
    places_free(&r->places);
    marks_free(&r->ended);
    marks_free(&r->shown);
    steps_free(&r->steps);
    parks_free(&r->parks);
    seen_free(&r->seen);
    free(r->curve);
    r->curve = NULL;
    r->line.last = 0;
    r->line.tally = (struct happenings){ 0 };
}

void room_free(struct room *r)
{
    forget_places(r);
    map_free(&r->exempt);
    revoked_free(r);
    free(r->order);
    free((char *)(uintptr_t)r->group.p);
    free(r->offer.grades);
    free(r);
}

/* ---- from the database ---- */

void room_skip_ended(struct room *r)
{
    if (draw_pending(&r->terms, &r->line))
        return;                              /* places are not known yet */
    while (r->line.serving < r->line.last && marks_get(&r->ended, r->line.serving + 1))
        r->line.serving++;
}

int64_t line_active(const struct room *r, int64_t now)
{
    return steps_active(&r->steps, now) + parks_active(&r->parks, now);
}

int64_t room_active(const struct room *r, int64_t now)
{
    const struct room *general = r->general;
    int64_t active = line_active(general, now);
    for (int i = 0; i < general->group_count; i++)
        active += line_active(general->groups[i], now);
    return active;
}

#define NO_SHOW_LEAST 20      /* fewer people tell nothing */

int64_t room_no_show(const struct room *r, int64_t now)
{
    const struct room *general = r->general;
    struct attendance sum = { 0 };
    steps_ran_out(&general->steps, now, &sum);
    for (int i = 0; i < general->group_count; i++)
        steps_ran_out(&general->groups[i]->steps, now, &sum);
    return sum.admitted < NO_SHOW_LEAST ? 0 : min((sum.admitted - sum.shown) * 1000 / sum.admitted, NO_SHOW_MAX);
}

int64_t room_place(const struct room *r, int64_t number)
{
    return number >= 1 && number <= r->ordered ? r->order[number - 1] : number;
}

static int64_t count_live(const struct room *r, int64_t first, int64_t last)
{
    int64_t n = 0;
    for (int64_t place = first; place <= last; place++)
        n += !marks_get(&r->ended, place) && !parks_find(&r->parks, place);
    return n;
}

/* Whose turn was missed is away until he asks. */
void room_excuse(struct room *r, int64_t now)
{
    if (r->line.last)
        seen_grow(&r->seen, r->line.last);
    for (int64_t place = r->line.serving + 1; place <= r->line.last; place++)
        seen_until(&r->seen, place, now + EXCUSED_MS);
}

err room_load(struct ctx *cx, struct room *r)
{
    forget_places(r);                        /* an attempt before, which failed, may have left a part of them */
    err e = passes_load(cx, r);
    if (!e)
        e = store_places(cx, r);
    if (!e)
        e = store_ends(cx, r);
    if (!e)
        e = store_steps(cx, r);
    if (!e)
        e = store_parks(cx, r);
    if (!e && draw_pending(&r->terms, &r->line))
        e = store_withdrawn(cx, r);
    if (!e && r->terms.draws)
        e = store_block_count(cx, r);
    if (e)
        return e;
    if (r->line.drawn_at && !r->order) {
        r->order = draw_order(&r->draw.seed, r->line.entries);
        r->ordered = r->line.entries;
    }
    for (size_t i = r->steps.first; i < r->steps.first + r->steps.n; i++)
        r->steps.at[i].live = count_live(r, r->steps.at[i].first, r->steps.at[i].last);
    for (size_t i = r->parks.first; i < r->parks.first + r->parks.n; i++)
        r->parks.at[i].live = r->parks.at[i].until && !marks_get(&r->ended, r->parks.at[i].place);
    r->line.waiting = count_live(r, r->line.serving + 1, r->line.last);
    room_skip_ended(r);
    room_excuse(r, cx->now);
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
    r->line.changed_at = cx->now;
}

/* Most rooms are never on: the first event makes their curve. */
static struct curve *curve_of(struct room *r)
{
    if (!r->curve)
        r->curve = calloc(1, sizeof(*r->curve));
    ASSERT(r->curve != NULL);
    return r->curve;
}

void room_recall(struct room *r, int64_t at, enum happening what, int64_t n)
{
    r->line.tally.n[what] += n;
    curve_add(curve_of(r), at, what, n);
}

static bool has_news(const struct room *r)
{
    return memcmp(&r->line.tally, &r->shown_line.tally, sizeof(r->line.tally)) != 0;
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
    if (has_news(r))
        curve_follow(curve_of(r), r->line.changed_at, &r->line.tally);
    r->shown_line = r->line;
    pthread_rwlock_unlock(&r->queue->lock);
    r->renewed = false;
}

/* ---- changes ---- */

static void terms_undo(void *room, const void *before)
{
    struct room *r = room;
    r->terms = *(const struct terms *)before;
}

/* While the room is off nobody is asked for his pass. Not undone: it is a measure only. */
static void stop_watching(struct room *r, int64_t now)
{
    pthread_rwlock_wrlock(&r->queue->lock);
    steps_unwatch(&r->steps, now);
    pthread_rwlock_unlock(&r->queue->lock);
}

void room_terms(struct ctx *cx, struct room *r, const struct terms *next)
{
    room_touch(cx, r);
    tx_undo(cx, terms_undo, r, &r->terms, sizeof(r->terms));
    line_settle(&r->line, &r->terms.rules, cx->now);         /* what the old rate has allowed so far ... */
    r->terms = *next;
    line_settle(&r->line, &r->terms.rules, cx->now);         /* ... as far as the new one keeps it */
    line_pace_reset(&r->line, &r->terms.rules, cx->now);
    r->renewed = true;
    if (next->rules.mode == QUEUE_OFF)
        stop_watching(r, cx->now);
}

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
    r->line.tally.n[HAPPENED_JOIN]++;
    places_set(&r->places, user, r->line.last);
    if (!seen_fits(&r->seen, r->line.last)) {
        pthread_rwlock_wrlock(&r->queue->lock);
        seen_grow(&r->seen, r->line.last);
        pthread_rwlock_unlock(&r->queue->lock);
    }
    store_place_insert(cx, r, r->line.last, user);
    return r->line.last;
}

struct stepped {
    bool admitted;
    int64_t parked;
};

static void step_undo(void *room, const void *stepped_)
{
    struct room *r = room;
    const struct stepped *stepped = stepped_;
    pthread_rwlock_wrlock(&r->queue->lock);
    if (stepped->admitted)
        steps_pop(&r->steps);
    parks_pop(&r->parks, stepped->parked);
    pthread_rwlock_unlock(&r->queue->lock);
}

void room_step(struct ctx *cx, struct room *r, const struct step *step, const int64_t *parked, int64_t parked_n)
{
    struct stepped stepped = { step->admitted > 0, parked_n };
    room_touch(cx, r);
    tx_undo(cx, step_undo, r, &stepped, sizeof(stepped));
    r->line.serving = step->last;
    r->line.waiting -= step->admitted + parked_n;
    r->line.credit -= step->admitted * CREDIT;
    r->line.tally.n[HAPPENED_ADMISSION] += step->admitted;
    r->line.tally.n[HAPPENED_ABSENCE] += parked_n;

    pthread_rwlock_wrlock(&r->queue->lock);
    steps_drop(&r->steps, cx->now);
    parks_drop(&r->parks, cx->now);
    if (stepped.admitted)
        steps_add(&r->steps, step);
    for (int64_t i = 0; i < parked_n; i++)
        parks_add(&r->parks, &(struct parked){ .place = parked[i], .parked_at = cx->now });
    pthread_rwlock_unlock(&r->queue->lock);
    for (int64_t i = 0; i < parked_n; i++)
        store_parked_insert(cx, r, &(struct parked){ .place = parked[i], .parked_at = cx->now });
    if (stepped.admitted)
        store_step_insert(cx, r, step, room_active(r, cx->now));
    room_skip_ended(r);
}

static void return_put(struct room *r, int64_t place, int64_t let_in_at, int64_t until)
{
    pthread_rwlock_wrlock(&r->queue->lock);
    struct parked *p = parks_find(&r->parks, place);
    if (p) {
        p->let_in_at = let_in_at;
        p->until = until;
        p->live = until != 0;
    }
    pthread_rwlock_unlock(&r->queue->lock);
}

static void return_undo(void *room, const void *place)
{
    return_put(room, *(const int64_t *)place, 0, 0);
}

err room_return(struct ctx *cx, struct room *r, struct parked *p)
{
    room_touch(cx, r);
    tx_undo(cx, return_undo, r, &p->place, sizeof(p->place));
    return_put(r, p->place, cx->now, cx->now + r->terms.rules.pass_seconds * 1000);
    r->line.let_in_at = cx->now;
    r->line.credit -= CREDIT;
    r->line.tally.n[HAPPENED_ADMISSION]++;
    r->line.tally.n[HAPPENED_RETURN]++;
    return store_parked_admit(cx, r, p, room_active(r, cx->now));
}

/* The admission that let a place in; NULL also when it was passed over. Under queue.lock. */
static struct step *step_of(struct room *r, int64_t place)
{
    return parks_find(&r->parks, place) ? NULL : steps_find(&r->steps, place);
}

void room_shown(struct room *r, int64_t place)
{
    pthread_rwlock_wrlock(&r->queue->lock);
    struct step *step = marks_get(&r->shown, place) ? NULL : step_of(r, place);
    marks_set(&r->shown, place, true);
    if (step)
        step->shown++;
    pthread_rwlock_unlock(&r->queue->lock);
}

int64_t room_passes(int64_t people, int64_t no_show)
{
    return people * 1000 / (1000 - no_show);
}

static void mark(struct room *r, int64_t place, bool ended)
{
    pthread_rwlock_wrlock(&r->queue->lock);
    marks_set(&r->ended, place, ended);
    struct parked *parked = parks_find(&r->parks, place);
    struct step *step = step_of(r, place);
    if (parked)
        parked->live = !ended && parked->until;
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
    if (how != LEFT_LINE)
        room_shown(r, place);
    r->line.waiting -= how == LEFT_LINE && place > r->line.serving;
    r->line.tally.n[HAPPENED_BOOKING] += how == BOUGHT;
    room_skip_ended(r);
    if (draw_pending(&r->terms, &r->line))
        store_withdrawn_insert(cx, r, place);
    else
        store_end_insert(cx, r, place, how, booking);
}
