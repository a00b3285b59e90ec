/* The catalogue with booking and the waiting room beside it, on a clock that stands still: from a plan to a map, and all that is refused. */
#include <stdlib.h>
#include <zlib.h>

#include "fixture.h"
#include "performance_int.h"
#include "test.h"

#include "base/clock.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HOUR         (INT64_C(3600) * 1000)

enum { PRODUCER = 11, OTHER_PRODUCER = 12, MANAGER = 13 };

struct bed {
    struct fixture program;
    struct app *app;
    struct arena *arena;
    struct ctx cx;            /* of the last call */
    int64_t now;
};

static int set_up(void **state)
{
    static const struct service *const services[] = { &performance_service, &queue_service, &booking_service, NULL };
    struct bed *b = calloc(1, sizeof(*b));
    assert_non_null(b);
    fixture_open(&b->program, services);
    b->app = b->program.app;
    b->arena = b->program.arena;
    b->now = clock_now(app_clock(b->app));
    *state = b;
    return 0;
}

/* Like assert_true, with a sentence that tells which case it was. */
static void __attribute__((format(printf, 2, 3))) expect(bool holds, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    if (!holds)
        vprint_error(fmt, args);
    va_end(args);
    assert_true(holds);
}

/* Whatever a test has done, the invariants hold. */
static void audits_hold(struct bed *b)
{
    b->cx = (struct ctx){ .arena = b->arena, .app = b->app, .db = db_read_begin(app_db(b->app)) };
    for (const struct audit *a = performance_service.audits; a->name; a++) {
        bool found;
        assert_int_equal(db_one(&b->cx, a->query, NO_VALS, NULL, NULL, &found), OK);
        expect(!found, "audit %s: %s\n", a->name, a->help);
    }
    db_read_end(app_db(b->app), b->cx.db);
}

static int tear_down(void **state)
{
    struct bed *b = *state;
    audits_hold(b);
    fixture_close(&b->program);
    free(b);
    return 0;
}

/* ---- asking ---- */

static void as(struct bed *b, int64_t user)
{
    unsigned roles = user == MANAGER ? ROLE_MANAGER : user ? ROLE_PRODUCER : 0;
    b->cx = (struct ctx){ .arena = b->arena, .app = b->app, .now = clock_now(app_clock(b->app)), .actor = { .user = user, .roles = roles } };
}

static const struct call *call_named(const char *name)
{
    for (const struct call *const *c = performance_service.calls; *c; c++)
        if (strcmp((*c)->name, name) == 0)
            return *c;
    expect(false, "there is no call %s\n", name);
    return NULL;
}

/* Reads a body as the front would, without the members of the path. */
static err read_body(struct bed *b, const char *name, struct str body, void *ret_in)
{
    const struct call *c = call_named(name);
    memset(ret_in, 0, c->in->size);
    return fields_decode(&b->cx, c->in, &app_keys(b->app)->ids, body, ret_in);
}

static err ask(struct bed *b, const char *name, const void *in, void *ret_out)
{
    return call_run(&b->cx, call_named(name), in, ret_out);
}

static bool has_fault(const struct bed *b, const char *field)
{
    for (const struct field_error *f = b->cx.problem.fields; f; f = f->next)
        if (str_eq(f->field, str_c(field)))
            return true;
    return false;
}

static void assert_code(const struct bed *b, const char *code)
{
    assert_non_null(b->cx.problem.code);
    assert_string_equal(b->cx.problem.code, code);
}

/* ---- things to sell ---- */

#define VENUE                                                                                                                              \
    "{\"name\":\"Hall\",\"categories\":[{\"name\":\"R\",\"color\":\"#e5484d\"},{\"name\":\"S\",\"color\":\"#f5a524\"},{\"name\":\"X\"}],"  \
    "\"stage\":{\"x\":-4,\"y\":-5,\"width\":8,\"height\":3},"                                                                              \
    "\"sections\":[{\"name\":\"1F\",\"grades\":[{\"to\":2,\"category\":\"R\"},{\"category\":\"S\"}],"                                      \
    "\"rows\":{\"count\":5,\"seats\":10,\"origin\":{\"x\":0,\"y\":0}}}]}"
