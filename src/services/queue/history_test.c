/* A sale as it goes: people join, look, go away and come back, leave, buy; the organizer changes everything; the program starts anew in between.
 * Seen from outside, nobody's position rises, nobody is let in before his turn or twice, nobody gets lost. What the database says of it is audited
 * in the end. QUEUE_PEOPLE=100000 for the long one. */
#include "queue_bed.h"

#include <stdio.h>
#include <stdlib.h>

#include "draw_int.h"
#include "publish.h"
#include "services/booking/booking.h"

#define SALE      4
#define START_MS  60000
#define TICK_MS   2500

struct person {
    struct str token, receipt;
    int state;                /* as it was last seen */
    int64_t position;         /* INT64_MAX: not told yet */
    int64_t number;           /* in the order of joining */
    int64_t look_at;          /* when he looks again */
    bool joined, over, was_in, was_away;
    bool left;                /* by his own will, or he bought */
};

struct story {
    struct here *h;
    struct rng rng;
    struct rules rules;
    struct person *people;    /* by user - 1 */
    int64_t n, joined, booking;
    int64_t looks, rises, returns, passed_over, restarts, changes;
};

static bool chance(struct story *s, uint64_t in)
{
    return rng_below(&s->rng, in) == 0;
}

static void settle(struct story *s)
{
    struct settings_out out;
    assert_int_equal(fixture_call(&s->h->f, OWNER, ROLE_PRODUCER, &queue_settings_set_call, &(struct settings_in){ SALE, s->rules, { 0 } }, &out, NULL), OK);
}

/* ---- what people do ---- */

static void join_one(struct story *s, int64_t user)
{
    struct person *p = &s->people[user - 1];
    struct place_out place;
    struct ctx cx;
    assert_int_equal(fixture_call(&s->h->f, user, ROLE_CUSTOMER, &queue_join_call, &(struct join_in){ .schedule = SALE }, &place, &cx), OK);
    *p = (struct person){ .joined = true, .token = arena_str(s->h->arena, place.place_token), .receipt = arena_str(s->h->arena, place.receipt),
                          .state = PLACE_WAITING, .position = place.has_position ? place.position : INT64_MAX, .number = ++s->joined,
                          .look_at = now(s->h) + place.poll_after_ms };
    assert_int_equal(place.state, PLACE_WAITING);
    app_ctx_end(&cx);
}

static void note(struct story *s, struct person *p, const struct place_out *seen)
{
    s->looks++;
    if (seen->state == PLACE_WAITING && seen->has_position) {
        s->rises += seen->position > p->position;
        p->position = seen->position;
    }
    if (p->was_in || p->left)
        assert_int_not_equal(seen->state, PLACE_WAITING);    /* nobody who was let in waits again */
    if (p->left)
        assert_int_equal(seen->state, PLACE_LEFT);
    p->was_away |= seen->back_by > 0;
    if (seen->state == PLACE_ADMITTED && !p->was_in) {
        s->returns += p->was_away;
        p->was_in = true;
    }
    p->state = seen->state;
    p->over = seen->state == PLACE_EXPIRED || seen->state == PLACE_LEFT;
    s->passed_over += p->over && !p->was_in && !p->left;
}

static void look_one(struct story *s, int64_t user)
{
    struct person *p = &s->people[user - 1];
    struct place_out seen;
    struct ctx cx;
    assert_int_equal(fixture_call(&s->h->f, 0, 0, &queue_poll_call, &(struct place_in){ p->token }, &seen, &cx), OK);
    note(s, p, &seen);
    p->look_at = now(s->h) + seen.poll_after_ms;
    if (chance(s, 12))
        p->look_at += (int64_t)rng_below(&s->rng, 900000);   /* he goes away, perhaps for too long */
    if (seen.pass.n && chance(s, 20)) {
        assert_int_equal(pass_check(s->h, user, SALE, seen.pass), OK);
        assert_int_equal(pass_check(s->h, user + 1, SALE, seen.pass), ERR_DENIED);
        assert_int_equal(pass_check(s->h, user, SCHEDULE + 100, p->token), OK);      /* another schedule has no room */
    }
    app_ctx_end(&cx);
}

