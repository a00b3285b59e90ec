/* The settings under bus, as librdkafka wants them. */
#ifndef PLATFORM_BUS_KAFKA_H
#define PLATFORM_BUS_KAFKA_H

#include <librdkafka/rdkafka.h>

#include "platform/bus/bus_impl.h"

struct kafka_option {
    const char *name, *value;
};

/* kafka://HOST:PORT,... to "HOST:PORT,..."; false when it is something else. */
bool kafka_brokers(struct str url, struct str *ret);
/* Checks what is set, the operator's options too; false and a sentence. */
bool kafka_check(const struct bus *b, struct arena *arena, struct str *ret_why);
/* A client with the operator's options and then our own (ending with a NULL name). Callbacks are called with `self`; `landed` may be NULL. */
rd_kafka_t *kafka_client(const struct bus *b, rd_kafka_type_t type, const struct kafka_option *ours, void *self,
                         void (*landed)(rd_kafka_t *k, const rd_kafka_message_t *m, void *self),
                         void (*trouble)(rd_kafka_t *k, int code, const char *why, void *self));
/* The name on Kafka of a topic of ours. */
struct str kafka_topic(struct arena *arena, const struct bus *b, const char *topic);

#endif
