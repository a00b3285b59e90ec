# limit: 720
# lane: sanitizers
# Unit tests once more with clang, under AddressSanitizer and UndefinedBehaviorSanitizer; every piece of an arena is an allocation of its own.
. tests/lib/suite.sh
address_build all
tests/lib/meson_tap.py build-asan --suite unit --timeout-multiplier 3
