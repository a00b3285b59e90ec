/* Links between two ends in one process: answers find their questions, bounds hold, what breaks is told, and nobody gets in without the key. */
#include "test.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "platform/link/link.h"

#define IN_FLIGHT 8
#define PATIENCE  20000       /* ms: on a slow machine too */

struct bed {
    struct arena *arena;
    struct links *listens, *asks;
    struct link_peer peer;
    struct link_question *_Atomic kept;  /* one that is not answered yet */
    _Atomic int heard;
};

/* Says "again: " and what it was asked; keeps "keep". */
static void echo(void *self, struct link_question *q)
{
    struct bed *b = self;
    atomic_fetch_add(&b->heard, 1);
    if (str_eq(q->bytes, S("keep"))) {
        atomic_store(&b->kept, q);
        return;
    }
    struct arena *arena = arena_new(0);
    char *text = arena_take(arena, q->bytes.n + 7);
    memcpy(text, "again: ", 7);
    if (q->bytes.n)
        memcpy(text + 7, q->bytes.p, q->bytes.n);
    link_answer(q, str_of(text, q->bytes.n + 7));
    arena_free(arena);
}

static struct links *start(struct bed *b, char key, int port, size_t peers)
{
    struct str why = { 0 };
    struct links_options o = { .host = S("127.0.0.1"), .port = port, .peers = &b->peer, .peer_count = peers,
                               .in_flight_max = IN_FLIGHT, .asked = echo, .self = b };
    memset(o.key, key, sizeof(o.key));
    struct links *l = links_start(b->arena, &o, &why);
    if (!l)
        print_error("%.*s\n", STR_ARG(why));
    assert_non_null(l);
    return l;
}

static int open_bed(void **state)
{
    struct bed *b = calloc(1, sizeof(*b));
    assert_non_null(b);
    b->arena = arena_new(0);
    b->listens = start(b, 'k', 0, 0);
    b->peer = (struct link_peer){ "other", S("127.0.0.1"), links_port(b->listens) };
    b->asks = start(b, 'k', LINK_NOWHERE, 1);
    *state = b;
    return 0;
}

static int close_bed(void **state)
{
    struct bed *b = *state;
    links_stop(b->asks);
    links_stop(b->listens);
    arena_free(b->arena);
    free(b);
    return 0;
}

/* Asks until the other one is there. */
static enum link_result ask(struct bed *b, struct str question, struct str *ret)
{
    enum link_result result = LINK_DOWN;
    for (int i = 0; i < PATIENCE && (result == LINK_DOWN || result == LINK_LOST); i++) {
        result = link_ask(b->asks, 0, question, PATIENCE, b->arena, ret);
        if (result == LINK_DOWN)
            usleep(1000);
    }
    return result;
}

static void answers_come_back(void **state)
{
    struct bed *b = *state;
    struct str answer, large = { arena_take(b->arena, 3 << 20), 3 << 20 };
    assert_int_equal(ask(b, S("hello"), &answer), LINK_ANSWERED);
    assert_true(str_eq(answer, S("again: hello")));
    assert_int_equal(ask(b, (struct str){ 0 }, &answer), LINK_ANSWERED);
    assert_true(str_eq(answer, S("again: ")));
    assert_int_equal(ask(b, large, &answer), LINK_ANSWERED);
    assert_int_equal(answer.n, large.n + 7);
}

struct crowd {
    struct bed *b;
    int number;
};

static void *ask_many(void *self)
{
    const struct crowd *c = self;
    struct arena *arena = arena_new(0);
    size_t right = 0;
    for (int i = 0; i < 500; i++) {
        struct str question = arena_fmt(arena, "%d of %d", i, c->number), answer;
        enum link_result result = link_ask(c->b->asks, 0, question, PATIENCE, arena, &answer);
        right += result == LINK_ANSWERED && str_eq(answer, arena_fmt(arena, "again: %.*s", STR_ARG(question)));
        if (i % 50 == 0)
            arena_reset(arena);
    }
    arena_free(arena);
    return (void *)(uintptr_t)right;
}

static void many_at_once(void **state)
{
    struct bed *b = *state;
    pthread_t threads[IN_FLIGHT];
    struct crowd crowd[IN_FLIGHT];
    struct str answer;
    assert_int_equal(ask(b, S("there?"), &answer), LINK_ANSWERED);
    for (int i = 0; i < IN_FLIGHT; i++) {
        crowd[i] = (struct crowd){ b, i };
        assert_int_equal(pthread_create(&threads[i], NULL, ask_many, &crowd[i]), 0);
    }
    for (int i = 0; i < IN_FLIGHT; i++) {
        void *right;
        pthread_join(threads[i], &right);
        assert_int_equal((uintptr_t)right, 500);
    }
    struct link_stats stats;
    link_stats(b->asks, &stats);
    assert_int_equal(stats.asked, IN_FLIGHT * 500 + 1);
    assert_int_equal(stats.lost, 0);
    assert_int_equal(stats.up, 1);
}

/* ---- bounds ---- */

static void *ask_kept(void *self)
{
    struct bed *b = self;
    struct arena *arena = arena_new(0);
    struct str answer;
    enum link_result result = link_ask(b->asks, 0, S("keep"), PATIENCE, arena, &answer);
    arena_free(arena);
    return (void *)(uintptr_t)result;
}

static struct link_question *take_kept(struct bed *b)
{
    struct link_question *q = NULL;
    for (int i = 0; i < PATIENCE && !q; i++) {
        q = atomic_exchange(&b->kept, NULL);
        if (!q)
            usleep(1000);
    }
    assert_non_null(q);
    return q;
}

