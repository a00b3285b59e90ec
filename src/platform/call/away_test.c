/* One service asks another: as bytes inside a process, and in another process. Two programs in this one play the processes. */
#include "test.h"

#include <arpa/inet.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fixture.h"
#include "platform/call/away.h"
#include "platform/call/event.h"
#include "platform/call/wire.h"
#include "platform/config/config.h"
#include "platform/fetch/fetch.h"

#define PATIENCE 20000        /* ms: on a slow machine too */

/* ---- the service that is asked ---- */

struct wish {
    int64_t n;
    struct str text;
};

struct granted {
    int64_t n, user, pass;
    struct str text, peer;
    bool korean, device;
};

FIELDS(wish_fields, "Wish", struct wish,
    { .name = "n", .type = F_INT, .at = offsetof(struct wish, n) },
    { .name = "text", .type = F_TEXT, .optional = true, .at = offsetof(struct wish, text) });
FIELDS(granted_fields, "Granted", struct granted,
    { .name = "n", .type = F_INT, .at = offsetof(struct granted, n) },
    { .name = "user", .type = F_INT, .at = offsetof(struct granted, user) },
    { .name = "pass", .type = F_INT, .at = offsetof(struct granted, pass) },
    { .name = "text", .type = F_TEXT, .optional = true, .at = offsetof(struct granted, text) },
    { .name = "peer", .type = F_STR, .optional = true, .at = offsetof(struct granted, peer) },
    { .name = "korean", .type = F_BOOL, .at = offsetof(struct granted, korean) },
    { .name = "device", .type = F_BOOL, .at = offsetof(struct granted, device) });

static _Atomic int64_t granted_n, heard_n;
static _Atomic(const char *) text_seen;

/* 13 is refused with all that a refusal can say. */
static err grant(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct wish *in = in_;
    (void)self;
    atomic_store(&text_seen, in->text.p);
    if (in->n == 13) {
        err e = fail_field(cx, S("n"), "is unlucky", "불길합니다");
        assert_int_equal(e, ERR_INPUT);
        e = fail(cx, ERR_CONFLICT, "unlucky", "Not this one.", "이것은 안 됩니다.");
        cx->problem.retry_after_s = 7;
        return e;
    }
    atomic_fetch_add(&granted_n, 1);
    *(struct granted *)ret_out = (struct granted){ in->n + 1, cx->actor.user, cx->pass, arena_fmt(cx->arena, "<%.*s>", STR_ARG(in->text)), cx->peer,
                                                   cx->lang == LANG_KO, actor_has_device(cx) };
    return OK;
}

static err hear(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct wish *in = in_;
    (void)cx, (void)self, (void)ret_out;
    atomic_store(&heard_n, in->n);
    return OK;
}

static const struct call read_call = { .name = "asked.read", .kind = CALL_READ, .in = &wish_fields, .out = &granted_fields, .fn = grant };
static const struct call change_call = { .name = "asked.change", .kind = CALL_COMMAND, .in = &wish_fields, .out = &granted_fields, .fn = grant };
static const struct call story_call = { .name = "asked.story", .kind = CALL_STORY, .in = &wish_fields, .out = &granted_fields, .fn = grant };
static const struct call hear_call = { .name = "asked.hear", .kind = CALL_COMMAND, .in = &wish_fields, .fn = hear };
static const struct call own_call = { .name = "asked.own", .kind = CALL_READ, .in = &wish_fields, .out = &granted_fields, .fn = grant };

static err level(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    (void)cx, (void)self, (void)in;
    *(struct wish *)ret_out = (struct wish){ .n = 5 };
    return OK;
}

FIELDS(level_fields, "Level", struct wish, { .name = "n", .type = F_INT, .at = offsetof(struct wish, n) });
static const struct call level_call = { .name = "asked.level", .kind = CALL_MEMORY, .out = &level_fields, .fn = level };

static const struct call *const asked_calls[] = { &read_call, &change_call, &story_call, &hear_call, &own_call, &level_call, NULL };
static const struct call *const offers[] = { &read_call, &change_call, &story_call, &level_call, NULL };
static const struct subscription hears[] = { { "asks.said", &hear_call }, { 0 } };
static const struct route routes[] = {
    { "POST", "/wishes", &change_call, IDEMPOTENT, 0, 201, 0, NULL },
    { "GET", "/members", &own_call, NEED_USER, 0, 200, 0, NULL },
    { 0 },
};

