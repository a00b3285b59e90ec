/* Guessing is slowed down: after some failures in a row each further one doubles the pause before the next attempt, for the account and for the
 * network address it came from. An attempt is counted before it is known how it ends, so that many at once gain nothing, and taken back when
 * it was right. An e-mail address is counted whether or not somebody has it: the answers tell nothing. The table keeps an hour, as hashes. */
#include "auth_int.h"
#include "platform/http/http.h"
#include "platform/obs/metrics.h"

#define ACCOUNT_FREE    5         /* failures without a pause */
#define ADDRESS_FREE    100       /* a whole office may sit behind one address */
#define PAUSE_MAX_S     900
#define FORGOTTEN_MS    (60 * 60 * 1000)

struct counted {
    uint8_t who[ATTEMPT_WHO];
    struct attempts so_far;
    int64_t free;
};

static struct counted counted(const char *kind, const void *p, size_t n, int64_t free)
{
    char text[4 + 254];
    struct counted c = { .free = free };
    size_t length = n < 254 ? n : 254;
    memcpy(text, kind, 4);
    memcpy(text + 4, p, length);
    crypto_digest(str_of(text, 4 + length), c.who, sizeof(c.who));
    return c;
}

/* Who is counted for an attempt: the account asked for, and the address it came from unless that is this machine. */
static size_t counted_for(const struct ctx *cx, struct str email, struct counted ret[2])
{
    uint64_t address = http_peer_key(cx->peer);
    size_t n = 0;
    if (email.n)
        ret[n++] = counted("mail", email.p, email.n, ACCOUNT_FREE);
    if (address)
        ret[n++] = counted("from", &address, sizeof(address), ADDRESS_FREE);
    return n;
}

static int64_t pause_s(int64_t failed, int64_t free)
{
    if (failed < free)
        return 0;
    int64_t doubled = failed - free;
    return doubled < 10 && INT64_C(1) << doubled < PAUSE_MAX_S ? INT64_C(1) << doubled : PAUSE_MAX_S;
}

static int64_t wait_ms(const struct ctx *cx, const struct counted *c)
{
    int64_t until = c->so_far.last_at + pause_s(c->so_far.failed, c->free) * 1000;
    return until > cx->now ? until - cx->now : 0;
}

err attempts_count(struct ctx *cx, struct str email)
{
    struct counted who[2];
    size_t n = counted_for(cx, email, who);
    int64_t wait = 0;
    for (size_t i = 0; i < n; i++) {
        err e = store_attempts(cx, who[i].who, &who[i].so_far);
        if (e)
            return e;
        if (who[i].so_far.last_at + FORGOTTEN_MS <= cx->now)
            who[i].so_far.failed = 0;
        int64_t mine = wait_ms(cx, &who[i]);
        wait = mine > wait ? mine : wait;
    }
    if (wait) {
        metric_add(&auth_attempts_refused, 1);
        cx->problem.retry_after_s = (int)((wait + 999) / 1000);
        return fail(cx, ERR_LIMIT, NULL, "Too many attempts failed: try again in %d seconds.", "실패한 시도가 너무 많습니다. %d초 후에 다시 시도해 주세요.",
                    cx->problem.retry_after_s);
    }
    for (size_t i = 0; i < n; i++) {
        who[i].so_far.failed++;
        err e = store_attempts_save(cx, who[i].who, &who[i].so_far);
        if (e)
            return e;
    }
    return OK;
}

err attempts_back(struct ctx *cx, struct str email)
{
    struct counted who[2];
    size_t n = counted_for(cx, email, who);
    for (size_t i = 0; i < n; i++) {
        err e = store_attempts_back(cx, who[i].who);
        if (e)
            return e;
    }
    return OK;
}

err attempts_forgive(struct ctx *cx, struct str email)
{
    if (email.n) {
        struct counted account = counted("mail", email.p, email.n, ACCOUNT_FREE);
        err e = store_attempts_forget(cx, account.who);
        if (e)
            return e;
    }
    return attempts_back(cx, email);
}

err attempts_prune(struct ctx *cx, size_t max, int64_t *ret_n)
{
    return store_attempts_prune(cx, cx->now - FORGOTTEN_MS, max, ret_n);
}

/* ---- the calls ---- */

err auth_attempt(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct attempt_in *in = in_;
    struct credentials *ret = ret_out;
    (void)self;

    *ret = (struct credentials){ 0 };
    err e = in->user ? store_credentials_by_id(cx, in->user, ret) : in->email.n ? store_credentials_by_email(cx, in->email, ret) : OK;
    if (e)
        return e;
    return attempts_count(cx, in->user ? ret->email : in->email);
}

err auth_attempt_forgive(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct attempt_in *in = in_;
    (void)self;
    (void)ret_out;
    return attempts_forgive(cx, in->email);
}

err password_match(struct ctx *cx, struct auth *a, const char *field, struct str password, struct credentials *ret)
{
    bool same;
    err e = call_run(cx, &auth_attempt_call, &(struct attempt_in){ .user = cx->actor.user }, ret);
    if (e)
        return e;
    e = hasher_matches(cx, &a->hasher, ret->password_hash, password, &same);
    if (e)
        return e;
    if (same)
        return OK;
    fail_field(cx, str_c(field), "is not your password", "현재 비밀번호와 다릅니다");
    return fail(cx, ERR_DENIED, "wrong_password", "The password is wrong.", "비밀번호가 올바르지 않습니다.");
}

err password_confirm(struct ctx *cx, struct auth *a, const char *field, struct str password, struct credentials *ret)
{
    err e = password_match(cx, a, field, password, ret);
    return e ? e : call_run(cx, &auth_attempt_forgive_call, &(struct attempt_in){ .email = ret->email }, NULL);
}
