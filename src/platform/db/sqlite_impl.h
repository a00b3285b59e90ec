/* Inside the SQLite backend. */
#ifndef PLATFORM_DB_SQLITE_IMPL_H
#define PLATFORM_DB_SQLITE_IMPL_H

#include <sqlite3.h>

#include "platform/db/db_impl.h"

struct lite {                 /* struct db's `own` */
    char *path;
    int lock_fd;
};

struct lite_conn {
    struct conn conn;         /* first: a connection is cast back to it */
    sqlite3 *lite;
};

/* Runs text that gives no rows; for transactions, pragmas and migrations. Returns SQLite's code. */
int lite_exec(struct conn *c, const char *sql);
/* A failed step as an error: constraint -> ERR_CONFLICT; a failed sync stops the program; anything else breaks the group -> ERR_UNAVAILABLE. */
err lite_failed(struct conn *c, int code);

/* sqlite.c, sqlite_checkpoint.c: the backend's functions of these names. */
struct conn *lite_connect(struct db *db, enum conn_use use, struct arena *arena, struct str *ret_why);
void lite_disconnect(struct conn *c);
void lite_tend(struct db *db);

#endif
