/* What happens to a request before its call runs: who asks, may they, and what do they ask. */
#include <stdlib.h>

#include "platform/call/front_impl.h"
#include "platform/obs/log.h"

#define IDEMPOTENCY_KEY_MAX 255

/* A limited token goes only where its scope is named. */
static err check_scope(struct asked *a)
{
    const struct route *r = a->routed->route;
    bool reads = str_eq(a->http->method, S("GET")) || str_eq(a->http->method, S("HEAD"));
    unsigned needed = r->flags & ENROLS ? SCOPE_ENROL : reads ? a->routed->service->scope_read : a->routed->service->scope_write;
    unsigned has = a->cx->actor.scopes;
    if (!has || (has & needed))
        return OK;
    if (has & SCOPE_ENROL)
        return fail(a->cx, ERR_DENIED, "second_factor_needed", "Set up a second factor first: this account has to have one.",
                    "이 계정에는 2단계 인증이 필요합니다. 먼저 설정해 주세요.");
    return fail(a->cx, ERR_DENIED, "scope_missing", "This API key is not for that.", "이 API 키로는 할 수 없는 작업입니다.");
}

static err identify(struct asked *a)
{
    const struct route *route = a->routed->route;
    struct app *app = a->front->app;
    struct str header = http_header(a->http, S("authorization"));
    if (!(route->flags & (NEED_USER | MAY_USER)) || (!header.p && !(route->flags & NEED_USER)))
        return OK;
    err e = ERR_WHO;
    if (header.n > 7 && str_eq_nocase(str_of(header.p, 7), S("bearer ")))
        e = app->o.authenticate(app_self(app, app->o.auth), a->cx, str_of(header.p + 7, header.n - 7));
    if (e == ERR_WHO && (route->flags & NEED_USER))
        return fail(a->cx, ERR_WHO, NULL, "Please sign in.", "로그인해 주세요.");
    if (!e)
        e = check_scope(a);
    if (e && !(route->flags & NEED_USER)) {
        fail_clear(a->cx);
        a->cx->actor = (struct actor){ 0 };
        return OK;
    }
    if (e)
        return e;
    if (route->roles && !actor_has(a->cx, route->roles))
        return fail(a->cx, ERR_DENIED, NULL, "Your account may not do this.", "이 작업을 할 권한이 없습니다.");
    return OK;
}

static struct str path_value(const struct path_params *params, const char *name)
{
    for (size_t i = 0; i < params->n; i++)
        if (str_eq(params->name[i], str_c(name)))
            return params->value[i];
    return (struct str){ 0 };
}

/* Header fields are named as in the table ("Queue-Pass"); the request has them in lower case. */
static struct str header_value(const struct http_request *r, const char *name)
{
    for (size_t i = 0; i < r->header_count; i++)
        if (str_eq_nocase(r->headers[i].name, str_c(name)))
            return r->headers[i].value;
    return (struct str){ 0 };
}

/* Not a body field: from the path, the query or a header. An id in the path that is no id at all belongs to nothing: 404. */
static err decode_outside(struct asked *a, const struct field *f)
{
    struct str value = { 0 };
    int times = 0;
    switch (f->from) {
    case FROM_BODY: return OK;
    case FROM_PATH: value = path_value(a->params, f->name); break;
    case FROM_QUERY: value = http_query(a->http, str_c(f->name), &times); break;
    case FROM_HEADER: value = header_value(a->http, f->name); break;
    }
    if (times > 1)
        return fail_field(a->cx, str_c(f->name), "is given twice", "두 번 주어졌습니다");
    if (!value.p) {
        if (f->optional)
            return OK;
        return fail_field(a->cx, str_c(f->name), "is missing", "필수 항목입니다");
    }
    int64_t id;
    if (f->from == FROM_PATH && f->type == F_ID && !id_decode(&a->front->app->keys.ids, f->id, value, &id))
        return fail(a->cx, ERR_MISSING, NULL, "There is nothing at this address.", "이 주소에는 아무것도 없습니다.");
    return field_decode_text(a->cx, f, &a->front->app->keys.ids, value, a->in);
}

/* A misspelt parameter must not silently mean "all". */
static err check_query(struct asked *a, const struct fields *in)
{
    if (a->routed->route->flags & ANY_QUERY)
        return OK;
    struct str rest = a->http->query;
    err e = OK;
    while (rest.n) {
        struct str pair = str_cut(&rest, '&');
        bool known = !pair.n;                /* "a=1&&b=2" */
        struct str name = str_cut(&pair, '=');
        for (size_t i = 0; in && i < in->n && !known; i++)
            known = in->at[i].from == FROM_QUERY && str_eq(name, str_c(in->at[i].name));
        if (!known)
            e = fail_field(a->cx, name, "is not known here", "알 수 없는 매개변수입니다");
    }
    return e;
}

