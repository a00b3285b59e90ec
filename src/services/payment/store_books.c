/* Each statement of sql/queries_books.sql as a typed function. */
#include "payment_sql.h"
#include "reconcile.h"

#include "platform/obs/log.h"
#include "platform/obs/metrics.h"

#define CURRENCIES_MAX 32
#define AGAIN_DAYS     60     /* so long a difference may still settle by itself */

err store_books_open(struct ctx *cx, struct payments *s)
{
    err e = sequence_load(cx, &payment_sql.book_line_max, &s->book_lines);
    if (!e)
        e = sequence_load(cx, &payment_sql.reconciliation_max, &s->reconciliations);
    if (!e)
        e = sequence_load(cx, &payment_sql.difference_max, &s->differences);
    return e ? e : store_books_metrics(cx);
}

static struct val v_provider(const struct provider *p)
{
    return v_text(str_c(p->name));
}

/* ---- the providers' lines ---- */

err store_book_line(struct ctx *cx, struct payments *s, const struct reconciliation *r, const struct provider_line *l)
{
    bool known;
    int64_t id;
    err e = db_one(cx, &payment_sql.book_line_known, VALS(v_provider(r->provider), v_int(r->account), v_int(l->refund), v_text(l->ref)), row_take_int, &id,
                   &known);
    if (e)
        return e;
    if (known)
        return db_run(cx, &payment_sql.book_line_update,
                      VALS(v_int(l->payment), v_int(l->amount.amount), v_text(str_c(l->amount.currency)), v_int(l->at), v_int(id)), NULL);
    db_put(cx, &payment_sql.book_line_insert,
           VALS(v_int(sequence_next(&s->book_lines)), v_provider(r->provider), v_int(r->account), v_int(l->refund), v_text(l->ref), v_int(l->payment),
                v_int(l->amount.amount), v_text(str_c(l->amount.currency)), v_int(l->at)));
    return OK;
}

/* ---- reconciliations ---- */

static void take_reconciliation(struct ctx *cx, const struct rows *r, void *out)
{
    struct str word = row_text_view(r, 4);
    int state = 0;
    while (state < RECONCILIATION_STATES && !str_eq(word, str_c(reconciliation_state_words[state])))
        state++;
    ASSERT(state < RECONCILIATION_STATES);
    *(struct reconciliation *)out = (struct reconciliation){
        .id = row_int(r, 0),
        .provider = provider_named(row_text_view(r, 1)),
        .account = row_int(r, 2),
        .day = row_int(r, 3),
        .state = (enum reconciliation_state)state,
        .cursor = row_text(cx, r, 5),
        .compared_at = row_int(r, 6),
        .ended_at = row_int(r, 7),
        .capped = row_int(r, 8),
    };
    ASSERT(((struct reconciliation *)out)->provider);
}

err store_reconciliation(struct ctx *cx, int64_t id, struct reconciliation *ret)
{
    bool found;
    err e = db_one(cx, &payment_sql.reconciliation_by_id, VALS(v_int(id)), take_reconciliation, ret, &found);
    if (e)
        return e;
    return found ? OK : fail(cx, ERR_MISSING, NULL, "There is no such reconciliation.", "그런 대사 내역이 없습니다.");
}

err store_reconciliation_of(struct ctx *cx, const struct account_ref *a, int64_t day, struct reconciliation *ret)
{
    bool found;
    *ret = (struct reconciliation){ 0 };
    return db_one(cx, &payment_sql.reconciliation_by_day, VALS(v_provider(a->provider), v_int(a->account), v_int(day)), take_reconciliation, ret, &found);
}

err store_reconciliation_unfinished(struct ctx *cx, int64_t after, struct reconciliation *ret)
{
    bool found;
    *ret = (struct reconciliation){ 0 };
    return db_one(cx, &payment_sql.reconciliation_unfinished, VALS(v_int(after)), take_reconciliation, ret, &found);
}

