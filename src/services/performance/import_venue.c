/* Our own description of venues (docs/venue-format.md). It is ours, so an unknown member is a mistake and is named. */
#include "services/performance/venue.h"

#include <math.h>

#define REPEAT_MAX   200
#define DISTANCE_MAX 10000     /* of a distance in the description */

/* ---- small readers ---- */

void venue_members(struct import *im, const struct place *at, const cJSON *o, const char *const *known)
{
    const cJSON *v;

    cJSON_ArrayForEach(v, o) {
        size_t i = 0;

        while (known[i] && v->string && strcmp(known[i], v->string) != 0)
            i++;
        if (!known[i] || !v->string)
            im->result = fail_field(im->cx, place_text(im, at, v->string ? v->string : "?"), "is not known here", "없는 항목입니다");
    }
}

/* One of `words` (NULL-terminated); `ret` keeps its value when the member is absent. */
static void member_word(struct import *im, const struct place *at, const cJSON *o, const char *name, const char *const *words, int *ret)
{
    struct str s = member_text(im, at, o, name, MAY_MISS);

    if (!s.p)
        return;
    for (int i = 0; words[i]; i++)
        if (str_eq(s, str_c(words[i]))) {
            *ret = i;
            return;
        }
    im->result = fail_field(im->cx, place_text(im, at, name), "must be one of the words that may stand here, not %.*s",
                            "%.*s은(는) 쓸 수 없는 값입니다", STR_ARG(s));
}

/* The text with '#' replaced by a number. */
static struct str numbered(struct import *im, struct str text, uint32_t number)
{
    struct str rest = text, head = str_cut(&rest, '#');

    return rest.p ? arena_fmt(im->cx->arena, "%.*s%u%.*s", STR_ARG(head), number, STR_ARG(rest)) : text;
}

/* "1F A" -> "1FA": a guid has no spaces. */
static struct str without_spaces(struct import *im, struct str s)
{
    char *out = arena_take(im->cx->arena, s.n);
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != ' ')
            out[n++] = s.p[i];
    return str_of(out, n);
}

/* ---- grades of rows ---- */

static void read_grades(struct import *im, const struct place *at, const cJSON *section, struct venue_block *b)
{
    static const char *const known[] = { "to", "category", NULL };
    struct str one = member_text(im, at, section, "category", MAY_MISS);
    const cJSON *grades = member_list(im, at, section, "grades", one.p ? MAY_MISS : MUST_HAVE), *grade;
    struct place here = { at, "grades", 0 };

    if (one.p) {
        b->grades[0] = (struct venue_grade){ .last_row = VENUE_ROWS_MAX };
        b->grade_count = import_category_find(im, at, "category", one, &b->grades[0].category);
    }
    cJSON_ArrayForEach(grade, grades) {
        struct str category = member_text(im, &here, grade, "category", MUST_HAVE);
        struct venue_grade g = { .last_row = VENUE_ROWS_MAX };

        venue_members(im, &here, grade, known);
        member_count(im, &here, grade, "to", MAY_MISS, 1, VENUE_ROWS_MAX, &g.last_row);
        if (category.p && import_category_find(im, &here, "category", category, &g.category) && b->grade_count < VENUE_GRADES_MAX)
            b->grades[b->grade_count++] = g;
        here.index++;
    }
}

/* ---- what a buyer should know of seats ---- */

static void read_marked_seats(struct import *im, const struct place *at, const cJSON *o, struct venue_mark *m)
{
    const cJSON *seats = member_list(im, at, o, "seats", MAY_MISS), *seat;

    cJSON_ArrayForEach(seat, seats) {
        double v = cJSON_IsNumber(seat) ? seat->valuedouble : 0;

        if (!(fabs(v) >= 1 && fabs(v) <= VENUE_SEATS_MAX) || v != floor(v) || m->seat_count == VENUE_MARKED_MAX) {
            im->result = fail_field(im->cx, place_text(im, at, "seats"), "must be at most %d places in the row: from 1 from the left, from -1 from the right",
                                    "열에서의 위치 %d개 이하여야 합니다: 왼쪽부터 1, 오른쪽부터 -1", VENUE_MARKED_MAX);
            return;
        }
        m->seats[m->seat_count++] = (int32_t)v;
    }
}

