/* Plans: importing real documents and broken ones, what follows from them, and their form in the database. The real documents are read from
 * the folder TAKENSEAT_DATA (default ../shared/data); without it those tests are skipped. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "services/performance/import.h"
#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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

struct bed {
    struct ctx cx;
    struct plan *plan;
    struct list warnings;
};

static int set_up(void **state)
{
    struct bed *b = calloc(1, sizeof(*b));
    b->cx.arena = arena_new(0);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bed *b = *state;
    arena_free(b->cx.arena);
    free(b);
    return 0;
}

/* A whole file in the arena; skips the test when it is not there. */
static struct str data_file(struct bed *b, const char *name)
{
    const char *dir = getenv("TAKENSEAT_DATA");
    struct str path = arena_fmt(b->cx.arena, "%s/%s", dir ? dir : "../shared/data", name);
    FILE *f = fopen(path.p, "r");
    if (!f) {
        print_message("no %s\n", path.p);
        skip();
    }
    char *text = arena_take(b->cx.arena, 4 << 20);
    size_t n = fread(text, 1, 4 << 20, f);
    fclose(f);
    assert_in_range(n, 1, (4 << 20) - 1);
    return str_of(text, n);
}

static err import(struct bed *b, enum plan_format format, struct str text, bool repair)
{
    fail_clear(&b->cx);
    return plan_import(&b->cx, format, text, repair, &b->plan, &b->warnings);
}

static size_t fault_count(const struct bed *b)
{
    size_t n = 0;
    for (const struct field_error *f = b->cx.problem.fields; f; f = f->next)
        n++;
    return n;
}

static bool has_fault(const struct bed *b, const char *field)
{
    for (const struct field_error *f = b->cx.problem.fields; f; f = f->next)
        if (str_eq(f->field, str_c(field)))
            return true;
    return false;
}

static bool has_warning(const struct bed *b, const char *text)
{
    const struct str *at = b->warnings.at;
    for (size_t i = 0; i < b->warnings.n; i++)
        if (str_eq(at[i], str_c(text)))
            return true;
    return false;
}

/* ---- documents of others ---- */

static void test_pretix_repeats_are_named(void **state)
{
    struct bed *b = *state;
    assert_int_equal(import(b, PLAN_PRETIX, data_file(b, "stadium-738.pretix.json"), false), ERR_INPUT);
    assert_int_equal(fault_count(b), 126);
    assert_true(has_fault(b, "Groundfloor-A-1"));
}

static void test_pretix_repair(void **state)
{
    struct bed *b = *state;
    struct str text = data_file(b, "stadium-738.pretix.json");
    assert_int_equal(import(b, PLAN_PRETIX, text, true), OK);
    assert_int_equal(b->plan->seat_count, 738);
    assert_int_equal(b->plan->category_count, 5);
    assert_int_equal(b->warnings.n, 420);
    assert_true(has_warning(b, "Groundfloor-A-1: renamed to Groundfloor-A-1-2"));

    struct plan *first = b->plan;
    struct plan_index *index = plan_index(b->cx.arena, first);
    for (uint32_t i = 0, found; i < first->seat_count; i++) {
        assert_true(plan_index_find(index, first->guid[i], &found));
        assert_int_equal(found, i);          /* no guid twice */
    }
    assert_int_equal(import(b, PLAN_PRETIX, text, true), OK);
    for (uint32_t i = 0; i < first->seat_count; i++)
        assert_true(str_eq(first->guid[i], b->plan->guid[i]));
}

