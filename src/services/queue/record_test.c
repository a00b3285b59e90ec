/* The checker of the waiting room's record finds nothing wrong with a small sale told by hand, and each rule is broken by what is done to it here. */
#include "record.h"

#include "test.h"

#define T0    INT64_C(1000000)
#define AT(s) (T0 + (s) * INT64_C(1000))

struct row {
    int place, second;
    int kind, state;
    int position, until, back_by;            /* seconds; 0: none */
};

#define WAITS(place, second, position)         { place, second, TOLD_PLACE, TOLD_WAITING, position, 0, 0 }
#define AWAY(place, second, back_by)           { place, second, TOLD_PLACE, TOLD_WAITING, 1, 0, back_by }
#define IN(place, second, until)               { place, second, TOLD_PLACE, TOLD_IN, 0, until, 0 }
#define OVER(place, second, state)             { place, second, TOLD_PLACE, state, 0, 0, 0 }
#define LEAVES(place, second)                  { place, second, TOLD_LEFT, 0, 0, 0, 0 }
#define SHOWS(place, second, account, good)    { place, second, TOLD_PASS, good, account, 0, 0 }

/* One admission a second, two inside, passes of a minute; nobody is let in from 8 s to 30 s, the sale ends at 110 s. The third is away when his
 * turn comes at 31 s and comes back at 40 s; the second leaves, and joins again as place 5. */
static const struct row rows[] = {
    WAITS(0, 0, 1), WAITS(1, 0, 2), WAITS(2, 0, 3), WAITS(3, 0, 4),
    IN(0, 5, 61), IN(1, 5, 62), WAITS(2, 5, 1), WAITS(3, 5, 2),
    SHOWS(0, 6, 1, true), SHOWS(0, 6, 2, false), SHOWS(1, 9, 2, true), LEAVES(1, 10), OVER(1, 10, TOLD_GONE), SHOWS(1, 11, 2, false),
    WAITS(3, 10, 2), IN(0, 12, 61), WAITS(3, 15, 2), WAITS(3, 20, 2), WAITS(3, 25, 2), WAITS(3, 30, 2),
    IN(3, 35, 91), AWAY(2, 40, 631), WAITS(4, 41, 1), AWAY(2, 45, 631), WAITS(4, 46, 1), AWAY(2, 50, 631), WAITS(4, 51, 1), AWAY(2, 55, 631),
    AWAY(2, 60, 631), WAITS(4, 61, 1), IN(2, 65, 121), OVER(0, 65, TOLD_EXPIRED), SHOWS(0, 66, 1, false), WAITS(4, 66, 1), WAITS(5, 70, 2),
    OVER(1, 70, TOLD_GONE), IN(3, 75, 91), IN(4, 95, 151), OVER(3, 95, TOLD_EXPIRED), WAITS(5, 96, 1),
    OVER(5, 120, TOLD_EXPIRED), OVER(2, 125, TOLD_EXPIRED), OVER(4, 155, TOLD_EXPIRED),
};

static void tell(struct record *r)
{
    static const int accounts[] = { 1, 2, 3, 4, 5, 2 };
    bool other;
    record_init(r, 5);
    record_terms(r, (struct told_terms){ T0, 60, 2, 60000, T0, AT(1000), .on = true });
    record_terms(r, (struct told_terms){ AT(8), 60, 2, 60000, T0, AT(1000), .on = true, .paused = true });
    record_terms(r, (struct told_terms){ AT(30), 60, 2, 60000, T0, AT(1000), .on = true });
    record_terms(r, (struct told_terms){ AT(100), 60, 2, 60000, T0, AT(110), .on = true });
    for (int i = 0; i < 6; i++) {
        char token = (char)('a' + i);
        assert_int_equal(record_join(r, accounts[i], &token, 1, 0, &other), i);
        assert_true(other);
        assert_int_equal(record_join(r, accounts[i], &token, 1, 0, &other), i);
        assert_false(other);
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *w = &rows[i];
        bool pass = w->kind == TOLD_PASS;
        record_told(r, (struct told){ .at = AT(w->second), .pass_until = w->until ? AT(w->until) : 0, .back_by = w->back_by ? AT(w->back_by) : 0,
                                      .place = w->place, .position = pass ? 0 : w->position, .poll_ms = pass ? w->position : 5000,
                                      .kind = (uint8_t)w->kind, .state = (uint8_t)w->state });
    }
    r->counted = 6;
    r->entries = 3;
    for (size_t i = 0; i < 3; i++)
        r->places[i].confirmed = true;
}

