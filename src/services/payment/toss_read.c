/* Toss's documents: its payments, cancels, errors, webhooks and transactions, and what each means to us. */
#include "toss.h"

#include "base/clock.h"

#define REASON_MAX 150        /* bytes of ours, beside the refund's id; Toss takes 200 characters */

/* ---- payments ---- */

static bool money_read(struct ctx *cx, const cJSON *document, const char *amount, struct money *ret)
{
    struct str currency = vendor_text(cx, document, "currency");
    *ret = (struct money){ 0 };
    if (!vendor_int(document, amount, &ret->amount) || currency.n != 3)
        return false;
    memcpy(ret->currency, currency.p, 3);
    return true;
}

static struct list cancels_read(struct ctx *cx, const cJSON *cancels)
{
    const cJSON *item;
    int n = cJSON_IsArray(cancels) ? cJSON_GetArraySize(cancels) : 0;
    struct toss_cancel *at = NEW_ARRAY(cx->arena, struct toss_cancel, (size_t)n);
    struct list ret = { at, 0 };
    if (n == 0)
        return ret;
    cJSON_ArrayForEach(item, cancels) {
        struct toss_cancel *c = &at[ret.n];
        *c = (struct toss_cancel){ .reason = vendor_text(cx, item, "cancelReason"), .key = vendor_text(cx, item, "transactionKey"),
                                   .status = vendor_text(cx, item, "cancelStatus") };
        ret.n += vendor_int(item, "cancelAmount", &c->amount);
    }
    return ret;
}

static struct deposit deposit_read(struct ctx *cx, const cJSON *account)
{
    struct deposit d = { .bank = vendor_text(cx, account, "bankCode"), .account = vendor_text(cx, account, "accountNumber"),
                         .holder = vendor_text(cx, account, "customerName") };
    if (!time_parse(vendor_text(cx, account, "dueDate"), &d.until))
        d.until = 0;
    return d;
}

static void payment_take(struct ctx *cx, const cJSON *document, void *out)
{
    const cJSON *account = cJSON_GetObjectItemCaseSensitive(document, "virtualAccount");
    struct toss_payment *p = out;
    *p = (struct toss_payment){
        .merchant = vendor_text(cx, document, "mId"),
        .key = vendor_text(cx, document, "paymentKey"),
        .order = vendor_text(cx, document, "orderId"),
        .status = vendor_text(cx, document, "status"),
        .secret = vendor_text(cx, document, "secret"),
        .checkout = vendor_text(cx, cJSON_GetObjectItemCaseSensitive(document, "checkout"), "url"),
        .approved = vendor_text(cx, document, "approvedAt").n > 0,
        .by_transfer = cJSON_IsObject(account),
        .cancels = cancels_read(cx, cJSON_GetObjectItemCaseSensitive(document, "cancels")),
    };
    p->whole = money_read(cx, document, "totalAmount", &p->total);
    if (p->by_transfer)
        p->deposit = deposit_read(cx, account);
}

bool toss_payment_read(struct ctx *cx, struct str body, struct toss_payment *ret)
{
    return vendor_read(cx, body, payment_take, ret) && ret->key.n && ret->order.n && ret->status.n;
}

enum meaning { MEANS_NOTHING_YET, MEANS_TRANSFER, MEANS_TAKEN, MEANS_OVER };

static const struct {
    const char *status;
    enum meaning meaning;
} statuses[] = {
    { "READY", MEANS_NOTHING_YET },          /* the buyer has not been there */
    { "IN_PROGRESS", MEANS_NOTHING_YET },    /* approved by the buyer, for ten minutes */
    { "WAITING_FOR_DEPOSIT", MEANS_TRANSFER },
    { "DONE", MEANS_TAKEN },
    { "PARTIAL_CANCELED", MEANS_TAKEN },
    { "CANCELED", MEANS_TAKEN },             /* unless nothing ever came */
    { "ABORTED", MEANS_OVER },
    { "EXPIRED", MEANS_OVER },
};

struct verdict toss_payment_verdict(const struct toss_payment *p, const struct charge *c)
{
    static const enum verdict_kind kinds[] = {
        [MEANS_NOTHING_YET] = VERDICT_ABSENT,
        [MEANS_TRANSFER] = VERDICT_PENDING,
        [MEANS_TAKEN] = VERDICT_APPROVED,
        [MEANS_OVER] = VERDICT_DECLINED,
    };
    struct verdict v = { .kind = VERDICT_UNKNOWN, .ref = p->key };
    if (!str_eq(p->order, c->order) || (c->merchant->name.n && !str_eq(p->merchant, c->merchant->name)))
        return (struct verdict){ .kind = VERDICT_FOREIGN };
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        if (str_eq(p->status, str_c(statuses[i].status)))
            v.kind = kinds[statuses[i].meaning];
    if (v.kind != VERDICT_APPROVED)
        return v;
    if (!p->approved)
        v.kind = str_eq(p->status, S("CANCELED")) ? VERDICT_DECLINED : VERDICT_UNKNOWN;
    else if (!p->whole)
        v.kind = VERDICT_UNKNOWN;
    else
        v.charged = p->total;
    return v;
}

