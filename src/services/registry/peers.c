/* Other registries. What clients say here is told to each of them, in order, many things a request; what they are told by others they do not
 * repeat. At start, what a peer knows is copied before anybody is answered. Nobody is in charge: heartbeats mend what got lost. */
#include <stdlib.h>

#include "platform/call/app.h"
#include "platform/config/config.h"
#include "platform/fetch/fetch.h"
#include "platform/obs/log.h"
#include "registry_int.h"

#define PEERS_MAX     8
#define ITEMS_MAX     8192    /* waiting for one peer */
#define BATCH_MAX     250
#define BATCH_BYTES   ((size_t)2 << 20)
#define ANSWER_BYTES  ((size_t)8 << 20)
#define COPY_BYTES    ((size_t)64 << 20)
#define COPY_NODES    1000000
#define COPY_TRIES    5
#define PAUSE_MS      1000
#define PAUSE_MOST_MS 30000
#define TIMEOUT_MS    5000

const char *const peer_action_words[] = {
    [PEER_HEARTBEAT] = "Heartbeat", [PEER_REGISTER] = "Register", [PEER_CANCEL] = "Cancel", [PEER_STATUS] = "StatusUpdate",
    [PEER_STATUS_END] = "DeleteStatusOverride", NULL,
};

struct item {                 /* the instance itself is looked up when it is sent */
    STAILQ_ENTRY(item) next;
    enum replicated what;
    enum instance_status status;
    int64_t dirty_at;
    char app[WORD_MAX + 1], id[WORD_MAX + 1];
};

STAILQ_HEAD(items, item);

struct peer {
    struct str url;           /* ".../eureka" */
    struct items waiting;
    size_t count;
    bool busy;                /* a thread is talking to it */
    int64_t not_before, pause_ms, heard_at;
    struct fetch_pool *pool;
};

/* ---- what is to be told ---- */

static struct str item_app(const struct item *i) { return str_c(i->app); }
static struct str item_id(const struct item *i) { return str_c(i->id); }

static void item_drop_first(struct registry *r, struct peer *p)
{
    struct item *i = STAILQ_FIRST(&p->waiting);
    struct lease *l = i->what == PEER_HEARTBEAT ? lease_find(r, item_app(i), item_id(i)) : NULL;
    if (l)
        l->beating &= ~(1u << (p - r->peers));
    STAILQ_REMOVE_HEAD(&p->waiting, next);
    p->count--;
    free(i);
}

static void peer_tell(struct registry *r, struct peer *p, enum replicated what, struct lease *l)
{
    unsigned bit = 1u << (p - r->peers);
    if (what == PEER_HEARTBEAT && (l->beating & bit))
        return;
    if (what == PEER_HEARTBEAT)
        l->beating |= bit;
    if (p->count == ITEMS_MAX) {             /* heartbeats will tell what it missed */
        item_drop_first(r, p);
        metric_add(&registry_not_replicated, 1);
    }
    struct item *i = calloc(1, sizeof(*i));
    ASSERT(i != NULL);
    i->what = what;
    i->status = l->it.status;
    i->dirty_at = l->it.dirty_at;
    memcpy(i->app, l->it.text[TEXT_APP].p, l->it.text[TEXT_APP].n);
    memcpy(i->id, l->it.text[TEXT_ID].p, l->it.text[TEXT_ID].n);
    STAILQ_INSERT_TAIL(&p->waiting, i, next);
    p->count++;
}

void peers_tell(struct registry *r, enum replicated what, struct lease *l)
{
    for (size_t i = 0; i < r->peer_count; i++)
        peer_tell(r, &r->peers[i], what, l);
}

/* ---- telling one peer ---- */

struct batch {
    struct peer *peer;
    struct items items;       /* taken out of its line */
    struct str text;
};

