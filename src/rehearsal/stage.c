#include "stage.h"

#include <stdlib.h>

#include "base/clock.h"
#include "platform/db/command.h"
#include "services/booking/booking_int.h"
#include "services/queue/queue_int.h"

#define STAYS_MS (INT64_C(7) * 24 * 60 * 60 * 1000)

const struct setting no_setting = { -1, -1, -1, -1, -1, -1 };

struct task {
    struct command command;   /* first: it is cast back */
    struct deed *deed;
    struct stage *stage;
};

struct stage {
    struct app *app;
    struct queue *queue;
    struct booking *booking;
    struct room *room;
    struct sale *sale;
    int64_t schedule;
    struct arena *arena;      /* of the bundle under way */
    struct task *tasks;
    struct rng rng;
    pthread_mutex_t lock;
    pthread_cond_t finished;
    size_t left;
    bool broken;              /* the copy could not be written */
};

/* ---- opening ---- */

struct stage *stage_open(struct arena *arena, const struct config *config, const struct copy *c, int64_t schedule, uint64_t seed, struct str *ret_why)
{
    struct app *app = app_open(arena, &(struct app_options){
        .config = config, .services = stage_services, .dir = c->dir, .test_clock = true, .clock_from = c->sale_starts_at - 24 * 60 * 60 * 1000,
        .fleeting = true, .seed = seed,
    }, ret_why);
    if (!app)
        return NULL;
    struct stage *s = calloc(1, sizeof(*s));
    if (!s)
        abort();
    s->app = app;
    s->schedule = schedule;
    s->queue = app_self(app, &queue_service);
    s->booking = app_self(app, &booking_service);
    s->room = room_find(s->queue, schedule);
    s->sale = sale_find(s->booking, schedule);
    s->arena = arena_new(1 << 20);
    s->tasks = calloc(DEEDS_MOST, sizeof(*s->tasks));
    rng_seed(&s->rng, seed);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->finished, NULL);
    if (s->tasks && s->room && s->sale)
        return s;
    *ret_why = S("the copy has no such schedule, or it has no waiting room yet");
    stage_close(s);
    return NULL;
}

void stage_close(struct stage *s)
{
    app_close(s->app);
    arena_free(s->arena);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->finished);
    free(s->tasks);
    free(s);
}

/* ---- what is being sold, and how ---- */

static int64_t or_else(int64_t set, int64_t there)
{
    return set >= 0 ? set : there;
}

int64_t stage_opens_at(struct stage *s)
{
    return s->room->terms.rules.opens_at;
}

static void rules_shown(const struct stage *s, struct tally *t)
{
    const struct rules *rules = &s->room->terms.rules;
    t->mode = s->room->terms.draws && rules->mode != QUEUE_OFF ? QUEUE_DRAW : rules->mode;
    t->admit_per_minute = rules->admit_per_minute;
    t->active_limit = rules->active_limit;
    t->pass_seconds = rules->pass_seconds;
    t->hold_seconds = s->booking->hold_ms / 1000;
}

bool stage_rules(struct stage *s, struct arena *arena, const struct setting *set, struct tally *t, struct str *ret_why)
{
    struct ctx cx;
    struct settings_out out;
    const struct rules *has = &s->room->terms.rules;
    bool draws = s->room->terms.draws && has->mode != QUEUE_OFF;
    struct settings_in in = { .schedule = s->schedule, .rules = {
        .mode = (int)or_else(set->mode, draws ? QUEUE_DRAW : has->mode),
        .admit_per_minute = or_else(set->admit_per_minute, has->admit_per_minute),
        .active_limit = or_else(set->active_limit, has->active_limit),
        .pass_seconds = or_else(set->pass_seconds, has->pass_seconds),
        .opens_at = set->opens_minutes >= 0 ? s->room->sale_starts_at - set->opens_minutes * 60000 : has->opens_at,
    } };
    s->booking->hold_ms = or_else(set->hold_seconds, s->booking->hold_ms / 1000) * 1000;
    s->queue->beacon.url = (struct str){ 0 };            /* a draw without the network */
    app_ctx_begin(s->app, &cx);
    cx.actor = (struct actor){ .user = s->room->owner, .roles = ROLE_PRODUCER };
    err e = call_run(&cx, &queue_settings_set_call, &in, &out);
    if (e)
        *ret_why = arena_str(arena, cx.problem.detail);
    app_ctx_end(&cx);
    rules_shown(s, t);
    return e == OK;
}

static char *text_copy(struct str s)
{
    char *p = strndup(s.p ? s.p : "", s.n);
    if (!p)
        abort();
    return p;
}

