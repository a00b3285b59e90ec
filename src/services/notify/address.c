#include "address.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>

#include "platform/obs/log.h"

/* Not for the public: the registries of IANA for IPv4 and IPv6 special purposes. */
static const struct { uint32_t net; int bits; } special4[] = {
    { 0x00000000, 8 },  { 0x0a000000, 8 },  { 0x64400000, 10 }, { 0x7f000000, 8 },  { 0xa9fe0000, 16 }, { 0xac100000, 12 }, { 0xc0000000, 24 },
    { 0xc0000200, 24 }, { 0xc0586300, 24 }, { 0xc0a80000, 16 }, { 0xc6120000, 15 }, { 0xc6336400, 24 }, { 0xcb007100, 24 }, { 0xe0000000, 3 },
};

/* Of what is given out at all, 2000::/3: protocol assignments with Teredo, documentation, 6to4, documentation again. */
static const struct { uint8_t net[4]; int bits; } special6[] = {
    { { 0x20, 0x01, 0x00, 0x00 }, 23 }, { { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, { { 0x20, 0x02, 0x00, 0x00 }, 16 }, { { 0x3f, 0xff, 0x00, 0x00 }, 20 },
};

static bool public4(uint32_t a)
{
    for (size_t i = 0; i < sizeof(special4) / sizeof(special4[0]); i++)
        if ((a ^ special4[i].net) >> (32 - special4[i].bits) == 0)
            return false;
    return true;
}

static uint32_t word(const uint8_t at[4])
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool public6(const struct in6_addr *a)
{
    if (IN6_IS_ADDR_V4MAPPED(a))
        return public4(word(a->s6_addr + 12));
    if (a->s6_addr[0] >> 5 != 1)
        return false;
    for (size_t i = 0; i < sizeof(special6) / sizeof(special6[0]); i++)
        if ((word(a->s6_addr) ^ word(special6[i].net)) >> (32 - special6[i].bits) == 0)
            return false;
    return true;
}

bool address_public(const struct sockaddr *a)
{
    if (a->sa_family == AF_INET)
        return public4(ntohl(((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr));
    return a->sa_family == AF_INET6 && public6(&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr);
}

bool address_loopback(const struct sockaddr *a)
{
    if (a->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr) >> 24 == 127;
    return a->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr);
}

/* ---- URLs ---- */

static bool literal(const char *host, struct sockaddr_storage *ret)
{
    struct sockaddr_in *a4 = (void *)ret;
    struct sockaddr_in6 *a6 = (void *)ret;
    char inner[64];
    size_t n = strlen(host);
    *ret = (struct sockaddr_storage){ 0 };
    if (inet_pton(AF_INET, host, &a4->sin_addr) == 1) {
        ret->ss_family = AF_INET;
        return true;
    }
    if (n < 3 || host[0] != '[' || n - 2 >= sizeof(inner))
        return false;
    memcpy(inner, host + 1, n - 2);
    inner[n - 2] = 0;
    ret->ss_family = AF_INET6;
    return inet_pton(AF_INET6, inner, &a6->sin6_addr) == 1;
}

static bool local_name(struct str host)
{
    struct str last = S("localhost");
    if (host.n && host.p[host.n - 1] == '.')
        host.n--;
    if (host.n < last.n || !str_eq_nocase(str_of(host.p + host.n - last.n, last.n), last))
        return false;
    return host.n == last.n || host.p[host.n - last.n - 1] == '.';
}

static bool host_allowed(const char *host, bool loopback)
{
    struct sockaddr_storage at;
    const struct sockaddr *a = (const struct sockaddr *)&at;
    if (literal(host, &at))
        return address_public(a) || (loopback && address_loopback(a));
    if (host[0] == '[')
        return false;
    return loopback || !local_name(str_c(host));
}

static char *part(CURLU *u, CURLUPart which)
{
    char *text = NULL;
    return curl_url_get(u, which, &text, 0) == CURLUE_OK ? text : NULL;
}

enum url_fault { URL_FINE, URL_NONE, URL_SCHEME, URL_PASSWORD, URL_PRIVATE };

static enum url_fault fault_of(CURLU *u, const char *url, bool loopback)
{
    if (curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
        return URL_NONE;
    char *scheme = part(u, CURLUPART_SCHEME), *user = part(u, CURLUPART_USER), *password = part(u, CURLUPART_PASSWORD), *host = part(u, CURLUPART_HOST),
         *fragment = part(u, CURLUPART_FRAGMENT);
    enum url_fault fault = URL_FINE;
    if (!scheme || !host || fragment)
        fault = URL_NONE;
    else if (strcmp(scheme, "https") != 0 && !(loopback && strcmp(scheme, "http") == 0))
        fault = URL_SCHEME;
    else if (user || password)
        fault = URL_PASSWORD;
    else if (!host_allowed(host, loopback))
        fault = URL_PRIVATE;
    curl_free(scheme);
    curl_free(user);
    curl_free(password);
    curl_free(host);
    curl_free(fragment);
    return fault;
}

const char *address_url_fault(struct str url, bool loopback, const char **ret_ko)
{
    static const struct { const char *en, *ko; } said[] = {
        [URL_NONE] = { "must be a whole address like https://example.com/hooks", "https://example.com/hooks 같은 전체 주소여야 합니다" },
        [URL_SCHEME] = { "must begin with https://", "https://로 시작해야 합니다" },
        [URL_PASSWORD] = { "must not contain a user name or password", "사용자 이름이나 비밀번호를 넣을 수 없습니다" },
        [URL_PRIVATE] = { "must be on the public internet", "공개 인터넷에 있는 주소여야 합니다" },
    };
    char text[URL_TEXT_MAX + 1];
    enum url_fault fault = URL_NONE;
    bool plain = url.n > 0 && url.n < sizeof(text);
    for (size_t i = 0; plain && i < url.n; i++)
        plain = url.p[i] > ' ' && url.p[i] < 0x7f && url.p[i] != '\\';
    if (plain) {
        CURLU *u = curl_url();
        ASSERT(u != NULL);
        memcpy(text, url.p, url.n);
        text[url.n] = 0;
        fault = fault_of(u, text, loopback);
        curl_url_cleanup(u);
    }
    *ret_ko = said[fault].ko;
    return said[fault].en;
}
