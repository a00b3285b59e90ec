/* Addresses of the other end: how many connections each has, and whom to believe about X-Forwarded-For. */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "platform/http/http_impl.h"

static struct in6_addr mapped(const struct in_addr *v4)
{
    struct in6_addr v6 = { 0 };
    v6.s6_addr[10] = v6.s6_addr[11] = 0xFF;
    memcpy(&v6.s6_addr[12], v4, 4);
    return v6;
}

/* Every address as IPv6: an IPv4 one in its mapped form. */
static struct in6_addr as_ipv6(const struct sockaddr *a)
{
    if (a->sa_family == AF_INET6)
        return ((const struct sockaddr_in6 *)(const void *)a)->sin6_addr;
    return mapped(&((const struct sockaddr_in *)(const void *)a)->sin_addr);
}

static uint64_t big_endian(const uint8_t *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

static uint64_t key_of(const struct in6_addr *v6)
{
    if (IN6_IS_ADDR_LOOPBACK(v6))
        return 0;
    if (!IN6_IS_ADDR_V4MAPPED(v6))
        return big_endian(v6->s6_addr, 8);
    return v6->s6_addr[12] == 127 ? 0 : big_endian(v6->s6_addr + 12, 4);
}

uint64_t http_address_key(const struct sockaddr *a)
{
    struct in6_addr v6 = as_ipv6(a);
    return key_of(&v6);
}

uint64_t http_peer_key(struct str peer)
{
    struct in6_addr v6;
    return http_address_parse(peer, &v6) ? key_of(&v6) : 0;
}

bool http_peer_private(struct str peer)
{
    struct in6_addr v6;
    if (!http_address_parse(peer, &v6))
        return false;
    const uint8_t *v4 = v6.s6_addr + 12;
    if (IN6_IS_ADDR_V4MAPPED(&v6))
        return v4[0] == 127 || v4[0] == 10 || (v4[0] == 172 && v4[1] >> 4 == 1) || (v4[0] == 192 && v4[1] == 168) || (v4[0] == 169 && v4[1] == 254);
    return IN6_IS_ADDR_LOOPBACK(&v6) || (v6.s6_addr[0] & 0xfe) == 0xfc || IN6_IS_ADDR_LINKLOCAL(&v6);
}

void http_address_text(const struct sockaddr *a, char out[HTTP_PEER_TEXT])
{
    struct in6_addr v6 = as_ipv6(a);
    const char *text = IN6_IS_ADDR_V4MAPPED(&v6) ? inet_ntop(AF_INET, v6.s6_addr + 12, out, HTTP_PEER_TEXT)
                                                 : inet_ntop(AF_INET6, &v6, out, HTTP_PEER_TEXT);
    if (!text)
        out[0] = 0;
}

bool http_address_enter(struct http_server *s, uint64_t key)
{
    uint64_t count = 0;
    uv_mutex_lock(&s->lock);
    map_get(&s->addresses, key, &count);
    bool room = count < s->limits.connections_per_address;
    if (room)
        map_put(&s->addresses, key, count + 1);
    uv_mutex_unlock(&s->lock);
    return room;
}

void http_address_leave(struct http_server *s, uint64_t key)
{
    uint64_t count = 0;
    uv_mutex_lock(&s->lock);
    map_get(&s->addresses, key, &count);
    if (count > 1)
        map_put(&s->addresses, key, count - 1);
    else
        map_remove(&s->addresses, key);
    uv_mutex_unlock(&s->lock);
}

bool http_address_parse(struct str text, struct in6_addr *ret)
{
    char z[HTTP_PEER_TEXT];
    struct in_addr v4;
    if (!text.n || text.n >= sizeof(z))
        return false;
    memcpy(z, text.p, text.n);
    z[text.n] = 0;
    if (inet_pton(AF_INET, z, &v4) == 1) {
        *ret = mapped(&v4);
        return true;
    }
    return inet_pton(AF_INET6, z, ret) == 1;
}

bool http_is_proxy(const struct http_server *s, struct str address)
{
    struct in6_addr a;
    if (!http_address_parse(address, &a))
        return false;
    for (size_t i = 0; i < s->proxy_count; i++)
        if (IN6_ARE_ADDR_EQUAL(&a, &s->proxies[i]))
            return true;
    return false;
}

/* Each proxy adds whom it saw at the end: so the last address that is no proxy of ours is the client; what stands before it is only claimed. */
struct str http_forwarded_address(const struct http_server *s, const struct http_request *r, struct str peer)
{
    for (size_t i = r->header_count; i-- > 0;) {
        struct str list = r->headers[i].value;
        if (!str_eq(r->headers[i].name, S("x-forwarded-for")))
            continue;
        while (list.n) {
            const char *comma = memrchr(list.p, ',', list.n);
            struct str item = comma ? str_of(comma + 1, (size_t)(list.p + list.n - comma) - 1) : list;
            struct in6_addr ignored;
            list.n = comma ? (size_t)(comma - list.p) : 0;
            item = str_trim(item);
            if (!http_address_parse(item, &ignored))
                return peer;
            if (!http_is_proxy(s, item))
                return item;
        }
    }
    return peer;
}
