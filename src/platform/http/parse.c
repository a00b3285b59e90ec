/* One pass over the lines of the head, each judged once it is complete. A line is looked for only as far as the limits reach, so that a line
 * without an end is refused at the same byte whether it came whole or in pieces. */
#include "platform/http/parse.h"

#include <string.h>

enum { TOKEN = 1, PATH = 2, QUERY = 4, HOST = 8 };

/* RFC 3986 for paths; queries may hold a few more characters that browsers leave as they are. '%' is checked where it stands. */
static const uint8_t classes[256] = {
    ['a' ... 'z'] = TOKEN | PATH | QUERY | HOST,
    ['A' ... 'Z'] = TOKEN | PATH | QUERY | HOST,
    ['0' ... '9'] = TOKEN | PATH | QUERY | HOST,
    ['-'] = TOKEN | PATH | QUERY | HOST, ['.'] = TOKEN | PATH | QUERY | HOST,
    ['_'] = TOKEN | PATH | QUERY | HOST, ['~'] = TOKEN | PATH | QUERY | HOST,
    ['!'] = TOKEN | PATH | QUERY, ['$'] = TOKEN | PATH | QUERY, ['%'] = TOKEN | PATH | QUERY, ['&'] = TOKEN | PATH | QUERY,
    ['\''] = TOKEN | PATH | QUERY, ['*'] = TOKEN | PATH | QUERY, ['+'] = TOKEN | PATH | QUERY,
    ['('] = PATH | QUERY, [')'] = PATH | QUERY, [','] = PATH | QUERY, ['/'] = PATH | QUERY, [':'] = PATH | QUERY, [';'] = PATH | QUERY,
    ['='] = PATH | QUERY, ['@'] = PATH | QUERY,
    ['^'] = TOKEN | QUERY, ['`'] = TOKEN | QUERY, ['|'] = TOKEN | QUERY,
    ['?'] = QUERY, ['['] = QUERY, [']'] = QUERY, ['{'] = QUERY, ['}'] = QUERY,
    ['#'] = TOKEN,
};

static bool is(char c, int class)
{
    return (classes[(unsigned char)c] & class) != 0;
}

bool http_is_token(char c)
{
    return is(c, TOKEN);
}

int http_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool http_is_text(struct str s)
{
    for (size_t i = str_plain(s); i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < ' ' && c != '\t') || c == 0x7F)
            return false;
    }
    return true;
}

int http_line_next(const char *p, size_t n, const struct http_limits *limits, size_t *at, struct str *ret)
{
    size_t most = limits->head_bytes > *at ? limits->head_bytes - *at : 0;
    if (most > limits->line_bytes + 2)
        most = limits->line_bytes + 2;
    size_t here = n - *at < most ? n - *at : most;
    const char *line = p + *at, *lf = here ? memchr(line, '\n', here) : NULL;
    if (!lf)
        return here == most ? 431 : HTTP_MORE;
    if (lf == line || lf[-1] != '\r')
        return 400;
    *ret = str_of(line, (size_t)(lf - line) - 1);
    *at += ret->n + 2;
    return 0;
}

/* Escapes must be whole and not hide a NUL; in a path also no control character and no '/'. */
static bool escape_ok(const char *p, size_t n, int class)
{
    int high = n >= 3 ? http_hex(p[1]) : -1, low = n >= 3 ? http_hex(p[2]) : -1;
    if (high < 0 || low < 0)
        return false;
    int c = high * 16 + low;
    return class == QUERY ? c != 0 : c >= ' ' && c != 0x7F && c != '/';
}

static bool path_ok(struct str path, bool *ret_escaped)
{
    size_t length = 0, dots = 0;             /* of the segment, with escapes undone */
    if (!path.n || path.p[0] != '/')
        return false;
    for (size_t i = 1; i <= path.n; i++) {
        if (i == path.n || path.p[i] == '/') {
            if (length == dots && (dots == 1 || dots == 2))
                return false;
            length = dots = 0;
            continue;
        }
        char c = path.p[i];
        if (!is(c, PATH))
            return false;
        if (c == '%') {
            if (!escape_ok(path.p + i, path.n - i, PATH))
                return false;
            c = (char)(http_hex(path.p[i + 1]) * 16 + http_hex(path.p[i + 2]));
            i += 2;
            *ret_escaped = true;
        }
        length++;
        dots += c == '.';
    }
    return true;
}

static bool query_ok(struct str query)
{
    for (size_t i = 0; i < query.n; i++) {
        if (!is(query.p[i], QUERY))
            return false;
        if (query.p[i] == '%' && !escape_ok(query.p + i, query.n - i, QUERY))
            return false;
    }
    return true;
}

static int parse_request_line(struct str line, struct http_head *h)
{
    size_t i = 0;
    while (i < line.n && is(line.p[i], TOKEN))
        i++;
    if (!i || i == line.n || line.p[i] != ' ')
        return 400;
    h->method = str_of(line.p, i);

    struct str version = str_of(line.p + i + 1, line.n - i - 1);
    h->target = str_cut(&version, ' ');
    if (version.n != 8 || !str_starts(version, S("HTTP/")) || version.p[6] != '.')
        return 400;
    char major = version.p[5], minor = version.p[7];
    if (major < '0' || major > '9' || minor < '0' || minor > '9')
        return 400;
    if (major != '1' || minor > '1')
        return 505;
    h->minor = minor - '0';

    h->query = h->target;
    h->path = str_cut(&h->query, '?');
    if (str_eq(h->target, S("*")))
        return str_eq(h->method, S("OPTIONS")) ? 0 : 400;
    return path_ok(h->path, &h->path_escaped) && query_ok(h->query) ? 0 : 400;
}

