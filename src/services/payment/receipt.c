/* A receipt says what this service knows: who sold, what for, how much, which tax is in it, what went back. Tax by the rate of the day on which
 * the money came. */
#include "receipt.h"

#include "ledger.h"
#include "platform/call/app.h"
#include "platform/config/config.h"
#include "services/auth/auth.h"

#define REFUNDS_MAX 100       /* told one by one, the newest; `left` knows of all */

/* ---- field tables ---- */

FIELDS(receipt_in_fields, "ReceiptQuery", struct payment_in,
    { .name = "payment_id", .type = F_ID, .id = ID_PAYMENT, .from = FROM_PATH, .at = offsetof(struct payment_in, payment) });

static const char *const kind_words[] = { "tax_exempt", "supply", "vat", "refund", NULL };

#define AT(member) .at = offsetof(struct receipt_line, member)
FIELDS(line_fields, "ReceiptLine", struct receipt_line,
    { .name = "kind", .type = F_ENUM, .words = kind_words, AT(kind) },
    { .name = "label", .type = F_STR, AT(label), .help = "the kind in the language asked for" },
    { .name = "amount", .type = F_MONEY, AT(amount), .low = -MONEY_MAX, .high = MONEY_MAX, .help = "negative: it goes back" },
    { .name = "at", .type = F_TIME, AT(at) });
#undef AT

#define AT(member) .at = offsetof(struct receipt, member)
FIELDS(receipt_fields, "Receipt", struct receipt,
    { .name = "payment_id", .type = F_ID, .id = ID_PAYMENT, AT(payment) },
    { .name = "booking_id", .type = F_ID, .id = ID_BOOKING, AT(booking) },
    { .name = "issuer", .type = F_STR, AT(issuer) },
    { .name = "seller", .type = F_STR, .nullable = true, AT(seller), .help = "the organizer; null: not known any more" },
    { .name = "title", .type = F_STR, AT(title), .help = "what was paid for" },
    { .name = "provider", .type = F_STR, AT(provider) },
    { .name = "ref", .type = F_STR, .nullable = true, AT(ref), .help = "what the provider calls the payment" },
    { .name = "paid_at", .type = F_TIME, AT(paid_at) },
    { .name = "amount", .type = F_MONEY, AT(amount), .help = "what was paid: the sum of all lines but the refunds" },
    { .name = "left", .type = F_MONEY, AT(left), .help = "of it, without what goes back: the sum of all lines" },
    { .name = "lines", .type = F_LIST, .of = &line_fields, AT(lines) });
#undef AT

/* ---- lines ---- */

static const char *const labels[][2] = {
    [RECEIPT_EXEMPT] = { "Tickets, exempt from tax", "입장권(면세)" },
    [RECEIPT_SUPPLY] = { "Tickets, before tax", "입장권 공급가액" },
    [RECEIPT_VAT] = { "Value added tax", "부가가치세" },
    [RECEIPT_REFUND] = { "Refund", "환불" },
};

static void add_line(const struct ctx *cx, struct receipt *r, enum receipt_kind kind, int64_t amount, int64_t at)
{
    struct receipt_line *l = (struct receipt_line *)r->lines.at + r->lines.n++;
    *l = (struct receipt_line){ .kind = (int)kind, .label = str_c(labels[kind][cx->lang]), .amount = r->amount, .at = at };
    l->amount.amount = amount;
}

static void add_price(const struct ctx *cx, struct receipt *r, int64_t vat_permille)
{
    int64_t vat = vat_contained(r->amount.amount, vat_permille);
    add_line(cx, r, vat_permille ? RECEIPT_SUPPLY : RECEIPT_EXEMPT, r->amount.amount - vat, r->paid_at);
    if (vat_permille)
        add_line(cx, r, RECEIPT_VAT, vat, r->paid_at);
}

/* The oldest first. What the provider refused is tried again: the first attempt tells what is owed. */
static err add_refunds(struct ctx *cx, struct receipt *r)
{
    struct refund *refunds = NEW_ARRAY(cx->arena, struct refund, REFUNDS_MAX);
    size_t n;
    err e = store_refunds(cx, r->payment, INT64_MAX, REFUNDS_MAX, refunds, &n);
    while (!e && n-- > 0)
        if (refunds[n].attempt == 1)
            add_line(cx, r, RECEIPT_REFUND, -refunds[n].amount, refunds[n].created_at);
    return e;
}

/* ---- the receipt ---- */

/* The name of an account that is closed is not known any more. */
static err seller_of(struct ctx *cx, int64_t organizer, struct str *ret)
{
    struct contact contact;
    if (organizer == 0)
        return OK;
    err e = call_run(cx, &auth_contact_call, &(struct contact_ref){ organizer }, &contact);
    if (e == ERR_MISSING) {
        fail_clear(cx);
        return OK;
    }
    if (!e)
        *ret = contact.name;
    return e;
}

static struct receipt heading(struct ctx *cx, const struct payment *p)
{
    struct receipt r = { .payment = p->id, .booking = p->booking, .issuer = config_str(app_config(cx->app), "payment.receipt_issuer"), .title = p->title,
                         .provider = str_c(p->provider->name), .ref = p->ref, .amount = { .amount = p->captured } };
    memcpy(r.amount.currency, p->charged_currency, sizeof(r.amount.currency));
    r.left = r.amount;
    r.left.amount = p->captured - p->promised;
    r.lines.at = NEW_ARRAY(cx->arena, struct receipt_line, 2 + REFUNDS_MAX);
    return r;
}

static err receipt(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct payment_in *in = in_;
    struct receipt *ret = ret_out;
    struct payment p;
    struct booked b;
    bool came;
    (void)self;

    err e = payment_visible(cx, in->payment, &p);
    if (!e)
        e = store_booked(cx, in->payment, &b, &came);
    if (e)
        return e;
    if (!came)
        return fail(cx, ERR_MISSING, "not_paid", "Nothing has been paid, so there is no receipt.", "결제된 금액이 없어 영수증이 없습니다.");

    *ret = heading(cx, &p);
    e = store_money_came_at(cx, p.id, &ret->paid_at);
    if (!e)
        e = seller_of(cx, p.organizer, &ret->seller);
    if (e)
        return e;
    add_price(cx, ret, b.ticket_vat);
    return add_refunds(cx, ret);
}

static err receipt_pdf(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct receipt r;
    err e = call_run(cx, &receipt_call, in, &r);
    return e ? e : paper_print(cx, self, &(struct paper){ A5_SHORT, A4_SHORT, receipt_draw, &r }, ret_out);
}

const struct call receipt_call = { "payment.receipt", "What was paid, which tax is in it, what went back.", CALL_READ, &receipt_in_fields,
                                   &receipt_fields, receipt };
const struct call receipt_pdf_call = { "payment.receipt_pdf", "The same on paper.", CALL_STORY, &receipt_in_fields, NULL, receipt_pdf };
