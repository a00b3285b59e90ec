/* The database as the program that runs it sees it: opening and closing it; command.h hands commands to its writer. Services need db.h alone. */
#ifndef PLATFORM_DB_ENGINE_H
#define PLATFORM_DB_ENGINE_H

#include "base/clock.h"
#include "platform/db/command.h"

/* What the columns of a result are: for those who print whatever comes. */
int rows_columns(const struct rows *r);
const char *rows_column_name(const struct rows *r, int column);

/* ---- opening ---- */

struct migration_set {
    const char *service;
    const struct migration *at;          /* ends with version 0 */
};

/* Where MariaDB or MySQL is. The password stands in no URL. */
struct db_server {
    struct str url;           /* mysql://user@host:port/database */
    struct str password;      /* or in the first line of this file: */
    struct str password_file;
    struct str tls;           /* "required", "off", or "auto": required unless the host is a loopback address */
    struct str tls_ca;        /* file with the certificates that may have signed the server's; empty: the system's */
};

#define DB_LEASE_MS 1200

struct db_options {
    const char *dir;          /* folder of SQLite's file; made when missing, mode 0700 */
    struct db_server server;  /* url empty: SQLite */
    bool only_read;           /* beside a running process: no writer, no migrations, no lock */
    struct clock *clock;
    struct app *app;
    uint64_t seed;            /* of the writer's random numbers; 0: from the system */
    bool fleeting;            /* nobody needs the data after this process: commits are not synced */
    int64_t lease_ms;         /* so long a server's database stays this process's without a word; 0: DB_LEASE_MS */
    int readers;              /* connections for reading */
    size_t queue_max;         /* commands waiting: 16,384 */
    size_t group_max;         /* commands in one transaction: 1,024 */
    void (*group_seal)(void *self, struct ctx *cx);      /* in the writer, after a group's last command: may db_put what they have in common; may be NULL */
    void (*group_done)(void *self);      /* in the writer, after all answers of a group have been handed back; may be NULL */
    /* While another process has the server's database: waits so long, or says why not to wait any more (an empty sentence: it was told to stop). NULL: a
     * process that is alive is not waited for. */
    bool (*stand_by)(void *self, int64_t ms, struct arena *arena, struct str *ret_why);
    /* The database has been taken over: nothing is committed any more. From any thread, once; may be NULL. */
    void (*taken)(void *self);
    void *self;
    const struct migration_set *migrations;
    size_t migration_count;
};

/* Opens the database, checks it after an unclean end, runs missing migrations. On failure NULL and a sentence in *ret_why. */
struct db *db_open(struct arena *arena, const struct db_options *o, struct str *ret_why);
/* Prepares statements before db_start, or on a reading connection, and forgets them: false and the statement's name when one does not compile. */
bool db_check(struct db *db, struct arena *arena, const struct query *q, size_t n, struct str *ret_why);
/* Invariants of the database itself, in the backend's words; ends with a NULL name. */
const struct audit *db_audits(const struct db *db);
/* Starts the writer and the thread of the backend (SQLite: the checkpointer). */
void db_start(struct db *db);
/* Runs what is queued, commits, stops the threads, checkpoints and closes; a server's database is left to who stands by. */
void db_close(struct db *db);

/* May this process answer from what it has in memory? Not while its lease has run out without a word from the server, nor ever after the database has
 * been taken over. From any thread. */
bool db_owns(struct db *db);
/* Another process has taken it over: this one is of no use any more. */
bool db_is_taken(struct db *db);

/* Copies all data of one database into another that has never been used, and compares every row of both; `told` hears of each table. Both are opened
 * and closed, and taken for this process meanwhile. */
bool db_move(struct arena *arena, const struct db_options *from, const struct db_options *to, void (*told)(void *self, struct str table, int64_t rows),
             void *self, struct str *ret_why) MUST_USE;

/* The newest event that is durable. From any thread. */
int64_t db_outbox_last(struct db *db);

struct db_stats {
    int64_t groups, commands, queued, wal_bytes, checkpoint_us_max, commit_us_total, commit_us_max, refused, again;
};
void db_stats(struct db *db, struct db_stats *ret);

#endif
