/* Routes, jobs in the order of their times, events to subscribers, idempotency keys. */
#include "platform/call/event_bed.h"

#include <stdlib.h>
#include <unistd.h>

#include "platform/call/call_impl.h"

/* ---- routes ---- */

static void test_router(void **state)
{
    (void)state;
    static const struct route rows[] = {
        { .method = "GET", .path = "/a" }, { .method = "GET", .path = "/a/{one}" }, { .method = "DELETE", .path = "/a/{one}" },
        { .method = "GET", .path = "/a/me" }, { .method = "POST", .path = "/a/{one}/b/{two}" }, { .method = "GET", .path = "/a/{x}/c" },
    };
    static const struct {
        const char *method, *path;
        int row;              /* -1: none */
        const char *allow, *value;
    } cases[] = {
        { "GET", "/a", 0, "", "" },          { "HEAD", "/a", 0, "", "" },           { "POST", "/a", -1, "GET", "" },
        { "GET", "/a/me", 3, "", "" },       { "GET", "/a/you", 1, "", "you" },     { "DELETE", "/a/you", 2, "", "you" },
        { "PUT", "/a/you", -1, "GET, DELETE", "" }, { "POST", "/a/1/b/2", 4, "", "1" },  { "GET", "/a/1/c", 5, "", "1" },
        { "GET", "/a/", -1, "", "" },        { "GET", "/", -1, "", "" },            { "GET", "/a/1/b", -1, "", "" },
        { "GET", "/a/1/b/2/3", -1, "", "" }, { "GET", "/old", 0, "", "" },          { "DELETE", "/old/you", 2, "", "you" },
        { "POST", "/old/1/b/2", 4, "", "1" }, { "GET", "/a/1/c/", 5, "", "1" },    { "GET", "/old/", -1, "", "" },
    };
    struct arena *arena = arena_new(0);
    struct router *r = router_new(arena);
    struct path_params params;
    struct str allow;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        router_add(r, arena, (struct routed){ .route = &rows[i] });
    router_alias(r, arena, "/old", "/a");
    router_alias(r, arena, "/a/{x}/c/", "/a/{x}/c");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct routed *found = router_find(r, arena, str_c(cases[i].method), str_c(cases[i].path), &params, &allow);
        assert_ptr_equal(found ? found->route : NULL, cases[i].row < 0 ? NULL : &rows[cases[i].row]);
        assert_true(str_eq(allow, str_c(cases[i].allow)));
        if (cases[i].value[0])
            assert_true(str_eq(params.value[0], str_c(cases[i].value)));
    }
    arena_free(arena);
}

/* ---- a service for tests: rings, and talks to itself ---- */

struct bell {
    _Atomic int64_t due;
    int64_t rung[16];
    _Atomic int n;
};

static struct bell bells[2];

static err ring(struct ctx *cx, struct bell *b, int64_t every)
{
    b->rung[atomic_load(&b->n) % 16] = cx->now;
    atomic_fetch_add(&b->n, 1);
    atomic_store(&b->due, atomic_load(&b->due) + every);
    return OK;
}

static err ring_command(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)self, (void)in, (void)out;
    return ring(cx, &bells[0], 1000);
}

static err ring_story(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)self, (void)in, (void)out;
    return ring(cx, &bells[1], 700);
}

static int64_t due_command(void *self) { (void)self; return atomic_load(&bells[0].due); }
static int64_t due_story(void *self) { (void)self; return atomic_load(&bells[1].due); }

/* A job that ends only when so many run at the same time. */
#define MEETING 3
static _Atomic int64_t meet_due;
static _Atomic int meeting;

static err meet(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)cx, (void)self, (void)in, (void)out;
    atomic_fetch_add(&meeting, 1);
    for (int i = 0; i < 10000 && atomic_load(&meeting) < MEETING; i++)
        usleep(1000);
    atomic_store(&meet_due, INT64_MAX);
    return OK;
}

static int64_t due_meeting(void *self)
{
    (void)self;
    return atomic_load(&meet_due);
}

static const struct call meet_call = { .name = "test.meet", .kind = CALL_STORY, .fn = meet };
static const struct job waiting_jobs[] = { { "test.meet", &meet_call, due_meeting }, { 0 } };

static size_t job_threads(void *self, const struct job *job)
{
    (void)self;
    assert_ptr_equal(job->call, &meet_call);
    return MEETING;
}

