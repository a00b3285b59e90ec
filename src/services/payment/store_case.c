/* Each statement of sql/queries_case.sql as a typed function. */
#include "case.h"
#include "payment_sql.h"

#include "platform/obs/log.h"

err store_case_known(struct ctx *cx, struct str source, bool *ret)
{
    return db_one(cx, &payment_sql.case_known, VALS(v_text(source)), NULL, NULL, ret);
}

void store_case_insert(struct ctx *cx, int64_t id, const struct case_order *o)
{
    db_put(cx, &payment_sql.case_insert,
           VALS(v_int(id), v_text(o->source), v_text(str_c(case_kind_words[o->kind])), v_text(str_c(o->provider->name)), v_int(o->payment),
                v_int(o->refund), v_int(o->booking), v_text(o->about), v_text(o->told), v_text(o->stored),
                v_text(str_c(case_action_words[o->proposed])), v_int(cx->now)));
}

err store_case_resolve(struct ctx *cx, int64_t id, enum case_action how, struct str note, bool *ret_changed)
{
    int64_t changed;
    err e = db_run(cx, &payment_sql.case_resolve,
                   VALS(v_text(str_c(case_action_words[how])), v_int(cx->actor.user), v_int(cx->now), v_text(note), v_int(id)), &changed);
    if (!e)
        *ret_changed = changed == 1;
    return e;
}

static void take_case(struct ctx *cx, const struct rows *r, void *out)
{
    struct payment_case *ret = out;
    *ret = (struct payment_case){
        .id = row_int(r, 0),
        .kind = (int)case_kind_of(row_text_view(r, 1)),
        .state = (int)case_state_of(row_text_view(r, 2)),
        .provider = row_text(cx, r, 3),
        .payment = row_int(r, 4),
        .refund = row_int(r, 5),
        .booking = row_int(r, 6),
        .about = row_text(cx, r, 7),
        .told = row_text(cx, r, 8),
        .stored = row_text(cx, r, 9),
        .proposed = (int)case_action_of(row_text_view(r, 10)),
        .opened_at = row_int(r, 11),
        .resolved_by = row_int(r, 13),
        .resolved_at = row_int(r, 14),
        .note = row_text(cx, r, 15),
    };
    ret->resolved = ret->state == CASE_RESOLVED;
    if (ret->resolved)
        ret->resolution = (int)case_action_of(row_text_view(r, 12));
}

err store_case(struct ctx *cx, int64_t id, struct payment_case *ret)
{
    bool found;
    err e = db_one(cx, &payment_sql.case_by_id, VALS(v_int(id)), take_case, ret, &found);
    if (e)
        return e;
    return found ? OK : fail(cx, ERR_MISSING, NULL, "There is no such case.", "그런 확인 건이 없습니다.");
}

err store_cases(struct ctx *cx, const struct case_filter *f, size_t max, struct payment_case *ret, size_t *ret_n)
{
    struct val state = v_text(f->has_state ? str_c(case_state_words[f->state]) : S(""));
    struct val kind = v_text(f->has_kind ? str_c(case_kind_words[f->kind]) : S(""));
    struct val provider = v_text(f->provider.n ? f->provider : S(""));
    struct rows r;
    size_t n = 0;
    err e = db_rows(cx, &payment_sql.case_page,
                    VALS(v_int(f->before), state, state, kind, kind, provider, provider, v_int(f->payment), v_int(f->payment), v_int((int64_t)max)), &r);
    if (e)
        return e;
    while (n < max && rows_next(&r))
        take_case(cx, &r, &ret[n++]);
    *ret_n = n;
    return rows_end(cx, &r);
}

/* ---- money that is unclear ---- */

struct count {
    int64_t n, since;
};

static void take_count(struct ctx *cx, const struct rows *r, void *out)
{
    (void)cx;
    *(struct count *)out = (struct count){ row_int(r, 0), row_null(r, 1) ? 0 : row_int(r, 1) };
}

err store_unclear(struct ctx *cx, int64_t *ret_count, int64_t *ret_since)
{
    struct count c;
    bool found;
    err e = db_one(cx, &payment_sql.unclear_count, NO_VALS, take_count, &c, &found);
    if (e)
        return e;
    *ret_count = c.n;
    *ret_since = c.since;
    return OK;
}

err store_unclear_over(struct ctx *cx, int64_t *ret_count)
{
    bool found;
    return db_one(cx, &payment_sql.unclear_over, NO_VALS, row_take_int, ret_count, &found);
}

err store_unclear_close(struct ctx *cx)
{
    return db_run(cx, &payment_sql.unclear_close, VALS(v_int(cx->now)), NULL);
}

err store_unclear_old(struct ctx *cx, int64_t before, size_t max, struct unclear *ret, size_t *ret_n)
{
    struct rows r;
    size_t n = 0;
    err e = db_rows(cx, &payment_sql.unclear_old, VALS(v_int(before), v_int((int64_t)max)), &r);
    if (e)
        return e;
    while (n < max && rows_next(&r))
        ret[n++] = (struct unclear){ row_int(&r, 0), row_int(&r, 1), row_int(&r, 2), provider_named(row_text_view(&r, 3)), row_text(cx, &r, 4),
                                     store_money(&r, 5, 6), row_int(&r, 7) };
    *ret_n = n;
    return rows_end(cx, &r);
}
