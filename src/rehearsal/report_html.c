/* The page: the figures first, then four plots with a table each, then what was assumed. */
#include "page.h"
#include "plot.h"

static const char *run_name(const struct report *r, int i)
{
    return r->run_n < 2 ? say(r, "", "") : i ? "B" : "A";
}

/* "sold" or, of two runs, "A: sold". */
static const char *of_run(const struct report *r, int i, const char *what)
{
    return r->run_n < 2 ? what : arena_fmt(r->arena, "%s: %s", run_name(r, i), what).p;
}

static void section_open(struct buf *out, const char *heading)
{
    buf_str(out, S("<section>\n"));
    page_heading(out, heading);
}

static void section_close(struct buf *out)
{
    buf_str(out, S("</section>\n"));
}

/* ---- the figures ---- */

typedef struct str figure_fn(const struct report *r, const struct tally *t);

static struct str sold_out_text(const struct report *r, const struct tally *t)
{
    return t->sold_out ? span_text(r, t->last_ms) : say_fmt(r, "not sold out", "매진되지 않음");
}

static struct str half_text(const struct report *r, const struct tally *t) { return span_text(r, t->half_ms); }
static struct str most_text(const struct report *r, const struct tally *t) { return span_text(r, t->most_ms); }
static struct str p50_text(const struct report *r, const struct tally *t) { return span_text(r, quantile(&t->all, 50)); }
static struct str p90_text(const struct report *r, const struct tally *t) { return span_text(r, quantile(&t->all, 90)); }
static struct str p99_text(const struct report *r, const struct tally *t) { return span_text(r, quantile(&t->all, 99)); }
static struct str let_in_text(const struct report *r, const struct tally *t) { return count_text(r, (int64_t)t->all.n); }
static struct str waiting_text(const struct report *r, const struct tally *t) { return count_text(r, t->peak_waiting); }
static struct str inside_text(const struct report *r, const struct tally *t) { return count_text(r, t->peak_inside); }
static struct str revenue_text(const struct report *r, const struct tally *t) { return money_text(r, t, t->revenue); }
static struct str late_text(const struct report *r, const struct tally *t) { return count_text(r, t->late_refunds); }
static struct str clash_text(const struct report *r, const struct tally *t) { return count_text(r, t->holds_refused); }
static struct str oversold_text(const struct report *r, const struct tally *t) { return count_text(r, t->oversold); }

/* "1,234 (5.6%)" */
static struct str with_share(const struct report *r, int64_t n, int64_t whole)
{
    return arena_fmt(r->arena, "%.*s (%.*s)", STR_ARG(count_text(r, n)), STR_ARG(share_text(r, n, whole)));
}

static struct str sold_text(const struct report *r, const struct tally *t) { return with_share(r, t->sold, t->seats); }
static struct str unsold_text(const struct report *r, const struct tally *t) { return with_share(r, t->seats - t->sold, t->seats); }
static struct str bots_text(const struct report *r, const struct tally *t) { return with_share(r, t->bot_seats, t->seats); }
static struct str absent_text(const struct report *r, const struct tally *t)
{
    return with_share(r, t->no_shows, t->no_shows + (int64_t)t->all.n);
}
static struct str refused_text(const struct report *r, const struct tally *t) { return with_share(r, t->refused, t->payments); }

static struct str broken_text(const struct report *r, const struct tally *t)
{
    return say_fmt(r, "%lld of %lld", "%lld / %lld", (long long)t->broken, (long long)t->invariants);
}

static const struct {
    const char *en, *ko;
    figure_fn *text;
} figures[] = {
    { "Sold out after", "매진까지", sold_out_text },
    { "Half of the seats sold after", "절반 판매까지", half_text },
    { "99 of 100 of the sold seats after", "판매 좌석의 99%까지", most_text },
    { "Seats sold", "판매 좌석", sold_text },
    { "Seats unsold", "미판매 좌석", unsold_text },
    { "Sold for", "판매 금액", revenue_text },
    { "Seats that bots have", "봇이 가져간 좌석", bots_text },
    { "People let in", "입장한 사람", let_in_text },
    { "Wait of half of them at most (p50)", "대기 시간 p50", p50_text },
    { "Wait of 90 of 100 at most (p90)", "대기 시간 p90", p90_text },
    { "Wait of 99 of 100 at most (p99)", "대기 시간 p99", p99_text },
    { "In line at the same time, at most", "동시 대기 최대", waiting_text },
    { "Inside at the same time, at most", "동시 입장 최대", inside_text },
    { "Away at their turn", "차례에 부재", absent_text },
    { "Payments refused", "거절된 결제", refused_text },
    { "Paid too late, sent back", "늦은 결제 환불", late_text },
    { "Holds refused: somebody was faster", "선점 실패 (다른 사람이 먼저)", clash_text },
    { "Seats sold twice", "중복 판매 좌석", oversold_text },
    { "Invariants of the copy that do not hold", "사본에서 지켜지지 않은 불변식", broken_text },
};

