/* LOSE hangs up after sending, then sends twice more and compares. DOUBLE sends twice at once and compares. Only answers that
 * a server has to keep are compared: a 5xx or no answer says nothing about the key. */
#include "exchange.h"

#include <stdlib.h>
#include <string.h>

enum { HANG_UP_MOST_MS = 15 };

static bool is_settled(int status)
{
    return status >= 200 && status < 500;
}

static void hear(struct buyer *b, int status, const char *body, size_t len, const char *etag)
{
    bool wants_json = b->call.op != OP_MAP || status >= 400;
    cJSON *root = status && wants_json ? cJSON_ParseWithLength(body, len) : NULL;
    const char *code = json_text(root, "code");
    const struct answer a = { .status = status, .code = status >= 400 && code ? code : "", .json = root, .etag = etag };

    buyer_heard(b, &a);
    cJSON_Delete(root);
}

static void keep_first(struct buyer *b, int status, const struct http_reply *reply)
{
    free(b->first);
    b->first = mem_print("%.*s", status ? (int)reply->body_len : 0, status ? reply->body : "");
    b->first_status = status;
}

static void compare(struct buyer *b, int status, const struct http_reply *reply)
{
    if (!is_settled(status) || !is_settled(b->first_status))
        return;

    bool same = status == b->first_status && reply->body_len == strlen(b->first) && !memcmp(b->first, reply->body, reply->body_len);
    if (!same)
        count_and_tell(&b->r->broken.disagreed, "disagreed: %s %s with one key: first %d %s, then %d %.*s", b->call.rq.method, b->path,
                       b->first_status, b->first, status, (int)reply->body_len, reply->body);
}

static void send_again(struct call *c)
{
    c->rq.hang_up_ms = -1;
    call_start(c, true);
}

static void exchange_settled(struct call *c, const struct http_reply *reply)
{
    struct buyer *b = c->owner;
    int status = reply->outcome == HTTP_ANSWERED ? reply->status : 0;

    switch (b->trick) {
    case TRICK_LOSE:
        if (reply->outcome != HTTP_LOST)
            break;
        b->trick = TRICK_REPEAT;
        send_again(c);
        return;
    case TRICK_REPEAT:
        keep_first(b, status, reply);
        b->trick = TRICK_COMPARE;
        send_again(c);
        return;
    case TRICK_DOUBLE:
        keep_first(b, status, reply);
        b->trick = TRICK_COMPARE;
        return;
    case TRICK_COMPARE:
        compare(b, status, reply);
        if (is_settled(status) || !is_settled(b->first_status))
            break;
        hear(b, b->first_status, b->first, strlen(b->first), NULL);
        return;
    case TRICK_NONE:
        break;
    }
    hear(b, status, reply->body, reply->body_len, reply->etag);
}

static enum trick trick_draw(struct buyer *b)
{
    const struct options *o = &b->r->options;
    double at = rng_unit(&b->rng);

    if (at < o->retry_share)
        return TRICK_LOSE;
    return at < o->retry_share + o->double_click_share ? TRICK_DOUBLE : TRICK_NONE;
}

void exchange_start(struct buyer *b, enum op op, const char *method, bool keyed)
{
    b->trick = keyed ? trick_draw(b) : TRICK_NONE;
    if (keyed)
        snprintf(b->key, sizeof b->key, "%s-%u-%u", b->r->tag, b->number, b->keys_used++);

    struct call c = { .r = b->r, .op = op, .account = b->account, .settled = exchange_settled, .owner = b };
    c.rq =
        (struct http_request){ .method = method, .path = b->path, .body = b->body, .key = keyed ? b->key : NULL, .pass = b->pass, .hang_up_ms = -1 };
    if (op == OP_MAP && *b->sale->etag)
        c.rq.etag = b->sale->etag;
    b->call = b->twin = c;
    if (b->trick == TRICK_LOSE)
        b->call.rq.hang_up_ms = (int)rng_below(&b->rng, HANG_UP_MOST_MS + 1);
    call_start(&b->call, false);
    if (b->trick == TRICK_DOUBLE)
        call_start(&b->twin, true);
}
