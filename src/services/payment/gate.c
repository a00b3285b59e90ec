#include "gate.h"
#include "merchant.h"

#include <stdio.h>
#include <stdlib.h>

#include "payment_int.h"
#include "base/clock.h"
#include "platform/call/app.h"
#include "platform/config/config.h"
#include "platform/obs/log.h"

#define CALLS_PER_ORDER 2     /* create and confirm */
#define BUSY_WAIT_S     5     /* while our own limit is reached */

/* ---- metrics ---- */

static const char *const gate_words[PROVIDERS] = { "sandbox", "toss", "stripe" };

#define STATE(word)    { .name = "takenseat_provider_state", .kind = METRIC_GAUGE, .labels = "provider=\"" word "\"",                          \
                         .help = "Breaker of a provider: 0 closed, 1 open, 2 probing" }
#define HEADROOM(word) { .name = "takenseat_provider_headroom_per_minute", .kind = METRIC_GAUGE, .labels = "provider=\"" word "\"",            \
                         .value = -1, .help = "Questions a minute that a provider can take now; -1: no limit is known" }
#define SECONDS(word)  { .name = "takenseat_provider_seconds", .kind = METRIC_HISTOGRAM, .labels = "provider=\"" word "\"",                    \
                         .help = "Time until a provider answered, or was given up" }
#define CALLS(word, how) { .name = "takenseat_provider_calls_total", .kind = METRIC_COUNTER, .help = "Questions to providers by what came of them", \
                           .labels = "provider=\"" word "\",outcome=\"" how "\"" }
#define OF_EACH(row)   { row("sandbox"), row("toss"), row("stripe") }
#define OUTCOMES_OF(word) { CALLS(word, "answered"), CALLS(word, "silent"), CALLS(word, "throttled"), CALLS(word, "held") }

struct metric provider_state[PROVIDERS] = OF_EACH(STATE);
struct metric provider_headroom[PROVIDERS] = OF_EACH(HEADROOM);
struct metric provider_seconds[PROVIDERS] = OF_EACH(SECONDS);
struct metric provider_calls[PROVIDERS][OUTCOMES] = OF_EACH(OUTCOMES_OF);

static int index_of(const struct provider *p)
{
    int i = 0;
    while (i < PROVIDERS && strcmp(gate_words[i], p->name) != 0)
        i++;
    ASSERT(i < PROVIDERS);
    return i;
}

static int64_t now_of(struct ctx *cx)
{
    return clock_now(app_clock(cx->app));
}

static int64_t show_health(struct gate *g, int i, int64_t now)
{
    int64_t wait, per_minute = health_per_minute(&g->health[i], now);
    metric_set(&provider_state[i], health_look(&g->health[i], now, &wait));
    metric_set(&provider_headroom[i], per_minute == UNLIMITED ? -1 : per_minute);
    return per_minute;
}

/* ---- life ---- */

err gate_open(struct ctx *cx, struct gate **ret)
{
    const struct config *c = app_config(cx->app);
    struct gate *g = calloc(1, sizeof(*g));
    ASSERT(g != NULL);
    *ret = g;
    struct health_rules rules = { .failures = config_int(c, "payment.breaker_failures"), .threads = config_int(c, "app.workers"),
                                  .pause_ms = config_int(c, "payment.breaker_pause_seconds") * 1000 };
    for (int i = 0; i < PROVIDERS; i++) {
        char name[64];
        snprintf(name, sizeof(name), "payment.%s_per_minute", gate_words[i]);
        int64_t limit = config_int(c, name);
        rules.per_minute = limit ? limit : UNLIMITED;
        health_init(&g->health[i], &rules, cx->now);
        show_health(g, i, cx->now);
    }

    struct str fallback = config_str(c, "payment.fallback");
    g->fallback = fallback.n ? provider_named(fallback) : NULL;
    if (fallback.n && !g->fallback)
        return fail(cx, ERR_INPUT, NULL, "payment.fallback must name a provider, or be empty.", "payment.fallback은 결제 대행사 이름이거나 비어 있어야 합니다.");
    return OK;
}

void gate_close(struct gate *g)
{
    for (int i = 0; i < PROVIDERS; i++)
        health_end(&g->health[i]);
    free(g);
}

/* ---- questions ---- */

struct question {
    struct gate *gate;
    int provider;
    int64_t asked_at;
};

/* False: not now. */
static bool begin(struct ctx *cx, struct payments *s, const struct provider *p, struct question *ret)
{
    *ret = (struct question){ s->gate, index_of(p), now_of(cx) };
    if (health_admit(&s->gate->health[ret->provider], cx->actor.user != 0, ret->asked_at))
        return true;
    metric_add(&provider_calls[ret->provider][OUTCOME_HELD], 1);
    return false;
}

static void end(struct ctx *cx, const struct question *q, enum outcome outcome)
{
    int64_t now = now_of(cx);
    health_note(&q->gate->health[q->provider], outcome, now - q->asked_at, now);
    metric_add(&provider_calls[q->provider][outcome], 1);
    metric_observe_us(&provider_seconds[q->provider], (now - q->asked_at) * 1000);
    show_health(q->gate, q->provider, now);
}

