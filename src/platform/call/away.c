#include "platform/call/away.h"

#include <stdlib.h>
#include <time.h>

#include "platform/call/wire.h"
#include "platform/config/config.h"
#include "platform/link/link.h"
#include "platform/obs/log.h"

#define ANSWER_MS  15000      /* the longest a call may take */
#define AGAIN_MS   1000       /* so long a process that is not there is asked again: it may be about to come back */
#define PAUSE_MS   20
#define LOOK_MS    1000       /* between two looks at what is only recalled */
#define PEERS_MAX  64

struct away {
    struct links *_Atomic links;         /* NULL: this program does not serve, or alone */
    struct link_peer listen;  /* where others ask; port LINK_NOWHERE: nowhere */
    struct link_peer peers[PEERS_MAX];
    size_t peer_count;
    size_t *peer_of;          /* by the number of a service in app->o.away */
    _Atomic int64_t look_at;
};

struct recalled {             /* what a call in memory answered last */
    pthread_mutex_t lock;
    bool known;
    void *out;
};

/* ---- who is where ---- */

static bool address_split(struct str text, struct str *ret_host, int *ret_port)
{
    size_t colon = text.n;
    int64_t port;
    while (colon && text.p[colon - 1] != ':')
        colon--;
    if (!colon || !str_to_int(str_of(text.p + colon, text.n - colon), &port) || port < 0 || port > 65535)
        return false;
    struct str host = str_of(text.p, colon - 1);
    if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
        host = str_of(host.p + 1, host.n - 2);
    *ret_host = host;
    *ret_port = (int)port;
    return host.n > 0;
}

/* The number of the peer at an address; a new one if there is none yet. */
static size_t peer_at(struct away *w, const char *name, struct str host, int port)
{
    for (size_t i = 0; i < w->peer_count; i++)
        if (w->peers[i].port == port && str_eq(w->peers[i].host, host))
            return i;
    ASSERT(w->peer_count < PEERS_MAX);
    w->peers[w->peer_count] = (struct link_peer){ name, host, port };
    return w->peer_count++;
}

static size_t service_number(const struct service *const *list, struct str name)
{
    size_t i = 0;
    while (list && list[i] && !str_eq(str_c(list[i]->name), name))
        i++;
    return i;
}

/* One service of an entry; those that run here may stand there too, so that all processes can have the same list. */
static bool take_peer(struct app *app, struct str name, struct str host, int port)
{
    struct away *w = app->away;
    const struct service *const *away = app->o.away;
    size_t i = service_number(away, name);
    if (away && away[i])
        w->peer_of[i] = peer_at(w, away[i]->name, host, port);
    return (away && away[i]) || app->o.services[service_number(app->o.services, name)];
}

/* "auth+booking=127.0.0.1:7001, payment=127.0.0.1:7002" */
static bool read_peers(struct app *app, struct arena *arena, struct str *ret_why)
{
    const struct away *w = app->away;
    struct str rest = config_str(app->o.config, "call.peers"), host;
    int port;
    for (size_t i = 0; app->o.away && app->o.away[i]; i++)
        w->peer_of[i] = PEERS_MAX;
    while (rest.n) {
        struct str entry = str_trim(str_cut(&rest, ',')), address = entry, names = str_cut(&address, '=');
        bool ok = address_split(str_trim(address), &host, &port);
        while (names.n && ok)
            ok = take_peer(app, str_trim(str_cut(&names, '+')), host, port);
        if (!ok) {
            *ret_why = arena_fmt(arena, "call.peers: \"%.*s\" must be SERVICE+SERVICE=ADDRESS:PORT, with services of this program", STR_ARG(entry));
            return false;
        }
    }
    for (size_t i = 0; app->o.away && app->o.away[i]; i++)
        if (w->peer_of[i] == PEERS_MAX) {
            *ret_why = arena_fmt(arena, "call.peers does not say where %s is, which does not run here", app->o.away[i]->name);
            return false;
        }
    return true;
}