static struct told *find(struct record *r, int place, int second, enum told_kind kind)
{
    for (size_t i = 0; i < r->told_n; i++)
        if (r->told[i].place == place && r->told[i].at == AT(second) && r->told[i].kind == kind)
            return &r->told[i];
    assert_true(false);
    return NULL;
}

/* ---- what is done to it ---- */

static void exchange(struct record *r)
{
    r->places[0].order = 2;
    r->places[1].order = 1;
}

static void skip_one_who_waits(struct record *r)
{
    find(r, 0, 5, TOLD_PLACE)->state = TOLD_WAITING;
    find(r, 0, 12, TOLD_PLACE)->state = TOLD_WAITING;
}

static void pass_over_one_who_is_here(struct record *r) { find(r, 2, 5, TOLD_PLACE)->poll_ms = 60000; }

static void expire_one_who_waits(struct record *r) { find(r, 3, 20, TOLD_PLACE)->state = TOLD_EXPIRED; }

static void let_in_before_one_who_is_back(struct record *r)
{
    static const int seconds[] = { 51, 61, 66, 95 };
    for (size_t i = 0; i < 4; i++) {
        struct told *t = find(r, 4, seconds[i], TOLD_PLACE);
        t->state = TOLD_IN;
        t->pass_until = AT(107);             /* let in at 47 s */
        t->position = 0;
    }
}

static void slow_down(struct record *r) { r->terms[0].per_minute = 1; }
static void make_room_for_nobody(struct record *r) { r->terms[0].limit = 0; }
static void pause_at_once(struct record *r) { r->terms[0].paused = true; }
static void sell_later(struct record *r) { r->terms[0].sells_at = AT(2) + 1; }
static void prolong(struct record *r) { find(r, 0, 12, TOLD_PLACE)->pass_until = AT(63); }
static void send_back(struct record *r) { find(r, 0, 12, TOLD_PLACE)->state = TOLD_WAITING; }
static void revive(struct record *r) { find(r, 1, 70, TOLD_PLACE)->state = TOLD_EXPIRED; }
static void throw_out(struct record *r) { find(r, 1, 10, TOLD_LEFT)->kind = TOLD_RESTART; }
static void stay_after_leaving(struct record *r) { *find(r, 1, 10, TOLD_PLACE) = *find(r, 1, 5, TOLD_PLACE); }
static void expire_early(struct record *r) { find(r, 0, 12, TOLD_PLACE)->state = TOLD_EXPIRED; }
static void wait_for_ever(struct record *r) { find(r, 5, 120, TOLD_PLACE)->state = TOLD_WAITING; }
static void lose(struct record *r) { find(r, 3, 20, TOLD_PLACE)->kind = TOLD_UNKNOWN; }
static void miscount(struct record *r) { r->counted--; }
static void give_a_second_place(struct record *r) { r->places[5].before = 3; }
static void move_back(struct record *r) { find(r, 3, 20, TOLD_PLACE)->position = 3; }
static void move_ahead(struct record *r) { find(r, 3, 20, TOLD_PLACE)->position = 1; }
static void take_anybodys_pass(struct record *r) { find(r, 0, 6, TOLD_PASS)[1].state = true; }
static void take_a_used_pass(struct record *r) { find(r, 1, 11, TOLD_PASS)->state = true; }
static void take_an_old_pass(struct record *r) { find(r, 0, 66, TOLD_PASS)->state = true; }
static void refuse_a_pass(struct record *r) { find(r, 1, 9, TOLD_PASS)->state = false; }
static void draw_twice(struct record *r) { r->places[1].order = 1; }
static void forge(struct record *r) { r->places[1].confirmed = false; }

