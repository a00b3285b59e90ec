/* One connection to another server: connecting, sending a request, reading its answer, and at rest. While it rests it is read too: whoever closes it, or
 * speaks without having been asked, is noticed before the next request is lost on it. */
#include "platform/http/client_impl.h"

#include <stdlib.h>

#define INTERIM_MAX 8

static void read_on(struct http_link *k);

/* ---- its end ---- */

static void on_closed(uv_handle_t *handle)
{
    struct http_link *k = (struct http_link *)handle;
    buf_free(&k->in);
    pool_gone(k);
    free(k);
}

void link_close(struct http_link *k)
{
    if (k->closed)
        return;
    if (k->phase == LINK_IDLE)
        pool_rouse(k);
    k->closed = true;
    uv_close((uv_handle_t *)&k->tcp, on_closed);
}

/* The request has come to its end: the connection rests or goes, then whoever asked is told. */
static void conclude(struct http_link *k, enum http_ask_end how)
{
    struct http_ask *a = k->ask;
    struct http_pool *p = k->pool;
    k->ask = NULL;
    a->link = NULL;
    buf_free(&k->in);
    if (how == ASK_DONE && k->keep && !k->writing && !p->ended && p->idle_count < p->idle_max)
        pool_rest(k);
    else
        link_close(k);
    a->heard->end(a, how);
}

void link_late(struct http_link *k)
{
    switch ((enum link_phase)k->phase) {
    case LINK_CONNECTING: conclude(k, ASK_UNREACHED_LATE); break;
    case LINK_HEAD: conclude(k, ASK_LATE); break;
    case LINK_LENGTH:
    case LINK_CHUNKS:
    case LINK_TO_END: conclude(k, ASK_CUT); break;
    case LINK_IDLE: link_close(k); break;
    }
}

/* ---- the answer ---- */

static void wait_for(struct http_link *k, int ms)
{
    k->deadline = http_now(k->pool->loop) + ms;
}

/* How the body ends, by the head (RFC 9112, 6.3). */
static enum link_phase body_phase(struct http_link *k, const struct http_answer_head *h)
{
    k->left = 0;
    if (k->ask->head_only || h->status == 204 || h->status == 304)
        return LINK_LENGTH;
    if (h->chunked)
        return LINK_CHUNKS;
    k->left = h->length;
    return h->has_length ? LINK_LENGTH : LINK_TO_END;
}

/* Takes the heads at p, interim ones too; what is left over belongs to the body. False: there is nothing more to do with these bytes. */
static bool take_heads(struct http_link *k, char **p, size_t *n, bool kept)
{
    struct http_loop *l = k->pool->loop;
    struct http_answer_head h = { .headers = l->head.headers };
    for (;;) {
        int verdict = http_answer_parse(*p, *n, &l->server->limits, &h);
        if (verdict == HTTP_MORE) {
            if (kept)
                buf_drop(&k->in, (size_t)(*p - k->in.p));
            else
                buf_add(&k->in, *p, *n);
            return false;
        }
        if (verdict || h.status == 101 || (h.status < 200 && ++k->interim > INTERIM_MAX)) {
            conclude(k, ASK_MALFORMED);
            return false;
        }
        *p += h.size;
        *n -= h.size;
        if (h.status >= 200)
            break;
    }
    k->phase = (uint8_t)body_phase(k, &h);
    k->keep = h.keep_alive && k->phase != LINK_TO_END;
    k->chunks = (struct http_chunks){ 0 };
    k->ask->heard->head(k->ask, &h);
    return k->ask != NULL;
}

/* False: it was cancelled. */
static bool tell_body(struct http_link *k, struct str bytes)
{
    if (bytes.n && !k->ask->heard->body(k->ask, bytes) && k->ask && !k->paused) {
        k->paused = true;
        k->deadline = INT64_MAX;
        uv_read_stop((uv_stream_t *)&k->tcp);
    }
    return k->ask != NULL;
}

/* What follows an answer nobody has asked for: such a connection is not used again. */
static void complete(struct http_link *k, size_t left)
{
    k->keep = k->keep && !left;
    if (k->paused) {
        k->paused = false;
        read_on(k);
    }
    conclude(k, ASK_DONE);
}

static void take_length(struct http_link *k, const char *p, size_t n)
{
    size_t here = k->left < n ? k->left : n;
    k->left -= here;
    if (tell_body(k, str_of(p, here)) && !k->left)
        complete(k, n - here);
}

static void take_chunks(struct http_link *k, char *p, size_t n)
{
    size_t used;
    k->chunks.got = 0;                       /* the body is told piece by piece, each decoded where it stands */
    int verdict = http_chunks_decode(&k->chunks, p, n, p, SIZE_MAX, &used);
    if (!tell_body(k, str_of(p, k->chunks.got)))
        return;
    if (verdict == 0)
        complete(k, n - used);
    else if (verdict != HTTP_MORE)
        conclude(k, ASK_CUT);
}

