/* Cases: opened where something is found that no rule decides, looked at and decided by the people in charge. A decision and what it does to the
 * books are one command; what the provider has to be asked for follows, as for every refund. */
#include "case.h"

#include "base/csv.h"
#include "base/clock.h"
#include "platform/call/app.h"
#include "platform/crypto/crypto.h"
#include "platform/obs/log.h"
#include "platform/obs/metrics.h"

#define PAGE         20
#define CSV_PAGE     500
#define CSV_ROWS_MAX 20000
#define CSV_MAX      (16 << 20)

const char *const case_kind_words[] = {
    [CASE_WEBHOOK_MISMATCH] = "webhook_mismatch",
    [CASE_FOREIGN_CHARGE] = "foreign_charge",
    [CASE_REFUND_FAILED] = "refund_failed",
    [CASE_UNCLEAR_TOO_LONG] = "unclear_too_long",
    [CASE_CHARGE_UNKNOWN] = "charge_unknown",
    [CASE_BOOKS_DIFFER] = "books_differ",
    [CASE_KINDS] = NULL,
};
const char *const case_action_words[] = { "ask_again", "refund", "retry_refund", "ignore", NULL };
const char *const case_state_words[] = { "open", "resolved", NULL };

static int index_of(const char *const *words, struct str word)
{
    int i = 0;
    while (words[i] && !str_eq(word, str_c(words[i])))
        i++;
    ASSERT(words[i]);
    return i;
}

enum case_kind case_kind_of(struct str word)
{
    return (enum case_kind)index_of(case_kind_words, word);
}

enum case_action case_action_of(struct str word)
{
    return (enum case_action)index_of(case_action_words, word);
}

enum case_state case_state_of(struct str word)
{
    return (enum case_state)index_of(case_state_words, word);
}

struct str case_money(struct ctx *cx, const struct money *m)
{
    return arena_fmt(cx->arena, "%lld %.3s", (long long)m->amount, m->currency);
}

/* ---- opening ---- */

err case_put(struct ctx *cx, struct payments *s, const struct case_order *o)
{
    bool known;
    ASSERT(o->source.n > 0 && o->source.n <= 200);
    err e = store_case_known(cx, o->source, &known);
    if (e || known)
        return e;
    int64_t id = sequence_next(&s->cases);
    store_case_insert(cx, id, o);
    metric_add(&cases_opened[o->kind], 1);

    const struct payment_case_opened event = { id, o->payment, str_c(case_kind_words[o->kind]) };
    struct buf body;
    buf_init(&body, 1024);
    fields_encode(&body, &payment_case_opened_fields, &app_keys(cx->app)->ids, &event);
    ASSERT(!body.full);
    outbox_put(cx, "payment.case_opened", id, buf_view(&body));
    buf_free(&body);
    return OK;
}

static err open_case(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    (void)ret_out;
    return case_put(cx, self, in);
}

const struct call case_open_call = { .name = "payment.case_open", .kind = CALL_COMMAND, .fn = open_case };

/* ---- looking ---- */

struct page_out {
    struct list items;        /* struct payment_case */
    int64_t next;
};

static err list(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct case_filter f = *(const struct case_filter *)in_;
    struct page_out *ret = ret_out;
    size_t limit = f.limit ? (size_t)f.limit : PAGE, n;
    struct payment_case *found = NEW_ARRAY(cx->arena, struct payment_case, limit + 1);
    (void)self;
    f.before = f.before ? f.before : INT64_MAX;
    err e = store_cases(cx, &f, limit + 1, found, &n);
    if (e)
        return e;
    bool more = n > limit;
    n = more ? limit : n;
    *ret = (struct page_out){ .items = { found, n }, .next = more ? found[n - 1].id : 0 };
    return OK;
}

static err show(struct ctx *cx, void *self, const void *id, void *ret_out)
{
    (void)self;
    return store_case(cx, *(const int64_t *)id, ret_out);
}

