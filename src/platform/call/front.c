/* The front: one request from HTTP to its call and back. On the loop's thread it finds the route, asks who is there, decodes; the kind of the
 * call says where it runs; back on the loop's thread the answer is written and sent. Commands of one turn of a loop go to the writer together,
 * answers of one group come back together. */
#include "platform/call/away.h"

#include <time.h>

#include "platform/call/front_impl.h"
#include "platform/obs/log.h"

#define BODY_MAX (1u << 20)   /* unless a route says otherwise */
#define SETTLE_TRIES 20       /* of keeping a story's answer while the database is away */
#define SETTLE_PAUSE_MS 500

/* ---- metrics ---- */

static struct metric requests_ok = { "takenseat_http_answers_total", METRIC_COUNTER, "Answers by class of status", "class=\"2xx\"", 0, { 0 }, 0 };
static struct metric requests_refused = { "takenseat_http_answers_total", METRIC_COUNTER, "", "class=\"4xx\"", 0, { 0 }, 0 };
static struct metric requests_failed = { "takenseat_http_answers_total", METRIC_COUNTER, "", "class=\"5xx\"", 0, { 0 }, 0 };
static struct metric request_time = { "takenseat_http_seconds", METRIC_HISTOGRAM, "Time from the end of a request's head to its answer", NULL, 0, { 0 }, 0 };

struct metric *const front_metrics[] = { &requests_ok, &requests_refused, &requests_failed, &request_time, NULL };

/* ---- answering (loop thread) ---- */

static void count(const struct asked *a, int status)
{
    metric_add(status < 400 ? &requests_ok : status < 500 ? &requests_refused : &requests_failed, 1);
    metric_observe_us(&request_time, mono_us() - a->http->started_us);
}

/* What went wrong in us gets a name that the client sees and the log has. */
static struct str name_failure(struct asked *a, int status)
{
    if (!a->name.n) {
        char *id = arena_take(a->http->arena, UUID_TEXT);
        uuid7(clock_now(&a->front->app->clock), a->own_cx.rng, id);
        a->name = str_of(id, UUID_TEXT);
    }
    LOG(LOG_WARN, "request failed", lf_s("request", a->name), lf_s("call", str_c(a->call ? a->call->name : "")),
        lf_i("status", status), lf_s("detail", a->cx->problem.detail));
    return a->name;
}

static void reply(struct asked *a, const struct http_reply *r)
{
    count(a, r->status);
    if (a->origin)
        forward_reply(a, r);
    else
        http_answer(a->http, r);
}

static void answer_text(struct asked *a, int status, struct str type, struct str body)
{
    struct http_header headers[4] = { { S("cache-control"), S("no-store") } };
    size_t n = 1;
    struct str seconds;
    if (status >= 500)
        headers[n++] = (struct http_header){ S("x-request-id"), name_failure(a, status) };
    int wait = a->cx->problem.retry_after_s;
    if (status == 429 || status == 503 || (status >= 400 && wait)) {
        seconds = arena_fmt(a->http->arena, "%d", wait ? wait : 1);
        headers[n++] = (struct http_header){ S("retry-after"), seconds };
    }
    if (status == 401)
        headers[n++] = (struct http_header){ S("www-authenticate"),
                                             a->routed->route->flags & BASIC_AUTH ? S("Basic realm=\"TakenSeat\", charset=\"UTF-8\"") : S("Bearer") };
    if (a->allow.n)
        headers[n++] = (struct http_header){ S("allow"), a->allow };
    reply(a, &(struct http_reply){ .status = status, .content_type = status == 204 ? (struct str){ 0 } : type, .headers = headers,
                                   .header_count = n, .body = body });
}

static const struct str json_type = { "application/json", 16 }, problem_type = { "application/problem+json", 24 };

#define RAW_HEADERS 7

static void answer_raw(struct asked *a)
{
    struct raw_out *raw = a->out;
    struct http_header headers[RAW_HEADERS] = { { S("cache-control"), raw->cache_control.n ? raw->cache_control : S("no-store") } };
    size_t n = 1;
    struct str body = raw->body;
    int status = raw->status ? raw->status : 200;
    if (raw->etag.n) {
        headers[n++] = (struct http_header){ S("etag"), raw->etag };
        if (http_etag_matches(a->http, raw->etag)) {
            status = 304;
            body = (struct str){ 0 };
        }
    }
    if (raw->body_gzip.n) {
        headers[n++] = (struct http_header){ S("vary"), S("accept-encoding") };
        if (status == 200 && http_accepts_encoding(a->http, S("gzip"))) {
            headers[n++] = (struct http_header){ S("content-encoding"), S("gzip") };
            body = raw->body_gzip;
        }
    }
    if (raw->policy.n) {
        headers[n++] = (struct http_header){ S("content-security-policy"), raw->policy };
        headers[n++] = (struct http_header){ S("referrer-policy"), S("no-referrer") };
    }
    if (raw->refresh_s)
        headers[n++] = (struct http_header){ S("refresh"), arena_fmt(a->http->arena, "%d", raw->refresh_s) };
    reply(a, &(struct http_reply){ .status = status, .content_type = raw->content_type, .headers = headers, .header_count = n, .body = body });
}

