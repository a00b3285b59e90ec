/* Each statement of sql/queries.sql as a typed function. */
#include "coupon_int.h"
#include "coupon_sql.h"

#include <stdlib.h>

/* ---- memory ---- */

err store_coupons_load(struct ctx *cx, struct coupons *s)
{
    struct rows r;
    err e = sequence_load(cx, &coupon_sql.offer_max, &s->offers);
    if (!e)
        e = sequence_load(cx, &coupon_sql.piece_max, &s->pieces);
    if (!e)
        e = sequence_load(cx, &coupon_sql.batch_max, &s->codes);
    if (!e)
        e = db_rows(cx, &coupon_sql.offer_counts, NO_VALS, &r);
    if (e)
        return e;
    while (rows_next(&r)) {
        struct coupon *c = malloc(sizeof(*c));
        ASSERT(c != NULL);
        *c = (struct coupon){ .id = row_int(&r, 0), .listed = row_int(&r, 1) != 0, .quantity = row_int(&r, 2), .issued = row_int(&r, 3),
                              .open_codes = row_int(&r, 4), .starts_at = row_int(&r, 5), .expires_at = row_int(&r, 6),
                              .deleted = row_int(&r, 7) != 0, .tidied = row_int(&r, 8) != 0, .made_by = row_int(&r, 9) };
        map_put_ptr(&s->all, (uint64_t)c->id, c);
    }
    return rows_end(cx, &r);
}

err store_holders(struct ctx *cx, struct coupon *c)
{
    struct rows r;
    err e = db_rows(cx, &coupon_sql.piece_holders, VALS(v_int(c->id)), &r);
    if (e)
        return e;
    while (rows_next(&r))
        map_put(&c->holders, (uint64_t)row_int(&r, 0), 1);
    e = rows_end(cx, &r);
    c->loaded = !e;
    return e;
}

/* ---- offers ---- */

/* From column `at` on: percent, amount_off, max_off, min_total, currency, performance_id. */
static struct terms row_terms(const struct rows *r, int at)
{
    struct terms t = { .percent = row_int(r, at), .amount_off = row_int(r, at + 1), .max_off = row_int(r, at + 2), .min_total = row_int(r, at + 3),
                       .performance = row_int(r, at + 5) };
    struct str currency = row_text_view(r, at + 4);
    ASSERT(currency.n < sizeof(t.currency));
    if (currency.n)
        memcpy(t.currency, currency.p, currency.n);
    return t;
}

static void take_offer(struct ctx *cx, const struct rows *r, void *out)
{
    struct offer *o = out;
    *o = (struct offer){ .id = row_int(r, 0), .name = row_text(cx, r, 1), .code = row_text(cx, r, 2), .terms = row_terms(r, 3),
                         .listed = row_int(r, 9) != 0, .quantity = row_int(r, 10), .issued = row_int(r, 11), .open_codes = row_int(r, 12),
                         .created_at = row_int(r, 15), .made_by = row_int(r, 16) };
    o->terms.starts_at = row_int(r, 13);
    o->terms.expires_at = row_int(r, 14);
}

err store_coupon(struct ctx *cx, int64_t id, struct offer *ret, bool *ret_found)
{
    return db_one(cx, &coupon_sql.offer_by_id, VALS(v_int(id)), take_offer, ret, ret_found);
}

err store_coupon_by_code(struct ctx *cx, struct str key, int64_t *ret_id, bool *ret_found)
{
    return db_one(cx, &coupon_sql.offer_by_code, VALS(v_text(key)), row_take_int, ret_id, ret_found);
}

err store_coupons(struct ctx *cx, int64_t before, bool all, size_t max, struct offer *ret, size_t *ret_n)
{
    struct rows r;
    size_t n = 0;
    err e = all ? db_rows(cx, &coupon_sql.offer_page, VALS(v_int(before), v_int((int64_t)max)), &r)
                : db_rows(cx, &coupon_sql.offer_page_open, VALS(v_int(before), v_int(cx->now), v_int(cx->actor.user), v_int((int64_t)max)), &r);
    if (e)
        return e;
    while (n < max && rows_next(&r))
        take_offer(cx, &r, &ret[n++]);
    *ret_n = n;
    return rows_end(cx, &r);
}

