/* The page that a buyer is sent to: approve or decline. "refuse" is a buyer who approves with a card that its company then refuses. */
#include "psp.h"

static void answer_html(struct ask *a, int status, const char *text)
{
    a->status = status;
    a->type = S("text/html; charset=utf-8");
    buf_clear(a->out);
    buf_fmt(a->out, "<!doctype html><meta charset=utf-8><title>takenseat-psp</title><h1>takenseat-psp</h1>%s", text);
}

static void redirect(struct ask *a, struct str to)
{
    if (!to.n) {
        answer_html(a, 200, "<p>Done.</p>");
        return;
    }
    a->status = 303;
    a->location = to;
    a->type = (struct str){ 0 };
    buf_clear(a->out);
}

/* Adds query parameters to a merchant's URL. */
static struct str with(struct ask *a, struct str url, struct str query)
{
    return arena_fmt(a->arena, "%.*s%c%.*s", STR_ARG(url), url.n && memchr(url.p, '?', url.n) ? '&' : '?', STR_ARG(query));
}

/* success_url with {CHECKOUT_SESSION_ID} replaced. */
static struct str with_session(struct ask *a, struct str url, struct str session)
{
    static const char mark[] = "{CHECKOUT_SESSION_ID}";
    const char *at = url.n ? memmem(url.p, url.n, mark, sizeof(mark) - 1) : NULL;
    if (!at)
        return url;
    size_t before = (size_t)(at - url.p), after = before + sizeof(mark) - 1;
    return arena_fmt(a->arena, "%.*s%.*s%.*s", (int)before, url.p, STR_ARG(session), (int)(url.n - after), url.p + after);
}

/* The open order behind the page; answers when there is none. */
static struct order *order_of(struct ask *a)
{
    for (int merchant = 1; merchant <= a->psp->merchants; merchant++) {
        struct order *o = order_find(a->psp, merchant, "page", a->param[0]);
        if (o)
            order_age(a->psp, o, false);
        if (o && o->state == ORDER_OPEN)
            return o;
        if (o) {
            answer_html(a, 410, "<p>This payment is over.</p>");
            return NULL;
        }
    }
    answer_html(a, 404, "<p>There is no such payment.</p>");
    return NULL;
}

static void show(struct ask *a)
{
    const struct order *o = order_of(a);
    if (!o)
        return;
    answer_html(a, 200, "");
    buf_fmt(a->out, "<p>%lld %s</p>", (long long)o->amount.amount, o->amount.currency);
    for (size_t i = 0; i < 3; i++) {
        static const char *const words[] = { "approve", "decline", "refuse" };
        buf_fmt(a->out, "<form method=post action=\"/pay/%.*s/%s\"><button>%s</button></form>", STR_ARG(o->session), words[i], words[i]);
    }
}

static void succeed(struct ask *a, struct order *o)
{
    if (o->vendor == TOSS) {
        toss_approve(a->psp, a, o);
        redirect(a, with(a, o->success_url, arena_fmt(a->arena, "paymentType=NORMAL&orderId=%.*s&paymentKey=%.*s&amount=%lld",
            STR_ARG(o->order_id), STR_ARG(o->ref), (long long)o->amount.amount)));
    } else {
        stripe_approve(a->psp, a, o);
        redirect(a, with_session(a, o->success_url, o->session));
    }
}

static void approve(struct ask *a)
{
    struct order *o = order_of(a);
    if (o)
        succeed(a, o);
}

static void decline(struct ask *a)
{
    struct order *o = order_of(a);
    if (!o)
        return;
    if (o->vendor == TOSS) {
        o->state = ORDER_DECLINED;
        redirect(a, with(a, o->fail_url, arena_fmt(a->arena, "code=PAY_PROCESS_CANCELED&message=%s&orderId=%.*s",
            "%EC%B7%A8%EC%86%8C%EB%90%A8", STR_ARG(o->order_id))));
        toss_tell(a->psp, a, o, "PAYMENT_STATUS_CHANGED");
    } else {
        redirect(a, o->fail_url);
    }
}

static void refuse(struct ask *a)
{
    struct order *o = order_of(a);
    if (!o)
        return;
    o->refused = true;
    if (o->vendor == TOSS) {
        succeed(a, o);
    } else {
        stripe_decline(a->psp, a, o);
        answer_html(a, 402, "<p>The card was declined.</p>");
    }
}

const struct route page_routes[] = {
    { "GET", "/pay/{}", show, NULL },
    { "POST", "/pay/{}/approve", approve, NULL },
    { "POST", "/pay/{}/decline", decline, NULL },
    { "POST", "/pay/{}/refuse", refuse, NULL },
    { NULL, NULL, NULL, NULL },
};
