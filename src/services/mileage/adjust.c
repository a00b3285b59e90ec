/* Staff gives or takes mileage, and says why. */
#include "mileage_int.h"
#include "services/auth/auth.h"

err mileage_adjust(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct mileage *m = self;
    const struct adjust_in *in = in_;
    struct account *a;
    struct entry entry = { .kind = ENTRY_ADJUSTED, .actor = cx->actor.user, .note = str_trim(in->reason) };
    struct part part = { .expires_at = cx->now + m->keep_ms, .amount = in->delta };
    if (!in->delta)
        return fail_field(cx, S("delta"), "must not be 0", "0이 아니어야 합니다");
    if (!auth_user_known(cx->app, in->user))
        return fail(cx, ERR_MISSING, NULL, "There is no such account.", "그런 계정이 없습니다.");

    err e = account_of(cx, m, in->user, &a);
    if (!e && in->delta > 0)
        e = account_credit(cx, m, a, &entry, ADJUSTED, (struct list){ &part, 1 });
    else if (!e)
        e = account_debit(cx, m, a, &entry, ADJUSTED, -in->delta, NULL);
    if (!e)
        mileage_entry_show(&entry, ret_out);
    return e;
}
