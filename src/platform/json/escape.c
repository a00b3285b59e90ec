#include "platform/json/escape.h"

#include <stdlib.h>

/* Bytes of the character that begins s; 0 when it is not well-formed. */
static size_t character(struct str s)
{
    unsigned char lead = (unsigned char)s.p[0];
    size_t n = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    return n <= s.n && str_utf8(str_of(s.p, n)) ? n : 0;
}

size_t json_plain(struct str s)
{
    size_t i = str_plain(s);
    while (i < s.n) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20 || c == '"' || c == '\\')
            break;
        size_t step = c < 0x80 ? 1 : character(str_of(s.p + i, s.n - i));
        if (step == 0)
            break;
        i += step;
    }
    return i;
}

size_t json_escape(struct str *rest, char out[JSON_ESCAPE_MAX])
{
    static const char hex[] = "0123456789abcdef";
    static const char short_form[0x20] = { ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r' };

    unsigned char c = (unsigned char)rest->p[0];
    size_t in = character(*rest), n = in;
    if (in == 0) {
        in = 1;
        n = 3;
        memcpy(out, "\xEF\xBF\xBD", n);
    } else if (c == '"' || c == '\\' || (c < 0x20 && short_form[c])) {
        n = 2;
        out[0] = '\\';
        out[1] = c < 0x20 ? short_form[c] : (char)c;
    } else if (c < 0x20) {
        n = 6;
        memcpy(out, "\\u00", 4);
        out[4] = hex[c >> 4];
        out[5] = hex[c & 15];
    } else {
        memcpy(out, rest->p, n);
    }
    *rest = str_of(rest->p + in, rest->n - in);
    return n;
}

bool json_half_pair(struct str source)
{
    bool high = false;            /* the escape just before was the first half of a pair */
    for (size_t i = 0; i < source.n; i++) {
        bool low = false;
        if (source.p[i] == '\\' && source.n - i > 5 && source.p[i + 1] == 'u') {
            char digits[5] = { source.p[i + 2], source.p[i + 3], source.p[i + 4], source.p[i + 5], 0 };
            unsigned long unit = strtoul(digits, NULL, 16);
            low = unit >= 0xDC00 && unit <= 0xDFFF;
            if (high != low)
                return true;
            high = unit >= 0xD800 && unit <= 0xDBFF;
            i += 5;
        } else {
            if (high)
                return true;
            if (source.p[i] == '\\')
                i++;
        }
    }
    return high;
}
