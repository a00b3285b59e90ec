#include "platform/fetch/fetch.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/buf.h"
#include "platform/obs/log.h"

#define BODY_MAX   ((size_t)256 * 1024)
#define CONNECT_MS 5000
#define ANSWER_MS  10000
#define IDLE_S     60         /* a connection older than this may have been closed by the other side */

#define SET(curl, option, value)                                        \
    do {                                                                \
        CURLcode set_ = curl_easy_setopt(curl, option, value);          \
        ASSERT(set_ == CURLE_OK);                                       \
    } while (0)

/* What stands between "://" and the path. */
static struct str authority(struct str url)
{
    struct str rest = url;
    str_cut(&rest, ':');
    size_t n = 2;
    while (n < rest.n && !memchr("/?#", rest.p[n], 3))
        n++;
    return rest.n > 2 ? str_of(rest.p + 2, n - 2) : (struct str){ 0 };
}

static bool this_machine(struct str authority)
{
    struct str rest = authority;
    return str_eq(authority, S("[::1]")) || str_starts(authority, S("[::1]:")) || str_eq(str_cut(&rest, ':'), S("127.0.0.1"));
}

/* A name before an '@' would make what looks like this machine another one. */
bool fetch_url_plain_ok(struct str url)
{
    if (url.n > 1000 || memchr(url.p ? url.p : "", 0, url.n))
        return false;
    struct str host = authority(url);
    if (!host.n || memchr(host.p, '@', host.n) || memchr(host.p, '\\', host.n))
        return false;
    return str_starts(url, S("https://")) || str_starts(url, S("http://"));
}

bool fetch_url_ok(struct str url)
{
    return fetch_url_plain_ok(url) && (str_starts(url, S("https://")) || this_machine(authority(url)));
}

/* ---- connections: each belongs to a handle, and stays with it when that is reset ---- */

struct fetch_pool {
    pthread_mutex_t lock;
    size_t n, most;
    CURL *idle[];
};

struct fetch_pool *fetch_pool_new(size_t most)
{
    struct fetch_pool *p = calloc(1, sizeof(*p) + most * sizeof(p->idle[0]));
    ASSERT(p != NULL);
    p->most = most;
    pthread_mutex_init(&p->lock, NULL);
    return p;
}

void fetch_pool_free(struct fetch_pool *p)
{
    for (size_t i = 0; i < p->n; i++)
        curl_easy_cleanup(p->idle[i]);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

static CURL *pool_take(struct fetch_pool *p)
{
    CURL *c = NULL;
    if (p) {
        pthread_mutex_lock(&p->lock);
        if (p->n)
            c = p->idle[--p->n];
        pthread_mutex_unlock(&p->lock);
    }
    if (!c)
        c = curl_easy_init();
    ASSERT(c != NULL);
    return c;
}

static void pool_give(struct fetch_pool *p, CURL *c)
{
    bool kept = false;
    if (p) {
        curl_easy_reset(c);
        pthread_mutex_lock(&p->lock);
        kept = p->n < p->most;
        if (kept)
            p->idle[p->n++] = c;
        pthread_mutex_unlock(&p->lock);
    }
    if (!kept)
        curl_easy_cleanup(c);
}

/* ---- one question ---- */

static size_t hear(char *bytes, size_t size, size_t count, void *self)
{
    struct buf *body = self;
    buf_add(body, bytes, size * count);
    return body->full ? 0 : size * count;
}

/* A value that ended its line would add headers, or a body. */
static bool header_ok(struct str value)
{
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] < 0x20 || (unsigned char)value.p[i] == 0x7f)
            return false;
    return true;
}

/* False when one of them cannot be sent. */
static bool headers_make(struct arena *arena, const struct fetch *f, struct curl_slist **ret)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    if (f->json.p)
        list = curl_slist_append(list, "Content-Type: application/json");
    for (size_t i = 0; i < f->header_count; i++) {
        const struct fetch_header *h = &f->headers[i];
        if (!header_ok(h->value)) {
            curl_slist_free_all(list);
            return false;
        }
        list = curl_slist_append(list, arena_fmt(arena, "%s: %.*s", h->name, STR_ARG(h->value)).p);
    }
    ASSERT(list != NULL);
    *ret = list;
    return true;
}

