/* Whom the seats of a booking are for: each has its price by person type; who is not named is an adult. */
#include "services/booking/booking_int.h"

static struct seat_line *line_of(struct list lines, uint32_t seat)
{
    struct seat_line *line = lines.at;
    for (size_t i = 0; i < lines.n; i++)
        if (line[i].seat == seat)
            return &line[i];
    return NULL;
}

static err apply_one(struct ctx *cx, const struct sale *s, const struct person_in *p, size_t i, struct list lines)
{
    uint32_t seat;
    struct seat_line *line = plan_index_find(s->layout->index, p->seat, &seat) ? line_of(lines, seat) : NULL;
    if (!line)
        return fail_field(cx, arena_fmt(cx->arena, "people[%zu].seat", i), "is no seat of this hold: %.*s", "선점한 좌석이 아닙니다: %.*s", STR_ARG(p->seat));
    if (line->person >= 0)
        return fail_field(cx, arena_fmt(cx->arena, "people[%zu].seat", i), "seat %.*s is named twice", "%.*s 좌석이 두 번 지정되었습니다", STR_ARG(p->seat));
    line->person = p->type;
    if (person_price(s, s->layout->plan->category[seat], p->type, line->price, &line->price))
        return OK;
    return fail_field(cx, arena_fmt(cx->arena, "people[%zu].type", i), "%s is no person type of this schedule", "이 회차에 %s 권종이 없습니다",
                      person_words[p->type]);
}

err people_apply(struct ctx *cx, const struct sale *s, struct list people, struct list lines, struct list *ret)
{
    const struct person_in *p = people.at;
    struct seat_line *own = NEW_ARRAY(cx->arena, struct seat_line, lines.n);
    memcpy(own, lines.at, lines.n * sizeof(*own));
    for (size_t i = 0; i < lines.n; i++)
        own[i].person = -1;                  /* not named yet */
    err e = OK;
    for (size_t i = 0; i < people.n; i++)
        if (apply_one(cx, s, &p[i], i, (struct list){ own, lines.n }))
            e = ERR_INPUT;
    if (e)
        return e;
    for (size_t i = 0; i < lines.n; i++)
        if (own[i].person < 0)
            own[i].person = PERSON_ADULT;
    *ret = (struct list){ own, lines.n };
    return OK;
}

bool people_same(struct list a, struct list b)
{
    const struct seat_line *x = a.at, *y = b.at;
    bool same = a.n == b.n;
    for (size_t i = 0; i < a.n && same; i++)
        same = x[i].seat == y[i].seat && x[i].person == y[i].person;
    return same;
}

int64_t lines_total(struct list lines)
{
    const struct seat_line *line = lines.at;
    int64_t total = 0;
    for (size_t i = 0; i < lines.n; i++)
        ASSERT(money_add(total, line[i].price, &total));     /* HOLD_SEATS_MAX times MONEY_MAX fits */
    return total;
}

static const struct field person_rows[] = {
    { .name = "seat", .type = F_STR, .at = offsetof(struct person_in, seat), .low = 1, .high = PLAN_NAME_MAX, .help = "A seat of the hold." },
    { .name = "type", .type = F_ENUM, .words = person_words, .at = offsetof(struct person_in, type) },
};
const struct fields person_in_fields = { "PersonOfSeat", sizeof(struct person_in), person_rows, 2 };
