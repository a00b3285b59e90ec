/* One connection: the hello, the keys that follow from it, and sealed messages.
 *
 * Each end sends 32 random bytes at once. The keys of the two directions are made of the installation's key and both ends' bytes, so that they are new in
 * each connection, and no end can be answered with its own words. The first sealed message of each end is empty: it shows that the end has the key;
 * until then nothing longer is read. Messages are numbered by their nonces: none can be left out, repeated or moved. */
#include "platform/link/link_impl.h"

#include <stdlib.h>

#include "platform/crypto/crypto.h"
#include "platform/obs/log.h"

#define HEAD     9            /* number and kind of a message */
#define OUT_MAX  (LINK_MESSAGE_MAX + (64u << 20))

static const char greeting[4] = { 'T', 'S', 'L', '1' };

/* ---- numbers, most significant byte first ---- */

static void put(uint8_t *at, uint64_t v, int bytes)
{
    for (int i = bytes; i-- > 0; v >>= 8)
        at[i] = (uint8_t)v;
}

static uint64_t get(const uint8_t *at, int bytes)
{
    uint64_t v = 0;
    for (int i = 0; i < bytes; i++)
        v = v << 8 | at[i];
    return v;
}

/* ---- life ---- */

struct link_conn *link_conn_new(struct links *l, struct link_peer_state *peer)
{
    struct link_conn *c = calloc(1, sizeof(*c));
    if (!c)
        abort();
    c->links = l;
    c->peer = peer;
    c->since = link_now(l);
    buf_init(&c->in, LINK_MESSAGE_MAX + LINK_READ);
    buf_init(&c->out, OUT_MAX);
    buf_init(&c->sending, OUT_MAX);
    uv_tcp_init(&l->loop, &c->tcp);
    c->tcp.data = c;
    c->next = l->conns;
    l->conns = c;
    return c;
}

void link_conn_release(struct link_conn *c)
{
    if (!c->closed || c->questions)
        return;
    buf_free(&c->in);
    buf_free(&c->out);
    buf_free(&c->sending);
    explicit_bzero(c->key_in, sizeof(c->key_in));
    explicit_bzero(c->key_out, sizeof(c->key_out));
    free(c);
}

static void on_closed(uv_handle_t *handle)
{
    struct link_conn *c = handle->data;
    struct links *l = c->links;
    for (struct link_conn **at = &l->conns; *at; at = &(*at)->next)
        if (*at == c) {
            *at = c->next;
            break;
        }
    pthread_mutex_lock(&l->lock);
    c->closed = true;
    link_conn_release(c);
    pthread_mutex_unlock(&l->lock);
}

void link_conn_close(struct link_conn *c)
{
    if (uv_is_closing((uv_handle_t *)&c->tcp))
        return;
    link_ended(c);
    uv_close((uv_handle_t *)&c->tcp, on_closed);
}

/* ---- out ---- */

static void on_sent(uv_write_t *write, int status)
{
    struct link_conn *c = write->data;
    buf_clear(&c->sending);
    if (status)
        link_conn_close(c);
    else
        link_conn_flush(c);
}

void link_conn_flush(struct link_conn *c)
{
    struct links *l = c->links;
    if (c->sending.n || uv_is_closing((uv_handle_t *)&c->tcp))
        return;
    pthread_mutex_lock(&l->lock);
    struct buf waiting = c->out;
    c->out = c->sending;
    c->sending = waiting;
    pthread_mutex_unlock(&l->lock);
    if (!c->sending.n)
        return;
    uv_buf_t bytes = uv_buf_init(c->sending.p, (unsigned)c->sending.n);
    c->write.data = c;
    if (uv_write(&c->write, (uv_stream_t *)&c->tcp, &bytes, 1, on_sent))
        link_conn_close(c);
}

/* Length, then the sealed bytes. */
static bool put_sealed(struct link_conn *c, struct str plain)
{
    size_t n = plain.n + LINK_TAG;
    char *at = buf_room(&c->out, 4 + n);
    if (!at) {
        c->out.full = false;                 /* what does not fit is refused; the rest goes on */
        return false;
    }
    put((uint8_t *)at, n, 4);
    message_seal(c->key_out, c->sent++, plain, (uint8_t *)at + 4);
    c->out.n += 4 + n;
    return true;
}

bool link_conn_put(struct link_conn *c, uint64_t number, bool is_answer, struct str bytes)
{
    if (bytes.n > LINK_MESSAGE_MAX - HEAD - LINK_TAG)
        return false;
    char *plain = malloc(HEAD + bytes.n);
    if (!plain)
        abort();
    put((uint8_t *)plain, number, 8);
    plain[8] = (char)is_answer;
    if (bytes.n)
        memcpy(plain + HEAD, bytes.p, bytes.n);
    bool ok = put_sealed(c, str_of(plain, HEAD + bytes.n));
    free(plain);
    return ok;
}

