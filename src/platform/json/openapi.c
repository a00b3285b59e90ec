/* Three parts: the paths, the schemas of all tables that the paths reach, and what all paths share. Schemas are collected first, since a table
 * that is part of any request must say so wherever else it is used. */
#include "platform/json/openapi.h"

#include <stdio.h>

#include "platform/json/build.h"
#include "platform/json/schema.h"
#include "platform/json/table.h"
#include "platform/obs/log.h"

#define SCHEMA_MAX (256 * 1024)

struct schema {
    const struct fields *f;
    bool request;                 /* part of a request */
    struct schema *next;
};

struct writer {
    struct buf *out;
    struct arena *arena;
    const struct openapi *doc;
    struct schema *schemas, **tail;
};

/* ---- the documents of all failures ---- */

static const struct field field_error_rows[] = {
    { .name = "field", .type = F_STR, .help = "path of what is wrong, such as seats[2] or prices.VIP.amount" },
    { .name = "message", .type = F_STR, .help = "what is wrong with it, for people" },
};
static const struct fields field_error_fields = { "FieldError", 0, field_error_rows, 2 };

static const struct field problem_rows[] = {
    { .name = "type", .type = F_STR, .help = "urn:takenseat:problem: and the code" },
    { .name = "title", .type = F_STR, .help = "kind of failure, for people" },
    { .name = "status", .type = F_INT, .help = "the HTTP status again" },
    { .name = "code", .type = F_STR, .help = "stable word for programs" },
    { .name = "detail", .type = F_STR, .help = "what happened, for people" },
    { .name = "errors", .type = F_LIST, .of = &field_error_fields, .help = "one entry a fault of the request" },
};
static const struct fields problem_fields = { "Problem", 0, problem_rows, 6 };

/* ---- which tables are needed ---- */

static struct schema *schema_find(const struct writer *w, const char *of_name)
{
    for (struct schema *s = w->schemas; s; s = s->next)
        if (strcmp(s->f->name, of_name) == 0)
            return s;
    return NULL;
}

static struct str schema_text(struct writer *w, const struct fields *f)
{
    struct buf b;
    buf_init(&b, SCHEMA_MAX);
    schema_write(&b, f, true);
    ASSERT(!b.full);
    struct str s = arena_str(w->arena, buf_view(&b));
    buf_free(&b);
    return s;
}

static void collect(struct writer *w, const struct fields *f, bool request);

static void collect_rows(struct writer *w, const struct fields *f, bool request)
{
    for (const struct field *row = f->at; row < f->at + f->n; row++) {
        if (row->type == F_MONEY)
            collect(w, &money_fields, request);
        else if (row->from == FROM_BODY && row->of)
            collect(w, row->of, request);
    }
}

static void collect(struct writer *w, const struct fields *f, bool request)
{
    if (fields_plain(f)) {
        collect_rows(w, f, request);
        return;
    }
    struct schema *s = schema_find(w, f->name);
    if (s && s->f != f && !str_eq(schema_text(w, s->f), schema_text(w, f)))
        panic(__FILE__, __LINE__, f->name);          /* two tables of this name differ */
    if (s && (s->request || !request))
        return;
    if (!s) {
        s = *w->tail = NEW(w->arena, struct schema);
        w->tail = &s->next;
        s->f = f;
    }
    s->request = request;
    collect_rows(w, f, request);
}

static bool has_body(const struct call *c)
{
    for (size_t i = 0; c->in && i < c->in->n; i++)
        if (c->in->at[i].from == FROM_BODY)
            return true;
    return false;
}

static const struct raw_answer *raw_find(const struct openapi *doc, const struct call *c)
{
    for (const struct service *const *service = doc->services; *service; service++)
        for (const struct raw_answer *r = (*service)->raw_answers; r && r->call; r++)
            if (r->call == c)
                return r;
    return NULL;
}

static const struct taking *taking_find(const struct openapi *doc, const struct call *c)
{
    for (const struct service *const *service = doc->services; *service; service++)
        for (const struct taking *t = (*service)->takings; t && t->call; t++)
            if (t->call == c)
                return t;
    return NULL;
}

