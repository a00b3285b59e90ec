/* One's own mileage, looked at. */
#include "mileage_int.h"

#define PAGE 20

enum source { SOURCE_BOOKING, SOURCE_CANCELLATION, SOURCE_EXPIRY, SOURCE_STAFF };

const char *const mileage_source_words[] = { "booking", "cancellation", "expiry", "staff", NULL };

static const struct {
    const char *reason;
    enum source source;
} shown[] = {
    [ENTRY_EARNED] = { "earned", SOURCE_BOOKING },
    [ENTRY_RESERVED] = { "reserved", SOURCE_BOOKING },
    [ENTRY_RELEASED] = { "released", SOURCE_BOOKING },
    [ENTRY_SPENT] = { "spent", SOURCE_BOOKING },
    [ENTRY_RETURNED] = { "returned", SOURCE_CANCELLATION },
    [ENTRY_TAKEN_BACK] = { "taken_back", SOURCE_CANCELLATION },
    [ENTRY_EXPIRED] = { "expired", SOURCE_EXPIRY },
    [ENTRY_ADJUSTED] = { "adjusted", SOURCE_STAFF },
};

void mileage_entry_show(const struct entry *e, struct entry_view *ret)
{
    *ret = (struct entry_view){ .id = e->id, .delta = e->delta, .balance_after = e->balance_after, .booking = e->booking, .at = e->at,
                                .reason = e->note.n ? e->note : str_c(shown[e->kind].reason), .source = (int)shown[e->kind].source };
}

err mileage_balance(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct account a;
    struct part first;
    struct balance_out *ret = ret_out;
    (void)self;
    (void)in;
    err e = store_account(cx, cx->actor.user, &a);
    if (!e)
        e = store_lot_first(cx, cx->actor.user, &first);
    if (!e)
        *ret = (struct balance_out){ a.balance, a.owed, first.amount, first.expires_at };
    return e;
}

err mileage_history(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct history_in *in = in_;
    struct history_out *ret = ret_out;
    size_t limit = in->limit ? (size_t)in->limit : PAGE, n;
    struct entry *found = NEW_ARRAY(cx->arena, struct entry, limit + 1);
    (void)self;

    err e = store_entries(cx, cx->actor.user, in->cursor ? in->cursor : INT64_MAX, limit + 1, found, &n);
    if (e)
        return e;

    bool more = n > limit;
    n = more ? limit : n;
    struct entry_view *items = NEW_ARRAY(cx->arena, struct entry_view, n);
    for (size_t i = 0; i < n; i++)
        mileage_entry_show(&found[i], &items[i]);
    *ret = (struct history_out){ { items, n }, more ? found[n - 1].id : 0 };
    return OK;
}
