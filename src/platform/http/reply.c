/* Answers become bytes here. An answer that is next in order goes straight to the connection; others wait in their exchange. */
#include "platform/http/http_impl.h"

#include "platform/obs/log.h"

struct status {
    int code;
    const char *word;         /* of the problem document; NULL where the server makes none */
    const char *reason;
};

static const struct status statuses[] = {
    { 100, NULL, "Continue" },
    { 200, NULL, "OK" }, { 201, NULL, "Created" }, { 202, NULL, "Accepted" }, { 204, NULL, "No Content" }, { 206, NULL, "Partial Content" },
    { 301, NULL, "Moved Permanently" }, { 302, NULL, "Found" }, { 303, NULL, "See Other" }, { 304, NULL, "Not Modified" },
    { 307, NULL, "Temporary Redirect" }, { 308, NULL, "Permanent Redirect" },
    { 400, "invalid", "Bad Request" }, { 401, NULL, "Unauthorized" }, { 402, NULL, "Payment Required" }, { 403, NULL, "Forbidden" },
    { 404, NULL, "Not Found" }, { 405, NULL, "Method Not Allowed" }, { 406, NULL, "Not Acceptable" }, { 408, "timeout", "Request Timeout" },
    { 409, NULL, "Conflict" }, { 410, NULL, "Gone" }, { 412, NULL, "Precondition Failed" }, { 413, "too_large", "Content Too Large" },
    { 414, "too_large", "URI Too Long" }, { 415, NULL, "Unsupported Media Type" }, { 417, "invalid", "Expectation Failed" },
    { 422, NULL, "Unprocessable Content" }, { 428, NULL, "Precondition Required" }, { 429, NULL, "Too Many Requests" },
    { 431, "too_large", "Request Header Fields Too Large" },
    { 500, NULL, "Internal Server Error" }, { 501, "not_implemented", "Not Implemented" }, { 502, NULL, "Bad Gateway" },
    { 503, "unavailable", "Service Unavailable" }, { 504, NULL, "Gateway Timeout" }, { 505, "not_implemented", "HTTP Version Not Supported" },
};

static const struct status *status_row(int code)
{
    static const struct status other = { 0, NULL, "Other" };
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        if (statuses[i].code == code)
            return &statuses[i];
    return &other;
}

struct head {                 /* of an answer, being put together */
    struct http_loop *loop;
    struct http_out *out;
    char text[512];
    size_t n;
};

static void put(struct head *h, struct str s)
{
    if (s.n > sizeof(h->text) - h->n) {
        http_out_add(h->loop, h->out, str_of(h->text, h->n));
        h->n = 0;
        if (s.n > sizeof(h->text)) {
            http_out_add(h->loop, h->out, s);
            return;
        }
    }
    memcpy(h->text + h->n, s.p, s.n);
    h->n += s.n;
}

static void put_number(struct head *h, size_t v)
{
    char digits[20];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + v % 10);
        v /= 10;
    } while (v);
    put(h, str_of(digits + at, sizeof(digits) - at));
}

/* A value that would break out of its line is a caller's bug or an attack: the header is left out. */
static void put_header(struct head *h, struct str name, struct str value)
{
    if (!http_is_text(value))
        return;
    put(h, name);
    put(h, S(": "));
    if (value.n)
        put(h, value);
    put(h, S("\r\n"));
}

static void head_begin(struct head *h, struct http_exchange *x, struct http_out *o, int status)
{
    h->loop = x->r.loop;
    h->out = o;
    h->n = 0;
    if (status == 200) {
        put(h, S("HTTP/1.1 200 OK\r\n"));
    } else {
        put(h, S("HTTP/1.1 "));
        put_number(h, (size_t)status);
        put(h, S(" "));
        put(h, str_c(status_row(status)->reason));
        put(h, S("\r\n"));
    }
    put(h, str_of(h->loop->common, h->loop->common_n));
}

static void put_reply(struct head *h, const struct http_exchange *x, const struct http_reply *reply)
{
    if (reply->content_type.n)
        put_header(h, S("Content-Type"), reply->content_type);
    for (size_t i = 0; i < reply->header_count; i++)
        put_header(h, reply->headers[i].name, reply->headers[i].value);
    if (x->last)
        put(h, S("Connection: close\r\n"));
    else if (x->minor == 0)
        put(h, S("Connection: keep-alive\r\n"));
}

