#include "call.h"

#include "account.h"

#include <assert.h>
#include <string.h>

enum { STALE_TRIES = 3, PROGRESS_TRIES = 400, PROGRESS_MS = 25, RENEWAL_MS = 10, BACK_OFF_FIRST_MS = 50, BACK_OFF_MOST_MS = 2000 };

static void call_send(struct call *c)
{
    assert(c->rq.method && c->rq.path && c->settled);
    http_client_send(c->r->http, &c->rq);
}

static void call_again(struct alarm *alarm)
{
    struct call *c = alarm->owner;

    if (c->account && account_is_busy(c->account)) {
        alarm_set(&c->r->alarms, alarm, clock_us() + RENEWAL_MS * US_A_MS, call_again, c);
        return;
    }
    score_sent(c->r->score, c->op, true);
    call_send(c);
}

static void code_read(struct call *c, const struct http_reply *reply)
{
    c->code[0] = '\0';
    if (reply->outcome != HTTP_ANSWERED || reply->status < 400)
        return;

    cJSON *problem = cJSON_ParseWithLength(reply->body, reply->body_len);
    const char *code = json_text(problem, "code");
    if (code)
        snprintf(c->code, sizeof c->code, "%s", code);
    cJSON_Delete(problem);
}

static int back_off_ms(unsigned tries)
{
    int ms = tries < 6 ? BACK_OFF_FIRST_MS << tries : BACK_OFF_MOST_MS;

    return ms < BACK_OFF_MOST_MS ? ms : BACK_OFF_MOST_MS;
}

/* How long to wait before the same request is sent again; -1: the reply settles it. */
static int wait_before_repeat_ms(const struct call *c, const struct http_reply *reply)
{
    bool survive = c->r->options.survive_restarts;

    if (reply->outcome == HTTP_LOST || reply->outcome == HTTP_GARBLED)
        return -1;
    if (reply->outcome != HTTP_ANSWERED) {
        if (reply->stale && c->tries < STALE_TRIES)
            return 0;
        return survive ? back_off_ms(c->tries) : -1;
    }
    if (reply->status == 429)
        return reply->retry_after_s > 0 ? reply->retry_after_s * 1000 : back_off_ms(c->tries);
    if (reply->status == 503 && survive)
        return back_off_ms(c->tries);
    if (reply->status == 409 && !strcmp(c->code, "in_progress") && c->tries < PROGRESS_TRIES)
        return PROGRESS_MS;
    return -1;
}

static void call_done(struct http_request *rq, const struct http_reply *reply)
{
    struct call *c = rq->owner;
    int wait_ms;

    code_read(c, reply);
    score_reply(c->r->score, c->op, reply, c->code[0] ? c->code : NULL);
    if (reply->outcome == HTTP_ANSWERED && reply->status == 401 && c->account && !c->renewed) {
        c->renewed = true;
        if (!account_is_busy(c->account))
            account_renew(c->account);
        wait_ms = RENEWAL_MS;
    } else {
        wait_ms = wait_before_repeat_ms(c, reply);
    }

    if (wait_ms < 0) {
        c->settled(c, reply);
        return;
    }
    c->tries++;
    alarm_set(&c->r->alarms, &c->alarm, clock_us() + (int64_t)wait_ms * US_A_MS, call_again, c);
}

void call_start(struct call *c, bool repeated)
{
    c->tries = 0;
    c->renewed = false;
    if (c->account)
        c->rq.token = &c->account->access;
    c->rq.patience_us = (int64_t)c->r->options.timeout_ms * US_A_MS;
    c->rq.done = call_done;
    c->rq.owner = c;
    score_sent(c->r->score, c->op, repeated);
    call_send(c);
}
