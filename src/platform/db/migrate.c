/* Migrations: numbered steps of each service, run once, in order, each in a transaction of its own together with its mark. */
#include "platform/db/db_impl.h"

#include "platform/obs/log.h"
#include "platform_sql.h"

static const struct query table = { "platform.migration_table",
    "CREATE TABLE IF NOT EXISTS schema_migration ("
    "service VARCHAR(64) NOT NULL, version INTEGER NOT NULL, name VARCHAR(64) NOT NULL, applied_at BIGINT NOT NULL, PRIMARY KEY (service, version))" };
static const struct query done_version = { "platform.migration_version",
    "SELECT COALESCE(MAX(version), 0) FROM schema_migration WHERE service = ?" };
static const struct query mark_done = { "platform.migration_mark",
    "INSERT INTO schema_migration (service, version, name, applied_at) VALUES (?, ?, ?, ?)" };

static bool apply(struct db *db, const char *service, const struct migration *m)
{
    return db->backend->migrate(db->writer, m, &mark_done,
                                VALS(v_text(str_c(service)), v_int(m->version), v_text(str_c(m->name)), v_int(clock_now(db->o.clock))));
}

static bool migrate_service(struct db *db, const struct migration_set *set, struct arena *arena, struct str *ret_why)
{
    struct ctx cx = { .arena = arena, .db = db->writer };
    int newest = 0;
    int64_t done = 0;
    bool found;
    if (db_one(&cx, &done_version, VALS(v_text(str_c(set->service))), row_take_int, &done, &found)) {
        *ret_why = arena_fmt(arena, "the versions of the data cannot be read: %s", db->backend->why(db->writer));
        return false;
    }
    for (const struct migration *m = set->at; m->version; m++) {
        newest = m->version;
        if (m->version <= done)
            continue;
        if (!apply(db, set->service, m)) {
            *ret_why = arena_fmt(arena, "migration %s %d (%s) failed: %s", set->service, m->version, m->name, db->backend->why(db->writer));
            db->backend->rollback(db->writer);
            return false;
        }
        LOG(LOG_INFO, "migrated", lf_s("service", str_c(set->service)), lf_i("version", m->version));
    }
    if (done > newest) {
        *ret_why = arena_fmt(arena, "the data of %s is of version %lld, this program knows %d: use a newer program", set->service,
                             (long long)done, newest);
        return false;
    }
    return true;
}

bool migrate(struct db *db, struct arena *arena, struct str *ret_why)
{
    if (db->backend->run(db->writer, &table, NO_VALS, NULL)) {
        *ret_why = arena_fmt(arena, "the database cannot be written: %s", db->backend->why(db->writer));
        return false;
    }
    for (size_t i = 0; i < db->o.migration_count; i++)
        if (!migrate_service(db, &db->o.migrations[i], arena, ret_why))
            return false;
    return true;
}
