/* The double-entry ledger: what each move of a payment or refund means for the money, written in the transaction of the move, so that the books
 * cannot differ from the states. Debits are positive. Where the money stands follows from the payment alone (ledger_balances in fees.h); an
 * entry is what a move changes of that, so its lines sum to 0. */
#include "ledger.h"

#include "platform/call/app.h"
#include "platform/config/config.h"
#include "platform/obs/log.h"
#include "services/booking/booking.h"

static const char *const accounts[LEDGER_ACCOUNTS] = {
    [ACCOUNT_PROVIDER] = "provider",
    [ACCOUNT_BUYER] = "buyer",
    [ACCOUNT_REFUND_DUE] = "refund_due",
    [ACCOUNT_ORGANIZER] = "organizer",
    [ACCOUNT_PLATFORM_FEE] = "platform_fee",
    [ACCOUNT_TAX] = "tax",
    [ACCOUNT_PROVIDER_FEE] = "provider_fee",
    [ACCOUNT_RETAINED_FEE] = "retained_fee",
};

/* ---- fees, as they are configured ---- */

static bool kept_by_platform(const struct config *c)
{
    return str_eq(config_str(c, "payment.retained_fee_to"), S("platform"));
}

/* Of a fee's settings one is by rate (payment.toss_fee_bp) and one for each payment (payment.toss_fee_fixed). */
static const char *key_of(struct ctx *cx, const char *whose, const char *part)
{
    return arena_fmt(cx->arena, "payment.%s_fee_%s", whose, part).p;
}

static err check_fixed(struct ctx *cx, const struct config *c, const char *whose)
{
    int64_t amount;
    const char *key = key_of(cx, whose, "fixed");
    if (fee_fixed_of(config_str(c, key), S("KRW"), &amount))
        return OK;
    return fail(cx, ERR_INPUT, NULL, "%s: write amounts like \"KRW 500, USD 30\", in minor units.",
                "%s: \"KRW 500, USD 30\"과 같이 최소 화폐 단위의 금액을 적어야 합니다.", key);
}

err ledger_check_config(struct ctx *cx, const struct config *c)
{
    if (!kept_by_platform(c) && !str_eq(config_str(c, "payment.retained_fee_to"), S("organizer")))
        return fail(cx, ERR_INPUT, NULL, "payment.retained_fee_to: write organizer or platform.",
                    "payment.retained_fee_to: organizer 또는 platform이어야 합니다.");
    err e = check_fixed(cx, c, "platform");
    for (int i = 0; !e && provider_words[i]; i++)
        e = check_fixed(cx, c, provider_words[i]);
    return e;
}

static int64_t fixed_now(struct ctx *cx, const struct config *c, const char *whose, const char *currency)
{
    int64_t amount = 0;
    bool read = fee_fixed_of(config_str(c, key_of(cx, whose, "fixed")), str_c(currency), &amount);
    ASSERT(read);                            /* ledger_check_config has looked */
    return amount;
}

static struct fee_rates rates_now(struct ctx *cx, const struct config *c, const struct payment *p)
{
    return (struct fee_rates){
        .platform_bp = config_int(c, key_of(cx, "platform", "bp")),
        .platform_fixed = fixed_now(cx, c, "platform", p->charged_currency),
        .vat_permille = config_int(c, "payment.vat_permille"),
        .provider_bp = config_int(c, key_of(cx, p->provider->name, "bp")),
        .provider_fixed = fixed_now(cx, c, p->provider->name, p->charged_currency),
    };
}

/* The money has come: from now on its fees are what they are. */
static void fix_fees(struct ctx *cx, const struct payment *p, struct booked *ret)
{
    const struct config *c = app_config(cx->app);
    struct fee_rates rates = rates_now(cx, c, p);
    *ret = (struct booked){ .fees = fees_of(p->captured, &rates), .retained_to = kept_by_platform(c) ? 0 : p->organizer,
                             .ticket_vat = config_int(c, "payment.ticket_vat_permille") };
    store_fee_insert(cx, p->id, &rates, ret);
}

/* ---- entries ---- */