static void write_item(struct pen *p, const struct item *i, const struct lease *l)
{
    pen_item(p, "replicationList");
    pen_text(p, "appName", item_app(i));
    pen_text(p, "id", item_id(i));
    pen_int(p, "lastDirtyTimestamp", i->dirty_at);
    pen_text(p, "status", str_c(status_words[i->status]));
    if (l)
        pen_text(p, "overriddenStatus", str_c(status_words[l->it.overridden]));
    if (l && i->what == PEER_REGISTER) {
        pen_begin(p, "instanceInfo");
        instance_write(p, &l->it);
        pen_end(p, "instanceInfo");
    }
    pen_text(p, "action", str_c(peer_action_words[i->what]));
    pen_end(p, "replicationList");
}

/* With the lock held. Who has gone in the meantime is left out: that is told by an item of its own. */
static void batch_take(struct ctx *cx, struct registry *r, struct batch *b)
{
    struct peer *p = b->peer;
    struct buf text;
    struct pen pen = { &text, FORMAT_JSON };
    size_t n = 0;
    STAILQ_INIT(&b->items);
    buf_init(&text, 2 * BATCH_BYTES);
    pen_document(&pen);
    pen_list(&pen, "replicationList");
    while (p->count && n < BATCH_MAX && text.n < BATCH_BYTES) {
        struct item *i = STAILQ_FIRST(&p->waiting);
        struct lease *l = lease_find(r, item_app(i), item_id(i));
        STAILQ_REMOVE_HEAD(&p->waiting, next);
        p->count--;
        if (l && i->what == PEER_HEARTBEAT)
            l->beating &= ~(1u << (p - r->peers));
        if (!l && i->what != PEER_CANCEL) {
            free(i);
            continue;
        }
        write_item(&pen, i, l);
        STAILQ_INSERT_TAIL(&b->items, i, next);
        n++;
    }
    pen_list_end(&pen);
    pen_document_end(&pen);
    b->text = arena_str(cx->arena, buf_view(&text));
    buf_free(&text);
}

static void batch_free(struct batch *b)
{
    struct item *i;
    while ((i = STAILQ_FIRST(&b->items))) {
        STAILQ_REMOVE_HEAD(&b->items, next);
        free(i);
    }
}

/* In front of what has come since; with the lock held. */
static void batch_put_back(struct registry *r, struct batch *b)
{
    size_t n = 0;
    struct item *i;
    STAILQ_FOREACH(i, &b->items, next)
        n++;
    STAILQ_CONCAT(&b->items, &b->peer->waiting);
    STAILQ_CONCAT(&b->peer->waiting, &b->items);
    b->peer->count += n;
    while (b->peer->count > ITEMS_MAX)
        item_drop_first(r, b->peer);
}

/* The peer does not know it: it is told all. The peer knows more: that is taken over. */
static void hear_answer(struct ctx *cx, struct registry *r, struct peer *p, const struct item *i, const struct node *answer)
{
    struct lease *l = lease_find(r, item_app(i), item_id(i));
    struct instance newer = { .port = { .enabled = false } };
    struct str status = node_text(answer, "statusCode");
    if (i->what != PEER_CANCEL && l && str_eq(status, S("404")))
        peer_tell(r, p, PEER_REGISTER, l);
    if (i->what == PEER_HEARTBEAT && str_eq(status, S("409")) && !instance_read(cx, node_child(answer, "responseEntity"), &newer) &&
        lease_register(cx, r, &newer, REPLICATED))
        LOG0(LOG_WARN, "what a peer knows better cannot be kept");
    fail_clear(cx);
}

/* One answer an item, in the same order. */
static void hear_answers(struct ctx *cx, struct registry *r, const struct batch *b, const struct node *answers)
{
    const struct node *answer = node_child(answers, "responseList");
    const struct item *i;
    STAILQ_FOREACH(i, &b->items, next) {
        if (answer)
            hear_answer(cx, r, b->peer, i, answer);
        answer = answer ? answer->next : NULL;
        metric_add(&registry_replicated, 1);
    }
}

