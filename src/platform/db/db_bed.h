/* A database in a folder, or on a server, of its own, and commands to try it with: for the tests of this folder. */
#ifndef PLATFORM_DB_BED_H
#define PLATFORM_DB_BED_H

#include "test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "platform/db/engine.h"
#include "platform/db/server_bed.h"
#include "platform/obs/log.h"

extern const struct query bed_insert, bed_add, bed_sum, bed_max_id, bed_rename, bed_named, bed_thing;

struct box {
    const char *address;      /* "mysql://user@host:port" of the server; NULL: SQLite */
    char dir[64], url[128];
    struct arena *arena;
    struct clock clock;
    struct db *db;
};

/* For cmocka: *state is an address or NULL before, the box after. */
int box_open(void **state);
int box_close(void **state);
/* A case with a box on the server of the tests. */
#define ON_SERVER(f) { #f, f, box_open, box_close, (void *)server_address() }
void box_start(struct box *b, size_t queue_max);
/* What box_start opens: for those who want to open another. */
struct db_options box_options(const struct box *b);
/* server_sql in the box's database. */
void box_sql(const struct box *b, const char *sql);

struct job {
    struct command command;
    int64_t id, n;
    struct str name;
    err want;                 /* what run returns after its work */
    int64_t *memory;          /* follows the database */
    int runs, agains;
    void *self;
    pthread_mutex_t lock;
    pthread_cond_t done;
    bool finished;
};

/* Commands: put_item inserts (id, name, n) at the end, add_item adds n to a row, read_greatest reads the greatest id into n,
 * put_fifty inserts 1 to 50. */
err put_item(struct command *c);
err add_item(struct command *c);
err read_greatest(struct command *c);
err put_fifty(struct command *c);

void prepare(struct job *j, err (*run)(struct command *), int64_t id, int64_t n, const char *name, err want);
err wait_for(struct job *j);
err run_one(struct box *b, struct job *j);
/* Hands jobs over as one chain: one group, when the writer is not busy. */
void submit_all(struct box *b, struct job *jobs, size_t n);
void read_sum(struct box *b, int64_t *ret_sum, int64_t *ret_count);
/* The sum of n over all rows, and their number. */
void expect(struct box *b, int64_t want_sum, int64_t want_count);

#endif
