/* One connection. Input is parsed where libuv has put it, in the loop's one big buffer; only the beginning of an unfinished request is kept
 * in `in`, so that a connection at rest holds nothing but its struct. Answers leave in one write when all that was read has been handled, or
 * at the end of the turn when some come later in it. */
#include "platform/http/http_impl.h"

#include <stdlib.h>
#include <unistd.h>

#define WRITE_PIECES 64

/* ---- reading ---- */

static void input(struct http_conn *c, char *p, size_t n)
{
    http_count(&c->loop->counts.bytes_in, (int64_t)n);
    if (c->no_more)
        return;
    c->loop->reading = c;
    if (!c->in.n) {
        http_conn_take(c, &p, &n);
        if (n && !c->no_more)
            buf_add(&c->in, p, n);
    } else {
        buf_add(&c->in, p, n);
        /* Without the end of a line nothing new can be told about a head. */
        if (c->phase != PHASE_HEAD || memchr(p, '\n', n) || c->in.n > c->loop->server->limits.line_bytes)
            http_conn_take_kept(c);
    }
    c->loop->reading = NULL;
    if (c->first || c->paused) {
        http_conn_mark(c);
        http_conn_settle(c);
    } else {
        http_conn_flush(c);
    }
}

static void input_end(struct http_conn *c)
{
    c->eof = c->no_more = true;
    if (c->stream || http_pieces_watched(c))
        http_conn_close(c);
    else
        http_conn_flush(c);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *b)
{
    struct http_conn *c = (struct http_conn *)stream;
    if (n > 0)
        input(c, b->base, (size_t)n);
    else if (n == UV_EOF)
        input_end(c);
    else if (n < 0)
        http_conn_close(c);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
    (void)suggested;
    *ret = uv_buf_init(((struct http_conn *)handle)->loop->read_buffer, (unsigned)HTTP_READ_BYTES);
}

bool http_conn_resume(struct http_conn *c)
{
    if (!c->paused || !http_conn_may_take(c))
        return false;
    http_conn_take_kept(c);
    if (http_conn_may_take(c)) {
        c->paused = false;
        uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
    }
    return true;
}

/* ---- writing ---- */

struct unfinished {           /* a write that the socket did not take at once; its bytes stay in the connection's `out` */
    uv_write_t req;
    struct http_conn *conn;
    size_t n;
};

static void on_written(uv_write_t *req, int status)
{
    struct unfinished *w = (struct unfinished *)req;
    struct http_conn *c = w->conn;
    size_t n = w->n;
    free(w);
    if (c->closed)
        return;
    if (status < 0) {
        http_conn_close(c);
        return;
    }
    c->writing = false;
    c->wait = WAIT_NOTHING;
    http_count(&c->loop->counts.bytes_out, (int64_t)n);
    http_out_drop(c->loop, &c->out, n);
    http_conn_mark(c);
}

static unsigned gather(const struct http_out *o, uv_buf_t bufs[WRITE_PIECES], size_t *ret_n)
{
    unsigned count = 0;
    *ret_n = 0;
    for (const struct http_piece *piece = o->first; piece && count < WRITE_PIECES; piece = piece->next) {
        bufs[count++] = uv_buf_init((char *)(uintptr_t)piece->p, (unsigned)piece->n);
        *ret_n += piece->n;
    }
    return count;
}

static void write_rest(struct http_conn *c, const uv_buf_t bufs[], unsigned count, size_t n)
{
    struct unfinished *w = malloc(sizeof(*w));
    if (!w)
        abort();
    w->conn = c;
    w->n = n;
    c->writing = true;
    if (uv_write(&w->req, (uv_stream_t *)&c->tcp, bufs, count, on_written) < 0) {
        free(w);
        http_conn_close(c);
    }
}

