/* How many come in: the rate to the person, whatever it is, and more when many do not come. */
#include "queue_bed.h"

#define HOUR_MS (60 * 60 * 1000)

/* ---- rate ---- */

/* Whenever the looks fall, as long as they fall within a second of each other. */
static void test_hour_of_looks(void **state)
{
    static const int64_t rates[] = { 1, 6, 7, 59, 60, 77, 100, 119, 121, 600, 6000, 100000 };
    (void)state;
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
        for (int64_t step = 100; step <= 500; step += 57) {
            struct rules rules = rules_of(rates[i], 1000000, 60);
            struct line line = { 0 };
            int64_t admitted = 0;
            for (int64_t now = 0; now <= HOUR_MS; now = now == HOUR_MS ? now + 1 : min(now + step, HOUR_MS)) {
                line_settle(&line, &rules, now);
                admitted += line.credit / CREDIT;
                line.credit %= CREDIT;
            }
            assert_int_equal(admitted, 60 * rates[i]);
        }
}

/* As docs/waiting-room.md has it. */
static int64_t saved_up(int64_t rate)
{
    return rate >= 120 ? 1000 * rate : rate >= 60 ? 119999 : 1000 * rate + 59999;
}

/* After a time in which nobody came, with a look every millisecond, as many come in as are promised at most, and not one more. */
static void test_bound(void **state)
{
    static const int64_t rates[] = { 1, 2, 30, 59, 60, 61, 100, 119, 120, 121, 600, 100000 };
    (void)state;
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        struct rules rules = rules_of(rates[i], 1000000, 60);
        struct line line = { 0 };
        int64_t admitted = 0;
        for (int64_t t = 0; t <= 61000; t++) {
            line_settle(&line, &rules, HOUR_MS + t);
            admitted += line.credit / CREDIT;
            line.credit %= CREDIT;
            assert_int_equal(admitted, (rates[i] * t + saved_up(rates[i])) / CREDIT);
        }
    }
}

/* The first seconds may spend what was saved up; from then on it is the rate, and one person more or less for where the time begins. */
static void let_in(struct here *h, int64_t per_minute, int64_t minutes)
{
    struct rules rules = rules_of(per_minute, 1000000, 60);
    set_paused(h, rules);
    int64_t first = numbers(h).joined + 1, people = (minutes + 1) * per_minute;
    assert_int_equal(fixture_call(&h->f, 0, 0, &crowd_call, &(struct crowd_in){ .first = first, .count = people }, NULL, NULL), OK);
    set(h, rules);
    advance(h, 3000);
    int64_t before = numbers(h).serving;
    advance(h, minutes * 60000);
    int64_t admitted = numbers(h).serving - before;
    assert_in_range(admitted, minutes * per_minute - 1, minutes * per_minute + 1);
    advance(h, 2 * 60000);                   /* nobody is left for the next rate */
    set_paused(h, rules);
    assert_int_equal(numbers(h).waiting, 0);
}

static void test_rates_are_exact(void **state)
{
    let_in(*state, 1, 60);
    let_in(*state, 7, 60);
    let_in(*state, 60, 5);
    let_in(*state, 100, 5);
    let_in(*state, 6000, 1);
}

/* ---- lines side by side ---- */

/* So many of a line's places have had their turn. */
static int64_t served(const struct here *h, int64_t line)
{
    return room_find(app_self(h->f.app, &queue_service), line)->line.serving;
}

/* One house for all lines, and its passes run out all at once: none of the lines takes every place that becomes free. */
static void test_lines_take_turns(void **state)
{
    enum { PEOPLE = 60 };
    struct here *h = *state;
    struct rules rules = rules_of(60000, 2, 60);
    struct place_out *p = line_up(h, rules, PEOPLE);
    int64_t before = look(h, p[PEOPLE - 1].place_token).eta_high_seconds, club = open_line(h, S("club"), 60000), card = open_line(h, S("card"), 60000);
    for (int64_t i = 0; i < PEOPLE; i++) {
        stand(h, club, 1000 + i);
        stand(h, card, 2000 + i);
    }
    assert_int_equal(look(h, p[PEOPLE - 1].place_token).eta_high_seconds, 3 * before);
    set(h, rules);
    for (int64_t turns = 1; turns <= 5; turns++) {
        advance(h, 3 * 60000);               /* each line's turn has come, for passes last a minute: two people, or four once it is known that none come */
        int64_t least = min(served(h, SCHEDULE), min(served(h, club), served(h, card)));
        int64_t most = max(served(h, SCHEDULE), max(served(h, club), served(h, card)));
        assert_true(least >= 2 * turns && most <= least + 4);
    }
}

/* ---- those who do not come ---- */

enum { LIMIT = 100, LINE = 1200, PASS_MS = 60000 };

/* Of the places first to last so many use their passes. */
static void use_passes(struct here *h, const struct place_out *p, int64_t first, int64_t n)
{
    for (int64_t i = first; i < first + n; i++)
        assert_int_equal(pass_check(h, i + 1, SCHEDULE, look(h, p[i].place_token).pass), OK);
}

