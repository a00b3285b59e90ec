/* A sale as it goes, with everything that happens to one: people join in groups, look, go away and come back, leave, buy, join again from a second
 * tab; the organizer changes everything he can; the program starts anew, dies between two commits, and dies within one. All answers are written
 * down (record.h), and W1 to W6 are checked on that alone. What the database says of it is audited in the end.
 *
 * QUEUE_PEOPLE=100000 for the long one; QUEUE_SEED=N repeats one by chance. */
#include "queue_bed.h"

#include <stdio.h>
#include <stdlib.h>

#include "draw_int.h"
#include "publish.h"
#include "record.h"
#include "services/booking/booking.h"

#define SALE     4
#define START_MS 90000
#define TICK_MS  2500
#define TICKS    360
#define ARRIVALS 200          /* ticks in which people come */

struct person {
    struct str token, pass;
    int64_t look_at;          /* when he looks again */
    int32_t place;
    int64_t acted;            /* in which group he did something of late */
    bool joined, in, over;    /* as he knows it */
};

struct story {
    struct here *h;
    struct rng rng;
    struct rules rules;
    struct schedule_opening sale;
    struct person *people;    /* by user - 1 */
    struct record record;
    struct str *receipts;     /* by place */
    size_t receipts_cap;
    struct hash commitment;   /* as it was published before anybody joined */
    int64_t n, newcomers, groups, bookings, looks, passes, refusals, crashes, lost_groups, restarts, changes;
};

static bool chance(struct story *s, uint64_t in)
{
    return rng_below(&s->rng, in) == 0;
}

static int64_t below(struct story *s, int64_t n)
{
    return (int64_t)rng_below(&s->rng, (uint64_t)max(n, 1));
}

/* ---- the organizer ---- */

static void note_terms(struct story *s)
{
    const struct rules *r = &s->rules;
    record_terms(&s->record, (struct told_terms){ .from = now(s->h), .per_minute = r->admit_per_minute, .limit = r->active_limit,
                                                  .pass_ms = r->pass_seconds * 1000, .sells_at = s->sale.sale_starts_at, .ends_at = s->sale.sale_ends_at,
                                                  .on = r->mode != QUEUE_OFF, .paused = r->paused });
}

static void settle(struct story *s)
{
    struct settings_out out;
    struct settings_in in = { .schedule = SALE, .rules = s->rules };
    assert_int_equal(fixture_call(&s->h->f, OWNER, ROLE_PRODUCER, &queue_settings_set_call, &in, &out, NULL), OK);
    note_terms(s);
}

static void move_sale(struct story *s, int64_t starts_at, int64_t ends_at)
{
    s->sale.sale_starts_at = starts_at;
    s->sale.sale_ends_at = ends_at;
    assert_int_equal(fixture_call(&s->h->f, 0, 0, &queue_opened_call, &s->sale, NULL, NULL), OK);
    s->sale.revision++;
    note_terms(s);
}

static void change(struct story *s, int mode)
{
    struct rules *r = &s->rules;
    r->mode = mode;
    r->paused = r->draining = false;
    switch (below(s, 8)) {
    case 0: r->paused = true; break;
    case 1: r->draining = true; break;
    case 2: r->mode = QUEUE_OFF; break;
    case 3: orders_per_minute = chance(s, 2) ? INT64_MAX : s->n / 20 + below(s, s->n / 4); break;
    case 4: r->pass_seconds = 90 + below(s, 300); break;
    case 5: r->active_limit = s->n / 20 + below(s, s->n / 3); break;
    default: r->admit_per_minute = s->n / 10 + below(s, s->n / 2);
    }
    settle(s);
    s->changes++;
}

/* ---- what people are told ---- */