/* uri-host [ ":" port ] (RFC 9110 7.2): a name, an IPv4 address or an IPv6 address in brackets. */
static bool host_ok(struct str host)
{
    size_t i = 0, digits = 0;
    if (host.n && host.p[0] == '[') {
        for (i = 1; i < host.n && (http_hex(host.p[i]) >= 0 || host.p[i] == ':' || host.p[i] == '.'); i++)
            ;
        if (i < 3 || i == host.n || host.p[i] != ']')
            return false;
        i++;
    } else {
        while (i < host.n && is(host.p[i], HOST))
            i++;
        if (!i)
            return false;
    }
    if (i == host.n)
        return true;
    if (host.p[i++] != ':')
        return false;
    for (; i < host.n && host.p[i] >= '0' && host.p[i] <= '9'; i++)
        digits++;
    return i == host.n && digits >= 1 && digits <= 5;
}

static bool parse_length(struct str digits, size_t *ret)
{
    uint64_t length = 0;
    if (!digits.n || digits.n > 15)
        return false;
    for (size_t i = 0; i < digits.n; i++) {
        if (digits.p[i] < '0' || digits.p[i] > '9')
            return false;
        length = length * 10 + (uint64_t)(digits.p[i] - '0');
    }
    *ret = (size_t)length;
    return true;
}

static void parse_connection(struct str list, struct http_seen *seen)
{
    while (list.p) {
        struct str option = str_trim(str_cut(&list, ','));
        if (str_eq_nocase(option, S("close")))
            seen->close = true;
        else if (str_eq_nocase(option, S("keep-alive")))
            seen->keep_alive = true;
    }
}

int http_seen_note(const struct http_header *header, struct http_seen *seen)
{
    switch (header->name.n) {
    case 10:
        if (str_eq_nocase(header->name, S("connection")))
            parse_connection(header->value, seen);
        break;
    case 14:
        if (str_eq_nocase(header->name, S("content-length")) && (seen->lengths++ || !parse_length(header->value, &seen->length)))
            return 400;
        break;
    case 17:
        if (str_eq_nocase(header->name, S("transfer-encoding"))) {
            if (seen->codings++)
                return 400;
            seen->coding = header->value;
        }
        break;
    default:
        break;
    }
    return 0;
}

static int note_header(const struct http_header *header, struct http_head *h, int *hosts, struct http_seen *seen)
{
    if (header->name.n == 4 && str_eq_nocase(header->name, S("host")))
        return (*hosts)++ || !host_ok(header->value) ? 400 : 0;
    if (header->name.n == 6 && str_eq_nocase(header->name, S("expect"))) {
        h->expect_continue = str_eq_nocase(header->value, S("100-continue"));
        return h->expect_continue ? 0 : 417;
    }
    return http_seen_note(header, seen);
}

int http_header_parse(struct str line, struct http_header *ret)
{
    size_t i = 0;
    while (i < line.n && is(line.p[i], TOKEN))
        i++;
    if (!i || i == line.n || line.p[i] != ':')
        return 400;              /* also a folded line, which begins with a space, and a space before the colon */
    ret->name = str_of(line.p, i);
    ret->value = str_trim(str_of(line.p + i + 1, line.n - i - 1));
    return http_is_text(ret->value) ? 0 : 400;
}

int http_seen_judge(const struct http_seen *seen, int minor, bool *ret_chunked)
{
    *ret_chunked = false;
    if (!seen->codings)
        return 0;
    if (minor == 0 || seen->lengths)
        return 400;
    if (!str_eq(seen->coding, S("chunked")))
        return 501;
    *ret_chunked = true;
    return 0;
}

static int judge(struct http_head *h, int hosts, const struct http_seen *seen)
{
    if (h->minor == 1 && !hosts)
        return 400;
    int verdict = http_seen_judge(seen, h->minor, &h->chunked);
    h->length = seen->length;
    h->keep_alive = !seen->close && (h->minor == 1 || seen->keep_alive);
    if (h->minor == 0)
        h->expect_continue = false;
    return verdict;
}

int http_head_parse(const char *p, size_t n, const struct http_limits *limits, struct http_head *h)
{
    struct http_seen seen = { 0 };
    struct str line;
    int hosts = 0;
    size_t at = n >= 2 && p[0] == '\r' && p[1] == '\n' ? 2 : 0;      /* RFC 9112 2.2 */

    *h = (struct http_head){ .headers = h->headers };
    int verdict = http_line_next(p, n, limits, &at, &line);
    if (verdict)
        return verdict == 431 ? 414 : verdict;
    verdict = parse_request_line(line, h);
    while (!verdict) {
        verdict = http_line_next(p, n, limits, &at, &line);
        if (verdict)
            break;
        if (!line.n) {
            h->size = at;
            return judge(h, hosts, &seen);
        }
        if (h->header_count == limits->headers)
            return 431;
        struct http_header *header = &h->headers[h->header_count];
        verdict = http_header_parse(line, header);
        if (!verdict)
            verdict = note_header(header, h, &hosts, &seen);
        h->header_count++;
    }
    return verdict;
}

size_t http_path_decode(struct str path, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < path.n; i++) {
        char c = path.p[i];
        if (c == '%') {
            c = (char)(http_hex(path.p[i + 1]) * 16 + http_hex(path.p[i + 2]));
            i += 2;
        }
        out[n++] = c;
    }
    return n;
}
