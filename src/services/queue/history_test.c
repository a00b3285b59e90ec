/* Who is away when his turn comes, a room that takes nobody in any more, and forged tokens. */
#include "queue_bed.h"

#include <stdlib.h>

/* ---- those who are away ---- */

static void test_parked(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(6000, 1000, 60);
    struct place_out *p = line_up(h, rules, 6), seen;
    advance_alone(h, 100000);                /* nobody looks for more than three intervals ... */
    for (int i = 3; i < 6; i++)
        look(h, p[i].place_token);           /* ... but the last three */
    set(h, rules);
    advance_alone(h, 1000);
    for (int i = 3; i < 6; i++)
        assert_int_equal(look(h, p[i].place_token).state, PLACE_ADMITTED);           /* nobody is held up */
    assert_int_equal(numbers(h).parked, 3);
    assert_int_equal(numbers(h).active, 3);

    set_paused(h, rules);
    struct place_out tail = join(h, 100);
    seen = look(h, p[1].place_token);
    assert_int_equal(seen.state, PLACE_WAITING);
    assert_int_equal(seen.position, 1);
    assert_true(seen.back_by > now(h));
    assert_true(str_eq(join(h, 2).place_token, p[1].place_token));
    look(h, p[2].place_token);
    set(h, rules_of(60, 4, 60));             /* one place inside: for the first who is back */
    advance_alone(h, 1000);
    assert_int_equal(look(h, p[1].place_token).state, PLACE_ADMITTED);
    assert_int_equal(look(h, p[2].place_token).state, PLACE_WAITING);
    assert_int_equal(look(h, tail.place_token).state, PLACE_WAITING);
    assert_int_equal(pass_check(h, 2, SCHEDULE, look(h, p[1].place_token).pass), OK);

    int64_t then = now(h);
    set_paused(h, rules);
    fixture_restart(&h->f);
    advance_alone(h, then - now(h));
    assert_int_equal(look(h, p[1].place_token).state, PLACE_ADMITTED);
    assert_int_equal(look(h, p[2].place_token).eta_reason, ETA_PAUSED);
    assert_int_equal(leave(h, 3, p[2].place_token), OK);
    assert_int_equal(look(h, p[2].place_token).state, PLACE_LEFT);
    assert_int_equal(numbers(h).active, 4);
    buy(h, 2, 900);
    assert_int_equal(numbers(h).active, 3);
    advance_alone(h, RETURN_MS);
    assert_int_equal(look(h, p[0].place_token).state, PLACE_EXPIRED);                /* ten minutes are over */
    struct place_out anew = join(h, 1);
    assert_false(str_eq(anew.place_token, p[0].place_token));
    assert_int_equal(look(h, tail.place_token).position, 1);
}

/* Who is away is not let in by a restart: his ten minutes go on. */
static void test_parked_restart(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(6000, 1000, 60);
    struct place_out *p = line_up(h, rules, 2);
    advance_alone(h, 100000);
    set(h, rules);
    advance_alone(h, 1000);
    assert_int_equal(numbers(h).parked, 2);
    fixture_restart(&h->f);
    advance_alone(h, 5000);
    assert_int_equal(numbers(h).parked, 2);
    assert_int_equal(numbers(h).active, 0);
    advance_alone(h, RETURN_MS - 20000);
    assert_int_equal(look(h, p[0].place_token).state, PLACE_WAITING);
    advance_alone(h, 1000);
    assert_int_equal(look(h, p[0].place_token).state, PLACE_ADMITTED);
    assert_int_equal(numbers(h).parked, 1);
}

static err load(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)in;
    (void)out;
    return room_load(cx, room_find(self, SCHEDULE));
}

