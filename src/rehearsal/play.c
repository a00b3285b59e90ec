/* The clock of a rehearsal: a tenth of a second after the other, from the opening of the room to the last seat, and what is counted at the end. */
#include "play_int.h"

#include <signal.h>
#include <stdlib.h>

#define EARLY_MS     (INT64_C(30) * 60 * 1000)     /* nobody comes earlier, however early the room opens */
#define SAMPLE_MS    10000

/* ---- a tick ---- */

static void arrive(struct play *p)
{
    int64_t by_now = crowd_arrived(p->crowd, p->opens_ms, now_ms(p));
    for (; p->came < by_now; p->came++)
        person_comes(p, p->came);
}

static int64_t person_at(const struct play *p, int64_t place)
{
    int64_t number = p->numbers && place <= p->drawn ? p->numbers[place] : place;
    return p->person_of[number - 1];
}

static void move_line(struct play *p)
{
    struct line_now line;
    stage_line(p->stage, &line);
    if (line.drawn && !p->numbers)
        p->numbers = stage_numbers(p->stage, &p->drawn);
    while (p->turned < line.serving)
        person_called(p, person_at(p, ++p->turned));
}

static void act(struct play *p)
{
    stage_free(p->stage, p->free, p->t->grade_n);
    for (uint32_t person = p->lists[p->tick].first, after; person != NOBODY; person = after) {
        after = p->people[person].after;
        person_acts(p, person);
    }
    people_settle(p);
}

static void sample(struct play *p)
{
    struct line_now line;
    int64_t left = 0;
    stage_line(p->stage, &line);
    stage_free(p->stage, p->free, p->t->grade_n);
    for (size_t i = 0; i < p->t->grade_n; i++)
        left += p->free[i];
    sample_add(p->t, &(struct sample){ now_ms(p), p->joined, line.waiting, stage_inside(p->stage), p->t->seats - left - p->t->sold, p->t->sold });
}

static bool sold_out(const struct play *p)
{
    return p->t->sold == p->t->seats;
}

/* Does somebody want to end it? Whoever runs this has blocked these signals, so that the copy is removed. */
static bool interrupted(void)
{
    sigset_t pending;
    sigpending(&pending);
    return sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM);
}

/* False when it cannot go on. */
static bool run(struct play *p)
{
    for (p->tick = 0; p->tick < p->ticks && p->open && !sold_out(p); p->tick++) {
        if (interrupted() || stage_broken(p->stage))
            return false;
        stage_clock(p->stage, p->starts_at + now_ms(p));
        arrive(p);
        move_line(p);
        act(p);
        if (p->tick % (SAMPLE_MS / TICK_MS) == 0)
            sample(p);
    }
    p->tick--;
    sample(p);
    return true;
}

/* ---- the end ---- */

static enum outcome left_as(const struct play *p, int64_t person)
{
    const struct person *who = &p->people[person];
    if (person >= p->came)
        return OUT_CAME_LATE;
    if (who->inside)
        return sold_out(p) && who->next <= NEXT_HOLD ? OUT_NOTHING_FITTED : OUT_STILL_INSIDE;
    return who->next == NEXT_LOOK && traits_of(p->crowd, person, p->limit).away ? OUT_AWAY : OUT_STILL_WAITING;
}

static int64_t sold_by(const struct play *p, int percent)
{
    return p->sold_at.n ? p->opens_ms + quantile(&p->sold_at, percent) : -1;
}

static void conclude(struct play *p)
{
    struct tally *t = p->t;
    for (int64_t i = 0; i < p->n; i++)
        if (p->people[i].outcome == OUTCOMES)
            person_ends(p, i, left_as(p, i));
    t->sold_out = sold_out(p);
    t->ended_ms = now_ms(p);
    t->half_ms = sold_by(p, 50);
    t->most_ms = sold_by(p, 99);
    t->last_ms = sold_by(p, 100);
    for (int i = 0; i < GROUPS; i++)
        waits_sort(&t->waits[i]);
    waits_sort(&t->all);
}

/* ---- the beginning ---- */

static void *many(int64_t n, size_t size)
{
    void *p = calloc((size_t)n + 1, size);
    if (!p)
        abort();
    return p;
}

static void sort_grades(struct play *p)
{
    size_t n = p->t->grade_n;
    p->by_price = many((int64_t)n, sizeof(*p->by_price));
    for (size_t i = 0; i < n; i++) {
        size_t at = i;
        for (; at > 0 && p->t->grades[p->by_price[at - 1]].price > p->t->grades[i].price; at--)
            p->by_price[at] = p->by_price[at - 1];
        p->by_price[at] = i;
    }
}

static void begin(struct play *p, int64_t minutes)
{
    int64_t opens_at = stage_opens_at(p->stage), least = arrival_end(p->crowd, 0), ends_ms = minutes * 60000;
    p->room_opens_ms = opens_at ? opens_at - p->starts_at : -EARLY_MS;
    p->opens_ms = p->room_opens_ms < -EARLY_MS ? -EARLY_MS : p->room_opens_ms > 0 ? 0 : p->room_opens_ms;
    p->ticks = ((ends_ms > least ? ends_ms : least) - p->opens_ms) / TICK_MS + 1;
    p->lists = many(p->ticks, sizeof(*p->lists));
    for (int64_t i = 0; i < p->ticks; i++)
        p->lists[i] = (struct todo){ NOBODY, NOBODY };
    p->n = p->open = p->crowd->people + p->crowd->bots;
    p->people = many(p->n, sizeof(*p->people));
    for (int64_t i = 0; i < p->n; i++)
        p->people[i].outcome = OUTCOMES;
    p->person_of = many(p->n, sizeof(*p->person_of));
    p->free = many((int64_t)p->t->grade_n, sizeof(*p->free));
    sort_grades(p);
    p->t->opens_ms = p->opens_ms;
    p->t->people = p->crowd->people;
    p->t->bots = p->crowd->bots;
}

static void dispose(struct play *p)
{
    free(p->people);
    free(p->lists);
    free(p->person_of);
    free(p->numbers);
    free(p->by_price);
    free(p->free);
    waits_free(&p->sold_at);
    free(p);
}

bool play_sale(struct arena *arena, const struct config *config, const struct copy *c, int64_t schedule, const struct crowd *crowd,
               const struct setting *set, int64_t minutes, struct tally *t, struct str *ret_why)
{
    *t = (struct tally){ 0 };
    struct stage *stage = stage_open(arena, config, c, schedule, crowd->seed, ret_why);
    if (!stage)
        return false;
    bool ok = stage_rules(stage, arena, set, t, ret_why);
    if (ok) {
        struct play *p = many(0, sizeof(*p));
        *p = (struct play){ .crowd = crowd, .stage = stage, .t = t, .starts_at = c->sale_starts_at };
        stage_venue(stage, t, &p->limit);
        begin(p, minutes);
        ok = run(p);
        conclude(p);
        dispose(p);
        *ret_why = ok ? S("the audit of the copy cannot be made") : stage_broken(stage) ? S("the copy cannot be written: is the disk full?") : S("interrupted");
        ok = ok && stage_audit(stage, t);
    }
    stage_close(stage);
    return ok;
}
