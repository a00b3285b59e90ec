# limit: 420
# The interface once more, against the program built with AddressSanitizer and UndefinedBehaviorSanitizer: a finding or a leak ends it, and the test.
. tests/lib/suite.sh
address_build
ninja -C build-asan takenseat
export TAKENSEAT=$PWD/build-asan/takenseat TAKENSEAT_LOAD=$PWD/build/takenseat-load
files tests/api '*test.mjs'
node_tests "${found[@]}"
