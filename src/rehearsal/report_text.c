/* Ten lines for a terminal. */
#include "report.h"


/* One line: what it is about, and what is to say. */
static void line(struct buf *out, const char *about, struct str text)
{
    buf_fmt(out, "%s: %.*s\n", about, STR_ARG(text));
}

static void tell_sale(struct buf *out, const struct report *r, const struct tally *t)
{
    struct str people = count_text(r, t->people), bots = count_text(r, t->bots), seats = count_text(r, t->seats), sold = count_text(r, t->sold);
    struct str share = share_text(r, t->sold, t->seats), left = count_text(r, t->seats - t->sold), revenue = money_text(r, t, t->revenue);
    struct str half = span_text(r, t->half_ms), most = span_text(r, t->most_ms), last = span_text(r, t->last_ms), end = span_text(r, t->ended_ms);
    struct str by_bots = count_text(r, t->bot_seats);
    line(out, say(r, "Settings", "설정"), settings_text(r, t));
    line(out, say(r, "Crowd", "관객"), say_fmt(r, "%.*s people and %.*s bots for %.*s seats", "사람 %.*s명, 봇 %.*s개, 좌석 %.*s석", STR_ARG(people), STR_ARG(bots),
                                             STR_ARG(seats)));
    line(out, say(r, "Sold", "판매"), say_fmt(r, "%.*s seats (%.*s), %.*s unsold, %.*s; %.*s to bots", "%.*s석 (%.*s), 미판매 %.*s석, %.*s; 봇이 %.*s석",
                                            STR_ARG(sold), STR_ARG(share), STR_ARG(left), STR_ARG(revenue), STR_ARG(by_bots)));
    line(out, t->sold_out ? say(r, "Sold out", "매진") : say(r, "Not sold out", "매진되지 않음"),
         say_fmt(r, "half of it after %.*s, 99%% after %.*s, the last seat after %.*s; played for %.*s",
                 "판매 시작 후 절반 %.*s, 99%% %.*s, 마지막 좌석 %.*s; 예행연습 %.*s", STR_ARG(half), STR_ARG(most), STR_ARG(last), STR_ARG(end)));
}

static void tell_line(struct buf *out, const struct report *r, const struct tally *t)
{
    struct str let_in = count_text(r, (int64_t)t->all.n), line_end = count_text(r, t->of[OUT_STILL_WAITING]), late = count_text(r, t->of[OUT_CAME_LATE]);
    struct str p50 = span_text(r, quantile(&t->all, 50)), p90 = span_text(r, quantile(&t->all, 90)), p99 = span_text(r, quantile(&t->all, 99));
    struct str waiting = count_text(r, t->peak_waiting), inside = count_text(r, t->peak_inside);
    line(out, say(r, "Waited", "대기 시간"), say_fmt(r, "%.*s let in: p50 %.*s, p90 %.*s, p99 %.*s", "입장 %.*s명: p50 %.*s, p90 %.*s, p99 %.*s", STR_ARG(let_in),
                                                 STR_ARG(p50), STR_ARG(p90), STR_ARG(p99)));
    line(out, say(r, "Line", "대기열"), say_fmt(r, "%.*s at most, %.*s inside at most; %.*s in it at the end, %.*s came too late",
                                             "최대 %.*s명, 동시 입장 최대 %.*s명; 끝까지 대기 %.*s명, 매진 후 도착 %.*s명", STR_ARG(waiting), STR_ARG(inside),
                                             STR_ARG(line_end), STR_ARG(late)));
}

static void tell_losses(struct buf *out, const struct report *r, const struct tally *t)
{
    struct str absent = count_text(r, t->no_shows), payments = count_text(r, t->payments), refused = count_text(r, t->refused);
    struct str gave_up = count_text(r, t->of[OUT_PAYMENT_REFUSED]), late_refunds = count_text(r, t->late_refunds);
    struct str passes = count_text(r, t->of[OUT_PASS_RAN_OUT]), holds = count_text(r, t->of[OUT_HOLD_RAN_OUT]);
    line(out, say(r, "Payments", "결제"), say_fmt(r, "%.*s of %.*s refused, %.*s people gave up; %.*s came too late and went back",
                                               "거절 %.*s건 / %.*s건, 포기 %.*s명; 늦은 결제 환불 %.*s건", STR_ARG(refused), STR_ARG(payments), STR_ARG(gave_up),
                                               STR_ARG(late_refunds)));
    line(out, say(r, "Lost", "놓침"), say_fmt(r, "%.*s away at their turn, %.*s passes and %.*s holds ran out", "차례에 부재 %.*s명, 입장 시간 초과 %.*s명, 선점 시간 초과 %.*s명",
                                            STR_ARG(absent), STR_ARG(passes), STR_ARG(holds)));
    line(out, say(r, "Audit", "감사"), say_fmt(r, "oversold %lld; %lld of %lld invariants of the copy do not hold", "중복 판매 %lld석; 사본의 불변식 위반 %lld/%lld",
                                             (long long)t->oversold, (long long)t->broken, (long long)t->invariants));
}

void report_text(struct buf *out, const struct report *r)
{
    for (int i = 0; i < r->run_n; i++) {
        if (i)
            buf_char(out, '\n');
        buf_fmt(out, "%s · %s\n", r->runs[i].title, r->runs[i].hall);
        tell_sale(out, r, &r->runs[i]);
        tell_line(out, r, &r->runs[i]);
        tell_losses(out, r, &r->runs[i]);
    }
}