static void too_many(void **state)
{
    struct bed *b = *state;
    pthread_t threads[IN_FLIGHT];
    struct link_question *kept[IN_FLIGHT];
    struct str answer;
    assert_int_equal(ask(b, S("there?"), &answer), LINK_ANSWERED);
    for (int i = 0; i < IN_FLIGHT; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, ask_kept, b), 0);
        kept[i] = take_kept(b);
    }
    assert_int_equal(link_ask(b->asks, 0, S("one more"), PATIENCE, b->arena, &answer), LINK_FULL);
    for (int i = 0; i < IN_FLIGHT; i++) {
        void *result;
        link_answer(kept[i], S("at last"));
        pthread_join(threads[i], &result);
        assert_int_equal((uintptr_t)result, LINK_ANSWERED);
    }
    assert_int_equal(link_ask(b->asks, 0, S("now"), PATIENCE, b->arena, &answer), LINK_ANSWERED);
}

static void too_late(void **state)
{
    struct bed *b = *state;
    struct str answer;
    assert_int_equal(ask(b, S("there?"), &answer), LINK_ANSWERED);
    assert_int_equal(link_ask(b->asks, 0, S("keep"), 50, b->arena, &answer), LINK_LATE);
    link_answer(take_kept(b), S("nobody waits for this"));
    assert_int_equal(ask(b, S("next"), &answer), LINK_ANSWERED);
    assert_true(str_eq(answer, S("again: next")));
}

/* ---- what breaks ---- */

static void lost_and_found(void **state)
{
    struct bed *b = *state;
    pthread_t thread;
    struct str answer;
    void *result;
    int port = links_port(b->listens);
    assert_int_equal(ask(b, S("there?"), &answer), LINK_ANSWERED);
    assert_int_equal(pthread_create(&thread, NULL, ask_kept, b), 0);
    struct link_question *kept = take_kept(b);
    links_deafen(b->listens);
    for (bool lost = false; !lost;)          /* one more question: a deaf end closes the connection */
        lost = link_ask(b->asks, 0, S("hello?"), PATIENCE, b->arena, &answer) == LINK_LOST;
    pthread_join(thread, &result);
    assert_int_equal((uintptr_t)result, LINK_LOST);
    link_answer(kept, S("to a connection that is gone"));
    links_stop(b->listens);
    b->listens = start(b, 'k', port, 0);
    assert_int_equal(ask(b, S("back"), &answer), LINK_ANSWERED);
    assert_true(str_eq(answer, S("again: back")));
}

/* ---- who has no key ---- */

static void another_key(void **state)
{
    struct bed *b = *state;
    struct str answer;
    struct links *stranger = start(b, 'x', LINK_NOWHERE, 1);
    int heard = atomic_load(&b->heard);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(link_ask(stranger, 0, S("let me in"), 100, b->arena, &answer), LINK_DOWN);
        usleep(2000);
    }
    assert_int_equal(atomic_load(&b->heard), heard);
    links_stop(stranger);
}

static int dial(const struct bed *b)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)b->peer.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct timeval patience = { PATIENCE / 1000, 0 };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    return fd;
}

/* Bytes of a stranger: the connection ends after the other end's hello, whatever they are. */
static void closes_on(const struct bed *b, struct str bytes)
{
    char got[256];
    size_t n = 0;
    int fd = dial(b);
    assert_int_equal(write(fd, bytes.p, bytes.n), bytes.n);
    for (ssize_t more = 1; more > 0 && n < sizeof(got); n += more > 0 ? (size_t)more : 0)
        more = read(fd, got + n, sizeof(got) - n);
    assert_in_range(n, 0, 36 + 20);          /* hello, and the empty message that shows the key */
    close(fd);
}

static void strangers(void **state)
{
    struct bed *b = *state;
    struct str answer;
    char hello[36 + 24] = "TSL1";
    assert_int_equal(ask(b, S("there?"), &answer), LINK_ANSWERED);
    int heard = atomic_load(&b->heard);
    closes_on(b, S("GET / HTTP/1.1\r\nHost: localhost\r\nAccept: everything there is\r\n\r\n"));
    memset(hello + 4, 7, 32);
    memcpy(hello + 36, "\0\0\0\x10", 4);     /* a message of 16 bytes that nobody has sealed */
    closes_on(b, str_of(hello, 36 + 20));
    memcpy(hello + 36, "\x7f\xff\xff\xff", 4);
    closes_on(b, str_of(hello, 36 + 20));    /* no memory is taken for what a stranger announces */
    memcpy(hello + 36, "\0\0\0\x01", 4);
    closes_on(b, str_of(hello, 36 + 20));
    assert_int_equal(atomic_load(&b->heard), heard);
    assert_int_equal(ask(b, S("still there?"), &answer), LINK_ANSWERED);
}

static void bad_addresses(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct link_peer peer = { "other", S("nowhere.example"), 1 };
    struct str why = { 0 };
    assert_null(links_start(arena, &(struct links_options){ .port = LINK_NOWHERE, .peers = &peer, .peer_count = 1 }, &why));
    assert_non_null(strstr(why.p, "nowhere.example"));
    assert_null(links_start(arena, &(struct links_options){ .host = S("256.0.0.1"), .port = 0 }, &why));
    assert_non_null(strstr(why.p, "256.0.0.1"));
    arena_free(arena);
}

int main(void)
{
#define BED(test) cmocka_unit_test_setup_teardown(test, open_bed, close_bed)
    const struct CMUnitTest tests[] = {
        BED(answers_come_back), BED(many_at_once), BED(too_many), BED(too_late), BED(lost_and_found), BED(another_key), BED(strangers),
        cmocka_unit_test(bad_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
