/* Text: struct str is a view and never owns. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *p;            /* not terminated; NULL only when n is 0 */
    size_t n;
};

/* A literal as a view. */
#define S(lit) ((struct str){ "" lit "", sizeof(lit) - 1 })
/* Arguments for "%.*s". */
#define STR_ARG(s) (int)(s).n, (s).p ? (s).p : ""

static inline struct str str_of(const char *p, size_t n)
{
    return (struct str){ p, n };
}

static inline struct str str_c(const char *z)
{
    return (struct str){ z, z ? strlen(z) : 0 };
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* ASCII letters compare without case. */
bool str_eq_nocase(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
/* Without spaces and tabs at both ends. */
struct str str_trim(struct str s);
/* Splits *rest at the first `sep`; returns what stood before it and leaves the remainder in *rest (p NULL when there was no more). */
struct str str_cut(struct str *rest, char sep);
/* Decimal digits with an optional '-', the whole of s and nothing else. False when it is not a number or does not fit. */
bool str_to_int(struct str s, int64_t *ret);
/* How many bytes at the beginning, in whole eights, are printable ASCII other than '"' and '\\': most text is, and who scans it may begin behind. */
size_t str_plain(struct str s);
/* Well-formed UTF-8 (Unicode 15, table 3-7: no overlong forms, no surrogates)? */
bool str_utf8(struct str s);
/* Code points in well-formed UTF-8. */
size_t str_utf8_length(struct str s);
/* 64-bit FNV-1a: for tables in memory, not for secrets. */
uint64_t str_hash(struct str s);

#endif
