/* This process as a member of a registry: it registers when it serves, says every so often that it is still here, registers again where it is not
 * known, and leaves before it stops to answer. It talks to one registry of the list, and to the next one when that does not answer. */
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "instance.h"
#include "platform/call/app.h"
#include "platform/config/config.h"
#include "platform/fetch/fetch.h"
#include "platform/obs/log.h"
#include "registry.h"

#define URLS_MAX   8
#define ASK_MS     3000
#define LEAVE_MS   1000
#define AGAIN_MS   5000       /* at most, after nobody has answered */
#define PLACES_NODES 200000   /* of an answer about one application */

struct member {
    struct app *app;
    struct arena *arena;
    struct str urls[URLS_MAX];
    size_t url_count, at;     /* `at`: whom it talks to */
    struct str user, password, name, host;
    int64_t renew_s, lease_s;
    struct fetch_pool *pool;
    pthread_mutex_t talking;  /* of all below */
    _Atomic bool left;
    int64_t dirty_at;         /* 0: nothing has been said yet */
    _Atomic int64_t due;
};

/* ---- what this process says of itself ---- */

static struct str own_id(const struct member *m, struct arena *arena)
{
    return arena_fmt(arena, "%.*s:%.*s:%d", STR_ARG(m->host), STR_ARG(m->name), app_port(m->app));
}

/* The first address of a name; the name itself where there is none. */
static struct str address_of(struct arena *arena, struct str host)
{
    char text[64];
    struct addrinfo *found = NULL, hints = { .ai_socktype = SOCK_STREAM };
    struct str address = host;
    if (getaddrinfo(arena_str(arena, host).p, NULL, &hints, &found) == 0 && found &&
        getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof(text), NULL, 0, NI_NUMERICHOST) == 0)
        address = arena_str(arena, str_c(text));
    if (found)
        freeaddrinfo(found);
    return address;
}

static struct str service_names(const struct member *m, struct arena *arena)
{
    struct str all = { 0 };
    for (const struct service *const *s = app_services(m->app); *s; s++)
        if ((*s)->routes && (*s)->routes->path)
            all = arena_fmt(arena, "%.*s%s%s", STR_ARG(all), all.n ? "," : "", (*s)->name);
    return all;
}

static struct str describe(const struct member *m, struct arena *arena)
{
    struct pair about[] = { { S("services"), service_names(m, arena) }, { S("metrics"), S("/metrics") } };
    bool ipv6 = memchr(m->host.p, ':', m->host.n) != NULL;
    struct str base = arena_fmt(arena, ipv6 ? "http://[%.*s]:%d" : "http://%.*s:%d", STR_ARG(m->host), app_port(m->app));
    struct instance one = {
        .text = {
            [TEXT_ID] = own_id(m, arena), [TEXT_HOST] = m->host, [TEXT_APP] = m->name, [TEXT_IP] = address_of(arena, m->host), [TEXT_VIP] = m->name,
            [TEXT_HOME] = arena_fmt(arena, "%.*s/", STR_ARG(base)), [TEXT_STATUS_PAGE] = arena_fmt(arena, "%.*s/health/ready", STR_ARG(base)),
            [TEXT_HEALTH] = arena_fmt(arena, "%.*s/health/ready", STR_ARG(base)),
        },
        .center = S("MyOwn"), .metadata = { about, sizeof(about) / sizeof(about[0]) }, .port = { app_port(m->app), true }, .secure_port = { 443, false },
        .status = STATUS_UP, .overridden = STATUS_UNKNOWN, .country = 1, .renewal_s = m->renew_s, .lease_s = m->lease_s, .dirty_at = m->dirty_at,
    };
    struct buf text;
    struct pen pen = { &text, FORMAT_JSON };
    buf_init(&text, 65536);
    pen_document(&pen);
    pen_begin(&pen, "instance");
    instance_write(&pen, &one);
    pen_end(&pen, "instance");
    pen_document_end(&pen);
    struct str said = arena_str(arena, buf_view(&text));
    buf_free(&text);
    return said;
}

/* ---- talking to one registry ---- */

/* All applications of a registry that keeps as many instances as it may are no longer than this. */
#define ANSWER_MAX ((size_t)4 << 20)

static struct str read_application(const struct member *m, struct arena *arena, struct str url, struct str app, int *ret_status)
{
    static const struct fetch_header json = { "Accept", { "application/json", 16 } };
    struct fetched got = { 0 };
    const char *why;
    bool answered = fetch(arena, &(struct fetch){
        .url = arena_fmt(arena, "%.*s/apps/%.*s", STR_ARG(url), STR_ARG(app)), .plain = true, .headers = &json, .header_count = 1, .user = m->user,
        .password = m->password, .timeout_ms = ASK_MS, .body_max = ANSWER_MAX, .pool = m->pool,
    }, &got, &why);
    if (!answered || (got.status != 200 && got.status != 404))
        LOG(LOG_WARN, "the registry does not tell", lf_s("url", url), lf_i("status", got.status), lf_s("why", answered ? S("") : str_c(why)));
    *ret_status = answered ? got.status : 0;
    return got.body;
}

