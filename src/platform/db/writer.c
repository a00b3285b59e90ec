/* The writer's thread: takes what is waiting, never waits for more, runs it in one transaction, and answers when that is on disk. */
#include "platform/db/db_impl.h"

#include <sched.h>
#include <time.h>

#include "platform_sql.h"

#define TRIES_MAX 5           /* of a group that met a deadlock or lost its connection */

int64_t mono_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

struct command *db_submit(struct db *db, struct command *chain, size_t count)
{
    pthread_mutex_lock(&db->lock);
    size_t room = db->stop ? 0 : db->o.queue_max - db->queued;
    struct command **end = &chain;
    for (size_t i = 0; i < room && *end; i++)
        end = &(*end)->next;
    struct command *refused = *end;
    if (refused != chain) {
        *end = NULL;
        *db->tail = chain;
        db->tail = end;
        db->queued += count;
        for (struct command *c = refused; c; c = c->next)
            db->queued--;
        pthread_cond_signal(&db->work);
    }
    pthread_mutex_unlock(&db->lock);
    for (struct command *c = refused; c; c = c->next)
        atomic_fetch_add_explicit(&db->refused, 1, memory_order_relaxed);
    return refused;
}

/* Takes up to group_max commands; NULL when the database is being closed and nothing is left. */
static struct command *take_group(struct db *db)
{
    pthread_mutex_lock(&db->lock);
    while (!db->first && !db->stop)
        pthread_cond_wait(&db->work, &db->lock);
    pthread_mutex_unlock(&db->lock);
    sched_yield();                           /* a loop that shares this core may finish its turn: larger groups, no wait when there is none */

    pthread_mutex_lock(&db->lock);
    struct command *group = db->first, **end = &group;
    size_t n = 0;
    for (; n < db->o.group_max && *end; n++)
        end = &(*end)->next;
    db->first = *end;
    if (!db->first)
        db->tail = &db->first;
    *end = NULL;
    db->queued -= n;
    pthread_mutex_unlock(&db->lock);
    return group;
}

static void enter(struct db *db, struct ctx *cx, int64_t now)
{
    cx->app = db->o.app;
    cx->db = db->writer;
    cx->rng = &db->rng;
    cx->now = now;
}

static void run_command(struct db *db, struct command *c, int64_t now)
{
    struct group *g = &db->group;
    enter(db, &c->cx, now);
    group_command_begin(g);
    c->result = g->broken ? ERR_UNAVAILABLE : c->run(c);
    group_command_end(db->writer, c->result == OK);
    if (!c->finish || g->broken)
        return;
    group_command_begin(g);
    err e = c->finish(c);
    group_command_end(db->writer, e == OK);
}

static void seal(struct db *db, int64_t now)
{
    struct ctx cx = { 0 };
    if (!db->o.group_seal)
        return;
    enter(db, &cx, now);
    group_command_begin(&db->group);
    db->o.group_seal(db->o.self, &cx);
    group_command_end(db->writer, !db->group.broken);
}

static void note_commit(struct db *db, int64_t us)
{
    atomic_fetch_add_explicit(&db->commit_us_total, us, memory_order_relaxed);
    if (us > atomic_load_explicit(&db->commit_us_max, memory_order_relaxed))
        atomic_store_explicit(&db->commit_us_max, us, memory_order_relaxed);
}

void note_time(struct db *db, int64_t now)
{
    if (!db->group.began || db->group.broken || now < db->clock_noted + 1000)
        return;
    if (!db->writer->backend->run(db->writer, &platform_sql.clock_put, VALS(v_int(now)), NULL))
        db->clock_noted = now;
}

/* Once: runs the commands of a group and commits them. */
static enum group_end try_group(struct db *db, struct command *group)
{
    int64_t now = clock_now(db->o.clock);
    for (struct command *c = group; c; c = c->next)
        run_command(db, c, now);
    seal(db, now);
    int64_t before = mono_us();
    enum group_end end = group_commit(db->writer, now);
    note_commit(db, mono_us() - before);
    group_end(&db->group);
    return end;
}

/* As they were before they ran. */
static void make_fresh(struct command *group)
{
    for (struct command *c = group; c; c = c->next) {
        fail_clear(&c->cx);
        if (c->again)
            c->again(c);
    }
}

static enum group_end carry_out(struct db *db, struct command *group)
{
    for (int tries = 1;; tries++) {
        enum group_end end = try_group(db, group);
        if (end != GROUP_AGAIN || tries == TRIES_MAX)
            return end;
        atomic_fetch_add_explicit(&db->again, 1, memory_order_relaxed);
        make_fresh(group);
    }
}

static void run_group(struct db *db, struct command *group);

/* One of them has a value that the database does not take: by halves, until it is alone. */
static void run_halves(struct db *db, struct command *group, int64_t count)
{
    struct command **half = &group;
    make_fresh(group);
    for (int64_t i = 0; i < count / 2; i++)
        half = &(*half)->next;
    struct command *rest = *half;
    *half = NULL;
    run_group(db, group);
    run_group(db, rest);
}

static void run_group(struct db *db, struct command *group)
{
    int64_t count = 0;
    for (struct command *c = group; c; c = c->next)
        count++;
    enum group_end end = carry_out(db, group);
    if (end == GROUP_APART && count > 1) {
        run_halves(db, group, count);
        return;
    }
    atomic_fetch_add_explicit(&db->groups, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&db->commands, count, memory_order_relaxed);

    atomic_store_explicit(&db->outbox_durable, db->outbox_last, memory_order_release);

    for (struct command *c = group, *next; c; c = next) {
        next = c->next;                      /* done may hand the command to another thread, which drops it */
        if (end != GROUP_DURABLE) {
            fail_clear(&c->cx);              /* a refusal is void, too */
            c->result = end == GROUP_APART ? ERR_INTERNAL : ERR_UNAVAILABLE;
        }
        c->cx.db = NULL;
        c->done(c);
    }
    if (db->o.group_done)
        db->o.group_done(db->o.self);
}

void *writer_main(void *self)
{
    struct db *db = self;
    struct command *group;
    pthread_setname_np(pthread_self(), "writer");
    while ((group = take_group(db)))
        run_group(db, group);
    return NULL;
}

void outbox_put(struct ctx *cx, const char *topic, int64_t key, struct str body)
{
    struct db *db = cx->db->group->db;
    db_put(cx, &platform_sql.outbox_insert, VALS(v_int(++db->outbox_last), v_text(str_c(topic)), v_int(key), v_text(body), v_int(cx->now)));
}

int64_t db_outbox_last(struct db *db)
{
    return atomic_load_explicit(&db->outbox_durable, memory_order_acquire);
}
