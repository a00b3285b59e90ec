#include "render.h"

#include <stdio.h>
#include <time.h>

#include "notify_texts.h"
#include "base/buf.h"
#include "base/html.h"
#include "platform/obs/log.h"

#define TEXT_MAX (256u * 1024)

const char *const value_words[] = {
    [VALUE_NAME] = "name",   [VALUE_LINK] = "link",   [VALUE_SITE] = "site",     [VALUE_CODE] = "code",       [VALUE_TITLE] = "title",
    [VALUE_HALL] = "hall",   [VALUE_WHEN] = "when",   [VALUE_SEATS] = "seats",   [VALUE_TOTAL] = "total",     [VALUE_DUE] = "due",
    [VALUE_COUNT] = "count", [VALUE_FEE] = "fee",     [VALUE_REFUND] = "refund", [VALUE_GRADE] = "grade",     [VALUE_UNTIL] = "until",
    [VALUE_URL] = "url",     [VALUE_LANG] = "lang",   [VALUE_SUBJECT] = "subject", [VALUE_CONTENT] = "content", [VALUE_FOOTER] = "footer",
    [VALUES] = NULL,
};

static const char *const lang_words[] = { [LANG_EN] = "en", [LANG_KO] = "ko" };

/* ---- templates ---- */

static struct str text_named(struct str name)
{
    for (size_t i = 0; notify_texts[i].name; i++)
        if (str_eq(str_c(notify_texts[i].name), name))
            return str_c(notify_texts[i].text);
    return (struct str){ 0 };
}

static struct str template_of(const char *name, enum lang lang)
{
    char file[64];
    int n = snprintf(file, sizeof(file), "%s.%s.txt", name, lang_words[lang]);
    ASSERT(n > 0 && (size_t)n < sizeof(file));
    return text_named(str_of(file, (size_t)n));
}

bool render_knows(const char *name, enum lang lang)
{
    return template_of(name, lang).n > 0;
}

static struct str value_named(const struct str values[VALUES], struct str name)
{
    size_t i = 0;
    while (value_words[i] && !str_eq(str_c(value_words[i]), name))
        i++;
    ASSERT(i < VALUES);
    return values[i];
}

/* Puts values into a line; false when one of them is empty. */
static bool fill(const struct str values[VALUES], struct str line, struct buf *ret)
{
    buf_clear(ret);
    for (;;) {
        buf_str(ret, str_cut(&line, '{'));
        if (!line.p)
            return true;
        struct str value = value_named(values, str_cut(&line, '}'));
        if (!value.n)
            return false;
        buf_str(ret, value);
    }
}

/* ---- a page in both forms ---- */

struct page {
    const struct str *values;
    struct buf plain, html, line;
    bool paragraph;           /* one is open in the HTML */
    bool gap;                 /* a blank line is due before the next one */
};

static void page_open(struct page *p, const struct str *values)
{
    *p = (struct page){ .values = values };
    buf_init(&p->plain, TEXT_MAX);
    buf_init(&p->html, TEXT_MAX);
    buf_init(&p->line, TEXT_MAX);
}

static void page_close(struct page *p)
{
    buf_free(&p->plain);
    buf_free(&p->html);
    buf_free(&p->line);
}

static void end_paragraph(struct page *p)
{
    if (p->paragraph)
        buf_str(&p->html, S("</p>\n"));
    p->paragraph = false;
}

static void begin_line(struct page *p)
{
    if (p->gap && p->plain.n)
        buf_char(&p->plain, '\n');
    p->gap = false;
}

static void add_line(struct page *p, struct str line)
{
    if (!fill(p->values, line, &p->line))
        return;
    begin_line(p);
    buf_str(&p->plain, buf_view(&p->line));
    buf_char(&p->plain, '\n');
    buf_str(&p->html, p->paragraph ? S("<br>\n") : S("<p>"));
    html_text(&p->html, buf_view(&p->line));
    p->paragraph = true;
}

/* "Label: {value}", behind the mark. */
static void add_link(struct page *p, struct str line)
{
    struct str label = str_cut(&line, ':');
    if (!fill(p->values, str_trim(line), &p->line))
        return;
    end_paragraph(p);
    begin_line(p);
    buf_fmt(&p->plain, "%.*s:\n%.*s\n", STR_ARG(label), STR_ARG(buf_view(&p->line)));
    buf_str(&p->html, S("<p><a href=\""));
    html_text(&p->html, buf_view(&p->line));
    buf_str(&p->html, S("\" style=\"color:#1f4fd8;font-weight:600\">"));
    html_text(&p->html, label);
    buf_str(&p->html, S("</a></p>\n"));
}

