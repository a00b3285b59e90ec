/* Toss Payments, core API v1: a payment is made by the merchant's server, approved by the buyer on a page, and confirmed by the server, which takes
 * the money. A virtual account waits for the buyer's deposit instead. */
#include "psp.h"

#define READY_MS   (INT64_C(30) * 60 * 1000)      /* for the buyer to approve */
#define CONFIRM_MS (INT64_C(10) * 60 * 1000)      /* for the merchant to confirm then */

#define OF(type, member) .at = offsetof(struct type, member)
#define ABSENT_OK        .optional = true, .nullable = true

void toss_refuse(struct ask *a, int status, const char *code, const char *message)
{
    a->status = status;
    buf_clear(a->out);
    buf_char(a->out, '{');
    json_text(a->out, "code", code);
    json_text(a->out, "message", message);
    buf_char(a->out, '}');
}

/* Reads the body; refuses when it is not what the table describes. */
static bool read_body(struct ask *a, const struct fields *fields, void *out)
{
    struct ctx cx = { .arena = a->arena };
    if (!fields_decode(&cx, fields, NULL, a->request->body, out))
        return true;
    const struct field_error *fault = cx.problem.fields;
    struct str told = fault ? arena_fmt(a->arena, "%.*s: %.*s", STR_ARG(fault->field), STR_ARG(fault->message)) : S("잘못된 요청입니다.");
    toss_refuse(a, 400, "INVALID_REQUEST", told.p);
    return false;
}

/* A payment of this merchant; refuses when there is none. */
static struct order *payment_at(struct ask *a, const char *kind, struct str name)
{
    struct order *o = order_find(a->psp, a->merchant, kind, name);
    if (!o)
        toss_refuse(a, 404, "NOT_FOUND_PAYMENT", "존재하지 않는 결제 정보 입니다.");
    return o;
}

/* ---- making one ---- */

struct create_in {
    struct str method, currency, order_id, order_name, success_url, fail_url;
    int64_t amount;
    struct str others[18];
};

static bool order_id_ok(struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || memchr("-_=", c, 3)))
            return false;
    }
    return true;
}
static const struct text_rule order_id_rule = { order_id_ok, "letters, digits, '-', '_' and '=' only", "영문 대소문자, 숫자, '-', '_', '='만 가능합니다" };

/* Known to the company, of no meaning here. */
#define OTHER(i, field) { .name = field, .type = F_RAW, .at = offsetof(struct create_in, others) + (i) * sizeof(struct str), ABSENT_OK }

FIELDS(create_fields, "TossCreate", struct create_in,
    { .name = "method", .type = F_STR, OF(create_in, method) },
    { .name = "amount", .type = F_INT, OF(create_in, amount), .low = 1, .high = MONEY_MAX },
    { .name = "currency", .type = F_STR, OF(create_in, currency), ABSENT_OK, .low = 3, .high = 3 },
    { .name = "orderId", .type = F_STR, OF(create_in, order_id), .low = 6, .high = 64, .rule = &order_id_rule },
    { .name = "orderName", .type = F_STR, OF(create_in, order_name), .low = 1, .high = 100 },
    { .name = "successUrl", .type = F_STR, OF(create_in, success_url) },
    { .name = "failUrl", .type = F_STR, OF(create_in, fail_url) },
    OTHER(0, "customerEmail"), OTHER(1, "customerName"), OTHER(2, "customerMobilePhone"), OTHER(3, "customerKey"), OTHER(4, "taxFreeAmount"),
    OTHER(5, "cultureExpense"), OTHER(6, "cardCompany"), OTHER(7, "flowMode"), OTHER(8, "easyPay"), OTHER(9, "validHours"), OTHER(10, "dueDate"),
    OTHER(11, "cashReceipt"), OTHER(12, "useEscrow"), OTHER(13, "metadata"), OTHER(14, "discountCode"), OTHER(15, "windowTarget"),
    OTHER(16, "useInternationalCardOnly"), OTHER(17, "appScheme"));

