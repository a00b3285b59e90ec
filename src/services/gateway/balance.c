/* Whom to ask, as one loop sees it. Three things keep a server that does badly from taking requests with it: of several, one that fails several times in a
 * row is passed over for a while, longer each time, but never more than half of them; when most requests to all of them fail, nobody is asked for a while
 * (the breaker), and then one request tries; and tries again are a small part of all requests, so that they never are the load that breaks what is weak. */
#include <stdlib.h>

#include "gateway_int.h"
#include "meter.h"
#include "platform/obs/log.h"

#define WINDOW_MS   10000     /* of the breaker */
#define LONGER_MAX  4         /* doublings of the time a target is passed over */
#define TRY         100       /* of the budget, which is counted in hundredths */
#define BUDGET_MAX  ((int64_t)10 * TRY)

/* ---- the targets ---- */

static struct target *target_at(struct here *h, const struct place *p)
{
    for (struct target *t = h->targets; t; t = t->next)
        if (!t->gone && memcmp(&t->place, p, sizeof(*p)) == 0)
            return t;
    return NULL;
}

static void target_free(struct target *t)
{
    http_pool_free(t->pool);
    free(t);
}

static void target_add(struct gateway *g, struct here *h, const struct place *p, struct http_loop *loop)
{
    struct target *t = calloc(1, sizeof(*t));
    if (!t)
        abort();
    t->place = *p;
    t->pool = http_pool_new(loop, (const struct sockaddr *)&p->at, g->idle_connections, g->idle_ms);
    t->next = h->targets;
    h->targets = t;
}

static void drop_gone(struct here *h)
{
    for (struct target **at = &h->targets; *at;) {
        struct target *t = *at;
        if (!t->gone || t->outstanding) {
            at = &t->next;
            continue;
        }
        *at = t->next;
        target_free(t);
    }
}

static bool among(const struct upstream *u, const struct place *p)
{
    for (size_t i = 0; i < u->found_n; i++)
        if (memcmp(&u->found[i], p, sizeof(*p)) == 0)
            return true;
    return false;
}

void here_sync(struct gateway *g, struct here *h, struct http_loop *loop)
{
    struct upstream *u = h->up;
    if (h->version != atomic_load(&u->version)) {
        pthread_mutex_lock(&u->lock);
        h->version = atomic_load(&u->version);
        for (struct target *t = h->targets; t; t = t->next)
            t->gone = t->gone || !among(u, &t->place);
        for (size_t i = 0; i < u->found_n; i++)
            if (!target_at(h, &u->found[i]))
                target_add(g, h, &u->found[i], loop);
        h->n = u->found_n;
        pthread_mutex_unlock(&u->lock);
    }
    drop_gone(h);
}

void here_free(struct here *h)
{
    while (h->targets) {
        struct target *t = h->targets;
        h->targets = t->next;
        target_free(t);
    }
}

/* ---- choosing ---- */

/* May it be asked? One that was passed over is tried by one request first. */
static bool usable(const struct target *t, int64_t now)
{
    return !t->gone && (!t->out_until || (t->out_until <= now && !t->trying));
}

static struct target *least(struct here *h, const struct target *but, int64_t now)
{
    struct target *best = NULL;
    unsigned i = 0, first = h->n ? h->turn++ % (unsigned)h->n : 0, best_at = 0;
    for (struct target *t = h->targets; t; t = t->next) {
        if (t->gone)
            continue;
        unsigned at = (i++ + (unsigned)h->n - first) % (unsigned)h->n;       /* equals take turns */
        if (t == but || !usable(t, now))
            continue;
        if (!best || t->outstanding < best->outstanding || (t->outstanding == best->outstanding && at < best_at)) {
            best = t;
            best_at = at;
        }
    }
    return best;
}

struct target *balance_pick(const struct gateway *g, struct here *h, const struct target *but, int64_t now)
{
    struct breaker *b = &h->breaker;
    if (b->open_until && (b->open_until > now || b->trying))
        return NULL;
    if (h->outstanding >= g->outstanding_max * (int)h->n)
        return NULL;
    struct target *t = least(h, but, now);
    if (!t && but)
        t = least(h, NULL, now);
    if (!t)
        return NULL;
    b->trying = b->open_until != 0;
    t->trying = t->out_until != 0;
    t->outstanding++;
    h->outstanding++;
    return t;
}

bool here_well(const struct here *h, int64_t now)
{
    bool any = false;
    for (const struct target *t = h->targets; t && !any; t = t->next)
        any = usable(t, now);
    return any && !h->breaker.open_until;
}

/* ---- what becomes of it ---- */

static bool may_pass_over(const struct here *h)
{
    size_t out = 0;
    for (const struct target *t = h->targets; t; t = t->next)
        out += !t->gone && t->out_until;
    return (out + 1) * 2 <= h->n;
}

static void pass_over(const struct gateway *g, struct here *h, struct target *t, int64_t now)
{
    if (!t->out_until && !may_pass_over(h))
        return;
    int longer = t->times_out < LONGER_MAX ? t->times_out : LONGER_MAX;
    t->times_out++;
    t->out_until = now + ((int64_t)g->eject_ms << longer);
    metric_add(&gateway_ejections, 1);
    LOG(LOG_WARN, "a server behind is passed over", lf_s("upstream", h->up->name), lf_s("server", str_c(t->place.name)),
        lf_i("ms", t->out_until - now));
}

static void judge_target(const struct gateway *g, struct here *h, struct target *t, enum verdict v, int64_t now)
{
    bool tried = t->trying;
    t->trying = false;
    if (v == VERDICT_GOOD) {
        t->failures = t->times_out = 0;
        t->out_until = 0;
    } else if (v == VERDICT_BAD && (++t->failures >= g->eject_failures || tried)) {
        pass_over(g, h, t, now);
    }
}

static void break_off(const struct gateway *g, struct here *h, int64_t now)
{
    h->breaker = (struct breaker){ .open_until = now + g->open_ms };
    metric_add(&gateway_breaks, 1);
    LOG(LOG_ERROR, "an upstream is not asked for a while: most requests to it fail", lf_s("upstream", h->up->name), lf_i("ms", g->open_ms));
}

static void judge_upstream(const struct gateway *g, struct here *h, enum verdict v, int64_t now)
{
    struct breaker *b = &h->breaker;
    if (b->trying) {
        b->trying = false;
        if (v == VERDICT_BAD)
            break_off(g, h, now);
        else if (v == VERDICT_GOOD)
            *b = (struct breaker){ .began = now };
        return;
    }
    if (b->open_until || v == VERDICT_NONE)
        return;                              /* it was sent before the breaker opened */
    if (now - b->began >= WINDOW_MS)
        *b = (struct breaker){ .began = now };
    b->asked++;
    b->failed += v == VERDICT_BAD;
    if (b->asked >= g->breaker_requests && b->failed * 100 >= b->asked * g->breaker_percent)
        break_off(g, h, now);
}

void balance_end(const struct gateway *g, struct here *h, struct target *t, enum verdict v, int64_t now)
{
    t->outstanding--;
    h->outstanding--;
    judge_target(g, h, t, v, now);
    judge_upstream(g, h, v, now);
}

/* ---- tries again ---- */

void balance_request(const struct gateway *g, struct here *h)
{
    h->budget += g->retry_percent;
    if (h->budget > BUDGET_MAX)
        h->budget = BUDGET_MAX;
}

bool balance_retry(struct here *h)
{
    if (h->budget < TRY)
        return false;
    h->budget -= TRY;
    metric_add(&gateway_retries, 1);
    return true;
}
