/* A settlement statement on paper: A4 across, a table with its head on every page, and the totals. */
#include "base/clock.h"
#include "settlement.h"

#define LINE        14.0f
#define SIZE        8.0f
#define DAY_WIDTH   52.0f
#define CODE_WIDTH  32.0f     /* of a currency */
#define SUM_WIDTH   66.0f
#define SUMS_LEFT   (A4_LONG - PAPER_MARGIN - SETTLEMENT_SUMS * SUM_WIDTH)

struct sheet {
    struct ctx *cx;
    struct pdf *pdf;
    float top;                /* of what comes next */
};

static void write_cell(struct sheet *s, struct str text, float left, float right, enum pdf_align align)
{
    pdf_text(s->pdf, text, SIZE, 0, (struct pdf_box){ left, right - 4, s->top, LINE }, align);
}

static void write_rule(struct sheet *s)
{
    pdf_rectangle(s->pdf, (struct pdf_box){ PAPER_MARGIN, A4_LONG - PAPER_MARGIN, s->top + 2, 0.5f });
    pdf_fill(s->pdf);
}

static void write_row(struct sheet *s, struct str day, struct str title, struct str currency, const struct str sums[SETTLEMENT_SUMS])
{
    write_cell(s, day, PAPER_MARGIN, PAPER_MARGIN + DAY_WIDTH, PDF_LEFT);
    write_cell(s, title, PAPER_MARGIN + DAY_WIDTH, SUMS_LEFT - CODE_WIDTH, PDF_LEFT);
    write_cell(s, currency, SUMS_LEFT - CODE_WIDTH, SUMS_LEFT, PDF_LEFT);
    for (int i = 0; i < SETTLEMENT_SUMS; i++)
        write_cell(s, sums[i], SUMS_LEFT + SUM_WIDTH * (float)i, SUMS_LEFT + SUM_WIDTH * (float)(i + 1), PDF_RIGHT);
    s->top -= LINE;
}

static void write_heads(struct sheet *s)
{
    static const char *const heads[3][2] = { { "Day", "일자" }, { "Performance", "공연명" }, { "", "통화" } };
    static const char *const sums[SETTLEMENT_SUMS][2] = {
        { "Gross", "판매액" },                 { "Refunds", "환불액" },         { "Retained fees", "취소수수료" }, { "of it platform", "(플랫폼 귀속)" },
        { "Platform fee", "플랫폼 수수료" },   { "VAT on it", "수수료 부가세" }, { "Provider fee", "결제 수수료" }, { "Net due", "정산액" },
    };
    enum lang lang = s->cx->lang;
    struct str words[SETTLEMENT_SUMS];
    for (int i = 0; i < SETTLEMENT_SUMS; i++)
        words[i] = str_c(sums[i][lang]);
    write_row(s, str_c(heads[0][lang]), str_c(heads[1][lang]), str_c(heads[2][lang]), words);
    write_rule(s);
}

static void write_line(struct sheet *s, const struct settlement_line *l, struct str day, struct str title)
{
    struct str sums[SETTLEMENT_SUMS];
    struct money m = { 0 };
    memcpy(m.currency, l->currency.p, sizeof(m.currency) - 1);
    for (int i = 0; i < SETTLEMENT_SUMS; i++) {
        m.amount = settlement_sum(l, &settlement_columns[i]);
        sums[i] = money_digits(s->cx->arena, m);
    }
    if (s->top < PAPER_MARGIN + LINE) {
        pdf_page(s->pdf);
        s->top = A4_SHORT - PAPER_MARGIN;
        write_heads(s);
    }
    write_row(s, day, title, l->currency, sums);
}

static void write_top(struct sheet *s, const struct settlement *of)
{
    bool ko = s->cx->lang == LANG_KO;
    char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
    struct str since = of->from ? time_korea(of->from, from) : S("");
    s->top = A4_SHORT - PAPER_MARGIN;
    pdf_text(s->pdf, ko ? S("정산서") : S("Settlement statement"), 16, 0, (struct pdf_box){ PAPER_MARGIN, A4_LONG - PAPER_MARGIN, s->top, 24 }, PDF_LEFT);
    s->top -= 24;
    struct str facts = arena_fmt(s->cx->arena, ko ? "주최자 %.*s · 기간 %.*s ~ %.*s (UTC+9)" : "Organizer %.*s · %.*s to %.*s (UTC+9)",
                                 STR_ARG(payment_public_id(s->cx, ID_USER, of->organizer)), STR_ARG(since),
                                 STR_ARG(time_korea(of->to ? of->to : s->cx->now, to)));
    write_cell(s, facts, PAPER_MARGIN, A4_LONG - PAPER_MARGIN, PDF_LEFT);
    s->top -= 2 * LINE;
}

void settlement_draw(struct ctx *cx, struct pdf *pdf, const void *of_)
{
    const struct settlement *of = of_;
    const struct settlement_line *lines = of->lines.at, *totals = of->totals.at;
    struct sheet s = { .cx = cx, .pdf = pdf };
    write_top(&s, of);
    write_heads(&s);
    for (size_t i = 0; i < of->lines.n; i++)
        write_line(&s, &lines[i], lines[i].day, lines[i].title);
    write_rule(&s);
    for (size_t i = 0; i < of->totals.n; i++)
        write_line(&s, &totals[i], cx->lang == LANG_KO ? S("합계") : S("Total"), S(""));
}
