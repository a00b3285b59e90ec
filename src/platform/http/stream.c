/* Event streams. A stream belongs to its connection; while answers to earlier requests are missing, its bytes wait in its exchange. */
#include "platform/http/http_impl.h"

#include <stdlib.h>

struct http_stream {
    struct http_loop *loop;
    struct http_conn *conn;   /* NULL: it was over before it was opened */
    struct http_exchange *waiting;           /* for its turn in the order of answers */
    struct http_stream *next;                /* of the dead ones */
    void (*closed)(void *user);
    void *user;
    bool head_only;
};

static void bury(struct http_stream *s)
{
    s->conn = NULL;
    s->waiting = NULL;
    s->next = s->loop->dead;
    s->loop->dead = s;
}

struct http_stream *http_stream_open(struct http_request *r, void (*closed)(void *user), void *user)
{
    struct http_exchange *x = (struct http_exchange *)r;
    struct http_conn *c = x->conn;
    struct http_stream *s = calloc(1, sizeof(*s));
    if (!s)
        abort();
    *s = (struct http_stream){ .loop = r->loop, .conn = c, .closed = closed, .user = user, .head_only = str_eq(r->method, S("HEAD")) };
    http_count(&r->loop->counts.streams, 1);
    if (!c) {
        bury(s);
        http_exchange_free(x);
        return s;
    }
    x->answered = x->last = c->no_more = true;
    c->linger = false;
    x->stream = s;
    s->waiting = x;
    http_stream_head(x, x == c->first ? &c->out : &x->out);
    http_conn_advance(c);
    http_conn_mark(c);
    return s;
}

void http_stream_attach(struct http_stream *s, struct http_conn *c)
{
    s->waiting = NULL;
    if (s->head_only || c->loop->draining) {
        c->ended = true;
        bury(s);
    } else {
        c->stream = s;
    }
}

bool http_stream_send(struct http_stream *s, struct str bytes)
{
    struct http_conn *c = s->conn;
    size_t backlog = s->loop->server->limits.stream_backlog;
    if (!c) {
        struct http_stream **at = &s->loop->dead;
        while (*at != s)
            at = &(*at)->next;
        *at = s->next;
        http_stream_end(s);
        return false;
    }
    struct http_out *out = s->waiting ? &s->waiting->out : &c->out;
    http_out_add(s->loop, out, bytes);
    if (out->n > backlog) {
        http_conn_flush(c);
        if (!c->closed && out->n > backlog)
            http_conn_close(c);
        return !c->closed;
    }
    http_conn_mark(c);
    return true;
}

void http_stream_end(struct http_stream *s)
{
    void (*closed)(void *user) = s->closed;
    void *user = s->user;
    http_count(&s->loop->counts.streams, -1);
    free(s);
    closed(user);
}

void http_streams_reap(struct http_loop *l)
{
    while (l->dead) {
        struct http_stream *s = l->dead;
        l->dead = s->next;
        http_stream_end(s);
    }
}
