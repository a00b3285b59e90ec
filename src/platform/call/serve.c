/* What other processes ask of this one: each question is read, run where its kind belongs, and answered. Threads of their own do it, which nothing that
 * waits for another process can fill; a command waits for its group without any. */
#include "platform/call/away.h"

#include "base/rng.h"
#include "platform/call/wire.h"
#include "platform/link/link.h"
#include "platform/obs/log.h"

struct served {
    struct work work;
    struct command command;
    struct app *app;
    struct link_question *question;
    struct ctx cx;            /* has the arena of all this; but for a command, which has a copy of it */
    struct wire_asked asked;
};

static void end(struct served *s, struct ctx *cx, err e)
{
    struct buf answer;
    struct ctx own = s->cx;
    buf_init(&answer, WIRE_MAX);
    wire_answer(&answer, cx, &s->asked, e);
    link_answer(s->question, buf_view(&answer));
    buf_free(&answer);
    app_ctx_end(&own);
}

/* ---- a command ---- */

static struct served *served_of(struct command *c)
{
    return (struct served *)((char *)c - offsetof(struct served, command));
}

static err run_command(struct command *c)
{
    struct served *s = served_of(c);
    return s->asked.call->fn(&c->cx, s->asked.self, s->asked.in, s->asked.out);
}

static void command_again(struct command *c)
{
    struct wire_asked *asked = &served_of(c)->asked;
    if (asked->out)
        memset(asked->out, 0, asked->call->out->size);
}

static void command_done(struct command *c)
{
    end(served_of(c), &c->cx, c->result);
}

static void queue_command(struct served *s)
{
    s->command = (struct command){ .run = run_command, .again = command_again, .done = command_done, .cx = s->cx };
    if (db_submit(s->app->db, &s->command, 1))
        end(s, &s->cx, fail(&s->cx, ERR_UNAVAILABLE, NULL, "Too much is waiting to be written.", "처리 대기 중인 요청이 너무 많습니다."));
}

/* ---- any question ---- */

static void run(struct work *w)
{
    struct served *s = (struct served *)((char *)w - offsetof(struct served, work));
    struct str bytes = s->question->bytes;
    if (bytes.p[0] == WIRE_REQUEST) {
        struct ctx own = s->cx;
        forward_take(s->app, s->question, str_of(bytes.p + 1, bytes.n - 1));
        app_ctx_end(&own);
        return;
    }
    err e = wire_read(&s->cx, str_of(bytes.p + 1, bytes.n - 1), &s->asked);
    if (!e && s->asked.call->kind == CALL_COMMAND)
        queue_command(s);
    else
        end(s, &s->cx, e ? e : call_run_here(&s->cx, s->asked.call, s->asked.self, s->asked.in, s->asked.out));
}

void serve_question(void *self, struct link_question *q)
{
    struct app *app = self;
    struct ctx cx;
    app_ctx_begin(app, &cx);
    struct served *s = NEW(cx.arena, struct served);
    *s = (struct served){ .work = { .run = run }, .app = app, .question = q, .cx = cx };
    if (q->bytes.n && atomic_load(&app->serving) && workers_submit(app->answerers, &s->work))
        return;
    link_answer(q, (struct str){ 0 });       /* not taken: come again */
    app_ctx_end(&cx);
}
