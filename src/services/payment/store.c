/* Each statement of sql/queries.sql as a typed function. */
#include "payment_int.h"
#include "payment_sql.h"

#include "platform/obs/log.h"

err store_sequences(struct ctx *cx, struct payments *ret)
{
    err e = sequence_load(cx, &payment_sql.payment_max, &ret->payments);
    if (e)
        return e;
    e = sequence_load(cx, &payment_sql.refund_max, &ret->refunds);
    if (!e)
        e = sequence_load(cx, &payment_sql.account_max, &ret->accounts);
    if (!e)
        e = sequence_load(cx, &payment_sql.case_max, &ret->cases);
    return e ? e : sequence_load(cx, &payment_sql.move_max, &ret->moves);
}

/* ---- payments ---- */

struct money store_money(const struct rows *r, int amount, int currency)
{
    struct money m = { .amount = row_int(r, amount) };
    struct str text = row_text_view(r, currency);
    ASSERT(text.n == 3);
    memcpy(m.currency, text.p, text.n);
    return m;
}

static void take_payment(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct payment *)out = (struct payment){
        .id = row_int(r, 0),
        .booking = row_int(r, 1),
        .user = row_int(r, 2),
        .provider = provider_named(row_text_view(r, 3)),
        .state = payment_state_of(row_text_view(r, 4)),
        .why = payment_why_of(row_text_view(r, 5)),
        .amount = store_money(r, 6, 7),
        .payment_key = row_text(cx, r, 8),
        .captured = row_int(r, 9),
        .refunded = row_int(r, 10),
        .promised = row_int(r, 11),
        .created_at = row_int(r, 12),
        .organizer = row_int(r, 13),
        .performance = row_int(r, 14),
        .schedule = row_int(r, 15),
        .account = row_int(r, 16),
        .ref = row_text(cx, r, 17),
        .title = row_text(cx, r, 18),
        .refused = row_int(r, 20),
        .let_go_at = row_int(r, 21),
        .method = row_text(cx, r, 22),
    };
    struct payment *p = out;
    ASSERT(p->provider);
    if (p->captured)
        memcpy(p->charged_currency, store_money(r, 9, 19).currency, sizeof(p->charged_currency));
}

err store_payment(struct ctx *cx, int64_t id, struct payment *ret)
{
    bool found;
    err e = db_one(cx, &payment_sql.payment_by_id, VALS(v_int(id)), take_payment, ret, &found);
    if (e)
        return e;
    return found ? OK : fail(cx, ERR_MISSING, NULL, "There is no such payment.", "그런 결제가 없습니다.");
}

err store_payment_live(struct ctx *cx, int64_t booking, struct payment *ret, bool *ret_found)
{
    return db_one(cx, &payment_sql.payment_live, VALS(v_int(booking)), take_payment, ret, ret_found);
}

static err start_page(struct ctx *cx, int64_t booking, int64_t user, int64_t before, int64_t max, struct rows *ret)
{
    if (booking)
        return db_rows(cx, &payment_sql.payment_page_booking, VALS(v_int(booking), v_int(user), v_int(user), v_int(before), v_int(max)), ret);
    if (user)
        return db_rows(cx, &payment_sql.payment_page_user, VALS(v_int(user), v_int(before), v_int(max)), ret);
    return db_rows(cx, &payment_sql.payment_page, VALS(v_int(before), v_int(max)), ret);
}

err store_payments(struct ctx *cx, int64_t booking, int64_t user, int64_t before, size_t max, struct payment *ret, size_t *ret_n)
{
    struct rows r;
    size_t n = 0;
    err e = start_page(cx, booking, user, before, (int64_t)max, &r);
    if (e)
        return e;
    while (n < max && rows_next(&r))
        take_payment(cx, &r, &ret[n++]);
    *ret_n = n;
    return rows_end(cx, &r);
}

err store_unfinished(struct ctx *cx, struct watch *w)
{
    struct rows r;
    err e = db_rows(cx, &payment_sql.payment_unfinished, NO_VALS, &r);
    if (e)
        return e;
    while (rows_next(&r))
        watch_add(w, row_int(&r, 0), row_int(&r, 1) > cx->now ? row_int(&r, 1) : cx->now);
    return rows_end(cx, &r);
}

void store_payment_insert(struct ctx *cx, const struct payment *p)
{
    db_put(cx, &payment_sql.payment_insert,
           VALS(v_int(p->id), v_int(p->booking), v_int(p->user), v_text(str_c(p->provider->name)), v_text(str_c(payment_states[p->state].word)),
                v_text(str_c(payment_why_words[p->why])), v_int(p->amount.amount), v_text(str_c(p->amount.currency)), v_int(cx->now),
                v_int(cx->now), v_int(p->organizer), v_int(p->performance), v_int(p->schedule), v_int(p->account), v_text(p->title),
                v_text(p->method)));
}

err store_payment_update(struct ctx *cx, const struct payment *p)
{
    int64_t changed;
    err e = db_run(cx, &payment_sql.payment_update,
                   VALS(v_text(str_c(payment_states[p->state].word)), v_text(str_c(payment_why_words[p->why])), v_text(p->payment_key),
                        v_int(p->captured), v_int(p->refunded), v_int(p->promised), v_int(p->refused),
                        p->state == PAYMENT_PAID ? v_int(p->booking) : v_null(), v_text(p->ref), v_text(str_c(p->charged_currency)),
                        v_int(p->let_go_at), v_int(cx->now), v_int(p->id)),
                   &changed);
    if (e)
        return e;
    ASSERT(changed == 1);
    return OK;
}

/* ---- the trail ---- */

void store_move_insert(struct ctx *cx, const struct move *m)
{
    db_put(cx, &payment_sql.move_insert,
           VALS(v_int(m->id), v_int(m->payment), v_int(m->refund), v_text(str_c(m->from)), v_text(str_c(m->to)), v_text(str_c(m->why)), v_int(cx->now)));
}

/* ---- events of providers ---- */

err store_event_seen(struct ctx *cx, const char *provider, struct str event, bool *ret)
{
    return db_one(cx, &payment_sql.event_by_id, VALS(v_text(str_c(provider)), v_text(event)), NULL, NULL, ret);
}

void store_event_insert(struct ctx *cx, const struct payment *p, struct str event)
{
    db_put(cx, &payment_sql.event_insert, VALS(v_text(str_c(p->provider->name)), v_text(event), v_int(p->id), v_int(cx->now)));
}
