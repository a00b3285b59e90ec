/* From bytes to requests: finds whole ones, checks their size, hands them to the application. */
#include "platform/http/http_impl.h"

#include "platform/obs/log.h"

bool http_conn_may_take(const struct http_conn *c)
{
    return !c->closed && !c->no_more && c->under_way < c->loop->server->limits.pipelined && c->out.n < HTTP_OUT_HIGH;
}

static size_t body_max(struct http_loop *l, const struct http_head *h)
{
    struct str path = h->path;
    if (!l->app->body_max)
        return l->server->limits.body_bytes;
    if (h->path_escaped)
        path = str_of(l->path_buffer, http_path_decode(h->path, l->path_buffer));
    return l->app->body_max(l->app->self, h->method, path);
}

static int begin_body(struct http_conn *c, const struct http_head *h)
{
    c->head_n = h->size;
    c->body_n = 0;
    if (h->chunked || h->length) {
        size_t max = body_max(c->loop, h);
        if (h->length > max)
            return 413;
        c->body_n = h->chunked ? max : h->length;
        c->continue_due = h->expect_continue;
    }
    c->chunks = (struct http_chunks){ 0 };
    c->phase = h->chunked ? PHASE_CHUNKS : PHASE_BODY;
    return 0;
}

/* Is the body there? A chunked one is decoded where it stands, right behind the head, and *n shrinks by what that frees. */
static int read_body(struct http_conn *c, char *p, size_t *n, size_t *ret_body_n, size_t *ret_size)
{
    if (c->phase == PHASE_BODY) {
        *ret_body_n = c->body_n;
        *ret_size = c->head_n + c->body_n;
        return *n < *ret_size ? HTTP_MORE : 0;
    }
    size_t at = c->head_n + c->chunks.got, used;
    int verdict = http_chunks_decode(&c->chunks, p + at, *n - at, p + c->head_n, c->body_n, &used);
    *ret_body_n = c->chunks.got;
    *ret_size = at + used;
    if (verdict == HTTP_MORE)
        *n = c->head_n + c->chunks.got;
    return verdict;
}

static void hand_over(struct http_conn *c, const struct http_head *h, const char *p, size_t body_n)
{
    struct http_exchange *x = http_exchange_new(c);
    http_exchange_fill(x, h, p, body_n);
    c->phase = PHASE_HEAD;
    c->continue_due = false;
    c->wait = WAIT_NOTHING;
    if (x->last) {
        c->no_more = true;
        c->linger |= h->keep_alive;
    }
    http_count(&c->loop->counts.requests, 1);
    c->loop->app->handle(c->loop->app->self, &x->r);
}

/* Takes the request at p when it is complete; returns its size, or 0 when more is needed. */
static size_t take_one(struct http_conn *c, char *p, size_t *n)
{
    const struct http_limits *limits = &c->loop->server->limits;
    struct http_head *h = &c->loop->head;
    bool resumed = c->phase != PHASE_HEAD;
    size_t body_n = 0, size = 0;
    int verdict = 0;

    if (!resumed) {
        verdict = http_head_parse(p, *n, limits, h);
        if (!verdict)
            verdict = begin_body(c, h);
    }
    if (!verdict)
        verdict = read_body(c, p, n, &body_n, &size);
    if (verdict == HTTP_MORE)
        return 0;
    if (verdict) {
        http_count(&c->loop->counts.bad, 1);
        http_refuse(c, verdict);
        return *n;
    }
    /* The head was read in an earlier turn: reading it once more is cheaper than to keep it for all who send slowly. */
    if (resumed) {
        verdict = http_head_parse(p, c->head_n, limits, h);
        ASSERT(verdict == 0);
    }
    hand_over(c, h, p, body_n);
    return size;
}

void http_conn_take(struct http_conn *c, char **at, size_t *n)
{
    while (*n && http_conn_may_take(c)) {
        size_t size = take_one(c, *at, n);
        if (!size)
            return;
        *at += size;
        *n -= size;
    }
    if (*n && !c->no_more && !c->closed && !c->paused) {
        c->paused = true;
        uv_read_stop((uv_stream_t *)&c->tcp);
    }
}

void http_conn_take_kept(struct http_conn *c)
{
    char *at = c->in.p;
    size_t n = c->in.n;
    http_conn_take(c, &at, &n);
    if (!n || c->no_more)
        buf_free(&c->in);
    else {
        if (at != c->in.p)
            memmove(c->in.p, at, n);
        c->in.n = n;
    }
}
