#include "base/wheel.h"

#include <stddef.h>

static int64_t slot_of(int64_t ms)
{
    return ms / WHEEL_SLOT_MS;
}

void wheel_init(struct wheel *w, int64_t now)
{
    *w = (struct wheel){ .turned = now };
}

void wheel_cancel(struct wheel *w, struct timer *t)
{
    if (!t->at)
        return;
    *t->at = t->next;
    if (t->next)
        t->next->at = t->at;
    t->at = NULL;
    w->count--;
}

void wheel_set(struct wheel *w, struct timer *t, int64_t due)
{
    wheel_cancel(w, t);
    t->due = due;
    /* What is overdue goes where the next turn begins. */
    int64_t slot = slot_of(due > w->turned ? due : w->turned);
    struct timer **head = &w->slots[slot % WHEEL_SLOTS];
    t->next = *head;
    if (t->next)
        t->next->at = &t->next;
    *head = t;
    t->at = head;
    w->count++;
}

struct timer *wheel_due(struct wheel *w, int64_t now)
{
    if (!w->count) {
        if (now > w->turned)
            w->turned = now;
        return NULL;
    }
    int64_t first = slot_of(w->turned), last = slot_of(now);
    if (last - first >= WHEEL_SLOTS)
        first = last - WHEEL_SLOTS + 1;      /* one round sees every slot */
    for (int64_t slot = first; slot <= last; slot++) {
        for (struct timer *t = w->slots[slot % WHEEL_SLOTS]; t; t = t->next)
            if (t->due <= now) {
                wheel_cancel(w, t);
                return t;
            }
        if (slot < last && (slot + 1) * WHEEL_SLOT_MS > w->turned)
            w->turned = (slot + 1) * WHEEL_SLOT_MS;
    }
    if (now > w->turned)
        w->turned = now;
    return NULL;
}

int64_t wheel_next(const struct wheel *w)
{
    if (!w->count)
        return INT64_MAX;
    int64_t first = slot_of(w->turned);
    for (int64_t slot = first; slot < first + WHEEL_SLOTS; slot++) {
        int64_t earliest = INT64_MAX;
        for (const struct timer *t = w->slots[slot % WHEEL_SLOTS]; t; t = t->next)
            if (slot_of(t->due) <= slot && t->due < earliest)
                earliest = t->due;
        if (earliest != INT64_MAX)
            return earliest;
    }
    return (first + WHEEL_SLOTS) * WHEEL_SLOT_MS;      /* all lie more than a round ahead */
}