static void collect_route(struct writer *w, const struct route *r)
{
    const struct raw_answer *raw = raw_find(w->doc, r->call);
    if (has_body(r->call))
        collect(w, r->call->in, true);
    if (r->call->out)
        collect(w, r->call->out, false);
    if (raw && raw->of)
        collect(w, raw->of, false);
}

/* ---- one operation ---- */

static const char *const role_words[] = { "CUSTOMER", "PRODUCER", "STAFF", "MANAGER", "ADMIN", NULL };

static void write_description(struct writer *w, const struct route *r)
{
    struct str s = S("Public.");
    if (r->roles) {
        struct str all = { 0 };
        for (int i = 0; role_words[i]; i++)
            if (r->roles & 1u << i)
                all = arena_fmt(w->arena, "%.*s%s%s", STR_ARG(all), all.n ? ", " : "", role_words[i]);
        s = arena_fmt(w->arena, "Needs a role: %.*s.", STR_ARG(all));
    } else if (r->flags & NEED_USER) {
        s = S("Needs a signed-in user.");
    } else if (r->flags & BASIC_AUTH) {
        s = S("For machines of the operator: from a private network, or with the name and the password of the settings.");
    } else if (r->flags & MAY_USER) {
        s = S("Public; a signed-in user may be told more.");
    }
    json_name(w->out, "description");
    if (r->flags & IDEMPOTENT)
        s = arena_fmt(w->arena, "%.*s With an Idempotency-Key it may be sent again safely.", STR_ARG(s));
    json_write_str(w->out, s);
}

static void write_parameter(struct buf *out, const struct field *row)
{
    static const char *const places[] = { [FROM_PATH] = "path", [FROM_QUERY] = "query", [FROM_HEADER] = "header" };
    json_comma(out);
    buf_char(out, '{');
    json_text(out, "name", row->name);
    json_text(out, "in", places[row->from]);
    if (row->from == FROM_PATH || !row->optional)
        json_true(out, "required");
    if (row->help || row->rule)
        json_text(out, "description", row->help ? row->help : row->rule->en);
    if (row->type == F_FLAGS) {
        json_text(out, "style", "form");
        json_name(out, "explode");
        buf_str(out, S("false"));
    }
    json_begin(out, "schema");
    struct field bare = *row;
    bare.help = NULL;
    schema_write_row(out, &bare, true);
    buf_str(out, S("}}"));
}

static void write_shared_parameter(struct buf *out, const char *which)
{
    json_comma(out);
    buf_char(out, '{');
    schema_reference(out, "parameters", which);
    buf_char(out, '}');
}

/* Headers that OpenAPI knows by what they mean: content and security. */
static bool told_elsewhere(const struct field *row)
{
    struct str name = str_c(row->name);
    return row->from == FROM_HEADER && (str_eq(name, S("Accept")) || str_eq(name, S("Content-Type")) || str_eq(name, S("Authorization")));
}

static void write_parameters(struct writer *w, const struct route *r)
{
    struct buf *out = w->out;
    const struct fields *in = r->call->in;
    const struct taking *taking = taking_find(w->doc, r->call);
    bool passes = taking && !taking->exempt;
    json_begin_list(out, "parameters");
    for (size_t i = 0; in && i < in->n; i++)
        if (in->at[i].from != FROM_BODY && !told_elsewhere(&in->at[i]))
            write_parameter(out, &in->at[i]);
    if (r->flags & IDEMPOTENT)
        write_shared_parameter(out, "idempotency_key");
    if (passes)
        write_shared_parameter(out, "queue_pass");
    if (passes || (r->flags & PROVES))
        write_shared_parameter(out, "device_proof");
    write_shared_parameter(out, "accept_language");
    buf_char(out, ']');
}

