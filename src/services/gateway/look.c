/* Where an upstream is: addresses stand in the table, names are asked of the system, applications of the registry, every so often by a job. While nobody
 * tells, what was known before is used. */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>

#include "base/host_port.h"
#include "gateway_int.h"
#include "platform/call/app.h"
#include "platform/obs/log.h"
#include "services/registry/registry.h"

/* ---- host:port ---- */

bool place_name_ok(struct str text)
{
    struct host_port at;
    struct place place;
    return text.n < sizeof(place.name) && host_port_parse(text, 0, &at) && (!at.ipv6 || place_parse(text, &place));
}

bool place_parse(struct str text, struct place *ret)
{
    char z[sizeof(ret->name)];
    struct host_port at;
    struct place place = { 0 };
    struct sockaddr_in *v4 = (struct sockaddr_in *)&place.at;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&place.at;
    if (text.n >= sizeof(place.name) || !host_port_parse(text, 0, &at))
        return false;
    memcpy(z, at.host.p, at.host.n);
    z[at.host.n] = 0;
    memcpy(place.name, text.p, text.n);
    if (!at.ipv6 && inet_pton(AF_INET, z, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((in_port_t)at.port);
    } else if (at.ipv6 && inet_pton(AF_INET6, z, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons((in_port_t)at.port);
    } else {
        return false;
    }
    *ret = place;
    return true;
}

/* ---- what was found ---- */

void upstream_found(struct upstream *u, const struct place *places, size_t n)
{
    pthread_mutex_lock(&u->lock);
    if (n != u->found_n || (n && memcmp(u->found, places, n * sizeof(*places)))) {
        memcpy(u->found, places, n * sizeof(*places));
        u->found_n = n;
        atomic_fetch_add(&u->version, 1);
    }
    pthread_mutex_unlock(&u->lock);
}

/* All addresses of a name; 0 when nobody tells. */
static size_t resolve(struct arena *arena, struct str given, struct place *places, size_t most)
{
    struct host_port at;
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV }, *all = NULL;
    size_t n = 0;
    if (most && place_parse(given, places))
        return 1;
    bool read = host_port_parse(given, 0, &at);         /* as its table was */
    ASSERT(read);
    const char *name = str_eq_nocase(at.host, S("localhost")) ? NULL : arena_str(arena, at.host).p;  /* the loopback, whoever tells otherwise (RFC 6761, 6.3) */
    int e = getaddrinfo(name, arena_fmt(arena, "%d", at.port).p, &hints, &all);
    if (e)
        LOG(LOG_WARN, "an upstream's name leads nowhere", lf_s("name", given), lf_s("why", str_c(gai_strerror(e))));
    for (struct addrinfo *a = all; a && n < most; a = a->ai_next) {
        places[n] = (struct place){ 0 };
        memcpy(&places[n].at, a->ai_addr, a->ai_addrlen);
        memcpy(places[n].name, given.p, given.n);
        n++;
    }
    if (all)
        freeaddrinfo(all);
    return n;
}

static void look_at_names(struct arena *arena, struct upstream *u)
{
    struct place *places = NEW_ARRAY(arena, struct place, PLACES_MAX);
    size_t n = 0;
    for (size_t i = 0; i < u->given_n; i++) {
        size_t found = resolve(arena, u->given[i], places + n, PLACES_MAX - n);
        if (!found)
            return;
        n += found;
    }
    upstream_found(u, places, n);
}

static void look_at_registry(struct ctx *cx, struct upstream *u)
{
    struct registry_places found;
    err e = registry_places(cx, u->app, &found);
    if (e) {
        fail_clear(cx);                      /* the registry's part has written why to the log */
        return;
    }
    struct place *places = NEW_ARRAY(cx->arena, struct place, PLACES_MAX);
    size_t n = 0;
    for (size_t i = 0; i < found.n && n < PLACES_MAX; i++) {
        bool ipv6 = memchr(found.at[i].address.p, ':', found.at[i].address.n) != NULL;
        struct str text = arena_fmt(cx->arena, ipv6 ? "[%.*s]:%d" : "%.*s:%d", STR_ARG(found.at[i].address), found.at[i].port);
        if (place_parse(text, &places[n]))
            n++;
        else
            LOG(LOG_WARN, "an instance of the registry has no address", lf_s("upstream", u->name), lf_s("told", text));
    }
    upstream_found(u, places, n);
}

/* ---- the job ---- */

static err look(struct ctx *cx, void *self, const void *in, void *out)
{
    struct gateway *g = self;
    (void)in;
    (void)out;
    for (size_t i = 0; i < g->upstream_n; i++) {
        if (g->upstreams[i].app.n)
            look_at_registry(cx, &g->upstreams[i]);
        else if (!g->upstreams[i].literal)
            look_at_names(cx->arena, &g->upstreams[i]);
    }
    atomic_store(&g->look_due, cx->now + g->look_ms);
    return OK;
}

const struct call gateway_look_call = { "gateway.look", "Looks where the servers behind are.", CALL_STORY, NULL, NULL, look };

int64_t look_due(void *self)
{
    return atomic_load(&((struct gateway *)self)->look_due);
}

/* None where all is known from the table. */
size_t look_threads(void *self, const struct job *job)
{
    const struct gateway *g = self;
    (void)job;
    for (size_t i = 0; i < g->upstream_n; i++)
        if (!g->upstreams[i].literal)
            return 1;
    return 0;
}
