/* One request on its way to an upstream and back, all on its loop's thread. It is whole before it is sent (the server has read it, within the way's limit),
 * so an upstream never waits for a slow client; the answer is told on as it comes, no faster than the client reads, so we never hold more than a piece. */
#include "base/id.h"
#include "gateway_int.h"
#include "meter.h"
#include "platform/call/app.h"
#include "platform/call/front.h"
#include "platform/obs/log.h"

#define TRIES_MAX 3

struct forward {              /* in the request's memory */
    struct ctx *cx;
    struct http_request *r;
    struct gateway *g;
    struct here *here;
    struct target *target;    /* NULL: nobody is being asked */
    struct told told;
    struct http_ask ask;
    enum verdict verdict;
    int tries, status;
    bool begun;               /* the client has the head of the answer */
};

struct gateway_loop *gateway_loop(struct gateway *g, struct http_loop *loop)
{
    struct gateway_loop *l = &g->loops[http_loop_index(loop)];
    l->loop = loop;
    return l;
}

static int64_t now_of(const struct forward *f)
{
    return http_loop_now(f->r->loop);
}

/* ---- the end of a try ---- */

static void let_go(struct forward *f, enum verdict v)
{
    struct target *t = f->target;
    f->target = NULL;
    metric_add(&gateway_outstanding, -1);
    balance_end(f->g, f->here, t, v, now_of(f));
}

static bool is_safe(const struct http_request *r)
{
    return !r->body.n && (str_eq(r->method, S("GET")) || str_eq(r->method, S("HEAD")) || str_eq(r->method, S("OPTIONS")));
}

/* What was never sent may be sent elsewhere whatever it is; what may have been carried out only if that changes nothing. */
static bool may_retry(const struct forward *f, enum http_ask_end how)
{
    bool unsent = how == ASK_UNREACHED || how == ASK_UNREACHED_LATE;
    if (f->begun || f->tries >= TRIES_MAX || !(unsent || (how == ASK_LOST && is_safe(f->r))))
        return false;
    return balance_retry(f->here);
}

static err nobody(struct ctx *cx)
{
    return fail(cx, ERR_UNAVAILABLE, NULL, "The server behind this address is not there right now; please try again in a moment.",
                "이 주소를 담당하는 서버가 지금 응답할 수 없습니다. 잠시 후 다시 시도해 주세요.");
}

static err failure(struct forward *f, enum http_ask_end how)
{
    static const char *const why[] = {
        [ASK_DONE] = "", [ASK_UNREACHED] = "not reached", [ASK_UNREACHED_LATE] = "not reached in time", [ASK_LOST] = "connection lost",
        [ASK_LATE] = "no answer in time", [ASK_MALFORMED] = "malformed answer", [ASK_CUT] = "answer cut short",
    };
    LOG(LOG_WARN, "a server behind has not answered", lf_s("upstream", f->here->up->name), lf_s("server", f->told.host), lf_s("why", str_c(why[how])),
        lf_s("request", f->told.request_id));
    if (how == ASK_UNREACHED_LATE || how == ASK_LATE) {
        metric_add(&gateway_late, 1);
        return fail(f->cx, ERR_LATE, NULL, "The server behind this address took too long to answer.", "이 주소를 담당하는 서버의 응답이 너무 늦습니다.");
    }
    metric_add(&gateway_failed, 1);
    return fail(f->cx, ERR_UPSTREAM, NULL, "The server behind this address gave no answer that can be passed on.",
                "이 주소를 담당하는 서버가 전달할 수 있는 응답을 주지 않았습니다.");
}

static void complete(struct forward *f)
{
    metric_add(&gateway_forwarded, 1);
    front_count(f->cx, f->status);
    http_answer_end(f->r);
}

/* ---- what the upstream says ---- */

static err attempt(struct forward *f);

static void on_head(struct http_ask *a, const struct http_answer_head *h)
{
    struct forward *f = a->user;
    struct http_reply reply = { .status = h->status };
    f->begun = true;
    f->status = h->status;
    f->verdict = h->status >= 502 && h->status <= 504 ? VERDICT_BAD : VERDICT_GOOD;
    reply.headers = head_to_client(f->cx, &f->told, h, &reply.header_count);
    http_answer_begin(f->r, &reply, h->has_length ? (int64_t)h->length : -1);
}

static bool on_body(struct http_ask *a, struct str bytes)
{
    struct forward *f = a->user;
    return http_answer_more(f->r, bytes);
}

static void on_end(struct http_ask *a, enum http_ask_end how)
{
    struct forward *f = a->user;
    struct target *tried = f->target;
    let_go(f, how == ASK_DONE ? f->verdict : VERDICT_BAD);
    if (how == ASK_DONE) {
        complete(f);
        return;
    }
    if (f->begun) {
        metric_add(&gateway_cut, 1);
        http_drop(f->r);                     /* the client sees that it has not got all */
        return;
    }
    err e = ERR_UPSTREAM;
    if (may_retry(f, how)) {
        f->target = tried;
        e = attempt(f);
    } else {
        e = failure(f, how);
    }
    if (e)
        front_refuse(f->cx, e, f->told.request_id);
}

