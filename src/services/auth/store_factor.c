/* The statements of sql/queries_factor.sql as typed functions. */
#include "auth_int.h"
#include "auth_sql.h"

/* ---- the second factor ---- */

static void take_factor(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct factor *)out = (struct factor){ row_text(cx, r, 0), row_int(r, 1) != 0, row_int(r, 2) };
}

err store_factor(struct ctx *cx, int64_t user, struct factor *ret)
{
    bool found;
    *ret = (struct factor){ 0 };
    return db_one(cx, &auth_sql.factor_get, VALS(v_int(user)), take_factor, ret, &found);
}

void store_factor_insert(struct ctx *cx, int64_t user, struct str sealed)
{
    db_put(cx, &auth_sql.factor_insert, VALS(v_int(user), v_blob(sealed), v_int(cx->now)));
}

err store_factor_confirm(struct ctx *cx, int64_t user, int64_t step)
{
    return db_run(cx, &auth_sql.factor_confirm, VALS(v_int(cx->now), v_int(step), v_int(user)), NULL);
}

err store_factor_step(struct ctx *cx, int64_t user, int64_t step)
{
    return db_run(cx, &auth_sql.factor_step, VALS(v_int(step), v_int(user), v_int(step)), NULL);
}

err store_factor_delete(struct ctx *cx, int64_t user)
{
    err e = db_run(cx, &auth_sql.factor_delete, VALS(v_int(user)), NULL);
    return e ? e : db_run(cx, &auth_sql.recovery_delete, VALS(v_int(user)), NULL);
}

void store_recovery_insert(struct ctx *cx, int64_t user, struct str hash)
{
    db_put(cx, &auth_sql.recovery_insert, VALS(v_blob(hash), v_int(user)));
}

err store_recovery_use(struct ctx *cx, int64_t user, struct str hash, bool *ret)
{
    int64_t changed;
    err e = db_run(cx, &auth_sql.recovery_use, VALS(v_int(cx->now), v_blob(hash), v_int(user)), &changed);
    if (!e)
        *ret = changed == 1;
    return e;
}
