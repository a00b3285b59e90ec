/* The admissions of a room whose passes may still be good, and those of the last minutes before, which tell how many people do not come. At most
 * one is added each half second and a pass lasts an hour at most, so there are a few thousand; all of a room's people are in them, yet none has an
 * entry of his own. */
#include "turns.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "platform/obs/log.h"

void steps_free(struct steps *s)
{
    free(s->at);
    *s = (struct steps){ 0 };
}

void steps_add(struct steps *s, const struct step *step)
{
    if (s->first > s->n) {                   /* more than half is forgotten */
        memmove(s->at, s->at + s->first, s->n * sizeof(*s->at));
        s->first = 0;
    }
    s->at = grow(s->at, &s->cap, s->first + s->n + 1, sizeof(*s->at));
    s->at[s->first + s->n++] = *step;
}

void steps_pop(struct steps *s)
{
    ASSERT(s->n > 0);
    s->n--;
}

void steps_drop(struct steps *s, int64_t now)
{
    while (s->n && s->at[s->first].until + NO_SHOW_WINDOW_MS <= now) {
        s->first++;
        s->n--;
    }
}

struct step *steps_find(const struct steps *s, int64_t place)
{
    size_t low = s->first, high = s->first + s->n;
    while (low < high) {                     /* the first one that reaches as far as the place */
        size_t middle = low + (high - low) / 2;
        if (s->at[middle].last < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->first + s->n && s->at[low].first <= place ? &s->at[low] : NULL;
}

int64_t steps_active(const struct steps *s, int64_t now)
{
    int64_t active = 0;
    for (size_t i = s->first; i < s->first + s->n; i++)
        if (s->at[i].until > now)
            active += s->at[i].live;
    return active;
}

void steps_unwatch(struct steps *s, int64_t now)
{
    for (size_t i = s->first; i < s->first + s->n; i++)
        if (s->at[i].until > now)
            s->at[i].watched = false;
}

void steps_ran_out(const struct steps *s, int64_t now, struct attendance *sum)
{
    for (size_t i = s->first; i < s->first + s->n; i++) {
        const struct step *step = &s->at[i];
        if (!step->watched || step->until > now || step->until + NO_SHOW_WINDOW_MS <= now)
            continue;
        sum->admitted += step->admitted;
        sum->shown += step->shown;
    }
}
