/* The database: one writer, readers with their own snapshots, and a group commit that makes many commands durable at once.
 *
 * A command runs on the writer's thread inside the transaction of its group and is answered only after that is on disk. What a service keeps
 * in memory follows the database: each change of memory leaves a note of how to undo it (tx_undo), used when the command or its group fails.
 * Plain inserts are collected (db_put) and sent when the command has succeeded; a backend may keep those of a group and join them into
 * multi-row statements. */
#ifndef PLATFORM_DB_DB_H
#define PLATFORM_DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/ctx.h"
#include "base/str.h"

struct db;

/* ---- statements: text from a service's sql/ folder, packed by tools/sqlpack.py into a table ---- */

struct query {
    const char *name;         /* "booking.hold_insert" */
    const char *sql;
};

enum val_kind { VAL_NULL, VAL_INT, VAL_TEXT, VAL_BLOB };

struct val {
    enum val_kind kind;
    int64_t i;
    struct str s;
};

static inline struct val v_null(void) { return (struct val){ .kind = VAL_NULL }; }
static inline struct val v_int(int64_t i) { return (struct val){ .kind = VAL_INT, .i = i }; }
static inline struct val v_text(struct str s) { return (struct val){ .kind = VAL_TEXT, .s = s }; }
static inline struct val v_blob(struct str s) { return (struct val){ .kind = VAL_BLOB, .s = s }; }
/* NULL for 0: no such row, no such time. */
static inline struct val v_int_or_null(int64_t i) { return i ? v_int(i) : v_null(); }
/* For LIKE ? ESCAPE '!': texts that have `part` somewhere in them, all when it is empty. Its own wildcards stand for themselves. */
struct val v_like(struct ctx *cx, struct str part);

/* Arguments of a statement: VALS(v_int(1), v_text(name)), and NO_VALS. */
#define VALS(...) (const struct val[]){ __VA_ARGS__ }, sizeof((const struct val[]){ __VA_ARGS__ }) / sizeof(struct val)
#define NO_VALS NULL, (size_t)0

/* ---- reading: on cx->db, in calls of every kind that has one ---- */

struct rows {
    void *stmt;
    struct conn *conn;
    bool failed;
};

/* Starts a query; in the writer it first sends what db_put has collected. */
err db_rows(struct ctx *cx, const struct query *q, const struct val *v, size_t n, struct rows *ret) MUST_USE;
/* What the columns are: for those who print whatever comes. */
int rows_columns(const struct rows *r);
const char *rows_column_name(const struct rows *r, int column);
/* The next row; false at the end or on failure. rows_end tells which, and must be called. */
bool rows_next(struct rows *r);
err rows_end(struct ctx *cx, struct rows *r) MUST_USE;
int64_t row_int(const struct rows *r, int column);
bool row_null(const struct rows *r, int column);
/* Copied into cx->arena; p is NULL for SQL NULL. */
struct str row_text(struct ctx *cx, const struct rows *r, int column);
/* Valid until the next rows_next. */
struct str row_text_view(const struct rows *r, int column);
/* Zero or one row: *ret_found says which; the row's columns are read by `take` (may be NULL). */
err db_one(struct ctx *cx, const struct query *q, const struct val *v, size_t n,
           void (*take)(struct ctx *cx, const struct rows *r, void *out), void *out, bool *ret_found) MUST_USE;

/* ---- writing: only in commands ---- */

/* Runs UPDATE, DELETE or INSERT now. *ret_changed (may be NULL): rows changed. The first one of a command opens its savepoint. */
err db_run(struct ctx *cx, const struct query *q, const struct val *v, size_t n, int64_t *ret_changed) MUST_USE;
/* Collects an INSERT that cannot fail unless memory and database disagree: then the program stops, and a restart rebuilds memory from the
 * database. Texts are copied. Sent in order, when the command has succeeded or reads. */
void db_put(struct ctx *cx, const struct query *q, const struct val *v, size_t n);
/* A counter of integer keys for a table that this process owns. A service keeps one a table in its own struct, sets it at open from the
 * largest key in use and takes from it in commands only; numbers of failed commands are not used again. */
