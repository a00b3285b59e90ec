#include "platform/call/trail.h"

#include <stdlib.h>

#include "platform_sql.h"

#define BODY_MAX 1024         /* longer ones are documents: plans, pictures */

struct trail {
    struct sequence ids;
};

bool trail_wants(const struct route *r)
{
    return (r->roles || (r->flags & AUDITED)) && strcmp(r->method, "GET") != 0 && strcmp(r->method, "HEAD") != 0;
}

static bool has_secret(const struct fields *f)
{
    for (size_t i = 0; f && i < f->n; i++)
        if (f->at[i].secret || has_secret(f->at[i].of))
            return true;
    return false;
}

struct str trail_body(const struct route *r, struct str body)
{
    bool shown = body.n <= BODY_MAX && !(r->flags & RAW_BODY) && !has_secret(r->call->in);
    return shown ? body : (struct str){ 0 };
}

struct trail *trail_open(struct ctx *cx)
{
    struct trail *t = calloc(1, sizeof(*t));
    if (!t || sequence_load(cx, &platform_sql.trail_max, &t->ids))
        abort();
    return t;
}

void trail_close(struct trail *t)
{
    free(t);
}

void trail_put(struct ctx *cx, struct trail *t, const struct trail_entry *e)
{
    db_put(cx, &platform_sql.trail_insert,
           VALS(v_int(sequence_next(&t->ids)), v_int(cx->now), v_int(cx->actor.user), v_int(cx->actor.session), v_int(cx->actor.roles), v_text(e->address),
                v_text(e->action), v_text(e->object), v_text(e->path), v_int(e->status), v_text(e->body)));
}

/* ---- GET /audit-log ---- */

struct list_in {
    int64_t user, from, to, limit, before;
    struct str object, action;
};

struct line {
    int64_t id, at, user, status;
    unsigned roles;
    struct str address, action, object, path, body;
};

struct list_out {
    struct list items;
    int64_t next;
};

static void take_line(struct ctx *cx, const struct rows *r, struct line *out)
{
    *out = (struct line){
        .id = row_int(r, 0), .at = row_int(r, 1), .user = row_int(r, 2), .roles = (unsigned)row_int(r, 3), .address = row_text(cx, r, 4),
        .action = row_text(cx, r, 5), .object = row_text(cx, r, 6), .path = row_text(cx, r, 7), .status = row_int(r, 8), .body = row_text(cx, r, 9),
    };
}

/* The query whose index leaves the fewest rows, its arguments in `v`; returns how many. */
static size_t choose(const struct list_in *in, int64_t rows, const struct query **ret_query, struct val v[9])
{
    size_t n = 0;
    *ret_query = &platform_sql.trail_all;
    if (in->object.n) {
        *ret_query = &platform_sql.trail_of_object;
        v[n++] = v_text(in->object);
    } else if (in->user) {
        *ret_query = &platform_sql.trail_of_user;
        v[n++] = v_int(in->user);
    } else if (in->action.n) {
        *ret_query = &platform_sql.trail_of_action;
        v[n++] = v_text(in->action);
    }
    v[n++] = v_int(in->before ? in->before : INT64_MAX);
    v[n++] = v_int(in->from);
    v[n++] = v_int(in->to ? in->to : INT64_MAX);
    for (int twice = 0; twice < 2; twice++)
        v[n++] = v_int(in->user);
    for (int twice = 0; twice < 2; twice++)
        v[n++] = v_text(in->action);
    v[n++] = v_int(rows);
    return n;
}

static err list(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    (void)self;
    const struct list_in *in = in_;
    struct list_out *ret = ret_out;
    size_t limit = in->limit ? (size_t)in->limit : 50, n = 0;
    const struct query *query;
    struct val v[9];
    struct rows r;
    struct line *lines = NEW_ARRAY(cx->arena, struct line, limit + 1);
    size_t vals = choose(in, (int64_t)limit + 1, &query, v);
    err e = db_rows(cx, query, v, vals, &r);
    if (e)
        return e;
    while (n <= limit && rows_next(&r))
        take_line(cx, &r, &lines[n++]);
    bool more = n > limit;
    *ret = (struct list_out){ { lines, more ? limit : n }, more ? lines[limit - 1].id : 0 };
    return rows_end(cx, &r);
}

#define FIELD(type_, member) .at = offsetof(struct type_, member)

static const struct field in_rows[] = {
    { .name = "user_id", .type = F_ID, .from = FROM_QUERY, .optional = true, .id = ID_USER, FIELD(list_in, user), .help = "Who did it." },
    { .name = "object", .type = F_STR, .from = FROM_QUERY, .optional = true, FIELD(list_in, object), .low = 1, .high = 64,
      .help = "To what: the first id in the path." },
    { .name = "action", .type = F_STR, .from = FROM_QUERY, .optional = true, FIELD(list_in, action), .low = 1, .high = 64,
      .help = "Name of the call, as in operationId." },
    { .name = "from", .type = F_TIME, .from = FROM_QUERY, .optional = true, FIELD(list_in, from) },
    { .name = "to", .type = F_TIME, .from = FROM_QUERY, .optional = true, FIELD(list_in, to) },
    { .name = "limit", .type = F_INT, .from = FROM_QUERY, .optional = true, FIELD(list_in, limit), .low = 1, .high = 200 },
    { .name = "cursor", .type = F_ID, .from = FROM_QUERY, .optional = true, .id = ID_AUDIT, FIELD(list_in, before) },
};
static const struct fields in_fields = { "AuditLogRequest", sizeof(struct list_in), in_rows, sizeof(in_rows) / sizeof(in_rows[0]) };

static const char *const role_words[] = { "CUSTOMER", "PRODUCER", "STAFF", "MANAGER", "ADMIN", NULL };

static const struct field line_rows[] = {
    { .name = "id", .type = F_ID, .id = ID_AUDIT, FIELD(line, id) },
    { .name = "at", .type = F_TIME, FIELD(line, at) },
    { .name = "user_id", .type = F_ID, .id = ID_USER, FIELD(line, user) },
    { .name = "roles", .type = F_FLAGS, .words = role_words, FIELD(line, roles), .help = "What the account was allowed then." },
    { .name = "address", .type = F_STR, FIELD(line, address) },
    { .name = "action", .type = F_STR, FIELD(line, action) },
    { .name = "object", .type = F_STR, FIELD(line, object) },
    { .name = "path", .type = F_STR, FIELD(line, path) },
    { .name = "status", .type = F_INT, FIELD(line, status), .help = "Of the answer." },
    { .name = "body", .type = F_STR, FIELD(line, body), .help = "Of the request; empty when it was long or held a secret." },
};
static const struct fields line_fields = { "AuditLogLine", sizeof(struct line), line_rows, sizeof(line_rows) / sizeof(line_rows[0]) };

static const struct field out_rows[] = {
    { .name = "items", .type = F_LIST, .of = &line_fields, FIELD(list_out, items) },
    { .name = "next", .type = F_ID, .nullable = true, .id = ID_AUDIT, FIELD(list_out, next) },
};
static const struct fields out_fields = { "AuditLog", sizeof(struct list_out), out_rows, 2 };

const struct call trail_list_call = {
    "operation.audit_log", "Who changed what, when, from where; the newest first.", CALL_READ, &in_fields, &out_fields, list,
};