static err read_places(struct ctx *cx, struct str body, struct registry_places *ret)
{
    struct node *root;
    size_t n = 0;
    err e = tree_read(cx, FORMAT_JSON, body, PLACES_NODES, &root);
    const struct node *app = e ? NULL : node_child(root, "application");
    for (const struct node *i = app ? app->first : NULL; i; i = i->next)
        n++;
    struct registry_places all = { NEW_ARRAY(cx->arena, struct registry_place, n + 1), 0 };
    for (const struct node *i = app ? app->first : NULL; i && !e; i = i->next) {
        struct instance it;
        if (!str_eq(i->name, S("instance")))
            continue;
        e = instance_read(cx, i, &it);
        if (!e && it.status == STATUS_UP && it.port.enabled)
            all.at[all.n++] = (struct registry_place){ it.text[TEXT_IP], (int)it.port.number };
    }
    if (!e)
        *ret = all;
    return e;
}

err registry_places(struct ctx *cx, struct str app, struct registry_places *ret)
{
    struct member *m = app_self(cx->app, &registry_member_service);
    pthread_mutex_lock(&m->talking);
    size_t first = m->at;
    pthread_mutex_unlock(&m->talking);
    for (size_t i = 0; i < m->url_count; i++) {
        struct str url = m->urls[(first + i) % m->url_count];
        int status;
        struct str body = read_application(m, cx->arena, url, app, &status);
        *ret = (struct registry_places){ 0 };
        if (status == 404 || (status == 200 && read_places(cx, body, ret) == OK))
            return OK;
        fail_clear(cx);
    }
    return fail(cx, ERR_UNAVAILABLE, NULL, "No registry answers.", "응답하는 레지스트리가 없습니다.");
}

/* The status of its answer; 0: none. */
static int ask(const struct member *m, struct arena *arena, const char *method, struct str path, struct str json, int64_t timeout_ms)
{
    struct fetched got = { 0 };
    const char *why;
    struct str url = m->urls[m->at];
    bool answered = fetch(arena, &(struct fetch){
        .url = arena_fmt(arena, "%.*s/apps/%.*s%.*s", STR_ARG(url), STR_ARG(m->name), STR_ARG(path)), .plain = true, .method = method, .json = json,
        .user = m->user, .password = m->password, .timeout_ms = timeout_ms, .pool = m->pool,
    }, &got, &why);
    if (!answered || got.status >= 500)
        LOG(LOG_WARN, "the registry does not answer", lf_s("url", url), lf_i("status", got.status), lf_s("why", answered ? S("") : str_c(why)));
    return answered ? got.status : 0;
}

static bool enter(const struct member *m, struct arena *arena)
{
    int status = ask(m, arena, "POST", (struct str){ 0 }, describe(m, arena), ASK_MS);
    if (status / 100 == 2)
        LOG(LOG_INFO, "registered", lf_s("url", m->urls[m->at]), lf_s("instance", own_id(m, arena)));
    else if (status)
        LOG(LOG_WARN, "the registry refuses", lf_s("url", m->urls[m->at]), lf_i("status", status));
    return status / 100 == 2;
}

static bool renew(const struct member *m, struct arena *arena)
{
    struct str id = own_id(m, arena);
    int status = ask(m, arena, "PUT", arena_fmt(arena, "/%.*s?status=UP&lastDirtyTimestamp=%lld", STR_ARG(id), (long long)m->dirty_at), (struct str){ 0 },
                     ASK_MS);
    return status == 404 ? enter(m, arena) : status / 100 == 2;
}

/* ---- the job ---- */

static err beat(struct ctx *cx, void *self, const void *in, void *out)
{
    struct member *m = self;
    bool heard = false, known = m->dirty_at != 0;
    (void)in;
    (void)out;
    pthread_mutex_lock(&m->talking);
    if (!known)
        m->dirty_at = cx->now;
    for (size_t i = 0; i < m->url_count && !heard && !m->left; i++) {
        heard = known ? renew(m, cx->arena) : enter(m, cx->arena);
        if (!heard)
            m->at = (m->at + 1) % m->url_count;
    }
    int64_t pause = m->renew_s * 1000;
    atomic_store(&m->due, m->left ? INT64_MAX : cx->now + (heard || pause < AGAIN_MS ? pause : AGAIN_MS));
    pthread_mutex_unlock(&m->talking);
    return OK;
}

