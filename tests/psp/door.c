/* Where requests come in and answers leave: finds the route, knows the merchant by the key, repeats what was answered under an idempotency key,
 * and holds back or loses the answers that a fault profile wants late or not at all. */
#include "psp.h"

#include <sodium.h>
#include <time.h>

#include "platform/crypto/crypto.h"

static const size_t key_max[VENDORS] = { [TOSS] = 300, [STRIPE] = 255 };         /* characters of an idempotency key */

struct saved {                /* what was answered under an idempotency key */
    uint64_t print;           /* of method, path and body */
    bool busy;                /* its answer is held back */
    int status;
    struct str body;
};

static const struct http_header json_headers[] = { { { "cache-control", 13 }, { "no-store", 8 } } };

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* ---- answers ---- */

static struct http_reply reply_of(struct ask *a)
{
    struct http_header *headers = NEW_ARRAY(a->arena, struct http_header, 4);
    size_t n = 1;
    headers[0] = json_headers[0];
    if (a->location.n)
        headers[n++] = (struct http_header){ S("Location"), a->location };
    if (a->replayed)
        headers[n++] = (struct http_header){ S("Idempotent-Replayed"), S("true") };
    if (a->status == 429)
        headers[n++] = (struct http_header){ S("Retry-After"), S("1") };
    return (struct http_reply){ .status = a->status, .content_type = a->type, .headers = headers, .header_count = n,
                                .body = arena_str(a->arena, buf_view(a->out)) };
}

static void held_end(struct held *held)
{
    struct held **at = &held->psp->held;
    while (held->listed && *at != held)
        at = &(*at)->next;
    if (held->listed)
        *at = held->next;
    if (held->saved)
        held->saved->busy = false;
    if (held->lost)
        http_drop(held->request);
    else
        http_answer(held->request, &held->reply);
}

/* The webhook has been there, or has been tried once. */
static void held_run(struct http_task *task)
{
    held_end((struct held *)task);
}

static void hold(struct ask *a, struct saved *saved)
{
    struct psp *p = a->psp;
    struct held *held = a->held ? a->held : NEW(a->arena, struct held);
    held->psp = p;
    held->request = a->request;
    held->saved = saved;
    held->lost = a->fate == FATE_LOST;
    held->task.run = held_run;
    if (!held->lost)
        held->reply = reply_of(a);
    if (saved)
        saved->busy = true;
    if (a->fate == FATE_AFTER_WEBHOOK)
        return;
    held->listed = true;
    held->due_us = now_us() + (p->profile->service == SERVICE_DOWN ? 0 : p->hold_ms * 1000);
    held->next = p->held;
    p->held = held;
}

static void held_due(struct psp *p)
{
    int64_t now = now_us();
    for (struct held *held = p->held, *next; held; held = next) {
        next = held->next;
        if (held->due_us <= now)
            held_end(held);
    }
}

/* ---- idempotency ---- */

static uint64_t print_of(const struct http_request *r)
{
    return str_hash(r->method) ^ str_hash(r->path) * 3 ^ str_hash(r->body) * 7;
}

static struct saved *saved_find(struct ask *a)
{
    return map_ptr(&a->psp->saved, str_hash(a->idempotency_key) * 31 + (uint64_t)a->merchant);
}

static struct saved *saved_make(struct ask *a)
{
    struct psp *p = a->psp;
    struct saved *s = NEW(p->book.arena, struct saved);
    *s = (struct saved){ .print = print_of(a->request), .status = a->status, .body = psp_keep(p, buf_view(a->out)) };
    map_put_ptr(&p->saved, str_hash(a->idempotency_key) * 31 + (uint64_t)a->merchant, s);
    return s;
}

static bool key_too_long(struct ask *a, enum vendor vendor)
{
    if (a->idempotency_key.n <= key_max[vendor])
        return false;
    if (vendor == TOSS)
        toss_refuse(a, 400, "INVALID_IDEMPOTENCY_KEY", "멱등키는 300자 이하여야 합니다.");
    else
        stripe_refuse(a, 400, "idempotency_error", NULL, NULL, "Idempotency keys have at most 255 characters.");
    return true;
}