static void test_seatsio_sections(void **state)
{
    struct bed *b = *state;
    assert_int_equal(import(b, PLAN_SEATSIO, data_file(b, "racetrack-8897.seatsio.json"), false), OK);
    const struct plan *p = b->plan;
    assert_int_equal(p->seat_count, 8897);
    assert_int_equal(p->section_count, 4);
    assert_string_equal(arena_fmt(b->cx.arena, "%.*s", STR_ARG(p->guid[0])).p, "Goal Stand 4-A-1");

    for (uint32_t s = 0; s < p->section_count; s++) {
        struct point low = { INFINITY, INFINITY }, high = { -INFINITY, -INFINITY };
        const struct plan_section *section = &p->sections[s];
        assert_true(section->has_focus);
        for (uint32_t i = 0; i < section->points; i++) {
            struct point at = p->points[section->first_point + i];
            low = (struct point){ fminf(low.x, at.x), fminf(low.y, at.y) };
            high = (struct point){ fmaxf(high.x, at.x), fmaxf(high.y, at.y) };
        }
        for (uint32_t r = section->first_row; r < section->first_row + section->rows; r++)
            for (uint32_t i = p->rows[r].first; i < p->rows[r].first + p->rows[r].count; i++)
                assert_true(p->at[i].x > low.x && p->at[i].x < high.x && p->at[i].y > low.y && p->at[i].y < high.y);
    }
}

static void test_seatsio_tables(void **state)
{
    struct bed *b = *state;
    assert_int_equal(import(b, PLAN_SEATSIO, data_file(b, "tables.seatsio.json"), false), OK);
    assert_int_equal(b->plan->seat_count, 12);
    assert_int_equal(b->plan->row_count, 2);
    assert_true(str_eq(b->plan->guid[11], S("T2-6")));
    assert_int_equal(b->warnings.n, 1);      /* T2 is booked as a whole there */
}

static void test_seatsio_mistakes(void **state)
{
    struct bed *b = *state;
    assert_int_equal(import(b, PLAN_SEATSIO, data_file(b, "errors.seatsio.json"), false), ERR_INPUT);
    assert_int_equal(fault_count(b), 3);
    assert_true(has_fault(b, "plan.subChart.rows[0].seats[2].label"));
    assert_true(has_fault(b, "plan.subChart.rows[0].seats[3].categoryKey"));
    assert_true(has_fault(b, "A-1"));
}

/* ---- broken documents ---- */

#define SEAT(guid, number, x, category) "{\"seat_guid\":" guid ",\"seat_number\":" number ",\"position\":{\"x\":" x ",\"y\":0},\"category\":" category "}"
#define PRETIX(seats)                                                                                                                      \
    "{\"name\":\"P\",\"categories\":[{\"name\":\"R\",\"color\":\"#f00\"}],\"zones\":[{\"name\":\"Z\",\"rows\":[{\"row_number\":\"1\",\"seats\":[" seats \
    "]}]}]}"
#define AT "plan.zones[0].rows[0].seats[0]"

