#include "platform/call/wire.h"

#include <time.h>

#include "platform/call/call_impl.h"
#include "platform/obs/log.h"

#define UNTIL_MAX_MS 300000   /* how long an identity may hold */

int64_t wire_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- who asks ---- */

static const char *const lang_words[] = { [LANG_EN] = "en", [LANG_KO] = "ko", NULL };

#define AT(member) .at = offsetof(struct wire_who, member)
static const struct field who_rows[] = {
    { .name = "until", .type = F_INT, AT(until) },
    { .name = "user", .type = F_INT, .optional = true, AT(user) },
    { .name = "session", .type = F_INT, .optional = true, AT(session) },
    { .name = "pass", .type = F_INT, .optional = true, AT(pass) },
    { .name = "roles", .type = F_INT, .optional = true, AT(roles), .low = 0, .high = UINT32_MAX },
    { .name = "scopes", .type = F_INT, .optional = true, AT(scopes), .low = 0, .high = UINT32_MAX },
    { .name = "device", .type = F_BYTES, .optional = true, AT(device), .low = 32, .high = 32 },
    { .name = "peer", .type = F_STR, .optional = true, AT(peer) },
    { .name = "lang", .type = F_ENUM, .optional = true, .words = lang_words, AT(lang) },
};
#undef AT
const struct fields wire_who_fields = { "Who", sizeof(struct wire_who), who_rows, sizeof(who_rows) / sizeof(who_rows[0]) };

struct wire_who wire_who(const struct ctx *cx, int64_t until)
{
    const struct actor *a = &cx->actor;
    struct str device = actor_has_device(cx) ? str_of((const char *)a->device, sizeof(a->device)) : (struct str){ 0 };
    return (struct wire_who){ .until = until, .user = a->user, .session = a->session, .pass = cx->pass, .roles = a->roles, .scopes = a->scopes,
                              .device = device, .peer = cx->peer, .lang = (int)cx->lang };
}

bool wire_who_take(struct ctx *cx, const struct wire_who *who)
{
    int64_t now = wire_now();
    if (who->until < now || who->until > now + UNTIL_MAX_MS)
        return false;
    cx->actor = (struct actor){ .user = who->user, .session = who->session, .roles = (unsigned)who->roles, .scopes = (unsigned)who->scopes };
    if (who->device.n)
        memcpy(cx->actor.device, who->device.p, sizeof(cx->actor.device));
    cx->pass = who->pass;
    cx->peer = who->peer;
    cx->lang = (enum lang)who->lang;
    return true;
}

/* ---- a question ---- */

struct question {
    struct str call;
    struct wire_who who;
    struct str in;            /* JSON; empty: the call takes nothing */
};

FIELDS(question_fields, "Question", struct question,
    { .name = "call", .type = F_STR, .at = offsetof(struct question, call), .low = 1, .high = 100 },
    { .name = "who", .type = F_OBJECT, .of = &wire_who_fields, .at = offsetof(struct question, who) },
    { .name = "in", .type = F_RAW, .optional = true, .at = offsetof(struct question, in) });

void wire_ask(struct buf *out, struct ctx *cx, const struct call *call, struct str in, int64_t until)
{
    struct question q = { .call = str_c(call->name), .who = wire_who(cx, until), .in = in };
    fields_encode(out, &question_fields, &cx->app->keys.ids, &q);
}

/* A message between our own processes that does not hold what its table says: a fault of the program, or two versions of it. */
static err misread(struct ctx *cx, const char *what, struct str call)
{
    const struct field_error *first = cx->problem.fields;
    LOG(LOG_ERROR, what, lf_s("call", call), lf_s("field", first ? first->field : S("")), lf_s("why", first ? first->message : cx->problem.detail));
    fail_clear(cx);
    return fail(cx, ERR_INTERNAL, NULL, "A call between services could not be read.", "서비스 간 호출을 읽을 수 없습니다.");
}

