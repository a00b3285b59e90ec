/* A database on a server: its address, the SQL that it is told, and with what it is refused or taken at the start.
 * Without TAKENSEAT_TEST_MARIADB (tests/lib/mariadb run ...) only what needs no server is tested. */
#include "db_bed.h"

#include "platform/db/mysql_impl.h"

/* ---- addresses and words ---- */

static void test_addresses(void **state)
{
    static const struct {
        const char *url, *host;          /* NULL: refused */
        int port;
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
            assert_true(str_eq(at.server.host, str_c(cases[i].host)) && str_eq(at.user, S("shop")) && str_eq(at.database, S("tickets")));
            assert_int_equal(at.server.port, cases[i].port);
            assert_int_equal(my_loopback(at.server.host), cases[i].loopback);
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
    const struct CMUnitTest words[] = { cmocka_unit_test(test_addresses), cmocka_unit_test(test_text) };
    const struct CMUnitTest tests[] = { ON_SERVER(test_refusals), ON_SERVER(test_tls) };
    int failed = cmocka_run_group_tests_name("words", words, NULL, NULL);
    return server_address() ? failed + cmocka_run_group_tests_name("MariaDB: starts", tests, NULL, NULL) : failed;
}
