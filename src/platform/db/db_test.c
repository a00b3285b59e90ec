/* The writer under test: groups, savepoints, collected inserts, undo notes, answers only after the commit, the bounded queue, restart; and that
 * every kind of database means the same. With TAKENSEAT_TEST_MARIADB (tests/lib/mariadb run ...) all cases run on that server too. */
#include "db_bed.h"

#include <stdatomic.h>

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
    submit_all(b, jobs, 4);
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
    assert_int_equal(sequence_load(&cx, &bed_max_id, &s), OK);
    assert_int_equal(sequence_next(&s), 42);
    db_read_end(b->db, cx.db);
    arena_free(cx.arena);
}

static void test_one_process(void **state)
{
    struct box *b = *state;
    struct str why = { 0 };
    struct db_options o = box_options(b);
    assert_null(db_open(b->arena, &o, &why));
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
    assert_int_equal(db_rows(&cx, &bed_sum, NO_VALS, &r), OK);
    assert_true(rows_next(&r));
    before = row_int(&r, 0);
    assert_int_equal(rows_end(&cx, &r), OK);
    prepare(&j, put_item, 1, 3, "a", OK);
    assert_int_equal(run_one(b, &j), OK);
    assert_int_equal(db_rows(&cx, &bed_sum, NO_VALS, &r), OK);
    assert_true(rows_next(&r));
    assert_int_equal(row_int(&r, 0), before);
    assert_int_equal(rows_end(&cx, &r), OK);
    db_read_end(b->db, cx.db);
    arena_free(cx.arena);
    read_sum(b, &after, &count);
    assert_int_equal(after, before + 3);
}

struct gate {
    _Atomic bool reached, open;
};

static err put_behind_gate(struct command *c)
{
    struct gate *g = ((struct job *)c)->self;
    atomic_store(&g->reached, true);
    while (!atomic_load(&g->open))
        usleep(1000);
    return put_item(c);
}

/* The queue is bounded: what does not fit comes back at once, the rest is carried out. */
static void test_full_queue(void **state)
{
    struct box *b = *state;
    enum { N = 40 };
    struct job first, jobs[N];
    struct gate gate = { false, false };
    db_close(b->db);
    box_start(b, 16);
    prepare(&first, put_behind_gate, 1000, 1, "first", OK);
    first.self = &gate;
    assert_null(db_submit(b->db, &first.command, 1));
    while (!atomic_load(&gate.reached))
        usleep(1000);
    for (int i = 0; i < N; i++) {
        prepare(&jobs[i], put_item, i + 1, 1, arena_fmt(b->arena, "n%d", i).p, OK);
        jobs[i].command.next = i + 1 < N ? &jobs[i + 1].command : NULL;
    }
    struct command *refused = db_submit(b->db, &jobs[0].command, N);
    atomic_store(&gate.open, true);
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

/* ---- what is written is read: every kind of value ---- */

static const struct query things = { "things", "SELECT word, bytes, number, fixed FROM thing ORDER BY id" };

struct value {
    const char *word;         /* NULL: none */
    size_t n;
    int64_t number;
};

static const struct value values[] = {
    { "", 0, 0 }, { NULL, 0, -1 }, { "it's 50% \\ \"quoted\" _ ; --", 27, INT64_MAX }, { "이선좌 \xf0\x9f\x8e\xab", 14, INT64_MIN },
    { "a ", 2, 1 }, { "A", 1, 2 }, { "a\0b", 3, 3 },
};
#define VALUES (sizeof(values) / sizeof(values[0]))

static struct str all_bytes(struct arena *arena)
{
    char *p = arena_take(arena, 256);
    for (int i = 0; i < 256; i++)
        p[i] = (char)i;
    return str_of(p, 256);
}

static err put_things(struct command *c)
{
    for (size_t i = 0; i < VALUES; i++)
        db_put(&c->cx, &bed_thing, VALS(v_int((int64_t)i + 1), values[i].word ? v_text(str_of(values[i].word, values[i].n)) : v_null(),
                                        i ? v_blob(all_bytes(c->cx.arena)) : v_null(), v_int(values[i].number), v_blob(str_of("\0\1\0 ", 4))));
    return OK;
}

static void test_values(void **state)
{
    struct box *b = *state;
    struct job j;
    struct rows r;
    prepare(&j, put_things, 0, 0, "", OK);
    assert_int_equal(run_one(b, &j), OK);
    struct ctx cx = { .arena = arena_new(0), .db = db_read_begin(b->db) };
    assert_int_equal(db_rows(&cx, &things, NO_VALS, &r), OK);
    for (size_t i = 0; i < VALUES; i++) {
        assert_true(rows_next(&r));
        struct str word = row_text_view(&r, 0), bytes = row_text(&cx, &r, 1);
        assert_int_equal(row_null(&r, 0), !values[i].word);
        assert_int_equal(word.p == NULL, !values[i].word);
        assert_true(str_eq(word, str_of(values[i].word, values[i].n)));
        assert_true(i ? str_eq(bytes, all_bytes(cx.arena)) : row_null(&r, 1));
        assert_true(row_int(&r, 2) == values[i].number);
        assert_true(str_eq(row_text_view(&r, 3), str_of("\0\1\0 ", 4)));
    }
    assert_false(rows_next(&r));
    assert_int_equal(rows_end(&cx, &r), OK);
    db_read_end(b->db, cx.db);
    arena_free(cx.arena);
}

/* ---- SQL means the same ---- */

static void take_text(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct str *)out = row_text(cx, r, 0);
}

