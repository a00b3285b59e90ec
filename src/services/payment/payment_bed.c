#include "payment_bed.h"

#include <stdlib.h>

#include "payment_sql.h"

#include "platform/crypto/crypto.h"

struct fake_booking booking;

/* ---- a booking service ---- */

static err owned(struct ctx *cx, const struct booking_ref *in)
{
    if (in->booking == booking.id && (in->user == 0 || in->user == BUYER_ID))
        return OK;
    return fail(cx, ERR_MISSING, NULL, "No such booking.", "그런 예매가 없습니다.");
}

static struct booking_due due_of_it(void)
{
    return (struct booking_due){ .schedule = 51, .performance = 61, .user = BUYER_ID, .owner = 8, .title = S("The play"), .status = (int)booking.status,
                                 .due = { booking.due, "KRW" } };
}

static err due_get(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)self;
    err e = owned(cx, in);
    if (e)
        return e;
    pthread_mutex_lock(&booking.lock);
    *(struct booking_due *)out = due_of_it();
    pthread_mutex_unlock(&booking.lock);
    return OK;
}

static err pay_begin(struct ctx *cx, void *self, const void *in, void *out)
{
    (void)self;
    err e = owned(cx, in);
    if (e)
        return e;
    pthread_mutex_lock(&booking.lock);
    if (booking.status == BOOKING_PENDING || booking.status == BOOKING_EXPIRED) {
        booking.begun++;
        *(struct booking_due *)out = due_of_it();
    } else {
        e = fail(cx, ERR_CONFLICT, "not_payable", "Not payable.", "결제할 수 없습니다.");
    }
    pthread_mutex_unlock(&booking.lock);
    return e;
}

/* With the lock held. */
static bool away(void)
{
    return booking.refuse > 0 && booking.refuse-- > 0;
}

static int judged(const struct booking_payment *in)
{
    bool claimable = booking.status == BOOKING_PENDING || (booking.status == BOOKING_EXPIRED && booking.seats_free);
    if (booking.payment == in->payment)
        return booking.status == BOOKING_CONFIRMED ? PAID_CONFIRMED : PAID_REFUND;
    if (booking.status == BOOKING_CONFIRMED)
        return PAID_REFUND;
    booking.payment = in->payment;
    booking.status = claimable ? BOOKING_CONFIRMED : BOOKING_REFUND_DUE;
    booking.confirmed += claimable;
    return claimable ? PAID_CONFIRMED : PAID_REFUND;
}

static err paid_put(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct booking_payment *in = in_;
    err e = OK;
    (void)self;
    pthread_mutex_lock(&booking.lock);
    if (away())
        e = fail(cx, ERR_UNAVAILABLE, NULL, "Away.", "응답이 없습니다.");
    else
        ((struct booking_paid *)out)->result = judged(in);
    pthread_mutex_unlock(&booking.lock);
    return e;
}

/* The event payment.refunded. */
static err refunded(struct ctx *cx, void *self, const void *in_, void *out)
{
    const struct payment_refunded *in = in_;
    (void)cx;
    (void)self;
    (void)out;
    pthread_mutex_lock(&booking.lock);
    booking.told++;
    booking.told_amount += in->amount;
    booking.told_cancellation = in->cancellation;
    if (booking.payment == in->payment && booking.status == BOOKING_REFUND_DUE) {
        booking.status = BOOKING_REFUNDED;
        booking.refunds++;
    }
    pthread_mutex_unlock(&booking.lock);
    return OK;
}

/* Booking tells of a cancellation. */
static err cancelled(struct ctx *cx, void *self, const void *in_, void *out)
{
    struct buf body;
    (void)self;
    (void)out;
    buf_init(&body, 1024);
    fields_encode(&body, &booking_cancelled_fields, &app_keys(cx->app)->ids, in_);
    outbox_put(cx, "booking.cancelled", 1, buf_view(&body));
    buf_free(&body);
    return OK;
}

/* Or of the end of a booking. */
static err ended(struct ctx *cx, void *self, const void *in_, void *out)
{
    struct buf body;
    (void)self;
    (void)out;
    buf_init(&body, 1024);
    fields_encode(&body, &booking_ended_fields, &app_keys(cx->app)->ids, in_);
    outbox_put(cx, "booking.ended", 1, buf_view(&body));
    buf_free(&body);
    return OK;
}