/* The key was used before: answers, and true. */
static bool repeat(struct ask *a, enum vendor vendor)
{
    const struct saved *s = a->idempotency_key.n ? saved_find(a) : NULL;
    a->unsaved |= s != NULL;
    if (!s)
        return false;
    if (s->busy && vendor == TOSS)
        toss_refuse(a, 409, "IDEMPOTENT_REQUEST_PROCESSING", "이전 멱등 요청이 처리중입니다.");
    else if (s->busy)
        stripe_refuse(a, 409, "idempotency_error", "idempotency_key_in_use", NULL,
                      "There is currently another in-progress request using this idempotency key.");
    else if (vendor == STRIPE && s->print != print_of(a->request))
        stripe_refuse(a, 400, "idempotency_error", NULL, NULL,
                      "Keys for idempotent requests can only be used with the same parameters they were first used with.");
    else {
        a->status = s->status;
        a->replayed = vendor == STRIPE;
        buf_str(a->out, s->body);
        a->psp->replayed++;
    }
    return true;
}

/* ---- who asks ---- */

static struct str basic_user(struct ask *a, struct str encoded)
{
    char *text = arena_take(a->arena, encoded.n + 1);
    size_t n;
    if (sodium_base642bin((unsigned char *)text, encoded.n, encoded.p, encoded.n, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL) != 0 || !n)
        return (struct str){ 0 };
    return text[n - 1] == ':' ? str_of(text, n - 1) : (struct str){ 0 };
}

static bool know(struct ask *a, enum vendor vendor)
{
    struct str header = http_header(a->request, S("authorization")), key = { 0 };
    if (vendor == TOSS && str_starts(header, S("Basic ")))
        key = basic_user(a, str_of(header.p + 6, header.n - 6));
    if (vendor == STRIPE && str_starts(header, S("Bearer ")))
        key = str_of(header.p + 7, header.n - 7);
    for (int i = 0; i < a->psp->merchants; i++)
        if (key.n == a->psp->keys[i].n && crypto_equal(key.p, a->psp->keys[i].p, key.n)) {
            a->merchant = i + 1;
            return true;
        }
    if (vendor == TOSS)
        toss_refuse(a, 401, "UNAUTHORIZED_KEY", "인증되지 않은 시크릿 키 혹은 클라이언트 키 입니다.");
    else
        stripe_refuse(a, 401, "invalid_request_error", NULL, NULL, "Invalid API Key provided.");
    return false;
}

/* More calls in this second than --rate? */
static bool too_many(struct ask *a, enum vendor vendor)
{
    struct psp *p = a->psp;
    int64_t second = now_us() / 1000000;
    if (p->pace.second != second) {
        p->pace.second = second;
        p->pace.calls = 0;
    }
    if (p->profile->service != SERVICE_THROTTLED || ++p->pace.calls <= p->rate)
        return false;
    p->throttled++;
    a->unsaved = true;
    if (vendor == TOSS)
        toss_refuse(a, 429, "TOO_MANY_REQUESTS", "너무 많은 요청이 발생했습니다. 잠시 후 다시 시도해주세요.");
    else
        stripe_refuse(a, 429, "invalid_request_error", "rate_limit", NULL, "Request rate limit exceeded.");
    return true;
}

/* ---- routes ---- */

static bool route_fits(const struct route *route, struct ask *a)
{
    struct str pattern = str_c(route->path), path = a->request->path;
    int n = 0;
    if (!str_eq(a->request->method, str_c(route->method)))
        return false;
    while (pattern.p && path.p) {
        struct str want = str_cut(&pattern, '/'), is = str_cut(&path, '/');
        if (str_eq(want, S("{}")) && is.n)
            a->param[n++] = is;
        else if (!str_eq(want, is))
            return false;
    }
    return !pattern.p && !path.p;
}

