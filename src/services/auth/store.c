/* Each statement of sql/queries.sql as a typed function. */
#include "auth_int.h"
#include "auth_sql.h"

err store_auth_sequences(struct ctx *cx, struct auth *a)
{
    err e = sequence_load(cx, &auth_sql.user_max, &a->users);
    if (!e)
        e = sequence_load(cx, &auth_sql.session_max, &a->sessions);
    if (!e)
        e = sequence_load(cx, &auth_sql.mail_max, &a->mails);
    if (!e)
        e = sequence_load(cx, &auth_sql.api_key_max, &a->api_key_ids);
    return e ? e : sequence_load(cx, &auth_sql.forgot_max, &a->forgotten);
}

/* ---- users ---- */

static void take_credentials(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct credentials *)out = (struct credentials){
        .user = row_int(r, 0),
        .password_hash = row_text(cx, r, 1),
        .email = row_text(cx, r, 2),
        .roles = (unsigned)row_int(r, 3),
        .suspended = row_int(r, 4) != 0,
        .admin_since = row_int(r, 5),
    };
}

err store_users_with(struct ctx *cx, unsigned roles, size_t max, int64_t *ret, size_t *ret_n)
{
    struct rows r;
    size_t n = 0;
    err e = db_rows(cx, &auth_sql.staff, VALS(v_int(roles), v_int((int64_t)max)), &r);
    if (e)
        return e;
    while (n < max && rows_next(&r))
        ret[n++] = row_int(&r, 0);
    *ret_n = n;
    return rows_end(cx, &r);
}

err store_credentials_by_email(struct ctx *cx, struct str email, struct credentials *ret)
{
    bool found;
    *ret = (struct credentials){ 0 };
    return db_one(cx, &auth_sql.credentials_by_email, VALS(v_text(email)), take_credentials, ret, &found);
}

err store_credentials_by_id(struct ctx *cx, int64_t user, struct credentials *ret)
{
    bool found;
    *ret = (struct credentials){ 0 };
    return db_one(cx, &auth_sql.credentials_by_id, VALS(v_int(user)), take_credentials, ret, &found);
}

static void take_user(struct ctx *cx, const struct rows *r, void *out)
{
    *(struct user *)out = (struct user){
        .id = row_int(r, 0),
        .email = row_text(cx, r, 1),
        .name = row_text(cx, r, 2),
        .phone = row_text(cx, r, 3),
        .lang = (int)row_int(r, 4),
        .roles = (unsigned)row_int(r, 5),
        .verified = row_int(r, 6) != 0,
        .suspended = row_int(r, 7) != 0,
        .second_factor = row_int(r, 8) != 0,
        .created_at = row_int(r, 9),
    };
}

err store_user(struct ctx *cx, int64_t id, struct user *ret)
{
    bool found;
    err e = db_one(cx, &auth_sql.user_by_id, VALS(v_int(id)), take_user, ret, &found);
    if (e)
        return e;
    return found ? OK : fail(cx, ERR_MISSING, NULL, "There is no such account.", "그런 계정이 없습니다.");
}

err store_users(struct ctx *cx, int64_t before, struct str part, size_t max, struct user *ret, size_t *ret_n)
{
    struct val pattern = v_like(cx, part);
    struct rows r;
    size_t n = 0;
    err e = db_rows(cx, &auth_sql.user_page, VALS(v_int(before), pattern, pattern, v_int((int64_t)max)), &r);
    if (e)
        return e;
    while (n < max && rows_next(&r))
        take_user(cx, &r, &ret[n++]);
    *ret_n = n;
    return rows_end(cx, &r);
}

err store_admin_besides(struct ctx *cx, int64_t user, bool *ret)
{
    return db_one(cx, &auth_sql.admin_other, VALS(v_int(user)), NULL, NULL, ret);
}

void store_user_insert(struct ctx *cx, const struct user *u, struct str password_hash)
{
    db_put(cx, &auth_sql.user_insert,
           VALS(v_int(u->id), v_text(u->email), v_text(u->name), v_text(u->phone), v_int(u->lang), v_text(password_hash), v_int(u->roles),
                v_int(u->created_at), v_int(u->created_at), v_int(u->created_at)));
}

err store_user_update(struct ctx *cx, const struct user *u)
{
    return db_run(cx, &auth_sql.user_update, VALS(v_text(u->name), v_text(u->phone), v_int(u->lang), v_int(cx->now), v_int(u->id)), NULL);
}

err store_user_roles(struct ctx *cx, int64_t id, unsigned roles)
{
    return db_run(cx, &auth_sql.user_roles_update, VALS(v_int(roles), v_int(roles & ROLE_ADMIN), v_int(cx->now), v_int(cx->now), v_int(id)), NULL);
}

err store_admin_since(struct ctx *cx, int64_t id)
{
    return db_run(cx, &auth_sql.admin_since_update, VALS(v_int(cx->now), v_int(id)), NULL);
}

err store_user_password(struct ctx *cx, int64_t id, struct str password_hash)
{
    return db_run(cx, &auth_sql.user_password_update, VALS(v_text(password_hash), v_int(cx->now), v_int(id)), NULL);
}

err store_user_email(struct ctx *cx, int64_t id, struct str email)
{
    return db_run(cx, &auth_sql.user_email_update, VALS(v_text(email), v_int(cx->now), v_int(id)), NULL);
}

err store_user_verified(struct ctx *cx, int64_t id)
{
    return db_run(cx, &auth_sql.user_verified_update, VALS(v_int(cx->now), v_int(id)), NULL);
}

err store_user_suspended(struct ctx *cx, int64_t id, bool suspended)
{
    return db_run(cx, &auth_sql.user_suspended_update, VALS(suspended ? v_int(cx->now) : v_null(), v_int(cx->now), v_int(id)), NULL);
}

