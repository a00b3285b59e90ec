/* Inside platform/db: connections, the writer's view of the group it is working on, and what a backend has to do. */
#ifndef PLATFORM_DB_IMPL_H
#define PLATFORM_DB_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/map.h"
#include "base/rng.h"
#include "platform/db/engine.h"

/* A backend puts its own behind it. */
struct conn {
    const struct db_backend *backend;
    struct db *db;
    struct map statements;    /* address of the struct query -> the backend's prepared statement */
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
    struct arena *puts_arena; /* of the inserts not sent yet */
    struct put *puts, **puts_tail, **puts_mark;          /* collected inserts */
    struct undo *undo, *undo_mark;
    struct after *after, *after_mark, *after_each, *after_each_mark;
    bool began;               /* BEGIN has been sent */
    bool savepoint;           /* the present command has one */
    bool broken;              /* the database refused a write that is no conflict (disk full, I/O): nothing of the group can stay */
    bool again;               /* broken, but the same commands may succeed when they are run once more (deadlock, lost connection) */
    bool apart;               /* broken by a value that the database does not take: those of the other commands may be fine */
};

enum group_end { GROUP_DURABLE, GROUP_UNDONE, GROUP_AGAIN, GROUP_APART };

enum conn_use { CONN_WRITES, CONN_READS, CONN_LEASE };

/* What one kind of database does for platform/db. Functions that return err give OK, ERR_CONFLICT for a violated constraint, or ERR_UNAVAILABLE when
 * the group under way cannot stay; then they have logged why and set `broken`. */
struct db_backend {
    const char *name;
    bool keeps_puts;          /* inserts of a whole group are sent together, not those of one command */
    const struct query *tables;          /* the names of all tables of ours, last that of the marks of migrations */
    const struct query *columns_of;      /* (table): the names of its columns in their order */
    const struct audit *audits;          /* of the database itself, before those of the services; ends with a NULL name */

    /* Before the first connection: checks the library, takes the database for this process (unless only_read). False and a sentence. */
    bool (*open)(struct db *db, struct arena *arena, struct str *ret_why);
    /* After the last connection is gone; also after a failed open. */
    void (*close)(struct db *db);
    struct conn *(*connect)(struct db *db, enum conn_use use, struct arena *arena, struct str *ret_why);
    void (*disconnect)(struct conn *c);

    /* One migration and its mark `done` with its arguments: either both stand or, run again, it goes on where it stopped. */
    bool (*migrate)(struct conn *c, const struct migration *m, const struct query *done, const struct val *v, size_t n);
    /* Does it compile? Nothing of it is kept. */
    bool (*compiles)(struct conn *c, const struct query *q);
    /* What the last failure on this connection was. */
    const char *(*why)(struct conn *c);

    err (*begin)(struct conn *c);
    err (*savepoint)(struct conn *c);
    err (*savepoint_end)(struct conn *c, bool keep);
    enum group_end (*commit)(struct conn *c);
    void (*rollback)(struct conn *c);

    /* A reader's transaction. If it cannot begin, reading fails. */
    void (*snapshot)(struct conn *c);
    void (*snapshot_end)(struct conn *c);

    err (*run)(struct conn *c, const struct query *q, const struct val *v, size_t n, int64_t *ret_changed);
    /* Sends inserts; a violated constraint gives ERR_CONFLICT and *ret_at. */
    err (*insert)(struct conn *c, struct put *list, const struct put **ret_at);
    /* Starts a query: its prepared statement, or NULL when it failed. */
    void *(*rows)(struct conn *c, const struct query *q, const struct val *v, size_t n);
    bool (*next)(struct rows *r);
    void (*end)(struct rows *r);
    int (*columns)(const struct rows *r);
    const char *(*column_name)(const struct rows *r, int column);
    enum val_kind (*column_kind)(const struct rows *r, int column);
    bool (*column_null)(const struct rows *r, int column);
    int64_t (*column_int)(const struct rows *r, int column);
    struct str (*column_text)(const struct rows *r, int column);

    /* The backend's own thread, until db_stopping() says so; by then the writer has ended. */
    void (*tend)(struct db *db);
    bool tends_at_once;       /* its thread begins when the database has been taken, not with the writer's */
};

struct db {
    struct db_options o;
    const struct db_backend *backend;
    void *own;                /* the backend's */
    struct rng rng;
    struct conn *writer;
    struct group group;
    int64_t clock_noted;      /* the writer's: what clock_seen holds */
    int64_t outbox_last;      /* the writer's */
    _Atomic int64_t outbox_durable;

    pthread_t writer_thread, tend_thread;
    bool started, tended;
    _Atomic int64_t owned_until;         /* by db_lease_us; INT64_MAX: until it is closed */
    _Atomic bool taken;       /* another process has it, or it is not as this one has left it */
    pthread_mutex_t lock;     /* queue, readers, stop */
    pthread_cond_t work, reader_free, tend_wanted;
    struct command *first, **tail;
    size_t queued;
    bool stop, untended;      /* the writer is to end; the backend's thread is to end */
    struct conn *readers;

    _Atomic int64_t groups, commands, refused, again, wal_bytes, checkpoint_us_max, commit_us_total, commit_us_max;
};

extern const struct db_backend sqlite_backend, mysql_backend;

/* db.c: waits so long or until the backend's thread is to end: true then. */
bool db_stopping(struct db *db, int64_t ms);
/* The clock of leases: one that goes on while the machine sleeps. */
int64_t db_lease_us(void);
/* This process may answer until then. */
void db_owns_until(struct db *db, int64_t us);
/* ... and never again: tells who opened it, once. From any thread. */
void db_taken(struct db *db);

/* group.c */
void group_init(struct group *g);
void group_free(struct group *g);
void group_command_begin(struct group *g);
void group_command_end(struct conn *c, bool ok);
/* Sends collected inserts, so that what follows sees them. Fails in a group that broke. */
err group_flush(struct conn *c) MUST_USE;
/* BEGIN, and the present command's savepoint, if they are not there yet. */
err group_savepoint(struct conn *c) MUST_USE;
/* Makes the group durable or undoes all of it. */
enum group_end group_commit(struct conn *c, int64_t now);
void group_end(struct group *g);

/* writer.c */
void *writer_main(void *db);
int64_t mono_us(void);

/* Notes the time in the group's transaction, once a second, if the group writes at all. */
void note_time(struct db *db, int64_t now);

/* migrate.c */
bool migrate(struct db *db, struct arena *arena, struct str *ret_why);

#endif
