# limit: 240
# lane: sanitizers
# The gateway: requests to servers of others and back, and servers that lie, die, come and go.
. tests/lib/suite.sh
files tests/gateway '*test.mjs'
node_tests "${found[@]}"
