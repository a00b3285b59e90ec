# limit: 420
# The interface from outside: every route, every right, money, lost answers; each answer is held against /openapi.json.
. tests/lib/suite.sh
files tests/api '*test.mjs'
node_tests "${found[@]}"
