#include "play.h"

#include <stdlib.h>
#include <string.h>

#define TICK_MS     500       /* as often as the room lets people in */
#define EARLY_MS    (INT64_C(30) * 60 * 1000)      /* nobody comes earlier, however early the room opens */
#define AGAIN_MS    5000      /* after a refused hold, or with nothing to see */
#define REFUSED_MS  20000     /* until somebody has found his other card */
#define TRIES_MOST  8
#define SAMPLE_TICKS 20
#define NOBODY      UINT32_MAX

enum next { NEXT_NONE, NEXT_JOIN, NEXT_LOOK, NEXT_HOLD, NEXT_BOOK, NEXT_BEGIN, NEXT_PAY, NEXT_TELL };

struct person {
    uint32_t after;           /* in the list of a tick */
    uint32_t number;          /* under which he joined; 0: not in line */
    uint32_t id;              /* of his hold, then of his booking */
    uint32_t arrived;         /* tick */
    uint8_t next, outcome;    /* OUTCOMES: not yet */
    uint8_t tries, refusals, count, grade;
    bool inside;
};

struct list_of {              /* who has something to do at a tick */
    uint32_t first, last;
};

struct play {
    const struct crowd *crowd;
    struct stage *stage;
    struct tally *t;
    struct person *people;
    int64_t n, came, open;    /* open: those without an outcome */
    int64_t starts_at, limit, tick, ticks;
    int64_t opens_ms, room_opens_ms;     /* people come; they may join */
    struct list_of *lists;
    uint32_t *person_of;      /* by number - 1 */
    int64_t joined, turned;   /* numbers given; places whose turn has come */
    uint32_t *numbers;        /* by place, once drawn */
    int64_t drawn;
    size_t *by_price;         /* grades, cheap to dear */
    int64_t *free;            /* seats by grade, as of this tick */
    struct waits sold_at;     /* of each seat, in ms since the room opened */
    struct deed deeds[DEEDS_MOST];
    size_t deed_n;
};

static int64_t now_ms(const struct play *p)
{
    return p->opens_ms + p->tick * TICK_MS;
}

static int64_t arrived_ms(const struct play *p, const struct person *who)
{
    return p->opens_ms + (int64_t)who->arrived * TICK_MS;
}

static bool is_bot(const struct play *p, int64_t person)
{
    return person < p->crowd->bots;
}

static enum group group_at(const struct play *p, int64_t person)
{
    return group_of(arrived_ms(p, &p->people[person]));
}

/* ---- who does what when ---- */

/* Whose time would be beyond the end has no next any more. */
static void wake(struct play *p, int64_t person, enum next next, int64_t in_ms)
{
    struct person *who = &p->people[person];
    int64_t tick = p->tick + (in_ms <= TICK_MS ? 1 : (in_ms + TICK_MS - 1) / TICK_MS);
    who->next = (uint8_t)next;
    who->after = NOBODY;
    if (tick >= p->ticks)
        return;
    struct list_of *l = &p->lists[tick];
    if (l->first == NOBODY)
        l->first = (uint32_t)person;
    else
        p->people[l->last].after = (uint32_t)person;
    l->last = (uint32_t)person;
}

static void ends(struct play *p, int64_t person, enum outcome how)
{
    struct person *who = &p->people[person];
    who->outcome = (uint8_t)how;
    p->t->of[how]++;
    p->open--;
    if (how == OUT_BOUGHT && !is_bot(p, person))
        p->t->bought[group_at(p, person)]++;
}

static void enters(struct play *p, int64_t person)
{
    int64_t arrived = arrived_ms(p, &p->people[person]), wait = now_ms(p) - (arrived > 0 ? arrived : 0);
    p->people[person].inside = true;
    if (is_bot(p, person))
        return;
    p->t->let_in[group_at(p, person)]++;
    waits_add(&p->t->waits[group_at(p, person)], wait);
    waits_add(&p->t->all, wait);
}

/* ---- what came of a deed ---- */

static bool is(const struct deed *d, const char *code)
{
    return d->code && strcmp(d->code, code) == 0;
}

static void joined(struct play *p, const struct deed *d)
{
    struct traits t = traits_of(p->crowd, d->person, p->limit);
    if (d->result && is(d, "not_open")) {
        wake(p, d->person, NEXT_JOIN, p->room_opens_ms - now_ms(p));
    } else if (d->result) {
        ends(p, d->person, OUT_TURNED_AWAY);
    } else if (!d->ret_waits) {              /* there is no room: everybody at once, as soon as the sale begins */
        enters(p, d->person);
        if (t.leaves)
            ends(p, d->person, OUT_LEFT_INSIDE);
        else
            wake(p, d->person, NEXT_HOLD, (now_ms(p) < 0 ? -now_ms(p) : 0) + t.think_ms);
    } else {
        p->person_of[p->joined++] = (uint32_t)d->person;
        p->people[d->person].number = (uint32_t)p->joined;
        if (!t.away)
            stage_stays(p->stage, p->joined);
    }
}