static void head_of_runs(struct buf *out, const struct report *r, const char *about, const char *first, const char *only)
{
    const char *heads[3] = { first, r->run_n < 2 ? only : "A", "B" };
    table_open(out, about, heads, (size_t)r->run_n + 1);
}

static void put_figures(struct buf *out, const struct report *r)
{
    section_open(out, say(r, "How it would go", "예상 결과"));
    head_of_runs(out, r, say(r, "Figures", "수치"), say(r, "Figure", "항목"), say(r, "Expected", "예상"));
    for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
        row_open(out, str_c(say(r, figures[i].en, figures[i].ko)));
        for (int k = 0; k < r->run_n; k++)
            row_cell(out, figures[i].text(r, &r->runs[k]));
        row_close(out);
    }
    table_close(out);
    section_close(out);
}

/* ---- lines over time ---- */

enum series { SERIES_SOLD, SERIES_HELD, SERIES_WAITING, SERIES_INSIDE };

static int64_t value_of(const struct sample *s, enum series what)
{
    switch (what) {
    case SERIES_SOLD: return s->sold;
    case SERIES_HELD: return s->held;
    case SERIES_WAITING: return s->waiting;
    case SERIES_INSIDE: return s->inside;
    }
    return 0;
}

static const char *series_text(const struct report *r, enum series what)
{
    static const char *const texts[][2] = { { "sold", "판매" }, { "held, not paid yet", "선점(결제 전)" }, { "in line", "대기" }, { "inside", "입장" } };
    return texts[what][r->lang];
}

static struct plot_line line_of(const struct report *r, int run, enum series what, bool dashed)
{
    const struct tally *t = &r->runs[run];
    int64_t *x = NEW_ARRAY(r->arena, int64_t, t->sample_n), *y = NEW_ARRAY(r->arena, int64_t, t->sample_n);
    for (size_t i = 0; i < t->sample_n; i++) {
        x[i] = t->samples[i].at_ms;
        y[i] = value_of(&t->samples[i], what);
    }
    return (struct plot_line){ of_run(r, run, series_text(r, what)), x, y, t->sample_n, run, dashed };
}

/* The newest sample that is not younger than a time; NULL before the first, and once the run has ended. */
static const struct sample *sample_at(const struct tally *t, int64_t at_ms)
{
    const struct sample *found = NULL;
    for (size_t i = 0; i < t->sample_n && t->samples[i].at_ms <= at_ms; i++)
        found = &t->samples[i];
    return found && at_ms <= t->ended_ms ? found : NULL;
}

static void table_over_time(struct buf *out, const struct report *r, const char *about, const enum series what[2])
{
    const char *heads[5] = { say(r, "after", "경과") };
    int64_t end = 0;
    size_t n = 1;
    for (int k = 0; k < r->run_n; k++) {
        end = r->runs[k].ended_ms > end ? r->runs[k].ended_ms : end;
        heads[n++] = of_run(r, k, series_text(r, what[0]));
        heads[n++] = of_run(r, k, series_text(r, what[1]));
    }
    table_open(out, about, heads, n);
    int64_t step = plot_time_step(end, 8);
    for (int64_t at = 0; at < end + step; at += step) {
        int64_t shown = at < end ? at : end;
        row_open(out, time_text(r, shown));
        for (int k = 0; k < r->run_n; k++)
            for (int i = 0; i < 2; i++) {
                const struct sample *s = sample_at(&r->runs[k], shown);
                row_cell(out, s ? count_text(r, value_of(s, what[i])) : S("-"));
            }
        row_close(out);
    }
    table_close(out);
}

/* `n` of the two series are drawn; both are in the table. */
static void put_over_time(struct buf *out, const struct report *r, const char *heading, const enum series what[2], size_t n)
{
    struct plot_line lines[4];
    size_t count = 0;
    for (int k = 0; k < r->run_n; k++)
        for (size_t i = 0; i < n; i++)
            lines[count++] = line_of(r, k, what[i], i > 0);
    section_open(out, heading);
    buf_str(out, S("<figure>\n"));
    plot_lines(out, r, heading, lines, count);
    buf_str(out, S("</figure>\n"));
    table_over_time(out, r, heading, what);
    section_close(out);
}

/* ---- waiting by arrival ---- */