static void write_out(struct http_conn *c)
{
    while (c->out.n) {
        uv_buf_t bufs[WRITE_PIECES];
        size_t n;
        unsigned count = gather(&c->out, bufs, &n);
        int sent = uv_try_write((uv_stream_t *)&c->tcp, bufs, count);
        if (sent == UV_EAGAIN)
            sent = 0;
        if (sent < 0) {
            http_conn_close(c);
            return;
        }
        http_count(&c->loop->counts.bytes_out, sent);
        http_out_drop(c->loop, &c->out, (size_t)sent);
        if ((size_t)sent < n) {
            count = gather(&c->out, bufs, &n);
            write_rest(c, bufs, count, n);
            return;
        }
    }
}

/* All has been said. Who may still be sending gets the end of our side first and some time to read it: closing now could reset the
 * connection before the last answer has been read (RFC 9112 9.6). */
static void finish(struct http_conn *c)
{
    int fd;
    if (!c->linger || c->eof || uv_fileno((uv_handle_t *)&c->tcp, &fd) < 0) {
        http_conn_close(c);
        return;
    }
    if (c->wait == WAIT_LINGER)
        return;
    shutdown(fd, SHUT_WR);
    buf_free(&c->in);
    if (c->paused) {
        c->paused = false;
        uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
    }
    http_conn_linger(c);
}

void http_conn_flush(struct http_conn *c)
{
    if (c->closed)
        return;
    if (c->continue_due && !c->first && !c->ended) {
        c->continue_due = false;
        http_out_add(c->loop, &c->out, S("HTTP/1.1 100 Continue\r\n\r\n"));
    }
    if (!c->writing)
        write_out(c);
    if (!c->closed && !c->writing && (c->ended || (c->eof && !c->first)))
        finish(c);
    http_pieces_room(c);
    http_conn_settle(c);
}

void http_conn_mark(struct http_conn *c)
{
    if (c->dirty || c->closed || c == c->loop->reading)
        return;
    c->dirty = true;
    c->dirty_next = c->loop->dirty;
    c->loop->dirty = c;
}

/* ---- beginning and end ---- */

void http_conn_open(struct http_loop *l, int fd, const struct sockaddr *address, bool refuse)
{
    struct http_conn *c = calloc(1, sizeof(*c));
    if (!c)
        abort();
    c->loop = l;
    buf_init(&c->in, SIZE_MAX);              /* what is kept is bounded by the limits of head and body and by one read */
    uv_tcp_init(&l->uv, &c->tcp);
    c->all_next = l->conns;
    c->all_at = &l->conns;
    if (c->all_next)
        c->all_next->all_at = &c->all_next;
    l->conns = c;
    http_count(&l->counts.open, 1);
    http_count(&l->counts.accepted, 1);
    if (uv_tcp_open(&c->tcp, fd) < 0) {
        close(fd);
        http_conn_close(c);
        return;
    }
    http_address_text(address, c->peer);
    c->address = http_address_key(address);
    c->from_proxy = http_is_proxy(l->server, str_c(c->peer));
    if (c->address && !refuse) {
        c->counted = http_address_enter(l->server, c->address);
        refuse = !c->counted;
    }
    uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
    if (refuse) {
        http_count(&l->counts.refused, 1);
        http_refuse(c, 503);
    }
    http_conn_settle(c);
}

static void on_closed(uv_handle_t *handle)
{
    struct http_conn *c = (struct http_conn *)handle;
    http_out_drop(c->loop, &c->out, c->out.n);
    buf_free(&c->in);
    free(c);
}

void http_conn_close(struct http_conn *c)
{
    struct http_loop *l = c->loop;
    if (c->closed)
        return;
    c->closed = true;
    wheel_cancel(&l->wheel, &c->timer);
    *c->all_at = c->all_next;
    if (c->all_next)
        c->all_next->all_at = c->all_at;
    http_count(&l->counts.open, -1);
    atomic_fetch_sub(&l->server->open, 1);
    if (c->counted)
        http_address_leave(l->server, c->address);
    uv_close((uv_handle_t *)&c->tcp, on_closed);

    while (c->first) {
        struct http_exchange *x = c->first;
        c->first = x->next;
        x->conn = NULL;
        if (x->stream)
            http_stream_end(x->stream);
        if (x->answered)
            http_exchange_free(x);
        else
            http_pieces_gone(x);
    }
    c->last = NULL;
    if (c->stream)
        http_stream_end(c->stream);
}
