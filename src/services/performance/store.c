/* Each statement of sql/queries.sql as a typed function. */
#include "performance_int.h"
#include "performance_sql.h"

static err missing(struct ctx *cx)
{
    return fail(cx, ERR_MISSING, NULL, "There is no such thing here.", "찾으시는 항목이 없습니다.");
}

err store_catalogue_sequences(struct ctx *cx, struct performance *p)
{
    err e = sequence_load(cx, &performance_sql.hall_max, &p->halls);
    if (e)
        return e;
    e = sequence_load(cx, &performance_sql.show_max, &p->shows);
    if (e)
        return e;
    return sequence_load(cx, &performance_sql.schedule_max, &p->schedules);
}

/* ---- halls ---- */

static void take_hall(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct hall *)out = (struct hall){
        .id = row_int(r, 0),
        .owner = row_int(r, 1),
        .name = row_text(cx, r, 2),
        .address = row_text(cx, r, 3),
        .region = row_text(cx, r, 4),
        .seat_count = row_int(r, 5),
        .created_at = row_int(r, 6),
    };
}

void store_hall_insert(struct ctx *cx, const struct hall_insert_in *in)
{
    const struct hall *h = &in->hall;
    db_put(cx, &performance_sql.hall_insert,
           VALS(v_int(h->id), v_int(h->owner), v_text(h->name), v_text(h->address), v_text(h->region), v_int(h->seat_count), v_int(h->created_at),
                v_text(in->warnings), v_blob(in->plan)));
}

err store_hall(struct ctx *cx, int64_t id, struct hall *ret)
{
    bool found;
    err e = db_one(cx, &performance_sql.hall_by_id, VALS(v_int(id)), take_hall, ret, &found);
    if (e)
        return e;
    return found ? OK : missing(cx);
}

static void take_plan(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct stored_plan *)out = (struct stored_plan){ row_text(cx, r, 0), row_text(cx, r, 1) };
}

err store_hall_plan(struct ctx *cx, int64_t id, struct stored_plan *ret)
{
    bool found;
    err e = db_one(cx, &performance_sql.hall_plan, VALS(v_int(id), v_int(id)), take_plan, ret, &found);
    if (e)
        return e;
    return found ? OK : missing(cx);
}

err store_halls(struct ctx *cx, const struct halls_in *in, size_t max, struct hall *ret, size_t *ret_n)
{
    struct val pattern = v_like(cx, str_trim(in->q));
    struct rows r;
    size_t n = 0;
    err e = db_rows(cx, &performance_sql.hall_page,
                    VALS(v_int(in->cursor ? in->cursor : INT64_MAX), pattern, pattern, v_int((int64_t)max)), &r);
    if (e)
        return e;
    while (n < max && rows_next(&r))
        take_hall(cx, &r, &ret[n++]);
    *ret_n = n;
    return rows_end(cx, &r);
}

err store_hall_update(struct ctx *cx, const struct hall *hall)
{
    return db_run(cx, &performance_sql.hall_update, VALS(v_text(hall->name), v_text(hall->address), v_text(hall->region), v_int(hall->id)), NULL);
}

err store_hall_delete(struct ctx *cx, int64_t id, bool *ret_gone)
{
    int64_t changed;
    err e = db_run(cx, &performance_sql.hall_delete, VALS(v_int(cx->now), v_int(id), v_int(id), v_int(cx->now)), &changed);
    if (e)
        return e;
    *ret_gone = changed == 1;
    return OK;
}

/* ---- performances ---- */

int store_word_index(const char *const *words, struct str word)
{
    int i = 0;
    while (words[i + 1] && !str_eq(word, str_c(words[i])))
        i++;
    return i;
}

static void take_show(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct show *)out = (struct show){
        .id = row_int(r, 0),
        .owner = row_int(r, 1),
        .title = row_text(cx, r, 2),
        .genre = store_word_index(genre_words, row_text_view(r, 3)),
        .age_rating = row_int(r, 4),
        .runtime_minutes = row_int(r, 5),
        .max_tickets_per_user = row_int(r, 6),
        .poster_url = row_text(cx, r, 7),
        .cast = { row_text(cx, r, 8), row_text(cx, r, 11) },
        .description = row_text(cx, r, 9),
        .created_at = row_int(r, 10),
        .title_en = row_text(cx, r, 12),
    };
}

void store_show_insert(struct ctx *cx, const struct show *s)
{
    db_put(cx, &performance_sql.show_insert,
           VALS(v_int(s->id), v_int(s->owner), v_text(s->title), v_text(str_c(genre_words[s->genre])), v_int(s->age_rating),
                v_int(s->runtime_minutes), v_int(s->max_tickets_per_user), v_text(s->poster_url), v_text(s->cast.names), v_text(s->description),
                v_int(s->created_at), v_text(s->cast.roles), v_text(s->title_en)));
}

err store_show(struct ctx *cx, int64_t id, struct show *ret)
{
    bool found;
    err e = db_one(cx, &performance_sql.show_by_id, VALS(v_int(id)), take_show, ret, &found);
    if (e)
        return e;
    return found ? OK : missing(cx);
}

err store_shows(struct ctx *cx, const struct managed_in *in, int64_t owner, size_t max, struct show_out *ret, size_t *ret_n)
{
    struct val pattern = v_like(cx, str_trim(in->q));
    struct rows r;
    size_t n = 0;
    err e = db_rows(cx, &performance_sql.show_page,
                    VALS(v_int(in->cursor ? in->cursor : INT64_MAX), v_int(owner), v_int(owner), pattern, pattern, v_int((int64_t)max)), &r);
    if (e)
        return e;
    while (n < max && rows_next(&r))
        take_show(cx, &r, &ret[n++].show);
    *ret_n = n;
    return rows_end(cx, &r);
}

