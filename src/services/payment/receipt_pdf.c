/* A receipt on paper: A5, in one language. */
#include "base/clock.h"
#include "receipt.h"

#define LINE        20.0f
#define LABEL_WIDTH 110.0f
#define RIGHT       (A5_SHORT - PAPER_MARGIN)

struct sheet {
    struct ctx *cx;
    struct pdf *pdf;
    float top;                /* of what comes next */
};

static void write_fact(struct sheet *s, const char *const label[2], struct str value)
{
    if (!value.n)
        return;
    pdf_text(s->pdf, str_c(label[s->cx->lang]), 9, 0.4f, (struct pdf_box){ PAPER_MARGIN, PAPER_MARGIN + LABEL_WIDTH, s->top, LINE }, PDF_LEFT);
    pdf_text(s->pdf, value, 10, 0, (struct pdf_box){ PAPER_MARGIN + LABEL_WIDTH, RIGHT, s->top, LINE }, PDF_LEFT);
    s->top -= LINE;
}

static void write_sum(struct sheet *s, struct str label, struct str day, struct money m)
{
    struct str digits = arena_fmt(s->cx->arena, "%s %.*s", m.currency, STR_ARG(money_digits(s->cx->arena, m)));
    if (s->top < PAPER_MARGIN + LINE) {
        pdf_page(s->pdf);
        s->top = A4_SHORT - PAPER_MARGIN;
    }
    pdf_text(s->pdf, label, 10, 0, (struct pdf_box){ PAPER_MARGIN, PAPER_MARGIN + 160, s->top, LINE }, PDF_LEFT);
    pdf_text(s->pdf, day, 9, 0.4f, (struct pdf_box){ PAPER_MARGIN + 160, PAPER_MARGIN + 230, s->top, LINE }, PDF_LEFT);
    pdf_text(s->pdf, digits, 10, 0, (struct pdf_box){ PAPER_MARGIN + 230, RIGHT, s->top, LINE }, PDF_RIGHT);
    s->top -= LINE;
}

static void write_rule(struct sheet *s)
{
    pdf_rectangle(s->pdf, (struct pdf_box){ PAPER_MARGIN, RIGHT, s->top, 0.5f });
    pdf_fill(s->pdf);
    s->top -= LINE / 2;
}

static void write_facts(struct sheet *s, const struct receipt *r)
{
    static const char *const words[][2] = {
        { "Receipt no.", "영수증 번호" }, { "Issued by", "발행" }, { "Seller", "판매자" }, { "For", "내역" }, { "Paid at (UTC+9)", "결제일시 (UTC+9)" },
        { "Paid through", "결제 수단" },  { "Reference", "승인 번호" },
    };
    char at[TIME_TEXT_MAX];
    write_fact(s, words[0], payment_public_id(s->cx, ID_PAYMENT, r->payment));
    write_fact(s, words[1], r->issuer);
    write_fact(s, words[2], r->seller);
    write_fact(s, words[3], r->title);
    write_fact(s, words[4], time_korea(r->paid_at, at));
    write_fact(s, words[5], r->provider);
    write_fact(s, words[6], r->ref);
}

void receipt_draw(struct ctx *cx, struct pdf *pdf, const void *of)
{
    const struct receipt *r = of;
    const struct receipt_line *lines = r->lines.at;
    struct sheet s = { cx, pdf, A4_SHORT - PAPER_MARGIN };
    bool ko = cx->lang == LANG_KO;
    pdf_text(pdf, ko ? S("영수증") : S("Receipt"), 18, 0, (struct pdf_box){ PAPER_MARGIN, RIGHT, s.top, 28 }, PDF_LEFT);
    s.top -= 2 * LINE;
    write_facts(&s, r);
    write_rule(&s);
    for (size_t i = 0; i < r->lines.n; i++) {
        char at[TIME_TEXT_MAX];
        write_sum(&s, lines[i].label, str_of(time_korea(lines[i].at, at).p, sizeof("2026-11-23") - 1), lines[i].amount);
    }
    write_rule(&s);
    write_sum(&s, ko ? S("결제 금액") : S("Paid"), S(""), r->amount);
    if (r->left.amount != r->amount.amount)
        write_sum(&s, ko ? S("환불 후 금액") : S("After refunds"), S(""), r->left);
}
