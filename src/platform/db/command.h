/* What is handed to the database's writer. */
#ifndef PLATFORM_DB_COMMAND_H
#define PLATFORM_DB_COMMAND_H

#include "platform/db/db.h"

struct command {
    struct command *next;
    err (*run)(struct command *c);       /* in the writer, inside the group's transaction; c->cx is ready */
    err (*finish)(struct command *c);    /* after run, whatever it returned, outside its savepoint: for what must stay even of a refusal; may be NULL */
    void (*done)(struct command *c);     /* in the writer, after the group is durable (or has failed): hand it back, never wait here */
    void (*again)(struct command *c);    /* before run is called once more (a deadlock, another's fault): drops what it left with the submitter; may be NULL */
    struct ctx cx;            /* the submitter sets arena, actor, lang; the writer app, db, rng, now */
    void *waiter;             /* the submitter's own */
    err result;               /* what run returned; ERR_UNAVAILABLE when the group could not be committed; ERR_INTERNAL: a value does not fit */
};

/* Hands over a chain of commands linked by next. Those that do not fit into the bounded queue are returned as a chain (NULL: all were
 * taken): answer them 503. From any thread. */
struct command *db_submit(struct db *db, struct command *chain, size_t count);

#endif
