/* What only a database on a server can do to us: connections that break in mid-transaction or at the commit, deadlocks with others, a restart.
 * Without TAKENSEAT_TEST_MARIADB (tests/lib/mariadb run ...) only what needs no server is tested. */
#include "proxy_bed.h"

#include <sys/wait.h>

#include "platform/db/mysql_impl.h"

/* ---- addresses and words ---- */

static void test_addresses(void **state)
{
    static const struct {
        const char *url, *host;          /* NULL: refused */
        unsigned port;
        bool loopback;
    } cases[] = {
        { "mysql://shop@db.example.com:3307/tickets", "db.example.com", 3307, false },
        { "mysql://shop@127.0.0.1/tickets", "127.0.0.1", 3306, true },
        { "mysql://shop@127.255.0.1/tickets", "127.255.0.1", 3306, true },
        { "mysql://shop@127.0.0.1.example.org/tickets", "127.0.0.1.example.org", 3306, false },
        { "mysql://shop@127.example.org/tickets", "127.example.org", 3306, false },
        { "mysql://shop@[::1]:13306/tickets", "::1", 13306, true },
        { "mysql://shop@[fe80::1]/tickets", "fe80::1", 3306, false },
        { "mysql://shop:secret@db/tickets", NULL, 0, false },
        { "mysql://shop@db/", NULL, 0, false },
        { "mysql://@db/tickets", NULL, 0, false },
        { "mysql://shop@db:0/tickets", NULL, 0, false },
        { "mysql://shop@db:65536/tickets", NULL, 0, false },
        { "mysql://shop@db/tickets?ssl=false", NULL, 0, false },
        { "mysql://shop@db/tick`ets", NULL, 0, false },
        { "postgres://shop@db/tickets", NULL, 0, false },
        { "mysql://shop@[::1/tickets", NULL, 0, false },
    };
    (void)state;
    struct arena *arena = arena_new(0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct my_address at;
        struct str why = { 0 };
        bool ok = my_address_parse(arena, str_c(cases[i].url), &at, &why);
        assert_int_equal(ok, cases[i].host != NULL);
        assert_true(ok || (str_starts(why, S("db.url ")) && !strstr(why.p, "secret")));
        if (ok) {
            assert_true(str_eq(at.host, str_c(cases[i].host)) && str_eq(at.user, S("shop")) && str_eq(at.database, S("tickets")));
            assert_int_equal(at.port, cases[i].port);
            assert_int_equal(my_loopback(at.host), cases[i].loopback);
        }
    }
    arena_free(arena);
}

