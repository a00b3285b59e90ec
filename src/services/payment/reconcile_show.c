/* Reconciliations as the people in charge see them, and begin them. */
#include "reconcile.h"

#include "base/clock.h"
#include "base/csv.h"
#include "platform/call/app.h"
#include "platform/obs/log.h"

#define PAGE     20
#define CSV_PAGE 200
#define CSV_MAX  (4 << 20)    /* DIFFERENCES_MAX rows and some of other days */

static const char *const difference_words[] = { "charge_unknown", "charge_not_here", "charge_differs", "charged_twice", "charge_not_there",
                                                "refund_unknown", "refund_not_here", "refund_not_there", NULL };

struct reconciliation_view {
    int64_t id;
    struct str provider, account, day;
    int state;                /* index into reconciliation_state_words */
    struct list sums;         /* struct money_sum */
    int64_t differences, open;
    bool capped;
    int64_t ended_at;
    bool has_items;
    struct list items;        /* struct difference_view */
    int64_t next;
};

struct difference_view {
    int64_t id;
    int kind;                 /* index into difference_words */
    int64_t payment;
    struct str ref;
    struct money here, there;
    struct str action;
    int64_t found_at, settled_at;
};

struct list_query {
    int provider;
    bool has_provider;
    int64_t limit, cursor;
};
struct views_out {
    struct list items;        /* struct reconciliation_view */
    int64_t next;
};
struct show_query {
    int64_t id, limit, cursor;
    bool open_only;
};
struct start_in {
    int provider;
    struct str day;
};

/* ---- looking ---- */

static err view(struct ctx *cx, const struct reconciliation *r, struct reconciliation_view *ret)
{
    *ret = (struct reconciliation_view){ .id = r->id, .provider = str_c(r->provider->name), .day = day_text(cx, r->day), .state = (int)r->state,
                                         .capped = r->capped, .ended_at = r->ended_at,
                                         .account = r->account ? arena_fmt(cx->arena, "%lld", (long long)r->account) : S("platform") };
    err e = store_sums(cx, r->id, &ret->sums);
    return e ? e : store_difference_counts(cx, r->id, &ret->differences, &ret->open);
}

static err views(struct ctx *cx, const struct reconciliation *r, size_t n, struct list *ret)
{
    struct reconciliation_view *items = NEW_ARRAY(cx->arena, struct reconciliation_view, n);
    err e = OK;
    for (size_t i = 0; !e && i < n; i++)
        e = view(cx, &r[i], &items[i]);
    *ret = (struct list){ items, n };
    return e;
}

static err list(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct list_query *in = in_;
    struct views_out *ret = ret_out;
    size_t limit = in->limit ? (size_t)in->limit : PAGE, n;
    struct reconciliation *found = NEW_ARRAY(cx->arena, struct reconciliation, limit + 1);
    (void)self;
    err e = store_reconciliations(cx, in->has_provider ? provider_at(in->provider) : NULL, in->cursor ? in->cursor : INT64_MAX, limit + 1, found, &n);
    if (e)
        return e;
    bool more = n > limit;
    n = more ? limit : n;
    ret->next = more ? found[n - 1].id : 0;
    return views(cx, found, n, &ret->items);
}

static struct difference_view difference_view(const struct difference *d)
{
    return (struct difference_view){ .id = d->id, .kind = (int)d->kind, .payment = d->payment, .ref = d->ref, .here = d->here, .there = d->there,
                                     .action = str_c(difference_rows[d->kind].action), .found_at = d->found_at, .settled_at = d->settled_at };
}

static err show(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct show_query *in = in_;
    struct reconciliation_view *ret = ret_out;
    struct reconciliation r;
    size_t limit = in->limit ? (size_t)in->limit : PAGE, n;
    struct difference *found = NEW_ARRAY(cx->arena, struct difference, limit + 1);
    (void)self;
    err e = store_reconciliation(cx, in->id, &r);
    if (!e)
        e = view(cx, &r, ret);
    if (!e)
        e = store_differences(cx, in->id, in->open_only, in->cursor, limit + 1, found, &n);
    if (e)
        return e;
    bool more = n > limit;
    n = more ? limit : n;
    struct difference_view *items = NEW_ARRAY(cx->arena, struct difference_view, n);
    for (size_t i = 0; i < n; i++)
        items[i] = difference_view(&found[i]);
    ret->items = (struct list){ items, n };
    ret->has_items = true;
    ret->next = more ? found[n - 1].id : 0;
    return OK;
}

/* ---- the same as a table ---- */

static void csv_money(struct buf *out, const struct money *m)
{
    if (m->currency[0])
        csv_int(out, m->amount);
    else
        csv_text(out, S(""));
    csv_text(out, str_c(m->currency));
}

static void csv_time(struct buf *out, int64_t ms)
{
    char text[TIME_TEXT_MAX];
    csv_text(out, ms ? time_format(ms, text) : S(""));
}

