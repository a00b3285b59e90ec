/* The sales of a performance by schedule and day, in the shape of the reports to KOPIS (Korea's box office network): booked, cancelled,
 * given away. */
#include "base/clock.h"
#include "base/csv.h"
#include "performance_int.h"

#define DAY_MS      (INT64_C(24) * 60 * 60 * 1000)
#define CSV_MAX     (32 << 20)

static const char *const heads[][2] = {
    { "date", "예매일" },           { "performance", "공연명" },       { "schedule_id", "회차 번호" },   { "starts_at", "공연일시" },
    { "hall", "공연장" },           { "seats_sold", "예매 매수" },     { "complimentary", "초대 매수" }, { "list_amount", "정가 금액" },
    { "paid_amount", "결제 금액" }, { "seats_cancelled", "취소 매수" }, { "refunded_amount", "환불 금액" }, { "currency", "통화" },
};

/* The first `n` characters of "2026-11-23 20:00", Korean time. */
static void write_time(struct buf *out, int64_t ms, size_t n)
{
    char text[TIME_TEXT_MAX];
    csv_text(out, str_of(time_korea(ms, text).p, n));
}

static const struct schedule *schedule_of(const struct list *schedules, int64_t id)
{
    const struct schedule *s = schedules->at;
    for (size_t i = 0; i < schedules->n; i++)
        if (s[i].id == id)
            return &s[i];
    return NULL;
}

static void write_day(struct buf *out, const struct id_key *ids, const struct schedule *s, const struct sales_day *day)
{
    const struct grade *grades = s->remaining.at;
    char id[ID_TEXT];
    id_encode(ids, ID_SCHEDULE, s->id, id);
    write_time(out, day->day * DAY_MS - KOREA_MS, 10);
    csv_text(out, s->title);
    csv_text(out, str_of(id, ID_TEXT));
    write_time(out, s->starts_at, 16);
    csv_text(out, s->hall_name);
    csv_int(out, day->sold);
    csv_int(out, day->complimentary);
    csv_int(out, day->price);
    csv_int(out, day->paid);
    csv_int(out, day->cancelled);
    csv_int(out, day->refunded);
    csv_text(out, s->remaining.n ? str_c(grades[0].price.currency) : S(""));
    csv_row_end(out);
}

/* The schedules with their prices, and what was sold of them. */
static err read_sales(struct ctx *cx, const struct sales_csv_in *in, struct list *ret_schedules, struct list *ret_days)
{
    struct show show;
    err e = store_show(cx, in->performance, &show);
    if (!e && !may_manage(cx, show.owner))
        e = fail(cx, ERR_MISSING, NULL, "There is no such performance of yours.", "관리할 수 있는 공연이 아닙니다.");
    if (!e && in->to && in->to <= in->from)
        e = fail_field(cx, S("to"), "must be after from", "from 이후여야 합니다");
    if (!e)
        e = store_schedules(cx, in->performance, ret_schedules);
    struct schedule *s = ret_schedules->at;
    for (size_t i = 0; !e && i < ret_schedules->n; i++)
        e = store_prices(cx, s[i].id, &s[i].remaining);
    struct sales_ref ref = { in->performance, in->from, in->to ? in->to : INT64_MAX };
    return e ? e : call_run(cx, &booking_sales, &ref, ret_days);
}

err sales_csv(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct performance *p = self;
    struct list schedules = { 0 }, days = { 0 };
    struct buf out;
    err e = read_sales(cx, in, &schedules, &days);
    if (e)
        return e;
    const struct sales_day *day = days.at;
    buf_init(&out, CSV_MAX);
    csv_begin(&out);
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        csv_text(&out, str_c(heads[i][cx->lang]));
    csv_row_end(&out);
    for (size_t i = 0; i < days.n; i++) {
        const struct schedule *s = schedule_of(&schedules, day[i].schedule);
        if (s)
            write_day(&out, &p->keys->ids, s, &day[i]);
    }
    if (out.full)
        e = fail(cx, ERR_TOO_LARGE, NULL, "The table is too large; ask for fewer days.", "표가 너무 큽니다. 기간을 줄여 주세요.");
    else
        *(struct raw_out *)ret_out = (struct raw_out){ .content_type = S("text/csv; charset=utf-8"), .body = arena_str(cx->arena, buf_view(&out)) };
    buf_free(&out);
    return e;
}
