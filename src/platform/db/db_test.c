/* The writer under test: groups, savepoints, collected inserts, undo notes, answers only after the commit, the bounded queue, restart. */
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "platform/db/engine.h"
#include "platform/obs/log.h"

static const struct migration migrations[] = {
    { 1, "init", "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, n INTEGER NOT NULL); "
                 "CREATE TABLE outbox (id INTEGER PRIMARY KEY, topic TEXT, event_key INTEGER, body TEXT, created_at INTEGER); "
                 "CREATE TABLE clock_seen (id INTEGER PRIMARY KEY, now_ms INTEGER NOT NULL); INSERT INTO clock_seen VALUES (1, 0)" },
    { 0 },
};
static const struct query insert = { "item_insert", "INSERT INTO item (id, name, n) VALUES (?, ?, ?)" };
static const struct query add = { "item_add", "UPDATE item SET n = n + ? WHERE id = ?" };
static const struct query sum = { "item_sum", "SELECT COALESCE(SUM(n), 0), COUNT(*) FROM item" };
static const struct query max_id = { "item_max", "SELECT COALESCE(MAX(id), 0) FROM item" };

struct box {                  /* a database in a folder of its own */
    char dir[64];
    struct arena *arena;
    struct clock clock;
    struct db *db;
};

static void box_start(struct box *b, size_t queue_max)
{
    struct migration_set set = { "test", migrations };
    struct str why = { 0 };
    b->db = db_open(b->arena, &(struct db_options){ .dir = b->dir, .clock = &b->clock, .readers = 2, .queue_max = queue_max, .group_max = 64,
                                                   .migrations = &set, .migration_count = 1, .seed = 1 }, &why);
    if (!b->db)
        fprintf(stderr, "%.*s\n", STR_ARG(why));
    assert_non_null(b->db);
    db_start(b->db);
}

static int box_open(void **state)
{
    struct box *b = calloc(1, sizeof(*b));
    assert_non_null(b);
    log_level_set(LOG_ERROR);
    snprintf(b->dir, sizeof(b->dir), "/tmp/takenseat-db-XXXXXX");
    assert_non_null(mkdtemp(b->dir));
    b->arena = arena_new(0);
    clock_init(&b->clock, true);
    box_start(b, 1000);
    *state = b;
    return 0;
}

static int box_close(void **state)
{
    struct box *b = *state;
    char command[128];
    db_close(b->db);
    arena_free(b->arena);
    static const char *const files[] = { "takenseat.db", "takenseat.db-wal", "takenseat.db-shm", "lock" };
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        snprintf(command, sizeof(command), "%s/%s", b->dir, files[i]);
        unlink(command);
    }
    rmdir(b->dir);
    free(b);
    return 0;
}

struct job {
    struct command command;
    int64_t id, n;
    struct str name;
    err want;                 /* what run returns after its work */
    int64_t *memory;          /* follows the database */
    pthread_mutex_t lock;
    pthread_cond_t done;
    bool finished;
};

static void undo_memory(void *self, const void *arg)
{
    *(int64_t *)self -= *(const int64_t *)arg;
}

static err put_item(struct command *c)
{
    struct job *j = (struct job *)c;
    db_put(&c->cx, &insert, VALS(v_int(j->id), v_text(j->name), v_int(j->n)));
    if (j->memory) {
        *j->memory += j->n;
        tx_undo(&c->cx, undo_memory, j->memory, &j->n, sizeof(j->n));
    }
    return j->want;
}

static err add_item(struct command *c)
{
    struct job *j = (struct job *)c;
    int64_t changed;
    err e = db_run(&c->cx, &add, VALS(v_int(j->n), v_int(j->id)), &changed);
    return e ? e : changed == 1 ? j->want : ERR_MISSING;
}

static void finished(struct command *c)
{
    struct job *j = (struct job *)c;
    pthread_mutex_lock(&j->lock);
    j->finished = true;
    pthread_cond_signal(&j->done);
    pthread_mutex_unlock(&j->lock);
}

static void prepare(struct job *j, err (*run)(struct command *), int64_t id, int64_t n, const char *name, err want)
{
    *j = (struct job){ .command = { .run = run, .done = finished }, .id = id, .n = n, .name = str_c(name), .want = want };
    pthread_mutex_init(&j->lock, NULL);
    pthread_cond_init(&j->done, NULL);
    j->command.cx.arena = arena_new(0);
}

