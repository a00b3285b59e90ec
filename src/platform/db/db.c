/* Opening, starting and closing the database; the pool of reading connections. */
#include "platform/db/db_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "platform/obs/log.h"
#include "platform_sql.h"

/* Time does not go back over a restart. */
static bool wind_clock(struct db *db, struct arena *arena)
{
    bool found;
    struct ctx cx = { .arena = arena, .db = db->writer };
    if (db_one(&cx, &platform_sql.clock_get, NO_VALS, row_take_int, &db->clock_noted, &found))
        return false;
    if (db->clock_noted > clock_now(db->o.clock))
        clock_set(db->o.clock, db->clock_noted);
    return true;
}

static bool open_writer(struct db *db, struct arena *arena, struct str *ret_why)
{
    db->writer = db->backend->connect(db, CONN_WRITES, arena, ret_why);
    if (!db->writer)
        return false;
    db->writer->group = &db->group;
    if (!migrate(db, arena, ret_why))
        return false;
    if (wind_clock(db, arena))
        return true;
    *ret_why = arena_fmt(arena, "the database cannot be read: %s", db->backend->why(db->writer));
    return false;
}

static bool open_connections(struct db *db, struct arena *arena, struct str *ret_why)
{
    if (!db->o.only_read && !open_writer(db, arena, ret_why))
        return false;
    for (int i = 0; i < db->o.readers; i++) {
        struct conn *c = db->backend->connect(db, CONN_READS, arena, ret_why);
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

static void *tend_main(void *self)
{
    struct db *db = self;
    db->backend->tend(db);
    return NULL;
}

static void tend_start(struct db *db)
{
    if (!db->tended && pthread_create(&db->tend_thread, NULL, tend_main, db))
        panic(__FILE__, __LINE__, "cannot start the thread that tends the database");
    db->tended = true;
}

static void tend_stop(struct db *db)
{
    if (!db->tended)
        return;
    pthread_mutex_lock(&db->lock);
    db->untended = true;
    pthread_cond_broadcast(&db->tend_wanted);
    pthread_mutex_unlock(&db->lock);
    pthread_join(db->tend_thread, NULL);
}

static void dispose(struct db *db)
{
    tend_stop(db);
    while (db->readers) {
        struct conn *next = db->readers->next;
        db->backend->disconnect(db->readers);
        db->readers = next;
    }
    if (db->writer)
        db->backend->disconnect(db->writer);
    db->backend->close(db);
    group_free(&db->group);
    pthread_mutex_destroy(&db->lock);
    pthread_cond_destroy(&db->work);
    pthread_cond_destroy(&db->reader_free);
    pthread_cond_destroy(&db->tend_wanted);
    free(db);
}

struct db *db_open(struct arena *arena, const struct db_options *o, struct str *ret_why)
{
    struct db *db = calloc(1, sizeof(*db));
    if (!db)
        abort();
    db->o = *o;
    db->backend = o->server.url.n ? &mysql_backend : &sqlite_backend;
    db->tail = &db->first;
    if (!db->o.lease_ms)
        db->o.lease_ms = DB_LEASE_MS;
    atomic_init(&db->owned_until, INT64_MAX);
    group_init(&db->group);
    db->group.db = db;
    seed(db);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&db->lock, NULL);
    pthread_cond_init(&db->work, NULL);
    pthread_cond_init(&db->reader_free, NULL);
    pthread_cond_init(&db->tend_wanted, &monotonic);
    pthread_condattr_destroy(&monotonic);

    if (db->backend->open(db, arena, ret_why)) {
        if (db->backend->tends_at_once && !o->only_read)
            tend_start(db);
        if (open_connections(db, arena, ret_why))
            return db;
    }
    dispose(db);
    return NULL;
}

bool db_check(struct db *db, struct arena *arena, const struct query *q, size_t n, struct str *ret_why)
{
    struct conn *c = db->writer ? db->writer : db_read_begin(db);
    bool ok = true;
    for (size_t i = 0; i < n && ok; i++) {
        ok = db->backend->compiles(c, &q[i]);
        if (!ok)
            *ret_why = arena_fmt(arena, "statement %s does not compile: %s", q[i].name, db->backend->why(c));
    }
    if (!db->writer)
        db_read_end(db, c);
    return ok;
}

const struct audit *db_audits(const struct db *db)
{
    return db->backend->audits;
}

/* ---- whose it is ---- */

int64_t db_lease_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void db_owns_until(struct db *db, int64_t us)
{
    atomic_store_explicit(&db->owned_until, us, memory_order_release);
}

bool db_owns(struct db *db)
{
    int64_t until = atomic_load_explicit(&db->owned_until, memory_order_acquire);
    return !db_is_taken(db) && (until == INT64_MAX || db_lease_us() < until);
}

bool db_is_taken(struct db *db)
{
    return atomic_load_explicit(&db->taken, memory_order_acquire);
}

void db_taken(struct db *db)
{
    if (atomic_exchange(&db->taken, true))
        return;
    LOG0(LOG_ERROR, "another process has taken over the database, or it is not as this one has left it: this one must not serve any more");
    if (db->o.taken)
        db->o.taken(db->o.self);
}

/* ---- starting and closing ---- */

bool db_stopping(struct db *db, int64_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ms % 1000 * 1000000L;
    until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&db->lock);
    while (!db->untended && pthread_cond_timedwait(&db->tend_wanted, &db->lock, &until) != ETIMEDOUT)
        continue;
    bool stop = db->untended;
    pthread_mutex_unlock(&db->lock);
    return stop;
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
    if (pthread_create(&db->writer_thread, NULL, writer_main, db))
        panic(__FILE__, __LINE__, "cannot start the writer");
    db->started = true;
    tend_start(db);
}

/* The backend's own thread ends after the writer: what the last group wrote is its business too. */
void db_close(struct db *db)
{
    if (!db)
        return;
    pthread_mutex_lock(&db->lock);
    db->stop = true;
    pthread_cond_broadcast(&db->work);
    pthread_mutex_unlock(&db->lock);
    if (db->started)
        pthread_join(db->writer_thread, NULL);
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
    db->backend->snapshot(c);
    return c;
}

void db_read_end(struct db *db, struct conn *c)
{
    db->backend->snapshot_end(c);
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
    ret->again = db->again;
}
