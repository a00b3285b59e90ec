/* Requests that came to one process and belong to another. The one that is open to the outside has done what concerns the outside: it has checked the
 * request, who asks, and his pass. The other one then answers it as if it had come there: with its keys, its audit log, its refusals. */
#include "platform/call/away.h"

#include <stdlib.h>

#include "platform/call/front_impl.h"
#include "platform/call/wire.h"
#include "platform/link/link.h"

#define REQUEST_MS 60000      /* the longest a request may take; it may wait for a provider */

struct origin {               /* of a request that was forwarded to this process */
    struct link_question *question;
    struct ctx cx;            /* its memory and chance */
    struct http_request request;
    struct asked asked;
    struct buf scratch;
};

/* ---- what goes over ---- */

struct forwarded {
    struct wire_who who;
    struct str method, path, query, body;
    struct list headers;      /* struct http_header */
};

struct replied {
    int64_t status;
    struct str content_type, body;
    struct list headers;
};

/* Values and paths may be any bytes. */
FIELDS(header_fields, "Header", struct http_header,
    { .name = "name", .type = F_BYTES, .at = offsetof(struct http_header, name) },
    { .name = "value", .type = F_BYTES, .optional = true, .at = offsetof(struct http_header, value) });
FIELDS(forwarded_fields, "Forwarded", struct forwarded,
    { .name = "who", .type = F_OBJECT, .of = &wire_who_fields, .at = offsetof(struct forwarded, who) },
    { .name = "method", .type = F_BYTES, .at = offsetof(struct forwarded, method) },
    { .name = "path", .type = F_BYTES, .at = offsetof(struct forwarded, path) },
    { .name = "query", .type = F_BYTES, .optional = true, .at = offsetof(struct forwarded, query) },
    { .name = "headers", .type = F_LIST, .of = &header_fields, .at = offsetof(struct forwarded, headers) },
    { .name = "body", .type = F_BYTES, .optional = true, .at = offsetof(struct forwarded, body) });
FIELDS(replied_fields, "Replied", struct replied,
    { .name = "status", .type = F_INT, .low = 100, .high = 599, .at = offsetof(struct replied, status) },
    { .name = "content_type", .type = F_BYTES, .optional = true, .at = offsetof(struct replied, content_type) },
    { .name = "headers", .type = F_LIST, .of = &header_fields, .at = offsetof(struct replied, headers) },
    { .name = "body", .type = F_BYTES, .optional = true, .at = offsetof(struct replied, body) });

/* ---- here ---- */

/* All but what shows who asks: that has been looked at, and is nobody else's business. */
static struct list headers_of(struct ctx *cx, const struct http_request *r)
{
    struct http_header *at = NEW_ARRAY(cx->arena, struct http_header, r->header_count);
    size_t n = 0;
    for (size_t i = 0; i < r->header_count; i++)
        if (!str_eq(r->headers[i].name, S("authorization")) && !str_eq(r->headers[i].name, S("cookie")))
            at[n++] = r->headers[i];
    return (struct list){ at, n };
}

static err forward(struct asked *a)
{
    struct ctx *cx = a->cx;
    const struct id_key *ids = &cx->app->keys.ids;
    const struct http_request *r = a->http;
    struct forwarded f = { wire_who(cx, wire_now() + REQUEST_MS), r->method, r->path, r->query, r->body, headers_of(cx, r) };
    struct replied back = { 0 };
    struct buf message;
    struct str answer;
    bool reads = str_eq(r->method, S("GET")) || str_eq(r->method, S("HEAD"));
    buf_init(&message, WIRE_MAX);
    buf_char(&message, WIRE_REQUEST);
    fields_encode(&message, &forwarded_fields, ids, &f);
    err e = away_ask(cx, a->routed->peer, buf_view(&message), REQUEST_MS, reads ? AWAY_SAFE : AWAY_UNHEARD, &answer);
    buf_free(&message);
    if (e)
        return e;
    if (fields_decode(cx, &replied_fields, ids, answer, &back))
        return fail(cx, ERR_INTERNAL, NULL, "An answer between services could not be read.", "서비스 간 응답을 읽을 수 없습니다.");
    a->reply = NEW(cx->arena, struct http_reply);
    *a->reply = (struct http_reply){ .status = (int)back.status, .content_type = back.content_type, .headers = back.headers.at,
                                     .header_count = back.headers.n, .body = back.body };
    return OK;
}

void forward_run(struct asked *a)
{
    a->result = front_admit(a, a->cx);
    if (!a->result)
        a->result = forward(a);
}

/* ---- there ---- */

void forward_reply(struct asked *a, const struct http_reply *reply)
{
    struct origin *o = a->origin;
    struct ctx own = o->cx;
    struct replied back = { reply->status, reply->content_type, reply->body, { (void *)(uintptr_t)reply->headers, reply->header_count } };
    struct buf message;
    buf_init(&message, WIRE_MAX);
    fields_encode(&message, &replied_fields, &own.app->keys.ids, &back);
    link_answer(o->question, buf_view(&message));
    buf_free(&message);
    buf_free(&o->scratch);
    app_ctx_end(&own);
}

struct buf *forward_scratch(struct asked *a)
{
    return &a->origin->scratch;
}

void forward_take(struct app *app, struct link_question *q, struct str bytes)
{
    struct ctx cx;
    struct forwarded f = { 0 };
    app_ctx_begin(app, &cx);
    struct origin *o = NEW(cx.arena, struct origin);
    if (fields_decode(&cx, &forwarded_fields, &app->keys.ids, bytes, &f) || !wire_who_take(&cx, &f.who)) {
        link_answer(q, (struct str){ 0 });
        app_ctx_end(&cx);
        return;
    }
    o->question = q;
    o->cx = cx;
    buf_init(&o->scratch, FRONT_ANSWER_MAX);
    o->request = (struct http_request){ .arena = cx.arena, .method = f.method, .path = f.path, .query = f.query, .body = f.body, .headers = f.headers.at,
                                        .header_count = f.headers.n, .peer = f.who.peer, .started_us = mono_us() };
    o->asked = (struct asked){ .front = app->front, .http = &o->request, .origin = o, .own_cx = cx };
    front_take(&o->asked);
}
