/* The queue of mails: put in by the command that heard of an event, taken out when the mail server has it, refused it for good, or did not want it
 * within a day. Each failure puts it off for longer. */
#include "notify_int.h"

#include "platform/call/app.h"
#include "platform/crypto/crypto.h"
#include "platform/obs/log.h"
#include "platform/obs/metrics.h"

#define TRIES_MAX 12
#define MINUTE_MS INT64_C(60000)
#define PAUSE_MAX (10 * MINUTE_MS)                   /* of the server */

const char *const mail_kind_words[] = {
    [MAIL_AUTH] = "account",
    [MAIL_BOOKING_CONFIRMED] = "booking_confirmed",
    [MAIL_BOOKING_CANCELLED] = "booking_cancelled",
    [MAIL_REFUND_DONE] = "refund_done",
    [MAIL_SCHEDULE_CANCELLED] = "schedule_cancelled",
    [MAIL_SEAT_OFFERED] = "seat_offered",
    [MAIL_WEBHOOK_DISABLED] = "webhook_disabled",
    [MAIL_PAYMENT_CASE] = "payment_case",
    [MAIL_KINDS] = NULL,
};

const char *const mail_status_words[] = {
    [MAIL_QUEUED] = "queued", [MAIL_SENT] = "sent", [MAIL_DROPPED] = "dropped", [MAIL_DEAD] = "dead", NULL,
};

static const struct field facts_rows[] = {
    { .name = "booking", .type = F_INT, .at = offsetof(struct mail_facts, booking), .omit_empty = true },
    { .name = "schedule", .type = F_INT, .at = offsetof(struct mail_facts, schedule), .omit_empty = true },
    { .name = "seats", .type = F_INT, .at = offsetof(struct mail_facts, seats), .omit_empty = true },
    { .name = "refund", .type = F_MONEY, .at = offsetof(struct mail_facts, refund), .omit_empty = true },
    { .name = "fee", .type = F_MONEY, .at = offsetof(struct mail_facts, fee), .omit_empty = true },
    { .name = "until", .type = F_INT, .at = offsetof(struct mail_facts, until), .omit_empty = true },
    { .name = "grade", .type = F_STR, .at = offsetof(struct mail_facts, grade), .omit_empty = true },
    { .name = "url", .type = F_STR, .at = offsetof(struct mail_facts, url), .omit_empty = true },
    { .name = "payment_case", .type = F_INT, .at = offsetof(struct mail_facts, payment_case), .omit_empty = true },
    { .name = "case_kind", .type = F_STR, .at = offsetof(struct mail_facts, case_kind), .omit_empty = true },
};

const struct fields mail_facts_fields = { "MailFacts", sizeof(struct mail_facts), facts_rows, sizeof(facts_rows) / sizeof(facts_rows[0]) };

struct str notify_json(struct ctx *cx, const struct fields *f, const void *in)
{
    struct buf json;
    buf_init(&json, 64 * 1024);
    fields_encode(&json, f, &app_keys(cx->app)->ids, in);
    ASSERT(!json.full);
    struct str text = arena_str(cx->arena, buf_view(&json));
    buf_free(&json);
    return text;
}

void due_by(_Atomic int64_t *due, int64_t at)
{
    if (at < atomic_load(due))
        atomic_store(due, at);
}

/* ---- putting in ---- */

static void tell_unset(struct notify *s)
{
    if (s->smtp.url || s->told_unset)
        return;
    s->told_unset = true;
    LOG0(LOG_WARN, "no mail server is set (notify.smtp_url): mails are kept and not sent");
}

err mail_put(struct ctx *cx, struct notify *s, const struct mail_order *order)
{
    bool known, wanted;
    err e = store_mail_known(cx, order->kind, order->source, order->user, &known);
    if (!e)
        e = setting_allows(cx, order->user, order->kind, &wanted);
    if (e || known || !wanted)
        return e;
    struct mail m = {
        .id = sequence_next(&s->mails),
        .kind = order->kind,
        .source = order->source,
        .user = order->user,
        .facts = notify_json(cx, &mail_facts_fields, &order->facts),
        .due_at = cx->now,
        .created_at = cx->now,
    };
    store_mail_row_insert(cx, &m);
    tell_unset(s);
    due_by(&s->mail_due, m.due_at);
    return OK;
}

/* ---- sending goes on ---- */

int64_t mail_send_due(void *self)
{
    struct notify *s = self;
    int64_t due = atomic_load(&s->mail_due), pause = atomic_load(&s->server_not_before);
    if (!s->smtp.url)
        return INT64_MAX;
    return due > pause ? due : pause;
}

static err note_next(struct ctx *cx, struct notify *s)
{
    int64_t next;
    err e = store_mail_next(cx, &next);
    if (!e)
        atomic_store(&s->mail_due, next);
    return e;
}

static err take(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct mail *due = NEW_ARRAY(cx->arena, struct mail, MAIL_ROUND);
    struct list *ret = ret_out;
    size_t n;
    (void)in;
    err e = store_mails_due(cx, MAIL_ROUND, due, &n);
    if (e)
        return e;
    *ret = (struct list){ due, n };
    return n ? OK : note_next(cx, self);
}

const struct call mail_take_call = { .name = "notify.mail_take", .kind = CALL_COMMAND, .fn = take };

