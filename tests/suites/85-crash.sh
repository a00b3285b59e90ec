# limit: 240
# lane: alone
# kill -9 at any moment: what was acknowledged is found again.
. tests/lib/suite.sh
files tests/crash '*test.mjs'
for file in "${found[@]}"; do node_tests "$file" || status=$?; done
exit "${status:-0}"
