#include "base/money.h"

#include <string.h>

/* Digits behind the point, ISO 4217; 2 where nothing else is told. */
static int minor_digits(const char *currency)
{
    static const char none[] = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF ", three[] = "BHD IQD JOD KWD LYD OMR TND ";
    return strstr(none, currency) ? 0 : strstr(three, currency) ? 3 : 2;
}

static struct str grouped(struct arena *arena, uint64_t n)
{
    struct str digits = arena_fmt(arena, "%llu", (unsigned long long)n);
    char *out = arena_take(arena, digits.n * 2);
    size_t at = 0;
    for (size_t i = 0; i < digits.n; i++) {
        if (i && (digits.n - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits.p[i];
    }
    return str_of(out, at);
}

struct str money_digits(struct arena *arena, struct money m)
{
    int digits = minor_digits(m.currency);
    uint64_t unit = digits == 0 ? 1 : digits == 3 ? 1000 : 100, n = m.amount < 0 ? -(uint64_t)m.amount : (uint64_t)m.amount;
    struct str whole = grouped(arena, n / unit), fraction = { 0 };
    if (digits)
        fraction = arena_fmt(arena, ".%0*llu", digits, (unsigned long long)(n % unit));
    return arena_fmt(arena, "%s%.*s%.*s", m.amount < 0 ? "-" : "", STR_ARG(whole), STR_ARG(fraction));
}
