/* Joining, admission, passes, the organizer. */
#include "queue_bed.h"

/* ---- joining ---- */

static void test_order(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(120, 100, 600);            /* two a second */
    struct place_out *p = line_up(h, rules, 5);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(p[i].state, PLACE_WAITING);
        assert_int_equal(p[i].position, i + 1);
        assert_int_equal(p[i].ahead, i);
        assert_int_equal(p[i].pass.n, 0);
    }
    set(h, rules);
    for (int64_t admitted = 0, tick = 0; tick < 12; tick++) {
        advance(h, 250);
        int64_t serving = numbers(h).serving;
        assert_in_range(serving, admitted, admitted + 2);
        admitted = serving;
        for (int i = 0; i < 5; i++) {
            struct place_out place = look(h, p[i].place_token);
            assert_int_equal(place.state, i < admitted ? PLACE_ADMITTED : PLACE_WAITING);
            assert_int_equal(place.position, i < admitted ? 0 : i + 1 - admitted);
            assert_int_equal(place.pass.n > 0, i < admitted);
        }
    }
    assert_int_equal(numbers(h).serving, 5);
}

static void test_same_place(void **state)
{
    struct here *h = *state;
    struct place_out *p = line_up(h, rules_of(60, 1, 600), 3);
    for (int i = 0; i < 3; i++) {
        struct place_out again = join(h, i + 1);
        assert_int_equal(again.position, i + 1);
        assert_true(str_eq(again.place_token, p[i].place_token));
    }
    set(h, rules_of(60, 1, 600));
    advance(h, 1000);
    struct place_out inside = join(h, 1);
    assert_int_equal(inside.state, PLACE_ADMITTED);
    assert_true(str_eq(inside.place_token, p[0].place_token));
    assert_true(str_eq(inside.pass, look(h, p[0].place_token).pass));
    assert_int_equal(numbers(h).joined, 3);
}

static void test_when_to_join(void **state)
{
    struct here *h = *state;
    struct place_out place;
    const char *code;
    struct rules rules = rules_of(6000, 100, 600);

    assert_int_equal(fixture_call(&h->f, 1, ROLE_CUSTOMER, &queue_join_call, &(struct join_in){ .schedule = 99 }, &place, NULL), ERR_MISSING);

    place = join(h, 1);                      /* off: nobody waits, nobody has a place */
    assert_int_equal(place.state, PLACE_ADMITTED);
    assert_int_equal(place.place_token.n, 0);
    assert_int_equal(place.pass.n, 0);
    assert_int_equal(numbers(h).joined, 0);

    rules.opens_at = now(h) + 5000;
    set(h, rules);
    assert_int_equal(join_code(h, 1, &place, &code), ERR_CONFLICT);
    assert_string_equal(code, "not_open");
    advance(h, 5000);
    assert_int_equal(join(h, 1).state, PLACE_WAITING);

    advance(h, DAY_MS - 5000);
    assert_int_equal(join_code(h, 2, &place, &code), ERR_CONFLICT);
    assert_string_equal(code, "not_on_sale");
}

static void test_sale_not_begun(void **state)
{
    struct here *h = *state;
    struct settings_out out;
    struct settings_in in = { .schedule = 4, .rules = rules_of(6000, 100, 600) };
    struct place_out place;
    struct ctx cx;
    assert_int_equal(open_schedule(h, 4, 60000, DAY_MS), OK);
    assert_int_equal(fixture_call(&h->f, OWNER, ROLE_PRODUCER, &queue_settings_set_call, &in, &out, NULL), OK);
    assert_int_equal(fixture_call(&h->f, 1, ROLE_CUSTOMER, &queue_join_call, &(struct join_in){ .schedule = 4 }, &place, &cx), OK);
    assert_int_equal(place.eta_seconds, 61);
    keep(h, &place);
    app_ctx_end(&cx);
    advance(h, 59999);
    assert_int_equal(look(h, place.place_token).state, PLACE_WAITING);
    advance(h, 1);
    assert_int_equal(look(h, place.place_token).state, PLACE_ADMITTED);
}

