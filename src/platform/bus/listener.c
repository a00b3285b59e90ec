/* Kafka to the calls of one service: a consumer in the service's group, one message after the other. An offset is committed only when what it
 * stands for is durable: heard or parked. What fails for the moment is tried again in its place, so nothing overtakes it. */
#include <stdlib.h>
#include <unistd.h>

#include "platform/bus/kafka.h"
#include "platform/obs/log.h"

#define POLL_MS  100
#define PAUSE_US 20000        /* before the second try, then twice as long each time */
#define PAUSE_US_MAX 1000000

struct listener {
    struct bus *bus;
    const struct service *service;
    rd_kafka_t *consumer;
    pthread_t thread;
    _Atomic bool stop;
    _Atomic int64_t lag;
};

static struct str message_origin(struct arena *arena, const rd_kafka_message_t *m)
{
    return arena_fmt(arena, "%s/%d/%lld", rd_kafka_topic_name(m->rkt), (int)m->partition, (long long)m->offset);
}

static err take_once(struct listener *l, const struct subscriber *s, const rd_kafka_message_t *m)
{
    struct ctx cx;
    app_ctx_begin(l->bus->app, &cx);
    err e = inbox_take(&cx, l->bus, s, str_of(m->payload, m->len), message_origin(cx.arena, m));
    if (e)
        LOG(LOG_WARN, "event not heard yet", lf_s("subscription", str_c(s->name)), lf_s("origin", message_origin(cx.arena, m)),
            lf_s("detail", cx.problem.detail));
    app_ctx_end(&cx);
    return e;
}

/* False when the program stops first. */
static bool take(struct listener *l, const struct subscriber *s, const rd_kafka_message_t *m)
{
    for (useconds_t pause = PAUSE_US; !atomic_load(&l->stop); pause = pause * 2 < PAUSE_US_MAX ? pause * 2 : PAUSE_US_MAX) {
        if (!take_once(l, s, m))
            return true;
        usleep(pause);
    }
    return false;
}

/* By all subscriptions of the service to this topic. */
static bool take_all(struct listener *l, const rd_kafka_message_t *m)
{
    bool done = true;
    for (size_t i = 0; i < l->bus->n && done; i++) {
        const struct subscriber *s = &l->bus->at[i];
        struct arena *arena = arena_new(0);
        if (s->service == l->service && str_eq(kafka_topic(arena, l->bus, s->row->topic), str_c(rd_kafka_topic_name(m->rkt))))
            done = take(l, s, m);
        arena_free(arena);
    }
    return done;
}

static void note_lag(struct listener *l)
{
    rd_kafka_topic_partition_list_t *list = NULL;
    int64_t lag = 0;
    if (rd_kafka_assignment(l->consumer, &list))
        return;
    rd_kafka_position(l->consumer, list);
    for (int i = 0; i < list->cnt; i++) {
        const rd_kafka_topic_partition_t *p = &list->elems[i];
        int64_t low, high;
        if (!rd_kafka_get_watermark_offsets(l->consumer, p->topic, p->partition, &low, &high) && high > 0)
            lag += high - (p->offset >= 0 ? p->offset : low > 0 ? low : 0);
    }
    rd_kafka_topic_partition_list_destroy(list);
    atomic_store(&l->lag, lag);
}

static void turn(struct listener *l)
{
    rd_kafka_message_t *m = rd_kafka_consumer_poll(l->consumer, POLL_MS);
    if (m && m->err)
        LOG(LOG_DEBUG, "kafka", lf_s("service", str_c(l->service->name)), lf_s("detail", str_c(rd_kafka_message_errstr(m))));
    else if (m && take_all(l, m))
        rd_kafka_offset_store(m->rkt, m->partition, m->offset);          /* committed soon, and when the consumer closes */
    if (m)
        rd_kafka_message_destroy(m);
    note_lag(l);
}

static void subscribe(struct listener *l)
{
    struct arena *arena = arena_new(0);
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(8);
    for (size_t i = 0; i < l->bus->n; i++)
        if (l->bus->at[i].service == l->service) {
            const char *name = kafka_topic(arena, l->bus, l->bus->at[i].row->topic).p;
            if (!rd_kafka_topic_partition_list_find(topics, name, RD_KAFKA_PARTITION_UA))
                rd_kafka_topic_partition_list_add(topics, name, RD_KAFKA_PARTITION_UA);
        }
    rd_kafka_resp_err_t e = rd_kafka_subscribe(l->consumer, topics);
    if (e)
        LOG(LOG_ERROR, "events cannot be subscribed to", lf_s("service", str_c(l->service->name)), lf_s("detail", str_c(rd_kafka_err2str(e))));
    rd_kafka_topic_partition_list_destroy(topics);
    arena_free(arena);
}

static void *listener_main(void *self)
{
    struct listener *l = self;
    pthread_setname_np(pthread_self(), "bus listener");
    subscribe(l);
    while (!atomic_load(&l->stop))
        turn(l);
    rd_kafka_consumer_close(l->consumer);
    return NULL;
}

static void trouble(rd_kafka_t *k, int code, const char *why, void *self)
{
    const struct listener *l = self;
    (void)k;
    LOG(LOG_DEBUG, "kafka", lf_s("service", str_c(l->service->name)), lf_i("code", code), lf_s("detail", str_c(why)));
}

struct listener *listener_start(struct bus *b, const struct service *s)
{
    struct listener *l = calloc(1, sizeof(*l));
    struct arena *arena = arena_new(0);
    if (!l)
        abort();
    l->bus = b;
    l->service = s;
    const struct kafka_option options[] = {
        { "client.id", "takenseat" },
        { "group.id", arena_fmt(arena, "%.*stakenseat-%s", STR_ARG(b->prefix), s->name).p },
        { "enable.auto.commit", "true" },            /* of what has been stored with rd_kafka_offset_store, and of nothing else */
        { "enable.auto.offset.store", "false" },
        { "auto.commit.interval.ms", "1000" },
        { "auto.offset.reset", "earliest" },         /* a new service hears all that there is */
        { "allow.auto.create.topics", "true" },
        { "topic.metadata.refresh.interval.ms", "2000" },        /* so soon is a topic heard that did not exist before */
        { "session.timeout.ms", "6000" },            /* as long does the group wait for a process that died */
        { "heartbeat.interval.ms", "2000" },
        { "fetch.wait.max.ms", "100" },
        { "fetch.message.max.bytes", "16777216" },   /* at least the largest event */
        { "socket.keepalive.enable", "true" },
        { NULL, NULL },
    };
    l->consumer = kafka_client(b, RD_KAFKA_CONSUMER, options, l, NULL, trouble);
    arena_free(arena);
    if (l->consumer)
        rd_kafka_poll_set_consumer(l->consumer);     /* one queue for messages and callbacks */
    if (!l->consumer || pthread_create(&l->thread, NULL, listener_main, l))
        panic(__FILE__, __LINE__, "cannot start a consumer of events");
    return l;
}

void listener_ask(struct listener *l)
{
    atomic_store(&l->stop, true);
}

void listener_stop(struct listener *l)
{
    listener_ask(l);
    pthread_join(l->thread, NULL);
    rd_kafka_destroy(l->consumer);
    free(l);
}

int64_t listener_lag(struct listener *l)
{
    return atomic_load(&l->lag);
}

const struct service *listener_service(const struct listener *l)
{
    return l->service;
}