static void csv_id(struct ctx *cx, struct buf *out, enum id_kind kind, int64_t id)
{
    csv_text(out, id ? payment_public_id(cx, kind, id) : (struct str){ 0 });
}

static void csv_time(struct buf *out, int64_t ms)
{
    char text[TIME_TEXT_MAX];
    csv_text(out, ms ? time_format(ms, text) : (struct str){ 0 });
}

static void csv_case(struct ctx *cx, struct buf *out, const struct payment_case *c)
{
    csv_id(cx, out, ID_CASE, c->id);
    csv_text(out, str_c(case_kind_words[c->kind]));
    csv_text(out, str_c(case_state_words[c->state]));
    csv_text(out, c->provider);
    csv_id(cx, out, ID_PAYMENT, c->payment);
    csv_id(cx, out, ID_REFUND, c->refund);
    csv_id(cx, out, ID_BOOKING, c->booking);
    csv_text(out, c->about);
    csv_text(out, c->told);
    csv_text(out, c->stored);
    csv_text(out, str_c(case_action_words[c->proposed]));
    csv_time(out, c->opened_at);
    csv_text(out, c->resolved ? str_c(case_action_words[c->resolution]) : (struct str){ 0 });
    csv_id(cx, out, ID_USER, c->resolved_by);
    csv_time(out, c->resolved_at);
    csv_text(out, c->note);
    csv_row_end(out);
}

static err csv_cases(struct ctx *cx, struct case_filter f, struct buf *out)
{
    static const char *const names[] = { "id", "kind", "state", "provider", "payment_id", "refund_id", "booking_id", "about", "told", "stored",
                                         "proposed", "opened_at", "resolution", "resolved_by", "resolved_at", "note" };
    struct payment_case *found = NEW_ARRAY(cx->arena, struct payment_case, CSV_PAGE);
    size_t n = CSV_PAGE, total = 0;
    csv_begin(out);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        csv_text(out, str_c(names[i]));
    csv_row_end(out);
    f.before = INT64_MAX;
    while (n == CSV_PAGE) {
        err e = store_cases(cx, &f, CSV_PAGE, found, &n);
        if (e)
            return e;
        for (size_t i = 0; i < n; i++)
            csv_case(cx, out, &found[i]);
        f.before = n ? found[n - 1].id : 0;
        total += n;
        if (out->full || total > CSV_ROWS_MAX)
            return fail(cx, ERR_CONFLICT, "too_many_rows", "More than %d cases: ask for them in parts, by kind or state.",
                        "확인 건이 %d건을 넘습니다. 종류나 상태별로 나누어 내려받아 주세요.", CSV_ROWS_MAX);
    }
    return OK;
}

static err csv(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct raw_out *ret = ret_out;
    struct buf text;
    (void)self;
    buf_init(&text, CSV_MAX);
    err e = csv_cases(cx, *(const struct case_filter *)in, &text);
    if (!e)
        *ret = (struct raw_out){ .content_type = S("text/csv; charset=utf-8"), .body = arena_str(cx->arena, buf_view(&text)) };
    buf_free(&text);
    return e;
}

/* ---- POST /admin/payment-cases/{case_id}/resolve ---- */

static err not_possible(struct ctx *cx)
{
    return fail(cx, ERR_CONFLICT, "action_not_possible", "This case has nothing that this could be done to.", "이 확인 건에는 해당 조치를 할 대상이 없습니다.");
}

static err must_be_open(struct ctx *cx, bool open)
{
    return open ? OK : fail(cx, ERR_CONFLICT, "case_resolved", "Somebody has decided this case already.", "이미 처리된 확인 건입니다.");
}

static err retry(struct ctx *cx, struct payments *s, int64_t id)
{
    struct refund r, next;
    struct payment p;
    if (!id)
        return not_possible(cx);
    err e = store_refund(cx, id, &r);
    if (!e)
        e = store_payment(cx, r.payment, &p);
    return e ? e : refund_again(cx, s, &p, &r, &next);
}

