/* Calls of webhooks, all of a round at the same time (libcurl). Where a name leads is decided once, by libcurl, and every address is checked in the
 * moment it is connected to: a name that changes its mind in between gains nothing. Redirects are not followed. */
#include "post.h"

#include <curl/curl.h>
#include <stdio.h>
#include <sys/socket.h>

#include "address.h"
#include "platform/obs/log.h"

#define HEARD_MAX   (64 * 1024)
#define LOOK_MS     200

static curl_socket_t open_socket(void *self, curlsocktype purpose, struct curl_sockaddr *a)
{
    struct post *p = self;
    (void)purpose;
    if (!address_public(&a->addr) && !(p->loopback && address_loopback(&a->addr))) {
        p->refused_address = true;
        return CURL_SOCKET_BAD;
    }
    return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static size_t hear(char *bytes, size_t size, size_t count, void *self)
{
    struct post *p = self;
    size_t n = size * count, room = sizeof(p->answer) - p->answer_n;
    memcpy(p->answer + p->answer_n, bytes, n < room ? n : room);
    p->answer_n += n < room ? n : room;
    p->heard += n;
    return p->heard > HEARD_MAX ? 0 : n;
}

#define SET(curl, option, value)                                        \
    do {                                                                \
        CURLcode set_ = curl_easy_setopt(curl, option, value);          \
        ASSERT(set_ == CURLE_OK);                                       \
    } while (0)

static struct curl_slist *headers_of(const struct post *p)
{
    char signature[160];
    int n = snprintf(signature, sizeof(signature), "TakenSeat-Signature: %.*s", STR_ARG(p->signature));
    ASSERT(n > 0 && (size_t)n < sizeof(signature));
    struct curl_slist *list = curl_slist_append(NULL, "Content-Type: application/json");
    list = curl_slist_append(list, "Expect:");
    list = curl_slist_append(list, signature);
    ASSERT(list != NULL);
    return list;
}

static CURL *begin(struct post *p, struct curl_slist *headers)
{
    CURL *c = curl_easy_init();
    ASSERT(c != NULL);
    SET(c, CURLOPT_URL, p->url);
    SET(c, CURLOPT_PROTOCOLS_STR, p->loopback ? "http,https" : "https");
    SET(c, CURLOPT_PROXY, "");
    SET(c, CURLOPT_FOLLOWLOCATION, 0L);
    SET(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(c, CURLOPT_NOSIGNAL, 1L);
    SET(c, CURLOPT_CONNECTTIMEOUT, p->timeout_s);
    SET(c, CURLOPT_TIMEOUT, p->timeout_s);
    SET(c, CURLOPT_USERAGENT, "TakenSeat-Webhook/1");
    SET(c, CURLOPT_HTTPHEADER, headers);
    SET(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)p->body.n);
    SET(c, CURLOPT_POSTFIELDS, p->body.p);
    SET(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(c, CURLOPT_OPENSOCKETDATA, p);
    SET(c, CURLOPT_WRITEFUNCTION, hear);
    SET(c, CURLOPT_WRITEDATA, p);
    SET(c, CURLOPT_PRIVATE, p);
    return c;
}

static const char *why_of(const struct post *p, CURLcode code)
{
    if (p->refused_address)
        return "private_address";
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST: return "unknown_host";
    case CURLE_COULDNT_CONNECT: return "no_connection";
    case CURLE_OPERATION_TIMEDOUT: return "timeout";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR: return "tls";
    default: return "broken_answer";
    }
}

static void end(CURLM *multi, CURL *c, CURLcode code)
{
    struct post *p;
    long status = 0;
    curl_easy_getinfo(c, CURLINFO_PRIVATE, (char **)&p);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    bool whole = code == CURLE_OK || (code == CURLE_WRITE_ERROR && p->heard > HEARD_MAX);
    p->status = whole ? status : 0;
    p->why = whole ? "" : why_of(p, code);
    curl_multi_remove_handle(multi, c);
}

static void end_all(CURLM *multi)
{
    int left;
    for (CURLMsg *m; (m = curl_multi_info_read(multi, &left));)
        if (m->msg == CURLMSG_DONE)
            end(multi, m->easy_handle, m->data.result);
}

void posts_run(struct post *posts, size_t n, bool (*stop)(void *arg), void *arg, bool *ret_stopped)
{
    CURLM *multi = curl_multi_init();
    CURL *handles[POSTS_MAX];
    struct curl_slist *headers[POSTS_MAX];
    int running = 1;
    ASSERT(multi != NULL && n <= POSTS_MAX);
    for (size_t i = 0; i < n; i++) {
        headers[i] = headers_of(&posts[i]);
        handles[i] = begin(&posts[i], headers[i]);
        curl_multi_add_handle(multi, handles[i]);
    }
    while (running && !stop(arg)) {
        CURLMcode code = curl_multi_perform(multi, &running);
        ASSERT(code == CURLM_OK);
        end_all(multi);
        if (running)
            curl_multi_poll(multi, NULL, 0, LOOK_MS, NULL);
    }
    *ret_stopped = running > 0;
    for (size_t i = 0; i < n; i++) {
        curl_multi_remove_handle(multi, handles[i]);
        curl_easy_cleanup(handles[i]);
        curl_slist_free_all(headers[i]);
    }
    curl_multi_cleanup(multi);
}