static const struct call ring_command_call = { .name = "test.ring", .kind = CALL_COMMAND, .fn = ring_command };
static const struct call ring_story_call = { .name = "test.ring_story", .kind = CALL_STORY, .fn = ring_story };
static const struct call *const calls[] = { &ring_command_call, &ring_story_call, &say_call, &hear_call, &meet_call, NULL };
static const struct job jobs[] = { { "test.command", &ring_command_call, due_command }, { "test.story", &ring_story_call, due_story }, { 0 } };

static const struct service test_service = {
    .name = "test", .open = bed_open, .close = bed_close, .calls = calls, .jobs = jobs, .waiting_jobs = waiting_jobs,
    .job_threads = job_threads, .subscriptions = bed_subscriptions,
};
static const struct service *const services[] = { &test_service, NULL };

static int open_fixture(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    for (int i = 0; i < 2; i++) {
        atomic_store(&bells[i].due, INT64_MAX);
        atomic_store(&bells[i].n, 0);
    }
    ears_clear();
    atomic_store(&meet_due, INT64_MAX);
    atomic_store(&meeting, 0);
    fixture_open(f, services);
    *state = f;
    return 0;
}

static int close_fixture(void **state)
{
    fixture_close(*state);
    free(*state);
    return 0;
}

static void test_jobs_in_order(void **state)
{
    struct fixture *f = *state;
    int64_t start = clock_now(app_clock(f->app));
    atomic_store(&bells[0].due, start + 1000);
    atomic_store(&bells[1].due, start + 700);
    assert_int_equal(app_clock_advance(f->app, 3000), start + 3000);
    assert_int_equal(atomic_load(&bells[0].n), 3);
    assert_int_equal(atomic_load(&bells[1].n), 4);
    for (int i = 0; i < 3; i++)
        assert_int_equal(bells[0].rung[i], start + 1000 * (i + 1));      /* each at its own time, not at the end */
    for (int i = 0; i < 4; i++)
        assert_int_equal(bells[1].rung[i], start + 700 * (i + 1));
}

static void test_jobs_of_several_threads(void **state)
{
    (void)state;
    atomic_store(&meet_due, 0);
    for (int i = 0; i < 10000 && atomic_load(&meeting) < MEETING; i++)
        usleep(1000);
    assert_int_equal(atomic_load(&meeting), MEETING);
}

static void test_events(void **state)
{
    struct fixture *f = *state;
    atomic_store(&ears.fails_left, 2);            /* tried again until it works */
    said(f, 1);
    said(f, 13);                             /* parked, does not hold up the next */
    said(f, 2);
    app_clock_advance(f->app, 10000);
    assert_int_equal(atomic_load(&ears.n), 2);
    assert_int_equal(atomic_load(&ears.heard[0]), 1);
    assert_int_equal(atomic_load(&ears.heard[1]), 2);
    fixture_restart(f);
    app_clock_advance(f->app, 10000);
    assert_int_equal(atomic_load(&ears.n), 2);          /* delivered events stay delivered */
}

/* ---- idempotency keys ---- */

struct keyed {
    struct idem_key key;
    enum idem_found found;
    int status;
    struct str body;
    bool claim, save;
    err want;                 /* what the command returns after that */
};

static err use_key(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)self, (void)in;
    struct keyed *k = out;
    err e = idem_find(cx, cx->app->idem, &k->key, k->claim, &k->found, &k->status, &k->body);
    if (!e && k->save)
        idem_save(cx, cx->app->idem, &k->key, 201, S("{\"id\":1}"));
    return e ? e : k->want;
}

static const struct call key_call = { .name = "test.key", .kind = CALL_COMMAND, .fn = use_key };
static const struct call *const key_calls[] = { &key_call, NULL };
static const struct service key_service = { .name = "test", .open = bed_open, .close = bed_close, .calls = key_calls };
static const struct service *const key_services[] = { &key_service, NULL };

static enum idem_found look(struct fixture *f, int64_t user, const char *key, const char *body, bool claim, bool save, int *ret_status)
{
    static const struct route route = { .method = "POST", .path = "/things" };
    struct keyed k = { .claim = claim, .save = save };
    struct ctx cx;
    idem_key_make(f->app->idem, user, &route, S("/things"), str_c(key), str_c(body), &k.key);
    assert_int_equal(fixture_call(f, user, 0, &key_call, NULL, &k, &cx), OK);
    if (ret_status)
        *ret_status = k.status;
    if (k.found == IDEM_REPLAY)
        assert_true(str_eq(k.body, S("{\"id\":1}")));
    app_ctx_end(&cx);
    return k.found;
}

