# limit: 420
# Races and a whole sale once more, against the program built with ThreadSanitizer: a finding ends it, and the test.
. tests/lib/suite.sh
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
sanitized_build build-tsan thread ''
ninja -C build-tsan takenseat
export TAKENSEAT=$PWD/build-tsan/takenseat TAKENSEAT_LOAD=$PWD/build/takenseat-load
node_tests tests/scenario/race.test.mjs tests/scenario/first_sale.test.mjs
