/* The database: one writer, readers with their own snapshots, and a group commit that makes many commands durable at once.
 *
 * A command runs on the writer's thread inside the transaction of its group and is answered only after that is on disk. What a service keeps
 * in memory follows the database: each change of memory leaves a note of how to undo it (tx_undo), used when the command or its group fails.
 * Plain inserts are collected (db_put) and sent when the command has succeeded; a backend may keep those of a group and join them into
 * multi-row statements. How the program opens it and hands commands over is in engine.h. */
#ifndef PLATFORM_DB_DB_H
#define PLATFORM_DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
/* A take: the first column. out: an int64_t */
void row_take_int(struct ctx *cx, const struct rows *r, void *out);

/* A reading connection with a snapshot of its own, from the pool; waits for a free one. For workers, the command line and start-up. */
struct conn *db_read_begin(struct db *db);
void db_read_end(struct db *db, struct conn *c);

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

/* ---- what a service brings along, packed from its sql/ folder as well ---- */

struct migration {
    int version;              /* 1, 2, ... per service */
    const char *name, *sql;
};

/* An invariant that `takenseat audit` checks: a query that must give no row. */
struct audit {
    const char *name, *help;
    const struct query *query;
};

#endif