static void told_place(struct story *s, struct person *p, const struct place_out *seen)
{
    record_told(&s->record, (struct told){ .at = now(s->h), .pass_until = seen->pass_expires_at, .back_by = seen->back_by, .place = p->place,
                                           .position = seen->has_position ? (int32_t)seen->position : 0, .poll_ms = (int32_t)seen->poll_after_ms,
                                           .kind = TOLD_PLACE, .state = (uint8_t)seen->state });
    p->in = seen->state == PLACE_ADMITTED && seen->pass.n;
    p->over = seen->state == PLACE_EXPIRED || seen->state == PLACE_LEFT;
    if (p->in && !p->pass.n)
        p->pass = arena_str(s->h->arena, seen->pass);
    p->look_at = now(s->h) + seen->poll_after_ms;
    if (chance(s, 20))
        p->look_at += below(s, chance(s, 2) ? 200000 : 900000);      /* he goes away, perhaps for too long */
}

static void told(struct story *s, int32_t place, int64_t account, enum told_kind kind, bool good)
{
    record_told(&s->record, (struct told){ .at = now(s->h), .place = place, .poll_ms = (int32_t)account, .kind = (uint8_t)kind, .state = good });
}

static void look_at_place(struct story *s, struct person *p)
{
    struct place_out seen;
    struct ctx cx;
    if (fixture_call(&s->h->f, 0, 0, &queue_poll_call, &(struct place_in){ p->token }, &seen, &cx))
        told(s, p->place, 0, TOLD_UNKNOWN, false);
    else
        told_place(s, p, &seen);
    app_ctx_end(&cx);
    s->looks++;
}

/* A hold by an account with the pass that was given to a person. */
static void show_pass(struct story *s, const struct person *p, int64_t account)
{
    told(s, p->place, account, TOLD_PASS, pass_check(s->h, account, SALE, p->pass) == OK);
    s->passes++;
}

static void try_passes(struct story *s, int64_t user)
{
    const struct person *p = &s->people[user - 1];
    if (!p->pass.n || !chance(s, 8))
        return;
    show_pass(s, p, user);
    show_pass(s, p, 1 + user % s->n);
    if (s->rules.mode != QUEUE_OFF)
        assert_int_equal(pass_check(s->h, user, SALE, p->token), ERR_DENIED);
}

/* ---- what people do, in one transaction ---- */

static void plan(struct story *s, struct act *a)
{
    bool newcomer = s->newcomers < s->n && !chance(s, 3);
    int64_t user = newcomer ? ++s->newcomers : 1 + below(s, s->n);
    while (s->people[user - 1].acted == s->groups)           /* one at a time */
        user = user % s->n + 1;
    struct person *p = &s->people[user - 1];
    p->acted = s->groups;
    *a = (struct act){ .what = ACT_JOIN, .user = user };
    if (!p->joined || p->over || chance(s, 4))
        return;                              /* for the first time, anew, or from a second tab */
    a->token = p->token;
    a->what = p->in && chance(s, 2) ? ACT_BUY : p->in || chance(s, 8) ? ACT_LEAVE : ACT_JOIN;
    a->booking = a->what == ACT_BUY ? ++s->bookings : 0;
    a->seats = 1 + below(s, 4);
}

static int32_t number_of(struct str receipt)
{
    int64_t number = 0;
    for (int word = 0; receipt.n && word < 3; word++) {
        struct str text = str_cut(&receipt, ' ');
        if (word == 2)
            assert_true(str_to_int(text, &number));
    }
    return (int32_t)number;
}

static void keep_receipt(struct story *s, int32_t place, struct str receipt)
{
    if ((size_t)place >= s->receipts_cap) {
        s->receipts_cap = s->receipts_cap ? 2 * s->receipts_cap : 1024;
        s->receipts = realloc(s->receipts, s->receipts_cap * sizeof(*s->receipts));
        assert_non_null(s->receipts);
    }
    s->receipts[place] = arena_str(s->h->arena, receipt);
}

