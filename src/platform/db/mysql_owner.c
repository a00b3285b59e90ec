/* One process a database. A lock by name keeps a second one from starting. What protects the data is the row db_owner: every transaction of the writer
 * begins with an update that finds nothing once another process has counted the epoch up, or when the last group that we know to be durable is not
 * there any more (a server that lost what it had confirmed, a copy of yesterday), and holds the row until it ends.
 *
 * The same row tells what became of a commit whose answer was lost: it names the last group that was committed. */
#include "platform/db/mysql_impl.h"

#include <errmsg.h>
#include <stdio.h>
#include <time.h>

#include "platform/obs/log.h"

#define FIND_OUT_MS 60000
#define PAUSE_MS 200
#define TEND_MS 1000

static const char owner_table[] = "CREATE TABLE IF NOT EXISTS db_owner (id BIGINT PRIMARY KEY, epoch BIGINT NOT NULL, mark BIGINT NOT NULL)";
static const char step_table[] = "CREATE TABLE IF NOT EXISTS schema_step (service VARCHAR(64) NOT NULL, version BIGINT NOT NULL, done BIGINT NOT NULL, "
                                 "PRIMARY KEY (service, version))";
static const struct query mark = { "mysql.mark", "UPDATE db_owner SET mark = ? WHERE id = 1 AND epoch = ? AND mark = ?" };

/* A process that has just ended may still hold it for a moment. */
static const char lock_now[] = "SELECT GET_LOCK(LEFT(CONCAT('takenseat.', DATABASE()), 64), 0)";
static const char lock_soon[] = "SELECT GET_LOCK(LEFT(CONCAT('takenseat.', DATABASE()), 64), 2)";

static bool take_lock(MYSQL *my, const char *sql)
{
    int64_t got = 0;
    return my_ask(my, sql, &got) && got == 1;
}

/* Texts are compared by their bytes in every table that is made from now on. */
static bool set_collation(MYSQL *my)
{
    int64_t same = 0;
    if (my_ask(my, "SELECT default_collation_name = @@collation_connection FROM information_schema.schemata WHERE schema_name = DATABASE()", &same) && same)
        return true;
    return !mysql_query(my, mariadb_connection(my) ? "ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"
                                                   : "ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin");
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

bool my_own(struct db *db, struct arena *arena, struct str *ret_why)
{
    struct my *own = db->own;
    own->lock = my_dial(db, CONN_WRITES, arena, ret_why);
    if (!own->lock)
        return false;
    if (!take_lock(own->lock, lock_soon)) {
        *ret_why = arena_fmt(arena, "the database %s is in use by another takenseat process: stop it first", own->database);
        return false;
    }
    if (set_collation(own->lock) && !mysql_query(own->lock, owner_table) && !mysql_query(own->lock, step_table) &&
        !mysql_query(own->lock, "INSERT INTO db_owner (id, epoch, mark) VALUES (1, 1, 0) ON DUPLICATE KEY UPDATE epoch = epoch + 1, mark = 0") &&
        my_ask(own->lock, "SELECT epoch FROM db_owner WHERE id = 1", &own->epoch)) {
        warn_of_loss(own->lock);
        return true;
    }
    *ret_why = arena_fmt(arena, "the database %s cannot be written: %s", own->database, mysql_error(own->lock));
    return false;
}

static _Noreturn void taken_over(void)
{
    panic(__FILE__, __LINE__, "another process has taken over the database, or it is not as this one has left it: this one must not serve any more");
}

err my_mark(struct conn *c)
{
    struct my *own = c->db->own;
    int64_t changed = 0;
    err e = my_run(c, &mark, VALS(v_int(++own->mark), v_int(own->epoch), v_int(own->durable)), &changed);
    if (!e && changed != 1)
        taken_over();
    return e;
}

static void pause_ms(int64_t ms)
{
    struct timespec t = { ms / 1000, ms % 1000 * 1000000 };
    nanosleep(&t, NULL);
}

/* The row as it stands once no transaction holds it any more: the lost one has then ended, this way or that. */
static bool read_owner(struct conn *c, int64_t *ret_epoch, int64_t *ret_mark)
{
    MYSQL *my = my_conn_of(c)->my;
    if (mysql_query(my, "START TRANSACTION"))
        return false;
    bool ok = my_ask(my, "SELECT epoch FROM db_owner WHERE id = 1 FOR UPDATE", ret_epoch) &&
              my_ask(my, "SELECT mark FROM db_owner WHERE id = 1 FOR UPDATE", ret_mark);
    return !mysql_query(my, "ROLLBACK") && ok;
}

/* A connection that broke may still be there and hold the row for long. Unless the server has been started since: it counts anew then, and the number
 * may be somebody else's. */
static void end_old_connection(struct conn *c, unsigned long number)
{
    char kill[64];
    if (mysql_thread_id(my_conn_of(c)->my) <= number)
        return;
    snprintf(kill, sizeof(kill), "KILL CONNECTION %lu", number);
    my_exec(c, kill);
}

enum group_end my_find_out(struct conn *c)
{
    struct my *own = c->db->own;
    int64_t epoch, last, give_up = mono_us() + FIND_OUT_MS * INT64_C(1000);
    unsigned long old = mysql_thread_id(my_conn_of(c)->my);
    while (mono_us() < give_up) {
        my_conn_of(c)->lost = true;
        if (my_reconnect(c)) {
            if (old)
                end_old_connection(c, old);
            old = 0;                         /* once */
            if (read_owner(c, &epoch, &last)) {
                if (epoch != own->epoch)
                    taken_over();
                LOG(LOG_WARN, "a lost commit was found out", lf_i("group", own->mark), lf_i("last", last));
                if (last != own->mark)
                    return GROUP_AGAIN;
                own->durable = last;
                return GROUP_DURABLE;
            }
        }
        pause_ms(PAUSE_MS);
    }
    panic(__FILE__, __LINE__, "the database server does not answer: whether the last commands were carried out is not known");
}

/* A new connection for the lock; the old one may be gone. */
static void dial_again(struct db *db)
{
    struct my *own = db->own;
    struct arena *arena = arena_new(0);
    struct str why;
    if (own->lock)
        mysql_close(own->lock);
    own->lock = my_dial(db, CONN_WRITES, arena, &why);
    arena_free(arena);
}

/* Keeps the lock: a server that was restarted has forgotten it. */
void my_tend(struct db *db)
{
    struct my *own = db->own;
    bool locked = true;
    pthread_setname_np(pthread_self(), "lock");
    while (!db_stopping(db, TEND_MS)) {
        int64_t epoch;
        if (!my_ask(own->lock, "SELECT epoch FROM db_owner WHERE id = 1", &epoch)) {
            dial_again(db);
            locked = false;
        } else if (epoch != own->epoch) {
            taken_over();
        } else if (!locked) {
            locked = take_lock(own->lock, lock_now);
        }
    }
}
