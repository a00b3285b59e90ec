/* The table of profiles, and what they do to calls and webhooks. What they do to amounts and refunds stands in order.c, to connections in door.c. */
#include "psp.h"

const struct profile profiles[] = {
    { .name = "none", .what = "nothing goes wrong" },
    { .name = "timeout-before-charge", .strike = STRIKE_BEFORE, .what = "no answer, and nothing was done" },
    { .name = "timeout-after-charge", .strike = STRIKE_AFTER, .what = "done, but no answer" },
    { .name = "error-after-success", .strike = STRIKE_ERROR, .what = "done, but the answer is a 500" },
    { .name = "webhook-first", .strike = STRIKE_WEBHOOK_FIRST, .what = "the webhook is there before the answer" },
    { .name = "webhook-repeated", .hooks = HOOKS_REPEATED, .what = "each webhook comes 2 to 20 times" },
    { .name = "webhook-late", .hooks = HOOKS_LATE, .what = "webhooks come three days later" },
    { .name = "webhook-reordered", .hooks = HOOKS_REORDERED, .what = "a webhook waits for the next one of its order and comes after it" },
    { .name = "wrong-amount", .take = TAKE_OTHER_AMOUNT, .what = "takes another amount" },
    { .name = "wrong-currency", .take = TAKE_OTHER_CURRENCY, .what = "takes another currency" },
    { .name = "bad-signature", .hooks = HOOKS_FORGED, .what = "beside each webhook comes one that is wrongly signed or forged" },
    { .name = "replayed", .hooks = HOOKS_REPLAYED, .what = "each webhook comes again much later, once with its old signature" },
    { .name = "refund-fails", .refunds_fail = true, .what = "the first refund of an order is pending, then fails" },
    { .name = "throttle", .service = SERVICE_THROTTLED, .what = "429 with Retry-After above --rate calls a second" },
    { .name = "slow", .service = SERVICE_SLOW, .what = "every answer is held back" },
    { .name = "down", .service = SERVICE_DOWN, .what = "every connection is closed without an answer" },
};

const size_t profile_count = sizeof(profiles) / sizeof(profiles[0]);

const struct profile *profile_named(struct str name)
{
    for (size_t i = 0; i < profile_count; i++)
        if (str_eq(str_c(profiles[i].name), name))
            return &profiles[i];
    return NULL;
}

/* ---- calls ---- */

static bool strikes(struct ask *a, struct order *o, enum call_kind kind)
{
    if (o->profile->strike == STRIKE_NOT || (o->struck & kind))
        return false;
    o->struck |= kind;
    a->psp->faults++;
    return true;
}

bool fault_before(struct ask *a, struct order *o, enum call_kind kind)
{
    if (o->profile->strike != STRIKE_BEFORE || !strikes(a, o, kind))
        return false;
    a->fate = FATE_LOST;
    a->unsaved = true;
    return true;
}

void fault_after(struct ask *a, struct order *o, enum call_kind kind)
{
    if (!strikes(a, o, kind))
        return;
    if (o->profile->strike == STRIKE_AFTER)
        a->fate = FATE_LOST;
    if (o->profile->strike != STRIKE_ERROR)
        return;
    if (o->vendor == TOSS)
        toss_refuse(a, 500, "FAILED_INTERNAL_SYSTEM_PROCESSING", "내부 시스템 처리 작업이 실패했습니다. 잠시 후 다시 시도해주세요.");
    else
        stripe_refuse(a, 500, "api_error", NULL, NULL, "An unknown error occurred.");
}

/* ---- webhooks ---- */

static void send_again(struct psp *p, struct order *o, const struct hook *first)
{
    struct hook again = *first;
    uint64_t before;
    again.then = NULL;
    switch (o->profile->hooks) {
    case HOOKS_REPEATED:
        for (uint64_t n = 1 + rng_below(&p->rng, 19); n > 0; n--) {
            again.due = first->due + (int64_t)rng_below(&p->rng, 2000);
            hooks_send(p->hooks, &again);
        }
        break;
    case HOOKS_REORDERED:
        before = o->parked;
        if (before)
            hooks_hurry(p->hooks, before, psp_now(p) + 400);
        break;
    case HOOKS_REPLAYED:
        again.due = first->due + 3 * DAY_MS;
        hooks_send(p->hooks, &again);
        if (o->vendor == STRIPE) {
            again.signed_at = first->due;
            again.forged = true;
            hooks_send(p->hooks, &again);
        }
        break;
    default:
        break;
    }
}

/* Beside the right one: of Stripe the same body under another secret, of Toss a body that is not true. */
static void send_forged(struct psp *p, struct ask *a, struct order *o, const struct hook *right)
{
    struct arena *arena = a ? a->arena : p->book.arena;
    struct hook forged = *right;
    forged.then = NULL;
    forged.forged = true;
    if (o->vendor == STRIPE)
        forged.secret = S("whsec_of_somebody_else");
    else
        forged.body = toss_forged(p, arena, o);
    hooks_send(p->hooks, &forged);
}

void psp_tell(struct psp *p, struct ask *a, struct order *o, struct str body)
{
    struct hook hook = { .url = p->urls[o->vendor], .body = body, .due = psp_now(p) };
    bool park = o->profile->hooks == HOOKS_REORDERED && !o->parked;
    if (!hook.url.n)
        return;
    if (o->vendor == STRIPE)
        hook.secret = p->webhook_secret;
    if (o->profile->hooks == HOOKS_LATE || park)
        hook.due += 3 * DAY_MS;
    if (a && o->profile->strike == STRIKE_WEBHOOK_FIRST && !a->held) {
        a->held = NEW(a->arena, struct held);
        a->fate = FATE_AFTER_WEBHOOK;
        hook.loop = a->request->loop;
        hook.then = &a->held->task;
    }
    if (o->profile->hooks == HOOKS_FORGED)
        send_forged(p, a, o, &hook);
    uint64_t number = hooks_send(p->hooks, &hook);
    send_again(p, o, &hook);
    if (o->profile->hooks == HOOKS_REORDERED)
        o->parked = park ? number : 0;
    p->faults += o->profile->hooks != HOOKS_ONCE;
}
