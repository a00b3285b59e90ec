/* What an organizer is owed: the ledger's lines by performance, day and currency. Each line, each total:
 *     net_due = gross - refunds - platform_fee - vat - provider_fee - retained_by_platform
 * and the sum of all statements of an organizer is what the ledger owes. */
#include "settlement.h"

#include "base/clock.h"
#include "base/csv.h"
#include "payment_sql.h"
#include "platform/call/app.h"
#include "platform/crypto/crypto.h"
#include "platform/obs/log.h"

#define LINES_MAX 10000
#define CSV_MAX   (32 << 20)  /* that many lines and the longest titles fit */
#define DAY_MS    (INT64_C(24) * 60 * 60 * 1000)

#define AT(member) .at = offsetof(struct settlement_line, member)

const struct settlement_column settlement_columns[SETTLEMENT_SUMS] = {
    { { "gross", "판매액" }, AT(gross) },
    { { "refunds", "환불액" }, AT(refunds) },
    { { "retained_fees", "취소수수료" }, AT(retained_fees) },
    { { "retained_by_platform", "취소수수료(플랫폼)" }, AT(retained_by_platform) },
    { { "platform_fee", "플랫폼 수수료" }, AT(platform_fee) },
    { { "vat", "수수료 부가세" }, AT(vat) },
    { { "provider_fee", "결제 수수료" }, AT(provider_fee) },
    { { "net_due", "정산액" }, AT(net_due) },
};

int64_t settlement_sum(const struct settlement_line *l, const struct settlement_column *c)
{
    return *(const int64_t *)(const void *)((const char *)l + c->at);
}

/* ---- field tables ---- */

FIELDS(settlement_in_fields, "SettlementQuery", struct settlement_in,
    { .name = "organizer_id", .type = F_ID, .id = ID_USER, .from = FROM_QUERY, .at = offsetof(struct settlement_in, organizer), .optional = true,
      .help = "whose statement; oneself, if absent. Others are for MANAGER and ADMIN" },
    { .name = "performance_id", .type = F_ID, .id = ID_PERFORMANCE, .from = FROM_QUERY, .at = offsetof(struct settlement_in, performance),
      .optional = true },
    { .name = "from", .type = F_TIME, .from = FROM_QUERY, .at = offsetof(struct settlement_in, from), .optional = true,
      .help = "what was booked at this time or later ..." },
    { .name = "to", .type = F_TIME, .from = FROM_QUERY, .at = offsetof(struct settlement_in, to), .optional = true, .help = "... and before this time" });

#define SUMS                                                                                                                               \
    { .name = "currency", .type = F_STR, AT(currency) },                                                                                   \
    { .name = "gross", .type = F_INT, AT(gross), .help = "what was sold, in minor units of the currency, like all of the line" },          \
    { .name = "refunds", .type = F_INT, AT(refunds), .help = "what goes back to buyers" },                                                 \
    { .name = "retained_fees", .type = F_INT, AT(retained_fees), .help = "kept of cancelled seats; bears no other fee" },                  \
    { .name = "retained_by_platform", .type = F_INT, AT(retained_by_platform), .help = "how much of that the platform keeps" },            \
    { .name = "platform_fee", .type = F_INT, AT(platform_fee) },                                                                           \
    { .name = "vat", .type = F_INT, AT(vat), .help = "value added tax on the platform's fee" },                                            \
    { .name = "provider_fee", .type = F_INT, AT(provider_fee), .help = "what the payment provider keeps" },                                \
    { .name = "net_due", .type = F_INT, AT(net_due),                                                                                       \
      .help = "gross - refunds - platform_fee - vat - provider_fee - retained_by_platform" }

FIELDS(line_fields, "SettlementLine", struct settlement_line,
    { .name = "performance_id", .type = F_ID, .id = ID_PERFORMANCE, .nullable = true, AT(performance), .help = "null: sold before payments knew it" },
    { .name = "title", .type = F_STR, AT(title) },
    { .name = "day", .type = F_STR, AT(day), .help = "of the Korean calendar, like 2026-11-23" },
    SUMS);

FIELDS(total_fields, "SettlementTotal", struct settlement_line, SUMS);

FIELDS(settlement_fields, "Settlement", struct settlement,
    { .name = "organizer_id", .type = F_ID, .id = ID_USER, .at = offsetof(struct settlement, organizer) },
    { .name = "from", .type = F_TIME, .nullable = true, .at = offsetof(struct settlement, from) },
    { .name = "to", .type = F_TIME, .nullable = true, .at = offsetof(struct settlement, to) },
    { .name = "lines", .type = F_LIST, .of = &line_fields, .at = offsetof(struct settlement, lines), .help = "by performance, day and currency" },
    { .name = "totals", .type = F_LIST, .of = &total_fields, .at = offsetof(struct settlement, totals), .help = "a total for each currency" });

/* ---- reading ---- */

static err check(struct ctx *cx, const struct settlement_in *in, struct settlement *ret)
{
    *ret = (struct settlement){ .organizer = in->organizer ? in->organizer : cx->actor.user, .from = in->from, .to = in->to };
    if (ret->organizer != cx->actor.user && !actor_has(cx, ROLE_MANAGER | ROLE_ADMIN))
        return fail(cx, ERR_MISSING, NULL, "There is no such organizer for you.", "조회할 수 있는 주최자가 아닙니다.");
    if (ret->to && ret->to <= ret->from)
        return fail_field(cx, S("to"), "must be after from", "from 이후여야 합니다");
    return OK;
}

