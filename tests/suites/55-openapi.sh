# limit: 60
# The generated description of the interface, and that it agrees with what the contract names.
. tests/lib/suite.sh
files tests/openapi '*.mjs'
node_tests "${found[@]}"
