/* The check of a waiting room's record. What nobody was told is not known: a moment of admission is a range, from the last
 * answer that said "waiting" to the first one that said "in", until the end of the pass and the terms of the time narrow it down, mostly to one
 * millisecond. Whatever could have been right is not called wrong. */
#include "record.h"

#include <stdlib.h>

#define ADMISSION INT64_C(60000)             /* a rate of r a minute allows one for each 60,000 / r ms */
#define INTERVALS 3                          /* who has not asked for so many has been away; seconds are counted, hence: */
#define SECOND    INT64_C(1000)

/* ---- what is known of a place ---- */

struct life {
    int64_t waited;           /* last told to be waiting, the turn not missed */
    int64_t not_in;           /* last told not to be in yet */
    int64_t in_from, in_to;   /* let in between; in_to 0: never seen in */
    int64_t pass_until;
    int64_t back;             /* first told that the turn was missed, or can have been; 0: never */
    int64_t back_by, here;    /* here: has asked when told to since then, the turn missed */
    int64_t asked, poll_ms;
    int64_t ended;            /* leaving or buying was acknowledged; 0: not */
    int32_t position;
    int state;
    bool replaced;            /* its account has joined anew */
    bool untold;              /* was away, and came back to a room that was off */
    bool closed;              /* told to be expired only since the sale was over: that may go on ... */
    int64_t missed;           /* ... and that first when the turn can have been missed before */
};

struct check {
    const struct record *r;
    struct life *lives;
    struct finding *found;
    int64_t served;           /* as positions tell */
    int64_t *line, *all;      /* known moments of admission: of those whose turn was not missed; of all */
    size_t line_n, all_n;
};

static void broken(struct check *c, enum record_rule rule, int64_t at, int32_t place)
{
    if (!c->found->count[rule]++) {
        c->found->first[rule].at = at;
        c->found->first[rule].place = place;
    }
}

