/* Places whose turn came while nobody asked for them. Whoever comes back within ten minutes goes in before the line moves on. */
#include "turns.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "platform/obs/log.h"

#define KEEP_MS (2 * 60 * 60 * 1000)         /* longer than a pass lasts, so that a step never takes a parked place for an admitted one */

void parks_free(struct parks *p)
{
    free(p->at);
    *p = (struct parks){ 0 };
}

void parks_add(struct parks *p, const struct parked *parked)
{
    if (p->first > p->n) {                   /* more than half is forgotten */
        memmove(p->at, p->at + p->first, p->n * sizeof(*p->at));
        p->first = 0;
    }
    p->at = grow(p->at, &p->cap, p->first + p->n + 1, sizeof(*p->at));
    p->at[p->first + p->n++] = *parked;
}

void parks_pop(struct parks *p, int64_t n)
{
    ASSERT((size_t)n <= p->n);
    p->n -= (size_t)n;
}

void parks_drop(struct parks *p, int64_t now)
{
    while (p->n && p->at[p->first].parked_at + KEEP_MS <= now && p->at[p->first].until <= now) {
        p->first++;
        p->n--;
    }
}

struct parked *parks_find(const struct parks *p, int64_t place)
{
    size_t low = p->first, high = p->first + p->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (p->at[middle].place < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low < p->first + p->n && p->at[low].place == place ? &p->at[low] : NULL;
}

bool parked_may_return(const struct parked *p, int64_t now)
{
    return !p->until && now < p->parked_at + RETURN_MS;
}

/* The newest is the last one whose time runs out. */
bool parks_open(const struct parks *p, int64_t now)
{
    return p->n && p->at[p->first + p->n - 1].parked_at + RETURN_MS > now;
}

int64_t parks_away(const struct parks *p, int64_t now)
{
    int64_t away = 0;
    for (size_t i = p->first; i < p->first + p->n; i++)
        away += parked_may_return(&p->at[i], now);
    return away;
}

int64_t parks_active(const struct parks *p, int64_t now)
{
    int64_t active = 0;
    for (size_t i = p->first; i < p->first + p->n; i++)
        active += p->at[i].live && p->at[i].until > now;
    return active;
}
