/* What a mail says: who it goes to, and the values of its template, asked for at the moment of sending. */
#include "notify_int.h"

#include "platform/call/app.h"
#include "platform/crypto/crypto.h"
#include "platform/obs/log.h"
#include "services/auth/auth.h"
#include "services/booking/booking.h"
#include "services/performance/performance.h"

struct letter {
    struct ctx *cx;
    struct notify *s;
    struct mail_facts facts;
    struct message *ret;
    struct str values[VALUES];
};

static struct str public_id(struct letter *l, enum id_kind kind, int64_t id)
{
    char text[ID_TEXT];
    id_encode(&app_keys(l->cx->app)->ids, kind, id, text);
    return arena_str(l->cx->arena, str_of(text, ID_TEXT));
}

/* A page of the web client. */
static struct str page(struct letter *l, const char *folder, struct str id)
{
    return arena_fmt(l->cx->arena, "%.*s/%s/%.*s", STR_ARG(l->s->public_url), folder, STR_ARG(id));
}

static struct str money(struct letter *l, struct money m)
{
    return render_money(l->cx->arena, l->ret->lang, m);
}

static struct str amount(struct letter *l, int64_t n, const struct booking_facts *of)
{
    struct money m = { .amount = n };
    memcpy(m.currency, of->currency, sizeof(m.currency));
    return money(l, m);
}

static struct str when(struct letter *l, int64_t ms)
{
    return render_time(l->cx->arena, l->ret->lang, ms, l->s->utc_offset_minutes);
}

static struct str number(struct letter *l, int64_t n)
{
    return n ? arena_fmt(l->cx->arena, "%lld", (long long)n) : (struct str){ 0 };
}

/* ---- to whom ---- */

/* An account that is closed gets no more mail. */
static err gone_if_missing(struct ctx *cx, err e, bool *ret_gone)
{
    if (e != ERR_MISSING)
        return e;
    fail_clear(cx);
    *ret_gone = true;
    return OK;
}

static err to_user(struct letter *l, int64_t user, bool *ret_gone)
{
    struct contact contact;
    err e = call_run(l->cx, &auth_contact_call, &(struct contact_ref){ user }, &contact);
    if (e)
        return gone_if_missing(l->cx, e, ret_gone);
    l->ret->to = contact.email;
    l->ret->to_name = contact.name;
    l->ret->lang = contact.lang;
    return OK;
}

/* ---- what about ---- */

static err about_account(struct letter *l, const struct mail *m, const char **ret_template, bool *ret_gone)
{
    struct mail_link link;
    err e = call_run(l->cx, &auth_link_make_call, &(struct mail_ref){ m->source }, &link);
    if (e)
        return gone_if_missing(l->cx, e, ret_gone);
    *ret_gone = link.gone;
    if (link.gone)
        return OK;
    l->ret->to = link.to;
    l->ret->to_name = link.name;
    l->ret->lang = link.lang;
    if (link.path.n)
        l->values[VALUE_LINK] = arena_fmt(l->cx->arena, "%.*s%.*s", STR_ARG(l->s->public_url), STR_ARG(link.path));
    *ret_template = auth_mail_words[link.kind];
    return OK;
}

static struct str seat_list(struct letter *l, const struct list *seats)
{
    struct buf text;
    const struct str *at = seats->at;
    buf_init(&text, 64 * 1024);
    for (size_t i = 0; i < seats->n; i++) {
        buf_str(&text, i ? S(", ") : S(""));
        buf_str(&text, at[i]);
    }
    struct str ret = arena_str(l->cx->arena, buf_view(&text));
    buf_free(&text);
    return ret;
}

static err about_booking(struct letter *l, bool *ret_gone)
{
    struct booking_facts facts;
    err e = call_run(l->cx, &booking_facts_call, &(struct facts_ref){ l->facts.booking }, &facts);
    if (e)
        return gone_if_missing(l->cx, e, ret_gone);
    struct str *v = l->values;
    v[VALUE_LINK] = page(l, "tickets", public_id(l, ID_BOOKING, l->facts.booking));
    v[VALUE_CODE] = facts.code;
    v[VALUE_TITLE] = facts.title;
    v[VALUE_HALL] = facts.hall_name;
    v[VALUE_WHEN] = when(l, facts.starts_at);
    v[VALUE_SEATS] = seat_list(l, &facts.seats);
    v[VALUE_TOTAL] = amount(l, facts.total, &facts);
    v[VALUE_DUE] = amount(l, facts.due, &facts);
    v[VALUE_COUNT] = number(l, l->facts.seats);
    v[VALUE_FEE] = money(l, l->facts.fee);
    v[VALUE_REFUND] = money(l, l->facts.refund);
    return OK;
}