static void csv_difference(struct ctx *cx, struct buf *out, const struct difference *d)
{
    csv_text(out, payment_public_id(cx, ID_DIFFERENCE, d->id));
    csv_text(out, str_c(difference_rows[d->kind].word));
    csv_text(out, d->payment ? payment_public_id(cx, ID_PAYMENT, d->payment) : S(""));
    csv_text(out, d->ref);
    csv_money(out, &d->here);
    csv_money(out, &d->there);
    csv_text(out, str_c(difference_rows[d->kind].action));
    csv_time(out, d->found_at);
    csv_time(out, d->settled_at);
    csv_row_end(out);
}

static err csv_rows(struct ctx *cx, const struct show_query *in, struct buf *out)
{
    static const char *const names[] = { "id", "kind", "payment_id", "ref", "here", "here_currency", "there", "there_currency", "action", "found_at",
                                         "settled_at" };
    struct difference *found = NEW_ARRAY(cx->arena, struct difference, CSV_PAGE);
    size_t n = CSV_PAGE;
    csv_begin(out);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        csv_text(out, str_c(names[i]));
    csv_row_end(out);
    for (int64_t after = 0; n == CSV_PAGE; after = n ? found[n - 1].id : 0) {
        err e = store_differences(cx, in->id, in->open_only, after, CSV_PAGE, found, &n);
        if (e)
            return e;
        for (size_t i = 0; i < n; i++)
            csv_difference(cx, out, &found[i]);
    }
    ASSERT(!out->full);
    return OK;
}

static err csv(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct show_query *in = in_;
    struct reconciliation r;
    struct raw_out *ret = ret_out;
    struct buf text;
    (void)self;
    err e = store_reconciliation(cx, in->id, &r);
    if (e)
        return e;
    buf_init(&text, CSV_MAX);
    e = csv_rows(cx, in, &text);
    if (!e)
        *ret = (struct raw_out){ .content_type = S("text/csv; charset=utf-8"), .body = arena_str(cx->arena, buf_view(&text)) };
    buf_free(&text);
    return e;
}

/* ---- beginning one ---- */

static err started(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct plan_in *in = in_;
    const struct account_ref *a = in->accounts.at;
    struct views_out *ret = ret_out;
    struct reconciliation *r = NEW_ARRAY(cx->arena, struct reconciliation, in->accounts.n);
    err e = OK;
    (void)self;
    for (size_t i = 0; !e && i < in->accounts.n; i++)
        e = store_reconciliation_of(cx, &a[i], in->day, &r[i]);
    ret->next = 0;
    return e ? e : views(cx, r, in->accounts.n, &ret->items);
}

const struct call reconciliation_started_call = { .name = "payment.reconciliation_started", .kind = CALL_READ, .fn = started };

/* The job does it. */
static err start(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct payments *s = self;
    const struct start_in *in = in_;
    struct plan_in wanted = { 0 };
    int64_t today = day_of(cx->now);
    if (!day_read(in->day, &wanted.day))
        return fail_field(cx, S("day"), "must be a day like 2026-11-23", "2026-11-23 형식의 날짜여야 합니다");
    if (wanted.day > today || wanted.day <= 0)
        return fail_field(cx, S("day"), "must not lie in the future", "미래의 날짜일 수 없습니다");
    if (!provider_at(in->provider)->books)
        return fail_field(cx, S("provider"), "has no books that could be read", "장부를 조회할 수 없는 결제 대행사입니다");
    err e = call_run(cx, &reconcile_accounts_call,
                     &(struct accounts_in){ day_begins(wanted.day), day_begins(wanted.day + 1), provider_at(in->provider) }, &wanted.accounts);
    if (!e)
        e = call_run(cx, &reconcile_plan_call, &wanted, NULL);
    if (e)
        return e;
    atomic_store(&s->reconcile_due, cx->now);
    return call_run(cx, &reconciliation_started_call, &wanted, ret_out);
}

/* ---- field tables ---- */

FIELDS(list_fields, "ReconciliationsQuery", struct list_query,
    { .name = "provider", .type = F_ENUM, .words = provider_words, .from = FROM_QUERY, .optional = true, .at = offsetof(struct list_query, provider),
      .has_at = offsetof(struct list_query, has_provider) },
    { .name = "limit", .type = F_INT, .from = FROM_QUERY, .at = offsetof(struct list_query, limit), .optional = true, .low = 1, .high = 100 },
    { .name = "cursor", .type = F_ID, .id = ID_RECONCILIATION, .from = FROM_QUERY, .at = offsetof(struct list_query, cursor), .optional = true });

#define FROM_PATH_AND_QUERY                                                                                                                 \
    { .name = "reconciliation_id", .type = F_ID, .id = ID_RECONCILIATION, .from = FROM_PATH, .at = offsetof(struct show_query, id) },       \
    { .name = "open", .type = F_BOOL, .from = FROM_QUERY, .optional = true, .at = offsetof(struct show_query, open_only),                   \
      .help = "only what is not settled" }

