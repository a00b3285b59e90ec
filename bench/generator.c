/* Two system calls a request, send and recv, and a share of an epoll_wait. In the open loop a request's time counts from the
 * moment it was due, so a stall of the server is charged to every request that was due meanwhile. */
#include "generator.h"

#include "http_answer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER_MAX = 16 * 1024, EVENTS = 512, LINGER_US = 2 * US_A_SECOND };

struct lane {
    int fd;
    bool busy;
    int64_t since_us; /* sent, or due */
    size_t used;
    struct http_answer answer;
    char in[ANSWER_MAX];
};

struct run {
    const struct wire *wire;
    const struct generator_options *o;
    struct generator_result *result;
    int epoll;
    struct lane *lanes, **idle;
    unsigned idle_count, busy_count;
    uint64_t next; /* number of the next request */
    int64_t began_us, start_us, stop_us;
    bool measuring, over;
};

static void lane_connect(const struct run *run, struct lane *lane)
{
    static const int on = 1;
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(run->o->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct epoll_event e = { .events = EPOLLIN, .data.ptr = lane };

    lane->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (lane->fd < 0 || connect(lane->fd, (const struct sockaddr *)&address, sizeof address))
        tool_die("connect to port %u: %s", (unsigned)run->o->port, strerror(errno));
    setsockopt(lane->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (epoll_ctl(run->epoll, EPOLL_CTL_ADD, lane->fd, &e))
        tool_die("epoll_ctl: %s", strerror(errno));
}

static void lane_rest(struct run *run, struct lane *lane)
{
    lane->busy = false;
    run->busy_count--;
    run->idle[run->idle_count++] = lane;
}

static void lane_broken(struct run *run, struct lane *lane)
{
    if (run->measuring)
        run->result->broken++;
    close(lane->fd);
    lane_connect(run, lane);
    if (lane->busy)
        lane_rest(run, lane);
}

/* The request is far smaller than a socket's buffer and the lane has none in flight: a short write is a fault. */
static void lane_send(struct run *run, int64_t since_us)
{
    char request[REQUEST_MAX];
    struct lane *lane = run->idle[--run->idle_count];
    size_t len = wire_compose(run->wire, run->next++, request);

    run->busy_count++;
    lane->busy = true;
    lane->since_us = since_us;
    lane->used = 0;
    lane->answer = (struct http_answer){ 0 };
    if (send(lane->fd, request, len, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)len)
        lane_broken(run, lane);
}

static void lane_answered(struct run *run, struct lane *lane, int64_t now)
{
    struct generator_result *result = run->result;
    int status = lane->answer.status;

    lane_rest(run, lane);
    if (run->measuring) {
        result->answers[status < STATUS_MAX ? status : 0]++;
        if (status >= 200 && status < 300) {
            result->good++;
            histogram_add(&result->times, now - lane->since_us);
        }
    }
    if (!lane->answer.keep_alive) {
        close(lane->fd);
        lane_connect(run, lane);
    }
}

static void lane_read(struct run *run, struct lane *lane)
{
    ssize_t n = recv(lane->fd, lane->in + lane->used, sizeof lane->in - lane->used, MSG_DONTWAIT);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0 || !lane->busy) {
        lane_broken(run, lane);
        return;
    }
    lane->used += (size_t)n;
    switch (http_answer_read(&lane->answer, lane->in, lane->used, false)) {
    case HTTP_DONE:
        lane_answered(run, lane, clock_us());
        break;
    case HTTP_MORE:
        if (lane->used == sizeof lane->in)
            tool_die("an answer is longer than %d bytes", ANSWER_MAX);
        break;
    case HTTP_BAD:
        tool_die("an answer is not HTTP/1.1");
    }
}

static int64_t due_us(const struct run *run, uint64_t number)
{
    return run->began_us + (int64_t)((double)(number - run->o->first) * (US_A_SECOND / run->o->rate));
}

/* Sends what may be sent now. Returns when to look again. */
static int64_t run_send(struct run *run, int64_t now)
{
    bool open = run->o->rate > 0;

    while (!run->over && run->idle_count && run->next < run->o->most) {
        int64_t since = open ? due_us(run, run->next) : now;
        if (since > now)
            return since < run->stop_us ? since : run->stop_us;
        lane_send(run, since);
    }
    return run->measuring ? run->stop_us : run->start_us;
}

static void run_wait(struct run *run, int64_t until_us)
{
    struct epoll_event events[EVENTS];
    int64_t left = until_us - clock_us();
    struct timespec wait = { 0 };

    if (left > 0)
        wait = (struct timespec){ .tv_sec = left / US_A_SECOND, .tv_nsec = left % US_A_SECOND * 1000 };
    int n = epoll_pwait2(run->epoll, events, EVENTS, &wait, NULL);
    if (n < 0 && errno != EINTR)
        tool_die("epoll_pwait2: %s", strerror(errno));
    for (int i = 0; i < n; i++) {
        lane_read(run, events[i].data.ptr);
        if (run->o->rate <= 0 && !run->over && run->idle_count && run->next < run->o->most)
            lane_send(run, clock_us());
    }
}

static void run_open(struct run *run)
{
    unsigned count = run->o->connections;

    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    run->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (run->epoll < 0)
        tool_die("epoll_create1: %s", strerror(errno));
    run->lanes = mem_take(count, sizeof *run->lanes);
    run->idle = mem_take(count, sizeof(struct lane *));
    for (unsigned i = 0; i < count; i++) {
        lane_connect(run, &run->lanes[i]);
        run->idle[run->idle_count++] = &run->lanes[i];
    }
}

static void run_close(struct run *run)
{
    for (unsigned i = 0; i < run->o->connections; i++)
        close(run->lanes[i].fd);
    close(run->epoll);
    free(run->lanes);
    free(run->idle);
}

/* How many requests the open loop owes at the end. */
static uint64_t unsent_at(const struct run *run, int64_t end_us)
{
    uint64_t due = (uint64_t)((double)(end_us - run->began_us) * run->o->rate / US_A_SECOND) + run->o->first;

    return run->o->rate > 0 && due > run->next && !run->result->ran_out ? due - run->next : 0;
}

void generator_run(const struct wire *w, const struct generator_options *o, struct generator_result *ret, void (*at_start)(void *),
                   void (*at_end)(void *), void *self)
{
    struct run run = { .wire = w, .o = o, .result = ret, .next = o->first };
    int64_t now = 0;

    run_open(&run);
    run.began_us = clock_us();
    run.start_us = run.began_us + (int64_t)(o->warm_up_seconds * US_A_SECOND);
    run.stop_us = run.start_us + (int64_t)(o->seconds * US_A_SECOND);
    for (;;) {
        now = clock_us();
        if (!run.measuring && now >= run.start_us) {
            run.measuring = true;
            run.start_us = now;
            at_start(self);
        }
        ret->ran_out = run.next == o->most;
        if (now >= run.stop_us || (ret->ran_out && !run.busy_count))
            break;
        run_wait(&run, run_send(&run, now));
    }

    at_end(self);
    ret->seconds = run.measuring ? (double)(now - run.start_us) / US_A_SECOND : 0;
    ret->unsent = unsent_at(&run, now);
    ret->sent_upto = run.next;
    run.measuring = false;
    run.over = true;
    for (int64_t last = now + LINGER_US; run.busy_count && now < last; now = clock_us())
        run_wait(&run, last); /* leave the server idle for whoever measures next */
    run_close(&run);
}
