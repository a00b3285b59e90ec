# limit: 420
# Unit tests once more with clang, under AddressSanitizer and UndefinedBehaviorSanitizer; every piece of an arena is an allocation of its own.
. tests/lib/suite.sh
export ASAN_OPTIONS=detect_stack_use_after_return=1:detect_leaks=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
sanitized_build build-asan address,undefined -fsanitize=fuzzer-no-link             # the fuzz suite's build as well
tests/lib/meson_tap.py build-asan --suite unit --timeout-multiplier 3