err store_reconciliations(struct ctx *cx, const struct provider *provider, int64_t before, size_t max, struct reconciliation *ret, size_t *ret_n)
{
    struct rows r;
    size_t n = 0;
    err e = db_rows(cx, &payment_sql.reconciliation_page,
                    VALS(v_int(!provider), v_text(provider ? str_c(provider->name) : S("")), v_int(before), v_int((int64_t)max)), &r);
    if (e)
        return e;
    while (n < max && rows_next(&r))
        take_reconciliation(cx, &r, &ret[n++]);
    *ret_n = n;
    return rows_end(cx, &r);
}

err store_reconciliation_last_day(struct ctx *cx, const struct account_ref *a, int64_t *ret)
{
    bool found;
    return db_one(cx, &payment_sql.reconciliation_last_day, VALS(v_provider(a->provider), v_int(a->account)), row_take_int, ret, &found);
}

void store_reconciliation_insert(struct ctx *cx, const struct reconciliation *r)
{
    db_put(cx, &payment_sql.reconciliation_insert,
           VALS(v_int(r->id), v_provider(r->provider), v_int(r->account), v_int(r->day), v_text(str_c(reconciliation_state_words[r->state]))));
}

err store_reconciliation_update(struct ctx *cx, const struct reconciliation *r)
{
    return db_run(cx, &payment_sql.reconciliation_update,
                  VALS(v_text(str_c(reconciliation_state_words[r->state])), v_text(r->cursor.n ? r->cursor : S("")), v_int(r->compared_at),
                       v_int(r->ended_at), v_int(r->capped), v_int(r->id)),
                  NULL);
}

err store_reconciliation_again(struct ctx *cx)
{
    return db_run(cx, &payment_sql.reconciliation_again, VALS(v_int(cx->now), v_int(day_of(cx->now) - AGAIN_DAYS)), NULL);
}

err store_books_accounts(struct ctx *cx, int64_t from, int64_t to, struct list *ret)
{
    struct rows r;
    struct account_ref *at = NEW_ARRAY(cx->arena, struct account_ref, 1000);     /* the statement's limit */
    size_t n = 0;
    err e = db_rows(cx, &payment_sql.books_accounts, VALS(v_int(from), v_int(to)), &r);
    if (e)
        return e;
    while (n < 1000 && rows_next(&r))
        at[n++] = (struct account_ref){ provider_named(row_text_view(&r, 0)), row_int(&r, 1) };
    *ret = (struct list){ at, n };
    return rows_end(cx, &r);
}

/* ---- differences ---- */

static struct money money_or_none(const struct rows *r, int amount, int currency)
{
    struct money m = { .amount = row_int(r, amount) };
    struct str text = row_text_view(r, currency);
    ASSERT(text.n == 0 || text.n == 3);
    if (text.n)
        memcpy(m.currency, text.p, text.n);
    return m;
}

static const struct query *const statements[DIFFERENCE_KINDS] = {
    [CHARGE_UNKNOWN] = &payment_sql.find_charge_unknown,
    [CHARGE_NOT_HERE] = &payment_sql.find_charge_not_here,
    [CHARGE_DIFFERS] = &payment_sql.find_charge_differs,
    [CHARGED_TWICE] = &payment_sql.find_charged_twice,
    [CHARGE_NOT_THERE] = &payment_sql.find_charge_not_there,
    [REFUND_UNKNOWN] = &payment_sql.find_refund_unknown,
    [REFUND_NOT_HERE] = &payment_sql.find_refund_not_here,
    [REFUND_NOT_THERE] = &payment_sql.find_refund_not_there,
};

