/* Cells are separated when the next one comes: a row is empty behind a line end or the byte order mark. */
#include "base/csv.h"

#define MARK "\xef\xbb\xbf"

void csv_begin(struct buf *out)
{
    buf_str(out, S(MARK));
}

static void next_cell(struct buf *out)
{
    bool first = out->n == sizeof(MARK) - 1 || out->p[out->n - 1] == '\n';
    if (!first)
        buf_char(out, ',');
}

/* What begins with one of these may run as a formula. */
static bool is_formula(struct str text)
{
    return text.n && memchr("=+-@\t\r", text.p[0], 6);
}

void csv_text(struct buf *out, struct str text)
{
    if (out->full)
        return;
    next_cell(out);
    buf_char(out, '"');                      /* always quoted: so a cell never ends in a bare line end */
    if (is_formula(text))
        buf_char(out, '\'');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"')
            buf_char(out, '"');
        buf_char(out, text.p[i]);
    }
    buf_char(out, '"');
}

void csv_int(struct buf *out, int64_t v)
{
    if (out->full)
        return;
    next_cell(out);
    buf_int(out, v);
}

void csv_row_end(struct buf *out)
{
    buf_str(out, S("\r\n"));
}
