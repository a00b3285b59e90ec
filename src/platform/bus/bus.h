/* Delivery of events: rows of the outbox, written with what they tell of, reach each subscription in order and at least once. A subscriber is an
 * idempotent call; what it refuses for good is parked for a person, and the next event goes on.
 *
 * In one process they go straight from the outbox to the calls. With bus.url a relay sends them to Kafka (docs/events.md), and a consumer for each
 * service brings them back: a row in the inbox, written with the effect, tells what was heard before.
 *
 * What everybody has heard is kept for bus.keep_days, and what is parked until somebody sees to it. */
#ifndef PLATFORM_BUS_BUS_H
#define PLATFORM_BUS_BUS_H

#include "platform/call/call.h"

struct bus;
struct bus *app_bus(const struct app *app);

/* NULL and a sentence in `arena` that names the setting when one is wrong. Reads cx->db. */
struct bus *bus_open(struct ctx *cx, struct app *app, struct arena *arena, struct str *ret_why);
void bus_close(struct bus *b);
/* The threads that talk to Kafka, if it is used; they run calls. What has been sent when they stop is marked as sent. */
void bus_start(struct bus *b);
void bus_stop(struct bus *b);

extern const struct call *const bus_calls[];         /* NULL-terminated; their self is the bus */
extern const struct call bus_deliver_call;           /* in process; not due where Kafka is used */
int64_t bus_due(void *bus);
extern const struct call bus_prune_call;             /* what everybody has heard leaves the outbox in the end */
int64_t bus_prune_due(void *bus);
/* For a clock that is moved by hand: waits until all has been heard that has been said (at most 30 s), and tells whether there was any. */
bool bus_settle(struct bus *b);

/* ---- what an operator asks ---- */

struct bus_lag {
    const char *service;
    int64_t messages;         /* on Kafka that the service has not heard yet, as far as its consumer knows */
};

struct bus_stats {
    bool used;                /* is there a Kafka at all? What follows is zero without */
    bool up;                  /* brokers answer */
    int64_t waiting;          /* from the oldest event that is not on Kafka yet to the newest one */
    int64_t relayed, heard, repeated, parked;        /* since the start; a parked event was heard too */
    struct bus_lag lag[32];
    size_t services;
};
void bus_stats(struct bus *b, struct bus_stats *ret);

/* ---- parked events: of a program that does not serve ---- */

struct parked {
    int64_t id, event;        /* event 0: a message that is none of ours */
    struct str subscription, code, detail, origin;
    int64_t at;
    struct str message, body, topic;     /* as it came from Kafka; what our own event said (one of both) */
};

/* Up to 64 of them after the one with that id, in cx->arena. */
err bus_parked(struct ctx *cx, int64_t after, struct parked *ret, size_t *ret_n) MUST_USE;
/* Tells it again to the one who refused it: OK when it was heard now and is no longer parked. */
err bus_replay(struct ctx *cx, struct bus *b, const struct parked *p) MUST_USE;

#endif
