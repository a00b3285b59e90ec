/* Seats that the house keeps for itself: for the press, for a camera, for who comes late. Such a seat is blocked and has a row, with a reason and
 * perhaps a time at which it goes on sale by itself; it never has a claim as well. */
#include "services/booking/booking_int.h"

#define HOUSE_HOLDS_MAX 200
#define REASON_MAX      200
#define RELEASE_AT_ONCE 4096

struct house_hold {
    struct str reason;
    int64_t release_at;       /* 0: not by itself */
    struct list seats;        /* struct str: guids */
};

struct house_in {
    int64_t schedule;
    struct list holds;        /* struct house_hold */
};

struct house_out {
    struct list items;        /* struct house_hold */
};

struct house_ref {
    int64_t schedule;
};

/* What is kept of each seat of a sale, by seat: NULL when the house does not have it. */
struct kept {
    struct str reason;
    int64_t release_at;
};

static void look_at(struct booking *b, int64_t due)
{
    if (due > 0 && due < atomic_load_explicit(&b->house_due, memory_order_relaxed))
        atomic_store(&b->house_due, due);
}

static void keep(struct ctx *cx, struct booking *b, struct sale *s, uint32_t seat, const struct kept *as)
{
    db_put(cx, &booking_sql.house_insert, VALS(v_int(s->id), v_int(seat), v_text(as->reason), v_int(as->release_at), v_int(cx->now)));
    if (sale_state(s, seat) != SEAT_BLOCKED)
        sale_set(cx, b, s, seat, SEAT_BLOCKED);
}

void house_begin(struct ctx *cx, struct booking *b, struct sale *s, const uint32_t *seats, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (sale_state(s, seats[i]) == SEAT_FREE)            /* once, however often it is named */
            keep(cx, b, s, seats[i], &(struct kept){ .reason = S("") });
}

err house_load(struct ctx *cx, struct booking *b)
{
    struct rows r;
    err e = db_rows(cx, &booking_sql.house_all, NO_VALS, &r);
    if (e)
        return e;
    while (rows_next(&r)) {
        struct sale *s = map_ptr(&b->sales, (uint64_t)row_int(&r, 0));
        uint32_t seat = (uint32_t)row_int(&r, 1);
        if (s && seat < s->seats)            /* else the audit names it */
            sale_set_quietly(s, seat, SEAT_BLOCKED);
    }
    atomic_init(&b->house_due, 0);           /* the first look finds out */
    return rows_end(cx, &r);
}

/* ---- PUT /schedules/{schedule_id}/house_seats ---- */

static err check_hold(struct ctx *cx, const struct sale *s, const struct house_hold *h, size_t at)
{
    if (h->release_at && h->release_at <= cx->now)
        return fail_field(cx, arena_fmt(cx->arena, "holds[%zu].release_at", at), "must be in the future", "미래의 시각이어야 합니다");
    if (h->release_at >= s->ends_at)
        return fail_field(cx, arena_fmt(cx->arena, "holds[%zu].release_at", at), "must be before the schedule ends", "회차 종료 전이어야 합니다");
    return OK;
}

static struct str field_of(struct ctx *cx, size_t hold, size_t seat)
{
    return arena_fmt(cx->arena, "holds[%zu].seats[%zu]", hold, seat);
}

/* What the organizer wants, by seat. */
static err read_wish(struct ctx *cx, const struct sale *s, const struct house_in *in, const struct kept **ret)
{
    const struct house_hold *hold = in->holds.at;
    err e = OK;
    for (size_t h = 0; h < in->holds.n; h++) {
        const struct str *guid = hold[h].seats.at;
        struct kept *as = NEW(cx->arena, struct kept);
        *as = (struct kept){ str_trim(hold[h].reason), hold[h].release_at };
        err bad = check_hold(cx, s, &hold[h], h);
        e = bad ? bad : e;
        for (size_t i = 0; i < hold[h].seats.n; i++) {
            uint32_t seat;
            if (!plan_index_find(s->layout->index, guid[i], &seat))
                e = fail_field(cx, field_of(cx, h, i), "there is no seat %.*s", "%.*s 좌석이 없습니다", STR_ARG(guid[i]));
            else if (ret[seat])
                e = fail_field(cx, field_of(cx, h, i), "seat %.*s is named twice", "%.*s 좌석이 두 번 지정되었습니다", STR_ARG(guid[i]));
            else
                ret[seat] = as;
        }
    }
    return e;
}