void stage_venue(struct stage *s, struct tally *t, int64_t *ret_limit)
{
    const struct plan *p = s->sale->layout->plan;
    struct remaining left;
    booking_remaining(s->app, s->schedule, &left);
    t->title = text_copy(s->sale->title);
    t->hall = text_copy(s->sale->hall_name);
    memcpy(t->currency, s->sale->currency, sizeof(t->currency));
    t->grade_n = left.grades;
    t->grades = calloc(left.grades ? left.grades : 1, sizeof(*t->grades));
    if (!t->grades)
        abort();
    for (uint32_t i = 0; i < left.grades; i++) {
        t->grades[i] = (struct grade){ text_copy(p->categories[i].name), s->sale->price[i], left.total[i], 0, -1 };
        t->seats += left.total[i];
    }
    *ret_limit = s->sale->max_per_user;
}

/* ---- time ---- */

void stage_clock(struct stage *s, int64_t now)
{
    struct ctx cx;
    clock_set(app_clock(s->app), now);
    for (size_t i = 0; stage_services[i]; i++)
        for (const struct job *job = stage_services[i]->jobs; job && job->name; job++) {
            if (job->due(app_self(s->app, stage_services[i])) > now)
                continue;
            app_ctx_begin(s->app, &cx);
            err e = call_run(&cx, job->call, NULL, NULL);
            s->broken |= e != OK;            /* nobody else is here who could be in the way */
            app_ctx_end(&cx);
        }
}

/* ---- what people do ---- */

static struct str token_of(struct ctx *cx, const struct stage *s, int64_t person, int64_t number)
{
    return place_seal(cx, s->queue, &(struct place_ref){ .room = s->schedule, .number = number, .user = person + 1 });
}

static err do_join(struct ctx *cx, struct stage *s, struct deed *d)
{
    struct place_out *place = NEW(cx->arena, struct place_out);          /* its receipt comes after the commit */
    err e = queue_join(cx, s->queue, &(struct join_in){ .schedule = s->schedule }, place);
    d->ret_waits = !e && place->place_token.n;
    return e;
}

static err do_hold(struct ctx *cx, struct stage *s, struct deed *d)
{
    struct place_out place = { 0 };
    struct hold_out hold;
    err e = d->number ? queue_poll(cx, s->queue, &(struct place_in){ token_of(cx, s, d->person, d->number) }, &place) : OK;
    struct taken what = { .schedule = s->schedule };
    struct hold_in in = { .schedule = s->schedule, .has_best = true,
                          .best = { .count = d->count, .grade = s->sale->layout->plan->categories[d->grade].name } };
    if (!e)
        e = queue_pass_admit(s->queue, cx, &what, place.pass);
    if (!e)
        e = hold_create_call.fn(cx, s->booking, &in, &hold);
    if (!e)
        d->ret_id = hold.id;
    return e;
}

static err do_book(struct ctx *cx, struct stage *s, struct deed *d)
{
    struct booking_out booking;
    err e = booking_create_call.fn(cx, s->booking, &(struct create_in){ .hold = d->id }, &booking);
    if (e)
        return e;
    d->ret_id = booking.id;
    d->ret_amount = booking.due.amount;
    d->ret_confirmed = booking.status == BOOKING_CONFIRMED;
    return OK;
}

/* Payments are numbered by their booking: each has one that the provider has taken. */
static err do_pay(struct ctx *cx, struct stage *s, struct deed *d)
{
    struct booking_due due;
    struct booking_paid paid;
    struct booking_ref ref = { d->id, d->person + 1 };
    err e = booking_due_get.fn(cx, s->booking, &ref, &due);
    if (!e)
        e = booking_paid_put.fn(cx, s->booking, &(struct booking_payment){ d->id, d->id, due.due.amount }, &paid);
    if (e)
        return e;
    d->ret_amount = due.due.amount;
    d->ret_confirmed = paid.result == PAID_CONFIRMED;
    return OK;
}

static err do_begin(struct ctx *cx, struct stage *s, struct deed *d)
{
    struct booking_due due;
    return booking_pay_begin.fn(cx, s->booking, &(struct booking_ref){ d->id, d->person + 1 }, &due);
}

/* As the event does. */
static err do_tell(struct ctx *cx, struct stage *s, struct deed *d)
{
    struct booking_confirmed event = { .booking = d->id, .schedule = s->schedule, .user = d->person + 1, .seats = d->count };
    return queue_bought(cx, s->queue, &event, NULL);
}

