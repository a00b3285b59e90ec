# limit: 120
# lane: sanitizers
# The simulator of payment companies: Stripe's own library, Toss's shapes, and each fault profile.
. tests/lib/suite.sh
files tests/psp '*test.mjs'
for file in "${found[@]}"; do node_tests "$file" || status=$?; done
exit "${status:-0}"