/* Status and body of a finished call: encoded where it ran when the answer had to be kept, else here. */
static void answer(struct asked *a)
{
    if (a->reply) {
        reply(a, a->reply);
        return;
    }
    if (!a->encoded && a->result == OK && !a->call->out && a->routed->route->status == 200) {
        struct raw_out *raw = a->out;
        void (*release)(void *) = raw->release;
        void *held = raw->held;
        answer_raw(a);
        if (release)
            release(held);
        return;
    }
    if (!a->encoded)
        front_encode(a);
    answer_text(a, a->status, a->status < 400 ? json_type : problem_type, a->body);
}

void front_encode(struct asked *a)
{
    const struct route *route = a->routed->route;
    struct buf *b = a->scratch;
    buf_clear(b);
    a->status = a->result ? err_kind(a->result)->status : route->status;
    if (a->result)
        problem_encode(b, a->cx, a->result);
    else if (route->call->out)
        fields_encode(b, route->call->out, &a->front->app->keys.ids, a->out);
    a->body = arena_str(a->http->arena, buf_view(b));
    a->encoded = true;
}

static void refuse(struct asked *a, err e)
{
    struct buf *b = a->scratch;
    buf_clear(b);
    problem_encode(b, a->cx, e);
    answer_text(a, err_kind(e)->status, problem_type, buf_view(b));
}

static struct asked *asked_of(const struct ctx *cx)
{
    return (struct asked *)((char *)(uintptr_t)cx - offsetof(struct asked, own_cx));
}

void front_refuse(struct ctx *cx, err e, struct str name)
{
    struct asked *a = asked_of(cx);
    a->name = name;
    refuse(a, e);
}

void front_count(const struct ctx *cx, int status)
{
    count(asked_of(cx), status);
}

static void answer_task(struct http_task *t)
{
    struct asked *a = (struct asked *)((char *)t - offsetof(struct asked, task));
    a->scratch = &a->front->loops[http_loop_index(a->http->loop)].scratch;
    answer(a);
}

/* From whichever thread is done with it: a loop answers its own requests. */
static void hand_back(struct asked *a)
{
    if (a->origin) {
        a->scratch = forward_scratch(a);
        answer(a);
        return;
    }
    a->task.next = NULL;
    http_loop_post(a->http->loop, &a->task);
}

/* ---- commands ---- */

/* An answer is kept when the call was carried out or refused for the state of the sale; what was wrong with the request itself may be mended,
 * and what is only not settled yet may be asked again. */
static bool worth_keeping(const struct asked *a)
{
    const char *code = a->cx->problem.code;
    return a->result == OK || (a->result == ERR_CONFLICT && !(code && strcmp(code, CODE_IN_PROGRESS) == 0));
}

static err replay(struct asked *a, enum idem_found found)
{
    if (found == IDEM_MISMATCH)
        return fail(a->cx, ERR_MISMATCH, NULL, "This Idempotency-Key was used with another request; use a new one.",
                    "이 멱등 키는 다른 요청에 사용되었습니다. 새 키를 사용해 주세요.");
    if (found == IDEM_RUNNING)
        return fail(a->cx, ERR_CONFLICT, CODE_IN_PROGRESS, "A request with this Idempotency-Key is still under way; repeat it shortly.",
                    "같은 멱등 키의 요청이 처리 중입니다. 잠시 후 다시 시도해 주세요.");
    a->encoded = true;
    return OK;
}

static void record(struct ctx *cx, const struct asked *a, int status)
{
    const struct route *route = a->routed->route;
    trail_put(cx, cx->app->trail, &(struct trail_entry){ .address = a->http->peer, .action = str_c(route->call->name), .object = a->object,
                                                         .path = a->http->path, .body = trail_body(route, a->http->body), .status = status });
}