static err run_statement(struct ctx *cx, void *self, const void *query, void *out)
{
    (void)self;
    (void)out;
    return db_run(cx, query, NO_VALS, NULL);
}

struct task {
    err (*fn)(struct ctx *cx, void *arg);
    void *arg;
};

static err run_task(struct ctx *cx, void *self, const void *in, void *out)
{
    const struct task *t = in;
    (void)self;
    (void)out;
    return t->fn(cx, t->arg);
}

const struct call booking_due_get = { .name = "booking.due_get", .kind = CALL_READ, .fn = due_get };
const struct call booking_pay_begin = { .name = "booking.pay_begin", .kind = CALL_COMMAND, .fn = pay_begin };
const struct call booking_paid_put = { .name = "booking.paid_put", .kind = CALL_COMMAND, .fn = paid_put };
static const struct call refunded_call = { .name = "booking.refunded", .kind = CALL_COMMAND, .in = &payment_refunded_fields, .fn = refunded };
static const struct call cancelled_call = { .name = "booking.cancelled", .kind = CALL_COMMAND, .fn = cancelled };
static const struct call ended_call = { .name = "booking.ended", .kind = CALL_COMMAND, .fn = ended };
static const struct call execute_call = { .name = "booking.execute", .kind = CALL_COMMAND, .fn = run_statement };
static const struct call task_call = { .name = "booking.task", .kind = CALL_COMMAND, .fn = run_task };

static const struct call *const fake_calls[] = {
    &booking_due_get, &booking_pay_begin, &booking_paid_put, &refunded_call, &cancelled_call, &ended_call, &execute_call, &task_call,
    NULL,
};

static const struct subscription subscriptions[] = { { "payment.refunded", &refunded_call }, { 0 } };

static err fake_open(struct ctx *cx, void **ret_self)
{
    (void)cx;
    *ret_self = &booking;
    return OK;
}

static void fake_close(void *self)
{
    (void)self;
}

static const struct service fake_service = { .name = "booking", .open = fake_open, .close = fake_close, .calls = fake_calls,
                                             .subscriptions = subscriptions };

/* ---- the bed ---- */

static const struct service *const services[] = { &fake_service, &payment_service, NULL };

int bed_make(void **state)
{
    struct bed *b = calloc(1, sizeof(*b));
    assert_non_null(b);
    booking = (struct fake_booking){ .lock = PTHREAD_MUTEX_INITIALIZER, .id = BOOKING_ID, .due = DUE, .seats_free = true };
    b->user = BUYER_ID;
    b->roles = ROLE_CUSTOMER;
    fixture_open(&b->fixture, services);
    atomic_store(&service(b)->reconcile_due, INT64_MAX);     /* its own tests set it */
    *state = b;
    return 0;
}

bool audit_finds(struct bed *b, const struct audit *a)
{
    struct ctx cx;
    bool found;
    app_ctx_begin(b->fixture.app, &cx);
    cx.db = db_read_begin(app_db(b->fixture.app));
    assert_int_equal(db_one(&cx, a->query, NO_VALS, NULL, NULL, &found), OK);
    db_read_end(app_db(b->fixture.app), cx.db);
    app_ctx_end(&cx);
    return found;
}

static bool compares_books(const struct audit *a)
{
    static const char *const names[] = { "charges_known", "captures_known", "refunds_known", "refunds_made" };
    for (size_t i = 0; i < COUNT(names); i++)
        if (strcmp(a->name, names[i]) == 0)
            return true;
    return false;
}

static void check_audits(struct bed *b)
{
    for (const struct audit *a = payment_audits; a->name; a++)
        if (!(b->no_provider && compares_books(a)) && audit_finds(b, a))
            FAIL("audit %s: %s", a->name, a->help);
}

static void end_last(struct bed *b)
{
    if (b->cx.arena)
        app_ctx_end(&b->cx);
    b->cx.arena = NULL;
}

int bed_drop(void **state)
{
    struct bed *b = *state;
    if (!b->no_provider)
        advance(b, 24 * 60 * MINUTE_MS);
    if (!b->spoilt)
        check_audits(b);
    end_last(b);
    fixture_close(&b->fixture);
    free(b);
    return 0;
}

struct payments *service(struct bed *b)
{
    return app_self(b->fixture.app, &payment_service);
}

