/* The program with the payment service and a booking service that does what a test wants: for the tests of this folder. */
#ifndef PAYMENT_BED_H
#define PAYMENT_BED_H

#include "fixture.h"
#include "refund.h"
#include "sandbox.h"
#include "services/booking/booking.h"
#include "test.h"

/* Ends the test with a sentence. */
#define FAIL(...)    (print_error(__VA_ARGS__), print_error("\n"), _fail(__FILE__, __LINE__))
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define BUYER_ID   7
#define BOOKING_ID 41
#define DUE        INT64_C(150000)
#define SECOND_MS  INT64_C(1000)
#define MINUTE_MS  (60 * SECOND_MS)

/* The only booking there is, owned by BUYER_ID. Outlives restarts of the program, as a database would. */
struct fake_booking {
    pthread_mutex_t lock;
    enum booking_status status;
    int64_t due;
    bool seats_free;          /* of an expired one: nobody else has them */
    int64_t payment;          /* that confirmed it, or is owed back */
    int refuse;               /* so many calls of paid_put fail first */
    int begun, confirmed, refunds;
    int told;                 /* events payment.refunded */
    int64_t told_amount, told_cancellation;          /* their sum; of the last one */
    int64_t id;               /* BOOKING_ID, until a test wants another one */
};

struct bed {
    struct fixture fixture;
    struct ctx cx;            /* of the last call */
    int64_t user;             /* who asks */
    unsigned roles;
    bool no_provider;         /* the test moves money on one side only: the books of the provider differ */
    bool spoilt;              /* the test has spoilt the database */
};

extern struct fake_booking booking;

/* A bed for a test of its own. Tearing it down lets all work end and checks the service's audits. */
int bed_make(void **state);
int bed_drop(void **state);
#define BED_CASE(name) cmocka_unit_test_setup_teardown(name, bed_make, bed_drop)

struct payments *service(struct bed *b);
/* The call behind a route. */
const struct call *call_at(const char *method, const char *path);
/* Runs a call as who asks; its memory lives until the next one. */
err ask(struct bed *b, const struct call *call, const void *in, void *ret_out);
void advance(struct bed *b, int64_t ms);
void restart(struct bed *b);
bool audit_finds(struct bed *b, const struct audit *a);

err create(struct bed *b, struct payment_view *ret);
err confirm(struct bed *b, int64_t payment, const char *key, struct payment_view *ret);
/* Both; returns the payment's id. */
int64_t pay(struct bed *b, const char *key, err *ret_result, struct payment_view *ret);
/* Its words live as long as the bed. */
struct payment load(struct bed *b, int64_t payment);

/* The event booking.cancelled: this much is to go back. It has been delivered when the clock has moved. */
void cancel(struct bed *b, int64_t cancellation, int64_t payment, int64_t refund);
/* The same, and this much is kept. */
void cancel_keeping(struct bed *b, int64_t cancellation, int64_t payment, int64_t refund, int64_t fee);

/* The event booking.ended. */
void end_booking(struct bed *b, enum booking_end how);

/* A connection keeps a statement by its address: only static ones. */
int64_t count(struct bed *b, const struct query *q);
/* Runs a function in a command; what it returns comes back. */
err in_command(struct bed *b, err (*fn)(struct ctx *cx, void *arg), void *arg);
/* Runs a statement in a command. */
void execute(struct bed *b, const struct query *q);

void assert_state(struct bed *b, int64_t payment, enum payment_state expected);
void assert_code(const struct bed *b, const char *code);
void assert_field(const struct bed *b, const char *field);

#endif
