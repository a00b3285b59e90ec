/* The parts of a rehearsal: who comes when, what people are like, figures, and what a page makes of words that mean harm. */
#include <math.h>
#include <stdlib.h>

#include "test.h"

#include "crowd.h"
#include "plot.h"
#include "report.h"

#define OPENS_MS INT64_C(-1800000)

static const struct crowd usual = { .people = 100000, .bots = 500, .party = 250, .no_show = 40, .back = 10, .think = 120, .pay = 60, .leave = 40, .refuse = 5,
                                    .retries = 1, .seed = 7 };

/* Nobody before the room opens, never fewer than before, everybody in the end; and after what part of the time which part of the people. */
static void arrivals_add_up(void **state)
{
    static const struct {
        int64_t arrival, at_ms, from, to;
    } parts[] = {
        { ARRIVAL_EARLY, 0, 70500, 70500 }, { ARRIVAL_EARLY, 300000, 90500, 90500 }, { ARRIVAL_BURST, -1, 500, 500 }, { ARRIVAL_BURST, 60000, 80500, 80500 },
        { ARRIVAL_FLAT, 0, 33833, 33834 },
    };
    (void)state;
    for (int64_t way = ARRIVAL_EARLY; way <= ARRIVAL_FLAT; way++) {
        struct crowd c = usual;
        c.arrival = way;
        int64_t end = arrival_end(&c, OPENS_MS), before = 0;
        assert_int_equal(crowd_arrived(&c, OPENS_MS, OPENS_MS - 1), 0);
        assert_int_equal(crowd_arrived(&c, OPENS_MS, OPENS_MS), c.bots);
        for (int64_t at = OPENS_MS; at <= end; at += 500) {
            int64_t come = crowd_arrived(&c, OPENS_MS, at);
            assert_true(come >= before);
            before = come;
        }
        assert_int_equal(before, c.people + c.bots);
        assert_int_equal(crowd_arrived(&c, OPENS_MS, end + 1), c.people + c.bots);
        assert_true(crowd_arrived(&c, 0, end) == c.people + c.bots);     /* a room that opens with the sale */
    }
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        struct crowd c = usual;
        c.arrival = parts[i].arrival;
        int64_t come = crowd_arrived(&c, OPENS_MS, parts[i].at_ms);
        assert_in_range(come, parts[i].from, parts[i].to);
    }
}

/* The means and shares that were asked for, within four standard errors or a little more. */
static void people_are_as_asked(void **state)
{
    int64_t n = usual.people, party = 0, think = 0, pay = 0, away = 0, leaves = 0, refused = 0;
    (void)state;
    for (int64_t i = usual.bots; i < usual.bots + n; i++) {
        struct traits t = traits_of(&usual, i, 4), same = traits_of(&usual, i, 4);
        assert_true(t.party == same.party && t.think_ms == same.think_ms && t.away == same.away);
        assert_in_range(t.party, 1, 4);
        assert_true(t.taste >= 0 && t.taste < 1);
        party += t.party;
        think += t.think_ms;
        pay += t.pay_ms;
        away += t.away;
        leaves += t.leaves;
        refused += payment_refused(&usual, i, 0);
    }
    assert_true(fabs((double)party / (double)n - 2.5) < 0.02);
    assert_true(fabs((double)think / (double)n - 120000) < 1500);
    assert_true(fabs((double)pay / (double)n - 60000) < 750);
    assert_true(llabs(away - n * 40 / 100) < 700);
    assert_true(llabs(leaves - n * 40 / 100) < 700);
    assert_true(llabs(refused - n * 5 / 100) < 300);
}

static void bots_are_quick(void **state)
{
    (void)state;
    struct traits t = traits_of(&usual, 0, 4);
    assert_true(t.bot && !t.away && !t.leaves);
    assert_int_equal(t.party, 4);
    assert_in_range(t.think_ms, 1, 1000);
    assert_int_equal(traits_of(&usual, 0, 1).party, 1);
    assert_false(traits_of(&usual, usual.bots, 4).bot);
}

/* A second payment of the same person is refused with the same chance, whatever became of the first. */
static void refusals_do_not_hang_together(void **state)
{
    int64_t twice = 0, first = 0;
    (void)state;
    struct crowd c = usual;
    c.refuse = 50;
    for (int64_t i = 0; i < 10000; i++) {
        first += payment_refused(&c, i, 0);
        twice += payment_refused(&c, i, 0) && payment_refused(&c, i, 1);
    }
    assert_in_range(first, 4800, 5200);
    assert_in_range(twice, 2320, 2680);
}