/* ---- cancels ---- */

/* An idempotency key is kept for 15 days, a reason for ever: so the refund's id stands in it, and a refund is known again at any time. */
struct str toss_cancel_reason(struct ctx *cx, const struct give_back *r)
{
    struct str reason = r->reason.n ? r->reason : S("refund");
    size_t n = reason.n < REASON_MAX ? reason.n : REASON_MAX;
    while (n < reason.n && n && ((unsigned char)reason.p[n] & 0xc0) == 0x80)
        n--;
    return arena_fmt(cx->arena, "%.*s [%.*s]", (int)n, reason.p, STR_ARG(r->order));
}

const struct toss_cancel *toss_cancel_of(const struct toss_payment *p, const struct give_back *r)
{
    const struct toss_cancel *c = p->cancels.at;
    for (size_t i = 0; i < p->cancels.n; i++) {
        struct str reason = c[i].reason;
        bool named = reason.n >= r->order.n + 2 && reason.p[reason.n - 1] == ']' &&
                     str_eq(str_of(reason.p + reason.n - 1 - r->order.n, r->order.n), r->order) && reason.p[reason.n - 2 - r->order.n] == '[';
        if (named && c[i].amount == r->amount)
            return &c[i];
    }
    return NULL;
}

struct verdict toss_cancel_verdict(const struct toss_cancel *c)
{
    struct verdict v = { .kind = VERDICT_UNKNOWN, .ref = c->key };
    if (str_eq(c->status, S("DONE")))
        v.kind = VERDICT_APPROVED;
    else if (str_eq(c->status, S("IN_PROGRESS")))
        v.kind = VERDICT_PENDING;
    else if (str_eq(c->status, S("ABORTED")))
        v.kind = VERDICT_DECLINED;
    return v;
}

/* ---- errors ---- */

static const struct {
    const char *code;
    enum toss_says says;
} errors[] = {
    /* the card or account was refused */
    { "REJECT_CARD_COMPANY", TOSS_DECLINED },
    { "REJECT_CARD_PAYMENT", TOSS_DECLINED },
    { "REJECT_ACCOUNT_PAYMENT", TOSS_DECLINED },
    { "REJECT_TOSSPAY_INVALID_ACCOUNT", TOSS_DECLINED },
    { "INVALID_REJECT_CARD", TOSS_DECLINED },
    { "INVALID_STOPPED_CARD", TOSS_DECLINED },
    { "INVALID_CARD_EXPIRATION", TOSS_DECLINED },
    { "INVALID_CARD_LOST_OR_STOLEN", TOSS_DECLINED },
    { "INVALID_CARD_NUMBER", TOSS_DECLINED },
    { "INVALID_CARD_INSTALLMENT_PLAN", TOSS_DECLINED },
    { "INVALID_PASSWORD", TOSS_DECLINED },
    { "INVALID_ACCOUNT_INFO_RE_REGISTER", TOSS_DECLINED },
    { "NOT_SUPPORTED_INSTALLMENT_PLAN_CARD_OR_MERCHANT", TOSS_DECLINED },
    { "NOT_SUPPORTED_INSTALLMENT_PLAN_CARD_MERCHANT", TOSS_DECLINED },
    { "NOT_ALLOWED_POINT_USE", TOSS_DECLINED },
    { "NOT_AVAILABLE_PAYMENT", TOSS_DECLINED },
    { "EXCEED_MAX_AUTH_COUNT", TOSS_DECLINED },
    { "EXCEED_MAX_AMOUNT", TOSS_DECLINED },
    { "EXCEED_MAX_ONE_DAY_AMOUNT", TOSS_DECLINED },
    { "EXCEED_MAX_PAYMENT_AMOUNT", TOSS_DECLINED },
    { "EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT", TOSS_DECLINED },
    { "EXCEED_MAX_DAILY_PAYMENT_COUNT", TOSS_DECLINED },
    { "EXCEED_MAX_ONE_DAY_WITHDRAW_AMOUNT", TOSS_DECLINED },
    { "EXCEED_MAX_ONE_TIME_WITHDRAW_AMOUNT", TOSS_DECLINED },
    { "EXCEED_MAX_CARD_INSTALLMENT_PLAN", TOSS_DECLINED },
    { "RESTRICTED_TRANSFER_ACCOUNT", TOSS_DECLINED },
    { "BELOW_MINIMUM_AMOUNT", TOSS_DECLINED },
    { "FDS_ERROR", TOSS_DECLINED },
    /* not to be done to this payment, or done before */
    { "ALREADY_PROCESSED_PAYMENT", TOSS_LOOK },
    { "DUPLICATED_ORDER_ID", TOSS_LOOK },
    { "NOT_FOUND_PAYMENT", TOSS_LOOK },
    { "NOT_FOUND_PAYMENT_SESSION", TOSS_LOOK },
    { "FORBIDDEN_REQUEST", TOSS_LOOK },
    { "INVALID_REQUEST", TOSS_LOOK },
    { "UNAPPROVED_ORDER_ID", TOSS_LOOK },
    /* refunds */
    { "ALREADY_CANCELED_PAYMENT", TOSS_LOOK },
    { "NOT_CANCELABLE_PAYMENT", TOSS_DECLINED },
    { "NOT_CANCELABLE_AMOUNT", TOSS_DECLINED },
    { "NOT_CANCELABLE_PAYMENT_FOR_DORMANT_USER", TOSS_DECLINED },
    { "NOT_ALLOWED_PARTIAL_REFUND", TOSS_DECLINED },
    { "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT", TOSS_DECLINED },
    { "NOT_MATCHES_REFUNDABLE_AMOUNT", TOSS_DECLINED },
    { "EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT", TOSS_DECLINED },
    { "EXCEED_MAX_REFUND_DUE", TOSS_DECLINED },
    { "REFUND_REJECTED", TOSS_DECLINED },
    { "INVALID_REFUND_ACCOUNT_INFO", TOSS_ACCOUNT },
    { "INVALID_REFUND_ACCOUNT_NUMBER", TOSS_ACCOUNT },
    { "INVALID_BANK", TOSS_ACCOUNT },
};

