#include "platform/fetch/fetch.h"

#include <curl/curl.h>

#include "base/buf.h"
#include "platform/obs/log.h"

#define BODY_MAX  (256 * 1024)
#define CONNECT_S 5
#define ANSWER_S  10

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
bool fetch_url_ok(struct str url)
{
    if (url.n > 1000 || memchr(url.p ? url.p : "", 0, url.n))
        return false;
    struct str host = authority(url);
    if (!host.n || memchr(host.p, '@', host.n) || memchr(host.p, '\\', host.n))
        return false;
    return str_starts(url, S("https://")) || (str_starts(url, S("http://")) && this_machine(host));
}

static size_t hear(char *bytes, size_t size, size_t count, void *self)
{
    struct buf *body = self;
    buf_add(body, bytes, size * count);
    return body->full ? 0 : size * count;
}

static void prepare(CURL *c, struct arena *arena, const struct fetch *f, struct buf *body)
{
    SET(c, CURLOPT_URL, arena_str(arena, f->url).p);
    SET(c, CURLOPT_PROTOCOLS_STR, str_starts(f->url, S("https://")) ? "https" : "http");
    SET(c, CURLOPT_PROXY, "");
    SET(c, CURLOPT_FOLLOWLOCATION, 0L);
    SET(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(c, CURLOPT_NOSIGNAL, 1L);
    SET(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    SET(c, CURLOPT_TIMEOUT, (long)ANSWER_S);
    SET(c, CURLOPT_USERAGENT, "TakenSeat/1");
    SET(c, CURLOPT_WRITEFUNCTION, hear);
    SET(c, CURLOPT_WRITEDATA, body);
    if (f->form.p) {
        SET(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)f->form.n);
        SET(c, CURLOPT_POSTFIELDS, f->form.p);
    }
    if (f->user.n) {
        SET(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        SET(c, CURLOPT_USERNAME, arena_str(arena, f->user).p);
        SET(c, CURLOPT_PASSWORD, arena_str(arena, f->password).p);
    }
}

bool fetch(struct arena *arena, const struct fetch *f, int *ret_status, struct str *ret_body, const char **ret_why)
{
    struct buf body;
    long status = 0;
    if (!fetch_url_ok(f->url)) {
        *ret_why = "not an address that may be asked";
        return false;
    }
    CURL *c = curl_easy_init();
    ASSERT(c != NULL);
    buf_init(&body, BODY_MAX);
    prepare(c, arena, f, &body);
    CURLcode code = curl_easy_perform(c);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(c);
    if (code == CURLE_OK) {
        *ret_status = (int)status;
        *ret_body = arena_str(arena, buf_view(&body));
    }
    buf_free(&body);
    *ret_why = curl_easy_strerror(code);
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
