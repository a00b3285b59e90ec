/* Sessions: opened by a sign-in, carried on by refresh tokens that work once, ended for all their tokens together.
 *
 * Whatever ends a session is written to the database and, by the same command, to the revoked set in memory; other processes are told after the commit. */
#include "auth_int.h"

#include "platform/obs/metrics.h"

#define PRUNE_MAX      500        /* rows of a kind at a time, so that nobody waits for it */
#define PRUNE_EVERY_MS (60 * 60 * 1000)
#define PRUNE_AGAIN_MS 1000

err session_open(struct ctx *cx, struct auth *a, const struct credentials *who, const struct session_open_in *in, struct session *ret)
{
    enum factor_found found;
    uint8_t hash[TOKEN_HASH];

    err e = factor_check(cx, a, who->user, in->totp, in->recovery_code, &found);
    if (e)
        return e;
    *ret = (struct session){ .found = (int)found };
    if (found == FACTOR_REQUIRED)
        return attempts_back(cx, who->email);
    if (found == FACTOR_WRONG)
        return OK;

    *ret = (struct session){ .id = sequence_next(&a->sessions), .user = who->user, .roles = who->roles, .second_factor = found == FACTOR_RIGHT,
                             .admin_since = who->admin_since };
    store_session_insert(cx, ret, token_hash(in->refresh_token, hash), in->device, cx->now + a->refresh_ms);
    return attempts_forgive(cx, who->email);
}

err auth_session_open(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct session_open_in *in = in_;
    struct session *ret = ret_out;
    struct credentials now;

    err e = store_credentials_by_id(cx, in->user, &now);
    if (e)
        return e;
    *ret = (struct session){ 0 };
    if (!now.user || now.suspended || !str_eq(now.password_hash, in->password_hash))
        return OK;
    return session_open(cx, self, &now, in, ret);
}

/* ---- ending ---- */

static void revoke_undo(void *self, const void *session)
{
    struct auth *a = self;
    revoked_remove(&a->revoked, *(const int64_t *)session);
    if (a->revoked.shared)
        revoked_no_news(&a->revoked, *(const int64_t *)session);
}

static void revoke_in_memory(struct ctx *cx, struct auth *a, int64_t session, int64_t at)
{
    if (a->revoked.shared && revoked_has(&a->revoked, session))
        return;                                  /* heard from elsewhere, where no undo of ours may take it back */
    revoked_add(&a->revoked, session, at + ACCESS_SECONDS_MAX * 1000, cx->now);
    tx_undo(cx, revoke_undo, a, &session, sizeof(session));
    if (a->revoked.shared) {
        revoked_news(&a->revoked, session);
        tx_after(cx, revoked_committed, &a->revoked);
    }
}

static err session_end(struct ctx *cx, struct auth *a, int64_t session)
{
    bool was_live;
    err e = store_session_revoke(cx, session, &was_live);
    if (e)
        return e;
    if (was_live)                                /* else it is in the set, and an undo must not take it out */
        revoke_in_memory(cx, a, session, cx->now);
    return OK;
}

err sessions_end(struct ctx *cx, struct auth *a, int64_t user, int64_t keep)
{
    return store_sessions_revoke(cx, a, user, keep, revoke_in_memory);
}

err auth_logout(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    (void)in;
    (void)ret_out;
    return session_end(cx, self, cx->actor.session);
}

/* ---- looked at by their owner ---- */

err auth_sessions(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct sessions_in *in = in_;
    struct page_out *ret = ret_out;
    size_t limit = in->limit ? (size_t)in->limit : 20, n;
    struct session_row *items = NEW_ARRAY(cx->arena, struct session_row, limit + 1);
    (void)self;

    err e = store_sessions(cx, cx->actor.user, in->cursor ? in->cursor : INT64_MAX, limit + 1, items, &n);
    if (e)
        return e;
    for (size_t i = 0; i < n; i++)
        items[i].current = items[i].id == cx->actor.session;

    bool more = n > limit;
    ret->items = (struct list){ items, more ? limit : n };
    ret->next = more ? items[limit - 1].id : 0;
    return OK;
}

err auth_session_end(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct session_ref *in = in_;
    bool mine;
    (void)ret_out;

    err e = store_session_owned(cx, in->session, cx->actor.user, &mine);
    if (e)
        return e;
    return mine ? session_end(cx, self, in->session) : fail(cx, ERR_MISSING, NULL, "There is no such session.", "그런 세션이 없습니다.");
}

err auth_sessions_end_others(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    (void)in;
    (void)ret_out;
    return sessions_end(cx, self, cx->actor.user, cx->actor.session);
}

/* ---- carrying on ---- */

/* A token that was used before comes from two hands, and nobody can tell which is the thief's: the session ends for both. That must be kept
 * although the caller gets nothing, so the command succeeds with an empty session. */
static err reused(struct ctx *cx, struct auth *a, struct str hash)
{
    int64_t session;
    err e = store_session_by_spent(cx, hash, &session);
    if (e || !session)
        return e;
    metric_add(&auth_refreshes_reused, 1);
    return session_end(cx, a, session);
}

err auth_session_rotate(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct session_rotate_in *in = in_;
    struct session *ret = ret_out;
    uint8_t spent[TOKEN_HASH], fresh[TOKEN_HASH];
    struct str hash = token_hash(in->spent, spent);

    err e = store_session_by_refresh(cx, hash, ret);
    if (e)
        return e;
    if (!ret->id)
        return reused(cx, self, hash);
    return store_session_rotate(cx, ret->id, hash, token_hash(in->fresh, fresh));
}

/* ---- forgetting ---- */

/* A session's number is free for another only when its last access token is dead too. */
err auth_prune(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct auth *a = self;
    int64_t sessions, mails, attempts;
    (void)in;
    (void)ret_out;

    err e = store_sessions_delete(cx, cx->now - ACCESS_SECONDS_MAX * 1000, PRUNE_MAX, &sessions);
    if (e)
        return e;
    e = store_mails_prune(cx, cx->now, PRUNE_MAX, &mails);
    if (e)
        return e;
    e = attempts_prune(cx, PRUNE_MAX, &attempts);
    if (e)
        return e;
    bool more = sessions == PRUNE_MAX || mails == PRUNE_MAX || attempts == PRUNE_MAX;
    atomic_store(&a->prune_at, cx->now + (more ? PRUNE_AGAIN_MS : PRUNE_EVERY_MS));
    return OK;
}