void store_coupon_insert(struct ctx *cx, const struct offer *o, struct str key)
{
    const struct terms *t = &o->terms;
    db_put(cx, &coupon_sql.offer_insert,
           VALS(v_int(o->id), v_text(o->name), v_text(o->code), key.n ? v_text(key) : v_null(), v_int(t->percent), v_int(t->amount_off),
                v_int(t->max_off), v_int(t->min_total), v_text(str_c(t->currency)), v_int_or_null(t->performance), v_int(o->listed), v_int(o->quantity),
                v_int(t->starts_at), v_int(t->expires_at), v_int(o->made_by), v_int(cx->now)));
}

err store_coupon_change(struct ctx *cx, const struct offer *o)
{
    return db_run(cx, &coupon_sql.offer_change,
                  VALS(v_text(o->name), v_int(o->listed), v_int(o->quantity), v_int(o->terms.starts_at), v_int(o->terms.expires_at), v_int(o->id)), NULL);
}

err store_coupon_delete(struct ctx *cx, int64_t id)
{
    return db_run(cx, &coupon_sql.offer_delete, VALS(v_int(cx->now), v_int(id)), NULL);
}

err store_coupon_tidied(struct ctx *cx, int64_t id)
{
    return db_run(cx, &coupon_sql.offer_tidied, VALS(v_int(id)), NULL);
}

err store_coupon_issue(struct ctx *cx, int64_t id, int64_t pieces, int64_t codes)
{
    int64_t changed;
    err e = db_run(cx, &coupon_sql.offer_issue, VALS(v_int(pieces), v_int(codes), v_int(id)), &changed);
    ASSERT(e || changed == 1);
    return e;
}

/* ---- pieces ---- */

void store_piece_insert(struct ctx *cx, const struct piece *p, int64_t code)
{
    db_put(cx, &coupon_sql.piece_insert, VALS(v_int(p->id), v_int(p->coupon), v_int(p->user), v_int_or_null(code), v_int(cx->now)));
}

err store_piece_state(struct ctx *cx, int64_t id, enum piece_state state, int64_t booking)
{
    int64_t changed;
    err e = db_run(cx, &coupon_sql.piece_state, VALS(v_int(state), v_int_or_null(booking), v_int(id)), &changed);
    ASSERT(e || changed == 1);
    return e;
}

static void take_piece_terms(struct ctx *cx, const struct rows *r, void *out)
{
    struct piece *p = out;
    (void)cx;
    *p = (struct piece){ .id = row_int(r, 0), .user = row_int(r, 1), .state = (int)row_int(r, 2), .booking = row_int(r, 3), .terms = row_terms(r, 4) };
    p->terms.starts_at = row_int(r, 10);
    p->terms.expires_at = row_int(r, 11);
}

err store_piece_terms(struct ctx *cx, int64_t id, struct piece *ret, bool *ret_found)
{
    return db_one(cx, &coupon_sql.piece_terms, VALS(v_int(id)), take_piece_terms, ret, ret_found);
}

static void take_piece(struct ctx *cx, const struct rows *r, struct piece *p)
{
    *p = (struct piece){ .id = row_int(r, 0), .coupon = row_int(r, 1), .state = (int)row_int(r, 2), .booking = row_int(r, 3),
                         .claimed_at = row_int(r, 4), .name = row_text(cx, r, 5), .terms = row_terms(r, 6) };
    p->terms.starts_at = row_int(r, 12);
    p->terms.expires_at = row_int(r, 13);
}

err store_pieces(struct ctx *cx, int64_t user, int64_t before, size_t max, struct piece *ret, size_t *ret_n)
{
    struct rows r;
    size_t n = 0;
    err e = db_rows(cx, &coupon_sql.piece_page, VALS(v_int(user), v_int(before), v_int((int64_t)max)), &r);
    if (e)
        return e;
    while (n < max && rows_next(&r))
        take_piece(cx, &r, &ret[n++]);
    *ret_n = n;
    return rows_end(cx, &r);
}