static void table_of_groups(struct buf *out, const struct report *r, int run, const char *about)
{
    const char *heads[] = { say(r, "came", "도착"), say(r, "people", "인원"), say(r, "let in", "입장"), "p50", "p90", "p99", say(r, "bought", "예매") };
    const struct tally *t = &r->runs[run];
    if (r->run_n > 1)
        page_words(out, "h3", str_c(run_name(r, run)));
    table_open(out, about, heads, sizeof(heads) / sizeof(heads[0]));
    for (int g = 0; g < GROUPS; g++) {
        if (!t->came[g])
            continue;
        row_open(out, str_c(group_text(r, (enum group)g)));
        row_cell(out, count_text(r, t->came[g]));
        row_cell(out, count_text(r, t->let_in[g]));
        for (int q = 0; q < 3; q++)
            row_cell(out, t->waits[g].n ? span_text(r, quantile(&t->waits[g], (const int[]){ 50, 90, 99 }[q])) : S("-"));
        row_cell(out, count_text(r, t->bought[g]));
        row_close(out);
    }
    table_close(out);
}

static struct plot_bar bar_of_group(const struct report *r, int run, enum group group)
{
    const struct waits *w = &r->runs[run].waits[group];
    int64_t p50 = quantile(w, 50), p90 = quantile(w, 90), p99 = quantile(w, 99);
    struct str words = w->n ? arena_fmt(r->arena, "%.*s / %.*s / %.*s", STR_ARG(span_text(r, p50)), STR_ARG(span_text(r, p90)), STR_ARG(span_text(r, p99)))
                            : str_c(say(r, "nobody was let in", "입장한 사람 없음"));
    return (struct plot_bar){ str_c(of_run(r, run, group_text(r, group))), words, { p50, p90, p99 }, run };
}

static void put_groups(struct buf *out, const struct report *r)
{
    const char *heading = say(r, "How long those who were let in waited, by when they came (p50 / p90 / p99)", "도착 시점별 대기 시간 (p50 / p90 / p99)");
    struct plot_bar bars[2 * GROUPS];
    size_t n = 0;
    for (int g = 0; g < GROUPS; g++)
        for (int k = 0; k < r->run_n; k++)
            if (r->runs[k].came[g])
                bars[n++] = bar_of_group(r, k, (enum group)g);
    section_open(out, heading);
    buf_str(out, S("<figure>\n"));
    plot_bars(out, heading, bars, n);
    buf_str(out, S("</figure>\n"));
    page_words(out, "p", str_c(say(r, "Counted from the beginning of the sale, or from coming if that is later.", "판매 시작 또는 그 이후의 도착 시점부터 셉니다.")));
    for (int k = 0; k < r->run_n; k++)
        table_of_groups(out, r, k, heading);
    section_close(out);
}

/* ---- grades ---- */

static void table_of_grades(struct buf *out, const struct report *r, int run, const char *about)
{
    const char *heads[] = { say(r, "grade", "등급"), say(r, "price", "가격"), say(r, "seats", "좌석"), say(r, "sold", "판매"), say(r, "unsold", "미판매"),
                            say(r, "full after", "매진까지") };
    const struct tally *t = &r->runs[run];
    if (r->run_n > 1)
        page_words(out, "h3", str_c(run_name(r, run)));
    table_open(out, about, heads, sizeof(heads) / sizeof(heads[0]));
    for (size_t i = 0; i < t->grade_n; i++) {
        const struct grade *g = &t->grades[i];
        row_open(out, str_c(g->name));
        row_cell(out, money_text(r, t, g->price));
        row_cell(out, count_text(r, g->seats));
        row_cell(out, count_text(r, g->sold));
        row_cell(out, count_text(r, g->seats - g->sold));
        row_cell(out, span_text(r, g->full_at_ms));
        row_close(out);
    }
    table_close(out);
}

static void put_grades(struct buf *out, const struct report *r)
{
    const char *heading = say(r, "Grades: sold of all seats", "등급별 판매");
    size_t grades = r->runs[0].grade_n, n = 0;
    struct plot_bar *bars = NEW_ARRAY(r->arena, struct plot_bar, grades * (size_t)r->run_n);
    for (size_t i = 0; i < grades; i++)
        for (int k = 0; k < r->run_n; k++) {
            const struct grade *g = &r->runs[k].grades[i];
            bars[n++] = (struct plot_bar){ str_c(of_run(r, k, g->name)), arena_fmt(r->arena, "%.*s / %.*s", STR_ARG(count_text(r, g->sold)),
                                           STR_ARG(count_text(r, g->seats))), { g->sold, g->sold, g->seats }, k };
        }
    section_open(out, heading);
    buf_str(out, S("<figure>\n"));
    plot_bars(out, heading, bars, n);
    buf_str(out, S("</figure>\n"));
    for (int k = 0; k < r->run_n; k++)
        table_of_grades(out, r, k, heading);
    section_close(out);
}

/* ---- people, and what was assumed of them ---- */