static err nothing_open(struct ctx *cx, void **ret_self)
{
    (void)cx;
    *ret_self = NULL;
    return OK;
}

static void nothing_close(void *self) { (void)self; }

static const struct service asked_service = {
    .name = "asked", .open = nothing_open, .close = nothing_close, .calls = asked_calls, .offers = offers, .subscriptions = hears, .routes = routes,
};

/* ---- the one that asks ---- */

static err say(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct wish *in = in_;
    (void)self, (void)ret_out;
    outbox_put(cx, "asks.said", 1, arena_fmt(cx->arena, "{\"n\":%lld}", (long long)in->n));
    return OK;
}

static const struct call say_call = { .name = "asks.say", .kind = CALL_COMMAND, .in = &wish_fields, .fn = say };
static const struct call *const asks_calls[] = { &say_call, NULL };
static const struct service asks_service = { .name = "asks", .open = nothing_open, .close = nothing_close, .calls = asks_calls };

static const struct service *const both[] = { &asks_service, &asked_service, NULL };
static const struct service *const one[] = { &asks_service, NULL }, *const other[] = { &asked_service, NULL };

static void set(struct fixture *f, const char *name, struct str value)
{
    struct str why = { 0 };
    assert_true(config_set(f->config, str_c(name), value, &why));
}

/* ---- the same from everywhere ---- */

static void begin(struct fixture *f, struct ctx *ret)
{
    app_ctx_begin(f->app, ret);
    ret->actor = (struct actor){ .user = 42, .session = 43, .roles = ROLE_CUSTOMER, .device = { 1 } };
    ret->lang = LANG_KO;
    ret->pass = 9;
    ret->peer = S("192.0.2.7");
}

static void check_calls(struct fixture *f)
{
    static const struct call *const calls[] = { &read_call, &change_call, &story_call };
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        struct ctx cx;
        struct wish in = { INT64_MAX - 1, S("a \"text\"\nof two lines, 한글") };
        struct granted out = { 0 };
        begin(f, &cx);
        assert_int_equal(call_run(&cx, calls[i], &in, &out), OK);
        assert_int_equal(out.n, INT64_MAX);
        assert_int_equal(out.user, 42);
        assert_int_equal(out.pass, 9);
        assert_true(out.korean && out.device);
        assert_true(str_eq(out.peer, S("192.0.2.7")));
        assert_true(str_eq(out.text, S("<a \"text\"\nof two lines, 한글>")));
        assert_ptr_not_equal(atomic_load(&text_seen), in.text.p);          /* no memory is shared */

        in.n = 13;
        assert_int_equal(call_run(&cx, calls[i], &in, &out), ERR_CONFLICT);
        assert_string_equal(cx.problem.code, "unlucky");
        assert_true(str_eq(cx.problem.detail, S("이것은 안 됩니다.")));
        assert_int_equal(cx.problem.retry_after_s, 7);
        assert_int_equal(cx.problem.field_count, 1);
        assert_true(str_eq(cx.problem.fields->field, S("n")) && str_eq(cx.problem.fields->message, S("불길합니다")));
        assert_int_equal(out.n, INT64_MAX);                              /* untouched by a failure */
        app_ctx_end(&cx);
    }
}

static void as_bytes(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f, both);
    set(&f, "call.encoded", S("true"));
    fixture_restart(&f);
    check_calls(&f);
    fixture_close(&f);
}

/* ---- what cannot be believed ---- */

static err answer_to(struct fixture *f, struct str ask)
{
    struct ctx cx;
    struct wire_asked asked;
    app_ctx_begin(f->app, &cx);
    err e = wire_read(&cx, ask, &asked);
    app_ctx_end(&cx);
    return e;
}

static err answer_until(struct fixture *f, const struct call *call, int64_t until)
{
    struct ctx cx;
    struct buf ask;
    begin(f, &cx);
    buf_init(&ask, WIRE_MAX);
    wire_ask(&ask, &cx, call, S("{\"n\":1}"), until);
    err e = answer_to(f, buf_view(&ask));
    buf_free(&ask);
    app_ctx_end(&cx);
    return e;
}