static void test_faults(void **state)
{
    static const struct {
        enum plan_format format;
        const char *text, *field;
    } cases[] = {
        { PLAN_PRETIX, "", "plan" },
        { PLAN_PRETIX, "[]", "plan" },
        { PLAN_PRETIX, "{\"name\":", "plan" },
        { PLAN_PRETIX, "{}", "plan.name" },
        { PLAN_PRETIX, "{}", "plan.categories" },
        { PLAN_PRETIX, "{}", "plan.zones" },
        { PLAN_PRETIX, "{\"name\":\"a\\u0000b\"}", "plan" },
        { PLAN_PRETIX, "{\"name\":7}", "plan.name" },
        { PLAN_PRETIX, "{\"name\":\"P\",\"categories\":{}}", "plan.categories" },
        { PLAN_PRETIX, "{\"categories\":[{\"name\":\"R\"},{\"name\":\"R\"}]}", "plan.categories[1].name" },
        { PLAN_PRETIX, "{\"categories\":[{\"name\":\"R\",\"color\":\"red\"}]}", "plan.categories[0].color" },
        { PLAN_PRETIX, "{\"name\":\"P\",\"categories\":[],\"zones\":[]}", "plan" },
        { PLAN_PRETIX, "{\"zones\":[{\"rows\":[]}]}", "plan.zones[0].name" },
        { PLAN_PRETIX, "{\"zones\":[{\"rows\":[{\"seats\":[]}]}]}", "plan.zones[0].rows[0].row_number" },
        { PLAN_PRETIX, "{\"zones\":[{\"rows\":[{}]}]}", "plan.zones[0].rows[0].seats" },
        { PLAN_PRETIX, "{\"zones\":[7]}", "plan.zones[0].name" },
        { PLAN_PRETIX, PRETIX("{}"), AT ".seat_guid" },
        { PLAN_PRETIX, PRETIX("{}"), AT ".seat_number" },
        { PLAN_PRETIX, PRETIX("{}"), AT ".position" },
        { PLAN_PRETIX, PRETIX("{}"), AT ".category" },
        { PLAN_PRETIX, PRETIX(SEAT("\"a\"", "\"1\"", "1e999", "\"R\"")), AT ".position.x" },
        { PLAN_PRETIX, PRETIX(SEAT("\"a\"", "\"1\"", "\"0\"", "\"R\"")), AT ".position.x" },
        { PLAN_PRETIX, PRETIX(SEAT("\"a\"", "\"1\"", "0", "\"VIP\"")), AT ".category" },
        { PLAN_PRETIX, PRETIX(SEAT("\"\"", "\"1\"", "0", "\"R\"")), AT ".seat_guid" },
        { PLAN_PRETIX, PRETIX(SEAT("\"a\\nb\"", "\"1\"", "0", "\"R\"")), AT ".seat_guid" },
        { PLAN_PRETIX, PRETIX(SEAT("\"a\"", "1", "0", "\"R\"")), AT ".seat_number" },
        { PLAN_PRETIX, PRETIX(SEAT("\"a\"", "\"1\"", "0", "\"R\"") "," SEAT("\"a\"", "\"2\"", "1", "\"R\"")), "a" },
        { PLAN_SEATSIO, "{}", "plan.subChart" },
        { PLAN_SEATSIO, "{\"subChart\":{\"rows\":[{\"label\":\"?\",\"seats\":[]}]}}", "plan.subChart.rows[0].label" },
        { PLAN_SEATSIO, "{\"subChart\":{\"generalAdmissionAreas\":[{\"label\":\"G\",\"capacity\":0}]}}",
          "plan.subChart.generalAdmissionAreas[0].capacity" },
        { PLAN_SEATSIO, "{\"subChart\":{\"sections\":[{\"label\":\"S\"}]}}", "plan.subChart.sections[0].topLeft" },
        { PLAN_VENUE, "{\"name\":\"V\",\"colour\":1}", "plan.colour" },
        { PLAN_VENUE, "{\"sections\":[{\"name\":\"A\"}]}", "plan.sections[0]" },
        { PLAN_VENUE, "{\"sections\":[{\"name\":\"A\",\"rows\":{\"count\":201}}]}", "plan.sections[0].rows.count" },
        { PLAN_VENUE, "{\"sections\":[{\"name\":\"A\",\"rows\":{\"count\":2,\"seats\":[1]}}]}", "plan.sections[0].rows.seats" },
        { PLAN_VENUE, "{\"sections\":[{\"name\":\"A\",\"marks\":[{\"trait\":\"loud\"}]}]}", "plan.sections[0].marks[0].trait" },
        { PLAN_VENUE, "{\"sections\":[{\"name\":\"A\",\"marks\":[{\"trait\":\"companion\",\"seats\":[0]}]}]}", "plan.sections[0].marks[0].seats" },
        { PLAN_VENUE, "{\"sections\":[{\"name\":\"A\",\"marks\":[],\"area\":{}}]}", "plan.sections[0].marks" },
        { PLAN_VENUE, "{\"sections\":[{\"name\":\"A\",\"repeat\":{\"count\":2},\"rows\":{}}]}", "plan.sections[0].name" },
        { PLAN_VENUE, "{\"sections\":[{\"name\":\"A\",\"arc\":{\"from\":10,\"to\":5}}]}", "plan.sections[0].arc" },
    };

    struct bed *b = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(import(b, cases[i].format, str_c(cases[i].text), false), ERR_INPUT);
        expect(has_fault(b, cases[i].field), "%s: no fault names %s\n", cases[i].text, cases[i].field);
    }
}