#define HALL_BODY(plan) "{\"name\":\"Hall\",\"address\":\"1 Road\",\"region\":\"Seoul\",\"format\":\"venue\",\"plan\":" plan "}"

static int64_t make_hall(struct bed *b, struct str body)
{
    struct hall_create_in in;
    struct hall_out out = { 0 };
    as(b, PRODUCER);
    assert_int_equal(read_body(b, "performance.hall_create", body, &in), OK);
    assert_int_equal(ask(b, "performance.hall_create", &in, &out), OK);
    return out.hall.id;
}

static int64_t make_show(struct bed *b, const char *title)
{
    struct show_create_in in;
    struct show_out out = { 0 };
    struct str body = arena_fmt(b->arena, "{\"title\":\"%s\",\"genre\":\"musical\",\"cast\":[\"A. One\",\"B. Two\"],\"max_tickets_per_user\":4}", title);
    as(b, PRODUCER);
    assert_int_equal(read_body(b, "performance.create", body, &in), OK);
    assert_int_equal(ask(b, "performance.create", &in, &out), OK);
    return out.show.id;
}

static struct price_item prices[] = {
    { S("R"), { 90000, "KRW" } },
    { S("S"), { 60000, "KRW" } },
};

/* On sale since an hour ago, to be played in two days, `hours` later than that. */
static struct schedule_create_in schedule_of(const struct bed *b, int64_t show, int64_t hall, int hours)
{
    int64_t starts = b->now + 48 * HOUR + hours * HOUR;
    return (struct schedule_create_in){
        .performance = show,
        .hall = hall,
        .starts_at = starts,
        .ends_at = starts + 2 * HOUR,
        .sale_starts_at = b->now - HOUR,
        .sale_ends_at = starts,
        .prices = { prices, 2 },
    };
}

static struct schedule make_schedule(struct bed *b, const struct schedule_create_in *in)
{
    struct schedule out = { 0 };
    as(b, PRODUCER);
    assert_int_equal(ask(b, "performance.schedule_create", in, &out), OK);
    return out;
}

/* ---- halls ---- */

static void test_hall(void **state)
{
    struct bed *b = *state;
    int64_t id = make_hall(b, S(HALL_BODY(VENUE)));
    struct hall_out hall = { 0 };
    as(b, 0);
    assert_int_equal(ask(b, "performance.hall_get", &(struct hall_ref){ id }, &hall), OK);
    assert_int_equal(hall.hall.seat_count, 50);
    assert_int_equal(hall.categories.n, 3);

    struct hall_change_in change = { .hall = id, .name = S("New"), .has_name = true };
    as(b, OTHER_PRODUCER);
    assert_int_equal(ask(b, "performance.hall_change", &change, &hall.hall), ERR_MISSING);
    assert_int_equal(ask(b, "performance.hall_delete", &(struct hall_ref){ id }, NULL), ERR_MISSING);
    as(b, MANAGER);
    assert_int_equal(ask(b, "performance.hall_change", &change, &hall.hall), OK);
    assert_true(str_eq(hall.hall.name, S("New")));
    assert_true(str_eq(hall.hall.address, S("1 Road")));

    int64_t show = make_show(b, "Show");
    struct schedule_create_in in = schedule_of(b, show, id, 0);
    make_schedule(b, &in);
    as(b, PRODUCER);
    assert_int_equal(ask(b, "performance.hall_delete", &(struct hall_ref){ id }, NULL), ERR_CONFLICT);
    assert_code(b, "hall_in_use");

    int64_t unused = make_hall(b, S(HALL_BODY(VENUE)));
    assert_int_equal(ask(b, "performance.hall_delete", &(struct hall_ref){ unused }, NULL), OK);
    assert_int_equal(ask(b, "performance.hall_get", &(struct hall_ref){ unused }, &hall), ERR_MISSING);
}

