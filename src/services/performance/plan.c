/* Building a plan seat by seat, and finding seats in it. The columns grow by doubling inside the arena; a plan that stays is decoded from
 * its blob, where everything has its exact size. */
#include "plan.h"

#include <stdlib.h>

#include "platform/obs/log.h"

const char *const seat_trait_words[] = { "wheelchair", "companion", "step_free", "restricted_view", NULL };

void plan_begin(struct plan_maker *m, struct arena *arena)
{
    *m = (struct plan_maker){ .arena = arena };
}

/* The n items of `old` in a block for `cap`. */
static void *grown(struct arena *arena, const void *old, uint32_t n, uint32_t cap, size_t size)
{
    void *p = arena_array(arena, cap, size);

    if (n)
        memcpy(p, old, n * size);
    return p;
}

static bool make_room(struct plan_maker *m, void **column, uint32_t n, uint32_t *cap, uint32_t max, size_t size)
{
    if (n == max)
        return false;
    if (n == *cap) {
        *cap = *cap ? *cap * 2 : 16;
        *column = grown(m->arena, *column, n, *cap, size);
    }
    return true;
}

#define ROOM(m, column, count, cap, max) make_room(m, (void **)&(m)->plan.column, (m)->plan.count, &(m)->cap, max, sizeof(*(m)->plan.column))

bool plan_add_category(struct plan_maker *m, struct str name, struct str color)
{
    struct plan *p = &m->plan;

    if (!ROOM(m, categories, category_count, category_cap, PLAN_CATEGORIES_MAX))
        return false;
    p->categories[p->category_count++] = (struct plan_category){ .name = name, .color = color };
    return true;
}

bool plan_add_section(struct plan_maker *m, struct str name, enum section_kind kind)
{
    struct plan *p = &m->plan;

    if (!ROOM(m, sections, section_count, section_cap, PLAN_SECTIONS_MAX))
        return false;
    p->sections[p->section_count++] = (struct plan_section){ .name = name, .kind = kind, .first_row = p->row_count };
    return true;
}

bool plan_add_point(struct plan_maker *m, uint32_t section, double x, double y)
{
    struct plan *p = &m->plan;
    struct plan_section *s = &p->sections[section];

    if (s->points == 0)
        s->first_point = p->point_count;
    ASSERT(section < p->section_count && s->first_point + s->points == p->point_count);
    if (!ROOM(m, points, point_count, point_cap, PLAN_POINTS_MAX))
        return false;
    p->points[p->point_count++] = (struct point){ (float)x, (float)y };
    s->points++;
    return true;
}

bool plan_add_row(struct plan_maker *m, struct str name)
{
    struct plan *p = &m->plan;

    ASSERT(p->section_count > 0);
    if (!ROOM(m, rows, row_count, row_cap, PLAN_ROWS_MAX))
        return false;
    p->rows[p->row_count++] = (struct plan_row){ .name = name, .section = p->section_count - 1, .first = p->seat_count };
    p->sections[p->section_count - 1].rows++;
    return true;
}

bool plan_add_seat(struct plan_maker *m, struct str guid, struct str number, double x, double y, uint8_t category)
{
    struct plan *p = &m->plan;
    uint32_t n = p->seat_count;

    ASSERT(p->row_count > 0 && category < p->category_count);
    if (n == PLAN_SEATS_MAX)
        return false;
    if (n == m->seat_cap) {
        uint32_t cap = n ? n * 2 : 256;

        p->guid = grown(m->arena, p->guid, n, cap, sizeof(*p->guid));
        p->number = grown(m->arena, p->number, n, cap, sizeof(*p->number));
        p->at = grown(m->arena, p->at, n, cap, sizeof(*p->at));
        p->category = grown(m->arena, p->category, n, cap, sizeof(*p->category));
        if (p->traits)
            p->traits = grown(m->arena, p->traits, n, cap, sizeof(*p->traits));
        m->seat_cap = cap;
    }
    p->guid[n] = guid;
    p->number[n] = number;
    p->at[n] = (struct point){ (float)x, (float)y };
    p->category[n] = category;
    p->categories[category].seats++;
    p->rows[p->row_count - 1].count++;
    p->seat_count++;
    return true;
}

void plan_mark_seat(struct plan_maker *m, uint8_t traits)
{
    struct plan *p = &m->plan;

    ASSERT(p->seat_count > 0 && !(traits & ~SEAT_TRAITS_ALL));
    if (!traits)
        return;
    if (!p->traits)
        p->traits = NEW_ARRAY(m->arena, uint8_t, m->seat_cap);
    p->traits[p->seat_count - 1] |= traits;
}

int plan_category_find(const struct plan *p, struct str name)
{
    for (uint32_t i = 0; i < p->category_count; i++)
        if (str_eq(p->categories[i].name, name))
            return (int)i;
    return -1;
}

uint32_t plan_row_of(const struct plan *p, uint32_t seat)
{
    uint32_t low = 0, high = p->row_count;

    ASSERT(seat < p->seat_count);
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;

        if (p->rows[middle].first <= seat)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* ---- finding seats: all seat numbers in the order of their guids ---- */

struct plan_index {
    const struct plan *plan;
    uint32_t *sorted;
};

static int str_order(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int diff = n ? memcmp(a.p, b.p, n) : 0;

    return diff ? diff : (a.n > b.n) - (a.n < b.n);
}

static int seat_order(const void *a, const void *b, void *plan)
{
    const struct plan *p = plan;
    uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    int diff = str_order(p->guid[i], p->guid[j]);

    return diff ? diff : (i > j) - (i < j);
}

struct plan_index *plan_index(struct arena *arena, const struct plan *p)
{
    struct plan_index *x = NEW(arena, struct plan_index);

    x->plan = p;
    x->sorted = NEW_ARRAY(arena, uint32_t, p->seat_count);
    for (uint32_t i = 0; i < p->seat_count; i++)
        x->sorted[i] = i;
    qsort_r(x->sorted, p->seat_count, sizeof(uint32_t), seat_order, (void *)(uintptr_t)p);
    return x;
}

bool plan_index_find(const struct plan_index *x, struct str guid, uint32_t *ret)
{
    uint32_t low = 0, high = x->plan->seat_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (str_order(x->plan->guid[x->sorted[middle]], guid) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == x->plan->seat_count || !str_eq(x->plan->guid[x->sorted[low]], guid))
        return false;
    *ret = x->sorted[low];
    return true;
}
