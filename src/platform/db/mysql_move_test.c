/* Migrations that stop half-way on a database server, where each statement counts at once, and moves to one.
 * Without TAKENSEAT_TEST_MARIADB (tests/lib/mariadb run ...) nothing is tested. */
#include "db_bed.h"

#include "platform/db/mysql_impl.h"

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
    size_t tables;
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

/* Ends for a reason that says so; returns how many tables it had told of. */
static size_t move_in_vain(struct box *b, const struct db_options *from, const struct db_options *to, const char *says)
{
    struct told told = { 0 };
    struct str why = { 0 };
    assert_false(db_move(b->arena, from, to, tell, &told, &why));
    assert_non_null(strstr(why.p, says));
    return told.tables;
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
    move_in_vain(b, &from, &to, "has been used");
    box_start(b, 1000);
    expect(b, 77, 50);
}

static void test_move_to_others(void **state)
{
    struct box *b = *state;
    struct db_options from, to;
    fill_sqlite(b, &from, &to);
    box_sql(b, "BEGIN NOT ATOMIC DROP TABLE clock_seen; CREATE TABLE of_somebody_else (id BIGINT PRIMARY KEY); END");
    assert_int_equal(move_in_vain(b, &from, &to, "has been used"), 0);
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
    move_in_vain(b, &from, &to, "the table is not the same there: thing");
    for (int i = 0; i < 2; i++)
        assert_null(db_open(b->arena, &to, &why));
    assert_non_null(strstr(why.p, "migration test 1 (init)"));
    move_in_vain(b, &from, &to, "has been used");
}

/* Were a row another one there, it would be seen. */
static void test_move_compares(void **state)
{
    struct box *b = *state;
    struct db_options from, to;
    fill_sqlite(b, &from, &to);
    box_sql(b, "CREATE TRIGGER other BEFORE INSERT ON item FOR EACH ROW SET NEW.n = IF(NEW.id = 33, 1, NEW.n)");
    move_in_vain(b, &from, &to, "the table is not the same there: item");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SERVER(test_migration_goes_on), ON_SERVER(test_migration_interrupted), ON_SERVER(test_move), ON_SERVER(test_move_compares),
        ON_SERVER(test_half_moved), ON_SERVER(test_move_to_others),
    };
    return server_address() ? cmocka_run_group_tests_name("MariaDB: moves", tests, NULL, NULL) : 0;
}
