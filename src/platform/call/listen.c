/* The network: its address is listened on when the program serves, or already while it stands by for another process's database. */
#include "platform/call/away.h"
#include "platform/call/front_impl.h"
#include "platform/config/config.h"
#include "platform/obs/log.h"

static const char *const *proxies(struct app *app)
{
    struct str rest = config_str(app->o.config, "http.trusted_proxies");
    const char **list = NEW_ARRAY(app->arena, const char *, rest.n / 2 + 2);
    size_t n = 0;
    while (rest.n) {
        struct str one = str_trim(str_cut(&rest, ','));
        if (one.n)
            list[n++] = arena_str(app->arena, one).p;
    }
    return list;
}

static bool listen_now(struct app *app, struct arena *arena, struct str *ret_why)
{
    const struct config *c = app->o.config;
    struct http_options o = {
        .host = arena_str(app->arena, config_str(c, "http.host")).p,
        .port = (int)config_int(c, "http.port"),
        .loops = app->front->loop_count,
        .trusted_proxies = proxies(app),
        .app = front_http(app->front),
    };
    http_limits_default(&o.limits);
    o.limits.connections = (size_t)config_int(c, "http.connections");
    o.limits.connections_per_address = (size_t)config_int(c, "http.connections_per_address");
    o.limits.idle_timeout_ms = (int)config_int(c, "http.idle_seconds") * 1000;
    o.limits.drain_ms = (int)config_int(c, "http.drain_seconds") * 1000;
    app->http = http_start(arena, &o, ret_why);
    return app->http != NULL;
}

bool app_listen(struct app *app, struct arena *arena, struct str *ret_why)
{
    if (!away_start(app, arena, ret_why))
        return false;
    app_jobs_start(app);                     /* first: a request may ask for them as soon as it is heard */
    atomic_store_explicit(&app->serving, true, memory_order_release);
    return app->http || listen_now(app, arena, ret_why);
}

bool app_stand_by(void *front, int64_t ms, struct arena *arena, struct str *ret_why)
{
    struct app *app = ((struct front *)front)->app;
    *ret_why = (struct str){ 0 };
    if (!app->http) {
        if (!listen_now(app, arena, ret_why))
            return false;
        LOG(LOG_INFO, "standing by", lf_s("host", config_str(app->o.config, "http.host")), lf_i("port", app_port(app)));
    }
    return app->o.stand_by(ms);
}

void app_was_taken(void *front)
{
    ((struct front *)front)->app->o.taken();
}