static void test_answer(void **state)
{
    struct here *h = *state;
    struct buf json;
    set_paused(h, rules_of(60, 10, 600));
    struct place_out place = join(h, 1);
    buf_init(&json, 4096);
    fields_encode(&json, queue_join_call.out, &app_keys(h->f.app)->ids, &place);
    struct str want = arena_fmt(h->arena, "{\"place_token\":\"%.*s\",\"state\":\"waiting\",\"position\":1,\"ahead\":0,\"eta_seconds\":1,"
                                "\"eta_low_seconds\":1,\"eta_high_seconds\":null,\"eta_reason\":\"paused\",\"paused\":true,\"draws_at\":null,"
                                "\"back_by\":null,\"poll_after_ms\":5000,\"stock\":{},\"title\":null,\"price_from\":{\"amount\":50,\"currency\":\"KRW\"},"
                                "\"price_to\":{\"amount\":100,\"currency\":\"KRW\"},\"receipt\":null,\"message\":\"\",\"pass\":null,"
                                "\"pass_expires_at\":null,\"device\":\"any\"}",
                                STR_ARG(place.place_token));
    assert_int_equal(json.n, want.n);
    assert_memory_equal(json.p, want.p, want.n);
    buf_free(&json);
}

/* ---- admission ---- */

static void test_rate(void **state)
{
    struct here *h = *state;
    enum { TICKS = 300, STEP_MS = 437, RATE = 600 };
    int64_t at[TICKS], serving[TICKS];
    line_up(h, rules_of(RATE, 1000000, 3600), 1);
    assert_int_equal(fixture_call(&h->f, 0, 0, &crowd_call, &(struct crowd_in){ .first = 100, .count = 3000 }, NULL, NULL), OK);
    advance(h, 60000);                       /* time in a pause saves up no more than a second's worth */
    set(h, rules_of(RATE, 1000000, 3600));
    for (int i = 0; i < TICKS; i++) {
        advance(h, i == 100 ? 20000 : STEP_MS);
        at[i] = now(h);
        serving[i] = numbers(h).serving;
    }
    for (int i = 0; i < TICKS; i++)
        for (int j = i + 1; j < TICKS; j++)
            assert_true((serving[j] - serving[i]) * 60000 <= RATE * (at[j] - at[i]) + RATE * 1000);
    int64_t passed = at[TICKS - 1] - at[0];
    assert_true(serving[TICKS - 1] - serving[0] >= RATE * passed / 60000 - 10);      /* and nothing is lost */
}

static void test_slow_rate(void **state)
{
    struct here *h = *state;
    line_up(h, rules_of(1, 10, 3600), 4);
    set(h, rules_of(1, 10, 3600));
    advance(h, 60000);
    int64_t before = numbers(h).serving;
    assert_in_range(before, 1, 2);
    advance(h, 60000);
    assert_int_equal(numbers(h).serving, before + 1);
}

static void test_limit(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(100000, 50, 60);
    struct place_out *p = line_up(h, rules, 200);
    set(h, rules);
    advance(h, 5000);
    assert_int_equal(numbers(h).serving, 50);
    assert_int_equal(numbers(h).active, 50);

    for (int i = 0; i < 3; i++)
        assert_int_equal(leave(h, 0, p[i].place_token), OK);
    assert_int_equal(leave(h, 0, p[2].place_token), OK);     /* twice is once */
    buy(h, 10, 900);
    buy(h, 10, 900);
    buy(h, 150, 901);                        /* still in line: bought by other ways */
    assert_int_equal(numbers(h).active, 46);
    advance(h, 500);
    assert_int_equal(numbers(h).serving, 54);
    assert_int_equal(numbers(h).active, 50);
    assert_int_equal(look(h, p[0].place_token).state, PLACE_LEFT);
    assert_int_equal(look(h, p[9].place_token).state, PLACE_LEFT);
    assert_int_equal(look(h, p[149].place_token).state, PLACE_WAITING);

    for (int64_t i = 0; i < 54; i++) {       /* nobody is a no-show: those would be made up for */
        struct place_out inside = look(h, p[i].place_token);
        if (inside.state == PLACE_ADMITTED)
            assert_int_equal(pass_check(h, i + 1, SCHEDULE, inside.pass), OK);
    }
    advance(h, 60000);                       /* all of these passes expire */
    assert_in_range(numbers(h).serving, 100, 108);
    assert_true(numbers(h).active <= 50);
    rules.active_limit = 10;
    set(h, rules);
    int64_t serving = numbers(h).serving;
    advance(h, 1000);
    assert_int_equal(numbers(h).serving, serving);
}