/* What the house has, by seat. */
static err read_kept(struct ctx *cx, const struct sale *s, const struct kept **ret)
{
    struct rows r;
    err e = db_rows(cx, &booking_sql.house_of, VALS(v_int(s->id)), &r);
    if (e)
        return e;
    while (rows_next(&r)) {
        struct kept *k = NEW(cx->arena, struct kept);
        *k = (struct kept){ row_text(cx, &r, 1), row_int(&r, 2) };
        ret[row_int(&r, 0)] = k;
    }
    return rows_end(cx, &r);
}

/* Refuses when a seat that is wished is not to be had: all of them are named. */
static err wish_is_free(struct ctx *cx, const struct sale *s, const struct kept *const *kept, const struct kept *const *wish)
{
    size_t n = 0;
    for (uint32_t seat = 0; seat < s->seats; seat++) {
        if (!wish[seat] || kept[seat] || sale_state(s, seat) == SEAT_FREE)
            continue;
        struct str guid = s->layout->plan->guid[seat];
        (void)!fail_field(cx, guid, "%.*s is held or sold", "%.*s 좌석은 선점 또는 판매되었습니다", STR_ARG(guid));
        n++;
    }
    return n ? fail(cx, ERR_CONFLICT, "seats_in_use", "%zu of these seats are held or sold.", "%zu개 좌석이 이미 선점 또는 판매되었습니다.", n) : OK;
}

static bool same(const struct kept *a, const struct kept *b)
{
    return a == b || (a && b && a->release_at == b->release_at && str_eq(a->reason, b->reason));
}

/* Makes what the house has what it wishes. */
static err replace(struct ctx *cx, struct booking *b, struct sale *s, const struct kept *const *kept, const struct kept *const *wish)
{
    for (uint32_t seat = 0; seat < s->seats; seat++) {
        if (same(kept[seat], wish[seat]))
            continue;
        if (kept[seat]) {
            err e = db_run(cx, &booking_sql.house_delete, VALS(v_int(s->id), v_int(seat)), NULL);
            if (e)
                return e;
        }
        if (!wish[seat]) {
            sale_set(cx, b, s, seat, SEAT_FREE);
            continue;
        }
        keep(cx, b, s, seat, wish[seat]);
        look_at(b, wish[seat]->release_at);
    }
    return OK;
}

/* ---- seats that the plan no longer has ---- */

static err read_gone(struct ctx *cx, const struct sale *s, const struct kept **ret, const struct kept *gone)
{
    struct rows r;
    err e = db_rows(cx, &booking_sql.house_gone, VALS(v_int(s->id)), &r);
    if (e)
        return e;
    while (rows_next(&r))
        ret[row_int(&r, 0)] = gone;
    return rows_end(cx, &r);
}

static err seats_drop(struct ctx *cx, void *self, const void *in_, void *out)
{
    (void)out;
    struct booking *b = self;
    const struct seats_dropped *in = in_;
    const int64_t *dropped = in->seats.at;
    const struct kept gone = { .reason = S(""), .release_at = HOUSE_GONE };
    struct sale *s = map_ptr(&b->sales, (uint64_t)in->schedule);
    if (!s)
        return fail(cx, ERR_UNAVAILABLE, NULL, "The schedule has not been opened yet.", "아직 준비되지 않은 회차입니다.");
    const struct kept **wish = NEW_ARRAY(cx->arena, const struct kept *, s->seats), **kept = NEW_ARRAY(cx->arena, const struct kept *, s->seats);
    err e = read_kept(cx, s, kept);
    if (e)
        return e;
    memcpy(wish, kept, s->seats * sizeof(*wish));            /* the house keeps the others */
    e = read_gone(cx, s, kept, &gone);
    for (size_t i = 0; i < in->seats.n; i++)
        if (dropped[i] >= 0 && dropped[i] < s->seats)
            wish[dropped[i]] = &gone;
    if (!e)
        e = wish_is_free(cx, s, kept, wish);
    return e ? e : replace(cx, b, s, kept, wish);
}

/* ---- what the organizer sees ---- */

struct house_row {
    uint32_t seat;
    struct kept as;
};

