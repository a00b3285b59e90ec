# limit: 720
# lane: sanitizers
# Unit tests once more with clang, under ThreadSanitizer.
. tests/lib/suite.sh
thread_build
"${usual[@]}" tests/lib/meson_tap.py build-tsan --suite unit --timeout-multiplier 5