static void joined(struct story *s, const struct act *a)
{
    struct person *p = &s->people[a->user - 1], former = *p;
    const struct place_out *place = &a->ret_place;
    bool other;
    if (!place->place_token.n)
        return;                              /* the room is off: nobody has to wait */
    int32_t at = record_join(&s->record, a->user, place->place_token.p, place->place_token.n, number_of(place->receipt), &other);
    if (other) {
        *p = (struct person){ .token = arena_str(s->h->arena, place->place_token), .place = at, .acted = s->groups, .joined = true };
        keep_receipt(s, at, place->receipt);
    }
    told_place(s, p, place);
    if (other && former.joined)
        look_at_place(s, &former);
}

static void answered(struct story *s, const struct act *a)
{
    struct person *p = &s->people[a->user - 1];
    if (a->ret) {
        assert_int_equal(a->ret, ERR_CONFLICT);
        bool closed = now(s->h) >= s->sale.sale_ends_at, early = now(s->h) < s->rules.opens_at;
        assert_string_equal(a->ret_code, closed ? "not_on_sale" : early ? "not_open" : "draining");
        s->refusals++;
    } else if (a->what == ACT_JOIN) {
        joined(s, a);
    } else {
        told(s, p->place, 0, a->what == ACT_LEAVE ? TOLD_LEFT : TOLD_BOUGHT, false);
    }
}

static void act_together(struct story *s, int64_t n, bool dies)
{
    struct arena *arena = arena_new(0);
    struct act *acts = NEW_ARRAY(arena, struct act, (size_t)n);
    struct ctx cx;
    s->groups++;
    for (int64_t i = 0; i < n; i++)
        plan(s, &acts[i]);
    struct group_in in = { SALE, acts, (size_t)n, dies ? &s->h->f : NULL };
    assert_int_equal(fixture_call(&s->h->f, 0, 0, &group_call, &in, NULL, &cx), dies ? ERR_CONFLICT : OK);
    for (int64_t i = 0; i < n && !dies; i++)
        answered(s, &acts[i]);
    app_ctx_end(&cx);
    for (int64_t i = 0; i < n && !dies; i++)
        if (s->people[acts[i].user - 1].joined)
            look_at_place(s, &s->people[acts[i].user - 1]);
    arena_free(arena);
}

/* ---- what happens ---- */

static void start_anew(struct story *s, void (*how)(struct fixture *f))
{
    how(&s->h->f);
    told(s, 0, 0, TOLD_RESTART, false);
}

static void tick(struct story *s, int64_t acts)
{
    act_together(s, acts, false);
    for (int64_t user = 1; user <= s->n; user++) {
        struct person *p = &s->people[user - 1];
        if (!p->joined || p->over || p->look_at > now(s->h))
            continue;
        look_at_place(s, p);
        try_passes(s, user);
    }
    advance_alone(s->h, TICK_MS);
}

/* The sale was over and goes on: some hear of it at once, others too late. */
static void extend_sale(struct story *s)
{
    move_sale(s, s->sale.sale_starts_at, now(s->h) + DAY_MS);
    for (int64_t i = 0; i < s->n; i++) {
        struct person *p = &s->people[i];
        if (p->joined && p->over)
            p->look_at = now(s->h) + below(s, 400000);
        p->over = false;
    }
}

static void play(struct story *s, int mode)
{
    for (int i = 0; i < TICKS; i++) {
        if (i == 98)
            move_sale(s, s->sale.sale_starts_at, now(s->h) + 1000);
        if (i == 101)
            start_anew(s, fixture_crash);
        if (i == 105)
            extend_sale(s);
        tick(s, i < ARRIVALS ? s->n / 125 : s->n / 400);
        if (i == 12)
            move_sale(s, s->sale.sale_starts_at - 30000, s->sale.sale_ends_at);
        if (i % 9 == 7)
            change(s, mode);
        if (i % 160 == 30) {                 /* they come close together: after each, all count as present for a while */
            start_anew(s, fixture_restart);
            s->restarts++;
        }
        if (i % 160 == 12 || i % 160 == 20) {
            start_anew(s, fixture_crash);
            s->crashes++;
        }
        if (i % 160 == 8 || i % 160 == 36) { /* the group's transaction is lost: none of them was answered */
            act_together(s, s->n / 90, true);
            start_anew(s, fixture_crash);
            s->lost_groups++;
        }
    }
}

