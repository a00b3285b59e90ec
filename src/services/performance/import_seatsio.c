/* seats.io charts. A chart is a canvas of rows, tables, standing areas and sections; a section is a smaller canvas of its own, laid on the
 * chart at its top left corner and scaled. A seat's identity is what people read: "section-row-seat". The uuid of the document is an editor's
 * number that changes when a seat is drawn again, so a label that stands twice is a fault here as it is in the editor. */
#include "services/performance/import.h"

#include <math.h>

#define ROUND_CORNERS 32

/* A canvas laid on the chart. */
struct canvas {
    double x, y, scale;
    struct str section;       /* label; empty for the chart itself */
    const cJSON *category;    /* key for what has none of its own */
    bool has_focus;
    struct point focus;
};

/* Labels the editor has not been told yet read "?". */
static struct str read_label(struct import *im, const struct place *at, const cJSON *o)
{
    struct str label = member_text(im, at, o, "label", MUST_HAVE);

    if (!str_eq(label, S("?")))
        return label;
    im->result = fail_field(im->cx, place_text(im, at, "label"), "has no label yet", "아직 이름표가 없습니다");
    return (struct str){ 0 };
}

static struct str joined(struct import *im, struct str a, struct str b)
{
    if (a.n == 0)
        return b;
    return arena_fmt(im->cx->arena, "%.*s-%.*s", STR_ARG(a), STR_ARG(b));
}

/* ---- categories are named by keys, numbers or texts ---- */

static bool same_key(const cJSON *a, const cJSON *b)
{
    if (cJSON_IsNumber(a) && cJSON_IsNumber(b))
        return a->valuedouble == b->valuedouble;
    return cJSON_IsString(a) && cJSON_IsString(b) && strcmp(a->valuestring, b->valuestring) == 0;
}

/* The category of an object: its own, its row's, its section's. */
static bool read_category(struct import *im, const struct place *at, const cJSON *root, const cJSON *o, const cJSON *inherited, uint8_t *ret)
{
    const cJSON *key = member(o, "categoryKey"), *category;

    if (!key)
        key = inherited;
    if (!key) {
        im->result = fail_field(im->cx, place_text(im, at, "categoryKey"), "has no category", "등급이 없습니다");
        return false;
    }
    cJSON_ArrayForEach(category, member(member(root, "categories"), "list")) {
        if (same_key(member(category, "key"), key))
            return import_category_find(im, at, "categoryKey", str_trim(str_c(cJSON_GetStringValue(member(category, "label")))), ret);
    }
    im->result = fail_field(im->cx, place_text(im, at, "categoryKey"), "is the key of no category", "이 키의 등급이 없습니다");
    return false;
}

/* ---- rows and tables: both are seats with coordinates under one label ---- */

static uint8_t read_traits(const cJSON *seat)
{
    return (uint8_t)((cJSON_IsTrue(member(seat, "accessible")) ? SEAT_WHEELCHAIR : 0) |
                     (cJSON_IsTrue(member(seat, "companionSeat")) ? SEAT_COMPANION : 0) |
                     (cJSON_IsTrue(member(seat, "restrictedView")) ? SEAT_RESTRICTED_VIEW : 0));
}

static void read_seat(struct import *im, const struct place *at, const cJSON *root, const struct canvas *on, const cJSON *seat,
                      const cJSON *category_key, struct str row)
{
    struct str label = read_label(im, at, seat);
    double x = 0, y = 0;
    bool placed = member_xy(im, at, seat, &x, &y);
    uint8_t category;

    if (!read_category(im, at, root, seat, category_key, &category) || !label.p || !row.p || !placed)
        return;
    if (import_fits(im, plan_add_seat(&im->maker, joined(im, joined(im, on->section, row), label), label, on->x + x * on->scale, on->y + y * on->scale,
                                      category)))
        plan_mark_seat(&im->maker, read_traits(seat));
}