static void test_hall_warnings_are_kept(void **state)
{
    struct bed *b = *state;
    int64_t id = make_hall(b, S("{\"name\":\"H\",\"address\":\"A\",\"repair\":true,\"plan\":{\"name\":\"P\",\"categories\":[{\"name\":\"R\"}],\"zones\":["
                                "{\"name\":\"Z\",\"rows\":[{\"row_number\":\"1\",\"seats\":["
                                "{\"seat_guid\":\"a\",\"seat_number\":\"1\",\"position\":{\"x\":0,\"y\":0},\"category\":\"R\"},"
                                "{\"seat_guid\":\"a\",\"seat_number\":\"2\",\"position\":{\"x\":1,\"y\":0},\"category\":\"R\"}]}]}]}}"));
    struct hall_out hall = { 0 };
    as(b, 0);
    assert_int_equal(ask(b, "performance.hall_get", &(struct hall_ref){ id }, &hall), OK);
    assert_int_equal(hall.warnings.n, 1);
    assert_true(str_eq(*(struct str *)hall.warnings.at, S("a: renamed to a-2")));
}

/* ---- what is refused before any call runs ---- */

static void test_bad_bodies(void **state)
{
    static const struct {
        const char *call, *body, *field;
    } cases[] = {
        { "performance.hall_create", "{\"address\":\"a\",\"plan\":{}}", "name" },
        { "performance.hall_create", "{\"name\":\"a\",\"address\":\"a\"}", "plan" },
        { "performance.hall_create", "{\"name\":\" \",\"address\":\"a\",\"plan\":{}}", "name" },
        { "performance.hall_create", "{\"name\":\"a\",\"address\":\"a\",\"plan\":{},\"format\":\"dwg\"}", "format" },
        { "performance.hall_create", "{\"name\":\"a\",\"address\":\"a\",\"plan\":{},\"seats\":5}", "seats" },
        { "performance.hall_create", "{\"name\":\"a\\u0000\",\"address\":\"a\",\"plan\":{}}", "name" },
        { "performance.create", "{\"genre\":\"musical\",\"max_tickets_per_user\":4}", "title" },
        { "performance.create", "{\"title\":\"t\",\"genre\":\"opera\",\"max_tickets_per_user\":4}", "genre" },
        { "performance.create", "{\"title\":\"t\",\"genre\":\"play\",\"max_tickets_per_user\":0}", "max_tickets_per_user" },
        { "performance.create", "{\"title\":\"t\",\"genre\":\"play\",\"max_tickets_per_user\":\"4\"}", "max_tickets_per_user" },
        { "performance.create", "{\"title\":\"t\",\"genre\":\"play\",\"max_tickets_per_user\":4,\"poster_url\":\"http://a/b.png\"}", "poster_url" },
        { "performance.create", "{\"title\":\"t\",\"genre\":\"play\",\"max_tickets_per_user\":4,\"poster_url\":\"https://a/\\\"x\"}", "poster_url" },
        { "performance.create", "{\"title\":\"t\",\"genre\":\"play\",\"max_tickets_per_user\":4,\"cast\":[\"a\",\"\"]}", "cast[1]" },
        { "performance.schedule_create", "{\"prices\":{\"R\":{\"amount\":-1,\"currency\":\"KRW\"}}}", "prices.R.amount" },
        { "performance.schedule_create", "{\"prices\":{\"R\":{\"amount\":1,\"currency\":\"krw\"}}}", "prices.R.currency" },
        { "performance.schedule_create", "{\"prices\":{}}", "prices" },
        { "performance.schedule_create", "{\"starts_at\":\"tomorrow\"}", "starts_at" },
        { "performance.schedule_create", "{\"hall_id\":7}", "hall_id" },
        { "performance.schedule_create", "{\"blocked_seats\":[1]}", "blocked_seats[0]" },
    };
    struct bed *b = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        union {
            struct hall_create_in hall;
            struct show_create_in show;
            struct schedule_create_in schedule;
        } in;
        as(b, PRODUCER);
        assert_int_equal(read_body(b, cases[i].call, str_c(cases[i].body), &in), ERR_INPUT);
        expect(has_fault(b, cases[i].field), "%s: no fault names %s\n", cases[i].body, cases[i].field);
    }
}