static const struct call beat_call = { "registry.beat", "Tells the registry that this process is here.", CALL_STORY, NULL, NULL, beat };

/* Only who listens has something to tell. */
static int64_t beat_due(void *self)
{
    struct member *m = self;
    return m->url_count && app_http(m->app) ? atomic_load(&m->due) : INT64_MAX;
}

/* None where there is nobody to tell. */
static size_t beat_threads(void *self, const struct job *job)
{
    const struct member *m = self;
    (void)job;
    return m->url_count > 0;
}

static void member_stop(void *self)
{
    struct member *m = self;
    struct arena *arena = arena_new(0);
    atomic_store(&m->left, true);            /* a beat that goes from one silent registry to the next stops at this one */
    pthread_mutex_lock(&m->talking);
    if (m->dirty_at) {
        struct str id = own_id(m, arena);
        ask(m, arena, "DELETE", arena_fmt(arena, "/%.*s", STR_ARG(id)), (struct str){ 0 }, LEAVE_MS);
    }
    pthread_mutex_unlock(&m->talking);
    arena_free(arena);
}

/* ---- life ---- */

static const struct config_key config[] = {
    { .name = "registry.urls", .type = CONFIG_STR, .def = "",
      .help = "Registries that this process registers with, separated by commas, such as http://10.0.0.1:8080/eureka; one is talked to at a time." },
    { .name = "registry.app", .type = CONFIG_STR, .def = "takenseat", .help = "Name of the application that this process registers as." },
    { .name = "registry.hostname", .type = CONFIG_STR, .def = "",
      .help = "Name or address under which others reach this process; without it http.host, or the machine's name where that means all addresses." },
    { .name = "registry.renew_seconds", .type = CONFIG_INT, .def = "30", .low = 1, .high = 3600, .help = "Seconds between two heartbeats." },
    { .name = "registry.lease_seconds", .type = CONFIG_INT, .def = "90", .low = 1, .high = 86400,
      .help = "Seconds without a heartbeat after which this process is given up." },
    { 0 },
};

static struct str own_host(const struct config *c, struct arena *arena)
{
    char name[256] = "";
    struct str told = config_str(c, "registry.hostname"), host = config_str(c, "http.host");
    if (told.n || (!str_eq(host, S("0.0.0.0")) && !str_eq(host, S("::"))))
        return told.n ? told : host;
    if (gethostname(name, sizeof(name) - 1))
        return S("localhost");
    return arena_str(arena, str_c(name));
}

static err read_urls(struct ctx *cx, struct member *m, struct str list)
{
    for (struct str url; registry_url_next(&list, &url);) {
        if (m->url_count == URLS_MAX || !fetch_url_plain_ok(url))
            return fail(cx, ERR_INPUT, NULL, "registry.urls must name at most %d addresses such as http://10.0.0.1:8080/eureka",
                        "registry.urls에는 http://10.0.0.1:8080/eureka 같은 주소를 최대 %d개 적어야 합니다", URLS_MAX);
        m->urls[m->url_count++] = url;
    }
    return OK;
}

static err member_open(struct ctx *cx, void **ret_self)
{
    const struct config *c = app_config(cx->app);
    struct member *m = calloc(1, sizeof(*m));
    ASSERT(m != NULL);
    *ret_self = m;
    m->app = cx->app;
    m->arena = arena_new(0);
    m->pool = fetch_pool_new(1);
    pthread_mutex_init(&m->talking, NULL);
    m->user = config_str(c, "registry.user");
    m->password = config_str(c, "registry.password");
    m->name = config_str(c, "registry.app");
    m->host = own_host(c, m->arena);
    m->renew_s = config_int(c, "registry.renew_seconds");
    m->lease_s = config_int(c, "registry.lease_seconds");
    if (!word_ok(m->name) || !word_ok(m->host))
        return fail(cx, ERR_INPUT, NULL, "registry.app and registry.hostname must be plain ASCII words", "registry.app과 registry.hostname은 ASCII 단어여야 합니다");
    return read_urls(cx, m, config_str(c, "registry.urls"));
}

static void member_close(void *self)
{
    struct member *m = self;
    fetch_pool_free(m->pool);
    pthread_mutex_destroy(&m->talking);
    arena_free(m->arena);
    free(m);
}

static const struct call *const calls[] = { &beat_call, NULL };
static const struct job waiting_jobs[] = { { "registry.beat", &beat_call, beat_due }, { 0 } };

const struct service registry_member_service = {
    .name = "registry_member",
    .open = member_open,
    .close = member_close,
    .stop = member_stop,
    .calls = calls,
    .waiting_jobs = waiting_jobs,
    .job_threads = beat_threads,
    .config = config,
};
