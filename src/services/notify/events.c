/* What notify hears. Each event becomes, in one command, a mail to the person it concerns and deliveries to the webhooks of the organizer; heard
 * again it changes nothing. */
#include "services/auth/auth.h"
#include "services/booking/booking.h"
#include "services/payment/payment.h"
#include "services/performance/performance.h"
#include "webhook.h"

#include "platform/obs/log.h"

/* ---- bodies: only what is used here is read ---- */

struct heard {
    int64_t mail, schedule, performance, user, offer, seats, until;
    struct str grade, rest;
};

#define HEARD_ID(word, kind, member) { .name = word, .type = F_ID, .id = kind, .at = offsetof(struct heard, member) }
#define UNUSED(word)                 { .name = word, .type = F_RAW, .at = offsetof(struct heard, rest), .optional = true }

FIELDS(mail_wanted_fields, "HeardMailWanted", struct heard,
    HEARD_ID("mail_id", ID_MAIL, mail), HEARD_ID("user_id", ID_USER, user), UNUSED("kind"));

FIELDS(user_left_fields, "HeardUserLeft", struct heard, HEARD_ID("user_id", ID_USER, user), UNUSED("roles"));

FIELDS(offered_fields, "HeardOffered", struct heard,
    HEARD_ID("offer_id", ID_OFFER, offer), HEARD_ID("schedule_id", ID_SCHEDULE, schedule), HEARD_ID("user_id", ID_USER, user),
    { .name = "seats", .type = F_INT, .at = offsetof(struct heard, seats) },
    { .name = "grade", .type = F_STR, .at = offsetof(struct heard, grade) },
    { .name = "until", .type = F_TIME, .at = offsetof(struct heard, until) });

FIELDS(schedule_cancelled_fields, "HeardScheduleCancelled", struct heard,
    HEARD_ID("schedule_id", ID_SCHEDULE, schedule), HEARD_ID("performance_id", ID_PERFORMANCE, performance), UNUSED("reason"));

/* ---- what webhooks are told ---- */

struct told {
    int64_t booking, schedule, performance, cancellation;
    struct str code;
    int64_t seats;
    struct money total, refund, fee;
    bool has_reason;
    int reason;
};

FIELDS(told_fields, "WebhookData", struct told,
    { .name = "booking_id", .type = F_ID, .id = ID_BOOKING, .at = offsetof(struct told, booking), .omit_empty = true },
    { .name = "cancellation_id", .type = F_ID, .id = ID_CANCELLATION, .at = offsetof(struct told, cancellation), .omit_empty = true },
    { .name = "schedule_id", .type = F_ID, .id = ID_SCHEDULE, .at = offsetof(struct told, schedule), .omit_empty = true },
    { .name = "performance_id", .type = F_ID, .id = ID_PERFORMANCE, .at = offsetof(struct told, performance), .omit_empty = true },
    { .name = "code", .type = F_STR, .at = offsetof(struct told, code), .omit_empty = true },
    { .name = "seats", .type = F_INT, .at = offsetof(struct told, seats), .omit_empty = true },
    { .name = "total", .type = F_MONEY, .at = offsetof(struct told, total), .omit_empty = true },
    { .name = "refund", .type = F_MONEY, .at = offsetof(struct told, refund), .omit_empty = true },
    { .name = "fee", .type = F_MONEY, .at = offsetof(struct told, fee), .omit_empty = true },
    { .name = "reason", .type = F_ENUM, .words = cancel_reason_words, .at = offsetof(struct told, reason), .has_at = offsetof(struct told, has_reason),
      .omit_empty = true });

/* ---- both, in one command ---- */

struct note {
    bool has_mail;
    struct mail_order mail;
    bool has_happening;
    struct happening happening;
};

static err note(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct note *in = in_;
    (void)ret_out;
    err e = in->has_mail ? mail_put(cx, self, &in->mail) : OK;
    if (!e && in->has_happening)
        e = delivery_put(cx, self, &in->happening);
    return e;
}

const struct call notify_note_call = { .name = "notify.note", .kind = CALL_COMMAND, .fn = note };

