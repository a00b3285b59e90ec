# limit: 120
# What every payment provider keeps: the same cases against the sandbox, and Toss and Stripe as the simulator plays them; then the program with them.
. tests/lib/suite.sh
CMOCKA_MESSAGE_OUTPUT=TAP TAKENSEAT_PSP=build/takenseat-psp run_file build/tests/providers/provider-conformance || status=$?
files tests/providers '*test.mjs'
for file in "${found[@]}"; do node_tests "$file" || status=$?; done
exit "${status:-0}"
