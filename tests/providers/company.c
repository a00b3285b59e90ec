#include "company.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/call/app.h"
#include "platform/config/config.h"
#include "platform/obs/log.h"

const struct company companies[3] = {
    { .name = "sandbox" },
    { .name = "toss", .outside = true },
    { .name = "stripe", .outside = true, .lets_go = true },
};

/* ---- the simulator ---- */

static struct {
    pid_t pid;
    char origin[128];
} psp;

int psp_start(void **state)
{
    static const char begins[] = "psp listens on ";
    const char *program = getenv("TAKENSEAT_PSP");
    char line[128] = "";
    int pipes[2];
    (void)state;
    assert_non_null(program);
    assert_int_equal(pipe(pipes), 0);
    psp.pid = fork();
    assert_true(psp.pid >= 0);
    if (psp.pid == 0) {
        dup2(pipes[1], STDOUT_FILENO);
        close(pipes[0]);
        close(pipes[1]);
        execl(program, program, "--secret-key", "sk_test_one", "--hold-ms", "300", "--max-seconds", "300", (char *)NULL);
        _exit(127);
    }
    close(pipes[1]);
    FILE *out = fdopen(pipes[0], "r");
    assert_non_null(out);
    assert_non_null(fgets(line, sizeof(line), out));
    fclose(out);
    assert_memory_equal(line, begins, sizeof(begins) - 1);
    snprintf(psp.origin, sizeof(psp.origin), "%s", line + sizeof(begins) - 1);
    psp.origin[strcspn(psp.origin, "\n")] = 0;
    return 0;
}

int psp_stop(void **state)
{
    int status;
    (void)state;
    kill(psp.pid, SIGTERM);
    waitpid(psp.pid, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static void control(struct bed *b, const char *path, struct str json)
{
    struct fetched got;
    const char *why;
    struct str url = arena_fmt(b->cx.arena, "%s/psp/%s", psp.origin, path);
    assert_true(fetch(b->cx.arena, &(struct fetch){ .url = url, .json = json }, &got, &why));
    assert_int_equal(got.status, 200);
}

void psp_profile(struct bed *b, const char *name)
{
    control(b, "profile", arena_fmt(b->cx.arena, "{\"name\":\"%s\"}", name));
}

void psp_deposit(struct bed *b, struct str order)
{
    control(b, "deposit", arena_fmt(b->cx.arena, "{\"orderId\":\"%.*s\"}", STR_ARG(order)));
}

/* ---- the program ---- */

static void set(struct bed *b, const char *name, const char *value)
{
    struct str why;
    assert_true(config_set(b->fixture.config, str_c(name), str_c(value), &why));
}

int company_bed(void **state)
{
    bed_make(state);
    struct bed *b = *state;
    b->no_provider = true;                   /* charges without payments: nothing to compare */
    set(b, "payment.toss_url", psp.origin);
    set(b, "payment.stripe_url", psp.origin);
    set(b, "payment.toss_secret_key", "sk_test_one");
    set(b, "payment.stripe_secret_key", "sk_test_one");
    set(b, "payment.provider_timeout_ms", "200");
    log_level_set((enum log_level)(LOG_ERROR + 1));
    restart(b);
    app_ctx_begin(b->fixture.app, &b->cx);
    psp_profile(b, "none");
    return 0;
}

int company_drop(void **state)
{
    return bed_drop(state);
}

struct charge charge_new(struct bed *b, const struct company *c, int64_t amount)
{
    static int64_t next = 1000;
    struct merchant *m = NEW(b->cx.arena, struct merchant);
    const struct provider *p = provider_named(str_c(c->name));
    assert_int_equal(merchant_load(&b->cx, service(b), p, 0, m), OK);
    next++;
    return (struct charge){ .payment = next, .order = payment_public_id(&b->cx, ID_PAYMENT, next), .amount = { amount, "KRW" },
                            .title = S("두 좌석, \"밤\""), .merchant = m };
}

/* ---- the buyer ---- */

static struct str page_of(struct bed *b, const struct created *made)
{
    static const char begins[] = "{\"redirect_url\":\"";
    assert_true(made->client.n > sizeof(begins));
    assert_memory_equal(made->client.p, begins, sizeof(begins) - 1);
    return arena_str(b->cx.arena, str_of(made->client.p + sizeof(begins) - 1, made->client.n - sizeof(begins) - 1));
}

static struct fetched page_post(struct bed *b, const struct created *made, const char *does)
{
    struct fetched got;
    const char *why;
    struct str url = arena_fmt(b->cx.arena, "%.*s/%s", STR_ARG(page_of(b, made)), does);
    assert_true(fetch(b->cx.arena, &(struct fetch){ .url = url, .form = S(""), .listen = "Location" }, &got, &why));
    return got;
}

static struct str returned(struct bed *b, struct str location)
{
    struct str query = location;
    str_cut(&query, '?');
    while (query.n) {
        struct str value = str_cut(&query, '&'), name = str_cut(&value, '=');
        if (str_eq(name, S("paymentKey")) || str_eq(name, S("session_id")))
            return arena_str(b->cx.arena, value);
    }
    FAIL("the page returns no key: %.*s", STR_ARG(location));
    return (struct str){ 0 };
}

struct str buyer_approves(struct bed *b, const struct company *c, const struct created *made)
{
    if (!c->outside)
        return S("sandbox-ok");
    struct fetched got = page_post(b, made, "approve");
    assert_int_equal(got.status, 303);
    return returned(b, got.heard);
}

/* Toss's page lets the buyer go on and the confirmation fails; Stripe's keeps the buyer on its page. */
struct str buyer_refused(struct bed *b, const struct company *c, const struct created *made)
{
    if (!c->outside)
        return S("sandbox-decline");
    struct fetched got = page_post(b, made, "refuse");
    return got.status == 303 ? returned(b, got.heard) : made->ref;
}
