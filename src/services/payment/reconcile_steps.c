/* The steps of a reconciliation: each one command or one read, each may be repeated. */
#include "merchant.h"
#include "reconcile.h"

#include "base/clock.h"
#include "platform/call/app.h"
#include "platform/obs/log.h"
#include "platform/obs/metrics.h"

#define DAYS_BACK 31          /* that are made up for after the program was away */
#define DAY_MS    (INT64_C(24) * 60 * 60 * 1000)
#define KOREA_MS  (INT64_C(9) * 60 * 60 * 1000)     /* UTC+9, without summer time */

const char *const reconciliation_state_words[] = { "reading", "comparing", "done", NULL };

const struct difference_row difference_rows[DIFFERENCE_KINDS] = {
    [CHARGE_UNKNOWN] = { "charge_unknown", "give_back_there", CASE_CHARGE_UNKNOWN, CASE_IGNORE },
    [CHARGE_NOT_HERE] = { "charge_not_here", "ask_again", CASE_BOOKS_DIFFER, CASE_ASK_AGAIN },
    [CHARGE_DIFFERS] = { "charge_differs", "look_there", CASE_BOOKS_DIFFER, CASE_IGNORE },
    [CHARGED_TWICE] = { "charged_twice", "give_back_there", CASE_BOOKS_DIFFER, CASE_IGNORE },
    [CHARGE_NOT_THERE] = { "charge_not_there", "look_there", CASE_BOOKS_DIFFER, CASE_ASK_AGAIN },
    [REFUND_UNKNOWN] = { "refund_unknown", "look_there", CASE_BOOKS_DIFFER, CASE_IGNORE },
    [REFUND_NOT_HERE] = { "refund_not_here", "look_there", CASE_BOOKS_DIFFER, CASE_ASK_AGAIN },
    [REFUND_NOT_THERE] = { "refund_not_there", "give_back_again", CASE_BOOKS_DIFFER, CASE_IGNORE },
};

struct metric reconcile_differences = { .name = "takenseat_reconcile_differences", .kind = METRIC_GAUGE,
                                        .help = "Differences between the providers' books and ours that have not been settled" };
struct metric reconcile_last_run = { .name = "takenseat_reconcile_last_run_seconds", .kind = METRIC_GAUGE,
                                     .help = "When a day was last compared, in seconds since 1970; 0: never" };

/* ---- days ---- */

int64_t day_of(int64_t ms)
{
    return (ms + KOREA_MS) / DAY_MS;
}

int64_t day_begins(int64_t day)
{
    return day * DAY_MS - KOREA_MS;
}

struct str day_text(struct ctx *cx, int64_t day)
{
    char text[TIME_TEXT_MAX];
    return arena_str(cx->arena, str_of(time_format(day * DAY_MS, text).p, 10));
}

bool day_read(struct str text, int64_t *ret)
{
    char whole[32];
    int64_t ms;
    if (text.n != 10)
        return false;
    memcpy(whole, text.p, 10);
    memcpy(whole + 10, "T00:00:00Z", 10);
    if (!time_parse(str_of(whole, 20), &ms))
        return false;
    *ret = ms / DAY_MS;
    return true;
}

/* ---- what is to be done ---- */

static bool wanted(const struct accounts_in *in, const struct provider *p)
{
    return p->books && (!in->provider || in->provider == p);
}

static err accounts(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct accounts_in *in = in_;
    struct list *ret = ret_out, organizers;
    size_t n = 0;
    err e = store_books_accounts(cx, in->from, in->to, &organizers);
    if (e)
        return e;
    struct account_ref *at = NEW_ARRAY(cx->arena, struct account_ref, PROVIDERS + organizers.n);
    for (int i = 0; provider_words[i]; i++)
        if (wanted(in, provider_at(i)) && vendors_have_keys(self, provider_at(i)))
            at[n++] = (struct account_ref){ provider_at(i), 0 };
    const struct account_ref *a = organizers.at;
    for (size_t i = 0; i < organizers.n; i++)
        if (wanted(in, a[i].provider))
            at[n++] = a[i];
    *ret = (struct list){ at, n };
    return OK;
}

static err plan_day(struct ctx *cx, struct payments *s, const struct account_ref *a, int64_t day, bool anew)
{
    struct reconciliation r;
    err e = store_reconciliation_of(cx, a, day, &r);
    if (e || (r.id && !anew))
        return e;
    if (r.id) {
        r.state = RECONCILIATION_READING;
        r.cursor = S("");
        return store_reconciliation_update(cx, &r);
    }
    r = (struct reconciliation){ .id = sequence_next(&s->reconciliations), .provider = a->provider, .account = a->account, .day = day };
    store_reconciliation_insert(cx, &r);
    return OK;
}

/* The days since the last one. The first time: yesterday. */
static err plan_missing(struct ctx *cx, struct payments *s, const struct account_ref *a, int64_t yesterday)
{
    int64_t last;
    err e = store_reconciliation_last_day(cx, a, &last);
    if (e)
        return e;
    int64_t first = last == 0 ? yesterday : last < yesterday - DAYS_BACK ? yesterday - DAYS_BACK : last + 1;
    for (int64_t day = first; !e && day <= yesterday; day++)
        e = plan_day(cx, s, a, day, false);
    return e;
}

