/* Inside platform/db: a connection, and the writer's view of the group it is working on. */
#ifndef PLATFORM_DB_IMPL_H
#define PLATFORM_DB_IMPL_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

#include "base/map.h"
#include "base/rng.h"
#include "platform/db/engine.h"

struct conn {
    sqlite3 *lite;
    struct map statements;    /* address of the struct query -> sqlite3_stmt */
    struct group *group;      /* the writer's connection only */
    struct conn *next;        /* in the pool of readers */
};

struct put {                  /* an insert to be sent later */
    struct put *next;
    const struct query *query;
    size_t n;
    struct val vals[];
};

struct undo {
    struct undo *next;        /* newest first */
    void (*fn)(void *self, const void *arg);
    void *self;
    const void *arg;
};

struct after {
    struct after *next;       /* newest first */
    void (*fn)(void *self);
    void *self;
};

/* The transaction under way. Marks tell where the present command began. */
struct group {
    struct db *db;
    struct arena *arena;
    struct arena *puts_arena; /* of the present command */
    struct put *puts, **puts_tail;       /* its collected inserts */
    struct undo *undo, *undo_mark;
    struct after *after, *after_mark, *after_each, *after_each_mark;
    bool began;               /* BEGIN has been sent */
    bool savepoint;           /* the present command has one */
    bool broken;              /* the database refused a write that is no conflict (disk full, I/O): nothing of the group can stay */
};

struct db {
    struct db_options o;
    char *path;
    int lock_fd;
    struct rng rng;
    struct conn *writer;
    struct group group;
    int64_t clock_noted;      /* the writer's: what clock_seen holds */
    int64_t outbox_last;      /* the writer's */
    _Atomic int64_t outbox_durable;

    pthread_t writer_thread, checkpoint_thread;
    bool started;
    pthread_mutex_t lock;     /* queue, readers, stop */
    pthread_cond_t work, reader_free, checkpoint_wanted;
    struct command *first, **tail;
    size_t queued;
    bool stop;
    struct conn *readers;

    _Atomic int64_t groups, commands, refused, wal_bytes, checkpoint_us_max, commit_us_total, commit_us_max;
};

/* conn.c */
struct conn *conn_open(const char *path, bool writer, struct arena *arena, struct str *ret_why);
void conn_close(struct conn *c);
/* Runs text that gives no rows; for transactions, pragmas and migrations. Returns SQLite's code. */
int conn_exec(struct conn *c, const char *sql);
/* The prepared statement of q, reset and bound. A statement that does not compile is a bug: db_check found it at start. */
sqlite3_stmt *conn_bind(struct conn *c, const struct query *q, const struct val *v, size_t n);
/* A failed step as an error: constraint -> ERR_CONFLICT; a failed sync stops the program; anything else breaks the group -> ERR_UNAVAILABLE. */
err conn_failed(struct conn *c, int code);

/* group.c */
void group_init(struct group *g);
void group_free(struct group *g);
void group_command_begin(struct group *g);
void group_command_end(struct conn *c, bool ok);
/* Sends collected inserts, so that what follows sees them. */
err group_flush(struct conn *c) MUST_USE;
/* BEGIN, and the present command's savepoint, if they are not there yet. */
err group_savepoint(struct conn *c) MUST_USE;
/* Makes the group durable (true) or undoes all of it. */
bool group_commit(struct conn *c, int64_t now);
void group_end(struct group *g);

/* writer.c, checkpoint.c */
void *writer_main(void *db);
void *checkpoint_main(void *db);
int64_t mono_us(void);

/* Notes the time in the group's transaction, once a second, if the group writes at all. */
void note_time(struct db *db, int64_t now);

/* migrate.c */
bool migrate(struct db *db, struct arena *arena, struct str *ret_why);

#endif