static void take_line(struct ctx *cx, const struct rows *r, struct settlement_line *ret)
{
    char day[TIME_TEXT_MAX];
    *ret = (struct settlement_line){
        .performance = row_int(r, 0),
        .title = row_text(cx, r, 1),
        .day = arena_str(cx->arena, str_of(time_format(row_int(r, 2) * DAY_MS, day).p, sizeof("2026-11-23") - 1)),
        .currency = row_text(cx, r, 3),
        .gross = row_int(r, 4),
        .refunds = row_int(r, 5),
        .retained_fees = row_int(r, 6),
        .retained_by_platform = row_int(r, 7),
        .platform_fee = row_int(r, 8),
        .vat = row_int(r, 9),
        .provider_fee = row_int(r, 10),
        .net_due = row_int(r, 11),
    };
}

static err store_lines(struct ctx *cx, int64_t performance, const struct settlement *s, struct list *ret)
{
    struct rows r;
    size_t n = 0, cap = 64;
    struct settlement_line *lines = NEW_ARRAY(cx->arena, struct settlement_line, cap);
    err e = db_rows(cx, &payment_sql.settlement,
                    VALS(v_int(s->organizer), v_int(performance), v_int(performance), v_int(s->from), v_int(s->to ? s->to : INT64_MAX),
                         v_int(LINES_MAX + 1)),
                    &r);
    if (e)
        return e;
    while (rows_next(&r)) {
        if (n == cap) {
            struct settlement_line *larger = NEW_ARRAY(cx->arena, struct settlement_line, cap *= 2);
            memcpy(larger, lines, n * sizeof(*lines));
            lines = larger;
        }
        take_line(cx, &r, &lines[n++]);
    }
    *ret = (struct list){ lines, n };
    return rows_end(cx, &r);
}

static void add_to(struct settlement_line *total, const struct settlement_line *l)
{
    for (int i = 0; i < SETTLEMENT_SUMS; i++)
        *(int64_t *)(void *)((char *)total + settlement_columns[i].at) += settlement_sum(l, &settlement_columns[i]);
}

static void add_up(struct ctx *cx, struct settlement *s)
{
    const struct settlement_line *lines = s->lines.at;
    struct settlement_line *totals = NEW_ARRAY(cx->arena, struct settlement_line, s->lines.n);
    size_t n = 0;
    for (size_t i = 0; i < s->lines.n; i++) {
        size_t at = 0;
        while (at < n && !str_eq(totals[at].currency, lines[i].currency))
            at++;
        if (at == n)
            totals[n++].currency = lines[i].currency;
        add_to(&totals[at], &lines[i]);
    }
    s->totals = (struct list){ totals, n };
}

static err settlement(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct settlement_in *in = in_;
    struct settlement *ret = ret_out;
    (void)self;
    err e = check(cx, in, ret);
    if (e)
        return e;
    e = store_lines(cx, in->performance, ret, &ret->lines);
    if (e)
        return e;
    if (ret->lines.n > LINES_MAX)
        return fail_field(cx, S("to"), "there are more than %d lines: ask for a shorter time or for one performance",
                          "내역이 %d건을 넘습니다. 기간을 줄이거나 공연별로 조회해야 합니다", LINES_MAX);
    add_up(cx, ret);
    return OK;
}

/* ---- as a table ---- */

static void write_line(struct buf *out, const struct ctx *cx, const struct settlement_line *l)
{
    char id[ID_TEXT];
    id_encode(&app_keys(cx->app)->ids, ID_PERFORMANCE, l->performance, id);
    csv_text(out, l->day);
    csv_text(out, l->performance ? str_of(id, ID_TEXT) : S(""));
    csv_text(out, l->title);
    csv_text(out, l->currency);
    for (int i = 0; i < SETTLEMENT_SUMS; i++)
        csv_int(out, settlement_sum(l, &settlement_columns[i]));
    csv_row_end(out);
}

static void write_heads(struct buf *out, enum lang lang)
{
    static const char *const heads[][2] = { { "day", "일자" }, { "performance_id", "공연 번호" }, { "performance", "공연명" }, { "currency", "통화" } };
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        csv_text(out, str_c(heads[i][lang]));
    for (int i = 0; i < SETTLEMENT_SUMS; i++)
        csv_text(out, str_c(settlement_columns[i].head[lang]));
    csv_row_end(out);
}

static err settlement_csv(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct settlement s;
    struct buf out;
    err e = settlement(cx, self, in, &s);
    if (e)
        return e;
    const struct settlement_line *lines = s.lines.at;
    buf_init(&out, CSV_MAX);
    csv_begin(&out);
    write_heads(&out, cx->lang);
    for (size_t i = 0; i < s.lines.n; i++)
        write_line(&out, cx, &lines[i]);
    ASSERT(!out.full);
    *(struct raw_out *)ret_out = (struct raw_out){ .content_type = S("text/csv; charset=utf-8"), .body = arena_str(cx->arena, buf_view(&out)) };
    buf_free(&out);
    return OK;
}

/* ---- on paper ---- */

static err settlement_pdf(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct settlement s;
    err e = call_run(cx, &settlement_call, in, &s);
    return e ? e : paper_print(cx, self, &(struct paper){ A4_LONG, A4_SHORT, settlement_draw, &s }, ret_out);
}

const struct call settlement_call = { "payment.settlement", "What an organizer is owed, by performance and day.", CALL_READ, &settlement_in_fields,
                                      &settlement_fields, settlement };
const struct call settlement_csv_call = { "payment.settlement_csv", "The same for spreadsheets.", CALL_READ, &settlement_in_fields, NULL, settlement_csv };
const struct call settlement_pdf_call = { "payment.settlement_pdf", "The same on paper.", CALL_STORY, &settlement_in_fields, NULL, settlement_pdf };
