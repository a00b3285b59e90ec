/* The outbox to Kafka, in the order of its rows. The producer is idempotent and asks for acks of all replicas, so that Kafka has each event once and
 * those of one key in their order. A row counts as sent when its delivery was reported, and the cursor only moves over rows that all are: a crash
 * in between sends some again (with the same id), and loses none. When an event is refused, everything behind it is taken back and sent again after
 * it. */
#include <stdlib.h>
#include <unistd.h>

#include "platform/bus/kafka.h"
#include "platform/call/front_impl.h"
#include "platform/obs/log.h"
#include "platform_sql.h"

#define CURSOR      "kafka"   /* its name among the subscriptions' */
#define FLIGHTS     1024      /* events under way; a power of two */
#define LOOK_MS     5
#define MARK_US     100000    /* at most so often is the cursor written while events are under way */
#define ASK_US      1000000   /* whether brokers answer, while they do not */
#define ASK_MS      1000
#define FLUSH_MS    5000
#define TOPICS      64

struct flight {
    int64_t id;
    bool landed;
};

struct relay {
    struct bus *bus;
    rd_kafka_t *producer;
    pthread_t thread;
    struct flight flights[FLIGHTS];          /* in the order of their ids, from `first` */
    size_t first, count;
    int64_t sent;             /* given to the producer up to here */
    _Atomic int64_t marked;   /* in the table of cursors */
    int64_t marked_us;
    bool failed;
    _Atomic int64_t landed;   /* all up to here is on Kafka */
    _Atomic int64_t relayed;
    int64_t asked_us;
    bool made_topics;
    bool told;                /* that no broker answers */
    _Atomic bool up, stop;
};

/* ---- called by the producer, from rd_kafka_poll ---- */

static void flight_landed(rd_kafka_t *k, const rd_kafka_message_t *m, void *self)
{
    struct relay *r = self;
    struct flight *f = m->_private;
    (void)k;
    f->landed = !m->err;
    if (m->err && !r->failed)                /* those behind it are taken back as well */
        LOG(LOG_ERROR, "an event was not taken by Kafka; it waits in the outbox", lf_i("event", f->id),
            lf_s("detail", str_c(rd_kafka_err2str(m->err))));
    r->failed |= m->err != 0;
}

static void trouble(rd_kafka_t *k, int code, const char *why, void *self)
{
    struct relay *r = self;
    (void)k;
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
        atomic_store(&r->up, false);
    r->failed |= code == RD_KAFKA_RESP_ERR__FATAL;
    LOG(LOG_DEBUG, "kafka", lf_i("code", code), lf_s("detail", str_c(why)));
}

/* ---- the producer ---- */

static void producer_open(struct relay *r)
{
    static const struct kafka_option options[] = {
        { "client.id", "takenseat" },
        { "enable.idempotence", "true" },
        { "enable.gapless.guarantee", "true" },      /* what follows a refused event must not stand before it */
        { "acks", "all" },
        { "message.timeout.ms", "0" },               /* an event waits as long as it has to */
        { "message.max.bytes", "16777216" },         /* before compression; the brokers have their own limit after it */
        { "compression.type", "gzip" },              /* every client can read it */
        { "linger.ms", "2" },
        { "socket.keepalive.enable", "true" },
        { "socket.timeout.ms", "10000" },
        { NULL, NULL },
    };
    r->producer = kafka_client(r->bus, RD_KAFKA_PRODUCER, options, r, flight_landed, trouble);
}

