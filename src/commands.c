#include "commands.h"

#include <sqlite3.h>
#include <stdio.h>

#include "platform/call/call.h"
#include "platform_sql.h"
#include "services.h"

#define ROWS_SHOWN 20

void command_report(const struct ctx *cx, err e, const char *what)
{
    if (!e)
        return;
    fprintf(stderr, "takenseat: %s: %.*s\n", what, STR_ARG(cx->problem.detail));
    for (const struct field_error *f = cx->problem.fields; f; f = f->next)
        fprintf(stderr, "  %.*s %.*s\n", STR_ARG(f->field), STR_ARG(f->message));
}

static void print_row(sqlite3_stmt *row)
{
    fputs("     ", stdout);
    for (int i = 0; i < sqlite3_column_count(row); i++) {
        const char *text = (const char *)sqlite3_column_text(row, i);
        printf(" %s=%s", sqlite3_column_name(row, i), text ? text : "null");
    }
    putchar('\n');
}

/* Rows that break the invariant, or -1. */
static int check(sqlite3 *lite, const struct audit *a)
{
    sqlite3_stmt *stmt;
    int rows = 0, code;
    if (sqlite3_prepare_v2(lite, a->query->sql, -1, &stmt, NULL) != SQLITE_OK) {
        printf("fail %-32s cannot be checked: %s\n", a->name, sqlite3_errmsg(lite));
        return -1;
    }
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
        if (!rows)
            printf("fail %-32s %s\n", a->name, a->help);
        if (++rows <= ROWS_SHOWN)
            print_row(stmt);
    }
    sqlite3_finalize(stmt);
    if (code != SQLITE_DONE) {
        printf("fail %-32s cannot be read: %s\n", a->name, sqlite3_errmsg(lite));
        return -1;
    }
    if (rows > ROWS_SHOWN)
        printf("      and %d more\n", rows - ROWS_SHOWN);
    if (!rows)
        printf("ok   %-32s %s\n", a->name, a->help);
    return rows;
}

static int check_all(sqlite3 *lite, const struct audit *a)
{
    int broken = 0;
    for (; a && a->name; a++)
        broken += check(lite, a) != 0;
    return broken;
}

int audit(const char *dir)
{
    char path[4096];
    sqlite3 *lite = NULL;
    snprintf(path, sizeof(path), "%s/takenseat.db", dir);
    if (sqlite3_open_v2(path, &lite, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) {        /* writing only for the log's index in memory */
        fprintf(stderr, "takenseat: cannot open %s: %s\n", path, sqlite3_errmsg(lite));
        sqlite3_close(lite);
        return 2;
    }
    sqlite3_busy_timeout(lite, 5000);
    sqlite3_exec(lite, "PRAGMA query_only=ON; BEGIN", NULL, NULL, NULL);        /* one snapshot for all */
    static const struct query whole = { "platform.integrity", "SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'" };
    static const struct audit file[] = { { "file_is_sound", "the database file has no broken page, index or constraint", &whole }, { 0 } };
    int broken = check_all(lite, file) + check_all(lite, platform_audits);
    for (const struct service *const *s = all_services; *s; s++)
        broken += check_all(lite, (*s)->audits);
    sqlite3_close(lite);
    printf(broken ? "%d invariants do not hold\n" : "all invariants hold\n", broken);
    return broken ? 1 : 0;
}