static void test_age_rating(void **state)
{
    struct bed *b = *state;
    struct show_create_in in = { .title = S("t"), .age_rating = 13, .max_tickets_per_user = 1 };
    struct show_out out = { 0 };
    as(b, PRODUCER);
    assert_int_equal(ask(b, "performance.create", &in, &out), ERR_INPUT);
    assert_true(has_fault(b, "age_rating"));
}

/* ---- schedules ---- */

static void test_schedule(void **state)
{
    struct bed *b = *state;
    int64_t hall = make_hall(b, S(HALL_BODY(VENUE))), show = make_show(b, "Show");
    struct schedule_create_in in = schedule_of(b, show, hall, 0);
    struct str blocked[] = { S("1F-A-1"), S("1F-A-2"), S("1F-A-1") };
    in.blocked_seats = (struct list){ blocked, 3 };
    struct schedule s = make_schedule(b, &in);

    assert_int_equal(s.status, SALE_ON);
    assert_int_equal(s.max_tickets_per_user, 4);
    assert_true(str_eq(s.title, S("Show")));
    assert_int_equal(s.remaining.n, 2);
    const struct grade *grades = s.remaining.at;
    assert_true(str_eq(grades[0].grade, S("R")));
    assert_int_equal(grades[0].price.amount, 90000);
    assert_int_equal(grades[0].total, 18);
    assert_int_equal(grades[0].free, 18);
    assert_int_equal(grades[1].free, 30);
}

static void test_status_follows_the_clock(void **state)
{
    struct bed *b = *state;
    int64_t hall = make_hall(b, S(HALL_BODY(VENUE))), show = make_show(b, "Show");
    struct schedule_create_in in = schedule_of(b, show, hall, 0);
    in.sale_starts_at = b->now + HOUR;
    in.sale_ends_at = b->now + 3 * HOUR;
    struct schedule s = make_schedule(b, &in);
    struct schedule_ref ref = { s.id };
    static const int expected[] = { SALE_UPCOMING, SALE_ON, SALE_ON, SALE_CLOSED };
    for (size_t hour = 0; hour < COUNT(expected); hour++) {
        as(b, 0);
        assert_int_equal(ask(b, "performance.schedule_get", &ref, &s), OK);
        assert_int_equal(s.status, expected[hour]);
        app_clock_advance(b->app, HOUR);
    }
}

static void test_schedule_faults(void **state)
{
    static struct price_item only_r[] = { { S("R"), { 1, "KRW" } } };
    static struct price_item unknown[] = { { S("R"), { 1, "KRW" } }, { S("S"), { 1, "KRW" } }, { S("Z"), { 1, "KRW" } } };
    static struct price_item mixed[] = { { S("R"), { 1, "KRW" } }, { S("S"), { 1, "USD" } } };
    static struct str nowhere[] = { S("9F-A-1") };
    struct bed *b = *state;
    int64_t hall = make_hall(b, S(HALL_BODY(VENUE))), show = make_show(b, "Show");
    const struct schedule_create_in good = schedule_of(b, show, hall, 0);
    struct schedule_create_in cases[7];
    static const char *const fields[] = { "prices.S", "prices.Z", "prices.S", "ends_at", "sale_ends_at", "sale_ends_at", "blocked_seats[0]" };
    for (size_t i = 0; i < COUNT(cases); i++)
        cases[i] = good;
    cases[0].prices = (struct list){ only_r, 1 };
    cases[1].prices = (struct list){ unknown, 3 };
    cases[2].prices = (struct list){ mixed, 2 };
    cases[3].ends_at = good.starts_at;
    cases[4].sale_ends_at = good.sale_starts_at;
    cases[5].sale_ends_at = good.ends_at + 1;
    cases[6].blocked_seats = (struct list){ nowhere, 1 };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct schedule out = { 0 };
        as(b, PRODUCER);
        assert_int_equal(ask(b, "performance.schedule_create", &cases[i], &out), ERR_INPUT);
        expect(has_fault(b, fields[i]), "case %zu: no fault names %s\n", i, fields[i]);
    }

    struct schedule_create_in elsewhere = good;
    struct schedule out = { 0 };
    elsewhere.hall = hall + 1;
    as(b, PRODUCER);
    assert_int_equal(ask(b, "performance.schedule_create", &elsewhere, &out), ERR_INPUT);
    assert_true(has_fault(b, "hall_id"));
}

