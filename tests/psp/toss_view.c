/* How Toss writes payments and what its webhooks say. Times are those of Seoul. */
#include "psp.h"

#define SEOUL_MS (INT64_C(9) * 60 * 60 * 1000)

struct str toss_time(struct arena *arena, int64_t ms)
{
    char text[TIME_TEXT_MAX];
    if (!ms)
        return (struct str){ 0 };
    struct str utc = time_format((ms + SEOUL_MS) / 1000 * 1000, text);
    return arena_fmt(arena, "%.*s+09:00", (int)utc.n - 1, utc.p);
}

/* Of a webhook: to the microsecond, without the zone. */
static struct str event_time(struct arena *arena, int64_t ms)
{
    char text[TIME_TEXT_MAX];
    struct str utc = time_format((ms + SEOUL_MS) / 1000 * 1000, text);
    return arena_fmt(arena, "%.*s.%06d", (int)utc.n - 1, utc.p, (int)(ms % 1000) * 1000);
}

static const char *status_of(const struct order *o)
{
    static const char *const words[] = {
        [ORDER_OPEN] = "READY", [ORDER_CREATED] = "READY", [ORDER_APPROVED] = "IN_PROGRESS", [ORDER_WAITING] = "WAITING_FOR_DEPOSIT",
        [ORDER_TAKEN] = "DONE", [ORDER_CANCELLED] = "CANCELED", [ORDER_DECLINED] = "ABORTED", [ORDER_EXPIRED] = "EXPIRED",
    };
    if (o->state == ORDER_TAKEN && o->returned)
        return order_left(o) ? "PARTIAL_CANCELED" : "CANCELED";
    return words[o->state];
}

static void put_time(struct buf *out, const char *name, int64_t ms)
{
    struct arena *arena = arena_new(256);
    put_str(out, name, toss_time(arena, ms));
    arena_free(arena);
}