static void test_repair_keeps_clear_of_taken_names(void **state)
{
    struct bed *b = *state;
    struct str text = S(PRETIX(SEAT("\"a\"", "\"1\"", "0", "\"R\"") "," SEAT("\"a\"", "\"2\"", "1", "\"R\"") "," SEAT("\"a-2\"", "\"3\"", "2", "\"R\"")
                               "," SEAT("\"a\"", "\"4\"", "3", "\"R\"")));
    assert_int_equal(import(b, PLAN_PRETIX, text, true), OK);
    assert_true(str_eq(b->plan->guid[0], S("a")));
    assert_true(str_eq(b->plan->guid[1], S("a-3")));
    assert_true(str_eq(b->plan->guid[2], S("a-2")));
    assert_true(str_eq(b->plan->guid[3], S("a-4")));
}

/* ---- described venues ---- */

#define CATEGORIES "\"categories\":[{\"name\":\"R\"},{\"name\":\"S\"}],"
#define VENUE(rest) S("{\"name\":\"V\"," CATEGORIES rest "}")

static void test_breaks_and_ranks(void **state)
{
    struct bed *b = *state;
    assert_int_equal(import(b, PLAN_VENUE, VENUE("\"stage\":{\"x\":-5,\"y\":-6,\"width\":10,\"height\":4},\"sections\":["
                                                 "{\"name\":\"1F\",\"grades\":[{\"to\":1,\"category\":\"R\"},{\"category\":\"S\"}],"
                                                 "\"rows\":{\"count\":2,\"seats\":6,\"origin\":{\"x\":0,\"y\":0},\"aisles\":[2]}}]"), false), OK);
    const struct plan *p = b->plan;
    static const int breaks[] = { 1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0 };
    assert_int_equal(p->seat_count, COUNT(breaks));
    for (uint32_t i = 0; i < p->seat_count; i++)
        assert_int_equal(bit_get(p->breaks, i), breaks[i]);
    assert_int_equal(p->rows[0].rank, 0);
    assert_int_equal(p->rows[1].rank, 1);
    assert_int_equal(p->category[5], 0);
    assert_int_equal(p->category[6], 1);
    assert_int_equal(plan_row_of(p, 5), 0);
    assert_int_equal(plan_row_of(p, 6), 1);
    assert_true(str_eq(p->guid[6], S("1F-B-1")));
    assert_true(p->sections[0].points >= 4); /* an outline was made */
}

static void test_numbering_and_mirror(void **state)
{
    struct bed *b = *state;
    assert_int_equal(import(b, PLAN_VENUE, VENUE("\"sections\":[{\"name\":\"L\",\"mirror\":\"M\",\"category\":\"R\",\"rows\":{\"count\":1,\"seats\":5,"
                                                 "\"numbering\":\"split\",\"first_row\":27,\"origin\":{\"x\":-9,\"y\":0}}}]"), false), OK);
    const struct plan *p = b->plan;
    static const char *const numbers[] = { "5", "3", "1", "2", "4" };
    assert_int_equal(p->seat_count, 10);
    for (uint32_t i = 0; i < 5; i++) {
        assert_true(str_eq(p->number[i], str_c(numbers[i])));
        assert_true(str_eq(p->number[i + 5], str_c(numbers[i])));
        assert_float_equal(p->at[i].x, -p->at[i + 5].x, 0.001);
    }
    assert_true(str_eq(p->guid[0], S("L-27-5")));
    assert_true(str_eq(p->guid[5], S("M-27-5")));
}

