/* A room that draws: who takes part, what is published, that places follow from it, and that it survives restarts and a beacon's silence. */
#include "queue_bed.h"

#include <stdlib.h>

#include "draw_int.h"
#include "publish.h"

#define DRAWN 4               /* a schedule whose sale starts in a minute */

static struct rules draw_rules(void)
{
    struct rules rules = rules_of(6000, 100000, 600);
    rules.mode = QUEUE_DRAW;
    return rules;
}

static err settle_code(struct here *h, struct rules rules, const char **ret_code)
{
    struct settings_out out;
    struct ctx cx;
    err e = fixture_call(&h->f, OWNER, ROLE_PRODUCER, &queue_settings_set_call, &(struct settings_in){ .schedule = DRAWN, .rules = rules }, &out, &cx);
    *ret_code = cx.problem.code;
    app_ctx_end(&cx);
    return e;
}

static void settle(struct here *h, struct rules rules)
{
    const char *code;
    assert_int_equal(settle_code(h, rules, &code), OK);
}

static void open_draw(struct here *h)
{
    assert_int_equal(open_schedule(h, DRAWN, 60000, DAY_MS), OK);
    settle(h, draw_rules());
}

static struct place_out enter(struct here *h, int64_t user)
{
    struct place_out place;
    struct ctx cx;
    assert_int_equal(fixture_call(&h->f, user, ROLE_CUSTOMER, &queue_join_call, &(struct join_in){ .schedule = DRAWN }, &place, &cx), OK);
    keep(h, &place);
    app_ctx_end(&cx);
    return place;
}

static struct place_out *enter_all(struct here *h, int64_t n)
{
    struct place_out *places = NEW_ARRAY(h->arena, struct place_out, (size_t)n);
    for (int64_t i = 0; i < n; i++)
        places[i] = enter(h, i + 1);
    return places;
}

static struct draw_out published(struct here *h)
{
    struct draw_out out;
    struct ctx cx;
    assert_int_equal(fixture_call(&h->f, 0, 0, &queue_draw_get_call, &(struct part_in){ .schedule = DRAWN }, &out, &cx), OK);
    struct str *texts[] = { &out.commitment, &out.public_key, &out.root, &out.secret, &out.seed, &out.beacon_url, &out.randomness };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        *texts[i] = arena_str(h->arena, *texts[i]);
    app_ctx_end(&cx);
    return out;
}

static struct str part_of(struct here *h, int64_t part)
{
    struct raw_out out;
    struct ctx cx;
    assert_int_equal(fixture_call(&h->f, 0, 0, &queue_draw_entries_call, &(struct part_in){ DRAWN, part }, &out, &cx), OK);
    struct str body = arena_str(h->arena, out.body);
    out.release(out.held);
    app_ctx_end(&cx);
    return body;
}

static struct proof_out proof_of(struct here *h, struct str token)
{
    struct proof_out out;
    struct ctx cx;
    assert_int_equal(fixture_call(&h->f, 0, 0, &queue_proof_call, &(struct place_in){ token }, &out, &cx), OK);
    out.receipt = arena_str(h->arena, out.receipt);
    struct str *path = NEW_ARRAY(h->arena, struct str, out.path.n);
    for (size_t i = 0; i < out.path.n; i++)
        path[i] = arena_str(h->arena, ((struct str *)out.path.at)[i]);
    out.path.at = path;
    app_ctx_end(&cx);
    return out;
}

static struct hash hash_from(struct str text)
{
    struct hash h;
    assert_true(hex_decode(text, h.at, sizeof(h.at)));
    return h;
}

/* What a stranger does: the file alone, and the receipt that was given at once. */
static int64_t check(struct here *h, struct str file, struct str receipt)
{
    struct verdict v;
    draw_verify(h->arena, file, receipt, &v);
    if (v.fault)
        print_error("%s, line %lld\n", v.fault, (long long)v.line);
    assert_null(v.fault);
    return v.place;
}

