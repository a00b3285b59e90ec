# limit: 240
# One process a service, each with its own database; and one process whose services ask each other in bytes: the same tests as alone, and what only several
# processes can meet.
. tests/lib/suite.sh
TAKENSEAT_TEST_SETTINGS=call.encoded=true node_tests tests/api/{payments,sales_csv}.test.mjs || status=$?
TAKENSEAT_TEST_SPLIT=1 node_tests tests/api/{coupons,mileage}.test.mjs tests/scenario/coupon_storm.test.mjs || status=$?
files tests/split '*test.mjs'
node_tests "${found[@]}" || status=$?
exit "${status:-0}"
