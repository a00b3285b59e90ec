#include "base/money.h"
#include "report.h"

#include <string.h>

const char *const outcome_words[] = {
    [OUT_BOUGHT] = "bought", [OUT_AWAY] = "away", [OUT_STILL_WAITING] = "still_waiting", [OUT_CAME_LATE] = "came_late", [OUT_TURNED_AWAY] = "turned_away",
    [OUT_LEFT_INSIDE] = "left_inside", [OUT_PASS_RAN_OUT] = "pass_ran_out", [OUT_NOTHING_FITTED] = "nothing_fitted", [OUT_HOLD_RAN_OUT] = "hold_ran_out",
    [OUT_PAYMENT_REFUSED] = "payment_refused", [OUT_STILL_INSIDE] = "still_inside",
};
const char *const group_words[] = { "before", "minute_1", "minute_5", "minute_15", "minute_60", "later" };
const char *const mode_words[] = { "off", "fifo", "draw" };

const char *outcome_text(const struct report *r, enum outcome how)
{
    static const char *const texts[OUTCOMES][2] = {
        [OUT_BOUGHT] = { "bought tickets", "예매 완료" },
        [OUT_AWAY] = { "were away when it was their turn", "차례가 왔을 때 자리에 없음" },
        [OUT_STILL_WAITING] = { "were still in line at the end", "끝까지 대기 중" },
        [OUT_CAME_LATE] = { "came when all was sold", "매진 후 도착" },
        [OUT_TURNED_AWAY] = { "were not let into the line, or had their limit", "대기실에 못 들어가거나 매수 제한" },
        [OUT_LEFT_INSIDE] = { "came in and left without buying", "입장했지만 예매하지 않고 떠남" },
        [OUT_PASS_RAN_OUT] = { "took longer than their pass lasts", "입장 시간이 지남" },
        [OUT_NOTHING_FITTED] = { "came in and found no seats that fit", "입장했지만 맞는 좌석이 없음" },
        [OUT_HOLD_RAN_OUT] = { "took longer than seats are held", "좌석 선점 시간이 지남" },
        [OUT_PAYMENT_REFUSED] = { "gave up after a refused payment", "결제 거절 후 포기" },
        [OUT_STILL_INSIDE] = { "were choosing or paying at the end", "끝날 때 선택·결제 중" },
    };
    return texts[how][r->lang];
}

const char *group_text(const struct report *r, enum group group)
{
    static const char *const texts[GROUPS][2] = {
        { "before the sale", "판매 시작 전" },      { "in the first minute", "1분 이내" },    { "1 to 5 minutes", "1~5분" },
        { "5 to 15 minutes", "5~15분" }, { "15 to 60 minutes", "15~60분" }, { "later", "그 후" },
    };
    return texts[group][r->lang];
}

struct str say_fmt(const struct report *r, const char *en, const char *ko, ...)
{
    va_list args;
    va_start(args, ko);
    struct str text = arena_vfmt(r->arena, r->lang ? ko : en, args);
    va_end(args);
    return text;
}

struct str count_text(const struct report *r, int64_t n)
{
    return money_digits(r->arena, (struct money){ n, "KRW" });           /* which has no smaller unit */
}

struct str money_text(const struct report *r, const struct tally *t, int64_t amount)
{
    struct money m = { .amount = amount };
    memcpy(m.currency, t->currency, sizeof(m.currency));
    struct str digits = money_digits(r->arena, m);
    if (r->lang && strcmp(m.currency, "KRW") == 0)
        return arena_fmt(r->arena, "%.*s원", STR_ARG(digits));
    return arena_fmt(r->arena, "%s %.*s", m.currency, STR_ARG(digits));
}

struct str span_text(const struct report *r, int64_t ms)
{
    int64_t s = (ms + 500) / 1000;
    if (ms < 0)
        return S("-");
    if (s < 60)
        return say_fmt(r, "%lld s", "%lld초", (long long)s);
    if (s < 3600 && s % 60)
        return say_fmt(r, "%lld min %02lld s", "%lld분 %02lld초", (long long)(s / 60), (long long)(s % 60));
    if (s < 3600)
        return say_fmt(r, "%lld min", "%lld분", (long long)(s / 60));
    return say_fmt(r, "%lld h %02lld min", "%lld시간 %02lld분", (long long)(s / 3600), (long long)(s / 60 % 60));
}

struct str time_text(const struct report *r, int64_t ms)
{
    struct str span = span_text(r, ms < 0 ? -ms : ms);
    return arena_fmt(r->arena, "%s%.*s", ms < 0 ? "-" : "", STR_ARG(span));
}

struct str share_text(const struct report *r, int64_t part, int64_t whole)
{
    if (!whole)
        return S("-");
    return arena_fmt(r->arena, "%.1f%%", 100.0 * (double)part / (double)whole);
}

struct str settings_text(const struct report *r, const struct tally *t)
{
    static const char *const modes[][2] = { { "no waiting room", "대기실 없음" }, { "in order", "선착순" }, { "by lot", "추첨" } };
    struct str rate = count_text(r, t->admit_per_minute), limit = count_text(r, t->active_limit);
    return say_fmt(r, "%s, %.*s let in a minute, %.*s inside at most, passes of %lld s, seats held for %lld s",
                   "%s, 분당 %.*s명 입장, 동시 최대 %.*s명, 입장권 %lld초, 좌석 선점 %lld초",
                   modes[t->mode][r->lang], STR_ARG(rate), STR_ARG(limit), (long long)t->pass_seconds, (long long)t->hold_seconds);
}