static void read_marks(struct import *im, const struct place *at, const cJSON *section, struct venue_block *b)
{
    static const char *const known[] = { "trait", "from", "to", "seats", NULL };
    const cJSON *marks = member_list(im, at, section, "marks", MAY_MISS), *mark;
    struct place here = { at, "marks", 0 };

    if (cJSON_GetArraySize(marks) > VENUE_MARKS_MAX || (marks && (member(section, "area") || member(section, "placed")))) {
        im->result = fail_field(im->cx, place_text(im, at, "marks"), "must be at most %d, of a section with rows", "좌석 열이 있는 구역에 %d개까지 둘 수 있습니다",
                                VENUE_MARKS_MAX);
        return;
    }
    cJSON_ArrayForEach(mark, marks) {
        struct venue_mark *m = &b->marks[b->mark_count++];
        int trait = -1;

        *m = (struct venue_mark){ .from = 1, .to = VENUE_ROWS_MAX };
        venue_members(im, &here, mark, known);
        member_word(im, &here, mark, "trait", seat_trait_words, &trait);
        member_count(im, &here, mark, "from", MAY_MISS, 1, VENUE_ROWS_MAX, &m->from);
        member_count(im, &here, mark, "to", MAY_MISS, 1, VENUE_ROWS_MAX, &m->to);
        read_marked_seats(im, &here, mark, m);
        if (trait >= 0)
            m->trait = (uint8_t)(1 << trait);
        else if (!member(mark, "trait"))
            member_text(im, &here, mark, "trait", MUST_HAVE);
        here.index++;
    }
}

/* ---- rows, straight and along an arc ---- */

/* What both kinds have in common: how many rows, their names, the seats' numbers and distances. */
static void read_names(struct import *im, const struct place *at, const cJSON *o, struct venue_block *b)
{
    static const char *const numberings[] = { "left", "right", "odd", "even", "split", NULL };
    const cJSON *first = member(o, "first_row");
    int numbering = NUMBER_LEFT;

    member_count(im, at, o, "count", MUST_HAVE, 1, VENUE_ROWS_MAX, &b->rows);
    member_number(im, at, o, "spacing", MAY_MISS, 0.1, DISTANCE_MAX, &b->pitch);
    member_number(im, at, o, "row_spacing", MAY_MISS, 0.1, DISTANCE_MAX, &b->row_step);
    member_count(im, at, o, "first_seat", MAY_MISS, 0, 10000, &b->first_seat);
    member_word(im, at, o, "numbering", numberings, &numbering);
    b->numbering = (enum venue_numbering)numbering;
    if (cJSON_IsString(first) && first->valuestring[0] >= 'A' && first->valuestring[0] <= 'Z' && !first->valuestring[1]) {
        b->first_row = (uint32_t)(first->valuestring[0] - 'A' + 1);
    } else if (first) {
        b->letters = false;
        member_count(im, at, o, "first_row", MAY_MISS, 0, 10000, &b->first_row);
    }
}

/* "seats": one number for all rows (with "taper": so many more in each further row), or a list of one a row. */
static void read_row_sizes(struct import *im, const struct place *at, const cJSON *o, struct venue_block *b)
{
    const cJSON *list = member(o, "seats"), *item;
    double taper = 0;
    uint32_t n = 0, row = 0;

    if (cJSON_IsArray(list)) {
        cJSON_ArrayForEach(item, list) {
            if (cJSON_IsNumber(item) && item->valuedouble >= 1 && item->valuedouble <= VENUE_SEATS_MAX && row < b->rows)
                b->seats[row] = (uint32_t)item->valuedouble;
            row++;
        }
        for (uint32_t i = 0; i < b->rows && row == b->rows; i++)
            row = b->seats[i] ? row : 0;
        if (row != b->rows)
            im->result = fail_field(im->cx, place_text(im, at, "seats"), "must be a number from 1 to %d for each of the %u rows",
                                    "1부터 %d까지의 수가 %u개 열마다 있어야 합니다", VENUE_SEATS_MAX, b->rows);
        return;
    }
    member_number(im, at, o, "taper", MAY_MISS, -100, 100, &taper);
    if (!member_count(im, at, o, "seats", MUST_HAVE, 1, VENUE_SEATS_MAX, &n))
        return;
    for (; row < b->rows; row++)
        b->seats[row] = (uint32_t)fmin(fmax(1, n + floor(taper * row + 0.5)), VENUE_SEATS_MAX);
}