static err read_rows(struct ctx *cx, int64_t schedule, struct list *ret, int64_t *ret_hall)
{
    struct rows r;
    size_t n = 0, cap = 64;
    struct house_row *at = NEW_ARRAY(cx->arena, struct house_row, cap);
    err e = db_rows(cx, &booking_sql.house_of, VALS(v_int(schedule)), &r);
    if (e)
        return e;
    while (rows_next(&r)) {
        if (n == cap) {
            struct house_row *larger = NEW_ARRAY(cx->arena, struct house_row, cap *= 2);
            memcpy(larger, at, n * sizeof(*at));
            at = larger;
        }
        at[n++] = (struct house_row){ (uint32_t)row_int(&r, 0), { row_text(cx, &r, 1), row_int(&r, 2) } };
        *ret_hall = row_int(&r, 3);
    }
    *ret = (struct list){ at, n };
    return rows_end(cx, &r);
}

/* Rows with the same reason and time stand together: they are one hold. */
static struct list group(struct ctx *cx, const struct plan *p, const struct list *rows)
{
    const struct house_row *row = rows->at;
    struct house_hold *holds = NEW_ARRAY(cx->arena, struct house_hold, rows->n);
    struct str *guids = NEW_ARRAY(cx->arena, struct str, rows->n);
    size_t n = 0;
    for (size_t i = 0; i < rows->n; i++) {
        guids[i] = p->guid[row[i].seat];
        if (i == 0 || !same(&row[i].as, &row[i - 1].as))
            holds[n++] = (struct house_hold){ row[i].as.reason, row[i].as.release_at, { &guids[i], 0 } };
        holds[n - 1].seats.n++;
    }
    return (struct list){ holds, n };
}

static err show(struct ctx *cx, struct booking *b, int64_t schedule, struct house_out *ret)
{
    struct list rows;
    int64_t hall;
    const struct layout *l;
    err e = read_rows(cx, schedule, &rows, &hall);
    if (!e && rows.n)
        e = layout_get(cx, b, hall, &l);     /* the plan of the same snapshot as the rows */
    if (!e && rows.n)
        ret->items = group(cx, l->plan, &rows);
    return e;
}

static err house_put(struct ctx *cx, void *self, const void *in_, void *out)
{
    struct booking *b = self;
    const struct house_in *in = in_;
    struct sale *s;
    err e = sale_managed(cx, b, in->schedule, &s);
    if (!e)
        e = not_cancelled(cx, s);
    if (!e && cx->now >= s->ends_at)
        e = fail(cx, ERR_CONFLICT, "schedule_over", "This schedule is over.", "이미 종료된 회차입니다.");
    if (e)
        return e;
    const struct kept **wish = NEW_ARRAY(cx->arena, const struct kept *, s->seats), **kept = NEW_ARRAY(cx->arena, const struct kept *, s->seats);
    e = read_wish(cx, s, in, wish);
    if (!e)
        e = read_kept(cx, s, kept);
    if (!e)
        e = wish_is_free(cx, s, kept, wish);
    if (!e)
        e = replace(cx, b, s, kept, wish);
    return e ? e : show(cx, b, s->id, out);
}

static err house_get(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct house_ref *in = in_;
    struct sale *s;
    err e = sale_managed(cx, self, in->schedule, &s);
    return e ? e : show(cx, self, s->id, out);
}

/* ---- released by the clock ---- */

struct due_seat {
    int64_t schedule;
    uint32_t seat;
};

static err find_due(struct ctx *cx, struct due_seat *ret, size_t *ret_n)
{
    struct rows r;
    err e = db_rows(cx, &booking_sql.house_due, VALS(v_int(cx->now), v_int(RELEASE_AT_ONCE)), &r);
    if (e)
        return e;
    for (*ret_n = 0; *ret_n < RELEASE_AT_ONCE && rows_next(&r); (*ret_n)++)
        ret[*ret_n] = (struct due_seat){ row_int(&r, 0), (uint32_t)row_int(&r, 1) };
    return rows_end(cx, &r);
}

static void undo_due(void *booking, const void *arg)
{
    (void)arg;
    atomic_store(&((struct booking *)booking)->house_due, 0);
}

/* Sets when to look again; should this group not become durable, at once. */
static err look_later(struct ctx *cx, struct booking *b)
{
    int64_t next;
    bool found;
    err e = db_one(cx, &booking_sql.house_next, NO_VALS, row_take_int, &next, &found);
    if (e)
        return e;
    atomic_store(&b->house_due, next ? next : INT64_MAX);
    tx_undo(cx, undo_due, b, &next, sizeof(next));
    return OK;
}