static void test_no_show(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(100000, LIMIT, PASS_MS / 1000);
    struct place_out *p = line_up(h, rules, LINE);
    set(h, rules);
    advance(h, 1000);
    assert_int_equal(numbers(h).serving, LIMIT);
    use_passes(h, p, 0, 70);
    use_passes(h, p, 0, 70);                 /* twice is once */
    assert_int_equal(numbers(h).no_show, 0); /* nothing has run out yet */

    advance(h, PASS_MS);
    assert_int_equal(numbers(h).no_show, 300);
    assert_int_equal(numbers(h).serving, LIMIT + 142);       /* 100 / (1 - 0.3) */
    assert_int_equal(numbers(h).active, 142);
    use_passes(h, p, LIMIT, 142);
    advance(h, PASS_MS);
    assert_int_equal(numbers(h).no_show, 30 * 1000 / 242);
    assert_int_equal(numbers(h).active, 114);

    advance(h, PASS_MS);                     /* the third lot did not come at all */
    assert_in_range(numbers(h).no_show, 400, 410);
    advance(h, 10 * PASS_MS);                /* nor did anybody else */
    assert_int_equal(numbers(h).no_show, NO_SHOW_MAX);
    assert_true(numbers(h).active <= 2 * LIMIT);
    assert_int_equal(numbers(h).waiting, 0);
}

/* The house is one: who does not come from one line makes room for those of all. */
static void test_no_show_of_all_lines(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(60, LIMIT, PASS_MS / 1000);
    struct place_out *p = line_up(h, rules, 60);
    int64_t club = open_line(h, S("club"), 100000);
    for (int64_t i = 0; i < 3 * LIMIT; i++)
        stand(h, club, 1000 + i);
    set(h, rules);
    advance(h, 1000);
    int64_t general = numbers(h).serving;
    assert_int_equal(numbers(h).active, LIMIT);
    use_passes(h, p, 0, general);            /* all of the general line come, nobody of the club */
    advance(h, PASS_MS);
    assert_int_equal(numbers(h).no_show, NO_SHOW_MAX);
    assert_in_range(numbers(h).active, 2 * LIMIT - 1, 2 * LIMIT);
    const struct queue *q = app_self(h->f.app, &queue_service);
    assert_int_equal(room_find(q, club)->line.no_show, room_find(q, SCHEDULE)->line.no_show);
}

/* What was measured is of its time: it is forgotten, also by a restart. */
static void test_no_show_is_forgotten(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(100000, LIMIT, PASS_MS / 1000);
    struct place_out *p = line_up(h, rules, 5 * LIMIT);
    set(h, rules);
    advance(h, 1000);
    use_passes(h, p, 0, 50);
    advance(h, PASS_MS - 500);
    assert_int_equal(numbers(h).no_show, 500);
    set_paused(h, rules);
    advance(h, PASS_MS + NO_SHOW_WINDOW_MS);
    assert_int_equal(numbers(h).no_show, 0);

    set(h, rules);
    advance(h, 1000);
    int64_t then = now(h), serving = numbers(h).serving;
    fixture_restart(&h->f);
    advance(h, then - now(h) + PASS_MS);
    assert_int_equal(numbers(h).no_show, 0); /* nobody knows who came before the restart */
    assert_true(numbers(h).serving > serving);
    assert_true(numbers(h).active <= LIMIT);
}

/* While the room is off, who comes shows no pass: that says nothing. */
static void test_off_is_not_watched(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(100000, LIMIT, PASS_MS / 1000), off = rules;
    off.mode = QUEUE_OFF;
    line_up(h, rules, 5 * LIMIT);
    set(h, rules);
    advance(h, 1000);
    set(h, off);
    for (int64_t user = 1; user <= LIMIT; user++)
        assert_int_equal(pass_check(h, user, SCHEDULE, (struct str){ 0 }), OK);
    advance(h, PASS_MS);
    set(h, rules);
    advance(h, 1000);
    assert_int_equal(numbers(h).no_show, 0);
    assert_int_equal(numbers(h).active, LIMIT);
    advance(h, PASS_MS);                     /* these were watched */
    assert_int_equal(numbers(h).no_show, NO_SHOW_MAX);
}

/* Who leaves or buys has come. */
static void test_who_leaves_has_come(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(100000, LIMIT, PASS_MS / 1000);
    struct place_out *p = line_up(h, rules, LIMIT);
    set(h, rules);
    advance(h, 1000);
    for (int64_t i = 0; i < 40; i++)
        assert_int_equal(leave(h, 0, p[i].place_token), OK);
    for (int64_t i = 40; i < 80; i++)
        buy(h, i + 1, 1000 + i);
    advance(h, PASS_MS);
    assert_int_equal(numbers(h).no_show, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hour_of_looks),
        cmocka_unit_test(test_bound),
        ROOM_TEST(test_rates_are_exact),
        ROOM_TEST(test_lines_take_turns),
        ROOM_TEST(test_no_show),
        ROOM_TEST(test_no_show_of_all_lines),
        ROOM_TEST(test_no_show_is_forgotten),
        ROOM_TEST(test_off_is_not_watched),
        ROOM_TEST(test_who_leaves_has_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