/* The organizer ends the sale, and all look once more. */
static void close_sale(struct story *s, int mode)
{
    struct settings_out out;
    struct ctx cx;
    s->rules.mode = mode;
    s->rules.paused = false;
    settle(s);
    move_sale(s, s->sale.sale_starts_at, now(s->h) + 20000);
    advance_alone(s->h, 20000 + 400000);
    for (int64_t user = 1; user <= s->n; user++)
        if (s->people[user - 1].joined)
            look_at_place(s, &s->people[user - 1]);
    assert_int_equal(fixture_call(&s->h->f, OWNER, ROLE_PRODUCER, &queue_settings_get_call, &(struct schedule_in){ SALE }, &out, &cx), OK);
    s->record.counted = out.joined;
    app_ctx_end(&cx);
}

/* ---- the published order ---- */

static struct draw_out published(struct story *s, struct ctx *cx)
{
    struct draw_out out;
    assert_int_equal(fixture_call(&s->h->f, 0, 0, &queue_draw_get_call, &(struct part_in){ .schedule = SALE }, &out, cx), OK);
    return out;
}

static void note_commitment(struct story *s)
{
    struct ctx cx;
    struct draw_out out = published(s, &cx);
    assert_true(hex_decode(out.commitment, s->commitment.at, sizeof(s->commitment.at)));
    assert_null(out.secret.p);
    app_ctx_end(&cx);
}

static void fetch_file(struct story *s, struct buf *file)
{
    struct ctx cx;
    int64_t parts = published(s, &cx).parts;
    app_ctx_end(&cx);
    buf_init(file, 64 << 20);
    for (int64_t part = 0; part < parts; part++) {
        struct raw_out out;
        assert_int_equal(fixture_call(&s->h->f, 0, 0, &queue_draw_entries_call, &(struct part_in){ SALE, part }, &out, &cx), OK);
        buf_str(file, out.body);
        out.release(out.held);
        app_ctx_end(&cx);
    }
}

/* His receipt is genuine, and the file has his entry. */
static bool confirmed(struct story *s, const struct draw_head *head, const struct entry *entries, struct str text)
{
    struct arena *arena = arena_new(0);
    struct receipt r;
    bool ok = receipt_read(arena, head->public_key, text, &r) && str_eq(r.schedule, head->schedule) && hash_same(&r.commitment, &s->commitment) &&
              r.entry.number >= 1 && r.entry.number <= head->count && memcmp(&entries[r.entry.number - 1], &r.entry, sizeof(r.entry)) == 0;
    arena_free(arena);
    return ok;
}

/* What a stranger does, for everybody at once: the file holds together, and each receipt is in it. */
static void read_draw(struct story *s)
{
    struct buf file;
    struct verdict v;
    struct draw_head head;
    fetch_file(s, &file);
    draw_verify(s->h->arena, buf_view(&file), (struct str){ 0 }, &v);
    assert_null(v.fault);
    struct str rest = buf_view(&file);
    assert_null(head_read(s->h->arena, &rest, &head));
    struct entry *entries = calloc((size_t)head.count + 1, sizeof(*entries));
    uint32_t *row = calloc((size_t)head.count + 1, sizeof(*row));
    assert_true(entries && row && hash_same(&head.commitment, &s->commitment));
    for (int64_t i = 0; i < head.count; i++)
        assert_true(entry_read(&rest, &entries[i]));
    draw_shuffle(&head.seed, row, (size_t)head.count);

    s->record.entries = head.count;
    for (size_t i = 0; i < s->record.places_n; i++) {
        struct told_place *p = &s->record.places[i];
        if (p->number <= head.count)
            p->order = (int32_t)row[p->number - 1];
        p->confirmed = confirmed(s, &head, entries, s->receipts[i]);
    }
    free(entries);
    free(row);
    buf_free(&file);
}

