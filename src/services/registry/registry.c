/* The registry service: its settings and its life. */
#include <stdatomic.h>
#include <stdlib.h>

#include "platform/call/app.h"
#include "platform/config/config.h"
#include "platform/obs/log.h"
#include "registry_int.h"

/* ---- jobs ---- */

static err evict(struct ctx *cx, void *self, const void *in, void *out)
{
    struct registry *r = self;
    (void)in;
    (void)out;
    pthread_mutex_lock(&r->lock);
    registry_evict(cx, r);
    changes_prune(r, cx->now);
    r->evict_due = cx->now + r->evict_ms;
    pthread_mutex_unlock(&r->lock);
    return OK;
}

static const struct call evict_call = { "registry.evict", "Gives up who has not been heard of.", CALL_STORY, NULL, NULL, evict };

static int64_t evict_due(void *self)
{
    struct registry *r = self;
    pthread_mutex_lock(&r->lock);
    int64_t due = r->evict_due;
    pthread_mutex_unlock(&r->lock);
    return due;
}

static const struct job jobs[] = { { "registry.evict", &evict_call, evict_due }, { 0 } };

static const struct job waiting_jobs[] = {
    { "registry.copy", &registry_copy_call, peers_copy_due },
    { "registry.replicate", &registry_replicate_call, peers_due },
    { 0 },
};

/* ---- settings and metrics ---- */

static const struct config_key config[] = {
    { .name = "registry.enabled", .type = CONFIG_BOOL, .def = "false",
      .help = "Is this process a registry of processes (Eureka's REST protocol, under /eureka)?" },
    { .name = "registry.user", .type = CONFIG_STR, .def = "",
      .help = "Name that the registry wants (HTTP Basic), also told to peers and to registry.urls; without it only private networks are answered." },
    { .name = "registry.password", .type = CONFIG_STR, .def = "", .help = "Password to registry.user.", .secret = true },
    { .name = "registry.peers", .type = CONFIG_STR, .def = "",
      .help = "Addresses of the other registries, separated by commas, such as http://10.0.0.2:8080/eureka." },
    { .name = "registry.apps", .type = CONFIG_INT, .def = "500", .low = 1, .high = 5000, .help = "Most applications that are kept." },
    { .name = "registry.instances", .type = CONFIG_INT, .def = "2000", .low = 1, .high = 5000, .help = "Most instances that are kept." },
    { .name = "registry.evict_ms", .type = CONFIG_INT, .def = "60000", .low = 50, .high = 3600000,
      .help = "Milliseconds between looks for instances whose lease has ended." },
    { .name = "registry.delta_seconds", .type = CONFIG_INT, .def = "180", .low = 1, .high = 86400,
      .help = "Seconds for which a change is told to those who ask for changes." },
    { .name = "registry.self_preservation", .type = CONFIG_BOOL, .def = "true",
      .help = "Is nobody given up while too few heartbeats come, since then the network may be at fault?" },
    { .name = "registry.renewal_percent", .type = CONFIG_INT, .def = "85", .low = 1, .high = 99,
      .help = "Self-preservation begins when no more than so many percent of the heartbeats come; of all instances, at most the rest is given up at a time." },
    { .name = "registry.preserve_from", .type = CONFIG_INT, .def = "7", .low = 1, .high = 5000,
      .help = "Self-preservation only with so many instances: of fewer, one that stops is too great a part." },
    { 0 },
};

#define COUNTED(name_, help_) { .name = "takenseat_registry_" name_ "_total", .kind = METRIC_COUNTER, .help = help_ }

#define GAUGE(name_, help_) { .name = "takenseat_registry_" name_, .kind = METRIC_GAUGE, .help = help_ }

struct metric registry_instances = GAUGE("instances", "Instances that are registered");
struct metric registry_preserves = GAUGE("self_preservation", "1 while nobody is given up because too few heartbeats come");
struct metric registry_registered = COUNTED("registrations", "Registrations");
struct metric registry_renewed = COUNTED("heartbeats", "Heartbeats");
struct metric registry_cancelled = COUNTED("cancellations", "Instances that have left");
struct metric registry_evicted = COUNTED("evictions", "Instances that were given up");
struct metric registry_replicated = COUNTED("replicated", "Changes that peers have heard");
struct metric registry_not_replicated = COUNTED("not_replicated", "Changes that did not fit into the line of a peer");

static struct metric *const metrics[] = {
    &registry_instances, &registry_preserves,
    &registry_registered, &registry_renewed, &registry_cancelled, &registry_evicted, &registry_replicated, &registry_not_replicated, NULL,
};

/* ---- life ---- */

static err registry_open(struct ctx *cx, void **ret_self)
{
    const struct config *c = app_config(cx->app);
    struct registry *r = calloc(1, sizeof(*r));
    ASSERT(r != NULL);
    pthread_mutex_init(&r->lock, NULL);
    TAILQ_INIT(&r->changes);
    r->apps_max = (size_t)config_int(c, "registry.apps");
    r->instances_max = (size_t)config_int(c, "registry.instances");
    r->evict_ms = config_int(c, "registry.evict_ms");
    r->delta_ms = config_int(c, "registry.delta_seconds") * 1000;
    r->percent = config_int(c, "registry.renewal_percent");
    r->preserve = config_bool(c, "registry.self_preservation");
    r->preserve_from = (size_t)config_int(c, "registry.preserve_from");
    r->user = config_str(c, "registry.user");
    r->password = config_str(c, "registry.password");
    r->evict_due = cx->now + r->evict_ms;
    *ret_self = r;
    if (!r->user.n != !r->password.n)
        return fail(cx, ERR_INPUT, NULL, "registry.user and registry.password belong together", "registry.user와 registry.password는 함께 설정해야 합니다");
    r->own = arena_new(0);
    if (r->user.n)
        r->credentials = registry_credentials(r->own, r->user, r->password);
    return peers_open(cx, r);
}

static void registry_close(void *self)
{
    struct registry *r = self;
    peers_close(r);
    leases_free(r);
    for (int i = 0; i < DOCUMENT_KINDS; i++)
        for (int k = 0; k < 2; k++)
            document_give(r->documents[i][k]);
    arena_free(r->own);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

static const struct call *const calls[] = {
    &evict_call, &registry_copy_call, &registry_replicate_call, &registry_batch_call, &registry_page_call, NULL,
};

const struct service registry_service = {
    .name = "registry",
    .enabled_by = "registry.enabled",
    .open = registry_open,
    .close = registry_close,
    .calls = calls,
    .routes = registry_routes,
    .aliases = registry_aliases,
    .raw_answers = registry_raw_answers,
    .jobs = jobs,
    .waiting_jobs = waiting_jobs,
    .job_threads = peers_job_threads,
    .config = config,
    .metrics = metrics,
};
