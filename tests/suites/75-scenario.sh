# limit: 300
# lane: alone
# Whole stories with many people, one after another: each may use all of the machine.
. tests/lib/suite.sh
files tests/scenario '*test.mjs'
for file in "${found[@]}"; do node_tests "$file" || status=$?; done
exit "${status:-0}"
