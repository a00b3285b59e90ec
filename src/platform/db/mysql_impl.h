/* Inside the backend for MariaDB and MySQL. */
#ifndef PLATFORM_DB_MYSQL_IMPL_H
#define PLATFORM_DB_MYSQL_IMPL_H

#include <mysql.h>

#include "base/buf.h"
#include "base/host_port.h"
#include "platform/db/db_impl.h"

struct my_address {           /* parts of db.url */
    struct str user, database;
    struct host_port server;
};

struct my {                   /* struct db's `own` */
    struct arena *arena;      /* of the texts here */
    struct my_address at;
    const char *user, *host, *database, *password, *tls_ca;
    bool tls;
    int64_t epoch;            /* of this process's lease; another one that takes the database over counts it up. 0: it has none */
    int64_t mark, durable;    /* the writer's: numbers of its last group, and of the last that was committed */
    struct conn *lease;       /* renews the lease; the tending thread's while that runs */
};

struct my_conn {
    struct conn conn;         /* first: a connection is cast back to it */
    enum conn_use use;
    MYSQL *my;                /* NULL: not connected */
    bool lost;                /* it broke; what was prepared on it is kept until the transaction has ended */
    bool told;                /* that it cannot be made again has been logged */
    char why[256];            /* the last failure, when it was not one of `my` */
};

static inline struct my_conn *my_conn_of(struct conn *c)
{
    return (struct my_conn *)c;
}

/* ---- mysql_url.c ---- */

/* "mysql://user@host:port/database"; the parts are views of url. */
bool my_address_parse(struct arena *arena, struct str url, struct my_address *ret, struct str *ret_why);
bool my_loopback(struct str host);

/* ---- mysql_text.c ---- */

/* A statement or migration in SQLite's words, in those of MariaDB and MySQL. */
void my_text(struct buf *out, struct str sql);

/* ---- mysql_conn.c ---- */

/* A connection with the session's settings made, or NULL and a sentence that names the setting to look at. */
MYSQL *my_dial(struct db *db, enum conn_use use, struct arena *arena, struct str *ret_why);
struct conn *my_connect(struct db *db, enum conn_use use, struct arena *arena, struct str *ret_why);
void my_disconnect(struct conn *c);
/* Ends a connection that broke, and begins a new one if there is none. */
bool my_reconnect(struct conn *c);
/* The same for the writer's first word in a group, with some patience; false: the group cannot stay. */
bool my_writer_reach(struct conn *c);
void my_hang_up(struct conn *c);
/* A failure by its number. A group that broke for this reason may be run again when `lost` or by a deadlock. */
err my_failed(struct conn *c, unsigned code, const char *why);
bool my_deadlock(unsigned code);
/* Runs text that gives no rows: 0, or the error's number. */
unsigned my_exec(struct conn *c, const char *sql);
/* The same for what may take an hour, all rows of a table say: the patience of a connection is for its whole life, so this waits by itself. */
unsigned my_exec_long(struct conn *c, const char *sql);
/* The first column of the first row; false when there is none. */
bool my_ask(MYSQL *my, const char *sql, int64_t *ret);
const char *my_why(struct conn *c);

/* ---- mysql_stmt.c, mysql_insert.c: the backend's functions of these names, and what they share ---- */

#define MY_SQL_MAX (1 << 20)

struct my_stmt;

/* NULL when the connection broke, or is of no use any more; a statement that does not compile is a bug: db_check found it at start. The first is
 * kept for the connection. */
struct my_stmt *my_statement(struct conn *c, const struct query *q);
struct my_stmt *my_prepare(struct conn *c, const char *name, struct str sql);
void my_bind_value(MYSQL_BIND *b, const struct val *v);
/* 0, or the error's number. */
unsigned my_execute(struct my_stmt *s, MYSQL_BIND *params, size_t n);
const char *my_statement_why(const struct my_stmt *s);
err my_not_connected(struct conn *c);
void my_forget_statements(struct conn *c);
bool my_compiles(struct conn *c, const struct query *q);
err my_run(struct conn *c, const struct query *q, const struct val *v, size_t n, int64_t *ret_changed);
err my_insert(struct conn *c, struct put *list, const struct put **ret_at);
/* The first column of the first row; false when there is none, or NULL. */
bool my_one(struct conn *c, const struct query *q, const struct val *v, size_t n, int64_t *ret);
void *my_rows(struct conn *c, const struct query *q, const struct val *v, size_t n);
bool my_next(struct rows *r);
void my_end(struct rows *r);
int my_columns(const struct rows *r);
const char *my_column_name(const struct rows *r, int column);
enum val_kind my_column_kind(const struct rows *r, int column);
bool my_column_null(const struct rows *r, int column);
int64_t my_column_int(const struct rows *r, int column);
struct str my_column_text(const struct rows *r, int column);

/* ---- mysql_lease.c: whose the database is ---- */

#define MY_LEASE "database"   /* the name of the one lease that there is */

/* Takes the lease, having waited for it as long as db_options.stand_by says. False and a sentence; an empty one when it was told not to wait. */
bool my_own(struct db *db, struct arena *arena, struct str *ret_why);
/* Renews it until the database is closed. */
void my_tend(struct db *db);
/* Leaves it to whoever comes next, and ends its connection. */
void my_give_back(struct db *db);
void my_pause(int64_t ms);

/* ---- mysql_fence.c: nothing is written without it ---- */

/* What was written under epochs before this one stands or is undone, and nothing more will be. False: another epoch is newer, or the server failed. */
bool my_close_fence(struct conn *c, int64_t epoch);
/* A new connection of the writer takes the name that it is found by; an older one that holds it is ended. */
bool my_name_writer(struct conn *c);
/* In a transaction that has just begun: notes the group, if this process still has the database and finds its last one in it; else db_taken. */
err my_mark(struct conn *c);
/* The connection broke after COMMIT was sent: finds out what became of it. Stops the program when that cannot be known. */
enum group_end my_find_out(struct conn *c);

#endif
