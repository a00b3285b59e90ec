/* Sets the offsets of a group back to the beginning: joins it alone, and commits zero for all it is given. Nobody else of the group may be there.
 *   kafka-rewind HOST:PORT,... GROUP TOPIC... */
#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdio.h>

#define TURNS   600           /* of 100 ms, until the group has given out its partitions */
#define TURN_MS 100

static int fail(const char *what, rd_kafka_resp_err_t e)
{
    fprintf(stderr, "kafka-rewind: %s: %s\n", what, rd_kafka_err2str(e));
    return 1;
}

/* What the group gives to its only member; empty when it gives nothing in time. */
static rd_kafka_topic_partition_list_t *join(rd_kafka_t *k, const rd_kafka_topic_partition_list_t *topics)
{
    rd_kafka_topic_partition_list_t *given = NULL;
    rd_kafka_resp_err_t e = rd_kafka_subscribe(k, topics);
    for (int i = 0; !e && i < TURNS; i++) {
        rd_kafka_message_t *m = rd_kafka_consumer_poll(k, TURN_MS);
        if (m)
            rd_kafka_message_destroy(m);
        e = rd_kafka_assignment(k, &given);
        if (!e && given->cnt)
            return given;
        if (!e)
            rd_kafka_topic_partition_list_destroy(given);
    }
    fail("no partitions", e);
    return rd_kafka_topic_partition_list_new(0);
}

static int rewind_all(rd_kafka_t *k, const rd_kafka_topic_partition_list_t *topics)
{
    rd_kafka_topic_partition_list_t *list = join(k, topics);
    for (int i = 0; i < list->cnt; i++)
        list->elems[i].offset = 0;
    rd_kafka_resp_err_t e = rd_kafka_commit(k, list, 0);
    int status = e || !list->cnt ? fail("not committed", e) : 0;
    rd_kafka_topic_partition_list_destroy(list);
    return status;
}

static bool set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
    char why[256];
    return rd_kafka_conf_set(conf, name, value, why, sizeof(why)) == RD_KAFKA_CONF_OK;
}

int main(int argc, char **argv)
{
    char why[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    bool ok = argc >= 4 && set(conf, "bootstrap.servers", argv[1]) && set(conf, "group.id", argv[2]) && set(conf, "enable.auto.commit", "false") &&
              set(conf, "session.timeout.ms", "6000");
    if (!ok) {
        fprintf(stderr, "usage: kafka-rewind HOST:PORT,... GROUP TOPIC...\n");
        return 2;
    }
    rd_kafka_t *k = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof(why));
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(argc - 3);
    for (int i = 3; i < argc; i++)
        rd_kafka_topic_partition_list_add(topics, argv[i], RD_KAFKA_PARTITION_UA);
    int status = rewind_all(k, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    rd_kafka_consumer_close(k);
    rd_kafka_destroy(k);
    return status;
}
