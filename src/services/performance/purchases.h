/* What people have bought: heard from booking, counted for rankings, compared for recommendations. */
#ifndef PERFORMANCE_PURCHASES_H
#define PERFORMANCE_PURCHASES_H

#include "performance_int.h"

#define AFFINITY_KEPT 20      /* others a performance is known to go with */

struct purchase {             /* a booking */
    int64_t booking, performance, user, at;
    int64_t sold, returned;   /* seats */
    int64_t last_cancellation;
};

struct affinity {             /* another performance, and how many bought both */
    int64_t other, buyers;
};

/* ---- store_purchases.c ---- */

/* The row of io->booking; where there is none, *io stays as it is. */
err store_show_purchase(struct ctx *cx, struct purchase *io, bool *ret_found) MUST_USE;
err store_purchase_put(struct ctx *cx, const struct purchase *p, bool is_new) MUST_USE;
/* The oldest `max` of them. */
err store_purchases_prune(struct ctx *cx, int64_t before, int64_t max, int64_t *ret_n) MUST_USE;
/* Lists of performances (int64_t). */
err store_bought(struct ctx *cx, int64_t user, int64_t since, int64_t max, struct list *ret) MUST_USE;
err store_purchased_since(struct ctx *cx, int64_t since, int64_t after, int64_t max, struct list *ret) MUST_USE;
/* Lists of struct affinity, the strongest first. */
err store_affinity_count(struct ctx *cx, int64_t performance, int64_t buyers, int64_t since, struct list *ret) MUST_USE;
err store_affinity(struct ctx *cx, int64_t performance, struct list *ret) MUST_USE;
/* Replaces what `performance` goes with, and tells the others. */
err store_affinity_set(struct ctx *cx, int64_t performance, const struct affinity *at, size_t n) MUST_USE;

/* ---- calls ---- */

extern const struct call purchase_confirmed_call, purchase_cancelled_call, purchases_prune_call;
extern const struct call affinity_step_call, affinity_look_call, affinity_set_call;
extern const struct call ranking_call, recommended_call;

/* When they want to run. */
int64_t purchases_prune_due(void *performance);
int64_t affinity_due(void *performance);

#endif
