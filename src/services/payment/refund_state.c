/* The states of a refund, and the one function that moves it. What is promised is taken from what the payment keeps at once, so that never more
 * is promised than was captured (the database checks it too); with each move go a line of the trail and an entry of the ledger. A promise stays:
 * when the provider refuses, another refund for the same source tries again, and after some attempts people are told. All the while the money is
 * owed, so only the first attempt is an entry of the ledger. */
#include "case.h"

#include "platform/call/app.h"
#include "platform/crypto/crypto.h"
#include "platform/obs/log.h"
#include "platform/obs/metrics.h"

#define TO(state) (1u << REFUND_##state)

static const unsigned may_become[REFUND_STATES] = {
    [REFUND_CREATED] = TO(PENDING),
    [REFUND_PENDING] = TO(DONE) | TO(FAILED),
    [REFUND_DONE] = 0,
    [REFUND_FAILED] = 0,
};

const char *const refund_status_words[] = { "created", "pending", "done", "failed", NULL };
const char *const refund_source_words[] = { "cancellation", "payment", "staff", NULL };

static int index_of(const char *const *words, struct str word)
{
    int i = 0;
    while (!str_eq(word, str_c(words[i]))) {
        i++;
        ASSERT(words[i]);
    }
    return i;
}

enum refund_state refund_state_of(struct str word)
{
    return (enum refund_state)index_of(refund_status_words, word);
}

enum refund_source refund_source_of(struct str word)
{
    return (enum refund_source)index_of(refund_source_words, word);
}

static struct move record(struct ctx *cx, struct payments *s, const struct refund *r, const char *from)
{
    struct move m = { sequence_next(&s->moves), r->payment, r->id, from, refund_status_words[r->state], refund_source_words[r->source] };
    store_move_insert(cx, &m);
    metric_add(&refund_moves[r->state], 1);
    return m;
}

static void tell(struct ctx *cx, const struct payment *p, int64_t refund, int64_t cancellation, int64_t amount)
{
    const struct payment_refunded event = { refund, p->id, p->booking, cancellation, amount, str_c(p->charged_currency) };
    struct buf body;
    buf_init(&body, 1024);
    fields_encode(&body, &payment_refunded_fields, &app_keys(cx->app)->ids, &event);
    ASSERT(!body.full);
    outbox_put(cx, "payment.refunded", p->booking, buf_view(&body));
    buf_free(&body);
}

/* The first attempt, or another one. *p has changed with it. */
static err begin(struct ctx *cx, struct payments *s, const struct payment *p, struct refund *r)
{
    r->id = sequence_next(&s->refunds);
    r->state = REFUND_CREATED;
    r->created_at = r->updated_at = cx->now;
    if (!r->source_id)
        r->source_id = r->id;
    err e = store_payment_update(cx, p);
    if (e)
        return e;
    store_refund_insert(cx, r);
    struct move m = record(cx, s, r, "");
    if (r->attempt == 1)
        e = ledger_refund(cx, p, r, &m);
    unclear_begins(s, cx->now);
    return e;
}

err refund_begin(struct ctx *cx, struct payments *s, struct payment *p, struct refund *r)
{
    ASSERT(r->amount > 0 && r->amount <= p->captured - p->promised);
    r->attempt = 1;
    p->promised += r->amount;
    return begin(cx, s, p, r);
}

static err next_attempt(struct ctx *cx, struct payments *s, const struct payment *p, const struct refund *failed, struct refund *ret)
{
    *ret = (struct refund){ .payment = p->id, .source = failed->source, .source_id = failed->source_id, .attempt = failed->attempt + 1,
                            .amount = failed->amount, .reason = failed->reason };
    return begin(cx, s, p, ret);
}

err refund_again(struct ctx *cx, struct payments *s, struct payment *p, const struct refund *r, struct refund *ret_next)
{
    struct refund last;
    bool found;
    err e = store_refund_of(cx, r->source, r->source_id, &last, &found);
    if (e)
        return e;
    if (r->state != REFUND_FAILED || last.id != r->id || r->attempt == 0)
        return fail(cx, ERR_CONFLICT, "not_failed", "This refund is not one that failed and is still owed.", "실패하여 아직 환불되지 않은 건이 아닙니다.");
    p->refused -= r->amount;
    return next_attempt(cx, s, p, r, ret_next);
}