/* What of the waiting room's pass a call asks: "required", while a room is on, or why it does not. */
static void write_pass(struct writer *w, const struct route *r)
{
    const struct taking *t = taking_find(w->doc, r->call);
    if (!t)
        return;
    json_begin(w->out, "x-pass");
    json_text(w->out, t->exempt ? "exempt" : "required", t->exempt ? t->exempt : "while the schedule's waiting room is on");
    buf_char(w->out, '}');
}

/* "application/json":{"schema":{...}}; of NULL: any value. */
static void write_type(struct buf *out, const char *type, const struct fields *of)
{
    json_begin(out, type);
    json_begin(out, "schema");
    if (of)
        schema_reference(out, "schemas", of->name);
    else if (strcmp(type, "application/json") != 0)
        json_text(out, "type", "string");
    buf_str(out, S("}}"));
}

static void write_content(struct buf *out, const char *type, const char *other_type, const struct fields *of)
{
    json_begin(out, "content");
    write_type(out, type, of);
    if (other_type)
        write_type(out, other_type, NULL);
    buf_char(out, '}');
}

static const char *xml_too(const struct route *r)
{
    return r->flags & XML_TOO ? "application/xml" : NULL;
}

static void write_request_body(struct buf *out, const struct route *r)
{
    bool raw = r->flags & RAW_BODY;
    if (!raw && !has_body(r->call))
        return;
    bool must = raw;
    for (size_t i = 0; !raw && i < r->call->in->n; i++)
        must = must || schema_required(&r->call->in->at[i]);
    json_begin(out, "requestBody");
    if (must)
        json_true(out, "required");
    write_content(out, r->flags & BINARY_BODY ? "application/octet-stream" : "application/json", xml_too(r), raw ? NULL : r->call->in);
    buf_char(out, '}');
}

static void write_answer(struct writer *w, const struct route *r, int status, const struct raw_answer *raw)
{
    char text[12];
    struct buf *out = w->out;
    snprintf(text, sizeof(text), "%d", status);
    json_begin(out, text);
    json_text(out, "description", err_kind(OK)->title[LANG_EN]);
    if (r->stream)
        write_content(out, "text/event-stream", NULL, NULL);
    else if (r->call->out)
        write_content(out, "application/json", NULL, r->call->out);
    else if (status != 204 && (!raw || raw->content_type))
        write_content(out, raw ? raw->content_type : "application/json", xml_too(r), raw ? raw->of : NULL);
    buf_char(out, '}');
}

static void write_success(struct writer *w, const struct route *r)
{
    const struct raw_answer *raw = raw_find(w->doc, r->call);
    write_answer(w, r, r->status, raw);
    if (raw && raw->also)
        write_answer(w, r, raw->also, raw);
}

static bool names_things(const struct route *r)
{
    const struct fields *in = r->call->in;
    for (size_t i = 0; in && i < in->n; i++)
        if (in->at[i].type == F_ID)
            return true;
    return strchr(r->path, '{') != NULL;
}

/* Only what is passed on to another server ends so, and that has no place in the document. */
static bool of_gateway(err e)
{
    return e == ERR_UPSTREAM || e == ERR_LATE;
}

/* May a route fail in this way? */
static bool may_fail(const struct route *r, err e)
{
    bool reads = strcmp(r->method, "GET") == 0;
    switch (e) {
    case ERR_WHO:                            /* what changes things without a token proves who asks in another way */
        return (r->flags & (NEED_USER | BASIC_AUTH)) || !reads;
    case ERR_DENIED:
        return r->flags & (NEED_USER | BASIC_AUTH | PROVES);
    case ERR_MISSING:
        return names_things(r);
    case ERR_CONFLICT:
    case ERR_TOO_LARGE:
        return !reads;
    case ERR_MISMATCH:
        return r->flags & IDEMPOTENT;
    default:
        return e != OK && e != ERR_METHOD && e != ERR_INTERNAL && !of_gateway(e);
    }
}

static void write_responses(struct writer *w, const struct route *r)
{
    json_begin(w->out, "responses");
    write_success(w, r);
    for (int e = 0; e < ERR_COUNT; e++) {
        char status[8];
        if (!may_fail(r, (err)e))
            continue;
        snprintf(status, sizeof(status), "%d", err_kind((err)e)->status);
        json_begin(w->out, status);
        schema_reference(w->out, "responses", err_kind((err)e)->word);
        buf_char(w->out, '}');
    }
    buf_char(w->out, '}');
}