err store_show_update(struct ctx *cx, const struct show *s)
{
    return db_run(cx, &performance_sql.show_update,
                  VALS(v_text(s->title), v_text(s->title_en), v_text(str_c(genre_words[s->genre])), v_int(s->age_rating), v_int(s->runtime_minutes),
                       v_int(s->max_tickets_per_user), v_text(s->poster_url), v_text(s->cast.names), v_text(s->cast.roles), v_text(s->description),
                       v_int(s->id)),
                  NULL);
}

err store_show_delete(struct ctx *cx, int64_t id, bool *ret_gone)
{
    int64_t changed;
    err e = db_run(cx, &performance_sql.show_delete, VALS(v_int(cx->now), v_int(id), v_int(id), v_int(cx->now)), &changed);
    if (e)
        return e;
    *ret_gone = changed == 1;
    return OK;
}

err store_schedule_cast_set(struct ctx *cx, int64_t schedule, const struct cast_lines *cast)
{
    int64_t changed;
    err e = db_run(cx, &performance_sql.schedule_cast_update, VALS(v_text(cast->names), v_text(cast->roles), v_int(schedule)), &changed);
    if (!e && !changed)
        e = db_run(cx, &performance_sql.schedule_cast_insert, VALS(v_int(schedule), v_text(cast->names), v_text(cast->roles)), NULL);
    return e;
}

static void take_cast(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct cast_lines *)out = (struct cast_lines){ row_text(cx, r, 0), row_text(cx, r, 1) };
}

err store_schedule_cast(struct ctx *cx, int64_t schedule, struct cast_lines *ret)
{
    bool found;
    *ret = (struct cast_lines){ 0 };
    return db_one(cx, &performance_sql.schedule_cast_get, VALS(v_int(schedule)), take_cast, ret, &found);
}

/* ---- schedules ---- */

static void take_schedule(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct schedule *)out = (struct schedule){
        .id = row_int(r, 0),
        .performance = row_int(r, 1),
        .hall = row_int(r, 2),
        .owner = row_int(r, 3),
        .hall_name = row_text(cx, r, 4),
        .title = row_text(cx, r, 5),
        .starts_at = row_int(r, 6),
        .ends_at = row_int(r, 7),
        .sale_starts_at = row_int(r, 8),
        .sale_ends_at = row_int(r, 9),
        .max_tickets_per_user = row_int(r, 10),
        .cancelled = row_int(r, 11) != 0,
        .own_limit = row_int(r, 12),
        .revision = row_int(r, 13),
        .plan = row_int(r, 14),
    };
}

void store_price_insert(struct ctx *cx, int64_t schedule, const struct grade *g)
{
    db_put(cx, &performance_sql.price_insert,
           VALS(v_int(schedule), v_int(g->category), v_text(g->grade), v_text(g->color), v_int(g->price.amount), v_text(str_c(g->price.currency)),
                v_int(g->total)));
}

err store_schedule_insert(struct ctx *cx, int64_t id, const struct schedule_insert_in *in, bool *ret_free)
{
    const struct schedule_opening *o = &in->opening;
    int64_t changed;
    err e = db_run(cx, &performance_sql.schedule_insert,
                   VALS(v_int(id), v_int(o->performance), v_int(o->hall), v_int(o->starts_at), v_int(o->ends_at), v_int(o->sale_starts_at),
                        v_int(o->sale_ends_at), v_int(cx->now), v_int(o->hall), v_int(o->hall), v_int(o->ends_at), v_int(o->starts_at)),
                   &changed);
    if (e)
        return e;
    for (size_t i = 0; changed == 1 && i < in->grade_count; i++)
        store_price_insert(cx, id, &in->grades[i]);
    *ret_free = changed == 1;
    return OK;
}

err store_schedule(struct ctx *cx, int64_t id, struct schedule *ret)
{
    bool found;
    err e = db_one(cx, &performance_sql.schedule_by_id, VALS(v_int(id)), take_schedule, ret, &found);
    if (e)
        return e;
    return found ? OK : missing(cx);
}

err store_all_rows(struct ctx *cx, const struct query *q, int64_t arg, size_t size,
                   void (*take)(struct ctx *cx, const struct rows *r, void *out), struct list *ret)
{
    struct rows r;
    size_t n = 0, cap = 8;
    char *at = arena_array(cx->arena, cap, size);
    err e = db_rows(cx, q, VALS(v_int(arg)), &r);
    if (e)
        return e;
    while (rows_next(&r)) {
        if (n == cap) {
            char *larger = arena_array(cx->arena, cap *= 2, size);
            memcpy(larger, at, n * size);
            at = larger;
        }
        take(cx, &r, at + n++ * size);
    }
    e = rows_end(cx, &r);
    if (e)
        return e;
    *ret = (struct list){ at, n };
    return OK;
}

err store_schedules(struct ctx *cx, int64_t performance, struct list *ret)
{
    return store_all_rows(cx, &performance_sql.schedules_of, performance, sizeof(struct schedule), take_schedule, ret);
}

static void take_price(struct ctx *cx, const struct rows *r, void *out)
{
    struct str currency = row_text_view(r, 4);
    struct grade *g = out;
    *g = (struct grade){
        .category = row_int(r, 0),
        .grade = row_text(cx, r, 1),
        .color = row_text(cx, r, 2),
        .price.amount = row_int(r, 3),
        .total = row_int(r, 5),
    };
    memcpy(g->price.currency, currency.p, currency.n < 3 ? currency.n : 3);
}

err store_prices(struct ctx *cx, int64_t schedule, struct list *ret)
{
    return store_all_rows(cx, &performance_sql.prices_of, schedule, sizeof(struct grade), take_price, ret);
}