static void prepare(CURL *c, struct arena *arena, const struct fetch *f, struct curl_slist *headers, struct buf *body)
{
    struct str sent = f->json.p ? f->json : f->form;
    int64_t timeout = f->timeout_ms ? f->timeout_ms : ANSWER_MS;
    SET(c, CURLOPT_URL, arena_str(arena, f->url).p);
    SET(c, CURLOPT_PROTOCOLS_STR, str_starts(f->url, S("https://")) ? "https" : "http");
    SET(c, CURLOPT_PROXY, "");
    SET(c, CURLOPT_FOLLOWLOCATION, 0L);
    SET(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(c, CURLOPT_NOSIGNAL, 1L);
    SET(c, CURLOPT_CONNECTTIMEOUT_MS, (long)(timeout < CONNECT_MS ? timeout : CONNECT_MS));
    SET(c, CURLOPT_TIMEOUT_MS, (long)timeout);
    SET(c, CURLOPT_MAXAGE_CONN, (long)IDLE_S);
    SET(c, CURLOPT_USERAGENT, "TakenSeat/1");
    SET(c, CURLOPT_HTTPHEADER, headers);
    SET(c, CURLOPT_WRITEFUNCTION, hear);
    SET(c, CURLOPT_WRITEDATA, body);
    if (sent.p) {
        SET(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)sent.n);
        SET(c, CURLOPT_POSTFIELDS, sent.p);
    }
    if (f->method)
        SET(c, CURLOPT_CUSTOMREQUEST, f->method);
    if (f->user.n) {
        SET(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        SET(c, CURLOPT_USERNAME, arena_str(arena, f->user).p);
        SET(c, CURLOPT_PASSWORD, arena_str(arena, f->password).p);
    }
}

static void take_answer(struct arena *arena, CURL *c, const struct fetch *f, const struct buf *body, struct fetched *ret)
{
    long status = 0;
    curl_off_t retry_after = 0;
    struct curl_header *heard;
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(c, CURLINFO_RETRY_AFTER, &retry_after);
    *ret = (struct fetched){ .status = (int)status, .body = arena_str(arena, buf_view(body)), .retry_after_s = (int64_t)retry_after };
    if (f->listen && curl_easy_header(c, f->listen, 0, CURLH_HEADER, -1, &heard) == CURLHE_OK)
        ret->heard = arena_str(arena, str_c(heard->value));
}

bool fetch(struct arena *arena, const struct fetch *f, struct fetched *ret, const char **ret_why)
{
    struct curl_slist *headers;
    struct buf body;
    if (!(f->plain ? fetch_url_plain_ok(f->url) : fetch_url_ok(f->url))) {
        *ret_why = "not an address that may be asked";
        return false;
    }
    if (!headers_make(arena, f, &headers)) {
        *ret_why = "a header that cannot be sent";
        return false;
    }
    CURL *c = pool_take(f->pool);
    buf_init(&body, f->body_max ? f->body_max : BODY_MAX);
    prepare(c, arena, f, headers, &body);
    CURLcode code = curl_easy_perform(c);
    if (code == CURLE_OK)
        take_answer(arena, c, f, &body, ret);
    *ret_why = curl_easy_strerror(code);
    pool_give(f->pool, c);
    curl_slist_free_all(headers);
    buf_free(&body);
    return code == CURLE_OK;
}

struct str form_value(struct arena *arena, struct str value)
{
    static const char hex[] = "0123456789ABCDEF";
    char *text = arena_take(arena, value.n * 3 + 1);
    size_t n = 0;
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || memchr("-._~", c, 4);
        if (plain) {
            text[n++] = (char)c;
            continue;
        }
        text[n++] = '%';
        text[n++] = hex[c >> 4];
        text[n++] = hex[c & 15];
    }
    return str_of(text, n);
}

struct str form_add(struct arena *arena, struct str form, const char *name, struct str value)
{
    struct str text = form_value(arena, value);
    return arena_fmt(arena, "%.*s%s%s=%.*s", STR_ARG(form), form.n ? "&" : "", name, STR_ARG(text));
}
