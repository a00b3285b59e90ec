/* Requests from outside, over HTTP, while the database fails: what is kept of their answers, and that what ran twice counts once. */
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fixture.h"
#include "platform/call/call_impl.h"
#include "platform/config/config.h"
#include "platform/db/server_bed.h"
#include "platform/fetch/fetch.h"

struct thing {
    int64_t n;
};
static const struct field thing_rows[] = { { .name = "n", .type = F_INT, .at = offsetof(struct thing, n), .has_at = NO_HAS } };
static const struct fields thing_fields = { "Thing", sizeof(struct thing), thing_rows, 1 };

static _Atomic int told, put;
static _Atomic bool hide_next, hidden, end_next;

/* ---- the table of kept answers is away for a while ---- */

static const struct query hide = { "test.hide", "ALTER TABLE idempotency RENAME TO hidden" };
static const struct query show = { "test.show", "ALTER TABLE hidden RENAME TO idempotency" };

static err run_hide(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)self, (void)in, (void)out;
    return db_run(cx, &hide, NO_VALS, NULL);
}

static err run_show(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)self, (void)in, (void)out;
    return db_run(cx, &show, NO_VALS, NULL);
}

static const struct call hide_call = { .name = "test.hide", .kind = CALL_COMMAND, .fn = run_hide };
static const struct call show_call = { .name = "test.show", .kind = CALL_COMMAND, .fn = run_show };

static err tell(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)self, (void)in;
    ((struct thing *)out)->n = atomic_fetch_add(&told, 1) + 1;
    if (!atomic_exchange(&hide_next, false))
        return OK;
    err e = call_run(cx, &hide_call, NULL, NULL);
    atomic_store(&hidden, true);
    return e;
}

/* Waits until the answer could not be kept. */
static void *show_again(void *self)
{
    struct fixture *f = self;
    struct db_stats before, now;
    while (!atomic_load(&hidden))
        usleep(1000);
    db_stats(f->app->db, &before);
    do {
        usleep(1000);
        db_stats(f->app->db, &now);
    } while (now.groups == before.groups);
    return fixture_call(f, 0, 0, &show_call, NULL, NULL, NULL) ? self : NULL;
}

/* ---- the writer's connection is ended by the server ---- */

static const struct query end_connection = { "test.end", "KILL CONNECTION_ID()" };

static err put_thing(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)self, (void)in;
    struct thing *t = out;
    outbox_put(cx, "test.put", 1, S("{}"));
    t->n += atomic_fetch_add(&put, 1) + 1;   /* to what it was before */
    return atomic_exchange(&end_next, false) ? db_run(cx, &end_connection, NO_VALS, NULL) : OK;
}

static err count_events(struct ctx *cx, void *self, const void *in, void *out)
{
    static const struct query count = { "test.count", "SELECT COUNT(*) FROM outbox" };
    (void)self, (void)in;
    struct sequence s;
    err e = sequence_load(cx, &count, &s);
    *(int64_t *)out = s.last;
    return e;
}

/* ---- a service that puts things and tells stories ---- */

static err test_open(struct ctx *cx, void **ret_self)
{
    (void)cx;
    *ret_self = NULL;
    return OK;
}

static void test_close(void *self) { (void)self; }

static const struct call tell_call = { .name = "test.tell", .kind = CALL_STORY, .out = &thing_fields, .fn = tell };
static const struct call put_call = { .name = "test.put", .kind = CALL_COMMAND, .out = &thing_fields, .fn = put_thing };
static const struct call count_call = { .name = "test.count", .kind = CALL_READ, .fn = count_events };
static const struct call *const calls[] = { &tell_call, &hide_call, &show_call, &put_call, &count_call, NULL };
static const struct route routes[] = {
    { "POST", "/stories", &tell_call, IDEMPOTENT, 0, 201, 0, NULL },
    { "POST", "/things", &put_call, IDEMPOTENT, 0, 201, 0, NULL },
    { 0 },
};
static const struct service service = { .name = "test", .open = test_open, .close = test_close, .calls = calls, .routes = routes };
static const struct service *const services[] = { &service, NULL };

