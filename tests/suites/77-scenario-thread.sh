# limit: 420
# lane: sanitizers
# Races and a whole sale once more, against the program built with ThreadSanitizer: a finding ends it, and the test.
. tests/lib/suite.sh
thread_build
export TAKENSEAT=$PWD/build-tsan/takenseat TAKENSEAT_LOAD=$PWD/build/takenseat-load
node_tests tests/scenario/race.test.mjs tests/scenario/first_sale.test.mjs
