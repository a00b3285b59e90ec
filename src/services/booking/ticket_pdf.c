/* A ticket on paper: title, when, where, which seat, and the code as a QR picture drawn from its modules, so that it is sharp on every printer. */
#include "services/booking/ticket_pdf.h"

#include <hpdf.h>

#include "base/clock.h"
#include "platform/obs/log.h"

#define PAGE_WIDTH  298.0f    /* A6 in points */
#define PAGE_HEIGHT 420.0f
#define MARGIN      24.0f
#define LINE        26.0f
#define LABEL_WIDTH 84.0f
#define CODE_SIDE   150.0f
#define QUIET       4         /* modules of margin (ISO/IEC 18004, 6.3.8) */
#define KOREA_MS    (INT64_C(9) * 60 * 60 * 1000)   /* UTC+9, without summer time */

struct sheet {
    HPDF_Doc pdf;
    HPDF_Page page;
    HPDF_Font font;
    float top;                /* of what comes next */
    HPDF_STATUS failed;       /* the first failure; 0: none */
};

static void on_failure(HPDF_STATUS error, HPDF_STATUS detail, void *sheet)
{
    struct sheet *s = sheet;
    (void)detail;
    if (!s->failed)
        s->failed = error;
}

/* ---- text ---- */

/* What does not fit into the height is cut off. */
static void write_text(struct sheet *s, struct ctx *cx, struct str text, float size, float grey, float left, float right, float height)
{
    HPDF_Page_BeginText(s->page);
    HPDF_Page_SetFontAndSize(s->page, s->font, size);
    HPDF_Page_SetGrayFill(s->page, grey);
    HPDF_Page_TextRect(s->page, left, s->top, right, s->top - height, arena_str(cx->arena, text).p, HPDF_TALIGN_LEFT, NULL);
    HPDF_Page_EndText(s->page);
}

static void write_line(struct sheet *s, struct ctx *cx, struct str label, struct str value)
{
    if (!value.n)
        return;
    write_text(s, cx, label, 9, 0.4f, MARGIN, MARGIN + LABEL_WIDTH, LINE);
    write_text(s, cx, value, 11, 0, MARGIN + LABEL_WIDTH, PAGE_WIDTH - MARGIN, LINE);
    s->top -= LINE;
}

static struct str korean_time(struct ctx *cx, int64_t at)
{
    char text[TIME_TEXT_MAX];
    struct str t = time_format(at + KOREA_MS, text);
    ASSERT(t.n > 16);
    return arena_fmt(cx->arena, "%.10s %.5s (UTC+9)", t.p, t.p + 11);
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
    HPDF_Page_SetGrayFill(s->page, 0);
    for (int y = 0; y < t->width; y++)
        for (int x = 0, run; x < t->width; x += run ? run : 1) {
            for (run = 0; x + run < t->width && (t->modules[y * t->width + x + run] & 1); run++)
                continue;
            if (run)
                HPDF_Page_Rectangle(s->page, left + module * (float)(x + QUIET), top - module * (float)(y + QUIET + 1), module * (float)run, module);
        }
    HPDF_Page_Fill(s->page);
}

static void draw(struct sheet *s, struct ctx *cx, const struct ticket_print *t)
{
    s->top = PAGE_HEIGHT - MARGIN;
    write_text(s, cx, t->title, 15, 0, MARGIN, PAGE_WIDTH - MARGIN, 2 * LINE);
    s->top -= 2 * LINE;
    write_line(s, cx, S("일시 When"), korean_time(cx, t->starts_at));
    write_line(s, cx, S("장소 Where"), t->hall_name);
    write_line(s, cx, S("등급 Grade"), t->grade);
    write_line(s, cx, S("좌석 Seat"), seat_name(cx, t));
    write_line(s, cx, S("예매번호 Booking"), t->booking_code);
    draw_code(s, t);
    s->top = MARGIN + LINE;
    write_text(s, cx, S("입장할 때 이 코드를 보여 주세요. 한 번, 한 분만 입장할 수 있습니다.\nShow this code at the door. It lets in one person, once."), 8, 0.4f, MARGIN,
               PAGE_WIDTH - MARGIN, LINE);
}

/* ---- the document ---- */

static bool font_load(struct sheet *s, const char *path)
{
    HPDF_UseUTFEncodings(s->pdf);
    const char *name = HPDF_LoadTTFontFromFile(s->pdf, path, HPDF_TRUE);
    s->font = name ? HPDF_GetFont(s->pdf, name, "UTF-8") : NULL;
    return s->font != NULL;
}

static struct str bytes_of(struct sheet *s, struct ctx *cx)
{
    HPDF_SaveToStream(s->pdf);
    HPDF_UINT32 n = s->failed ? 0 : HPDF_GetStreamSize(s->pdf);
    char *bytes = arena_take(cx->arena, n + 1);
    HPDF_ResetStream(s->pdf);
    if (n)
        HPDF_ReadFromStream(s->pdf, (HPDF_BYTE *)bytes, &n);
    return str_of(bytes, n);
}

err ticket_pdf_make(struct ctx *cx, struct str font_path, const struct ticket_print *t, struct str *ret_pdf)
{
    struct sheet s = { 0 };
    struct str pdf = { 0 };
    s.pdf = HPDF_New(on_failure, &s);
    ASSERT(s.pdf);                           /* out of memory */
    if (!font_load(&s, arena_str(cx->arena, font_path).p)) {
        HPDF_Free(s.pdf);
        return fail(cx, ERR_UNAVAILABLE, "font_missing", "Tickets cannot be printed here: the font %.*s cannot be read.",
                    "글꼴 %.*s을(를) 읽을 수 없어 티켓을 인쇄할 수 없습니다.", STR_ARG(font_path));
    }
    HPDF_SetCompressionMode(s.pdf, HPDF_COMP_ALL);
    s.page = HPDF_AddPage(s.pdf);
    HPDF_Page_SetWidth(s.page, PAGE_WIDTH);
    HPDF_Page_SetHeight(s.page, PAGE_HEIGHT);
    draw(&s, cx, t);
    if (!s.failed)
        pdf = bytes_of(&s, cx);
    HPDF_Free(s.pdf);
    if (s.failed)
        return fail(cx, ERR_INTERNAL, NULL, "The ticket could not be drawn (%lx).", "티켓을 만들지 못했습니다(%lx).", (unsigned long)s.failed);
    *ret_pdf = pdf;
    return OK;
}