static void put_outcomes(struct buf *out, const struct report *r)
{
    const char *heading = say(r, "What became of everybody", "모든 사람의 결과");
    section_open(out, heading);
    head_of_runs(out, r, heading, say(r, "Outcome", "결과"), say(r, "people", "인원"));
    for (int i = 0; i < OUTCOMES; i++) {
        row_open(out, str_c(outcome_text(r, (enum outcome)i)));
        for (int k = 0; k < r->run_n; k++)
            row_cell(out, with_share(r, r->runs[k].of[i], r->runs[k].people + r->runs[k].bots));
        row_close(out);
    }
    table_close(out);
    section_close(out);
}

static void put_input(struct buf *out, const char *what, struct str value)
{
    row_open(out, str_c(what));
    row_cell(out, value);
    row_close(out);
}

static struct str percent(const struct report *r, int64_t n)
{
    return arena_fmt(r->arena, "%lld%%", (long long)n);
}

static void put_inputs(struct buf *out, const struct report *r)
{
    static const char *const arrivals[][2] = {
        { "early: 70% before, 20% in five minutes, 10% in half an hour", "early: 시작 전 70%, 5분 내 20%, 30분 내 10%" },
        { "burst: 80% in the first minute, 20% in half an hour", "burst: 1분 내 80%, 30분 내 20%" },
        { "flat: evenly over an hour", "flat: 한 시간 동안 고르게" },
    };
    const struct crowd *c = r->crowd;
    const char *heads[] = { say(r, "Assumption", "항목"), say(r, "Value", "가정") };
    section_open(out, say(r, "What was assumed of people", "사람들에 대한 가정"));
    table_open(out, say(r, "Assumptions", "가정"), heads, 2);
    put_input(out, say(r, "People, and bots", "사람, 봇"), arena_fmt(r->arena, "%.*s, %.*s", STR_ARG(count_text(r, c->people)), STR_ARG(count_text(r, c->bots))));
    put_input(out, say(r, "When they come", "도착"), str_c(arrivals[c->arrival][r->lang]));
    put_input(out, say(r, "Who buy together, on average", "평균 동행 인원"),
              arena_fmt(r->arena, "%lld.%02lld", (long long)(c->party / PARTY_UNIT), (long long)(c->party % PARTY_UNIT)));
    put_input(out, say(r, "Away at their turn", "차례에 부재"), percent(r, c->no_show));
    put_input(out, say(r, "of these, back within 15 minutes", "그중 15분 안에 돌아옴"), percent(r, c->back));
    put_input(out, say(r, "From the pass to the seats, on average", "입장부터 좌석 선택까지 평균"), span_text(r, c->think * 1000));
    put_input(out, say(r, "From the seats to the payment, on average", "좌석 선택부터 결제까지 평균"), span_text(r, c->pay * 1000));
    put_input(out, say(r, "Let in, but leave without buying", "입장 후 예매하지 않음"), percent(r, c->leave));
    put_input(out, say(r, "Payments refused", "결제 거절"), percent(r, c->refuse));
    put_input(out, say(r, "Further payments they try", "결제 재시도"), count_text(r, c->retries));
    put_input(out, say(r, "Seed of chance", "난수 시드"), arena_fmt(r->arena, "%llu", (unsigned long long)c->seed));
    table_close(out);
    section_close(out);
}

static void put_head(struct buf *out, const struct report *r)
{
    const struct tally *t = &r->runs[0];
    page_open(out, r, arena_fmt(r->arena, "%s: %s", say(r, "Rehearsal", "예행연습"), t->title).p);
    page_words(out, "h1", say_fmt(r, "Rehearsal: %s", "예행연습: %s", t->title));
    page_words(out, "p", str_c(t->hall));
    for (int k = 0; k < r->run_n; k++)
        page_words(out, "p", str_c(of_run(r, k, settings_text(r, &r->runs[k]).p)));
    page_words(out, "p", str_c(say(r,
        "Played on a copy by the program's own waiting room, seat choice and bookings, on a clock of its own. How people behave is assumed; the list "
        "is at the end.",
        "프로그램의 실제 대기실, 좌석 선택, 예매 코드로 사본에서 가상 시계로 진행했습니다. 사람들의 행동은 가정이며 목록은 끝에 있습니다.")));
}

void report_html(struct buf *out, const struct report *r)
{
    put_head(out, r);
    put_figures(out, r);
    put_over_time(out, r, say(r, "Seats sold over time", "시간별 판매 좌석"), (const enum series[]){ SERIES_SOLD, SERIES_HELD }, 2);
    put_over_time(out, r, say(r, "People in line over time", "시간별 대기 인원"), (const enum series[]){ SERIES_WAITING, SERIES_INSIDE }, 1);
    put_groups(out, r);
    put_grades(out, r);
    put_outcomes(out, r);
    put_inputs(out, r);
    page_close(out);
}
