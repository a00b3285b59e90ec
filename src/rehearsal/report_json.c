/* The figures, for programs. Times are ms since the beginning of the sale, null for what never was; amounts are in minor units. */
#include "platform/json/build.h"
#include "report.h"

static void json_time(struct buf *out, const char *name, int64_t ms, bool ever)
{
    if (ever) {
        json_int(out, name, ms);
        return;
    }
    json_name(out, name);
    buf_str(out, S("null"));
}

static void open_item(struct buf *out)
{
    json_comma(out);
    buf_char(out, '{');
}

static void inputs(struct buf *out, const struct crowd *c)
{
    json_begin(out, "inputs");
    json_int(out, "people", c->people);
    json_int(out, "bots", c->bots);
    json_text(out, "arrival", arrival_words[c->arrival]);
    json_int(out, "party_hundredths", c->party);
    json_int(out, "no_show_percent", c->no_show);
    json_int(out, "back_percent", c->back);
    json_int(out, "think_seconds", c->think);
    json_int(out, "pay_seconds", c->pay);
    json_int(out, "abandon_percent", c->leave);
    json_int(out, "refuse_percent", c->refuse);
    json_int(out, "retries", c->retries);
    json_int(out, "seed", (int64_t)c->seed);
    buf_char(out, '}');
}

static void settings(struct buf *out, const struct tally *t)
{
    json_begin(out, "settings");
    json_text(out, "mode", mode_words[t->mode]);
    json_int(out, "admit_per_minute", t->admit_per_minute);
    json_int(out, "active_limit", t->active_limit);
    json_int(out, "pass_seconds", t->pass_seconds);
    json_int(out, "hold_seconds", t->hold_seconds);
    json_int(out, "opens_ms", t->opens_ms);
    buf_char(out, '}');
}

static void waits(struct buf *out, const struct waits *w)
{
    json_int(out, "p50_ms", quantile(w, 50));
    json_int(out, "p90_ms", quantile(w, 90));
    json_int(out, "p99_ms", quantile(w, 99));
}

static void groups(struct buf *out, const struct tally *t)
{
    json_begin_list(out, "waits_by_arrival");
    for (int i = 0; i < GROUPS; i++) {
        open_item(out);
        json_text(out, "arrived", group_words[i]);
        json_int(out, "came", t->came[i]);
        json_int(out, "let_in", t->let_in[i]);
        json_int(out, "bought", t->bought[i]);
        waits(out, &t->waits[i]);
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

static void grades(struct buf *out, const struct tally *t)
{
    json_begin_list(out, "grades");
    for (size_t i = 0; i < t->grade_n; i++) {
        open_item(out);
        json_text(out, "name", t->grades[i].name);
        json_int(out, "price", t->grades[i].price);
        json_int(out, "seats", t->grades[i].seats);
        json_int(out, "sold", t->grades[i].sold);
        json_time(out, "full_ms", t->grades[i].full_at_ms, t->grades[i].seats && t->grades[i].sold == t->grades[i].seats);
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

static void samples(struct buf *out, const struct tally *t)
{
    json_begin_list(out, "samples");
    for (size_t i = 0; i < t->sample_n; i++) {
        const struct sample *s = &t->samples[i];
        open_item(out);
        json_int(out, "at_ms", s->at_ms);
        json_int(out, "joined", s->joined);
        json_int(out, "waiting", s->waiting);
        json_int(out, "inside", s->inside);
        json_int(out, "held", s->held);
        json_int(out, "sold", s->sold);
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

static void sale(struct buf *out, const struct tally *t)
{
    bool any = t->sold > 0;
    json_int(out, "seats", t->seats);
    json_int(out, "sold", t->sold);
    json_int(out, "bot_seats", t->bot_seats);
    json_int(out, "revenue", t->revenue);
    json_text(out, "currency", t->currency);
    json_name(out, "sold_out");
    buf_str(out, t->sold_out ? S("true") : S("false"));
    json_time(out, "half_sold_ms", t->half_ms, any);
    json_time(out, "most_sold_ms", t->most_ms, any);
    json_time(out, "last_sold_ms", t->last_ms, any);
    json_int(out, "ended_ms", t->ended_ms);
    json_int(out, "peak_waiting", t->peak_waiting);
    json_int(out, "peak_inside", t->peak_inside);
    json_int(out, "let_in", (int64_t)t->all.n);
    waits(out, &t->all);
    json_int(out, "no_shows", t->no_shows);
    json_int(out, "holds", t->holds);
    json_int(out, "holds_refused", t->holds_refused);
    json_int(out, "orders", t->orders);
    json_int(out, "payments", t->payments);
    json_int(out, "payments_refused", t->refused);
    json_int(out, "late_refunds", t->late_refunds);
}

static void run(struct buf *out, const struct tally *t)
{
    open_item(out);
    json_text(out, "title", t->title);
    json_text(out, "hall", t->hall);
    settings(out, t);
    sale(out, t);
    json_begin(out, "outcomes");
    for (int i = 0; i < OUTCOMES; i++)
        json_int(out, outcome_words[i], t->of[i]);
    buf_char(out, '}');
    groups(out, t);
    grades(out, t);
    samples(out, t);
    json_begin(out, "audit");
    json_int(out, "invariants", t->invariants);
    json_int(out, "broken", t->broken);
    json_int(out, "oversold", t->oversold);
    buf_str(out, S("}}"));
}

void report_json(struct buf *out, const struct report *r)
{
    buf_char(out, '{');
    inputs(out, r->crowd);
    json_begin_list(out, "runs");
    for (int i = 0; i < r->run_n; i++)
        run(out, &r->runs[i]);
    buf_str(out, S("]}\n"));
}