static err wait_for(struct job *j)
{
    pthread_mutex_lock(&j->lock);
    while (!j->finished)
        pthread_cond_wait(&j->done, &j->lock);
    pthread_mutex_unlock(&j->lock);
    arena_free(j->command.cx.arena);
    return j->command.result;
}

static err run_one(struct box *b, struct job *j)
{
    assert_null(db_submit(b->db, &j->command, 1));
    return wait_for(j);
}

static void read_sum(struct box *b, int64_t *ret_sum, int64_t *ret_count)
{
    struct ctx cx = { .arena = arena_new(0), .db = db_read_begin(b->db) };
    struct rows r;
    assert_int_equal(db_rows(&cx, &sum, NO_VALS, &r), OK);
    assert_true(rows_next(&r));
    *ret_sum = row_int(&r, 0);
    *ret_count = row_int(&r, 1);
    assert_int_equal(rows_end(&cx, &r), OK);
    db_read_end(b->db, cx.db);
    arena_free(cx.arena);
}

static void expect(struct box *b, int64_t want_sum, int64_t want_count)
{
    int64_t total, count;
    read_sum(b, &total, &count);
    assert_int_equal(total, want_sum);
    assert_int_equal(count, want_count);
}

static void test_failed_command_leaves_nothing(void **state)
{
    struct box *b = *state;
    struct job jobs[4];
    int64_t memory = 0;
    /* One group, in order: kept; put but failed; updated but failed; kept. */
    prepare(&jobs[0], put_item, 1, 10, "a", OK);
    prepare(&jobs[1], put_item, 2, 100, "b", ERR_CONFLICT);
    prepare(&jobs[2], add_item, 1, 1000, "", ERR_CONFLICT);
    prepare(&jobs[3], add_item, 1, 5, "", OK);
    jobs[0].memory = jobs[1].memory = &memory;
    for (int i = 0; i < 3; i++)
        jobs[i].command.next = &jobs[i + 1].command;
    assert_null(db_submit(b->db, &jobs[0].command, 4));
    static const err want[] = { OK, ERR_CONFLICT, ERR_CONFLICT, OK };
    for (int i = 0; i < 4; i++)
        assert_int_equal(wait_for(&jobs[i]), want[i]);
    expect(b, 15, 1);
    assert_int_equal(memory, 10);
}

static void test_update_of_nothing(void **state)
{
    struct box *b = *state;
    struct job j;
    prepare(&j, put_item, 1, 10, "a", OK);
    assert_int_equal(run_one(b, &j), OK);
    prepare(&j, add_item, 77, 1, "", OK);
    assert_int_equal(run_one(b, &j), ERR_MISSING);       /* no such row: nothing changed */
    expect(b, 10, 1);
}

/* What is answered stands after a restart; sequences go on behind the largest key. */
static void test_restart(void **state)
{
    struct box *b = *state;
    struct job j;
    clock_set(&b->clock, clock_now(&b->clock) + 3600000);
    int64_t later = clock_now(&b->clock);
    prepare(&j, put_item, 41, 7, "a", OK);
    assert_int_equal(run_one(b, &j), OK);
    db_close(b->db);
    clock_init(&b->clock, true);             /* the machine's clock knows nothing of that hour */
    box_start(b, 1000);
    assert_int_equal(clock_now(&b->clock), later);
    expect(b, 7, 1);
    struct sequence s;
    struct ctx cx = { .arena = arena_new(0), .db = db_read_begin(b->db) };
    assert_int_equal(sequence_load(&cx, &max_id, &s), OK);
    assert_int_equal(sequence_next(&s), 42);
    db_read_end(b->db, cx.db);
    arena_free(cx.arena);
}

static void test_one_process_a_folder(void **state)
{
    struct box *b = *state;
    struct str why = { 0 };
    assert_null(db_open(b->arena, &(struct db_options){ .dir = b->dir, .clock = &b->clock, .readers = 1, .queue_max = 16, .group_max = 16 }, &why));
    assert_non_null(strstr(why.p, "in use"));
}

/* A snapshot does not move while others commit. */
static void test_snapshot(void **state)
{
    struct box *b = *state;
    struct job j;
    int64_t before, after, count;
    struct ctx cx = { .arena = arena_new(0), .db = db_read_begin(b->db) };
    struct rows r;
    assert_int_equal(db_rows(&cx, &sum, NO_VALS, &r), OK);
    assert_true(rows_next(&r));
    before = row_int(&r, 0);
    assert_int_equal(rows_end(&cx, &r), OK);
    prepare(&j, put_item, 1, 3, "a", OK);
    assert_int_equal(run_one(b, &j), OK);
    assert_int_equal(db_rows(&cx, &sum, NO_VALS, &r), OK);
    assert_true(rows_next(&r));
    assert_int_equal(row_int(&r, 0), before);
    assert_int_equal(rows_end(&cx, &r), OK);
    db_read_end(b->db, cx.db);
    arena_free(cx.arena);
    read_sum(b, &after, &count);
    assert_int_equal(after, before + 3);
}