static err run_command(struct command *c)
{
    struct asked *a = (struct asked *)c;
    struct app *app = a->front->app;
    enum idem_found found = IDEM_NEW;
    a->cx = &c->cx;
    if (a->key.given) {
        err e = idem_find(&c->cx, app->idem, &a->key, false, &found, &a->status, &a->body);
        if (e || found != IDEM_NEW)
            return e ? e : replay(a, found);
    }
    a->result = front_admit(a, &c->cx);
    if (a->result == OK)
        a->result = a->call->fn(&c->cx, *a->routed->self, a->in, a->out);
    if (a->result == OK && a->audited)
        record(&c->cx, a, a->routed->route->status);
    if (a->key.given && worth_keeping(a)) {
        a->scratch = &a->front->writer_scratch;
        front_encode(a);
        a->keep = true;
    }
    return a->result;
}

/* Outside the command's own savepoint: a refusal leaves no trace but its answer. */
static err keep_answer(struct command *c)
{
    struct asked *a = (struct asked *)c;
    if (a->keep)
        idem_save(&c->cx, a->front->app->idem, &a->key, a->status, a->body);
    return OK;
}

/* The answer as it was before the command ran. */
static void command_again(struct command *c)
{
    struct asked *a = (struct asked *)c;
    a->keep = a->encoded = false;
    a->body = (struct str){ 0 };
    memset(a->out, 0, a->call->out ? a->call->out->size : sizeof(struct raw_out));
}

static void command_done(struct command *c)
{
    struct asked *a = (struct asked *)c;
    struct front *f = a->front;
    if (c->result && c->result != a->result)
        a->encoded = false;                  /* the group could not be committed: what was encoded is void */
    a->result = c->result;
    if (a->origin) {
        hand_back(a);
        return;
    }
    a->task.next = NULL;
    struct to_loop *l = &f->loops[http_loop_index(a->http->loop)];
    l->loop = a->http->loop;
    *l->tail = &a->task;
    l->tail = &a->task.next;
}

void front_group_seal(void *self, struct ctx *cx)
{
    struct front *f = self;
    idem_seal(cx, f->app->idem);
}

void front_group_done(void *self)
{
    struct front *f = self;
    for (int i = 0; i < f->loop_count; i++) {
        struct to_loop *l = &f->loops[i];
        if (!l->first)
            continue;
        http_loop_post(l->loop, l->first);
        l->first = NULL;
        l->tail = &l->first;
    }
}

static err queue_is_full(struct asked *a)
{
    return fail(a->cx, ERR_UNAVAILABLE, NULL, "Too many requests are waiting; please try again in a moment.",
                "대기 중인 요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.");
}

static void queue_command(struct asked *a)
{
    a->command.cx = *a->cx;
    a->command.run = run_command;
    a->command.finish = a->key.given ? keep_answer : NULL;
    a->command.again = command_again;
    a->command.done = command_done;
    a->command.next = NULL;
    if (a->origin) {
        a->cx = &a->command.cx;
        if (db_submit(a->front->app->db, &a->command, 1))
            refuse(a, queue_is_full(a));
        return;
    }
    struct to_loop *l = &a->front->loops[http_loop_index(a->http->loop)];
    *l->submit_tail = &a->command;
    l->submit_tail = &a->command.next;
    l->submit_count++;
}

/* After all that was readable in a turn: one hand-over to the writer. */
static void turn(void *self, struct http_loop *loop)
{
    struct front *f = self;
    struct to_loop *l = &f->loops[http_loop_index(loop)];
    if (!l->submit)
        return;
    struct command *refused = db_submit(f->app->db, l->submit, l->submit_count);
    l->submit = NULL;
    l->submit_tail = &l->submit;
    l->submit_count = 0;
    for (struct command *next; refused; refused = next) {
        next = refused->next;
        struct asked *a = (struct asked *)refused;
        a->scratch = &l->scratch;
        a->cx = &a->command.cx;
        refuse(a, queue_is_full(a));
    }
}

/* ---- reads and stories, on a worker ---- */

static err tell_story(struct asked *a)
{
    err e = front_admit(a, a->cx);
    return e ? e : call_run(a->cx, a->call, a->in, a->out);
}

struct key_command {          /* asks the writer about a story's key */
    struct command command;
    struct asked *asked;
    enum idem_found found;
};

static err claim_key(struct command *c)
{
    struct key_command *k = (struct key_command *)c;
    struct asked *a = k->asked;
    return idem_find(&c->cx, a->front->app->idem, &a->key, true, &k->found, &a->status, &a->body);
}