err wire_read(struct ctx *cx, struct str ask, struct wire_asked *ret)
{
    struct question q = { 0 };
    const struct id_key *ids = &cx->app->keys.ids;
    if (fields_decode(cx, &question_fields, ids, ask, &q))
        return misread(cx, "a question cannot be read", q.call);
    if (!wire_who_take(cx, &q.who))
        return fail(cx, ERR_UNAVAILABLE, NULL, "The call came too late.", "호출이 너무 늦게 도착했습니다.");
    const struct callee *callee = app_offered(cx->app, q.call);
    if (!callee)
        return fail(cx, ERR_INTERNAL, NULL, "This process offers no such call.", "이 프로세스가 제공하지 않는 호출입니다.");
    const struct call *call = callee->call;
    *ret = (struct wire_asked){ .call = call, .self = callee->self };
    if (call->in)
        ret->in = arena_take(cx->arena, call->in->size);
    if (call->out)
        ret->out = arena_take(cx->arena, call->out->size);
    if (call->in && fields_decode(cx, call->in, ids, q.in, ret->in))
        return misread(cx, "what a call takes cannot be read", q.call);
    return OK;
}

/* ---- an answer ---- */

struct answer {
    int result;               /* enum err */
    struct str code, detail;
    struct list faults;       /* struct field_error */
    int64_t retry_after_s;
    struct str out;           /* JSON */
};

static const char *const result_words[] = {
#define X(name, status, again, word, en, ko) #name,
    ERR_KINDS(X)
#undef X
    NULL
};

FIELDS(fault_fields, "Fault", struct field_error,
    { .name = "field", .type = F_TEXT, .optional = true, .at = offsetof(struct field_error, field) },
    { .name = "message", .type = F_TEXT, .optional = true, .at = offsetof(struct field_error, message) });
FIELDS(answer_fields, "Answer", struct answer,
    { .name = "result", .type = F_ENUM, .words = result_words, .at = offsetof(struct answer, result) },
    { .name = "code", .type = F_STR, .optional = true, .at = offsetof(struct answer, code) },
    { .name = "detail", .type = F_TEXT, .optional = true, .at = offsetof(struct answer, detail) },
    { .name = "faults", .type = F_LIST, .of = &fault_fields, .optional = true, .at = offsetof(struct answer, faults) },
    { .name = "retry_after_s", .type = F_INT, .optional = true, .at = offsetof(struct answer, retry_after_s), .low = 0, .high = INT32_MAX },
    { .name = "out", .type = F_RAW, .optional = true, .at = offsetof(struct answer, out) });

static struct list faults_of(struct ctx *cx)
{
    const struct problem *p = &cx->problem;
    size_t n = 0;
    for (const struct field_error *f = p->fields; f; f = f->next)
        n++;
    struct field_error *at = NEW_ARRAY(cx->arena, struct field_error, n);
    n = 0;
    for (const struct field_error *f = p->fields; f; f = f->next)
        at[n++] = *f;
    return (struct list){ at, n };
}

void wire_answer(struct buf *out, struct ctx *cx, const struct wire_asked *asked, err e)
{
    struct buf members;
    struct answer a = { .result = (int)e };
    buf_init(&members, WIRE_MAX);
    if (e) {
        a.code = str_c(cx->problem.code);
        a.detail = cx->problem.detail;
        a.faults = faults_of(cx);
        a.retry_after_s = cx->problem.retry_after_s;
    } else if (asked->call->out) {
        fields_encode(&members, asked->call->out, &cx->app->keys.ids, asked->out);
        a.out = buf_view(&members);
    }
    fields_encode(out, &answer_fields, &cx->app->keys.ids, &a);
    buf_free(&members);
}

/* As if the call had failed here. */
static err fail_again(struct ctx *cx, const struct answer *a)
{
    const struct field_error *f = a->faults.at;
    err e = (err)a->result;
    for (size_t i = 0; i < a->faults.n; i++)
        e = fail_field(cx, f[i].field, "%.*s", "%.*s", STR_ARG(f[i].message));
    e = fail(cx, (err)a->result, a->code.n ? arena_str(cx->arena, a->code).p : NULL, "%.*s", "%.*s", STR_ARG(a->detail));
    cx->problem.retry_after_s = (int)a->retry_after_s;
    return e;
}

err wire_heard(struct ctx *cx, const struct call *call, struct str answer, void *ret_out)
{
    struct answer a = { 0 };
    const struct id_key *ids = &cx->app->keys.ids;
    if (fields_decode(cx, &answer_fields, ids, answer, &a))
        return misread(cx, "an answer cannot be read", str_c(call->name));
    if (a.result)
        return fail_again(cx, &a);
    if (!call->out || !ret_out)
        return OK;
    void *out = arena_take(cx->arena, call->out->size);      /* what cannot be read leaves the caller's untouched */
    if (fields_decode(cx, call->out, ids, a.out, out))
        return misread(cx, "what a call answers cannot be read", str_c(call->name));
    memcpy(ret_out, out, call->out->size);
    return OK;
}