static void read_straight(struct import *im, const struct place *at, const cJSON *o, struct venue_block *b)
{
    static const char *const known[] = { "count", "seats", "taper", "spacing", "row_spacing", "origin", "rotation", "align", "stagger", "aisles",
                                         "aisle_width", "first_row", "first_seat", "numbering", NULL };
    static const char *const aligns[] = { "left", "center", "right", NULL };
    const cJSON *aisles = member_list(im, at, o, "aisles", MAY_MISS), *aisle;
    int align = 1;

    venue_members(im, at, o, known);
    read_names(im, at, o, b);
    read_row_sizes(im, at, o, b);
    member_point(im, at, o, "origin", MUST_HAVE, &b->x, &b->y);
    member_number(im, at, o, "rotation", MAY_MISS, -360, 360, &b->degrees);
    member_number(im, at, o, "stagger", MAY_MISS, -1, 1, &b->stagger);
    member_number(im, at, o, "aisle_width", MAY_MISS, 0, 100, &b->aisle_width);
    member_word(im, at, o, "align", aligns, &align);
    b->align = align / 2.0;
    cJSON_ArrayForEach(aisle, aisles) {
        if (!cJSON_IsNumber(aisle) || !(aisle->valuedouble >= 1) || aisle->valuedouble >= VENUE_SEATS_MAX || b->aisle_count == VENUE_AISLES_MAX)
            im->result = fail_field(im->cx, place_text(im, at, "aisles"), "must be at most %d seat counts from 1", "1 이상의 좌석 수 %d개 이하여야 합니다",
                                    VENUE_AISLES_MAX);
        else
            b->aisles[b->aisle_count++] = (uint32_t)aisle->valuedouble;
    }
}

static void read_arc(struct import *im, const struct place *at, const cJSON *o, struct venue_block *b)
{
    static const char *const known[] = { "count", "center", "radius", "row_spacing", "from", "to", "spacing", "gap", "first_row", "first_seat",
                                         "numbering", NULL };

    b->arc = true;
    venue_members(im, at, o, known);
    read_names(im, at, o, b);
    member_point(im, at, o, "center", MUST_HAVE, &b->x, &b->y);
    member_number(im, at, o, "from", MUST_HAVE, -720, 720, &b->from);
    member_number(im, at, o, "to", MUST_HAVE, -720, 720, &b->to);
    member_number(im, at, o, "gap", MAY_MISS, 0, DISTANCE_MAX, &b->gap);
    if (cJSON_IsObject(member(o, "radius"))) {
        member_point(im, at, o, "radius", MUST_HAVE, &b->radius_x, &b->radius_y);
    } else if (member_number(im, at, o, "radius", MUST_HAVE, 0.1, DISTANCE_MAX, &b->radius_x)) {
        b->radius_y = b->radius_x;
    }
    if (!(b->to > b->from) || b->to - b->from > 360 || b->radius_x < 0.1 || b->radius_y < 0.1)
        im->result = fail_field(im->cx, place_text(im, at, NULL), "must go from a smaller to a larger angle, at most once around, with radii above 0",
                                "호는 작은 각에서 큰 각으로, 한 바퀴 이내여야 하며 반지름은 0보다 커야 합니다");
}

/* ---- areas ---- */

struct area {
    uint32_t capacity;
    const cJSON *polygon;
    const cJSON *placed;      /* seats one by one, and neither rows nor an area */
    double shift_x, shift_y;
    bool mirrored;
};

