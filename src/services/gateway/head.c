/* What is told on. A request's head is written anew: one framing, nothing that is between the client and us only (RFC 9110, 7.6.1), nothing by which a
 * client could pretend to be another one or at another address, and then who it is in our words. An answer's head loses what is between the upstream and
 * us only. */
#include "base/rng.h"
#include "gateway_int.h"
#include "platform/call/app.h"
#include "platform/crypto/crypto.h"
#include "platform/obs/log.h"

#define OWN_BYTES 1024        /* of the lines that we add, beside texts of the client's */
#define OWN_HEADERS 8         /* that we add to an answer */

/* ---- what goes no further ---- */

static const char *const hop_by_hop[] = {
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    "http2-settings", "content-length", NULL,
};
/* Ours to say, ours to read, or a second way to name what the head names already. */
static const char *const not_of_clients[] = {
    "host", "expect", "forwarded", "x-real-ip", "x-request-id", "traceparent", "queue-pass", "device-proof", "x-original-url", "x-original-uri",
    "x-rewrite-url", "x-http-method", "x-http-method-override", "x-method-override", NULL,
};
static const char *const not_of_clients_from[] = { "x-forwarded-", "x-user-", "x-takenseat-", NULL };
static const char *const not_of_servers[] = { "date", "x-content-type-options", "x-request-id", NULL };

static bool named(const char *const *names, struct str name)
{
    for (; *names; names++)
        if (str_eq_nocase(name, str_c(*names)))
            return true;
    return false;
}

/* Does one of the Connection headers name it? */
static bool of_connection(const struct http_header *at, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++) {
        struct str list = at[i].value;
        if (!str_eq_nocase(at[i].name, S("connection")))
            continue;
        while (list.p)
            if (str_eq_nocase(str_trim(str_cut(&list, ',')), name))
                return true;
    }
    return false;
}

static bool told_by_client(const struct told *t, const struct http_header *h, bool traced)
{
    if (named(hop_by_hop, h->name) || named(not_of_clients, h->name) || memchr(h->name.p, '_', h->name.n))
        return false;                        /* '_': some read it as '-', and would find there what was taken out here */
    for (const char *const *p = not_of_clients_from; *p; p++)
        if (str_starts(h->name, str_c(*p)))
            return false;
    if (str_eq(h->name, S("authorization")))
        return t->way->authorization;
    if (str_eq(h->name, S("tracestate")))
        return traced;
    return !of_connection(t->r->headers, t->r->header_count, h->name);
}

/* ---- a request ---- */

struct writing {
    char *p;
    size_t n, cap;
};

static void put(struct writing *w, struct str s)
{
    ASSERT(s.n <= w->cap - w->n);
    if (s.n)
        memcpy(w->p + w->n, s.p, s.n);
    w->n += s.n;
}

static void put_line(struct writing *w, struct str name, struct str value)
{
    put(w, name);
    put(w, S(": "));
    put(w, value);
    put(w, S("\r\n"));
}

static bool is_hex(struct str s)
{
    bool zeros = true;
    for (size_t i = 0; i < s.n; i++) {
        if (http_hex(s.p[i]) < 0 || (s.p[i] >= 'A' && s.p[i] <= 'F'))
            return false;
        zeros = zeros && s.p[i] == '0';
    }
    return !zeros;
}

/* W3C Trace Context, version 00: does the client's trace go on? */
static bool trace_goes_on(struct str parent)
{
    return parent.n == 55 && str_starts(parent, S("00-")) && parent.p[35] == '-' && parent.p[52] == '-' && is_hex(str_of(parent.p + 3, 32)) &&
           is_hex(str_of(parent.p + 36, 16)) && http_hex(parent.p[53]) >= 0 && http_hex(parent.p[54]) >= 0;
}

static struct str trace_parent(struct ctx *cx, struct str parent, bool goes_on)
{
    unsigned long long span = rng_next(cx->rng) | 1;
    if (goes_on)
        return arena_fmt(cx->arena, "%.36s%016llx%.3s", parent.p, span, parent.p + 52);
    return arena_fmt(cx->arena, "00-%016llx%016llx-%016llx-00", (unsigned long long)rng_next(cx->rng), (unsigned long long)rng_next(cx->rng) | 1, span);
}

