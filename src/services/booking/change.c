/* What an organizer changes of a sale: times, prices, the limit. A hold keeps the prices it was made with, a user the seats he has; only what comes
 * later is held to the new terms. */
#include "services/booking/booking_int.h"

struct terms {
    int64_t starts_at, ends_at, sale_starts_at, sale_ends_at, max_per_user, revision;
    int64_t price[GRADES_MAX];
};

static struct terms terms_of(const struct sale *s)
{
    struct terms t = { s->starts_at, s->ends_at, s->sale_starts_at, s->sale_ends_at, s->max_per_user, s->revision, { 0 } };
    memcpy(t.price, s->price, sizeof(t.price));
    return t;
}

static void put_terms(struct sale *s, const struct terms *t)
{
    s->starts_at = t->starts_at;
    s->ends_at = t->ends_at;
    s->sale_starts_at = t->sale_starts_at;
    s->sale_ends_at = t->sale_ends_at;
    s->max_per_user = t->max_per_user;
    s->revision = t->revision;
    memcpy(s->price, t->price, sizeof(s->price));
}

static void undo_terms(void *sale, const void *before)
{
    put_terms(sale, before);
}

err sale_change(struct ctx *cx, struct sale *s, const struct sale *to)
{
    if (to->revision <= s->revision)
        return OK;                           /* told again, or overtaken by a newer change */
    struct terms before = terms_of(s), after = terms_of(to);
    err e = store_sale_change(cx, to);
    if (e)
        return e;
    put_terms(s, &after);
    tx_undo(cx, undo_terms, s, &before, sizeof(before));
    return OK;
}
