/* The job that reconciles: plans the days that are missing, and takes up what is not done, each from where it stands. */
#include "merchant.h"
#include "reconcile.h"

#include "gate.h"
#include "base/clock.h"
#include "platform/call/app.h"
#include "platform/obs/log.h"

#define LINES_AT_ONCE 200                /* kept by one command */
#define AHEAD_MS      (10 * 60 * 1000)   /* read beyond the day: clocks differ */
#define AGAIN_MS      (60 * 1000)        /* after a provider did not answer */
#define HOUR_MS       (INT64_C(60) * 60 * 1000)

int64_t reconcile_due(void *self)
{
    struct payments *s = self;
    return atomic_load(&s->reconcile_due);
}

int64_t reconcile_next(const struct payments *s, int64_t now)
{
    int64_t today = day_of(now), next = day_begins(today) + s->reconcile_hour * HOUR_MS;
    return next > now ? next : day_begins(today + 1) + s->reconcile_hour * HOUR_MS;
}

/* ---- reading ---- */

static err keep(struct ctx *cx, struct reconciliation *r, const struct provider_page *page)
{
    struct provider_line *l = page->lines.at;
    size_t done = 0;
    err e = OK;
    struct str cursor = r->cursor;
    do {
        size_t left = page->lines.n - done, n = left < LINES_AT_ONCE ? left : LINES_AT_ONCE;
        e = call_run(cx, &reconcile_page_call,
                     &(struct page_in){ .id = r->id, .cursor = cursor, .lines = { l + done, n }, .more = n < left, .next = page->next }, r);
        done += n;
    } while (!e && done < page->lines.n);
    return e;
}

static err read_page(struct ctx *cx, struct payments *s, struct reconciliation *r)
{
    struct merchant merchant;
    struct provider_page page;
    int64_t now = clock_now(app_clock(cx->app)), to = day_begins(r->day + 1) + AHEAD_MS;
    err e = merchant_load(cx, s, r->provider, r->account, &merchant);
    if (!e)
        e = gate_books(cx, s, r->provider,
                       &(struct books_in){ .merchant = &merchant, .from = day_begins(r->day), .to = to < now ? to : now, .cursor = r->cursor }, &page);
    return e ? e : keep(cx, r, &page);
}

/* ---- comparing ---- */

static err compare_kind(struct ctx *cx, const struct reconciliation *r, enum difference_kind kind, bool *ret_go_on)
{
    struct find_in in = { .r = *r, .kind = kind };
    struct list found;
    *ret_go_on = true;
    do {
        err e = call_run(cx, &reconcile_find_call, &in, &found);
        if (!e && found.n)
            e = call_run(cx, &reconcile_note_call, &(struct note_found_in){ *r, found }, ret_go_on);
        if (e)
            return e;
        const struct difference *d = found.at;
        in.after = found.n ? d[found.n - 1].key : 0;
    } while (*ret_go_on && found.n == FIND_MAX);
    return OK;
}

static err compare(struct ctx *cx, struct payments *s, struct reconciliation *r)
{
    bool go_on = true;
    for (int kind = 0; go_on && kind < DIFFERENCE_KINDS; kind++) {
        err e = payment_between(cx, s);
        if (!e)
            e = compare_kind(cx, r, (enum difference_kind)kind, &go_on);
        if (e)
            return e;
    }
    return call_run(cx, &reconcile_finish_call, &(struct finish_in){ *r, !go_on }, NULL);
}

/* ---- the job ---- */

/* In a context of its own, since a day's pages are many. */
static err reconcile_page(struct ctx *outer, struct payments *s, struct reconciliation *r)
{
    struct ctx cx;
    app_ctx_begin(outer->app, &cx);
    err e = payment_between(&cx, s);
    if (!e)
        e = read_page(&cx, s, r);
    if (e)
        LOG(LOG_WARN, "a provider's books cannot be read", lf_s("provider", str_c(r->provider->name)), lf_s("why", cx.problem.detail));
    r->cursor = arena_str(outer->arena, r->cursor);
    app_ctx_end(&cx);
    return e;
}

static err reconcile(struct ctx *outer, struct payments *s, struct reconciliation *r)
{
    err e = OK;
    while (!e && r->state == RECONCILIATION_READING)
        e = reconcile_page(outer, s, r);
    return e ? e : compare(outer, s, r);
}

static err plan(struct ctx *cx, int64_t now)
{
    struct plan_in in = { 0 };
    err e = call_run(cx, &reconcile_accounts_call, &(struct accounts_in){ .from = day_begins(day_of(now) - 1), .to = now }, &in.accounts);
    return e ? e : call_run(cx, &reconcile_plan_call, &in, NULL);
}

static err run(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct payments *s = self;
    struct reconciliation r = { 0 };
    bool failed = false;
    int64_t now = clock_now(app_clock(cx->app));
    (void)in;
    (void)ret_out;
    atomic_store(&s->reconcile_due, reconcile_next(s, now));         /* a request that comes meanwhile moves it again */
    err e = OK;
    if (now - day_begins(day_of(now)) >= s->reconcile_hour * HOUR_MS)
        e = plan(cx, now);
    do {
        if (!e)
            e = call_run(cx, &reconcile_unfinished_call, &r.id, &r);
        if (!e && r.id && reconcile(cx, s, &r)) {
            fail_clear(cx);
            failed = true;                   /* the others have their turn */
        }
    } while (!e && r.id);
    if (e || failed)
        atomic_store(&s->reconcile_due, now + AGAIN_MS);
    return e;
}

const struct call reconcile_call = { .name = "payment.reconcile", .kind = CALL_STORY, .fn = run };