static void test_hall_busy(void **state)
{
    struct bed *b = *state;
    int64_t hall = make_hall(b, S(HALL_BODY(VENUE))), show = make_show(b, "Show");
    struct schedule_create_in first = schedule_of(b, show, hall, 0), overlapping = schedule_of(b, show, hall, 1), next = schedule_of(b, show, hall, 2);
    struct schedule out = { 0 };
    make_schedule(b, &first);
    as(b, PRODUCER);
    assert_int_equal(ask(b, "performance.schedule_create", &overlapping, &out), ERR_CONFLICT);
    assert_code(b, "hall_busy");
    make_schedule(b, &next);                 /* begins when the first one ends */
}

static void test_producers_keep_to_their_own(void **state)
{
    struct bed *b = *state;
    int64_t hall = make_hall(b, S(HALL_BODY(VENUE))), show = make_show(b, "Show");
    struct schedule_create_in in = schedule_of(b, show, hall, 0);
    struct schedule out = { 0 };
    as(b, OTHER_PRODUCER);
    assert_int_equal(ask(b, "performance.schedule_create", &in, &out), ERR_MISSING);
    as(b, MANAGER);
    assert_int_equal(ask(b, "performance.schedule_create", &in, &out), OK);
    assert_int_equal(out.owner, PRODUCER);
}

/* What the waiting room and booking ask. */
static void test_asked_by_others(void **state)
{
    struct bed *b = *state;
    int64_t hall = make_hall(b, S(HALL_BODY(VENUE))), show = make_show(b, "Show");
    struct schedule_create_in in = schedule_of(b, show, hall, 0);
    struct schedule_ref ref = { make_schedule(b, &in).id }, unknown = { ref.schedule + 1 };
    struct schedule_facts facts = { 0 };
    struct str blob;

    as(b, 0);
    assert_int_equal(call_run(&b->cx, &performance_schedule_facts, &ref, &facts), OK);
    assert_int_equal(facts.owner, PRODUCER);
    assert_int_equal(facts.sale_ends_at, in.sale_ends_at);
    assert_int_equal(facts.max_per_user, 4);
    assert_int_equal(performance_hall_plan(&b->cx, hall, &blob), OK);
    assert_int_equal(plan_decode(b->arena, blob)->seat_count, 50);
    assert_int_equal(call_run(&b->cx, &performance_schedule_facts, &unknown, &facts), ERR_MISSING);
    assert_int_equal(performance_hall_plan(&b->cx, hall + 1, &blob), ERR_MISSING);
}

/* ---- lists ---- */

