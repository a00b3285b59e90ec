#include "fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "platform/config/config.h"
#include "platform/obs/log.h"

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
    snprintf(f->dir, sizeof(f->dir), "/tmp/takenseat-test-XXXXXX");
    if (!mkdtemp(f->dir)) {
        perror("mkdtemp");
        exit(1);
    }
    f->options = (struct app_options){ .config = f->config, .services = services, .dir = f->dir, .test_clock = true, .bench = true, .seed = 1 };
    open_app(f);
}

void fixture_restart(struct fixture *f)
{
    app_close(f->app);
    open_app(f);
}

void fixture_close(struct fixture *f)
{
    char path[400];
    app_close(f->app);
    DIR *dir = opendir(f->dir);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        snprintf(path, sizeof(path), "%s/%s", f->dir, e->d_name);
        if (e->d_name[0] != '.')
            unlink(path);
    }
    if (dir)
        closedir(dir);
    rmdir(f->dir);
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
