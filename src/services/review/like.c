/* Likes: one a person and review, however often it is said. */
#include "review_int.h"

static err like_set(struct ctx *cx, int64_t review, bool on, struct liked_out *ret)
{
    struct review row;
    err e = review_public(cx, review, &row);
    if (e)
        return e;
    if (row.liked != on) {
        e = store_like(cx, review, on);
        if (e)
            return e;
        row.likes += on ? 1 : -1;
    }
    *ret = (struct liked_out){ review, row.likes, on };
    return OK;
}

err review_like(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    (void)self;
    const struct review_ref *in = in_;
    return like_set(cx, in->review, true, ret_out);
}

err review_unlike(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    (void)self;
    const struct review_ref *in = in_;
    return like_set(cx, in->review, false, ret_out);
}
