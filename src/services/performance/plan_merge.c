/* A new plan for seats that are being sold (decision 008). The number of a seat is its name inside the program for ever, so the result begins with
 * all seats of the old plan in their old order, each as the new plan has it; what the new plan lacks stays where it was, and what is new comes behind. */
#include "plan.h"

#define NOWHERE UINT32_MAX

struct place {                /* a row of one of the two plans */
    const struct plan *of;
    uint32_t row;
};

struct merge {
    struct plan_maker maker;
    const struct plan *old, *new;
    uint32_t *to_new;         /* by seat of the old plan: its number in the new one, or NOWHERE */
    bool *drawn;              /* by section of the new plan: its outline is there */
    struct place at;          /* the row that is open */
};

static const struct plan_section *section_of(struct place p)
{
    return &p.of->sections[p.of->rows[p.row].section];
}

/* The outline goes with the first part of a section. */
static bool draw(struct merge *m, const struct plan_section *s)
{
    uint32_t made = m->maker.plan.section_count - 1;
    m->maker.plan.sections[made].has_focus = s->has_focus;
    m->maker.plan.sections[made].focus = s->focus;
    if (m->at.of != m->new || m->drawn[s - m->new->sections])
        return true;
    m->drawn[s - m->new->sections] = true;
    for (uint32_t i = 0; i < s->points; i++)
        if (!plan_add_point(&m->maker, made, (double)m->new->points[s->first_point + i].x, (double)m->new->points[s->first_point + i].y))
            return false;
    return true;
}

static bool go_to(struct merge *m, struct place to)
{
    if (m->at.of == to.of && m->at.row == to.row)
        return true;
    bool same_section = m->at.of == to.of && section_of(m->at) == section_of(to);
    m->at = to;
    if (!same_section && (!plan_add_section(&m->maker, section_of(to)->name, section_of(to)->kind) || !draw(m, section_of(to))))
        return false;
    return plan_add_row(&m->maker, to.of->rows[to.row].name);
}

static bool add_seat(struct merge *m, struct place place, const struct plan *of, uint32_t seat)
{
    int category = plan_category_find(&m->maker.plan, of->categories[of->category[seat]].name);
    if (!go_to(m, place) ||
        !plan_add_seat(&m->maker, of->guid[seat], of->number[seat], (double)of->at[seat].x, (double)of->at[seat].y, (uint8_t)category))
        return false;
    plan_mark_seat(&m->maker, plan_traits(of, seat));
    return true;
}

/* Categories keep their numbers too: prices are by them. */
static bool add_categories(struct merge *m)
{
    for (uint32_t i = 0; i < m->old->category_count; i++) {
        const struct plan_category *c = &m->old->categories[i];
        int in_new = plan_category_find(m->new, c->name);
        if (!plan_add_category(&m->maker, c->name, in_new < 0 ? c->color : m->new->categories[in_new].color))
            return false;
    }
    for (uint32_t i = 0; i < m->new->category_count; i++) {
        const struct plan_category *c = &m->new->categories[i];
        if (plan_category_find(m->old, c->name) < 0 && !plan_add_category(&m->maker, c->name, c->color))
            return false;
    }
    return true;
}

/* Where a seat of the old plan stands: a seat that is gone stays with its neighbours. */
static struct place place_of(const struct merge *m, uint32_t seat)
{
    uint32_t row = plan_row_of(m->old, seat), first = m->old->rows[row].first, end = first + m->old->rows[row].count;
    if (m->to_new[seat] == NOWHERE && seat > first)
        return m->at;
    for (uint32_t i = seat; i < end; i++)
        if (m->to_new[i] != NOWHERE)
            return (struct place){ m->new, plan_row_of(m->new, m->to_new[i]) };
    return (struct place){ m->old, row };
}

static bool add_old_seats(struct merge *m)
{
    for (uint32_t seat = 0; seat < m->old->seat_count; seat++) {
        bool gone = m->to_new[seat] == NOWHERE;
        if (!add_seat(m, place_of(m, seat), gone ? m->old : m->new, gone ? seat : m->to_new[seat]))
            return false;
    }
    return true;
}

static bool add_new_seats(struct merge *m, const struct plan_index *old_index)
{
    for (uint32_t seat = 0, had; seat < m->new->seat_count; seat++)
        if (!plan_index_find(old_index, m->new->guid[seat], &had) &&
            !add_seat(m, (struct place){ m->new, plan_row_of(m->new, seat) }, m->new, seat))
            return false;
    return true;
}

struct plan *plan_merge(struct arena *arena, const struct plan *old, const struct plan *new, uint8_t *ret_gone)
{
    struct merge m = { .old = old, .new = new };
    m.to_new = NEW_ARRAY(arena, uint32_t, old->seat_count);
    m.drawn = NEW_ARRAY(arena, bool, new->section_count);
    const struct plan_index *new_index = plan_index(arena, new);
    for (uint32_t seat = 0; seat < old->seat_count; seat++)
        if (!plan_index_find(new_index, old->guid[seat], &m.to_new[seat])) {
            m.to_new[seat] = NOWHERE;
            bit_set(ret_gone, seat);
        }
    plan_begin(&m.maker, arena);
    m.maker.plan.has_stage = new->has_stage;
    m.maker.plan.stage = new->stage;
    m.maker.plan.has_focus = new->has_focus;
    m.maker.plan.focus = new->focus;
    if (!add_categories(&m) || !add_old_seats(&m) || !add_new_seats(&m, plan_index(arena, old)))
        return NULL;
    return plan_end(&m.maker);
}