err store_find(struct ctx *cx, const struct find_in *in, struct list *ret)
{
    struct difference *at = NEW_ARRAY(cx->arena, struct difference, FIND_MAX);
    struct rows r;
    size_t n = 0;
    err e = db_rows(cx, statements[in->kind],
                    VALS(v_provider(in->r.provider), v_int(in->r.account), v_int(day_begins(in->r.day)), v_int(day_begins(in->r.day + 1)), v_int(in->after),
                         v_int(FIND_MAX)),
                    &r);
    if (e)
        return e;
    for (; n < FIND_MAX && rows_next(&r); n++)
        at[n] = (struct difference){ .kind = in->kind, .key = row_int(&r, 0), .payment = row_int(&r, 1), .ref = row_text(cx, &r, 2),
                                     .here = money_or_none(&r, 3, 4), .there = money_or_none(&r, 5, 6) };
    *ret = (struct list){ at, n };
    return rows_end(cx, &r);
}

err store_difference(struct ctx *cx, struct payments *s, const struct reconciliation *r, struct difference *d, bool *ret_new)
{
    bool known;
    struct val kind = v_text(str_c(difference_rows[d->kind].word)), ref = v_text(d->ref.n ? d->ref : S(""));
    struct val here = v_int(d->here.amount), here_in = v_text(str_c(d->here.currency)), there = v_int(d->there.amount),
               there_in = v_text(str_c(d->there.currency)), now = v_int(cx->now);
    err e = db_one(cx, &payment_sql.difference_known, VALS(v_provider(r->provider), v_int(r->account), kind, v_int(d->payment), ref), row_take_int, &d->id,
                   &known);
    if (e)
        return e;
    *ret_new = !known;
    if (known)
        return db_run(cx, &payment_sql.difference_seen, VALS(here, here_in, there, there_in, now, v_int(d->id)), NULL);
    d->id = sequence_next(&s->differences);
    db_put(cx, &payment_sql.difference_insert,
           VALS(v_int(d->id), v_int(r->id), v_provider(r->provider), v_int(r->account), kind, v_int(d->payment), ref, here, here_in, there, there_in, now,
                now));
    return OK;
}

err store_difference_settle(struct ctx *cx, const struct reconciliation *r)
{
    err e = db_run(cx, &payment_sql.difference_settle, VALS(v_int(cx->now), v_int(r->id), v_int(r->compared_at)), NULL);
    return e ? e : db_run(cx, &payment_sql.difference_decided, VALS(v_int(cx->now), v_int(r->id)), NULL);
}

static void take_counts(struct ctx *cx, const struct rows *r, void *out)
{
    int64_t *counts = out;
    (void)cx;
    counts[0] = row_int(r, 0);
    counts[1] = row_int(r, 1);
}

err store_difference_counts(struct ctx *cx, int64_t reconciliation, int64_t *ret_all, int64_t *ret_open)
{
    int64_t counts[2] = { 0, 0 };
    bool found;
    err e = db_one(cx, &payment_sql.difference_counts, VALS(v_int(reconciliation)), take_counts, counts, &found);
    *ret_all = counts[0];
    *ret_open = counts[1];
    return e;
}

static void take_difference(struct ctx *cx, const struct rows *r, struct difference *ret)
{
    struct str word = row_text_view(r, 1);
    int kind = 0;
    while (kind < DIFFERENCE_KINDS && !str_eq(word, str_c(difference_rows[kind].word)))
        kind++;
    ASSERT(kind < DIFFERENCE_KINDS);
    *ret = (struct difference){ .id = row_int(r, 0), .kind = (enum difference_kind)kind, .payment = row_int(r, 2), .ref = row_text(cx, r, 3),
                                .here = money_or_none(r, 4, 5), .there = money_or_none(r, 6, 7), .found_at = row_int(r, 8), .settled_at = row_int(r, 9) };
}

err store_differences(struct ctx *cx, int64_t reconciliation, bool open_only, int64_t after, size_t max, struct difference *ret, size_t *ret_n)
{
    struct rows r;
    size_t n = 0;
    err e = db_rows(cx, &payment_sql.difference_page, VALS(v_int(reconciliation), v_int(open_only), v_int(after), v_int((int64_t)max)), &r);
    if (e)
        return e;
    while (n < max && rows_next(&r))
        take_difference(cx, &r, &ret[n++]);
    *ret_n = n;
    return rows_end(cx, &r);
}