static err house_release(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)in;
    (void)out;
    struct booking *b = self;
    struct due_seat *due = NEW_ARRAY(cx->arena, struct due_seat, RELEASE_AT_ONCE);
    size_t n = 0;
    err e = find_due(cx, due, &n);
    for (size_t i = 0; i < n && !e; i++) {
        struct sale *s = map_ptr(&b->sales, (uint64_t)due[i].schedule);
        e = db_run(cx, &booking_sql.house_delete, VALS(v_int(due[i].schedule), v_int(due[i].seat)), NULL);
        if (!e && s)
            sale_set(cx, b, s, due[i].seat, SEAT_FREE);
    }
    return e ? e : look_later(cx, b);
}

/* ---- tables ---- */

#define AT(type_, member) .at = offsetof(struct type_, member)

static const struct field wish_rows[] = {
    { .name = "reason", .type = F_STR, AT(house_hold, reason), .low = 1, .high = REASON_MAX, .rule = &blank_rule,
      .help = "For the house's own people." },
    { .name = "release_at", .type = F_TIME, .optional = true, .nullable = true, AT(house_hold, release_at),
      .help = "When these seats go on sale by themselves; null: never." },
    { .name = "seats", .type = F_LIST, .of = &hold_guid_list, .low = 1, .high = PLAN_SEATS_MAX, AT(house_hold, seats) },
};
static const struct fields wish_fields = { "HouseHoldRequest", sizeof(struct house_hold), wish_rows, 3 };

static const struct field house_in_rows[] = {
    { .name = "schedule_id", .type = F_ID, .from = FROM_PATH, .id = ID_SCHEDULE, AT(house_in, schedule) },
    { .name = "holds", .type = F_LIST, .of = &wish_fields, .low = 0, .high = HOUSE_HOLDS_MAX, AT(house_in, holds),
      .help = "All that the house keeps from now on; a seat that is named no more goes on sale." },
};
static const struct fields house_in_fields = { "HouseSeatsRequest", sizeof(struct house_in), house_in_rows, 2 };

static const struct field kept_rows[] = {
    { .name = "reason", .type = F_STR, AT(house_hold, reason), .low = 0, .high = REASON_MAX, .help = "Empty: blocked when the schedule was made." },
    { .name = "release_at", .type = F_TIME, .nullable = true, AT(house_hold, release_at) },
    { .name = "seats", .type = F_LIST, .of = &hold_guid_list, .high = PLAN_SEATS_MAX, AT(house_hold, seats) },
};
static const struct fields kept_fields = { "HouseHold", sizeof(struct house_hold), kept_rows, 3 };
static const struct field house_out_rows[] = {
    { .name = "items", .type = F_LIST, .of = &kept_fields, .high = PLAN_SEATS_MAX, AT(house_out, items) },
};
static const struct fields house_out_fields = { "HouseSeats", sizeof(struct house_out), house_out_rows, 1 };

static const struct field ref_rows[] = { { .name = "schedule_id", .type = F_ID, .from = FROM_PATH, .id = ID_SCHEDULE, AT(house_ref, schedule) } };
static const struct fields ref_fields = { "HouseSeatsRef", sizeof(struct house_ref), ref_rows, 1 };

static const struct field seat_rows[] = { { .type = F_INT, .low = 0, .high = PLAN_SEATS_MAX } };
static const struct fields seat_fields = { "SeatNumber", sizeof(int64_t), seat_rows, 1 };
static const struct field dropped_rows[] = {
    { .name = "schedule", .type = F_INT, AT(seats_dropped, schedule) },
    { .name = "seats", .type = F_LIST, .of = &seat_fields, .high = PLAN_SEATS_MAX, AT(seats_dropped, seats) },
};
static const struct fields dropped_fields = { "SeatsDropped", sizeof(struct seats_dropped), dropped_rows, 2 };

const struct call house_put_call = {
    "booking.house_put", "Says which seats the house keeps for itself; never one that is held or sold.", CALL_COMMAND, &house_in_fields,
    &house_out_fields, house_put,
};
const struct call house_get_call = {
    "booking.house_get", "Seats that the house keeps for itself.", CALL_READ, &ref_fields, &house_out_fields, house_get,
};
const struct call booking_seats_drop = {
    "booking.seats_drop", "Takes seats off the market that the next plan lacks.", CALL_COMMAND, &dropped_fields, NULL, seats_drop,
};
const struct call house_release_call = { "booking.house_release", NULL, CALL_COMMAND, NULL, NULL, house_release };
