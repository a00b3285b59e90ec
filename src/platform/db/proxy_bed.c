#include "proxy_bed.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

struct link {                 /* one connection through the proxy */
    struct proxy *proxy;
    int client, server;
};

static bool pass_on(int from, int to, char *data, size_t size, ssize_t *ret_n)
{
    *ret_n = read(from, data, size);
    return *ret_n > 0 && (to < 0 || write(to, data, (size_t)*ret_n) == *ret_n);
}

/* One piece of what the client says; false when the connection is to end. */
static bool from_client(const struct link *l)
{
    char data[65536];
    ssize_t n;
    if (!pass_on(l->client, -1, data, sizeof(data), &n))
        return false;
    int what = memmem(data, (size_t)n, "\003COMMIT", 7) ? atomic_exchange(&l->proxy->at_commit, PASS) : PASS;
    if (what == DROP_COMMIT)
        return false;
    if (write(l->server, data, (size_t)n) != n)
        return false;
    if (what == PASS)
        return true;
    (void)!pass_on(l->server, -1, data, sizeof(data), &n);       /* the server has committed; nobody will hear of it */
    return false;
}

static void *link_main(void *self)
{
    struct link *l = self;
    struct proxy *p = l->proxy;
    struct pollfd at[2] = { { l->client, POLLIN, 0 }, { l->server, POLLIN, 0 } };
    char data[65536];
    ssize_t n;
    for (bool open = true; open && !atomic_load(&p->stop);) {
        if (poll(at, 2, 100) <= 0)
            continue;
        if (at[0].revents)
            open = from_client(l);
        if (open && at[1].revents)
            open = pass_on(l->server, l->client, data, sizeof(data), &n);
    }
    close(l->client);
    close(l->server);
    free(l);
    atomic_fetch_sub(&p->links, 1);
    return NULL;
}

static void *proxy_main(void *self)
{
    struct proxy *p = self;
    struct sockaddr_in there = { .sin_family = AF_INET, .sin_port = htons((uint16_t)p->server_port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    while (!atomic_load(&p->stop)) {
        struct pollfd at = { p->listener, POLLIN, 0 };
        if (poll(&at, 1, 100) <= 0)
            continue;
        struct link *l = calloc(1, sizeof(*l));
        pthread_t thread;
        atomic_fetch_add(&p->links, 1);
        *l = (struct link){ p, accept(p->listener, NULL, NULL), socket(AF_INET, SOCK_STREAM, 0) };
        if (connect(l->server, (struct sockaddr *)&there, sizeof(there)) || pthread_create(&thread, NULL, link_main, l))
            abort();
        pthread_detach(thread);
    }
    return NULL;
}

void proxy_start(struct proxy *p, struct box *b)
{
    struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(here);
    *p = (struct proxy){ .listener = socket(AF_INET, SOCK_STREAM, 0) };
    assert_int_equal(sscanf(strrchr(b->address, ':'), ":%u", &p->server_port), 1);
    assert_int_equal(bind(p->listener, (struct sockaddr *)&here, sizeof(here)), 0);
    assert_int_equal(listen(p->listener, 16), 0);
    assert_int_equal(getsockname(p->listener, (struct sockaddr *)&here, &size), 0);
    p->port = ntohs(here.sin_port);
    assert_int_equal(pthread_create(&p->thread, NULL, proxy_main, p), 0);
    db_close(b->db);
    snprintf(b->url, sizeof(b->url), "mysql://takenseat@127.0.0.1:%u%s", p->port, strrchr(b->dir, '/'));
    box_start(b, 1000);
}

void proxy_stop(struct proxy *p, struct box *b)
{
    db_close(b->db);
    atomic_store(&p->stop, true);
    pthread_join(p->thread, NULL);
    while (atomic_load(&p->links))
        usleep(10000);
    close(p->listener);
    snprintf(b->url, sizeof(b->url), "%s%s", b->address, strrchr(b->dir, '/'));
    box_start(b, 1000);
}