/* ---- sums ---- */

/* The sum of a currency; NULL when there are too many, which are then left out. */
static struct money_sum *sum_of(struct money_sum sums[CURRENCIES_MAX], const struct rows *r)
{
    struct str currency = row_text_view(r, 0);
    for (size_t i = 0; i < CURRENCIES_MAX; i++) {
        if (!sums[i].currency[0] && currency.n == 3)
            memcpy(sums[i].currency, currency.p, 3);
        if (str_eq(currency, str_c(sums[i].currency)))
            return &sums[i];
    }
    return NULL;
}

static err add_sums(struct ctx *cx, const struct query *q, const struct reconciliation *r, bool there, struct money_sum sums[CURRENCIES_MAX])
{
    struct rows rows;
    err e = db_rows(cx, q, VALS(v_provider(r->provider), v_int(r->account), v_int(day_begins(r->day)), v_int(day_begins(r->day + 1))), &rows);
    if (e)
        return e;
    while (rows_next(&rows)) {
        struct money_sum *sum = sum_of(sums, &rows);
        if (!sum)
            continue;
        *(there ? &sum->charged_there : &sum->charged_here) += row_int(&rows, 1);
        *(there ? &sum->refunded_there : &sum->refunded_here) += row_int(&rows, 2);
    }
    return rows_end(cx, &rows);
}

err store_sums_put(struct ctx *cx, const struct reconciliation *r)
{
    struct money_sum sums[CURRENCIES_MAX] = { 0 };
    err e = add_sums(cx, &payment_sql.sum_there, r, true, sums);
    if (!e)
        e = add_sums(cx, &payment_sql.sum_charged_here, r, false, sums);
    if (!e)
        e = add_sums(cx, &payment_sql.sum_refunded_here, r, false, sums);
    if (!e)
        e = db_run(cx, &payment_sql.sum_clear, VALS(v_int(r->id)), NULL);
    for (const struct money_sum *m = sums; !e && m < sums + CURRENCIES_MAX && m->currency[0]; m++)
        db_put(cx, &payment_sql.sum_insert,
               VALS(v_int(r->id), v_text(str_c(m->currency)), v_int(m->charged_there), v_int(m->charged_here), v_int(m->refunded_there),
                    v_int(m->refunded_here)));
    return e;
}

err store_sums(struct ctx *cx, int64_t reconciliation, struct list *ret)
{
    struct money_sum *at = NEW_ARRAY(cx->arena, struct money_sum, CURRENCIES_MAX);
    struct rows r;
    size_t n = 0;
    err e = db_rows(cx, &payment_sql.sum_all, VALS(v_int(reconciliation)), &r);
    if (e)
        return e;
    for (; n < CURRENCIES_MAX && rows_next(&r); n++) {
        at[n] = (struct money_sum){ .charged_there = row_int(&r, 1), .charged_here = row_int(&r, 2), .refunded_there = row_int(&r, 3),
                                    .refunded_here = row_int(&r, 4) };
        memcpy(at[n].currency, store_money(&r, 1, 0).currency, sizeof(at[n].currency));
    }
    *ret = (struct list){ at, n };
    return rows_end(cx, &r);
}

err store_books_metrics(struct ctx *cx)
{
    int64_t open, last;
    bool found;
    err e = db_one(cx, &payment_sql.difference_open_count, NO_VALS, row_take_int, &open, &found);
    if (!e)
        e = db_one(cx, &payment_sql.reconciliation_last_end, NO_VALS, row_take_int, &last, &found);
    if (e)
        return e;
    metric_set(&reconcile_differences, open);
    metric_set(&reconcile_last_run, last / 1000);
    return OK;
}
