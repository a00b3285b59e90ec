/* Whose the database on a server is: another process stands by, takes over, is handed the database; who has lost it writes nothing more. Needs a server
 * (tests/lib/mariadb run ...). */
#include "db_bed.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

static void count_told(void *self)
{
    atomic_fetch_add((_Atomic int *)self, 1);
}

/* The box's database, opened anew; `told` counts how often its loss was told. */
static void open_counting(struct box *b, _Atomic int *told)
{
    struct db_options o = box_options(b);
    struct str why = { 0 };
    o.taken = count_told;
    o.self = told;
    b->db = db_open(b->arena, &o, &why);
    assert_non_null(b->db);
    db_start(b->db);
}

/* Once the database has become another's, or another one, nothing is written any more: memory is put back, and who has opened it is told once. */
static void test_taken_over(void **state)
{
    static const char *const meanwhile[] = {
        "BEGIN NOT ATOMIC UPDATE lease SET epoch = epoch + 1; UPDATE lease_fence SET epoch = epoch + 1; END",
        "BEGIN NOT ATOMIC DELETE FROM item; UPDATE lease_fence SET mark = mark - 1; END",       /* as it was before the last group */
    };
    struct box *b = *state;
    for (size_t i = 0; i < sizeof(meanwhile) / sizeof(meanwhile[0]); i++) {
        struct job j;
        _Atomic int told = 0;
        int64_t memory = 0;
        db_close(b->db);
        box_sql(b, "DELETE FROM item");
        open_counting(b, &told);
        prepare(&j, put_item, 1, 1, "a", OK);
        assert_int_equal(run_one(b, &j), OK);
        assert_true(db_owns(b->db));
        box_sql(b, meanwhile[i]);
        for (int again = 0; again < 2; again++) {
            prepare(&j, put_item, 2, 10, "b", OK);
            j.memory = &memory;
            assert_int_equal(run_one(b, &j), ERR_UNAVAILABLE);
            assert_int_equal(memory, 0);
        }
        prepare(&j, read_greatest, 0, 0, "", OK);
        assert_int_equal(run_one(b, &j), ERR_UNAVAILABLE);
        assert_true(db_is_taken(b->db) && !db_owns(b->db));
        assert_int_equal(atomic_load(&told), 1);
        db_close(b->db);
        box_start(b, 1000);
        expect(b, i == 0, i == 0);
    }
}

struct waiting {
    struct box *box;
    int looks, most;          /* then the first process ends, or this one is told to stop */
    bool stop;
};

static bool look_again(void *self, int64_t ms, struct arena *arena, struct str *ret_why)
{
    struct waiting *w = self;
    (void)arena;
    *ret_why = (struct str){ 0 };
    usleep((useconds_t)ms * 1000);
    if (++w->looks < w->most)
        return true;
    if (w->stop)
        return false;
    db_close(w->box->db);
    w->box->db = NULL;
    w->looks = INT32_MIN;
    return true;
}

/* Who does not stand by is refused while the owner is alive; who does waits, gives up when told to, and is next when the owner ends. */
static void test_stands_by(void **state)
{
    struct box *b = *state;
    struct db_options o = box_options(b);
    struct str why = { 0 };
    struct waiting w = { b, 0, 40, true };
    assert_null(db_open(b->arena, &o, &why));
    assert_non_null(strstr(why.p, "in use by another"));
    o.stand_by = look_again;
    o.self = &w;
    assert_null(db_open(b->arena, &o, &why));
    assert_int_equal(why.n, 0);
    assert_int_equal(w.looks, 40);           /* for longer than a lease */
    struct job j;
    prepare(&j, put_item, 1, 1, "a", OK);
    assert_int_equal(run_one(b, &j), OK);

    w = (struct waiting){ b, 0, 2, false };
    struct db *next = db_open(b->arena, &o, &why);
    assert_non_null(next);
    assert_null(b->db);
    b->db = next;
    db_start(b->db);
    expect(b, 1, 1);
    prepare(&j, put_item, 2, 10, "b", OK);
    assert_int_equal(run_one(b, &j), OK);
    expect(b, 11, 2);
}

/* What a clock that was put back by a day has left is nobody's. */
static void test_clock_back(void **state)
{
    struct box *b = *state;
    db_close(b->db);
    box_sql(b, "UPDATE lease SET until_ms = CAST(UNIX_TIMESTAMP() * 1000 AS SIGNED) + 86400000");
    box_start(b, 1000);
    expect(b, 0, 0);
}

/* The process stands still in the midst of its transaction, which holds the fence, and goes on when another one has the database. */
static err add_and_stand_still(struct command *c)
{
    struct job *j = (struct job *)c;
    err e = add_item(c);
    if (!e && j->runs == 1)
        raise(SIGSTOP);
    return e;
}

static _Noreturn void stand_still(struct box *b)
{
    struct job j;
    _Atomic int told = 0;
    int64_t memory = 0;
    open_counting(b, &told);
    prepare(&j, put_item, 1, 1, "a", OK);
    bool good = run_one(b, &j) == OK;
    prepare(&j, add_and_stand_still, 1, 10, "", OK);
    j.memory = &memory;
    good = good && run_one(b, &j) == ERR_UNAVAILABLE && memory == 0 && db_is_taken(b->db) && atomic_load(&told) == 1;
    db_close(b->db);
    _exit(good ? 0 : 1);
}

static void test_stood_still(void **state)
{
    struct box *b = *state;
    struct job j;
    int status;
    db_close(b->db);
    fflush(NULL);
    pid_t child = fork();
    if (!child)
        stand_still(b);
    assert_int_equal(waitpid(child, &status, WUNTRACED), child);
    assert_true(WIFSTOPPED(status));
    box_start(b, 1000);
    expect(b, 1, 1);
    prepare(&j, add_item, 1, 100, "", OK);
    assert_int_equal(run_one(b, &j), OK);
    assert_int_equal(kill(child, SIGCONT), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    prepare(&j, add_item, 1, 1000, "", OK);
    assert_int_equal(run_one(b, &j), OK);
    expect(b, 1101, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SERVER(test_taken_over), ON_SERVER(test_stands_by), ON_SERVER(test_clock_back), ON_SERVER(test_stood_still),
    };
    return server_address() ? cmocka_run_group_tests_name("leases on MariaDB", tests, NULL, NULL) : 0;
}