/* And the way from the leaf to the root. */
static void climb(struct here *h, const struct proof_out *p, const struct draw_out *d)
{
    struct receipt r;
    struct hash path[TREE_PATH_MAX], root, want = hash_from(d->root);
    for (size_t i = 0; i < p->path.n; i++)
        path[i] = hash_from(((struct str *)p->path.at)[i]);
    assert_true(receipt_read(h->arena, app_keys(h->f.app)->receipt_public, p->receipt, &r));
    struct hash leaf = entry_hash(r.schedule, &r.entry);
    assert_true(p->in_tree && tree_climb(&leaf, (size_t)p->index, (size_t)p->count, path, p->path.n, &root));
    assert_true(hash_same(&root, &want));
}

static void test_draw(void **state)
{
    struct here *h = *state;
    enum { N = 60 };
    bool taken[N + 1] = { false };
    open_draw(h);
    struct place_out *p = enter_all(h, N);
    struct draw_out before = published(h);
    assert_int_equal(before.state, DRAW_OPEN);
    assert_false(before.is_closed);
    assert_int_equal(before.commitment.n, 64);
    for (int i = 0; i < N; i++) {
        assert_int_equal(p[i].state, PLACE_WAITING);
        assert_false(p[i].has_position);
        assert_int_equal(p[i].eta_reason, ETA_DRAW);
        assert_int_equal(p[i].draws_at, now(h) + 60000);
        assert_true(p[i].receipt.n > 0);
    }
    struct rules paused = draw_rules();
    paused.paused = true;
    settle(h, paused);
    advance(h, 59999);
    assert_int_equal(published(h).state, DRAW_OPEN);
    advance(h, 1);

    struct draw_out after = published(h);
    assert_int_equal(after.state, DRAW_DRAWN);
    assert_int_equal(after.count, N);
    assert_int_equal(after.beacon, BEACON_NONE);
    assert_true(str_eq(after.commitment, before.commitment));
    struct place_out late = enter(h, 1000);
    assert_int_equal(late.position, N + 1);
    struct str file = part_of(h, 0);
    for (int i = 0; i < N; i++) {
        int64_t place = check(h, file, p[i].receipt);
        struct place_out seen = look(h, p[i].place_token);
        struct proof_out proof = proof_of(h, p[i].place_token);
        assert_int_equal(seen.position, place);
        struct place_out again = enter(h, i + 1);
        assert_true(str_eq(again.place_token, p[i].place_token) && !again.receipt.n);
        assert_true(str_eq(proof.receipt, p[i].receipt));
        assert_int_equal(proof.place, place);
        climb(h, &proof, &after);
        assert_false(taken[place]);
        taken[place] = true;
    }
    assert_int_equal(proof_of(h, late.place_token).place, N + 1);
    assert_false(proof_of(h, late.place_token).in_tree);

    settle(h, draw_rules());                 /* and they come in in that order */
    for (int64_t admitted = 0; admitted <= N;) {
        advance(h, 500);
        int64_t count = 0;
        for (int i = 0; i < N; i++)
            count += look(h, p[i].place_token).state == PLACE_ADMITTED;
        assert_true(count > admitted || count == N);
        for (int i = 0; i < N; i++)
            assert_int_equal(look(h, p[i].place_token).state, check(h, file, p[i].receipt) <= count ? PLACE_ADMITTED : PLACE_WAITING);
        admitted = count == N ? N + 1 : count;
    }
    assert_int_equal(pass_check(h, 1, DRAWN, look(h, p[0].place_token).pass), OK);
    assert_int_equal(pass_check(h, 2, DRAWN, look(h, p[0].place_token).pass), ERR_DENIED);
}