static struct str role_list(struct ctx *cx)
{
    struct str all = { 0 };
    for (unsigned i = 0; way_roles[i]; i++)
        if (actor_has(cx, 1u << i))
            all = arena_fmt(cx->arena, "%.*s%s%s", STR_ARG(all), all.n ? "," : "", way_roles[i]);
    return all;
}

static void put_identity(struct writing *w, struct ctx *cx, const struct told *t, struct str parent, bool traced)
{
    bool https = t->r->by_proxy && str_eq_nocase(http_header(t->r, S("x-forwarded-proto")), S("https"));
    put_line(w, S("X-Forwarded-For"), t->r->peer);
    put_line(w, S("X-Forwarded-Proto"), https ? S("https") : S("http"));
    put_line(w, S("X-Forwarded-Host"), http_header(t->r, S("host")));
    put_line(w, S("X-Request-Id"), t->request_id);
    put_line(w, S("traceparent"), trace_parent(cx, parent, traced));
    if (!cx->actor.user)
        return;
    char id[ID_TEXT];
    id_encode(&app_keys(cx->app)->ids, ID_USER, cx->actor.user, id);
    put_line(w, S("X-User-Id"), str_of(id, ID_TEXT));
    put_line(w, S("X-User-Roles"), role_list(cx));
}

static bool may_have_body(struct str method)
{
    return str_eq(method, S("POST")) || str_eq(method, S("PUT")) || str_eq(method, S("PATCH"));
}

struct str head_to_upstream(struct ctx *cx, const struct told *t)
{
    const struct http_request *r = t->r;
    struct str path = way_path(t->way, r->raw_path), host = http_header(r, S("host")), parent = http_header(r, S("traceparent"));
    struct writing w = { .cap = OWN_BYTES + r->method.n + path.n + r->query.n + 2 * host.n };
    bool traced = trace_goes_on(parent);
    for (size_t i = 0; i < r->header_count; i++)
        w.cap += r->headers[i].name.n + r->headers[i].value.n + 4;
    w.p = arena_take(cx->arena, w.cap);

    put(&w, r->method);
    put(&w, S(" "));
    put(&w, path);
    if (r->query.p) {
        put(&w, S("?"));
        put(&w, r->query);
    }
    put(&w, S(" HTTP/1.1\r\n"));
    put_line(&w, S("Host"), t->way->keep_host && host.n ? host : t->host);
    for (size_t i = 0; i < r->header_count; i++)
        if (told_by_client(t, &r->headers[i], traced))
            put_line(&w, r->headers[i].name, r->headers[i].value);
    put_identity(&w, cx, t, parent, traced);
    if (r->body.n || may_have_body(r->method))
        put_line(&w, S("Content-Length"), arena_fmt(cx->arena, "%zu", r->body.n));
    put(&w, S("\r\n"));
    return str_of(w.p, w.n);
}

/* ---- an answer ---- */

static bool told_by_server(const struct told *t, const struct http_answer_head *h, struct str name)
{
    if (named(hop_by_hop, name) || named(not_of_servers, name))
        return false;
    if (t->way->origins.n && name.n > 15 && str_eq_nocase(str_of(name.p, 15), S("access-control-")))
        return false;
    return !of_connection(h->headers, h->header_count, name);
}

size_t head_cors(const struct told *t, struct http_header *at)
{
    struct str origin = http_header(t->r, S("origin"));
    size_t n = 0;
    if (!t->way->origins.n)
        return 0;
    at[n++] = (struct http_header){ S("Vary"), S("Origin") };
    if (way_origin(t->way, origin)) {
        at[n++] = (struct http_header){ S("Access-Control-Allow-Origin"), origin };
        at[n++] = (struct http_header){ S("Access-Control-Expose-Headers"), S("X-Request-Id, Retry-After, ETag, Location") };
    }
    return n;
}

struct http_header *head_to_client(struct ctx *cx, const struct told *t, const struct http_answer_head *h, size_t *ret_n)
{
    struct http_header *at = NEW_ARRAY(cx->arena, struct http_header, h->header_count + OWN_HEADERS);
    size_t n = 0;
    for (size_t i = 0; i < h->header_count; i++)
        if (told_by_server(t, h, h->headers[i].name))
            at[n++] = h->headers[i];
    n += head_cors(t, at + n);
    at[n++] = (struct http_header){ S("X-Request-Id"), t->request_id };
    *ret_n = n;
    return at;
}