err store_left_over(struct ctx *cx, int64_t coupon, size_t max, int64_t *after, size_t *ret_n)
{
    struct rows r;
    size_t n = 0;
    int64_t *pieces = NEW_ARRAY(cx->arena, int64_t, max);
    err e = db_rows(cx, &coupon_sql.piece_left_over, VALS(v_int(coupon), v_int(*after), v_int((int64_t)max)), &r);
    if (e)
        return e;
    for (; n < max && rows_next(&r); n++) {
        pieces[n] = row_int(&r, 0);
        *after = row_int(&r, 1);
    }
    e = rows_end(cx, &r);
    for (size_t i = 0; i < n && !e; i++)
        e = store_piece_state(cx, pieces[i], PIECE_EXPIRED, 0);
    *ret_n = n;
    return e;
}

/* ---- uses ---- */

static void take_use(struct ctx *cx, const struct rows *r, void *out)
{
    (void)cx;
    *(struct use *)out = (struct use){ .booking = row_int(r, 0), .piece = row_int(r, 1), .total = row_int(r, 2), .discount = row_int(r, 3),
                                       .state = (int)row_int(r, 4) };
}

err store_use(struct ctx *cx, int64_t booking, struct use *ret, bool *ret_found)
{
    return db_one(cx, &coupon_sql.use_by_booking, VALS(v_int(booking)), take_use, ret, ret_found);
}

err store_use_put(struct ctx *cx, const struct use *u, bool again)
{
    if (again)
        return db_run(cx, &coupon_sql.use_again,
                      VALS(v_int(u->piece), v_int(u->total), v_int(u->discount), v_int(cx->now), v_int(cx->now), v_int(u->booking)), NULL);
    db_put(cx, &coupon_sql.use_insert,
           VALS(v_int(u->booking), v_int(u->piece), v_int(u->total), v_int(u->discount), v_int(cx->now), v_int(cx->now)));
    return OK;
}

err store_use_state(struct ctx *cx, int64_t booking, enum use_state state)
{
    return db_run(cx, &coupon_sql.use_state, VALS(v_int(state), v_int(cx->now), v_int(booking)), NULL);
}

/* ---- single-use codes ---- */

void store_batch_insert(struct ctx *cx, int64_t coupon, const struct batch *b)
{
    db_put(cx, &coupon_sql.batch_insert, VALS(v_int(b->first), v_int(b->last), v_int(coupon), v_int(cx->actor.user), v_int(b->made_at)));
}

#define BATCHES_FIRST 16

err store_batches(struct ctx *cx, int64_t coupon, struct list *ret)
{
    struct rows r;
    size_t room = BATCHES_FIRST, n = 0;
    struct batch *at = NEW_ARRAY(cx->arena, struct batch, room);
    err e = db_rows(cx, &coupon_sql.batch_of_coupon, VALS(v_int(coupon)), &r);
    if (e)
        return e;
    while (rows_next(&r)) {
        if (n == room) {
            struct batch *more = NEW_ARRAY(cx->arena, struct batch, room * 2);
            memcpy(more, at, n * sizeof(*at));
            at = more;
            room *= 2;
        }
        at[n++] = (struct batch){ row_int(&r, 0), row_int(&r, 1), row_int(&r, 2) };
    }
    *ret = (struct list){ at, n };
    return rows_end(cx, &r);
}

err store_code_coupon(struct ctx *cx, int64_t code, int64_t *ret_coupon, bool *ret_found)
{
    return db_one(cx, &coupon_sql.batch_of_code, VALS(v_int(code), v_int(code)), row_take_int, ret_coupon, ret_found);
}

err store_code_used(struct ctx *cx, int64_t code, bool *ret)
{
    return db_one(cx, &coupon_sql.piece_of_code, VALS(v_int(code)), NULL, NULL, ret);
}

err store_codes_redeemed(struct ctx *cx, const struct batch *b, void (*each)(void *to, int64_t code, int64_t at), void *to)
{
    struct rows r;
    err e = db_rows(cx, &coupon_sql.code_redeemed, VALS(v_int(b->first), v_int(b->last)), &r);
    if (e)
        return e;
    while (rows_next(&r))
        each(to, row_int(&r, 0), row_int(&r, 1));
    return rows_end(cx, &r);
}
