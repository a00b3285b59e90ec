/* Appeals as they are stored (store_appeals.c). */
#ifndef QUEUE_APPEALS_H
#define QUEUE_APPEALS_H

#include "platform/db/db.h"

#define APPEAL_TEXT_MAX 1000

enum appeal_state { APPEAL_OPEN, APPEAL_GRANTED, APPEAL_DENIED };

struct appeal {
    int64_t id, schedule, user;
    struct str refused, text, answer;
    int state;                /* enum appeal_state */
    int64_t made_at, resolved_at;
};

void store_appeal_insert(struct ctx *cx, const struct appeal *a);
err store_appeal(struct ctx *cx, int64_t id, struct appeal *ret, bool *ret_found) MUST_USE;
err store_appeal_of(struct ctx *cx, int64_t schedule, int64_t user, struct appeal *ret, bool *ret_found) MUST_USE;
err store_appeal_decide(struct ctx *cx, const struct appeal *a) MUST_USE;
/* The newest of a schedule first, before an id (0: from the newest on); state -1: all. */
err store_appeals(struct ctx *cx, int64_t schedule, int state, int64_t before, struct appeal *ret, size_t max, size_t *ret_n) MUST_USE;
/* What an account that is closed has written. */
err store_appeals_forget(struct ctx *cx, int64_t user) MUST_USE;
/* At start: the last id, and for whom appeals were granted. */
err store_appeals_granted(struct ctx *cx, struct sequence *ids, void (*take)(void *self, int64_t schedule, int64_t user), void *self) MUST_USE;

#endif
