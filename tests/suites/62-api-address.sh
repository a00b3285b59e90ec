# limit: 420
# The interface once more, against the program built with AddressSanitizer and UndefinedBehaviorSanitizer: a finding or a leak ends it, and the test.
. tests/lib/suite.sh
export ASAN_OPTIONS=detect_stack_use_after_return=1:detect_leaks=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
sanitized_build build-asan address,undefined -DARENA_MALLOC
ninja -C build-asan takenseat
export TAKENSEAT=$PWD/build-asan/takenseat TAKENSEAT_LOAD=$PWD/build/takenseat-load
files tests/api '*test.mjs'
node_tests "${found[@]}"
