/* Where a call runs when other code asks for it: on the same thread when it can, through the writer when it changes state. */
#include "platform/call/call_impl.h"

#include "platform/obs/log.h"

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

err call_run(struct ctx *cx, const struct call *call, const void *in, void *out)
{
    uint64_t self_bits;
    bool known = map_get(&cx->app->calls, (uint64_t)(uintptr_t)call, &self_bits);
    ASSERT(known);
    void *self = (void *)(uintptr_t)self_bits;

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