static void build_area(struct import *im, const struct place *at, const struct area *a, const struct venue_block *b)
{
    struct place here = { at, "polygon", 0 };
    const cJSON *corner;

    if (!import_fits(im, plan_add_section(&im->maker, b->name, SECTION_AREA)))
        return;
    cJSON_ArrayForEach(corner, a->polygon) {
        double x, y;

        if (member_xy(im, &here, corner, &x, &y))
            import_fits(im, plan_add_point(&im->maker, im->maker.plan.section_count - 1, (a->mirrored ? -1 : 1) * (x + a->shift_x), y + a->shift_y));
        here.index++;
    }
    if (here.index < 3 || im->maker.plan.sections[im->maker.plan.section_count - 1].points == 0)
        im->result = fail_field(im->cx, place_text(im, at, "polygon"), "must have at least three corners", "윤곽은 꼭짓점이 셋 이상이어야 합니다");
    else
        import_fits(im, plan_fill_area(&im->maker, b->prefix, a->capacity, b->grades[0].category));
}

/* ---- sections: read once, built as often as they repeat, each perhaps with its mirror image ---- */

struct repeat {
    uint32_t count, first;
    double turn, shift_x, shift_y;
};

static struct repeat read_repeat(struct import *im, const struct place *at, const cJSON *section, struct str name)
{
    static const char *const known[] = { "count", "first", "turn", "shift", NULL };
    const cJSON *o = member_object(im, at, section, "repeat", MAY_MISS);
    struct place here = { at, "repeat", -1 };
    struct repeat r = { .count = 1, .first = 1 };

    if (!o)
        return r;
    venue_members(im, &here, o, known);
    member_count(im, &here, o, "count", MUST_HAVE, 1, REPEAT_MAX, &r.count);
    member_count(im, &here, o, "first", MAY_MISS, 0, 100000, &r.first);
    member_number(im, &here, o, "turn", MAY_MISS, -360, 360, &r.turn);
    member_point(im, &here, o, "shift", MAY_MISS, &r.shift_x, &r.shift_y);
    if (r.count > 1 && !memchr(name.p, '#', name.n))
        im->result = fail_field(im->cx, place_text(im, at, "name"), "must have a # for the number of a repeated section",
                                "반복되는 구역의 이름에는 번호가 들어갈 #이 있어야 합니다");
    return r;
}

static void build(struct import *im, const struct place *at, struct area *area, struct venue_block b, struct str name, uint32_t number)
{
    b.name = numbered(im, name, number);
    b.prefix = b.prefix.p ? numbered(im, b.prefix, number) : without_spaces(im, b.name);
    area->mirrored = b.mirrored;
    if (area->placed)
        venue_build_placed(im, &(struct place){ at, "placed", -1 }, area->placed, &b);
    else if (area->polygon)
        build_area(im, &(struct place){ at, "area", -1 }, area, &b);
    else
        venue_build(im, &b);
}

static void build_all(struct import *im, const struct place *at, struct area *area, const struct venue_block *b, const struct repeat *r, struct str mirror)
{
    for (uint32_t i = 0; i < r->count && !im->full; i++) {
        struct venue_block each = *b;

        each.from += i * r->turn;
        each.to += i * r->turn;
        each.x += i * r->shift_x;
        each.y += i * r->shift_y;
        area->shift_x = i * r->shift_x;
        area->shift_y = i * r->shift_y;
        build(im, at, area, each, b->name, r->first + i);
        if (!mirror.p)
            continue;
        each.mirrored = true;
        each.prefix = (struct str){ 0 };
        build(im, at, area, each, mirror, r->first + i);
    }
}

static void read_area(struct import *im, const struct place *at, const cJSON *o, struct area *ret)
{
    static const char *const known[] = { "polygon", "capacity", NULL };

    venue_members(im, at, o, known);
    ret->polygon = member_list(im, at, o, "polygon", MUST_HAVE);
    member_count(im, at, o, "capacity", MUST_HAVE, 1, PLAN_SEATS_MAX, &ret->capacity);
}

