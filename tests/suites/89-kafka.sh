# limit: 240
# Events through Kafka: on librdkafka's mock cluster, and on Kafka's own broker where ./setup --tests could fetch it. KAFKA_KILLS: how often the
# brokers are killed.
. tests/lib/suite.sh
ninja -C build takenseat tests/kafka/kafka-mock tests/kafka/kafka-rewind src/bus_test
files tests/kafka '*test.mjs'
CMOCKA_MESSAGE_OUTPUT=TAP run_file build/src/bus_test
node_tests "${found[@]}"
if tests/lib/kafka here; then
    TAKENSEAT_TEST_KAFKA=broker node_tests "${found[@]}" |
        sed "s/^ok - /ok - on Kafka's own broker: /; s/^not ok - /not ok - on Kafka's own broker: /"
else
    echo "ok - events on Kafka's own broker # SKIP it is not in deps/kafka: the registry did not have it"
fi