static void test_list(void **state)
{
    struct bed *b = *state;
    int64_t hall = make_hall(b, S(HALL_BODY(VENUE)));
    int64_t night = make_show(b, "Night"), day = make_show(b, "100% Day"), idle = make_show(b, "Idle");
    struct schedule_create_in at_night = schedule_of(b, night, hall, 0), at_day = schedule_of(b, day, hall, 24);
    at_day.sale_starts_at = b->now + HOUR;
    make_schedule(b, &at_night);
    make_schedule(b, &at_day);

    const struct {
        struct shows_in in;
        int64_t expected[3];
    } cases[] = {
        { { .limit = 0 }, { idle, day, night } },
        { { .sort = SORT_TITLE }, { day, idle, night } },
        { { .q = S("day") }, { day } },
        { { .q = S("100%") }, { day } },
        { { .q = S("_") }, { 0 } },
        { { .q = S("b. two"), .limit = 50 }, { idle, day, night } },
        { { .genre = GENRE_PLAY, .has_genre = true }, { 0 } },
        { { .status = SALE_ON, .has_status = true, .limit = 1 }, { night } },
        { { .status = SALE_UPCOMING, .has_status = true }, { idle, day } },
        { { .region = S("Seoul") }, { day, night } },
        { { .from = at_day.starts_at }, { day } },
        { { .to = at_day.starts_at }, { night } },
        { { .q = S("two NIGHT") }, { night } },
        { { .q = S("%") }, { day } },
        { { .min_price = 90001 }, { 0 } },
        { { .max_price = 60000, .has_max_price = true }, { day, night } },
        { { .region = S("Seoul"), .from = at_day.starts_at, .min_price = 90000 }, { day } },
        { { .region = S("Busan") }, { 0 } },
        { { .sort = SORT_SOONEST }, { night, day, idle } },
        { { .sort = SORT_PRICE }, { day, night, idle } },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct shows_out page = { 0 };
        as(b, 0);
        assert_int_equal(ask(b, "performance.list", &cases[i].in, &page), OK);
        const struct show_out *items = page.items.at;
        for (size_t n = 0; n < COUNT(cases[i].expected); n++)
            expect((n < page.items.n ? items[n].show.id : 0) == cases[i].expected[n], "case %zu: item %zu is another\n", i, n);
        assert_int_equal(page.next.n, 0);
    }
}

static void test_list_pages(void **state)
{
    struct bed *b = *state;
    for (int i = 0; i < 7; i++)
        make_show(b, i % 2 ? "Odd" : "Even");
    for (int sort = SORT_NEWEST; sort <= SORT_POPULAR; sort++) {
        struct shows_in in = { .limit = 3, .sort = sort };
        uint64_t seen = 0;
        int pages = 0;
        do {
            struct shows_out page = { 0 };
            as(b, 0);
            assert_int_equal(ask(b, "performance.list", &in, &page), OK);
            const struct show_out *items = page.items.at;
            for (size_t i = 0; i < page.items.n; i++) {
                assert_false(seen >> items[i].show.id & 1);
                seen |= UINT64_C(1) << items[i].show.id;
            }
            in.cursor = page.next;
            pages++;
        } while (in.cursor.n);
        assert_int_equal(pages, 3);
        assert_int_equal(__builtin_popcountll(seen), 7);
    }
}

static void test_detail(void **state)
{
    struct bed *b = *state;
    int64_t hall = make_hall(b, S(HALL_BODY(VENUE))), show = make_show(b, "Show");
    struct schedule_create_in late = schedule_of(b, show, hall, 24), early = schedule_of(b, show, hall, 0);
    make_schedule(b, &late);
    make_schedule(b, &early);
    struct show_out out = { 0 };
    as(b, 0);
    assert_int_equal(ask(b, "performance.get", &(struct show_ref){ show }, &out), OK);
    assert_int_equal(out.schedules.n, 2);
    assert_int_equal(out.from, early.starts_at);
    assert_int_equal(out.to, late.starts_at);
    assert_int_equal(out.price_from.amount, 60000);
    assert_int_equal(out.cast.n, 2);
    assert_true(str_eq(out.venue, S("Hall")));
    assert_int_equal(ask(b, "performance.get", &(struct show_ref){ show + 1 }, &out), ERR_MISSING);
}

/* ---- the map ---- */

static struct str inflated(struct bed *b, struct str gzip)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)gzip.p, .avail_in = (uInt)gzip.n };
    char *out = arena_take(b->arena, 1 << 20);
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    z.next_out = (Bytef *)out;
    z.avail_out = 1 << 20;
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(inflateEnd(&z), Z_OK);
    return str_of(out, z.total_out);
}

static bool contains(struct str text, const char *part)
{
    return memmem(text.p, text.n, part, strlen(part)) != NULL;
}

