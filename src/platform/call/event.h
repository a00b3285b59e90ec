/* What a service tells others, a row each. */
#ifndef PLATFORM_CALL_EVENT_H
#define PLATFORM_CALL_EVENT_H

#include "platform/json/fields.h"

/* An event that a service says (docs/events.md is made of these rows). */
struct event_kind {
    const char *topic;        /* "booking.confirmed" */
    const char *kafka;        /* its topic on Kafka; NULL: the same word */
    int version;              /* of the body: counts the changes that a reader of the last one would not understand */
    enum id_kind key;         /* events about one of these keep their order */
    const struct fields *body;
    const char *help;         /* one sentence */
};

#endif