static const struct { const char *asked, *told; } methods[] = {
    { "CARD", "카드" }, { "VIRTUAL_ACCOUNT", "가상계좌" }, { "TRANSFER", "계좌이체" }, { "MOBILE_PHONE", "휴대폰" }, { "카드", "카드" }, { "가상계좌", "가상계좌" },
};

static struct str method_of(struct str asked)
{
    for (size_t i = 0; i < COUNT(methods); i++)
        if (str_eq(asked, str_c(methods[i].asked)))
            return str_c(methods[i].told);
    return (struct str){ 0 };
}

static bool by_deposit(const struct order *o)
{
    return str_eq(o->method, S("가상계좌"));
}

static void answer_payment(struct ask *a, const struct order *o)
{
    toss_payment_write(a->psp, a->out, o);
}

static void create(struct ask *a)
{
    struct psp *p = a->psp;
    struct create_in in = { 0 };
    if (!read_body(a, &create_fields, &in))
        return;
    struct str method = method_of(in.method);
    if (!method.n) {
        toss_refuse(a, 400, "INVALID_REQUEST", "지원하지 않는 결제 수단입니다.");
        return;
    }
    if (order_find(p, a->merchant, "toss order", in.order_id)) {
        toss_refuse(a, 400, "DUPLICATED_ORDER_ID", "이미 승인 및 취소가 진행된 중복된 주문번호 입니다.");
        return;
    }
    struct order *o = order_new(p, TOSS, a->merchant);
    o->ref = o->session = psp_word(p, "psp_", 24);
    o->order_id = psp_keep(p, in.order_id);
    o->name = psp_keep(p, in.order_name);
    o->method = method;
    o->success_url = psp_keep(p, in.success_url);
    o->fail_url = psp_keep(p, in.fail_url);
    o->amount = (struct money){ .amount = in.amount, .currency = "KRW" };
    if (in.currency.n)
        memcpy(o->amount.currency, in.currency.p, 3);
    o->expires = o->created + READY_MS;
    order_name(p, o, "toss", o->ref);
    order_name(p, o, "toss order", o->order_id);
    order_name(p, o, "page", o->ref);
    answer_payment(a, o);
}

/* ---- taking the money ---- */

struct confirm_in {
    struct str payment_key, order_id;
    int64_t amount;
};

FIELDS(confirm_fields, "TossConfirm", struct confirm_in,
    { .name = "paymentKey", .type = F_STR, OF(confirm_in, payment_key), .low = 1, .high = 200 },
    { .name = "orderId", .type = F_STR, OF(confirm_in, order_id), .low = 6, .high = 64 },
    { .name = "amount", .type = F_INT, OF(confirm_in, amount), .low = 1, .high = MONEY_MAX });

static void refuse_state(struct ask *a, const struct order *o)
{
    switch (o->state) {
    case ORDER_TAKEN:
    case ORDER_WAITING:
    case ORDER_CANCELLED:
        toss_refuse(a, 400, "ALREADY_PROCESSED_PAYMENT", "이미 처리된 결제 입니다.");
        break;
    case ORDER_DECLINED:
        toss_refuse(a, 403, "REJECT_CARD_COMPANY", "결제 승인이 거절되었습니다.");
        break;
    default:
        toss_refuse(a, 404, "NOT_FOUND_PAYMENT_SESSION", "결제 시간이 만료되어 결제 진행 데이터가 존재하지 않습니다.");
    }
}