FIELDS(csv_fields, "DifferencesCsvQuery", struct show_query, FROM_PATH_AND_QUERY);
FIELDS(show_fields, "ReconciliationQuery", struct show_query, FROM_PATH_AND_QUERY,
    { .name = "limit", .type = F_INT, .from = FROM_QUERY, .at = offsetof(struct show_query, limit), .optional = true, .low = 1, .high = 100 },
    { .name = "cursor", .type = F_ID, .id = ID_DIFFERENCE, .from = FROM_QUERY, .at = offsetof(struct show_query, cursor), .optional = true });

FIELDS(start_fields, "ReconciliationRequest", struct start_in,
    { .name = "provider", .type = F_ENUM, .words = provider_words, .at = offsetof(struct start_in, provider) },
    { .name = "day", .type = F_STR, .at = offsetof(struct start_in, day), .low = 10, .high = 10, .help = "2026-11-23, of the Korean calendar" });

FIELDS(sum_fields, "MovedInADay", struct money_sum,
    { .name = "currency", .type = F_CURRENCY, .at = offsetof(struct money_sum, currency) },
    { .name = "charged_there", .type = F_INT, .at = offsetof(struct money_sum, charged_there), .help = "by the provider's books" },
    { .name = "charged_here", .type = F_INT, .at = offsetof(struct money_sum, charged_here), .help = "by ours" },
    { .name = "refunded_there", .type = F_INT, .at = offsetof(struct money_sum, refunded_there) },
    { .name = "refunded_here", .type = F_INT, .at = offsetof(struct money_sum, refunded_here) });

#define AT(member) .at = offsetof(struct difference_view, member)
FIELDS(difference_fields, "Difference", struct difference_view,
    { .name = "id", .type = F_ID, .id = ID_DIFFERENCE, AT(id) },
    { .name = "kind", .type = F_ENUM, .words = difference_words, AT(kind) },
    { .name = "payment_id", .type = F_ID, .id = ID_PAYMENT, .nullable = true, AT(payment) },
    { .name = "ref", .type = F_STR, .nullable = true, AT(ref), .help = "the provider's name of the charge or refund" },
    { .name = "here", .type = F_MONEY, .nullable = true, AT(here) },
    { .name = "there", .type = F_MONEY, .nullable = true, AT(there), .help = "null: nothing of it is there" },
    { .name = "action", .type = F_STR, AT(action), .help = "proposed: give_back_there, ask_again, look_there, give_back_again" },
    { .name = "found_at", .type = F_TIME, AT(found_at) },
    { .name = "settled_at", .type = F_TIME, .nullable = true, AT(settled_at), .help = "since when it is no more, or decided" });
#undef AT

#define AT(member) .at = offsetof(struct reconciliation_view, member)
FIELDS(view_fields, "Reconciliation", struct reconciliation_view,
    { .name = "id", .type = F_ID, .id = ID_RECONCILIATION, AT(id) },
    { .name = "provider", .type = F_STR, AT(provider) },
    { .name = "account", .type = F_STR, AT(account), .help = "platform, or the number of an organizer's own account" },
    { .name = "day", .type = F_STR, AT(day), .help = "of the Korean calendar" },
    { .name = "status", .type = F_ENUM, .words = reconciliation_state_words, AT(state) },
    { .name = "sums", .type = F_LIST, .of = &sum_fields, AT(sums) },
    { .name = "differences", .type = F_INT, AT(differences) },
    { .name = "open", .type = F_INT, AT(open), .help = "of them not settled" },
    { .name = "capped", .type = F_BOOL, AT(capped), .help = "there are more than are kept: something is wrong as a whole" },
    { .name = "ended_at", .type = F_TIME, .nullable = true, AT(ended_at) },
    { .name = "items", .type = F_LIST, .of = &difference_fields, AT(items), .has_at = offsetof(struct reconciliation_view, has_items),
      .omit_empty = true, .help = "the differences; when one is asked for" },
    { .name = "next", .type = F_ID, .id = ID_DIFFERENCE, .nullable = true, AT(next), .help = "of the differences" });
#undef AT

FIELDS(views_fields, "Reconciliations", struct views_out,
    { .name = "items", .type = F_LIST, .of = &view_fields, .at = offsetof(struct views_out, items), .help = "newest first" },
    { .name = "next", .type = F_ID, .id = ID_RECONCILIATION, .at = offsetof(struct views_out, next), .nullable = true });

const struct call reconciliation_list_call = { "payment.reconciliation_list", "Days on which the providers' books were compared with ours.", CALL_READ,
                                               &list_fields, &views_fields, list };
const struct call reconciliation_show_call = { "payment.reconciliation_show", "One of them, with its differences.", CALL_READ, &show_fields,
                                               &view_fields, show };
const struct call reconciliation_csv_call = { "payment.reconciliation_csv", "Its differences as a table.", CALL_READ, &csv_fields, NULL, csv };
const struct call reconciliation_start_call = { "payment.reconciliation_start", "Compares a day anew.", CALL_STORY, &start_fields, &views_fields, start };