/* Who gives up before the draw takes part in it, and nobody waits for him. A restart in between changes nothing. */
static void test_withdrawn_and_restart(void **state)
{
    struct here *h = *state;
    enum { N = 40 };
    struct rules paused = draw_rules();
    paused.paused = true;
    open_draw(h);
    settle(h, paused);
    struct place_out *p = enter_all(h, N), again;
    int64_t positions[N];
    for (int i = 0; i < N; i += 4)
        assert_int_equal(leave(h, i + 1, p[i].place_token), OK);
    again = enter(h, 1);
    assert_false(str_eq(again.place_token, p[0].place_token));
    int64_t then = now(h);
    fixture_restart(&h->f);
    advance(h, then - now(h));
    assert_int_equal(look(h, p[0].place_token).state, PLACE_LEFT);
    assert_int_equal(look(h, p[1].place_token).state, PLACE_WAITING);
    assert_true(str_eq(enter(h, 1).place_token, again.place_token));
    advance(h, 60000);

    struct str file = part_of(h, 0);
    assert_int_equal(published(h).count, N + 1);
    for (int i = 0; i < N; i++) {
        struct place_out seen = look(h, p[i].place_token);
        assert_int_equal(seen.state, i % 4 ? PLACE_WAITING : PLACE_LEFT);
        positions[i] = seen.position;
        assert_true(check(h, file, p[i].receipt) >= seen.position);
    }
    then = now(h);
    fixture_restart(&h->f);
    advance(h, then - now(h));
    assert_true(str_eq(part_of(h, 0), file));
    for (int i = 0; i < N; i++)
        assert_int_equal(look(h, p[i].place_token).position, positions[i]);
    settle(h, draw_rules());
    advance(h, 10000);
    for (int i = 0; i < N; i++)
        assert_int_equal(look(h, p[i].place_token).state, i % 4 ? PLACE_ADMITTED : PLACE_LEFT);
    assert_int_equal(look(h, again.place_token).state, PLACE_ADMITTED);
}

/* More than a block: hashes made on the way, and the same tree. */
static void test_blocks(void **state)
{
    struct here *h = *state;
    enum { N = 2 * BLOCK + 700 };
    open_draw(h);
    struct place_out *p = enter_all(h, N);
    advance(h, 1000);
    struct room *r = room_find(app_self(h->f.app, &queue_service), DRAWN);
    assert_int_equal(r->blocks, 2);
    int64_t then = now(h);
    fixture_restart(&h->f);
    r = room_find(app_self(h->f.app, &queue_service), DRAWN);
    assert_int_equal(r->blocks, 2);
    advance(h, then - now(h));
    advance(h, 60000);
    struct draw_out drawn = published(h);
    struct str file = part_of(h, 0);
    assert_int_equal(drawn.count, N);
    static const int some[] = { 0, 1, 1023, 1024, 2047, 2048, N - 1 };
    for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
        struct proof_out proof = proof_of(h, p[some[i]].place_token);
        climb(h, &proof, &drawn);
        assert_int_equal(check(h, file, p[some[i]].receipt), proof.place);
    }
}

static void test_rules(void **state)
{
    struct here *h = *state;
    struct rules rules = draw_rules();
    const char *code;
    assert_int_equal(open_schedule(h, DRAWN, 60000, DAY_MS), OK);
    assert_int_equal(fixture_call(&h->f, 0, 0, &queue_draw_get_call, &(struct part_in){ .schedule = DRAWN }, &(struct draw_out){ 0 }, NULL), ERR_MISSING);
    rules.mode = QUEUE_FIFO;
    settle(h, rules);
    settle(h, draw_rules());
    struct place_out place = enter(h, 1);
    assert_int_equal(settle_code(h, rules, &code), ERR_CONFLICT);            /* he was promised a draw */
    assert_string_equal(code, "already_joined");
    rules.mode = QUEUE_OFF;
    settle(h, rules);
    assert_int_equal(enter(h, 2).state, PLACE_ADMITTED);
    settle(h, draw_rules());
    assert_int_equal(look(h, place.place_token).state, PLACE_WAITING);
    assert_int_equal(fixture_call(&h->f, 0, 0, &queue_draw_entries_call, &(struct part_in){ DRAWN, 0 }, &(struct raw_out){ 0 }, NULL), ERR_MISSING);
    advance(h, 61000);
    rules.mode = QUEUE_FIFO;
    settle(h, rules);                        /* the line goes on */
    assert_int_equal(look(h, place.place_token).state, PLACE_ADMITTED);
    assert_int_equal(set_rules(h, OWNER, ROLE_PRODUCER, draw_rules(), (struct str){ 0 }), ERR_CONFLICT);      /* that one's sale has begun */
}