static void test_text(void **state)
{
    static const struct {
        const char *sql, *want;
    } cases[] = {
        { "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL DEFAULT '', b BLOB) WITHOUT ROWID;\n",
          "CREATE TABLE t (id BIGINT PRIMARY KEY, a LONGTEXT NOT NULL DEFAULT (''), b LONGBLOB)  ;\n" },
        { "SELECT keys FROM t WHERE a LIKE ? ESCAPE '!' AND b = ?", "SELECT \"keys\" FROM t WHERE LOWER(a) LIKE LOWER(?) ESCAPE '!' AND b = ?" },
        { "SELECT ? WHERE a.b LIKE 'x!_%' ESCAPE '!' AND c = ?", "SELECT ? WHERE LOWER(a.b) LIKE LOWER('x!_%') ESCAPE '!' AND c = ?" },
        { "SELECT 'a / INTEGER -- TEXT', a / 2", "SELECT 'a / INTEGER -- TEXT', a  DIV  2" },
        { "one TEXT, -- a / comment\ntwo LONGTEXT\n", "one LONGTEXT,\ntwo LONGTEXT\n" },
        { "kept\nleft\n-- mysql: instead BLOB\nkept\n", "kept\ninstead BLOB\nkept\n" },
        { "left\n-- mysql: instead", "instead" },
        { "SELECT \"keys\", \"a / b\"", "SELECT \"keys\", \"a / b\"" },
        { "SELECT 'it''s' || x.keys", "SELECT 'it''s' || x.keys" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf out;
        buf_init(&out, 4096);
        my_text(&out, str_c(cases[i].sql));
        buf_char(&out, '\0');
        assert_string_equal(out.p, cases[i].want);
        buf_free(&out);
    }
}

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

static err put_fifty(struct command *c)
{
    for (int64_t i = 1; i <= 50; i++)
        db_put(&c->cx, &bed_insert, VALS(v_int(i), v_text(arena_fmt(c->cx.arena, "%lld", (long long)i)), v_int(0)));
    return OK;
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

/* ---- migrations that stop half-way ---- */

static const struct migration more[] = {
    { 1, "one", "CREATE TABLE first (id INTEGER PRIMARY KEY, a TEXT);\nINSERT INTO first VALUES (1, 'x');\nCREATE TABLE second (id INTEGER PRIMARY KEY);\n"
                "UPDATE first SET a = a || 'y';\n" },
    { 0 },
};

static void test_migration_goes_on(void **state)
{
    struct box *b = *state;
    struct str why = { 0 };
    static const struct query get = { "get", "SELECT COUNT(*) FROM first WHERE a = 'xy'" };
    struct migration_set sets[] = { { "test", box_options(b).migrations->at }, { "more", more } };
    struct db_options o = box_options(b);
    struct sequence found;
    o.migrations = sets;
    o.migration_count = 2;
    db_close(b->db);
    box_sql(b, "CREATE TABLE second (other BIGINT)");
    for (int i = 0; i < 3; i++) {            /* a table of somebody else's does not become ours by trying again */
        assert_null(db_open(b->arena, &o, &why));
        assert_non_null(strstr(why.p, "migration more 1 (one)"));
        assert_non_null(strstr(why.p, "'second' already exists"));
    }
    box_sql(b, "DROP TABLE second");
    b->db = db_open(b->arena, &o, &why);
    assert_non_null(b->db);
    struct ctx cx = { .arena = b->arena, .db = db_read_begin(b->db) };
    assert_int_equal(sequence_load(&cx, &get, &found), OK);
    assert_int_equal(found.last, 1);
    db_read_end(b->db, cx.db);
    db_start(b->db);
}

static const struct migration renamed[] = {
    { 1, "renamed", "CREATE TABLE first (id INTEGER PRIMARY KEY);\nALTER TABLE first RENAME TO other;\nINSERT INTO other VALUES (1);\n" },
    { 0 },
};

/* Ended behind a statement that was carried out, and before that was counted. */
static void test_migration_interrupted(void **state)
{
    static const char *const ended[] = {
        "BEGIN NOT ATOMIC CREATE TABLE first (id BIGINT PRIMARY KEY); INSERT INTO schema_step VALUES ('renamed', 1, 1); END",
        "BEGIN NOT ATOMIC CREATE TABLE other (id BIGINT PRIMARY KEY); INSERT INTO schema_step VALUES ('renamed', 1, 3); END",
    };
    static const struct query get = { "get", "SELECT COUNT(*) FROM other" };
    struct box *b = *state;
    struct str why = { 0 };
    struct migration_set sets[] = { { "test", box_options(b).migrations->at }, { "renamed", renamed } };
    struct db_options o = box_options(b);
    struct sequence found;
    o.migrations = sets;
    o.migration_count = 2;
    for (size_t i = 0; i < sizeof(ended) / sizeof(ended[0]); i++) {
        db_close(b->db);
        box_sql(b, ended[i]);
        b->db = db_open(b->arena, &o, &why);
        assert_non_null(b->db);
        struct ctx cx = { .arena = b->arena, .db = db_read_begin(b->db) };
        assert_int_equal(sequence_load(&cx, &get, &found), OK);
        assert_int_equal(found.last, 1);
        db_read_end(b->db, cx.db);
        box_sql(b, "BEGIN NOT ATOMIC DROP TABLE other; DELETE FROM schema_migration WHERE service = 'renamed'; END");
    }
    db_start(b->db);
}

/* ---- moving ---- */

struct told {
    int tables;
    int64_t rows;
};

static void tell(void *self, struct str table, int64_t rows)
{
    struct told *t = self;
    assert_true(table.n > 0);
    t->tables++;
    t->rows += rows;
}

/* Some rows in SQLite, in the box's folder, to be moved to the box's database. */
static void fill_sqlite(struct box *b, struct db_options *ret_from, struct db_options *ret_to)
{
    struct job j;
    struct str why;
    db_close(b->db);
    *ret_to = *ret_from = box_options(b);
    ret_from->server = (struct db_server){ 0 };
    b->db = db_open(b->arena, ret_from, &why);
    assert_non_null(b->db);
    db_start(b->db);
    prepare(&j, put_fifty, 0, 0, "", OK);
    assert_int_equal(run_one(b, &j), OK);
    prepare(&j, add_item, 7, 77, "", OK);
    assert_int_equal(run_one(b, &j), OK);
    db_close(b->db);
    b->db = NULL;
}

static void test_move(void **state)
{
    struct box *b = *state;
    struct db_options from, to;
    struct told told = { 0 };
    struct str why = { 0 };
    fill_sqlite(b, &from, &to);
    assert_true(db_move(b->arena, &from, &to, tell, &told, &why));
    assert_int_equal(told.tables, 5);
    assert_int_equal(told.rows, 50 + 1 + 1);             /* items, the migration, the clock */
    assert_false(db_move(b->arena, &from, &to, tell, &told, &why));
    assert_non_null(strstr(why.p, "has been used"));
    box_start(b, 1000);
    expect(b, 77, 50);
}

static void test_move_to_others(void **state)
{
    struct box *b = *state;
    struct db_options from, to;
    struct told told = { 0 };
    struct str why = { 0 };
    fill_sqlite(b, &from, &to);
    box_sql(b, "BEGIN NOT ATOMIC DROP TABLE clock_seen; CREATE TABLE of_somebody_else (id BIGINT PRIMARY KEY); END");
    assert_false(db_move(b->arena, &from, &to, tell, &told, &why));
    assert_non_null(strstr(why.p, "has been used"));
    assert_int_equal(told.tables, 0);
}

static err put_thing(struct command *c)
{
    db_put(&c->cx, &bed_thing, VALS(v_int(1), v_text(S("a")), v_null(), v_int(1), v_null()));
    return OK;
}

/* What is half moved is neither served nor moved to again, also when it is the last table that failed. */
static void test_half_moved(void **state)
{
    struct box *b = *state;
    struct db_options from, to;
    struct told told = { 0 };
    struct job j;
    struct str why = { 0 };
    fill_sqlite(b, &from, &to);
    b->db = db_open(b->arena, &from, &why);
    assert_non_null(b->db);
    db_start(b->db);
    prepare(&j, put_thing, 0, 0, "", OK);
    assert_int_equal(run_one(b, &j), OK);
    db_close(b->db);
    b->db = NULL;
    box_sql(b, "CREATE TRIGGER other BEFORE INSERT ON thing FOR EACH ROW SET NEW.number = 2");
    assert_false(db_move(b->arena, &from, &to, tell, &told, &why));
    assert_string_equal(why.p, "the table is not the same there: thing");
    for (int i = 0; i < 2; i++)
        assert_null(db_open(b->arena, &to, &why));
    assert_non_null(strstr(why.p, "migration test 1 (init)"));
    assert_false(db_move(b->arena, &from, &to, tell, &told, &why));
    assert_non_null(strstr(why.p, "has been used"));
}

/* Were a row another one there, it would be seen. */
static void test_move_compares(void **state)
{
    struct box *b = *state;
    struct db_options from, to;
    struct told told = { 0 };
    struct str why = { 0 };
    fill_sqlite(b, &from, &to);
    box_sql(b, "CREATE TRIGGER other BEFORE INSERT ON item FOR EACH ROW SET NEW.n = IF(NEW.id = 33, 1, NEW.n)");
    assert_false(db_move(b->arena, &from, &to, tell, &told, &why));
    assert_string_equal(why.p, "the table is not the same there: item");
}

/* ---- what is refused at the start ---- */

static void test_refusals(void **state)
{
    struct box *b = *state;
    struct str why;
    struct db_options o = box_options(b);
    o.only_read = true;
    static const struct {
        const char *url, *password, *tls, *says;
    } cases[] = {
        { NULL, "wrong horse", "", "db.password" },
        { "mysql://takenseat@127.0.0.1:1/none", "wrong horse", "", "db.url" },
        { NULL, NULL, "maybe", "db.tls" },
        { NULL, NULL, "required", "db.tls" },            /* who signed the server's certificate is not known */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        o.server = box_options(b).server;
        o.server.tls = str_c(cases[i].tls);
        if (cases[i].url)
            o.server.url = str_c(cases[i].url);
        if (cases[i].password)
            o.server.password = str_c(cases[i].password);
        assert_null(db_open(b->arena, &o, &why));
        bool good = strstr(why.p, cases[i].says) && !strstr(why.p, "horse");
        if (!good)
            fprintf(stderr, "%s\n", why.p);
        assert_true(good);
    }
}

/* With a certificate that is known TLS is made, and nothing else would be. */
static void test_tls(void **state)
{
    struct box *b = *state;
    const char *folder = getenv("TAKENSEAT_TEST_MARIADB_FOLDER");
    static const struct query cipher = { "cipher", "SELECT COUNT(*) FROM information_schema.session_status "
                                                   "WHERE variable_name = 'SSL_CIPHER' AND variable_value <> ''" };
    struct db_options o = box_options(b);
    struct sequence found;
    struct str why = { 0 };
    assert_non_null(folder);
    o.only_read = true;
    for (int with = 0; with <= 1; with++) {
        o.server.tls = with ? S("required") : S("auto");
        o.server.tls_ca = with ? arena_fmt(b->arena, "%s/certificate.pem", folder) : (struct str){ 0 };
        struct db *db = db_open(b->arena, &o, &why);
        if (!db)
            fprintf(stderr, "%s\n", why.p);
        assert_non_null(db);
        struct ctx cx = { .arena = b->arena, .db = db_read_begin(db) };
        assert_int_equal(sequence_load(&cx, &cipher, &found), OK);
        assert_int_equal(found.last, with);
        db_read_end(db, cx.db);
        db_close(db);
    }
}

int main(void)
{
#define CASE(f) { #f, f, box_open, box_close, (void *)server_address() }
    const struct CMUnitTest words[] = { cmocka_unit_test(test_addresses), cmocka_unit_test(test_text) };
    const struct CMUnitTest tests[] = {
        CASE(test_lost_commits), CASE(test_killed_in_transaction), CASE(test_killed_while_idle), CASE(test_deadlock), CASE(test_lock_wait),
        CASE(test_no_room_for_statements), CASE(test_unfit_values), CASE(test_nothing_after_a_break), CASE(test_migration_goes_on),
        CASE(test_migration_interrupted), CASE(test_move), CASE(test_move_compares), CASE(test_half_moved), CASE(test_move_to_others),
        CASE(test_refusals), CASE(test_tls), CASE(test_server_restart),
    };
    int failed = cmocka_run_group_tests_name("words", words, NULL, NULL);
    return server_address() ? failed + cmocka_run_group_tests_name("MariaDB", tests, NULL, NULL) : failed;
}