static void test_map(void **state)
{
    struct bed *b = *state;
    int64_t hall = make_hall(b, S(HALL_BODY(VENUE))), show = make_show(b, "Show");
    struct schedule_create_in in = schedule_of(b, show, hall, 0);
    struct schedule_ref ref = { make_schedule(b, &in).id };
    struct raw_out map = { 0 }, again = { 0 };
    as(b, 0);
    assert_int_equal(ask(b, "performance.map", &ref, &map), OK);
    assert_int_equal(ask(b, "performance.map", &ref, &again), OK);
    assert_ptr_equal(map.body.p, again.body.p);      /* made once */
    assert_true(contains(map.body, "\"seat_count\":50,"));
    assert_true(contains(map.body, "\"pitch\":1}"));
    assert_true(contains(map.body, "{\"name\":\"R\",\"color\":\"#e5484d\",\"price\":{\"amount\":90000,\"currency\":\"KRW\"}}"));
    assert_true(contains(map.body, "{\"name\":\"X\",\"color\":\"#8a8f98\",\"price\":null}"));
    assert_true(contains(map.body, "{\"name\":\"C\",\"grade\":1,\"guids\":[\"1F-C-1\",\"1F-C-2\","));
    assert_true(str_eq(inflated(b, map.body_gzip), map.body));

    /* A new name of the hall shows; who still reads the old map is not disturbed. */
    struct hall changed;
    struct hall_change_in change = { .hall = hall, .name = S("Renamed"), .has_name = true };
    as(b, PRODUCER);
    assert_int_equal(ask(b, "performance.hall_change", &change, &changed), OK);
    again.release(again.held);
    assert_int_equal(ask(b, "performance.map", &ref, &again), OK);
    assert_true(contains(again.body, "\"name\":\"Renamed\""));
    assert_true(contains(map.body, "\"name\":\"Hall\""));
    assert_false(str_eq(map.etag, again.etag));
    map.release(map.held);
    again.release(again.held);
    assert_int_equal(ask(b, "performance.map", &(struct schedule_ref){ ref.schedule + 1 }, &map), ERR_MISSING);
}

static int64_t cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* What a stadium may take: of the processor's time, since others use the machine too; under a sanitizer several times as much. */
#ifndef __has_feature         /* clang's */
#define __has_feature(name) 0
#endif
#define STADIUM_MS (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ? 9000 : 900)

/* A stadium's schedule is made in well under a second, and its map is sent in a few hundred kilobytes. */
static void test_stadium(void **state)
{
    struct bed *b = *state;
    int64_t hall = make_hall(b, S(HALL_BODY("{\"name\":\"Stadium\",\"categories\":[{\"name\":\"R\"},{\"name\":\"S\"}],\"sections\":["
                                            "{\"name\":\"#\",\"repeat\":{\"count\":50,\"shift\":{\"x\":0,\"y\":60}},\"category\":\"R\","
                                            "\"rows\":{\"count\":25,\"seats\":40,\"origin\":{\"x\":0,\"y\":0}}}]}")));
    int64_t show = make_show(b, "Show");
    struct schedule_create_in in = schedule_of(b, show, hall, 0);
    int64_t begun = cpu_ms();
    struct schedule_ref ref = { make_schedule(b, &in).id };
    assert_in_range(cpu_ms() - begun, 0, STADIUM_MS);

    struct raw_out map = { 0 };
    as(b, 0);
    assert_int_equal(ask(b, "performance.map", &ref, &map), OK);
    assert_in_range(map.body_gzip.n, 1, 600000);
    map.release(map.held);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_hall),
        TEST(test_hall_warnings_are_kept),
        TEST(test_bad_bodies),
        TEST(test_age_rating),
        TEST(test_schedule),
        TEST(test_status_follows_the_clock),
        TEST(test_schedule_faults),
        TEST(test_hall_busy),
        TEST(test_producers_keep_to_their_own),
        TEST(test_asked_by_others),
        TEST(test_list),
        TEST(test_list_pages),
        TEST(test_detail),
        TEST(test_map),
        TEST(test_stadium),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
