/* The terms of cancelling of a performance: the usual ladder, or the organizer's own. A change holds for bookings made from then on. */
#include "platform/crypto/crypto.h"
#include "services/booking/cancel.h"
#include "services/performance/performance.h"

#define STEPS_MAX  20
#define POLICY_MAX 4000       /* bytes of its JSON */

/* ---- as it is stored ---- */

FIELDS(step_fields, "CancellationStep", struct cancel_step,
    { .name = "days_before", .type = F_INT, .at = offsetof(struct cancel_step, days_before), .low = 0, .high = 365,
      .help = "At least so many days before the show, by the Korean calendar ..." },
    { .name = "percent", .type = F_INT, .at = offsetof(struct cancel_step, percent), .low = 0, .high = 100,
      .help = "... this share of what was paid for a seat is kept, rounded down," },
    { .name = "amount", .type = F_INT, .optional = true, .at = offsetof(struct cancel_step, amount), .low = 0, .high = MONEY_MAX,
      .help = "but no more than this, in minor units; 0 or absent: no such limit." });

static const struct text_rule clock_rule = { clock_text_holds, "must be a time of day like 17:00", "17:00과 같은 시각이어야 합니다" };

#define DAYS .type = F_INT, .low = 0, .high = 365
#define CLOCK .type = F_STR, .low = 5, .high = 5, .rule = &clock_rule
#define POLICY_ROWS(owner, path)                                                                                                           \
    { .name = "free_days", DAYS, .at = offsetof(owner, path free_days), .help = "Nothing is kept for so many days after the booking ..." }, \
    { .name = "free_days_before", DAYS, .at = offsetof(owner, path free_days_before), .help = "... while the show is so many days away." }, \
    { .name = "closes_days_before", DAYS, .at = offsetof(owner, path closes_days_before),                                                  \
      .help = "So many days before the show nothing can be cancelled from closes_at on." },                                                \
    { .name = "closes_at", CLOCK, .at = offsetof(owner, path closes_at), .help = "Korean time." },                                         \
    { .name = "closes_at_sunday", CLOCK, .optional = true, .omit_empty = true, .at = offsetof(owner, path closes_at_sunday),               \
      .help = "Instead of closes_at, for shows on a Sunday." },                                                                            \
    { .name = "steps", .type = F_LIST, .of = &step_fields, .low = 0, .high = STEPS_MAX, .at = offsetof(owner, path steps),                 \
      .help = "The first one that fits counts; nearer to the show than the last one nothing can be cancelled." }

FIELDS(policy_fields, "CancellationPolicy", struct cancel_policy, POLICY_ROWS(struct cancel_policy, ));

err policy_of(struct ctx *cx, const struct sale *s, int64_t booked_at, struct cancel_policy *ret)
{
    struct str body;
    int64_t since;
    bool found;
    err e = store_policy_at(cx, s->performance, booked_at, &body, &since, &found);
    *ret = cancel_policy_usual(s->currency);
    if (e || !found)
        return e;
    *ret = (struct cancel_policy){ 0 };
    return fields_decode(cx, &policy_fields, &app_keys(cx->app)->ids, body, ret);
}

/* ---- PUT, GET /performances/{performance_id}/cancellation_policy ---- */

struct policy_in {
    int64_t performance;
    struct cancel_policy policy;
};

struct policy_out {
    int64_t performance, since;
    bool own;
    struct cancel_policy policy;
};

struct policy_ref {
    int64_t performance;
};

static err get(struct ctx *cx, void *self, const void *in_, void *out)
{
    (void)self;
    const struct policy_ref *in = in_;
    struct policy_out *ret = out;
    struct performance_facts show;
    struct str body;
    err e = call_run(cx, &performance_facts_call, &(struct performance_ref){ in->performance }, &show);
    *ret = (struct policy_out){ .performance = in->performance };
    if (!e)
        e = store_policy_at(cx, in->performance, cx->now, &body, &ret->since, &ret->own);
    if (e)
        return e;
    if (ret->own)
        return fields_decode(cx, &policy_fields, &app_keys(cx->app)->ids, body, &ret->policy);
    ret->policy = cancel_policy_usual("KRW");
    return OK;
}

static err descend(struct ctx *cx, const struct list *steps)
{
    const struct cancel_step *step = steps->at;
    for (size_t i = 1; i < steps->n; i++)
        if (step[i].days_before >= step[i - 1].days_before)
            return fail_field(cx, arena_fmt(cx->arena, "steps[%zu].days_before", i), "must be nearer to the show than the step before",
                              "앞 단계보다 공연일에 가까워야 합니다");
    return OK;
}

static err put(struct ctx *cx, void *self, const void *in_, void *out)
{
    struct booking *b = self;
    const struct policy_in *in = in_;
    struct buf body;
    buf_init(&body, POLICY_MAX);
    fields_encode(&body, &policy_fields, &app_keys(cx->app)->ids, &in->policy);
    ASSERT(!body.full);
    store_policy_put(cx, sequence_next(&b->policies), in->performance, arena_str(cx->arena, buf_view(&body)));
    buf_free(&body);
    *(struct policy_out *)out = (struct policy_out){ in->performance, cx->now, true, in->policy };
    return OK;
}

const struct call policy_put_command = { .name = "booking.policy_put", .kind = CALL_COMMAND, .fn = put };

static err set(struct ctx *cx, void *self, const void *in_, void *out)
{
    (void)self;
    const struct policy_in *in = in_;
    struct performance_facts show;
    err e = call_run(cx, &performance_facts_call, &(struct performance_ref){ in->performance }, &show);
    if (!e && !booking_may_manage(cx, show.owner))
        e = fail(cx, ERR_MISSING, NULL, "There is no such performance of yours.", "관리할 수 있는 공연이 아닙니다.");
    if (!e)
        e = descend(cx, &in->policy.steps);
    return e ? e : call_run(cx, &policy_put_command, in, out);
}

#define PERFORMANCE_FROM_PATH(owner)                                                                                                       \
    { .name = "performance_id", .type = F_ID, .id = ID_PERFORMANCE, .from = FROM_PATH, .at = offsetof(owner, performance) }

FIELDS(policy_ref_fields, "CancellationPolicyRef", struct policy_ref, PERFORMANCE_FROM_PATH(struct policy_ref));
FIELDS(policy_in_fields, "CancellationPolicyRequest", struct policy_in, PERFORMANCE_FROM_PATH(struct policy_in),
    POLICY_ROWS(struct policy_in, policy.));
FIELDS(policy_out_fields, "PerformanceCancellationPolicy", struct policy_out,
    { .name = "performance_id", .type = F_ID, .id = ID_PERFORMANCE, .at = offsetof(struct policy_out, performance) },
    { .name = "own", .type = F_BOOL, .at = offsetof(struct policy_out, own), .help = "false: the usual ladder." },
    { .name = "since", .type = F_TIME, .nullable = true, .at = offsetof(struct policy_out, since), .help = "Bookings made earlier keep their terms." },
    POLICY_ROWS(struct policy_out, policy.));

const struct call policy_get_call = {
    "booking.policy_get", "What cancelling a booking of this performance costs.", CALL_READ, &policy_ref_fields, &policy_out_fields, get,
};
const struct call policy_set_call = {
    "booking.policy_set", "Own terms of cancelling; they hold for bookings made from now on.", CALL_STORY, &policy_in_fields, &policy_out_fields, set,
};