static void again(struct play *p, int64_t person)
{
    if (++p->people[person].tries < TRIES_MOST)
        wake(p, person, NEXT_HOLD, AGAIN_MS);
    else
        ends(p, person, OUT_NOTHING_FITTED);
}

static void held(struct play *p, const struct deed *d)
{
    struct person *who = &p->people[d->person];
    if (!d->result) {
        p->t->holds++;
        who->id = (uint32_t)d->ret_id;
        who->count = (uint8_t)d->count;
        who->grade = (uint8_t)d->grade;
        wake(p, d->person, NEXT_BOOK, traits_of(p->crowd, d->person, p->limit).pay_ms / 2);
    } else if (is(d, "sold_out") || is(d, "not_together") || is(d, "seat_taken")) {
        p->t->holds_refused++;
        again(p, d->person);
    } else {
        ends(p, d->person, is(d, "pass_required") ? OUT_PASS_RAN_OUT : OUT_TURNED_AWAY);
    }
}

static void bought(struct play *p, int64_t person, int64_t amount)
{
    struct person *who = &p->people[person];
    struct grade *grade = &p->t->grades[who->grade];
    p->t->orders++;
    p->t->sold += who->count;
    p->t->revenue += amount;
    p->t->bot_seats += is_bot(p, person) ? who->count : 0;
    grade->sold += who->count;
    if (grade->sold == grade->seats)
        grade->full_at_ms = now_ms(p);
    for (int i = 0; i < who->count; i++)
        waits_add(&p->sold_at, p->tick * TICK_MS);
    ends(p, person, OUT_BOUGHT);
    if (who->number)
        wake(p, person, NEXT_TELL, 0);
}

static void booked(struct play *p, const struct deed *d)
{
    if (d->result) {
        ends(p, d->person, OUT_HOLD_RAN_OUT);
        return;
    }
    p->people[d->person].id = (uint32_t)d->ret_id;
    if (d->ret_confirmed)
        bought(p, d->person, d->ret_amount);
    else
        wake(p, d->person, NEXT_BEGIN, 0);
}

static void began(struct play *p, const struct deed *d)
{
    if (d->result)
        ends(p, d->person, OUT_HOLD_RAN_OUT);
    else
        wake(p, d->person, NEXT_PAY, traits_of(p->crowd, d->person, p->limit).pay_ms / 2);
}

static void paid(struct play *p, const struct deed *d)
{
    if (!d->result && d->ret_confirmed) {
        bought(p, d->person, d->ret_amount);
        return;
    }
    p->t->late_refunds++;
    ends(p, d->person, OUT_HOLD_RAN_OUT);
}

static void settle(struct play *p, const struct deed *d)
{
    switch (d->kind) {
    case DEED_JOIN: joined(p, d); break;
    case DEED_HOLD: held(p, d); break;
    case DEED_BOOK: booked(p, d); break;
    case DEED_BEGIN: began(p, d); break;
    case DEED_PAY: paid(p, d); break;
    case DEED_TELL: break;
    }
}

static void flush(struct play *p)
{
    stage_do(p->stage, p->deeds, p->deed_n);
    for (size_t i = 0; i < p->deed_n; i++)
        settle(p, &p->deeds[i]);
    p->deed_n = 0;
}

static void does(struct play *p, const struct deed *d)
{
    p->deeds[p->deed_n++] = *d;
    if (p->deed_n == DEEDS_MOST)
        flush(p);
}

/* ---- what people decide ---- */

/* The grade that somebody's heart is set on; grades count as much as they have seats. */
static size_t favourite(const struct play *p, double taste)
{
    double left = taste * (double)p->t->seats;
    for (size_t i = 0; i < p->t->grade_n; i++) {
        left -= (double)p->t->grades[p->by_price[i]].seats;
        if (left < 0)
            return i;
    }
    return 0;
}

/* The first grade from the favourite on that shows enough seats; who does not find that takes half as many. */
static bool choose(const struct play *p, int64_t person, int64_t *ret_grade, int64_t *ret_count)
{
    struct traits t = traits_of(p->crowd, person, p->limit);
    size_t n = p->t->grade_n, first = favourite(p, t.taste) + p->people[person].tries;
    for (int64_t count = t.party; count >= (t.party + 1) / 2; count = count > 1 && count == t.party ? (t.party + 1) / 2 : 0)
        for (size_t i = 0; i < n && count; i++) {
            size_t grade = p->by_price[(first + i) % n];
            if (p->free[grade] < count)
                continue;
            *ret_grade = (int64_t)grade;
            *ret_count = count;
            return true;
        }
    return false;
}

