/* What protects the data from a process that has lost its lease and does not know: the row lease_fence. Every transaction of the writer begins with an
 * update that finds nothing once another process has closed the fence behind this one's epoch, or when the last group that we know to be durable is
 * not there any more (a server that lost what it had confirmed, a copy of yesterday), and holds the row until it ends.
 *
 * The same row tells what became of a commit whose answer was lost: it names the last group that was committed, in this epoch and in the one before.
 *
 * The writer's connection holds a lock by name, made of the epoch: whoever has to be sure that its transaction has ended finds the connection by that,
 * however long the process at its other end stands still. */
#include "platform/db/mysql_impl.h"

#include <stdio.h>

#include "platform/obs/log.h"

#define OF_ALL " WHERE name = '" MY_LEASE "'"
#define FIND_OUT_MS 60000
#define PAUSE_MS 200
#define LOCK_S 5              /* so long an old connection that was ended may take to go */
#define CLOSE_TRIES 3

#define WRITER_NAME "CONCAT('takenseat.', SHA1(CONCAT(DATABASE(), '/" MY_LEASE "/', ?)))"

static const struct query find_writer = { "mysql.find_writer", "SELECT IS_USED_LOCK(" WRITER_NAME ")" };
static const struct query name_writer = { "mysql.name_writer", "SELECT GET_LOCK(" WRITER_NAME ", ?)" };
static const struct query fence_epoch = { "mysql.fence_epoch", "SELECT epoch FROM lease_fence" OF_ALL };
static const struct query close_fence = { "mysql.close_fence",
    "UPDATE lease_fence SET old_epoch = epoch, old_mark = mark, epoch = ?, mark = 0" OF_ALL " AND epoch < ?" };
static const struct query last_group = { "mysql.last_group",
    "SELECT CASE ? WHEN epoch THEN mark WHEN old_epoch THEN old_mark ELSE -1 END FROM lease_fence" OF_ALL " FOR UPDATE" };
static const struct query mark = { "mysql.mark", "UPDATE lease_fence SET mark = ?" OF_ALL " AND epoch = ? AND mark = ?" };

/* ---- the writer's connection by its name ---- */

/* Ends the connection of that epoch's writer, if the server still has one. */
static void end_writer(struct conn *c, int64_t epoch)
{
    char kill[64];
    int64_t number;
    if (!my_one(c, &find_writer, VALS(v_int(epoch)), &number))
        return;
    LOG(LOG_WARN, "an old connection of a writer is ended", lf_i("epoch", epoch), lf_i("connection", number));
    snprintf(kill, sizeof(kill), "KILL CONNECTION %lld", (long long)number);
    if (my_exec(c, kill))
        LOG(LOG_WARN, "it is not ended", lf_s("why", str_c(my_why(c))));
}

static bool take_name(struct conn *c, int64_t epoch, int wait_s)
{
    int64_t got = 0;
    return my_one(c, &name_writer, VALS(v_int(epoch), v_int(wait_s)), &got) && got == 1;
}

bool my_name_writer(struct conn *c)
{
    const struct my *own = c->db->own;
    if (take_name(c, own->epoch, 0))
        return true;
    end_writer(c, own->epoch);
    return take_name(c, own->epoch, LOCK_S);
}

/* ---- the fence ---- */

bool my_close_fence(struct conn *c, int64_t epoch)
{
    int64_t before, changed = 0;
    for (int i = 0; i < CLOSE_TRIES && my_one(c, &fence_epoch, NO_VALS, &before); i++) {
        end_writer(c, before);
        if (!my_run(c, &close_fence, VALS(v_int(epoch), v_int(epoch)), &changed))
            return changed == 1;
    }
    return false;
}

err my_mark(struct conn *c)
{
    struct my *own = c->db->own;
    int64_t changed = 0;
    err e = my_run(c, &mark, VALS(v_int(++own->mark), v_int(own->epoch), v_int(own->durable)), &changed);
    if (e || changed == 1)
        return e;
    db_taken(c->db);
    c->group->broken = true;
    return ERR_UNAVAILABLE;
}

/* ---- lost commits ---- */

/* The last group of this epoch as it stands once no transaction holds the row any more: the lost one has then ended, this way or that. -1: two others have
 * had the database since. */
static bool read_last(struct conn *c, int64_t *ret)
{
    const struct my *own = c->db->own;
    return my_one(c, &last_group, VALS(v_int(own->epoch)), ret);
}

/* The connection that broke may still be there and hold the row for long: a new one ends it, being the same writer's (my_name_writer). */
enum group_end my_find_out(struct conn *c)
{
    struct my *own = c->db->own;
    int64_t last, give_up = mono_us() + FIND_OUT_MS * INT64_C(1000);
    while (mono_us() < give_up) {
        my_conn_of(c)->lost = true;
        if (my_reconnect(c) && read_last(c, &last)) {
            if (last < 0)
                panic(__FILE__, __LINE__, "others have the database now: whether the last commands were carried out is not known here");
            LOG(LOG_WARN, "a lost commit was found out", lf_i("group", own->mark), lf_i("last", last));
            if (last != own->mark)
                return GROUP_AGAIN;
            own->durable = last;
            return GROUP_DURABLE;
        }
        my_pause(PAUSE_MS);
    }
    panic(__FILE__, __LINE__, "the database server does not answer: whether the last commands were carried out is not known");
}
