/* Where a call runs when other code asks for it: on the same thread when it can, through the writer when it changes state. */
#include "platform/call/away.h"
#include "platform/call/wire.h"
#include "platform/config/config.h"
#include "platform/obs/log.h"

#define ENCODED_MS 60000      /* how long the identity of a call holds that stays in the process */

/* ---- which calls are here, and which of them others may ask for ---- */

static struct callee *callee_find(const struct app *app, const struct call *call)
{
    return map_ptr(&app->calls, (uint64_t)(uintptr_t)call);
}

void app_add_call(struct app *app, const struct call *call, void *self)
{
    struct callee *c = NEW(app->arena, struct callee);
    *c = (struct callee){ .call = call, .self = self };
    map_put_ptr(&app->calls, (uint64_t)(uintptr_t)call, c);
}

void app_offer(struct app *app, const struct call *call)
{
    struct callee *c = callee_find(app, call);
    uint64_t name = str_hash(str_c(call->name));
    const struct callee *other = map_ptr(&app->offered, name);
    ASSERT(c && (!other || other == c));
    map_put_ptr(&app->offered, name, c);
}

void app_add_calls(struct app *app, const struct service *s, void *self)
{
    bool encoded = config_bool(app->o.config, "call.encoded");
    for (const struct call *const *c = s->calls; c && *c; c++)
        app_add_call(app, *c, self);
    for (const struct call *const *c = s->offers; c && *c; c++) {
        app_offer(app, *c);
        callee_find(app, *c)->encoded = encoded;
    }
    for (const struct subscription *row = s->subscriptions; row && row->topic; row++)
        app_offer(app, row->call);
}

const struct callee *app_callee(const struct app *app, const struct call *call)
{
    const struct callee *c = callee_find(app, call);
    ASSERT(c);
    return c;
}

const struct callee *app_offered(const struct app *app, struct str name)
{
    const struct callee *c = map_ptr(&app->offered, str_hash(name));
    return c && str_eq(str_c(c->call->name), name) ? c : NULL;
}

/* ---- running one ---- */

struct called {
    struct command command;
    const struct call *call;
    void *self;
    const void *in;
    void *out, *fresh;        /* out as the caller gave it */
};

/* Whoever waits for a command: done by the writer, awaited by one thread. */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t opened;
    bool open;
};

static err run_called(struct command *c)
{
    struct called *w = (struct called *)c;
    return w->call->fn(&c->cx, w->self, w->in, w->out);
}

static void call_again(struct command *c)
{
    struct called *w = (struct called *)c;
    if (w->fresh)
        memcpy(w->out, w->fresh, w->call->out->size);
}

static void open_gate(struct command *c)
{
    struct gate *g = c->waiter;
    pthread_mutex_lock(&g->lock);
    g->open = true;
    pthread_cond_signal(&g->opened);
    pthread_mutex_unlock(&g->lock);
}

err command_wait(struct app *app, struct command *c)
{
    struct gate g = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false };
    c->next = NULL;
    c->waiter = &g;
    c->done = open_gate;
    if (db_submit(app->db, c, 1))
        return fail(&c->cx, ERR_UNAVAILABLE, NULL, "Too much is waiting to be written.", "처리 대기 중인 요청이 너무 많습니다.");
    pthread_mutex_lock(&g.lock);
    while (!g.open)
        pthread_cond_wait(&g.opened, &g.lock);
    pthread_mutex_unlock(&g.lock);
    pthread_mutex_destroy(&g.lock);
    pthread_cond_destroy(&g.opened);
    return c->result;
}

static err run_command(struct ctx *cx, const struct call *call, void *self, const void *in, void *out)
{
    struct called w = { .command = { .run = run_called, .again = call_again, .cx = *cx }, .call = call, .self = self, .in = in, .out = out };
    if (out && call->out)
        w.fresh = memcpy(arena_take(cx->arena, call->out->size), out, call->out->size);
    err e = command_wait(cx->app, &w.command);
    cx->problem = w.command.cx.problem;
    return e;
}

static err run_read(struct ctx *cx, const struct call *call, void *self, const void *in, void *out)
{
    if (cx->db)
        return call->fn(cx, self, in, out);
    cx->db = db_read_begin(cx->app->db);
    err e = call->fn(cx, self, in, out);
    db_read_end(cx->app->db, cx->db);
    cx->db = NULL;
    return e;
}

err call_run_here(struct ctx *cx, const struct call *call, void *self, const void *in, void *out)
{
    switch (call->kind) {
    case CALL_MEMORY:
        return call->fn(cx, self, in, out);
    case CALL_READ:
        return run_read(cx, call, self, in, out);
    case CALL_COMMAND:
        ASSERT(!cx->db);                     /* a command or a read that waits for the writer would wait for ever or hold a snapshot */
        return run_command(cx, call, self, in, out);
    case CALL_STORY:
        ASSERT(!cx->db);
        cx->now = clock_now(&cx->app->clock);
        return call->fn(cx, self, in, out);
    }
    return ERR_INTERNAL;
}

/* What two processes would do, on this thread: nothing but bytes goes over, and the answer's memory is gone before it is read. */
static err run_encoded(struct ctx *cx, const struct call *call, struct str in, void *out)
{
    struct buf ask, answer;
    struct ctx there;
    struct wire_asked asked = { 0 };
    buf_init(&ask, WIRE_MAX);
    buf_init(&answer, WIRE_MAX);
    wire_ask(&ask, cx, call, in, wire_now() + ENCODED_MS);

    app_ctx_begin(cx->app, &there);
    there.db = cx->db;
    there.now = cx->now;
    err e = wire_read(&there, buf_view(&ask), &asked);
    if (!e)
        e = call_run_here(&there, asked.call, asked.self, asked.in, asked.out);
    wire_answer(&answer, &there, &asked, e);
    app_ctx_end(&there);

    e = wire_heard(cx, call, arena_str(cx->arena, buf_view(&answer)), out);
    buf_free(&ask);
    buf_free(&answer);
    return e;
}

err call_run(struct ctx *cx, const struct call *call, const void *in, void *out)
{
    const struct callee *c = app_callee(cx->app, call);
    if (c->recalled)
        return away_recall(cx, c, out);
    if (!c->encoded && !c->away)
        return call_run_here(cx, call, c->self, in, out);
    struct buf members;
    buf_init(&members, WIRE_MAX);
    if (call->in)
        fields_encode(&members, call->in, &cx->app->keys.ids, in);
    err e = c->away ? away_run(cx, c, buf_view(&members), AWAY_SAFE, out) : run_encoded(cx, call, buf_view(&members), out);
    buf_free(&members);
    return e;
}

err call_run_text(struct ctx *cx, const struct call *call, struct str text)
{
    const struct callee *c = app_callee(cx->app, call);
    if (c->away)
        return away_run(cx, c, text, AWAY_ONCE, NULL);
    void *in = arena_take(cx->arena, call->in->size);
    err e = fields_decode(cx, call->in, &cx->app->keys.ids, text, in);
    return e ? e : call_run_here(cx, call, c->self, in, arena_take(cx->arena, call->out ? call->out->size : 1));
}