static void test_words(void **state)
{
    static const struct {
        struct query query;
        const char *want;
    } cases[] = {
        { { "division", "SELECT (7 + 2) / 4" }, "2" },
        { { "joined", "SELECT 'a' || 'b' || 3" }, "ab3" },
        { { "bits", "SELECT 5 - (6 & 14) + (1 << 33 >> 33)" }, "0" },
        { { "quotes", "SELECT 'it''s \\ -- no comment'" }, "it's \\ -- no comment" },
        { { "ends", "SELECT 'a' = 'a '" }, "0" },
        { { "cases", "SELECT 'a' = 'A'" }, "0" },
        { { "sum", "SELECT SUM(n) FROM (SELECT 9007199254740993 AS n UNION ALL SELECT 1) AS t" }, "9007199254740994" },
        { { "compared", "SELECT (1 IS NULL) <> (NULL IS NULL)" }, "1" },
        { { "rest", "SELECT -7 % 4" }, "-3" },
        { { "instead", "SELECT 'left'\n-- mysql: SELECT 'left'\n" }, "left" },
    };
    struct box *b = *state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool found;
        struct str got;
        struct ctx cx = { .arena = arena_new(0), .db = db_read_begin(b->db) };
        assert_int_equal(db_one(&cx, &cases[i].query, NO_VALS, take_text, &got, &found), OK);
        assert_string_equal(got.p, cases[i].want);
        db_read_end(b->db, cx.db);
        arena_free(cx.arena);
    }
}

static void test_like(void **state)
{
    static const struct {
        const char *part;
        int64_t first;        /* 0: nothing */
    } cases[] = { { "SEAT", 1 }, { "50%", 2 }, { "0_", 0 }, { "!", 3 }, { "좌석", 3 } };
    struct box *b = *state;
    struct job jobs[3];
    prepare(&jobs[0], put_item, 1, 1, "seat 500", OK);
    prepare(&jobs[1], put_item, 2, 1, "50% off", OK);
    prepare(&jobs[2], put_item, 3, 1, "좌석!", OK);
    submit_all(b, jobs, 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(wait_for(&jobs[i]), OK);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rows r;
        struct ctx cx = { .arena = arena_new(0), .db = db_read_begin(b->db) };
        assert_int_equal(db_rows(&cx, &bed_named, VALS(v_like(&cx, str_c(cases[i].part))), &r), OK);
        assert_true(rows_next(&r) == (cases[i].first != 0));
        assert_true(!cases[i].first || row_int(&r, 0) == cases[i].first);
        assert_int_equal(rows_end(&cx, &r), OK);
        db_read_end(b->db, cx.db);
        arena_free(cx.arena);
    }
}

/* ---- inserts that are kept for the group, and what has to see them ---- */

static err rename_item(struct command *c)
{
    struct job *j = (struct job *)c;
    return db_run(&c->cx, &bed_rename, VALS(v_text(j->name), v_int(j->id)), NULL);
}

static err put_and_count(struct command *c)
{
    struct job *j = (struct job *)c;
    struct rows r;
    db_put(&c->cx, &bed_insert, VALS(v_int(j->id), v_text(j->name), v_int(j->n)));
    err e = db_rows(&c->cx, &bed_sum, NO_VALS, &r);
    if (e)
        return e;
    *j->memory = rows_next(&r) ? row_int(&r, 1) : -1;
    e = rows_end(&c->cx, &r);
    return e ? e : j->want;
}

/* A command sees what earlier ones of its group have put; what it puts goes with it when it fails, theirs stays. */
static void test_puts_of_a_group(void **state)
{
    struct box *b = *state;
    struct job jobs[6];
    int64_t seen[2] = { 0 };
    prepare(&jobs[0], put_item, 1, 1, "a", OK);
    prepare(&jobs[1], put_item, 2, 10, "b", OK);
    prepare(&jobs[2], put_and_count, 3, 100, "c", ERR_CONFLICT);
    prepare(&jobs[3], rename_item, 2, 0, "a", OK);       /* there is an "a" */
    prepare(&jobs[4], put_and_count, 4, 1000, "d", OK);
    prepare(&jobs[5], put_item, 5, 10000, "e", OK);
    jobs[2].memory = &seen[0];
    jobs[4].memory = &seen[1];
    submit_all(b, jobs, 6);
    static const err want[] = { OK, OK, ERR_CONFLICT, ERR_CONFLICT, OK, OK };
    for (int i = 0; i < 6; i++)
        assert_int_equal(wait_for(&jobs[i]), want[i]);
    assert_int_equal(seen[0], 3);
    assert_int_equal(seen[1], 3);
    expect(b, 11011, 4);
}

