/* Heard once. Kafka delivers at least once: after a crash, a rebalance, or an offset set back, events come again. The row in the inbox stands in
 * the transaction of the effect, so either both are there or neither is. A story has several transactions and is safe to repeat; its row follows
 * its end. What is refused for good is parked in the same way: with its row. */
#include "platform/bus/bus_impl.h"
#include "platform/obs/log.h"
#include "platform_sql.h"

struct hearing {
    const struct subscriber *s;
    int64_t event;
    const struct call *call;  /* NULL: it is a story that has ended */
    const void *in;
    int64_t parked;           /* the row that asks for it again; 0: none does */
};

static err inbox_has(struct ctx *cx, const struct subscriber *s, int64_t event, bool *ret)
{
    return db_one(cx, &platform_sql.inbox_has, VALS(v_text(str_c(s->name)), v_int(event)), NULL, NULL, ret);
}

static err inbox_put(struct ctx *cx, const struct subscriber *s, int64_t event)
{
    return db_run(cx, &platform_sql.inbox_insert, VALS(v_text(str_c(s->name)), v_int(event)), NULL);
}

static err run_subscribed(struct ctx *cx, const struct call *call, const void *in)
{
    return call->fn(cx, app_callee(cx->app, call)->self, in, arena_take(cx->arena, call->out ? call->out->size : 1));
}

static err hear(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct bus *b = self;
    const struct hearing *in = in_;
    bool before;
    (void)ret_out;
    err e = inbox_has(cx, in->s, in->event, &before);
    if (!e && before && !in->parked) {
        atomic_fetch_add(&b->repeated, 1);
        return OK;
    }
    if (!e && in->call)
        e = run_subscribed(cx, in->call, in->in);
    if (!e && !before)
        e = inbox_put(cx, in->s, in->event);
    if (!e && in->parked)
        e = db_run(cx, &platform_sql.parked_delete, VALS(v_int(in->parked)), NULL);
    return e;
}

const struct call bus_hear_call = { .name = "platform.bus_hear", .kind = CALL_COMMAND, .fn = hear };

static err heard(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct hearing *in = in_;
    (void)self;
    return inbox_has(cx, in->s, in->event, ret_out);
}

const struct call bus_heard_call = { .name = "platform.bus_heard", .kind = CALL_READ, .fn = heard };

err inbox_hear(struct ctx *cx, struct bus *b, const struct subscriber *s, const struct said *event, int64_t parked)
{
    const struct call *call = s->row->call;
    bool before = event->id <= s->cursor && !parked, story = call->kind != CALL_COMMAND;
    void *in = arena_take(cx->arena, call->in->size);
    struct hearing h = { .s = s, .event = event->id, .call = story ? NULL : call, .in = in, .parked = parked };
    err e = OK;
    if (story && !before && !parked)
        e = call_run(cx, &bus_heard_call, &h, &before);
    if (!e && before)
        atomic_fetch_add(&b->repeated, 1);
    if (e || before)
        return e;
    e = fields_decode(cx, call->in, &b->app->keys.ids, event->body, in);
    if (!e && story)
        e = call_run(cx, call, in, arena_take(cx->arena, call->out ? call->out->size : 1));
    return e ? e : call_run(cx, &bus_hear_call, &h, NULL);
}

/* ---- what is refused for good ---- */

struct parking {
    const struct subscriber *s;
    int64_t event;            /* 0: none of ours */
    const char *code;
    struct str detail, message, origin;
};

static err park(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct bus *b = self;
    const struct parking *in = in_;
    bool before;
    (void)ret_out;
    err e = in->event ? inbox_has(cx, in->s, in->event, &before)
                      : db_one(cx, &platform_sql.parked_has, VALS(v_text(in->origin), v_text(str_c(in->s->name))), NULL, NULL, &before);
    if (e || before)
        return e;
    db_put(cx, &platform_sql.parked_insert,
           VALS(v_text(str_c(in->s->name)), v_int(in->event), v_text(str_c(in->code)), v_text(in->detail), v_int(cx->now),
                in->event ? v_null() : v_blob(in->message), v_text(in->origin)));
    atomic_fetch_add(&b->parked, 1);
    LOG(LOG_ERROR, "event parked", lf_s("subscription", str_c(in->s->name)), lf_i("event", in->event), lf_s("origin", in->origin),
        lf_s("detail", in->detail));
    return in->event ? inbox_put(cx, in->s, in->event) : OK;
}

const struct call bus_park_call = { .name = "platform.bus_park", .kind = CALL_COMMAND, .fn = park };

err inbox_take(struct ctx *cx, struct bus *b, const struct subscriber *s, struct str message, struct str origin)
{
    struct said event = { 0 };
    err e = envelope_read(cx, b, s->row->topic, message, &event);
    if (!e)
        e = inbox_hear(cx, b, s, &event, 0);
    if (e && !err_kind(e)->may_retry) {
        struct parking p = { .s = s, .event = event.id, .code = cx->problem.code ? cx->problem.code : err_kind(e)->word, .detail = cx->problem.detail,
                             .message = message, .origin = origin };
        fail_clear(cx);
        e = call_run(cx, &bus_park_call, &p, NULL);
    }
    if (!e)
        atomic_fetch_add(&b->heard, 1);
    return e;
}

/* ---- to look at what is parked, and to try again ---- */

err bus_parked(struct ctx *cx, int64_t after, struct parked *ret, size_t *ret_n)
{
    struct rows r;
    err e = db_rows(cx, &platform_sql.parked_all, VALS(v_int(after)), &r);
    if (e)
        return e;
    size_t n = 0;
    for (; n < 64 && rows_next(&r); n++)
        ret[n] = (struct parked){ .id = row_int(&r, 0), .subscription = row_text(cx, &r, 1), .event = row_int(&r, 2), .code = row_text(cx, &r, 3),
                                  .detail = row_text(cx, &r, 4), .at = row_int(&r, 5), .origin = row_text(cx, &r, 6), .message = row_text(cx, &r, 7),
                                  .body = row_text(cx, &r, 8), .topic = row_text(cx, &r, 9) };
    *ret_n = n;
    return rows_end(cx, &r);
}

err bus_replay(struct ctx *cx, struct bus *b, const struct parked *p)
{
    for (size_t i = 0; i < b->n; i++) {
        const struct subscriber *s = &b->at[i];
        if (!str_eq(str_c(s->name), p->subscription))
            continue;
        struct said event = { .id = p->event, .topic = p->topic, .body = p->body };
        err e = p->event ? OK : envelope_read(cx, b, s->row->topic, p->message, &event);
        return e ? e : inbox_hear(cx, b, s, &event, p->id);
    }
    return fail(cx, ERR_MISSING, NULL, "Nobody listens to this any more.", "이제 이 이벤트를 듣는 서비스가 없습니다.");
}
