#include "message.h"

#include <sodium.h>
#include <time.h>

#include "base/buf.h"
#include "platform/obs/log.h"

#define MESSAGE_MAX (2u << 20)
#define LINE_BYTES  57        /* 76 letters of base64 (RFC 2045, 6.8) */
#define WORD_BYTES  39        /* 64 letters with what stands around them: with a header's name no line is longer than 76 (RFC 2047, 2) */

bool message_address(struct str s)
{
    size_t at = 0, ats = 0;
    if (s.n < 3 || s.n > 254)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] <= ' ' || s.p[i] >= 0x7f || strchr("<>()[]\\,;:\"", s.p[i]))
            return false;
        if (s.p[i] == '@') {
            at = i;
            ats++;
        }
    }
    return ats == 1 && at > 0 && at < s.n - 1;
}

static void base64(struct buf *out, struct str bytes)
{
    size_t size = sodium_base64_encoded_len(bytes.n, sodium_base64_VARIANT_ORIGINAL);
    char *room = buf_room(out, size);
    if (!room)
        return;
    sodium_bin2base64(room, size, (const unsigned char *)bytes.p, bytes.n, sodium_base64_VARIANT_ORIGINAL);
    out->n += size - 1;                              /* without the NUL */
}

/* How much of s fits into one encoded word without cutting a character. */
static size_t word_length(struct str s)
{
    size_t n = s.n < WORD_BYTES ? s.n : WORD_BYTES;
    while (n && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
        n--;
    return n;
}

/* Text in a header: always encoded, so that nothing in it can mean anything. */
static void header_text(struct buf *out, struct str s)
{
    for (size_t n; (n = word_length(s)) > 0; s = str_of(s.p + n, s.n - n)) {
        buf_str(out, S("=?UTF-8?B?"));
        base64(out, str_of(s.p, n));
        buf_str(out, n < s.n ? S("?=\r\n ") : S("?="));
    }
}

static void header_person(struct buf *out, const char *name, struct str person, struct str address)
{
    ASSERT(message_address(address));
    buf_fmt(out, "%s: ", name);
    header_text(out, person);
    buf_fmt(out, "%s<%.*s>\r\n", person.n ? "\r\n " : "", STR_ARG(address));
}

static void header_date(struct buf *out, int64_t ms)
{
    static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    time_t seconds = ms / 1000;
    struct tm t;
    struct tm *ok = gmtime_r(&seconds, &t);
    ASSERT(ok != NULL);
    buf_fmt(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[t.tm_wday], t.tm_mday, months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min,
            t.tm_sec);
}

/* Lines of texts end with LF; mail wants CR LF also inside of base64 (RFC 2046, 4.1.1). */
static struct str crlf(struct arena *arena, struct str s)
{
    char *out = arena_take(arena, s.n * 2 + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\n')
            out[n++] = '\r';
        out[n++] = s.p[i];
    }
    return str_of(out, n);
}

static void part(struct buf *out, struct str boundary, struct arena *arena, const char *type, struct str text)
{
    buf_fmt(out, "--=_%.*s\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n", STR_ARG(boundary), type);
    for (struct str rest = crlf(arena, text); rest.n;) {
        size_t n = rest.n < LINE_BYTES ? rest.n : LINE_BYTES;
        base64(out, str_of(rest.p, n));
        buf_str(out, S("\r\n"));
        rest = str_of(rest.p + n, rest.n - n);
    }
}

struct str message_build(struct arena *arena, const struct message *m)
{
    struct buf out;
    struct str rest = m->id, boundary = str_cut(&rest, '@');      /* "=_" stands in no base64 */
    buf_init(&out, MESSAGE_MAX);
    header_person(&out, "From", m->from_name, m->from);
    header_person(&out, "To", m->to_name, m->to);
    buf_str(&out, S("Subject: "));
    header_text(&out, m->text.subject);
    buf_str(&out, S("\r\n"));
    header_date(&out, m->date);
    buf_fmt(&out, "Message-ID: <%.*s>\r\nAuto-Submitted: auto-generated\r\nContent-Language: %s\r\nMIME-Version: 1.0\r\n", STR_ARG(m->id),
            m->lang == LANG_KO ? "ko" : "en");
    buf_fmt(&out, "Content-Type: multipart/alternative; boundary=\"=_%.*s\"\r\n\r\n", STR_ARG(boundary));
    part(&out, boundary, arena, "text/plain", m->text.plain);
    part(&out, boundary, arena, "text/html", m->text.html);
    buf_fmt(&out, "--=_%.*s--\r\n", STR_ARG(boundary));
    ASSERT(!out.full);
    struct str bytes = arena_str(arena, buf_view(&out));
    buf_free(&out);
    return bytes;
}