static void input(struct http_link *k, char *p, size_t n)
{
    bool kept = k->in.n > 0;
    if (k->phase == LINK_IDLE) {
        link_close(k);
        return;
    }
    k->heard = true;
    if (kept) {
        buf_add(&k->in, p, n);
        p = k->in.p;
        n = k->in.n;
    }
    if (k->phase == LINK_HEAD && !take_heads(k, &p, &n, kept))
        return;
    if (!k->paused)
        wait_for(k, k->ask->idle_ms);
    if (k->phase == LINK_LENGTH)
        take_length(k, p, n);
    else if (k->phase == LINK_CHUNKS)
        take_chunks(k, p, n);
    else
        tell_body(k, str_of(p, n));
    if (kept && k->ask && k->phase != LINK_HEAD)
        buf_free(&k->in);
}

static void input_end(struct http_link *k, bool clean)
{
    if (k->phase == LINK_IDLE)
        link_close(k);
    else if (k->phase == LINK_TO_END && clean)
        conclude(k, ASK_DONE);
    else if (k->phase != LINK_HEAD)
        conclude(k, ASK_CUT);
    else
        conclude(k, k->heard ? ASK_MALFORMED : ASK_LOST);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *b)
{
    struct http_link *k = (struct http_link *)stream;
    if (n > 0)
        input(k, b->base, (size_t)n);
    else if (n < 0)
        input_end(k, n == UV_EOF);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
    (void)suggested;
    *ret = uv_buf_init(((struct http_link *)handle)->pool->loop->read_buffer, (unsigned)HTTP_READ_BYTES);
}

static void read_on(struct http_link *k)
{
    uv_read_start((uv_stream_t *)&k->tcp, on_alloc, on_read);
}

void link_resume(struct http_link *k)
{
    if (!k->paused)
        return;
    k->paused = false;
    wait_for(k, k->ask->idle_ms);
    read_on(k);
}

/* ---- the request ---- */

/* A failure to write shows when reading, with the answer that may have come before it. */
static void on_sent(uv_write_t *req, int status)
{
    struct http_link *k = (struct http_link *)((char *)req - offsetof(struct http_link, sending));
    (void)status;
    k->writing = false;
}

static unsigned rest_of(const struct http_ask *a, size_t sent, uv_buf_t bufs[2])
{
    unsigned n = 0;
    if (sent < a->head.n)
        bufs[n++] = uv_buf_init((char *)(uintptr_t)(a->head.p + sent), (unsigned)(a->head.n - sent));
    size_t of_body = sent < a->head.n ? 0 : sent - a->head.n;
    if (of_body < a->body.n)
        bufs[n++] = uv_buf_init((char *)(uintptr_t)(a->body.p + of_body), (unsigned)(a->body.n - of_body));
    return n;
}

void link_use(struct http_link *k, struct http_ask *a)
{
    uv_buf_t bufs[2];
    uv_stream_t *stream = (uv_stream_t *)&k->tcp;
    k->ask = a;
    a->link = k;
    k->phase = LINK_HEAD;
    k->interim = 0;
    k->heard = k->keep = false;
    wait_for(k, a->answer_ms);

    int sent = uv_try_write(stream, bufs, rest_of(a, 0, bufs));
    if (sent == UV_EAGAIN)
        sent = 0;
    if (sent < 0)
        return;                              /* its end is read in the next turn, and told as that of a connection that was lost */
    unsigned count = rest_of(a, (size_t)sent, bufs);
    if (count)
        k->writing = uv_write(&k->sending, stream, bufs, count, on_sent) == 0;
}

static void on_connected(uv_connect_t *req, int status)
{
    struct http_link *k = (struct http_link *)((char *)req - offsetof(struct http_link, connecting));
    if (k->closed)
        return;
    if (status < 0 || uv_read_start((uv_stream_t *)&k->tcp, on_alloc, on_read) < 0)
        conclude(k, ASK_UNREACHED);
    else
        link_use(k, k->ask);
}

void link_open(struct http_pool *p, struct http_ask *a)
{
    struct http_link *k = calloc(1, sizeof(*k));
    if (!k)
        abort();
    k->pool = p;
    k->ask = a;
    a->link = k;
    k->next = p->links;
    k->at = &p->links;
    if (k->next)
        k->next->at = &k->next;
    p->links = k;
    buf_init(&k->in, SIZE_MAX);              /* bounded by the limits of a head, and by one read */
    uv_tcp_init(&p->loop->uv, &k->tcp);
    uv_tcp_nodelay(&k->tcp, 1);
    wait_for(k, a->connect_ms);
    if (uv_tcp_connect(&k->connecting, &k->tcp, (const struct sockaddr *)&p->address, on_connected) < 0)
        conclude(k, ASK_UNREACHED);
}
