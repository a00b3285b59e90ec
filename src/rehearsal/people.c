/* What people do: look, choose, book, pay, try again, give up. Each step is a deed on the stage; what comes of it says what is next, and when. */
#include <string.h>

#include "play_int.h"

#define AGAIN_MS   5000       /* after a refused hold, or with nothing to see */
#define REFUSED_MS 20000      /* until somebody has found his other card */
#define TRIES_MOST 8

static int64_t arrived_ms(const struct play *p, const struct person *who)
{
    return p->opens_ms + (int64_t)who->arrived * TICK_MS;
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
    struct todo *l = &p->lists[tick];
    if (l->first == NOBODY)
        l->first = (uint32_t)person;
    else
        p->people[l->last].after = (uint32_t)person;
    l->last = (uint32_t)person;
}

void person_ends(struct play *p, int64_t person, enum outcome how)
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
        person_ends(p, d->person, OUT_TURNED_AWAY);
    } else if (!d->ret_waits) {              /* there is no room: everybody at once, as soon as the sale begins */
        enters(p, d->person);
        if (t.leaves)
            person_ends(p, d->person, OUT_LEFT_INSIDE);
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
        person_ends(p, person, OUT_NOTHING_FITTED);
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
        person_ends(p, d->person, is(d, "pass_required") ? OUT_PASS_RAN_OUT : OUT_TURNED_AWAY);
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
    person_ends(p, person, OUT_BOUGHT);
    if (who->number)
        wake(p, person, NEXT_TELL, 0);
}

static void booked(struct play *p, const struct deed *d)
{
    if (d->result) {
        person_ends(p, d->person, OUT_HOLD_RAN_OUT);
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
        person_ends(p, d->person, OUT_HOLD_RAN_OUT);
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
    person_ends(p, d->person, OUT_HOLD_RAN_OUT);
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

void people_settle(struct play *p)
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
        people_settle(p);
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
        person_ends(p, person, t.away ? OUT_AWAY : OUT_PASS_RAN_OUT);
    } else {
        enters(p, person);
        if (t.leaves)
            person_ends(p, person, OUT_LEFT_INSIDE);
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
        person_ends(p, person, OUT_PAYMENT_REFUSED);
}

void person_acts(struct play *p, int64_t person)
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

/* ---- as the clock has it ---- */

void person_comes(struct play *p, int64_t person)
{
    p->people[person].arrived = (uint32_t)p->tick;
    if (!is_bot(p, person))
        p->t->came[group_at(p, person)]++;
    does(p, &(struct deed){ .kind = DEED_JOIN, .person = person });
}

void person_called(struct play *p, int64_t person)
{
    struct traits t = traits_of(p->crowd, person, p->limit);
    p->t->no_shows += t.away;
    if (!t.away)
        wake(p, person, NEXT_LOOK, t.look_ms);
    else if (t.back)
        wake(p, person, NEXT_LOOK, t.back_ms);
    else
        person_ends(p, person, OUT_AWAY);
}
