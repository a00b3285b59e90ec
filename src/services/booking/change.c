/* What an organizer changes of a sale: times, prices, the limit, the plan. A hold keeps the prices it was made with, a user the seats he has; only what
 * comes later is held to the new terms. */
#include "services/booking/waitlist.h"

struct plain {
    int64_t hall, starts_at, ends_at, sale_starts_at, sale_ends_at, max_per_user, revision;
    int64_t price[GRADES_MAX];
};

static struct plain plain_of(const struct sale *s)
{
    struct plain t = { s->hall, s->starts_at, s->ends_at, s->sale_starts_at, s->sale_ends_at, s->max_per_user, s->revision, { 0 } };
    memcpy(t.price, s->price, sizeof(t.price));
    return t;
}

static void put_plain(struct sale *s, const struct plain *t)
{
    s->hall = t->hall;
    s->starts_at = t->starts_at;
    s->ends_at = t->ends_at;
    s->sale_starts_at = t->sale_starts_at;
    s->sale_ends_at = t->sale_ends_at;
    s->max_per_user = t->max_per_user;
    s->revision = t->revision;
    memcpy(s->price, t->price, sizeof(s->price));
}

static void undo_plain(void *sale, const void *before)
{
    put_plain(sale, before);
}

err sale_change(struct ctx *cx, struct booking *b, struct sale *s, const struct sale *to, const struct layout *layout)
{
    if (to->revision <= s->revision)
        return OK;                           /* told again, or overtaken by a newer change */
    if (layout != s->layout && !layout_extends(layout, s->layout))
        return fail(cx, ERR_INTERNAL, "plan_differs", "The new plan does not begin with the seats that are being sold.",
                    "새 좌석 배치가 판매 중인 좌석과 맞지 않습니다.");
    struct plain before = plain_of(s), after = plain_of(to);
    err e = store_sale_change(cx, to);
    if (e)
        return e;
    put_plain(s, &after);
    tx_undo(cx, undo_plain, s, &before, sizeof(before));
    if (layout != s->layout)
        sale_move(cx, b, s, layout);
    waitlist_ask(cx, b, s);                  /* there may be more seats, or a sale that runs again */
    return OK;
}