static void add_away(struct app *app, const struct call *call, size_t peer)
{
    struct callee *c = NEW(app->arena, struct callee);
    *c = (struct callee){ .call = call, .away = true, .peer = peer };
    if (call->kind == CALL_MEMORY && !call->in && call->out) {
        c->recalled = NEW(app->arena, struct recalled);
        pthread_mutex_init(&c->recalled->lock, NULL);
        c->recalled->out = arena_take(app->arena, call->out->size);
    }
    map_put_ptr(&app->calls, (uint64_t)(uintptr_t)call, c);
}

static void add_all_away(struct app *app)
{
    for (size_t i = 0; app->o.away && app->o.away[i]; i++) {
        const struct service *s = app->o.away[i];
        for (const struct call *const *c = s->offers; c && *c; c++)
            add_away(app, *c, app->away->peer_of[i]);
        for (const struct subscription *row = s->subscriptions; row && row->topic; row++)
            add_away(app, row->call, app->away->peer_of[i]);
    }
}

bool away_open(struct app *app, struct arena *arena, struct str *ret_why)
{
    struct str listen = config_str(app->o.config, "call.listen"), host = { 0 };
    struct away *w = app->away = NEW(app->arena, struct away);
    size_t count = 0;
    int port = LINK_NOWHERE;
    while (app->o.away && app->o.away[count])
        count++;
    w->peer_of = NEW_ARRAY(app->arena, size_t, count + 1);
    if (!read_peers(app, arena, ret_why))
        return false;
    if (listen.n && !address_split(listen, &host, &port)) {
        *ret_why = arena_fmt(arena, "call.listen: \"%.*s\" is not ADDRESS:PORT", STR_ARG(listen));
        return false;
    }
    w->listen = (struct link_peer){ "", host, port };
    add_all_away(app);
    return true;
}

bool away_start(struct app *app, struct arena *arena, struct str *ret_why)
{
    struct away *w = app->away;
    if (w->listen.port == LINK_NOWHERE && !w->peer_count)
        return true;
    app->answerers = workers_start((int)config_int(app->o.config, "call.workers"), (size_t)config_int(app->o.config, "call.queue"));
    struct links_options o = { .host = w->listen.host, .port = w->listen.port, .peers = w->peers, .peer_count = w->peer_count,
                               .in_flight_max = (size_t)config_int(app->o.config, "call.in_flight"), .asked = serve_question, .self = app };
    memcpy(o.key, app->keys.link, sizeof(o.key));
    w->links = links_start(arena, &o, ret_why);
    explicit_bzero(o.key, sizeof(o.key));
    if (w->links && o.port != LINK_NOWHERE)
        LOG(LOG_INFO, "answering other processes", lf_s("host", o.host), lf_i("call_port", links_port(w->links)));
    return w->links != NULL;
}

void away_deafen(struct app *app)
{
    if (app->away)
        links_deafen(app->away->links);
}

void away_close(struct app *app)
{
    if (app->away)
        links_stop(app->away->links);
}

size_t app_peer_count(const struct app *app)
{
    return app->away ? app->away->peer_count : 0;
}

size_t app_peer_of(const struct app *app, size_t away)
{
    return app->away->peer_of[away];
}

/* ---- asking ---- */

static err not_answered(struct ctx *cx, size_t peer, enum link_result result)
{
    static const char *const words[] = { [LINK_ANSWERED] = "not ready",
                                         [LINK_DOWN] = "down", [LINK_FULL] = "full", [LINK_LOST] = "lost", [LINK_LATE] = "late" };
    LOG(LOG_WARN, "another process does not answer", lf_s("peer", str_c(cx->app->away->peers[peer].name)), lf_s("why", str_c(words[result])));
    return fail(cx, ERR_UNAVAILABLE, NULL, "A part of the service does not answer; please try again in a moment.",
                "서비스 일부가 응답하지 않습니다. 잠시 후 다시 시도해 주세요.");
}