static void read_section(struct import *im, const struct place *at, const cJSON *o)
{
    static const char *const known[] = { "name", "prefix", "category", "grades", "marks", "rows", "arc", "area", "placed", "repeat", "mirror", NULL };
    struct venue_block b = { .letters = true, .first_row = 1, .first_seat = 1, .pitch = 1, .row_step = 1.2, .aisle_width = 1.5 };
    const cJSON *rows = member_object(im, at, o, "rows", MAY_MISS), *arc = member_object(im, at, o, "arc", MAY_MISS);
    const cJSON *places = member_object(im, at, o, "area", MAY_MISS);
    struct place rows_at = { at, "rows", -1 }, arc_at = { at, "arc", -1 }, area_at = { at, "area", -1 };
    struct area area = { 0 };
    struct repeat repeat;
    struct str mirror = member_text(im, at, o, "mirror", MAY_MISS);

    venue_members(im, at, o, known);
    b.name = member_text(im, at, o, "name", MUST_HAVE);
    b.prefix = member_text(im, at, o, "prefix", MAY_MISS);
    read_grades(im, at, o, &b);
    read_marks(im, at, o, &b);
    repeat = read_repeat(im, at, o, b.name);
    area.placed = member_object(im, at, o, "placed", MAY_MISS);
    if (!rows + !arc + !places + !area.placed != 3)
        im->result = fail_field(im->cx, place_text(im, at, NULL), "must have one of rows, arc, area and placed",
                                "구역에는 rows, arc, area, placed 중 하나가 있어야 합니다");
    else if (area.placed && (repeat.count > 1 || mirror.p))
        im->result = fail_field(im->cx, place_text(im, at, "placed"), "cannot be repeated or mirrored: each of its seats has a guid of its own",
                                "좌석마다 guid가 따로 있어 반복하거나 대칭으로 만들 수 없습니다");
    else if (rows)
        read_straight(im, &rows_at, rows, &b);
    else if (arc)
        read_arc(im, &arc_at, arc, &b);
    else if (places)
        read_area(im, &area_at, places, &area);
    /* Building needs all of it: with a fault anywhere there will be no plan, so only reading goes on. */
    if (im->result == OK)
        build_all(im, at, &area, &b, &repeat, mirror);
}

static void read_stage(struct import *im, const struct place *plan, const cJSON *root)
{
    static const char *const known[] = { "x", "y", "width", "height", NULL };
    const cJSON *o = member_object(im, plan, root, "stage", MAY_MISS);
    struct place at = { plan, "stage", -1 };
    double x, y, width, height;

    if (!o)
        return;
    venue_members(im, &at, o, known);
    if (member_point(im, plan, root, "stage", MUST_HAVE, &x, &y) && member_number(im, &at, o, "width", MUST_HAVE, 0, DISTANCE_MAX, &width) &&
        member_number(im, &at, o, "height", MUST_HAVE, 0, DISTANCE_MAX, &height)) {
        im->maker.plan.has_stage = true;
        im->maker.plan.stage = (struct rect){ (float)x, (float)y, (float)width, (float)height };
    }
}

void import_venue(struct import *im, const cJSON *root)
{
    static const char *const known[] = { "name", "categories", "stage", "focus", "sections", NULL };
    struct place plan = { NULL, "plan", -1 }, category_at = { &plan, "categories", 0 }, section_at = { &plan, "sections", 0 };
    const cJSON *categories = member_list(im, &plan, root, "categories", MUST_HAVE), *category, *section;
    const cJSON *sections = member_list(im, &plan, root, "sections", MUST_HAVE);
    double x, y;

    venue_members(im, &plan, root, known);
    member_text(im, &plan, root, "name", MUST_HAVE);
    cJSON_ArrayForEach(category, categories) {
        import_category(im, &category_at, category, "name");
        category_at.index++;
    }
    read_stage(im, &plan, root);
    if (member_point(im, &plan, root, "focus", MAY_MISS, &x, &y)) {
        im->maker.plan.has_focus = true;
        im->maker.plan.focus = (struct point){ (float)x, (float)y };
    }
    cJSON_ArrayForEach(section, sections) {
        if (im->full)
            return;
        read_section(im, &section_at, section);
        section_at.index++;
    }
}