static const struct {
    enum record_rule rule;
    void (*harm)(struct record *r);
} harms[] = {
    { W1_ORDER, exchange }, { W1_ORDER, skip_one_who_waits }, { W1_REASON, pass_over_one_who_is_here }, { W1_REASON, expire_one_who_waits },
    { W1_BACK, let_in_before_one_who_is_back }, { W2_RATE, slow_down }, { W2_CAPACITY, make_room_for_nobody }, { W2_CLOSED, pause_at_once },
    { W2_CLOSED, sell_later }, { W3_ONCE, prolong }, { W3_FORWARD, send_back }, { W3_FORWARD, revive }, { W3_REASON, throw_out },
    { W3_REASON, stay_after_leaving }, { W3_REASON, expire_early }, { W3_REASON, wait_for_ever }, { W3_NOBODY_LOST, lose },
    { W3_NOBODY_LOST, miscount }, { W3_ONE_PLACE, give_a_second_place }, { W4_POSITION, move_back }, { W4_EXACT, move_ahead },
    { W5_PASS, take_anybodys_pass }, { W5_PASS, take_a_used_pass }, { W5_PASS, take_an_old_pass }, { W5_PASS, refuse_a_pass },
    { W6_ORDER, draw_twice }, { W6_COMMITTED, forge },
};

static void test_sound(void **state)
{
    struct record r;
    struct finding f;
    (void)state;
    tell(&r);
    record_check(&r, &f);
    assert_int_equal(record_print(&f), 0);
    assert_int_equal(f.let_in, 5);
    assert_int_equal(f.exact, 5);
    assert_int_equal(f.away, 1);
    assert_int_equal(f.back, 1);
    assert_int_equal(f.lost, 1);
    record_free(&r);
}

static void test_noticed(void **state)
{
    bool shown[RECORD_RULE_COUNT] = { false };
    (void)state;
    for (size_t i = 0; i < sizeof(harms) / sizeof(harms[0]); i++) {
        struct record r;
        struct finding f;
        tell(&r);
        harms[i].harm(&r);
        record_check(&r, &f);
        if (!f.count[harms[i].rule])
            print_error("harm %zu is not noticed by %s\n", i, record_rules[harms[i].rule]);
        assert_true(f.count[harms[i].rule] > 0);
        shown[harms[i].rule] = true;
        record_free(&r);
    }
    for (size_t i = 0; i < RECORD_RULE_COUNT; i++)
        assert_true(shown[i]);
}

/* People let in at these times, at that rate. */
static bool too_fast(int64_t per_minute, const int64_t *at, size_t n)
{
    struct record r;
    struct finding f;
    bool other;
    record_init(&r, n);
    record_terms(&r, (struct told_terms){ T0, per_minute, 1000000, 60000, T0, AT(1000000), .on = true });
    for (size_t i = 0; i < n; i++) {
        char token = (char)('a' + i);
        record_join(&r, (int64_t)i + 1, &token, 1, 0, &other);
        record_told(&r, (struct told){ .at = T0, .place = (int32_t)i, .position = (int32_t)i + 1, .poll_ms = 5000, .kind = TOLD_PLACE });
    }
    for (size_t i = 0; i < n; i++)
        record_told(&r, (struct told){ .at = T0 + at[i] + 1, .place = (int32_t)i, .poll_ms = 5000, .kind = TOLD_PLACE, .state = TOLD_IN,
                                       .pass_until = T0 + at[i] + 60000 });
    record_check(&r, &f);
    assert_int_equal(f.exact, n);
    record_free(&r);
    return f.count[W2_RATE] > 0;
}

/* The bound of docs/waiting-room.md, to the millisecond. */
static void test_rate(void **state)
{
    static const struct {
        int64_t per_minute, at[3];
        size_t n;
        bool wrong;
    } cases[] = {
        { 120, { 50, 50 }, 2, false }, { 120, { 50, 50, 549 }, 3, true }, { 120, { 50, 50, 550 }, 3, false },
        { 60, { 50, 50 }, 2, true }, { 60, { 50, 51 }, 2, false }, { 60, { 50, 51, 1050 }, 3, true }, { 60, { 50, 51, 1051 }, 3, false },
        { 6, { 50, 9050 }, 2, true }, { 6, { 50, 9051 }, 2, false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(too_fast(cases[i].per_minute, cases[i].at, cases[i].n), cases[i].wrong);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_sound), cmocka_unit_test(test_noticed), cmocka_unit_test(test_rate) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