static err put_many(struct command *c)
{
    struct job *j = (struct job *)c;
    for (int64_t i = 0; i < j->n; i++) {
        db_put(&c->cx, &bed_insert, VALS(v_int(j->id + i), v_text(arena_fmt(c->cx.arena, "%lld", (long long)(j->id + i))), v_int(1)));
        if (i % 3 == 0)
            db_put(&c->cx, &bed_thing, VALS(v_int(j->id + i), v_null(), v_blob(str_of(arena_take(c->cx.arena, 1000), 1000)), v_int(i), v_null()));
    }
    return OK;
}

/* Any number of them, of several kinds, in a group. */
static void test_many_puts(void **state)
{
    struct box *b = *state;
    static const int64_t counts[] = { 1, 3, 4, 21, 63, 64, 65, 700 };
    struct job j;
    int64_t all = 0;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        prepare(&j, put_many, 1 + (int64_t)i * 1000, counts[i], "", OK);
        assert_int_equal(run_one(b, &j), OK);
        all += counts[i];
        expect(b, all, all);
    }
}

/* A statement that runs while the rows of another are read. */
static void test_rows_in_rows(void **state)
{
    struct box *b = *state;
    struct job j;
    struct rows outer, inner;
    prepare(&j, put_many, 1, 5, "", OK);
    assert_int_equal(run_one(b, &j), OK);
    struct ctx cx = { .arena = arena_new(0), .db = db_read_begin(b->db) };
    assert_int_equal(db_rows(&cx, &bed_named, VALS(v_like(&cx, S(""))), &outer), OK);
    for (int i = 1; i <= 5; i++) {
        assert_true(rows_next(&outer));
        assert_int_equal(row_int(&outer, 0), i);
        assert_int_equal(db_rows(&cx, &bed_sum, NO_VALS, &inner), OK);
        assert_true(rows_next(&inner));
        assert_int_equal(row_int(&inner, 1), 5);
        assert_int_equal(rows_end(&cx, &inner), OK);
    }
    assert_false(rows_next(&outer));
    assert_int_equal(rows_end(&cx, &outer), OK);
    db_read_end(b->db, cx.db);
    arena_free(cx.arena);
}

/* Beside the running process: reads, and takes nothing. */
static void test_only_read(void **state)
{
    struct box *b = *state;
    struct job j;
    struct str why = { 0 };
    struct db_options o = box_options(b);
    o.only_read = true;
    prepare(&j, put_item, 1, 7, "a", OK);
    assert_int_equal(run_one(b, &j), OK);
    struct db *own = b->db;
    b->db = db_open(b->arena, &o, &why);
    assert_non_null(b->db);
    expect(b, 7, 1);
    for (const struct audit *a = db_audits(b->db); a->name; a++) {
        struct rows r;
        struct ctx cx = { .arena = b->arena, .db = db_read_begin(b->db) };
        assert_true(db_check(b->db, b->arena, a->query, 1, &why));
        assert_int_equal(db_rows(&cx, a->query, NO_VALS, &r), OK);
        assert_false(rows_next(&r));
        assert_int_equal(rows_end(&cx, &r), OK);
        db_read_end(b->db, cx.db);
    }
    static const struct query wrong = { "wrong", "SELECT nothing FROM nowhere" };
    assert_false(db_check(b->db, b->arena, &wrong, 1, &why));
    db_close(b->db);
    b->db = own;
    prepare(&j, add_item, 1, 1, "", OK);
    assert_int_equal(run_one(b, &j), OK);
}

/* The same cases on every kind of database that can be had. */
static int conformance(const char *address)
{
#define CASE(f) { #f, f, box_open, box_close, (void *)address }
    const struct CMUnitTest tests[] = {
        CASE(test_failed_command_leaves_nothing), CASE(test_update_of_nothing), CASE(test_restart), CASE(test_one_process), CASE(test_snapshot),
        CASE(test_full_queue), CASE(test_many_threads), CASE(test_after_notes), CASE(test_values), CASE(test_words), CASE(test_like),
        CASE(test_puts_of_a_group), CASE(test_many_puts), CASE(test_rows_in_rows), CASE(test_only_read),
    };
    return cmocka_run_group_tests_name(address ? "MariaDB" : "SQLite", tests, NULL, NULL);
}

int main(void)
{
    int failed = conformance(NULL);
    return server_address() ? failed + conformance(server_address()) : failed;
}
