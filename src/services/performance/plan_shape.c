/* What follows from where the seats are: the usual pitch, the aisles, which rows are good, and the outlines nobody drew. */
#include "plan.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "platform/obs/log.h"

#define AISLE         1.6     /* a gap of so many pitches is an aisle */
#define HULL_FILL_MIN 0.45    /* an outline around seats that fill less of it says nothing */

static double distance(struct point a, struct point b)
{
    return hypot((double)a.x - (double)b.x, (double)a.y - (double)b.y);
}

static int double_order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *v, uint32_t n)
{
    if (n == 0)
        return 0;
    qsort(v, n, sizeof(*v), double_order);
    return v[n / 2];
}

/* The usual distance of neighbours in one row; 0 when it has fewer than two seats. `scratch` holds a number a seat. */
static double row_pitch(const struct plan *p, const struct plan_row *row, double *scratch)
{
    uint32_t n = 0;

    for (uint32_t i = 1; i < row->count; i++)
        scratch[n++] = distance(p->at[row->first + i - 1], p->at[row->first + i]);
    return median(scratch, n);
}

/* Marks the breaks of every row and takes the middle one of the rows' pitches as the plan's. */
static void find_breaks(struct plan *p, struct arena *arena)
{
    double *scratch = NEW_ARRAY(arena, double, p->seat_count);
    double *pitches = NEW_ARRAY(arena, double, p->row_count);
    uint32_t n = 0;

    p->breaks = arena_take(arena, bit_bytes(p->seat_count));
    for (uint32_t r = 0; r < p->row_count; r++) {
        const struct plan_row *row = &p->rows[r];
        bool area = p->sections[row->section].kind == SECTION_AREA;
        double pitch = row_pitch(p, row, scratch);

        if (pitch > 0)
            pitches[n++] = pitch;
        for (uint32_t i = row->first; i < row->first + row->count; i++)
            if (i == row->first || p->category[i] != p->category[i - 1] || (!area && distance(p->at[i - 1], p->at[i]) > AISLE * pitch))
                bit_set(p->breaks, i);
    }
    p->pitch = n ? (float)median(pitches, n) : 1;
}

/* ---- bounds ---- */

struct box {
    float left, top, right, bottom;
};

static void box_add(struct box *b, struct point at)
{
    b->left = fminf(b->left, at.x);
    b->top = fminf(b->top, at.y);
    b->right = fmaxf(b->right, at.x);
    b->bottom = fmaxf(b->bottom, at.y);
}

static void find_bounds(struct plan *p)
{
    struct box b = { FLT_MAX, FLT_MAX, -FLT_MAX, -FLT_MAX };

    for (uint32_t i = 0; i < p->seat_count; i++)
        box_add(&b, p->at[i]);
    for (uint32_t i = 0; i < p->point_count; i++)
        box_add(&b, p->points[i]);
    if (p->has_stage) {
        box_add(&b, (struct point){ p->stage.x, p->stage.y });
        box_add(&b, (struct point){ p->stage.x + p->stage.width, p->stage.y + p->stage.height });
    }
    p->bounds = (struct rect){ b.left - p->pitch, b.top - p->pitch, b.right - b.left + 2 * p->pitch, b.bottom - b.top + 2 * p->pitch };
}

/* ---- ranks: rows by the distance of their middle from what they look at ---- */

static struct point row_focus(const struct plan *p, const struct plan_row *row)
{
    const struct plan_section *s = &p->sections[row->section];

    if (s->has_focus)
        return s->focus;
    if (p->has_focus)
        return p->focus;
    if (p->has_stage)
        return (struct point){ p->stage.x + p->stage.width / 2, p->stage.y + p->stage.height / 2 };
    return (struct point){ p->bounds.x + p->bounds.width / 2, p->bounds.y };
}

static struct point row_middle(const struct plan *p, const struct plan_row *row)
{
    double x = 0, y = 0;

    for (uint32_t i = row->first; i < row->first + row->count; i++) {
        x += (double)p->at[i].x;
        y += (double)p->at[i].y;
    }
    return (struct point){ (float)(x / row->count), (float)(y / row->count) };
}

struct ranked {
    double distance;
    uint32_t row;
};

static int ranked_order(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->distance != y->distance)
        return x->distance < y->distance ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static void rank_rows(struct plan *p, struct arena *arena)
{
    struct ranked *all = NEW_ARRAY(arena, struct ranked, p->row_count);

    for (uint32_t r = 0; r < p->row_count; r++) {
        const struct plan_row *row = &p->rows[r];

        all[r] = (struct ranked){ row->count ? distance(row_middle(p, row), row_focus(p, row)) : DBL_MAX, r };
    }
    qsort(all, p->row_count, sizeof(*all), ranked_order);
    for (uint32_t i = 0; i < p->row_count; i++)
        p->rows[all[i].row].rank = i;
}

/* ---- outlines: the convex hull, by Andrew's monotone chain (1979), moved half a pitch outwards ---- */

static int point_order(const void *a, const void *b)
{
    const struct point *p = a, *q = b;

    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    return (p->y > q->y) - (p->y < q->y);
}

static double turn(struct point o, struct point a, struct point b)
{
    return ((double)a.x - (double)o.x) * ((double)b.y - (double)o.y) - ((double)a.y - (double)o.y) * ((double)b.x - (double)o.x);
}

/* Sorts `at` and writes the hull to `hull` (room for 2n); returns its number of points. */
static uint32_t convex_hull(struct point *at, uint32_t n, struct point *hull)
{
    uint32_t k = 0, lower;

    qsort(at, n, sizeof(*at), point_order);
    for (uint32_t i = 0; i < n; i++) {
        while (k >= 2 && turn(hull[k - 2], hull[k - 1], at[i]) <= 0)
            k--;
        hull[k++] = at[i];
    }
    lower = k + 1;
    for (uint32_t i = n - 1; i-- > 0;) {
        while (k >= lower && turn(hull[k - 2], hull[k - 1], at[i]) <= 0)
            k--;
        hull[k++] = at[i];
    }
    return k - 1;
}