/* The provider has refused so often that people have to look: perhaps the buyer's account is closed. */
static err give_up(struct ctx *cx, struct payments *s, struct payment *p, const struct refund *r)
{
    struct money amount = { .amount = r->amount };
    memcpy(amount.currency, p->charged_currency, sizeof(amount.currency));
    p->refused += r->amount;
    err e = store_payment_update(cx, p);
    return e ? e : case_put(cx, s, &(struct case_order){
        .source = arena_fmt(cx->arena, "refund:%lld", (long long)r->id), .kind = CASE_REFUND_FAILED, .provider = p->provider, .payment = p->id,
        .refund = r->id, .booking = p->booking, .stored = case_money(cx, &amount), .proposed = CASE_RETRY_REFUND });
}

static err move(struct ctx *cx, struct payments *s, struct payment *p, struct refund *r, enum refund_state to)
{
    const char *from = refund_status_words[r->state];
    ASSERT(may_become[r->state] >> to & 1);
    r->state = to;
    r->updated_at = cx->now;
    p->refunded += to == REFUND_DONE ? r->amount : 0;
    err e = store_refund_update(cx, r);
    if (!e)
        e = store_payment_update(cx, p);
    if (e)
        return e;
    struct move m = record(cx, s, r, from);
    struct refund next;
    if (to == REFUND_FAILED)
        return r->attempt < s->refund_attempts ? next_attempt(cx, s, p, r, &next) : give_up(cx, s, p, r);
    e = ledger_refund(cx, p, r, &m);
    if (e || to != REFUND_DONE)
        return e;
    tell(cx, p, r->id, r->source == FOR_CANCELLATION ? r->source_id : 0, r->amount);
    return payment_end_returned(cx, s, p);
}

/* ---- steps of the stories ---- */

err refund_advance(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct refund_advance_in *in = in_;
    struct refund_advance_out *ret = ret_out;
    err e = store_refund(cx, in->refund, &ret->refund);
    if (!e)
        e = store_payment(cx, ret->refund.payment, &ret->payment);
    if (e)
        return e;
    if (in->ref.n)
        ret->refund.ref = in->ref;
    if (in->waits && !ret->refund.waiting_since)
        ret->refund.waiting_since = cx->now;
    if (may_become[ret->refund.state] >> in->to & 1)
        return move(cx, self, &ret->payment, &ret->refund, in->to);
    return in->to == ret->refund.state ? store_refund_update(cx, &ret->refund) : OK;
}

err refund_open(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct refund_open_in *in = in_;
    (void)self;
    return store_refund_open(cx, in->payment, in->after, ret_out);
}

err refund_load(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    (void)self;
    return store_refund(cx, *(const int64_t *)in, ret_out);
}

static err how_much(struct ctx *cx, const struct payment *p, const struct promise_in *in, int64_t *ret)
{
    int64_t left = p->captured - p->promised;
    *ret = in->amount && in->amount < left ? in->amount : left;
    if (p->captured == 0)
        return fail(cx, ERR_CONFLICT, "not_paid", "There is no money to give back: the payment is %s.", "환불할 결제 금액이 없습니다(%s).",
                    payment_status_words[payment_states[p->state].shown]);
    if (!in->capped && (left == 0 || in->amount > left))
        return fail(cx, ERR_CONFLICT, "refund_too_much", "At most %lld can still be given back.", "환불할 수 있는 금액은 최대 %lld입니다.",
                    (long long)left);
    return OK;
}

err refund_promise(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct promise_in *in = in_;
    struct promise_out *ret = ret_out;
    bool found = false;
    err e = store_payment(cx, in->payment, &ret->payment);
    if (!e && in->source != FOR_STAFF)
        e = store_refund_of(cx, in->source, in->source_id, &ret->refund, &found);
    if (e || found)
        return e;

    ret->refund = (struct refund){ .payment = in->payment, .source = in->source, .source_id = in->source_id, .reason = in->reason };
    e = how_much(cx, &ret->payment, in, &ret->refund.amount);
    if (e)
        return e;
    if (ret->refund.amount)
        return refund_begin(cx, self, &ret->payment, &ret->refund);
    tell(cx, &ret->payment, 0, in->source_id, 0);    /* staff was quicker: all of it is on its way already */
    return OK;
}
