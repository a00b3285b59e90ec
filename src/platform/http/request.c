/* A request's memory: one arena, reused from one request to the next, holding a copy of head and body, so that the request may be answered
 * long after the bytes it was read from have been overwritten. */
#include "platform/http/http_impl.h"

#include <stdlib.h>

struct http_exchange *http_exchange_new(struct http_conn *c)
{
    struct http_loop *l = c->loop;
    struct http_exchange *x = l->spare;
    struct arena *arena;
    if (x) {
        l->spare = x->next;
        l->spare_count--;
        arena = x->r.arena;
    } else {
        x = malloc(sizeof(*x));
        if (!x)
            abort();
        arena = arena_new(HTTP_REQUEST_ARENA);
    }
    memset(x, 0, offsetof(struct http_exchange, peer));
    x->r.arena = arena;
    x->r.loop = l;
    x->r.started_us = (int64_t)(uv_hrtime() / 1000);
    x->minor = 1;
    x->conn = c;
    x->all_next = l->exchanges;
    x->all_at = &l->exchanges;
    if (x->all_next)
        x->all_next->all_at = &x->all_next;
    l->exchanges = x;

    if (c->last)
        c->last->next = x;
    else
        c->first = x;
    c->last = x;
    c->under_way++;
    return x;
}

void http_exchange_free(struct http_exchange *x)
{
    struct http_loop *l = x->r.loop;
    http_out_drop(l, &x->out, x->out.n);
    *x->all_at = x->all_next;
    if (x->all_next)
        x->all_next->all_at = x->all_at;
    if (l->spare_count < HTTP_SPARE_REQUESTS) {
        arena_reset(x->r.arena);
        x->next = l->spare;
        l->spare = x;
        l->spare_count++;
    } else {
        arena_free(x->r.arena);
        free(x);
    }
}

/* The same place in the copy. */
static struct str moved(struct str s, const char *from, char *to)
{
    return s.p ? str_of(to + (s.p - from), s.n) : s;
}

static void copy_headers(struct http_request *r, const struct http_head *h, const char *from, char *to)
{
    struct http_header *headers = arena_array(r->arena, h->header_count, sizeof(*headers));
    for (size_t i = 0; i < h->header_count; i++) {
        char *name = to + (h->headers[i].name.p - from);
        size_t n = h->headers[i].name.n;
        for (size_t k = 0; k < n; k++)
            if (name[k] >= 'A' && name[k] <= 'Z')
                name[k] = (char)(name[k] | 0x20);
        headers[i] = (struct http_header){ str_of(name, n), moved(h->headers[i].value, from, to) };
    }
    r->headers = headers;
    r->header_count = h->header_count;
}

void http_exchange_fill(struct http_exchange *x, const struct http_head *h, const char *p, size_t body_n)
{
    struct http_request *r = &x->r;
    struct http_conn *c = x->conn;
    struct str all = arena_str(r->arena, str_of(p, h->size + body_n));
    char *to = (char *)(uintptr_t)all.p;

    r->method = moved(h->method, p, to);
    r->raw_path = r->path = moved(h->path, p, to);
    if (h->path_escaped) {
        char *path = arena_take(r->arena, h->path.n);
        r->path = str_of(path, http_path_decode(r->raw_path, path));
    }
    r->query = moved(h->query, p, to);
    r->body = str_of(to + h->size, body_n);
    copy_headers(r, h, p, to);

    memcpy(x->peer, c->peer, sizeof(x->peer));
    r->peer = str_c(x->peer);
    r->by_proxy = c->from_proxy;
    if (c->from_proxy)
        r->peer = http_forwarded_address(c->loop->server, r, r->peer);
    x->minor = h->minor;
    x->last = !h->keep_alive || c->loop->draining;
}

struct str http_header(const struct http_request *r, struct str name)
{
    for (size_t i = 0; i < r->header_count; i++)
        if (str_eq(r->headers[i].name, name))
            return r->headers[i].value;
    return (struct str){ 0 };
}