static void test_pause(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(6000, 1000, 600);
    struct buf event;
    buf_init(&event, 4096);
    struct place_out *p = line_up(h, rules, 3);
    advance(h, 10000);
    assert_int_equal(numbers(h).serving, 0);

    rules.paused = true;
    assert_int_equal(set_rules(h, OWNER, ROLE_PRODUCER, rules, S("잠시만요 \"곧\" 열립니다")), OK);
    assert_true(str_eq(look(h, p[0].place_token).message, S("잠시만요 \"곧\" 열립니다")));
    int64_t version = queue_event_write(h->f.app, SCHEDULE, 0, &event);
    struct str want = S("{\"serving\":0,\"waiting\":3,\"paused\":true,\"message\":\"잠시만요 \\\"곧\\\" 열립니다\","
                        "\"message_en\":\"잠시만요 \\\"곧\\\" 열립니다\"}");
    assert_true(str_eq(buf_view(&event), want));
    assert_int_equal(queue_event_write(h->f.app, SCHEDULE, version, &event), version);
    assert_int_equal(event.n, want.n);

    rules.paused = false;
    set(h, rules);
    advance(h, 1000);
    assert_int_equal(numbers(h).serving, 3);
    assert_int_equal(look(h, p[2].place_token).message.n, 0);
    buf_clear(&event);
    assert_true(queue_event_write(h->f.app, SCHEDULE, version, &event) > version);
    assert_true(str_eq(buf_view(&event), S("{\"serving\":3,\"waiting\":0,\"paused\":false,\"message\":\"\",\"message_en\":\"\"}")));
    assert_int_equal(queue_event_write(h->f.app, 99, 0, &event), 0);
    buf_free(&event);
}

static void test_leaving_line(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(60, 2, 600);
    struct place_out *p = line_up(h, rules, 6);
    assert_int_equal(leave(h, 99, p[1].place_token), ERR_MISSING);       /* signed in as somebody else */
    assert_int_equal(leave(h, 2, p[1].place_token), OK);
    assert_int_equal(leave(h, 0, p[0].place_token), OK);
    assert_int_equal(look(h, p[1].place_token).state, PLACE_LEFT);
    assert_int_equal(look(h, p[2].place_token).position, 1);
    assert_int_equal(numbers(h).waiting, 4);
    assert_int_equal(leave(h, 0, p[3].place_token), OK);
    set(h, rules);
    advance(h, 10000);
    assert_int_equal(look(h, p[2].place_token).state, PLACE_ADMITTED);
    assert_int_equal(look(h, p[4].place_token).state, PLACE_ADMITTED);
    assert_int_equal(look(h, p[5].place_token).position, 1);
    struct place_out anew = join(h, 1);
    assert_int_equal(anew.position, 2);
    assert_false(str_eq(anew.place_token, p[0].place_token));
}

static void test_eta(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(600, 100000, 600);
    line_up(h, rules, 1);
    assert_int_equal(fixture_call(&h->f, 0, 0, &crowd_call, &(struct crowd_in){ .first = 100, .count = 5000 }, NULL, NULL), OK);
    struct place_out last = join(h, 9999);
    assert_int_equal(last.eta_seconds, 501);                 /* by the rate: 5002 at 10 a second */
    assert_int_equal(last.poll_after_ms, 50020);
    rules.active_limit = 300;                /* full from the first half minute on: one comes in when one goes, every two seconds */
    set(h, rules);
    advance(h, 550000);
    last = look(h, last.place_token);
    assert_int_equal(numbers(h).serving, 300);
    assert_in_range(last.eta_seconds, 4702 * 2, 4702 * 2 + 2);
    assert_int_equal(last.poll_after_ms, 60000);
}

