/* Each statement of sql/queries.sql as a typed function. Rows of places are keyed by room and place in one number (place_key). */
#include "store.h"

#include "queue_sql.h"

/* ---- rooms ---- */

static struct list split_names(struct ctx *cx, struct str text)
{
    size_t n = 0;
    struct str *names = NEW_ARRAY(cx->arena, struct str, text.n + 1);
    while (text.p && text.n)
        names[n++] = str_cut(&text, '\n');
    return (struct list){ names, n };
}

static struct str join_names(struct ctx *cx, const struct offer *o)
{
    struct str all = { 0 };
    for (size_t i = 0; i < o->n; i++)
        all = arena_fmt(cx->arena, "%.*s%.*s\n", STR_ARG(all), STR_ARG(o->grades[i]));
    return all;
}

static struct str join_prices(struct ctx *cx, const struct offer *o)
{
    struct str all = { 0 };
    for (size_t i = 0; o->currency[0] && i < o->n; i++)
        all = arena_fmt(cx->arena, "%.*s%lld\n", STR_ARG(all), (long long)o->prices[i]);
    return all;
}

static struct offer take_offer(struct ctx *cx, const struct rows *row)
{
    struct list names = split_names(cx, row_text(cx, row, 4)), prices = split_names(cx, row_text(cx, row, 19));
    struct str title = row_text(cx, row, 17), currency = row_text_view(row, 18);
    struct offer o = { .title = (char *)arena_str(cx->arena, title).p, .grades = names.at, .n = names.n, .prices = NEW_ARRAY(cx->arena, int64_t, names.n) };
    if (prices.n == names.n && currency.n == 3)
        memcpy(o.currency, currency.p, currency.n);
    for (size_t i = 0; o.currency[0] && i < names.n; i++)
        if (!str_to_int(((struct str *)prices.at)[i], &o.prices[i]))
            o.currency[0] = 0;
    return o;
}

static void take_room(struct ctx *cx, const struct rows *row, struct queue *q)
{
    struct room fixed = { .id = row_int(row, 0), .group = row_text(cx, row, 22), .owner = row_int(row, 1), .sale_starts_at = row_int(row, 2),
                          .sale_ends_at = row_int(row, 3), .performance = row_int(row, 24), .offer = take_offer(cx, row) };
    struct room *r = room_new(q, &fixed);
    bool draws = row_int(row, 15) != 0;
    r->terms = (struct terms){
        .rules = {
            .mode = row_int(row, 5) && draws ? QUEUE_DRAW : (int)row_int(row, 5),
            .admit_per_minute = row_int(row, 6),
            .active_limit = row_int(row, 7),
            .pass_seconds = row_int(row, 8),
            .opens_at = row_int(row, 9),
            .paused = row_int(row, 10) != 0,
            .draining = row_int(row, 16) != 0,
            .device_binding = (int)row_int(row, 21),
            .work = (int)row_int(row, 23),
        },
        .own = row_int(row, 25) != 0,
        .draws = draws,
        .message = note_of(row_text_view(row, 11)),
        .message_en = note_of(row_text_view(row, 20)),
    };
    r->line = (struct line){ .serving = row_int(row, 12), .credit = row_int(row, 13), .credit_at = row_int(row, 14) };
    r->renewed = true;
}

err store_rooms(struct ctx *cx, struct queue *q)
{
    struct rows row;
    err e = db_rows(cx, &queue_sql.room_all, NO_VALS, &row);
    if (e)
        return e;
    while (rows_next(&row))
        take_room(cx, &row, q);
    return rows_end(cx, &row);
}

static struct val opens_at(const struct rules *rules)
{
    return v_int_or_null(rules->opens_at);
}

void store_room_insert(struct ctx *cx, const struct room *r)
{
    const struct rules *u = &r->terms.rules;
    db_put(cx, &queue_sql.room_insert,
           VALS(v_int(r->id), v_int(r->owner), v_int(r->sale_starts_at), v_int(r->sale_ends_at), v_text(join_names(cx, &r->offer)),
                v_int(u->mode != QUEUE_OFF),
                v_int(u->admit_per_minute), v_int(u->active_limit), v_int(u->pass_seconds), opens_at(u), v_int(u->paused),
                v_text(note_text(&r->terms.message)), v_int(r->line.serving), v_int(r->line.credit), v_int(r->line.credit_at),
                v_text(str_c(r->offer.title)), v_text(str_c(r->offer.currency)), v_text(join_prices(cx, &r->offer)), v_text(r->group),
                v_int(r->performance)));
}

err store_room_update(struct ctx *cx, const struct room *r)
{
    const struct rules *u = &r->terms.rules;
    return db_run(cx, &queue_sql.room_update,
                  VALS(v_int(u->mode != QUEUE_OFF), v_int(r->terms.draws), v_int(u->admit_per_minute), v_int(u->active_limit), v_int(u->pass_seconds),
                       opens_at(u), v_int(u->paused), v_int(u->draining), v_int(u->work), v_text(note_text(&r->terms.message)),
                       v_text(note_text(&r->terms.message_en)), v_int(r->line.credit),
                       v_int(r->line.credit_at), v_int(u->device_binding), v_int(r->terms.own), v_int(r->id)),
                  NULL);
}