static void read_rows(struct import *im, const struct place *at, const cJSON *root, const struct canvas *on, const cJSON *canvas, const char *kind)
{
    const cJSON *rows = member_list(im, at, canvas, kind, MAY_MISS), *row, *seat;
    struct place row_at = { at, kind, 0 };

    cJSON_ArrayForEach(row, rows) {
        struct str label = read_label(im, &row_at, row);
        const cJSON *seats = member_list(im, &row_at, row, "seats", MUST_HAVE), *key = member(row, "categoryKey");
        struct place seat_at = { &row_at, "seats", 0 };

        if (cJSON_IsTrue(member(row, "bookAsAWhole")))
            import_warn(im, "%.*s: the table is sold seat by seat", "%.*s: 테이블이 좌석별로 판매됩니다", STR_ARG(label));
        if (seats && seats->child && !import_fits(im, plan_add_row(&im->maker, label)))
            return;
        cJSON_ArrayForEach(seat, seats) {
            if (im->full)
                return;
            read_seat(im, &seat_at, root, on, seat, key ? key : on->category, label);
            seat_at.index++;
        }
        row_at.index++;
    }
}

/* ---- outlines ---- */

static void add_corner(struct import *im, const struct canvas *on, double x, double y)
{
    import_fits(im, plan_add_point(&im->maker, im->maker.plan.section_count - 1, on->x + x * on->scale, on->y + y * on->scale));
}

static void read_polygon(struct import *im, const struct place *at, const struct canvas *on, const cJSON *o)
{
    const cJSON *points = member_list(im, at, o, "points", MUST_HAVE), *point;
    struct place here = { at, "points", 0 };
    double x, y;

    cJSON_ArrayForEach(point, points) {
        if (member_xy(im, &here, point, &x, &y))
            add_corner(im, on, x, y);
        here.index++;
    }
}

/* Ellipses and rectangles have a middle, two radii (half a side) and a turn in degrees. */
static void read_turned(struct import *im, const struct place *at, const struct canvas *on, const cJSON *o, bool is_round)
{
    const char *across = is_round ? "radius1" : "width", *down = is_round ? "radius2" : "height";
    int corners = is_round ? ROUND_CORNERS : 4;
    double x, y, a, b, degrees = 0;

    member_number(im, at, o, "rotationAngle", MAY_MISS, -360, 360, &degrees);
    if (!member_point(im, at, o, "center", MUST_HAVE, &x, &y) || !member_number(im, at, o, across, MUST_HAVE, 0, COORDINATE_MAX, &a) ||
        !member_number(im, at, o, down, MUST_HAVE, 0, COORDINATE_MAX, &b))
        return;
    for (int i = 0; i < corners; i++) {
        double turn = degrees * M_PI / 180, t = 2 * M_PI * i / corners;
        double u = is_round ? a * cos(t) : (i == 0 || i == 3 ? -a / 2 : a / 2), v = is_round ? b * sin(t) : (i < 2 ? -b / 2 : b / 2);

        add_corner(im, on, x + u * cos(turn) - v * sin(turn), y + u * sin(turn) + v * cos(turn));
    }
}

/* ---- standing areas: each is a section of its own ---- */

static void read_area(struct import *im, const struct place *at, const cJSON *root, const struct canvas *on, const cJSON *area)
{
    struct str label = read_label(im, at, area), shape = str_c(cJSON_GetStringValue(member(area, "type"))), name = joined(im, on->section, label);
    uint32_t capacity = 0;
    uint8_t category;
    bool counted = member_count(im, at, area, "capacity", MUST_HAVE, 1, PLAN_SEATS_MAX, &capacity);

    if (!read_category(im, at, root, area, on->category, &category) || !label.p || !counted ||
        !import_fits(im, plan_add_section(&im->maker, name, SECTION_AREA)))
        return;
    if (str_eq(shape, S("circle")) || str_eq(shape, S("rectangle")))
        read_turned(im, at, on, area, str_eq(shape, S("circle")));
    else
        read_polygon(im, at, on, area);
    if (im->maker.plan.sections[im->maker.plan.section_count - 1].points == 0)
        im->result = fail_field(im->cx, place_text(im, at, "points"), "has no outline", "구역에 윤곽이 없습니다");
    else
        import_fits(im, plan_fill_area(&im->maker, name, capacity, category));
}

