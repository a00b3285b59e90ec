#include "base/html.h"

void html_text(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        switch (text.p[i]) {
        case '&': buf_str(out, S("&amp;")); break;
        case '<': buf_str(out, S("&lt;")); break;
        case '>': buf_str(out, S("&gt;")); break;
        case '"': buf_str(out, S("&quot;")); break;
        case '\'': buf_str(out, S("&#39;")); break;
        default: buf_char(out, text.p[i]);
        }
}