static void code_take(struct ctx *cx, const cJSON *document, void *out)
{
    *(struct str *)out = vendor_text(cx, document, "code");
}

enum toss_says toss_error(struct ctx *cx, struct str body)
{
    struct str code = { 0 };
    vendor_read(cx, body, code_take, &code);
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (str_eq(code, str_c(errors[i].code)))
            return errors[i].says;
    return TOSS_UNCLEAR;
}

/* ---- webhooks ---- */

static void hint_take(struct ctx *cx, const cJSON *document, void *out)
{
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(document, "data");
    struct toss_hint *h = out;
    *h = (struct toss_hint){ .deposit = !data, .time = vendor_text(cx, document, "createdAt"), .secret = vendor_text(cx, document, "secret") };
    h->order = vendor_text(cx, data ? data : document, "orderId");
    h->status = vendor_text(cx, data ? data : document, "status");
    h->has_total = data && str_eq(h->status, S("DONE")) && money_read(cx, data, "totalAmount", &h->total);
}

bool toss_hint_read(struct ctx *cx, struct str body, struct toss_hint *ret)
{
    return vendor_read(cx, body, hint_take, ret) && ret->order.n && ret->status.n;
}

/* ---- transactions ---- */

struct transactions {
    int64_t from, to;
    struct list lines;
    size_t n;
    struct str last;
    bool ok;
};

/* False: it moved no money then. The sign of a cancelled amount is not documented. */
static bool line_read(struct ctx *cx, const cJSON *item, const struct transactions *t, struct provider_line *ret)
{
    struct str status = vendor_text(cx, item, "status");
    bool taken = str_eq(status, S("DONE"));
    if (!taken && !str_eq(status, S("CANCELED")) && !str_eq(status, S("PARTIAL_CANCELED")))
        return false;
    *ret = (struct provider_line){ .refund = !taken, .payment = vendor_order(cx, vendor_text(cx, item, "orderId")),
                                   .ref = vendor_text(cx, item, taken ? "paymentKey" : "transactionKey") };
    if (!money_read(cx, item, "amount", &ret->amount) || !time_parse(vendor_text(cx, item, "transactionAt"), &ret->at))
        return false;
    if (ret->amount.amount < 0)
        ret->amount.amount = -ret->amount.amount;
    return ret->at >= t->from && ret->at < t->to;
}

static void transactions_take(struct ctx *cx, const cJSON *document, void *out)
{
    struct transactions *t = out;
    const cJSON *item;
    t->ok = cJSON_IsArray(document);
    if (!t->ok)
        return;
    struct provider_line *lines = NEW_ARRAY(cx->arena, struct provider_line, (size_t)cJSON_GetArraySize(document));
    cJSON_ArrayForEach(item, document) {
        t->n++;
        t->last = vendor_text(cx, item, "transactionKey");
        t->lines.n += line_read(cx, item, t, &lines[t->lines.n]);
    }
    t->lines.at = lines;
}

bool toss_transactions_read(struct ctx *cx, struct str body, int64_t from, int64_t to, struct list *ret, size_t *ret_n, struct str *ret_last)
{
    struct transactions t = { .from = from, .to = to };
    if (!vendor_read(cx, body, transactions_take, &t) || !t.ok)
        return false;
    *ret = t.lines;
    *ret_n = t.n;
    *ret_last = t.last;
    return true;
}
