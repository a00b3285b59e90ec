/* Accounts looked at and changed: one's own, and those of others by the people in charge. */
#include "auth_int.h"
#include "platform/call/app.h"

/* ---- one's own ---- */

err auth_me(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    (void)self;
    (void)in;
    return store_user(cx, cx->actor.user, ret_out);
}

err auth_me_change(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct me_change_in *in = in_;
    struct user *ret = ret_out;
    (void)self;

    err e = store_user(cx, cx->actor.user, ret);
    if (e)
        return e;
    if (in->has_name)
        ret->name = str_trim(in->name);
    if (in->has_phone)
        ret->phone = str_trim(in->phone);
    if (in->has_lang)
        ret->lang = in->lang;
    return store_user_update(cx, ret);
}

/* Somebody must be able to give roles again. */
err admin_remains(struct ctx *cx, const struct user *without)
{
    bool other = true;
    err e = without->roles & ROLE_ADMIN ? store_admin_besides(cx, without->id, &other) : OK;
    if (e)
        return e;
    return other ? OK : fail(cx, ERR_CONFLICT, "last_admin", "This is the last account with the role ADMIN.", "마지막 관리자 계정입니다.");
}

/* ---- those of others ---- */

err auth_users(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct users_in *in = in_;
    struct page_out *ret = ret_out;
    size_t limit = in->limit ? (size_t)in->limit : 20, n;
    struct user *items = NEW_ARRAY(cx->arena, struct user, limit + 1);
    (void)self;

    err e = store_users(cx, in->cursor ? in->cursor : INT64_MAX, str_trim(in->q), limit + 1, items, &n);
    if (e)
        return e;

    bool more = n > limit;
    ret->items = (struct list){ items, more ? limit : n };
    ret->next = more ? items[limit - 1].id : 0;
    return OK;
}

err auth_user_get(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct user_ref *in = in_;
    (void)self;
    return store_user(cx, in->user, ret_out);
}

/* Either ends the sessions: what a token says its owner may do is true. */
err auth_user_change(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct auth *a = self;
    const struct user_change_in *in = in_;
    struct user user;

    err e = store_user(cx, in->user, &user);
    if (e)
        return e;
    unsigned roles = in->has_roles ? in->roles : user.roles;
    bool suspended = in->has_suspended ? in->suspended : user.suspended, gives = roles != user.roles;
    if (!gives && suspended == user.suspended) {
        *(struct user *)ret_out = user;
        return OK;
    }

    e = roles & ROLE_ADMIN && !suspended ? OK : admin_remains(cx, &user);
    if (e)
        return e;
    e = store_user_roles(cx, user.id, roles);
    if (e)
        return e;
    e = store_user_suspended(cx, user.id, suspended);
    if (e)
        return e;
    e = sessions_end(cx, a, user.id, 0);
    if (e)
        return e;
    api_keys_follow(cx, a, user.id, suspended ? 0 : roles);
    user.roles = roles;
    user.suspended = suspended;
    if (gives)
        auth_say(cx, a, "auth.roles_changed", user.id, roles);
    *(struct user *)ret_out = user;
    return OK;
}
