/* The database as the program that runs it sees it: opening and closing it, and handing commands to its writer. Services need db.h alone. */
#ifndef PLATFORM_DB_ENGINE_H
#define PLATFORM_DB_ENGINE_H

#include "base/clock.h"
#include "platform/db/db.h"

/* ---- commands ---- */

struct command {
    struct command *next;
    err (*run)(struct command *c);       /* in the writer, inside the group's transaction; c->cx is ready */
    err (*finish)(struct command *c);    /* after run, whatever it returned, outside its savepoint: for what must stay even of a refusal; may be NULL */
    void (*done)(struct command *c);     /* in the writer, after the group is durable (or has failed): hand it back, never wait here */
    struct ctx cx;            /* the submitter sets arena, actor, lang; the writer app, db, rng, now */
    void *waiter;             /* the submitter's own */
    err result;               /* what run returned, or ERR_UNAVAILABLE when the group could not be committed */
};

/* Hands over a chain of commands linked by next. Those that do not fit into the bounded queue are returned as a chain (NULL: all were
 * taken): answer them 503. From any thread. */
struct command *db_submit(struct db *db, struct command *chain, size_t count);

/* ---- opening ---- */

struct migration_set {
    const char *service;
    const struct migration *at;          /* ends with version 0 */
};

struct db_options {
    const char *dir;          /* folder of the database file; made when missing, mode 0700 */
    struct clock *clock;
    struct app *app;
    uint64_t seed;            /* of the writer's random numbers; 0: from the system */
    int readers;              /* connections for reading */
    size_t queue_max;         /* commands waiting: 16,384 */
    size_t group_max;         /* commands in one transaction: 1,024 */
    void (*group_seal)(void *self, struct ctx *cx);      /* in the writer, after a group's last command: may db_put what they have in common; may be NULL */
    void (*group_done)(void *self);      /* in the writer, after all answers of a group have been handed back; may be NULL */
    void *self;
    const struct migration_set *migrations;
    size_t migration_count;
};

/* Opens the file, checks it after an unclean end, runs missing migrations. On failure NULL and a sentence in *ret_why. */
struct db *db_open(struct arena *arena, const struct db_options *o, struct str *ret_why);
/* Prepares statements on a connection of its own and forgets them: false and the statement's name when one does not compile. */
bool db_check(struct db *db, struct arena *arena, const struct query *q, size_t n, struct str *ret_why);
/* Starts the writer and the checkpointer. */
void db_start(struct db *db);
/* Runs what is queued, commits, stops the threads, checkpoints and closes. */
void db_close(struct db *db);

/* The newest event that is durable. From any thread. */
int64_t db_outbox_last(struct db *db);

struct db_stats {
    int64_t groups, commands, queued, wal_bytes, checkpoint_us_max, commit_us_total, commit_us_max, refused;
};
void db_stats(struct db *db, struct db_stats *ret);

#endif