static double polygon_area(const struct point *at, uint32_t n)
{
    double twice = 0;

    for (uint32_t i = 0; i < n; i++) {
        struct point a = at[i], b = at[(i + 1) % n];

        twice += (double)a.x * (double)b.y - (double)b.x * (double)a.y;
    }
    return fabs(twice) / 2;
}

/* The four corners of a seat's square, so that the hull keeps a margin. */
static uint32_t seat_corners(const struct plan *p, const struct plan_section *s, struct point *corners)
{
    uint32_t n = 0;
    float half = p->pitch * 0.6f;

    for (uint32_t r = s->first_row; r < s->first_row + s->rows; r++)
        for (uint32_t i = p->rows[r].first; i < p->rows[r].first + p->rows[r].count; i++)
            for (int c = 0; c < 4; c++)
                corners[n++] = (struct point){ p->at[i].x + (c & 1 ? half : -half), p->at[i].y + (c & 2 ? half : -half) };
    return n;
}

static void complete_outlines(struct plan_maker *m)
{
    const struct plan *p = &m->plan;
    struct point *corners = NEW_ARRAY(m->arena, struct point, (size_t)p->seat_count * 4);
    struct point *hull = NEW_ARRAY(m->arena, struct point, (size_t)p->seat_count * 8 + 2);

    for (uint32_t i = 0; i < p->section_count; i++) {
        const struct plan_section *s = &p->sections[i];
        uint32_t corner_count = s->points ? 0 : seat_corners(p, s, corners);
        uint32_t n = corner_count ? convex_hull(corners, corner_count, hull) : 0;
        double filled = corner_count / 4.0 * (double)p->pitch * (double)p->pitch;

        if (filled < HULL_FILL_MIN * polygon_area(hull, n))
            continue;
        for (uint32_t j = 0; j < n; j++)
            if (!plan_add_point(m, i, (double)hull[j].x, (double)hull[j].y))
                return;
    }
}

struct plan *plan_end(struct plan_maker *m)
{
    struct plan *p = NEW(m->arena, struct plan);

    ASSERT(m->plan.seat_count > 0);
    find_breaks(&m->plan, m->arena);
    complete_outlines(m);
    find_bounds(&m->plan);
    rank_rows(&m->plan, m->arena);
    *p = m->plan;
    return p;
}

/* ---- general admission ---- */

#define SLENDER 40            /* a square of n places has sqrt(n) lines; an area with so many times more is not drawn place by place */

/* Where the horizontal line at y crosses the outline, from left to right. */
static uint32_t crossings(const struct point *at, uint32_t n, double y, double *ret_x)
{
    uint32_t found = 0;

    for (uint32_t i = 0, j = n - 1; i < n; j = i++) {
        double xi = (double)at[i].x, yi = (double)at[i].y, xj = (double)at[j].x, yj = (double)at[j].y;

        if ((yi > y) != (yj > y))
            ret_x[found++] = (xj - xi) * (y - yi) / (yj - yi) + xi;
    }
    qsort(ret_x, found, sizeof(*ret_x), double_order);
    return found;
}

/* The first `max` points of a grid inside the outline, line by line; returns how many there are. `scratch` holds a number a point of the outline. */
static uint32_t grid_points(const struct point *outline, uint32_t n, double step, double *scratch, struct point *ret, uint32_t max)
{
    struct box b = { FLT_MAX, FLT_MAX, -FLT_MAX, -FLT_MAX };
    uint32_t found = 0;

    for (uint32_t i = 0; i < n; i++)
        box_add(&b, outline[i]);
    if ((double)b.bottom - (double)b.top > step * SLENDER * sqrt(max))
        return 0;
    for (double y = (double)b.top + step / 2; y < (double)b.bottom; y += step) {
        uint32_t ends = crossings(outline, n, y, scratch);

        for (uint32_t e = 0; e + 1 < ends; e += 2) {
            double x = scratch[e] + step / 2, left = fmod(x - (double)b.left, step);

            for (x -= left > step / 2 ? left - step : left; x < scratch[e + 1] && found < max; x += step)
                if (x > scratch[e])
                    ret[found++] = (struct point){ (float)x, (float)y };
        }
    }
    return found;
}

bool plan_fill_area(struct plan_maker *m, struct str prefix, uint32_t capacity, uint8_t category)
{
    const struct plan_section *s = &m->plan.sections[m->plan.section_count - 1];
    const struct point *outline = m->plan.points + s->first_point;
    struct point *at = NEW_ARRAY(m->arena, struct point, capacity);
    double *scratch = NEW_ARRAY(m->arena, double, s->points);
    double step = sqrt(polygon_area(outline, s->points) / capacity);
    uint32_t found = 0;

    /* A ragged outline holds fewer points than its area promises: the grid gets finer until all fit; if they never do, all stand in a corner. */
    for (int i = 0; i < 20 && step > 0 && found < capacity; i++, step *= 0.96)
        found = grid_points(outline, s->points, step, scratch, at, capacity);
    if (!plan_add_row(m, S("")))
        return false;
    for (uint32_t i = 0; i < capacity; i++) {
        struct point place = found == capacity ? at[i] : outline[0];
        struct str number = arena_fmt(m->arena, "%u", i + 1);
        struct str guid = arena_fmt(m->arena, "%.*s-%u", STR_ARG(prefix), i + 1);

        if (!plan_add_seat(m, guid, number, (double)place.x, (double)place.y, category))
            return false;
    }
    return true;
}
