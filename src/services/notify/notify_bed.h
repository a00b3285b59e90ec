/* The program with the notify service and others that say what a test wants: for the tests of this folder. No mail server is set. */
#ifndef NOTIFY_BED_H
#define NOTIFY_BED_H

#include "fixture.h"
#include "notify_int.h"
#include "services/auth/auth.h"
#include "services/booking/booking.h"
#include "services/performance/performance.h"
#include "test.h"
#include "webhook.h"

#define BUYER_ID    7
#define OWNER_ID    8
#define GONE_ID     9         /* an account that is closed */
#define BOOKING_ID  41
#define SCHEDULE_ID 51
#define SHOW_ID     61        /* the performance */
#define MINUTE_MS   INT64_C(60000)
#define DAY_MS      (1440 * MINUTE_MS)

struct bed {
    struct fixture fixture;
    struct ctx cx;            /* of the last call */
    int64_t user;             /* who asks */
    unsigned roles;
    enum lang lang;           /* of all people */
    struct mail_link link;    /* what auth answers */
};

int bed_make(void **state);
/* Starts the program again with one setting changed. */
void restart_with(struct bed *b, const char *key, const char *value);
/* Checks the service's audits. */
int bed_drop(void **state);
#define BED_CASE(name) cmocka_unit_test_setup_teardown(name, bed_make, bed_drop)

struct notify *service(struct bed *b);
/* Runs a call as who asks; its memory lives until the next one. */
err ask(struct bed *b, const struct call *call, const void *in, void *ret_out);
/* The call behind a route. */
const struct call *call_at(const char *method, const char *path);
/* Says an event, in whose body '@' stands for the next one of `ids`; when this returns it has been delivered. */
struct said_id {
    enum id_kind kind;
    int64_t id;
};
void announce(struct bed *b, const char *topic, const char *body, const struct said_id *ids, size_t n);
#define ANNOUNCE(bed, topic, body, ...) \
    announce(bed, topic, body, (const struct said_id[]){ __VA_ARGS__ }, sizeof((const struct said_id[]){ __VA_ARGS__ }) / sizeof(struct said_id))
void advance(struct bed *b, int64_t ms);
/* All mails, newest first, at most 100. */
size_t mails(struct bed *b, struct mail_view *ret);
/* The newest one as it would be sent now. */
void newest_mail(struct bed *b, struct message *ret, bool *ret_gone);

#endif
