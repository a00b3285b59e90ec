/* Opening, starting and closing the database; the pool of reading connections. */
#include "platform/db/db_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/obs/log.h"
#include "platform_sql.h"

/* 3.7.0 to 3.51.2 can corrupt a file when a checkpoint meets a commit of another connection. */
#define OLDEST_SQLITE 3051003

static bool make_folder(const char *dir, struct arena *arena, struct str *ret_why)
{
    if (mkdir(dir, 0700) == 0 || errno == EEXIST)
        return true;
    *ret_why = arena_fmt(arena, "cannot make the folder %s: %s", dir, strerror(errno));
    return false;
}

/* One process a folder: held until the process ends, however it ends. */
static bool lock_folder(struct db *db, struct arena *arena, struct str *ret_why)
{
    struct str path = arena_fmt(arena, "%s/lock", db->o.dir);
    db->lock_fd = open(path.p, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (db->lock_fd >= 0 && flock(db->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    *ret_why = errno == EWOULDBLOCK ? arena_fmt(arena, "%s is in use by another takenseat process: stop it first", db->o.dir)
                                    : arena_fmt(arena, "cannot lock %s: %s", path.p, strerror(errno));
    return false;
}

/* Time does not go back over a restart. */
static void wind_clock(struct db *db)
{
    sqlite3_stmt *stmt = conn_bind(db->writer, &platform_sql.clock_get, NO_VALS);
    if (sqlite3_step(stmt) == SQLITE_ROW)
        db->clock_noted = sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    if (db->clock_noted > clock_now(db->o.clock))
        clock_set(db->o.clock, db->clock_noted);
}

static bool open_connections(struct db *db, struct arena *arena, struct str *ret_why)
{
    db->writer = conn_open(db->path, true, !db->o.fleeting, arena, ret_why);
    if (!db->writer)
        return false;
    db->writer->group = &db->group;
    if (!migrate(db, arena, ret_why))
        return false;
    wind_clock(db);
    for (int i = 0; i < db->o.readers; i++) {
        struct conn *c = conn_open(db->path, false, !db->o.fleeting, arena, ret_why);
        if (!c)
            return false;
        c->next = db->readers;
        db->readers = c;
    }
    return true;
}

static void seed(struct db *db)
{
    uint64_t s = db->o.seed;
    if (!s && getrandom(&s, sizeof(s), 0) != (ssize_t)sizeof(s))
        abort();
    rng_seed(&db->rng, s);
}

static void dispose(struct db *db)
{
    while (db->readers) {
        struct conn *next = db->readers->next;
        conn_close(db->readers);
        db->readers = next;
    }
    conn_close(db->writer);
    group_free(&db->group);
    if (db->lock_fd >= 0)
        close(db->lock_fd);
    pthread_mutex_destroy(&db->lock);
    pthread_cond_destroy(&db->work);
    pthread_cond_destroy(&db->reader_free);
    pthread_cond_destroy(&db->checkpoint_wanted);
    free(db->path);
    free(db);
}

struct db *db_open(struct arena *arena, const struct db_options *o, struct str *ret_why)
{
    if (sqlite3_libversion_number() < OLDEST_SQLITE) {
        *ret_why = arena_fmt(arena, "SQLite %s has the WAL-reset bug: 3.51.3 or newer is needed", sqlite3_libversion());
        return NULL;
    }
    struct db *db = calloc(1, sizeof(*db));
    if (!db || asprintf(&db->path, "%s/takenseat.db", o->dir) < 0)
        abort();
    db->o = *o;
    db->lock_fd = -1;
    db->tail = &db->first;
    group_init(&db->group);
    db->group.db = db;
    seed(db);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&db->lock, NULL);
    pthread_cond_init(&db->work, NULL);
    pthread_cond_init(&db->reader_free, NULL);
    pthread_cond_init(&db->checkpoint_wanted, &monotonic);
    pthread_condattr_destroy(&monotonic);

    if (!make_folder(o->dir, arena, ret_why) || !lock_folder(db, arena, ret_why) || !open_connections(db, arena, ret_why)) {
        dispose(db);
        return NULL;
    }
    return db;
}

bool db_check(struct db *db, struct arena *arena, const struct query *q, size_t n, struct str *ret_why)
{
    for (size_t i = 0; i < n; i++) {
        sqlite3_stmt *stmt = NULL;
        if (sqlite3_prepare_v2(db->writer->lite, q[i].sql, -1, &stmt, NULL) != SQLITE_OK) {
            *ret_why = arena_fmt(arena, "statement %s does not compile: %s", q[i].name, sqlite3_errmsg(db->writer->lite));
            return false;
        }
        sqlite3_finalize(stmt);
    }
    return true;
}

void db_start(struct db *db)
{
    struct sequence outbox;
    struct arena *arena = arena_new(0);
    struct ctx cx = { .arena = arena, .db = db_read_begin(db) };
    if (sequence_load(&cx, &platform_sql.outbox_max, &outbox))
        panic(__FILE__, __LINE__, "the outbox cannot be read");
    db_read_end(db, cx.db);
    arena_free(arena);
    db->outbox_last = outbox.last;
    atomic_store(&db->outbox_durable, outbox.last);
    if (pthread_create(&db->writer_thread, NULL, writer_main, db) || pthread_create(&db->checkpoint_thread, NULL, checkpoint_main, db))
        panic(__FILE__, __LINE__, "cannot start the writer");
    db->started = true;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    pthread_mutex_lock(&db->lock);
    db->stop = true;
    pthread_cond_broadcast(&db->work);
    pthread_cond_broadcast(&db->checkpoint_wanted);
    pthread_mutex_unlock(&db->lock);
    if (db->started) {
        pthread_join(db->writer_thread, NULL);
        pthread_join(db->checkpoint_thread, NULL);
        sqlite3_wal_checkpoint_v2(db->writer->lite, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    }
    dispose(db);
}

struct conn *db_read_begin(struct db *db)
{
    pthread_mutex_lock(&db->lock);
    while (!db->readers)
        pthread_cond_wait(&db->reader_free, &db->lock);
    struct conn *c = db->readers;
    db->readers = c->next;
    pthread_mutex_unlock(&db->lock);
    if (conn_exec(c, "BEGIN") != SQLITE_OK)
        LOG(LOG_ERROR, "snapshot", lf_s("why", str_c(sqlite3_errmsg(c->lite))));
    return c;
}

void db_read_end(struct db *db, struct conn *c)
{
    conn_exec(c, "COMMIT");
    pthread_mutex_lock(&db->lock);
    c->next = db->readers;
    db->readers = c;
    pthread_cond_signal(&db->reader_free);
    pthread_mutex_unlock(&db->lock);
}

void db_stats(struct db *db, struct db_stats *ret)
{
    pthread_mutex_lock(&db->lock);
    ret->queued = (int64_t)db->queued;
    pthread_mutex_unlock(&db->lock);
    ret->groups = db->groups;
    ret->commands = db->commands;
    ret->wal_bytes = db->wal_bytes;
    ret->checkpoint_us_max = db->checkpoint_us_max;
    ret->commit_us_total = db->commit_us_total;
    ret->commit_us_max = db->commit_us_max;
    ret->refused = db->refused;
}