/* ---- in ---- */

static void make_key(const struct link_conn *c, const char *whose, const uint8_t *asker, const uint8_t *listener, uint8_t out[32])
{
    char text[64 + 2 * LINK_NONCE];
    size_t n = strlen(whose);
    memcpy(text, whose, n);
    memcpy(text + n, asker, LINK_NONCE);
    memcpy(text + n + LINK_NONCE, listener, LINK_NONCE);
    crypto_hmac(c->links->o.key, str_of(text, n + 2 * (size_t)LINK_NONCE), out);
}

static bool take_hello(struct link_conn *c, const uint8_t *at)
{
    const uint8_t *theirs = at + sizeof(greeting);
    uint8_t asks[32], listens[32];
    if (memcmp(at, greeting, sizeof(greeting)) != 0)
        return false;
    make_key(c, "takenseat link: who asks", c->peer ? c->nonce : theirs, c->peer ? theirs : c->nonce, asks);
    make_key(c, "takenseat link: who listens", c->peer ? c->nonce : theirs, c->peer ? theirs : c->nonce, listens);
    memcpy(c->key_in, c->peer ? listens : asks, sizeof(c->key_in));
    pthread_mutex_lock(&c->links->lock);
    memcpy(c->key_out, c->peer ? asks : listens, sizeof(c->key_out));
    bool ok = put_sealed(c, (struct str){ 0 });
    pthread_mutex_unlock(&c->links->lock);
    explicit_bzero(asks, sizeof(asks));
    explicit_bzero(listens, sizeof(listens));
    c->state = LINK_KEYED;
    link_conn_flush(c);
    return ok;
}

/* Opens the message where it stands. False: it is not from who has the key, or not the next one. */
static bool take_message(struct link_conn *c, uint8_t *at, size_t n)
{
    if (!message_open(c->key_in, c->received++, str_of((const char *)at, n), at))
        return false;
    n -= LINK_TAG;
    if (c->state == LINK_KEYED) {
        c->state = LINK_OPEN;
        link_opened(c);
        return n == 0;
    }
    if (n < HEAD || at[8] > 1)
        return false;
    link_message(c, get(at, 8), at[8], str_of((const char *)at + HEAD, n - HEAD));
    return true;
}

/* Takes what is whole from the front of `in`; false: this is no process of ours. *ret_used: bytes taken. */
static bool take_all(struct link_conn *c, size_t *ret_used)
{
    uint8_t *at = (uint8_t *)c->in.p;
    size_t left = c->in.n;
    bool ok = true;
    if (c->state == LINK_GREETED && left >= LINK_HELLO) {
        ok = take_hello(c, at);
        at += LINK_HELLO;
        left -= LINK_HELLO;
    }
    while (ok && c->state != LINK_GREETED && left >= 4) {
        size_t n = (size_t)get(at, 4);
        if (n < LINK_TAG || n > (c->state == LINK_OPEN ? LINK_MESSAGE_MAX : LINK_TAG))
            return false;
        if (left < 4 + n)
            break;
        ok = take_message(c, at + 4, n);
        at += 4 + n;
        left -= 4 + n;
    }
    *ret_used = c->in.n - left;
    return ok;
}

static void on_room(uv_handle_t *handle, size_t wanted, uv_buf_t *ret)
{
    struct link_conn *c = handle->data;
    (void)wanted;
    *ret = uv_buf_init(c->links->read_buffer, LINK_READ);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *bytes)
{
    struct link_conn *c = stream->data;
    size_t used = 0;
    if (n < 0) {
        link_conn_close(c);
        return;
    }
    buf_add(&c->in, bytes->base, (size_t)n);
    pthread_mutex_lock(&c->links->lock);
    c->heard = link_now(c->links);
    pthread_mutex_unlock(&c->links->lock);
    if (c->in.full || !take_all(c, &used)) {
        LOG(LOG_WARN, "a link was closed: the other end is not of this installation", lf_s("peer", str_c(c->peer ? c->peer->is->name : "")));
        link_conn_close(c);
        return;
    }
    buf_drop(&c->in, used);
}

void link_conn_begin(struct link_conn *c)
{
    struct links *l = c->links;
    uv_tcp_nodelay(&c->tcp, 1);
    crypto_random(c->nonce, sizeof(c->nonce));
    pthread_mutex_lock(&l->lock);
    buf_add(&c->out, greeting, sizeof(greeting));
    buf_add(&c->out, c->nonce, sizeof(c->nonce));
    pthread_mutex_unlock(&l->lock);
    link_conn_flush(c);
    if (uv_read_start((uv_stream_t *)&c->tcp, on_room, on_read))
        link_conn_close(c);
}
