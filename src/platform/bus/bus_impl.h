/* Inside platform/bus. */
#ifndef PLATFORM_BUS_BUS_IMPL_H
#define PLATFORM_BUS_BUS_IMPL_H

#include "platform/bus/bus.h"
#include "platform/call/call_impl.h"
#include "platform/call/event.h"

struct subscriber {
    char name[96];            /* "booking.performance.schedule_opened" */
    const struct service *service;
    const struct subscription *row;
    _Atomic int64_t cursor;   /* heard up to here; in process the row of the table may be behind, where nothing was said to it */
    int64_t settled;          /* with Kafka: all up to here has been heard, found when it was asked */
    int64_t marked;           /* what the row of the table says */
};

struct relay;
struct listener;

struct bus {
    struct app *app;
    struct subscriber *at;
    size_t n, cap;
    _Atomic int64_t seen;     /* all subscribers have looked at events up to here */
    struct str source;        /* names this installation in events */
    struct str brokers;       /* "host:port,..."; empty: no Kafka */
    struct str prefix, options;
    struct relay *relay;      /* NULL until started */
    struct listener **listeners;
    size_t listener_count;
    _Atomic int64_t heard, repeated, parked;
    _Atomic int64_t prune_due;
    int64_t pruned;           /* older events have left the outbox, or are parked */
};

/* What a service says about itself, or the bare topic when none declares it. */
struct event_kind bus_kind(const struct bus *b, const char *topic);
/* How far the one with this name has come in the table of cursors; 0: not begun. */
err bus_cursor(struct ctx *cx, const char *name, int64_t *ret) MUST_USE;
err bus_cursor_move(struct ctx *cx, const char *name, int64_t event) MUST_USE;
/* Has every subscription heard all events up to that one, and is it on Kafka if that is used? */
bool bus_heard_by_all(struct bus *b, int64_t last);

/* ---- prune.c ---- */

extern const struct call bus_drop_call;

/* ---- envelope.c: an event as a CloudEvent in JSON ---- */

struct said {
    int64_t id, at;           /* ms */
    int64_t key;
    struct str topic, body;
};

struct str bus_key(struct ctx *cx, const struct bus *b, const struct said *s);
struct str envelope_make(struct ctx *cx, const struct bus *b, const struct said *s);
/* An event of ours about the subscription's topic, in a version that this program understands; otherwise ERR_INPUT and why. */
err envelope_read(struct ctx *cx, const struct bus *b, const char *topic, struct str message, struct said *ret) MUST_USE;

/* ---- inbox.c: heard once ---- */

extern const struct call bus_hear_call, bus_heard_call, bus_park_call;

/* Runs the subscribed call unless the event has been heard before. With the number of a parked one, whatever the inbox says; it is parked no more
 * then. */
err inbox_hear(struct ctx *cx, struct bus *b, const struct subscriber *s, const struct said *event, int64_t parked) MUST_USE;
/* A message from Kafka: heard, or parked. Only failures that pass come back. */
err inbox_take(struct ctx *cx, struct bus *b, const struct subscriber *s, struct str message, struct str origin) MUST_USE;

/* ---- relay.c, listener.c ---- */

struct relay *relay_start(struct bus *b);
void relay_stop(struct relay *r);
/* All up to here is on Kafka, and the table of cursors says so. */
int64_t relay_marked(const struct relay *r);
void relay_stats(struct relay *r, struct bus_stats *ret);
struct listener *listener_start(struct bus *b, const struct service *s);
/* Asks it to end; listener_stop waits for it, since leaving a group takes time. */
void listener_ask(struct listener *l);
void listener_stop(struct listener *l);
int64_t listener_lag(struct listener *l);
const struct service *listener_service(const struct listener *l);

#endif
