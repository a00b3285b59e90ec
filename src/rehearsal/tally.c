#include "tally.h"

#include <stdlib.h>

#include "base/grow.h"

enum group group_of(int64_t arrived_ms)
{
    static const int64_t ends[] = { 0, 60000, 300000, 900000, 3600000 };
    int group = 0;
    while (group < GROUP_LATER && arrived_ms >= ends[group])
        group++;
    return (enum group)group;
}

void waits_add(struct waits *w, int64_t ms)
{
    w->at = grow(w->at, &w->cap, w->n + 1, sizeof(*w->at));
    w->at[w->n++] = (uint32_t)(ms < 0 ? 0 : ms > UINT32_MAX ? UINT32_MAX : ms);
}

void waits_free(struct waits *w)
{
    free(w->at);
    *w = (struct waits){ 0 };
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

void waits_sort(struct waits *w)
{
    if (w->n)
        qsort(w->at, w->n, sizeof(*w->at), by_size);
}

int64_t quantile(const struct waits *w, int percent)
{
    size_t rank = (w->n * (size_t)percent + 99) / 100;
    return w->n ? w->at[rank ? rank - 1 : 0] : 0;
}

void sample_add(struct tally *t, const struct sample *s)
{
    t->samples = grow(t->samples, &t->sample_cap, t->sample_n + 1, sizeof(*t->samples));
    t->samples[t->sample_n++] = *s;
    if (s->waiting > t->peak_waiting)
        t->peak_waiting = s->waiting;
    if (s->inside > t->peak_inside)
        t->peak_inside = s->inside;
}

bool tally_sound(const struct tally *t)
{
    int64_t people = 0;
    for (int i = 0; i < OUTCOMES; i++)
        people += t->of[i];
    return !t->broken && !t->oversold && t->sold <= t->seats && people == t->people + t->bots;
}

void tally_free(struct tally *t)
{
    for (int i = 0; i < GROUPS; i++)
        waits_free(&t->waits[i]);
    waits_free(&t->all);
    for (size_t i = 0; i < t->grade_n; i++)
        free(t->grades[i].name);
    free(t->grades);
    free(t->samples);
    free(t->title);
    free(t->hall);
    *t = (struct tally){ 0 };
}
