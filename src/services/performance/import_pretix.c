/* pretix seating plans: zones of rows of seats. Positions add up: zone, row, seat. Areas are drawings without places; one that says it is the
 * stage becomes the stage. */
#include "services/performance/import.h"

/* An area whose text names the stage: what the house looks at. */
static bool is_stage(struct str text)
{
    return str_eq_nocase(text, S("stage")) || str_eq(text, S("무대"));
}

static void read_area(struct import *im, const struct place *at, const cJSON *area, struct point origin)
{
    struct plan *p = &im->maker.plan;
    const cJSON *text = member_object(im, at, area, "text", MAY_MISS);
    const cJSON *shape = member_object(im, at, area, "rectangle", MAY_MISS);
    struct place here = { at, "rectangle", -1 };
    double x = 0, y = 0, width, height;

    if (!shape || !is_stage(str_c(cJSON_GetStringValue(member(text, "text")))))
        return;
    member_point(im, at, area, "position", MAY_MISS, &x, &y);
    if (!member_number(im, &here, shape, "width", MUST_HAVE, 0, COORDINATE_MAX, &width) ||
        !member_number(im, &here, shape, "height", MUST_HAVE, 0, COORDINATE_MAX, &height))
        return;
    p->has_stage = true;
    p->stage = (struct rect){ origin.x + (float)x, origin.y + (float)y, (float)width, (float)height };
}

static void read_seat(struct import *im, const struct place *at, const cJSON *seat, double x, double y)
{
    struct str guid = member_text(im, at, seat, "seat_guid", MUST_HAVE);
    struct str number = member_text(im, at, seat, "seat_number", MUST_HAVE);
    struct str category = member_text(im, at, seat, "category", MUST_HAVE);
    double dx = 0, dy = 0;
    bool placed = member_point(im, at, seat, "position", MUST_HAVE, &dx, &dy);
    uint8_t c = 0;
    bool known = category.p && import_category_find(im, at, "category", category, &c);

    if (guid.p && number.p && placed && known)
        import_fits(im, plan_add_seat(&im->maker, guid, number, x + dx, y + dy, c));
}

static void read_row(struct import *im, const struct place *at, const cJSON *row, double x, double y)
{
    struct str name = member_text(im, at, row, "row_number", MUST_HAVE);
    const cJSON *seats = member_list(im, at, row, "seats", MUST_HAVE), *seat;
    struct place here = { at, "seats", 0 };
    double dx = 0, dy = 0;

    member_point(im, at, row, "position", MAY_MISS, &dx, &dy);
    if (!seats || !seats->child || !import_fits(im, plan_add_row(&im->maker, name)))
        return;
    cJSON_ArrayForEach(seat, seats) {
        if (im->full)
            return;
        read_seat(im, &here, seat, x + dx, y + dy);
        here.index++;
    }
}

static void read_zone(struct import *im, const struct place *at, const cJSON *zone)
{
    struct str name = member_text(im, at, zone, "name", MUST_HAVE);
    const cJSON *rows = member_list(im, at, zone, "rows", MUST_HAVE), *row;
    const cJSON *areas = member_list(im, at, zone, "areas", MAY_MISS), *area;
    struct place row_at = { at, "rows", 0 }, area_at = { at, "areas", 0 };
    double x = 0, y = 0;

    member_point(im, at, zone, "position", MAY_MISS, &x, &y);
    if (!import_fits(im, plan_add_section(&im->maker, name, SECTION_SEATS)))
        return;
    cJSON_ArrayForEach(row, rows) {
        if (im->full)
            return;
        read_row(im, &row_at, row, x, y);
        row_at.index++;
    }
    cJSON_ArrayForEach(area, areas) {
        read_area(im, &area_at, area, (struct point){ (float)x, (float)y });
        area_at.index++;
    }
}

void import_pretix(struct import *im, const cJSON *root)
{
    struct place plan = { NULL, "plan", -1 }, category_at = { &plan, "categories", 0 }, zone_at = { &plan, "zones", 0 };
    const cJSON *categories, *zones, *category, *zone;

    member_text(im, &plan, root, "name", MUST_HAVE);
    categories = member_list(im, &plan, root, "categories", MUST_HAVE);
    zones = member_list(im, &plan, root, "zones", MUST_HAVE);
    cJSON_ArrayForEach(category, categories) {
        import_category(im, &category_at, category, "name");
        category_at.index++;
    }
    cJSON_ArrayForEach(zone, zones) {
        if (im->full)
            return;
        read_zone(im, &zone_at, zone);
        zone_at.index++;
    }
}