/* Terms in force at a moment: two when they changed at it. */
static size_t terms_at(const struct record *r, int64_t at, size_t *ret_first)
{
    size_t low = 0, high = r->terms_n;
    while (low < high) {                     /* the first one that begins later */
        size_t middle = low + (high - low) / 2;
        if (r->terms[middle].from <= at)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_first = low ? low - 1 : 0;
    while (*ret_first > 0 && r->terms[*ret_first].from == at)
        --*ret_first;
    return low - *ret_first;
}

static const struct told_terms *terms_of(const struct record *r, int64_t at)
{
    size_t first, n = terms_at(r, at, &first);
    return &r->terms[first + n - 1];
}

static bool on_time(const struct check *c, const struct life *l, int64_t at)
{
    return at - l->asked <= l->poll_ms + c->r->late_ms;
}

static bool was_here(const struct life *l, int64_t at)
{
    return at - l->asked <= INTERVALS * l->poll_ms - SECOND;
}

/* ---- answer by answer ---- */

static void check_waiting(struct check *c, struct life *l, const struct told *t)
{
    if (t->back_by) {
        if (!l->back && was_here(l, t->at))
            broken(c, W1_REASON, t->at, t->place);
        l->back = l->back ? l->back : t->at;
        l->back_by = t->back_by;
    } else {
        if (l->back_by)
            broken(c, W3_FORWARD, t->at, t->place);
        l->waited = t->at;
    }
    l->not_in = t->at;
    if (!t->position)
        return;
    if (l->position && t->position > l->position)
        broken(c, W4_POSITION, t->at, t->place);
    l->position = t->position;
    if (t->back_by)
        return;
    int64_t served = c->r->places[t->place].order - t->position;
    if (served < c->served)
        broken(c, W4_EXACT, t->at, t->place);
    c->served = served;
}

static void check_in(struct check *c, struct life *l, const struct told *t)
{
    if (l->pass_until && l->pass_until != t->pass_until)
        broken(c, W3_ONCE, t->at, t->place);
    if (t->pass_until <= t->at)
        broken(c, W5_PASS, t->at, t->place);
    if (!l->in_to) {
        l->in_from = l->not_in;
        l->in_to = t->at;
        l->pass_until = t->pass_until;
    }
}

/* The room is off: whose turn came meanwhile is not told so. */
static void check_off(const struct check *c, struct life *l, const struct told *t)
{
    l->untold |= !on_time(c, l, t->at);
    if (!l->back && !was_here(l, t->at))
        l->back = t->at;
    l->asked = t->at;
    l->poll_ms = t->poll_ms;
}

/* The sale is over: nor is whose turn came just before. */
static void check_closed(const struct check *c, struct life *l, const struct told *t)
{
    l->closed = true;
    l->untold |= !on_time(c, l, t->at);
    if (!l->missed && !was_here(l, t->at))
        l->missed = t->at;
}

/* The sale goes on, and his place does where it was. */
static void check_reopened(struct life *l)
{
    l->state = TOLD_WAITING;
    l->back = l->back ? l->back : l->missed;
}

static void check_expired(struct check *c, struct life *l, const struct told *t)
{
    bool closed = t->at >= terms_of(c->r, t->at)->ends_at, let_in = l->pass_until && l->pass_until <= t->at, too_late = l->back_by && l->back_by <= t->at;
    if (l->pass_until && !let_in)
        broken(c, W3_REASON, t->at, t->place);
    if (!l->pass_until && !closed && !too_late && !l->untold && on_time(c, l, t->at))
        broken(c, W1_REASON, t->at, t->place);
    l->closed = false;
    if (closed && !let_in && !too_late)
        check_closed(c, l, t);
}

static void check_place(struct check *c, const struct told *t)
{
    struct life *l = &c->lives[t->place];
    if (t->state == TOLD_IN && !t->pass_until) {
        check_off(c, l, t);
        return;
    }
    bool over = t->state == TOLD_EXPIRED || t->state == TOLD_GONE;
    if (l->closed && !over && t->at < terms_of(c->r, t->at)->ends_at)
        check_reopened(l);
    bool was_over = l->state == TOLD_EXPIRED || l->state == TOLD_GONE;
    if (t->state < l->state || (was_over && t->state != l->state && !(l->closed && l->ended)))
        broken(c, W3_FORWARD, t->at, t->place);
    if ((l->replaced || l->ended) && !over)
        broken(c, l->ended ? W3_REASON : W3_ONE_PLACE, t->at, t->place);
    if (t->state == TOLD_GONE && !l->ended)
        broken(c, W3_REASON, t->at, t->place);
    if (t->state == TOLD_WAITING)
        check_waiting(c, l, t);
    else if (t->state == TOLD_IN)
        check_in(c, l, t);
    else if (t->state == TOLD_EXPIRED && (!was_over || l->closed))
        check_expired(c, l, t);
    l->state = t->state;
    l->asked = t->at;
    l->poll_ms = t->poll_ms;
}

static void check_pass(struct check *c, const struct told *t)
{
    const struct life *l = &c->lives[t->place];
    bool good = c->r->places[t->place].account == t->poll_ms && l->pass_until > t->at && !l->ended;
    if (terms_of(c->r, t->at)->on && good != (t->state != 0))
        broken(c, W5_PASS, t->at, t->place);
}

static void check_told(struct check *c)
{
    int32_t known = 0;
    for (size_t i = 0; i < c->r->told_n; i++) {
        const struct told *t = &c->r->told[i];
        for (; known <= t->place; known++)
            if (c->r->places[known].before >= 0)
                c->lives[c->r->places[known].before].replaced = true;
        switch (t->kind) {
        case TOLD_PLACE: check_place(c, t); break;
        case TOLD_UNKNOWN: broken(c, W3_NOBODY_LOST, t->at, t->place); break;
        case TOLD_LEFT: case TOLD_BOUGHT: c->lives[t->place].ended = t->at; break;
        case TOLD_PASS: check_pass(c, t); break;
        default: break;
        }
    }
}

/* ---- moments of admission ---- */

static void narrow(struct check *c, int32_t place)
{
    struct life *l = &c->lives[place];
    const struct record *r = c->r;
    int64_t from = INT64_MAX, to = 0;
    for (size_t k = 0; k < r->terms_n; k++) {
        const struct told_terms *t = &r->terms[k];
        int64_t at = l->pass_until - t->pass_ms, next = k + 1 < r->terms_n ? t[1].from : INT64_MAX;
        if (!t->on || t->paused || at < t->from || at > next || at < l->in_from || at > l->in_to || at < t->sells_at || at >= t->ends_at)
            continue;
        from = at < from ? at : from;
        to = at > to ? at : to;
    }
    if (!to) {
        broken(c, W2_CLOSED, l->in_to, place);
        return;
    }
    l->in_from = from;
    l->in_to = to;
    if (from != to)
        return;
    c->all[c->all_n++] = from;
    if (!l->back)
        c->line[c->line_n++] = from;
}

static int by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void find_admissions(struct check *c)
{
    for (size_t i = 0; i < c->r->places_n; i++)
        if (c->lives[i].in_to)
            narrow(c, (int32_t)i);
    qsort(c->line, c->line_n, sizeof(*c->line), by_time);
    qsort(c->all, c->all_n, sizeof(*c->all), by_time);
}

/* How many of `at` come before `moment`. */
static size_t count_before(const int64_t *at, size_t n, int64_t moment)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (at[middle] < moment)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- W1 ---- */

static void check_order(struct check *c)
{
    size_t n = c->r->places_n;
    int32_t *by_order = calloc(n + 1, sizeof(*by_order));
    int64_t reached = 0;
    if (!by_order)
        abort();
    for (size_t i = 0; i < n; i++)
        if (c->r->places[i].order >= 1 && (size_t)c->r->places[i].order <= n)
            by_order[c->r->places[i].order] = (int32_t)i + 1;
    for (size_t i = 1; i <= n; i++) {
        const struct life *l = by_order[i] ? &c->lives[by_order[i] - 1] : NULL;
        if (!l)
            continue;
        if (l->in_to && !l->back && l->in_to < reached)
            broken(c, W1_ORDER, l->in_to, by_order[i] - 1);
        int64_t not_before = l->in_to && !l->back && l->in_from > l->waited ? l->in_from : l->waited;
        reached = not_before > reached ? not_before : reached;
    }
    free(by_order);
}

static void check_back(struct check *c)
{
    int64_t restarted = 0;
    for (size_t i = 0; i < c->r->places_n; i++)
        c->lives[i].here = c->lives[i].asked = 0;
    for (size_t i = 0; i < c->r->told_n; i++) {
        const struct told *t = &c->r->told[i];
        struct life *l = &c->lives[t->place];
        restarted = t->kind == TOLD_RESTART ? t->at : restarted;
        if (t->kind != TOLD_PLACE || !l->back || t->at < l->back)
            continue;
        int64_t until = l->in_to && l->in_from < t->at ? l->in_from : t->at;
        bool stayed = l->here && l->asked > restarted && was_here(l, until);
        bool tells = t->pass_until || t->back_by;            /* else he may have been let in meanwhile */
        if (stayed && tells && count_before(c->line, c->line_n, until) > count_before(c->line, c->line_n, l->here + 1))
            broken(c, W1_BACK, t->at, t->place);
        l->here = t->state != TOLD_WAITING || !t->back_by ? 0 : stayed ? l->here : t->at;
        l->asked = t->at;
        l->poll_ms = t->poll_ms;
    }
}

/* ---- W2 ---- */

/* Allowed from the first terms on, in parts of an admission. */
static int64_t allowed_until(const struct record *r, int64_t at)
{
    int64_t sum = 0;
    for (size_t k = 0; k < r->terms_n && r->terms[k].from < at; k++) {
        int64_t end = k + 1 < r->terms_n && r->terms[k + 1].from < at ? r->terms[k + 1].from : at;
        sum += (end - r->terms[k].from) * r->terms[k].per_minute;
    }
    return sum;
}

/* What may have been saved up, by the rate: one second's worth; where that is less than two people, also what is short of one person by the smallest
 * part, but less than two people in all. */
static int64_t saved_up(int64_t per_minute)
{
    int64_t second = per_minute * SECOND, fewer_than_two = ADMISSION - 1 + (second < ADMISSION ? second : ADMISSION);
    return second > fewer_than_two ? second : fewer_than_two;
}

/* Of the terms in force. */
static int64_t burst_at(const struct record *r, int64_t at)
{
    size_t first, n = terms_at(r, at, &first);
    int64_t burst = 0;
    for (size_t k = first; k < first + n; k++) {
        int64_t saved = saved_up(r->terms[k].per_minute);
        burst = saved > burst ? saved : burst;
    }
    return burst;
}

/* For all i <= j: (j - i + 1) admissions <= what was allowed between them + the burst at i. */
static void check_rate(struct check *c)
{
    int64_t least = INT64_MAX;               /* of burst + admissions before - allowed, over all i so far */
    for (size_t j = 0; j < c->all_n; j++) {
        int64_t allowed = allowed_until(c->r, c->all[j]), before = (int64_t)j * ADMISSION;
        int64_t here = burst_at(c->r, c->all[j]) + before - allowed;
        least = here < least ? here : least;
        if (before + ADMISSION - allowed > least)
            broken(c, W2_RATE, c->all[j], -1);
    }
}

static int64_t limit_at(const struct record *r, int64_t at)
{
    size_t first, n = terms_at(r, at, &first);
    int64_t limit = 0;
    for (size_t k = first; k < first + n; k++)
        limit = r->terms[k].limit > limit ? r->terms[k].limit : limit;
    return limit;
}

#define MADE_UP 2             /* for those who do not come others are let in, so many times the limit in all; the audit W2_limit knows exactly */

static void check_capacity(struct check *c)
{
    size_t n = 0, over = 0;
    int64_t *ends = calloc(c->all_n + 1, sizeof(*ends));
    if (!ends)
        abort();
    for (size_t i = 0; i < c->r->places_n; i++) {
        const struct life *l = &c->lives[i];
        if (l->in_to && l->in_from == l->in_to)
            ends[n++] = l->ended && l->ended < l->pass_until ? l->ended : l->pass_until;
    }
    qsort(ends, n, sizeof(*ends), by_time);
    for (size_t i = 0; i < c->all_n; i++) {
        if (i + 1 < c->all_n && c->all[i + 1] == c->all[i])
            continue;                        /* the last one of those who were let in together */
        while (over < n && ends[over] <= c->all[i])
            over++;
        if ((int64_t)(i + 1 - over) > MADE_UP * limit_at(c->r, c->all[i]))
            broken(c, W2_CAPACITY, c->all[i], -1);
    }
    free(ends);
}

/* ---- W3 at the end, W6 ---- */

static void check_end(struct check *c)
{
    const struct record *r = c->r;
    if (r->counted != (int64_t)r->places_n)
        broken(c, W3_NOBODY_LOST, 0, -1);
    for (size_t i = 0; i < r->places_n; i++) {
        const struct life *l = &c->lives[i];
        if (l->state == TOLD_WAITING || l->state == TOLD_IN)
            broken(c, W3_REASON, l->asked, (int32_t)i);
        c->found->let_in += l->in_to > 0;
        c->found->away += l->back > 0;
        c->found->back += l->back && l->in_to;
        c->found->left += l->state == TOLD_GONE && !l->in_to;
        c->found->lost += l->state == TOLD_EXPIRED && !l->in_to;
    }
}

static void check_draw(struct check *c)
{
    int64_t n = c->r->entries;
    bool *taken = calloc((size_t)n + 1, sizeof(*taken));
    if (!taken)
        abort();
    for (size_t i = 0; i < c->r->places_n; i++) {
        const struct told_place *p = &c->r->places[i];
        if (p->number > n)
            continue;
        if (!p->confirmed)
            broken(c, W6_COMMITTED, 0, (int32_t)i);
        if (p->order < 1 || p->order > n || taken[p->order])
            broken(c, W6_ORDER, 0, (int32_t)i);
        else
            taken[p->order] = true;
    }
    free(taken);
}

void record_check(const struct record *r, struct finding *ret)
{
    struct check c = { .r = r, .found = ret, .lives = calloc(r->places_n + 1, sizeof(*c.lives)), .line = calloc(r->places_n + 1, sizeof(*c.line)),
                       .all = calloc(r->places_n + 1, sizeof(*c.all)) };
    *ret = (struct finding){ 0 };
    if (!c.lives || !c.line || !c.all || !r->terms_n)
        abort();
    check_told(&c);
    check_end(&c);
    find_admissions(&c);
    check_order(&c);
    check_back(&c);
    check_rate(&c);
    check_capacity(&c);
    check_draw(&c);
    ret->exact = (int64_t)c.all_n;
    free(c.lives);
    free(c.line);
    free(c.all);
}
