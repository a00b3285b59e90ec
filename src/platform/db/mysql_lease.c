/* A database on a server belongs to the process that has its lease: a row that says who, and until when by the server's clock. It is renewed beside the
 * writer, over a connection of its own: a long transaction does not lose it, a process that stands still does. Whoever finds it run out counts its
 * epoch up, closes the fence (mysql_fence.c) behind the one before, and has it. The time only says when to try: that nobody writes who has lost the
 * lease is the fence's doing, whatever clocks do.
 *
 * There is one lease, of the whole database; the rows have names so that a part of it may have one of its own (docs/decisions/013-leases.md). */
#include "platform/db/mysql_impl.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "platform/obs/log.h"

#define LOOK_MS 50            /* between two looks of a process that stands by */
#define RENEWALS 5            /* in a lease: some of them may come late */
#define FAR_MS "20000"        /* twice the longest lease: further away is only what a clock that went back has left */
#define OWNER_MAX 128

#define NOW_MS "CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)"
#define RUNS "until_ms > " NOW_MS " AND until_ms <= " NOW_MS " + " FAR_MS
#define OF_ALL " WHERE name = '" MY_LEASE "'"

/* These tables come before all migrations and have to stay as they are: a program of another version may stand by. */
static const char *const tables[] = {
    "CREATE TABLE IF NOT EXISTS lease (name VARCHAR(64) PRIMARY KEY, owner VARCHAR(128) NOT NULL, epoch BIGINT NOT NULL, until_ms BIGINT NOT NULL)",
    ("CREATE TABLE IF NOT EXISTS lease_fence (name VARCHAR(64) PRIMARY KEY, epoch BIGINT NOT NULL, mark BIGINT NOT NULL, "
     "old_epoch BIGINT NOT NULL, old_mark BIGINT NOT NULL)"),
    "CREATE TABLE IF NOT EXISTS schema_step (service VARCHAR(64) NOT NULL, version BIGINT NOT NULL, done BIGINT NOT NULL, PRIMARY KEY (service, version))",
};
static const struct query look_at = { "mysql.lease_look", "SELECT CASE WHEN " RUNS " THEN until_ms ELSE -until_ms END FROM lease" OF_ALL };
static const struct query put_owner = { "mysql.lease_owner",
    "UPDATE lease SET owner = ?, epoch = LAST_INSERT_ID(epoch + 1), until_ms = " NOW_MS " + ?" OF_ALL " AND NOT (" RUNS ")" };
static const struct query own_epoch = { "mysql.lease_epoch", "SELECT LAST_INSERT_ID()" };
static const struct query put_until = { "mysql.lease_until", "UPDATE lease SET until_ms = " NOW_MS " + ?" OF_ALL " AND epoch = ?" };
static const struct query put_free = { "mysql.lease_free", "UPDATE lease SET until_ms = 0, owner = ''" OF_ALL " AND epoch = ?" };
static const char there[] = "SELECT COUNT(*) = 3 FROM information_schema.tables WHERE table_schema = DATABASE() "
                            "AND table_name IN ('lease', 'lease_fence', 'schema_step')";
/* Reads without a lock: an owner that stands still may hold the rows. */
static const char *const begin_rows[] = {
    "INSERT IGNORE INTO lease SELECT '" MY_LEASE "', '', 0, 0 FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM lease" OF_ALL ")",
    "INSERT IGNORE INTO lease_fence SELECT '" MY_LEASE "', 0, 0, 0, 0 FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM lease_fence" OF_ALL ")",
};

void my_pause(int64_t ms)
{
    struct timespec t = { ms / 1000, ms % 1000 * 1000000 };
    nanosleep(&t, NULL);
}

/* ---- before the first time ---- */

/* Texts are compared by their bytes in every table that is made from now on. */
static bool set_collation(MYSQL *my)
{
    int64_t same = 0;
    if (my_ask(my, "SELECT default_collation_name = @@collation_connection FROM information_schema.schemata WHERE schema_name = DATABASE()", &same) && same)
        return true;
    return !mysql_query(my, mariadb_connection(my) ? "ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"
                                                   : "ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin");
}

static bool prepare_tables(MYSQL *my)
{
    int64_t found = 0;
    bool ok = my_ask(my, there, &found) && (found || set_collation(my));
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && ok && !found; i++)
        ok = !mysql_query(my, tables[i]);
    for (size_t i = 0; i < sizeof(begin_rows) / sizeof(begin_rows[0]) && ok; i++)
        ok = !mysql_query(my, begin_rows[i]);
    return ok;
}

