/* Money that comes by transfer goes back by transfer: to an account that only its buyer can name. It is kept sealed and shown masked. */
#include "refund_account.h"
#include "payment_int.h"

#include "base/clock.h"
#include "platform/call/app.h"
#include "platform/crypto/crypto.h"

#define SHOWN 4               /* digits of a number */

static struct str purpose(struct ctx *cx, int64_t payment)
{
    return arena_fmt(cx->arena, "payment_refund_account:%lld", (long long)payment);
}

static err mine(struct ctx *cx, int64_t id, struct payment *ret)
{
    err e = call_run(cx, &payment_load_call, &(struct payment_in){ id }, ret);
    if (!e && ret->user != cx->actor.user)
        return fail(cx, ERR_MISSING, NULL, "There is no such payment.", "그런 결제가 없습니다.");
    return e;
}

/* ---- the row ---- */

err refund_account_find(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    int64_t payment = *(const int64_t *)in;
    struct refund_account *ret = ret_out;
    struct str sealed, text;
    bool found;
    (void)self;
    *ret = (struct refund_account){ 0 };
    err e = store_refund_account(cx, payment, &sealed, &found);
    if (e || !found)
        return e;
    if (!secret_open(cx->arena, app_keys(cx->app)->secrets, purpose(cx, payment), sealed, &text))
        return fail(cx, ERR_INTERNAL, NULL, "An account for refunds cannot be opened.", "환불 계좌를 열 수 없습니다.");
    ret->bank = str_cut(&text, '\n');
    ret->number = str_cut(&text, '\n');
    ret->holder = text;
    return OK;
}

err refund_account_put(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct refund_account_in *in = in_;
    const struct refund_account *a = &in->account;
    (void)self;
    (void)ret_out;
    struct str text = arena_fmt(cx->arena, "%.*s\n%.*s\n%.*s", STR_ARG(a->bank), STR_ARG(a->number), STR_ARG(a->holder));
    return store_refund_account_put(cx, in->payment, secret_seal(cx->arena, app_keys(cx->app)->secrets, purpose(cx, in->payment), text));
}

const struct call refund_account_find_call = { .name = "payment.refund_account_find", .kind = CALL_READ, .fn = refund_account_find };
const struct call refund_account_put_call = { .name = "payment.refund_account_put", .kind = CALL_COMMAND, .fn = refund_account_put };

/* ---- routes ---- */

static struct str stars_and(struct ctx *cx, size_t stars, struct str rest)
{
    struct str text = arena_fmt(cx->arena, "%*s%.*s", (int)stars, "", STR_ARG(rest));
    memset((char *)text.p, '*', stars);
    return text;
}

/* The last digits of the number, the first character of the name. */
static void masked(struct ctx *cx, const struct refund_account *a, struct refund_account_view *ret)
{
    size_t shown = a->number.n > SHOWN ? SHOWN : 0, first = 1;
    while (first < a->holder.n && ((unsigned char)a->holder.p[first] & 0xc0) == 0x80)
        first++;
    ret->bank = a->bank;
    ret->number = stars_and(cx, a->number.n - shown, str_of(a->number.p + a->number.n - shown, shown));
    ret->holder = arena_fmt(cx->arena, "%.*s**", (int)first, a->holder.p);
}

err refund_account_give(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    struct payments *s = self;
    const struct refund_account_in *in = in_;
    struct payment p;
    err e = mine(cx, in->payment, &p);
    if (e)
        return e;
    if (!p.provider->deposit)
        return fail(cx, ERR_CONFLICT, "not_by_transfer", "This payment does not go back by transfer; nothing is needed.",
                    "이체로 환불되는 결제가 아니므로 계좌를 입력할 필요가 없습니다.");
    e = call_run(cx, &refund_account_put_call, in, NULL);
    if (e)
        return e;
    if (payment_unfinished(&p))
        watch_add(&s->watch, p.id, clock_now(app_clock(cx->app)));
    masked(cx, &in->account, ret_out);
    return OK;
}

err deposit_show(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct payment_in *in = in_;
    struct payment p;
    struct charge charge;
    err e = mine(cx, in->payment, &p);
    if (e)
        return e;
    if (p.state != PAYMENT_PENDING || !p.provider->deposit)
        return fail(cx, ERR_MISSING, NULL, "No deposit is waited for.", "입금을 기다리는 결제가 아닙니다.");
    e = payment_charge(cx, self, &p, &charge);
    return e ? e : p.provider->deposit(cx, &charge, ret_out);
}
