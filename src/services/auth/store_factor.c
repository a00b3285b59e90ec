/* The statements of sql/queries_factor.sql and sql/queries_identity.sql as typed functions. */
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

/* ---- API keys ---- */

void store_api_key_insert(struct ctx *cx, const struct api_key *key, const struct api_key_row *row)
{
    db_put(cx, &auth_sql.api_key_insert,
           VALS(v_int(key->id), v_int(key->user), v_blob(str_of((const char *)key->hash, TOKEN_HASH)), v_text(row->name), v_text(row->hint),
                v_int(key->scopes), v_int(row->created_at), v_int_or_null(key->expires_at)));
}

err store_api_keys(struct ctx *cx, int64_t user, size_t max, struct api_key_row *ret, size_t *ret_n)
{
    struct rows r;
    size_t n = 0;
    err e = db_rows(cx, &auth_sql.api_keys_of, VALS(v_int(user), v_int((int64_t)max)), &r);
    if (e)
        return e;
    for (; n < max && rows_next(&r); n++)
        ret[n] = (struct api_key_row){ .id = row_int(&r, 0), .name = row_text(cx, &r, 1), .hint = row_text(cx, &r, 2),
                                       .scopes = (unsigned)row_int(&r, 3), .created_at = row_int(&r, 4), .expires_at = row_int(&r, 5) };
    *ret_n = n;
    return rows_end(cx, &r);
}

err store_api_key_delete(struct ctx *cx, int64_t id, int64_t user, bool *ret_there)
{
    int64_t changed;
    err e = db_run(cx, &auth_sql.api_key_delete, VALS(v_int(id), v_int(user)), &changed);
    if (!e)
        *ret_there = changed == 1;
    return e;
}

err store_api_keys_delete(struct ctx *cx, int64_t user)
{
    return db_run(cx, &auth_sql.api_keys_delete, VALS(v_int(user)), NULL);
}

err store_api_keys_load(struct ctx *cx, struct api_keys *k)
{
    struct rows r;
    err e = db_rows(cx, &auth_sql.api_keys_all, NO_VALS, &r);
    if (e)
        return e;
    while (rows_next(&r)) {
        struct api_key key = { .id = row_int(&r, 0), .user = row_int(&r, 1), .scopes = (unsigned)row_int(&r, 3), .expires_at = row_int(&r, 4),
                               .roles = (unsigned)row_int(&r, 5) };
        struct str hash = row_text_view(&r, 2);
        memcpy(key.hash, hash.p, hash.n < TOKEN_HASH ? hash.n : TOKEN_HASH);
        api_keys_add(k, &key);
    }
    return rows_end(cx, &r);
}

/* ---- who somebody is elsewhere ---- */

static void take_user_id(struct ctx *cx, const struct rows *r, void *out)
{
    (void)cx;
    *(int64_t *)out = row_int(r, 0);
}

err store_identity(struct ctx *cx, struct str issuer, struct str subject, int64_t *ret)
{
    bool found;
    *ret = 0;
    return db_one(cx, &auth_sql.identity_get, VALS(v_text(issuer), v_text(subject)), take_user_id, ret, &found);
}

void store_identity_insert(struct ctx *cx, struct str issuer, struct str subject, int64_t user)
{
    db_put(cx, &auth_sql.identity_insert, VALS(v_text(issuer), v_text(subject), v_int(user), v_int(cx->now)));
}

err store_identities_forget(struct ctx *cx, int64_t user)
{
    return db_run(cx, &auth_sql.identity_forget_user, VALS(v_int(user)), NULL);
}