static const struct http_ask_heard heard = { on_head, on_body, on_end };

/* ---- what the client does ---- */

static void on_gone(void *user)
{
    struct forward *f = user;
    metric_add(&gateway_cancelled, 1);
    http_ask_cancel(&f->ask);
    if (f->target)
        let_go(f, VERDICT_NONE);
    http_drop(f->r);
}

static void on_room(void *user)
{
    struct forward *f = user;
    http_ask_resume(&f->ask);
}

static const struct http_watcher watcher = { on_gone, on_room };

/* ---- the way there ---- */

/* Asks one of the upstream's servers; f->target, if any, is the one that has just failed. */
static err attempt(struct forward *f)
{
    const struct way *w = f->told.way;
    struct target *t = balance_pick(f->g, f->here, f->target, now_of(f));
    f->target = NULL;
    if (!t) {
        metric_add(&gateway_refused, 1);
        return nobody(f->cx);
    }
    f->target = t;
    f->tries++;
    metric_add(&gateway_outstanding, 1);
    f->told.host = arena_str(f->cx->arena, str_c(t->place.name));
    f->ask = (struct http_ask){
        .heard = &heard, .user = f, .head = head_to_upstream(f->cx, &f->told), .body = f->r->body, .head_only = str_eq(f->r->method, S("HEAD")),
        .connect_ms = (int)w->connect_ms, .answer_ms = (int)w->answer_ms, .idle_ms = (int)w->idle_ms,
    };
    http_ask_send(t->pool, &f->ask);
    return OK;
}

/* A name for the request in everybody's log; that of a proxy of ours stays. */
static struct str request_id(struct ctx *cx, const struct http_request *r)
{
    struct str told = http_header(r, S("x-request-id"));
    bool plain = r->by_proxy && told.n && told.n <= 64;
    for (size_t i = 0; i < told.n && plain; i++)
        plain = http_is_token(told.p[i]);
    if (plain)
        return told;
    char *id = arena_take(cx->arena, UUID_TEXT);
    uuid7(cx->now, cx->rng, id);
    return str_of(id, UUID_TEXT);
}

/* An account, or the address of who has none. 0: this machine. */
static uint64_t client_of(const struct ctx *cx, const struct http_request *r)
{
    return cx->actor.user ? (uint64_t)cx->actor.user | UINT64_C(1) << 63 : http_peer_key(r->peer);
}

static err allow(struct ctx *cx, struct gateway_loop *l, const struct way *w, struct http_request *r, uint64_t client)
{
    int wait = 0;
    uint64_t key = client ^ str_hash(w->prefix);
    if (!w->rate || !client || limiter_take(l->limiter, key, w->rate, w->burst, http_loop_now(r->loop), &wait))
        return OK;
    metric_add(&gateway_limited, 1);
    cx->problem.retry_after_s = wait;
    return fail(cx, ERR_LIMIT, NULL, "Too many requests: please slow down.", "요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.");
}

static err nothing_here(struct ctx *cx)
{
    return fail(cx, ERR_MISSING, NULL, "There is nothing at this address.", "이 주소에는 아무것도 없습니다.");
}

err gateway_forward(struct ctx *cx, void *self, const void *in, struct http_request *r)
{
    struct gateway *g = self;
    struct gateway_loop *l = gateway_loop(g, r->loop);
    const struct way *w = way_find(g, r->path);
    uint64_t client = client_of(cx, r);
    (void)in;
    if (!way_path_clean(r->path))
        return nothing_here(cx);
    err e = allow(cx, l, w, r, client);
    if (e)
        return e;

    struct forward *f = NEW(r->arena, struct forward);
    *f = (struct forward){ .cx = cx, .r = r, .g = g, .here = &l->here[way_share(w, client)], .told = { .r = r, .way = w } };
    f->told.request_id = request_id(cx, r);
    here_sync(g, f->here, r->loop);
    balance_request(g, f->here);
    http_watch(r, &watcher, f);
    return attempt(f);
}

/* CORS (the Fetch standard, 4.9): may a page of this origin ask? */
err gateway_preflight(struct ctx *cx, void *self, const void *in, struct http_request *r)
{
    const struct way *w = way_find(self, r->path);
    struct told t = { .r = r, .way = w };
    struct http_header headers[6];
    size_t n = head_cors(&t, headers);
    struct str wanted = http_header(r, S("access-control-request-headers"));
    (void)in;
    if (!way_origin(w, http_header(r, S("origin"))))
        return fail(cx, ERR_DENIED, NULL, "Pages of this origin may not ask here.", "이 출처의 페이지는 여기에 요청할 수 없습니다.");
    headers[n++] = (struct http_header){ S("Access-Control-Allow-Methods"), w->allow };
    if (wanted.n)
        headers[n++] = (struct http_header){ S("Access-Control-Allow-Headers"), wanted };
    headers[n++] = (struct http_header){ S("Access-Control-Max-Age"), S("600") };
    front_count(cx, 204);
    http_answer(r, &(struct http_reply){ .status = 204, .headers = headers, .header_count = n });
    return OK;
}