err away_ask(struct ctx *cx, size_t peer, struct str message, int64_t timeout_ms, enum away_again again, struct str *ret_answer)
{
    struct links *l = cx->app->away->links;
    const struct timespec pause = { 0, PAUSE_MS * 1000000L };
    enum link_result result;
    struct str answer;
    int waited = 0;
    do {
        answer = (struct str){ 0 };
        result = l ? link_ask(l, peer, message, timeout_ms, cx->arena, &answer) : LINK_DOWN;         /* a command of the command line has no links */
        bool unheard = result == LINK_DOWN || (result == LINK_ANSWERED && !answer.n);
        bool passes = again == AWAY_SAFE ? unheard || result == LINK_LOST : again == AWAY_UNHEARD && unheard;
        if (!passes || (waited += PAUSE_MS) > AGAIN_MS)
            break;
        nanosleep(&pause, NULL);
    } while (!atomic_load(&cx->app->draining));
    if (result != LINK_ANSWERED || !answer.n)
        return not_answered(cx, peer, result);
    *ret_answer = answer;
    return OK;
}

static err ask_call(struct ctx *cx, size_t peer, const struct call *call, struct str in, enum away_again again, void *ret_out)
{
    struct buf message;
    struct str answer;
    buf_init(&message, WIRE_MAX);
    buf_char(&message, WIRE_CALL);
    wire_ask(&message, cx, call, in, wire_now() + ANSWER_MS + AGAIN_MS);
    err e = message.full ? fail(cx, ERR_TOO_LARGE, NULL, "The request is too large.", "요청이 너무 큽니다.")
                         : away_ask(cx, peer, buf_view(&message), ANSWER_MS, again, &answer);
    buf_free(&message);
    return e ? e : wire_heard(cx, call, answer, ret_out);
}

err away_run(struct ctx *cx, const struct callee *c, struct str in, enum away_again again, void *ret_out)
{
    return ask_call(cx, c->peer, c->call, in, again, ret_out);
}

err away_run_at(struct ctx *cx, size_t peer, const struct call *call, const void *in, void *ret_out)
{
    struct buf members;
    buf_init(&members, WIRE_MAX);
    if (in)
        fields_encode(&members, call->in, &cx->app->keys.ids, in);
    err e = ask_call(cx, peer, call, buf_view(&members), AWAY_SAFE, ret_out);
    buf_free(&members);
    return e;
}

/* ---- what is only recalled ---- */

err away_recall(struct ctx *cx, const struct callee *c, void *ret_out)
{
    ASSERT(c->recalled);
    pthread_mutex_lock(&c->recalled->lock);
    bool known = c->recalled->known;
    if (known)
        memcpy(ret_out, c->recalled->out, c->call->out->size);
    pthread_mutex_unlock(&c->recalled->lock);
    return known ? OK : fail(cx, ERR_UNAVAILABLE, NULL, "Nothing has been heard of this yet.", "아직 확인된 정보가 없습니다.");
}

static err look(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct app *app = self;
    size_t at = 0;
    uint64_t key, value;
    (void)in;
    (void)ret_out;
    atomic_store(&app->away->look_at, wire_now() + LOOK_MS);
    while (map_each(&app->calls, &at, &key, &value)) {
        const struct callee *c = (const struct callee *)(uintptr_t)value;
        if (!c->recalled)
            continue;
        void *out = arena_take(cx->arena, c->call->out->size);
        bool known = away_run(cx, c, (struct str){ 0 }, AWAY_ONCE, out) == OK;
        pthread_mutex_lock(&c->recalled->lock);
        c->recalled->known = known;          /* what may be long out of date is not told */
        if (known)
            memcpy(c->recalled->out, out, c->call->out->size);
        pthread_mutex_unlock(&c->recalled->lock);
    }
    return OK;
}

const struct call away_look_call = { .name = "platform.look", .kind = CALL_STORY, .fn = look };

int64_t away_look_due(void *self)
{
    struct app *app = self;
    return app_peer_count(app) && wire_now() >= atomic_load(&app->away->look_at) ? 0 : INT64_MAX;      /* a test clock may leap over years */
}
