#include "base/str.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

bool str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && str_eq(str_of(s.p, prefix.n), prefix);
}

struct str str_trim(struct str s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t')) {
        s.p++;
        s.n--;
    }
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

struct str str_cut(struct str *rest, char sep)
{
    const char *at = rest->n ? memchr(rest->p, sep, rest->n) : NULL;
    struct str head = *rest;
    if (!at) {
        *rest = (struct str){ 0 };
        return head;
    }
    head.n = (size_t)(at - head.p);
    *rest = str_of(at + 1, rest->n - head.n - 1);
    return head;
}

bool str_to_int(struct str s, int64_t *ret)
{
    bool negative = s.n && s.p[0] == '-';
    size_t i = negative ? 1 : 0;
    int64_t v = 0;
    if (i == s.n)
        return false;
    for (; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        int digit = s.p[i] - '0';
        /* Counted downwards, since the smallest number has no positive twin. */
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, digit, &v))
            return false;
    }
    if (!negative && v == INT64_MIN)
        return false;
    *ret = negative ? v : -v;
    return true;
}

/* Length of the well-formed sequence at p, 0 when there is none. */
static size_t utf8_sequence(const unsigned char *p, size_t n)
{
    unsigned char low = 0x80, high = 0xBF;      /* bounds of the second byte */
    size_t length;

    if (p[0] < 0x80)
        return 1;
    if (p[0] >= 0xC2 && p[0] <= 0xDF)
        length = 2;
    else if (p[0] >= 0xE0 && p[0] <= 0xEF)
        length = 3;
    else if (p[0] >= 0xF0 && p[0] <= 0xF4)
        length = 4;
    else
        return 0;
    if (p[0] == 0xE0)
        low = 0xA0;                             /* overlong */
    else if (p[0] == 0xED)
        high = 0x9F;                            /* surrogates */
    else if (p[0] == 0xF0)
        low = 0x90;                             /* overlong */
    else if (p[0] == 0xF4)
        high = 0x8F;                            /* above U+10FFFF */
    if (length > n || p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if (p[i] < 0x80 || p[i] > 0xBF)
            return 0;
    return length;
}

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The highest bit of a byte is set where it is 0; of those above the lowest such byte too, perhaps. */
static uint64_t zero_bytes(uint64_t word) { return (word - EACH(1)) & ~word & EACH(0x80); }

size_t str_plain(struct str s)
{
    size_t i = 0;
    for (; i + 8 <= s.n; i += 8) {
        uint64_t word;
        memcpy(&word, s.p + i, 8);
        uint64_t below_space = (word - EACH(0x20)) & ~word & EACH(0x80), above_tilde = (word + EACH(1)) & EACH(0x80);
        if (((word & EACH(0x80)) | below_space | above_tilde | zero_bytes(word ^ EACH('"')) | zero_bytes(word ^ EACH('\\'))) != 0)
            break;
    }
    return i;
}

bool str_utf8(struct str s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    for (size_t i = str_plain(s); i < s.n;) {
        size_t step = utf8_sequence(p + i, s.n - i);
        if (!step)
            return false;
        i += step;
    }
    return true;
}

size_t str_utf8_length(struct str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.n; i++)
        count += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return count;
}

uint64_t str_hash(struct str s)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
    return h;
}
