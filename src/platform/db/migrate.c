/* Migrations: numbered steps of each service, run once, in order, each in a transaction of its own together with its mark. */
#include "platform/db/db_impl.h"

#include "platform/obs/log.h"
#include "platform_sql.h"

static const struct query done_version = { "platform.migration_version", "SELECT COALESCE(MAX(version), 0) FROM schema_migration WHERE service = ?" };
static const struct query mark_done = { "platform.migration_mark",
    "INSERT INTO schema_migration (service, version, name, applied_at) VALUES (?, ?, ?, ?)" };

static int version_of(struct conn *c, const char *service)
{
    sqlite3_stmt *stmt = conn_bind(c, &done_version, VALS(v_text(str_c(service))));
    int version = sqlite3_step(stmt) == SQLITE_ROW ? sqlite3_column_int(stmt, 0) : 0;
    sqlite3_reset(stmt);
    return version;
}

static bool apply(struct db *db, const char *service, const struct migration *m)
{
    struct conn *c = db->writer;
    if (conn_exec(c, "BEGIN IMMEDIATE") != SQLITE_OK || conn_exec(c, m->sql) != SQLITE_OK)
        return false;
    sqlite3_stmt *stmt = conn_bind(c, &mark_done,
        VALS(v_text(str_c(service)), v_int(m->version), v_text(str_c(m->name)), v_int(clock_now(db->o.clock))));
    bool ok = sqlite3_step(stmt) == SQLITE_DONE;
    sqlite3_reset(stmt);
    return ok && conn_exec(c, "COMMIT") == SQLITE_OK;
}

static bool migrate_service(struct db *db, const struct migration_set *set, struct arena *arena, struct str *ret_why)
{
    int done = version_of(db->writer, set->service), newest = 0;
    for (const struct migration *m = set->at; m->version; m++) {
        newest = m->version;
        if (m->version <= done)
            continue;
        if (!apply(db, set->service, m)) {
            *ret_why = arena_fmt(arena, "migration %s %d (%s) failed: %s", set->service, m->version, m->name, sqlite3_errmsg(db->writer->lite));
            conn_exec(db->writer, "ROLLBACK");
            return false;
        }
        LOG(LOG_INFO, "migrated", lf_s("service", str_c(set->service)), lf_i("version", m->version));
    }
    if (done > newest) {
        *ret_why = arena_fmt(arena, "the data of %s is of version %d, this program knows %d: use a newer program", set->service, done, newest);
        return false;
    }
    return true;
}

bool migrate(struct db *db, struct arena *arena, struct str *ret_why)
{
    static const char table[] = "CREATE TABLE IF NOT EXISTS schema_migration ("
                                "service TEXT NOT NULL, version INTEGER NOT NULL, name TEXT NOT NULL, applied_at INTEGER NOT NULL, "
                                "PRIMARY KEY (service, version))";
    if (conn_exec(db->writer, table) != SQLITE_OK) {
        *ret_why = arena_fmt(arena, "cannot write to %s: %s", db->path, sqlite3_errmsg(db->writer->lite));
        return false;
    }
    for (size_t i = 0; i < db->o.migration_count; i++)
        if (!migrate_service(db, &db->o.migrations[i], arena, ret_why))
            return false;
    return true;
}
