/* The checkpointer: moves committed pages from the write-ahead log into the database beside the writer, in passive steps that never make it
 * wait. Under a load that never pauses the log would grow without end: once it is long, a last step keeps the writer out for the few pages that
 * a passive one has left, and the log begins anew over the same blocks (which also makes its syncs cheaper). It gives up at once when a reader
 * stands in the way. */
#include "platform/db/db_impl.h"

#include <errno.h>
#include <time.h>

#include "platform/obs/log.h"

#define STEP_BYTES  (4 << 20)      /* below this a checkpoint is not worth it */
#define LONG_BYTES  (256 << 20)    /* above this the log is begun anew */
#define FEW_PAGES   128            /* that the last step may find left */
#define PASSES_MAX  8
#define READER_MS   20             /* how long a reader may hold that up, and with it the writer */
#define PERIOD_MS   50

static bool wait_or_stop(struct db *db)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += PERIOD_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&db->lock);
    while (!db->stop && pthread_cond_timedwait(&db->checkpoint_wanted, &db->lock, &until) != ETIMEDOUT)
        continue;
    bool stop = db->stop;
    pthread_mutex_unlock(&db->lock);
    return stop;
}

/* Passive passes until little is left, each shorter than the one before; then the step that keeps the writer out. */
static int begin_anew(struct conn *c)
{
    int pages = 0, done = 0, code = SQLITE_OK;
    for (int i = 0; i < PASSES_MAX && code == SQLITE_OK; i++) {
        code = sqlite3_wal_checkpoint_v2(c->lite, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages, &done);
        if (pages - done <= FEW_PAGES)
            break;
    }
    return code == SQLITE_OK ? sqlite3_wal_checkpoint_v2(c->lite, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL) : code;
}

void *checkpoint_main(void *self)
{
    struct db *db = self;
    struct arena *arena = arena_new(0);
    struct str why;
    pthread_setname_np(pthread_self(), "checkpoint");
    struct conn *c = conn_open(db->path, true, !db->o.fleeting, arena, &why);
    if (!c) {
        LOG(LOG_ERROR, "no checkpointer", lf_s("why", why));
        panic(__FILE__, __LINE__, "checkpointer cannot open the database");
    }
    sqlite3_busy_timeout(c->lite, READER_MS);
    int64_t done = 0;
    while (!wait_or_stop(db)) {
        int64_t bytes = atomic_load_explicit(&db->wal_bytes, memory_order_relaxed);
        if (bytes < done)
            done = 0;                        /* the writer began the log anew */
        if (bytes - done < STEP_BYTES)
            continue;
        int64_t before = mono_us();
        int code = sqlite3_wal_checkpoint_v2(c->lite, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
        if (code == SQLITE_OK && bytes > LONG_BYTES)
            code = begin_anew(c);
        int64_t us = mono_us() - before;
        if (code != SQLITE_OK && code != SQLITE_BUSY)
            (void)!conn_failed(c, code);
        if (us > atomic_load_explicit(&db->checkpoint_us_max, memory_order_relaxed))
            atomic_store_explicit(&db->checkpoint_us_max, us, memory_order_relaxed);
        done = bytes;
    }
    conn_close(c);
    arena_free(arena);
    return NULL;
}