static void not_believed(void **state)
{
    static const char *const asks[] = {
        "", "{", "[]", "{}", "{\"call\":\"asked.read\"}", "{\"call\":\"asked.read\",\"who\":{\"until\":\"now\"},\"in\":{\"n\":1}}",
        "{\"call\":\"asked.read\",\"who\":{\"until\":1,\"admin\":true},\"in\":{\"n\":1}}", "{\"call\":\"\",\"who\":{\"until\":1}}",
    };
    struct fixture f;
    (void)state;
    fixture_open(&f, both);
    for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++)
        assert_int_equal(answer_to(&f, str_c(asks[i])), ERR_INTERNAL);
    int64_t now = wire_now();
    assert_int_equal(answer_until(&f, &read_call, now + PATIENCE), OK);
    assert_int_equal(answer_until(&f, &read_call, now - 1), ERR_UNAVAILABLE);           /* of before */
    assert_int_equal(answer_until(&f, &read_call, now + 3600000), ERR_UNAVAILABLE);     /* good for too long */
    assert_int_equal(answer_until(&f, &own_call, now + PATIENCE), ERR_INTERNAL);        /* is not offered */
    assert_int_equal(answer_until(&f, &say_call, now + PATIENCE), ERR_INTERNAL);
    fixture_close(&f);
}

/* ---- two processes ---- */

struct pair {
    struct fixture asks, asked;
    char address[32];
};

static void copy_secret(const struct fixture *from, const struct fixture *to)
{
    char path[96], bytes[32];
    snprintf(path, sizeof(path), "%s/secret", from->dir);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(bytes, 1, sizeof(bytes), file), sizeof(bytes));
    fclose(file);
    snprintf(path, sizeof(path), "%s/secret", to->dir);
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, sizeof(bytes), file), sizeof(bytes));
    assert_int_equal(fclose(file), 0);
}

static void listen_again(struct fixture *f)
{
    struct str why = { 0 };
    set(f, "http.port", S("0"));
    fixture_restart(f);
    if (!app_listen(f->app, f->arena, &why))
        print_error("%.*s\n", STR_ARG(why));
    assert_non_null(app_http(f->app));
}

/* One that was free a moment ago. */
static int free_port(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0 && !bind(fd, (struct sockaddr *)&at, size) && !getsockname(fd, (struct sockaddr *)&at, &size));
    close(fd);
    return ntohs(at.sin_port);
}

static int open_pair(void **state)
{
    struct pair *p = calloc(1, sizeof(*p));
    assert_non_null(p);
    fixture_open(&p->asks, one);
    fixture_open(&p->asked, other);
    copy_secret(&p->asks, &p->asked);
    snprintf(p->address, sizeof(p->address), "127.0.0.1:%d", free_port());
    set(&p->asked, "call.listen", str_c(p->address));
    set(&p->asks, "call.peers", arena_fmt(p->asks.arena, "asks=127.0.0.1:1, asked = %s", p->address));
    p->asks.options.away = other;
    listen_again(&p->asked);
    listen_again(&p->asks);
    *state = p;
    return 0;
}

static int close_pair(void **state)
{
    struct pair *p = *state;
    fixture_close(&p->asks);
    fixture_close(&p->asked);
    free(p);
    return 0;
}

static err ask_n(struct pair *p, const struct call *call, int64_t n, struct granted *ret)
{
    return fixture_call(&p->asks, 1, ROLE_CUSTOMER, call, &(struct wish){ .n = n }, ret, NULL);
}

static void elsewhere(void **state)
{
    struct pair *p = *state;
    struct granted out;
    check_calls(&p->asks);
    app_close(p->asked.app);
    assert_int_equal(ask_n(p, &read_call, 1, &out), ERR_UNAVAILABLE);
    struct str why = { 0 };
    p->asked.app = app_open(p->asked.arena, &p->asked.options, &why);
    assert_non_null(p->asked.app);
    assert_true(app_listen(p->asked.app, p->asked.arena, &why));
    err e = ERR_UNAVAILABLE;
    for (int i = 0; i < 20 && e == ERR_UNAVAILABLE; i++)     /* each asks for a second */
        e = ask_n(p, &change_call, 1, &out);
    assert_int_equal(e, OK);
}