static void test_keys(void **state)
{
    (void)state;
    struct fixture f;
    int status = 0;
    fixture_open(&f, key_services);
    assert_int_equal(look(&f, 7, "k", "{}", false, true, NULL), IDEM_NEW);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(look(&f, 7, "k", "{}", false, false, &status), IDEM_REPLAY);
        assert_int_equal(status, 201);
        assert_int_equal(look(&f, 7, "k", "{ }", false, false, NULL), IDEM_MISMATCH);
        assert_int_equal(look(&f, 8, "k", "{}", false, false, NULL), IDEM_NEW);          /* another account's key is another key */
        fixture_restart(&f);                 /* and once more from the database */
    }
    assert_int_equal(look(&f, 7, "story", "{}", true, false, NULL), IDEM_NEW);
    assert_int_equal(look(&f, 7, "story", "{}", true, false, NULL), IDEM_RUNNING);
    app_clock_advance(f.app, INT64_C(26) * 3600 * 1000);
    assert_int_equal(look(&f, 7, "k", "{}", false, false, NULL), IDEM_NEW);              /* pruned after more than a day */
    fixture_close(&f);
}

/* Claims a key in vain. `other`: not the route's key "k", but one whose first half is the same. */
static void claim_in_vain(struct fixture *f, bool other)
{
    static const struct route route = { .method = "POST", .path = "/things" };
    struct keyed k = { .claim = true, .want = ERR_CONFLICT };
    idem_key_make(f->app->idem, 7, &route, S("/things"), S("k"), S("{}"), &k.key);
    k.key.key.hash[15] ^= other;
    assert_int_equal(fixture_call(f, 7, 0, &key_call, NULL, &k, NULL), ERR_CONFLICT);
    assert_int_equal(k.found, IDEM_NEW);
}

static void test_claim_undone(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f, key_services);
    claim_in_vain(&f, false);
    assert_int_equal(look(&f, 7, "k", "{}", false, true, NULL), IDEM_NEW);
    claim_in_vain(&f, true);
    assert_int_equal(look(&f, 7, "k", "{}", false, false, NULL), IDEM_REPLAY);           /* its answer has its place again */
    assert_int_equal(look(&f, 7, "l", "{}", true, false, NULL), IDEM_NEW);
    assert_int_equal(look(&f, 7, "l", "{}", true, false, NULL), IDEM_RUNNING);
    fixture_close(&f);
}

static const struct query kept_rows = { "test.kept_rows", "SELECT COUNT(*) FROM idempotency" };

/* Prunes as if it were a day later, and fails. */
static err prune_in_vain(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)self;
    cx->now += INT64_C(26) * 3600 * 1000;
    assert_int_equal(idem_prune_call.fn(cx, cx->app->idem, in, out), OK);
    return ERR_CONFLICT;
}

static err count_kept(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)self, (void)in;
    struct sequence s;
    err e = sequence_load(cx, &kept_rows, &s);
    *(int64_t *)out = s.last;
    return e;
}

static const struct call prune_in_vain_call = { .name = "test.prune", .kind = CALL_COMMAND, .fn = prune_in_vain };
static const struct call count_kept_call = { .name = "test.kept", .kind = CALL_READ, .fn = count_kept };
static const struct call *const prune_calls[] = { &key_call, &prune_in_vain_call, &count_kept_call, NULL };
static const struct service prune_service = { .name = "test", .open = bed_open, .close = bed_close, .calls = prune_calls };
static const struct service *const prune_services[] = { &prune_service, NULL };

/* Old rows that were not deleted after all are deleted the next time. */
static void test_prune_undone(void **state)
{
    (void)state;
    struct fixture f;
    int64_t rows;
    fixture_open(&f, prune_services);
    assert_int_equal(look(&f, 7, "k", "{}", false, true, NULL), IDEM_NEW);
    assert_int_equal(fixture_call(&f, 0, 0, &prune_in_vain_call, NULL, NULL, NULL), ERR_CONFLICT);
    assert_int_equal(fixture_call(&f, 0, 0, &count_kept_call, NULL, &rows, NULL), OK);
    assert_int_equal(rows, 1);
    app_clock_advance(f.app, INT64_C(28) * 3600 * 1000);
    assert_int_equal(fixture_call(&f, 0, 0, &count_kept_call, NULL, &rows, NULL), OK);
    assert_int_equal(rows, 0);
    fixture_close(&f);
}