err store_room_window(struct ctx *cx, int64_t room, int64_t sale_starts_at, int64_t sale_ends_at)
{
    return db_run(cx, &queue_sql.room_window, VALS(v_int(sale_starts_at), v_int(sale_ends_at), v_int(room)), NULL);
}

err store_room_offer(struct ctx *cx, const struct room *r)
{
    const struct offer *o = &r->offer;
    return db_run(cx, &queue_sql.room_offer, VALS(v_text(join_names(cx, o)), v_text(str_c(o->title)), v_text(str_c(o->currency)), v_text(join_prices(cx, o)),
                                                  v_int(r->id)), NULL);
}

err store_room_serve(struct ctx *cx, const struct room *r, int64_t serving)
{
    return db_run(cx, &queue_sql.room_serve, VALS(v_int(serving), v_int(r->line.credit), v_int(r->line.credit_at), v_int(r->id)), NULL);
}

/* ---- places ---- */

void store_place_insert(struct ctx *cx, const struct room *r, int64_t place, int64_t user)
{
    db_put(cx, &queue_sql.place_insert, VALS(v_int(place_key(r->id, place)), v_int(user), v_int(cx->now)));
}

err store_places(struct ctx *cx, struct room *r)
{
    struct rows row;
    err e = db_rows(cx, &queue_sql.place_range, ROOM_RANGE(r), &row);
    if (e)
        return e;
    while (rows_next(&row)) {
        r->line.last = key_number(row_int(&row, 0));
        places_set(&r->places, row_int(&row, 1), r->line.last);
        room_recall(r, row_int(&row, 2), HAPPENED_JOIN, 1);
    }
    return rows_end(cx, &row);
}

void store_end_insert(struct ctx *cx, const struct room *r, int64_t place, enum ended_how how, int64_t booking)
{
    db_put(cx, &queue_sql.end_insert, VALS(v_int(place_key(r->id, place)), v_int(how), v_int(cx->now), v_int_or_null(booking)));
}

err store_ends(struct ctx *cx, struct room *r)
{
    struct rows row;
    err e = db_rows(cx, &queue_sql.end_range, ROOM_RANGE(r), &row);
    if (e)
        return e;
    while (rows_next(&row)) {
        marks_set(&r->ended, key_number(row_int(&row, 0)), true);
        if (row_int(&row, 1) == BOUGHT)
            room_recall(r, row_int(&row, 2), HAPPENED_BOOKING, 1);
    }
    return rows_end(cx, &row);
}

err store_end_of_booking(struct ctx *cx, int64_t booking, bool *ret)
{
    return db_one(cx, &queue_sql.end_of_booking, VALS(v_int(booking)), NULL, NULL, ret);
}

/* ---- steps ---- */

void store_step_insert(struct ctx *cx, const struct room *r, const struct step *step, int64_t active)
{
    db_put(cx, &queue_sql.step_insert,
           VALS(v_int(place_key(r->id, step->last)), v_int(step->first), v_int(step->at), v_int(step->until), v_int(step->admitted), v_int(active),
                v_int(r->terms.rules.admit_per_minute), v_int(r->terms.rules.active_limit), v_int(r->line.no_show)));
}

err store_steps(struct ctx *cx, struct room *r)
{
    struct rows row;
    err e = db_rows(cx, &queue_sql.step_range, ROOM_RANGE(r), &row);
    if (e)
        return e;
    while (rows_next(&row)) {
        struct step step = { .first = row_int(&row, 1), .last = key_number(row_int(&row, 0)), .at = row_int(&row, 2), .until = row_int(&row, 3),
                             .admitted = row_int(&row, 4) };
        steps_drop(&r->steps, cx->now);
        steps_add(&r->steps, &step);
        room_recall(r, step.at, HAPPENED_ADMISSION, step.admitted);
    }
    return rows_end(cx, &row);
}

/* ---- parked places ---- */

void store_parked_insert(struct ctx *cx, const struct room *r, const struct parked *p)
{
    db_put(cx, &queue_sql.parked_insert, VALS(v_int(place_key(r->id, p->place)), v_int(p->parked_at)));
}

err store_parked_admit(struct ctx *cx, const struct room *r, const struct parked *p, int64_t active)
{
    return db_run(cx, &queue_sql.parked_admit, VALS(v_int(cx->now), v_int(p->until), v_int(active), v_int(r->terms.rules.admit_per_minute),
                                                    v_int(r->terms.rules.active_limit), v_int(r->line.no_show), v_int(place_key(r->id, p->place))), NULL);
}

static void recall_parked(struct room *r, int64_t parked_at, int64_t admitted_at)
{
    room_recall(r, parked_at, HAPPENED_ABSENCE, 1);
    if (!admitted_at)
        return;
    room_recall(r, admitted_at, HAPPENED_ADMISSION, 1);
    room_recall(r, admitted_at, HAPPENED_RETURN, 1);
}

err store_parks(struct ctx *cx, struct room *r)
{
    struct rows row;
    err e = db_rows(cx, &queue_sql.parked_range, ROOM_RANGE(r), &row);
    if (e)
        return e;
    while (rows_next(&row)) {
        struct parked p = { .place = key_number(row_int(&row, 0)), .parked_at = row_int(&row, 1), .until = row_int(&row, 2) };
        parks_drop(&r->parks, cx->now);
        parks_add(&r->parks, &p);
        recall_parked(r, p.parked_at, row_int(&row, 3));
    }
    return rows_end(cx, &row);
}