static bool peer_ask(struct ctx *cx, const struct registry *r, const struct peer *p, struct fetch *f, struct fetched *ret)
{
    static const struct fetch_header headers[] = { { "x-netflix-discovery-replication", { "true", 4 } }, { "Accept", { "application/json", 16 } } };
    const char *why = "an answer that is none";
    *ret = (struct fetched){ 0 };
    f->plain = true;
    f->user = r->user;
    f->password = r->password;
    f->headers = headers;
    f->header_count = 2;
    f->timeout_ms = TIMEOUT_MS;
    f->pool = p->pool;
    if (fetch(cx->arena, f, ret, &why) && ret->status == 200)
        return true;
    LOG(LOG_WARN, "a peer of the registry does not answer", lf_s("url", f->url), lf_i("status", ret->status), lf_s("why", str_c(why)));
    return false;
}

static bool batch_send(struct ctx *cx, struct registry *r, const struct batch *b, struct node **ret)
{
    struct fetched got;
    struct fetch f = { .url = arena_fmt(cx->arena, "%.*s/peerreplication/batch/", STR_ARG(b->peer->url)), .json = b->text, .body_max = ANSWER_BYTES };
    if (!peer_ask(cx, r, b->peer, &f, &got))
        return false;
    if (!tree_read(cx, FORMAT_JSON, got.body, BATCH_MAX * 200, ret))
        return true;
    fail_clear(cx);
    *ret = NEW(cx->arena, struct node);      /* it was heard, and that is what counts */
    return true;
}

/* With the lock held: the peer that may be told something now. */
static struct peer *peer_ready(struct registry *r, int64_t now)
{
    for (size_t i = 0; i < r->peer_count; i++)
        if (r->peers[i].count && !r->peers[i].busy && r->peers[i].not_before <= now)
            return &r->peers[i];
    return NULL;
}

static void peer_done(struct registry *r, struct peer *p, bool heard, int64_t now)
{
    (void)r;
    p->busy = false;
    p->pause_ms = heard ? 0 : p->pause_ms ? p->pause_ms * 2 : PAUSE_MS;
    if (p->pause_ms > PAUSE_MOST_MS)
        p->pause_ms = PAUSE_MOST_MS;
    p->not_before = now + p->pause_ms;
    if (heard)
        p->heard_at = now;
}

static err replicate(struct ctx *cx, void *self, const void *in, void *out)
{
    struct registry *r = self;
    struct batch b;
    struct node *answers = NULL;
    (void)in;
    (void)out;
    pthread_mutex_lock(&r->lock);
    b.peer = peer_ready(r, cx->now);
    if (b.peer) {
        b.peer->busy = true;
        batch_take(cx, r, &b);
    }
    pthread_mutex_unlock(&r->lock);
    if (!b.peer)
        return OK;                           /* another thread was quicker */

    bool heard = STAILQ_EMPTY(&b.items) || batch_send(cx, r, &b, &answers);

    pthread_mutex_lock(&r->lock);
    if (heard)
        hear_answers(cx, r, &b, answers);
    else
        batch_put_back(r, &b);
    peer_done(r, b.peer, heard, cx->now);
    pthread_mutex_unlock(&r->lock);
    batch_free(&b);
    return OK;
}

const struct call registry_replicate_call = { "registry.replicate", "Tells the peers what clients have said.", CALL_STORY, NULL, NULL, replicate };

size_t peers_job_threads(void *self, const struct job *job)
{
    const struct registry *r = self;
    return job->call == &registry_replicate_call ? r->peer_count : r->peer_count > 0;
}

int64_t peers_due(void *self)
{
    struct registry *r = self;
    int64_t due = INT64_MAX;
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < r->peer_count; i++)
        if (r->peers[i].count && !r->peers[i].busy && r->peers[i].not_before < due)
            due = r->peers[i].not_before;
    pthread_mutex_unlock(&r->lock);
    return due;
}

/* ---- copying at start ---- */

