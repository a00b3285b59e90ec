/* Heads of answers (RFC 9112, 4), with the rules that hold for requests: one framing or none, no folded lines, no bare line ends. An answer that two
 * readers could understand in two ways could end at one byte for us and at another for the client. */
#include "platform/http/parse.h"

/* "HTTP/1.1 200 OK"; the reason is not told on and may be missing with the space before it. */
static bool parse_status_line(struct str line, struct http_answer_head *h)
{
    if (line.n < 12 || !str_starts(line, S("HTTP/1.")) || (line.p[7] != '0' && line.p[7] != '1') || line.p[8] != ' ')
        return false;
    h->minor = line.p[7] - '0';
    for (size_t i = 9; i < 12; i++) {
        if (line.p[i] < '0' || line.p[i] > '9')
            return false;
        h->status = h->status * 10 + (line.p[i] - '0');
    }
    if (line.n > 12 && line.p[12] != ' ')
        return false;
    return h->status >= 100 && h->status <= 599 && http_is_text(str_of(line.p + 12, line.n - 12));
}

static int read_headers(const char *p, size_t n, const struct http_limits *limits, struct http_answer_head *h, struct http_seen *seen, size_t *at)
{
    for (;;) {
        struct str line;
        int verdict = http_line_next(p, n, limits, at, &line);
        if (verdict || !line.n)
            return verdict;
        if (h->header_count == limits->headers)
            return 431;
        struct http_header *header = &h->headers[h->header_count++];
        verdict = http_header_parse(line, header);
        if (!verdict)
            verdict = http_seen_note(header, seen);
        if (verdict)
            return verdict;
    }
}

int http_answer_parse(const char *p, size_t n, const struct http_limits *limits, struct http_answer_head *h)
{
    struct http_seen seen = { 0 };
    struct str line;
    size_t at = 0;

    *h = (struct http_answer_head){ .headers = h->headers };
    int verdict = http_line_next(p, n, limits, &at, &line);
    if (!verdict && !parse_status_line(line, h))
        verdict = 502;
    if (!verdict)
        verdict = read_headers(p, n, limits, h, &seen, &at);
    if (!verdict)
        verdict = http_seen_judge(&seen, h->minor, &h->chunked);
    if (verdict)
        return verdict == HTTP_MORE ? HTTP_MORE : 502;
    h->keep_alive = !seen.close && (h->minor == 1 || seen.keep_alive);
    h->has_length = seen.lengths > 0;
    h->length = seen.length;
    h->size = at;
    return 0;
}