/* ---- passes ---- */

static void test_pass(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(6000, 100, 60);
    assert_int_equal(open_schedule(h, 4, -1000, DAY_MS), OK);
    assert_false(queue_on(h->f.app, SCHEDULE));
    assert_int_equal(pass_check(h, 1, SCHEDULE, (struct str){ 0 }), OK);             /* off */

    struct place_out *p = line_up(h, rules, 2);
    assert_true(queue_on(h->f.app, SCHEDULE));
    assert_int_equal(queue_mode_get(h->f.app, SCHEDULE), QUEUE_FIFO);
    assert_int_equal(pass_check(h, 1, SCHEDULE, (struct str){ 0 }), ERR_DENIED);
    assert_int_equal(pass_check(h, 1, SCHEDULE, p[0].place_token), ERR_DENIED);
    assert_int_equal(pass_check(h, 1, 4, (struct str){ 0 }), OK);
    assert_int_equal(pass_check(h, 1, 99, (struct str){ 0 }), OK);

    set(h, rules);
    advance(h, 1000);
    struct place_out one = look(h, p[0].place_token), two = look(h, p[1].place_token);
    assert_int_equal(pass_check(h, 1, SCHEDULE, one.pass), OK);
    assert_int_equal(pass_check(h, 2, SCHEDULE, two.pass), OK);
    assert_int_equal(pass_check(h, 2, SCHEDULE, one.pass), ERR_DENIED);
    assert_int_equal(pass_check(h, 0, SCHEDULE, one.pass), ERR_DENIED);

    struct settings_out out;
    struct settings_in other = { .schedule = 4, .rules = rules };
    assert_int_equal(fixture_call(&h->f, OWNER, ROLE_PRODUCER, &queue_settings_set_call, &other, &out, NULL), OK);
    assert_int_equal(pass_check(h, 1, 4, one.pass), ERR_DENIED);

    buy(h, 2, 55);
    assert_int_equal(pass_check(h, 2, SCHEDULE, two.pass), ERR_DENIED);
    int64_t left = one.pass_expires_at - now(h);
    assert_in_range(left, 58000, 60000);
    advance(h, left - 1);
    assert_int_equal(pass_check(h, 1, SCHEDULE, one.pass), OK);
    advance(h, 1);
    assert_int_equal(pass_check(h, 1, SCHEDULE, one.pass), ERR_DENIED);
    assert_int_equal(look(h, p[0].place_token).state, PLACE_EXPIRED);
    assert_int_equal(leave(h, 0, p[0].place_token), OK);

    struct place_out anew = join(h, 1);
    assert_int_equal(anew.state, PLACE_WAITING);
    assert_int_equal(numbers(h).joined, 3);
    assert_int_equal(look(h, p[0].place_token).state, PLACE_EXPIRED);

    rules.mode = QUEUE_OFF;
    set(h, rules);
    assert_int_equal(pass_check(h, 5, SCHEDULE, (struct str){ 0 }), OK);
    assert_int_equal(look(h, anew.place_token).state, PLACE_ADMITTED);
    assert_int_equal(look(h, anew.place_token).pass.n, 0);
}

/* An event that comes again ends no later place of its buyer. */
static void test_bought_again(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(6000, 100, 60);
    line_up(h, rules, 1);
    set(h, rules);
    advance(h, 1000);
    buy(h, 1, 77);
    struct place_out anew = join(h, 1);
    advance(h, 1000);
    assert_int_equal(look(h, anew.place_token).state, PLACE_ADMITTED);
    buy(h, 1, 77);
    assert_int_equal(look(h, anew.place_token).state, PLACE_ADMITTED);
    buy(h, 1, 78);
    assert_int_equal(look(h, anew.place_token).state, PLACE_LEFT);
}