static struct holding holding_of(const struct payment *p, const struct booked *b)
{
    return (struct holding){ .captured = p->captured, .promised = p->promised, .refunded = p->refunded, .sold = p->state == PAYMENT_PAID,
                             .fees = b->fees, .retained = b->retained };
}

static int64_t owner_of(enum ledger_account account, const struct payment *p, const struct booked *b)
{
    return account == ACCOUNT_ORGANIZER ? p->organizer : account == ACCOUNT_RETAINED_FEE ? b->retained_to : 0;
}

struct entry {
    const struct payment *payment;
    const struct booked *booked;
    const struct move *move;
    int64_t cancellation;
    struct holding before, after;
};

static void book(struct ctx *cx, const struct entry *e)
{
    int64_t before[LEDGER_ACCOUNTS], after[LEDGER_ACCOUNTS];
    ledger_balances(&e->before, before);
    ledger_balances(&e->after, after);
    for (int i = 0; i < LEDGER_ACCOUNTS; i++)
        if (after[i] != before[i])
            store_ledger_insert(cx, &(struct ledger_line){ .move = e->move, .cancellation = e->cancellation, .account = accounts[i],
                                                           .organizer = owner_of((enum ledger_account)i, e->payment, e->booked),
                                                           .amount = after[i] - before[i], .currency = e->payment->charged_currency });
}

err ledger_payment(struct ctx *cx, const struct payment *p, const struct move *m)
{
    struct booked b;
    bool came_before;
    if (p->captured == 0)
        return OK;
    err e = store_booked(cx, p->id, &b, &came_before);
    if (e)
        return e;

    if (!came_before)
        fix_fees(cx, p, &b);
    struct entry entry = { .payment = p, .booked = &b, .move = m, .before = holding_of(p, &b), .after = holding_of(p, &b) };
    entry.before.captured = came_before ? p->captured : 0;
    entry.before.sold = payment_state_of(str_c(m->from)) == PAYMENT_PAID;
    book(cx, &entry);
    return OK;
}

err ledger_refund(struct ctx *cx, const struct payment *p, const struct refund *r, const struct move *m)
{
    struct booked b;
    bool came;
    err e = store_booked(cx, p->id, &b, &came);
    if (e)
        return e;

    ASSERT(came);
    struct entry entry = { .payment = p, .booked = &b, .move = m, .before = holding_of(p, &b), .after = holding_of(p, &b) };
    if (r->state == REFUND_CREATED)
        entry.before.promised -= r->amount;
    if (r->state == REFUND_DONE)
        entry.before.refunded -= r->amount;
    book(cx, &entry);
    return OK;
}

/* ---- what a cancellation keeps ---- */

err ledger_retain(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct payments *s = self;
    const struct retained *in = in_;
    struct payment p;
    struct booked b;
    bool known, came;
    (void)ret_out;

    err e = store_retained_known(cx, in->cancellation, &known);
    if (e || known)
        return e;
    e = store_payment(cx, in->payment, &p);
    if (!e)
        e = store_booked(cx, in->payment, &b, &came);
    if (e)
        return e;
    if (!came)
        return fail(cx, ERR_CONFLICT, "not_paid", "Nothing was paid, so nothing can be kept of it.", "결제된 금액이 없어 수수료를 남길 수 없습니다.");

    store_retained_insert(cx, in);
    const char *state = payment_states[p.state].word;
    struct move m = { sequence_next(&s->moves), p.id, 0, state, state, "fee_kept" };
    store_move_insert(cx, &m);
    struct entry entry = { .payment = &p, .booked = &b, .move = &m, .cancellation = in->cancellation, .before = holding_of(&p, &b),
                           .after = holding_of(&p, &b) };
    entry.after.retained += in->amount;
    book(cx, &entry);
    return OK;
}

err ledger_cancelled(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct booking_cancelled *in = in_;
    err e = OK;
    if (in->payment && in->fee)
        e = call_run(cx, &ledger_retain_call, &(struct retained){ in->cancellation, in->payment, in->fee }, NULL);
    return e ? e : refund_cancelled(cx, self, in, ret_out);
}