/* The decision, and what it does to the books. out: the payment that is to be taken up, or 0. */
static err decide(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct resolve_in *in = in_;
    struct payment_case c;
    struct promise_out promised;
    bool open = false;
    err e = store_case(cx, in->id, &c);
    if (!e)
        e = store_case_resolve(cx, in->id, (enum case_action)in->action, in->note, &open);
    if (!e)                   /* asked again and answered: then it may have closed by itself (unclear.c) */
        e = must_be_open(cx, open || (in->action == CASE_ASK_AGAIN && c.resolved && !c.resolved_by));
    if (!e && in->action == CASE_REFUND)
        e = c.payment ? refund_promise(cx, self, &(struct promise_in){ .payment = c.payment, .source = FOR_STAFF, .reason = in->note }, &promised)
                      : not_possible(cx);
    if (!e && in->action == CASE_RETRY_REFUND)
        e = retry(cx, self, c.refund);
    if (!e)
        *(int64_t *)ret_out = in->action == CASE_REFUND || in->action == CASE_RETRY_REFUND ? c.payment : 0;
    return e;
}

/* The provider is asked; a case whose money is still unclear afterwards stays open. */
static err ask_again(struct ctx *cx, struct payments *s, int64_t payment)
{
    struct payment p;
    if (!payment)
        return not_possible(cx);
    if (!watch_take(&s->watch, payment))
        return fail(cx, ERR_CONFLICT, CODE_IN_PROGRESS, "This payment is being worked on; ask again shortly.", "처리 중인 결제입니다. 잠시 후 다시 시도해 주세요.");
    err e = payment_taken(cx, s, payment, &p);
    if (e)
        return e;
    struct verdict v = payment_query(cx, s, &p);
    e = payment_judge(cx, &p, &v, (struct str){ 0 });
    if (!e)
        e = payment_drive(cx, s, &p);
    payment_release(cx, s, &p);
    if (!e && (v.kind == VERDICT_UNKNOWN || payment_unclear_now(&p)))
        return fail(cx, ERR_CONFLICT, "still_unclear", "The provider could not say either; the case stays open.",
                    "결제 대행사에서도 결과를 확인할 수 없어 확인 건을 그대로 둡니다.");
    return e;
}

static err resolve(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct payments *s = self;
    const struct resolve_in *in = in_;
    struct payment_case *ret = ret_out;
    int64_t taken_up;
    err e = call_run(cx, &case_show_call, &in->id, ret);
    if (!e)
        e = must_be_open(cx, !ret->resolved);
    if (!e && in->action == CASE_ASK_AGAIN)
        e = ask_again(cx, s, ret->payment);
    if (!e)
        e = call_run(cx, &case_decide_call, in, &taken_up);
    if (e)
        return e;
    if (taken_up)
        payment_take_up(cx, s, taken_up);
    return call_run(cx, &case_show_call, &in->id, ret);
}

/* ---- field tables ---- */

#define CASE_FROM_PATH(member_at) { .name = "case_id", .type = F_ID, .id = ID_CASE, .from = FROM_PATH, .at = member_at }
#define FILTERS                                                                                                                             \
    { .name = "state", .type = F_ENUM, .words = case_state_words, .from = FROM_QUERY, .optional = true,                                     \
      .at = offsetof(struct case_filter, state), .has_at = offsetof(struct case_filter, has_state) },                                       \
    { .name = "kind", .type = F_ENUM, .words = case_kind_words, .from = FROM_QUERY, .optional = true,                                       \
      .at = offsetof(struct case_filter, kind), .has_at = offsetof(struct case_filter, has_kind) },                                         \
    { .name = "provider", .type = F_STR, .from = FROM_QUERY, .optional = true, .at = offsetof(struct case_filter, provider), .low = 1, .high = 16 }, \
    { .name = "payment_id", .type = F_ID, .id = ID_PAYMENT, .from = FROM_QUERY, .optional = true, .at = offsetof(struct case_filter, payment) }

FIELDS(csv_fields, "PaymentCasesCsvQuery", struct case_filter, FILTERS);