static void test_ring_keeps_its_pitch(void **state)
{
    struct bed *b = *state;
    assert_int_equal(import(b, PLAN_VENUE, VENUE("\"sections\":[{\"name\":\"#\",\"repeat\":{\"count\":12,\"turn\":30,\"first\":101},\"category\":\"R\","
                                                 "\"arc\":{\"count\":4,\"center\":{\"x\":0,\"y\":0},\"radius\":{\"x\":60,\"y\":40},\"from\":0,\"to\":30,"
                                                 "\"gap\":2}}]"), false), OK);
    const struct plan *p = b->plan;
    assert_int_equal(p->section_count, 12);
    assert_true(str_eq(p->sections[11].name, S("112")));
    for (uint32_t r = 0; r < p->row_count; r++)
        for (uint32_t i = p->rows[r].first + 1; i < p->rows[r].first + p->rows[r].count; i++)
            assert_float_equal(hypotf(p->at[i].x - p->at[i - 1].x, p->at[i].y - p->at[i - 1].y), 1.0, 0.01);
}

static void test_area_places_lie_inside(void **state)
{
    struct bed *b = *state;
    assert_int_equal(import(b, PLAN_VENUE, VENUE("\"sections\":[{\"name\":\"Floor\",\"category\":\"S\",\"area\":{\"capacity\":777,\"polygon\":"
                                                 "[{\"x\":0,\"y\":0},{\"x\":40,\"y\":0},{\"x\":40,\"y\":30}]}}]"), false), OK);
    const struct plan *p = b->plan;
    assert_int_equal(p->seat_count, 777);
    assert_int_equal(p->row_count, 1);
    for (uint32_t i = 0; i < p->seat_count; i++) {
        assert_true(p->at[i].x <= 40 && p->at[i].y >= 0 && p->at[i].y <= p->at[i].x * 0.75f + 0.001f);
        assert_true(i == 0 || p->at[i].x != p->at[i - 1].x);
        assert_int_equal(bit_get(p->breaks, i), i == 0);
    }
}

static void test_too_many_seats(void **state)
{
    struct bed *b = *state;
    assert_int_equal(import(b, PLAN_VENUE, VENUE("\"sections\":[{\"name\":\"#\",\"repeat\":{\"count\":3,\"shift\":{\"x\":0,\"y\":300}},\"category\":\"S\","
                                                 "\"rows\":{\"count\":100,\"seats\":400,\"origin\":{\"x\":0,\"y\":0}}}]"), false), ERR_INPUT);
    assert_true(has_fault(b, "plan"));
}

static void test_marks(void **state)
{
    struct bed *b = *state;
    assert_int_equal(import(b, PLAN_VENUE, VENUE("\"sections\":[{\"name\":\"L\",\"mirror\":\"M\",\"category\":\"R\",\"marks\":["
                                                 "{\"trait\":\"wheelchair\",\"to\":1,\"seats\":[1]},{\"trait\":\"step_free\",\"to\":1},"
                                                 "{\"trait\":\"restricted_view\",\"from\":2,\"seats\":[-1]}],"
                                                 "\"rows\":{\"count\":2,\"seats\":[3,2],\"origin\":{\"x\":-9,\"y\":0}}}]"), false), OK);
    static const uint8_t traits[] = { SEAT_WHEELCHAIR | SEAT_STEP_FREE, SEAT_STEP_FREE, SEAT_STEP_FREE, 0, SEAT_RESTRICTED_VIEW };
    assert_int_equal(b->plan->seat_count, 10);
    for (uint32_t i = 0; i < 10; i++)
        assert_int_equal(plan_traits(b->plan, i), traits[i % 5]);
}