static void write_security(struct buf *out, const struct route *r)
{
    json_begin_list(out, "security");
    if (r->flags & (MAY_USER | NEED_USER))
        buf_str(out, S("{\"bearer\":[]}"));
    if (r->flags & MAY_USER)
        buf_str(out, S(",{}"));
    if (r->flags & BASIC_AUTH)
        buf_str(out, S("{\"basic\":[]},{}"));
    buf_char(out, ']');
}

/* ---- all operations ---- */

/* Goes through the routes that are shown, in the order of their services. */
struct walk {
    const struct service *const *service;
    size_t at;
    const char *tag;              /* service of the route given last */
};

static const struct route *walk_next(struct walk *w, unsigned without)
{
    for (; *w->service; w->service++, w->at = 0) {
        const struct route *routes = (*w->service)->routes;
        while (routes && routes[w->at].method) {
            const struct route *r = &routes[w->at++];
            w->tag = (*w->service)->name;
            if (!(r->flags & without))
                return r;
        }
    }
    return NULL;
}

/* An operation is named after its call; the second route of a call is numbered. */
static void write_operation_id(struct writer *w, const struct route *r)
{
    struct walk all = { .service = w->doc->services };
    int before = 0;
    for (const struct route *other = walk_next(&all, w->doc->without); other != r; other = walk_next(&all, w->doc->without))
        before += other->call == r->call;
    json_text(w->out, "operationId", before ? arena_fmt(w->arena, "%s_%d", r->call->name, before + 1).p : r->call->name);
}

static void write_operation(struct writer *w, const struct route *r, const char *tag)
{
    struct buf *out = w->out;
    char method[16] = "";
    for (size_t i = 0; r->method[i] && i + 1 < sizeof(method); i++)
        method[i] = (char)(r->method[i] | 0x20);
    json_begin(out, method);
    write_operation_id(w, r);
    json_text(out, "summary", r->call->help);
    write_description(w, r);
    json_begin_list(out, "tags");
    json_item(out, tag);
    buf_char(out, ']');
    write_security(out, r);
    write_parameters(w, r);
    write_pass(w, r);
    write_request_body(out, r);
    write_responses(w, r);
    buf_char(out, '}');
}

/* Routes of one path stand together, where the first one is. */
static void write_paths(struct writer *w)
{
    struct walk all = { .service = w->doc->services };
    json_begin(w->out, "paths");
    for (const struct route *r = walk_next(&all, w->doc->without); r; r = walk_next(&all, w->doc->without)) {
        struct walk again = { .service = w->doc->services };
        const struct route *first = walk_next(&again, w->doc->without);
        while (strcmp(first->path, r->path) != 0)
            first = walk_next(&again, w->doc->without);
        if (first != r)
            continue;
        json_begin(w->out, r->path);
        for (const struct route *same = r; same; same = walk_next(&again, w->doc->without))
            if (strcmp(same->path, r->path) == 0)
                write_operation(w, same, again.tag);
        buf_char(w->out, '}');
    }
    buf_char(w->out, '}');
}

/* ---- what all share ---- */