static void cancels_write(struct buf *out, const struct order *o)
{
    static const char *const words[] = { [REFUND_PENDING] = "IN_PROGRESS", [REFUND_DONE] = "DONE", [REFUND_FAILED] = "ABORTED" };
    if (!o->refunds) {
        put_raw(out, "cancels", "null");
        return;
    }
    json_begin_list(out, "cancels");
    for (const struct refund *r = o->refunds; r; r = r->next) {
        json_comma(out);
        buf_char(out, '{');
        json_int(out, "cancelAmount", r->amount);
        put_str(out, "cancelReason", r->reason);
        json_int(out, "taxFreeAmount", 0);
        json_int(out, "taxExemptionAmount", 0);
        json_int(out, "refundableAmount", r->left);
        json_int(out, "easyPayDiscountAmount", 0);
        put_time(out, "canceledAt", r->at);
        put_str(out, "transactionKey", r->ref);
        put_raw(out, "receiptKey", "null");
        json_text(out, "cancelStatus", words[r->state]);
        put_raw(out, "cancelRequestId", "null");
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

static void method_write(struct buf *out, const struct order *o)
{
    bool account = str_eq(o->method, S("가상계좌")) && o->approved, card = str_eq(o->method, S("카드")) && o->state == ORDER_TAKEN;
    put_raw(out, "card", card ? "{\"issuerCode\":\"61\",\"acquirerCode\":\"31\",\"number\":\"12345678****000*\",\"installmentPlanMonths\":0,"
                                "\"isInterestFree\":false,\"interestPayer\":null,\"approveNo\":\"00000000\",\"useCardPoint\":false,"
                                "\"cardType\":\"신용\",\"ownerType\":\"개인\",\"acquireStatus\":\"READY\"}" : "null");
    if (!account) {
        put_raw(out, "virtualAccount", "null");
    } else {
        json_begin(out, "virtualAccount");
        json_text(out, "accountType", "일반");
        json_name(out, "accountNumber");
        buf_fmt(out, "\"X%013lld\"", (long long)o->number);
        json_text(out, "bankCode", "20");
        json_text(out, "customerName", "김토스");
        put_time(out, "dueDate", o->approved + 7 * DAY_MS);
        json_text(out, "refundStatus", o->returned ? order_left(o) ? "PARTIAL_FAILED" : "COMPLETED" : "NONE");
        put_raw(out, "expired", o->state == ORDER_EXPIRED ? "true" : "false");
        json_text(out, "settlementStatus", "INCOMPLETED");
        put_raw(out, "refundReceiveAccount", "null");
        buf_char(out, '}');
    }
    for (size_t i = 0; i < 6; i++) {
        static const char *const others[] = { "transfer", "mobilePhone", "giftCertificate", "cashReceipt", "cashReceipts", "discount" };
        put_raw(out, others[i], "null");
    }
}

static void outcome_write(struct psp *p, struct buf *out, const struct order *o)
{
    put_raw(out, "easyPay", "null");
    json_text(out, "country", "KR");
    put_raw(out, "failure", o->state == ORDER_DECLINED ? "{\"code\":\"REJECT_CARD_COMPANY\",\"message\":\"결제 승인이 거절되었습니다.\"}" : "null");
    put_raw(out, "isPartialCancelable", "true");
    json_name(out, "receipt");
    if (o->state == ORDER_TAKEN)
        buf_fmt(out, "{\"url\":\"%.*s/receipt/%.*s\"}", STR_ARG(p->origin), STR_ARG(o->ref));
    else
        buf_str(out, S("null"));
    json_name(out, "checkout");
    buf_fmt(out, "{\"url\":\"%.*s/pay/%.*s\"}", STR_ARG(p->origin), STR_ARG(o->session));
}

void toss_payment_write(struct psp *p, struct buf *out, const struct order *o)
{
    const struct money *m = o->state == ORDER_TAKEN ? &o->taken : &o->amount;
    int64_t left = m->amount - o->returned;
    const struct refund *last = o->refunds;
    while (last && last->next)
        last = last->next;
    buf_char(out, '{');
    json_text(out, "mId", "takenseat-psp");
    json_text(out, "version", "2022-11-16");
    put_str(out, "lastTransactionKey", last ? last->ref : o->charge);
    put_str(out, "paymentKey", o->ref);
    json_text(out, "type", "NORMAL");
    put_str(out, "orderId", o->order_id);
    put_str(out, "orderName", o->name);
    json_text(out, "status", status_of(o));
    put_time(out, "requestedAt", o->created);
    put_time(out, "approvedAt", o->state == ORDER_TAKEN ? o->ended : 0);
    put_raw(out, "useEscrow", "false");
    put_raw(out, "cultureExpense", "false");
    put_str(out, "method", o->method);
    json_text(out, "currency", m->currency);
    json_int(out, "totalAmount", m->amount);
    json_int(out, "balanceAmount", o->state == ORDER_CANCELLED ? 0 : left);
    json_int(out, "suppliedAmount", left - left / 11);
    json_int(out, "vat", left / 11);
    json_int(out, "taxFreeAmount", 0);
    json_int(out, "taxExemptionAmount", 0);
    method_write(out, o);
    cancels_write(out, o);
    put_str(out, "secret", o->secret);
    outcome_write(p, out, o);
    put_raw(out, "metadata", "null");
    buf_char(out, '}');
}

static void event_write(struct psp *p, struct buf *out, const struct order *o, const char *event)
{
    struct arena *arena = arena_new(256);
    buf_char(out, '{');
    if (strcmp(event, "DEPOSIT_CALLBACK") != 0)
        json_text(out, "eventType", event);
    put_str(out, "createdAt", event_time(arena, psp_now(p)));
    arena_free(arena);
    if (strcmp(event, "DEPOSIT_CALLBACK") == 0) {
        put_str(out, "secret", o->secret);
        put_str(out, "orderId", o->order_id);
        json_text(out, "status", status_of(o));
        put_str(out, "transactionKey", o->charge);
    } else {
        json_name(out, "data");
        toss_payment_write(p, out, o);
    }
    buf_char(out, '}');
}

void toss_tell(struct psp *p, struct ask *a, struct order *o, const char *event)
{
    struct buf body;
    buf_init(&body, 1024 * 1024);
    event_write(p, &body, o, event);
    psp_tell(p, a, o, buf_view(&body));
    buf_free(&body);
}

/* As if twice the amount had been paid, or, every other time, as if a payment had been made that is not known at all. */
struct str toss_forged(struct psp *p, struct arena *arena, const struct order *o)
{
    struct order lie = *o;
    struct buf body;
    lie.state = ORDER_TAKEN;
    lie.taken = (struct money){ .amount = 2 * o->amount.amount };
    memcpy(lie.taken.currency, o->amount.currency, sizeof(lie.taken.currency));
    if (rng_below(&p->rng, 2))
        lie.ref = S("psp_forged00000000000000000");
    buf_init(&body, 1024 * 1024);
    event_write(p, &body, &lie, "PAYMENT_STATUS_CHANGED");
    struct str text = arena_str(arena, buf_view(&body));
    buf_free(&body);
    return text;
}
