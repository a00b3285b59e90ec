/* The states of a payment, and the one function that moves it. With each move go a line of the audit trail and, where money changes hands, an
 * entry of the ledger, in the same transaction; so the books cannot differ from the state. */
#include "payment_int.h"

#include "platform/obs/log.h"

#define TO(state) (1u << PAYMENT_##state)

enum shown { SHOWN_READY, SHOWN_PENDING, SHOWN_PAID, SHOWN_FAILED, SHOWN_REFUNDED };

const char *const payment_status_words[] = { "ready", "pending", "paid", "failed", "refunded", NULL };

/* Accounts: what the provider keeps for us, what buyers gave and nobody has decided on, what was sold, what is owed to buyers. */
#define PROVIDER "provider"
#define BUYER    "buyer"
#define REVENUE  "revenue"
#define OWED     "refund_due"

/* A failed payment can still turn out to have been paid: then the money is there and must not be lost. */
const struct payment_state_row payment_states[PAYMENT_STATES] = {
    [PAYMENT_READY] = { "ready", SHOWN_READY, TO(CONFIRMING) | TO(FAILED), false, NULL, NULL },
    [PAYMENT_CONFIRMING] = { "confirming", SHOWN_PENDING, TO(PENDING) | TO(CAPTURED) | TO(FAILED) | TO(QUARANTINED), true, NULL, NULL },
    [PAYMENT_PENDING] = { "pending", SHOWN_PENDING, TO(CAPTURED) | TO(FAILED) | TO(QUARANTINED), true, NULL, NULL },
    [PAYMENT_CAPTURED] = { "captured", SHOWN_PENDING, TO(PAID) | TO(REFUND_DUE), true, PROVIDER, BUYER },
    [PAYMENT_PAID] = { "paid", SHOWN_PAID, 0, false, BUYER, REVENUE },
    [PAYMENT_FAILED] = { "failed", SHOWN_FAILED, TO(CAPTURED) | TO(QUARANTINED), false, NULL, NULL },
    [PAYMENT_REFUND_DUE] = { "refund_due", SHOWN_PENDING, TO(REFUNDED), true, BUYER, OWED },
    [PAYMENT_REFUNDED] = { "refunded", SHOWN_REFUNDED, 0, false, OWED, PROVIDER },
    [PAYMENT_QUARANTINED] = { "quarantined", SHOWN_PENDING, TO(REFUNDED), true, PROVIDER, OWED },
};

const char *const payment_why_words[] = {
    [WHY_CREATED] = "created",
    [WHY_ASKED] = "asked",
    [WHY_WAITING] = "waiting",
    [WHY_APPROVED] = "approved",
    [WHY_CONFIRMED] = "confirmed",
    [WHY_DECLINED] = "declined",
    [WHY_NOT_PAYABLE] = "not_payable",
    [WHY_SUPERSEDED] = "superseded",
    [WHY_AMOUNT] = "amount_mismatch",
    [WHY_TOO_LATE] = "too_late",
    [WHYS] = NULL,
};

enum payment_state payment_state_of(struct str word)
{
    int i = 0;
    while (i < PAYMENT_STATES && !str_eq(word, str_c(payment_states[i].word)))
        i++;
    ASSERT(i < PAYMENT_STATES);
    return (enum payment_state)i;
}

enum payment_why payment_why_of(struct str word)
{
    int i = 0;
    while (i < WHYS && !str_eq(word, str_c(payment_why_words[i])))
        i++;
    ASSERT(i < WHYS);
    return (enum payment_why)i;
}

bool payment_may_move(const struct payment *p, enum payment_state to)
{
    return (payment_states[p->state].next & 1u << to) != 0;
}

void payment_begin(struct ctx *cx, struct payments *s, struct payment *p)
{
    p->id = sequence_next(&s->payments);
    p->state = PAYMENT_READY;
    p->why = WHY_CREATED;
    p->created_at = cx->now;
    store_payment_insert(cx, p);
    store_move_insert(cx, sequence_next(&s->moves), p, "");
    metric_add(&payment_moves[PAYMENT_READY], 1);
}

err payment_move(struct ctx *cx, struct payments *s, struct payment *p, enum payment_state to, enum payment_why why)
{
    const struct payment_state_row *from = &payment_states[p->state], *row = &payment_states[to];
    ASSERT(payment_may_move(p, to));
    p->state = to;
    p->why = why;
    if (to == PAYMENT_REFUNDED)
        p->refunded = p->captured;

    err e = store_payment_update(cx, p);
    if (e)
        return e;
    int64_t move = sequence_next(&s->moves);
    store_move_insert(cx, move, p, from->word);
    if (row->debit) {
        ASSERT(p->captured > 0);
        store_ledger_insert(cx, move, p, row->debit, p->captured);
        store_ledger_insert(cx, move, p, row->credit, -p->captured);
    }
    metric_add(&payment_moves[to], 1);
    return OK;
}

err payment_advance(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct payments *s = self;
    const struct advance_in *in = in_;
    struct advance_out *ret = ret_out;
    struct payment *p = &ret->now;
    bool seen = false;
    ret->moved = false;

    err e = store_payment(cx, in->payment, p);
    if (!e && in->event.n)
        e = store_event_seen(cx, p->provider->name, in->event, &seen);
    if (e || seen)
        return e;
    if (in->event.n)
        store_event_insert(cx, p, in->event);
    if (!payment_may_move(p, in->to))
        return OK;

    ret->moved = true;
    if (in->to == PAYMENT_CONFIRMING)
        p->payment_key = in->payment_key;
    if (in->to == PAYMENT_CAPTURED || in->to == PAYMENT_QUARANTINED)
        p->captured = in->captured;
    return payment_move(cx, s, p, in->to, in->why);
}
