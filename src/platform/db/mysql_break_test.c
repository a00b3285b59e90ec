/* What only a database on a server can do to us: connections that break in mid-transaction or at the commit, deadlocks with others, a restart.
 * Without TAKENSEAT_TEST_MARIADB (tests/lib/mariadb run ...) nothing is tested. */
#include "proxy_bed.h"

#include <sys/wait.h>

#include "platform/db/mysql_impl.h"

/* ---- lost commits ---- */

/* Lost before the server heard it, or after it was carried out: each is found out, nothing is done twice, memory agrees. */
static void test_lost_commits(void **state)
{
    struct box *b = *state;
    struct proxy p;
    struct job j;
    int64_t memory = 0;
    proxy_start(&p, b);
    prepare(&j, put_item, 1, 1, "a", OK);
    assert_int_equal(run_one(b, &j), OK);
    for (int i = 0; i < 6; i++) {
        bool lost_before = i % 2 == 0;
        atomic_store(&p.at_commit, lost_before ? DROP_COMMIT : DROP_ANSWER);
        prepare(&j, add_item, 1, 10, "", OK);
        j.memory = &memory;
        assert_int_equal(run_one(b, &j), OK);
        assert_int_equal(j.runs, lost_before ? 2 : 1);
        assert_int_equal(j.agains, lost_before ? 1 : 0);
        assert_int_equal(atomic_load(&p.at_commit), PASS);
        expect(b, 1 + 10 * (i + 1), 1);
        assert_int_equal(memory, 10 * (i + 1));
    }
    proxy_stop(&p, b);
    expect(b, 61, 1);
}

/* ---- broken connections and deadlocks ---- */

/* Ends all connections of the box. */
static void kill_all(const struct box *b)
{
    box_sql(b, "BEGIN NOT ATOMIC DECLARE done BOOL DEFAULT FALSE; DECLARE c BIGINT; "
               "DECLARE all_of_us CURSOR FOR SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID(); "
               "DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = TRUE; DECLARE CONTINUE HANDLER FOR 1094 SET c = c; OPEN all_of_us; "
               "again: LOOP FETCH all_of_us INTO c; IF done THEN LEAVE again; END IF; KILL c; END LOOP; END");
}

static err break_then_add(struct command *c)
{
    struct job *j = (struct job *)c;
    err e = add_item(c);
    if (!e && j->runs == 1)
        kill_all(j->self);
    return e;
}

