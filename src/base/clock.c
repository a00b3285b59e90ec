#include "base/clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

static int64_t wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void clock_init(struct clock *c, bool manual)
{
    c->manual = manual;
    atomic_init(&c->now_ms, wall_ms());
}

int64_t clock_now(struct clock *c)
{
    int64_t last = atomic_load_explicit(&c->now_ms, memory_order_acquire);
    if (c->manual)
        return last;
    int64_t now = wall_ms();
    /* The wall clock may be set back: then time stands still until it has caught up. */
    while (now > last)
        if (atomic_compare_exchange_weak(&c->now_ms, &last, now))
            return now;
    return last;
}

void clock_set(struct clock *c, int64_t now_ms)
{
    atomic_store_explicit(&c->now_ms, now_ms, memory_order_release);
}

/* Days since 1970-01-01 of a date in the Gregorian calendar and back (H. Hinnant, "chrono-compatible low-level date algorithms"). */
static int64_t days_of_date(int64_t y, int64_t m, int64_t d)
{
    y -= m <= 2;
    int64_t era = y / 400, year = y - era * 400;
    int64_t day = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + year * 365 + year / 4 - year / 100 + day - 719468;
}

static void date_of_days(int64_t days, int64_t *y, int64_t *m, int64_t *d)
{
    days += 719468;
    int64_t era = days / 146097, rest = days - era * 146097;
    int64_t year = (rest - rest / 1460 + rest / 36524 - rest / 146096) / 365;
    int64_t day = rest - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * day + 2) / 153;
    *d = day - (153 * month + 2) / 5 + 1;
    *m = month + (month < 10 ? 3 : -9);
    *y = year + era * 400 + (*m <= 2);
}

static void digits(char *at, int64_t value, int count)
{
    for (int i = count - 1; i >= 0; i--, value /= 10)
        at[i] = (char)('0' + value % 10);
}

struct str time_format(int64_t ms, char out[TIME_TEXT_MAX])
{
    if (ms < 0)
        ms = 0;
    int64_t days = ms / 86400000, rest = ms % 86400000, y, m, d;
    date_of_days(days, &y, &m, &d);
    memcpy(out, "0000-00-00T00:00:00.000Z", 25);
    digits(out, y, 4);
    digits(out + 5, m, 2);
    digits(out + 8, d, 2);
    digits(out + 11, rest / 3600000, 2);
    digits(out + 14, rest / 60000 % 60, 2);
    digits(out + 17, rest / 1000 % 60, 2);
    digits(out + 20, rest % 1000, 3);
    if (rest % 1000)
        return str_of(out, 24);
    memcpy(out + 19, "Z", 2);
    return str_of(out, 20);
}

struct str time_korea(int64_t ms, char out[TIME_TEXT_MAX])
{
    struct str t = time_format(ms + KOREA_MS, out);
    out[10] = ' ';
    return str_of(t.p, sizeof("2026-11-23 20:00") - 1);
}

/* Takes `count` digits from the front of *s. */
static bool number(struct str *s, size_t count, int64_t *ret)
{
    int64_t v = 0;
    if (s->n < count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (s->p[i] < '0' || s->p[i] > '9')
            return false;
        v = v * 10 + (s->p[i] - '0');
    }
    *s = str_of(s->p + count, s->n - count);
    *ret = v;
    return true;
}

static bool literal(struct str *s, const char *one_of)
{
    if (!s->n || !strchr(one_of, s->p[0]) || !s->p[0])
        return false;
    *s = str_of(s->p + 1, s->n - 1);
    return true;
}

static bool time_zone(struct str *s, int64_t *ret_minutes)
{
    int64_t h, m;
    *ret_minutes = 0;
    if (literal(s, "Zz"))
        return true;
    bool minus = s->n && s->p[0] == '-';
    if (!literal(s, "+-") || !number(s, 2, &h) || !literal(s, ":") || !number(s, 2, &m) || h > 23 || m > 59)
        return false;
    *ret_minutes = (minus ? -1 : 1) * (h * 60 + m);
    return true;
}

#define YEAR_10000_MS INT64_C(253402300800000)

static int64_t month_days(int64_t y, int64_t m)
{
    static const int length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    return length[m - 1] + (m == 2 && leap);
}

bool time_parse(struct str s, int64_t *ret_ms)
{
    int64_t y, mo, d, h, mi, sec, ms = 0, zone;
    if (!number(&s, 4, &y) || !literal(&s, "-") || !number(&s, 2, &mo) || !literal(&s, "-") || !number(&s, 2, &d) || !literal(&s, "Tt ") ||
        !number(&s, 2, &h) || !literal(&s, ":") || !number(&s, 2, &mi) || !literal(&s, ":") || !number(&s, 2, &sec))
        return false;
    if (literal(&s, ".")) {
        int64_t digit, scale = 100;
        if (!number(&s, 1, &digit))
            return false;
        do {
            ms += digit * scale;
            scale /= 10;
        } while (number(&s, 1, &digit));
    }
    if (!time_zone(&s, &zone) || s.n)
        return false;
    if (y < 1970 || mo < 1 || mo > 12 || d < 1 || d > month_days(y, mo) || h > 23 || mi > 59 || sec > 60)
        return false;
    if (sec == 60)
        sec = 59;
    int64_t at = ((days_of_date(y, mo, d) * 24 + h) * 60 + mi - zone) * 60000 + sec * 1000 + ms;
    if (at < 0 || at >= YEAR_10000_MS)
        return false;
    *ret_ms = at;
    return true;
}
