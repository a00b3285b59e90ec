/* Time-outs. A connection waits for one thing at a time; `until` is when its patience ends. Moving that later, as every request does, is one
 * store: the timer in the loop's wheel stays where it is, and when it fires early it is set again. */
#include "platform/http/http_impl.h"

#define BODY_GRACE_MS 5000    /* before the rate of a body counts */

/* The wheel's slots are emptied as a whole when all in one are due at once. */
static void arm(struct http_conn *c)
{
    int64_t due = (c->until + WHEEL_SLOT_MS - 1) / WHEEL_SLOT_MS * WHEEL_SLOT_MS;
    if (!c->timer.at || c->timer.due > due)
        wheel_set(&c->loop->wheel, &c->timer, due);
}

static void enter(struct http_conn *c, enum http_wait wait, int64_t ms)
{
    c->wait = (uint8_t)wait;
    c->since = http_now(c->loop);
    c->until = c->since + ms;
    arm(c);
}

/* The time for a body grows with what has come, up to the limit. */
static void expect_body(struct http_conn *c)
{
    const struct http_limits *limits = &c->loop->server->limits;
    int64_t come = (int64_t)(c->in.n - c->head_n), earned = BODY_GRACE_MS + come * 1000 / limits->body_rate_min;
    if (c->wait != WAIT_BODY)
        enter(c, WAIT_BODY, limits->body_timeout_ms);
    c->until = c->since + (earned < limits->body_timeout_ms ? earned : limits->body_timeout_ms);
    arm(c);
}

void http_conn_linger(struct http_conn *c)
{
    enter(c, WAIT_LINGER, HTTP_LINGER_MS);
}

void http_conn_settle(struct http_conn *c)
{
    const struct http_limits *limits = &c->loop->server->limits;
    if (c->closed || c->wait == WAIT_LINGER)
        return;
    if (c->writing) {
        if (c->wait != WAIT_CLIENT_READS) {
            enter(c, WAIT_CLIENT_READS, limits->write_timeout_ms);
            c->unsent = uv_stream_get_write_queue_size((uv_stream_t *)&c->tcp);
        }
    } else if (c->stream) {
        if (c->wait != WAIT_HEARTBEAT)
            enter(c, WAIT_HEARTBEAT, HTTP_HEARTBEAT_MS);
    } else if (c->first) {
        c->wait = WAIT_APP;
    } else if (c->phase != PHASE_HEAD) {
        expect_body(c);
    } else if (c->in.n) {
        if (c->wait != WAIT_HEAD)
            enter(c, WAIT_HEAD, limits->head_timeout_ms);
    } else {
        enter(c, WAIT_REQUEST, limits->idle_timeout_ms);
    }
}

static void too_slow(struct http_conn *c)
{
    http_count(&c->loop->counts.timeouts, 1);
    if (c->wait == WAIT_HEAD || c->wait == WAIT_BODY)
        http_refuse(c, 408);
    else
        http_conn_close(c);
}

/* A client may take long for a long answer, but it must keep reading. */
static void check_reading(struct http_conn *c)
{
    const struct http_limits *limits = &c->loop->server->limits;
    size_t unsent = uv_stream_get_write_queue_size((uv_stream_t *)&c->tcp);
    size_t least = (size_t)limits->body_rate_min * (size_t)limits->write_timeout_ms / 1000;
    if (c->unsent - unsent < least) {
        too_slow(c);
        return;
    }
    enter(c, WAIT_CLIENT_READS, limits->write_timeout_ms);
    c->unsent = unsent;
}

static void time_over(struct http_conn *c)
{
    switch ((enum http_wait)c->wait) {
    case WAIT_HEAD:
    case WAIT_BODY:
        too_slow(c);
        break;
    case WAIT_CLIENT_READS:
        check_reading(c);
        break;
    case WAIT_HEARTBEAT:
        c->wait = WAIT_NOTHING;
        http_out_add(c->loop, &c->out, S(":\n\n"));
        http_conn_mark(c);
        break;
    case WAIT_REQUEST:
    case WAIT_LINGER:
        http_conn_close(c);
        break;
    case WAIT_NOTHING:
    case WAIT_APP:
        break;
    }
}

void http_waits_due(struct http_loop *l)
{
    int64_t now = http_now(l);
    struct timer *t;
    for (t = wheel_due(&l->wheel, now); t; t = wheel_due(&l->wheel, now)) {
        struct http_conn *c = (struct http_conn *)((char *)t - offsetof(struct http_conn, timer));
        if (c->wait == WAIT_APP || c->wait == WAIT_NOTHING)
            continue;
        if (c->until > now)
            arm(c);
        else
            time_over(c);
    }
}
