/* A Kafka cluster of the tests: librdkafka's mock brokers on free loopback ports, for other processes.
 *   kafka-mock N      starts N brokers and prints kafka://HOST:PORT,...
 * It obeys lines on standard input, and repeats each that it has obeyed: "down ID", "up ID" (1..N), "refuse COUNT" (that many produce requests fail
 * with an error that passes). It ends with its input. */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>
#include <string.h>

#define PRODUCE    0
#define PARTITIONS 4

static void refuse(rd_kafka_mock_cluster_t *cluster, int count)
{
    for (int i = 0; i < count; i++)
        rd_kafka_mock_push_request_errors(cluster, PRODUCE, 1,
                                          i % 2 ? RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT : RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION);
}

static int obey(rd_kafka_mock_cluster_t *cluster, const char *line)
{
    char word[16];
    int number;
    if (sscanf(line, "%15s %d", word, &number) != 2)
        return 0;
    if (strcmp(word, "down") == 0)
        return !rd_kafka_mock_broker_set_down(cluster, number);
    if (strcmp(word, "up") == 0)
        return !rd_kafka_mock_broker_set_up(cluster, number);
    if (strcmp(word, "refuse") != 0)
        return 0;
    refuse(cluster, number);
    return 1;
}

int main(int argc, char **argv)
{
    char why[256], line[128];
    int brokers = 0;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    if (argc != 2 || sscanf(argv[1], "%d", &brokers) != 1 || brokers < 1) {
        fprintf(stderr, "usage: kafka-mock BROKERS\n");
        return 2;
    }
    rd_kafka_t *handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));        /* only holds the cluster */
    rd_kafka_mock_cluster_t *cluster = handle ? rd_kafka_mock_cluster_new(handle, brokers) : NULL;
    if (!cluster) {
        fprintf(stderr, "kafka-mock: no cluster\n");
        return 1;
    }
    rd_kafka_mock_topic_create(cluster, "started", PARTITIONS, 1);
    printf("kafka://%s\n", rd_kafka_mock_cluster_bootstraps(cluster));
    fflush(stdout);
    while (fgets(line, sizeof(line), stdin)) {
        printf("%s%s", obey(cluster, line) ? "" : "unknown: ", line);
        fflush(stdout);
    }
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(handle);
    return 0;
}