static void set(struct fixture *f, const char *name, struct str value)
{
    struct str why = { 0 };
    assert_true(config_set(f->config, str_c(name), value, &why));
}

static void listen_at_any_port(struct fixture *f)
{
    struct str why = { 0 };
    set(f, "http.port", S("0"));
    assert_true(app_listen(f->app, f->arena, &why));
}

static void ask(struct fixture *f, const char *path, const char *key, int status, const char *body)
{
    const char *why = "";
    struct fetched got;
    struct fetch_header header = { "Idempotency-Key", str_c(key) };
    struct fetch question = { .url = arena_fmt(f->arena, "http://127.0.0.1:%d%s", app_port(f->app), path), .method = "POST", .headers = &header,
                              .header_count = 1, .timeout_ms = 60000 };
    assert_true(fetch(f->arena, &question, &got, &why));
    assert_int_equal(got.status, status);
    assert_true(str_eq(got.body, str_c(body)));
}

/* The answer of a story is kept as soon as the database can: whoever asks again is told it, and the story is told once. */
static void test_answer_kept_later(void **state)
{
    (void)state;
    struct fixture f;
    pthread_t thread;
    void *failed;
    fixture_open(&f, services);
    listen_at_any_port(&f);
    ask(&f, "/stories", "one", 201, "{\"n\":1}");
    atomic_store(&hide_next, true);
    assert_int_equal(pthread_create(&thread, NULL, show_again, &f), 0);
    ask(&f, "/stories", "two", 201, "{\"n\":2}");
    pthread_join(thread, &failed);
    assert_null(failed);
    ask(&f, "/stories", "two", 201, "{\"n\":2}");
    ask(&f, "/stories", "one", 201, "{\"n\":1}");
    ask(&f, "/stories", "three", 201, "{\"n\":3}");
    fixture_close(&f);
}

/* A command that is run once more finds its answer as it was, and neither it nor its key counts twice. */
static void test_run_once_more(void **state)
{
    (void)state;
    struct fixture f;
    struct thing t = { 40 };
    struct db_stats stats;
    int64_t events;
    char database[64];
    fixture_open(&f, services);
    snprintf(database, sizeof(database), "%s", strrchr(f.dir, '/') + 1);
    server_database(server_address(), "CREATE DATABASE", database);
    set(&f, "db.url", arena_fmt(f.arena, "%s/%s", server_address(), database));
    set(&f, "db.password", str_c(getenv("TAKENSEAT_DB_PASSWORD")));
    f.options.fleeting = false;              /* such a program keeps away from servers */
    fixture_restart(&f);
    listen_at_any_port(&f);

    atomic_store(&end_next, true);
    assert_int_equal(fixture_call(&f, 0, 0, &put_call, NULL, &t, NULL), OK);
    assert_int_equal(t.n, 42);
    atomic_store(&end_next, true);
    ask(&f, "/things", "one", 201, "{\"n\":4}");
    ask(&f, "/things", "one", 201, "{\"n\":4}");
    assert_int_equal(atomic_load(&put), 4);
    db_stats(f.app->db, &stats);
    assert_int_equal(stats.again, 2);
    assert_int_equal(fixture_call(&f, 0, 0, &count_call, NULL, &events, NULL), OK);
    assert_int_equal(events, 2);

    fixture_close(&f);
    server_database(server_address(), "DROP DATABASE", database);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_answer_kept_later) };
    const struct CMUnitTest on_server[] = { cmocka_unit_test(test_run_once_more) };
    int failed = cmocka_run_group_tests_name("SQLite", tests, NULL, NULL);
    return server_address() ? failed + cmocka_run_group_tests_name("MariaDB", on_server, NULL, NULL) : failed;
}