static void head_end(struct head *h)
{
    put(h, S("\r\n"));
    http_out_add(h->loop, h->out, str_of(h->text, h->n));
}

static void write_reply(struct http_exchange *x, const struct http_reply *reply, struct http_out *o)
{
    struct head h;
    bool no_body = reply->status == 204 || reply->status == 304;

    head_begin(&h, x, o, reply->status);
    put_reply(&h, x, reply);
    if (!no_body) {
        put(&h, S("Content-Length: "));
        put_number(&h, reply->body.n);
        put(&h, S("\r\n"));
    }
    head_end(&h);
    if (no_body || str_eq(x->r.method, S("HEAD")))
        return;
    if (reply->body_kept && reply->body.n > 1024)
        http_out_keep(o, reply->body);
    else
        http_out_add(h.loop, o, reply->body);
}

void http_stream_head(struct http_exchange *x, struct http_out *o)
{
    struct head h;
    head_begin(&h, x, o, 200);
    put(&h, S("Content-Type: text/event-stream; charset=utf-8\r\n"
              "Cache-Control: no-store\r\n"
              "X-Accel-Buffering: no\r\n"
              "Connection: close\r\n"));
    head_end(&h);
}

void http_pieces_head(struct http_exchange *x, const struct http_reply *reply, int64_t length, struct http_out *o)
{
    struct head h;
    head_begin(&h, x, o, reply->status);
    put_reply(&h, x, reply);
    if (length >= 0) {
        put(&h, S("Content-Length: "));
        put_number(&h, (size_t)length);
        put(&h, S("\r\n"));
    } else if (x->chunked) {
        put(&h, S("Transfer-Encoding: chunked\r\n"));
    }
    head_end(&h);
}

void http_conn_advance(struct http_conn *c)
{
    while (c->first && c->first->answered && !c->ended && !c->stream) {
        struct http_exchange *x = c->first;
        c->first = x->next;
        if (!c->first)
            c->last = NULL;
        c->under_way--;
        http_out_join(&c->out, &x->out);
        if (x->stream)
            http_stream_attach(x->stream, c);
        else
            c->ended = x->last;
        http_exchange_free(x);
    }
    if (c->first && c->first->begun)
        http_out_join(&c->out, &c->first->out);
}

void http_decide_last(struct http_exchange *x, bool close)
{
    struct http_conn *c = x->conn;
    if (close || (x->r.loop->draining && x == c->last && !c->in.n)) {
        c->linger |= !x->last;
        x->last = c->no_more = true;
    }
}

void http_answer(struct http_request *r, const struct http_reply *reply)
{
    struct http_exchange *x = (struct http_exchange *)r;
    struct http_conn *c = x->conn;

    ASSERT(!x->answered && reply->status >= 200 && reply->status <= 599);
    if (!c) {
        http_exchange_free(x);
        return;
    }
    x->answered = true;
    http_decide_last(x, reply->close);
    write_reply(x, reply, x == c->first ? &c->out : &x->out);
    http_conn_advance(c);
    http_conn_mark(c);
}

void http_drop(struct http_request *r)
{
    struct http_exchange *x = (struct http_exchange *)r;

    ASSERT(!x->answered);
    x->watcher = NULL;
    if (x->conn)
        http_conn_close(x->conn);
    http_exchange_free(x);
}

void http_refuse(struct http_conn *c, int status)
{
    struct http_exchange *x = http_exchange_new(c);
    const struct status *row = status_row(status);
    struct http_header retry = { S("Retry-After"), S("1") };

    x->r.method = S("GET");
    c->phase = PHASE_HEAD;
    c->linger = true;
    http_answer(&x->r, &(struct http_reply){
        .status = status,
        .content_type = S("application/problem+json"),
        .headers = &retry,
        .header_count = status == 503,
        .body = arena_fmt(x->r.arena,
                          "{\"type\":\"urn:takenseat:problem:%s\",\"title\":\"%s\",\"status\":%d,\"code\":\"%s\","
                          "\"detail\":\"The request is no clean HTTP/1.1, too large or too slow.\",\"errors\":[]}",
                          row->word, row->reason, status, row->word),
        .close = true,
    });
}
