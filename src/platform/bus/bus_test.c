/* Events through Kafka: librdkafka's mock cluster in this process. */
#include "platform/call/event_bed.h"

#include "platform/bus/kafka.h"
#include "platform/config/config.h"

#include <librdkafka/rdkafka_mock.h>

/* ---- settings and envelopes ---- */

static void test_brokers(void **state)
{
    (void)state;
    static const struct {
        const char *url, *brokers;           /* NULL: refused */
    } cases[] = {
        { "kafka://a:9092", "a:9092" },      { "kafka://a:1,b:65535", "a:1,b:65535" }, { "kafka://[::1]:9092", "[::1]:9092" },
        { "kafka://a", NULL },               { "kafka://a:0", NULL },                  { "kafka://a:65536", NULL },
        { "kafka://a:9092,", NULL },         { "kafka://", NULL },                     { "kafka://:9092", NULL },
        { "http://a:9092", NULL },           { "a:9092", NULL },                       { "kafka://a:9092/", NULL },
        { "kafka://me:secret@a:9092", NULL }, { "kafka://a:9092,,b:9092", NULL },      { "kafka://a:nine", NULL },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct str brokers;
        assert_int_equal(kafka_brokers(str_c(cases[i].url), &brokers), cases[i].brokers != NULL);
        if (cases[i].brokers)
            assert_true(str_eq(brokers, str_c(cases[i].brokers)));
    }
}

/* ---- another service hears it as well ---- */

#define DAY 86400000LL

static _Atomic int told_n;

static err hear_story(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)cx, (void)self, (void)in, (void)out;
    atomic_fetch_add(&told_n, 1);
    return OK;
}

static const struct call story_call = { .name = "other.hear", .kind = CALL_STORY, .in = &word_fields, .fn = hear_story };
static const struct call *const calls[] = { &say_call, &hear_call, NULL };
static const struct call *const other_calls[] = { &story_call, NULL };
static const struct subscription other_subscriptions[] = { { "test.said", &story_call }, { 0 } };

static const struct service test_service = { .name = "test", .open = bed_open, .close = bed_close, .calls = calls, .says = bed_says,
                                             .subscriptions = bed_subscriptions };
static const struct service other_service = { .name = "other", .open = bed_open, .close = bed_close, .calls = other_calls,
                                              .subscriptions = other_subscriptions };
static const struct service *const services[] = { &test_service, &other_service, NULL };

static void test_envelopes(void **state)
{
    (void)state;
    struct fixture f;
    struct ctx cx;
    struct said back;
    fixture_open(&f, services);
    app_ctx_begin(f.app, &cx);
    struct bus *b = app_bus(f.app);
    const struct said event = { .id = 7, .at = 1700000000000, .key = 5, .topic = S("test.said"), .body = S("{\"n\":1}") };
    struct str message = envelope_make(&cx, b, &event);
    assert_int_equal(envelope_read(&cx, b, "test.said", message, &back), OK);
    assert_true(back.id == 7 && back.at == event.at && str_eq(back.body, event.body));
    assert_int_equal(envelope_read(&cx, b, "test.else", message, &back), ERR_INPUT);
    for (size_t n = 0; n < message.n; n++)
        assert_int_equal(envelope_read(&cx, b, "test.said", str_of(message.p, n), &back), ERR_INPUT);
    static const char *const changes[][2] = {
        { "\"1.0\"", "\"1.1\"" }, { "\"7\"", "\"x\"" }, { "\"7\"", "\"0\"" },
        { "/takenseat/", "/elsewhere/" }, { "said:3", "said:4" }, { "\"time\"", "\"tide\"" },
    };
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        const char *at = strstr(message.p, changes[i][0]);
        assert_non_null(at);
        struct str other = arena_fmt(cx.arena, "%.*s%s%s", (int)(at - message.p), message.p, changes[i][1], at + strlen(changes[i][0]));
        assert_int_equal(envelope_read(&cx, b, "test.said", other, &back), ERR_INPUT);
    }
    app_ctx_end(&cx);
    fixture_close(&f);
}

/* ---- there and back ---- */

/* ThreadSanitizer cannot see how librdkafka, which is not built with it, hands memory from thread to thread. */
#if defined(__has_feature)
#define UNDER_TSAN __has_feature(thread_sanitizer)
#else
#define UNDER_TSAN 0
#endif

static void replay_all(struct fixture *f, err expected)
{
    struct ctx cx;
    struct parked at[64];
    size_t n;
    app_ctx_begin(f->app, &cx);
    cx.db = db_read_begin(app_db(f->app));
    assert_int_equal(bus_parked(&cx, 0, at, &n), OK);
    db_read_end(app_db(f->app), cx.db);
    cx.db = NULL;
    assert_int_equal(n, 1);
    assert_true(str_eq(at[0].subscription, S("test.test.said")) && str_eq(at[0].code, S("unlucky")) && str_eq(at[0].body, S("{\"n\":13}")));
    assert_int_equal(bus_replay(&cx, app_bus(f->app), &at[0]), expected);
    app_ctx_end(&cx);
}