static void add_body(struct page *p, struct str body)
{
    while (body.n) {
        struct str line = str_cut(&body, '\n');
        if (str_starts(line, S("> "))) {
            add_link(p, str_of(line.p + 2, line.n - 2));
        } else if (line.n) {
            add_line(p, line);
        } else {
            end_paragraph(p);
            p->gap = true;
        }
    }
    end_paragraph(p);
}

static struct str subject_of(struct arena *arena, struct page *p, struct str first)
{
    ASSERT(str_starts(first, S("subject: ")));
    bool whole = fill(p->values, str_of(first.p + 9, first.n - 9), &p->line);
    ASSERT(whole);
    return arena_str(arena, buf_view(&p->line));
}

static void page_of(struct arena *arena, const char *name, enum lang lang, const struct str *values, struct mail_text *ret)
{
    struct page p;
    struct str body = template_of(name, lang), first = str_cut(&body, '\n');
    page_open(&p, values);
    ret->subject = subject_of(arena, &p, first);
    add_body(&p, body);
    ASSERT(!p.plain.full && !p.html.full && !p.line.full);
    ret->plain = arena_str(arena, buf_view(&p.plain));
    ret->html = arena_str(arena, buf_view(&p.html));
    page_close(&p);
}

/* A value is one line: what would end it becomes a space. */
static struct str one_line(struct arena *arena, struct str s)
{
    char *out = arena_take(arena, s.n);
    for (size_t i = 0; i < s.n; i++)
        out[i] = (unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f ? ' ' : s.p[i];
    return str_of(s.n ? out : NULL, s.n);
}

static struct str escaped(struct arena *arena, struct str s)
{
    struct buf b;
    buf_init(&b, TEXT_MAX);
    html_text(&b, s);
    struct str text = arena_str(arena, buf_view(&b));
    buf_free(&b);
    return text;
}

void render(struct arena *arena, const char *name, enum lang lang, const struct str values[VALUES], struct mail_text *ret)
{
    struct str clean[VALUES];
    struct mail_text body, footer;
    struct buf html;
    for (size_t i = 0; i < VALUES; i++)
        clean[i] = one_line(arena, values[i]);
    page_of(arena, name, lang, clean, &body);
    page_of(arena, "footer", lang, clean, &footer);

    clean[VALUE_LANG] = str_c(lang_words[lang]);
    clean[VALUE_SUBJECT] = escaped(arena, body.subject);
    clean[VALUE_CONTENT] = body.html;
    clean[VALUE_FOOTER] = footer.html;
    buf_init(&html, TEXT_MAX);
    bool whole = fill(clean, text_named(S("layout.html")), &html);
    ASSERT(whole && !html.full);
    ret->subject = body.subject;
    ret->plain = arena_fmt(arena, "%.*s\n-- \n%.*s", STR_ARG(body.plain), STR_ARG(footer.plain));
    ret->html = arena_str(arena, buf_view(&html));
    buf_free(&html);
}

/* ---- values ---- */

struct str render_money(struct arena *arena, enum lang lang, struct money m)
{
    if (m.amount <= 0)
        return (struct str){ 0 };
    struct str digits = money_digits(arena, m);
    if (lang == LANG_KO && strcmp(m.currency, "KRW") == 0)
        return arena_fmt(arena, "%.*s원", STR_ARG(digits));
    return arena_fmt(arena, "%s %.*s", m.currency, STR_ARG(digits));
}

struct str render_time(struct arena *arena, enum lang lang, int64_t ms, int offset_minutes)
{
    static const char *const days[][7] = { { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" }, { "일", "월", "화", "수", "목", "금", "토" } };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    time_t seconds = ms / 1000 + offset_minutes * 60;
    struct tm t;
    struct tm *ok = gmtime_r(&seconds, &t);
    ASSERT(ok != NULL);
    int off = offset_minutes < 0 ? -offset_minutes : offset_minutes;
    struct str zone = arena_fmt(arena, "UTC%c%02d:%02d", offset_minutes < 0 ? '-' : '+', off / 60, off % 60);
    if (lang == LANG_KO)
        return arena_fmt(arena, "%d년 %d월 %d일(%s) %02d:%02d (%.*s)", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, days[1][t.tm_wday], t.tm_hour, t.tm_min,
                         STR_ARG(zone));
    return arena_fmt(arena, "%s %d %s %d, %02d:%02d (%.*s)", days[0][t.tm_wday], t.tm_mday, months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min,
                     STR_ARG(zone));
}
