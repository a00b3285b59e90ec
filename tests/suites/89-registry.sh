# limit: 180
# lane: sanitizers
# The registry: Eureka's protocol, its clients of others (eureka-js-client, Prometheus), and two registries that tell each other.
. tests/lib/suite.sh
files tests/registry '*test.mjs'
node_tests "${found[@]}"