static void test_traits_of_charts(void **state)
{
    struct bed *b = *state;
    assert_int_equal(import(b, PLAN_SEATSIO, S("{\"name\":\"C\",\"categories\":{\"list\":[{\"key\":1,\"label\":\"R\",\"color\":\"#fff\"}]},"
                                               "\"subChart\":{\"rows\":[{\"label\":\"A\",\"categoryKey\":1,\"seats\":["
                                               "{\"label\":\"1\",\"x\":0,\"y\":0,\"accessible\":true},"
                                               "{\"label\":\"2\",\"x\":1,\"y\":0,\"companionSeat\":true,\"accessible\":false},"
                                               "{\"label\":\"3\",\"x\":2,\"y\":0,\"restrictedView\":true}]}]}}"), false), OK);
    assert_int_equal(plan_traits(b->plan, 0), SEAT_WHEELCHAIR);
    assert_int_equal(plan_traits(b->plan, 1), SEAT_COMPANION);
    assert_int_equal(plan_traits(b->plan, 2), SEAT_RESTRICTED_VIEW);
}

/* ---- the stored form ---- */

static void test_blob(void **state)
{
    struct bed *b = *state;
    struct buf blob, again;
    assert_int_equal(import(b, PLAN_VENUE, VENUE("\"stage\":{\"x\":0,\"y\":0,\"width\":4,\"height\":1},\"focus\":{\"x\":1,\"y\":2},\"sections\":["
                                                 "{\"name\":\"A\",\"category\":\"R\",\"marks\":[{\"trait\":\"companion\",\"from\":2,\"to\":2}],"
                                                 "\"rows\":{\"count\":3,\"seats\":4,\"origin\":{\"x\":0,\"y\":3}}}]"),
                            false), OK);
    buf_init(&blob, 1 << 20);
    buf_init(&again, 1 << 20);
    plan_encode(b->plan, &blob);
    struct plan *p = plan_decode(b->cx.arena, buf_view(&blob));
    assert_non_null(p);
    assert_int_equal(plan_traits(p, 3), 0);
    assert_int_equal(plan_traits(p, 4), SEAT_COMPANION);
    plan_encode(p, &again);
    assert_true(str_eq(buf_view(&blob), buf_view(&again)));

    char *damaged = arena_take(b->cx.arena, blob.n);
    for (size_t n = 0; n < blob.n; n++) {
        memcpy(damaged, blob.p, n);
        assert_null(plan_decode(b->cx.arena, str_of(damaged, n)));
    }
    memcpy(damaged, blob.p, blob.n);
    for (size_t i = 0; i < blob.n; i++) {    /* a wrong byte is refused or read as another plan, never past the end */
        damaged[i] = (char)~damaged[i];
        p = plan_decode(b->cx.arena, str_of(damaged, blob.n));
        assert_true(!p || p->seat_count <= PLAN_SEATS_MAX);
        damaged[i] = blob.p[i];
    }
    buf_free(&blob);
    buf_free(&again);
}

/* ---- another plan for seats that are being sold ---- */

/* Rows as words: each letter is a seat with its row and letter as guid; the first section is category A, the second B. */
static struct plan *small_plan(struct arena *arena, const char *const *rows, size_t n, double x)
{
    struct plan_maker m;
    plan_begin(&m, arena);
    assert_true(plan_add_category(&m, S("A"), S("#aa0000")) && plan_add_category(&m, x > 0 ? S("C") : S("B"), S("#00bb00")));
    for (size_t r = 0; r < n; r++) {
        if (r < 2)
            assert_true(plan_add_section(&m, r ? S("Back") : S("Front"), SECTION_SEATS));
        assert_true(plan_add_row(&m, arena_fmt(arena, "%zu", r + 1)));
        for (size_t i = 0; rows[r][i]; i++) {
            assert_true(plan_add_seat(&m, arena_fmt(arena, "%zu%c", r + 1, rows[r][i]), S("1"), x + (double)i, (double)r, r > 0));
            plan_mark_seat(&m, rows[r][i] == 'b' ? SEAT_STEP_FREE : 0);
        }
    }
    return plan_end(&m);
}

