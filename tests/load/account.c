/* An account climbs a ladder until it has a working token: check, refresh, log in, sign up and log in. One table says what
 * each rung sends and where it leads. A spent refresh token or a fresh server is thus no special case. */
#include "account.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct rung {
    enum op op;
    const char *method, *path;
    enum account_step good, bad;
};

/* clang-format off */
static const struct rung rungs[] = {
    [ACCOUNT_CHECKING]   = { OP_CHECK,   "GET",  "/api/v1/users/me",     ACCOUNT_READY,      ACCOUNT_REFRESHING },
    [ACCOUNT_REFRESHING] = { OP_REFRESH, "POST", "/api/v1/auth/refresh", ACCOUNT_READY,      ACCOUNT_LOGGING_IN },
    [ACCOUNT_LOGGING_IN] = { OP_LOGIN,   "POST", "/api/v1/auth/login",   ACCOUNT_READY,      ACCOUNT_SIGNING_UP },
    [ACCOUNT_SIGNING_UP] = { OP_SIGNUP,  "POST", "/api/v1/auth/signup",  ACCOUNT_LOGGING_IN, ACCOUNT_FAILED },
};
/* clang-format on */

static void account_settled(struct call *c, const struct http_reply *reply);
static void accounts_start_next(struct rehearsal *r);

bool account_is_busy(const struct account *a)
{
    return a->step != ACCOUNT_NEW && a->step < ACCOUNT_READY;
}

static char *account_body(const struct account *a)
{
    cJSON *body = cJSON_CreateObject();

    if (a->step == ACCOUNT_REFRESHING) {
        cJSON_AddStringToObject(body, "refresh_token", a->refresh);
        return json_print(body);
    }
    cJSON_AddStringToObject(body, "email", a->email);
    cJSON_AddStringToObject(body, "password", a->password);
    if (a->step == ACCOUNT_SIGNING_UP)
        cJSON_AddStringToObject(body, "name", "Rehearsal Buyer");
    return json_print(body);
}

static void account_move(struct account *a, enum account_step to)
{
    struct rehearsal *r = a->call.r;

    if (to == ACCOUNT_SIGNING_UP && a->signed_up)
        to = ACCOUNT_FAILED; /* the login after a sign-up failed too */
    if (to == ACCOUNT_REFRESHING && !*a->refresh)
        to = ACCOUNT_LOGGING_IN;
    a->step = to;
    if (to >= ACCOUNT_READY) {
        if (a->preparing) {
            a->preparing = false;
            r->busy--;
            accounts_start_next(r);
        }
        return;
    }

    const struct rung *rung = &rungs[to];
    a->signed_up |= to == ACCOUNT_SIGNING_UP;
    free(a->body);
    a->body = to == ACCOUNT_CHECKING ? NULL : account_body(a);
    a->call.op = rung->op;
    a->call.settled = account_settled;
    a->call.owner = a;
    a->call.rq = (struct http_request){ .method = rung->method, .path = rung->path, .body = a->body, .hang_up_ms = -1 };
    if (to == ACCOUNT_CHECKING)
        a->call.rq.token = &a->access;
    call_start(&a->call, false);
}

static bool tokens_read(struct account *a, const struct http_reply *reply)
{
    cJSON *root = cJSON_ParseWithLength(reply->body, reply->body_len);
    const char *access = json_text(root, "access_token"), *refresh = json_text(root, "refresh_token");
    bool good = access && refresh;

    if (good) {
        free(a->access);
        free(a->refresh);
        a->access = mem_text(access);
        a->refresh = mem_text(refresh);
    }
    cJSON_Delete(root);
    return good;
}

static void account_settled(struct call *c, const struct http_reply *reply)
{
    struct account *a = c->owner;
    const struct rung *rung = &rungs[a->step];
    bool good = reply->outcome == HTTP_ANSWERED && reply->status < 300;

    if (a->step == ACCOUNT_SIGNING_UP)
        good |= reply->outcome == HTTP_ANSWERED && !strcmp(c->code, "email_taken");
    if (good && (a->step == ACCOUNT_REFRESHING || a->step == ACCOUNT_LOGGING_IN))
        good = tokens_read(a, reply);
    account_move(a, good ? rung->good : rung->bad);
}

void account_renew(struct account *a)
{
    assert(!account_is_busy(a));
    a->signed_up = false;
    account_move(a, ACCOUNT_REFRESHING);
}