static err task_run(struct command *c)
{
    static err (*const kinds[])(struct ctx *cx, struct stage *s, struct deed *d) = {
        [DEED_JOIN] = do_join, [DEED_HOLD] = do_hold, [DEED_BOOK] = do_book, [DEED_BEGIN] = do_begin, [DEED_PAY] = do_pay, [DEED_TELL] = do_tell,
    };
    struct task *t = (struct task *)c;
    return kinds[t->deed->kind](&c->cx, t->stage, t->deed);
}

static void task_done(struct command *c)
{
    struct stage *s = ((struct task *)c)->stage;
    pthread_mutex_lock(&s->lock);
    if (--s->left == 0)
        pthread_cond_signal(&s->finished);
    pthread_mutex_unlock(&s->lock);
}

void stage_do(struct stage *s, struct deed *deeds, size_t n)
{
    ASSERT(n <= DEEDS_MOST);
    if (!n)
        return;
    arena_reset(s->arena);
    for (size_t i = 0; i < n; i++) {
        int64_t user = deeds[i].person + 1;
        s->tasks[i] = (struct task){ .deed = &deeds[i], .stage = s, .command = {
            .next = i + 1 < n ? &s->tasks[i + 1].command : NULL, .run = task_run, .done = task_done,
            .cx = { .arena = s->arena, .actor = { .user = user, .session = user, .roles = ROLE_CUSTOMER } } } };
    }
    s->left = n;
    struct command *refused = db_submit(app_db(s->app), &s->tasks[0].command, n);
    ASSERT(!refused);                        /* nobody else fills the queue */
    pthread_mutex_lock(&s->lock);
    while (s->left)
        pthread_cond_wait(&s->finished, &s->lock);
    pthread_mutex_unlock(&s->lock);
    for (size_t i = 0; i < n; i++) {
        deeds[i].result = s->tasks[i].command.result;
        deeds[i].code = s->tasks[i].command.cx.problem.code;
        s->broken |= deeds[i].result == ERR_UNAVAILABLE;
    }
}

bool stage_broken(const struct stage *s)
{
    return s->broken;
}

/* ---- what people see ---- */

static struct ctx memory_ctx(struct stage *s)
{
    arena_reset(s->arena);
    return (struct ctx){ .arena = s->arena, .app = s->app, .rng = &s->rng, .now = clock_now(app_clock(s->app)) };
}

enum seen_as stage_look(struct stage *s, int64_t person, int64_t number, int64_t *ret_again_ms)
{
    struct ctx cx = memory_ctx(s);
    struct place_out place;
    err e = queue_poll(&cx, s->queue, &(struct place_in){ token_of(&cx, s, person, number) }, &place);
    ASSERT(!e);
    *ret_again_ms = place.poll_after_ms;
    return place.state == PLACE_WAITING ? SEEN_WAITING : place.state == PLACE_ADMITTED ? SEEN_ADMITTED : SEEN_OVER;
}

void stage_stays(struct stage *s, int64_t number)
{
    const struct room *r = s->room;
    pthread_rwlock_rdlock(&s->queue->lock);
    seen_until(&r->seen, room_place(r, number), clock_now(app_clock(s->app)) + STAYS_MS);
    pthread_rwlock_unlock(&s->queue->lock);
}

void stage_line(struct stage *s, struct line_now *ret)
{
    const struct room *r = s->room;
    pthread_rwlock_rdlock(&s->queue->lock);
    *ret = (struct line_now){ r->shown_line.serving, r->shown_line.waiting, r->order && r->shown_line.drawn_at };
    pthread_rwlock_unlock(&s->queue->lock);
}

int64_t stage_inside(struct stage *s)
{
    pthread_rwlock_rdlock(&s->queue->lock);
    int64_t inside = room_active(s->room, clock_now(app_clock(s->app)));
    pthread_rwlock_unlock(&s->queue->lock);
    return inside;
}

uint32_t *stage_numbers(struct stage *s, int64_t *ret_n)
{
    const struct room *r = s->room;
    pthread_rwlock_rdlock(&s->queue->lock);
    *ret_n = r->shown_line.entries;
    uint32_t *numbers = calloc((size_t)*ret_n + 1, sizeof(*numbers));
    for (int64_t i = 1; numbers && i <= *ret_n; i++)
        numbers[room_place(r, i)] = (uint32_t)i;
    pthread_rwlock_unlock(&s->queue->lock);
    if (!numbers)
        abort();
    return numbers;
}

void stage_free(struct stage *s, int64_t *ret_free, size_t grades)
{
    struct remaining left;
    booking_remaining(s->app, s->schedule, &left);
    for (size_t i = 0; i < grades; i++)
        ret_free[i] = left.free[i];
}

bool stage_audit(struct stage *s, struct tally *t)
{
    return audit_copy(s->app, s->schedule, t);
}