static void confirm(struct ask *a)
{
    struct psp *p = a->psp;
    struct confirm_in in = { 0 };
    struct order *o = read_body(a, &confirm_fields, &in) ? payment_at(a, "toss", in.payment_key) : NULL;
    if (!o)
        return;
    order_age(p, o, false);
    if (!str_eq(o->order_id, in.order_id) || o->amount.amount != in.amount) {
        toss_refuse(a, 403, "FORBIDDEN_REQUEST", "허용되지 않은 요청입니다.");
        return;
    }
    if (o->state != ORDER_APPROVED) {
        refuse_state(a, o);
        return;
    }
    if (fault_before(a, o, CALL_CHARGE))
        return;
    if (o->refused) {
        o->state = ORDER_DECLINED;
        toss_tell(p, a, o, "PAYMENT_STATUS_CHANGED");
        refuse_state(a, o);
        return;
    }
    o->approved = psp_now(p);
    if (by_deposit(o)) {
        o->state = ORDER_WAITING;
        o->secret = psp_word(p, "ps_", 24);
        o->charge = psp_word(p, "", 32);
        o->expires = o->approved + 7 * DAY_MS;
    } else {
        o->charge = psp_word(p, "", 32);
        order_take(p, o, in.amount);
        o->expires = 0;
    }
    answer_payment(a, o);
    toss_tell(p, a, o, "PAYMENT_STATUS_CHANGED");
    fault_after(a, o, CALL_CHARGE);
}

void toss_deposit(struct psp *p, struct order *o)
{
    order_take(p, o, o->amount.amount);
    o->expires = 0;
    toss_tell(p, NULL, o, "DEPOSIT_CALLBACK");
    toss_tell(p, NULL, o, "PAYMENT_STATUS_CHANGED");
}

/* ---- giving it back ---- */

struct account_in {
    struct str bank, number, holder;
};
struct cancel_in {
    struct str reason, others[3];
    int64_t amount;
    bool has_amount;
    struct account_in account;
};

FIELDS(account_fields, "TossAccount", struct account_in,
    { .name = "bank", .type = F_STR, OF(account_in, bank) },
    { .name = "accountNumber", .type = F_STR, OF(account_in, number), .low = 1, .high = 20 },
    { .name = "holderName", .type = F_STR, OF(account_in, holder), .low = 1, .high = 60 });

#define CANCEL_OTHER(i, field) { .name = field, .type = F_RAW, .at = offsetof(struct cancel_in, others) + (i) * sizeof(struct str), ABSENT_OK }

FIELDS(cancel_fields, "TossCancel", struct cancel_in,
    { .name = "cancelReason", .type = F_STR, OF(cancel_in, reason), .low = 1, .high = 200 },
    { .name = "cancelAmount", .type = F_INT, OF(cancel_in, amount), .has_at = offsetof(struct cancel_in, has_amount), ABSENT_OK,
      .low = 1, .high = MONEY_MAX },
    { .name = "refundReceiveAccount", .type = F_OBJECT, .of = &account_fields, OF(cancel_in, account), ABSENT_OK },
    CANCEL_OTHER(0, "taxFreeAmount"), CANCEL_OTHER(1, "currency"), CANCEL_OTHER(2, "refundableAmount"));

static void cancel_untaken(struct ask *a, struct order *o)
{
    if (o->state != ORDER_WAITING) {
        toss_refuse(a, 400, o->state == ORDER_CANCELLED ? "ALREADY_CANCELED_PAYMENT" : "NOT_CANCELABLE_PAYMENT", "취소 할 수 없는 결제 입니다.");
        return;
    }
    o->state = ORDER_CANCELLED;
    answer_payment(a, o);
    toss_tell(a->psp, a, o, "PAYMENT_STATUS_CHANGED");
}

static void cancel(struct ask *a)
{
    struct psp *p = a->psp;
    struct cancel_in in = { 0 };
    struct order *o = payment_at(a, "toss", a->param[0]);
    if (!o || !read_body(a, &cancel_fields, &in))
        return;
    if (o->state != ORDER_TAKEN) {
        cancel_untaken(a, o);
        return;
    }
    int64_t amount = in.has_amount ? in.amount : order_left(o);
    if (!order_left(o))
        toss_refuse(a, 400, "ALREADY_CANCELED_PAYMENT", "이미 취소된 결제 입니다.");
    else if (amount > order_left(o))
        toss_refuse(a, 403, "NOT_CANCELABLE_AMOUNT", "취소 할 수 없는 금액 입니다.");
    else if (by_deposit(o) && !in.account.number.n)
        toss_refuse(a, 400, "INVALID_REFUND_ACCOUNT_INFO", "환불 계좌번호와 예금주명이 일치하지 않습니다.");
    else if (!fault_before(a, o, CALL_REFUND)) {
        refund_new(p, o, amount, psp_word(p, "", 32), in.reason);
        answer_payment(a, o);
        toss_tell(p, a, o, "PAYMENT_STATUS_CHANGED");
        fault_after(a, o, CALL_REFUND);
    }
}