static err plan(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct plan_in *in = in_;
    const struct account_ref *a = in->accounts.at;
    err e = in->day ? OK : store_reconciliation_again(cx);
    (void)ret_out;
    for (size_t i = 0; !e && i < in->accounts.n; i++)
        e = in->day ? plan_day(cx, self, &a[i], in->day, true) : plan_missing(cx, self, &a[i], day_of(cx->now) - 1);
    return e;
}

static err unfinished(struct ctx *cx, void *self, const void *after, void *ret_out)
{
    (void)self;
    return store_reconciliation_unfinished(cx, *(const int64_t *)after, ret_out);
}

/* ---- reading ---- */

static err page(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct page_in *in = in_;
    struct reconciliation *r = ret_out;
    const struct provider_line *l = in->lines.at;
    err e = store_reconciliation(cx, in->id, r);
    if (e || r->state != RECONCILIATION_READING || !str_eq(r->cursor, in->cursor))
        return e;
    for (size_t i = 0; !e && i < in->lines.n; i++) {
        if (l[i].ref.n)
            e = store_book_line(cx, self, r, &l[i]);
        else
            LOG(LOG_ERROR, "a line of a provider's books has no name", lf_s("provider", str_c(r->provider->name)), lf_i("payment", l[i].payment));
    }
    if (e || in->more)
        return e;
    r->cursor = in->next;
    if (!in->next.n) {
        r->state = RECONCILIATION_COMPARING;
        r->compared_at = cx->now;
    }
    return store_reconciliation_update(cx, r);
}

/* ---- comparing ---- */

static err find(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    (void)self;
    return store_find(cx, in, ret_out);
}

static struct str side(struct ctx *cx, const struct difference *d, const struct money *m)
{
    struct str money = m->currency[0] ? case_money(cx, m) : (struct str){ 0 };
    return money.n && m == &d->there && d->ref.n ? arena_fmt(cx->arena, "%.*s, %.*s", STR_ARG(money), STR_ARG(d->ref)) : money;
}

static err tell_people(struct ctx *cx, struct payments *s, const struct reconciliation *r, const struct difference *d)
{
    const struct difference_row *row = &difference_rows[d->kind];
    return case_put(cx, s, &(struct case_order){ .source = arena_fmt(cx->arena, "difference:%lld", (long long)d->id), .kind = row->case_kind,
                                                 .provider = r->provider, .payment = d->payment, .about = str_c(row->word),
                                                 .told = side(cx, d, &d->there), .stored = side(cx, d, &d->here), .proposed = row->case_action });
}

static err note_found(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct note_found_in *in = in_;
    struct difference *d = in->found.at;
    int64_t all, open;
    bool *ret_go_on = ret_out, is_new;
    err e = store_difference_counts(cx, in->r.id, &all, &open);
    for (size_t i = 0; !e && i < in->found.n && all < DIFFERENCES_MAX; i++) {
        e = store_difference(cx, self, &in->r, &d[i], &is_new);
        if (!e && is_new) {
            all++;
            e = tell_people(cx, self, &in->r, &d[i]);
        }
    }
    *ret_go_on = all < DIFFERENCES_MAX;
    return e;
}

static err finish(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct finish_in *in = in_;
    struct reconciliation r;
    int64_t all, open;
    (void)self;
    (void)ret_out;
    err e = store_reconciliation(cx, in->r.id, &r);
    if (e || r.state != RECONCILIATION_COMPARING || r.compared_at != in->r.compared_at)      /* somebody has begun it anew */
        return e;
    r.state = RECONCILIATION_DONE;
    r.ended_at = cx->now;
    r.capped = in->capped;
    if (!r.capped)
        e = store_difference_settle(cx, &r);
    if (!e)
        e = store_sums_put(cx, &r);
    if (!e)
        e = store_reconciliation_update(cx, &r);
    if (!e)
        e = store_difference_counts(cx, r.id, &all, &open);
    if (!e)
        e = store_books_metrics(cx);
    if (!e && open)
        LOG(LOG_ERROR, "a provider's books differ from ours", lf_s("provider", str_c(r.provider->name)), lf_s("day", day_text(cx, r.day)),
            lf_i("differences", open));
    return e;
}

const struct call reconcile_accounts_call = { .name = "payment.reconcile_accounts", .kind = CALL_READ, .fn = accounts };
const struct call reconcile_plan_call = { .name = "payment.reconcile_plan", .kind = CALL_COMMAND, .fn = plan };
const struct call reconcile_unfinished_call = { .name = "payment.reconcile_unfinished", .kind = CALL_READ, .fn = unfinished };
const struct call reconcile_page_call = { .name = "payment.reconcile_page", .kind = CALL_COMMAND, .fn = page };
const struct call reconcile_find_call = { .name = "payment.reconcile_find", .kind = CALL_READ, .fn = find };
const struct call reconcile_note_call = { .name = "payment.reconcile_note", .kind = CALL_COMMAND, .fn = note_found };
const struct call reconcile_finish_call = { .name = "payment.reconcile_finish", .kind = CALL_COMMAND, .fn = finish };
