/* What a peer tells, many things in one request; each has an answer of its own. */
#include "registry_int.h"

#define ITEMS_MAX 1000
#define NODES_MAX 200000
#define ANSWER_MAX ((size_t)8 << 20)      /* from half of it on, what is left of a batch has to wait for its next heartbeat */

struct told_item {
    struct str app, id;
    const struct node *node;
    struct told told;
};

static err run(struct ctx *cx, struct registry *r, enum replicated what, const struct told_item *i, struct lease **ret_newer)
{
    struct instance in = { .port = { .enabled = false } };
    switch (what) {
    case PEER_REGISTER: {
        err e = instance_read(cx, node_child(i->node, "instanceInfo"), &in);
        return e ? e : lease_register(cx, r, &in, REPLICATED);
    }
    case PEER_HEARTBEAT: return lease_renew(cx, r, i->app, i->id, &i->told, ret_newer);
    case PEER_CANCEL: return lease_cancel(cx, r, i->app, i->id, REPLICATED);
    case PEER_STATUS: return lease_override(cx, r, i->app, i->id, &i->told);
    case PEER_STATUS_END: return lease_override_end(cx, r, i->app, i->id, &i->told);
    }
    return ERR_INTERNAL;
}

static err run_item(struct ctx *cx, struct registry *r, const struct node *n, struct lease **ret_newer)
{
    struct told_item i = { .app = node_text(n, "appName"), .id = node_text(n, "id"), .node = n, .told = { .replicated = REPLICATED } };
    struct str action = node_text(n, "action");
    i.told.has_dirty = str_to_int(node_text(n, "lastDirtyTimestamp"), &i.told.dirty_at);
    status_parse(node_text(n, "status"), &i.told.status);
    for (int k = 0; peer_action_words[k]; k++)
        if (str_eq(action, str_c(peer_action_words[k])))
            return run(cx, r, (enum replicated)k, &i, ret_newer);
    return fail_field(cx, S("action"), "is not known here", "알 수 없는 동작입니다");
}

static void answer_item(struct ctx *cx, struct registry *r, struct pen *p, const struct node *n)
{
    struct lease *newer = NULL;
    err e = run_item(cx, r, n, &newer);
    fail_clear(cx);
    pen_item(p, "responseList");
    pen_int(p, "statusCode", newer ? 409 : err_kind(e)->status);
    if (newer) {
        pen_begin(p, "responseEntity");
        instance_write(p, &newer->it);
        pen_end(p, "responseEntity");
    }
    pen_end(p, "responseList");
}

static err batch(struct ctx *cx, void *self, const void *in_, void *out)
{
    struct registry *r = self;
    const struct asking *in = in_;
    struct node *root;
    struct buf text;
    struct pen pen = { &text, FORMAT_JSON };
    size_t n = 0;
    err e = registry_admit(cx, r, in);
    if (!e)
        e = tree_read(cx, FORMAT_JSON, in->sent.raw.body, NODES_MAX, &root);
    if (!e && !node_child(root, "replicationList"))
        e = fail_field(cx, S("replicationList"), "is missing", "필수 항목입니다");
    if (e)
        return e;
    buf_init(&text, ANSWER_MAX);
    pen_document(&pen);
    pen_list(&pen, "responseList");
    pthread_mutex_lock(&r->lock);
    for (const struct node *i = node_child(root, "replicationList"); i && n < ITEMS_MAX && text.n < ANSWER_MAX / 2; i = i->next, n++)
        answer_item(cx, r, &pen, i);
    pthread_mutex_unlock(&r->lock);
    pen_list_end(&pen);
    pen_document_end(&pen);
    *(struct raw_out *)out = (struct raw_out){ .content_type = S("application/json"), .body = arena_str(cx->arena, buf_view(&text)) };
    buf_free(&text);
    return OK;
}

const struct call registry_batch_call = { "registry.batch", "What another registry tells.", CALL_MEMORY, &registry_guest_fields, NULL, batch };