static void quantiles(void **state)
{
    struct waits w = { 0 };
    (void)state;
    assert_int_equal(quantile(&w, 50), 0);
    for (int64_t i = 100; i >= 1; i--)
        waits_add(&w, i);
    waits_sort(&w);
    assert_int_equal(quantile(&w, 50), 50);
    assert_int_equal(quantile(&w, 90), 90);
    assert_int_equal(quantile(&w, 99), 99);
    assert_int_equal(quantile(&w, 100), 100);
    waits_free(&w);
    waits_add(&w, -5);
    assert_int_equal(quantile(&w, 99), 0);
    waits_free(&w);
}

static void groups_by_arrival(void **state)
{
    static const struct {
        int64_t at;
        enum group group;
    } cases[] = { { -1, GROUP_BEFORE }, { 0, GROUP_MINUTE }, { 59999, GROUP_MINUTE }, { 60000, GROUP_FIVE }, { 300000, GROUP_FIFTEEN },
                  { 900000, GROUP_HOUR }, { 3600000, GROUP_LATER } };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(group_of(cases[i].at), cases[i].group);
}

static void axes_have_round_steps(void **state)
{
    (void)state;
    assert_int_equal(plot_step(1, 5), 1);
    assert_int_equal(plot_step(9, 5), 2);
    assert_int_equal(plot_step(23, 5), 5);
    assert_int_equal(plot_step(50, 5), 10);
    assert_int_equal(plot_step(8897, 5), 2000);
    assert_int_equal(plot_step(1000000, 5), 200000);
    assert_int_equal(plot_time_step(8 * 60000, 8), 60000);
    assert_int_equal(plot_time_step(INT64_C(100) * 60000, 8), 15 * 60000);
    assert_int_equal(plot_time_step(INT64_C(10000) * 60000, 8), INT64_C(720) * 60000);
}

/* What is told is not sound when somebody is missing, or two have a seat. */
static void soundness(void **state)
{
    (void)state;
    struct tally t = { .people = 10, .bots = 1, .seats = 4, .sold = 4, .of = { [OUT_BOUGHT] = 2, [OUT_STILL_WAITING] = 9 } };
    assert_true(tally_sound(&t));
    t.of[OUT_BOUGHT]--;
    assert_false(tally_sound(&t));
    t.of[OUT_BOUGHT]++;
    t.oversold = 1;
    assert_false(tally_sound(&t));
    t.oversold = 0;
    t.broken = 1;
    assert_false(tally_sound(&t));
    t.broken = 0;
    t.sold = 5;
    assert_false(tally_sound(&t));
}

static bool holds(const struct buf *text, const char *part)
{
    return memmem(text->p, text->n, part, strlen(part)) != NULL;
}

/* Names of performances, halls and grades come from people. */
static void names_are_escaped(void **state)
{
    static char evil[] = "<script>alert('1')</script>\"&";
    struct grade grades[] = { { evil, 1000, 10, 4, -1 }, { evil, 500, 0, 0, -1 } };
    struct sample samples[] = { { -1000, 0, 0, 0, 0, 0 }, { 0, 5, 5, 0, 0, 0 }, { 60000, 9, 2, 3, 1, 4 } };
    struct tally runs[2];
    (void)state;
    runs[0] = runs[1] = (struct tally){ .title = evil, .hall = evil, .currency = "KRW", .people = 10, .seats = 10, .sold = 4, .grades = grades, .grade_n = 2,
                                        .samples = samples, .sample_n = 3, .ended_ms = 60000, .came = { 10 } };
    for (int lang = 0; lang < 2; lang++)
        for (int n = 1; n <= 2; n++) {
            struct report r = { .arena = arena_new(0), .lang = lang, .crowd = &usual, .runs = runs, .run_n = n };
            struct buf html, json, text;
            buf_init(&html, 1 << 20);
            buf_init(&json, 1 << 20);
            buf_init(&text, 1 << 20);
            report_html(&html, &r);
            report_json(&json, &r);
            report_text(&text, &r);
            assert_false(html.full);
            assert_false(holds(&html, "<script"));
            assert_true(holds(&html, "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;"));
            assert_true(holds(&html, lang ? "<html lang=\"ko\">" : "<html lang=\"en\">"));
            assert_true(holds(&html, lang ? "사람들에 대한 가정" : "What was assumed of people"));
            assert_false(holds(&html, "nan"));
            assert_false(holds(&html, "inf"));
            assert_true(holds(&json, "</script>\\\"&\""));
            assert_true(holds(&text, lang ? "판매" : "Sold"));
            buf_free(&html);
            buf_free(&json);
            buf_free(&text);
            arena_free(r.arena);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrivals_add_up),   cmocka_unit_test(people_are_as_asked), cmocka_unit_test(bots_are_quick),
        cmocka_unit_test(refusals_do_not_hang_together), cmocka_unit_test(quantiles), cmocka_unit_test(groups_by_arrival),
        cmocka_unit_test(axes_have_round_steps), cmocka_unit_test(soundness), cmocka_unit_test(names_are_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