FIELDS(list_fields, "PaymentCasesQuery", struct case_filter, FILTERS,
    { .name = "limit", .type = F_INT, .from = FROM_QUERY, .at = offsetof(struct case_filter, limit), .optional = true, .low = 1, .high = 100 },
    { .name = "cursor", .type = F_ID, .id = ID_CASE, .from = FROM_QUERY, .at = offsetof(struct case_filter, before), .optional = true });

static const struct field id_rows[] = { CASE_FROM_PATH(0) };
static const struct fields id_fields = { "PaymentCaseQuery", sizeof(int64_t), id_rows, 1 };

FIELDS(resolve_fields, "PaymentCaseResolve", struct resolve_in, CASE_FROM_PATH(offsetof(struct resolve_in, id)),
    { .name = "action", .type = F_ENUM, .words = case_action_words, .at = offsetof(struct resolve_in, action),
      .help = "ask_again: the provider, and resolved once it has said; refund: all that is left; retry_refund: the one that failed; ignore" },
    { .name = "note", .type = F_TEXT, .at = offsetof(struct resolve_in, note), .low = 1, .high = 500, .rule = &blank_rule,
      .help = "why; also the reason of a refund" });

#define AT(member) .at = offsetof(struct payment_case, member)
FIELDS(case_fields, "PaymentCase", struct payment_case,
    { .name = "id", .type = F_ID, .id = ID_CASE, AT(id) },
    { .name = "kind", .type = F_ENUM, .words = case_kind_words, AT(kind) },
    { .name = "state", .type = F_ENUM, .words = case_state_words, AT(state) },
    { .name = "provider", .type = F_STR, AT(provider) },
    { .name = "payment_id", .type = F_ID, .id = ID_PAYMENT, .nullable = true, AT(payment) },
    { .name = "refund_id", .type = F_ID, .id = ID_REFUND, .nullable = true, AT(refund) },
    { .name = "booking_id", .type = F_ID, .id = ID_BOOKING, .nullable = true, AT(booking) },
    { .name = "about", .type = F_STR, AT(about), .omit_empty = true, .help = "what differs: amount, currency, order, merchant" },
    { .name = "told", .type = F_STR, AT(told), .omit_empty = true, .help = "what the provider said" },
    { .name = "stored", .type = F_STR, AT(stored), .omit_empty = true, .help = "what is known here" },
    { .name = "proposed", .type = F_ENUM, .words = case_action_words, AT(proposed) },
    { .name = "opened_at", .type = F_TIME, AT(opened_at) },
    { .name = "resolution", .type = F_ENUM, .words = case_action_words, AT(resolution), .has_at = offsetof(struct payment_case, resolved), .omit_empty = true },
    { .name = "resolved_by", .type = F_ID, .id = ID_USER, AT(resolved_by), .omit_empty = true },
    { .name = "resolved_at", .type = F_TIME, AT(resolved_at), .omit_empty = true },
    { .name = "note", .type = F_TEXT, AT(note), .omit_empty = true });
#undef AT

FIELDS(page_fields, "PaymentCases", struct page_out,
    { .name = "items", .type = F_LIST, .of = &case_fields, .at = offsetof(struct page_out, items), .help = "newest first" },
    { .name = "next", .type = F_ID, .id = ID_CASE, .at = offsetof(struct page_out, next), .nullable = true });

const struct call case_list_call = { "payment.case_list", "What people have to look at.", CALL_READ, &list_fields, &page_fields, list };
const struct call case_csv_call = { "payment.case_csv", "The same as a table.", CALL_READ, &csv_fields, NULL, csv };
const struct call case_show_call = { "payment.case_show", "One of them.", CALL_READ, &id_fields, &case_fields, show };
const struct call case_resolve_call = { "payment.case_resolve", "Decides a case, and does what was decided.", CALL_STORY, &resolve_fields, &case_fields,
                                        resolve };
const struct call case_decide_call = { .name = "payment.case_decide", .kind = CALL_COMMAND, .fn = decide };