static void test_killed_in_transaction(void **state)
{
    struct box *b = *state;
    struct job jobs[3];
    int64_t memory = 0;
    prepare(&jobs[0], put_item, 1, 1, "a", OK);
    assert_int_equal(run_one(b, &jobs[0]), OK);
    prepare(&jobs[0], add_item, 1, 10, "", OK);
    prepare(&jobs[1], break_then_add, 1, 100, "", OK);
    prepare(&jobs[2], put_item, 2, 1000, "b", OK);
    jobs[1].self = b;
    for (int i = 0; i < 3; i++)
        jobs[i].memory = &memory;
    submit_all(b, jobs, 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(wait_for(&jobs[i]), OK);
    assert_int_equal(jobs[1].runs, 2);
    expect(b, 1111, 2);
    assert_int_equal(memory, 1110);
}

/* Readers and the writer find out by themselves that their connections are gone, whether its group begins with a change or a question. */
static void test_killed_while_idle(void **state)
{
    struct box *b = *state;
    struct job j;
    prepare(&j, put_item, 1, 1, "a", OK);
    assert_int_equal(run_one(b, &j), OK);
    for (int i = 0; i < 3; i++) {
        kill_all(b);
        expect(b, 1 + i, 1);
        prepare(&j, add_item, 1, 1, "", OK);
        assert_int_equal(run_one(b, &j), OK);
        kill_all(b);
        prepare(&j, read_greatest, 0, 0, "", OK);
        assert_int_equal(run_one(b, &j), OK);
        assert_int_equal(j.runs, 2);
        assert_int_equal(j.n, 1);
    }
}

static MYSQL *other_connection(const struct box *b)
{
    char host[64], user[64];
    unsigned port;
    static const unsigned tcp = MYSQL_PROTOCOL_TCP;
    assert_int_equal(sscanf(b->address, "mysql://%63[^@]@%63[^:]:%u", user, host, &port), 3);
    MYSQL *my = mysql_init(NULL);
    mysql_options(my, MYSQL_OPT_PROTOCOL, &tcp);
    assert_non_null(mysql_real_connect(my, host, user, getenv("TAKENSEAT_DB_PASSWORD"), strrchr(b->dir, '/') + 1, port, NULL, 0));
    return my;
}

static err add_to_both(struct command *c)
{
    struct job *j = (struct job *)c;
    err e = add_item(c);
    return e ? e : db_run(&c->cx, &bed_add, VALS(v_int(j->n), v_int(j->id + 1)), NULL);
}

/* The other holds row 2 and asks for row 1, which we hold and ask for row 2: having changed more, it is let go on, and we begin anew. */
static void test_deadlock(void **state)
{
    struct box *b = *state;
    struct job j;
    struct db_stats stats;
    int64_t memory = 0, waiting = 0;
    MYSQL *other = other_connection(b);
    prepare(&j, put_fifty, 0, 0, "", OK);
    assert_int_equal(run_one(b, &j), OK);
    assert_int_equal(mysql_query(other, "START TRANSACTION"), 0);
    assert_int_equal(mysql_query(other, "UPDATE item SET n = n + 1 WHERE id >= 2"), 0);
    prepare(&j, add_to_both, 1, 10, "", OK);
    j.memory = &memory;
    assert_null(db_submit(b->db, &j.command, 1));
    while (!my_ask(other, "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'", &waiting) || !waiting)
        usleep(120000);                      /* the server refreshes this table every 100 ms */
    assert_int_equal(mysql_query(other, "UPDATE item SET n = n + 100 WHERE id = 1"), 0);
    assert_int_equal(mysql_query(other, "COMMIT"), 0);
    assert_int_equal(wait_for(&j), OK);
    mysql_close(other);
    assert_in_range(j.runs, 2, 5);
    assert_int_equal(j.agains, j.runs - 1);
    assert_int_equal(memory, 10);
    expect(b, 49 + 100 + 20, 50);
    db_stats(b->db, &stats);
    assert_int_equal(stats.again, j.agains);
}

/* Another holds a row for longer than we wait (5 s): the group is undone, and tried until the row is free. */
static void test_lock_wait(void **state)
{
    struct box *b = *state;
    struct job jobs[2];
    struct db_stats stats = { 0 };
    int64_t memory = 0;
    MYSQL *other = other_connection(b);
    prepare(&jobs[0], put_fifty, 0, 0, "", OK);
    assert_int_equal(run_one(b, &jobs[0]), OK);
    assert_int_equal(mysql_query(other, "START TRANSACTION"), 0);
    assert_int_equal(mysql_query(other, "UPDATE item SET n = n + 1 WHERE id = 2"), 0);
    prepare(&jobs[0], add_item, 1, 10, "", OK);
    prepare(&jobs[1], add_item, 2, 100, "", OK);
    jobs[0].memory = jobs[1].memory = &memory;
    submit_all(b, jobs, 2);
    for (; !stats.again; usleep(100000))
        db_stats(b->db, &stats);
    assert_int_equal(mysql_query(other, "COMMIT"), 0);
    mysql_close(other);
    assert_int_equal(wait_for(&jobs[0]), OK);
    assert_int_equal(wait_for(&jobs[1]), OK);
    assert_in_range(jobs[0].runs, 2, 5);
    assert_int_equal(memory, 110);
    expect(b, 1 + 10 + 100, 50);
}

/* ---- the server is full ---- */

/* No room for one more prepared statement: for a while nothing works, and then everything does. */
static void test_no_room_for_statements(void **state)
{
    struct box *b = *state;
    struct job j;
    prepare(&j, put_item, 1, 1, "a", OK);
    assert_int_equal(run_one(b, &j), OK);
    box_sql(b, "SET GLOBAL max_prepared_stmt_count = 0");
    prepare(&j, add_item, 1, 10, "", OK);
    err e = run_one(b, &j);
    struct ctx cx = { .arena = b->arena, .db = db_read_begin(b->db) };
    struct sequence s;
    err read = sequence_load(&cx, &bed_max_id, &s);
    db_read_end(b->db, cx.db);
    box_sql(b, "SET GLOBAL max_prepared_stmt_count = DEFAULT");
    assert_int_equal(e, ERR_UNAVAILABLE);
    assert_int_equal(read, ERR_UNAVAILABLE);
    expect(b, 1, 1);
    prepare(&j, add_item, 1, 100, "", OK);
    assert_int_equal(run_one(b, &j), OK);
    expect(b, 101, 1);
}

/* ---- values that the server does not take ---- */

static err rename_first(struct command *c)
{
    struct job *j = (struct job *)c;
    return db_run(&c->cx, &bed_rename, VALS(v_text(j->name), v_int(j->id)), NULL);
}

/* Among many, two are too long and no UTF-8; they alone fail, put or changed, and what the others did stands once. */
static void test_unfit_values(void **state)
{
    enum { MANY = 21 };
    struct box *b = *state;
    struct job jobs[MANY];
    char names[MANY][16], long_name[300];
    int64_t memory = 0;
    memset(long_name, 'a', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = '\0';
    prepare(&jobs[0], put_item, 1000, 0, "first", OK);
    assert_int_equal(run_one(b, &jobs[0]), OK);
    for (int i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof(names[i]), "n%d", i);
        prepare(&jobs[i], i == 15 ? rename_first : put_item, i == 15 ? 1000 : i + 1, 1, i == 15 ? long_name : names[i], OK);
        jobs[i].memory = &memory;
    }
    jobs[4].name = S("bad \xff");
    submit_all(b, jobs, MANY);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(wait_for(&jobs[i]), i == 4 || i == 15 ? ERR_INTERNAL : OK);
    expect(b, MANY - 2, MANY - 1);
    assert_int_equal(memory, MANY - 2);
    assert_in_range(jobs[0].runs, 2, 6);                 /* not once for each */
}

/* A command that goes on although its group broke: nothing of that is done. */
static err go_on(struct command *c)
{
    struct job *j = (struct job *)c;
    int64_t changed = 0;
    struct sequence s;
    assert_int_equal(rename_first(c), ERR_UNAVAILABLE);
    assert_int_equal(db_run(&c->cx, &bed_add, VALS(v_int(j->n), v_int(j->id)), &changed), ERR_UNAVAILABLE);
    assert_int_equal(sequence_load(&c->cx, &bed_max_id, &s), ERR_UNAVAILABLE);
    db_put(&c->cx, &bed_insert, VALS(v_int(2), v_text(S("b")), v_int(1)));
    return OK;
}

static void test_nothing_after_a_break(void **state)
{
    struct box *b = *state;
    struct job j;
    prepare(&j, put_item, 1, 1, "a", OK);
    assert_int_equal(run_one(b, &j), OK);
    prepare(&j, go_on, 1, 10, "bad \xff", OK);
    assert_int_equal(run_one(b, &j), ERR_INTERNAL);
    expect(b, 1, 1);
}

/* ---- the server ends and comes back ---- */

enum { WRITERS = 4 };

struct writing {
    struct box *box;
    int number;
    _Atomic int *acknowledged;
    _Atomic bool *stop;
};

static void *keep_writing(void *self)
{
    struct writing *w = self;
    for (int64_t i = 1; !atomic_load(w->stop); i++) {
        struct job j;
        char name[32];
        int64_t id = w->number * 1000000 + i;
        snprintf(name, sizeof(name), "n%lld", (long long)id);
        prepare(&j, put_item, id, 1, name, OK);
        if (run_one(w->box, &j) == OK)
            atomic_fetch_add(w->acknowledged, 1);
    }
    return NULL;
}

static void wait_for_more(_Atomic int *count, int more)
{
    for (int begin = atomic_load(count); atomic_load(count) < begin + more;)
        usleep(5000);
}

/* tests/lib/mariadb WORD FOLDER OPTION. */
static void run_tool(const char *word, const char *option)
{
    int status;
    pid_t child = fork();
    if (!child) {
        const char *tool = getenv("TAKENSEAT_TEST_MARIADB_TOOL");
        execl(tool, tool, word, getenv("TAKENSEAT_TEST_MARIADB_FOLDER"), option, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* What was acknowledged is there, what was refused is not. */
static void test_server_restart(void **state)
{
    struct box *b = *state;
    assert_non_null(getenv("TAKENSEAT_TEST_MARIADB_TOOL"));
    pthread_t threads[WRITERS];
    struct writing writings[WRITERS];
    _Atomic int acknowledged = 0;
    _Atomic bool stop = false;
    for (int i = 0; i < WRITERS; i++) {
        writings[i] = (struct writing){ b, i + 1, &acknowledged, &stop };
        assert_int_equal(pthread_create(&threads[i], NULL, keep_writing, &writings[i]), 0);
    }
    for (int round = 0; round < 2; round++) {
        wait_for_more(&acknowledged, 20);
        run_tool("stop", "--now");
        run_tool("start", NULL);
    }
    wait_for_more(&acknowledged, 20);
    atomic_store(&stop, true);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    expect(b, atomic_load(&acknowledged), atomic_load(&acknowledged));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SERVER(test_lost_commits), ON_SERVER(test_killed_in_transaction), ON_SERVER(test_killed_while_idle), ON_SERVER(test_deadlock),
        ON_SERVER(test_lock_wait), ON_SERVER(test_no_room_for_statements), ON_SERVER(test_unfit_values),
        ON_SERVER(test_nothing_after_a_break), ON_SERVER(test_server_restart),
    };
    return server_address() ? cmocka_run_group_tests_name("MariaDB: breaks", tests, NULL, NULL) : 0;
}