static const struct route *route_find(const struct route *routes, struct ask *a)
{
    for (; routes->method; routes++)
        if (route_fits(routes, a))
            return routes;
    return NULL;
}

/* Stripe's parameters, of the query or of the body: all must be known. */
static bool read_form(struct ask *a, const struct route *route)
{
    const struct form_pair *stranger;
    struct str text = str_eq(a->request->method, S("POST")) ? a->request->body : a->request->query;
    if (!form_read(a->arena, text, &a->form)) {
        stripe_refuse(a, 400, "invalid_request_error", NULL, NULL, "The request is no well-formed form.");
        return false;
    }
    stranger = form_stranger(&a->form, route->params);
    if (!stranger)
        return true;
    stripe_refuse(a, 400, "invalid_request_error", "parameter_unknown", arena_str(a->arena, stranger->name).p,
                  arena_fmt(a->arena, "Received unknown parameter: %.*s", STR_ARG(stranger->name)).p);
    return false;
}

static void ask_vendor(struct ask *a, enum vendor vendor, const struct route *route)
{
    struct psp *p = a->psp;
    p->calls[vendor]++;
    if (p->profile->service == SERVICE_SLOW)
        a->fate = FATE_LATE;
    a->idempotency_key = str_eq(a->request->method, S("POST")) ? http_header(a->request, S("idempotency-key")) : (struct str){ 0 };
    if (too_many(a, vendor) || !know(a, vendor)) {
        a->unsaved = true;
        return;
    }
    if (key_too_long(a, vendor))
        return;
    if (vendor == TOSS && a->idempotency_key.n)           /* a key counts for its path; with Stripe for all calls */
        a->idempotency_key = arena_fmt(a->arena, "%.*s %.*s", STR_ARG(a->idempotency_key), STR_ARG(a->request->path));
    if (repeat(a, vendor))
        return;
    if (vendor == TOSS || read_form(a, route))
        route->handle(a);
}

static void finish(struct ask *a)
{
    bool refused = a->status == 400 || a->status == 401 || a->status == 409 || a->status == 429;
    bool unsure = a->status == 500 && a->form.at == NULL;     /* Stripe repeats even these, Toss does the work of finding out */
    struct saved *saved = NULL;
    if (a->idempotency_key.n && !a->unsaved && !refused && !unsure)
        saved = saved_make(a);
    ASSERT(!a->out->full);
    if (a->fate == FATE_ANSWER) {
        struct http_reply reply = reply_of(a);
        http_answer(a->request, &reply);
    } else {
        hold(a, saved);
    }
}

/* The simulator's own pages know no faults. */
static void dispatch(struct ask *a)
{
    static const struct { const struct route *routes; enum vendor vendor; } doors[] = {
        { control_routes, VENDORS }, { page_routes, VENDORS }, { toss_routes, TOSS }, { stripe_routes, STRIPE },
    };
    for (size_t i = 0; i < COUNT(doors); i++) {
        const struct route *route = route_find(doors[i].routes, a);
        if (!route)
            continue;
        if (doors[i].vendor == VENDORS)
            route->handle(a);
        else if (a->psp->profile->service == SERVICE_DOWN)
            a->fate = FATE_LOST;
        else
            ask_vendor(a, doors[i].vendor, route);
        return;
    }
    stripe_refuse(a, 404, "invalid_request_error", "url_invalid", NULL, "Unrecognized request URL.");
}

static void on_request(void *self, struct http_request *r)
{
    struct psp *p = self;
    struct ask a = { .psp = p, .request = r, .arena = r->arena, .out = &p->out, .status = 200, .type = S("application/json") };
    buf_clear(&p->out);
    dispatch(&a);
    finish(&a);
}

static void on_tick(void *self, struct http_loop *l)
{
    (void)l;
    held_due(self);
    psp_age(self, false);
}

static size_t body_max(void *self, struct str method, struct str path)
{
    (void)self;
    (void)method;
    (void)path;
    return (size_t)64 * 1024;
}

const struct http_app door_app = { .handle = on_request, .body_max = body_max, .tick = on_tick };
