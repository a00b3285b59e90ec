/* What the writer knows of every coupon: how much of it is left, and, from the first claim on, who has a piece. The database says the same and
 * guards it: unique (coupon, user), and a check that no more is out than there is. */
#include "coupon_int.h"

#include <stdlib.h>

err coupon_missing(struct ctx *cx)
{
    return fail(cx, ERR_MISSING, NULL, "There is no such coupon.", "그런 쿠폰이 없습니다.");
}

bool coupon_manages(const struct ctx *cx, int64_t made_by)
{
    return actor_has(cx, ROLE_MANAGER | ROLE_ADMIN) || (cx->actor.user && cx->actor.user == made_by);
}

err coupon_managed(struct ctx *cx, struct coupons *s, int64_t id, struct coupon **ret)
{
    struct coupon *c = map_ptr(&s->all, (uint64_t)id);
    if (!c || c->deleted || !coupon_manages(cx, c->made_by))
        return coupon_missing(cx);
    *ret = c;
    return OK;
}

void coupon_due_look(struct coupons *s)
{
    int64_t due = INT64_MAX;
    uint64_t id, bits;
    for (size_t at = 0; map_each(&s->all, &at, &id, &bits);) {
        const struct coupon *c = (const struct coupon *)(uintptr_t)bits;
        if (!c->tidied && c->expires_at < due)
            due = c->expires_at;
    }
    atomic_store(&s->due, due);
}

void coupon_forget_holders(struct coupon *c)
{
    map_free(&c->holders);
    c->holders = (struct map){ 0 };
    c->loaded = false;
}

static void undo_add(void *self, const void *arg)
{
    struct coupons *s = self;
    struct coupon *const *c = arg;
    map_remove(&s->all, (uint64_t)(*c)->id);
    coupon_forget_holders(*c);
    free(*c);
}

void coupon_add(struct ctx *cx, struct coupons *s, const struct coupon *made)
{
    struct coupon *c = malloc(sizeof(*c));
    ASSERT(c != NULL);
    *c = *made;
    map_put_ptr(&s->all, (uint64_t)c->id, c);
    tx_undo(cx, undo_add, s, &c, sizeof(c));
    coupon_due_look(s);
}

struct kept {
    struct coupon *at, was;
};

/* Who has a piece is taken back by whoever gave it. */
static void undo_change(void *self, const void *arg)
{
    const struct kept *k = arg;
    struct coupon now = *k->at;
    *k->at = k->was;
    k->at->loaded = now.loaded;
    k->at->holders = now.holders;
    coupon_due_look(self);
}

void coupon_keep(struct ctx *cx, struct coupons *s, struct coupon *c)
{
    struct kept k = { c, *c };
    tx_undo(cx, undo_change, s, &k, sizeof(k));
}
