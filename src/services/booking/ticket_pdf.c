/* A ticket on paper: title, when, where, which seat, and the code as a QR picture drawn from its modules, so that it is sharp on every printer. */
#include "services/booking/ticket_pdf.h"

#include "base/clock.h"
#include "platform/pdf/pdf.h"

#define PAGE_WIDTH  298.0f    /* A6 in points */
#define PAGE_HEIGHT 420.0f
#define MARGIN      24.0f
#define LINE        26.0f
#define LABEL_WIDTH 84.0f
#define CODE_SIDE   150.0f
#define QUIET       4         /* modules of margin (ISO/IEC 18004, 6.3.8) */

struct sheet {
    struct ctx *cx;
    struct pdf *pdf;
    float top;                /* of what comes next */
};

/* ---- text ---- */

static void write_text(struct sheet *s, struct str text, float size, float grey, float left, float right, float height)
{
    pdf_text(s->pdf, text, size, grey, (struct pdf_box){ left, right, s->top, height }, PDF_LEFT);
}

static void write_line(struct sheet *s, struct str label, struct str value)
{
    if (!value.n)
        return;
    write_text(s, label, 9, 0.4f, MARGIN, MARGIN + LABEL_WIDTH, LINE);
    write_text(s, value, 11, 0, MARGIN + LABEL_WIDTH, PAGE_WIDTH - MARGIN, LINE);
    s->top -= LINE;
}

static struct str korean_time(struct ctx *cx, int64_t at)
{
    char text[TIME_TEXT_MAX];
    return arena_fmt(cx->arena, "%.*s (UTC+9)", STR_ARG(time_korea(at, text)));
}

/* The parts of a seat's name that there are. */
static struct str seat_name(struct ctx *cx, const struct ticket_print *t)
{
    const struct str parts[] = { t->section, t->row, t->number };
    struct str name = { 0 };
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (parts[i].n)
            name = name.n ? arena_fmt(cx->arena, "%.*s · %.*s", STR_ARG(name), STR_ARG(parts[i])) : parts[i];
    return name;
}

/* ---- the code ---- */

static void draw_code(struct sheet *s, const struct ticket_print *t)
{
    float module = CODE_SIDE / (float)(t->width + 2 * QUIET), left = (PAGE_WIDTH - CODE_SIDE) / 2, top = MARGIN + LINE + CODE_SIDE;
    for (int y = 0; y < t->width; y++)
        for (int x = 0, run; x < t->width; x += run ? run : 1) {
            for (run = 0; x + run < t->width && (t->modules[y * t->width + x + run] & 1); run++)
                continue;
            if (run)
                pdf_rectangle(s->pdf, (struct pdf_box){ left + module * (float)(x + QUIET), left + module * (float)(x + QUIET + run),
                                                        top - module * (float)(y + QUIET), module });
        }
    pdf_fill(s->pdf);
}

static void draw(struct sheet *s, const struct ticket_print *t)
{
    s->top = PAGE_HEIGHT - MARGIN;
    write_text(s, t->title, 15, 0, MARGIN, PAGE_WIDTH - MARGIN, 2 * LINE);
    s->top -= 2 * LINE;
    write_line(s, S("일시 When"), korean_time(s->cx, t->starts_at));
    write_line(s, S("장소 Where"), t->hall_name);
    write_line(s, S("등급 Grade"), t->grade);
    write_line(s, S("좌석 Seat"), seat_name(s->cx, t));
    write_line(s, S("예매번호 Booking"), t->booking_code);
    draw_code(s, t);
    s->top = MARGIN + LINE;
    write_text(s, S("입장할 때 이 코드를 보여 주세요. 한 번, 한 분만 입장할 수 있습니다.\nShow this code at the door. It lets in one person, once."), 8, 0.4f, MARGIN,
               PAGE_WIDTH - MARGIN, LINE);
}

/* ---- the document ---- */

err ticket_pdf_make(struct ctx *cx, struct str font_path, const struct ticket_print *t, struct str *ret_pdf)
{
    struct sheet s = { .cx = cx };
    err e = pdf_open(cx, font_path, PAGE_WIDTH, PAGE_HEIGHT, &s.pdf);
    if (e)
        return e;
    draw(&s, t);
    return pdf_end(s.pdf, ret_pdf);
}
