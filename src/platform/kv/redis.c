/* Redis by hiredis: one connection, whole batches written before the first answer is read. The server is asked where it is anew after each failure: behind
 * Sentinel, another one may have taken over. Sentinel ends the connections of a server that it demotes. */
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

#include "platform/kv/kv_impl.h"
#include "platform/obs/log.h"

#define WAIT_MS 500           /* for a connection, and for an answer */
#define ARGS_MAX 8

struct redis {
    struct redis_address address;
    struct str password, sentinel_password, prefix;
    redisContext *c;          /* NULL: none */
};

static redisContext *open_connection(const struct redis_place *at)
{
    const struct timeval wait = { 0, WAIT_MS * 1000 };
    redisContext *c = redisConnectWithTimeout(at->host, at->port, wait);
    if (c && !c->err && redisSetTimeout(c, wait) == REDIS_OK)
        return c;
    if (c)
        redisFree(c);
    return NULL;
}

static void send_command(redisContext *c, const struct str *args, int n)
{
    const char *argv[ARGS_MAX];
    size_t sizes[ARGS_MAX];
    ASSERT(n <= ARGS_MAX);
    for (int i = 0; i < n; i++) {
        argv[i] = args[i].n ? args[i].p : "";
        sizes[i] = args[i].n;
    }
    int sent = redisAppendCommandArgv(c, n, argv, sizes);
    ASSERT(sent == REDIS_OK);                /* it is memory that fails here */
}

/* The next answer, which the caller frees; NULL when there is none. */
static redisReply *answer(redisContext *c)
{
    void *got = NULL;
    return redisGetReply(c, &got) == REDIS_OK ? got : NULL;
}

static redisReply *ask(redisContext *c, const struct str *args, int n)
{
    send_command(c, args, n);
    return answer(c);
}

#define WORDS(...)     (const struct str[]){ __VA_ARGS__ }, (int)(sizeof((const struct str[]){ __VA_ARGS__ }) / sizeof(struct str))
#define SEND(c, ...)   send_command(c, WORDS(__VA_ARGS__))
#define ASK(c, ...)    ask(c, WORDS(__VA_ARGS__))

static bool begins(const redisReply *r, const char *word)
{
    return str_starts(str_of(r->str, r->len), str_c(word));
}

/* ---- connecting ---- */

/* Errors that pass by themselves. */
static bool passes(const redisReply *r)
{
    static const char *const words[] = { "LOADING", "MASTERDOWN", "READONLY", "NOREPLICAS", "MISCONF", "OOM", "BUSY", "TRYAGAIN", "CLUSTERDOWN",
                                         "ERR max number of clients" };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (begins(r, words[i]))
            return true;
    return false;
}

/* An answer that is an error, or none at all (NULL), is told as the fault of a setting, and whether waiting may help. Frees it. */
static enum kv_dial judge(redisReply *r, struct arena *arena, const redisContext *c, const char *key, struct str *ret_why)
{
    enum kv_dial found = KV_UP;
    if (!r || r->type == REDIS_REPLY_ERROR) {
        struct str said = r ? str_of(r->str, r->len) : str_c(c->err ? c->errstr : "no answer");
        *ret_why = arena_fmt(arena, "%s: %s:%d: %.*s", key, c->tcp.host, c->tcp.port, STR_ARG(said));
        found = !r || passes(r) ? KV_AWAY : KV_WRONG;
    }
    if (r)
        freeReplyObject(r);
    return found;
}

static enum kv_dial sign_in(redisContext *c, struct arena *arena, struct str user, struct str password, const char *key, struct str *ret_why)
{
    redisReply *r = !password.n ? ASK(c, S("PING")) : user.n ? ASK(c, S("AUTH"), user, password) : ASK(c, S("AUTH"), password);
    return judge(r, arena, c, key, ret_why);
}

static enum kv_dial choose_db(redisContext *c, struct arena *arena, int64_t db, struct str *ret_why)
{
    return judge(ASK(c, S("SELECT"), arena_fmt(arena, "%lld", (long long)db)), arena, c, "kv.url", ret_why);
}

/* A server that follows another one takes no writes. Behind Sentinel that passes: it has not been told yet. */
static enum kv_dial check_role(redisContext *c, struct arena *arena, bool sentinels, struct str *ret_why)
{
    redisReply *r = ASK(c, S("ROLE"));
    bool replica = r && r->type == REDIS_REPLY_ARRAY && r->elements && r->element[0]->type == REDIS_REPLY_STRING && !begins(r->element[0], "master");
    enum kv_dial found = judge(r, arena, c, "kv.url", ret_why);
    if (!replica)
        return found;
    *ret_why = arena_fmt(arena, "kv.url: %s:%d is a replica, which cannot be written: name its master, or the sentinels", c->tcp.host, c->tcp.port);
    return sentinels ? KV_AWAY : KV_WRONG;
}

