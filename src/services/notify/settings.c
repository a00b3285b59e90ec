/* Which mails somebody wants. What concerns the safety of an account, or the end of an organizer's webhook, has no switch. */
#include "notify_int.h"

#include "platform/obs/log.h"

static const bool has_switch[MAIL_KINDS] = {
    [MAIL_BOOKING_CONFIRMED] = true, [MAIL_BOOKING_CANCELLED] = true, [MAIL_REFUND_DONE] = true, [MAIL_SCHEDULE_CANCELLED] = true, [MAIL_SEAT_OFFERED] = true,
};

static int64_t bit(enum mail_kind kind)
{
    return INT64_C(1) << kind;
}

static void view(int64_t off, struct settings *ret)
{
    *ret = (struct settings){ .security = true };
    for (enum mail_kind kind = 0; kind < MAIL_KINDS; kind++)
        ret->wanted[kind] = !(off & bit(kind));
}

err setting_allows(struct ctx *cx, int64_t user, enum mail_kind kind, bool *ret)
{
    int64_t off;
    bool found;
    err e = store_setting(cx, user, &off, &found);
    if (!e)
        *ret = !has_switch[kind] || !(off & bit(kind));
    return e;
}

err settings_show(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    int64_t off;
    bool found;
    (void)self;
    (void)in;
    err e = store_setting(cx, cx->actor.user, &off, &found);
    if (!e)
        view(off, ret_out);
    return e;
}

err settings_change(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct settings_in *in = in_;
    int64_t off;
    bool found;
    (void)self;
    err e = store_setting(cx, cx->actor.user, &off, &found);
    if (e)
        return e;
    for (enum mail_kind kind = 0; kind < MAIL_KINDS; kind++)
        if (in->has[kind])
            off = in->wanted[kind] ? off & ~bit(kind) : off | bit(kind);
    e = store_setting_put(cx, cx->actor.user, off, found);
    if (!e)
        view(off, ret_out);
    return e;
}
