#include "page.h"

#include "base/html.h"

static const char style[] =
    ":root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--soft:#57606a;--rule:#d0d7de;--c0:#0550ae;--c1:#bc4c00}\n"
    "@media (prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#e6edf3;--soft:#9aa5b1;--rule:#3a424b;--c0:#79c0ff;--c1:#ffa657}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;padding:1rem;max-width:46rem;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}\n"
    "h1{font-size:1.5rem;line-height:1.25;margin:0}h2{font-size:1.15rem;margin:2rem 0 .5rem}p{margin:.4rem 0}.soft{color:var(--soft)}\n"
    "figure{margin:0}figure>svg{display:block;width:100%;max-width:40rem;height:auto}\n"
    "svg text{font:13px system-ui,sans-serif;fill:var(--ink)}.rule{stroke:var(--rule)}\n"
    "polyline{fill:none;stroke-width:2.5;stroke-linejoin:round}polyline.c0{stroke:var(--c0)}polyline.c1{stroke:var(--c1)}.dashed{stroke-dasharray:6 4}\n"
    "rect.c0{fill:var(--c0)}rect.c1{fill:var(--c1)}.p1{opacity:.55}.p2{opacity:.25}\n"
    ".legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;padding:0;margin:.3rem 0 .8rem}.legend svg{width:1.75rem;height:.5rem}\n"
    ".wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}\n"
    "th,td{padding:.25rem .5rem;text-align:right;vertical-align:top;border-bottom:1px solid var(--rule)}th:first-child{text-align:left;padding-left:0}\n"
    ".many td{white-space:nowrap}@media (max-width:30rem){svg text{font-size:16px}th,td{padding:.25rem .35rem}}\n"
    "thead th{color:var(--soft);font-weight:600}tbody th{font-weight:400}\n"
    "@media print{:root{--paper:#fff;--ink:#000;--soft:#333;--rule:#999;--c0:#0550ae;--c1:#bc4c00}body{max-width:none;padding:0;font-size:10pt}\n"
    "section,figure,tr{break-inside:avoid}rect,polyline{print-color-adjust:exact;-webkit-print-color-adjust:exact}.wide{overflow:visible}}\n";

void page_open(struct buf *out, const struct report *r, const char *title)
{
    buf_fmt(out, "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n", say(r, "en", "ko"));
    buf_str(out, S("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"));
    buf_str(out, S("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"));
    page_words(out, "title", str_c(title));
    buf_fmt(out, "<style>\n%s</style>\n</head>\n<body>\n<main>\n", style);
}

void page_close(struct buf *out)
{
    buf_str(out, S("</main>\n</body>\n</html>\n"));
}

void page_words(struct buf *out, const char *tag, struct str words)
{
    buf_fmt(out, "<%s>", tag);
    html_text(out, words);
    buf_fmt(out, "</%s>\n", tag);
}

void page_heading(struct buf *out, const char *words)
{
    page_words(out, "h2", str_c(words));
}

void table_open(struct buf *out, const char *about, const char *const *heads, size_t n)
{
    buf_str(out, S("<div class=\"wide\" role=\"group\" tabindex=\"0\" aria-label=\""));
    html_text(out, str_c(about));
    buf_fmt(out, "\"><table%s>\n<thead><tr>", n > 3 ? " class=\"many\"" : "");
    for (size_t i = 0; i < n; i++) {
        buf_str(out, S("<th scope=\"col\">"));
        html_text(out, str_c(heads[i]));
        buf_str(out, S("</th>\n"));
    }
    buf_str(out, S("</tr></thead>\n<tbody>\n"));
}

void row_open(struct buf *out, struct str head)
{
    buf_str(out, S("<tr><th scope=\"row\">"));
    html_text(out, head);
    buf_str(out, S("</th>"));
}

void row_cell(struct buf *out, struct str words)
{
    page_words(out, "td", words);
}

void row_close(struct buf *out)
{
    buf_str(out, S("</tr>\n"));
}

void table_close(struct buf *out)
{
    buf_str(out, S("</tbody></table></div>\n"));
}