/* A room whose sale had ended is loaded when it goes on after all. If that fails on the way, the next attempt begins from nothing. */
static void test_loaded_twice(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(6000, 1000, 60);
    struct place_out *p = line_up(h, rules, 6);
    advance_alone(h, 100000);
    for (int i = 0; i < 4; i++)
        look(h, p[i].place_token);
    set(h, rules);
    advance_alone(h, 1000);
    buy(h, 1, 900);
    set_paused(h, rules);
    join(h, 100);
    const struct room *r = room_find(app_self(h->f.app, &queue_service), SCHEDULE);
    struct settings_out before = numbers(h), after;
    struct happenings tally = r->line.tally;
    size_t steps = r->steps.n, parks = r->parks.n, users = r->places.used;
    assert_true(before.active == 3 && before.waiting == 1 && before.parked == 2);
    for (int i = 0; i < 2; i++)
        assert_int_equal(fixture_call(&h->f, 0, 0, &spoil_call, &(struct spoil_in){ .fn = load }, NULL, NULL), ERR_CONFLICT);
    after = numbers(h);
    assert_true(after.joined == before.joined && after.waiting == before.waiting && after.active == before.active && after.parked == before.parked);
    assert_memory_equal(&r->line.tally, &tally, sizeof(tally));
    assert_true(r->steps.n == steps && r->parks.n == parks && r->places.used == users);
}

/* What is not on disk yet is not told: a crash would take it back. */
static void test_uncommitted_is_not_told(void **state)
{
    struct here *h = *state;
    struct place_out *p = line_up(h, rules_of(6000, 1000, 60), 3), seen;
    struct spoil_in admit = { queue_admit, NULL, p[2].place_token, &seen };
    struct room *r = room_find(app_self(h->f.app, &queue_service), SCHEDULE);
    r->terms.rules.paused = false;           /* the job has not been told: only the commands below run */
    assert_int_equal(fixture_call(&h->f, 0, 0, &spoil_call, &admit, NULL, NULL), ERR_CONFLICT);
    assert_int_equal(seen.state, PLACE_WAITING);             /* let in */
    assert_int_equal(seen.position, 3);

    set_paused(h, rules_of(6000, 1000, 60));
    advance_alone(h, 100000);
    r->terms.rules.paused = false;
    assert_int_equal(fixture_call(&h->f, 0, 0, &spoil_call, &admit, NULL, NULL), ERR_CONFLICT);
    assert_int_equal(seen.position, 3);      /* passed over */
    assert_int_equal(seen.back_by, 0);

    set_paused(h, rules_of(6000, 1000, 60));
    advance_alone(h, 100000);
    set(h, rules_of(6000, 1000, 60));
    advance_alone(h, 1000);
    assert_int_equal(r->parks.n, 3);
    assert_true(look(h, p[2].place_token).back_by > 0);
    assert_int_equal(fixture_call(&h->f, 0, 0, &spoil_call, &admit, NULL, NULL), ERR_CONFLICT);
    assert_int_equal(seen.state, PLACE_WAITING);             /* back, and let in */
    assert_true(seen.back_by > 0);
    advance_alone(h, 500);
    assert_int_equal(look(h, p[2].place_token).state, PLACE_ADMITTED);
}

/* However long the line, nobody is told to ask again so late that his pass could have come and gone. */
static void test_poll_within_pass(void **state)
{
    struct here *h = *state;
    struct place_out *p = line_up(h, rules_of(1, 1, 3600), 200);
    assert_int_equal(look(h, p[199].place_token).poll_after_ms, 60000);
    set_paused(h, rules_of(1, 1, 30));
    assert_int_equal(look(h, p[199].place_token).poll_after_ms, 15000);
}

