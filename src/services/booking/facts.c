/* What other services may know of a booking: what a mail prints of it, and whether somebody was there. */
#include "services/booking/booking_int.h"

/* "VIP · 1F · A · 12": the parts that have a name. */
static struct str seat_text(struct ctx *cx, const struct sale *s, uint32_t seat)
{
    const struct plan *p = s->layout->plan;
    const struct plan_row *row = &p->rows[layout_row(s->layout, seat)];
    struct str parts[] = { p->categories[p->category[seat]].name, p->sections[row->section].name, row->name, p->number[seat] }, text = { 0 };
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (parts[i].n)
            text = text.n ? arena_fmt(cx->arena, "%.*s · %.*s", STR_ARG(text), STR_ARG(parts[i])) : parts[i];
    return text;
}

static err facts(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct facts_ref *in = in_;
    struct booking_row row;
    err e = booking_owned(cx, in->booking, 0, &row);
    if (e)
        return e;
    struct sale *s = sale_find(self, row.schedule);
    if (!s)
        return sale_missing(cx);

    struct str *seats = NEW_ARRAY(cx->arena, struct str, row.lines.n);
    const struct seat_line *line = row.lines.at;
    for (size_t i = 0; i < row.lines.n; i++)
        seats[i] = seat_text(cx, s, line[i].seat);
    struct booking_facts *ret = out;
    *ret = (struct booking_facts){
        .user = row.user, .schedule = row.schedule, .performance = s->performance, .owner = s->owner, .title = s->title, .hall_name = s->hall_name,
        .starts_at = s->starts_at, .ends_at = s->ends_at, .code = booking_code(cx, row.id), .status = row.status, .seats = { seats, row.lines.n },
        .total = row.total, .due = row.due,
    };
    memcpy(ret->currency, s->currency, sizeof(ret->currency));
    return OK;
}

static err attended(struct ctx *cx, void *self, const void *in_, void *out)
{
    (void)self;
    const struct attended_ref *in = in_;
    struct attended *ret = out;
    *ret = (struct attended){ 0 };
    return store_attended(cx, in->user, in->performance, &ret->booking, &ret->attended);
}

const struct call booking_facts_call = { .name = "booking.facts", .kind = CALL_READ, .fn = facts };
const struct call booking_attended_call = { .name = "booking.attended", .kind = CALL_READ, .fn = attended };