/* ---- asking ---- */

static void show(struct ask *a)
{
    const struct order *o = payment_at(a, "toss", a->param[0]);
    if (o)
        answer_payment(a, o);
}

static void show_by_order(struct ask *a)
{
    const struct order *o = payment_at(a, "toss order", a->param[0]);
    if (o)
        answer_payment(a, o);
}

/* "2022-01-01T00:00:00", of Seoul. */
static bool seoul_time(struct ask *a, const char *name, int64_t *ret)
{
    struct str text = http_query(a->request, str_c(name), NULL);
    return time_parse(arena_fmt(a->arena, "%.*s+09:00", STR_ARG(text)), ret);
}

static void transaction(struct ask *a, const struct entry *e)
{
    const struct order *o = e->order;
    const struct refund *r = e->refund;
    json_comma(a->out);
    buf_char(a->out, '{');
    json_text(a->out, "mId", "takenseat-psp");
    put_str(a->out, "transactionKey", r ? r->ref : o->charge);
    put_str(a->out, "paymentKey", o->ref);
    put_str(a->out, "orderId", o->order_id);
    put_str(a->out, "method", o->method);
    put_raw(a->out, "customerKey", "null");
    put_raw(a->out, "useEscrow", "false");
    put_raw(a->out, "receiptUrl", "null");
    json_text(a->out, "status", !r ? "DONE" : r->left ? "PARTIAL_CANCELED" : "CANCELED");
    put_str(a->out, "transactionAt", toss_time(a->arena, r ? r->at : o->ended));
    json_text(a->out, "currency", o->taken.currency);
    json_int(a->out, "amount", r ? -r->amount : o->taken.amount);
    buf_char(a->out, '}');
}

/* Refunds that are pending or have failed are no transactions. */
static void transactions(struct ask *a)
{
    const struct book *b = &a->psp->book;
    struct str after = http_query(a->request, S("startingAfter"), NULL), text = http_query(a->request, S("limit"), NULL);
    int64_t from, to, limit = 100;
    if (!seoul_time(a, "startDate", &from) || !seoul_time(a, "endDate", &to) || (text.p && (!str_to_int(text, &limit) || limit < 1 || limit > 10000))) {
        toss_refuse(a, 400, "INVALID_REQUEST", "startDate, endDate 또는 limit이 올바르지 않습니다.");
        return;
    }
    buf_char(a->out, '[');
    bool begun = !after.n;
    for (size_t i = 0; i < b->entry_count && limit; i++) {
        const struct entry *e = &b->entries[i];
        int64_t at = e->refund ? e->refund->at : e->order->ended;
        if (e->order->vendor != TOSS || e->order->merchant != a->merchant || (e->refund && e->refund->state != REFUND_DONE))
            continue;
        if (begun && at >= from && at <= to) {
            transaction(a, e);
            limit--;
        }
        begun |= str_eq(e->refund ? e->refund->ref : e->order->charge, after);
    }
    buf_char(a->out, ']');
}

const struct route toss_routes[] = {
    { "POST", "/v1/payments", create, NULL },
    { "POST", "/v1/payments/confirm", confirm, NULL },
    { "GET", "/v1/payments/{}", show, NULL },
    { "GET", "/v1/payments/orders/{}", show_by_order, NULL },
    { "POST", "/v1/payments/{}/cancel", cancel, NULL },
    { "GET", "/v1/transactions", transactions, NULL },
    { NULL, NULL, NULL, NULL },
};

/* The window in which the merchant must confirm. */
void toss_approve(struct psp *p, struct ask *a, struct order *o)
{
    o->state = ORDER_APPROVED;
    o->expires = psp_now(p) + CONFIRM_MS;
    toss_tell(p, a, o, "PAYMENT_STATUS_CHANGED");
}
