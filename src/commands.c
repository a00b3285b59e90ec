#include "commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "platform/call/app.h"
#include "platform/db/engine.h"
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

/* ---- audit ---- */

static void print_row(const struct rows *r)
{
    fputs("     ", stdout);
    for (int i = 0; i < rows_columns(r); i++) {
        struct str text = row_null(r, i) ? S("null") : row_text_view(r, i);
        printf(" %s=%.*s", rows_column_name(r, i), STR_ARG(text));
    }
    putchar('\n');
}

/* Rows that break the invariant, or -1. */
static int check(struct ctx *cx, struct db *db, const struct audit *a)
{
    struct rows r;
    struct str why = { 0 };
    int rows = 0;
    if (!db_check(db, cx->arena, a->query, 1, &why)) {
        printf("fail %-32s cannot be checked: %.*s\n", a->name, STR_ARG(why));
        return -1;
    }
    err e = db_rows(cx, a->query, NO_VALS, &r);
    while (!e && rows_next(&r)) {
        if (!rows)
            printf("fail %-32s %s\n", a->name, a->help);
        if (++rows <= ROWS_SHOWN)
            print_row(&r);
    }
    if (e || rows_end(cx, &r)) {
        printf("fail %-32s cannot be read\n", a->name);
        return -1;
    }
    if (rows > ROWS_SHOWN)
        printf("      and %d more\n", rows - ROWS_SHOWN);
    if (!rows)
        printf("ok   %-32s %s\n", a->name, a->help);
    return rows;
}

static int check_all(struct ctx *cx, struct db *db, const struct audit *a)
{
    int broken = 0;
    for (; a && a->name; a++)
        broken += check(cx, db, a) != 0;
    return broken;
}

int audit(struct arena *arena, const struct config *config, const struct service *const *services, const char *dir)
{
    struct str why = { 0 };
    struct db *db = db_open(arena, &(struct db_options){ .dir = dir, .server = app_db_server(config), .only_read = true, .readers = 2 }, &why);
    if (!db) {
        fprintf(stderr, "takenseat: %.*s\n", STR_ARG(why));
        return 2;
    }
    struct ctx cx = { .arena = arena, .db = db_read_begin(db) };         /* one snapshot for all */
    int broken = check_all(&cx, db, db_audits(db)) + check_all(&cx, db, platform_audits);
    for (const struct service *const *s = services; *s; s++)
        broken += check_all(&cx, db, (*s)->audits);
    db_read_end(db, cx.db);
    db_close(db);
    printf(broken ? "%d invariants do not hold\n" : "all invariants hold\n", broken);
    return broken ? 1 : 0;
}

/* ---- move ---- */

static void tell_moved(void *self, struct str table, int64_t rows)
{
    int64_t *all = self;
    *all += rows;
    printf("same %-32.*s %lld rows\n", STR_ARG(table), (long long)rows);
    fflush(stdout);
}

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int move(struct arena *arena, const struct config *config, const char *from, const char *to)
{
    struct clock clock;
    struct str why = { 0 };
    int64_t rows = 0;
    if (!str_starts(str_c(from), S("sqlite:"))) {
        fprintf(stderr, "takenseat: --from must be sqlite:DIR, the data folder of a stopped shop\n");
        return 2;
    }
    clock_init(&clock, false);
    struct db_options here = { .dir = from + strlen("sqlite:"), .clock = &clock, .readers = 1, .queue_max = 1, .group_max = 1 };
    here.migrations = app_migrations(arena, all_services, &here.migration_count);
    struct db_options there = here;
    there.server = app_db_server(config);
    there.server.url = str_c(to);
    double begun = seconds_now();
    if (!db_move(arena, &here, &there, tell_moved, &rows, &why)) {
        fprintf(stderr, "takenseat: not moved: %.*s\n", STR_ARG(why));
        return 1;
    }
    printf("moved %lld rows in %.1f seconds; go on with --db.url=%s and the same --data folder, which keeps the keys\n", (long long)rows,
           seconds_now() - begun, to);
    return 0;
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