static enum kv_dial enter(struct redis *own, struct arena *arena, const struct redis_place *at, struct str *ret_why)
{
    redisContext *c = open_connection(at);
    if (!c) {
        *ret_why = arena_fmt(arena, "kv.url: %s:%d does not answer", at->host, at->port);
        return KV_AWAY;
    }
    enum kv_dial found = sign_in(c, arena, own->address.user, own->password, "kv.password", ret_why);
    if (found == KV_UP)
        found = choose_db(c, arena, own->address.db, ret_why);
    if (found == KV_UP)
        found = check_role(c, arena, own->address.master.n > 0, ret_why);
    if (found == KV_UP)
        own->c = c;
    else
        redisFree(c);
    return found;
}

/* ---- Sentinel ---- */

static bool is_text(const redisReply *r)
{
    return r->type == REDIS_REPLY_STRING && r->len > 0 && r->len < sizeof(((struct redis_place *)0)->host);
}

static bool read_place(const redisReply *r, struct redis_place *ret)
{
    int port;
    if (r->type != REDIS_REPLY_ARRAY || r->elements != 2 || !is_text(r->element[0]) || !is_text(r->element[1]) ||
        !port_parse(str_of(r->element[1]->str, r->element[1]->len), &port))
        return false;
    *ret = (struct redis_place){ .port = port };
    memcpy(ret->host, r->element[0]->str, r->element[0]->len);
    return true;
}

/* Where this sentinel says that the master is. */
static enum kv_dial ask_sentinel(const struct redis *own, struct arena *arena, const struct redis_place *at, struct redis_place *ret, struct str *ret_why)
{
    redisContext *c = open_connection(at);
    if (!c) {
        *ret_why = arena_fmt(arena, "kv.url: the sentinel %s:%d does not answer", at->host, at->port);
        return KV_AWAY;
    }
    enum kv_dial found = sign_in(c, arena, (struct str){ 0 }, own->sentinel_password, "kv.sentinel_password", ret_why);
    redisReply *r = found == KV_UP ? ASK(c, S("SENTINEL"), S("get-master-addr-by-name"), own->address.master) : NULL;
    bool known = r && read_place(r, ret), unknown = r && r->type == REDIS_REPLY_NIL;
    if (found == KV_UP)
        found = judge(r, arena, c, "kv.sentinel_password", ret_why);
    if (found == KV_UP && !known) {
        *ret_why = arena_fmt(arena, "kv.url: the sentinel %s:%d knows no master called %.*s", at->host, at->port, STR_ARG(own->address.master));
        found = unknown ? KV_WRONG : KV_AWAY;
    }
    redisFree(c);
    return found;
}

/* By the first sentinel that knows. */
static enum kv_dial find_master(const struct redis *own, struct arena *arena, struct redis_place *ret, struct str *ret_why)
{
    bool wrong = false;
    struct str why_wrong = { 0 };
    for (size_t i = 0; i < own->address.n; i++) {
        enum kv_dial found = ask_sentinel(own, arena, &own->address.at[i], ret, ret_why);
        if (found == KV_UP)
            return KV_UP;
        if (found == KV_WRONG) {
            wrong = true;
            why_wrong = *ret_why;
        }
    }
    if (wrong)
        *ret_why = why_wrong;
    return wrong ? KV_WRONG : KV_AWAY;
}

static enum kv_dial redis_dial(void *self, struct arena *arena, struct str *ret_why)
{
    struct redis *own = self;
    struct redis_place at = own->address.at[0];
    enum kv_dial found = own->address.master.n ? find_master(own, arena, &at, ret_why) : KV_UP;
    return found == KV_UP ? enter(own, arena, &at, ret_why) : found;
}

static void redis_hang_up(void *self)
{
    struct redis *own = self;
    if (own->c)
        redisFree(own->c);
    own->c = NULL;
}

/* ---- batches ---- */

/* How many answers a step has. */
static int answers_of(const struct kv_step *s)
{
    return s->kind == KV_ADD || s->kind == KV_SAY ? 2 : 1;
}

static void send_step(const struct redis *own, struct arena *arena, const struct kv_step *s)
{
    redisContext *c = own->c;
    struct str life = arena_fmt(arena, "%lld", (long long)s->life_ms), key = s->key;
    if (own->prefix.n)
        key = arena_fmt(arena, "%.*s:%.*s", STR_ARG(own->prefix), STR_ARG(s->key));
    switch (s->kind) {
    case KV_GET:
        SEND(c, S("GET"), key);
        break;
    case KV_SET:
        SEND(c, S("SET"), key, s->text, S("PX"), life);
        break;
    case KV_ADD:
        SEND(c, S("INCRBY"), key, arena_fmt(arena, "%lld", (long long)s->by));
        SEND(c, S("PEXPIRE"), key, life, S("NX"));
        break;
    case KV_SAY:
        SEND(c, S("XADD"), key, S("MAXLEN"), S("~"), arena_fmt(arena, "%d", KV_LOG_MAX), S("*"), S("t"), s->text);
        SEND(c, S("PEXPIRE"), key, life);
        break;
    case KV_HEAR:
        SEND(c, S("XRANGE"), key, s->text.n ? s->text : S("-"), S("+"), S("COUNT"), arena_fmt(arena, "%d", KV_HEAR_MAX));
        break;
    }
}

