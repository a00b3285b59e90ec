/* The statements of sql/queries_mail.sql and sql/queries_attempt.sql as typed functions. */
#include "auth_int.h"
#include "auth_sql.h"

/* ---- mails ---- */

void store_mail_insert(struct ctx *cx, const struct mail *m, int64_t expires_at)
{
    db_put(cx, &auth_sql.mail_insert, VALS(v_int(m->id), v_int(m->user), v_int(m->kind), v_text(m->address), v_text(m->name), v_int(m->lang),
                                           v_int(cx->now), v_int(expires_at)));
}

static void take_mail(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct mail *)out = (struct mail){
        .id = row_int(r, 0),
        .user = row_int(r, 1),
        .kind = (int)row_int(r, 2),
        .address = row_text(cx, r, 3),
        .name = row_text(cx, r, 4),
        .lang = (int)row_int(r, 5),
    };
}

err store_mail(struct ctx *cx, int64_t id, struct mail *ret)
{
    bool found;
    *ret = (struct mail){ 0 };
    return db_one(cx, &auth_sql.mail_by_id, VALS(v_int(id), v_int(cx->now)), take_mail, ret, &found);
}

err store_mail_by_token(struct ctx *cx, struct str hash, int kind, struct mail *ret)
{
    bool found;
    *ret = (struct mail){ 0 };
    return db_one(cx, &auth_sql.mail_by_token, VALS(v_blob(hash), v_int(kind), v_int(cx->now)), take_mail, ret, &found);
}

err store_mail_token(struct ctx *cx, int64_t id, struct str hash)
{
    return db_run(cx, &auth_sql.mail_token, VALS(v_blob(hash), v_int(id)), NULL);
}

err store_mails_void(struct ctx *cx, int64_t user, int kind)
{
    return db_run(cx, &auth_sql.mail_void, VALS(v_int(cx->now), v_int(user), v_int(kind)), NULL);
}

err store_mail_count(struct ctx *cx, int64_t user, int kind, int64_t since, int64_t *ret)
{
    bool found;
    return db_one(cx, &auth_sql.mail_count, VALS(v_int(user), v_int(kind), v_int(since)), row_take_int, ret, &found);
}

err store_mails_prune(struct ctx *cx, int64_t expired_by, size_t max, int64_t *ret_n)
{
    return db_run(cx, &auth_sql.mail_prune, VALS(v_int(expired_by), v_int((int64_t)max)), ret_n);
}

/* ---- forgotten passwords ---- */

void store_forgot_insert(struct ctx *cx, int64_t id, struct str email)
{
    db_put(cx, &auth_sql.forgot_insert, VALS(v_int(id), v_text(email)));
}

err store_forgotten(struct ctx *cx, size_t max, struct forgotten *ret, size_t *ret_n)
{
    struct rows r;
    size_t n = 0;
    err e = db_rows(cx, &auth_sql.forgot_page, VALS(v_int((int64_t)max)), &r);
    if (e)
        return e;
    for (; n < max && rows_next(&r); n++)
        ret[n] = (struct forgotten){ row_int(&r, 0), row_text(cx, &r, 1) };
    *ret_n = n;
    return rows_end(cx, &r);
}

err store_forgotten_delete(struct ctx *cx, int64_t up_to)
{
    return db_run(cx, &auth_sql.forgot_delete, VALS(v_int(up_to)), NULL);
}

/* ---- attempts ---- */

static struct val v_who(const uint8_t who[ATTEMPT_WHO])
{
    return v_blob(str_of((const char *)who, ATTEMPT_WHO));
}

static void take_attempts(struct ctx *cx, const struct rows *r, void *out)
{
    (void)cx;
    *(struct attempts *)out = (struct attempts){ row_int(r, 0), row_int(r, 1) };
}

err store_attempts(struct ctx *cx, const uint8_t who[ATTEMPT_WHO], struct attempts *ret)
{
    bool found;
    *ret = (struct attempts){ 0 };
    return db_one(cx, &auth_sql.attempt_get, VALS(v_who(who)), take_attempts, ret, &found);
}

err store_attempts_save(struct ctx *cx, const uint8_t who[ATTEMPT_WHO], const struct attempts *so_far)
{
    int64_t changed;
    err e = db_run(cx, &auth_sql.attempt_update, VALS(v_int(so_far->failed), v_int(cx->now), v_who(who)), &changed);
    if (e || changed)
        return e;
    return db_run(cx, &auth_sql.attempt_insert, VALS(v_who(who), v_int(so_far->failed), v_int(cx->now)), NULL);
}

err store_attempts_back(struct ctx *cx, const uint8_t who[ATTEMPT_WHO])
{
    return db_run(cx, &auth_sql.attempt_back, VALS(v_who(who)), NULL);
}

err store_attempts_forget(struct ctx *cx, const uint8_t who[ATTEMPT_WHO])
{
    return db_run(cx, &auth_sql.attempt_delete, VALS(v_who(who)), NULL);
}

err store_attempts_prune(struct ctx *cx, int64_t before, size_t max, int64_t *ret_n)
{
    return db_run(cx, &auth_sql.attempt_prune, VALS(v_int(before), v_int((int64_t)max)), ret_n);
}