static struct money money_of(int64_t amount, struct str currency)
{
    struct money m = { .amount = amount };
    ASSERT(currency.n < sizeof(m.currency));
    memcpy(m.currency, currency.p, currency.n);
    return m;
}

/* A booking that booking itself does not know any more concerns no organizer. */
static err facts_of(struct ctx *cx, int64_t booking, struct booking_facts *ret)
{
    *ret = (struct booking_facts){ 0 };
    err e = call_run(cx, &booking_facts_call, &(struct facts_ref){ booking }, ret);
    if (e != ERR_MISSING)
        return e;
    fail_clear(cx);
    return OK;
}

/* Of a booking: who sells it is told `told`, and the buyer gets `mail`. */
static err note_booking(struct ctx *cx, struct mail_order mail, enum hook_event event, struct told told)
{
    struct booking_facts facts;
    err e = facts_of(cx, told.booking, &facts);
    if (e)
        return e;
    told.schedule = facts.schedule;
    told.performance = facts.performance;
    told.code = facts.code;
    struct happening h = { .owner = facts.owner, .event = event, .source = mail.source, .data = notify_json(cx, &told_fields, &told) };
    return call_run(cx, &notify_note_call, &(struct note){ .has_mail = true, .mail = mail, .has_happening = true, .happening = h }, NULL);
}

/* ---- events ---- */

static err heard_confirmed(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct booking_confirmed *in = in_;
    struct mail_order mail = { .kind = MAIL_BOOKING_CONFIRMED, .source = in->booking, .user = in->user, .facts.booking = in->booking };
    (void)self;
    (void)ret_out;
    return note_booking(cx, mail, HOOK_CONFIRMED,
                        (struct told){ .booking = in->booking, .seats = in->seats, .total = money_of(in->total, in->currency) });
}

static err heard_cancelled(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct booking_cancelled *in = in_;
    struct money refund = money_of(in->refund, in->currency), fee = money_of(in->fee, in->currency);
    struct mail_order mail = {
        .kind = in->reason == CANCEL_SCHEDULE ? MAIL_SCHEDULE_CANCELLED : MAIL_BOOKING_CANCELLED, .source = in->cancellation, .user = in->user,
        .facts = { .booking = in->booking, .seats = in->seats, .refund = refund, .fee = fee },
    };
    (void)self;
    (void)ret_out;
    return note_booking(cx, mail, HOOK_CANCELLED, (struct told){ .booking = in->booking, .cancellation = in->cancellation, .seats = in->seats,
                                                                 .refund = refund, .fee = fee, .has_reason = true, .reason = in->reason });
}

static err heard_refunded(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct booking_refunded *in = in_;
    struct money refund = money_of(in->refund, in->currency);
    struct mail_order mail = { .kind = MAIL_REFUND_DONE, .source = in->cancellation, .user = in->user,
                               .facts = { .booking = in->booking, .refund = refund } };
    (void)self;
    (void)ret_out;
    if (in->refund == 0)                             /* there was nothing to give back */
        return OK;
    return note_booking(cx, mail, HOOK_REFUNDED, (struct told){ .booking = in->booking, .cancellation = in->cancellation, .refund = refund });
}

static err heard_offered(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct heard *in = in_;
    struct mail_order mail = { .kind = MAIL_SEAT_OFFERED, .source = in->offer, .user = in->user,
                               .facts = { .schedule = in->schedule, .seats = in->seats, .until = in->until, .grade = in->grade } };
    (void)ret_out;
    return mail_put(cx, self, &mail);
}

static err heard_mail_wanted(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct heard *in = in_;
    (void)ret_out;
    return mail_put(cx, self, &(struct mail_order){ .kind = MAIL_AUTH, .source = in->mail, .user = in->user });
}

