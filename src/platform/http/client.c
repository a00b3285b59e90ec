/* Pools of connections to other servers. Of those at rest the one used last is taken first, so that what is not needed any more grows old and goes. */
#include "platform/http/client_impl.h"

#include <stdlib.h>

#include "platform/obs/log.h"

struct http_pool *http_pool_new(struct http_loop *l, const struct sockaddr *address, size_t idle_max, int idle_ms)
{
    struct http_pool *p = calloc(1, sizeof(*p));
    if (!p)
        abort();
    p->loop = l;
    p->idle_max = idle_max;
    p->idle_ms = idle_ms;
    memcpy(&p->address, address, address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
    p->next = l->pools;
    p->at = &l->pools;
    if (p->next)
        p->next->at = &p->next;
    l->pools = p;
    return p;
}

static void leave_loop(struct http_pool *p)
{
    *p->at = p->next;
    if (p->next)
        p->next->at = p->at;
    p->loop = NULL;
}

static void pool_drop(struct http_pool *p)
{
    if (p->loop)
        leave_loop(p);
    free(p);
}

void http_pool_free(struct http_pool *p)
{
    if (!p)
        return;
    while (p->idle)
        link_close(p->idle);
    p->ended = true;
    if (!p->links)
        pool_drop(p);
}

void pool_rest(struct http_link *k)
{
    struct http_pool *p = k->pool;
    k->phase = LINK_IDLE;
    k->deadline = http_now(p->loop) + p->idle_ms;
    k->idle_next = p->idle;
    p->idle = k;
    p->idle_count++;
}

void pool_rouse(struct http_link *k)
{
    struct http_link **at = &k->pool->idle;
    while (*at != k)
        at = &(*at)->idle_next;
    *at = k->idle_next;
    k->pool->idle_count--;
}

void pool_gone(struct http_link *k)
{
    struct http_pool *p = k->pool;
    *k->at = k->next;
    if (k->next)
        k->next->at = k->at;
    if (p->ended && !p->links)
        pool_drop(p);
}

void http_ask_send(struct http_pool *p, struct http_ask *a)
{
    struct http_link *k = p->idle;
    ASSERT(p->loop && !p->ended && !a->link);
    if (!k) {
        link_open(p, a);
        return;
    }
    pool_rouse(k);
    link_use(k, a);
}

void http_ask_cancel(struct http_ask *a)
{
    struct http_link *k = a->link;
    if (!k)
        return;
    k->ask = NULL;
    a->link = NULL;
    link_close(k);
}

void http_ask_resume(struct http_ask *a)
{
    if (a->link)
        link_resume(a->link);
}

/* Connections leave their pool's list only between two turns, so that what is called here may close any. */
void http_pools_tick(struct http_loop *l)
{
    int64_t now = http_now(l);
    for (struct http_pool *p = l->pools; p; p = p->next)
        for (struct http_link *k = p->links; k; k = k->next)
            if (!k->closed && k->deadline <= now)
                link_late(k);
}

void http_pools_detach(struct http_loop *l)
{
    while (l->pools) {
        struct http_pool *p = l->pools;
        for (struct http_link *k = p->links; k; k = k->next) {
            if (k->ask)
                k->ask->link = NULL;
            k->ask = NULL;
            link_close(k);
        }
        leave_loop(p);
    }
}