static struct str guids_of(struct arena *arena, const struct plan *p)
{
    struct str all = S("");
    for (uint32_t i = 0; i < p->seat_count; i++)
        all = arena_fmt(arena, "%.*s%s%.*s", STR_ARG(all), i ? " " : "", STR_ARG(p->guid[i]));
    return all;
}

static void assert_text(struct str text, const char *expected)
{
    expect(str_eq(text, str_c(expected)), "%.*s, not %s\n", STR_ARG(text), expected);
}

static void test_merge_keeps_numbers(void **state)
{
    struct bed *b = *state;
    static const char *const before[] = { "abcd", "ab" }, *const after[] = { "xabd", "ab", "ab" };
    const struct plan *old = small_plan(b->cx.arena, before, 2, 0), *new = small_plan(b->cx.arena, after, 3, 10);
    uint8_t gone[1] = { 0 };
    const struct plan *p = plan_merge(b->cx.arena, old, new, gone);
    assert_non_null(p);
    assert_text(guids_of(b->cx.arena, p), "1a 1b 1c 1d 2a 2b 1x 3a 3b");
    assert_int_equal(gone[0], 1 << 2);

    /* What stays is where the new plan has it, what is gone where it was; what is new has the new plan's section and row. */
    assert_true(p->at[0].x > 10.5f && p->at[0].x < 11.5f && p->at[2].x < 2.5f && p->at[6].x < 10.5f);
    assert_text(p->rows[plan_row_of(p, 6)].name, "1");
    assert_text(p->sections[p->rows[plan_row_of(p, 6)].section].name, "Front");
    assert_int_equal(plan_row_of(p, 2), plan_row_of(p, 1));              /* a gap in a row does not cut it */
    assert_int_equal(plan_row_of(p, 7), plan_row_of(p, 8));

    assert_int_equal(plan_traits(p, 1), SEAT_STEP_FREE);
    assert_int_equal(plan_traits(p, 2) | plan_traits(p, 6), 0);
    assert_int_equal(plan_traits(p, 8), SEAT_STEP_FREE);

    /* Categories keep their numbers: B, which the new plan does not know, and C behind it. */
    assert_int_equal(p->category_count, 3);
    assert_text(p->categories[1].name, "B");
    assert_int_equal(p->category[4], 2);
    assert_text(p->categories[2].name, "C");
}

static void test_merge_of_the_same_changes_nothing(void **state)
{
    struct bed *b = *state;
    static const char *const rows[] = { "abcd", "ab", "abc" };
    const struct plan *old = small_plan(b->cx.arena, rows, 3, 0);
    uint8_t gone[2] = { 0, 0 };
    const struct plan *p = plan_merge(b->cx.arena, old, old, gone);
    struct buf one, two;
    buf_init(&one, PLAN_BLOB_MAX);
    buf_init(&two, PLAN_BLOB_MAX);
    plan_encode(old, &one);
    plan_encode(p, &two);
    assert_int_equal(gone[0] | gone[1], 0);
    expect(str_eq(buf_view(&one), buf_view(&two)), "a plan merged with itself is another\n");
    buf_free(&one);
    buf_free(&two);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_pretix_repeats_are_named),
        TEST(test_pretix_repair),
        TEST(test_seatsio_sections),
        TEST(test_seatsio_tables),
        TEST(test_seatsio_mistakes),
        TEST(test_faults),
        TEST(test_repair_keeps_clear_of_taken_names),
        TEST(test_breaks_and_ranks),
        TEST(test_numbering_and_mirror),
        TEST(test_ring_keeps_its_pitch),
        TEST(test_area_places_lie_inside),
        TEST(test_too_many_seats),
        TEST(test_marks),
        TEST(test_traits_of_charts),
        TEST(test_blob),
        TEST(test_merge_keeps_numbers),
        TEST(test_merge_of_the_same_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
