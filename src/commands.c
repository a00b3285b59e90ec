#include "commands.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "platform/call/call.h"
#include "platform_sql.h"
#include "services.h"
#include "services/queue/proof.h"

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

/* ---- verify-draw ---- */

#define DRAW_FILE_MAX ((size_t)2 << 30)

static bool read_file(struct buf *out, const char *name)
{
    FILE *f = fopen(name, "re");
    buf_init(out, DRAW_FILE_MAX);
    while (f && !feof(f) && !ferror(f)) {
        char *room = buf_room(out, 1 << 20);
        if (!room)
            break;
        out->n += fread(room, 1, 1 << 20, f);
    }
    bool ok = f && !ferror(f) && feof(f);
    if (f)
        fclose(f);
    if (!ok)
        fprintf(stderr, "takenseat: %s cannot be read\n", name);
    return ok;
}

static int tell_verdict(const struct verdict *v, const char *file)
{
    if (v->fault && v->line)
        printf("WRONG: %s:%lld: %s\n", file, (long long)v->line, v->fault);
    else if (v->fault)
        printf("WRONG: %s: %s\n", file, v->fault);
    if (v->fault)
        return 1;
    static const char *const beacons[] = { "no public beacon", "the public round was missed", "with the public round" };
    printf("sound: %lld entries, %s\n", (long long)v->head.count, beacons[v->head.beacon.kind]);
    if (v->head.beacon.kind == BEACON_USED)
        printf("round %lld: %.*s (its signature is to be checked with the beacon's own software)\n", (long long)v->head.beacon.round,
               STR_ARG(v->head.beacon.url));
    if (v->place)
        printf("entry %lld has place %lld\n", (long long)v->number, (long long)v->place);
    return 0;
}

int verify_draw(struct arena *arena, const char *file, const char *receipt)
{
    struct buf text, word = { 0 };
    struct verdict v;
    bool ok = read_file(&text, file) && (!receipt || read_file(&word, receipt));
    if (ok) {
        struct str given = buf_view(&word);
        if (given.n && given.p[given.n - 1] == '\n')
            given.n--;
        draw_verify(arena, buf_view(&text), given, &v);
        if (receipt && !given.n && !v.fault)
            v.fault = "the receipt is empty";
    }
    int status = ok ? tell_verdict(&v, file) : 2;
    buf_free(&text);
    buf_free(&word);
    return status;
}