/* ---- the whole ---- */

static void begin(struct story *s, int mode)
{
    advance_alone(s->h, 60000 - now(s->h) % 60000);          /* a seed is a story, whenever it is told */
    int64_t at = now(s->h);
    s->rules = rules_of(s->n / 4, s->n / 10, 120);
    s->rules.mode = mode;
    s->rules.opens_at = at + 4 * TICK_MS;
    s->sale = (struct schedule_opening){ .schedule = SALE, .owner = OWNER, .sale_starts_at = at + START_MS, .sale_ends_at = at + DAY_MS, .revision = 1 };
    assert_int_equal(fixture_call(&s->h->f, 0, 0, &queue_opened_call, &s->sale, NULL, NULL), OK);
    settle(s);
    if (mode == QUEUE_DRAW)
        note_commitment(s);
}

static void report(const struct story *s, const struct finding *f, uint64_t seed)
{
    printf("seed %llu: %zu places: %lld let in; %lld were away when their turn came, %lld of them came back; %lld left the line, %lld expired\n"
           "  %lld looks, %lld passes shown, %lld joins refused, %lld changes, %lld restarts, %lld crashes, %lld groups lost; %lld moments known\n",
           (unsigned long long)seed, s->record.places_n, (long long)f->let_in, (long long)f->away, (long long)f->back, (long long)f->left,
           (long long)f->lost, (long long)s->looks, (long long)s->passes, (long long)s->refusals, (long long)s->changes, (long long)s->restarts,
           (long long)s->crashes, (long long)s->lost_groups, (long long)f->exact);
}

static struct finding run(struct here *h, int mode, uint64_t seed)
{
    const char *given = getenv("QUEUE_PEOPLE");
    struct story s = { .h = h, .n = given ? strtoll(given, NULL, 10) : 4000 };
    struct finding found;
    rng_seed(&s.rng, seed);
    record_init(&s.record, (size_t)s.n);
    s.record.late_ms = TICK_MS;
    s.people = calloc((size_t)s.n, sizeof(*s.people));
    assert_non_null(s.people);
    begin(&s, mode);
    play(&s, mode);
    close_sale(&s, mode);
    if (mode == QUEUE_DRAW)
        read_draw(&s);
    record_check(&s.record, &found);
    report(&s, &found, seed);
    assert_int_equal(record_print(&found), 0);
    assert_true(found.let_in > 0 && found.exact * 2 > found.let_in && s.refusals > 0 && s.passes > 0);
    record_free(&s.record);
    free(s.receipts);
    free(s.people);
    return found;
}

/* Everything that can happen to people has happened to some. */
static void run_whole(struct here *h, int mode, uint64_t seed)
{
    struct finding f = run(h, mode, seed);
    assert_true(f.away > 0 && f.back > 0 && f.left > 0 && f.lost > 0);
}

static void test_fifo(void **state)
{
    run_whole(*state, QUEUE_FIFO, 11);
}

static void test_draw(void **state)
{
    run_whole(*state, QUEUE_DRAW, 12);
}

/* One that nobody has seen before. */
static void test_by_chance(void **state)
{
    const char *given = getenv("QUEUE_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)now(*state);
    printf("QUEUE_SEED=%llu repeats this one\n", (unsigned long long)seed);
    run(*state, seed % 2 ? QUEUE_DRAW : QUEUE_FIFO, seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = { ROOM_TEST(test_fifo), ROOM_TEST(test_draw), ROOM_TEST(test_by_chance) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
