/* From a block's numbers to its seats. The same numbers always give the same seats. */
#include "services/performance/venue.h"

#include <math.h>

#define ARC_STEPS     256
#define OUTLINE_STEPS 8
#define RADIANS       (M_PI / 180)

struct spot {
    double x, y;
};

/* ---- names and numbers ---- */

/* 1: A, 26: Z, 27: AA. */
static struct str letters(struct arena *arena, uint32_t n)
{
    char text[8];
    size_t at = sizeof(text);

    for (; n > 0 && at > 0; n = (n - 1) / 26)
        text[--at] = (char)('A' + (n - 1) % 26);
    return arena_str(arena, str_of(text + at, sizeof(text) - at));
}

static struct str row_name(struct arena *arena, const struct venue_block *b, uint32_t row)
{
    uint32_t n = b->first_row + row;

    return b->letters ? letters(arena, n) : arena_fmt(arena, "%u", n);
}

/* The number of the j-th of n seats from the left. */
static uint32_t seat_number(const struct venue_block *b, uint32_t n, uint32_t j)
{
    uint32_t odd = (n + 1) / 2;

    switch (b->numbering) {
    case NUMBER_LEFT: return b->first_seat + j;
    case NUMBER_RIGHT: return b->first_seat + n - 1 - j;
    case NUMBER_ODD: return 2 * j + 1;
    case NUMBER_EVEN: return 2 * j + 2;
    case NUMBER_SPLIT: return j < odd ? 2 * (odd - j) - 1 : 2 * (j - odd) + 2;
    }
    return 0;
}

static uint8_t row_category(const struct venue_block *b, uint32_t row)
{
    uint32_t g = 0;

    while (g + 1 < b->grade_count && row + 1 > b->grades[g].last_row)
        g++;
    return b->grades[g].category;
}

/* What the j-th of n seats of a row is marked with. */
static uint8_t seat_traits(const struct venue_block *b, uint32_t row, uint32_t n, uint32_t j)
{
    uint8_t traits = 0;

    for (const struct venue_mark *m = b->marks; m < b->marks + b->mark_count; m++) {
        bool named = m->seat_count == 0;

        for (uint32_t i = 0; i < m->seat_count; i++)
            named |= m->seats[i] == (int32_t)j + 1 || m->seats[i] == (int32_t)j - (int32_t)n;
        if (named && row + 1 >= m->from && row + 1 <= m->to)
            traits |= m->trait;
    }
    return traits;
}

/* ---- straight rows ---- */

static struct spot straight_spot(const struct venue_block *b, uint32_t row, uint32_t j)
{
    uint32_t n = b->seats[row], before = 0, all = 0;
    double width, u, v = row * b->row_step, turn = b->degrees * RADIANS;

    for (uint32_t a = 0; a < b->aisle_count; a++) {
        before += b->aisles[a] <= j;
        all += b->aisles[a] < n;
    }
    width = (n - 1) * b->pitch + all * b->aisle_width;
    u = j * b->pitch + before * b->aisle_width - width * b->align + (row % 2 ? b->stagger * b->pitch : 0);
    return (struct spot){ b->x + u * cos(turn) - v * sin(turn), b->y + u * sin(turn) + v * cos(turn) };
}

/* ---- rows along an ellipse: a table of lengths tells where to stop ---- */

struct curve {
    double length[ARC_STEPS + 1];        /* from the start to each step */
    double x, y, radius_x, radius_y, from, to;
};

static struct spot curve_at(const struct curve *c, double part)
{
    double angle = (c->from + (c->to - c->from) * part) * RADIANS;

    return (struct spot){ c->x + c->radius_x * sin(angle), c->y + c->radius_y * cos(angle) };
}

static void curve_init(struct curve *c, const struct venue_block *b, double outwards)
{
    *c = (struct curve){ .x = b->x, .y = b->y, .radius_x = b->radius_x + outwards, .radius_y = b->radius_y + outwards, .from = b->from, .to = b->to };
    for (int i = 1; i <= ARC_STEPS; i++) {
        struct spot p = curve_at(c, (i - 1) / (double)ARC_STEPS), q = curve_at(c, i / (double)ARC_STEPS);

        c->length[i] = c->length[i - 1] + hypot(q.x - p.x, q.y - p.y);
    }
}

/* The place at a length along the curve, within it. */
static struct spot curve_walk(const struct curve *c, double length)
{
    int low = 0, high = ARC_STEPS;
    double step;

    while (high - low > 1) {
        int middle = (low + high) / 2;

        if (c->length[middle] <= length)
            low = middle;
        else
            high = middle;
    }
    step = c->length[high] - c->length[low];
    return curve_at(c, (low + (step > 0 ? (length - c->length[low]) / step : 0)) / ARC_STEPS);
}

static uint32_t curve_seats(const struct curve *c, const struct venue_block *b)
{
    double room = (c->length[ARC_STEPS] - b->gap) / b->pitch;

    return room < 0 ? 0 : (uint32_t)fmin(room + 1e-6, VENUE_SEATS_MAX);
}

/* ---- sections ---- */

static double mirrored(const struct venue_block *b, double x)
{
    return b->mirrored ? -x : x;
}

/* An arc's outline: along its first row and back along its last. */
static void arc_outline(struct import *im, const struct venue_block *b)
{
    uint32_t section = im->maker.plan.section_count - 1;

    for (int side = 0; side < 2; side++) {
        struct curve c;

        curve_init(&c, b, side ? (b->rows - 0.4) * b->row_step : -0.6 * b->row_step);
        for (int i = 0; i <= OUTLINE_STEPS; i++) {
            double part = (side ? OUTLINE_STEPS - i : i) / (double)OUTLINE_STEPS;
            struct spot at = curve_walk(&c, b->gap * 0.35 + (c.length[ARC_STEPS] - b->gap * 0.7) * part);

            import_fits(im, plan_add_point(&im->maker, section, mirrored(b, at.x), at.y));
        }
    }
}

static void build_row(struct import *im, const struct venue_block *b, uint32_t row)
{
    struct arena *arena = im->cx->arena;
    struct str name = row_name(arena, b, row);
    struct curve c;
    uint32_t n = b->seats[row];
    double margin = 0;

    if (b->arc) {
        curve_init(&c, b, row * b->row_step);
        n = curve_seats(&c, b);
        margin = (c.length[ARC_STEPS] - (n - 1.0) * b->pitch) / 2;
    }
    if (n == 0 || !import_fits(im, plan_add_row(&im->maker, name)))
        return;
    for (uint32_t j = 0; j < n && !im->full; j++) {
        struct spot at = b->arc ? curve_walk(&c, margin + j * b->pitch) : straight_spot(b, row, j);
        struct str number = arena_fmt(arena, "%u", seat_number(b, n, j));
        struct str guid = arena_fmt(arena, "%.*s-%.*s-%.*s", STR_ARG(b->prefix), STR_ARG(name), STR_ARG(number));

        if (import_fits(im, plan_add_seat(&im->maker, guid, number, mirrored(b, at.x), at.y, row_category(b, row))))
            plan_mark_seat(&im->maker, seat_traits(b, row, n, j));
    }
}

void venue_build(struct import *im, const struct venue_block *b)
{
    if (!import_fits(im, plan_add_section(&im->maker, b->name, SECTION_SEATS)))
        return;
    if (b->arc)
        arc_outline(im, b);
    for (uint32_t row = 0; row < b->rows && !im->full; row++)
        build_row(im, b, row);
}
