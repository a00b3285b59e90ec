/* The states of a payment, and the one function that moves it. With each move go a line of the audit trail and, where money changes hands, an
 * entry of the ledger, in the same transaction; so the books cannot differ from the state. */
#include "case.h"

#include "platform/obs/log.h"
#include "platform/obs/metrics.h"

#define TO(state) (1u << PAYMENT_##state)

enum shown { SHOWN_READY, SHOWN_PENDING, SHOWN_PAID, SHOWN_FAILED, SHOWN_CANCELLED, SHOWN_REFUNDED };

const char *const payment_status_words[] = { "ready", "pending", "paid", "failed", "cancelled", "refunded", NULL };

/* A failed or cancelled payment can still turn out to have been paid: then the money is there and must not be lost. */
const struct payment_state_row payment_states[PAYMENT_STATES] = {
    [PAYMENT_READY] = { "ready", SHOWN_READY, TO(CONFIRMING) | TO(CANCELLED), .unfinished = false },
    [PAYMENT_CONFIRMING] = { "confirming", SHOWN_PENDING, TO(PENDING) | TO(CAPTURED) | TO(FAILED) | TO(CANCELLED) | TO(QUARANTINED),
                             .unfinished = true, .unclear = true },
    [PAYMENT_PENDING] = { "pending", SHOWN_PENDING, TO(CAPTURED) | TO(FAILED) | TO(QUARANTINED), .unfinished = true },
    [PAYMENT_CAPTURED] = { "captured", SHOWN_PENDING, TO(PAID) | TO(REFUND_DUE), .unfinished = true, .unclear = true },
    [PAYMENT_PAID] = { "paid", SHOWN_PAID, TO(REFUNDED), .unfinished = false },
    [PAYMENT_FAILED] = { "failed", SHOWN_FAILED, TO(CAPTURED) | TO(QUARANTINED), .unfinished = false },
    [PAYMENT_CANCELLED] = { "cancelled", SHOWN_CANCELLED, TO(CAPTURED) | TO(QUARANTINED), .unfinished = false },
    [PAYMENT_REFUND_DUE] = { "refund_due", SHOWN_PENDING, TO(REFUNDED), .unfinished = true, .gives_back = true },
    [PAYMENT_REFUNDED] = { "refunded", SHOWN_REFUNDED, 0, .unfinished = false },
    [PAYMENT_QUARANTINED] = { "quarantined", SHOWN_PENDING, TO(REFUNDED), .unfinished = true, .gives_back = true },
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
    [WHY_RETURNED] = "returned",
    [WHYS] = NULL,
};

enum payment_state payment_state_of(struct str word)
{
    int i = 0;
    while (!str_eq(word, str_c(payment_states[i].word))) {
        i++;
        ASSERT(i < PAYMENT_STATES);
    }
    return (enum payment_state)i;
}

enum payment_why payment_why_of(struct str word)
{
    int i = 0;
    while (!str_eq(word, str_c(payment_why_words[i]))) {
        i++;
        ASSERT(i < WHYS);
    }
    return (enum payment_why)i;
}

bool payment_may_move(const struct payment *p, enum payment_state to)
{
    return (payment_states[p->state].next & 1u << to) != 0;
}

static struct move record(struct ctx *cx, struct payments *s, const struct payment *p, const char *from)
{
    struct move m = { sequence_next(&s->moves), p->id, 0, from, payment_states[p->state].word, payment_why_words[p->why] };
    store_move_insert(cx, &m);
    return m;
}

/* All that is not promised back yet. */
static err give_back(struct ctx *cx, struct payments *s, struct payment *p)
{
    struct refund r = { .payment = p->id, .source = FOR_PAYMENT, .source_id = p->id, .amount = p->captured - p->promised };
    return r.amount ? refund_begin(cx, s, p, &r) : OK;
}

void payment_begin(struct ctx *cx, struct payments *s, struct payment *p)
{
    p->id = sequence_next(&s->payments);
    p->state = PAYMENT_READY;
    p->why = WHY_CREATED;
    p->created_at = cx->now;
    store_payment_insert(cx, p);
    record(cx, s, p, "");
    metric_add(&payment_moves[PAYMENT_READY], 1);
}

err payment_move(struct ctx *cx, struct payments *s, struct payment *p, enum payment_state to, enum payment_why why)
{
    const struct payment_state_row *from = &payment_states[p->state], *row = &payment_states[to];
    ASSERT(payment_may_move(p, to));
    p->state = to;
    p->why = why;
    p->let_go_at = to == PAYMENT_CANCELLED ? cx->now : 0;
    err e = store_payment_update(cx, p);
    if (e)
        return e;
    if (row->unclear)
        unclear_begins(s, cx->now);
    struct move m = record(cx, s, p, from->word);
    metric_add(&payment_moves[to], 1);
    e = ledger_payment(cx, p, &m);
    return !e && row->gives_back ? give_back(cx, s, p) : e;
}

err payment_end_returned(struct ctx *cx, struct payments *s, struct payment *p)
{
    if (p->captured == 0 || p->refunded < p->captured || !payment_may_move(p, PAYMENT_REFUNDED))
        return OK;
    return payment_move(cx, s, p, PAYMENT_REFUNDED, p->state == PAYMENT_PAID ? WHY_RETURNED : p->why);
}

/* Promised, and neither given nor refused. */
static bool gives_back_still(const struct payment *p)
{
    return p->promised > p->refunded + p->refused;
}

bool payment_unfinished(const struct payment *p)
{
    const struct payment_state_row *row = &payment_states[p->state];
    return gives_back_still(p) || p->let_go_at || (row->unfinished && !row->gives_back);
}

bool payment_unclear_now(const struct payment *p)
{
    return payment_states[p->state].unclear || (gives_back_still(p) && !p->waits);
}

err payment_advance(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct payments *s = self;
    const struct advance_in *in = in_;
    struct advance_out *ret = ret_out;
    struct payment *p = &ret->now;
    bool seen = false;
    ret->moved = false;

    ASSERT(in->to != PAYMENT_REFUNDED);      /* its refunds lead there */
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
    if (in->ref.n)
        p->ref = in->ref;
    if (in->to == PAYMENT_CAPTURED || in->to == PAYMENT_QUARANTINED) {
        p->captured = in->captured.amount;
        memcpy(p->charged_currency, in->captured.currency, sizeof(p->charged_currency));
    }
    e = payment_move(cx, s, p, in->to, in->why);
    return e ? e : payment_end_returned(cx, s, p);
}

/* A charge that is under way, or that is paid, is not let go. */
static bool may_let_go(const struct payment *p)
{
    return p->state == PAYMENT_READY || p->state == PAYMENT_FAILED || p->state == PAYMENT_CANCELLED;
}

err payment_note(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct note_in *in = in_;
    struct payment *ret = ret_out;
    (void)self;
    err e = store_payment(cx, in->payment, ret);
    if (e)
        return e;
    if (in->ref.n)
        ret->ref = in->ref;
    if (in->lets_go && may_let_go(ret))
        ret->let_go_at = in->let_go_at;
    return store_payment_update(cx, ret);
}
