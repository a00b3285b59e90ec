/* A schedule moves to another plan while it is sold (decision 008). The new plan begins with all seats of the old one in their order, so whatever names
 * a seat by its number, in memory or in a row, stays true. What changes is where seats stand, their categories, and how many come behind the old ones. */
#include "services/booking/booking_int.h"

#include <stdlib.h>

static void *longer(void *old, size_t had, size_t want)
{
    if (want <= had)
        return old;
    char *p = realloc(old, want);
    if (!p)
        abort();
    memset(p + had, 0, want - had);
    return p;
}

/* Counts of a layout whose seats have other categories than before. */
static void count_again(struct sale *s)
{
    memset(s->free, 0, sizeof(s->free));
    memset(s->total, 0, sizeof(s->total));
    for (uint32_t seat = 0; seat < s->seats; seat++) {
        uint8_t grade = s->layout->plan->category[seat];
        s->free[grade] += sale_state(s, seat) == SEAT_FREE;
        s->total[grade] += sale_state(s, seat) != SEAT_BLOCKED;
    }
}

/* Seats behind those that both layouts have become free, or vanish when this undoes a move. Arrays never shrink. */
static void put_layout(struct sale *s, const struct layout *l)
{
    uint32_t had = s->seats, has = l->plan->seat_count;
    s->state = longer(s->state, ((size_t)had + 3) / 4, ((size_t)has + 3) / 4);
    s->free_bits = longer(s->free_bits, ((size_t)had / 64 + 3) * sizeof(uint64_t), ((size_t)has / 64 + 3) * sizeof(uint64_t));
    if (s->kept)
        s->kept = longer(s->kept, ((size_t)had / 64 + 1) * sizeof(uint64_t), ((size_t)has / 64 + 1) * sizeof(uint64_t));
    pthread_mutex_lock(&s->lock);
    s->shown = longer(s->shown, ((size_t)had + 3) / 4, ((size_t)has + 3) / 4);
    s->layout = l;
    s->seats = has;
    s->grades = l->plan->category_count;
    pthread_mutex_unlock(&s->lock);
    for (uint32_t seat = had; seat < has; seat++)
        s->free_bits[seat / 64] |= UINT64_C(1) << (seat % 64);
    for (uint32_t seat = has; seat < had; seat++)
        s->free_bits[seat / 64] &= ~(UINT64_C(1) << (seat % 64));
    count_again(s);
}

static void undo_move(void *sale, const void *before)
{
    struct sale *s = sale;
    size_t n = 0;
    put_layout(s, *(const struct layout *const *)before);
    for (size_t i = 0; i < s->touched_n; i++)
        if (s->touched[i] < s->seats)        /* else it is no seat any more */
            s->touched[n++] = s->touched[i];
    s->touched_n = n;
}

void sale_move(struct ctx *cx, struct booking *b, struct sale *s, const struct layout *to)
{
    const struct layout *before = s->layout;
    put_layout(s, to);
    tx_undo(cx, undo_move, s, &before, sizeof(before));
    for (uint32_t seat = 0; seat < s->seats; seat++)
        sale_touch(cx, b, s, seat);          /* everybody looks again: there are other seats, and other counts */
}

bool layout_extends(const struct layout *l, const struct layout *old)
{
    if (l->plan->seat_count < old->plan->seat_count)
        return false;
    for (uint32_t seat = 0; seat < old->plan->seat_count; seat++)
        if (!str_eq(l->plan->guid[seat], old->plan->guid[seat]))
            return false;
    return true;
}