const struct call *call_at(const char *method, const char *path)
{
    for (const struct route *r = payment_service.routes; r->path; r++)
        if (strcmp(r->method, method) == 0 && strcmp(r->path, path) == 0)
            return r->call;
    FAIL("no route %s %s", method, path);
    return NULL;
}

err ask(struct bed *b, const struct call *call, const void *in, void *ret_out)
{
    end_last(b);
    return fixture_call(&b->fixture, b->user, b->roles, call, in, ret_out, &b->cx);
}

void advance(struct bed *b, int64_t ms)
{
    app_clock_advance(b->fixture.app, ms);
}

void restart(struct bed *b)
{
    end_last(b);
    fixture_restart(&b->fixture);
}

err create(struct bed *b, struct payment_view *ret)
{
    return ask(b, call_at("POST", "/api/v1/payments"), &(struct create_in){ .booking = booking.id }, ret);
}

err confirm(struct bed *b, int64_t payment, const char *key, struct payment_view *ret)
{
    return ask(b, call_at("POST", "/api/v1/payments/{payment_id}/confirm"), &(struct confirm_in){ payment, str_c(key), DUE }, ret);
}

int64_t pay(struct bed *b, const char *key, err *ret_result, struct payment_view *ret)
{
    assert_int_equal(create(b, ret), OK);
    int64_t id = ret->id;
    *ret_result = confirm(b, id, key, ret);
    return id;
}

struct payment load(struct bed *b, int64_t payment)
{
    struct payment p;
    struct arena *own = b->fixture.arena;
    assert_int_equal(ask(b, &payment_load_call, &(struct payment_in){ payment }, &p), OK);
    p.title = arena_str(own, p.title);
    p.method = arena_str(own, p.method);
    p.ref = arena_str(own, p.ref);
    p.payment_key = arena_str(own, p.payment_key);
    return p;
}

int64_t count(struct bed *b, const struct query *q)
{
    struct ctx cx;
    int64_t n = 0;
    bool found;
    app_ctx_begin(b->fixture.app, &cx);
    cx.db = db_read_begin(app_db(b->fixture.app));
    assert_int_equal(db_one(&cx, q, NO_VALS, row_take_int, &n, &found), OK);
    db_read_end(app_db(b->fixture.app), cx.db);
    app_ctx_end(&cx);
    return n;
}

void cancel(struct bed *b, int64_t cancellation, int64_t payment, int64_t refund)
{
    cancel_keeping(b, cancellation, payment, refund, 0);
}

void cancel_keeping(struct bed *b, int64_t cancellation, int64_t payment, int64_t refund, int64_t fee)
{
    const struct booking_cancelled event = { .cancellation = cancellation, .booking = BOOKING_ID, .schedule = 1, .performance = 1, .user = BUYER_ID,
                                             .payment = payment, .seats = 1, .refund = refund, .fee = fee, .currency = S("KRW") };
    assert_int_equal(ask(b, &cancelled_call, &event, NULL), OK);
}

err in_command(struct bed *b, err (*fn)(struct ctx *cx, void *arg), void *arg)
{
    return ask(b, &task_call, &(struct task){ fn, arg }, NULL);
}

void end_booking(struct bed *b, enum booking_end how)
{
    booking.status = how == END_EXPIRED ? BOOKING_EXPIRED : BOOKING_CANCELLED;
    assert_int_equal(ask(b, &ended_call, &(struct booking_ended){ .booking = BOOKING_ID, .schedule = 1, .user = BUYER_ID, .how = (int)how }, NULL), OK);
}

void execute(struct bed *b, const struct query *q)
{
    assert_int_equal(ask(b, &execute_call, q, NULL), OK);
}

void assert_state(struct bed *b, int64_t payment, enum payment_state expected)
{
    struct payment p = load(b, payment);
    if (p.state != expected)
        FAIL("payment is %s (%s), not %s", payment_states[p.state].word, payment_why_words[p.why], payment_states[expected].word);
}

void assert_code(const struct bed *b, const char *code)
{
    assert_non_null(b->cx.problem.code);
    assert_string_equal(b->cx.problem.code, code);
}

void assert_field(const struct bed *b, const char *field)
{
    assert_non_null(b->cx.problem.fields);
    assert_true(str_eq(b->cx.problem.fields->field, str_c(field)));
}
