/* Files of the browser client, embedded in the program in up to three codings. */
#include <stdlib.h>

#include "platform/http/http_impl.h"

#define HEADERS_MAX 7

static int by_path(const void *key, const void *member)
{
    const struct str *path = key;
    const struct http_asset *a = member;
    size_t n = strlen(a->path);
    int order = memcmp(path->p, a->path, path->n < n ? path->n : n);
    return order ? order : (path->n > n) - (path->n < n);
}

struct variant {
    struct str body, coding;  /* no coding: as it is */
};

/* The smallest one among those the client likes best. */
static struct variant choose(const struct http_request *r, const struct http_asset *a)
{
    struct variant v = { str_of((const char *)a->plain.p, a->plain.n), { 0 } };
    int gzip = a->gzip.n ? http_coding_quality(r, S("gzip")) : 0, brotli = a->brotli.n ? http_coding_quality(r, S("br")) : 0;
    if (brotli && brotli >= gzip)
        v = (struct variant){ str_of((const char *)a->brotli.p, a->brotli.n), S("br") };
    else if (gzip)
        v = (struct variant){ str_of((const char *)a->gzip.p, a->gzip.n), S("gzip") };
    return v;
}

/* Each coding is a representation of its own and needs its own strong tag (RFC 9110 8.8.3.3). */
static struct str variant_etag(struct arena *arena, const struct http_asset *a, struct str coding)
{
    struct str tag = str_c(a->etag);
    if (!coding.n || !tag.n)
        return tag;
    return arena_fmt(arena, "%.*s-%.*s\"", (int)(tag.n - 1), tag.p, STR_ARG(coding));
}

bool http_asset_answer(struct http_request *r, const struct http_assets *assets, struct str path)
{
    struct http_header headers[HEADERS_MAX] = {
        { S("Cache-Control"), S("no-cache") },
        { S("Vary"), S("Accept-Encoding") },
        { S("Content-Security-Policy"),
          S("default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; connect-src 'self'; "
            "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'") },
        { S("Referrer-Policy"), S("same-origin") },
        { S("Cross-Origin-Opener-Policy"), S("same-origin") },
    };
    size_t n = 5;
    const struct http_asset *a = assets->n ? bsearch(&path, assets->at, assets->n, sizeof(*assets->at), by_path) : NULL;
    if (!a || (!str_eq(r->method, S("GET")) && !str_eq(r->method, S("HEAD"))))
        return false;
    if (a->immutable)
        headers[0].value = S("public, max-age=31536000, immutable");

    struct variant v = choose(r, a);
    struct str etag = variant_etag(r->arena, a, v.coding);
    if (etag.n)
        headers[n++] = (struct http_header){ S("ETag"), etag };
    if (etag.n && http_etag_matches(r, etag)) {
        http_answer(r, &(struct http_reply){ .status = 304, .headers = headers, .header_count = n });
        return true;
    }
    if (v.coding.n)
        headers[n++] = (struct http_header){ S("Content-Encoding"), v.coding };
    http_answer(r, &(struct http_reply){
        .status = 200, .content_type = str_c(a->type), .headers = headers, .header_count = n, .body = v.body, .body_kept = true });
    return true;
}