static err heard_schedule_cancelled(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct heard *in = in_;
    struct schedule_facts facts;
    (void)self;
    (void)ret_out;
    err e = call_run(cx, &performance_schedule_facts, &(struct schedule_ref){ in->schedule }, &facts);
    if (e)
        return e;
    struct told told = { .schedule = in->schedule, .performance = in->performance };
    struct happening h = { .owner = facts.owner, .event = HOOK_SCHEDULE_CANCELLED, .source = in->schedule, .data = notify_json(cx, &told_fields, &told) };
    return call_run(cx, &notify_note_call, &(struct note){ .has_happening = true, .happening = h }, NULL);
}

/* To each of the people in charge. */
struct staff_note {
    const struct payment_case_opened *opened;
    struct list users;        /* int64_t */
};

static err note_staff(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct staff_note *in = in_;
    const int64_t *user = in->users.at;
    (void)ret_out;
    for (size_t i = 0; i < in->users.n; i++) {
        err e = mail_put(cx, self, &(struct mail_order){ .kind = MAIL_PAYMENT_CASE, .source = in->opened->id, .user = user[i],
                                                         .facts = { .payment_case = in->opened->id, .case_kind = in->opened->kind } });
        if (e)
            return e;
    }
    return OK;
}

const struct call notify_note_staff_call = { .name = "notify.note_staff", .kind = CALL_COMMAND, .fn = note_staff };

static err heard_case_opened(struct ctx *cx, void *self, const void *in, void *ret_out)
{
    struct staff_note note = { .opened = in };
    (void)self;
    (void)ret_out;
    err e = call_run(cx, &auth_staff_call, &(struct staff_ref){ ROLE_MANAGER | ROLE_ADMIN }, &note.users);
    return e ? e : call_run(cx, &notify_note_staff_call, &note, NULL);
}

/* Nothing is kept of who has gone. */
static err heard_user_left(struct ctx *cx, void *self, const void *in_, void *ret_out)
{
    const struct heard *in = in_;
    struct webhook hooks[1];
    size_t n;
    (void)self;
    (void)ret_out;
    err e = store_setting_delete(cx, in->user);
    while (!e) {
        e = store_webhooks_of(cx, in->user, 1, hooks, &n);
        if (e || n == 0)
            return e;
        e = store_webhook_delete(cx, hooks[0].id);
    }
    return e;
}

const struct call heard_confirmed_call = { .name = "notify.heard_confirmed", .kind = CALL_STORY, .in = &booking_confirmed_fields, .fn = heard_confirmed };
const struct call heard_cancelled_call = { .name = "notify.heard_cancelled", .kind = CALL_STORY, .in = &booking_cancelled_fields, .fn = heard_cancelled };
const struct call heard_refunded_call = { .name = "notify.heard_refunded", .kind = CALL_STORY, .in = &booking_refunded_fields, .fn = heard_refunded };
const struct call heard_offered_call = { .name = "notify.heard_offered", .kind = CALL_COMMAND, .in = &offered_fields, .fn = heard_offered };
const struct call heard_mail_wanted_call = { .name = "notify.heard_mail_wanted", .kind = CALL_COMMAND, .in = &mail_wanted_fields, .fn = heard_mail_wanted };
const struct call heard_schedule_cancelled_call = { .name = "notify.heard_schedule_cancelled", .kind = CALL_STORY, .in = &schedule_cancelled_fields,
                                                     .fn = heard_schedule_cancelled };
const struct call heard_user_left_call = { .name = "notify.heard_user_left", .kind = CALL_COMMAND, .in = &user_left_fields, .fn = heard_user_left };

const struct call heard_case_opened_call = { .name = "notify.heard_case_opened", .kind = CALL_STORY, .in = &payment_case_opened_fields,
                                             .fn = heard_case_opened };

const struct subscription notify_subscriptions[] = {
    { "auth.mail_wanted", &heard_mail_wanted_call },
    { "auth.user_left", &heard_user_left_call },
    { "booking.confirmed", &heard_confirmed_call },
    { "booking.cancelled", &heard_cancelled_call },
    { "booking.refunded", &heard_refunded_call },
    { "booking.seat_offered", &heard_offered_call },
    { "payment.case_opened", &heard_case_opened_call },
    { "performance.schedule_cancelled", &heard_schedule_cancelled_call },
    { 0 },
};