static void warn_of_loss(MYSQL *my)
{
    int64_t flush = 1, binlog = 0, sync = 1;
    my_ask(my, "SELECT @@innodb_flush_log_at_trx_commit", &flush);
    my_ask(my, "SELECT @@log_bin", &binlog);
    my_ask(my, "SELECT @@sync_binlog", &sync);
    if (flush != 1 || (binlog && sync != 1))
        LOG(LOG_WARN, "the database server may lose what it has confirmed when its machine fails", lf_i("innodb_flush_log_at_trx_commit", flush),
            lf_i("sync_binlog", sync));
}

/* ---- the row ---- */

/* For people who look into the table: where the process runs. */
static void name_owner(char ret[OWNER_MAX])
{
    char host[64] = "";
    if (gethostname(host, sizeof(host) - 1))
        host[0] = '\0';
    for (char *p = host; *p; p++)
        if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || *p == '.'))
            *p = '-';
    snprintf(ret, OWNER_MAX, "%s pid %ld", host, (long)getpid());
}

/* *ret: when it will have run out, as a negative number when it has, 0 when it was given back. */
static bool look(struct conn *c, int64_t *ret)
{
    return my_reconnect(c) && my_one(c, &look_at, NO_VALS, ret);
}

/* Takes it if it has run out; of several who try one is first. */
static bool take(struct db *db)
{
    struct my *own = db->own;
    char owner[OWNER_MAX];
    int64_t begun = db_lease_us(), changed = 0, epoch;
    name_owner(owner);
    if (my_run(own->lease, &put_owner, VALS(v_text(str_c(owner)), v_int(db->o.lease_ms)), &changed) || changed != 1)
        return false;
    if (!my_one(own->lease, &own_epoch, NO_VALS, &epoch) || !my_close_fence(own->lease, epoch))
        return false;
    own->epoch = epoch;
    db_owns_until(db, begun + db->o.lease_ms * 1000);
    LOG(LOG_INFO, "the database is this process's", lf_i("epoch", own->epoch));
    return true;
}

/* ---- taking it ---- */

static bool wait_a_moment(struct db *db, struct arena *arena, struct str *ret_why)
{
    if (db->o.stand_by)
        return db->o.stand_by(db->o.self, LOOK_MS, arena, ret_why);
    my_pause(LOOK_MS);
    return true;
}

static bool refuse(const struct db *db, struct arena *arena, struct str *ret_why)
{
    *ret_why = arena_fmt(arena, "the database %s is in use by another takenseat process: stop it first", ((const struct my *)db->own)->database);
    return false;
}

/* One that was given back is taken at once. One that has run out is looked at twice: where the server itself stood still, its owner gets to renew it.
 * Who does not stand by waits for an owner that may be gone to run out, and not for one that renews. */
static bool stand_by(struct db *db, struct arena *arena, struct str *ret_why)
{
    struct my *own = db->own;
    int64_t first = 0, before = 0, said = 0;
    for (;; before = said) {
        bool heard = look(own->lease, &said);
        if (!heard && !db->o.stand_by) {
            *ret_why = arena_fmt(arena, "the database %s cannot be read: %s", own->database, my_why(own->lease));
            return false;
        }
        if (heard && (said == 0 || (said < 0 && said == before)) && take(db))
            return true;
        if (!first)
            first = said;
        if (!db->o.stand_by && said > 0 && said != first)
            return refuse(db, arena, ret_why);
        if (!wait_a_moment(db, arena, ret_why))
            return false;
    }
}

bool my_own(struct db *db, struct arena *arena, struct str *ret_why)
{
    struct my *own = db->own;
    own->lease = my_connect(db, CONN_LEASE, arena, ret_why);
    if (!own->lease)
        return false;
    MYSQL *my = my_conn_of(own->lease)->my;
    if (!prepare_tables(my)) {
        *ret_why = arena_fmt(arena, "the database %s cannot be written: %s", own->database, mysql_error(my));
        return false;
    }
    warn_of_loss(my);
    return stand_by(db, arena, ret_why);
}

/* ---- keeping it, giving it back ---- */

/* False: the server did not answer. */
static bool renew(struct db *db)
{
    struct my *own = db->own;
    int64_t begun = db_lease_us(), changed = 0;
    if (!my_reconnect(own->lease) || my_run(own->lease, &put_until, VALS(v_int(db->o.lease_ms), v_int(own->epoch)), &changed))
        return false;
    if (changed == 1)
        db_owns_until(db, begun + db->o.lease_ms * 1000);
    else
        db_taken(db);
    return true;
}

void my_tend(struct db *db)
{
    pthread_setname_np(pthread_self(), "lease");
    while (!db_stopping(db, db->o.lease_ms / RENEWALS))
        if (!renew(db))
            (void)!renew(db);                /* over a new connection */
}

void my_give_back(struct db *db)
{
    struct my *own = db->own;
    if (!own->lease)
        return;
    if (own->epoch && my_run(own->lease, &put_free, VALS(v_int(own->epoch)), NULL))
        LOG0(LOG_WARN, "the lease is not given back, but runs out");
    my_disconnect(own->lease);
}
