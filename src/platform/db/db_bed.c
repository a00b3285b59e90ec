#include "db_bed.h"

#include <dirent.h>

static const struct migration migrations[] = {
    { 1, "init",
      "CREATE TABLE item (id INTEGER PRIMARY KEY, name VARCHAR(200) NOT NULL UNIQUE, n INTEGER NOT NULL);\n"
      "CREATE TABLE outbox (id INTEGER PRIMARY KEY, topic TEXT, event_key INTEGER, body TEXT, created_at INTEGER);\n"
      "CREATE TABLE thing (id INTEGER PRIMARY KEY, word TEXT, bytes BLOB, number INTEGER, fixed BINARY(4));\n"
      "CREATE TABLE clock_seen (id INTEGER PRIMARY KEY, now_ms INTEGER NOT NULL);\n"
      "INSERT INTO clock_seen VALUES (1, 0);\n" },
    { 0 },
};
static const struct migration_set set = { "test", migrations };

const struct query bed_insert = { "item_insert", "INSERT INTO item (id, name, n) VALUES (?, ?, ?)" };
const struct query bed_add = { "item_add", "UPDATE item SET n = n + ? WHERE id = ?" };
const struct query bed_sum = { "item_sum", "SELECT COALESCE(SUM(n), 0), COUNT(*) FROM item" };
const struct query bed_max_id = { "item_max", "SELECT COALESCE(MAX(id), 0) FROM item" };
const struct query bed_rename = { "item_rename", "UPDATE item SET name = ? WHERE id = ?" };
const struct query bed_named = { "item_named", "SELECT id FROM item WHERE name LIKE ? ESCAPE '!' ORDER BY id" };
const struct query bed_thing = { "thing_insert", "INSERT INTO thing (id, word, bytes, number, fixed) VALUES (?, ?, ?, ?, ?)" };

struct db_options box_options(const struct box *b)
{
    const char *password = getenv("TAKENSEAT_DB_PASSWORD");
    return (struct db_options){ .dir = b->dir, .server = { .url = str_c(b->url), .password = str_c(password) }, .clock = (struct clock *)&b->clock,
                                .readers = 2, .queue_max = 1000, .group_max = 64, .migrations = &set, .migration_count = 1, .seed = 1 };
}

void box_start(struct box *b, size_t queue_max)
{
    struct str why = { 0 };
    struct db_options o = box_options(b);
    o.queue_max = queue_max;
    b->db = db_open(b->arena, &o, &why);
    if (!b->db)
        fprintf(stderr, "%.*s\n", STR_ARG(why));
    assert_non_null(b->db);
    db_start(b->db);
}

static const char *database(const struct box *b)
{
    return strrchr(b->dir, '/') + 1;
}

void box_sql(const struct box *b, const char *sql)
{
    server_sql(b->address, database(b), sql);
}

int box_open(void **state)
{
    struct box *b = calloc(1, sizeof(*b));
    assert_non_null(b);
    b->address = *state;
    log_level_set(LOG_ERROR);
    snprintf(b->dir, sizeof(b->dir), "/tmp/takenseat-db-XXXXXX");
    assert_non_null(mkdtemp(b->dir));
    b->arena = arena_new(0);
    if (b->address) {
        server_database(b->address, "CREATE DATABASE", database(b));
        snprintf(b->url, sizeof(b->url), "%s/%s", b->address, database(b));
    }
    clock_init(&b->clock, true);
    box_start(b, 1000);
    *state = b;
    return 0;
}

int box_close(void **state)
{
    struct box *b = *state;
    char path[512];
    db_close(b->db);
    if (b->address)
        server_database(b->address, "DROP DATABASE", database(b));
    DIR *dir = opendir(b->dir);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        snprintf(path, sizeof(path), "%s/%s", b->dir, e->d_name);
        unlink(path);
    }
    closedir(dir);
    rmdir(b->dir);
    arena_free(b->arena);
    free(b);
    return 0;
}

static void undo_memory(void *self, const void *arg)
{
    *(int64_t *)self -= *(const int64_t *)arg;
}

static void remember(struct job *j)
{
    if (!j->memory)
        return;
    *j->memory += j->n;
    tx_undo(&j->command.cx, undo_memory, j->memory, &j->n, sizeof(j->n));
}

err put_item(struct command *c)
{
    struct job *j = (struct job *)c;
    j->runs++;
    db_put(&c->cx, &bed_insert, VALS(v_int(j->id), v_text(j->name), v_int(j->n)));
    remember(j);
    return j->want;
}

err add_item(struct command *c)
{
    struct job *j = (struct job *)c;
    int64_t changed;
    j->runs++;
    remember(j);
    err e = db_run(&c->cx, &bed_add, VALS(v_int(j->n), v_int(j->id)), &changed);
    return e ? e : changed == 1 ? j->want : ERR_MISSING;
}

err put_fifty(struct command *c)
{
    for (int64_t i = 1; i <= 50; i++)
        db_put(&c->cx, &bed_insert, VALS(v_int(i), v_text(arena_fmt(c->cx.arena, "%lld", (long long)i)), v_int(0)));
    return OK;
}

err read_greatest(struct command *c)
{
    struct job *j = (struct job *)c;
    struct sequence s;
    j->runs++;
    err e = sequence_load(&c->cx, &bed_max_id, &s);
    j->n = s.last;
    return e;
}

static void finished(struct command *c)
{
    struct job *j = (struct job *)c;
    pthread_mutex_lock(&j->lock);
    j->finished = true;
    pthread_cond_signal(&j->done);
    pthread_mutex_unlock(&j->lock);
}

static void count_again(struct command *c)
{
    ((struct job *)c)->agains++;
}

void prepare(struct job *j, err (*run)(struct command *), int64_t id, int64_t n, const char *name, err want)
{
    *j = (struct job){ .command = { .run = run, .done = finished, .again = count_again }, .id = id, .n = n, .name = str_c(name), .want = want };
    pthread_mutex_init(&j->lock, NULL);
    pthread_cond_init(&j->done, NULL);
    j->command.cx.arena = arena_new(0);
}

err wait_for(struct job *j)
{
    pthread_mutex_lock(&j->lock);
    while (!j->finished)
        pthread_cond_wait(&j->done, &j->lock);
    pthread_mutex_unlock(&j->lock);
    arena_free(j->command.cx.arena);
    return j->command.result;
}

err run_one(struct box *b, struct job *j)
{
    assert_null(db_submit(b->db, &j->command, 1));
    return wait_for(j);
}

void submit_all(struct box *b, struct job *jobs, size_t n)
{
    for (size_t i = 0; i + 1 < n; i++)
        jobs[i].command.next = &jobs[i + 1].command;
    assert_null(db_submit(b->db, &jobs[0].command, n));
}

void read_sum(struct box *b, int64_t *ret_sum, int64_t *ret_count)
{
    struct ctx cx = { .arena = arena_new(0), .db = db_read_begin(b->db) };
    struct rows r;
    assert_int_equal(db_rows(&cx, &bed_sum, NO_VALS, &r), OK);
    assert_true(rows_next(&r));
    *ret_sum = row_int(&r, 0);
    *ret_count = row_int(&r, 1);
    assert_int_equal(rows_end(&cx, &r), OK);
    db_read_end(b->db, cx.db);
    arena_free(cx.arena);
}

void expect(struct box *b, int64_t want_sum, int64_t want_count)
{
    int64_t total, count;
    read_sum(b, &total, &count);
    assert_int_equal(total, want_sum);
    assert_int_equal(count, want_count);
}
