/* What an organizer chooses for all dates of a performance together. */
#ifndef QUEUE_WISHES_H
#define QUEUE_WISHES_H

#include "queue_int.h"

struct wish {
    struct rules rules;
    struct str message, message_en;
    int64_t chosen_at;        /* 0: nothing was chosen yet */
};

/* In a command or a read. None: *ret is zero. */
err store_wish(struct ctx *cx, int64_t performance, struct wish *ret) MUST_USE;
err store_wish_put(struct ctx *cx, int64_t performance, const struct wish *w) MUST_USE;

#endif