/* A line of the file. A field is text without comma; tokens and our own addresses have none. */
static bool account_parse(struct account *a, char *line)
{
    char **const fields[] = { &a->email, &a->password, &a->access, &a->refresh };

    for (size_t i = 0; i < COUNT(fields); i++) {
        char *comma = line ? strchr(line, ',') : NULL;
        if (comma)
            *comma = '\0';
        *fields[i] = mem_text(line ? line : "");
        line = comma ? comma + 1 : NULL;
    }
    a->first = *a->access ? ACCOUNT_CHECKING : ACCOUNT_LOGGING_IN;
    return *a->email && *a->password && strcmp(a->email, "email");
}

static void account_forget(struct account *a)
{
    char *const texts[] = { a->email, a->password, a->access, a->refresh, a->body };

    for (size_t i = 0; i < COUNT(texts); i++)
        free(texts[i]);
    *a = (struct account){ 0 };
}

static void account_invent(struct account *a, const char *tag, unsigned number)
{
    char secret[17];

    random_hex(secret, sizeof secret);
    *a = (struct account){ .email = mem_print("buyer-%s-%u@load.example", tag, number),
                           .password = mem_print("Rh-%s", secret),
                           .access = mem_text(""),
                           .refresh = mem_text(""),
                           .first = ACCOUNT_SIGNING_UP };
}

/* All accounts of the file are kept, also those beyond the number of buyers: the file is written again. */
static unsigned accounts_load(struct rehearsal *r)
{
    size_t size = 0;
    char *text = r->options.accounts ? file_read(r->options.accounts, &size) : NULL;
    unsigned lines = 1, n = 0;

    if (r->options.accounts && !text && errno != ENOENT)
        tool_die("%s: %s", r->options.accounts, strerror(errno));
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n';
    r->accounts = mem_take(lines > r->options.buyers ? lines : r->options.buyers, sizeof *r->accounts);
    for (char *rest = text; rest;) {
        if (account_parse(&r->accounts[n], strsep(&rest, "\r\n")))
            n++;
        else
            account_forget(&r->accounts[n]);
    }
    free(text);
    return n;
}

static void accounts_start_next(struct rehearsal *r)
{
    while (r->accounts_started < r->options.buyers && r->busy < r->options.signup_parallel) {
        struct account *a = &r->accounts[r->accounts_started++];
        r->busy++;
        a->preparing = true;
        account_move(a, a->first);
    }
}

static void accounts_trust(struct rehearsal *r)
{
    for (unsigned i = 0; i < r->account_count; i++)
        if (r->accounts[i].first == ACCOUNT_CHECKING)
            r->accounts[i].step = ACCOUNT_READY;
}

unsigned accounts_prepare(struct rehearsal *r)
{
    unsigned ready = 0;

    for (r->account_count = accounts_load(r); r->account_count < r->options.buyers; r->account_count++)
        account_invent(&r->accounts[r->account_count], r->tag, r->account_count);
    for (unsigned i = 0; i < r->account_count; i++)
        r->accounts[i].call.r = r;

    if (r->options.accounts_ready) {
        accounts_trust(r);
    } else {
        accounts_start_next(r);
        rehearsal_run(r, clock_us() + (int64_t)r->options.prepare_seconds * US_A_SECOND);
    }
    for (unsigned i = 0; i < r->account_count; i++)
        ready += r->accounts[i].step == ACCOUNT_READY;
    if (r->busy)
        tool_die("only %u of %u accounts were ready after %u s", ready, r->options.buyers, r->options.prepare_seconds);
    return ready;
}

/* Written beside and renamed, so that a half-written file never stands in for a whole one. */
void accounts_save(const struct rehearsal *r)
{
    if (!r->options.accounts)
        return;

    char *beside = mem_print("%s.new", r->options.accounts);
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!f)
        tool_die("%s: %s", beside, strerror(errno));
    fputs("email,password,access_token,refresh_token\n", f);
    for (unsigned i = 0; i < r->account_count; i++) {
        const struct account *a = &r->accounts[i];
        fprintf(f, "%s,%s,%s,%s\n", a->email, a->password, a->access, a->refresh);
    }
    if (fclose(f) || rename(beside, r->options.accounts))
        tool_die("%s: %s", beside, strerror(errno));
    free(beside);
}

void accounts_free(struct rehearsal *r)
{
    for (unsigned i = 0; i < r->account_count; i++)
        account_forget(&r->accounts[i]);
    free(r->accounts);
}
