# limit: 240
# The interface from outside: every route, every right, money, lost answers.
. tests/lib/suite.sh
files tests/api '*test.mjs'
node_tests "${found[@]}"