err store_user_erase(struct ctx *cx, int64_t id)
{
    err e = db_run(cx, &auth_sql.user_erase, VALS(v_int(cx->now), v_int(id)), NULL);
    if (!e)
        e = db_run(cx, &auth_sql.session_erase, VALS(v_int(id)), NULL);
    if (!e)
        e = db_run(cx, &auth_sql.mail_forget_user, VALS(v_int(id)), NULL);
    if (!e)
        e = store_api_keys_delete(cx, id);
    if (!e)
        e = store_identities_forget(cx, id);
    return e ? e : store_factor_delete(cx, id);
}

/* ---- sessions ---- */

void store_session_insert(struct ctx *cx, const struct session *s, struct str hash, struct str device, int64_t expires_at)
{
    db_put(cx, &auth_sql.session_insert, VALS(v_int(s->id), v_int(s->user), v_blob(hash), v_text(device), v_text(cx->peer), v_int(cx->now),
                                              v_int(expires_at), v_int(cx->now)));
}

err store_sessions(struct ctx *cx, int64_t user, int64_t before, size_t max, struct session_row *ret, size_t *ret_n)
{
    struct rows r;
    size_t n = 0;
    err e = db_rows(cx, &auth_sql.session_page, VALS(v_int(user), v_int(before), v_int(cx->now), v_int((int64_t)max)), &r);
    if (e)
        return e;
    for (; n < max && rows_next(&r); n++)
        ret[n] = (struct session_row){ .id = row_int(&r, 0), .device = row_text(cx, &r, 1), .address = row_text(cx, &r, 2),
                                       .created_at = row_int(&r, 3), .seen_at = row_int(&r, 4) };
    *ret_n = n;
    return rows_end(cx, &r);
}

err store_session_owned(struct ctx *cx, int64_t session, int64_t user, bool *ret)
{
    return db_one(cx, &auth_sql.session_owned, VALS(v_int(session), v_int(user), v_int(cx->now)), NULL, NULL, ret);
}

static void take_session(struct ctx *cx, const struct rows *r, void *out)
{
    (void)cx;
    *(struct session *)out = (struct session){ .id = row_int(r, 0), .user = row_int(r, 1), .roles = (unsigned)row_int(r, 2),
                                               .second_factor = row_int(r, 3) != 0, .admin_since = row_int(r, 4) };
}

err store_session_by_refresh(struct ctx *cx, struct str hash, struct session *ret)
{
    bool found;
    *ret = (struct session){ 0 };
    return db_one(cx, &auth_sql.session_by_refresh, VALS(v_blob(hash), v_int(cx->now)), take_session, ret, &found);
}

err store_session_by_spent(struct ctx *cx, struct str hash, int64_t *ret)
{
    bool found;
    *ret = 0;
    return db_one(cx, &auth_sql.session_by_spent, VALS(v_blob(hash)), row_take_int, ret, &found);
}

err store_session_rotate(struct ctx *cx, int64_t session, struct str spent, struct str fresh)
{
    err e = db_run(cx, &auth_sql.session_rotate, VALS(v_blob(fresh), v_int(cx->now), v_int(session)), NULL);
    if (e)
        return e;
    db_put(cx, &auth_sql.spent_insert, VALS(v_blob(spent), v_int(session), v_int(cx->now)));
    return OK;
}

err store_session_revoke(struct ctx *cx, int64_t session, bool *ret_was_live)
{
    int64_t changed;
    err e = db_run(cx, &auth_sql.session_revoke, VALS(v_int(cx->now), v_int(session)), &changed);
    if (e)
        return e;
    *ret_was_live = changed == 1;
    return OK;
}

err store_sessions_revoke(struct ctx *cx, struct auth *a, int64_t user, int64_t keep, session_fn *each)
{
    struct rows r;
    err e = db_rows(cx, &auth_sql.session_live, VALS(v_int(user), v_int(keep), v_int(cx->now - ACCESS_SECONDS_MAX * 1000)), &r);
    if (e)
        return e;
    while (rows_next(&r))
        each(cx, a, row_int(&r, 0), cx->now);
    e = rows_end(cx, &r);
    if (e)
        return e;

    e = db_run(cx, &auth_sql.session_revoke_user, VALS(v_int(cx->now), v_int(user), v_int(keep)), NULL);
    if (e || keep)
        return e;
    return db_run(cx, &auth_sql.user_tokens_end, VALS(v_int(cx->now), v_int(user)), NULL);
}

err store_sessions_revoked(struct ctx *cx, struct auth *a, int64_t since, session_fn *each)
{
    struct rows r;
    err e = db_rows(cx, &auth_sql.session_revoked, VALS(v_int(since)), &r);
    if (e)
        return e;
    while (rows_next(&r))
        each(cx, a, row_int(&r, 0), row_int(&r, 1));
    return rows_end(cx, &r);
}

err store_sessions_delete(struct ctx *cx, int64_t expired_by, size_t max, int64_t *ret_n)
{
    struct rows r;
    size_t n = 0;
    int64_t *expired = NEW_ARRAY(cx->arena, int64_t, max);
    err e = db_rows(cx, &auth_sql.session_expired, VALS(v_int(expired_by), v_int((int64_t)max)), &r);
    if (e)
        return e;
    while (n < max && rows_next(&r))
        expired[n++] = row_int(&r, 0);
    e = rows_end(cx, &r);

    for (size_t i = 0; i < n && !e; i++) {
        e = db_run(cx, &auth_sql.spent_delete, VALS(v_int(expired[i])), NULL);
        if (!e)
            e = db_run(cx, &auth_sql.session_delete, VALS(v_int(expired[i])), NULL);
    }
    if (!e)
        *ret_n = (int64_t)n;
    return e;
}
