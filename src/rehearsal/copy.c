#include "copy.h"

#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/id.h"
#include "base/rng.h"
#include "platform/crypto/crypto.h"
#include "rehearsal_sql.h"

bool copy_schedule_id(struct arena *arena, const char *shop, struct str word, int64_t *ret_schedule, struct str *ret_why)
{
    struct keys keys;
    struct str secret = arena_fmt(arena, "%s/secret", shop);
    if (access(secret.p, R_OK)) {                        /* keys_load would make one */
        *ret_why = arena_fmt(arena, "%s is no data folder of a shop that this user may read", shop);
        return false;
    }
    if (!keys_load(arena, shop, &keys, ret_why))
        return false;
    bool ok = id_decode(&keys.ids, ID_SCHEDULE, word, ret_schedule);
    explicit_bzero(&keys, sizeof(keys));
    if (!ok)
        *ret_why = arena_fmt(arena, "--schedule: %.*s is no id", STR_ARG(word));
    return ok;
}

/* ---- the folder ---- */

static bool make_folder(struct arena *arena, struct copy *c, struct str *ret_why)
{
    const char *tmp = getenv("TMPDIR");
    int n = snprintf(c->dir, sizeof(c->dir), "%s/takenseat-rehearsal-XXXXXX", tmp && *tmp ? tmp : P_tmpdir);
    if (n < (int)sizeof(c->dir) && mkdtemp(c->dir))
        return true;
    *ret_why = arena_fmt(arena, "cannot make a folder for the copy: %m");
    c->dir[0] = 0;
    return false;
}