static void act_one(struct story *s, int64_t user)
{
    struct person *p = &s->people[user - 1];
    if (p->state == PLACE_ADMITTED && chance(s, 2)) {
        struct booking_confirmed event = { .booking = ++s->booking, .schedule = SALE, .user = user, .seats = 1 + (int64_t)rng_below(&s->rng, 4) };
        struct place_out seen;
        struct ctx cx;
        assert_int_equal(fixture_call(&s->h->f, 0, 0, &queue_bought_call, &event, NULL, NULL), OK);
        assert_int_equal(fixture_call(&s->h->f, 0, 0, &queue_poll_call, &(struct place_in){ p->token }, &seen, &cx), OK);
        p->left = seen.state == PLACE_LEFT;                  /* unless his pass had just run out */
        note(s, p, &seen);
        app_ctx_end(&cx);
    } else if (chance(s, 60)) {
        struct place_out seen;
        struct ctx cx;
        assert_int_equal(leave(s->h, user, p->token), OK);
        assert_int_equal(fixture_call(&s->h->f, 0, 0, &queue_poll_call, &(struct place_in){ p->token }, &seen, &cx), OK);
        p->left = seen.state == PLACE_LEFT;
        note(s, p, &seen);
        app_ctx_end(&cx);
    }
}

static void tick(struct story *s, int64_t joins)
{
    for (int64_t i = 0; i < joins; i++) {
        int64_t user = 1 + (int64_t)rng_below(&s->rng, (uint64_t)s->n);
        if (!s->people[user - 1].joined)
            join_one(s, user);
    }
    for (int64_t user = 1; user <= s->n; user++) {
        struct person *p = &s->people[user - 1];
        if (!p->joined || p->over || p->look_at > now(s->h))
            continue;
        look_one(s, user);
        if (!p->over)
            act_one(s, user);
    }
    advance_alone(s->h, TICK_MS);
}

/* ---- what happens to them ---- */

/* The clock of the tests begins anew with the program, so nobody is let in until it has caught up. Whoever is there looks at once. */
static void restart(struct story *s)
{
    bool paused = s->rules.paused;
    s->rules.paused = true;
    settle(s);
    int64_t then = now(s->h);
    fixture_restart(&s->h->f);
    advance_alone(s->h, then - now(s->h));
    for (int64_t user = 1; user <= s->n; user++)
        if (s->people[user - 1].joined && !s->people[user - 1].over && s->people[user - 1].look_at <= then + 60000)
            look_one(s, user);
    s->rules.paused = paused;
    settle(s);
    s->restarts++;
}

static void change(struct story *s)
{
    s->rules.admit_per_minute = 600 + (int64_t)rng_below(&s->rng, (uint64_t)s->n);
    s->rules.active_limit = 50 + (int64_t)rng_below(&s->rng, (uint64_t)s->n / 4);
    s->rules.pass_seconds = 60 + (int64_t)rng_below(&s->rng, 300);
    s->rules.paused = chance(s, 5);
    settle(s);
    s->changes++;
}

/* Within a tick the order is the database's to tell; between two ticks nobody may be let in before the ones that were let in already, but those
 * who had been away. */
static int64_t highest_in(struct story *s, int64_t before)
{
    const struct room *r = room_find(app_self(s->h->f.app, &queue_service), SALE);
    int64_t highest = before;
    for (size_t i = r->steps.first; i < r->steps.first + r->steps.n; i++) {
        if (r->steps.at[i].at <= now(s->h) - TICK_MS)
            continue;
        assert_true(r->steps.at[i].first > before);
        highest = max(highest, r->steps.at[i].last);
    }
    return highest;
}

static void check_draw(struct story *s)
{
    struct buf file;
    struct verdict v;
    struct raw_out out;
    struct ctx cx;
    buf_init(&file, 64 << 20);
    for (int64_t part = 0; part == 0 || out.body.n; part++) {
        if (fixture_call(&s->h->f, 0, 0, &queue_draw_entries_call, &(struct part_in){ SALE, part }, &out, &cx)) {
            app_ctx_end(&cx);
            break;
        }
        buf_str(&file, out.body);
        out.release(out.held);
        app_ctx_end(&cx);
    }
    for (int64_t user = 1; user <= s->n; user += s->n / 10) {
        struct person *p = &s->people[user - 1];
        if (!p->joined)
            continue;
        draw_verify(s->h->arena, buf_view(&file), p->receipt, &v);
        assert_true(p->number > v.head.count || (!v.fault && v.number == p->number));
    }
    draw_verify(s->h->arena, buf_view(&file), (struct str){ 0 }, &v);
    assert_null(v.fault);
    buf_free(&file);
}

