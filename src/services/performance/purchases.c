/* Booking tells of purchases and cancellations, maybe twice, maybe in another order than they happened; a row a booking makes counting them
 * safe to repeat. What goes with what is worked out from those rows, a few performances at a time. */
#include "purchases.h"

#define DAY_MS      (INT64_C(24) * 60 * 60 * 1000)
#define PRUNE_MAX   1000      /* purchases at a time, so that nobody waits for it */
#define STEP        20        /* performances a step of the job */
#define BUYERS_MAX  300       /* the latest ones of a performance, looked at */

/* ---- events ---- */

static int64_t seats_of(const struct purchase *p)
{
    return p->sold > p->returned ? p->sold - p->returned : 0;
}

/* No more comes back than was sold; as long as nothing is known to be sold, that is not known either. */
static void settle(struct purchase *p)
{
    if (p->sold && p->returned > p->sold)
        p->returned = p->sold;
}

static err purchase_keep(struct ctx *cx, struct performance *p, const struct purchase *row, bool found, int64_t before)
{
    err e = store_purchase_put(cx, row, !found);
    if (e)
        return e;
    catalogue_sold(cx, p->catalogue, row->performance, row->at, seats_of(row) - before);
    p->affinity.wanted = true;
    return OK;
}

static err purchase_confirmed(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct booking_confirmed *in = in_;
    struct purchase row = { .booking = in->booking, .performance = in->performance, .user = in->user, .at = cx->now };
    bool found;
    (void)ret_out;

    err e = store_show_purchase(cx, &row, &found);
    if (e || row.sold)
        return e;
    row.sold = in->seats;
    settle(&row);
    return purchase_keep(cx, self, &row, found, 0);
}

static err purchase_cancelled(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct booking_cancelled *in = in_;
    struct purchase row = { .booking = in->booking, .performance = in->performance, .user = in->user, .at = cx->now };
    bool found;
    (void)ret_out;

    err e = store_show_purchase(cx, &row, &found);
    if (e || row.last_cancellation >= in->cancellation)
        return e;
    int64_t before = seats_of(&row);
    row.returned += in->seats;
    row.last_cancellation = in->cancellation;
    settle(&row);
    return purchase_keep(cx, self, &row, found, before);
}

/* ---- what is too old to tell anything ---- */

int64_t purchases_prune_due(void *performance)
{
    return ((struct performance *)performance)->prune_at;
}

static err purchases_prune(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct performance *p = self;
    int64_t n;
    (void)in;
    (void)ret_out;
    err e = store_purchases_prune(cx, cx->now - p->purchases_kept_ms, PRUNE_MAX, &n);
    if (!e)
        p->prune_at = cx->now + (n == PRUNE_MAX ? 1000 : DAY_MS);
    return e;
}

/* ---- what goes with what: some performances a step, until all that sold since the last round have been looked at ---- */

int64_t affinity_due(void *performance)
{
    const struct affinity_round *r = &((struct performance *)performance)->affinity;
    return r->wanted ? r->next_at : INT64_MAX;
}

struct affinity_in {
    int64_t performance;
    struct list others;       /* struct affinity */
};
struct affinity_look {
    size_t n;
    struct affinity_in at[STEP];
};

static err affinity_look(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    const struct performance *p = self;
    struct affinity_look *ret = ret_out;
    struct list performances;
    (void)in;

    err e = store_purchased_since(cx, p->affinity.since, p->affinity.after, STEP, &performances);
    const int64_t *at = performances.at;
    for (ret->n = 0; !e && ret->n < performances.n; ret->n++) {
        ret->at[ret->n].performance = at[ret->n];
        e = store_affinity_count(cx, at[ret->n], BUYERS_MAX, cx->now - p->purchases_kept_ms, &ret->at[ret->n].others);
    }
    return e;
}

static err affinity_set(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct affinity_look *in = in_;
    err e = OK;
    (void)self;
    (void)ret_out;
    for (size_t i = 0; i < in->n && !e; i++)
        e = store_affinity_set(cx, in->at[i].performance, in->at[i].others.at, in->at[i].others.n);
    return e;
}

static err affinity_step(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct performance *p = self;
    struct affinity_look *found = NEW(cx->arena, struct affinity_look);
    (void)in;
    (void)ret_out;

    if (!p->affinity.after) {
        p->affinity.begun_at = cx->now;
        p->affinity.wanted = false;          /* what is bought from now on wants another round */
    }
    err e = call_run(cx, &affinity_look_call, NULL, found);
    if (!e && found->n)
        e = call_run(cx, &affinity_set_call, found, NULL);
    if (e || found->n == STEP) {
        p->affinity.wanted = true;
        p->affinity.after = e ? p->affinity.after : found->at[STEP - 1].performance;
        return e;
    }
    p->affinity.after = 0;
    p->affinity.since = p->affinity.begun_at;
    p->affinity.next_at = cx->now + AFFINITY_EVERY_MS;
    return OK;
}

const struct call purchase_confirmed_call = { "performance.purchase_confirmed", "Seats of a performance were bought.", CALL_COMMAND,
                                              &booking_confirmed_fields, NULL, purchase_confirmed };
const struct call purchase_cancelled_call = { "performance.purchase_cancelled", "Some of them were given back.", CALL_COMMAND,
                                              &booking_cancelled_fields, NULL, purchase_cancelled };
const struct call purchases_prune_call = { "performance.purchases_prune", "Forgets purchases of long ago.", CALL_COMMAND, NULL, NULL,
                                           purchases_prune };
const struct call affinity_look_call = { "performance.affinity_look", "What the buyers of some performances have bought besides.", CALL_READ,
                                         NULL, NULL, affinity_look };
const struct call affinity_set_call = { "performance.affinity_set", "Keeps it.", CALL_COMMAND, NULL, NULL, affinity_set };
const struct call affinity_step_call = { "performance.affinity_step", "Works out what goes with what, a few performances at a time.", CALL_STORY,
                                         NULL, NULL, affinity_step };