/* Twelve tries over a day. */
static int64_t wait_after(int64_t attempts)
{
    static const int minutes[TRIES_MAX] = { 1, 2, 5, 10, 20, 30, 60, 120, 240, 360, 480, 0 };
    return minutes[attempts < TRIES_MAX ? attempts - 1 : TRIES_MAX - 1] * MINUTE_MS;
}

static void pause_server(struct notify *s, int64_t now)
{
    int64_t failures = atomic_fetch_add(&s->server_failures, 1);
    int64_t pause = failures < 5 ? (INT64_C(30000) << failures) : PAUSE_MAX;
    atomic_store(&s->server_not_before, now + pause);
}

static void finish(struct ctx *cx, struct mail *m, enum mail_status status, struct metric *metric)
{
    m->status = status;
    m->due_at = 0;
    m->done_at = cx->now;
    metric_add(metric, 1);
}

static void put_off(struct ctx *cx, struct mail *m)
{
    metric_add(&mails_failed, 1);
    if (m->attempts >= TRIES_MAX)
        finish(cx, m, MAIL_DEAD, &mails_dead);
    else
        m->due_at = cx->now + wait_after(m->attempts);
}

static void judge(struct ctx *cx, struct notify *s, struct mail *m, enum mail_outcome outcome)
{
    if (outcome == OUTCOME_SENT || outcome == OUTCOME_REFUSED)
        atomic_store(&s->server_failures, 0);
    switch (outcome) {
    case OUTCOME_SENT: finish(cx, m, MAIL_SENT, &mails_sent); break;
    case OUTCOME_DROPPED: finish(cx, m, MAIL_DROPPED, &mails_dropped); break;
    case OUTCOME_REFUSED: finish(cx, m, MAIL_DEAD, &mails_dead); break;
    case OUTCOME_DOWN: pause_server(s, cx->now); put_off(cx, m); break;
    case OUTCOME_LATER: put_off(cx, m); break;
    }
}

static err done(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct mail_done *in = in_;
    struct notify *s = self;
    struct mail m;
    (void)ret_out;
    err e = store_mail_row(cx, in->mail, &m);
    if (e || m.status != MAIL_QUEUED)
        return e;
    m.attempts++;
    m.why = in->why.n > 200 ? str_of(in->why.p, 200) : in->why;
    judge(cx, s, &m, in->outcome);
    e = store_mail_row_update(cx, &m);
    return e ? e : note_next(cx, s);
}

const struct call mail_done_call = { .name = "notify.mail_done", .kind = CALL_COMMAND, .fn = done };

/* ---- what is over is forgotten ---- */

int64_t notify_prune_due(void *self)
{
    struct notify *s = self;
    return atomic_load(&s->prune_due);
}

static err prune(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct notify *s = self;
    bool more;
    (void)in;
    (void)ret_out;
    err e = store_notify_prune(cx, cx->now - s->keep_ms, NOTIFY_PRUNE_MAX, &more);
    if (!e)
        atomic_store(&s->prune_due, cx->now + (more ? 1000 : NOTIFY_PRUNE_MS));
    return e;
}

const struct call mail_prune_call = { "notify.prune", "Forgets mails and deliveries that were finished long ago.", CALL_COMMAND, NULL, NULL, prune };

/* ---- for staff ---- */

static void view(const struct mail *m, struct mail_view *ret)
{
    *ret = (struct mail_view){
        .id = m->id, .user = m->user, .kind = (int)m->kind, .status = (int)m->status, .attempts = m->attempts, .why = m->why,
        .created_at = m->created_at, .next_try_at = m->due_at, .done_at = m->done_at,
    };
}

err mails_list(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct page_in *in = in_;
    struct page_out *ret = ret_out;
    size_t limit = in->limit ? (size_t)in->limit : PAGE_LIMIT, n;
    struct mail *mails = NEW_ARRAY(cx->arena, struct mail, limit + 1);
    struct mail_view *views = NEW_ARRAY(cx->arena, struct mail_view, limit);
    (void)self;

    err e = store_mails(cx, in->has_status ? in->status : -1, in->cursor ? in->cursor : INT64_MAX, limit + 1, mails, &n);
    if (e)
        return e;
    ret->items = (struct list){ views, n < limit ? n : limit };
    for (size_t i = 0; i < ret->items.n; i++)
        view(&mails[i], &views[i]);
    ret->next = n > limit ? mails[limit - 1].id : 0;
    return OK;
}

err mail_retry(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct mail_in *in = in_;
    struct notify *s = self;
    struct mail m;
    err e = store_mail_row(cx, in->mail, &m);
    if (e)
        return e;
    if (m.status != MAIL_DEAD && m.status != MAIL_QUEUED)
        return fail(cx, ERR_CONFLICT, "mail_finished", "This mail was sent, or nobody is to get it any more.",
                    "이미 발송되었거나 더 이상 받을 사람이 없는 메일입니다.");
    m.status = MAIL_QUEUED;
    m.attempts = 0;
    m.due_at = cx->now;
    m.done_at = 0;
    e = store_mail_row_update(cx, &m);
    if (e)
        return e;
    atomic_store(&s->server_not_before, 0);
    due_by(&s->mail_due, m.due_at);
    view(&m, ret_out);
    return OK;
}