/* Everybody is somewhere: let in, gone by his own will, passed over, or still in line. */
static void check_all(struct story *s)
{
    int64_t in = 0, left = 0, lost = 0, waiting = 0;
    for (int64_t user = 1; user <= s->n; user++) {
        struct person *p = &s->people[user - 1];
        if (!p->joined)
            continue;
        if (!p->over)
            look_one(s, user);
        in += p->was_in;
        left += p->left && !p->was_in;
        waiting += p->state == PLACE_WAITING;
        lost += p->state == PLACE_EXPIRED && !p->was_in && !p->left;
    }
    assert_int_equal(in + left + lost + waiting, s->joined);
    assert_int_equal(s->rises, 0);
    assert_true(in > s->joined / 3);
    printf("%lld joined: %lld let in, of them %lld who had been away; %lld left the line, %lld were away too long, %lld wait; %lld looks, %lld changes, "
           "%lld restarts\n", (long long)s->joined, (long long)in, (long long)s->returns, (long long)left, (long long)lost, (long long)waiting,
           (long long)s->looks, (long long)s->changes, (long long)s->restarts);
}

static void run(struct here *h, int mode, uint64_t seed)
{
    const char *given = getenv("QUEUE_PEOPLE");
    struct story s = { .h = h, .n = given ? atoll(given) : 20000 };
    int64_t highest = 0;
    enum { TICKS = 260 };
    rng_seed(&s.rng, seed);
    s.people = calloc((size_t)s.n, sizeof(*s.people));
    assert_non_null(s.people);
    s.rules = rules_of(s.n, s.n / 10, 120);
    s.rules.mode = mode;
    assert_int_equal(open_schedule(h, SALE, START_MS, DAY_MS), OK);
    settle(&s);
    for (int i = 0; i < TICKS; i++) {
        tick(&s, i < 100 ? s.n / 70 : 0);
        highest = highest_in(&s, highest);
        if (i % 40 == 17)
            change(&s);
        if (i % 65 == 30)
            restart(&s);
    }
    if (mode == QUEUE_DRAW)
        check_draw(&s);
    check_all(&s);
    free(s.people);
}

static void test_fifo(void **state)
{
    run(*state, QUEUE_FIFO, 11);
}

static void test_draw(void **state)
{
    run(*state, QUEUE_DRAW, 12);
}

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

static void test_refused_parking(void **state)
{
    struct here *h = *state;
    struct rules rules = rules_of(6000, 1000, 60);
    struct place_out *p = line_up(h, rules, 2);
    advance_alone(h, 100000);
    struct room *r = room_find(app_self(h->f.app, &queue_service), SCHEDULE);
    r->terms.rules.paused = false;
    assert_int_equal(fixture_call(&h->f, 0, 0, &spoil_call, &(struct spoil_in){ queue_admit, NULL }, NULL, NULL), ERR_CONFLICT);
    assert_int_equal(r->parks.n, 0);
    assert_int_equal(r->line.waiting, 2);
    advance_alone(h, 500);
    assert_int_equal(r->parks.n, 2);
    look(h, p[0].place_token);
    assert_int_equal(fixture_call(&h->f, 0, 0, &spoil_call, &(struct spoil_in){ queue_admit, NULL }, NULL, NULL), ERR_CONFLICT);
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
    const struct str words[] = { p[0].place_token, look(h, p[0].place_token).pass, p[1].place_token, look(h, p[1].place_token).pass };
    const struct queue *q = app_self(h->f.app, &queue_service);
    struct rng rng;
    struct ctx cx;
    char copy[512];
    rng_seed(&rng, 5);
    app_ctx_begin(h->f.app, &cx);
    for (int64_t i = 0; i < times; i++) {
        static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=";
        const struct str *word = &words[rng_below(&rng, 4)], *other = &words[rng_below(&rng, 4)];
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
        for (size_t k = 0; k < 4; k++)
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
        ROOM_TEST(test_parked), ROOM_TEST(test_refused_parking), ROOM_TEST(test_drain), ROOM_TEST(test_mutations), ROOM_TEST(test_fifo), ROOM_TEST(test_draw),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