static void test_refused_parking(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(6000, 1000, 60);
    struct place_out *p = line_up(h, rules, 2);
    advance_alone(h, 100000);
    struct room *r = room_find(app_self(h->f.app, &queue_service), SCHEDULE);
    r->terms.rules.paused = false;
    assert_int_equal(fixture_call(&h->f, 0, 0, &spoil_call, &(struct spoil_in){ .fn = queue_admit }, NULL, NULL), ERR_CONFLICT);
    assert_int_equal(r->parks.n, 0);
    assert_int_equal(r->line.waiting, 2);
    advance_alone(h, 500);
    assert_int_equal(r->parks.n, 2);
    look(h, p[0].place_token);
    assert_int_equal(fixture_call(&h->f, 0, 0, &spoil_call, &(struct spoil_in){ .fn = queue_admit }, NULL, NULL), ERR_CONFLICT);
    assert_int_equal(look(h, p[0].place_token).state, PLACE_WAITING);
    advance_alone(h, 500);
    assert_int_equal(look(h, p[0].place_token).state, PLACE_ADMITTED);
}

static void test_drain(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(6000, 1000, 60);
    struct place_out *p = line_up(h, rules, 2), late;
    const char *code;
    rules.draining = true;
    set(h, rules);
    assert_int_equal(join_code(h, 50, &late, &code), ERR_CONFLICT);
    assert_string_equal(code, "draining");
    assert_true(str_eq(join(h, 1).place_token, p[0].place_token));
    advance(h, 1000);
    assert_int_equal(look(h, p[1].place_token).state, PLACE_ADMITTED);
}

/* ---- forged tokens ---- */

/* QUEUE_MUTATIONS=10000000 for the long one. */
static void test_mutations(void **state)
{
    struct here *h = *state;
    const char *given = getenv("QUEUE_MUTATIONS");
    int64_t times = given ? atoll(given) : 1000000, accepted = 0;
    struct rules rules = rules_of(6000, 100, 3600);
    struct place_out *p = line_up(h, rules, 2);
    set(h, rules);
    advance(h, 1000);
    const struct queue *q = app_self(h->f.app, &queue_service);
    const struct place_ref bound = { SCHEDULE, 1, 1, .bound = true, .device = { 1, 2, 3 } };
    struct ctx sealing = { .arena = h->arena };
    const struct str words[] = { p[0].place_token, look(h, p[0].place_token).pass, p[1].place_token, look(h, p[1].place_token).pass,
                                 place_seal(&sealing, q, &bound), pass_seal(&sealing, q, &bound, now(h) + DAY_MS) };
    enum { WORDS = sizeof(words) / sizeof(words[0]) };
    struct rng rng;
    struct ctx cx;
    char copy[512];
    rng_seed(&rng, 5);
    app_ctx_begin(h->f.app, &cx);
    for (int64_t i = 0; i < times; i++) {
        static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=";
        const struct str *word = &words[rng_below(&rng, WORDS)], *other = &words[rng_below(&rng, WORDS)];
        size_t n = word->n;
        memcpy(copy, word->p, n);
        switch (rng_below(&rng, 4)) {
        case 0: n = rng_below(&rng, n); break;                           /* cut */
        case 1: copy[n++] = letters[rng_below(&rng, sizeof(letters) - 1)]; break;
        case 2: for (size_t at = rng_below(&rng, n); at < n && at < other->n; at++) copy[at] = other->p[at]; break;       /* spliced */
        default:
            for (uint64_t k = 1 + rng_below(&rng, 3); k; k--)
                copy[rng_below(&rng, n)] = letters[rng_below(&rng, sizeof(letters) - 1)];
        }
        struct str forged = str_of(copy, n);
        bool original = false;
        for (size_t k = 0; k < WORDS; k++)
            original |= str_eq(forged, words[k]);
        struct place_ref who;
        int64_t until;
        accepted += !original && (place_open(&cx, q, forged, &who) || pass_open(&cx, q, forged, &who, &until));
        arena_reset(cx.arena);
    }
    app_ctx_end(&cx);
    assert_int_equal(accepted, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOM_TEST(test_parked), ROOM_TEST(test_parked_restart), ROOM_TEST(test_loaded_twice),
        ROOM_TEST(test_poll_within_pass), ROOM_TEST(test_uncommitted_is_not_told),
        ROOM_TEST(test_refused_parking), ROOM_TEST(test_drain), ROOM_TEST(test_mutations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
