/* Answers that come in pieces, from elsewhere: the body goes out as it comes, framed once for this client, and no faster than it reads. While answers to
 * earlier requests are missing, the bytes wait in the exchange. */
#include <stdio.h>

#include "platform/http/http_impl.h"
#include "platform/obs/log.h"

static struct http_out *out_of(struct http_exchange *x)
{
    return x == x->conn->first ? &x->conn->out : &x->out;
}

void http_watch(struct http_request *r, const struct http_watcher *watcher, void *user)
{
    struct http_exchange *x = (struct http_exchange *)r;
    x->watcher = watcher;
    x->watching = user;
}

void http_answer_begin(struct http_request *r, const struct http_reply *reply, int64_t length)
{
    struct http_exchange *x = (struct http_exchange *)r;
    bool bodiless = reply->status == 204 || reply->status == 304 || str_eq(r->method, S("HEAD"));

    ASSERT(!x->answered && !x->begun && x->watcher && reply->status >= 200 && reply->status <= 599);
    x->begun = true;
    if (!x->conn)
        return;
    x->chunked = length < 0 && !bodiless && x->minor == 1;
    http_decide_last(x, reply->close || (length < 0 && !bodiless && !x->chunked));       /* to HTTP/1.0 only the end of the connection tells */
    http_pieces_head(x, reply, reply->status == 204 || reply->status == 304 ? -1 : length, out_of(x));
    http_conn_mark(x->conn);
}

bool http_answer_more(struct http_request *r, struct str bytes)
{
    struct http_exchange *x = (struct http_exchange *)r;
    struct http_loop *l = r->loop;
    char size[24];

    ASSERT(x->begun && !x->answered);
    if (!x->conn || !bytes.n)
        return true;
    struct http_out *out = out_of(x);
    if (x->chunked)
        http_out_add(l, out, str_of(size, (size_t)snprintf(size, sizeof(size), "%zx\r\n", bytes.n)));
    http_out_add(l, out, bytes);
    if (x->chunked)
        http_out_add(l, out, S("\r\n"));
    x->full = out->n >= HTTP_OUT_HIGH;
    http_conn_mark(x->conn);
    return !x->full;
}

void http_answer_end(struct http_request *r)
{
    struct http_exchange *x = (struct http_exchange *)r;
    struct http_conn *c = x->conn;

    ASSERT(x->begun && !x->answered);
    if (!c) {
        http_exchange_free(x);
        return;
    }
    if (x->chunked)
        http_out_add(r->loop, out_of(x), S("0\r\n\r\n"));
    x->answered = true;
    http_conn_advance(c);
    http_conn_flush(c);                      /* now, so that the client goes on while we read what others have sent */
    if (c->paused)
        http_conn_mark(c);
}

void http_pieces_gone(struct http_exchange *x)
{
    const struct http_watcher *watcher = x->watcher;
    x->watcher = NULL;
    if (watcher)
        watcher->gone(x->watching);
}

void http_pieces_room(struct http_conn *c)
{
    struct http_exchange *x = c->first;
    if (c->closed || !x || !x->full || c->out.n > HTTP_OUT_LOW)
        return;
    x->full = false;
    x->watcher->room(x->watching);
}

bool http_pieces_watched(const struct http_conn *c)
{
    for (const struct http_exchange *x = c->first; x; x = x->next)
        if (x->watcher && !x->answered)
            return true;
    return false;
}