static err decode(struct asked *a)
{
    const struct route *route = a->routed->route;
    if (route->flags & PASSED_ON)
        return OK;
    const struct fields *in = route->call ? route->call->in : NULL;
    static const struct fields nothing = { .name = "Nothing" };
    err result = check_query(a, in);
    if (in) {
        a->in = arena_take(a->http->arena, in->size);
        for (size_t i = 0; i < in->n; i++) {
            err e = decode_outside(a, &in->at[i]);
            if (e == ERR_MISSING)
                return e;
            if (e)
                result = e;
        }
    }
    if (route->flags & RAW_BODY) {
        ((struct raw_in *)a->in)->body = a->http->body;
        if (route->flags & ANY_QUERY)
            ((struct raw_query_in *)a->in)->query = a->http->query;
        return result;
    }
    bool reads = !str_eq(a->http->method, S("GET")) && !str_eq(a->http->method, S("HEAD"));
    if (reads || a->http->body.n) {
        err e = fields_decode(a->cx, in ? in : &nothing, &a->front->app->keys.ids, a->http->body.n ? a->http->body : S("{}"), a->in);
        if (e)
            result = e;
    }
    return result;
}

static err idempotency_key(struct asked *a)
{
    if (!(a->routed->route->flags & IDEMPOTENT))
        return OK;
    struct str key = http_header(a->http, S("idempotency-key"));
    if (!key.p)
        return OK;
    bool clean = key.n >= 1 && key.n <= IDEMPOTENCY_KEY_MAX;
    for (size_t i = 0; i < key.n && clean; i++)
        clean = key.p[i] > 0x20 && key.p[i] < 0x7f;
    if (!clean)
        return fail_field(a->cx, S("Idempotency-Key"), "must have 1 to 255 visible ASCII characters", "1~255자의 ASCII 문자여야 합니다");
    idem_key_make(a->front->app->idem, a->cx->actor.user, a->routed->route, a->http->path, key, a->http->body, &a->key);
    return OK;
}

err front_prepare(struct asked *a)
{
    const struct shortcut *shortcut = a->routed->shortcut;
    const struct call *call = a->call = a->routed->route->call;
    err e = a->origin ? OK : identify(a);    /* who has forwarded it has looked at both */
    if (!e && !a->origin)
        e = front_read_pass(a);
    if (!e)
        e = decode(a);
    if (!e)
        e = idempotency_key(a);
    a->audited = trail_wants(a->routed->route);
    if (a->audited && a->params->n)
        a->object = a->params->value[0];
    if (!e && call)
        a->out = arena_take(a->http->arena, call->out ? call->out->size : sizeof(struct raw_out));
    if (!e && shortcut && shortcut->simple(a->in))
        a->call = shortcut->command;
    return e;
}

/* The first of the two languages that Accept-Language names, by its q values (RFC 9110, 12.5.4); English when it names neither. */
enum lang front_lang(const struct http_request *r)
{
    struct str rest = http_header(r, S("accept-language"));
    enum lang best = LANG_EN;
    double best_q = 0;
    while (rest.n) {
        struct str item = str_cut(&rest, ',');
        struct str tag = str_trim(str_cut(&item, ';'));
        struct str q_text = str_trim(item);
        double q = 1;
        if (q_text.n > 2 && q_text.n < 8 && str_starts(q_text, S("q="))) {
            char digits[8] = { 0 };
            memcpy(digits, q_text.p + 2, q_text.n - 2);
            q = strtod(digits, NULL);
        }
        struct str primary = str_of(tag.p, tag.n >= 2 && (tag.n == 2 || tag.p[2] == '-') ? 2 : 0);
        bool ko = str_eq_nocase(primary, S("ko")), en = str_eq_nocase(primary, S("en"));
        if ((ko || en) && q > best_q) {
            best = ko ? LANG_KO : LANG_EN;
            best_q = q;
        }
    }
    return best;
}

/* Any path that is not the API's is a page of the client, which finds its own way. */
bool front_page(struct front *f, struct http_request *r)
{
    const struct http_assets *assets = f->app->o.assets;
    bool get = str_eq(r->method, S("GET")) || str_eq(r->method, S("HEAD"));
    if (!assets || !get || str_starts(r->path, S("/api/")) || str_starts(r->path, S("/health/")))
        return false;
    if (http_asset_answer(r, assets, str_eq(r->path, S("/docs")) ? S("/docs.html") : r->path))
        return true;
    if (str_starts(r->path, S("/assets/")))
        return false;
    return http_asset_answer(r, assets, S("/index.html"));
}