/* A draw that fails in the middle has not been. */
static void test_refused_draw(void **state)
{
    struct here *h = *state;
    open_draw(h);
    struct place_out *p = enter_all(h, 30);
    assert_int_equal(leave(h, 0, p[3].place_token), OK);
    struct room *r = room_find(app_self(h->f.app, &queue_service), DRAWN);
    r->sale_starts_at = now(h);              /* the job has not been told: only the command below runs */
    assert_int_equal(fixture_call(&h->f, 0, 0, &spoil_call, &(struct spoil_in){ .fn = queue_admit }, NULL, NULL), ERR_CONFLICT);
    assert_int_equal(r->line.drawn_at, 0);
    assert_int_equal(r->line.closed_at, 0);
    assert_null(r->order);
    for (int i = 0; i < 30; i++)
        assert_int_equal(look(h, p[i].place_token).state, i == 3 ? PLACE_LEFT : PLACE_WAITING);
    assert_int_equal(published(h).state, DRAW_OPEN);
    advance(h, 500);
    assert_int_equal(published(h).state, DRAW_DRAWN);
    for (int i = 0; i < 30; i++)
        assert_int_equal(look(h, p[i].place_token).state == PLACE_LEFT, i == 3);
}

/* Until the draw is on disk nobody learns of it, and nobody is taken for another who has left. */
static void test_uncommitted_draw(void **state)
{
    struct here *h = *state;
    enum { N = 30 };
    open_draw(h);
    struct place_out *p = enter_all(h, N), seen;
    for (int i = 0; i < N; i += 2)
        assert_int_equal(leave(h, 0, p[i].place_token), OK);
    struct room *r = room_find(app_self(h->f.app, &queue_service), DRAWN);
    r->sale_starts_at = now(h);              /* the job has not been told: only the command below runs */
    for (int i = 0; i < N; i++) {
        assert_int_equal(fixture_call(&h->f, 0, 0, &spoil_call, &(struct spoil_in){ queue_admit, NULL, p[i].place_token, &seen }, NULL, NULL), ERR_CONFLICT);
        assert_int_equal(seen.state, i % 2 ? PLACE_WAITING : PLACE_LEFT);
        assert_true(i % 2 == 0 || !seen.has_position);
    }
}

/* A beacon that nobody answers for: the draw waits a minute, then goes without and says so. */
static void test_beacon_missed(void **state)
{
    struct here *h = *state;
    struct queue *q = app_self(h->f.app, &queue_service);
    q->beacon.url = S("http://127.0.0.1:1/public/{round}");
    q->beacon.period = 30;
    q->beacon.genesis = 1595431050;
    open_draw(h);
    struct place_out *p = enter_all(h, 5);
    struct draw_out named = published(h);
    assert_int_equal(named.beacon_round, (now(h) + 60000 - 1595431050000) / 30000 + 2);
    advance(h, 60000);
    assert_int_equal(published(h).state, DRAW_CLOSED);
    assert_int_equal(published(h).beacon_round, named.beacon_round);
    assert_false(look(h, p[0].place_token).has_position);
    assert_int_equal(enter(h, 6).position, 6);               /* too late to take part */
    int64_t then = now(h);
    fixture_restart(&h->f);
    advance(h, then - now(h));
    assert_int_equal(published(h).state, DRAW_CLOSED);
    advance(h, 61000);
    assert_int_equal(published(h).state, DRAW_DRAWN);
    assert_int_equal(published(h).beacon, BEACON_MISSED);
    for (int i = 0; i < 5; i++)
        check(h, part_of(h, 0), p[i].receipt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOM_TEST(test_draw), ROOM_TEST(test_withdrawn_and_restart), ROOM_TEST(test_blocks), ROOM_TEST(test_rules), ROOM_TEST(test_refused_draw),
        ROOM_TEST(test_uncommitted_draw),
        ROOM_TEST(test_beacon_missed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
