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

/* ---- tables ---- */

FIELDS(facts_ref_fields, "BookingFactsRef", struct facts_ref, { .name = "booking", .type = F_INT, .at = offsetof(struct facts_ref, booking) });
FIELDS(text_fields, "SeatText", struct str, { .type = F_STR });

#define AT(member) .at = offsetof(struct booking_facts, member)
FIELDS(facts_fields, "BookingFacts", struct booking_facts,
    { .name = "user", .type = F_INT, AT(user) },
    { .name = "schedule", .type = F_INT, AT(schedule) },
    { .name = "performance", .type = F_INT, AT(performance) },
    { .name = "owner", .type = F_INT, AT(owner) },
    { .name = "title", .type = F_STR, AT(title) },
    { .name = "hall_name", .type = F_STR, AT(hall_name) },
    { .name = "starts_at", .type = F_TIME, AT(starts_at) },
    { .name = "ends_at", .type = F_TIME, AT(ends_at) },
    { .name = "code", .type = F_STR, AT(code) },
    { .name = "status", .type = F_ENUM, .words = booking_status_words, AT(status) },
    { .name = "seats", .type = F_LIST, .of = &text_fields, AT(seats) },
    { .name = "total", .type = F_INT, AT(total) },
    { .name = "due", .type = F_INT, AT(due) },
    { .name = "currency", .type = F_CURRENCY, AT(currency) });
#undef AT

FIELDS(attended_ref_fields, "AttendedRef", struct attended_ref,
    { .name = "user", .type = F_INT, .at = offsetof(struct attended_ref, user) },
    { .name = "performance", .type = F_INT, .at = offsetof(struct attended_ref, performance) });
FIELDS(attended_fields, "Attended", struct attended,
    { .name = "attended", .type = F_BOOL, .at = offsetof(struct attended, attended) },
    { .name = "booking", .type = F_INT, .at = offsetof(struct attended, booking) });

const struct call booking_facts_call = { "booking.facts", "A booking as others print it.", CALL_READ, &facts_ref_fields, &facts_fields, facts };
const struct call booking_attended_call = {
    "booking.attended", "Was somebody there?", CALL_READ, &attended_ref_fields, &attended_fields, attended,
};
