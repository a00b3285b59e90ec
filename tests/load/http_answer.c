/* Strict where it matters for a measurement: an answer that is cut short or framed twice is a fault, not a number. */
#include "http_answer.h"

#include <string.h>
#include <strings.h>

enum { HEAD_MAX = 64 * 1024, BODY_MAX = 256 * 1024 * 1024 };

const char *http_answer_header(const struct http_answer *a, const char *bytes, const char *name, size_t *ret_len)
{
    const char *at = bytes + a->head_at, *end = at + a->head_len;
    size_t name_len = strlen(name);

    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (!stop)
            return NULL;
        if ((size_t)(stop - at) > name_len && at[name_len] == ':' && !strncasecmp(at, name, name_len)) {
            const char *value = at + name_len + 1;
            const char *last = stop;
            while (value < last && (*value == ' ' || *value == '\t'))
                value++;
            while (last > value && (last[-1] == '\r' || last[-1] == ' '))
                last--;
            *ret_len = (size_t)(last - value);
            return value;
        }
        at = stop + 1;
    }
    return NULL;
}

static bool value_is(const char *value, size_t len, const char *wanted)
{
    return value && len == strlen(wanted) && !strncasecmp(value, wanted, len);
}

static unsigned digit_value(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;

    return at ? (unsigned)(at - digits) : 16;
}

static bool number_read(const char *text, size_t len, unsigned base, size_t *ret)
{
    size_t n = 0;

    if (len == 0)
        return false;
    for (size_t i = 0; i < len; i++) {
        unsigned digit = digit_value(text[i]);
        if (digit >= base)
            return false;
        n = n * base + digit;
        if (n > BODY_MAX)
            return false;
    }
    *ret = n;
    return true;
}

static enum http_progress framing_find(struct http_answer *a, const char *bytes)
{
    size_t length_len = 0, coding_len = 0;
    const char *length = http_answer_header(a, bytes, "content-length", &length_len);
    const char *coding = http_answer_header(a, bytes, "transfer-encoding", &coding_len);

    if (a->status == 204 || a->status == 304) {
        a->framing = HTTP_NO_BODY;
        return HTTP_MORE;
    }
    if (coding) {
        a->framing = HTTP_BY_CHUNKS;
        return length || !value_is(coding, coding_len, "chunked") ? HTTP_BAD : HTTP_MORE;
    }
    if (length) {
        a->framing = HTTP_BY_LENGTH;
        return number_read(length, length_len, 10, &a->length) ? HTTP_MORE : HTTP_BAD;
    }
    a->framing = HTTP_BY_CLOSE;
    a->keep_alive = false;
    return HTTP_MORE;
}

/* Reads the status line and the framing once the empty line is there; passes over 1xx heads. */
static enum http_progress head_read(struct http_answer *a, const char *bytes, size_t n)
{
    for (;;) {
        const char *head = bytes + a->head_at;
        size_t left = n - a->head_at;
        const char *stop = memmem(head, left, "\r\n\r\n", 4);
        if (!stop)
            return left > HEAD_MAX ? HTTP_BAD : HTTP_MORE;

        size_t status = 0;
        if (left < 13 || memcmp(head, "HTTP/1.", 7) || !number_read(head + 9, 3, 10, &status) || status < 100)
            return HTTP_BAD;
        size_t head_len = (size_t)(stop - head) + 4;
        if (status < 200) {
            a->head_at += head_len;
            continue;
        }

        a->status = (int)status;
        a->head_len = head_len;
        a->body_at = a->raw = a->head_at + head_len;
        size_t len = 0;
        const char *connection = http_answer_header(a, bytes, "connection", &len);
        a->keep_alive = head[7] == '1' ? !value_is(connection, len, "close") : value_is(connection, len, "keep-alive");
        return framing_find(a, bytes);
    }
}

/* Takes every whole chunk that is there. */
static enum http_progress chunks_read(struct http_answer *a, char *bytes, size_t n)
{
    for (;;) {
        const char *line = bytes + a->raw;
        const char *stop = memmem(line, n - a->raw, "\r\n", 2);
        if (!stop)
            return n - a->raw > HEAD_MAX ? HTTP_BAD : HTTP_MORE;

        const char *semicolon = memchr(line, ';', (size_t)(stop - line));
        size_t size = 0;
        if (!number_read(line, (size_t)((semicolon ? semicolon : stop) - line), 16, &size))
            return HTTP_BAD;

        size_t data = (size_t)(stop - bytes) + 2;
        if (n - data < size + 2)
            return HTTP_MORE; /* the last chunk is read when its empty line is there; trailers are not understood */
        if (memcmp(bytes + data + size, "\r\n", 2))
            return HTTP_BAD;

        memmove(bytes + a->body_at + a->body_len, bytes + data, size);
        a->body_len += size;
        a->raw = data + size + 2;
        if (size == 0) {
            a->end = a->raw;
            return HTTP_DONE;
        }
    }
}

static enum http_progress body_read(struct http_answer *a, char *bytes, size_t n, bool closed)
{
    switch (a->framing) {
    case HTTP_NO_BODY:
        a->end = a->body_at;
        return HTTP_DONE;
    case HTTP_BY_LENGTH:
        if (n - a->body_at < a->length)
            return HTTP_MORE;
        a->body_len = a->length;
        a->end = a->body_at + a->length;
        return HTTP_DONE;
    case HTTP_BY_CHUNKS:
        return chunks_read(a, bytes, n);
    case HTTP_BY_CLOSE:
        a->body_len = n - a->body_at;
        a->end = n;
        return closed ? HTTP_DONE : HTTP_MORE;
    }
    return HTTP_BAD;
}

enum http_progress http_answer_read(struct http_answer *a, char *bytes, size_t n, bool closed)
{
    if (a->head_len == 0) {
        enum http_progress p = head_read(a, bytes, n);
        if (p == HTTP_BAD || a->head_len == 0)
            return p == HTTP_MORE && closed ? HTTP_BAD : p;
    }

    enum http_progress p = body_read(a, bytes, n, closed);
    return p == HTTP_MORE && closed ? HTTP_BAD : p;
}