static struct verdict judged(struct ctx *cx, const struct question *q, struct verdict v)
{
    enum outcome silent = v.throttled ? OUTCOME_THROTTLED : OUTCOME_SILENT;
    end(cx, q, v.kind == VERDICT_UNKNOWN ? silent : OUTCOME_ANSWERED);
    return v;
}

static const struct verdict held = { .kind = VERDICT_UNKNOWN, .throttled = true };

struct verdict gate_confirm(struct ctx *cx, struct payments *s, const struct provider *p, const struct charge *c)
{
    struct question q;
    return begin(cx, s, p, &q) ? judged(cx, &q, p->confirm(cx, c)) : held;
}

struct verdict gate_query(struct ctx *cx, struct payments *s, const struct provider *p, const struct charge *c)
{
    struct question q;
    return begin(cx, s, p, &q) ? judged(cx, &q, p->query(cx, c)) : held;
}

struct verdict gate_cancel(struct ctx *cx, struct payments *s, const struct provider *p, const struct charge *c)
{
    struct question q;
    return begin(cx, s, p, &q) ? judged(cx, &q, p->cancel(cx, c)) : held;
}

struct verdict gate_refund(struct ctx *cx, struct payments *s, const struct provider *p, const struct charge *c, const struct give_back *r)
{
    struct question q;
    return begin(cx, s, p, &q) ? judged(cx, &q, p->refund(cx, c, r)) : held;
}

static err unavailable(struct ctx *cx, struct payments *s, const struct provider *p)
{
    int64_t wait;
    health_look(&s->gate->health[index_of(p)], now_of(cx), &wait);
    cx->problem.retry_after_s = wait ? (int)((wait + 999) / 1000) : BUSY_WAIT_S;
    return fail(cx, ERR_UNAVAILABLE, "provider_unavailable", "The payment provider %s cannot be reached now; please try again in %d seconds.",
                "결제 대행사 %s에 연결할 수 없습니다. %d초 후 다시 시도해 주세요.", p->name, cx->problem.retry_after_s);
}

/* A failure of ours (no keys, an amount it does not take) tells nothing about it. */
static enum outcome outcome_of(err e)
{
    return e == ERR_UNAVAILABLE ? OUTCOME_SILENT : e == ERR_LIMIT ? OUTCOME_THROTTLED : OUTCOME_ANSWERED;
}

err gate_create(struct ctx *cx, struct payments *s, const struct provider *p, const struct charge *c, struct created *ret)
{
    struct question q;
    if (p->creates_alone)
        return p->create(cx, c, ret);
    if (!begin(cx, s, p, &q))
        return unavailable(cx, s, p);
    err e = p->create(cx, c, ret);
    end(cx, &q, outcome_of(e));
    return e;
}

err gate_books(struct ctx *cx, struct payments *s, const struct provider *p, const struct books_in *in, struct provider_page *ret)
{
    struct question q;
    if (!begin(cx, s, p, &q))
        return unavailable(cx, s, p);
    err e = p->books(cx, in->merchant, in->from, in->to, in->cursor, ret);
    end(cx, &q, outcome_of(e));
    return e;
}

/* ---- for new payments ---- */

err gate_choose(struct ctx *cx, struct payments *s, const struct provider *asked, const struct provider **ret)
{
    const struct provider *second = s->gate->fallback;
    int64_t now = now_of(cx);
    if (health_want(&s->gate->health[index_of(asked)], now))
        *ret = asked;
    else if (second && second != asked && vendors_offer(s, provider_word(second)) && health_want(&s->gate->health[index_of(second)], now))
        *ret = second;
    else
        return unavailable(cx, s, asked);
    return OK;
}

err gate_check(struct ctx *cx, struct payments *s, const struct provider *p)
{
    int64_t wait;
    return health_look(&s->gate->health[index_of(p)], now_of(cx), &wait) == BREAKER_CLOSED ? OK : unavailable(cx, s, p);
}

/* ---- routes and calls of others ---- */

err gate_list(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct payments *s = self;
    struct providers_out *ret = ret_out;
    size_t n = 0;
    (void)in;
    struct provider_view *items = NEW_ARRAY(cx->arena, struct provider_view, PROVIDERS);
    for (int i = 0; provider_words[i]; i++) {
        const struct provider *p = provider_at(i);
        int64_t wait;
        if (!vendors_offer(s, i))
            continue;
        health_look(&s->gate->health[index_of(p)], cx->now, &wait);
        items[n++] = (struct provider_view){ str_c(p->name), wait == 0, (wait + 999) / 1000 };
    }
    ret->items = (struct list){ items, n };
    return OK;
}

/* Those that buyers have asked for lately count; before anybody has, nothing is known to limit. */
err gate_headroom(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct payments *s = self;
    struct payment_headroom *ret = ret_out;
    bool any = false;
    int64_t sum = 0;
    (void)in;
    for (int i = 0; i < PROVIDERS; i++) {
        int64_t per_minute = show_health(s->gate, i, cx->now);
        if (!health_in_use(&s->gate->health[i], cx->now))
            continue;
        any = true;
        sum = per_minute == UNLIMITED || sum == UNLIMITED ? UNLIMITED : sum + per_minute / CALLS_PER_ORDER;
    }
    ret->orders_per_minute = any ? sum : UNLIMITED;
    return OK;
}