struct str http_form_decode(struct arena *arena, struct str s)
{
    if (!memchr(s.p, '%', s.n) && !memchr(s.p, '+', s.n))
        return s;
    char *out = arena_take(arena, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        out[i] = s.p[i] == '+' ? ' ' : s.p[i];
    return str_of(out, http_path_decode(str_of(out, s.n), out));
}

struct str http_query(const struct http_request *r, struct str name, int *ret_count)
{
    struct str rest = r->query, found = { 0 };
    int count = 0;
    while (rest.p) {
        struct str value = str_cut(&rest, '&');
        struct str key = str_cut(&value, '=');
        if (!key.n || !str_eq(http_form_decode(r->arena, key), name))
            continue;
        if (!count++)
            found = value.n ? http_form_decode(r->arena, value) : S("");
    }
    if (ret_count)
        *ret_count = count;
    return found;
}

/* ---- lists of codings and entity tags ---- */

/* Thousandths of a quality value: "1", "0.8", "0.123"; -1 when it is none. */
static int quality(struct str q)
{
    int v, scale = 100;
    if (!q.n || q.n > 5 || (q.p[0] != '0' && q.p[0] != '1') || (q.n > 1 && q.p[1] != '.'))
        return -1;
    v = (q.p[0] - '0') * 1000;
    for (size_t i = 2; i < q.n; i++, scale /= 10) {
        if (q.p[i] < '0' || q.p[i] > '9')
            return -1;
        v += (q.p[i] - '0') * scale;
    }
    return v <= 1000 ? v : -1;
}

int http_coding_quality(const struct http_request *r, struct str coding)
{
    int named = -1, any = -1;
    for (size_t i = 0; i < r->header_count; i++) {
        struct str rest = r->headers[i].value;
        if (!str_eq(r->headers[i].name, S("accept-encoding")))
            continue;
        while (rest.p) {
            struct str parameters = str_cut(&rest, ',');
            struct str word = str_trim(str_cut(&parameters, ';'));
            struct str weight = str_trim(parameters);
            int q = 1000;
            if (weight.n >= 2 && (weight.p[0] | 0x20) == 'q' && weight.p[1] == '=')
                q = quality(str_of(weight.p + 2, weight.n - 2));
            else if (parameters.p)
                q = -1;
            if (q < 0)
                continue;
            if (str_eq_nocase(word, coding))
                named = q;
            else if (str_eq(word, S("*")))
                any = q;
        }
    }
    return named >= 0 ? named : any >= 0 ? any : 0;
}

bool http_accepts_encoding(const struct http_request *r, struct str coding)
{
    return http_coding_quality(r, coding) > 0;
}

/* An entity tag without what marks it as weak. */
static struct str opaque(struct str tag)
{
    return str_starts(tag, S("W/")) ? str_of(tag.p + 2, tag.n - 2) : tag;
}

/* Takes the next entity tag of a list; an empty one at its end or where the list is malformed. */
static struct str next_tag(struct str *list)
{
    while (list->n && (list->p[0] == ' ' || list->p[0] == '\t' || list->p[0] == ','))
        *list = str_of(list->p + 1, list->n - 1);
    size_t open = str_starts(*list, S("W/")) ? 2 : 0;
    if (list->n <= open || list->p[open] != '"')
        return (struct str){ 0 };
    const char *close = memchr(list->p + open + 1, '"', list->n - open - 1);
    if (!close)
        return (struct str){ 0 };
    struct str tag = str_of(list->p, (size_t)(close - list->p) + 1);
    *list = str_of(close + 1, list->n - tag.n);
    return tag;
}

bool http_etag_matches(const struct http_request *r, struct str etag)
{
    for (size_t i = 0; i < r->header_count; i++) {
        struct str rest = r->headers[i].value, tag;
        if (!str_eq(r->headers[i].name, S("if-none-match")))
            continue;
        if (str_eq(rest, S("*")))
            return true;
        for (tag = next_tag(&rest); tag.n; tag = next_tag(&rest))
            if (str_eq(opaque(tag), opaque(etag)))
                return true;
    }
    return false;
}