/* Does any of the changed words still open something? */
static void forge(struct here *h, struct str word, bool is_pass)
{
    char *copy = NEW_ARRAY(h->arena, char, word.n + 2);
    struct place_out place;
    for (size_t i = 0; i < word.n; i++)
        for (unsigned change = 1; change < 128; change <<= 1) {
            memcpy(copy, word.p, word.n);
            copy[i] = (char)(copy[i] ^ (char)change);
            struct str forged = str_of(copy, word.n);
            assert_int_equal(is_pass ? pass_check(h, 1, SCHEDULE, forged) : poll_code(h, forged, &place), is_pass ? ERR_DENIED : ERR_MISSING);
        }
    memcpy(copy, word.p, word.n);
    copy[word.n] = 'A';
    for (size_t n = 0; n <= word.n + 1; n++) {
        struct str cut = str_of(copy, n);
        if (n != word.n)
            assert_int_equal(is_pass ? pass_check(h, 1, SCHEDULE, cut) : poll_code(h, cut, &place), is_pass ? ERR_DENIED : ERR_MISSING);
    }
}

static void test_forged(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(6000, 100, 60);
    struct place_out *p = line_up(h, rules, 1), place;
    set(h, rules);
    advance(h, 1000);
    struct str pass = look(h, p[0].place_token).pass;
    assert_int_equal(poll_code(h, pass, &place), ERR_MISSING);
    assert_int_equal(pass_check(h, 1, SCHEDULE, p[0].place_token), ERR_DENIED);
    assert_int_equal(leave(h, 0, pass), ERR_MISSING);
    forge(h, p[0].place_token, false);
    forge(h, pass, true);
    assert_int_equal(pass_check(h, 1, SCHEDULE, pass), OK);
}

/* ---- the organizer ---- */

static void test_organizer(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(60, 10, 600);
    struct str none = { 0 };
    assert_int_equal(set_rules(h, 8, ROLE_PRODUCER, rules, none), ERR_MISSING);
    assert_int_equal(set_rules(h, OWNER, ROLE_PRODUCER, rules, none), OK);
    assert_int_equal(set_rules(h, 8, ROLE_MANAGER, rules, none), OK);
    assert_int_equal(set_rules(h, 8, ROLE_ADMIN, rules, S("welcome")), OK);
    struct settings_out seen = numbers(h);
    assert_int_equal(seen.rules.mode, QUEUE_FIFO);
    assert_int_equal(seen.rules.admit_per_minute, 60);
    assert_true(str_eq(seen.message, S("welcome")));
    struct settings_out out;
    assert_int_equal(fixture_call(&h->f, 8, ROLE_PRODUCER, &queue_settings_get_call, &(struct schedule_in){ SCHEDULE }, &out, NULL), ERR_MISSING);
    assert_int_equal(fixture_call(&h->f, 8, ROLE_ADMIN, &queue_settings_get_call, &(struct schedule_in){ 99 }, &out, NULL), ERR_MISSING);
    struct settings_in in = { .schedule = SCHEDULE, .rules = rules };
    assert_int_equal(fixture_call(&h->f, OWNER, ROLE_PRODUCER, &queue_settings_put_call, &in, &out, NULL), OK);
    assert_int_equal(out.joined, 0);
    in.schedule = 99;
    assert_int_equal(fixture_call(&h->f, OWNER, ROLE_PRODUCER, &queue_settings_put_call, &in, &out, NULL), ERR_MISSING);
    rules.opens_at = now(h) + DAY_MS;
    assert_int_equal(set_rules(h, OWNER, ROLE_PRODUCER, rules, none), ERR_INPUT);
    advance(h, DAY_MS);
    rules.opens_at = 0;
    assert_int_equal(set_rules(h, OWNER, ROLE_PRODUCER, rules, none), ERR_CONFLICT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOM_TEST(test_order),
        ROOM_TEST(test_same_place),
        ROOM_TEST(test_when_to_join),
        ROOM_TEST(test_sale_not_begun),
        ROOM_TEST(test_answer),
        ROOM_TEST(test_rate),
        ROOM_TEST(test_slow_rate),
        ROOM_TEST(test_limit),
        ROOM_TEST(test_pause),
        ROOM_TEST(test_leaving_line),
        ROOM_TEST(test_eta),
        ROOM_TEST(test_pass),
        ROOM_TEST(test_bought_again),
        ROOM_TEST(test_forged),
        ROOM_TEST(test_organizer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