static void copy_applications(struct ctx *cx, struct registry *r, const struct node *root)
{
    size_t n = 0;
    const struct node *applications = node_child(root, "applications");
    pthread_mutex_lock(&r->lock);
    for (const struct node *a = applications ? applications->first : NULL; a; a = a->next)
        for (const struct node *i = str_eq(a->name, S("application")) ? a->first : NULL; i; i = i->next) {
            struct instance one = { .port = { .enabled = false } };
            if (!str_eq(i->name, S("instance")))
                continue;
            if (!instance_read(cx, i, &one) && !lease_register(cx, r, &one, REPLICATED))
                n++;
            fail_clear(cx);
        }
    pthread_mutex_unlock(&r->lock);
    LOG(LOG_INFO, "what a peer of the registry knows is copied", lf_i("instances", (int64_t)n));
}

static bool copy_from(struct ctx *cx, struct registry *r, const struct peer *p)
{
    struct fetched got;
    struct node *root;
    struct fetch f = { .url = arena_fmt(cx->arena, "%.*s/apps", STR_ARG(p->url)), .body_max = COPY_BYTES };
    if (!peer_ask(cx, r, p, &f, &got) || tree_read(cx, FORMAT_JSON, got.body, COPY_NODES, &root)) {
        fail_clear(cx);
        return false;
    }
    copy_applications(cx, r, root);
    return true;
}

static err copy(struct ctx *cx, void *self, const void *in, void *out)
{
    struct registry *r = self;
    bool copied = false;
    (void)in;
    (void)out;
    for (size_t i = 0; i < r->peer_count && !copied; i++)
        copied = copy_from(cx, r, &r->peers[i]);
    pthread_mutex_lock(&r->lock);
    r->serving = copied || ++r->copy_tries == COPY_TRIES;
    r->copy_due = r->serving ? INT64_MAX : cx->now + PAUSE_MS;
    pthread_mutex_unlock(&r->lock);
    return OK;
}

const struct call registry_copy_call = { "registry.copy", "Copies what a peer knows, at start.", CALL_STORY, NULL, NULL, copy };

int64_t peers_copy_due(void *self)
{
    struct registry *r = self;
    pthread_mutex_lock(&r->lock);
    int64_t due = r->copy_due;
    pthread_mutex_unlock(&r->lock);
    return due;
}

/* ---- life ---- */

struct peer_view peer_view(const struct registry *r, size_t i)
{
    const struct peer *p = &r->peers[i];
    return (struct peer_view){ .url = p->url, .waiting = p->count, .heard_at = p->heard_at, .failing = p->pause_ms > 0 };
}

static err peer_open(struct ctx *cx, struct registry *r, struct str url)
{
    struct peer *p = &r->peers[r->peer_count];
    if (r->peer_count == PEERS_MAX || !fetch_url_plain_ok(url))
        return fail(cx, ERR_INPUT, NULL, "registry.peers must name at most %d addresses such as http://10.0.0.2:8080/eureka",
                    "registry.peers에는 http://10.0.0.2:8080/eureka 같은 주소를 최대 %d개 적어야 합니다", PEERS_MAX);
    STAILQ_INIT(&p->waiting);
    p->url = url;
    p->pool = fetch_pool_new(1);
    r->peer_count++;
    return OK;
}

err peers_open(struct ctx *cx, struct registry *r)
{
    struct str rest = config_str(app_config(cx->app), "registry.peers");
    r->peers = calloc(PEERS_MAX, sizeof(*r->peers));
    ASSERT(r->peers != NULL);
    for (struct str url; registry_url_next(&rest, &url);) {
        err e = peer_open(cx, r, url);
        if (e)
            return e;
    }
    r->serving = r->peer_count == 0;
    r->copy_due = r->peer_count ? cx->now : INT64_MAX;
    return OK;
}

void peers_close(struct registry *r)
{
    for (size_t i = 0; i < r->peer_count; i++) {
        while (r->peers[i].count)
            item_drop_first(r, &r->peers[i]);
        fetch_pool_free(r->peers[i].pool);
    }
    free(r->peers);
}
