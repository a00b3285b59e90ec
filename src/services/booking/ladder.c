/* What cancelling costs: a ladder of steps, by days before the show. Days are those of the Korean calendar (UTC+9, no summer time), whatever the
 * hour: a show on the 20th at 19:00 is ten days away from midnight of the 10th to midnight of the 11th.
 *
 * Rounding: a share of what was paid and a fee are whole minor units, rounded down; so a fee is never above its percentage, and the shares of
 * all seats add up to what was paid. */
#include "services/booking/cancel.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MS    (1440 * MINUTE_MS)
#define ZONE_MS   (540 * MINUTE_MS)

static const struct cancel_step steps_won[] = { { 10, 10, 4000 }, { 7, 10, 0 }, { 3, 20, 0 }, { 1, 30, 0 } };
static const struct cancel_step steps_other[] = { { 7, 10, 0 }, { 3, 20, 0 }, { 1, 30, 0 } };

struct cancel_policy cancel_policy_usual(const char *currency)
{
    bool won = strcmp(currency, "KRW") == 0;
    return (struct cancel_policy){
        .free_days = 7, .free_days_before = 10, .closes_days_before = 1, .closes_at = S("17:00"), .closes_at_sunday = S("11:00"),
        .steps = { (void *)(uintptr_t)(won ? steps_won : steps_other), won ? 4 : 3 },
    };
}

static int64_t day_of(int64_t ms)
{
    return (ms + ZONE_MS) / DAY_MS;
}

static int64_t start_of(int64_t day)
{
    return day * DAY_MS - ZONE_MS;
}

static bool is_sunday(int64_t day)
{
    return (day + 4) % 7 == 0;               /* day 0 was a Thursday */
}

bool clock_text_holds(struct str text)
{
    int64_t hour, minute;
    return text.n == 5 && text.p[2] == ':' && text.p[0] != '-' && text.p[3] != '-' && str_to_int(str_of(text.p, 2), &hour) &&
           str_to_int(str_of(text.p + 3, 2), &minute) && hour < 24 && minute < 60;
}

static int64_t ms_of_clock(struct str text)
{
    int64_t hour = 0, minute = 0;
    ASSERT(str_to_int(str_of(text.p, 2), &hour) && str_to_int(str_of(text.p + 3, 2), &minute));
    return (hour * 60 + minute) * MINUTE_MS;
}

/* From here on nothing can be cancelled; the show's beginning at the latest. */
static int64_t closing(const struct cancel_policy *p, int64_t starts_at)
{
    int64_t day = day_of(starts_at);
    struct str at = is_sunday(day) && p->closes_at_sunday.n ? p->closes_at_sunday : p->closes_at;
    return at_most(starts_at, start_of(day - p->closes_days_before) + ms_of_clock(at));
}

struct cancel_terms cancel_terms_at(const struct cancel_policy *p, int64_t booked_at, int64_t starts_at, int64_t now)
{
    int64_t closes = closing(p, starts_at), show = day_of(starts_at), days = show - day_of(now);
    if (now >= closes)
        return (struct cancel_terms){ .open = false };
    if (day_of(now) <= day_of(booked_at) + p->free_days && days >= p->free_days_before) {
        int64_t ends = at_most(start_of(day_of(booked_at) + p->free_days + 1), start_of(show - p->free_days_before + 1));
        return (struct cancel_terms){ .open = true, .until = at_most(closes, ends) };
    }
    const struct cancel_step *step = p->steps.at;
    for (size_t i = 0; i < p->steps.n; i++)
        if (days >= step[i].days_before)
            return (struct cancel_terms){ true, step[i].percent, step[i].amount, at_most(closes, start_of(show - step[i].days_before + 1)) };
    return (struct cancel_terms){ .open = false };
}

int64_t cancel_fee(const struct cancel_terms *t, int64_t paid)
{
    int64_t fee = money_share(paid, t->percent, 100);
    return t->amount ? at_most(fee, t->amount) : fee;
}

struct cancel_sum cancel_sum(const struct cancel_terms *t, const struct cancel_paid *paid, int64_t prices_before, const struct seat_line *lines, size_t n)
{
    struct cancel_sum ret = { 0 };
    int64_t before = prices_before;
    for (size_t i = 0; i < n; i++) {
        int64_t after = before + lines[i].price;
        int64_t money = money_share(paid->money, after, paid->prices) - money_share(paid->money, before, paid->prices);
        int64_t fee = cancel_fee(t, money);
        ret.fee += fee;
        ret.refund += money - fee;
        ret.mileage += money_share(paid->mileage, after, paid->prices) - money_share(paid->mileage, before, paid->prices);
        before = after;
    }
    return ret;
}