static void looks(struct play *p, int64_t person)
{
    struct person *who = &p->people[person];
    int64_t again_ms;
    enum seen_as as = stage_look(p->stage, person, who->number, &again_ms);
    struct traits t = traits_of(p->crowd, person, p->limit);
    if (as == SEEN_WAITING) {
        wake(p, person, NEXT_LOOK, again_ms);
    } else if (as == SEEN_OVER) {
        ends(p, person, t.away ? OUT_AWAY : OUT_PASS_RAN_OUT);
    } else {
        enters(p, person);
        if (t.leaves)
            ends(p, person, OUT_LEFT_INSIDE);
        else
            wake(p, person, NEXT_HOLD, t.think_ms);
    }
}

static void takes(struct play *p, int64_t person)
{
    struct deed d = { .kind = DEED_HOLD, .person = person, .number = p->people[person].number };
    if (choose(p, person, &d.grade, &d.count))
        does(p, &d);
    else
        again(p, person);
}

static void pays(struct play *p, int64_t person)
{
    struct person *who = &p->people[person];
    p->t->payments++;
    if (!payment_refused(p->crowd, person, who->refusals)) {
        does(p, &(struct deed){ .kind = DEED_PAY, .person = person, .id = who->id });
        return;
    }
    p->t->refused++;
    if (who->refusals++ < p->crowd->retries)
        wake(p, person, NEXT_BEGIN, REFUSED_MS);
    else
        ends(p, person, OUT_PAYMENT_REFUSED);
}

static void acts(struct play *p, int64_t person)
{
    struct person *who = &p->people[person];
    switch ((enum next)who->next) {
    case NEXT_JOIN: does(p, &(struct deed){ .kind = DEED_JOIN, .person = person }); break;
    case NEXT_LOOK: looks(p, person); break;
    case NEXT_HOLD: takes(p, person); break;
    case NEXT_BOOK: does(p, &(struct deed){ .kind = DEED_BOOK, .person = person, .id = who->id }); break;
    case NEXT_BEGIN: does(p, &(struct deed){ .kind = DEED_BEGIN, .person = person, .id = who->id }); break;
    case NEXT_PAY: pays(p, person); break;
    case NEXT_TELL: does(p, &(struct deed){ .kind = DEED_TELL, .person = person, .id = who->id, .count = who->count }); break;
    case NEXT_NONE: break;
    }
}

/* ---- half a second ---- */

static void arrive(struct play *p)
{
    int64_t by_now = crowd_arrived(p->crowd, p->opens_ms, now_ms(p));
    for (; p->came < by_now; p->came++) {
        p->people[p->came].arrived = (uint32_t)p->tick;
        if (!is_bot(p, p->came))
            p->t->came[group_at(p, p->came)]++;
        does(p, &(struct deed){ .kind = DEED_JOIN, .person = p->came });
    }
    flush(p);
}

static void turn_comes(struct play *p, int64_t place)
{
    int64_t number = p->numbers && place <= p->drawn ? p->numbers[place] : place, person = p->person_of[number - 1];
    struct traits t = traits_of(p->crowd, person, p->limit);
    p->t->no_shows += t.away;
    if (!t.away)
        wake(p, person, NEXT_LOOK, t.look_ms);
    else if (t.back)
        wake(p, person, NEXT_LOOK, t.back_ms);
    else
        ends(p, person, OUT_AWAY);
}

static void move_line(struct play *p)
{
    struct line_now line;
    stage_line(p->stage, &line);
    if (line.drawn && !p->numbers)
        p->numbers = stage_numbers(p->stage, &p->drawn);
    while (p->turned < line.serving)
        turn_comes(p, ++p->turned);
}

static void act(struct play *p)
{
    stage_free(p->stage, p->free, p->t->grade_n);
    for (uint32_t person = p->lists[p->tick].first, after; person != NOBODY; person = after) {
        after = p->people[person].after;
        acts(p, person);
    }
    flush(p);
}

static void sample(struct play *p)
{
    struct line_now line;
    int64_t left = 0;
    stage_line(p->stage, &line);
    stage_free(p->stage, p->free, p->t->grade_n);
    for (size_t i = 0; i < p->t->grade_n; i++)
        left += p->free[i];
    sample_add(p->t, &(struct sample){ now_ms(p), p->joined, line.waiting, line.inside, p->t->seats - left - p->t->sold, p->t->sold });
}

static bool sold_out(const struct play *p)
{
    return p->t->sold == p->t->seats;
}

static void run(struct play *p)
{
    for (p->tick = 0; p->tick < p->ticks && p->open && !sold_out(p); p->tick++) {
        stage_clock(p->stage, p->starts_at + now_ms(p));
        arrive(p);
        move_line(p);
        act(p);
        if (p->tick % SAMPLE_TICKS == 0)
            sample(p);
    }
    p->tick--;
    sample(p);
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
            ends(p, i, left_as(p, i));
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
        p->lists[i] = (struct list_of){ NOBODY, NOBODY };
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
        run(p);
        conclude(p);
        dispose(p);
        ok = stage_audit(stage, t);
        if (!ok)
            *ret_why = S("the audit of the copy cannot be made");
    }
    stage_close(stage);
    return ok;
}