static const struct query left = { "test.left", "SELECT COUNT(*) FROM outbox" };
static const struct query inbox = { "test.inbox", "SELECT COUNT(*) FROM bus_inbox" };
static const struct query cursors = { "test.cursors", "SELECT MIN(event_id) FROM bus_cursor" };

static int64_t number(struct fixture *f, const struct query *q)
{
    struct ctx cx;
    bool found;
    int64_t n;
    app_ctx_begin(f->app, &cx);
    cx.db = db_read_begin(app_db(f->app));
    assert_int_equal(db_one(&cx, q, NO_VALS, row_take_int, &n, &found), OK);
    db_read_end(app_db(f->app), cx.db);
    app_ctx_end(&cx);
    return n;
}

static void assert_heard(struct fixture *f, const int64_t *words, int n)
{
    app_clock_advance(f->app, 0);
    assert_int_equal(atomic_load(&ears.n), n);
    for (int i = 0; i < n; i++)
        assert_int_equal(atomic_load(&ears.heard[i]), words[i]);
}

static void test_there_and_back(void **state)
{
    (void)state;
    struct fixture f;
    struct str why;
    char text[256];
    struct bus_stats stats;
    if (UNDER_TSAN)
        skip();
    ears_clear();
    rd_kafka_t *holder = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), text, sizeof(text));
    rd_kafka_mock_cluster_t *cluster = rd_kafka_mock_cluster_new(holder, 1);
    fixture_open(&f, services);
    said(&f, 1);
    assert_heard(&f, (const int64_t[]){ 1 }, 1);                 /* in process */
    bus_stats(app_bus(f.app), &stats);
    assert_false(stats.used);

    snprintf(text, sizeof(text), "kafka://%s", rd_kafka_mock_cluster_bootstraps(cluster));
    assert_true(config_set(f.config, S("bus.url"), str_c(text), &why));
    f.options.fleeting = false;                                  /* such a program says nothing to the world */
    fixture_restart(&f);
    atomic_store(&ears.fails_left, 2);                                /* tried again until it works */
    said(&f, 2);
    said(&f, 13);                                                /* parked, does not hold up the next */
    said(&f, 3);
    assert_heard(&f, (const int64_t[]){ 1, 2, 3 }, 3);           /* the first is sent too, and was heard before */
    assert_int_equal(atomic_load(&told_n), 4);
    bus_stats(app_bus(f.app), &stats);
    assert_true(stats.used && stats.up && stats.services == 2);
    assert_int_equal(stats.relayed, 4);
    assert_int_equal(stats.parked, 1);
    assert_int_equal(stats.waiting, 0);

    replay_all(&f, ERR_CONFLICT);
    fixture_restart(&f);
    atomic_store(&ears.unlucky, false);
    replay_all(&f, OK);
    said(&f, 4);
    assert_heard(&f, (const int64_t[]){ 1, 2, 3, 13, 4 }, 5);
    app_clock_advance(f.app, 9 * DAY);
    assert_int_equal(number(&f, &left), 1);
    assert_int_equal(number(&f, &inbox), 2);                     /* of the last one */
    fixture_restart(&f);
    said(&f, 5);
    assert_heard(&f, (const int64_t[]){ 1, 2, 3, 13, 4, 5 }, 6);
    fixture_close(&f);
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(holder);
}

/* ---- what is old ---- */

static void test_old_events(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f, services);
    ears_clear();
    for (int64_t n = 1; n <= 600; n++)
        said(&f, n == 2 ? 13 : 1);                               /* the second is parked */
    app_clock_advance(f.app, 6 * DAY);
    assert_int_equal(number(&f, &left), 600);
    app_clock_advance(f.app, 2 * DAY);
    assert_int_equal(number(&f, &left), 2);                      /* the parked one, and the newest: numbers go on from it */
    assert_true(number(&f, &cursors) >= 599);
    assert_int_equal(atomic_load(&ears.n), 599);

    fixture_restart(&f);
    atomic_store(&ears.unlucky, false);
    replay_all(&f, OK);
    said(&f, 7);
    app_clock_advance(f.app, 9 * DAY);
    assert_int_equal(atomic_load(&ears.n), 601);
    assert_int_equal(atomic_load(&ears.heard[600 % HEARD_MAX]), 7);
    assert_int_equal(number(&f, &left), 1);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_brokers),
        cmocka_unit_test(test_envelopes),
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_old_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
