/* Staff gives or takes mileage, and says why. */
#include "mileage_int.h"
#include "services/auth/auth.h"

err mileage_adjust(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct adjust_in *in = in_;
    struct contact customer;
    (void)self;
    if (!in->delta)
        return fail_field(cx, S("delta"), "must not be 0", "0이 아니어야 합니다");
    err e = call_run(cx, &auth_contact_call, &(struct contact_ref){ in->user }, &customer);
    return e ? e : call_run(cx, &mileage_adjust_put_call, in, ret_out);
}

err mileage_adjust_put(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct mileage *m = self;
    const struct adjust_in *in = in_;
    struct account *a;
    struct entry entry = { .kind = ENTRY_ADJUSTED, .actor = cx->actor.user, .note = str_trim(in->reason) };
    struct part part = { .expires_at = cx->now + m->keep_ms, .amount = in->delta };

    err e = account_of(cx, m, in->user, &a);
    if (!e && in->delta > 0)
        e = account_credit(cx, m, a, &entry, ADJUSTED, (struct list){ &part, 1 });
    else if (!e)
        e = account_debit(cx, m, a, &entry, ADJUSTED, -in->delta, NULL);
    if (!e)
        mileage_entry_show(&entry, ret_out);
    return e;
}
