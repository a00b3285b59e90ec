#include "fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "platform/config/config.h"
#include "platform/obs/log.h"

static void make_folder(char path[64])
{
    snprintf(path, 64, "/tmp/takenseat-test-XXXXXX");
    if (!mkdtemp(path)) {
        perror("mkdtemp");
        exit(1);
    }
}

static void remove_folder(const char *folder)
{
    char path[400];
    DIR *dir = opendir(folder);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
        if (e->d_name[0] != '.')
            unlink(path);
    }
    if (dir)
        closedir(dir);
    rmdir(folder);
}

static void open_app(struct fixture *f)
{
    struct str why = { 0 };
    f->app = app_open(f->arena, &f->options, &why);
    if (!f->app) {
        fprintf(stderr, "the program does not open: %.*s\n", STR_ARG(why));
        exit(1);
    }
    app_jobs_start(f->app);
}

void fixture_open(struct fixture *f, const struct service *const *services)
{
    *f = (struct fixture){ .arena = arena_new(0) };
    log_level_set(LOG_ERROR);
    f->config = config_new(f->arena);
    config_declare(f->config, app_config_keys);
    for (const struct service *const *s = services; *s; s++)
        if ((*s)->config)
            config_declare(f->config, (*s)->config);
    make_folder(f->dir);
    f->options = (struct app_options){ .config = f->config, .services = services, .dir = f->dir, .test_clock = true, .bench = true, .seed = 1,
                                        .fleeting = true };     /* a crash here is a copy of the files: nothing waits for the disk */
    open_app(f);
}

void fixture_restart(struct fixture *f)
{
    f->options.clock_from = clock_now(app_clock(f->app));
    app_close(f->app);
    open_app(f);
}

/* ---- crashes ---- */

static void copy_file(const char *from, const char *to)
{
    char part[1 << 16];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    size_t n = 0;
    bool ok = in && out;
    while (ok && (n = fread(part, 1, sizeof(part), in)) > 0)
        ok = fwrite(part, 1, n, out) == n;
    if (!ok || ferror(in) || fclose(out) || chmod(to, 0600)) {
        perror(to);
        exit(1);
    }
    fclose(in);
}

/* Logs first: what a checkpoint moves into the database while this copies is still in the log that was copied. */
static void copy_files(const char *from, const char *to, bool logs)
{
    char source[400], target[400];
    DIR *dir = opendir(from);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        const char *end = strrchr(e->d_name, '-');
        bool log = end && strcmp(end, "-wal") == 0;
        if (e->d_name[0] == '.' || log != logs || (end && strcmp(end, "-shm") == 0))
            continue;
        snprintf(source, sizeof(source), "%s/%s", from, e->d_name);
        snprintf(target, sizeof(target), "%s/%s", to, e->d_name);
        copy_file(source, target);
    }
    if (dir)
        closedir(dir);
}

void fixture_freeze(struct fixture *f)
{
    make_folder(f->frozen);
    copy_files(f->dir, f->frozen, true);
    copy_files(f->dir, f->frozen, false);
}

void fixture_crash(struct fixture *f)
{
    if (!f->frozen[0])
        fixture_freeze(f);
    f->options.clock_from = clock_now(app_clock(f->app));
    app_close(f->app);                       /* what it still writes goes into the folder that is removed */
    remove_folder(f->dir);
    memcpy(f->dir, f->frozen, sizeof(f->dir));
    f->frozen[0] = 0;
    open_app(f);
}

void fixture_close(struct fixture *f)
{
    app_close(f->app);
    remove_folder(f->dir);
    arena_free(f->arena);
}

err fixture_call(struct fixture *f, int64_t user, unsigned roles, const struct call *call, const void *in, void *out, struct ctx *ret_cx)
{
    struct ctx cx;
    app_ctx_begin(f->app, &cx);
    cx.actor = (struct actor){ .user = user, .session = user, .roles = roles };
    err e = call_run(&cx, call, in, out);
    if (ret_cx)
        *ret_cx = cx;
    else
        app_ctx_end(&cx);
    return e;
}