static void events_arrive(void **state)
{
    struct pair *p = *state;
    for (int64_t n = 7; n < 9; n++) {
        assert_int_equal(fixture_call(&p->asks, 1, 0, &say_call, &(struct wish){ .n = n }, NULL, NULL), OK);
        app_clock_advance(p->asks.app, 5000);
        for (int i = 0; i < PATIENCE && atomic_load(&heard_n) != n; i++)
            usleep(1000);
        assert_int_equal(atomic_load(&heard_n), n);
    }
    assert_int_equal(clock_now(app_clock(p->asked.app)), clock_now(app_clock(p->asks.app)));   /* moved along */
}

/* From memory: what was told last, and nothing before that. */
static void recalled(void **state)
{
    struct pair *p = *state;
    struct wish out = { 0 };
    err e = ERR_UNAVAILABLE;
    for (int i = 0; i < PATIENCE && e == ERR_UNAVAILABLE; i++) {
        e = fixture_call(&p->asks, 0, 0, &level_call, NULL, &out, NULL);
        usleep(1000);
    }
    assert_int_equal(e, OK);
    assert_int_equal(out.n, 5);
}

static void fetch_from(struct fixture *f, const char *method, const char *path, const char *body, struct fetched *ret)
{
    const char *why = "";
    struct fetch_header header = { "Idempotency-Key", S("the-key") };
    struct fetch question = { .url = arena_fmt(f->arena, "http://127.0.0.1:%d%s", app_port(f->app), path), .method = method, .json = str_c(body),
                              .headers = &header, .header_count = 1, .timeout_ms = 60000 };
    assert_true(fetch(f->arena, &question, ret, &why));
}

static void requests_are_forwarded(void **state)
{
    struct pair *p = *state;
    struct fetched got, again;
    int64_t before = atomic_load(&granted_n);
    fetch_from(&p->asks, "POST", "/wishes", "{\"n\":4,\"text\":\"x\"}", &got);
    assert_int_equal(got.status, 201);
    assert_true(str_starts(got.body, S("{\"n\":5,\"user\":0,\"pass\":0,\"text\":\"<x>\",\"peer\":\"127.0.0.1\"")));
    fetch_from(&p->asks, "POST", "/wishes", "{\"n\":4,\"text\":\"x\"}", &again);
    assert_true(str_eq(again.body, got.body));
    assert_int_equal(atomic_load(&granted_n), before + 1);
    fetch_from(&p->asks, "POST", "/wishes", "{\"n\":\"4\"}", &got);
    assert_int_equal(got.status, 400);
    fetch_from(&p->asks, "POST", "/wishes", "{\"n\":13}", &got);
    assert_int_equal(got.status, 422);       /* the key was used for something else */
}

static void refused_at_start(void **state)
{
    static const struct {
        const char *name, *value, *told;
    } cases[] = {
        { "call.peers", "", "asked" },
        { "call.peers", "asked", "call.peers" },
        { "call.peers", "asked=127.0.0.1", "call.peers" },
        { "call.peers", "asked=127.0.0.1:99999", "call.peers" },
        { "call.peers", "nobody=127.0.0.1:1", "nobody" },
        { "call.listen", "7001", "call.listen" },
    };
    struct fixture f;
    (void)state;
    fixture_open(&f, one);
    app_close(f.app);
    f.options.away = other;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct str why = { 0 };
        set(&f, "call.peers", S("asked=127.0.0.1:1"));
        set(&f, cases[i].name, str_c(cases[i].value));
        assert_null(app_open(f.arena, &f.options, &why));
        assert_non_null(strstr(arena_str(f.arena, why).p, cases[i].told));
    }
    set(&f, "call.listen", S(""));
    set(&f, "call.peers", S("asked=127.0.0.1:1"));
    struct str why = { 0 };
    f.app = app_open(f.arena, &f.options, &why);
    fixture_close(&f);
}

int main(void)
{
#define PAIR(test) cmocka_unit_test_setup_teardown(test, open_pair, close_pair)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_bytes), cmocka_unit_test(not_believed), PAIR(elsewhere), PAIR(events_arrive), PAIR(recalled), PAIR(requests_are_forwarded),
        cmocka_unit_test(refused_at_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