static void producer_drop(struct relay *r)
{
    if (!r->producer)
        return;
    rd_kafka_purge(r->producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_poll(r->producer, 0);
    rd_kafka_destroy(r->producer);
    r->producer = NULL;
}

static void begin_again(struct relay *r)
{
    producer_drop(r);
    r->first = r->count = 0;
    r->sent = atomic_load(&r->landed);
    r->failed = false;
    atomic_store(&r->up, false);
    usleep(ASK_US);
    producer_open(r);
}

/* Makes the topics of all that is said, with the brokers' own number of partitions and replicas. Those that are there stay as they are; where we
 * may not, brokers make them at first use or an operator does. */
static void make_topics(struct relay *r)
{
    rd_kafka_NewTopic_t *topics[TOPICS];
    struct arena *arena = arena_new(0);
    char why[256];
    size_t n = 0;
    for (size_t i = 0; i < r->bus->app->service_count; i++)
        for (const struct event_kind *k = r->bus->app->o.services[i]->says; k && k->topic && n < TOPICS; k++)
            topics[n++] = rd_kafka_NewTopic_new(kafka_topic(arena, r->bus, k->topic).p, -1, -1, why, sizeof(why));
    rd_kafka_queue_t *answers = rd_kafka_queue_new(r->producer);
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(r->producer, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_AdminOptions_set_request_timeout(options, ASK_MS, why, sizeof(why));
    rd_kafka_CreateTopics(r->producer, topics, n, options, answers);
    rd_kafka_event_t *answer = rd_kafka_queue_poll(answers, 2 * ASK_MS);
    if (answer && rd_kafka_event_error(answer))
        LOG(LOG_INFO, "topics are left to the brokers", lf_s("detail", str_c(rd_kafka_event_error_string(answer))));
    if (answer)
        rd_kafka_event_destroy(answer);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_queue_destroy(answers);
    rd_kafka_NewTopic_destroy_array(topics, n);
    arena_free(arena);
    r->made_topics = true;
}

/* ---- sending ---- */

/* False when there is no room now. */
static bool send_one(struct relay *r, struct ctx *cx, const struct said *s)
{
    struct flight *f = &r->flights[(r->first + r->count) % FLIGHTS];
    struct str message = envelope_make(cx, r->bus, s), key = bus_key(cx, r->bus, s);
    struct str topic = kafka_topic(cx->arena, r->bus, arena_str(cx->arena, s->topic).p);
    static const char type[] = "application/cloudevents+json; charset=UTF-8";
    *f = (struct flight){ .id = s->id };
    rd_kafka_resp_err_t e = rd_kafka_producev(r->producer, RD_KAFKA_V_TOPIC(topic.p), RD_KAFKA_V_KEY(key.p, key.n),
                                              RD_KAFKA_V_VALUE((void *)(uintptr_t)message.p, message.n), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                                              RD_KAFKA_V_HEADER("content-type", type, sizeof(type) - 1), RD_KAFKA_V_OPAQUE(f), RD_KAFKA_V_END);
    if (e && e != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        r->failed = true;
        LOG(LOG_ERROR, "an event cannot be sent; it waits in the outbox", lf_i("event", s->id), lf_s("detail", str_c(rd_kafka_err2str(e))));
    }
    if (e)
        return false;
    r->sent = s->id;
    r->count++;
    return true;
}

/* Up to 64 events; true when there may be more to send at once. */
static bool send_some(struct relay *r)
{
    struct ctx cx;
    struct rows rows;
    bool room = r->count < FLIGHTS;
    size_t n = 0;
    if (!room || db_outbox_last(r->bus->app->db) <= r->sent)
        return false;
    app_ctx_begin(r->bus->app, &cx);
    cx.db = db_read_begin(r->bus->app->db);
    err e = db_rows(&cx, &platform_sql.outbox_next, VALS(v_int(r->sent)), &rows);
    if (!e) {
        for (; room && rows_next(&rows); n++)
            room = send_one(r, &cx, &(struct said){ .id = row_int(&rows, 0), .topic = row_text(&cx, &rows, 1), .key = row_int(&rows, 2),
                                                    .body = row_text(&cx, &rows, 3), .at = row_int(&rows, 4) }) && r->count < FLIGHTS;
        e = rows_end(&cx, &rows);
    }
    db_read_end(r->bus->app->db, cx.db);
    app_ctx_end(&cx);
    return !e && room && n == 64;
}

/* ---- what has arrived ---- */

static void take_landed(struct relay *r)
{
    int64_t n = 0;
    for (; r->count && r->flights[r->first].landed; r->first = (r->first + 1) % FLIGHTS, r->count--, n++)
        atomic_store(&r->landed, r->flights[r->first].id);
    if (n) {
        atomic_fetch_add(&r->relayed, n);
        atomic_store(&r->up, true);
        r->told = false;
    }
}

static void mark(struct relay *r, int64_t now_us)
{
    int64_t landed = atomic_load(&r->landed);
    struct ctx cx;
    if (landed <= r->marked || (r->count && now_us < r->marked_us + MARK_US))
        return;
    app_ctx_begin(r->bus->app, &cx);
    if (!bus_cursor_move(&cx, CURSOR, landed))
        r->marked = landed;
    app_ctx_end(&cx);
    r->marked_us = now_us;
}

/* While no broker answers: does one? */
static void ask(struct relay *r, int64_t now_us)
{
    const struct rd_kafka_metadata *m;
    if (atomic_load(&r->up) || now_us < r->asked_us + ASK_US)
        return;
    rd_kafka_resp_err_t e = rd_kafka_metadata(r->producer, 0, NULL, &m, ASK_MS);
    r->asked_us = now_us;
    if (!e) {
        rd_kafka_metadata_destroy(m);
        LOG(LOG_INFO, "Kafka answers", lf_s("bus.url", r->bus->brokers));
        if (!r->made_topics)
            make_topics(r);
        atomic_store(&r->up, true);
    } else if (!r->told) {
        LOG(LOG_ERROR, "bus.url: no broker answers; events wait in the outbox", lf_s("bus.url", r->bus->brokers),
            lf_s("detail", str_c(rd_kafka_err2str(e))));
    }
    r->told = e != 0;
}

static void *relay_main(void *self)
{
    struct relay *r = self;
    pthread_setname_np(pthread_self(), "bus relay");
    while (!atomic_load(&r->stop)) {
        bool more = r->producer && r->made_topics && send_some(r);
        if (r->producer)
            rd_kafka_poll(r->producer, more ? 0 : LOOK_MS);
        take_landed(r);
        mark(r, mono_us());
        if (r->failed || !r->producer)
            begin_again(r);
        else
            ask(r, mono_us());
    }
    if (r->producer && atomic_load(&r->up))
        rd_kafka_flush(r->producer, FLUSH_MS);
    take_landed(r);
    r->marked_us = 0;
    mark(r, MARK_US);
    producer_drop(r);
    return NULL;
}

struct relay *relay_start(struct bus *b)
{
    struct relay *r = calloc(1, sizeof(*r));
    struct ctx cx;
    int64_t marked;
    if (!r)
        abort();
    r->bus = b;
    app_ctx_begin(b->app, &cx);
    cx.db = db_read_begin(b->app->db);
    if (bus_cursor(&cx, CURSOR, &marked))
        panic(__FILE__, __LINE__, "the outbox cannot be read");
    db_read_end(b->app->db, cx.db);
    app_ctx_end(&cx);
    r->sent = marked;
    atomic_store(&r->marked, marked);
    atomic_store(&r->landed, marked);
    producer_open(r);
    if (pthread_create(&r->thread, NULL, relay_main, r))
        panic(__FILE__, __LINE__, "cannot start the relay");
    return r;
}

void relay_stop(struct relay *r)
{
    atomic_store(&r->stop, true);
    pthread_join(r->thread, NULL);
    free(r);
}

int64_t relay_marked(const struct relay *r) { return atomic_load(&r->marked); }

void relay_stats(struct relay *r, struct bus_stats *ret)
{
    ret->up = atomic_load(&r->up);
    ret->waiting = db_outbox_last(r->bus->app->db) - atomic_load(&r->landed);
    ret->relayed = atomic_load(&r->relayed);
}