/* A canvas: its rows and tables make one section, its areas one each. */
static void read_canvas(struct import *im, const struct place *at, const cJSON *root, const struct canvas *on, const cJSON *canvas, struct str name,
                        const cJSON *outlined)
{
    const cJSON *areas = member_list(im, at, canvas, "generalAdmissionAreas", MAY_MISS), *area;
    struct place area_at = { at, "generalAdmissionAreas", 0 };
    struct canvas chart = { .scale = 1 };
    struct plan_section *section;

    if (cJSON_GetArraySize(member(canvas, "rows")) > 0 || cJSON_GetArraySize(member(canvas, "tables")) > 0) {
        if (!import_fits(im, plan_add_section(&im->maker, name, SECTION_SEATS)))
            return;
        section = &im->maker.plan.sections[im->maker.plan.section_count - 1];
        section->has_focus = on->has_focus;
        section->focus = on->focus;
        if (outlined)
            read_polygon(im, at->up, &chart, outlined);
        read_rows(im, at, root, on, canvas, "rows");
        read_rows(im, at, root, on, canvas, "tables");
    }
    cJSON_ArrayForEach(area, areas) {
        if (im->full)
            return;
        read_area(im, &area_at, root, on, area);
        area_at.index++;
    }
    if (cJSON_GetArraySize(member(canvas, "booths")) > 0)
        import_warn(im, "%.*s: booths are left out", "%.*s: 부스는 제외됩니다", STR_ARG(name));
}

/* What the seats of a zone look at. */
static void find_focus(const cJSON *root, const cJSON *zone_key, struct canvas *on)
{
    const cJSON *zone, *focus, *x, *y;

    cJSON_ArrayForEach(zone, member(member(root, "zones"), "list")) {
        focus = member(zone, "focalPoint");
        x = member(focus, "x");
        y = member(focus, "y");
        if (zone_key && same_key(member(zone, "key"), zone_key) && cJSON_IsNumber(x) && cJSON_IsNumber(y) && fabs(x->valuedouble) <= COORDINATE_MAX &&
            fabs(y->valuedouble) <= COORDINATE_MAX) {
            on->has_focus = true;
            on->focus = (struct point){ (float)x->valuedouble, (float)y->valuedouble };
        }
    }
}

static void read_section(struct import *im, const struct place *at, const cJSON *root, const cJSON *section, double scale)
{
    struct canvas on = { .scale = scale, .section = read_label(im, at, section), .category = member(section, "categoryKey") };
    const cJSON *canvas = member_object(im, at, section, "subChart", MUST_HAVE);
    struct place here = { at, "subChart", -1 };

    find_focus(root, member(section, "zone"), &on);
    if (member_point(im, at, section, "topLeft", MUST_HAVE, &on.x, &on.y) && canvas && on.section.p)
        read_canvas(im, &here, root, &on, canvas, on.section, section);
}

void import_seatsio(struct import *im, const cJSON *root)
{
    struct place plan = { NULL, "plan", -1 }, lists = { &plan, "categories", -1 }, category_at = { &lists, "list", 0 };
    struct place chart_at = { &plan, "subChart", -1 }, section_at = { &chart_at, "sections", 0 };
    struct str name = member_text(im, &plan, root, "name", MUST_HAVE);
    const cJSON *chart = member_object(im, &plan, root, "subChart", MUST_HAVE), *categories, *category, *sections, *section;
    struct canvas on = { .scale = 1 };
    double percent = 100, x, y;

    categories = member_list(im, &lists, member_object(im, &plan, root, "categories", MUST_HAVE), "list", MUST_HAVE);
    cJSON_ArrayForEach(category, categories) {
        import_category(im, &category_at, category, "label");
        category_at.index++;
    }
    if (!chart)
        return;
    member_number(im, &plan, root, "sectionScaleFactor", MAY_MISS, 1, 10000, &percent);
    if (member_point(im, &chart_at, chart, "focalPoint", MAY_MISS, &x, &y)) {
        im->maker.plan.has_focus = true;
        im->maker.plan.focus = (struct point){ (float)x, (float)y };
    }
    read_canvas(im, &chart_at, root, &on, chart, name, NULL);
    sections = member_list(im, &chart_at, chart, "sections", MAY_MISS);
    cJSON_ArrayForEach(section, sections) {
        if (im->full)
            return;
        read_section(im, &section_at, root, section, percent / 100);
        section_at.index++;
    }
}
