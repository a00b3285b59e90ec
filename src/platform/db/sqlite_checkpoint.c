/* The checkpointer: moves committed pages from the write-ahead log into the database beside the writer, in passive steps that never make it
 * wait. Under a load that never pauses the log would grow without end: once it is long, a last step keeps the writer out for the few pages that
 * a passive one has left, and the log begins anew over the same blocks (which also makes its syncs cheaper). It gives up at once when a reader
 * stands in the way. */
#include "platform/db/sqlite_impl.h"

#include "platform/obs/log.h"

#define STEP_BYTES  (4 << 20)      /* below this a checkpoint is not worth it */
#define LONG_BYTES  (256 << 20)    /* above this the log is begun anew */
#define FEW_PAGES   128            /* that the last step may find left */
#define PASSES_MAX  8
#define READER_MS   20             /* how long a reader may hold that up, and with it the writer */
#define PERIOD_MS   50

/* Passive passes until little is left, each shorter than the one before; then the step that keeps the writer out. */
static int begin_anew(sqlite3 *lite)
{
    int pages = 0, done = 0, code = SQLITE_OK;
    for (int i = 0; i < PASSES_MAX && code == SQLITE_OK; i++) {
        code = sqlite3_wal_checkpoint_v2(lite, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages, &done);
        if (pages - done <= FEW_PAGES)
            break;
    }
    return code == SQLITE_OK ? sqlite3_wal_checkpoint_v2(lite, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL) : code;
}

void lite_tend(struct db *db)
{
    struct arena *arena = arena_new(0);
    struct str why;
    pthread_setname_np(pthread_self(), "checkpoint");
    struct conn *c = lite_connect(db, CONN_WRITES, arena, &why);
    if (!c) {
        LOG(LOG_ERROR, "no checkpointer", lf_s("why", why));
        panic(__FILE__, __LINE__, "checkpointer cannot open the database");
    }
    sqlite3 *lite = ((struct lite_conn *)c)->lite;
    sqlite3_busy_timeout(lite, READER_MS);
    int64_t done = 0;
    while (!db_stopping(db, PERIOD_MS)) {
        int64_t bytes = atomic_load_explicit(&db->wal_bytes, memory_order_relaxed);
        if (bytes < done)
            done = 0;                        /* the writer began the log anew */
        if (bytes - done < STEP_BYTES)
            continue;
        int64_t before = mono_us();
        int code = sqlite3_wal_checkpoint_v2(lite, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
        if (code == SQLITE_OK && bytes > LONG_BYTES)
            code = begin_anew(lite);
        int64_t us = mono_us() - before;
        if (code != SQLITE_OK && code != SQLITE_BUSY)
            (void)!lite_failed(c, code);
        if (us > atomic_load_explicit(&db->checkpoint_us_max, memory_order_relaxed))
            atomic_store_explicit(&db->checkpoint_us_max, us, memory_order_relaxed);
        done = bytes;
    }
    sqlite3_busy_timeout(lite, 5000);
    sqlite3_wal_checkpoint_v2(lite, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    lite_disconnect(c);
    arena_free(arena);
}
