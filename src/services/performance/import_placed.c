/* Sections of our own description whose seats stand one by one, where no rule gives them: what somebody has drawn, or what came from another format. */
#include "services/performance/venue.h"

/* The newest seat's. */
static void read_traits(struct import *im, const struct place *at, const cJSON *seat)
{
    const cJSON *traits = member_list(im, at, seat, "traits", MAY_MISS), *one;

    cJSON_ArrayForEach(one, traits) {
        int i = 0;

        while (seat_trait_words[i] && !(cJSON_IsString(one) && strcmp(one->valuestring, seat_trait_words[i]) == 0))
            i++;
        if (seat_trait_words[i])
            plan_mark_seat(&im->maker, (uint8_t)(1 << i));
        else
            im->result = fail_field(im->cx, place_text(im, at, "traits"), "must be of wheelchair, companion, step_free and restricted_view",
                                    "wheelchair, companion, step_free, restricted_view 중에서 골라야 합니다");
    }
}

static void read_seat(struct import *im, const struct place *at, const cJSON *seat, uint8_t category)
{
    static const char *const known[] = { "guid", "number", "x", "y", "category", "traits", NULL };
    struct str guid = member_text(im, at, seat, "guid", MUST_HAVE), number = member_text(im, at, seat, "number", MUST_HAVE);
    struct str own = member_text(im, at, seat, "category", MAY_MISS);
    double x, y;

    venue_members(im, at, seat, known);
    bool placed = member_xy(im, at, seat, &x, &y);
    bool graded = !own.p || import_category_find(im, at, "category", own, &category);
    if (guid.p && number.p && placed && graded && import_fits(im, plan_add_seat(&im->maker, guid, number, x, y, category)))
        read_traits(im, at, seat);
}

static void read_row(struct import *im, const struct place *at, const cJSON *row, uint8_t category)
{
    static const char *const known[] = { "row", "seats", NULL };
    struct str name = member_text(im, at, row, "row", MAY_MISS);
    const cJSON *seats = member_list(im, at, row, "seats", MUST_HAVE), *seat;
    struct place here = { at, "seats", 0 };

    venue_members(im, at, row, known);
    if (!seats || !seats->child || !import_fits(im, plan_add_row(&im->maker, name)))
        return;
    cJSON_ArrayForEach(seat, seats) {
        if (im->full)
            return;
        read_seat(im, &here, seat, category);
        here.index++;
    }
}

static void read_outline(struct import *im, const struct place *at, const cJSON *placed)
{
    const cJSON *outline = member_list(im, at, placed, "outline", MAY_MISS), *corner;
    struct place here = { at, "outline", 0 };
    double x, y;

    cJSON_ArrayForEach(corner, outline) {
        if (member_xy(im, &here, corner, &x, &y))
            import_fits(im, plan_add_point(&im->maker, im->maker.plan.section_count - 1, x, y));
        here.index++;
    }
    if (here.index == 1 || here.index == 2)
        im->result = fail_field(im->cx, place_text(im, at, "outline"), "must have at least three corners", "윤곽은 꼭짓점이 셋 이상이어야 합니다");
}

void venue_build_placed(struct import *im, const struct place *at, const cJSON *placed, const struct venue_block *b)
{
    static const char *const known[] = { "outline", "rows", NULL };
    const cJSON *rows = member_list(im, at, placed, "rows", MUST_HAVE), *row;
    struct place here = { at, "rows", 0 };

    venue_members(im, at, placed, known);
    if (!import_fits(im, plan_add_section(&im->maker, b->name, SECTION_SEATS)))
        return;
    read_outline(im, at, placed);
    cJSON_ArrayForEach(row, rows) {
        if (im->full)
            return;
        read_row(im, &here, row, b->grades[0].category);
        here.index++;
    }
}