static err settle_key(struct command *c)
{
    struct asked *a = ((struct key_command *)c)->asked;
    if (a->keep)
        idem_save(&c->cx, a->front->app->idem, &a->key, a->status, a->body);
    else
        idem_drop(a->front->app->idem, &a->key);
    return OK;
}

/* False: not yet. */
static bool settle(struct asked *a)
{
    struct timespec pause = { 0, SETTLE_PAUSE_MS * 1000000L };
    for (int i = 0; i < SETTLE_TRIES; i++) {
        struct key_command settle = { .command = { .run = settle_key, .cx = *a->cx }, .asked = a };
        if (!command_wait(a->front->app, &settle.command))
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

static void run_keyed_story(struct asked *a)
{
    struct key_command k = { .command = { .run = claim_key, .cx = *a->cx }, .asked = a };
    a->result = command_wait(a->front->app, &k.command);
    if (a->result)
        return;
    if (k.found != IDEM_NEW) {
        a->result = replay(a, k.found);
        return;
    }
    a->result = tell_story(a);
    if (worth_keeping(a)) {
        struct buf own;
        buf_init(&own, FRONT_ANSWER_MAX);
        a->scratch = &own;
        front_encode(a);
        a->keep = true;
        buf_free(&own);
    }
    if (settle(a))
        return;
    LOG(LOG_ERROR, "the answer to an idempotency key could not be kept", lf_s("path", a->http->path), lf_i("user", a->cx->actor.user));
    a->keep = false;                         /* dropping needs no database: whoever asks again is not told for ever that it is under way */
    (void)settle(a);
}

struct record_command {       /* a story's line in the audit log, written when its outcome is known */
    struct command command;
    const struct asked *asked;
};

static err record_story(struct command *c)
{
    const struct asked *a = ((struct record_command *)c)->asked;
    record(&c->cx, a, a->result ? err_kind(a->result)->status : a->routed->route->status);
    return OK;
}

/* What was wrong with the request itself has changed nothing; anything else may have. What is refused to nobody in particular anybody may ask for,
 * as often as they like. */
static bool worth_recording(const struct asked *a)
{
    return a->audited && (a->result == OK || (a->cx->actor.user && (a->result == ERR_CONFLICT || err_kind(a->result)->status >= 500)));
}

static void run_story(struct asked *a)
{
    if (a->key.given)
        run_keyed_story(a);
    else
        a->result = tell_story(a);
    if (!worth_recording(a))
        return;
    struct record_command r = { .command = { .run = record_story, .cx = *a->cx }, .asked = a };
    if (command_wait(a->front->app, &r.command))
        LOG(LOG_ERROR, "the audit log misses a line", lf_s("path", a->http->path), lf_i("user", a->cx->actor.user));
}

static void run_work(struct work *w)
{
    struct asked *a = (struct asked *)((char *)w - offsetof(struct asked, work));
    if (a->call->kind == CALL_STORY)
        run_story(a);
    else
        a->result = call_run(a->cx, a->call, a->in, a->out);
    hand_back(a);
}

static void run_elsewhere(struct work *w)
{
    struct asked *a = (struct asked *)((char *)w - offsetof(struct asked, work));
    forward_run(a);
    hand_back(a);
}

/* ---- a request arrives (loop thread) ---- */

static struct workers *pool_of(const struct asked *a)
{
    const struct app *app = a->front->app;
    if (a->call->kind == CALL_READ)
        return app->readers;
    return a->routed->route->flags & HASHES ? app->hashers : app->workers;
}

static err dispatch(struct asked *a)
{
    switch (a->call->kind) {
    case CALL_MEMORY:
        a->result = a->call->fn(a->cx, *a->routed->self, a->in, a->out);
        answer(a);
        return OK;
    case CALL_COMMAND:
        queue_command(a);
        return OK;
    case CALL_READ:
    case CALL_STORY:
        a->work.run = run_work;
        return workers_submit(pool_of(a), &a->work) ? OK : queue_is_full(a);
    }
    return ERR_INTERNAL;
}

static err dispatch_elsewhere(struct asked *a)
{
    if (a->routed->route->stream)
        return fail(a->cx, ERR_UNAVAILABLE, NULL, "This stream is not offered here.", "여기에서는 제공되지 않는 스트림입니다.");
    a->work.run = run_elsewhere;
    return workers_submit(a->front->app->workers, &a->work) ? OK : queue_is_full(a);
}

static err not_routed(struct asked *a)
{
    if (!a->allow.n)
        return fail(a->cx, ERR_MISSING, NULL, "There is nothing at this address.", "이 주소에는 아무것도 없습니다.");
    return fail(a->cx, ERR_METHOD, NULL, "This address does not know this method.", "이 주소에서 지원하지 않는 메서드입니다.");
}

/* A route that no table has. */
static const struct route *route_beyond(const struct front *f, struct str method, struct str path, size_t *ret_service, struct str *ret_allow)
{
    for (size_t i = 0; i < f->app->service_count; i++) {
        const struct service *s = f->app->o.services[i];
        const struct route *r = s->find ? s->find(f->app->selves[i], method, path, ret_allow) : NULL;
        *ret_service = i;
        if (r)
            return r;
    }
    return NULL;
}

static const struct routed *routed_beyond(struct asked *a)
{
    struct app *app = a->front->app;
    size_t i;
    const struct route *r = route_beyond(a->front, a->http->method, a->http->path, &i, &a->allow);
    if (!r)
        return NULL;
    struct routed *row = NEW(a->http->arena, struct routed);
    *row = (struct routed){ .route = r, .service = app->o.services[i], .self = &app->selves[i] };
    return row;
}

static void start(struct asked *a)
{
    err e = front_prepare(a);
    if (!e && a->routed->away)
        e = dispatch_elsewhere(a);
    else if (!e)
        e = a->routed->route->stream ? a->routed->route->stream(a->cx, *a->routed->self, a->in, a->http) : dispatch(a);
    if (e)
        refuse(a, e);
}

/* What is in memory is the truth only in the process that has the database. */
static bool serves(const struct front *f)
{
    return atomic_load_explicit(&f->app->serving, memory_order_acquire) && db_owns(f->app->db);
}

static err stands_by(struct asked *a)
{
    return fail(a->cx, ERR_UNAVAILABLE, "standby", "Another process serves now; please try again in a moment.",
                "지금은 다른 프로세스가 처리하고 있습니다. 잠시 후 다시 시도해 주세요.");
}

static void handle(void *self, struct http_request *r)
{
    struct front *f = self;
    struct path_params params;
    struct asked *a = NEW(r->arena, struct asked);
    struct to_loop *l = &f->loops[http_loop_index(r->loop)];
    a->front = f;
    a->http = r;
    a->task.run = answer_task;
    a->cx = &a->own_cx;
    a->scratch = &l->scratch;
    a->own_cx = (struct ctx){ .arena = r->arena, .app = f->app, .rng = &l->rng, .now = clock_now(&f->app->clock), .peer = r->peer,
                                .lang = front_lang(r) };
    a->routed = router_find(f->router, r->arena, r->method, r->path, &params, &a->allow);
    if (!a->routed && !a->allow.n)
        a->routed = routed_beyond(a);
    if (a->routed && !f->open && (a->routed->route->flags & (NEED_USER | MAY_USER)))
        a->routed = NULL;                    /* only by way of the process that knows who asks */
    if (!a->routed) {
        if (!a->allow.n && front_page(f, r))
            return;
        refuse(a, not_routed(a));
        return;
    }
    if (!serves(f) && !(a->routed->route->flags & STANDS_BY)) {
        refuse(a, stands_by(a));
        return;
    }
    a->params = &params;
    start(a);
}

void front_take(struct asked *a)
{
    struct path_params params;
    a->task.run = answer_task;
    a->cx = &a->own_cx;
    a->scratch = forward_scratch(a);
    a->routed = router_find(a->front->router, a->http->arena, a->http->method, a->http->path, &params, &a->allow);
    a->params = &params;
    if (!a->routed || a->routed->away || a->routed->route->stream)
        refuse(a, not_routed(a));            /* two versions of the program */
    else
        start(a);
}

static size_t body_max(void *self, struct str method, struct str path)
{
    struct front *f = self;
    struct path_params params;
    size_t service;
    const struct routed *row = router_find(f->router, NULL, method, path, &params, NULL);
    const struct route *route = row ? row->route : route_beyond(f, method, path, &service, NULL);
    return route && route->body_max ? route->body_max : BODY_MAX;
}

static void tick(void *self, struct http_loop *loop)
{
    struct front *f = self;
    for (size_t i = 0; i < f->app->service_count && atomic_load_explicit(&f->app->serving, memory_order_acquire); i++)
        if (f->app->o.services[i]->tick)
            f->app->o.services[i]->tick(f->app->selves[i], loop);
}

const struct http_app *front_http(struct front *f)
{
    f->http = (struct http_app){ .self = f, .handle = handle, .body_max = body_max, .turn = turn, .tick = tick };
    return &f->http;
}