static err about_offer(struct letter *l, bool *ret_gone)
{
    struct schedule_facts facts;
    if (l->facts.until <= l->cx->now) {
        *ret_gone = true;
        return OK;
    }
    err e = call_run(l->cx, &performance_schedule_facts, &(struct schedule_ref){ l->facts.schedule }, &facts);
    if (e)
        return gone_if_missing(l->cx, e, ret_gone);
    struct str *v = l->values;
    v[VALUE_LINK] = arena_fmt(l->cx->arena, "%.*s/seats", STR_ARG(page(l, "schedules", public_id(l, ID_SCHEDULE, l->facts.schedule))));
    v[VALUE_TITLE] = facts.title;
    v[VALUE_HALL] = facts.hall_name;
    v[VALUE_WHEN] = when(l, facts.starts_at);
    v[VALUE_GRADE] = l->facts.grade;
    v[VALUE_COUNT] = number(l, l->facts.seats);
    v[VALUE_UNTIL] = when(l, l->facts.until);
    return OK;
}

/* A kind that is not known here is told by its word. */
static void about_case(struct letter *l)
{
    static const struct {
        const char *kind, *text[2];          /* by enum lang */
    } kinds[] = {
        { "webhook_mismatch", { "A provider told of a payment what differs from what is stored", "결제 대행사의 통지 내용이 저장된 결제와 다릅니다" } },
        { "foreign_charge", { "A provider answered with a charge of another order", "결제 대행사가 다른 주문의 결제로 응답했습니다" } },
        { "refund_failed", { "A provider refuses a refund that is owed to a buyer", "구매자에게 돌려줄 환불을 결제 대행사가 거절했습니다" } },
        { "unclear_too_long", { "The outcome of a payment has been unclear for ten minutes", "결제 결과를 10분 넘게 확인하지 못했습니다" } },
        { "charge_unknown", { "A provider's books have a charge that is not known here", "결제 대행사 장부에 확인되지 않은 결제가 있습니다" } },
        { "books_differ", { "A provider's books and ours differ", "결제 대행사의 장부와 우리 장부가 서로 다릅니다" } },
    };
    l->values[VALUE_CODE] = public_id(l, ID_CASE, l->facts.payment_case);
    l->values[VALUE_TITLE] = l->facts.case_kind;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (str_eq(l->facts.case_kind, str_c(kinds[i].kind)))
            l->values[VALUE_TITLE] = str_c(kinds[i].text[l->ret->lang]);
}

static err about(struct letter *l, const struct mail *m, const char **ret_template, bool *ret_gone)
{
    if (m->kind == MAIL_AUTH)
        return about_account(l, m, ret_template, ret_gone);
    *ret_template = mail_kind_words[m->kind];
    err e = to_user(l, m->user, ret_gone);
    if (e || *ret_gone)
        return e;
    if (m->kind == MAIL_SEAT_OFFERED)
        return about_offer(l, ret_gone);
    if (m->kind == MAIL_WEBHOOK_DISABLED)
        l->values[VALUE_URL] = l->facts.url;
    else if (m->kind == MAIL_PAYMENT_CASE)
        about_case(l);
    else
        return about_booking(l, ret_gone);
    return OK;
}

err mail_compose(struct ctx *cx, struct notify *s, const struct mail *m, struct message *ret, bool *ret_gone)
{
    struct letter l = { .cx = cx, .s = s, .ret = ret };
    const char *template = NULL;
    *ret = (struct message){ .from = s->from, .from_name = s->from_name, .date = m->created_at };
    *ret_gone = false;
    err e = fields_decode(cx, &mail_facts_fields, &app_keys(cx->app)->ids, m->facts, &l.facts);
    if (!e)
        e = about(&l, m, &template, ret_gone);
    if (e || *ret_gone)
        return e;
    l.values[VALUE_NAME] = ret->to_name;
    l.values[VALUE_SITE] = s->public_url;
    ret->id = arena_fmt(cx->arena, "%.*s.%lld@%.*s", STR_ARG(public_id(&l, ID_MAIL, m->id)), (long long)m->created_at, STR_ARG(s->message_host));
    render(cx->arena, template, ret->lang, l.values, &ret->text);
    return OK;
}