static void write_head(struct writer *w)
{
    struct buf *out = w->out;
    json_text(out, "openapi", "3.1.0");
    json_begin(out, "info");
    json_text(out, "title", w->doc->title);
    json_text(out, "version", w->doc->version);
    json_text(out, "description", w->doc->description);
    json_begin(out, "contact");
    json_text(out, "name", w->doc->title);
    buf_char(out, '}');
    json_begin(out, "license");
    json_text(out, "name", "MIT");
    json_text(out, "identifier", "MIT");
    buf_str(out, S("}}"));
    json_begin_list(out, "servers");
    buf_str(out, S("{\"url\":\"/\",\"description\":\"This server.\"}]"));
    json_begin_list(out, "tags");
    for (const struct service *const *s = w->doc->services; *s; s++) {
        if (!(*s)->routes || !(*s)->routes->method)
            continue;
        json_comma(out);
        buf_char(out, '{');
        json_text(out, "name", (*s)->name);
        json_text(out, "description", arena_fmt(w->arena, "What the %s service offers.", (*s)->name).p);
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

static void write_shared_parameters(struct buf *out)
{
    json_begin(out, "parameters");
    json_begin(out, "idempotency_key");
    json_text(out, "name", "Idempotency-Key");
    json_text(out, "in", "header");
    json_text(out, "description", "A word of the client's choice. The same word with the same body gives the same answer again; with another body 422.");
    buf_str(out, S(",\"schema\":{\"type\":\"string\",\"pattern\":\"^[!-~]{1,255}$\"}}"));
    json_begin(out, "queue_pass");
    json_text(out, "name", "Queue-Pass");
    json_text(out, "in", "header");
    json_text(out, "description", "The pass of the schedule's waiting room, while that is on.");
    buf_str(out, S(",\"schema\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":512}}"));
    json_begin(out, "device_proof");
    json_text(out, "name", "Device-Proof");
    json_text(out, "in", "header");
    json_text(out, "description", "KEY.TIME.NONCE.SIGNATURE by the device's P-256 key over this request: docs/passes.md.");
    buf_str(out, S(",\"schema\":{\"type\":\"string\",\"maxLength\":212,\"pattern\":\"^[\\\\w-]{86}[.][0-9]{1,15}[.][\\\\w-]{22}[.][\\\\w-]{86}$\"}}"));
    json_begin(out, "accept_language");
    json_text(out, "name", "Accept-Language");
    json_text(out, "in", "header");
    json_text(out, "description", "Language of titles, details and messages: ko or en.");
    buf_str(out, S(",\"schema\":{\"type\":\"string\",\"maxLength\":255,\"examples\":[\"ko\"]}}}"));
}

static void write_problems(struct buf *out)
{
    json_begin(out, "responses");
    for (int e = OK + 1; e < ERR_COUNT; e++) {
        const struct err_kind *kind = err_kind((err)e);
        if (e == ERR_INTERNAL || of_gateway((err)e))
            continue;             /* a bug, no part of the contract */
        json_begin(out, kind->word);
        json_text(out, "description", kind->title[LANG_EN]);
        if (kind->may_retry)
            buf_str(out, S(",\"headers\":{\"Retry-After\":{\"description\":\"Seconds to wait before the next try.\","
                           "\"schema\":{\"type\":\"integer\"}}}"));
        write_content(out, "application/problem+json", NULL, &problem_fields);
        buf_char(out, '}');
    }
    buf_char(out, '}');
}

static void write_components(struct writer *w)
{
    struct buf *out = w->out;
    json_begin(out, "components");
    json_begin(out, "securitySchemes");
    json_begin(out, "bearer");
    json_text(out, "type", "http");
    json_text(out, "scheme", "bearer");
    json_text(out, "bearerFormat", "JWT");
    buf_str(out, S("},\"basic\":{\"type\":\"http\",\"scheme\":\"basic\"}}"));
    write_shared_parameters(out);
    write_problems(out);
    json_begin(out, "schemas");
    for (const struct schema *s = w->schemas; s; s = s->next) {
        json_name(out, s->f->name);
        schema_write(out, s->f, s->request);
    }
    buf_str(out, S("}}"));
}

void openapi_write(struct buf *out, struct arena *arena, const struct openapi *doc)
{
    struct writer w = { .out = out, .arena = arena, .doc = doc };
    w.tail = &w.schemas;
    struct walk all = { .service = doc->services };
    for (const struct route *r = walk_next(&all, doc->without); r; r = walk_next(&all, doc->without))
        collect_route(&w, r);
    collect(&w, &problem_fields, false);

    buf_char(out, '{');
    write_head(&w);
    write_paths(&w);
    write_components(&w);
    buf_char(out, '}');
}
