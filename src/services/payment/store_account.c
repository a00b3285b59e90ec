/* Each statement of sql/queries_account.sql as a typed function. */
#include "account.h"
#include "payment_sql.h"
#include "refund_account.h"

#include "platform/obs/log.h"

static void take_account(struct ctx *cx, const struct rows *r, void *out)
{
    struct account *a = out;
    *a = (struct account){
        .id = row_int(r, 0),
        .owner = row_int(r, 1),
        .provider = provider_named(row_text_view(r, 2)),
        .sealed = row_text(cx, r, 3),
        .keys.name = row_text(cx, r, 4),
        .closed = row_int(r, 5) != 0,
        .created_at = row_int(r, 6),
        .updated_at = row_int(r, 7),
    };
    ASSERT(a->provider);
}

err store_payment_account(struct ctx *cx, int64_t id, struct account *ret)
{
    bool found;
    err e = db_one(cx, &payment_sql.account_by_id, VALS(v_int(id)), take_account, ret, &found);
    if (e)
        return e;
    return found ? OK : fail(cx, ERR_MISSING, NULL, "There are no such keys.", "그런 키가 없습니다.");
}

err store_payment_account_used(struct ctx *cx, int64_t owner, const struct provider *provider, struct account *ret, bool *ret_found)
{
    return db_one(cx, &payment_sql.account_used, VALS(v_int(owner), v_text(str_c(provider->name))), take_account, ret, ret_found);
}

void store_payment_account_insert(struct ctx *cx, const struct account *a)
{
    db_put(cx, &payment_sql.account_insert,
           VALS(v_int(a->id), v_int(a->owner), v_text(str_c(a->provider->name)), v_blob(a->sealed), v_text(a->keys.name), v_int(a->created_at),
                v_int(a->updated_at)));
}

err store_payment_account_update(struct ctx *cx, const struct account *a)
{
    int64_t changed;
    err e = db_run(cx, &payment_sql.account_update,
                   VALS(v_blob(a->sealed), v_text(a->keys.name), v_int(a->closed ? a->id : 0), v_int(a->updated_at), v_int(a->id)), &changed);
    ASSERT(e || changed == 1);
    return e;
}

/* ---- refund accounts ---- */

static void take_sealed(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct str *)out = row_text(cx, r, 0);
}

err store_refund_account(struct ctx *cx, int64_t payment, struct str *ret_sealed, bool *ret_found)
{
    return db_one(cx, &payment_sql.refund_account_by_payment, VALS(v_int(payment)), take_sealed, ret_sealed, ret_found);
}

err store_refund_account_put(struct ctx *cx, int64_t payment, struct str sealed)
{
    int64_t changed;
    err e = db_run(cx, &payment_sql.refund_account_update, VALS(v_blob(sealed), v_int(cx->now), v_int(payment)), &changed);
    if (!e && !changed)
        db_put(cx, &payment_sql.refund_account_insert, VALS(v_int(payment), v_blob(sealed), v_int(cx->now)));
    return e;
}