/* An entry of a stream: its id, and its fields and values. */
static bool read_said(struct arena *arena, const redisReply *r, struct kv_said *ret)
{
    if (r->type != REDIS_REPLY_ARRAY || r->elements != 2 || r->element[0]->type != REDIS_REPLY_STRING || r->element[1]->type != REDIS_REPLY_ARRAY ||
        r->element[1]->elements != 2 || r->element[1]->element[1]->type != REDIS_REPLY_STRING)
        return false;
    const redisReply *at = r->element[0], *text = r->element[1]->element[1];
    *ret = (struct kv_said){ arena_str(arena, str_of(at->str, at->len)), arena_str(arena, str_of(text->str, text->len)) };
    return true;
}

static bool read_log(struct arena *arena, const redisReply *r, struct kv_step *s)
{
    if (r->type != REDIS_REPLY_ARRAY)
        return false;
    s->said = NEW_ARRAY(arena, struct kv_said, r->elements + 1);
    s->said_n = 0;
    for (size_t i = 0; i < r->elements; i++)
        if (!read_said(arena, r->element[i], &s->said[s->said_n++]))
            return false;
    return true;
}

/* The first answer of a step. */
static bool read_step(struct arena *arena, const redisReply *r, struct kv_step *s)
{
    switch (s->kind) {
    case KV_GET:
        s->found = r->type == REDIS_REPLY_STRING;
        s->got = s->found ? arena_str(arena, str_of(r->str, r->len)) : (struct str){ 0 };
        return s->found || r->type == REDIS_REPLY_NIL;
    case KV_SET:
        return r->type == REDIS_REPLY_STATUS;
    case KV_ADD:
        s->sum = r->integer;
        return r->type == REDIS_REPLY_INTEGER;
    case KV_SAY:
        return r->type == REDIS_REPLY_STRING;
    case KV_HEAR:
        return read_log(arena, r, s);
    }
    return false;
}

static enum kv_dial take_answer(redisContext *c, struct arena *arena, struct kv_step *s, bool first, struct str *ret_why)
{
    redisReply *r = answer(c);
    bool odd = r && r->type != REDIS_REPLY_ERROR && first && !read_step(arena, r, s);
    if (odd)
        *ret_why = arena_fmt(arena, "kv.url: %s:%d does not answer as Redis 7 does", c->tcp.host, c->tcp.port);
    enum kv_dial found = judge(r, arena, c, "kv.url", ret_why);
    return odd ? KV_WRONG : found;
}

static enum kv_dial redis_run(void *self, struct arena *arena, struct kv_step *steps, size_t n, struct str *ret_why)
{
    struct redis *own = self;
    enum kv_dial found = KV_UP;
    for (size_t i = 0; i < n; i++)
        send_step(own, arena, &steps[i]);
    for (size_t i = 0; i < n && found == KV_UP; i++)
        for (int k = 0; k < answers_of(&steps[i]) && found == KV_UP; k++)
            found = take_answer(own->c, arena, &steps[i], k == 0, ret_why);
    return found;
}

/* ---- opening ---- */

static bool local(const struct redis_place *at)
{
    struct str host = str_c(at->host);
    return str_starts(host, S("127.")) || str_eq(host, S("::1")) || str_eq(host, S("localhost"));
}

static bool redis_open(struct arena *arena, const struct kv_options *o, void **ret_own, struct str *ret_why)
{
    struct redis_address address;
    struct str url = arena_str(arena, o->url);
    if (!redis_address_parse(arena, url, &address, ret_why))
        return false;
    if (address.user.n && !o->password.n) {
        *ret_why = arena_fmt(arena, "kv.url names a user, but kv.password is empty");
        return false;
    }
    if (!local(&address.at[0]))
        LOG(LOG_WARN, "kv.url: what goes to the server and comes from it is not encrypted", lf_s("host", str_c(address.at[0].host)));
    struct redis *own = calloc(1, sizeof(*own));
    ASSERT(own != NULL);
    own->address = address;
    own->password = arena_str(arena, o->password);
    own->sentinel_password = arena_str(arena, o->sentinel_password);
    own->prefix = arena_str(arena, o->prefix);
    *ret_own = own;
    return true;
}

static void redis_close(void *self)
{
    redis_hang_up(self);
    free(self);
}

const struct kv_backend kv_redis = {
    .shared = true, .open = redis_open, .close = redis_close, .dial = redis_dial, .hang_up = redis_hang_up, .run = redis_run,
};
