/* A hall's plan cut into blocks of neighbours, sorted so that the best row of each category comes first. */
#include "services/booking/booking_int.h"

#include <math.h>
#include <stdlib.h>

bool layout_is_area(const struct layout *l, uint32_t row)
{
    return l->plan->sections[l->plan->rows[row].section].kind == SECTION_AREA;
}

uint32_t layout_row(const struct layout *l, uint32_t seat)
{
    uint32_t low = 0, high = l->plan->row_count;         /* rows stand in the order of their seats */
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (l->plan->rows[middle].first <= seat)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static struct point focus_of(const struct plan *p, uint32_t row)
{
    const struct plan_section *s = &p->sections[p->rows[row].section];
    if (s->has_focus)
        return s->focus;
    if (p->has_focus)
        return p->focus;
    if (p->has_stage)
        return (struct point){ p->stage.x + p->stage.width / 2, p->stage.y + p->stage.height / 2 };
    return (struct point){ p->bounds.x + p->bounds.width / 2, p->bounds.y };
}

/* The middle of those seats that are, within half a seat's width, as near to the focus as the nearest: on an arc around the stage all are. */
static uint32_t center_of(const struct plan *p, uint32_t first, uint32_t count, struct point focus)
{
    float nearest = INFINITY;
    for (uint32_t i = 0; i < count; i++) {
        float d = hypotf(p->at[first + i].x - focus.x, p->at[first + i].y - focus.y);
        if (d < nearest)
            nearest = d;
    }
    uint32_t low = count, high = 0;
    for (uint32_t i = 0; i < count; i++) {
        float d = hypotf(p->at[first + i].x - focus.x, p->at[first + i].y - focus.y);
        if (d > nearest + p->pitch / 2)
            continue;
        low = i < low ? i : low;
        high = i;
    }
    return (low + high) / 2;
}

struct sorted_block {
    struct block block;
    uint32_t category, rank;
};

static int by_category_and_rank(const void *a_, const void *b_)
{
    const struct sorted_block *a = a_, *b = b_;
    if (a->category != b->category)
        return a->category < b->category ? -1 : 1;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    return a->block.first < b->block.first ? -1 : a->block.first > b->block.first;
}

static void cut_blocks(struct layout *l, struct arena *scratch)
{
    const struct plan *p = l->plan;
    struct sorted_block *all = NEW_ARRAY(scratch, struct sorted_block, p->seat_count);
    uint32_t n = 0;
    for (uint32_t row = 0; row < p->row_count; row++) {
        uint32_t end = p->rows[row].first + p->rows[row].count;
        for (uint32_t first = p->rows[row].first, next; first < end; first = next) {
            for (next = first + 1; next < end && !bit_get(p->breaks, next); next++)
                continue;
            all[n++] = (struct sorted_block){ { first, next - first, row, center_of(p, first, next - first, focus_of(p, row)) },
                                              p->category[first], p->rows[row].rank };
        }
    }
    qsort(all, n, sizeof(*all), by_category_and_rank);
    l->blocks = NEW_ARRAY(l->arena, struct block, n);
    for (uint32_t i = 0; i < n; i++) {
        l->blocks[i] = all[i].block;
        l->blocks_of[all[i].category + 1]++;
    }
    for (uint32_t g = 0; g < GRADES_MAX; g++)
        l->blocks_of[g + 1] += l->blocks_of[g];
}

struct layout *layout_new(int64_t hall, struct str plan_blob)
{
    struct arena *arena = arena_new(64 * 1024);
    struct layout *l = NEW(arena, struct layout);
    l->hall = hall;
    l->arena = arena;
    l->plan = plan_decode(arena, arena_str(arena, plan_blob));
    if (!l->plan || l->plan->category_count > GRADES_MAX) {
        arena_free(arena);
        return NULL;
    }
    l->index = plan_index(arena, l->plan);
    struct arena *scratch = arena_new(64 * 1024);
    cut_blocks(l, scratch);
    arena_free(scratch);
    return l;
}

void layout_free(struct layout *l)
{
    if (l)
        arena_free(l->arena);
}