static err slow(struct command *c)
{
    usleep(100000);
    return put_item(c);
}

/* The queue is bounded: what does not fit comes back at once, the rest is carried out. */
static void test_full_queue(void **state)
{
    struct box *b = *state;
    enum { N = 40 };
    struct job first, jobs[N];
    db_close(b->db);
    box_start(b, 16);
    prepare(&first, slow, 1000, 1, "first", OK);
    assert_null(db_submit(b->db, &first.command, 1));
    usleep(20000);                           /* the writer is busy with it now */
    for (int i = 0; i < N; i++) {
        prepare(&jobs[i], put_item, i + 1, 1, arena_fmt(b->arena, "n%d", i).p, OK);
        jobs[i].command.next = i + 1 < N ? &jobs[i + 1].command : NULL;
    }
    struct command *refused = db_submit(b->db, &jobs[0].command, N);
    int back = 0;
    for (struct command *c = refused; c; c = c->next, back++)
        arena_free(c->cx.arena);
    assert_int_equal(back, N - 16);
    assert_ptr_equal(refused, &jobs[16].command);
    assert_int_equal(wait_for(&first), OK);
    for (int i = 0; i < 16; i++)
        assert_int_equal(wait_for(&jobs[i]), OK);
    expect(b, 17, 17);
    struct db_stats stats;
    db_stats(b->db, &stats);
    assert_int_equal(stats.refused, N - 16);
}

/* Many threads at once: every answer is durable, groups form by themselves. */
enum { THREADS = 8, EACH = 250 };

struct load {
    struct box *box;
    int number;
};

static void *submit_many(void *self)
{
    struct load *l = self;
    for (int i = 0; i < EACH; i++) {
        struct job j;
        char name[24];
        int64_t id = 1 + l->number * EACH + i;
        snprintf(name, sizeof(name), "item %lld", (long long)id);
        prepare(&j, put_item, id, 1, name, OK);
        if (run_one(l->box, &j) != OK)
            return self;
    }
    return NULL;
}

static void test_many_threads(void **state)
{
    struct box *b = *state;
    pthread_t threads[THREADS];
    struct load loads[THREADS];
    void *failed = NULL;
    for (int i = 0; i < THREADS; i++) {
        loads[i] = (struct load){ b, i };
        assert_int_equal(pthread_create(&threads[i], NULL, submit_many, &loads[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    expect(b, THREADS * EACH, THREADS * EACH);
    struct db_stats stats;
    db_stats(b->db, &stats);
    assert_int_equal(stats.commands, THREADS * EACH);
    assert_in_range(stats.groups, 1, THREADS * EACH);
}

struct noted {
    _Atomic int after;
    int at_answer;
};

static void note_after(void *self)
{
    atomic_fetch_add(&((struct noted *)self)->after, 1);
}

static err with_note(struct command *c)
{
    struct job *j = (struct job *)c;
    tx_after(&c->cx, note_after, j->memory);
    tx_after(&c->cx, note_after, j->memory);             /* noted twice runs once */
    return j->want;
}

static void test_after_notes(void **state)
{
    struct box *b = *state;
    struct noted n = { 0 };
    struct job j;
    prepare(&j, with_note, 0, 0, "", OK);
    j.memory = (int64_t *)(void *)&n;
    assert_int_equal(run_one(b, &j), OK);
    assert_int_equal(atomic_load(&n.after), 1);
    prepare(&j, with_note, 0, 0, "", ERR_CONFLICT);
    j.memory = (int64_t *)(void *)&n;
    assert_int_equal(run_one(b, &j), ERR_CONFLICT);
    assert_int_equal(atomic_load(&n.after), 1);          /* a failed command's note is dropped */
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, box_open, box_close)
    const struct CMUnitTest tests[] = {
        CASE(test_failed_command_leaves_nothing), CASE(test_update_of_nothing), CASE(test_restart), CASE(test_one_process_a_folder),
        CASE(test_snapshot), CASE(test_full_queue), CASE(test_many_threads), CASE(test_after_notes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