/* The same seed gives the same keys, and with them the same draw. */
static bool make_secret(struct arena *arena, const struct copy *c, uint64_t seed, struct str *ret_why)
{
    struct rng rng;
    uint64_t secret[4];
    rng_seed(&rng, seed);
    for (int i = 0; i < 4; i++)
        secret[i] = rng_next(&rng);
    int fd = open(arena_fmt(arena, "%s/secret", c->dir).p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write(fd, secret, sizeof(secret)) == (ssize_t)sizeof(secret);
    if (fd >= 0)
        close(fd);
    if (!ok)
        *ret_why = arena_fmt(arena, "cannot write to %s: %m", c->dir);
    return ok;
}

void copy_remove(struct copy *c)
{
    char path[600];
    DIR *dir = c->dir[0] ? opendir(c->dir) : NULL;
    for (struct dirent *e; dir && (e = readdir(dir));) {
        snprintf(path, sizeof(path), "%s/%s", c->dir, e->d_name);
        if (e->d_name[0] != '.')
            unlink(path);
    }
    if (dir) {
        closedir(dir);
        rmdir(c->dir);
    }
    c->dir[0] = 0;
}

/* ---- what is taken over ---- */

/* A name as part of a URI: SQLite takes ?, # and % for its own. */
static struct str uri_path(struct arena *arena, const char *path)
{
    struct buf out;
    buf_init(&out, 16384);
    for (; *path; path++)
        if (*path == '?' || *path == '#' || *path == '%')
            buf_fmt(&out, "%%%02X", (unsigned char)*path);
        else
            buf_char(&out, *path);
    struct str text = arena_str(arena, buf_view(&out));
    buf_free(&out);
    return text;
}

/* Beside a running server its log is read too, without touching the index that the server keeps of it. A file without a log is whole in itself, and
 * would else be given one. */
static bool attach(struct arena *arena, sqlite3 *lite, const char *shop)
{
    struct str log = arena_fmt(arena, "%s/takenseat.db-wal", shop), path = uri_path(arena, shop);
    const char *how = access(log.p, F_OK) ? "mode=ro&immutable=1" : "mode=ro&readonly_shm=1";
    struct str uri = arena_fmt(arena, "file:%.*s/takenseat.db?%s", STR_ARG(path), how);
    sqlite3_stmt *stmt = NULL;
    bool ok = sqlite3_prepare_v2(lite, "ATTACH ? AS shop", -1, &stmt, NULL) == SQLITE_OK &&
              sqlite3_bind_text(stmt, 1, uri.p, (int)uri.n, SQLITE_STATIC) == SQLITE_OK && sqlite3_step(stmt) == SQLITE_DONE;
    sqlite3_finalize(stmt);
    return ok;
}

/* Runs a statement for a schedule; false when it fails. *ret (three columns; may be NULL) is its row, *ret_found whether there was one. */
static bool run(sqlite3 *lite, const struct query *q, int64_t schedule, int64_t ret[3], bool *ret_found)
{
    sqlite3_stmt *stmt = NULL;
    bool ok = sqlite3_prepare_v2(lite, q->sql, -1, &stmt, NULL) == SQLITE_OK;
    if (ok && sqlite3_bind_parameter_count(stmt))
        ok = sqlite3_bind_int64(stmt, 1, schedule) == SQLITE_OK;
    int code = ok ? sqlite3_step(stmt) : SQLITE_ERROR;
    for (int i = 0; ret && code == SQLITE_ROW && i < sqlite3_column_count(stmt); i++)
        ret[i] = sqlite3_column_int64(stmt, i);
    if (ret_found)
        *ret_found = code == SQLITE_ROW;
    if (code == SQLITE_ROW && !ret)
        ok = false;
    sqlite3_finalize(stmt);
    return ok && (code == SQLITE_ROW || code == SQLITE_DONE);
}

static bool refuse(struct arena *arena, struct str *ret_why, const char *what)
{
    *ret_why = arena_fmt(arena, "%s", what);
    return false;
}

static bool take_over(struct arena *arena, sqlite3 *lite, int64_t schedule, struct copy *c, struct str *ret_why)
{
    const struct query *const copies[] = { &rehearsal_sql.copy_hall, &rehearsal_sql.copy_plan, &rehearsal_sql.copy_schedule, &rehearsal_sql.copy_house,
                                           &rehearsal_sql.copy_room, &rehearsal_sql.without_presale, &rehearsal_sql.empty_room };
    int64_t row[3] = { 0 };
    bool found;
    if (!run(lite, &rehearsal_sql.versions_differ, 0, row, &found))
        return refuse(arena, ret_why, sqlite3_errmsg(lite));
    if (row[0])
        return refuse(arena, ret_why, "the data are of another version than this program: run takenseat migrate first");
    if (!run(lite, &rehearsal_sql.sale_times, schedule, row, &found))
        return refuse(arena, ret_why, sqlite3_errmsg(lite));
    if (!found)
        return refuse(arena, ret_why, "--schedule: there is no such schedule");
    if (row[2])
        return refuse(arena, ret_why, "--schedule: this schedule has been cancelled");
    c->sale_starts_at = row[0];
    c->sale_ends_at = row[1];
    for (size_t i = 0; i < sizeof(copies) / sizeof(copies[0]); i++)
        if (!run(lite, copies[i], schedule, NULL, NULL))
            return refuse(arena, ret_why, sqlite3_errmsg(lite));
    return true;
}

static bool fill(struct arena *arena, const char *shop, int64_t schedule, struct copy *c, struct str *ret_why)
{
    sqlite3 *lite = NULL;
    struct str path = arena_fmt(arena, "%s/takenseat.db", c->dir);
    bool ok = sqlite3_open_v2(path.p, &lite, SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI, NULL) == SQLITE_OK && attach(arena, lite, shop) &&
              sqlite3_busy_timeout(lite, 5000) == SQLITE_OK && sqlite3_exec(lite, "BEGIN", NULL, NULL, NULL) == SQLITE_OK;
    if (!ok)
        *ret_why = arena_fmt(arena, "the shop's data in %s cannot be read: %s", shop, sqlite3_errmsg(lite));
    ok = ok && take_over(arena, lite, schedule, c, ret_why);
    if (ok && sqlite3_exec(lite, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        ok = refuse(arena, ret_why, sqlite3_errmsg(lite));
    sqlite3_close(lite);
    return ok;
}

bool copy_make(struct arena *arena, const char *shop, int64_t schedule, const struct app_options *o, uint64_t seed, struct copy *ret, struct str *ret_why)
{
    struct copy c = { 0 };
    if (!make_folder(arena, &c, ret_why))
        return false;
    struct app_options empty = *o;
    empty.dir = c.dir;
    empty.clock_from = 1;                                /* not later than the sale, whenever that is */
    struct app *app = make_secret(arena, &c, seed, ret_why) ? app_open(arena, &empty, ret_why) : NULL;
    if (app)
        app_close(app);                                  /* now its tables are there */
    if (!app || !fill(arena, shop, schedule, &c, ret_why)) {
        copy_remove(&c);
        return false;
    }
    *ret = c;
    return true;
}