struct sequence {
    int64_t last;
};
err sequence_load(struct ctx *cx, const struct query *max_key, struct sequence *ret) MUST_USE;
int64_t sequence_next(struct sequence *s);

/* Undo notes: run newest first when the command fails or its group cannot be committed; dropped after the commit. `arg` is copied. */
void tx_undo(struct ctx *cx, void (*fn)(void *self, const void *arg), void *self, const void *arg, size_t size);
/* Runs once on the writer's thread after the group's commit, before its answers go out (to publish what others may read). The same fn and self
 * noted several times in one group run once. */
void tx_after(struct ctx *cx, void (*fn)(void *self), void *self);
/* The same without looking whether it was noted before. */
void tx_after_each(struct ctx *cx, void (*fn)(void *self), void *self);

/* ---- the outbox: events for other services, written in the same transaction ---- */

/* topic "booking.confirmed"; key orders events of one aggregate; body is JSON. Its id is the row's number. */
void outbox_put(struct ctx *cx, const char *topic, int64_t key, struct str body);
/* The newest event that is durable. From any thread. */
int64_t db_outbox_last(struct db *db);

/* ---- commands ---- */

struct command {
    struct command *next;
    err (*run)(struct command *c);       /* in the writer, inside the group's transaction; c->cx is ready */
    err (*finish)(struct command *c);    /* after run, whatever it returned, outside its savepoint: for what must stay even of a refusal; may be NULL */
    void (*done)(struct command *c);     /* in the writer, after the group is durable (or has failed): hand it back, never wait here */
    struct ctx cx;            /* the submitter sets arena, actor, lang; the writer app, db, rng, now */
    void (*again)(struct command *c);    /* before run is called once more (a deadlock): drops what it left in the submitter's own memory; may be NULL */
    void *waiter;             /* the submitter's own */
    err result;               /* what run returned, or ERR_UNAVAILABLE when the group could not be committed */
};

/* Hands over a chain of commands linked by next. Those that do not fit into the bounded queue are returned as a chain (NULL: all were
 * taken): answer them 503. From any thread. */
struct command *db_submit(struct db *db, struct command *chain, size_t count);

/* ---- opening ---- */

struct migration {
    int version;              /* 1, 2, ... per service */
    const char *name, *sql;
};

/* An invariant that `takenseat audit` checks: a query that must give no row. */
struct audit {
    const char *name, *help;
    const struct query *query;
};

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

struct db_options {
    const char *dir;          /* folder of SQLite's file; made when missing, mode 0700 */
    struct db_server server;  /* url empty: SQLite */
    bool only_read;           /* beside a running process: no writer, no migrations, no lock */
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
/* Prepares statements before db_start, or on a reading connection, and forgets them: false and the statement's name when one does not compile. */
bool db_check(struct db *db, struct arena *arena, const struct query *q, size_t n, struct str *ret_why);
/* Invariants of the database itself, in the backend's words; ends with a NULL name. */
const struct audit *db_audits(const struct db *db);
/* Starts the writer and the thread of the backend (SQLite: the checkpointer). */
void db_start(struct db *db);
/* Runs what is queued, commits, stops the threads, checkpoints and closes. */
void db_close(struct db *db);

/* Copies all data of one database into another that has never been used, and compares every row of both; `told` hears of each table. Both are opened and
 * closed, and taken for this process meanwhile. */
bool db_move(struct arena *arena, const struct db_options *from, const struct db_options *to, void (*told)(void *self, struct str table, int64_t rows),
             void *self, struct str *ret_why) MUST_USE;

/* A reading connection with a snapshot of its own, from the pool; waits for a free one. For workers, the command line and start-up. */
struct conn *db_read_begin(struct db *db);
void db_read_end(struct db *db, struct conn *c);

struct db_stats {
    int64_t groups, commands, queued, wal_bytes, checkpoint_us_max, commit_us_total, commit_us_max, refused, again;
};
void db_stats(struct db *db, struct db_stats *ret);

#endif