/* A rush of 300 keys in one group: several rows, each answer found in the group itself and after a restart. */
#define RUSH 300

static struct str rush_body(struct ctx *cx, int n)
{
    return arena_fmt(cx->arena, "{\"id\":\"hold-%04d\",\"padding\":\"%0*d\"}", n, 100 + n, 0);
}

static struct idem_key rush_key(struct ctx *cx, int n)
{
    static const struct route route = { .method = "POST", .path = "/rush" };
    struct idem_key key;
    idem_key_make(cx->app->idem, 1, &route, S("/rush"), arena_fmt(cx->arena, "%d", n), S(""), &key);
    return key;
}

static void check_rush(struct ctx *cx)
{
    for (int n = 0; n < RUSH; n++) {
        struct idem_key key = rush_key(cx, n);
        enum idem_found found;
        int status;
        struct str body;
        assert_int_equal(idem_find(cx, cx->app->idem, &key, false, &found, &status, &body), OK);
        assert_int_equal(found, IDEM_REPLAY);
        assert_int_equal(status, n % 2 ? 201 : 409);
        assert_true(str_eq(body, rush_body(cx, n)));
    }
}

static err rush(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)self, (void)in, (void)out;
    for (int n = 0; n < RUSH; n++) {
        struct idem_key key = rush_key(cx, n);
        idem_save(cx, cx->app->idem, &key, n % 2 ? 201 : 409, rush_body(cx, n));
    }
    check_rush(cx);
    return OK;
}

static err rush_again(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)self, (void)in, (void)out;
    check_rush(cx);
    return OK;
}

static const struct call rush_call = { .name = "test.rush", .kind = CALL_COMMAND, .fn = rush };
static const struct call rush_again_call = { .name = "test.rush_again", .kind = CALL_COMMAND, .fn = rush_again };
static const struct call *const rush_calls[] = { &rush_call, &rush_again_call, NULL };
static const struct service rush_service = { .name = "test", .open = bed_open, .close = bed_close, .calls = rush_calls };
static const struct service *const rush_services[] = { &rush_service, NULL };

static void test_rush_of_keys(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f, rush_services);
    assert_int_equal(fixture_call(&f, 1, 0, &rush_call, NULL, NULL, NULL), OK);
    assert_int_equal(fixture_call(&f, 1, 0, &rush_again_call, NULL, NULL, NULL), OK);
    fixture_restart(&f);
    assert_int_equal(fixture_call(&f, 1, 0, &rush_again_call, NULL, NULL, NULL), OK);
    fixture_close(&f);
}

/* What the disk may hand back after damage is refused, not believed. */
static void test_batch_damaged(void **state)
{
    (void)state;
    struct batch b;
    struct batch_answer a;
    struct batch_key key = { "0123456789abcde", 7 };
    batch_init(&b, 4096);
    batch_add(&b, &key, 201, S("one"));
    batch_add(&b, &key, 409, S("two"));
    char unpacked[256];
    size_t size = b.answers.n;
    struct str packed = batch_pack(&b), keys = buf_view(&b.keys);
    assert_true(batch_unpack(packed, unpacked, size));
    assert_true(batch_find(keys, str_of(unpacked, size), 1, &a));
    assert_true(a.status == 409 && str_eq(a.body, S("two")) && a.key.body_hash == 7);
    assert_false(batch_find(keys, str_of(unpacked, size), 2, &a));
    for (size_t n = 0; n < size; n++)
        assert_false(batch_find(keys, str_of(unpacked, n), 1, &a));
    assert_false(batch_unpack(packed, unpacked, size + 1));
    assert_false(batch_unpack(str_of(packed.p, packed.n - 1), unpacked, size));
    assert_false(batch_unpack(packed, unpacked, SIZE_MAX));
    batch_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_router),
        cmocka_unit_test_setup_teardown(test_jobs_in_order, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_jobs_of_several_threads, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_events, open_fixture, close_fixture),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_claim_undone),
        cmocka_unit_test(test_prune_undone),
        cmocka_unit_test(test_rush_of_keys),
        cmocka_unit_test(test_batch_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
